//! What users of a fine-tuner rely on: sequences packed together do not see each other, a plan that is kept, early
//! stopping, and the best weights, whatever moment a run is killed at.

use std::collections::BTreeMap;
use std::path::Path;

use empower_artifact::{Seed, read_jsonl};
use empower_engine::{Batch, Config, Decoder, Gradients, LlamaShape, Precision, Target, Workspace};
use empower_train::{
    BestModel, Budget, EarlyStopping, METRICS, MetricsRow, Progress, Schedule, Sequences, TrainingSettings, best_file,
    evaluate, plan, train,
};

const VOCABULARY: usize = 90;

fn decoder() -> Decoder {
    let shape = LlamaShape {
        vocabulary: VOCABULARY,
        width: 32,
        layers: 2,
        heads: 4,
        key_value_heads: 2,
        feed_forward: 48,
        positions: 64,
    };
    Decoder::random(Config::llama(shape), 1).unwrap()
}

/// Sequences of made-up tokens, every third position without a target.
struct Made(Vec<(Vec<u32>, Vec<Target>)>);

impl Made {
    fn new(n: usize, salt: usize) -> Self {
        let sequence = |s: usize| {
            let token = |i: usize| ((i * i * 7 + 13 * s + 31 * salt * (i + 1)) % VOCABULARY) as u32;
            let len = 4 + (5 * s + salt) % 17;
            let target = |i: usize| if i % 3 == 2 { Target::NONE } else { Target::next(token(i + 1)) };
            ((0..len).map(token).collect(), (0..len).map(target).collect())
        };
        Self((0..n).map(sequence).collect())
    }
}

impl Sequences for Made {
    fn n_sequences(&self) -> usize {
        self.0.len()
    }
    fn sequence(&self, index: usize) -> (Vec<u32>, Vec<Target>) {
        self.0[index].clone()
    }
}

fn settings(budget: Budget) -> TrainingSettings {
    TrainingSettings {
        budget,
        batch_tokens: 40,
        learning_rate: 6e-3,
        schedule: Schedule::Cosine { warmup: 0.0, floor: 1.0 },
        precision: Precision::F32,
        evaluate_every: 2,
        checkpoint_every: 3,
        ..TrainingSettings::fine_tuning(Seed::new(9))
    }
}

#[test]
fn sequences_of_one_pass_never_see_each_other() {
    let (decoder, made, space) = (decoder(), Made::new(5, 0), &mut Workspace::default());
    let together = Batch::of(made.0.iter().map(|(inputs, _)| inputs.as_slice()));
    let targets: Vec<Target> = made.0.iter().flat_map(|(_, targets)| targets.clone()).collect();
    let wanted: Vec<u32> = targets.iter().map(|target| target.next).collect();

    // Forward: a sequence among others has the bits that it has alone, whatever the others are.
    let packed = decoder.token_logprobs(&together, &wanted, space).unwrap();
    let mut at = 0;
    for (inputs, _) in &made.0 {
        let alone =
            decoder.token_logprobs(&Batch::of([inputs.as_slice()]), &wanted[at..at + inputs.len()], space).unwrap();
        assert_eq!(alone, packed[at..at + inputs.len()]);
        at += inputs.len();
    }
    // Backward: the gradient of a pack is the sum of the gradients of its members.
    let mut gradients = |batch: &Batch, targets: &[Target]| {
        let mut gradients = Gradients::zeros(decoder.parameters(), |_| true);
        let nats = decoder.loss_and_gradients(batch, targets, 1.0, Precision::F32, &mut gradients, space).unwrap();
        (nats, gradients)
    };
    let (nats, pack) = gradients(&together, &targets);
    let alone: Vec<(f64, Gradients)> =
        made.0.iter().map(|(inputs, targets)| gradients(&Batch::of([inputs.as_slice()]), targets)).collect();
    let sum: f64 = alone.iter().map(|(nats, _)| nats).sum();
    // Some 40 losses of 4.5 nats, each rounded to f32.
    assert!((nats - sum).abs() < 1e-5 * sum, "{nats} {sum}");
    for (slot, gradient) in pack.iter() {
        let size = gradient.iter().map(|g| g.abs()).fold(0.0, f32::max);
        for (i, got) in gradient.iter().enumerate() {
            let want: f32 = alone.iter().map(|(_, gradients)| gradients.get(slot).unwrap()[i]).sum();
            // f32 sums over some fifty rows in another order, relative to the largest entry. A token that leaked from
            // a neighbour would change the gradient by a share of that neighbour's attention.
            assert!((got - want).abs() <= 2e-5 * size, "{}: {got} {want}", decoder.parameters()[slot].name);
        }
    }
}

#[test]
fn a_plan_is_what_training_does() {
    let made = Made::new(13, 1);
    let weight: f64 = made.0.iter().flat_map(|(_, targets)| targets).map(|target| f64::from(target.weight())).sum();
    for (budget, accumulate) in [(Budget::Epochs(1), 1), (Budget::Epochs(3), 2), (Budget::Tokens(333), 3)] {
        let settings = TrainingSettings { accumulate, evaluate_every: 0, ..settings(budget) };
        let planned = plan(&made, &settings).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let done = train(&mut decoder(), &made, None, &settings, folder.path(), &mut |_| ()).unwrap();
        assert_eq!((planned.steps, planned.tokens), (done.step, done.tokens), "{budget:?}");
        assert!(planned.most_pass_tokens <= 40 && planned.least_step_targets <= planned.mean_step_targets);
        if let Budget::Epochs(epochs) = budget {
            // Whole numbers.
            assert_eq!(planned.targets, weight * epochs as f64);
        }
    }
    assert!(plan(&Made(Vec::new()), &settings(Budget::Epochs(1))).is_err());
}

