//! Where problems come from: files, shards and folders in the formats of the field, behind one reader.
//!
//! A file's format shows in the fields of its first row. Each format is a file of its own in `sources`, made of two
//! functions: one that reads a row's small fields, and one that reads the rest with the tests. So rows that are not
//! wanted cost no decoding, and an index of the published gigabytes fits a small memory. One row is in memory at a time.
//! Everything is read as data: nothing found in a file is executed.

mod apps;
mod assertions;
mod codecontests;
pub(crate) mod codeforces;
mod index;
mod livecodebench;
pub(crate) mod parquet_rows;
mod release;
pub(crate) mod row;
mod sandbox_fusion;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::de::DeserializeSeed;
use serde_json::{Map, Value};

pub use index::{ProblemEntry, ProblemIndex};
pub use livecodebench::ProblemRow;
pub use release::Release;

use crate::error::{DataError, Place};
use crate::lines::{Line, Lines};
use crate::problem::{Difficulty, Problem, ProblemKind, ProblemOptions};
use codeforces::Picks;
use parquet_rows::ParquetRows;
use row::{Heavy, LightFields, Row};

/// The longest row taken. Chosen: upstream's largest rows are some tens of megabytes.
const MAX_ROW_BYTES: usize = 512 << 20;

/// A format of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemFormat {
    /// LiveCodeBench's rows, and our own: the same with `reference_programs`.
    LiveCodeBench,
    /// HumanEval: a function to complete, and one function that checks it.
    HumanEval,
    /// MBPP, whole or sanitized: a sentence, and assertions.
    Mbpp,
    /// DeepMind's CodeContests.
    CodeContests,
    /// Codeforces submissions with their problems' columns.
    Codeforces,
    /// APPS.
    Apps,
    /// SandboxFusion's rows of CodeContests and LiveCodeBench.
    SandboxFusion,
}

impl ProblemFormat {
    /// Every format.
    pub const ALL: [Self; 7] = [
        Self::LiveCodeBench,
        Self::HumanEval,
        Self::Mbpp,
        Self::CodeContests,
        Self::Codeforces,
        Self::Apps,
        Self::SandboxFusion,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::LiveCodeBench => "livecodebench",
            Self::HumanEval => "humaneval",
            Self::Mbpp => "mbpp",
            Self::CodeContests => "codecontests",
            Self::Codeforces => "codeforces",
            Self::Apps => "apps",
            Self::SandboxFusion => "sandboxfusion",
        }
    }

    /// The format of rows with these fields.
    fn of_fields(has: impl Fn(&str) -> bool) -> Option<Self> {
        let all = |names: &[&str]| names.iter().all(|name| has(name));
        let known: [(Self, &[&str]); 7] = [
            (Self::LiveCodeBench, &["question_id", "public_test_cases"]),
            (Self::HumanEval, &["task_id", "prompt", "entry_point", "test"]),
            (Self::Mbpp, &["task_id", "test_list"]),
            (Self::CodeContests, &["description", "public_tests"]),
            (Self::Codeforces, &["contestId", "index"]),
            (Self::Apps, &["question", "input_output"]),
            (Self::SandboxFusion, &["content", "labels", "test"]),
        ];
        known.into_iter().find(|(_, names)| all(names)).map(|(format, _)| format)
    }

    /// Fields that are long and that [`Self::head`] does not read.
    fn heavy(self) -> &'static [&'static str] {
        match self {
            Self::LiveCodeBench => &["private_test_cases", "reference_programs", "solutions"],
            Self::HumanEval | Self::Mbpp => &[],
            Self::CodeContests => &[
                "public_tests",
                "private_tests",
                "generated_tests",
                "solutions",
                "incorrect_solutions",
                "untranslated_description",
            ],
            Self::Codeforces => codeforces::HEAVY,
            Self::Apps => &["solutions"],
            Self::SandboxFusion => &["test", "canonical_solution"],
        }
    }

    /// Columns that nothing reads.
    fn unwanted(self) -> &'static [&'static str] {
        match self {
            Self::CodeContests => &["incorrect_solutions", "untranslated_description"],
            Self::Codeforces => &["prompt", "response"],
            _ => &[],
        }
    }

    /// A row's small fields.
    fn head(self, row: &Row<'_>, picks: Option<&Picks>) -> Result<Head, DataError> {
        match self {
            Self::LiveCodeBench => livecodebench::head(row),
            Self::HumanEval => assertions::humaneval_head(row),
            Self::Mbpp => assertions::mbpp_head(row),
            Self::CodeContests => codecontests::head(row),
            Self::Codeforces => codeforces::head(row, picks),
            Self::Apps => apps::head(row),
            Self::SandboxFusion => sandbox_fusion::head(row),
        }
    }

    /// The whole problem.
    fn problem(self, row: &Row<'_>, head: Head, options: &ProblemOptions) -> Result<Problem, DataError> {
        match self {
            Self::LiveCodeBench => livecodebench::problem(row, head, options.max_inflated_bytes),
            Self::HumanEval => assertions::humaneval(row, head),
            Self::Mbpp => assertions::mbpp(row, head),
            Self::CodeContests => codecontests::problem(row, head),
            Self::Codeforces => codeforces::problem(row, head),
            Self::Apps => apps::problem(row, head),
            Self::SandboxFusion => sandbox_fusion::problem(row, head, options.max_inflated_bytes),
        }
    }
}

