//! The rounds of a language-model human: what is asked next, and what becomes of the answer. No model is here: questions
//! come out, answers go in.
//!
//! ```text
//! Decide:  suggestion ─▶ think ─▶ decide (once more where it was no decision) ─▶ write ─▶ row
//! Agree:   suggestion ─▶ draft, which does not depend on it ─▶ compare ─▶ write, where the draft does not say ─▶ row
//! ```
//!
//! Where nothing was suggested nothing is decided; then a human who adds nothing, and ends its answer, has finished. A
//! decision that cannot be read rejects. `FINISH` leaves the suggestion out (PAPER section 2).

use empower_artifact::rows::{Decision, Ending, HumanFault, HumanTurn, RoundRow};
use empower_lm::{AnswerEnd, ChatAnswer, ChatRequest};

use super::{Episode, Piece};
use crate::assistant::Suggestion;
use crate::draws;
use crate::error::SimError;
use crate::lm_human::{
    Deciding, LmHuman, Word, Writing, Written, agreement, read_continued, read_decision, read_whole,
};

/// A round under way.
pub(super) struct Turn {
    suggestion: Suggestion,
    shown: Piece,
    decision: Decision,
    human: HumanTurn,
    next: Next,
}

/// What is asked next.
enum Next {
    Think,
    /// With the first answer, where that was no decision.
    Decide(Option<String>),
    Draft,
    Write,
}

/// Tokens of the answer that decides: a word, and a line or two that a model may say before it. Chosen.
const DECISION_TOKENS: usize = 32;

/// Tokens that are asked for so that `n` by the human's measure come back: tokenizers differ, and a fence may follow.
/// Chosen: four times as many and some.
fn ample(n: usize) -> usize {
    4 * n + 16
}

impl<'a> Episode<'a> {
    /// Begins a round of a language-model human.
    pub(super) fn begin_turn(&mut self, lm: &LmHuman<'_>, suggestion: Suggestion) -> Result<(), SimError> {
        let shown = self.whole_characters(&suggestion.tokens)?;
        let next = match lm.settings.deciding {
            Deciding::Agree => Next::Draft,
            Deciding::Decide if shown.text.is_empty() => Next::Write,
            Deciding::Decide => Next::Think,
        };
        let decision = if shown.text.is_empty() { Decision::Silent } else { Decision::Reject };
        self.turn = Some(Turn { suggestion, shown, decision, human: HumanTurn::default(), next });
        Ok(())
    }

    /// What the human is asked next; `None` where the round is over, and for a human who is no language model.
    ///
    /// # Errors
    /// A template that fails; a problem that the human knows nothing of; a measure that fails.
    pub fn question(&self) -> Result<Option<ChatRequest>, SimError> {
        let (Some(turn), Some(lm)) = (&self.turn, self.lm) else { return Ok(None) };
        let question_id = self.task.question_id();
        let failed = |source| SimError::HumanPrompt { question_id: question_id.to_owned(), source: Box::new(source) };
        let statement = lm
            .statements
            .get(question_id)
            .ok_or_else(|| SimError::UnknownProblem { question_id: question_id.to_owned() })?;
        let (messages, prefill, max_tokens, purpose) = match &turn.next {
            Next::Think => {
                let messages = lm.prompts.thinking(statement, &self.text, &turn.shown.text).map_err(failed)?;
                (messages, String::new(), lm.settings.thought_tokens, "human thinks")
            }
            Next::Decide(no_answer) => {
                let messages = lm.prompts.thinking(statement, &self.text, &turn.shown.text).map_err(failed)?;
                let messages = lm.prompts.deciding(messages, &turn.human.thoughts, no_answer.as_deref());
                (messages.map_err(failed)?, String::new(), DECISION_TOKENS, "human decides")
            }
            Next::Draft | Next::Write => {
                let n = if matches!(turn.next, Next::Draft) {
                    lm.settings.draft_tokens
                } else {
                    lm.settings.tokens_per_round
                };
                let messages = lm.prompts.writing(statement).map_err(failed)?;
                let (prefill, more) = match lm.settings.writing {
                    Writing::Prefill => (lm.prompts.begun(&self.text).map_err(failed)?, 0),
                    Writing::Retype => {
                        let code = lm.measure.encode(&self.text).map_err(|it| self.tokenizer_error(&self.text, it))?;
                        (String::new(), 2 * code.len() + 16)
                    }
                };
                let purpose = if matches!(turn.next, Next::Draft) { "human drafts" } else { "human writes" };
                (messages, prefill, ample(n) + more, purpose)
            }
        };
        let round_idx = self.rounds.len();
        let seed = draws::number(self.seed, purpose, round_idx);
        Ok(Some(ChatRequest {
            prefill,
            sampling: lm.settings.sampling.with_seed(seed),
            repeat: self.task.repeat() as u64,
            turn: round_idx as u64,
            ..ChatRequest::greedy(messages, max_tokens)
        }))
    }

