//! `empower judge`: programs to verdicts. What judging is lives in `empower-judge`; this file reads, counts and prints.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};
use empower_artifact::rows::{Verdict, VerdictRow};
use empower_judge::{Judge, JudgeSettings, SandboxPolicy, Submission};
use empower_report::PassAtK;

use super::grading::{Inputs, ProgramArguments, pass_at_k_lines};
use super::problems::ProblemFilters;
use super::score::aligned;
use crate::output::{Sink, bar};

/// Judge programs: run them against their problems' tests in a sandbox.
///
/// Reads problems of any source (see `empower problems --help`) and programs as [{"question_id", "code_list": […]}] or
/// as HumanEval's samples, and prints, with --json, a row a program: {"question_id", "index", "verdict", "passed",
/// "tests_run", "detail"}. Programs that fail are verdicts, not errors: the exit status is 0.
///
/// Example: empower judge --problems problems.jsonl --programs programs.json --json
/// Example: empower judge --problems HumanEval.jsonl --programs samples.jsonl --pass-at 1,10
/// Example: empower judge --problems livecodebench/ --release v6 --programs outputs.json --eval-all eval_all.json
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
}

/// The sandbox asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sandbox {
    /// Refuse to run without every required layer.
    Strict,
    /// Run with limits alone; for programs that you trust.
    None,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.01..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "expected seconds, from 0.01 to 86400".to_owned())
}

impl JudgeOptions {
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
            python: self.python.clone(),
            ..defaults
        }
    }

    /// Opens the judge, and says so where nothing confines what it runs.
    pub fn open(&self) -> Result<Judge> {
        let judge = Judge::open(self.settings())?;
        if self.sandbox == Sandbox::None {
            eprintln!("warning: --sandbox none: programs can do whatever you can");
        }
        Ok(judge)
    }
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let inputs = Inputs::read(&arguments.programs, &arguments.problems, &arguments.filters)?;
    let mut submissions = Vec::new();
    let mut public_only = 0;
    for row in &inputs.programs.rows {
        let problem = inputs.problem(&row.question_id);
        public_only += usize::from(problem.is_public_only());
        submissions.extend(row.code_list.iter().enumerate().map(|(index, program)| Submission {
            question_id: &row.question_id,
            index,
            program,
            tests: &problem.tests,
        }));
    }
    let judge = arguments.judge.open()?;
    let progress = bar(submissions.len() as u64, "judge");
    let rows = judge.judge(&submissions, &|done| progress.set_position(done as u64))?;
    progress.finish_and_clear();

    if public_only > 0 {
        eprintln!(
            "note: {public_only} problems came without private tests: their verdicts rest on the public ones alone"
        );
    }
    let infrastructure = rows.iter().filter(|row| row.verdict == Verdict::Infrastructure).count();
    if infrastructure > 0 {
        eprintln!("warning: {infrastructure} programs have no verdict because the machine, not the program, failed");
    }
    let estimates = arguments.programs.pass_at_k(&rows);
    let mut out = Sink::stdout();
    if arguments.json {
        rows.iter().try_for_each(|row| out.row(row))?;
        eprint!("{}", pass_at_k_lines(&estimates));
    } else {
        out.text(&table(&rows, &estimates))?;
    }
    out.finish()?;
    inputs.write(&arguments.programs, &rows)
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
fn table(rows: &[VerdictRow], estimates: &[PassAtK]) -> String {
    let mut lines = vec![["verdict".to_owned(), "programs".to_owned()]];
    for (verdict, name) in VERDICTS {
        let count = rows.iter().filter(|row| row.verdict == verdict).count();
        lines.push([name.to_owned(), count.to_string()]);
    }
    lines.push(["all".to_owned(), rows.len().to_string()]);
    let mut text = aligned(&lines);
    text.push_str(&pass_at_k_lines(estimates));
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

    fn row(question_id: &str, index: usize, verdict: Verdict) -> VerdictRow {
        let passed = verdict == Verdict::Pass;
        let detail = if passed { String::new() } else { "test 2: why\nmore".to_owned() };
        VerdictRow { question_id: question_id.to_owned(), index, verdict, passed, tests_run: 2, detail }
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
        let text = table(&rows, &super::super::grading::pass_at_k(&rows, &[1]));
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
}
