//! What judging adds to running: milliseconds a test for empty programs of both kinds, warm and cold, beside the bare
//! interpreter. Mode `lcb` runs all tests of a program in one process.
//! `cargo run --release -p empower-judge --example overhead`

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use empower_judge::{Judge, JudgeSettings, Mode, SandboxPolicy, Start, Submission, TestCase, TestKind, Tests};

const RUNS: u32 = 8;
const ROUNDS: usize = 20;

/// Runs once and says how long it took.
type Measurement = Box<dyn Fn() -> Duration>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let one = JudgeSettings { workers: 1, ..JudgeSettings::default() };
    let warm = Judge::open(one.clone())?;
    if let (_, Some(why)) = warm.start() {
        println!("no warm interpreter here: {why}");
    }
    let cold = Judge::open(JudgeSettings { start: Start::Cold, ..one.clone() })?;
    let lcb = Judge::open(JudgeSettings { mode: Mode::Lcb, ..one.clone() })?;
    let open = Judge::open(JudgeSettings { sandbox: SandboxPolicy::None, ..one })?;
    let case = |input: &str, output: &str| TestCase { input: input.to_owned(), output: output.to_owned() };
    let tests = |kind, case: TestCase| Tests { kind, cases: vec![case; RUNS as usize] };
    let stdin = tests(TestKind::Stdin, case("1\n", "1"));
    let functional = tests(TestKind::Functional { func_name: String::from("f") }, case("1", "1"));
    let python = warm.interpreter().path.clone();
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
    let [warm, cold, lcb, open]: [&'static Judge; 4] =
        [warm, cold, lcb, open].map(|judge| &*Box::leak(Box::new(judge)));
    let missing = "print(input())\nCounter()";
    let annotated = "def f(x: List): return x";
    for (name, judge) in
        [("no sandbox", open), ("strict, cold", cold), ("strict, warm", warm), ("strict, warm, lcb", lcb)]
    {
        let mut add = |what, program, tests: &Tests| {
            let name: &'static str = Box::leak(format!("{name}: {what}").into_boxed_str());
            rows.push((name, Box::new(judged(judge, program, tests.clone())) as Measurement));
        };
        add("stdin", "print(input())", &stdin);
        add("stdin, one missing name", missing, &stdin);
        add("functional", "def f(x): return x", &functional);
        add("functional, `List`", annotated, &functional);
    }
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
