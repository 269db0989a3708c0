//! Answers of models, remembered on disk: the same request is never paid for twice, and a run that was cut off goes on
//! where it stopped without a new call.
//!
//! An answer is found by the full identity of its request ([`Identity`]): model, kind of endpoint, the request itself,
//! repeat and turn. Whatever changes one of them (another template, another model) is another request. Answers are kept
//! in SQLite, safe under many threads, several processes, and an end by `kill -9`: an answer is there whole or not at
//! all. This crate asks no model by itself; it wraps those that do ([`CachedScorer`], [`CachedGenerator`], [`CachedChat`]).

mod models;
mod store;

pub use models::{CachedChat, CachedGenerator, CachedScorer, remembered};
pub use store::{Cache, CacheError, Counts, Identity, Key};
