//! What goes into `empower judge` and comes out of it in the forms of others: programs and their problems, files of
//! results, pass@k. The forms live in `empower-data`, the estimate in `empower-report`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use empower_artifact::Seed;
use empower_artifact::rows::{Verdict, VerdictRow};
use empower_data::{
    EvalAllRow, Problem, ProblemIndex, ProblemOptions, ProblemReader, ProblemSource, Programs, ProgramsFormat,
    ProgramsRow, sample_result,
};
use empower_judge::known_issue;
use empower_report::{PassAtK, estimate_pass_at_k};

use super::problems::{ProblemFilters, report_skipped, sources_named};
use crate::output::Sink;

/// Resamples of an interval, as the report's.
const RESAMPLES: usize = 10_000;

/// Programs, and what is made of their verdicts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Programs")]
pub struct ProgramArguments {
    /// Programs to judge: [{"question_id", "code_list": […]}] or the same a line, {"question_id", "code"} a line, a list
    /// of lists in the order of the problems' ids, or HumanEval's samples {"task_id", "completion"} a line.
    #[arg(long, value_name = "FILE")]
    pub programs: PathBuf,
    /// The form of --programs where it is not to be found out: lists, positional or samples.
    #[arg(long, value_name = "NAME", value_parser = |text: &str| text.parse::<ProgramsFormat>())]
    programs_format: Option<ProgramsFormat>,
    /// Numbers of tries for pass@k, such as 1,5,10.
    #[arg(long, value_name = "K", value_delimiter = ',', default_value = "1", value_parser = clap::value_parser!(u64).range(1..))]
    pass_at: Vec<u64>,
    /// Write LiveCodeBench's eval_all form to this file: a list with each problem's fields, code_list, graded_list,
    /// pass@1 and metadata.
    #[arg(long, value_name = "FILE.json")]
    eval_all: Option<PathBuf>,
    /// Write HumanEval's results to this file: each sample with `result` and `passed`. Only for samples.
    #[arg(long, value_name = "FILE.jsonl")]
    sample_results: Option<PathBuf>,
}

/// A program in its place.
#[derive(Debug, Clone, Copy)]
pub struct Submitted<'a> {
    /// Its problem.
    pub question_id: &'a str,
    /// Position among the problem's programs.
    pub index: usize,
    /// Its text.
    pub program: &'a str,
}

/// Programs, and where the problems are that they are for. Problems are read when they are needed.
pub struct Inputs {
    programs: Programs,
    source: ProblemSource,
    options: ProblemOptions,
    skip_broken: bool,
}

