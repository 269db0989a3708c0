//! `empower problems check`: whether a suite of problems is worth quoting. Reads it, runs what should pass and what
//! should not, and measures how hard it is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use empower_artifact::rows::Verdict;
use empower_data::{
    Finding, OverlapOptions, Problem, ProblemOptions, ProgramSize, Severity, SuiteRules, check_suite, lazy_programs,
    overlaps, program_size, read_problems, reference_programs,
};
use empower_engine::Engine;
use empower_judge::Submission;
use empower_lm::{Bits, Scorer};
use serde::Serialize;

use super::judge::JudgeOptions;
use super::score::aligned;
use crate::assets::{model_or_embedded, problems_named};
use crate::output::{bar, print_json, print_text};

/// Check a suite of problems: fields, tests, reference programs (run), lazy programs (must fail), twins, overlap.
///
/// Errors make the exit code 1; warnings do not. Also prints how hard the problems are by measure: length, branches,
/// and the bits of the reference programs under a model.
///
/// Example: empower problems check mine.jsonl --against train
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Problems with reference programs; `train` and `eval` are the halves of the embedded suite.
    #[arg(value_name = "FILE.jsonl")]
    problems: PathBuf,
    /// Other problems whose reference programs must not be found in this suite; may be given several times.
    #[arg(long, value_name = "FILE.jsonl")]
    against: Vec<PathBuf>,
    /// Fewest tests of a problem.
    #[arg(long, default_value_t = SuiteRules::default().min_tests)]
    min_tests: usize,
    /// Fewest public tests of a problem.
    #[arg(long, default_value_t = SuiteRules::default().min_public)]
    min_public: usize,
    /// Fewest reference programs of a problem.
    #[arg(long, default_value_t = SuiteRules::default().min_references)]
    min_references: usize,
    /// Run no program.
    #[arg(long)]
    no_judge: bool,
    /// Measure no bits.
    #[arg(long)]
    no_bits: bool,
    /// Model that the bits are measured under; the embedded one by default.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judge: JudgeOptions,
}

/// Measures of the problems of one difficulty, as means over reference programs.
#[derive(Debug, Serialize)]
struct Measured {
    difficulty: String,
    problems: usize,
    characters: f64,
    lines: f64,
    branches: f64,
    bits: Option<f64>,
    bits_per_token: Option<f64>,
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let path = problems_named(&arguments.problems)?;
    let problems = read_problems(&path, ProblemOptions::default(), false)?.problems;
    if problems.is_empty() {
        bail!("{} holds no problems", path.display());
    }
    let rules = SuiteRules {
        min_tests: arguments.min_tests,
        min_public: arguments.min_public,
        min_references: arguments.min_references,
    };
    let mut findings = check_suite(&problems, &rules);
    for other in &arguments.against {
        findings.extend(overlap_with(&problems, other)?);
    }
    if !arguments.no_judge {
        findings.extend(run_programs(&problems, &arguments.judge)?);
    }
    let measured = measure(&problems, &arguments)?;
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if arguments.json {
        print_json(&serde_json::json!({
            "problems": problems.len(), "errors": errors, "findings": findings, "difficulty": measured,
        }))?;
    } else {
        print_text(&text(&problems, &findings, errors, &measured))?;
    }
    if errors > 0 {
        bail!("{}: {errors} errors", path.display());
    }
    Ok(())
}

fn overlap_with(problems: &[Problem], other: &std::path::Path) -> Result<Vec<Finding>> {
    let other = problems_named(other)?;
    let theirs = read_problems(&other, ProblemOptions::default(), false)?.problems;
    let by_id: BTreeMap<&str, &Problem> = problems.iter().map(|it| (it.question_id.as_str(), it)).collect();
    let found = overlaps(
        &reference_programs(&theirs, &other),
        &reference_programs(problems, &other),
        &OverlapOptions::default(),
    );
    Ok(found
        .into_iter()
        .filter_map(|overlap| {
            let owner = overlap.held_out_id.rsplit_once('/').and_then(|(id, _)| by_id.get(id))?;
            let message = format!("reference program {} overlaps with {}", overlap.held_out_id, overlap.training_id);
            Some(Finding::error(owner, message))
        })
        .collect())
}

