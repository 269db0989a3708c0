//! What a language model can do: score given tokens, and generate new ones. Both are batch first, because every caller
//! has many documents or many episodes at hand.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::TokenId;

/// Names a model beyond doubt: enters cache keys and manifests. Two models that answer differently have different ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId(pub String);

impl fmt::Display for ModelId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Why a model could not answer. An error is never a shorter completion.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A token id outside the vocabulary was asked for.
    #[error("token {token} is outside the model's vocabulary of {vocabulary}")]
    TokenOutOfRange {
        /// The offending id.
        token: TokenId,
        /// Size of the vocabulary.
        vocabulary: usize,
    },
    /// The request needs more positions than the model has.
    #[error("{needed} tokens do not fit the model's context of {context}")]
    ContextExceeded {
        /// Positions needed.
        needed: usize,
        /// Positions the model has.
        context: usize,
    },
    /// A request without any token, to a model that has no beginning-of-sequence token to start from.
    #[error("an empty prefix cannot be continued: the model has no beginning-of-sequence token")]
    EmptyPrefix,
    /// A parameter that this model cannot honour.
    #[error("{model} cannot honour {parameter}: {reason}")]
    Unsupported {
        /// The model asked.
        model: ModelId,
        /// The parameter's name as the user knows it.
        parameter: &'static str,
        /// Why not.
        reason: String,
    },
    /// The computation produced something that is not a number.
    #[error("{model} computed a value that is not finite at {place}; its weights or the input are damaged")]
    NotFinite {
        /// The model asked.
        model: ModelId,
        /// Where it was seen.
        place: String,
    },
    /// The engine behind the trait failed.
    #[error("{model} failed")]
    Backend {
        /// The model asked.
        model: ModelId,
        /// What the engine said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Natural log-probabilities of the tokens of one document.
///
/// `logprobs[j]` belongs to `tokens[j]` given `tokens[..j]` (after the model's beginning-of-sequence token, where it
/// has one). `logprobs[0]` is `None` where there is none: nothing comes before the first token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenLogprobs {
    /// One entry a token, each at most 0.
    pub logprobs: Vec<Option<f32>>,
}

/// How open the choice of each token of a document was.
///
/// `nats[j]` is the entropy of the distribution of the token at `j` given `tokens[..j]`; `nats[0]` is `None` where the
/// model has no beginning-of-sequence token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenEntropies {
    /// One entry a token, each at least 0.
    pub nats: Vec<Option<f32>>,
}

/// Scores given text.
pub trait Scorer: Send + Sync {
    /// The model's identity.
    fn model_id(&self) -> &ModelId;

    /// Log-probability of every token of every document; as many answers as documents, in their order.
    ///
    /// Documents are token ids without a beginning-of-sequence token: the scorer prepends its own where it has one.
    fn score(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenLogprobs>, ModelError>;

    /// Entropy of the distribution of every token of every document, for models that show whole distributions.
    ///
    /// The default refuses.
    fn entropies(&self, _documents: &[&[TokenId]]) -> Result<Vec<TokenEntropies>, ModelError> {
        Err(ModelError::Unsupported {
            model: self.model_id().clone(),
            parameter: "entropy",
            reason: "it does not show whole distributions".to_owned(),
        })
    }
}

/// Names an ongoing conversation with a generator, whose key-value cache it may keep between requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u64);

/// How the next token is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Sampling {
    /// The likeliest token, the lowest id among equals.
    Greedy,
    /// A draw from the tempered, filtered distribution.
    Random {
        /// Divides the logits; above 0.
        temperature: f32,
        /// Keeps the likeliest `top_k` tokens; 0 keeps all.
        top_k: usize,
        /// Keeps the smallest set of likeliest tokens with at least this probability; in (0, 1], 1 keeps all.
        top_p: f32,
        /// Seeds this request alone: the same request gives the same tokens in any batch.
        seed: u64,
    },
}

