//! The experiment's file: what it may say, strictly, and what that means with every default filled in.
//!
//! A table in double brackets is an axis of the matrix: `[[models]]`, `[[documents]]`, `[[training]]`, `[[assistants]]`,
//! `[[humans]]`, `[[problems]]`; lists inside a table multiply out. A field that is not known, a value out of range and a
//! name that nothing has are errors with file, line and field.

mod raw;

use empower_data::States;
use empower_lm::Bits;
use empower_select::{Estimator, PAPER_ETA};
use empower_sim::{Editing, Limits, ReplayHuman, SuggestionSampling, assistant::MAX_SUGGESTION_TOKENS};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use self::raw::{RawAssistants, RawDocuments, RawExperiment, RawHuman, RawModel, RawProblems, RawTraining, Source};
use crate::ExperimentError;
use crate::values::{MethodName, Name, Several};

/// A whole experiment, every default filled in and every name resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Its name: letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// The title of its pages.
    pub title: String,
    /// Seeds of everything drawn at random, each a whole draw of the experiment.
    pub seeds: Vec<u64>,
    /// Episodes a problem and seed; at least 1.
    pub repeats: usize,
    /// What gives verdicts.
    pub judge: JudgeKind,
    /// The base models.
    pub models: Vec<Model>,
    /// The corpora.
    pub documents: Vec<Documents>,
    /// Settings of fine-tuning.
    pub training: Vec<Training>,
    /// Who is compared, in rows that multiply out.
    pub assistants: Vec<Assistants>,
    /// The humans.
    pub humans: Vec<Human>,
    /// The problem sets.
    pub problems: Vec<Problems>,
    /// The constants of the discounted pass rate: gamma, alpha, beta.
    pub dpr: [f64; 3],
    /// The table of the paper that stands beside ours.
    pub paper: Option<PaperTable>,
}

/// What gives verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JudgeKind {
    /// The program is run against the problem's tests.
    #[default]
    Programs,
    /// Nothing is run: the human's own program passes, letter by letter, and no other.
    Exact,
}

/// A table of the paper (PAPER section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaperTable {
    /// Llama-3.3-70B-Instruct as the human.
    #[serde(rename = "table-1")]
    Table1,
    /// Gemma-3-27B-it as the human.
    #[serde(rename = "table-2")]
    Table2,
}

/// A base model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Its name in the experiment.
    pub name: String,
    /// `embedded`, a folder, a name of the hub, or the address of an endpoint.
    pub model: String,
    /// What a server is asked with; absent for a local model.
    pub served: Option<Served>,
    /// How the model is shown the program, and what is fine-tuned from it: fine-tuned assistants see it as they were
    /// trained.
    pub protocol: ProtocolName,
}

/// What a model behind an endpoint is asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The model's name at its server.
    pub name: String,
    /// Its tokenizer: a folder or a name of the hub.
    pub tokenizer: String,
    /// Its positions; those of the config.json beside its tokenizer where absent.
    pub context: Option<usize>,
    /// Requests in flight at each server.
    pub concurrency: Option<usize>,
    /// The environment variable that holds the server's key.
    pub api_key_env: Option<String>,
    /// Seconds that a request may take.
    pub request_timeout: Option<u64>,
}

/// How an assistant is shown the program so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProtocolName {
    /// As tokens to continue.
    #[default]
    Raw,
    /// In a conversation in which the code is retyped.
    ChatRetype,
    /// In a conversation whose answer begins with the code.
    ChatPrefill,
}

/// A corpus: its parts one after another, duplicates dropped.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Documents {
    /// Its name in the experiment.
    pub name: String,
    /// Reference programs of these problems: `train`, `eval`, or a path.
    pub problems: Option<String>,
    /// So many functions of the interpreter's standard library.
    pub library_functions: u64,
    /// Folders and files.
    pub paths: Vec<String>,
    /// Extensions of the files taken from folders.
    pub extensions: Vec<String>,
    /// Programs that a model writes, one attempt a problem.
    pub regenerate: Option<Regenerate>,
    /// Seeds the sample of functions.
    pub seed: u64,
}

