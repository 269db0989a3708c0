//! `empower simulate`: problems, an assistant and a replay human to episodes, judged (PAPER sections 2 and 7).
//!
//! Everything that can be refused is refused before the run folder is made.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use empower_artifact::rows::{AnswerOutcome, EpisodeRow};
use empower_artifact::{ContentHash, JsonlWriter, Manifest, RunFolder, Seed, read_jsonl};
use empower_data::{Problem, ProblemOptions, ProblemSource, ReadOptions, corpus_hash, read_documents, read_problems};
use empower_experiment::ProtocolName;
use empower_judge::Judge;
use empower_lm::{Bits, Generator, Tokenizer};
use empower_report::{ReportOptions, build_report, fault_name, terminal_table};
use empower_select::{Method, PAPER_ETA, StopRule, parse_eta};
use empower_sim::assistant::MAX_SUGGESTION_TOKENS;
use empower_sim::{
    Assistant, Deciding, Editing, EpisodeLog, ExactJudge, Limits, LmHuman, LmSettings, ProgramJudge, Protocol,
    ReplayHuman, Settings, Statement, SuggestionSampling, SuiteJudge, Task, TokenizerCodec, open_tasks, simulate_into,
    tasks_of_documents, tasks_of_problems,
};
use serde_json::{Value, json};

use super::arguments::{chat_protocol, protocol_parser};
use super::judge::JudgeOptions;
use super::problems::source_hash;
use super::report::EPISODES;
use crate::assets::problems_named;
use crate::humans::{HumanModel, HumanOptions};
use crate::models::{CacheOptions, Model, ModelOptions, ModelUsage, tokenizer_hash};
use crate::output::{bar, print_json, print_text, usage_error};

/// Simulate a human and an assistant writing programs together, and judge what they wrote.
///
/// By default the human has a reference program in mind, types some tokens a round, accepts what continues its program and
/// notices a wrong suggestion with a probability. Writes manifest.json and episodes.jsonl into the run folder and
/// prints the table row; `empower report` puts several runs side by side.
///
/// Example: empower simulate --assistant empower --eta 0.32 --model runs/empower/model --out runs/sim-empower
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Problems with reference programs, of any source that `empower problems` reads; `train` and `eval` are the halves
    /// of the embedded suite.
    #[arg(long, value_name = "PATH", default_value = "eval")]
    problems: PathBuf,
    /// In place of problems: documents that the human writes again, in any language, from a folder, .jsonl or text file.
    /// Nothing is run; only the text itself, letter by letter, counts as success.
    #[arg(long, value_name = "PATH", conflicts_with = "problems")]
    documents: Option<PathBuf>,
    /// Who suggests: `base`, `base-N` (cut to N tokens), a stop rule that needs no training, `human-alone`, or the
    /// method that a tuned --model was trained with: `empower`, `utility-H`, `sft-N`, …
    ///
    /// The rules: `stop-nll` (accumulated bits above --eta), `stop-entropy-B` (a token's entropy above B bits),
    /// `stop-line` (the end of the line), `stop-first-P` (the line, where its first token has likelihood P or more),
    /// `stop-utility-H` (the length that pays best; H is the price of a wrong suggestion in units of effort: about 1000
    /// times the share that the human misses).
    #[arg(long, value_name = "NAME")]
    assistant: AssistantName,
    /// Threshold of `stop-nll` (the paper's 0.32 bits by default), or the one that a tuned model was trained with; bits
    /// (`0.32`), or nats by name (`0.22nats`).
    #[arg(long, value_parser = parse_eta)]
    eta: Option<Bits>,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    cache: CacheOptions,
    /// Run folder.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Go on with the run in the folder; every setting that can change a row must be the same.
    #[arg(long)]
    resume: bool,
    /// Print JSON rather than a table.
    #[arg(long)]
    json: bool,
    /// Only the first N problems, or documents.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Episodes a problem or document, each with its own seed; they take turns among the problem's reference programs.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    repeats: u64,
    /// Seeds the human's attention, and suggestions that are drawn.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Episodes played at once; changes speed and memory alone.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=4096))]
    batch: u64,
    #[command(flatten)]
    human: PlainHumanOptions,
    #[command(flatten)]
    lm: HumanOptions,
    #[command(flatten)]
    sampling: SamplingOptions,
    #[command(flatten)]
    chat: ChatOptions,
    #[command(flatten)]
    judge: JudgeOptions,
    /// Run no program: only the reference program itself, letter by letter, passes.
    #[arg(long, help_heading = "Judge")]
    no_judge: bool,
}

