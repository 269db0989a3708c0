//! Programs in every form, whole and broken, and verdicts in the forms of others.

use serde_json::json;

use super::*;
use crate::problem::{ProblemOptions, read_problems};

fn read(name: &str, text: &str, format: Option<ProgramsFormat>) -> Result<Programs, DataError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("written");
    Programs::read(&path, format)
}

fn row(question_id: &str, programs: &[&str]) -> ProgramsRow {
    let code_list = programs.iter().map(|program| (*program).to_owned()).collect();
    ProgramsRow { question_id: question_id.to_owned(), code_list }
}

#[test]
fn lists_are_read_in_every_form() {
    let expected = [row("b", &["x", "y"]), row("a", &[])];
    let list = r#"[{"question_id": "b", "code_list": ["x", "y"], "more": 1},
        {"question_id": "a", "code_list": []}]"#;
    let lines =
        "{\"question_id\": \"b\", \"code_list\": [\"x\", \"y\"]}\n\n{\"question_id\": \"a\", \"code_list\": []}\n";
    for text in [list, lines] {
        let programs = read("p", text, None).expect(text);
        assert_eq!((programs.format, programs.rows.as_slice()), (ProgramsFormat::Lists, expected.as_slice()));
    }
    // One program a line, lines of a problem anywhere.
    let lines = r#"{"question_id": "b", "code": "x"}
{"question_id": "c", "code": "z"}
{"question_id": "b", "code": "y"}"#;
    assert_eq!(read("p", lines, None).expect("read").rows, [row("b", &["x", "y"]), row("c", &["z"])]);
    assert_eq!(read("p", "[]", None).expect("read").rows, []);
}

#[test]
fn positions_follow_the_ids_in_order() {
    let mut programs = read("p", "[[\"x\"], [\"y\", \"z\"]]", None).expect("read");
    assert_eq!(programs.format, ProgramsFormat::Positional);
    let path = Path::new("p");
    assert!(programs.assign(path, vec!["only".to_owned()]).is_err());
    programs.assign(path, vec!["q2".to_owned(), "q1".to_owned()]).expect("two of two");
    assert_eq!(programs.rows, [row("q1", &["x"]), row("q2", &["y", "z"])]);
}

#[test]
fn samples_complete_their_prompts() {
    let lines = r#"{"task_id": "HumanEval/1", "completion": "  return 1", "model": "m"}
{"task_id": "HumanEval/0", "solution": "whole"}
{"task_id": "HumanEval/1", "completion": "  return 2"}"#;
    let mut programs = read("s.jsonl", lines, None).expect("read");
    assert_eq!(programs.format, ProgramsFormat::Samples);
    let places: Vec<_> = programs.samples.iter().map(|it| (it.question_id.as_str(), it.index)).collect();
    assert_eq!(places, [("HumanEval/1", 0), ("HumanEval/0", 0), ("HumanEval/1", 1)]);
    let prompt = |id: &str| (id == "HumanEval/1").then_some("def f():\n");
    programs.complete(prompt);
    let expected =
        [row("HumanEval/1", &["def f():\n  return 1", "def f():\n  return 2"]), row("HumanEval/0", &["whole"])];
    assert_eq!(programs.rows, expected);
    // Asked again, nothing is put before them twice.
    programs.complete(prompt);
    assert_eq!(programs.rows, expected);

    let verdict = |verdict, detail: &str| VerdictRow {
        question_id: "HumanEval/1".to_owned(),
        index: 0,
        verdict,
        passed: verdict == Verdict::Pass,
        tests_run: 1,
        detail: detail.to_owned(),
    };
    let result = |row: &VerdictRow| Value::Object(sample_result(&programs.samples[0], row));
    assert_eq!(
        result(&verdict(Verdict::Pass, "")),
        json!({"task_id": "HumanEval/1", "completion": "  return 1", "model": "m", "result": "passed", "passed": true})
    );
    assert_eq!(result(&verdict(Verdict::TimeLimit, "x"))["result"], "timed out");
    let failed = result(&verdict(Verdict::WrongAnswer, "why"));
    assert_eq!((&failed["result"], &failed["passed"]), (&json!("failed: why"), &json!(false)));
    assert_eq!(result(&verdict(Verdict::Infrastructure, "disk"))["passed"], Value::Null);
}

