//! The decoder, on one scroll: forward, and backward beside it.
//!
//! Tokens of all sequences of a batch lie row after row ([`Batch`]); nothing is padded. Legend: `n` tokens of the batch,
//! `D` model width, `H` query heads, `G` key-value heads, `K` head width, `F` feed-forward width, `V` vocabulary.
//!
//! The backward is written by hand rather than recorded: every gradient is added in place where it belongs, frozen
//! parameters compute none, and no operation can silently lose its gradient.

use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::config::Config;
use crate::error::EngineError;
use crate::kernels::attention::{Attended, Segment, Sequence, attention, attention_backward, without_past};
use crate::kernels::elementwise::{RotaryTable, embed, embed_backward, swiglu, swiglu_backward};
use crate::kernels::gemm::{Into, Precision, View, gemm, gemm_packed};
use crate::kernels::loss::{Target, linear_cross_entropy, token_logprobs};
use crate::kernels::norm::{rms_norm, rms_norm_backward};
use crate::parameters::{Gradients, LayerSlots, Parameter, Slots, layout};
use crate::workspace::{Workspace, filled};

/// Several sequences, row after row.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    tokens: Vec<u32>,
    positions: Vec<u32>,
    segments: Vec<Segment>,
}

impl Batch {
    /// Adds a sequence whose first token stands at position `first`.
    pub fn push(&mut self, tokens: impl IntoIterator<Item = u32>, first: usize) {
        let start = self.tokens.len();
        self.tokens.extend(tokens);
        let len = self.tokens.len() - start;
        self.positions.extend((first..first + len).map(|position| position as u32));
        self.segments.push(Segment { start, len });
    }

    /// Sequences that begin at position 0.
    pub fn of<'a>(sequences: impl IntoIterator<Item = &'a [u32]>) -> Self {
        let mut batch = Self::default();
        sequences.into_iter().for_each(|tokens| batch.push(tokens.iter().copied(), 0));
        batch
    }

    /// `n`, tokens of all sequences.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The tokens.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Which rows belong together.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }
}

/// Keys and values of one sequence, one buffer a layer, grown in place up to the context.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    /// The tokens whose keys and values are held.
    pub tokens: Vec<u32>,
    layers: Vec<(Vec<f32>, Vec<f32>)>,
}

impl Cache {
    /// An empty cache with room for `positions` tokens of `decoder`.
    pub fn new(decoder: &Decoder, positions: usize) -> Self {
        let room = positions * decoder.config.heads().key_value_width();
        let layer = || (Vec::with_capacity(room), Vec::with_capacity(room));
        Self { tokens: Vec::new(), layers: decoder.slots.layers.iter().map(|_| layer()).collect() }
    }

    /// Forgets everything after the first `len` tokens.
    pub fn truncate(&mut self, len: usize) {
        let Some(width) = self.layers.first().map(|(keys, _)| keys.len() / self.tokens.len().max(1)) else { return };
        self.tokens.truncate(len);
        for (keys, values) in &mut self.layers {
            keys.truncate(len * width);
            values.truncate(len * width);
        }
    }
}

/// A decoder-only transformer.
#[derive(Debug, Clone)]
pub struct Decoder {
    pub(crate) config: Config,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) slots: Slots,
    rotary: RotaryTable,
}

/// What a layer's backward needs of its forward.
struct LayerTrace {
    x: Vec<f32>,             // (n, D)
    scale: Vec<f32>,         // (n)
    normed: Vec<f32>,        // (n, D)
    qkv: Vec<f32>,           // (n, H K + 2 G K), rotated
    attended: Vec<f32>,      // (n, H K)
    normalisers: Vec<f32>,   // (n, H)
    middle: Vec<f32>,        // (n, D)
    middle_scale: Vec<f32>,  // (n)
    middle_normed: Vec<f32>, // (n, D)
    gate: Vec<f32>,          // (n, F)
    up: Vec<f32>,            // (n, F)
}

impl Decoder {
    /// Puts parameters together, in the order of [`layout`].
    pub(crate) fn assemble(config: Config, parameters: Vec<Parameter>) -> Self {
        let (_, slots) = layout(&config);
        let rotary = RotaryTable::new(&config.inverse_frequencies(), config.max_position_embeddings);
        Self { config, parameters, slots, rotary }
    }

