//! Simulated humans, assistants, and the episode as a state machine (PAPER sections 2, 6 and 7; DESIGN section 6).
//!
//! Bird's-eye view, from pure to wired:
//! - [`task`]: what the human has in mind, and the text that an episode begins with.
//! - [`human`]: the replay human's reading of a suggestion, as functions of text.
//! - [`lm_human`]: the language-model human: its words, and how its answers are read.
//! - [`episode`]: the rounds of one episode. No model, no thread, no clock: suggestions go in, rows come out.
//! - [`assistant`]: a generator and the rule that ends its suggestions.
//! - [`runner`]: many episodes at once over one assistant, in batches, judged in the order of the tasks.
//! - [`judging`]: what the runner asks of a judge, and two judges that run nothing.
//! - [`log`]: `episodes.jsonl`, and what may be resumed into it.
//! - [`glue`]: the tokenizer, the problems and the real judge of the sibling crates.
//!
//! This crate knows no tensor and starts no process; it counts nothing that a report could compute from its rows.

pub mod assistant;
pub mod chat;
pub mod codec;
mod draws;
pub mod episode;
mod error;
pub mod glue;
pub mod human;
pub mod judging;
pub mod lm_human;
pub mod log;
pub mod runner;
pub mod task;

pub use assistant::{Assistant, Protocol, Suggestion, SuggestionSampling};
pub use chat::{ChatExample, ChatMode, ChatProtocol, PromptError, Prompts};
pub use codec::TextCodec;
pub use episode::{Episode, Limits};
pub use error::{Fault, SimError};
pub use glue::{SuiteJudge, TokenizerCodec, open_tasks, tasks_of_documents, tasks_of_problems};
pub use human::{Editing, ReplayHuman};
pub use judging::{ExactJudge, Judged, ProgramJudge, ProgramToJudge, RememberingJudge};
pub use lm_human::{Deciding, HumanPrompts, LmHuman, LmSettings, Statement, Writing};
pub use log::EpisodeLog;
pub use runner::{Progress, Settings, Summary, episode_seed, simulate, simulate_into};
pub use task::{EpisodeKey, Task};
