//! One layer, forward and backward.
//!
//! ```text
//! middle = x + [norm] o(attention(rotate([norm] qkv(norm(x)))))
//! next   = middle + [norm] down(activation(gate(h)) * up(h)),  h = norm(middle)
//! ```
//!
//! The norms in brackets are there in some families: on heads of queries and keys (Qwen 3, Gemma 3), and on what
//! attention and feed-forward add (Gemma 3). Legend in `decoder.rs`.

use super::linear::Rows;
use super::{Decoder, Pass};
use crate::batch::Cache;
use crate::kernels::attention::{Attended, Sequence, attention, attention_backward, without_past};
use crate::kernels::elementwise::{add_bias, add_bias_backward, glu, glu_backward};
use crate::kernels::gemm::Into;
use crate::kernels::norm::{Columns, rms_norm, rms_norm_backward, rms_norm_heads, rms_norm_heads_backward};
use crate::parameters::{Gradients, LayerSlots, Linear};
use crate::workspace::{Workspace, filled};

/// What a layer's backward needs of its forward.
#[derive(Default)]
pub(super) struct LayerTrace {
    x: Vec<f32>,                   // (n, D)
    scale: Vec<f32>,               // (n)
    normed: Vec<f32>,              // (n, D)
    heads: [HeadTrace; 2],         // of queries and keys, where they are normalised
    qkv: Vec<f32>,                 // (n, H K + 2 G K), rotated
    attended: Vec<f32>,            // (n, H K)
    normalisers: Vec<f32>,         // (n, H)
    attention_out: Vec<f32>,       // (n, D), where it is normalised
    attention_out_scale: Vec<f32>, // (n)
    middle: Vec<f32>,              // (n, D)
    middle_scale: Vec<f32>,        // (n)
    middle_normed: Vec<f32>,       // (n, D)
    gate: Vec<f32>,                // (n, F)
    up: Vec<f32>,                  // (n, F)
    mlp_out: Vec<f32>,             // (n, D), where it is normalised
    mlp_out_scale: Vec<f32>,       // (n)
}

#[derive(Default)]
struct HeadTrace {
    before: Vec<f32>, // (n, heads, K)
    scale: Vec<f32>,  // (n, heads)
}

impl LayerTrace {
    /// Gives every buffer back.
    pub(super) fn give(self, space: &mut Workspace) {
        let input = self.give_all_but_input(space);
        space.give([input]);
    }

    /// Gives every buffer back but the layer's input.
    pub(super) fn give_all_but_input(self, space: &mut Workspace) -> Vec<f32> {
        let Self { x, scale, normed, heads, qkv, attended, normalisers, attention_out, attention_out_scale, .. } = self;
        let Self { middle, middle_scale, middle_normed, gate, up, mlp_out, mlp_out_scale, .. } = self;
        let [queries, keys] = heads;
        space.give([scale, normed, queries.before, queries.scale, keys.before, keys.scale, qkv, attended, normalisers]);
        space.give([attention_out, attention_out_scale, middle, middle_scale, middle_normed, gate, up]);
        space.give([mlp_out, mlp_out_scale]);
        x
    }
}

impl Decoder {
    /// The three projections of a layer's attention and the column of the joint buffer that each fills.
    fn qkv_columns(&self) -> [(Linear, usize); 3] {
        let heads = self.config.heads();
        let keys = heads.query_width();
        [(Linear::Q, 0), (Linear::K, keys), (Linear::V, keys + heads.key_value_width())]
    }

    /// Heads of queries and of keys in the joint buffer.
    fn normed_columns(&self) -> [Columns; 2] {
        let heads = self.config.heads();
        let row_width = heads.row_width();
        [
            Columns { row_width, column: 0, heads: heads.query },
            Columns { row_width, column: heads.query_width(), heads: heads.key_value },
        ]
    }