/// The human, and the replay human in particular.
#[derive(Debug, Args)]
#[command(next_help_heading = "Human")]
struct PlainHumanOptions {
    /// Who the human is.
    #[arg(long, value_enum, default_value_t = HumanChoice::Replay)]
    human: HumanChoice,
    /// Probability of noticing that a suggestion is wrong. 0.9 is a careful reader who misses one fault in ten.
    #[arg(long, value_name = "PROBABILITY", default_value_t = ReplayHuman::default().attention, value_parser = probability)]
    attention: f64,
    /// Tokens that the human types a round, at most. The paper's 10 by default.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    tokens_per_round: u64,
    /// Whether the human may delete what stands.
    #[arg(long, value_enum, default_value_t = EditingChoice::AppendOnly)]
    editing: EditingChoice,
    /// Rounds of an episode, at most. The paper's 50 by default.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
    max_rounds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HumanChoice {
    /// It has a reference program in mind, and no model.
    Replay,
    /// A language model that is given the problem, thinks about each suggestion, and decides.
    Lm,
    /// A language model that writes before it is shown a suggestion, and takes what agrees with that.
    LmAgree,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum EditingChoice {
    /// A wrong suggestion once accepted stays, as in the paper.
    AppendOnly,
    /// In later rounds the human may notice and delete it; deleted characters are counted.
    Deleting,
}

/// How suggestions are chosen.
#[derive(Debug, Args)]
#[command(next_help_heading = "Suggestions")]
struct SamplingOptions {
    /// Draw suggestions at this temperature, above 0. Without any of these three options they are greedy.
    #[arg(long, value_name = "T", value_parser = above_zero)]
    temperature: Option<f32>,
    /// Draw among the K likeliest tokens.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(1..))]
    top_k: Option<u64>,
    /// Draw from the smallest set of likeliest tokens with this probability together.
    #[arg(long, value_name = "P", value_parser = share)]
    top_p: Option<f32>,
    /// Tokens of a suggestion, at most.
    #[arg(long, value_name = "N", default_value_t = MAX_SUGGESTION_TOKENS)]
    max_suggestion_tokens: usize,
}

/// How the assistant is shown the program so far.
#[derive(Debug, Args)]
#[command(next_help_heading = "Protocol")]
struct ChatOptions {
    /// As tokens to continue (`raw`), or in a conversation that the model answers with the whole code and its
    /// completion (`chat-retype`, the paper's) or whose answer is begun for it (`chat-prefill`).
    #[arg(long, value_parser = protocol_parser(), default_value = "raw")]
    protocol: ProtocolName,
    /// Folder of the conversation's words; those of assets/prompts/assistant by default.
    #[arg(long, value_name = "DIR")]
    prompts: Option<PathBuf>,
    /// A chat template in place of the model's own.
    #[arg(long, value_name = "FILE.jinja")]
    chat_template: Option<PathBuf>,
}

fn number_in<T: FromStr>(text: &str, holds: impl Fn(&T) -> bool, expected: &str) -> Result<T, String> {
    text.parse().ok().filter(holds).ok_or_else(|| format!("expected {expected}"))
}

fn probability(text: &str) -> Result<f64, String> {
    number_in(text, |p| (0.0..=1.0).contains(p), "a probability, from 0 to 1")
}

fn above_zero(text: &str) -> Result<f32, String> {
    number_in(text, |t: &f32| *t > 0.0 && t.is_finite(), "a number above 0; leave the option out for greedy choice")
}

fn share(text: &str) -> Result<f32, String> {
    number_in(text, |p: &f32| *p > 0.0 && *p <= 1.0, "a probability above 0, at most 1")
}

impl SamplingOptions {
    fn sampling(&self) -> SuggestionSampling {
        if self.temperature.is_none() && self.top_k.is_none() && self.top_p.is_none() {
            return SuggestionSampling::Greedy;
        }
        SuggestionSampling::Random {
            temperature: self.temperature.unwrap_or(1.0),
            top_k: self.top_k.unwrap_or(0) as usize,
            top_p: self.top_p.unwrap_or(1.0),
        }
    }
}

/// Who suggests.
#[derive(Debug, Clone, PartialEq, Eq)]
enum AssistantName {
    Base,
    BaseCut(usize),
    /// A stop rule by its name, which is known to be one.
    Stopped(String),
    HumanAlone,
    Tuned(String),
}

impl FromStr for AssistantName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "base" => return Ok(Self::Base),
            "human-alone" => return Ok(Self::HumanAlone),
            _ => {}
        }
        if let Some(n_tokens) = name.strip_prefix("base-") {
            return number_in(n_tokens, |n| *n > 0, "base-N with N tokens, at least 1").map(Self::BaseCut);
        }
        if name.starts_with("stop-") {
            let eta = (name == "stop-nll").then_some(PAPER_ETA);
            StopRule::parse(name, eta).map_err(|error| error.to_string())?;
            return Ok(Self::Stopped(name.to_owned()));
        }
        if is_without_threshold(name) {
            Method::parse(name, None).map_err(|error| error.to_string())?;
        }
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if name.is_empty() || !plain {
            return Err("expected letters, digits, `-`, `_` and `.`".to_owned());
        }
        Ok(Self::Tuned(name.to_owned()))
    }
}

