//! RMSNorm: `y = x / sqrt(mean(x^2) + eps) * weight`, over the last axis.

use rayon::prelude::*;

use super::simd::{multiversion, sum_by};

multiversion! {
    fn rows_forward(y: &mut [f32], scale: &mut [f32], x: &[f32], weight: &[f32], eps: f32) {
        let width = weight.len();
        for ((y, scale), x) in y.chunks_exact_mut(width).zip(scale).zip(x.chunks_exact(width)) {
            let mean = sum_by(width, |i| x[i] * x[i]) / width as f32;
            *scale = 1.0 / (mean + eps).sqrt();
            for i in 0..width {
                y[i] = x[i] * *scale * weight[i];
            }
        }
    }
}

/// Rows of a block. Chosen: 64 rows of 256 floats are 64 KiB.
const ROWS: usize = 64;

/// Normalises every row of `x` (`n x D`) into `y`, and keeps `1 / sqrt(mean(x^2) + eps)` of every row in `scale` (`n`)
/// for the backward.
pub fn rms_norm(y: &mut [f32], scale: &mut [f32], x: &[f32], weight: &[f32], eps: f32) {
    let width = weight.len();
    assert!(x.len() == y.len() && x.len() == scale.len() * width, "n x D");
    if scale.len() <= ROWS {
        return rows_forward(y, scale, x, weight, eps);
    }
    y.par_chunks_mut(ROWS * width)
        .zip(scale.par_chunks_mut(ROWS))
        .zip(x.par_chunks(ROWS * width))
        .for_each(|((y, scale), x)| rows_forward(y, scale, x, weight, eps));
}

multiversion! {
    fn rows_backward(
        dx: &mut [f32], d_weight: &mut [f32], dy: &[f32], x: &[f32], scale: &[f32], weight: &[f32],
    ) {
        let width = weight.len();
        for (row, scale) in scale.iter().enumerate() {
            let range = row * width..(row + 1) * width;
            let (dx, dy, x) = (&mut dx[range.clone()], &dy[range.clone()], &x[range]);
            // y_i = x_i s w_i with s = (mean x^2 + eps)^(-1/2), ds/dx_j = -s^3 x_j / D.
            let along = sum_by(width, |i| dy[i] * weight[i] * x[i]) * scale * scale * scale / width as f32;
            for i in 0..width {
                dx[i] += dy[i] * weight[i] * scale - along * x[i];
                d_weight[i] += dy[i] * x[i] * scale;
            }
        }
    }
}

/// Gradient of [`rms_norm`]: **adds** to `dx` (`n x D`) and to `d_weight` (`D`), from `dy` and what the forward saw.
pub fn rms_norm_backward(
    dx: &mut [f32],
    d_weight: Option<&mut [f32]>,
    dy: &[f32],
    x: &[f32],
    scale: &[f32],
    weight: &[f32],
) {
    let width = weight.len();
    assert!(dx.len() == dy.len() && dx.len() == x.len() && x.len() == scale.len() * width, "n x D");
    let parts: Vec<Vec<f32>> = dx
        .par_chunks_mut(ROWS * width)
        .zip(dy.par_chunks(ROWS * width))
        .zip(x.par_chunks(ROWS * width))
        .zip(scale.par_chunks(ROWS))
        .map(|(((dx, dy), x), scale)| {
            let mut d_weight = vec![0.0; width];
            rows_backward(dx, &mut d_weight, dy, x, scale, weight);
            d_weight
        })
        .collect();
    if let Some(d_weight) = d_weight {
        // In order of blocks, so that the sum does not depend on which thread came first.
        for part in parts {
            for (to, from) in d_weight.iter_mut().zip(part) {
                *to += from;
            }
        }
    }
}
