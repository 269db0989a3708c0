//! The counts behind dense training (DESIGN section 4): how often each position of a document predicts its next token,
//! and how often it predicts the stop, over any set of examples.
//!
//! An example from state `n` with length `L` asks the model, after `j` tokens, for
//!
//! ```text
//! context j    n      n+1    …    n+L-1    n+L
//! target       t_n    t_n+1  …    t_n+L-1  stop
//! ```
//!
//! Its input is the document itself, so the loss summed over all examples is a language-modelling pass over the
//! document with weight `next[j]` on token `t_j` and `stop[j]` on the stop, both given the first `j` tokens.

use crate::SelectError;

/// Weights of the two targets at each context length `j` in `0 ..= N`: `N + 1` entries each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DenseWeights {
    /// `w_j`: examples with `n <= j < n + L`, whose completion contains token `t_j`. `next[N]` is 0.
    pub next: Vec<u32>,
    /// `s_j`: examples with `n + L = j`, which stop after `j` tokens.
    pub stop: Vec<u32>,
}

impl DenseWeights {
    /// Targets that carry loss, over all examples: completion tokens and one stop an example.
    pub fn total(&self) -> u64 {
        self.next.iter().chain(&self.stop).map(|&weight| u64::from(weight)).sum()
    }
}

/// Counts the weights of a document of `n_tokens` over `examples`, pairs of state and length.
///
/// A state may occur more than once and counts as often. O(N + examples), by differences: an example adds 1 where its
/// completion begins and takes 1 where it ends.
///
/// # Errors
/// An example that reaches past the document.
pub fn dense_weights(
    n_tokens: usize,
    examples: impl IntoIterator<Item = (usize, usize)>,
) -> Result<DenseWeights, SelectError> {
    let mut stop = vec![0_u32; n_tokens + 1];
    let mut change = vec![0_i64; n_tokens + 1];
    for (state, length) in examples {
        let end = state.checked_add(length).filter(|&end| end <= n_tokens);
        let end = end.ok_or(SelectError::OutsideDocument { state, length, n_tokens })?;
        change[state] += 1;
        change[end] -= 1;
        stop[end] += 1;
    }
    let next = change
        .into_iter()
        .scan(0_i64, |open, change| {
            *open += change;
            Some(u32::try_from(*open).expect("as many completions end as begin, each after its beginning"))
        })
        .collect();
    Ok(DenseWeights { next, stop })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute_force(n_tokens: usize, examples: &[(usize, usize)]) -> DenseWeights {
        let count = |holds: &dyn Fn(usize, usize) -> bool| {
            u32::try_from(examples.iter().filter(|&&(n, length)| holds(n, length)).count()).expect("few examples")
        };
        DenseWeights {
            next: (0..=n_tokens).map(|j| count(&|n, length| n <= j && j < n + length)).collect(),
            stop: (0..=n_tokens).map(|j| count(&|n, length| n + length == j)).collect(),
        }
    }

    proptest! {
        #[test]
        fn differences_equal_counting(
            (n_tokens, examples) in (0_usize..50).prop_flat_map(|n_tokens| {
                let example = (0..=n_tokens).prop_flat_map(move |n| (Just(n), 0..=n_tokens - n));
                (Just(n_tokens), prop::collection::vec(example, 0..80))
            }),
        ) {
            let weights = dense_weights(n_tokens, examples.iter().copied()).unwrap();
            prop_assert_eq!(weights.next[n_tokens], 0);
            let targets: usize = examples.iter().map(|&(_, length)| length + 1).sum();
            prop_assert_eq!(weights.total(), targets as u64);
            prop_assert_eq!(weights, brute_force(n_tokens, &examples));
        }
    }

    #[test]
    fn examples_past_the_end_are_refused() {
        assert!(dense_weights(3, [(1, 2)]).is_ok());
        assert_eq!(dense_weights(3, [(1, 3)]), Err(SelectError::OutsideDocument { state: 1, length: 3, n_tokens: 3 }));
        assert!(dense_weights(3, [(usize::MAX, 2)]).is_err());
    }
}