impl AssistantName {
    /// The threshold that goes with the name.
    ///
    /// # Errors
    /// A threshold where it has no meaning, and none where the rows would lack what they are told apart by.
    fn eta(&self, given: Option<Bits>) -> Result<Option<Bits>> {
        match (self, given) {
            (Self::Stopped(name), given) if name == "stop-nll" => Ok(Some(given.unwrap_or(PAPER_ETA))),
            (Self::Tuned(name), None) if name == "empower" => Err(usage_error(
                "--assistant empower needs --eta: the threshold that the model's examples were selected with",
            )),
            (Self::Tuned(name), Some(_)) if is_without_threshold(name) => {
                Err(usage_error(format!("--assistant {name} has no threshold: leave out --eta")))
            }
            (Self::Tuned(_), given) => Ok(given),
            (Self::Base | Self::BaseCut(_) | Self::Stopped(_) | Self::HumanAlone, Some(_)) => {
                Err(usage_error("this assistant has no threshold: leave out --eta"))
            }
            (_, None) => Ok(None),
        }
    }

    fn with<'m>(&self, eta: Option<Bits>, model: Option<&'m dyn Generator>) -> Result<Assistant<'m>> {
        let (Some(model), false) = (model, *self == Self::HumanAlone) else { return Ok(Assistant::human_alone()) };
        Ok(match self {
            Self::BaseCut(n_tokens) => Assistant::base_cut(model, *n_tokens),
            Self::Stopped(name) => Assistant::stopped(model, StopRule::parse(name, eta).map_err(usage_error)?),
            Self::Tuned(name) => Assistant::tuned(name, eta, model),
            Self::Base | Self::HumanAlone => Assistant::base(model),
        })
    }
}

/// Whether a tuned model's method has no threshold.
fn is_without_threshold(name: &str) -> bool {
    name.starts_with("sft-") || name.starts_with("utility-")
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let eta = arguments.assistant.eta(arguments.eta)?;
    let Subject { problems, tasks, statements, input } = Subject::read(&arguments)?;
    let cache = arguments.cache.open()?;
    let (model, alone);
    let (model, tokenizer, model_dir) = if arguments.assistant == AssistantName::HumanAlone {
        alone = (arguments.model.open_tokenizer()?, arguments.model.tokenizer_folder()?);
        (None, &alone.0, alone.1.as_path())
    } else {
        model = arguments.model.open(cache.as_ref())?;
        (Some(&model), model.tokenizer(), model.folder())
    };
    let generator = model.map(Model::generator).transpose()?;
    let ChatOptions { protocol, prompts, chat_template } = &arguments.chat;
    let chat = chat_protocol(*protocol, model_dir, prompts.as_deref(), chat_template.as_deref())?;
    let assistant = arguments
        .assistant
        .with(eta, generator.as_deref())?
        .with_sampling(arguments.sampling.sampling())
        .with_max_suggestion_tokens(arguments.sampling.max_suggestion_tokens)
        .with_protocol(chat.as_ref().map_or(Protocol::Raw, Protocol::Chat));
    assistant.validate()?;
    let judge = if arguments.no_judge || arguments.documents.is_some() { None } else { Some(arguments.judge.open()?) };

    let human = match arguments.human.human {
        HumanChoice::Replay => None,
        _ => Some(arguments.lm.open(cache.as_ref(), tokenizer)?),
    };
    let human_chat = human.as_ref().map(HumanModel::chat).transpose()?;
    let measure = human.as_ref().map(|human| TokenizerCodec(&human.measure));
    let lm = match (&human, &human_chat, &measure) {
        (Some(human), Some(chat), Some(measure)) => {
            Some(human.human(chat.as_ref(), measure, statements, lm_settings(&arguments)))
        }
        _ => None,
    };
    let settings = settings(&arguments, lm.as_ref());
    settings.validate()?;
    let manifest = manifest(&arguments, &assistant, model.and_then(Model::record), &settings, judge.as_ref())
        .input(input.0, input.1)
        .input("model", model.map_or_else(|| tokenizer_hash(model_dir), Model::hash)?);
    let folder = RunFolder::open_or_resume(&arguments.out, manifest, arguments.resume)?;
    let mut log = EpisodeLog::open(&folder.path(EPISODES))?;
    play(&tasks, &problems, &assistant, &settings, tokenizer, judge.as_ref(), &mut log)?;
    log.sync()?;
    let used = model.map(Model::usage).into_iter().chain(human.as_ref().map(HumanModel::usage));
    record_usage(&folder, &used.collect::<Vec<_>>())?;

    let episodes: Vec<EpisodeRow> = read_jsonl(log.path())?;
    if chat.is_some() {
        eprintln!("{}", answers(&episodes));
    }
    let report = build_report(&episodes, &ReportOptions::default())?;
    for (fault, n) in report.rows.iter().flat_map(|row| &row.human_faults) {
        eprintln!("the human: {n} {}", fault_name(*fault));
    }
    if arguments.json { print_json(&report) } else { print_text(&terminal_table(&report.rows)) }
}

