//! The data of every picture as CSV, beside the page. A number that is not defined is an empty cell.

use crate::calibration::Calibration;
use crate::conditions::ConditionSeries;
use crate::effort::EffortCurve;
use crate::metrics::MethodKey;
use crate::paired::Comparison;
use crate::report::Details;
use crate::runs::spoken_value;
use crate::sensitivity::Sensitivity;
use crate::spread::Spread;
use crate::statistics::Estimate;
use crate::table::csv_text;

/// Lines of cells under a header; lines end in a plain line break.
pub(crate) struct Csv(pub(crate) String);

impl Csv {
    pub(crate) fn new(header: &[&str]) -> Self {
        Self(format!("{}\n", header.join(",")))
    }

    pub(crate) fn line(&mut self, cells: Vec<String>) {
        self.0.push_str(&cells.join(","));
        self.0.push('\n');
    }
}

pub(crate) fn key_cells(key: &MethodKey) -> Vec<String> {
    vec![csv_text(&key.method), real(key.eta_bits)]
}

pub(crate) fn real(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn interval(interval: Option<[f64; 2]>) -> [String; 2] {
    [real(interval.map(|it| it[0])), real(interval.map(|it| it[1]))]
}

pub(crate) fn estimate_cells(estimate: &Estimate) -> Vec<String> {
    let [low, high] = interval(estimate.interval);
    vec![real(estimate.value), real(estimate.se), low, high]
}

/// File names below the report's folder, and their content.
pub(crate) fn files(comparisons: &[Comparison], details: &Details) -> Vec<(&'static str, String)> {
    let mut files = vec![
        ("differences.csv", differences(comparisons.iter().chain(&details.to_lead))),
        ("effort.csv", effort(&details.effort)),
        ("calibration.csv", calibration(&details.calibration)),
        ("calibration-bins.csv", bins(&details.calibration)),
    ];
    if !details.savings.is_empty() {
        files.push(("savings.csv", savings(details)));
    }
    if let Some(found) = &details.sensitivity {
        files.push(("weights.csv", weights(found)));
    }
    if !details.spread.is_empty() {
        files.push(("seeds.csv", seeds(&details.spread)));
    }
    if !details.conditions.is_empty() {
        files.push(("conditions.csv", conditions(&details.conditions)));
    }
    files
}

fn differences<'a>(comparisons: impl Iterator<Item = &'a Comparison>) -> String {
    let mut csv = Csv::new(&[
        "metric",
        "method",
        "eta_bits",
        "to_method",
        "to_eta_bits",
        "difference",
        "se",
        "low",
        "high",
        "p",
        "p_holm",
        "exact",
        "problems",
    ]);
    for it in comparisons {
        let mut cells = vec![it.metric.spoken().to_owned()];
        cells.extend(key_cells(&it.key()));
        cells.extend(key_cells(&MethodKey::new(it.baseline.as_str(), it.baseline_eta_bits)));
        cells.extend(estimate_cells(&it.difference));
        cells.extend([real(it.p), real(it.p_holm), it.exact.to_string(), it.problems.to_string()]);
        csv.line(cells);
    }
    csv.0
}

fn effort(curves: &[EffortCurve]) -> String {
    let mut csv = Csv::new(&["method", "eta_bits", "budget", "solved", "low", "high"]);
    for curve in curves {
        for point in &curve.points {
            let mut cells = key_cells(&curve.key);
            cells.extend([point.budget.to_string(), point.solved.to_string()]);
            cells.extend(interval(point.interval));
            csv.line(cells);
        }
    }
    csv.0
}

fn savings(details: &Details) -> String {
    let mut csv = Csv::new(&[
        "method",
        "eta_bits",
        "over",
        "problems",
        "tokens",
        "tokens_se",
        "tokens_low",
        "tokens_high",
        "keystrokes",
        "keystrokes_se",
        "keystrokes_low",
        "keystrokes_high",
        "read_a_token_saved",
    ]);
    for it in &details.savings {
        let parts = [
            ("all", it.problems, &it.tokens, &it.keystrokes, it.read_a_token_saved),
            ("solved", it.problems_where_solved, &it.tokens_where_solved, &it.keystrokes_where_solved, None),
        ];
        for (over, problems, tokens, keystrokes, read) in parts {
            let mut cells = key_cells(&it.key);
            cells.extend([over.to_owned(), problems.to_string()]);
            cells.extend(estimate_cells(tokens));
            cells.extend(estimate_cells(keystrokes));
            cells.push(real(read));
            csv.line(cells);
        }
    }
    csv.0
}

fn calibration(found: &[Calibration]) -> String {
    let mut csv = Csv::new(&[
        "method",
        "eta_bits",
        "suggestions",
        "problems",
        "left_out",
        "mean_likelihood",
        "share_right",
        "ece",
        "ece_low",
        "ece_high",
        "ece_if_calibrated",
        "ece_if_calibrated_95",
        "brier",
        "reliability",
        "resolution",
        "uncertainty",
        "within_bins",
        "log_loss_bits",
        "design_effect",
    ]);
    for it in found {
        let mut cells = key_cells(&it.key);
        cells.extend([it.suggestions, it.problems, it.left_out].map(|n| n.to_string()));
        cells.extend([it.mean_likelihood, it.share_right, it.ece].map(|value| value.to_string()));
        cells.extend(interval(it.ece_interval));
        let rest = [
            it.ece_if_calibrated,
            it.ece_if_calibrated_95,
            it.brier,
            it.reliability,
            it.resolution,
            it.uncertainty,
            it.within_bins,
            it.log_loss_bits,
            it.design_effect,
        ];
        cells.extend(rest.map(|value| value.to_string()));
        csv.line(cells);
    }
    csv.0
}

