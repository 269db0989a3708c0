//! What the runner asks of a judge, and two judges that start no process: one compares with the reference program, one
//! remembers what another said. The judge that runs programs is wired in [`crate::glue`].

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use empower_artifact::ContentHash;
use empower_artifact::rows::Verdict;

use crate::error::{Fault, SimError};
use crate::task::Task;

/// A program to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProgramToJudge<'a> {
    /// The problem.
    pub question_id: &'a str,
    /// The program's text.
    pub program: &'a str,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The outcome.
    pub verdict: Verdict,
    /// What a person needs to see of the first failure; empty on a pass.
    pub detail: String,
}

/// Judges programs, many at once.
pub trait ProgramJudge {
    /// As many outcomes as programs, in their order. A program that fails is an outcome; an error is a judge that could
    /// not do its work at all.
    fn judge(&self, programs: &[ProgramToJudge<'_>]) -> Result<Vec<Judged>, Fault>;
}

/// Passes a program that is one of its problem's plans, up to trailing white space, and nothing else. For tests, and
/// for runs without an interpreter: stricter than running, as another right program fails.
pub struct ExactJudge<'a> {
    plans: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> ExactJudge<'a> {
    /// A judge of these tasks' problems.
    pub fn new(tasks: &'a [Task]) -> Self {
        let mut plans: HashMap<&str, Vec<&str>> = HashMap::new();
        for task in tasks {
            plans.entry(task.question_id()).or_default().push(task.plan().trim_end());
        }
        Self { plans }
    }
}

impl ProgramJudge for ExactJudge<'_> {
    fn judge(&self, programs: &[ProgramToJudge<'_>]) -> Result<Vec<Judged>, Fault> {
        let judge_one = |asked: &ProgramToJudge<'_>| {
            let Some(plans) = self.plans.get(asked.question_id) else {
                return Err(SimError::UnknownProblem { question_id: asked.question_id.to_owned() }.into());
            };
            Ok(if plans.contains(&asked.program.trim_end()) {
                Judged { verdict: Verdict::Pass, detail: String::new() }
            } else {
                Judged { verdict: Verdict::WrongAnswer, detail: "not the reference program, letter by letter".into() }
            })
        };
        programs.iter().map(judge_one).collect()
    }
}

/// Asks another judge once for each different program of a problem, across all methods that share it. Outcomes that
/// are no verdict (infrastructure) are asked for again.
pub struct RememberingJudge<J> {
    inner: J,
    known: Mutex<HashMap<(String, ContentHash), Judged>>,
}

impl<J: ProgramJudge> RememberingJudge<J> {
    /// Remembers what `inner` says. Costs some hundred bytes a program.
    pub fn new(inner: J) -> Self {
        Self { inner, known: Mutex::new(HashMap::new()) }
    }
}

impl<J: ProgramJudge> ProgramJudge for RememberingJudge<J> {
    fn judge(&self, programs: &[ProgramToJudge<'_>]) -> Result<Vec<Judged>, Fault> {
        let key = |asked: &ProgramToJudge<'_>| {
            (asked.question_id.to_owned(), ContentHash::of_bytes(asked.program.as_bytes()))
        };
        let keys: Vec<_> = programs.iter().map(key).collect();
        // A panic while holding the lock cannot leave the map half-changed: entries are inserted whole.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut slot_of = HashMap::new();
        let mut unknown = Vec::new();
        for (asked, key) in programs.iter().zip(&keys) {
            if !known.contains_key(key) && !slot_of.contains_key(key) {
                slot_of.insert(key, unknown.len());
                unknown.push(*asked);
            }
        }
        let fresh = if unknown.is_empty() { Vec::new() } else { self.inner.judge(&unknown)? };
        if fresh.len() != unknown.len() {
            let who = "the judge".to_owned();
            return Err(SimError::AnswerCount { who, asked: unknown.len(), got: fresh.len() }.into());
        }
        let answers = keys.iter().map(|key| match slot_of.get(key) {
            Some(&slot) => fresh[slot].clone(),
            None => known[key].clone(),
        });
        let answers: Vec<Judged> = answers.collect();
        for (key, judged) in keys.iter().zip(&answers) {
            if judged.verdict != Verdict::Infrastructure {
                known.entry(key.clone()).or_insert_with(|| judged.clone());
            }
        }
        Ok(answers)
    }
}
