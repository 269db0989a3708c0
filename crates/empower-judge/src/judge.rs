//! Judging batches: finding the best sandbox and start that work here, sharing programs among workers, retrying what
//! the machine spoiled, running time-outs again alone, comparing answers, and putting verdicts in order.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use empower_artifact::rows::{Verdict, VerdictRow};

use crate::assertions::AssertionCall;
use crate::detail::printable;
use crate::interpreter::Interpreter;
use crate::lcb::{self, Graded};
use crate::order::Learned;
use crate::runner::{Outcome, Runner};
use crate::sandbox::{self, MIN_TIME_LIMIT, Sandbox};
use crate::stdout::compare_stdout;
use crate::value::PyValue;
use crate::warm::MAX_FUNC_NAME;
use crate::{
    JudgeError, JudgeSettings, Judged, LayerStatus, Mode, Order, SandboxPolicy, Start, Submission, Task, TestCase,
    TestKind, TestMeasure, Tests,
};

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

/// Judges programs. Made once, used from any thread; its scratch folder and its interpreters live as long as it does.
pub struct Judge {
    runner: Runner,
    /// Why fresh interpreters are used although warm ones were asked for.
    cold_because: Option<String>,
    /// Held for reading by every test and for writing by a test that runs alone.
    alone: RwLock<()>,
    tests_done: AtomicU64,
}

impl Judge {
    /// Finds the interpreter and the strongest sandbox that works on this machine, and proves both by running a
    /// program that tries to break out, started as all others will be. Costs a few starts of the interpreter.
    ///
    /// As root, programs run as `nobody`; where `nobody` cannot read the interpreter (one under a private home), they
    /// run as user 0 without any capability, which Landlock and the filter confine just the same. Where the sandbox
    /// cannot be had around a warm interpreter's children, every run has a fresh one.
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
                let mut cold_because = None;
                for start in [Start::Warm, Start::Cold] {
                    if start == Start::Warm && settings.start == Start::Cold {
                        continue;
                    }
                    if start == Start::Warm && settings.sandbox == SandboxPolicy::None {
                        cold_because = Some(String::from("without the sandbox nothing would keep runs apart"));
                        continue;
                    }
                    let prepared = Sandbox::prepare(settings.sandbox, &interpreter, identity, namespaces)?;
                    let runner = Runner::new(interpreter.clone(), prepared, settings.clone(), start)?;
                    match trial(&runner, settings.sandbox) {
                        Ok(()) => {
                            let (alone, tests_done) = (RwLock::new(()), AtomicU64::new(0));
                            return Ok(Self { runner, cold_because, alone, tests_done });
                        }
                        Err(failure) => {
                            if start == Start::Warm {
                                cold_because = Some(failure.to_string());
                            }
                            last_failure = Some(failure);
                        }
                    }
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
        let judged = self.judge_measured(submissions, progress)?;
        Ok(judged.into_iter().map(|judged| judged.row).collect())
    }

