//! Mode `lcb` on this side of the pipe: the tests of a program go in as one input, frames come back one a test, each is
//! compared as it comes, and the first that fails ends the process. Which code LiveCodeBench's grader would give is
//! decided here (JUDGE section 2); how the program is run is `lcb.py`.

use std::time::Duration;

use empower_artifact::rows::Verdict;

use crate::runner::{Outcome, Request, Runner, died, out_of_memory};
use crate::stdout::compare_stdout;
use crate::value::PyValue;
use crate::{Mode, TestCase, TestKind, TestMeasure, Tests};

/// The longest whole number that the grader's interpreter turns from text or into text, in digits.
const MAX_DIGITS: usize = 50_000;

/// Codes of the grader. A program that passes has none.
pub(crate) mod code {
    pub(crate) const WRONG_ANSWER: i8 = -2;
    pub(crate) const TIME_LIMIT: i8 = -3;
    pub(crate) const ERROR: i8 = -4;
    /// The grading process died, or its global limit passed.
    pub(crate) const DIED: i8 = -5;
}

/// What grading a program came to.
pub(crate) struct Graded {
    pub(crate) outcome: Result<(), Failure>,
    /// Tests started, the failing one included.
    pub(crate) tests_run: usize,
    pub(crate) measures: Vec<TestMeasure>,
    pub(crate) peak_memory: Option<u64>,
}

pub(crate) struct Failure {
    pub(crate) verdict: Verdict,
    /// Absent where the grader has no such outcome.
    pub(crate) code: Option<i8>,
    pub(crate) detail: String,
}

fn failure(verdict: Verdict, code: i8, detail: impl Into<String>) -> Failure {
    Failure { verdict, code: Some(code), detail: detail.into() }
}

/// The wall time that the grader gives a program with `n_tests` tests of `test_time` each.
pub(crate) fn global_limit(test_time: Duration, n_tests: usize) -> Duration {
    let tests = u32::try_from(n_tests).unwrap_or(u32::MAX);
    (test_time + Duration::from_secs(1)).saturating_mul(tests).saturating_add(Duration::from_secs(5))
}

/// All inputs as the driver reads them: the length in bytes, a line break, the text.
fn inputs(cases: &[TestCase]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(cases.iter().map(|case| case.input.len() + 8).sum());
    for case in cases {
        bytes.extend(format!("{}\n", case.input.len()).bytes());
        bytes.extend(case.input.bytes());
    }
    bytes
}

/// Whether the grader fails on reading the tests: an argument line or an expected output that is no JSON value, a blank
/// one included. It reads all of them before it calls the program.
fn malformed(tests: &Tests) -> bool {
    let readable = |text: &str| PyValue::from_json(text).is_ok_and(|value| !has_long_number(&value));
    let good = |case: &TestCase| case.input.split('\n').all(readable) && readable(&case.output);
    matches!(tests.kind, TestKind::Functional { .. }) && !tests.cases.iter().all(good)
}

fn has_long_number(value: &PyValue) -> bool {
    match value {
        PyValue::Int(digits) => digits.trim_start_matches('-').len() > MAX_DIGITS,
        PyValue::List(items) => items.iter().any(has_long_number),
        PyValue::Dict(entries) => entries.values().any(has_long_number),
        _ => false,
    }
}

/// Grades one program once. `Err` is a fault of the machine.
pub(crate) fn grade(runner: &Runner, program: &str, tests: &Tests, test_time: Duration) -> Result<Graded, String> {
    let input = inputs(&tests.cases);
    let wall = global_limit(test_time, tests.cases.len());
    let request = Request {
        mode: Mode::Lcb,
        program,
        kind: &tests.kind,
        input: &input,
        wall,
        test_time,
        malformed: malformed(tests),
    };
    let nonce = runner.nonce();
    let mut frames = Frames {
        nonce: &nonce,
        tests,
        output_limit: usize::try_from(runner.settings.output_limit).unwrap_or(usize::MAX),
        ready: false,
        measures: Vec::new(),
        end: None,
    };
    let seen = runner.execute(&request, &nonce, &mut |report| frames.take(report))?;
    let Frames { ready, measures, end, .. } = frames;
    let peak_memory = Some(seen.ending.peak_memory);
    let passed = measures.len();
    let graded = |outcome: Result<(), Failure>| {
        let tests_run = if outcome.is_ok() { passed } else { passed.max(1) };
        Ok(Graded { outcome, tests_run, measures: measures.clone(), peak_memory })
    };
    // The test that was running has no frame.
    let unfinished = |failure: Failure| {
        let tests_run = (passed + 1).min(tests.cases.len());
        Ok(Graded { outcome: Err(failure), tests_run, measures: measures.clone(), peak_memory })
    };
    if let Some(end) = end {
        return graded(end);
    }
    match runner.outcome_of_ending(&seen, ready, wall) {
        Some(Outcome::Infrastructure(detail)) => Err(detail),
        Some(Outcome::Failed(Verdict::TimeLimit, detail)) => {
            unfinished(failure(Verdict::TimeLimit, code::DIED, detail))
        }
        Some(Outcome::Failed(verdict, detail)) => unfinished(Failure { verdict, code: None, detail }),
        Some(Outcome::Answer(_)) | None => match died(&seen) {
            (true, detail) => unfinished(failure(Verdict::MemoryLimit, code::DIED, detail)),
            (false, detail) => {
                unfinished(failure(Verdict::RuntimeError, code::DIED, format!("the process ended early: {detail}")))
            }
        },
    }
}

