//! A small model from scratch: documents to a tokenizer to a decoder. This is how the embedded model was made.
//!
//! Every document begins with the beginning-of-sequence token and is followed by the stop token; documents longer than
//! the context are cut into windows. Sequences of one batch never see each other. The order of windows is a fresh
//! shuffle every epoch, derived from the seed, so that a position is two numbers.

use std::path::Path;

use empower_artifact::{JsonlWriter, Seed, read_jsonl, write_atomic};
use empower_data::Document;
use empower_engine::{Batch, Decoder, Gradients, Precision, Target, Workspace};
use empower_lm::{TokenId, Tokenizer};
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

/// How to pretrain.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PretrainSettings {
    /// Tokens to see, with repetitions.
    pub tokens: u64,
    /// Tokens of a step, at most.
    pub batch_tokens: usize,
    /// Tokens of a window, at most the model's positions.
    pub window: usize,
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
    /// Steps between evaluations.
    pub evaluate_every: u64,
    /// Steps between checkpoints.
    pub checkpoint_every: u64,
    /// Seed of the order of windows.
    pub seed: Seed,
}

/// Documents as tokens.
#[derive(Debug, Clone)]
pub struct TokenizedDocuments {
    documents: Vec<(Vec<TokenId>, usize)>,
    bos: TokenId,
    eos: TokenId,
}

impl TokenizedDocuments {
    /// Tokenizes documents, each with the number of times that an epoch shows it.
    pub fn new<'a>(
        documents: impl IntoIterator<Item = (&'a Document, usize)>,
        tokenizer: &Tokenizer,
    ) -> Result<Self, TrainError> {
        let special = |token: Option<TokenId>, name: &str| {
            token.ok_or_else(|| TrainError::NoData { reason: format!("the tokenizer has no {name} token") })
        };
        let documents: Vec<_> =
            documents.into_iter().map(|(document, times)| (tokenizer.encode(&document.text), times)).collect();
        let (bos, eos) =
            (special(tokenizer.bos(), "beginning-of-sequence")?, special(tokenizer.eos(), "end-of-sequence")?);
        Ok(Self { documents, bos, eos })
    }

    /// Tokens of all documents, each counted once, the stop token included.
    pub fn n_tokens(&self) -> usize {
        self.documents.iter().map(|(tokens, _)| tokens.len() + 1).sum()
    }

    /// `(document, first token)` of every window of an epoch, in order.
    fn windows(&self, window: usize) -> Vec<(u32, u32)> {
        let mut windows = Vec::new();
        for (index, (tokens, times)) in self.documents.iter().enumerate() {
            for _ in 0..*times {
                windows.extend((0..tokens.len() + 1).step_by(window).map(|start| (index as u32, start as u32)));
            }
        }
        windows
    }

    /// Inputs and targets of a window: inputs are `bos d1 .. dN`, targets `d1 .. dN eos`.
    fn window(&self, (document, start): (u32, u32), len: usize) -> (Vec<TokenId>, Vec<TokenId>) {
        let tokens = &self.documents[document as usize].0;
        let range = start as usize..(start as usize + len).min(tokens.len() + 1);
        let input = |j: usize| if j == 0 { self.bos } else { tokens[j - 1] };
        let target = |j: usize| tokens.get(j).copied().unwrap_or(self.eos);
        (range.clone().map(input).collect(), range.map(target).collect())
    }
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
        /// Mean cross-entropy of the step's batch before its update, in bits a token.
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
        /// Held-out cross-entropy in bits a token, the stop token included.
        bits_per_token: f64,
        /// The same a byte of text.
        bits_per_byte: f64,
    },
}

impl MetricsRow {
    fn step(&self) -> u64 {
        match self {
            Self::Step { step, .. } | Self::Evaluation { step, .. } => *step,
        }
    }
}

/// What the held-out documents cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// Bits a token, stop tokens included.
    pub bits_per_token: f64,
    /// Bits a byte of text.
    pub bits_per_byte: f64,
    /// Tokens, stop tokens included.
    pub tokens: usize,
}

