//! HumanEval and MBPP: functions whose tests are assertions, run after the program.
//!
//! A HumanEval row has one function that checks everything, so it makes one test. An MBPP row has three assertions that
//! its readers are shown, and here and there more that they are not: a test each, public and private.

use empower_judge::{TestCase, TestKind, Tests};

use super::Head;
use super::row::Row;
use crate::error::DataError;
use crate::problem::{Difficulty, Problem, ProblemKind};

pub(super) fn humaneval_head(row: &Row<'_>) -> Result<Head, DataError> {
    let (question_id, entry_point) = (row.needed_name("task_id")?, row.string("entry_point")?);
    check_name(row, "entry_point", &entry_point)?;
    Ok(head("humaneval", question_id, entry_point))
}

/// One test: the definition of `check`, and a call of it with the function.
pub(super) fn humaneval(row: &Row<'_>, head: Head) -> Result<Problem, DataError> {
    let (prompt, entry_point) = (row.string("prompt")?, row.string("entry_point")?);
    let test = TestCase {
        input: format!("{}\n\ncheck({entry_point})\n", row.string("test")?.trim_end()),
        output: String::new(),
    };
    let solution = row.text("canonical_solution")?;
    let reference_programs = if solution.is_empty() { Vec::new() } else { vec![format!("{prompt}{solution}")] };
    Ok(problem(head, prompt.clone(), prompt, vec![test], 0, reference_programs))
}

pub(super) fn mbpp_head(row: &Row<'_>) -> Result<Head, DataError> {
    let number = row.needed_name("task_id")?;
    Ok(head("mbpp", format!("Mbpp/{number}"), format!("MBPP {number}")))
}

/// A test for each assertion, after the row's imports and set-up. The statement is the sentence and the assertions that
/// it goes with, without which nobody could guess the function's name.
pub(super) fn mbpp(row: &Row<'_>, head: Head) -> Result<Problem, DataError> {
    // The sanitized half has the sentence under another name, and imports instead of set-up code.
    let text_field = if row.fields.contains_key("text") { "text" } else { "prompt" };
    let text = row.string(text_field)?;
    let (setup, imports) = (row.text("test_setup_code")?, row.texts("test_imports")?.join("\n"));
    let before: String = [imports, setup].into_iter().filter(|it| !it.is_empty()).map(|it| it + "\n").collect();
    let (public, private) = (row.texts("test_list")?, row.texts("challenge_test_list")?);
    if public.is_empty() && private.is_empty() {
        return Err(row.bad("test_list", "holds no test"));
    }
    let test = |assertion: &String| TestCase { input: format!("{before}{assertion}\n"), output: String::new() };
    let tests = public.iter().chain(&private).map(test).collect();
    let code = row.text("code")?;
    let reference_programs = if code.is_empty() { Vec::new() } else { vec![code] };
    let content = format!("{text}\n\nThe function must pass these tests:\n\n{}\n", public.join("\n"));
    Ok(problem(head, content, String::new(), tests, public.len(), reference_programs))
}

fn head(platform: &str, question_id: String, title: String) -> Head {
    Head {
        question_id,
        title,
        platform: platform.to_owned(),
        contest_id: String::new(),
        contest_date: String::new(),
        difficulty: Difficulty::Unknown,
        kind: Some(ProblemKind::Assertions),
    }
}

fn problem(
    head: Head,
    content: String,
    starter_code: String,
    cases: Vec<TestCase>,
    n_public: usize,
    reference_programs: Vec<String>,
) -> Problem {
    Problem {
        question_id: head.question_id,
        title: head.title,
        content,
        platform: head.platform,
        contest_id: head.contest_id,
        contest_date: head.contest_date,
        starter_code,
        difficulty: head.difficulty,
        tests: Tests { kind: TestKind::Assertions, cases },
        n_public,
        reference_programs,
    }
}

/// The name is pasted into a call: it may be nothing else.
fn check_name(row: &Row<'_>, field: &str, name: &str) -> Result<(), DataError> {
    let mut characters = name.chars();
    let begins = characters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    if begins && characters.all(|it| it.is_alphanumeric() || it == '_') {
        return Ok(());
    }
    Err(row.bad(field, format!("is `{name}`, which is no name of a function")))
}
