//! Why data could not be read. Every variant names the file, the line where there is one, and the field; the text of
//! [`DataError::hint`] says what a person can do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use empower_select::SelectError;
use parquet::errors::ParquetError;

use crate::private_tests::PrivateTestsError;

/// Where a thing was read from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, in files of which a line or a function is the unit; the row in Parquet files.
    pub line: Option<usize>,
}

impl Place {
    /// A whole file.
    pub fn file(path: &Path) -> Self {
        Self { path: path.to_path_buf(), line: None }
    }

    /// A line of a file, from 1.
    pub fn line(path: &Path, line: usize) -> Self {
        Self { path: path.to_path_buf(), line: Some(line) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => {
                let unit = if self.path.extension().is_some_and(|it| it == "parquet") { "row" } else { "line" };
                write!(out, "{}, {unit} {line}", self.path.display())
            }
            None => write!(out, "{}", self.path.display()),
        }
    }
}

/// Why data could not be read or used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A format that this program does not read.
    #[error("{} is a {format} file, which cannot be read here", path.display())]
    UnsupportedFormat {
        /// The file.
        path: PathBuf,
        /// The format, by its file name's extension.
        format: String,
    },
    /// A Parquet file that is damaged, or uses what is not read here.
    #[error("{place}: the Parquet file cannot be read")]
    Parquet {
        /// The file, with the row where rows were being read.
        place: Place,
        /// What is wrong with it.
        #[source]
        source: ParquetError,
    },
    /// Rows with the fields of no known source of problems.
    #[error("{place}: these are no problems of a known format (fields: {fields})")]
    UnknownProblems {
        /// The first row.
        place: Place,
        /// The fields that it has.
        fields: String,
    },
    /// A release of LiveCodeBench whose files are not all there.
    #[error("release {release} needs {missing}, which is not among the files of {}", path.display())]
    MissingShard {
        /// The file or folder that was named.
        path: PathBuf,
        /// The release asked for.
        release: String,
        /// The file that it needs.
        missing: String,
    },
    /// A document without any text.
    #[error("{place}: the document is empty")]
    Empty {
        /// Where.
        place: Place,
    },
    /// A document that is no text.
    #[error("{place}: the document is binary (it holds a NUL character)")]
    Binary {
        /// Where.
        place: Place,
    },
    /// Text in another encoding.
    #[error("{place}: not UTF-8 from byte {offset} on")]
    NotUtf8 {
        /// Where.
        place: Place,
        /// First byte that is no UTF-8, from 0, in the file or line.
        offset: usize,
    },
    /// A file or line past the size bound.
    #[error("{place}: longer than the bound of {limit} bytes")]
    TooLong {
        /// Where.
        place: Place,
        /// The bound.
        limit: usize,
    },
    /// Text that should be JSON and is not, or JSON of another shape.
    #[error("{place}: not the JSON expected")]
    BadJson {
        /// Where.
        place: Place,
        /// What and in which column.
        #[source]
        source: serde_json::Error,
    },
    /// A row without a field that it must have.
    #[error("{place}: field `{field}` is missing")]
    MissingField {
        /// Where.
        place: Place,
        /// The field, or the fields of which one is needed.
        field: String,
    },
    /// A field with a value that it cannot have.
    #[error("{place}: field `{field}` {problem}")]
    BadField {
        /// Where.
        place: Place,
        /// The field, with the path inside it where it is nested: `public_test_cases[2].input`.
        field: String,
        /// What is wrong, as the end of a sentence: `must be a string`.
        problem: String,
    },
    /// Private tests that cannot be decoded.
    #[error("{place}: field `private_test_cases` of problem {question_id} cannot be decoded")]
    PrivateTests {
        /// Where.
        place: Place,
        /// The problem.
        question_id: String,
        /// Why not.
        #[source]
        source: PrivateTestsError,
    },
    /// Two different documents or problems with one id: states, splits and caches go by id.
    #[error("{place}: id `{id}` was used before by {first}")]
    DuplicateId {
        /// Where it came up again.
        place: Place,
        /// The id.
        id: String,
        /// Where it came up first.
        first: Place,
    },
    /// A Python file in which a string or bracket is never closed.
    #[error("{place}: a string or bracket that opens here is never closed")]
    UnclosedPython {
        /// Where it opens.
        place: Place,
    },
    /// A folder or file that gave nothing.
    #[error("no documents in {}", path.display())]
    NoDocuments {
        /// Where they were looked for.
        path: PathBuf,
    },
    /// A scorer's answer that does not fit its document.
    #[error("document `{document_id}` has {tokens} tokens but {logprobs} log-probabilities")]
    TokenCount {
        /// The document.
        document_id: String,
        /// Its tokens.
        tokens: usize,
        /// The numbers given.
        logprobs: usize,
    },
    /// A method that needs log-probabilities, on a document without them.
    #[error("document `{document_id}` was not scored, but method `{method}` needs the cost of its tokens")]
    NotScored {
        /// The document.
        document_id: String,
        /// The method's name.
        method: String,
    },
    /// Costs or a threshold that selection refuses.
    #[error("no completions can be chosen for document `{document_id}`")]
    Selection {
        /// The document.
        document_id: String,
        /// Why not.
        #[source]
        source: SelectError,
    },
}

