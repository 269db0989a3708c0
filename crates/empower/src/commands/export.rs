//! `empower export`: examples for other trainers, with a configuration that runs; adapters for other programs, and merged
//! models.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use empower_artifact::{AtomicFile, ContentHash, Manifest, RunFolder, Seed, write_atomic, write_json_atomic};
use empower_data::{ExampleRow, TrainingRows, is_held_out, read_training_rows};
use empower_engine::Config;
use empower_lm::Tokenizer;
use empower_train::TrainingSettings;
use empower_train::interchange::{Framed, text_row, token_row};
use empower_train::sft::Frame;
use serde::Serialize;
use serde_json::json;

use super::lora::{MergeArguments, PeftArguments, export_merge, export_peft};
use crate::assets::model_or_embedded;
use crate::output::print_text;

/// Write adapters and examples for other programs, or merge adapters into their models.
///
/// For another trainer, `train.jsonl` and `test.jsonl` hold token ids with labels, -100 where nothing is to be learnt: train on these. The
/// `.text.jsonl` files say the same as text, with `retokenizes`: whether a trainer that tokenises the text gets the
/// same tokens.
///
/// Example: empower export merge --adapter runs/lora/adapter --out merged/
///          empower export trl rows.jsonl --model Qwen2.5-0.5B/ --out runs/trl && python runs/trl/sft.py
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(subcommand)]
    target: Target,
}

/// For whom.
#[derive(Debug, Subcommand)]
enum Target {
    Merge(MergeArguments),
    Peft(PeftArguments),
    /// Rows and a script for TRL's SFTTrainer: `python OUT/sft.py`.
    Trl(Rows),
    /// Rows and a configuration for axolotl: `axolotl train OUT/axolotl.yaml`.
    Axolotl(Rows),
}

#[derive(Debug, Args)]
struct Rows {
    /// Rows of `empower select`, in either form.
    examples: PathBuf,
    /// The model that will be trained, whose tokenizer the examples were chosen with: a folder, or a name of the
    /// Hugging Face hub. The embedded model by default.
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Folder to write into; new or empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Tokens of a row, at most; longer prefixes lose their beginning. The model's context by default.
    #[arg(long, value_name = "N")]
    context: Option<usize>,
    /// Share of the documents that go to `test.jsonl`; the paper's is 0.2.
    #[arg(long, default_value_t = 0.2)]
    test_split: f64,
    /// Seed of the split, which is that of `empower train` with the same seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    match arguments.target {
        Target::Merge(arguments) => export_merge(arguments),
        Target::Peft(arguments) => export_peft(arguments),
        Target::Trl(rows) => write(rows, "trl"),
        Target::Axolotl(rows) => write(rows, "axolotl"),
    }
}

/// What was written, in counts.
#[derive(Debug, Default, Serialize)]
struct Counts {
    examples: usize,
    tokens: usize,
    targets: usize,
    /// Rows whose prefix lost its beginning.
    shortened: usize,
    /// Examples whose completion alone does not fit, left out.
    too_long: usize,
    /// Rows whose text tokenises to the same tokens.
    retokenizes: usize,
}

/// The two files of one half.
struct Half {
    rows: AtomicFile,
    texts: AtomicFile,
    counts: Counts,
}

impl Half {
    fn create(folder: &RunFolder, name: &str) -> Result<Self> {
        let file = |ending: &str| AtomicFile::create(&folder.path(format!("{name}{ending}")));
        Ok(Self { rows: file(".jsonl")?, texts: file(".text.jsonl")?, counts: Counts::default() })
    }

