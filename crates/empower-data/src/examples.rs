//! Examples for training: a state of a document, and the completion that a method chooses for it.
//!
//! Two forms of row hold the same examples. [`DocumentExamplesRow`] is a document with its chosen states and the length
//! of each completion: what dense training reads, and linear in the document whatever the number of states.
//! [`ExampleRow`] is one example with its whole prefix: what other trainers and people read, and what the row-by-row
//! way needs; with every state of a document it is quadratic. Neither needs the original corpus.
//!
//! Protocol `raw` (DESIGN section 5): prefix → completion + stop. The stop is in no row; every example has one.

use std::path::Path;

use empower_lm::{Bits, TokenId};
use empower_select::{
    DenseWeights, Estimator, Method, SelectError, StopReason, TokenCosts, completion_lengths, dense_weights,
    document_lengths,
};
use serde::{Deserialize, Serialize};

use crate::error::{DataError, Place};
use crate::lines::Lines;
use crate::states::{States, document_seed};

/// The longest row taken from an examples file. Chosen: a document of a million tokens with every state fits.
const MAX_ROW_BYTES: usize = 256 << 20;

/// A document as tokens, with what each costs where it was scored.
#[derive(Debug, Clone, Copy)]
pub struct ScoredDocument<'a> {
    /// The document.
    pub document_id: &'a str,
    /// Its tokens, without a beginning-of-sequence token.
    pub token_ids: &'a [TokenId],
    /// What the model says of each token given those before it, as the estimator of the options wants it: its natural
    /// log-probability, or the entropy of its distribution in nats. The first may be absent. `None` for the whole
    /// document where it was not scored, which only methods that need no costs accept.
    pub logprobs: Option<&'a [Option<f32>]>,
}

/// How examples are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExampleOptions {
    /// Where completions end.
    pub method: Method,
    /// What costs are estimated from.
    pub estimator: Estimator,
    /// Which states are used.
    pub states: States,
    /// Seeds the states and the lengths of SFT-RAND.
    pub seed: u64,
    /// Leaves out examples with an empty completion. Off in the paper's reading: to be silent is learnt from them.
    pub drop_silent: bool,
}

/// The examples of one document: the compact form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentExamplesRow {
    /// The document.
    pub document_id: String,
    /// All its tokens, `N` of them.
    pub token_ids: Vec<TokenId>,
    /// Cost of each token in bits, `N` entries; null for a first token without one. Null where it was not scored.
    pub bits: Option<Vec<Option<f32>>>,
    /// The chosen states, ascending, in `1 ..= N`.
    pub states: Vec<usize>,
    /// Length of each state's completion, as many as states.
    pub lengths: Vec<usize>,
    /// The method's name.
    pub method: String,
    /// The threshold, where the method has one.
    pub eta_bits: Option<f64>,
    /// What the costs were estimated from; absent for the paper's one-sample likelihood.
    #[serde(default, skip_serializing_if = "is_default")]
    pub estimator: Estimator,
    /// The seed that states and lengths were drawn with.
    pub seed: u64,
    /// Tokens that each window but the first repeats for context, where a document longer than the model's context was
    /// scored in windows; absent where it was scored whole, or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<usize>,
    /// How a served model was asked, such as `echo` or `greedy_walk`; absent where the model was a local one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scored_by: Option<String>,
}

/// One example: prefix → completion + stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExampleRow {
    /// The document.
    pub document_id: String,
    /// Tokens of prefix.
    pub state: usize,
    /// The prefix, `state` tokens.
    pub prefix_token_ids: Vec<TokenId>,
    /// The completion; empty where the right thing is to suggest nothing.
    pub token_ids: Vec<TokenId>,
    /// The completion as text, for people; the tokens are what counts (a token may be part of a character).
    pub text: String,
    /// Cost of each completion token in bits. Null where the document was not scored.
    pub bits: Option<Vec<f32>>,
    /// Why the completion ends.
    pub stop_reason: StopReason,
    /// The method's name.
    pub method: String,
    /// The threshold, where the method has one.
    pub eta_bits: Option<f64>,
    /// How a served model was asked, such as `echo` or `greedy_walk`; absent where the model was a local one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scored_by: Option<String>,
}

