//! What the integration tests share: judging one program, and looking for what it left behind.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::Path;
use std::time::Duration;

use empower_judge::{Judge, JudgeSettings, Submission, TestCase, TestKind, Tests, VerdictRow};

/// Generous time, little memory: tests of anything but time must not depend on a busy machine.
pub fn settings() -> JudgeSettings {
    JudgeSettings {
        time_limit: Duration::from_secs(120),
        memory_limit: 256 << 20,
        output_limit: 1 << 20,
        workers: 2,
        ..JudgeSettings::default()
    }
}

pub fn open(settings: JudgeSettings) -> Judge {
    Judge::open(settings).unwrap_or_else(|error| panic!("the tests need python3 and a working sandbox: {error}"))
}

pub fn stdin_tests(cases: &[(&str, &str)]) -> Tests {
    tests(TestKind::Stdin, cases)
}

pub fn functional_tests(func_name: &str, cases: &[(&str, &str)]) -> Tests {
    tests(TestKind::Functional { func_name: func_name.to_owned() }, cases)
}

fn tests(kind: TestKind, cases: &[(&str, &str)]) -> Tests {
    let case = |&(input, output): &(&str, &str)| TestCase { input: input.to_owned(), output: output.to_owned() };
    Tests { kind, cases: cases.iter().map(case).collect() }
}

pub fn judge_one(judge: &Judge, program: &str, tests: &Tests) -> VerdictRow {
    let submission = Submission { question_id: "q", index: 0, program, tests };
    judge.judge(&[submission], &|_| {}).expect("well-formed tests").remove(0)
}

/// Processes that are children of this one or live in `scratch`, zombies included.
pub fn processes_left(scratch: &Path) -> Vec<String> {
    let own = std::process::id().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("Linux").flatten() {
        let path = entry.path();
        let Ok(stat) = std::fs::read_to_string(path.join("stat")) else { continue };
        // pid (name) state ppid …; the name may hold anything, parentheses too.
        let after_name = stat.rsplit(')').next().unwrap_or("");
        let is_child = after_name.split_whitespace().nth(1) == Some(own.as_str());
        let lives_here = std::fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd.starts_with(scratch));
        if is_child || lives_here {
            found.push(stat);
        }
    }
    found
}
