//! The methods that choose completions: those of PAPER section 5 (Algorithm 1, the next N tokens, the next k tokens with
//! k drawn at random), and the length that pays best.

use std::fmt;

use empower_lm::Bits;
use serde::{Deserialize, Serialize};

use crate::SelectError;
use crate::cost::{TokenCosts, eta_units};
use crate::horizon::{algorithm_1, horizons};
use crate::utility::{Utility, best_from, utility_lengths};

/// How the completion of a state is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// Algorithm 1: as far as the document stays within `eta`.
    Empower {
        /// The threshold, at least 0.
        eta: Bits,
    },
    /// As far as it pays, by the likelihood of the document's own text.
    Utility(Utility),
    /// The next `n` tokens, `n` at least 1.
    SftN {
        /// Tokens of completion.
        n: usize,
    },
    /// The next `k` tokens, `k` uniform in `min ..= max`, both at least 1.
    SftRand {
        /// Fewest tokens.
        min: usize,
        /// Most tokens.
        max: usize,
    },
}

/// Why an example's completion ends where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The next token would exceed the threshold.
    Threshold,
    /// No longer completion pays better.
    Utility,
    /// The document has no further token. Takes precedence over the others.
    DocumentEnd,
    /// The fixed or drawn number of tokens is reached.
    Length,
}

impl Method {
    /// Reads a method by its name, as [`Method`]'s `Display` writes it: `empower`, `utility-100`, `sft-10`,
    /// `sft-rand-1-30`. The utility has the paper's prices of reading and writing.
    ///
    /// # Errors
    /// An unknown name, `empower` without a threshold or with one out of range, and a threshold for a method that has
    /// none: it would be dropped silently otherwise.
    pub fn parse(name: &str, eta: Option<Bits>) -> Result<Self, SelectError> {
        if name == "empower" {
            let eta = eta.ok_or(SelectError::MissingEta { method: "empower" })?;
            eta_units(eta)?;
            return Ok(Self::Empower { eta });
        }
        let method = match name.strip_prefix("utility-") {
            Some(harm) => decimal(harm).map(|harm| Self::Utility(Utility::with_harm(harm))),
            None => Self::parse_length(name),
        };
        let method = method.ok_or_else(|| SelectError::UnknownMethod { name: name.to_owned() })?;
        match eta {
            Some(eta) => Err(SelectError::UnusedEta { method: name.to_owned(), eta }),
            None => Ok(method),
        }
    }

    fn parse_length(name: &str) -> Option<Self> {
        let lengths = name.strip_prefix("sft-")?;
        match lengths.strip_prefix("rand-") {
            None => Some(Self::SftN { n: positive(lengths)? }),
            Some(bounds) => {
                let (min, max) = bounds.split_once('-')?;
                let (min, max) = (positive(min)?, positive(max)?);
                (min <= max).then_some(Self::SftRand { min, max })
            }
        }
    }

    /// The threshold, for the method that has one.
    pub fn eta(&self) -> Option<Bits> {
        match *self {
            Self::Empower { eta } => Some(eta),
            Self::Utility(_) | Self::SftN { .. } | Self::SftRand { .. } => None,
        }
    }

    /// Whether completions depend on the costs of tokens, so that documents must be scored.
    pub fn needs_costs(&self) -> bool {
        matches!(self, Self::Empower { .. } | Self::Utility(_))
    }

    /// Why a completion of `length` tokens from `state` ends, in a document of `n_tokens`.
    pub fn stop_reason(&self, n_tokens: usize, state: usize, length: usize) -> StopReason {
        match self {
            _ if state + length >= n_tokens => StopReason::DocumentEnd,
            Self::Empower { .. } => StopReason::Threshold,
            Self::Utility(_) => StopReason::Utility,
            Self::SftN { .. } | Self::SftRand { .. } => StopReason::Length,
        }
    }
}

/// A whole number from 1 on, written without sign or leading zero.
fn positive(digits: &str) -> Option<usize> {
    let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if canonical { digits.parse().ok() } else { None }
}