/// A run on data that say nothing about what is held out, so that its loss soon rises.
fn run(
    folder: &Path,
    best: BestModel,
    stopping: Option<EarlyStopping>,
    stop_at: Option<u64>,
) -> (Option<Progress>, Decoder) {
    let (mut decoder, made, held_out) = (decoder(), Made::new(13, 1), Made::new(4, 5));
    let settings = TrainingSettings { best, early_stopping: stopping, ..settings(Budget::Epochs(6)) };
    // A panic in the log stands for the kill: nothing after it is written.
    let progress = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let held_out: (&dyn Sequences, _) = (&held_out, None);
        train(&mut decoder, &made, Some(held_out), &settings, folder, &mut |row| {
            assert!(stop_at.is_none_or(|last| row.step() < last), "cut off");
        })
        .unwrap()
    }));
    (progress.ok(), decoder)
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

fn losses(folder: &Path) -> Vec<(u64, f64)> {
    let rows: Vec<MetricsRow> = read_jsonl(&folder.join(METRICS)).unwrap();
    rows.iter()
        .filter_map(|row| match row {
            MetricsRow::Evaluation { step, bits_per_token, .. } => Some((*step, *bits_per_token)),
            MetricsRow::Step { .. } => None,
        })
        .collect()
}

#[test]
fn the_best_weights_are_kept_and_can_be_the_model() {
    let held_out = Made::new(4, 5);
    let bits = |decoder: &Decoder| evaluate(decoder, &held_out, None).unwrap().unwrap().bits_per_token;
    for (best, file_stays) in [(BestModel::NotKept, false), (BestModel::Kept, true), (BestModel::Final, true)] {
        let folder = tempfile::tempdir().unwrap();
        let (progress, decoder) = run(folder.path(), best, None, None);
        let (progress, losses) = (progress.unwrap(), losses(folder.path()));
        let lowest = losses.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        let last = *losses.last().unwrap();
        assert!(lowest.0 < last.0 && lowest.1 < last.1, "the run overfits: {losses:?}");
        let found = progress.best.unwrap();
        assert_eq!((found.step, found.bits_per_token), lowest);
        assert_eq!(files(folder.path()).contains_key(&best_file(lowest.0)), file_stays);
        // Only one is kept.
        assert_eq!(
            files(folder.path()).keys().filter(|name| name.starts_with("best-")).count(),
            usize::from(file_stays)
        );
        // The very weights: their loss is the logged one to the last bit.
        let expected = if best == BestModel::Final { lowest } else { last };
        assert_eq!((progress.model_step(best), bits(&decoder)), expected);
        // A finished run is opened again for its other model.
        if best == BestModel::Kept {
            let (_, decoder) = run(folder.path(), BestModel::Final, None, None);
            assert_eq!(bits(&decoder), lowest.1);
        }
    }
}

#[test]
fn early_stopping_ends_a_run_where_its_rule_says() {
    let whole = tempfile::tempdir().unwrap();
    run(whole.path(), BestModel::NotKept, None, None);
    let losses = losses(whole.path());
    for (patience, min_delta) in [(1, 0.0), (2, 0.0), (3, 0.05), (1000, 0.0)] {
        // The rule, said again.
        let (mut reference, mut stale, mut ends) = (f64::INFINITY, 0, None);
        for (step, loss) in &losses {
            if *loss < reference - min_delta {
                (reference, stale) = (*loss, 0);
            } else {
                stale += 1;
            }
            if stale == patience && ends.is_none() {
                ends = Some(*step);
            }
        }
        assert_eq!(ends.is_some(), patience < 1000, "{losses:?}");
        let folder = tempfile::tempdir().unwrap();
        let (progress, _) = run(folder.path(), BestModel::Kept, Some(EarlyStopping { patience, min_delta }), None);
        let progress = progress.unwrap();
        assert_eq!((progress.stopped_early, progress.step), (ends.is_some(), ends.unwrap_or(losses.last().unwrap().0)));
    }
}

#[test]
fn a_killed_run_ends_with_the_files_of_one_that_was_not() {
    let stopping = Some(EarlyStopping { patience: 4, min_delta: 0.0 });
    let whole = tempfile::tempdir().unwrap();
    let (progress, decoder) = run(whole.path(), BestModel::Final, stopping, None);
    let progress = progress.unwrap();
    assert!(progress.stopped_early && progress.step > 8, "{progress:?}");
    for kills in [vec![2], vec![4, 5, 7], vec![6, 8], vec![progress.step]] {
        let broken = tempfile::tempdir().unwrap();
        for kill in &kills {
            assert!(run(broken.path(), BestModel::Final, stopping, Some(*kill)).0.is_none());
        }
        let (again, resumed) = run(broken.path(), BestModel::Final, stopping, None);
        assert_eq!(again, Some(progress));
        assert_eq!(files(broken.path()), files(whole.path()), "killed at {kills:?}");
        for (a, b) in decoder.parameters().iter().zip(resumed.parameters()) {
            assert_eq!(a.values(), b.values(), "{}", a.name);
        }
    }
}
