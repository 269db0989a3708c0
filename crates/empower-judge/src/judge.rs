//! Judging batches: finding the best sandbox that works here, sharing programs among workers, retrying what the
//! machine spoiled, running time-outs again alone, comparing answers, and putting verdicts in order.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use empower_artifact::rows::{Verdict, VerdictRow};

use crate::assertions::AssertionCall;
use crate::interpreter::Interpreter;
use crate::runner::{Outcome, Runner};
use crate::sandbox::{self, MIN_TIME_LIMIT, Sandbox};
use crate::stdout::compare_stdout;
use crate::value::PyValue;
use crate::{JudgeError, JudgeSettings, LayerStatus, SandboxPolicy, Submission, TestCase, TestKind, Tests};

/// Tries of a test that the machine spoiled, the first included.
const TRIES: u32 = 3;

/// chosen: long enough for a passing shortage of memory or processes.
const PAUSE_BETWEEN_TRIES: Duration = Duration::from_millis(200);

/// The trial's own patience: a cold disk may take seconds to bring up the first interpreter.
const TRIAL_TIME: Duration = Duration::from_secs(30);

/// Tries what the sandbox must refuse and prints what it did not. `../canary` is readable to everyone but for Landlock.
const TRIAL: &str = r#"
import os
leaks = []
def attempt(name, action):
    try:
        action()
    except OSError:
        return
    leaks.append(name)
def fork():
    if os.fork() == 0:
        os._exit(0)
def socket():
    try:
        import _socket
    except ImportError:
        raise OSError
    _socket.socket(2, 1)
attempt("starting processes", fork)
attempt("sockets", socket)
attempt("signals", lambda: os.kill(os.getppid(), 0))
attempt("changing modes", lambda: os.chmod("program.py", 0o600))
attempt("reading outside the scratch folder", lambda: open("../canary").read())
attempt("writing outside the scratch folder", lambda: open("../canary", "a"))
attempt("listing folders", lambda: os.listdir("/"))
with open("note", "w") as file:
    file.write(input())
with open("note") as file:
    print(file.read(), *leaks, sep="; ")
"#;

/// The same without anything to refuse.
const TRIAL_WITHOUT_SANDBOX: &str = "print(input())";

/// Judges programs. Made once, used from any thread; its scratch folder lives as long as it does.
pub struct Judge {
    runner: Runner,
    workers: usize,
    /// Held for reading by every test and for writing by a test that runs alone.
    alone: RwLock<()>,
}

impl Judge {
    /// Finds the interpreter and the strongest sandbox that works on this machine, and proves both by running a
    /// program that tries to break out. Costs a few starts of the interpreter.
    ///
    /// As root, programs run as `nobody`; where `nobody` cannot read the interpreter (one under a private home), they
    /// run as user 0 without any capability, which Landlock and the filter confine just the same.
    ///
    /// # Errors
    /// A setting out of range, no usable interpreter, or under [`SandboxPolicy::Strict`] a layer that is missing or
    /// does not hold.
    pub fn open(settings: JudgeSettings) -> Result<Self, JudgeError> {
        validate(&settings)?;
        let interpreter = Interpreter::find(settings.python.as_deref())?;
        let mut last_failure = None;
        // `prepare` reports a missing layer at once; only what depends on the choice is tried again.
        for identity in sandbox::identities(settings.sandbox) {
            for namespaces in sandbox::namespace_sets(settings.sandbox) {
                let prepared = Sandbox::prepare(settings.sandbox, &interpreter, identity, namespaces)?;
                let patient = JudgeSettings { time_limit: settings.time_limit.max(TRIAL_TIME), ..settings.clone() };
                let runner = Runner::new(interpreter.clone(), prepared, patient)?;
                match trial(&runner, settings.sandbox) {
                    Ok(()) => {
                        let Runner { interpreter, sandbox, .. } = runner;
                        let workers = settings.workers;
                        let runner = Runner::new(interpreter, sandbox, settings)?;
                        return Ok(Self { runner, workers, alone: RwLock::new(()) });
                    }
                    Err(failure) => last_failure = Some(failure),
                }
            }
        }
        Err(last_failure.unwrap_or(JudgeError::InvalidSetting { name: "sandbox", reason: "no way to run programs" }))
    }

    /// Judges every submission and returns verdicts in the order of `submissions`, the same for any number of
    /// workers. `progress` is called after each program with the number done so far, from any worker, one call at a
    /// time. A program stops at its first failing test; a test that runs out of time is run again with no other
    /// beside it before that counts.
    ///
    /// # Errors
    /// Only for tests that make no sense, before any program is run.
    pub fn judge(
        &self,
        submissions: &[Submission<'_>],
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Vec<VerdictRow>, JudgeError> {
        let mut checked = HashSet::new();
        for submission in submissions {
            if checked.insert(std::ptr::from_ref(submission.tests)) {
                check_tests(submission.question_id, submission.tests)?;
            }
        }
        let rows: Vec<OnceLock<VerdictRow>> = submissions.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        let done = Mutex::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.workers.min(submissions.len()) {
                scope.spawn(|| {
                    while let Some((submission, row)) = {
                        let submission_idx = next.fetch_add(1, Ordering::Relaxed);
                        submissions.get(submission_idx).zip(rows.get(submission_idx))
                    } {
                        row.get_or_init(|| self.judge_one(submission));
                        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                        *done += 1;
                        progress(*done);
                    }
                });
            }
        });
        Ok(rows.into_iter().map(|row| row.into_inner().expect("workers end when every row is filled")).collect())
    }

