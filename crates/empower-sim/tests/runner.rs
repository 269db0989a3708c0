//! The runner: the same bytes in any batch and on any number of threads, methods that end suggestions where they
//! should, and logs that go on where they were cut off.

mod support;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;

use empower_artifact::rows::{Decision, Ending, EpisodeRow, Verdict};
use empower_lm::scripted::{Script, ScriptedModel};
use empower_lm::{Bits, GeneratedToken, Generation, GenerationRequest, Generator, ModelError, ModelId, NextStep};
use empower_select::{StopRule, Utility};
use empower_sim::{
    Assistant, Editing, EpisodeLog, ExactJudge, Fault, Judged, Limits, ProgramJudge, ProgramToJudge, Progress,
    RememberingJudge, ReplayHuman, Settings, SimError, SuggestionSampling, Summary, Task, simulate, simulate_into,
};
use support::{VOCABULARY, WordCodec, jsonl, reader, tasks, tokens};

fn settings() -> Settings<'static> {
    Settings { human: ReplayHuman { attention: 0.7, ..ReplayHuman::default() }, seed: 11, ..Settings::default() }
}

fn run(tasks: &[Task], assistant: &Assistant<'_>, settings: &Settings) -> Result<Vec<EpisodeRow>, SimError> {
    let mut rows = Vec::new();
    let mut sink = |row: &EpisodeRow| {
        rows.push(row.clone());
        Ok(())
    };
    let judge = ExactJudge::new(tasks);
    simulate(tasks, assistant, settings, &WordCodec, &judge, &HashSet::new(), &mut sink, &mut |_| {})?;
    Ok(rows)
}

/// Passes requests on and remembers how many came at once, and which sessions they named.
struct Watched<'m> {
    model: &'m dyn Generator,
    batches: Mutex<Vec<Vec<u64>>>,
}

impl Generator for Watched<'_> {
    fn model_id(&self) -> &ModelId {
        self.model.model_id()
    }
    fn context(&self) -> usize {
        self.model.context()
    }
    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        let sessions = requests.iter().map(|request| request.session.expect("a session").0).collect();
        self.batches.lock().unwrap().push(sessions);
        self.model.generate(requests, watch)
    }
}

#[test]
fn rows_are_the_same_in_any_batch_and_on_any_number_of_threads() {
    let (tasks, model) = (tasks(), reader(1024, Some(0)));
    let sampled = SuggestionSampling::Random { temperature: 0.8, top_k: 20, top_p: 0.95 };
    let assistants = [
        Assistant::base(&model),
        Assistant::stopped(&model, StopRule::Nll { eta: Bits(0.5) }),
        Assistant::base_cut(&model, 10).with_sampling(sampled),
        Assistant::human_alone(),
    ];
    for assistant in &assistants {
        for editing in [Editing::AppendOnly, Editing::Deleting] {
            let human = ReplayHuman { editing, ..settings().human };
            let expected = run(&tasks, assistant, &Settings { human, batch: 1, judge_batch: 1, ..settings() }).unwrap();
            let keys: Vec<_> = expected.iter().map(|row| row.question_id.as_str()).collect();
            assert_eq!(keys, tasks.iter().map(Task::question_id).collect::<Vec<_>>());
            for (batch, judge_batch, n_threads) in [(3, 2, 1), (7, 4, 4), (64, 64, 2)] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
                let rows = pool
                    .install(|| run(&tasks, assistant, &Settings { human, batch, judge_batch, ..settings() }))
                    .unwrap();
                assert_eq!(jsonl(&rows), jsonl(&expected), "{} {batch}", assistant.method);
            }
        }
    }
    // Another seed is another human.
    let rows = |seed| jsonl(&run(&tasks, &assistants[0], &Settings { seed, ..settings() }).unwrap());
    assert_ne!(rows(1), rows(2));
    // The runs above are worth comparing: every kind of decision was made, and wrong suggestions were let in.
    let all: Vec<_> =
        run(&tasks, &assistants[0], &settings()).unwrap().into_iter().flat_map(|row| row.rounds).collect();
    for (decision, correct) in [(Decision::Accept, true), (Decision::Accept, false), (Decision::Reject, false)] {
        assert!(all.iter().any(|round| round.decision == decision && round.correct == Some(correct)), "{decision:?}");
    }
}

