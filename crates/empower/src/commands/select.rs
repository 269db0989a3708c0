//! `empower select`: documents to training examples, by Algorithm 1 or a baseline (PAPER sections 4 and 5).

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use empower_data::{
    Corpus, Document, DocumentExamplesRow, ExampleOptions, ExampleStats, ReadOptions, ScoredDocument, States,
    document_examples, read_documents,
};
use empower_engine::{Config, Engine};
use empower_lm::{Bits, Scorer, TokenId, Tokenizer};
use empower_select::{Estimator, Method, PAPER_ETA, SelectError, parse_eta};

use super::score::{BATCH_BYTES, batches};
use crate::assets::model_or_embedded;
use crate::output::{Sink, bar, usage_error};

/// Select training examples: states of documents, and the completion that a method chooses for each.
///
/// Prints a JSON row an example: document, state, prefix, completion with the bits of every token, why it stops. The
/// same seed gives the same states to every method.
///
/// Example: empower select --method empower --eta 0.32 --states all --compact --out examples.jsonl src/ more.jsonl
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Documents: folders of source files, .jsonl and .parquet files with a field `text` or `code`, other text files.
    /// Of Codeforces submissions, those that were accepted are taken.
    #[arg(required = true, value_name = "PATH")]
    inputs: Vec<PathBuf>,
    /// How completions are chosen: `empower`, `utility-H` (the length that pays best where a wrong suggestion costs H
    /// units of effort), `sft-N` or `sft-rand-A-B`.
    #[arg(long, default_value = "empower", value_parser = method_name)]
    method: String,
    /// Threshold of `empower`: bits (`0.32`), or nats by name (`0.22nats`). The paper's 0.32 bits by default.
    #[arg(long, value_parser = parse_eta)]
    eta: Option<Bits>,
    /// What the cost of a token is estimated from: `nll` (the negative log-likelihood of the token that stands there, as
    /// in the paper) or `entropy` (the exact entropy of the model's distribution at that place).
    #[arg(long, value_name = "NAME", default_value_t = Estimator::default())]
    estimator: Estimator,
    /// States a document: a number, or `all`. One is the paper's choice.
    #[arg(long, default_value = "1")]
    states: States,
    /// Seeds the states, and the lengths of `sft-rand-A-B`.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Leave out examples with an empty completion; by default they stay, since from them a model learns to be silent.
    #[arg(long)]
    drop_silent: bool,
    /// Skip and list what cannot be read, rather than stop at it.
    #[arg(long)]
    skip_unreadable: bool,
    /// Extension of the files taken from folders; may be given several times.
    #[arg(long, value_name = "EXT", default_value = "py")]
    extension: Vec<String>,
    /// Language of the submissions taken, by the beginning of its name at the site; may be given several times. Python 3
    /// and PyPy 3 by default.
    #[arg(long, value_name = "NAME")]
    language: Vec<String>,
    /// Take submissions with any verdict.
    #[arg(long)]
    any_verdict: bool,
    /// Model: a folder in Hugging Face layout, or a name of its hub, `ORG/NAME[@REVISION]`; the embedded model by
    /// default. The baselines read its tokenizer alone.
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Print a row a document (tokens, bits, states, lengths), which grows with its length and not with its square:
    /// the form for `empower train` with many states.
    #[arg(long)]
    compact: bool,
    /// Write to this file, which appears when it is whole, rather than to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Checks a method's name alone; whether a threshold goes with it is looked at later.
fn method_name(name: &str) -> Result<String, SelectError> {
    let eta = (name == "empower").then_some(PAPER_ETA);
    Method::parse(name, eta).map(|_| name.to_owned())
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let eta = arguments.eta.or((arguments.method == "empower").then_some(PAPER_ETA));
    let method = Method::parse(&arguments.method, eta).map_err(usage_error)?;
    let options = ExampleOptions {
        method,
        estimator: arguments.estimator,
        states: arguments.states,
        seed: arguments.seed,
        drop_silent: arguments.drop_silent,
    };
    if !method.needs_costs() && arguments.estimator != Estimator::default() {
        return Err(usage_error(format!("--method {method} estimates nothing: leave out --estimator")));
    }
    let defaults = ReadOptions::default();
    let read_options = ReadOptions {
        languages: if arguments.language.is_empty() { defaults.languages } else { arguments.language.clone() },
        accepted_only: !arguments.any_verdict,
        extensions: arguments.extension.iter().map(|extension| extension.trim_start_matches('.').to_owned()).collect(),
        skip_unreadable: arguments.skip_unreadable,
        ..ReadOptions::default()
    };
    let corpus = read_documents(&arguments.inputs, &read_options)?;
    let model = model_or_embedded(arguments.model.as_deref())?;
    let (engine, tokenizer) = if method.needs_costs() {
        let (engine, tokenizer) = Engine::open(&model)?;
        (Some(engine), tokenizer)
    } else {
        (None, tokenizer_alone(&model)?)
    };

    let mut out = Sink::open(arguments.out.as_deref())?;
    let mut stats = ExampleStats::default();
    let progress = bar(corpus.documents.len() as u64, "select");
    for batch in batches(&corpus.documents, BATCH_BYTES, |document| document.text.len()) {
        write_batch(batch, engine.as_ref(), &tokenizer, &options, arguments.compact, &mut out, &mut stats)?;
        out.flush()?;
        progress.inc(batch.len() as u64);
    }
    out.finish()?;
    progress.finish_and_clear();
    eprint!("{}", summary(&corpus, &stats));
    Ok(())
}

