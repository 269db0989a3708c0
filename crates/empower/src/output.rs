//! What goes to standard output and what a person sees beside it: rows and tables, errors with their causes and hints,
//! progress bars on standard error. It computes nothing.
//!
//! Standard output is data. A reader that closes it early (`| head`) ends the program quietly; a disk that is full is
//! an error like any other.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use empower_artifact::{ArtifactError, AtomicFile};
use empower_data::DataError;
use empower_engine::EngineError;
use empower_lm::{ModelError, TokenizerError};
use empower_report::ReportError;
use empower_select::SelectError;
use empower_sim::SimError;
use empower_train::TrainError;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Whoever read the output has closed it: nothing is left to do, and nothing is wrong.
#[derive(Debug)]
struct ClosedPipe;

impl fmt::Display for ClosedPipe {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the output was closed by its reader")
    }
}

impl Error for ClosedPipe {}

/// Ends a failed command: 2 for a fault of usage, 0 where the reader of the output went away, else 1 with the error
/// printed.
pub fn fail(error: &anyhow::Error) -> ExitCode {
    if error.is::<ClosedPipe>() {
        return ExitCode::SUCCESS;
    }
    if let Some(usage) = error.downcast_ref::<clap::Error>() {
        // Where even standard error is closed there is nobody to tell.
        let _ = usage.print();
        return ExitCode::from(2);
    }
    print_error(error);
    ExitCode::from(1)
}

/// A fault of usage that only shows when several arguments are looked at together.
pub fn usage_error(message: impl fmt::Display) -> anyhow::Error {
    clap::Error::raw(
        clap::error::ErrorKind::ArgumentConflict,
        format!("{message}\n\nFor more information, try '--help'.\n"),
    )
    .into()
}

/// Prints an error as `error:`, `caused by:` and `hint:` lines on standard error.
fn print_error(error: &anyhow::Error) {
    // Hints come as lines or ends of lines of a message, or from the error's own method; they are put last, once each.
    let mut hints: Vec<String> = Vec::new();
    let mut add_hint = |hint: &str| {
        if !hints.iter().any(|known| known == hint) {
            hints.push(hint.to_owned());
        }
    };
    let mut said = String::new();
    for (depth, cause) in error.chain().enumerate() {
        let text = cause.to_string();
        let mut lines = Vec::new();
        for line in text.lines() {
            if let Some(hint) = line.trim_start().strip_prefix("hint: ") {
                add_hint(hint);
            } else if let Some((line, hint)) = line.split_once("; hint: ") {
                lines.push(line);
                add_hint(hint);
            } else {
                lines.push(line);
            }
        }
        hint_of(cause).as_deref().into_iter().for_each(&mut add_hint);
        let text = lines.join("\n  ");
        // A transparent wrapper says the same as what it wraps.
        if text.is_empty() || said.contains(&text) {
            continue;
        }
        eprintln!("{} {text}", if depth == 0 { "error:" } else { "caused by:" });
        said.push_str(&text);
        said.push('\n');
    }
    for hint in hints {
        eprintln!("hint: {hint}");
    }
}

