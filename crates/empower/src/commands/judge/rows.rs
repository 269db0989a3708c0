//! The rows of `empower judge`: what the journal keeps of a program, what is printed of it, and a difference between
//! two modes.

use std::fmt;
use std::time::Duration;

use empower_artifact::rows::{Verdict, VerdictRow};
use empower_judge::{Judged, Mode, Quirk, TestMeasure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What one test used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TestRow {
    /// Wall time.
    pub wall_seconds: f64,
    /// Processor time.
    pub cpu_seconds: f64,
    /// Peak memory, where the test had a process of its own.
    pub peak_memory_bytes: Option<u64>,
}

impl From<TestMeasure> for TestRow {
    fn from(measure: TestMeasure) -> Self {
        Self {
            wall_seconds: measure.wall.as_secs_f64(),
            cpu_seconds: measure.cpu.as_secs_f64(),
            peak_memory_bytes: measure.peak_memory,
        }
    }
}

/// A program's verdict and what was measured: a line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JournalRow {
    /// The verdict.
    #[serde(flatten)]
    pub row: VerdictRow,
    /// The tests that ran.
    pub tests: Vec<TestRow>,
    /// The most memory that a process of the program's used.
    pub peak_memory_bytes: Option<u64>,
    /// Time-outs that did not repeat alone.
    pub time_outs_disagreed: usize,
    /// The code of LiveCodeBench's grader, in mode `lcb`.
    pub upstream_code: Option<i8>,
}

impl JournalRow {
    /// From what the judge said.
    pub fn new(judged: Judged) -> Self {
        Self {
            row: judged.row,
            tests: judged.tests.into_iter().map(TestRow::from).collect(),
            peak_memory_bytes: judged.peak_memory,
            time_outs_disagreed: judged.time_outs_disagreed,
            upstream_code: judged.upstream_code,
        }
    }
}

/// The row as it is printed: the verdict, in mode `lcb` with the mode and the grader's code, and with `times` what was
/// measured. Without `times` the same run prints the same bytes.
pub fn printed(row: &JournalRow, mode: Mode, times: bool) -> Value {
    let mut value = json!(row.row);
    if mode == Mode::Lcb {
        value["mode"] = json!(mode);
        value["upstream_code"] = json!(row.upstream_code);
    }
    if times {
        value["tests"] = json!(row.tests);
        value["peak_memory_bytes"] = json!(row.peak_memory_bytes);
        value["time_outs_disagreed"] = json!(row.time_outs_disagreed);
    }
    value
}

/// A line on time and memory, for the table; empty where nothing was measured.
pub fn used(rows: &[JournalRow]) -> String {
    let tests = || rows.iter().flat_map(|row| &row.tests);
    let Some(slowest) = tests().map(|test| test.wall_seconds).max_by(f64::total_cmp) else { return String::new() };
    let (wall, cpu) = tests().fold((0.0, 0.0), |(wall, cpu), test| (wall + test.wall_seconds, cpu + test.cpu_seconds));
    let peak = rows.iter().filter_map(|row| row.peak_memory_bytes).max();
    let peak = peak.map_or_else(|| "n/a".to_owned(), |bytes| format!("{} MiB", bytes >> 20));
    format!(
        "{} tests ran: {wall:.1} s of wall time, {cpu:.1} s of processor time, the slowest {:.1} s; peak memory {peak}\n",
        tests().count(),
        Duration::from_secs_f64(slowest).as_secs_f64(),
    )
}

/// A program that two modes judge differently.
#[derive(Debug, Serialize)]
pub struct Difference<'a> {
    question_id: &'a str,
    index: usize,
    native: Verdict,
    lcb: Verdict,
    upstream_code: Option<i8>,
    /// Known differences that the program's text touches.
    quirks: Vec<Quirk>,
    native_detail: &'a str,
    lcb_detail: &'a str,
}

impl<'a> Difference<'a> {
    /// Of one program's rows.
    pub fn new(native: &'a JournalRow, lcb: &'a JournalRow, quirks: Vec<Quirk>) -> Self {
        Self {
            question_id: &native.row.question_id,
            index: native.row.index,
            native: native.row.verdict,
            lcb: lcb.row.verdict,
            upstream_code: lcb.upstream_code,
            quirks,
            native_detail: &native.row.detail,
            lcb_detail: &lcb.row.detail,
        }
    }
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |verdict: Verdict| json!(verdict).as_str().unwrap_or_default().to_owned();
        let quirks: Vec<String> =
            self.quirks.iter().map(|quirk| json!(quirk).as_str().unwrap_or_default().to_owned()).collect();
        let quirks = if quirks.is_empty() { "nothing known".to_owned() } else { quirks.join(", ") };
        let detail = if self.lcb_detail.is_empty() { self.native_detail } else { self.lcb_detail };
        let detail = detail.lines().next().unwrap_or_default();
        writeln!(
            out,
            "{}[{}] native {}, lcb {}: touches {quirks}; {detail}",
            self.question_id,
            self.index,
            name(self.native),
            name(self.lcb)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_depends_on_mode_and_flag() {
        let row = VerdictRow {
            question_id: "q".into(),
            index: 1,
            verdict: Verdict::TimeLimit,
            passed: false,
            tests_run: 1,
            detail: "test 1: late".into(),
        };
        let test = TestRow { wall_seconds: 6.5, cpu_seconds: 0.25, peak_memory_bytes: Some(20 << 20) };
        let row = JournalRow {
            row,
            tests: vec![test],
            peak_memory_bytes: Some(20 << 20),
            time_outs_disagreed: 0,
            upstream_code: Some(-3),
        };
        let keys = |value: &Value| value.as_object().expect("an object").len();
        assert_eq!(keys(&printed(&row, Mode::Native, false)), 6);
        let lcb = printed(&row, Mode::Lcb, true);
        assert_eq!((&lcb["mode"], &lcb["upstream_code"], keys(&lcb)), (&json!("lcb"), &json!(-3), 11));
        // A journal reads back as it was written.
        let back: JournalRow = serde_json::from_str(&json!(row).to_string()).expect("its own row");
        assert_eq!(back, row);
        assert_eq!(
            used(&[row]),
            "1 tests ran: 6.5 s of wall time, 0.2 s of processor time, the slowest 6.5 s; peak memory 20 MiB\n"
        );
        assert_eq!(used(&[]), "");
    }
}
