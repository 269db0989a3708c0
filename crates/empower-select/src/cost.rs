//! Token costs in exact arithmetic, and the reading of thresholds.
//!
//! Algorithm 1 adds up costs from a state onwards; the two-pointer form subtracts prefix sums; an inference stop rule
//! adds up as tokens arrive. In floating point the three disagree in the last place, and then a document is cut in one
//! spot in training and in another when served. So costs are whole multiples of 2^-40 bit: sums are exact in any
//! order, and the three ways give the same answer always. The rounding (half of 10^-12 bit a token) is far below the
//! error of the single-precision log-probabilities that costs come from.

use std::fmt;
use std::str::FromStr;

use empower_lm::{Bits, Nats};
use serde::{Deserialize, Serialize};

use crate::SelectError;

/// Thresholds are below this; a token that costs as much exceeds every threshold.
pub const MAX_ETA: Bits = Bits(1_048_576.0);

/// The paper's threshold in simulation (PAPER section 4).
pub const PAPER_ETA: Bits = Bits(0.32);

/// Units in one bit. Chosen: 2^-40 is finer than f32 log-probabilities resolve, and `MAX_ETA` still fits u64.
const UNITS_PER_BIT: f64 = (1_u64 << 40) as f64;

/// A log-softmax in single precision may come out above 0 by rounding; anything up to this counts as 0. Chosen: some
/// hundred units in the last place of a logit near 10.
const ROUNDING_ABOVE_ZERO: f32 = 1e-4;

/// `-log2 p` as a whole number of units, at most that of [`MAX_ETA`]. `bits` is at least 0 and not NaN.
pub(crate) fn units(bits: Bits) -> u64 {
    (bits.0.min(MAX_ETA.0) * UNITS_PER_BIT).round() as u64
}

/// The inverse of [`units`], up to its rounding; for sums of any number of costs.
pub(crate) fn bits_of_units(units: u128) -> Bits {
    Bits(units as f64 / UNITS_PER_BIT)
}

/// The threshold in units: in 0 .. units(MAX_ETA), both sides rounded alike so that a cost equal to eta stays within.
pub(crate) fn eta_units(eta: Bits) -> Result<u64, SelectError> {
    if eta.0 >= 0.0 && eta.0 < MAX_ETA.0 {
        Ok(units(eta).min(units(MAX_ETA) - 1))
    } else {
        Err(SelectError::EtaOutOfRange { eta })
    }
}

/// The cost of one token, from its natural log-probability. `None` where that is no log-probability.
pub(crate) fn token_bits(logprob: f32) -> Option<Bits> {
    if !logprob.is_finite() || logprob > ROUNDING_ABOVE_ZERO {
        return None;
    }
    Some(without_negative_zero(Bits::from_logprob(f64::from(logprob.min(0.0)))))
}

/// Turns the zero that negation makes of 0.0 into a plain zero, so that rows print `0.0`.
fn without_negative_zero(bits: Bits) -> Bits {
    if bits.0 == 0.0 { Bits(0.0) } else { bits }
}

/// Costs in bits of a document's tokens, from natural log-probabilities.
///
/// `logprobs[j]` belongs to token `j` given those before it; the first may be absent. Values above 0 by no more than
/// rounding count as 0.
///
/// # Errors
/// A missing log-probability after the first, one that is not finite, and one above 0.
pub fn logprobs_to_bits(logprobs: &[Option<f32>]) -> Result<Vec<Option<Bits>>, SelectError> {
    logprobs
        .iter()
        .enumerate()
        .map(|(index, &logprob)| match logprob {
            None if index == 0 => Ok(None),
            None => Err(SelectError::UnknownCost { index }),
            Some(logprob) => token_bits(logprob).map(Some).ok_or(SelectError::BadLogprob { index, logprob }),
        })
        .collect()
}

/// How the openness of a choice is estimated from a model (PAPER section 3: the entropy of the human's next token bounds
/// the empowerment from above).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// From one sample, the token that the human wrote: its negative log-likelihood. The paper's.
    #[default]
    Nll,
    /// Exactly: the entropy of the distribution of the next token. Knows what else could have been written, and not
    /// what was.
    Entropy,
}

impl Estimator {
    /// The costs in bits of tokens, from what the model says of each.
    ///
    /// # Errors
    /// As [`TokenCosts::estimated`].
    pub fn bits(self, values: &[Option<f32>]) -> Result<Vec<Option<Bits>>, SelectError> {
        match self {
            Self::Nll => logprobs_to_bits(values),
            Self::Entropy => logprobs_to_bits(&values.iter().map(|value| value.map(|nats| -nats)).collect::<Vec<_>>()),
        }
    }
}

impl fmt::Display for Estimator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Nll => "nll",
            Self::Entropy => "entropy",
        })
    }
}

impl FromStr for Estimator {
    type Err = SelectError;

    fn from_str(name: &str) -> Result<Self, SelectError> {
        match name {
            "nll" => Ok(Self::Nll),
            "entropy" => Ok(Self::Entropy),
            _ => Err(SelectError::UnknownEstimator { name: name.to_owned() }),
        }
    }
}

/// What every token of a document costs under the scoring model, in exact arithmetic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCosts {
    /// Cost of each token in units; 0 stands in for an unknown first cost.
    units: Vec<u64>,
    first_is_known: bool,
}

impl TokenCosts {
    /// Costs from natural log-probabilities, one a token.
    ///
    /// # Errors
    /// As [`logprobs_to_bits`].
    pub fn from_logprobs(logprobs: &[Option<f32>]) -> Result<Self, SelectError> {
        Self::estimated(Estimator::Nll, logprobs)
    }

