//! `config.json` of a Hugging Face model folder: read strictly, written back in the same words.
//!
//! A field that would change the computation and that this decoder does not know how to honour is refused by name; it
//! is never ignored. Fields that say nothing about the computation are kept and written back as they were.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::EngineError;
use crate::kernels::attention::{Heads, Rule};
use crate::kernels::elementwise::Activation;

mod rope;

use rope::Rope;

/// Shape of a decoder, in the words of Hugging Face's configurations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Class names, the first of which must be known here.
    pub architectures: Vec<String>,
    /// Family: `llama`, `qwen2`, `qwen3` or `gemma3_text`.
    pub model_type: String,
    /// `V`.
    pub vocab_size: usize,
    /// `D`.
    pub hidden_size: usize,
    /// `F`.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// `H`.
    pub num_attention_heads: usize,
    /// `G`; `H` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_key_value_heads: Option<usize>,
    /// `K`; where absent 128 for Qwen 3, 256 for Gemma 3 and `D / H` for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_dim: Option<usize>,
    /// Positions.
    pub max_position_embeddings: usize,
    /// Added to the mean square in RMSNorm.
    pub rms_norm_eps: f64,
    /// Base of the rotary frequencies; newer folders keep it in `rope_parameters`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_theta: Option<f64>,
    /// Newer spelling of the rotary settings, one for all layers or one a layer type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_parameters: Option<Value>,
    /// Older spelling of rotary scaling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_scaling: Option<Value>,
    /// Whether the output layer is the embedding table; where absent, it is for Gemma 3 alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie_word_embeddings: Option<bool>,
    /// Gate activation: `silu`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_act: Option<String>,
    /// Biases in attention; only false is supported. (Qwen 2.5 has its own, on queries, keys and values, always.)
    #[serde(default)]
    pub attention_bias: bool,
    /// Biases in the feed-forward; only false is supported.
    #[serde(default)]
    pub mlp_bias: bool,
    /// Beginning-of-sequence token.
    #[serde(default)]
    pub bos_token_id: Option<u32>,
    /// Stop token or tokens.
    #[serde(default)]
    pub eos_token_id: Option<StopTokens>,
    /// Storage type of the weights, as Hugging Face spells it (`float32`, `bfloat16`, `float16`).
    #[serde(default, alias = "dtype", skip_serializing_if = "Option::is_none")]
    pub torch_dtype: Option<String>,
    /// Gemma's gate activation: `gelu_pytorch_tanh`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_activation: Option<String>,
    /// Gemma: scores are divided by its root rather than by that of the head width.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_pre_attn_scalar: Option<f64>,
    /// Gemma's older spelling of the rotary base of its local layers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_local_base_freq: Option<f64>,
    /// Positions that a query of a local layer sees, itself included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sliding_window: Option<usize>,
    /// Gemma's older spelling of its layer types: every so many-th layer is global.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sliding_window_pattern: Option<usize>,
    /// Qwen: whether `sliding_window` is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_sliding_window: Option<bool>,
    /// Qwen: layers before this one are global.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_window_layers: Option<usize>,
    /// `full_attention` or `sliding_attention`, an entry a layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_types: Option<Vec<String>>,
    /// Everything else that the file says.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// `eos_token_id` is a number or a list of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StopTokens {
    /// One stop token.
    One(u32),
    /// Several; any of them stops, the first is the one to train on.
    Many(Vec<u32>),
}

impl StopTokens {
    /// As a list.
    pub fn to_vec(&self) -> Vec<u32> {
        match self {
            Self::One(token) => vec![*token],
            Self::Many(tokens) => tokens.clone(),
        }
    }
}

/// Sizes of a Llama to be made from scratch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LlamaShape {
    /// `V`.
    pub vocabulary: usize,
    /// `D`.
    pub width: usize,
    /// Layers.
    pub layers: usize,
    /// `H`.
    pub heads: usize,
    /// `G`.
    pub key_value_heads: usize,
    /// `F`.
    pub feed_forward: usize,
    /// Positions.
    pub positions: usize,
}

