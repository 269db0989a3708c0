//! `empower train`: chosen examples to an assistant.

mod inspect;
mod options;
mod overview;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use empower_artifact::{ContentHash, Manifest, RunFolder, Seed, write_json_atomic};
use empower_data::{DocumentExamplesRow, ExampleRow, TrainingRows, is_held_out, read_training_rows};
use empower_engine::{Decoder, Device};
use empower_lm::Tokenizer;
use empower_sim::ChatProtocol;
use empower_train::sft::{Examples, Frame};
use empower_train::{
    EVENTS, EventFile, LoraSettings, MetricsRow, ModelHeader, Sequences, TrainError, best_file, evaluate, train,
};
use serde_json::json;

use self::options::Options;
use self::overview::{How, Overview, size};
use super::steps::{Framed, in_conversation, keep_companions, left_out_warning, one_by_one};
use crate::assets::model_or_embedded;
use crate::output::{bar, print_json, print_text, usage_error};

/// Fine-tune a model on the examples that `empower select` chose; the result is a Hugging Face folder.
///
/// The loss is on each completion and its stop only. Rows in the compact form train every state of a document in one
/// pass. Options may stand in a TOML file, named as the flags with `_` for `-`; flags go before it.
///
/// Example: empower select --method empower --eta 0.32 --states all --compact code/ --out rows.jsonl
///          empower train rows.jsonl --inspect 2
///          empower train rows.jsonl --dry-run
///          empower train rows.jsonl --out runs/empower-0.32 --patience 3 --final-model best
///          empower train rows.jsonl --model Qwen2.5-0.5B/ --lora --out runs/lora
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Take options from this file where no flag gives them.
    #[arg(long, value_name = "FILE.toml")]
    config: Option<PathBuf>,
    /// Print every option as it would be used, as such a file, and do nothing else.
    #[arg(long)]
    print_config: bool,
    /// Say what the run would do and how much memory it would take, from the headers of the model's files, and do
    /// nothing else.
    #[arg(long)]
    dry_run: bool,
    /// Print the first N sequences as they are trained on, the masked part greyed, and do nothing else.
    #[arg(long, value_name = "N")]
    inspect: Option<usize>,
    /// Whether --inspect uses colours; `auto` does in a terminal where NO_COLOR is not set.
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// Print JSON where there is a table: --dry-run.
    #[arg(long)]
    json: bool,
    /// Go on from the run folder's checkpoint.
    #[arg(long)]
    resume: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

