//! What the integration tests share: judging one program, and looking for what it left behind.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod published;

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

/// Processes of programs: those that live in a run's folder below `scratch`, and children of the warm interpreters that
/// live in `scratch` itself, zombies included. The interpreters are no leftovers; they live as long as their judge.
pub fn processes_of(scratch: &Path) -> Vec<String> {
    let (mut interpreters, mut rows) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir("/proc").expect("Linux").flatten() {
        let path = entry.path();
        let Ok(stat) = std::fs::read_to_string(path.join("stat")) else { continue };
        // pid (name) state ppid …; the name may hold anything, parentheses too.
        let after_name = stat.rsplit(')').next().unwrap_or("");
        let parent = after_name.split_whitespace().nth(1).unwrap_or("").to_owned();
        match std::fs::read_link(path.join("cwd")) {
            Ok(folder) if folder == scratch => interpreters.push(entry.file_name().to_string_lossy().into_owned()),
            folder => rows.push((folder.is_ok_and(|folder| folder.starts_with(scratch)), parent, stat)),
        }
    }
    rows.retain(|(lives_here, parent, _)| *lives_here || interpreters.contains(parent));
    rows.into_iter().map(|(_, _, stat)| stat).collect()
}
