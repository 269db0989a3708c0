//! Text to tokens and back, from a Hugging Face `tokenizer.json`.
//!
//! Everything downstream counts on one property: **decoding is the exact inverse of encoding**. A suggestion is tokens,
//! an editor's buffer is text, and a state is a cut between two tokens; a tokenizer that drops a space or tidies a quote
//! would move the cut. So this module accepts the tokenizers that have the property (byte-level BPE as in Llama 3 and
//! Qwen, and SentencePiece-style BPE with byte fallback and without an invented leading space, as in Gemma) and refuses
//! the others by name. It never adds special tokens, and it never reads them out of a document: the text `<|eos|>` in a
//! document is seven ordinary characters, whoever wrote them.
//!
//! Two losses remain, both of the file's own doing: a tokenizer with a Unicode normaliser (Qwen's NFC) encodes the
//! normalised text, so text that is not in that form comes back in it; and SentencePiece writes U+2581 for a space, so
//! that very character comes back as one.
//!
//! Which tokens begin and end a sequence is not in `tokenizer.json` but in the files next to it; [`Tokenizer::open`]
//! reads those. How a tokenizer is trained is in `train.rs`.

pub(crate) mod train;

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use empower_artifact::{ArtifactError, write_atomic};
use serde_json::Value;

use crate::TokenId;

/// Why a tokenizer cannot be had, or cannot be used with a model.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    /// A file could not be read.
    #[error("cannot read {}\nhint: a model folder holds tokenizer.json, config.json and model.safetensors", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] ArtifactError),
    /// `tokenizer.json` is not one.
    #[error("{} is not a tokenizer\nhint: it may be cut short, or a Git LFS pointer; fetch it again", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file next to `tokenizer.json` is not JSON, or a field of it has the wrong shape.
    #[error("{}: {field} should be {expected}", path.display())]
    MalformedField {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// A tokenizer whose decoding is not the inverse of its encoding.
    #[error(
        "{}: {part} {found} is not supported\nhint: byte-level BPE (Llama 3, Qwen) and SentencePiece-style BPE without \
         a prefix space (Gemma) are",
        path.display()
    )]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The part of the tokenizer.
        part: &'static str,
        /// What it is in this file.
        found: String,
    },
    /// A vocabulary that cannot express every byte, so that encoding would lose text.
    #[error("{}: {missing} of 256 bytes have no token, the first is 0x{first:02x}; text would be lost", path.display())]
    MissingBytes {
        /// The file.
        path: PathBuf,
        /// How many bytes have no token.
        missing: usize,
        /// The lowest of them.
        first: u8,
    },
    /// A special token is named that the vocabulary does not have.
    #[error("{}: {field} is {token:?}, which tokenizer.json does not have\nhint: the files are of different models", path.display())]
    UnknownSpecialToken {
        /// The file that names it.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// The token's text or number.
        token: String,
    },
    /// The tokenizer's ids and the model's vocabulary do not go together.
    #[error(
        "tokenizer does not fit the model: {} has {tokenizer} tokens, the model's vocabulary is {model}\n\
         hint: take tokenizer.json from the folder that the weights came from",
        path.display()
    )]
    DoesNotFit {
        /// The tokenizer's file.
        path: PathBuf,
        /// One more than the tokenizer's highest id.
        tokenizer: usize,
        /// Rows of the model's embedding.
        model: usize,
    },
    /// A vocabulary to be trained is smaller than what it must hold.
    #[error("a vocabulary of {asked} is too small: bytes and special tokens alone are {needed}")]
    VocabularyTooSmall {
        /// What was asked for.
        asked: usize,
        /// The least that works.
        needed: usize,
    },
    /// A special token that ordinary text could produce.
    #[error("special token {token:?} could come out of ordinary text\nhint: write it as <|name|>")]
    SpecialTokenIsText {
        /// The token.
        token: String,
    },
    /// Training failed inside the tokenizer library.
    #[error("training the tokenizer failed")]
    Training(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// How a token's text in `tokenizer.json` stands for bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// GPT-2's alphabet: one printable character a byte.
    ByteLevel,
    /// SentencePiece's: U+2581 for a space, `<0xNN>` for a byte without a token, anything else as it stands.
    SentencePiece,
}