/// Reference programs must pass, lazy ones must not.
fn run_programs(problems: &[Problem], options: &JudgeOptions) -> Result<Vec<Finding>> {
    let judge = options.open()?;
    let lazy: Vec<Vec<(&'static str, String)>> = problems.iter().map(lazy_programs).collect();
    let mut submissions = Vec::new();
    let mut what = Vec::new();
    for (problem, lazy) in problems.iter().zip(&lazy) {
        let references = problem.reference_programs.iter().map(|program| (None, program));
        for (index, (does, program)) in
            references.chain(lazy.iter().map(|(does, program)| (Some(*does), program))).enumerate()
        {
            submissions.push(Submission { question_id: &problem.question_id, index, program, tests: &problem.tests });
            what.push((problem, does));
        }
    }
    let progress = bar(submissions.len() as u64, "judge");
    let rows = judge.judge(&submissions, &|done| progress.set_position(done as u64))?;
    progress.finish_and_clear();
    let finding = |(row, (problem, does)): (empower_artifact::rows::VerdictRow, (&Problem, Option<&str>))| {
        let detail = row.detail.lines().next().unwrap_or_default().to_owned();
        match does {
            _ if row.verdict == Verdict::Infrastructure => {
                Some(Finding::warning(problem, format!("a program got no verdict: {detail}")))
            }
            None if !row.passed => {
                Some(Finding::error(problem, format!("reference program {} fails: {detail}", row.index)))
            }
            Some(does) if row.passed => {
                Some(Finding::error(problem, format!("a program that only {does} passes every test")))
            }
            _ => None,
        }
    };
    Ok(rows.into_iter().zip(what).filter_map(finding).collect())
}

fn measure(problems: &[Problem], arguments: &Arguments) -> Result<Vec<Measured>> {
    let bits: Vec<Option<(f64, usize)>> = if arguments.no_bits {
        vec![None; problems.iter().map(|problem| problem.reference_programs.len()).sum()]
    } else {
        let (engine, tokenizer) = Engine::open(&model_or_embedded(arguments.model.as_deref())?)?;
        let tokens: Vec<_> =
            reference_programs(problems, &arguments.problems).iter().map(|it| tokenizer.encode(&it.text)).collect();
        let scores = engine.score(&tokens.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        let bits_of = |logprob: &f32| Bits::from_logprob(f64::from(*logprob)).0;
        let sum = |scored: &empower_lm::TokenLogprobs| {
            let known = scored.logprobs.iter().flatten();
            Some((known.clone().map(bits_of).sum(), known.count()))
        };
        scores.iter().map(sum).collect()
    };
    let sizes = problems.iter().flat_map(|problem| {
        problem.reference_programs.iter().map(|text| (problem.difficulty.to_string(), program_size(text)))
    });
    type Programs = Vec<(ProgramSize, Option<(f64, usize)>)>;
    let mut groups: BTreeMap<String, Programs> = BTreeMap::new();
    for ((difficulty, size), bits) in sizes.zip(bits) {
        groups.entry(difficulty).or_default().push((size, bits));
    }
    let row = |(difficulty, programs): (String, Programs)| {
        let n = programs.len() as f64;
        let mean =
            |of: &dyn Fn(&ProgramSize) -> usize| programs.iter().map(|(size, _)| of(size) as f64).sum::<f64>() / n;
        let bits: Option<(f64, usize)> =
            programs.iter().try_fold((0.0, 0), |sum, (_, bits)| bits.map(|bits| (sum.0 + bits.0, sum.1 + bits.1)));
        Measured {
            problems: problems.iter().filter(|problem| problem.difficulty.to_string() == difficulty).count(),
            characters: mean(&|size| size.characters),
            lines: mean(&|size| size.lines),
            branches: mean(&|size| size.branches),
            bits: bits.map(|(bits, _)| bits / n),
            bits_per_token: bits.map(|(bits, tokens)| bits / tokens.max(1) as f64),
            difficulty,
        }
    };
    Ok(groups.into_iter().map(row).collect())
}

fn text(problems: &[Problem], findings: &[Finding], errors: usize, measured: &[Measured]) -> String {
    let mut text = String::new();
    for finding in findings {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        text.push_str(&format!("{severity}: {}: {}\n", finding.question_id, finding.message));
    }
    let mut lines =
        vec![["difficulty", "problems", "characters", "lines", "branches", "bits", "bits a token"].map(str::to_owned)];
    let number = |value: Option<f64>, decimals: usize| {
        value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.decimals$}"))
    };
    for row in measured {
        lines.push([
            row.difficulty.clone(),
            row.problems.to_string(),
            number(Some(row.characters), 0),
            number(Some(row.lines), 1),
            number(Some(row.branches), 1),
            number(row.bits, 0),
            number(row.bits_per_token, 2),
        ]);
    }
    text.push_str(&aligned(&lines));
    let warnings = findings.len() - errors;
    text.push_str(&format!("{} problems: {errors} errors, {warnings} warnings\n", problems.len()));
    text
}
