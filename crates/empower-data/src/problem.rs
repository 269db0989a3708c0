//! Programming problems with their tests, public ones first, and which of them are wanted. Where they are read from is
//! in `sources`; how they are written is in `problem_row`.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use empower_judge::{TestKind, Tests};
use serde::{Deserialize, Serialize};

use crate::error::{DataError, Place};
use crate::sources::{Head, ProblemFormat, ProblemReader, Release};

/// How hard a problem is, as its site says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    /// Easy.
    Easy,
    /// Medium.
    Medium,
    /// Hard.
    Hard,
    /// The source does not say.
    Unknown,
}

impl Difficulty {
    /// Every difficulty, in order.
    pub const ALL: [Self; 4] = [Self::Easy, Self::Medium, Self::Hard, Self::Unknown];

    /// By Codeforces' rating of the problem; 0 and below mean that there is none.
    ///
    /// chosen: up to 1200 is easy, up to 1800 medium; others cut elsewhere.
    pub fn of_rating(rating: i64) -> Self {
        match rating {
            ..=0 => Self::Unknown,
            1..=1200 => Self::Easy,
            1201..=1800 => Self::Medium,
            _ => Self::Hard,
        }
    }
}

impl fmt::Display for Difficulty {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
            Self::Unknown => "unknown",
        })
    }
}

impl FromStr for Difficulty {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|difficulty| difficulty.to_string() == name);
        found.ok_or_else(|| format!("is `{name}`; it must be easy, medium, hard or unknown"))
    }
}

/// How a problem's programs are run, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// Standard input to standard output.
    Stdin,
    /// A function is called and its value compared.
    Functional,
    /// Assertions run after the program.
    Assertions,
}

impl ProblemKind {
    /// The kind of tests.
    pub fn of(kind: &TestKind) -> Self {
        match kind {
            TestKind::Stdin => Self::Stdin,
            TestKind::Functional { .. } => Self::Functional,
            TestKind::Assertions => Self::Assertions,
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Stdin => "stdin",
            Self::Functional => "functional",
            Self::Assertions => "assertions",
        })
    }
}

/// A problem with its tests.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Its id, unique in a file.
    pub question_id: String,
    /// Its title.
    pub title: String,
    /// Its statement.
    pub content: String,
    /// Where it is from: `leetcode`, `codeforces`, `atcoder`, `empower`, …
    pub platform: String,
    /// The contest it was set in.
    pub contest_id: String,
    /// When, in ISO form, beginning with year, month and day; empty where the source does not say.
    pub contest_date: String,
    /// What the program begins with; empty for problems on standard input.
    pub starter_code: String,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// Public tests, then private ones; at least one.
    pub tests: Tests,
    /// How many of the tests are public. Equals their number where the row came without private tests.
    pub n_public: usize,
    /// Programs known to solve it; may be empty.
    pub reference_programs: Vec<String>,
}

impl Problem {
    /// Whether the row came without private tests, so that verdicts rest on the public ones alone.
    pub fn is_public_only(&self) -> bool {
        self.n_public == self.tests.cases.len()
    }
}

/// Which problems to read, and how.
#[derive(Debug, Clone)]
pub struct ProblemOptions {
    /// The files' format; `None` looks at each file's first row.
    pub format: Option<ProblemFormat>,
    /// A release of LiveCodeBench: which files of a folder are read.
    pub release: Option<Release>,
    /// First contest day wanted, `YYYY-MM-DD`, inclusive. A problem without a date is then left out.
    pub from_date: Option<String>,
    /// Last contest day wanted, `YYYY-MM-DD`, inclusive. A problem without a date is then left out.
    pub until_date: Option<String>,
    /// Platforms wanted; empty for all.
    pub platforms: Vec<String>,
    /// Difficulties wanted; empty for all.
    pub difficulties: Vec<Difficulty>,
    /// The only problems wanted, by id; `None` for all.
    pub only: Option<HashSet<String>>,
    /// Problems to leave out, by id: interactive ones, ones with several right answers.
    pub excluded: HashSet<String>,
    /// Most bytes that one row's private tests may inflate to.
    pub max_inflated_bytes: usize,
}