/// Cross-entropy of documents under a decoder in `f32`, windows scored apart.
pub fn evaluate(decoder: &Decoder, held_out: &TokenizedDocuments, bytes: usize, window: usize) -> HeldOut {
    let mut space = Workspace::default();
    let (mut nats, mut tokens) = (0.0, 0);
    for group in held_out.windows(window).chunks(16) {
        let (inputs, targets): (Vec<_>, Vec<_>) = group.iter().map(|at| held_out.window(*at, window)).unzip();
        let batch = Batch::of(inputs.iter().map(Vec::as_slice));
        let targets: Vec<u32> = targets.concat();
        nats -= decoder.token_logprobs(&batch, &targets, &mut space).iter().map(|l| f64::from(*l)).sum::<f64>();
        tokens += targets.len();
    }
    let bits = nats / std::f64::consts::LN_2;
    HeldOut { bits_per_token: bits / tokens as f64, bits_per_byte: bits / bytes as f64, tokens }
}

/// Pretrains `decoder` in place, inside `folder`, from its checkpoint there where one is. `report` sees every row of
/// the log as it is written.
///
/// The budget `settings.tokens` may differ from that of the interrupted run; nothing else may, which is the caller's to
/// check by the manifest.
pub fn pretrain(
    decoder: &mut Decoder,
    documents: &TokenizedDocuments,
    held_out: Option<(&TokenizedDocuments, usize)>,
    settings: &PretrainSettings,
    folder: &Path,
    report: &mut dyn FnMut(&MetricsRow),
) -> Result<Progress, TrainError> {
    let setting = |setting, reason: String| Err(TrainError::Setting { setting, reason });
    let positions = decoder.config().max_position_embeddings;
    if settings.window == 0 || settings.window > positions {
        return setting("--window", format!("{} is not between 1 and the model's {positions}", settings.window));
    }
    if settings.batch_tokens < settings.window {
        return setting("--batch-tokens", format!("must be at least the window, {}", settings.window));
    }
    let windows = documents.windows(settings.window);
    if windows.is_empty() {
        return Err(TrainError::NoData { reason: "no documents".to_owned() });
    }

    let mut gradients = Gradients::zeros(decoder.parameters(), |_| true);
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

    let mut space = Workspace::default();
    let mut order = shuffled(&windows, settings.seed, progress.epoch);
    while progress.tokens < settings.tokens {
        let (mut batch, mut targets) = (Batch::default(), Vec::new());
        loop {
            if progress.item == order.len() {
                progress.epoch += 1;
                progress.item = 0;
                order = shuffled(&windows, settings.seed, progress.epoch);
            }
            let (inputs, next) = documents.window(order[progress.item], settings.window);
            if batch.len() + inputs.len() > settings.batch_tokens {
                break;
            }
            batch.push(inputs, 0);
            targets.extend(next.into_iter().map(Target::next));
            progress.item += 1;
        }
        let n = batch.len();
        gradients.clear();
        let scale = 1.0 / n as f32;
        let nats =
            decoder.loss_and_gradients(&batch, &targets, scale, settings.precision, &mut gradients, &mut space);
        if !nats.is_finite() {
            return Err(TrainError::Diverged { step: progress.step + 1 });
        }
        let gradient_norm = clip(&mut gradients, settings.clip);
        let factor = settings.schedule.factor(progress.tokens as f64 / settings.tokens as f64);
        let learning_rate = settings.learning_rate * factor;
        optimiser.step(decoder.parameters_mut(), &gradients, learning_rate);
        progress.step += 1;
        progress.tokens += n as u64;
        let bits_per_token = nats / n as f64 / std::f64::consts::LN_2;
        let Progress { step, tokens, .. } = progress;
        write(MetricsRow::Step { step, tokens, bits_per_token, learning_rate, gradient_norm })?;

        let last = progress.tokens >= settings.tokens;
        if let Some((held_out, bytes)) = held_out
            && (last || step % settings.evaluate_every == 0)
        {
            let HeldOut { bits_per_token, bits_per_byte, .. } = evaluate(decoder, held_out, bytes, settings.window);
            write(MetricsRow::Evaluation { step, tokens, bits_per_token, bits_per_byte })?;
        }
        if last || step % settings.checkpoint_every == 0 {
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
        let lines: Vec<String> =
            kept.map(|row| serde_json::to_string(row).expect("plain numbers") + "\n").collect();
        write_atomic(path, lines.concat().as_bytes())?;
    }
    Ok(JsonlWriter::append(path)?)
}

/// The windows in the order of one epoch: a Fisher-Yates shuffle from the seed of that epoch.
fn shuffled(windows: &[(u32, u32)], seed: Seed, epoch: u64) -> Vec<(u32, u32)> {
    let mut order = windows.to_vec();
    let mut rng = seed.named("epoch").index(epoch).rng();
    for i in (1..order.len()).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
    order
}
