//! `empower bench`: tokens a second of training, scoring and decoding, beside torch where there is one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use empower_engine::{Batch, Config, Decoder, Engine, Gradients, LlamaShape, Precision, Target, Workspace};
use empower_lm::{GenerationRequest, Generator, NextStep, Sampling, Scorer};
use empower_train::{AdamWSettings, MatrixRule, Optimiser};
use serde_json::{Value, json};

use crate::output::{print_json, print_text};

mod large;

/// Sequences of a batch, and tokens of a sequence.
const BATCH: (usize, usize) = (8, 256);

/// Tokens before the first and after the last decoded one.
const DECODE: (usize, usize) = (32, 128);

/// Measure tokens a second of training, scoring and decoding, on a Llama of the embedded model's shape with random
/// weights: batch 8 x 256, and decoding one sequence at a time.
///
/// With --shape qwen2.5-0.5b, a model of that shape in bf16 instead: scoring, a step of a LoRA adapter, decoding, and the
/// peak of memory of each, a process a measurement; needs 1 GB in the folder for temporary files.
///
/// With --torch the Python twin (reference/bench_torch.py, reference/bench_large_torch.py) runs in between, so that both
/// see the same machine.
///
/// Example: empower bench --torch .venv/bin/python
///          empower bench --shape qwen2.5-0.5b --repeats 3 --torch .venv/bin/python
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Runs of each measurement; the median counts.
    #[arg(long, default_value_t = 7)]
    repeats: usize,
    /// A Python interpreter with the packages of reference/requirements.txt, to compare with.
    #[arg(long, value_name = "PYTHON")]
    torch: Option<PathBuf>,
    /// Where the Python twin lies, if not in `reference`.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Shape of the model.
    #[arg(long, value_enum, default_value_t = Shape::Embedded)]
    shape: Shape,
    /// Large shape: sequences of a batch.
    #[arg(long, default_value_t = 2)]
    batch: usize,
    /// Large shape: tokens of a sequence.
    #[arg(long, default_value_t = 256)]
    time: usize,
    /// Large shape: tokens that are decoded.
    #[arg(long, default_value_t = 32)]
    new_tokens: usize,
    /// One measurement of the large shape, in this process.
    #[arg(long, value_enum, hide = true, requires = "folder")]
    measure: Option<large::Work>,
    /// The model folder that is measured.
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Shapes of models to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// That of the embedded model, in f32.
    Embedded,
    /// That of Qwen2.5-0.5B, in bf16.
    #[value(name = "qwen2.5-0.5b")]
    QwenHalfBillion,
}

impl Arguments {
    fn script_or(&self, usual: &str) -> PathBuf {
        self.script.clone().unwrap_or_else(|| PathBuf::from(usual))
    }
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    for (name, value) in [
        ("repeats", arguments.repeats),
        ("batch", arguments.batch),
        ("time", arguments.time),
        ("new-tokens", arguments.new_tokens),
    ] {
        if value == 0 {
            bail!("--{name} 0: expected at least 1");
        }
    }
    if arguments.shape == Shape::QwenHalfBillion {
        return large::run(&arguments);
    }
    let shape = LlamaShape {
        vocabulary: 4096,
        width: 256,
        layers: 6,
        heads: 8,
        key_value_heads: 4,
        feed_forward: 704,
        positions: 512,
    };
    let decoder = Decoder::random(Config::llama(shape), 0)?;
    let (n, len) = BATCH;
    let rows: Vec<Vec<u32>> =
        (0..n).map(|i| (0..len).map(|j| ((i * 7919 + j * 104_729) % shape.vocabulary) as u32).collect()).collect();
    let mut figures = vec![("train f32", train(&decoder, &rows, Precision::F32, arguments.repeats)?)];
    if Precision::Bf16.supported() {
        figures.push(("train bf16", train(&decoder, &rows, Precision::Bf16, arguments.repeats)?));
    }
    let n_weights = decoder.n_weights();
    let engine = Engine::with_special_tokens(decoder, None, Vec::new());
    figures.push(("score f32", score(&engine, &rows, arguments.repeats)?));
    figures.push(("decode f32", decode(&engine, &rows[0], arguments.repeats)?));
    let torch = {
        let script = arguments.script_or("reference/bench_torch.py");
        arguments.torch.as_deref().map(|python| torch(python, &script, arguments.repeats)).transpose()?
    };

