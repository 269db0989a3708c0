//! What a set of problems must have to be worth quoting, as far as reading it tells: fields, tests, reference programs,
//! overlap. Nothing is run here: [`lazy_programs`] are what a judge should refuse, [`reference_programs`] what it should
//! pass.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use empower_judge::TestKind;
use serde::Serialize;

use crate::document::Document;
use crate::error::Place;
use crate::overlap::{OverlapKind, OverlapOptions, overlaps};
use crate::problem::Problem;
use crate::python_lex::scan;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Verdicts on the problem cannot be trusted.
    Error,
    /// Worth a look.
    Warning,
}

/// Something about one problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The problem.
    pub question_id: String,
    /// How bad it is.
    pub severity: Severity,
    /// What, and what to do about it.
    pub message: String,
}

impl Finding {
    /// An error.
    pub fn error(problem: &Problem, message: impl Into<String>) -> Self {
        Self { question_id: problem.question_id.clone(), severity: Severity::Error, message: message.into() }
    }

    /// A warning.
    pub fn warning(problem: &Problem, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(problem, message) }
    }
}

/// What is asked of every problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuiteRules {
    /// Fewest tests.
    pub min_tests: usize,
    /// Fewest of them public.
    pub min_public: usize,
    /// Fewest reference programs.
    pub min_references: usize,
}

impl Default for SuiteRules {
    /// Those of this project's own suite.
    fn default() -> Self {
        Self { min_tests: 10, min_public: 2, min_references: 2 }
    }
}

/// What can be said of problems by reading them. In the problems' order.
pub fn check_suite(problems: &[Problem], rules: &SuiteRules) -> Vec<Finding> {
    let mut findings: Vec<Finding> = problems.iter().flat_map(|problem| check_problem(problem, rules)).collect();
    findings.extend(twins(problems));
    let order: HashMap<&str, usize> =
        problems.iter().enumerate().map(|(i, problem)| (problem.question_id.as_str(), i)).collect();
    findings.sort_by_key(|finding| (order[finding.question_id.as_str()], finding.severity));
    findings
}

fn check_problem(problem: &Problem, rules: &SuiteRules) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut error = |message: String| findings.push(Finding::error(problem, message));
    for (field, text) in [("question_title", &problem.title), ("question_content", &problem.content)] {
        if text.trim().is_empty() {
            error(format!("`{field}` is empty"));
        }
    }
    let cases = &problem.tests.cases;
    if cases.len() < rules.min_tests {
        error(format!("{} tests; at least {} are asked for", cases.len(), rules.min_tests));
    }
    if problem.n_public < rules.min_public {
        error(format!("{} public tests; at least {} are asked for", problem.n_public, rules.min_public));
    }
    let mut seen = HashMap::new();
    for (i, case) in cases.iter().enumerate() {
        if let Some(first) = seen.insert(case.input.as_str(), i) {
            error(format!("tests {} and {} have the same input", first + 1, i + 1));
        }
        if case.output.trim().is_empty() {
            error(format!("test {} expects no output: a program that does nothing passes it", i + 1));
        }
    }
    if cases.len() > 1 && cases.iter().map(|case| case.output.trim()).collect::<HashSet<_>>().len() == 1 {
        error("every test expects the same output".to_owned());
    }
    let references = &problem.reference_programs;
    if references.len() < rules.min_references {
        error(format!("{} reference programs; at least {} are asked for", references.len(), rules.min_references));
    }
    if references.len() > 1
        && references.iter().map(|text| text.trim()).collect::<HashSet<_>>().len() < references.len()
    {
        error("two reference programs are the same".to_owned());
    }
    // chosen: an input ten times as long as the public ones is where a careless program runs out of time.
    let longest = |cases: &[empower_judge::TestCase]| cases.iter().map(|case| case.input.len()).max().unwrap_or(0);
    let (public, private) = cases.split_at(problem.n_public.min(cases.len()));
    if !private.is_empty() && longest(private) < 10 * longest(public) {
        findings.push(Finding::warning(
            problem,
            format!(
                "no large input: the longest private one has {} bytes, the longest public one {}",
                longest(private),
                longest(public)
            ),
        ));
    }
    findings
}

