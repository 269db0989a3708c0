//! `episodes.jsonl`: append-only rows of finished episodes, and beside it `episodes.settings.json`, which says for each
//! method what its rows were made with. A log is resumed only by the same run: same human, limits, seed, assistant and
//! tasks, and every row of the method must be one that this run would have written.
//!
//! What is not finished leaves no row, and a row that was being written when the process died is dropped when the log
//! is opened again; so an interrupted run, resumed, writes the bytes that an uninterrupted one would have.

mod merge;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use empower_artifact::rows::EpisodeRow;
use empower_artifact::{ArtifactError, ContentHash, JsonlReader, JsonlWriter, read_json, write_json_atomic};
use empower_lm::ModelId;
use empower_select::StopRule;
use serde::{Deserialize, Serialize};

use crate::assistant::{Assistant, SuggestionSampling};
use crate::episode::Limits;
use crate::error::SimError;
use crate::human::ReplayHuman;
use crate::runner::{Settings, episode_seed};
use crate::task::{EpisodeKey, Task};

/// What the rows of one method depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct MethodRecord {
    human: HumanRecord,
    limits: Limits,
    seed: u64,
    model: Option<ModelId>,
    end: StopRule,
    sampling: SuggestionSampling,
    max_suggestion_tokens: usize,
    /// Hash of the words of the chat protocol and of the model's template; absent in the `raw` protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
    n_tasks: usize,
    /// Hash of every task's key, starter and plan, in their order.
    tasks: String,
}

/// Who the human was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum HumanRecord {
    Replay(ReplayHuman),
    /// Hash of a language model's record: its words are long.
    Model(String),
}

/// What is remembered of a row on disk.
#[derive(Debug, Clone)]
struct RowFacts {
    /// Number of the row, from 1.
    row: usize,
    seed: u64,
    n_rounds: usize,
}

/// The log of a run, open for appending. One process at a time.
#[derive(Debug)]
pub struct EpisodeLog {
    path: PathBuf,
    settings_path: PathBuf,
    writer: JsonlWriter,
    records: BTreeMap<String, MethodRecord>,
    /// The rows on disk when the log was opened, and those appended since, by method and threshold.
    rows: HashMap<String, HashMap<EpisodeKey, RowFacts>>,
    n_rows: usize,
}

