//! One episode as a state machine (PAPER section 2): the assistant suggests, the human decides and types, until the
//! program is written or the rounds are used up.
//!
//! A round, in order:
//! 1. The suggestion is cut to whole characters. If nothing is left, the assistant was silent.
//! 2. The human holds it against what is left of its plan ([`crate::human::read`]). Correct: it accepts. Wrong: with
//!    probability `attention` it notices and rejects, else it accepts, and from then on believes that it has what the
//!    suggestion's longest correct leading part covers.
//! 3. A human who may delete looks at what stands: if an earlier round let a wrong suggestion in, it notices with
//!    probability `attention` and deletes everything from the first wrong character on.
//! 4. It types at most `tokens_per_round` tokens of what it believes is left of its plan.
//! 5. If nothing but white space is left of the plan, the human says that the program is complete.
//!
//! The state is a sequence of tokens, appended as they were produced and never tokenized anew: a suggestion that was
//! cut in the middle of a word stays cut, and a model's cache of the prefix stays valid. Only a deletion that ends
//! inside a token has the kept part of that token encoded again.
//!
//! The rounds of a language-model human are in `talk.rs`. There is no model here, no thread, no clock and no file.

mod talk;

use empower_artifact::rows::{Decision, Ending, EpisodeRow, RoundRow};
use empower_lm::TokenId;
use serde::{Deserialize, Serialize};

use crate::assistant::Suggestion;
use crate::codec::TextCodec;
use crate::draws;
use crate::error::{Fault, SimError, shortened};
use crate::human::{Editing, ReplayHuman, read};
use crate::judging::Judged;
use crate::lm_human::LmHuman;
use crate::task::Task;

/// What ends an episode whatever the human does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// At most this many rounds, at least 1. Default 50 (PAPER section 2).
    pub max_rounds: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_rounds: 50 }
    }
}

impl Limits {
    /// Checks the ranges that the fields' docs state.
    pub fn validate(&self) -> Result<(), SimError> {
        if self.max_rounds == 0 {
            return Err(SimError::Setting { setting: "max_rounds", given: "0".into(), expected: "at least 1" });
        }
        Ok(())
    }
}

/// Where a wrong suggestion entered the text.
#[derive(Debug, Clone, Copy)]
struct Flaw {
    /// First byte of the text that is not the plan's; `text[..at] == plan[..at]`.
    at: usize,
    /// The round that let it in.
    round_idx: usize,
}

/// An episode under way.
pub struct Episode<'a> {
    task: &'a Task,
    human: ReplayHuman,
    /// A language model in the replay human's place.
    lm: Option<&'a LmHuman<'a>>,
    /// The round under way, of a language-model human.
    turn: Option<talk::Turn>,
    limits: Limits,
    seed: u64,
    codec: &'a dyn TextCodec,
    text: String,
    tokens: Vec<TokenId>,
    /// `ends[i]` is the length of the text in bytes up to and with token `i`; may lie inside a character.
    ends: Vec<usize>,
    /// Bytes of the plan that the human believes to stand.
    covered: usize,
    flaw: Option<Flaw>,
    rounds: Vec<RoundRow>,
    ending: Option<Ending>,
}

impl<'a> Episode<'a> {
    /// An episode at its beginning: the starter stands, no round is played. Over at once if the starter is the plan.
    ///
    /// `seed` is the episode's own: all its random choices derive from it, round by round.
    ///
    /// Errors: settings outside their range; a tokenizer that fails on the starter or loses part of it.
    pub fn new(
        task: &'a Task,
        human: ReplayHuman,
        limits: Limits,
        seed: u64,
        codec: &'a dyn TextCodec,
    ) -> Result<Self, SimError> {
        let mut episode = Self::begun(task, human, None, limits, seed, codec)?;
        episode.covered = task.starter().len();
        if episode.is_plan_written() {
            episode.ending = Some(Ending::Finished);
        }
        Ok(episode)
    }

    /// As [`new`](Self::new), of a language model: it has no plan, and no episode is over before it says so.
    pub fn with_lm(
        task: &'a Task,
        lm: &'a LmHuman<'a>,
        limits: Limits,
        seed: u64,
        codec: &'a dyn TextCodec,
    ) -> Result<Self, SimError> {
        lm.settings.validate()?;
        Self::begun(task, ReplayHuman::default(), Some(lm), limits, seed, codec)
    }

    fn begun(
        task: &'a Task,
        human: ReplayHuman,
        lm: Option<&'a LmHuman<'a>>,
        limits: Limits,
        seed: u64,
        codec: &'a dyn TextCodec,
    ) -> Result<Self, SimError> {
        human.validate()?;
        limits.validate()?;
        let mut episode = Self {
            task,
            human,
            lm,
            turn: None,
            limits,
            seed,
            codec,
            text: String::new(),
            tokens: Vec::new(),
            ends: Vec::new(),
            covered: 0,
            flaw: None,
            rounds: Vec::new(),
            ending: None,
        };
        let starter = episode.encode(task.starter())?;
        episode.append(&starter);
        Ok(episode)
    }

