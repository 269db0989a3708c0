//! The one sentence or three that a person takes away, computed from the data and honest about it: it says when help
//! does not pay, when a baseline is better, and when the run cannot tell.

use empower_artifact::Seed;

use crate::metrics::{EMPOWER, HUMAN_ALONE, MethodGroup, MethodKey, MethodMetrics, Metric};
use crate::paired::{Comparison, Effort, compare_two};
use crate::table::{number, p_value, signed};

/// The group of Empower that the headline is about: the one at `preferred_bits`, else the one with the lowest
/// threshold. It is never chosen by its result.
pub(crate) fn headline_key(groups: &[MethodGroup], preferred_bits: f64) -> Option<&MethodKey> {
    let mut empower = groups.iter().filter(|group| group.key.method == EMPOWER && group.episodes > 0);
    // Groups ascend by threshold.
    let first = empower.clone().next();
    empower.find(|group| group.key.eta_bits == Some(preferred_bits)).or(first).map(|group| &group.key)
}

/// The baseline (neither Empower nor the human alone) with the highest DPR; the earlier in the table among equals.
pub(crate) fn best_baseline(metrics: &[MethodMetrics]) -> Option<&MethodMetrics> {
    let baselines = metrics.iter().filter(|it| it.key.method != EMPOWER && it.key.method != HUMAN_ALONE);
    baselines
        .filter(|it| it.dpr.value.is_some())
        .reduce(|best, it| if it.dpr.value > best.dpr.value { it } else { best })
}

/// The one sentence that stands first: the finding about Empower and the human alone, with its two numbers. `None` where
/// one of the two is missing.
pub(crate) fn answer(ours: &MethodMetrics, human: &MethodMetrics, comparison: &Comparison) -> Option<String> {
    let (our, their) = (ours.dpr.value?, human.dpr.value?);
    let name = ours.key.spoken();
    Some(match finding(comparison) {
        Finding::Ahead => format!("Help pays: {name} has a DPR of {our:.3}, the human alone {their:.3}."),
        Finding::Behind => format!("Help does not pay: {name} has a DPR of {our:.3}, the human alone {their:.3}."),
        Finding::Open | Finding::Unknown => {
            format!("This run cannot tell whether help pays: {name} has a DPR of {our:.3}, the human alone {their:.3}.")
        }
    })
}

/// The headline. `groups` and `metrics` are in the same order.
pub(crate) fn headline(
    groups: &[MethodGroup],
    metrics: &[MethodMetrics],
    preferred_bits: f64,
    effort: Effort,
    seed: Seed,
) -> String {
    let group = |key: &MethodKey| groups.iter().find(|group| group.key == *key);
    let dpr = |key: &MethodKey| metrics.iter().find(|it| it.key == *key).and_then(|it| it.dpr.value);
    let human_key = MethodKey::new(HUMAN_ALONE, None);
    let human = group(&human_key).filter(|group| group.episodes > 0);
    let baseline = best_baseline(metrics);
    let Some(ours) = headline_key(groups, preferred_bits).and_then(group) else {
        let best = metrics.iter().filter(|it| it.dpr.value.is_some()).max_by(|a, b| {
            f64::total_cmp(&a.dpr.value.unwrap_or(f64::NEG_INFINITY), &b.dpr.value.unwrap_or(f64::NEG_INFINITY))
        });
        return match best {
            Some(best) => format!(
                "This run has no judged episodes of Empower. The highest DPR is {}, by {}.",
                number(best.dpr.value, 3),
                best.key.spoken()
            ),
            None => "This run has no judged episodes.".to_owned(),
        };
    };
    let name = ours.key.spoken();
    let compared = |theirs: &MethodGroup| compare_two(Metric::Dpr, ours, theirs, effort, seed.named("headline"));
    let mut text = format!("{name}: DPR {}", number(dpr(&ours.key), 3));
    match human {
        Some(human) => {
            let comparison = compared(human);
            text.push_str(&format!(
                " against {} for the human alone ({}).",
                number(dpr(&human.key), 3),
                detail(&comparison)
            ));
            text.push_str(match finding(&comparison) {
                Finding::Ahead => " Its help pays.",
                Finding::Behind => " Its help does not pay: the human alone does better.",
                Finding::Open => " The run does not tell whether its help pays.",
                Finding::Unknown => "",
            });
        }
        None => text.push_str("; this run has no human alone to compare with."),
    }
    if let Some(baseline) = baseline {
        let Some(theirs) = group(&baseline.key) else { return text };
        let comparison = compared(theirs);
        let them = baseline.key.spoken();
        let clause = match finding(&comparison) {
            Finding::Ahead => format!("Empower is ahead of the best baseline, {them}"),
            Finding::Behind => format!("A baseline beats Empower: {them}"),
            Finding::Open if comparison.difference.value.is_some_and(|it| it < 0.0) => {
                format!("A baseline has the higher DPR, though the run does not tell them apart: {them}")
            }
            Finding::Open => format!("The run does not tell Empower and the best baseline apart: {them}"),
            Finding::Unknown => format!("The best baseline is {them}"),
        };
        text.push_str(&format!(
            " {clause} with {} (Empower's {}).",
            number(baseline.dpr.value, 3),
            detail(&comparison)
        ));
    }
    text
}

