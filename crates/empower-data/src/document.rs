//! Documents: text that humans wrote, from folders of files, JSON Lines, Parquet and plain text files.
//!
//! Rows that are submissions to Codeforces (they have a `verdict` or a `programmingLanguage`) are taken where the site
//! accepted them and their language is wanted.
//!
//! The order is fixed (inputs as given, a folder's files by name, a file's rows as they stand), so that the same input
//! gives the same corpus on every machine. Symbolic links inside a folder are not followed, and hidden files and folders
//! are not entered. Two documents are duplicates where [`normalise`] makes them equal; the first one stays.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use empower_artifact::{ContentHash, Seed};
use serde_json::Value;

use crate::error::{DataError, Place};
use crate::lines::Lines;
use crate::sources::Unparsed;
use crate::sources::codeforces::is_accepted;
use crate::sources::parquet_rows::ParquetRows;
use crate::sources::row::{Heavy, Row};

/// A text, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Unique in its corpus: states, splits and caches go by it.
    pub id: String,
    /// The text; never blank.
    pub text: String,
    /// Where it was read.
    pub source: Place,
}

/// How documents are read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Extensions of the files taken from a folder, without the dot; empty for every file. Files named as inputs
    /// themselves are taken whatever their extension.
    pub extensions: Vec<String>,
    /// Names of folders inside a folder that are not entered.
    pub excluded_folders: Vec<String>,
    /// The field that holds a row's text; by default `text`, else `code`.
    pub text_field: Option<String>,
    /// Beginnings of the languages wanted of rows with a `programmingLanguage`; empty for every language.
    pub languages: Vec<String>,
    /// Whether rows with a `verdict` are taken only where it is `OK`.
    pub accepted_only: bool,
    /// The longest document or row taken, in bytes.
    pub max_bytes: usize,
    /// Whether what cannot be read is skipped and listed, rather than being an error.
    pub skip_unreadable: bool,
    /// Whether later duplicates are dropped and listed.
    pub deduplicate: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            extensions: vec!["py".to_owned()],
            excluded_folders: Vec::new(),
            text_field: None,
            // What the rest of the toolkit can read and run.
            languages: vec!["Python 3".to_owned(), "PyPy 3".to_owned()],
            accepted_only: true,
            // chosen: longer than any file that a person wrote by hand; generated tables reach this.
            max_bytes: 8 << 20,
            skip_unreadable: false,
            deduplicate: true,
        }
    }
}

/// A document that was not taken, and why.
#[derive(Debug)]
pub struct Skipped {
    /// The reason; it names the place.
    pub reason: DataError,
}

/// A document that was not taken because an earlier one has the same text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The document that was dropped.
    pub id: String,
    /// The one that stays.
    pub of: String,
}

/// What the inputs gave.
#[derive(Debug, Default)]
pub struct Corpus {
    /// The documents in order.
    pub documents: Vec<Document>,
    /// What was dropped as a duplicate.
    pub duplicates: Vec<Duplicate>,
    /// What could not be read; empty unless skipping was asked for.
    pub skipped: Vec<Skipped>,
    /// Submissions left out for their verdict or language.
    pub n_left_out: usize,
    /// Symbolic links found in folders and not followed.
    pub links: Vec<PathBuf>,
}

/// Reads documents from folders, `.jsonl` / `.ndjson` / `.parquet` files and other text files.
///
/// Ids: a file's is its path from the input folder's own name on, with `/`; a row's is its field `id` or `document_id`,
/// failing these `file:line`, the
/// file named as above. A folder may hold files of rows too, where their extension is asked for.
///
/// # Errors
/// An input that does not exist; formats known and not read (Arrow, archives); a damaged Parquet file; the first document that is empty,
/// binary, not UTF-8, too long, or a broken row, unless skipping is on; one id for two texts; no documents at all.
pub fn read_documents(inputs: &[PathBuf], options: &ReadOptions) -> Result<Corpus, DataError> {
    let mut corpus = Corpus::default();
    for input in inputs {
        let metadata = fs::metadata(input).map_err(|source| DataError::read(input, source))?;
        if metadata.is_dir() {
            read_folder(input, options, &mut corpus)?;
        } else {
            let name = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            read_file(input, name, options, &mut corpus)?;
        }
    }
    finish(&mut corpus, options)?;
    if corpus.documents.is_empty() {
        let path = inputs.first().cloned().unwrap_or_default();
        return Err(DataError::NoDocuments { path });
    }
    Ok(corpus)
}

