//! Training a byte-level BPE vocabulary for code, and writing it so that the Python libraries read the same ids.
//!
//! The split pattern decides where a token may never reach across, and so where a suggestion can stop. It is made for
//! code: a line break with the indentation after it is one piece, so that "new line, one level deeper" becomes a single
//! token and the first word of a line is spelled the same at every depth; every digit stands alone; identifiers keep
//! their underscores. It needs no look-around, so that the regular-expression engine runs in linear time whatever the
//! document, and Rust and Python engines agree on it.

use std::path::Path;

use empower_artifact::write_atomic;
use serde_json::json;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::models::{ModelWrapper, TrainerWrapper};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{AddedToken, SplitDelimiterBehavior};

use super::{Tokenizer, TokenizerError};

/// The token that begins a sequence in the tokenizers that we train.
pub const BOS: &str = "<|bos|>";
/// The token that ends a sequence in the tokenizers that we train.
pub const EOS: &str = "<|eos|>";

/// The alternatives, first match wins; what none matches stands between the pieces as one of its own.
const SPLIT: &str = concat!(
    r" ?[\p{L}\p{M}_]+",          // a word or identifier with the space before it
    r"| ?\p{N}",                  // one digit with the space before it
    r"| ?[^\s\p{L}\p{M}\p{N}_]+", // a run of punctuation with the space before it
    r"|[ \t]*(?:\r?\n[ \t]*)+",   // line breaks, blank lines and the indentation of the next line
    r"|[ \t]+",                   // other runs of spaces: alignment, indentation of the first line
);

/// The longest token in characters; chosen: room for a line break and seven levels of indentation, none for the rulers
/// of `# -----------` that a standard library is full of.
const MAX_TOKEN_CHARS: usize = 32;

/// Trains a byte-level BPE tokenizer: `special_tokens` get the ids from 0 on, then the 256 bytes, then merges in the
/// order of their frequency, down to pairs seen twice, up to `vocab_size` tokens in all (fewer where the texts are too
/// few). [`BOS`] and [`EOS`] among the special tokens become the tokenizer's own.
///
/// The same texts in any order, on any number of threads, give the same bytes. Errs where `vocab_size` is below
/// 256 plus the special tokens, and where a special token could come out of ordinary text. Cost: seconds for 15 MB.
pub fn train_byte_level_bpe<'a>(
    texts: impl Iterator<Item = &'a str> + Send,
    vocab_size: usize,
    special_tokens: &[&str],
) -> Result<Tokenizer, TokenizerError> {
    let needed = 256 + special_tokens.len();
    if vocab_size < needed {
        return Err(TokenizerError::VocabularyTooSmall { asked: vocab_size, needed });
    }
    let split = Split::new(SplitPattern::Regex(SPLIT.to_owned()), SplitDelimiterBehavior::Isolated, false)
        .map_err(TokenizerError::Training)?;
    check_never_one_piece(&split, special_tokens)?;

    let mut trainer: TrainerWrapper = BpeTrainer::builder()
        .vocab_size(vocab_size)
        .min_frequency(2)
        .show_progress(false)
        .max_token_length(Some(MAX_TOKEN_CHARS))
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .special_tokens(special_tokens.iter().map(|&token| AddedToken::from(token, true)).collect())
        .build()
        .into();
    let mut inner = tokenizers::Tokenizer::new(ModelWrapper::BPE(BPE::default()));
    let bytes = ByteLevel::new(false, false, false);
    inner.with_pre_tokenizer(Some(Sequence::new(vec![
        PreTokenizerWrapper::Split(split),
        PreTokenizerWrapper::ByteLevel(bytes),
    ])));
    inner.with_decoder(Some(bytes));
    inner.train(&mut trainer, texts).map_err(TokenizerError::Training)?;

    let mut text = inner.to_string(true).map_err(TokenizerError::Training)?;
    text.push('\n');
    let mut tokenizer = Tokenizer::from_bytes(text)?;
    let id = |name| special_tokens.contains(&name).then(|| tokenizer.token_id(name)).flatten();
    let (bos, eos) = (id(BOS), id(EOS));
    tokenizer.bos = bos;
    tokenizer.eos = eos;
    tokenizer.stop_tokens = eos.into_iter().collect();
    Ok(tokenizer)
}

/// A special token that the pattern leaves whole could be merged up from text and would then end a document at will.
fn check_never_one_piece(split: &Split, special_tokens: &[&str]) -> Result<(), TokenizerError> {
    use tokenizers::{PreTokenizedString, PreTokenizer};
    for &token in special_tokens {
        let mut pieces = PreTokenizedString::from(token);
        split.pre_tokenize(&mut pieces).map_err(TokenizerError::Training)?;
        let count = pieces.get_splits(tokenizers::OffsetReferential::Original, tokenizers::OffsetType::Byte).len();
        if count < 2 {
            return Err(TokenizerError::SpecialTokenIsText { token: token.to_owned() });
        }
    }
    Ok(())
}

impl Tokenizer {
    /// Writes `tokenizer.json` with its two companions, `tokenizer_config.json` and `special_tokens_map.json`, into
    /// `dir`, so that `transformers.AutoTokenizer` and [`Tokenizer::open`] read back the same tokenizer.
    /// `model_max_length` is the model's context in tokens.
    pub fn save_folder(&self, dir: impl AsRef<Path>, model_max_length: usize) -> Result<(), TokenizerError> {
        let dir = dir.as_ref();
        let name = |token: Option<_>| token.and_then(|token| self.token_text(token));
        let mut special_tokens = serde_json::Map::new();
        for (field, token) in [("bos_token", name(self.bos())), ("eos_token", name(self.eos()))] {
            if let Some(token) = token {
                special_tokens.insert(field.to_owned(), token.into());
            }
        }
        let mut config = special_tokens.clone();
        config.insert("tokenizer_class".to_owned(), "PreTrainedTokenizerFast".into());
        config.insert("clean_up_tokenization_spaces".to_owned(), false.into());
        config.insert("model_max_length".to_owned(), json!(model_max_length));

        self.save(dir.join("tokenizer.json"))?;
        for (file, fields) in [("special_tokens_map.json", special_tokens), ("tokenizer_config.json", config)] {
            let text = format!("{:#}\n", serde_json::Value::Object(fields));
            write_atomic(&dir.join(file), text.as_bytes())?;
        }
        Ok(())
    }
}
