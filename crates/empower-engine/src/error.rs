//! Why a model cannot be opened or a folder cannot be written.

use std::path::PathBuf;

use crate::device::Device;

/// Errors of loading, saving and running a decoder.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried: `read`, `write`, …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// `config.json` is not what a decoder needs.
    #[error("{}: field `{field}`: {reason}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// The offending field.
        field: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// A weights file is damaged.
    #[error("{} is not a readable safetensors file: {reason}\nhint: the file may be cut short; copy or download it again", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A tensor is missing, or has another shape or type than the configuration asks for.
    #[error("{}: tensor `{tensor}`: expected {expected}, got {got}\nhint: config.json and the weights may belong to different models", path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor's name.
        tensor: String,
        /// Shape or type wanted.
        expected: String,
        /// Shape or type found.
        got: String,
    },
    /// A weight is not a finite number.
    #[error("{}: tensor `{tensor}` holds a value that is not finite (element {element})\nhint: the training that made it may have diverged; use an earlier checkpoint", path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The tensor's name.
        tensor: String,
        /// Index of the first such element.
        element: usize,
    },
    /// An adapter's settings have no meaning, or not one that other programs share.
    #[error("adapter: {field}: {reason}")]
    Adapter {
        /// The setting.
        field: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A device that this build cannot compute on.
    #[error("this build cannot compute on `{device}`\nhint: cargo build --release --features {feature}")]
    DeviceNotBuilt {
        /// The device asked for.
        device: Device,
        /// The feature that brings it.
        feature: &'static str,
    },
    /// A device that is not there, or that could not do what was asked of it.
    #[error(
        "computing on `{device}` failed\nhint: where memory is short, take fewer tokens a pass; `--device cpu` always computes"
    )]
    Device {
        /// The device.
        device: Device,
        /// What it said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The tokenizer beside the weights cannot be used with them.
    #[error(transparent)]
    Tokenizer(#[from] empower_lm::TokenizerError),
}
