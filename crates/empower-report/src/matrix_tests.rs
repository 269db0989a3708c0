//! The whole over several conditions, on episodes whose numbers are known.

use super::*;
use crate::metrics::tests::episode;
use crate::paper::TABLE_2;
use empower_artifact::Manifest;
use empower_artifact::rows::Verdict::{self, Pass, WrongAnswer};
use serde_json::json;

/// Twelve problems under each of four methods; `wrong` of them fail with Empower, and all but one with SFT-10.
fn cell(attention: f64, wrong: usize, seeds: &[u64]) -> Cell {
    let run = |seed: &u64| {
        let mut episodes = Vec::new();
        for i in 0..12 {
            let passed = |condition: bool| -> Verdict { if condition { Pass } else { WrongAnswer } };
            for (method, eta, verdict, rounds) in [
                ("empower", Some(0.32), passed(i >= wrong), "aa"),
                ("empower", Some(1.0), passed(i >= 2 * wrong), "aa"),
                ("sft-10", None, passed(i == 0), "aa"),
                ("human-alone", None, Pass, "sssss"),
            ] {
                let row = episode((method, eta), &format!("p{i}"), 0, rounds, verdict);
                episodes.push(EpisodeRow { seed: *seed, ..row });
            }
        }
        let settings =
            json!({"human": {"attention": attention, "editing": "append_only"}, "limits": {"max_rounds": 50}});
        Run { name: format!("seed {seed}"), manifest: Some(Manifest::new("run", settings)), episodes }
    };
    Cell {
        name: format!("attention-{attention}"),
        model: "small".into(),
        human: format!("h{attention}"),
        problems: "p".into(),
        runs: seeds.iter().map(run).collect(),
        missing: Vec::new(),
        is_written: false,
    }
}

fn options() -> MatrixOptions {
    let report = ReportOptions { resamples: 200, permutations: 500, ..ReportOptions::default() };
    let stage = StageLine {
        kind: "play".into(),
        label: "<b>x</b>".into(),
        status: "failed".into(),
        seconds: None,
        error: Some("<script>alert(1)</script>".into()),
    };
    MatrixOptions { report, paper: Some(TABLE_2), stages: vec![stage], file: "</pre><script>".into() }
}

#[test]
fn the_whole_says_what_its_parts_say() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let cells = vec![cell(1.0, 0, &[1, 2]), cell(0.5, 3, &[1, 2]), cell(0.0, 6, &[1, 2])];
    let matrix = write_matrix(dir.path(), cells, &options()).expect("written");
    assert_eq!(matrix.cells.len(), 3);
    for name in ["attention-1", "attention-0.5", "attention-0"] {
        assert!(dir.path().join(name).join("report.html").is_file(), "{name}");
    }
    // One sweep over eta for each condition, one over attention for all.
    let settings: Vec<(&str, usize)> = matrix.sweeps.iter().map(|it| (it.setting.as_str(), it.curves.len())).collect();
    assert_eq!(settings, [("eta", 1), ("eta", 1), ("eta", 1), ("attention", 4)]);
    let attention = &matrix.sweeps[3];
    let empower = attention.curves.iter().find(|it| it.key == MethodKey::new("empower", Some(0.32))).expect("there");
    let passed: Vec<(f64, Option<f64>)> = empower.points.iter().map(|(at, it)| (*at, it[0].value)).collect();
    assert_eq!(passed, [(0.0, Some(0.5)), (0.5, Some(0.75)), (1.0, Some(1.0))]);
    // With full attention both thresholds are the same episodes: none can be told from the other.
    let best: Vec<(f64, f64, [f64; 2])> =
        attention.best_eta.iter().map(|(at, best)| (*at, best.eta_bits, best.not_told_apart)).collect();
    assert_eq!(best, [(0.0, 0.32, [0.32, 0.32]), (0.5, 0.32, [0.32, 0.32]), (1.0, 0.32, [0.32, 1.0])]);
    // Two seeds are two draws, equal ones.
    assert!(matrix.cells.iter().all(|it| it.spread.iter().all(|it| it.draws == 2 && it.dpr.sd.abs() < 1e-12)));
}

#[test]
fn the_correction_spans_all_conditions() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let one = write_matrix(dir.path(), vec![cell(1.0, 0, &[1])], &options()).expect("written");
    let dir = tempfile::tempdir().expect("a temporary folder");
    let two = write_matrix(dir.path(), vec![cell(1.0, 0, &[1]), cell(0.5, 0, &[1])], &options()).expect("written");
    let of = |matrix: &Matrix| {
        let it = matrix.cells[0].to_lead.iter().find(|it| it.metric == Metric::PassAt1 && it.method == "sft-10");
        it.and_then(|it| it.p.zip(it.p_holm)).expect("tested")
    };
    let ((p, holm_one), (p_two, holm_two)) = (of(&one), of(&two));
    assert_eq!(p, p_two);
    assert!(holm_two > holm_one && holm_one > p, "{p} {holm_one} {holm_two}");
}

#[test]
fn the_paper_stands_beside_methods_of_its_names() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut mine = cell(1.0, 0, &[1]);
    mine.model = "qwen3-8b".into();
    let matrix = write_matrix(dir.path(), vec![mine], &options()).expect("written");
    let rows: Vec<(&str, Option<f64>)> = matrix.beside.iter().map(|it| (it.method, it.eta_bits)).collect();
    assert_eq!(rows, [("empower", Some(0.32)), ("sft-10", None)]);
    let [empower, sft] = matrix.beside.as_slice() else { panic!("two rows") };
    assert_eq!(empower.ours[0].value, Some(1.0));
    assert!((empower.difference[0].value.expect("known") - (1.0 - 0.178)).abs() < 1e-12);
    // Where ours is certain, the interval is the paper's own: 1.96 times its largest standard error either way.
    let [low, high] = empower.difference[0].interval.expect("known");
    assert!((high - low - 2.0 * 1.96 * 0.021).abs() < 1e-12);
    assert!(sft.difference[0].se.expect("known") > 0.021);
    let dpr = matrix.contrasts.iter().find(|it| it.metric == Metric::Dpr).expect("a contrast");
    assert!((dpr.paper - (0.156 - 0.086)).abs() < 1e-12);
    assert!(dpr.ours.difference.value.expect("known") > 0.0 && dpr.ours.p_holm == dpr.ours.p);
}

#[test]
fn pages_are_safe_and_have_no_undefined_numbers() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    write_matrix(dir.path(), vec![cell(1.0, 0, &[1]), cell(0.5, 2, &[1])], &options()).expect("written");
    let text = std::fs::read_to_string(dir.path().join("index.html")).expect("written");
    assert!(!text.contains("<script>alert") && !text.contains("<b>x</b>") && !text.contains("</pre><script>"));
    assert!(!text.replace("isNaN", "").contains("NaN"));
    assert!(text.contains("href=\"attention-0.5/report.html\""));
    let csv = std::fs::read_to_string(dir.path().join("sweeps.csv")).expect("written");
    let widths: BTreeSet<usize> = csv.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(widths.len(), 2, "one column has commas inside its quotes: {csv}");
    assert!(matches!(write_matrix(dir.path(), Vec::new(), &options()), Err(ReportError::NoEpisodes)));
}
