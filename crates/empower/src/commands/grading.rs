//! What goes into `empower judge` and comes out of it in the forms of others: programs and their problems, files of
//! results, pass@k. The forms live in `empower-data`, the estimate in `empower-report`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use empower_artifact::rows::{Verdict, VerdictRow};
use empower_artifact::{ContentHash, Seed};
use empower_data::{
    DataError, EvalAllRow, Place, Problem, ProblemIndex, ProblemOptions, ProblemReader, ProblemSource, Programs,
    ProgramsFormat, Sample, sample_result,
};
use empower_report::{PassAtK, estimate_pass_at_k};

use super::judge::rows::JournalRow;
use super::judge::spool::Spool;
use super::problems::{ProblemFilters, report_skipped, source_hash, sources_named};
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
    programs: PathBuf,
    /// The form of --programs where it is not to be found out: lists, positional or samples.
    #[arg(long, value_name = "NAME", value_parser = |text: &str| text.parse::<ProgramsFormat>())]
    programs_format: Option<ProgramsFormat>,
    /// Numbers of tries for pass@k, such as 1,5,10.
    #[arg(long, value_name = "K", value_delimiter = ',', default_value = "1", value_parser = clap::value_parser!(u64).range(1..))]
    pass_at: Vec<u64>,
    /// Write LiveCodeBench's eval_all form to this file: a list with each problem's fields, code_list, graded_list,
    /// pass@1 and metadata.
    #[arg(long, value_name = "FILE.json", conflicts_with = "compare_modes")]
    eval_all: Option<PathBuf>,
    /// Write HumanEval's results to this file: each sample with `result` and `passed`. Only for samples.
    #[arg(long, value_name = "FILE.jsonl", conflicts_with = "compare_modes")]
    sample_results: Option<PathBuf>,
}

/// The problems of a source that the filters leave, without their tests.
pub struct AtHand {
    source: ProblemSource,
    options: ProblemOptions,
    /// What there is.
    pub index: ProblemIndex,
    paths: Vec<PathBuf>,
}

impl AtHand {
    /// Goes through the source once.
    pub fn open(paths: &[PathBuf], filters: &ProblemFilters) -> Result<Self> {
        let (paths, options) = (sources_named(paths)?, filters.options()?);
        let source = ProblemSource::open(&paths, &options)?;
        let index = ProblemIndex::read(&source, options.clone(), filters.skip_broken())?;
        report_skipped(&index.skipped);
        Ok(Self { source, options, index, paths })
    }

    /// Reads those of these ids that are there, with their tests, one at a time. Rows that could not be indexed are not
    /// looked at again.
    pub fn reader(&self, only: HashSet<String>) -> Result<impl Iterator<Item = Result<Problem>> + Send + use<>> {
        let places: HashSet<Place> = self
            .index
            .entries
            .iter()
            .filter(|entry| only.contains(entry.question_id()))
            .map(|entry| entry.place.clone())
            .collect();
        let skips = !self.index.skipped.is_empty();
        let reader = ProblemReader::of(&self.source, ProblemOptions { only: Some(only), ..self.options.clone() })?;
        // An error of a row that is not wanted was reported when the index was made.
        let is_told = move |error: &DataError| {
            skips && error.is_broken_row() && !error.place().is_some_and(|place| places.contains(place))
        };
        Ok(reader.filter(move |problem| !problem.as_ref().is_err_and(&is_told)).map(|problem| Ok(problem?)))
    }

    /// A hash of all that could be read.
    pub fn hash(&self) -> Result<ContentHash> {
        source_hash(&self.source)
    }

    /// What was named, for messages.
    pub fn named(&self) -> String {
        self.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    }
}

/// Programs that wait for their verdicts.
pub struct Loaded {
    /// The programs.
    pub spool: Spool,
    /// The lines of a file of samples; empty for other forms.
    pub samples: Vec<Sample>,
}

impl ProgramArguments {
    /// The file of programs.
    pub fn path(&self) -> &Path {
        &self.programs
    }

    /// Reads the programs: the commonest form a row at a time, others whole.
    pub fn load(&self, problems: &AtHand) -> Result<Loaded> {
        let is_list =
            matches!(self.programs_format, None | Some(ProgramsFormat::Lists)) && begins_rows(&self.programs)?;
        let loaded = if is_list {
            Loaded { spool: Spool::read(&self.programs)?, samples: Vec::new() }
        } else {
            self.load_other(problems)?
        };
        if self.sample_results.is_some() && loaded.samples.is_empty() {
            bail!("--sample-results: {} holds no samples\nhint: use --eval-all", self.programs.display());
        }
        Ok(loaded)
    }