fn bins(found: &[Calibration]) -> String {
    let mut csv = Csv::new(&[
        "method",
        "eta_bits",
        "lowest",
        "highest",
        "mean_likelihood",
        "suggestions",
        "right",
        "share_right",
        "low",
        "high",
    ]);
    for it in found {
        for bin in &it.bins {
            let mut cells = key_cells(&it.key);
            cells.extend([bin.lowest, bin.highest, bin.mean_likelihood].map(|value| value.to_string()));
            cells.extend([bin.suggestions, bin.right].map(|n| n.to_string()));
            cells.extend([bin.share_right, bin.interval[0], bin.interval[1]].map(|value| value.to_string()));
            csv.line(cells);
        }
    }
    csv.0
}

fn weights(found: &Sensitivity) -> String {
    let mut csv = Csv::new(&[
        "gamma",
        "alpha",
        "beta",
        "best_method",
        "best_eta_bits",
        "best_dpr",
        "best_is_clear",
        "lead_minus_human",
        "lead_minus_human_se",
    ]);
    for cell in &found.cells {
        let mut cells = [found.weights.gamma, cell.alpha, cell.beta].map(|value| value.to_string()).to_vec();
        cells.extend(key_cells(&cell.best));
        cells.extend([cell.best_dpr.to_string(), cell.is_clear.to_string()]);
        let gap = cell.lead_minus_human;
        cells.extend([real(gap.map(|gap| gap.difference)), real(gap.and_then(|gap| gap.se))]);
        csv.line(cells);
    }
    csv.0
}

fn seeds(found: &[Spread]) -> String {
    let mut csv = Csv::new(&[
        "method",
        "eta_bits",
        "draws",
        "problems",
        "dpr_mean",
        "dpr_sd",
        "dpr_lowest",
        "dpr_highest",
        "pass_at_1_mean",
        "pass_at_1_sd",
        "pass_at_1_lowest",
        "pass_at_1_highest",
    ]);
    for it in found {
        let mut cells = key_cells(&it.key);
        cells.extend([it.draws, it.problems].map(|n| n.to_string()));
        for draws in [it.dpr, it.pass_at_1] {
            cells.extend([draws.mean, draws.sd, draws.lowest, draws.highest].map(|value| value.to_string()));
        }
        csv.line(cells);
    }
    csv.0
}

fn conditions(series: &[ConditionSeries]) -> String {
    let mut csv = Csv::new(&[
        "setting",
        "value",
        "method",
        "eta_bits",
        "dpr",
        "dpr_se",
        "dpr_low",
        "dpr_high",
        "pass_at_1",
        "pass_at_1_se",
        "episodes",
    ]);
    for axis in series {
        for point in &axis.points {
            for row in &point.rows {
                let mut cells = vec![csv_text(&axis.setting), csv_text(&spoken_value(&point.value))];
                cells.extend(key_cells(&row.key()));
                cells.extend([real(row.dpr), real(row.dpr_se)]);
                cells.extend(interval(row.dpr_interval));
                cells.extend([real(row.pass_at_1), real(row.pass_at_1_se), row.episodes.to_string()]);
                csv.line(cells);
            }
        }
    }
    csv.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use crate::report::{ReportOptions, analyse_for_tests};
    use empower_artifact::rows::Verdict::{Pass, WrongAnswer};

    #[test]
    fn every_line_has_as_many_cells_as_its_header() {
        let mut rows = Vec::new();
        for problem in ["p1", "p2", "p3"] {
            for repeat in 0..2 {
                let verdict = if problem == "p2" { WrongAnswer } else { Pass };
                rows.push(episode(("empower", Some(0.32)), problem, repeat, "aar", verdict));
                rows.push(episode(("human-alone", None), problem, repeat, "sss", Pass));
                rows.push(episode(("base", None), problem, repeat, "rr", WrongAnswer));
            }
        }
        for row in &mut rows {
            row.rounds.iter_mut().for_each(|round| round.correct = Some(true));
        }
        let options = ReportOptions { resamples: 50, permutations: 50, ..ReportOptions::default() };
        let (report, details) = analyse_for_tests(&rows, &options);
        let files = files(&report.comparisons, &details);
        let names: Vec<&str> = files.iter().map(|it| it.0).collect();
        assert!(["savings.csv", "weights.csv", "seeds.csv"].iter().all(|name| names.contains(name)), "{names:?}");
        for (name, text) in files {
            let columns = text.lines().next().expect("a header").split(',').count();
            assert!(text.lines().count() > 1, "{name} is empty");
            assert!(text.lines().all(|line| line.split(',').count() == columns), "{name}:\n{text}");
            assert!(!text.contains("NaN") && !text.contains("inf"), "{name}:\n{text}");
        }
    }
}
