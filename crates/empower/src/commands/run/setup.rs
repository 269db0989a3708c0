//! What an experiment's names stand for on this machine: folders of models, problems, the judge, and from them the
//! hashes that keys are made from. Nothing is computed with a model here, and nothing is fetched in a dry run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use empower_artifact::{ContentHash, Seed};
use empower_data::{Problem, ProblemOptions, ProblemSource, read_problems};
use empower_engine::Precision;
use empower_experiment::{
    Documents, Experiment, HumanSpec, JudgeKind, LmHuman, LmProtocol, Model, ProtocolName, Roots, Training,
};
use empower_judge::Judge;
use empower_sim::{Deciding, Task, tasks_of_problems};
use empower_train::{Budget, LoraSettings, ModelHeader, Schedule, TrainingSettings};
use serde_json::{Value, json};

use super::super::judge::JudgeOptions;
use super::super::problems::source_hash;
use crate::assets::problems_named;
use crate::humans::HumanOptions;
use crate::models::{ModelOptions, tokenizer_hash};

/// The experiment with everything that it names.
pub struct Setup {
    pub experiment: Experiment,
    /// The experiment file's name, for messages.
    pub file: String,
    /// Folders of the models; absent for those that a dry run did not look for.
    pub models: Vec<Option<PathBuf>>,
    /// Problems and tasks of each set; absent where a dry run did not find the file.
    pub problems: Vec<Option<ProblemSet>>,
    /// What gives verdicts; absent where nothing is run.
    pub judge: Option<Judge>,
    pub roots: Roots,
    /// What a dry run could not look at, for people.
    pub notes: Vec<String>,
}

/// The problems of a set, and what there is to play of them.
pub struct ProblemSet {
    pub problems: Vec<Problem>,
    pub tasks: Vec<Task>,
}

impl Setup {
    /// Looks everything up. `limit` goes over the file's own limits where it is lower. In a dry run, what is not there is
    /// noted, and models by name are not asked for.
    pub fn new(
        experiment: Experiment,
        file: String,
        limit: Option<usize>,
        judging: &JudgeOptions,
        is_dry: bool,
    ) -> Result<Self> {
        let mut notes = Vec::new();
        let mut roots = Roots::default();
        for human in &experiment.humans {
            roots.humans.push(match &human.spec {
                HumanSpec::Replay(_) => Value::Null,
                HumanSpec::Lm(lm) => human_record(lm, &experiment, is_dry, &mut notes)
                    .with_context(|| format!("the human `{}`", human.name))?,
            });
        }
        let mut models = Vec::new();
        for model in &experiment.models {
            let (folder, record) = model_record(model, is_dry, &mut notes)?;
            roots.models.push(record);
            models.push(folder);
        }
        let mut problems = Vec::new();
        for set in &experiment.problems {
            let taken = limit.into_iter().chain(set.limit).min();
            let (found, root) = match open_problems(&set.source, taken, experiment.repeats) {
                Ok((found, hash)) => (Some(found), json!({ "hash": hash, "limit": taken })),
                Err(error) if is_dry => {
                    notes.push(format!("the problems {} could not be read: {error:#}", set.source));
                    (None, json!({ "named": set.source, "limit": taken }))
                }
                Err(error) => return Err(error),
            };
            problems.push(found);
            roots.problems.push(root);
        }
        let judge = match experiment.judge {
            JudgeKind::Exact => None,
            JudgeKind::Programs => match judging.open() {
                Ok(judge) => Some(judge),
                Err(error) if is_dry => {
                    notes.push(format!("programs cannot be run on this machine: {error:#}"));
                    None
                }
                Err(error) => return Err(error),
            },
        };
        roots.judge = judging_record(&experiment, judging, judge.as_ref());
        for documents in &experiment.documents {
            roots.documents.push(match documents_record(documents, &experiment, judge.as_ref(), is_dry, &mut notes) {
                Ok(record) => record,
                Err(error) if is_dry => {
                    notes.push(format!("the documents {} could not be read: {error:#}", documents.name));
                    json!(documents)
                }
                Err(error) => return Err(error.context(format!("the documents `{}`", documents.name))),
            });
        }
        for training in &experiment.training {
            let settings = training_settings(training, Seed::new(0))?;
            roots.training.push(json!({ "settings": settings, "lora": lora_settings(training)? }));
        }
        Ok(Self { experiment, file, models, problems, judge, roots, notes })
    }

