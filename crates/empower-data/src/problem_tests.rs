//! Rows of problems: whole, broken in every field, and the genuine ones where they are at hand.

use super::*;
use empower_judge::TestCase;
use serde_json::{Map, Value};

use crate::programs::{ProgramsRow, read_programs};

fn row() -> Map<String, Value> {
    let row = serde_json::json!({
        "question_title": "Twice",
        "question_content": "Print twice the number.",
        "platform": "empower",
        "question_id": "q1",
        "contest_id": "c",
        "contest_date": "2024-08-03T19:30:00",
        "starter_code": "",
        "difficulty": "easy",
        "public_test_cases": r#"[{"input": "1\n", "output": "2\n", "testtype": "stdin"}]"#,
        "private_test_cases": r#"[{"input": "5\n", "output": "10\n", "testtype": "stdin"}]"#,
        "metadata": "{}",
        "reference_programs": ["print(2 * int(input()))\n"],
    });
    match row {
        Value::Object(fields) => fields,
        _ => unreachable!("written as an object"),
    }
}

fn write(rows: &[Map<String, Value>]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("problems.jsonl");
    let lines: String = rows.iter().map(|row| serde_json::to_string(row).expect("JSON") + "\n").collect();
    std::fs::write(&path, lines).expect("written");
    (folder, path)
}

fn read(rows: &[Map<String, Value>]) -> Result<ProblemSet, DataError> {
    let (_folder, path) = write(rows);
    read_problems(&path, ProblemOptions::default(), false)
}

#[test]
fn a_whole_row_is_read() {
    let set = read(&[row()]).expect("a good row");
    let case = |input: &str, output: &str| TestCase { input: input.to_owned(), output: output.to_owned() };
    let expected = Problem {
        question_id: "q1".to_owned(),
        title: "Twice".to_owned(),
        content: "Print twice the number.".to_owned(),
        platform: "empower".to_owned(),
        contest_id: "c".to_owned(),
        contest_date: "2024-08-03T19:30:00".to_owned(),
        starter_code: String::new(),
        difficulty: Difficulty::Easy,
        tests: Tests { kind: TestKind::Stdin, cases: vec![case("1\n", "2\n"), case("5\n", "10\n")] },
        n_public: 1,
        reference_programs: vec!["print(2 * int(input()))\n".to_owned()],
    };
    assert_eq!(set.problems, [expected]);
    assert!(set.public_only().is_empty());
}

#[test]
fn every_field_is_needed_and_typed() {
    let (mut rows, mut checked) = (row(), 0);
    rows.remove("reference_programs");
    for field in rows.keys().filter(|&field| field != "private_test_cases" && field != "metadata") {
        let mut lacking = row();
        lacking.remove(field);
        let error = read(&[row_named("q0"), lacking]).expect_err(field);
        assert!(
            matches!(&error, DataError::MissingField { place, field: named } if named == field && place.line == Some(2)),
            "{error}"
        );
        let mut mistyped = row();
        mistyped.insert(field.clone(), Value::from(3));
        let error = read(&[mistyped]).expect_err(field);
        assert!(error.to_string().ends_with(&format!("line 1: field `{field}` must be a string")), "{error}");
        checked += 1;
    }
    assert_eq!(checked, 9);
}

fn row_named(question_id: &str) -> Map<String, Value> {
    row_with("question_id", question_id)
}

fn row_with(field: &str, value: impl Into<Value>) -> Map<String, Value> {
    let mut row = row();
    row.insert(field.to_owned(), value.into());
    row
}