    pub(super) fn layer_forward(
        &self,
        index: usize,
        x: Vec<f32>,
        pass: Pass<'_>,
        caches: Option<&mut [Cache]>,
        space: &mut Workspace,
    ) -> (Vec<f32>, LayerTrace) {
        let (layer, kind) = (&self.slots.layers[index], self.arithmetic.layers[index]);
        let (n, heads, batch) = (pass.batch.len(), self.config.heads(), pass.batch);
        let (width, feed_forward) = (self.config.hidden_size, self.config.intermediate_size);
        let row_width = heads.row_width();
        let mut trace = LayerTrace::default();

        // Taken first: the layer before has given one back, which a smaller buffer would otherwise take and keep.
        let mut act = space.take(n * feed_forward);
        let (mut normed, mut scale) = (space.take(n * width), space.take(n));
        rms_norm(&mut normed, &mut scale, &x, &self.norm_weight(layer.attention_norm), self.eps());
        let mut qkv = space.take(n * row_width);
        for (linear, column) in self.qkv_columns() {
            let to = Rows { data: &mut qkv[column..], stride: row_width };
            self.linear(index, linear, &normed, to, Into::Replace, pass, space);
        }
        for (slot, (_, column)) in layer.biases.into_iter().flatten().zip(self.qkv_columns()) {
            add_bias(&mut qkv, row_width, column, self.parameters[slot].values());
        }
        for (at, (slot, columns)) in layer.head_norms.into_iter().flatten().zip(self.normed_columns()).enumerate() {
            let (mut before, mut scale) = (space.take(n * columns.heads * heads.width), space.take(n * columns.heads));
            let weight = self.norm_weight(slot);
            rms_norm_heads(&mut qkv, columns, &mut before, &mut scale, &weight, self.eps());
            trace.heads[at] = HeadTrace { before, scale };
        }
        let rotary = &self.rotary[kind.rotary];
        rotary.rotate(&mut qkv, row_width, heads.query + heads.key_value, &batch.positions, 1.0);
        let (mut attended, mut normalisers) = (space.take(n * heads.query_width()), space.take(n * heads.query));
        let precision = pass.products.precision();
        let mut attend = |sequences: &[Sequence<'_>]| {
            attention(&mut attended, &mut normalisers, &qkv, row_width, heads, kind.rule, sequences, precision);
        };
        match caches {
            None => attend(&without_past(&qkv, heads, &batch.segments)),
            Some(caches) => {
                let kv = heads.key_value_width();
                for (segment, cache) in batch.segments.iter().zip(caches.iter_mut()) {
                    let (keys, values) = &mut cache.layers[index];
                    for row in qkv[segment.start * row_width..].chunks_exact(row_width).take(segment.len) {
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
                attend(&sequences);
            }
        }
        let mut middle = space.take(n * width);
        match layer.attention_out_norm {
            None => {
                middle.copy_from_slice(&x);
                self.linear(index, Linear::O, &attended, Rows::whole(&mut middle, width), Into::Add, pass, space);
            }
            Some(norm) => {
                let (mut out, mut out_scale) = (space.take(n * width), space.take(n));
                self.linear(index, Linear::O, &attended, Rows::whole(&mut out, width), Into::Replace, pass, space);
                rms_norm(&mut middle, &mut out_scale, &out, &self.norm_weight(norm), self.eps());
                add(&mut middle, &x);
                (trace.attention_out, trace.attention_out_scale) = (out, out_scale);
            }
        }

        let (mut middle_normed, mut middle_scale) = (space.take(n * width), space.take(n));
        rms_norm(&mut middle_normed, &mut middle_scale, &middle, &self.norm_weight(layer.mlp_norm), self.eps());
        let (mut gate, mut up) = (space.take(n * feed_forward), space.take(n * feed_forward));
        for (linear, to) in [(Linear::Gate, &mut gate), (Linear::Up, &mut up)] {
            self.linear(index, linear, &middle_normed, Rows::whole(to, feed_forward), Into::Replace, pass, space);
        }
        glu(self.arithmetic.activation, &mut act, &gate, &up);
        let mut next = space.take(n * width);
        match layer.mlp_out_norm {
            None => {
                next.copy_from_slice(&middle);
                self.linear(index, Linear::Down, &act, Rows::whole(&mut next, width), Into::Add, pass, space);
            }
            Some(norm) => {
                let (mut out, mut out_scale) = (space.take(n * width), space.take(n));
                self.linear(index, Linear::Down, &act, Rows::whole(&mut out, width), Into::Replace, pass, space);
                rms_norm(&mut next, &mut out_scale, &out, &self.norm_weight(norm), self.eps());
                add(&mut next, &middle);
                (trace.mlp_out, trace.mlp_out_scale) = (out, out_scale);
            }
        }
        space.give([act]);
        let trace = LayerTrace {
            x,
            scale,
            normed,
            qkv,
            attended,
            normalisers,
            middle,
            middle_scale,
            middle_normed,
            gate,
            up,
            ..trace
        };
        (next, trace)
    }

    /// Turns `dx`, the gradient of a layer's output, into that of its input, and adds the parameters' gradients.
    pub(super) fn layer_backward(
        &self,
        index: usize,
        trace: LayerTrace,
        dx: &mut [f32],
        pass: Pass<'_>,
        gradients: &mut Gradients,
        space: &mut Workspace,
    ) {
        let layer = &self.slots.layers[index];
        let (n, width) = (pass.batch.len(), self.config.hidden_size);

        let mut d_out = space.take(n * width);
        let feed_forward = self.config.intermediate_size;
        self.out_norm_backward(layer.mlp_out_norm, &mut d_out, dx, &trace.mlp_out, &trace.mlp_out_scale, gradients);
        let (mut act, mut d_act) = (space.take(n * feed_forward), space.take(n * feed_forward));
        glu(self.arithmetic.activation, &mut act, &trace.gate, &trace.up);
        let dy = Rows { data: &d_out[..], stride: width };
        self.linear_backward(index, Linear::Down, dy, &act, &mut d_act, Into::Replace, pass, gradients, space);
        let (mut d_gate, mut d_up) = (act, space.take(n * feed_forward));
        glu_backward(self.arithmetic.activation, &mut d_gate, &mut d_up, &d_act, &trace.gate, &trace.up);
        let mut d_normed = space.take(n * width);
        for (linear, d, into) in [(Linear::Gate, &d_gate, Into::Replace), (Linear::Up, &d_up, Into::Add)] {
            let dy = Rows { data: &d[..], stride: feed_forward };
            self.linear_backward(index, linear, dy, &trace.middle_normed, &mut d_normed, into, pass, gradients, space);
        }
        space.give([d_act, d_gate, d_up]);
        let weight = self.norm_weight(layer.mlp_norm);
        let d_weight = gradients.get_mut(layer.mlp_norm);
        rms_norm_backward(dx, d_weight, &d_normed, &trace.middle, &trace.middle_scale, &weight);

        let (out, out_scale) = (&trace.attention_out, &trace.attention_out_scale);
        self.out_norm_backward(layer.attention_out_norm, &mut d_out, dx, out, out_scale, gradients);
        self.attention_block_backward(index, layer, &trace, &d_out, &mut d_normed, pass, gradients, space);
        let weight = self.norm_weight(layer.attention_norm);
        let d_weight = gradients.get_mut(layer.attention_norm);
        rms_norm_backward(dx, d_weight, &d_normed, &trace.x, &trace.scale, &weight);
        space.give([d_out, d_normed]);
        trace.give(space);
    }

    /// Gradient of what a block added to the residual, before its norm where it has one: into `d_out`, from `dx`.
    fn out_norm_backward(
        &self,
        norm: Option<usize>,
        d_out: &mut [f32],
        dx: &[f32],
        out: &[f32],
        out_scale: &[f32],
        gradients: &mut Gradients,
    ) {
        match norm {
            None => d_out.copy_from_slice(dx),
            Some(norm) => {
                d_out.fill(0.0);
                let weight = self.norm_weight(norm);
                rms_norm_backward(d_out, gradients.get_mut(norm), dx, out, out_scale, &weight);
            }
        }
    }

    /// From `d_out`, the gradient of the output projection's result, to `d_normed`, that of the normalised input.
    #[allow(clippy::too_many_arguments)]
    fn attention_block_backward(
        &self,
        index: usize,
        layer: &LayerSlots,
        trace: &LayerTrace,
        d_out: &[f32],
        d_normed: &mut [f32],
        pass: Pass<'_>,
        gradients: &mut Gradients,
        space: &mut Workspace,
    ) {
        let (n, heads, kind) = (pass.batch.len(), self.config.heads(), self.arithmetic.layers[index]);
        let (row_width, width) = (heads.row_width(), self.config.hidden_size);
        let mut d_attended = space.take(n * heads.query_width());
        let dy = Rows { data: d_out, stride: width };
        let into = Into::Replace;
        self.linear_backward(index, Linear::O, dy, &trace.attended, &mut d_attended, into, pass, gradients, space);
        // Rows of no sequence do not occur, so that every element is replaced.
        let mut d_qkv = filled(space.take(n * row_width), 0.0);
        let forward = Attended { qkv: &trace.qkv, out: &trace.attended, normalisers: &trace.normalisers };
        let precision = pass.products.precision();
        attention_backward(&mut d_qkv, &d_attended, forward, heads, kind.rule, &pass.batch.segments, precision);
        let rotary = &self.rotary[kind.rotary];
        rotary.rotate(&mut d_qkv, row_width, heads.query + heads.key_value, &pass.batch.positions, -1.0);
        let norms = layer.head_norms.into_iter().flatten().zip(self.normed_columns());
        for ((slot, columns), HeadTrace { before, scale }) in norms.zip(&trace.heads) {
            let weight = self.norm_weight(slot);
            rms_norm_heads_backward(&mut d_qkv, columns, gradients.get_mut(slot), before, scale, &weight);
        }
        for (slot, (_, column)) in layer.biases.into_iter().flatten().zip(self.qkv_columns()) {
            if let Some(d_bias) = gradients.get_mut(slot) {
                add_bias_backward(d_bias, &d_qkv, row_width, column);
            }
        }
        let mut into = Into::Replace;
        for (linear, column) in self.qkv_columns() {
            let dy = Rows { data: &d_qkv[column..], stride: row_width };
            self.linear_backward(index, linear, dy, &trace.normed, d_normed, into, pass, gradients, space);
            into = Into::Add;
        }
        space.give([d_attended, d_qkv]);
    }
}

fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}
