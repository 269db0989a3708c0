//! A small model from scratch: whole documents as sequences, every token a target. This is how the embedded model was
//! made.
//!
//! Every document begins with the beginning-of-sequence token and is followed by the stop token; documents longer than
//! the window are cut. Sequences of one batch never see each other.

use empower_data::Document;
use empower_engine::Target;
use empower_lm::{TokenId, Tokenizer};

use crate::error::TrainError;
use crate::trainer::Sequences;

/// Documents as tokens, cut into windows.
#[derive(Debug, Clone)]
pub struct DocumentWindows {
    documents: Vec<Vec<TokenId>>,
    /// `(document, first input)` of every window of an epoch.
    windows: Vec<(usize, usize)>,
    window: usize,
    bos: TokenId,
    eos: TokenId,
    n_tokens: usize,
}

impl DocumentWindows {
    /// Tokenizes documents, each with the number of times that an epoch shows it. Errs where the tokenizer has no
    /// beginning-of-sequence or no stop token, or the window is empty.
    pub fn new<'a>(
        documents: impl IntoIterator<Item = (&'a Document, usize)>,
        tokenizer: &Tokenizer,
        window: usize,
    ) -> Result<Self, TrainError> {
        let special = |token: Option<TokenId>, name: &str| {
            token.ok_or_else(|| TrainError::NoData { reason: format!("the tokenizer has no {name} token") })
        };
        let bos = special(tokenizer.bos(), "beginning-of-sequence")?;
        let eos = special(tokenizer.eos(), "end-of-sequence")?;
        if window == 0 {
            return Err(TrainError::Setting { setting: "--window", reason: "must be at least 1".to_owned() });
        }
        let mut all = Self { documents: Vec::new(), windows: Vec::new(), window, bos, eos, n_tokens: 0 };
        for (index, (document, times)) in documents.into_iter().enumerate() {
            let tokens = tokenizer.encode(&document.text);
            all.n_tokens += tokens.len() + 1;
            for _ in 0..times {
                all.windows.extend((0..tokens.len() + 1).step_by(window).map(|start| (index, start)));
            }
            all.documents.push(tokens);
        }
        Ok(all)
    }

    /// Tokens of all documents, each counted once, stop tokens included.
    pub fn n_tokens(&self) -> usize {
        self.n_tokens
    }
}

impl Sequences for DocumentWindows {
    fn n_sequences(&self) -> usize {
        self.windows.len()
    }

    /// Inputs are `bos d1 .. dN`, targets `d1 .. dN eos`.
    fn sequence(&self, index: usize) -> (Vec<TokenId>, Vec<Target>) {
        let (document, start) = self.windows[index];
        let tokens = &self.documents[document];
        let range = start..(start + self.window).min(tokens.len() + 1);
        let input = |j: usize| if j == 0 { self.bos } else { tokens[j - 1] };
        let target = |j: usize| Target::next(tokens.get(j).copied().unwrap_or(self.eos));
        (range.clone().map(input).collect(), range.map(target).collect())
    }
}
