//! Programming problems in LiveCodeBench's format (JUDGE section 1), with their tests, public ones first.
//!
//! Rows are read one at a time, and the private tests of a row only once its date and id are wanted: the published set
//! is some four gigabytes. Beside upstream's eleven fields a row may have `reference_programs`, a list of programs that
//! solve it, or `solutions`, a list of `{code, passed_all_tests}` of which those that passed are taken.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;

use empower_judge::{TestCase, TestKind, Tests};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{DataError, Place};
use crate::lines::Lines;
use crate::private_tests::decode_private_tests;

/// The longest row taken. Chosen: upstream's largest rows are some tens of megabytes.
const MAX_ROW_BYTES: usize = 512 << 20;

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
}

impl fmt::Display for Difficulty {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
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
    /// When, in ISO form, beginning with year, month and day.
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
    /// First contest day wanted, `YYYY-MM-DD`, inclusive.
    pub from_date: Option<String>,
    /// Last contest day wanted, `YYYY-MM-DD`, inclusive.
    pub until_date: Option<String>,
    /// Problems to leave out, by id: interactive ones, ones with several right answers.
    pub excluded: HashSet<String>,
    /// Most bytes that one row's private tests may inflate to.
    pub max_inflated_bytes: usize,
}

impl Default for ProblemOptions {
    fn default() -> Self {
        // chosen: above the largest upstream row by an order of magnitude, and well within a laptop's memory.
        Self { from_date: None, until_date: None, excluded: HashSet::new(), max_inflated_bytes: 1 << 30 }
    }
}

/// The problems of a file, one at a time, in its order.
pub struct ProblemReader {
    lines: Lines,
    options: ProblemOptions,
    seen: HashMap<String, Place>,
}

impl ProblemReader {
    /// Opens a JSON Lines file of problems.
    ///
    /// # Errors
    /// A file that cannot be opened, and a date bound that is no date.
    pub fn open(path: &Path, options: ProblemOptions) -> Result<Self, DataError> {
        let place = Place::file(path);
        for (field, bound) in [("from_date", &options.from_date), ("until_date", &options.until_date)] {
            if bound.as_deref().is_some_and(|date| date.len() != 10 || day(date).is_none()) {
                return Err(DataError::bad_field(&place, field, "must be a day, written YYYY-MM-DD"));
            }
        }
        Ok(Self { lines: Lines::open(path, MAX_ROW_BYTES)?, options, seen: HashMap::new() })
    }

    fn read_row(&mut self, row: &Row<'_>) -> Result<Option<Problem>, DataError> {
        let question_id = row.string("question_id")?;
        if question_id.is_empty() {
            return Err(row.bad("question_id", "must not be empty"));
        }
        if let Some(first) = self.seen.insert(question_id.clone(), row.place.clone()) {
            return Err(DataError::DuplicateId { place: row.place.clone(), id: question_id, first });
        }
        let contest_date = row.string("contest_date")?;
        let Some(contest_day) = day(&contest_date) else {
            return Err(row.bad("contest_date", "must begin with a day, written YYYY-MM-DD"));
        };
        let early = self.options.from_date.as_deref().is_some_and(|from| contest_day < from);
        let late = self.options.until_date.as_deref().is_some_and(|until| contest_day > until);
        if early || late || self.options.excluded.contains(&question_id) {
            return Ok(None);
        }
        row.problem(question_id, contest_date, self.options.max_inflated_bytes).map(Some)
    }
}

impl Iterator for ProblemReader {
    type Item = Result<Problem, DataError>;

    /// The next wanted problem. A broken row is an error; the rows after it can still be read.
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.lines.next()? {
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            let place = line.place.clone();
            let problem = line.parse().and_then(|fields| self.read_row(&Row { place, fields: &fields }));
            if let Some(problem) = problem.transpose() {
                return Some(problem);
            }
        }
    }
}

