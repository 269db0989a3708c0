//! `empower demo`: the paper's experiment at small scale, on the embedded model and suite, offline.
//!
//! Documents are the reference programs of the suite's training half and functions of the standard library of the
//! interpreter at hand. Every assistant is fine-tuned on every state of every document, plays every problem of the
//! evaluation half with the replay human, and its programs are run. What is printed is what came out.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;
use empower_artifact::rows::EpisodeRow;
use empower_artifact::{ContentHash, JsonlWriter, Manifest, RunFolder, Seed, read_jsonl};
use empower_data::{
    Document, DocumentExamplesRow, ExampleStats, ProblemOptions, corpus_hash, deduplicate, read_problems,
    reference_programs,
};
use empower_engine::Engine;
use empower_experiment::{Contestant, Recipe, contestant::label};
use empower_lm::{Bits, Scorer, Tokenizer};
use empower_report::{DprWeights, ReportOptions, write_report};
use empower_select::{Estimator, Method, PAPER_ETA, StopRule, Utility};
use empower_sim::{
    EpisodeLog, RememberingJudge, Settings, SuiteJudge, TokenizerCodec, simulate_into, tasks_of_problems,
};
use empower_train::TrainingSettings;
use serde::Serialize;
use serde_json::json;

use super::judge::JudgeOptions;
use super::steps::{self, FineTuning, ScoreRow};
use crate::assets::{self, Half};
use crate::output::{bar, print_json, print_text};

/// Run the paper's experiment at small scale: select, fine-tune, simulate, judge, report. Offline, on the embedded
/// model; some minutes on two cores.
///
/// Example: empower demo --quick --out runs/demo
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Fewer problems, documents and methods: about a minute.
    #[arg(long)]
    quick: bool,
    /// Run folder: models, episodes, tables and report.html.
    #[arg(long, default_value = "runs/demo")]
    out: PathBuf,
    /// Go on where an earlier run in the same folder stopped.
    #[arg(long)]
    resume: bool,
    /// Print one JSON object instead of the table.
    #[arg(long)]
    json: bool,
    /// Functions of the standard library to learn from, beside the suite's training programs.
    #[arg(long)]
    functions: Option<usize>,
    /// Problems of the evaluation half to play; all by default.
    #[arg(long)]
    problems: Option<usize>,
    /// Probability that the human notices a wrong suggestion.
    #[arg(long, default_value_t = 0.9)]
    attention: f64,
    /// Peak learning rate of fine-tuning.
    #[arg(long, default_value_t = 1e-3)]
    learning_rate: f64,
    /// Seed of everything drawn at random.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Model to use in place of the embedded one: a folder, or a name of the Hugging Face hub.
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    #[command(flatten)]
    judge: JudgeOptions,
}

