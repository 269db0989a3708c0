//! Many episodes at once over one assistant: in lockstep, so that the model answers whole batches; judged and handed
//! over in the order of the tasks, so that the rows are the same bytes for any batch size and number of threads.
//!
//! This file owns the order of work. It opens no file itself ([`simulate_into`] goes through [`EpisodeLog`]).

use std::collections::{BTreeMap, HashSet};
use std::mem;

use empower_artifact::Seed;
use empower_artifact::rows::{EpisodeRow, Verdict};
use empower_lm::{ChatRequest, SessionId};
use rayon::prelude::*;
use serde::Serialize;

use crate::assistant::{Ask, Assistant, Suggestion};
use crate::codec::TextCodec;
use crate::draws;
use crate::episode::{Episode, Limits};
use crate::error::SimError;
use crate::human::ReplayHuman;
use crate::judging::{Judged, ProgramJudge, ProgramToJudge};
use crate::lm_human::LmHuman;
use crate::log::EpisodeLog;
use crate::task::{EpisodeKey, Task};

/// How to simulate. `batch` and `judge_batch` change speed and memory, never a row.
#[derive(Clone, Copy, Serialize)]
pub struct Settings<'h> {
    /// The human.
    pub human: ReplayHuman,
    /// A language model in its place; `human` is then not asked.
    #[serde(skip)]
    pub lm: Option<&'h LmHuman<'h>>,
    /// What ends an episode whatever the human does.
    pub limits: Limits,
    /// The run's seed; every episode derives its own ([`episode_seed`]).
    pub seed: u64,
    /// Episodes played at once, at least 1. Default 16, chosen: enough to keep a small model's matrix products busy.
    pub batch: usize,
    /// Programs judged at once, at least 1. Default 32, chosen: enough to occupy the cores of a desktop, few enough
    /// that an interrupted run repeats little.
    pub judge_batch: usize,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        let (human, limits) = (ReplayHuman::default(), Limits::default());
        Self { human, lm: None, limits, seed: 0, batch: 16, judge_batch: 32 }
    }
}

impl Settings<'_> {
    /// Checks the ranges that the fields' docs state.
    pub fn validate(&self) -> Result<(), SimError> {
        self.human.validate()?;
        self.lm.map_or(Ok(()), |lm| lm.settings.validate())?;
        self.limits.validate()?;
        for (setting, value) in [("batch", self.batch), ("judge_batch", self.judge_batch)] {
            if value == 0 {
                return Err(SimError::Setting { setting, given: "0".into(), expected: "at least 1" });
            }
        }
        Ok(())
    }
}

/// How far a simulation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Episodes played to their end, those of an earlier run included. Their rows may still wait for the judge.
    pub done: usize,
    /// Episodes in all.
    pub total: usize,
    /// Rounds played in this call.
    pub rounds: usize,
}

/// What a simulation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Episodes that were finished before and skipped.
    pub resumed: usize,
    /// Episodes played, judged and handed over.
    pub played: usize,
    /// Rounds played.
    pub rounds: usize,
    /// Rows whose program got no verdict for want of a working sandbox or machine, after a second try.
    pub unjudged: usize,
}

/// The seed of one episode: of the run's seed, the problem and the repeat, and of nothing else. Every method meets the
/// same human at the same problem, which narrows the differences between methods.
///
/// It has 53 bits, so that readers of JSON who know only doubles get it whole.
pub fn episode_seed(run_seed: u64, key: &EpisodeKey) -> u64 {
    Seed::new(run_seed).named("episode").named(&key.question_id).index(key.repeat as u64).value() >> 11
}

