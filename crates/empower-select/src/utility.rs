//! Expected utility: how much text to offer when reading, writing and a mistake that slips through all have a price.
//!
//! A suggestion of `i` tokens that is right with probability `p_i` spares its writing, costs its reading, and, where it
//! is wrong, may harm:
//!
//! ```text
//! U(i) = p_i · write · i  −  read · i  −  harm · (1 − p_i)
//! ```
//!
//! The length to offer is the one with the highest `U`, and none where no length pays. All three prices are in the unit
//! of effort of the discounted pass rate (PAPER equation 4): writing a token costs `beta`, reading one `alpha`.
//!
//! `p_i` falls as `i` grows, so `p_i · write <= read` ends the search: no longer suggestion can pay. It follows that
//! nothing less likely than `read / write` is ever offered, one in five with the paper's constants.

use empower_lm::Bits;
use serde::{Deserialize, Serialize};

use crate::SelectError;
use crate::cost::{TokenCosts, bits_of_units};

/// The prices, in units of effort.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Utility {
    /// Reading a token; at least 0.
    pub read: f64,
    /// Writing a token; above 0.
    pub write: f64,
    /// Offering something wrong, over all the ways in which that may go; at least 0.
    pub harm: f64,
}

impl Utility {
    /// The paper's prices of reading and writing (alpha 0.1, beta 0.5), with a harm.
    pub fn with_harm(harm: f64) -> Self {
        Self { read: 0.1, write: 0.5, harm }
    }

    /// The harm of a wrong suggestion to a human who notices it with probability `attention`, where an unnoticed one
    /// costs the whole program: `(1 − attention) / (−ln gamma)`.
    ///
    /// Effort `e` discounts a pass by `gamma^e`, at the rate `−ln gamma` a unit; losing the pass is therefore worth
    /// `1 / (−ln gamma)` units, about 1,000 with the paper's gamma of 0.999. `attention` is in [0, 1] and `gamma` in
    /// (0, 1).
    pub fn harm_of_inattention(attention: f64, gamma: f64) -> f64 {
        (1.0 - attention) / -gamma.ln()
    }

    /// Checks the ranges that the fields' docs state.
    ///
    /// # Errors
    /// [`SelectError::BadPrice`].
    pub fn check(&self) -> Result<(), SelectError> {
        for (name, value, least) in
            [("read", self.read, 0.0), ("write", self.write, f64::MIN_POSITIVE), ("harm", self.harm, 0.0)]
        {
            if !(value >= least && value.is_finite()) {
                return Err(SelectError::BadPrice { name, value });
            }
        }
        Ok(())
    }

    /// `U(i)` of a suggestion of `length` tokens that is right with probability `likelihood`, in units of effort.
    pub fn of(&self, length: usize, likelihood: f64) -> f64 {
        let length = length as f64;
        likelihood * self.write * length - self.read * length - self.harm * (1.0 - likelihood)
    }

    /// The length with the highest utility, the shortest among equals, 0 where none is above 0. `costs` are those of
    /// the tokens that could be offered, in order. Looks no further than lengths that may still pay.
    pub fn best_length(&self, costs: impl IntoIterator<Item = Bits>) -> usize {
        let mut search = UtilitySearch::new(*self);
        let mut spent = Bits(0.0);
        for cost in costs {
            spent += cost;
            if !search.extend(likelihood(spent)) {
                break;
            }
        }
        search.best_length
    }
}

/// `2^-bits`.
pub(crate) fn likelihood(spent: Bits) -> f64 {
    (-spent.0).exp2()
}

/// The search for the best length while a suggestion grows token by token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct UtilitySearch {
    utility: Utility,
    length: usize,
    best: f64,
    pub(crate) best_length: usize,
}

impl UtilitySearch {
    pub(crate) fn new(utility: Utility) -> Self {
        Self { utility, length: 0, best: 0.0, best_length: 0 }
    }

    /// One token more, all of them right with probability `likelihood`. `false` where neither this length nor any
    /// longer one can pay.
    pub(crate) fn extend(&mut self, likelihood: f64) -> bool {
        self.length += 1;
        let value = self.utility.of(self.length, likelihood);
        if value > self.best {
            (self.best, self.best_length) = (value, self.length);
        }
        likelihood * self.utility.write > self.utility.read
    }
}

