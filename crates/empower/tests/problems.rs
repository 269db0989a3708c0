//! `empower problems`, and `empower judge` with programs and results in the forms of others: the built program, run for
//! real on rows of our own in each format.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// Exit code, standard output, standard error.
fn empower(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_empower"));
    let output = command.env_remove("EMPOWER_ASSETS").args(arguments).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn ok(arguments: &[&str]) -> (String, String) {
    let (code, stdout, stderr) = empower(arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {stderr}");
    (stdout, stderr)
}

#[track_caller]
fn fails(arguments: &[&str], names: &[&str]) {
    let (code, stdout, stderr) = empower(arguments);
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{arguments:?}: {stderr}");
    // What was skipped is said before.
    assert!(stderr.lines().any(|line| line.starts_with("error: ")) && stderr.contains("\nhint: "), "{stderr}");
    names.iter().for_each(|name| assert!(stderr.contains(name), "{name}: {stderr}"));
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

/// The rows of one half of the embedded suite.
fn suite(half: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/problems").join(format!("{half}.jsonl"));
    rows(&fs::read_to_string(path).expect("the suite"))
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../empower-data/tests/fixtures").join(name);
    path.to_str().expect("UTF-8").to_owned()
}

/// Writes rows, one a line.
fn file(folder: &Path, name: &str, rows: &[Value]) -> String {
    let path = folder.join(name);
    fs::write(&path, rows.iter().map(|row| format!("{row}\n")).collect::<String>()).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

fn humaneval() -> Value {
    json!({
        "task_id": "HumanEval/900", "prompt": "def twice(n):\n    \"\"\"Twice the number.\"\"\"\n",
        "entry_point": "twice", "canonical_solution": "    return 2 * n\n",
        "test": "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(5) == 10\n",
    })
}

#[test]
fn sources_are_counted_and_listed() {
    let (train, eval) = (suite("train"), suite("eval"));
    let (table, _) = ok(&["problems", "list"]);
    assert!(table.starts_with(&format!("{} problems in 1 file (livecodebench)\n", eval.len())), "{table}");
    let (counts, _) = ok(&["problems", "list", "train", "eval", "--json"]);
    let counts = &rows(&counts)[0];
    let all: Vec<&Value> = train.iter().chain(&eval).collect();
    assert_eq!((&counts["problems"], &counts["platforms"]), (&json!(all.len()), &json!({"empower": all.len()})));
    let stdin = all.iter().filter(|row| row["metadata"] == "{}").count();
    assert_eq!(counts["kinds"], json!({"stdin": stdin, "functional": all.len() - stdin}));
    let of = |difficulty: &str| all.iter().filter(|row| row["difficulty"] == difficulty).count();
    assert_eq!(counts["difficulties"], json!({"easy": of("easy"), "medium": of("medium"), "hard": of("hard")}));

    let submissions = fixture("submissions.parquet");
    let (each, _) = ok(&["problems", "list", &submissions, "--each", "--json", "--difficulty", "easy"]);
    let each = rows(&each);
    // The problem without a whole test is listed too: no test is looked at.
    let ids: Vec<&Value> = each.iter().map(|row| &row["question_id"]).collect();
    assert_eq!(ids, [&json!("9001_A")]);
    assert_eq!((&each[0]["contest_date"], &each[0]["row"]), (&json!("2023-11-14T22:13:20"), &json!(3)));
    let (each, _) = ok(&["problems", "list", &submissions, "--each", "--from", "2023-01-01"]);
    assert!(each.starts_with("problem  platform    difficulty  kind   day         title\n9001_A "), "{each}");

    let contests = fixture("contests.parquet");
    fails(&["problems", "list", &contests], &["contests.parquet, row 3", "input_file"]);
    let (table, notes) = ok(&["problems", "list", &contests, "--skip-broken"]);
    assert!(table.starts_with("3 problems in 1 file (codecontests)\n"), "{table}");
    assert!(notes.contains("skipped: ") && notes.contains("row 3"), "{notes}");
    fails(&["problems", "list", "nowhere.jsonl"], &["nowhere.jsonl"]);
    let (code, _, usage) = empower(&["problems", "list", "--release", "v9"]);
    assert_eq!(code, Some(2), "{usage}");
    assert!(usage.contains("release_v1 to release_v6"), "{usage}");
}

#[test]
fn a_problem_is_shown() {
    let (shown, _) = ok(&["problems", "show", "emp-A-02"]);
    assert!(
        shown.starts_with("emp-A-02  ") && shown.contains("== ") && shown.contains(" tests (stdin), 2 of them public"),
        "{shown}"
    );
    let (row, _) = ok(&["problems", "show", "emp-A-02", "--json"]);
    let row = rows(&row).remove(0);
    let public: Vec<Value> = serde_json::from_str(row["public_test_cases"].as_str().expect("text")).expect("JSON");
    let (test, _) = ok(&["problems", "show", "emp-A-02", "--test", "1"]);
    let text = |value: &Value| value.as_str().expect("text").trim_end_matches('\n').to_owned();
    assert_eq!(test, format!("== input\n{}\n== output\n{}\n", text(&public[0]["input"]), text(&public[0]["output"])));
    let (references, _) = ok(&["problems", "show", "emp-A-02", "--references"]);
    assert!(references.contains("== reference program 2\n"), "{references}");
    fails(&["problems", "show", "nothing"], &["nothing", "--each"]);
    fails(&["problems", "show", "emp-A-02", "--test", "99"], &["--test 99"]);
}

#[test]
fn conversion_is_whole_or_absent() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out.jsonl");
    let out_name = out.to_str().expect("UTF-8");
    let source = file(folder.path(), "humaneval.jsonl", &[humaneval()]);
    let contests = fixture("contests.parquet");
    fails(&["problems", "convert", &source, &contests, "--out", out_name], &["contests.parquet, row 3"]);
    assert!(!out.exists(), "nothing half-written");
    let (_, notes) = ok(&["problems", "convert", &source, &contests, "--skip-broken", "--out", out_name]);
    assert!(notes.contains("4 problems written, 1 broken rows skipped"), "{notes}");
    assert!(notes.contains("1 have assertions"), "{notes}");
    let converted = rows(&fs::read_to_string(&out).expect("written"));
    assert_eq!(converted.len(), 4);
    for row in &converted {
        let fields = row.as_object().expect("an object");
        assert_eq!(fields.values().filter(|value| value.is_string()).count(), 11, "{row}");
    }
    // What was converted is read as what it was made from.
    let (again, _) = ok(&["problems", "convert", out_name]);
    assert_eq!(rows(&again), converted);
    fails(&["problems", "convert", out_name, "--platform", "nowhere"], &["no problem was written"]);
}

fn verdicts(text: &str) -> Vec<(String, u64, String)> {
    let verdict = |row: &Value| {
        let text = |field: &str| row[field].as_str().expect("text").to_owned();
        (text("question_id"), row["index"].as_u64().expect("a number"), text("verdict"))
    };
    rows(text).iter().map(verdict).collect()
}

fn read_json(path: PathBuf) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("written")).expect("JSON")
}

#[test]
fn samples_are_judged_and_given_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let problems = file(folder.path(), "humaneval.jsonl", &[humaneval()]);
    let sample = |completion: &str| json!({"task_id": "HumanEval/900", "completion": completion, "model": "m"});
    let samples =
        [sample("    return n + n\n"), sample("    return 4\n"), sample("    return n +\n"), sample("    exit(0)\n")];
    let samples = file(folder.path(), "samples.jsonl", &samples);
    let results = folder.path().join("results.jsonl");
    let eval_all = folder.path().join("eval_all.json");
    let arguments = [
        "judge",
        "--problems",
        &problems,
        "--programs",
        &samples,
        "--json",
        "--pass-at",
        "1,2,9",
        "--sample-results",
        results.to_str().expect("UTF-8"),
        "--eval-all",
        eval_all.to_str().expect("UTF-8"),
    ];
    let (stdout, stderr) = ok(&arguments);
    let outcome = |index, verdict: &str| ("HumanEval/900".to_owned(), index, verdict.to_owned());
    assert_eq!(
        verdicts(&stdout),
        [outcome(0, "pass"), outcome(1, "wrong_answer"), outcome(2, "runtime_error"), outcome(3, "runtime_error")]
    );
    // Of the six pairs of programs, three hold the one that passes.
    assert!(stderr.contains("pass@1 0.2500 over 1 problem\npass@2 0.5000 over 1 problem\npass@9 n/a: "), "{stderr}");
    let results = rows(&fs::read_to_string(results).expect("written"));
    let passed: Vec<&Value> = results.iter().map(|row| &row["passed"]).collect();
    assert_eq!(passed, [&json!(true), &json!(false), &json!(false), &json!(false)]);
    assert_eq!((&results[0]["result"], &results[0]["model"]), (&json!("passed"), &json!("m")));
    assert!(
        results[1]["result"].as_str().expect("text").starts_with("failed: test 1: failed: assert candidate(5) == 10")
    );
    let eval_all = read_json(eval_all);
    assert_eq!(eval_all[0]["graded_list"], json!([true, false, false, false]));
    assert_eq!((&eval_all[0]["pass@1"], &eval_all[0]["platform"]), (&json!(0.25), &json!("humaneval")));
    assert!(eval_all[0]["code_list"][0].as_str().expect("text").starts_with("def twice"));
}

