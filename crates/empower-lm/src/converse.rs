//! Conversations: text in, text out. The simulated human speaks through [`ChatModel`], whoever is behind it: a server
//! that applies its own chat template, or any [`Generator`] with a template applied here ([`LocalChat`]).
//!
//! An answer is what the model said and why it ended. It holds no prompts and judges no answer.

use empower_artifact::ContentHash;
use serde::{Deserialize, Serialize};

use crate::chat::{ChatTemplate, Message};
use crate::model::{FinishReason, GenerationRequest, Generator, ModelError, ModelId, NextStep, Sampling};
use crate::tokenizer::Tokenizer;

/// A conversation to answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChatRequest {
    /// What was said so far.
    pub messages: Vec<Message>,
    /// How the answer begins; empty where the model begins it. The answer's text is what follows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefill: String,
    /// Tokens of the answer, at most.
    pub max_tokens: usize,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Texts that end the answer and are no part of it.
    pub stop: Vec<String>,
    /// Repeat of the same request that is meant to be answered anew, from 0. No model sees it; caches do.
    #[serde(skip)]
    pub repeat: u64,
    /// Turn of the conversation that it belongs to, from 0. No model sees it; caches do.
    #[serde(skip)]
    pub turn: u64,
}

impl ChatRequest {
    /// A request that is answered greedily.
    pub fn greedy(messages: Vec<Message>, max_tokens: usize) -> Self {
        let (prefill, stop) = (String::new(), Vec::new());
        Self { messages, prefill, max_tokens, sampling: Sampling::Greedy, stop, repeat: 0, turn: 0 }
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerEnd {
    /// The model had said all, or came to a stop text.
    Said,
    /// `max_tokens` were said.
    Length,
    /// Conversation and answer do not fit the model's context together; it was not asked.
    NoRoom,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatAnswer {
    /// What the model said, after the part that the request begins it with.
    pub text: String,
    /// Why it ended.
    pub end: AnswerEnd,
}

/// A model that answers conversations.
pub trait ChatModel: Send + Sync {
    /// The model's identity, its chat template included where that is applied here.
    fn model_id(&self) -> &ModelId;

    /// Answers every conversation; as many answers as requests, in their order.
    ///
    /// # Errors
    /// Whatever kept the model from answering one of them.
    fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, ModelError>;
}

/// A generator that is talked to through a chat template.
pub struct LocalChat<'m> {
    model: Box<dyn Generator + 'm>,
    tokenizer: Tokenizer,
    template: ChatTemplate,
    stop: Vec<String>,
    id: ModelId,
}

impl<'m> LocalChat<'m> {
    /// Talks to `model` in the form of `template`. `stop` are texts that end every answer: a model that was never taught
    /// to end its turn would go on with the next one.
    pub fn new(
        model: Box<dyn Generator + 'm>,
        tokenizer: Tokenizer,
        template: ChatTemplate,
        stop: Vec<String>,
    ) -> Self {
        let form = ContentHash::of_bytes(format!("{}\n{stop:?}", template.identity()));
        let id = ModelId(format!("{}+chat-{}", model.model_id(), form.short()));
        Self { model, tokenizer, template, stop, id }
    }

    fn text(&self, tokens: impl Iterator<Item = u32>) -> String {
        let tokens: Vec<u32> = tokens.collect();
        let bytes = self.tokenizer.decode_bytes(&tokens);
        // The limit may fall inside a character: what comes before it is text.
        match std::str::from_utf8(&bytes) {
            Err(error) if error.error_len().is_none() => {
                String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
            }
            _ => String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// The answer up to the first of the stop texts in it.
fn until_stop<'t>(text: &'t str, stops: &[&[String]]) -> Option<&'t str> {
    let found = stops.iter().flat_map(|stops| stops.iter()).filter_map(|stop| text.find(stop.as_str()));
    found.min().map(|at| &text[..at])
}

impl ChatModel for LocalChat<'_> {
    fn model_id(&self) -> &ModelId {
        &self.id
    }

    fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, ModelError> {
        let failed = |error| ModelError::Backend { model: self.id.clone(), source: Box::new(error) };
        let mut answers: Vec<Option<ChatAnswer>> = vec![None; requests.len()];
        let mut prompts = Vec::new();
        for (i, request) in requests.iter().enumerate() {
            let tokens = self.template.prompt(&self.tokenizer, &request.messages, &request.prefill).map_err(failed)?;
            // One position for a beginning-of-sequence token.
            if tokens.len() + request.max_tokens < self.model.context() {
                prompts.push((i, tokens));
            } else {
                answers[i] = Some(ChatAnswer { text: String::new(), end: AnswerEnd::NoRoom });
            }
        }
        let asked: Vec<GenerationRequest<'_>> = prompts
            .iter()
            .map(|(i, prefix)| {
                let ChatRequest { max_tokens, sampling, .. } = requests[*i];
                GenerationRequest { prefix, max_tokens, sampling, session: None }
            })
            .collect();
        let mut said: Vec<Vec<u32>> = vec![Vec::new(); asked.len()];
        let stops = |asked_idx: usize| [requests[prompts[asked_idx].0].stop.as_slice(), self.stop.as_slice()];
        let generations = self.model.generate(&asked, &mut |asked_idx, token| {
            said[asked_idx].push(token.token);
            let text = self.text(said[asked_idx].iter().copied());
            if until_stop(&text, &stops(asked_idx)).is_some() { NextStep::DropAndStop } else { NextStep::Continue }
        })?;
        for (asked_idx, generation) in generations.iter().enumerate() {
            // The token that completes a stop text was dropped from the generation, and may hold text before it.
            let all = self.text(said[asked_idx].iter().copied());
            let answer = match until_stop(&all, &stops(asked_idx)) {
                Some(text) => ChatAnswer { text: text.to_owned(), end: AnswerEnd::Said },
                None => ChatAnswer {
                    text: self.text(generation.tokens.iter().map(|token| token.token)),
                    end: match generation.finish {
                        FinishReason::StopToken | FinishReason::Caller => AnswerEnd::Said,
                        FinishReason::Length | FinishReason::Context => AnswerEnd::Length,
                    },
                },
            };
            answers[prompts[asked_idx].0] = Some(answer);
        }
        let missing = ModelError::Unsupported {
            model: self.id.clone(),
            parameter: "conversation",
            reason: "it left a question without an answer".to_owned(),
        };
        answers.into_iter().collect::<Option<_>>().ok_or(missing)
    }
}

impl<M: ChatModel + ?Sized> ChatModel for Box<M> {
    fn model_id(&self) -> &ModelId {
        (**self).model_id()
    }

    fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, ModelError> {
        (**self).answer(requests)
    }
}

impl<M: ChatModel + ?Sized> ChatModel for &M {
    fn model_id(&self) -> &ModelId {
        (**self).model_id()
    }

    fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, ModelError> {
        (**self).answer(requests)
    }
}
