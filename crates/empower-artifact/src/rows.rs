//! The rows that one stage writes and the next reads, as JSON Lines. Field names are a contract with scripts.

use serde::{Deserialize, Serialize};

/// How a program fared, in the words of JUDGE's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every test passed.
    Pass,
    /// A test ran to its end and printed or returned something else.
    WrongAnswer,
    /// A test ran past its wall-clock or processor time.
    TimeLimit,
    /// A test ran past its memory.
    MemoryLimit,
    /// A test printed more than it may.
    OutputLimit,
    /// An exception, a non-zero exit status, a syntax error, a missing function, or death by a signal.
    RuntimeError,
    /// No verdict: the sandbox or the machine failed, not the program. Never counted as a wrong answer.
    Infrastructure,
}

/// What one judged program came to: the output row of `empower judge`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictRow {
    /// The problem.
    pub question_id: String,
    /// Position of the program in the problem's `code_list`.
    pub index: usize,
    /// The outcome.
    pub verdict: Verdict,
    /// Whether every test passed.
    pub passed: bool,
    /// Tests started, the failing one included.
    pub tests_run: usize,
    /// What a person needs to see of the first failure; empty on a pass.
    pub detail: String,
}

/// What the human did in one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Took the suggestion whole.
    Accept,
    /// Refused the suggestion.
    Reject,
    /// Nothing was suggested.
    Silent,
    /// Said that the program is complete as it stands; the suggestion was left out.
    Finish,
}

/// What a language-model human failed at in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HumanFault {
    /// Its decision was none of the three words; it was asked once more.
    UnreadDecision,
    /// Nor was the second; the suggestion was rejected.
    NoDecision,
    /// It wrote nothing, and did not say that the program is complete.
    NothingWritten,
    /// It did not go on with the program as it stands, but began another one.
    NotContinued,
    /// What it had to read and answer does not fit its context; it was not asked.
    NoRoom,
}

/// What a language-model human thought and failed at in a round.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HumanTurn {
    /// What it thought of the suggestion, or what it wrote before it was shown one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub thoughts: String,
    /// How much the suggestion agreed with what it had written, from 0 to 1, where that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<f64>,
    /// In the order in which they happened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<HumanFault>,
}

/// What came of an answer in the chat protocol, where the code so far is shown and has to be retyped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerOutcome {
    /// The code was retyped exactly (or given), and the block closed: the suggestion stands, and may be empty.
    Exact,
    /// As far as it goes, but it was cut off by the limit of tokens.
    Unclosed,
    /// The block does not begin with the code so far: no suggestion.
    NotRetyped,
    /// No fenced block: no suggestion.
    NoBlock,
    /// Prompt and answer would not fit the model's context; it was not asked.
    NoRoom,
    /// The code so far ends inside a character; the model was not asked.
    Unreadable,
}

/// One round of an episode: the assistant suggests, the human decides and types.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundRow {
    /// The suggestion; empty where the assistant was silent.
    pub suggestion: String,
    /// Length of the suggestion in tokens.
    pub suggestion_tokens: usize,
    /// Information of each suggested token under the assistant, in bits.
    pub suggestion_bits: Vec<f32>,
    /// The decision.
    pub decision: Decision,
    /// Whether the suggestion was what the human had in mind (known for a replay human).
    pub correct: Option<bool>,
    /// Characters of standing text the human deleted before typing (0 where text is append-only).
    pub deleted_chars: usize,
    /// What the human typed after deciding.
    pub typed: String,
    /// Tokens typed.
    pub typed_tokens: usize,
    /// What came of the assistant's answer, in the chat protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerOutcome>,
    /// Where the human is a language model: its side of the round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human: Option<HumanTurn>,
}

/// How an episode ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The human said that the program is complete.
    Finished,
    /// The round limit was reached.
    RoundLimit,
}

/// One episode, judged: the rows of `episodes.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpisodeRow {
    /// The assistant's method: `empower`, `sft-10`, `base`, `stop-nll`, `human-alone`, …
    pub method: String,
    /// The threshold in bits, where it has a meaning.
    pub eta_bits: Option<f64>,
    /// The problem.
    pub question_id: String,
    /// Repeat of the same problem under another seed, from 0.
    pub repeat: usize,
    /// The episode's own seed.
    pub seed: u64,
    /// The rounds in order.
    pub rounds: Vec<RoundRow>,
    /// How it ended.
    pub ending: Ending,
    /// The program as it stood at the end.
    pub program: String,
    /// Tokens of every suggestion shown: what the human had to read.
    pub tokens_read: usize,
    /// Tokens the human typed.
    pub tokens_written: usize,
    /// The judge's verdict on the program.
    pub verdict: Verdict,
    /// The judge's detail on the program.
    pub verdict_detail: String,
}