    /// Each layer of the sandbox: whether it is in force, and if not, why.
    pub fn layers(&self) -> Vec<LayerStatus> {
        self.runner.sandbox.layers.clone()
    }

    /// The interpreter that runs the programs.
    pub fn interpreter(&self) -> &Interpreter {
        &self.runner.interpreter
    }

    /// The folder under which programs get their scratch folders; removed when the judge is dropped.
    pub fn scratch(&self) -> &Path {
        self.runner.root()
    }

    fn judge_one(&self, submission: &Submission<'_>) -> VerdictRow {
        let row = |verdict, tests_run, detail| VerdictRow {
            question_id: submission.question_id.to_owned(),
            index: submission.index,
            verdict,
            passed: verdict == Verdict::Pass,
            tests_run,
            detail,
        };
        for (case_idx, case) in submission.tests.cases.iter().enumerate() {
            let (verdict, detail) = self.judge_test(submission.program, &submission.tests.kind, case);
            if verdict != Verdict::Pass {
                let number = case_idx + 1;
                return row(verdict, number, format!("test {number}: {detail}"));
            }
        }
        row(Verdict::Pass, submission.tests.cases.len(), String::new())
    }

    fn judge_test(&self, program: &str, kind: &TestKind, case: &TestCase) -> (Verdict, String) {
        let input = match kind {
            TestKind::Stdin => case.input.as_str(),
            TestKind::Functional { .. } => case.input.trim_ascii(),
            TestKind::Assertions => {
                let call = AssertionCall::new(program, &case.input);
                return call.verdict(self.run_patiently(call.program(), &call.kind, &call.input));
            }
        };
        match self.run_patiently(program, kind, input) {
            Outcome::Failed(verdict, detail) => (verdict, detail),
            Outcome::Infrastructure(detail) => (Verdict::Infrastructure, detail),
            Outcome::Answer(answer) => match compare(kind, &answer, &case.output) {
                Ok(()) => (Verdict::Pass, String::new()),
                Err(detail) => (Verdict::WrongAnswer, detail),
            },
        }
    }

    /// Runs a test, and once more alone where it ran out of time.
    fn run_patiently(&self, program: &str, kind: &TestKind, input: &str) -> Outcome {
        match self.run_retrying(program, kind, input, false) {
            Outcome::Failed(Verdict::TimeLimit, _) => self.run_retrying(program, kind, input, true),
            outcome => outcome,
        }
    }

    fn run_retrying(&self, program: &str, kind: &TestKind, input: &str, alone: bool) -> Outcome {
        let mut outcome = self.run_sharing(program, kind, input, alone);
        for attempt in 1..TRIES {
            if !matches!(outcome, Outcome::Infrastructure(_)) {
                break;
            }
            std::thread::sleep(PAUSE_BETWEEN_TRIES * attempt);
            // Alone: what lacked memory or time beside others may have it now.
            outcome = self.run_sharing(program, kind, input, true);
        }
        outcome
    }

    fn run_sharing(&self, program: &str, kind: &TestKind, input: &str, alone: bool) -> Outcome {
        if alone {
            let _guard = self.alone.write().unwrap_or_else(PoisonError::into_inner);
            self.runner.run(program, kind, input)
        } else {
            let _guard = self.alone.read().unwrap_or_else(PoisonError::into_inner);
            self.runner.run(program, kind, input)
        }
    }
}

fn validate(settings: &JudgeSettings) -> Result<(), JudgeError> {
    let check = |holds, name, reason| if holds { Ok(()) } else { Err(JudgeError::InvalidSetting { name, reason }) };
    // A day: far beyond any test, and no clock arithmetic overflows.
    const DAY: Duration = Duration::from_secs(86_400);
    check((MIN_TIME_LIMIT..=DAY).contains(&settings.time_limit), "time_limit", "from 10 ms to a day")?;
    check(settings.memory_limit >= 64 << 20, "memory_limit", "at least 64 MiB, which the interpreter needs to start")?;
    check(settings.output_limit >= 1 << 10, "output_limit", "at least 1 KiB")?;
    check((1..=1024).contains(&settings.workers), "workers", "from 1 to 1024")
}

