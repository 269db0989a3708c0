//! What an experiment would do: its stages with what is finished, model calls, tokens and time. Nothing is written.
//!
//! Numbers of calls and tokens are counted where documents, problems and tokenizers are at hand; of plays they are upper
//! bounds (the human could do with fewer rounds, and most suggestions are short). Times come from finished stages of
//! the same kind and model in the experiment's folder, else from a short measurement of the model on this machine.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use empower_data::States;
use empower_engine::Engine;
use empower_experiment::{Contestant, Graph, HumanSpec, Kind, ProtocolName, Stage, Work};
use empower_lm::{GenerationRequest, Generator, NextStep, Sampling, Scorer, TokenId, Tokenizer};
use serde::Serialize;

use super::super::arguments::chat_protocol;
use super::setup::Setup;
use super::work::{Standing, documents_at_hand, folder_of, read_done, standing};

/// What a run would do.
#[derive(Debug, Serialize)]
pub struct Plan {
    experiment: String,
    stages: Vec<Planned>,
    /// Model calls of what is not finished; a lower bound where some stages' are not known.
    calls: u64,
    /// Tokens through models, likewise.
    tokens: u64,
    /// Seconds, likewise.
    seconds: f64,
    /// Stages that are not finished and whose time is not known.
    unknown: usize,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Planned {
    kind: String,
    label: String,
    folder: String,
    status: &'static str,
    calls: Option<u64>,
    tokens: Option<u64>,
    seconds: Option<f64>,
    #[serde(skip)]
    stage_kind: Kind,
}

/// How fast a model is, in units of [`super::work::Done`] a second.
#[derive(Debug, Clone, Copy, Default)]
struct Speed {
    score: Option<f64>,
    train: Option<f64>,
    rounds: Option<f64>,
}

/// Looks at every stage.
pub fn plan(setup: &Setup, graph: &Graph, out: &Path) -> Result<Plan> {
    let mut notes = setup.notes.clone();
    let mut counter = Counter { setup, graph, out, tokenizers: HashMap::new(), corpora: HashMap::new() };
    let earlier = earlier_speeds(graph, setup, out);
    let mut measured: HashMap<usize, Speed> = HashMap::new();
    let mut stages = Vec::new();
    for stage in graph.stages.iter().filter(|stage| stage.kind != Kind::Site) {
        let status = standing(&folder_of(out, stage));
        let (calls, tokens, units) = counter.count(stage);
        let model = model_of(stage);
        let seconds = match (status == Standing::Done, stage.kind, model) {
            (true, ..) => None,
            // Arithmetic and reading files: not worth counting.
            (_, Kind::Select, _) | (_, Kind::Documents, None) if calls == Some(0) => Some(0.0),
            (_, kind, Some(model)) => {
                let name = &setup.experiment.models[model].name;
                let speed = earlier.get(&(kind, name.clone())).copied().or_else(|| {
                    let speed = *measured.entry(model).or_insert_with(|| measure(setup, model).unwrap_or_default());
                    match kind {
                        Kind::Score => speed.score,
                        Kind::Train => speed.train,
                        Kind::Play => speed.rounds,
                        _ => None,
                    }
                });
                // The human alone asks no model.
                let is_alone = matches!(&stage.work, Work::Play { contestant: Contestant::HumanAlone, .. });
                if is_alone { Some(0.0) } else { units.zip(speed).map(|(units, speed)| units as f64 / speed) }
            }
            _ => None,
        };
        stages.push(Planned {
            kind: stage.kind.to_string(),
            label: stage.label.clone(),
            folder: stage.folder(),
            status: match status {
                Standing::Done => "done",
                Standing::Begun => "begun",
                Standing::Absent => "to do",
            },
            calls,
            tokens,
            seconds,
            stage_kind: stage.kind,
        });
    }
    if !earlier.is_empty() {
        notes.push(format!("times come from finished stages in {} where there are any of the kind", out.display()));
    }
    if measured.values().any(|speed| speed.score.is_some()) {
        notes.push(
            "other times come from a measurement of about a second on this machine just now; training is taken as \
             four passes of scoring, and the judge's time is not in them"
                .to_owned(),
        );
    }
    notes.push(
        "calls and tokens of plays are upper bounds: every round the human may take, every suggestion at its cap"
            .to_owned(),
    );
    let open = || stages.iter().filter(|it| it.status != "done");
    Ok(Plan {
        experiment: setup.experiment.name.clone(),
        calls: open().filter_map(|it| it.calls).sum(),
        tokens: open().filter_map(|it| it.tokens).sum(),
        seconds: open().filter_map(|it| it.seconds).sum(),
        unknown: open().filter(|it| it.seconds.is_none()).count(),
        notes,
        stages,
    })
}

fn model_of(stage: &Stage) -> Option<usize> {
    match stage.work {
        Work::Score { model, .. } | Work::Train { model, .. } | Work::Play { model, .. } => Some(model),
        _ => None,
    }
}

/// Units a second of finished stages, by kind and model.
fn earlier_speeds(graph: &Graph, setup: &Setup, out: &Path) -> BTreeMap<(Kind, String), f64> {
    let mut sums: BTreeMap<(Kind, String), (f64, f64)> = BTreeMap::new();
    for stage in &graph.stages {
        let Some(done) = read_done(&folder_of(out, stage)) else { continue };
        let (Some(model), true) = (done.model, done.units > 0 && done.seconds > 0.0) else { continue };
        if matches!(&stage.work, Work::Play { contestant: Contestant::HumanAlone, .. }) {
            continue;
        }
        debug_assert!(setup.experiment.models.iter().any(|it| it.name == model));
        let sum = sums.entry((stage.kind, model)).or_default();
        *sum = (sum.0 + done.units as f64, sum.1 + done.seconds);
    }
    sums.into_iter().map(|(key, (units, seconds))| (key, units / seconds)).collect()
}

/// A short measurement of a model that is at hand.
fn measure(setup: &Setup, model: usize) -> Option<Speed> {
    let folder = setup.models[model].as_deref().filter(|_| setup.experiment.models[model].served.is_none())?;
    let (engine, tokenizer) = Engine::open(folder).ok()?;
    let set = setup.problems.iter().flatten().next()?;
    let texts = set.tasks.iter().map(|task| task.plan());
    let documents: Vec<Vec<TokenId>> = texts.take(16).map(|text| tokenizer.encode(text)).collect();
    let slices: Vec<&[TokenId]> = documents.iter().map(Vec::as_slice).collect();
    let n_tokens: usize = documents.iter().map(Vec::len).sum();
    // Once to touch the weights, once on the clock.
    engine.score(&slices[..1]).ok()?;
    let start = Instant::now();
    engine.score(&slices).ok()?;
    let score = n_tokens as f64 / start.elapsed().as_secs_f64();
    // Chosen: suggestions of stop rules are some tokens long.
    let max_tokens = 8;
    let request = |document: &Vec<TokenId>| (document[..document.len() / 2].to_vec(), max_tokens);
    let halves: Vec<(Vec<TokenId>, usize)> = documents.iter().filter(|it| it.len() > 3).map(request).collect();
    let requests: Vec<GenerationRequest<'_>> = halves
        .iter()
        .map(|(prefix, max_tokens)| GenerationRequest {
            prefix: &prefix[..prefix.len().min(engine.context() / 2)],
            max_tokens: *max_tokens,
            sampling: Sampling::Greedy,
            session: None,
        })
        .collect();
    let start = Instant::now();
    engine.generate(&requests, &mut |_, _| NextStep::Continue).ok()?;
    let rounds = requests.len() as f64 / start.elapsed().as_secs_f64();
    Some(Speed { score: Some(score), train: Some(score / 4.0), rounds: Some(rounds) })
}

/// Counts calls, tokens and units of stages.
struct Counter<'a> {
    setup: &'a Setup,
    graph: &'a Graph,
    out: &'a Path,
    tokenizers: HashMap<PathBuf, Option<Tokenizer>>,
    /// Number of documents and of tokens, by documents stage and model.
    corpora: HashMap<(usize, usize), Option<(u64, u64)>>,
}

