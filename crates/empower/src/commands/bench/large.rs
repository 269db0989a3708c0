//! The large shape: a model in bfloat16 with random weights, scored, decoded and fine-tuned by an adapter, a process a
//! measurement, so that each has a peak of memory of its own; torch in between where it is asked for.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use empower_engine::{Batch, Config, Decoder, Engine, Gradients, LoraSettings, Precision, Storage, Target, Workspace};
use empower_lm::{GenerationRequest, Generator, NextStep, Sampling};
use empower_train::{AdamWSettings, MatrixRule, Optimiser};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Arguments, median, rayon_threads};
use crate::output::{print_json, print_text};

/// What one process measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Work {
    /// Log-probabilities of given tokens.
    Score,
    /// A step of a LoRA adapter, products in f32.
    LoraF32,
    /// The same, products in bf16.
    LoraBf16,
    /// New tokens one after another.
    Decode,
}

impl Work {
    const ALL: [Self; 4] = [Self::Score, Self::LoraF32, Self::LoraBf16, Self::Decode];

    fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::LoraF32 => "lora-f32",
            Self::LoraBf16 => "lora-bf16",
            Self::Decode => "decode",
        }
    }

    /// The twin's word for it.
    fn torch(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::LoraF32 | Self::LoraBf16 => "train",
            Self::Decode => "decode",
        }
    }
}

/// Tokens before the first decoded one.
const PREFIX: usize = 16;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Figure {
    tokens_per_s: f64,
    /// The largest resident memory of the process, files that it had mapped included.
    peak_bytes: u64,
}

/// A folder that goes when it is dropped.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing depends on whether this succeeds.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs all measurements, or the one that this process was started for.
pub fn run(arguments: &Arguments) -> Result<()> {
    if let (Some(work), Some(folder)) = (arguments.measure, &arguments.folder) {
        return print_json(&measure(work, folder, arguments)?);
    }
    let scratch = Scratch(std::env::temp_dir().join(format!("empower-bench-{}", std::process::id())));
    std::fs::create_dir_all(&scratch.0).with_context(|| format!("cannot make {}", scratch.0.display()))?;
    let decoder = Decoder::random_bf16(Config::qwen_half_billion(), 0)?;
    let n_weights = decoder.n_weights();
    decoder.save(&scratch.0, Storage::Bf16)?;
    drop(decoder);

    let program = std::env::current_exe().context("where is this program?")?;
    let mut rows = Vec::new();
    for work in Work::ALL {
        if work == Work::LoraBf16 && !Precision::Bf16.supported() {
            continue;
        }
        eprintln!("{} ...", work.name());
        let mut ours = Command::new(&program);
        ours.args(["bench", "--shape", "qwen2.5-0.5b", "--measure", work.name(), "--folder"]).arg(&scratch.0);
        let ours = figure(&mut with_sizes(ours, arguments))?;
        let mut theirs = Vec::new();
        for dtype in ["f32", "bf16"] {
            let Some(python) = &arguments.torch else { continue };
            eprintln!("{}, torch {dtype} ...", work.name());
            let mut command = Command::new(python);
            command.arg(arguments.script_or("reference/bench_large_torch.py")).arg(&scratch.0);
            command.args([work.torch(), "--dtype", dtype, "--threads", &rayon_threads().to_string()]);
            theirs.push((dtype, figure(&mut with_sizes(command, arguments))?));
        }
        rows.push((work, ours, theirs));
    }
    if arguments.json {
        let rows: serde_json::Map<_, _> = rows
            .iter()
            .map(|(work, ours, theirs)| {
                let torch: serde_json::Map<_, _> =
                    theirs.iter().map(|(dtype, f)| ((*dtype).into(), json!(f))).collect();
                (work.name().to_owned(), json!({ "empower": ours, "torch": torch }))
            })
            .collect();
        let sizes = json!({ "batch": arguments.batch, "time": arguments.time, "new_tokens": arguments.new_tokens });
        return print_json(
            &json!({ "shape": "qwen2.5-0.5b", "weights": n_weights, "threads": rayon_threads(), "sizes": sizes, "figures": rows }),
        );
    }
    let mut table = format!(
        "{n_weights} weights in bf16, {} threads, batch {} x {}, median of {}; memory in MB\n",
        rayon_threads(),
        arguments.batch,
        arguments.time,
        arguments.repeats
    );
    table += &format!("{:<10} {:>10} {:>8}", "", "tokens/s", "memory");
    for dtype in ["f32", "bf16"] {
        table += &format!("  {:>10} {:>8} {:>6} {:>6}", format!("torch {dtype}"), "memory", "speed", "mem.");
    }
    table.push('\n');
    for (work, ours, theirs) in rows {
        table += &format!("{:<10} {:>10.2} {:>8.0}", work.name(), ours.tokens_per_s, ours.peak_bytes as f64 / 1e6);
        for (_, theirs) in theirs {
            table += &format!(
                "  {:>10.2} {:>8.0} {:>6.2} {:>6.2}",
                theirs.tokens_per_s,
                theirs.peak_bytes as f64 / 1e6,
                ours.tokens_per_s / theirs.tokens_per_s,
                ours.peak_bytes as f64 / theirs.peak_bytes as f64
            );
        }
        table.push('\n');
    }
    print_text(&table)
}

