//! Programs that LiveCodeBench's own grader accepted, judged by the public tests of their problems.
//!
//! The data is not part of the project; the test looks for it beside the repository and says so when it skips. A sample
//! runs by default; `EMPOWER_TEST_ALL=1` runs every program and lists those that differ.

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use empower_judge::{JudgeSettings, Submission, Tests, Verdict};
use support::open;
use support::published::{rows, tests_of};

#[test]
fn accepted_programs_pass_their_public_tests() {
    let Some(rows) = rows() else { return };
    let tests: Vec<Tests> = rows.iter().map(tests_of).collect();
    let accepted: Vec<(Submission<'_>, &str)> = rows
        .iter()
        .zip(&tests)
        .flat_map(|(row, tests)| {
            let accepted = row.solutions.iter().enumerate().filter(|(_, solution)| solution.passed_all_tests);
            accepted.map(move |(index, solution)| {
                let submission = Submission { question_id: &row.question_id, index, program: &solution.code, tests };
                (submission, solution.model.as_str())
            })
        })
        .collect();
    let step = if std::env::var_os("EMPOWER_TEST_ALL").is_some() { 1 } else { accepted.len().div_ceil(40) };
    let sample: Vec<_> = accepted.into_iter().step_by(step).collect();
    let submissions: Vec<_> = sample.iter().map(|(submission, _)| *submission).collect();
    // Ample time: some of them take seconds, and this is no test of the machine.
    let judge = open(JudgeSettings { time_limit: Duration::from_secs(60), ..JudgeSettings::default() });
    let verdicts = judge.judge(&submissions, &|_| {}).expect("well-formed tests");
    let mut counts = BTreeMap::new();
    let mut differing = Vec::new();
    for (row, (_, model)) in verdicts.iter().zip(&sample) {
        *counts.entry(format!("{:?}", row.verdict)).or_insert(0) += 1;
        if row.detail.contains("No module named") {
            println!("not counted, this interpreter lacks a package: {} by {model}", row.question_id);
        } else if row.verdict != Verdict::Pass {
            differing.push(format!("{} by {model}: {:?}: {}", row.question_id, row.verdict, row.detail));
        }
    }
    println!("{} accepted programs: {counts:?}", sample.len());
    assert!(differing.is_empty(), "{differing:#?}");
}
