//! `empower judge`: programs to verdicts. What judging is lives in `empower-judge`; this file reads, counts and prints.
//!
//! Programs are spooled and problems read one at a time, so that neither a large set of problems nor many programs need
//! to fit the memory. With `--out` each verdict is on disk when it is known, and a run that was killed goes on.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use empower_artifact::rows::{Verdict, VerdictRow};
use empower_artifact::{ContentHash, Manifest};
use empower_data::Problem;
use empower_judge::{
    Judge, JudgeSettings, Judged, Mode, Order, SandboxPolicy, Speed, Start, Task, TestKind, known_issue, quirks_of,
};
use empower_report::PassAtK;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::grading::{AtHand, Loaded, ProgramArguments, pass_at_k_lines};
use super::problems::ProblemFilters;
use super::score::aligned;
use crate::output::{Sink, bar};

pub(super) mod rows;
mod run;
pub(super) mod spool;

use rows::{JournalRow, printed};
use run::{JudgeFolder, Session};
use spool::Spool;

/// Judge programs: run them against their problems' tests in a sandbox.
///
/// Reads problems of any source (see `empower problems --help`) and programs as [{"question_id", "code_list": […]}] or
/// as HumanEval's samples, and prints, with --json, a row a program: {"question_id", "index", "verdict", "passed",
/// "tests_run", "detail"}. Programs that fail are verdicts, not errors: the exit status is 0.
///
/// Mode `native` is what a person who runs the program would see; mode `lcb` gives the verdicts of LiveCodeBench's own
/// grader, its defects included, and rows with the grader's code: {…, "mode": "lcb", "upstream_code"}.
///
/// Example: empower judge --problems problems.jsonl --programs programs.json --json
///
/// More:
///   empower judge --problems problems.jsonl --programs programs.json --mode lcb --out runs/judged
///   empower judge --problems problems.jsonl --programs programs.json --out runs/judged --resume
///   empower judge --problems HumanEval.jsonl --programs samples.jsonl --pass-at 1,10
///   empower judge --problems livecodebench/ --release v6 --programs outputs.json --eval-all eval_all.json
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Problems with tests: a file or folder, which may be given several times; `train` and `eval` are the halves of the
    /// embedded suite.
    #[arg(long, value_name = "PATH", default_value = "eval")]
    problems: Vec<PathBuf>,
    /// Print JSON rows rather than a table.
    #[arg(long)]
    json: bool,
    /// Add to JSON rows what was measured: wall and processor time of each test, peak memory, and how many time-outs
    /// did not repeat when run again alone.
    #[arg(long, requires = "json")]
    times: bool,
    /// Keep a journal of verdicts, and at the end all of them, in this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with the run in --out; what is judged is not judged again.
    #[arg(long, requires = "out")]
    resume: bool,
    /// Judge in both modes and list the programs on which they differ, with what may explain it.
    #[arg(long, conflicts_with_all = ["out", "mode", "times"])]
    compare_modes: bool,
    /// Leave out the programs of problems that LiveCodeBench's authors list as having several right answers, being
    /// interactive, or having a wrong test.
    #[arg(long)]
    exclude_known: bool,
    /// Raise the time limit by as much as this machine is slower than the reference.
    #[arg(long)]
    scale_limits: bool,
    #[command(flatten)]
    programs: ProgramArguments,
    #[command(flatten)]
    filters: ProblemFilters,
    #[command(flatten)]
    judge: JudgeOptions,
}

