//! Does stages: each in a folder of its own, named by its key, which begins with a manifest and is finished where it has
//! `done.json`. What a killed run left is gone on with: documents attempted, scores, a training's checkpoint, episodes.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use empower_artifact::{
    ArtifactError, AtomicFile, JsonlReader, JsonlWriter, Manifest, RunFolder, Seed, read_json, read_jsonl,
    write_json_atomic,
};
use empower_cache::Cache;
use empower_data::{
    Document, DocumentExamplesRow, ExampleStats, Place, Problem, ProblemOptions, deduplicate, read_problems,
    reference_programs,
};
use empower_engine::Engine;
use empower_experiment::{Contestant, Documents, Graph, HumanSpec, Regenerate, Stage, Work};
use empower_lm::{GenerationRequest, Generator, NextStep, Sampling, TokenId, Tokenizer};
use empower_select::Estimator;
use empower_sim::assistant::window_start;
use empower_sim::{
    EpisodeLog, ExactJudge, ProgramJudge, Protocol, RememberingJudge, Settings, SuiteJudge, TokenizerCodec, open_tasks,
    simulate_into,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::arguments::chat_protocol;
use super::super::report::EPISODES;
use super::super::steps::{self, FineTuning, ScoreRow};
use super::setup::{
    ProblemSet, Setup, deciding, lm_options, lora_settings, model_named, options_of, training_settings,
};
use super::show::Show;
use super::{Shard, shard_logs};
use crate::assets::problems_named;
use crate::humans::HumanModel;
use crate::models::{CacheOptions, Model};

const DOCUMENTS: &str = "documents.jsonl";
const SCORES: &str = "scores.jsonl";
const EXAMPLES: &str = "examples.jsonl";
const DONE: &str = "done.json";

/// What a finished stage says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Done {
    /// Seconds of work, over all sessions that finished something.
    pub seconds: f64,
    /// What was done in those seconds, for estimates: tokens scored or trained on, rounds played.
    pub units: u64,
    /// The base model's name, where one was at work.
    pub model: Option<String>,
    /// What came of it, for people.
    pub facts: Value,
}

/// Where a stage stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    Done,
    Begun,
    Absent,
}

/// A stage's folder below the experiment's.
pub fn folder_of(out: &Path, stage: &Stage) -> PathBuf {
    out.join("stages").join(stage.folder())
}

/// Whether the folder holds a finished stage.
pub fn standing(folder: &Path) -> Standing {
    if folder.join(DONE).is_file() {
        Standing::Done
    } else if folder.join(empower_artifact::MANIFEST_FILE).is_file() {
        Standing::Begun
    } else {
        Standing::Absent
    }
}

/// What a finished stage says of itself.
pub fn read_done(folder: &Path) -> Option<Done> {
    read_json(&folder.join(DONE)).ok()
}

/// Does stages, and keeps what the next one may need: the model at hand, and verdicts that were given.
pub struct Worker<'a> {
    setup: &'a Setup,
    graph: &'a Graph,
    out: &'a Path,
    shard: Option<Shard>,
    /// Folders in which shards are looked for; where there are any, plays are put together and not played.
    merge: Option<Vec<PathBuf>>,
    batch: usize,
    judges: Vec<Option<Box<dyn ProgramJudge + 'a>>>,
    /// The last model opened, by what it is: opening takes as long as many an episode.
    model: Option<(ModelAtHand, Opened)>,
    /// The last language-model human opened, by its number.
    human: Option<(usize, HumanModel)>,
    /// Answers of served models and of language-model humans, in the experiment's folder; absent where there are none.
    cache: Option<Arc<Cache>>,
}

/// A model that can be asked.
enum Opened {
    Base(Model),
    Tuned(Box<(Engine, Tokenizer)>),
}

impl Opened {
    fn tokenizer(&self) -> &Tokenizer {
        match self {
            Self::Base(model) => model.tokenizer(),
            Self::Tuned(tuned) => &tuned.1,
        }
    }

