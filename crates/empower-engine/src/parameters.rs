//! The parameters of a decoder: their names and shapes as checkpoints spell them, their values, and their gradients.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accelerated::OnDevice;
use crate::config::{Arithmetic, Config};
use crate::kernels::gemm::{Half, Matrix, PackedB, Precision, View, widen};
use crate::mapped::Mapped;

/// One tensor of weights.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in Hugging Face checkpoints.
    pub name: String,
    /// Its shape: `(out, in)` for matrices, `(D)` for norms and biases.
    pub shape: Vec<usize>,
    values: Values,
    frozen: bool,
    packed: OnceLock<PackedB>,
    pub(crate) on_device: OnDevice,
}

/// Where the numbers are.
#[derive(Debug, Clone)]
enum Values {
    /// In memory, in single precision: what can be trained.
    F32(Vec<f32>),
    /// In memory, in bfloat16.
    Halves(Vec<Half>),
    /// In a file, in bfloat16: these bytes of it.
    File(Arc<Mapped>, Range<usize>),
}

impl Clone for Parameter {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            shape: self.shape.clone(),
            values: self.values.clone(),
            frozen: self.frozen,
            packed: OnceLock::default(),
            on_device: OnDevice::default(),
        }
    }
}

impl Parameter {
    /// A parameter with given values, as many as the shape says.
    pub fn new(name: String, shape: Vec<usize>, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), shape.iter().product::<usize>(), "as many values as the shape says");
        Self::with(name, shape, Values::F32(values))
    }

    /// A frozen parameter in bfloat16.
    pub(crate) fn halves(name: String, shape: Vec<usize>, values: Vec<Half>) -> Self {
        assert_eq!(values.len(), shape.iter().product::<usize>(), "as many values as the shape says");
        Self { frozen: true, ..Self::with(name, shape, Values::Halves(values)) }
    }

    /// A frozen parameter in bfloat16 that stays in its file.
    pub(crate) fn in_file(name: String, shape: Vec<usize>, file: Arc<Mapped>, bytes: Range<usize>) -> Self {
        assert_eq!(bytes.len(), 2 * shape.iter().product::<usize>(), "as many values as the shape says");
        Self { frozen: true, ..Self::with(name, shape, Values::File(file, bytes)) }
    }

    fn with(name: String, shape: Vec<usize>, values: Values) -> Self {
        Self { name, shape, values, frozen: false, packed: OnceLock::default(), on_device: OnDevice::default() }
    }

    /// How many numbers there are.
    pub fn n_values(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it is held in bfloat16, as it was stored.
    pub fn is_bf16(&self) -> bool {
        !matches!(self.values, Values::F32(_))
    }

    /// Whether training leaves it alone.
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Takes it out of training, or puts it back in (in single precision).
    pub fn set_frozen(&mut self, frozen: bool) {
        if !frozen && self.is_bf16() {
            self.values_mut();
        }
        self.frozen = frozen;
    }

    /// The values, row after row, of a parameter that is held in single precision: every one that can be trained, and
    /// every vector.
    pub fn values(&self) -> &[f32] {
        match &self.values {
            Values::F32(values) => values,
            _ => panic!("{} is held in bfloat16; `to_f32` widens it", self.name),
        }
    }

    pub(crate) fn as_halves(&self) -> Option<&[Half]> {
        match &self.values {
            Values::F32(_) => None,
            Values::Halves(halves) => Some(halves),
            Values::File(file, range) => Some(file.bytes()[range.clone()].as_chunks::<2>().0),
        }
    }

    /// The values in single precision, copied where they are held otherwise.
    pub fn to_f32(&self) -> Cow<'_, [f32]> {
        match self.as_halves() {
            None => Cow::Borrowed(self.values()),
            Some(halves) => Cow::Owned(halves.par_iter().map(|half| widen(*half)).collect()),
        }
    }

    /// The values in single precision, some thousand at a time.
    pub fn each_block(&self, mut act: impl FnMut(&[f32])) {
        const BLOCK: usize = 1 << 12;
        match self.as_halves() {
            None => self.values().chunks(BLOCK).for_each(act),
            Some(halves) => {
                let mut block = Vec::with_capacity(BLOCK);
                for halves in halves.chunks(BLOCK) {
                    block.clear();
                    block.extend(halves.iter().map(|half| widen(*half)));
                    act(&block);
                }
            }
        }
        self.release();
    }

    /// Forgets what was made of the values for products.
    pub(crate) fn forget_copies(&mut self) {
        self.packed = OnceLock::default();
        self.on_device = OnDevice::default();
    }

    /// The values, to be changed: what was made of them is forgotten, and what was held in bfloat16 is widened.
    pub fn values_mut(&mut self) -> &mut [f32] {
        self.forget_copies();
        if self.is_bf16() {
            self.values = Values::F32(self.to_f32().into_owned());
        }
        match &mut self.values {
            Values::F32(values) => values,
            _ => unreachable!("it was widened"),
        }
    }

    /// Seen as a matrix `(out, in)`.
    pub fn matrix(&self) -> Matrix<'_> {
        let (rows, cols) = (self.shape[0], self.shape[1]);
        match self.as_halves() {
            None => View::new(self.values(), rows, cols).into(),
            Some(halves) => View::new(halves, rows, cols).into(),
        }
    }

    /// The transpose `(in, out)`, packed for products in `f32`; made once for as long as the values stay.
    pub fn packed(&self) -> &PackedB {
        self.packed.get_or_init(|| {
            let packed = PackedB::new(self.matrix().t(), Precision::F32);
            self.release();
            packed
        })
    }

    /// Lets go of the memory that reading a file took.
    pub(crate) fn release(&self) {
        if let Values::File(file, range) = &self.values {
            file.release(range.clone());
        }
    }
}

