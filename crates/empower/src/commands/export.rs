//! `empower export`: adapters for other programs, and merged models.

use anyhow::Result;
use clap::{Args, Subcommand};

use super::lora::{MergeArguments, PeftArguments, export_merge, export_peft};

/// Write adapters for other programs, or merge them into their models.
///
/// Example: empower export merge --adapter runs/lora/adapter --out merged/
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(subcommand)]
    target: Target,
}

/// For whom.
#[derive(Debug, Subcommand)]
enum Target {
    Merge(MergeArguments),
    Peft(PeftArguments),
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    match arguments.target {
        Target::Merge(arguments) => export_merge(arguments),
        Target::Peft(arguments) => export_peft(arguments),
    }
}
