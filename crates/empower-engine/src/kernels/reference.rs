//! The slow and obvious twin of every kernel, in `f64`, one scalar at a time.

/// `len` numbers spread evenly over `[-1, 1)`, the same for the same seed.
pub fn random(len: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2654435761).wrapping_add(12345);
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// Largest absolute difference; infinite where one side is not a number, so that no tolerance lets it pass.
pub fn distance(got: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(got.len(), expected.len(), "one shape");
    let differences = got.iter().zip(expected).map(|(got, expected)| (f64::from(*got) - expected).abs());
    differences.fold(0.0, |worst, d| if d.is_nan() { f64::INFINITY } else { worst.max(d) })
}

/// What `act` returns on a rayon pool of `threads` threads.
pub fn with_threads<T: Send>(threads: usize, act: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a small pool starts").install(act)
}

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

/// GELU by the hyperbolic tangent, times `up`, of one element.
pub fn geglu(gate: f32, up: f32) -> f64 {
    let gate = f64::from(gate);
    let inner = (2.0 / std::f64::consts::PI).sqrt() * (gate + 0.044715 * gate.powi(3));
    0.5 * gate * (1.0 + inner.tanh()) * f64::from(up)
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

/// Gradient of [`cross_entropy`] with respect to the logits.
pub fn cross_entropy_gradient(logits: &[f64], targets: &[(u32, f32)]) -> Vec<f64> {
    let sum: f64 = logits.iter().map(|l| l.exp()).sum();
    let total: f64 = targets.iter().map(|(_, w)| f64::from(*w)).sum();
    let mut gradient: Vec<f64> = logits.iter().map(|l| total * l.exp() / sum).collect();
    for (token, weight) in targets {
        gradient[*token as usize] -= f64::from(*weight);
    }
    gradient
}

/// Rotates one head by a position: elements `i` and `i + K/2` are a point of the plane, turned by
/// `position * inverse_frequency[i]`.
pub fn rotate(head: &[f32], inverse_frequency: &[f64], position: u32) -> Vec<f64> {
    let half = inverse_frequency.len();
    let turned = |i: usize, sine_of: usize, sign: f64| {
        let angle = f64::from(position) * inverse_frequency[i % half];
        f64::from(head[i]) * angle.cos() + sign * f64::from(head[sine_of]) * angle.sin()
    };
    (0..2 * half).map(|i| if i < half { turned(i, i + half, -1.0) } else { turned(i, i - half, 1.0) }).collect()
}

/// How [`attention`] weighs: width of a head, factor on scores, and the positions that a query sees, itself included.
#[derive(Clone, Copy)]
pub struct AttentionRule {
    pub width: usize,
    pub scale: f64,
    pub window: Option<usize>,
}

impl AttentionRule {
    /// The positions that query `i` sees.
    fn seen(self, i: usize) -> std::ops::RangeInclusive<usize> {
        self.window.map_or(0, |window| (i + 1).max(window) - window)..=i
    }
}

/// Causal attention of one sequence: `q[i][h]`, `k[i][g]`, `v[i][g]` are heads of width `width` inside rows
/// `[queries | keys | values]` of `qkv`.
pub fn attention(qkv: &[f32], query: usize, key_value: usize, rule: AttentionRule) -> Vec<f64> {
    let width = rule.width;
    let row = (query + 2 * key_value) * width;
    let n = qkv.len() / row;
    let at = |i: usize, head: usize, c: usize| f64::from(qkv[i * row + head * width + c]);
    let mut out = vec![0.0; n * query * width];
    for i in 0..n {
        for h in 0..query {
            let g = query + h / (query / key_value);
            let scores: Vec<f64> = (rule.seen(i))
                .map(|j| (0..width).map(|c| at(i, h, c) * at(j, g, c)).sum::<f64>() * rule.scale)
                .collect();
            let total: f64 = scores.iter().map(|s| s.exp()).sum();
            for (j, score) in rule.seen(i).zip(&scores) {
                for c in 0..width {
                    out[(i * query + h) * width + c] += score.exp() / total * at(j, g + key_value, c);
                }
            }
        }
    }
    out
}

/// Gradient of `sum(d_out * attention(qkv))` with respect to `qkv`; arguments as in [`attention`].
pub fn attention_backward(qkv: &[f32], d_out: &[f32], query: usize, key_value: usize, rule: AttentionRule) -> Vec<f64> {
    let width = rule.width;
    let row = (query + 2 * key_value) * width;
    let n = qkv.len() / row;
    let at = |i: usize, head: usize, c: usize| f64::from(qkv[i * row + head * width + c]);
    let mut gradient = vec![0.0; qkv.len()];
    for i in 0..n {
        for h in 0..query {
            let g = query + h / (query / key_value);
            let d_out = |c: usize| f64::from(d_out[(i * query + h) * width + c]);
            let score = |j: usize| (0..width).map(|c| at(i, h, c) * at(j, g, c)).sum::<f64>() * rule.scale;
            let e: Vec<f64> = rule.seen(i).map(|j| score(j).exp()).collect();
            let total: f64 = e.iter().sum();
            let p: Vec<f64> = e.iter().map(|e| e / total).collect();
            let d_p = rule.seen(i).map(|j| (0..width).map(|c| d_out(c) * at(j, g + key_value, c)).sum());
            let d_p: Vec<f64> = d_p.collect();
            let along: f64 = p.iter().zip(&d_p).map(|(p, d)| p * d).sum();
            for (j, (p, d_p)) in rule.seen(i).zip(p.iter().zip(&d_p)) {
                let d_score = p * (d_p - along) * rule.scale;
                for c in 0..width {
                    gradient[i * row + h * width + c] += d_score * at(j, g, c);
                    gradient[j * row + g * width + c] += d_score * at(i, h, c);
                    gradient[j * row + (g + key_value) * width + c] += p * d_out(c);
                }
            }
        }
    }
    gradient
}
