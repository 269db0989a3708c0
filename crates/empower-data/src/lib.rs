//! Documents, problems and examples: what goes into selection, training and simulation.
//!
//! This crate owns the reading of corpora ([`read_documents`], [`python_functions`]), of problems in the formats of the
//! field ([`ProblemReader`], [`ProblemIndex`]) and of programs for them ([`Programs`]), the writing of what others read
//! ([`ProblemRow`], [`EvalAllRow`]), the drawing of states ([`States`]), the example rows that training reads
//! ([`DocumentExamplesRow`], [`ExampleRow`]), the split of documents and the check that training and evaluation do not
//! overlap ([`overlaps`]).
//!
//! It runs no program, computes no probability and never executes what it reads: private tests arrive as a pickle, of
//! which only the one harmless form is understood. Whatever cannot be read is an error that names the file and line; it
//! is skipped only where the caller says so, and then listed.

mod document;
mod error;
mod examples;
mod lines;
mod overlap;
mod private_tests;
mod problem;
mod programs;
mod python;
mod python_lex;
mod sources;
mod states;
mod suite;

pub use document::{
    Corpus, Document, Duplicate, ReadOptions, Skipped, corpus_hash, deduplicate, normalise, read_documents,
    sample_documents,
};
pub use error::{DataError, Place};
pub use examples::{
    DocumentExamplesRow, ExampleOptions, ExampleRow, ExampleStats, ScoredDocument, TrainingRows, document_examples,
    drawn_states, examples_of_lengths, read_document_examples, read_examples, read_training_rows,
};
pub use overlap::{Overlap, OverlapKind, OverlapOptions, overlaps};
pub use private_tests::{PrivateTestsError, decode_private_tests};
pub use problem::{
    Difficulty, Problem, ProblemKind, ProblemOptions, ProblemSet, open_problems, read_exclusions, read_problems,
};
pub use programs::{EvalAllRow, Programs, ProgramsFormat, ProgramsRow, Sample, read_programs, sample_result};
pub use python::{FunctionOptions, PythonFunction, UnclosedPython, python_functions, python_library_functions};
pub use sources::{ProblemEntry, ProblemFormat, ProblemIndex, ProblemReader, ProblemRow, ProblemSource, Release};
pub use states::{States, StatesSyntaxError, document_seed, is_held_out};
pub use suite::{
    Finding, ProgramSize, Severity, SuiteRules, check_suite, lazy_programs, program_size, reference_programs,
};