/// Reads the driver's frames as they come.
struct Frames<'a> {
    nonce: &'a str,
    tests: &'a Tests,
    /// Bytes of one answer.
    output_limit: usize,
    ready: bool,
    /// Of the tests that ran to their end, the failing one included.
    measures: Vec<TestMeasure>,
    end: Option<Result<(), Failure>>,
}

/// Longer than any header of the driver's.
const MAX_HEADER: usize = 128;

impl Frames<'_> {
    /// Takes the whole frames out of `report`; says whether nothing more needs to come.
    fn take(&mut self, report: &mut Vec<u8>) -> bool {
        let mut at = 0;
        while self.end.is_none() {
            match self.frame(&report[at..]) {
                Ok(0) => break,
                Ok(length) => at += length,
                Err(()) => {
                    let detail = "something else than the grader wrote to its pipe";
                    self.end = Some(Err(failure(Verdict::RuntimeError, code::DIED, detail)));
                }
            }
        }
        report.drain(..at);
        self.end.is_some()
    }

    /// Reads one frame; returns its length, 0 where it is not whole yet. An error is a frame that no driver writes.
    fn frame(&mut self, bytes: &[u8]) -> Result<usize, ()> {
        let Some(line_end) = bytes.iter().take(MAX_HEADER).position(|&byte| byte == b'\n') else {
            return if bytes.len() < MAX_HEADER { Ok(0) } else { Err(()) };
        };
        let header = str::from_utf8(&bytes[..line_end]).map_err(|_| ())?;
        let fields: Vec<&str> = header.split(' ').collect();
        let number = |text: &str| text.parse::<u64>().map_err(|_| ());
        let (letter, rest) = match fields.as_slice() {
            [letter, nonce, rest @ ..] if *nonce == self.nonce => (*letter, rest),
            _ => return Err(()),
        };
        let (wall, cpu, field, length) = match (letter, rest) {
            ("R", []) if !self.ready => {
                self.ready = true;
                return Ok(line_end + 1);
            }
            ("D", []) if self.measures.len() == self.tests.cases.len() => {
                self.end = Some(Ok(()));
                return Ok(line_end + 1);
            }
            ("O", [wall, cpu, length]) => (wall, cpu, "", length),
            ("V" | "E", [wall, cpu, field, length]) => (wall, cpu, *field, length),
            _ => return Err(()),
        };
        let length = usize::try_from(number(length)?).map_err(|_| ())?;
        if length > self.output_limit {
            let detail = format!("more than {} bytes of output", self.output_limit);
            self.end = Some(Err(Failure { verdict: Verdict::OutputLimit, code: None, detail }));
            return Ok(line_end + 1);
        }
        let Some(payload) = bytes.get(line_end + 1..line_end + 1 + length) else { return Ok(0) };
        let payload = String::from_utf8_lossy(payload);
        let (wall, cpu) = (Duration::from_micros(number(wall)?), Duration::from_micros(number(cpu)?));
        let case = self.tests.cases.get(self.measures.len()).ok_or(())?;
        self.measures.push(TestMeasure { wall, cpu, peak_memory: None });
        let outcome = match (letter, &self.tests.kind) {
            ("O", TestKind::Stdin) => compare_stdout(&payload, &case.output)
                .map_err(|mismatch| failure(Verdict::WrongAnswer, code::WRONG_ANSWER, mismatch.to_string())),
            ("V", TestKind::Functional { .. }) => returned(&payload, &case.output, field == "1"),
            ("E", _) if field == "-3" => Err(failure(Verdict::TimeLimit, code::TIME_LIMIT, payload)),
            ("E", _) if out_of_memory(&payload) => Err(failure(Verdict::MemoryLimit, code::ERROR, payload)),
            ("E", _) => Err(failure(Verdict::RuntimeError, code::ERROR, payload)),
            _ => return Err(()),
        };
        if outcome.is_err() {
            self.end = Some(outcome);
        }
        Ok(line_end + 1 + length)
    }
}

