//! A model without weights, for tests: it knows some texts, and says exactly how likely it finds the next token.
//!
//! It answers both traits from one table, [`ScriptedModel::distribution`], in which the expected value of any test can
//! be looked up by hand. It is honest about everything the traits promise (seeds, context, stop token, batches) and
//! refuses what a real model would refuse. It learns nothing and is of no use outside tests.

use std::collections::BTreeMap;

use empower_artifact::ContentHash;
use serde::Serialize;

use crate::{
    FinishReason, GeneratedToken, Generation, GenerationRequest, Generator, ModelError, ModelId, NextStep, Sampling,
    Scorer, TokenEntropies, TokenId, TokenLogprobs,
};

/// What a scripted model knows.
#[derive(Debug, Clone, Serialize)]
pub struct Script {
    /// Number of token ids, at least 2.
    pub vocabulary: usize,
    /// The beginning-of-sequence token, if the model is to have one.
    pub bos: Option<TokenId>,
    /// The stop token.
    pub stop: TokenId,
    /// Positions, the beginning-of-sequence token included.
    pub context: usize,
    /// How many tokens back the model looks; at least 1.
    pub order: usize,
    /// In (0, 1): the share of probability spread evenly over the vocabulary where `documents` decide, so that no
    /// token is impossible.
    pub leak: f64,
    /// Texts it has read, without beginning and stop token: after a history it expects what followed the longest
    /// known ending of that history (at most `order` tokens), as often as it did, the stop token after the last.
    pub documents: Vec<Vec<TokenId>>,
    /// Texts it knows by heart, with the probability, in (0, 1), of each token given those before it; the rest is
    /// spread evenly over the other tokens. The stop token may be among them. They go before `documents` where both
    /// know an ending of the same length, and a later text goes before an earlier one.
    pub recitations: Vec<Vec<(TokenId, f64)>>,
}

impl Script {
    /// A model of `vocabulary` tokens that knows nothing: stop token 1, beginning token 0, 1,024 positions, looks
    /// back 8 tokens, leaks a hundredth.
    pub fn blank(vocabulary: usize) -> Self {
        Self {
            vocabulary,
            bos: Some(0),
            stop: 1,
            context: 1024,
            order: 8,
            leak: 0.01,
            documents: Vec::new(),
            recitations: Vec::new(),
        }
    }
}

/// What follows one ending.
#[derive(Debug, Clone)]
enum Next {
    /// How often each token followed.
    Counts(BTreeMap<TokenId, u32>),
    /// One token with a given probability.
    Recited(TokenId, f64),
}

/// A deterministic [`Scorer`] and [`Generator`] that plays a [`Script`].
#[derive(Debug, Clone)]
pub struct ScriptedModel {
    id: ModelId,
    script: Script,
    table: BTreeMap<Vec<TokenId>, Next>,
}

impl ScriptedModel {
    /// Makes the model. Its id is a hash of the script.
    ///
    /// # Panics
    /// Where the script breaks its own rules (see the fields of [`Script`]): it is part of a test.
    pub fn new(script: Script) -> Self {
        assert!(script.vocabulary >= 2, "a vocabulary has at least 2 tokens");
        assert!(script.order >= 1, "a model looks back at least 1 token");
        assert!(script.leak > 0.0 && script.leak < 1.0, "leak is a share in (0, 1)");
        let in_vocabulary = |token: TokenId| assert!((token as usize) < script.vocabulary, "token {token} is unknown");
        in_vocabulary(script.stop);
        script.bos.into_iter().for_each(in_vocabulary);

        let mut table = BTreeMap::new();
        for document in &script.documents {
            let start: Vec<TokenId> = script.bos.into_iter().collect();
            let text: Vec<TokenId> = start.iter().chain(document).copied().chain([script.stop]).collect();
            text.iter().copied().for_each(in_vocabulary);
            for position in start.len()..text.len() {
                for length in 0..=script.order.min(position) {
                    let ending = text[position - length..position].to_vec();
                    if let Next::Counts(counts) = table.entry(ending).or_insert(Next::Counts(BTreeMap::new())) {
                        *counts.entry(text[position]).or_default() += 1;
                    }
                }
            }
        }
        for text in &script.recitations {
            let mut history: Vec<TokenId> = script.bos.into_iter().collect();
            for &(token, probability) in text {
                in_vocabulary(token);
                assert!(probability > 0.0 && probability < 1.0, "a probability is in (0, 1), not {probability}");
                let ending = history[history.len().saturating_sub(script.order)..].to_vec();
                table.insert(ending, Next::Recited(token, probability));
                history.push(token);
            }
        }
        let text = serde_json::to_vec(&script).expect("a script is plain data");
        let id = ModelId(format!("scripted-{}", ContentHash::of_bytes(text).short()));
        Self { id, script, table }
    }

