//! The chat protocol of PAPER section 6: an assistant that is shown the code so far in a conversation and answers with
//! the whole of it, retyped, and its completion. The suggestion is the answer less the code; an answer that does not
//! retype the code exactly is no suggestion, and recorded as what it was.
//!
//! The words are template files of the user's choosing ([`Prompts`]). In the prefilled variant the answer is begun for
//! the model, up to the end of the code, so that nothing is retyped and nothing can be retyped wrongly.

use std::path::{Path, PathBuf};

use empower_artifact::rows::AnswerOutcome;
use empower_artifact::{ArtifactError, read_jsonl};
use empower_lm::{
    ChatError, ChatTemplate, GeneratedToken, Generation, Message, Role, Template, TemplateError, TokenId, Tokenizer,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::assistant::Suggestion;

/// Why the chat protocol cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The words, or the model's chat template.
    #[error(transparent)]
    Chat(#[from] ChatError),
    /// A template file.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The file of examples.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// `answer.jinja` puts something between the code and its completion, or leaves one of them out.
    #[error("{}: the code and the completion must both be there, one straight after the other", path.display())]
    Answer {
        /// The file.
        path: PathBuf,
    },
}

/// A turn that is shown before the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownTurn {
    /// The code so far.
    pub code: String,
    /// What the assistant added to it; empty for nothing.
    pub completion: String,
}

/// The words of the protocol, from a folder of templates (see `assets/prompts/README.md`).
#[derive(Debug, Clone)]
pub struct Prompts {
    system: Template,
    user: Template,
    answer: Template,
    examples: Vec<ShownTurn>,
}

impl Prompts {
    /// Reads `system.jinja`, `user.jinja`, `answer.jinja` and `examples.jsonl` of a folder.
    pub fn open(folder: &Path) -> Result<Self, PromptError> {
        let read = |name: &str| Template::read(&folder.join(name));
        Ok(Self {
            system: read("system.jinja")?,
            user: read("user.jinja")?,
            answer: read("answer.jinja")?,
            examples: read_jsonl(&folder.join("examples.jsonl"))?,
        })
    }

    /// Everything that a prompt is made of, for manifests.
    pub fn sources(&self) -> serde_json::Value {
        json!({
            "system": self.system.source(), "user": self.user.source(), "answer": self.answer.source(),
            "examples": self.examples,
        })
    }

    /// The turns up to the question about `code`.
    fn messages(&self, code: &str) -> Result<Vec<Message>, TemplateError> {
        let ask = |code: &str| {
            let content = self.user.render(json!({ "code": code, "fence": fence(code) }))?;
            Ok::<_, TemplateError>(Message::new(Role::User, content))
        };
        let mut messages = Vec::new();
        let system = self.system.render(json!({}))?;
        if !system.trim().is_empty() {
            messages.push(Message::new(Role::System, system));
        }
        for ShownTurn { code, completion } in &self.examples {
            messages.push(ask(code)?);
            let variables =
                json!({ "code": code, "completion": completion, "fence": fence(&format!("{code}{completion}")) });
            messages.push(Message::new(Role::Assistant, self.answer.render(variables)?));
        }
        messages.push(ask(code)?);
        Ok(messages)
    }

    /// The answer about `code` in two: up to the completion, and from its end on.
    fn answer_around(&self, code: &str) -> Result<(String, String), PromptError> {
        // A text that no template has of its own.
        const MARK: &str = "\u{f_0000}completion\u{f_0000}";
        let answer = self.answer.render(json!({ "code": code, "completion": MARK, "fence": fence(code) }))?;
        match answer.split_once(MARK) {
            Some((before, after)) if before.ends_with(code) && !after.contains(MARK) => {
                Ok((before.to_owned(), after.to_owned()))
            }
            _ => Err(PromptError::Answer { path: self.answer.path().to_owned() }),
        }
    }
}

/// Backticks for a fence around `code`: three, or one more than its longest run.
pub(crate) fn fence(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(3.max(longest + 1))
}

/// Whether the model retypes the code, or finds its answer begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChatMode {
    /// The paper's: the whole code is retyped.
    ChatRetype,
    /// The answer begins with the code; the model goes on.
    ChatPrefill,
}

