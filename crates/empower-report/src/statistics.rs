//! Statistics of clustered rates: every rate of this project is a ratio of sums over problems, so one estimator, one
//! standard error, one bootstrap and one permutation test serve them all.
//!
//! A problem contributes a [`Share`] `(num, den)`; the rate is `sum num / sum den`. A plain mean over problems is the
//! case `den = 1`. Problems, not episodes or rounds, are what was sampled: repeats and rounds of one problem are
//! alike, so they are never treated as independent. Nothing here returns NaN; what is undefined is `None`.

use empower_artifact::Seed;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// What one problem contributes to a rate.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Share {
    /// To the sum above the line.
    pub num: f64,
    /// To the sum below it; at least 0. A problem with 0 says nothing about the rate.
    pub den: f64,
}

impl Share {
    /// A problem's value in a mean over problems.
    pub fn of_mean(value: f64) -> Self {
        Self { num: value, den: 1.0 }
    }
}

/// A value with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Estimate {
    /// The rate; `None` where nothing was counted.
    pub value: Option<f64>,
    /// Its standard error over problems; `None` with fewer than two problems that count.
    pub se: Option<f64>,
    /// The 95% percentile interval of the problem-cluster bootstrap; `None` where `se` is.
    pub interval: Option<[f64; 2]>,
}

/// `sum num / sum den`, or `None` where nothing was counted.
pub fn ratio(shares: &[Share]) -> Option<f64> {
    let (num, den) = sums(shares);
    (den > 0.0).then(|| num / den)
}

/// The linearised standard error of the ratio estimator, over problems that count (`den > 0`).
///
/// With `R` the ratio, `e_p = num_p - R den_p` and `n` such problems: `sqrt(n / (n - 1) * sum e_p^2) / sum den`. For
/// `den = 1` this is the sample standard deviation over the root of `n`.
pub fn ratio_se(shares: &[Share]) -> Option<f64> {
    let rate = ratio(shares)?;
    let (_, den) = sums(shares);
    let n = n_counting(shares);
    let squares: f64 = shares.iter().map(|share| (share.num - rate * share.den).powi(2)).sum();
    standard_error(n, squares).map(|deviation| deviation / den)
}

/// The linearised standard error of the difference of two ratios over the same problems, paired by position.
pub fn difference_se(ours: &[Share], theirs: &[Share]) -> Option<f64> {
    let (a, b) = (ratio(ours)?, ratio(theirs)?);
    let (den_a, den_b) = (sums(ours).1, sums(theirs).1);
    let residual = |(x, y): (&Share, &Share)| (x.num - a * x.den) / den_a - (y.num - b * y.den) / den_b;
    let squares: f64 = ours.iter().zip(theirs).map(|pair| residual(pair).powi(2)).sum();
    let n = ours.iter().zip(theirs).filter(|(x, y)| x.den > 0.0 || y.den > 0.0).count();
    standard_error(n, squares)
}

fn standard_error(n: usize, squares: f64) -> Option<f64> {
    (n >= 2).then(|| (n as f64 / (n - 1) as f64 * squares).sqrt())
}

fn sums(shares: &[Share]) -> (f64, f64) {
    shares.iter().fold((0.0, 0.0), |(num, den), share| (num + share.num, den + share.den))
}

fn n_counting(shares: &[Share]) -> usize {
    shares.iter().filter(|share| share.den > 0.0).count()
}

/// Estimates several rates over the same problems from the same resamples.
///
/// `columns[c][p]` is problem `p`'s share in rate `c`; all columns are of one length. Consumes one stream of `seed`;
/// cost `resamples * problems * columns`.
pub fn estimate(columns: &[Vec<Share>], resamples: usize, seed: Seed) -> Vec<Estimate> {
    let n_problems = columns.first().map_or(0, Vec::len);
    let mut draws: Vec<Vec<f64>> = vec![Vec::with_capacity(resamples); columns.len()];
    resampled_positions(n_problems, resamples, seed, |drawn| {
        for (column, draws) in columns.iter().zip(&mut draws) {
            draws.extend(resampled_ratio(column, drawn));
        }
    });
    let finish = |(column, draws): (&Vec<Share>, Vec<f64>)| {
        let se = ratio_se(column);
        Estimate { value: ratio(column), se, interval: se.and_then(|_| percentile_interval(draws)) }
    };
    columns.iter().zip(draws).map(finish).collect()
}