    /// The tokens of the text that stands: what the assistant continues. Empty where the text is.
    pub fn prefix_tokens(&self) -> &[TokenId] {
        &self.tokens
    }

    /// The text that stands.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The task.
    pub fn task(&self) -> &'a Task {
        self.task
    }

    /// The episode's own seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The rounds played so far.
    pub fn rounds(&self) -> &[RoundRow] {
        &self.rounds
    }

    /// Whether no further round can be played.
    pub fn is_over(&self) -> bool {
        self.ending.is_some()
    }

    /// How the episode ended; `None` while it goes on.
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// Takes a suggestion: a replay human plays its round at once, a language model has to be asked
    /// ([`question`](Self::question)) until nothing is left to ask.
    ///
    /// Errors and panics as [`offer`](Self::offer) does.
    pub fn take(&mut self, suggestion: Suggestion) -> Result<(), SimError> {
        match self.lm {
            Some(lm) => self.begin_turn(lm, suggestion),
            None => self.offer(suggestion).map(drop),
        }
    }

    /// Plays one round of the replay human with this suggestion and returns its row. Draws at most two random numbers.
    ///
    /// Errors: a tokenizer that fails or loses text. The episode must not be played on after an error.
    ///
    /// # Panics
    /// If the episode is over, or the suggestion has not one figure in bits a token: defects of the caller.
    pub fn offer(&mut self, suggestion: Suggestion) -> Result<&RoundRow, SimError> {
        assert!(self.ending.is_none(), "an episode that is over takes no suggestion");
        assert_eq!(suggestion.tokens.len(), suggestion.bits.len(), "a suggestion has one figure in bits a token");
        let round_idx = self.rounds.len();
        let shown = self.whole_characters(&suggestion.tokens)?;
        let (decision, correct) = self.decide(round_idx, &shown);
        let deleted_chars = self.delete_flaw(round_idx)?;
        let typed = self.type_on()?;
        // Tokens that stand for no text at all are nothing that could be read.
        let n_shown = if shown.text.is_empty() { 0 } else { shown.tokens.len() };
        self.rounds.push(RoundRow {
            suggestion: shown.text,
            suggestion_tokens: n_shown,
            suggestion_bits: suggestion.bits[..n_shown].to_vec(),
            decision,
            correct,
            deleted_chars,
            typed: typed.text,
            typed_tokens: typed.tokens.len(),
            answer: suggestion.answer,
            human: None,
        });
        self.ending = if self.is_plan_written() {
            Some(Ending::Finished)
        } else if self.rounds.len() == self.limits.max_rounds {
            Some(Ending::RoundLimit)
        } else {
            None
        };
        Ok(&self.rounds[round_idx])
    }

    /// The row of a finished episode, judged.
    ///
    /// # Panics
    /// If the episode is not over.
    pub fn into_row(self, method: &str, eta_bits: Option<f64>, judged: Judged) -> EpisodeRow {
        EpisodeRow {
            method: method.to_owned(),
            eta_bits,
            question_id: self.task.question_id().to_owned(),
            repeat: self.task.repeat(),
            seed: self.seed,
            ending: self.ending.expect("only a finished episode has a row"),
            program: self.text,
            tokens_read: self.rounds.iter().map(|round| round.suggestion_tokens).sum(),
            tokens_written: self.rounds.iter().map(|round| round.typed_tokens).sum(),
            rounds: self.rounds,
            verdict: judged.verdict,
            verdict_detail: judged.detail,
        }
    }

    /// Whether the human believes that nothing but white space is left to write.
    fn is_plan_written(&self) -> bool {
        self.left_to_write().trim().is_empty()
    }

    fn left_to_write(&self) -> &'a str {
        &self.task.plan()[self.covered..]
    }

    fn decide(&mut self, round_idx: usize, shown: &Piece) -> (Decision, Option<bool>) {
        if shown.text.is_empty() {
            return (Decision::Silent, None);
        }
        let reading = read(self.left_to_write(), &shown.text);
        if !reading.correct && self.notices("notices a wrong suggestion", round_idx) {
            return (Decision::Reject, Some(false));
        }
        if !reading.correct && self.flaw.is_none() {
            self.flaw = Some(Flaw { at: self.text.len() + reading.covered, round_idx });
        }
        self.append(shown);
        self.covered += reading.covered;
        (Decision::Accept, Some(reading.correct))
    }

    /// Deletes what an earlier round let in, if the human may and notices; returns the characters deleted.
    fn delete_flaw(&mut self, round_idx: usize) -> Result<usize, SimError> {
        let Some(flaw) = self.flaw else { return Ok(0) };
        let may_look = self.human.editing == Editing::Deleting && flaw.round_idx < round_idx;
        if !may_look || !self.notices("notices a standing flaw", round_idx) {
            return Ok(0);
        }
        let deleted = self.text[flaw.at..].chars().count();
        // Whole tokens stay as they are; the kept part of a token that the deletion cuts is encoded again, together with
        // any token before it that ends inside a character.
        let n_before = self.ends.partition_point(|&end| end <= flaw.at);
        let n_kept = (0..n_before).rev().find(|&i| self.text.is_char_boundary(self.ends[i])).map_or(0, |i| i + 1);
        let kept_bytes = n_kept.checked_sub(1).map_or(0, |last| self.ends[last]);
        let rest = self.encode(&self.text[kept_bytes..flaw.at])?;
        self.tokens.truncate(n_kept);
        self.ends.truncate(n_kept);
        self.text.truncate(kept_bytes);
        self.append(&rest);
        self.covered = flaw.at;
        self.flaw = None;
        Ok(deleted)
    }

    /// Types up to `tokens_per_round` tokens of what is left of the plan, in whole characters: fewer where the last one
    /// would end inside a character, more where the first character alone has more tokens than that.
    fn type_on(&mut self) -> Result<Piece, SimError> {
        if self.is_plan_written() {
            return Ok(Piece::default());
        }
        let left = self.left_to_write();
        let mut typed = self.encode(left)?;
        let limit = self.human.tokens_per_round;
        let is_whole = |n_tokens: &usize| left.is_char_boundary(typed.ends[n_tokens - 1]);
        let n_tokens = (1..=limit.min(typed.tokens.len()))
            .rev()
            .find(is_whole)
            .or_else(|| (limit + 1..=typed.tokens.len()).find(is_whole))
            .unwrap_or(typed.tokens.len());
        typed.truncate(n_tokens);
        self.append(&typed);
        self.covered += typed.text.len();
        Ok(typed)
    }

    fn notices(&self, purpose: &str, round_idx: usize) -> bool {
        draws::uniform(self.seed, purpose, round_idx) < self.human.attention
    }

    fn append(&mut self, piece: &Piece) {
        let offset = self.text.len();
        self.text.push_str(&piece.text);
        self.tokens.extend_from_slice(&piece.tokens);
        self.ends.extend(piece.ends.iter().map(|end| offset + end));
    }

    /// The tokens of `text`, checked to lose nothing.
    fn encode(&self, text: &str) -> Result<Piece, SimError> {
        if text.is_empty() {
            return Ok(Piece::default());
        }
        let tokens = self.codec.encode(text).map_err(|source| self.tokenizer_error(text, source))?;
        let (bytes, ends) = self.bytes_of(&tokens)?;
        if bytes != text.as_bytes() {
            return Err(SimError::LossyTokenizer {
                question_id: self.task.question_id().to_owned(),
                given: shortened(text),
                got: shortened(&String::from_utf8_lossy(&bytes)),
            });
        }
        Ok(Piece { text: text.to_owned(), tokens, ends })
    }

    /// As many leading tokens as make whole characters. A model may emit bytes that are no text: what comes before them
    /// is kept.
    fn whole_characters(&self, tokens: &[TokenId]) -> Result<Piece, SimError> {
        let (mut bytes, ends) = self.bytes_of(tokens)?;
        let valid = std::str::from_utf8(&bytes).map_or_else(|error| error.valid_up_to(), str::len);
        bytes.truncate(valid);
        let text = String::from_utf8(bytes).expect("cut to where UTF-8 is valid");
        let within = ends.partition_point(|&end| end <= valid);
        let n_tokens = (0..within).rev().find(|&i| text.is_char_boundary(ends[i])).map_or(0, |i| i + 1);
        let mut piece = Piece { text, tokens: tokens.to_vec(), ends };
        piece.truncate(n_tokens);
        Ok(piece)
    }

    fn bytes_of(&self, tokens: &[TokenId]) -> Result<(Vec<u8>, Vec<usize>), SimError> {
        let mut bytes = Vec::with_capacity(4 * tokens.len());
        let mut ends = Vec::with_capacity(tokens.len());
        for &token in tokens {
            let part = self.codec.token_bytes(token);
            bytes.extend(part.map_err(|source| self.tokenizer_error(&format!("token {token}"), source))?);
            ends.push(bytes.len());
        }
        Ok((bytes, ends))
    }

    fn tokenizer_error(&self, what: &str, source: Fault) -> SimError {
        SimError::Tokenizer { question_id: self.task.question_id().to_owned(), what: shortened(what), source }
    }
}

/// Text with its tokens; `ends[i]` is the length in bytes up to and with token `i`.
#[derive(Debug, Default)]
struct Piece {
    text: String,
    tokens: Vec<TokenId>,
    ends: Vec<usize>,
}

impl Piece {
    /// Keeps the first `n_tokens`, which must end at a character's end.
    fn truncate(&mut self, n_tokens: usize) {
        self.tokens.truncate(n_tokens);
        self.ends.truncate(n_tokens);
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
    }
}