/// The best length from every state `0 ..= N` of a document: `N + 1` entries, the last one 0, entry 0 being 0 where the
/// first cost is unknown. Sums are exact, so that one state gives the same length as all of them.
///
/// O(N · h), `h` the tokens after which `p · write` falls to `read`; O(N²) where reading is free.
///
/// # Errors
/// A price out of range.
pub(crate) fn utility_lengths(costs: &TokenCosts, utility: Utility) -> Result<Vec<usize>, SelectError> {
    utility.check()?;
    let first = usize::from(!costs.first_is_known());
    Ok((0..=costs.n_tokens()).map(|state| if state < first { 0 } else { best_from(costs, state, utility) }).collect())
}

/// The best length from one state; `state` is at most `N`.
pub(crate) fn best_from(costs: &TokenCosts, state: usize, utility: Utility) -> usize {
    let mut search = UtilitySearch::new(utility);
    let mut spent = 0_u128;
    for &cost in &costs.units()[state..] {
        spent += u128::from(cost);
        if !search.extend(likelihood(bits_of_units(spent))) {
            break;
        }
    }
    search.best_length
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every length tried, none left out early.
    fn by_trying_all(costs: &[f64], utility: Utility) -> usize {
        let (mut best, mut best_length, mut spent) = (0.0, 0, 0.0);
        for (i, cost) in costs.iter().enumerate() {
            spent += cost;
            let value = utility.of(i + 1, (-spent).exp2());
            if value > best {
                (best, best_length) = (value, i + 1);
            }
        }
        best_length
    }

    proptest! {
        #[test]
        fn stopping_early_loses_nothing(
            costs in prop::collection::vec(prop_oneof![Just(0.0), 0.0..0.2_f64, 0.0..6.0_f64], 0..60),
            read in 0.0..1.0_f64, write in 0.01..2.0_f64, harm in prop_oneof![Just(0.0), 0.0..200.0_f64],
        ) {
            let utility = Utility { read, write, harm };
            let found = utility.best_length(costs.iter().map(|&cost| Bits(cost)));
            prop_assert_eq!(found, by_trying_all(&costs, utility));
        }

        #[test]
        fn more_harm_never_speaks_longer(
            costs in prop::collection::vec(0.0..3.0_f64, 0..40), low in 0.0..50.0_f64, more in 0.0..50.0_f64,
        ) {
            let length = |harm| Utility::with_harm(harm).best_length(costs.iter().map(|&cost| Bits(cost)));
            prop_assert!(length(low + more) <= length(low));
        }

        #[test]
        fn one_state_equals_all_states(
            logprobs in prop::collection::vec(-3.0_f32..=0.0, 1..60), harm in 0.0..40.0_f64, first_known: bool,
        ) {
            let mut logprobs: Vec<Option<f32>> = logprobs.into_iter().map(Some).collect();
            if !first_known {
                logprobs[0] = None;
            }
            let costs = TokenCosts::from_logprobs(&logprobs).unwrap();
            let utility = Utility::with_harm(harm);
            let all = utility_lengths(&costs, utility).unwrap();
            prop_assert_eq!(all.len(), logprobs.len() + 1);
            for (state, &length) in all.iter().enumerate().skip(usize::from(!first_known)) {
                prop_assert_eq!(length, best_from(&costs, state, utility));
                prop_assert!(state + length <= logprobs.len());
            }
        }
    }

    #[test]
    fn without_harm_one_in_five_is_the_bound() {
        let utility = Utility::with_harm(0.0);
        let token = |p: f64| Bits(-p.log2());
        assert_eq!(utility.best_length([token(0.21)]), 1);
        assert_eq!(utility.best_length([token(0.19)]), 0);
        // A human who misses one fault in ten: a failed program is some hundred units, so a token must be near certain.
        let harm = Utility::harm_of_inattention(0.9, 0.999);
        assert!((harm - 99.95).abs() < 0.01, "{harm}");
        let utility = Utility::with_harm(harm);
        // p · 0.5 − 0.1 − 99.95 · (1 − p) > 0 from p = 100.05 / 100.45 on.
        assert_eq!((utility.best_length([token(0.997)]), utility.best_length([token(0.9955)])), (1, 0));
        assert_eq!(Utility::harm_of_inattention(1.0, 0.999), 0.0);
    }

    #[test]
    fn bad_prices_are_refused() {
        for (read, write, harm) in
            [(-0.1, 0.5, 0.0), (0.1, 0.0, 0.0), (0.1, 0.5, -1.0), (f64::NAN, 0.5, 0.0), (0.1, f64::INFINITY, 0.0)]
        {
            let refused = Utility { read, write, harm }.check();
            assert!(matches!(refused, Err(SelectError::BadPrice { .. })), "{read} {write} {harm}");
        }
    }
}
