//! Success within an effort budget: the share of problems solved with `alpha * read + beta * written <= B`, as a curve
//! over `B`. Nothing is discounted here, so the curve does not depend on gamma.

use empower_artifact::Seed;
use empower_artifact::rows::{EpisodeRow, Verdict};
use serde::Serialize;

use crate::metrics::{DprWeights, MethodKey};
use crate::statistics::{Share, estimate};

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EffortPoint {
    /// The budget, in units of effort.
    pub budget: f64,
    /// Share of problems solved within it: mean over problems of the mean over repeats.
    pub solved: f64,
    /// 95% bootstrap interval over problems, at this budget alone.
    pub interval: Option<[f64; 2]>,
}

/// The curve of one method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffortCurve {
    /// The method.
    pub key: MethodKey,
    /// From budget 0 on, ascending.
    pub points: Vec<EffortPoint>,
    /// The least budget within which half of the problems are solved; `None` where half never are.
    pub half_solved_at: Option<f64>,
}

/// Budgets of a curve. chosen: a curve drawn 400 pixels wide has a point every 7 pixels.
const STEPS: usize = 60;

/// Outcomes by problem: how many repeats were judged, and the efforts of those that passed.
type ByProblem<'a> = std::collections::BTreeMap<&'a str, (usize, Vec<f64>)>;

/// The curves of all methods in table order, over budgets from 0 to a round number that covers every solved problem.
/// Consumes one stream of `seed` a method; cost `resamples * problems * budgets` a method.
pub fn effort_curves(episodes: &[EpisodeRow], weights: &DprWeights, resamples: usize, seed: Seed) -> Vec<EffortCurve> {
    let mut methods: std::collections::BTreeMap<MethodKey, ByProblem<'_>> = Default::default();
    let mut largest = 0.0_f64;
    for row in episodes.iter().filter(|row| row.verdict != Verdict::Infrastructure) {
        let problems = methods.entry(MethodKey::new(row.method.as_str(), row.eta_bits)).or_default();
        let (judged, efforts) = problems.entry(&row.question_id).or_default();
        *judged += 1;
        if row.verdict == Verdict::Pass {
            let effort = weights.alpha * row.tokens_read as f64 + weights.beta * row.tokens_written as f64;
            efforts.push(effort);
            largest = largest.max(effort);
        }
    }
    let top = round_up(largest);
    let budgets: Vec<f64> = (0..=STEPS).map(|step| top * step as f64 / STEPS as f64).collect();
    let curve = |(key, problems): (MethodKey, ByProblem<'_>)| {
        let solved = |budget: f64| {
            let share = |(judged, efforts): &(usize, Vec<f64>)| {
                Share::of_mean(efforts.iter().filter(|effort| **effort <= budget).count() as f64 / *judged as f64)
            };
            problems.values().map(share).collect::<Vec<Share>>()
        };
        let columns: Vec<Vec<Share>> = budgets.iter().map(|budget| solved(*budget)).collect();
        let found = estimate(&columns, resamples, seed.named("effort").named(&key.to_string()));
        let points = budgets.iter().zip(found).map(|(budget, found)| EffortPoint {
            budget: *budget,
            solved: found.value.unwrap_or_default(),
            interval: found.interval,
        });
        EffortCurve { points: points.collect(), half_solved_at: half_solved_at(&problems), key }
    };
    methods.into_iter().map(curve).collect()
}

/// Walks up the efforts at which something is solved.
fn half_solved_at(problems: &ByProblem<'_>) -> Option<f64> {
    let half = problems.len() as f64 / 2.0;
    let mut steps: Vec<(f64, f64)> = Vec::new();
    for (judged, efforts) in problems.values() {
        steps.extend(efforts.iter().map(|effort| (*effort, 1.0 / *judged as f64)));
    }
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut solved = 0.0;
    for (effort, share) in steps {
        solved += share;
        // Shares such as 1/3 add up to a hair below a whole.
        if solved >= half - 1e-9 {
            return Some(effort);
        }
    }
    None
}

