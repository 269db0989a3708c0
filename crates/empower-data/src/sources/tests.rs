//! Every format: rows of our own in it, whole and broken, the same rows in both kinds of file, and genuine files where
//! they are at hand.

use std::path::{Path, PathBuf};

use empower_judge::{TestCase, TestKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::problem::{open_problems, read_exclusions, read_problems};
use crate::{ReadOptions, read_documents};

/// A file of the folder of shared real data, which is beside the repository where it is at all.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("EMPOWER_SHARED_DATA").map_or_else(beside, PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared/data/{name} is not here");
    None
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn case(input: &str, output: &str) -> TestCase {
    TestCase { input: input.to_owned(), output: output.to_owned() }
}

fn write(name: &str, rows: &[Value]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, rows.iter().map(|row| format!("{row}\n")).collect::<String>()).expect("written");
    (folder, path)
}

fn read(rows: &[Value]) -> Result<Vec<Problem>, DataError> {
    let (_folder, path) = write("rows.jsonl", rows);
    read_problems(&path, ProblemOptions::default(), false).map(|set| set.problems)
}

/// The row with one field changed, or removed where `value` is null.
fn with(row: &Value, field: &str, value: Value) -> Value {
    let mut row = row.clone();
    let fields = row.as_object_mut().expect("an object");
    fields.remove(field);
    if !value.is_null() {
        fields.insert(field.to_owned(), value);
    }
    row
}

#[track_caller]
fn names_field(row: Value, expected: &str) {
    let error = read(&[row]).expect_err(expected);
    let named = matches!(
        &error,
        DataError::BadField { field, place, .. } | DataError::MissingField { field, place }
            if field == expected && place.line == Some(1)
    );
    assert!(named, "{error} does not name {expected}");
}

fn humaneval() -> Value {
    json!({
        "task_id": "HumanEval/900",
        "prompt": "def twice(n: int) -> int:\n    \"\"\"Twice the number.\"\"\"\n",
        "entry_point": "twice",
        "canonical_solution": "    return 2 * n\n",
        "test": "def check(candidate):\n    assert candidate(2) == 4\n\n",
    })
}

#[test]
fn humaneval_makes_one_test_of_its_check() {
    let [problem] = <[Problem; 1]>::try_from(read(&[humaneval()]).expect("a good row")).expect("one");
    assert_eq!((problem.question_id.as_str(), problem.platform.as_str()), ("HumanEval/900", "humaneval"));
    assert_eq!(problem.tests.kind, TestKind::Assertions);
    let check = "def check(candidate):\n    assert candidate(2) == 4\n\ncheck(twice)\n";
    assert_eq!(problem.tests.cases, [case(check, "")]);
    assert_eq!(problem.starter_code, humaneval()["prompt"].as_str().expect("text"));
    assert_eq!(problem.reference_programs, [format!("{}    return 2 * n\n", problem.starter_code)]);
    assert!(!problem.is_public_only());
    names_field(with(&humaneval(), "entry_point", json!("twice(1)) or (1")), "entry_point");
    names_field(with(&humaneval(), "task_id", json!("")), "task_id");
    names_field(with(&humaneval(), "test", json!(3)), "test");
}

#[test]
fn mbpp_makes_a_test_of_each_assertion() {
    let row = json!({
        "task_id": 7, "text": "Write a function that doubles.", "code": "def f(x):\r\n  return 2 * x",
        "test_setup_code": "ten = 10", "test_list": ["assert f(1) == 2", "assert f(ten) == 20"],
        "challenge_test_list": ["assert f(0) == 0"],
    });
    let [problem] = <[Problem; 1]>::try_from(read(std::slice::from_ref(&row)).expect("a good row")).expect("one");
    let inputs: Vec<&str> = problem.tests.cases.iter().map(|case| case.input.as_str()).collect();
    assert_eq!(
        inputs,
        ["ten = 10\nassert f(1) == 2\n", "ten = 10\nassert f(ten) == 20\n", "ten = 10\nassert f(0) == 0\n"]
    );
    assert_eq!((problem.n_public, problem.question_id.as_str()), (2, "Mbpp/7"));
    assert!(problem.content.ends_with("assert f(1) == 2\nassert f(ten) == 20\n"), "{}", problem.content);
    // The sanitized half.
    let row = json!({
        "task_id": 8, "prompt": "Double.", "code": "", "test_imports": ["import math"], "test_list": ["assert f(1) == 2"],
    });
    let [problem] = <[Problem; 1]>::try_from(read(std::slice::from_ref(&row)).expect("a good row")).expect("one");
    assert_eq!(problem.tests.cases[0].input, "import math\nassert f(1) == 2\n");
    assert!(problem.reference_programs.is_empty());
    names_field(with(&row, "test_list", json!([])), "test_list");
    names_field(with(&row, "test_list", json!([1])), "test_list[0]");
    names_field(with(&row, "prompt", Value::Null), "prompt");
}

