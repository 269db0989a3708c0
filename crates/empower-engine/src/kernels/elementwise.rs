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