    fn generator(&self) -> Result<Box<dyn Generator + '_>> {
        match self {
            Self::Base(model) => model.generator(),
            Self::Tuned(tuned) => Ok(Box::new(&tuned.0)),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum ModelAtHand {
    Base(usize),
    Tuned(PathBuf),
}

impl<'a> Worker<'a> {
    pub fn new(
        setup: &'a Setup,
        graph: &'a Graph,
        out: &'a Path,
        shard: Option<Shard>,
        merge: Option<Vec<PathBuf>>,
        batch: usize,
    ) -> Result<Self> {
        let judge_of = |set: &'a Option<ProblemSet>| -> Option<Box<dyn ProgramJudge + 'a>> {
            let set = set.as_ref()?;
            Some(match &setup.judge {
                Some(judge) => Box::new(RememberingJudge::new(SuiteJudge::new(judge, &set.problems))),
                None => Box::new(ExactJudge::new(&set.tasks)),
            })
        };
        let judges = setup.problems.iter().map(judge_of).collect();
        let is_served = setup.experiment.models.iter().any(|model| model.served.is_some());
        let is_spoken = setup.experiment.humans.iter().any(|human| matches!(human.spec, HumanSpec::Lm(_)));
        let cache = CacheOptions { cache: (is_served || is_spoken).then(|| out.join("answers.db")) }.open()?;
        Ok(Self { setup, graph, out, shard, merge, batch, judges, model: None, human: None, cache })
    }

    /// The folder that a stage of this session works in: plays of a shard have folders of their own.
    pub fn folder(&self, stage: &Stage) -> PathBuf {
        match (self.shard, &stage.work) {
            (Some(shard), Work::Play { .. }) => shard.folder(self.out).join(stage.folder()),
            _ => folder_of(self.out, stage),
        }
    }

    /// Does a stage, unless it is done. Another process at work on the same stage is waited for.
    pub fn run(&mut self, stage: &Stage, show: &mut Show) -> Result<Done> {
        let dir = self.folder(stage);
        let mut manifest = Manifest::new("run", stage.settings.clone()).input("stage", stage.key);
        if let Some(judge) = &self.setup.judge {
            let layers = judge.layers().iter().filter(|layer| layer.present).map(|layer| layer.name.to_owned());
            manifest = manifest.sandbox(layers.collect());
        }
        let folder = RunFolder::open_or_resume(&dir, manifest, true)?;
        let _lock = lock(&folder, show)?;
        if let Some(done) = read_done(&dir) {
            return Ok(done);
        }
        let start = Instant::now();
        let mut done = self.work(stage, &folder, show)?;
        done.seconds = start.elapsed().as_secs_f64();
        write_json_atomic(&folder.path(DONE), &done)?;
        Ok(done)
    }

    fn work(&mut self, stage: &Stage, folder: &RunFolder, show: &mut Show) -> Result<Done> {
        let input = |i: usize| folder_of(self.out, &self.graph.stages[stage.inputs[i]]);
        match &stage.work {
            Work::Documents { documents } => self.documents(*documents, folder, show),
            Work::Score { model, estimator } => self.score(*model, *estimator, &input(0), folder, show),
            Work::Select { recipe, seed } => {
                let scored: Vec<ScoreRow> = read_jsonl(&input(0).join(SCORES))?;
                let rows = steps::select(&scored, *recipe, Seed::new(*seed))?;
                let mut stats = ExampleStats::default();
                let mut file = AtomicFile::create(&folder.path(EXAMPLES))?;
                for row in &rows {
                    stats.add(row);
                    file.write_row(row)?;
                }
                file.commit()?;
                let facts = json!({
                    "examples": stats.examples, "silent_share": stats.silent_share(), "mean_length": stats.mean_length(),
                });
                Ok(done(stats.examples, None, facts))
            }
            Work::Train { model, training, seed } => self.train(*model, *training, *seed, &input(0), folder, show),
            Work::Play { .. } => self.play(stage, folder, show),
            Work::Site { .. } => bail!("pages are written by the report"),
        }
    }

    fn documents(&mut self, documents: usize, folder: &RunFolder, show: &mut Show) -> Result<Done> {
        let wanted = &self.setup.experiment.documents[documents];
        let corpus = match &wanted.regenerate {
            Some(regenerate) => attempts(regenerate, self.setup, self.cache.as_ref(), folder, show)?,
            None => gathered(wanted, self.setup)?,
        };
        let (corpus, duplicates) = deduplicate(corpus);
        if corpus.is_empty() {
            bail!("there are no documents");
        }
        let mut file = AtomicFile::create(&folder.path(DOCUMENTS))?;
        for document in &corpus {
            file.write_row(&DocumentRow { id: document.id.clone(), text: document.text.clone() })?;
        }
        file.commit()?;
        let facts = json!({ "documents": corpus.len(), "duplicates": duplicates.len() });
        Ok(done(corpus.len() as u64, None, facts))
    }

    fn score(
        &mut self,
        model: usize,
        estimator: Estimator,
        input: &Path,
        folder: &RunFolder,
        show: &mut Show,
    ) -> Result<Done> {
        let documents = read_documents_stage(input)?;
        let path = folder.path(SCORES);
        let mut log = JsonlWriter::append(&path)?;
        // Rows are in the documents' order, so those that are there are the first ones.
        let mut n_tokens = 0;
        let mut n_scored = 0;
        for row in JsonlReader::<ScoreRow>::open(&path)? {
            n_tokens += row?.token_ids.len() as u64;
            n_scored += 1;
        }
        let name = self.model_name(model);
        let Opened::Base(opened) = self.opened(ModelAtHand::Base(model))? else { bail!("a base model was opened") };
        let scorer = opened.scorer()?;
        let windowing = |n_tokens| opened.windowing(n_tokens);
        let scored_by = opened.scored_by();
        for group in documents.get(n_scored..).unwrap_or_default().chunks(steps::SCORED_AT_ONCE) {
            for row in steps::score(scorer.as_ref(), &windowing, opened.tokenizer(), group, estimator)? {
                n_tokens += row.token_ids.len() as u64;
                log.write(&row)?;
            }
            n_scored += group.len();
            show.update(n_scored as f64 / documents.len() as f64, &format!("{n_scored} documents"));
        }
        log.sync()?;
        let facts = json!({ "documents": documents.len(), "tokens": n_tokens, "scored_by": scored_by });
        Ok(done(n_tokens, Some(name), facts))
    }

    fn train(
        &mut self,
        model: usize,
        training: usize,
        seed: u64,
        input: &Path,
        folder: &RunFolder,
        show: &mut Show,
    ) -> Result<Done> {
        let rows: Vec<DocumentExamplesRow> = read_jsonl(&input.join(EXAMPLES))?;
        let target = folder.subfolder("model")?;
        let mut last = None;
        let left_out = self.tuning(model, training, seed, |tuning| {
            tuning.run(&rows, &target, &mut |done, bits| {
                last = Some(bits);
                show.update(done, &format!("{bits:.3} bits a target"));
            })
        })?;
        let epochs = self.setup.experiment.training[training].epochs;
        let n_tokens = epochs * rows.iter().map(|row| row.token_ids.len() as u64).sum::<u64>();
        if left_out > 0 {
            show.line(&steps::left_out_warning(left_out));
        }
        let facts = json!({ "tokens": n_tokens, "last_bits_per_target": last, "left_out": left_out });
        Ok(done(n_tokens, Some(self.model_name(model)), facts))
    }

    /// Lends what fine-tuning of a base model takes.
    fn tuning<T>(
        &self,
        model: usize,
        training: usize,
        seed: u64,
        with: impl FnOnce(FineTuning<'_>) -> Result<T>,
    ) -> Result<T> {
        if self.setup.experiment.models[model].served.is_some() {
            bail!("a served model cannot be fine-tuned here; name its folder, or its name on the hub, as the model");
        }
        let folder = self.setup.model_folder(model)?;
        let tokenizer = Tokenizer::open(folder)?;
        let training = &self.setup.experiment.training[training];
        let settings = training_settings(training, Seed::new(seed))?;
        let lora = lora_settings(training)?;
        let chat = chat_protocol(self.setup.experiment.models[model].protocol, folder, None, None)?;
        let (lora, chat) = (lora.as_ref(), chat.as_ref());
        with(FineTuning { model: folder, tokenizer: &tokenizer, settings: &settings, lora, chat })
    }

    fn play(&mut self, stage: &Stage, folder: &RunFolder, show: &mut Show) -> Result<Done> {
        let Work::Play { model, human, problems, seed, contestant, method, sampling, max_suggestion_tokens } =
            &stage.work
        else {
            bail!("this stage plays nothing");
        };
        let setup = self.setup;
        let set = setup.problem_set(*problems)?;
        let path = folder.path(EPISODES);
        if let Some(folders) = &self.merge {
            let logs = shard_logs(folders, stage)?;
            let n_rows = EpisodeLog::merge(&path, &logs, &set.tasks)?;
            return Ok(done(n_rows as u64, None, json!({ "episodes": n_rows, "shards": logs.len() })));
        }
        let spec = &setup.experiment.humans[*human].spec;
        let (mut tasks, statements) = match spec {
            HumanSpec::Replay(_) => (set.tasks.clone(), HashMap::new()),
            HumanSpec::Lm(_) => open_tasks(&set.problems, setup.experiment.repeats)?,
        };
        if let Some(shard) = self.shard {
            tasks = shard.of_tasks(tasks, &set.problems);
        }
        let at_hand = match (contestant, stage.inputs.first()) {
            (Contestant::Tuned(_), Some(&train)) => {
                ModelAtHand::Tuned(folder_of(self.out, &self.graph.stages[train]).join("model"))
            }
            _ => ModelAtHand::Base(*model),
        };
        if let ModelAtHand::Tuned(target) = &at_hand {
            self.open_tuned(target.clone(), stage)?;
        }
        let chat = chat_protocol(setup.experiment.models[*model].protocol, setup.model_folder(*model)?, None, None)?;
        self.opened(at_hand)?;
        if let HumanSpec::Lm(_) = spec {
            self.open_human(*human)?;
        }
        let lm = match (spec, &self.human) {
            (HumanSpec::Lm(lm), Some((_, opened))) => {
                Some((lm, opened, opened.chat()?, TokenizerCodec(&opened.measure)))
            }
            _ => None,
        };
        let lm = lm.as_ref().map(|(lm, opened, chat, measure)| {
            let settings = lm_options(lm, &setup.experiment).settings(deciding(lm.protocol), lm.tokens_per_round);
            opened.human(chat.as_ref(), measure, statements, settings)
        });
        let settings = Settings {
            lm: lm.as_ref(),
            human: match spec {
                HumanSpec::Replay(replay) => *replay,
                HumanSpec::Lm(_) => Default::default(),
            },
            limits: setup.experiment.humans[*human].limits,
            // As in the demo: 53 bits, which every reader of JSON gets whole.
            seed: Seed::new(*seed).named("simulate").value() >> 11,
            batch: self.batch,
            ..Settings::default()
        };
        settings.validate()?;
        let (_, opened) = self.model.as_ref().context("a model was opened")?;
        let (generator, tokenizer) = (opened.generator()?, opened.tokenizer());
        let mut assistant = steps::assistant(*contestant, generator.as_ref())
            .with_sampling(*sampling)
            .with_max_suggestion_tokens(*max_suggestion_tokens)
            .with_protocol(chat.as_ref().map_or(Protocol::Raw, Protocol::Chat));
        assistant.method.clone_from(method);
        let judge = self.judges[*problems].as_ref().context("the problems are at hand, and so is their judge")?;
        let mut log = EpisodeLog::open(&path)?;
        let codec = TokenizerCodec(tokenizer);
        let summary = simulate_into(&mut log, &tasks, &assistant, &settings, &codec, judge.as_ref(), &mut |done| {
            let share = done.done as f64 / done.total.max(1) as f64;
            show.update(share, &format!("{} of {} episodes, {} rounds", done.done, done.total, done.rounds));
        })?;
        log.sync()?;
        if summary.unjudged > 0 {
            show.line(&format!("warning: {} programs have no verdict: the machine failed, not they", summary.unjudged));
        }
        let facts = json!({ "episodes": tasks.len(), "rounds": summary.rounds, "unjudged": summary.unjudged });
        Ok(done(summary.rounds as u64, Some(self.model_name(*model)), facts))
    }

    fn model_name(&self, model: usize) -> String {
        self.setup.experiment.models[model].name.clone()
    }

    /// Opens a language model in the human's place, unless it is at hand. Its tokens are measured by the model at hand's
    /// tokenizer where its own is not known.
    fn open_human(&mut self, human: usize) -> Result<()> {
        if self.human.as_ref().is_some_and(|(at_hand, _)| *at_hand == human) {
            return Ok(());
        }
        let HumanSpec::Lm(lm) = &self.setup.experiment.humans[human].spec else {
            bail!("this human is no language model");
        };
        let (_, model) = self.model.as_ref().context("a model was opened")?;
        let opened = lm_options(lm, &self.setup.experiment).open(self.cache.as_ref(), model.tokenizer())?;
        self.human = Some((human, opened));
        Ok(())
    }

    /// Opens a fine-tuned model, unless it is at hand.
    fn open_tuned(&mut self, target: PathBuf, stage: &Stage) -> Result<()> {
        let wanted = ModelAtHand::Tuned(target.clone());
        if self.model.as_ref().is_some_and(|(at_hand, ..)| *at_hand == wanted) {
            return Ok(());
        }
        let Work::Train { model, training, seed } = self.graph.stages[stage.inputs[0]].work else {
            bail!("a fine-tuned assistant comes from a training");
        };
        let (engine, tokenizer) =
            self.tuning(model, training, seed, |tuning| Ok((tuning.open(&target)?, tuning.tokenizer.clone())))?;
        self.model = Some((wanted, Opened::Tuned(Box::new((engine, tokenizer)))));
        Ok(())
    }

    /// The model asked for, opened unless it is the last one.
    fn opened(&mut self, wanted: ModelAtHand) -> Result<&Opened> {
        let is_at_hand = self.model.as_ref().is_some_and(|(at_hand, ..)| *at_hand == wanted);
        if let (ModelAtHand::Base(model), false) = (&wanted, is_at_hand) {
            let opened = options_of(&self.setup.experiment.models[*model]).open(self.cache.as_ref())?;
            self.model = Some((wanted, Opened::Base(opened)));
        }
        self.model.as_ref().map(|(_, opened)| opened).context("a model was opened")
    }
}

fn done(units: u64, model: Option<String>, facts: Value) -> Done {
    Done { seconds: 0.0, units, model, facts }
}

/// Waits until no other process works on the stage.
fn lock(folder: &RunFolder, show: &Show) -> Result<File> {
    let path = folder.path("lock");
    let failed = |source: io::Error| ArtifactError::io("lock", &path, source);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    let mut has_said = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) if !has_said => {
                show.line(&format!("waiting for another process at {}", folder.dir().display()));
                has_said = true;
            }
            Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(200)),
            Err(std::fs::TryLockError::Error(source)) => return Err(failed(source).into()),
        }
    }
}