/// Programs that a model writes: the paper's own data were made so (PAPER section 5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regenerate {
    /// The problems to attempt: `train`, `eval`, or a path.
    pub problems: String,
    /// Who attempts them: the name of one of the experiment's models, or as a model's `model`.
    pub model: String,
    /// Tokens of an attempt, at most.
    #[serde(default = "Regenerate::default_tokens")]
    pub max_tokens: usize,
    /// Draws at this temperature, above 0; 0 takes the likeliest token.
    #[serde(default)]
    pub temperature: f32,
    /// Draws from the smallest set of likeliest tokens with this probability together.
    #[serde(default = "Regenerate::default_share")]
    pub top_p: f32,
    /// Seeds the draws.
    #[serde(default)]
    pub seed: u64,
}

impl Regenerate {
    fn default_tokens() -> usize {
        512
    }

    fn default_share() -> f32 {
        1.0
    }
}

/// Settings of fine-tuning; what is absent is the trainer's default.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Training {
    /// Its name in the experiment.
    pub name: String,
    /// Passes over the examples.
    pub epochs: u64,
    /// Tokens of a pass through the model.
    pub batch_tokens: Option<u64>,
    /// Passes added up to a step.
    pub accumulate: Option<u64>,
    /// Peak learning rate.
    pub learning_rate: Option<f64>,
    /// Share of the run over which it rises.
    pub warmup: Option<f64>,
    /// Share of the peak at which it ends.
    pub floor: Option<f64>,
    /// AdamW's weight decay.
    pub weight_decay: Option<f64>,
    /// Largest norm of the gradients.
    pub clip: Option<f64>,
    /// Rank of a LoRA adapter; all weights are trained without one.
    pub lora_rank: Option<usize>,
    /// What the adapter adds is multiplied by this over the rank.
    pub lora_alpha: Option<f64>,
}

/// A row of assistants: every method with every threshold, estimator and number of states, over the named models,
/// documents and settings of training.
#[derive(Debug, Clone, PartialEq)]
pub struct Assistants {
    /// By name.
    pub methods: Vec<MethodName>,
    /// Thresholds of those that take one.
    pub eta: Vec<Bits>,
    /// Estimators of those whose examples depend on costs.
    pub estimators: Vec<Estimator>,
    /// States a document of those that are trained.
    pub states: Vec<States>,
    /// Positions in [`Experiment::models`].
    pub models: Vec<usize>,
    /// Positions in [`Experiment::documents`].
    pub documents: Vec<usize>,
    /// Positions in [`Experiment::training`].
    pub training: Vec<usize>,
    /// How tokens are chosen.
    pub sampling: SuggestionSampling,
    /// Tokens of a suggestion, at most.
    pub max_suggestion_tokens: usize,
}

/// A human.
#[derive(Debug, Clone, PartialEq)]
pub struct Human {
    /// Its name in the experiment.
    pub name: String,
    /// What it is.
    pub spec: HumanSpec,
    /// What ends an episode whatever it does.
    pub limits: Limits,
}

/// What a human is.
#[derive(Debug, Clone, PartialEq)]
pub enum HumanSpec {
    /// It has a reference program in mind.
    Replay(ReplayHuman),
    /// A language model plays it.
    Lm(LmHuman),
}

impl HumanSpec {
    /// The replay human's attention.
    pub fn attention(&self) -> Option<f64> {
        match self {
            Self::Replay(human) => Some(human.attention),
            Self::Lm(_) => None,
        }
    }
}

/// A language model that plays the human.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LmHuman {
    /// As a model's `model`.
    pub model: String,
    /// The tokenizer that its tokens are counted with: a folder or a name of the hub.
    pub tokenizer: Option<String>,
    /// Which way it decides.
    pub protocol: LmProtocol,
    /// Folder of its prompts; ours without one.
    pub prompts: Option<String>,
    /// Tokens that it writes a round, at most.
    pub tokens_per_round: usize,
}

/// How a language-model human decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LmProtocol {
    /// Thoughts, then one of three words (PAPER section 6).
    #[default]
    Paper,
    /// Writes first, and accepts by agreement.
    Agreement,
}

/// A problem set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problems {
    /// Its name in the experiment.
    pub name: String,
    /// `train`, `eval`, or a path.
    pub source: String,
    /// Only the first so many.
    pub limit: Option<usize>,
}