    /// Random weights: normal with deviation 0.02, the two matrices of a layer that write into the residual stream
    /// divided by `sqrt(2 layers)` as in GPT-2, norms 1. Consumes draws in the order of the parameters.
    pub fn random(config: Config, seed: u64) -> Result<Self, EngineError> {
        config.check(Path::new("config.json"))?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (list, _) = layout(&config);
        let residual = 0.02 / (2.0 * config.num_hidden_layers as f32).sqrt();
        let parameters = list
            .into_iter()
            .map(|(name, shape)| {
                let len = shape.iter().product();
                let deviation = if name.contains("o_proj") || name.contains("down_proj") { residual } else { 0.02 };
                let values = match shape.len() {
                    1 => vec![1.0; len],
                    _ => (0..len).map(|_| deviation * normal(&mut rng)).collect(),
                };
                Parameter::new(name, shape, values)
            })
            .collect();
        Ok(Self::assemble(config, parameters))
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The parameters, in checkpoint order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameters, to be trained.
    pub fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }

    /// Weights in all, tied ones counted once.
    pub fn n_weights(&self) -> usize {
        self.parameters.iter().map(|parameter| parameter.values().len()).sum()
    }

    fn weight(&self, slot: usize) -> &[f32] {
        self.parameters[slot].values()
    }

    fn eps(&self) -> f32 {
        self.config.rms_norm_eps as f32
    }

    /// The output layer, `V x D`.
    pub(crate) fn output(&self) -> &Parameter {
        &self.parameters[self.slots.output]
    }

    /// Final hidden states (`n x D`, normed) of a batch, in `f32`, without keeping anything for a backward.
    ///
    /// `caches`, one a sequence, hold what came before; the new keys and values are added to them, and `batch` must
    /// have been built with each sequence's first position equal to its cache's length. Rows do not depend on each
    /// other: any grouping into batches gives the same bits.
    pub fn hidden(&self, batch: &Batch, caches: Option<&mut [Cache]>, space: &mut Workspace) -> Vec<f32> {
        let (n, heads) = (batch.len(), self.config.heads());
        let (width, feed_forward) = (self.config.hidden_size, self.config.intermediate_size);
        if n == 0 {
            return Vec::new();
        }
        let mut caches = caches;
        let mut x = space.take(n * width); // (n, D)
        embed(&mut x, self.weight(self.slots.embed), &batch.tokens, width);
        let mut normed = space.take(n * width);
        let mut scale = space.take(n);
        let mut qkv = space.take(n * heads.row_width());
        let mut attended = space.take(n * heads.query_width());
        let mut normalisers = space.take(n * heads.query);
        let (mut gate, mut up) = (space.take(n * feed_forward), space.take(n * feed_forward));
        for (index, layer) in self.slots.layers.iter().enumerate() {
            rms_norm(&mut normed, &mut scale, &x, self.weight(layer.attention_norm), self.eps());
            let rows = View::new(&normed, n, width);
            for (slot, column) in self.qkv_columns(layer) {
                gemm_packed(&mut qkv[column..], heads.row_width(), rows, self.parameters[slot].packed(), Into::Replace);
            }
            self.rotary.rotate(&mut qkv, heads.row_width(), heads.query + heads.key_value, &batch.positions, 1.0);
            match caches.as_deref_mut() {
                None => {
                    let sequences = without_past(&qkv, heads, &batch.segments);
                    let stride = heads.row_width();
                    attention(&mut attended, &mut normalisers, &qkv, stride, heads, &sequences, Precision::F32);
                }
                Some(caches) => {
                    let kv = heads.key_value_width();
                    for (segment, cache) in batch.segments.iter().zip(caches.iter_mut()) {
                        let (keys, values) = &mut cache.layers[index];
                        for row in
                            qkv[segment.start * heads.row_width()..].chunks_exact(heads.row_width()).take(segment.len)
                        {
                            let (key, value) = row[heads.query_width()..].split_at(kv);
                            keys.extend_from_slice(key);
                            values.extend_from_slice(value);
                        }
                    }
                    let sequences: Vec<_> = (batch.segments.iter().zip(caches.iter()))
                        .map(|(rows, cache)| Sequence {
                            rows: *rows,
                            past: cache.tokens.len(),
                            keys: &cache.layers[index].0,
                            values: &cache.layers[index].1,
                            stride: kv,
                        })
                        .collect();
                    let stride = heads.row_width();
                    attention(&mut attended, &mut normalisers, &qkv, stride, heads, &sequences, Precision::F32);
                }
            }
            let rows = View::new(&attended, n, heads.query_width());
            gemm_packed(&mut x, width, rows, self.parameters[layer.o].packed(), Into::Add);

            rms_norm(&mut normed, &mut scale, &x, self.weight(layer.mlp_norm), self.eps());
            let rows = View::new(&normed, n, width);
            gemm_packed(&mut gate, feed_forward, rows, self.parameters[layer.gate].packed(), Into::Replace);
            gemm_packed(&mut up, feed_forward, rows, self.parameters[layer.up].packed(), Into::Replace);
            let mut act = space.take(n * feed_forward);
            swiglu(&mut act, &gate, &up);
            let rows = View::new(&act, n, feed_forward);
            gemm_packed(&mut x, width, rows, self.parameters[layer.down].packed(), Into::Add);
            space.give([act]);
        }
        if let Some(caches) = caches {
            for (segment, cache) in batch.segments.iter().zip(caches) {
                cache.tokens.extend_from_slice(&batch.tokens[segment.start..segment.start + segment.len]);
            }
        }
        rms_norm(&mut normed, &mut scale, &x, self.weight(self.slots.norm), self.eps());
        space.give([x, scale, qkv, attended, normalisers, gate, up]);
        normed
    }