fn apps() -> Value {
    json!({
        "problem_id": 12, "question": "Twice.", "solutions": "[\"print(2 * int(input()))\"]",
        "input_output": json!({"inputs": ["1\n", ["2", "3"]], "outputs": ["2\n", "4"]}).to_string(),
        "difficulty": "interview", "url": "https://codeforces.com/problemset/problem/1/A", "starter_code": "",
    })
}

fn apps_tests(input_output: Value) -> empower_judge::Tests {
    let row = with(&apps(), "input_output", json!(input_output.to_string()));
    read(&[row]).expect("a good row").remove(0).tests
}

#[test]
fn apps_reads_both_of_its_kinds() {
    let problem = read(&[apps()]).expect("a good row").remove(0);
    assert_eq!((problem.question_id.as_str(), problem.platform.as_str()), ("apps/12", "codeforces"));
    assert_eq!(problem.difficulty, Difficulty::Medium);
    assert_eq!(problem.tests.cases, [case("1\n", "2\n"), case("2\n3", "4")]);
    assert_eq!(problem.reference_programs, ["print(2 * int(input()))"]);
    let tests =
        apps_tests(json!({"fn_name": "f", "inputs": [[1, "a"], [[2, 3], null]], "outputs": [[true], [[1, 2]]]}));
    assert_eq!(tests.kind, TestKind::Functional { func_name: "f".to_owned() });
    assert_eq!(tests.cases, [case("1\n\"a\"", "true"), case("[2,3]\nnull", "[1,2]")]);
    // One output that is no list of one shows that none is wrapped.
    let tests = apps_tests(json!({"fn_name": "f", "inputs": [[1], [2]], "outputs": [[1], [1, 2]]}));
    assert_eq!(tests.cases, [case("1", "[1]"), case("2", "[1,2]")]);
    let by_id = with(&with(&apps(), "problem_id", Value::Null), "id", json!(3));
    assert_eq!(read(&[by_id]).expect("a good row")[0].question_id, "apps/3");
}

#[test]
fn broken_apps_rows_name_their_field() {
    names_field(with(&apps(), "problem_id", Value::Null), "id");
    names_field(with(&apps(), "difficulty", json!("grim")), "difficulty");
    names_field(with(&apps(), "solutions", json!("[")), "solutions");
    for bad in ["", "{", "{\"inputs\": [], \"outputs\": []}", "{\"inputs\": [\"1\"], \"outputs\": []}"] {
        names_field(with(&apps(), "input_output", json!(bad)), "input_output");
    }
    let of = |value: Value| with(&apps(), "input_output", json!(value.to_string()));
    names_field(of(json!({"inputs": ["1", 2], "outputs": ["1", "2"]})), "input_output.inputs[1]");
    names_field(of(json!({"inputs": ["1"], "outputs": [["1", 2]]})), "input_output.outputs[0][1]");
    names_field(of(json!({"fn_name": "f", "inputs": ["1"], "outputs": ["1"]})), "input_output.inputs[0]");
}

