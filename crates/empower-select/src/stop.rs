//! Rules that cut a suggestion while it is generated: the training-free counterpart of Algorithm 1, and a length.
//!
//! The threshold rule applies Algorithm 1 to the model's own tokens: it stops before the first token with which the
//! accumulated cost exceeds eta, in the same exact arithmetic as the selection of training examples.

use empower_lm::Bits;

use crate::SelectError;
use crate::cost::{eta_units, token_bits, units};

/// When to stop a suggestion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StopRule {
    /// Never: the model's own stop token and the caller's limits decide.
    Never,
    /// Before the token with which the accumulated cost exceeds `eta`.
    Nll {
        /// The threshold, at least 0.
        eta: Bits,
    },
    /// After this many tokens.
    MaxTokens(usize),
}

impl StopRule {
    /// Begins watching one suggestion.
    ///
    /// # Errors
    /// A threshold out of range.
    pub fn watch(&self) -> Result<StopWatch, SelectError> {
        Ok(match *self {
            Self::Never => StopWatch { budget_units: None, left_tokens: None },
            Self::Nll { eta } => StopWatch { budget_units: Some(eta_units(eta)?), left_tokens: None },
            Self::MaxTokens(n) => StopWatch { budget_units: None, left_tokens: Some(n) },
        })
    }
}

/// The state of a rule along one suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopWatch {
    /// What may still be spent; `None` without a threshold.
    budget_units: Option<u64>,
    /// Tokens that may still come; `None` without a length.
    left_tokens: Option<usize>,
}

impl StopWatch {
    /// Shows the rule the next token's natural log-probability. `true` keeps the token; `false` drops it and ends the
    /// suggestion, and so does every later call.
    ///
    /// A value that is no log-probability counts as impossibly unlikely under a threshold: a damaged number never
    /// prolongs a suggestion.
    pub fn admits(&mut self, logprob: f32) -> bool {
        if let Some(left) = &mut self.left_tokens {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => return false,
            }
        }
        let Some(budget) = self.budget_units else { return true };
        let cost = token_bits(logprob).map_or(u64::MAX, units);
        match budget.checked_sub(cost) {
            Some(rest) => {
                self.budget_units = Some(rest);
                true
            }
            None => {
                self.left_tokens = Some(0);
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TokenCosts, algorithm_1};
    use proptest::prelude::*;

    fn admitted(rule: StopRule, logprobs: &[f32]) -> usize {
        let mut watch = rule.watch().expect("a valid rule");
        logprobs.iter().take_while(|&&logprob| watch.admits(logprob)).count()
    }

    proptest! {
        #[test]
        fn the_rule_cuts_where_algorithm_1_does(
            logprobs in prop::collection::vec(prop_oneof![Just(0.0_f32), -2.0_f32..=0.0], 0..80), eta in 0.0..12.0_f64,
        ) {
            let costs =
                TokenCosts::from_logprobs(&logprobs.iter().copied().map(Some).collect::<Vec<_>>()).unwrap();
            let eta = Bits(eta);
            prop_assert_eq!(admitted(StopRule::Nll { eta }, &logprobs), algorithm_1(&costs, 0, eta).unwrap());
        }
    }

    #[test]
    fn lengths_are_counted() {
        assert_eq!(admitted(StopRule::MaxTokens(3), &[-9.0; 10]), 3);
        assert_eq!(admitted(StopRule::MaxTokens(0), &[-9.0; 10]), 0);
        assert_eq!(admitted(StopRule::Never, &[-9.0; 10]), 10);
    }

    #[test]
    fn a_stopped_rule_stays_stopped() {
        let mut watch = StopRule::Nll { eta: Bits(1.0) }.watch().expect("a valid rule");
        assert!(watch.admits(-0.1));
        assert!(!watch.admits(-5.0));
        assert!(!watch.admits(0.0));
        let mut damaged = StopRule::Nll { eta: Bits(1.0) }.watch().expect("a valid rule");
        assert!(!damaged.admits(f32::NAN));
        assert!(StopRule::Nll { eta: Bits(-1.0) }.watch().is_err());
    }
}
