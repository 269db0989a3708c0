//! Do suggestions that are offered at likelihood p come true p of the time?
//!
//! A suggestion's likelihood is `2^-bits`, the product of its tokens' probabilities under the assistant that offered
//! it; it comes true where it is what the human had in mind (`correct` of a shown round, known for a replay human).
//! Suggestions are sorted by likelihood into bins of about equal numbers (equal mass), equal likelihoods together.
//!
//! What to know of the numbers. The expected calibration error (ECE) of bins is **biased upwards**: an assistant that
//! is calibrated exactly has an ECE above 0 for want of data. How far above is found by drawing outcomes from its own
//! likelihoods, and stands beside each. Suggestions of one problem are alike: intervals are widened by how much the
//! residuals of a problem hang together. The stop token's likelihood is no part of p: p is about the text.

use std::collections::BTreeMap;

use empower_artifact::Seed;
use empower_artifact::rows::EpisodeRow;
use rand::Rng;
use serde::Serialize;

use crate::metrics::{MethodKey, is_shown};
use crate::statistics::{percentile_interval, quantile, resampled_positions};

/// Bins at most. chosen: the customary number.
const BINS: usize = 10;

/// Suggestions a bin at least. chosen: with fewer, a bin's share is hardly known to a tenth.
const A_BIN: usize = 20;

/// Draws from an assistant's own likelihoods. chosen: places the 95% point of the ECE within a few hundredths of itself.
const CALIBRATED_DRAWS: usize = 400;

/// What a likelihood is not closer to 0 or 1 than in the log loss: single precision resolves no more, and a certain
/// suggestion that fails would make the loss infinite.
const CLIP: f64 = 1.0 / (1_u64 << 24) as f64;

/// Suggestions of about one likelihood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// The lowest likelihood in it.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
    /// Suggestions.
    pub suggestions: usize,
    /// Of which came true.
    pub right: usize,
    /// Their mean likelihood.
    pub mean_likelihood: f64,
    /// `right / suggestions`.
    pub share_right: f64,
    /// 95% interval of it: Wilson's, with the number of suggestions divided by the design effect of problems.
    pub interval: [f64; 2],
}

/// How one assistant's likelihoods hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// The method.
    pub key: MethodKey,
    /// Suggestions with likelihood and outcome.
    pub suggestions: usize,
    /// Problems that they come from.
    pub problems: usize,
    /// Shown suggestions left out because a likelihood or an outcome is missing.
    pub left_out: usize,
    /// Mean likelihood.
    pub mean_likelihood: f64,
    /// Share that came true.
    pub share_right: f64,
    /// Expected calibration error: mean over suggestions of their bin's |mean likelihood − share right|.
    pub ece: f64,
    /// 95% percentile interval of the bootstrap over problems with the bins as they are; biased upwards as the ECE is.
    /// `None` with fewer than two problems.
    pub ece_interval: Option<[f64; 2]>,
    /// What the ECE of an assistant with these likelihoods would be on average if they were true.
    pub ece_if_calibrated: f64,
    /// And what it would stay below 95 times in 100.
    pub ece_if_calibrated_95: f64,
    /// Mean squared error of the likelihoods (Brier's score).
    pub brier: f64,
    /// Part of it for miscalibration: mean over suggestions of (bin likelihood − bin share)².
    pub reliability: f64,
    /// Part that telling apart takes off: mean over suggestions of (bin share − share)².
    pub resolution: f64,
    /// Part that nobody could avoid who knew only the share: share · (1 − share).
    pub uncertainty: f64,
    /// What likelihoods that differ within a bin add: `brier = reliability − resolution + uncertainty + within_bins`.
    pub within_bins: f64,
    /// Mean of −log2 of the likelihood of what happened, in bits, with likelihoods kept 2^-24 away from 0 and 1.
    pub log_loss_bits: f64,
    /// How much wider than independent suggestions' the variance is, because those of a problem hang together; at least 1.
    pub design_effect: f64,
    /// The bins by likelihood.
    pub bins: Vec<Bin>,
}

#[derive(Debug, Clone, Copy)]
struct Offer {
    problem: usize,
    likelihood: f64,
    came_true: bool,
}

