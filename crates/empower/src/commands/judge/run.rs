//! The folder of a judging run: its manifest, a journal that has each verdict as soon as it is known, a line for each
//! session, and at the end all verdicts in the order of the programs. A run that was killed is resumed from the
//! journal; verdicts for want of a working machine are sought again.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use empower_artifact::rows::Verdict;
use empower_artifact::{AtomicFile, JsonlWriter, Manifest, RunFolder, read_jsonl};
use empower_judge::{Judge, Mode, Speed, Start};
use serde::{Deserialize, Serialize};

use super::rows::{JournalRow, printed};

/// Verdicts in the order in which they were known.
const JOURNAL: &str = "journal.jsonl";
/// Where, when and how fast.
const SESSIONS: &str = "sessions.jsonl";
/// Verdicts in the order of the programs, once all are known.
const VERDICTS: &str = "verdicts.jsonl";

/// One start of the command in a folder.
#[derive(Debug, Serialize, Deserialize)]
pub struct Session {
    /// Processor time of the fixed workload over the reference machine's: 2 is half as fast.
    slowness: f64,
    workload_cpu_seconds: f64,
    /// The limit in force, scaled or not.
    time_limit_seconds: f64,
    workers: usize,
    start: Start,
    mode: Mode,
    python: String,
    /// Layers of the sandbox in force.
    sandbox: Vec<String>,
}

impl Session {
    /// This one.
    pub fn new(judge: &Judge, speed: &Speed, time_limit: std::time::Duration) -> Self {
        let layers = judge.layers().iter().filter(|layer| layer.present).map(|layer| layer.name.to_owned());
        Self {
            slowness: speed.slowness,
            workload_cpu_seconds: speed.cpu.as_secs_f64(),
            time_limit_seconds: time_limit.as_secs_f64(),
            workers: judge.settings().workers,
            start: judge.start().0,
            mode: judge.settings().mode,
            python: judge.interpreter().version.clone(),
            sandbox: layers.collect(),
        }
    }
}

/// An open folder.
pub struct JudgeFolder {
    folder: RunFolder,
    journal: JsonlWriter,
    sessions: Vec<Session>,
    judged: HashMap<(String, usize), JournalRow>,
    mode: Mode,
}

impl JudgeFolder {
    /// Makes the folder, or with `resume` opens it where it has the same run.
    pub fn open(dir: &Path, manifest: Manifest, resume: bool) -> Result<Self> {
        let mode = serde_json::from_value(manifest.settings["mode"].clone())?;
        let folder = RunFolder::open_or_resume(dir, manifest, resume)?;
        // Opening mends a line that was cut off; only then is it read.
        let journal = JsonlWriter::append(&folder.path(JOURNAL))?;
        let rows: Vec<JournalRow> = read_jsonl(journal.path())?;
        let sessions = match folder.path(SESSIONS) {
            path if path.exists() => {
                drop(JsonlWriter::append(&path)?);
                read_jsonl(&path)?
            }
            _ => Vec::new(),
        };
        let judged = rows
            .into_iter()
            .filter(|row| row.row.verdict != Verdict::Infrastructure)
            .map(|row| ((row.row.question_id.clone(), row.row.index), row));
        Ok(Self { judged: judged.collect(), folder, journal, sessions, mode })
    }

    /// How slow the machine of the first session was.
    pub fn first_slowness(&self) -> Option<f64> {
        self.sessions.first().map(|session| session.slowness)
    }

    /// Notes a session.
    pub fn begin(&mut self, session: &Session) -> Result<()> {
        JsonlWriter::append(&self.folder.path(SESSIONS))?.write(session)?;
        Ok(())
    }

    /// The verdicts that earlier sessions left.
    pub fn judged(&self) -> HashMap<(String, usize), JournalRow> {
        self.judged.clone()
    }

    /// Notes a verdict; it survives the end of this process.
    pub fn add(&mut self, row: &JournalRow) -> Result<()> {
        Ok(self.journal.write(row)?)
    }

    /// Writes all verdicts in order.
    pub fn finish(&mut self, rows: &[JournalRow]) -> Result<()> {
        self.journal.sync()?;
        let mut file = AtomicFile::create(&self.folder.path(VERDICTS))?;
        for row in rows {
            file.write_row(&printed(row, self.mode, false))?;
        }
        Ok(file.commit()?)
    }
}
