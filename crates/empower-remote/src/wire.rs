//! Requests and answers as servers write them, as far as this crate reads them. Unknown fields are ignored; missing ones
//! are a [`Fault`] that names them.

use empower_lm::TokenId;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::error::Fault;

/// A prompt: token ids where the server takes them, so that no beginning-of-sequence token is added and nothing is
/// tokenized anew; text otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Prompt {
    /// Ids.
    Ids(Vec<TokenId>),
    /// Text.
    Text(String),
}

/// A body of `/completions`.
#[derive(Debug, Clone, Serialize)]
pub struct CompletionRequest<'a> {
    /// The model's name at the server.
    pub model: &'a str,
    /// What to continue.
    pub prompt: Prompt,
    /// Tokens to generate, at most.
    pub max_tokens: usize,
    /// 0 is greedy.
    pub temperature: f32,
    /// Nucleus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    /// Likeliest tokens; an extension of vLLM, SGLang and llama.cpp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<usize>,
    /// Seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Alternatives to name for each token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<usize>,
    /// Whether the answer begins with the prompt.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub echo: bool,
    /// Texts that end the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// vLLM: tokens come as `token_id:N`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub return_tokens_as_token_ids: bool,
    /// Whether the answer comes piece by piece, with the usage at its end.
    #[serde(flatten, serialize_with = "stream_fields")]
    pub stream: bool,
}

fn stream_fields<S: Serializer>(stream: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    let mut fields = serializer.serialize_map(None)?;
    if *stream {
        fields.serialize_entry("stream", &true)?;
        fields.serialize_entry("stream_options", &json!({ "include_usage": true }))?;
    }
    fields.end()
}

impl<'a> CompletionRequest<'a> {
    /// A greedy request.
    pub fn greedy(model: &'a str, prompt: Prompt, max_tokens: usize) -> Self {
        Self {
            model,
            prompt,
            max_tokens,
            temperature: 0.0,
            top_p: None,
            top_k: None,
            seed: None,
            logprobs: None,
            echo: false,
            stop: Vec::new(),
            return_tokens_as_token_ids: false,
            stream: false,
        }
    }
}

/// What a choice of `/completions` says.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Its text.
    pub text: String,
    /// `stop`, `length`, …
    pub finish_reason: Option<String>,
    /// Its tokens, where asked for.
    pub logprobs: Option<CompletionLogprobs>,
    /// As the server counts.
    pub prompt_tokens: u64,
    /// As the server counts.
    pub completion_tokens: u64,
}

/// Tokens with log-probabilities, in nats; the three lists are of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct CompletionLogprobs {
    /// As text, or as `token_id:N`.
    pub tokens: Vec<String>,
    /// The first of an echoed prompt has none.
    pub token_logprobs: Vec<Option<f64>>,
    /// The likeliest tokens at each place, as far as the server names them.
    pub alternatives: Vec<Vec<(String, f64)>>,
}

#[derive(Deserialize)]
struct CompletionAnswer {
    #[serde(default)]
    choices: Vec<CompletionChoice>,
    #[serde(default)]
    usage: Option<TokenUsage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize, Default)]
struct CompletionChoice {
    #[serde(default)]
    text: String,
    #[serde(default)]
    finish_reason: Option<String>,
    /// Left open: some servers answer in the form of chat, which is not what was asked for.
    #[serde(default)]
    logprobs: Option<Value>,
}

#[derive(Deserialize, Default, Clone, Copy)]
pub(crate) struct TokenUsage {
    #[serde(default)]
    pub(crate) prompt_tokens: u64,
    #[serde(default)]
    pub(crate) completion_tokens: u64,
}

fn form(what: impl Into<String>) -> Fault {
    Fault::Form { what: what.into() }
}