/// How programs are run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Judge")]
pub struct JudgeOptions {
    /// Wall time of a test, start of the interpreter included. LiveCodeBench's 6 seconds by default.
    #[arg(long, value_name = "SECONDS", default_value = "6", value_parser = seconds)]
    pub timeout: Duration,
    /// Memory of a test; above what any accepted program was seen to need.
    #[arg(long, value_name = "MIB", default_value = "1024", value_parser = clap::value_parser!(u64).range(64..=1 << 20))]
    pub memory: u64,
    /// Programs judged at a time; as many as there are cores by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub workers: Option<u64>,
    /// What to do where programs cannot be confined: refuse (strict), or run them all the same (none).
    #[arg(long, value_enum, default_value_t = Sandbox::Strict)]
    pub sandbox: Sandbox,
    /// Python interpreter; the first `python3` on the search path by default.
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
    /// Whose verdicts: those of a person who runs the program, or those of LiveCodeBench's grader.
    #[arg(long, value_enum, default_value_t = ModeName::Native)]
    pub mode: ModeName,
    /// Whether a test's process is forked from a warm interpreter or a fresh one. The verdicts are the same.
    #[arg(long, value_enum, default_value_t = StartName::Warm)]
    pub start: StartName,
    /// Tests as given, or those first that failed earlier programs of the problem: another failing test may then be
    /// reported, and programs of one problem are judged one after another.
    #[arg(long, value_enum, default_value_t = OrderName::AsGiven)]
    pub order: OrderName,
}

/// The sandbox asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sandbox {
    /// Refuse to run without every required layer.
    Strict,
    /// Run with limits alone; for programs that you trust.
    None,
}

/// The mode asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeName {
    /// What a person who runs the program would see.
    Native,
    /// The verdicts of LiveCodeBench's grader.
    Lcb,
}

/// The start asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StartName {
    /// Forked from an interpreter that has loaded what programs import.
    Warm,
    /// Started afresh.
    Cold,
}

/// The order asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderName {
    /// As given.
    AsGiven,
    /// Tests that failed earlier programs first.
    FailFast,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.01..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "expected seconds, from 0.01 to 86400".to_owned())
}

impl JudgeOptions {
    /// What verdicts depend on, for manifests and keys. Workers and the interpreter's place do not enter.
    pub fn record(&self, judge: Option<&Judge>) -> Value {
        let settings = self.settings();
        json!({
            "time_limit_seconds": settings.time_limit.as_secs_f64(),
            "memory_limit_bytes": settings.memory_limit,
            "output_limit_bytes": settings.output_limit,
            "sandbox": settings.sandbox,
            "mode": settings.mode,
            "python": judge.map(|judge| judge.interpreter().version.clone()),
        })
    }

    /// The judge's settings.
    pub fn settings(&self) -> JudgeSettings {
        let defaults = JudgeSettings::default();
        JudgeSettings {
            time_limit: self.timeout,
            memory_limit: self.memory << 20,
            workers: self.workers.map_or(defaults.workers, |workers| workers as usize),
            sandbox: match self.sandbox {
                Sandbox::Strict => SandboxPolicy::Strict,
                Sandbox::None => SandboxPolicy::None,
            },
            mode: match self.mode {
                ModeName::Native => Mode::Native,
                ModeName::Lcb => Mode::Lcb,
            },
            start: match self.start {
                StartName::Warm => Start::Warm,
                StartName::Cold => Start::Cold,
            },
            order: match self.order {
                OrderName::AsGiven => Order::AsGiven,
                OrderName::FailFast => Order::FailFast,
            },
            python: self.python.clone(),
            ..defaults
        }
    }

    /// Opens the judge, and says so where nothing confines what it runs.
    pub fn open(&self) -> Result<Judge> {
        self.open_with(self.settings())
    }

