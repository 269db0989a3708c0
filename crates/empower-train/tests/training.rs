//! Training against its references: torch's AdamW, the row-by-row sum, and a run without a break.

use std::path::Path;

use empower_artifact::{Seed, read_jsonl};
use empower_data::{DocumentExamplesRow, ExampleOptions, ExampleRow, ScoredDocument, States, document_examples};
use empower_engine::{Batch, Config, Decoder, Gradients, LlamaShape, Precision, Target, Workspace};
use empower_lm::{BOS, Bits, EOS, Tokenizer, train_byte_level_bpe};
use empower_select::Method;
use empower_train::checkpoint::read_weights;
use empower_train::sft::{Examples, Frame};
use empower_train::{
    AdamWSettings, Budget, CHECKPOINT, METRICS, MatrixRule, MetricsRow, Optimiser, Schedule, Sequences,
    TrainingSettings, evaluate, train,
};
use serde_json::Value;

fn tokenizer() -> Tokenizer {
    train_byte_level_bpe(["def f(x):\n    return x + 1\n"].into_iter(), 270, &[BOS, EOS]).unwrap()
}

fn decoder() -> Decoder {
    let shape = LlamaShape {
        vocabulary: 270,
        width: 32,
        layers: 2,
        heads: 4,
        key_value_heads: 2,
        feed_forward: 48,
        positions: 64,
    };
    Decoder::random(Config::llama(shape), 1).unwrap()
}

/// Documents with made-up costs, and every state's examples by a method.
fn rows(method: Method) -> Vec<DocumentExamplesRow> {
    let options =
        ExampleOptions { method, estimator: Default::default(), states: States::All, seed: 4, drop_silent: false };
    (0..6usize)
        .map(|d| {
            let len = 3 + 5 * d;
            let tokens: Vec<u32> = (0..len).map(|i| ((i * 31 + d * 17) % 268 + 2) as u32).collect();
            let logprobs: Vec<Option<f32>> = (0..len).map(|i| Some(-(((i * 7 + d) % 5) as f32) * 0.1)).collect();
            let id = format!("document {d}");
            let document = ScoredDocument { document_id: &id, token_ids: &tokens, logprobs: Some(&logprobs) };
            document_examples(document, &options).unwrap()
        })
        .collect()
}

fn row_by_row(rows: &[DocumentExamplesRow]) -> Vec<ExampleRow> {
    rows.iter()
        .flat_map(|row| {
            row.rows(|_| Ok::<_, std::convert::Infallible>(String::new())).collect::<Result<Vec<_>, _>>().unwrap()
        })
        .collect()
}

fn loss_and_gradients(decoder: &Decoder, examples: &Examples) -> (f64, Gradients) {
    let mut gradients = Gradients::zeros(decoder.parameters(), |_| true);
    let mut loss = 0.0;
    for index in 0..examples.n_sequences() {
        let (inputs, targets) = examples.sequence(index);
        let batch = Batch::of([inputs.as_slice()]);
        let space = &mut Workspace::default();
        loss += decoder.loss_and_gradients(&batch, &targets, 1.0, Precision::F32, &mut gradients, space).unwrap();
    }
    (loss, gradients)
}

#[test]
fn one_pass_over_a_document_equals_the_sum_over_its_examples() {
    let (decoder, tokenizer) = (decoder(), tokenizer());
    let frame = Frame::new(&tokenizer, 64).unwrap();
    for method in [
        Method::Empower { eta: Bits(0.5) },
        Method::Empower { eta: Bits(2.0) },
        Method::SftN { n: 4 },
        Method::SftRand { min: 1, max: 9 },
    ] {
        let rows = rows(method);
        let (dense, long) = (Examples::dense(&rows, frame).unwrap(), Examples::row_by_row(&row_by_row(&rows), frame));
        assert_eq!(dense.n_examples(), long.n_examples());
        assert!(dense.n_sequences() == 6 && long.n_sequences() > 90);
        let ((dense, dense_gradients), (long, gradients)) =
            (loss_and_gradients(&decoder, &dense), loss_and_gradients(&decoder, &long));
        // Sums of some 500 losses of about 5.6 nats, each rounded to f32.
        assert!((dense - long).abs() < 1e-5 * long, "{method}: {dense} {long}");
        for (slot, gradient) in gradients.iter() {
            let size = gradient.iter().map(|g| g.abs()).fold(0.0, f32::max);
            let dense = dense_gradients.get(slot).unwrap();
            let worst = gradient.iter().zip(dense).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            // f32 sums over about a hundred rows in another order, relative to the largest entry.
            assert!(worst <= 2e-5 * size, "{method}: {}: {worst} of {size}", decoder.parameters()[slot].name);
        }
    }
}

