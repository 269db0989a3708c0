//! From judged episodes to a report: everything is computed in [`build_report`] and its private fellow, which are pure,
//! and [`write_site`] writes it down: the page, the tables, and a folder with the data of the pictures and the episodes
//! for the viewer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use empower_artifact::files::{create_folder, remove_files};
use empower_artifact::rows::{EpisodeRow, HumanFault};
use empower_artifact::{Manifest, Seed, write_atomic, write_json_atomic};
use serde::Serialize;

use crate::ReportError;
use crate::calibration::{Calibration, calibration};
use crate::conditions::{ConditionSeries, series};
use crate::downloads;
use crate::effort::{EffortCurve, effort_curves};
use crate::headline::{answer, best_baseline, headline, headline_key};
use crate::html::{Page, markdown, page};
use crate::metrics::{
    DprWeights, HUMAN_ALONE, MethodGroup, MethodKey, MethodMetrics, Metric, fault_name, partition, summarise,
};
use crate::paired::{Comparison, Effort, compare, compare_two};
use crate::runs::{Pool, Run, other_differences, pool};
use crate::savings::{Savings, savings};
use crate::sensitivity::{Sensitivity, sensitivity};
use crate::spread::{Spread, spread};
use crate::table::{TableRow, terminal_table, to_csv, to_markdown};
use crate::viewer;

/// How a report is made.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportOptions {
    /// The page's title.
    pub title: String,
    /// The constants of the discounted pass rate.
    pub weights: DprWeights,
    /// The method that others are compared with; without one the human alone, where it has episodes.
    pub baseline: Option<MethodKey>,
    /// The threshold that the headline is about, in bits; without episodes at it, the lowest there is.
    pub headline_eta_bits: f64,
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Draws of a permutation test that is too large to count out.
    pub permutations: usize,
    /// Seeds the resamples and draws.
    pub seed: Seed,
    /// Most episodes shown on the page itself; the viewer has them all.
    pub episodes_shown: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            title: "Empower: results".to_owned(),
            weights: DprWeights::default(),
            baseline: None,
            // The paper's threshold in simulation (PAPER section 4).
            headline_eta_bits: 0.32,
            // chosen: the 95% interval's ends then move by about a twentieth of a standard error with the seed.
            resamples: 2000,
            permutations: 20_000,
            seed: Seed::new(0),
            episodes_shown: 6,
        }
    }
}

/// What a report says; its JSON is `table.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The sentences to take away.
    pub headline: String,
    /// The table, in table order.
    pub rows: Vec<TableRow>,
    /// What the comparisons are with.
    pub baseline: Option<MethodKey>,
    /// Paired differences to it.
    pub comparisons: Vec<Comparison>,
    /// The constants that the discounted pass rates were computed with.
    pub weights: DprWeights,
    /// What a reader must know beside the numbers.
    pub notes: Vec<String>,
}

impl Report {
    /// The table and the headline as plain text for a terminal.
    pub fn to_terminal(&self) -> String {
        format!("{}\n{}\n", terminal_table(&self.rows), self.headline)
    }
}

/// What the page shows beside the table; its JSON is `report/details.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Details {
    /// One sentence.
    pub answer: String,
    /// The method that the headline is about.
    pub lead: Option<MethodKey>,
    /// Paired differences of every other method to it.
    pub to_lead: Vec<Comparison>,
    /// Success within an effort budget.
    pub effort: Vec<EffortCurve>,
    /// Tokens and keystrokes saved against writing alone.
    pub savings: Vec<Savings>,
    /// Whether likelihoods hold.
    pub calibration: Vec<Calibration>,
    /// Other weights.
    pub sensitivity: Option<Sensitivity>,
    /// Spread between seeds, where there are several.
    pub spread: Vec<Spread>,
    /// Other conditions of the human, where there are several.
    pub conditions: Vec<ConditionSeries>,
}

/// Computes a report; writes nothing.
///
/// # Errors
/// Episodes or options that [`partition`] refuses, or a baseline without judged episodes.
pub fn build_report(episodes: &[EpisodeRow], options: &ReportOptions) -> Result<Report, ReportError> {
    Ok(Analysis::of(episodes, options)?.report)
}