impl Counter<'_> {
    /// Calls, tokens, and units for the time.
    fn count(&mut self, stage: &Stage) -> (Option<u64>, Option<u64>, Option<u64>) {
        match &stage.work {
            Work::Documents { documents } => match &self.setup.experiment.documents[*documents].regenerate {
                Some(_) => (None, None, None),
                None => (Some(0), Some(0), Some(0)),
            },
            Work::Score { model, .. } => {
                let corpus = self.corpus(stage.inputs[0], *model);
                (corpus.map(|it| it.0), corpus.map(|it| it.1), corpus.map(|it| it.1))
            }
            Work::Select { .. } | Work::Site { .. } => (Some(0), Some(0), Some(0)),
            Work::Train { model, training, .. } => {
                let score = self.graph.stages[stage.inputs[0]].inputs[0];
                let documents = self.graph.stages[score].inputs[0];
                let epochs = self.setup.experiment.training[*training].epochs;
                let corpus = self.corpus(documents, *model);
                let tokens = match (self.setup.experiment.models[*model].protocol, corpus) {
                    (_, None) => None,
                    (ProtocolName::Raw, Some((_, tokens))) => Some(epochs * tokens),
                    (name, Some(corpus)) => {
                        let Work::Select { recipe, .. } = &self.graph.stages[stage.inputs[0]].work else {
                            return (None, None, None);
                        };
                        self.conversations(name, *model, corpus, recipe.states).map(|tokens| epochs * tokens)
                    }
                };
                (Some(0), tokens, tokens)
            }
            Work::Play { .. } => self.play(stage),
        }
    }

    /// Tokens of the conversations about so many states of a corpus: each has the words around the code, and on average
    /// half a document twice, as it is shown and as it is retyped.
    fn conversations(
        &self,
        name: ProtocolName,
        model: usize,
        (documents, tokens): (u64, u64),
        states: States,
    ) -> Option<u64> {
        let chat = chat_protocol(name, self.setup.model_folder(model).ok()?, None, None).ok()??;
        let words = chat.example(&[], &[]).ok()??.prompt.len() as u64;
        let examples = match states {
            States::All => tokens,
            States::One => documents,
            States::K(n) => tokens.min(documents * n as u64),
        };
        Some(examples * (words + tokens / documents.max(1)))
    }

    fn play(&mut self, stage: &Stage) -> (Option<u64>, Option<u64>, Option<u64>) {
        let Work::Play { model, human, problems, contestant, max_suggestion_tokens, .. } = &stage.work else {
            return (None, None, None);
        };
        let (Some(set), Some(tokenizer)) =
            (self.setup.problems[*problems].as_ref(), tokenizer_of(self.setup, &mut self.tokenizers, *model))
        else {
            return (None, None, None);
        };
        let human = &self.setup.experiment.humans[*human];
        let (mut rounds, mut tokens) = (0, 0);
        for task in &set.tasks {
            let to_write = tokenizer.encode(&task.plan()[task.starter().len()..]).len() as u64;
            let (turn, asks) = match &human.spec {
                HumanSpec::Replay(replay) => (replay.tokens_per_round as u64, 0),
                // Thoughts, decision, writing.
                HumanSpec::Lm(lm) => (lm.tokens_per_round as u64, 3),
            };
            let n_rounds = match asks {
                0 => to_write.div_ceil(turn).min(human.limits.max_rounds as u64),
                // Nobody knows what a language model has in mind.
                _ => human.limits.max_rounds as u64,
            };
            let suggests = u64::from(*contestant != Contestant::HumanAlone);
            rounds += n_rounds * (suggests + asks);
            // The program is read once, with the cache that sessions keep, and every suggestion is generated.
            tokens += (to_write + n_rounds * *max_suggestion_tokens as u64) * suggests;
        }
        (Some(rounds), Some(tokens), Some(rounds))
    }

    fn corpus(&mut self, documents: usize, model: usize) -> Option<(u64, u64)> {
        if let Some(known) = self.corpora.get(&(documents, model)) {
            return *known;
        }
        let stage = &self.graph.stages[documents];
        let found = match stage.work {
            Work::Documents { documents } => documents_at_hand(documents, &folder_of(self.out, stage), self.setup),
            _ => None,
        };
        let tokenizer = tokenizer_of(self.setup, &mut self.tokenizers, model);
        let counted = found.zip(tokenizer).map(|(corpus, tokenizer)| {
            let tokens = corpus.iter().map(|document| tokenizer.encode(&document.text).len() as u64).sum();
            (corpus.len() as u64, tokens)
        });
        self.corpora.insert((documents, model), counted);
        counted
    }
}

