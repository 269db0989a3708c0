//! The pages of an experiment: each condition's plays become runs of a report, one a seed, under the names that say what
//! varies; over them stands the page of the whole. Pages whose episodes are the same are not made again.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use empower_artifact::rows::EpisodeRow;
use empower_artifact::{ContentHash, Manifest, Seed, read_json, read_jsonl, write_json_atomic};
use empower_experiment::{Condition, Graph, Kind, PaperTable, Work};
use empower_report::paper::{TABLE_1, TABLE_2};
use empower_report::{Cell, DprWeights, MatrixOptions, ReportOptions, Run, StageLine, TableRow, write_matrix};
use serde::Serialize;
use serde_json::json;

use super::super::report::EPISODES;
use super::setup::Setup;
use super::{StageReport, finished_play};

/// What was written.
pub struct Results {
    /// The page of the whole.
    pub page: PathBuf,
    /// The tables, for a terminal.
    pub text: String,
    pub conditions: Vec<ConditionRows>,
}

/// A condition's table, for scripts.
#[derive(Debug, Serialize)]
pub struct ConditionRows {
    name: String,
    model: String,
    human: String,
    problems: String,
    missing: Vec<String>,
    rows: Vec<TableRow>,
}

/// Says of which episodes a condition's pages are.
const MADE_OF: &str = "stage.json";

/// Writes the pages of everything that was played.
pub fn write(setup: &Setup, graph: &Graph, out: &Path, stages: &[StageReport]) -> Result<Results> {
    let dir = out.join("report");
    std::fs::create_dir_all(&dir).with_context(|| format!("cannot create the folder {}", dir.display()))?;
    let [gamma, alpha, beta] = setup.experiment.dpr;
    let options = MatrixOptions {
        report: ReportOptions {
            title: setup.experiment.title.clone(),
            weights: DprWeights { gamma, alpha, beta },
            seed: Seed::new(setup.experiment.seeds[0]).named("report"),
            ..ReportOptions::default()
        },
        paper: setup.experiment.paper.map(|table| match table {
            PaperTable::Table1 => TABLE_1,
            PaperTable::Table2 => TABLE_2,
        }),
        stages: stages.iter().map(line).collect(),
        file: std::fs::read_to_string(&setup.file).unwrap_or_default(),
    };
    let mut cells = Vec::new();
    let mut keys = Vec::new();
    for (i, condition) in graph.conditions.iter().enumerate() {
        let cell = cell(setup, graph, out, condition)?;
        let key = pages_key(graph, i).filter(|_| cell.missing.is_empty());
        let made_of = dir.join(&condition.name).join(MADE_OF);
        let is_written = key.is_some() && read_json::<ContentHash>(&made_of).ok() == key;
        if !is_written && made_of.is_file() {
            // Pages that are being replaced are of nothing known until they are whole.
            std::fs::remove_file(&made_of).with_context(|| format!("cannot remove {}", made_of.display()))?;
        }
        cells.push(Cell { is_written, ..cell });
        keys.push((made_of, key.filter(|_| !is_written)));
    }
    let matrix = write_matrix(&dir, cells, &options)?;
    for (made_of, key) in keys {
        if let Some(key) = key {
            write_json_atomic(&made_of, &key)?;
        }
    }
    let text = matrix.to_terminal();
    let conditions = matrix
        .cells
        .into_iter()
        .map(|it| ConditionRows {
            name: it.name,
            model: it.model,
            human: it.human,
            problems: it.problems,
            missing: it.missing,
            rows: it.rows,
        })
        .collect();
    Ok(Results { page: dir.join("index.html"), text, conditions })
}

/// What a condition's pages are made of.
fn pages_key(graph: &Graph, condition: usize) -> Option<ContentHash> {
    let is_its = |work: &Work| matches!(work, Work::Site { condition: found } if *found == condition);
    graph.stages.iter().find(|stage| stage.kind == Kind::Site && is_its(&stage.work)).map(|stage| stage.key)
}

fn line(it: &StageReport) -> StageLine {
    StageLine {
        kind: it.kind.clone(),
        label: it.label.clone(),
        status: it.status.to_owned(),
        seconds: it.seconds,
        error: it.error.clone(),
    }
}

/// A condition's episodes: what was played, one run a seed.
fn cell(setup: &Setup, graph: &Graph, out: &Path, condition: &Condition) -> Result<Cell> {
    let experiment = &setup.experiment;
    let mut missing = Vec::new();
    let mut runs = Vec::new();
    for &seed in &experiment.seeds {
        let mut episodes: Vec<EpisodeRow> = Vec::new();
        let mut assistants = Vec::new();
        let mut first = None;
        for (play, name) in &condition.plays {
            let stage = &graph.stages[*play];
            let Work::Play { seed: of, .. } = stage.work else { continue };
            if of != seed {
                continue;
            }
            let Some(folder) = finished_play(out, stage) else {
                missing.push(stage.label.clone());
                continue;
            };
            let rows: Vec<EpisodeRow> = read_jsonl(&folder.join(EPISODES))?;
            episodes.extend(rows.into_iter().map(|row| EpisodeRow { method: name.clone(), ..row }));
            let manifest = Manifest::read(&folder)?;
            assistants.push(json!({ "name": name, "made": manifest.settings["assistant"] }));
            first.get_or_insert(manifest);
        }
        let Some(first) = first else { continue };
        let of_first = |field: &str| first.settings[field].clone();
        let settings = json!({
            "human": of_first("human"), "limits": of_first("limits"), "repeats": of_first("repeats"),
            "judge": of_first("judge"), "assistants": assistants, "model": experiment.models[condition.model].name,
            "problems": of_first("problems"),
        });
        let manifest = Manifest { settings, inputs: Default::default(), ..first }.seed("run", Seed::new(seed));
        runs.push(Run { name: format!("seed {seed}"), manifest: Some(manifest), episodes });
    }
    Ok(Cell {
        name: condition.name.clone(),
        model: experiment.models[condition.model].name.clone(),
        human: experiment.humans[condition.human].name.clone(),
        problems: experiment.problems[condition.problems].name.clone(),
        runs,
        missing,
        is_written: false,
    })
}
