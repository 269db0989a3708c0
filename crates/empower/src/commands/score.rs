//! `empower score`: documents to the log-likelihood of every token.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use empower_artifact::read_jsonl;
use empower_lm::{Bits, TokenId, Tokenizer, Windowing};
use serde::{Deserialize, Serialize};

use crate::models::{CacheOptions, ModelOptions};
use crate::output::{Sink, bar};

/// Score documents: the log-likelihood of every token under a model.
///
/// Reads rows {"id", "text"} or {"id", "token_ids"} and prints, with --json, a row each: {"id", "token_ids",
/// "token_logprobs"}, natural logarithms, null for the first token where the model has no beginning-of-sequence
/// token. Documents longer than the model's context are scored in windows that overlap by half of it; their rows say so:
/// "windows": {"context", "overlap", "windows"}. Rows from a served model say how it was asked: "scored_by".
///
/// Example: empower score --model runs/base/model corpus.jsonl --json > scores.jsonl
///          empower score --model http://127.0.0.1:8000/v1 --served-model m --tokenizer ORG/NAME --cache a.db corpus.jsonl
///          empower score --model Qwen2.5-0.5B/ --adapter runs/lora/adapter --device cuda corpus.jsonl
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Rows to score, one JSON object a line.
    #[arg(required = true, value_name = "FILE.jsonl")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    cache: CacheOptions,
    /// Print JSON rows rather than a table.
    #[arg(long)]
    json: bool,
}

/// A document's name, given back as it came.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

impl std::fmt::Display for Id {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => out.write_str(text),
            Self::Number(number) => write!(out, "{number}"),
        }
    }
}

#[derive(Deserialize)]
struct Fields {
    id: Id,
    text: Option<String>,
    token_ids: Option<Vec<TokenId>>,
}

enum Content {
    Text(String),
    Tokens(Vec<TokenId>),
}

/// A row with exactly one of `text` and `token_ids`.
#[derive(Deserialize)]
#[serde(try_from = "Fields")]
struct TextOrTokens {
    id: Id,
    content: Content,
}

impl TryFrom<Fields> for TextOrTokens {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let content = match (fields.text, fields.token_ids) {
            (Some(text), None) if text.is_empty() => return Err(format!("document {}: `text` is empty", fields.id)),
            (Some(text), None) if text.contains('\0') => {
                return Err(format!("document {}: `text` is binary (it holds a NUL character)", fields.id));
            }
            (Some(text), None) => Content::Text(text),
            (None, Some(tokens)) if tokens.is_empty() => {
                return Err(format!("document {}: `token_ids` is empty", fields.id));
            }
            (None, Some(tokens)) => Content::Tokens(tokens),
            (Some(_), Some(_)) => {
                return Err(format!("document {}: both `text` and `token_ids`; one is enough", fields.id));
            }
            (None, None) => return Err(format!("document {}: neither `text` nor `token_ids`", fields.id)),
        };
        Ok(Self { id: fields.id, content })
    }
}

impl TextOrTokens {
    /// Roughly its length in bytes.
    fn size(&self) -> usize {
        match &self.content {
            Content::Text(text) => text.len(),
            Content::Tokens(tokens) => 4 * tokens.len(),
        }
    }
}

#[derive(Serialize)]
struct ScoredRow<'a> {
    id: &'a Id,
    token_ids: &'a [TokenId],
    token_logprobs: &'a [Option<f32>],
    /// How a document longer than the context was scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<Windowing>,
    /// How a served model was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    scored_by: Option<&'a str>,
}

/// Bytes of text that are scored before their rows are printed. Chosen: some ten thousand tokens, a second or two of
/// the embedded model, so that a reader sees rows arrive.
pub(super) const BATCH_BYTES: usize = 32 << 10;

/// Splits items into runs of at most `limit` in size together, or of one item.
pub(super) fn batches<T>(items: &[T], limit: usize, size: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut batches = Vec::new();
    let (mut start, mut total) = (0, 0);
    for (at, item) in items.iter().enumerate() {
        if at > start && total + size(item) > limit {
            batches.push(&items[start..at]);
            (start, total) = (at, 0);
        }
        total += size(item);
    }
    if start < items.len() {
        batches.push(&items[start..]);
    }
    batches
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    // Every row is read before the first is scored, so that a broken one is found before anything is printed.
    let mut rows = Vec::new();
    for file in &arguments.files {
        rows.extend(read_jsonl::<TextOrTokens>(file)?);
    }
    if rows.is_empty() {
        bail!(
            "{} has no rows\nhint: each line must be one JSON object with `id` and `text` or `token_ids`",
            named(&arguments.files)
        );
    }
    let model = arguments.model.open(arguments.cache.open()?.as_ref())?;
    let (scorer, tokenizer, scored_by) = (model.scorer()?, model.tokenizer(), model.scored_by());
    check_tokens(&rows, model.vocabulary())?;

    let mut out = Sink::stdout();
    let mut table = Table::new(tokenizer);
    let progress = bar(rows.len() as u64, "score");
    for batch in batches(&rows, BATCH_BYTES, TextOrTokens::size) {
        let tokens: Vec<Vec<TokenId>> = batch
            .iter()
            .map(|row| match &row.content {
                Content::Text(text) => tokenizer.encode(text),
                Content::Tokens(tokens) => tokens.clone(),
            })
            .collect();
        let documents: Vec<&[TokenId]> = tokens.iter().map(Vec::as_slice).collect();
        let scores = scorer.score(&documents).with_context(|| format!("scoring documents from {} on", batch[0].id))?;
        for ((row, tokens), scores) in batch.iter().zip(&tokens).zip(&scores) {
            let logprobs = scores.logprobs.as_slice();
            if arguments.json {
                out.row(&ScoredRow {
                    id: &row.id,
                    token_ids: tokens,
                    token_logprobs: logprobs,
                    windows: model.windowing(tokens.len()),
                    scored_by: scored_by.as_deref(),
                })?;
            } else {
                table.add(&row.id.to_string(), tokens, logprobs);
            }
        }
        out.flush()?;
        progress.inc(batch.len() as u64);
    }
    progress.finish_and_clear();
    model.usage().print();
    if !arguments.json {
        out.text(&table.to_text())?;
    }
    out.finish()
}

