//! The commands, one file each.

mod arguments;
mod bench;
mod demo;
mod grading;
mod judge;
mod pretrain;
mod problems;
mod report;
mod score;
mod select;
mod simulate;
mod train;

use clap::Subcommand;

/// What `empower` can do. What a command says of itself in `--help` stands at its arguments.
#[derive(Debug, Subcommand)]
pub enum Command {
    Demo(demo::Arguments),
    Train(train::Arguments),
    Pretrain(pretrain::Arguments),
    Score(score::Arguments),
    Select(select::Arguments),
    Simulate(simulate::Arguments),
    Judge(judge::Arguments),
    Problems(problems::Arguments),
    Report(report::Arguments),
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
        Command::Problems(arguments) => problems::run(arguments),
        Command::Report(arguments) => report::run(arguments),
    }
}