/// The day of an ISO date or time: its first ten characters, where they are digits and dashes in the right places.
fn day(date: &str) -> Option<&str> {
    let day = date.get(..10)?;
    let shaped = day.bytes().enumerate().all(|(i, byte)| match i {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    shaped.then_some(day)
}

struct Row<'a> {
    place: Place,
    fields: &'a Map<String, Value>,
}

impl Row<'_> {
    fn bad(&self, field: impl Into<String>, problem: impl Into<String>) -> DataError {
        DataError::bad_field(&self.place, field, problem)
    }

    fn string(&self, field: &str) -> Result<String, DataError> {
        match self.fields.get(field) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(self.bad(field, "must be a string")),
            None => Err(DataError::MissingField { place: self.place.clone(), field: field.to_owned() }),
        }
    }

    fn problem(
        &self,
        question_id: String,
        contest_date: String,
        max_inflated_bytes: usize,
    ) -> Result<Problem, DataError> {
        let difficulty = match self.string("difficulty")?.as_str() {
            "easy" => Difficulty::Easy,
            "medium" => Difficulty::Medium,
            "hard" => Difficulty::Hard,
            other => return Err(self.bad("difficulty", format!("is `{other}`; it must be easy, medium or hard"))),
        };
        let (tests, n_public) = self.tests(&question_id, max_inflated_bytes)?;
        Ok(Problem {
            title: self.string("question_title")?,
            content: self.string("question_content")?,
            platform: self.string("platform")?,
            contest_id: self.string("contest_id")?,
            starter_code: self.string("starter_code")?,
            reference_programs: self.reference_programs()?,
            question_id,
            contest_date,
            difficulty,
            tests,
            n_public,
        })
    }

    /// Public tests, then private ones, and the number of public ones.
    fn tests(&self, question_id: &str, max_inflated_bytes: usize) -> Result<(Tests, usize), DataError> {
        let mut types = Vec::new();
        let mut cases = self.cases("public_test_cases", &self.string("public_test_cases")?, &mut types)?;
        let n_public = cases.len();
        if self.fields.contains_key("private_test_cases") {
            let packed = self.string("private_test_cases")?;
            // An empty field is a row without private tests, as an absent one is.
            if !packed.trim().is_empty() {
                let text = decode_private_tests(&packed, max_inflated_bytes).map_err(|source| {
                    DataError::PrivateTests { place: self.place.clone(), question_id: question_id.to_owned(), source }
                })?;
                cases.extend(self.cases("private_test_cases", &text, &mut types)?);
            }
        }
        let Some(&first) = types.first() else {
            return Err(self.bad("public_test_cases", "holds no test, and neither does `private_test_cases`"));
        };
        if types.iter().any(|&kind| kind != first) {
            return Err(self.bad("private_test_cases", "mixes tests of type stdin and functional with those before"));
        }
        let kind = match first {
            TestType::Stdin => TestKind::Stdin,
            TestType::Functional => TestKind::Functional { func_name: self.func_name()? },
        };
        Ok((Tests { kind, cases }, n_public))
    }

    fn func_name(&self) -> Result<String, DataError> {
        let metadata: Map<String, Value> = serde_json::from_str(&self.string("metadata")?)
            .map_err(|source| self.bad("metadata", format!("is not the JSON text of an object: {source}")))?;
        match metadata.get("func_name") {
            Some(Value::String(name)) if !name.is_empty() => Ok(name.clone()),
            _ => Err(self.bad("metadata", "must name the function to call as `func_name` in a functional problem")),
        }
    }

    fn cases(&self, field: &str, text: &str, types: &mut Vec<TestType>) -> Result<Vec<TestCase>, DataError> {
        let rows: Vec<Value> = serde_json::from_str(text)
            .map_err(|source| self.bad(field, format!("is not the JSON text of a list of tests: {source}")))?;
        let mut cases = Vec::with_capacity(rows.len());
        for (i, row) in rows.into_iter().enumerate() {
            let Value::Object(mut row) = row else {
                return Err(self.bad(format!("{field}[{i}]"), "must be an object"));
            };
            let mut string = |key: &str| match row.remove(key) {
                Some(Value::String(text)) => Ok(text),
                Some(_) => Err(self.bad(format!("{field}[{i}].{key}"), "must be a string")),
                None => Err(self.bad(format!("{field}[{i}].{key}"), "is missing")),
            };
            let (input, output, testtype) = (string("input")?, string("output")?, string("testtype")?);
            types.push(match testtype.as_str() {
                "stdin" => TestType::Stdin,
                "functional" => TestType::Functional,
                other => {
                    let problem = format!("is `{other}`; it must be stdin or functional");
                    return Err(self.bad(format!("{field}[{i}].testtype"), problem));
                }
            });
            cases.push(TestCase { input, output });
        }
        Ok(cases)
    }

    fn reference_programs(&self) -> Result<Vec<String>, DataError> {
        if let Some(value) = self.fields.get("reference_programs") {
            return Vec::<String>::deserialize(value)
                .map_err(|source| self.bad("reference_programs", format!("must be a list of strings: {source}")));
        }
        let Some(value) = self.fields.get("solutions") else { return Ok(Vec::new()) };
        let solutions = Vec::<Solution>::deserialize(value)
            .map_err(|source| self.bad("solutions", format!("must be a list of programs: {source}")))?;
        Ok(solutions.into_iter().filter(|solution| solution.passed_all_tests).map(|solution| solution.code).collect())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum TestType {
    Stdin,
    Functional,
}

#[derive(Deserialize)]
struct Solution {
    code: String,
    #[serde(default)]
    passed_all_tests: bool,
}

/// What a file of problems gave.
#[derive(Debug, Default)]
pub struct ProblemSet {
    /// The problems, in the file's order.
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

/// Reads all wanted problems of a file into memory.
///
/// # Errors
/// The first broken row, unless `skip_broken`; a file that cannot be read, and one without any problem at all.
pub fn read_problems(path: &Path, options: ProblemOptions, skip_broken: bool) -> Result<ProblemSet, DataError> {
    let mut set = ProblemSet::default();
    for problem in ProblemReader::open(path, options)? {
        match problem {
            Ok(problem) => set.problems.push(problem),
            // A file that fails while being read is not a broken row.
            Err(error) if skip_broken && error.is_skippable() && !matches!(error, DataError::Read { .. }) => {
                set.skipped.push(error);
            }
            Err(error) => return Err(error),
        }
    }
    if set.problems.is_empty() {
        return Err(DataError::NoDocuments { path: path.to_path_buf() });
    }
    Ok(set)
}

/// Programs for one problem, as upstream's evaluation of custom output reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramsRow {
    /// The problem.
    pub question_id: String,
    /// The programs.
    pub code_list: Vec<String>,
}

/// Reads a JSON file that holds one list of [`ProgramsRow`]s.
///
/// # Errors
/// A file that cannot be read or is not of that form; a problem that occurs twice.
pub fn read_programs(path: &Path) -> Result<Vec<ProgramsRow>, DataError> {
    let place = Place::file(path);
    let bytes = std::fs::read(path).map_err(|source| DataError::read(path, source))?;
    let rows: Vec<ProgramsRow> =
        serde_json::from_slice(&bytes).map_err(|source| DataError::BadJson { place: place.clone(), source })?;
    let mut seen = HashSet::new();
    if let Some(twice) = rows.iter().find(|row| !seen.insert(row.question_id.as_str())) {
        let id = twice.question_id.clone();
        return Err(DataError::DuplicateId { place: place.clone(), id, first: place });
    }
    Ok(rows)
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