/// A finite number of at least 0, written in digits with at most one point: what a name may carry.
pub(crate) fn decimal(digits: &str) -> Option<f64> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !digits.starts_with('.');
    digits.parse().ok().filter(|value: &f64| plain && value.is_finite())
}

impl fmt::Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empower { .. } => out.write_str("empower"),
            Self::Utility(utility) => write!(out, "utility-{}", utility.harm),
            Self::SftN { n } => write!(out, "sft-{n}"),
            Self::SftRand { min, max } => write!(out, "sft-rand-{min}-{max}"),
        }
    }
}

/// Mixes a seed with a number into a new seed (the finaliser of SplitMix64 over their sum with its increment).
///
/// The result depends on the two values only, never on what was drawn before, so that any sharding and any order of
/// work gives the same draws.
pub fn mix_seed(seed: u64, number: u64) -> u64 {
    let mut mixed = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The baselines' length from one state, before the document's end cuts it. `None` for methods that need costs.
fn drawn_length(method: &Method, state: usize, document_seed: u64) -> Option<usize> {
    match *method {
        Method::Empower { .. } | Method::Utility(_) => None,
        Method::SftN { n } => Some(n),
        Method::SftRand { min, max } => {
            // The high half of a 64 x 64 bit product is uniform on 0 .. span up to a bias below span / 2^64.
            let span = (max - min + 1) as u128;
            let draw = u128::from(mix_seed(document_seed, state as u64));
            Some(min + ((draw * span) >> 64) as usize)
        }
    }
}

/// The length of the completion of **every** state `0 ..= N` of a document, `N + 1` entries; each at most `N - n`.
///
/// `document_seed` belongs to this document alone (the caller derives it from the run's seed and the document's id);
/// only SFT-RAND draws from it, and draws for a state depend on nothing but the seed and the state.
/// Entry 0 of the methods that need costs is 0 where the first cost is unknown. O(N), with a utility O(N · horizon).
///
/// # Errors
/// A threshold or a price out of range.
pub fn completion_lengths(method: &Method, costs: &TokenCosts, document_seed: u64) -> Result<Vec<usize>, SelectError> {
    match *method {
        Method::Empower { eta } => horizons(costs, eta),
        Method::Utility(utility) => utility_lengths(costs, utility),
        Method::SftN { .. } | Method::SftRand { .. } => Ok(document_lengths(method, costs.n_tokens(), document_seed)),
    }
}

/// As [`completion_lengths`], for the methods that need no costs.
///
/// # Panics
/// On a method that needs them: check [`Method::needs_costs`].
pub fn document_lengths(method: &Method, n_tokens: usize, document_seed: u64) -> Vec<usize> {
    (0..=n_tokens)
        .map(|state| {
            let length = drawn_length(method, state, document_seed).expect("a method that needs no costs");
            length.min(n_tokens - state)
        })
        .collect()
}

/// The length of the completion of one state; equals [`completion_lengths`] at that state.
///
/// # Errors
/// A threshold or a price out of range, a state past the document's end, and for the methods that need costs state 0
/// where its cost is unknown.
pub fn completion_length(
    method: &Method,
    costs: &TokenCosts,
    state: usize,
    document_seed: u64,
) -> Result<usize, SelectError> {
    let n_tokens = costs.n_tokens();
    if state > n_tokens {
        return Err(SelectError::OutsideDocument { state, length: 0, n_tokens });
    }
    match (drawn_length(method, state, document_seed), method) {
        (Some(length), _) => Ok(length.min(n_tokens - state)),
        (None, Method::Empower { eta }) => algorithm_1(costs, state, *eta),
        (None, Method::Utility(_)) if state == 0 && !costs.first_is_known() => {
            Err(SelectError::UnknownCost { index: 0 })
        }
        (None, Method::Utility(utility)) => {
            utility.check()?;
            Ok(best_from(costs, state, *utility))
        }
        (None, _) => unreachable!("the baselines have a length"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_read_back() {
        for name in ["sft-10", "sft-20", "sft-rand-1-30", "sft-rand-5-5", "utility-0", "utility-12.5"] {
            assert_eq!(Method::parse(name, None).expect("a known name").to_string(), name);
        }
        let empower = Method::parse("empower", Some(Bits(0.32))).expect("a known name");
        assert_eq!((empower.to_string().as_str(), empower.eta()), ("empower", Some(Bits(0.32))));
    }

    #[test]
    fn bad_names_are_refused() {
        for name in [
            "",
            "Empower",
            "sft",
            "sft-",
            "sft-0",
            "sft-ten",
            "sft-+1",
            "sft-010",
            "sft-rand-",
            "sft-rand-3",
            "sft-rand-30-1",
            "sft-rand-0-4",
            "utility-",
            "utility--1",
            "utility-inf",
            "utility-1e3",
        ] {
            assert_eq!(
                Method::parse(name, None),
                Err(SelectError::UnknownMethod { name: name.to_owned() }),
                "{name:?}"
            );
        }
        assert_eq!(Method::parse("empower", None), Err(SelectError::MissingEta { method: "empower" }));
        assert!(matches!(Method::parse("empower", Some(Bits(f64::NAN))), Err(SelectError::EtaOutOfRange { .. })));
        assert!(matches!(Method::parse("sft-10", Some(Bits(1.0))), Err(SelectError::UnusedEta { .. })));
    }

    #[test]
    fn reasons_name_the_end_of_the_document_first() {
        let empower = Method::Empower { eta: Bits(1.0) };
        assert_eq!(empower.stop_reason(5, 2, 0), StopReason::Threshold);
        assert_eq!(empower.stop_reason(5, 2, 3), StopReason::DocumentEnd);
        assert_eq!(Method::SftN { n: 3 }.stop_reason(5, 2, 3), StopReason::DocumentEnd);
        assert_eq!(Method::SftN { n: 2 }.stop_reason(5, 2, 2), StopReason::Length);
        assert_eq!(Method::SftN { n: 2 }.stop_reason(5, 5, 0), StopReason::DocumentEnd);
    }

    #[test]
    fn random_lengths_are_uniform_and_seeded() {
        let method = Method::SftRand { min: 1, max: 30 };
        let n_tokens = 300_000;
        let lengths = document_lengths(&method, n_tokens, 7);
        assert_eq!(lengths, document_lengths(&method, n_tokens, 7));
        assert_ne!(lengths[..100], document_lengths(&method, n_tokens, 8)[..100]);
        let mut counts = [0_usize; 31];
        lengths[..n_tokens - 30].iter().for_each(|&length| counts[length] += 1);
        // 10,000 expected a length; five standard deviations of a binomial count are about 490.
        assert_eq!(counts[0], 0);
        assert!(counts[1..].iter().all(|&count| count.abs_diff(10_000) < 490), "{counts:?}");
    }

    proptest! {
        #[test]
        fn one_state_equals_all_states(
            logprobs in prop::collection::vec(-4.0_f32..=0.0, 1..60), seed: u64, which in 0_usize..5,
        ) {
            let method = [
                Method::Empower { eta: Bits(1.5) },
                Method::SftN { n: 7 },
                Method::SftRand { min: 1, max: 30 },
                Method::SftRand { min: 4, max: 4 },
                Method::Utility(Utility::with_harm(3.0)),
            ][which];
            let costs = TokenCosts::from_logprobs(&logprobs.into_iter().map(Some).collect::<Vec<_>>()).unwrap();
            let all = completion_lengths(&method, &costs, seed).unwrap();
            for (state, &length) in all.iter().enumerate() {
                prop_assert!(state + length <= costs.n_tokens());
                prop_assert_eq!(completion_length(&method, &costs, state, seed).unwrap(), length);
            }
            prop_assert!(completion_length(&method, &costs, all.len(), seed).is_err());
        }
    }
}
