//! pass@k: the chance that at least one of `k` programs for a problem is right, estimated without bias from `n` programs
//! of which `c` passed (JUDGE section 2), and its mean over problems with its uncertainty.
//!
//! Problems are what was sampled, so the standard error and the interval are over problems, as everywhere here.

use empower_artifact::Seed;
use serde::{Deserialize, Serialize};

use crate::statistics::{Estimate, Share, estimate};

/// The unbiased estimate for one problem: one less the share of the sets of `k` programs among `n` in which none passed,
/// `1 - prod (1 - k / i)` over `i` from `n - c + 1` to `n`.
///
/// `None` where it is not defined: `k` is 0, or fewer than `k` programs were judged. Upstream gives 1 for some of the
/// latter. In [0, 1]; cost `min(c, k)` steps.
///
/// # Panics
/// More passed than were judged.
pub fn pass_at_k(n: u64, c: u64, k: u64) -> Option<f64> {
    assert!(c <= n, "no more programs pass than were judged");
    if k == 0 || k > n {
        return None;
    }
    if n - c < k {
        return Some(1.0);
    }
    // The same product over the smaller of the two ranges: C(n - c, k) / C(n, k) is symmetric in c and k.
    let (few, many) = (c.min(k), c.max(k));
    let none: f64 = (0..few).map(|i| 1.0 - many as f64 / (n - i) as f64).product();
    Some(1.0 - none)
}

/// pass@k over problems.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PassAtK {
    /// Programs tried.
    pub k: u64,
    /// Problems that had as many programs; the others say nothing about this `k`.
    pub n_problems: usize,
    /// The mean over those problems.
    pub estimate: Estimate,
}

/// pass@k for several `k` from `(n, c)` of each problem, all from the same resamples.
///
/// Consumes one stream of `seed`; cost `resamples * problems * ks`.
pub fn estimate_pass_at_k(problems: &[(u64, u64)], ks: &[u64], resamples: usize, seed: Seed) -> Vec<PassAtK> {
    let share = |k| move |&(n, c): &(u64, u64)| pass_at_k(n, c, k).map_or(Share::default(), Share::of_mean);
    let columns: Vec<Vec<Share>> = ks.iter().map(|&k| problems.iter().map(share(k)).collect()).collect();
    let estimates = estimate(&columns, resamples, seed);
    let rows = ks.iter().zip(&columns).zip(estimates);
    let count = |column: &[Share]| column.iter().filter(|share| share.den > 0.0).count();
    rows.map(|((&k, column), estimate)| PassAtK { k, n_problems: count(column), estimate }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The share of the sets of `k` among `n` programs, of which the first `c` pass, that hold one that passes: every
    /// set is looked at.
    fn by_enumeration(n: u32, c: u32, k: u32) -> f64 {
        let (mut hits, mut sets) = (0_u32, 0_u32);
        for set in 0_u32..1 << n {
            if set.count_ones() == k {
                sets += 1;
                hits += u32::from(set & ((1 << c) - 1) != 0);
            }
        }
        f64::from(hits) / f64::from(sets)
    }

    proptest! {
        #[test]
        fn it_is_the_share_of_sets_with_a_pass(n in 1_u32..13, c in 0_u32..13, k in 1_u32..13) {
            let (c, k) = (c.min(n), k.min(n));
            let found = pass_at_k(n.into(), c.into(), k.into()).expect("enough programs");
            // A dozen factors near 1, each rounded once or twice.
            prop_assert!((found - by_enumeration(n, c, k)).abs() < 1e-14, "{} {}", found, by_enumeration(n, c, k));
        }

        #[test]
        fn it_follows_the_published_product(n in 1_u64..400, c in 0_u64..400, k in 1_u64..400) {
            let (c, k) = (c.min(n), k.min(n));
            let published: f64 = if n - c < k { 0.0 } else { (n - c + 1..=n).map(|i| 1.0 - k as f64 / i as f64).product() };
            let found = pass_at_k(n, c, k).expect("enough programs");
            // Four hundred factors, each rounded twice, of a product below 1.
            prop_assert!((found - (1.0 - published)).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&found));
        }
    }

    #[test]
    fn ends_of_the_range() {
        assert_eq!(pass_at_k(10, 3, 1), Some(1.0 - 0.7));
        assert_eq!(pass_at_k(10, 0, 5), Some(0.0));
        assert_eq!(pass_at_k(10, 10, 1), Some(1.0));
        assert_eq!(pass_at_k(10, 6, 5), Some(1.0));
        assert_eq!(pass_at_k(3, 3, 4), None, "four programs were never tried");
        assert_eq!(pass_at_k(3, 1, 0), None);
        assert_eq!(pass_at_k(0, 0, 1), None);
        // Millions of programs take no time: the shorter product is computed.
        let found = pass_at_k(1 << 40, 1 << 39, 2).expect("enough programs");
        assert!((found - 0.75).abs() < 1e-9);
    }

    #[test]
    fn a_mean_over_problems_with_enough_programs() {
        // pass@1: 1/2, 0 and 1; pass@2: 1 - (1/2)(0)... of 2 programs with one pass 1, of 2 with none 0; the third has
        // a single program.
        let problems = [(2, 1), (2, 0), (1, 1)];
        let [one, two] =
            <[PassAtK; 2]>::try_from(estimate_pass_at_k(&problems, &[1, 2], 400, Seed::new(3))).expect("two");
        assert_eq!((one.k, one.n_problems, one.estimate.value), (1, 3, Some(0.5)));
        assert_eq!((two.k, two.n_problems, two.estimate.value), (2, 2, Some(0.5)));
        // Values 1/2, 0, 1: variance 1/4, over three problems: sqrt(1/12).
        let se = one.estimate.se.expect("three problems");
        assert!((se - (1.0_f64 / 12.0).sqrt()).abs() < 1e-12);
        let [low, high] = one.estimate.interval.expect("three problems");
        assert!((0.0..=0.5).contains(&low) && (0.5..=1.0).contains(&high));
        let none = estimate_pass_at_k(&problems, &[3], 400, Seed::new(3));
        assert_eq!((none[0].n_problems, none[0].estimate), (0, Estimate::default()));
        assert_eq!(estimate_pass_at_k(&problems, &[1, 2], 400, Seed::new(3)), [one, two]);
    }
}