impl DataError {
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_path_buf(), source }
    }

    pub(crate) fn bad_field(place: &Place, field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::BadField { place: place.clone(), field: field.into(), problem: problem.into() }
    }

    /// Whether it concerns one file or row among others, so that a caller may skip that one and go on.
    pub fn is_skippable(&self) -> bool {
        match self {
            Self::Read { .. }
            | Self::Empty { .. }
            | Self::Binary { .. }
            | Self::NotUtf8 { .. }
            | Self::TooLong { .. }
            | Self::BadJson { .. }
            | Self::MissingField { .. }
            | Self::BadField { .. }
            | Self::PrivateTests { .. }
            | Self::UnclosedPython { .. } => true,
            Self::UnsupportedFormat { .. }
            | Self::Parquet { .. }
            | Self::UnknownProblems { .. }
            | Self::MissingShard { .. }
            | Self::DuplicateId { .. }
            | Self::NoDocuments { .. }
            | Self::TokenCount { .. }
            | Self::NotScored { .. }
            | Self::Selection { .. } => false,
        }
    }

    /// The row or file that it concerns, for errors that name one in their own place.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Parquet { place, .. }
            | Self::UnknownProblems { place, .. }
            | Self::Empty { place }
            | Self::Binary { place }
            | Self::NotUtf8 { place, .. }
            | Self::TooLong { place, .. }
            | Self::BadJson { place, .. }
            | Self::MissingField { place, .. }
            | Self::BadField { place, .. }
            | Self::PrivateTests { place, .. }
            | Self::DuplicateId { place, .. }
            | Self::UnclosedPython { place } => Some(place),
            Self::Read { .. }
            | Self::UnsupportedFormat { .. }
            | Self::MissingShard { .. }
            | Self::NoDocuments { .. }
            | Self::TokenCount { .. }
            | Self::NotScored { .. }
            | Self::Selection { .. } => None,
        }
    }

    /// Whether it concerns one row of a file whose other rows can still be read. A file that fails is no broken row.
    pub fn is_broken_row(&self) -> bool {
        self.is_skippable() && !matches!(self, Self::Read { .. })
    }

    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => "check the path",
            Self::Read { .. } => "check that the file is readable by you",
            Self::UnsupportedFormat { .. } => {
                "unpack it, or convert it to JSON Lines; documents have a `text` field, and can be plain text too"
            }
            Self::Parquet { .. } => "download the file again; only Snappy and no compression are read",
            Self::UnknownProblems { .. } => {
                "`empower problems list --help` names the formats; --format says which it is"
            }
            Self::MissingShard { .. } => "name the folder that holds test.jsonl, test2.jsonl and so on",
            Self::Empty { .. } | Self::Binary { .. } => "remove it from the input, or skip what cannot be read by flag",
            Self::NotUtf8 { .. } => "convert the file to UTF-8, or skip what cannot be read by flag",
            Self::TooLong { .. } => "split it, raise the bound, or check that the file is one row a line",
            Self::BadJson { .. } => "each line must be one complete JSON object; skip broken ones by flag",
            Self::MissingField { .. } => "add the field, or name the one that holds it",
            Self::BadField { .. } => "correct the row",
            Self::PrivateTests { .. } => {
                "the field must be JSON text, or base64 of zlib of a pickled string; download the file again"
            }
            Self::DuplicateId { .. } => "give every row its own id, or read the inputs one at a time",
            Self::UnclosedPython { .. } => "check that the file is Python 3; skip it by flag otherwise",
            Self::NoDocuments { .. } => "check the path and the file extensions asked for",
            Self::TokenCount { .. } => "the scores belong to another tokenizer or document; score again",
            Self::NotScored { .. } => "score the documents with a model first",
            Self::Selection { .. } => "check eta, and that the scorer gives a finite number for every token",
        }
    }
}