impl EpisodeLog {
    /// Opens `path` (usually `episodes.jsonl` in a run folder), making it where it is absent. The settings are kept
    /// beside it under the same name with the ending `settings.json`. Reads every row; keeps a few words of each.
    ///
    /// Errors: a file that cannot be read, written or locked; a line that is no episode; two rows of one episode.
    pub fn open(path: &Path) -> Result<Self, SimError> {
        // First the writer: it takes the lock, and drops a last line that was cut off.
        let writer = JsonlWriter::append(path)?;
        let settings_path = path.with_extension("settings.json");
        let records = match read_json(&settings_path) {
            Ok(records) => records,
            Err(ArtifactError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error.into()),
        };
        let mut log = Self { path: path.to_owned(), settings_path, writer, records, rows: HashMap::new(), n_rows: 0 };
        for row in JsonlReader::<EpisodeRow>::open(path)? {
            log.note(&row?)?;
        }
        Ok(log)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Rows in the file.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The episodes of this assistant that the log has, after checking that the same run made them. Where it has none,
    /// the settings are put on disk before the first row can be.
    ///
    /// Errors: settings or tasks that differ from those on disk; rows that this run would not have written.
    pub fn resume(
        &mut self,
        tasks: &[Task],
        assistant: &Assistant<'_>,
        settings: &Settings<'_>,
    ) -> Result<HashSet<EpisodeKey>, SimError> {
        let name = method_name(&assistant.method, assistant.eta.map(|eta| eta.0));
        let record = MethodRecord {
            human: match settings.lm {
                Some(lm) => HumanRecord::Model(ContentHash::of_bytes(lm.record().to_string()).to_string()),
                None => HumanRecord::Replay(settings.human),
            },
            limits: settings.limits,
            seed: settings.seed,
            model: assistant.model.map(|model| model.model_id().clone()),
            end: assistant.end,
            sampling: assistant.sampling,
            max_suggestion_tokens: assistant.max_suggestion_tokens,
            protocol: assistant.protocol.record().map(|record| ContentHash::of_bytes(record.to_string()).to_string()),
            n_tasks: tasks.len(),
            tasks: hash_of_tasks(tasks).to_string(),
        };
        let none = HashMap::new();
        let rows = self.rows.get(&name).unwrap_or(&none);
        match self.records.get(&name) {
            Some(found) if *found != record => {
                let (field, found, expected) = first_difference(found, &record);
                return Err(SimError::OtherSettings { path: self.path.clone(), method: name, field, found, expected });
            }
            None if !rows.is_empty() => {
                let path = self.settings_path.clone();
                return Err(SimError::NoSettings { path, method: name, n_rows: rows.len() });
            }
            _ => {}
        }
        let known: HashSet<&EpisodeKey> = tasks.iter().map(Task::key).collect();
        // The first in the file, so that the message does not depend on the map's order.
        let mut by_row: Vec<(&EpisodeKey, &RowFacts)> = rows.iter().collect();
        by_row.sort_by_key(|(_, facts)| facts.row);
        for (key, facts) in by_row {
            let reason = if !known.contains(key) {
                format!("{} (repeat {}) is not among this run's problems", key.question_id, key.repeat)
            } else if facts.seed != episode_seed(settings.seed, key) {
                format!("{} (repeat {}) was played with another seed", key.question_id, key.repeat)
            } else if facts.n_rounds > settings.limits.max_rounds {
                format!("{} rounds are more than this run's {}", facts.n_rounds, settings.limits.max_rounds)
            } else {
                continue;
            };
            return Err(SimError::ForeignRow { path: self.path.clone(), row: facts.row, reason });
        }
        let finished = rows.keys().cloned().collect();
        // On disk first: a record that could not be written must not count as written.
        let mut records = self.records.clone();
        if records.insert(name, record).is_none() {
            write_json_atomic(&self.settings_path, &records)?;
            self.records = records;
        }
        Ok(finished)
    }

    /// Appends a row, whole or not at all.
    ///
    /// Errors: a file that cannot be written; an episode that the log has already.
    pub fn append(&mut self, row: &EpisodeRow) -> Result<(), SimError> {
        self.refuse_second(row)?;
        self.writer.write(row)?;
        self.note(row)
    }

    /// Brings the rows to the disk: without it they survive the end of the process, not that of the machine.
    pub fn sync(&mut self) -> Result<(), SimError> {
        Ok(self.writer.sync()?)
    }

    /// Takes a row that is in the file into account.
    fn note(&mut self, row: &EpisodeRow) -> Result<(), SimError> {
        self.refuse_second(row)?;
        self.n_rows += 1;
        let facts = RowFacts { row: self.n_rows, seed: row.seed, n_rounds: row.rounds.len() };
        let name = method_name(&row.method, row.eta_bits);
        self.rows.entry(name).or_default().insert(EpisodeKey::of_row(row), facts);
        Ok(())
    }

    fn refuse_second(&self, row: &EpisodeRow) -> Result<(), SimError> {
        let of_method = self.rows.get(&method_name(&row.method, row.eta_bits));
        match of_method.and_then(|rows| rows.get(&EpisodeKey::of_row(row))) {
            Some(earlier) => Err(SimError::ForeignRow {
                path: self.path.clone(),
                row: self.n_rows + 1,
                reason: format!("the same episode as row {}", earlier.row),
            }),
            None => Ok(()),
        }
    }
}

/// A method and its threshold under one name: `empower@0.32`, `base`.
fn method_name(method: &str, eta_bits: Option<f64>) -> String {
    match eta_bits {
        Some(eta) => format!("{method}@{eta}"),
        None => method.to_owned(),
    }
}

fn hash_of_tasks(tasks: &[Task]) -> ContentHash {
    let mut bytes = Vec::new();
    for task in tasks {
        bytes.extend((task.repeat() as u64).to_le_bytes());
        for text in [task.question_id(), task.starter(), task.plan()] {
            // Lengths before texts, so that no two lists of tasks give the same bytes.
            bytes.extend((text.len() as u64).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
    }
    ContentHash::of_bytes(bytes)
}

/// The first field in which two different records differ, with both values as text.
fn first_difference(found: &MethodRecord, expected: &MethodRecord) -> (&'static str, String, String) {
    let fields = |record: &MethodRecord| {
        [
            ("the human", format!("{:?}", record.human)),
            ("limits", format!("{:?}", record.limits)),
            ("seed", record.seed.to_string()),
            ("model", record.model.as_ref().map_or("none".to_owned(), ModelId::to_string)),
            ("the end of suggestions", format!("{:?}", record.end)),
            ("sampling", format!("{:?}", record.sampling)),
            ("max_suggestion_tokens", record.max_suggestion_tokens.to_string()),
            ("the protocol", record.protocol.clone().unwrap_or_else(|| "raw".to_owned())),
            ("a number of tasks of", record.n_tasks.to_string()),
            ("tasks of hash", record.tasks.clone()),
        ]
    };
    let differing = fields(found).into_iter().zip(fields(expected)).find(|(a, b)| a.1 != b.1);
    let ((field, found), (_, expected)) = differing.expect("different records differ in a field");
    (field, found, expected)
}