#[test]
fn broken_programs_name_their_place() {
    let cases = [
        ("{\"question_id\": \"a\"}", None, "line 1: field `code_list` or `code` is missing"),
        ("{\"code\": \"a\"}", None, "line 1: field `question_id` is missing"),
        ("{\"task_id\": \"a\"}", None, "line 1: field `completion` or `solution` is missing"),
        ("{\"task_id\": \"a\", \"completion\": 1}", None, "line 1: field `completion` must be a string"),
        ("{\"question_id\": \"a\", \"code\": \"x\"}\n{", None, "line 2: not the JSON expected"),
        ("{\"question_id\": \"a\", \"code_list\": [1]}", None, "line 1: field `code_list` must be a list of strings"),
        ("{\"question_id\": \"a\", \"code\": \"x\"}", Some(ProgramsFormat::Samples), "field `task_id` is missing"),
        ("[{\"question_id\": \"a\"}]", None, "not the JSON expected"),
        ("[[\"a\"], {\"question_id\": \"a\", \"code_list\": []}]", None, "not the JSON expected"),
        ("[[1]]", Some(ProgramsFormat::Positional), "not the JSON expected"),
        ("[]", Some(ProgramsFormat::Samples), "field `task_id` must be in JSON Lines"),
    ];
    for (text, format, expected) in cases {
        let error = read("p", text, format).expect_err(text);
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
    let twice = "{\"question_id\": \"a\", \"code_list\": []}\n{\"question_id\": \"a\", \"code_list\": []}";
    assert!(matches!(read("p", twice, None), Err(DataError::DuplicateId { id, .. }) if id == "a"));
    for format in ProgramsFormat::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
}

#[test]
fn eval_all_has_upstreams_shape() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("problems.jsonl");
    let problem = json!({
        "question_title": "T", "question_content": "C", "platform": "atcoder", "question_id": "q", "contest_id": "c",
        "contest_date": "2024-01-01T00:00:00", "starter_code": "", "difficulty": "easy", "metadata": "{}",
        "public_test_cases": "[{\"input\": \"1\", \"output\": \"1\", \"testtype\": \"stdin\"}]",
    });
    std::fs::write(&path, problem.to_string()).expect("written");
    let problem = read_problems(&path, ProblemOptions::default(), false).expect("a good row").problems.remove(0);
    let verdict = |index, verdict| VerdictRow {
        question_id: "q".to_owned(),
        index,
        verdict,
        passed: verdict == Verdict::Pass,
        tests_run: 1,
        detail: "d".to_owned(),
    };
    let verdicts = [
        verdict(2, Verdict::Infrastructure),
        verdict(0, Verdict::Pass),
        verdict(1, Verdict::TimeLimit),
        verdict(3, Verdict::MemoryLimit),
    ];
    let programs = ["a", "b", "c", "d"].map(str::to_owned);
    // Upstream's grader lets a program die of its memory.
    let code = |row: &VerdictRow| (row.index == 3).then_some(-5);
    let verdicts: Vec<(&VerdictRow, Option<i8>)> = verdicts.iter().map(|row| (row, code(row))).collect();
    let row = serde_json::to_value(EvalAllRow::of(&problem, &programs, &verdicts).expect("all judged")).expect("JSON");
    assert_eq!(row["graded_list"], json!([true, false, null, false]));
    assert_eq!(row["pass@1"], json!(1.0 / 3.0));
    assert_eq!((&row["code_list"], &row["output_list"]), (&json!(programs), &json!(programs)));
    let metadata: Vec<Value> = row["metadata"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|text| serde_json::from_str(text.as_str().expect("text")).expect("JSON"))
        .collect();
    assert_eq!(metadata[0], json!({}));
    assert_eq!(metadata[1], json!({"error_code": -3, "error_message": "Time Limit Exceeded", "error": "d"}));
    assert_eq!((&metadata[2]["error_code"], &metadata[3]["error_code"]), (&json!(-5), &json!(-5)));
    for field in [
        "question_title",
        "question_content",
        "platform",
        "question_id",
        "contest_id",
        "contest_date",
        "starter_code",
        "difficulty",
    ] {
        assert!(row[field].is_string(), "{field}");
    }
    assert_eq!(EvalAllRow::of(&problem, &programs, &verdicts[1..]), Err(2));
}