    /// As [`judge`](Self::judge), with what was measured.
    ///
    /// # Errors
    /// As there.
    pub fn judge_measured(
        &self,
        submissions: &[Submission<'_>],
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Vec<Judged>, JudgeError> {
        let mut checked = HashSet::new();
        for submission in submissions {
            if checked.insert(std::ptr::from_ref(submission.tests)) {
                self.check(submission.question_id, submission.tests)?;
            }
        }
        let rows: Vec<OnceLock<Judged>> = submissions.iter().map(|_| OnceLock::new()).collect();
        let done = Mutex::new(0);
        let items = submissions.iter().zip(&rows);
        self.share(
            items,
            |(left, _), (right, _)| std::ptr::eq(left.tests, right.tests),
            &|(submission, row), learned| {
                row.get_or_init(|| self.judge_one(submission, learned));
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                *done += 1;
                progress(*done);
            },
        );
        Ok(rows.into_iter().map(|row| row.into_inner().expect("workers end when every row is filled")).collect())
    }

    /// Judges tasks as they come, holding no more of them than there are workers (all of one problem where tests are
    /// ordered by failures), and hands each outcome to `sink` when it is known, in no order, one call at a time. The
    /// iterator is asked from workers, one at a time, and may read from a file.
    ///
    /// # Errors
    /// The first task whose tests make no sense; no task is begun after it.
    pub fn judge_stream(
        &self,
        tasks: impl Iterator<Item = Task> + Send,
        sink: &(dyn Fn(Judged) + Sync),
    ) -> Result<(), JudgeError> {
        let failure: Mutex<Option<JudgeError>> = Mutex::new(None);
        let last_checked: Mutex<Option<Arc<Tests>>> = Mutex::new(None);
        let calls = Mutex::new(());
        let tasks = tasks.map_while(|task| {
            let mut last = last_checked.lock().unwrap_or_else(PoisonError::into_inner);
            if last.as_ref().is_none_or(|tests| !Arc::ptr_eq(tests, &task.tests)) {
                if let Err(error) = self.check(&task.question_id, &task.tests) {
                    failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    return None;
                }
                *last = Some(task.tests.clone());
            }
            Some(task)
        });
        self.share(tasks.fuse(), |left, right| Arc::ptr_eq(&left.tests, &right.tests), &|task, learned| {
            let Task { question_id, index, program, tests } = &task;
            let judged = self.judge_one(&Submission { question_id, index: *index, program, tests }, learned);
            let _one = calls.lock().unwrap_or_else(PoisonError::into_inner);
            sink(judged);
        });
        match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Lets the workers take items until there are none. With tests ordered by failures, items of one problem that
    /// follow each other are one worker's, so that what it learns does not depend on the number of workers.
    fn share<T: Send>(
        &self,
        items: impl Iterator<Item = T> + Send,
        same_problem: impl Fn(&T, &T) -> bool + Sync,
        work: &(dyn Fn(T, Option<&mut Learned>) + Sync),
    ) {
        let learns = self.runner.settings.order == Order::FailFast;
        let most = items.size_hint().1.unwrap_or(usize::MAX);
        let items = Mutex::new(items.peekable());
        let next = || -> Vec<T> {
            let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
            let mut taken: Vec<T> = items.next().into_iter().collect();
            while learns
                && let Some(last) = taken.last()
                && let Some(item) = items.next_if(|item| same_problem(last, item))
            {
                taken.push(item);
            }
            taken
        };
        std::thread::scope(|scope| {
            for _ in 0..self.runner.settings.workers.min(most) {
                scope.spawn(|| {
                    loop {
                        let taken = next();
                        if taken.is_empty() {
                            return;
                        }
                        let mut learned = Learned::default();
                        for item in taken {
                            work(item, learns.then_some(&mut learned));
                        }
                    }
                });
            }
        });
    }

    /// Each layer of the sandbox: whether it is in force, and if not, why.
    pub fn layers(&self) -> &[LayerStatus] {
        &self.runner.sandbox.layers
    }

    /// The interpreter that runs the programs.
    pub fn interpreter(&self) -> &Interpreter {
        &self.runner.interpreter
    }

    /// The settings it was opened with.
    pub fn settings(&self) -> &JudgeSettings {
        &self.runner.settings
    }

    /// How interpreters are started, and where that is not what was asked for, why.
    pub fn start(&self) -> (Start, Option<&str>) {
        (self.runner.start(), self.cold_because.as_deref())
    }

    /// Tests that were judged so far, by all calls: what moves while a program with many tests is at work.
    pub fn tests_done(&self) -> u64 {
        self.tests_done.load(Ordering::Relaxed)
    }

    /// The folder under which programs get their scratch folders; removed when the judge is dropped.
    pub fn scratch(&self) -> &Path {
        self.runner.root()
    }

    /// Runs a trusted program once on no input, alone, and says how long it took and what it used.
    pub(crate) fn run_alone(&self, program: &str, wall: Duration) -> Result<TestMeasure, String> {
        let _guard = self.alone.write().unwrap_or_else(PoisonError::into_inner);
        match self.runner.run(program, &TestKind::Stdin, "", wall) {
            (Outcome::Answer(_), measure) => Ok(measure),
            (Outcome::Failed(verdict, detail), _) => Err(format!("{verdict:?}: {detail}")),
            (Outcome::Infrastructure(detail), _) => Err(detail),
        }
    }

    fn check(&self, question_id: &str, tests: &Tests) -> Result<(), JudgeError> {
        match self.runner.settings.mode {
            Mode::Native => check_tests(question_id, tests),
            // Its grader takes any text for a test, and fails where it cannot be read.
            Mode::Lcb => check_form(question_id, tests),
        }
    }

    fn judge_one(&self, submission: &Submission<'_>, learned: Option<&mut Learned>) -> Judged {
        let mut judged = match self.runner.settings.mode {
            // LiveCodeBench's grader has no assertions: they are run as anybody would.
            Mode::Lcb if submission.tests.kind != TestKind::Assertions => self.judge_lcb(submission),
            Mode::Native | Mode::Lcb => self.judge_native(submission, learned),
        };
        judged.row.detail = printable(&judged.row.detail);
        judged
    }

    fn judge_native(&self, submission: &Submission<'_>, mut learned: Option<&mut Learned>) -> Judged {
        let cases = &submission.tests.cases;
        let order = match &learned {
            Some(learned) => learned.order(cases.len()),
            None => (0..cases.len()).collect(),
        };
        let mut judged = Judged::new(submission, Verdict::Pass, 0, String::new());
        for &case_idx in &order {
            let (verdict, detail, measure, disagreed) =
                self.judge_test(submission.program, &submission.tests.kind, &cases[case_idx]);
            self.tests_done.fetch_add(1, Ordering::Relaxed);
            judged.row.tests_run += 1;
            judged.time_outs_disagreed += usize::from(disagreed);
            judged.peak_memory = judged.peak_memory.max(measure.peak_memory);
            judged.tests.push(measure);
            if verdict != Verdict::Pass {
                judged.row.verdict = verdict;
                judged.row.passed = false;
                judged.row.detail = format!("test {}: {detail}", case_idx + 1);
                if let Some(learned) = &mut learned
                    && verdict != Verdict::Infrastructure
                {
                    learned.failed(case_idx);
                }
                break;
            }
        }
        judged
    }

    fn judge_test(&self, program: &str, kind: &TestKind, case: &TestCase) -> (Verdict, String, TestMeasure, bool) {
        let call = (*kind == TestKind::Assertions).then(|| AssertionCall::new(program, &case.input));
        let (program, kind, input) = match (&call, kind) {
            (Some(call), _) => (call.program(), &call.kind, call.input.as_str()),
            (None, TestKind::Functional { .. }) => (program, kind, case.input.trim_ascii()),
            (None, _) => (program, kind, case.input.as_str()),
        };
        let run = || self.runner.run(program, kind, input, self.runner.settings.time_limit);
        let spoiled = |(outcome, _): &(Outcome, _)| matches!(outcome, Outcome::Infrastructure(_));
        let late = |(outcome, _): &(Outcome, _)| matches!(outcome, Outcome::Failed(Verdict::TimeLimit, _));
        let ((outcome, measure), disagreed) = self.trusted(run, spoiled, late);
        let (verdict, detail) = match (outcome, &call) {
            (outcome, Some(call)) => call.verdict(outcome),
            (Outcome::Failed(verdict, detail), None) => (verdict, detail),
            (Outcome::Infrastructure(detail), None) => (Verdict::Infrastructure, detail),
            (Outcome::Answer(answer), None) => match compare(kind, &answer, &case.output) {
                Ok(()) => (Verdict::Pass, String::new()),
                Err(detail) => (Verdict::WrongAnswer, detail),
            },
        };
        (verdict, detail, measure, disagreed)
    }

    fn judge_lcb(&self, submission: &Submission<'_>) -> Judged {
        let run = || lcb::grade(&self.runner, submission.program, submission.tests, self.runner.settings.time_limit);
        let late = |graded: &Result<Graded, String>| {
            graded
                .as_ref()
                .is_ok_and(|graded| graded.outcome.as_ref().is_err_and(|failure| failure.verdict == Verdict::TimeLimit))
        };
        let (graded, disagreed) = self.trusted(run, Result::is_err, late);
        let graded = match graded {
            Ok(graded) => graded,
            Err(detail) => return Judged::new(submission, Verdict::Infrastructure, 0, detail),
        };
        self.tests_done.fetch_add(graded.tests_run as u64, Ordering::Relaxed);
        let mut judged = match graded.outcome {
            Ok(()) => Judged::new(submission, Verdict::Pass, graded.tests_run, String::new()),
            Err(failure) => {
                let detail = format!("test {}: {}", graded.tests_run, failure.detail);
                let mut judged = Judged::new(submission, failure.verdict, graded.tests_run, detail);
                judged.upstream_code = failure.code;
                judged
            }
        };
        judged.tests = graded.measures;
        judged.peak_memory = graded.peak_memory;
        judged.time_outs_disagreed = usize::from(disagreed);
        judged
    }

    /// Runs until the machine has not spoiled it, and once more alone where it ran out of time; says whether that came
    /// out otherwise.
    fn trusted<T>(&self, run: impl Fn() -> T, spoiled: impl Fn(&T) -> bool, late: impl Fn(&T) -> bool) -> (T, bool) {
        let retrying = |alone: bool| {
            let mut outcome = self.sharing(&run, alone);
            for attempt in 1..TRIES {
                if !spoiled(&outcome) {
                    break;
                }
                std::thread::sleep(PAUSE_BETWEEN_TRIES * attempt);
                // Alone: what lacked memory or time beside others may have it now.
                outcome = self.sharing(&run, true);
            }
            outcome
        };
        let first = retrying(false);
        if !late(&first) {
            return (first, false);
        }
        let second = retrying(true);
        let disagreed = !late(&second);
        (second, disagreed)
    }

    fn sharing<T>(&self, run: &impl Fn() -> T, alone: bool) -> T {
        if alone {
            let _guard = self.alone.write().unwrap_or_else(PoisonError::into_inner);
            run()
        } else {
            let _guard = self.alone.read().unwrap_or_else(PoisonError::into_inner);
            run()
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
    check((1..=1024).contains(&settings.workers), "workers", "from 1 to 1024")?;
    check(
        settings.mode == Mode::Native || settings.order == Order::AsGiven,
        "order",
        "as given in mode lcb, whose tests share a process and may depend on the ones before",
    )
}

/// Runs the trial program. An error means that this sandbox does not work here, or does not hold.
fn trial(runner: &Runner, policy: SandboxPolicy) -> Result<(), JudgeError> {
    let canary = runner.root().join("canary");
    std::fs::write(&canary, "outside").map_err(|source| JudgeError::Scratch { path: canary.clone(), source })?;
    let program = match policy {
        SandboxPolicy::Strict => TRIAL,
        SandboxPolicy::None => TRIAL_WITHOUT_SANDBOX,
    };
    let unusable = |detail| JudgeError::InterpreterUnusable { path: runner.interpreter.path.clone(), detail };
    let (outcome, _) = runner.run(program, &TestKind::Stdin, "inside\n", TRIAL_TIME);
    let _ = std::fs::remove_file(&canary);
    match outcome {
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

/// That there are tests, and that a functional problem names a function.
fn check_form(question_id: &str, tests: &Tests) -> Result<(), JudgeError> {
    if tests.cases.is_empty() {
        return Err(JudgeError::NoTests { question_id: question_id.to_owned() });
    }
    let TestKind::Functional { func_name } = &tests.kind else { return Ok(()) };
    let foreign = |character: char| !(character.is_alphanumeric() || character == '_');
    if func_name.is_empty() || func_name.len() > MAX_FUNC_NAME || func_name.contains(foreign) {
        return Err(JudgeError::BadTest {
            question_id: question_id.to_owned(),
            test: 1,
            field: String::from("func_name"),
            reason: format!("{func_name:?} is no Python name of at most {MAX_FUNC_NAME} bytes"),
        });
    }
    Ok(())
}

fn check_tests(question_id: &str, tests: &Tests) -> Result<(), JudgeError> {
    check_form(question_id, tests)?;
    if !matches!(tests.kind, TestKind::Functional { .. }) {
        return Ok(());
    }
    for (case_idx, case) in tests.cases.iter().enumerate() {
        let bad = |field: String, reason: String| JudgeError::BadTest {
            question_id: question_id.to_owned(),
            test: case_idx + 1,
            field,
            reason,
        };
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
