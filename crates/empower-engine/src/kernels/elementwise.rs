//! Operations on one position at a time: gated activations, rotary positions, embedding look-up, biases.
//!
//! Legend: `n` tokens, `D` model width, `F` feed-forward width, `H` heads, `K` head width.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::gemm::{Matrix, widen};
use super::simd::{exp, multiversion};

/// Floats that one thread takes at a time. Chosen: large enough that handing out work costs nothing beside it.
const CHUNK: usize = 1 << 14;

/// Runs `act(first row, rows of each part)` over blocks of whole rows of `out`, in parallel where that pays.
pub(crate) fn by_rows(out: &mut [f32], width: usize, act: impl Fn(usize, &mut [f32]) + Sync) {
    let rows = (CHUNK / width).max(1);
    if out.len() <= rows * width {
        act(0, out);
    } else {
        out.par_chunks_mut(rows * width).enumerate().for_each(|(block, part)| act(block * rows, part));
    }
}

multiversion! {
    fn swiglu_part(out: &mut [f32], gate: &[f32], up: &[f32]) {
        for ((out, gate), up) in out.iter_mut().zip(gate).zip(up) {
            *out = *gate / (1.0 + exp(-*gate)) * *up;
        }
    }
}

/// `2 sqrt(2 / pi)`: GELU's hyperbolic tangent is a sigmoid of twice its argument.
const GELU: f32 = 1.595_769;

/// Factor of the cube in GELU's approximation (Hendrycks and Gimpel, 2016).
const CUBE: f32 = 0.044_715;

multiversion! {
    fn geglu_part(out: &mut [f32], gate: &[f32], up: &[f32]) {
        for ((out, gate), up) in out.iter_mut().zip(gate).zip(up) {
            let inner = GELU * (*gate + CUBE * *gate * *gate * *gate);
            *out = *gate / (1.0 + exp(-inner)) * *up;
        }
    }
}

multiversion! {
    fn geglu_backward_part(d_gate: &mut [f32], d_up: &mut [f32], d_out: &[f32], gate: &[f32], up: &[f32]) {
        for i in 0..d_gate.len() {
            let square = gate[i] * gate[i];
            let sigmoid = 1.0 / (1.0 + exp(-GELU * (gate[i] + CUBE * gate[i] * square)));
            let gelu = gate[i] * sigmoid;
            d_up[i] = d_out[i] * gelu;
            let slope = gelu * (1.0 - sigmoid) * GELU;
            d_gate[i] = d_out[i] * up[i] * (sigmoid + slope + slope * (3.0 * CUBE * square));
        }
    }
}

/// What a feed-forward's gate goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// `x sigmoid(x)`.
    Silu,
    /// `x Phi(x)`, by the hyperbolic tangent.
    GeluTanh,
}

/// `out = activation(gate) * up`, elementwise; all `(n, F)`.
pub fn glu(activation: Activation, out: &mut [f32], gate: &[f32], up: &[f32]) {
    assert!(out.len() == gate.len() && out.len() == up.len(), "one shape");
    by_rows(out, 1, |from, out| {
        let (gate, up) = (&gate[from..][..out.len()], &up[from..][..out.len()]);
        match activation {
            Activation::Silu => swiglu_part(out, gate, up),
            Activation::GeluTanh => geglu_part(out, gate, up),
        }
    });
}

multiversion! {
    fn swiglu_backward_part(d_gate: &mut [f32], d_up: &mut [f32], d_out: &[f32], gate: &[f32], up: &[f32]) {
        for i in 0..d_gate.len() {
            let sigmoid = 1.0 / (1.0 + exp(-gate[i]));
            let silu = gate[i] * sigmoid;
            d_up[i] = d_out[i] * silu;
            d_gate[i] = d_out[i] * up[i] * (sigmoid + silu * (1.0 - sigmoid));
        }
    }
}

