//! Runs untrusted programs in a sandbox and judges them by tests: as a person running them would (mode `native`), or
//! with the verdicts of LiveCodeBench's grader (mode `lcb`).
//!
//! A program either reads standard input and prints, or defines a function that is called, or is followed by
//! assertions. In mode `native` each test gets a process of its own with limits of time, memory and output; the program
//! ends at its first failing test. The comparisons are LiveCodeBench's; what its grader does to programs beyond that
//! (hoisted imports, a replaced standard input) is left to mode `lcb`, except for the imports it puts before them, which
//! many published programs rely on.
//!
//! A process is forked from a warm interpreter that has loaded the prelude's modules and runs no program itself
//! ([`Start::Warm`]), or is a fresh interpreter ([`Start::Cold`]); verdicts are the same, and so is the sandbox.
//!
//! - [`Judge`] judges batches in parallel; verdicts come in the order of the submissions and do not depend on the
//!   number of workers.
//! - A program cannot reach the network, other processes, files outside its scratch folder, or the expected output,
//!   which never enters its process or any file. [`SandboxPolicy`] says what happens where that cannot be had.
//! - A failing machine is not a wrong answer: [`Verdict::Infrastructure`] is its own outcome, after two more tries.
//!
//! Native semantics, where they are a choice:
//! - Standard input is a plain file, standard output a pipe; hash seeds and addresses are fixed, so that a program
//!   that prints a set does so in the same order every time; packages of the interpreter may be imported.
//! - LiveCodeBench's prelude (star-imports of 18 modules, a recursion limit of 50,000) is in force for both kinds. Its
//!   modules are only loaded where the program reads a global name that it never binds, since loading them all takes
//!   longer than most tests.
//! - A non-zero exit status is a runtime error even after the right output.
//! - The time limit is wall time and includes the start of the interpreter.
//!
//! This crate knows no language model, and it is the only one that starts untrusted programs.

mod assertions;
mod detail;
mod interpreter;
mod judge;
mod kernel;
mod known;
mod lcb;
mod order;
mod quirks;
mod runner;
mod sandbox;
mod scratch;
mod speed;
mod stdout;
mod value;
mod warm;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use empower_artifact::rows::{Verdict, VerdictRow};
pub use interpreter::Interpreter;
pub use judge::Judge;
pub use known::{KnownIssue, known_issue};
pub use quirks::{Quirk, quirks_of};
pub use sandbox::probe::{
    Attempt, InterpreterFinding, LandlockLevel, LayerFinding, SandboxFindings, ScratchFinding, StrictFinding, probe,
};
pub use speed::{REFERENCE_CPU, Speed};
pub use stdout::{StdoutMismatch, compare_stdout};
pub use value::{PyValue, ValueError};

/// How a problem's programs are run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    /// The program reads standard input and writes standard output.
    Stdin,
    /// The program defines `Solution.func_name` or `func_name`, which is called.
    Functional {
        /// The function or method.
        func_name: String,
    },
    /// Assertions run after the program and in its namespace. They share its process: see `assertions.rs` for what
    /// that cannot keep out.
    Assertions,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCase {
    /// Standard input; or one JSON value a line, one line an argument; or assertions in Python.
    pub input: String,
    /// Standard output; or one JSON value; or nothing, with assertions.
    pub output: String,
}

/// The tests of one problem, in the order in which they run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tests {
    /// How programs are run.
    pub kind: TestKind,
    /// The tests, at least one.
    pub cases: Vec<TestCase>,
}

/// A program to judge.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// The problem, as it shall appear in the verdict.
    pub question_id: &'a str,
    /// Position among the problem's programs, as it shall appear in the verdict.
    pub index: usize,
    /// The program's text: any text at all.
    pub program: &'a str,
    /// The problem's tests.
    pub tests: &'a Tests,
}

/// A program to judge that owns what it needs, for streams of them.
#[derive(Debug, Clone)]
pub struct Task {
    /// The problem, as it shall appear in the verdict.
    pub question_id: String,
    /// Position among the problem's programs, as it shall appear in the verdict.
    pub index: usize,
    /// The program's text: any text at all.
    pub program: String,
    /// The problem's tests, shared among its programs.
    pub tests: Arc<Tests>,
}

/// What one test used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TestMeasure {
    /// Wall time, from asking for the process to its end; in mode `lcb`, of the call.
    pub wall: Duration,
    /// Processor time of all threads, user and system.
    pub cpu: Duration,
    /// The most memory that was resident at a time in bytes, the interpreter's own included; absent for a test that
    /// shared its process with others.
    pub peak_memory: Option<u64>,
}

/// The verdict on a program, and what was measured on the way. The verdict repeats; the measurements do not.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The verdict.
    pub row: VerdictRow,
    /// The tests in the order in which they ran, the failing one last where it got that far.
    pub tests: Vec<TestMeasure>,
    /// The most memory that a process of the program's had resident, in bytes.
    pub peak_memory: Option<u64>,
    /// Tests (in mode `lcb`, programs) that ran out of time beside others and not when run again alone. What came out
    /// alone counts.
    pub time_outs_disagreed: usize,
    /// In mode `lcb`, the code that LiveCodeBench's grader gives a failure: -2 wrong answer, -3 time limit, -4 runtime
    /// or syntax error, -5 the process died or the global limit passed. Absent on a pass, and where a limit of ours was
    /// met that it does not have.
    pub upstream_code: Option<i8>,
}