/// A tokenizer, immutable and shareable between threads.
#[derive(Clone)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    /// The file as it was read or trained; [`Tokenizer::save`] writes these bytes and no others.
    source: Vec<u8>,
    /// Where it came from, for messages.
    origin: PathBuf,
    /// The bytes of every id; `None` where the numbering has a hole.
    bytes: Vec<Option<Box<[u8]>>>,
    bos: Option<TokenId>,
    eos: Option<TokenId>,
    stop_tokens: Vec<TokenId>,
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tokenizer")
            .field("origin", &self.origin)
            .field("vocab_size", &self.vocab_size())
            .field("bos", &self.bos)
            .field("stop_tokens", &self.stop_tokens)
            .finish_non_exhaustive()
    }
}

impl Tokenizer {
    /// The tokenizer of a model folder in Hugging Face layout, with the tokens that begin and end a sequence.
    ///
    /// Beginning: `bos_token` of `tokenizer_config.json` (none where that file says null or `add_bos_token: false`),
    /// else of `special_tokens_map.json`, else `bos_token_id` of `generation_config.json` or `config.json`.
    /// End: `eos_token` from the same places; [`Tokenizer::stop_tokens`] adds every `eos_token_id` of
    /// `generation_config.json`, or of `config.json` where the former has none.
    pub fn open(model_dir: impl AsRef<Path>) -> Result<Self, TokenizerError> {
        let dir = model_dir.as_ref();
        let mut tokenizer = Self::from_file(dir.join("tokenizer.json"))?;
        tokenizer.read_neighbours(dir)?;
        Ok(tokenizer)
    }