fn with_sizes(mut command: Command, arguments: &Arguments) -> Command {
    for (name, value) in [
        ("--repeats", arguments.repeats),
        ("--batch", arguments.batch),
        ("--time", arguments.time),
        ("--new-tokens", arguments.new_tokens),
    ] {
        command.args([name, &value.to_string()]);
    }
    command
}

/// What a process printed of itself.
fn figure(command: &mut Command) -> Result<Figure> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?} failed: {}\nhint: install the packages of reference/requirements.txt",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("{command:?} did not print a figure"))
}

/// One measurement in this process.
fn measure(work: Work, folder: &Path, arguments: &Arguments) -> Result<Figure> {
    let mut decoder = Decoder::open_frozen(folder)?;
    let vocabulary = decoder.config().vocab_size;
    let rows: Vec<Vec<u32>> = (0..arguments.batch)
        .map(|i| (0..arguments.time).map(|j| ((i * 7919 + j * 104_729) % vocabulary) as u32).collect())
        .collect();
    let batch = Batch::of(rows.iter().map(Vec::as_slice));
    let mut space = Workspace::default();
    let tokens_per_s = match work {
        Work::Score => {
            let targets: Vec<u32> = batch.tokens().iter().skip(1).copied().chain([0]).collect();
            median(batch.len(), arguments.repeats, || {
                decoder.token_logprobs(&batch, &targets, &mut space)?;
                Ok(())
            })?
        }
        Work::LoraF32 | Work::LoraBf16 => {
            let precision = if work == Work::LoraF32 { Precision::F32 } else { Precision::Bf16 };
            decoder.add_adapters(LoraSettings { rank: 8, alpha: 16.0, ..LoraSettings::default() }, 0)?;
            let targets: Vec<Target> = batch.tokens().iter().map(|token| Target::next(*token)).collect();
            let mut gradients = Gradients::of_trained(decoder.parameters());
            let adamw = AdamWSettings::default();
            let mut optimiser = Optimiser::new(decoder.parameters(), &gradients, adamw, MatrixRule::Adamw);
            let scale = 1.0 / batch.len() as f32;
            median(batch.len(), arguments.repeats, || {
                gradients.clear();
                decoder.loss_and_gradients(&batch, &targets, scale, precision, &mut gradients, &mut space)?;
                optimiser.step(decoder.parameters_mut(), &gradients, 1e-4);
                Ok(())
            })?
        }
        Work::Decode => {
            let engine = Engine::with_special_tokens(decoder, None, Vec::new());
            let generate = |n: usize| {
                let prefix = &rows[0][..PREFIX.min(rows[0].len())];
                let request = GenerationRequest { prefix, max_tokens: n, sampling: Sampling::Greedy, session: None };
                let mut first = None;
                engine.generate(&[request], &mut |_, _| {
                    first.get_or_insert_with(std::time::Instant::now);
                    NextStep::Continue
                })?;
                first.context("a token is generated")
            };
            generate(2)?;
            let mut rates = Vec::new();
            for _ in 0..arguments.repeats {
                // As the twin: the time after the first token.
                let first = generate(arguments.new_tokens + 1)?;
                rates.push(arguments.new_tokens as f64 / first.elapsed().as_secs_f64());
            }
            rates.sort_by(f64::total_cmp);
            rates[rates.len() / 2]
        }
    };
    Ok(Figure { tokens_per_s, peak_bytes: peak_bytes().context("the system does not tell how much memory was used")? })
}

/// The largest resident memory of this process.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(1024 * line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?)
}
