//! The training loop, shared by pretraining and fine-tuning: batches of whole sequences, loss, clipping, optimiser,
//! log, evaluation, checkpoint.
//!
//! The order of sequences is a fresh shuffle every epoch, derived from the seed, so that a position is two numbers and
//! a run that was killed goes on exactly as if it had not been. A pass takes whole sequences up to a number of tokens;
//! they lie one after another without padding and never see each other. [`plan`] walks the same way without a model.

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
    /// When to end before the budget is spent; never without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_stopping: Option<EarlyStopping>,
    /// What becomes of the weights with the lowest held-out loss. Not part of what a run is: the steps are the same
    /// either way, and a finished run can be opened again for its other model.
    #[serde(skip)]
    pub best: BestModel,
}

/// Ends a run whose held-out loss no longer falls.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EarlyStopping {
    /// Evaluations in a row without an improvement after which the run ends, at least 1.
    pub patience: u64,
    /// Bits a target by which the held-out loss must fall below that of the last improvement to be one; 0 or more.
    pub min_delta: f64,
}

/// What becomes of the weights with the lowest held-out loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BestModel {
    /// They are not kept.
    #[default]
    NotKept,
    /// They stay in a file of the run folder (`best-STEP.safetensors`); the decoder ends with those of the last step.
    Kept,
    /// They stay in that file, and the decoder ends with them.
    Final,
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
            early_stopping: None,
            best: BestModel::NotKept,
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
            _ if self.early_stopping.is_some_and(|stop| stop.patience == 0) => {
                refuse("--patience", "must be at least 1; leave it out to train to the end")
            }
            _ if self.early_stopping.is_some_and(|stop| !(stop.min_delta >= 0.0 && stop.min_delta.is_finite())) => {
                refuse("--min-delta", "must be 0 or more")
            }
            _ if self.early_stopping.is_some() && self.evaluate_every == 0 => {
                refuse("--patience", "needs evaluations on the way: set --evaluate-every")
            }
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
    /// The step that the row belongs to.
    pub fn step(&self) -> u64 {
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

/// Sequences that are evaluated together, at most. Chosen: enough to keep the matrix products busy.
const EVALUATED_SEQUENCES: usize = 16;

/// Tokens at which a group of evaluated sequences is full. Chosen: 16 of 1,024 tokens, whatever the context.
pub(crate) const EVALUATED_TOKENS: usize = 1 << 14;

/// Mean cross-entropy of all sequences in `f32`; `bytes` is the length of their text where every token of it is a
/// target. `None` where there is no target.
pub fn evaluate(
    decoder: &Decoder,
    sequences: &dyn Sequences,
    bytes: Option<usize>,
) -> Result<Option<Evaluation>, TrainError> {
    let mut space = Workspace::default();
    let (mut nats, mut weight) = (0.0, 0.0);
    let n_sequences = sequences.n_sequences();
    let mut index = 0;
    while index < n_sequences {
        let (mut batch, mut targets) = (Batch::default(), Vec::new());
        let end = n_sequences.min(index + EVALUATED_SEQUENCES);
        while index < end && (batch.is_empty() || batch.len() < EVALUATED_TOKENS) {
            let (inputs, wanted) = sequences.sequence(index);
            batch.push(inputs, 0);
            targets.extend(wanted);
            index += 1;
        }
        nats += decoder.loss(&batch, &targets, &mut space)?;
        weight += targets.iter().map(|target| f64::from(target.weight())).sum::<f64>();
    }
    let bits = nats / std::f64::consts::LN_2;
    Ok((weight > 0.0).then(|| Evaluation {
        bits_per_token: bits / weight,
        bits_per_byte: bytes.filter(|bytes| *bytes > 0).map(|bytes| bits / bytes as f64),
        targets: weight,
    }))
}

/// Trains what is not frozen of `decoder` in place, inside `folder`, from its checkpoint there where one is. `held_out` is evaluated with the
/// bytes of its text (see [`evaluate`]); `report` sees every row of the log as it is written.
///
/// Settings must be those of the interrupted run, which the caller checks by the manifest; a budget in tokens alone may
/// differ. With what the decoder ends is [`Progress::model_step`]'s to say.
pub fn train(
    decoder: &mut Decoder,
    sequences: &dyn Sequences,
    held_out: Option<(&dyn Sequences, Option<usize>)>,
    settings: &TrainingSettings,
    folder: &Path,
    report: &mut dyn FnMut(&MetricsRow),
) -> Result<Progress, TrainError> {
    settings.check()?;
    if sequences.n_sequences() == 0 {
        return Err(nothing_to_train_on());
    }
    if decoder.parameters().iter().all(|parameter| parameter.is_frozen()) {
        return Err(TrainError::NoData { reason: "every parameter is frozen: nothing would be trained".to_owned() });
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
    let dropout = settings.seed.named("dropout");
    let mut space = Workspace::default();
    let mut walk = Walk::new(sequences, settings, &progress);
    while walk.share(&progress) < 1.0 && !progress.stopped_early {
        let learning_rate = settings.learning_rate * settings.schedule.factor(walk.share(&progress));
        gradients.clear();
        let (mut nats, mut weight) = (0.0, 0.0);
        for _ in 0..settings.accumulate {
            let (mut batch, mut targets) = (Batch::default(), Vec::new());
            // What dropout leaves out follows from how many sequences were seen before, whatever the batches.
            walk.pass(&mut progress, |n_seen, inputs, wanted| {
                batch.push_seeded(inputs, 0, dropout.index(n_seen).value());
                targets.extend(wanted);
            });
            weight += targets.iter().map(|target| f64::from(target.weight())).sum::<f64>();
            nats +=
                decoder.loss_and_gradients(&batch, &targets, 1.0, settings.precision, &mut gradients, &mut space)?;
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
        let (Progress { step, tokens, .. }, done) = (progress, walk.share(&progress).min(1.0));
        write(MetricsRow::Step { step, tokens, done, bits_per_token, learning_rate, gradient_norm })?;

        let due = |every: u64| done >= 1.0 || (every > 0 && step % every == 0);
        if due(settings.evaluate_every)
            && let Some((held_out, bytes)) = held_out
            && let Some(Evaluation { bits_per_token, bits_per_byte, .. }) = evaluate(decoder, held_out, bytes)?
        {
            write(MetricsRow::Evaluation { step, tokens, bits_per_token, bits_per_byte })?;
            if progress.note_evaluation(bits_per_token, settings.early_stopping) && settings.best != BestModel::NotKept
            {
                checkpoint::write_best(folder, decoder.parameters(), &optimiser, step)?;
            }
        }
        if due(settings.checkpoint_every) || progress.stopped_early {
            checkpoint::write(&checkpoint_path, decoder.parameters(), &optimiser, progress)?;
            // Only now: a run that goes on from the checkpoint before may need the best of then.
            checkpoint::remove_best_but(folder, progress.best)?;
        }
    }
    if settings.best == BestModel::Final
        && let Some(best) = progress.best
        && best.step != progress.step
    {
        checkpoint::read_best(folder, decoder.parameters_mut(), &optimiser, best.step)?;
    }
    Ok(progress)
}

/// The way through the data: which sequences make up each pass, and how much of the budget is behind.
struct Walk<'a> {
    sequences: &'a dyn Sequences,
    settings: &'a TrainingSettings,
    order: Vec<usize>,
}

impl<'a> Walk<'a> {
    fn new(sequences: &'a dyn Sequences, settings: &'a TrainingSettings, progress: &Progress) -> Self {
        Self { sequences, settings, order: shuffled(sequences.n_sequences(), settings.seed, progress.epoch) }
    }

    /// Share of the budget that is behind; from 1 on it is spent.
    fn share(&self, progress: &Progress) -> f64 {
        let epochs_behind = || progress.epoch as f64 + progress.item as f64 / self.order.len() as f64;
        match self.settings.budget {
            Budget::Tokens(tokens) => progress.tokens as f64 / tokens as f64,
            Budget::Epochs(epochs) => epochs_behind() / epochs as f64,
        }
    }

    /// Hands the sequences of one pass to `take`, with how many were seen before each, and moves `progress` past them. The
    /// first is taken whatever its
    /// length; further ones while all fit the pass's tokens.
    fn pass(&mut self, progress: &mut Progress, mut take: impl FnMut(u64, Vec<TokenId>, Vec<Target>)) {
        let mut n_tokens = 0;
        while self.share(progress) < 1.0 {
            let (inputs, wanted) = self.sequences.sequence(self.order[progress.item]);
            if n_tokens > 0 && n_tokens + inputs.len() > self.settings.batch_tokens {
                break;
            }
            n_tokens += inputs.len();
            progress.tokens += inputs.len() as u64;
            take(progress.epoch * self.order.len() as u64 + progress.item as u64, inputs, wanted);
            progress.item += 1;
            if progress.item == self.order.len() {
                progress.epoch += 1;
                progress.item = 0;
                self.order = shuffled(self.order.len(), self.settings.seed, progress.epoch);
            }
        }
    }
}

/// What a run will do, known without a model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Plan {
    /// Optimiser steps, where nothing ends the run early.
    pub steps: u64,
    /// Tokens that go through the model, repetitions counted.
    pub tokens: u64,
    /// Weight of all targets: their number where each counts once.
    pub targets: f64,
    /// Tokens of the longest forward and backward pass.
    pub most_pass_tokens: usize,
    /// Tokens of a step on average: the effective batch.
    pub mean_step_tokens: f64,
    /// Weight of a step's targets on average, and the least and the greatest.
    pub mean_step_targets: f64,
    /// The least weight of a step's targets.
    pub least_step_targets: f64,
    /// The greatest weight of a step's targets.
    pub most_step_targets: f64,
}

/// Walks over the data as [`train`] does, and counts. Errs where it would.
pub fn plan(sequences: &dyn Sequences, settings: &TrainingSettings) -> Result<Plan, TrainError> {
    settings.check()?;
    if sequences.n_sequences() == 0 {
        return Err(nothing_to_train_on());
    }
    let mut progress = Progress::default();
    let mut walk = Walk::new(sequences, settings, &progress);
    let (mut targets, mut least, mut most) = (0.0, f64::INFINITY, 0.0_f64);
    let mut most_pass_tokens = 0;
    while walk.share(&progress) < 1.0 {
        let mut of_step = 0.0;
        for _ in 0..settings.accumulate {
            let mut n_tokens = 0;
            walk.pass(&mut progress, |_, inputs, wanted| {
                n_tokens += inputs.len();
                of_step += wanted.iter().map(|target| f64::from(target.weight())).sum::<f64>();
            });
            most_pass_tokens = most_pass_tokens.max(n_tokens);
        }
        (targets, least, most) = (targets + of_step, least.min(of_step), most.max(of_step));
        progress.step += 1;
    }
    let steps = progress.step as f64;
    Ok(Plan {
        steps: progress.step,
        tokens: progress.tokens,
        targets,
        most_pass_tokens,
        mean_step_tokens: progress.tokens as f64 / steps,
        mean_step_targets: targets / steps,
        least_step_targets: least,
        most_step_targets: most,
    })
}

fn nothing_to_train_on() -> TrainError {
    TrainError::NoData { reason: "no sequence has a target".to_owned() }
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
