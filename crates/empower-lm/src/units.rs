//! Units of information. The paper writes thresholds in bits and losses in nats; mixing the two up is silent, so they
//! are different types, and the one conversion constant of the project is here.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// Information in bits: `-log2 p`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bits(pub f64);

/// Information in nats: `-ln p`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nats(pub f64);

impl Bits {
    /// The same information in nats.
    pub fn to_nats(self) -> Nats {
        Nats(self.0 * std::f64::consts::LN_2)
    }

    /// Information of an event with natural log-probability `logprob` (at most 0).
    pub fn from_logprob(logprob: f64) -> Self {
        Nats(-logprob).to_bits()
    }

    /// The probability `2^-bits`.
    pub fn probability(self) -> f64 {
        (-self.0).exp2()
    }
}

impl Nats {
    /// The same information in bits.
    pub fn to_bits(self) -> Bits {
        Bits(self.0 / std::f64::consts::LN_2)
    }
}

macro_rules! arithmetic {
    ($unit:ident, $suffix:literal) => {
        impl Add for $unit {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl Sub for $unit {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl AddAssign for $unit {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl Sum for $unit {
            fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
                Self(terms.map(|term| term.0).sum())
            }
        }
        impl fmt::Display for $unit {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, out)?;
                out.write_str($suffix)
            }
        }
    };
}

arithmetic!(Bits, " bits");
arithmetic!(Nats, " nats");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!(Bits(1.0).to_nats(), Nats(std::f64::consts::LN_2));
        assert_eq!(Nats(std::f64::consts::LN_2).to_bits(), Bits(1.0));
        assert_eq!(Bits(3.0).probability(), 0.125);
        assert_eq!(Bits::from_logprob(0.0).probability(), 1.0);
        assert_eq!(Bits::from_logprob(0.125f64.ln()), Bits(3.0));
        assert_eq!([Bits(0.5), Bits(0.25)].into_iter().sum::<Bits>(), Bits(0.75));
        let mut total = Nats(1.0) - Nats(0.25);
        total += Nats(2.0);
        assert_eq!(total + Nats(1.0), Nats(3.75));
    }

    #[test]
    fn shown_with_their_unit_and_stored_without() {
        assert_eq!(format!("{:.2}", Bits(0.321)), "0.32 bits");
        assert_eq!(format!("{}", Nats(4.0)), "4 nats");
        assert_eq!(serde_json::to_string(&Bits(0.32)).unwrap(), "0.32");
        assert_eq!(serde_json::from_str::<Bits>("0.32").unwrap(), Bits(0.32));
    }

    proptest! {
        #[test]
        fn conversions_are_inverse(bits in 0.0f64..1e3) {
            // Two roundings of a multiplication by ln 2 and one of its inverse.
            let back = Bits(bits).to_nats().to_bits().0;
            prop_assert!((back - bits).abs() <= 4.0 * f64::EPSILON * bits);
        }

        #[test]
        fn probability_inverts_information(probability in 1e-12f64..1.0) {
            let back = Bits::from_logprob(probability.ln()).probability();
            // The relative error of exp(-x) is the absolute error of x: x is at most 28, rounded a few times at 3.6e-15.
            prop_assert!((back - probability).abs() <= 1e-13 * probability);
        }
    }
}