/// [`write_site`] of the episodes of one run folder.
///
/// # Errors
/// As [`write_site`].
pub fn write_report(
    dir: &Path,
    episodes: &[EpisodeRow],
    manifest: Option<&Manifest>,
    options: &ReportOptions,
) -> Result<Report, ReportError> {
    let run = Run { name: "this run".to_owned(), manifest: manifest.cloned(), episodes: episodes.to_vec() };
    write_site(dir, vec![run], options)
}

/// The folder below the report's own that holds the pictures' data and the viewer's episodes.
pub(crate) const FOLDER: &str = "report";

/// Computes a report over run folders and writes it into `dir`, which must exist: `report.html`, `episodes.html`,
/// `table.md`, `table.csv`, `table.json`, and `report/` with the data of every picture and the episodes that the viewer
/// loads. Each file appears whole; existing ones are replaced, and episodes of an earlier report are removed.
///
/// The table is about the condition of the first run (see [`pool`]).
///
/// # Errors
/// Those of [`build_report`], the same episode twice, and a file that cannot be written.
pub fn write_site(dir: &Path, runs: Vec<Run>, options: &ReportOptions) -> Result<Report, ReportError> {
    let manifests: Vec<(String, Option<Manifest>)> =
        runs.iter().map(|run| (run.name.clone(), run.manifest.clone())).collect();
    let pools = pool(runs)?;
    let episodes = &pools[0].episodes;
    let Analysis { mut report, metrics, focus, best } = Analysis::of(episodes, options)?;
    report.notes.extend(pool_notes(&pools));
    report.notes.extend(difference_note(&manifests));
    let details = details(&pools, &report, &metrics, best.as_ref(), options)?;

    write_json_atomic(&dir.join("table.json"), &report)?;
    write_atomic(&dir.join("table.csv"), to_csv(&report.rows).as_bytes())?;
    let text = markdown(&report, &details, &to_markdown(&report.rows));
    write_atomic(&dir.join("table.md"), text.as_bytes())?;

    let folder = dir.join(FOLDER);
    create_folder(&folder)?;
    remove_files(&folder, "episodes-", ".js")?;
    write_json_atomic(&folder.join("details.json"), &details)?;
    let data = downloads::files(&report.comparisons, &details);
    for (name, text) in &data {
        write_atomic(&folder.join(name), text.as_bytes())?;
    }
    let chunks = viewer::chunks(episodes);
    for (i, chunk) in chunks.iter().enumerate() {
        write_atomic(&folder.join(viewer::chunk_name(i)), viewer::chunk_text(i, chunk).as_bytes())?;
    }
    let text = viewer::page(&options.title, episodes, &chunks);
    write_atomic(&dir.join("episodes.html"), text.as_bytes())?;
    let text = page(&Page {
        report: &report,
        details: &details,
        metrics: &metrics,
        focus: &focus,
        episodes,
        manifests: &manifests,
        options,
    });
    // Last: where the page is, what it links to is there.
    write_atomic(&dir.join("report.html"), text.as_bytes())?;
    Ok(report)
}

/// The untuned baseline whose episodes stand beside the others': what an assistant does that does not know when to stop.
const PLAIN: &str = "base-10";

/// A report with what the page needs beside it.
struct Analysis {
    report: Report,
    metrics: Vec<MethodMetrics>,
    /// The methods that are shown first: the headline's, the best baseline, [`PLAIN`], the human alone.
    focus: Vec<MethodKey>,
    best: Option<MethodKey>,
}

impl Analysis {
    fn of(episodes: &[EpisodeRow], options: &ReportOptions) -> Result<Self, ReportError> {
        let groups = partition(episodes, &options.weights)?;
        let metrics: Vec<MethodMetrics> =
            groups.iter().map(|group| summarise(group, options.resamples, options.seed)).collect();
        let human = MethodKey::new(HUMAN_ALONE, None);
        let has_human = groups.iter().any(|group| group.key == human && group.episodes > 0);
        let baseline = options.baseline.clone().or_else(|| has_human.then(|| human.clone()));
        let effort = effort_of(options);
        let comparisons = match &baseline {
            Some(baseline) => compare(&groups, baseline, effort, options.seed)?,
            None => Vec::new(),
        };
        let lead = headline_key(&groups, options.headline_eta_bits).cloned();
        let best = best_baseline(&metrics).map(|it| it.key.clone());
        let plain = groups.iter().map(|group| &group.key).find(|key| key.method == PLAIN);
        let mut focus: Vec<MethodKey> = lead.into_iter().chain(best.clone()).collect();
        focus.extend(plain.filter(|key| !focus.contains(key)).cloned());
        focus.extend(has_human.then_some(human));
        let report = Report {
            headline: headline(&groups, &metrics, options.headline_eta_bits, effort, options.seed),
            rows: metrics.iter().map(TableRow::from).collect(),
            baseline,
            comparisons,
            weights: options.weights,
            notes: notes(&groups, &metrics, options),
        };
        Ok(Self { report, metrics, focus, best })
    }
}