/// Runs the trial program. An error means that this sandbox does not work here, or does not hold.
fn trial(runner: &Runner, policy: SandboxPolicy) -> Result<(), JudgeError> {
    let canary = runner.root().join("canary");
    std::fs::write(&canary, "outside").map_err(|source| JudgeError::Scratch { path: canary, source })?;
    let program = match policy {
        SandboxPolicy::Strict => TRIAL,
        SandboxPolicy::None => TRIAL_WITHOUT_SANDBOX,
    };
    let unusable = |detail| JudgeError::InterpreterUnusable { path: runner.interpreter.path.clone(), detail };
    match runner.run(program, &TestKind::Stdin, "inside\n") {
        Outcome::Answer(answer) if answer == "inside\n" => Ok(()),
        Outcome::Answer(answer) => match answer.strip_prefix("inside; ") {
            Some(leaks) => Err(JudgeError::SandboxUnusable {
                layer: "trial",
                detail: format!("a trial program was not kept from {}", leaks.trim_end()),
                hint: "report this machine's kernel; `--sandbox none` runs without protection",
            }),
            None => Err(unusable(format!("a trial program printed {answer:?}"))),
        },
        Outcome::Failed(verdict, detail) => Err(unusable(format!("a trial program failed ({verdict:?}): {detail}"))),
        Outcome::Infrastructure(detail) => Err(unusable(format!("a trial program did not run: {detail}"))),
    }
}

fn check_tests(question_id: &str, tests: &Tests) -> Result<(), JudgeError> {
    if tests.cases.is_empty() {
        return Err(JudgeError::NoTests { question_id: question_id.to_owned() });
    }
    let TestKind::Functional { func_name } = &tests.kind else { return Ok(()) };
    for (case_idx, case) in tests.cases.iter().enumerate() {
        let bad = |field: String, reason: String| JudgeError::BadTest {
            question_id: question_id.to_owned(),
            test: case_idx + 1,
            field,
            reason,
        };
        if func_name.is_empty()
            || func_name.contains(|character: char| !(character.is_alphanumeric() || character == '_'))
        {
            return Err(bad(String::from("func_name"), format!("{func_name:?} is no Python name")));
        }
        PyValue::from_json(&case.output).map_err(|error| bad(String::from("output"), error.to_string()))?;
        for (line_idx, line) in arguments(&case.input).enumerate() {
            PyValue::from_json(line).map_err(|error| bad(format!("input line {}", line_idx + 1), error.to_string()))?;
        }
    }
    Ok(())
}

/// The lines of a functional test's input; none where it is blank.
fn arguments(input: &str) -> impl Iterator<Item = &str> {
    let input = input.trim_ascii();
    input.split('\n').filter(move |_| !input.is_empty())
}

/// Compares an answer with the expected output; the error is for the reader of the verdict.
fn compare(kind: &TestKind, answer: &str, expected: &str) -> Result<(), String> {
    match kind {
        TestKind::Stdin => compare_stdout(answer, expected).map_err(|mismatch| mismatch.to_string()),
        TestKind::Functional { .. } => {
            let expected = PyValue::from_json(expected).map_err(|error| format!("the expected output: {error}"))?;
            let got = PyValue::from_driver(answer).map_err(|error| format!("the returned value: {error}"))?;
            if got.python_eq(&expected) {
                return Ok(());
            }
            let short = |value: PyValue| -> String { value.to_string().chars().take(200).collect() };
            Err(format!("expected {}, got {}", short(expected), short(got)))
        }
        TestKind::Assertions => unreachable!("assertions run as a call, which has its own comparison"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functional(input: &str, output: &str) -> Tests {
        Tests {
            kind: TestKind::Functional { func_name: String::from("f") },
            cases: vec![TestCase { input: input.to_owned(), output: output.to_owned() }],
        }
    }

    #[test]
    fn tests_that_make_no_sense_are_named() {
        let message = |tests: &Tests| check_tests("q7", tests).expect_err("bad tests").to_string();
        assert!(message(&functional("1\n\n2", "3")).contains("problem q7, test 1, input line 2"));
        assert!(message(&functional("1", "three")).contains("output"));
        let mut empty = functional("1", "1");
        empty.cases.clear();
        assert!(message(&empty).contains("q7 has no tests"));
        let mut nameless = functional("1", "1");
        nameless.kind = TestKind::Functional { func_name: String::from("a\0b") };
        assert!(message(&nameless).contains("func_name"));
        assert!(check_tests("q7", &functional("", "null")).is_ok());
        assert!(check_tests("q7", &functional("[1, 2]\n\"x\"\n", "{\"a\": NaN}")).is_ok());
    }

    #[test]
    fn settings_out_of_range_are_named() {
        for (settings, name) in [
            (JudgeSettings { workers: 0, ..JudgeSettings::default() }, "workers"),
            (JudgeSettings { time_limit: Duration::ZERO, ..JudgeSettings::default() }, "time_limit"),
            (JudgeSettings { memory_limit: 1, ..JudgeSettings::default() }, "memory_limit"),
            (JudgeSettings { output_limit: 0, ..JudgeSettings::default() }, "output_limit"),
        ] {
            let error = Judge::open(settings).err().expect("out of range");
            assert!(matches!(error, JudgeError::InvalidSetting { name: found, .. } if found == name), "{error}");
        }
    }
}