/// The families that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Llama,
    Qwen2,
    Qwen3,
    Gemma3,
}

/// What a configuration asks of the decoder's arithmetic.
#[derive(Debug, Clone, PartialEq)]
pub struct Arithmetic {
    /// Queries, keys and values have biases.
    pub biases: bool,
    /// Every head of queries and keys is normalised before it is rotated.
    pub head_norms: bool,
    /// What attention and feed-forward add is normalised before it is added.
    pub norms_after: bool,
    /// Norms are stored less one.
    pub norms_less_one: bool,
    /// Embeddings are multiplied by this.
    pub embedding_scale: f32,
    /// What the gate goes through.
    pub activation: Activation,
    /// Rotary frequencies: `theta^(-2i / K)` for `i` in `0 .. K/2`, scaled, in `f64`; one entry a kind of layer.
    pub frequencies: Vec<Vec<f64>>,
    /// One entry a layer.
    pub layers: Vec<LayerKind>,
}

/// What differs between layers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerKind {
    /// Scale and window of attention.
    pub rule: Rule,
    /// Which of [`Arithmetic::frequencies`] turns its heads.
    pub rotary: usize,
}

/// A field that is refused, and why.
type Refused = (String, String);

fn refuse<T>(field: &str, reason: impl core::fmt::Display) -> Result<T, Refused> {
    Err((field.to_owned(), reason.to_string()))
}

/// Fields that change the computation, none of which this decoder honours; each may be there and say no.
const UNSUPPORTED: [(&str, &str); 14] = [
    ("quantization_config", "quantised weights are not supported; use the folder that they were made from"),
    ("num_experts", "mixtures of experts are not supported"),
    ("num_local_experts", "mixtures of experts are not supported"),
    ("n_routed_experts", "mixtures of experts are not supported"),
    ("moe_intermediate_size", "mixtures of experts are not supported"),
    ("text_config", "models of text and images are not supported; a text model's folder is"),
    ("vision_config", "models of text and images are not supported"),
    ("attn_logit_softcapping", "soft caps are not supported"),
    ("final_logit_softcapping", "soft caps are not supported"),
    ("use_bidirectional_attention", "only causal attention is supported"),
    ("is_encoder_decoder", "only decoders are supported"),
    ("add_cross_attention", "only decoders are supported"),
    ("attention_multiplier", "this scaling of attention is not supported"),
    ("residual_multiplier", "this scaling of the residual is not supported"),
];

/// The two layer types that there are, as configurations spell them.
const FULL: &str = "full_attention";
const SLIDING: &str = "sliding_attention";

impl Config {
    /// A Llama with tied embeddings, token 0 to begin with and token 1 to stop.
    pub fn llama(shape: LlamaShape) -> Self {
        Self {
            architectures: vec!["LlamaForCausalLM".to_owned()],
            model_type: "llama".to_owned(),
            vocab_size: shape.vocabulary,
            hidden_size: shape.width,
            intermediate_size: shape.feed_forward,
            num_hidden_layers: shape.layers,
            num_attention_heads: shape.heads,
            num_key_value_heads: Some(shape.key_value_heads),
            head_dim: Some(shape.width / shape.heads),
            max_position_embeddings: shape.positions,
            rms_norm_eps: 1e-5,
            rope_theta: Some(10_000.0),
            rope_parameters: None,
            rope_scaling: None,
            tie_word_embeddings: Some(true),
            hidden_act: Some("silu".to_owned()),
            attention_bias: false,
            mlp_bias: false,
            bos_token_id: Some(0),
            eos_token_id: Some(StopTokens::One(1)),
            torch_dtype: None,
            hidden_activation: None,
            query_pre_attn_scalar: None,
            rope_local_base_freq: None,
            sliding_window: None,
            sliding_window_pattern: None,
            use_sliding_window: None,
            max_window_layers: None,
            layer_types: None,
            other: BTreeMap::new(),
        }
    }

