//! Files that are whole or absent, and logs that survive being cut off.
//!
//! [`AtomicFile`] and [`write_atomic`] write aside and rename: a reader sees the old content or the new, never a part.
//! [`JsonlWriter`] appends rows, each as one write of one whole line; after `kill -9` at most the last line is torn, and
//! the next writer drops it and says so. [`read_jsonl`] refuses what it cannot read and names the file and line.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ArtifactError;

/// The longest line that [`JsonlReader`] takes, the line break not counted.
///
/// chosen: LiveCodeBench rows with their private tests reach tens of megabytes; past this it is not a row but a file
/// without line breaks, which would otherwise be read into memory whole.
pub const MAX_LINE_BYTES: usize = 256 << 20;

static NEXT_ASIDE: AtomicU64 = AtomicU64::new(0);

/// A file that appears under its name only when [`commit`](Self::commit) succeeds. Dropped before that, it leaves
/// nothing behind.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    aside: PathBuf,
    // `None` once committed.
    writer: Option<BufWriter<File>>,
}

impl AtomicFile {
    /// Opens a temporary file in the folder of `path`, which must exist.
    pub fn create(path: &Path) -> Result<Self, ArtifactError> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let serial = NEXT_ASIDE.fetch_add(1, Ordering::Relaxed);
        let aside = path.with_file_name(format!(".{name}.{}-{serial}{ASIDE_SUFFIX}", std::process::id()));
        let file = File::create(&aside).map_err(|source| ArtifactError::io("create", path, source))?;
        Ok(Self { path: path.to_path_buf(), aside, writer: Some(BufWriter::new(file)) })
    }

    /// Appends bytes to the file.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ArtifactError> {
        let writer = self.writer.as_mut().expect("an uncommitted file has its writer: commit consumes self");
        writer.write_all(bytes).map_err(|source| ArtifactError::io("write", &self.path, source))
    }

    /// Appends one row as a line of JSON.
    pub fn write_row<T: Serialize>(&mut self, row: &T) -> Result<(), ArtifactError> {
        let line = to_line(row, &self.path)?;
        self.write(&line)
    }

    /// Brings the content to the disk and gives the file its name, replacing what had it.
    pub fn commit(mut self) -> Result<(), ArtifactError> {
        let writer = self.writer.take().expect("an uncommitted file has its writer: commit consumes self");
        let result = writer
            .into_inner()
            .map_err(|error| error.into_error())
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&self.aside, &self.path));
        if let Err(source) = result {
            // Best effort: the error that matters is the first one.
            let _ = std::fs::remove_file(&self.aside);
            return Err(ArtifactError::io("write", &self.path, source));
        }
        sync_folder(&self.path);
        Ok(())
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            // Unbuffered without flushing: the content is being thrown away.
            drop(writer.into_parts());
            let _ = std::fs::remove_file(&self.aside);
        }
    }
}

/// What names of files being written end in; such files do not make a folder non-empty.
pub(crate) const ASIDE_SUFFIX: &str = ".aside";

/// Writes `bytes` to `path` whole or not at all: a temporary file in the same folder, brought to the disk, renamed.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), ArtifactError> {
    let mut file = AtomicFile::create(path)?;
    file.write(bytes)?;
    file.commit()
}

/// [`write_atomic`] of a value as indented JSON with a final line break.
pub fn write_json_atomic<T: Serialize>(path: &Path, value: &T) -> Result<(), ArtifactError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|source| unserialisable::<T>(path, source))?;
    bytes.push(b'\n');
    write_atomic(path, &bytes)
}

/// Makes a folder whose parent exists; one that is there already is left as it is.
pub fn create_folder(path: &Path) -> Result<(), ArtifactError> {
    match std::fs::create_dir(path) {
        Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result.map_err(|source| ArtifactError::io("create the folder", path, source)),
    }
}

/// Removes the files directly in `folder` whose names begin and end so: what an earlier run of the same step left.
pub fn remove_files(folder: &Path, prefix: &str, suffix: &str) -> Result<(), ArtifactError> {
    let failed = |source| ArtifactError::io("list the folder", folder, source);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(prefix) && name.ends_with(suffix) && path.is_file() {
            std::fs::remove_file(&path).map_err(|source| ArtifactError::io("remove", &path, source))?;
        }
    }
    Ok(())
}