#[test]
fn bad_values_name_their_field() {
    let functional = r#"[{"input": "1", "output": "2", "testtype": "functional"}]"#;
    let cases = [
        ("difficulty", "brutal", "difficulty"),
        ("contest_date", "yesterday", "contest_date"),
        ("question_id", "", "question_id"),
        ("public_test_cases", "[]]", "public_test_cases"),
        ("public_test_cases", "[3]", "public_test_cases[0]"),
        ("public_test_cases", r#"[{"input": "1", "testtype": "stdin"}]"#, "public_test_cases[0].output"),
        ("public_test_cases", r#"[{"input": 1, "output": "", "testtype": "stdin"}]"#, "public_test_cases[0].input"),
        ("public_test_cases", r#"[{"input": "", "output": "", "testtype": "x"}]"#, "public_test_cases[0].testtype"),
        ("private_test_cases", functional, "private_test_cases"),
        ("private_test_cases", r#"[{"input": "\ud800", "output": "", "testtype": "stdin"}]"#, "private_test_cases"),
    ];
    for (field, value, named) in cases {
        let error = read(&[row_with(field, value)]).expect_err(value);
        assert!(matches!(&error, DataError::BadField { field, .. } if field == named), "{value}: {error}");
    }
    let mut no_tests = row_with("public_test_cases", "[]");
    no_tests.insert("private_test_cases".to_owned(), "[]".into());
    assert!(matches!(read(&[no_tests]), Err(DataError::BadField { field, .. }) if field == "public_test_cases"));
    let mut unnamed = row_with("public_test_cases", functional);
    unnamed.remove("private_test_cases");
    let error = read(&[unnamed.clone()]).expect_err("no func_name");
    assert!(matches!(&error, DataError::BadField { field, .. } if field == "metadata"), "{error}");
    unnamed.insert("metadata".to_owned(), r#"{"func_name": "twice"}"#.into());
    let set = read(&[unnamed]).expect("named");
    assert_eq!(set.problems[0].tests.kind, TestKind::Functional { func_name: "twice".to_owned() });
    let packed = read(&[row_with("private_test_cases", "eJxx")]).expect_err("damaged");
    assert!(matches!(packed, DataError::PrivateTests { question_id, .. } if question_id == "q1"));
    let wrong = read(&[row_with("reference_programs", "print(1)")]).expect_err("no list");
    assert!(matches!(wrong, DataError::BadField { field, .. } if field == "reference_programs"));
}

#[test]
fn rows_without_private_tests_are_listed() {
    let mut absent = row_named("absent");
    absent.remove("private_test_cases");
    let mut empty = row_named("empty");
    empty.insert("private_test_cases".to_owned(), "".into());
    let set = read(&[absent, empty, row_named("whole")]).expect("three rows");
    assert_eq!(set.public_only(), ["absent", "empty"]);
}

#[test]
fn solutions_that_passed_become_reference_programs() {
    let mut row = row();
    row.remove("reference_programs");
    row.insert(
        "solutions".to_owned(),
        serde_json::json!([
            {"code": "good", "passed_all_tests": true, "model": "m"},
            {"code": "bad", "passed_all_tests": false},
            {"code": "unknown"},
        ]),
    );
    assert_eq!(read(&[row]).expect("a good row").problems[0].reference_programs, ["good"]);
}

#[test]
fn windows_of_dates_and_exclusions() {
    let dated = |id: &str, date: &str| {
        let mut row = row_named(id);
        row.insert("contest_date".to_owned(), date.into());
        row
    };
    let mut broken = dated("late", "2025-01-01T00:00:00");
    broken.insert("private_test_cases".to_owned(), "never decoded".into());
    let rows = [dated("early", "2024-07-31T23:59:59"), dated("first", "2024-08-01T00:00:00"), row_named("q2"), broken];
    let (_folder, path) = write(&rows);
    let options = ProblemOptions {
        from_date: Some("2024-08-01".to_owned()),
        until_date: Some("2024-08-03".to_owned()),
        excluded: HashSet::from(["q2".to_owned()]),
        ..ProblemOptions::default()
    };
    let set = read_problems(&path, options, false).expect("one wanted row");
    assert_eq!(set.problems.iter().map(|it| it.question_id.as_str()).collect::<Vec<_>>(), ["first"]);
    let bad = ProblemOptions { from_date: Some("August".to_owned()), ..ProblemOptions::default() };
    assert!(matches!(ProblemReader::open(&path, bad), Err(DataError::BadField { .. })));
}

#[test]
fn broken_rows_are_skipped_only_when_asked() {
    let rows = [row_named("a"), row_with("difficulty", "brutal"), row_named("b")];
    let (_folder, path) = write(&rows);
    assert!(read_problems(&path, ProblemOptions::default(), false).is_err());
    let set = read_problems(&path, ProblemOptions::default(), true).expect("two good rows");
    assert_eq!((set.problems.len(), set.skipped.len()), (2, 1));
    let (_folder, path) = write(&[row_named("a"), row_named("a")]);
    let twice = read_problems(&path, ProblemOptions::default(), true);
    assert!(matches!(twice, Err(DataError::DuplicateId { id, .. }) if id == "a"));
}

#[test]
fn programs_are_read_from_one_list() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("programs.json");
    std::fs::write(&path, r#"[{"question_id": "q", "code_list": ["a", "b"], "extra": 1}]"#).expect("written");
    let expected = ProgramsRow { question_id: "q".to_owned(), code_list: vec!["a".to_owned(), "b".to_owned()] };
    assert_eq!(read_programs(&path).expect("read"), [expected]);
    std::fs::write(&path, r#"[{"question_id": "q"}]"#).expect("written");
    let cause = std::error::Error::source(&read_programs(&path).expect_err("no programs")).map(ToString::to_string);
    assert!(cause.is_some_and(|cause| cause.contains("code_list")));
    let twice = r#"[{"question_id": "q", "code_list": []}, {"question_id": "q", "code_list": []}]"#;
    std::fs::write(&path, twice).expect("written");
    assert!(matches!(read_programs(&path), Err(DataError::DuplicateId { .. })));
}

/// The folder of shared real data, which is beside the repository where it is at all.
fn shared(name: &str) -> Option<PathBuf> {
    crate::sources::tests::shared(&format!("livecodebench/{name}"))
}

#[test]
fn genuine_rows_decode() {
    let Some(path) = shared("exact_format_rows.jsonl") else { return };
    let set = read_problems(&path, ProblemOptions::default(), false).expect("genuine rows");
    let shape: Vec<_> = set
        .problems
        .iter()
        .map(|problem| (problem.question_id.as_str(), problem.n_public, problem.tests.cases.len()))
        .collect();
    assert_eq!(shape, [("1873_A", 1, 5), ("2727", 2, 14), ("abc301_a", 3, 15), ("1873_A__plainjson", 1, 5)]);
    // The same private tests in both encodings.
    assert_eq!(set.problems[0].tests, set.problems[3].tests);
    assert_eq!(set.problems[1].tests.kind, TestKind::Functional { func_name: "countSeniors".to_owned() });
    assert!(set.public_only().is_empty());
}

#[test]
fn genuine_rows_without_private_tests_are_read() {
    let Some(path) = shared("release_v1_public_half.jsonl") else { return };
    let set = read_problems(&path, ProblemOptions::default(), false).expect("genuine rows");
    let n_stdin = set.problems.iter().filter(|problem| problem.tests.kind == TestKind::Stdin).count();
    let n_solved = set.problems.iter().filter(|problem| !problem.reference_programs.is_empty()).count();
    assert_eq!((set.problems.len(), n_stdin, n_solved), (207, 118, 172));
    assert_eq!(set.public_only().len(), 207);
}