fn named(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// Before anything is printed; the engine would only notice in the middle.
fn check_tokens(rows: &[TextOrTokens], vocabulary: usize) -> Result<()> {
    for row in rows {
        let Content::Tokens(tokens) = &row.content else { continue };
        if let Some(at) = tokens.iter().position(|token| *token as usize >= vocabulary) {
            bail!(
                "document {}: token_ids[{at}] is {}, but the model's vocabulary is {vocabulary}\n\
                 hint: token ids belong to the tokenizer that made them: score with its model",
                row.id,
                tokens[at]
            );
        }
    }
    Ok(())
}

/// Costs of documents, for people.
struct Table<'t> {
    tokenizer: &'t Tokenizer,
    lines: Vec<[String; 4]>,
    all: Sums,
}

/// What the scored tokens of some documents came to. A first token without a score is in neither number.
#[derive(Default, Clone, Copy)]
struct Sums {
    tokens: usize,
    scored: usize,
    bytes: usize,
    bits: f64,
}

impl Sums {
    fn line(&self, id: String) -> [String; 4] {
        let rate = |n: usize| if n == 0 { "n/a".to_owned() } else { format!("{:.4}", self.bits / n as f64) };
        [id, self.tokens.to_string(), rate(self.scored), rate(self.bytes)]
    }
}

impl<'t> Table<'t> {
    fn new(tokenizer: &'t Tokenizer) -> Self {
        Self { tokenizer, lines: Vec::new(), all: Sums::default() }
    }

    fn add(&mut self, id: &str, tokens: &[TokenId], logprobs: &[Option<f32>]) {
        let mut sums = Sums { tokens: tokens.len(), ..Sums::default() };
        for (token, logprob) in tokens.iter().zip(logprobs) {
            if let Some(logprob) = logprob {
                sums.scored += 1;
                sums.bytes += self.tokenizer.token_bytes(*token).map_or(0, <[u8]>::len);
                sums.bits += Bits::from_logprob(f64::from(*logprob)).0;
            }
        }
        // chosen: room for a path with some folders; the JSON has it whole.
        const SHOWN: usize = 48;
        let shown = if id.chars().count() <= SHOWN {
            id.to_owned()
        } else {
            let cut = id.chars().count() - (SHOWN - 1);
            std::iter::once('…').chain(id.chars().skip(cut)).collect()
        };
        self.lines.push(sums.line(shown));
        self.all.tokens += sums.tokens;
        self.all.scored += sums.scored;
        self.all.bytes += sums.bytes;
        self.all.bits += sums.bits;
    }

    fn to_text(&self) -> String {
        let mut lines = vec![["id", "tokens", "bits a token", "bits a byte"].map(str::to_owned)];
        lines.extend(self.lines.iter().cloned());
        if self.lines.len() > 1 {
            lines.push(self.all.line(format!("{} documents", self.lines.len())));
        }
        aligned(&lines)
    }
}

/// Lines of cells as aligned text: the first column to the left, the others to the right.
pub(super) fn aligned<const N: usize>(lines: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for line in lines {
        for (column, (cell, width)) in line.iter().zip(widths).enumerate() {
            match column {
                0 => text.push_str(&format!("{cell:<width$}")),
                _ => text.push_str(&format!("  {cell:>width$}")),
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_keep_order_and_bound() {
        let sizes = [3, 3, 3, 10, 1, 1, 8];
        let split = batches(&sizes, 7, |size| *size);
        assert_eq!(split, [[3, 3].as_slice(), &[3], &[10], &[1, 1], &[8]]);
        assert!(batches(&[] as &[usize], 7, |size| *size).is_empty());
    }

    #[test]
    fn a_row_has_text_or_tokens() {
        let parse = |text| serde_json::from_str::<TextOrTokens>(text).map(|row| row.size()).map_err(|e| e.to_string());
        assert_eq!(parse(r#"{"id": "a", "text": "xyz", "more": 1}"#), Ok(3));
        assert_eq!(parse(r#"{"id": 7, "token_ids": [1, 2]}"#), Ok(8));
        for (row, reason) in [
            (r#"{"id": "a"}"#, "neither `text` nor `token_ids`"),
            (r#"{"id": "a", "text": "x", "token_ids": [1]}"#, "both `text` and `token_ids`"),
            (r#"{"id": "a", "text": ""}"#, "`text` is empty"),
            (r#"{"id": "a", "text": "\u0000"}"#, "NUL"),
            (r#"{"text": "x"}"#, "missing field `id`"),
            (r#"{"id": "a", "token_ids": [-1]}"#, "invalid value"),
        ] {
            let error = parse(row).expect_err(row);
            assert!(error.contains(reason), "{row}: {error}");
        }
    }
}
