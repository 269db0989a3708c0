//! Values of an experiment's file, each checked where it is read, so that an error has its line: names, thresholds,
//! shares, methods, and one value or several.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use empower_lm::Bits;
use empower_select::{Method, PAPER_ETA, StopRule, parse_eta};
use serde::de::value::{F64Deserializer, I64Deserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{self, Deserialize, Deserializer, IntoDeserializer, SeqAccess, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};

/// One value, or a list of at least one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Several<T>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Several<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMore<T> {
            type Value = Several<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value or a list of values")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                let from: StrDeserializer<'_, E> = text.into_deserializer();
                T::deserialize(from).map(|value| Several(vec![value]))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                let from: I64Deserializer<E> = number.into_deserializer();
                T::deserialize(from).map(|value| Several(vec![value]))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
                let from: F64Deserializer<E> = number.into_deserializer();
                T::deserialize(from).map(|value| Several(vec![value]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                let values = Vec::<T>::deserialize(SeqAccessDeserializer::new(list))?;
                if values.is_empty() {
                    return Err(de::Error::custom("the list is empty; leave the field out for its default"));
                }
                Ok(Several(values))
            }
        }

        deserializer.deserialize_any(OneOrMore(PhantomData))
    }
}

/// A name: letters, digits, `-`, `_` and `.`, since it becomes part of folders' names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, DeriveDeserialize)]
#[serde(try_from = "String")]
pub(crate) struct Name(pub(crate) String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if name.is_empty() || !plain || name.starts_with('.') {
            return Err(format!("`{name}` is no name; use letters, digits, `-`, `_` and `.`"));
        }
        Ok(Self(name))
    }
}

/// A threshold: a number of bits, or text with a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Eta(pub(crate) Bits);

impl<'de> Deserialize<'de> for Eta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Threshold;

        impl Visitor<'_> for Threshold {
            type Value = Eta;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a threshold: bits such as 0.32, or nats by name such as \"0.22nats\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Eta, E> {
                parse_eta(text).map(Eta).map_err(E::custom)
            }

            fn visit_f64<E: de::Error>(self, bits: f64) -> Result<Eta, E> {
                StopRule::Nll { eta: Bits(bits) }.check().map(|()| Eta(Bits(bits))).map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, bits: i64) -> Result<Eta, E> {
                self.visit_f64(bits as f64)
            }
        }

        deserializer.deserialize_any(Threshold)
    }
}

/// A number from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, DeriveDeserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Share(pub(crate) f64);

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(format!("{value} is not from 0 to 1")) }
    }
}

/// A finite number above 0.
#[derive(Debug, Clone, Copy, PartialEq, DeriveDeserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Positive(pub(crate) f64);

impl TryFrom<f64> for Positive {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        if value > 0.0 && value.is_finite() { Ok(Self(value)) } else { Err(format!("{value} is not above 0")) }
    }
}

/// Text that another type reads from a string or a whole number (`states = 1`, `states = "all"`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parsed<T>(pub(crate) T);

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words<T>(PhantomData<T>);

        impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Words<T> {
            type Value = Parsed<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a name or a whole number")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Parsed<T>, E> {
                text.parse().map(Parsed).map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Parsed<T>, E> {
                self.visit_str(&number.to_string())
            }
        }

        deserializer.deserialize_any(Words(PhantomData))
    }
}

/// A method by the name that the file gives it; thresholds and the human come later.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum MethodName {
    /// A fine-tuned assistant, by the method that chose its examples.
    Tuned(String),
    /// Examples by expected utility, the harm that of the human's inattention: `utility-attention`.
    TunedByAttention,
    /// The untrained model.
    Base,
    /// The untrained model, cut to so many tokens.
    BaseCut(usize),
    /// A stop rule over the untrained model.
    Rule(String),
    /// Expected utility as a rule, the harm that of the human's inattention: `stop-utility-attention`.
    RuleByAttention,
    /// Nobody.
    HumanAlone,
}

impl FromStr for MethodName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{name}` is no method; to be trained: `empower`, `utility-H`, `utility-attention`, `sft-N`, \
                 `sft-rand-A-B`; without training: `base`, `base-N`, `stop-nll`, `stop-entropy-B`, `stop-line`, \
                 `stop-first-P`, `stop-utility-H`, `stop-utility-attention`, `human-alone`"
            )
        };
        match name {
            "base" => return Ok(Self::Base),
            "human-alone" => return Ok(Self::HumanAlone),
            "utility-attention" => return Ok(Self::TunedByAttention),
            "stop-utility-attention" => return Ok(Self::RuleByAttention),
            _ => {}
        }
        if let Some(n_tokens) = name.strip_prefix("base-") {
            let n_tokens = n_tokens.parse().ok().filter(|n| *n > 0);
            return n_tokens.map(Self::BaseCut).ok_or_else(wrong);
        }
        if name.starts_with("stop-") {
            let eta = (name == "stop-nll").then_some(PAPER_ETA);
            return StopRule::parse(name, eta).map(|_| Self::Rule(name.to_owned())).map_err(|_| wrong());
        }
        let eta = (name == "empower").then_some(PAPER_ETA);
        Method::parse(name, eta).map(|_| Self::Tuned(name.to_owned())).map_err(|_| wrong())
    }
}

impl MethodName {
    /// Whether a threshold goes with it.
    pub fn takes_eta(&self) -> bool {
        matches!(self, Self::Tuned(name) if name == "empower") || matches!(self, Self::Rule(name) if name == "stop-nll")
    }

    /// Whether examples are chosen and a model is fine-tuned.
    pub fn is_tuned(&self) -> bool {
        matches!(self, Self::Tuned(_) | Self::TunedByAttention)
    }

    /// Whether the choice of its examples depends on what tokens cost.
    pub fn needs_costs(&self) -> bool {
        match self {
            Self::Tuned(name) => !name.starts_with("sft-"),
            other => other.is_tuned(),
        }
    }

    /// Whether the human's attention is part of what it is.
    pub fn needs_attention(&self) -> bool {
        matches!(self, Self::TunedByAttention | Self::RuleByAttention)
    }
}
