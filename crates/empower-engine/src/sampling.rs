//! Choosing the next token from logits.

use empower_lm::{GeneratedToken, Sampling};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::kernels::loss::log_sum_exp;

/// Chooses token after token of one request; a draw is consumed a token, and none by greedy choice.
#[derive(Debug)]
pub(crate) struct Sampler {
    sampling: Sampling,
    rng: Option<ChaCha8Rng>,
}

impl Sampler {
    pub(crate) fn new(sampling: Sampling) -> Self {
        let rng = match sampling {
            Sampling::Greedy => None,
            Sampling::Random { seed, .. } => Some(ChaCha8Rng::seed_from_u64(seed)),
        };
        Self { sampling, rng }
    }

    /// The next token, with its log-probability and the entropy of the distribution before temperature and filters.
    pub(crate) fn choose(&mut self, logits: &[f32]) -> GeneratedToken {
        let normaliser = log_sum_exp(logits);
        let entropy: f64 = logits
            .iter()
            .map(|logit| f64::from(logit - normaliser))
            .map(|logprob| if logprob < -80.0 { 0.0 } else { -logprob.exp() * logprob })
            .sum();
        let token = match (self.sampling, &mut self.rng) {
            (Sampling::Random { temperature, top_k, top_p, .. }, Some(rng)) => {
                draw(logits, temperature, top_k, top_p, rng.random())
            }
            _ => likeliest(logits),
        };
        GeneratedToken { token, logprob: logits[token as usize] - normaliser, entropy_nats: Some(entropy as f32) }
    }
}

/// The likeliest token, the lowest id among equals.
fn likeliest(logits: &[f32]) -> u32 {
    let mut best = 0;
    for (token, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = token;
        }
    }
    best as u32
}

/// The token at `uniform` (in `[0, 1)`) of the tempered distribution over the `top_k` likeliest tokens (0: all), cut to
/// the smallest set of them that holds `top_p` of their probability.
fn draw(logits: &[f32], temperature: f32, top_k: usize, top_p: f32, uniform: f64) -> u32 {
    let mut order: Vec<u32> = (0..logits.len() as u32).collect();
    let by_logit = |a: &u32, b: &u32| logits[*b as usize].total_cmp(&logits[*a as usize]).then(a.cmp(b));
    if top_k > 0 && top_k < order.len() {
        order.select_nth_unstable_by(top_k - 1, by_logit);
        order.truncate(top_k);
    }
    order.sort_unstable_by(by_logit);
    let highest = logits[order[0] as usize];
    let weight = |token: &u32| (f64::from(logits[*token as usize] - highest) / f64::from(temperature)).exp();
    let total: f64 = order.iter().map(weight).sum();
    let mut kept = 0.0;
    let mut n_kept = 0;
    while n_kept < order.len() && (n_kept == 0 || kept < f64::from(top_p) * total) {
        kept += weight(&order[n_kept]);
        n_kept += 1;
    }
    let mut left = uniform * kept;
    for token in &order[..n_kept] {
        left -= weight(token);
        if left < 0.0 {
            return *token;
        }
    }
    order[n_kept - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greedy_takes_the_lowest_of_equals() {
        assert_eq!(likeliest(&[0.0, 2.0, 2.0, 1.0]), 1);
    }

    #[test]
    fn filters_keep_what_they_say() {
        // Probabilities 0.1, 0.4, 0.3, 0.2.
        let logits = [0.1f32.ln(), 0.4f32.ln(), 0.3f32.ln(), 0.2f32.ln()];
        let drawn = |k, p| {
            let mut tokens: Vec<u32> = (0..1000).map(|i| draw(&logits, 1.0, k, p, f64::from(i) / 1000.0)).collect();
            tokens.sort_unstable();
            tokens.dedup();
            tokens
        };
        assert_eq!(drawn(0, 1.0), [0, 1, 2, 3]);
        assert_eq!(drawn(2, 1.0), [1, 2]);
        assert_eq!(drawn(0, 0.35), [1]);
        assert_eq!(drawn(0, 0.65), [1, 2]);
        assert_eq!(drawn(1, 0.0001), [1]);
    }

    #[test]
    fn draws_follow_the_tempered_distribution() {
        let logits = [0.0f32, 1.0, -1.0];
        for temperature in [0.5f32, 1.0, 2.0] {
            let expected: Vec<f64> = logits.iter().map(|l| f64::from(l / temperature).exp()).collect();
            let total: f64 = expected.iter().sum();
            let mut counts = [0.0; 3];
            // Evenly spaced draws: the share of each token is exact to one part in the number of draws.
            (0..10_000).for_each(|i| counts[draw(&logits, temperature, 0, 1.0, f64::from(i) / 1e4) as usize] += 1e-4);
            for (count, expected) in counts.iter().zip(&expected) {
                assert!((count - expected / total).abs() < 3e-4);
            }
        }
    }

    #[test]
    fn entropy_and_log_probability_are_those_of_the_raw_logits() {
        let sampling = Sampling::Random { temperature: 3.0, top_k: 1, top_p: 0.5, seed: 1 };
        let token = Sampler::new(sampling).choose(&[0.0, 0.0, 0.0, 0.0]);
        // ln 4 to f32 rounding.
        assert!(
            (token.entropy_nats.expect("known") - 4f32.ln()).abs() < 1e-6 && (token.logprob + 4f32.ln()).abs() < 1e-6
        );
    }
}