impl Experiment {
    /// Reads an experiment's file. `file` is its name for messages; without a `name` in the text, the experiment's is
    /// the file's without its extension.
    ///
    /// # Errors
    /// The first thing wrong, with its line.
    pub fn parse(text: &str, file: &str) -> Result<Self, ExperimentError> {
        let source = Source { text, file };
        let raw: RawExperiment = toml::from_str(text).map_err(|error| source.toml_error(&error))?;
        let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).trim_end_matches(".toml");
        let name = match raw.name {
            Some(Name(name)) => name,
            None => {
                Name::try_from(stem.to_owned()).map(|it| it.0).map_err(|problem| source.whole(problem, "set `name`"))?
            }
        };
        let models = models(raw.models, &source)?;
        let documents = documents(raw.documents, &source)?;
        let training = training(raw.training, &source)?;
        let assistants = raw
            .assistants
            .iter()
            .map(|row| assistants(row, &models, &documents, &training, &source))
            .collect::<Result<Vec<_>, _>>()?;
        let humans = humans(raw.humans, &source)?;
        for (row, parsed) in raw.assistants.iter().zip(&assistants) {
            if parsed.methods.iter().any(MethodName::needs_attention)
                && let Some(human) = humans.iter().find(|human| human.spec.attention().is_none())
            {
                let problem = format!("goes by the human's attention, and of the human `{}` none is known", human.name);
                return Err(source.field(
                    row.get_ref().methods.span(),
                    problem,
                    Some("name a harm: `stop-utility-100`"),
                ));
            }
        }
        let problems = problems(raw.problems, &source)?;
        let mut seeds = raw.seeds.map_or_else(|| vec![0], |seeds| seeds.0);
        seeds.sort_unstable();
        seeds.dedup();
        let report = raw.report.unwrap_or_default();
        let number = |given: Option<crate::values::Positive>, default: f64| given.map_or(default, |it| it.0);
        Ok(Self {
            title: raw.title.unwrap_or_else(|| format!("Empower: {name}")),
            name,
            seeds,
            repeats: raw.repeats.map_or(1, |n| n.get() as usize),
            judge: raw.judge.unwrap_or_default(),
            models,
            documents,
            training,
            assistants,
            humans,
            problems,
            // The paper's (PAPER equation 4).
            dpr: [report.gamma.map_or(0.999, |it| it.0), number(report.alpha, 0.1), number(report.beta, 0.5)],
            paper: report.paper,
        })
    }
}

/// Refuses a second entry of the same name.
fn refuse_twins<T>(entries: &[Spanned<T>], names: &[String], source: &Source<'_>) -> Result<(), ExperimentError> {
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            let span = entries.get(i).map_or(0..0, Spanned::span);
            return Err(source.entry(span, "name", format!("there are two of the name `{name}`"), None));
        }
    }
    Ok(())
}

fn models(raw: Option<Vec<Spanned<RawModel>>>, source: &Source<'_>) -> Result<Vec<Model>, ExperimentError> {
    let Some(entries) = raw else {
        let embedded = "embedded".to_owned();
        let protocol = ProtocolName::Raw;
        return Ok(vec![Model { name: embedded.clone(), model: embedded, served: None, protocol }]);
    };
    let mut models = Vec::new();
    for entry in &entries {
        let raw = entry.get_ref();
        // `Qwen/Qwen3-8B` is called `Qwen3-8B`.
        let last = raw.model.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let name = match &raw.name {
            Some(Name(name)) => name.clone(),
            None => Name::try_from(last.split('@').next().unwrap_or_default().to_owned())
                .map(|it| it.0)
                .map_err(|problem| source.entry(entry.span(), "model", problem, Some("set `name`")))?,
        };
        models.push(Model {
            name,
            model: raw.model.clone(),
            served: served(entry, source)?,
            protocol: raw.protocol.unwrap_or_default(),
        });
    }
    let names: Vec<String> = models.iter().map(|it| it.name.clone()).collect();
    refuse_twins(&entries, &names, source)?;
    Ok(models)
}

