//! The commands, one file each.

pub(crate) mod arguments;
mod bench;
mod calibrate;
mod demo;
mod doctor;
mod explain;
mod export;
mod grading;
mod judge;
mod lora;
mod pretrain;
mod problems;
mod problems_check;
mod report;
mod run;
mod score;
mod select;
mod simulate;
mod steps;
mod train;

use clap::Subcommand;

/// What `empower` can do. What a command says of itself in `--help` stands at its arguments.
#[derive(Debug, Subcommand)]
pub enum Command {
    Demo(demo::Arguments),
    Run(run::Arguments),
    Train(train::Arguments),
    Export(export::Arguments),
    Pretrain(pretrain::Arguments),
    Score(score::Arguments),
    Explain(explain::Arguments),
    Select(select::Arguments),
    Simulate(Box<simulate::Arguments>),
    Judge(judge::Arguments),
    Problems(problems::Arguments),
    Report(report::Arguments),
    Calibrate(calibrate::Arguments),
    Bench(bench::Arguments),
    Doctor(doctor::Arguments),
}

/// Runs a command to its end.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo(arguments) => demo::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Train(arguments) => train::run(arguments),
        Command::Export(arguments) => export::run(arguments),
        Command::Bench(arguments) => bench::run(arguments),
        Command::Calibrate(arguments) => calibrate::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Pretrain(arguments) => pretrain::run(arguments),
        Command::Score(arguments) => score::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Select(arguments) => select::run(arguments),
        Command::Simulate(arguments) => simulate::run(*arguments),
        Command::Judge(arguments) => judge::run(arguments),
        Command::Problems(arguments) => problems::run(arguments),
        Command::Report(arguments) => report::run(arguments),
    }
}
