//! Whether training data holds what is evaluated on: by exact containment and by shared word n-grams, over text
//! stripped of what does not matter (comments, white space, layout).
//!
//! What it cannot see is a renamed or rewritten copy; it is the check against accidents, not against intent.

use std::collections::{HashMap, HashSet};

use empower_artifact::ContentHash;
use serde::{Deserialize, Serialize};

use crate::document::Document;
use crate::python_lex::scan;

/// How alike two documents must be to be reported.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverlapOptions {
    /// Words in an n-gram, at least 1. Chosen: 13, the length customary in contamination checks of language models.
    pub n_gram: usize,
    /// Least share of the held-out document's distinct n-grams that one training document must hold; in (0, 1].
    pub min_share: f64,
    /// Fewest words of a document whose containment in another counts; shorter ones are anybody's text.
    pub min_words: usize,
}

impl Default for OverlapOptions {
    fn default() -> Self {
        Self { n_gram: 13, min_share: 0.5, min_words: 13 }
    }
}

/// How two documents overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverlapKind {
    /// The same words.
    Identical,
    /// The training document holds all of the held-out one, in one piece.
    TrainingHoldsHeldOut,
    /// The held-out document holds all of the training one, in one piece.
    HeldOutHoldsTraining,
    /// They share at least the asked share of n-grams.
    SharedNGrams,
}

/// A training document and a held-out document that are too much alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overlap {
    /// The training document.
    pub training_id: String,
    /// The held-out document.
    pub held_out_id: String,
    /// In what way; the first that holds, in the order of [`OverlapKind`].
    pub kind: OverlapKind,
    /// Share of the held-out document's distinct n-grams that the training document has; `None` where the held-out
    /// document is shorter than one n-gram.
    pub share: Option<f64>,
}

/// A document as words.
struct Words {
    /// The words, each followed by a space and the first preceded by one, so that containment falls on word borders.
    joined: String,
    n_words: usize,
    n_grams: HashSet<u64>,
}

/// Every pair of a training and a held-out document that overlap, ordered by held-out document, then by training one.
///
/// Words are runs of letters, digits and underscores, and each other mark by itself; comments from `#` to the line's end
/// are left out (in text that is not Python, so is what follows a `#` outside quotes; on both sides alike). Case
/// matters. Memory grows with the distinct n-grams of the held-out documents, time with all words and the pairs found.
pub fn overlaps(training: &[Document], held_out: &[Document], options: &OverlapOptions) -> Vec<Overlap> {
    let held: Vec<Words> = held_out.iter().map(|document| Words::of(&document.text, options.n_gram)).collect();
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (i, words) in held.iter().enumerate() {
        for &n_gram in &words.n_grams {
            holders.entry(n_gram).or_default().push(i);
        }
    }
    let mut found = Vec::new();
    for (training_idx, document) in training.iter().enumerate() {
        let words = Words::of(&document.text, options.n_gram);
        let mut shared = vec![0_usize; held.len()];
        for n_gram in &words.n_grams {
            for &held_idx in holders.get(n_gram).into_iter().flatten() {
                shared[held_idx] += 1;
            }
        }
        for (held_idx, (other, &n_shared)) in held.iter().zip(&shared).enumerate() {
            if let Some((kind, share)) = compare(&words, other, n_shared, options) {
                found.push((held_idx, training_idx, kind, share));
            }
        }
    }
    found.sort_by_key(|&(held_idx, training_idx, ..)| (held_idx, training_idx));
    found
        .into_iter()
        .map(|(held_idx, training_idx, kind, share)| Overlap {
            training_id: training[training_idx].id.clone(),
            held_out_id: held_out[held_idx].id.clone(),
            kind,
            share,
        })
        .collect()
}

fn compare(
    training: &Words,
    held: &Words,
    n_shared: usize,
    options: &OverlapOptions,
) -> Option<(OverlapKind, Option<f64>)> {
    let share = (!held.n_grams.is_empty()).then(|| n_shared as f64 / held.n_grams.len() as f64);
    // A text holds another only if it has all its n-grams, which is cheaper to see; one shorter than an n-gram has none.
    let counts = |part: &Words| part.n_words >= options.min_words.max(1) && n_shared >= part.n_grams.len();
    let kind = if counts(held) && training.joined == held.joined {
        OverlapKind::Identical
    } else if counts(held) && training.joined.contains(&held.joined) {
        OverlapKind::TrainingHoldsHeldOut
    } else if counts(training) && held.joined.contains(&training.joined) {
        OverlapKind::HeldOutHoldsTraining
    } else if share.is_some_and(|share| n_shared > 0 && share >= options.min_share) {
        OverlapKind::SharedNGrams
    } else {
        return None;
    };
    Some((kind, share))
}

