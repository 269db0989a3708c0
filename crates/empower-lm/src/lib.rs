//! Tokens, tokenizers, units of information, and what a language model can do for the rest of the toolkit.
//!
//! This crate owns the vocabulary that the others speak: [`TokenId`], [`Bits`] and [`Nats`], [`Tokenizer`], and the
//! traits [`Scorer`] and [`Generator`]; and, for tests everywhere, [`scripted::ScriptedModel`] and the traits' promises as
//! code in [`contract`]. It holds no weights and opens no sockets of its own accord; the local decoder
//! lives in `empower-engine` and implements the traits from outside.

pub mod chat;
pub mod contract;
pub mod converse;
mod model;
pub mod scripted;
mod template;
mod tokenizer;
mod units;
mod windows;

pub use model::{
    FinishReason, GeneratedToken, Generation, GenerationRequest, Generator, ModelError, ModelId, NextStep, Sampling,
    Scorer, SessionId, TokenEntropies, TokenLogprobs,
};
pub use template::{Template, TemplateError};
pub use tokenizer::train::{BOS, EOS, train_byte_level_bpe};
pub use tokenizer::{DecodeStream, Tokenizer, TokenizerError};
pub use units::{Bits, Nats};
pub use windows::{WindowRange, Windowing, windows};

#[doc(inline)]
pub use converse::{AnswerEnd, ChatAnswer, ChatModel, ChatRequest, LocalChat};

#[doc(inline)]
pub use chat::{ChatError, ChatTemplate, Message, Role};

/// Index of a token in a vocabulary: `0 <= id < V`.
pub type TokenId = u32;
