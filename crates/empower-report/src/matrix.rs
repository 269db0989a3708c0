//! Many conditions together: models, humans and problem sets that were played with the same methods. Each condition has
//! its own table and pages ([`crate::write_site`]); here is what only the whole can say: differences corrected over the
//! whole table, curves over thresholds and over the human's settings, the best threshold for each of them, the paper's
//! table beside ours, and the spread between seeds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use empower_artifact::files::create_folder;
use empower_artifact::rows::EpisodeRow;
use empower_artifact::{write_atomic, write_json_atomic};
use serde::Serialize;
use serde_json::Value;

use crate::ReportError;
use crate::headline::headline_key;
use crate::matrix_page::{csv_files, page};
use crate::metrics::{MethodGroup, MethodKey, MethodMetrics, Metric, partition, summarise};
use crate::paired::{COMPARED, Comparison, Effort, compare_two};
use crate::paper::{LARGEST_SE, PAPER_ETA_BITS, PaperResults};
use crate::report::{ReportOptions, write_site};
use crate::runs::{Condition, Run, pool};
use crate::spread::{Spread, spread};
use crate::statistics::{Estimate, holm};
use crate::table::{TableRow, terminal_table};

/// A condition: a model, a human and a problem set.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Its name, and that of its folder.
    pub name: String,
    /// The base model's name.
    pub model: String,
    /// The human's name.
    pub human: String,
    /// The problem set's name.
    pub problems: String,
    /// One run a seed, all under one setting of the human.
    pub runs: Vec<Run>,
    /// Methods that were to be played and are not there, by name.
    pub missing: Vec<String>,
    /// Whether its own pages are up to date and need not be written.
    pub is_written: bool,
}

/// A line on a stage of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageLine {
    /// What it did.
    pub kind: String,
    /// What tells it from others.
    pub label: String,
    /// `done`, `reused`, `failed`, `blocked`.
    pub status: String,
    /// Seconds that it took, whenever that was.
    pub seconds: Option<f64>,
    /// Why it failed.
    pub error: Option<String>,
}

/// How the whole is reported.
#[derive(Debug, Clone)]
pub struct MatrixOptions {
    /// For every condition.
    pub report: ReportOptions,
    /// The paper's table to stand beside ours.
    pub paper: Option<PaperResults>,
    /// What was done for it.
    pub stages: Vec<StageLine>,
    /// The experiment's file.
    pub file: String,
}

/// One condition's numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellReport {
    /// Its name, and that of its folder.
    pub name: String,
    /// The base model's name.
    pub model: String,
    /// The human's name.
    pub human: String,
    /// The problem set's name.
    pub problems: String,
    /// What the human was like and what limits held.
    pub condition: Condition,
    /// The table.
    pub rows: Vec<TableRow>,
    /// The method that the others are compared with: Empower at the headline's threshold, else the best.
    pub lead: Option<MethodKey>,
    /// Each other method minus that one, on the same problems; `p_holm` spans this metric over the whole matrix.
    pub to_lead: Vec<Comparison>,
    /// Spread between seeds.
    pub spread: Vec<Spread>,
    /// For each method with several thresholds, the one with the highest DPR.
    pub best_eta: Vec<BestEta>,
    /// Methods that were to be played and are not there.
    pub missing: Vec<String>,
}

/// The best threshold of a method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BestEta {
    /// The method.
    pub method: String,
    /// The threshold with the highest DPR, in bits.
    pub eta_bits: f64,
    /// Its DPR.
    pub dpr: f64,
    /// The lowest and the highest threshold whose DPR is not clearly below (the paired 95% interval reaches 0).
    pub not_told_apart: [f64; 2],
}

/// Ours beside a row of the paper.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Beside {
    /// Our condition.
    pub cell: String,
    /// The paper's base model.
    pub paper_model: &'static str,
    /// The method.
    pub method: &'static str,
    /// Our threshold, where the method has one.
    pub eta_bits: Option<f64>,
    /// The paper's pass@1, accept ratio, DPR.
    pub paper: [f64; 3],
    /// Ours.
    pub ours: [Estimate; 3],
    /// Ours minus the paper's, the interval widened by the largest standard error that the paper reports.
    pub difference: [Estimate; 3],
}

/// Empower minus another method, in the paper and here.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contrast {
    /// Our condition.
    pub cell: String,
    /// The paper's base model.
    pub paper_model: &'static str,
    /// The metric.
    pub metric: Metric,
    /// The other method.
    pub method: &'static str,
    /// The paper's difference of two printed numbers.
    pub paper: f64,
    /// Ours, paired by problem; `p_holm` spans this metric over this table.
    pub ours: Comparison,
}