impl Offer {
    fn outcome(&self) -> f64 {
        f64::from(u8::from(self.came_true))
    }
}

/// The calibration of every method that showed suggestions whose outcome is known, in table order. Consumes two streams
/// of `seed` a method; cost `(resamples + 400) * suggestions` a method.
pub fn calibration(episodes: &[EpisodeRow], resamples: usize, seed: Seed) -> Vec<Calibration> {
    type Found<'a> = (Vec<Offer>, BTreeMap<&'a str, usize>, usize);
    let mut methods: BTreeMap<MethodKey, Found<'_>> = BTreeMap::new();
    // By problem and repeat, so that the order of rows does not matter.
    let mut rows: Vec<&EpisodeRow> = episodes.iter().collect();
    rows.sort_by_key(|row| (&row.question_id, row.repeat));
    for row in rows {
        let (offers, problems, left_out) =
            methods.entry(MethodKey::new(row.method.as_str(), row.eta_bits)).or_default();
        for round in row.rounds.iter().filter(|round| is_shown(round)) {
            let bits: f64 = round.suggestion_bits.iter().map(|bits| f64::from(*bits)).sum();
            let known = !round.suggestion_bits.is_empty() && bits.is_finite() && bits >= 0.0;
            match round.correct.filter(|_| known) {
                Some(came_true) => {
                    let n_problems = problems.len();
                    let problem = *problems.entry(&row.question_id).or_insert(n_problems);
                    offers.push(Offer { problem, likelihood: (-bits).exp2(), came_true });
                }
                None => *left_out += 1,
            }
        }
    }
    let one = |(key, (offers, problems, left_out)): (MethodKey, Found<'_>)| {
        let seed = seed.named("calibration").named(&key.to_string());
        (!offers.is_empty()).then(|| of_offers(key, offers, problems.len(), left_out, resamples, seed))
    };
    methods.into_iter().filter_map(one).collect()
}

fn of_offers(
    key: MethodKey,
    mut offers: Vec<Offer>,
    problems: usize,
    left_out: usize,
    resamples: usize,
    seed: Seed,
) -> Calibration {
    // A stable sort: equal likelihoods keep the order of problems.
    offers.sort_by(|a, b| a.likelihood.total_cmp(&b.likelihood));
    let n = offers.len() as f64;
    let ends = bin_ends(&offers);
    let slices: Vec<&[Offer]> = ends.windows(2).map(|pair| &offers[pair[0]..pair[1]]).collect();
    let mean = |of: &dyn Fn(&Offer) -> f64| offers.iter().map(of).sum::<f64>() / n;
    let share_right = mean(&Offer::outcome);
    let sums: Vec<BinSums> = slices.iter().map(|slice| BinSums::of(slice)).collect();
    let design_effect = design_effect(&slices, &sums, problems);
    let bins: Vec<Bin> = slices
        .iter()
        .zip(&sums)
        .map(|(slice, sums)| Bin {
            lowest: slice[0].likelihood,
            highest: slice[slice.len() - 1].likelihood,
            suggestions: slice.len(),
            right: slice.iter().filter(|offer| offer.came_true).count(),
            mean_likelihood: sums.likelihood / sums.n,
            share_right: sums.right / sums.n,
            interval: wilson(sums.right / sums.n, sums.n / design_effect),
        })
        .collect();
    let over_bins = |of: &dyn Fn(&BinSums) -> f64| sums.iter().map(|it| it.n * of(it)).sum::<f64>() / n;
    let brier = mean(&|offer| (offer.likelihood - offer.outcome()).powi(2));
    let reliability = over_bins(&|it| (it.likelihood / it.n - it.right / it.n).powi(2));
    let resolution = over_bins(&|it| (it.right / it.n - share_right).powi(2));
    let uncertainty = share_right * (1.0 - share_right);
    let calibrated = calibrated_eces(&slices, seed.named("calibrated"));
    Calibration {
        key,
        suggestions: offers.len(),
        problems,
        left_out,
        mean_likelihood: mean(&|offer| offer.likelihood),
        share_right,
        ece: ece(&sums),
        ece_interval: ece_interval(&slices, problems, resamples, seed.named("bootstrap")),
        ece_if_calibrated: calibrated.iter().sum::<f64>() / calibrated.len() as f64,
        ece_if_calibrated_95: quantile(&calibrated, 0.95),
        brier,
        reliability,
        resolution,
        uncertainty,
        within_bins: brier - (reliability - resolution + uncertainty),
        log_loss_bits: mean(&log_loss),
        design_effect,
        bins,
    }
}

