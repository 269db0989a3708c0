//! The decoder on tensors against the engine's own arithmetic, on every device that this build knows and finds.
//!
//! With `--features candle` that is candle's CPU device; `--features cuda` and `metal` add the GPU where there is one, and
//! say where there is none. The engine's own arithmetic is held to `transformers` in `transformers.rs`.
#![cfg(feature = "candle")]

use std::path::{Path, PathBuf};

use empower_engine::{Batch, Cache, Decoder, Device, Engine, Gradients, LoraSettings, Precision, Target, Workspace};
use empower_lm::{GenerationRequest, Generator, NextStep, Sampling, Scorer, SessionId};
use serde_json::Value;

const FIXTURES: [&str; 7] =
    ["llama-tiny", "llama-tiny-untied", "llama3-tiny", "llama3-tiny-untied", "qwen2-tiny", "qwen3-tiny", "gemma3-tiny"];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Devices to be tested.
fn devices() -> Vec<Device> {
    let candidates = [
        (cfg!(feature = "candle"), Device::Candle),
        (cfg!(feature = "cuda"), Device::Cuda(0)),
        (cfg!(feature = "metal"), Device::Metal),
    ];
    let mut found = Vec::new();
    for (_, device) in candidates.into_iter().filter(|(is_built, _)| *is_built) {
        match Decoder::open(&folder(FIXTURES[0])).unwrap().set_device(device) {
            Ok(()) => found.push(device),
            Err(error) => println!("skipped on {device}: {error}: {:?}", std::error::Error::source(&error)),
        }
    }
    assert!(found.contains(&Device::Candle), "candle's CPU device is always there");
    found
}

/// Every device with the decoder of every fixture there, and its twin on the processor.
fn each(open: fn(&Path) -> Decoder, mut check: impl FnMut(&str, Decoder, Decoder)) {
    for device in devices() {
        for name in FIXTURES {
            let mut there = open(&folder(name));
            there.set_device(device).unwrap();
            assert_eq!(there.device(), device);
            check(&format!("{name} on {device}"), there, open(&folder(name)));
        }
    }
}

fn whole(folder: &Path) -> Decoder {
    Decoder::open(folder).unwrap()
}

fn frozen(folder: &Path) -> Decoder {
    Decoder::open_frozen(folder).unwrap()
}

/// Sequences of several lengths, past the windows of 8 that some fixtures have.
fn rows() -> Vec<Vec<u32>> {
    [40u32, 1, 17].iter().map(|n| (0..*n).map(|i| (i * i * 7 + i * 3 + n) % 97).collect()).collect()
}

fn batch(rows: &[Vec<u32>]) -> Batch {
    let mut batch = Batch::default();
    rows.iter().enumerate().for_each(|(i, row)| batch.push_seeded(row.iter().copied(), 0, 100 + i as u64));
    batch
}

/// Targets of both kinds, of one, and of none.
fn targets(n: usize) -> Vec<Target> {
    let weights = [(1.0, 0.0), (0.5, 2.0), (0.0, 0.0), (0.0, 1.5)];
    (0..n)
        .map(|i| {
            let (next_weight, stop_weight) = weights[i % 4];
            Target { next: (i * 13 % 97) as u32, next_weight, stop: 1, stop_weight }
        })
        .collect()
}

fn close(name: &str, got: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(got.len(), expected.len(), "{name}");
    let worst = got.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "{name}: largest difference {worst} is above {tolerance}");
}

/// Logits of order 1 after two layers in single precision, sums in another order; what the issue asks for is 1e-4.
const TOLERANCE: f32 = 2e-5;

#[test]
fn logits_scores_and_entropies_are_equal() {
    let check = |name: &str, there: Decoder, here: Decoder| {
        let (batch, mut space) = (batch(&rows()), Workspace::default());
        close(name, &there.logits(&batch).unwrap(), &here.logits(&batch).unwrap(), TOLERANCE);
        let tokens: Vec<u32> = (0..batch.len() as u32).map(|i| i * 11 % 97).collect();
        let logprobs = |decoder: &Decoder| decoder.token_logprobs(&batch, &tokens, &mut Workspace::default()).unwrap();
        close(name, &logprobs(&there), &logprobs(&here), TOLERANCE);
        let entropies = |decoder: &Decoder| decoder.token_entropies(&batch, &mut Workspace::default()).unwrap();
        close(name, &entropies(&there), &entropies(&here), TOLERANCE);
        let mut nll =
            |decoder: &Decoder| decoder.nll_at_temperatures(&batch, &tokens, &[0.5, 2.0], &mut space).unwrap();
        for (a, b) in nll(&there).iter().zip(nll(&here)) {
            assert!((a - b).abs() < f64::from(TOLERANCE) * 2.0 * batch.len() as f64, "{name}: {a} {b}");
        }
        let targets = targets(batch.len());
        let loss = |decoder: &Decoder| decoder.loss(&batch, &targets, &mut Workspace::default()).unwrap();
        assert!((loss(&there) - loss(&here)).abs() < f64::from(TOLERANCE) * 2.0 * batch.len() as f64, "{name}");
    };
    each(whole, check);
    each(frozen, check);
}

