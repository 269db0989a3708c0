//! Served models against the same model asked directly, over real connections on loopback; and servers with faults.

mod support;

use std::sync::Arc;
use std::time::Duration;

use empower_lm::{
    AnswerEnd, Bits, ChatModel, ChatRequest, FinishReason, GenerationRequest, Generator, Message, ModelError, NextStep,
    Role, Sampling, Scorer, TokenId, contract,
};
use empower_remote::{
    Endpoint, Limits, RemoteChat, RemoteError, RemoteGenerator, RemoteScorer, ScoringWay, Server, greedy_horizons,
    probe,
};
use empower_select::{TokenCosts, horizons};
use support::{Manner, Served, TEXTS, model, serve, tokenizer};

fn limits() -> Limits {
    Limits { request: Duration::from_secs(20), tries: 3, answer_bytes: 1 << 16, ..Limits::default() }
}

fn open(servers: &[&Served]) -> Result<Server, RemoteError> {
    open_with(servers, limits())
}

fn open_with(servers: &[&Served], limits: Limits) -> Result<Server, RemoteError> {
    let endpoints: Vec<Endpoint> =
        servers.iter().map(|server| Endpoint { concurrency: 3, ..Endpoint::new(&server.url) }).collect();
    probe(&endpoints, limits, "scripted", Arc::new(tokenizer()), 1024)
}

fn documents() -> Vec<Vec<TokenId>> {
    let tokenizer = tokenizer();
    let mut documents: Vec<Vec<TokenId>> = TEXTS.iter().map(|text| tokenizer.encode(text)).collect();
    documents.push(tokenizer.encode("def divide(x, y):\n    return x / y\n"));
    documents.push(tokenizer.encode("x"));
    documents.push(Vec::new());
    documents
}

#[test]
fn every_way_of_scoring_gives_the_models_own_figures() {
    let direct = model(&tokenizer());
    let documents = documents();
    let documents: Vec<&[TokenId]> = documents.iter().map(Vec::as_slice).collect();
    let expected = direct.score(&documents).expect("scored");
    for (manner, way) in [
        (Manner::Vllm, ScoringWay::Echo),
        (Manner::VllmAtLeastOne, ScoringWay::EchoAndOne),
        (Manner::Sglang, ScoringWay::Sglang),
        (Manner::LlamaCpp, ScoringWay::ForcedTokens),
        (Manner::Busy, ScoringWay::Echo),
    ] {
        let served = serve(manner);
        // A busy server refuses requests in turn, whosever they are.
        let patient = Limits { tries: 20, ..limits() };
        let scorer = RemoteScorer::new(open_with(&[&served], patient).expect("opened")).expect("scores");
        assert_eq!(scorer.way(), way, "{manner:?}");
        let found = scorer.score(&documents).expect("scored");
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found.logprobs.len(), expected.logprobs.len(), "{manner:?}");
            for (found, expected) in found.logprobs.iter().zip(&expected.logprobs) {
                // Numbers go through decimal text once.
                assert!((found.expect("known") - expected.expect("known")).abs() < 1e-5, "{manner:?}");
            }
        }
        contract::check_scorer(&scorer, &documents[..3]);
    }
}

