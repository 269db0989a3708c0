//! Operations on one position at a time: SwiGLU, rotary positions, embedding look-up, sums.
//!
//! Legend: `n` tokens, `D` model width, `F` feed-forward width, `H` heads, `K` head width.

use rayon::prelude::*;

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

/// `out = silu(gate) * up`, elementwise; all `(n, F)`.
pub fn swiglu(out: &mut [f32], gate: &[f32], up: &[f32]) {
    assert!(out.len() == gate.len() && out.len() == up.len(), "one shape");
    by_rows(out, 1, |from, out| swiglu_part(out, &gate[from..][..out.len()], &up[from..][..out.len()]));
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

/// Gradients of [`swiglu`]: `d_gate` and `d_up` from `d_out`, the gradient of its output.
pub fn swiglu_backward(d_gate: &mut [f32], d_up: &mut [f32], d_out: &[f32], gate: &[f32], up: &[f32]) {
    assert!([d_up.len(), d_out.len(), gate.len(), up.len()].iter().all(|len| *len == d_gate.len()), "one shape");
    d_gate.par_chunks_mut(CHUNK).zip(d_up.par_chunks_mut(CHUNK)).enumerate().for_each(|(block, (d_gate, d_up))| {
        let range = block * CHUNK..block * CHUNK + d_gate.len();
        let (d_gate, d_up) = (&mut *d_gate, &mut *d_up);
        let len = d_gate.len();
        swiglu_backward_part(d_gate, &mut d_up[..len], &d_out[range.clone()], &gate[range.clone()], &up[range]);
    });
}

/// `to += from`.
pub fn add_assign(to: &mut [f32], from: &[f32]) {
    assert_eq!(to.len(), from.len(), "one shape");
    by_rows(to, 1, |start, to| {
        for (to, from) in to.iter_mut().zip(&from[start..]) {
            *to += from;
        }
    });
}

/// Rows of `table` (`V x D`) picked by `ids`, into `out` (`n x D`).
pub fn embed(out: &mut [f32], table: &[f32], ids: &[u32], width: usize) {
    assert_eq!(out.len(), ids.len() * width, "a row a token");
    for (row, id) in out.chunks_exact_mut(width).zip(ids) {
        row.copy_from_slice(&table[*id as usize * width..][..width]);
    }
}

/// Gradient of [`embed`]: adds each row of `d_out` to the row of `d_table` that it came from, in order.
pub fn embed_backward(d_table: &mut [f32], d_out: &[f32], ids: &[u32], width: usize) {
    for (row, id) in d_out.chunks_exact(width).zip(ids) {
        for (to, from) in d_table[*id as usize * width..][..width].iter_mut().zip(row) {
            *to += from;
        }
    }
}

/// Cosines and sines of rotary positions, computed in `f64`: `cos[p * K/2 + i] = cos(p * inverse_frequency[i])`.
#[derive(Debug, Clone)]
pub struct RotaryTable {
    cos: Vec<f32>,
    sin: Vec<f32>,
    half: usize,
}

impl RotaryTable {
    /// A table for positions `0 .. positions` and head width `2 * inverse_frequency.len()`.
    pub fn new(inverse_frequency: &[f64], positions: usize) -> Self {
        let half = inverse_frequency.len();
        let angle = |i: usize| (i / half) as f64 * inverse_frequency[i % half];
        let len = positions * half;
        Self {
            cos: (0..len).map(|i| angle(i).cos() as f32).collect(),
            sin: (0..len).map(|i| angle(i).sin() as f32).collect(),
            half,
        }
    }

    /// Rotates the first `heads` heads of every row of `x` (rows `row_width` apart) by its position, in place: element
    /// `i` of a head with element `i + K/2` (the convention of Hugging Face checkpoints). `sign` is 1 forward and -1
    /// backward: the gradient of a rotation is the rotation back.
    pub fn rotate(&self, x: &mut [f32], row_width: usize, heads: usize, positions: &[u32], sign: f32) {
        assert_eq!(x.len(), positions.len() * row_width, "a row a position");
        by_rows(x, row_width, |first, part| {
            for (row, position) in part.chunks_exact_mut(row_width).zip(&positions[first..]) {
                let at = *position as usize * self.half;
                let (cos, sin) = (&self.cos[at..at + self.half], &self.sin[at..at + self.half]);
                for head in row.chunks_exact_mut(2 * self.half).take(heads) {
                    let (low, high) = head.split_at_mut(self.half);
                    for i in 0..self.half {
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
    use crate::kernels::reference::{self, distance, numeric_gradient, random, with_threads};

    /// Lengths below a vector, around one, at a chunk's edge, and over several chunks with a rest.
    const LENGTHS: [usize; 6] = [1, 7, 33, CHUNK, CHUNK + 1, 2 * CHUNK + 4321];

    /// Gates between -100 and 100, so that the sigmoid saturates at both ends, and more of them near zero.
    fn gates(len: usize, seed: u32) -> Vec<f32> {
        random(len, seed).into_iter().map(|x| 100.0 * x * x * x).collect()
    }

    #[test]
    fn swiglu_equals_the_formula() {
        for len in LENGTHS {
            let (gate, up) = (gates(len, 1), random(len, 2));
            let mut out = vec![0.0; len];
            swiglu(&mut out, &gate, &up);
            for i in 0..len {
                let expected = reference::swiglu(gate[i], up[i]);
                // `exp` is right to 3.6e-7 relative and three roundings of 6e-8 follow, on a value below |gate up|.
                let tolerance = 1e-6 * (1.0 + f64::from((gate[i] * up[i]).abs()));
                assert!((f64::from(out[i]) - expected).abs() < tolerance, "{} {} {}", gate[i], up[i], out[i]);
            }
        }
    }

    #[test]
    fn swiglu_backward_equals_central_differences() {
        for len in LENGTHS {
            let (gate, up, d_out) = (gates(len, 1), random(len, 2), random(len, 3));
            let (mut d_gate, mut d_up) = (random(len, 4), random(len, 5));
            swiglu_backward(&mut d_gate, &mut d_up, &d_out, &gate, &up);
            for i in 0..len {
                let scaled = |gate: f32, up: f32| f64::from(d_out[i]) * reference::swiglu(gate, up);
                let by_gate = numeric_gradient(&gate[i..=i], |gate| scaled(gate[0], up[i]));
                let by_up = numeric_gradient(&up[i..=i], |up| scaled(gate[i], up[0]));
                // As forward: `1 - sigmoid` is right to 6e-8 and is multiplied by the gate. The differences' own error,
                // step^2 / 6 of a third derivative below 1, is 2e-7.
                let tolerance = 1e-6 * (1.0 + f64::from(gate[i].abs()));
                let wrong = distance(&[d_gate[i], d_up[i]], &[by_gate[0], by_up[0]]);
                assert!(wrong < tolerance, "gate {} up {}: {wrong}", gate[i], up[i]);
            }
        }
    }

    #[test]
    fn elements_do_not_know_their_neighbours() {
        let len = 2 * CHUNK + 77;
        let (gate, up, d_out) = (gates(len, 1), random(len, 2), random(len, 3));
        let run = |range: std::ops::Range<usize>| {
            let (gate, up, d_out) = (&gate[range.clone()], &up[range.clone()], &d_out[range]);
            let (mut out, mut d_gate, mut d_up) = (vec![0.0; gate.len()], vec![0.0; gate.len()], vec![0.0; gate.len()]);
            swiglu(&mut out, gate, up);
            swiglu_backward(&mut d_gate, &mut d_up, d_out, gate, up);
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

    #[test]
    fn add_assign_adds_every_element() {
        for len in LENGTHS {
            let (mut to, from) = (random(len, 1), random(len, 2));
            let expected: Vec<f32> = to.iter().zip(&from).map(|(a, b)| a + b).collect();
            add_assign(&mut to, &from);
            assert_eq!(to, expected);
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
            embed(&mut out, &table, &ids, width);
            for (row, id) in out.chunks_exact(width).zip(&ids) {
                prop_assert_eq!(row, &table[*id as usize * width..][..width]);
            }
            let (d_out, start) = (random(out.len(), seed + 1), random(table.len(), seed + 2));
            let mut d_table = start.clone();
            embed_backward(&mut d_table, &d_out, &ids, width);
            let mut expected: Vec<f64> = start.iter().map(|x| f64::from(*x)).collect();
            for (row, id) in d_out.chunks_exact(width).zip(&ids) {
                for (to, from) in expected[*id as usize * width..].iter_mut().zip(row) {
                    *to += f64::from(*from);
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
        const POSITIONS: usize = 500;
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