/// A curve of a method's metrics over a setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepCurve {
    /// The method; without a threshold where the threshold is what varies.
    pub key: MethodKey,
    /// The setting's value and pass@1, accept ratio and DPR there, by ascending value.
    pub points: Vec<(f64, [Estimate; 3])>,
}

/// Curves over one setting, all else equal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sweep {
    /// `eta`, `attention`, `tokens_per_round`, …
    pub setting: String,
    /// What is equal: the condition's name, or what its cells share.
    pub among: String,
    /// The curves, in table order.
    pub curves: Vec<SweepCurve>,
    /// For each method with several thresholds: the setting's value and the best threshold there.
    pub best_eta: Vec<(f64, BestEta)>,
}

/// The whole; its JSON is `matrix.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matrix {
    /// The title.
    pub title: String,
    /// The conditions that have episodes.
    pub cells: Vec<CellReport>,
    /// Curves over thresholds, then over the human's settings.
    pub sweeps: Vec<Sweep>,
    /// The paper's table's name, where one was asked for.
    pub paper: Option<PaperResults>,
    /// Ours beside it.
    pub beside: Vec<Beside>,
    /// The paper's differences beside ours.
    pub contrasts: Vec<Contrast>,
    /// What was done for it.
    pub stages: Vec<StageLine>,
}

impl Matrix {
    /// Every condition's table, for a terminal.
    pub fn to_terminal(&self) -> String {
        self.cells.iter().map(|cell| format!("{}\n{}\n", cell.name, terminal_table(&cell.rows))).collect()
    }
}

/// A condition with its episodes in groups.
struct Computed {
    report: CellReport,
    groups: Vec<MethodGroup>,
    metrics: Vec<MethodMetrics>,
}

/// Computes everything and writes it into `dir`, which must exist: `index.html`, `matrix.json`, the data of its pictures
/// as CSV, and every condition's site in a folder of its name.
///
/// # Errors
/// No condition with episodes; those of [`write_site`].
pub fn write_matrix(dir: &Path, cells: Vec<Cell>, options: &MatrixOptions) -> Result<Matrix, ReportError> {
    let mut computed = Vec::new();
    for cell in cells {
        if cell.runs.iter().all(|run| run.episodes.is_empty()) {
            continue;
        }
        if !cell.is_written {
            let folder = dir.join(&cell.name);
            create_folder(&folder)?;
            let title = format!("{}: {}", options.report.title, cell.name);
            write_site(&folder, cell.runs.clone(), &ReportOptions { title, ..options.report.clone() })?;
        }
        computed.push(compute(cell, &options.report)?);
    }
    if computed.is_empty() {
        return Err(ReportError::NoEpisodes);
    }
    correct_over_all(&mut computed);
    let sweeps = sweeps(&computed);
    let paper = options.paper;
    let (beside, contrasts) = match paper {
        Some(paper) => (beside(&computed, paper), contrasts(&computed, paper, &options.report)),
        None => (Vec::new(), Vec::new()),
    };
    let matrix = Matrix {
        title: options.report.title.clone(),
        cells: computed.into_iter().map(|it| it.report).collect(),
        sweeps,
        paper,
        beside,
        contrasts,
        stages: options.stages.clone(),
    };
    write_json_atomic(&dir.join("matrix.json"), &matrix)?;
    for (name, text) in csv_files(&matrix) {
        write_atomic(&dir.join(name), text.as_bytes())?;
    }
    // Last: where the page is, what it links to is there.
    write_atomic(&dir.join("index.html"), page(&matrix, options).as_bytes())?;
    Ok(matrix)
}

fn effort(options: &ReportOptions) -> Effort {
    Effort { resamples: options.resamples, permutations: options.permutations }
}

fn compute(cell: Cell, options: &ReportOptions) -> Result<Computed, ReportError> {
    let pools = pool(cell.runs)?;
    let episodes: &[EpisodeRow] = &pools[0].episodes;
    let groups = partition(episodes, &options.weights)?;
    let metrics: Vec<MethodMetrics> =
        groups.iter().map(|group| summarise(group, options.resamples, options.seed)).collect();
    let best = || {
        let judged = metrics.iter().filter(|it| it.dpr.value.is_some());
        judged.reduce(|best, it| if it.dpr.value > best.dpr.value { it } else { best }).map(|it| it.key.clone())
    };
    let lead = headline_key(&groups, options.headline_eta_bits).cloned().or_else(best);
    let seed = options.seed.named("matrix").named(&cell.name);
    let mut to_lead = Vec::new();
    if let Some(ours) = groups.iter().find(|group| Some(&group.key) == lead.as_ref() && group.episodes > 0) {
        for metric in COMPARED {
            let others = groups.iter().filter(|group| group.key != ours.key);
            to_lead.extend(others.map(|group| compare_two(metric, group, ours, effort(options), seed)));
        }
    }
    let best_eta = best_etas(&groups, &metrics, options);
    let report = CellReport {
        name: cell.name,
        model: cell.model,
        human: cell.human,
        problems: cell.problems,
        condition: pools[0].condition.clone(),
        rows: metrics.iter().map(TableRow::from).collect(),
        lead,
        to_lead,
        spread: spread(episodes, &options.weights),
        best_eta,
        missing: cell.missing,
    };
    Ok(Computed { report, groups, metrics })
}