#[test]
fn generation_keeps_the_promises_of_its_trait() {
    let served = [serve(Manner::Vllm), serve(Manner::Vllm)];
    let server = open(&[&served[0], &served[1]]).expect("opened");
    assert!(server.capabilities.seeds && server.capabilities.stop_strings);
    let remote = RemoteGenerator::new(server.clone()).expect("generates");
    let tokenizer = tokenizer();
    let prefixes: Vec<Vec<TokenId>> =
        ["def add(", "for i", "def", "x", "    return"].map(|it| tokenizer.encode(it)).into();
    let prefixes: Vec<&[TokenId]> = prefixes.iter().map(Vec::as_slice).collect();
    contract::check_generator(&remote, &prefixes);
    let request = |prefix| GenerationRequest { prefix, max_tokens: 20, sampling: Sampling::Greedy, session: None };
    let requests: Vec<GenerationRequest<'_>> = prefixes.iter().map(|prefix| request(*prefix)).collect();
    let found = remote.generate(&requests, &mut |_, _| NextStep::Continue).expect("generated");
    let expected = model(&tokenizer).generate(&requests, &mut |_, _| NextStep::Continue).expect("generated");
    for (found, expected) in found.iter().zip(&expected) {
        let ids = |generation: &empower_lm::Generation| generation.tokens.iter().map(|it| it.token).collect::<Vec<_>>();
        assert_eq!((ids(found), found.finish), (ids(expected), expected.finish));
        assert!(found.tokens.iter().all(|token| token.entropy_nats.is_none()));
    }
    let usage = server.usage();
    assert_eq!(
        usage.requests as usize,
        served.iter().map(|it| it.requests.load(std::sync::atomic::Ordering::SeqCst)).sum::<usize>()
    );
    assert!(usage.prompt_tokens > 0 && usage.completion_tokens > 0 && usage.retries == 0, "{usage:?}");
    assert!(served.iter().all(|it| it.most_at_once.load(std::sync::atomic::Ordering::SeqCst) <= 3), "three seats each");
}

/// What a generator says to callers who drop token number `keep` of each request.
fn heard(model: &dyn Generator, keep: usize) -> Vec<(Vec<TokenId>, FinishReason)> {
    let tokenizer = tokenizer();
    let prefixes = ["def add(", "for i", "def", "x"].map(|it| tokenizer.encode(it));
    let request = |prefix| GenerationRequest { prefix, max_tokens: 40, sampling: Sampling::Greedy, session: None };
    let requests: Vec<GenerationRequest<'_>> = prefixes.iter().map(|prefix| request(prefix.as_slice())).collect();
    let mut seen = [0; 4];
    let generations = model.generate(&requests, &mut |i, _| {
        seen[i] += 1;
        if seen[i] > keep { NextStep::DropAndStop } else { NextStep::Continue }
    });
    let tokens = |it: &empower_lm::Generation| it.tokens.iter().map(|token| token.token).collect();
    generations.expect("generated").iter().map(|it| (tokens(it), it.finish)).collect()
}

#[test]
fn streams_say_what_whole_answers_say() {
    let direct = model(&tokenizer());
    for (manner, streams) in [
        (Manner::Vllm, true),
        (Manner::LlamaCpp, true),
        (Manner::StreamBreaks, true),
        (Manner::NoStream, false),
        (Manner::LeavesOut, false),
    ] {
        let served = serve(manner);
        let server = open(&[&served]).expect("opened");
        assert_eq!(server.capabilities.streams, streams, "{manner:?}");
        let remote = RemoteGenerator::new(server.clone()).expect("generates");
        for keep in [0, 3, 40] {
            assert_eq!(heard(&remote, keep), heard(&direct, keep), "{manner:?} {keep}");
        }
        assert_eq!(server.usage().retries > 0, manner == Manner::StreamBreaks, "{manner:?}");
        assert_eq!(served.pieces.load(std::sync::atomic::Ordering::SeqCst) > 0, manner != Manner::NoStream);
    }
    // A server that was found to stream, and leaves a token out of a later stream: asked again for the whole.
    let (whole, leaves_out) = (serve(Manner::Vllm), serve(Manner::LeavesOut));
    let able = open(&[&whole]).expect("opened").capabilities;
    let mut server = open(&[&leaves_out]).expect("opened");
    server.capabilities = able;
    assert_eq!(heard(&RemoteGenerator::new(server).expect("generates"), 40), heard(&direct, 40));
}

