//! SandboxFusion's rows: a statement, labels, and tests either as a list of standard inputs and outputs (its CodeContests)
//! or packed as LiveCodeBench packs them, around an object with one text in it (its LiveCodeBench).
//!
//! Its programs of the second kind are placeholders, so they are no reference programs.

use empower_judge::{TestCase, TestKind, Tests};
use serde::Deserialize;
use serde_json::Value;

use super::Head;
use super::codecontests::id_and_title;
use super::row::Row;
use crate::error::DataError;
use crate::private_tests::decode_packed_input_output;
use crate::problem::{Difficulty, Problem};

#[derive(Deserialize)]
struct InputOutput {
    inputs: Vec<String>,
    outputs: Vec<String>,
    fn_name: Option<String>,
}

pub(super) fn head(row: &Row<'_>) -> Result<Head, DataError> {
    let labels = row.json_object("labels")?;
    let label = |name: &str| match labels.get(name) {
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(row.bad(format!("labels.{name}"), "must be a string")),
        None => Ok(""),
    };
    let (question_id, title, platform) = match label("task_id")? {
        // The site and the id that LiveCodeBench has.
        task if !task.is_empty() => {
            let (platform, id) = task.split_once('/').unwrap_or(("unknown", task));
            (id.to_owned(), task.to_owned(), platform.to_owned())
        }
        _ => {
            let platform = label("source")?.to_ascii_lowercase();
            let name = label("name")?;
            if name.is_empty() {
                return Err(row.bad("labels", "must have a `name` or a `task_id`"));
            }
            let (question_id, title) = id_and_title(&platform, name);
            (question_id, title, if platform.is_empty() { "unknown".to_owned() } else { platform })
        }
    };
    let difficulty = match label("difficulty")?.to_ascii_lowercase().as_str() {
        "harder" | "hardest" => Difficulty::Hard,
        // A letter is a position in a contest, which is no difficulty.
        name => name.parse().unwrap_or(Difficulty::Unknown),
    };
    Ok(Head {
        question_id,
        title,
        platform,
        contest_id: String::new(),
        contest_date: String::new(),
        difficulty,
        kind: None,
    })
}

pub(super) fn problem(row: &Row<'_>, head: Head, max_inflated_bytes: usize) -> Result<Problem, DataError> {
    Ok(Problem {
        content: row.string("content")?,
        starter_code: String::new(),
        tests: tests(row, &head.question_id, max_inflated_bytes)?,
        n_public: 0,
        reference_programs: Vec::new(),
        question_id: head.question_id,
        title: head.title,
        platform: head.platform,
        contest_id: head.contest_id,
        contest_date: head.contest_date,
        difficulty: head.difficulty,
    })
}

fn tests(row: &Row<'_>, question_id: &str, max_inflated_bytes: usize) -> Result<Tests, DataError> {
    let text = row.string("test")?;
    if text.trim_start().starts_with('[') {
        let items: Vec<Value> = serde_json::from_str(&text)
            .map_err(|source| row.bad("test", format!("is not the JSON text of a list of tests: {source}")))?;
        let case = |(i, item): (usize, &Value)| match (item.pointer("/input/stdin"), item.pointer("/output/stdout")) {
            (Some(Value::String(input)), Some(Value::String(output))) => {
                Ok(TestCase { input: input.clone(), output: output.clone() })
            }
            _ => Err(row.bad(format!("test[{i}]"), "must hold the strings `input.stdin` and `output.stdout`")),
        };
        let cases = items.iter().enumerate().map(case).collect::<Result<Vec<_>, _>>()?;
        if cases.is_empty() {
            return Err(row.bad("test", "holds no test"));
        }
        return Ok(Tests { kind: TestKind::Stdin, cases });
    }
    let text = decode_packed_input_output(&text, max_inflated_bytes).map_err(|source| DataError::PrivateTests {
        place: row.place.clone(),
        question_id: question_id.to_owned(),
        source,
    })?;
    let InputOutput { inputs, outputs, fn_name } = serde_json::from_str(&text)
        .map_err(|source| row.bad("test", format!("does not hold inputs and outputs: {source}")))?;
    if inputs.len() != outputs.len() || inputs.is_empty() {
        let problem = format!("has {} inputs and {} outputs", inputs.len(), outputs.len());
        return Err(row.bad("test", problem));
    }
    let cases = inputs.into_iter().zip(outputs).map(|(input, output)| TestCase { input, output }).collect();
    let kind = match fn_name.filter(|name| !name.is_empty()) {
        Some(func_name) => TestKind::Functional { func_name },
        None => TestKind::Stdin,
    };
    Ok(Tests { kind, cases })
}