fn tokenizer_of<'c>(
    setup: &Setup,
    opened: &'c mut HashMap<PathBuf, Option<Tokenizer>>,
    model: usize,
) -> Option<&'c Tokenizer> {
    let folder = setup.models[model].clone()?;
    opened.entry(folder.clone()).or_insert_with(|| Tokenizer::open(&folder).ok()).as_ref()
}

impl Plan {
    /// For people.
    pub fn to_text(&self) -> String {
        let number = |value: Option<u64>| value.map_or_else(|| "n/a".to_owned(), grouped);
        let seconds = |it: &Planned| match (it.status, it.seconds) {
            ("done", _) => String::new(),
            (_, Some(seconds)) => time(seconds),
            (_, None) => "n/a".to_owned(),
        };
        let mut text = format!("{}: {} stages\n\n", self.experiment, self.stages.len());
        text.push_str(&format!("{:<6} {:<9} {:>9} {:>12} {:>8}  stage\n", "", "kind", "calls", "tokens", "time"));
        for it in &self.stages {
            let (calls, tokens) = (number(it.calls), number(it.tokens));
            text.push_str(&format!(
                "{:<6} {:<9} {calls:>9} {tokens:>12} {:>8}  {}\n",
                it.status,
                it.kind,
                seconds(it),
                it.label
            ));
        }
        let n_done = self.stages.iter().filter(|it| it.status == "done").count();
        let n_plays = self.stages.iter().filter(|it| it.stage_kind == Kind::Play).count();
        text.push_str(&format!(
            "\n{n_done} of {} stages are finished ({n_plays} of all play episodes).\nTo do: at most {} model calls, {} tokens, about {}{}.\n",
            self.stages.len(),
            grouped(self.calls),
            grouped(self.tokens),
            time(self.seconds),
            match self.unknown {
                0 => String::new(),
                n => format!(", and {n} stages whose time is not known"),
            }
        ));
        for note in &self.notes {
            text.push_str(&format!("- {note}\n"));
        }
        text
    }
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => "< 1 s".to_owned(),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// `12 345 678`: groups of three are what an eye takes in.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1 000", "1 234 567"]);
        assert_eq!([0.2, 90.0, 600.0, 9000.0].map(time), ["< 1 s", "90 s", "10 min", "2.5 h"]);
    }
}