/// A row of `documents.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
struct DocumentRow {
    id: String,
    text: String,
}

fn read_documents_stage(folder: &Path) -> Result<Vec<Document>> {
    let path = folder.join(DOCUMENTS);
    let rows: Vec<DocumentRow> = read_jsonl(&path)?;
    Ok(rows.into_iter().map(|row| Document { id: row.id, text: row.text, source: Place::file(&path) }).collect())
}

/// The documents of a corpus that nobody has to write first; those of a finished stage where there is one.
pub fn documents_at_hand(documents: usize, folder: &Path, setup: &Setup) -> Option<Vec<Document>> {
    if let Ok(found) = read_documents_stage(folder) {
        return Some(found);
    }
    let wanted = &setup.experiment.documents[documents];
    gathered(wanted, setup).ok().filter(|_| wanted.regenerate.is_none()).map(|corpus| deduplicate(corpus).0)
}

fn gathered(wanted: &Documents, setup: &Setup) -> Result<Vec<Document>> {
    let mut corpus = Vec::new();
    if let Some(source) = &wanted.problems {
        let path = problems_named(Path::new(source))?;
        let problems = read_problems(&path, ProblemOptions::default(), false)?.problems;
        corpus.extend(reference_programs(&problems, &path));
    }
    if wanted.library_functions > 0 {
        let judge = setup.judge.as_ref().context("functions of the library need an interpreter")?;
        let seed = Seed::new(wanted.seed).named("functions");
        let python = &judge.interpreter().path;
        corpus.extend(steps::library_functions(python, wanted.library_functions as usize, seed)?);
    }
    if !wanted.paths.is_empty() {
        let paths: Vec<PathBuf> = wanted.paths.iter().map(PathBuf::from).collect();
        corpus.extend(steps::read_corpus(&paths, &wanted.extensions)?);
    }
    Ok(corpus)
}

