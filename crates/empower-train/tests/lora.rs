//! Training an adapter beside frozen weights: exact resume, and what a checkpoint holds.

use std::path::Path;

use empower_artifact::Seed;
use empower_engine::{Config, Decoder, LlamaShape, Precision, Storage, Target};
use empower_lm::TokenId;
use empower_train::{
    Budget, CHECKPOINT, LoraSettings, METRICS, MetricsRow, Schedule, Sequences, TrainingSettings, evaluate, train,
};
use safetensors::SafeTensors;

/// Sentences of a made-up language: every token follows from the one before.
struct Sentences;

impl Sequences for Sentences {
    fn n_sequences(&self) -> usize {
        7
    }

    fn sequence(&self, index: usize) -> (Vec<TokenId>, Vec<Target>) {
        let tokens: Vec<u32> = (0..6 + 3 * index as u32).map(|i| (index as u32 * 11 + i * 7) % 61).collect();
        let targets = tokens.iter().map(|token| Target::next((token + 7) % 61)).collect();
        (tokens, targets)
    }
}

fn base() -> tempfile::TempDir {
    let shape = LlamaShape {
        vocabulary: 61,
        width: 32,
        layers: 2,
        heads: 4,
        key_value_heads: 2,
        feed_forward: 48,
        positions: 64,
    };
    let folder = tempfile::tempdir().unwrap();
    let mut decoder = Decoder::random(Config::llama(shape), 1).unwrap();
    // Far from the usual tiny start: the output layer is frozen, and must be able to tell tokens apart.
    for parameter in decoder.parameters_mut().iter_mut().filter(|parameter| parameter.shape.len() == 2) {
        parameter.values_mut().iter_mut().for_each(|value| *value *= 12.0);
    }
    decoder.save(folder.path(), Storage::Bf16).unwrap();
    folder
}

fn adapted(base: &Path) -> Decoder {
    let mut decoder = Decoder::open_frozen(base).unwrap();
    let settings = LoraSettings { rank: 8, alpha: 16.0, dropout: 0.2, ..LoraSettings::default() };
    decoder.add_adapters(settings, 5).unwrap();
    decoder.set_recompute(true);
    decoder
}

fn settings(epochs: u64, batch_tokens: usize) -> TrainingSettings {
    TrainingSettings {
        budget: Budget::Epochs(epochs),
        batch_tokens,
        accumulate: 2,
        learning_rate: 1e-2,
        schedule: Schedule::Cosine { warmup: 0.1, floor: 0.1 },
        precision: Precision::F32,
        checkpoint_every: 2,
        ..TrainingSettings::fine_tuning(Seed::new(9))
    }
}

#[test]
fn an_adapter_s_run_that_was_cut_off_goes_on_as_if_it_had_not_been() {
    let base = base();
    let settings = settings(6, 40);
    let run = |folder: &Path, stop_after: Option<u64>| {
        let mut decoder = adapted(base.path());
        // A panic in the log stands for the kill: nothing after it is written.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            train(&mut decoder, &Sentences, None, &settings, folder, &mut |row| {
                if let (MetricsRow::Step { step, .. }, Some(last)) = (row, stop_after) {
                    assert!(*step < last, "cut off");
                }
            })
            .unwrap()
        }));
        (result.ok(), decoder)
    };
    let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (progress, decoder) = run(whole.path(), None);
    assert!(progress.unwrap().step > 6);
    assert!(run(broken.path(), Some(3)).0.is_none());
    assert!(run(broken.path(), Some(6)).0.is_none());
    let (again, resumed) = run(broken.path(), None);
    assert_eq!(progress, again);
    for (a, b) in decoder.parameters().iter().zip(resumed.parameters()) {
        assert_eq!(a.to_f32(), b.to_f32(), "{}", a.name);
    }
    for file in [METRICS, CHECKPOINT] {
        let read = |folder: &tempfile::TempDir| std::fs::read(folder.path().join(file)).unwrap();
        assert_eq!(read(&whole), read(&broken), "{file}");
    }

    // The checkpoint has the adapter and its moments, and nothing of what is frozen.
    let bytes = std::fs::read(whole.path().join(CHECKPOINT)).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(file.len(), 3 * 28);
    assert!(file.names().iter().all(|name| name.contains("lora_")));
    let (fresh, trained) = (adapted(base.path()), decoder);
    for (a, b) in fresh.parameters().iter().zip(trained.parameters()) {
        assert_eq!(a.to_f32() == b.to_f32(), a.is_frozen(), "{}: frozen weights stay, adapters move", a.name);
    }
}

#[test]
fn an_adapter_learns_what_its_base_does_not_know() {
    let base = base();
    let mut decoder = adapted(base.path());
    let before = evaluate(&decoder, &Sentences, None).unwrap().unwrap().bits_per_token;
    let folder = tempfile::tempdir().unwrap();
    train(&mut decoder, &Sentences, None, &settings(40, 200), folder.path(), &mut |_| ()).unwrap();
    let after = evaluate(&decoder, &Sentences, None).unwrap().unwrap().bits_per_token;
    // Sixty-one equally likely tokens are 5.9 bits.
    assert!(before > 5.5 && after < 0.7 * before, "{before} {after}");
}
