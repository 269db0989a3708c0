//! The engine's promises: batches, caches and windows change the speed and no answer.

use std::path::Path;

use empower_engine::{Batch, Config, Decoder, Engine, LlamaShape, Workspace};
use empower_lm::contract::{check_generator, check_scorer, check_scorer_agrees};
use empower_lm::{
    FinishReason, Generation, GenerationRequest, Generator, ModelError, NextStep, Sampling, Scorer, SessionId, windows,
};

const POSITIONS: usize = 96;

fn decoder(seed: u64) -> Decoder {
    let shape = LlamaShape {
        vocabulary: 61,
        width: 32,
        layers: 2,
        heads: 4,
        key_value_heads: 2,
        feed_forward: 48,
        positions: POSITIONS,
    };
    let mut decoder = Decoder::random(Config::llama(shape), seed).unwrap();
    // Far from the usual tiny start, so that the distributions are uneven and texts differ.
    for parameter in decoder.parameters_mut().iter_mut().filter(|parameter| parameter.shape.len() == 2) {
        parameter.values_mut().iter_mut().for_each(|value| *value *= 12.0);
    }
    decoder
}

fn engine(bos: bool) -> Engine {
    Engine::with_special_tokens(decoder(3), bos.then_some(0), vec![1])
}

fn text(len: usize, salt: usize) -> Vec<u32> {
    (0..len).map(|i| ((i * i * 7 + i * salt + salt) % 59 + 2) as u32).collect()
}

const RANDOM: Sampling = Sampling::Random { temperature: 0.9, top_k: 20, top_p: 0.95, seed: 5 };

fn generate(engine: &Engine, requests: &[GenerationRequest<'_>]) -> Vec<Generation> {
    engine.generate(requests, &mut |_, _| NextStep::Continue).unwrap()
}

fn ask(prefix: &[u32], max_tokens: usize, sampling: Sampling, session: Option<u64>) -> GenerationRequest<'_> {
    GenerationRequest { prefix, max_tokens, sampling, session: session.map(SessionId) }
}

#[test]
fn keeps_the_traits_promises() {
    let engine = engine(true);
    let (a, b) = (text(9, 1), text(30, 2));
    check_generator(&engine, &[&a, &b, &[]]);
    check_scorer(&engine, &[&a, &b]);
    check_scorer_agrees(&engine, &engine, &[&a, &b]);
}

#[test]
fn a_batch_answers_as_its_members_would_alone() {
    let engine = engine(true);
    let prefixes: Vec<Vec<u32>> = (0..9).map(|i| text(i * 7, i + 1)).collect();
    for sampling in [Sampling::Greedy, RANDOM] {
        let requests: Vec<_> = prefixes.iter().map(|prefix| ask(prefix, 25, sampling, None)).collect();
        let together = generate(&engine, &requests);
        for (request, together) in requests.iter().zip(&together) {
            // Bit for bit, log-probabilities and entropies included.
            assert_eq!(&generate(&engine, std::slice::from_ref(request))[0], together);
        }
    }
    let documents: Vec<&[u32]> = prefixes.iter().map(Vec::as_slice).collect();
    let together = engine.score(&documents).unwrap();
    for (document, together) in documents.iter().zip(&together) {
        assert_eq!(&engine.score(&[document]).unwrap()[0], together);
    }
}

#[test]
fn a_cache_changes_no_answer() {
    let engine = engine(true);
    let mut prefix = text(20, 3);
    for round in 0..5 {
        let fresh = generate(&engine, &[ask(&prefix, 6, Sampling::Greedy, None)]);
        let cached = generate(&engine, &[ask(&prefix, 6, Sampling::Greedy, Some(7))]);
        assert_eq!(fresh, cached, "round {round}");
        // Accepted in part, then something else typed; in one round, text is deleted.
        prefix.extend(cached[0].tokens.iter().take(round).map(|token| token.token));
        prefix.extend(text(4, round + 11));
        if round == 3 {
            prefix.truncate(15);
        }
    }
}

#[test]
fn generated_tokens_have_the_log_probabilities_that_scoring_gives_them() {
    for bos in [true, false] {
        let engine = engine(bos);
        let mut tokens = text(12, 5);
        let generation = generate(&engine, &[ask(&tokens, 30, RANDOM, None)]).remove(0);
        tokens.extend(generation.tokens.iter().map(|token| token.token));
        let scored = engine.score(&[&tokens]).unwrap().remove(0).logprobs;
        assert_eq!(scored[0].is_none(), !bos);
        for (token, scored) in generation.tokens.iter().zip(&scored[12..]) {
            assert_eq!(Some(token.logprob), *scored);
        }
    }
}

