//! LiveCodeBench's rows (JUDGE section 1). Beside upstream's eleven fields a row may have `reference_programs`, a list of
//! programs that solve it, or `solutions`, a list of `{code, passed_all_tests}` of which those that passed are taken.
//!
//! Three things go beyond upstream, for problems converted from elsewhere: an empty `contest_date` and the difficulty
//! `unknown` mean that nobody knows, and the test type `assert` has code of assertions as its input.

use empower_judge::{TestCase, TestKind, Tests};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Head;
use super::row::Row;
use crate::error::DataError;
use crate::private_tests::decode_private_tests;
use crate::problem::{Problem, ProblemKind, day};

pub(super) fn head(row: &Row<'_>) -> Result<Head, DataError> {
    let question_id = row.string("question_id")?;
    if question_id.is_empty() {
        return Err(row.bad("question_id", "must not be empty"));
    }
    let contest_date = row.string("contest_date")?;
    if !contest_date.is_empty() && day(&contest_date).is_none() {
        return Err(row.bad("contest_date", "must begin with a day, written YYYY-MM-DD"));
    }
    let difficulty = row.string("difficulty")?.parse().map_err(|problem: String| row.bad("difficulty", problem))?;
    let mut types = Vec::new();
    cases(row, "public_test_cases", &row.string("public_test_cases")?, &mut types)?;
    Ok(Head {
        title: row.string("question_title")?,
        platform: row.string("platform")?,
        contest_id: row.string("contest_id")?,
        kind: types.first().map(|kind| kind.name()),
        question_id,
        contest_date,
        difficulty,
    })
}

pub(super) fn problem(row: &Row<'_>, head: Head, max_inflated_bytes: usize) -> Result<Problem, DataError> {
    let (tests, n_public) = tests(row, &head.question_id, max_inflated_bytes)?;
    Ok(Problem {
        content: row.string("question_content")?,
        starter_code: row.string("starter_code")?,
        reference_programs: reference_programs(row)?,
        question_id: head.question_id,
        title: head.title,
        platform: head.platform,
        contest_id: head.contest_id,
        contest_date: head.contest_date,
        difficulty: head.difficulty,
        tests,
        n_public,
    })
}

/// Public tests, then private ones, and the number of public ones.
fn tests(row: &Row<'_>, question_id: &str, max_inflated_bytes: usize) -> Result<(Tests, usize), DataError> {
    let mut types = Vec::new();
    let mut all = cases(row, "public_test_cases", &row.string("public_test_cases")?, &mut types)?;
    let n_public = all.len();
    if row.fields.contains_key("private_test_cases") {
        let packed = row.string("private_test_cases")?;
        // An empty field is a row without private tests, as an absent one is.
        if !packed.trim().is_empty() {
            let text = decode_private_tests(&packed, max_inflated_bytes).map_err(|source| DataError::PrivateTests {
                place: row.place.clone(),
                question_id: question_id.to_owned(),
                source,
            })?;
            all.extend(cases(row, "private_test_cases", &text, &mut types)?);
        }
    }
    let Some(&first) = types.first() else {
        return Err(row.bad("public_test_cases", "holds no test, and neither does `private_test_cases`"));
    };
    if types.iter().any(|&kind| kind != first) {
        return Err(row.bad("private_test_cases", "mixes tests of different types"));
    }
    let kind = match first {
        TestType::Stdin => TestKind::Stdin,
        TestType::Functional => TestKind::Functional { func_name: func_name(row)? },
        TestType::Assert => TestKind::Assertions,
    };
    Ok((Tests { kind, cases: all }, n_public))
}

fn func_name(row: &Row<'_>) -> Result<String, DataError> {
    match row.json_object("metadata")?.get("func_name") {
        Some(Value::String(name)) if !name.is_empty() => Ok(name.clone()),
        _ => Err(row.bad("metadata", "must name the function to call as `func_name` in a functional problem")),
    }
}