/// What a person can do about an error of one of the crates, where its message does not say. A transparent error hides
/// the one it wraps from the chain of causes, so these are opened here.
fn hint_of(cause: &(dyn Error + 'static)) -> Option<String> {
    let text = |hint: &str| Some(hint.to_owned());
    if let Some(error) = cause.downcast_ref::<ArtifactError>() {
        error.hint()
    } else if let Some(error) = cause.downcast_ref::<DataError>() {
        text(error.hint())
    } else if let Some(error) = cause.downcast_ref::<ReportError>() {
        error.hint()
    } else if let Some(error) = cause.downcast_ref::<SimError>() {
        match error {
            SimError::Artifact(error) => error.hint(),
            SimError::NoPlan { .. } => text("give the problem a `reference_programs` field, or leave it out"),
            _ => None,
        }
    } else if let Some(error) = cause.downcast_ref::<TrainError>() {
        match error {
            TrainError::Artifact(error) => hint_of(error),
            TrainError::Data(error) => hint_of(error),
            TrainError::Select(error) => hint_of(error),
            TrainError::Engine(error) => hint_of(error),
            TrainError::Model(error) => hint_of(error),
            TrainError::Tokenizer(error) => hint_of(error),
            _ => None,
        }
    } else if let Some(error) = cause.downcast_ref::<EngineError>() {
        match error {
            EngineError::Io { action: "read", .. } => {
                text("a model folder holds config.json, model.safetensors and tokenizer.json; name one with --model")
            }
            EngineError::Config { .. } => text("config.json must be that of a Llama model, unchanged"),
            EngineError::Tokenizer(error) => hint_of(error),
            _ => None,
        }
    } else if let Some(error) = cause.downcast_ref::<TokenizerError>() {
        match error {
            TokenizerError::Write(error) => error.hint(),
            TokenizerError::MalformedField { .. } | TokenizerError::MissingBytes { .. } => {
                text("copy the tokenizer's files again from where the model came from")
            }
            _ => None,
        }
    } else if let Some(error) = cause.downcast_ref::<ModelError>() {
        match error {
            ModelError::TokenOutOfRange { .. } => {
                text("token ids belong to the tokenizer that made them: use its model")
            }
            ModelError::ContextExceeded { .. } => text("use a model with a longer context, or shorter text"),
            ModelError::NotFinite { .. } => text("the training that made the model may have diverged; use another one"),
            ModelError::EmptyPrefix => text("begin with some text, or use a model with a beginning-of-sequence token"),
            _ => None,
        }
    } else if cause.is::<SelectError>() {
        text("thresholds are bits from 0 on, such as 0.32")
    } else {
        None
    }
}

/// Where a command's rows go.
pub enum Sink {
    /// Standard output.
    Stdout(BufWriter<io::Stdout>),
    /// A file that appears under its name when it is whole.
    Aside(AtomicFile),
    /// A device or a pipe, which cannot be renamed into place.
    Device(BufWriter<File>, PathBuf),
}

impl Sink {
    /// Standard output.
    pub fn stdout() -> Self {
        Self::Stdout(BufWriter::with_capacity(1 << 16, io::stdout()))
    }

    /// The file, or standard output without one.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::stdout()) };
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => {
                anyhow::bail!("--out {}: this is a folder\nhint: name a file in it", path.display())
            }
            Ok(metadata) if !metadata.is_file() => {
                let file = File::options().write(true).open(path).map_err(|e| ArtifactError::io("open", path, e))?;
                Ok(Self::Device(BufWriter::with_capacity(1 << 16, file), path.to_path_buf()))
            }
            _ => Ok(Self::Aside(AtomicFile::create(path)?)),
        }
    }

    /// Writes a value as one line of JSON.
    pub fn row<T: Serialize>(&mut self, row: &T) -> Result<()> {
        let mut line = serde_json::to_vec(row)?;
        line.push(b'\n');
        self.bytes(&line)
    }

    /// Writes text as it is.
    pub fn text(&mut self, text: &str) -> Result<()> {
        self.bytes(text.as_bytes())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Stdout(out) => out.write_all(bytes).map_err(|source| write_error(source, None)),
            Self::Aside(file) => Ok(file.write(bytes)?),
            Self::Device(out, path) => out.write_all(bytes).map_err(|source| write_error(source, Some(path))),
        }
    }

    /// Lets a reader see what was written so far.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Self::Stdout(out) => out.flush().map_err(|source| write_error(source, None)),
            Self::Aside(_) => Ok(()),
            Self::Device(out, path) => out.flush().map_err(|source| write_error(source, Some(path))),
        }
    }

    /// Ends the output; only now does a file appear under its name.
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        match self {
            Self::Aside(file) => Ok(file.commit()?),
            _ => Ok(()),
        }
    }
}

fn write_error(source: io::Error, path: Option<&Path>) -> anyhow::Error {
    let hint = match source.kind() {
        io::ErrorKind::BrokenPipe => return ClosedPipe.into(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "\nhint: free some space, or write to another disk, and run the command again"
        }
        _ => "",
    };
    let place = path.map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
    anyhow::Error::new(source).context(format!("cannot write to {place}{hint}"))
}

/// Prints text to standard output.
pub fn print_text(text: &str) -> Result<()> {
    let mut out = Sink::stdout();
    out.text(text)?;
    out.finish()
}

/// Prints a value as one line of JSON to standard output.
pub fn print_json<T: Serialize>(value: &T) -> Result<()> {
    let mut out = Sink::stdout();
    out.row(value)?;
    out.finish()
}

/// A bar over `len` units with time left, on standard error; hidden where that is no terminal.
pub fn bar(len: u64, what: &str) -> ProgressBar {
    let style = "{prefix:>14} {wide_bar} {human_pos}/{human_len} {msg} {eta} left";
    let style = ProgressStyle::with_template(style).expect("the template is well formed");
    ProgressBar::new(len).with_style(style).with_prefix(what.to_owned())
}