/// What a served model is asked with; the fields that say it go with an endpoint and with nothing else.
fn served(entry: &Spanned<RawModel>, source: &Source<'_>) -> Result<Option<Served>, ExperimentError> {
    let raw = entry.get_ref();
    let given = [
        (raw.served_model.is_some(), "served_model"),
        (raw.tokenizer.is_some(), "tokenizer"),
        (raw.context.is_some(), "context"),
        (raw.concurrency.is_some(), "concurrency"),
        (raw.api_key_env.is_some(), "api_key_env"),
        (raw.request_timeout.is_some(), "request_timeout"),
    ];
    if !(raw.model.starts_with("http://") || raw.model.starts_with("https://")) {
        return match given.iter().find(|(is_given, _)| *is_given) {
            Some((_, field)) => {
                let problem = "goes with a server's address as the `model`, and this one is local".to_owned();
                Err(source.entry(entry.span(), field, problem, Some("leave it out")))
            }
            None => Ok(None),
        };
    }
    let missing = |field: &str, hint: &str| {
        source.entry(entry.span(), "model", format!("an endpoint needs a `{field}`"), Some(hint))
    };
    let name = raw.served_model.clone();
    let tokenizer = raw.tokenizer.clone();
    Ok(Some(Served {
        name: name.ok_or_else(|| missing("served_model", "its name at the server, as GET /v1/models lists it"))?,
        tokenizer: tokenizer
            .ok_or_else(|| missing("tokenizer", "the folder of its tokenizer, or the model's name on the hub"))?,
        context: raw.context.map(|n| n.get() as usize),
        concurrency: raw.concurrency.map(|n| n.get() as usize),
        api_key_env: raw.api_key_env.clone(),
        request_timeout: raw.request_timeout.map(|n| n.get()),
    }))
}

fn documents(raw: Option<Vec<Spanned<RawDocuments>>>, source: &Source<'_>) -> Result<Vec<Documents>, ExperimentError> {
    let entries = raw.unwrap_or_default();
    let mut all = Vec::new();
    for entry in &entries {
        let raw = entry.get_ref().clone();
        let has_own = raw.problems.is_some() || raw.library_functions.is_some() || raw.paths.is_some();
        if has_own == raw.regenerate.is_some() {
            let problem =
                "say where documents come from: `problems`, `library_functions`, `paths`, or `regenerate` alone";
            return Err(source.entry(entry.span(), "documents", problem.to_owned(), None));
        }
        if let Some(regenerate) = &raw.regenerate {
            let is_share = regenerate.top_p > 0.0 && regenerate.top_p <= 1.0;
            let is_temperature = regenerate.temperature >= 0.0 && regenerate.temperature.is_finite();
            if !is_share || !is_temperature || regenerate.max_tokens == 0 {
                let problem = "`max_tokens` is at least 1, `temperature` at least 0, `top_p` above 0 and at most 1";
                return Err(source.entry(entry.span(), "regenerate", problem.to_owned(), None));
            }
        }
        all.push(Documents {
            name: raw.name.map_or_else(|| "documents".to_owned(), |it| it.0),
            problems: raw.problems,
            library_functions: raw.library_functions.map_or(0, |n| n.get()),
            paths: raw.paths.map_or_else(Vec::new, |it| it.0),
            extensions: raw.extensions.map_or_else(|| vec!["py".to_owned()], |it| it.0),
            regenerate: raw.regenerate,
            seed: raw.seed.unwrap_or(0),
        });
    }
    let names: Vec<String> = all.iter().map(|it| it.name.clone()).collect();
    refuse_twins(&entries, &names, source)?;
    Ok(all)
}

fn training(raw: Option<Vec<Spanned<RawTraining>>>, source: &Source<'_>) -> Result<Vec<Training>, ExperimentError> {
    let entries = raw.unwrap_or_default();
    let of = |raw: RawTraining| Training {
        name: raw.name.map_or_else(|| "default".to_owned(), |it| it.0),
        epochs: raw.epochs.map_or(1, |n| n.get()),
        batch_tokens: raw.batch_tokens.map(|n| n.get()),
        accumulate: raw.accumulate.map(|n| n.get()),
        learning_rate: raw.learning_rate.map(|it| it.0),
        warmup: raw.warmup.map(|it| it.0),
        floor: raw.floor.map(|it| it.0),
        weight_decay: raw.weight_decay.map(|it| it.0),
        clip: raw.clip.map(|it| it.0),
        lora_rank: raw.lora_rank.map(|n| n.get() as usize),
        lora_alpha: raw.lora_alpha.map(|it| it.0),
    };
    for entry in &entries {
        if entry.get_ref().lora_alpha.is_some() && entry.get_ref().lora_rank.is_none() {
            let problem = "goes with `lora_rank`, which is absent".to_owned();
            return Err(source.entry(entry.span(), "lora_alpha", problem, None));
        }
    }
    let all: Vec<Training> = match entries.is_empty() {
        true => vec![of(RawTraining::default())],
        false => entries.iter().map(|entry| of(entry.get_ref().clone())).collect(),
    };
    let names: Vec<String> = all.iter().map(|it| it.name.clone()).collect();
    refuse_twins(&entries, &names, source)?;
    Ok(all)
}

