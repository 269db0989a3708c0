//! `empower problems`: what a source of problems holds, one problem of it, and the same in our own format. Sources and
//! formats live in `empower-data`; this file chooses, counts and prints.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use empower_artifact::ContentHash;
use empower_data::{
    DataError, Difficulty, Problem, ProblemEntry, ProblemFormat, ProblemIndex, ProblemKind, ProblemOptions,
    ProblemReader, ProblemRow, ProblemSource, Release, read_exclusions,
};
use empower_judge::TestKind;
use serde::Serialize;

use super::score::aligned;
use crate::assets::problems_named;
use crate::output::{Sink, bar};

/// Look at problems and convert them: LiveCodeBench, HumanEval, MBPP, CodeContests, Codeforces, APPS, our own.
///
/// A source is a file or a folder of files (JSON Lines or Parquet), or `train` and `eval` for the halves of the embedded
/// suite. Its format shows in its fields. Every command with --problems takes the same sources.
///
/// Example: empower problems list livecodebench/ --release release_v6 --from 2024-08-01
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(ListArguments),
    Show(ShowArguments),
    Convert(ConvertArguments),
    Check(super::problems_check::Arguments),
}

/// Count problems by platform, difficulty and kind, or list them.
///
/// With --json one object: {"problems", "platforms", "difficulties", "kinds", "first_date", "last_date", …}; with --each
/// and --json a row a problem. No test is decoded, and one row is in memory at a time.
///
/// Example: empower problems list test.jsonl test2.jsonl --platform atcoder --difficulty hard --each
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
struct ListArguments {
    /// Files or folders.
    #[arg(value_name = "PATH", default_value = "eval")]
    paths: Vec<PathBuf>,
    /// List every problem rather than count.
    #[arg(long)]
    each: bool,
    /// Print JSON rather than tables.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    filters: ProblemFilters,
}

/// Show a problem: its statement, what its tests are like, and one of them in full.
///
/// Example: empower problems show emp-A-02 --test 3
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
struct ShowArguments {
    /// The problem.
    question_id: String,
    /// Files or folders.
    #[arg(value_name = "PATH", default_value = "eval")]
    paths: Vec<PathBuf>,
    /// Print only this test, in full, counted from 1 with public tests first.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    test: Option<u64>,
    /// Print the reference programs too.
    #[arg(long)]
    references: bool,
    /// Print the problem as a row of our format.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    filters: ProblemFilters,
}

/// Write problems of any source as JSON Lines in LiveCodeBench's eleven fields, and `reference_programs` beside them.
///
/// Rows are read and written one at a time, and the file appears when it is whole. LiveCodeBench's own loader reads the
/// result where every problem has a date, a difficulty and tests of its two kinds.
///
/// Example: empower problems convert codecontests.parquet --difficulty easy --out easy.jsonl
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
struct ConvertArguments {
    /// Files or folders.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The file to write; standard output by default.
    #[arg(long, value_name = "FILE.jsonl")]
    out: Option<PathBuf>,
    #[command(flatten)]
    filters: ProblemFilters,
}

/// Which problems of a source are taken.
#[derive(Debug, Clone, Args, Serialize)]
#[command(next_help_heading = "Problems")]
pub struct ProblemFilters {
    /// The source's format, where its fields do not show it: livecodebench, humaneval, mbpp, codecontests, codeforces,
    /// apps or sandboxfusion.
    #[arg(long, value_name = "NAME", value_parser = parse::<ProblemFormat>)]
    #[serde(serialize_with = "as_text")]
    format: Option<ProblemFormat>,
    /// LiveCodeBench's release in a folder with its files: release_v1 to release_v6, or v1 to v6 for one shard.
    #[arg(long, value_name = "NAME", value_parser = parse::<Release>)]
    #[serde(serialize_with = "as_text")]
    release: Option<Release>,
    /// First contest day, YYYY-MM-DD; problems without a date are then left out.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Last contest day, YYYY-MM-DD; problems without a date are then left out.
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Only this platform, such as leetcode; may be given several times.
    #[arg(long, value_name = "NAME")]
    platform: Vec<String>,
    /// Only this difficulty: easy, medium, hard or unknown; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = parse::<Difficulty>)]
    difficulty: Vec<Difficulty>,
    /// Leave out the problems with these ids: a file with one a line, or a JSON list.
    #[arg(long, value_name = "FILE")]
    exclude: Vec<PathBuf>,
    /// Skip and list broken rows, rather than stop at the first.
    #[arg(long)]
    skip_broken: bool,
}

fn parse<T: std::str::FromStr<Err = String>>(text: &str) -> Result<T, String> {
    text.parse()
}

