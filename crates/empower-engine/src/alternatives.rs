//! What the model would rather have written: the likeliest tokens at chosen positions of a document, with the entropy
//! of the distribution they come from. For people who look at branch points; training and stopping do not need it.

use empower_lm::{ModelError, TokenId};

use crate::batch::Batch;
use crate::engine::{Engine, Piece, pieces};
use crate::kernels::loss::log_sum_exp;
use crate::workspace::Workspace;

/// The next-token distribution at one position.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternatives {
    /// The likeliest tokens with their natural log-probabilities, likeliest first, the lowest id among equals.
    pub likeliest: Vec<(TokenId, f32)>,
    /// Entropy of the whole distribution, in nats; at least 0.
    pub entropy_nats: f32,
}

impl Engine {
    /// The `k` likeliest tokens in place of each chosen token.
    ///
    /// `positions[d]` are token positions of `documents[d]`, in any order; position `j` is predicted from `tokens[..j]`,
    /// with the same windows over long documents as scoring has, so that the token that stands there has the
    /// log-probability that [`empower_lm::Scorer::score`] gives it. `None` where there is nothing to predict it from
    /// (the first token, without a beginning-of-sequence token) and for positions past the end. Cost: a pass over the
    /// windows that hold chosen positions, and `V` logits for each position.
    ///
    /// # Errors
    /// A token outside the vocabulary, and weights that give values that are not finite.
    pub fn alternatives(
        &self,
        documents: &[&[TokenId]],
        positions: &[Vec<usize>],
        k: usize,
    ) -> Result<Vec<Vec<Option<Alternatives>>>, ModelError> {
        documents.iter().try_for_each(|tokens| self.check(tokens))?;
        let context = self.decoder().config().max_position_embeddings;
        let mut answers: Vec<Vec<Option<Alternatives>>> =
            positions.iter().map(|wanted| vec![None; wanted.len()]).collect();
        let mut space = Workspace::default();
        for (document, (tokens, wanted)) in documents.iter().zip(positions).enumerate() {
            for piece in pieces(document, tokens, self.bos(), context) {
                self.of_piece(&piece, wanted, k, &mut answers[document], &mut space)?;
            }
        }
        Ok(answers)
    }

    fn of_piece(
        &self,
        piece: &Piece,
        wanted: &[usize],
        k: usize,
        answers: &mut [Option<Alternatives>],
        space: &mut Workspace,
    ) -> Result<(), ModelError> {
        // inputs:  context rows, then one row a target; target i is token first + i.
        let scored = piece.first..piece.first + piece.targets.len();
        let before = piece.inputs.len() - piece.targets.len();
        let here: Vec<usize> = (0..wanted.len()).filter(|i| scored.contains(&wanted[*i])).collect();
        if here.is_empty() {
            return Ok(());
        }
        let batch = Batch::of([piece.inputs.as_slice()]);
        let rows: Vec<usize> = here.iter().map(|i| before + wanted[*i] - piece.first).collect();
        let mut not_finite = None;
        let mut take = |at: usize, logits: &[f32]| match logits.iter().all(|logit| logit.is_finite()) {
            true => answers[here[at]] = Some(likeliest(logits, k)),
            false => not_finite = not_finite.or(Some(wanted[here[at]])),
        };
        self.decoder().each_logits(&batch, None, &rows, space, &mut take).map_err(|error| self.failed(error))?;
        match not_finite {
            None => Ok(()),
            Some(token) => Err(self.not_finite(format!("token {token} of document {}", piece.document))),
        }
    }
}

fn likeliest(logits: &[f32], k: usize) -> Alternatives {
    let normaliser = log_sum_exp(logits);
    let mut order: Vec<usize> = (0..logits.len()).collect();
    let by_logit = |a: &usize, b: &usize| logits[*b].total_cmp(&logits[*a]).then(a.cmp(b));
    let k = k.min(order.len());
    if k > 0 && k < order.len() {
        order.select_nth_unstable_by(k - 1, by_logit);
    }
    order.truncate(k);
    order.sort_unstable_by(by_logit);
    // In double precision: the sum has as many terms as the vocabulary.
    let entropy: f64 = logits
        .iter()
        .map(|logit| {
            let logprob = f64::from(logit - normaliser);
            -logprob.exp() * logprob
        })
        .sum();
    Alternatives {
        likeliest: order.into_iter().map(|id| (id as TokenId, (logits[id] - normaliser).min(0.0))).collect(),
        entropy_nats: entropy.max(0.0) as f32,
    }
}
