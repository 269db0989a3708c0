//! Training: from documents to a small model ([`pretrain`]), and from examples to an assistant ([`sft`]).
//!
//! The engine computes losses and gradients; this crate decides what they are computed on, what is done with them, and
//! how a run that was killed goes on exactly as if it had not been. Before a run it says what the run will do
//! ([`plan`]) and need ([`estimate_memory`]); beside it, it draws curves ([`EventFile`]).

pub mod checkpoint;
mod error;
mod estimate;
mod events;
pub mod interchange;
mod optimiser;
pub mod pretrain;
mod schedule;
pub mod sft;
mod trainer;

pub use checkpoint::{Best, Progress, best_file};
pub use empower_engine::LoraSettings;
pub use error::TrainError;
pub use estimate::{MemoryEstimate, ModelHeader, RunSize, adapter_weights, estimate_memory};
pub use events::{EVENTS, EventFile};
pub use optimiser::{AdamWSettings, MatrixRule, Optimiser};
pub use schedule::Schedule;
pub use trainer::{
    BestModel, Budget, CHECKPOINT, EarlyStopping, Evaluation, METRICS, MetricsRow, Plan, Sequences, TrainingSettings,
    evaluate, plan, train,
};