/// Chooses a document's states and their completions.
///
/// States are drawn with the seed's stream `states`, lengths of SFT-RAND with `lengths`, both of this document alone:
/// all methods of one seed share their states. O(N + states). An empty document gives a row without states.
///
/// # Errors
/// Log-probabilities that are absent where the method needs them, of another number than the tokens, or no
/// log-probabilities; a threshold out of range.
pub fn document_examples(
    document: ScoredDocument<'_>,
    options: &ExampleOptions,
) -> Result<DocumentExamplesRow, DataError> {
    let ScoredDocument { document_id, token_ids, logprobs } = document;
    let selection = |source| DataError::Selection { document_id: document_id.to_owned(), source };
    let n_tokens = token_ids.len();
    if let Some(logprobs) = logprobs.filter(|logprobs| logprobs.len() != n_tokens) {
        let (tokens, logprobs) = (n_tokens, logprobs.len());
        return Err(DataError::TokenCount { document_id: document_id.to_owned(), tokens, logprobs });
    }
    let method = options.method;
    let lengths_seed = document_seed(options.seed, "lengths", document_id);
    let all_lengths = match logprobs {
        Some(logprobs) => {
            let costs = TokenCosts::estimated(options.estimator, logprobs).map_err(selection)?;
            completion_lengths(&method, &costs, lengths_seed).map_err(selection)?
        }
        None if method.needs_costs() => {
            return Err(DataError::NotScored { document_id: document_id.to_owned(), method: method.to_string() });
        }
        None => document_lengths(&method, n_tokens, lengths_seed),
    };
    let states = drawn_states(document_id, n_tokens, options);
    let lengths: Vec<usize> = states.iter().map(|&state| all_lengths[state]).collect();
    let bits = match logprobs {
        Some(logprobs) => {
            let bits = options.estimator.bits(logprobs).map_err(selection)?;
            Some(bits.into_iter().map(|cost| cost.map(|bits| bits.0 as f32)).collect())
        }
        None => None,
    };
    let row = examples_of_lengths(document_id, token_ids, options, states, lengths);
    Ok(DocumentExamplesRow { bits, ..row })
}

/// The states of a document that become examples, before silent ones are dropped: those of [`document_examples`].
pub fn drawn_states(document_id: &str, n_tokens: usize, options: &ExampleOptions) -> Vec<usize> {
    options.states.sample(n_tokens, document_seed(options.seed, "states", document_id))
}

/// The examples of a document whose completions were measured elsewhere: `lengths` belong to `states`
/// ([`drawn_states`]). For models that show no cost of given text; the row has no bits.
pub fn examples_of_lengths(
    document_id: &str,
    token_ids: &[TokenId],
    options: &ExampleOptions,
    states: Vec<usize>,
    lengths: Vec<usize>,
) -> DocumentExamplesRow {
    let kept = states.into_iter().zip(lengths).filter(|(_, length)| !options.drop_silent || *length > 0);
    let (states, lengths) = kept.unzip();
    DocumentExamplesRow {
        document_id: document_id.to_owned(),
        token_ids: token_ids.to_vec(),
        bits: None,
        states,
        lengths,
        method: options.method.to_string(),
        eta_bits: options.method.eta().map(|eta| eta.0),
        estimator: options.estimator,
        seed: options.seed,
        overlap: None,
        scored_by: None,
    }
}

fn is_default(estimator: &Estimator) -> bool {
    *estimator == Estimator::default()
}

impl DocumentExamplesRow {
    /// The examples as pairs of state and length.
    pub fn examples(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.states.iter().copied().zip(self.lengths.iter().copied())
    }

