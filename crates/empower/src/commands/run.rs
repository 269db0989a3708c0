//! `empower run`: a whole experiment from one file. The file is parsed and expanded in `empower-experiment`; here its
//! stages are done, found again, put together from shards, and reported on.

mod estimate;
mod results;
mod setup;
mod show;
mod work;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use empower_artifact::{MANIFEST_FILE, Manifest, RunFolder, write_json_atomic};
use empower_data::Problem;
use empower_experiment::{Experiment, ExperimentError, Graph, Kind, Stage};
use empower_sim::Task;
use serde::Serialize;
use serde_json::json;

use self::setup::Setup;
use self::show::Show;
use self::work::{Standing, Worker, folder_of, standing};
use super::judge::JudgeOptions;
use super::report::EPISODES;
use crate::output::{print_json, print_text, usage_error};

/// Run a whole experiment from one file: documents, examples, fine-tuned assistants, humans, problems and seeds as a
/// matrix, and a report over it.
///
/// Every stage is known by a key made from all that it depends on: what is finished is found again, a changed threshold
/// repeats only what depends on it, and a run that was killed goes on where it was. Run the same command again to go on.
/// A stage that fails stops only what needs it. The folder experiments has files to begin with.
///
/// Example: empower run experiments/embedded.toml --dry-run
///          empower run experiments/embedded.toml --out runs/embedded
///          empower run experiments/embedded.toml --out runs/embedded --shard 0/2   (and 1/2, here or elsewhere)
///          empower run experiments/embedded.toml --out runs/embedded --merge
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The experiment.
    #[arg(value_name = "FILE.toml")]
    experiment: PathBuf,
    /// The experiment's folder; runs/NAME by default. Several versions of an experiment may share it.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Say what would be done: stages, which of them are finished, model calls, tokens and time. Nothing is written and
    /// no model is fetched.
    #[arg(long, conflicts_with_all = ["shard", "merge"])]
    dry_run: bool,
    /// Only the first N problems of each set.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Play only every Nth problem, beginning with problem I (from 0), into a folder of its own; --merge puts the shards
    /// together. All else is done by whichever shard comes first, where they share the folder.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Put the episodes of all shards together, rather than play, and report.
    #[arg(long, conflicts_with = "shard")]
    merge: bool,
    /// Another folder that shards were played into, with --merge; may be given several times.
    #[arg(long, value_name = "DIR", requires = "merge")]
    from: Vec<PathBuf>,
    /// Episodes played at once; changes speed and memory alone.
    #[arg(long, default_value_t = 48, value_parser = clap::value_parser!(u64).range(1..=4096))]
    batch: u64,
    /// Print JSON rather than text: stages, and the rows of every condition.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judge: JudgeOptions,
}

/// One of several parts of the problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if index < of => Ok(Self { index, of }),
            _ => Err("expected I/N with I from 0 to N - 1, such as 0/2".to_owned()),
        }
    }
}

impl Shard {
    /// Where its plays lie.
    fn folder(self, out: &Path) -> PathBuf {
        out.join("shards").join(format!("{}-of-{}", self.index, self.of))
    }

    /// Its tasks: every problem with all its repeats belongs to one shard.
    fn of_tasks(self, mut tasks: Vec<Task>, problems: &[Problem]) -> Vec<Task> {
        let mine: Vec<&str> =
            problems.iter().skip(self.index).step_by(self.of).map(|it| it.question_id.as_str()).collect();
        tasks.retain(|task| mine.contains(&task.question_id()));
        tasks
    }
}

/// The episodes of a stage in every shard of the folders.
///
/// # Errors
/// No shard at all, parts of different partitions, and a part that is missing or not finished.
fn shard_logs(folders: &[PathBuf], stage: &Stage) -> Result<Vec<PathBuf>> {
    let mut found: Vec<(Shard, PathBuf)> = Vec::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(folder.join("shards")) else { continue };
        for entry in entries {
            let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().replace("-of-", "/")).unwrap_or_default();
            let Ok(shard) = name.parse::<Shard>() else { continue };
            let stage = path.join(stage.folder());
            if standing(&stage) == Standing::Done && !found.iter().any(|(known, _)| *known == shard) {
                found.push((shard, stage.join(EPISODES)));
            }
        }
    }
    found.sort_by_key(|(shard, _)| (shard.of, shard.index));
    let Some((Shard { of, .. }, _)) = found.first() else {
        bail!("no shard has finished this stage\nhint: run every --shard first; name other folders with --from");
    };
    let missing: Vec<String> = (0..*of)
        .filter(|i| !found.iter().any(|(it, _)| it.index == *i && it.of == *of))
        .map(|i| format!("{i}/{of}"))
        .collect();
    if !missing.is_empty() {
        bail!("no finished shard {}\nhint: run it, or name its folder with --from", missing.join(", "));
    }
    Ok(found.iter().filter(|(shard, _)| shard.of == *of).map(|(_, log)| log.clone()).collect())
}

