//! Codeforces submissions with their problems' columns, as the paper's data set has them: a row is a submission, and
//! thousands of rows share a problem. They are problems here, one for each contest and index, and documents in
//! `document.rs`.
//!
//! The files are gone through twice: once for a few small columns, to pick each problem's row (its first accepted
//! program in Python 3, else its first row) and the start of its contest, and once for the rows picked. In between only
//! that choice is held, some hundred bytes a problem.
//!
//! The site shows long tests cut off with three dots. Such a test is left out: no program could pass it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use empower_judge::{TestCase, TestKind, Tests};
use serde_json::Value;

use super::row::{Heavy, Row};
use super::{Head, Rows};
use crate::error::{DataError, Place};
use crate::problem::{Difficulty, Problem, ProblemKind};

/// Fields that a row's head does not need.
pub(super) const HEAVY: &[&str] = &[
    "problem-description",
    "input-specification",
    "output-specification",
    "demo-input",
    "demo-output",
    "note",
    "test_cases",
    "code",
    "prompt",
    "response",
    "tags",
];

/// What `relativeTimeSeconds` is in practice after the contest.
const NOT_IN_CONTEST: i64 = 2_147_483_647;

/// Which row stands for each problem, and when its contest began.
pub(crate) struct Picks {
    problems: HashMap<(String, String), Pick>,
    rows: HashMap<PathBuf, Vec<usize>>,
}

struct Pick {
    place: Place,
    is_accepted: bool,
    /// The earliest start that a submission implies, in seconds since 1970: virtual contests begin later.
    contest_start: Option<i64>,
}

impl Picks {
    /// Goes through the small columns of all files. Rows that are broken are returned beside.
    ///
    /// # Errors
    /// A file that cannot be read to its end.
    pub fn read(paths: &[&Path]) -> Result<(Self, Vec<DataError>), DataError> {
        let mut problems: HashMap<(String, String), Pick> = HashMap::new();
        let mut faults = Vec::new();
        for path in paths {
            for unparsed in Rows::open(path, HEAVY)? {
                if let Err(fault) = unparsed?.light(Heavy::These(HEAVY)).and_then(|row| note(&row.row(), &mut problems))
                {
                    faults.push(fault);
                }
            }
        }
        let mut rows: HashMap<PathBuf, Vec<usize>> = HashMap::new();
        for pick in problems.values() {
            rows.entry(pick.place.path.clone()).or_default().extend(pick.place.line);
        }
        rows.values_mut().for_each(|rows| rows.sort_unstable());
        Ok((Self { problems, rows }, faults))
    }

    /// Whether a row stands for its problem.
    pub fn picked(&self, place: &Place) -> bool {
        let rows = self.rows.get(&place.path);
        rows.is_some_and(|rows| place.line.is_some_and(|row| rows.binary_search(&row).is_ok()))
    }
}

fn note(row: &Row<'_>, problems: &mut HashMap<(String, String), Pick>) -> Result<(), DataError> {
    let key = key(row)?;
    let is_accepted = is_accepted(row)? && is_python3(&row.text("programmingLanguage")?);
    let created = row.integer("creationTimeSeconds")?;
    let relative = row.integer("relativeTimeSeconds")?.filter(|&it| it != NOT_IN_CONTEST);
    let start = created.zip(relative).map(|(created, relative)| created.saturating_sub(relative));
    match problems.get_mut(&key) {
        None => {
            problems.insert(key, Pick { place: row.place.clone(), is_accepted, contest_start: start });
        }
        Some(pick) => {
            if is_accepted && !pick.is_accepted {
                (pick.place, pick.is_accepted) = (row.place.clone(), true);
            }
            pick.contest_start = pick.contest_start.into_iter().chain(start).min();
        }
    }
    Ok(())
}

fn key(row: &Row<'_>) -> Result<(String, String), DataError> {
    Ok((row.needed_name("contestId")?, row.needed_name("index")?))
}

/// Whether a submission passed every test of the site.
pub(crate) fn is_accepted(row: &Row<'_>) -> Result<bool, DataError> {
    Ok(row.text("verdict")? == "OK")
}

/// Whether a language of the site is Python 3: `Python 3`, `PyPy 3`, `PyPy 3-64` and the like.
pub(crate) fn is_python3(language: &str) -> bool {
    language.starts_with("Python 3") || language.starts_with("PyPy 3")
}

pub(super) fn head(row: &Row<'_>, picks: Option<&Picks>) -> Result<Head, DataError> {
    let (contest_id, index) = key(row)?;
    let (question_id, title) = (format!("{contest_id}_{index}"), row.text("name")?);
    let rating = row.integer("rating")?.unwrap_or(0);
    let picked = picks.and_then(|picks| picks.problems.get(&(contest_id.clone(), index)));
    Ok(Head {
        question_id,
        title,
        platform: "codeforces".to_owned(),
        contest_id,
        contest_date: picked.and_then(|pick| pick.contest_start).map(iso_time).unwrap_or_default(),
        difficulty: Difficulty::of_rating(rating),
        kind: Some(ProblemKind::Stdin),
    })
}

