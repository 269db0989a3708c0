//! The file: requests by the hash of their identity, answers as JSON.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use empower_artifact::ContentHash;
use empower_lm::ModelId;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Marks the file as ours, in SQLite's own field for that: "Empw".
const APPLICATION: i32 = 0x456d_7077;

/// The layout of the table. A file of another layout is refused, not rewritten.
const LAYOUT: i32 = 1;

/// How long a writer waits for another process.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that an answer depends on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Identity<'a, R> {
    /// The model.
    pub model: &'a ModelId,
    /// What is asked of it: `score`, `generate`, `chat`.
    pub kind: &'a str,
    /// The request: prompt or ids, sampling with its seed, limits.
    pub request: &'a R,
    /// Repeat of the same request that is meant to be answered anew, from 0.
    pub repeat: u64,
    /// Turn of the conversation that it belongs to, from 0; tells equal requests at different turns apart.
    pub turn: u64,
}

/// An identity as the file has it: as JSON, whose fields have a fixed order, and the hash of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    hash: ContentHash,
    identity: String,
}

impl Key {
    /// The hash, by which the answer is found.
    pub fn hash(&self) -> ContentHash {
        self.hash
    }
}

impl<R: Serialize> Identity<'_, R> {
    /// The key of the identity; to be made once for looking up and keeping.
    ///
    /// # Errors
    /// A request that is no JSON.
    pub fn key(&self) -> Result<Key, CacheError> {
        let identity = serde_json::to_string(self).map_err(|source| CacheError::Form { what: "a request", source })?;
        Ok(Key { hash: ContentHash::of_bytes(&identity), identity })
    }
}

/// How a cache was used since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Answers found.
    pub hits: u64,
    /// Answers not found.
    pub misses: u64,
}

/// Why a cache cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The file is no cache, or of another version.
    #[error("{path} is no cache of answers that this version reads: {reason}; hint: name another file or delete it", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        reason: String,
    },
    /// SQLite failed.
    #[error("cannot {action} the cache {path}{hint}", path = path.display())]
    Sqlite {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What may help; empty, or begins with a semicolon.
        hint: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// A model that draws otherwise than it did.
    #[error("the same request with the same seed was answered otherwise before; hint: use another cache file")]
    OtherAnswer,
    /// Something that is not JSON, or not of its type.
    #[error("{what} has an unexpected form")]
    Form {
        /// What.
        what: &'static str,
        /// What the reader said.
        #[source]
        source: serde_json::Error,
    },
}

/// Answers in a file. Shared between threads.
#[derive(Debug)]
pub struct Cache {
    path: PathBuf,
    connection: Mutex<Connection>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Cache {
    /// Opens a cache, making the file where it is absent. Other processes may have it open too.
    ///
    /// # Errors
    /// A file that is no cache or that cannot be read and written.
    pub fn open(path: &Path) -> Result<Self, CacheError> {
        let failed = |action| move |source| sqlite(action, path, source);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(failed("open"))?;
        connection.busy_timeout(PATIENCE).map_err(failed("open"))?;
        let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        let (application, layout) = (number("application_id"), number("user_version"));
        let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
        let (application, layout, tables) = match (application, layout, tables) {
            (Ok(application), Ok(layout), Ok(tables)) => (application, layout, tables),
            (Err(source), ..) | (_, Err(source), _) | (.., Err(source)) => return Err(failed("read")(source)),
        };
        let foreign = |reason: String| Err(CacheError::Foreign { path: path.to_owned(), reason });
        match (tables, application) {
            (0, 0) => {}
            (_, APPLICATION) if layout == LAYOUT => {}
            (_, APPLICATION) => return foreign(format!("its layout is {layout}, not {LAYOUT}")),
            _ => return foreign("another program's database".to_owned()),
        }
        // Write-ahead log: readers do not wait for writers. An answer is safe from the end of this process as soon as it
        // is written, and from the end of the machine some moments later.
        connection.pragma_update(None, "journal_mode", "wal").map_err(failed("open"))?;
        connection.pragma_update(None, "synchronous", "normal").map_err(failed("open"))?;
        // One transaction, taken for writing at once: two processes that begin together must not both find it empty.
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(failed("write to"))?;
        transaction
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS answers (
                     key BLOB PRIMARY KEY, identity TEXT NOT NULL, answer TEXT NOT NULL
                 ) WITHOUT ROWID",
            )
            .and_then(|()| transaction.pragma_update(None, "application_id", APPLICATION))
            .and_then(|()| transaction.pragma_update(None, "user_version", LAYOUT))
            .and_then(|()| transaction.commit())
            .map_err(failed("write to"))?;
        let (hits, misses) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Self { path: path.to_owned(), connection: Mutex::new(connection), hits, misses })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Looks an answer up.
    ///
    /// # Errors
    /// A file that cannot be read, and an answer of another form than `A`.
    pub fn get<A: DeserializeOwned>(&self, key: &Key) -> Result<Option<A>, CacheError> {
        let found: Option<String> = {
            let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
            connection
                .prepare_cached("SELECT answer FROM answers WHERE key = ?1")
                .and_then(|mut statement| {
                    statement.query_row(params![key.hash.as_bytes()], |row| row.get(0)).optional()
                })
                .map_err(|source| sqlite("read", &self.path, source))?
        };
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        let read = |text: String| {
            serde_json::from_str(&text).map_err(|source| CacheError::Form { what: "a cached answer", source })
        };
        found.map(read).transpose()
    }