    /// A `tokenizer.json` alone: without [`Tokenizer::bos`], [`Tokenizer::eos`] and stop tokens.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, TokenizerError> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|source| TokenizerError::Read { path: path.to_owned(), source })?;
        Self::load(bytes, path.to_owned())
    }

    /// As [`Tokenizer::from_file`], for the content of a `tokenizer.json`.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, TokenizerError> {
        Self::load(bytes.into(), PathBuf::from("tokenizer.json (in memory)"))
    }

    fn load(source: Vec<u8>, origin: PathBuf) -> Result<Self, TokenizerError> {
        let malformed = |source| TokenizerError::Malformed { path: origin.clone(), source };
        let mut json: Value = serde_json::from_slice(&source).map_err(|error| malformed(error.into()))?;
        let spelling = spelling_of(&json, &origin)?;

        // What must never come out of a document is marked special; what is marked special is then left alone below.
        let mut inner = if mark_control_tokens(&mut json) {
            tokenizers::Tokenizer::from_bytes(json.to_string().as_bytes())
        } else {
            tokenizers::Tokenizer::from_bytes(&source)
        }
        .map_err(&malformed)?;
        for token in json["added_tokens"].as_array().into_iter().flatten() {
            // The library renumbers added tokens that leave a hole, with a warning only.
            let (content, id) = (token["content"].as_str().unwrap_or_default(), token["id"].as_u64());
            if inner.token_to_id(content).map(u64::from) != id {
                let found = format!("{content:?}, whose id leaves a hole in the numbering,");
                return Err(TokenizerError::Unsupported { path: origin, part: "added token", found });
            }
        }
        inner.set_encode_special_tokens(true);
        inner.with_padding(None);
        inner.with_truncation(None).map_err(malformed)?;

        let bytes = token_bytes(&inner, spelling);
        let tokenizer = Self { inner, source, origin, bytes, bos: None, eos: None, stop_tokens: Vec::new() };
        tokenizer.check_every_byte(spelling)?;
        Ok(tokenizer)
    }

    /// Token ids of `text`: no special token is added, and none is recognised in the text.
    pub fn encode(&self, text: &str) -> Vec<TokenId> {
        self.encoding(text).get_ids().to_vec()
    }

    /// Token ids of `text` with the bytes of `text` that each stands for.
    ///
    /// The ranges tile the text in order. A token that ends inside a character has a range that does, too: slice
    /// `text.as_bytes()`, not `text`. (Where the tokenizer normalises this text, ranges are those of the characters
    /// before normalisation and may overlap.)
    pub fn encode_with_offsets(&self, text: &str) -> Vec<(TokenId, Range<usize>)> {
        let ids = self.encode(text);
        if self.decode_bytes(&ids) == text.as_bytes() {
            let mut start = 0;
            return ids
                .into_iter()
                .map(|id| {
                    let end = start + self.token_bytes(id).map_or(0, <[u8]>::len);
                    let range = start..end;
                    start = end;
                    (id, range)
                })
                .collect();
        }
        let encoding = self.inner.encode(text, false).expect(COMPLETE);
        encoding.get_ids().iter().zip(encoding.get_offsets()).map(|(&id, &(start, end))| (id, start..end)).collect()
    }

    fn encoding(&self, text: &str) -> tokenizers::Encoding {
        self.inner.encode_fast(text, false).expect(COMPLETE)
    }

    /// The text of `tokens`: the exact inverse of [`Tokenizer::encode`]. Special tokens come out as their names.
    ///
    /// Where the tokens end (or were cut) inside a character, its bytes become U+FFFD; use [`Tokenizer::stream`] or
    /// [`Tokenizer::decode_bytes`] to put pieces together.
    pub fn decode(&self, tokens: &[TokenId]) -> String {
        match String::from_utf8(self.decode_bytes(tokens)) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    }

    /// The bytes of `tokens`, joined. An id without a token (a padded model can produce one) becomes U+FFFD, in sight.
    pub fn decode_bytes(&self, tokens: &[TokenId]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(tokens.len() * 4);
        for &token in tokens {
            bytes.extend_from_slice(self.token_bytes(token).unwrap_or("\u{fffd}".as_bytes()));
        }
        bytes
    }

    /// Decodes token by token, holding back the bytes of a character until it is whole.
    pub fn stream(&self) -> DecodeStream<'_> {
        DecodeStream { tokenizer: self, pending: Vec::new() }
    }

    /// The bytes of one token, or `None` where the id has no token.
    pub fn token_bytes(&self, token: TokenId) -> Option<&[u8]> {
        self.bytes.get(token as usize)?.as_deref()
    }

    /// The text of one token for people to read: bytes that are no whole character show as U+FFFD.
    pub fn token_text(&self, token: TokenId) -> Option<String> {
        self.token_bytes(token).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// The id of a token by its name in `tokenizer.json`, as for `<|bos|>`.
    pub fn token_id(&self, name: &str) -> Option<TokenId> {
        self.inner.token_to_id(name)
    }

    /// The added tokens by name, longest first: what a chat template writes between the messages.
    pub fn added_tokens(&self) -> Vec<(String, TokenId)> {
        let mut added: Vec<(String, TokenId)> =
            self.inner.get_added_tokens_decoder().into_iter().map(|(id, token)| (token.content, id)).collect();
        added.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        added
    }

    /// One more than the highest id.
    pub fn vocab_size(&self) -> usize {
        self.bytes.len()
    }

    /// The token that begins every sequence, where the model has one.
    pub fn bos(&self) -> Option<TokenId> {
        self.bos
    }

    /// The token that ends a sequence.
    pub fn eos(&self) -> Option<TokenId> {
        self.eos
    }

    /// Every token that ends a sequence, [`Tokenizer::eos`] first; chat models have several.
    pub fn stop_tokens(&self) -> &[TokenId] {
        &self.stop_tokens
    }

    /// Errs unless a model with `model_vocab_size` rows of embedding can go with this tokenizer: every id has a row,
    /// and no more rows are without an id than padding explains.
    pub fn check_fits(&self, model_vocab_size: usize) -> Result<(), TokenizerError> {
        // chosen: published models pad by at most 2.4% (DeepSeek, 102,400 rows for 100,002 ids); small ones by a
        // multiple of 64 or 128. Beyond that it is another model's tokenizer.
        let most_padding = (model_vocab_size / 20).max(256);
        let own = self.vocab_size();
        if own > model_vocab_size || model_vocab_size - own > most_padding {
            return Err(TokenizerError::DoesNotFit {
                path: self.origin.clone(),
                tokenizer: own,
                model: model_vocab_size,
            });
        }
        Ok(())
    }

    /// Writes `tokenizer.json`, byte for byte as it was read or trained; aside first, then renamed.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), TokenizerError> {
        Ok(write_atomic(path.as_ref(), &self.source)?)
    }

    /// The content of `tokenizer.json`, for hashing and embedding.
    pub fn as_bytes(&self) -> &[u8] {
        &self.source
    }

    fn check_every_byte(&self, spelling: Spelling) -> Result<(), TokenizerError> {
        let vocabulary = self.inner.get_vocab(false);
        let alphabet = byte_alphabet();
        let name = |byte: u8| match spelling {
            Spelling::ByteLevel => alphabet[byte as usize].to_string(),
            Spelling::SentencePiece => format!("<0x{byte:02X}>"),
        };
        let mut missing = (0..=255u8).filter(|&byte| !vocabulary.contains_key(&name(byte)));
        match missing.next() {
            None => Ok(()),
            Some(first) => {
                Err(TokenizerError::MissingBytes { path: self.origin.clone(), missing: missing.count() + 1, first })
            }
        }
    }

    fn read_neighbours(&mut self, dir: &Path) -> Result<(), TokenizerError> {
        let [tokenizer_config, special_map, generation_config, config] =
            ["tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "config.json"]
                .map(|name| Neighbour::read(dir.join(name)));
        let (tokenizer_config, special_map) = (tokenizer_config?, special_map?);
        let (generation_config, config) = (generation_config?, config?);

        let named = |field| -> Result<Option<Option<TokenId>>, TokenizerError> {
            for file in [&tokenizer_config, &special_map].into_iter().flatten() {
                if let Some(token) = file.token_by_name(field, self)? {
                    return Ok(Some(token));
                }
            }
            Ok(None)
        };
        let numbered = |field| -> Result<Vec<TokenId>, TokenizerError> {
            for file in [&generation_config, &config].into_iter().flatten() {
                let ids = file.token_ids(field, self)?;
                if !ids.is_empty() {
                    return Ok(ids);
                }
            }
            Ok(Vec::new())
        };

        let bos = match named("bos_token")? {
            Some(token) => token,
            None => numbered("bos_token_id")?.first().copied(),
        };
        let never_begins = tokenizer_config.as_ref().is_some_and(|file| file.fields["add_bos_token"] == false);
        let mut stop_tokens = numbered("eos_token_id")?;
        let eos = named("eos_token")?.flatten().or(stop_tokens.first().copied());
        if let Some(eos) = eos {
            stop_tokens.retain(|&token| token != eos);
            stop_tokens.insert(0, eos);
        }
        self.bos = bos.filter(|_| !never_begins);
        self.eos = eos;
        self.stop_tokens = stop_tokens;
        Ok(())
    }
}