/// `attention` sets the price of a wrong suggestion, for the methods that go by what pays.
fn contestants(quick: bool, attention: f64) -> Vec<Contestant> {
    use Contestant::{Base, BaseCut, HumanAlone, Stopped, Tuned};
    let utility = Utility::with_harm(Utility::harm_of_inattention(attention, DprWeights::default().gamma).round());
    let etas = if quick { vec![0.32] } else { vec![0.1, 0.32, 1.0, 4.0] };
    let etas: Vec<Bits> = etas.into_iter().map(Bits).collect();
    let mut all: Vec<Contestant> = etas.iter().map(|eta| Tuned(Recipe::of(Method::Empower { eta: *eta }))).collect();
    all.push(Tuned(Recipe::of(Method::SftN { n: 10 })));
    if !quick {
        // One threshold: the estimators differ most where little is taken.
        let method = Method::Empower { eta: PAPER_ETA };
        all.push(Tuned(Recipe { estimator: Estimator::Entropy, ..Recipe::of(method) }));
        all.push(Tuned(Recipe::of(Method::Utility(utility))));
        all.push(Tuned(Recipe::of(Method::SftN { n: 20 })));
        all.push(Tuned(Recipe::of(Method::SftRand { min: 1, max: 30 })));
    }
    all.extend([Base, BaseCut(10)]);
    if !quick {
        all.push(BaseCut(20));
    }
    all.extend(etas.into_iter().map(|eta| Stopped(StopRule::Nll { eta })));
    all.push(Stopped(StopRule::Utility(utility)));
    if !quick {
        all.push(Stopped(StopRule::Entropy { bound: Bits(0.32) }));
        all.push(Stopped(StopRule::FirstToken { likelihood: 0.9 }));
        all.push(Stopped(StopRule::LineEnd));
    }
    all.push(HumanAlone);
    all
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let start = Instant::now();
    let seed = Seed::new(arguments.seed);
    let model = assets::model_or_embedded(arguments.model.as_deref())?;
    let (base, tokenizer) = Engine::open(&model)?;
    let judge = arguments.judge.open()?;

    let n_functions = arguments.functions.unwrap_or(if arguments.quick { 100 } else { 600 });
    let documents = documents(&judge.interpreter().path, n_functions, seed.named("functions"))?;
    let path = assets::problems(Half::Eval)?;
    let mut problems = read_problems(&path, ProblemOptions::default(), false)?.problems;
    if let Some(limit) = arguments.problems.or(arguments.quick.then_some(12)) {
        problems.truncate(limit);
    }
    if problems.is_empty() {
        bail!("--problems 0: expected at least 1");
    }
    let settings = Settings {
        human: empower_sim::ReplayHuman { attention: arguments.attention, ..Default::default() },
        seed: seed.named("simulate").value() >> 11,
        batch: 48,
        ..Settings::default()
    };
    settings.validate()?;
    let training = TrainingSettings {
        learning_rate: arguments.learning_rate,
        ..TrainingSettings::fine_tuning(seed.named("train"))
    };
    let contestants = contestants(arguments.quick, arguments.attention);
    let manifest = Manifest::new(
        "demo",
        json!({ "training": training, "simulation": settings, "functions": n_functions, "problems": problems.len(),
                "contestants": contestants.iter().map(Contestant::label).collect::<Vec<_>>(),
                "interpreter": judge.interpreter().version }),
    )
    .input("model", ContentHash::of_bytes(base.model_id().0.as_bytes()))
    .input("documents", corpus_hash(&documents))
    .input("problems", ContentHash::of_file(&path)?)
    .seed("run", seed)
    .sandbox(judge.layers().iter().filter(|layer| layer.present).map(|layer| layer.name.to_string()).collect());
    let folder = RunFolder::open_or_resume(&arguments.out, manifest, arguments.resume)?;

    let scored = score(&base, &tokenizer, &documents, Estimator::Nll)?;
    let with_entropies =
        contestants.iter().any(|it| matches!(it, Contestant::Tuned(recipe) if recipe.estimator == Estimator::Entropy));
    let entropies = if with_entropies { score(&base, &tokenizer, &documents, Estimator::Entropy)? } else { Vec::new() };
    let tasks = tasks_of_problems(&problems, 1)?;
    let suite = RememberingJudge::new(SuiteJudge::new(&judge, &problems));
    let codec = TokenizerCodec(&tokenizer);
    let mut log = EpisodeLog::open(&folder.path("episodes.jsonl"))?;
    let selection = folder.path("selection.jsonl");
    let mut statistics = Vec::new();
    for contestant in &contestants {
        let tuned;
        let model = match contestant {
            Contestant::Tuned(recipe) => {
                let scored = if recipe.estimator == Estimator::Entropy { &entropies } else { &scored };
                let rows = steps::select(scored, *recipe, seed)?;
                let mut counts = ExampleStats::default();
                rows.iter().for_each(|row| counts.add(row));
                statistics.push((*recipe, counts));
                tuned = tune(&folder, &model, &tokenizer, &rows, *recipe, &training)?;
                &tuned
            }
            _ => &base,
        };
        let assistant = steps::assistant(*contestant, model);
        let progress = bar(tasks.len() as u64, &label(&assistant.method, assistant.eta));
        simulate_into(&mut log, &tasks, &assistant, &settings, &codec, &suite, &mut |done| {
            progress.set_position(done.done as u64);
            progress.set_message("episodes");
        })?;
        progress.finish();
    }
    log.sync()?;
    write_statistics(&selection, &statistics)?;

    let rows: Vec<EpisodeRow> = read_jsonl(&folder.path("episodes.jsonl"))?;
    let options = ReportOptions { title: "Empower: demo".to_owned(), seed: seed.named("report"), ..Default::default() };
    let report = write_report(folder.dir(), &rows, Some(folder.manifest()), &options)?;
    let seconds = start.elapsed().as_secs_f64();
    if arguments.json {
        print_json(&json!({ "rows": report.rows, "seconds": seconds }))?;
    } else {
        let page = folder.path("report.html");
        print_text(&format!("{}\n{}: {seconds:.0} seconds\n", report.to_terminal(), page.display()))?;
    }
    Ok(())
}

