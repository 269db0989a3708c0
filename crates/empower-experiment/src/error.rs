//! What can be wrong with an experiment's file.

/// What can be wrong with an experiment's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExperimentError {
    /// The text is not TOML.
    #[error("{file}, line {line}: this is not TOML: {problem}")]
    Syntax {
        /// The file.
        file: String,
        /// From 1.
        line: usize,
        /// What the parser says.
        problem: String,
    },
    /// A field that is not known, is missing, or has a value that it cannot have.
    #[error("{file}, line {line}: `{field}`: {problem}")]
    Field {
        /// The file.
        file: String,
        /// From 1.
        line: usize,
        /// The field with its table: `assistants.eta`.
        field: String,
        /// What is wrong.
        problem: String,
        /// What to do about it, where that can be told.
        hint: Option<String>,
    },
    /// The parts are each well formed, and together mean nothing.
    #[error("{file}: {problem}")]
    Whole {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
        /// What to do about it.
        hint: String,
    },
}

impl ExperimentError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Syntax { .. } => None,
            Self::Field { hint, .. } => hint.as_deref(),
            Self::Whole { hint, .. } => Some(hint),
        }
    }
}