/// Reads an answer of `/completions`, which must have one choice.
///
/// # Errors
/// [`Fault::Form`].
pub fn read_completion(text: &str) -> Result<Completion, Fault> {
    let (choices, usage) = read_choices(text)?;
    let [choice]: [CompletionChoice; 1] =
        choices.try_into().map_err(|choices: Vec<_>| form(format!("{} choices, one was asked for", choices.len())))?;
    choice.completion(usage.unwrap_or_default())
}

/// A piece of an answer that comes piece by piece.
#[derive(Debug, Clone, PartialEq)]
pub struct CompletionPiece {
    /// What is new of it, its counts being 0.
    pub new: Completion,
    /// What was used in all, where this piece tells: that of the prompt, and what was generated.
    pub usage: Option<(u64, u64)>,
}

/// Reads a piece of an answer of `/completions`. One without a choice, which tells the usage, has an empty text.
///
/// # Errors
/// [`Fault::Form`].
pub fn read_completion_piece(text: &str) -> Result<CompletionPiece, Fault> {
    let (mut choices, usage) = read_choices(text)?;
    if choices.len() > 1 {
        return Err(form(format!("{} choices, one was asked for", choices.len())));
    }
    let choice = choices.pop().unwrap_or_default();
    let usage = usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens));
    Ok(CompletionPiece { new: choice.completion(TokenUsage::default())?, usage })
}

fn read_choices(text: &str) -> Result<(Vec<CompletionChoice>, Option<TokenUsage>), Fault> {
    let answer: CompletionAnswer = serde_json::from_str(text).map_err(|error| form(error.to_string()))?;
    match answer.error {
        // With status 200: a stream cannot take its status back.
        Some(error) => Err(form(format!("it reports an error: {error}"))),
        None => Ok((answer.choices, answer.usage)),
    }
}

impl CompletionChoice {
    fn completion(self, usage: TokenUsage) -> Result<Completion, Fault> {
        let logprobs = match self.logprobs {
            None | Some(Value::Null) => None,
            Some(value) => Some(read_logprobs(value)?),
        };
        Ok(Completion {
            text: self.text,
            finish_reason: self.finish_reason,
            logprobs,
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
        })
    }
}

/// Either OpenAI's completions form, or the form of chat that llama.cpp's server gives on `/completions` too.
fn read_logprobs(value: Value) -> Result<CompletionLogprobs, Fault> {
    #[derive(Deserialize)]
    struct Entry {
        #[serde(default)]
        id: Option<TokenId>,
        #[serde(default)]
        token: String,
        logprob: f64,
        #[serde(default)]
        top_logprobs: Vec<Entry>,
    }
    impl Entry {
        fn name(&self) -> String {
            self.id.map_or_else(|| self.token.clone(), |id| format!("{TOKEN_ID}{id}"))
        }
    }
    if let Some(content) = value.get("content") {
        let entries: Vec<Entry> =
            Deserialize::deserialize(content).map_err(|error| form(format!("logprobs.content: {error}")))?;
        let named = |entries: &[Entry]| entries.iter().map(|entry| (entry.name(), entry.logprob)).collect();
        return Ok(CompletionLogprobs {
            tokens: entries.iter().map(Entry::name).collect(),
            token_logprobs: entries.iter().map(|entry| Some(entry.logprob)).collect(),
            alternatives: entries.iter().map(|entry| named(&entry.top_logprobs)).collect(),
        });
    }
    #[derive(Deserialize)]
    struct Classic {
        tokens: Vec<String>,
        token_logprobs: Vec<Option<f64>>,
        #[serde(default)]
        top_logprobs: Option<Vec<Option<Map<String, Value>>>>,
    }
    let classic: Classic = serde_json::from_value(value).map_err(|error| form(format!("logprobs: {error}")))?;
    let n = classic.tokens.len();
    let top = classic.top_logprobs.unwrap_or_else(|| vec![None; n]);
    if classic.token_logprobs.len() != n || top.len() != n {
        return Err(form("logprobs.tokens, .token_logprobs and .top_logprobs differ in length"));
    }
    let named = |map: Option<Map<String, Value>>| {
        let pairs = map.into_iter().flatten().filter_map(|(token, value)| Some((token, value.as_f64()?)));
        let mut pairs: Vec<(String, f64)> = pairs.collect();
        pairs.sort_by(|a, b| b.1.total_cmp(&a.1));
        pairs
    };
    Ok(CompletionLogprobs {
        tokens: classic.tokens,
        token_logprobs: classic.token_logprobs,
        alternatives: top.into_iter().map(named).collect(),
    })
}