    /// The shape of Qwen2.5-0.5B (its published `config.json`), for benchmarks.
    pub fn qwen_half_billion() -> Self {
        let shape = LlamaShape {
            vocabulary: 151_936,
            width: 896,
            layers: 24,
            heads: 14,
            key_value_heads: 2,
            feed_forward: 4864,
            positions: 32_768,
        };
        Self {
            architectures: vec!["Qwen2ForCausalLM".to_owned()],
            model_type: "qwen2".to_owned(),
            head_dim: None,
            rms_norm_eps: 1e-6,
            rope_theta: Some(1_000_000.0),
            bos_token_id: None,
            eos_token_id: Some(StopTokens::One(151_643)),
            ..Self::llama(shape)
        }
    }

    /// Reads and checks a `config.json`.
    pub fn read(path: &Path) -> Result<Self, EngineError> {
        let text = std::fs::read_to_string(path).map_err(|source| EngineError::Io {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        let config: Self = serde_json::from_str(&text).map_err(|source| EngineError::Config {
            path: path.to_owned(),
            field: "(whole file)".to_owned(),
            reason: source.to_string(),
        })?;
        config.check(path)?;
        Ok(config)
    }

    /// Refuses what this decoder would compute wrongly.
    pub fn check(&self, path: &Path) -> Result<(), EngineError> {
        let named = |(field, reason)| EngineError::Config { path: path.to_owned(), field, reason };
        self.check_fields().map_err(named)?;
        self.arithmetic().map(|_| ()).map_err(named)
    }

    fn family(&self) -> Result<Family, Refused> {
        match self.model_type.as_str() {
            "llama" => Ok(Family::Llama),
            "qwen2" => Ok(Family::Qwen2),
            "qwen3" => Ok(Family::Qwen3),
            "gemma3_text" => Ok(Family::Gemma3),
            other => refuse(
                "model_type",
                format!("`{other}` is not supported; `llama`, `qwen2`, `qwen3` and `gemma3_text` are"),
            ),
        }
    }

    fn check_fields(&self) -> Result<(), Refused> {
        for (field, reason) in UNSUPPORTED {
            let says_no = |value: &Value| matches!(value, Value::Null | Value::Bool(false));
            if self.other.get(field).is_some_and(|value| !says_no(value)) {
                return refuse(field, reason);
            }
        }
        if self.other.get("partial_rotary_factor").is_some_and(|factor| factor.as_f64() != Some(1.0)) {
            return refuse("partial_rotary_factor", "heads are rotated whole; other shares are not supported");
        }
        self.family()?;
        if self.attention_bias {
            return refuse("attention_bias", "these biases are not supported");
        }
        if self.mlp_bias {
            return refuse("mlp_bias", "biases are not supported");
        }
        for (field, value) in [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("num_attention_heads", self.num_attention_heads),
            ("num_key_value_heads", self.key_value_heads()),
            ("max_position_embeddings", self.max_position_embeddings),
            ("head_dim", self.head_width()),
        ] {
            // Bounded so that a hostile file cannot ask for all memory before the weights contradict it.
            if value == 0 || value > 1 << 24 {
                return refuse(field, format!("{value} is not between 1 and 2^24"));
            }
        }
        if self.num_hidden_layers == 0 || self.num_hidden_layers > 1024 {
            return refuse("num_hidden_layers", format!("{} is not between 1 and 1024", self.num_hidden_layers));
        }
        if !self.num_attention_heads.is_multiple_of(self.key_value_heads()) {
            return refuse(
                "num_key_value_heads",
                format!("{} does not divide the {} query heads", self.key_value_heads(), self.num_attention_heads),
            );
        }
        if !self.head_width().is_multiple_of(2) {
            return refuse("head_dim", format!("{} is odd; rotary positions need pairs", self.head_width()));
        }
        if !(self.rms_norm_eps >= 0.0 && self.rms_norm_eps < 1.0) {
            return refuse("rms_norm_eps", format!("{} is not from 0 to below 1", self.rms_norm_eps));
        }
        for (field, token) in self.special_tokens() {
            if token as usize >= self.vocab_size {
                return refuse(field, format!("{token} is outside the vocabulary of {}", self.vocab_size));
            }
        }
        Ok(())
    }

    /// What the decoder has to compute.
    pub(crate) fn arithmetic(&self) -> Result<Arithmetic, Refused> {
        let family = self.family()?;
        let gemma = family == Family::Gemma3;
        let ropes = self.ropes(gemma)?;
        let scale = match (gemma, self.query_pre_attn_scalar.unwrap_or(256.0)) {
            (false, _) if self.query_pre_attn_scalar.is_some() => {
                return refuse("query_pre_attn_scalar", "only Gemma's attention is scaled so");
            }
            (false, _) => 1.0 / (self.head_width() as f32).sqrt(),
            (true, scalar) if scalar > 0.0 => (1.0 / scalar.sqrt()) as f32,
            (true, scalar) => return refuse("query_pre_attn_scalar", format!("{scalar} is not above 0")),
        };
        let layers = self.windows(family)?;
        Ok(Arithmetic {
            biases: family == Family::Qwen2,
            head_norms: matches!(family, Family::Qwen3 | Family::Gemma3),
            norms_after: gemma,
            norms_less_one: gemma,
            // In single precision, as `transformers` computes it for a model in single precision. Computed in bfloat16
            // the factor would be rounded to 8 bits (for D = 640, 25.25 rather than 25.298), an error of its own that
            // widening the weights afterwards does not undo.
            embedding_scale: if gemma { (self.hidden_size as f64).sqrt() as f32 } else { 1.0 },
            activation: self.activation(gemma)?,
            frequencies: ropes.iter().map(|rope| rope.inverse_frequencies(self.head_width())).collect(),
            layers: layers
                .into_iter()
                .map(|window| LayerKind {
                    rule: Rule { scale, window },
                    rotary: usize::from(gemma && window.is_some()),
                })
                .collect(),
        })
    }

    fn activation(&self, gemma: bool) -> Result<Activation, Refused> {
        let (field, given) = match (&self.hidden_activation, &self.hidden_act) {
            (Some(given), _) => ("hidden_activation", given.as_str()),
            (None, Some(given)) => ("hidden_act", given.as_str()),
            (None, None) => ("hidden_act", if gemma { "gelu_pytorch_tanh" } else { "silu" }),
        };
        match given {
            "silu" => Ok(Activation::Silu),
            "gelu_pytorch_tanh" => Ok(Activation::GeluTanh),
            other => refuse(field, format!("`{other}` is not supported; `silu` and `gelu_pytorch_tanh` are")),
        }
    }

    /// The rotary settings: of all layers, or of Gemma's global and local ones.
    fn ropes(&self, gemma: bool) -> Result<Vec<Rope>, Refused> {
        let by_type = |value: &Value| value.get(FULL).is_some() || value.get(SLIDING).is_some();
        let scaling = self.rope_scaling.as_ref().filter(|scaling| !scaling.is_null());
        let parameters = self.rope_parameters.as_ref().filter(|parameters| !parameters.is_null());
        if scaling.is_some() && parameters.is_some() {
            return refuse("rope_scaling", "given beside `rope_parameters`; one of the two is meant");
        }
        let read = |field: &str, value: Option<&Value>, theta: f64| match value {
            Some(value) => Rope::read(field, value, theta),
            None => Ok(Rope::plain(theta)),
        };
        if !gemma {
            let theta = self.rope_theta.unwrap_or(10_000.0);
            let rope = match (parameters, scaling) {
                (Some(value), _) if by_type(value) => {
                    return refuse("rope_parameters", "settings for each layer type are Gemma's alone");
                }
                (Some(value), _) => Rope::read("rope_parameters", value, theta)?,
                (None, scaling) => read("rope_scaling", scaling, theta)?,
            };
            return Ok(vec![rope]);
        }
        let global_theta = self.rope_theta.unwrap_or(1_000_000.0);
        let local_theta = self.rope_local_base_freq.unwrap_or(10_000.0);
        let (global, local) = match parameters {
            Some(value) if by_type(value) => (
                read("rope_parameters.full_attention", value.get(FULL), global_theta)?,
                read("rope_parameters.sliding_attention", value.get(SLIDING), local_theta)?,
            ),
            Some(_) => return refuse("rope_parameters", "Gemma 3 has settings for each layer type"),
            None => (read("rope_scaling", scaling, global_theta)?, Rope::plain(local_theta)),
        };
        Ok(vec![global, local])
    }

    /// The window of every layer.
    fn windows(&self, family: Family) -> Result<Vec<Option<usize>>, Refused> {
        let n = self.num_hidden_layers;
        let window = match family {
            Family::Gemma3 => Some(self.sliding_window.unwrap_or(4096)),
            Family::Qwen2 | Family::Qwen3 if self.use_sliding_window == Some(true) => {
                Some(self.sliding_window.unwrap_or(4096))
            }
            Family::Llama if self.sliding_window.is_some() || self.use_sliding_window == Some(true) => {
                return refuse("sliding_window", "Llama has no sliding window");
            }
            _ => None,
        };
        if window == Some(0) {
            return refuse("sliding_window", "0 is not above 0");
        }
        let types: Vec<&str> = match (&self.layer_types, family) {
            (Some(types), _) => types.iter().map(String::as_str).collect(),
            (None, Family::Gemma3) => {
                let pattern = self.sliding_window_pattern.unwrap_or(6);
                if pattern == 0 {
                    return refuse("sliding_window_pattern", "0 is not above 0");
                }
                (0..n).map(|i| if (i + 1) % pattern == 0 { FULL } else { SLIDING }).collect()
            }
            (None, _) => {
                let first = if window.is_some() { self.max_window_layers.unwrap_or(28) } else { n };
                (0..n).map(|i| if i < first { FULL } else { SLIDING }).collect()
            }
        };
        if types.len() != n {
            return refuse("layer_types", format!("{} entries for {n} layers", types.len()));
        }
        types
            .into_iter()
            .map(|kind| match (kind, window) {
                (FULL, _) => Ok(None),
                (SLIDING, Some(window)) => Ok(Some(window)),
                (SLIDING, None) => refuse("layer_types", "a `sliding_attention` layer, but no sliding window is on"),
                (other, _) => {
                    refuse("layer_types", format!("`{other}` is not supported; `{FULL}` and `{SLIDING}` are"))
                }
            })
            .collect()
    }

    fn special_tokens(&self) -> Vec<(&'static str, u32)> {
        let bos = self.bos_token_id.iter().map(|token| ("bos_token_id", *token));
        bos.chain(self.stop_tokens().into_iter().map(|token| ("eos_token_id", token))).collect()
    }

    /// Stop tokens, possibly none.
    pub fn stop_tokens(&self) -> Vec<u32> {
        self.eos_token_id.as_ref().map(StopTokens::to_vec).unwrap_or_default()
    }

    /// Whether the output layer is the embedding table.
    pub fn is_tied(&self) -> bool {
        self.tie_word_embeddings.unwrap_or(self.model_type == "gemma3_text")
    }

    fn key_value_heads(&self) -> usize {
        let default = if self.model_type == "gemma3_text" { 4 } else { self.num_attention_heads };
        self.num_key_value_heads.unwrap_or(default)
    }

    fn head_width(&self) -> usize {
        self.head_dim.unwrap_or(match self.model_type.as_str() {
            "qwen3" => 128,
            "gemma3_text" => 256,
            _ => self.hidden_size / self.num_attention_heads.max(1),
        })
    }

    /// Shape of the attention heads.
    pub fn heads(&self) -> Heads {
        Heads { query: self.num_attention_heads, key_value: self.key_value_heads(), width: self.head_width() }
    }
}
