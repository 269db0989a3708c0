//! The decoder against Hugging Face's `transformers`: fixtures made by `reference/make_model_fixtures.py`.

use std::path::{Path, PathBuf};

use empower_engine::{Batch, Cache, Decoder, Engine, Gradients, Precision, Storage, Target, Workspace};
use empower_lm::{GenerationRequest, Generator, NextStep, Sampling};
use safetensors::SafeTensors;
use serde_json::Value;

const FIXTURES: [&str; 7] =
    ["llama-tiny", "llama-tiny-untied", "llama3-tiny", "llama3-tiny-untied", "qwen2-tiny", "qwen3-tiny", "gemma3-tiny"];

/// Those with rows of several lengths in one padded batch.
const PADDED: [&str; 5] = ["llama3-tiny", "llama3-tiny-untied", "qwen2-tiny", "qwen3-tiny", "gemma3-tiny"];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn expected(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder(name).join("expected.json")).unwrap()).unwrap()
}

fn tensor(bytes: &[u8], name: &str) -> Vec<f32> {
    let file = SafeTensors::deserialize(bytes).unwrap();
    let view = file.tensor(name).unwrap_or_else(|_| panic!("{name} is in the fixture"));
    view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

fn ids(value: &Value) -> Vec<Vec<u32>> {
    serde_json::from_value(value.clone()).unwrap()
}

fn batch(rows: &[Vec<u32>]) -> Batch {
    Batch::of(rows.iter().map(Vec::as_slice))
}

/// Every position but a sequence's last predicts the token after it.
fn next_tokens(rows: &[Vec<u32>]) -> Vec<Target> {
    rows.iter().flat_map(|row| row[1..].iter().map(|token| Target::next(*token)).chain([Target::NONE])).collect()
}

fn close(name: &str, got: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(got.len(), expected.len(), "{name}");
    let worst = got.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "{name}: largest difference {worst} is above {tolerance}");
}

#[test]
fn logits_are_equal() {
    for name in FIXTURES {
        let (decoder, expected) = (Decoder::open(&folder(name)).unwrap(), expected(name));
        let bytes = std::fs::read(folder(name).join("expected.safetensors")).unwrap();
        // Logits of order 1; f32 sums of 32 to 48 terms in another order.
        close(name, &decoder.logits(&batch(&ids(&expected["input_ids"]))).unwrap(), &tensor(&bytes, "logits"), 2e-5);
    }
}

#[test]
fn a_packed_batch_equals_a_padded_one() {
    for name in PADDED {
        let (decoder, expected) = (Decoder::open(&folder(name)).unwrap(), expected(name));
        let bytes = std::fs::read(folder(name).join("expected.safetensors")).unwrap();
        let rows = ids(&expected["padded_rows"]);
        let together = decoder.logits(&batch(&rows)).unwrap();
        // As above.
        close(name, &together, &tensor(&bytes, "padded_logits"), 2e-5);
        // And bit for bit what each row gives alone.
        let alone: Vec<f32> =
            rows.iter().flat_map(|row| decoder.logits(&batch(std::slice::from_ref(row))).unwrap()).collect();
        assert_eq!(together, alone, "{name}");
    }
}

#[test]
fn weights_left_in_their_files_give_the_same_bits() {
    for name in FIXTURES {
        let (ours, frozen) = (Decoder::open(&folder(name)).unwrap(), Decoder::open_frozen(&folder(name)).unwrap());
        let stored_as_bf16 = ["qwen3-tiny", "gemma3-tiny"].contains(&name);
        assert_eq!(frozen.parameters().iter().any(|parameter| parameter.is_bf16()), stored_as_bf16, "{name}");
        assert!(frozen.n_trained() == 0 && ours.n_trained() == ours.n_weights());
        for (a, b) in ours.parameters().iter().zip(frozen.parameters()) {
            assert_eq!((&a.name, a.values()), (&b.name, &*b.to_f32()));
        }
        let rows = ids(&expected(name)["input_ids"]);
        assert_eq!(ours.logits(&batch(&rows)).unwrap(), frozen.logits(&batch(&rows)).unwrap(), "{name}");
        let loss =
            |decoder: &Decoder| decoder.loss(&batch(&rows), &next_tokens(&rows), &mut Workspace::default()).unwrap();
        assert_eq!(loss(&ours), loss(&frozen), "{name}");
    }
}

#[test]
fn a_cache_and_its_windows_change_no_bit() {
    for name in FIXTURES {
        let decoder = Decoder::open_frozen(&folder(name)).unwrap();
        let row: Vec<u32> = (0..90).map(|i| (i * i * 7 + i * 3) % 97).collect();
        let whole = decoder.logits(&batch(std::slice::from_ref(&row))).unwrap();
        let mut space = Workspace::default();
        // In pieces, some longer than a window of 8 and some of one token, beside another sequence.
        let mut caches = [Cache::new(&decoder, 90), Cache::new(&decoder, 90)];
        let mut pieces = Vec::new();
        for range in [0..5, 5..6, 6..7, 7..30, 30..31, 31..89, 89..90] {
            let mut together = Batch::default();
            together.push(row[range.clone()].iter().rev().copied(), caches[0].tokens.len());
            together.push(row[range.clone()].iter().copied(), caches[1].tokens.len());
            let second: Vec<usize> = (range.len()..2 * range.len()).collect();
            let mut add = |_: usize, logits: &[f32]| pieces.extend_from_slice(logits);
            decoder.each_logits(&together, Some(&mut caches), &second, &mut space, &mut add).unwrap();
        }
        assert_eq!(whole, pieces, "{name}");
    }
}

