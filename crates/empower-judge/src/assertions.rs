//! Tests that are assertions (HumanEval, MBPP): code that runs after the program and in its namespace, and passes where
//! it ends without an exception.
//!
//! It is run as a call of a function of ours that is given the program, the assertions and a marker drawn for this run,
//! and that returns the marker when both have run to their end. So a program that ends early, with whatever status, has
//! no answer. LiveCodeBench's prelude is not in force: the program is no module of the run.
//!
//! What such tests cannot do: they share a process with the program and hold what they expect. A program that means
//! harm can make an object that equals everything, or read the assertions from the frames above it. Inputs and outputs
//! are the stronger form of a test, here as elsewhere; the sandbox is the same.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use empower_artifact::rows::Verdict;
use serde_json::Value;

use crate::TestKind;
use crate::runner::Outcome;

/// What stands where programs usually do.
const CALLER: &str = include_str!("assertions.py");

/// One run of assertions, as a call.
pub(crate) struct AssertionCall<'a> {
    assertions: &'a str,
    marker: String,
    /// How it is run.
    pub kind: TestKind,
    /// The call's arguments.
    pub input: String,
}

impl<'a> AssertionCall<'a> {
    /// The call for a program and a test's assertions.
    pub fn new(program: &str, assertions: &'a str) -> Self {
        // Two hashes under keys that nobody has seen.
        let draw = || RandomState::new().hash_one(0);
        let marker = format!("{:016x}{:016x}", draw(), draw());
        let input = [program, assertions, &marker].map(|text| Value::from(text).to_string()).join("\n");
        let kind = TestKind::Functional { func_name: "_empower_check".to_owned() };
        Self { assertions, marker, kind, input }
    }

    /// The program to run.
    pub fn program(&self) -> &'static str {
        CALLER
    }

    /// What the outcome of the call says about the program.
    pub fn verdict(&self, outcome: Outcome) -> (Verdict, String) {
        let answer = match outcome {
            Outcome::Failed(verdict, detail) => return (verdict, detail),
            Outcome::Infrastructure(detail) => return (Verdict::Infrastructure, detail),
            Outcome::Answer(answer) => answer,
        };
        match serde_json::from_str(&answer) {
            Ok(Value::String(marker)) if marker == self.marker => (Verdict::Pass, String::new()),
            Ok(Value::Array(failure)) if failure.first().and_then(Value::as_str) == Some("assertion") => {
                (Verdict::WrongAnswer, self.describe(&failure))
            }
            _ => (Verdict::RuntimeError, "the program answered in place of its tests".to_owned()),
        }
    }

    /// The line that failed, at most 200 characters of it, and what it said.
    fn describe(&self, failure: &[Value]) -> String {
        let line = failure.get(1).and_then(Value::as_u64).and_then(|line| usize::try_from(line).ok()).unwrap_or(0);
        let source = self.assertions.lines().nth(line.wrapping_sub(1)).unwrap_or_default().trim();
        let source: String = source.chars().take(200).collect();
        match failure.get(2).and_then(Value::as_str).unwrap_or_default() {
            "" => format!("failed: {source}"),
            message => format!("failed: {source}: {message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_marker_passes() {
        let call = AssertionCall::new("x = 1", "assert x == 1\nassert x == 2, 'two'\n");
        let of = |answer: &str| call.verdict(Outcome::Answer(answer.to_owned()));
        assert_eq!(of(&format!("\"{}\"", call.marker)), (Verdict::Pass, String::new()));
        for answer in ["\"0123456789abcdef0123456789abcdef\"", "null", "true", "", "?\"object\"", "[]"] {
            assert_eq!(of(answer).0, Verdict::RuntimeError, "{answer}");
        }
        let (verdict, detail) = of(r#"["assertion", 2, "two"]"#);
        assert_eq!((verdict, detail.as_str()), (Verdict::WrongAnswer, "failed: assert x == 2, 'two': two"));
        assert_eq!(of(r#"["assertion", 99, ""]"#).1, "failed: ");
        assert_ne!(call.marker, AssertionCall::new("x = 1", "").marker);
    }

    #[test]
    fn arguments_are_one_a_line() {
        let call = AssertionCall::new("a = 1\nb = '\u{2028}'", "assert a\n");
        let lines: Vec<String> = call.input.split('\n').map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines, ["a = 1\nb = '\u{2028}'", "assert a\n", &call.marker]);
    }
}
