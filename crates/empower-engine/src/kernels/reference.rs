//! The slow and obvious twin of every kernel, in `f64`, one scalar at a time.

/// Sum of products.
pub fn dot(pairs: impl Iterator<Item = (f32, f32)>) -> f64 {
    pairs.map(|(a, b)| f64::from(a) * f64::from(b)).sum()
}

/// Gradient of `loss` at `at` by central differences, one element at a time.
pub fn numeric_gradient(at: &[f32], mut loss: impl FnMut(&[f32]) -> f64) -> Vec<f64> {
    let mut point = at.to_vec();
    (0..at.len())
        .map(|i| {
            let step = 1e-3f32;
            point[i] = at[i] + step;
            let (high, up) = (point[i], loss(&point));
            point[i] = at[i] - step;
            let (low, down) = (point[i], loss(&point));
            point[i] = at[i];
            (up - down) / f64::from(high - low)
        })
        .collect()
}

/// RMSNorm of one row.
pub fn rms_norm(x: &[f32], weight: &[f32], eps: f64) -> Vec<f64> {
    let mean = x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / x.len() as f64;
    x.iter().zip(weight).map(|(x, w)| f64::from(*x) / (mean + eps).sqrt() * f64::from(*w)).collect()
}

/// SwiGLU of one element.
pub fn swiglu(gate: f32, up: f32) -> f64 {
    let gate = f64::from(gate);
    gate / (1.0 + (-gate).exp()) * f64::from(up)
}

/// Weighted cross-entropy of one row of logits, in nats.
pub fn cross_entropy(logits: &[f64], targets: &[(u32, f32)]) -> f64 {
    let sum: f64 = logits.iter().map(|l| l.exp()).sum();
    targets.iter().map(|(t, w)| f64::from(*w) * (sum.ln() - logits[*t as usize])).sum()
}

/// Causal attention of one sequence: `q[i][h]`, `k[i][g]`, `v[i][g]` are heads of width `width` inside rows
/// `[queries | keys | values]` of `qkv`.
pub fn attention(qkv: &[f32], query: usize, key_value: usize, width: usize) -> Vec<f64> {
    let row = (query + 2 * key_value) * width;
    let n = qkv.len() / row;
    let at = |i: usize, head: usize, c: usize| f64::from(qkv[i * row + head * width + c]);
    let mut out = vec![0.0; n * query * width];
    for i in 0..n {
        for h in 0..query {
            let g = query + h / (query / key_value);
            let scores: Vec<f64> = (0..=i)
                .map(|j| (0..width).map(|c| at(i, h, c) * at(j, g, c)).sum::<f64>() / (width as f64).sqrt())
                .collect();
            let total: f64 = scores.iter().map(|s| s.exp()).sum();
            for (j, score) in scores.iter().enumerate() {
                for c in 0..width {
                    out[(i * query + h) * width + c] += score.exp() / total * at(j, g + key_value, c);
                }
            }
        }
    }
    out
}
