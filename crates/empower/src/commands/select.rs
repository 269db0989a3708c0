//! `empower select`: documents to training examples, by Algorithm 1 or a baseline (PAPER sections 4 and 5).

use std::convert::Infallible;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use empower_data::{
    Corpus, Document, DocumentExamplesRow, ExampleOptions, ExampleStats, ReadOptions, ScoredDocument, States,
    document_examples, drawn_states, examples_of_lengths, read_documents,
};
use empower_lm::{Bits, TokenId, Tokenizer};
use empower_select::{Estimator, Method, PAPER_ETA, SelectError, parse_eta};

use super::score::{BATCH_BYTES, batches};
use crate::models::{CacheOptions, Model, ModelOptions};
use crate::output::{Sink, bar, usage_error};

/// Select training examples: states of documents, and the completion that a method chooses for each.
///
/// Prints a JSON row an example: document, state, prefix, completion with the bits of every token, why it stops. The
/// same seed gives the same states to every method.
///
/// A served model that scores no given text is walked along what it generates instead: the same examples by `empower` and
/// likelihood, without the bits of their tokens. Its rows say how it was asked: "scored_by".
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
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    cache: CacheOptions,
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
    let (model, alone);
    let (model, tokenizer) = if method.needs_costs() {
        model = arguments.model.open(arguments.cache.open()?.as_ref())?;
        (Some(&model), model.tokenizer())
    } else {
        // The baselines read the tokenizer alone.
        alone = arguments.model.open_tokenizer()?;
        (None, &alone)
    };

    let mut out = Sink::open(arguments.out.as_deref())?;
    let mut stats = ExampleStats::default();
    let progress = bar(corpus.documents.len() as u64, "select");
    for batch in batches(&corpus.documents, BATCH_BYTES, |document| document.text.len()) {
        write_batch(batch, model, tokenizer, &options, arguments.compact, &mut out, &mut stats)?;
        out.flush()?;
        progress.inc(batch.len() as u64);
    }
    out.finish()?;
    progress.finish_and_clear();
    if let Some(model) = model {
        model.usage().print();
    }
    eprint!("{}", summary(&corpus, &stats));
    Ok(())
}

/// The examples of every document of a batch, of a model that scores given text or of none.
fn scored_rows(
    batch: &[Document],
    tokens: &[Vec<TokenId>],
    model: Option<&Model>,
    options: &ExampleOptions,
) -> Result<Vec<DocumentExamplesRow>> {
    let scores: Vec<Option<Vec<Option<f32>>>> = match model {
        Some(model) => {
            let scorer = model.scorer()?;
            let documents: Vec<&[TokenId]> = tokens.iter().map(Vec::as_slice).collect();
            let scores: Result<Vec<Vec<Option<f32>>>, _> = match options.estimator {
                Estimator::Nll => scorer.score(&documents).map(|all| all.into_iter().map(|it| it.logprobs).collect()),
                Estimator::Entropy => {
                    scorer.entropies(&documents).map(|all| all.into_iter().map(|it| it.nats).collect())
                }
            };
            let scores = scores.with_context(|| format!("scoring documents from {} on", batch[0].id))?;
            scores.into_iter().map(Some).collect()
        }
        None => vec![None; batch.len()],
    };
    let row = |document: &Document, token_ids: &[TokenId], logprobs: Option<&[Option<f32>]>| {
        let scored = ScoredDocument { document_id: &document.id, token_ids, logprobs };
        let windowing = model.and_then(|model| model.windowing(token_ids.len()));
        let overlap = windowing.map(|windowing| windowing.overlap);
        Ok(DocumentExamplesRow { overlap, ..document_examples(scored, options)? })
    };
    let documents = batch.iter().zip(tokens).zip(&scores);
    documents.map(|((document, tokens), logprobs)| row(document, tokens, logprobs.as_deref())).collect()
}

/// The examples of every document of a batch, of a model that only shows what it generates.
fn walked_rows(
    batch: &[Document],
    tokens: &[Vec<TokenId>],
    model: &Model,
    options: &ExampleOptions,
) -> Result<Vec<DocumentExamplesRow>> {
    let (Method::Empower { eta }, Estimator::Nll) = (options.method, options.estimator) else {
        bail!(
            "{} scores no given text; it can only be walked along what it generates, for --method empower and the \
             estimator nll\nhint: use a server that scores prompts, such as vLLM",
            model.usage().model
        );
    };
    let drawn: Vec<Vec<usize>> =
        batch.iter().zip(tokens).map(|(document, tokens)| drawn_states(&document.id, tokens.len(), options)).collect();
    let pairs: Vec<(&[TokenId], usize)> =
        tokens.iter().zip(&drawn).flat_map(|(tokens, states)| states.iter().map(|n| (tokens.as_slice(), *n))).collect();
    let lengths = model.greedy_lengths(&pairs, eta);
    let mut lengths = lengths.with_context(|| format!("walking documents from {} on", batch[0].id))?.into_iter();
    let rows = batch.iter().zip(tokens).zip(drawn).map(|((document, tokens), states)| {
        let lengths = lengths.by_ref().take(states.len()).collect();
        examples_of_lengths(&document.id, tokens, options, states, lengths)
    });
    Ok(rows.collect())
}

fn write_batch(
    batch: &[Document],
    model: Option<&Model>,
    tokenizer: &Tokenizer,
    options: &ExampleOptions,
    compact: bool,
    out: &mut Sink,
    stats: &mut ExampleStats,
) -> Result<()> {
    let tokens: Vec<Vec<TokenId>> = batch.iter().map(|document| tokenizer.encode(&document.text)).collect();
    let rows = match model {
        Some(model) if model.only_walks() => walked_rows(batch, &tokens, model, options)?,
        _ => scored_rows(batch, &tokens, model, options)?,
    };
    let scored_by = model.and_then(Model::scored_by);
    for row in rows {
        let row = DocumentExamplesRow { scored_by: scored_by.clone(), ..row };
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
