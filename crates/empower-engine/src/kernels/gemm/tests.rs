//! Products against the triple loop, packing against plain loops.

use proptest::prelude::*;

use super::pack::{pack_panel_body, pack_panels};
use super::*;
use crate::kernels::reference::{self, random};

/// Sums of `k` products of numbers below 1: rounding grows like `k` times half a unit in the last place.
fn tolerance(k: usize, precision: Precision) -> f32 {
    match precision {
        Precision::F32 => 2e-7 * (k as f32 + 8.0),
        // Two roundings of 2^-9 a product, averaging out like sqrt(k); a factor of 6 for the tail.
        Precision::Bf16 => 6.0 * 2f32.powi(-8) * (k as f32).sqrt() + 1e-6,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn equals_the_triple_loop(
        m in 1usize..210, n in 1usize..100, k in 1usize..1100, seed in 0u32..1000,
        ta: bool, tb: bool, add: bool, bf16: bool,
    ) {
        let precision = if bf16 { Precision::Bf16 } else { Precision::F32 };
        prop_assume!(precision.supported());
        let (a, b) = (random(m * k, seed), random(k * n, seed + 1));
        let a = if ta { View::new(&a, k, m).t() } else { View::new(&a, m, k) };
        let b = if tb { View::new(&b, n, k).t() } else { View::new(&b, k, n) };
        let start = random(m * (n + 3), seed + 2);
        let into = if add { Into::Add } else { Into::Replace };
        let mut c = start.clone();
        gemm(&mut c, n + 3, a, b, precision, into);
        let at = |v: View<'_>, r: usize, c: usize| v.data[r * v.row_stride + c * v.col_stride];
        for i in 0..m {
            for j in 0..n {
                let product = reference::dot((0..k).map(|t| (at(a, i, t), at(b, t, j))));
                let expected = product + if add { start[i * (n + 3) + j] as f64 } else { 0.0 };
                let got = c[i * (n + 3) + j];
                prop_assert!((got as f64 - expected).abs() <= tolerance(k, precision) as f64, "{got} {expected}");
            }
            // The padding between rows is nobody's business.
            prop_assert_eq!(&c[i * (n + 3) + n..(i + 1) * (n + 3)], &start[i * (n + 3) + n..(i + 1) * (n + 3)]);
        }
    }

    #[test]
    fn vectors_pack_as_plain_loops_do(
        rows in 1usize..40, k0 in 0usize..20, len in 1usize..80, r0 in 0usize..40, t: bool, bf16: bool, wide: bool,
    ) {
        let precision = if bf16 { Precision::Bf16 } else { Precision::F32 };
        prop_assume!(precision.supported());
        let (data, r0) = (random(rows * (k0 + len), 7), r0 % rows);
        let a = match t {
            true => View::new(&data, k0 + len, rows).t(),
            false => View::new(&data, rows, k0 + len),
        };
        let lanes = if wide { 32 } else { 12 };
        let panel_len = lanes * words_per_lane(len, precision);
        let mut panels = [(); 2].map(|()| vec![u32::MAX; (rows - r0).div_ceil(lanes) * panel_len]);
        let [vector, plain] = &mut panels;
        pack_panels(vector, a, r0, lanes, k0, len, precision);
        for (p, panel) in plain.chunks_exact_mut(panel_len).enumerate() {
            pack_panel_body(panel, a, r0 + p * lanes, lanes, k0, len, precision);
        }
        prop_assert_eq!(vector, plain);
    }

    #[test]
    fn a_row_does_not_know_its_neighbours(m in 2usize..200, n in 1usize..80, k in 1usize..700, seed in 0u32..99) {
        let (a, b) = (random(m * k, seed), random(k * n, seed + 1));
        let mut together = vec![0.0; m * n];
        gemm(&mut together, n, View::new(&a, m, k), View::new(&b, k, n), Precision::F32, Into::Replace);
        let packed = PackedB::new(View::new(&b, k, n), Precision::F32);
        for i in [0, m / 2, m - 1] {
            let mut alone = vec![0.0; n];
            gemm_packed(&mut alone, n, View::new(&a[i * k..(i + 1) * k], 1, k), &packed, Into::Replace);
            prop_assert_eq!(&alone[..], &together[i * n..(i + 1) * n]);
        }
    }

    #[test]
    fn halves_multiply_as_their_copies_in_single_precision_do(
        m in 1usize..60, n in 1usize..100, k in 1usize..1100, seed in 0u32..1000, tb: bool, add: bool, bf16: bool,
    ) {
        let precision = if bf16 { Precision::Bf16 } else { Precision::F32 };
        prop_assume!(precision.supported());
        let (a, start) = (random(m * k, seed), random(m * n, seed + 2));
        let halves: Vec<Half> = random(k * n, seed + 1).iter().map(|x| half(*x)).collect();
        let wide: Vec<f32> = halves.iter().map(|half| widen(*half)).collect();
        let (half, wide) = match tb {
            true => (View::new(&halves, n, k).t(), View::new(&wide, n, k).t()),
            false => (View::new(&halves, k, n), View::new(&wide, k, n)),
        };
        let into = if add { Into::Add } else { Into::Replace };
        let (mut one, mut other, mut packed) = (start.clone(), start.clone(), start);
        gemm(&mut one, n, View::new(&a, m, k), half, precision, into);
        gemm(&mut other, n, View::new(&a, m, k), wide, precision, into);
        gemm_packed(&mut packed, n, View::new(&a, m, k), &PackedB::new(half, precision), into);
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(&one, &packed);
    }

    #[test]
    fn plain_loops_multiply_halves_too(k in 1usize..40, seed in 0u32..1000) {
        let (a, b) = (random(4 * k, seed), random(8 * k, seed + 1));
        let b: Vec<f32> = b.iter().map(|x| widen(half(*x))).collect();
        let words = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<u32>>();
        let halves: Vec<u32> = b
            .chunks_exact(8)
            .flat_map(|step| (0..4).map(|i| (step[i].to_bits() >> 16) | step[i + 4].to_bits()).collect::<Vec<_>>())
            .collect();
        let (mut one, mut other) = ([0.0; 32], [0.0; 32]);
        // SAFETY: 4 x 8 floats in rows of 8, and `k` steps in both panels.
        unsafe {
            block::lanes_block::<4, 8, 8, false>(k, &words(&a), &words(&b), one.as_mut_ptr(), 8, 4, 8, false);
            block::lanes_block::<4, 8, 4, false>(k, &words(&a), &halves, other.as_mut_ptr(), 8, 4, 8, false);
        }
        prop_assert_eq!(one, other);
    }
}

/// Bits of `x` cut to bfloat16.
fn half(x: f32) -> Half {
    ((x.to_bits() >> 16) as u16).to_le_bytes()
}

#[test]
fn a_matrix_in_parts_gives_the_bits_of_the_whole() {
    // Deeper and wider than what is packed at a time.
    for (k, n) in [(PACK_AT_ONCE / 96 + 700, 100), (130, PACK_AT_ONCE / 128 + 70), (1100, 8200)] {
        assert!(k * n > PACK_AT_ONCE);
        let (a, b, start) = (random(3 * k, 1), random(k * n, 2), random(3 * n, 3));
        for into in [Into::Replace, Into::Add] {
            let (mut parts, mut whole) = (start.clone(), start.clone());
            gemm(&mut parts, n, View::new(&a, 3, k), View::new(&b, k, n), Precision::F32, into);
            gemm_packed(&mut whole, n, View::new(&a, 3, k), &PackedB::new(View::new(&b, k, n), Precision::F32), into);
            assert_eq!(parts, whole);
        }
    }
}