/// Problems that say or solve the same as an earlier one.
fn twins(problems: &[Problem]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut titles: HashMap<String, &Problem> = HashMap::new();
    for problem in problems {
        if let Some(first) = titles.insert(problem.title.trim().to_lowercase(), problem) {
            findings.push(Finding::error(problem, format!("the title is that of {}", first.question_id)));
        }
    }
    let documents = reference_programs(problems, Path::new("the suite"));
    let owner = |id: &str| id.rsplit_once('/').map_or(id.to_owned(), |(problem, _)| problem.to_owned());
    let by_id: HashMap<&str, &Problem> =
        problems.iter().map(|problem| (problem.question_id.as_str(), problem)).collect();
    let mut reported = HashSet::new();
    for overlap in overlaps(&documents, &documents, &OverlapOptions::default()) {
        let (a, b) = (owner(&overlap.training_id), owner(&overlap.held_out_id));
        // Each pair is found from both sides; it is told of once.
        if a < b && reported.insert((a.clone(), b.clone())) {
            let kind = match overlap.kind {
                OverlapKind::Identical => "is the same as".to_owned(),
                _ => format!("shares {:.0}% of its phrases with", 100.0 * overlap.share.unwrap_or(1.0)),
            };
            findings.push(Finding::warning(by_id[b.as_str()], format!("a reference program {kind} one of {a}")));
        }
    }
    findings
}

/// Reference programs as documents, named `question_id/index`; `source` is where the problems were read from.
pub fn reference_programs(problems: &[Problem], source: &Path) -> Vec<Document> {
    let of = |problem: &Problem| {
        let id = problem.question_id.clone();
        let one = move |(i, text): (usize, &String)| Document {
            id: format!("{id}/{i}"),
            text: text.clone(),
            source: Place::file(source),
        };
        problem.reference_programs.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    problems.iter().flat_map(of).collect()
}

/// Programs that do not solve the problem and that no good set of tests lets pass: they print nothing, the first
/// expected answer, or what they were given. Each with what it does.
pub fn lazy_programs(problem: &Problem) -> Vec<(&'static str, String)> {
    let Some(first) = problem.tests.cases.first() else { return Vec::new() };
    let answer = serde_json::Value::from(first.output.as_str()).to_string();
    match &problem.tests.kind {
        TestKind::Stdin => vec![
            ("does nothing", "pass\n".to_owned()),
            ("prints the first expected output", format!("print({answer})\n")),
            ("prints its input", "import sys\nsys.stdout.write(sys.stdin.read())\n".to_owned()),
        ],
        TestKind::Functional { func_name } => {
            let method = |body: &str| {
                format!("import json\n\n\nclass Solution:\n    def {func_name}(self, *arguments):\n        {body}\n")
            };
            vec![
                ("returns None", method("return None")),
                ("returns the first expected answer", method(&format!("return json.loads({answer})"))),
                ("returns its first argument", method("return arguments[0]")),
            ]
        }
        // Of assertions nobody knows which names they read, so only nothing is surely lazy.
        TestKind::Assertions => vec![("does nothing", "pass\n".to_owned())],
    }
}

/// How long and how branched a program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ProgramSize {
    /// Characters.
    pub characters: usize,
    /// Lines with code.
    pub lines: usize,
    /// Words that make the program take one of several ways: `if`, `elif`, `for`, `while`, `except`, `and`, `or`,
    /// `case`. Words in comments do not count; those in text that spans lines may.
    pub branches: usize,
}

const BRANCHES: [&str; 8] = ["if", "elif", "for", "while", "except", "and", "or", "case"];

/// Measures a program.
pub fn program_size(text: &str) -> ProgramSize {
    let (lines, _) = scan(text);
    let code = |line: &crate::python_lex::PythonLine<'_>| {
        let end = line.comment_at.unwrap_or(line.text.len());
        without_strings(&line.text[..end])
    };
    let branches = lines.iter().filter(|line| line.has_code).map(|line| {
        let code = code(line);
        code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| BRANCHES.contains(word)).count()
    });
    ProgramSize {
        characters: text.chars().count(),
        lines: lines.iter().filter(|line| line.has_code).count(),
        branches: branches.sum(),
    }
}

