//! What one episode is about: the problem, the text it begins with, and the program that the replay human has in mind.

use empower_artifact::rows::EpisodeRow;

use crate::error::SimError;

/// What tells one episode of an assistant from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EpisodeKey {
    /// The problem.
    pub question_id: String,
    /// Repeat of the same problem, from 0.
    pub repeat: usize,
}

impl EpisodeKey {
    /// The key of a finished episode.
    pub fn of_row(row: &EpisodeRow) -> Self {
        Self { question_id: row.question_id.clone(), repeat: row.repeat }
    }
}

/// One episode to play: where it begins and where its human wants to go.
///
/// Invariants, but for tasks of humans who have none in mind, whose plan is empty: `plan` starts with `starter`, ends with exactly one newline, and is more than white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    key: EpisodeKey,
    starter: String,
    plan: String,
}

impl Task {
    /// A task whose text begins with `starter` and whose human has `plan` in mind.
    ///
    /// The plan's trailing white space becomes one newline, so that the number of blank lines at its end costs nobody
    /// a round. The starter's trailing white space is given up where the plan ends inside it.
    ///
    /// Errors: a plan of white space alone; a plan that does not begin with the starter.
    pub fn new(
        question_id: impl Into<String>,
        repeat: usize,
        starter: impl Into<String>,
        plan: &str,
    ) -> Result<Self, SimError> {
        let (question_id, mut starter) = (question_id.into(), starter.into());
        let written = plan.trim_end();
        if written.is_empty() {
            return Err(SimError::NoPlan { question_id });
        }
        let plan = format!("{written}\n");
        if !plan.starts_with(&starter) {
            let bare = starter.trim_end().len();
            if starter[..bare] != *written {
                let at = starter.bytes().zip(plan.bytes()).take_while(|(a, b)| a == b).count();
                return Err(SimError::StarterNotInPlan { question_id, at });
            }
            starter.truncate(bare);
        }
        Ok(Self { key: EpisodeKey { question_id, repeat }, starter, plan })
    }

    /// A task of a human who has no program in mind: it begins with the whole starter, and has no plan.
    pub fn without_plan(question_id: impl Into<String>, repeat: usize, starter: impl Into<String>) -> Self {
        let key = EpisodeKey { question_id: question_id.into(), repeat };
        Self { key, starter: starter.into(), plan: String::new() }
    }

    /// A task that begins with as much of the starter code as the plan begins with: all of it, or all but its trailing
    /// white space, or nothing (a human who writes its imports first types the starter's lines itself).
    ///
    /// Errors: a plan of white space alone.
    pub fn from_starter(
        question_id: impl Into<String>,
        repeat: usize,
        starter: &str,
        plan: &str,
    ) -> Result<Self, SimError> {
        let shared = [starter, starter.trim_end()].into_iter().find(|&text| plan.starts_with(text)).unwrap_or_default();
        Self::new(question_id, repeat, shared, plan)
    }

    /// What tells this task from the others of its run.
    pub fn key(&self) -> &EpisodeKey {
        &self.key
    }

    /// The problem.
    pub fn question_id(&self) -> &str {
        &self.key.question_id
    }

    /// Repeat of the same problem, from 0.
    pub fn repeat(&self) -> usize {
        self.key.repeat
    }

    /// The text that the episode begins with; may be empty.
    pub fn starter(&self) -> &str {
        &self.starter
    }

    /// The program that the human has in mind: begins with the starter, ends with one newline; empty where it has none.
    pub fn plan(&self) -> &str {
        &self.plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_end_with_one_newline() {
        for given in ["x = 1", "x = 1\n", "x = 1\n\n \n"] {
            assert_eq!(Task::new("p", 0, "", given).unwrap().plan(), "x = 1\n");
        }
    }

    #[test]
    fn a_blank_plan_is_refused() {
        assert!(matches!(Task::new("p", 0, "", " \n\n"), Err(SimError::NoPlan { question_id }) if question_id == "p"));
    }

    #[test]
    fn a_starter_must_begin_the_plan() {
        assert!(Task::new("p", 0, "def f():\n", "def f():\n    return 1").is_ok());
        let wrong = Task::new("p", 0, "def g():\n", "def f():\n    return 1");
        assert!(matches!(wrong, Err(SimError::StarterNotInPlan { at: 4, .. })), "{wrong:?}");
    }

    #[test]
    fn a_starter_is_used_as_far_as_the_plan_has_it() {
        let starter_of = |starter, plan| Task::from_starter("p", 0, starter, plan).unwrap().starter().to_owned();
        assert_eq!(starter_of("def f():\n    ", "def f():\n    return 1"), "def f():\n    ");
        assert_eq!(starter_of("def f():\n    ", "def f():\n  return 1"), "def f():");
        assert_eq!(starter_of("def f():\n    ", "import re\ndef f():\n    return 1"), "");
        assert_eq!(starter_of("x = 1\n\n", "x = 1\n\n"), "x = 1");
    }
}