impl Colour {
    fn is_on(self) -> bool {
        match self {
            Self::Auto => {
                // See no-color.org: set and not empty.
                std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let options = arguments.options.resolve(arguments.config.as_deref())?;
    let device = options.device.unwrap_or_default();
    device.check()?;
    let settings = options.settings()?;
    let lora = options.lora_settings()?;
    if arguments.print_config {
        return print_text(&options.to_toml()?);
    }
    let Some(examples) = &options.examples else {
        return Err(usage_error("which examples? name the file that `empower select` wrote"));
    };
    let model = model_or_embedded(options.model.as_deref())?;
    let header = ModelHeader::read(&model)?;
    let tokenizer = Tokenizer::open(&model)?;
    tokenizer.check_fits(header.config.vocab_size)?;
    let test_split = options.test_split.unwrap_or_default();
    let seed = options.run_seed();
    let chat = options.chat(&model)?;
    let (training, testing) = read_examples(examples, &header, &tokenizer, chat.as_ref(), |id| {
        is_held_out(id, test_split, seed.named("split").value())
    })?;
    if let Some(n) = arguments.inspect {
        return print_text(&inspect::show(&training, &tokenizer, n, arguments.color.is_on()));
    }
    let how = How { lora: lora.as_ref(), recompute: options.recompute == Some(true) };
    let overview = Overview::new(&model, &header, &training, &testing, &settings, how)?;
    if let Some(warning) = overview.warning() {
        eprintln!("{warning}");
    }
    if arguments.dry_run {
        return if arguments.json { print_json(&overview) } else { print_text(&overview.text()) };
    }
    let Some(out) = &options.out else {
        return Err(usage_error("where to? name the run folder with --out"));
    };

    let mut hashed = header.files.iter().filter_map(|file| file.file_name()?.to_str()).collect::<Vec<_>>();
    hashed.splice(0..0, ["config.json"]);
    hashed.push("tokenizer.json");
    let mut run = json!({ "training": settings, "test_split": test_split, "lora": lora });
    if device != Device::Cpu {
        run["device"] = json!(device);
    }
    if let Some(chat) = &chat {
        run["protocol"] = chat.record();
    }
    let manifest = Manifest::new("train", run)
        .input("examples", ContentHash::of_file(examples)?)
        .input("model", ContentHash::of_files(&model, &hashed)?)
        .seed("run", seed);
    let folder = RunFolder::open_or_resume(out, manifest, arguments.resume)?;
    eprintln!("{}", overview.brief());

    let mut decoder = open(&model, lora.as_ref(), seed)?;
    decoder.set_recompute(how.recompute);
    decoder.set_device(device)?;
    let before = evaluate(&decoder, &testing, None)?;
    let mut curves = match options.tensorboard {
        Some(true) => Some(EventFile::open(&folder.path(EVENTS))?),
        _ => None,
    };
    let mut curves_failed: Option<TrainError> = None;
    let progress = bar(1000, "train");
    let mut last_evaluation = String::new();
    let tested: Option<(&dyn Sequences, _)> = (testing.n_sequences() > 0).then_some((&testing, None));
    let state = train(&mut decoder, &training, tested, &settings, folder.dir(), &mut |row| {
        if let Some(Err(error)) = curves.as_mut().map(|curves| curves.add(row, seconds_since_1970())) {
            (curves, curves_failed) = (None, Some(error));
        }
        match row {
            MetricsRow::Step { done, bits_per_token, .. } => {
                progress.set_position((done * 1000.0) as u64);
                progress.set_message(format!("per mille, {bits_per_token:.3} bits a target{last_evaluation}"));
            }
            MetricsRow::Evaluation { bits_per_token, .. } => {
                last_evaluation = format!(" (held out {bits_per_token:.3})");
            }
        }
    })?;
    progress.finish();
    if let Some(error) = curves_failed {
        return Err(error).context("the curves for TensorBoard could not be written");
    }

    let read_back = "reading back what was written";
    let (kind, mut stored) = if lora.is_some() {
        // An adapter is stored alone, and evaluated as it was stored.
        let adapter = folder.subfolder("adapter")?;
        decoder.save_adapter(&adapter, &model.display().to_string())?;
        let mut stored = Decoder::open_frozen(&model)?;
        stored.open_adapter(&adapter).context(read_back)?;
        ("adapter", stored)
    } else {
        let model_folder = folder.subfolder("model")?;
        tokenizer.save_folder(&model_folder, decoder.config().max_position_embeddings)?;
        keep_companions(&model, &model_folder)?;
        decoder.save(&model_folder, options.store.context("options were resolved")?.storage())?;
        ("model", Decoder::open(&model_folder).context(read_back)?)
    };
    stored.set_device(device)?;
    let model_step = state.model_step(settings.best);
    let best = state.best.map(
        |best| json!({ "step": best.step, "bits_per_token": best.bits_per_token, "weights": best_file(best.step) }),
    );
    let mut summary = json!({
        "steps": state.step, "tokens": state.tokens, "examples": training.n_examples(),
        "stopped_early": state.stopped_early, "best": best, "final_model": options.final_model,
        "model_step": model_step, "held_out_before": before, "held_out": evaluate(&stored, &testing, None)?,
        "trained_weights": decoder.n_trained(),
    });
    summary[kind] = kind.into();
    write_json_atomic(&folder.path("summary.json"), &summary)?;
    if state.stopped_early {
        eprintln!("stopped early, after step {}: the held-out loss no longer fell", state.step);
    }
    eprintln!("the {kind} is that of step {model_step}{}", if model_step == state.step { ", the last" } else { "" });
    if let Some(peak) = peak_memory() {
        eprintln!("most memory in use: {}", size(peak));
    }
    print_text(&format!("{summary:#}\n"))
}

/// Opens the model to be trained: all weights in `f32`, or frozen as they are stored with a new adapter.
fn open(model: &Path, lora: Option<&LoraSettings>, seed: Seed) -> Result<Decoder> {
    let Some(lora) = lora else { return Ok(Decoder::open(model)?) };
    let mut decoder = Decoder::open_frozen(model)?;
    decoder.add_adapters(lora.clone(), seed.named("adapters").value())?;
    Ok(decoder)
}

/// Reads rows of either form, checks that they are of this model's vocabulary, and parts them by document.
fn read_examples(
    path: &Path,
    header: &ModelHeader,
    tokenizer: &Tokenizer,
    chat: Option<&ChatProtocol>,
    held_out: impl Fn(&str) -> bool,
) -> Result<(Examples, Examples)> {
    let frame = Frame::new(tokenizer, header.config.max_position_embeddings)?;
    let (name, vocabulary) = (path.display(), header.config.vocab_size);
    let check = |id: &str, tokens: &[u32]| match tokens.iter().find(|token| **token as usize >= vocabulary) {
        Some(token) => bail!(
            "{name}: document {id}: token {token} is outside the model's vocabulary of {vocabulary}\nhint: choose the \
             examples with the tokenizer of the model to be trained"
        ),
        None => Ok(()),
    };
    let conversations = |rows: &mut dyn Iterator<Item = Result<ExampleRow>>, chat| {
        let Framed { examples, left_out } = in_conversation(rows, chat, frame)?;
        if left_out > 0 {
            eprintln!("{}", left_out_warning(left_out));
        }
        Ok::<_, anyhow::Error>(examples)
    };
    Ok(match read_training_rows(path)? {
        TrainingRows::Documents(rows) => {
            rows.iter().try_for_each(|row| check(&row.document_id, &row.token_ids))?;
            let (testing, training): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| held_out(&row.document_id));
            let framed = |rows: &[DocumentExamplesRow]| match chat {
                Some(chat) => conversations(&mut one_by_one(rows, tokenizer), chat),
                None => Ok(Examples::dense(rows, frame)?),
            };
            (framed(&training)?, framed(&testing)?)
        }
        TrainingRows::Examples(rows) => {
            for row in &rows {
                check(&row.document_id, &row.prefix_token_ids)?;
                check(&row.document_id, &row.token_ids)?;
            }
            let (testing, training): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| held_out(&row.document_id));
            let framed = |rows: Vec<ExampleRow>| match chat {
                Some(chat) => conversations(&mut rows.into_iter().map(Ok), chat),
                None => Ok(Examples::row_by_row(&rows, frame)),
            };
            (framed(training)?, framed(testing)?)
        }
    })
}

fn seconds_since_1970() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

/// The most memory that this process had in use, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