fn detail(comparison: &Comparison) -> String {
    let problems = comparison.problems;
    match (comparison.difference.value, comparison.difference.interval) {
        (Some(value), Some([low, high])) => format!(
            "difference {}, 95% interval {} to {}, p {}, {problems} problems",
            signed(value),
            signed(low),
            signed(high),
            p_value(comparison.p)
        ),
        (Some(value), None) => format!("difference {} on {problems} problem, too few for an interval", signed(value)),
        (None, _) => "no problem in common".to_owned(),
    }
}

enum Finding {
    Ahead,
    Behind,
    /// The data allow no difference.
    Open,
    Unknown,
}

/// A difference counts as found where its interval excludes zero and the paired test's p is below 0.05. The interval
/// alone would be too ready with few problems: three that all agree give one without zero, but p = 0.25.
fn finding(comparison: &Comparison) -> Finding {
    let is_clear = comparison.p.is_some_and(|p| p < 0.05);
    match comparison.difference.interval {
        Some([low, _]) if low > 0.0 && is_clear => Finding::Ahead,
        Some([_, high]) if high < 0.0 && is_clear => Finding::Behind,
        Some(_) => Finding::Open,
        None => Finding::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use crate::metrics::{DprWeights, partition, summarise};
    use empower_artifact::rows::EpisodeRow;
    use empower_artifact::rows::Verdict::{Pass, WrongAnswer};

    fn episodes(key: (&str, Option<f64>), rounds: &str, n_passed: usize) -> Vec<EpisodeRow> {
        let verdict = |i| if i < n_passed { Pass } else { WrongAnswer };
        (0..12).map(|i| episode(key, &format!("p{i:02}"), 0, rounds, verdict(i))).collect()
    }

    fn check(parts: &[Vec<EpisodeRow>], wanted: &[&str], unwanted: &[&str]) {
        let groups = partition(&parts.concat(), &DprWeights::default()).expect("valid");
        let metrics: Vec<_> = groups.iter().map(|group| summarise(group, 300, Seed::new(1))).collect();
        let effort = Effort { resamples: 300, permutations: 100 };
        let text = headline(&groups, &metrics, 0.32, effort, Seed::new(1));
        for wanted in wanted {
            assert!(text.contains(wanted), "{text:?} lacks {wanted:?}");
        }
        for unwanted in unwanted {
            assert!(!text.contains(unwanted), "{text:?} has {unwanted:?}");
        }
    }

    const OURS: (&str, Option<f64>) = ("empower", Some(0.32));
    const HUMAN: (&str, Option<f64>) = (HUMAN_ALONE, None);
    const BASE: (&str, Option<f64>) = ("base-10", None);

    #[test]
    fn it_says_what_the_data_say() {
        // Less typing with as many passes: ahead of the human. The baseline fails most.
        check(
            &[episodes(OURS, "aa", 12), episodes(HUMAN, "ssssss", 12), episodes(BASE, "rr", 2)],
            &["Empower at 0.32 bits: DPR 0.997 against 0.991", "Its help pays", "ahead of the best baseline, Base-10"],
            &["beats", "does not pay"],
        );
        // The same with the roles of Empower and the baseline exchanged.
        check(
            &[episodes(BASE, "aa", 12), episodes(HUMAN, "ssssss", 12), episodes(OURS, "rr", 2)],
            &["A baseline beats Empower: Base-10 with 0.997", "does not pay: the human alone does better"],
            &["Its help pays", "ahead"],
        );
    }

    #[test]
    fn it_says_when_it_cannot_tell() {
        // One pass less of twelve, but less effort on the others: the interval includes no difference.
        check(
            &[episodes(OURS, "a", 6), episodes(HUMAN, "ss", 7), episodes(BASE, "aa", 7)],
            &[
                "does not tell whether its help pays",
                "A baseline has the higher DPR, though the run does not tell them apart",
            ],
            &["beats", "Its help pays"],
        );
        // Three problems that all agree are too few.
        let three = |key, rounds| episodes(key, rounds, 12)[..3].to_vec();
        check(
            &[three(OURS, "a"), three(HUMAN, "ssssss")],
            &["p 0.250, 3 problems", "does not tell whether its help pays"],
            &["Its help pays"],
        );
    }

    #[test]
    fn missing_parts_are_said() {
        check(&[episodes(OURS, "aa", 6)], &["no human alone to compare with"], &["baseline"]);
        check(&[episodes(BASE, "aa", 12)], &["no judged episodes of Empower", "by Base-10"], &["n/a"]);
        // The threshold is not chosen by its result: without 0.32 it is the lowest.
        let worse = episodes(("empower", Some(0.1)), "aa", 1);
        check(&[worse, episodes(("empower", Some(4.0)), "aa", 12)], &["Empower at 0.1 bits"], &["at 4 bits"]);
        let one = vec![episodes(OURS, "aa", 12)[0].clone(), episodes(HUMAN, "ss", 12)[0].clone()];
        check(&[one], &["on 1 problem, too few for an interval"], &["pays", "n/a"]);
    }
}
