//! Arguments that several commands share.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use empower_engine::{Device, Engine, Precision, Storage};
use empower_experiment::ProtocolName;
use empower_lm::{ChatTemplate, Tokenizer};
use empower_sim::{ChatMode, ChatProtocol, Prompts};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::assets::assistant_prompts;
use crate::output::usage_error;

/// What stands beside the weights of a local model, and where it computes.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LocalOptions {
    /// LoRA adapter of the model: a folder in PEFT's format, such as the `adapter` of a run of `empower train --lora`.
    #[arg(long, value_name = "DIR")]
    pub adapter: Option<PathBuf>,
    /// Where the model computes: `cpu`, `cuda` (`cuda:1` for the second GPU) or `metal`; builds without the feature of
    /// that name say so.
    #[arg(long, value_name = "DEVICE", default_value_t)]
    pub device: Device,
}

impl LocalOptions {
    /// The model of a folder with what was asked for.
    pub fn open(&self, folder: &Path) -> Result<(Engine, Tokenizer)> {
        Ok(Engine::open_with(folder, self.adapter.as_deref(), self.device)?)
    }
}

/// Reads `--protocol`, by the names that experiments use.
pub fn protocol_parser() -> impl TypedValueParser<Value = ProtocolName> {
    PossibleValuesParser::new(["raw", "chat-retype", "chat-prefill"])
        .try_map(|name| serde_json::from_value(Value::String(name)))
}

/// The conversation with a model, its own chat template and our words unless others are named; `None` where it is shown
/// tokens to continue.
///
/// # Errors
/// A model without a template, words that make no prompt, words or a template without a conversation.
pub fn chat_protocol(
    name: ProtocolName,
    model: &Path,
    prompts: Option<&Path>,
    template: Option<&Path>,
) -> Result<Option<ChatProtocol>> {
    let mode = match name {
        ProtocolName::ChatRetype => ChatMode::ChatRetype,
        ProtocolName::ChatPrefill => ChatMode::ChatPrefill,
        ProtocolName::Raw if prompts.is_some() || template.is_some() => {
            return Err(usage_error("--prompts and --chat-template go with --protocol chat-retype or chat-prefill"));
        }
        ProtocolName::Raw => return Ok(None),
    };
    let template = match template {
        Some(file) => ChatTemplate::read(file, model)?,
        None => ChatTemplate::open(model)?,
    };
    // Models that think aloud by default would fill their answer with it.
    let template = template.with_variable("enable_thinking", false);
    let prompts = prompts.map_or_else(assistant_prompts, |dir| Ok(dir.to_owned()))?;
    Ok(Some(ChatProtocol::new(template, Prompts::open(&prompts)?, Tokenizer::open(model)?, mode)?))
}

/// `--precision`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProductPrecision {
    /// bf16 where the processor has it, else f32.
    Auto,
    /// Single precision.
    F32,
    /// bfloat16 operands, sums in single precision.
    Bf16,
}

impl ProductPrecision {
    /// What the processor at hand computes with; an error where it cannot.
    pub fn resolve(self) -> Result<Precision> {
        Ok(match self {
            Self::Auto => Precision::fastest(),
            Self::F32 => Precision::F32,
            Self::Bf16 if Precision::Bf16.supported() => Precision::Bf16,
            Self::Bf16 => bail!("--precision bf16: this processor has no bf16 products\nhint: use --precision f32"),
        })
    }
}

/// `--store`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoredAs {
    /// Four bytes a weight, exact.
    F32,
    /// Two bytes a weight, rounded.
    Bf16,
}

impl StoredAs {
    /// The engine's word for it.
    pub fn storage(self) -> Storage {
        match self {
            Self::F32 => Storage::F32,
            Self::Bf16 => Storage::Bf16,
        }
    }
}
