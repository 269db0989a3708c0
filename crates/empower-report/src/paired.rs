//! Paired differences: each method against a baseline on the problems that both have, by problem. A difference is
//! judged on its own interval and permutation test, never by whether two methods' intervals overlap.

use std::collections::BTreeMap;

use empower_artifact::Seed;
use serde::Serialize;

use crate::ReportError;
use crate::metrics::{MethodGroup, MethodKey, Metric, ProblemCluster};
use crate::statistics::{Estimate, Share, estimate_difference, holm, permutation_test};

/// One method against the baseline in one metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The metric.
    pub metric: Metric,
    /// The method.
    pub method: String,
    /// Its threshold in bits.
    pub eta_bits: Option<f64>,
    /// The baseline.
    pub baseline: String,
    /// Its threshold in bits.
    pub baseline_eta_bits: Option<f64>,
    /// Problems that both have.
    pub problems: usize,
    /// Method minus baseline on those problems.
    pub difference: Estimate,
    /// Two-sided p of the paired permutation test (sign flips by problem).
    pub p: Option<f64>,
    /// The same after Holm's correction over the methods compared in this metric.
    pub p_holm: Option<f64>,
    /// Whether every assignment was counted, rather than a seeded sample.
    pub exact: bool,
}

impl Comparison {
    /// The method compared.
    pub fn key(&self) -> MethodKey {
        MethodKey::new(self.method.as_str(), self.eta_bits)
    }
}

/// The metrics in which methods are compared.
pub const COMPARED: [Metric; 3] = [Metric::PassAt1, Metric::AcceptRatio, Metric::Dpr];

/// How much work the statistics are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Draws of a permutation test that is too large to count out.
    pub permutations: usize,
}

/// Every other group against `baseline`, metric by metric, in the groups' order.
///
/// # Errors
/// The baseline is not among the groups or has no judged episode.
pub fn compare(
    groups: &[MethodGroup],
    baseline: &MethodKey,
    effort: Effort,
    seed: Seed,
) -> Result<Vec<Comparison>, ReportError> {
    let reference = groups.iter().find(|group| group.key == *baseline && group.episodes > 0);
    let Some(reference) = reference else {
        let present = groups.iter().filter(|group| group.episodes > 0).map(|group| group.key.to_string()).collect();
        return Err(ReportError::UnknownBaseline { baseline: baseline.to_string(), present });
    };
    let mut all = Vec::new();
    for metric in COMPARED {
        let others = groups.iter().filter(|group| group.key != *baseline);
        let mut family: Vec<Comparison> =
            others.map(|group| compare_two(metric, group, reference, effort, seed)).collect();
        let ps: Vec<Option<f64>> = family.iter().map(|it| it.p).collect();
        for (comparison, p_holm) in family.iter_mut().zip(holm(&ps)) {
            comparison.p_holm = p_holm;
        }
        all.extend(family);
    }
    Ok(all)
}

/// One group against another in one metric; `p_holm` is left for the family's owner to fill.
pub fn compare_two(metric: Metric, ours: &MethodGroup, theirs: &MethodGroup, effort: Effort, seed: Seed) -> Comparison {
    let (a, b) = common_shares(metric, &ours.problems, &theirs.problems);
    let seed = seed.named("paired").named(&format!("{metric:?}")).named(&ours.key.to_string());
    let seed = seed.named(&theirs.key.to_string());
    let test = permutation_test(&a, &b, effort.permutations, seed.named("permutation"));
    Comparison {
        metric,
        method: ours.key.method.clone(),
        eta_bits: ours.key.eta_bits,
        baseline: theirs.key.method.clone(),
        baseline_eta_bits: theirs.key.eta_bits,
        problems: a.len(),
        difference: estimate_difference(&a, &b, effort.resamples, seed.named("bootstrap")),
        p: test.map(|test| test.p),
        p_holm: None,
        exact: test.is_some_and(|test| test.exact),
    }
}

fn common_shares(metric: Metric, ours: &[ProblemCluster], theirs: &[ProblemCluster]) -> (Vec<Share>, Vec<Share>) {
    let by_id: BTreeMap<&str, &ProblemCluster> = theirs.iter().map(|it| (it.question_id.as_str(), it)).collect();
    let both = ours.iter().filter_map(|our| by_id.get(our.question_id.as_str()).map(|their| (our, *their)));
    both.map(|(our, their)| (metric.share(our), metric.share(their))).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use crate::metrics::{DprWeights, partition};
    use empower_artifact::rows::Verdict::{self, Pass, WrongAnswer};

    const EFFORT: Effort = Effort { resamples: 300, permutations: 1000 };

    fn episodes(method: &str, outcomes: &[Verdict], rounds: &str) -> Vec<empower_artifact::rows::EpisodeRow> {
        let one = |(i, verdict): (usize, &Verdict)| episode((method, None), &format!("p{i}"), 0, rounds, *verdict);
        outcomes.iter().enumerate().map(one).collect()
    }

    #[test]
    fn only_common_problems_are_compared() {
        let mut rows = episodes("base", &[Pass, Pass, Pass, Pass, Pass, WrongAnswer, Pass], "a");
        rows.extend(episodes("human-alone", &[WrongAnswer; 6], "s"));
        let groups = partition(&rows, &DprWeights::default()).expect("valid");
        let baseline = MethodKey::new("human-alone", None);
        let found = compare(&groups, &baseline, EFFORT, Seed::new(1)).expect("compared");
        let pass = &found[0];
        assert_eq!((pass.metric, pass.problems, pass.method.as_str()), (Metric::PassAt1, 6, "base"));
        // Five of six against none; five problems differ, so p = 2 / 2^5, and one test needs no correction.
        assert!((pass.difference.value.expect("defined") - 5.0 / 6.0).abs() < 1e-12);
        assert_eq!((pass.p, pass.p_holm, pass.exact), (Some(0.0625), Some(0.0625), true));
        // The human alone was shown nothing: no accept ratio, no difference, no test.
        let accept = found.iter().find(|it| it.metric == Metric::AcceptRatio).expect("there");
        assert_eq!((accept.difference, accept.p, accept.p_holm), (Estimate::default(), None, None));
    }

    #[test]
    fn a_missing_baseline_names_what_there_is() {
        let groups = partition(&episodes("base", &[Pass], "a"), &DprWeights::default()).expect("valid");
        let error = compare(&groups, &MethodKey::new("human-alone", None), EFFORT, Seed::new(1)).expect_err("missing");
        assert!(error.hint().is_some_and(|hint| hint.contains("base")), "{error}");
    }

    #[test]
    fn the_correction_spans_a_metric_and_no_more() {
        let mut rows = episodes("human-alone", &[WrongAnswer; 6], "s");
        rows.extend(episodes("base", &[Pass; 6], "a"));
        rows.extend(episodes("sft-10", &[Pass, Pass, Pass, Pass, Pass, WrongAnswer], "a"));
        let groups = partition(&rows, &DprWeights::default()).expect("valid");
        let found = compare(&groups, &MethodKey::new("human-alone", None), EFFORT, Seed::new(1)).expect("compared");
        let pass: Vec<_> = found.iter().filter(|it| it.metric == Metric::PassAt1).collect();
        // Table order: sft-10 (2/32), base (2/64). Holm: base 2/64 * 2, sft-10 2/32 * 1.
        assert_eq!(pass.iter().map(|it| it.method.as_str()).collect::<Vec<_>>(), ["sft-10", "base"]);
        assert_eq!((pass[0].p_holm, pass[1].p_holm), (Some(0.0625), Some(0.0625)));
    }
}