fn assistants(
    row: &Spanned<RawAssistants>,
    models: &[Model],
    documents: &[Documents],
    training: &[Training],
    source: &Source<'_>,
) -> Result<Assistants, ExperimentError> {
    let raw = row.get_ref();
    let methods: Vec<MethodName> = raw.methods.get_ref().0.iter().map(|it| it.0.clone()).collect();
    let any = |wanted: fn(&MethodName) -> bool| methods.iter().any(wanted);
    let unused = |field: &str, who: &str| {
        source.entry(row.span(), field, format!("none of this row's methods {who}"), Some("leave it out"))
    };
    let is_tuned = any(MethodName::is_tuned);
    if raw.eta.is_some() && !any(MethodName::takes_eta) {
        return Err(unused("eta", "has a threshold"));
    }
    if raw.estimators.is_some() && !any(MethodName::needs_costs) {
        return Err(unused("estimators", "chooses examples by their cost"));
    }
    if raw.states.is_some() && !is_tuned {
        return Err(unused("states", "is trained"));
    }
    if is_tuned && documents.is_empty() {
        let problem = "has methods that are trained, and there are no documents".to_owned();
        return Err(source.field(raw.methods.span(), problem, Some("add a [[documents]] table")));
    }
    let sampling = match (raw.temperature, raw.top_k, raw.top_p) {
        (None, None, None) => SuggestionSampling::Greedy,
        (temperature, top_k, top_p) => SuggestionSampling::Random {
            temperature: temperature.map_or(1.0, |it| it.0 as f32),
            top_k: top_k.map_or(0, |n| n.get() as usize),
            top_p: top_p.map_or(1.0, |it| it.0 as f32),
        },
    };
    let named = |list: &Option<Spanned<Several<Name>>>, known: Vec<&str>| named(list, &known, source);
    Ok(Assistants {
        eta: raw.eta.as_ref().map_or_else(|| vec![PAPER_ETA], |it| it.0.iter().map(|eta| eta.0).collect()),
        estimators: raw
            .estimators
            .as_ref()
            .map_or_else(|| vec![Estimator::Nll], |it| it.0.iter().map(|it| it.0).collect()),
        states: raw.states.as_ref().map_or_else(|| vec![States::All], |it| it.0.iter().map(|it| it.0).collect()),
        models: named(&raw.models, models.iter().map(|it| it.name.as_str()).collect())?,
        documents: named(&raw.documents, documents.iter().map(|it| it.name.as_str()).collect())?,
        training: named(&raw.training, training.iter().map(|it| it.name.as_str()).collect())?,
        sampling,
        max_suggestion_tokens: raw.max_suggestion_tokens.map_or(MAX_SUGGESTION_TOKENS, |n| n.get() as usize),
        methods,
    })
}

/// The positions of the names listed; all without a list.
fn named(
    list: &Option<Spanned<Several<Name>>>,
    known: &[&str],
    source: &Source<'_>,
) -> Result<Vec<usize>, ExperimentError> {
    let Some(list) = list else { return Ok((0..known.len()).collect()) };
    let find = |Name(name): &Name| {
        known.iter().position(|it| it == name).ok_or_else(|| {
            let hint = format!("there are: {}", known.join(", "));
            source.field(list.span(), format!("there is none of the name `{name}`"), Some(&hint))
        })
    };
    list.get_ref().0.iter().map(find).collect()
}

fn humans(raw: Option<Vec<Spanned<RawHuman>>>, source: &Source<'_>) -> Result<Vec<Human>, ExperimentError> {
    let Some(entries) = raw else {
        let spec = HumanSpec::Replay(ReplayHuman::default());
        return Ok(vec![Human { name: "replay".to_owned(), spec, limits: Limits::default() }]);
    };
    let mut all: Vec<Human> = Vec::new();
    for entry in &entries {
        let raw = entry.get_ref();
        let limits = raw.max_rounds.map_or_else(Limits::default, |n| Limits { max_rounds: n.get() as usize });
        let name = raw.name.clone().map(|it| it.0);
        let found = match &raw.model {
            Some(model) => lm_human(raw, model, name, limits, entry, source)?,
            None => replay_humans(raw, name, limits, entry, source)?,
        };
        for human in &found {
            if all.iter().any(|other| other.name == human.name) {
                let problem = format!("there are two of the name `{}`", human.name);
                return Err(source.entry(entry.span(), "name", problem, Some("set `name`")));
            }
        }
        all.extend(found);
    }
    Ok(all)
}