/// One attempt a problem, each once: a killed run goes on with the next.
fn attempts(
    regenerate: &Regenerate,
    setup: &Setup,
    cache: Option<&Arc<Cache>>,
    folder: &RunFolder,
    show: &mut Show,
) -> Result<Vec<Document>> {
    let source = problems_named(Path::new(&regenerate.problems))?;
    let problems = read_problems(&source, ProblemOptions::default(), false)?.problems;
    let path = folder.path("attempts.jsonl");
    let mut log = JsonlWriter::append(&path)?;
    let mut texts: HashMap<String, String> = HashMap::new();
    for row in JsonlReader::<DocumentRow>::open(&path)? {
        let DocumentRow { id, text } = row?;
        texts.insert(id, text);
    }
    let left: Vec<&Problem> = problems.iter().filter(|it| !texts.contains_key(&it.question_id)).collect();
    if !left.is_empty() {
        let model = options_of(&model_named(&setup.experiment, &regenerate.model)).open(cache)?;
        let generator = model.generator()?;
        // Chosen: as many as keep a small model's products busy.
        for group in left.chunks(16) {
            for (problem, text) in group.iter().zip(attempt(group, generator.as_ref(), model.tokenizer(), regenerate)?)
            {
                log.write(&DocumentRow { id: problem.question_id.clone(), text: text.clone() })?;
                texts.insert(problem.question_id.clone(), text);
            }
            show.update(texts.len() as f64 / problems.len() as f64, &format!("{} attempts", texts.len()));
        }
        log.sync()?;
    }
    let document = |problem: &Problem| {
        let text = texts.remove(&problem.question_id)?;
        let id = problem.question_id.clone();
        (!text.trim().is_empty()).then(|| Document { id, text, source: Place::file(&path) })
    };
    Ok(problems.iter().filter_map(document).collect())
}

