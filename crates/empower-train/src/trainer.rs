//! The training loop, shared by pretraining and fine-tuning: batches of whole sequences, loss, clipping, optimiser,
//! log, evaluation, checkpoint.
//!
//! The order of sequences is a fresh shuffle every epoch, derived from the seed, so that a position is two numbers and
//! a run that was killed goes on exactly as if it had not been.

use std::path::Path;

use empower_artifact::{JsonlWriter, Seed, read_jsonl, write_atomic};
use empower_engine::{Batch, Decoder, Gradients, Precision, Target, Workspace};
use empower_lm::TokenId;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::checkpoint::{self, Progress};
use crate::error::TrainError;
use crate::optimiser::{AdamWSettings, MatrixRule, Optimiser, clip};
use crate::schedule::Schedule;

/// File of the checkpoint in a run folder.
pub const CHECKPOINT: &str = "checkpoint.safetensors";

/// File of the log in a run folder.
pub const METRICS: &str = "metrics.jsonl";

/// How long to train.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Budget {
    /// Until this many tokens were seen, repetitions counted.
    Tokens(u64),
    /// So many passes over the data.
    Epochs(u64),
}

/// How to train.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrainingSettings {
    /// How long.
    pub budget: Budget,
    /// Tokens of a forward and backward pass, at most; one longer sequence goes alone.
    pub batch_tokens: usize,
    /// Passes whose gradients are added up to one step.
    pub accumulate: usize,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// Its course.
    pub schedule: Schedule,
    /// AdamW's settings.
    pub adamw: AdamWSettings,
    /// What updates the matrices of the layers.
    pub matrices: MatrixRule,
    /// Largest norm of all gradients together.
    pub clip: f64,
    /// Precision of products.
    pub precision: Precision,
    /// Steps between evaluations; 0 for one at the end only.
    pub evaluate_every: u64,
    /// Steps between checkpoints; 0 for one at the end only.
    pub checkpoint_every: u64,
    /// Seed of the order of sequences.
    pub seed: Seed,
}

impl TrainingSettings {
    /// What fine-tuning a small model takes by default: one epoch (the paper's), AdamW without decay, a cosine to a
    /// tenth. The paper gives no learning rate or batch; 1e-3 and 2,048 tokens are chosen: usual for models
    /// of a few million weights, and not yet swept.
    pub fn fine_tuning(seed: Seed) -> Self {
        Self {
            budget: Budget::Epochs(1),
            batch_tokens: 2048,
            accumulate: 1,
            learning_rate: 1e-3,
            schedule: Schedule::Cosine { warmup: 0.1, floor: 0.1 },
            adamw: AdamWSettings { weight_decay: 0.0, ..AdamWSettings::default() },
            matrices: MatrixRule::Adamw,
            clip: 1.0,
            precision: Precision::fastest(),
            evaluate_every: 0,
            checkpoint_every: 50,
            seed,
        }
    }

    /// Refuses what has no meaning, naming the setting as the command line does.
    pub fn check(&self) -> Result<(), TrainError> {
        let refuse = |setting, reason: &str| Err(TrainError::Setting { setting, reason: reason.to_owned() });
        let share = |x: f64| (0.0..1.0).contains(&x);
        match self.schedule {
            Schedule::Cosine { warmup, floor } if !share(warmup) || !(0.0..=1.0).contains(&floor) => {
                refuse("--warmup", "warm-up must be in [0, 1) and the floor in [0, 1]")
            }
            Schedule::Trapezoid { warmup, decay } if !share(warmup) || decay <= 0.0 || warmup + decay > 1.0 => {
                refuse("--decay", "warm-up must be in [0, 1), decay above 0, and their sum at most 1")
            }
            _ if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) => {
                refuse("--learning-rate", "must be above 0")
            }
            _ if self.batch_tokens == 0 => refuse("--batch-tokens", "must be at least 1"),
            _ if self.accumulate == 0 => refuse("--accumulate", "must be at least 1"),
            _ if self.clip.is_nan() || self.clip <= 0.0 => refuse("--clip", "must be above 0"),
            _ if !self.precision.supported() => refuse("--precision", "this processor has no bf16 products; use f32"),
            _ => Ok(()),
        }
    }
}