/// How vLLM writes a token as its id.
pub const TOKEN_ID: &str = "token_id:";

/// The id that a token of the answer carries, where it does.
pub fn token_id(token: &str) -> Option<TokenId> {
    token.strip_prefix(TOKEN_ID)?.parse().ok()
}

/// A body of llama.cpp's own `/completion`: one token, whose id may be forced.
pub fn llama_cpp_request(prompt: &[TokenId], n_predict: usize, force: Option<TokenId>, seed: u64) -> Value {
    let mut body = json!({
        "prompt": prompt, "n_predict": n_predict, "n_probs": 1, "temperature": 0.0, "cache_prompt": true,
        "return_tokens": true, "seed": seed,
    });
    if let (Some(token), Some(body)) = (force, body.as_object_mut()) {
        // The log-probability that comes back is from before the bias; the bias only makes the server choose the token.
        body.insert("logit_bias".to_owned(), json!([[token, 1000.0]]));
    }
    body
}

/// A token of llama.cpp's own `/completion`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct LlamaCppToken {
    /// Its id.
    pub id: TokenId,
    /// Natural log-probability before sampling.
    pub logprob: f64,
}

/// An answer of llama.cpp's own `/completion`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LlamaCppAnswer {
    /// Its text.
    #[serde(default)]
    pub content: String,
    /// Its tokens with log-probabilities.
    #[serde(default)]
    pub completion_probabilities: Vec<LlamaCppToken>,
    /// `eos`, `limit`, `word`, `none`.
    #[serde(default)]
    pub stop_type: String,
    /// Tokens of the prompt.
    #[serde(default)]
    pub tokens_evaluated: u64,
    /// Tokens generated.
    #[serde(default)]
    pub tokens_predicted: u64,
}

/// Reads one.
///
/// # Errors
/// [`Fault::Form`].
pub fn read_llama_cpp(text: &str) -> Result<LlamaCppAnswer, Fault> {
    serde_json::from_str(text).map_err(|error| form(error.to_string()))
}

/// Reads the token log-probabilities of SGLang's `/generate` with `return_logprob`: `[logprob, id, text]` each.
///
/// # Errors
/// [`Fault::Form`].
pub fn read_sglang(text: &str) -> Result<Vec<(Option<f64>, TokenId)>, Fault> {
    let answer: Map<String, Value> = serde_json::from_str(text).map_err(|error| form(error.to_string()))?;
    let tokens = answer
        .get("meta_info")
        .and_then(|info| info.get("input_token_logprobs"))
        .and_then(Value::as_array)
        .ok_or_else(|| form("no meta_info.input_token_logprobs"))?;
    let one = |entry: &Value| {
        let id = entry.get(1).and_then(Value::as_u64).and_then(|id| TokenId::try_from(id).ok());
        Some((entry.get(0)?.as_f64(), id?))
    };
    tokens.iter().map(one).collect::<Option<_>>().ok_or_else(|| form("an entry of input_token_logprobs has no id"))
}

/// A message of a chat.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct ChatAnswerBody {
    pub(crate) text: String,
    pub(crate) finish_reason: Option<String>,
    pub(crate) prompt_tokens: u64,
    pub(crate) completion_tokens: u64,
}

