//! Where a completion ends: Algorithm 1 of the paper, its fixed-length and random-length baselines, the length that pays
//! best, the counts that dense training needs, and the rules that cut a suggestion while it is being generated.
//!
//! Everything here is arithmetic on token costs. This crate reads and writes nothing, knows no model and no tokenizer,
//! and draws no randomness that is not handed to it as a seed.
//!
//! # Tokens and states
//! A document has `N` tokens. State `n` is the text after its first `n` tokens, so `0 <= n <= N`; a completion of
//! length `L` from state `n` is tokens `n .. n + L` counted from 0 (the paper counts from 1: `l[n+1 .. n+L]`).
//!
//! ```text
//! tokens   t0   t1   t2   t3          N = 4
//! costs    c0   c1   c2   c3          c_j = -log2 p(t_j | t_0 .. t_{j-1})
//! states 0    1    2    3    4        state n stands before token t_n
//! ```
//!
//! State 0 is never drawn (the paper draws from 1 to N), but has a horizon where the cost of the first token is known.
//! State `N` is drawn: nothing is left of the document, so its completion is empty and the right thing to do is to stop.

mod cost;
mod dense;
mod horizon;
mod method;
mod stop;
mod utility;

pub use cost::{Estimator, MAX_ETA, PAPER_ETA, TokenCosts, logprobs_to_bits, parse_eta};
pub use dense::{DenseWeights, dense_weights};
pub use horizon::{algorithm_1, horizons};
pub use method::{Method, StopReason, completion_length, completion_lengths, document_lengths, mix_seed};
pub use stop::{GeneratedCost, StopRule, StopWatch};
pub use utility::Utility;

use empower_lm::Bits;

/// What can be wrong with costs, thresholds, method names and examples.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SelectError {
    /// A token other than the first has no log-probability.
    #[error("token {index} has no log-probability; only a document's first token may lack one")]
    UnknownCost {
        /// Position of the token in the document, from 0.
        index: usize,
    },
    /// A log-probability that no distribution gives: not finite, or above 0 by more than rounding.
    #[error("token {index} has log-probability {logprob}, which is not a finite number of at most 0")]
    BadLogprob {
        /// Position of the token in the document, from 0.
        index: usize,
        /// The value seen.
        logprob: f32,
    },
    /// A threshold that is negative, not finite or absurdly large.
    #[error("eta must be at least 0 and below {max}, got {eta}", max = MAX_ETA)]
    EtaOutOfRange {
        /// The value seen.
        eta: Bits,
    },
    /// A threshold that does not read as a number with an optional unit.
    #[error(
        "`{text}` is not a threshold; write a number of bits such as `0.32` or `0.32bits`, or of nats such as `0.22nats`"
    )]
    EtaSyntax {
        /// What was typed.
        text: String,
    },
    /// A method name that is not known.
    #[error(
        "`{name}` is not a method; the methods are `empower`, `utility-H` with a harm H of at least 0, `sft-N` and \
         `sft-rand-A-B` with 1 <= A <= B"
    )]
    UnknownMethod {
        /// What was typed.
        name: String,
    },
    /// The name of a stop rule that is not known.
    #[error(
        "`{name}` is not a stop rule; the rules are `stop-nll`, `stop-entropy-B` (bits), `stop-line`, `stop-first-P` \
         (0 < P <= 1) and `stop-utility-H` (a harm of at least 0)"
    )]
    UnknownRule {
        /// What was typed.
        name: String,
    },
    /// The name of an estimator that is not known.
    #[error("`{name}` is not an estimator; the estimators are `nll` and `entropy`")]
    UnknownEstimator {
        /// What was typed.
        name: String,
    },
    /// A price of a utility out of range.
    #[error("the price of `{name}` must be a finite number of at least 0, and above 0 for `write`; got {value}")]
    BadPrice {
        /// Which.
        name: &'static str,
        /// The value seen.
        value: f64,
    },
    /// A likelihood that is no probability above 0.
    #[error("a likelihood must be above 0 and at most 1, got {value}")]
    LikelihoodOutOfRange {
        /// The value seen.
        value: f64,
    },
    /// A method or rule of a threshold without one.
    #[error("`{method}` needs a threshold eta")]
    MissingEta {
        /// The method's or rule's name.
        method: &'static str,
    },
    /// A threshold for a method that has none.
    #[error("method `{method}` has no threshold, but eta {eta} was given")]
    UnusedEta {
        /// The method's name.
        method: String,
        /// The threshold given.
        eta: Bits,
    },
    /// An example that reaches past its document.
    #[error("a completion of {length} tokens from state {state} does not fit a document of {n_tokens} tokens")]
    OutsideDocument {
        /// Tokens of prefix.
        state: usize,
        /// Tokens of completion.
        length: usize,
        /// Tokens of the document.
        n_tokens: usize,
    },
}
