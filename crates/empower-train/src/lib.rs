//! Training: from documents to a small model ([`pretrain`]), and from examples to an assistant ([`sft`]).
//!
//! The engine computes losses and gradients; this crate decides what they are computed on, what is done with them, and
//! how a run that was killed goes on exactly as if it had not been.

pub mod checkpoint;
mod error;
mod optimiser;
pub mod pretrain;
mod schedule;
pub mod sft;
mod trainer;

pub use checkpoint::Progress;
pub use empower_engine::LoraSettings;
pub use error::TrainError;
pub use optimiser::{AdamWSettings, MatrixRule, Optimiser};
pub use schedule::Schedule;
pub use trainer::{Budget, CHECKPOINT, Evaluation, METRICS, MetricsRow, Sequences, TrainingSettings, evaluate, train};
