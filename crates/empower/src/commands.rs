//! The commands, one file each.

mod pretrain;

use clap::Subcommand;

/// What `empower` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a tokenizer and a small model from scratch.
    Pretrain(pretrain::Arguments),
}

/// Runs a command to its end.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Pretrain(arguments) => pretrain::run(arguments),
    }
}
