//! Rules that cut a suggestion while it is generated, without any training.
//!
//! The threshold rule is Algorithm 1 on the model's own tokens: it stops before the first token with which the
//! accumulated cost exceeds eta, in the same exact arithmetic as the selection of training examples. The others are what
//! a referee would ask it to be compared with. A rule sees tokens one by one ([`StopWatch::admits`]) and says at the end
//! how many of those it admitted are to be offered ([`StopWatch::offered`]): expected utility looks ahead of what pays.

use std::fmt;

use empower_lm::{Bits, Nats};
use serde::{Deserialize, Serialize};

use crate::SelectError;
use crate::cost::{bits_of_units, eta_units, token_bits, units};
use crate::method::decimal;
use crate::utility::{Utility, UtilitySearch, likelihood};

/// When to stop a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopRule {
    /// Never: the model's own stop token and the caller's limits decide.
    Never,
    /// After this many tokens.
    MaxTokens(usize),
    /// Before the token with which the accumulated cost exceeds `eta`.
    Nll {
        /// The threshold, at least 0.
        eta: Bits,
    },
    /// Before the first token whose distribution, before it was chosen, has an entropy above the bound.
    Entropy {
        /// The bound on one token, at least 0.
        bound: Bits,
    },
    /// The rest of the line: before the first token with a line break. A suggestion that begins with one goes on to the
    /// end of the next line.
    LineEnd,
    /// The rest of the line where its first token is likely enough, and nothing otherwise: the filter of editors that
    /// decide once whether to show.
    FirstToken {
        /// Least likelihood of the first token, above 0 and at most 1.
        likelihood: f64,
    },
    /// As many tokens as pay best.
    Utility(Utility),
}

/// What a rule is shown of a token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeneratedCost {
    /// Its natural log-probability.
    pub logprob: f32,
    /// Entropy of the distribution that it was chosen from, where it is known.
    pub entropy: Option<Nats>,
    /// Whether its text has a line break.
    pub breaks_line: bool,
}

impl StopRule {
    /// Reads a rule by its name, as its `Display` writes it: `stop-nll` (with `eta`), `stop-entropy-1`, `stop-line`,
    /// `stop-first-0.9`, `stop-utility-100`.
    ///
    /// # Errors
    /// An unknown name, a value out of range, `stop-nll` without a threshold, another rule with one.
    pub fn parse(name: &str, eta: Option<Bits>) -> Result<Self, SelectError> {
        if name == "stop-nll" {
            let rule = Self::Nll { eta: eta.ok_or(SelectError::MissingEta { method: "stop-nll" })? };
            return rule.check().map(|()| rule);
        }
        let value = |prefix: &str| name.strip_prefix(prefix).and_then(decimal);
        let rule = if name == "stop-line" {
            Self::LineEnd
        } else if let Some(bound) = value("stop-entropy-") {
            Self::Entropy { bound: Bits(bound) }
        } else if let Some(likelihood) = value("stop-first-") {
            Self::FirstToken { likelihood }
        } else if let Some(harm) = value("stop-utility-") {
            Self::Utility(Utility::with_harm(harm))
        } else {
            return Err(SelectError::UnknownRule { name: name.to_owned() });
        };
        if let Some(eta) = eta {
            return Err(SelectError::UnusedEta { method: name.to_owned(), eta });
        }
        rule.check().map(|()| rule)
    }

    /// The threshold, for the rule that has one.
    pub fn eta(&self) -> Option<Bits> {
        match *self {
            Self::Nll { eta } => Some(eta),
            _ => None,
        }
    }

    /// Whether the rule looks at the entropy of tokens.
    pub fn needs_entropy(&self) -> bool {
        matches!(self, Self::Entropy { .. })
    }

    /// Whether the rule looks at line breaks.
    pub fn needs_lines(&self) -> bool {
        matches!(self, Self::LineEnd | Self::FirstToken { .. })
    }

    /// Checks the ranges that the fields' docs state.
    ///
    /// # Errors
    /// The value out of range.
    pub fn check(&self) -> Result<(), SelectError> {
        match *self {
            Self::Never | Self::MaxTokens(_) | Self::LineEnd => Ok(()),
            Self::Nll { eta } => eta_units(eta).map(|_| ()),
            Self::Entropy { bound } => eta_units(bound).map(|_| ()),
            Self::FirstToken { likelihood } if likelihood > 0.0 && likelihood <= 1.0 => Ok(()),
            Self::FirstToken { likelihood } => Err(SelectError::LikelihoodOutOfRange { value: likelihood }),
            Self::Utility(utility) => utility.check(),
        }
    }

