//! The language-model human (PAPER section 6, DESIGN section 6): who it is, what it is told, and how its answers are read.
//! The rounds are in [`crate::episode`]; who answers is behind [`ChatModel`].
//!
//! Two ways of deciding. *Decide* is the paper's: the human is shown a suggestion, thinks aloud about it, then answers with
//! one word. *Agree* shows nothing: the human writes how it would go on, and takes a suggestion that agrees with that, so
//! that no suggestion can talk it into anything. What an answer fails at is a [`HumanFault`] in the round's row, never an
//! error and never a guess.

use std::collections::HashMap;
use std::path::Path;

use empower_artifact::rows::HumanFault;
use empower_lm::{ChatModel, Message, Role, Template, TemplateError, TokenId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::assistant::SuggestionSampling;
use crate::chat::{PromptError, Read, fence, read_retyped};
use crate::codec::TextCodec;
use crate::error::SimError;

/// How the human decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deciding {
    /// Thoughts about the suggestion, then one word (the paper's).
    Decide,
    /// By agreement with what it has written before it is shown anything.
    Agree,
}

/// How the human's writing goes on from the code so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Writing {
    /// Its answer is begun for it, up to the end of the code. The server must go on with a last message of the assistant.
    Prefill,
    /// It writes the program from the start, the code so far letter by letter.
    Retype,
}

/// The human's settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LmSettings {
    /// How it decides.
    pub deciding: Deciding,
    /// How it goes on.
    pub writing: Writing,
    /// Tokens typed a round, at most, by the human's own measure (PAPER section 2: 10); at least 1.
    pub tokens_per_round: usize,
    /// Tokens of its thoughts, at most; at least 1. Default 512, chosen: some paragraphs.
    pub thought_tokens: usize,
    /// *Agree*: tokens that it writes before it is shown a suggestion, at most; at least `tokens_per_round`. Default 64, as
    /// long as suggestions may be.
    pub draft_tokens: usize,
    /// *Agree*: what it takes agrees at least so much, from 0 to 1. Default 0.9, chosen: one letter in ten may differ.
    pub agreement: f64,
    /// How its tokens are chosen.
    pub sampling: SuggestionSampling,
}

impl Default for LmSettings {
    fn default() -> Self {
        Self {
            deciding: Deciding::Decide,
            writing: Writing::Prefill,
            tokens_per_round: 10,
            thought_tokens: 512,
            draft_tokens: 64,
            agreement: 0.9,
            sampling: SuggestionSampling::Greedy,
        }
    }
}

impl LmSettings {
    /// Checks the ranges that the fields' docs state.
    pub fn validate(&self) -> Result<(), SimError> {
        let refuse = |setting, given: String, expected| Err(SimError::Setting { setting, given, expected });
        for (setting, value) in [("tokens_per_round", self.tokens_per_round), ("thought_tokens", self.thought_tokens)] {
            if value == 0 {
                return refuse(setting, "0".into(), "at least 1");
            }
        }
        if self.draft_tokens < self.tokens_per_round {
            return refuse("draft_tokens", self.draft_tokens.to_string(), "at least tokens_per_round");
        }
        if !(0.0..=1.0).contains(&self.agreement) {
            return refuse("agreement", self.agreement.to_string(), "a share, from 0 to 1");
        }
        Ok(())
    }
}

/// What the human knows of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The question.
    pub question: String,
    /// The code that it has to begin with; empty where the program reads its input.
    pub starter: String,
}

/// The human's words, from a folder of templates (see `assets/prompts/README.md`).
#[derive(Debug, Clone)]
pub struct HumanPrompts {
    system: Template,
    problem: Template,
    answer: Template,
    judge: Template,
    think: Template,
    decide: Template,
    again: Template,
}

/// A text that no template has of its own.
const MARK: &str = "\u{f_0000}code\u{f_0000}";