fn cases(row: &Row<'_>, field: &str, text: &str, types: &mut Vec<TestType>) -> Result<Vec<TestCase>, DataError> {
    let rows: Vec<Value> = serde_json::from_str(text)
        .map_err(|source| row.bad(field, format!("is not the JSON text of a list of tests: {source}")))?;
    let mut cases = Vec::with_capacity(rows.len());
    for (i, case) in rows.into_iter().enumerate() {
        let Value::Object(mut case) = case else {
            return Err(row.bad(format!("{field}[{i}]"), "must be an object"));
        };
        let mut string = |key: &str| match case.remove(key) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(row.bad(format!("{field}[{i}].{key}"), "must be a string")),
            None => Err(row.bad(format!("{field}[{i}].{key}"), "is missing")),
        };
        let (input, output, testtype) = (string("input")?, string("output")?, string("testtype")?);
        let found = TestType::ALL.into_iter().find(|kind| kind.written() == testtype);
        types.push(found.ok_or_else(|| {
            let problem = format!("is `{testtype}`; it must be stdin or functional");
            row.bad(format!("{field}[{i}].testtype"), problem)
        })?);
        cases.push(TestCase { input, output });
    }
    Ok(cases)
}

fn reference_programs(row: &Row<'_>) -> Result<Vec<String>, DataError> {
    if let Some(value) = row.fields.get("reference_programs") {
        return Vec::<String>::deserialize(value)
            .map_err(|source| row.bad("reference_programs", format!("must be a list of strings: {source}")));
    }
    let Some(value) = row.fields.get("solutions") else { return Ok(Vec::new()) };
    let solutions = Vec::<Solution>::deserialize(value)
        .map_err(|source| row.bad("solutions", format!("must be a list of programs: {source}")))?;
    Ok(solutions.into_iter().filter(|solution| solution.passed_all_tests).map(|solution| solution.code).collect())
}

#[derive(Clone, Copy, PartialEq)]
enum TestType {
    Stdin,
    Functional,
    Assert,
}

impl TestType {
    const ALL: [Self; 3] = [Self::Stdin, Self::Functional, Self::Assert];

    fn written(self) -> &'static str {
        match self {
            Self::Stdin => "stdin",
            Self::Functional => "functional",
            Self::Assert => "assert",
        }
    }

    fn name(self) -> ProblemKind {
        match self {
            Self::Stdin => ProblemKind::Stdin,
            Self::Functional => ProblemKind::Functional,
            Self::Assert => ProblemKind::Assertions,
        }
    }
}

#[derive(Deserialize)]
struct Solution {
    code: String,
    #[serde(default)]
    passed_all_tests: bool,
}

/// A problem as a row of LiveCodeBench: its eleven fields, all strings, in upstream's order, and `reference_programs`
/// where there are any. Private tests are plain JSON text, which upstream's loader reads too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProblemRow {
    question_title: String,
    question_content: String,
    platform: String,
    question_id: String,
    contest_id: String,
    contest_date: String,
    starter_code: String,
    difficulty: String,
    public_test_cases: String,
    private_test_cases: String,
    metadata: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reference_programs: Vec<String>,
}

impl ProblemRow {
    /// The row of a problem. Reading it gives the problem again.
    pub fn of(problem: &Problem) -> Self {
        #[derive(Serialize)]
        struct Case<'a> {
            input: &'a str,
            output: &'a str,
            testtype: &'a str,
        }
        let (kind, metadata) = match &problem.tests.kind {
            TestKind::Stdin => (TestType::Stdin, serde_json::json!({})),
            TestKind::Functional { func_name } => (TestType::Functional, serde_json::json!({ "func_name": func_name })),
            TestKind::Assertions => (TestType::Assert, serde_json::json!({})),
        };
        let cases = |cases: &[TestCase]| {
            let case = |case: &TestCase| {
                let case = Case { input: &case.input, output: &case.output, testtype: kind.written() };
                serde_json::to_string(&case).expect("strings are always JSON")
            };
            format!("[{}]", cases.iter().map(case).collect::<Vec<_>>().join(", "))
        };
        let (public, private) = problem.tests.cases.split_at(problem.n_public);
        Self {
            question_title: problem.title.clone(),
            question_content: problem.content.clone(),
            platform: problem.platform.clone(),
            question_id: problem.question_id.clone(),
            contest_id: problem.contest_id.clone(),
            contest_date: problem.contest_date.clone(),
            starter_code: problem.starter_code.clone(),
            difficulty: problem.difficulty.to_string(),
            public_test_cases: cases(public),
            private_test_cases: cases(private),
            metadata: metadata.to_string(),
            reference_programs: problem.reference_programs.clone(),
        }
    }
}