    fn open_with(&self, settings: JudgeSettings) -> Result<Judge> {
        let judge = Judge::open(settings)?;
        if self.sandbox == Sandbox::None {
            eprintln!("warning: --sandbox none: programs can do whatever you can");
        } else if let (_, Some(why)) = judge.start() {
            eprintln!("note: every test starts a fresh interpreter, which is slower: {why}");
        }
        Ok(judge)
    }
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let problems = AtHand::open(&arguments.problems, &arguments.filters)?;
    let Loaded { mut spool, samples } = arguments.programs.load(&problems)?;
    if spool.is_empty() {
        bail!("{} holds no programs\nhint: put them into the rows' `code_list`", arguments.programs.path().display());
    }
    let excluded = excluded(&arguments, &problems, &spool)?;
    spool.leave_out(&excluded);
    if spool.is_empty() {
        bail!(
            "no program is left to judge\nhint: every problem is excluded; see --exclude, --exclude-known and the filters"
        );
    }
    if arguments.compare_modes {
        return compare_modes(&arguments, &problems, &spool);
    }
    let mut settings = arguments.judge.settings();
    let mut folder = match &arguments.out {
        Some(dir) => Some(JudgeFolder::open(dir, manifest(&arguments, &problems, &excluded)?, arguments.resume)?),
        None => None,
    };
    let mut judge = arguments.judge.open_with(settings.clone())?;
    if folder.is_some() || arguments.scale_limits {
        let speed =
            Speed::measure(&judge).map_err(|detail| anyhow::anyhow!("measuring this machine's speed: {detail}"))?;
        // The first session of a run decides, or the second half would be judged by another limit.
        let slowness = folder.as_ref().and_then(JudgeFolder::first_slowness).unwrap_or(speed.slowness);
        eprintln!("note: this machine takes {:.2} times as long as the reference", speed.slowness);
        if arguments.scale_limits {
            settings.time_limit = Speed { slowness, ..speed }.scaled(settings.time_limit);
            eprintln!("note: the time limit is {:.1} s", settings.time_limit.as_secs_f64());
            drop(judge);
            judge = Judge::open(settings.clone())?;
        }
        if let Some(folder) = &mut folder {
            folder.begin(&Session::new(&judge, &speed, settings.time_limit))?;
        }
    }
    let rows = judge_all(&judge, problems.reader(wanted(&spool))?, &spool, folder.as_mut())?;
    if let Some(folder) = &mut folder {
        folder.finish(&rows)?;
    }
    say_what_to_know(&rows);
    let estimates = arguments.programs.pass_at_k(rows.iter().map(|row| &row.row));
    let mut out = Sink::stdout();
    if arguments.json {
        rows.iter().try_for_each(|row| out.row(&printed(row, settings.mode, arguments.times)))?;
        eprint!("{}", pass_at_k_lines(&estimates));
    } else {
        out.text(&table(&rows, &estimates))?;
    }
    out.finish()?;
    arguments.programs.write(&problems, &spool, &excluded, &samples, &rows)
}

/// What makes the run what it is.
fn manifest(arguments: &Arguments, problems: &AtHand, excluded: &HashSet<String>) -> Result<Manifest> {
    let settings = arguments.judge.settings();
    let mut excluded: Vec<&String> = excluded.iter().collect();
    excluded.sort();
    let manifest = Manifest::new(
        "judge",
        json!({
            "mode": settings.mode,
            "order": settings.order,
            "time_limit_seconds": settings.time_limit.as_secs_f64(),
            "scale_limits": arguments.scale_limits,
            "memory_limit_bytes": settings.memory_limit,
            "output_limit_bytes": settings.output_limit,
            "sandbox": settings.sandbox,
            "excluded": excluded,
        }),
    );
    Ok(manifest.input("problems", problems.hash()?).input("programs", ContentHash::of_file(arguments.programs.path())?))
}

/// The problems to leave out: every program's problem must be there, unless filters may have taken it away.
fn excluded(arguments: &Arguments, problems: &AtHand, spool: &Spool) -> Result<HashSet<String>> {
    let titles: HashMap<&str, &str> =
        problems.index.entries.iter().map(|entry| (entry.question_id(), entry.title())).collect();
    let (mut excluded, mut known) = (HashSet::new(), Vec::new());
    for id in spool.question_ids() {
        match titles.get(id) {
            Some(title) => known.extend(known_issue(id, title).map(|issue| (id.to_owned(), issue))),
            None if arguments.filters.is_empty() => bail!(
                "{}: problem {id} is not in {}\nhint: name the file that has it with --problems",
                arguments.programs.path().display(),
                problems.named()
            ),
            None => drop(excluded.insert(id.to_owned())),
        }
    }
    if !excluded.is_empty() {
        eprintln!("note: the programs of {} problems are left out by the filters", excluded.len());
    }
    if !known.is_empty() {
        let list: Vec<String> = known.iter().map(|(id, issue)| format!("{id} ({})", json!(issue))).collect();
        let what = if arguments.exclude_known { "left out" } else { "--exclude-known leaves them out" };
        eprintln!(
            "note: LiveCodeBench's authors list these as unfit for one expected output, {what}: {}",
            list.join(", ")
        );
    }
    if arguments.exclude_known {
        excluded.extend(known.into_iter().map(|(id, _)| id));
    }
    Ok(excluded)
}