/// The programs that a model writes for some problems: it continues the statement, as a docstring, and the starter code.
/// The statement is no part of the document.
fn attempt(
    problems: &[&Problem],
    generator: &dyn Generator,
    tokenizer: &Tokenizer,
    regenerate: &Regenerate,
) -> Result<Vec<String>> {
    let room = generator.context().saturating_sub(2).max(1);
    let max_tokens = regenerate.max_tokens.min(room);
    let prompts: Vec<Vec<TokenId>> = problems
        .iter()
        .map(|it| {
            let statement = it.content.replace("\"\"\"", "'''");
            tokenizer.encode(&format!("\"\"\"{}\"\"\"\n{}", statement.trim(), it.starter_code))
        })
        .collect();
    let mut requests = Vec::with_capacity(problems.len());
    for (problem, prompt) in problems.iter().zip(&prompts) {
        let seed = Seed::new(regenerate.seed).named("regenerate").named(&problem.question_id).value() >> 11;
        let (temperature, top_p) = (regenerate.temperature, regenerate.top_p);
        let sampling = match temperature > 0.0 {
            true => Sampling::Random { temperature, top_k: 0, top_p, seed },
            false => Sampling::Greedy,
        };
        // A prompt too long for the context is shown from its last tokens alone.
        let prefix = &prompt[window_start(prompt.len(), max_tokens, generator.context())..];
        requests.push(GenerationRequest { prefix, max_tokens, sampling, session: None });
    }
    let generations = generator.generate(&requests, &mut |_, _| NextStep::Continue)?;
    let text = |(problem, generation): (&&Problem, empower_lm::Generation)| {
        let tokens: Vec<TokenId> = generation.tokens.iter().map(|token| token.token).collect();
        format!("{}{}", problem.starter_code, tokenizer.decode(&tokens))
    };
    Ok(problems.iter().zip(generations).map(text).collect())
}
