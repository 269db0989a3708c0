//! Assistants: a generator, the rule that ends its suggestions, and how its tokens are chosen (PAPER section 5's table
//! of methods, and the training-free stop rules).
//!
//! An assistant sees the program so far and nothing else, as tokens to continue (the `raw` protocol of DESIGN section 5)
//! or in a conversation ([`crate::chat`]). It does not know the problem, the human, or whether its last suggestion was
//! taken.

use empower_artifact::rows::AnswerOutcome;
use empower_lm::{
    Bits, GeneratedToken, Generation, GenerationRequest, Generator, ModelError, Nats, NextStep, Sampling, SessionId,
    TokenId,
};
use empower_select::{GeneratedCost, StopRule};
use serde::{Deserialize, Serialize};

use crate::chat::{ChatProtocol, Question};
use crate::codec::TextCodec;
use crate::error::SimError;

/// What the assistant proposes to append; empty for silence.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Suggestion {
    /// The tokens as generated.
    pub tokens: Vec<TokenId>,
    /// Information of each token under the assistant before temperature and filters, in bits; one entry a token.
    pub bits: Vec<f32>,
    /// What came of the answer, in the chat protocol.
    pub answer: Option<AnswerOutcome>,
}

impl Suggestion {
    /// Nothing.
    pub fn silent() -> Self {
        Self::default()
    }

    /// What a model generated.
    pub fn of_generation(generation: &Generation) -> Self {
        // Adding zero turns the -0.0 of a certain token into 0.0, which is what a reader of the rows expects.
        let bits = |logprob: f32| (Bits::from_logprob(f64::from(logprob)).0 + 0.0) as f32;
        Self {
            tokens: generation.tokens.iter().map(|token| token.token).collect(),
            bits: generation.tokens.iter().map(|token| bits(token.logprob)).collect(),
            answer: None,
        }
    }
}

/// How an assistant's tokens are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionSampling {
    /// The likeliest token; the default.
    Greedy,
    /// Draws, with a seed that derives from the episode's seed and the round.
    Random {
        /// Divides the logits; above 0.
        temperature: f32,
        /// Keeps the likeliest `top_k` tokens; 0 keeps all.
        top_k: usize,
        /// Keeps the smallest set of likeliest tokens with at least this probability; in (0, 1].
        top_p: f32,
    },
}

impl SuggestionSampling {
    pub(crate) fn with_seed(self, seed: u64) -> Sampling {
        match self {
            Self::Greedy => Sampling::Greedy,
            Self::Random { temperature, top_k, top_p } => Sampling::Random { temperature, top_k, top_p, seed },
        }
    }
}

/// The default of [`Assistant::max_suggestion_tokens`].
///
/// Chosen: twice the longest suggestion that any trained baseline aims at (30 tokens), some five lines of code. A tuned
/// assistant hardly ever meets it; Base, which seldom stops by itself inside a program, is ended by it.
pub const MAX_SUGGESTION_TOKENS: usize = 64;

/// How the assistant is shown the program so far.
#[derive(Debug, Clone, Copy, Default)]
pub enum Protocol<'m> {
    /// As tokens to be continued.
    #[default]
    Raw,
    /// In a conversation.
    Chat(&'m ChatProtocol),
}

impl Protocol<'_> {
    /// What rows depend on; `None` for the `raw` protocol.
    pub fn record(&self) -> Option<serde_json::Value> {
        match self {
            Self::Raw => None,
            Self::Chat(chat) => Some(chat.record()),
        }
    }
}

/// Someone who suggests, or nobody.
#[derive(Clone)]
pub struct Assistant<'m> {
    /// The method's name in rows and tables: `empower`, `sft-10`, `base`, `stop-nll`, `stop-line`, `human-alone`, …
    pub method: String,
    /// The threshold, where it has a meaning.
    pub eta: Option<Bits>,
    /// The model; `None` for nobody, who is silent in every round.
    pub model: Option<&'m dyn Generator>,
    /// What ends a suggestion, beside the model's own stop token and the cap.
    pub end: StopRule,
    /// How tokens are chosen.
    pub sampling: SuggestionSampling,
    /// At most this many tokens a suggestion, at least 1; see [`MAX_SUGGESTION_TOKENS`].
    pub max_suggestion_tokens: usize,
    /// How it is shown the program so far.
    pub protocol: Protocol<'m>,
}