/// Reads an answer of `/chat/completions`, which must have one choice.
pub(crate) fn read_chat(text: &str) -> Result<ChatAnswerBody, Fault> {
    #[derive(Deserialize)]
    struct Answer {
        choices: Vec<Choice>,
        #[serde(default)]
        usage: Option<TokenUsage>,
    }
    #[derive(Deserialize)]
    struct Choice {
        message: Message,
        #[serde(default)]
        finish_reason: Option<String>,
    }
    #[derive(Deserialize)]
    struct Message {
        #[serde(default)]
        content: Option<String>,
    }
    let answer: Answer = serde_json::from_str(text).map_err(|error| form(error.to_string()))?;
    let usage = answer.usage.unwrap_or_default();
    let [choice]: [Choice; 1] = answer
        .choices
        .try_into()
        .map_err(|choices: Vec<_>| form(format!("{} choices, one was asked for", choices.len())))?;
    Ok(ChatAnswerBody {
        text: choice.message.content.ok_or_else(|| form("the message has no content"))?,
        finish_reason: choice.finish_reason,
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completions_read_in_both_forms() {
        let classic = r#"{"choices":[{"text":" b","finish_reason":"length","logprobs":{"tokens":["a","token_id:7"],
            "token_logprobs":[null,-0.5],"top_logprobs":null}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#;
        let read = read_completion(classic).expect("a completion");
        let logprobs = read.logprobs.expect("asked for");
        assert_eq!(logprobs.token_logprobs, [None, Some(-0.5)]);
        assert_eq!((token_id(&logprobs.tokens[0]), token_id(&logprobs.tokens[1])), (None, Some(7)));
        assert_eq!((read.prompt_tokens, read.completion_tokens), (1, 1));
        let chat_like = r#"{"choices":[{"text":"x","logprobs":{"content":[{"id":5,"token":"x","logprob":-0.25}]}}]}"#;
        let logprobs = read_completion(chat_like).expect("a completion").logprobs.expect("asked for");
        assert_eq!((token_id(&logprobs.tokens[0]), logprobs.token_logprobs[0]), (Some(5), Some(-0.25)));
    }

    #[test]
    fn other_forms_are_faults() {
        for text in [
            "",
            "[]",
            r#"{"choices":[]}"#,
            r#"{"choices":[{"text":"a"},{"text":"b"}]}"#,
            r#"{"choices":[{"text":"a","logprobs":{"tokens":["a"],"token_logprobs":[]}}]}"#,
            r#"{"choices":[{"text":"a","logprobs":{"tokens":["a"]}}]}"#,
        ] {
            assert!(matches!(read_completion(text), Err(Fault::Form { .. })), "{text}");
        }
        assert!(matches!(read_chat(r#"{"choices":[{"message":{"content":null}}]}"#), Err(Fault::Form { .. })));
        assert!(matches!(read_sglang(r#"{"meta_info":{}}"#), Err(Fault::Form { .. })));
        assert!(matches!(read_llama_cpp("no"), Err(Fault::Form { .. })));
    }

    #[test]
    fn sglang_and_llama_cpp_read() {
        let text = r#"{"text":"","meta_info":{"input_token_logprobs":[[null,3,null],[-1.5,4,null]]}}"#;
        assert_eq!(read_sglang(text).expect("read"), [(None, 3), (Some(-1.5), 4)]);
        let text = r#"{"content":"a","completion_probabilities":[{"id":9,"token":"a","bytes":[97],"logprob":-0.1,
            "top_logprobs":[]}],"stop_type":"limit","tokens_evaluated":4,"tokens_predicted":1}"#;
        let read = read_llama_cpp(text).expect("read");
        assert_eq!(read.completion_probabilities, [LlamaCppToken { id: 9, logprob: -0.1 }]);
        let request = llama_cpp_request(&[1, 2], 1, Some(9), 0);
        assert_eq!(request["logit_bias"], json!([[9, 1000.0]]));
    }
}