    fn load_other(&self, problems: &AtHand) -> Result<Loaded> {
        let mut programs = Programs::read(&self.programs, self.programs_format)?;
        if programs.format == ProgramsFormat::Positional {
            let ids = problems.index.entries.iter().map(|entry| entry.question_id().to_owned()).collect();
            programs.assign(&self.programs, ids)?;
        }
        if programs.format == ProgramsFormat::Samples {
            let mut prompts = HashMap::new();
            let only = programs.rows.iter().map(|row| row.question_id.clone()).collect();
            for problem in problems.reader(only)? {
                let problem = problem?;
                prompts.insert(problem.question_id, problem.starter_code);
            }
            programs.complete(|id| prompts.get(id).map(String::as_str));
        }
        Ok(Loaded { spool: Spool::of(programs.rows)?, samples: programs.samples })
    }

    /// Writes the files that were asked for.
    pub fn write(
        &self,
        problems: &AtHand,
        spool: &Spool,
        excluded: &HashSet<String>,
        samples: &[Sample],
        rows: &[JournalRow],
    ) -> Result<()> {
        if let Some(path) = &self.eval_all {
            write_eval_all(path, problems, spool, excluded, rows).context("--eval-all")?;
        }
        if let Some(path) = &self.sample_results {
            write_sample_results(path, samples, rows).context("--sample-results")?;
        }
        Ok(())
    }

    /// pass@k for every k that was asked for. Programs without a verdict for want of a working machine are left out.
    pub fn pass_at_k<'a>(&self, rows: impl Iterator<Item = &'a VerdictRow>) -> Vec<PassAtK> {
        pass_at_k(rows, &self.pass_at)
    }
}

/// Whether a file begins with a list of objects, or an empty one.
fn begins_rows(path: &Path) -> Result<bool> {
    let mut bytes = Vec::new();
    // chosen: more blank space than anybody writes before the first row.
    let file = File::open(path).and_then(|file| file.take(64 << 10).read_to_end(&mut bytes));
    file.with_context(|| format!("cannot read {}\nhint: --programs names a file of programs", path.display()))?;
    let mut first = bytes.iter().filter(|byte| !byte.is_ascii_whitespace());
    Ok(first.next() == Some(&b'[') && matches!(first.next(), Some(b'{' | b']') | None))
}

fn write_eval_all(
    path: &Path,
    problems: &AtHand,
    spool: &Spool,
    excluded: &HashSet<String>,
    rows: &[JournalRow],
) -> Result<()> {
    let mut positions: HashMap<&str, Vec<usize>> = HashMap::new();
    for (position, (question_id, _)) in spool.entries().enumerate() {
        positions.entry(question_id).or_default().push(position);
    }
    let mut out = Sink::open(Some(path))?;
    out.text("[\n")?;
    // Upstream's file goes by id.
    let ids: BTreeSet<&str> = spool.question_ids().filter(|id| !excluded.contains(*id)).collect();
    for (i, question_id) in ids.into_iter().enumerate() {
        let gone = || format!("{question_id} is gone from {}", problems.named());
        let problem = problems.index.load(problems.index.find(question_id).with_context(gone)?)?;
        let positions = positions.get(question_id).map(Vec::as_slice).unwrap_or_default();
        let programs = positions.iter().map(|&position| Ok(spool.program(position)?.1)).collect::<Result<Vec<_>>>()?;
        let verdicts: Vec<_> =
            positions.iter().map(|&position| (&rows[position].row, rows[position].upstream_code)).collect();
        let row = EvalAllRow::of(&problem, &programs, &verdicts)
            .map_err(|index| anyhow::anyhow!("{question_id}[{index}] was not judged"))?;
        out.text(if i == 0 { "" } else { "," })?;
        out.row(&row)?;
    }
    out.text("]\n")?;
    out.finish()
}

/// A line for each sample that was judged, in the order of their file.
fn write_sample_results(path: &Path, samples: &[Sample], rows: &[JournalRow]) -> Result<()> {
    let verdicts: HashMap<(&str, usize), &VerdictRow> =
        rows.iter().map(|row| ((row.row.question_id.as_str(), row.row.index), &row.row)).collect();
    let mut out = Sink::open(Some(path))?;
    for sample in samples {
        if let Some(verdict) = verdicts.get(&(sample.question_id.as_str(), sample.index)) {
            out.row(&sample_result(sample, verdict))?;
        }
    }
    out.finish()
}

/// Counts programs by problem; the seed is fixed, so that the same verdicts give the same interval.
pub fn pass_at_k<'a>(rows: impl Iterator<Item = &'a VerdictRow>, ks: &[u64]) -> Vec<PassAtK> {
    let mut problems: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for row in rows.filter(|row| row.verdict != Verdict::Infrastructure) {
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
        _ => format!("pass@{k} n/a: no problem has that many judged programs\n"),
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
        let text = pass_at_k_lines(&pass_at_k(rows.iter(), &[1, 2, 3]));
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].starts_with("pass@1 0.7500 over 2 problems (standard error 0.2500, 95% 0.5000 to 1.0000)"),
            "{text}"
        );
        assert_eq!(lines[1], "pass@2 1.0000 over 1 problem");
        assert_eq!(lines[2], "pass@3 n/a: no problem has that many judged programs");
    }
}