impl HumanPrompts {
    /// Reads the templates of a folder.
    ///
    /// # Errors
    /// Files that are no templates; an `answer.jinja` that puts something after the code.
    pub fn open(folder: &Path) -> Result<Self, PromptError> {
        let read = |name: &str| Template::read(&folder.join(name));
        let prompts = Self {
            system: read("system.jinja")?,
            problem: read("problem.jinja")?,
            answer: read("answer.jinja")?,
            judge: read("judge.jinja")?,
            think: read("think.jinja")?,
            decide: read("decide.jinja")?,
            again: read("again.jinja")?,
        };
        if !prompts.begun(MARK)?.ends_with(MARK) {
            return Err(PromptError::Answer { path: prompts.answer.path().to_owned() });
        }
        Ok(prompts)
    }

    /// Everything that a prompt is made of, for manifests.
    pub fn sources(&self) -> Value {
        json!({
            "system": self.system.source(), "problem": self.problem.source(), "answer": self.answer.source(),
            "judge": self.judge.source(), "think": self.think.source(), "decide": self.decide.source(),
            "again": self.again.source(),
        })
    }

    /// The writer's answer up to the end of the code.
    pub(crate) fn begun(&self, code: &str) -> Result<String, TemplateError> {
        self.answer.render(json!({ "code": code, "fence": fence(code) }))
    }

    /// The conversation that asks for a program.
    pub(crate) fn writing(&self, statement: &Statement) -> Result<Vec<Message>, TemplateError> {
        let Statement { question, starter } = statement;
        let variables = json!({ "question": question, "starter": starter, "fence": fence(starter) });
        self.turns(&self.system, self.problem.render(variables)?)
    }

    /// The conversation that asks for thoughts.
    pub(crate) fn thinking(
        &self,
        statement: &Statement,
        code: &str,
        suggestion: &str,
    ) -> Result<Vec<Message>, TemplateError> {
        let fence = fence(&format!("{code}{suggestion}"));
        let diff = diff(code, suggestion);
        let question = &statement.question;
        let variables =
            json!({ "question": question, "code": code, "suggestion": suggestion, "diff": diff, "fence": fence });
        self.turns(&self.judge, self.think.render(variables)?)
    }

    /// The same conversation, which goes on with the thoughts, the question for the word, and an answer that was none.
    pub(crate) fn deciding(
        &self,
        mut messages: Vec<Message>,
        thoughts: &str,
        no_answer: Option<&str>,
    ) -> Result<Vec<Message>, TemplateError> {
        messages.push(Message::new(Role::Assistant, thoughts));
        messages.push(Message::new(Role::User, self.decide.render(json!({}))?));
        if let Some(said) = no_answer {
            messages.push(Message::new(Role::Assistant, said));
            messages.push(Message::new(Role::User, self.again.render(json!({}))?));
        }
        Ok(messages)
    }

    fn turns(&self, system: &Template, user: String) -> Result<Vec<Message>, TemplateError> {
        let system = system.render(json!({}))?;
        let first = (!system.trim().is_empty()).then(|| Message::new(Role::System, system));
        Ok(first.into_iter().chain([Message::new(Role::User, user)]).collect())
    }
}

/// A language model in the human's place.
pub struct LmHuman<'m> {
    /// Who answers.
    pub model: &'m dyn ChatModel,
    /// What it is told.
    pub prompts: HumanPrompts,
    /// By which its tokens are measured.
    pub measure: &'m dyn TextCodec,
    /// The name of that tokenizer, for manifests.
    pub measure_name: String,
    /// What it knows of each problem.
    pub statements: HashMap<String, Statement>,
    /// The settings.
    pub settings: LmSettings,
}