    /// The folder of a model.
    pub fn model_folder(&self, model: usize) -> Result<&Path> {
        let name = &self.experiment.models[model].name;
        self.models[model].as_deref().with_context(|| format!("the model `{name}` is not at hand"))
    }

    /// A problem set.
    pub fn problem_set(&self, problems: usize) -> Result<&ProblemSet> {
        let name = &self.experiment.problems[problems].name;
        self.problems[problems].as_ref().with_context(|| format!("the problems `{name}` are not at hand"))
    }
}

/// A language-model human of the experiment, as `simulate` takes one.
pub fn lm_options(lm: &LmHuman, experiment: &Experiment) -> HumanOptions {
    let served = options_of(&model_named(experiment, &lm.model));
    HumanOptions {
        human_model: served.model,
        human_served_model: served.served_model,
        human_tokenizer: served.tokenizer,
        human_context: served.context,
        human_concurrency: served.concurrency,
        human_api_key_env: served.api_key_env,
        human_request_timeout: served.request_timeout,
        human_prompts: lm.prompts.as_ref().map(PathBuf::from),
        human_measure: lm.tokenizer.as_ref().map(PathBuf::from),
        ..HumanOptions::default()
    }
}

/// The way it decides, in the simulation's words.
pub fn deciding(protocol: LmProtocol) -> Deciding {
    match protocol {
        LmProtocol::Paper => Deciding::Decide,
        LmProtocol::Agreement => Deciding::Agree,
    }
}

/// What a human's answers depend on beside the experiment's own words: its model and its prompts.
fn human_record(lm: &LmHuman, experiment: &Experiment, is_dry: bool, notes: &mut Vec<String>) -> Result<Value> {
    let (_, model) = model_record(&model_named(experiment, &lm.model), is_dry, notes)?;
    let options = lm_options(lm, experiment);
    let prompts = options.prompts()?.sources();
    let settings = options.settings(deciding(lm.protocol), lm.tokens_per_round);
    Ok(json!({ "model": model, "prompts": prompts, "settings": settings }))
}

/// The folder of a model, where it is at hand, and what its answers depend on.
fn model_record(model: &Model, is_dry: bool, notes: &mut Vec<String>) -> Result<(Option<PathBuf>, Value)> {
    let folder = folder_of_model(model, is_dry)?;
    let record = match (&folder, &model.served) {
        (Some(folder), None) => json!(model_hash(folder)?),
        // Wherever it is served: it is known by its name and its tokenizer.
        (Some(folder), Some(served)) => {
            json!({ "served": served.name, "tokenizer": tokenizer_hash(folder)?, "context": served.context })
        }
        (None, _) => {
            notes.push(format!("the model {} is not at hand: its stages count as not done", model.model));
            json!({ "named": model.model })
        }
    };
    Ok((folder, record))
}

/// A model of the experiment, as the other commands take one.
pub fn options_of(model: &Model) -> ModelOptions {
    let path = (model.model != "embedded").then(|| PathBuf::from(&model.model));
    let plain = ModelOptions { model: path, ..ModelOptions::default() };
    match model.served.clone() {
        None => plain,
        Some(served) => ModelOptions {
            served_model: Some(served.name),
            tokenizer: Some(served.tokenizer.into()),
            context: served.context,
            concurrency: served.concurrency,
            api_key_env: served.api_key_env,
            request_timeout: served.request_timeout,
            ..plain
        },
    }
}

/// The model that a name or a path stands for outside `[[models]]`.
pub fn model_named(experiment: &Experiment, name: &str) -> Model {
    let known = experiment.models.iter().find(|model| model.name == name);
    known.cloned().unwrap_or_else(|| Model {
        name: name.to_owned(),
        model: name.to_owned(),
        served: None,
        protocol: ProtocolName::Raw,
    })
}

/// The folder of a model, or of a served one's tokenizer; in a dry run only of those that are here.
fn folder_of_model(model: &Model, is_dry: bool) -> Result<Option<PathBuf>> {
    let options = options_of(model);
    let named = options.tokenizer.as_deref().or(options.model.as_deref());
    match named {
        Some(path) if is_dry && !path.is_dir() => Ok(None),
        None if is_dry => Ok(options.tokenizer_folder().ok()),
        _ => options.tokenizer_folder().map(Some),
    }
}

/// A hash of everything that a model is made of: configuration, tokenizer and weights.
fn model_hash(folder: &Path) -> Result<ContentHash> {
    let header = ModelHeader::read(folder)?;
    let weights = header.files.iter().filter_map(|file| file.file_name()?.to_str());
    let others = [
        "config.json",
        "generation_config.json",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "chat_template.jinja",
    ];
    let names: Vec<&str> = others.into_iter().filter(|name| folder.join(name).is_file()).chain(weights).collect();
    Ok(ContentHash::of_files(folder, &names)?)
}

