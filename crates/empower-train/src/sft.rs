//! Supervised fine-tuning on chosen completions: prefix -> completion + stop, the loss on the completion and the stop
//! only (PAPER section 5, the `raw` protocol).
//!
//! In this protocol an example's input is its document's own text, and the stop is only ever a target. So one causal
//! pass over a document yields the logits of *all* its examples, and the sum of their losses is a language-modelling
//! loss with two targets a position: `w_j` times the next token's cross-entropy plus `s_j` times the stop's, with the
//! counts of [`empower_select::DenseWeights`]. [`Examples::dense`] trains that way, [`Examples::row_by_row`] the long
//! way; the tests hold the two together.

use empower_data::{DocumentExamplesRow, ExampleRow};
use empower_engine::Target;
use empower_lm::{TokenId, Tokenizer, windows};

use crate::error::TrainError;
use crate::trainer::Sequences;

/// Sequences with their targets, ready to be trained on.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    sequences: Vec<(Vec<TokenId>, Vec<Target>)>,
    /// The document of each sequence.
    documents: Vec<String>,
    n_examples: usize,
}

/// The two special tokens that examples need, and the context that they must fit.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Stands before every sequence, where the tokenizer has one.
    pub bos: Option<TokenId>,
    /// Ends a completion.
    pub stop: TokenId,
    /// Positions of the model.
    pub context: usize,
}

impl Frame {
    /// Those of a tokenizer; errs where it has no stop token, since the model could then never learn to stop.
    pub fn new(tokenizer: &Tokenizer, context: usize) -> Result<Self, TrainError> {
        let stop = tokenizer.eos().ok_or_else(|| TrainError::NoData {
            reason: "the tokenizer has no end-of-sequence token to stop with".into(),
        })?;
        Ok(Self { bos: tokenizer.bos(), stop, context })
    }
}

impl Examples {
    /// Every chosen state of every document, a document a sequence.
    pub fn dense(rows: &[DocumentExamplesRow], frame: Frame) -> Result<Self, TrainError> {
        let mut all = Self::default();
        for row in rows {
            let weights = row.dense_weights()?;
            all.n_examples += row.states.len();
            // Row j of the stream has j tokens of the document behind it, and predicts token j + 1.
            let targets: Vec<Target> = (0..=row.token_ids.len())
                .map(|j| Target {
                    next: row.token_ids.get(j).copied().unwrap_or(frame.stop),
                    next_weight: weights.next[j] as f32,
                    stop: frame.stop,
                    stop_weight: weights.stop[j] as f32,
                })
                .collect();
            all.push(&row.document_id, &row.token_ids, targets, frame);
        }
        Ok(all)
    }

    /// One sequence an example: its prefix without targets, then its completion and the stop.
    pub fn row_by_row(rows: &[ExampleRow], frame: Frame) -> Self {
        let mut all = Self::default();
        for row in rows {
            let tokens: Vec<TokenId> = row.prefix_token_ids.iter().chain(&row.token_ids).copied().collect();
            let first = row.prefix_token_ids.len();
            let targets = (0..=tokens.len())
                .map(|j| match tokens.get(j) {
                    _ if j < first => Target::NONE,
                    Some(token) => Target::next(*token),
                    None => Target::next(frame.stop),
                })
                .collect();
            all.n_examples += 1;
            all.push(&row.document_id, &tokens, targets, frame);
        }
        all
    }

    /// Adds the windows of a document that hold targets. `targets[j]` is what the model predicts after `j` tokens.
    fn push(&mut self, document_id: &str, tokens: &[TokenId], targets: Vec<Target>, frame: Frame) {
        let (stream, targets): (Vec<TokenId>, &[Target]) = match frame.bos {
            Some(bos) => (std::iter::once(bos).chain(tokens.iter().copied()).collect(), &targets),
            // Without a token to begin with, nothing can be predicted from nothing.
            None => (tokens.to_vec(), &targets[1..]),
        };
        for window in windows(stream.len(), frame.context) {
            let mut wanted = vec![Target::NONE; window.scored.start - window.inputs.start];
            wanted.extend_from_slice(&targets[window.scored]);
            // What follows the last target costs time and changes nothing.
            let Some(last) = wanted.iter().rposition(|target| target.weight() > 0.0) else { continue };
            wanted.truncate(last + 1);
            let inputs = stream[window.inputs.start..=window.inputs.start + last].to_vec();
            self.sequences.push((inputs, wanted));
            self.documents.push(document_id.to_owned());
        }
    }

    /// Examples in all.
    pub fn n_examples(&self) -> usize {
        self.n_examples
    }

    /// The document that sequence `index` comes from.
    pub fn document(&self, index: usize) -> &str {
        &self.documents[index]
    }

    /// Tokens of the longest sequence; 0 without any.
    pub fn longest(&self) -> usize {
        self.sequences.iter().map(|(inputs, _)| inputs.len()).max().unwrap_or(0)
    }

    /// Tokens that go through the model in an epoch.
    pub fn n_tokens(&self) -> usize {
        self.sequences.iter().map(|(inputs, _)| inputs.len()).sum()
    }
}

impl Sequences for Examples {
    fn n_sequences(&self) -> usize {
        self.sequences.len()
    }

    fn sequence(&self, index: usize) -> (Vec<TokenId>, Vec<Target>) {
        self.sequences[index].clone()
    }
}
