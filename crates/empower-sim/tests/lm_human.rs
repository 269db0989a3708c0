//! The language-model human over scripted answers: what it is asked, what becomes of each answer, and that nothing that it
//! says wrongly is taken for something else.

mod support;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use empower_artifact::rows::{Decision, Ending, EpisodeRow, HumanFault};
use empower_lm::{AnswerEnd, ChatAnswer, ChatModel, ChatRequest, ModelError, ModelId, Role};
use empower_sim::lm_human::agreement;
use empower_sim::{
    Deciding, Episode, HumanPrompts, Judged, Limits, LmHuman, LmSettings, Statement, Suggestion, Task, TextCodec,
    Writing,
};
use support::WordCodec;

const PLAN: &str = "n = int(input())\nfor i in range(n):\n    print(i)\n";

/// Writes `PLAN`, decides by a list of answers, and keeps what it was asked.
struct Scripted {
    id: ModelId,
    /// Answers to questions for a word, in turn; the last again and again.
    words: Vec<&'static str>,
    n_words: AtomicUsize,
    asked: Mutex<Vec<ChatRequest>>,
    writes: fn(&str) -> String,
}

impl Scripted {
    fn new(words: &[&'static str]) -> Self {
        Self::writing(words, |code| {
            // The rest of the plan and the end of the block, or another line where the code has left the plan.
            let rest = PLAN.strip_prefix(code).map(|rest| format!("{}\n```", rest.trim_end_matches('\n')));
            rest.unwrap_or_else(|| "pass\n```".to_owned())
        })
    }

    fn writing(words: &[&'static str], writes: fn(&str) -> String) -> Self {
        let (n_words, asked) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        Self { id: ModelId("scripted".to_owned()), words: words.to_vec(), n_words, asked, writes }
    }

    fn questions(&self) -> Vec<ChatRequest> {
        self.asked.lock().unwrap().clone()
    }
}

impl ChatModel for Scripted {
    fn model_id(&self) -> &ModelId {
        &self.id
    }

    fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, ModelError> {
        let answer = |request: &ChatRequest| {
            self.asked.lock().unwrap().push(request.clone());
            let last = &request.messages.last().expect("a question").content;
            let text = if last.contains("Think aloud") {
                "It seems fine.".to_owned()
            } else if last.contains("Now decide") || last.contains("no decision") {
                let i = self.n_words.fetch_add(1, Ordering::SeqCst).min(self.words.len() - 1);
                self.words[i].to_owned()
            } else {
                let begun = request.prefill.strip_prefix("```python\n").expect("the answer is begun");
                (self.writes)(begun)
            };
            ChatAnswer { text, end: AnswerEnd::Said }
        };
        Ok(requests.iter().map(answer).collect())
    }
}

fn prompts() -> HumanPrompts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/prompts/human");
    HumanPrompts::open(&folder).expect("our prompts")
}

fn suggestion(text: &str) -> Suggestion {
    let tokens = WordCodec.encode(text).expect("tokens");
    Suggestion { bits: vec![0.5; tokens.len()], tokens, answer: None }
}

/// Plays an episode with these suggestions, then with silence.
fn play(model: &dyn ChatModel, settings: LmSettings, max_rounds: usize, offers: &[&str]) -> EpisodeRow {
    let statement = Statement { question: "Count up to n.".to_owned(), starter: String::new() };
    let lm = LmHuman {
        model,
        prompts: prompts(),
        measure: &WordCodec,
        measure_name: "words".to_owned(),
        statements: HashMap::from([("p".to_owned(), statement)]),
        settings,
    };
    let task = Task::without_plan("p", 2, "");
    let mut episode = Episode::with_lm(&task, &lm, Limits { max_rounds }, 7, &WordCodec).expect("begun");
    for round_idx in 0.. {
        if episode.is_over() {
            break;
        }
        episode.take(suggestion(offers.get(round_idx).copied().unwrap_or_default())).expect("taken");
        while let Some(question) = episode.question().expect("a question") {
            assert_eq!((question.repeat, question.turn), (2, round_idx as u64));
            let answer = model.answer(&[question]).expect("an answer").remove(0);
            episode.hear(answer).expect("heard");
        }
        assert_eq!(episode.rounds().len(), round_idx + 1);
    }
    episode.into_row("base", None, Judged { verdict: empower_artifact::rows::Verdict::Pass, detail: String::new() })
}

fn faults(row: &EpisodeRow) -> Vec<HumanFault> {
    row.rounds.iter().flat_map(|round| round.human.as_ref().expect("a human's side").faults.clone()).collect()
}

#[test]
fn it_thinks_decides_and_writes() {
    let model = Scripted::new(&["I take it.\naccept", "reject", "finish"]);
    let row = play(&model, LmSettings { tokens_per_round: 3, ..LmSettings::default() }, 50, &["n = ", "wrong", "x"]);
    let decisions: Vec<Decision> = row.rounds.iter().map(|round| round.decision).collect();
    assert_eq!(decisions, [Decision::Accept, Decision::Reject, Decision::Finish]);
    assert_eq!(row.ending, Ending::Finished);
    // Finishing leaves the suggestion out and types nothing.
    let typed: Vec<usize> = row.rounds.iter().map(|round| round.typed_tokens).collect();
    assert_eq!(typed, [3, 3, 0]);
    assert!(PLAN.starts_with(&row.program) && !row.program.contains('x'), "{}", row.program);
    assert_eq!(row.program, format!("n = {}{}", row.rounds[0].typed, row.rounds[1].typed));
    let human = row.rounds[0].human.as_ref().expect("its side");
    assert_eq!((human.thoughts.as_str(), human.faults.len()), ("It seems fine.", 0));
    // What it is shown: the problem, the code with and without the suggestion, the change.
    let questions = model.questions();
    let think = &questions[3].messages.last().expect("a question").content;
    assert!(think.contains("Count up to n.") && think.contains("wrong") && think.contains("diff"), "{think}");
    assert_eq!(questions[1].messages.len(), questions[0].messages.len() + 2, "thoughts come before the word");
    assert_eq!(questions[1].messages[2].role, Role::Assistant);
}

#[test]
fn alone_it_writes_until_it_adds_nothing() {
    let model = Scripted::new(&["accept"]);
    let row = play(&model, LmSettings::default(), 50, &[]);
    assert_eq!((row.program.trim_end(), row.ending), (PLAN.trim_end(), Ending::Finished));
    assert!(row.rounds.iter().all(|round| round.decision == Decision::Silent && round.typed_tokens <= 10));
    assert_eq!(model.questions().len(), row.rounds.len(), "nothing is decided where nothing is suggested");
    assert_eq!(faults(&row), []);
}

#[test]
fn what_is_no_decision_is_asked_again_once_and_then_rejected() {
    let check = |words: &[&'static str], decision, expected: &[HumanFault]| {
        let row = play(&Scripted::new(words), LmSettings::default(), 1, &["n = "]);
        assert_eq!((row.rounds[0].decision, faults(&row).as_slice()), (decision, expected), "{words:?}");
        assert_eq!(row.ending, Ending::RoundLimit);
    };
    check(&["Perhaps I accept it.", "accept"], Decision::Accept, &[HumanFault::UnreadDecision]);
    check(&["accept!", "Reject"], Decision::Reject, &[HumanFault::UnreadDecision, HumanFault::NoDecision]);
    // The second question shows the answer that was none.
    let model = Scripted::new(&["Perhaps.", "accept"]);
    play(&model, LmSettings::default(), 1, &["n = "]);
    assert!(model.questions()[2].messages.iter().any(|it| it.role == Role::Assistant && it.content == "Perhaps."));
}

#[test]
fn what_it_fails_to_write_is_counted() {
    let again = Scripted::writing(&["reject"], |_| "\n```python\nx = 1\n```".to_owned());
    let row = play(&again, LmSettings::default(), 2, &["a", "b"]);
    assert_eq!(faults(&row), [HumanFault::NotContinued; 2]);
    assert_eq!((row.program.as_str(), row.ending), ("", Ending::RoundLimit));
    let nothing = Scripted::writing(&["reject"], |_| "```".to_owned());
    assert_eq!(faults(&play(&nothing, LmSettings::default(), 2, &["a", "b"])), [HumanFault::NothingWritten; 2]);
    // A retyping human is not begun for; it gives the whole.
    struct Retypes(ModelId);
    impl ChatModel for Retypes {
        fn model_id(&self) -> &ModelId {
            &self.0
        }

        fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, ModelError> {
            assert!(requests.iter().all(|it| it.prefill.is_empty()));
            let text = format!("Here it is:\n```python\n{PLAN}```");
            Ok(requests.iter().map(|_| ChatAnswer { text: text.clone(), end: AnswerEnd::Said }).collect())
        }
    }
    let retyping = LmSettings { writing: Writing::Retype, ..LmSettings::default() };
    let row = play(&Retypes(ModelId("r".to_owned())), retyping, 50, &[]);
    assert_eq!((row.program.trim_end(), row.ending), (PLAN.trim_end(), Ending::Finished));
}

#[test]
fn by_agreement_it_never_sees_a_suggestion() {
    let settings = LmSettings { deciding: Deciding::Agree, agreement: 0.75, ..LmSettings::default() };
    let model = Scripted::new(&["accept"]);
    let row = play(&model, settings, 50, &["n = int(input())\nfor", "zzz yyy"]);
    let rounds = &row.rounds;
    assert_eq!((rounds[0].decision, rounds[1].decision), (Decision::Accept, Decision::Reject));
    assert_eq!(rounds[0].human.as_ref().expect("its side").agreement, Some(1.0));
    assert!(rounds[1].human.as_ref().expect("its side").agreement < Some(0.5));
    assert_eq!((row.program.trim_end(), row.ending), (PLAN.trim_end(), Ending::Finished));
    for question in model.questions() {
        let all: String = question.messages.iter().map(|message| message.content.as_str()).collect();
        assert!(!all.contains("zzz") && !question.prefill.contains("zzz"));
    }
    // What agrees but for a letter is taken, and written on from.
    let row = play(&Scripted::new(&["accept"]), settings, 1, &["n = int(inqut())\n"]);
    assert_eq!(row.rounds[0].decision, Decision::Accept);
    assert_eq!(row.program, "n = int(inqut())\npass");
    assert!(agreement("n = int(inqut())", PLAN) < 1.0);
}

#[test]
fn what_does_not_fit_is_a_fault() {
    struct Full(ModelId);
    impl ChatModel for Full {
        fn model_id(&self) -> &ModelId {
            &self.0
        }

        fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, ModelError> {
            Ok(requests.iter().map(|_| ChatAnswer { text: String::new(), end: AnswerEnd::NoRoom }).collect())
        }
    }
    let row = play(&Full(ModelId("f".to_owned())), LmSettings::default(), 1, &["a"]);
    assert_eq!(faults(&row), [HumanFault::NoRoom; 2]);
    assert_eq!((row.rounds[0].decision, row.ending), (Decision::Reject, Ending::RoundLimit));
}