/// Reads one JSON value.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, ArtifactError> {
    let bytes = std::fs::read(path).map_err(|source| ArtifactError::io("read", path, source))?;
    serde_json::from_slice(&bytes).map_err(|source| ArtifactError::BadJson {
        path: path.to_path_buf(),
        expected: row_name::<T>(),
        source,
    })
}

/// A last line without its line break, dropped from a log when it was opened for append: its writer was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TornLine {
    /// Length of what was dropped.
    pub bytes: u64,
    /// Position in the file at which the next row goes.
    pub offset: u64,
}

/// An append-only log of rows. Holds the file's lock: a second writer of the same file is refused.
#[derive(Debug)]
pub struct JsonlWriter {
    path: PathBuf,
    file: File,
    length: u64,
    torn: Option<TornLine>,
}

impl JsonlWriter {
    /// Opens `path` for append, making it where it is absent. A torn last line is dropped and noted in
    /// [`torn`](Self::torn): rows count only with their line break.
    pub fn append(path: &Path) -> Result<Self, ArtifactError> {
        let io = |action| move |source| ArtifactError::io(action, path, source);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(io("open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ArtifactError::Locked { path: path.to_path_buf() }),
            Err(TryLockError::Error(source)) => return Err(ArtifactError::io("lock", path, source)),
        }
        let length = file.metadata().map_err(io("open"))?.len();
        let whole = end_of_last_whole_line(&mut file, length).map_err(io("read"))?;
        let torn = if whole < length {
            file.set_len(whole).map_err(io("mend"))?;
            Some(TornLine { bytes: length - whole, offset: whole })
        } else {
            None
        };
        Ok(Self { path: path.to_path_buf(), file, length: whole, torn })
    }

    /// What was dropped on opening.
    pub fn torn(&self) -> Option<TornLine> {
        self.torn
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one row as one line, in one write. On an error nothing of the row stays, and the log can be used on.
    pub fn write<T: Serialize>(&mut self, row: &T) -> Result<(), ArtifactError> {
        let line = to_line(row, &self.path)?;
        if let Err(source) = self.file.write_all(&line) {
            // A disk that fills up mid-line leaves a part; take it back so that no row is half-written.
            let _ = self.file.set_len(self.length);
            return Err(ArtifactError::io("append to", &self.path, source));
        }
        self.length += line.len() as u64;
        Ok(())
    }

    /// Brings everything to the disk. Without it rows survive the end of the process, not that of the machine.
    pub fn sync(&mut self) -> Result<(), ArtifactError> {
        self.file.sync_data().map_err(|source| ArtifactError::io("write", &self.path, source))
    }
}

/// Reads a JSON Lines file row by row. Blank lines are skipped; any other line must be a `T`.
#[derive(Debug)]
pub struct JsonlReader<T> {
    path: PathBuf,
    reader: BufReader<File>,
    line: u64,
    max_line_bytes: usize,
    failed: bool,
    rows: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> JsonlReader<T> {
    /// Opens a file with the bound [`MAX_LINE_BYTES`].
    pub fn open(path: &Path) -> Result<Self, ArtifactError> {
        let file = File::open(path).map_err(|source| ArtifactError::io("open", path, source))?;
        Ok(Self {
            path: path.to_path_buf(),
            reader: BufReader::with_capacity(1 << 16, file),
            line: 0,
            max_line_bytes: MAX_LINE_BYTES,
            failed: false,
            rows: PhantomData,
        })
    }

    /// Sets the longest line taken, in bytes.
    pub fn with_max_line_bytes(mut self, limit: usize) -> Self {
        self.max_line_bytes = limit;
        self
    }

    fn read_row(&mut self) -> Result<Option<T>, ArtifactError> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let limit = self.max_line_bytes as u64 + 1;
            (&mut self.reader)
                .take(limit)
                .read_until(b'\n', &mut line)
                .map_err(|source| ArtifactError::io("read", &self.path, source))?;
            if line.is_empty() {
                return Ok(None);
            }
            self.line += 1;
            let ended = line.last() == Some(&b'\n');
            if !ended && line.len() as u64 == limit {
                return Err(ArtifactError::LineTooLong {
                    path: self.path.clone(),
                    line: self.line,
                    limit: self.max_line_bytes,
                });
            }
            // Some editors start a file with a byte-order mark.
            let text = if self.line == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line) } else { &line };
            if text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return serde_json::from_slice(text).map(Some).map_err(|source| ArtifactError::BadLine {
                path: self.path.clone(),
                line: self.line,
                expected: row_name::<T>(),
                torn: !ended && source.is_eof(),
                source,
            });
        }
    }
}