#[test]
fn a_stream_is_cut_off_where_its_caller_stops() {
    let served = serve(Manner::Slow);
    let server = open(&[&served]).expect("opened");
    let remote = RemoteGenerator::new(server.clone()).expect("generates");
    let pieces = || served.pieces.load(std::sync::atomic::Ordering::SeqCst);
    let before = pieces();
    assert!(heard(&remote, 1).iter().all(|(tokens, finish)| tokens.len() == 1 && *finish == FinishReason::Caller));
    // Four requests of up to 40 tokens, of which each caller wants one; some arrive while the word to stop travels.
    let sent = pieces() - before;
    assert!((8..60).contains(&sent), "{sent} pieces were sent");
    assert!(server.usage().completion_tokens < 60, "{:?}", server.usage());
    // Giving up ends what is under way.
    let begun = std::time::Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(100));
            server.pool().cancel();
        });
        let tokenizer = tokenizer();
        let prefix = tokenizer.encode("for i");
        let request = GenerationRequest { prefix: &prefix, max_tokens: 40, sampling: Sampling::Greedy, session: None };
        let answer = remote.generate(&[request], &mut |_, _| NextStep::Continue);
        let Err(ModelError::Backend { source, .. }) = answer else { panic!("given up") };
        assert_eq!(source.to_string(), "cancelled");
    });
    assert!(begun.elapsed() < Duration::from_millis(600), "{:?}", begun.elapsed());
}

#[test]
fn selection_from_generated_logprobs_is_algorithm_1() {
    let direct = model(&tokenizer());
    for manner in [Manner::Vllm, Manner::OnlyGenerates] {
        let served = serve(manner);
        let server = open(&[&served]).expect("opened");
        for document in documents() {
            let costs =
                TokenCosts::from_logprobs(&direct.score(&[&document]).expect("scored")[0].logprobs).expect("costs");
            let states: Vec<usize> = (0..=document.len()).collect();
            let pairs: Vec<(&[TokenId], usize)> = states.iter().map(|state| (document.as_slice(), *state)).collect();
            for eta in [0.1, 0.32, 0.99, 2.5] {
                let found = greedy_horizons(&server, &pairs, Bits(eta), 20).expect("selected");
                assert_eq!(found, horizons(&costs, Bits(eta)).expect("in range"), "{manner:?} {eta}");
            }
        }
        // 2^5 alternatives are more than the 20 that may be asked for.
        assert!(matches!(greedy_horizons(&server, &[(&[2], 0)], Bits(5.0), 20), Err(RemoteError::Cannot { .. })));
    }
}

#[test]
fn documents_longer_than_the_context_are_scored_in_windows() {
    let (direct, tokenizer) = (model(&tokenizer()), tokenizer());
    let long = tokenizer.encode(&TEXTS.concat());
    assert!(long.len() > 80, "{}", long.len());
    // The scripted model looks six tokens back, less than what windows have in common: its figures are those of the whole.
    let expected = direct.score(&[&long]).expect("scored").remove(0).logprobs;
    for manner in [Manner::VllmAtLeastOne, Manner::LlamaCpp] {
        let served = serve(manner);
        let server = probe(&[Endpoint::new(&served.url)], limits(), "scripted", Arc::new(tokenizer.clone()), 40);
        let server = server.expect("opened");
        let windowing = server.windowing(long.len()).expect("too long for one request");
        assert!(windowing.context == 38 && windowing.windows > 3, "{windowing:?}");
        assert_eq!(server.windowing(38), None);
        let documents: [&[TokenId]; 2] = [&long, &long[..38]];
        let found = RemoteScorer::new(server).expect("scores").score(&documents).expect("scored");
        for (i, found) in found.iter().enumerate() {
            assert_eq!(found.logprobs.len(), documents[i].len());
            for (found, expected) in found.logprobs.iter().zip(&expected) {
                assert!((found.expect("known") - expected.expect("known")).abs() < 1e-5, "{manner:?}");
            }
        }
    }
    let served = serve(Manner::OnlyGenerates);
    let server = probe(&[Endpoint::new(&served.url)], limits(), "scripted", Arc::new(tokenizer.clone()), 40);
    let states: Vec<(&[TokenId], usize)> = (0..=long.len()).map(|state| (long.as_slice(), state)).collect();
    let found = greedy_horizons(&server.expect("opened"), &states, Bits(0.5), 20).expect("selected");
    let costs = TokenCosts::from_logprobs(&expected).expect("costs");
    assert_eq!(found, horizons(&costs, Bits(0.5)).expect("in range"));
}

