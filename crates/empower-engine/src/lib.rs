//! The local decoder: weights, KV cache, fused operations with backward, sampling, batching.
//!
//! [`Engine`] is what others use: a scorer and a generator over one model. [`Decoder`] is the model: a Hugging Face
//! folder of Llama 3, Qwen 2.5, Qwen 3 or Gemma 3 in ([`Decoder::open`]), logits, losses and gradients out, of all
//! weights or of a LoRA adapter ([`LoraSettings`]). It trains nothing by itself and knows no file formats but that
//! folder's and PEFT's.

#[cfg(feature = "candle")]
mod accelerated;
#[cfg(not(feature = "candle"))]
#[path = "accelerated/absent.rs"]
mod accelerated;
mod alternatives;
mod batch;
mod config;
mod decoder;
mod device;
mod engine;
mod error;
mod generation;
pub mod kernels;
mod lora;
mod mapped;
mod parameters;
mod sampling;
mod weights;
mod workspace;

pub use alternatives::Alternatives;
pub use batch::{Batch, Cache};
pub use config::{Config, LlamaShape, StopTokens};
pub use decoder::Decoder;
pub use device::Device;
pub use engine::Engine;
pub use error::EngineError;
pub use generation::GenerationDefaults;
pub use kernels::gemm::Precision;
pub use kernels::loss::Target;
pub use lora::{LoraSettings, MergeReport};
pub use parameters::{Gradients, Linear, Parameter};
pub use weights::Storage;
pub use workspace::Workspace;
