//! What lies on disk: run folders, their manifest, content hashes, atomic and append-only files, named seeds, and the
//! rows that one stage writes and the next reads.
//!
//! This crate knows no language model and no tensor. It never leaves a half-written file under a final name, never
//! overwrites a run folder of another experiment, and never goes on after a row it could not read.

mod error;
pub mod files;
pub mod hash;
pub mod rows;
pub mod run_folder;
pub mod seed;

pub use error::ArtifactError;
pub use files::{
    AtomicFile, JsonlReader, JsonlWriter, TornLine, read_json, read_jsonl, write_atomic, write_json_atomic,
};
pub use hash::ContentHash;
pub use run_folder::{MANIFEST_FILE, Machine, Manifest, RunFolder, Versions};
pub use seed::Seed;