/// What is trained on: sequences with targets, by number.
pub trait Sequences {
    /// How many there are in an epoch.
    fn n_sequences(&self) -> usize;

    /// Tokens that go in and what each position should predict, equally many of both.
    fn sequence(&self, index: usize) -> (Vec<TokenId>, Vec<Target>);
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MetricsRow {
    /// After a step.
    Step {
        /// Steps taken.
        step: u64,
        /// Tokens seen.
        tokens: u64,
        /// Share of the budget that is behind.
        done: f64,
        /// Mean cross-entropy of the step's targets before its update, in bits a target.
        bits_per_token: f64,
        /// The learning rate used.
        learning_rate: f64,
        /// Norm of the gradients before clipping.
        gradient_norm: f64,
    },
    /// After an evaluation.
    Evaluation {
        /// Steps taken.
        step: u64,
        /// Tokens seen.
        tokens: u64,
        /// Held-out cross-entropy in bits a target.
        bits_per_token: f64,
        /// The same a byte of text, where every token is a target.
        bits_per_byte: Option<f64>,
    },
}

impl MetricsRow {
    fn step(&self) -> u64 {
        match self {
            Self::Step { step, .. } | Self::Evaluation { step, .. } => *step,
        }
    }
}

/// What held-out text costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Bits a target, weighted as in training.
    pub bits_per_token: f64,
    /// Bits a byte of text, where every token is a target.
    pub bits_per_byte: Option<f64>,
    /// Weight of all targets: their number where each counts once.
    pub targets: f64,
}

/// Mean cross-entropy of all sequences in `f32`; `bytes` is the length of their text where every token of it is a
/// target. `None` where there is no target.
pub fn evaluate(decoder: &Decoder, sequences: &dyn Sequences, bytes: Option<usize>) -> Option<Evaluation> {
    let mut space = Workspace::default();
    let (mut nats, mut weight) = (0.0, 0.0);
    let indices: Vec<usize> = (0..sequences.n_sequences()).collect();
    for group in indices.chunks(16) {
        let (mut batch, mut targets) = (Batch::default(), Vec::new());
        for index in group {
            let (inputs, wanted) = sequences.sequence(*index);
            batch.push(inputs, 0);
            targets.extend(wanted);
        }
        nats += decoder.loss(&batch, &targets, &mut space);
        weight += targets.iter().map(|target| f64::from(target.weight())).sum::<f64>();
    }
    let bits = nats / std::f64::consts::LN_2;
    (weight > 0.0).then(|| Evaluation {
        bits_per_token: bits / weight,
        bits_per_byte: bytes.filter(|bytes| *bytes > 0).map(|bytes| bits / bytes as f64),
        targets: weight,
    })
}