    /// Probability of every token after `history`, which includes the beginning-of-sequence token where there is one.
    /// Sums to 1; every entry is above 0.
    pub fn distribution(&self, history: &[TokenId]) -> Vec<f64> {
        let size = self.script.vocabulary as f64;
        let longest = self.script.order.min(history.len());
        let next = (0..=longest).rev().find_map(|length| self.table.get(&history[history.len() - length..]));
        match next {
            None => vec![1.0 / size; self.script.vocabulary],
            Some(&Next::Recited(token, probability)) => {
                let mut all = vec![(1.0 - probability) / (size - 1.0); self.script.vocabulary];
                all[token as usize] = probability;
                all
            }
            Some(Next::Counts(counts)) => {
                let total: u32 = counts.values().sum();
                let mut all = vec![self.script.leak / size; self.script.vocabulary];
                for (&token, &count) in counts {
                    all[token as usize] += (1.0 - self.script.leak) * f64::from(count) / f64::from(total);
                }
                all
            }
        }
    }

    /// `text` behind the beginning-of-sequence token, checked against vocabulary and context.
    fn history(&self, text: &[TokenId]) -> Result<Vec<TokenId>, ModelError> {
        if let Some(&token) = text.iter().find(|&&token| token as usize >= self.script.vocabulary) {
            return Err(ModelError::TokenOutOfRange { token, vocabulary: self.script.vocabulary });
        }
        let history: Vec<TokenId> = self.script.bos.into_iter().chain(text.iter().copied()).collect();
        if history.len() > self.script.context {
            return Err(ModelError::ContextExceeded { needed: history.len(), context: self.script.context });
        }
        Ok(history)
    }

    fn check_sampling(&self, sampling: Sampling) -> Result<(), ModelError> {
        let Sampling::Random { temperature, top_p, .. } = sampling else { return Ok(()) };
        let refuse =
            |parameter, reason: String| Err(ModelError::Unsupported { model: self.id.clone(), parameter, reason });
        if !(temperature > 0.0 && temperature.is_finite()) {
            return refuse("temperature", format!("it must be above 0, not {temperature}"));
        }
        if !(top_p > 0.0 && top_p <= 1.0) {
            return refuse("top_p", format!("it must be in (0, 1], not {top_p}"));
        }
        Ok(())
    }
}

impl Scorer for ScriptedModel {
    fn model_id(&self) -> &ModelId {
        &self.id
    }