/// The seven linear maps of a layer, in checkpoint order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Linear {
    /// `self_attn.q_proj`
    #[serde(rename = "q_proj")]
    Q,
    /// `self_attn.k_proj`
    #[serde(rename = "k_proj")]
    K,
    /// `self_attn.v_proj`
    #[serde(rename = "v_proj")]
    V,
    /// `self_attn.o_proj`
    #[serde(rename = "o_proj")]
    O,
    /// `mlp.gate_proj`
    #[serde(rename = "gate_proj")]
    Gate,
    /// `mlp.up_proj`
    #[serde(rename = "up_proj")]
    Up,
    /// `mlp.down_proj`
    #[serde(rename = "down_proj")]
    Down,
}

impl Linear {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Q, Self::K, Self::V, Self::O, Self::Gate, Self::Up, Self::Down];

    /// Its name inside a layer.
    pub fn path(self) -> &'static str {
        match self {
            Self::Q => "self_attn.q_proj",
            Self::K => "self_attn.k_proj",
            Self::V => "self_attn.v_proj",
            Self::O => "self_attn.o_proj",
            Self::Gate => "mlp.gate_proj",
            Self::Up => "mlp.up_proj",
            Self::Down => "mlp.down_proj",
        }
    }

    /// The last part of its name, as adapters list it.
    pub fn name(self) -> &'static str {
        let path = self.path();
        path.split_once('.').map_or(path, |(_, name)| name)
    }
}

/// Where the parameters of one layer stand in the decoder's list.
#[derive(Debug, Clone, Copy)]
pub struct LayerSlots {
    /// `input_layernorm.weight`
    pub attention_norm: usize,
    /// Weights of [`Linear::ALL`], in that order.
    pub linears: [usize; 7],
    /// `self_attn.{q,k,v}_proj.bias`
    pub biases: Option<[usize; 3]>,
    /// `self_attn.{q,k}_norm.weight`
    pub head_norms: Option<[usize; 2]>,
    /// The norm of what attention adds: Gemma's `post_attention_layernorm.weight`.
    pub attention_out_norm: Option<usize>,
    /// The norm before the feed-forward: `post_attention_layernorm.weight`, Gemma's `pre_feedforward_layernorm.weight`.
    pub mlp_norm: usize,
    /// The norm of what the feed-forward adds: Gemma's `post_feedforward_layernorm.weight`.
    pub mlp_out_norm: Option<usize>,
}

