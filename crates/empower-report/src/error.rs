//! Why a report could not be made.

use empower_artifact::ArtifactError;

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is nothing to report on.
    #[error("there are no episodes to report on")]
    NoEpisodes,
    /// The same episode twice: it would count twice.
    #[error("episode twice: method {method}, problem {question_id}, repeat {repeat}")]
    DuplicateEpisode {
        /// Method and threshold.
        method: String,
        /// The problem.
        question_id: String,
        /// The repeat.
        repeat: usize,
    },
    /// An episode's threshold is not a number.
    #[error("an episode of method {method} on problem {question_id} has eta_bits {eta_bits}")]
    BadEta {
        /// The method.
        method: String,
        /// The problem.
        question_id: String,
        /// The value.
        eta_bits: f64,
    },
    /// A setting outside its domain.
    #[error("{name} is {value}; expected {expected}")]
    BadOption {
        /// The setting's name.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Its domain.
        expected: &'static str,
    },
    /// The method to compare with has no episodes.
    #[error("the baseline {baseline} has no judged episodes here")]
    UnknownBaseline {
        /// The baseline asked for.
        baseline: String,
        /// The methods there are.
        present: Vec<String>,
    },
    /// A file of the report could not be written.
    #[error("the report could not be written")]
    Artifact(#[from] ArtifactError),
}

impl ReportError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoEpisodes => Some("run `empower simulate` first, or name another run folder".to_owned()),
            Self::DuplicateEpisode { .. } => Some("was the same run folder named twice?".to_owned()),
            Self::BadEta { .. } => Some("eta_bits is a finite number, or null where it has no meaning".to_owned()),
            Self::BadOption { name, expected, .. } => Some(format!("set {name} to {expected}")),
            Self::UnknownBaseline { present, .. } => Some(format!("choose one of: {}", present.join(", "))),
            Self::Artifact(error) => error.hint(),
        }
    }
}
