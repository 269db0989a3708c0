//! `empower pretrain`: documents to a tokenizer and a small model from scratch.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use empower_artifact::{Manifest, RunFolder, Seed, write_json_atomic};
use empower_data::{
    Document, OverlapOptions, ProblemOptions, ReadOptions, corpus_hash, overlaps, read_documents, read_problems,
    reference_programs,
};
use empower_engine::{Config, Decoder, LlamaShape};
use empower_lm::{BOS, EOS, Tokenizer, train_byte_level_bpe};
use empower_train::checkpoint::read_weights;
use empower_train::pretrain::DocumentWindows;
use empower_train::{
    AdamWSettings, BestModel, Budget, CHECKPOINT, MatrixRule, MetricsRow, Schedule, Sequences, TrainingSettings,
    evaluate, train,
};
use serde_json::json;

use super::arguments::{ProductPrecision, StoredAs};
use crate::hub;
use crate::output::{bar, print_text};

/// Train a tokenizer and a small model from scratch; the result is a Hugging Face folder.
///
/// Example: empower pretrain --data corpus/stdlib.jsonl --data corpus/contest.jsonl=3 --held-out corpus/held_out.jsonl
/// --tokens 30M --out runs/base
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Documents: a folder of source files, a .jsonl file with a field `text`, or a text file; `=N` shows them N times
    /// an epoch.
    #[arg(long, required = true, value_name = "PATH[=N]")]
    data: Vec<String>,
    /// Documents that are only evaluated on.
    #[arg(long, value_name = "PATH")]
    held_out: Vec<PathBuf>,
    /// Problems whose reference programs must not be trained on: documents that overlap with one are left out and
    /// listed.
    #[arg(long, value_name = "PROBLEMS.jsonl")]
    keep_apart: Vec<PathBuf>,
    /// Run folder: checkpoint, log, and the finished model in its `model` folder.
    #[arg(long)]
    out: PathBuf,
    /// Go on from the run folder's checkpoint. The budget of tokens may change, before the decay began; nothing else.
    #[arg(long)]
    resume: bool,
    /// Begin with the weights and the tokenizer of this model (a folder, or a name of the hub) rather than from random
    /// weights; or of another pretraining's run folder, whose last checkpoint is taken while it is under way.
    #[arg(long, value_name = "DIR")]
    init: Option<PathBuf>,
    /// Tokens to train on, repetitions counted: a number, or one with K, M or G behind.
    #[arg(long, default_value = "30M", value_parser = count)]
    tokens: u64,
    /// Tokens of a step.
    #[arg(long, default_value_t = 8192)]
    batch_tokens: usize,
    /// Tokens of a window; longer documents are cut.
    #[arg(long, default_value_t = 768)]
    window: usize,
    /// Size of the vocabulary.
    #[arg(long, default_value_t = 4096)]
    vocabulary: usize,
    /// Width of the model.
    #[arg(long, default_value_t = 256)]
    width: usize,
    /// Layers.
    #[arg(long, default_value_t = 6)]
    layers: usize,
    /// Query heads.
    #[arg(long, default_value_t = 4)]
    heads: usize,
    /// Key-value heads.
    #[arg(long, default_value_t = 2)]
    key_value_heads: usize,
    /// Width of the feed-forward.
    #[arg(long, default_value_t = 704)]
    feed_forward: usize,
    /// Peak learning rate.
    #[arg(long, default_value_t = 4e-3)]
    learning_rate: f64,
    /// Share of the run over which the learning rate rises.
    #[arg(long, default_value_t = 0.01)]
    warmup: f64,
    /// Share of the run over which it falls to zero at the end.
    #[arg(long, default_value_t = 0.4)]
    decay: f64,
    /// What updates the matrices of the layers. Muon needs fewer tokens for the same loss.
    #[arg(long, value_enum, default_value_t = Rule::Muon)]
    matrices: Rule,
    /// Precision of products: bf16 where the processor has it, by default.
    #[arg(long, value_enum, default_value_t = ProductPrecision::Auto)]
    precision: ProductPrecision,
    /// Type that the finished weights are stored in.
    #[arg(long, value_enum, default_value_t = StoredAs::Bf16)]
    store: StoredAs,
    /// Steps between evaluations.
    #[arg(long, default_value_t = 250)]
    evaluate_every: u64,
    /// Steps between checkpoints.
    #[arg(long, default_value_t = 100)]
    checkpoint_every: u64,
    /// Seed of the weights and of the order of documents.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Rule {
    Adamw,
    Muon,
}