/// What is written in the episodes.
struct Subject {
    /// Empty where documents are written again.
    problems: Vec<Problem>,
    tasks: Vec<Task>,
    /// What a language-model human knows of each problem.
    statements: HashMap<String, Statement>,
    /// The name in the manifest, and the hash of what was read.
    input: (&'static str, ContentHash),
}

impl Subject {
    fn read(arguments: &Arguments) -> Result<Self> {
        let limit = arguments.limit.map_or(usize::MAX, |limit| limit as usize);
        let repeats = arguments.repeats as usize;
        let has_plan = arguments.human.human == HumanChoice::Replay;
        if let Some(path) = &arguments.documents {
            if !has_plan {
                return Err(usage_error("--documents needs a human who has them in mind: leave out --human"));
            }
            let mut documents = read_documents(std::slice::from_ref(path), &ReadOptions::default())?.documents;
            let input = ("documents", corpus_hash(&documents));
            documents.truncate(limit);
            let tasks = tasks_of_documents(&documents, repeats)
                .with_context(|| format!("{} cannot be simulated", path.display()))?;
            return Ok(Self { problems: Vec::new(), tasks, statements: HashMap::new(), input });
        }
        let path = problems_named(&arguments.problems)?;
        let mut problems = read_problems(&path, ProblemOptions::default(), false)?.problems;
        problems.truncate(limit);
        let (tasks, statements) = if has_plan {
            let tasks = tasks_of_problems(&problems, repeats);
            (tasks.with_context(|| format!("{} cannot be simulated", path.display()))?, HashMap::new())
        } else {
            open_tasks(&problems, repeats)?
        };
        let source = ProblemSource::open(std::slice::from_ref(&path), &ProblemOptions::default())?;
        Ok(Self { problems, tasks, statements, input: ("problems", source_hash(&source)?) })
    }
}

/// What came of the answers of a conversation, in counts.
fn answers(episodes: &[EpisodeRow]) -> String {
    let mut counts: BTreeMap<AnswerOutcome, usize> = BTreeMap::new();
    for answer in episodes.iter().flat_map(|episode| &episode.rounds).filter_map(|round| round.answer) {
        *counts.entry(answer).or_default() += 1;
    }
    let total: usize = counts.values().sum();
    let parts: Vec<String> = counts
        .iter()
        .map(|(answer, n)| {
            let name = serde_json::to_value(answer).ok().and_then(|name| Some(name.as_str()?.replace('_', " ")));
            format!("{n} {}", name.unwrap_or_default())
        })
        .collect();
    format!("{total} answers: {}", parts.join(", "))
}

fn play(
    tasks: &[Task],
    problems: &[Problem],
    assistant: &Assistant<'_>,
    settings: &Settings<'_>,
    tokenizer: &Tokenizer,
    judge: Option<&Judge>,
    log: &mut EpisodeLog,
) -> Result<()> {
    let judge: Box<dyn ProgramJudge + '_> = match judge {
        Some(judge) => Box::new(SuiteJudge::new(judge, problems)),
        None => Box::new(ExactJudge::new(tasks)),
    };
    let progress = bar(tasks.len() as u64, &assistant.method);
    let summary =
        simulate_into(log, tasks, assistant, settings, &TokenizerCodec(tokenizer), judge.as_ref(), &mut |done| {
            progress.set_position(done.done as u64);
            progress.set_message(format!("episodes, {} rounds", done.rounds));
        })?;
    progress.finish_and_clear();
    eprintln!("{} episodes played, {} were there before", summary.played, summary.resumed);
    if summary.unjudged > 0 {
        eprintln!(
            "warning: {} programs have no verdict because the machine, not the program, failed",
            summary.unjudged
        );
    }
    Ok(())
}

