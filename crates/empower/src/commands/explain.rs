//! `empower explain`: the bits of every token of a text, and where Algorithm 1 stops as it walks through it (PAPER
//! section 4), with what the model would rather have written there. In the terminal, as a page, as a picture for a
//! paper, as JSON; a folder gets a summary.

mod page;
mod picture;
mod terminal;
mod walk;

use std::io::IsTerminal;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use empower_data::{Document, ReadOptions, read_documents};
use empower_engine::Engine;
use empower_lm::{Bits, Scorer, TokenId, Tokenizer};
use empower_select::parse_eta;
use serde_json::json;

use super::arguments::LocalOptions;
use super::score::{BATCH_BYTES, batches};
use crate::assets::model_or_embedded;
use crate::output::{Sink, bar, print_text, usage_error};
use walk::{Explained, Summary};

/// Explain a text: the bits of every token, and the branch points at a threshold.
///
/// Walks through the text as Algorithm 1 does: what the model finds predictable within eta may be written for the human,
/// the token after it is the human's, and so on from there. Prints the text with its branch points, what each costs and
/// what the model would rather have written; for several files or a folder, a summary.
///
/// Example: empower explain --eta 0.32 program.py --html program.html
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Texts: files of any kind, folders of source files, .jsonl files with a field `text`.
    #[arg(required = true, value_name = "PATH")]
    inputs: Vec<PathBuf>,
    /// Threshold: bits (`0.32`), or nats by name (`0.22nats`). The paper's by default.
    #[arg(long, value_parser = parse_eta, default_value = "0.32")]
    eta: Bits,
    /// Model folder in Hugging Face layout; the embedded model by default.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    #[command(flatten)]
    local: LocalOptions,
    /// Likeliest other tokens named at each branch point; 0 names none.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(0..=20))]
    alternatives: u64,
    /// Write a page to this file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a picture of one text to this file, for a paper.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Lines that the terminal and the picture show, as `10-40` or `7`; all by default, the picture at most 60.
    #[arg(long, value_name = "FROM-TO")]
    lines: Option<Lines>,
    /// Print the whole text also where several are explained, not only the summary.
    #[arg(long)]
    all: bool,
    /// Print JSON: an object a text with every token, and a summary of several.
    #[arg(long)]
    json: bool,
    /// Colours in the terminal. `auto` leaves them out where the output is no terminal or NO_COLOR is set.
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// Extension of the files taken from folders; may be given several times.
    #[arg(long, value_name = "EXT", default_value = "py")]
    extension: Vec<String>,
    /// Skip and list what cannot be read, rather than stop at it.
    #[arg(long)]
    skip_unreadable: bool,
}

/// `--color`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    /// Where standard output is a terminal and NO_COLOR is not set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    fn resolve(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            // https://no-color.org: present and not empty.
            Self::Auto => {
                std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty())
            }
        }
    }
}

/// `--lines`, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lines(RangeInclusive<usize>);

impl FromStr for Lines {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        match (from.trim().parse::<usize>(), to.trim().parse::<usize>()) {
            (Ok(from), Ok(to)) if from >= 1 && from <= to => Ok(Self(from..=to)),
            _ => Err("expected lines such as `10-40` or `7`, counted from 1".to_owned()),
        }
    }
}

/// Lines of a picture at most, where none are chosen. Chosen: a page of a paper.
const PICTURE_LINES: usize = 60;