impl Judged {
    fn new(submission: &Submission<'_>, verdict: Verdict, tests_run: usize, detail: String) -> Self {
        let row = VerdictRow {
            question_id: submission.question_id.to_owned(),
            index: submission.index,
            verdict,
            passed: verdict == Verdict::Pass,
            tests_run,
            detail,
        };
        Self { row, tests: Vec::new(), peak_memory: None, time_outs_disagreed: 0, upstream_code: None }
    }
}

/// Whose verdicts to give (JUDGE section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Those of a person who runs the program, each test anew.
    #[default]
    Native,
    /// Those of LiveCodeBench's grader, its defects included. The time limit then holds for the call of one test.
    Lcb,
}

/// How the interpreter of a run comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Forked from one that has loaded the prelude's modules.
    #[default]
    Warm,
    /// Started afresh.
    Cold,
}

/// In which order a program's tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// As given.
    #[default]
    AsGiven,
    /// Tests that failed earlier programs of the same problem first. The same programs pass; another failing test may
    /// be reported. Programs of one problem are judged one after another. Not in mode `lcb`.
    FailFast,
}

/// What to do about a machine that cannot confine programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxPolicy {
    /// Refuse to run.
    #[default]
    Strict,
    /// Run without Landlock, system-call filter, namespaces and change of user; limits of time, memory, output and
    /// file size still hold. A hostile program can then do what the judge's user can.
    None,
}

/// What a judge runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeSettings {
    /// Wall time of one test, at least 10 ms. In mode `native` it includes the start of the interpreter.
    pub time_limit: Duration,
    /// Address space of one test in bytes.
    pub memory_limit: u64,
    /// Standard output of one test in bytes, and the same for standard error and for a returned value.
    pub output_limit: u64,
    /// Programs judged at the same time, at least 1.
    pub workers: usize,
    /// What to do about a machine that cannot confine programs.
    pub sandbox: SandboxPolicy,
    /// Whose verdicts to give.
    pub mode: Mode,
    /// How interpreters are started; [`Judge::start`] says what came of it.
    pub start: Start,
    /// In which order a program's tests run.
    pub order: Order,
    /// The interpreter; `None` takes the first `python3` on the search path.
    pub python: Option<PathBuf>,
}

impl Default for JudgeSettings {
    fn default() -> Self {
        Self {
            // LiveCodeBench's.
            time_limit: Duration::from_secs(6),
            // chosen: above every accepted program seen, and a few at a time fit a laptop.
            memory_limit: 1 << 30,
            // chosen: ten times the longest expected output seen.
            output_limit: 16 << 20,
            workers: std::thread::available_parallelism().map_or(1, |count| count.get()),
            sandbox: SandboxPolicy::Strict,
            mode: Mode::Native,
            start: Start::Warm,
            order: Order::AsGiven,
            python: None,
        }
    }
}

/// One layer of the sandbox on this machine, for manifests and `empower doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerStatus {
    /// The layer, in words that stay the same from release to release.
    pub name: &'static str,
    /// Whether [`SandboxPolicy::Strict`] refuses to run without it.
    pub required: bool,
    /// Whether it is in force.
    pub present: bool,
    /// Where it is not in force: why, and what would help. Else empty.
    pub hint: String,
}

/// Why programs cannot be judged at all. What a program does is never an error.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// No candidate exists.
    #[error("no Python interpreter found (tried {tried:?}); hint: install python3 or name one with --python")]
    InterpreterNotFound {
        /// The names that were tried.
        tried: Vec<PathBuf>,
    },
    /// The interpreter does not do its work.
    #[error("the interpreter {} cannot be used: {detail}; hint: name a working CPython 3.8 or newer with --python", path.display())]
    InterpreterUnusable {
        /// The interpreter as it was named.
        path: PathBuf,
        /// What it did instead.
        detail: String,
    },
    /// A layer of the sandbox is missing or does not hold.
    #[error("the sandbox is incomplete: {layer}: {detail}; hint: {hint}")]
    SandboxUnusable {
        /// The layer.
        layer: &'static str,
        /// What is the matter with it.
        detail: String,
        /// What to do.
        hint: &'static str,
    },
    /// A setting is out of its range.
    #[error("setting {name}: {reason}")]
    InvalidSetting {
        /// The setting.
        name: &'static str,
        /// Its range.
        reason: &'static str,
    },
    /// The folder for programs cannot be made.
    #[error("scratch folder {}: {source}; hint: TMPDIR names where it goes", path.display())]
    Scratch {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A problem has no tests, so no verdict on its programs means anything.
    #[error("problem {question_id} has no tests")]
    NoTests {
        /// The problem.
        question_id: String,
    },
    /// A functional test is not what its format says.
    #[error(
        "problem {question_id}, test {test}, {field}: {reason}; hint: one JSON value a line in the input, one in all in the output"
    )]
    BadTest {
        /// The problem.
        question_id: String,
        /// Number of the test, from 1.
        test: usize,
        /// The field: `input`, with the line, or `output` or `func_name`.
        field: String,
        /// The fault.
        reason: String,
    },
}