    let ratio = |name: &str, figure: f64| {
        let key = format!("{}_tokens_per_s", name.split(' ').next().unwrap_or(name));
        torch.as_ref().and_then(|torch| torch[key].as_f64()).map(|theirs| (theirs, figure / theirs))
    };
    if arguments.json {
        let figures: serde_json::Map<String, Value> = figures
            .iter()
            .map(|(name, figure)| {
                let torch = ratio(name, *figure);
                let row =
                    json!({ "tokens_per_s": figure, "torch_f32": torch.map(|t| t.0), "ratio": torch.map(|t| t.1) });
                ((*name).replace(' ', "_"), row)
            })
            .collect();
        print_json(&json!({ "weights": n_weights, "threads": rayon_threads(), "figures": figures }))
    } else {
        let mut table = format!("{n_weights} weights, {} threads, median of {}\n", rayon_threads(), arguments.repeats);
        table += &format!("{:<12} {:>12} {:>12} {:>8}\n", "", "tokens/s", "torch f32", "ratio");
        for (name, figure) in &figures {
            let (theirs, ratio) = match ratio(name, *figure) {
                Some((theirs, ratio)) => (format!("{theirs:.0}"), format!("{ratio:.2}")),
                None => ("-".to_owned(), "-".to_owned()),
            };
            table += &format!("{name:<12} {figure:>12.0} {theirs:>12} {ratio:>8}\n");
        }
        print_text(&table)
    }
}

fn rayon_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Median of `tokens / seconds` over several runs of `act`, after one that is not counted.
fn median(tokens: usize, repeats: usize, mut act: impl FnMut() -> Result<()>) -> Result<f64> {
    act()?;
    let mut rates = Vec::with_capacity(repeats);
    for _ in 0..repeats {
        let start = Instant::now();
        act()?;
        rates.push(tokens as f64 / start.elapsed().as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    Ok(rates[repeats / 2])
}

fn train(decoder: &Decoder, rows: &[Vec<u32>], precision: Precision, repeats: usize) -> Result<f64> {
    let mut decoder = decoder.clone();
    let batch = Batch::of(rows.iter().map(Vec::as_slice));
    let targets: Vec<Target> = batch.tokens().iter().map(|token| Target::next(*token)).collect();
    let mut gradients = Gradients::zeros(decoder.parameters(), |_| true);
    let mut optimiser = Optimiser::new(decoder.parameters(), &gradients, AdamWSettings::default(), MatrixRule::Adamw);
    let mut space = Workspace::default();
    let scale = 1.0 / batch.len() as f32;
    median(batch.len(), repeats, || {
        gradients.clear();
        decoder.loss_and_gradients(&batch, &targets, scale, precision, &mut gradients, &mut space)?;
        optimiser.step(decoder.parameters_mut(), &gradients, 1e-4);
        Ok(())
    })
}

fn score(engine: &Engine, rows: &[Vec<u32>], repeats: usize) -> Result<f64> {
    let documents: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
    median(BATCH.0 * BATCH.1, repeats, || {
        engine.score(&documents)?;
        Ok(())
    })
}

fn decode(engine: &Engine, row: &[u32], repeats: usize) -> Result<f64> {
    let (before, after) = DECODE;
    let request =
        GenerationRequest { prefix: &row[..before], max_tokens: after, sampling: Sampling::Greedy, session: None };
    median(after, repeats, || {
        engine.generate(std::slice::from_ref(&request), &mut |_, _| NextStep::Continue)?;
        Ok(())
    })
}

/// The figures of the Python twin.
fn torch(python: &Path, script: &Path, repeats: usize) -> Result<Value> {
    let mut command = Command::new(python);
    command.arg(script).args(["--repeats", &repeats.to_string(), "--threads", &rayon_threads().to_string()]);
    let output = command.output().with_context(|| format!("cannot start {}", python.display()))?;
    if !output.status.success() {
        bail!(
            "{} failed: {}\nhint: install the packages of reference/requirements.txt",
            script.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("{} did not print JSON", script.display()))
}
