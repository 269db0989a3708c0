//! The results table: rows with the field names that scripts rely on, as Markdown, CSV, and aligned text for a
//! terminal. JSON is the rows' own serialisation. A number that is not defined is `null`, an empty CSV cell, "n/a".

use std::collections::BTreeMap;

use empower_artifact::rows::HumanFault;
use serde::{Deserialize, Serialize};

use crate::metrics::{MethodKey, MethodMetrics};
use crate::statistics::Estimate;

/// One row of the table: a method at a threshold. The first twelve fields are the contract of `empower demo --json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    /// `empower`, `sft-10`, `base`, `stop-nll`, `human-alone`, …
    pub method: String,
    /// Threshold in bits; null where it has no meaning.
    pub eta_bits: Option<f64>,
    /// Share of problems passed.
    pub pass_at_1: Option<f64>,
    /// Its standard error over problems.
    pub pass_at_1_se: Option<f64>,
    /// Accepted over shown suggestions, pooled.
    pub accept_ratio: Option<f64>,
    /// Its standard error, linearised, clustered by problem.
    pub accept_ratio_se: Option<f64>,
    /// Share of rounds without a suggestion.
    pub silent_share: Option<f64>,
    /// Discounted pass rate.
    pub dpr: Option<f64>,
    /// Its standard error over problems.
    pub dpr_se: Option<f64>,
    /// Tokens read an episode.
    pub tokens_read: Option<f64>,
    /// Tokens written an episode.
    pub tokens_written: Option<f64>,
    /// Judged episodes.
    pub episodes: usize,
    /// 95% bootstrap interval of `pass_at_1`.
    pub pass_at_1_interval: Option<[f64; 2]>,
    /// 95% bootstrap interval of `accept_ratio`.
    pub accept_ratio_interval: Option<[f64; 2]>,
    /// Mean over problems of each problem's accept ratio.
    pub accept_ratio_problem_mean: Option<f64>,
    /// Its standard error over problems.
    pub accept_ratio_problem_mean_se: Option<f64>,
    /// Its 95% bootstrap interval.
    pub accept_ratio_problem_mean_interval: Option<[f64; 2]>,
    /// Standard error of `silent_share`.
    pub silent_share_se: Option<f64>,
    /// 95% bootstrap interval of `silent_share`.
    pub silent_share_interval: Option<[f64; 2]>,
    /// 95% bootstrap interval of `dpr`.
    pub dpr_interval: Option<[f64; 2]>,
    /// Standard error of `tokens_read`.
    pub tokens_read_se: Option<f64>,
    /// Standard error of `tokens_written`.
    pub tokens_written_se: Option<f64>,
    /// Problems with a judged episode.
    pub problems: usize,
    /// Episodes left out because the judge, not the program, failed.
    pub infrastructure: usize,
    /// Judged episodes that ended at the round limit.
    pub round_limit: usize,
    /// What a language-model human failed at in them, in rounds; empty for a human that is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub human_faults: BTreeMap<HumanFault, usize>,
}

impl TableRow {
    /// The method and threshold.
    pub fn key(&self) -> MethodKey {
        MethodKey::new(self.method.as_str(), self.eta_bits)
    }
}

impl From<&MethodMetrics> for TableRow {
    fn from(metrics: &MethodMetrics) -> Self {
        Self {
            method: metrics.key.method.clone(),
            eta_bits: metrics.key.eta_bits,
            pass_at_1: metrics.pass_at_1.value,
            pass_at_1_se: metrics.pass_at_1.se,
            accept_ratio: metrics.accept_ratio.value,
            accept_ratio_se: metrics.accept_ratio.se,
            silent_share: metrics.silent_share.value,
            dpr: metrics.dpr.value,
            dpr_se: metrics.dpr.se,
            tokens_read: metrics.tokens_read.value,
            tokens_written: metrics.tokens_written.value,
            episodes: metrics.episodes,
            pass_at_1_interval: metrics.pass_at_1.interval,
            accept_ratio_interval: metrics.accept_ratio.interval,
            accept_ratio_problem_mean: metrics.accept_ratio_problem_mean.value,
            accept_ratio_problem_mean_se: metrics.accept_ratio_problem_mean.se,
            accept_ratio_problem_mean_interval: metrics.accept_ratio_problem_mean.interval,
            silent_share_se: metrics.silent_share.se,
            silent_share_interval: metrics.silent_share.interval,
            dpr_interval: metrics.dpr.interval,
            tokens_read_se: metrics.tokens_read.se,
            tokens_written_se: metrics.tokens_written.se,
            problems: metrics.problems,
            infrastructure: metrics.infrastructure,
            round_limit: metrics.round_limit,
            human_faults: metrics.human_faults.clone(),
        }
    }
}

/// Text of a number that may be undefined.
pub(crate) fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.decimals$}"))
}

