//! The command line: arguments, settings, wiring, printing, exit codes. What a command does lives in the crates; how it
//! is asked and answered lives in `commands`, one file each.

mod assets;
mod commands;
mod hub;
mod humans;
mod models;
mod output;

use std::process::ExitCode;

use clap::Parser;

/// Half of a training step would be page faults of large temporaries with an allocator that returns pages eagerly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Assistants that write what is predictable and stop where the human's decision begins.
#[derive(Debug, Parser)]
#[command(name = "empower", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("EMPOWER_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    match commands::run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::fail(&error),
    }
}