/// Gradients of [`glu`]: `d_gate` and `d_up` from `d_out`, the gradient of its output.
pub fn glu_backward(
    activation: Activation,
    d_gate: &mut [f32],
    d_up: &mut [f32],
    d_out: &[f32],
    gate: &[f32],
    up: &[f32],
) {
    assert!([d_up.len(), d_out.len(), gate.len(), up.len()].iter().all(|len| *len == d_gate.len()), "one shape");
    d_gate.par_chunks_mut(CHUNK).zip(d_up.par_chunks_mut(CHUNK)).enumerate().for_each(|(block, (d_gate, d_up))| {
        let range = block * CHUNK..block * CHUNK + d_gate.len();
        let (d_out, gate, up) = (&d_out[range.clone()], &gate[range.clone()], &up[range]);
        match activation {
            Activation::Silu => swiglu_backward_part(d_gate, d_up, d_out, gate, up),
            Activation::GeluTanh => geglu_backward_part(d_gate, d_up, d_out, gate, up),
        }
    });
}

/// Adds `bias` to columns `column ..` of every row of `x`, rows `row_width` apart.
pub fn add_bias(x: &mut [f32], row_width: usize, column: usize, bias: &[f32]) {
    by_rows(x, row_width, |_, part| {
        for row in part.chunks_exact_mut(row_width) {
            for (x, bias) in row[column..].iter_mut().zip(bias) {
                *x += bias;
            }
        }
    });
}

/// Gradient of [`add_bias`]: adds the rows of `d` to `d_bias`, in order.
pub fn add_bias_backward(d_bias: &mut [f32], d: &[f32], row_width: usize, column: usize) {
    for row in d.chunks_exact(row_width) {
        for (to, from) in d_bias.iter_mut().zip(&row[column..]) {
            *to += from;
        }
    }
}

/// Rows of `table` (`V x D`) picked by `ids`, times `scale`, into `out` (`n x D`).
pub fn embed(out: &mut [f32], table: Matrix<'_>, ids: &[u32], scale: f32) {
    let width = table.cols();
    assert_eq!(out.len(), ids.len() * width, "a row a token");
    for (row, id) in out.chunks_exact_mut(width).zip(ids) {
        match table {
            Matrix::F32(table) => {
                row.iter_mut().zip(table.row(*id as usize)).for_each(|(to, from)| *to = scale * from);
            }
            Matrix::Bf16(table) => {
                row.iter_mut().zip(table.row(*id as usize)).for_each(|(to, from)| *to = scale * widen(*from));
            }
        }
    }
}

/// Gradient of [`embed`]: adds each row of `d_out`, times `scale`, to the row of `d_table` that it came from, in order.
pub fn embed_backward(d_table: &mut [f32], d_out: &[f32], ids: &[u32], width: usize, scale: f32) {
    for (row, id) in d_out.chunks_exact(width).zip(ids) {
        for (to, from) in d_table[*id as usize * width..][..width].iter_mut().zip(row) {
            *to += scale * from;
        }
    }
}

/// Positions whose cosines and sines are computed at a time. Chosen: long contexts are allowed for often and used
/// seldom, and a table of 131,072 positions of 128 wide heads would take 67 MB.
const POSITIONS: usize = 1024;

/// Cosines and sines of rotary positions, computed in `f64` when a position is first met.
#[derive(Debug, Clone)]
pub struct RotaryTable {
    inverse_frequency: Vec<f64>,
    /// Of position `p`, element `p % POSITIONS` of block `p / POSITIONS`: `K/2` cosines, then `K/2` sines.
    blocks: Vec<OnceLock<Vec<f32>>>,
}

impl RotaryTable {
    /// A table for positions `0 .. positions` and head width `2 * inverse_frequency.len()`.
    pub fn new(inverse_frequency: &[f64], positions: usize) -> Self {
        let blocks = (0..positions.div_ceil(POSITIONS)).map(|_| OnceLock::new()).collect();
        Self { inverse_frequency: inverse_frequency.to_vec(), blocks }
    }