#[test]
fn batches_are_full_and_every_seat_has_its_session() {
    let (tasks, model) = (tasks(), reader(1024, Some(0)));
    let watched = Watched { model: &model, batches: Mutex::default() };
    let rows = run(&tasks, &Assistant::base_cut(&watched, 3), &Settings { batch: 4, ..settings() }).unwrap();
    let batches = watched.batches.into_inner().unwrap();
    let n_rounds: usize = rows.iter().map(|row| row.rounds.len()).sum();
    assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), n_rounds);
    for batch in &batches {
        assert!(batch.len() <= 4);
        assert_eq!(batch.iter().collect::<HashSet<_>>().len(), batch.len(), "one session, one request");
        assert!(batch.iter().all(|&session| session < 4));
    }
    // Seats are filled again while tasks wait: as long as fewer than 6 of 10 are over, the batch is full.
    assert!(batches.iter().filter(|batch| batch.len() == 4).count() * 4 >= n_rounds / 2, "{batches:?}");
}

#[test]
fn a_human_alone_reproduces_its_plan_and_is_charged_for_all_of_it() {
    let tasks = tasks();
    let rows = run(&tasks, &Assistant::human_alone(), &settings()).unwrap();
    for (row, task) in rows.iter().zip(&tasks) {
        assert_eq!((row.verdict, row.ending, row.tokens_read), (Verdict::Pass, Ending::Finished, 0));
        assert_eq!(row.program.trim_end(), task.plan().trim_end());
        assert!(row.rounds.iter().all(|round| round.decision == Decision::Silent));
        assert!(row.tokens_written >= tokens(&task.plan()[task.starter().len()..]).len() - 1);
    }
}

#[test]
fn with_full_attention_every_program_passes() {
    let (tasks, model) = (tasks(), reader(1024, Some(0)));
    let human = ReplayHuman { attention: 1.0, ..ReplayHuman::default() };
    for assistant in [Assistant::base(&model), Assistant::tuned("empower", Some(Bits(0.32)), &model)] {
        let rows = run(&tasks, &assistant, &Settings { human, ..settings() }).unwrap();
        assert!(rows.iter().all(|row| row.verdict == Verdict::Pass));
        assert!(rows.iter().all(|row| row.eta_bits == assistant.eta.map(|eta| eta.0)));
    }
    // Under no attention at all the same assistant does harm.
    let blind = ReplayHuman { attention: 0.0, ..human };
    let rows = run(&tasks, &Assistant::base(&model), &Settings { human: blind, ..settings() }).unwrap();
    let failed = rows.iter().find(|row| row.verdict == Verdict::WrongAnswer).expect("a wrong suggestion stands");
    assert!(!failed.verdict_detail.is_empty());
}

#[test]
fn suggestions_end_where_their_rule_says() {
    // By heart: "abcdefgh" with 1, 0.5, 2, 0.25, 0.1, 3, 0.1, 0.1 bits.
    let bits = [1.0_f64, 0.5, 2.0, 0.25, 0.1, 3.0, 0.1, 0.1];
    let recitation = tokens("abcdefgh").into_iter().zip(bits.map(|bits| Bits(bits).probability())).collect();
    let model = ScriptedModel::new(Script { recitations: vec![recitation], order: 20, ..Script::blank(VOCABULARY) });
    let task = [Task::new("p", 0, "", "abcdefgh\n").unwrap()];
    let first = |assistant: &Assistant<'_>| {
        let rows = run(&task, assistant, &settings()).unwrap();
        rows[0].rounds[0].clone()
    };
    // A token may bring the sum to eta and not over it. A margin of a millionth covers log-probabilities in f32.
    for (eta, expected) in [(0.9, ""), (1.000_001, "a"), (1.6, "ab"), (3.4, "ab"), (3.500_001, "abc"), (3.86, "abcde")]
    {
        let round = first(&Assistant::stopped(&model, StopRule::Nll { eta: Bits(eta) }));
        assert_eq!(round.suggestion, expected, "{eta}");
        for (given, expected) in round.suggestion_bits.iter().zip(bits) {
            assert!((f64::from(*given) - expected).abs() < 1e-6, "f32 has seven digits: {given} {expected}");
        }
    }
    // Likelihoods 0.5, 0.354, 0.088: without harm 0.154 for two tokens is best, then 0.1 for one, then nothing pays.
    let of_rule = |rule: StopRule| first(&Assistant::stopped(&model, rule)).suggestion;
    for (harm, expected) in [(0.0, "ab"), (0.1, "a"), (1.0, "")] {
        assert_eq!(of_rule(StopRule::Utility(Utility::with_harm(harm))), expected, "{harm}");
    }
    // Entropies of the first three tokens: at least 1, 0.87 and 0.81 bits, plus what spreads over the others.
    assert_eq!(of_rule(StopRule::Entropy { bound: Bits(0.5) }), "");
    // Past its text the model looks back less far, and begins again.
    assert!(of_rule(StopRule::Entropy { bound: Bits(20.0) }).starts_with("abcdefgh"));
    assert_eq!(first(&Assistant::base_cut(&model, 3)).suggestion, "abc");
    assert_eq!(first(&Assistant::base(&model).with_max_suggestion_tokens(5)).suggestion, "abcde");
}