/// The problems that have programs.
fn wanted(spool: &Spool) -> HashSet<String> {
    spool.entries().map(|(question_id, _)| question_id.to_owned()).collect()
}

/// Judges every spooled program that the folder has no verdict on, and returns all in the spool's order.
fn judge_all(
    judge: &Judge,
    mut problems: impl Iterator<Item = Result<Problem>> + Send,
    spool: &Spool,
    folder: Option<&mut JudgeFolder>,
) -> Result<Vec<JournalRow>> {
    let mut known = folder.as_ref().map(|folder| folder.judged()).unwrap_or_default();
    let rows: Vec<Option<JournalRow>> =
        spool.entries().map(|(id, index)| known.remove(&(id.to_owned(), index))).collect();
    let already = rows.iter().flatten().count();
    let todo: Vec<bool> = rows.iter().map(Option::is_none).collect();
    let progress = bar(rows.len() as u64, "judge");
    progress.set_position(already as u64);
    progress.reset_eta();
    let rows = Mutex::new((rows, folder, None::<anyhow::Error>));
    let stop = AtomicBool::new(false);
    let public_only = Mutex::new(0);
    let fail = |error: anyhow::Error| {
        stop.store(true, Ordering::Relaxed);
        rows.lock().unwrap_or_else(PoisonError::into_inner).2.get_or_insert(error);
    };

    let mut by_problem: HashMap<&str, Vec<usize>> = HashMap::new();
    for (position, (id, _)) in spool.entries().enumerate() {
        if todo[position] {
            by_problem.entry(id).or_default().push(position);
        }
    }
    let positions: HashMap<(&str, usize), usize> = spool.entries().enumerate().map(|(i, entry)| (entry, i)).collect();
    // One problem at a time: the published set is larger than many a memory. Reading stops with the last one wanted.
    let mut queue: Vec<usize> = Vec::new();
    let mut tests = None;
    let tasks = std::iter::from_fn(|| {
        loop {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            if let (Some(position), Some((question_id, tests))) = (queue.pop(), &tests) {
                match spool.program(position) {
                    Ok((index, program)) => {
                        let (question_id, tests) = (String::clone(question_id), Arc::clone(tests));
                        return Some(Task { question_id, index, program, tests });
                    }
                    Err(error) => fail(error),
                }
                continue;
            }
            if by_problem.is_empty() {
                return None;
            }
            match problems.next()? {
                Err(error) => fail(error),
                Ok(problem) => {
                    if let Some(wanted) = by_problem.remove(problem.question_id.as_str()) {
                        *public_only.lock().unwrap_or_else(PoisonError::into_inner) +=
                            usize::from(problem.is_public_only());
                        // Taken from the end.
                        queue = wanted.into_iter().rev().collect();
                        tests = Some((problem.question_id, Arc::new(problem.tests)));
                    }
                }
            }
        }
    });
    let sink = |judged: Judged| {
        let row = JournalRow::new(judged);
        let mut guard = rows.lock().unwrap_or_else(PoisonError::into_inner);
        let (rows, folder, error) = &mut *guard;
        if let Some(folder) = folder
            && let Err(failure) = folder.add(&row)
        {
            stop.store(true, Ordering::Relaxed);
            error.get_or_insert(failure);
        }
        let at = positions[&(row.row.question_id.as_str(), row.row.index)];
        rows[at] = Some(row);
        progress.inc(1);
    };
    let judged = watched(judge, &progress, || judge.judge_stream(tasks, &sink));
    progress.finish_and_clear();
    let (rows, _, error) = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = error {
        return Err(error);
    }
    judged?;
    let public_only = public_only.into_inner().unwrap_or_else(PoisonError::into_inner);
    if public_only > 0 {
        eprintln!(
            "note: {public_only} problems came without private tests: their verdicts rest on the public ones alone"
        );
    }
    let rows: Option<Vec<JournalRow>> = rows.into_iter().collect();
    rows.context("a problem is gone that was there before\nhint: do not change the files of problems during a run")
}