/// `0.500 ± 0.012`, without what is undefined.
pub(crate) fn with_error(value: Option<f64>, se: Option<f64>) -> String {
    match (value, se) {
        (Some(value), Some(se)) => format!("{value:.3} ± {se:.3}"),
        (value, _) => number(value, 3),
    }
}

/// `+0.012`, `−0.012`: a difference always shows its sign.
pub(crate) fn signed(value: f64) -> String {
    // What rounds to nothing has no sign.
    if value.abs() < 0.0005 {
        return "0.000".to_owned();
    }
    let sign = if value < 0.0 { '−' } else { '+' };
    format!("{sign}{:.3}", value.abs())
}

/// A difference with its interval: `+0.012 [−0.003, +0.027]`.
pub(crate) fn difference(estimate: &Estimate) -> String {
    match (estimate.value, estimate.interval) {
        (Some(value), Some([low, high])) => format!("{} [{}, {}]", signed(value), signed(low), signed(high)),
        (Some(value), None) => signed(value),
        (None, _) => "n/a".to_owned(),
    }
}

/// A p value for people.
pub(crate) fn p_value(p: Option<f64>) -> String {
    match p {
        Some(p) if p < 0.001 => "<0.001".to_owned(),
        Some(p) => format!("{p:.3}"),
        None => "n/a".to_owned(),
    }
}

const HEADERS: [&str; 9] =
    ["method", "eta (bits)", "pass@1", "accept ratio", "silent", "DPR", "read", "written", "episodes"];

fn cells(row: &TableRow) -> [String; 9] {
    [
        row.method.clone(),
        row.eta_bits.map_or_else(String::new, |eta| eta.to_string()),
        with_error(row.pass_at_1, row.pass_at_1_se),
        with_error(row.accept_ratio, row.accept_ratio_se),
        number(row.silent_share, 3),
        with_error(row.dpr, row.dpr_se),
        number(row.tokens_read, 1),
        number(row.tokens_written, 1),
        row.episodes.to_string(),
    ]
}