#[test]
fn rules_of_lines_look_at_the_text() {
    let plan = "ab\ncd\n";
    let recitation = tokens(plan).into_iter().map(|token| (token, 0.8)).collect();
    let model = ScriptedModel::new(Script { recitations: vec![recitation], order: 20, ..Script::blank(VOCABULARY) });
    let task = [Task::new("p", 0, "", plan).unwrap()];
    let human = ReplayHuman { tokens_per_round: 1, ..settings().human };
    let suggestions = |rule: StopRule| -> Vec<String> {
        let settings = Settings { human, ..settings() };
        let rows = run(&task, &Assistant::stopped(&model, rule), &settings).unwrap();
        rows[0].rounds.iter().map(|round| round.suggestion.clone()).collect()
    };
    // The line; then the human types the break, and the next line follows.
    assert_eq!(suggestions(StopRule::LineEnd), ["ab", "cd"]);
    assert_eq!(suggestions(StopRule::FirstToken { likelihood: 0.7 }), ["ab", "cd"]);
    assert_eq!(suggestions(StopRule::FirstToken { likelihood: 0.9 }), [""; 5]);
}

#[test]
fn a_short_context_shows_the_end_of_the_text() {
    let (tasks, model) = (tasks(), reader(24, Some(0)));
    let short = run(&tasks, &Assistant::base(&model).with_max_suggestion_tokens(8), &settings()).unwrap();
    // The model looks back six tokens, and windows keep at least a dozen: where it never knew the beginning of the
    // sequence, nothing is lost.
    let long = reader(4096, Some(0));
    let long = run(&tasks, &Assistant::base(&long).with_max_suggestion_tokens(8), &settings()).unwrap();
    assert!(short.iter().any(|row| tokens(&row.program).len() > 40), "a program longer than the context");
    let suggestions = |rows: &[EpisodeRow]| -> Vec<String> {
        rows.iter().flat_map(|row| &row.rounds).map(|round| round.suggestion.clone()).collect()
    };
    assert_eq!(suggestions(&short), suggestions(&long));

    let too_much = Assistant::base(&model).with_max_suggestion_tokens(23);
    assert!(matches!(run(&tasks, &too_much, &settings()), Err(SimError::Setting { .. })));
}

#[test]
fn a_model_that_cannot_begin_is_silent_on_an_empty_text() {
    let (tasks, model) = (tasks(), reader(1024, None));
    let rows = run(&tasks, &Assistant::base(&model), &settings()).unwrap();
    for (row, task) in rows.iter().zip(&tasks) {
        let silent = row.rounds[0].decision == Decision::Silent;
        assert!(silent || !task.starter().is_empty());
    }
    assert!(rows.iter().flat_map(|row| &row.rounds).any(|round| round.decision == Decision::Accept));
    let empty = [Task::new("p", 0, "", "ab\n").unwrap()];
    assert_eq!(run(&empty, &Assistant::base(&model), &settings()).unwrap()[0].tokens_read, 0);
}

/// A model whose answers are damaged as told.
struct Damaged<'m>(&'m ScriptedModel, fn(Vec<Generation>) -> Vec<Generation>, Option<f32>);