/// Why `encode` cannot fail: `load` accepts only vocabularies that have a token for every byte.
const COMPLETE: &str = "a vocabulary with every byte encodes any text";

/// Decodes a stream of tokens into whole characters. Made by [`Tokenizer::stream`].
#[derive(Debug, Clone)]
pub struct DecodeStream<'t> {
    tokenizer: &'t Tokenizer,
    /// The beginning of a character, at most three bytes between calls.
    pending: Vec<u8>,
}

impl DecodeStream<'_> {
    /// The text that this token completes; empty while a character is not whole. Bytes that can never become a
    /// character come out as U+FFFD.
    pub fn push(&mut self, token: TokenId) -> String {
        self.pending.extend(self.tokenizer.decode_bytes(&[token]));
        let mut text = String::new();
        loop {
            match std::str::from_utf8(&self.pending) {
                Ok(rest) => {
                    text.push_str(rest);
                    self.pending.clear();
                    return text;
                }
                Err(error) => {
                    let whole = self.pending.drain(..error.valid_up_to()).collect();
                    text.push_str(&String::from_utf8(whole).expect("valid up to here"));
                    let Some(broken) = error.error_len() else { return text };
                    self.pending.drain(..broken);
                    text.push('\u{fffd}');
                }
            }
        }
    }

    /// What is left when the stream ends: U+FFFD where it ends inside a character, else nothing.
    pub fn finish(self) -> String {
        String::from_utf8_lossy(&self.pending).into_owned()
    }
}