#[test]
fn sandbox_fusion_reads_its_lists() {
    let row = json!({
        "id": 3, "content": "Echo.", "labels": "{\"difficulty\": \"HARDEST\", \"name\": \"echo\", \"source\": \"CODECHEF\"}",
        "test": "[{\"input\": {\"stdin\": \"1\"}, \"output\": {\"stdout\": \"1\\n\"}}]",
    });
    let problem = read(std::slice::from_ref(&row)).expect("a good row").remove(0);
    assert_eq!((problem.question_id.as_str(), problem.platform.as_str()), ("echo", "codechef"));
    assert_eq!((problem.difficulty, problem.tests.cases.clone()), (Difficulty::Hard, vec![case("1", "1\n")]));
    names_field(with(&row, "labels", json!("{}")), "labels");
    names_field(with(&row, "labels", json!("{\"name\": 3}")), "labels.name");
    names_field(with(&row, "test", json!("[]")), "test");
    names_field(with(&row, "test", json!("[{\"input\": \"1\"}]")), "test[0]");
    let error = read(&[with(&row, "test", json!("AAAA"))]).expect_err("no zlib");
    assert!(matches!(error, DataError::PrivateTests { .. }), "{error}");
}

fn heads(problems: &[Problem]) -> Vec<(&str, &str, Difficulty, &str, usize, usize)> {
    let head = |it: &'_ Problem| it.tests.cases.len();
    problems
        .iter()
        .map(|it| {
            (
                it.question_id.as_str(),
                it.platform.as_str(),
                it.difficulty,
                it.contest_date.as_str(),
                it.n_public,
                head(it),
            )
        })
        .collect()
}

#[test]
fn submissions_become_problems_once_each() {
    let mut both = Vec::new();
    for name in ["submissions.jsonl", "submissions.parquet"] {
        let set = read_problems(&fixture(name), ProblemOptions::default(), true).expect(name);
        assert_eq!(
            heads(&set.problems),
            [
                // 1,700,000,500 s less 500 s; the virtual contest is later. `2` and its answer are a sample already.
                ("9001_A", "codeforces", Difficulty::Easy, "2023-11-14T22:13:20", 1, 2),
                ("9001_B", "codeforces", Difficulty::Hard, "2023-11-14T22:13:20", 2, 3),
                ("9003_C1", "codeforces", Difficulty::Medium, "", 1, 2),
            ],
            "{name}"
        );
        assert_eq!(set.problems[0].reference_programs, ["print(2 * int(input()))\n"]);
        assert!(set.problems[1].reference_programs.is_empty());
        let statement = &set.problems[1].content;
        assert!(statement.starts_with("Print the sum.\n\nInput\n\nOne number.\n\nOutput\n\nTwice"), "{statement}");
        assert!(statement.ends_with("Sample Output 2\n\n10\n\nNote\n\nMind the order."), "{statement}");
        // Of the problem with nothing but tests that the site cut off, the row is broken.
        let skipped: Vec<String> = set.skipped.iter().map(ToString::to_string).collect();
        assert_eq!(skipped.len(), 1);
        let unit = if name.ends_with("parquet") { "row" } else { "line" };
        assert!(skipped[0].contains(&format!("{name}, {unit} 7: field `test_cases`")), "{skipped:?}");
        both.push(set.problems);
    }
    assert_eq!(both[0], both[1]);
}

#[test]
fn submissions_become_documents() {
    let ids = |name: &str, options: &ReadOptions| {
        let corpus = read_documents(&[fixture(name)], options).expect(name);
        (corpus.documents.iter().map(|it| it.id.clone()).collect::<Vec<_>>(), corpus.n_left_out)
    };
    for name in ["submissions.jsonl", "submissions.parquet"] {
        let defaults = ReadOptions::default();
        assert_eq!(ids(name, &defaults), (["102", "103", "106", "107"].map(str::to_owned).to_vec(), 4), "{name}");
        let options = ReadOptions { languages: vec!["GNU C++".to_owned()], ..ReadOptions::default() };
        assert_eq!(ids(name, &options).0, ["100", "105"], "{name}");
        let options = ReadOptions { languages: Vec::new(), accepted_only: false, ..ReadOptions::default() };
        assert_eq!(ids(name, &options).0.len(), 8, "{name}");
        let corpus = read_documents(&[fixture(name)], &defaults).expect(name);
        assert_eq!(corpus.documents[0].text, "print(2 * int(input()))\n");
    }
}

