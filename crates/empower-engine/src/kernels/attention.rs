//! Causal grouped-query attention over ragged sequences, forward and backward.
//!
//! Queries, keys and values of all sequences lie row after row in one buffer; a [`Segment`] says which rows belong
//! together. `H` query heads share `G` key-value heads (`H / G` each), `K` wide. Sequences never see each other, and
//! nothing is padded.

use rayon::prelude::*;

use super::gemm::{Into, Precision, View, gemm_here};
use super::simd::{exp, max_of, multiversion, sum_by};

/// Shape of the heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// `H`, query heads.
    pub query: usize,
    /// `G`, key-value heads; divides `H`.
    pub key_value: usize,
    /// `K`, width of a head.
    pub width: usize,
}

impl Heads {
    /// Width of all queries of a token, `H K`.
    pub fn query_width(&self) -> usize {
        self.query * self.width
    }

    /// Width of all keys (or values) of a token, `G K`.
    pub fn key_value_width(&self) -> usize {
        self.key_value * self.width
    }

    /// Width of a row with queries, keys and values side by side.
    pub fn row_width(&self) -> usize {
        self.query_width() + 2 * self.key_value_width()
    }

    fn scale(&self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }
}

/// Rows `start .. start + len` are consecutive positions of one sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// First row.
    pub start: usize,
    /// Number of rows.
    pub len: usize,
}

/// Queries that are handled at a time. Chosen: 64 x 512 scores are 128 KiB.
const QUERIES: usize = 64;

multiversion! {
    /// Softmax of `scale * scores[.. len]` in place, zeros after; returns the log of the normaliser.
    fn softmax_row(scores: &mut [f32], len: usize, scale: f32) -> f32 {
        let (scores, masked) = scores.split_at_mut(len);
        masked.fill(0.0);
        let max = max_of(scores) * scale;
        for score in scores.iter_mut() {
            *score = exp(*score * scale - max);
        }
        let sum = sum_by(scores.len(), |i| scores[i]);
        let inverse = 1.0 / sum;
        for score in scores.iter_mut() {
            *score *= inverse;
        }
        max + sum.ln()
    }
}

multiversion! {
    /// Probabilities from scores and the log of their normaliser, zeros after `len`.
    fn probabilities_row(scores: &mut [f32], len: usize, scale: f32, normaliser: f32) {
        let (scores, masked) = scores.split_at_mut(len);
        masked.fill(0.0);
        for score in scores.iter_mut() {
            *score = exp(*score * scale - normaliser);
        }
    }
}

multiversion! {
    /// `d_scores = p * (d_p - sum(p * d_p)) * scale`, in place of `d_p`.
    fn softmax_backward_row(d_p: &mut [f32], p: &[f32], scale: f32) {
        let along = {
            let d_p = &*d_p;
            sum_by(p.len(), |i| p[i] * d_p[i])
        };
        for (d, p) in d_p.iter_mut().zip(p) {
            *d = p * (*d - along) * scale;
        }
    }
}

/// One sequence's queries and everything that they may look at.
///
/// The queries are rows `rows` of a buffer of `H K` wide (or wider) rows. `keys` and `values` hold `past + rows.len`
/// positions in rows `stride` apart, `G K` wide; query `i` sees positions `0 ..= past + i`.
#[derive(Debug, Clone, Copy)]
pub struct Sequence<'a> {
    /// Rows of the queries.
    pub rows: Segment,
    /// Positions before the first query.
    pub past: usize,
    /// Keys, rotated.
    pub keys: &'a [f32],
    /// Values.
    pub values: &'a [f32],
    /// Distance from one position to the next in `keys` and `values`.
    pub stride: usize,
}

/// The sequences of a buffer of `H K + 2 G K` wide rows that hold queries, keys and values, without any past.
pub fn without_past<'a>(qkv: &'a [f32], heads: Heads, segments: &[Segment]) -> Vec<Sequence<'a>> {
    let stride = heads.row_width();
    let at = |segment: &Segment, column: usize| &qkv[(segment.start * stride + column).min(qkv.len())..];
    segments
        .iter()
        .map(|segment| Sequence {
            rows: *segment,
            past: 0,
            keys: at(segment, heads.query_width()),
            values: at(segment, heads.query_width() + heads.key_value_width()),
            stride,
        })
        .collect()
}