/// One prefix to continue.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The tokens of the program so far.
    pub prefix: &'a [TokenId],
    /// Where the model may keep its cache of the prefix.
    pub session: SessionId,
    /// Seeds this suggestion, where tokens are drawn.
    pub seed: u64,
}

impl<'m> Assistant<'m> {
    /// Nobody: the baseline `human-alone`.
    pub fn human_alone() -> Self {
        Self::new("human-alone", None, None, StopRule::Never)
    }

    /// A tuned model, its suggestions as generated. `eta` is the threshold that it was trained with, if any.
    pub fn tuned(method: &str, eta: Option<Bits>, model: &'m dyn Generator) -> Self {
        Self::new(method, eta, Some(model), StopRule::Never)
    }

    /// The untrained model, its suggestions as generated: `base`.
    pub fn base(model: &'m dyn Generator) -> Self {
        Self::new("base", None, Some(model), StopRule::Never)
    }

    /// The untrained model, its suggestions cut to `n_tokens`: `base-N`.
    pub fn base_cut(model: &'m dyn Generator, n_tokens: usize) -> Self {
        Self::new(&format!("base-{n_tokens}"), None, Some(model), StopRule::MaxTokens(n_tokens))
    }

    /// The untrained model under a training-free stop rule: `stop-nll`, `stop-line`, …
    pub fn stopped(model: &'m dyn Generator, rule: StopRule) -> Self {
        Self::new(&rule.to_string(), rule.eta(), Some(model), rule)
    }

    /// The same assistant with its tokens chosen another way.
    pub fn with_sampling(mut self, sampling: SuggestionSampling) -> Self {
        self.sampling = sampling;
        self
    }

    /// The same assistant under another cap.
    pub fn with_max_suggestion_tokens(mut self, n_tokens: usize) -> Self {
        self.max_suggestion_tokens = n_tokens;
        self
    }

    /// The same assistant, shown the program in another way.
    pub fn with_protocol(mut self, protocol: Protocol<'m>) -> Self {
        self.protocol = protocol;
        self
    }

    fn new(method: &str, eta: Option<Bits>, model: Option<&'m dyn Generator>, end: StopRule) -> Self {
        Self {
            method: method.to_owned(),
            eta,
            model,
            end,
            sampling: SuggestionSampling::Greedy,
            max_suggestion_tokens: MAX_SUGGESTION_TOKENS,
            protocol: Protocol::Raw,
        }
    }

    /// Checks the ranges that the fields' docs state, and that the cap fits the model's context. To be called before
    /// [`suggest`](Self::suggest); the runner does.
    pub fn validate(&self) -> Result<(), SimError> {
        let refuse = |setting, given: String, expected| Err(SimError::Setting { setting, given, expected });
        if self.method.is_empty() {
            return refuse("method", "empty".into(), "a name");
        }
        if self.end == StopRule::MaxTokens(0) {
            return refuse("the tokens that suggestions are cut to", "0".into(), "at least 1");
        }
        self.end.check().map_err(|source| SimError::StopRule { method: self.method.clone(), source })?;
        if let Some(eta) = self.eta.filter(|&eta| (StopRule::Nll { eta }).check().is_err()) {
            return refuse("eta", eta.to_string(), "a number of bits, 0 or more, and not absurdly large");
        }
        // One position for a beginning-of-sequence token, and at least one token to continue.
        let room = self.model.map_or(usize::MAX, |model| model.context().saturating_sub(2));
        if self.max_tokens() == 0 || self.max_tokens() > room {
            let given = self.max_tokens().to_string();
            return refuse("max_suggestion_tokens", given, "at least 1, and 2 less than the model's context");
        }
        Ok(())
    }

