//! AdamW, and Muon for the matrices inside the layers. Moments and weights are `f32`.

use empower_engine::kernels::gemm::{Into, Precision, View, gemm};
use empower_engine::{Gradients, Parameter};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Settings of AdamW (Loshchilov and Hutter), in the order of its equations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdamWSettings {
    /// Decay of the mean of gradients.
    pub beta1: f64,
    /// Decay of the mean of their squares.
    pub beta2: f64,
    /// Added to the root of the latter.
    pub eps: f64,
    /// Share of a weight taken off a step, times the learning rate. Norms are not decayed unless `decay_norms`.
    pub weight_decay: f64,
    /// Whether one-dimensional parameters decay too.
    pub decay_norms: bool,
}

impl Default for AdamWSettings {
    /// beta2 0.95 and decay 0.1, as the published small-to-middle language models use.
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0.1, decay_norms: false }
    }
}

/// What updates the matrices inside the layers; embeddings, the output layer and norms are always AdamW's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatrixRule {
    /// AdamW.
    Adamw,
    /// Muon (Jordan and others, 2024): momentum, made orthogonal by five Newton-Schulz steps, and scaled so that an
    /// update has the size of AdamW's (0.2 root mean square), so that both share one learning rate.
    Muon,
}

/// Momentum of Muon.
const MUON_MOMENTUM: f32 = 0.95;

/// Root mean square of a Muon update before the learning rate; that of AdamW lies between 0.2 and 0.4 in practice.
const MUON_UPDATE_RMS: f32 = 0.2;

/// Coefficients of the quintic Newton-Schulz iteration of Muon's authors.
const NEWTON_SCHULZ: (f32, f32, f32) = (3.4445, -4.7750, 2.0315);

/// Moments of every trained parameter.
#[derive(Debug, Clone)]
pub struct Optimiser {
    settings: AdamWSettings,
    matrices: MatrixRule,
    pub(crate) step: u64,
    pub(crate) moments: Vec<Option<Moments>>,
}

/// First and second moments of one parameter; Muon keeps no second.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    pub(crate) first: Vec<f32>,
    pub(crate) second: Vec<f32>,
}

impl Optimiser {
    /// Zero moments for every parameter that `gradients` has an entry for.
    pub fn new(parameters: &[Parameter], gradients: &Gradients, settings: AdamWSettings, matrices: MatrixRule) -> Self {
        let moments = parameters
            .iter()
            .enumerate()
            .map(|(slot, parameter)| {
                let len = gradients.get(slot)?.len();
                let second = if uses_muon(matrices, parameter) { Vec::new() } else { vec![0.0; len] };
                Some(Moments { first: vec![0.0; len], second })
            })
            .collect();
        Self { settings, matrices, step: 0, moments }
    }

    /// Takes one step with the given learning rate.
    pub fn step(&mut self, parameters: &mut [Parameter], gradients: &Gradients, learning_rate: f64) {
        self.step += 1;
        let (step, rule, settings) = (self.step, self.matrices, self.settings);
        // Parameters side by side: most of Muon's work on a small matrix is on one thread.
        parameters.par_iter_mut().zip(&mut self.moments).enumerate().for_each(|(slot, (parameter, moments))| {
            let Some(gradient) = gradients.get(slot) else { return };
            let moments = moments.as_mut().expect("moments were made for every gradient");
            if uses_muon(rule, parameter) {
                muon(parameter, &mut moments.first, gradient, learning_rate, settings.weight_decay);
            } else {
                adamw(parameter, moments, gradient, learning_rate, step, settings);
            }
        });
    }
}

fn uses_muon(rule: MatrixRule, parameter: &Parameter) -> bool {
    rule == MatrixRule::Muon && parameter.shape.len() == 2 && parameter.name.contains(".layers.")
}

/// `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g^2`, `w -= lr (decay w + m^ / (sqrt(v^) + eps))`, moments corrected
/// for their start at zero.
fn adamw(
    parameter: &mut Parameter,
    moments: &mut Moments,
    gradient: &[f32],
    learning_rate: f64,
    step: u64,
    settings: AdamWSettings,
) {
    let AdamWSettings { beta1, beta2, eps, weight_decay, decay_norms } = settings;
    let decay = if parameter.shape.len() > 1 || decay_norms { weight_decay } else { 0.0 };
    let keep = (1.0 - learning_rate * decay) as f32;
    let exponent = i32::try_from(step).unwrap_or(i32::MAX);
    let size = (learning_rate / (1.0 - beta1.powi(exponent))) as f32;
    let correction = (1.0 / (1.0 - beta2.powi(exponent)).sqrt()) as f32;
    let (b1, b2, eps) = (beta1 as f32, beta2 as f32, eps as f32);
    const CHUNK: usize = 1 << 14;
    parameter
        .values_mut()
        .par_chunks_mut(CHUNK)
        .zip(moments.first.par_chunks_mut(CHUNK))
        .zip(moments.second.par_chunks_mut(CHUNK))
        .zip(gradient.par_chunks(CHUNK))
        .for_each(|(((values, first), second), gradient)| {
            for i in 0..values.len() {
                let g = gradient[i];
                first[i] = b1 * first[i] + (1.0 - b1) * g;
                second[i] = b2 * second[i] + (1.0 - b2) * g * g;
                values[i] = keep * values[i] - size * first[i] / (second[i].sqrt() * correction + eps);
            }
        });
}