    /// Takes the answer to [`question`](Self::question).
    ///
    /// # Errors
    /// A tokenizer that fails or loses text. The episode must not be played on after an error.
    ///
    /// # Panics
    /// Where nothing was asked: a defect of the caller.
    pub fn hear(&mut self, answer: ChatAnswer) -> Result<(), SimError> {
        let lm = self.lm.expect("only a language-model human is asked");
        let mut turn = self.turn.take().expect("an answer follows a question");
        if answer.end == AnswerEnd::NoRoom {
            turn.human.faults.push(HumanFault::NoRoom);
            return match turn.next {
                // What could not be asked is rejected; writing takes less room.
                Next::Think | Next::Decide(_) => self.go_on(turn, Next::Write),
                Next::Draft | Next::Write => self.end_turn(turn, Piece::default(), 0, false),
            };
        }
        match std::mem::replace(&mut turn.next, Next::Write) {
            Next::Think => {
                turn.human.thoughts = answer.text;
                self.go_on(turn, Next::Decide(None))
            }
            Next::Decide(before) => match (read_decision(&answer.text), before) {
                (Some(Word::Accept), _) => {
                    self.accept(&mut turn);
                    self.go_on(turn, Next::Write)
                }
                (Some(Word::Reject), _) => self.go_on(turn, Next::Write),
                (Some(Word::Finish), _) => {
                    turn.decision = Decision::Finish;
                    self.end_turn(turn, Piece::default(), 0, true)
                }
                (None, None) => {
                    turn.human.faults.push(HumanFault::UnreadDecision);
                    self.go_on(turn, Next::Decide(Some(answer.text)))
                }
                (None, Some(_)) => {
                    turn.human.faults.push(HumanFault::NoDecision);
                    self.go_on(turn, Next::Write)
                }
            },
            Next::Draft => self.compare(lm, turn, &answer.text),
            Next::Write => match self.read(lm, &answer.text) {
                Ok(written) => self.write(lm, turn, &written),
                Err(fault) => {
                    turn.human.faults.push(fault);
                    self.end_turn(turn, Piece::default(), 0, false)
                }
            },
        }
    }

    fn go_on(&mut self, turn: Turn, next: Next) -> Result<(), SimError> {
        self.turn = Some(Turn { next, ..turn });
        Ok(())
    }

    fn accept(&mut self, turn: &mut Turn) {
        turn.decision = Decision::Accept;
        self.append(&turn.shown);
    }

    fn read(&self, lm: &LmHuman<'_>, answer: &str) -> Result<Written, HumanFault> {
        match lm.settings.writing {
            Writing::Prefill => read_continued(answer, &self.text),
            Writing::Retype => read_whole(answer, &self.text),
        }
    }

    /// Holds the suggestion against what the human would write.
    fn compare(&mut self, lm: &LmHuman<'_>, mut turn: Turn, answer: &str) -> Result<(), SimError> {
        let draft = match self.read(lm, answer) {
            Ok(draft) => draft,
            Err(fault) => {
                turn.human.faults.push(fault);
                return self.end_turn(turn, Piece::default(), 0, false);
            }
        };
        turn.human.thoughts.clone_from(&draft.text);
        if turn.decision == Decision::Silent {
            return self.write(lm, turn, &draft);
        }
        if draft.is_end && draft.text.trim().is_empty() {
            turn.decision = Decision::Finish;
            return self.end_turn(turn, Piece::default(), 0, true);
        }
        let agreed = agreement(&turn.shown.text, &draft.text);
        turn.human.agreement = Some(agreed);
        if agreed < lm.settings.agreement {
            return self.write(lm, turn, &draft);
        }
        self.accept(&mut turn);
        match draft.text.strip_prefix(turn.shown.text.as_str()) {
            // Letter for letter: the draft says how it goes on from there, as far as it goes.
            Some(rest) if !rest.is_empty() => {
                let rest = Written { text: rest.to_owned(), is_end: draft.is_end };
                self.write(lm, turn, &rest)
            }
            Some(_) if draft.is_end => self.end_turn(turn, Piece::default(), 0, true),
            _ => self.go_on(turn, Next::Write),
        }
    }

    /// Types the beginning of what was written.
    fn write(&mut self, lm: &LmHuman<'_>, mut turn: Turn, written: &Written) -> Result<(), SimError> {
        if written.text.trim().is_empty() && (written.is_end || written.text.is_empty()) {
            // Nobody suggests and the human adds nothing: nobody is left who would.
            let has_finished = written.is_end && turn.decision == Decision::Silent;
            if !has_finished {
                turn.human.faults.push(HumanFault::NothingWritten);
            }
            return self.end_turn(turn, Piece::default(), 0, has_finished);
        }
        let measured = lm.measured(&written.text, lm.settings.tokens_per_round);
        let (text, n_tokens) = measured.map_err(|source| self.tokenizer_error(&written.text, source))?;
        let typed = self.encode(text)?;
        self.append(&typed);
        self.end_turn(turn, typed, n_tokens, false)
    }

    fn end_turn(&mut self, turn: Turn, typed: Piece, typed_tokens: usize, is_finished: bool) -> Result<(), SimError> {
        let n_shown = if turn.shown.text.is_empty() { 0 } else { turn.shown.tokens.len() };
        self.rounds.push(RoundRow {
            suggestion: turn.shown.text,
            suggestion_tokens: n_shown,
            suggestion_bits: turn.suggestion.bits[..n_shown].to_vec(),
            decision: turn.decision,
            correct: None,
            deleted_chars: 0,
            typed: typed.text,
            typed_tokens,
            answer: turn.suggestion.answer,
            human: Some(turn.human),
        });
        self.ending = if is_finished {
            Some(Ending::Finished)
        } else if self.rounds.len() == self.limits.max_rounds {
            Some(Ending::RoundLimit)
        } else {
            None
        };
        Ok(())
    }
}
