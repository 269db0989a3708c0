//! Files of LoRA adapters: exported and merged. What `empower train` is told about them is in `train/options.rs`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use empower_engine::{Batch, Decoder, MergeReport};
use empower_lm::Tokenizer;
use serde::Serialize;
use serde_json::json;

use super::arguments::StoredAs;
use crate::assets::model_or_embedded;
use crate::output::{print_json, print_text};

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
        let logits = decoder.logits(&Batch::of([tokens.as_slice()]))?;
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
    let beside = decoder.logits(&Batch::of([tokens.as_slice()]))?;
    let storage = arguments.store.storage();
    let report = decoder.merge_adapters(storage)?;
    decoder.save(&arguments.out, storage)?;
    Tokenizer::open(&model)?.save_folder(&arguments.out, decoder.config().max_position_embeddings)?;
    drop(decoder);
    let stored = Decoder::open_frozen(&arguments.out).context("reading back what was written")?;
    let logits = stored.logits(&Batch::of([tokens.as_slice()]))?;
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