/// Drops duplicates where wanted, and makes sure of unique ids.
pub(crate) fn finish(corpus: &mut Corpus, options: &ReadOptions) -> Result<(), DataError> {
    if options.deduplicate {
        let (documents, duplicates) = deduplicate(std::mem::take(&mut corpus.documents));
        corpus.documents = documents;
        corpus.duplicates.extend(duplicates);
    }
    let mut seen: HashMap<&str, &Place> = HashMap::new();
    for document in &corpus.documents {
        if let Some(&first) = seen.get(document.id.as_str()) {
            let (place, first) = (document.source.clone(), first.clone());
            return Err(DataError::DuplicateId { place, id: document.id.clone(), first });
        }
        seen.insert(&document.id, &document.source);
    }
    Ok(())
}

fn read_folder(folder: &Path, options: &ReadOptions, corpus: &mut Corpus) -> Result<(), DataError> {
    let prefix = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    for file in walk(folder, options, corpus)? {
        let relative = file.strip_prefix(folder).expect("a walk stays inside its folder");
        let parts = relative.components().map(|part| part.as_os_str().to_string_lossy());
        let name = prefix.iter().map(|name| name.as_str().into()).chain(parts).collect::<Vec<_>>().join("/");
        read_file(&file, name, options, corpus)?;
    }
    Ok(())
}

/// The files of a folder with a wanted extension, sorted by path, folders entered in that order.
///
/// # Errors
/// A folder that cannot be listed, unless skipping is on.
pub(crate) fn walk(folder: &Path, options: &ReadOptions, corpus: &mut Corpus) -> Result<Vec<PathBuf>, DataError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let listing = fs::read_dir(&folder)
            .and_then(|entries| entries.map(|entry| entry.and_then(|it| Ok((it.path(), it.file_type()?)))).collect());
        let mut entries: Vec<_> = match listing {
            Ok(entries) => entries,
            Err(source) => {
                skip_or_fail(DataError::read(&folder, source), options, corpus)?;
                continue;
            }
        };
        entries.sort_by(|one: &(PathBuf, fs::FileType), other| one.0.cmp(&other.0));
        for (path, kind) in entries {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') {
                continue;
            }
            if kind.is_symlink() {
                corpus.links.push(path);
            } else if kind.is_dir() {
                if !options.excluded_folders.contains(&name) {
                    folders.push(path);
                }
            } else if kind.is_file() && has_extension(&path, &options.extensions) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn has_extension(path: &Path, extensions: &[String]) -> bool {
    extensions.is_empty()
        || path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == wanted.as_str()))
}

/// Reads a file by its extension; `name` is what ids begin with.
fn read_file(path: &Path, name: String, options: &ReadOptions, corpus: &mut Corpus) -> Result<(), DataError> {
    let extension = path.extension().map(|it| it.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "jsonl" | "ndjson" => read_lines(path, &name, options, corpus),
        "parquet" => read_parquet(path, &name, options, corpus),
        "arrow" | "json" | "gz" | "zip" | "zst" | "xz" | "bz2" | "tar" => {
            Err(DataError::UnsupportedFormat { path: path.to_path_buf(), format: extension })
        }
        _ => {
            let source = Place::file(path);
            take(read_text(path, options).map(|text| Document { id: name, text, source }), options, corpus)
        }
    }
}