    /// Begins watching one suggestion.
    ///
    /// # Errors
    /// Those of [`check`](Self::check).
    pub fn watch(&self) -> Result<StopWatch, SelectError> {
        self.check()?;
        let search = match *self {
            Self::Utility(utility) => Some(UtilitySearch::new(utility)),
            _ => None,
        };
        Ok(StopWatch { rule: *self, spent_units: 0, admitted: 0, is_over: false, search })
    }
}

impl fmt::Display for StopRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => out.write_str("stop-never"),
            Self::MaxTokens(n) => write!(out, "stop-after-{n}"),
            Self::Nll { .. } => out.write_str("stop-nll"),
            Self::Entropy { bound } => write!(out, "stop-entropy-{}", bound.0),
            Self::LineEnd => out.write_str("stop-line"),
            Self::FirstToken { likelihood } => write!(out, "stop-first-{likelihood}"),
            Self::Utility(utility) => write!(out, "stop-utility-{}", utility.harm),
        }
    }
}

/// The state of a rule along one suggestion.
#[derive(Debug, Clone, PartialEq)]
pub struct StopWatch {
    rule: StopRule,
    /// Cost of the admitted tokens.
    spent_units: u128,
    admitted: usize,
    is_over: bool,
    search: Option<UtilitySearch>,
}

impl StopWatch {
    /// Shows the rule the next token. `true` keeps the token; `false` drops it and ends the suggestion, and so does
    /// every later call.
    ///
    /// A value that is no log-probability or no entropy counts as impossibly unlikely where the rule looks at it: a
    /// damaged number never prolongs a suggestion.
    pub fn admits(&mut self, token: GeneratedCost) -> bool {
        if self.is_over {
            return false;
        }
        let spent = self.spent_units + u128::from(token_bits(token.logprob).map_or(u64::MAX, units));
        let admits = match self.rule {
            StopRule::Never => true,
            StopRule::MaxTokens(n) => self.admitted < n,
            StopRule::Nll { eta } => eta_units(eta).is_ok_and(|limit| spent <= u128::from(limit)),
            StopRule::Entropy { bound } => token.entropy.is_some_and(|entropy| entropy.to_bits().0 <= bound.0),
            StopRule::LineEnd => self.stays_on_the_line(token),
            StopRule::FirstToken { likelihood: least } => {
                let is_likely = || likelihood(bits_of_units(spent)) >= least;
                self.stays_on_the_line(token) && (self.admitted > 0 || is_likely())
            }
            StopRule::Utility(_) => {
                let likelihood = likelihood(bits_of_units(spent));
                self.search.as_mut().is_some_and(|search| search.extend(likelihood))
            }
        };
        self.is_over = !admits;
        if admits {
            (self.spent_units, self.admitted) = (spent, self.admitted + 1);
        }
        admits
    }

    fn stays_on_the_line(&self, token: GeneratedCost) -> bool {
        self.admitted == 0 || !token.breaks_line
    }

