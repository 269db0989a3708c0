//! `config.json` of a Hugging Face model folder: read strictly, written back in the same words.
//!
//! A field that would change the computation and that this decoder does not know how to honour is refused by name; it
//! is never ignored.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::EngineError;
use crate::kernels::attention::Heads;

/// Shape of a decoder, in the words of Hugging Face's `LlamaConfig`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Class names, the first of which must be known here.
    pub architectures: Vec<String>,
    /// Family: `llama`.
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
    /// `K`; `D / H` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_dim: Option<usize>,
    /// Positions.
    pub max_position_embeddings: usize,
    /// Added to the mean square in RMSNorm.
    pub rms_norm_eps: f64,
    /// Base of the rotary frequencies; newer folders keep it in `rope_parameters`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_theta: Option<f64>,
    /// Newer spelling of the rotary settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_parameters: Option<RopeParameters>,
    /// Older spelling of rotary scaling; only absent is supported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_scaling: Option<serde_json::Value>,
    /// Whether the output layer is the embedding table.
    #[serde(default)]
    pub tie_word_embeddings: bool,
    /// Gate activation; only `silu` is supported.
    #[serde(default = "silu")]
    pub hidden_act: String,
    /// Biases in attention; only false is supported.
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
}

fn silu() -> String {
    "silu".to_owned()
}

/// Rotary settings as `transformers` 5 writes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RopeParameters {
    /// Base of the frequencies.
    pub rope_theta: f64,
    /// Kind of scaling; only `default` is supported.
    #[serde(default = "default_rope")]
    pub rope_type: String,
}

fn default_rope() -> String {
    "default".to_owned()
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
            tie_word_embeddings: true,
            hidden_act: silu(),
            attention_bias: false,
            mlp_bias: false,
            bos_token_id: Some(0),
            eos_token_id: Some(StopTokens::One(1)),
            torch_dtype: None,
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
        let refuse = |field: &str, reason: String| {
            Err(EngineError::Config { path: path.to_owned(), field: field.to_owned(), reason })
        };
        if self.model_type != "llama" {
            return refuse("model_type", format!("`{}` is not supported; `llama` is", self.model_type));
        }
        if self.hidden_act != "silu" {
            return refuse("hidden_act", format!("`{}` is not supported; `silu` is", self.hidden_act));
        }
        if self.attention_bias {
            return refuse("attention_bias", "biases are not supported".to_owned());
        }
        if self.mlp_bias {
            return refuse("mlp_bias", "biases are not supported".to_owned());
        }
        if self.rope_scaling.as_ref().is_some_and(|scaling| !scaling.is_null()) {
            return refuse("rope_scaling", "scaled rotary positions are not supported".to_owned());
        }
        if let Some(rope) = &self.rope_parameters
            && rope.rope_type != "default"
        {
            return refuse("rope_parameters.rope_type", format!("`{}` is not supported", rope.rope_type));
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
        for (field, token) in self.special_tokens() {
            if token as usize >= self.vocab_size {
                return refuse(field, format!("{token} is outside the vocabulary of {}", self.vocab_size));
            }
        }
        Ok(())
    }

    fn special_tokens(&self) -> Vec<(&'static str, u32)> {
        let bos = self.bos_token_id.iter().map(|token| ("bos_token_id", *token));
        bos.chain(self.stop_tokens().into_iter().map(|token| ("eos_token_id", token))).collect()
    }

    /// Stop tokens, possibly none.
    pub fn stop_tokens(&self) -> Vec<u32> {
        self.eos_token_id.as_ref().map(StopTokens::to_vec).unwrap_or_default()
    }

    fn key_value_heads(&self) -> usize {
        self.num_key_value_heads.unwrap_or(self.num_attention_heads)
    }

    fn head_width(&self) -> usize {
        self.head_dim.unwrap_or(self.hidden_size / self.num_attention_heads.max(1))
    }

    /// Shape of the attention heads.
    pub fn heads(&self) -> Heads {
        Heads { query: self.num_attention_heads, key_value: self.key_value_heads(), width: self.head_width() }
    }

    /// `theta^(-2i / K)` for `i` in `0 .. K/2`, in `f64`.
    pub fn inverse_frequencies(&self) -> Vec<f64> {
        let theta = self.rope_parameters.as_ref().map(|rope| rope.rope_theta).or(self.rope_theta).unwrap_or(10_000.0);
        let width = self.head_width();
        (0..width / 2).map(|i| theta.powf(-2.0 * i as f64 / width as f64)).collect()
    }
}