fn log_loss(offer: &Offer) -> f64 {
    let likelihood = offer.likelihood.clamp(CLIP, 1.0 - CLIP);
    -(if offer.came_true { likelihood } else { 1.0 - likelihood }).log2()
}

/// Positions in the sorted offers at which bins begin, and the end: bins of equal numbers, moved so that equal
/// likelihoods stay together.
fn bin_ends(offers: &[Offer]) -> Vec<usize> {
    let n_bins = (offers.len() / A_BIN).clamp(1, BINS);
    let mut ends = vec![0];
    for bin in 1..n_bins {
        let mut end = bin * offers.len() / n_bins;
        while end < offers.len() && end > 0 && offers[end].likelihood == offers[end - 1].likelihood {
            end += 1;
        }
        if end > ends[ends.len() - 1] && end < offers.len() {
            ends.push(end);
        }
    }
    ends.push(offers.len());
    ends
}

#[derive(Debug, Clone, Copy, Default)]
struct BinSums {
    n: f64,
    likelihood: f64,
    right: f64,
}

impl BinSums {
    fn of(offers: &[Offer]) -> Self {
        offers.iter().fold(Self::default(), |sums, offer| sums.with(offer.likelihood, offer.outcome()))
    }

    fn with(self, likelihood: f64, right: f64) -> Self {
        Self { n: self.n + 1.0, likelihood: self.likelihood + likelihood, right: self.right + right }
    }
}

/// `sum over bins of |sum of likelihoods − number right| / number of suggestions`.
fn ece(bins: &[BinSums]) -> f64 {
    let n: f64 = bins.iter().map(|bin| bin.n).sum();
    if n == 0.0 { 0.0 } else { bins.iter().map(|bin| (bin.likelihood - bin.right).abs()).sum::<f64>() / n }
}

fn ece_interval(slices: &[&[Offer]], problems: usize, resamples: usize, seed: Seed) -> Option<[f64; 2]> {
    if problems < 2 {
        return None;
    }
    let mut by_problem = vec![vec![BinSums::default(); slices.len()]; problems];
    for (bin, slice) in slices.iter().enumerate() {
        for offer in *slice {
            by_problem[offer.problem][bin] = by_problem[offer.problem][bin].with(offer.likelihood, offer.outcome());
        }
    }
    let mut draws = Vec::with_capacity(resamples);
    resampled_positions(problems, resamples, seed, |drawn| {
        let mut sums = vec![BinSums::default(); slices.len()];
        for problem in drawn {
            for (sum, part) in sums.iter_mut().zip(&by_problem[*problem]) {
                sum.n += part.n;
                sum.likelihood += part.likelihood;
                sum.right += part.right;
            }
        }
        draws.push(ece(&sums));
    });
    percentile_interval(draws)
}

/// ECEs, ascending, of outcomes drawn from the likelihoods themselves.
fn calibrated_eces(slices: &[&[Offer]], seed: Seed) -> Vec<f64> {
    let mut rng = seed.rng();
    let mut draw = || {
        let sums: Vec<BinSums> = slices
            .iter()
            .map(|slice| {
                slice.iter().fold(BinSums::default(), |sums, offer| {
                    let uniform = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
                    sums.with(offer.likelihood, f64::from(u8::from(uniform < offer.likelihood)))
                })
            })
            .collect();
        ece(&sums)
    };
    let mut eces: Vec<f64> = (0..CALIBRATED_DRAWS).map(|_| draw()).collect();
    eces.sort_unstable_by(f64::total_cmp);
    eces
}

