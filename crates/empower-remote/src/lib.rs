//! Language models behind HTTP: servers that speak OpenAI's completions and chat (vLLM, SGLang, llama.cpp, Ollama,
//! hosted ones) as [`Scorer`](empower_lm::Scorer), [`Generator`](empower_lm::Generator) and
//! [`ChatModel`](empower_lm::ChatModel).
//!
//! Bird's-eye view, from the wire up:
//! - [`http`]: one request to one server: keys, time-outs, retries, bounded answers.
//! - [`pool`]: many requests over several servers of one model, each with its own concurrency; answers in order.
//! - [`wire`]: what requests and answers look like, as far as this crate reads them.
//! - [`mod@probe`]: what a server can do, found by asking it something whose answer is known.
//! - [`score`], [`generate`], [`chat`]: the traits, each by the best way that the probe found.
//!
//! A server that answers 200 with the wrong thing is refused by name of the fault; a broken stream is an error and never
//! a shorter answer; a parameter that a server does not honour is refused and never dropped. Keys come from the
//! environment and are printed nowhere. This crate blocks: it starts threads and no asynchronous runtime.

pub mod chat;
mod error;
pub mod generate;
pub mod http;
pub mod pool;
pub mod probe;
pub mod score;
pub mod wire;

pub use chat::RemoteChat;
pub use error::{Fault, RemoteError};
pub use generate::RemoteGenerator;
pub use http::{Endpoint, Limits};
pub use pool::{Pool, Usage};
pub use probe::{Capabilities, Server, probe, served_id};
pub use score::{RemoteScorer, ScoringWay, backend, greedy_horizons};
