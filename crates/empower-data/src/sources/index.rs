//! What a source holds, without the tests: an index of small fields and places, from which single problems are loaded.
//!
//! Going through the files holds one row in memory at a time; an entry takes a few hundred bytes. So the published
//! gigabytes of LiveCodeBench are listed in the memory of their longest row.

use std::path::PathBuf;

use super::{Found, Heavy, ProblemFormat, ProblemSource, Rows, Wanted};
use crate::error::{DataError, Place};
use crate::problem::{Difficulty, Problem, ProblemKind, ProblemOptions};
use crate::sources::Head;

/// A problem's small fields, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemEntry {
    head: Head,
    /// Where the row is.
    pub place: Place,
    file_idx: usize,
    offset: u64,
}

impl ProblemEntry {
    /// Its id.
    pub fn question_id(&self) -> &str {
        &self.head.question_id
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.head.title
    }

    /// Where it is from.
    pub fn platform(&self) -> &str {
        &self.head.platform
    }

    /// The contest it was set in; may be empty.
    pub fn contest_id(&self) -> &str {
        &self.head.contest_id
    }

    /// When, in ISO form; empty where the source does not say.
    pub fn contest_date(&self) -> &str {
        &self.head.contest_date
    }

    /// How hard it is.
    pub fn difficulty(&self) -> Difficulty {
        self.head.difficulty
    }

    /// How programs are run; `None` where only its private tests show it.
    pub fn kind(&self) -> Option<ProblemKind> {
        self.head.kind
    }
}

/// The wanted problems of a source, without their tests.
#[derive(Debug)]
pub struct ProblemIndex {
    /// The problems in the source's order.
    pub entries: Vec<ProblemEntry>,
    /// Rows skipped because they are broken; empty unless skipping was asked for.
    pub skipped: Vec<DataError>,
    files: Vec<(PathBuf, ProblemFormat)>,
    options: ProblemOptions,
}

impl ProblemIndex {
    /// Goes through a source once. Tests are neither decoded nor checked.
    ///
    /// # Errors
    /// The first broken row, unless `skip_broken`; a file that cannot be read.
    pub fn read(source: &ProblemSource, options: ProblemOptions, skip_broken: bool) -> Result<Self, DataError> {
        let (mut entries, mut skipped) = (Vec::new(), Vec::new());
        for found in Wanted::open(source, options.clone(), true)? {
            match found {
                Ok(Found { head, row, file_idx, .. }) => {
                    entries.push(ProblemEntry { head, place: row.place, file_idx, offset: row.offset });
                }
                Err(error) if skip_broken && error.is_broken_row() => skipped.push(error),
                Err(error) => return Err(error),
            }
        }
        Ok(Self { entries, skipped, files: source.files().to_vec(), options })
    }

    /// The entry of a problem. Cost: one pass over the entries.
    pub fn find(&self, question_id: &str) -> Option<&ProblemEntry> {
        self.entries.iter().find(|entry| entry.question_id() == question_id)
    }

    /// Reads one problem with its tests. Cost: one row of a JSON Lines file; of a Parquet file, the rows of its group
    /// before it too.
    ///
    /// # Errors
    /// A row that is broken, or not there any more because the file was changed.
    pub fn load(&self, entry: &ProblemEntry) -> Result<Problem, DataError> {
        let (path, format) = &self.files[entry.file_idx];
        let row = entry.place.line.expect("rows have numbers");
        let gone = || DataError::bad_field(&entry.place, "question_id", "is not what it was when the file was indexed");
        let unparsed = Rows::open_at(path, format.unwanted(), row, entry.offset)?.next().ok_or_else(gone)??;
        let whole = unparsed.light(Heavy::These(&[]))?;
        // Submissions take a contest's date from other rows, so the head of the index stays; it names the same row.
        let head = format.head(&whole.row(), None)?;
        if head.question_id != entry.head.question_id {
            return Err(gone());
        }
        format.problem(&whole.row(), entry.head.clone(), &self.options)
    }
}
