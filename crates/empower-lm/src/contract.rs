//! The promises of [`Scorer`] and [`Generator`] as code: every implementation runs these in its tests.
//!
//! Each function panics with the promise that was broken. They look at a model from outside only, so they know neither
//! its vocabulary nor what it should answer.

use crate::{
    FinishReason, GeneratedToken, Generation, GenerationRequest, Generator, NextStep, Sampling, Scorer, SessionId,
    TokenId,
};

/// chosen: log-probabilities computed in another batch may differ by the order of f32 sums, some 1e-6 of a logit of
/// size 10; a wrong mask or position moves them by far more.
const SAME_LOGPROB: f32 = 1e-3;
const MAX_TOKENS: usize = 6;

fn samplings() -> [Sampling; 4] {
    [
        Sampling::Greedy,
        Sampling::Random { temperature: 1.0, top_k: 0, top_p: 1.0, seed: 7 },
        Sampling::Random { temperature: 0.7, top_k: 3, top_p: 1.0, seed: 8 },
        Sampling::Random { temperature: 1.3, top_k: 0, top_p: 0.8, seed: 9 },
    ]
}

fn request(prefix: &[TokenId], sampling: Sampling) -> GenerationRequest<'_> {
    GenerationRequest { prefix, max_tokens: MAX_TOKENS, sampling, session: None }
}

