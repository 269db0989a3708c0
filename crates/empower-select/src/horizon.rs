//! Algorithm 1: how far a completion reaches from a state, for one state and for all states of a document at once.

use empower_lm::Bits;

use crate::SelectError;
use crate::cost::{TokenCosts, eta_units};

/// Algorithm 1 as the paper writes it, from one state: walk on token by token, and return the part before the first
/// token with which the accumulated cost exceeds `eta`; the rest of the document where none does.
///
/// The comparison is Algorithm 1's, not equation 2's: a cost that equals `eta` stays within (PAPER section 4).
/// Returns the length of the completion, `0 ..= N - state`. Cost: linear in the answer. This is the obvious form that
/// [`horizons`] is checked against; use that one for more than a few states.
///
/// # Errors
/// A threshold out of range, and a state past the document's end. State 0 of a document whose first cost is unknown
/// is refused likewise, as [`SelectError::UnknownCost`].
pub fn algorithm_1(costs: &TokenCosts, state: usize, eta: Bits) -> Result<usize, SelectError> {
    let limit = u128::from(eta_units(eta)?);
    let n_tokens = costs.n_tokens();
    if state > n_tokens {
        return Err(SelectError::OutsideDocument { state, length: 0, n_tokens });
    }
    if state == 0 && !costs.first_is_known() {
        return Err(SelectError::UnknownCost { index: 0 });
    }
    let mut accumulated: u128 = 0;
    for i in 1..=n_tokens - state {
        accumulated += u128::from(costs.units()[state + i - 1]);
        if accumulated > limit {
            return Ok(i - 1);
        }
    }
    Ok(n_tokens - state)
}

/// The length `i*(n)` of Algorithm 1's completion for every state `n` in `0 ..= N`: `N + 1` entries, the last one 0.
///
/// Costs are at least 0, so the end `n + i*(n)` of a completion never moves back as `n` moves on, and one pass with two
/// pointers finds them all: O(N) whatever the threshold. Entry 0 is 0 where the cost of the first token is unknown;
/// state 0 is not one to choose then.
///
/// # Errors
/// A threshold out of range.
pub fn horizons(costs: &TokenCosts, eta: Bits) -> Result<Vec<usize>, SelectError> {
    let limit = u128::from(eta_units(eta)?);
    let units = costs.units();
    let n_tokens = units.len();
    let mut lengths = vec![0; n_tokens + 1];
    let first_state = usize::from(!costs.first_is_known());
    // `within` is the cost of tokens state .. end.
    let (mut end, mut within) = (first_state, 0_u128);
    for state in first_state..n_tokens {
        while end < n_tokens && within + u128::from(units[end]) <= limit {
            within += u128::from(units[end]);
            end += 1;
        }
        lengths[state] = end - state;
        if end > state {
            within -= u128::from(units[state]);
        } else {
            // The very next token is a decision: both pointers step over it.
            end = state + 1;
        }
    }
    Ok(lengths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn costs(logprobs: &[Option<f32>]) -> TokenCosts {
        TokenCosts::from_logprobs(logprobs).expect("valid log-probabilities")
    }

    /// Log-probabilities of the kinds that matter: certain, nearly certain, exact powers of two, and very unlikely.
    fn logprob() -> impl Strategy<Value = f32> {
        prop_oneof![
            Just(0.0_f32),
            (1_u32..6).prop_map(|halvings| -(halvings as f32) * std::f32::consts::LN_2),
            -1e-3_f32..=0.0,
            -5.0_f32..=0.0,
            -1e9_f32..=-50.0,
        ]
    }

    proptest! {
        #[test]
        fn two_pointers_equal_algorithm_1(
            first in prop::option::of(logprob()),
            rest in prop::collection::vec(logprob(), 0..200),
            eta in prop_oneof![Just(0.0), Just(0.32), Just(1.0), Just(4.0), 0.0..40.0_f64, Just(1e6)],
        ) {
            let mut logprobs = vec![first];
            logprobs.extend(rest.into_iter().map(Some));
            let costs = costs(&logprobs);
            let all = horizons(&costs, Bits(eta)).unwrap();
            prop_assert_eq!(all.len(), logprobs.len() + 1);
            for (state, &length) in all.iter().enumerate() {
                match algorithm_1(&costs, state, Bits(eta)) {
                    Ok(expected) => prop_assert_eq!(length, expected, "state {}", state),
                    Err(_) => prop_assert!(state == 0 && first.is_none() && length == 0),
                }
            }
        }

        #[test]
        fn more_eta_never_shortens(
            logprobs in prop::collection::vec(logprob(), 1..100), low in 0.0..5.0_f64, more in 0.0..5.0_f64,
        ) {
            let costs = costs(&logprobs.into_iter().map(Some).collect::<Vec<_>>());
            let (short, long) = (horizons(&costs, Bits(low)).unwrap(), horizons(&costs, Bits(low + more)).unwrap());
            prop_assert!(short.iter().zip(&long).all(|(short, long)| short <= long));
        }
    }

    #[test]
    fn a_cost_equal_to_eta_stays_within() {
        // Two tokens of exactly ln 2 in single precision; the threshold is their very cost.
        let ln2 = -std::f32::consts::LN_2;
        let costs = costs(&[None, Some(ln2), Some(ln2), Some(ln2)]);
        let one = Bits::from_logprob(f64::from(ln2));
        assert_eq!(horizons(&costs, one).expect("eta in range"), [0, 1, 1, 1, 0]);
        assert_eq!(horizons(&costs, one + one).expect("eta in range"), [0, 2, 2, 1, 0]);
        assert_eq!(horizons(&costs, Bits(one.0 * 0.999_999)).expect("eta in range"), [0, 0, 0, 0, 0]);
    }

    #[test]
    fn an_empty_document_has_one_state() {
        assert_eq!(horizons(&costs(&[]), Bits(1.0)).expect("eta in range"), [0]);
        assert_eq!(algorithm_1(&costs(&[]), 0, Bits(1.0)), Ok(0));
        assert_eq!(
            algorithm_1(&costs(&[]), 1, Bits(1.0)),
            Err(SelectError::OutsideDocument { state: 1, length: 0, n_tokens: 0 })
        );
    }

    #[test]
    fn the_unlikeliest_token_exceeds_every_threshold() {
        let costs = costs(&[Some(f32::MIN), Some(0.0)]);
        assert_eq!(horizons(&costs, Bits(MAX_BELOW)).expect("eta in range"), [0, 1, 0]);
    }

    /// The largest threshold that is still allowed.
    const MAX_BELOW: f64 = 1_048_575.999_999_999_9;
}