    /// The three projections of a layer's attention and the column of the joint buffer that each fills.
    fn qkv_columns(&self, layer: &LayerSlots) -> [(usize, usize); 3] {
        let heads = self.config.heads();
        let keys = heads.query_width();
        [(layer.q, 0), (layer.k, keys), (layer.v, keys + heads.key_value_width())]
    }

    /// Natural log-probability of one target token a position, without a cache; row-invariant like [`Self::hidden`].
    pub fn token_logprobs(&self, batch: &Batch, targets: &[u32], space: &mut Workspace) -> Vec<f32> {
        assert_eq!(targets.len(), batch.len(), "a target a token");
        let hidden = self.hidden(batch, None, space);
        let logprobs = token_logprobs(&hidden, self.output().packed(), targets);
        space.give([hidden]);
        logprobs
    }

    /// Weighted cross-entropy of a batch in nats, as [`Self::loss_and_gradients`] returns it, in `f32` and without
    /// gradients.
    pub fn loss(&self, batch: &Batch, targets: &[Target], space: &mut Workspace) -> f64 {
        assert_eq!(targets.len(), batch.len(), "a target a token");
        let hidden = self.hidden(batch, None, space);
        let mut nats = 0.0;
        let mut add = |token: fn(&Target) -> u32, weight: fn(&Target) -> f32| {
            let tokens: Vec<u32> = targets.iter().map(token).collect();
            let logprobs = token_logprobs(&hidden, self.output().packed(), &tokens);
            nats -= targets.iter().zip(logprobs).map(|(t, l)| f64::from(weight(t)) * f64::from(l)).sum::<f64>();
        };
        add(|target| target.next, |target| target.next_weight);
        add(|target| target.stop, |target| target.stop_weight);
        space.give([hidden]);
        nats
    }

    /// Logits (`n x V`) of every position, without a cache. For tests and small inputs: long ones want
    /// [`crate::Engine`].
    pub fn logits(&self, batch: &Batch) -> Vec<f32> {
        let hidden = self.hidden(batch, None, &mut Workspace::default());
        let mut logits = vec![0.0; batch.len() * self.config.vocab_size];
        let rows = View::new(&hidden, batch.len(), self.config.hidden_size);
        gemm_packed(&mut logits, self.config.vocab_size, rows, self.output().packed(), Into::Replace);
        logits
    }