impl LmHuman<'_> {
    /// What rows depend on, for manifests and logs.
    pub fn record(&self) -> Value {
        json!({
            "model": self.model.model_id(), "settings": self.settings, "measured_by": self.measure_name,
            "prompts": self.prompts.sources(),
        })
    }

    /// The leading part of `text` that has at most `limit` tokens by the human's measure, in whole characters, and the
    /// number of its tokens: more than `limit` only where the first character alone has more.
    pub(crate) fn measured<'t>(&self, text: &'t str, limit: usize) -> Result<(&'t str, usize), crate::error::Fault> {
        let tokens: Vec<TokenId> = self.measure.encode(text)?;
        let mut at = 0;
        let mut whole = (0, 0);
        for (i, token) in tokens.iter().enumerate() {
            at += self.measure.token_bytes(*token)?.len();
            if at <= text.len() && text.is_char_boundary(at) && (i < limit || whole.1 == 0) {
                whole = (at, i + 1);
            }
            if i + 1 >= limit && whole.1 > 0 {
                break;
            }
        }
        Ok((&text[..whole.0], whole.1))
    }
}

/// The word of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Accept,
    Reject,
    Finish,
}

/// The last line that is exactly one of the three words, white space around it aside. Nothing else is a decision.
pub(crate) fn read_decision(answer: &str) -> Option<Word> {
    answer.lines().rev().find_map(|line| match line.trim() {
        "accept" => Some(Word::Accept),
        "reject" => Some(Word::Reject),
        "finish" => Some(Word::Finish),
        _ => None,
    })
}

/// What the human wrote after the code so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) text: String,
    /// Whether it ended its program there.
    pub(crate) is_end: bool,
}

/// Reads an answer that was begun up to the end of `code`: up to the fence that closes it.
pub(crate) fn read_continued(answer: &str, code: &str) -> Result<Written, HumanFault> {
    let at_line_start = code.is_empty() || code.ends_with('\n');
    let backticks = fence(code);
    let mut at = 0;
    for (i, line) in answer.split_inclusive('\n').enumerate() {
        if (i > 0 || at_line_start) && line.starts_with(&backticks) {
            // A block that opens where one should close is an answer from the start.
            if !line.trim_start_matches('`').trim().is_empty() {
                return Err(HumanFault::NotContinued);
            }
            // The line break before the fence is the fence's.
            let text = answer[..at].strip_suffix('\n').unwrap_or(&answer[..at]);
            return Ok(Written { text: text.to_owned(), is_end: true });
        }
        at += line.len();
    }
    Ok(Written { text: answer.to_owned(), is_end: false })
}

/// Reads an answer that has the whole program, `code` included.
pub(crate) fn read_whole(answer: &str, code: &str) -> Result<Written, HumanFault> {
    use empower_artifact::rows::AnswerOutcome::{Exact, Unclosed};
    match read_retyped(answer, code) {
        Read { outcome: outcome @ (Exact | Unclosed), start, end } if start > 0 || outcome == Exact => {
            Ok(Written { text: answer[start..end].to_owned(), is_end: outcome == Exact })
        }
        _ => Err(HumanFault::NotContinued),
    }
}

/// How much a suggestion agrees with what the human would write, from 0 to 1: one less the share of its letters that have
/// to be changed to make it a beginning of `own`.
///
/// White space at the ends of lines does not count, nor how many blank lines or spaces inside a line stand together;
/// indentation does. Of two texts without letters, equal ones agree. Costs the product of the lengths, `own` taken up to
/// twice the suggestion's.
pub fn agreement(suggestion: &str, own: &str) -> f64 {
    let suggestion: Vec<char> = normalised(suggestion).chars().collect();
    if suggestion.is_empty() {
        return 1.0;
    }
    // A longer beginning would have to lose more letters than the suggestion has.
    let own: Vec<char> = normalised(own).chars().take(2 * suggestion.len()).collect();
    // row[j]: changes from the suggestion so far to own[..j].
    let mut row: Vec<usize> = (0..=own.len()).collect();
    for (i, letter) in suggestion.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in own.iter().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    let least = row.into_iter().min().unwrap_or(suggestion.len());
    1.0 - least.min(suggestion.len()) as f64 / suggestion.len() as f64
}

fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, line) in text.split('\n').enumerate() {
        // Blank lines leave one line break between their neighbours.
        if i > 0 && !out.ends_with('\n') {
            out.push('\n');
        }
        let indent = if i == 0 { 0 } else { line.len() - line.trim_start().len() };
        if line.trim().is_empty() {
            continue;
        }
        out.push_str(&line[..indent]);
        let mut spaces = false;
        for letter in line[indent..].trim_end().chars() {
            if letter == ' ' || letter == '\t' {
                spaces = true;
                continue;
            }
            if std::mem::take(&mut spaces) {
                out.push(' ');
            }
            out.push(letter);
        }
    }
    out
}

/// The change that a suggestion makes, line by line: the last line as it was and as it becomes, then what is new.
fn diff(code: &str, suggestion: &str) -> String {
    let start = code.rfind('\n').map_or(0, |at| at + 1);
    let after = format!("{}{suggestion}", &code[start..]);
    let removed = (!code[start..].is_empty()).then(|| format!("-{}", &code[start..]));
    let added = after.lines().map(|line| format!("+{line}"));
    removed.into_iter().chain(added).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_the_last_line_that_is_a_word() {
        for (answer, word) in [
            ("accept", Some(Word::Accept)),
            ("I would not.\n  reject \n", Some(Word::Reject)),
            ("accept\nreject\nOn reflection:\nfinish", Some(Word::Finish)),
            ("accept\nbecause it is right", Some(Word::Accept)),
            ("", None),
            ("Accept", None),
            ("accept.", None),
            ("I accept", None),
            ("**accept**", None),
        ] {
            assert_eq!(read_decision(answer), word, "{answer:?}");
        }
    }

    #[test]
    fn writing_ends_at_the_closing_fence() {
        let read = |answer, code| read_continued(answer, code).map(|it| (it.text, it.is_end));
        let text = |text: &str, is_end| Ok((text.to_owned(), is_end));
        assert_eq!(read(" 1\ny = 2", "x ="), text(" 1\ny = 2", false));
        assert_eq!(read(" 1\n```\nDone.", "x ="), text(" 1", true));
        assert_eq!(read("\n```", "x = 1"), text("", true));
        assert_eq!(read("```\n", "x = 1\n"), text("", true));
        assert_eq!(read("```", "x = 1"), text("```", false), "in the middle of a line it is text");
        assert_eq!(read("```python\nx = 1\n```", "x = 1\n"), Err(HumanFault::NotContinued));
        assert_eq!(read("y\n```python\nz", "x\n"), Err(HumanFault::NotContinued));
        let whole = |answer, code| read_whole(answer, code).map(|it| (it.text, it.is_end));
        assert_eq!(whole("```python\nx = 1\n```", "x ="), text(" 1", true));
        assert_eq!(whole("```python\nx = 1\ny", "x ="), text(" 1\ny", false));
        assert_eq!(whole("```python\nz = 1\n```", "x ="), Err(HumanFault::NotContinued));
        assert_eq!(whole("x = 1", "x ="), Err(HumanFault::NotContinued));
        assert_eq!(whole("```python\nx", "x ="), Err(HumanFault::NotContinued));
    }

    #[test]
    fn agreement_is_a_share_of_letters() {
        let check = |suggestion, own, expected: f64| {
            let found = agreement(suggestion, own);
            assert!((found - expected).abs() < 1e-12, "{suggestion:?} {own:?}: {found}");
        };
        check("return a + b", "return a + b\n\n\nprint(1)", 1.0);
        check("return a  +  b  \n\n\nx", "return a + b\nx", 1.0);
        check("abcd", "abxd", 0.75);
        check("abcd", "", 0.0);
        check("abcd", "wxyz", 0.0);
        check("a\n    b", "a\n  b", 1.0 - 2.0 / 7.0);
        check("", "anything", 1.0);
    }

    #[test]
    fn a_change_shows_the_line_it_continues() {
        assert_eq!(diff("a\nx =", " 1\ny"), "-x =\n+x = 1\n+y");
        assert_eq!(diff("a\n", "b\n"), "+b");
    }
}
