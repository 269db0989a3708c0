//! `empower judge` as a long run: killed and resumed, in both modes, with problems left out, and with more programs than
//! one would want to hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PROBLEM: &str = "doubling";

/// A problem on standard input with two tests, in LiveCodeBench's format.
fn problem(id: &str) -> Value {
    let tests = json!([
        {"input": "2\n", "output": "4\n", "testtype": "stdin"},
        {"input": "-3\n", "output": "-6\n", "testtype": "stdin"},
    ]);
    json!({
        "question_title": id, "question_content": "Double a number.", "platform": "empower", "question_id": id,
        "contest_id": "c", "contest_date": "2025-01-01", "starter_code": "", "difficulty": "easy",
        "public_test_cases": tests.to_string(), "private_test_cases": "", "metadata": "{}",
    })
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(problems: &[&str], programs: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let rows: Vec<String> = problems.iter().map(|id| problem(id).to_string()).collect();
        fs::write(folder.path().join("problems.jsonl"), rows.join("\n")).expect("own folder");
        fs::write(folder.path().join("programs.json"), programs.to_string()).expect("own folder");
        Self { folder }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn judge(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_empower"));
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Scratch folders of a killed judge go with the test's own folder.
        command.env("TMPDIR", self.folder.path());
        command.args(["judge", "--problems", "problems.jsonl", "--programs", "programs.json", "--timeout", "60"]);
        command.args(more);
        command
    }
}

fn ok(output: Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn journal(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    // A line that is being written has no line break yet.
    text.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).expect("whole lines are whole rows"))
        .collect()
}

fn key(row: &Value) -> (String, u64) {
    (row["question_id"].as_str().expect("text").to_owned(), row["index"].as_u64().expect("a number"))
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let slow = |number: usize| match number % 3 {
        0 => "import time\ntime.sleep(0.1)\nprint(int(input()) * 2)",
        1 => "import time\ntime.sleep(0.1)\nprint(int(input()) + 2)",
        _ => "import time\ntime.sleep(0.1)\nraise ValueError",
    };
    let code: Vec<&str> = (0..24).map(slow).collect();
    let programs =
        json!([{"question_id": PROBLEM, "code_list": code}, {"question_id": "other", "code_list": ["print(4)"]}]);
    let files = Files::new(&["other", PROBLEM], &programs);
    let whole = ok(files.judge(&["--json", "--out", "whole", "--workers", "2"]).output().expect("the program starts"));

    let mut child = files.judge(&["--json", "--out", "cut", "--workers", "2"]).spawn().expect("the program starts");
    let patience = Instant::now() + Duration::from_secs(300);
    while journal(&files.path("cut/journal.jsonl")).len() < 5 {
        assert!(Instant::now() < patience && child.try_wait().expect("own child").is_none(), "it runs and writes");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("own child");
    let killed = child.wait_with_output().expect("own child");
    assert!(killed.stdout.is_empty(), "nothing is printed before all is judged");
    let before = journal(&files.path("cut/journal.jsonl"));
    assert!(before.len() < 25, "it was killed before its end");
    assert!(!files.path("cut/verdicts.jsonl").exists());
    // Cut off in the middle of a row, as by a machine that loses power.
    let text = fs::read_to_string(files.path("cut/journal.jsonl")).expect("there");
    fs::write(files.path("cut/journal.jsonl"), format!("{text}{{\"question_id\": \"dou")).expect("own folder");

    // Without --resume nothing is overwritten.
    let refused = files.judge(&["--out", "cut"]).output().expect("the program starts");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    // With other settings it is another run.
    let refused = files.judge(&["--out", "cut", "--resume", "--memory", "512"]).output().expect("the program starts");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("memory_limit_bytes"), "{refused:?}");

    let resumed = files.judge(&["--json", "--out", "cut", "--resume", "--workers", "1"]).output().expect("starts");
    assert_eq!(ok(resumed), whole);
    let after = journal(&files.path("cut/journal.jsonl"));
    assert_eq!(after[..before.len()], before, "what was judged stays as it was");
    let mut times: BTreeMap<(String, u64), usize> = BTreeMap::new();
    after.iter().for_each(|row| *times.entry(key(row)).or_default() += 1);
    assert!(times.len() == 25 && times.values().all(|&count| count == 1), "each is judged once: {times:?}");
    let read = |name: &str| fs::read_to_string(files.path(name)).expect("there");
    assert_eq!(read("cut/verdicts.jsonl"), read("whole/verdicts.jsonl"));
    assert_eq!(read("cut/verdicts.jsonl"), whole);
    let sessions = journal(&files.path("cut/sessions.jsonl"));
    assert_eq!(sessions.len(), 2);
    assert!(sessions.iter().all(|session| session["slowness"].as_f64().is_some_and(|it| it > 0.0)), "{sessions:?}");
    // Nothing is left to do.
    let again = files.judge(&["--json", "--out", "cut", "--resume"]).output().expect("the program starts");
    assert_eq!(ok(again), whole);
    assert_eq!(journal(&files.path("cut/journal.jsonl")).len(), 25);
}