#[test]
fn codecontests_reads_nested_columns() {
    let mut both = Vec::new();
    for name in ["contests.jsonl", "contests.parquet"] {
        let strict = read_problems(&fixture(name), ProblemOptions::default(), false).expect_err("a problem of files");
        assert!(
            matches!(&strict, DataError::BadField { field, place, .. } if field == "input_file" && place.line == Some(3))
        );
        let set = read_problems(&fixture(name), ProblemOptions::default(), true).expect(name);
        assert_eq!(
            heads(&set.problems),
            [
                ("9001_A", "codeforces", Difficulty::Easy, "", 1, 3),
                ("echo", "codechef", Difficulty::Medium, "", 1, 4),
                ("p00001 Echo again", "aizu", Difficulty::Unknown, "", 1, 3),
            ],
            "{name}"
        );
        assert_eq!(set.problems[0].title, "Echo");
        assert_eq!(set.problems[0].reference_programs, ["print(input())", "print(int(input()))"]);
        let inputs: Vec<&str> = set.problems[1].tests.cases.iter().map(|case| case.input.as_str()).collect();
        assert_eq!(inputs, ["1\n", "9\n", "2\n", "3\n"], "public, private, generated");
        assert_eq!(set.skipped.len(), 1);
        both.push(set.problems);
    }
    assert_eq!(both[0], both[1]);
}

#[test]
fn broken_nested_rows_name_their_field() {
    let row = json!({
        "name": "n", "description": "d", "public_tests": {"input": ["1"], "output": ["1"]}, "source": 1, "difficulty": 1,
    });
    assert_eq!(read(std::slice::from_ref(&row)).expect("enough").len(), 1);
    names_field(with(&row, "source", json!(7)), "source");
    names_field(with(&row, "source", json!(1.5)), "source");
    names_field(with(&row, "public_tests", json!({"input": ["1"], "output": []})), "public_tests");
    names_field(with(&row, "public_tests", json!({"input": [], "output": []})), "public_tests");
    names_field(with(&row, "private_tests", json!([{"input": "1"}])), "private_tests[0]");
    names_field(with(&row, "private_tests", json!(3)), "private_tests");
    names_field(with(&row, "solutions", json!({"language": [3], "solution": []})), "solutions");
}

#[test]
fn a_damaged_parquet_file_is_an_error_wherever_it_is_cut() {
    let whole = std::fs::read(fixture("contests.parquet")).expect("the fixture");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("cut.parquet");
    for length in (0..whole.len()).step_by(997) {
        std::fs::write(&path, &whole[..length]).expect("written");
        let error = read_problems(&path, ProblemOptions::default(), true).expect_err("cut");
        assert!(matches!(error, DataError::Parquet { .. }), "{length}: {error}");
    }
}

#[test]
fn rows_of_no_known_format_are_named() {
    let error = read(&[json!({"a": 1, "b": 2})]).expect_err("unknown");
    assert!(error.to_string().ends_with("line 1: these are no problems of a known format (fields: a, b)"), "{error}");
    let (_folder, path) = write("rows.jsonl.gz", &[]);
    assert!(matches!(
        read_problems(&path, ProblemOptions::default(), true),
        Err(DataError::UnsupportedFormat { format, .. }) if format == "gz"
    ));
    // A format that is named is not looked for.
    let (_folder, path) = write("rows.jsonl", &[json!({"a": 1, "task_id": "x"})]);
    let options = ProblemOptions { format: Some(ProblemFormat::HumanEval), ..ProblemOptions::default() };
    let error = read_problems(&path, options, false).expect_err("lacks a field");
    assert!(matches!(error, DataError::MissingField { field, .. } if field == "entry_point"));
    for format in ProblemFormat::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
}

fn problem_row(id: &str, platform: &str, difficulty: &str, date: &str) -> Value {
    json!({
        "question_title": id, "question_content": "c", "platform": platform, "question_id": id, "contest_id": "c",
        "contest_date": date, "starter_code": "", "difficulty": difficulty,
        "public_test_cases": "[{\"input\": \"1\", \"output\": \"1\", \"testtype\": \"stdin\"}]",
        "private_test_cases": "", "metadata": "{}",
    })
}

