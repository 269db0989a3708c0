//! Where the simulation meets its siblings: tokens from `empower-lm`, problems from `empower-data`, verdicts from
//! `empower-judge`. Everything else in this crate works without them.

use std::collections::HashMap;

use empower_data::{Document, Problem};
use empower_judge::{Judge, Submission, Tests};
use empower_lm::{TokenId, Tokenizer};

use crate::codec::TextCodec;
use crate::error::{Fault, SimError};
use crate::judging::{Judged, ProgramJudge, ProgramToJudge};
use crate::lm_human::Statement;
use crate::task::Task;

/// A model's own tokenizer. An id without a token (a padded model can produce one) is shown as U+FFFD, which no human
/// has in mind.
pub struct TokenizerCodec<'t>(pub &'t Tokenizer);

impl TextCodec for TokenizerCodec<'_> {
    fn encode(&self, text: &str) -> Result<Vec<TokenId>, Fault> {
        Ok(self.0.encode(text))
    }

    fn token_bytes(&self, token: TokenId) -> Result<Vec<u8>, Fault> {
        Ok(self.0.decode_bytes(&[token]))
    }
}

/// `repeats` tasks a problem, problem by problem: repeat `r` has reference program `r` modulo their number in mind, and
/// begins with as much of the starter code as that program does ([`Task::from_starter`]).
///
/// Errors: no repeats; a problem without a reference program, or whose reference program is blank.
pub fn tasks_of_problems(problems: &[Problem], repeats: usize) -> Result<Vec<Task>, SimError> {
    some_repeats(repeats)?;
    let mut tasks = Vec::with_capacity(problems.len() * repeats);
    for problem in problems {
        let programs = &problem.reference_programs;
        if programs.is_empty() {
            return Err(SimError::NoPlan { question_id: problem.question_id.clone() });
        }
        for repeat in 0..repeats {
            let plan = &programs[repeat % programs.len()];
            tasks.push(Task::from_starter(&problem.question_id, repeat, &problem.starter_code, plan)?);
        }
    }
    Ok(tasks)
}

/// `repeats` tasks a problem of humans who have no program in mind, and what they know of each problem. Reference programs
/// are not needed, and not looked at.
///
/// Errors: no repeats.
pub fn open_tasks(problems: &[Problem], repeats: usize) -> Result<(Vec<Task>, HashMap<String, Statement>), SimError> {
    some_repeats(repeats)?;
    let pairs = problems.iter().flat_map(|problem| (0..repeats).map(move |repeat| (problem, repeat)));
    let tasks = pairs.map(|(problem, repeat)| Task::without_plan(&problem.question_id, repeat, &problem.starter_code));
    let known = problems.iter().map(|problem| {
        let (question, starter) = (problem.content.clone(), problem.starter_code.clone());
        (problem.question_id.clone(), Statement { question, starter })
    });
    Ok((tasks.collect(), known.collect()))
}

/// `repeats` tasks a document, document by document, of a human who has its text in mind: any language, or prose. Nothing
/// can be run, so [`ExactJudge`](crate::ExactJudge) says whether it was written letter by letter.
///
/// Errors: no repeats; a blank document.
pub fn tasks_of_documents(documents: &[Document], repeats: usize) -> Result<Vec<Task>, SimError> {
    some_repeats(repeats)?;
    let pairs = documents.iter().flat_map(|document| (0..repeats).map(move |repeat| (document, repeat)));
    pairs.map(|(document, repeat)| Task::new(&document.id, repeat, "", &document.text)).collect()
}

fn some_repeats(repeats: usize) -> Result<(), SimError> {
    if repeats == 0 {
        return Err(SimError::Setting { setting: "repeats", given: "0".into(), expected: "at least 1" });
    }
    Ok(())
}

/// The judge that runs programs, with the tests of a suite of problems.
pub struct SuiteJudge<'a> {
    judge: &'a Judge,
    tests: HashMap<&'a str, &'a Tests>,
}

impl<'a> SuiteJudge<'a> {
    /// Judges programs of these problems with `judge`.
    pub fn new(judge: &'a Judge, problems: &'a [Problem]) -> Self {
        Self { judge, tests: problems.iter().map(|problem| (problem.question_id.as_str(), &problem.tests)).collect() }
    }
}

impl ProgramJudge for SuiteJudge<'_> {
    fn judge(&self, programs: &[ProgramToJudge<'_>]) -> Result<Vec<Judged>, Fault> {
        let submissions = programs
            .iter()
            .enumerate()
            .map(|(index, asked)| match self.tests.get(asked.question_id) {
                Some(&tests) => Ok(Submission { question_id: asked.question_id, index, program: asked.program, tests }),
                None => Err(SimError::UnknownProblem { question_id: asked.question_id.to_owned() }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let rows = self.judge.judge(&submissions, &|_| {})?;
        Ok(rows.into_iter().map(|row| Judged { verdict: row.verdict, detail: row.detail }).collect())
    }
}
