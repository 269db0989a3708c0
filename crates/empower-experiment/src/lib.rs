//! Experiments: what is compared, written as a TOML file, and the stages that it takes, as a graph.
//!
//! - [`Experiment::parse`] reads the file strictly: what it does not know is an error with its line.
//! - [`contestant`] names who is compared, as tables do.
//! - [`Graph::of`] expands the matrix into stages. Each has a key made from everything that it depends on, the keys of
//!   its inputs included; so a finished stage is known by its key, and a changed threshold changes the keys of what
//!   depends on it and no other.
//!
//! Pure: this crate reads and writes nothing, opens no model and knows no clock. What files and models hold enters as
//! [`Roots`], which the caller makes.

pub mod contestant;
mod error;
mod file;
mod graph;
mod values;

pub use contestant::{Contestant, Recipe};
pub use error::ExperimentError;
pub use file::{
    Assistants, Documents, Experiment, Human, HumanSpec, JudgeKind, LmHuman, LmProtocol, Model, PaperTable, Problems,
    ProtocolName, Regenerate, Training,
};
pub use graph::{Condition, Graph, Kind, Roots, Stage, Work};
pub use values::MethodName;