/// The training half's programs, then functions of the interpreter's standard library.
fn documents(python: &Path, n_functions: usize, seed: Seed) -> Result<Vec<Document>> {
    let path = assets::problems(Half::Train)?;
    let problems = read_problems(&path, ProblemOptions::default(), false)?.problems;
    let mut documents = reference_programs(&problems, &path);
    documents.extend(steps::library_functions(python, n_functions, seed)?);
    Ok(deduplicate(documents).0)
}

fn score(base: &Engine, tokenizer: &Tokenizer, documents: &[Document], estimator: Estimator) -> Result<Vec<ScoreRow>> {
    let progress = bar(documents.len() as u64, "score");
    let mut scored = Vec::with_capacity(documents.len());
    for group in documents.chunks(steps::SCORED_AT_ONCE) {
        scored.extend(steps::score(base, &|n_tokens| base.windowing(n_tokens), tokenizer, group, estimator)?);
        progress.inc(group.len() as u64);
    }
    progress.finish();
    Ok(scored)
}

/// The fine-tuned model of a method, from the run folder where it is finished there.
fn tune(
    folder: &RunFolder,
    model: &Path,
    tokenizer: &Tokenizer,
    rows: &[DocumentExamplesRow],
    recipe: Recipe,
    training: &TrainingSettings,
) -> Result<Engine> {
    let name = recipe.name();
    let eta = recipe.method.eta();
    let folder_name = match eta {
        Some(eta) => format!("models/{name}-{}", eta.0),
        None => format!("models/{name}"),
    };
    let target = folder.subfolder(&folder_name)?;
    let tuning = FineTuning { model, tokenizer, settings: training, lora: None, chat: None };
    let progress = bar(1000, &format!("train {}", label(&name, eta)));
    tuning.run(rows, &target, &mut |done, bits_per_token| {
        progress.set_position((done * 1000.0) as u64);
        progress.set_message(format!("per mille, {bits_per_token:.3} bits a target"));
    })?;
    progress.finish();
    tuning.open(&target)
}

#[derive(Serialize)]
struct SelectionRow {
    method: String,
    eta_bits: Option<f64>,
    #[serde(flatten)]
    counts: ExampleStats,
    silent_share: Option<f64>,
    mean_length: Option<f64>,
}

/// How many examples each method chose, and how many of them are silent.
fn write_statistics(path: &Path, statistics: &[(Recipe, ExampleStats)]) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut writer = JsonlWriter::append(path)?;
    for (recipe, counts) in statistics {
        writer.write(&SelectionRow {
            method: recipe.name(),
            eta_bits: recipe.method.eta().map(|eta| eta.0),
            silent_share: counts.silent_share(),
            mean_length: counts.mean_length(),
            counts: *counts,
        })?;
    }
    Ok(())
}