pub(super) fn problem(row: &Row<'_>, head: Head) -> Result<Problem, DataError> {
    let (inputs, outputs) = (row.texts("demo-input")?, row.texts("demo-output")?);
    if inputs.len() != outputs.len() {
        return Err(row.bad("demo-input", format!("has {} tests and `demo-output` {}", inputs.len(), outputs.len())));
    }
    let shown: Vec<TestCase> =
        inputs.into_iter().zip(outputs).map(|(input, output)| TestCase { input, output }).collect();
    let mut cases: Vec<TestCase> = shown.iter().filter(|case| is_whole(case)).cloned().collect();
    let n_public = cases.len();
    // The site's tests begin with those of the statement.
    let same = |one: &TestCase, other: &TestCase| {
        one.input.trim() == other.input.trim() && one.output.trim() == other.output.trim()
    };
    for case in test_cases(row)? {
        if is_whole(&case) && !cases[..n_public].iter().any(|public| same(public, &case)) {
            cases.push(case);
        }
    }
    if cases.is_empty() {
        return Err(row.bad("test_cases", "holds no test that is not cut off, and neither does `demo-input`"));
    }
    let is_reference = is_accepted(row)? && is_python3(&row.text("programmingLanguage")?);
    let reference_programs = if is_reference { vec![row.string("code")?] } else { Vec::new() };
    Ok(Problem {
        content: statement(row, &shown)?,
        question_id: head.question_id,
        title: head.title,
        platform: head.platform,
        contest_id: head.contest_id,
        contest_date: head.contest_date,
        starter_code: String::new(),
        difficulty: head.difficulty,
        tests: Tests { kind: TestKind::Stdin, cases },
        n_public,
        reference_programs,
    })
}

/// Whether the site showed all of a test. Honest inputs do not end in three dots, and outputs hardly ever.
fn is_whole(case: &TestCase) -> bool {
    !case.input.trim_end().ends_with("...") && !case.output.trim_end().ends_with("...")
}

fn test_cases(row: &Row<'_>) -> Result<Vec<TestCase>, DataError> {
    let items = match row.fields.get("test_cases") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(row.bad("test_cases", "must be a list")),
    };
    let case = |(i, item): (usize, &Value)| match (item.get("input"), item.get("output")) {
        (Some(Value::String(input)), Some(Value::String(output))) => {
            Ok(TestCase { input: input.clone(), output: output.clone() })
        }
        _ => Err(row.bad(format!("test_cases[{i}]"), "must hold the strings `input` and `output`")),
    };
    items.iter().enumerate().map(case).collect()
}

/// The parts of the statement in the site's order, under its headings.
fn statement(row: &Row<'_>, shown: &[TestCase]) -> Result<String, DataError> {
    let mut statement = row.string("problem-description")?;
    let mut section = |heading: &str, text: &str| {
        if !text.trim().is_empty() {
            statement.push_str(&format!("\n\n{heading}\n\n{}", text.trim_end()));
        }
    };
    section("Input", &row.text("input-specification")?);
    section("Output", &row.text("output-specification")?);
    for (i, case) in shown.iter().enumerate() {
        section(&format!("Sample Input {}", i + 1), &case.input);
        section(&format!("Sample Output {}", i + 1), &case.output);
    }
    section("Note", &row.text("note")?);
    Ok(statement)
}

/// A time as `2024-08-03T19:30:00`, from seconds since 1970; of years from 1 to 9999, which is all that occurs.
fn iso_time(seconds: i64) -> String {
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years from March on, in eras of 400 years, so that the day that varies comes last.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        // python3 -c "import datetime as d; print(d.datetime.fromtimestamp(N, d.timezone.utc))"
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00"),
            (951_827_696, "2000-02-29T12:34:56"),
            (1_709_251_199, "2024-02-29T23:59:59"),
            (1_709_251_200, "2024-03-01T00:00:00"),
            (4_107_542_399, "2100-02-28T23:59:59"),
            (4_107_542_400, "2100-03-01T00:00:00"),
            (-1, "1969-12-31T23:59:59"),
        ] {
            assert_eq!(iso_time(seconds), expected);
        }
        // Every day has a date of its own, one after the other.
        let mut before = iso_time(-86_400);
        for day in 0..80_000 {
            let now = iso_time(day * 86_400);
            assert!(now > before, "{before} {now}");
            before = now;
        }
    }

    #[test]
    fn python_3_is_told_from_other_languages() {
        for language in ["Python 3", "PyPy 3", "PyPy 3-64"] {
            assert!(is_python3(language), "{language}");
        }
        for language in ["Python 2", "PyPy 2", "GNU C++17", "", "Java 8"] {
            assert!(!is_python3(language), "{language}");
        }
    }
}
