//! Which states of a document become examples, and which documents are held out. Every draw depends on the seed and the
//! document's id alone, so that sharding, order and number of threads change nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use empower_artifact::Seed;
use empower_select::mix_seed;

/// How many states of a document are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum States {
    /// One state, uniform in `1 ..= N`: the paper's choice, and the default.
    #[default]
    One,
    /// This many distinct states, uniform among all such sets; every state of a shorter document.
    K(usize),
    /// Every state `1 ..= N`.
    All,
}

/// Text that names no number of states.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a number of states; write `1`, another whole number above 0, or `all`")]
pub struct StatesSyntaxError {
    /// What was typed.
    pub text: String,
}

impl FromStr for States {
    type Err = StatesSyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text.trim(), text.trim().parse::<usize>()) {
            ("all", _) => Ok(Self::All),
            (_, Ok(1)) => Ok(Self::One),
            (_, Ok(k)) if k > 0 => Ok(Self::K(k)),
            _ => Err(StatesSyntaxError { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for States {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One => out.write_str("1"),
            Self::K(k) => write!(out, "{k}"),
            Self::All => out.write_str("all"),
        }
    }
}

/// The seed of one document's draws for one purpose (`states`, `lengths`, …).
pub fn document_seed(seed: u64, purpose: &str, document_id: &str) -> u64 {
    Seed::new(seed).named(purpose).named(document_id).value()
}

impl States {
    /// The chosen states of a document of `n_tokens`, ascending, each in `1 ..= n_tokens`; none for an empty document.
    ///
    /// State 0, before the first token, is never chosen; state `N`, with nothing left of the document, is: its example
    /// is to stop at once (PAPER section 4: n uniform in [1, N]). `document_seed` is this document's own.
    pub fn sample(&self, n_tokens: usize, document_seed: u64) -> Vec<usize> {
        let k = match *self {
            Self::All => return (1..=n_tokens).collect(),
            Self::One => 1,
            Self::K(k) => k,
        };
        if k >= n_tokens {
            return (1..=n_tokens).collect();
        }
        // Floyd's way of drawing k of N without repetition: one draw a state, memory k.
        let mut chosen = BTreeSet::new();
        for last in n_tokens - k + 1..=n_tokens {
            let draw = u128::from(mix_seed(document_seed, last as u64)) * last as u128;
            let state = 1 + (draw >> 64) as usize;
            if !chosen.insert(state) {
                chosen.insert(last);
            }
        }
        chosen.into_iter().collect()
    }
}

/// Whether a document belongs to the held-out part, which takes about `share` (0 to 1) of all documents.
///
/// Decided by the hash of seed and id: adding documents moves none of the others from one part to the other, and a
/// larger share holds out a superset.
pub fn is_held_out(document_id: &str, share: f64, seed: u64) -> bool {
    // The upper 53 bits make a uniform number in [0, 1).
    let position = (document_seed(seed, "split", document_id) >> 11) as f64 / (1_u64 << 53) as f64;
    position < share
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn states_are_distinct_ascending_and_in_range(n_tokens in 0_usize..300, k in 1_usize..40, seed: u64) {
            for states in [States::One, States::K(k), States::All] {
                let chosen = states.sample(n_tokens, seed);
                let wanted = match states { States::One => 1, States::K(k) => k, States::All => n_tokens };
                prop_assert_eq!(chosen.len(), wanted.min(n_tokens));
                prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
                prop_assert!(chosen.iter().all(|&state| (1..=n_tokens).contains(&state)));
                prop_assert_eq!(&chosen, &states.sample(n_tokens, seed));
            }
            prop_assert_eq!(States::One.sample(n_tokens, seed), States::K(1).sample(n_tokens, seed));
        }
    }

    #[test]
    fn every_state_is_drawn_equally_often() {
        for (states, each) in [(States::One, 2_000.0_f64), (States::K(3), 6_000.0)] {
            let mut counts = [0_u32; 11];
            for document in 0..20_000 {
                for state in states.sample(10, document_seed(1, "states", &document.to_string())) {
                    counts[state] += 1;
                }
            }
            // Five standard deviations of a binomial count with this mean, rounded up.
            let bound = 5.0 * each.sqrt();
            assert_eq!(counts[0], 0);
            assert!(counts[1..].iter().all(|&count| (f64::from(count) - each).abs() < bound), "{counts:?}");
        }
    }

    #[test]
    fn numbers_of_states_read_back() {
        for (text, states) in [("1", States::One), ("7", States::K(7)), ("all", States::All)] {
            assert_eq!(text.parse(), Ok(states));
            assert_eq!(states.to_string(), text);
        }
        for text in ["", "0", "-1", "ALL", "1.5"] {
            assert!(text.parse::<States>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_split_has_its_share_and_grows_by_supersets() {
        let ids: Vec<String> = (0..10_000).map(|i| format!("document {i}")).collect();
        let held = |share| ids.iter().filter(|id| is_held_out(id, share, 3)).count();
        assert_eq!((held(0.0), held(1.0)), (0, ids.len()));
        // Standard deviation 40.
        assert!(held(0.2).abs_diff(2_000) < 200, "{}", held(0.2));
        assert!(ids.iter().all(|id| !is_held_out(id, 0.2, 3) || is_held_out(id, 0.3, 3)));
        assert!(ids.iter().any(|id| is_held_out(id, 0.2, 3) != is_held_out(id, 0.2, 4)));
    }
}