impl Default for ProblemOptions {
    fn default() -> Self {
        Self {
            format: None,
            release: None,
            from_date: None,
            until_date: None,
            platforms: Vec::new(),
            difficulties: Vec::new(),
            only: None,
            excluded: HashSet::new(),
            // chosen: above the largest upstream row by an order of magnitude, and well within a laptop's memory.
            max_inflated_bytes: 1 << 30,
        }
    }
}

impl ProblemOptions {
    /// Whether a problem is wanted.
    pub(crate) fn want(&self, head: &Head) -> bool {
        let contest_day = day(&head.contest_date);
        let early = self.from_date.as_deref().is_some_and(|from| contest_day.is_none_or(|day| day < from));
        let late = self.until_date.as_deref().is_some_and(|until| contest_day.is_none_or(|day| day > until));
        !early
            && !late
            && (self.platforms.is_empty() || self.platforms.contains(&head.platform))
            && (self.difficulties.is_empty() || self.difficulties.contains(&head.difficulty))
            && self.only.as_ref().is_none_or(|only| only.contains(&head.question_id))
            && !self.excluded.contains(&head.question_id)
    }

    /// # Errors
    /// A date bound that is no date.
    pub(crate) fn check(&self, path: &Path) -> Result<(), DataError> {
        for (field, bound) in [("from_date", &self.from_date), ("until_date", &self.until_date)] {
            if bound.as_deref().is_some_and(|date| date.len() != 10 || day(date).is_none()) {
                return Err(DataError::bad_field(&Place::file(path), field, "must be a day, written YYYY-MM-DD"));
            }
        }
        Ok(())
    }
}

/// The day of an ISO date or time: its first ten characters, where they are digits and dashes in the right places.
pub(crate) fn day(date: &str) -> Option<&str> {
    let day = date.get(..10)?;
    let shaped = day.bytes().enumerate().all(|(i, byte)| match i {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    shaped.then_some(day)
}

/// What a source of problems gave.
#[derive(Debug, Default)]
pub struct ProblemSet {
    /// The problems, in the source's order.
    pub problems: Vec<Problem>,
    /// Rows skipped because they are broken; empty unless skipping was asked for.
    pub skipped: Vec<DataError>,
}

impl ProblemSet {
    /// Ids of problems that came without private tests: a verdict on them is weaker, and a report should say so.
    pub fn public_only(&self) -> Vec<&str> {
        self.problems.iter().filter(|problem| problem.is_public_only()).map(|it| it.question_id.as_str()).collect()
    }
}

/// Reads all wanted problems of one file or folder into memory.
///
/// # Errors
/// As [`open_problems`].
pub fn read_problems(path: &Path, options: ProblemOptions, skip_broken: bool) -> Result<ProblemSet, DataError> {
    open_problems(&[path.to_path_buf()], options, skip_broken)
}

/// Reads all wanted problems of files and folders of any known format into memory.
///
/// # Errors
/// The first broken row, unless `skip_broken`; a file that cannot be read, and no problem at all.
pub fn open_problems(paths: &[PathBuf], options: ProblemOptions, skip_broken: bool) -> Result<ProblemSet, DataError> {
    let mut set = ProblemSet::default();
    for problem in ProblemReader::open_all(paths, options)? {
        match problem {
            Ok(problem) => set.problems.push(problem),
            Err(error) if skip_broken && error.is_broken_row() => set.skipped.push(error),
            Err(error) => return Err(error),
        }
    }
    if set.problems.is_empty() {
        return Err(DataError::NoDocuments { path: paths.first().cloned().unwrap_or_default() });
    }
    Ok(set)
}

/// Reads ids to leave out: one a line, with blank lines and what follows a `#` passed over, or one JSON list of strings.
///
/// # Errors
/// A file that cannot be read, is not UTF-8, or holds broken JSON.
pub fn read_exclusions(path: &Path) -> Result<HashSet<String>, DataError> {
    let place = Place::file(path);
    let bytes = std::fs::read(path).map_err(|source| DataError::read(path, source))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| DataError::NotUtf8 { place: place.clone(), offset: error.utf8_error().valid_up_to() })?;
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(&text).map_err(|source| DataError::BadJson { place, source });
    }
    let ids = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    Ok(ids.filter(|id| !id.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
