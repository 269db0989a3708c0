//! Rows of the published programs that two tests judge: problems with public tests, and programs with a flag.

use empower_judge::{TestCase, TestKind, Tests};
use serde::Deserialize;

/// A problem with its programs.
#[derive(Deserialize)]
pub struct Row {
    pub question_id: String,
    public_test_cases: String,
    metadata: String,
    pub solutions: Vec<Solution>,
}

/// A program.
#[derive(Deserialize)]
pub struct Solution {
    pub model: String,
    pub code: String,
    pub passed_all_tests: bool,
}

#[derive(Deserialize)]
struct PublicCase {
    input: String,
    output: String,
    testtype: String,
}

#[derive(Deserialize)]
struct Metadata {
    func_name: Option<String>,
}

/// The rows, where the data is there; the test says so when it skips.
pub fn rows() -> Option<Vec<Row>> {
    let shared = std::env::var_os("EMPOWER_SHARED_DATA").map(std::path::PathBuf::from);
    let beside = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = shared.unwrap_or_else(beside).join("livecodebench/release_v1_public_half.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not here", path.display());
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).expect("LiveCodeBench's format")).collect())
}

/// The public tests of a row.
pub fn tests_of(row: &Row) -> Tests {
    let cases: Vec<PublicCase> = serde_json::from_str(&row.public_test_cases).expect("LiveCodeBench's format");
    let metadata: Metadata = serde_json::from_str(&row.metadata).expect("LiveCodeBench's format");
    let kind = match cases[0].testtype.as_str() {
        "stdin" => TestKind::Stdin,
        _ => TestKind::Functional { func_name: metadata.func_name.expect("functional problems name it") },
    };
    let cases = cases.into_iter().map(|case| TestCase { input: case.input, output: case.output }).collect();
    Tests { kind, cases }
}