/// Compares a returned value; `printable` says whether the grader could have shown it, which it does on a difference.
fn returned(got: &str, expected: &str, printable: bool) -> Result<(), Failure> {
    let differs = |detail: String| failure(Verdict::WrongAnswer, code::WRONG_ANSWER, detail);
    let expected = PyValue::from_json(expected).map_err(|error| differs(format!("the expected output: {error}")))?;
    let got = PyValue::from_driver(got).map_err(|error| differs(format!("the returned value: {error}")))?;
    if got.python_eq(&expected) {
        return Ok(());
    }
    let short = |value: PyValue| -> String { value.to_string().chars().take(200).collect() };
    let detail = format!("expected {}, got {}", short(expected), short(got));
    Err(if printable { differs(detail) } else { failure(Verdict::RuntimeError, code::ERROR, detail) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests(kind: TestKind, cases: &[(&str, &str)]) -> Tests {
        let case = |&(input, output): &(&str, &str)| TestCase { input: input.into(), output: output.into() };
        Tests { kind, cases: cases.iter().map(case).collect() }
    }

    fn functional(cases: &[(&str, &str)]) -> Tests {
        tests(TestKind::Functional { func_name: String::from("f") }, cases)
    }

    #[test]
    fn tests_that_the_grader_cannot_read() {
        assert!(!malformed(&functional(&[("1\n[2]", "3"), ("\"\"\n{}", "null")])));
        for (input, output) in [("1\n", "3"), ("", "3"), ("1", ""), ("x", "3"), ("1\n\n2", "3")] {
            assert!(malformed(&functional(&[("1", "1"), (input, output)])), "{input:?} {output:?}");
        }
        assert!(malformed(&functional(&[("1", &"7".repeat(50_001))])));
        assert!(!malformed(&functional(&[("1", &format!("-{}", "7".repeat(50_000)))])));
        assert!(!malformed(&tests(TestKind::Stdin, &[("", "")])));
    }

    fn read(tests: &Tests, report: &str, pieces: usize) -> (Option<Result<(), Option<i8>>>, usize) {
        let mut frames = Frames { nonce: "n", tests, output_limit: 10, ready: false, measures: Vec::new(), end: None };
        let mut buffer = Vec::new();
        for piece in report.as_bytes().chunks(report.len().div_ceil(pieces).max(1)) {
            buffer.extend_from_slice(piece);
            if frames.take(&mut buffer) {
                break;
            }
        }
        (frames.end.map(|end| end.map_err(|failure| failure.code)), frames.measures.len())
    }

    #[test]
    fn frames_are_read_in_any_pieces_and_forged_ones_refused() {
        let two = tests(TestKind::Stdin, &[("", "a\n"), ("", "2")]);
        for pieces in [1, 2, 7, 1000] {
            let check = |report: &str, expected| assert_eq!(read(&two, report, pieces), expected, "{report:?}");
            check("R n\nO n 5 4 2\na\nO n 5 4 3\n2.0D n\n", (Some(Ok(())), 2));
            check("R n\nO n 5 4 2\nb\nO n 5 4 3\n2.0D n\n", (Some(Err(Some(-2))), 1));
            check("R n\nO n 5 4 2\na\nE n 5 4 -3 3\nabc", (Some(Err(Some(-3))), 2));
            check("R n\nE n 5 4 -4 3\nabc", (Some(Err(Some(-4))), 1));
            check("R n\nO n 5 4 11\n", (Some(Err(None)), 0));
            check("R n\nO n 5 4 2\na", (None, 0));
            check("R n\nO n 5 4 2\na\nD n\n", (Some(Err(Some(-5))), 1));
            check("R n\nD n\n", (Some(Err(Some(-5))), 0));
            check("R n\nO m 5 4 1\na", (Some(Err(Some(-5))), 0));
            check("R n\nV n 5 4 1 1\n1", (Some(Err(Some(-5))), 1));
            check(&format!("R n\n{}", "x".repeat(200)), (Some(Err(Some(-5))), 0));
        }
    }

    #[test]
    fn the_global_limit_is_upstreams() {
        assert_eq!(global_limit(Duration::from_secs(6), 3), Duration::from_secs(26));
    }
}