impl Generator for Damaged<'_> {
    fn model_id(&self) -> &ModelId {
        Generator::model_id(self.0)
    }
    fn context(&self) -> usize {
        self.0.context()
    }
    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        let mut damage = |request_idx, token: GeneratedToken| {
            watch(request_idx, GeneratedToken { logprob: self.2.unwrap_or(token.logprob), ..token })
        };
        self.0.generate(requests, &mut damage).map(self.1)
    }
}

#[test]
fn damaged_answers_are_errors() {
    let (tasks, model) = (tasks(), reader(1024, Some(0)));
    let fewer = Damaged(&model, |mut answers| answers.drain(1..).collect(), None);
    let error = run(&tasks, &Assistant::base(&fewer), &settings()).unwrap_err();
    assert!(matches!(error, SimError::AnswerCount { asked: 10, got: 9, .. }), "{error}");
    for logprob in [f32::NAN, f32::NEG_INFINITY] {
        let damaged = Damaged(&model, |answers| answers, Some(logprob));
        for assistant in [Assistant::base(&damaged), Assistant::stopped(&damaged, StopRule::Nll { eta: Bits(1.0) })] {
            let error = run(&tasks, &assistant, &settings()).unwrap_err();
            let SimError::Model { source: ModelError::NotFinite { .. }, .. } = error else { panic!("{error:?}") };
        }
    }
}

#[test]
fn settings_outside_their_range_are_refused() {
    let (tasks, model) = (tasks(), reader(1024, Some(0)));
    let base = Assistant::base(&model);
    let refused = |assistant: &Assistant<'_>, settings: Settings| {
        let error = run(&tasks, assistant, &settings).expect_err("refused");
        assert!(matches!(error, SimError::Setting { .. } | SimError::StopRule { .. }), "{error}");
    };
    refused(&base, Settings { batch: 0, ..settings() });
    refused(&base, Settings { judge_batch: 0, ..settings() });
    refused(&base, Settings { limits: Limits { max_rounds: 0 }, ..settings() });
    refused(&base, Settings { human: ReplayHuman { attention: 2.0, ..settings().human }, ..settings() });
    refused(&Assistant::base_cut(&model, 0), settings());
    refused(&Assistant::stopped(&model, StopRule::Nll { eta: Bits(-1.0) }), settings());
    refused(&Assistant::tuned("empower", Some(Bits(f64::NAN)), &model), settings());
    refused(&Assistant::tuned("", None, &model), settings());
    refused(&base.clone().with_max_suggestion_tokens(0), settings());
    let twice = [tasks[0].clone(), tasks[0].clone()];
    assert!(matches!(run(&twice, &base, &settings()), Err(SimError::DuplicateTask { .. })));
}

/// Judges like [`ExactJudge`] until it has judged enough; then it fails.
struct Failing<'a> {
    judge: ExactJudge<'a>,
    left: Cell<usize>,
}

impl ProgramJudge for Failing<'_> {
    fn judge(&self, programs: &[ProgramToJudge<'_>]) -> Result<Vec<Judged>, Fault> {
        match self.left.get().checked_sub(programs.len()) {
            Some(left) => self.left.set(left),
            None => return Err("the judge was killed".into()),
        }
        self.judge.judge(programs)
    }
}

fn into_log(
    path: &Path,
    tasks: &[Task],
    assistant: &Assistant<'_>,
    settings: &Settings,
    judge: &dyn ProgramJudge,
) -> Result<Summary, SimError> {
    let mut log = EpisodeLog::open(path)?;
    simulate_into(&mut log, tasks, assistant, settings, &WordCodec, judge, &mut |_| {})
}