    /// Keeps answers, all or none of them. What is there already stays: two that asked the same at the same time agree
    /// from then on on the first answer.
    ///
    /// # Errors
    /// A file that cannot be written: a full disk, another process that holds it for longer than half a minute.
    pub fn put<'a, A: Serialize + 'a>(
        &self,
        answers: impl IntoIterator<Item = (&'a Key, &'a A)>,
    ) -> Result<(), CacheError> {
        self.write("INSERT OR IGNORE INTO answers (key, identity, answer) VALUES (?1, ?2, ?3)", answers)
    }

    /// Keeps answers in place of those that are there: for answers that go on where the kept one was cut off.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn replace<'a, A: Serialize + 'a>(
        &self,
        answers: impl IntoIterator<Item = (&'a Key, &'a A)>,
    ) -> Result<(), CacheError> {
        self.write("INSERT OR REPLACE INTO answers (key, identity, answer) VALUES (?1, ?2, ?3)", answers)
    }

    fn write<'a, A: Serialize + 'a>(
        &self,
        statement: &str,
        answers: impl IntoIterator<Item = (&'a Key, &'a A)>,
    ) -> Result<(), CacheError> {
        let mut rows = Vec::new();
        for (key, answer) in answers {
            let answer =
                serde_json::to_string(answer).map_err(|source| CacheError::Form { what: "an answer", source })?;
            rows.push((key, answer));
        }
        if rows.is_empty() {
            return Ok(());
        }
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let write = |connection: &mut Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            {
                let mut insert = transaction.prepare_cached(statement)?;
                for (key, answer) in &rows {
                    insert.execute(params![key.hash.as_bytes(), key.identity, answer])?;
                }
            }
            transaction.commit()
        };
        write(&mut connection).map_err(|source| sqlite("write to", &self.path, source))
    }

    /// Answers in the file.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn len(&self) -> Result<u64, CacheError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let count: Result<i64, _> = connection.query_row("SELECT count(*) FROM answers", [], |row| row.get(0));
        // A count is never negative.
        Ok(count.map_err(|source| sqlite("read", &self.path, source))?.unsigned_abs())
    }

    /// Whether the file has no answer.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn is_empty(&self) -> Result<bool, CacheError> {
        Ok(self.len()? == 0)
    }

    /// How it was used since it was opened.
    pub fn counts(&self) -> Counts {
        Counts { hits: self.hits.load(Ordering::Relaxed), misses: self.misses.load(Ordering::Relaxed) }
    }
}

fn sqlite(action: &'static str, path: &Path, source: rusqlite::Error) -> CacheError {
    let hint = match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            let reason = "it is no database".to_owned();
            return CacheError::Foreign { path: path.to_owned(), reason };
        }
        Some(ErrorCode::DatabaseCorrupt) => "; hint: the file is damaged: delete it, answers will be asked for again",
        Some(ErrorCode::DiskFull) => "; hint: the disk is full",
        Some(ErrorCode::CannotOpen) => "; hint: does its folder exist?",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "; hint: another process holds it",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => "; hint: it may not be written here",
        _ => "",
    };
    CacheError::Sqlite { action, path: path.to_owned(), hint, source }
}