#[test]
fn the_mode_is_recorded_and_modes_are_compared() {
    let code = [
        "import sys\nprint(int(sys.stdin.readline()) * 2)",
        "import sys\nfor line in sys.stdin: print(int(line) * 2)",
        "print(7)",
    ];
    let files = Files::new(&[PROBLEM], &json!([{"question_id": PROBLEM, "code_list": code}]));
    let rows =
        |text: &str| -> Vec<Value> { text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect() };
    let lcb = rows(&ok(files.judge(&["--json", "--mode", "lcb", "--out", "run"]).output().expect("starts")));
    let seen: Vec<Value> = lcb.iter().map(|row| json!([row["verdict"], row["upstream_code"], row["mode"]])).collect();
    let expected =
        [json!(["pass", null, "lcb"]), json!(["runtime_error", -4, "lcb"]), json!(["wrong_answer", -2, "lcb"])];
    assert_eq!(seen, expected);
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(files.path("run/manifest.json")).expect("there")).expect("a manifest");
    assert_eq!(manifest["settings"]["mode"], "lcb");

    let differences = rows(&ok(files.judge(&["--json", "--compare-modes"]).output().expect("starts")));
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!(
        json!([differences[0]["index"], differences[0]["native"], differences[0]["lcb"], differences[0]["quirks"]]),
        json!([1, "pass", "runtime_error", ["stdin-iterated"]])
    );
    let text = ok(files.judge(&["--compare-modes"]).output().expect("starts"));
    assert!(text.ends_with("3 programs: the modes differ on whether 1 pass, and on the verdict of 1\n"), "{text}");

    let timed = rows(&ok(files.judge(&["--json", "--times"]).output().expect("starts")));
    assert_eq!(timed[0]["tests"].as_array().map(Vec::len), Some(2));
    assert!(timed[0]["peak_memory_bytes"].as_u64() > Some(1 << 20), "{}", timed[0]);
    let clash = files.judge(&["--mode", "lcb", "--order", "fail-fast"]).output().expect("starts");
    assert!(String::from_utf8_lossy(&clash.stderr).contains("order"), "{clash:?}");
}

#[test]
fn problems_are_left_out_by_list_and_by_errata() {
    let programs = json!([
        {"question_id": PROBLEM, "code_list": ["print(1)"]},
        {"question_id": "abc337_e", "code_list": ["print(1)", "print(2)"]},
        {"question_id": "other", "code_list": ["print(1)"]},
    ]);
    let files = Files::new(&["abc337_e", "other", PROBLEM], &programs);
    fs::write(files.path("list.txt"), "# several answers\nother # a comment\n\n").expect("own folder");
    let ids = |more: &[&str]| -> Vec<String> {
        let text = ok(files.judge(&[&["--json"], more].concat()).output().expect("starts"));
        text.lines().map(|line| key(&serde_json::from_str(line).expect("a row")).0).collect()
    };
    assert_eq!(ids(&[]), [PROBLEM, "abc337_e", "abc337_e", "other"]);
    assert_eq!(ids(&["--exclude-known"]), [PROBLEM, "other"]);
    assert_eq!(ids(&["--exclude-known", "--exclude", "list.txt"]), [PROBLEM]);
    let note = files.judge(&[]).output().expect("starts");
    assert!(String::from_utf8_lossy(&note.stderr).contains("abc337_e"), "{note:?}");
}
