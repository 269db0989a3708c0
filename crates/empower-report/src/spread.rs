//! Spread between seeds: what a whole run's numbers do when nothing changes but the seed. Each repeat that covers all
//! problems of a method is one draw of the run. (Repeats take turns among a problem's reference programs, so that the
//! spread has the choice of the program in it too; repeats from other run folders have the training's seed in them.)

use std::collections::{BTreeMap, BTreeSet};

use empower_artifact::rows::{EpisodeRow, Verdict};
use serde::Serialize;

use crate::metrics::{DprWeights, MethodKey};

/// A number over draws.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Draws {
    /// Mean of the draws.
    pub mean: f64,
    /// Sample standard deviation between draws.
    pub sd: f64,
    /// The lowest draw.
    pub lowest: f64,
    /// The highest draw.
    pub highest: f64,
}

/// The spread of one method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spread {
    /// The method.
    pub key: MethodKey,
    /// Draws that cover every problem; at least 2.
    pub draws: usize,
    /// Problems.
    pub problems: usize,
    /// Share of problems passed, a draw.
    pub pass_at_1: Draws,
    /// Discounted pass rate, a draw.
    pub dpr: Draws,
}

/// The spread of every method with at least two whole draws, in table order.
pub fn spread(episodes: &[EpisodeRow], weights: &DprWeights) -> Vec<Spread> {
    type ByRepeat<'a> = BTreeMap<usize, BTreeMap<&'a str, (f64, f64)>>;
    let mut methods: BTreeMap<MethodKey, ByRepeat<'_>> = BTreeMap::new();
    for row in episodes.iter().filter(|row| row.verdict != Verdict::Infrastructure) {
        let passed = f64::from(u8::from(row.verdict == Verdict::Pass));
        let value = (passed, passed * weights.discount(row.tokens_read, row.tokens_written));
        let repeats = methods.entry(MethodKey::new(row.method.as_str(), row.eta_bits)).or_default();
        repeats.entry(row.repeat).or_default().insert(&row.question_id, value);
    }
    let one = |(key, repeats): (MethodKey, ByRepeat<'_>)| {
        let problems: BTreeSet<&str> = repeats.values().flat_map(|draw| draw.keys().copied()).collect();
        let whole: Vec<_> = repeats.values().filter(|draw| draw.len() == problems.len()).collect();
        if whole.len() < 2 {
            return None;
        }
        let of = |pick: fn(&(f64, f64)) -> f64| {
            let means = whole.iter().map(|draw| draw.values().map(pick).sum::<f64>() / problems.len() as f64);
            draws(&means.collect::<Vec<_>>())
        };
        Some(Spread {
            key,
            draws: whole.len(),
            problems: problems.len(),
            pass_at_1: of(|value| value.0),
            dpr: of(|value| value.1),
        })
    };
    methods.into_iter().filter_map(one).collect()
}

/// Of at least two values.
fn draws(values: &[f64]) -> Draws {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Draws {
        mean,
        sd: (squares / (n - 1.0)).sqrt(),
        lowest: values.iter().copied().fold(f64::INFINITY, f64::min),
        highest: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use empower_artifact::rows::Verdict::{Infrastructure, Pass, WrongAnswer};

    #[test]
    fn draws_are_whole_runs() {
        let key = ("base", None);
        let rows = [
            episode(key, "p1", 0, "s", Pass),
            episode(key, "p2", 0, "s", WrongAnswer),
            episode(key, "p1", 1, "s", Pass),
            episode(key, "p2", 1, "s", Pass),
            // Not whole: one problem was not judged.
            episode(key, "p1", 2, "s", WrongAnswer),
            episode(key, "p2", 2, "s", Infrastructure),
        ];
        let found = spread(&rows, &DprWeights { gamma: 1.0, ..DprWeights::default() });
        let [it] = found.as_slice() else { panic!("one method") };
        assert_eq!((it.draws, it.problems), (2, 2));
        // 0.5 and 1: mean 0.75, deviation sqrt(2 * 0.0625).
        assert!((it.pass_at_1.mean - 0.75).abs() < 1e-12 && (it.pass_at_1.sd - 0.125_f64.sqrt()).abs() < 1e-12);
        assert_eq!((it.dpr.lowest, it.dpr.highest), (0.5, 1.0));
        assert!(spread(&rows[..2], &DprWeights::default()).is_empty());
    }
}