/// When to say that nothing moves.
#[derive(Debug)]
struct Stall {
    done: u64,
    since: Instant,
    patience: Duration,
    said: bool,
}

impl Stall {
    fn new(now: Instant, judge: &Judge) -> Self {
        let limit = judge.settings().time_limit;
        // chosen: what a test can take at most, beside others, again alone, and three times where the machine fails;
        // in mode `lcb` a program counts as a whole.
        let patience = match judge.settings().mode {
            Mode::Native => limit * 8,
            Mode::Lcb => limit * 60,
        };
        Self { done: 0, since: now, patience: patience.max(Duration::from_secs(60)), said: false }
    }

    /// Whether to say it now: once for each time that the count stands still.
    fn look(&mut self, now: Instant, done: u64) -> bool {
        if done != self.done {
            (self.done, self.since, self.said) = (done, now, false);
        }
        let stalled = !self.said && now.duration_since(self.since) >= self.patience;
        self.said |= stalled;
        stalled
    }
}

/// Does `work` while another thread watches that tests get done.
fn watched<T>(judge: &Judge, progress: &ProgressBar, work: impl FnOnce() -> T) -> T {
    let (over, is_over) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut stall = Stall::new(Instant::now(), judge);
            while let Err(std::sync::mpsc::RecvTimeoutError::Timeout) = is_over.recv_timeout(Duration::from_secs(1)) {
                progress.tick();
                if stall.look(Instant::now(), judge.tests_done()) {
                    let waited = stall.patience.as_secs();
                    progress.suspend(|| {
                        eprintln!(
                            "warning: no test has ended for {waited} s; the machine may be overloaded or out of memory"
                        );
                    });
                }
            }
        });
        let result = work();
        drop(over);
        result
    })
}

/// What a person should know about the verdicts, on standard error.
fn say_what_to_know(rows: &[JournalRow]) {
    let infrastructure = rows.iter().filter(|row| row.row.verdict == Verdict::Infrastructure).count();
    if infrastructure > 0 {
        eprintln!("warning: {infrastructure} programs have no verdict because the machine, not the program, failed");
    }
    let disagreed = rows.iter().filter(|row| row.time_outs_disagreed > 0).count();
    if disagreed > 0 {
        eprintln!(
            "note: {disagreed} programs ran out of time beside others and not alone; what came out alone counts. Fewer \
             --workers may help"
        );
    }
}

/// Judges in both modes and lists where they differ.
fn compare_modes(arguments: &Arguments, problems: &AtHand, spool: &Spool) -> Result<()> {
    let mut both = Vec::new();
    for mode in [Mode::Native, Mode::Lcb] {
        let judge = arguments.judge.open_with(JudgeSettings { mode, ..arguments.judge.settings() })?;
        let rows = judge_all(&judge, problems.reader(wanted(spool))?, spool, None)?;
        say_what_to_know(&rows);
        both.push(rows);
    }
    let mut kinds: HashMap<String, TestKind> = HashMap::new();
    for problem in problems.reader(wanted(spool))? {
        let problem = problem?;
        kinds.insert(problem.question_id, problem.tests.kind);
    }
    let mut out = Sink::stdout();
    let (mut passes, mut verdicts) = (0, 0);
    for (position, (native, lcb)) in both[0].iter().zip(&both[1]).enumerate() {
        if native.row.verdict == lcb.row.verdict {
            continue;
        }
        verdicts += 1;
        passes += usize::from(native.row.passed != lcb.row.passed);
        let (_, program) = spool.program(position)?;
        let kind = kinds.get(&native.row.question_id).unwrap_or(&TestKind::Stdin);
        let row = rows::Difference::new(native, lcb, quirks_of(&program, kind));
        if arguments.json { out.row(&row)? } else { out.text(&row.to_string())? }
    }
    if !arguments.json {
        let all = spool.len();
        out.text(&format!(
            "{all} programs: the modes differ on whether {passes} pass, and on the verdict of {verdicts}\n"
        ))?;
    }
    out.finish()
}

