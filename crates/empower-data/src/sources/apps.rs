//! APPS: problems of many sites, whose tests and solutions are JSON text inside the row.
//!
//! Where `input_output` names a function, inputs are lists of arguments. Part of the data set wraps each output in a list
//! of one; upstream accepts a value or its wrapping, and so cannot tell them apart. Here outputs are unwrapped where
//! every output of a problem is a list of one, which is wrong for a function that always returns such a list.

use empower_judge::{TestCase, TestKind, Tests};
use serde::Deserialize;
use serde_json::Value;

use super::Head;
use super::row::Row;
use crate::error::DataError;
use crate::problem::{Difficulty, Problem, ProblemKind};

#[derive(Deserialize)]
struct InputOutput {
    inputs: Vec<Value>,
    outputs: Vec<Value>,
    #[serde(default)]
    fn_name: Option<String>,
}

pub(super) fn head(row: &Row<'_>) -> Result<Head, DataError> {
    let field = if row.fields.contains_key("problem_id") { "problem_id" } else { "id" };
    let number = row.needed_name(field)?;
    let difficulty = match row.text("difficulty")?.as_str() {
        "introductory" => Difficulty::Easy,
        "interview" => Difficulty::Medium,
        "competition" => Difficulty::Hard,
        "" => Difficulty::Unknown,
        other => {
            let problem = format!("is `{other}`; it must be introductory, interview or competition");
            return Err(row.bad("difficulty", problem));
        }
    };
    let functional = tests(row)?.kind != TestKind::Stdin;
    Ok(Head {
        question_id: format!("apps/{number}"),
        title: format!("APPS {number}"),
        platform: platform(&row.text("url")?).to_owned(),
        contest_id: String::new(),
        contest_date: String::new(),
        difficulty,
        kind: Some(if functional { ProblemKind::Functional } else { ProblemKind::Stdin }),
    })
}

pub(super) fn problem(row: &Row<'_>, head: Head) -> Result<Problem, DataError> {
    Ok(Problem {
        content: row.string("question")?,
        starter_code: row.text("starter_code")?,
        tests: tests(row)?,
        // Nothing says which of them a reader was shown.
        n_public: 0,
        reference_programs: solutions(row)?,
        question_id: head.question_id,
        title: head.title,
        platform: head.platform,
        contest_id: head.contest_id,
        contest_date: head.contest_date,
        difficulty: head.difficulty,
    })
}

/// The site by the host in an address.
fn platform(url: &str) -> &'static str {
    const SITES: [&str; 8] =
        ["codeforces", "leetcode", "atcoder", "codechef", "codewars", "hackerrank", "kattis", "topcoder"];
    let host = url.split("//").nth(1).unwrap_or(url).split('/').next().unwrap_or_default();
    SITES.into_iter().find(|site| host.split('.').any(|part| part == *site)).unwrap_or("apps")
}

fn tests(row: &Row<'_>) -> Result<Tests, DataError> {
    let text = row.string("input_output")?;
    if text.trim().is_empty() {
        return Err(row.bad("input_output", "is empty: the problem came without tests"));
    }
    let InputOutput { inputs, outputs, fn_name } = serde_json::from_str(&text)
        .map_err(|source| row.bad("input_output", format!("is not the JSON text of inputs and outputs: {source}")))?;
    if inputs.len() != outputs.len() || inputs.is_empty() {
        let problem = format!(
            "has {} inputs and {} outputs; there must be as many, and one at least",
            inputs.len(),
            outputs.len()
        );
        return Err(row.bad("input_output", problem));
    }
    let Some(func_name) = fn_name.filter(|name| !name.is_empty()) else {
        let pair = |(i, (input, output))| {
            let input = lines(row, format!("input_output.inputs[{i}]"), input)?;
            Ok(TestCase { input, output: lines(row, format!("input_output.outputs[{i}]"), output)? })
        };
        let cases = inputs.iter().zip(&outputs).enumerate().map(pair).collect::<Result<_, DataError>>()?;
        return Ok(Tests { kind: TestKind::Stdin, cases });
    };
    let is_wrapped = |output: &Value| output.as_array().is_some_and(|items| items.len() == 1);
    let wrapped = outputs.iter().all(is_wrapped);
    let pair = |(i, (input, output)): (usize, (&Value, &Value))| {
        let Value::Array(arguments) = input else {
            return Err(row.bad(format!("input_output.inputs[{i}]"), "must be a list of arguments"));
        };
        let input = arguments.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        let output = if wrapped { &output[0] } else { output };
        Ok(TestCase { input, output: output.to_string() })
    };
    let cases = inputs.iter().zip(&outputs).enumerate().map(pair).collect::<Result<_, DataError>>()?;
    Ok(Tests { kind: TestKind::Functional { func_name }, cases })
}

/// Text, or the lines of it.
fn lines(row: &Row<'_>, field: String, value: &Value) -> Result<String, DataError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Array(_) => Ok(row.texts_of(&field, value)?.join("\n")),
        _ => Err(row.bad(field, "must be a string or a list of lines")),
    }
}

/// Reference programs; problems without any have an empty text.
fn solutions(row: &Row<'_>) -> Result<Vec<String>, DataError> {
    let text = row.text("solutions")?;
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(&text)
        .map_err(|source| row.bad("solutions", format!("is not the JSON text of a list of programs: {source}")))
}

#[cfg(test)]
mod tests_of_sites {
    use super::platform;

    #[test]
    fn sites_are_known_by_their_hosts() {
        for (url, expected) in [
            ("https://codeforces.com/problemset/problem/1/A", "codeforces"),
            ("https://leetcode.com/problems/x/", "leetcode"),
            ("https://atcoder.jp/contests/abc1/tasks/abc1_a", "atcoder"),
            ("https://open.kattis.com/problems/x", "kattis"),
            ("https://www.codechef.com/problems/X", "codechef"),
            ("https://example.org/codeforces.com", "apps"),
            ("", "apps"),
        ] {
            assert_eq!(platform(url), expected, "{url}");
        }
    }
}