#[test]
fn shards_releases_and_filters() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shard = |name: &str, rows: &[Value]| {
        let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    shard("test.jsonl", &[problem_row("a", "leetcode", "easy", "2023-05-01"), problem_row("b", "atcoder", "hard", "")]);
    shard("test2.jsonl", &[problem_row("c", "atcoder", "medium", "2024-05-01T10:00:00")]);
    shard("test10.jsonl", &[problem_row("d", "atcoder", "easy", "2025-05-01")]);
    shard("readme.txt", &[]);
    let paths = [folder.path().to_path_buf()];
    let ids = |options: &ProblemOptions| {
        let problems = open_problems(&paths, options.clone(), false).map(|set| set.problems).unwrap_or_default();
        let ids: Vec<String> = problems.iter().map(|it| it.question_id.clone()).collect();
        // The index and the reader agree on what is wanted, and on what it is.
        let source = ProblemSource::open(&paths, options).expect("opened");
        let index = ProblemIndex::read(&source, options.clone(), false).expect("indexed");
        let loaded: Vec<Problem> = index.entries.iter().map(|entry| index.load(entry).expect("loaded")).collect();
        assert_eq!(loaded, problems);
        ids.concat()
    };
    let none = ProblemOptions::default();
    assert_eq!(ids(&none), "abcd");
    let release = |name: &str| ProblemOptions { release: Some(name.parse().expect(name)), ..none.clone() };
    assert_eq!(
        (ids(&release("release_v2")), ids(&release("v2")), ids(&release("v1"))),
        ("abc".into(), "c".into(), "ab".into())
    );
    let missing = ProblemSource::open(&paths, &release("v3")).expect_err("no third shard");
    assert!(matches!(&missing, DataError::MissingShard { missing, .. } if missing == "test3.jsonl"), "{missing}");
    let platforms = vec!["atcoder".to_owned()];
    assert_eq!(ids(&ProblemOptions { platforms, ..none.clone() }), "bcd");
    let difficulties = vec![Difficulty::Easy, Difficulty::Hard];
    assert_eq!(ids(&ProblemOptions { difficulties, ..none.clone() }), "abd");
    let from = ProblemOptions { from_date: Some("2024-05-01".to_owned()), ..none.clone() };
    assert_eq!(ids(&from), "cd", "a problem without a date is in no window");
    assert_eq!(ids(&ProblemOptions { until_date: Some("2024-05-01".to_owned()), ..none.clone() }), "ac");
    assert_eq!(ids(&ProblemOptions { only: Some(["c".to_owned()].into()), ..none.clone() }), "c");
    let list = folder.path().join("list");
    for text in ["a # interactive\n\n# b\nc\n", "[\"a\", \"c\"]"] {
        std::fs::write(&list, text).expect("written");
        assert_eq!(ids(&ProblemOptions { excluded: read_exclusions(&list).expect("read"), ..none.clone() }), "bd");
    }
    // The same id in two shards.
    shard("test3.jsonl", &[problem_row("a", "leetcode", "easy", "")]);
    assert!(matches!(open_problems(&paths, none, true), Err(DataError::DuplicateId { id, .. }) if id == "a"));
}

#[test]
fn an_index_notices_that_its_file_was_changed() {
    let rows = [problem_row("a", "x", "easy", ""), problem_row("b", "x", "easy", "")];
    let (_folder, path) = write("rows.jsonl", &rows);
    let options = ProblemOptions::default();
    let source = ProblemSource::open(std::slice::from_ref(&path), &options).expect("opened");
    let index = ProblemIndex::read(&source, options, false).expect("indexed");
    let second = index.find("b").expect("there");
    assert_eq!(index.load(second).expect("loaded").question_id, "b");
    std::fs::write(&path, format!("{}\n{}\n", rows[0], problem_row("z", "x", "easy", ""))).expect("written");
    assert!(matches!(index.load(second), Err(DataError::BadField { .. })));
    std::fs::write(&path, "").expect("written");
    assert!(matches!(index.load(second), Err(DataError::BadField { .. })));
}