fn effort_of(options: &ReportOptions) -> Effort {
    Effort { resamples: options.resamples, permutations: options.permutations }
}

fn details(
    pools: &[Pool],
    report: &Report,
    metrics: &[MethodMetrics],
    best: Option<&MethodKey>,
    options: &ReportOptions,
) -> Result<Details, ReportError> {
    let episodes = &pools[0].episodes;
    let effort = effort_of(options);
    let groups = partition(episodes, &options.weights)?;
    let lead = headline_key(&groups, options.headline_eta_bits).cloned();
    let to_lead = match &lead {
        Some(lead) => compare(&groups, lead, effort, options.seed)?,
        None => Vec::new(),
    };
    let human = MethodKey::new(HUMAN_ALONE, None);
    let of = |key: &MethodKey| metrics.iter().zip(&groups).find(|(it, _)| it.key == *key && it.episodes > 0);
    let both = lead.as_ref().and_then(of).zip(of(&human));
    let found = both.and_then(|((ours, our_group), (theirs, their_group))| {
        let seed = options.seed.named("headline");
        answer(ours, theirs, &compare_two(Metric::Dpr, our_group, their_group, effort, seed))
    });
    let resamples = options.resamples;
    Ok(Details {
        // The first sentence of the headline says what is missing.
        answer: found.unwrap_or_else(|| report.headline.clone()),
        to_lead,
        effort: effort_curves(episodes, &options.weights, resamples, options.seed),
        savings: savings(episodes, resamples, options.seed),
        calibration: calibration(episodes, resamples.min(1000), options.seed),
        sensitivity: sensitivity(episodes, options.weights, lead.as_ref(), best),
        spread: spread(episodes, &options.weights),
        conditions: series(pools, &options.weights, options.headline_eta_bits, best, effort, options.seed)?,
        lead,
    })
}

#[cfg(test)]
pub(crate) fn analyse_for_tests(episodes: &[EpisodeRow], options: &ReportOptions) -> (Report, Details) {
    let run = Run { name: "test".into(), manifest: None, episodes: episodes.to_vec() };
    let pools = pool(vec![run]).expect("one run");
    let Analysis { report, metrics, best, .. } = Analysis::of(episodes, options).expect("valid episodes");
    let details = details(&pools, &report, &metrics, best.as_ref(), options).expect("valid episodes");
    (report, details)
}

/// A warning where pooled runs are not the same experiment.
fn difference_note(manifests: &[(String, Option<Manifest>)]) -> Option<String> {
    let (first, others) = manifests.split_first()?;
    let differing: Vec<String> = others
        .iter()
        .filter_map(|(name, manifest)| {
            let found = other_differences(first.1.as_ref()?, manifest.as_ref()?);
            (!found.is_empty()).then(|| format!("{name} in {}", found.join(", ")))
        })
        .collect();
    (!differing.is_empty()).then(|| {
        format!(
            "Not the same experiment as {} in all settings: {}. Rows of the same method were put together all the same.",
            first.0,
            differing.join("; ")
        )
    })
}