/// Estimates the difference of two rates over the same problems: both are resampled together.
pub fn estimate_difference(ours: &[Share], theirs: &[Share], resamples: usize, seed: Seed) -> Estimate {
    let (Some(a), Some(b)) = (ratio(ours), ratio(theirs)) else { return Estimate::default() };
    let mut draws = Vec::with_capacity(resamples);
    resampled_positions(ours.len(), resamples, seed, |drawn| {
        if let (Some(a), Some(b)) = (resampled_ratio(ours, drawn), resampled_ratio(theirs, drawn)) {
            draws.push(a - b);
        }
    });
    let se = difference_se(ours, theirs);
    Estimate { value: Some(a - b), se, interval: se.and_then(|_| percentile_interval(draws)) }
}

/// Calls `visit` with as many problem positions, drawn with replacement, as there are problems, `resamples` times.
pub(crate) fn resampled_positions(n_problems: usize, resamples: usize, seed: Seed, mut visit: impl FnMut(&[usize])) {
    if n_problems == 0 {
        return;
    }
    let mut rng = seed.rng();
    let mut drawn = vec![0; n_problems];
    for _ in 0..resamples {
        // Scaling 64 random bits keeps the draw independent of another crate's algorithm; its bias is below 2^-40.
        drawn.fill_with(|| ((u128::from(rng.next_u64()) * n_problems as u128) >> 64) as usize);
        visit(&drawn);
    }
}

/// `None` where a resample drew only problems that do not count; such resamples are left out.
fn resampled_ratio(shares: &[Share], drawn: &[usize]) -> Option<f64> {
    let (num, den) = drawn.iter().fold((0.0, 0.0), |(num, den), &p| (num + shares[p].num, den + shares[p].den));
    (den > 0.0).then(|| num / den)
}

/// The 95% percentile interval of bootstrap draws, or `None` without any.
pub(crate) fn percentile_interval(mut draws: Vec<f64>) -> Option<[f64; 2]> {
    if draws.is_empty() {
        return None;
    }
    draws.sort_unstable_by(f64::total_cmp);
    Some([quantile(&draws, 0.025), quantile(&draws, 0.975)])
}

/// The quantile of sorted values with linear interpolation (Hyndman and Fan's type 7).
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let position = q * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    // No weighted mean where both are the same value: rounding would move it.
    if sorted[below] == sorted[above] {
        return sorted[below];
    }
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}

/// The result of a permutation test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PermutationTest {
    /// Two-sided; in (0, 1].
    pub p: f64,
    /// Whether every assignment was counted, rather than a sample.
    pub exact: bool,
}

/// Differences no larger than this count as equal: sums of a thousand terms of order 1 round at about 1e-13, and the
/// smallest step of a rate over a million rounds is 1e-6.
const TIE: f64 = 1e-10;

/// Problems that differ, up to which all assignments are counted: 2^20 is about a million.
const EXACT_PROBLEMS: usize = 20;

