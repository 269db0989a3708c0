//! Causal grouped-query attention over ragged sequences, forward and backward.
//!
//! Queries, keys and values of all sequences lie row after row in one buffer; a [`Segment`] says which rows belong
//! together. `H` query heads share `G` key-value heads (`H / G` each), `K` wide. Sequences never see each other, and
//! nothing is padded. A layer's [`Rule`] may close the view behind a query: then blocks of keys that no query of a block
//! sees are skipped, in units of a block of the sum over keys, so that what is left is added up as if they were there.

use rayon::prelude::*;

use super::gemm::{Into, K_BLOCK, Precision, View, gemm_here};
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
}

/// How a layer's scores become weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Factor on the product of a query and a key, above 0.
    pub scale: f32,
    /// Positions that a query sees, itself included; all before it where absent.
    pub window: Option<usize>,
}

impl Rule {
    /// The usual one: `1 / sqrt(K)`, everything before.
    pub fn full(width: usize) -> Self {
        Self { scale: 1.0 / (width as f32).sqrt(), window: None }
    }

    /// The first position that the query at `position` sees.
    fn first(self, position: usize) -> usize {
        self.window.map_or(0, |window| (position + 1).saturating_sub(window))
    }

    /// Where the keys of a block of queries begin, the first of which stands at `position`.
    fn first_block(self, position: usize) -> usize {
        self.first(position) / K_BLOCK * K_BLOCK
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
    /// Softmax of `scale * scores[from .. len]` in place, zeros elsewhere; returns the log of the normaliser.
    fn softmax_row(scores: &mut [f32], from: usize, len: usize, scale: f32) -> f32 {
        let (scores, masked) = scores.split_at_mut(len);
        masked.fill(0.0);
        let max = max_of(&scores[from..]) * scale;
        scores[..from].fill(0.0);
        for score in scores[from..].iter_mut() {
            *score = exp(*score * scale - max);
        }
        // Over all of them, so that a term's place in the sum does not depend on where the window begins.
        let sum = sum_by(scores.len(), |i| scores[i]);
        let inverse = 1.0 / sum;
        for score in scores.iter_mut() {
            *score *= inverse;
        }
        max + sum.ln()
    }
}

multiversion! {
    /// Probabilities from scores and the log of their normaliser, zeros before `from` and after `len`.
    fn probabilities_row(scores: &mut [f32], from: usize, len: usize, scale: f32, normaliser: f32) {
        let (scores, masked) = scores.split_at_mut(len);
        masked.fill(0.0);
        scores[..from].fill(0.0);
        for score in scores[from..].iter_mut() {
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
#[allow(clippy::too_many_arguments)]
pub fn attention(
    out: &mut [f32],
    normalisers: &mut [f32],
    queries: &[f32],
    query_stride: usize,
    heads: Heads,
    rule: Rule,
    sequences: &[Sequence<'_>],
    precision: Precision,
) {
    let group = heads.query / heads.key_value;
    let width = heads.width;
    let block = group * width;
    let outer_stride = query_stride;
    let parts = each_group(heads, sequences, |sequence, g| {
        let Sequence { rows, past, .. } = *sequence;
        let mut out = vec![0.0; rows.len * block];
        let mut normalisers = vec![0.0; rows.len * group];
        let mut scores = Vec::new();
        // A single query packs the keys once for all heads of the group; several queries are rows of their own.
        let together = if rows.len == 1 { group } else { 1 };
        for h in (0..group).step_by(together) {
            let column = (g * group + h) * width;
            for q0 in (0..rows.len).step_by(QUERIES) {
                let q = QUERIES.min(rows.len - q0);
                let first = rule.first_block(past + q0);
                let seen = past + q0 + q - first;
                let (m, query_stride, out_stride) = match together {
                    1 => (q, query_stride, block),
                    _ => (group, width, width),
                };
                scores.resize(m * seen, 0.0);
                let start = (rows.start + q0) * outer_stride + column;
                let queries = View::strided(&queries[start..], m, width, query_stride);
                let at = first * sequence.stride + g * width;
                let keys = View::strided(&sequence.keys[at..], seen, width, sequence.stride);
                let values = View::strided(&sequence.values[at..], seen, width, sequence.stride);
                gemm_here(&mut scores, seen, queries, keys.t(), precision, Into::Replace);
                for (i, row) in scores.chunks_exact_mut(seen).enumerate() {
                    let (query, head) = if together == 1 { (q0 + i, h) } else { (q0, h + i) };
                    let position = past + query;
                    let (from, len) = (rule.first(position) - first, position + 1 - first);
                    normalisers[query * group + head] = softmax_row(row, from, len, rule.scale);
                }
                let p = View::new(&scores, m, seen);
                gemm_here(&mut out[q0 * block + h * width..], out_stride, p, values, precision, Into::Replace);
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
#[allow(clippy::too_many_arguments)]
pub fn attention_backward(
    d_qkv: &mut [f32],
    d_out: &[f32],
    forward: Attended<'_>,
    heads: Heads,
    rule: Rule,
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
                let first = rule.first_block(q0);
                let seen = q0 + q - first;
                p.resize(q * seen, 0.0);
                d_p.resize(q * seen, 0.0);
                let queries = &forward.qkv[(start + q0) * stride + head * width..];
                let queries = View::strided(queries, q, width, stride);
                let at = first * stride + g * width;
                let keys = View::strided(&sequence.keys[at..], seen, width, stride);
                let values = View::strided(&sequence.values[at..], seen, width, stride);
                let d_out = View::strided(&d_out[(start + q0) * out_stride + head * width..], q, width, out_stride);

                gemm_here(&mut p, seen, queries, keys.t(), precision, Into::Replace);
                for (i, row) in p.chunks_exact_mut(seen).enumerate() {
                    let normaliser = forward.normalisers[(start + q0 + i) * heads.query + head];
                    let position = q0 + i;
                    let (from, len) = (rule.first(position) - first, position + 1 - first);
                    probabilities_row(row, from, len, rule.scale, normaliser);
                }
                gemm_here(
                    &mut d_values[first * width..],
                    width,
                    View::new(&p, q, seen).t(),
                    d_out,
                    precision,
                    Into::Add,
                );
                gemm_here(&mut d_p, seen, d_out, values.t(), precision, Into::Replace);
                for (d_p, p) in d_p.chunks_exact_mut(seen).zip(p.chunks_exact(seen)) {
                    softmax_backward_row(d_p, p, rule.scale);
                }
                let d_scores = View::new(&d_p, q, seen);
                let d_queries = &mut d_queries[q0 * group * width + h * width..];
                gemm_here(d_queries, group * width, d_scores, keys, precision, Into::Replace);
                gemm_here(&mut d_keys[first * width..], width, d_scores.t(), queries, precision, Into::Add);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::reference::{self, AttentionRule as Twin, distance, numeric_gradient, random, with_threads};

    /// What rows that belong to no segment hold before and must hold after.
    const UNTOUCHED: f32 = 7.0;

    /// Segments of these lengths, the last one first in memory, with a row of nobody's before each.
    fn lay_out(lens: &[usize]) -> (Vec<Segment>, usize) {
        let mut rows = 0;
        let mut segments: Vec<Segment> = lens
            .iter()
            .rev()
            .map(|len| {
                let start = rows + 1;
                rows = start + len;
                Segment { start, len: *len }
            })
            .collect();
        segments.reverse();
        (segments, rows)
    }

    fn heads() -> impl Strategy<Value = Heads> {
        (prop::sample::select(vec![1usize, 2, 4]), 1usize..3, 1usize..12).prop_map(|(group, key_value, width)| Heads {
            query: group * key_value,
            key_value,
            width,
        })
    }

    /// No window, or one shorter than most sequences.
    fn window() -> impl Strategy<Value = Option<usize>> {
        prop_oneof![Just(None), (1usize..90).prop_map(Some)]
    }

    fn rule(heads: Heads, window: Option<usize>) -> Rule {
        Rule { window, ..Rule::full(heads.width) }
    }

    /// Lengths of two to four sequences: one longer than a block of queries, the others anything, even empty.
    fn ragged() -> impl Strategy<Value = Vec<usize>> {
        (QUERIES - 4..2 * QUERIES + 12, prop::collection::vec(0usize..140, 1..4)).prop_map(|(long, mut lens)| {
            lens.insert(lens.len() / 2, long);
            lens
        })
    }

    fn forward(
        qkv: &[f32],
        heads: Heads,
        rule: Rule,
        segments: &[Segment],
        precision: Precision,
    ) -> (Vec<f32>, Vec<f32>) {
        let n = qkv.len() / heads.row_width();
        let (mut out, mut normalisers) = (vec![UNTOUCHED; n * heads.query_width()], vec![UNTOUCHED; n * heads.query]);
        let sequences = without_past(qkv, heads, segments);
        attention(&mut out, &mut normalisers, qkv, heads.row_width(), heads, rule, &sequences, precision);
        (out, normalisers)
    }

    fn backward(
        qkv: &[f32],
        d_out: &[f32],
        heads: Heads,
        rule: Rule,
        segments: &[Segment],
        precision: Precision,
    ) -> Vec<f32> {
        let (out, normalisers) = forward(qkv, heads, rule, segments, precision);
        let mut d_qkv = vec![UNTOUCHED; qkv.len()];
        let attended = Attended { qkv, out: &out, normalisers: &normalisers };
        attention_backward(&mut d_qkv, d_out, attended, heads, rule, segments, precision);
        d_qkv
    }

    /// The elements of `segment` in a buffer of rows of `width`.
    fn span(segment: &Segment, width: usize) -> std::ops::Range<usize> {
        segment.start * width..(segment.start + segment.len) * width
    }

    /// Output and gradient of the slow twin over all segments; [`UNTOUCHED`] elsewhere.
    fn twin(qkv: &[f32], d_out: &[f32], heads: Heads, rule: Rule, segments: &[Segment]) -> (Vec<f64>, Vec<f64>) {
        let mut out = vec![f64::from(UNTOUCHED); d_out.len()];
        let mut d_qkv = vec![f64::from(UNTOUCHED); qkv.len()];
        let Heads { query, key_value, .. } = heads;
        let rule = Twin { width: heads.width, scale: f64::from(rule.scale), window: rule.window };
        for segment in segments {
            let (here, outer) = (span(segment, heads.row_width()), span(segment, heads.query_width()));
            let (qkv, d_out) = (&qkv[here.clone()], &d_out[outer.clone()]);
            out[outer].copy_from_slice(&reference::attention(qkv, query, key_value, rule));
            d_qkv[here].copy_from_slice(&reference::attention_backward(qkv, d_out, query, key_value, rule));
        }
        (out, d_qkv)
    }

    #[test]
    fn the_twin_s_gradient_equals_central_differences() {
        for (query, key_value, window) in
            [(1, 1, None), (2, 1, None), (4, 2, Some(2)), (4, 1, Some(3)), (1, 1, Some(1))]
        {
            let (n, width) = (5, 3);
            let rule = Twin { width, scale: 0.6, window };
            let qkv = random(n * (query + 2 * key_value) * width, 1);
            let d_out = random(n * query * width, 2);
            let numeric = numeric_gradient(&qkv, |qkv| {
                let out = reference::attention(qkv, query, key_value, rule);
                out.iter().zip(&d_out).map(|(out, d)| out * f64::from(*d)).sum()
            });
            let gradient = reference::attention_backward(&qkv, &d_out, query, key_value, rule);
            for (a, b) in gradient.iter().zip(&numeric) {
                // Step^2 / 6 = 2e-7 of third derivatives of a few.
                assert!((a - b).abs() < 2e-6, "{a} {b}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn equals_the_plain_softmax_in_values_and_gradients(heads in heads(), window in window(), lens in ragged(), seed in 0u32..1000) {
            let rule = rule(heads, window);
            let (segments, n) = lay_out(&lens);
            let qkv: Vec<f32> = random(n * heads.row_width(), seed).iter().map(|x| 2.0 * x).collect();
            let d_out = random(n * heads.query_width(), seed + 1);
            let (out, d_qkv) = twin(&qkv, &d_out, heads, rule, &segments);

            let (got, normalisers) = forward(&qkv, heads, rule, &segments, Precision::F32);
            // Scores below 14 are wrong by about 2e-6, hence probabilities too, relatively; an output is an average of
            // values below 2, its 140 additions being wrong by 6e-8 each.
            prop_assert!(distance(&got, &out) < 2e-5, "{}", distance(&got, &out));
            let owned = |row: usize| segments.iter().any(|s| (s.start..s.start + s.len).contains(&row));
            for (row, normalisers) in normalisers.chunks_exact(heads.query).enumerate() {
                prop_assert!(owned(row) || normalisers.iter().all(|x| *x == UNTOUCHED));
            }

            let got = backward(&qkv, &d_out, heads, rule, &segments, Precision::F32);
            // As above, in sums over the queries of a group whose probabilities add up to 20 at most.
            prop_assert!(distance(&got, &d_qkv) < 1e-4, "{}", distance(&got, &d_qkv));
        }

        #[test]
        fn a_sequence_alone_is_what_it_is_in_the_batch(heads in heads(), window in window(), lens in ragged(), seed in 0u32..1000) {
            let rule = rule(heads, window);
            let (segments, n) = lay_out(&lens);
            let qkv = random(n * heads.row_width(), seed);
            let d_out = random(n * heads.query_width(), seed + 1);
            let (out, normalisers) = forward(&qkv, heads, rule, &segments, Precision::F32);
            let d_qkv = backward(&qkv, &d_out, heads, rule, &segments, Precision::F32);
            for segment in &segments {
                let (here, outer) = (span(segment, heads.row_width()), span(segment, heads.query_width()));
                let alone = [Segment { start: 0, len: segment.len }];
                let (one, one_normalisers) = forward(&qkv[here.clone()], heads, rule, &alone, Precision::F32);
                prop_assert_eq!(&one[..], &out[outer.clone()]);
                prop_assert_eq!(&one_normalisers[..], &normalisers[span(segment, heads.query)]);
                let one = backward(&qkv[here.clone()], &d_out[outer], heads, rule, &alone, Precision::F32);
                prop_assert_eq!(&one[..], &d_qkv[here]);
            }
        }

        #[test]
        fn with_a_past_it_is_the_tail_of_the_whole(
            heads in heads(), window in window(), lens in prop::collection::vec((0usize..150, 1usize..100), 1..4), seed in 0u32..1000,
        ) {
            check_past(heads, window, &lens, seed);
        }
    }

    #[test]
    fn with_a_past_longer_than_a_block_of_the_sum() {
        // Positions 512 and on fall into the second block of the sum over the values, one new token or a hundred.
        let heads = Heads { query: 4, key_value: 2, width: 4 };
        let lens = [(530, 1), (505, 100), (0, 600), (511, 1), (512, 2), (1100, 70)];
        // A window of 20 leaves out the first block of the sum, or two.
        [None, Some(20), Some(513)].into_iter().for_each(|window| check_past(heads, window, &lens, 5));
    }

    /// Sequences of `past` cached positions and `len` new ones: bit by bit the last `len` rows of all at once.
    fn check_past(heads: Heads, window: Option<usize>, lens: &[(usize, usize)], seed: u32) {
        let rule = rule(heads, window);
        let (kv, q) = (heads.key_value_width(), heads.query_width());
        let totals: Vec<usize> = lens.iter().map(|(past, len)| past + len).collect();
        let (segments, n) = lay_out(&totals);
        let qkv = random(n * heads.row_width(), seed);
        let (whole, whole_normalisers) = forward(&qkv, heads, rule, &segments, Precision::F32);

        // The caches have room for more, which holds what must never be looked at.
        let cache = |segment: &Segment, column: usize| {
            let rows = qkv[span(segment, heads.row_width())].chunks_exact(heads.row_width());
            let mut cache: Vec<f32> = rows.flat_map(|row| &row[column..column + kv]).copied().collect();
            cache.resize(cache.len() + 3 * kv, f32::NAN);
            cache
        };
        let caches: Vec<_> = segments.iter().map(|s| (cache(s, q), cache(s, q + kv))).collect();
        let mut queries = Vec::new();
        let mut sequences = Vec::new();
        for ((segment, (past, len)), (keys, values)) in segments.iter().zip(lens).zip(&caches) {
            let rows = Segment { start: queries.len() / q, len: *len };
            sequences.push(Sequence { rows, past: *past, keys, values, stride: kv });
            let new = Segment { start: segment.start + past, len: *len };
            let new = qkv[span(&new, heads.row_width())].chunks_exact(heads.row_width());
            queries.extend(new.flat_map(|row| &row[..q]));
        }
        let rows = queries.len() / q;
        let (mut out, mut normalisers) = (vec![UNTOUCHED; rows * q], vec![UNTOUCHED; rows * heads.query]);
        attention(&mut out, &mut normalisers, &queries, q, heads, rule, &sequences, Precision::F32);
        for ((segment, (past, len)), sequence) in segments.iter().zip(lens).zip(&sequences) {
            let tail = Segment { start: segment.start + past, len: *len };
            assert_eq!(out[span(&sequence.rows, q)], whole[span(&tail, q)], "{past} + {len}");
            let got = &normalisers[span(&sequence.rows, heads.query)];
            assert_eq!(got, &whole_normalisers[span(&tail, heads.query)], "{past} + {len}");
        }
    }

    #[test]
    fn what_comes_later_changes_nothing_before() {
        let heads = Heads { query: 2, key_value: 1, width: 8 };
        let (len, changed) = (100, 70);
        let rule = rule(heads, Some(40));
        let segment = [Segment { start: 0, len }];
        let mut qkv = random(len * heads.row_width(), 3);
        let (before, _) = forward(&qkv, heads, rule, &segment, Precision::F32);
        qkv[changed * heads.row_width()..].iter_mut().for_each(|x| *x += 1.0);
        let (after, _) = forward(&qkv, heads, rule, &segment, Precision::F32);
        let at = changed * heads.query_width();
        assert_eq!(before[..at], after[..at]);
        assert_ne!(before[at..], after[at..]);
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let heads = Heads { query: 4, key_value: 2, width: 16 };
        let (segments, n) = lay_out(&[130, 3, 64, 65]);
        let rule = rule(heads, Some(70));
        let (qkv, d_out) = (random(n * heads.row_width(), 1), random(n * heads.query_width(), 2));
        let run = || {
            let (out, normalisers) = forward(&qkv, heads, rule, &segments, Precision::F32);
            (out, normalisers, backward(&qkv, &d_out, heads, rule, &segments, Precision::F32))
        };
        assert_eq!(with_threads(1, run), with_threads(4, run));
    }

    #[test]
    fn bf16_stays_near() {
        if !Precision::Bf16.supported() {
            eprintln!("skipped: this processor has no bf16 products");
            return;
        }
        let heads = Heads { query: 4, key_value: 2, width: 16 };
        let (segments, n) = lay_out(&[130, 7]);
        let rule = rule(heads, None);
        let (qkv, d_out) = (random(n * heads.row_width(), 1), random(n * heads.query_width(), 2));
        let (out, d_qkv) = twin(&qkv, &d_out, heads, rule, &segments);
        // Two operands rounded to 8 bits (2^-9 relative at most) in each of three products that follow one another:
        // 6 x 2^-9 = 1.2e-2 if all erred the same way, and they do not.
        for segment in &segments {
            let relative = |got: &[f32], expected: &[f64]| {
                let wrong: f64 = got.iter().zip(expected).map(|(a, b)| (f64::from(*a) - b).powi(2)).sum();
                (wrong / expected.iter().map(|b| b * b).sum::<f64>()).sqrt()
            };
            let here = span(segment, heads.query_width());
            let got = forward(&qkv, heads, rule, &segments, Precision::Bf16).0;
            let wrong = relative(&got[here.clone()], &out[here]);
            assert!(wrong > 1e-5 && wrong < 1.2e-2, "forward {wrong}: rounded, and not by more than bf16");
            let here = span(segment, heads.row_width());
            let got = backward(&qkv, &d_out, heads, rule, &segments, Precision::Bf16);
            let wrong = relative(&got[here.clone()], &d_qkv[here]);
            assert!(wrong > 1e-5 && wrong < 1.2e-2, "backward {wrong}: rounded, and not by more than bf16");
        }
    }
}