/// Keeps a document, or deals with the reason why there is none.
fn take(document: Result<Document, DataError>, options: &ReadOptions, corpus: &mut Corpus) -> Result<(), DataError> {
    match document {
        Ok(document) => {
            corpus.documents.push(document);
            Ok(())
        }
        Err(reason) => skip_or_fail(reason, options, corpus),
    }
}

pub(crate) fn skip_or_fail(reason: DataError, options: &ReadOptions, corpus: &mut Corpus) -> Result<(), DataError> {
    if options.skip_unreadable && reason.is_skippable() {
        corpus.skipped.push(Skipped { reason });
        Ok(())
    } else {
        Err(reason)
    }
}

/// Reads a file as text: UTF-8 without a byte-order mark, within the size bound, not blank, without NUL.
pub(crate) fn read_text(path: &Path, options: &ReadOptions) -> Result<String, DataError> {
    let place = Place::file(path);
    let mut bytes = Vec::new();
    // One byte more than the bound shows that the file is longer, without reading all of it.
    fs::File::open(path)
        .and_then(|file| file.take(options.max_bytes as u64 + 1).read_to_end(&mut bytes))
        .map_err(|source| DataError::read(path, source))?;
    if bytes.len() > options.max_bytes {
        return Err(DataError::TooLong { place, limit: options.max_bytes });
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    if bytes.contains(&0) {
        return Err(DataError::Binary { place });
    }
    match String::from_utf8(bytes) {
        Ok(text) => check_text(text, place),
        Err(error) => Err(DataError::NotUtf8 { place, offset: error.utf8_error().valid_up_to() }),
    }
}

fn check_text(text: String, place: Place) -> Result<String, DataError> {
    if text.contains('\0') {
        Err(DataError::Binary { place })
    } else if text.trim().is_empty() {
        Err(DataError::Empty { place })
    } else {
        Ok(text)
    }
}

fn read_lines(path: &Path, name: &str, options: &ReadOptions, corpus: &mut Corpus) -> Result<(), DataError> {
    for line in Lines::open(path, options.max_bytes)? {
        take_row(Unparsed::Line(line?), name, options, corpus)?;
    }
    Ok(())
}

fn read_parquet(path: &Path, name: &str, options: &ReadOptions, corpus: &mut Corpus) -> Result<(), DataError> {
    let wanted: Vec<&str> = text_fields(options).into_iter().chain(ID_FIELDS).chain(SUBMISSION_FIELDS).collect();
    let columns = ParquetRows::open(path, &[])?.columns();
    let unwanted: Vec<&str> = columns.iter().map(String::as_str).filter(|column| !wanted.contains(column)).collect();
    for row in ParquetRows::open(path, &unwanted)? {
        let (place, fields) = row?;
        take_row(Unparsed::Fields(place, fields), name, options, corpus)?;
    }
    Ok(())
}

/// Fields that may hold an id, the first one first.
const ID_FIELDS: [&str; 2] = ["id", "document_id"];

/// Fields that say whether a submission is wanted.
const SUBMISSION_FIELDS: [&str; 2] = ["verdict", "programmingLanguage"];

/// Fields that may hold the text, the first one first.
fn text_fields(options: &ReadOptions) -> Vec<&str> {
    match &options.text_field {
        Some(name) => vec![name],
        None => vec!["text", "code"],
    }
}

fn take_row(row: Unparsed, name: &str, options: &ReadOptions, corpus: &mut Corpus) -> Result<(), DataError> {
    match read_row(row, name, options).transpose() {
        Some(document) => take(document, options, corpus),
        None => {
            corpus.n_left_out += 1;
            Ok(())
        }
    }
}

/// A row's document; `None` for a submission that is not wanted.
fn read_row(row: Unparsed, name: &str, options: &ReadOptions) -> Result<Option<Document>, DataError> {
    let whole = row.light(Heavy::These(&[]))?;
    let (place, fields) = (whole.place.clone(), &whole.fields);
    if !is_wanted(&whole.row(), options)? {
        return Ok(None);
    }
    let names = text_fields(options);
    let found = names.iter().find_map(|&name| fields.get(name).map(|value| (name, value)));
    let text = match found {
        Some((_, Value::String(text))) => check_text(text.clone(), place.clone())?,
        Some((name, _)) => return Err(DataError::bad_field(&place, name, "must be a string")),
        None => return Err(DataError::MissingField { place, field: names.join("` or `") }),
    };
    if text.len() > options.max_bytes {
        return Err(DataError::TooLong { place, limit: options.max_bytes });
    }
    let id = match ID_FIELDS.iter().find_map(|&name| fields.get(name).map(|value| (name, value))) {
        Some((_, Value::String(id))) if !id.is_empty() => id.clone(),
        Some((_, Value::Number(id))) => id.to_string(),
        Some((name, _)) => return Err(DataError::bad_field(&place, name, "must be a number or a string with text")),
        None => format!("{name}:{}", place.line.expect("rows have line numbers")),
    };
    Ok(Some(Document { id, text, source: place }))
}

/// Whether a row is no submission, or one that is wanted.
fn is_wanted(row: &Row<'_>, options: &ReadOptions) -> Result<bool, DataError> {
    let [verdict, language] = SUBMISSION_FIELDS;
    if options.accepted_only && row.fields.contains_key(verdict) && !is_accepted(row)? {
        return Ok(false);
    }
    if options.languages.is_empty() || !row.fields.contains_key(language) {
        return Ok(true);
    }
    let language = row.text(language)?;
    Ok(options.languages.iter().any(|wanted| language.starts_with(wanted.as_str())))
}

/// The form in which documents are compared: line breaks as `\n`, no white space at line ends, no blank lines.
///
/// Indentation stays, for it carries meaning, and so does everything else: this finds copies, not likenesses (for those
/// see [`crate::overlaps`]).
pub fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for line in text.split(['\n', '\r']).map(str::trim_end).filter(|line| !line.is_empty()) {
        normal.push_str(line);
        normal.push('\n');
    }
    normal
}