fn generate(model: &dyn Generator, requests: &[GenerationRequest<'_>]) -> Vec<Generation> {
    let answers = model.generate(requests, &mut |_, _| NextStep::Continue).expect("valid requests are answered");
    assert_eq!(answers.len(), requests.len(), "as many answers as requests");
    answers
}

fn assert_same(left: &Generation, right: &Generation, promise: &str) {
    let ids = |generation: &Generation| generation.tokens.iter().map(|token| token.token).collect::<Vec<_>>();
    assert_eq!((ids(left), left.finish), (ids(right), right.finish), "{promise}");
    for (a, b) in left.tokens.iter().zip(&right.tokens) {
        assert!((a.logprob - b.logprob).abs() < SAME_LOGPROB, "{promise}: {a:?} against {b:?}");
        let same_entropy = match (a.entropy_nats, b.entropy_nats) {
            (Some(a), Some(b)) => (a - b).abs() < SAME_LOGPROB,
            (a, b) => a == b,
        };
        assert!(same_entropy, "{promise}: {a:?} against {b:?}");
    }
}

/// Checks generation from `prefixes`, which are non-empty, valid for the model, and shorter than its context:
/// answers in order, batch equals single, seeds, `max_tokens`, what `watch` sees and stops, sessions change nothing.
///
/// # Panics
/// With the promise that was broken.
pub fn check_generator(model: &dyn Generator, prefixes: &[&[TokenId]]) {
    for sampling in samplings() {
        let requests: Vec<_> = prefixes.iter().map(|prefix| request(prefix, sampling)).collect();
        let mut seen: Vec<Vec<GeneratedToken>> = vec![Vec::new(); requests.len()];
        let batch = model
            .generate(&requests, &mut |request_idx, token| {
                seen[request_idx].push(token);
                NextStep::Continue
            })
            .expect("valid requests are answered");
        assert_eq!(batch.len(), requests.len(), "as many answers as requests");
        for (request_idx, generation) in batch.iter().enumerate() {
            assert_eq!(
                seen[request_idx], generation.tokens,
                "watch sees every kept token, in order, and no stop token"
            );
            check_shape(model, &requests[request_idx], generation);
        }
        for (one, together) in requests.iter().zip(&batch) {
            assert_same(&generate(model, std::slice::from_ref(one))[0], together, "a batch equals its requests alone");
        }
        let mut backwards: Vec<_> = requests.clone();
        backwards.reverse();
        for (answer, expected) in generate(model, &backwards).iter().zip(batch.iter().rev()) {
            assert_same(answer, expected, "answers come in the order of the requests");
        }
        check_watch(model, &requests, &batch);
        check_lengths(model, &requests, &batch);
        check_sessions(model, &requests, &batch);
    }
    assert!(generate(model, &[]).is_empty(), "no request, no answer");
}

fn check_shape(model: &dyn Generator, request: &GenerationRequest<'_>, generation: &Generation) {
    assert!(generation.tokens.len() <= request.max_tokens, "at most max_tokens tokens");
    assert!(request.prefix.len() + generation.tokens.len() <= model.context(), "prefix and tokens fit the context");
    let is_stop = generation.finish == FinishReason::StopToken;
    assert!(generation.stop_logprob.is_none() || is_stop, "a stop log-probability only where a stop token ended it");
    if generation.finish == FinishReason::Length {
        assert_eq!(generation.tokens.len(), request.max_tokens, "length means max_tokens tokens");
    }
    assert_ne!(generation.finish, FinishReason::Caller, "the caller did not say stop");
    for token in &generation.tokens {
        assert!(token.logprob <= 0.0 && token.logprob.is_finite(), "a log-probability is at most 0: {token:?}");
        assert!(token.entropy_nats.is_none_or(|entropy| entropy >= -SAME_LOGPROB), "entropy is at least 0: {token:?}");
    }
}

/// Every second request is stopped at its second token; the others go on as before.
fn check_watch(model: &dyn Generator, requests: &[GenerationRequest<'_>], free: &[Generation]) {
    let mut counts = vec![0; requests.len()];
    let stopped = model
        .generate(requests, &mut |request_idx, _| {
            counts[request_idx] += 1;
            if request_idx % 2 == 0 && counts[request_idx] == 2 { NextStep::DropAndStop } else { NextStep::Continue }
        })
        .expect("valid requests are answered");
    for (request_idx, (answer, free)) in stopped.iter().zip(free).enumerate() {
        if request_idx % 2 == 0 && free.tokens.len() >= 2 {
            assert_eq!(answer.finish, FinishReason::Caller, "the caller said stop");
            assert_eq!(answer.tokens.len(), 1, "the token at which the caller stops is dropped");
            assert_eq!(counts[request_idx], 2, "nothing is shown after the caller said stop");
            assert_eq!(answer.tokens[0].token, free.tokens[0].token, "what came before the stop is kept");
        } else {
            assert_same(answer, free, "stopping one request leaves the others alone");
        }
    }
}

/// Shorter limits give the beginnings of the same texts.
fn check_lengths(model: &dyn Generator, requests: &[GenerationRequest<'_>], free: &[Generation]) {
    for max_tokens in [0, 1, 3] {
        let shorter: Vec<_> = requests.iter().map(|request| GenerationRequest { max_tokens, ..*request }).collect();
        for (answer, free) in generate(model, &shorter).iter().zip(free) {
            let count = free.tokens.len().min(max_tokens);
            assert_eq!(answer.tokens.len(), count, "max_tokens cuts and does nothing else");
            let same = answer.tokens.iter().zip(&free.tokens).all(|(a, b)| a.token == b.token);
            assert!(same, "a shorter limit gives the beginning of the same text");
            if free.tokens.len() > max_tokens {
                assert_eq!(answer.finish, FinishReason::Length, "max_tokens ended it");
            }
        }
    }
}

/// The same session asked again, for a longer prefix, and for another text altogether.
fn check_sessions(model: &dyn Generator, requests: &[GenerationRequest<'_>], free: &[Generation]) {
    for (request, expected) in requests.iter().zip(free) {
        let kept = GenerationRequest { session: Some(SessionId(11)), ..request.clone() };
        for _ in 0..2 {
            assert_same(&generate(model, std::slice::from_ref(&kept))[0], expected, "a session changes speed alone");
        }
        let Some(first) = expected.tokens.first() else { continue };
        let longer = [request.prefix, &[first.token]].concat();
        let fresh = GenerationRequest { prefix: &longer, ..request.clone() };
        let kept = GenerationRequest { session: Some(SessionId(11)), ..fresh.clone() };
        let (fresh, kept) = (generate(model, &[fresh]), generate(model, &[kept]));
        assert_same(&kept[0], &fresh[0], "a session that goes on equals a fresh start");
    }
}

/// Checks scoring of `documents`, which are valid for the model: answers in order, batch equals single, causality
/// (a token's log-probability does not depend on what follows).
///
/// # Panics
/// With the promise that was broken.
pub fn check_scorer(model: &dyn Scorer, documents: &[&[TokenId]]) {
    let score = |documents: &[&[TokenId]]| model.score(documents).expect("valid documents are scored");
    let batch = score(documents);
    assert_eq!(batch.len(), documents.len(), "as many answers as documents");
    let assert_close = |left: &[Option<f32>], right: &[Option<f32>], promise: &str| {
        assert_eq!(left.len(), right.len(), "{promise}");
        for (a, b) in left.iter().zip(right) {
            let close = match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() < SAME_LOGPROB,
                (a, b) => a == b,
            };
            assert!(close, "{promise}: {a:?} against {b:?}");
        }
    };
    for (document, scored) in documents.iter().zip(&batch) {
        assert_eq!(scored.logprobs.len(), document.len(), "one log-probability a token");
        for (position, logprob) in scored.logprobs.iter().enumerate() {
            match logprob {
                Some(logprob) => assert!(*logprob <= 0.0, "a log-probability is at most 0, not {logprob}"),
                None => assert_eq!(position, 0, "only the first token may have none"),
            }
        }
        assert_close(&score(&[document])[0].logprobs, &scored.logprobs, "a batch equals its documents alone");
        let half = document.len() / 2;
        let beginning = &score(&[&document[..half]])[0].logprobs;
        assert_close(beginning, &scored.logprobs[..half], "what follows does not matter");
    }
    assert!(score(&[]).is_empty(), "no document, no answer");
}

/// Checks that a model's two faces agree: scoring prefix and continuation gives the log-probabilities under which the
/// continuation was generated, and the entropies, where both show them.
///
/// # Panics
/// Where they differ.
pub fn check_scorer_agrees(scorer: &dyn Scorer, generator: &dyn Generator, prefixes: &[&[TokenId]]) {
    for sampling in samplings() {
        for prefix in prefixes {
            let generation = generate(generator, &[request(prefix, sampling)]).remove(0);
            let continuation = generation.tokens.iter().map(|token| token.token);
            let document: Vec<TokenId> = prefix.iter().copied().chain(continuation).collect();
            let scored = scorer.score(&[&document]).expect("generated text is valid").remove(0);
            for (token, scored) in generation.tokens.iter().zip(&scored.logprobs[prefix.len()..]) {
                let scored = scored.expect("only the first token of a document may have none");
                assert!((token.logprob - scored).abs() < SAME_LOGPROB, "scored {scored}, generated {token:?}");
            }
            let Ok(mut entropies) = scorer.entropies(&[&document]) else { continue };
            for (token, entropy) in generation.tokens.iter().zip(&entropies.remove(0).nats[prefix.len()..]) {
                let entropy = entropy.expect("only the first token of a document may have none");
                let same = token.entropy_nats.is_none_or(|generated| (generated - entropy).abs() < SAME_LOGPROB);
                assert!(same, "entropy {entropy} when scored, generated {token:?}");
            }
        }
    }
}