fn muon(parameter: &mut Parameter, momentum: &mut [f32], gradient: &[f32], learning_rate: f64, weight_decay: f64) {
    let (rows, cols) = (parameter.shape[0], parameter.shape[1]);
    let mut update: Vec<f32> = Vec::with_capacity(gradient.len());
    for (momentum, gradient) in momentum.iter_mut().zip(gradient) {
        *momentum = MUON_MOMENTUM * *momentum + (1.0 - MUON_MOMENTUM) * gradient;
        // Nesterov's look ahead.
        update.push(MUON_MOMENTUM * *momentum + (1.0 - MUON_MOMENTUM) * gradient);
    }
    let update = orthogonal(update, rows, cols);
    // An orthogonal matrix has root mean square 1 / sqrt(max(rows, cols)).
    let size = learning_rate as f32 * MUON_UPDATE_RMS * (rows.max(cols) as f32).sqrt();
    let keep = (1.0 - learning_rate * weight_decay) as f32;
    for (value, update) in parameter.values_mut().iter_mut().zip(&update) {
        *value = keep * *value - size * update;
    }
}

/// Five Newton-Schulz steps `X <- a X + (b A + c A^2) X`, `A = X X^T`, from `matrix` over its Frobenius norm: its
/// singular values go to about 1 (between 0.7 and 1.2), its singular vectors stay.
fn orthogonal(matrix: Vec<f32>, rows: usize, cols: usize) -> Vec<f32> {
    let (a, b, c) = NEWTON_SCHULZ;
    let precision = Precision::fastest();
    let norm = matrix.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt() as f32 + 1e-7;
    // The smaller side first, so that A is small.
    let (m, n) = (rows.min(cols), rows.max(cols));
    let mut x: Vec<f32> = if rows <= cols {
        matrix.iter().map(|value| value / norm).collect()
    } else {
        (0..m * n).map(|i| matrix[(i % n) * cols + i / n] / norm).collect()
    };
    let (mut gram, mut square, mut next) = (vec![0.0; m * m], vec![0.0; m * m], vec![0.0; m * n]);
    for _ in 0..5 {
        let view = View::new(&x, m, n);
        gemm(&mut gram, m, view, view.t(), precision, Into::Replace);
        gemm(&mut square, m, View::new(&gram, m, m), View::new(&gram, m, m), precision, Into::Replace);
        for (square, gram) in square.iter_mut().zip(&gram) {
            *square = b * gram + c * *square;
        }
        gemm(&mut next, n, View::new(&square, m, m), view, precision, Into::Replace);
        for (x, next) in x.iter_mut().zip(&next) {
            *x = a * *x + next;
        }
    }
    if rows <= cols { x } else { (0..rows * cols).map(|i| x[(i % cols) * n + i / cols]).collect() }
}

/// Scales all gradients down together where their joint norm is above `limit`; returns the norm before.
pub(crate) fn clip(gradients: &mut Gradients, limit: f64) -> f64 {
    let all: Vec<&[f32]> = gradients.iter().map(|(_, gradient)| gradient).collect();
    // Each parameter's sum is taken by one thread and the sums are added in order: the bits do not depend on threads.
    let squares: Vec<f64> =
        all.par_iter().map(|gradient| gradient.iter().map(|x| f64::from(*x) * f64::from(*x)).sum()).collect();
    let norm = squares.iter().sum::<f64>().sqrt();
    if norm > limit {
        let factor = (limit / norm) as f32;
        gradients.iter_mut().par_bridge().for_each(|(_, gradient)| gradient.iter_mut().for_each(|x| *x *= factor));
    }
    norm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newton_schulz_makes_singular_values_one() {
        for (rows, cols) in [(6, 10), (10, 6), (8, 8)] {
            // Columns of different sizes: far from orthogonal.
            let matrix = (0..rows * cols).map(|i| ((i * 37 % 11) as f32 - 5.0) * (1 + i % cols) as f32).collect();
            let x = orthogonal(matrix, rows, cols);
            let (m, n) = (rows.min(cols), rows.max(cols));
            let at = |i: usize, j: usize| if rows <= cols { x[i * cols + j] } else { x[j * cols + i] };
            let trace: f32 = (0..m).map(|i| (0..n).map(|j| at(i, j) * at(i, j)).sum::<f32>()).sum();
            // Singular values lie in [0.7, 1.2] where the start was not nearly singular, so their mean square does too.
            assert!((0.45..1.45).contains(&(trace / m as f32)), "{rows}x{cols}: {trace}");
        }
    }

    #[test]
    fn clipping_keeps_the_direction() {
        let parameters = [Parameter::new("w".to_owned(), vec![2], vec![0.0; 2])];
        let mut gradients = Gradients::zeros(&parameters, |_| true);
        gradients.get_mut(0).unwrap().copy_from_slice(&[3.0, 4.0]);
        assert_eq!(clip(&mut gradients, 10.0), 5.0);
        assert_eq!(gradients.get(0).unwrap(), [3.0, 4.0]);
        assert_eq!(clip(&mut gradients, 1.0), 5.0);
        // One multiplication each.
        assert!(gradients.get(0).unwrap().iter().zip([0.6, 0.8]).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