/// Plays every task that is not in `finished` with `assistant`, judges the programs, and hands the rows to `sink` in the
/// order of `tasks`.
///
/// `progress` is called before the first round and after each. Rows come in groups of `judge_batch`, at the end fewer.
/// Programs that get no verdict are judged once more; if that fails too, their rows carry [`Verdict::Infrastructure`].
///
/// An episode plays in one of `batch` seats; the seat's number is the [`SessionId`] of its requests, so that a model
/// keeps at most `batch` caches and each grows with its episode.
///
/// Errors: settings outside their range, two tasks under one key, and whatever the model, the tokenizer, the judge or
/// the sink says. Rows handed over before an error stand.
#[expect(clippy::too_many_arguments, reason = "each is a separate collaborator; simulate_into bundles three of them")]
pub fn simulate(
    tasks: &[Task],
    assistant: &Assistant<'_>,
    settings: &Settings<'_>,
    codec: &dyn TextCodec,
    judge: &dyn ProgramJudge,
    finished: &HashSet<EpisodeKey>,
    sink: &mut dyn FnMut(&EpisodeRow) -> Result<(), SimError>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, SimError> {
    settings.validate()?;
    assistant.validate()?;
    refuse_duplicates(tasks)?;
    let to_play: Vec<&Task> = tasks.iter().filter(|task| !finished.contains(task.key())).collect();
    let n_resumed = tasks.len() - to_play.len();
    let mut summary = Summary { resumed: n_resumed, ..Summary::default() };
    let mut desk = Desk { assistant, judge, sink, judge_batch: settings.judge_batch, next: 0, over: BTreeMap::new() };
    let mut seats: Vec<Option<(usize, Episode<'_>)>> = Vec::new();
    seats.resize_with(settings.batch.min(to_play.len()), || None);
    let mut waiting = to_play.iter().enumerate();
    let mut n_over = 0;
    progress(Progress { done: n_resumed, total: tasks.len(), rounds: 0 });
    loop {
        for seat in seats.iter_mut().filter(|seat| seat.is_none()) {
            // An episode may be over before it begins (a starter that is the whole plan): then the seat goes on.
            for (idx, task) in waiting.by_ref() {
                let seed = episode_seed(settings.seed, task.key());
                let episode = match settings.lm {
                    Some(lm) => Episode::with_lm(task, lm, settings.limits, seed, codec)?,
                    None => Episode::new(task, settings.human, settings.limits, seed, codec)?,
                };
                if !episode.is_over() {
                    *seat = Some((idx, episode));
                    break;
                }
                n_over += 1;
                desk.over.insert(idx, episode);
            }
        }
        if seats.iter().all(Option::is_none) {
            break;
        }
        summary.rounds += play_round(assistant, codec, &mut seats)?;
        if let Some(lm) = settings.lm {
            converse(lm, &mut seats)?;
        }
        for seat in &mut seats {
            if let Some((idx, episode)) = seat.take_if(|(_, episode)| episode.is_over()) {
                n_over += 1;
                desk.over.insert(idx, episode);
            }
        }
        progress(Progress { done: n_resumed + n_over, total: tasks.len(), rounds: summary.rounds });
        desk.hand_over(false, &mut summary)?;
    }
    desk.hand_over(true, &mut summary)?;
    Ok(summary)
}

/// [`simulate`] into a log: goes on where the log's episodes of this method end, refuses a log made with other settings
/// or other tasks, and appends each row as it is judged.
///
/// Errors: those of [`EpisodeLog::resume`] and [`simulate`], and of writing.
pub fn simulate_into(
    log: &mut EpisodeLog,
    tasks: &[Task],
    assistant: &Assistant<'_>,
    settings: &Settings<'_>,
    codec: &dyn TextCodec,
    judge: &dyn ProgramJudge,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, SimError> {
    // Checked before the log takes note of them.
    settings.validate()?;
    assistant.validate()?;
    refuse_duplicates(tasks)?;
    let finished = log.resume(tasks, assistant, settings)?;
    simulate(tasks, assistant, settings, codec, judge, &finished, &mut |row| log.append(row), progress)
}

/// One suggestion and one round for every episode in a seat; returns how many there were.
fn play_round(
    assistant: &Assistant<'_>,
    codec: &dyn TextCodec,
    seats: &mut [Option<(usize, Episode<'_>)>],
) -> Result<usize, SimError> {
    let ask = |(seat_idx, seat)| {
        let (_, episode): &(usize, Episode<'_>) = Option::as_ref(seat)?;
        Some(Ask {
            prefix: episode.prefix_tokens(),
            session: SessionId(seat_idx as u64),
            seed: draws::number(episode.seed(), "suggestion", episode.rounds().len()),
        })
    };
    let asks: Vec<Ask<'_>> = seats.iter().enumerate().filter_map(ask).collect();
    let suggestions = assistant.suggest(&asks, codec)?;
    let playing: Vec<(&mut Episode<'_>, Suggestion)> =
        seats.iter_mut().flatten().map(|(_, episode)| episode).zip(suggestions).collect();
    // Collected before looking at errors, so that the first in the order of seats is reported, not the first in time.
    let outcomes: Vec<Result<(), SimError>> =
        playing.into_par_iter().map(|(episode, suggestion)| episode.take(suggestion)).collect();
    let n_rounds = outcomes.len();
    outcomes.into_iter().collect::<Result<(), SimError>>()?;
    Ok(n_rounds)
}

/// Asks a language-model human whatever is to be asked, the questions of all seats together, until every round is over.
fn converse(lm: &LmHuman<'_>, seats: &mut [Option<(usize, Episode<'_>)>]) -> Result<(), SimError> {
    loop {
        let mut asked: Vec<(&mut Episode<'_>, ChatRequest)> = Vec::new();
        for (_, episode) in seats.iter_mut().flatten() {
            if let Some(question) = episode.question()? {
                asked.push((episode, question));
            }
        }
        if asked.is_empty() {
            return Ok(());
        }
        let (episodes, questions): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        let answers = lm.model.answer(&questions).map_err(|source| SimError::Human { source })?;
        if answers.len() != questions.len() {
            let who = lm.model.model_id().to_string();
            return Err(SimError::AnswerCount { who, asked: questions.len(), got: answers.len() });
        }
        episodes.into_iter().zip(answers).try_for_each(|(episode, answer)| episode.hear(answer))?;
    }
}

/// Where finished episodes wait for those before them, and for the judge.
struct Desk<'a, 's> {
    assistant: &'a Assistant<'a>,
    judge: &'a dyn ProgramJudge,
    sink: &'s mut dyn FnMut(&EpisodeRow) -> Result<(), SimError>,
    judge_batch: usize,
    /// The first episode that is not handed over.
    next: usize,
    over: BTreeMap<usize, Episode<'a>>,
}

impl Desk<'_, '_> {
    /// Judges and hands over what is ready in full groups of `judge_batch`; at the end (`is_last`) all of it.
    fn hand_over(&mut self, is_last: bool, summary: &mut Summary) -> Result<(), SimError> {
        loop {
            let ready = self.over.keys().zip(self.next..).take(self.judge_batch).take_while(|(idx, i)| **idx == *i);
            let n_ready = ready.count();
            if n_ready == 0 || (n_ready < self.judge_batch && !is_last) {
                return Ok(());
            }
            let later = self.over.split_off(&(self.next + n_ready));
            let group: Vec<Episode<'_>> = mem::replace(&mut self.over, later).into_values().collect();
            self.next += n_ready;
            let judged = self.judge_group(&group)?;
            for (episode, judged) in group.into_iter().zip(judged) {
                summary.unjudged += usize::from(judged.verdict == Verdict::Infrastructure);
                let row = episode.into_row(&self.assistant.method, self.assistant.eta.map(|eta| eta.0), judged);
                (self.sink)(&row)?;
                summary.played += 1;
            }
        }
    }

    fn judge_group(&self, group: &[Episode<'_>]) -> Result<Vec<Judged>, SimError> {
        let programs: Vec<ProgramToJudge<'_>> = group
            .iter()
            .map(|episode| ProgramToJudge { question_id: episode.task().question_id(), program: episode.text() })
            .collect();
        let mut judged = self.ask_judge(&programs)?;
        let again: Vec<usize> = (0..judged.len()).filter(|&i| judged[i].verdict == Verdict::Infrastructure).collect();
        if !again.is_empty() {
            let retried: Vec<ProgramToJudge<'_>> = again.iter().map(|&i| programs[i]).collect();
            for (i, outcome) in again.into_iter().zip(self.ask_judge(&retried)?) {
                judged[i] = outcome;
            }
        }
        Ok(judged)
    }

    fn ask_judge(&self, programs: &[ProgramToJudge<'_>]) -> Result<Vec<Judged>, SimError> {
        let fault = |source| SimError::Judge { method: self.assistant.method.clone(), source };
        let judged = self.judge.judge(programs).map_err(fault)?;
        if judged.len() != programs.len() {
            let who = "the judge".to_owned();
            return Err(SimError::AnswerCount { who, asked: programs.len(), got: judged.len() });
        }
        Ok(judged)
    }
}

fn refuse_duplicates(tasks: &[Task]) -> Result<(), SimError> {
    let mut seen = HashSet::new();
    match tasks.iter().find(|task| !seen.insert(task.key())) {
        Some(task) => {
            Err(SimError::DuplicateTask { question_id: task.question_id().to_owned(), repeat: task.repeat() })
        }
        None => Ok(()),
    }
}