impl Inputs {
    /// Reads programs, and of the problems their ids and titles. With `exclude_known` the programs of problems that are
    /// known to be unfit for judging are left out.
    pub fn read(
        arguments: &ProgramArguments,
        paths: &[PathBuf],
        filters: &ProblemFilters,
        exclude_known: bool,
    ) -> Result<Self> {
        let path = &arguments.programs;
        let mut programs = Programs::read(path, arguments.programs_format)?;
        if arguments.sample_results.is_some() && programs.format != ProgramsFormat::Samples {
            bail!("--sample-results: {} holds no samples\nhint: use --eval-all", path.display());
        }
        if programs.rows.iter().all(|row| row.code_list.is_empty()) {
            bail!("{} holds no programs\nhint: put them into the rows' `code_list`", path.display());
        }
        let (options, skip_broken) = (filters.options()?, filters.skip_broken());
        let source = ProblemSource::open(&sources_named(paths)?, &options)?;
        let index = ProblemIndex::read(&source, options.clone(), skip_broken)?;
        report_skipped(&index.skipped);
        if programs.format == ProgramsFormat::Positional {
            let ids = index.entries.iter().map(|entry| entry.question_id().to_owned()).collect();
            programs.assign(path, ids)?;
        }
        let titles: HashMap<&str, &str> =
            index.entries.iter().map(|entry| (entry.question_id(), entry.title())).collect();
        let before = programs.rows.len();
        if !filters.is_empty() {
            // What the filters leave out is left out with its programs.
            programs.rows.retain(|row| titles.contains_key(row.question_id.as_str()));
        }
        if let Some(row) = programs.rows.iter().find(|row| !titles.contains_key(row.question_id.as_str())) {
            bail!(
                "{}: problem {} is not in {}\nhint: name the file that has it with --problems",
                path.display(),
                row.question_id,
                paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
            );
        }
        let known = |row: &ProgramsRow| known_issue(&row.question_id, titles[row.question_id.as_str()]);
        let unfit: Vec<String> = programs
            .rows
            .iter()
            .filter_map(|row| known(row).map(|issue| format!("{} ({})", row.question_id, issue.words())))
            .collect();
        if !unfit.is_empty() {
            let what = if exclude_known { "are left out" } else { "--exclude-known leaves them out" };
            eprintln!("note: known to be unfit for one expected output; {what}: {}", unfit.join(", "));
        }
        if exclude_known {
            programs.rows.retain(|row| known(row).is_none());
        }
        if programs.rows.len() < before {
            eprintln!("note: the programs of {} problems are left out", before - programs.rows.len());
        }
        if programs.rows.iter().all(|row| row.code_list.is_empty()) {
            bail!("no program is left to judge\nhint: the filters and --exclude-known leave out every problem");
        }
        let wanted: HashSet<String> = programs.rows.iter().map(|row| row.question_id.clone()).collect();
        programs.samples.retain(|sample| wanted.contains(&sample.question_id));
        let options = ProblemOptions { only: Some(wanted), ..options };
        let mut inputs = Self { programs, source, options, skip_broken };
        if !inputs.programs.samples.is_empty() {
            let mut prompts: HashMap<String, String> = HashMap::new();
            for problem in inputs.problems()? {
                let problem = problem?;
                prompts.insert(problem.question_id, problem.starter_code);
            }
            inputs.programs.complete(|id| prompts.get(id).map(String::as_str));
        }
        Ok(inputs)
    }

    /// The programs, in the order of their file.
    pub fn submitted(&self) -> impl Iterator<Item = Submitted<'_>> {
        self.programs.rows.iter().flat_map(|ProgramsRow { question_id, code_list }| {
            code_list.iter().enumerate().map(|(index, program)| Submitted { question_id, index, program })
        })
    }

    /// The problems that have programs, one at a time, in the order of their files. Broken rows are passed over where
    /// that was asked for.
    pub fn problems(&self) -> Result<impl Iterator<Item = Result<Problem>> + Send + use<>> {
        let skip_broken = self.skip_broken;
        let reader = ProblemReader::of(&self.source, self.options.clone())?;
        Ok(reader.filter_map(move |problem| match problem {
            Ok(problem) => Some(Ok(problem)),
            Err(error) if skip_broken && error.is_broken_row() => None,
            Err(error) => Some(Err(error.into())),
        }))
    }

    /// Whether broken rows are passed over.
    pub fn skips_broken(&self) -> bool {
        self.skip_broken
    }

    /// The ids of problems that lists exclude, in order.
    pub fn excluded(&self) -> BTreeSet<&str> {
        self.options.excluded.iter().map(String::as_str).collect()
    }

    /// Writes the files that were asked for.
    pub fn write(&self, arguments: &ProgramArguments, rows: &[VerdictRow]) -> Result<()> {
        if let Some(path) = &arguments.eval_all {
            self.write_eval_all(path, rows).context("--eval-all")?;
        }
        if let Some(path) = &arguments.sample_results {
            self.write_sample_results(path, rows).context("--sample-results")?;
        }
        Ok(())
    }

    fn write_eval_all(&self, path: &Path, rows: &[VerdictRow]) -> Result<()> {
        let mut by_problem: HashMap<&str, Vec<&VerdictRow>> = HashMap::new();
        for row in rows {
            by_problem.entry(&row.question_id).or_default().push(row);
        }
        let programs: HashMap<&str, &[String]> =
            self.programs.rows.iter().map(|row| (row.question_id.as_str(), row.code_list.as_slice())).collect();
        // Upstream's file goes by id.
        let mut problems = BTreeMap::new();
        for problem in self.problems()? {
            let problem = problem?;
            let verdicts = by_problem.get(problem.question_id.as_str()).map(Vec::as_slice).unwrap_or_default();
            let row = EvalAllRow::of(&problem, programs[problem.question_id.as_str()], verdicts)
                .map_err(|index| anyhow::anyhow!("{}[{index}] was not judged", problem.question_id))?;
            problems.insert(problem.question_id, row);
        }
        let mut out = Sink::open(Some(path))?;
        out.text("[\n")?;
        for (i, row) in problems.values().enumerate() {
            out.text(if i == 0 { "" } else { "," })?;
            out.row(row)?;
        }
        out.text("]\n")?;
        out.finish()
    }

    fn write_sample_results(&self, path: &Path, rows: &[VerdictRow]) -> Result<()> {
        let verdicts: HashMap<(&str, usize), &VerdictRow> =
            rows.iter().map(|row| ((row.question_id.as_str(), row.index), row)).collect();
        let mut out = Sink::open(Some(path))?;
        for sample in &self.programs.samples {
            let verdict = verdicts.get(&(sample.question_id.as_str(), sample.index));
            let verdict =
                verdict.with_context(|| format!("{}[{}] was not judged", sample.question_id, sample.index))?;
            out.row(&sample_result(sample, verdict))?;
        }
        out.finish()
    }
}