impl fmt::Display for ProblemFormat {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for ProblemFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| format!("expected one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// What is known of a problem before its tests are read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    pub question_id: String,
    pub title: String,
    pub platform: String,
    pub contest_id: String,
    /// Empty where the source does not say.
    pub contest_date: String,
    pub difficulty: Difficulty,
    /// `None` where only the tests show it.
    pub kind: Option<ProblemKind>,
}

/// The files that hold problems, each with its format.
#[derive(Debug, Clone)]
pub struct ProblemSource {
    files: Vec<(PathBuf, ProblemFormat)>,
}

impl ProblemSource {
    /// Finds the files: those named, and of a folder those that end in `.jsonl`, `.ndjson` or `.parquet`, in the order
    /// of the numbers in their names. A release picks among them. Reads each file's first row.
    ///
    /// # Errors
    /// A path that is not there, a folder without such a file, a file of no known format, a release that is not whole.
    pub fn open(paths: &[PathBuf], options: &ProblemOptions) -> Result<Self, DataError> {
        let mut found = Vec::new();
        for path in paths {
            options.check(path)?;
            let metadata = std::fs::metadata(path).map_err(|source| DataError::read(path, source))?;
            if metadata.is_dir() {
                found.extend(files_of(path)?);
            } else {
                found.push(path.clone());
            }
        }
        if let Some(release) = &options.release {
            found = release.pick(found, paths.first().map_or(Path::new(""), PathBuf::as_path))?;
        }
        let mut files = Vec::new();
        for path in found {
            let format = match options.format {
                Some(format) => format,
                None => format_of(&path)?,
            };
            files.push((path, format));
        }
        Ok(Self { files })
    }

    /// The length of all files in bytes. A file that is gone meanwhile counts as empty.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|(path, _)| length(path)).sum()
    }

    /// The files in reading order, each with its format.
    pub fn files(&self) -> &[(PathBuf, ProblemFormat)] {
        &self.files
    }
}

/// The files of problems in a folder, not below it.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| DataError::read(folder, source))? {
        let path = entry.map_err(|source| DataError::read(folder, source))?.path();
        let known = path.extension().is_some_and(|it| ["jsonl", "ndjson", "parquet"].iter().any(|known| it == *known));
        if known && path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(DataError::NoDocuments { path: folder.to_path_buf() });
    }
    files.sort_by_cached_key(|path| release::by_numbers(path));
    Ok(files)
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "parquet")
}

