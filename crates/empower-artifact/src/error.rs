//! Why an artifact could not be written or read. Every variant names the path, and [`ArtifactError::hint`] says what a
//! person can do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why an artifact could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb: `read`, `write`, `create the folder`, …
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk, or the user's quota on it, is full. What stood before the write still stands.
    #[error("no space left to {action} {}", path.display())]
    DiskFull {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A line of a JSON Lines file is not a row of the expected form.
    #[error("{}, line {line}: expected a row of type {expected}", path.display())]
    BadLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The row's type.
        expected: &'static str,
        /// Whether the line is the file's last and lacks its line break: a writer was cut off.
        torn: bool,
        /// Which field or column, and what was wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A line is longer than any row may be: most likely not a JSON Lines file.
    #[error("{}, line {line}: longer than the bound of {limit} bytes", path.display())]
    LineTooLong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The bound.
        limit: usize,
    },
    /// A JSON file does not have the expected form.
    #[error("{} is not a valid {expected}", path.display())]
    BadJson {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
        /// Which field or column, and what was wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A value cannot be written as JSON.
    #[error("a {kind} for {} cannot be written as JSON", path.display())]
    Unserialisable {
        /// Where it was to go.
        path: PathBuf,
        /// The value's type.
        kind: &'static str,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// Another process is writing this file.
    #[error("{} is being written by another process", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A folder that should be new or empty holds a run already.
    #[error("{} already holds a run{}", path.display(), difference.as_ref().map(|text| format!(" of another experiment ({text})")).unwrap_or_default())]
    FolderHoldsRun {
        /// The folder.
        path: PathBuf,
        /// How its manifest differs from the wanted one; `None` where it is the same experiment.
        difference: Option<String>,
    },
    /// A folder that should be new or empty holds files that are no run.
    #[error("{} is not empty and has no manifest.json: it is not a run folder", path.display())]
    NotARunFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A run cannot be resumed because it is not the same experiment.
    #[error("{} cannot be resumed: {key} was {old} and is now {new}", path.display())]
    ManifestDiffers {
        /// The run folder.
        path: PathBuf,
        /// The first differing key, dotted: `settings.train.learning_rate`.
        key: String,
        /// Its value in the folder's manifest.
        old: String,
        /// Its value now.
        new: String,
    },
    /// A manifest written by a newer version of the program.
    #[error("{} has schema version {found}; this program reads versions up to {supported}", path.display())]
    NewerManifest {
        /// The manifest.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version understood.
        supported: u32,
    },
    /// Text that is no content hash.
    #[error("`{text}` is not a content hash")]
    BadHash {
        /// The text.
        text: String,
    },
}

impl ArtifactError {
    /// An input or output error on `path`; a full disk becomes its own variant.
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { action, path, source },
            _ => Self::Io { action, path, source },
        }
    }

    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => "check the path".to_owned(),
                io::ErrorKind::PermissionDenied => "check who owns the file and its folder".to_owned(),
                io::ErrorKind::ReadOnlyFilesystem => "choose an output folder on a writable disk".to_owned(),
                _ => return None,
            },
            Self::DiskFull { .. } => "free some space or choose an output folder on another disk, then go on with \
                                      --resume: rows already written are whole"
                .to_owned(),
            Self::BadLine { torn: true, .. } => "the last line was cut off while being written; --resume drops it and \
                                                 computes it again"
                .to_owned(),
            Self::BadLine { .. } => "each line must be one complete JSON object".to_owned(),
            Self::LineTooLong { .. } => "is this a JSON Lines file, with a row a line?".to_owned(),
            Self::BadJson { .. } => "the file was damaged or edited; restore it or start in a new folder".to_owned(),
            Self::Unserialisable { .. } => "this is a defect of the program; please report it".to_owned(),
            Self::Locked { .. } => "wait for the other run to end, or choose another output folder".to_owned(),
            Self::FolderHoldsRun { difference: None, .. } => {
                "pass --resume to go on with it, or choose another output folder".to_owned()
            }
            Self::FolderHoldsRun { .. } | Self::NotARunFolder { .. } => {
                "choose an output folder that does not exist yet or is empty".to_owned()
            }
            Self::ManifestDiffers { key, old, .. } => {
                format!("set {key} back to {old}, or start in a new folder")
            }
            Self::NewerManifest { .. } => "use the version of the program that wrote it, or a newer one".to_owned(),
            Self::BadHash { .. } => "a content hash is 64 lower-case hexadecimal digits".to_owned(),
        };
        Some(text)
    }
}
