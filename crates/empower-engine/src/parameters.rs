//! The parameters of a decoder: their names and shapes as checkpoints spell them, their values, and their gradients.

use std::sync::OnceLock;

use crate::config::Config;
use crate::kernels::gemm::{PackedB, Precision, View};

/// One tensor of weights.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in Hugging Face checkpoints.
    pub name: String,
    /// Its shape: `(out, in)` for matrices, `(D)` for norms.
    pub shape: Vec<usize>,
    values: Vec<f32>,
    packed: OnceLock<PackedB>,
}

impl Clone for Parameter {
    fn clone(&self) -> Self {
        Self::new(self.name.clone(), self.shape.clone(), self.values.clone())
    }
}

impl Parameter {
    /// A parameter with given values, as many as the shape says.
    pub fn new(name: String, shape: Vec<usize>, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), shape.iter().product::<usize>(), "as many values as the shape says");
        Self { name, shape, values, packed: OnceLock::new() }
    }

    /// The values, row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The values, to be changed: what was packed from them is forgotten.
    pub fn values_mut(&mut self) -> &mut [f32] {
        self.packed = OnceLock::new();
        &mut self.values
    }

    /// Seen as a matrix `(out, in)`.
    pub fn view(&self) -> View<'_> {
        View::new(&self.values, self.shape[0], self.shape[1])
    }

    /// The transpose `(in, out)`, packed for products in `f32`; made once for as long as the values stay.
    pub fn packed(&self) -> &PackedB {
        self.packed.get_or_init(|| PackedB::new(self.view().t(), Precision::F32))
    }
}

/// Where the parameters of one layer stand in the decoder's list.
#[derive(Debug, Clone, Copy)]
pub struct LayerSlots {
    /// `input_layernorm.weight`
    pub attention_norm: usize,
    /// `self_attn.q_proj.weight`
    pub q: usize,
    /// `self_attn.k_proj.weight`
    pub k: usize,
    /// `self_attn.v_proj.weight`
    pub v: usize,
    /// `self_attn.o_proj.weight`
    pub o: usize,
    /// `post_attention_layernorm.weight`
    pub mlp_norm: usize,
    /// `mlp.gate_proj.weight`
    pub gate: usize,
    /// `mlp.up_proj.weight`
    pub up: usize,
    /// `mlp.down_proj.weight`
    pub down: usize,
}

/// Where everything stands.
#[derive(Debug, Clone)]
pub struct Slots {
    /// `model.embed_tokens.weight`
    pub embed: usize,
    /// One entry a layer.
    pub layers: Vec<LayerSlots>,
    /// `model.norm.weight`
    pub norm: usize,
    /// `lm_head.weight`, or the embedding where the two are tied.
    pub output: usize,
}

/// Names and shapes of every parameter of `config`, in checkpoint order, and where to find them.
pub fn layout(config: &Config) -> (Vec<(String, Vec<usize>)>, Slots) {
    let heads = config.heads();
    let (width, feed_forward) = (config.hidden_size, config.intermediate_size);
    let mut list: Vec<(String, Vec<usize>)> = Vec::new();
    let mut add = |name: String, shape: Vec<usize>| {
        list.push((name, shape));
        list.len() - 1
    };
    let embed = add("model.embed_tokens.weight".to_owned(), vec![config.vocab_size, width]);
    let layers = (0..config.num_hidden_layers)
        .map(|i| {
            let mut add = |name: &str, shape: Vec<usize>| add(format!("model.layers.{i}.{name}.weight"), shape);
            LayerSlots {
                attention_norm: add("input_layernorm", vec![width]),
                q: add("self_attn.q_proj", vec![heads.query_width(), width]),
                k: add("self_attn.k_proj", vec![heads.key_value_width(), width]),
                v: add("self_attn.v_proj", vec![heads.key_value_width(), width]),
                o: add("self_attn.o_proj", vec![width, heads.query_width()]),
                mlp_norm: add("post_attention_layernorm", vec![width]),
                gate: add("mlp.gate_proj", vec![feed_forward, width]),
                up: add("mlp.up_proj", vec![feed_forward, width]),
                down: add("mlp.down_proj", vec![width, feed_forward]),
            }
        })
        .collect();
    let norm = add("model.norm.weight".to_owned(), vec![width]);
    let output = match config.tie_word_embeddings {
        true => embed,
        false => add("lm_head.weight".to_owned(), vec![config.vocab_size, width]),
    };
    (list, Slots { embed, layers, norm, output })
}

/// Gradients of all parameters, in the decoder's order; frozen ones are `None` and cost nothing.
#[derive(Debug, Clone)]
pub struct Gradients(Vec<Option<Vec<f32>>>);

impl Gradients {
    /// Zeros for every parameter that `trainable` says yes to.
    pub fn zeros(parameters: &[Parameter], trainable: impl Fn(&Parameter) -> bool) -> Self {
        Self(parameters.iter().map(|p| trainable(p).then(|| vec![0.0; p.values.len()])).collect())
    }

    /// The gradient of parameter `slot`.
    pub fn get(&self, slot: usize) -> Option<&[f32]> {
        self.0[slot].as_deref()
    }

    /// The gradient of parameter `slot`, to add to.
    pub fn get_mut(&mut self, slot: usize) -> Option<&mut [f32]> {
        self.0[slot].as_deref_mut()
    }

    /// All that are trained, with their place in the decoder's list.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut [f32])> {
        self.0.iter_mut().enumerate().filter_map(|(slot, gradient)| Some((slot, gradient.as_deref_mut()?)))
    }

    /// All that are trained, with their place in the decoder's list.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.0.iter().enumerate().filter_map(|(slot, gradient)| Some((slot, gradient.as_deref()?)))
    }

    /// Multiplies every gradient.
    pub fn scale(&mut self, factor: f32) {
        self.iter_mut().for_each(|(_, gradient)| gradient.iter_mut().for_each(|value| *value *= factor));
    }

    /// Back to zeros, keeping the memory.
    pub fn clear(&mut self) {
        self.iter_mut().for_each(|(_, gradient)| gradient.fill(0.0));
    }
}