impl Words {
    fn of(text: &str, n_gram: usize) -> Self {
        let mut joined = String::with_capacity(text.len() + 2);
        joined.push(' ');
        // Where each word begins in `joined`, and where the last one ends.
        let mut borders = vec![1];
        for line in scan(text).0 {
            let code = line.comment_at.map_or(line.text, |at| &line.text[..at]);
            for word in split_words(code) {
                joined.push_str(word);
                joined.push(' ');
                borders.push(joined.len());
            }
        }
        let n_grams = borders
            .windows(n_gram.max(1) + 1)
            .map(|window| short_hash(&joined[window[0]..window[window.len() - 1]]))
            .collect();
        Self { n_words: borders.len() - 1, n_grams, joined }
    }
}

/// Runs of word characters, and every other character that is not white space by itself.
fn split_words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut rest = text.trim_start();
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if is_word(first) {
            rest.find(|letter: char| !is_word(letter)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        rest = after.trim_start();
        Some(word)
    })
}

/// 64 bits of the content hash: among ten million n-grams, two are mixed up with probability below one in 10^5.
fn short_hash(text: &str) -> u64 {
    let hash = ContentHash::of_bytes(text);
    hash.as_bytes()[..8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;
    use proptest::prelude::*;
    use std::path::Path;

    fn document(id: &str, text: &str) -> Document {
        Document { id: id.to_owned(), text: text.to_owned(), source: Place::file(Path::new("x")) }
    }

    fn kinds(training: &str, held_out: &str, options: &OverlapOptions) -> Vec<OverlapKind> {
        let found = overlaps(&[document("t", training)], &[document("h", held_out)], options);
        found.into_iter().map(|overlap| overlap.kind).collect()
    }

    const PROGRAM: &str =
        "def solve(n):\n    total = 0\n    for i in range(n):\n        total += i * i\n    return total\n";

    #[test]
    fn layout_and_comments_do_not_hide_a_copy() {
        let options = OverlapOptions::default();
        let copy = "def solve( n ):  # mine\n  total=0\n\n  # loop\n  for i in range(n): total += i*i\n  return total";
        assert_eq!(kinds(copy, PROGRAM, &options), [OverlapKind::Identical]);
        let larger = format!("import sys\n{PROGRAM}print(solve(3))\n");
        assert_eq!(kinds(&larger, PROGRAM, &options), [OverlapKind::TrainingHoldsHeldOut]);
        assert_eq!(kinds(PROGRAM, &larger, &options), [OverlapKind::HeldOutHoldsTraining]);
        assert_eq!(kinds("print('hello')\n", PROGRAM, &options), []);
        // Inside a string, a number sign is no comment.
        assert_eq!(kinds(&PROGRAM.replace("0", "'#0'"), PROGRAM, &options), []);
    }

    #[test]
    fn containment_falls_on_word_borders() {
        let options = OverlapOptions { n_gram: 3, min_words: 1, min_share: 1.0 };
        assert_eq!(kinds("xab = cd", "ab = cd", &options), []);
        assert_eq!(kinds("x; ab = cd; y", "ab = cd", &options), [OverlapKind::TrainingHoldsHeldOut]);
        // Shorter than one n-gram: still found whole, but with no share.
        let found = overlaps(&[document("t", "a b c d")], &[document("h", "b c")], &options);
        assert_eq!((found[0].kind, found[0].share), (OverlapKind::TrainingHoldsHeldOut, None));
        // Too short to mean anything.
        assert_eq!(kinds("a b c d", "b c", &OverlapOptions { min_words: 3, ..options }), []);
    }

    #[test]
    fn shares_are_counted_and_pairs_ordered() {
        let options = OverlapOptions { n_gram: 2, min_share: 0.5, min_words: 100 };
        let training = [document("t0", "a b c x"), document("t1", "q r"), document("t2", "c d e")];
        let held_out = [document("h0", "z z"), document("h1", "a b c d e")];
        let found = overlaps(&training, &held_out, &options);
        let rows: Vec<_> =
            found.iter().map(|it| (it.held_out_id.as_str(), it.training_id.as_str(), it.share)).collect();
        assert_eq!(rows, [("h1", "t0", Some(0.5)), ("h1", "t2", Some(0.5))]);
    }

    proptest! {
        /// Against counting n-grams by lists of words.
        #[test]
        fn shares_equal_counting(
            one in prop::collection::vec("[ab(]", 0..30), other in prop::collection::vec("[ab(]", 0..30),
            n_gram in 1_usize..5,
        ) {
            let grams = |words: &[String]| -> HashSet<Vec<String>> { words.windows(n_gram).map(<[_]>::to_vec).collect() };
            let (text, held_text) = (one.join(" "), other.join("\n"));
            // A very small threshold reports every pair that shares anything.
            let options = OverlapOptions { n_gram, min_share: 1e-9, min_words: usize::MAX };
            let found = overlaps(&[document("t", &text)], &[document("h", &held_text)], &options);
            let (mine, theirs) = (grams(&one), grams(&other));
            let shared = mine.intersection(&theirs).count();
            let expected = (shared > 0).then(|| shared as f64 / theirs.len() as f64);
            prop_assert_eq!(found.first().and_then(|overlap| overlap.share), expected);
        }
    }
}