/// A line without what stands in plain quotes.
fn without_strings(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut quote = None;
    let mut escaped = false;
    for c in code.chars() {
        match quote {
            None if c == '"' || c == '\'' => quote = Some(c),
            None => kept.push(c),
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => {
                quote = None;
                kept.push(' ');
            }
            Some(_) => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Difficulty;
    use empower_judge::{TestCase, Tests};

    fn problem(id: &str, n_tests: usize) -> Problem {
        let case =
            |i: usize| TestCase { input: format!("{i}\n").repeat(1 + 20 * (i / 3)), output: format!("{}\n", i * i) };
        Problem {
            question_id: id.to_owned(),
            title: format!("Squares {id}"),
            content: "Print the square.".to_owned(),
            platform: "empower".to_owned(),
            contest_id: "c".to_owned(),
            contest_date: "2026-11-01T00:00:00".to_owned(),
            starter_code: String::new(),
            difficulty: Difficulty::Easy,
            tests: Tests { kind: TestKind::Stdin, cases: (1..=n_tests).map(case).collect() },
            n_public: 2,
            reference_programs: vec![
                format!("value_{id} = int(input().split()[0])\nprint(value_{id} * value_{id})\n"),
                format!("number_{id} = int(input().split()[0])\nprint(number_{id} ** 2)\n"),
            ],
        }
    }

    fn messages(problems: &[Problem]) -> Vec<String> {
        check_suite(problems, &SuiteRules::default()).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_good_problem_has_no_finding() {
        assert_eq!(messages(&[problem("a", 10), problem("b", 12)]), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_named() {
        let check = |change: &dyn Fn(&mut Problem), expected: &str| {
            let mut faulty = problem("a", 10);
            change(&mut faulty);
            let found = messages(&[faulty]);
            assert!(found.iter().any(|message| message.contains(expected)), "{expected:?} is not in {found:?}");
        };
        check(&|it| it.title = " ".to_owned(), "`question_title` is empty");
        check(&|it| it.tests.cases.truncate(9), "9 tests; at least 10");
        check(&|it| it.n_public = 1, "1 public tests");
        check(&|it| it.tests.cases[4] = it.tests.cases[1].clone(), "tests 2 and 5 have the same input");
        check(&|it| it.tests.cases[3].output = "\n".to_owned(), "test 4 expects no output");
        check(&|it| it.tests.cases.iter_mut().for_each(|case| case.output = "1".to_owned()), "the same output");
        check(&|it| it.reference_programs.truncate(1), "1 reference programs");
        check(&|it| it.reference_programs[1] = it.reference_programs[0].clone() + "\n", "are the same");
        check(&|it| it.tests.cases.iter_mut().for_each(|case| case.input.truncate(2)), "no large input");
    }

    #[test]
    fn twins_are_told_of_once() {
        let (a, mut b) = (problem("a", 10), problem("b", 10));
        b.title = a.title.to_uppercase();
        let long = "total = 0\nfor row in range(10):\n    total += row * 3 + 1\n    total -= row % 2\nprint(total)\n";
        let mut a = a;
        a.reference_programs[0] = long.to_owned();
        b.reference_programs[1] = format!("{long}# the same\n");
        let found = check_suite(&[a, b], &SuiteRules::default());
        let found: Vec<_> = found.iter().map(|it| (it.question_id.as_str(), it.severity)).collect();
        assert_eq!(found, [("b", Severity::Error), ("b", Severity::Warning)]);
    }

    #[test]
    fn sizes_are_counted() {
        let size = program_size("# if or\nfor x in y:\n    if x and 'or' in x:  # while\n        print(\"if\")\n\n");
        assert_eq!(size, ProgramSize { characters: 74, lines: 3, branches: 3 });
    }
}