fn lm_human(
    raw: &RawHuman,
    model: &str,
    name: Option<String>,
    limits: Limits,
    entry: &Spanned<RawHuman>,
    source: &Source<'_>,
) -> Result<Vec<Human>, ExperimentError> {
    if raw.attention.is_some() || raw.editing.is_some() {
        let problem = "`attention` and `editing` are a replay human's, and this one is a model".to_owned();
        return Err(source.entry(entry.span(), "attention", problem, Some("leave them out")));
    }
    let default = |n: usize| Several(vec![std::num::NonZeroU64::new(n as u64).unwrap_or(std::num::NonZeroU64::MIN)]);
    let turns = raw.tokens_per_round.clone().unwrap_or_else(|| default(ReplayHuman::default().tokens_per_round));
    let name = name.unwrap_or_else(|| "lm".to_owned());
    let one = |tokens: &std::num::NonZeroU64| Human {
        name: if turns.0.len() > 1 { format!("{name}-k-{tokens}") } else { name.clone() },
        spec: HumanSpec::Lm(LmHuman {
            model: model.to_owned(),
            tokenizer: raw.tokenizer.clone(),
            protocol: raw.protocol.unwrap_or_default(),
            prompts: raw.prompts.clone(),
            tokens_per_round: tokens.get() as usize,
        }),
        limits,
    };
    Ok(turns.0.iter().map(one).collect())
}

fn replay_humans(
    raw: &RawHuman,
    name: Option<String>,
    limits: Limits,
    entry: &Spanned<RawHuman>,
    source: &Source<'_>,
) -> Result<Vec<Human>, ExperimentError> {
    if raw.protocol.is_some() || raw.prompts.is_some() || raw.tokenizer.is_some() {
        let problem =
            "`protocol`, `prompts` and `tokenizer` are a language model's, and no `model` is named".to_owned();
        return Err(source.entry(entry.span(), "protocol", problem, Some("set `model`, or leave them out")));
    }
    let defaults = ReplayHuman::default();
    let attentions = raw.attention.as_ref().map_or(vec![defaults.attention], |it| it.0.iter().map(|it| it.0).collect());
    let turns = raw
        .tokens_per_round
        .as_ref()
        .map_or(vec![defaults.tokens_per_round], |it| it.0.iter().map(|n| n.get() as usize).collect());
    let editings: Vec<Editing> =
        raw.editing.as_ref().map_or(vec![defaults.editing], |it| it.0.iter().map(|it| (*it).into()).collect());
    let name = name.unwrap_or_else(|| "replay".to_owned());
    let mut all = Vec::new();
    for &attention in &attentions {
        for &tokens_per_round in &turns {
            for &editing in &editings {
                // What varies is part of the name, and nothing else.
                let mut full = name.clone();
                if attentions.len() > 1 {
                    full.push_str(&format!("-attention-{attention}"));
                }
                if turns.len() > 1 {
                    full.push_str(&format!("-k-{tokens_per_round}"));
                }
                if editings.len() > 1 {
                    full.push_str(if editing == Editing::Deleting { "-deleting" } else { "-append-only" });
                }
                let spec = HumanSpec::Replay(ReplayHuman { tokens_per_round, attention, editing });
                all.push(Human { name: full, spec, limits });
            }
        }
    }
    Ok(all)
}

fn problems(raw: Option<Vec<Spanned<RawProblems>>>, source: &Source<'_>) -> Result<Vec<Problems>, ExperimentError> {
    let Some(entries) = raw else {
        return Ok(vec![Problems { name: "eval".to_owned(), source: "eval".to_owned(), limit: None }]);
    };
    let mut all = Vec::new();
    for entry in &entries {
        let raw = entry.get_ref();
        let last = raw.source.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let stem = last.split('.').next().unwrap_or_default();
        let name = match &raw.name {
            Some(Name(name)) => name.clone(),
            None => Name::try_from(stem.to_owned())
                .map(|it| it.0)
                .map_err(|problem| source.entry(entry.span(), "source", problem, Some("set `name`")))?,
        };
        all.push(Problems { name, source: raw.source.clone(), limit: raw.limit.map(|n| n.get() as usize) });
    }
    let names: Vec<String> = all.iter().map(|it| it.name.clone()).collect();
    refuse_twins(&entries, &names, source)?;
    Ok(all)
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
