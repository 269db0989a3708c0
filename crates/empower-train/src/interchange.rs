//! Examples as rows for other trainers.
//!
//! Pre-tokenised rows are the ones to train on: `labels` is -100 where nothing is to be learnt, and the stop token is a
//! label like any other. Text rows say the same for people and for trainers that want text; a trainer puts prompt and
//! completion together and tokenises the whole anew, so that a state inside a word merges with what follows it.
//! `retokenizes` says whether that gives the same tokens. Nothing here reads or writes a file.

use empower_data::ExampleRow;
use empower_lm::{TokenId, Tokenizer};
use serde::{Deserialize, Serialize};

use crate::sft::Frame;

/// The label that PyTorch's cross-entropy skips, and with it every trainer built on it.
pub const IGNORED: i64 = -100;

/// One example as token ids.
///
/// ```text
/// input_ids  bos p1 p2 c1 c2 stop
/// labels       -  -  - c1 c2 stop      (- is -100; trainers shift by one themselves)
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRow {
    /// Beginning-of-sequence token where the model has one, prefix, completion, stop.
    pub input_ids: Vec<TokenId>,
    /// As many: -100 up to the end of the prefix, then the tokens themselves.
    pub labels: Vec<i64>,
    /// Ones, as many; only for trainers that tell such rows by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention_mask: Option<Vec<u8>>,
}

/// One example as text, without the stop, which trainers of text add themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRow {
    /// The document.
    pub document_id: String,
    /// The prefix.
    pub prompt: String,
    /// The completion.
    pub completion: String,
    /// Whether the text tokenises to the example's tokens: the prompt alone, and prompt and completion put together.
    pub retokenizes: bool,
}

/// What became of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framed {
    /// It fits as it is.
    Whole(TokenRow),
    /// The beginning of its prefix was left out, so that it fits the context.
    Shortened(TokenRow),
    /// Its completion alone is longer than the context.
    TooLong,
}

/// An example as token ids, at most the frame's context of them.
pub fn token_row(example: &ExampleRow, frame: Frame, with_mask: bool) -> Framed {
    let fixed = usize::from(frame.bos.is_some()) + example.token_ids.len() + 1;
    // A model without a beginning needs something to go on.
    let least_prefix = usize::from(frame.bos.is_none());
    let Some(room) = frame.context.checked_sub(fixed).filter(|room| *room >= least_prefix) else {
        return Framed::TooLong;
    };
    let prefix = &example.prefix_token_ids[example.prefix_token_ids.len().saturating_sub(room)..];
    let read = frame.bos.iter().chain(prefix).copied();
    let learnt = || example.token_ids.iter().copied().chain([frame.stop]);
    let input_ids: Vec<TokenId> = read.clone().chain(learnt()).collect();
    let labels = read.map(|_| IGNORED).chain(learnt().map(i64::from)).collect();
    let row = TokenRow { attention_mask: with_mask.then(|| vec![1; input_ids.len()]), input_ids, labels };
    if prefix.len() == example.prefix_token_ids.len() { Framed::Whole(row) } else { Framed::Shortened(row) }
}

/// An example as text.
pub fn text_row(example: &ExampleRow, tokenizer: &Tokenizer) -> TextRow {
    let prompt = tokenizer.decode(&example.prefix_token_ids);
    let completion = tokenizer.decode(&example.token_ids);
    let whole: Vec<TokenId> = example.prefix_token_ids.iter().chain(&example.token_ids).copied().collect();
    let retokenizes = tokenizer.encode(&prompt) == example.prefix_token_ids
        && tokenizer.encode(&format!("{prompt}{completion}")) == whole;
    TextRow { document_id: example.document_id.clone(), prompt, completion, retokenizes }
}

#[cfg(test)]
mod tests {
    use empower_lm::{BOS, EOS, train_byte_level_bpe};
    use empower_select::StopReason;

    use super::*;

    fn example(prefix: &[TokenId], tokens: &[TokenId]) -> ExampleRow {
        ExampleRow {
            document_id: "d".to_owned(),
            state: prefix.len(),
            prefix_token_ids: prefix.to_vec(),
            token_ids: tokens.to_vec(),
            text: String::new(),
            bits: None,
            stop_reason: StopReason::Length,
            method: "sft-2".to_owned(),
            eta_bits: None,
            scored_by: None,
        }
    }

    #[test]
    fn the_prefix_is_masked_and_the_stop_is_not() {
        let frame = Frame { bos: Some(0), stop: 1, context: 6 };
        let row = |input_ids: &[TokenId], labels: &[i64]| TokenRow {
            input_ids: input_ids.to_vec(),
            labels: labels.to_vec(),
            attention_mask: None,
        };
        let got = token_row(&example(&[5, 6], &[7, 8]), frame, false);
        assert_eq!(got, Framed::Whole(row(&[0, 5, 6, 7, 8, 1], &[-100, -100, -100, 7, 8, 1])));
        // A silent example still teaches to stop.
        let got = token_row(&example(&[5], &[]), frame, false);
        assert_eq!(got, Framed::Whole(row(&[0, 5, 1], &[-100, -100, 1])));
        let got = token_row(&example(&[3, 4, 5, 6], &[7, 8]), frame, false);
        assert_eq!(got, Framed::Shortened(row(&[0, 5, 6, 7, 8, 1], &[-100, -100, -100, 7, 8, 1])));
        assert_eq!(token_row(&example(&[3], &[4, 5, 6, 7, 8]), frame, false), Framed::TooLong);
        let without = Frame { bos: None, ..frame };
        assert_eq!(token_row(&example(&[3], &[4, 5, 6, 7, 8]), without, false), Framed::TooLong);
        let Framed::Whole(row) = token_row(&example(&[5], &[7]), without, true) else { panic!("fits") };
        assert_eq!(row.attention_mask, Some(vec![1, 1, 1]));
        assert_eq!(
            serde_json::to_string(&row).unwrap(),
            r#"{"input_ids":[5,7,1],"labels":[-100,7,1],"attention_mask":[1,1,1]}"#
        );
    }

    #[test]
    fn text_says_whether_it_comes_back_as_the_same_tokens() {
        let tokenizer = train_byte_level_bpe(["return return return"].into_iter(), 270, &[BOS, EOS]).unwrap();
        let tokens = tokenizer.encode("x return x");
        let split = |at: usize| text_row(&example(&tokens[..at], &tokens[at..]), &tokenizer);
        let row = split(1);
        assert_eq!((row.prompt.as_str(), row.completion.as_str(), row.retokenizes), ("x", " return x", true));
        // A state inside a word: the halves merge.
        let (head, tail) = (tokenizer.encode("x ret"), tokenizer.encode("urn"));
        let row = text_row(&example(&head, &tail), &tokenizer);
        assert_eq!((row.prompt.as_str(), row.completion.as_str(), row.retokenizes), ("x ret", "urn", false));
        // A state inside a character cannot be written as text at all.
        let bytes = tokenizer.encode("é");
        assert_eq!(bytes.len(), 2);
        assert!(!text_row(&example(&bytes[..1], &bytes[1..]), &tokenizer).retokenizes);
    }
}