    fn add(&mut self, example: &ExampleRow, frame: Frame, tokenizer: &Tokenizer, with_mask: bool) -> Result<()> {
        let framed = token_row(example, frame, with_mask);
        self.counts.shortened += usize::from(matches!(framed, Framed::Shortened(_)));
        match framed {
            Framed::TooLong => self.counts.too_long += 1,
            Framed::Whole(row) | Framed::Shortened(row) => {
                let text = text_row(example, tokenizer);
                self.counts.examples += 1;
                self.counts.tokens += row.input_ids.len();
                self.counts.targets += example.token_ids.len() + 1;
                self.counts.retokenizes += usize::from(text.retokenizes);
                self.rows.write_row(&row)?;
                self.texts.write_row(&text)?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Counts> {
        self.rows.commit()?;
        self.texts.commit()?;
        Ok(self.counts)
    }
}

fn write(arguments: Rows, target: &str) -> Result<()> {
    let share = arguments.test_split;
    if !(0.0..1.0).contains(&share) {
        bail!("--test-split {share}: expected a share from 0 to below 1");
    }
    let model = model_or_embedded(arguments.model.as_deref())?;
    let tokenizer = Tokenizer::open(&model)?;
    let config = Config::read(&model.join("config.json"))?;
    tokenizer.check_fits(config.vocab_size)?;
    let context = arguments.context.unwrap_or(config.max_position_embeddings).min(config.max_position_embeddings);
    let frame = Frame::new(&tokenizer, context)?;
    let seed = Seed::new(arguments.seed);
    let split_seed = seed.named("split").value();
    let rows = read_training_rows(&arguments.examples)?;
    let manifest = Manifest::new("export", json!({ "target": target, "context": context, "test_split": share }))
        .input("examples", ContentHash::of_file(&arguments.examples)?)
        .input("tokenizer", ContentHash::of_file(&model.join("tokenizer.json"))?)
        .seed("run", seed);
    let folder = RunFolder::create(&arguments.out, manifest)?;
    let (mut train, mut test) = (Half::create(&folder, "train")?, Half::create(&folder, "test")?);
    let vocabulary = config.vocab_size;
    let mut add = |example: &ExampleRow| {
        if let Some(token) =
            example.prefix_token_ids.iter().chain(&example.token_ids).find(|token| **token as usize >= vocabulary)
        {
            bail!(
                "{}: document {}: token {token} is outside the model's vocabulary of {vocabulary}\nhint: choose the \
                 examples with the tokenizer of the model to be trained",
                arguments.examples.display(),
                example.document_id,
            );
        }
        let half = if is_held_out(&example.document_id, share, split_seed) { &mut test } else { &mut train };
        half.add(example, frame, &tokenizer, target == "axolotl")
    };
    match rows {
        TrainingRows::Examples(rows) => rows.iter().try_for_each(&mut add)?,
        TrainingRows::Documents(rows) => {
            for row in &rows {
                for example in row.rows(|tokens| Ok::<_, Infallible>(tokenizer.decode(tokens))) {
                    match example {
                        Ok(example) => add(&example)?,
                        Err(never) => match never {},
                    }
                }
            }
        }
    }
    let (train, test) = (train.finish()?, test.finish()?);
    if train.examples == 0 {
        bail!("no example is left to train on\nhint: a smaller --test-split, or a larger --context");
    }
    match target {
        "trl" => trl(&folder, &model, context)?,
        _ => axolotl(&folder, &model, context, test.examples > 0, &tokenizer)?,
    }
    let summary = json!({ "target": target, "context": context, "train": train, "test": test });
    write_json_atomic(&folder.path("summary.json"), &summary)?;
    print_text(&format!("{summary:#}\n"))
}

/// The settings of `empower train`, in TRL's words, and the script that reads them.
fn trl(folder: &RunFolder, model: &Path, context: usize) -> Result<()> {
    let settings = TrainingSettings::fine_tuning(Seed::new(0));
    let config = json!({
        "model": model,
        "max_length": context,
        "num_train_epochs": 1,
        "per_device_train_batch_size": 8,
        "gradient_accumulation_steps": 1,
        "learning_rate": settings.learning_rate,
        "lr_scheduler_type": "cosine_with_min_lr",
        "lr_scheduler_kwargs": { "min_lr_rate": 0.1 },
        "warmup_steps": 0.1,
        "adam_beta1": settings.adamw.beta1,
        "adam_beta2": settings.adamw.beta2,
        "adam_epsilon": settings.adamw.eps,
        "weight_decay": settings.adamw.weight_decay,
        "max_grad_norm": settings.clip,
        "seed": 0,
    });
    write_json_atomic(&folder.path("sft.json"), &config)?;
    Ok(write_atomic(&folder.path("sft.py"), include_bytes!("export/sft.py"))?)
}

/// The same in axolotl's words.
fn axolotl(folder: &RunFolder, model: &Path, context: usize, with_test: bool, tokenizer: &Tokenizer) -> Result<()> {
    let settings = TrainingSettings::fine_tuning(Seed::new(0));
    // JSON is YAML, so that any path is quoted rightly.
    let quoted = |path: &Path| serde_json::to_string(&path.display().to_string());
    let (rows, tests) = (quoted(&folder.path("train.jsonl"))?, quoted(&folder.path("test.jsonl"))?);
    let test_rows = match with_test {
        true => format!("test_datasets:\n  - path: {tests}\n    ds_type: json\n    split: train\n    type:\n"),
        false => "val_set_size: 0\n".to_owned(),
    };
    let pad = tokenizer.eos().and_then(|token| tokenizer.token_text(token)).unwrap_or_default();
    let text = format!(
        "# Rows with token ids and labels (`type` is empty): axolotl takes them as they are. The stop token is a label;\n\
         # padding is masked by the attention mask and by its own labels, so that it may be the same token.\n\
         base_model: {model}\n\
         datasets:\n  - path: {rows}\n    ds_type: json\n    type:\n\
         {test_rows}\
         dataset_prepared_path: {prepared}\n\
         output_dir: {output}\n\
         sequence_len: {context}\n\
         # Packing needs an attention that knows where sequences begin; without one they would see each other.\n\
         sample_packing: false\n\
         pad_to_sequence_len: false\n\
         special_tokens:\n  pad_token: {pad}\n\
         num_epochs: 1\n\
         micro_batch_size: 8\n\
         gradient_accumulation_steps: 1\n\
         optimizer: adamw_torch\n\
         adam_beta1: {beta1}\n\
         adam_beta2: {beta2}\n\
         adam_epsilon: {eps}\n\
         weight_decay: {decay}\n\
         max_grad_norm: {clip}\n\
         learning_rate: {rate}\n\
         lr_scheduler: cosine\n\
         cosine_min_lr_ratio: 0.1\n\
         warmup_ratio: 0.1\n\
         bf16: auto\n\
         logging_steps: 1\n\
         seed: 0\n",
        model = quoted(model)?,
        prepared = quoted(&folder.path("prepared"))?,
        output = quoted(&folder.path("model"))?,
        pad = serde_json::to_string(&pad)?,
        beta1 = settings.adamw.beta1,
        beta2 = settings.adamw.beta2,
        eps = settings.adamw.eps,
        decay = settings.adamw.weight_decay,
        clip = settings.clip,
        rate = settings.learning_rate,
    );
    Ok(write_atomic(&folder.path("axolotl.yaml"), text.as_bytes())?)
}