/// The table as aligned plain text, a header and a rule above, each line ended by a line break.
pub fn terminal_table(rows: &[TableRow]) -> String {
    let body: Vec<[String; 9]> = rows.iter().map(cells).collect();
    let width = |column: usize| {
        let cells = body.iter().map(|row| row[column].chars().count());
        cells.chain([HEADERS[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADERS.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            // Names to the left, numbers to the right.
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        let joined = padded.collect::<Vec<_>>().join("  ");
        format!("{}\n", joined.trim_end())
    };
    let mut text = line(&HEADERS.map(str::to_owned));
    text.push_str(&line(&widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>()));
    body.iter().for_each(|row| text.push_str(&line(row)));
    text
}

/// The table as a Markdown table.
pub fn to_markdown(rows: &[TableRow]) -> String {
    let line = |cells: &[String]| {
        let escaped: Vec<String> = cells.iter().map(|cell| markdown_cell(cell)).collect();
        format!("| {} |\n", escaped.join(" | "))
    };
    let mut text = line(&HEADERS.map(str::to_owned));
    text.push_str("| --- |");
    text.push_str(&" ---: |".repeat(HEADERS.len() - 1));
    text.push('\n');
    rows.iter().for_each(|row| text.push_str(&line(&cells(row))));
    text
}

/// Text that cannot leave its cell or start markup.
pub(crate) fn markdown_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '\\' | '`' | '*' | '[' | '<' | '&' | '_' => out.extend(['\\', c]),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Every field of every row as CSV (RFC 4180, but lines end in a plain line break); intervals become two columns.
pub fn to_csv(rows: &[TableRow]) -> String {
    let mut text = String::new();
    let mut line = |cells: Vec<String>| {
        text.push_str(&cells.join(","));
        text.push('\n');
    };
    line(COLUMNS.iter().map(|name| (*name).to_owned()).collect());
    for row in rows {
        line(csv_cells(row));
    }
    text
}

const COLUMNS: [&str; 31] = [
    "method",
    "eta_bits",
    "pass_at_1",
    "pass_at_1_se",
    "accept_ratio",
    "accept_ratio_se",
    "silent_share",
    "dpr",
    "dpr_se",
    "tokens_read",
    "tokens_written",
    "episodes",
    "pass_at_1_low",
    "pass_at_1_high",
    "accept_ratio_low",
    "accept_ratio_high",
    "accept_ratio_problem_mean",
    "accept_ratio_problem_mean_se",
    "accept_ratio_problem_mean_low",
    "accept_ratio_problem_mean_high",
    "silent_share_se",
    "silent_share_low",
    "silent_share_high",
    "dpr_low",
    "dpr_high",
    "tokens_read_se",
    "tokens_written_se",
    "problems",
    "infrastructure",
    "round_limit",
    "human_faults",
];

fn csv_cells(row: &TableRow) -> Vec<String> {
    let real = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let low = |interval: Option<[f64; 2]>| real(interval.map(|it| it[0]));
    let high = |interval: Option<[f64; 2]>| real(interval.map(|it| it[1]));
    vec![
        csv_text(&row.method),
        real(row.eta_bits),
        real(row.pass_at_1),
        real(row.pass_at_1_se),
        real(row.accept_ratio),
        real(row.accept_ratio_se),
        real(row.silent_share),
        real(row.dpr),
        real(row.dpr_se),
        real(row.tokens_read),
        real(row.tokens_written),
        row.episodes.to_string(),
        low(row.pass_at_1_interval),
        high(row.pass_at_1_interval),
        low(row.accept_ratio_interval),
        high(row.accept_ratio_interval),
        real(row.accept_ratio_problem_mean),
        real(row.accept_ratio_problem_mean_se),
        low(row.accept_ratio_problem_mean_interval),
        high(row.accept_ratio_problem_mean_interval),
        real(row.silent_share_se),
        low(row.silent_share_interval),
        high(row.silent_share_interval),
        low(row.dpr_interval),
        high(row.dpr_interval),
        real(row.tokens_read_se),
        real(row.tokens_written_se),
        row.problems.to_string(),
        row.infrastructure.to_string(),
        row.round_limit.to_string(),
        row.human_faults.values().sum::<usize>().to_string(),
    ]
}

pub(crate) fn csv_text(text: &str) -> String {
    // A spreadsheet takes a cell that starts like this for a formula.
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use crate::metrics::{DprWeights, partition, summarise};
    use empower_artifact::Seed;
    use empower_artifact::rows::Verdict;

    fn rows() -> Vec<TableRow> {
        let episodes = [
            episode(("human-alone", None), "p1", 0, "ss", Verdict::Pass),
            episode(("human-alone", None), "p2", 0, "ss", Verdict::Pass),
            episode(("empower", Some(0.32)), "p1", 0, "ars", Verdict::Pass),
            episode(("a|<b>, \"c\"", None), "p1", 0, "a", Verdict::WrongAnswer),
        ];
        let groups = partition(&episodes, &DprWeights::default()).expect("valid");
        groups.iter().map(|group| TableRow::from(&summarise(group, 50, Seed::new(1)))).collect()
    }

    #[test]
    fn json_has_the_contract_fields_in_order() {
        let json = serde_json::to_string(&rows()[2]).expect("JSON");
        let contract = [
            "method",
            "eta_bits",
            "pass_at_1",
            "pass_at_1_se",
            "accept_ratio",
            "accept_ratio_se",
            "silent_share",
            "dpr",
            "dpr_se",
            "tokens_read",
            "tokens_written",
            "episodes",
        ];
        let positions: Vec<usize> =
            contract.iter().map(|name| json.find(&format!("\"{name}\":")).expect("the field is there")).collect();
        assert!(positions.is_sorted(), "{json}");
        assert!(json.contains("\"eta_bits\":null"), "{json}");
        assert!(json.contains("\"accept_ratio\":null,\"accept_ratio_se\":null"), "{json}");
        let back: TableRow = serde_json::from_str(&json).expect("back");
        assert_eq!(back, rows()[2]);
    }

    #[test]
    fn the_terminal_table_is_aligned() {
        let text = terminal_table(&rows());
        let expected = "\
method       eta (bits)         pass@1  accept ratio  silent            DPR  read  written  episodes
───────────  ──────────  ─────────────  ────────────  ──────  ─────────────  ────  ───────  ────────
empower            0.32          1.000         0.500   0.333          0.995   4.0      9.0         1
a|<b>, \"c\"                       0.000         1.000   0.000          0.000   2.0      3.0         1
human-alone              1.000 ± 0.000           n/a   1.000  0.997 ± 0.000   0.0      6.0         2
";
        assert_eq!(text, expected);
    }

    #[test]
    fn markdown_cells_cannot_break_out() {
        let text = to_markdown(&rows());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[1].matches("---").count(), HEADERS.len());
        assert!(lines[3].starts_with("| a\\|\\<b>, \"c\" |"), "{}", lines[3]);
        assert!(!text.contains("NaN"));
    }

    #[test]
    fn csv_quotes_and_leaves_the_undefined_empty() {
        let text = to_csv(&rows());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0].split(',').count(), 31);
        assert!(lines[2].starts_with("\"a|<b>, \"\"c\"\"\",,0,,1,,"), "{}", lines[2]);
        assert!(lines[3].starts_with("human-alone,,1,0,,,1,"), "{}", lines[3]);
        assert_eq!(lines[3].split(',').count(), 31);
        assert_eq!(csv_text("=1+2"), "'=1+2");
    }

    #[test]
    fn differences_show_their_sign() {
        assert_eq!(signed(-0.0004), "0.000");
        assert_eq!(signed(-0.0126), "−0.013");
        let estimate = Estimate { value: Some(0.1), se: None, interval: Some([-0.2, 0.3]) };
        assert_eq!(difference(&estimate), "+0.100 [−0.200, +0.300]");
        assert_eq!((p_value(Some(0.0001)), p_value(None)), ("<0.001".to_owned(), "n/a".to_owned()));
    }
}