/// The chat protocol of one model.
#[derive(Debug, Clone)]
pub struct ChatProtocol {
    template: ChatTemplate,
    prompts: Prompts,
    tokenizer: Tokenizer,
    mode: ChatMode,
}

/// Tokens of an answer beside the code and the completion: fences, a language, a few words before. Chosen: ample.
const AROUND: usize = 32;

/// One question, put into tokens.
pub(crate) struct Question {
    pub(crate) prompt: Vec<TokenId>,
    /// Tokens that the answer may have.
    pub(crate) max_tokens: usize,
    code: String,
    /// What ends a prefilled answer.
    after: String,
}

/// An example of fine-tuning in this protocol: what the model is shown, and what it is to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatExample {
    /// The prompt, without a beginning-of-sequence token, as an episode asks it.
    pub prompt: Vec<TokenId>,
    /// The answer, without the token that ends the turn ([`ChatProtocol::turn_end`]).
    pub answer: Vec<TokenId>,
}

impl ChatProtocol {
    /// Puts a protocol together. Errs where the words or the model's template cannot make a prompt.
    pub fn new(
        template: ChatTemplate,
        prompts: Prompts,
        tokenizer: Tokenizer,
        mode: ChatMode,
    ) -> Result<Self, PromptError> {
        let protocol = Self { template, prompts, tokenizer, mode };
        // Any code will do: a template that refuses turns refuses these.
        protocol.ask("x = 1\n", 1)?;
        Ok(protocol)
    }

    /// What rows depend on, for manifests and logs.
    pub fn record(&self) -> serde_json::Value {
        json!({ "mode": self.mode, "template": self.template.source(), "prompts": self.prompts.sources() })
    }

    /// The question about these tokens of code; an outcome where it cannot be asked.
    pub(crate) fn question(
        &self,
        prefix: &[TokenId],
        max_suggestion_tokens: usize,
        context: usize,
    ) -> Result<Result<Question, AnswerOutcome>, PromptError> {
        let Ok(code) = String::from_utf8(self.tokenizer.decode_bytes(prefix)) else {
            return Ok(Err(AnswerOutcome::Unreadable));
        };
        let question = self.ask(&code, max_suggestion_tokens)?;
        // One position for a beginning-of-sequence token.
        let fits = question.prompt.len() + question.max_tokens < context;
        Ok(if fits { Ok(question) } else { Err(AnswerOutcome::NoRoom) })
    }

    /// The example of `completion` after `prefix`; an empty completion teaches to add nothing. `None` where the answer
    /// cannot be written so that it is read back as this completion: one of the two ends inside a character, or has
    /// longer rows of backticks than the fence that a begun answer opened.
    ///
    /// # Errors
    /// Words or a template that cannot make a prompt.
    pub fn example(&self, prefix: &[TokenId], completion: &[TokenId]) -> Result<Option<ChatExample>, PromptError> {
        let text = |tokens| String::from_utf8(self.tokenizer.decode_bytes(tokens)).ok();
        let (Some(code), Some(completion)) = (text(prefix), text(completion)) else { return Ok(None) };
        let question = self.ask(&code, 0)?;
        let answer = match self.mode {
            ChatMode::ChatRetype => {
                let fence = fence(&format!("{code}{completion}"));
                let variables = json!({ "code": code, "completion": completion, "fence": fence });
                self.prompts.answer.render(variables)?
            }
            ChatMode::ChatPrefill => format!("{completion}{}", question.after),
        };
        let read = self.read(&question, answer.as_bytes());
        if read.outcome != AnswerOutcome::Exact || answer[read.start..read.end] != completion {
            return Ok(None);
        }
        Ok(Some(ChatExample { prompt: question.prompt, answer: self.tokenizer.encode(&answer) }))
    }

    /// The token that ends the model's turn: the special one that follows an answer in the template, else the tokenizer's
    /// end-of-sequence token.
    pub fn turn_end(&self) -> Option<TokenId> {
        let question = || vec![Message::new(Role::User, "x")];
        let answered = [question(), vec![Message::new(Role::Assistant, "y")]].concat();
        let after = |asked: &str, answered: &str| {
            let rest = answered.strip_prefix(asked)?.trim_start().strip_prefix('y')?.trim_start().to_owned();
            let names = self.tokenizer.added_tokens().into_iter().filter(|(name, _)| rest.starts_with(name.as_str()));
            names.max_by_key(|(name, _)| name.len()).map(|(_, token)| token)
        };
        let rendered = (self.template.render(&question(), true).ok(), self.template.render(&answered, false).ok());
        let special = match rendered {
            (Some(asked), Some(answered)) => after(&asked, &answered),
            _ => None,
        };
        special.or(self.tokenizer.eos())
    }