/// The next number of the form 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten; 1 for 0.
pub(crate) fn round_up(value: f64) -> f64 {
    if !(value > 0.0 && value.is_finite()) {
        return 1.0;
    }
    let scale = 10.0_f64.powf(value.log10().floor());
    let nice = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    nice.into_iter().map(|it| it * scale).find(|it| *it >= value).unwrap_or(10.0 * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use empower_artifact::rows::Verdict::{Infrastructure, Pass, WrongAnswer};
    use proptest::prelude::*;

    const KEY: (&str, Option<f64>) = ("empower", Some(0.32));

    #[test]
    fn a_curve_counts_what_is_solved_so_far() {
        // Each `s` writes 3 tokens: efforts 1.5 and 4.5 with the default beta.
        let rows = [
            episode(KEY, "p1", 0, "s", Pass),
            episode(KEY, "p2", 0, "sss", Pass),
            episode(KEY, "p2", 1, "s", WrongAnswer),
            episode(KEY, "p3", 0, "s", Infrastructure),
        ];
        let curves = effort_curves(&rows, &DprWeights::default(), 50, Seed::new(1));
        let [curve] = curves.as_slice() else { panic!("one method") };
        let at = |budget: f64| curve.points.iter().rfind(|it| it.budget <= budget).expect("a point").solved;
        assert_eq!((at(0.0), at(1.49), at(1.5), at(4.49), at(4.5)), (0.0, 0.0, 0.5, 0.5, 0.75));
        assert_eq!(curve.half_solved_at, Some(1.5));
        assert_eq!(curve.points.last().map(|it| it.budget), Some(5.0));
    }

    #[test]
    fn nothing_solved_is_a_flat_curve() {
        let rows = [episode(KEY, "p1", 0, "s", WrongAnswer), episode(KEY, "p2", 0, "s", WrongAnswer)];
        let curves = effort_curves(&rows, &DprWeights::default(), 50, Seed::new(1));
        assert_eq!(curves[0].half_solved_at, None);
        assert!(curves[0].points.iter().all(|it| it.solved == 0.0 && it.interval == Some([0.0, 0.0])));
        assert!(effort_curves(&[], &DprWeights::default(), 50, Seed::new(1)).is_empty());
    }

    #[test]
    fn round_numbers_cover() {
        for (value, expected) in [(0.0, 1.0), (0.07, 0.08), (1.0, 1.0), (104.0, 150.0), (99.0, 100.0), (207.3, 300.0)] {
            assert!((round_up(value) - expected).abs() < 1e-9, "{value}: {}", round_up(value));
        }
    }

    proptest! {
        /// Curves rise, stay within their bands' reach of 0 and 1, and end at pass@1.
        #[test]
        fn curves_rise_to_the_pass_rate(outcomes in prop::collection::vec((0_usize..6, 1_usize..5, any::<bool>()), 1..30)) {
            let mut rows = Vec::new();
            for (i, (problem, rounds, passes)) in outcomes.iter().enumerate() {
                let verdict = if *passes { Pass } else { WrongAnswer };
                rows.push(episode(KEY, &format!("p{problem}"), i, &"s".repeat(*rounds), verdict));
            }
            let weights = DprWeights::default();
            let curve = &effort_curves(&rows, &weights, 40, Seed::new(3))[0];
            prop_assert!(curve.points.windows(2).all(|pair| pair[0].solved <= pair[1].solved));
            let groups = crate::metrics::partition(&rows, &weights).expect("valid");
            let pass = crate::metrics::summarise(&groups[0], 10, Seed::new(1)).pass_at_1.value.expect("judged");
            prop_assert!((curve.points.last().expect("points").solved - pass).abs() < 1e-12);
            prop_assert_eq!(curve.half_solved_at.is_some(), pass >= 0.5 - 1e-9);
        }
    }
}
