//! Shards of one run put together: each shard played some of the tasks into a log of its own, with the same human,
//! limits, seed and assistant. The merged log is the bytes that one run over all tasks would have written.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use empower_artifact::rows::EpisodeRow;
use empower_artifact::{AtomicFile, JsonlReader, read_json, write_json_atomic};

use super::{EpisodeLog, MethodRecord, first_difference, hash_of_tasks, method_name};
use crate::error::SimError;
use crate::task::{EpisodeKey, Task};

type Records = std::collections::BTreeMap<String, MethodRecord>;

impl EpisodeLog {
    /// Merges the logs of shards into a new log at `path`: for every method the rows of all `tasks`, in their order.
    /// Methods come in the order of the first shard that has rows. Returns the number of rows.
    ///
    /// # Errors
    /// Shards made with different settings; an episode that is missing, there twice, or not among the tasks; files that
    /// cannot be read or written.
    pub fn merge(path: &Path, shards: &[PathBuf], tasks: &[Task]) -> Result<usize, SimError> {
        let mut merged: Records = Records::new();
        let mut methods: Vec<String> = Vec::new();
        let mut rows: HashMap<(String, EpisodeKey), EpisodeRow> = HashMap::new();
        for shard in shards {
            let records: Records = read_json(&shard.with_extension("settings.json"))?;
            for (name, record) in records {
                let record = MethodRecord { n_tasks: tasks.len(), tasks: hash_of_tasks(tasks).to_string(), ..record };
                match merged.get(&name) {
                    Some(found) if *found != record => {
                        let (field, found, expected) = first_difference(found, &record);
                        let path = shard.clone();
                        return Err(SimError::OtherSettings { path, method: name, field, found, expected });
                    }
                    _ => merged.insert(name, record),
                };
            }
            for (i, row) in JsonlReader::<EpisodeRow>::open(shard)?.enumerate() {
                let row = row?;
                let name = method_name(&row.method, row.eta_bits);
                let foreign = |reason: &str| SimError::ForeignRow {
                    path: shard.clone(),
                    row: i + 1,
                    reason: format!("{} (repeat {}) {reason}", row.question_id, row.repeat),
                };
                let key = EpisodeKey::of_row(&row);
                if !merged.contains_key(&name) {
                    return Err(foreign("is of a method that the log's settings do not name"));
                }
                if !tasks.iter().any(|task| *task.key() == key) {
                    return Err(foreign("is not among this run's problems"));
                }
                if !methods.contains(&name) {
                    methods.push(name.clone());
                }
                if rows.contains_key(&(name.clone(), key.clone())) {
                    return Err(foreign("is in an earlier shard too"));
                }
                rows.insert((name, key), row);
            }
        }
        let mut file = AtomicFile::create(path)?;
        let mut n_rows = 0;
        for name in methods {
            for task in tasks {
                let Some(row) = rows.get(&(name.clone(), task.key().clone())) else {
                    let (question_id, repeat) = (task.question_id().to_owned(), task.repeat());
                    return Err(SimError::NotPlayed { method: name, question_id, repeat });
                };
                file.write_row(row)?;
                n_rows += 1;
            }
        }
        write_json_atomic(&path.with_extension("settings.json"), &merged)?;
        file.commit()?;
        Ok(n_rows)
    }
}