/// What was pooled and what was set apart.
fn pool_notes(pools: &[Pool]) -> Vec<String> {
    let mut notes = Vec::new();
    let [first, others @ ..] = pools else { return notes };
    if first.runs.len() > 1 {
        notes.push(format!(
            "Put together from {} runs ({}). The same method on the same problem under another seed counts as a further \
             repeat.",
            first.runs.len(),
            first.runs.join(", ")
        ));
    }
    if !others.is_empty() {
        notes.push(format!(
            "The numbers are those under the first run's conditions ({}). Runs under other conditions ({}) are only in the \
             section on conditions.",
            first.condition.spoken(),
            others.iter().flat_map(|pool| pool.runs.iter().map(String::as_str)).collect::<Vec<_>>().join(", ")
        ));
        let apart = others.iter().filter(|pool| first.condition.only_difference(&pool.condition).is_none());
        let apart: Vec<&str> = apart.flat_map(|pool| pool.runs.iter().map(String::as_str)).collect();
        if !apart.is_empty() {
            notes.push(format!(
                "Shown nowhere, because they differ from the first run in several conditions at once: {}.",
                apart.join(", ")
            ));
        }
    }
    notes
}
fn notes(groups: &[MethodGroup], metrics: &[MethodMetrics], options: &ReportOptions) -> Vec<String> {
    let DprWeights { gamma, alpha, beta } = options.weights;
    let mut notes = vec![
        format!(
            "DPR: mean over problems of 1[passed] · gamma^(alpha · tokens read + beta · tokens written), with gamma {gamma}, \
             alpha {alpha}, beta {beta}."
        ),
        "Accept ratio: accepted over shown suggestions, pooled over all rounds. An empty suggestion is not shown and counts \
         in neither; the share of silent rounds is its own column."
            .to_owned(),
        format!(
            "Uncertainty is over problems, not over rounds or repeats: standard errors are those of a ratio clustered by \
             problem (linearised), intervals are 95% percentile intervals of {} bootstrap resamples of problems (seed {}).",
            options.resamples,
            options.seed.value()
        ),
    ];
    if groups.len() > 1 {
        notes.push(
            "The headline calls a difference found only where its interval excludes zero and the paired test's p is below \
             0.05; the best baseline is the one with the highest DPR, picked after the fact, so its lead is flattered."
                .to_owned(),
        );
    }
    let certain = |rate: Option<f64>| rate == Some(0.0) || rate == Some(1.0);
    let agreed = metrics.iter().filter(|it| certain(it.pass_at_1.value) && it.problems > 1).map(|it| it.problems).min();
    if let Some(n) = agreed {
        notes.push(format!(
            "Where all problems agree (a rate of 0 or 1), the standard error is 0 and the interval has no width. That is not \
             certainty: with {n} problems a true rate up to about {:.2} away is still plausible (3 over n).",
            (3.0 / n as f64).min(1.0)
        ));
    }
    let infrastructure: usize = groups.iter().map(|group| group.infrastructure).sum();
    if infrastructure > 0 {
        let parts = groups.iter().filter(|group| group.infrastructure > 0);
        let parts: Vec<String> = parts.map(|group| format!("{}: {}", group.key, group.infrastructure)).collect();
        notes.push(format!(
            "Left out of every number because the judge, not the program, failed: {infrastructure} ({}).",
            parts.join(", ")
        ));
    }
    let limited: Vec<String> = groups
        .iter()
        .filter(|group| group.round_limit > 0)
        .map(|group| format!("{}: {} of {}", group.key, group.round_limit, group.episodes))
        .collect();
    if !limited.is_empty() {
        notes.push(format!("Episodes that ended at the round limit, judged as they stood: {}.", limited.join(", ")));
    }
    let failed = |(key, faults): (&MethodKey, &BTreeMap<HumanFault, usize>)| {
        let parts: Vec<String> = faults.iter().map(|(fault, n)| format!("{n} {}", fault_name(*fault))).collect();
        format!("{key}: {}", parts.join(", "))
    };
    let failed: Vec<String> = groups
        .iter()
        .filter(|group| !group.human_faults.is_empty())
        .map(|group| failed((&group.key, &group.human_faults)))
        .collect();
    if !failed.is_empty() {
        notes.push(format!("What the human, a language model, failed at; all of it counts: {}.", failed.join("; ")));
    }
    let problem_sets: BTreeSet<Vec<&str>> = groups
        .iter()
        .map(|group| group.problems.iter().map(|problem| problem.question_id.as_str()).collect())
        .collect();
    if problem_sets.len() > 1 {
        notes.push(
            "The methods were not judged on the same problems. The table shows each on its own; differences use only the \
             problems that both have."
                .to_owned(),
        );
    }
    if let Some(n) = metrics.iter().map(|it| it.problems).filter(|n| *n < 2).min() {
        notes.push(format!("A method has {n} judged problems: no standard error or interval can be given for it."));
    }
    notes
}