fn best_etas(groups: &[MethodGroup], metrics: &[MethodMetrics], options: &ReportOptions) -> Vec<BestEta> {
    let mut found = Vec::new();
    let methods: BTreeSet<&str> = groups.iter().map(|group| group.key.method.as_str()).collect();
    for method in methods {
        let mine = || {
            let both = groups.iter().zip(metrics);
            both.filter_map(|(group, it)| Some((group, it.key.eta_bits?, it.dpr.value?)))
                .filter(|(group, ..)| group.key.method == method)
        };
        // The lowest among equals: groups ascend by threshold.
        let best = mine().reduce(|best, it| if it.2 > best.2 { it } else { best });
        let Some((best, eta_bits, dpr)) = best.filter(|_| mine().count() > 1) else { continue };
        let seed = options.seed.named("best eta");
        let is_open = |group: &MethodGroup| {
            let interval = compare_two(Metric::Dpr, group, best, effort(options), seed).difference.interval;
            group.key == best.key || interval.is_none_or(|[_, high]| high >= 0.0)
        };
        let open: Vec<f64> = mine().filter(|(group, ..)| is_open(group)).map(|(_, eta, _)| eta).collect();
        let ends = open.iter().fold([eta_bits, eta_bits], |[low, high], eta| [low.min(*eta), high.max(*eta)]);
        found.push(BestEta { method: method.to_owned(), eta_bits, dpr, not_told_apart: ends });
    }
    found
}

/// Holm's correction over every comparison of a metric, in all conditions together.
fn correct_over_all(computed: &mut [Computed]) {
    for metric in COMPARED {
        let of_metric = |it: &&mut Comparison| it.metric == metric;
        let all = computed.iter_mut().flat_map(|it| &mut it.report.to_lead).filter(of_metric);
        let ps: Vec<Option<f64>> = all.map(|it| it.p).collect();
        let all = computed.iter_mut().flat_map(|it| &mut it.report.to_lead).filter(of_metric);
        all.zip(holm(&ps)).for_each(|(it, p)| it.p_holm = p);
    }
}

fn estimates(it: &MethodMetrics) -> [Estimate; 3] {
    [it.pass_at_1, it.accept_ratio, it.dpr]
}

/// Over thresholds within each condition, and over each setting of the human that varies while all else is equal.
fn sweeps(computed: &[Computed]) -> Vec<Sweep> {
    let mut found = Vec::new();
    for it in computed {
        let mut curves: BTreeMap<MethodKey, Vec<(f64, [Estimate; 3])>> = BTreeMap::new();
        for metrics in &it.metrics {
            if let Some(eta) = metrics.key.eta_bits {
                let key = MethodKey::new(metrics.key.method.as_str(), None);
                curves.entry(key).or_default().push((eta, estimates(metrics)));
            }
        }
        let curves = with_several_points(curves);
        if !curves.is_empty() {
            let (setting, among) = ("eta".to_owned(), it.report.name.clone());
            found.push(Sweep { setting, among, curves, best_eta: Vec::new() });
        }
    }
    let settings: BTreeSet<&String> = computed.iter().flat_map(|it| it.report.condition.0.keys()).collect();
    for setting in settings {
        // Cells that are alike but for this setting.
        let mut alike: BTreeMap<String, Vec<&Computed>> = BTreeMap::new();
        for it in computed {
            if it.report.condition.0.get(setting).and_then(Value::as_f64).is_none() {
                continue;
            }
            let mut others = it.report.condition.clone();
            others.0.remove(setting);
            let name = format!("{}, {}, {}", it.report.model, it.report.problems, others.spoken());
            alike.entry(name).or_default().push(it);
        }
        for (among, cells) in alike.into_iter().filter(|(_, cells)| cells.len() > 1) {
            let at = |it: &Computed| it.report.condition.0.get(setting).and_then(Value::as_f64).unwrap_or_default();
            let mut curves: BTreeMap<MethodKey, Vec<(f64, [Estimate; 3])>> = BTreeMap::new();
            let mut best_eta = Vec::new();
            for it in cells {
                for metrics in &it.metrics {
                    curves.entry(metrics.key.clone()).or_default().push((at(it), estimates(metrics)));
                }
                best_eta.extend(it.report.best_eta.iter().map(|best| (at(it), best.clone())));
            }
            let curves = with_several_points(curves);
            best_eta.sort_by(|a, b| a.1.method.cmp(&b.1.method).then(a.0.total_cmp(&b.0)));
            if !curves.is_empty() {
                found.push(Sweep { setting: setting.clone(), among, curves, best_eta });
            }
        }
    }
    found
}