/// Two-sided paired permutation test of "the two methods are alike": within each problem their shares are swapped or
/// not. For means over problems this is the sign-flip test. `None` where a rate is undefined.
///
/// Exact where at most 20 problems differ; otherwise `samples` seeded draws with `(hits + 1) / (samples + 1)`.
pub fn permutation_test(ours: &[Share], theirs: &[Share], samples: usize, seed: Seed) -> Option<PermutationTest> {
    let observed = (ratio(ours)? - ratio(theirs)?).abs();
    let differing: Vec<(Share, Share)> =
        ours.iter().zip(theirs).filter(|(a, b)| a != b).map(|(a, b)| (*a, *b)).collect();
    let (a, b) = (sums(ours), sums(theirs));
    // `change` is the sum of (theirs - ours) over the swapped problems.
    let extreme = |change: (f64, f64)| {
        let (den_a, den_b) = (a.1 + change.1, b.1 - change.1);
        // An assignment that leaves one side without anything counted cannot be compared; counting it is conservative.
        den_a <= 0.0 || den_b <= 0.0 || {
            ((a.0 + change.0) / den_a - (b.0 - change.0) / den_b).abs() >= observed - TIE
        }
    };
    if differing.len() <= EXACT_PROBLEMS {
        // Two tables of half the problems each: an assignment then costs one addition.
        let (low, high) = differing.split_at(differing.len() / 2);
        let (low, high) = (all_changes(low), all_changes(high));
        let total = low.len() * high.len();
        let both = high.iter().flat_map(|high| low.iter().map(move |low| (low.0 + high.0, low.1 + high.1)));
        let hits = both.filter(|change| extreme(*change)).count();
        return Some(PermutationTest { p: hits as f64 / total as f64, exact: true });
    }
    let mut rng = seed.rng();
    let mut bits = vec![0_u64; differing.len().div_ceil(64)];
    let mut hits = 0_u64;
    for _ in 0..samples {
        bits.fill_with(|| rng.next_u64());
        hits += u64::from(extreme(swapped(&differing, |p| bits[p / 64] >> (p % 64) & 1 == 1)));
    }
    Some(PermutationTest { p: (hits + 1) as f64 / (samples + 1) as f64, exact: false })
}

/// The change of every assignment of these problems.
fn all_changes(differing: &[(Share, Share)]) -> Vec<(f64, f64)> {
    (0_u64..1 << differing.len()).map(|assignment| swapped(differing, |p| assignment >> p & 1 == 1)).collect()
}

fn swapped(differing: &[(Share, Share)], is_swapped: impl Fn(usize) -> bool) -> (f64, f64) {
    let mut change = (0.0, 0.0);
    for (p, (ours, theirs)) in differing.iter().enumerate() {
        if is_swapped(p) {
            change.0 += theirs.num - ours.num;
            change.1 += theirs.den - ours.den;
        }
    }
    change
}