    /// Costs by an estimator, from what the model says of each token: natural log-probabilities, or entropies in nats.
    ///
    /// # Errors
    /// As [`logprobs_to_bits`]; an entropy that is not finite or below 0 by more than rounding counts as such a
    /// log-probability of the opposite sign.
    pub fn estimated(estimator: Estimator, values: &[Option<f32>]) -> Result<Self, SelectError> {
        let bits = estimator.bits(values)?;
        let first_is_known = bits.first().is_none_or(|first| first.is_some());
        Ok(Self { units: bits.into_iter().map(|cost| cost.map_or(0, units)).collect(), first_is_known })
    }

    /// Number of tokens `N` in the document.
    pub fn n_tokens(&self) -> usize {
        self.units.len()
    }

    /// Whether the first token has a cost: state 0 has a horizon only then.
    pub fn first_is_known(&self) -> bool {
        self.first_is_known
    }

    pub(crate) fn units(&self) -> &[u64] {
        &self.units
    }
}

/// Reads a threshold: `0.32` and `0.32bits` are bits, `0.22nats` is nats. White space around the number is allowed.
///
/// # Errors
/// Text that is not of this form, and values below 0, not finite, or from [`MAX_ETA`] on.
pub fn parse_eta(text: &str) -> Result<Bits, SelectError> {
    let syntax = || SelectError::EtaSyntax { text: text.to_owned() };
    let trimmed = text.trim();
    let (number, is_nats) = if let Some(number) = strip_unit(trimmed, &["nats", "nat"]) {
        (number, true)
    } else {
        (strip_unit(trimmed, &["bits", "bit"]).unwrap_or(trimmed), false)
    };
    // `parse` accepts "inf" and "nan" too; those are no numbers of bits that a person means.
    if !number.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '.' | '-' | '+')) {
        return Err(syntax());
    }
    let value: f64 = number.parse().map_err(|_| syntax())?;
    let eta = if is_nats { Nats(value).to_bits() } else { Bits(value) };
    eta_units(eta)?;
    Ok(without_negative_zero(eta))
}

fn strip_unit<'a>(text: &'a str, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| text.strip_suffix(name)).map(str::trim_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_read_with_and_without_unit() {
        assert_eq!(parse_eta("0.32"), Ok(Bits(0.32)));
        assert_eq!(parse_eta(" 4 bits "), Ok(Bits(4.0)));
        assert_eq!(parse_eta("1bit"), Ok(Bits(1.0)));
        assert_eq!(parse_eta("0"), Ok(Bits(0.0)));
        let nats = parse_eta("0.22nats").expect("a threshold in nats");
        assert!((nats.0 - 0.22 * std::f64::consts::LOG2_E).abs() < 1e-12, "0.22 nats are {nats}");
    }

    #[test]
    fn bad_thresholds_are_named() {
        for text in ["", "bits", "nats", "abc", "inf", "nan", "0.3.2", "0.32 bytes", "1e"] {
            assert_eq!(parse_eta(text), Err(SelectError::EtaSyntax { text: text.to_owned() }), "{text:?}");
        }
        for text in ["-0.1", "1e9", "1048576", "+inf", "-1nats"] {
            assert!(matches!(parse_eta(text), Err(SelectError::EtaOutOfRange { .. })), "{text:?}");
        }
        assert_eq!(
            parse_eta("two").unwrap_err().to_string(),
            "`two` is not a threshold; write a number of bits such as `0.32` or `0.32bits`, or of nats such as `0.22nats`"
        );
    }

    #[test]
    fn costs_refuse_what_is_no_log_probability() {
        assert_eq!(logprobs_to_bits(&[None, None]), Err(SelectError::UnknownCost { index: 1 }));
        assert!(matches!(logprobs_to_bits(&[None, Some(f32::NAN)]), Err(SelectError::BadLogprob { index: 1, .. })));
        assert!(matches!(logprobs_to_bits(&[Some(f32::NEG_INFINITY)]), Err(SelectError::BadLogprob { index: 0, .. })));
        assert!(matches!(logprobs_to_bits(&[Some(0.01)]), Err(SelectError::BadLogprob { index: 0, .. })));
        // Rounding above 0, and the negative zero that negation makes, are plain zero.
        assert_eq!(logprobs_to_bits(&[None, Some(1e-6), Some(0.0)]), Ok(vec![None, Some(Bits(0.0)), Some(Bits(0.0))]));
        assert!(logprobs_to_bits(&[Some(0.0)]).expect("zero is fine")[0].expect("known").0.is_sign_positive());
    }

    #[test]
    fn entropies_cost_what_they_are() {
        let costs = TokenCosts::estimated(Estimator::Entropy, &[None, Some(0.0), Some(std::f32::consts::LN_2)]);
        let costs = costs.expect("valid entropies");
        assert!(!costs.first_is_known() && costs.units()[1] == 0);
        assert!(costs.units()[2].abs_diff(1 << 40) <= 1 << 15);
        for bad in [-0.1, f32::NAN, f32::INFINITY] {
            assert!(TokenCosts::estimated(Estimator::Entropy, &[Some(bad)]).is_err(), "{bad}");
        }
        for estimator in [Estimator::Nll, Estimator::Entropy] {
            assert_eq!(estimator.to_string().parse(), Ok(estimator));
        }
    }

    #[test]
    fn one_halving_costs_one_bit() {
        let half = TokenCosts::from_logprobs(&[Some(-std::f32::consts::LN_2)]).expect("valid costs");
        // f32 ln 2 differs from ln 2 by at most 2^-25 of itself, that is 2^15 units of 2^-40.
        assert!(half.units()[0].abs_diff(1 << 40) <= 1 << 15);
    }
}