#[test]
fn documents_longer_than_the_context_keep_all_their_targets() {
    let tokenizer = tokenizer();
    let rows = rows(Method::SftN { n: 4 });
    let weight = |context| -> f32 {
        let examples = Examples::dense(&rows, Frame::new(&tokenizer, context).unwrap()).unwrap();
        (0..examples.n_sequences())
            .flat_map(|index| {
                let (inputs, targets) = examples.sequence(index);
                assert!(inputs.len() <= context && inputs.len() == targets.len());
                targets
            })
            .map(|target: Target| target.weight())
            .sum()
    };
    // Whole numbers below 2^24: exact.
    assert_eq!(weight(64), weight(8));
}

#[test]
fn the_first_ten_steps_are_those_of_torch() {
    for name in ["llama-tiny", "llama-tiny-untied"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../empower-engine/tests/fixtures").join(name);
        let expected: Value =
            serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
        let training = &expected["training"];
        let number = |key: &str| training[key].as_f64().unwrap();
        let mut decoder = Decoder::open(&folder).unwrap();
        let mut gradients = Gradients::zeros(decoder.parameters(), |_| true);
        let settings = AdamWSettings {
            beta1: number("beta1"),
            beta2: number("beta2"),
            eps: number("eps"),
            weight_decay: number("weight_decay"),
            decay_norms: true,
        };
        let mut optimiser = Optimiser::new(decoder.parameters(), &gradients, settings, MatrixRule::Adamw);
        let batches: Vec<Vec<Vec<u32>>> = serde_json::from_value(training["batches"].clone()).unwrap();
        let losses: Vec<f64> = serde_json::from_value(training["losses"].clone()).unwrap();
        assert_eq!(losses.len(), 10);
        for (step, want) in losses.iter().enumerate() {
            let rows = &batches[step % batches.len()];
            let targets: Vec<Target> = rows
                .iter()
                .flat_map(|row| row[1..].iter().map(|token| Target::next(*token)).chain([Target::NONE]))
                .collect();
            let n = targets.iter().filter(|target| target.weight() > 0.0).count() as f64;
            gradients.clear();
            let (batch, space) = (Batch::of(rows.iter().map(Vec::as_slice)), &mut Workspace::default());
            let scale = (1.0 / n) as f32;
            let nats =
                decoder.loss_and_gradients(&batch, &targets, scale, Precision::F32, &mut gradients, space).unwrap();
            // Ten steps of f32 differ from f64 by 1e-5 in torch itself; ten times that for another order of sums.
            assert!((nats / n - want).abs() < 1e-4, "{name}: step {step}: {} {want}", nats / n);
            optimiser.step(decoder.parameters_mut(), &gradients, number("lr"));
        }
    }
}

fn settings(budget: Budget) -> TrainingSettings {
    TrainingSettings {
        budget,
        batch_tokens: 40,
        accumulate: 2,
        learning_rate: 1e-2,
        schedule: Schedule::Cosine { warmup: 0.1, floor: 0.1 },
        precision: Precision::F32,
        evaluate_every: 3,
        checkpoint_every: 2,
        ..TrainingSettings::fine_tuning(Seed::new(9))
    }
}

