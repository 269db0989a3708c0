//! The local decoder: weights, KV cache, fused operations with backward, sampling, batching.
//!
//! [`Engine`] is what others use: a scorer and a generator over one model. [`Decoder`] is the model: a Hugging Face folder in ([`Decoder::open`]), logits, losses and gradients out. It trains
//! nothing by itself and knows no file format but that folder's.

mod alternatives;
mod config;
mod decoder;
mod engine;
mod error;
pub mod kernels;
mod parameters;
mod sampling;
mod weights;
mod workspace;

pub use alternatives::Alternatives;
pub use config::{Config, LlamaShape, RopeParameters, StopTokens};
pub use decoder::{Batch, Cache, Decoder};
pub use engine::{Engine, WindowRange, windows};
pub use error::EngineError;
pub use kernels::gemm::Precision;
pub use kernels::loss::Target;
pub use parameters::{Gradients, Parameter};
pub use weights::Storage;
pub use workspace::Workspace;