/// Looks at a file's columns or at its first row.
fn format_of(path: &Path) -> Result<ProblemFormat, DataError> {
    let extension = path.extension().map(|it| it.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    if ["arrow", "gz", "zip", "zst", "xz", "bz2", "tar"].contains(&extension.as_str()) {
        return Err(DataError::UnsupportedFormat { path: path.to_path_buf(), format: extension });
    }
    let (place, fields): (Place, Vec<String>) = if is_parquet(path) {
        (Place::line(path, 1), ParquetRows::open(path, &[])?.columns())
    } else {
        let Some(line) = Lines::open(path, MAX_ROW_BYTES)?.next().transpose()? else {
            return Err(DataError::NoDocuments { path: path.to_path_buf() });
        };
        let place = line.place.clone();
        // Where the first row is broken, the file is taken for the commonest format, whose reader says what is wrong.
        match Unparsed::Line(line).light(Heavy::All) {
            Ok(row) => (place, row.fields.into_iter().map(|(name, _)| name).collect()),
            Err(_) => return Ok(ProblemFormat::LiveCodeBench),
        }
    };
    let has = |name: &str| fields.iter().any(|field| field == name);
    ProblemFormat::of_fields(has).ok_or_else(|| DataError::UnknownProblems { place, fields: fields.join(", ") })
}

/// The rows of one file, unparsed.
pub(crate) enum Rows {
    Lines(Lines),
    Parquet(ParquetRows),
}

impl Rows {
    /// Opens a file, leaving out columns of a Parquet file that are not wanted.
    pub fn open(path: &Path, unwanted: &[&str]) -> Result<Self, DataError> {
        if is_parquet(path) {
            ParquetRows::open(path, unwanted).map(Self::Parquet)
        } else {
            Lines::open(path, MAX_ROW_BYTES).map(Self::Lines)
        }
    }

    /// Opens a file at a row that was seen before.
    fn open_at(path: &Path, unwanted: &[&str], row: usize, offset: u64) -> Result<Self, DataError> {
        if !is_parquet(path) {
            return Lines::open_at(path, MAX_ROW_BYTES, row, offset).map(Self::Lines);
        }
        let mut rows = ParquetRows::open(path, unwanted)?;
        rows.skip_to(row)?;
        Ok(Self::Parquet(rows))
    }
}

impl Rows {
    /// Roughly how many bytes of a file of `length` bytes lie before the next row.
    fn bytes_read(&self, length: u64) -> u64 {
        match self {
            Self::Lines(lines) => lines.offset(),
            Self::Parquet(rows) => (rows.share_read() * length as f64) as u64,
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Unparsed, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Lines(lines) => Some(lines.next()?.map(Unparsed::Line)),
            Self::Parquet(rows) => Some(rows.next()?.map(|(place, fields)| Unparsed::Fields(place, fields))),
        }
    }
}

/// A row as its file holds it.
pub(crate) enum Unparsed {
    Line(Line),
    Fields(Place, Map<String, Value>),
}

impl Unparsed {
    pub fn place(&self) -> &Place {
        match self {
            Self::Line(line) => &line.place,
            Self::Fields(place, _) => place,
        }
    }

    /// Reads the fields that are not heavy.
    pub fn light(self, heavy: Heavy<'_>) -> Result<LightRow, DataError> {
        let line = match self {
            Self::Fields(place, fields) => return Ok(LightRow { place, offset: 0, text: None, fields }),
            Self::Line(line) => line,
        };
        let (place, offset, bytes) = (line.place, line.offset, line.bytes?);
        if let Err(error) = std::str::from_utf8(&bytes) {
            return Err(DataError::NotUtf8 { place, offset: error.valid_up_to() });
        }
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let fields = LightFields { heavy }.deserialize(&mut deserializer);
        let fields = fields.and_then(|fields| deserializer.end().map(|()| fields));
        match fields {
            Ok(fields) => Ok(LightRow { place, offset, text: Some(bytes), fields }),
            Err(source) => Err(DataError::BadJson { place, source }),
        }
    }
}

/// A row with its small fields read.
pub(crate) struct LightRow {
    pub place: Place,
    /// Where its line begins in the file; 0 in Parquet files.
    pub offset: u64,
    /// The line, where there are lines.
    text: Option<Vec<u8>>,
    pub fields: Map<String, Value>,
}

impl LightRow {
    pub fn row(&self) -> Row<'_> {
        Row { place: &self.place, fields: &self.fields }
    }

    /// Reads the heavy fields too.
    fn whole(mut self) -> Result<Self, DataError> {
        if let Some(text) = self.text.take() {
            let place = || self.place.clone();
            self.fields =
                serde_json::from_slice(&text).map_err(|source| DataError::BadJson { place: place(), source })?;
        }
        Ok(self)
    }
}

/// Goes through the rows of all files and stops at those that are wanted.
struct Wanted {
    files: std::vec::IntoIter<(PathBuf, ProblemFormat)>,
    rows: Option<(Rows, ProblemFormat)>,
    /// Files opened so far.
    file_idx: usize,
    /// Length of the files before the open one, and of the open one.
    bytes: (u64, u64),
    /// Whether columns are left out that only whole problems need.
    heads_only: bool,
    options: ProblemOptions,
    picks: Option<Picks>,
    /// Faults found while rows were picked.
    faults: std::vec::IntoIter<DataError>,
    seen: HashMap<String, Place>,
}

/// A wanted row.
struct Found {
    head: Head,
    row: LightRow,
    format: ProblemFormat,
    /// Position of its file in the source.
    file_idx: usize,
}