fn lm_settings(arguments: &Arguments) -> LmSettings {
    let deciding = match arguments.human.human {
        HumanChoice::LmAgree => Deciding::Agree,
        HumanChoice::Lm | HumanChoice::Replay => Deciding::Decide,
    };
    arguments.lm.settings(deciding, arguments.human.tokens_per_round as usize)
}

fn settings<'h>(arguments: &Arguments, lm: Option<&'h LmHuman<'h>>) -> Settings<'h> {
    Settings {
        lm,
        human: ReplayHuman {
            tokens_per_round: arguments.human.tokens_per_round as usize,
            attention: arguments.human.attention,
            editing: match arguments.human.editing {
                EditingChoice::AppendOnly => Editing::AppendOnly,
                EditingChoice::Deleting => Editing::Deleting,
            },
        },
        limits: Limits { max_rounds: arguments.human.max_rounds as usize },
        seed: arguments.seed,
        batch: arguments.batch as usize,
        ..Settings::default()
    }
}

/// What the rows depend on. The number of episodes played or programs judged at once is left out: a run may be resumed
/// on another machine.
fn manifest(
    arguments: &Arguments,
    assistant: &Assistant<'_>,
    served: Option<Value>,
    settings: &Settings<'_>,
    judge: Option<&Judge>,
) -> Manifest {
    let judging = judge.map_or(Value::Null, |judge| arguments.judge.record(Some(judge)));
    let mut record = json!({
        "assistant": {
            "method": assistant.method,
            "eta_bits": assistant.eta.map(|eta| eta.0),
            "end": assistant.end,
            "sampling": assistant.sampling,
            "max_suggestion_tokens": assistant.max_suggestion_tokens,
            "protocol": assistant.protocol.record(),
        },
        "human": settings.lm.map_or_else(|| json!(settings.human), LmHuman::record),
        "limits": settings.limits,
        "repeats": arguments.repeats,
        "limit": arguments.limit,
        "judge": judging,
    });
    if let Some(served) = served {
        record["assistant"]["served"] = served;
    }
    let manifest = Manifest::new("simulate", record).seed("run", Seed::new(arguments.seed));
    match judge {
        Some(judge) => {
            let layers = judge.layers().iter().filter(|layer| layer.present).map(|layer| layer.name.to_owned());
            manifest.sandbox(layers.collect())
        }
        None => manifest,
    }
}

/// What served models used in this run, on standard error and as a line of `usage.jsonl`: a run that was resumed has
/// several.
fn record_usage(folder: &RunFolder, usage: &[ModelUsage]) -> Result<()> {
    usage.iter().for_each(ModelUsage::print);
    if usage.iter().any(|usage| usage.served.is_some() || usage.cache.is_some()) {
        let mut log = JsonlWriter::append(&folder.path("usage.jsonl"))?;
        usage.iter().try_for_each(|usage| log.write(usage))?;
        log.sync()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assistants_by_name() {
        let parse = |name: &str| name.parse::<AssistantName>();
        assert_eq!(parse("base"), Ok(AssistantName::Base));
        assert_eq!(parse("base-10"), Ok(AssistantName::BaseCut(10)));
        assert_eq!(parse("stop-line"), Ok(AssistantName::Stopped("stop-line".to_owned())));
        assert_eq!(parse("sft-rand-1-30"), Ok(AssistantName::Tuned("sft-rand-1-30".to_owned())));
        for name in ["", "base-0", "base-x", "sft-0", "sft-x", "a b", "base-"] {
            assert!(parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn thresholds_go_with_names() {
        let eta = |name: &str, given| name.parse::<AssistantName>().expect("a name").eta(given).ok();
        assert_eq!(eta("stop-nll", None), Some(Some(Bits(0.32))));
        assert_eq!(eta("stop-utility-100", None), Some(None));
        assert_eq!(eta("stop-utility-100", Some(Bits(1.0))), None);
        assert_eq!(eta("utility-100", None), Some(None));
        assert_eq!(eta("empower", Some(Bits(1.0))), Some(Some(Bits(1.0))));
        assert_eq!(eta("mine", None), Some(None));
        assert_eq!(eta("base", None), Some(None));
        for (name, given) in [("empower", None), ("base", Some(Bits(1.0))), ("sft-10", Some(Bits(1.0)))] {
            assert_eq!(eta(name, given), None, "{name}");
        }
    }
}