fn as_text<T: std::fmt::Display, S: serde::Serializer>(value: &Option<T>, out: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(ToString::to_string).serialize(out)
}

impl ProblemFilters {
    /// The options for reading. Reads the files of exclusions.
    pub fn options(&self) -> Result<ProblemOptions> {
        let mut excluded = HashSet::new();
        for path in &self.exclude {
            excluded.extend(read_exclusions(path).context("--exclude")?);
        }
        Ok(ProblemOptions {
            format: self.format,
            release: self.release,
            from_date: self.from.clone(),
            until_date: self.until.clone(),
            platforms: self.platform.clone(),
            difficulties: self.difficulty.clone(),
            excluded,
            ..ProblemOptions::default()
        })
    }

    /// Whether nothing is left out and everything is found out.
    pub fn is_empty(&self) -> bool {
        let Self { format, release, from, until, platform, difficulty, exclude, skip_broken } = self;
        let chosen = format.is_some() || release.is_some() || from.is_some() || until.is_some() || *skip_broken;
        !chosen && platform.is_empty() && difficulty.is_empty() && exclude.is_empty()
    }

    /// Whether broken rows are skipped.
    pub fn skip_broken(&self) -> bool {
        self.skip_broken
    }
}

/// The files and folders that are named, with `train` and `eval` for the halves of the embedded suite.
pub fn sources_named(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    paths.iter().map(|path| problems_named(path)).collect()
}

/// A hash of a source's files: of the file where it is one, else of the files' hashes in order.
///
/// # Errors
/// A file that cannot be read.
pub fn source_hash(source: &ProblemSource) -> Result<ContentHash> {
    let hashes: Vec<ContentHash> =
        source.files().iter().map(|(path, _)| Ok(ContentHash::of_file(path)?)).collect::<Result<_>>()?;
    match hashes.as_slice() {
        [one] => Ok(*one),
        many => {
            let bytes: Vec<u8> = many.iter().flat_map(|hash| hash.as_bytes().iter().copied()).collect();
            Ok(ContentHash::of_bytes(bytes))
        }
    }
}

/// Says on standard error which rows were skipped.
pub fn report_skipped(skipped: &[DataError]) {
    for error in skipped {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
        eprintln!("skipped: {error}{cause}");
    }
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::List(arguments) => list(&arguments),
        Command::Show(arguments) => show(&arguments),
        Command::Convert(arguments) => convert(&arguments),
        Command::Check(arguments) => super::problems_check::run(arguments),
    }
}

/// What a source holds.
#[derive(Debug, Serialize)]
struct Counts {
    problems: usize,
    files: Vec<String>,
    formats: BTreeSet<&'static str>,
    platforms: BTreeMap<String, usize>,
    difficulties: BTreeMap<Difficulty, usize>,
    /// `unknown` where only the tests show it.
    kinds: BTreeMap<String, usize>,
    first_date: Option<String>,
    last_date: Option<String>,
    undated: usize,
    skipped: usize,
}

fn counts(source: &ProblemSource, index: &ProblemIndex) -> Counts {
    let mut dates: Vec<&str> =
        index.entries.iter().map(ProblemEntry::contest_date).filter(|it| !it.is_empty()).collect();
    dates.sort_unstable();
    let mut counts = Counts {
        problems: index.entries.len(),
        files: source.files().iter().map(|(path, _)| path.display().to_string()).collect(),
        formats: source.files().iter().map(|(_, format)| format.name()).collect(),
        platforms: BTreeMap::new(),
        difficulties: BTreeMap::new(),
        kinds: BTreeMap::new(),
        first_date: dates.first().map(|date| (*date).to_owned()),
        last_date: dates.last().map(|date| (*date).to_owned()),
        undated: index.entries.len() - dates.len(),
        skipped: index.skipped.len(),
    };
    for entry in &index.entries {
        *counts.platforms.entry(entry.platform().to_owned()).or_default() += 1;
        *counts.difficulties.entry(entry.difficulty()).or_default() += 1;
        *counts.kinds.entry(kind_name(entry.kind())).or_default() += 1;
    }
    counts
}

fn kind_name(kind: Option<ProblemKind>) -> String {
    kind.map_or_else(|| "unknown".to_owned(), |kind| kind.to_string())
}

/// A problem of `--each --json`.
#[derive(Debug, Serialize)]
struct EntryRow<'a> {
    question_id: &'a str,
    title: &'a str,
    platform: &'a str,
    contest_id: &'a str,
    contest_date: &'a str,
    difficulty: Difficulty,
    kind: String,
    file: String,
    row: Option<usize>,
}

