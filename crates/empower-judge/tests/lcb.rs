//! Mode `lcb` against LiveCodeBench's grader: one probe program a row of JUDGE's tables, and the published programs.
//!
//! Every probe's code was checked against the grader itself at commit 28fef95 under CPython 3.11.7, by
//! `reference/check_lcb.py CHECKOUT probes`, which runs it on the same file. The published programs are not part of the
//! project; their test says so when it skips.

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use empower_judge::{
    Judge, JudgeSettings, Judged, Mode, Start, Submission, TestCase, TestKind, Tests, Verdict, quirks_of,
};
use serde::Deserialize;
use support::published;
use support::{open, settings};

#[derive(Deserialize)]
struct Probe {
    row: String,
    kind: TestKindName,
    #[serde(default)]
    func_name: String,
    program: String,
    tests: Vec<(String, String)>,
    lcb: Expected,
    native: Verdict,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum TestKindName {
    Stdin,
    Functional,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(untagged)]
enum Expected {
    Code(i8),
    Pass(Verdict),
}

fn probes() -> Vec<Probe> {
    let text = include_str!("lcb/probes.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("the table is well formed")).collect()
}

fn tests_of(probe: &Probe) -> Tests {
    let kind = match probe.kind {
        TestKindName::Stdin => TestKind::Stdin,
        TestKindName::Functional => TestKind::Functional { func_name: probe.func_name.clone() },
    };
    let case = |(input, output): &(String, String)| TestCase { input: input.clone(), output: output.clone() };
    Tests { kind, cases: probe.tests.iter().map(case).collect() }
}

fn judge_all(judge: &Judge, probes: &[Probe]) -> Vec<Judged> {
    let tests: Vec<Tests> = probes.iter().map(tests_of).collect();
    let submissions: Vec<Submission<'_>> = probes
        .iter()
        .zip(&tests)
        .enumerate()
        .map(|(index, (probe, tests))| Submission { question_id: &probe.row, index, program: &probe.program, tests })
        .collect();
    judge.judge_measured(&submissions, &|_| {}).expect("the table's tests are well formed")
}

fn judge_in(mode: Mode, start: Start) -> Judge {
    // Long enough for a busy machine to compile a program, short enough for the probes that run out of it.
    open(JudgeSettings { mode, start, time_limit: Duration::from_secs(5), memory_limit: 1 << 30, ..settings() })
}

fn check_lcb(start: Start) {
    let probes = probes();
    let mut differing = Vec::new();
    for (probe, judged) in probes.iter().zip(judge_all(&judge_in(Mode::Lcb, start), &probes)) {
        let got = match judged.upstream_code {
            Some(code) => Expected::Code(code),
            None => Expected::Pass(judged.row.verdict),
        };
        if got != probe.lcb {
            differing.push(format!("{}: expected {:?}, got {got:?}: {:?}", probe.row, probe.lcb, judged.row));
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn every_row_of_the_tables_in_mode_lcb() {
    check_lcb(Start::Warm);
}

#[test]
fn every_row_of_the_tables_in_mode_lcb_from_a_fresh_interpreter() {
    check_lcb(Start::Cold);
}

#[test]
fn every_row_of_the_tables_in_mode_native() {
    // A blank argument line is an error of the test to this mode.
    let probes: Vec<Probe> =
        probes().into_iter().filter(|probe| probe.row != "functional: a blank argument line").collect();
    assert!(probes.len() > 100);
    let mut differing = Vec::new();
    for (probe, judged) in probes.iter().zip(judge_all(&judge_in(Mode::Native, Start::Warm), &probes)) {
        if judged.row.verdict != probe.native {
            differing.push(format!("{}: expected {:?}: {:?}", probe.row, probe.native, judged.row));
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn modes_that_differ_have_a_quirk_to_show() {
    // The recogniser of quirks finds something in nearly every probe of standard input that the modes judge apart.
    let probes = probes();
    let apart = probes.iter().filter(|probe| {
        probe.kind == TestKindName::Stdin
            && (probe.lcb == Expected::Pass(Verdict::Pass)) != (probe.native == Verdict::Pass)
    });
    let (mut known, mut unknown) = (0, Vec::new());
    for probe in apart {
        match quirks_of(&probe.program, &TestKind::Stdin).is_empty() {
            true => unknown.push(probe.row.clone()),
            false => known += 1,
        }
    }
    assert!(known >= 3 * unknown.len(), "{known} recognised, not {unknown:#?}");
}

#[test]
fn the_grader_cannot_be_forged_or_harmed() {
    let judge = judge_in(Mode::Lcb, Start::Warm);
    let one = |program: &str| {
        let case = |input: &str| TestCase { input: input.into(), output: "right".into() };
        let tests = Tests { kind: TestKind::Stdin, cases: vec![case("1"), case("2")] };
        let submission = Submission { question_id: "q", index: 0, program, tests: &tests };
        judge.judge_measured(&[submission], &|_| {}).expect("good tests").remove(0)
    };
    for program in [
        // Frames without the nonce, a last frame at once, an end before the tests, a comparison that says yes.
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'O 0 1 1 5\\nright')\n    except OSError: pass",
        "import sys, os\nframe = sys._getframe()\nnonce = None\nwhile frame:\n    job = frame.f_locals.get('job')\n    if job:\n        os.write(job['fd'], ('D %s\\n' % job['nonce']).encode()); os._exit(0)\n    frame = frame.f_back",
        "import os\nos.closerange(0, 100)\nos._exit(0)",
        "import builtins\nbuiltins.str.__eq__ = lambda a, b: True",
        "import sys\nsys.modules['__main__'].__dict__.clear()",
        "import json, io\nio.StringIO = None\njson.loads = None\nprint('wrong')",
        "import os\nos.fork = None\nwhile True: os.posix_fork()",
    ] {
        let judged = one(program);
        assert!(!judged.row.passed && judged.row.verdict != Verdict::Infrastructure, "{program}: {judged:?}");
    }
    assert!(one("print('right')").row.passed);
    // The second test's input is no secret; the expected output is.
    let searching = "import os\ntext = str(os.listdir('.')) + open('input.txt').read() + open('program.py').read()\nprint(text.count('rig' + 'ht'))";
    assert!(one(searching).row.detail.contains("got \"0\""), "{:?}", one(searching).row);
    assert_eq!(support::processes_of(judge.scratch()), Vec::<String>::new());
}

/// What `reference/check_lcb.py CHECKOUT problems` wrote.
#[derive(Deserialize)]
struct Upstream {
    question_id: String,
    index: usize,
    passed: bool,
    code: Option<i8>,
}

/// Programs that were accepted with all tests by an earlier grader (the data set's flags are older than its present
/// standard input, of January 2025) and that the grader at 28fef95 does not pass on the public tests alone, and why.
const NO_LONGER_ACCEPTED: [(&str, usize, &str); 5] = [
    ("abc303_d", 0, "reads a line, then `sys.stdin.read()`, which gives that line again"),
    ("abc338_d", 0, "reads a line, then `sys.stdin.read()`, which gives that line again"),
    ("abc338_c", 1, "prints from a thread that nobody waits for: a race with the end of the call"),
    ("abc311_e", 0, "takes seconds on one of the public tests: the time limit depends on the machine"),
    ("abc311_e", 1, "takes seconds on one of the public tests: the time limit depends on the machine"),
];

/// A program that passed every test upstream passes its public ones here. `EMPOWER_TEST_ALL=1` judges all 414 instead of
/// a sample, and compares with the grader's own verdicts where `EMPOWER_LCB_VERDICTS` names the file of them. Some of the
/// programs import NumPy: `EMPOWER_TEST_PYTHON` names the interpreter that the grader had.
#[test]
fn published_programs_get_upstreams_verdicts() {
    let Some(rows) = published::rows() else { return };
    let tests: Vec<Tests> = rows.iter().map(published::tests_of).collect();
    let programs: Vec<(Submission<'_>, bool)> = rows
        .iter()
        .zip(&tests)
        .flat_map(|(row, tests)| {
            row.solutions.iter().enumerate().map(move |(index, solution)| {
                let program = &solution.code;
                (Submission { question_id: &row.question_id, index, program, tests }, solution.passed_all_tests)
            })
        })
        .collect();
    let all = std::env::var_os("EMPOWER_TEST_ALL").is_some();
    let step = if all { 1 } else { programs.len().div_ceil(40) };
    let sample: Vec<_> = programs.into_iter().step_by(step).collect();
    let submissions: Vec<_> = sample.iter().map(|(submission, _)| *submission).collect();
    // The grader's own limit when everything is compared; ample otherwise, as this is no test of the machine.
    let time_limit = Duration::from_secs(if all { 6 } else { 60 });
    let python = std::env::var_os("EMPOWER_TEST_PYTHON").map(PathBuf::from);
    let judge = open(JudgeSettings { mode: Mode::Lcb, time_limit, python, ..JudgeSettings::default() });
    let judged = judge.judge_measured(&submissions, &|_| {}).expect("well-formed tests");
    let mut counts: BTreeMap<(bool, Option<i8>), usize> = BTreeMap::new();
    let mut differing = Vec::new();
    for (judged, (_, accepted)) in judged.iter().zip(&sample) {
        *counts.entry((*accepted, judged.upstream_code)).or_insert(0) += 1;
        if judged.row.detail.contains("No module named") {
            println!("not counted, this interpreter lacks a package: {} {}", judged.row.question_id, judged.row.index);
        } else if let Some((_, _, why)) =
            NO_LONGER_ACCEPTED.iter().find(|(id, index, _)| *id == judged.row.question_id && *index == judged.row.index)
        {
            println!(
                "{}[{}], accepted before: {:?}: {why}",
                judged.row.question_id, judged.row.index, judged.row.verdict
            );
        } else if *accepted && !judged.row.passed {
            differing.push(format!("{:?}", judged.row));
        }
    }
    println!("{} programs by (accepted upstream on all tests, code here on public ones): {counts:?}", sample.len());
    if let (true, Some(verdicts)) = (all, std::env::var_os("EMPOWER_LCB_VERDICTS")) {
        let text = std::fs::read_to_string(verdicts).expect("EMPOWER_LCB_VERDICTS names a file");
        let upstream: Vec<Upstream> = text.lines().map(|line| serde_json::from_str(line).expect("its rows")).collect();
        let upstream: BTreeMap<(&str, usize), (bool, Option<i8>)> =
            upstream.iter().map(|row| ((row.question_id.as_str(), row.index), (row.passed, row.code))).collect();
        let (mut equal, mut by_chance) = (0, 0);
        for judged in &judged {
            let ours = (judged.row.passed, judged.upstream_code);
            let theirs = upstream[&(judged.row.question_id.as_str(), judged.row.index)];
            let chance = |(id, index, why): &&(&str, usize, &str)| {
                // What depends on the machine or on a race may come out either way.
                *id == judged.row.question_id && *index == judged.row.index && !why.starts_with("reads")
            };
            match ours == theirs {
                true => equal += 1,
                false if NO_LONGER_ACCEPTED.iter().any(|row| chance(&row)) => {
                    by_chance += 1;
                    println!("by chance: the grader says {theirs:?}: {:?}", judged.row);
                }
                false => println!("differs from the grader, which says {theirs:?}: {judged:?}"),
            }
        }
        println!("{equal} of {} verdicts and codes equal the grader's, {by_chance} differ by chance", judged.len());
        assert_eq!(equal + by_chance, judged.len());
    }
    assert!(differing.is_empty(), "{differing:#?}");
}