/// One continuation to generate.
#[derive(Debug, Clone)]
pub struct GenerationRequest<'a> {
    /// The text so far, without a beginning-of-sequence token. May be empty where the model has one.
    pub prefix: &'a [TokenId],
    /// At most this many tokens, the stop token not counted.
    pub max_tokens: usize,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Where the generator may keep and look for the prefix's cache. Only speed depends on it.
    pub session: Option<SessionId>,
}

/// One token as it comes out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeneratedToken {
    /// The token.
    pub token: TokenId,
    /// Its natural log-probability before temperature and filters.
    pub logprob: f32,
    /// Entropy of the distribution that it came from, in nats, before temperature and filters; `None` from models that
    /// show no more than a few log-probabilities (remote ones).
    pub entropy_nats: Option<f32>,
}

/// The caller's answer to a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Keep the token and go on.
    Continue,
    /// Drop this token and end this request; the others of the batch go on.
    DropAndStop,
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model produced its stop token (not part of the tokens).
    StopToken,
    /// `max_tokens` were produced.
    Length,
    /// The caller said stop.
    Caller,
    /// The model's context was full.
    Context,
}

/// A finished continuation.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// What was generated and kept, without the stop token.
    pub tokens: Vec<GeneratedToken>,
    /// Why it ended.
    pub finish: FinishReason,
    /// The log-probability of the stop token, where that is what ended it and the model tells.
    pub stop_logprob: Option<f32>,
}

/// Continues text.
pub trait Generator: Send + Sync {
    /// The model's identity.
    fn model_id(&self) -> &ModelId;

    /// Positions that a prefix and its continuation may fill together.
    fn context(&self) -> usize;

    /// Continues every prefix; as many answers as requests, in their order.
    ///
    /// `watch(request_idx, token)` sees each token as it is chosen, before it is kept, and may end its request: this is
    /// how stop rules and cancellation work. The stop token is not shown to it.
    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError>;
}

impl<M: Scorer + ?Sized> Scorer for &M {
    fn model_id(&self) -> &ModelId {
        (**self).model_id()
    }

    fn score(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenLogprobs>, ModelError> {
        (**self).score(documents)
    }

    fn entropies(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenEntropies>, ModelError> {
        (**self).entropies(documents)
    }
}

impl<M: Generator + ?Sized> Generator for Box<M> {
    fn model_id(&self) -> &ModelId {
        (**self).model_id()
    }

    fn context(&self) -> usize {
        (**self).context()
    }

    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        (**self).generate(requests, watch)
    }
}

impl<M: Generator + ?Sized> Generator for &M {
    fn model_id(&self) -> &ModelId {
        (**self).model_id()
    }

    fn context(&self) -> usize {
        (**self).context()
    }

    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        (**self).generate(requests, watch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_forms() {
        let scored = TokenLogprobs { logprobs: vec![None, Some(-0.5)] };
        let text = serde_json::to_string(&scored).unwrap();
        assert_eq!(text, r#"{"logprobs":[null,-0.5]}"#);
        assert_eq!(serde_json::from_str::<TokenLogprobs>(&text).unwrap(), scored);

        assert_eq!(serde_json::to_string(&ModelId("a".to_owned())).unwrap(), r#""a""#);
        let finishes = [FinishReason::StopToken, FinishReason::Length, FinishReason::Caller, FinishReason::Context];
        assert_eq!(serde_json::to_string(&finishes).unwrap(), r#"["stop_token","length","caller","context"]"#);

        for sampling in [Sampling::Greedy, Sampling::Random { temperature: 0.7, top_k: 40, top_p: 0.95, seed: 3 }] {
            let text = serde_json::to_string(&sampling).unwrap();
            assert_eq!(serde_json::from_str::<Sampling>(&text).unwrap(), sampling);
        }
    }

    #[test]
    fn the_traits_are_objects_that_threads_share() {
        fn shared<T: Send + Sync + ?Sized>() {}
        shared::<dyn Scorer>();
        shared::<dyn Generator>();
    }
}
