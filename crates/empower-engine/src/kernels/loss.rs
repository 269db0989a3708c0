//! The output layer and softmax cross-entropy in one: logits exist only for a block of tokens at a time.
//!
//! A token may have up to two targets with weights of their own, which is what dense training needs (DESIGN section 4):
//! `w` times the cross-entropy of the document's next token plus `s` times that of the stop token. The loss is a sum,
//! in nats; whoever averages divides by the weights' total.

use rayon::prelude::*;

use super::gemm::{Into, PackedB, Precision, View, gemm, gemm_packed};
use super::simd::{exp, max_of, multiversion, sum_by};

/// Tokens whose logits exist at the same time. Chosen: 256 x 4096 floats are 4 MiB, well inside a third-level cache.
const ROWS: usize = 256;

/// What one position should predict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// The document's next token.
    pub next: u32,
    /// Weight of its cross-entropy; 0 for a position that is not trained on.
    pub next_weight: f32,
    /// The stop token.
    pub stop: u32,
    /// Weight of its cross-entropy.
    pub stop_weight: f32,
}

impl Target {
    /// One target with weight 1: plain language modelling.
    pub fn next(token: u32) -> Self {
        Self { next: token, next_weight: 1.0, stop: token, stop_weight: 0.0 }
    }

    /// A position without a target.
    pub const NONE: Self = Self { next: 0, next_weight: 0.0, stop: 0, stop_weight: 0.0 };

    /// Weight of both targets together.
    pub fn weight(&self) -> f32 {
        self.next_weight + self.stop_weight
    }
}

multiversion! {
    /// Log of the sum of exponentials of `logits`, as `(max, ln sum)`: their total is the normaliser.
    pub fn log_sum_exp(logits: &[f32]) -> f32 {
        let max = max_of(logits);
        max + sum_by(logits.len(), |i| exp(logits[i] - max)).ln()
    }
}

multiversion! {
    /// Turns logits into the gradient of the weighted cross-entropy, and returns the loss in nats.
    fn row_loss(logits: &mut [f32], target: Target) -> f64 {
        let normaliser = {
            let logits = &*logits;
            let max = max_of(logits);
            max + sum_by(logits.len(), |i| exp(logits[i] - max)).ln()
        };
        let loss = f64::from(target.next_weight) * f64::from(normaliser - logits[target.next as usize])
            + f64::from(target.stop_weight) * f64::from(normaliser - logits[target.stop as usize]);
        let weight = target.next_weight + target.stop_weight;
        for logit in logits.iter_mut() {
            *logit = weight * exp(*logit - normaliser);
        }
        logits[target.next as usize] -= target.next_weight;
        logits[target.stop as usize] -= target.stop_weight;
        loss
    }
}

/// Sum of the weighted cross-entropies of all positions, in nats, with gradients.
///
/// `hidden` is `n x D`, `weight` `V x D`, `targets` `n`. `d_hidden` (`n x D`) is replaced by the gradient, `d_weight`
/// (`V x D`) has it added. Both are scaled by `scale` (one over the tokens that the loss will be divided by); the
/// returned loss is not.
pub fn linear_cross_entropy(
    hidden: &[f32],
    weight: &[f32],
    targets: &[Target],
    scale: f32,
    precision: Precision,
    d_hidden: &mut [f32],
    mut d_weight: Option<&mut [f32]>,
) -> f64 {
    let width = hidden.len() / targets.len().max(1);
    let vocabulary = weight.len() / width.max(1);
    let packed = PackedB::new(View::new(weight, vocabulary, width).t(), precision);
    let mut loss = 0.0;
    let mut logits = vec![0.0; ROWS.min(targets.len()) * vocabulary];
    // Positions without a target cost nothing: only the others are gathered.
    d_hidden.fill(0.0);
    let picked: Vec<usize> = (0..targets.len()).filter(|i| targets[*i].weight() != 0.0).collect();
    let mut x = Vec::with_capacity(ROWS * width);
    let mut dx = vec![0.0; ROWS * width];
    for rows in picked.chunks(ROWS) {
        x.clear();
        rows.iter().for_each(|row| x.extend_from_slice(&hidden[row * width..(row + 1) * width]));
        let logits = &mut logits[..rows.len() * vocabulary];
        let dx = &mut dx[..rows.len() * width];
        gemm_packed(logits, vocabulary, View::new(&x, rows.len(), width), &packed, Into::Replace);
        let losses: Vec<f64> = logits
            .par_chunks_mut(vocabulary)
            .zip(rows)
            .map(|(logits, row)| {
                let target = targets[*row];
                let loss = row_loss(logits, target);
                logits.iter_mut().for_each(|d| *d *= scale);
                loss
            })
            .collect();
        loss += losses.iter().sum::<f64>();
        let d_logits = View::new(logits, rows.len(), vocabulary);
        gemm(dx, width, d_logits, View::new(weight, vocabulary, width), precision, Into::Replace);
        for (row, dx) in rows.iter().zip(dx.chunks_exact(width)) {
            d_hidden[row * width..(row + 1) * width].copy_from_slice(dx);
        }
        if let Some(d_weight) = d_weight.as_deref_mut() {
            gemm(d_weight, width, d_logits.t(), View::new(&x, rows.len(), width), precision, Into::Add);
        }
    }
    loss
}

/// Natural log-probability of each target token: `hidden` (`n x D`), `packed` the transposed output weight (`D x V`).
pub fn token_logprobs(hidden: &[f32], packed: &PackedB, targets: &[u32]) -> Vec<f32> {
    let width = hidden.len() / targets.len().max(1);
    let vocabulary = packed.cols();
    let mut logits = vec![0.0; ROWS.min(targets.len()) * vocabulary];
    let mut out = Vec::with_capacity(targets.len());
    for (hidden, targets) in hidden.chunks(ROWS * width.max(1)).zip(targets.chunks(ROWS)) {
        let logits = &mut logits[..targets.len() * vocabulary];
        gemm_packed(logits, vocabulary, View::new(hidden, targets.len(), width), packed, Into::Replace);
        let block: Vec<f32> = logits
            .par_chunks(vocabulary)
            .zip(targets)
            .map(|(logits, target)| logits[*target as usize] - log_sum_exp(logits))
            .collect();
        out.extend(block);
    }
    out
}