/// Holm's step-down correction: the `i`-th smallest of `m` values is multiplied by `m - i + 1`, kept monotone, at most
/// 1. `None` entries are not tests; they stay `None` and do not count.
pub fn holm(ps: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<usize> = (0..ps.len()).filter(|&i| ps[i].is_some()).collect();
    order.sort_by(|&i, &j| f64::total_cmp(&ps[i].unwrap_or(1.0), &ps[j].unwrap_or(1.0)));
    let mut adjusted = vec![None; ps.len()];
    let mut largest = 0.0_f64;
    for (rank, &i) in order.iter().enumerate() {
        let p = ps[i].unwrap_or(1.0) * (order.len() - rank) as f64;
        largest = largest.max(p).min(1.0);
        adjusted[i] = Some(largest);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shares(pairs: &[(f64, f64)]) -> Vec<Share> {
        pairs.iter().map(|&(num, den)| Share { num, den }).collect()
    }

    fn means(values: &[f64]) -> Vec<Share> {
        values.iter().map(|&value| Share::of_mean(value)).collect()
    }

    #[track_caller]
    fn close(found: Option<f64>, expected: f64) {
        // Ten digits: a handful of additions and one root.
        assert!(found.is_some_and(|found| (found - expected).abs() < 1e-10), "{found:?} is not {expected}");
    }

    #[test]
    fn a_mean_has_its_textbook_error() {
        // Mean of 1, 0, 1, 1 is 3/4; sample variance 1/4; error sqrt(1/4 / 4) = 1/4.
        let values = means(&[1.0, 0.0, 1.0, 1.0]);
        close(ratio(&values), 0.75);
        close(ratio_se(&values), 0.25);
    }

    #[test]
    fn a_ratio_is_pooled_and_linearised() {
        // 3 of 4, 1 of 2 and a problem where nothing was shown: 4/6. Residuals 3 - 8/3 = 1/3 and 1 - 4/3 = -1/3; two
        // problems count: sqrt(2/1 * 2/9) / 6 = (2/3) / 6 = 1/9.
        let values = shares(&[(3.0, 4.0), (1.0, 2.0), (0.0, 0.0)]);
        close(ratio(&values), 2.0 / 3.0);
        close(ratio_se(&values), 1.0 / 9.0);
    }

    #[test]
    fn what_is_undefined_is_none() {
        let nothing = shares(&[(0.0, 0.0), (0.0, 0.0)]);
        assert_eq!(estimate(std::slice::from_ref(&nothing), 50, Seed::new(1)), [Estimate::default()]);
        assert_eq!(estimate(&[vec![]], 50, Seed::new(1)), [Estimate::default()]);
        assert_eq!(permutation_test(&nothing, &nothing, 10, Seed::new(1)), None);
        let one = estimate(&[means(&[0.5])], 50, Seed::new(1));
        assert_eq!(one, [Estimate { value: Some(0.5), se: None, interval: None }]);
        assert_eq!(estimate_difference(&nothing, &nothing, 10, Seed::new(1)), Estimate::default());
    }

    #[test]
    fn the_bootstrap_interval_of_a_coin_is_the_binomial_one() {
        // 50 of 100: resampled means are Binomial(100, 1/2) / 100, whose 2.5% and 97.5% quantiles are 0.40 and 0.60.
        let mut values = vec![0.0; 50];
        values.extend([1.0; 50]);
        let [found] = estimate(&[means(&values)], 4000, Seed::new(7)).try_into().expect("one column");
        let [low, high] = found.interval.expect("defined");
        // One step of the distribution is 0.01; 4,000 draws place the quantile within one step.
        assert!((low - 0.40).abs() < 0.0101 && (high - 0.60).abs() < 0.0101, "{low} {high}");
        assert_eq!(estimate(&[means(&values)], 4000, Seed::new(7))[0], found);
        assert_ne!(estimate(&[means(&values)], 999, Seed::new(8))[0].interval, None);
    }

    #[test]
    fn quantiles_interpolate() {
        let values = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&values, 0.0), 1.0);
        assert_eq!(quantile(&values, 0.5), 3.0);
        assert_eq!(quantile(&values, 1.0), 8.0);
        assert_eq!(quantile(&[5.0], 0.975), 5.0);
    }

    #[test]
    fn differences_pair_by_problem() {
        // Differences 0.2, 0.2, 0.2: no spread, so no error, though each side spreads widely.
        let (ours, theirs) = (means(&[0.2, 0.7, 1.0]), means(&[0.0, 0.5, 0.8]));
        let found = estimate_difference(&ours, &theirs, 500, Seed::new(1));
        close(found.value, 0.2);
        close(found.se, 0.0);
        // Differences 1, 0, -1, 1: mean 1/4, variance (9+1+25+9)/16/3 = 11/12, error sqrt(11/48).
        let (ours, theirs) = (means(&[1.0, 1.0, 0.0, 1.0]), means(&[0.0, 1.0, 1.0, 0.0]));
        close(difference_se(&ours, &theirs), (11.0_f64 / 48.0).sqrt());
    }

    #[test]
    fn the_sign_flip_test_counts_assignments() {
        // Five wins of one size and three ties: only all plus and all minus reach the observed sum, 2 of 32.
        let (ours, theirs) = (means(&[1.0; 8]), means(&[0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0]));
        assert_eq!(
            permutation_test(&ours, &theirs, 1, Seed::new(1)),
            Some(PermutationTest { p: 2.0 / 32.0, exact: true })
        );
        // Differences 1, 1, 1, -1: sums of at least 2 in size: 2 with all alike, 8 with one against, of 16.
        let (ours, theirs) = (means(&[1.0, 1.0, 1.0, 0.0]), means(&[0.0, 0.0, 0.0, 1.0]));
        let found = permutation_test(&ours, &theirs, 1, Seed::new(1)).expect("defined");
        assert_eq!(found, PermutationTest { p: 10.0 / 16.0, exact: true });
        let same = permutation_test(&ours, &ours, 1, Seed::new(1)).expect("defined");
        assert_eq!(same, PermutationTest { p: 1.0, exact: true });
    }

    #[test]
    fn the_sampled_test_agrees_with_the_exact_one() {
        // 20 differing problems exactly; the same with one that hardly differs goes by sampling.
        let ours: Vec<f64> = (0..20).map(|i| f64::from(i % 5) / 4.0 + 0.18).collect();
        let theirs: Vec<f64> = (0..20).map(|i| f64::from((i * 7 + 3) % 5) / 4.0).collect();
        let exact = permutation_test(&means(&ours), &means(&theirs), 0, Seed::new(1)).expect("defined");
        assert!(exact.exact && exact.p > 0.01 && exact.p < 0.9, "{exact:?}");
        let (mut more_ours, mut more_theirs) = (means(&ours), means(&theirs));
        more_ours.push(Share::of_mean(1e-7));
        more_theirs.push(Share::of_mean(0.0));
        let sampled = permutation_test(&more_ours, &more_theirs, 40_000, Seed::new(1)).expect("defined");
        assert!(!sampled.exact);
        // Sampling error of a share over 40,000 draws is at most 0.0025; four of them.
        assert!((sampled.p - exact.p).abs() < 0.01, "{sampled:?} {exact:?}");
    }

    #[test]
    fn holm_steps_down() {
        // 0.01 * 3, then 0.02 * 2 = 0.04, then 0.03 * 1 raised to 0.04.
        let found = holm(&[Some(0.03), None, Some(0.01), Some(0.02)]);
        close(found[0], 0.04);
        assert_eq!(found[1], None);
        close(found[2], 0.03);
        close(found[3], 0.04);
        assert_eq!(holm(&[Some(0.7), Some(0.9)]), [Some(1.0), Some(1.0)]);
    }

    proptest! {
        /// The closed forms equal what the definitions give, and no result is NaN.
        #[test]
        fn ratios_follow_their_definition(pairs in prop::collection::vec((0_u32..5, 0_u32..5), 0..12)) {
            let values: Vec<Share> = pairs
                .iter()
                .map(|&(num, extra)| Share { num: f64::from(num), den: f64::from(num + extra) })
                .collect();
            let [found] = <[Estimate; 1]>::try_from(estimate(std::slice::from_ref(&values), 60, Seed::new(5))).expect("one");
            let (mut num, mut den, mut n) = (0.0, 0.0, 0);
            for value in &values {
                num += value.num;
                den += value.den;
                n += usize::from(value.den > 0.0);
            }
            prop_assert_eq!(found.value.is_some(), den > 0.0);
            prop_assert_eq!(found.se.is_some(), n >= 2);
            prop_assert_eq!(found.interval.is_some(), n >= 2);
            if let (Some(rate), Some(se), Some([low, high])) = (found.value, found.se, found.interval) {
                prop_assert!((rate - num / den).abs() < 1e-12);
                let mut squares = 0.0;
                for value in &values {
                    if value.den > 0.0 {
                        squares += (value.num / value.den - rate).powi(2) * (value.den / (den / n as f64)).powi(2);
                    }
                }
                let expected = (squares / (n * (n - 1)) as f64).sqrt();
                prop_assert!((se - expected).abs() < 1e-10, "{} {}", se, expected);
                prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0);
            }
        }
    }
}