#[test]
fn every_source_survives_conversion() {
    let mut problems = Vec::new();
    for name in ["submissions.parquet", "contests.parquet"] {
        problems.extend(read_problems(&fixture(name), ProblemOptions::default(), true).expect(name).problems);
    }
    problems
        .retain(|problem| problem.platform != "codeforces" || problem.contest_id != "9001" || problem.n_public == 2);
    problems.extend(read(&[humaneval()]).expect("a good row"));
    problems.extend(read(&[apps()]).expect("a good row"));
    assert!(problems.len() >= 6);
    let rows: Vec<Value> = problems.iter().map(|it| serde_json::to_value(ProblemRow::of(it)).expect("JSON")).collect();
    let fields = rows[0].as_object().expect("an object");
    assert!(fields.values().filter(|value| value.is_string()).count() == 11, "upstream's fields are strings");
    assert_eq!(read(&rows).expect("converted rows"), problems);
}

proptest! {
    /// Whatever a test holds, writing and reading give it back.
    #[test]
    fn tests_survive_conversion(
        cases in prop::collection::vec(("(?s).{0,12}", "(?s).{0,12}"), 1..5),
        n_public in 0_usize..6,
        functional: bool,
    ) {
        let kind = if functional { TestKind::Functional { func_name: "f".to_owned() } } else { TestKind::Stdin };
        let cases: Vec<TestCase> = cases.iter().map(|(input, output)| case(input, output)).collect();
        let mut problem = read(&[humaneval()]).expect("a good row").remove(0);
        problem.n_public = n_public.min(cases.len());
        problem.tests = empower_judge::Tests { kind, cases };
        let row = serde_json::to_value(ProblemRow::of(&problem)).expect("JSON");
        prop_assert_eq!(read(&[row]).expect("a converted row"), [problem]);
    }
}

#[test]
fn genuine_contests_are_read() {
    let Some(path) = shared("codecontests/codecontests_mini_5.parquet") else { return };
    let set = read_problems(&path, ProblemOptions::default(), false).expect("genuine rows");
    let seen: Vec<_> = set
        .problems
        .iter()
        .map(|it| (it.question_id.as_str(), it.difficulty, it.n_public, it.tests.cases.len()))
        .collect();
    // Public, private and generated tests as pyarrow counts them; ratings 1100, 2300, 3000, 1800 and 2600.
    assert_eq!(
        seen,
        [
            ("1575_A", Difficulty::Easy, 1, 201),
            ("1575_B", Difficulty::Hard, 2, 209),
            ("1575_C", Difficulty::Hard, 3, 206),
            ("1575_D", Difficulty::Medium, 5, 274),
            ("1575_E", Difficulty::Hard, 2, 204),
        ]
    );
    let source = ProblemSource::open(&[path], &ProblemOptions::default()).expect("opened");
    let index = ProblemIndex::read(&source, ProblemOptions::default(), false).expect("indexed");
    let last = index.entries.last().expect("five");
    assert_eq!(Some(&index.load(last).expect("loaded")), set.problems.last());
}

#[test]
fn genuine_rows_of_sandbox_fusion_are_read() {
    if let Some(path) = shared("codecontests/sandboxfusion_code_contests_20.jsonl") {
        let set = read_problems(&path, ProblemOptions::default(), false).expect("genuine rows");
        let n_tests: usize = set.problems.iter().map(|it| it.tests.cases.len()).sum();
        assert_eq!((set.problems.len(), n_tests), (20, 2233));
        assert!(set.problems.iter().any(|it| it.question_id == "1000_A" && it.title == "Codehorses T-shirts"));
    }
    let (Some(path), Some(exact)) = (
        shared("livecodebench/sandboxfusion_live_code_bench_v1_3.jsonl"),
        shared("livecodebench/exact_format_rows.jsonl"),
    ) else {
        return;
    };
    let ours = read_problems(&path, ProblemOptions::default(), false).expect("genuine rows").problems;
    let theirs = read_problems(&exact, ProblemOptions::default(), false).expect("genuine rows").problems;
    for problem in &ours {
        let same = theirs.iter().find(|it| it.question_id == problem.question_id).expect("the same three problems");
        assert_eq!((&problem.platform, problem.difficulty), (&same.platform, same.difficulty));
        assert_eq!(problem.tests.kind, same.tests.kind);
    }
    assert_eq!(ours.len(), 3);
}