fn count(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'K' | 'k')) => (&text[..at], 1_000.0),
        Some((at, 'M' | 'm')) => (&text[..at], 1e6),
        Some((at, 'G' | 'g')) => (&text[..at], 1e9),
        _ => (text, 1.0),
    };
    match digits.parse::<f64>() {
        Ok(number) if number > 0.0 && number * unit < 1e15 => Ok((number * unit).round() as u64),
        _ => Err("expected a positive number such as 500K or 30M".to_owned()),
    }
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let Corpora { documents, held_out } = read(&arguments)?;
    let precision = arguments.precision.resolve()?;
    let seed = Seed::new(arguments.seed);
    let settings = TrainingSettings {
        budget: Budget::Tokens(arguments.tokens),
        batch_tokens: arguments.batch_tokens,
        accumulate: 1,
        learning_rate: arguments.learning_rate,
        schedule: Schedule::Trapezoid { warmup: arguments.warmup, decay: arguments.decay },
        adamw: AdamWSettings::default(),
        matrices: match arguments.matrices {
            Rule::Adamw => MatrixRule::Adamw,
            Rule::Muon => MatrixRule::Muon,
        },
        clip: 1.0,
        precision,
        evaluate_every: arguments.evaluate_every,
        checkpoint_every: arguments.checkpoint_every,
        seed: seed.named("order"),
        early_stopping: None,
        best: BestModel::NotKept,
    };
    let shape = LlamaShape {
        vocabulary: arguments.vocabulary,
        width: arguments.width,
        layers: arguments.layers,
        heads: arguments.heads,
        key_value_heads: arguments.key_value_heads,
        feed_forward: arguments.feed_forward,
        positions: arguments.window,
    };
    let mut recorded = serde_json::to_value(&settings)?;
    // The budget may change on the way; see `--resume`. The log and the model card say what it came to.
    recorded.as_object_mut().context("settings are an object")?.remove("budget");
    let manifest = Manifest::new(
        "pretrain",
        json!({ "training": recorded, "shape": shape, "data": arguments.data, "init": arguments.init }),
    )
    .input("documents", corpus_hash(&documents.iter().map(|(document, _)| document.clone()).collect::<Vec<_>>()))
    .input("held_out", corpus_hash(&held_out))
    .seed("run", seed);
    let folder = RunFolder::open_or_resume(&arguments.out, manifest, arguments.resume)?;

    let model_folder = folder.subfolder("model")?;
    let tokenizer = tokenizer(&arguments, &model_folder, &documents, folder.resumed())?;
    let mut decoder = match &arguments.init {
        Some(init) if is_under_way(init) => decoder_under_way(init)?,
        Some(init) => Decoder::open(&hub::model_folder(init)?)?,
        None => Decoder::random(Config::llama(shape), seed.named("weights").value())?,
    };
    tokenizer.check_fits(decoder.config().vocab_size)?;
    let window = arguments.window;
    if window > decoder.config().max_position_embeddings {
        bail!("--window {window}: the model has {} positions", decoder.config().max_position_embeddings);
    }
    let documents = documents.iter().map(|(document, times)| (document, *times));
    let documents = DocumentWindows::new(documents, &tokenizer, window)?;
    let bytes = Some(held_out.iter().map(|document| document.text.len()).sum());
    let held_out = DocumentWindows::new(held_out.iter().map(|document| (document, 1)), &tokenizer, window)?;
    eprintln!(
        "{} weights, {} training tokens an epoch without repeats, {} held out",
        decoder.n_weights(),
        documents.n_tokens(),
        held_out.n_tokens()
    );

    let progress = bar(arguments.tokens, "pretrain");
    let mut last_evaluation = String::new();
    let evaluated: Option<(&dyn Sequences, _)> = (held_out.n_sequences() > 0).then_some((&held_out, bytes));
    let state = train(&mut decoder, &documents, evaluated, &settings, folder.dir(), &mut |row| match row {
        MetricsRow::Step { tokens, bits_per_token, .. } => {
            progress.set_position(*tokens);
            progress.set_message(format!("tokens, {bits_per_token:.3} bits a token{last_evaluation}"));
        }
        MetricsRow::Evaluation { step, bits_per_token, bits_per_byte, .. } => {
            last_evaluation = format!(" (held out {bits_per_token:.3})");
            let a_byte = bits_per_byte.map(|bits| format!(", {bits:.4} a byte")).unwrap_or_default();
            progress.suspend(|| eprintln!("step {step}: held out {bits_per_token:.4} bits a token{a_byte}"));
        }
    })?;
    progress.finish();

    decoder.save(&model_folder, arguments.store.storage())?;
    // What is reported is what was stored.
    let stored = Decoder::open(&model_folder)?;
    let cost = evaluate(&stored, &held_out, bytes)?;
    let summary = json!({
        "tokens": state.tokens, "steps": state.step, "epochs": state.epoch, "weights": stored.n_weights(),
        "held_out": cost, "model": "model",
    });
    write_json_atomic(&folder.path("summary.json"), &summary)?;
    print_text(&format!("{summary:#}\n"))
}