    /// How many of the admitted tokens are to be offered: all, except under expected utility, which offers those that
    /// pay best.
    pub fn offered(&self) -> usize {
        // The token that ends the search cannot be the best length: what it is weighed by is at most 0.
        self.search.map_or(self.admitted, |search| search.best_length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TokenCosts, algorithm_1};
    use proptest::prelude::*;

    fn cost(logprob: f32) -> GeneratedCost {
        GeneratedCost { logprob, entropy: Some(Nats(0.0)), breaks_line: false }
    }

    fn offered(rule: StopRule, tokens: impl IntoIterator<Item = GeneratedCost>) -> usize {
        let mut watch = rule.watch().expect("a valid rule");
        let admitted = tokens.into_iter().take_while(|&token| watch.admits(token)).count();
        assert!(watch.offered() <= admitted, "only what was kept can be offered");
        watch.offered()
    }

    proptest! {
        #[test]
        fn the_threshold_cuts_where_algorithm_1_does(
            logprobs in prop::collection::vec(prop_oneof![Just(0.0_f32), -2.0_f32..=0.0], 0..80), eta in 0.0..12.0_f64,
        ) {
            let costs =
                TokenCosts::from_logprobs(&logprobs.iter().copied().map(Some).collect::<Vec<_>>()).unwrap();
            let eta = Bits(eta);
            let found = offered(StopRule::Nll { eta }, logprobs.iter().copied().map(cost));
            prop_assert_eq!(found, algorithm_1(&costs, 0, eta).unwrap());
        }

        #[test]
        fn utility_offers_what_selection_chooses(
            logprobs in prop::collection::vec(prop_oneof![Just(0.0_f32), -2.0_f32..=0.0], 0..80),
            harm in prop_oneof![Just(0.0), 0.0..20.0_f64], read in 0.0..0.4_f64,
        ) {
            let utility = Utility { read, write: 0.5, harm };
            let costs = logprobs.iter().map(|&logprob| Bits::from_logprob(f64::from(logprob)));
            let found = offered(StopRule::Utility(utility), logprobs.iter().copied().map(cost));
            // The watch adds up rounded units, this reference does not: they may part where two lengths pay alike.
            let expected = utility.best_length(costs.clone());
            let value = |length: usize| {
                let spent: f64 = costs.clone().take(length).map(|cost| cost.0).sum();
                utility.of(length, (-spent).exp2())
            };
            prop_assert!(found == expected || (value(found) - value(expected)).abs() < 1e-9, "{} {}", found, expected);
        }
    }

    #[test]
    fn names_read_back() {
        for name in ["stop-entropy-0.5", "stop-line", "stop-first-0.9", "stop-utility-100", "stop-utility-0"] {
            assert_eq!(StopRule::parse(name, None).expect("a known name").to_string(), name);
            assert!(matches!(StopRule::parse(name, Some(Bits(1.0))), Err(SelectError::UnusedEta { .. })), "{name}");
        }
        let nll = StopRule::parse("stop-nll", Some(Bits(0.32))).expect("a known name");
        assert_eq!((nll.to_string().as_str(), nll.eta()), ("stop-nll", Some(Bits(0.32))));
        assert_eq!(StopRule::parse("stop-nll", None), Err(SelectError::MissingEta { method: "stop-nll" }));
        for name in
            ["", "stop", "stop-", "stop-entropy-", "stop-first", "stop-first-1e-1", "stop-utility--1", "stop-words"]
        {
            assert!(matches!(StopRule::parse(name, None), Err(SelectError::UnknownRule { .. })), "{name:?}");
        }
        for name in ["stop-first-0", "stop-first-1.5"] {
            assert!(matches!(StopRule::parse(name, None), Err(SelectError::LikelihoodOutOfRange { .. })), "{name:?}");
        }
    }

    #[test]
    fn lengths_are_counted() {
        assert_eq!(offered(StopRule::MaxTokens(3), [cost(-9.0); 10]), 3);
        assert_eq!(offered(StopRule::MaxTokens(0), [cost(-9.0); 10]), 0);
        assert_eq!(offered(StopRule::Never, [cost(-9.0); 10]), 10);
    }

    #[test]
    fn entropy_bounds_every_token_alone() {
        let token = |bits: f64| GeneratedCost { entropy: Some(Bits(bits).to_nats()), ..cost(-9.0) };
        let rule = StopRule::Entropy { bound: Bits(1.0) };
        assert_eq!(offered(rule, [token(0.9), token(0.9), token(0.9)]), 3);
        assert_eq!(offered(rule, [token(0.9), token(1.1), token(0.0)]), 1);
        for damaged in [None, Some(Nats(f64::NAN))] {
            assert_eq!(offered(rule, [GeneratedCost { entropy: damaged, ..cost(0.0) }]), 0);
        }
    }

    #[test]
    fn lines_end_before_the_break() {
        let line = |text: &str| {
            text.chars().map(|c| GeneratedCost { breaks_line: c == '\n', ..cost(-1.0) }).collect::<Vec<_>>()
        };
        assert_eq!(offered(StopRule::LineEnd, line("abc\nde")), 3);
        // At the end of a line, the whole next one.
        assert_eq!(offered(StopRule::LineEnd, line("\nabc\nde")), 4);
        assert_eq!(offered(StopRule::LineEnd, line("\n\n")), 1);
        // A first token of likelihood 1/e.
        assert_eq!(offered(StopRule::FirstToken { likelihood: 0.3 }, line("abc\nde")), 3);
        assert_eq!(offered(StopRule::FirstToken { likelihood: 0.4 }, line("abc\nde")), 0);
    }

    #[test]
    fn a_stopped_rule_stays_stopped() {
        let mut watch = StopRule::Nll { eta: Bits(1.0) }.watch().expect("a valid rule");
        assert!(watch.admits(cost(-0.1)));
        assert!(!watch.admits(cost(-5.0)));
        assert!(!watch.admits(cost(0.0)));
        let mut damaged = StopRule::Nll { eta: Bits(1.0) }.watch().expect("a valid rule");
        assert!(!damaged.admits(cost(f32::NAN)));
        assert!(StopRule::Nll { eta: Bits(-1.0) }.watch().is_err());
    }
}