/// Trains what is not frozen of `decoder` in place, inside `folder`, from its checkpoint there where one is. `held_out` is evaluated with the
/// bytes of its text (see [`evaluate`]); `report` sees every row of the log as it is written.
///
/// Settings must be those of the interrupted run, which the caller checks by the manifest; a budget in tokens alone may
/// differ.
pub fn train(
    decoder: &mut Decoder,
    sequences: &dyn Sequences,
    held_out: Option<(&dyn Sequences, Option<usize>)>,
    settings: &TrainingSettings,
    folder: &Path,
    report: &mut dyn FnMut(&MetricsRow),
) -> Result<Progress, TrainError> {
    settings.check()?;
    let n_sequences = sequences.n_sequences();
    if n_sequences == 0 {
        return Err(TrainError::NoData { reason: "no sequence has a target".to_owned() });
    }
    let mut gradients = Gradients::of_trained(decoder.parameters());
    let mut optimiser = Optimiser::new(decoder.parameters(), &gradients, settings.adamw, settings.matrices);
    let checkpoint_path = folder.join(CHECKPOINT);
    let mut progress =
        checkpoint::read(&checkpoint_path, decoder.parameters_mut(), &mut optimiser)?.unwrap_or_default();
    let mut log = open_log(&folder.join(METRICS), progress.step)?;
    let mut write = |row: MetricsRow| -> Result<(), TrainError> {
        log.write(&row)?;
        report(&row);
        Ok(())
    };
    let share = |progress: &Progress| match settings.budget {
        Budget::Tokens(tokens) => progress.tokens as f64 / tokens as f64,
        Budget::Epochs(epochs) => (progress.epoch as f64 + progress.item as f64 / n_sequences as f64) / epochs as f64,
    };

    let dropout = settings.seed.named("dropout");
    let mut space = Workspace::default();
    let mut order = shuffled(n_sequences, settings.seed, progress.epoch);
    while share(&progress) < 1.0 {
        let learning_rate = settings.learning_rate * settings.schedule.factor(share(&progress));
        gradients.clear();
        let (mut nats, mut weight) = (0.0, 0.0);
        for _ in 0..settings.accumulate {
            let (mut batch, mut targets) = (Batch::default(), Vec::new());
            // What dropout leaves out follows from how many sequences were seen before, whatever the batches.
            let mut n_seen = progress.epoch * n_sequences as u64 + progress.item as u64;
            while share(&progress) < 1.0 {
                let (inputs, wanted) = sequences.sequence(order[progress.item]);
                if !batch.is_empty() && batch.len() + inputs.len() > settings.batch_tokens {
                    break;
                }
                progress.tokens += inputs.len() as u64;
                batch.push_seeded(inputs, 0, dropout.index(n_seen).value());
                n_seen += 1;
                targets.extend(wanted);
                progress.item += 1;
                if progress.item == n_sequences {
                    progress.epoch += 1;
                    progress.item = 0;
                    order = shuffled(n_sequences, settings.seed, progress.epoch);
                }
            }
            weight += targets.iter().map(|target| f64::from(target.weight())).sum::<f64>();
            nats += decoder.loss_and_gradients(&batch, &targets, 1.0, settings.precision, &mut gradients, &mut space);
        }
        // One division by the weight of the whole accumulated batch: micro-batches of different sizes count rightly.
        gradients.scale((1.0 / weight) as f32);
        if !nats.is_finite() {
            return Err(TrainError::Diverged { step: progress.step + 1 });
        }
        let gradient_norm = clip(&mut gradients, settings.clip);
        optimiser.step(decoder.parameters_mut(), &gradients, learning_rate);
        progress.step += 1;
        let bits_per_token = nats / weight / std::f64::consts::LN_2;
        let (Progress { step, tokens, .. }, done) = (progress, share(&progress).min(1.0));
        write(MetricsRow::Step { step, tokens, done, bits_per_token, learning_rate, gradient_norm })?;

        let due = |every: u64| done >= 1.0 || (every > 0 && step % every == 0);
        if due(settings.evaluate_every)
            && let Some((held_out, bytes)) = held_out
            && let Some(Evaluation { bits_per_token, bits_per_byte, .. }) = evaluate(decoder, held_out, bytes)
        {
            write(MetricsRow::Evaluation { step, tokens, bits_per_token, bits_per_byte })?;
        }
        if due(settings.checkpoint_every) {
            checkpoint::write(&checkpoint_path, decoder.parameters(), &optimiser, progress)?;
        }
    }
    Ok(progress)
}

/// Opens the log of a run that stands after `step`: what a killed run wrote beyond its checkpoint is taken back, since
/// the same steps will be written again.
fn open_log(path: &Path, step: u64) -> Result<JsonlWriter, TrainError> {
    // Opening mends a torn last line.
    drop(JsonlWriter::append(path)?);
    let rows: Vec<MetricsRow> = read_jsonl(path)?;
    if rows.iter().any(|row| row.step() > step) {
        let kept = rows.iter().filter(|row| row.step() <= step);
        let lines: Vec<String> = kept.map(|row| serde_json::to_string(row).expect("plain numbers") + "\n").collect();
        write_atomic(path, lines.concat().as_bytes())?;
    }
    Ok(JsonlWriter::append(path)?)
}

/// `0 .. n` in the order of one epoch: a Fisher-Yates shuffle from the seed of that epoch.
fn shuffled(n: usize, seed: Seed, epoch: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    let mut rng = seed.named("epoch").index(epoch).rng();
    for i in (1..n).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
    order
}