#[test]
fn custom_outputs_are_judged_in_both_forms() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let problems = fixture("contests.parquet");
    let echo = "print(input())";
    let lists = json!([
        {"question_id": "echo", "code_list": [echo, "print(0)"]},
        {"question_id": "9001_A", "code_list": [echo]},
        {"question_id": "p00001 Echo again", "code_list": []},
    ]);
    // By id: `9001_A`, `echo`, `p00001 …`.
    let positional = json!([[echo], [echo, "print(0)"], []]);
    let mut outputs = Vec::new();
    for (name, programs) in [("lists.json", lists), ("positional.json", positional)] {
        let programs = file(folder.path(), name, &[programs]);
        let eval_all = folder.path().join("eval_all.json");
        let arguments = [
            "judge",
            "--problems",
            &problems,
            "--skip-broken",
            "--programs",
            &programs,
            "--json",
            "--eval-all",
            eval_all.to_str().expect("UTF-8"),
        ];
        let (stdout, stderr) = ok(&arguments);
        let mut verdicts = verdicts(&stdout);
        verdicts.sort();
        assert!(stderr.contains("pass@1 0.7500 over 2 problems (standard error 0.2500, 95% "), "{stderr}");
        outputs.push((verdicts, read_json(eval_all)));
    }
    assert_eq!(outputs[0], outputs[1]);
    let ids: Vec<&Value> = outputs[0].1.as_array().expect("a list").iter().map(|row| &row["question_id"]).collect();
    assert_eq!(ids, [&json!("9001_A"), &json!("echo"), &json!("p00001 Echo again")]);
    assert_eq!(outputs[0].1[1]["graded_list"], json!([true, false]));
    assert_eq!(outputs[0].1[2]["pass@1"], Value::Null);

    let programs = file(folder.path(), "lists.json", &[json!([{"question_id": "zz", "code_list": ["1"]}])]);
    fails(&["judge", "--programs", &programs], &["zz", "--problems"]);
    let programs = file(folder.path(), "short.json", &[json!([["1"]])]);
    fails(&["judge", "--problems", &problems, "--skip-broken", "--programs", &programs], &["1 lists", "3 problems"]);
    let programs = file(folder.path(), "one.json", &[json!([{"question_id": "echo", "code_list": ["1"]}])]);
    fails(
        &[
            "judge",
            "--problems",
            &problems,
            "--skip-broken",
            "--programs",
            &programs,
            "--sample-results",
            "results.jsonl",
        ],
        &["--sample-results", "--eval-all"],
    );
}
