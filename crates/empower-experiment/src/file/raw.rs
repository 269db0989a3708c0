//! The file as it is written, before names are resolved, and where in its text an error lies.

use std::num::NonZeroU64;
use std::ops::Range;

use empower_data::States;
use empower_select::Estimator;
use empower_sim::Editing;
use serde::Deserialize;
use toml::Spanned;

use super::{JudgeKind, LmProtocol, PaperTable, ProtocolName, Regenerate};
use crate::ExperimentError;
use crate::values::{Eta, MethodName, Name, Parsed, Positive, Several, Share};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExperiment {
    pub(super) name: Option<Name>,
    pub(super) title: Option<String>,
    pub(super) seeds: Option<Several<u64>>,
    pub(super) repeats: Option<NonZeroU64>,
    pub(super) judge: Option<JudgeKind>,
    pub(super) models: Option<Vec<Spanned<RawModel>>>,
    pub(super) documents: Option<Vec<Spanned<RawDocuments>>>,
    pub(super) training: Option<Vec<Spanned<RawTraining>>>,
    pub(super) assistants: Vec<Spanned<RawAssistants>>,
    pub(super) humans: Option<Vec<Spanned<RawHuman>>>,
    pub(super) problems: Option<Vec<Spanned<RawProblems>>>,
    pub(super) report: Option<RawReport>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawModel {
    pub(super) name: Option<Name>,
    pub(super) model: String,
    pub(super) tokenizer: Option<String>,
    pub(super) protocol: Option<ProtocolName>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDocuments {
    pub(super) name: Option<Name>,
    pub(super) problems: Option<String>,
    pub(super) library_functions: Option<NonZeroU64>,
    pub(super) paths: Option<Several<String>>,
    pub(super) extensions: Option<Several<String>>,
    pub(super) regenerate: Option<Regenerate>,
    pub(super) seed: Option<u64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTraining {
    pub(super) name: Option<Name>,
    pub(super) epochs: Option<NonZeroU64>,
    pub(super) batch_tokens: Option<NonZeroU64>,
    pub(super) accumulate: Option<NonZeroU64>,
    pub(super) learning_rate: Option<Positive>,
    pub(super) warmup: Option<Share>,
    pub(super) floor: Option<Share>,
    pub(super) weight_decay: Option<Share>,
    pub(super) clip: Option<Positive>,
    pub(super) lora_rank: Option<NonZeroU64>,
    pub(super) lora_alpha: Option<Positive>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAssistants {
    pub(super) methods: Spanned<Several<Parsed<MethodName>>>,
    pub(super) eta: Option<Several<Eta>>,
    pub(super) estimators: Option<Several<Parsed<Estimator>>>,
    pub(super) states: Option<Several<Parsed<States>>>,
    pub(super) models: Option<Spanned<Several<Name>>>,
    pub(super) documents: Option<Spanned<Several<Name>>>,
    pub(super) training: Option<Spanned<Several<Name>>>,
    pub(super) temperature: Option<Positive>,
    pub(super) top_k: Option<NonZeroU64>,
    pub(super) top_p: Option<Share>,
    pub(super) max_suggestion_tokens: Option<NonZeroU64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHuman {
    pub(super) name: Option<Name>,
    pub(super) attention: Option<Several<Share>>,
    pub(super) tokens_per_round: Option<Several<NonZeroU64>>,
    pub(super) editing: Option<Several<RawEditing>>,
    pub(super) max_rounds: Option<NonZeroU64>,
    pub(super) model: Option<String>,
    pub(super) tokenizer: Option<String>,
    pub(super) protocol: Option<LmProtocol>,
    pub(super) prompts: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawEditing {
    AppendOnly,
    Deleting,
}

impl From<RawEditing> for Editing {
    fn from(editing: RawEditing) -> Self {
        match editing {
            RawEditing::AppendOnly => Self::AppendOnly,
            RawEditing::Deleting => Self::Deleting,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProblems {
    pub(super) name: Option<Name>,
    pub(super) source: String,
    pub(super) limit: Option<NonZeroU64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReport {
    pub(super) paper: Option<PaperTable>,
    pub(super) gamma: Option<Share>,
    pub(super) alpha: Option<Positive>,
    pub(super) beta: Option<Positive>,
}

/// The text of a file and its name, for errors.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) file: &'a str,
}

impl Source<'_> {
    /// An error of the parser or of a value.
    pub(super) fn toml_error(&self, error: &toml::de::Error) -> ExperimentError {
        let at = error.span().map_or(0, |span| span.start);
        let problem = error.message().trim().replace('\n', "; ");
        let is_syntax = toml::from_str::<toml::Table>(self.text).is_err();
        if is_syntax {
            return ExperimentError::Syntax { file: self.file.to_owned(), line: self.line(at), problem };
        }
        let hint = nearest(&problem);
        self.field(at..at, problem, hint.as_deref())
    }

    /// An error of the field that stands at `span`.
    pub(super) fn field(&self, span: Range<usize>, problem: String, hint: Option<&str>) -> ExperimentError {
        let (table, key) = self.place(span.start);
        let field = match (table.is_empty(), key) {
            (_, None) if table.is_empty() => "the file".to_owned(),
            (_, None) => table,
            (true, Some(key)) => key,
            (false, Some(key)) => format!("{table}.{key}"),
        };
        ExperimentError::Field {
            file: self.file.to_owned(),
            line: self.line(span.start),
            field,
            problem,
            hint: hint.map(str::to_owned),
        }
    }

    /// An error of a field of the table that stands at `span`, or of its absence: the line is the field's where it is
    /// there.
    pub(super) fn entry(&self, span: Range<usize>, key: &str, problem: String, hint: Option<&str>) -> ExperimentError {
        let (table, _) = self.place(span.start);
        // A table's span may be its header alone: its fields go on to the next header.
        let mut at = span.start;
        let mut offset = span.start;
        for (i, line) in self.text.get(span.start..).unwrap_or_default().split_inclusive('\n').enumerate() {
            if i > 0 && line.starts_with('[') {
                break;
            }
            if key_of(line) == Some(key) {
                at = offset;
                break;
            }
            offset += line.len();
        }
        ExperimentError::Field {
            file: self.file.to_owned(),
            line: self.line(at),
            field: if table == key || table.is_empty() { key.to_owned() } else { format!("{table}.{key}") },
            problem,
            hint: hint.map(str::to_owned),
        }
    }

    pub(super) fn whole(&self, problem: String, hint: &str) -> ExperimentError {
        ExperimentError::Whole { file: self.file.to_owned(), problem, hint: hint.to_owned() }
    }

    fn line(&self, at: usize) -> usize {
        1 + self.text.get(..at).unwrap_or(self.text).matches('\n').count()
    }

    /// The table and the key that a position of the text belongs to.
    fn place(&self, at: usize) -> (String, Option<String>) {
        let end = self.text.get(at..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |length| at + length);
        let before = self.text.get(..end).unwrap_or(self.text);
        let mut key = None;
        for line in before.lines().rev() {
            let line = line.trim();
            if line.starts_with('[') && !line.contains('=') && line.ends_with(']') && !line.contains(['"', ',']) {
                return (line.trim_matches(['[', ']']).trim().to_owned(), key);
            }
            // A list may go over several lines: the key is the nearest above.
            if key.is_none() {
                key = key_of(line).map(str::to_owned);
            }
        }
        (String::new(), key)
    }
}

/// The key of a line `key = value`.
fn key_of(line: &str) -> Option<&str> {
    let key = line.split_once('=')?.0.trim().trim_matches('"');
    let is_plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_plain.then_some(key)
}

/// What may have been meant by a name that the parser does not know: it says the ones that it does.
fn nearest(problem: &str) -> Option<String> {
    let (_, rest) = problem.split_once("unknown field `").or_else(|| problem.split_once("unknown variant `"))?;
    let mut names = rest.split('`').step_by(2);
    let wanted = names.next()?.to_lowercase().replace('-', "_");
    let near = |known: &&str| strsim::jaro_winkler(&known.replace('-', "_"), &wanted);
    let best = names.max_by(|a, b| near(a).total_cmp(&near(b)))?;
    // chosen: as for the options of `empower train`.
    (near(&best) > 0.75).then(|| format!("did you mean `{best}`?"))
}