    /// The `K/2` cosines and sines of a position.
    pub(crate) fn at(&self, position: usize) -> (&[f32], &[f32]) {
        let half = self.inverse_frequency.len();
        let (block, row) = (position / POSITIONS, position % POSITIONS);
        let block = self.blocks[block].get_or_init(|| {
            let angles = |position: usize| self.inverse_frequency.iter().map(move |f| position as f64 * f);
            (block * POSITIONS..(block + 1) * POSITIONS)
                .flat_map(|p| angles(p).map(f64::cos).chain(angles(p).map(f64::sin)).map(|x| x as f32))
                .collect()
        });
        block[2 * half * row..][..2 * half].split_at(half)
    }

    /// Rotates the first `heads` heads of every row of `x` (rows `row_width` apart) by its position, in place: element
    /// `i` of a head with element `i + K/2` (the convention of Hugging Face checkpoints). `sign` is 1 forward and -1
    /// backward: the gradient of a rotation is the rotation back.
    pub fn rotate(&self, x: &mut [f32], row_width: usize, heads: usize, positions: &[u32], sign: f32) {
        assert_eq!(x.len(), positions.len() * row_width, "a row a position");
        let half = self.inverse_frequency.len();
        by_rows(x, row_width, |first, part| {
            for (row, position) in part.chunks_exact_mut(row_width).zip(&positions[first..]) {
                let (cos, sin) = self.at(*position as usize);
                for head in row.chunks_exact_mut(2 * half).take(heads) {
                    let (low, high) = head.split_at_mut(half);
                    for i in 0..half {
                        let (a, b, sin) = (low[i], high[i], sign * sin[i]);
                        low[i] = a * cos[i] - b * sin;
                        high[i] = b * cos[i] + a * sin;
                    }
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::gemm::View;
    use crate::kernels::reference::{self, distance, numeric_gradient, random, with_threads};

    /// Lengths below a vector, around one, at a chunk's edge, and over several chunks with a rest.
    const LENGTHS: [usize; 6] = [1, 7, 33, CHUNK, CHUNK + 1, 2 * CHUNK + 4321];

    /// Gates between -100 and 100, so that the sigmoid saturates at both ends, and more of them near zero.
    fn gates(len: usize, seed: u32) -> Vec<f32> {
        random(len, seed).into_iter().map(|x| 100.0 * x * x * x).collect()
    }

    /// The slow twin of an activation: of gate and `up`.
    type Formula = fn(f32, f32) -> f64;

    const ACTIVATIONS: [(Activation, Formula); 2] =
        [(Activation::Silu, reference::swiglu), (Activation::GeluTanh, reference::geglu)];

    #[test]
    fn gated_units_equal_their_formulas() {
        for (activation, formula) in ACTIVATIONS {
            for len in LENGTHS {
                let (gate, up) = (gates(len, 1), random(len, 2));
                let mut out = vec![0.0; len];
                glu(activation, &mut out, &gate, &up);
                for i in 0..len {
                    let expected = formula(gate[i], up[i]);
                    // `exp` is right to 3.6e-7 relative and three roundings of 6e-8 follow, on a value below |gate up|.
                    // GELU's argument is rounded before: 2e-7 of at most 16, where the sigmoid is not yet flat.
                    let tolerance = 2e-6 * (1.0 + f64::from((gate[i] * up[i]).abs()));
                    assert!((f64::from(out[i]) - expected).abs() < tolerance, "{} {} {}", gate[i], up[i], out[i]);
                }
            }
        }
    }

    #[test]
    fn backwards_of_gated_units_equal_central_differences() {
        for (activation, formula) in ACTIVATIONS {
            for len in LENGTHS {
                let (gate, up, d_out) = (gates(len, 1), random(len, 2), random(len, 3));
                let (mut d_gate, mut d_up) = (random(len, 4), random(len, 5));
                glu_backward(activation, &mut d_gate, &mut d_up, &d_out, &gate, &up);
                for i in 0..len {
                    let scaled = |gate: f32, up: f32| f64::from(d_out[i]) * formula(gate, up);
                    let by_gate = numeric_gradient(&gate[i..=i], |gate| scaled(gate[0], up[i]));
                    let by_up = numeric_gradient(&up[i..=i], |up| scaled(gate[i], up[0]));
                    // As forward: `1 - sigmoid` is right to 6e-8 and is multiplied by the gate (and for GELU by the
                    // slope of a cube, 10 at most where the sigmoid is not flat). The differences' own error, step^2 / 6
                    // of a third derivative of at most a few, is below 1e-6.
                    let tolerance = 2e-6 * (1.0 + f64::from(gate[i].abs()));
                    let wrong = distance(&[d_gate[i], d_up[i]], &[by_gate[0], by_up[0]]);
                    assert!(wrong < tolerance, "gate {} up {}: {wrong}", gate[i], up[i]);
                }
            }
        }
    }

    #[test]
    fn biases_are_added_to_their_columns_and_their_backward_sums_rows() {
        let (n, row_width, column, width) = (1500, 37, 5, 20);
        let (x, bias) = (random(n * row_width, 1), random(width, 2));
        let mut y = x.clone();
        add_bias(&mut y, row_width, column, &bias);
        for (i, (y, x)) in y.iter().zip(&x).enumerate() {
            let inside = (column..column + width).contains(&(i % row_width));
            assert_eq!(*y, if inside { x + bias[i % row_width - column] } else { *x });
        }
        let mut d_bias = bias.clone();
        add_bias_backward(&mut d_bias, &x, row_width, column);
        let sum = |c: usize| x.iter().skip(column + c).step_by(row_width).map(|x| f64::from(*x)).sum::<f64>();
        let expected: Vec<f64> = (0..width).map(|c| f64::from(bias[c]) + sum(c)).collect();
        // 1500 additions to sums of some tens: 1500 x 6e-8 x 60 if all erred the same way.
        assert!(distance(&d_bias, &expected) < 1e-3, "{}", distance(&d_bias, &expected));
    }

    #[test]
    fn elements_do_not_know_their_neighbours() {
        let len = 2 * CHUNK + 77;
        let (gate, up, d_out) = (gates(len, 1), random(len, 2), random(len, 3));
        let run = |range: std::ops::Range<usize>| {
            let (gate, up, d_out) = (&gate[range.clone()], &up[range.clone()], &d_out[range]);
            let (mut out, mut d_gate, mut d_up) = (vec![0.0; gate.len()], vec![0.0; gate.len()], vec![0.0; gate.len()]);
            glu(Activation::GeluTanh, &mut out, gate, up);
            glu_backward(Activation::GeluTanh, &mut d_gate, &mut d_up, d_out, gate, up);
            (out, d_gate, d_up)
        };
        let (out, d_gate, d_up) = with_threads(4, || run(0..len));
        // One row of 1, 31 or 4099 numbers alone is what it was inside the batch, wherever it started.
        for range in [0..1, 5..36, 1000..5099, CHUNK - 3..CHUNK + 28, len - 1..len] {
            let alone = with_threads(1, || run(range.clone()));
            let inside = (out[range.clone()].to_vec(), d_gate[range.clone()].to_vec(), d_up[range].to_vec());
            assert_eq!(alone, inside);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn embedding_picks_rows_and_its_backward_sums_them(
            ids in prop::collection::vec(0u32..7, 0..60), width in 1usize..40, seed in 0u32..1000,
        ) {
            let table = random(7 * width, seed);
            let mut out = vec![0.0; ids.len() * width];
            embed(&mut out, View::new(&table, 7, width).into(), &ids, 0.5);
            for (row, id) in out.chunks_exact(width).zip(&ids) {
                // Half of a number is exact.
                let expected: Vec<f32> = table[*id as usize * width..][..width].iter().map(|x| 0.5 * x).collect();
                prop_assert_eq!(row, expected);
            }
            let (d_out, start) = (random(out.len(), seed + 1), random(table.len(), seed + 2));
            let mut d_table = start.clone();
            embed_backward(&mut d_table, &d_out, &ids, width, 0.5);
            let mut expected: Vec<f64> = start.iter().map(|x| f64::from(*x)).collect();
            for (row, id) in d_out.chunks_exact(width).zip(&ids) {
                for (to, from) in expected[*id as usize * width..].iter_mut().zip(row) {
                    *to += 0.5 * f64::from(*from);
                }
            }
            // At most 60 additions to sums below 30 (typically 4), 6e-8 relative each.
            prop_assert!(distance(&d_table, &expected) < 2e-5, "{}", distance(&d_table, &expected));
        }

        #[test]
        fn rotary_turns_the_first_heads_and_turns_them_back(
            n in 1usize..40, half in 1usize..20, heads in 0usize..5, more in 0usize..4, seed in 0u32..1000,
        ) {
            check_rotary(n, half, heads, more, seed);
        }
    }

    #[test]
    fn rotary_over_several_blocks_of_rows() {
        check_rotary(3 * CHUNK / 32 + 5, 4, 3, 1, 9);
    }

    /// Rows of `heads + more` heads, of which `heads` are rotated, at positions in no order.
    fn check_rotary(n: usize, half: usize, heads: usize, more: usize, seed: u32) {
        // More than are computed at a time.
        const POSITIONS: usize = 2100;
        let width = 2 * half;
        let row_width = ((heads + more) * width).max(1);
        let frequencies: Vec<f64> = (0..half).map(|i| 1e4f64.powf(-(i as f64) / half as f64)).collect();
        let table = RotaryTable::new(&frequencies, POSITIONS);
        let positions: Vec<u32> = (0..n).map(|i| ((i * 37 + seed as usize) % POSITIONS) as u32).collect();
        let x = random(n * row_width, seed);
        let mut turned = x.clone();
        table.rotate(&mut turned, row_width, heads, &positions, 1.0);

        let mut expected: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
        for (i, position) in positions.iter().enumerate() {
            for start in (0..heads).map(|head| i * row_width + head * width) {
                let head = reference::rotate(&x[start..start + width], &frequencies, *position);
                expected[start..start + width].copy_from_slice(&head);
            }
        }
        // Numbers below 1: a rounded cosine and sine, two products, one sum below 2; half a unit in the last place
        // each, 3e-7 in all.
        assert!(distance(&turned, &expected) < 4e-7, "{}", distance(&turned, &expected));

        for i in 0..n {
            let range = i * row_width..(i + 1) * row_width;
            let (was, is) = (&x[range.clone()], &turned[range.clone()]);
            assert_eq!(was[heads * width..], is[heads * width..], "heads past the first {heads} stay as they are");
            let norm = |row: &[f32]| reference::dot(row.iter().map(|x| (*x, *x)));
            for head in (0..heads).map(|head| head * width..(head + 1) * width) {
                // Each of `width` elements is wrong by 4e-7 at most, and its square by 2 x sqrt(2) times that.
                let wrong = (norm(&was[head.clone()]) - norm(&is[head])).abs();
                assert!(wrong < 1.2e-6 * width as f64, "{wrong}");
            }
            let mut alone = was.to_vec();
            table.rotate(&mut alone, row_width, heads, &positions[i..=i], 1.0);
            assert_eq!(alone, is, "a row alone is what it is in the batch");
        }

        // The backward is the inverse, hence the transpose: <rotate(x), d> = <x, rotate_back(d)>.
        let d = random(x.len(), seed + 1);
        let mut d_x = d.clone();
        table.rotate(&mut d_x, row_width, heads, &positions, -1.0);
        for row in (0..x.len()).step_by(row_width).map(|start| start..start + row_width) {
            let dot = |a: &[f32], b: &[f32]| reference::dot(a.iter().copied().zip(b.iter().copied()));
            let wrong = dot(&turned[row.clone()], &d[row.clone()]) - dot(&x[row.clone()], &d_x[row]);
            // Two sums of `row_width` products, one factor below 1 and the other wrong by 4e-7 at most.
            assert!(wrong.abs() < 8e-7 * row_width as f64, "{wrong}");
        }
        table.rotate(&mut turned, row_width, heads, &positions, -1.0);
        let back: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
        // Two rotations, and the second one turns the first one's error by at most sqrt(2).
        assert!(distance(&turned, &back) < 1e-6, "{}", distance(&turned, &back));
    }
}