impl<T: DeserializeOwned> Iterator for JsonlReader<T> {
    type Item = Result<T, ArtifactError>;

    /// The next row. After an error there is nothing more.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let row = self.read_row();
        self.failed = row.is_err();
        row.transpose()
    }
}

/// All rows of a JSON Lines file, or the first line that is none.
pub fn read_jsonl<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, ArtifactError> {
    JsonlReader::open(path)?.collect()
}

fn to_line<T: Serialize>(row: &T, path: &Path) -> Result<Vec<u8>, ArtifactError> {
    // Compact JSON escapes line breaks inside strings, so the only one is the last byte.
    let mut line = serde_json::to_vec(row).map_err(|source| unserialisable::<T>(path, source))?;
    line.push(b'\n');
    Ok(line)
}

fn unserialisable<T>(path: &Path, source: serde_json::Error) -> ArtifactError {
    ArtifactError::Unserialisable { path: path.to_path_buf(), kind: row_name::<T>(), source }
}

/// The type's name without its modules: what a person knows it by.
fn row_name<T>() -> &'static str {
    let full = std::any::type_name::<T>();
    if full.contains('<') { full } else { full.rsplit("::").next().unwrap_or(full) }
}

/// The position after the last line break in the first `length` bytes, found from the end.
fn end_of_last_whole_line(file: &mut File, length: u64) -> io::Result<u64> {
    let mut piece = [0; 1 << 13];
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(piece.len() as u64);
        let part = &mut piece[..(end - start) as usize];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        if let Some(found) = part.iter().rposition(|&byte| byte == b'\n') {
            return Ok(start + found as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Brings a rename to the disk. Best effort: not every system lets a folder be opened, and the file itself is whole
/// either way.
fn sync_folder(path: &Path) {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Row {
        name: String,
        value: f64,
    }

    fn row(i: usize) -> Row {
        Row { name: format!("line\nbreak \u{2028} {i}"), value: i as f64 / 3.0 }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .expect("listed")
            .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn folders_are_made_once_and_cleared_by_name() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = place.path().join("report");
        create_folder(&folder).expect("made");
        for name in ["episodes-0.js", "episodes-1.js", "episodes.js", "other-0.js", "episodes-0.csv"] {
            write_atomic(&folder.join(name), b"x").expect("written");
        }
        create_folder(&folder).expect("there already");
        remove_files(&folder, "episodes-", ".js").expect("cleared");
        let names = std::fs::read_dir(&folder).expect("listed").map(|it| it.expect("read").file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().expect("UTF-8")).collect();
        names.sort();
        assert_eq!(names, ["episodes-0.csv", "episodes.js", "other-0.js"]);
        assert!(create_folder(&place.path().join("none/below")).is_err(), "no parent");
        assert!(create_folder(&folder.join("episodes.js")).is_err(), "a file has the name");
        assert!(remove_files(&place.path().join("none"), "a", "b").is_err());
    }

    #[test]
    fn an_atomic_file_is_whole_or_absent() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("out.json");
        let mut abandoned = AtomicFile::create(&path).expect("created");
        abandoned.write(b"part").expect("written");
        assert!(!path.exists());
        drop(abandoned);
        assert!(names(folder.path()).is_empty());

        write_atomic(&path, b"one").expect("written");
        let mut second = AtomicFile::create(&path).expect("created");
        second.write(b"tw").expect("written");
        assert_eq!(std::fs::read(&path).expect("read"), b"one");
        second.write(b"o").expect("written");
        second.commit().expect("committed");
        assert_eq!(std::fs::read(&path).expect("read"), b"two");
        assert_eq!(names(folder.path()), ["out.json"]);

        let error = write_atomic(&folder.path().join("none").join("x"), b"").expect_err("no folder");
        assert!(error.hint().is_some_and(|hint| hint.contains("path")), "{error}");
    }

    #[test]
    fn a_rename_that_fails_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).expect("made");
        assert!(write_atomic(&path, b"x").is_err());
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[test]
    fn a_full_disk_has_its_own_error() {
        // Linux keeps a device that is always full; elsewhere there is nothing to test with.
        let full = Path::new("/dev/full");
        if !full.exists() {
            eprintln!("skipped: this system has no /dev/full");
            return;
        }
        let mut writer = JsonlWriter::append(full).expect("opened");
        let error = writer.write(&row(1)).expect_err("full");
        assert!(matches!(error, ArtifactError::DiskFull { .. }), "{error:?}");
        assert!(error.hint().is_some_and(|hint| hint.contains("free some space")));
    }

    #[test]
    fn a_second_writer_is_refused_until_the_first_is_gone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("log.jsonl");
        let first = JsonlWriter::append(&path).expect("opened");
        assert!(matches!(JsonlWriter::append(&path), Err(ArtifactError::Locked { .. })));
        drop(first);
        assert!(JsonlWriter::append(&path).is_ok());
    }

    #[test]
    fn bad_lines_are_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rows.jsonl");
        let read = |text: &[u8]| {
            std::fs::write(&path, text).expect("written");
            read_jsonl::<Row>(&path)
        };
        let good = b"{\"name\":\"a\",\"value\":1}\n";
        assert_eq!(read(b"").expect("empty"), []);
        assert_eq!(read(b"\xef\xbb\xbf{\"name\":\"a\",\"value\":1}\r\n\n  \n").expect("one").len(), 1);
        // A last line without a line break is taken where it is whole: people write such files by hand.
        assert_eq!(read(&good[..good.len() - 1]).expect("one").len(), 1);

        let error = read(&[good, b"\n".as_slice(), b"{\"name\":\"b\"}\n"].concat()).expect_err("no value");
        assert!(error.to_string().contains("rows.jsonl, line 3: expected a row of type Row"), "{error}");
        let cause = std::error::Error::source(&error).expect("a cause").to_string();
        assert!(cause.contains("value"), "{cause}");
        assert!(matches!(error, ArtifactError::BadLine { line: 3, torn: false, .. }));

        let torn = read(&[good.as_slice(), b"{\"name\":\"b\",\"va"].concat()).expect_err("torn");
        assert!(matches!(torn, ArtifactError::BadLine { line: 2, torn: true, .. }), "{torn:?}");
        assert!(torn.hint().is_some_and(|hint| hint.contains("--resume")));
        assert!(matches!(read(b"\xff\xfe\n"), Err(ArtifactError::BadLine { line: 1, torn: false, .. })));
    }

    #[test]
    fn a_line_may_be_as_long_as_the_bound_and_no_longer() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rows.jsonl");
        std::fs::write(&path, "1\n\"345\"\n").expect("written");
        let read = |limit| {
            let reader = JsonlReader::<serde_json::Value>::open(&path).expect("opened").with_max_line_bytes(limit);
            reader.collect::<Result<Vec<_>, _>>()
        };
        assert_eq!(read(5).expect("fits").len(), 2);
        assert!(matches!(read(4), Err(ArtifactError::LineTooLong { line: 2, limit: 4, .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// A log cut at any byte keeps every whole line, and can be appended to.
        #[test]
        fn a_log_cut_anywhere_goes_on(n_rows in 0_usize..6, cut in 0.0_f64..=1.0, filler in 0_usize..20_000) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join("log.jsonl");
            let long = Row { name: "x".repeat(filler), value: 0.1 };
            {
                let mut writer = JsonlWriter::append(&path).expect("opened");
                prop_assert_eq!(writer.torn(), None);
                for i in 0..n_rows {
                    writer.write(&row(i)).expect("written");
                }
                writer.write(&long).expect("written");
            }
            let whole = std::fs::read(&path).expect("read");
            let keep = (whole.len() as f64 * cut) as usize;
            std::fs::write(&path, &whole[..keep]).expect("cut");
            let n_kept = whole[..keep].iter().filter(|&&byte| byte == b'\n').count();
            let ends_whole = keep == 0 || whole[keep - 1] == b'\n';

            let mut writer = JsonlWriter::append(&path).expect("opened");
            prop_assert_eq!(writer.torn().is_none(), ends_whole);
            writer.write(&row(99)).expect("written");
            drop(writer);
            let rows: Vec<Row> = read_jsonl(&path).expect("read");
            let mut expected: Vec<Row> = (0..n_rows).map(row).chain([long]).take(n_kept).collect();
            expected.push(row(99));
            prop_assert_eq!(rows, expected);
        }
    }
}