#[test]
fn genuine_mbpp_is_read() {
    let Some(path) = shared("mbpp/mbpp.jsonl") else { return };
    let set = read_problems(&path, ProblemOptions::default(), false).expect("genuine rows");
    assert_eq!(set.problems.len(), 974);
    assert!(set.problems.iter().all(|it| it.n_public == 3 && it.reference_programs.len() == 1));
    assert_eq!(set.problems.iter().filter(|it| !it.is_public_only()).count(), 11);
}

/// The most memory that this process ever held, in MiB, as Linux counts it.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("Linux says so");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number of KiB") >> 10
}

/// Writes a shard of `n_rows` rows whose private tests are `packed_bytes` of base64 each.
fn big_shard(path: &Path, n_rows: usize, packed_bytes: usize) {
    use std::io::Write;
    let mut out = std::io::BufWriter::new(std::fs::File::create(path).expect("created"));
    let packed = "A".repeat(packed_bytes);
    for i in 0..n_rows {
        let mut row = problem_row(&format!("q{i}"), "atcoder", "hard", "2024-01-01");
        row["private_test_cases"] = json!("@");
        let row = row.to_string();
        let (before, after) = row.split_once('@').expect("its place");
        for part in [before, &packed, after, "\n"] {
            out.write_all(part.as_bytes()).expect("written");
        }
    }
    out.flush().expect("written");
}

/// Alone in its process, since the peak is the process's: `cargo test --release -p empower-data -- --ignored --nocapture
/// --test-threads 1 an_index_of_gigabytes`.
#[test]
#[ignore = "writes two gigabytes and needs a process of its own"]
fn an_index_of_gigabytes_takes_the_memory_of_a_row() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("test.jsonl");
    let (n_rows, row_mib) = (200, 10);
    big_shard(&path, n_rows, row_mib << 20);
    let before = peak_mib();
    let options = ProblemOptions::default();
    let source = ProblemSource::open(&[path], &options).expect("opened");
    let started = std::time::Instant::now();
    let index = ProblemIndex::read(&source, options, false).expect("indexed");
    let (seconds, peak) = (started.elapsed().as_secs_f64(), peak_mib());
    println!(
        "{} problems in {} MiB: peak {peak} MiB ({before} MiB before), {seconds:.1} s",
        index.entries.len(),
        source.bytes() >> 20
    );
    assert_eq!(index.entries.len(), n_rows);
    // A row, as much again while its vector grows, and what the allocator keeps; all rows would be 2,000 MiB.
    assert!(peak - before.min(peak) <= 6 * row_mib as u64, "peak {peak} MiB, {before} MiB before");
}

#[test]
fn rows_are_held_one_at_a_time() {
    // Sixteen rows of two MiB. The reader is asked for one at a time, and holds none of them after.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("test.jsonl");
    big_shard(&path, 16, 2 << 20);
    let options = ProblemOptions::default();
    let source = ProblemSource::open(&[path], &options).expect("opened");
    let index = ProblemIndex::read(&source, options.clone(), false).expect("indexed: no test is decoded");
    assert_eq!(index.entries.len(), 16);
    assert!(index.entries.windows(2).all(|pair| pair[0].place.line < pair[1].place.line));
    // The tests are not what the format allows, which only loading finds out.
    assert!(
        matches!(index.load(&index.entries[7]), Err(DataError::PrivateTests { question_id, .. }) if question_id == "q7")
    );
    let mut reader = ProblemReader::of(&source, options).expect("opened");
    let (mut last, bytes) = (0, source.bytes());
    for _ in 0..16 {
        assert!(reader.next().expect("a row").is_err());
        let read = reader.bytes_read();
        assert!(read - last > 2 << 20 && read - last < 3 << 20, "{last} {read}");
        last = read;
    }
    assert!(reader.next().is_none());
    assert_eq!(reader.bytes_read(), bytes);
}