    /// Suggestions for a batch of prefixes, in their order; each the same as if it were asked for alone.
    ///
    /// A prefix that leaves no room for a suggestion in the model's context is continued from its last tokens alone
    /// (see [`window_start`]). An empty prefix is continued by models that have a beginning-of-sequence token; the
    /// others have nothing to go on and are silent. `codec` is the model's own: rules about lines read it.
    ///
    /// Errors: whatever the model and the tokenizer say; a log-probability that is no finite number.
    pub fn suggest(&self, asks: &[Ask<'_>], codec: &dyn TextCodec) -> Result<Vec<Suggestion>, SimError> {
        let mut suggestions = vec![Suggestion::silent(); asks.len()];
        let Some(model) = self.model else { return Ok(suggestions) };
        if let Protocol::Chat(chat) = self.protocol {
            return self.suggest_in_chat(model, chat, asks, codec);
        }
        let mut asked: Vec<usize> = (0..asks.len()).collect();
        let mut answer = self.generate(model, asks, &asked, codec);
        if matches!(answer, Err(ModelError::EmptyPrefix)) && asks.iter().any(|ask| ask.prefix.is_empty()) {
            asked.retain(|&i| !asks[i].prefix.is_empty());
            answer = self.generate(model, asks, &asked, codec);
        }
        let generations = answer.map_err(|source| self.model_error(source))?;
        if generations.len() != asked.len() {
            let who = model.model_id().to_string();
            return Err(SimError::AnswerCount { who, asked: asked.len(), got: generations.len() });
        }
        for (&i, generation) in asked.iter().zip(&generations) {
            suggestions[i] = Suggestion::of_generation(generation);
        }
        Ok(suggestions)
    }

    fn generate(
        &self,
        model: &dyn Generator,
        asks: &[Ask<'_>],
        asked: &[usize],
        codec: &dyn TextCodec,
    ) -> Result<Vec<Generation>, ModelError> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let max_tokens = self.max_tokens();
        let requests: Vec<GenerationRequest<'_>> = asked
            .iter()
            .map(|&i| {
                let ask = asks[i];
                GenerationRequest {
                    prefix: &ask.prefix[window_start(ask.prefix.len(), max_tokens, model.context())..],
                    max_tokens,
                    sampling: self.sampling.with_seed(ask.seed),
                    session: Some(ask.session),
                }
            })
            .collect();
        let watch = self.end.watch().expect("the rule was checked before");
        let mut watches = vec![watch; requests.len()];
        // A stop rule would end the suggestion at a damaged number and hide it.
        let mut failure = None;
        let mut generations = model.generate(&requests, &mut |request_idx, token| {
            match self.cost_of(model, token, codec) {
                Ok(cost) if watches[request_idx].admits(cost) => return NextStep::Continue,
                Ok(_) => {}
                Err(error) => failure = failure.take().or(Some(error)),
            }
            NextStep::DropAndStop
        })?;
        for (generation, watch) in generations.iter_mut().zip(&watches) {
            generation.tokens.truncate(watch.offered());
        }
        failure.map_or(Ok(generations), Err)
    }

    /// Suggestions by conversation. The model's answer is read by the protocol; the rule that ends suggestions is then
    /// applied to what was read, since a token of the answer may be retyped code.
    fn suggest_in_chat(
        &self,
        model: &dyn Generator,
        chat: &ChatProtocol,
        asks: &[Ask<'_>],
        codec: &dyn TextCodec,
    ) -> Result<Vec<Suggestion>, SimError> {
        let mut suggestions = vec![Suggestion::silent(); asks.len()];
        let mut questions: Vec<(usize, Question)> = Vec::new();
        for (i, ask) in asks.iter().enumerate() {
            let prompt_error = |source| SimError::Prompt { method: self.method.clone(), source: Box::new(source) };
            match chat.question(ask.prefix, self.max_tokens(), model.context()).map_err(prompt_error)? {
                Ok(question) => questions.push((i, question)),
                Err(outcome) => suggestions[i].answer = Some(outcome),
            }
        }
        if questions.is_empty() {
            return Ok(suggestions);
        }
        let requests: Vec<GenerationRequest<'_>> = questions
            .iter()
            .map(|(i, question)| GenerationRequest {
                prefix: &question.prompt,
                max_tokens: question.max_tokens,
                sampling: self.sampling.with_seed(asks[*i].seed),
                session: Some(asks[*i].session),
            })
            .collect();
        let mut answers: Vec<Vec<TokenId>> = vec![Vec::new(); requests.len()];
        let generations = model
            .generate(&requests, &mut |request_idx, token| {
                // Looked at before this token is added: the one that completes an answer is still part of it.
                let answer = &mut answers[request_idx];
                if chat.is_answered(&questions[request_idx].1, answer) {
                    return NextStep::DropAndStop;
                }
                answer.push(token.token);
                NextStep::Continue
            })
            .map_err(|source| self.model_error(source))?;
        if generations.len() != questions.len() {
            let who = model.model_id().to_string();
            return Err(SimError::AnswerCount { who, asked: questions.len(), got: generations.len() });
        }
        for ((i, question), generation) in questions.iter().zip(&generations) {
            let (mut suggestion, costs) = chat.suggestion(question, generation);
            let mut watch = self.end.watch().expect("the rule was checked before");
            for token in costs {
                let cost = self.cost_of(model, token, codec).map_err(|source| self.model_error(source))?;
                if !watch.admits(cost) {
                    break;
                }
            }
            let n_tokens = watch.offered().min(self.max_tokens());
            suggestion.tokens.truncate(n_tokens);
            suggestion.bits.truncate(n_tokens);
            suggestions[*i] = suggestion;
        }
        Ok(suggestions)
    }

    /// What the stop rule is shown of a token.
    fn cost_of(
        &self,
        model: &dyn Generator,
        token: GeneratedToken,
        codec: &dyn TextCodec,
    ) -> Result<GeneratedCost, ModelError> {
        let is_damaged = |value: f32| !value.is_finite();
        if is_damaged(token.logprob) || token.entropy_nats.is_some_and(is_damaged) {
            return Err(ModelError::NotFinite {
                model: model.model_id().clone(),
                place: format!("the log-probability or entropy of a suggested token (id {})", token.token),
            });
        }
        if self.end.needs_entropy() && token.entropy_nats.is_none() {
            return Err(ModelError::Unsupported {
                model: model.model_id().clone(),
                parameter: "stop-entropy",
                reason: "it does not show whole distributions; choose another stop rule".to_owned(),
            });
        }
        let entropy = token.entropy_nats.map(|entropy| Nats(f64::from(entropy)));
        let breaks_line = self.end.needs_lines()
            && codec
                .token_bytes(token.token)
                .map_err(|source| ModelError::Backend { model: model.model_id().clone(), source })?
                .contains(&b'\n');
        Ok(GeneratedCost { logprob: token.logprob, entropy, breaks_line })
    }

    /// Tokens that a suggestion may have.
    fn max_tokens(&self) -> usize {
        match self.end {
            // The model counts to N itself and need not go one token further.
            StopRule::MaxTokens(n_tokens) => n_tokens,
            _ => self.max_suggestion_tokens,
        }
    }

    fn model_error(&self, source: ModelError) -> SimError {
        SimError::Model { method: self.method.clone(), source }
    }
}

/// First token of the prefix that is shown to a model whose context is too short for all of it; 0 where it fits.
///
/// The prefix, `max_tokens` more and a beginning-of-sequence token have to fit `context`, which is at least
/// `max_tokens + 2`. The start moves in steps of a quarter of the room, so that between steps the model's cache of the
/// prefix stays of use. At least one token is shown.
pub fn window_start(prefix_len: usize, max_tokens: usize, context: usize) -> usize {
    let room = context.saturating_sub(max_tokens + 1).max(1);
    let step = (room / 4).max(1);
    prefix_len.saturating_sub(room).div_ceil(step) * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_fit_and_move_in_steps() {
        for (max_tokens, context) in [(1, 3), (10, 40), (64, 512), (7, 100)] {
            let mut starts = Vec::new();
            for prefix_len in 0..4 * context {
                let start = window_start(prefix_len, max_tokens, context);
                let shown = prefix_len - start;
                assert!(shown + max_tokens < context, "{prefix_len} {max_tokens} {context}");
                assert!(shown > 0 || prefix_len == 0);
                assert!(start == 0 || prefix_len + max_tokens >= context, "cut without need");
                starts.push(start);
            }
            assert!(starts.is_sorted());
            starts.dedup();
            let room = context - max_tokens - 1;
            assert!(starts.len() <= 1 + (3 * context + max_tokens + 2).div_ceil((room / 4).max(1)), "{starts:?}");
        }
    }
}