fn with_several_points(curves: BTreeMap<MethodKey, Vec<(f64, [Estimate; 3])>>) -> Vec<SweepCurve> {
    let curve = |(key, mut points): (MethodKey, Vec<(f64, [Estimate; 3])>)| {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        (points.len() > 1).then_some(SweepCurve { key, points })
    };
    curves.into_iter().filter_map(curve).collect()
}

/// Our group that a method of the paper is: of the same name, and at the paper's threshold or else the nearest to it.
fn ours<'a>(it: &'a Computed, method: &str) -> Option<(&'a MethodGroup, &'a MethodMetrics)> {
    let distance = |key: &MethodKey| key.eta_bits.map_or(0.0, |eta| (eta - PAPER_ETA_BITS).abs());
    let named = it.groups.iter().zip(&it.metrics).filter(|(group, _)| group.key.method == method && group.episodes > 0);
    named.min_by(|a, b| distance(&a.0.key).total_cmp(&distance(&b.0.key)))
}

fn beside(computed: &[Computed], paper: PaperResults) -> Vec<Beside> {
    let mut found = Vec::new();
    for it in computed {
        for row in paper.rows_beside(&it.report.model) {
            let Some((_, metrics)) = ours(it, row.method) else { continue };
            let (theirs, ours) = ([row.pass_at_1, row.accept_ratio, row.dpr], estimates(metrics));
            let difference = std::array::from_fn(|i| {
                let se = ours[i].se.map(|se| se.hypot(LARGEST_SE[i]));
                let value = ours[i].value.map(|value| value - theirs[i]);
                // 1.96: the 95% interval of a normal estimate.
                let interval = value.zip(se).map(|(value, se)| [value - 1.96 * se, value + 1.96 * se]);
                Estimate { value, se, interval }
            });
            found.push(Beside {
                cell: it.report.name.clone(),
                paper_model: row.model,
                method: row.method,
                eta_bits: metrics.key.eta_bits,
                paper: theirs,
                ours,
                difference,
            });
        }
    }
    found
}

fn contrasts(computed: &[Computed], paper: PaperResults, options: &ReportOptions) -> Vec<Contrast> {
    let mut found: Vec<Contrast> = Vec::new();
    for it in computed {
        let Some((empower, _)) = ours(it, "empower") else { continue };
        // The same pair of ours stands beside each of the paper's models: it is compared once.
        let mut compared: BTreeMap<(usize, &str), Comparison> = BTreeMap::new();
        for row in paper.rows_beside(&it.report.model) {
            let (Some((group, _)), Some(lead)) = (ours(it, row.method), paper.row(row.model, "empower")) else {
                continue;
            };
            if row.method == "empower" {
                continue;
            }
            for (i, metric) in COMPARED.into_iter().enumerate() {
                let pick = |row: &crate::paper::PaperRow| [row.pass_at_1, row.accept_ratio, row.dpr][i];
                let seed = options.seed.named("contrast").named(&it.report.name);
                let ours = compared
                    .entry((i, row.method))
                    .or_insert_with(|| compare_two(metric, empower, group, effort(options), seed));
                found.push(Contrast {
                    cell: it.report.name.clone(),
                    paper_model: row.model,
                    metric,
                    method: row.method,
                    paper: pick(lead) - pick(&row),
                    ours: ours.clone(),
                });
            }
        }
    }
    for metric in COMPARED {
        // Each test once, however many of the paper's models it stands beside.
        let mut tests: BTreeMap<(String, &str), Option<f64>> = BTreeMap::new();
        for it in found.iter().filter(|it| it.metric == metric) {
            tests.insert((it.cell.clone(), it.method), it.ours.p);
        }
        let corrected = holm(&tests.values().copied().collect::<Vec<_>>());
        let by_test: BTreeMap<_, _> = tests.keys().zip(corrected).collect();
        for it in found.iter_mut().filter(|it| it.metric == metric) {
            it.ours.p_holm = by_test.get(&(it.cell.clone(), it.method)).copied().flatten();
        }
    }
    found
}

#[cfg(test)]
#[path = "matrix_tests.rs"]
mod tests;