impl LayerSlots {
    /// Where the weight of `linear` stands.
    pub fn linear(&self, linear: Linear) -> usize {
        self.linears[linear as usize]
    }
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

/// Names and shapes of every parameter of a decoder.
pub type Shapes = Vec<(String, Vec<usize>)>;

/// Names and shapes of every parameter of `config`, in checkpoint order, and where to find them.
pub fn layout(config: &Config, arithmetic: &Arithmetic) -> (Shapes, Slots) {
    let heads = config.heads();
    let (width, feed_forward) = (config.hidden_size, config.intermediate_size);
    let (queries, keys) = (heads.query_width(), heads.key_value_width());
    let mut list: Shapes = Vec::new();
    let mut add = |name: String, shape: Vec<usize>| {
        list.push((name, shape));
        list.len() - 1
    };
    let embed = add("model.embed_tokens.weight".to_owned(), vec![config.vocab_size, width]);
    let layers = (0..config.num_hidden_layers)
        .map(|i| {
            let mut add = |name: &str, shape: Vec<usize>| add(format!("model.layers.{i}.{name}"), shape);
            let attention_norm = add("input_layernorm.weight", vec![width]);
            let mut linears = [0; 7];
            let mut weight = |add: &mut dyn FnMut(&str, Vec<usize>) -> usize, linear: Linear, out, inputs| {
                linears[linear as usize] = add(&format!("{}.weight", linear.path()), vec![out, inputs]);
            };
            weight(&mut add, Linear::Q, queries, width);
            weight(&mut add, Linear::K, keys, width);
            weight(&mut add, Linear::V, keys, width);
            let biases = arithmetic.biases.then(|| {
                [(Linear::Q, queries), (Linear::K, keys), (Linear::V, keys)]
                    .map(|(linear, out)| add(&format!("{}.bias", linear.path()), vec![out]))
            });
            weight(&mut add, Linear::O, width, queries);
            let head_norms = arithmetic
                .head_norms
                .then(|| ["q_norm", "k_norm"].map(|norm| add(&format!("self_attn.{norm}.weight"), vec![heads.width])));
            let after_attention = add("post_attention_layernorm.weight", vec![width]);
            let around = arithmetic.norms_after.then(|| {
                ["pre", "post"].map(|place| add(&format!("{place}_feedforward_layernorm.weight"), vec![width]))
            });
            let (attention_out_norm, mlp_norm, mlp_out_norm) = match around {
                None => (None, after_attention, None),
                Some([before, after]) => (Some(after_attention), before, Some(after)),
            };
            weight(&mut add, Linear::Gate, feed_forward, width);
            weight(&mut add, Linear::Up, feed_forward, width);
            weight(&mut add, Linear::Down, width, feed_forward);
            LayerSlots { attention_norm, linears, biases, head_norms, attention_out_norm, mlp_norm, mlp_out_norm }
        })
        .collect();
    let norm = add("model.norm.weight".to_owned(), vec![width]);
    let output = match config.is_tied() {
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
        Self(parameters.iter().map(|p| trainable(p).then(|| vec![0.0; p.n_values()])).collect())
    }

    /// Zeros for every parameter that is not frozen.
    pub fn of_trained(parameters: &[Parameter]) -> Self {
        Self::zeros(parameters, |parameter| !parameter.is_frozen())
    }

    /// Bytes that they take.
    pub fn n_bytes(&self) -> usize {
        self.iter().map(|(_, gradient)| 4 * gradient.len()).sum()
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
