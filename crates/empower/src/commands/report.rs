//! `empower report`: run folders to tables and a page. The numbers are made in `empower-report`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use empower_artifact::{Manifest, Seed, read_jsonl};
use empower_report::{DprWeights, ReportOptions, Run, write_site};

use crate::output::{print_json, print_text};

/// The file of a run folder that holds its episodes.
pub(super) const EPISODES: &str = "episodes.jsonl";

/// Report on run folders: tables, plots and a page to read.
///
/// Writes report.html, episodes.html (every episode, turn by turn), table.md, table.csv, table.json and a folder
/// report with the data of every picture, and prints the table, or with --json {"rows": […], …}. The episodes of several
/// folders are put together: other methods side by side, other seeds as further repeats; folders whose human or limits
/// differ from the first one's are compared with it. Nothing is run again: other weights of the discounted pass rate
/// cost no model call.
///
/// Example: empower report runs/empower runs/base-10 runs/human-alone --out runs/report
/// Example: empower report runs/attention-0.9 runs/attention-0.5 runs/attention-1 --out runs/attention
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Run folders of `empower simulate` or `empower demo`.
    #[arg(required = true, value_name = "RUN_DIR")]
    runs: Vec<PathBuf>,
    /// Discount a unit of effort, above 0 and at most 1. The paper's by default.
    #[arg(long, default_value_t = DprWeights::default().gamma)]
    gamma: f64,
    /// Effort of reading a token. The paper's by default.
    #[arg(long, default_value_t = DprWeights::default().alpha)]
    alpha: f64,
    /// Effort of writing a token. The paper's by default.
    #[arg(long, default_value_t = DprWeights::default().beta)]
    beta: f64,
    /// Seeds the bootstrap and the permutation tests.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Title of the page.
    #[arg(long)]
    title: Option<String>,
    /// Folder for the files, made where it is absent; the first run folder by default.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print JSON rather than a table.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let defaults = ReportOptions::default();
    let weights = DprWeights { gamma: arguments.gamma, alpha: arguments.alpha, beta: arguments.beta };
    weights.validate()?;
    let options = ReportOptions {
        title: arguments.title.unwrap_or(defaults.title.clone()),
        weights,
        seed: Seed::new(arguments.seed),
        ..defaults
    };
    let runs = arguments.runs.iter().map(|run| read_run(run)).collect::<Result<Vec<Run>>>()?;
    let out = arguments.out.as_ref().unwrap_or(&arguments.runs[0]);
    std::fs::create_dir_all(out)
        .with_context(|| format!("cannot create the folder {}\nhint: choose another --out", out.display()))?;
    let report = write_site(out, runs, &options)?;
    eprintln!("wrote {}", out.join("report.html").display());
    if arguments.json { print_json(&report) } else { print_text(&report.to_terminal()) }
}

/// A run folder's name, manifest and episodes.
fn read_run(dir: &Path) -> Result<Run> {
    let manifest = Manifest::read(dir).with_context(|| {
        format!(
            "{} is no run folder\nhint: name the --out folder of `empower simulate` or `empower demo`",
            dir.display()
        )
    })?;
    let path = dir.join(EPISODES);
    if !path.is_file() {
        bail!(
            "{} is a run of `empower {}` and has no {EPISODES}\n\
             hint: name the --out folder of `empower simulate` or `empower demo`",
            dir.display(),
            manifest.command
        );
    }
    // `.` and `..` have no name of their own.
    let name = dir.file_name().map_or_else(|| dir.display().to_string(), |name| name.to_string_lossy().into_owned());
    Ok(Run { name, manifest: Some(manifest), episodes: read_jsonl(&path)? })
}
