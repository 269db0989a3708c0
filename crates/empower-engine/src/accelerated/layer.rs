//! One layer on tensors; what it computes is drawn in `decoder/layer.rs`.
//!
//! Attention goes sequence by sequence and by blocks of queries, so that scores of long sequences need not all exist at
//! a time, and a layer with a window looks at no more keys than its block can see.

use candle_core::{Result, Tensor};

use super::Pass;
use super::operations::{product, rotate, softmax};
use crate::batch::Cache;
use crate::kernels::attention::Rule;
use crate::kernels::elementwise::Activation;
use crate::parameters::Linear;

impl Pass<'_> {
    /// A layer's output, `(n, D)`.
    pub(super) fn layer(&self, index: usize, x: &Tensor, caches: Option<&mut [Cache]>) -> Result<Tensor> {
        let layer = &self.decoder.slots.layers[index];
        let normed = self.norm(x, layer.attention_norm)?;
        let attended = self.attention(index, &normed, caches)?;
        let mut out = self.linear(index, Linear::O, &attended)?;
        if let Some(norm) = layer.attention_out_norm {
            out = self.norm(&out, norm)?;
        }
        let middle = (x + out)?;

        let normed = self.norm(&middle, layer.mlp_norm)?;
        let gate = self.linear(index, Linear::Gate, &normed)?;
        let gate = match self.decoder.arithmetic.activation {
            Activation::Silu => gate.silu()?,
            // candle's `gelu` is the approximation by the hyperbolic tangent.
            Activation::GeluTanh => gate.gelu()?,
        };
        let mut out = self.linear(index, Linear::Down, &(gate * self.linear(index, Linear::Up, &normed)?)?)?;
        if let Some(norm) = layer.mlp_out_norm {
            out = self.norm(&out, norm)?;
        }
        middle + out
    }

    /// `W x + s B A dropout(x)`, `(n, out)`.
    fn linear(&self, index: usize, linear: Linear, x: &Tensor) -> Result<Tensor> {
        let weight = self.parameter(self.decoder.slots.layers[index].linear(linear))?;
        let y = product(x, &weight, self.products)?;
        let Some((a, b)) = self.decoder.adapter(index, linear) else { return Ok(y) };
        let factors = match self.wanted {
            Some(_) => self.decoder.dropout_factors(index, linear, self.batch),
            None => None,
        };
        let dropped = match factors {
            None => x.clone(),
            Some(factors) => (x * Tensor::from_vec(factors, x.shape(), self.on)?)?,
        };
        let middle = (product(&dropped, &self.parameter(a)?, self.products)? * self.decoder.adapter_scale())?;
        y + product(&middle, &self.parameter(b)?, self.products)?
    }

    /// What attention finds, before the output projection, `(n, H K)`.
    fn attention(&self, index: usize, normed: &Tensor, mut caches: Option<&mut [Cache]>) -> Result<Tensor> {
        let (layer, kind) = (&self.decoder.slots.layers[index], self.decoder.arithmetic.layers[index]);
        let (n, heads) = (self.batch.len(), self.decoder.config.heads());
        let part = |at: usize, linear: Linear, n_heads: usize| {
            let mut rows = self.linear(index, linear, normed)?;
            if let Some(biases) = layer.biases {
                rows = rows.broadcast_add(&self.parameter(biases[at])?)?;
            }
            let rows = rows.reshape((n, n_heads, heads.width))?; // (n, heads, K)
            match layer.head_norms {
                Some(norms) if at < norms.len() => self.norm(&rows, norms[at]),
                _ => Ok(rows),
            }
        };
        let queries = rotate(&part(0, Linear::Q, heads.query)?, &self.rotary[kind.rotary])?;
        let keys = rotate(&part(1, Linear::K, heads.key_value)?, &self.rotary[kind.rotary])?;
        let values = part(2, Linear::V, heads.key_value)?;
        let mut found = Vec::with_capacity(self.batch.segments.len());
        for (at, segment) in self.batch.segments.iter().enumerate().filter(|(_, segment)| segment.len > 0) {
            let rows = |x: &Tensor| x.narrow(0, segment.start, segment.len);
            let (past, [keys, values]) = match &mut caches {
                None => (0, [rows(&keys)?, rows(&values)?]),
                Some(caches) => {
                    let Cache { tokens, on_device, .. } = &mut caches[at];
                    (tokens.len(), on_device.extend(index, tokens.len(), [&rows(&keys)?, &rows(&values)?])?)
                }
            };
            attend(&rows(&queries)?, [&keys, &values], past, kind.rule, self.block, &mut found)?;
        }
        Tensor::cat(&found, 0)
    }
}

/// Attention of one sequence: `queries` `(T, H, K)` that stand after `past` of the `keys` and `values` `(S, G, K)`. Adds
/// blocks of results, `(.., H K)`, to `found`; a block has about `block` scores.
fn attend(
    queries: &Tensor,
    [keys, values]: [&Tensor; 2],
    past: usize,
    rule: Rule,
    block: usize,
    found: &mut Vec<Tensor>,
) -> Result<()> {
    let ((n_queries, n_heads, width), (n_keys, groups, _)) = (queries.dims3()?, keys.dims3()?);
    let by_head = |x: &Tensor| x.transpose(0, 1)?.contiguous();
    let (keys, values) = (by_head(keys)?, by_head(values)?); // (G, S, K)
    let block = (block / (n_heads * n_keys)).max(1);
    for first in (0..n_queries).step_by(block) {
        let t = block.min(n_queries - first);
        // Keys that some query of the block sees.
        let end = past + first + t;
        let start = rule.window.map_or(0, |window| (past + first + 1).saturating_sub(window));
        let seen = |x: &Tensor| x.narrow(1, start, end - start)?.contiguous();
        // Heads that share a key lie together.
        let rows = by_head(&queries.narrow(0, first, t)?)?.reshape((groups, n_heads / groups * t, width))?;
        let scores = (rows.matmul(&seen(&keys)?.t()?)? * f64::from(rule.scale))?; // (G, H/G t, s)
        let weights = match t {
            // All of its keys stand before it, inside its window.
            1 => softmax(&scores)?,
            _ => {
                let scores = scores.reshape((n_heads, t, end - start))?;
                let hidden = mask(past + first..end, start..end, rule.window, scores.device())?;
                softmax(&scores.broadcast_add(&hidden)?)?.reshape((groups, n_heads / groups * t, end - start))?
            }
        };
        let attended = weights.matmul(&seen(&values)?)?.reshape((n_heads, t, width))?;
        found.push(attended.transpose(0, 1)?.contiguous()?.reshape((t, n_heads * width))?);
    }
    Ok(())
}

/// Zero where a query sees a key and minus infinity where it does not, `(queries, keys)`; both by their positions.
fn mask(
    queries: std::ops::Range<usize>,
    keys: std::ops::Range<usize>,
    window: Option<usize>,
    on: &candle_core::Device,
) -> Result<Tensor> {
    let shape = (queries.len(), keys.len());
    // Positions are whole numbers below 2^24, exact in single precision.
    let positions = |range: std::ops::Range<usize>| Tensor::arange(range.start as f32, range.end as f32, on);
    let distance =
        positions(queries)?.reshape((shape.0, 1))?.broadcast_sub(&positions(keys)?.reshape((1, shape.1))?)?;
    let never = Tensor::full(f32::NEG_INFINITY, shape, on)?;
    let mask = distance.ge(0f32)?.where_cond(&never.zeros_like()?, &never)?;
    match window {
        None => Ok(mask),
        Some(window) => distance.lt(window as f32)?.where_cond(&mask, &never),
    }
}