impl ProgramArguments {
    /// pass@k for every k that was asked for. Programs without a verdict for want of a working machine are left out.
    pub fn pass_at_k(&self, rows: &[VerdictRow]) -> Vec<PassAtK> {
        pass_at_k(rows, &self.pass_at)
    }
}

/// Counts programs by problem; the seed is fixed, so that the same verdicts give the same interval.
pub fn pass_at_k(rows: &[VerdictRow], ks: &[u64]) -> Vec<PassAtK> {
    let mut problems: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.verdict != Verdict::Infrastructure) {
        let (judged, passed) = problems.entry(&row.question_id).or_default();
        *judged += 1;
        *passed += u64::from(row.passed);
    }
    let problems: Vec<(u64, u64)> = problems.into_values().collect();
    estimate_pass_at_k(&problems, ks, RESAMPLES, Seed::new(0).named("pass@k"))
}

/// A line for each k.
pub fn pass_at_k_lines(estimates: &[PassAtK]) -> String {
    let line = |PassAtK { k, n_problems, estimate }: &PassAtK| match (estimate.value, estimate.se, estimate.interval) {
        (Some(value), Some(se), Some([low, high])) => {
            format!(
                "pass@{k} {value:.4} over {n_problems} problems (standard error {se:.4}, 95% {low:.4} to {high:.4})\n"
            )
        }
        (Some(value), ..) => format!("pass@{k} {value:.4} over {n_problems} problem\n"),
        _ => format!("pass@{k} n/a: no problem has {k} judged programs\n"),
    };
    estimates.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(question_id: &str, verdict: Verdict) -> VerdictRow {
        let passed = verdict == Verdict::Pass;
        VerdictRow {
            question_id: question_id.to_owned(),
            index: 0,
            verdict,
            passed,
            tests_run: 2,
            detail: String::new(),
        }
    }

    #[test]
    fn faults_of_the_machine_do_not_count() {
        let rows = [
            row("a", Verdict::Pass),
            row("b", Verdict::Pass),
            row("b", Verdict::WrongAnswer),
            row("b", Verdict::Infrastructure),
            row("c", Verdict::Infrastructure),
        ];
        let text = pass_at_k_lines(&pass_at_k(&rows, &[1, 2, 3]));
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].starts_with("pass@1 0.7500 over 2 problems (standard error 0.2500, 95% 0.5000 to 1.0000)"),
            "{text}"
        );
        assert_eq!(lines[1], "pass@2 1.0000 over 1 problem");
        assert_eq!(lines[2], "pass@3 n/a: no problem has 3 judged programs");
    }
}
