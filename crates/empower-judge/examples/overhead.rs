//! What judging adds to running: milliseconds a test for empty programs of both kinds, beside the bare interpreter.
//! `cargo run --release -p empower-judge --example overhead`

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use empower_judge::{Judge, JudgeSettings, SandboxPolicy, Submission, TestCase, TestKind, Tests};

const RUNS: u32 = 8;
const ROUNDS: usize = 20;

/// Runs once and says how long it took.
type Measurement = Box<dyn Fn() -> Duration>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let strict = Judge::open(JudgeSettings { workers: 1, ..JudgeSettings::default() })?;
    let open = Judge::open(JudgeSettings { workers: 1, sandbox: SandboxPolicy::None, ..JudgeSettings::default() })?;
    let case = |input: &str, output: &str| TestCase { input: input.to_owned(), output: output.to_owned() };
    let tests = |kind, case: TestCase| Tests { kind, cases: vec![case; RUNS as usize] };
    let stdin = tests(TestKind::Stdin, case("1\n", "1"));
    let functional = tests(TestKind::Functional { func_name: String::from("f") }, case("1", "1"));
    let python = strict.interpreter().path.clone();
    let mut rows: Vec<(&str, Measurement)> = Vec::new();
    rows.push((
        "bare `python -I -S -c pass`",
        Box::new(move || {
            timed(|| {
                for _ in 0..RUNS {
                    let mut bare = Command::new(&python);
                    bare.args(["-I", "-S", "-c", "pass"]).env_clear().env("LANG", "C.UTF-8").stdin(Stdio::null());
                    assert!(bare.status().is_ok_and(|status| status.success()));
                }
            })
        }),
    ));
    let judged = |judge: &'static Judge, program: &'static str, tests: Tests| {
        move || {
            timed(|| {
                let submission = Submission { question_id: "q", index: 0, program, tests: &tests };
                let row = judge.judge(&[submission], &|_| {}).expect("good tests").remove(0);
                assert!(row.passed, "{row:?}");
            })
        }
    };
    let (strict, open): (&'static Judge, &'static Judge) = (Box::leak(Box::new(strict)), Box::leak(Box::new(open)));
    rows.push(("stdin, no sandbox", Box::new(judged(open, "print(input())", stdin.clone()))));
    rows.push(("stdin, strict", Box::new(judged(strict, "print(input())", stdin.clone()))));
    rows.push(("stdin, strict, one missing name", Box::new(judged(strict, "print(input())\nCounter()", stdin))));
    rows.push(("functional, strict", Box::new(judged(strict, "def f(x): return x", functional.clone()))));
    rows.push(("functional, strict, `List`", Box::new(judged(strict, "def f(x: List): return x", functional))));
    // The least of several rounds, in turn: what a busy machine adds is not ours.
    let mut least = vec![Duration::MAX; rows.len()];
    for _ in 0..ROUNDS {
        for (least, (_, run)) in least.iter_mut().zip(&rows) {
            *least = (*least).min(run());
        }
    }
    for (least, (name, _)) in least.iter().zip(&rows) {
        println!("{:8.2} ms  {name}", least.as_secs_f64() * 1000.0 / f64::from(RUNS));
    }
    Ok(())
}

fn timed(run: impl FnOnce()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}
