//! Chat templates: messages to the tokens that a tuned model expects around them.
//!
//! A template comes with its model, in `chat_template.jinja` or `tokenizer_config.json`. It writes special tokens
//! between the messages; those, and only those, become special tokens. What a message itself says never does, whoever
//! wrote it: `<|im_end|>` in a program is eleven characters. (Other libraries tokenise the rendered text, where the two
//! look alike.) Which day it is and whether a model thinks aloud are the caller's to say, so that a prompt is the same
//! tomorrow.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::template::{Template, TemplateError};
use crate::{TokenId, Tokenizer};

/// Why a chat prompt cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// The template cannot be read or fails.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The model has no template.
    #[error(
        "{}: the model has no chat template\nhint: use an instruction-tuned model, or name a template with \
         --chat-template", folder.display()
    )]
    NoTemplate {
        /// The model's folder.
        folder: PathBuf,
    },
    /// `tokenizer_config.json` is not what it should be.
    #[error("{}: {field} should be {expected}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// What was expected.
        expected: &'static str,
    },
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// A turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who.
    pub role: Role,
    /// What.
    pub content: String,
}

impl Message {
    /// A turn.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into() }
    }
}

/// A model's chat template with the special tokens that it names.
#[derive(Debug, Clone)]
pub struct ChatTemplate {
    template: Template,
    variables: BTreeMap<String, Value>,
}

/// The file of a template of its own.
const FILE: &str = "chat_template.jinja";

impl ChatTemplate {
    /// The template of a model folder: `chat_template.jinja`, else `chat_template` of `tokenizer_config.json`, which
    /// is a text, or a list of named texts of which `default` is taken.
    pub fn open(model_dir: &Path) -> Result<Self, ChatError> {
        let (path, fields) = read_config(model_dir)?;
        let file = model_dir.join(FILE);
        if file.is_file() {
            return Self::with_fields(Template::read(&file)?, &fields);
        }
        let wrong = |expected| ChatError::Config { path: path.clone(), field: "chat_template", expected };
        let source = match &fields["chat_template"] {
            Value::Null => return Err(ChatError::NoTemplate { folder: model_dir.to_owned() }),
            Value::String(source) => source.clone(),
            Value::Array(named) => {
                let default = named.iter().find(|entry| entry["name"] == "default");
                let template = default.and_then(|entry| entry["template"].as_str());
                template.ok_or_else(|| wrong("a list with a template named `default`"))?.to_owned()
            }
            _ => return Err(wrong("a template, or a list of named ones")),
        };
        Self::with_fields(Template::new(source, path.clone())?, &fields)
    }

    /// A template of its own file, with the special tokens of a model folder.
    pub fn read(path: &Path, model_dir: &Path) -> Result<Self, ChatError> {
        Self::with_fields(Template::read(path)?, &read_config(model_dir)?.1)
    }

    fn with_fields(template: Template, fields: &Value) -> Result<Self, ChatError> {
        let mut variables = BTreeMap::new();
        for name in ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"] {
            let value = &fields[name];
            if let Some(text) = value.as_str().or_else(|| value["content"].as_str()) {
                variables.insert(name.to_owned(), Value::from(text));
            }
        }
        Ok(Self { template, variables })
    }

    /// The same template with another variable set, such as `enable_thinking` to false.
    pub fn with_variable(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// The template's text, for manifests.
    pub fn source(&self) -> &str {
        self.template.source()
    }

    /// Everything that prompts depend on beside the messages: the text and the variables.
    pub fn identity(&self) -> String {
        format!("{}\n{}", self.source(), json!(self.variables))
    }

    /// The messages as text, special tokens by their names. `ask` ends with the beginning of the model's turn.
    pub fn render(&self, messages: &[Message], ask: bool) -> Result<String, ChatError> {
        let mut variables = json!({ "messages": messages, "add_generation_prompt": ask });
        let map = variables.as_object_mut().expect("it was made as an object");
        map.extend(self.variables.iter().map(|(name, value)| (name.clone(), value.clone())));
        Ok(self.template.render(variables)?)
    }

    /// The tokens of a prompt that ends in the model's turn, of which it has said `prefill` already.
    ///
    /// Without the beginning-of-sequence token where the tokenizer has one: models put their own before every prefix.
    /// `prefill` stands in the prompt as it is, not trimmed as a template may trim a finished turn.
    pub fn prompt(
        &self,
        tokenizer: &Tokenizer,
        messages: &[Message],
        prefill: &str,
    ) -> Result<Vec<TokenId>, ChatError> {
        let names = tokenizer.added_tokens();
        let guard = guard(messages.iter().map(|message| message.content.as_str()).chain([prefill, self.source()]));
        let harmless: Vec<Message> = messages
            .iter()
            .map(|message| Message::new(message.role, guarded(&message.content, &names, guard)))
            .collect();
        let text = self.render(&harmless, true)? + &guarded(prefill, &names, guard);
        let mut tokens = encode(tokenizer, &text, &names, guard);
        if tokenizer.bos().is_some() && tokens.first() == tokenizer.bos().as_ref() {
            tokens.remove(0);
        }
        Ok(tokens)
    }
}

fn read_config(model_dir: &Path) -> Result<(PathBuf, Value), ChatError> {
    let path = model_dir.join("tokenizer_config.json");
    let fields =
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).ok().filter(Value::is_object).ok_or_else(|| {
                ChatError::Config { path: path.clone(), field: "the file", expected: "a JSON object" }
            })?,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => json!({}),
            Err(source) => return Err(TemplateError::Read { path, source }.into()),
        };
    Ok((path, fields))
}

/// A character for private use that none of the texts has.
fn guard<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> char {
    // As many candidates as a text would need to be hostile against; one is always left, since texts are finite.
    (0xE000..=0xF8FF_u32)
        .chain(0xF_0000..=0xF_FFFD)
        .filter_map(char::from_u32)
        .find(|candidate| texts.clone().all(|text| !text.contains(*candidate)))
        .expect("no text has all 70,000 private characters")
}

/// The text with every name of a special token broken after its first character.
fn guarded(text: &str, names: &[(String, TokenId)], guard: char) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        out.push(character);
        if names.iter().any(|(name, _)| text[at..].starts_with(name.as_str())) {
            out.push(guard);
        }
    }
    out
}

/// Tokens of a rendered prompt: names of special tokens become them, everything between is ordinary text.
fn encode(tokenizer: &Tokenizer, text: &str, names: &[(String, TokenId)], guard: char) -> Vec<TokenId> {
    let mut tokens = Vec::new();
    let plain = |from: usize, to: usize, tokens: &mut Vec<TokenId>| {
        if from < to {
            tokens.extend(tokenizer.encode(&text[from..to].replace(guard, "")));
        }
    };
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        // The longest of the names that begin here: they are sorted so.
        if let Some((name, token)) = names.iter().find(|(name, _)| text[at..].starts_with(name.as_str())) {
            plain(start, at, &mut tokens);
            tokens.push(*token);
            at += name.len();
            start = at;
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    plain(start, at, &mut tokens);
    tokens
}