#[test]
fn ends_for_the_reasons_that_it_gives() {
    let engine = engine(true);
    let prefix = text(POSITIONS - 5, 2);
    let finish = |request| generate(&engine, &[request]).remove(0);
    assert_eq!(finish(ask(&prefix[..9], 0, Sampling::Greedy, None)).finish, FinishReason::Length);
    let full = finish(ask(&prefix, 50, RANDOM, None));
    assert!(matches!(full.finish, FinishReason::Context | FinishReason::StopToken));
    assert!(full.tokens.len() <= 5);
    let too_long = text(POSITIONS, 2);
    let error = engine.generate(&[ask(&too_long, 1, Sampling::Greedy, None)], &mut |_, _| NextStep::Continue);
    assert!(matches!(error, Err(ModelError::ContextExceeded { needed, context }) if needed == context + 1));
    let error = engine.generate(&[ask(&[61], 1, Sampling::Greedy, None)], &mut |_, _| NextStep::Continue);
    assert!(matches!(error, Err(ModelError::TokenOutOfRange { token: 61, vocabulary: 61 })));
    let without = Engine::with_special_tokens(decoder(3), None, vec![1]);
    let error = without.generate(&[ask(&[], 1, Sampling::Greedy, None)], &mut |_, _| NextStep::Continue);
    assert!(matches!(error, Err(ModelError::EmptyPrefix)));
    let sampling = Sampling::Random { temperature: 0.0, top_k: 0, top_p: 1.0, seed: 0 };
    let error = engine.generate(&[ask(&[5], 1, sampling, None)], &mut |_, _| NextStep::Continue);
    assert!(matches!(error, Err(ModelError::Unsupported { parameter: "temperature", .. })));
}

#[test]
fn windows_score_every_row_once_with_enough_context() {
    for (rows, context) in [(0, 8), (1, 8), (8, 8), (9, 8), (50, 8), (51, 7), (3, 1)] {
        let mut next = 0;
        for window in windows(rows, context) {
            assert_eq!(window.scored.start, next);
            assert_eq!(window.scored.end, window.inputs.end);
            assert!(window.inputs.len() <= context && !window.scored.is_empty());
            assert!(window.scored.start == 0 || window.scored.start - window.inputs.start == context / 2);
            next = window.scored.end;
        }
        assert_eq!(next, rows);
    }
}

#[test]
fn long_documents_are_scored_in_windows() {
    let engine = engine(false);
    let document = text(3 * POSITIONS + 11, 4);
    let whole = engine.score(&[&document]).unwrap().remove(0).logprobs;
    assert!(whole[0].is_none() && whole[1..].iter().all(Option::is_some));
    let first = engine.score(&[&document[..POSITIONS]]).unwrap().remove(0).logprobs;
    assert_eq!(whole[..POSITIONS], first[..]);
    // The second window sees the half context before what it scores.
    let start = POSITIONS - POSITIONS / 2;
    let second = engine.score(&[&document[start..start + POSITIONS]]).unwrap().remove(0).logprobs;
    assert_eq!(whole[POSITIONS + 1..start + POSITIONS], second[POSITIONS / 2 + 1..]);
}

#[test]
fn positions_inside_windows_have_the_log_probabilities_of_a_direct_pass() {
    for bos in [false, true] {
        let engine = engine(bos);
        let document = text(4 * POSITIONS + 7, 6);
        let scored = engine.score(&[&document]).unwrap().remove(0).logprobs;
        let stream: Vec<u32> = bos.then_some(0).into_iter().chain(document.iter().copied()).collect();
        let cut = windows(stream.len() - 1, POSITIONS);
        let windowing = engine.windowing(document.len()).unwrap();
        assert_eq!((windowing.context, windowing.overlap, windowing.windows), (POSITIONS, POSITIONS / 2, cut.len()));
        assert_eq!(engine.windowing(POSITIONS), None);
        let mut n_compared = 0;
        for (at, window) in cut.iter().enumerate() {
            assert_eq!(window.scored.start - window.inputs.start, if at == 0 { 0 } else { windowing.overlap });
            let logits = engine.decoder().logits(&Batch::of([&stream[window.inputs.clone()]])).unwrap();
            for row in window.scored.clone() {
                let logits = &logits[(row - window.inputs.start) * 61..][..61];
                let target = stream[row + 1] as usize;
                let total: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
                let direct = f64::from(logits[target]) - total.ln();
                let ours = f64::from(scored[row + 1 - usize::from(bos)].unwrap());
                // f32 against f64 over 61 terms, logits up to 30.
                assert!((ours - direct).abs() < 1e-5, "{row}: {ours} {direct}");
                n_compared += 1;
            }
        }
        assert_eq!(n_compared, stream.len() - 1);
    }
}

