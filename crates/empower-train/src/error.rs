//! Why a training run cannot start or cannot go on.

use std::path::PathBuf;

use empower_artifact::ArtifactError;
use empower_data::DataError;
use empower_engine::EngineError;
use empower_lm::{ModelError, TokenizerError};
use empower_select::SelectError;

/// Errors of training.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A run folder, a log or a checkpoint could not be read or written.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// Documents or examples could not be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Examples contradict themselves.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// The model could not be opened or written.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The model could not be evaluated.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The tokenizer could not be trained, read or written.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// A checkpoint is damaged, or of another model.
    #[error("{}: {reason}\nhint: remove the file to start the run again from its beginning", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The header of a file of weights, or the index of several, is not what it should be.
    #[error("{}: {reason}\nhint: the file may be cut short, or a Git LFS pointer; fetch it again", path.display())]
    WeightsHeader {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A setting has no sensible meaning.
    #[error("{setting}: {reason}")]
    Setting {
        /// The setting's name on the command line.
        setting: &'static str,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// There is nothing to train on.
    #[error("nothing to train on: {reason}")]
    NoData {
        /// What was found instead.
        reason: String,
    },
    /// The loss is no longer a number.
    #[error("the loss of step {step} is not finite\nhint: lower --learning-rate, or raise --warmup")]
    Diverged {
        /// The step.
        step: u64,
    },
}