    fn ask(&self, code: &str, max_suggestion_tokens: usize) -> Result<Question, PromptError> {
        let messages = self.prompts.messages(code)?;
        let (before, after) = self.prompts.answer_around(code)?;
        let (prefill, retyped) = match self.mode {
            ChatMode::ChatRetype => ("", self.tokenizer.encode(code).len()),
            ChatMode::ChatPrefill => (before.as_str(), 0),
        };
        let prompt = self.template.prompt(&self.tokenizer, &messages, prefill)?;
        let max_tokens = retyped + max_suggestion_tokens + AROUND;
        Ok(Question { prompt, max_tokens, code: code.to_owned(), after })
    }

    /// Whether nothing that follows can change the suggestion.
    pub(crate) fn is_answered(&self, question: &Question, answer: &[TokenId]) -> bool {
        match self.read(question, &self.tokenizer.decode_bytes(answer)) {
            Read { outcome: AnswerOutcome::Exact | AnswerOutcome::NotRetyped, .. } => true,
            Read { outcome: AnswerOutcome::Unclosed | AnswerOutcome::NoBlock, .. } => false,
            Read { outcome: AnswerOutcome::NoRoom | AnswerOutcome::Unreadable, .. } => true,
        }
    }

    /// The suggestion in an answer, with the outcome, and what each of its tokens cost; silent where there is none.
    ///
    /// Its tokens are those of the answer. One that lies across the suggestion's edge is encoded anew without what lies
    /// outside; the first piece has the whole token's cost, the others cost nothing.
    pub(crate) fn suggestion(&self, question: &Question, generation: &Generation) -> (Suggestion, Vec<GeneratedToken>) {
        let bytes_of = |token: TokenId| self.tokenizer.decode_bytes(&[token]);
        let answer: Vec<u8> = generation.tokens.iter().flat_map(|token| bytes_of(token.token)).collect();
        let Read { outcome, start, end } = self.read(question, &answer);
        let mut kept: Vec<GeneratedToken> = Vec::new();
        let mut at = 0;
        for token in &generation.tokens {
            let bytes = bytes_of(token.token);
            let (first, last) = (start.max(at), end.min(at + bytes.len()));
            if first < last {
                let inside = &bytes[first - at..last - at];
                // A part that is no text by itself stays in its token: characters are put together again later.
                match std::str::from_utf8(inside) {
                    Ok(text) if inside.len() < bytes.len() => {
                        let pieces = self.tokenizer.encode(text).into_iter().enumerate();
                        kept.extend(pieces.map(|(i, piece)| match i {
                            0 => GeneratedToken { token: piece, ..*token },
                            _ => GeneratedToken { token: piece, logprob: 0.0, entropy_nats: Some(0.0) },
                        }));
                    }
                    _ => kept.push(*token),
                }
            }
            at += bytes.len();
        }
        let read = Generation { tokens: kept, finish: generation.finish, stop_logprob: None };
        (Suggestion { answer: Some(outcome), ..Suggestion::of_generation(&read) }, read.tokens)
    }

    fn read(&self, question: &Question, answer: &[u8]) -> Read {
        // The end may lie inside a character; what comes before it is text.
        let text = match std::str::from_utf8(answer) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&answer[..error.valid_up_to()]).expect("valid up to here"),
        };
        match self.mode {
            ChatMode::ChatRetype => read_retyped(text, &question.code),
            ChatMode::ChatPrefill => read_prefilled(text, &question.code, &question.after),
        }
    }
}

/// What an answer is, and the bytes of it that are the suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) outcome: AnswerOutcome,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Read {
    fn nothing(outcome: AnswerOutcome) -> Self {
        Self { outcome, start: 0, end: 0 }
    }
}