fn list(arguments: &ListArguments) -> Result<()> {
    let options = arguments.filters.options()?;
    let source = ProblemSource::open(&sources_named(&arguments.paths)?, &options)?;
    let index = ProblemIndex::read(&source, options, arguments.filters.skip_broken)?;
    report_skipped(&index.skipped);
    let mut out = Sink::stdout();
    match (arguments.each, arguments.json) {
        (false, true) => out.row(&counts(&source, &index))?,
        (false, false) => out.text(&table(&counts(&source, &index)))?,
        (true, true) => {
            for entry in &index.entries {
                out.row(&EntryRow {
                    question_id: entry.question_id(),
                    title: entry.title(),
                    platform: entry.platform(),
                    contest_id: entry.contest_id(),
                    contest_date: entry.contest_date(),
                    difficulty: entry.difficulty(),
                    kind: kind_name(entry.kind()),
                    file: entry.place.path.display().to_string(),
                    row: entry.place.line,
                })?;
            }
        }
        (true, false) => {
            let mut lines = vec![["problem", "platform", "difficulty", "kind", "day", "title"].map(str::to_owned)];
            for entry in &index.entries {
                lines.push([
                    entry.question_id().to_owned(),
                    entry.platform().to_owned(),
                    entry.difficulty().to_string(),
                    kind_name(entry.kind()),
                    entry.contest_date().chars().take(10).collect(),
                    entry.title().to_owned(),
                ]);
            }
            out.text(&left_aligned(&lines))?;
        }
    }
    out.finish()
}