    /// Loss of a batch in nats, summed over all targets with their weights, and its gradient times `scale`, **added**
    /// to `gradients`. `targets` has one entry a token of the batch.
    ///
    /// Products are computed in `precision`; everything else, the gradients included, is `f32`.
    pub fn loss_and_gradients(
        &self,
        batch: &Batch,
        targets: &[Target],
        scale: f32,
        precision: Precision,
        gradients: &mut Gradients,
        space: &mut Workspace,
    ) -> f64 {
        assert_eq!(targets.len(), batch.len(), "a target a token");
        let (n, width) = (batch.len(), self.config.hidden_size);
        if n == 0 {
            return 0.0;
        }
        let mut x = space.take(n * width); // (n, D)
        embed(&mut x, self.weight(self.slots.embed), &batch.tokens, width);
        let mut traces = Vec::with_capacity(self.slots.layers.len());
        for layer in &self.slots.layers {
            let (next, trace) = self.layer_forward(layer, x, batch, precision, space);
            traces.push(trace);
            x = next;
        }
        let (mut normed, mut norm_scale) = (space.take(n * width), space.take(n));
        rms_norm(&mut normed, &mut norm_scale, &x, self.weight(self.slots.norm), self.eps());

        let mut d_normed = space.take(n * width);
        let (output, norm) = (self.slots.output, self.slots.norm);
        let d_output = gradients.get_mut(output);
        let loss =
            linear_cross_entropy(&normed, self.weight(output), targets, scale, precision, &mut d_normed, d_output);
        let mut dx = filled(space.take(n * width), 0.0); // (n, D)
        rms_norm_backward(&mut dx, gradients.get_mut(norm), &d_normed, &x, &norm_scale, self.weight(norm));
        space.give([x, normed, norm_scale, d_normed]);
        for (layer, trace) in self.slots.layers.iter().zip(traces).rev() {
            self.layer_backward(layer, trace, &mut dx, batch, precision, gradients, space);
        }
        if let Some(d_embed) = gradients.get_mut(self.slots.embed) {
            embed_backward(d_embed, &dx, &batch.tokens, width);
        }
        space.give([dx]);
        loss
    }

    fn layer_forward(
        &self,
        layer: &LayerSlots,
        x: Vec<f32>,
        batch: &Batch,
        precision: Precision,
        space: &mut Workspace,
    ) -> (Vec<f32>, LayerTrace) {
        let (n, heads) = (batch.len(), self.config.heads());
        let (width, feed_forward) = (self.config.hidden_size, self.config.intermediate_size);
        let (mut normed, mut scale) = (space.take(n * width), space.take(n));
        rms_norm(&mut normed, &mut scale, &x, self.weight(layer.attention_norm), self.eps());

        let mut qkv = space.take(n * heads.row_width());
        for (slot, column) in self.qkv_columns(layer) {
            let weight = self.parameters[slot].view().t();
            gemm(&mut qkv[column..], heads.row_width(), View::new(&normed, n, width), weight, precision, Into::Replace);
        }
        self.rotary.rotate(&mut qkv, heads.row_width(), heads.query + heads.key_value, &batch.positions, 1.0);
        let (mut attended, mut normalisers) = (space.take(n * heads.query_width()), space.take(n * heads.query));
        let sequences = without_past(&qkv, heads, &batch.segments);
        attention(&mut attended, &mut normalisers, &qkv, heads.row_width(), heads, &sequences, precision);

        let mut middle = space.take(n * width);
        middle.copy_from_slice(&x);
        let rows = View::new(&attended, n, heads.query_width());
        gemm(&mut middle, width, rows, self.parameters[layer.o].view().t(), precision, Into::Add);

        let (mut middle_normed, mut middle_scale) = (space.take(n * width), space.take(n));
        rms_norm(&mut middle_normed, &mut middle_scale, &middle, self.weight(layer.mlp_norm), self.eps());
        let (mut gate, mut up) = (space.take(n * feed_forward), space.take(n * feed_forward));
        let rows = View::new(&middle_normed, n, width);
        gemm(&mut gate, feed_forward, rows, self.parameters[layer.gate].view().t(), precision, Into::Replace);
        gemm(&mut up, feed_forward, rows, self.parameters[layer.up].view().t(), precision, Into::Replace);
        let mut act = space.take(n * feed_forward);
        swiglu(&mut act, &gate, &up);
        let mut next = space.take(n * width);
        next.copy_from_slice(&middle);
        let rows = View::new(&act, n, feed_forward);
        gemm(&mut next, width, rows, self.parameters[layer.down].view().t(), precision, Into::Add);
        space.give([act]);

        let trace =
            LayerTrace { x, scale, normed, qkv, attended, normalisers, middle, middle_scale, middle_normed, gate, up };
        (next, trace)
    }

