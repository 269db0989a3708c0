//! Options and files of LoRA adapters, shared by the commands that make, export and merge them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use empower_engine::{Batch, Decoder, Linear, MergeReport};
use empower_lm::Tokenizer;
use empower_train::LoraSettings;
use serde::Serialize;
use serde_json::json;

use super::arguments::StoredAs;
use crate::assets::model_or_embedded;
use crate::output::{print_json, print_text};

/// Options of `empower train --lora`.
#[derive(Debug, Clone, Args)]
pub struct LoraArguments {
    /// Train a LoRA adapter beside the frozen weights, which stay as they are stored, rather than the weights.
    #[arg(long)]
    lora: bool,
    /// Rank of the adapter: 8, 16, 32 or 64.
    #[arg(long, value_name = "R", default_value_t = 16, requires = "lora")]
    lora_rank: usize,
    /// What the adapter adds is multiplied by this over the rank.
    #[arg(long, value_name = "ALPHA", default_value_t = 32.0, requires = "lora")]
    lora_alpha: f64,
    /// Share of the adapter's inputs that training drops.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, requires = "lora")]
    lora_dropout: f64,
    /// Linear maps that get an adapter, with commas between: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj,
    /// down_proj; all by default.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = target, requires = "lora")]
    lora_targets: Vec<Linear>,
    /// Compute each layer again in the backward rather than keep it: less memory, about a third more time.
    #[arg(long)]
    recompute: bool,
}

fn target(name: &str) -> Result<Linear, String> {
    Linear::ALL.into_iter().find(|linear| linear.name() == name).ok_or_else(|| {
        let names: Vec<_> = Linear::ALL.iter().map(|linear| linear.name()).collect();
        format!("`{name}` is none of {}", names.join(", "))
    })
}

impl LoraArguments {
    /// What was asked for, checked; `None` where all weights are to be trained.
    pub fn settings(&self) -> Result<Option<LoraSettings>> {
        if !self.lora {
            return Ok(None);
        }
        let targets = if self.lora_targets.is_empty() { Linear::ALL.to_vec() } else { self.lora_targets.clone() };
        let settings =
            LoraSettings { rank: self.lora_rank, alpha: self.lora_alpha, dropout: self.lora_dropout, targets };
        settings.check()?;
        Ok(Some(settings))
    }

    /// Opens the model to be trained: all weights in `f32`, or frozen as they are stored with a new adapter.
    pub fn open(&self, model: &Path, seed: u64) -> Result<Decoder> {
        let mut decoder = match self.settings()? {
            None => Decoder::open(model)?,
            Some(settings) => {
                let mut decoder = Decoder::open_frozen(model)?;
                decoder.add_adapters(settings, seed)?;
                decoder
            }
        };
        decoder.set_recompute(self.recompute);
        Ok(decoder)
    }
}

/// Write an adapter in PEFT's format, for PEFT, vLLM and llama.cpp's converter, and check what was written.
///
/// Example: empower export peft --model Qwen2.5-0.5B/ --adapter runs/lora/adapter --out adapter/
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct PeftArguments {
    /// The model that the adapter belongs to; the embedded model by default.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// The adapter's folder.
    #[arg(long, value_name = "DIR")]
    adapter: PathBuf,
    /// Folder to write into; made where it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Name or path of the base model that the adapter's configuration gives; the model's folder by default.
    #[arg(long, value_name = "NAME")]
    base_name: Option<String>,
    /// Write some token ids and the logits computed for them into this file, for reference/check_peft.py.
    #[arg(long, value_name = "FILE.json")]
    check: Option<PathBuf>,
}

/// Merge an adapter into the weights of its model, in f32, and say how much that changed and rounded.
///
/// Example: empower export merge --model Qwen2.5-0.5B/ --adapter runs/lora/adapter --out merged/
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct MergeArguments {
    /// The model that the adapter belongs to; the embedded model by default.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// The adapter's folder.
    #[arg(long, value_name = "DIR")]
    adapter: PathBuf,
    /// Folder to write into; made where it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Type that the merged weights are stored in.
    #[arg(long, value_enum, default_value_t = StoredAs::Bf16)]
    store: StoredAs,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Tokens that a model and what was made of it are compared on. Chosen: ids spread over the vocabulary, as many as a
/// short text has.
const COMPARED: usize = 32;

fn compared_tokens(decoder: &Decoder) -> Vec<u32> {
    let (vocabulary, positions) = (decoder.config().vocab_size, decoder.config().max_position_embeddings);
    (0..COMPARED.min(positions)).map(|i| ((i * 7919 + 31) % vocabulary) as u32).collect()
}

fn with_adapter(model: &Path, adapter: &Path) -> Result<Decoder> {
    let mut decoder = Decoder::open_frozen(model)?;
    decoder.open_adapter(adapter)?;
    Ok(decoder)
}

fn make_folder(folder: &Path, sources: &[&Path]) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for source in sources {
        if same_folder(folder, source) {
            bail!("--out {}: that is what is read\nhint: name another folder", folder.display());
        }
    }
    Ok(())
}

fn same_folder(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Runs `empower export peft`.
pub fn export_peft(arguments: PeftArguments) -> Result<()> {
    let model = model_or_embedded(arguments.model.as_deref())?;
    let decoder = with_adapter(&model, &arguments.adapter)?;
    make_folder(&arguments.out, &[&arguments.adapter])?;
    let base = arguments.base_name.unwrap_or_else(|| model.display().to_string());
    decoder.save_adapter(&arguments.out, &base)?;
    if let Some(path) = &arguments.check {
        let tokens = compared_tokens(&decoder);
        let logits = decoder.logits(&Batch::of([tokens.as_slice()]));
        empower_artifact::write_json_atomic(path, &json!({ "input_ids": tokens, "logits": logits }))?;
    }
    print_text(&format!(
        "{}: {} weights in PEFT's format, read back and equal\n",
        arguments.out.display(),
        decoder.n_trained()
    ))
}

#[derive(Serialize)]
struct Merged {
    #[serde(flatten)]
    report: MergeReport,
    /// Largest difference of a logit between the model beside its adapter and the merged one as it was stored.
    largest_logit_difference: f32,
    /// Tokens that were compared.
    compared_tokens: usize,
}

/// Runs `empower export merge`.
pub fn export_merge(arguments: MergeArguments) -> Result<()> {
    let model = model_or_embedded(arguments.model.as_deref())?;
    make_folder(&arguments.out, &[&model, &arguments.adapter])?;
    let mut decoder = with_adapter(&model, &arguments.adapter)?;
    let tokens = compared_tokens(&decoder);
    let beside = decoder.logits(&Batch::of([tokens.as_slice()]));
    let storage = arguments.store.storage();
    let report = decoder.merge_adapters(storage)?;
    decoder.save(&arguments.out, storage)?;
    Tokenizer::open(&model)?.save_folder(&arguments.out, decoder.config().max_position_embeddings)?;
    drop(decoder);
    let stored = Decoder::open_frozen(&arguments.out).context("reading back what was written")?;
    let logits = stored.logits(&Batch::of([tokens.as_slice()]));
    let largest_logit_difference = logits.iter().zip(&beside).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let merged = Merged { report, largest_logit_difference, compared_tokens: tokens.len() };
    if arguments.json {
        return print_json(&merged);
    }
    print_text(&format!(
        "largest change of a weight:       {:.3e}\n\
         largest rounding of a sum:        {:.3e}\n\
         largest difference of a logit:    {:.3e} over {} tokens, the merged model read back\n",
        report.largest_change,
        report.largest_rounding,
        largest_logit_difference,
        tokens.len()
    ))
}