    /// The weights of dense training over this row's examples (DESIGN section 4).
    ///
    /// # Errors
    /// An example past the document's end, which a row that was read or built here never has.
    pub fn dense_weights(&self) -> Result<DenseWeights, SelectError> {
        dense_weights(self.token_ids.len(), self.examples())
    }

    /// The same examples one by one. `decode` turns completion tokens into text.
    ///
    /// The rows repeat the prefix, so they are made as they are asked for.
    pub fn rows<E>(
        &self,
        mut decode: impl FnMut(&[TokenId]) -> Result<String, E>,
    ) -> impl Iterator<Item = Result<ExampleRow, E>> {
        self.examples().map(move |(state, length)| {
            let token_ids = self.token_ids[state..state + length].to_vec();
            // The first token is never part of a completion (states begin at 1), so each has its cost.
            let bits = self.bits.as_ref().map(|bits| bits[state..state + length].iter().copied().flatten().collect());
            Ok(ExampleRow {
                document_id: self.document_id.clone(),
                state,
                prefix_token_ids: self.token_ids[..state].to_vec(),
                text: decode(&token_ids)?,
                token_ids,
                bits,
                stop_reason: self.stop_reason(state, length),
                method: self.method.clone(),
                eta_bits: self.eta_bits,
                scored_by: self.scored_by.clone(),
            })
        })
    }

    fn stop_reason(&self, state: usize, length: usize) -> StopReason {
        let n_tokens = self.token_ids.len();
        match Method::parse(&self.method, self.eta_bits.map(Bits)) {
            Ok(method) => method.stop_reason(n_tokens, state, length),
            // Rows of somebody else's method: what can be told without knowing it.
            Err(_) if state + length >= n_tokens => StopReason::DocumentEnd,
            Err(_) if self.eta_bits.is_some() => StopReason::Threshold,
            Err(_) => StopReason::Length,
        }
    }

    /// Checks what serde cannot: that the parts fit each other.
    fn check(&self, place: &Place) -> Result<(), DataError> {
        let n_tokens = self.token_ids.len();
        if let Some(bits) = &self.bits {
            if bits.len() != n_tokens {
                let problem = format!("has {} entries for {n_tokens} tokens", bits.len());
                return Err(DataError::bad_field(place, "bits", problem));
            }
            if let Some(token_idx) = bits.iter().skip(1).position(Option::is_none) {
                return Err(DataError::bad_field(place, format!("bits[{}]", token_idx + 1), "must be a number"));
            }
        }
        if self.states.len() != self.lengths.len() {
            let problem = format!("has {} entries for {} states", self.lengths.len(), self.states.len());
            return Err(DataError::bad_field(place, "lengths", problem));
        }
        for (index, (state, length)) in self.examples().enumerate() {
            if !(1..=n_tokens).contains(&state) {
                let problem = format!("is {state}; states of this document are 1 to {n_tokens}");
                return Err(DataError::bad_field(place, format!("states[{index}]"), problem));
            }
            if length > n_tokens - state {
                let problem = format!("is {length}, but only {} tokens follow state {state}", n_tokens - state);
                return Err(DataError::bad_field(place, format!("lengths[{index}]"), problem));
            }
        }
        Ok(())
    }
}

impl ExampleRow {
    fn check(&self, place: &Place) -> Result<(), DataError> {
        if self.state != self.prefix_token_ids.len() {
            let problem = format!("is {}, but the prefix has {} tokens", self.state, self.prefix_token_ids.len());
            return Err(DataError::bad_field(place, "state", problem));
        }
        match &self.bits {
            Some(bits) if bits.len() != self.token_ids.len() => {
                let problem = format!("has {} entries for {} tokens", bits.len(), self.token_ids.len());
                Err(DataError::bad_field(place, "bits", problem))
            }
            _ => Ok(()),
        }
    }
}

