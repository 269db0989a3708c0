//! The commands, one file each.

mod arguments;
mod bench;
mod demo;
mod judge;
mod pretrain;
mod report;
mod score;
mod select;
mod simulate;
mod train;

use clap::Subcommand;

/// What `empower` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the paper's experiment at small scale, offline.
    Demo(demo::Arguments),
    /// Fine-tune a model on chosen examples.
    Train(train::Arguments),
    /// Train a tokenizer and a small model from scratch.
    Pretrain(pretrain::Arguments),
    /// Score documents: the log-likelihood of every token.
    Score(score::Arguments),
    /// Select training examples by Algorithm 1 or a baseline.
    Select(select::Arguments),
    /// Simulate a human and an assistant writing programs, judged.
    Simulate(simulate::Arguments),
    /// Judge programs by running them in a sandbox.
    Judge(judge::Arguments),
    /// Report on run folders: tables, plots and a page.
    Report(report::Arguments),
    /// Measure the engine's speed, beside torch.
    Bench(bench::Arguments),
}

/// Runs a command to its end.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo(arguments) => demo::run(arguments),
        Command::Train(arguments) => train::run(arguments),
        Command::Bench(arguments) => bench::run(arguments),
        Command::Pretrain(arguments) => pretrain::run(arguments),
        Command::Score(arguments) => score::run(arguments),
        Command::Select(arguments) => select::run(arguments),
        Command::Simulate(arguments) => simulate::run(arguments),
        Command::Judge(arguments) => judge::run(arguments),
        Command::Report(arguments) => report::run(arguments),
    }
}