/// Drops every document whose normalised text an earlier one has.
pub fn deduplicate(documents: Vec<Document>) -> (Vec<Document>, Vec<Duplicate>) {
    let mut seen: HashMap<ContentHash, String> = HashMap::new();
    let (mut kept, mut duplicates) = (Vec::new(), Vec::new());
    for document in documents {
        let hash = ContentHash::of_bytes(normalise(&document.text));
        match seen.get(&hash) {
            Some(of) => duplicates.push(Duplicate { id: document.id, of: of.clone() }),
            None => {
                seen.insert(hash, document.id.clone());
                kept.push(document);
            }
        }
    }
    (kept, duplicates)
}

/// A hash of ids and texts in their order, for the manifest. Where the files lie does not enter.
pub fn corpus_hash(documents: &[Document]) -> ContentHash {
    let mut bytes = Vec::new();
    for document in documents {
        // The hash of each part has a fixed length, so no two corpora give the same bytes.
        bytes.extend_from_slice(ContentHash::of_bytes(&document.id).as_bytes());
        bytes.extend_from_slice(ContentHash::of_bytes(&document.text).as_bytes());
    }
    ContentHash::of_bytes(bytes)
}

/// A sample of at most `n` documents, in their order. Depends on the seed and the ids only: taking more documents in
/// changes the sample as little as can be, and a larger `n` gives a superset.
pub fn sample_documents(mut documents: Vec<Document>, n: usize, seed: u64) -> Vec<Document> {
    let stream = Seed::new(seed).named("sample");
    let rank = |document: &Document| (stream.named(&document.id).value(), document.id.clone());
    let mut ranks: Vec<_> = documents.iter().map(rank).collect();
    ranks.sort_unstable();
    if let Some(last) = ranks.get(n) {
        documents.retain(|document| rank(document) < *last);
    }
    documents
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