/// Texts of a page that are shown whole; the others are in its summary. Chosen: a page of some megabytes.
const PAGE_TEXTS: usize = 40;

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    if arguments.json && (arguments.html.is_some() || arguments.svg.is_some()) {
        return Err(usage_error("--json prints everything: leave out --html and --svg, or run them apart"));
    }
    let options = ReadOptions {
        extensions: arguments.extension.iter().map(|extension| extension.trim_start_matches('.').to_owned()).collect(),
        skip_unreadable: arguments.skip_unreadable,
        ..ReadOptions::default()
    };
    let corpus = read_documents(&arguments.inputs, &options)?;
    if arguments.svg.is_some() && corpus.documents.len() > 1 {
        bail!("--svg draws one text, and there are {}\nhint: name one file", corpus.documents.len());
    }
    let (engine, tokenizer) = arguments.local.open(&model_or_embedded(arguments.model.as_deref())?)?;
    let is_summary = corpus.documents.len() > 1 && !arguments.all;
    let wants_alternatives = !is_summary || arguments.json || arguments.html.is_some();
    let n_alternatives = if wants_alternatives { arguments.alternatives as usize } else { 0 };

    let mut out = Sink::stdout();
    let mut summary = Summary::new(arguments.eta);
    let mut kept: Vec<Explained> = Vec::new();
    let progress = bar(corpus.documents.len() as u64, "explain");
    for batch in batches(&corpus.documents, BATCH_BYTES, |document| document.text.len()) {
        for explained in explain(batch, &engine, &tokenizer, arguments.eta, n_alternatives)? {
            summary.add(&explained);
            if arguments.json {
                out.row(&explained.to_json(Scorer::model_id(&engine)))?;
            } else if !is_summary || arguments.html.is_some() && kept.len() < PAGE_TEXTS {
                kept.push(explained);
            }
        }
        progress.inc(batch.len() as u64);
    }
    progress.finish_and_clear();
    for skipped in &corpus.skipped {
        eprintln!("skipped: {}", skipped.reason);
    }
    if arguments.json {
        if corpus.documents.len() > 1 {
            out.row(&json!({ "summary": summary.to_json() }))?;
        }
        return out.finish();
    }
    out.finish()?;
    let model = Scorer::model_id(&engine).to_string();
    if let Some(path) = &arguments.html {
        let mut out = Sink::open(Some(path))?;
        out.text(&page::page(&kept, &summary, &model))?;
        out.finish()?;
        eprintln!("wrote {}", path.display());
    }
    if let Some(path) = &arguments.svg {
        let lines = arguments.lines.as_ref().map_or(1..=PICTURE_LINES, |lines| lines.0.clone());
        let mut out = Sink::open(Some(path))?;
        out.text(&picture::picture(&kept[0], lines))?;
        out.finish()?;
        eprintln!("wrote {}", path.display());
    }
    let style = terminal::Style { is_coloured: arguments.color.resolve() };
    let mut text = String::new();
    if arguments.html.is_none() && arguments.svg.is_none() {
        for explained in kept.iter().filter(|_| !is_summary) {
            let lines = arguments.lines.as_ref().map_or(1..=usize::MAX, |lines| lines.0.clone());
            text.push_str(&terminal::document(explained, lines, style));
        }
    }
    text.push_str(&terminal::summary(&summary, style));
    print_text(&text)
}

fn explain(
    batch: &[Document],
    engine: &Engine,
    tokenizer: &Tokenizer,
    eta: Bits,
    n_alternatives: usize,
) -> Result<Vec<Explained>> {
    let tokens: Vec<Vec<TokenId>> = batch.iter().map(|document| tokenizer.encode(&document.text)).collect();
    let documents: Vec<&[TokenId]> = tokens.iter().map(Vec::as_slice).collect();
    let named = || format!("scoring documents from {} on", batch[0].id);
    let scores = engine.score(&documents).with_context(named)?;
    let mut found = Vec::with_capacity(batch.len());
    for ((document, tokens), scores) in batch.iter().zip(&tokens).zip(&scores) {
        found.push(Explained::new(&document.id, tokens, &scores.logprobs, tokenizer, eta)?);
    }
    if n_alternatives > 0 {
        let positions: Vec<Vec<usize>> = found.iter().map(Explained::branch_positions).collect();
        // One more, since the token that stands there may be among them.
        let answers = engine.alternatives(&documents, &positions, n_alternatives + 1).with_context(named)?;
        for (explained, answers) in found.iter_mut().zip(answers) {
            explained.set_alternatives(answers, n_alternatives, tokenizer);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one() {
        assert_eq!("10-40".parse(), Ok(Lines(10..=40)));
        assert_eq!("7".parse(), Ok(Lines(7..=7)));
        for text in ["", "0", "5-3", "a-b", "-3", "1-2-3"] {
            assert!(text.parse::<Lines>().is_err(), "{text}");
        }
    }
}