/// Counts over examples, for the report of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExampleStats {
    /// Documents with at least one example.
    pub documents: u64,
    /// Examples.
    pub examples: u64,
    /// Examples with an empty completion.
    pub silent: u64,
    /// Examples whose completion reaches the document's end.
    pub document_end: u64,
    /// Tokens of all completions, stops not counted.
    pub completion_tokens: u64,
    /// Tokens of the documents.
    pub document_tokens: u64,
}

impl ExampleStats {
    /// Adds a document's examples.
    pub fn add(&mut self, row: &DocumentExamplesRow) {
        self.documents += u64::from(!row.states.is_empty());
        self.document_tokens += row.token_ids.len() as u64;
        for (state, length) in row.examples() {
            self.examples += 1;
            self.silent += u64::from(length == 0);
            self.document_end += u64::from(state + length == row.token_ids.len());
            self.completion_tokens += length as u64;
        }
    }

    /// Share of examples with an empty completion; `None` without examples.
    pub fn silent_share(&self) -> Option<f64> {
        (self.examples > 0).then(|| self.silent as f64 / self.examples as f64)
    }

    /// Mean length of a completion in tokens; `None` without examples.
    pub fn mean_length(&self) -> Option<f64> {
        (self.examples > 0).then(|| self.completion_tokens as f64 / self.examples as f64)
    }
}

/// A training file in either form.
#[derive(Debug, Clone, PartialEq)]
pub enum TrainingRows {
    /// Compact rows, for dense training.
    Documents(Vec<DocumentExamplesRow>),
    /// One row an example.
    Examples(Vec<ExampleRow>),
}

/// Reads compact rows, checked, in the file's order.
///
/// # Errors
/// The first line that is no such row, by file, line and field.
pub fn read_document_examples(path: &Path) -> Result<Vec<DocumentExamplesRow>, DataError> {
    let rows = Lines::open(path, MAX_ROW_BYTES)?.map(|line| {
        let line = line?;
        let place = line.place.clone();
        let row: DocumentExamplesRow = line.parse()?;
        row.check(&place).map(|()| row)
    });
    non_empty(path, rows.collect::<Result<_, _>>()?)
}

/// Reads rows of one example each, checked, in the file's order.
///
/// # Errors
/// The first line that is no such row, by file, line and field.
pub fn read_examples(path: &Path) -> Result<Vec<ExampleRow>, DataError> {
    let rows = Lines::open(path, MAX_ROW_BYTES)?.map(|line| {
        let line = line?;
        let place = line.place.clone();
        let row: ExampleRow = line.parse()?;
        row.check(&place).map(|()| row)
    });
    non_empty(path, rows.collect::<Result<_, _>>()?)
}

/// Reads a training file of either form, told apart by its first row: only the compact form has `lengths`.
///
/// # Errors
/// As the two readers.
pub fn read_training_rows(path: &Path) -> Result<TrainingRows, DataError> {
    let first = match Lines::open(path, MAX_ROW_BYTES)?.next() {
        Some(line) => line?.parse::<serde_json::Map<String, serde_json::Value>>()?,
        None => return Err(DataError::NoDocuments { path: path.to_path_buf() }),
    };
    if first.contains_key("lengths") {
        read_document_examples(path).map(TrainingRows::Documents)
    } else {
        read_examples(path).map(TrainingRows::Examples)
    }
}

