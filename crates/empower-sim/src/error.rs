//! What can go wrong while simulating, by what a caller would do about it. How an episode ends, and what a judge says
//! of its program, are outcomes and never errors.

use std::path::PathBuf;

use empower_artifact::ArtifactError;
use empower_lm::{ModelError, TemplateError};
use empower_select::SelectError;

use crate::chat::PromptError;

/// The error of a tokenizer or judge behind one of this crate's traits.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Why a simulation could not go on.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// A setting outside its range.
    #[error("{setting} is {given}; it must be {expected}")]
    Setting {
        /// The setting's name as the user knows it.
        setting: &'static str,
        /// What was given.
        given: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A human with nothing in mind.
    #[error("problem {question_id} has no reference program; the replay human needs one to have something in mind")]
    NoPlan {
        /// The problem.
        question_id: String,
    },
    /// The text to begin with is not how the reference program begins.
    #[error(
        "the reference program of problem {question_id} leaves the starter code at byte {at}; \
         start from the part they share, or from an empty text"
    )]
    StarterNotInPlan {
        /// The problem.
        question_id: String,
        /// The first byte where the two differ.
        at: usize,
    },
    /// Two tasks under one key: their rows could not be told apart.
    #[error("problem {question_id} appears twice as repeat {repeat}; number the repeats, or drop the duplicate")]
    DuplicateTask {
        /// The problem.
        question_id: String,
        /// The repeat.
        repeat: usize,
    },
    /// The tokenizer refused text or a token.
    #[error("the tokenizer failed on {what} (problem {question_id})")]
    Tokenizer {
        /// The problem being worked on.
        question_id: String,
        /// The text or token, shortened.
        what: String,
        /// What the tokenizer said.
        #[source]
        source: Fault,
    },
    /// The tokenizer does not give back the text that it was given.
    #[error(
        "the tokenizer turns {given:?} into tokens of {got:?} (problem {question_id}); \
         the simulation needs one that loses nothing, such as byte-level BPE without a normalizer"
    )]
    LossyTokenizer {
        /// The problem being worked on.
        question_id: String,
        /// The text, shortened.
        given: String,
        /// The text of its tokens, shortened.
        got: String,
    },
    /// The assistant's stop rule has a value out of range.
    #[error("the assistant {method} cannot watch its suggestions")]
    StopRule {
        /// The assistant's method.
        method: String,
        /// What is wrong with the rule.
        #[source]
        source: SelectError,
    },
    /// The assistant's model failed.
    #[error("the assistant {method} could not suggest")]
    Model {
        /// The assistant's method.
        method: String,
        /// What the model said.
        #[source]
        source: ModelError,
    },
    /// The chat protocol could not make a prompt.
    #[error("the assistant {method} could not be asked")]
    Prompt {
        /// The assistant's method.
        method: String,
        /// What was wrong.
        #[source]
        source: Box<PromptError>,
    },
    /// The human's words could not be put together.
    #[error("the human could not be asked about problem {question_id}")]
    HumanPrompt {
        /// The problem.
        question_id: String,
        /// What was wrong.
        #[source]
        source: Box<TemplateError>,
    },
    /// The human's model failed.
    #[error("the human could not answer")]
    Human {
        /// What the model said.
        #[source]
        source: ModelError,
    },
    /// A model or judge answered with another number of answers than it was asked.
    #[error("{who} gave {got} answers to {asked} questions")]
    AnswerCount {
        /// Who answered.
        who: String,
        /// Questions asked.
        asked: usize,
        /// Answers given.
        got: usize,
    },
    /// The judge could not judge. A program that fails is a verdict, not this.
    #[error("the judge failed on the programs of {method}")]
    Judge {
        /// The assistant's method.
        method: String,
        /// What the judge said.
        #[source]
        source: Fault,
    },
    /// The judge or the human was asked about a problem that it does not have.
    #[error("problem {question_id} is not among those that were read")]
    UnknownProblem {
        /// The problem.
        question_id: String,
    },
    /// A log could not be read or written; the message, and the hint, are the file layer's.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The episodes on disk were made with other settings.
    #[error(
        "{}: its {method} episodes were made with {field} {found}, this run has {expected}; \
         resume with the same settings, or write to another folder", path.display()
    )]
    OtherSettings {
        /// The file.
        path: PathBuf,
        /// The assistant's method.
        method: String,
        /// The setting that differs.
        field: &'static str,
        /// What the file was made with.
        found: String,
        /// What this run has.
        expected: String,
    },
    /// Episodes on disk without a word on how they were made.
    #[error(
        "{} does not say how the {n_rows} {method} episodes beside it were made; \
         restore the file, or write to another folder", path.display()
    )]
    NoSettings {
        /// The settings file.
        path: PathBuf,
        /// The assistant's method.
        method: String,
        /// Rows of the method.
        n_rows: usize,
    },
    /// A row on disk that this run would not have written.
    #[error(
        "{}, row {row}: {reason}; resume with the same problems and settings, or write to another folder",
        path.display()
    )]
    ForeignRow {
        /// The file.
        path: PathBuf,
        /// Number of the row, from 1.
        row: usize,
        /// What is foreign about it.
        reason: String,
    },
    /// An episode that no shard has.
    #[error(
        "no shard has the {method} episode of {question_id} (repeat {repeat}); run the shard that is missing first"
    )]
    NotPlayed {
        /// The assistant's method.
        method: String,
        /// The problem.
        question_id: String,
        /// The repeat.
        repeat: usize,
    },
}

/// The first few characters of `text`, for messages.
pub(crate) fn shortened(text: &str) -> String {
    // chosen: enough to find the place in a program, short enough for one line of a terminal.
    const SHOWN: usize = 40;
    if text.chars().count() <= SHOWN { text.to_owned() } else { text.chars().take(SHOWN).chain(['…']).collect() }
}