/// One of the JSON files next to `tokenizer.json`.
struct Neighbour {
    path: PathBuf,
    fields: Value,
}

impl Neighbour {
    /// `None` where there is no such file.
    fn read(path: PathBuf) -> Result<Option<Self>, TokenizerError> {
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(TokenizerError::Read { path, source }),
        };
        match serde_json::from_slice(&text) {
            Ok(fields @ Value::Object(_)) => Ok(Some(Self { path, fields })),
            _ => Err(TokenizerError::MalformedField { path, field: "the file", expected: "a JSON object" }),
        }
    }

    /// `"<s>"`, `{"content": "<s>", …}` or null, the inner `None`; the outer `None` where the field is absent.
    fn token_by_name(
        &self,
        field: &'static str,
        tokenizer: &Tokenizer,
    ) -> Result<Option<Option<TokenId>>, TokenizerError> {
        let name = match self.fields.get(field) {
            None => return Ok(None),
            Some(Value::Null) => return Ok(Some(None)),
            Some(Value::String(name)) => name,
            Some(value) => value["content"].as_str().ok_or_else(|| TokenizerError::MalformedField {
                path: self.path.clone(),
                field,
                expected: "a token's text, or an object with its content",
            })?,
        };
        match tokenizer.token_id(name) {
            Some(token) => Ok(Some(Some(token))),
            None => Err(TokenizerError::UnknownSpecialToken { path: self.path.clone(), field, token: name.to_owned() }),
        }
    }

    /// A number, a list of numbers, or null, which is the empty list.
    fn token_ids(&self, field: &'static str, tokenizer: &Tokenizer) -> Result<Vec<TokenId>, TokenizerError> {
        let values: &[Value] = match self.fields.get(field) {
            None | Some(Value::Null) => &[],
            Some(Value::Array(values)) => values,
            Some(value) => std::slice::from_ref(value),
        };
        let mut ids = Vec::with_capacity(values.len());
        for value in values {
            let id = value.as_u64().ok_or_else(|| TokenizerError::MalformedField {
                path: self.path.clone(),
                field,
                expected: "a token id or a list of token ids",
            })?;
            let known = TokenId::try_from(id).ok().filter(|&id| tokenizer.token_bytes(id).is_some());
            let id = known.ok_or_else(|| TokenizerError::UnknownSpecialToken {
                path: self.path.clone(),
                field,
                token: id.to_string(),
            })?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

/// Refuses every tokenizer for which decoding would not be the inverse of encoding.
fn spelling_of(json: &Value, origin: &Path) -> Result<Spelling, TokenizerError> {
    let unsupported =
        |part, found: &str| Err(TokenizerError::Unsupported { path: origin.to_owned(), part, found: found.to_owned() });
    let model = &json["model"];
    match model["type"].as_str() {
        Some("BPE") => {}
        None if model["merges"].is_array() => {} // files of before the type was written
        found => return unsupported("model type", found.unwrap_or("(none)")),
    }
    if model["dropout"].as_f64().is_some_and(|dropout| dropout > 0.0) {
        return unsupported("model", "with dropout, which encodes at random,");
    }
    let types = |part: &str| -> Vec<String> {
        let mut found = Vec::new();
        collect_types(&json[part], &mut found);
        found
    };
    let (decoder, normalizer) = (types("decoder"), types("normalizer"));
    let has = |types: &[String], name: &str| types.iter().any(|found| found == name);
    for lossy in ["Prepend", "Strip", "StripAccents", "Lowercase", "BertNormalizer", "Precompiled"] {
        if has(&normalizer, lossy) {
            return unsupported("normalizer", lossy);
        }
    }
    if adds_prefix_space(&json["pre_tokenizer"]) {
        return unsupported("pre-tokenizer", "that adds a leading space");
    }
    if has(&decoder, "ByteLevel") {
        return Ok(Spelling::ByteLevel);
    }
    let falls_back = model["byte_fallback"] == true && has(&decoder, "ByteFallback");
    if falls_back && has(&decoder, "Replace") && !has(&decoder, "Strip") {
        return Ok(Spelling::SentencePiece);
    }
    unsupported("decoder", &if decoder.is_empty() { "(none)".to_owned() } else { decoder.join(" + ") })
}

/// The `type` of a part and of everything inside it.
fn collect_types(part: &Value, types: &mut Vec<String>) {
    match part {
        Value::Object(fields) => {
            types.extend(fields.get("type").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect_types(value, types));
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect_types(part, types)),
        _ => {}
    }
}

fn adds_prefix_space(part: &Value) -> bool {
    match part {
        Value::Object(fields) => {
            fields.get("add_prefix_space") == Some(&Value::Bool(true))
                || matches!(fields.get("prepend_scheme").and_then(Value::as_str), Some("always" | "first"))
                || fields.values().any(adds_prefix_space)
        }
        Value::Array(parts) => parts.iter().any(adds_prefix_space),
        _ => false,
    }
}

/// Marks as special the added tokens that control a model although their file does not say so (Qwen's
/// `<|fim_prefix|>` is an ordinary added token there), and those that swallow the space around them. Says whether
/// anything changed.
fn mark_control_tokens(json: &mut Value) -> bool {
    let mut changed = false;
    let Some(Value::Array(added)) = json.get_mut("added_tokens") else { return false };
    for token in added {
        let content = token["content"].as_str().unwrap_or_default();
        let is_control = (content.starts_with('<') && content.ends_with('>') && content.len() > 2)
            || token["lstrip"] == true
            || token["rstrip"] == true;
        if is_control && token["special"] == false {
            token["special"] = Value::Bool(true);
            changed = true;
        }
    }
    changed
}

/// The bytes of every id.
fn token_bytes(inner: &tokenizers::Tokenizer, spelling: Spelling) -> Vec<Option<Box<[u8]>>> {
    let byte_of: HashMap<char, u8> = byte_alphabet().into_iter().zip(0..=255).collect();
    let added = inner.get_added_tokens_decoder();
    let vocabulary = inner.get_vocab(true);
    let size = vocabulary.values().max().map_or(0, |&highest| highest as usize + 1);
    let mut bytes = vec![None; size];
    for (text, id) in vocabulary {
        let spelled = if added.contains_key(&id) {
            text.into_bytes()
        } else {
            match spelling {
                Spelling::ByteLevel => text.chars().fold(Vec::new(), |mut bytes, char| {
                    match byte_of.get(&char) {
                        Some(&byte) => bytes.push(byte),
                        None => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
                    }
                    bytes
                }),
                Spelling::SentencePiece => match fallback_byte(&text) {
                    Some(byte) => vec![byte],
                    None => text.replace('\u{2581}', " ").into_bytes(),
                },
            }
        };
        bytes[id as usize] = Some(spelled.into_boxed_slice());
    }
    bytes
}

/// The byte of a token named `<0x0A>`.
fn fallback_byte(name: &str) -> Option<u8> {
    let digits = name.strip_prefix("<0x")?.strip_suffix('>')?;
    if digits.len() == 2 { u8::from_str_radix(digits, 16).ok() } else { None }
}

/// GPT-2's alphabet: byte to printable character. Bytes that print stand for themselves; the others get the
/// characters from U+0100 on, in order.
fn byte_alphabet() -> [char; 256] {
    let mut next = 0x100;
    std::array::from_fn(|byte| match byte as u8 {
        b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF => char::from(byte as u8),
        _ => {
            next += 1;
            char::from_u32(next - 1).expect("U+0100 to U+0143 are characters")
        }
    })
}

#[cfg(test)]
mod tests;