    fn score(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenLogprobs>, ModelError> {
        let score_one = |document: &&[TokenId]| {
            let history = self.history(document)?;
            let first = history.len() - document.len();
            let logprob = |position: usize| {
                let token = history[position] as usize;
                (position > 0).then(|| self.distribution(&history[..position])[token].ln() as f32)
            };
            Ok(TokenLogprobs { logprobs: (first..history.len()).map(logprob).collect() })
        };
        documents.iter().map(score_one).collect()
    }

    fn entropies(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenEntropies>, ModelError> {
        let one = |document: &&[TokenId]| {
            let history = self.history(document)?;
            let first = history.len() - document.len();
            let at = |position: usize| (position > 0).then(|| entropy(&self.distribution(&history[..position])));
            Ok(TokenEntropies { nats: (first..history.len()).map(at).collect() })
        };
        documents.iter().map(one).collect()
    }
}

impl Generator for ScriptedModel {
    fn model_id(&self) -> &ModelId {
        &self.id
    }

    fn context(&self) -> usize {
        self.script.context
    }

    /// Requests advance in step, a token each in turn, as in a batched engine.
    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        let mut histories = Vec::with_capacity(requests.len());
        for request in requests {
            self.check_sampling(request.sampling)?;
            let history = self.history(request.prefix)?;
            if history.is_empty() {
                return Err(ModelError::EmptyPrefix);
            }
            histories.push(history);
        }
        let mut kept: Vec<Vec<GeneratedToken>> = vec![Vec::new(); requests.len()];
        let mut ends: Vec<Option<(FinishReason, Option<f32>)>> = vec![None; requests.len()];
        while ends.iter().any(Option::is_none) {
            for (request_idx, request) in
                requests.iter().enumerate().filter(|(idx, _)| ends[*idx].is_none()).collect::<Vec<_>>()
            {
                let (history, tokens) = (&mut histories[request_idx], &mut kept[request_idx]);
                if tokens.len() == request.max_tokens {
                    ends[request_idx] = Some((FinishReason::Length, None));
                    continue;
                }
                let distribution = self.distribution(history);
                let token = choose(&distribution, request.sampling, tokens.len() as u64);
                let logprob = distribution[token as usize].ln() as f32;
                if token == self.script.stop {
                    ends[request_idx] = Some((FinishReason::StopToken, Some(logprob)));
                    continue;
                }
                if history.len() == self.script.context {
                    ends[request_idx] = Some((FinishReason::Context, None));
                    continue;
                }
                let entropy_nats = Some(entropy(&distribution));
                let generated = GeneratedToken { token, logprob, entropy_nats };
                match watch(request_idx, generated) {
                    NextStep::Continue => {
                        history.push(token);
                        tokens.push(generated);
                    }
                    NextStep::DropAndStop => ends[request_idx] = Some((FinishReason::Caller, None)),
                }
            }
        }
        let finish = |(tokens, end): (Vec<GeneratedToken>, Option<(FinishReason, Option<f32>)>)| {
            let (finish, stop_logprob) = end.expect("the loop ran until every request had ended");
            Generation { tokens, finish, stop_logprob }
        };
        Ok(kept.into_iter().zip(ends).map(finish).collect())
    }
}

/// Entropy in nats; every entry is above 0.
fn entropy(distribution: &[f64]) -> f32 {
    -distribution.iter().map(|p| p * p.ln()).sum::<f64>() as f32
}

/// Picks the next token; the draw depends on the seed and the step alone.
fn choose(distribution: &[f64], sampling: Sampling, step: u64) -> TokenId {
    let mut ranked: Vec<(TokenId, f64)> = (0..).zip(distribution.iter().copied()).collect();
    ranked.sort_by(|(a, p), (b, q)| q.total_cmp(p).then(a.cmp(b)));
    let Sampling::Random { temperature, top_k, top_p, seed } = sampling else { return ranked[0].0 };

    let top = ranked[0].1; // divided out before the power, which could underflow otherwise
    for (_, weight) in &mut ranked {
        *weight = (*weight / top).powf(1.0 / f64::from(temperature));
    }
    if top_k > 0 {
        ranked.truncate(top_k);
    }
    let total: f64 = ranked.iter().map(|(_, weight)| weight).sum();
    let mut mass = 0.0;
    let enough = ranked.iter().position(|(_, weight)| {
        mass += weight / total;
        mass >= f64::from(top_p)
    });
    ranked.truncate(enough.map_or(ranked.len(), |last| last + 1));

    let total: f64 = ranked.iter().map(|(_, weight)| weight).sum();
    let mut left = uniform(seed, step) * total;
    for &(token, weight) in &ranked {
        left -= weight;
        if left < 0.0 {
            return token;
        }
    }
    ranked[ranked.len() - 1].0 // rounding left a sliver
}

/// A number in [0, 1) that depends on `seed` and `step` alone: SplitMix64 (Steele, Lea and Flood, 2014).
fn uniform(seed: u64, step: u64) -> f64 {
    let mut mixed = seed.wrapping_add(step.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    fn request(prefix: &[TokenId], sampling: Sampling) -> GenerationRequest<'_> {
        GenerationRequest { prefix, max_tokens: 20, sampling, session: None }
    }

    fn go_on(_: usize, _: GeneratedToken) -> NextStep {
        NextStep::Continue
    }

    fn random(seed: u64) -> Sampling {
        Sampling::Random { temperature: 1.0, top_k: 0, top_p: 1.0, seed }
    }

    fn generated(model: &ScriptedModel, request: GenerationRequest<'_>) -> Generation {
        model.generate(&[request], &mut go_on).unwrap().remove(0)
    }

    fn ids(generation: &Generation) -> Vec<TokenId> {
        generation.tokens.iter().map(|token| token.token).collect()
    }

    fn reader() -> ScriptedModel {
        let documents = vec![vec![2, 3, 4, 5], vec![2, 3, 6, 7], vec![2, 3, 4, 8]];
        ScriptedModel::new(Script { documents, ..Script::blank(10) })
    }

    #[test]
    fn keeps_the_contract() {
        for model in [
            reader(),
            ScriptedModel::new(Script::blank(5)),
            ScriptedModel::new(Script { bos: None, documents: vec![vec![2, 3, 4]], ..Script::blank(6) }),
            ScriptedModel::new(Script { context: 6, leak: 0.5, documents: vec![vec![2, 3, 4]], ..Script::blank(6) }),
        ] {
            let prefixes: [&[TokenId]; 4] = [&[2], &[2, 3], &[3, 2, 4], &[4, 4, 2, 3]];
            contract::check_generator(&model, &prefixes);
            contract::check_scorer(&model, &prefixes);
            contract::check_scorer_agrees(&model, &model, &prefixes);
        }
    }

    #[test]
    fn continues_what_the_prefix_ends_like() {
        let model = reader();
        let generation = generated(&model, request(&[9, 9, 2, 3], Sampling::Greedy));
        // After "2 3" came 4 twice and 6 once; after "3 4" came 5 and 8 once each, the lower id wins; then the end.
        assert_eq!(ids(&generation), [4, 5]);
        assert_eq!(generation.finish, FinishReason::StopToken);
        let two_thirds: f64 = 0.99 * 2.0 / 3.0 + 0.01 / 10.0;
        assert_eq!(generation.tokens[0].logprob, two_thirds.ln() as f32);
        assert_eq!(generation.stop_logprob, Some((0.99f64 + 0.001).ln() as f32));
        let third = 0.99 / 3.0 + 0.001;
        let entropy = -(two_thirds * two_thirds.ln() + third * f64::ln(third) + 8.0 * 0.001 * f64::ln(0.001));
        assert!(
            (f64::from(generation.tokens[0].entropy_nats.expect("known")) - entropy).abs() < 1e-6,
            "rounding to f32"
        );
    }

    #[test]
    fn recites_with_the_given_probabilities() {
        let recitations = vec![vec![(2, 0.9), (3, 0.25), (4, 0.5), (1, 0.8)]];
        let model = ScriptedModel::new(Script { recitations, ..Script::blank(5) });
        let scored = model.score(&[&[2, 3, 4], &[2, 4]]).unwrap();
        let expected =
            |probabilities: &[f64]| -> Vec<Option<f32>> { probabilities.iter().map(|p| Some(p.ln() as f32)).collect() };
        assert_eq!(scored[0].logprobs, expected(&[0.9, 0.25, 0.5]));
        assert_eq!(scored[1].logprobs, expected(&[0.9, 0.75 / 4.0]));
        let generation = generated(&model, request(&[2, 3], Sampling::Greedy));
        assert_eq!((ids(&generation), generation.finish), (vec![4], FinishReason::StopToken));
        assert_eq!(generation.stop_logprob, Some(0.8f64.ln() as f32));
    }

    #[test]
    fn draws_follow_the_distribution() {
        let model = ScriptedModel::new(Script { recitations: vec![vec![(2, 0.7)]], ..Script::blank(4) });
        let draws = 4000;
        let mut hits = 0;
        for seed in 0..draws {
            let one = GenerationRequest { max_tokens: 1, ..request(&[], random(seed)) };
            hits += usize::from(ids(&generated(&model, one)) == [2]);
        }
        // Four standard deviations of a binomial share: 4 * sqrt(0.7 * 0.3 / 4000) = 0.029.
        assert!((hits as f64 / draws as f64 - 0.7).abs() < 0.029, "{hits} of {draws}");
    }

    #[test]
    fn filters_keep_the_likeliest() {
        let model = reader();
        let tokens_seen = |temperature, top_k, top_p| -> Vec<TokenId> {
            let draw = |seed| {
                let sampling = Sampling::Random { temperature, top_k, top_p, seed };
                ids(&generated(&model, GenerationRequest { max_tokens: 1, ..request(&[2, 3], sampling) }))
            };
            let mut seen: Vec<_> = (0..300).flat_map(draw).collect();
            seen.sort_unstable();
            seen.dedup();
            seen
        };
        assert_eq!(tokens_seen(1.0, 1, 1.0), [4]);
        assert_eq!(tokens_seen(1.0, 2, 1.0), [4, 6]);
        assert_eq!(tokens_seen(1.0, 0, 0.5), [4]);
        assert_eq!(tokens_seen(1.0, 0, 0.9), [4, 6]);
        assert_eq!(tokens_seen(0.01, 0, 1.0), [4]);
        assert!(tokens_seen(9.0, 0, 1.0).len() > 5);
    }

    #[test]
    fn refuses_what_it_cannot_honour() {
        let model = ScriptedModel::new(Script { context: 4, bos: None, ..Script::blank(5) });
        let refusal = |request| model.generate(&[request], &mut go_on).unwrap_err();
        assert!(matches!(refusal(request(&[], Sampling::Greedy)), ModelError::EmptyPrefix));
        assert!(matches!(
            refusal(request(&[2, 9], Sampling::Greedy)),
            ModelError::TokenOutOfRange { token: 9, vocabulary: 5 }
        ));
        assert!(matches!(
            refusal(request(&[2; 5], Sampling::Greedy)),
            ModelError::ContextExceeded { needed: 5, context: 4 }
        ));
        for (temperature, top_p, name) in
            [(0.0, 1.0, "temperature"), (f32::NAN, 1.0, "temperature"), (1.0, 0.0, "top_p"), (1.0, 1.5, "top_p")]
        {
            let sampling = Sampling::Random { temperature, top_k: 0, top_p, seed: 0 };
            let error = refusal(request(&[2], sampling));
            assert!(matches!(error, ModelError::Unsupported { parameter, .. } if parameter == name), "{error}");
        }
        assert!(matches!(model.score(&[&[2; 5]]), Err(ModelError::ContextExceeded { needed: 5, context: 4 })));
        assert_eq!(model.score(&[&[], &[2]]).unwrap()[1].logprobs, [None]);
    }

    #[test]
    fn different_scripts_have_different_ids() {
        let id = |script| Scorer::model_id(&ScriptedModel::new(script)).clone();
        assert_eq!(id(Script::blank(5)), id(Script::blank(5)));
        assert_ne!(id(Script::blank(5)), id(Script { leak: 0.02, ..Script::blank(5) }));
    }
}