    /// Turns `dx`, the gradient of a layer's output, into that of its input, and adds the parameters' gradients.
    #[allow(clippy::too_many_arguments)]
    fn layer_backward(
        &self,
        layer: &LayerSlots,
        trace: LayerTrace,
        dx: &mut [f32],
        batch: &Batch,
        precision: Precision,
        gradients: &mut Gradients,
        space: &mut Workspace,
    ) {
        let (n, heads) = (batch.len(), self.config.heads());
        let (width, feed_forward) = (self.config.hidden_size, self.config.intermediate_size);
        let mut linear = |slot: usize, dy: View<'_>, x: View<'_>| {
            if let Some(gradient) = gradients.get_mut(slot) {
                let inputs = self.parameters[slot].shape[1];
                gemm(gradient, inputs, dy.t(), x, precision, Into::Add);
            }
        };

        // next = middle + down(swiglu(gate(h), up(h))), h = norm(middle)
        let mut act = space.take(n * feed_forward);
        swiglu(&mut act, &trace.gate, &trace.up);
        let dy = View::new(dx, n, width);
        linear(layer.down, dy, View::new(&act, n, feed_forward));
        let mut d_act = act;
        gemm(&mut d_act, feed_forward, dy, self.parameters[layer.down].view(), precision, Into::Replace);
        let (mut d_gate, mut d_up) = (space.take(n * feed_forward), space.take(n * feed_forward));
        swiglu_backward(&mut d_gate, &mut d_up, &d_act, &trace.gate, &trace.up);
        let h = View::new(&trace.middle_normed, n, width);
        let mut d_normed = space.take(n * width);
        for (slot, d, into) in [(layer.gate, &d_gate, Into::Replace), (layer.up, &d_up, Into::Add)] {
            let dy = View::new(d, n, feed_forward);
            linear(slot, dy, h);
            gemm(&mut d_normed, width, dy, self.parameters[slot].view(), precision, into);
        }
        space.give([d_act, d_gate, d_up]);
        let norm = layer.mlp_norm;
        let weight = self.weight(norm);
        rms_norm_backward(dx, gradients.get_mut(norm), &d_normed, &trace.middle, &trace.middle_scale, weight);

        // middle = x + o(attention(rotate(qkv(norm(x)))))
        let mut linear = |slot: usize, dy: View<'_>, x: View<'_>| {
            if let Some(gradient) = gradients.get_mut(slot) {
                let inputs = self.parameters[slot].shape[1];
                gemm(gradient, inputs, dy.t(), x, precision, Into::Add);
            }
        };
        let dy = View::new(dx, n, width);
        linear(layer.o, dy, View::new(&trace.attended, n, heads.query_width()));
        let mut d_attended = space.take(n * heads.query_width());
        gemm(&mut d_attended, heads.query_width(), dy, self.parameters[layer.o].view(), precision, Into::Replace);
        let mut d_qkv = space.take(n * heads.row_width());
        let forward = Attended { qkv: &trace.qkv, out: &trace.attended, normalisers: &trace.normalisers };
        attention_backward(&mut d_qkv, &d_attended, forward, heads, &batch.segments, precision);
        self.rotary.rotate(&mut d_qkv, heads.row_width(), heads.query + heads.key_value, &batch.positions, -1.0);
        let h = View::new(&trace.normed, n, width);
        let mut into = Into::Replace;
        for (slot, column) in self.qkv_columns(layer) {
            let outputs = self.parameters[slot].shape[0];
            let dy = View::strided(&d_qkv[column..], n, outputs, heads.row_width());
            linear(slot, dy, h);
            gemm(&mut d_normed, width, dy, self.parameters[slot].view(), precision, into);
            into = Into::Add;
        }
        let norm = layer.attention_norm;
        rms_norm_backward(dx, gradients.get_mut(norm), &d_normed, &trace.x, &trace.scale, self.weight(norm));
        space.give([d_attended, d_qkv, d_normed]);
        let LayerTrace { x, scale, normed, qkv, attended, normalisers, middle, middle_scale, middle_normed, gate, up } =
            trace;
        space.give([x, scale, normed, qkv, attended, normalisers, middle, middle_scale, middle_normed, gate, up]);
    }
}

/// A standard normal draw by Box and Muller's transform; consumes two uniform draws.
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    // In (0, 1], so that its logarithm is finite.
    let radius = 1.0 - rng.random::<f64>();
    let angle = rng.random::<f64>() * std::f64::consts::TAU;
    ((-2.0 * radius.ln()).sqrt() * angle.cos()) as f32
}