#[test]
fn a_cache_changes_nothing_but_rounding() {
    each(frozen, |name, there, here| {
        let row: Vec<u32> = (0..90).map(|i| (i * i * 7 + i * 3) % 97).collect();
        let whole = here.logits(&batch(std::slice::from_ref(&row))).unwrap();
        // One with less room than it comes to need, as beside another sequence.
        let mut caches = [Cache::new(&there, 90), Cache::new(&there, 10)];
        let (mut pieces, mut space) = (Vec::new(), Workspace::default());
        for range in [0..5, 5..6, 6..7, 7..30, 30..31, 31..89, 89..90] {
            let mut together = Batch::default();
            together.push(row[range.clone()].iter().rev().copied(), caches[0].tokens.len());
            together.push(row[range.clone()].iter().copied(), caches[1].tokens.len());
            let second: Vec<usize> = (range.len()..2 * range.len()).collect();
            let mut add = |_: usize, logits: &[f32]| pieces.extend_from_slice(logits);
            there.each_logits(&together, Some(&mut caches), &second, &mut space, &mut add).unwrap();
        }
        close(name, &pieces, &whole, TOLERANCE);
        // Back to an earlier token, and on with others: what was held after it is of no account.
        caches[1].truncate(31);
        let (mut other, mut again) = (Batch::default(), Vec::new());
        other.push(row[31..60].iter().copied(), 31);
        let rows: Vec<usize> = (0..29).collect();
        let mut add = |_: usize, logits: &[f32]| again.extend_from_slice(logits);
        there.each_logits(&other, Some(&mut caches[1..]), &rows, &mut space, &mut add).unwrap();
        close(name, &again, &whole[31 * 97..60 * 97], TOLERANCE);
    });
}

#[test]
fn greedy_continuations_are_identical_with_a_session_and_without() {
    for device in devices() {
        for name in FIXTURES {
            let text = std::fs::read_to_string(folder(name).join("expected.json")).unwrap();
            let expected: Value = serde_json::from_str(&text).unwrap();
            let tokens = |key: &str| -> Vec<u32> { serde_json::from_value(expected["greedy"][key].clone()).unwrap() };
            let (prefix, continuation) = (tokens("prefix"), tokens("continuation"));
            let mut decoder = frozen(&folder(name));
            decoder.set_device(device).unwrap();
            let engine = Engine::with_special_tokens(decoder, None, Vec::new());
            let generate = |prefix: &[u32], n: usize, session: Option<SessionId>| -> Vec<u32> {
                let request = GenerationRequest { prefix, max_tokens: n, sampling: Sampling::Greedy, session };
                let found = engine.generate(&[request], &mut |_, _| NextStep::Continue).unwrap().remove(0);
                found.tokens.iter().map(|token| token.token).collect()
            };
            assert_eq!(generate(&prefix, continuation.len(), None), continuation, "{name} on {device}");
            // In two requests of one session, the second of which finds the first's keys and values.
            let half = continuation.len() / 2;
            assert_eq!(generate(&prefix, half, Some(SessionId(7))), continuation[..half]);
            let longer = [&prefix[..], &continuation[..half]].concat();
            let rest = generate(&longer, continuation.len() - half, Some(SessionId(7)));
            assert_eq!(rest, continuation[half..], "{name} on {device}");
            assert!(Scorer::model_id(&engine).0.ends_with(&format!("-{device}")));
        }
    }
}

/// Loss and gradients of what `wanted` says yes to.
fn run(decoder: &Decoder, precision: Precision, wanted: impl Fn(&str) -> bool) -> (f64, Gradients) {
    let batch = batch(&rows());
    let mut gradients = Gradients::zeros(decoder.parameters(), |parameter| wanted(&parameter.name));
    let (targets, space) = (targets(batch.len()), &mut Workspace::default());
    let loss = decoder.loss_and_gradients(&batch, &targets, 0.02, precision, &mut gradients, space).unwrap();
    (loss, gradients)
}

/// Every gradient that is there is the other's, relative to the largest entry, and is not zero.
fn same_gradients(name: &str, decoder: &Decoder, got: &Gradients, expected: &Gradients, tolerance: f32) {
    assert_eq!(got.iter().count(), expected.iter().count());
    for (slot, gradient) in got.iter() {
        let name = format!("{name}: {}", decoder.parameters()[slot].name);
        let expected = expected.get(slot).unwrap();
        let size = expected.iter().map(|g| g.abs()).fold(0.0, f32::max);
        assert!(size > 0.0 && gradient.iter().any(|g| *g != 0.0), "{name} gets no gradient");
        close(&name, gradient, expected, tolerance * size);
    }
}