#[test]
fn recomputing_activations_changes_no_bit() {
    for name in FIXTURES {
        let mut decoder = Decoder::open(&folder(name)).unwrap();
        let rows = ids(&expected(name)["input_ids"]);
        let mut run = |recompute: bool| {
            decoder.set_recompute(recompute);
            let mut gradients = Gradients::zeros(decoder.parameters(), |_| true);
            let (batch, targets, space) = (batch(&rows), next_tokens(&rows), &mut Workspace::default());
            let loss =
                decoder.loss_and_gradients(&batch, &targets, 0.1, Precision::F32, &mut gradients, space).unwrap();
            (loss, gradients.iter().map(|(_, gradient)| gradient.to_vec()).collect::<Vec<_>>())
        };
        assert_eq!(run(false), run(true), "{name}");
    }
}

#[test]
fn loss_and_every_gradient_are_equal() {
    for name in FIXTURES {
        let (decoder, expected) = (Decoder::open(&folder(name)).unwrap(), expected(name));
        let bytes = std::fs::read(folder(name).join("expected.safetensors")).unwrap();
        let rows = ids(&expected["input_ids"]);
        let n_targets = rows.iter().map(|row| row.len() - 1).sum::<usize>() as f32;
        let mut gradients = Gradients::zeros(decoder.parameters(), |_| true);
        let mut space = Workspace::default();
        let loss = decoder
            .loss_and_gradients(
                &batch(&rows),
                &next_tokens(&rows),
                1.0 / n_targets,
                Precision::F32,
                &mut gradients,
                &mut space,
            )
            .unwrap();
        let want = expected["loss"].as_f64().unwrap();
        assert!((loss / f64::from(n_targets) - want).abs() < 2e-6, "{name}: loss {loss} {want}");
        for (slot, gradient) in gradients.iter() {
            let parameter = &decoder.parameters()[slot].name;
            let want = tensor(&bytes, &format!("grad.{parameter}"));
            let size = want.iter().map(|g| g.abs()).fold(0.0, f32::max);
            assert!(gradient.iter().any(|g| *g != 0.0), "{name}: {parameter} gets no gradient");
            // Relative to the tensor's largest entry: f32 rounding through two layers.
            close(&format!("{name} {parameter}"), gradient, &want, 2e-5 * size);
        }
    }
}

#[test]
fn frozen_parameters_get_no_gradient_and_change_no_other() {
    let name = FIXTURES[0];
    let (decoder, expected) = (Decoder::open(&folder(name)).unwrap(), expected(name));
    let rows = ids(&expected["input_ids"]);
    let gradients = |trainable: fn(&str) -> bool| {
        let mut gradients = Gradients::zeros(decoder.parameters(), |parameter| trainable(&parameter.name));
        let (batch, targets) = (batch(&rows), next_tokens(&rows));
        decoder
            .loss_and_gradients(&batch, &targets, 1.0, Precision::F32, &mut gradients, &mut Workspace::default())
            .unwrap();
        gradients
    };
    let (all, some) = (gradients(|_| true), gradients(|name| name.contains("q_proj")));
    assert_eq!(some.iter().count(), 2);
    for (slot, gradient) in some.iter() {
        assert_eq!(Some(gradient), all.get(slot));
    }
}

#[test]
fn a_saved_model_is_the_same_model() {
    let decoder = Decoder::open(&folder(FIXTURES[1])).unwrap();
    let target = tempfile::tempdir().unwrap();
    decoder.save(target.path(), Storage::F32).unwrap();
    // As readable as any new file here.
    let mode = |name: &str| std::fs::metadata(target.path().join(name)).unwrap().permissions();
    std::fs::write(target.path().join("any"), "").unwrap();
    assert_eq!(mode("model.safetensors"), mode("any"));
    let again = Decoder::open(target.path()).unwrap();
    for (a, b) in decoder.parameters().iter().zip(again.parameters()) {
        assert_eq!((&a.name, a.values()), (&b.name, b.values()));
    }
    decoder.save(target.path(), Storage::Bf16).unwrap();
    let rounded = Decoder::open(target.path()).unwrap();
    for (a, b) in decoder.parameters().iter().zip(rounded.parameters()) {
        for (a, b) in a.values().iter().zip(b.values()) {
            // bfloat16 keeps 8 bits of mantissa.
            assert!((a - b).abs() <= a.abs() / 256.0);
        }
    }
}

#[test]
fn greedy_continuations_are_equal() {
    for name in FIXTURES {
        let expected = expected(name);
        let engine = Engine::with_special_tokens(Decoder::open(&folder(name)).unwrap(), None, Vec::new());
        let tokens = |key: &str| -> Vec<u32> { serde_json::from_value(expected["greedy"][key].clone()).unwrap() };
        let (prefix, continuation) = (tokens("prefix"), tokens("continuation"));
        let request = GenerationRequest {
            prefix: &prefix,
            max_tokens: continuation.len(),
            sampling: Sampling::Greedy,
            session: None,
        };
        let generation = engine.generate(&[request], &mut |_, _| NextStep::Continue).unwrap().remove(0);
        let got: Vec<u32> = generation.tokens.iter().map(|token| token.token).collect();
        assert_eq!(got, continuation, "{name}");
    }
}
