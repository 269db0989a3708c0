//! `empower calibrate`: one temperature for a model, so that what it calls likely comes true as often as it says.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use empower_data::{Document, ReadOptions, read_documents};
use empower_engine::{Batch, Decoder, Workspace};
use empower_lm::{Bits, Nats, TokenId, Tokenizer};
use serde::Serialize;

use super::arguments::StoredAs;
use crate::assets::model_or_embedded;
use crate::output::{bar, print_json, print_text};

/// Fit one temperature to documents (temperature scaling), and write the model with its logits divided by it.
///
/// Use documents that the model was not trained on: on its own training text it looks surer than it may be. The written
/// folder is a model like any other; greedy choice does not change, likelihoods do, and with them every stop rule.
///
/// Example: empower calibrate held_out.jsonl --out runs/calibrated
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Documents: folders of source files, .jsonl files with a field `text`, other text files.
    #[arg(required = true, value_name = "PATH")]
    inputs: Vec<PathBuf>,
    /// Model folder in Hugging Face layout; the embedded model by default.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Where the calibrated model is written; without it the temperature is only printed.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Type that the weights are stored in.
    #[arg(long, value_enum, default_value_t = StoredAs::Bf16)]
    store: StoredAs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What the fit found.
#[derive(Debug, Serialize)]
struct Fit {
    temperature: f32,
    bits_per_token_before: Bits,
    bits_per_token_after: Bits,
    tokens: usize,
    documents: usize,
}

/// Rows of a batch, at most.
const ROWS: usize = 2048;

/// Temperatures from a half to two, at even ratios: where the first pass looks.
const COARSE: usize = 13;

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let folder = model_or_embedded(arguments.model.as_deref())?;
    let tokenizer = Tokenizer::open(&folder)?;
    let mut decoder = Decoder::open(&folder)?;
    let documents = read_documents(&arguments.inputs, &ReadOptions::default())?.documents;
    let batches = batches(&documents, &tokenizer, decoder.config().max_position_embeddings);
    let tokens: usize = batches.iter().map(|(_, targets)| targets.len()).sum();
    if tokens == 0 {
        bail!("nothing to fit to: the documents have no token with one before it");
    }
    let coarse: Vec<f32> = (0..COARSE).map(|i| 2f32.powf(i as f32 / 6.0 - 1.0)).collect();
    let first = least(&decoder, &batches, &coarse, "coarse")?;
    if first == coarse[0] || first == coarse[COARSE - 1] {
        eprintln!("warning: the best temperature lies at the edge of the search, {first:.2}; the fit is doubtful");
    }
    // A second pass between its neighbours, at ratios of about one in a hundred.
    let fine: Vec<f32> = (-12..=12).map(|i| first * 2f32.powf(i as f32 / 72.0)).collect();
    let temperature = least(&decoder, &batches, &fine, "fine")?;
    let nll = nlls(&decoder, &batches, &[1.0, temperature], "check")?;
    let per_token = |nats: f64| Nats(nats / tokens as f64).to_bits();
    let fit = Fit {
        temperature,
        bits_per_token_before: per_token(nll[0]),
        bits_per_token_after: per_token(nll[1]),
        tokens,
        documents: documents.len(),
    };
    if let Some(out) = &arguments.out {
        std::fs::create_dir_all(out)?;
        decoder.set_temperature(temperature);
        tokenizer.save_folder(out, decoder.config().max_position_embeddings)?;
        decoder.save(out, arguments.store.storage())?;
    }
    if arguments.json {
        return print_json(&fit);
    }
    print_text(&format!(
        "temperature {:.3}: {:.4} bits a token rather than {:.4}, over {tokens} tokens of {} documents\n",
        fit.temperature,
        fit.bits_per_token_after.0,
        fit.bits_per_token_before.0,
        documents.len()
    ))
}

/// Documents as inputs and targets, cut to the context.
fn batches(documents: &[Document], tokenizer: &Tokenizer, context: usize) -> Vec<(Batch, Vec<TokenId>)> {
    let mut batches: Vec<(Batch, Vec<TokenId>)> = Vec::new();
    for document in documents {
        let stream: Vec<TokenId> = tokenizer.bos().into_iter().chain(tokenizer.encode(&document.text)).collect();
        let inputs = &stream[..stream.len().saturating_sub(1)];
        for (inputs, targets) in inputs.chunks(context).zip(stream.get(1..).unwrap_or_default().chunks(context)) {
            let full = batches.last().is_none_or(|(batch, _)| batch.len() + inputs.len() > ROWS);
            if full {
                batches.push(Default::default());
            }
            if let Some((batch, all)) = batches.last_mut() {
                batch.push(inputs.iter().copied(), 0);
                all.extend_from_slice(targets);
            }
        }
    }
    batches
}

fn nlls(decoder: &Decoder, batches: &[(Batch, Vec<TokenId>)], temperatures: &[f32], what: &str) -> Result<Vec<f64>> {
    let mut space = Workspace::default();
    let mut sums = vec![0.0; temperatures.len()];
    let progress = bar(batches.len() as u64, what);
    for (batch, targets) in batches {
        let found = decoder.nll_at_temperatures(batch, targets, temperatures, &mut space)?;
        sums.iter_mut().zip(found).for_each(|(sum, nll)| *sum += nll);
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(sums)
}

/// The temperature with the least negative log-likelihood.
fn least(decoder: &Decoder, batches: &[(Batch, Vec<TokenId>)], temperatures: &[f32], what: &str) -> Result<f32> {
    let sums = nlls(decoder, batches, temperatures, what)?;
    let best = (0..sums.len()).min_by(|&a, &b| sums[a].total_cmp(&sums[b])).expect("temperatures to try");
    Ok(temperatures[best])
}