#[test]
fn loss_and_every_gradient_are_equal() {
    each(whole, |name, mut there, here| {
        let (expected_loss, expected) = run(&here, Precision::F32, |_| true);
        for recompute in [false, true] {
            there.set_recompute(recompute);
            let (loss, gradients) = run(&there, Precision::F32, |_| true);
            assert!((loss - expected_loss).abs() < 1e-5 * expected_loss, "{name}: {loss} {expected_loss}");
            // candle writes the constants of GELU's derivative with six digits.
            same_gradients(name, &there, &gradients, &expected, 1e-4);
        }
        // What nobody wants is not computed, and changes nothing.
        let (_, some) = run(&there, Precision::F32, |name| name.contains("k_proj.weight") || name.contains("layers.1"));
        same_gradients(name, &there, &some, &some_of(&expected, &some), 1e-4);
    });
}

/// Those of `all` that `some` has.
fn some_of(all: &Gradients, some: &Gradients) -> Gradients {
    let mut found = some.clone();
    found.iter_mut().for_each(|(slot, gradient)| gradient.copy_from_slice(all.get(slot).unwrap()));
    found
}

#[test]
fn gradients_are_added_to_what_is_there() {
    for device in devices() {
        let mut decoder = whole(&folder("qwen2-tiny"));
        decoder.set_device(device).unwrap();
        let (batch, mut space) = (batch(&rows()), Workspace::default());
        let (targets, mut gradients) = (targets(batch.len()), Gradients::of_trained(decoder.parameters()));
        let mut add = |gradients: &mut Gradients| {
            decoder.loss_and_gradients(&batch, &targets, 0.02, Precision::F32, gradients, &mut space).unwrap()
        };
        add(&mut gradients);
        let once = gradients.clone();
        add(&mut gradients);
        gradients.scale(0.5);
        same_gradients("twice", &decoder, &gradients, &once, 1e-6);
    }
}

#[test]
fn an_adapter_beside_a_frozen_model_is_trained_alike() {
    for device in devices() {
        let open = || {
            let mut decoder = frozen(&folder("qwen3-tiny"));
            decoder.open_adapter(&folder("qwen3-tiny-lora")).unwrap();
            decoder
        };
        let (mut there, here) = (open(), open());
        there.set_device(device).unwrap();
        let rows = batch(&rows());
        close("logits", &there.logits(&rows).unwrap(), &here.logits(&rows).unwrap(), TOLERANCE);
        // With the dropout of the file, a tenth: what is dropped is the same everywhere.
        assert_eq!(here.adapter_settings().unwrap().dropout, 0.1);
        let is_adapter = |name: &str| name.contains("lora_");
        let ((loss, gradients), (expected_loss, expected)) =
            (run(&there, Precision::F32, is_adapter), run(&here, Precision::F32, is_adapter));
        assert!((loss - expected_loss).abs() < 1e-5 * expected_loss, "{device}: {loss} {expected_loss}");
        same_gradients("lora", &there, &gradients, &expected, 1e-4);
        assert_eq!(gradients.iter().count(), 28, "two matrices for seven maps in two layers, and no other");
    }
}

#[test]
fn steps_follow_the_processors() {
    for device in devices() {
        for lora in [false, true] {
            let open = || {
                let mut decoder = if lora { frozen(&folder("llama3-tiny")) } else { whole(&folder("llama3-tiny")) };
                if lora {
                    let settings = LoraSettings { rank: 8, alpha: 16.0, ..LoraSettings::default() };
                    decoder.add_adapters(settings, 3).unwrap();
                }
                decoder
            };
            let losses = |mut decoder: Decoder| -> Vec<f64> {
                let mut step = || {
                    let batch = batch(&rows());
                    let mut gradients = Gradients::of_trained(decoder.parameters());
                    let (targets, space) = (targets(batch.len()), &mut Workspace::default());
                    let loss = decoder
                        .loss_and_gradients(&batch, &targets, 0.02, Precision::F32, &mut gradients, space)
                        .unwrap();
                    for (slot, gradient) in gradients.iter() {
                        let values = decoder.parameters_mut()[slot].values_mut();
                        values.iter_mut().zip(gradient).for_each(|(value, gradient)| *value -= 0.2 * gradient);
                    }
                    loss
                };
                (0..6).map(|_| step()).collect()
            };
            let mut there = open();
            there.set_device(device).unwrap();
            let (there, here) = (losses(there), losses(open()));
            assert!(here[5] < 0.98 * here[0], "it learns: {here:?}");
            // Rounding of six steps.
            let same = there.iter().zip(&here).all(|(a, b)| (a - b).abs() < 1e-4 * b);
            assert!(same, "{device}: {there:?} {here:?}");
        }
    }
}

#[test]
fn bf16_products_round_and_nothing_else() {
    for device in devices() {
        for name in ["qwen3-tiny", "gemma3-tiny"] {
            let (mut there, here) = (whole(&folder(name)), whole(&folder(name)));
            there.set_device(device).unwrap();
            let (expected_loss, expected) = run(&here, Precision::F32, |_| true);
            let (loss, gradients) = run(&there, Precision::Bf16, |_| true);
            assert!(loss != expected_loss && (loss - expected_loss).abs() < 1e-2 * expected_loss);
            // Eight bits of mantissa through two layers: some hundredths of the largest entry.
            same_gradients(name, &there, &gradients, &expected, 0.1);
        }
    }
}