#[test]
fn an_interrupted_run_goes_on_to_the_same_bytes() {
    let (tasks, model) = (tasks(), reader(1024, Some(0)));
    let folder = tempfile::tempdir().unwrap();
    let assistants = [
        Assistant::base_cut(&model, 10),
        Assistant::stopped(&model, StopRule::Nll { eta: Bits(0.32) }),
        Assistant::stopped(&model, StopRule::Nll { eta: Bits(1.0) }),
    ];
    let settings = Settings { batch: 3, judge_batch: 2, ..settings() };
    let whole_path = folder.path().join("whole.jsonl");
    for assistant in &assistants {
        let summary = into_log(&whole_path, &tasks, assistant, &settings, &ExactJudge::new(&tasks)).unwrap();
        assert_eq!((summary.resumed, summary.played, summary.unjudged), (0, 10, 0));
    }
    let whole = std::fs::read(&whole_path).unwrap();

    // The judge dies after some programs of the second method.
    for n_judged in [0, 1, 5, 9] {
        let path = folder.path().join(format!("killed-{n_judged}.jsonl"));
        into_log(&path, &tasks, &assistants[0], &settings, &ExactJudge::new(&tasks)).unwrap();
        let failing = Failing { judge: ExactJudge::new(&tasks), left: Cell::new(n_judged) };
        let error = into_log(&path, &tasks, &assistants[1], &settings, &failing).unwrap_err();
        assert!(matches!(error, SimError::Judge { .. }), "{error}");
        let mut n_resumed = 0;
        for assistant in &assistants {
            // Batches may differ between the runs.
            let settings = Settings { batch: 5, judge_batch: 1, ..settings };
            n_resumed += into_log(&path, &tasks, assistant, &settings, &ExactJudge::new(&tasks)).unwrap().resumed;
        }
        assert_eq!(n_resumed, 10 + n_judged / 2 * 2);
        assert_eq!(std::fs::read(&path).unwrap(), whole, "{n_judged}");
    }

    // The process dies in the middle of a row.
    for share in [0.05, 0.31, 0.5, 0.77, 0.999] {
        let path = folder.path().join("whole.jsonl");
        std::fs::write(&path, &whole[..(whole.len() as f64 * share) as usize]).unwrap();
        for assistant in &assistants {
            into_log(&path, &tasks, assistant, &settings, &ExactJudge::new(&tasks)).unwrap();
        }
        assert_eq!(std::fs::read(&path).unwrap(), whole, "{share}");
    }

    // A finished run plays nothing, and asks neither model nor judge.
    let failing = Failing { judge: ExactJudge::new(&tasks), left: Cell::new(0) };
    let summary = into_log(&whole_path, &tasks, &assistants[1], &settings, &failing).unwrap();
    assert_eq!(summary, Summary { resumed: 10, ..Summary::default() });
}

#[test]
fn the_log_of_another_run_is_refused() {
    let (tasks, model, other) = (tasks(), reader(1024, Some(0)), reader(1000, Some(0)));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("episodes.jsonl");
    let base = Assistant::base(&model);
    let judge = ExactJudge::new(&tasks);
    into_log(&path, &tasks[..4], &base, &settings(), &judge).unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = |tasks: &[Task], assistant: &Assistant<'_>, settings: Settings, part: &str| {
        let error = into_log(&path, tasks, assistant, &settings, &judge).expect_err(part).to_string();
        assert!(error.contains(part) && error.contains("episodes"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before, "a refusal changes nothing");
    };
    let human = ReplayHuman { attention: 0.8, ..settings().human };
    refused(&tasks[..4], &base, Settings { human, ..settings() }, "attention: 0.8");
    refused(&tasks[..4], &base, Settings { limits: Limits { max_rounds: 9 }, ..settings() }, "max_rounds: 9");
    refused(&tasks[..4], &base, Settings { seed: 12, ..settings() }, "seed 11, this run has 12");
    refused(&tasks[..4], &Assistant::base(&other), settings(), "model");
    refused(&tasks[..4], &base.clone().with_max_suggestion_tokens(9), settings(), "max_suggestion_tokens");
    refused(&tasks[..5], &base, settings(), "tasks");
    refused(&tasks[1..5], &base, settings(), "tasks");

    // Rows that this run would not have written.
    let foreign = |change: fn(&mut EpisodeRow), part: &str| {
        let mut row: EpisodeRow = serde_json::from_slice(before.split(|&byte| byte == b'\n').next().unwrap()).unwrap();
        change(&mut row);
        std::fs::write(&path, [before.as_slice(), jsonl(&[row]).as_bytes()].concat()).unwrap();
        let error = into_log(&path, &tasks[..4], &base, &settings(), &judge).expect_err(part).to_string();
        assert!(error.contains("row 5") && error.contains(part), "{error}");
    };
    foreign(|_| {}, "same episode as row 1");
    foreign(|row| row.question_id = "p9".into(), "p9 (repeat 0) is not among");
    foreign(|row| row.repeat = 7, "(repeat 7) is not among");
    std::fs::write(&path, &before).unwrap();
    std::fs::remove_file(folder.path().join("episodes.settings.json")).unwrap();
    let error = into_log(&path, &tasks[..4], &base, &settings(), &judge).unwrap_err();
    assert!(matches!(error, SimError::NoSettings { n_rows: 4, .. }), "{error}");
    // Another method in the same file is no concern of this one.
    into_log(&path, &tasks, &Assistant::human_alone(), &settings(), &judge).unwrap();
}