impl Wanted {
    fn open(source: &ProblemSource, options: ProblemOptions, heads_only: bool) -> Result<Self, DataError> {
        let of_submissions = |(_, format): &&(PathBuf, ProblemFormat)| *format == ProblemFormat::Codeforces;
        let submissions: Vec<&Path> =
            source.files.iter().filter(of_submissions).map(|(path, _)| path.as_path()).collect();
        let (picks, faults) = match submissions.as_slice() {
            [] => (None, Vec::new()),
            paths => Picks::read(paths).map(|(picks, faults)| (Some(picks), faults))?,
        };
        let (files, faults) = (source.files.clone().into_iter(), faults.into_iter());
        Ok(Self {
            files,
            rows: None,
            file_idx: 0,
            bytes: (0, 0),
            heads_only,
            options,
            picks,
            faults,
            seen: HashMap::new(),
        })
    }

    fn read(&mut self, unparsed: Unparsed, format: ProblemFormat) -> Result<Option<Found>, DataError> {
        if let Some(picks) = self.picks.as_ref().filter(|_| format == ProblemFormat::Codeforces)
            && !picks.picked(unparsed.place())
        {
            return Ok(None);
        }
        let row = unparsed.light(Heavy::These(format.heavy()))?;
        let head = format.head(&row.row(), self.picks.as_ref())?;
        let place = row.place.clone();
        if let Some(first) = self.seen.insert(head.question_id.clone(), place.clone()) {
            return Err(DataError::DuplicateId { place, id: head.question_id, first });
        }
        let found = self.options.want(&head).then(|| Found { head, row, format, file_idx: self.file_idx - 1 });
        Ok(found)
    }
}

impl Iterator for Wanted {
    type Item = Result<Found, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(fault) = self.faults.next() {
            return Some(Err(fault));
        }
        loop {
            let Some((rows, format)) = &mut self.rows else {
                let (path, format) = self.files.next()?;
                self.file_idx += 1;
                self.bytes = (self.bytes.0 + self.bytes.1, length(&path));
                let unwanted = [format.unwanted(), if self.heads_only { format.heavy() } else { &[] }].concat();
                match Rows::open(&path, &unwanted) {
                    Ok(rows) => self.rows = Some((rows, format)),
                    Err(error) => return Some(Err(error)),
                }
                continue;
            };
            let format = *format;
            match rows.next() {
                None => self.rows = None,
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok(unparsed)) => {
                    if let Some(found) = self.read(unparsed, format).transpose() {
                        return Some(found);
                    }
                }
            }
        }
    }
}

/// The wanted problems of a source, one at a time, in its order.
pub struct ProblemReader {
    wanted: Wanted,
}

impl ProblemReader {
    /// Opens a file or folder of any known format.
    ///
    /// # Errors
    /// As [`ProblemReader::open_all`].
    pub fn open(path: &Path, options: ProblemOptions) -> Result<Self, DataError> {
        Self::open_all(&[path.to_path_buf()], options)
    }

    /// Opens files and folders of any known format.
    ///
    /// # Errors
    /// As [`ProblemSource::open`], and a date bound that is no date.
    pub fn open_all(paths: &[PathBuf], options: ProblemOptions) -> Result<Self, DataError> {
        let source = ProblemSource::open(paths, &options)?;
        Self::of(&source, options)
    }

    /// Reads files that were found before.
    ///
    /// # Errors
    /// A file of submissions that cannot be gone through.
    pub fn of(source: &ProblemSource, options: ProblemOptions) -> Result<Self, DataError> {
        Ok(Self { wanted: Wanted::open(source, options, false)? })
    }

    /// Roughly how many bytes of the source's [`ProblemSource::bytes`] lie behind.
    pub fn bytes_read(&self) -> u64 {
        let (before, open) = self.wanted.bytes;
        before + self.wanted.rows.as_ref().map_or(open, |(rows, _)| rows.bytes_read(open))
    }
}

impl Iterator for ProblemReader {
    type Item = Result<Problem, DataError>;

    /// The next wanted problem. A broken row is an error; the rows after it can still be read.
    fn next(&mut self) -> Option<Self::Item> {
        let Found { head, row, format, .. } = match self.wanted.next()? {
            Ok(found) => found,
            Err(error) => return Some(Err(error)),
        };
        let options = &self.wanted.options;
        Some(row.whole().and_then(|row| format.problem(&row.row(), head, options)))
    }
}

#[cfg(test)]
#[path = "sources/tests.rs"]
pub(crate) mod tests;