fn open_problems(source: &str, limit: Option<usize>, repeats: usize) -> Result<(ProblemSet, ContentHash)> {
    let path = problems_named(Path::new(source))?;
    let hash = source_hash(&ProblemSource::open(std::slice::from_ref(&path), &ProblemOptions::default())?)?;
    let mut problems = read_problems(&path, ProblemOptions::default(), false)?.problems;
    problems.truncate(limit.unwrap_or(usize::MAX));
    let tasks = tasks_of_problems(&problems, repeats).with_context(|| format!("{source} cannot be simulated"))?;
    Ok((ProblemSet { problems, tasks }, hash))
}

/// What verdicts depend on. Workers and the interpreter's place do not enter.
fn judging_record(experiment: &Experiment, judging: &JudgeOptions, judge: Option<&Judge>) -> Value {
    if experiment.judge == JudgeKind::Exact {
        return json!("exact");
    }
    judging.record(judge)
}

/// What a corpus is made from: its settings with the hashes of what they name.
fn documents_record(
    documents: &Documents,
    experiment: &Experiment,
    judge: Option<&Judge>,
    is_dry: bool,
    notes: &mut Vec<String>,
) -> Result<Value> {
    let hash_of_problems = |source: &String| -> Result<ContentHash> {
        let path = problems_named(Path::new(source))?;
        source_hash(&ProblemSource::open(&[path], &ProblemOptions::default())?)
    };
    let problems = documents.problems.as_ref().map(hash_of_problems).transpose()?;
    // The library that functions are drawn from is the judge's interpreter's.
    let library = if documents.library_functions > 0 {
        if experiment.judge == JudgeKind::Exact {
            bail!("`library_functions` needs an interpreter, and the judge is `exact`");
        }
        judge.map(|judge| judge.interpreter().version.clone())
    } else {
        None
    };
    let mut paths = Vec::new();
    for path in &documents.paths {
        paths.push(
            super::super::steps::read_corpus(&[PathBuf::from(path)], &documents.extensions)
                .map(|documents| empower_data::corpus_hash(&documents))?,
        );
    }
    let regenerate = match &documents.regenerate {
        Some(regenerate) => {
            let model = model_named(experiment, &regenerate.model);
            let (_, model) = model_record(&model, is_dry, notes)?;
            Some(json!({ "problems": hash_of_problems(&regenerate.problems)?, "model": model, "settings": regenerate }))
        }
        None => None,
    };
    Ok(json!({
        "problems": problems, "library_functions": documents.library_functions, "library": library, "paths": paths,
        "seed": documents.seed, "regenerate": regenerate,
    }))
}

/// The trainer's settings. `seed` is the experiment's; it is part of a stage's key on its own.
pub fn training_settings(training: &Training, seed: Seed) -> Result<TrainingSettings> {
    let defaults = TrainingSettings::fine_tuning(seed.named("train"));
    let Schedule::Cosine { warmup, floor } = defaults.schedule else {
        bail!("fine-tuning follows a cosine by default");
    };
    let mut settings = TrainingSettings {
        budget: Budget::Epochs(training.epochs),
        batch_tokens: training.batch_tokens.map_or(defaults.batch_tokens, |n| n as usize),
        accumulate: training.accumulate.map_or(defaults.accumulate, |n| n as usize),
        learning_rate: training.learning_rate.unwrap_or(defaults.learning_rate),
        schedule: Schedule::Cosine {
            warmup: training.warmup.unwrap_or(warmup),
            floor: training.floor.unwrap_or(floor),
        },
        clip: training.clip.unwrap_or(defaults.clip),
        precision: Precision::fastest(),
        ..defaults
    };
    settings.adamw.weight_decay = training.weight_decay.unwrap_or(settings.adamw.weight_decay);
    settings.check().with_context(|| format!("the training settings `{}`", training.name))?;
    Ok(settings)
}

/// The adapter's settings, where one is trained.
pub fn lora_settings(training: &Training) -> Result<Option<LoraSettings>> {
    let Some(rank) = training.lora_rank else { return Ok(None) };
    let defaults = LoraSettings::default();
    let settings = LoraSettings { rank, alpha: training.lora_alpha.unwrap_or(defaults.alpha), ..defaults };
    settings.check().with_context(|| format!("the training settings `{}`", training.name))?;
    Ok(Some(settings))
}