/// Every verdict, in the order of JUDGE's table, with its name in rows.
const VERDICTS: [(Verdict, &str); 7] = [
    (Verdict::Pass, "pass"),
    (Verdict::WrongAnswer, "wrong_answer"),
    (Verdict::TimeLimit, "time_limit"),
    (Verdict::MemoryLimit, "memory_limit"),
    (Verdict::OutputLimit, "output_limit"),
    (Verdict::RuntimeError, "runtime_error"),
    (Verdict::Infrastructure, "infrastructure"),
];

/// Counts by verdict, pass@k, and what failed.
fn table(journal: &[JournalRow], estimates: &[PassAtK]) -> String {
    let rows: Vec<&VerdictRow> = journal.iter().map(|row| &row.row).collect();
    let mut lines = vec![["verdict".to_owned(), "programs".to_owned()]];
    for (verdict, name) in VERDICTS {
        let count = rows.iter().filter(|row| row.verdict == verdict).count();
        lines.push([name.to_owned(), count.to_string()]);
    }
    lines.push(["all".to_owned(), rows.len().to_string()]);
    let mut text = aligned(&lines);
    text.push_str(&pass_at_k_lines(estimates));
    text.push_str(&rows::used(journal));
    for row in rows.iter().filter(|row| !row.passed) {
        let name = VERDICTS.iter().find(|(verdict, _)| *verdict == row.verdict).map_or("", |(_, name)| name);
        let detail = row.detail.lines().next().unwrap_or_default();
        text.push_str(&format!("{}[{}] {name}: {detail}\n", row.question_id, row.index));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(question_id: &str, index: usize, verdict: Verdict) -> JournalRow {
        let passed = verdict == Verdict::Pass;
        let detail = if passed { String::new() } else { "test 2: why\nmore".to_owned() };
        let row = VerdictRow { question_id: question_id.to_owned(), index, verdict, passed, tests_run: 2, detail };
        JournalRow { row, tests: Vec::new(), peak_memory_bytes: None, time_outs_disagreed: 0, upstream_code: None }
    }

    #[test]
    fn the_table_has_counts_and_failures() {
        let rows = [
            row("a", 0, Verdict::Pass),
            row("b", 0, Verdict::Pass),
            row("b", 1, Verdict::WrongAnswer),
            row("b", 2, Verdict::Infrastructure),
            row("c", 0, Verdict::Infrastructure),
        ];
        let text = table(&rows, &super::super::grading::pass_at_k(rows.iter().map(|row| &row.row), &[1]));
        assert!(text.contains("wrong_answer           1\n"), "{text}");
        assert!(text.contains("pass@1 0.7500 over 2 problems"), "{text}");
        assert!(text.contains("\nb[1] wrong_answer: test 2: why\n"), "{text}");
    }

    #[test]
    fn seconds_have_a_range() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "nan", "inf", "1e9", "six"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_stall_is_said_once() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut stall = Stall { done: 0, since: start, patience: Duration::from_secs(60), said: false };
        assert!(!stall.look(after(59), 0));
        assert!(stall.look(after(60), 0) && !stall.look(after(600), 0));
        assert!(!stall.look(after(601), 1) && !stall.look(after(660), 1));
        assert!(stall.look(after(661), 1));
    }
}