#[test]
fn damaged_folders_are_refused_by_name() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/llama-tiny");
    let copy = || {
        let folder = tempfile::tempdir().unwrap();
        for name in ["config.json", "model.safetensors"] {
            std::fs::copy(source.join(name), folder.path().join(name)).unwrap();
        }
        folder
    };
    let refused = |folder: &tempfile::TempDir, part: &str| {
        let error = Decoder::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    let folder = copy();
    std::fs::remove_file(folder.path().join("model.safetensors")).unwrap();
    refused(&folder, "model.safetensors");

    for cut in [0, 4, 8, 100, 5000] {
        let folder = copy();
        let bytes = std::fs::read(source.join("model.safetensors")).unwrap();
        std::fs::write(folder.path().join("model.safetensors"), &bytes[..cut]).unwrap();
        refused(&folder, "not a readable safetensors file");
    }

    let edited = |from: &str, to: &str, part: &str| {
        let folder = copy();
        let config = std::fs::read_to_string(source.join("config.json")).unwrap();
        assert!(config.contains(from));
        std::fs::write(folder.path().join("config.json"), config.replace(from, to)).unwrap();
        refused(&folder, part);
    };
    edited("\"llama\"", "\"gpt2\"", "model_type");
    edited("\"hidden_size\": 32", "\"hidden_size\": 48", "expected shape");
    edited("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "model.layers.2");
    edited("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", "model.layers.1");
    edited("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "num_key_value_heads");
    edited("\"rope_type\": \"default\"", "\"rope_type\": \"yarn\"", "rope_type");
    edited("\"hidden_act\": \"silu\"", "\"hidden_act\": \"relu\"", "hidden_act");
    edited("\"eos_token_id\": 1", "\"eos_token_id\": 97", "eos_token_id");
    for (field, value) in [
        ("quantization_config", "{\"quant_method\": \"gptq\"}"),
        ("num_local_experts", "8"),
        ("final_logit_softcapping", "30.0"),
        ("sliding_window", "64"),
        ("partial_rotary_factor", "0.5"),
        ("attention_bias", "true"),
        ("layer_types", "[\"sliding_attention\", \"full_attention\"]"),
        ("layer_types", "[\"full_attention\"]"),
        ("rope_scaling", "{\"rope_type\": \"yarn\"}"),
        ("query_pre_attn_scalar", "12"),
        ("vision_config", "{}"),
    ] {
        let folder = copy();
        let text = std::fs::read_to_string(source.join("config.json")).unwrap();
        let mut config: serde_json::Value = serde_json::from_str(&text).unwrap();
        config[field] = serde_json::from_str(value).unwrap();
        std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        refused(&folder, field);
    }

    let folder = copy();
    let mut decoder = Decoder::open(folder.path()).unwrap();
    decoder.parameters_mut()[3].values_mut()[17] = f32::NAN;
    let name = decoder.parameters()[3].name.clone();
    decoder.save(folder.path(), empower_engine::Storage::F32).unwrap();
    refused(&folder, &name);
    refused(&folder, "element 17");
}

#[test]
fn shards_are_held_against_their_index() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/qwen3-tiny");
    let index = "model.safetensors.index.json";
    let copy = || {
        let folder = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(&source).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
        folder
    };
    let whole = copy();
    let decoder = Decoder::open(whole.path()).unwrap();
    // Written in one file, which then counts, and read again.
    decoder.save(whole.path(), empower_engine::Storage::Bf16).unwrap();
    let again = Decoder::open(whole.path()).unwrap();
    for (a, b) in decoder.parameters().iter().zip(again.parameters()) {
        assert_eq!((&a.name, a.values()), (&b.name, b.values()));
    }
    let refused = |edit: &dyn Fn(&mut serde_json::Value), part: &str| {
        let folder = copy();
        let text = std::fs::read_to_string(folder.path().join(index)).unwrap();
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        edit(&mut json);
        std::fs::write(folder.path().join(index), json.to_string()).unwrap();
        let error = Decoder::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    let norm = "model.norm.weight";
    refused(&|json| json["weight_map"][norm] = "../model.safetensors".into(), "weight_map.model.norm.weight");
    refused(&|json| json["weight_map"][norm] = "/etc/passwd".into(), "weight_map.model.norm.weight");
    refused(&|json| json["weight_map"][norm] = "model-00001-of-00009.safetensors".into(), "cannot read");
    refused(&|json| json["weight_map"]["model.more.weight"] = json["weight_map"][norm].clone(), "model.more.weight");
    refused(&|json| json["weight_map"] = serde_json::json!({}), "weight_map");
    refused(&|json| *json = serde_json::json!([]), "whole file");
    let first =
        serde_json::from_str::<serde_json::Value>(&std::fs::read_to_string(source.join(index)).unwrap()).unwrap();
    let (a, b) = (&first["weight_map"]["model.embed_tokens.weight"], &first["weight_map"][norm]);
    assert_ne!(a, b, "the fixture has several files");
    refused(&|json| json["weight_map"][norm] = a.clone(), norm);
}

#[test]
fn every_position_has_logits() {
    let decoder = decoder(1);
    let tokens = text(40, 9);
    let batch = Batch::of([tokens.as_slice()]);
    let logits = decoder.logits(&batch).unwrap();
    assert_eq!(logits.len(), 40 * 61);
    let targets: Vec<u32> = tokens[1..].iter().copied().chain([0]).collect();
    let scored = decoder.token_logprobs(&batch, &targets, &mut Workspace::default()).unwrap();
    for (row, (target, scored)) in logits.chunks(61).zip(targets.iter().zip(&scored)) {
        let total: f64 = row.iter().map(|logit| f64::from(*logit).exp()).sum();
        // f32 against f64 over 61 terms, logits up to 30.
        assert!((f64::from(row[*target as usize]) - total.ln() - f64::from(*scored)).abs() < 1e-5);
    }
}

#[test]
fn alternatives_are_what_scoring_says_of_every_token() {
    // 100 tokens need two windows of this decoder's context; both with and without a token to begin from.
    for bos in [true, false] {
        let engine = engine(bos);
        let vocabulary = engine.decoder().config().vocab_size;
        let (long, short) = (text(100, 3), text(5, 2));
        let documents: [&[u32]; 2] = [&long, &short];
        // Out of order, twice, and past the end.
        let positions = vec![(0..100).rev().collect::<Vec<_>>(), vec![4, 0, 4, 5]];
        let found = engine.alternatives(&documents, &positions, vocabulary).expect("answers");
        let scores = engine.score(&documents).expect("scores");
        for ((document, positions), (found, scores)) in documents.iter().zip(&positions).zip(found.iter().zip(&scores))
        {
            for (position, found) in positions.iter().zip(found) {
                let logprob = scores.logprobs.get(*position).copied().flatten();
                assert_eq!(found.is_some(), logprob.is_some(), "position {position}");
                let (Some(found), Some(logprob)) = (found, logprob) else { continue };
                assert_eq!(found.likeliest.len(), vocabulary);
                assert!(found.likeliest.is_sorted_by(|a, b| a.1 >= b.1));
                let mine = found.likeliest.iter().find(|it| it.0 == document[*position]).expect("all tokens");
                // The same products, normalised by the same function; scoring may sum in other blocks.
                assert!((mine.1 - logprob).abs() < 1e-5, "{} {logprob}", mine.1);
                let entropy: f32 = found.likeliest.iter().map(|it| -it.1.exp() * it.1).sum();
                assert!((entropy - found.entropy_nats).abs() < 1e-4, "{entropy} {}", found.entropy_nats);
            }
        }
        let few = engine.alternatives(&documents, &positions, 3).expect("answers");
        for (all, few) in found.iter().flatten().zip(few.iter().flatten()) {
            assert_eq!(all.as_ref().map(|it| &it.likeliest[..3]), few.as_ref().map(|it| &it.likeliest[..]));
        }
        assert!(engine.alternatives(&[&[9999]], &[vec![0]], 1).is_err());
    }
}

#[test]
fn a_temperature_divides_the_logits() {
    let mut decoder = decoder(4);
    let tokens: Vec<u32> = (0..40).map(|i| (i * 7 + 3) % 60).collect();
    let batch = Batch::of([tokens.as_slice()]);
    let targets: Vec<u32> = tokens.iter().map(|token| (token + 1) % 60).collect();
    let mut space = Workspace::default();
    let before = decoder.logits(&batch).unwrap();
    let expected = decoder.nll_at_temperatures(&batch, &targets, &[1.0, 1.7], &mut space).unwrap();
    decoder.set_temperature(1.7);
    for (before, after) in before.iter().zip(decoder.logits(&batch).unwrap()) {
        assert!((before / 1.7 - after).abs() < 1e-5, "{before} {after}");
    }
    let found = decoder.nll_at_temperatures(&batch, &targets, &[1.0], &mut space).unwrap()[0];
    assert!((found - expected[1]).abs() < 1e-3 && (found - expected[0]).abs() > 1e-3, "{found} {expected:?}");
    let logprobs = decoder.token_logprobs(&batch, &targets, &mut space).unwrap();
    let sum: f64 = logprobs.iter().map(|logprob| -f64::from(*logprob)).sum();
    assert!((found - sum).abs() < 1e-3, "{found} {sum}");
}