#[test]
fn a_run_that_was_cut_off_goes_on_as_if_it_had_not_been() {
    let tokenizer = tokenizer();
    let frame = Frame::new(&tokenizer, 64).unwrap();
    let examples = Examples::dense(&rows(Method::Empower { eta: Bits(1.0) }), frame).unwrap();
    for matrices in [MatrixRule::Adamw, MatrixRule::Muon] {
        let settings = TrainingSettings { matrices, ..settings(Budget::Epochs(5)) };
        let run = |folder: &Path, stop_after: Option<u64>| {
            let mut decoder = decoder();
            let held_out: (&dyn Sequences, _) = (&examples, None);
            // A panic in the log stands for the kill: nothing after it is written.
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                train(&mut decoder, &examples, Some(held_out), &settings, folder, &mut |row| {
                    if let (MetricsRow::Step { step, .. }, Some(last)) = (row, stop_after) {
                        assert!(*step < last, "cut off");
                    }
                })
                .unwrap()
            }));
            (result.ok(), decoder)
        };
        let whole = tempfile::tempdir().unwrap();
        let (progress, decoder) = run(whole.path(), None);
        assert!(progress.unwrap().step > 8);
        let broken = tempfile::tempdir().unwrap();
        assert!(run(broken.path(), Some(4)).0.is_none());
        assert!(run(broken.path(), Some(7)).0.is_none());
        let (again, resumed) = run(broken.path(), None);
        assert_eq!(progress, again);
        for (a, b) in decoder.parameters().iter().zip(resumed.parameters()) {
            assert_eq!(a.values(), b.values(), "{}", a.name);
        }
        for file in [METRICS, CHECKPOINT] {
            let read = |folder: &tempfile::TempDir| std::fs::read(folder.path().join(file)).unwrap();
            assert_eq!(read(&whole), read(&broken), "{file}");
        }
        // Another run can begin with the weights.
        let mut begun = Decoder::random(decoder.config().clone(), 99).unwrap();
        let stands = read_weights(&whole.path().join(CHECKPOINT), begun.parameters_mut()).unwrap();
        assert_eq!(Some(stands), progress);
        assert!(begun.parameters().iter().zip(decoder.parameters()).all(|(a, b)| a.values() == b.values()));
        let log: Vec<MetricsRow> = read_jsonl(&whole.path().join(METRICS)).unwrap();
        assert!(matches!(log.last(), Some(MetricsRow::Evaluation { .. })));
    }
}

#[test]
fn a_frozen_model_is_refused() {
    let tokenizer = tokenizer();
    let frame = Frame::new(&tokenizer, 64).unwrap();
    let examples = Examples::dense(&rows(Method::Empower { eta: Bits(1.0) }), frame).unwrap();
    let mut decoder = decoder();
    decoder.parameters_mut().iter_mut().for_each(|parameter| parameter.set_frozen(true));
    let folder = tempfile::tempdir().unwrap();
    let refused = train(&mut decoder, &examples, None, &settings(Budget::Epochs(1)), folder.path(), &mut |_| {});
    assert!(refused.unwrap_err().to_string().contains("frozen"));
}

#[test]
fn training_lowers_the_loss_and_teaches_to_stop() {
    let tokenizer = tokenizer();
    let frame = Frame::new(&tokenizer, 64).unwrap();
    let examples = Examples::dense(&rows(Method::SftN { n: 3 }), frame).unwrap();
    let mut decoder = decoder();
    let before = evaluate(&decoder, &examples, None).unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = TrainingSettings { evaluate_every: 0, ..settings(Budget::Epochs(40)) };
    train(&mut decoder, &examples, None, &settings, folder.path(), &mut |_| ()).unwrap();
    let after = evaluate(&decoder, &examples, None).unwrap().unwrap();
    // Six short documents learnt by heart; what stays is that each position continues three times and stops once.
    assert!(before.bits_per_token > 7.5 && after.bits_per_token < 1.5, "{before:?} {after:?}");
}