/// Attention of every query, into `out` (`n x H K`), and the log of every softmax's normaliser into `normalisers`
/// (`n x H`). `queries` has rows `query_stride` apart.
pub fn attention(
    out: &mut [f32],
    normalisers: &mut [f32],
    queries: &[f32],
    query_stride: usize,
    heads: Heads,
    sequences: &[Sequence<'_>],
    precision: Precision,
) {
    let group = heads.query / heads.key_value;
    let width = heads.width;
    let block = group * width;
    let parts = each_group(heads, sequences, |sequence, g| {
        let Sequence { rows, past, .. } = *sequence;
        let mut out = vec![0.0; rows.len * block];
        let mut normalisers = vec![0.0; rows.len * group];
        let mut scores = Vec::new();
        for h in 0..group {
            let column = (g * group + h) * width;
            for q0 in (0..rows.len).step_by(QUERIES) {
                let q = QUERIES.min(rows.len - q0);
                let seen = past + q0 + q;
                scores.resize(q * seen, 0.0);
                let start = (rows.start + q0) * query_stride + column;
                let queries = View::strided(&queries[start..], q, width, query_stride);
                let keys = View::strided(&sequence.keys[g * width..], seen, width, sequence.stride);
                let values = View::strided(&sequence.values[g * width..], seen, width, sequence.stride);
                gemm_here(&mut scores, seen, queries, keys.t(), precision, Into::Replace);
                for (i, row) in scores.chunks_exact_mut(seen).enumerate() {
                    let normaliser = softmax_row(row, past + q0 + i + 1, heads.scale());
                    normalisers[(q0 + i) * group + h] = normaliser;
                }
                let p = View::new(&scores, q, seen);
                gemm_here(&mut out[q0 * block + h * width..], block, p, values, precision, Into::Replace);
            }
        }
        (out, normalisers)
    });
    for (sequence, g, (part, part_normalisers)) in parts {
        for i in 0..sequence.rows.len {
            let row = sequence.rows.start + i;
            let to = row * heads.query_width() + g * block;
            out[to..to + block].copy_from_slice(&part[i * block..(i + 1) * block]);
            let to = row * heads.query + g * group;
            normalisers[to..to + group].copy_from_slice(&part_normalisers[i * group..(i + 1) * group]);
        }
    }
}

/// Runs `act` for every sequence and key-value head, in parallel where there is enough to do.
fn each_group<'s, 'a, T: Send>(
    heads: Heads,
    sequences: &'s [Sequence<'a>],
    act: impl Fn(&Sequence<'a>, usize) -> T + Sync,
) -> Vec<(&'s Sequence<'a>, usize, T)> {
    let pairs: Vec<_> = sequences.iter().flat_map(|s| (0..heads.key_value).map(move |g| (s, g))).collect();
    let scores: usize = sequences.iter().map(|s| s.rows.len * (s.past + s.rows.len)).sum();
    if scores * heads.query_width() < 1 << 18 {
        pairs.into_iter().map(|(s, g)| (s, g, act(s, g))).collect()
    } else {
        pairs.into_par_iter().map(|(s, g)| (s, g, act(s, g))).collect()
    }
}

/// What the forward of [`attention`] saw and made.
#[derive(Debug, Clone, Copy)]
pub struct Attended<'a> {
    /// Queries, keys and values side by side, `n x (H K + 2 G K)`, rotated.
    pub qkv: &'a [f32],
    /// Its output, `n x H K`.
    pub out: &'a [f32],
    /// Its normalisers, `n x H`.
    pub normalisers: &'a [f32],
}

/// Gradient of [`attention`] over sequences without a past: replaces `d_qkv` (`n x (H K + 2 G K)`), from `d_out`
/// (`n x H K`). The probabilities are computed again from the normalisers rather than kept.
pub fn attention_backward(
    d_qkv: &mut [f32],
    d_out: &[f32],
    forward: Attended<'_>,
    heads: Heads,
    segments: &[Segment],
    precision: Precision,
) {
    let group = heads.query / heads.key_value;
    let (width, stride, out_stride) = (heads.width, heads.row_width(), heads.query_width());
    let sequences = without_past(forward.qkv, heads, segments);
    let parts = each_group(heads, &sequences, |sequence, g| {
        let Segment { start, len } = sequence.rows;
        let mut d_queries = vec![0.0; len * group * width];
        let (mut d_keys, mut d_values) = (vec![0.0; len * width], vec![0.0; len * width]);
        let (mut p, mut d_p) = (Vec::new(), Vec::new());
        for h in 0..group {
            let head = g * group + h;
            for q0 in (0..len).step_by(QUERIES) {
                let q = QUERIES.min(len - q0);
                let seen = q0 + q;
                p.resize(q * seen, 0.0);
                d_p.resize(q * seen, 0.0);
                let queries = &forward.qkv[(start + q0) * stride + head * width..];
                let queries = View::strided(queries, q, width, stride);
                let keys = View::strided(&sequence.keys[g * width..], seen, width, stride);
                let values = View::strided(&sequence.values[g * width..], seen, width, stride);
                let d_out = View::strided(&d_out[(start + q0) * out_stride + head * width..], q, width, out_stride);

                gemm_here(&mut p, seen, queries, keys.t(), precision, Into::Replace);
                for (i, row) in p.chunks_exact_mut(seen).enumerate() {
                    let normaliser = forward.normalisers[(start + q0 + i) * heads.query + head];
                    probabilities_row(row, q0 + i + 1, heads.scale(), normaliser);
                }
                gemm_here(&mut d_values, width, View::new(&p, q, seen).t(), d_out, precision, Into::Add);
                gemm_here(&mut d_p, seen, d_out, values.t(), precision, Into::Replace);
                for (d_p, p) in d_p.chunks_exact_mut(seen).zip(p.chunks_exact(seen)) {
                    softmax_backward_row(d_p, p, heads.scale());
                }
                let d_scores = View::new(&d_p, q, seen);
                let d_queries = &mut d_queries[q0 * group * width + h * width..];
                gemm_here(d_queries, group * width, d_scores, keys, precision, Into::Replace);
                gemm_here(&mut d_keys, width, d_scores.t(), queries, precision, Into::Add);
            }
        }
        (d_queries, d_keys, d_values)
    });
    for (sequence, g, (d_queries, d_keys, d_values)) in parts {
        for i in 0..sequence.rows.len {
            let row = &mut d_qkv[(sequence.rows.start + i) * stride..][..stride];
            let (queries, keys_values) = row.split_at_mut(heads.query_width());
            let (keys, values) = keys_values.split_at_mut(heads.key_value_width());
            let block = group * width;
            queries[g * block..(g + 1) * block].copy_from_slice(&d_queries[i * block..(i + 1) * block]);
            keys[g * width..(g + 1) * width].copy_from_slice(&d_keys[i * width..(i + 1) * width]);
            values[g * width..(g + 1) * width].copy_from_slice(&d_values[i * width..(i + 1) * width]);
        }
    }
}
