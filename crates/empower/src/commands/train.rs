//! `empower train`: chosen examples to an assistant.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use empower_artifact::{ContentHash, Manifest, RunFolder, Seed, write_json_atomic};
use empower_data::{TrainingRows, is_held_out, read_training_rows};
use empower_engine::Decoder;
use empower_lm::Tokenizer;
use empower_train::sft::{Examples, Frame};
use empower_train::{Budget, Evaluation, MetricsRow, Progress, Schedule, Sequences, TrainingSettings, evaluate, train};
use serde_json::json;

use super::arguments::{ProductPrecision, StoredAs};
use super::lora::LoraArguments;
use crate::assets;
use crate::output::{bar, print_text};

/// Fine-tune a model on the examples that `empower select` chose; the result is a Hugging Face folder.
///
/// The loss is on each completion and its stop only. Rows in the compact form train every state of a document in one
/// pass.
///
/// Example: empower select --method empower --eta 0.32 --states all --compact code/ --out rows.jsonl
///          empower train rows.jsonl --out runs/empower-0.32
///          empower train rows.jsonl --model Qwen2.5-0.5B/ --lora --out runs/lora
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Rows of `empower select`, in either form.
    examples: PathBuf,
    /// Model folder to begin with; the embedded model by default.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Run folder: checkpoint, log, and the finished model in its `model` folder.
    #[arg(long)]
    out: PathBuf,
    /// Go on from the run folder's checkpoint.
    #[arg(long)]
    resume: bool,
    /// Passes over the examples; the paper's is 1.
    #[arg(long, default_value_t = 1)]
    epochs: u64,
    /// Tokens of a forward and backward pass.
    #[arg(long, default_value_t = 2048)]
    batch_tokens: usize,
    /// Passes that are added up to one step.
    #[arg(long, default_value_t = 1)]
    accumulate: usize,
    /// Peak learning rate.
    #[arg(long, default_value_t = 1e-3)]
    learning_rate: f64,
    /// Share of the run over which the learning rate rises; it then falls along a cosine.
    #[arg(long, default_value_t = 0.1)]
    warmup: f64,
    /// The share of the peak at which the cosine ends.
    #[arg(long, default_value_t = 0.1)]
    floor: f64,
    /// AdamW's weight decay.
    #[arg(long, default_value_t = 0.0)]
    weight_decay: f64,
    /// Largest norm of all gradients together.
    #[arg(long, default_value_t = 1.0)]
    clip: f64,
    /// Share of the documents that is only evaluated on; the paper's is 0.2.
    #[arg(long, default_value_t = 0.2)]
    test_split: f64,
    /// Precision of products: bf16 where the processor has it, by default.
    #[arg(long, value_enum, default_value_t = ProductPrecision::Auto)]
    precision: ProductPrecision,
    /// Type that the finished weights are stored in.
    #[arg(long, value_enum, default_value_t = StoredAs::Bf16)]
    store: StoredAs,
    /// Steps between evaluations; 0 for one at the end.
    #[arg(long, default_value_t = 50)]
    evaluate_every: u64,
    /// Steps between checkpoints; 0 for one at the end.
    #[arg(long, default_value_t = 50)]
    checkpoint_every: u64,
    /// Seed of the split, of the order of documents and of adapters.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    lora: LoraArguments,
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    if !(0.0..1.0).contains(&arguments.test_split) {
        bail!("--test-split {}: expected a share from 0 to below 1", arguments.test_split);
    }
    let model = match &arguments.model {
        Some(model) => model.clone(),
        None => assets::model_dir()?,
    };
    let seed = Seed::new(arguments.seed);
    let fine_tuning = TrainingSettings::fine_tuning(seed.named("order"));
    let settings = TrainingSettings {
        budget: Budget::Epochs(arguments.epochs),
        batch_tokens: arguments.batch_tokens,
        accumulate: arguments.accumulate,
        learning_rate: arguments.learning_rate,
        schedule: Schedule::Cosine { warmup: arguments.warmup, floor: arguments.floor },
        adamw: empower_train::AdamWSettings { weight_decay: arguments.weight_decay, ..fine_tuning.adamw },
        clip: arguments.clip,
        precision: arguments.precision.resolve()?,
        evaluate_every: arguments.evaluate_every,
        checkpoint_every: arguments.checkpoint_every,
        ..fine_tuning
    };
    settings.check()?;
    let lora = arguments.lora.settings()?;
    let mut decoder = arguments.lora.open(&model, seed.named("adapters").value())?;
    let tokenizer = Tokenizer::open(&model)?;
    tokenizer.check_fits(decoder.config().vocab_size)?;

    let frame = Frame::new(&tokenizer, decoder.config().max_position_embeddings)?;
    let vocabulary = decoder.config().vocab_size;
    let split_seed = seed.named("split").value();
    let held_out = |id: &str| is_held_out(id, arguments.test_split, split_seed);
    let name = arguments.examples.display();
    let check = |id: &str, tokens: &[u32]| match tokens.iter().find(|token| **token as usize >= vocabulary) {
        Some(token) => bail!(
            "{name}: document {id}: token {token} is outside the model's vocabulary of {vocabulary}\nhint: choose the \
             examples with the tokenizer of the model to be trained"
        ),
        None => Ok(()),
    };
    let (training, testing) = match read_training_rows(&arguments.examples)? {
        TrainingRows::Documents(rows) => {
            rows.iter().try_for_each(|row| check(&row.document_id, &row.token_ids))?;
            let (testing, training): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| held_out(&row.document_id));
            (Examples::dense(&training, frame)?, Examples::dense(&testing, frame)?)
        }
        TrainingRows::Examples(rows) => {
            for row in &rows {
                check(&row.document_id, &row.prefix_token_ids)?;
                check(&row.document_id, &row.token_ids)?;
            }
            let (testing, training): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| held_out(&row.document_id));
            (Examples::row_by_row(&training, frame), Examples::row_by_row(&testing, frame))
        }
    };
    let manifest =
        Manifest::new("train", json!({ "training": settings, "test_split": arguments.test_split, "lora": lora }))
            .input("examples", ContentHash::of_file(&arguments.examples)?)
            .input("model", ContentHash::of_files(&model, &["config.json", "model.safetensors", "tokenizer.json"])?)
            .seed("run", seed);
    let folder = RunFolder::open_or_resume(&arguments.out, manifest, arguments.resume)?;
    eprintln!(
        "{} examples ({} held out), {} tokens an epoch",
        training.n_examples(),
        testing.n_examples(),
        training.n_tokens()
    );

    let before = evaluate(&decoder, &testing, None);
    let progress = bar(1000, "train");
    let mut last_evaluation = String::new();
    let tested: Option<(&dyn Sequences, _)> = (testing.n_sequences() > 0).then_some((&testing, None));
    let state = train(&mut decoder, &training, tested, &settings, folder.dir(), &mut |row| match row {
        MetricsRow::Step { done, bits_per_token, .. } => {
            progress.set_position((done * 1000.0) as u64);
            progress.set_message(format!("per mille, {bits_per_token:.3} bits a target{last_evaluation}"));
        }
        MetricsRow::Evaluation { bits_per_token, .. } => {
            last_evaluation = format!(" (held out {bits_per_token:.3})");
        }
    })?;
    progress.finish();

    if lora.is_some() {
        return finish_adapter(&decoder, &model, &folder, &training, &testing, state, before);
    }
    let model_folder = folder.subfolder("model")?;
    tokenizer.save_folder(&model_folder, decoder.config().max_position_embeddings)?;
    decoder.save(&model_folder, arguments.store.storage())?;
    let stored = Decoder::open(&model_folder).context("reading back what was written")?;
    let summary = json!({
        "steps": state.step, "tokens": state.tokens, "examples": training.n_examples(),
        "held_out_before": before, "held_out": evaluate(&stored, &testing, None), "model": "model",
    });
    write_json_atomic(&folder.path("summary.json"), &summary)?;
    print_text(&format!("{summary:#}\n"))
}

/// Stores an adapter rather than a model, and evaluates it as it was stored.
fn finish_adapter(
    decoder: &Decoder,
    model: &Path,
    folder: &RunFolder,
    training: &Examples,
    testing: &Examples,
    state: Progress,
    before: Option<Evaluation>,
) -> Result<()> {
    let adapter = folder.subfolder("adapter")?;
    decoder.save_adapter(&adapter, &model.display().to_string())?;
    let mut stored = Decoder::open_frozen(model)?;
    stored.open_adapter(&adapter).context("reading back what was written")?;
    let summary = json!({
        "steps": state.step, "tokens": state.tokens, "examples": training.n_examples(),
        "trained_weights": decoder.n_trained(), "held_out_before": before,
        "held_out": evaluate(&stored, testing, None), "adapter": "adapter",
    });
    write_json_atomic(&folder.path("summary.json"), &summary)?;
    print_text(&format!("{summary:#}\n"))
}
