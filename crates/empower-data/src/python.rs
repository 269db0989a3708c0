//! Functions and methods of Python programs, as documents: the demonstration trains on the functions of the standard
//! library of the interpreter at hand, which is on every machine that can run the experiment.
//!
//! A function is found by its indentation over the logical lines of the file; nothing is imported or run.

use std::path::Path;

use crate::document::{Corpus, Document, ReadOptions, finish, read_text, sample_documents, skip_or_fail, walk};
use crate::error::{DataError, Place};
use crate::python_lex::{PythonLine, scan};

/// A function or method, moved to the left margin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonFunction {
    /// Its name.
    pub name: String,
    /// The line on which it or its first decorator begins, from 1.
    pub line: usize,
    /// Decorators, head and body, ending in one line break.
    pub text: String,
}

/// A string or bracket is opened and never closed, so that the ends of functions cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a string or bracket that opens on line {line} is never closed")]
pub struct UnclosedPython {
    /// The line, from 1.
    pub line: usize,
}

/// The functions and methods of a program in order, `async` ones and decorated ones too. A function inside another is a
/// part of it and not listed again.
///
/// Each is moved to the left margin by the indentation of its first line; lines inside multi-line strings move with the
/// rest as far as they are indented. Comments and blank lines after the last statement are left out.
///
/// # Errors
/// A program in which something is never closed.
pub fn python_functions(source: &str) -> Result<Vec<PythonFunction>, UnclosedPython> {
    let (lines, unclosed) = scan(source);
    if let Some(line) = unclosed {
        return Err(UnclosedPython { line });
    }
    let mut functions = Vec::new();
    let mut decorator: Option<usize> = None;
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        if line.continues || !line.has_code {
            at += 1;
            continue;
        }
        let statement = line.text.trim_start();
        if statement.starts_with('@') {
            decorator.get_or_insert(at);
            at += 1;
            continue;
        }
        let first = decorator.take().filter(|&first| lines[first].indent == line.indent).unwrap_or(at);
        match function_name(statement) {
            Some(name) => {
                let end = end_of_block(&lines, at);
                let text = to_margin(&lines[first..end], line.indent);
                functions.push(PythonFunction { name: name.to_owned(), line: first + 1, text });
                at = end;
            }
            None => at += 1,
        }
    }
    Ok(functions)
}

/// The name in `def name(` or `async def name(`.
fn function_name(statement: &str) -> Option<&str> {
    let after = |text: &'static str, statement: &'_ str| -> Option<usize> {
        let rest = statement.strip_prefix(text)?;
        rest.starts_with([' ', '\t']).then(|| statement.len() - rest.trim_start().len())
    };
    let statement = after("async", statement).map_or(statement, |at| &statement[at..]);
    let rest = &statement[after("def", statement)?..];
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// One past the last line of the block whose head starts on line `head`: up to the next statement that is not indented
/// more than the head, less the comments and blank lines before it.
fn end_of_block(lines: &[PythonLine<'_>], head: usize) -> usize {
    let mut end = head + 1;
    for (i, line) in lines.iter().enumerate().skip(head + 1) {
        if line.continues {
            // A part of the statement before it, which is inside the block.
            end = i + 1;
        } else if line.has_code {
            if line.indent <= lines[head].indent {
                break;
            }
            end = i + 1;
        }
    }
    end
}

fn to_margin(lines: &[PythonLine<'_>], indent: usize) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(without_indent(line.text, indent).trim_end_matches('\r'));
        text.push('\n');
    }
    text
}

/// The line less up to `width` columns of its leading white space. A tab that reaches past `width` stays whole.
fn without_indent(text: &str, width: usize) -> &str {
    let mut column = 0;
    for (at, byte) in text.bytes().enumerate() {
        let next = match byte {
            b' ' => column + 1,
            b'\t' => (column / 8 + 1) * 8,
            _ => return &text[at..],
        };
        if next > width {
            return &text[at..];
        }
        column = next;
    }
    ""
}

/// Which functions of a library become documents.
#[derive(Debug, Clone)]
pub struct FunctionOptions {
    /// Fewest characters of a function.
    pub min_chars: usize,
    /// Most characters of a function.
    pub max_chars: usize,
    /// Names of folders not entered.
    pub excluded_folders: Vec<String>,
    /// Most documents, drawn at random by the seed; all where `None`.
    pub sample: Option<usize>,
    /// Seeds the sample.
    pub seed: u64,
    /// Whether files that cannot be read are skipped and listed.
    pub skip_unreadable: bool,
}

impl Default for FunctionOptions {
    fn default() -> Self {
        // Tests and vendored packages are left out: they are not the library's own, repetitive, and not on every machine.
        let excluded = ["test", "tests", "idle_test", "site-packages", "dist-packages", "lib2to3", "__pycache__"];
        Self {
            // chosen: shorter ones are one-line accessors, longer ones do not fit the embedded model's context.
            min_chars: 40,
            max_chars: 1500,
            excluded_folders: excluded.map(str::to_owned).to_vec(),
            sample: None,
            seed: 0,
            skip_unreadable: false,
        }
    }
}

/// The functions of all `.py` files under a folder, de-duplicated, in the order of files and lines.
///
/// A document's id is `path/in/the/folder.py:line`: it does not depend on where the folder lies. Empty files are no
/// fault here: they simply hold no function.
///
/// # Errors
/// A folder or file that cannot be read and, unless skipping is on, one that is not UTF-8 or not Python; no functions.
pub fn python_library_functions(folder: &Path, options: &FunctionOptions) -> Result<Corpus, DataError> {
    let reading = ReadOptions {
        excluded_folders: options.excluded_folders.clone(),
        skip_unreadable: options.skip_unreadable,
        ..ReadOptions::default()
    };
    std::fs::metadata(folder).map_err(|source| DataError::read(folder, source))?;
    let mut corpus = Corpus::default();
    for path in walk(folder, &reading, &mut corpus)? {
        let functions = read_text(&path, &reading).and_then(|source| {
            python_functions(&source)
                .map_err(|unclosed| DataError::UnclosedPython { place: Place::line(&path, unclosed.line) })
        });
        let relative = path.strip_prefix(folder).expect("a walk stays inside its folder");
        let name = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        match functions {
            Ok(functions) => corpus.documents.extend(
                functions
                    .into_iter()
                    .filter(|function| (options.min_chars..=options.max_chars).contains(&function.text.chars().count()))
                    .map(|function| Document {
                        id: format!("{name}:{}", function.line),
                        text: function.text,
                        source: Place::line(&path, function.line),
                    }),
            ),
            Err(DataError::Empty { .. }) => {}
            Err(reason) => skip_or_fail(reason, &reading, &mut corpus)?,
        }
    }
    finish(&mut corpus, &reading)?;
    if let Some(n) = options.sample {
        corpus.documents = sample_documents(corpus.documents, n, options.seed);
    }
    if corpus.documents.is_empty() {
        return Err(DataError::NoDocuments { path: folder.to_path_buf() });
    }
    Ok(corpus)
}

#[cfg(test)]
#[path = "python_tests.rs"]
mod tests;
