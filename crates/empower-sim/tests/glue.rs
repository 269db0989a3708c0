//! The whole way on real parts but for the model: a trained tokenizer, problems, the judge that runs programs.

use std::collections::HashSet;

use empower_artifact::rows::{EpisodeRow, Verdict};
use empower_data::{Difficulty, Problem};
use empower_judge::{Judge, JudgeSettings, SandboxPolicy, TestCase, TestKind, Tests};
use empower_lm::scripted::{Script, ScriptedModel};
use empower_lm::{BOS, EOS, Tokenizer, train_byte_level_bpe};
use empower_sim::{
    Assistant, ProgramJudge, ProgramToJudge, ReplayHuman, Settings, SimError, SuiteJudge, TextCodec, TokenizerCodec,
    simulate, tasks_of_problems,
};

fn problem(
    question_id: &str,
    starter_code: &str,
    kind: TestKind,
    cases: &[(&str, &str)],
    programs: &[&str],
) -> Problem {
    let case = |&(input, output): &(&str, &str)| TestCase { input: input.into(), output: output.into() };
    Problem {
        question_id: question_id.into(),
        title: question_id.into(),
        content: "as the tests say".into(),
        platform: "empower".into(),
        contest_id: "sim".into(),
        contest_date: "2026-01-01T00:00:00".into(),
        starter_code: starter_code.into(),
        difficulty: Difficulty::Easy,
        tests: Tests { kind, cases: cases.iter().map(case).collect() },
        n_public: 1,
        reference_programs: programs.iter().map(|&program| program.to_owned()).collect(),
    }
}

fn problems() -> Vec<Problem> {
    let functional = TestKind::Functional { func_name: "double".into() };
    vec![
        problem(
            "sum",
            "",
            TestKind::Stdin,
            &[("1 2\n", "3\n"), ("4 5\n", "9\n")],
            &[
                "a, b = map(int, input().split())\nprint(a + b)",
                "# schön\nprint(sum(int(x) for x in input().split()))\n\n",
            ],
        ),
        problem(
            "double",
            "class Solution:\n    def double(self, n: int) -> int:\n        ",
            functional,
            &[("4", "8")],
            &[
                "class Solution:\n    def double(self, n: int) -> int:\n        return 2 * n\n",
                "import math\n\nclass Solution:\n    def double(self, n: int) -> int:\n        return math.prod([2, n])\n",
            ],
        ),
    ]
}

fn tokenizer() -> Tokenizer {
    let problems = problems();
    let programs = problems.iter().flat_map(|problem| &problem.reference_programs).map(String::as_str);
    train_byte_level_bpe(programs, 400, &[BOS, EOS]).unwrap()
}

#[test]
fn repeats_take_turns_at_the_reference_programs() {
    let problems = problems();
    let tasks = tasks_of_problems(&problems, 3).unwrap();
    let keys: Vec<_> = tasks.iter().map(|task| (task.question_id(), task.repeat())).collect();
    assert_eq!(keys, [("sum", 0), ("sum", 1), ("sum", 2), ("double", 0), ("double", 1), ("double", 2)]);
    assert_eq!(tasks[0].plan(), tasks[2].plan());
    assert!(tasks[1].plan().starts_with("# schön"));
    assert_eq!(tasks[3].starter(), problems[1].starter_code);
    assert_eq!(tasks[4].starter(), "", "a program that begins with an import does not begin with the starter");

    assert!(matches!(tasks_of_problems(&problems, 0), Err(SimError::Setting { .. })));
    let mut without = problems;
    without[1].reference_programs.clear();
    assert!(matches!(tasks_of_problems(&without, 1), Err(SimError::NoPlan { question_id }) if question_id == "double"));
}

#[test]
fn programs_are_really_run() {
    let (problems, tokenizer) = (problems(), tokenizer());
    let codec = TokenizerCodec(&tokenizer);
    let tasks = tasks_of_problems(&problems, 2).unwrap();
    // The wiring is tested here, on programs of our own; the sandbox has its tests where it lives.
    let judge = Judge::open(JudgeSettings { sandbox: SandboxPolicy::None, ..JudgeSettings::default() }).unwrap();
    let suite = SuiteJudge::new(&judge, &problems);
    let play = |assistant: &Assistant<'_>, human: ReplayHuman| {
        let mut rows: Vec<EpisodeRow> = Vec::new();
        let settings = Settings { human, ..Settings::default() };
        let mut sink = |row: &EpisodeRow| {
            rows.push(row.clone());
            Ok(())
        };
        simulate(&tasks, assistant, &settings, &codec, &suite, &HashSet::new(), &mut sink, &mut |_| {}).unwrap();
        rows
    };

    let alone = play(&Assistant::human_alone(), ReplayHuman::default());
    for row in &alone {
        assert_eq!(row.verdict, Verdict::Pass, "{} {}", row.program, row.verdict_detail);
    }

    // An assistant that knows one program by heart, and a human who takes whatever it says.
    let documents = vec![codec.encode(tasks[0].plan()).unwrap()];
    let script =
        Script { documents, order: 5, bos: tokenizer.bos(), stop: tokenizer.eos().unwrap(), ..Script::blank(2) };
    let model = ScriptedModel::new(Script { vocabulary: tokenizer.vocab_size(), ..script });
    let blind = ReplayHuman { attention: 0.0, ..ReplayHuman::default() };
    let helped = play(&Assistant::base(&model), blind);
    assert_eq!((helped[0].verdict, helped[0].rounds.len()), (Verdict::Pass, 1), "{}", helped[0].program);
    assert!(helped[0].tokens_read > 0 && helped[0].tokens_written == 0);
    // The other program for the same problem was begun with this one: two programs in one, and no input for the second.
    assert_eq!(helped[1].rounds[0].suggestion, tasks[0].plan());
    assert_eq!(helped[1].verdict, Verdict::RuntimeError, "{}", helped[1].program);
    assert!(!helped[1].verdict_detail.is_empty());

    // A problem without tests is a fault of the caller, not of the program.
    let other = SuiteJudge::new(&judge, &problems[1..]);
    let error = other.judge(&[ProgramToJudge { question_id: "sum", program: "" }]).unwrap_err();
    assert_eq!(error.to_string(), "problem sum is not among those that were read");
}