/// A stage as it is told of at the end.
#[derive(Debug, Clone, Serialize)]
struct StageReport {
    kind: String,
    label: String,
    folder: String,
    /// `done` now, `reused`, `failed`, or `blocked` by one that failed.
    status: &'static str,
    seconds: Option<f64>,
    facts: serde_json::Value,
    error: Option<String>,
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let file = arguments.experiment.display().to_string();
    let text = std::fs::read_to_string(&arguments.experiment).with_context(|| format!("cannot read {file}"))?;
    let experiment = Experiment::parse(&text, &file).map_err(hinted)?;
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("runs").join(&experiment.name));
    let limit = arguments.limit.map(|n| n as usize);
    let setup = Setup::new(experiment, file, limit, &arguments.judge, arguments.dry_run)?;
    let graph = Graph::of(&setup.experiment, &setup.roots, &setup.file).map_err(hinted)?;
    if arguments.dry_run {
        let plan = estimate::plan(&setup, &graph, &out)?;
        return if arguments.json { print_json(&plan) } else { print_text(&plan.to_text()) };
    }

    claim(&out, &setup, &text, &arguments)?;
    let merge = arguments.merge.then(|| std::iter::once(out.clone()).chain(arguments.from.iter().cloned()).collect());
    let worker = Worker::new(&setup, &graph, &out, arguments.shard, merge, arguments.batch as usize)?;
    let start = Instant::now();
    let reports = do_stages(worker, &graph, &arguments)?;
    let failed: Vec<&StageReport> = reports.iter().filter(|it| it.error.is_some()).collect();
    let blocked = reports.iter().filter(|it| it.status == "blocked").count();
    let has_pages = arguments.shard.is_none();
    let results = has_pages.then(|| results::write(&setup, &graph, &out, &reports)).transpose()?;

    let seconds = start.elapsed().as_secs_f64();
    if arguments.json {
        print_json(&json!({
            "experiment": setup.experiment.name, "seconds": seconds, "stages": reports,
            "conditions": results.as_ref().map(|it| &it.conditions),
        }))?;
    } else {
        let count = |status| reports.iter().filter(|it| it.status == status).count();
        let mut said = results.as_ref().map(|it| it.text.clone()).unwrap_or_default();
        said.push_str(&format!(
            "{} stages done, {} found finished: {seconds:.0} seconds\n",
            count("done"),
            count("reused")
        ));
        said.push_str(&match &results {
            Some(results) => format!("{}\n", results.page.display()),
            None => "this was a shard: when all are done, put them together with --merge\n".to_owned(),
        });
        print_text(&said)?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    let mut message = format!("{} of {} stages failed, {blocked} more needed them", failed.len(), reports.len());
    for it in failed {
        let error = it.error.as_deref().unwrap_or_default();
        message.push_str(&format!("\n{} {}: {error}", it.kind, it.label));
    }
    bail!("{message}\nhint: mend the cause and run the same command again; what is finished stays")
}

fn hinted(error: ExperimentError) -> anyhow::Error {
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    anyhow::anyhow!("{error}{hint}")
}

/// Makes the folder the experiment's, and notes what is run in it now. It may hold earlier versions of an experiment,
/// and nothing else.
fn claim(out: &Path, setup: &Setup, text: &str, arguments: &Arguments) -> Result<()> {
    let shard = arguments.shard.map(|shard| format!("{}/{}", shard.index, shard.of));
    let settings = json!({
        "experiment": setup.experiment.name, "file": text, "limit": arguments.limit, "shard": shard,
    });
    let manifest = Manifest::new("run", settings);
    if !out.join(MANIFEST_FILE).is_file() {
        RunFolder::create(out, manifest)?;
        return Ok(());
    }
    let old = Manifest::read(out)?;
    if old.command != "run" {
        return Err(usage_error(format!("--out {}: this folder is a run of `empower {}`", out.display(), old.command)));
    }
    Ok(write_json_atomic(&out.join(MANIFEST_FILE), &manifest)?)
}

/// Does every stage that is not finished, in order; what needs a failed one is left. Pages are not written here.
fn do_stages(mut worker: Worker<'_>, graph: &Graph, arguments: &Arguments) -> Result<Vec<StageReport>> {
    let is_wanted = |stage: &Stage| match stage.kind {
        Kind::Site => false,
        Kind::Play => true,
        // Merging takes what the shards played, not what they played with.
        _ => !arguments.merge,
    };
    let stages: Vec<(usize, &Stage)> = graph.stages.iter().enumerate().filter(|(_, it)| is_wanted(it)).collect();
    let folders: Vec<PathBuf> = stages.iter().map(|(_, stage)| worker.folder(stage)).collect();
    let n_open = folders.iter().filter(|folder| standing(folder) != Standing::Done).count();
    let mut show = Show::new(n_open);
    let mut blocked = std::collections::BTreeSet::new();
    let mut reports = Vec::new();
    for ((i, stage), folder) in stages.into_iter().zip(folders) {
        let mut report = StageReport {
            kind: stage.kind.to_string(),
            label: stage.label.clone(),
            folder: stage.folder(),
            status: "reused",
            seconds: None,
            facts: serde_json::Value::Null,
            error: None,
        };
        if let Some(done) = work::read_done(&folder) {
            (report.seconds, report.facts) = (Some(done.seconds), done.facts);
        } else if blocked.contains(&i) {
            report.status = "blocked";
        } else {
            show.begin(&report.kind, &report.label);
            match worker.run(stage, &mut show) {
                Ok(done) => {
                    show.end(&format!("{:.1} s", done.seconds));
                    report.status = "done";
                    (report.seconds, report.facts) = (Some(done.seconds), done.facts);
                }
                Err(error) => {
                    let said: Vec<String> = error.chain().map(ToString::to_string).collect();
                    show.end(&format!("failed: {}", said.join(": ")));
                    report.status = "failed";
                    report.error = Some(said.join(": "));
                    blocked.extend(graph.dependents(i));
                }
            }
        }
        reports.push(report);
    }
    show.close();
    Ok(reports)
}

/// The folder of a stage's episodes, where they are whole.
fn finished_play(out: &Path, stage: &Stage) -> Option<PathBuf> {
    let folder = folder_of(out, stage);
    (standing(&folder) == Standing::Done).then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_read_strictly() {
        assert_eq!("1/3".parse(), Ok(Shard { index: 1, of: 3 }));
        for text in ["", "1", "3/3", "1/0", "-1/2", "a/b", "1/2/3"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