fn non_empty<T>(path: &Path, rows: Vec<T>) -> Result<Vec<T>, DataError> {
    if rows.is_empty() { Err(DataError::NoDocuments { path: path.to_path_buf() }) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use empower_lm::Bits;
    use empower_select::algorithm_1;
    use proptest::prelude::*;
    use std::convert::Infallible;

    const HALF: f32 = -std::f32::consts::LN_2;

    fn options(method: Method, states: States) -> ExampleOptions {
        ExampleOptions { method, estimator: Estimator::Nll, states, seed: 5, drop_silent: false }
    }

    fn numbers(tokens: &[TokenId]) -> Result<String, Infallible> {
        Ok(tokens.iter().map(|token| format!("<{token}>")).collect())
    }

    #[test]
    fn all_states_of_a_small_document() {
        // Tokens after the first cost 1, 0, 3 and 0 bits.
        let logprobs = [None, Some(HALF), Some(0.0), Some(3.0 * HALF), Some(0.0)];
        let document = ScoredDocument { document_id: "d", token_ids: &[10, 11, 12, 13, 14], logprobs: Some(&logprobs) };
        let row =
            document_examples(document, &options(Method::Empower { eta: Bits(1.5) }, States::All)).expect("valid");
        assert_eq!(row.states, [1, 2, 3, 4, 5]);
        assert_eq!(row.lengths, [2, 1, 0, 1, 0]);
        let weights = row.dense_weights().expect("inside the document");
        assert_eq!(weights.next, [0, 1, 2, 0, 1, 0]);
        assert_eq!(weights.stop, [0, 0, 0, 3, 0, 2]);

        let rows: Vec<ExampleRow> = row.rows(numbers).map(|row| row.expect("infallible")).collect();
        assert_eq!(rows[0].text, "<11><12>");
        assert_eq!(rows[0].bits, Some(vec![1.0, 0.0]));
        let reasons: Vec<_> = rows.iter().map(|row| row.stop_reason).collect();
        use StopReason::{DocumentEnd, Threshold};
        assert_eq!(reasons, [Threshold, Threshold, Threshold, DocumentEnd, DocumentEnd]);

        let mut stats = ExampleStats::default();
        stats.add(&row);
        assert_eq!((stats.examples, stats.silent, stats.document_end, stats.completion_tokens), (5, 2, 2, 4));
        assert_eq!(stats.silent_share(), Some(0.4));
        assert_eq!(ExampleStats::default().silent_share(), None);
    }

    #[test]
    fn silent_examples_can_be_dropped() {
        let logprobs = [None, Some(HALF), Some(0.0), Some(3.0 * HALF), Some(0.0)];
        let document = ScoredDocument { document_id: "d", token_ids: &[0; 5], logprobs: Some(&logprobs) };
        let mut options = options(Method::Empower { eta: Bits(1.5) }, States::All);
        options.drop_silent = true;
        assert_eq!(document_examples(document, &options).expect("valid").states, [1, 2, 4]);
    }

    #[test]
    fn baselines_work_without_scores_and_empower_does_not() {
        let document = ScoredDocument { document_id: "d", token_ids: &[1, 2, 3], logprobs: None };
        let row = document_examples(document, &options(Method::SftN { n: 2 }, States::All)).expect("valid");
        assert_eq!((row.lengths.as_slice(), &row.bits), ([2, 1, 0].as_slice(), &None));
        let error = document_examples(document, &options(Method::Empower { eta: Bits(1.0) }, States::All));
        assert!(matches!(error, Err(DataError::NotScored { .. })));
        let short = ScoredDocument { logprobs: Some(&[None]), ..document };
        let error = document_examples(short, &options(Method::SftN { n: 2 }, States::All)).expect_err("one score");
        assert_eq!(error.to_string(), "document `d` has 3 tokens but 1 log-probabilities");
    }

    #[test]
    fn an_empty_document_has_no_examples() {
        let document = ScoredDocument { document_id: "d", token_ids: &[], logprobs: Some(&[]) };
        let row =
            document_examples(document, &options(Method::Empower { eta: Bits(1.0) }, States::One)).expect("valid");
        assert!(row.states.is_empty() && row.lengths.is_empty());
    }

    proptest! {
        #[test]
        fn rows_follow_algorithm_1_whatever_the_states(
            logprobs in prop::collection::vec(-2.0_f32..=0.0, 1..80), eta in 0.0..6.0_f64, k in 1_usize..20, seed: u64,
        ) {
            let mut logprobs: Vec<Option<f32>> = logprobs.into_iter().map(Some).collect();
            logprobs[0] = None;
            let token_ids: Vec<TokenId> = (0..logprobs.len() as TokenId).collect();
            let document = ScoredDocument { document_id: "x", token_ids: &token_ids, logprobs: Some(&logprobs) };
            let method = Method::Empower { eta: Bits(eta) };
            let costs = TokenCosts::from_logprobs(&logprobs).unwrap();
            let options = ExampleOptions { method, estimator: Estimator::Nll, states: States::K(k), seed, drop_silent: false };
            let row = document_examples(document, &options).unwrap();
            let examples: Vec<ExampleRow> = row.rows(numbers).map(|row| row.unwrap()).collect();
            prop_assert_eq!(examples.len(), k.min(token_ids.len()));
            for example in examples {
                let length = algorithm_1(&costs, example.state, Bits(eta)).unwrap();
                let end = example.state + length;
                prop_assert_eq!(&example.prefix_token_ids, &token_ids[..example.state]);
                prop_assert_eq!(&example.token_ids, &token_ids[example.state..end]);
                prop_assert_eq!(example.bits.as_ref().map(Vec::len), Some(length));
                prop_assert_eq!(example.stop_reason, method.stop_reason(token_ids.len(), example.state, length));
            }
        }
    }

    #[test]
    fn files_read_back_and_bad_rows_are_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("examples.jsonl");
        let logprobs = [None, Some(-0.123_456_7), Some(-2.5)];
        let document = ScoredDocument { document_id: "d", token_ids: &[1, 2, 3], logprobs: Some(&logprobs) };
        let row =
            document_examples(document, &options(Method::Empower { eta: Bits(0.32) }, States::All)).expect("valid");
        let line = serde_json::to_string(&row).expect("JSON");
        std::fs::write(&path, format!("{line}\n{line}\n")).expect("written");
        assert_eq!(read_training_rows(&path).expect("read"), TrainingRows::Documents(vec![row.clone(), row.clone()]));

        let examples: Vec<ExampleRow> = row.rows(numbers).map(|row| row.expect("infallible")).collect();
        let lines: String = examples.iter().map(|row| serde_json::to_string(row).expect("JSON") + "\n").collect();
        std::fs::write(&path, &lines).expect("written");
        assert_eq!(read_training_rows(&path).expect("read"), TrainingRows::Examples(examples));

        let bad = [
            (r#""lengths":[1,0,0]"#, r#""lengths":[1,0]"#, "lengths"),
            (r#""lengths":[1,0,0]"#, r#""lengths":[1,5,0]"#, "lengths[1]"),
            (r#""states":[1,2,3]"#, r#""states":[0,2,3]"#, "states[0]"),
            (r#""states":[1,2,3]"#, r#""states":[1,2,4]"#, "states[2]"),
            (r#""token_ids":[1,2,3]"#, r#""token_ids":[1,2]"#, "bits"),
        ];
        for (old, new, field) in bad {
            let broken = line.replace(old, new);
            assert_ne!(broken, line, "{old}");
            std::fs::write(&path, format!("{line}\n\n{broken}\n")).expect("written");
            let error = read_document_examples(&path).expect_err(new);
            assert!(
                matches!(&error, DataError::BadField { place, field: named, .. } if place.line == Some(3) && named == field),
                "{error}"
            );
        }
        std::fs::write(&path, line.replace("\"seed\"", "\"sead\"")).expect("written");
        let error = read_document_examples(&path).expect_err("no seed");
        let cause = std::error::Error::source(&error).expect("a cause").to_string();
        assert!(cause.contains("missing field `seed`"), "{cause}");
        std::fs::write(&path, "\n").expect("written");
        assert!(matches!(read_training_rows(&path), Err(DataError::NoDocuments { .. })));
    }
}