/// Reads the first fenced block: a line of backticks and a language, the content, a line of at least as many backticks.
pub(crate) fn read_retyped(text: &str, code: &str) -> Read {
    let mut at = 0;
    let mut block: Option<(usize, usize)> = None; // backticks, start of the content
    for line in text.split_inclusive('\n') {
        let backticks = line.bytes().take_while(|byte| *byte == b'`').count();
        match block {
            None if backticks >= 3 && line.ends_with('\n') => block = Some((backticks, at + line.len())),
            Some((opened, start)) if backticks >= opened && line[backticks..].trim().is_empty() => {
                // The line break before the fence is the fence's.
                let end = at.saturating_sub(1).max(start);
                return retyped(&text[start..end], start, code, AnswerOutcome::Exact);
            }
            _ => {}
        }
        at += line.len();
    }
    match block {
        None => Read::nothing(AnswerOutcome::NoBlock),
        Some((_, start)) => {
            let so_far = &text[start..];
            // As long as it may still become the code, it is not wrong.
            if code.starts_with(so_far) && so_far.len() < code.len() {
                return Read::nothing(AnswerOutcome::Unclosed);
            }
            retyped(so_far, start, code, AnswerOutcome::Unclosed)
        }
    }
}

fn retyped(content: &str, start: usize, code: &str, outcome: AnswerOutcome) -> Read {
    match content.strip_prefix(code) {
        Some(_) => Read { outcome, start: start + code.len(), end: start + content.len() },
        None => Read::nothing(AnswerOutcome::NotRetyped),
    }
}

/// Reads what follows the code up to `after`, which is usually a line break and a fence.
fn read_prefilled(text: &str, code: &str, after: &str) -> Read {
    let closed_at_once = code.is_empty() || code.ends_with('\n');
    let rest = after.trim_start_matches('\n');
    if closed_at_once && !rest.is_empty() && text.starts_with(rest) {
        return Read { outcome: AnswerOutcome::Exact, start: 0, end: 0 };
    }
    match text.find(after).filter(|_| !after.is_empty()) {
        Some(end) => Read { outcome: AnswerOutcome::Exact, start: 0, end },
        None => Read { outcome: AnswerOutcome::Unclosed, start: 0, end: text.len() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AnswerOutcome::{Exact, NoBlock, NotRetyped, Unclosed};

    /// The outcome and the suggestion.
    fn retype(text: &str, code: &str) -> (AnswerOutcome, String) {
        let read = read_retyped(text, code);
        (read.outcome, text[read.start..read.end].to_owned())
    }

    fn check(text: &str, code: &str, outcome: AnswerOutcome, suggestion: &str) {
        assert_eq!(retype(text, code), (outcome, suggestion.to_owned()), "{text:?}");
    }

    #[test]
    fn the_suggestion_is_the_answer_less_the_code() {
        check("```python\nx = 1\n```", "x =", Exact, " 1");
        check("Here:\n```\nx = 1\n```\nDone.", "x = 1", Exact, "");
        check("```python\nx\n\n```", "x\n", Exact, "");
        check("```python\nx\ny\n```", "x\n", Exact, "y");
        check("```python\n```", "", Exact, "");
        check("````python\ns = '''\n```\n'''\n````", "s = '''\n```", Exact, "\n'''");
        // What is not exactly the code is no suggestion, even where only a space is missing.
        check("```python\nx  = 1\n```", "x =", NotRetyped, "");
        check("```python\nx\n```", "x\n", NotRetyped, "");
        check("```python\ny", "x =", NotRetyped, "");
        // Cut off by the limit of tokens.
        check("```python\nx = 12", "x =", Unclosed, " 12");
        check("```python\nx ", "x =", Unclosed, "");
        check("x = 1", "x =", NoBlock, "");
        check("```python", "x =", NoBlock, "");
    }

    #[test]
    fn a_prefilled_answer_goes_on_where_the_code_ends() {
        let read = |text: &str, code: &str| {
            let read = read_prefilled(text, code, "\n```");
            (read.outcome, text[read.start..read.end].to_owned())
        };
        assert_eq!(read(" 1\n```", "x ="), (Exact, " 1".to_owned()));
        assert_eq!(read("\n```", "x = 1"), (Exact, String::new()));
        assert_eq!(read("```", "x = 1\n"), (Exact, String::new()));
        assert_eq!(read(" 1\ny", "x ="), (Unclosed, " 1\ny".to_owned()));
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        assert_eq!([fence("x"), fence("a ``` b"), fence("`````")].map(|fence| fence.len()), [3, 4, 6]);
    }
}