/// Variance of sums of residuals (outcome − bin share) by problem over the variance they would have if suggestions were
/// independent; at least 1, and 1 where there is no residual.
fn design_effect(slices: &[&[Offer]], sums: &[BinSums], problems: usize) -> f64 {
    let mut by_problem = vec![0.0; problems];
    let mut squares = 0.0;
    for (slice, sums) in slices.iter().zip(sums) {
        for offer in *slice {
            let residual = offer.outcome() - sums.right / sums.n;
            by_problem[offer.problem] += residual;
            squares += residual * residual;
        }
    }
    if squares <= 0.0 { 1.0 } else { (by_problem.iter().map(|sum| sum * sum).sum::<f64>() / squares).max(1.0) }
}

/// Wilson's 95% interval of a share seen in `n` independent trials; `n` need not be whole.
fn wilson(share: f64, n: f64) -> [f64; 2] {
    // The normal distribution's 97.5% point.
    const Z: f64 = 1.959_963_984_540_054;
    let z2 = Z * Z;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let reach = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // Rounding must not make a certainty of nearly one.
    [
        if share <= 0.0 { 0.0 } else { (middle - reach).max(0.0) },
        if share >= 1.0 { 1.0 } else { (middle + reach).min(1.0) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use empower_artifact::rows::{Decision, RoundRow, Verdict};
    use proptest::prelude::*;

    const KEY: (&str, Option<f64>) = ("stop-nll", Some(1.0));

    /// An episode with one shown suggestion for each pair of bits and outcome.
    fn with(problem: &str, offers: &[(f32, bool)]) -> EpisodeRow {
        let mut row = episode(KEY, problem, 0, "a", Verdict::Pass);
        let round = |(bits, correct): &(f32, bool)| RoundRow {
            suggestion_bits: vec![bits / 2.0, bits / 2.0],
            correct: Some(*correct),
            decision: if *correct { Decision::Accept } else { Decision::Reject },
            ..row.rounds[0].clone()
        };
        row.rounds = offers.iter().map(round).collect();
        row
    }

    fn one(rows: &[EpisodeRow]) -> Calibration {
        let found = calibration(rows, 100, Seed::new(1));
        assert_eq!(found.len(), 1);
        found.into_iter().next().expect("one method")
    }

    #[test]
    fn a_coin_offered_as_a_coin_is_calibrated() {
        // 40 suggestions at 1 bit, half of which come true: one bin, as equal likelihoods stay together.
        let offers: Vec<(f32, bool)> = (0..40).map(|i| (1.0, i % 2 == 0)).collect();
        let it = one(&[with("p1", &offers[..20]), with("p2", &offers[20..])]);
        assert_eq!((it.bins.len(), it.suggestions, it.problems), (1, 40, 2));
        assert_eq!((it.ece, it.reliability, it.resolution, it.uncertainty), (0.0, 0.0, 0.0, 0.25));
        assert_eq!((it.brier, it.log_loss_bits, it.within_bins), (0.25, 1.0, 0.0));
        // The mean of |Binomial(40, 1/2) − 20| / 40 is 0.0627.
        assert!((it.ece_if_calibrated - 0.0627).abs() < 0.01, "{}", it.ece_if_calibrated);
        assert!(it.ece_if_calibrated_95 > it.ece_if_calibrated);
        // Wilson's interval of 20 of 40: 0.352 to 0.648.
        assert!((it.bins[0].interval[0] - 0.352).abs() < 1e-3 && (it.bins[0].interval[1] - 0.648).abs() < 1e-3);
    }

    #[test]
    fn overconfidence_shows() {
        // Offered at 2^-0.1 and 2^-3, right never and always: errors 0.933 and 0.875.
        let low: Vec<(f32, bool)> = vec![(3.0, true); 30];
        let high: Vec<(f32, bool)> = vec![(0.1, false); 30];
        let it = one(&[with("p1", &low), with("p2", &high)]);
        let p = 2.0_f64.powf(-f64::from(0.1_f32));
        assert_eq!(it.bins.len(), 2);
        assert!((it.ece - (p + 0.875) / 2.0).abs() < 1e-9, "{}", it.ece);
        assert!(it.ece > it.ece_if_calibrated_95);
        assert_eq!(it.bins[0].interval[1], 1.0);
        assert!(it.bins[0].interval[0] < 0.95, "certainty is not claimed: {:?}", it.bins[0].interval);
    }

    #[test]
    fn suggestions_of_a_problem_that_hang_together_widen_intervals() {
        let alike: Vec<EpisodeRow> = (0..4).map(|i| with(&format!("p{i}"), &[(1.0, i % 2 == 0); 10])).collect();
        let mixed: Vec<(f32, bool)> = (0..10).map(|i| (1.0, i % 2 == 0)).collect();
        let mixed: Vec<EpisodeRow> = (0..4).map(|i| with(&format!("p{i}"), &mixed)).collect();
        let (alike, mixed) = (one(&alike), one(&mixed));
        assert!((alike.design_effect - 10.0).abs() < 1e-9 && mixed.design_effect == 1.0);
        assert!(alike.bins[0].interval[1] > mixed.bins[0].interval[1] + 0.1);
    }

    #[test]
    fn what_is_not_known_is_left_out_and_counted() {
        let mut row = with("p", &[(1.0, true), (0.0, false), (0.5, true)]);
        row.rounds[0].correct = None;
        row.rounds[2].suggestion_bits.clear();
        let it = one(&[row]);
        assert_eq!((it.suggestions, it.left_out, it.ece_interval), (1, 2, None));
        // A certain suggestion that fails: 24 bits, not infinitely many.
        assert!((it.log_loss_bits - 24.0).abs() < 1e-9 && it.ece == 1.0);
        assert!(
            calibration(&[episode(("human-alone", None), "p", 0, "ss", Verdict::Pass)], 9, Seed::new(1)).is_empty()
        );
    }

    proptest! {
        /// Against a twin that works on lists; and the decomposition adds up.
        #[test]
        fn numbers_equal_their_definitions(
            offers in prop::collection::vec((0_u32..40, any::<bool>(), 0_usize..6), 1..300),
        ) {
            let rows: Vec<EpisodeRow> = (0..6)
                .map(|problem| {
                    let mine = offers.iter().filter(|it| it.2 == problem).map(|it| (it.0 as f32 / 8.0, it.1));
                    with(&format!("p{problem}"), &mine.collect::<Vec<_>>())
                })
                .collect();
            let it = one(&rows);
            let p = |bits: u32| 2.0_f64.powf(-f64::from(bits) / 8.0);
            let n = offers.len() as f64;
            prop_assert_eq!(it.bins.iter().map(|bin| bin.suggestions).sum::<usize>(), offers.len());
            prop_assert!(it.bins.len() <= BINS && it.bins.windows(2).all(|pair| pair[0].highest < pair[1].lowest));
            let (mut ece, mut brier) = (0.0, 0.0);
            for bin in &it.bins {
                let within = |bits: u32| bin.lowest - 1e-12 <= p(bits) && p(bits) <= bin.highest + 1e-12;
                let mine: Vec<_> = offers.iter().filter(|it| within(it.0)).collect();
                prop_assert_eq!(mine.len(), bin.suggestions);
                let likelihood = mine.iter().map(|it| p(it.0)).sum::<f64>() / mine.len() as f64;
                let right = mine.iter().filter(|it| it.1).count() as f64 / mine.len() as f64;
                prop_assert!((likelihood - bin.mean_likelihood).abs() < 1e-9 && (right - bin.share_right).abs() < 1e-9);
                ece += mine.len() as f64 / n * (likelihood - right).abs();
                prop_assert!(bin.interval[0] <= right + 1e-12 && right <= bin.interval[1] + 1e-12);
            }
            for (bits, correct, _) in &offers {
                brier += (p(*bits) - f64::from(u8::from(*correct))).powi(2) / n;
            }
            prop_assert!((ece - it.ece).abs() < 1e-9 && (brier - it.brier).abs() < 1e-9);
            let parts = it.reliability - it.resolution + it.uncertainty + it.within_bins;
            prop_assert!((parts - it.brier).abs() < 1e-12);
            for value in [it.ece_if_calibrated, it.ece_if_calibrated_95, it.log_loss_bits, it.design_effect] {
                prop_assert!(value.is_finite());
            }
        }
    }
}