#[test]
fn wrong_answers_are_named() {
    let reasons = |manner| {
        let served = serve(manner);
        let server = open(&[&served]).expect("opened");
        (server.capabilities.clone(), RemoteScorer::new(server.clone()).err(), RemoteGenerator::new(server).err())
    };
    // The server of llama.cpp answers `echo` with what it generates: passed over by that name, another way is found.
    let (found, scorer, _) = reasons(Manner::LlamaCpp);
    assert!(found.passed_over[0].contains("ignores `echo`"), "{:?}", found.passed_over);
    assert!(scorer.is_none());

    let (found, scorer, generator) = reasons(Manner::ScoresAnother);
    assert!(found.passed_over.iter().any(|it| it.contains("scores another text")), "{:?}", found.passed_over);
    assert!(scorer.is_some() && generator.is_none());

    let (found, scorer, generator) = reasons(Manner::OtherTokenizer);
    assert!(found.passed_over[0].contains("the served model's own"), "{:?}", found.passed_over);
    assert!(scorer.is_some() && generator.is_some());

    let (found, scorer, generator) = reasons(Manner::Hosted);
    assert!(!found.takes_ids && found.generated_logprobs && found.scoring.is_none());
    assert!(scorer.is_some() && generator.is_some());

    let served = serve(Manner::IgnoresSeed);
    let server = open(&[&served]).expect("opened");
    assert!(!server.capabilities.seeds);
    let sampling = Sampling::Random { temperature: 1.0, top_k: 0, top_p: 1.0, seed: 3 };
    let request = GenerationRequest { prefix: &[5], max_tokens: 3, sampling, session: None };
    let answer = RemoteGenerator::new(server).expect("generates").generate(&[request], &mut |_, _| NextStep::Continue);
    assert!(matches!(answer, Err(ModelError::Unsupported { parameter: "seed", .. })));
}

#[test]
fn servers_of_one_model_must_be_alike() {
    let served = [serve(Manner::Vllm), serve(Manner::Sglang)];
    let error = open(&[&served[0], &served[1]]).expect_err("they differ");
    assert!(error.to_string().contains("stand in for another server"), "{error}");
}

#[test]
fn failures_of_the_connection_are_errors() {
    let error = open(&[&serve(Manner::BreaksOff)]).expect_err("breaks off");
    assert!(matches!(error, RemoteError::Unreachable { tries: 3, .. }), "{error:?}");
    let error = open(&[&serve(Manner::Endless)]).expect_err("too long");
    assert!(matches!(error, RemoteError::TooLong { limit: 65_536, .. }), "{error:?}");
    let gone = {
        let served = serve(Manner::Vllm);
        served.url.clone()
    };
    let quick = Limits { tries: 1, connect: Duration::from_secs(1), ..limits() };
    let error = probe(&[Endpoint::new(gone)], quick, "m", Arc::new(tokenizer()), 64).expect_err("nobody there");
    assert!(matches!(error, RemoteError::Unreachable { tries: 1, .. }), "{error:?}");
    let error = open(&[&serve(Manner::WantsKey("k"))]).expect_err("no key");
    assert!(matches!(error, RemoteError::Status { status: 401, .. }), "{error:?}");
    assert!(error.to_string().contains("environment variable"), "{error}");
}

#[test]
fn conversations_are_answered_in_order() {
    let served = serve(Manner::Vllm);
    let endpoint = Endpoint { concurrency: 4, ..Endpoint::new(&served.url) };
    let chat = RemoteChat::open(&[endpoint], limits(), "scripted").expect("opened");
    let request = |i: usize| ChatRequest {
        sampling: Sampling::Random { temperature: 0.5, top_k: 0, top_p: 0.9, seed: i as u64 },
        stop: vec!["\n".to_owned()],
        ..ChatRequest::greedy(vec![Message::new(Role::User, format!("number {i}"))], 10)
    };
    let answers = chat.answer(&(0..40).map(request).collect::<Vec<_>>()).expect("answered");
    for (i, answer) in answers.iter().enumerate() {
        assert_eq!((answer.text.as_str(), answer.end), (format!("You said: number {i}").as_str(), AnswerEnd::Said));
    }
    // One more for the word that the server is asked first.
    assert_eq!(chat.usage().completion_tokens, 164);
}
