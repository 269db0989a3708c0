//! Published problems with the programs that they came with, read and judged for real: the reference programs of MBPP and
//! solutions of CodeContests. A sample of them, or all with `EMPOWER_TEST_ALL`.

use std::path::{Path, PathBuf};

use empower_data::{Problem, ProblemOptions, read_problems};
use empower_judge::{Judge, JudgeSettings, Submission, VerdictRow};

fn shared(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("EMPOWER_SHARED_DATA").map_or_else(beside, PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared/data/{name} is not here");
    None
}

/// The first reference program of every `step`-th problem, judged; the problem beside its verdict.
fn judged(problems: &[Problem], sample: usize) -> Vec<VerdictRow> {
    let step = match std::env::var_os("EMPOWER_TEST_ALL") {
        Some(_) => 1,
        None => {
            println!("skipped: all but some {sample} of {} problems; EMPOWER_TEST_ALL takes all", problems.len());
            problems.len().div_ceil(sample)
        }
    };
    let submissions: Vec<Submission<'_>> = problems
        .iter()
        .step_by(step)
        .map(|problem| Submission {
            question_id: &problem.question_id,
            index: 0,
            program: &problem.reference_programs[0],
            tests: &problem.tests,
        })
        .collect();
    let settings = JudgeSettings { time_limit: std::time::Duration::from_secs(60), ..JudgeSettings::default() };
    let judge = Judge::open(settings).unwrap_or_else(|error| panic!("python3 and a working sandbox: {error}"));
    judge.judge(&submissions, &|_| {}).expect("tests that make sense")
}

#[test]
fn reference_programs_of_mbpp_pass() {
    let Some(path) = shared("mbpp/mbpp.jsonl") else { return };
    let set = read_problems(&path, ProblemOptions::default(), false).expect("genuine rows");
    for row in judged(&set.problems, 40) {
        assert!(row.passed, "{row:?}");
    }
}

#[test]
fn solutions_of_codecontests_pass() {
    let Some(path) = shared("codecontests/codecontests_mini_5.parquet") else { return };
    let mut problems = read_problems(&path, ProblemOptions::default(), false).expect("genuine rows").problems;
    // Not all five have a solution in Python 3. A dozen tests of each, public ones first: the others take minutes.
    problems.retain(|problem| !problem.reference_programs.is_empty());
    problems.iter_mut().for_each(|problem| problem.tests.cases.truncate(12));
    let rows = judged(&problems, 5);
    assert!(rows.len() >= 2, "{rows:?}");
    for row in rows {
        assert!(row.passed, "{row:?}");
    }
}