/// Columns of text, all but the last padded.
fn left_aligned<const N: usize>(lines: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn table(counts: &Counts) -> String {
    let files = counts.files.len();
    let formats: Vec<&str> = counts.formats.iter().copied().collect();
    let mut text = format!(
        "{} problems in {files} {} ({})\n",
        counts.problems,
        if files == 1 { "file" } else { "files" },
        formats.join(", ")
    );
    if let (Some(first), Some(last)) = (&counts.first_date, &counts.last_date) {
        let day = |date: &str| -> String { date.chars().take(10).collect() };
        text.push_str(&format!("from {} to {}", day(first), day(last)));
        text.push_str(&if counts.undated > 0 { format!(", {} without a date\n", counts.undated) } else { "\n".into() });
    }
    let mut section = |name: &str, rows: Vec<(String, usize)>| {
        let mut lines = vec![[name.to_owned(), "problems".to_owned()]];
        lines.extend(rows.into_iter().map(|(name, count)| [name, count.to_string()]));
        text.push('\n');
        text.push_str(&aligned(&lines));
    };
    section("platform", counts.platforms.iter().map(|(name, count)| (name.clone(), *count)).collect());
    section("difficulty", counts.difficulties.iter().map(|(name, count)| (name.to_string(), *count)).collect());
    section("kind", counts.kinds.iter().map(|(name, count)| (name.clone(), *count)).collect());
    text
}

fn show(arguments: &ShowArguments) -> Result<()> {
    let options =
        ProblemOptions { only: Some(HashSet::from([arguments.question_id.clone()])), ..arguments.filters.options()? };
    let source = ProblemSource::open(&sources_named(&arguments.paths)?, &options)?;
    let index = ProblemIndex::read(&source, options, arguments.filters.skip_broken)?;
    let Some(entry) = index.find(&arguments.question_id) else {
        bail!(
            "problem {} is not there\nhint: `empower problems list --each` prints the ids of a source",
            arguments.question_id
        );
    };
    let problem = index.load(entry)?;
    let mut out = Sink::stdout();
    match arguments.test {
        _ if arguments.json => out.row(&ProblemRow::of(&problem))?,
        Some(number) => out.text(&test_in_full(&problem, number)?)?,
        None => {
            out.text(&summary(&problem))?;
            if arguments.references {
                for (i, program) in problem.reference_programs.iter().enumerate() {
                    out.text(&format!("\n== reference program {}\n{}\n", i + 1, program.trim_end()))?;
                }
            }
        }
    }
    out.finish()
}

fn test_in_full(problem: &Problem, number: u64) -> Result<String> {
    let n_tests = problem.tests.cases.len();
    let Some(case) = usize::try_from(number - 1).ok().and_then(|i| problem.tests.cases.get(i)) else {
        bail!(
            "--test {number}: problem {} has {n_tests} tests\nhint: they are counted from 1, public ones first",
            problem.question_id
        );
    };
    if problem.tests.kind == TestKind::Assertions {
        return Ok(format!("== assertions\n{}\n", case.input.trim_end_matches('\n')));
    }
    let end = |text: &str| if text.ends_with('\n') { "" } else { "\n" };
    Ok(format!("== input\n{}{}== output\n{}{}", case.input, end(&case.input), case.output, end(&case.output)))
}

fn summary(problem: &Problem) -> String {
    let known = |name: &str, value: &str| if value.is_empty() { String::new() } else { format!(", {name} {value}") };
    let mut text = format!(
        "{}  {}\n{}, {}{}{}\n\n{}\n",
        problem.question_id,
        problem.title,
        problem.platform,
        if problem.difficulty == Difficulty::Unknown {
            "difficulty unknown".to_owned()
        } else {
            problem.difficulty.to_string()
        },
        known("contest", &problem.contest_id),
        known("on", &problem.contest_date.chars().take(10).collect::<String>()),
        problem.content.trim_end()
    );
    if !problem.starter_code.is_empty() {
        text.push_str(&format!("\n== starter code\n{}\n", problem.starter_code.trim_end()));
    }
    let cases = &problem.tests.cases;
    let kind = match &problem.tests.kind {
        TestKind::Functional { func_name } => format!("functional: {func_name}"),
        kind => ProblemKind::of(kind).to_string(),
    };
    text.push_str(&format!(
        "\n== {} tests ({kind}), {} of them public; {} reference programs\n",
        cases.len(),
        problem.n_public,
        problem.reference_programs.len()
    ));
    // chosen: a screen; --test shows any of them.
    const SHOWN: usize = 20;
    let mut lines = vec![["test", "bytes", "input", "output"].map(str::to_owned)];
    for (i, case) in cases.iter().take(SHOWN).enumerate() {
        let public = if i < problem.n_public { " public" } else { "" };
        lines.push([
            format!("{}{public}", i + 1),
            (case.input.len() + case.output.len()).to_string(),
            shortened(&case.input, 40),
            shortened(&case.output, 24),
        ]);
    }
    text.push_str(&left_aligned(&lines));
    if cases.len() > SHOWN {
        text.push_str(&format!("and {} more\n", cases.len() - SHOWN));
    }
    text
}

/// The beginning of a text on one line.
fn shortened(text: &str, width: usize) -> String {
    let line = text.trim_end().replace('\n', "⏎").replace('\r', "");
    if line.chars().count() <= width { line } else { line.chars().take(width - 1).chain(['…']).collect() }
}

fn convert(arguments: &ConvertArguments) -> Result<()> {
    let options = arguments.filters.options()?;
    let source = ProblemSource::open(&sources_named(&arguments.paths)?, &options)?;
    let mut reader = ProblemReader::of(&source, options)?;
    let mut out = Sink::open(arguments.out.as_deref())?;
    let progress = bar(source.bytes(), "convert");
    let (mut n_written, mut skipped) = (0, Vec::new());
    let (mut n_assertions, mut n_undated, mut n_ungraded) = (0, 0, 0);
    while let Some(problem) = reader.next() {
        let problem = match problem {
            Err(error) if arguments.filters.skip_broken && error.is_broken_row() => {
                skipped.push(error);
                continue;
            }
            problem => problem?,
        };
        n_assertions += usize::from(problem.tests.kind == TestKind::Assertions);
        n_undated += usize::from(problem.contest_date.is_empty());
        n_ungraded += usize::from(problem.difficulty == Difficulty::Unknown);
        out.row(&ProblemRow::of(&problem))?;
        n_written += 1;
        progress.set_position(reader.bytes_read());
        progress.set_message(format!("bytes, {n_written} problems"));
    }
    if n_written == 0 {
        bail!(
            "no problem was written: none is wanted, or all are broken\nhint: `empower problems list` shows what there is"
        );
    }
    out.finish()?;
    progress.finish_and_clear();
    report_skipped(&skipped);
    eprintln!("{n_written} problems written, {} broken rows skipped", skipped.len());
    for (count, what) in [
        (n_assertions, "have assertions (testtype `assert`)"),
        (n_ungraded, "have no known difficulty (`unknown`)"),
        (n_undated, "have no date (an empty `contest_date`)"),
    ] {
        if count > 0 {
            eprintln!("note: {count} {what}, which LiveCodeBench's own loader does not read; this program does");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_tests_are_shortened_to_one_line() {
        assert_eq!(shortened("1 2\n3\n", 40), "1 2⏎3");
        assert_eq!(shortened(&"x".repeat(50), 5), "xxxx…");
        assert_eq!(shortened("éééééé", 5), "éééé…");
    }

    #[test]
    fn columns_line_up() {
        let lines = [["a".to_owned(), "long title".to_owned()], ["bcd".to_owned(), String::new()]];
        assert_eq!(left_aligned(&lines), "a    long title\nbcd\n");
    }
}