/// Says that the machine failed, for the first calls; then passes everything. Remembers what it was asked.
#[derive(Default)]
struct Flaky {
    failures_left: Cell<usize>,
    asked: RefCell<Vec<usize>>,
}

impl ProgramJudge for &Flaky {
    fn judge(&self, programs: &[ProgramToJudge<'_>]) -> Result<Vec<Judged>, Fault> {
        self.asked.borrow_mut().push(programs.len());
        let failing = self.failures_left.get();
        self.failures_left.set(failing.saturating_sub(1));
        let verdict = if failing > 0 { Verdict::Infrastructure } else { Verdict::Pass };
        Ok(programs.iter().map(|_| Judged { verdict, detail: String::new() }).collect())
    }
}

#[test]
fn what_got_no_verdict_is_judged_once_more() {
    let tasks = tasks();
    for (failures, unjudged) in [(0, 0), (1, 0), (2, 10)] {
        let flaky = Flaky { failures_left: Cell::new(failures), ..Flaky::default() };
        let mut verdicts = Vec::new();
        let mut sink = |row: &EpisodeRow| {
            verdicts.push(row.verdict);
            Ok(())
        };
        let nobody = Assistant::human_alone();
        let none = HashSet::new();
        let summary =
            simulate(&tasks, &nobody, &settings(), &WordCodec, &&flaky, &none, &mut sink, &mut |_| {}).unwrap();
        assert_eq!((summary.unjudged, summary.played), (unjudged, 10));
        let infrastructure = verdicts.iter().filter(|verdict| **verdict == Verdict::Infrastructure).count();
        assert_eq!(infrastructure, unjudged);
    }
}

#[test]
fn a_program_is_judged_once_for_all_methods() {
    let flaky = Flaky::default();
    let judge = RememberingJudge::new(&flaky);
    let ask = |programs: &[(&str, &str)]| {
        let programs: Vec<_> =
            programs.iter().map(|&(question_id, program)| ProgramToJudge { question_id, program }).collect();
        judge.judge(&programs).unwrap().len()
    };
    assert_eq!(ask(&[("p", "a"), ("p", "a"), ("q", "a")]), 3);
    assert_eq!(ask(&[("p", "a"), ("p", "b")]), 2);
    assert_eq!(ask(&[("q", "a")]), 1);
    assert_eq!(*flaky.asked.borrow(), [2, 1]);
    // A failure of the machine is not remembered.
    flaky.failures_left.set(1);
    assert_eq!((ask(&[("r", "a")]), ask(&[("r", "a")]), ask(&[("r", "a")])), (1, 1, 1));
    assert_eq!(*flaky.asked.borrow(), [2, 1, 1, 1]);
}

#[test]
fn progress_counts_to_the_total() {
    let (tasks, model) = (tasks(), reader(1024, Some(0)));
    let mut seen: Vec<Progress> = Vec::new();
    let finished: HashSet<_> = tasks[..2].iter().map(|task| task.key().clone()).collect();
    let judge = ExactJudge::new(&tasks);
    let assistant = Assistant::base(&model);
    let (settings, sink) = (settings(), &mut |_: &EpisodeRow| Ok(()));
    simulate(&tasks, &assistant, &settings, &WordCodec, &judge, &finished, sink, &mut |at| seen.push(at)).unwrap();
    assert_eq!((seen[0].done, seen[0].total, seen[0].rounds), (2, 10, 0));
    assert!(seen.is_sorted_by_key(|at| (at.done, at.rounds)));
    assert_eq!(seen.last().map(|at| at.done), Some(10));
}