/// The tokenizer of a model folder, held against its configuration where there is one.
fn tokenizer_alone(model: &Path) -> Result<Tokenizer> {
    let tokenizer = Tokenizer::open(model)?;
    let config = model.join("config.json");
    if config.exists() {
        tokenizer.check_fits(Config::read(&config)?.vocab_size)?;
    }
    Ok(tokenizer)
}

fn write_batch(
    batch: &[Document],
    engine: Option<&Engine>,
    tokenizer: &Tokenizer,
    options: &ExampleOptions,
    compact: bool,
    out: &mut Sink,
    stats: &mut ExampleStats,
) -> Result<()> {
    let tokens: Vec<Vec<TokenId>> = batch.iter().map(|document| tokenizer.encode(&document.text)).collect();
    let scores = match engine {
        Some(engine) => {
            let documents: Vec<&[TokenId]> = tokens.iter().map(Vec::as_slice).collect();
            let scores: Result<Vec<Vec<Option<f32>>>, _> = match options.estimator {
                Estimator::Nll => engine.score(&documents).map(|all| all.into_iter().map(|it| it.logprobs).collect()),
                Estimator::Entropy => {
                    engine.entropies(&documents).map(|all| all.into_iter().map(|it| it.nats).collect())
                }
            };
            let scores = scores.with_context(|| format!("scoring documents from {} on", batch[0].id))?;
            scores.into_iter().map(Some).collect()
        }
        None => vec![None; batch.len()],
    };
    for ((document, token_ids), logprobs) in batch.iter().zip(&tokens).zip(&scores) {
        let scored = ScoredDocument { document_id: &document.id, token_ids, logprobs: logprobs.as_deref() };
        let windowing = engine.and_then(|engine| engine.windowing(token_ids.len()));
        let row = DocumentExamplesRow {
            overlap: windowing.map(|windowing| windowing.overlap),
            ..document_examples(scored, options)?
        };
        stats.add(&row);
        if compact {
            // A document of which nothing was chosen has nothing to teach.
            if !row.states.is_empty() {
                out.row(&row)?;
            }
            continue;
        }
        for example in row.rows(|tokens| Ok::<_, Infallible>(tokenizer.decode(tokens))) {
            match example {
                Ok(example) => out.row(&example)?,
                Err(never) => match never {},
            }
        }
    }
    Ok(())
}

/// What was read and chosen, for people.
fn summary(corpus: &Corpus, stats: &ExampleStats) -> String {
    let mut text = String::new();
    for skipped in &corpus.skipped {
        text.push_str(&format!("skipped: {}\n", skipped.reason));
    }
    for link in &corpus.links {
        text.push_str(&format!("not followed: {} is a symbolic link\n", link.display()));
    }
    let share = stats.silent_share().map_or_else(|| "n/a".to_owned(), |share| format!("{:.1}%", 100.0 * share));
    let length = stats.mean_length().map_or_else(|| "n/a".to_owned(), |length| format!("{length:.2}"));
    if corpus.n_left_out > 0 {
        text.push_str(&format!("{} submissions left out for their verdict or language\n", corpus.n_left_out));
    }
    text.push_str(&format!(
        "{} documents of {} tokens ({} duplicates dropped, {} unreadable skipped)\n\
         {} examples, {share} of them silent, {length} tokens long on average\n",
        corpus.documents.len(),
        stats.document_tokens,
        corpus.duplicates.len(),
        corpus.skipped.len(),
        stats.examples,
    ));
    text
}
