//! Arguments that several commands share.

use anyhow::{Result, bail};
use clap::ValueEnum;
use empower_engine::{Precision, Storage};
use serde::{Deserialize, Serialize};

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