/// Whether a folder is that of a pretraining, rather than a model's.
fn is_under_way(folder: &Path) -> bool {
    !folder.join("config.json").exists() && folder.join(CHECKPOINT).exists()
}

/// The model of another pretraining, as its last checkpoint has it.
fn decoder_under_way(folder: &Path) -> Result<Decoder> {
    let manifest = Manifest::read(folder)?;
    let shape = manifest.settings.get("shape").cloned().unwrap_or_default();
    let shape: LlamaShape = serde_json::from_value(shape)
        .with_context(|| format!("{} is no run folder of `empower pretrain`", folder.display()))?;
    let mut decoder = Decoder::random(Config::llama(shape), 0)?;
    let progress = read_weights(&folder.join(CHECKPOINT), decoder.parameters_mut())?;
    eprintln!("beginning with {} after {} tokens", folder.display(), progress.tokens);
    Ok(decoder)
}

/// The tokenizer of `--init`, of the run that goes on, or a new one.
fn tokenizer(
    arguments: &Arguments,
    model_folder: &Path,
    documents: &[(Document, usize)],
    resumed: bool,
) -> Result<Tokenizer> {
    let known = match &arguments.init {
        Some(init) if is_under_way(init) => Some(init.join("model")),
        Some(init) => Some(init.clone()),
        None if resumed && model_folder.join("tokenizer.json").exists() => Some(model_folder.to_owned()),
        None => None,
    };
    let tokenizer = match known {
        Some(folder) => {
            // Without a config.json yet, the special tokens come from tokenizer_config.json.
            Tokenizer::open(hub::model_folder(&folder)?)?
        }
        None => {
            eprintln!("training a tokenizer of {} tokens", arguments.vocabulary);
            let repeated = documents.iter().flat_map(|(document, times)| (0..*times).map(|_| document.text.as_str()));
            train_byte_level_bpe(repeated, arguments.vocabulary, &[BOS, EOS])?
        }
    };
    tokenizer.save_folder(model_folder, arguments.window)?;
    Ok(tokenizer)
}

/// What is trained on, each document with the times that an epoch shows it, and what is only evaluated on.
struct Corpora {
    documents: Vec<(Document, usize)>,
    held_out: Vec<Document>,
}

/// Reads both, and leaves out of the first what overlaps with what is kept apart.
fn read(arguments: &Arguments) -> Result<Corpora> {
    let options = ReadOptions::default();
    let held_out = match arguments.held_out.as_slice() {
        [] => Vec::new(),
        paths => read_documents(paths, &options)?.documents,
    };
    let mut apart = held_out.clone();
    for path in &arguments.keep_apart {
        let problems = read_problems(path, ProblemOptions::default(), false)?.problems;
        apart.extend(reference_programs(&problems, path));
    }
    let mut documents = Vec::new();
    for source in &arguments.data {
        let (path, times) = match source.rsplit_once('=') {
            Some((path, times)) => {
                (path, times.parse().with_context(|| format!("--data {source}: expected PATH=N with a whole N"))?)
            }
            None => (source.as_str(), 1),
        };
        let corpus = read_documents(&[PathBuf::from(path)], &options)?;
        let mut left_out = HashSet::new();
        for overlap in overlaps(&corpus.documents, &apart, &OverlapOptions::default()) {
            eprintln!("left out {}: it overlaps with {}", overlap.training_id, overlap.held_out_id);
            left_out.insert(overlap.training_id);
        }
        documents.extend(
            corpus.documents.into_iter().filter(|document| !left_out.contains(&document.id)).map(|d| (d, times)),
        );
    }
    if documents.is_empty() {
        bail!("every document of --data overlaps with what is kept apart");
    }
    Ok(Corpora { documents, held_out })
}
