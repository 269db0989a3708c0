//! The chat protocol with a scripted model: what its answers come to, and that episodes are played and logged with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use empower_artifact::rows::{AnswerOutcome, EpisodeRow};
use empower_lm::scripted::{Script, ScriptedModel};
use empower_lm::{BOS, Bits, ChatTemplate, EOS, SessionId, TokenId, Tokenizer, train_byte_level_bpe};
use empower_select::StopRule;
use empower_sim::assistant::Ask;
use empower_sim::{
    Assistant, ChatMode, ChatProtocol, EpisodeLog, ExactJudge, PromptError, Prompts, Protocol, Settings, SimError,
    Suggestion, Task, TokenizerCodec, simulate_into,
};

const TEMPLATE: &str = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";
const PLAN: &str = "x = 1\nprint(x)\n";

/// A chat model's folder, and the project's own prompts.
struct Place {
    folder: tempfile::TempDir,
    tokenizer: Tokenizer,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let special = [BOS, EOS, "<|system|>", "<|user|>", "<|assistant|>"];
        let tokenizer = train_byte_level_bpe([PLAN, "```python\n```\n"].into_iter(), 290, &special).expect("trained");
        tokenizer.save_folder(folder.path(), 4096).expect("saved");
        std::fs::write(folder.path().join("chat_template.jinja"), TEMPLATE).expect("written");
        let tokenizer = Tokenizer::open(folder.path()).expect("read back");
        Self { folder, tokenizer }
    }

    fn protocol(&self, mode: ChatMode) -> ChatProtocol {
        let template = ChatTemplate::open(self.folder.path()).expect("written above");
        ChatProtocol::new(template, Prompts::open(&prompts()).expect("shipped"), self.tokenizer.clone(), mode)
            .expect("the words can be put")
    }

    /// A model that gives these answers, told apart by how they begin: `said` has been said already.
    fn model(&self, said: &str, answers: &[&str], context: usize) -> ScriptedModel {
        let turn = self.tokenizer.token_id("<|assistant|>").expect("special");
        let document = |answer: &&str| -> Vec<TokenId> {
            [vec![turn], self.tokenizer.encode(said), self.tokenizer.encode(answer)].concat()
        };
        ScriptedModel::new(Script {
            bos: self.tokenizer.bos(),
            stop: self.tokenizer.eos().expect("it has one"),
            context,
            order: 64,
            documents: answers.iter().map(document).collect(),
            ..Script::blank(self.tokenizer.vocab_size())
        })
    }

    fn suggest(&self, assistant: Assistant<'_>, mode: ChatMode, code: &str) -> Suggestion {
        let (protocol, prefix) = (self.protocol(mode), self.tokenizer.encode(code));
        let assistant = assistant.with_protocol(Protocol::Chat(&protocol));
        let ask = Ask { prefix: &prefix, session: SessionId(0), seed: 0 };
        let suggestion = assistant.suggest(&[ask], &TokenizerCodec(&self.tokenizer)).expect("answered").remove(0);
        assert_eq!(suggestion.tokens.len(), suggestion.bits.len());
        suggestion
    }
}

fn prompts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/prompts/assistant")
}

#[test]
fn answers_are_read_and_their_faults_recorded() {
    use AnswerOutcome::{Exact, NoBlock, NotRetyped, Unclosed};
    let place = Place::new();
    for (code, answer, outcome, text) in [
        ("x =", "```python\nx = 1\n```", Exact, " 1"),
        ("x = 1\n", "Sure:\n```python\nx = 1\nprint(x)\n```\nThat is all.", Exact, "print(x)"),
        ("x = 1", "```python\nx = 1\n```", Exact, ""),
        ("x =", "```python\nx =  ", Unclosed, "  "),
        ("x =", "```python\ny = 1\n```", NotRetyped, ""),
        ("x =", "I cannot.", NoBlock, ""),
        ("s = '```'\nx", "````python\ns = '```'\nx = 2\n````", Exact, " = 2"),
    ] {
        let model = place.model("", &[answer], 4096);
        let suggestion = place.suggest(Assistant::tuned("t", None, &model), ChatMode::ChatRetype, code);
        assert_eq!(
            (suggestion.answer, place.tokenizer.decode(&suggestion.tokens)),
            (Some(outcome), text.to_owned()),
            "{answer}"
        );
    }
    for (code, said, answer, outcome, text) in [
        ("x =", "```python\nx =", " 1\n```", Exact, " 1"),
        ("x = 1\n", "```python\nx = 1\n", "```", Exact, ""),
        ("x =", "```python\nx =", " 1", Unclosed, " 1"),
    ] {
        let model = place.model(said, &[answer], 4096);
        let suggestion = place.suggest(Assistant::tuned("t", None, &model), ChatMode::ChatPrefill, code);
        assert_eq!(
            (suggestion.answer, place.tokenizer.decode(&suggestion.tokens)),
            (Some(outcome), text.to_owned()),
            "{answer}"
        );
    }
}

#[test]
fn a_model_that_learnt_its_examples_suggests_their_completions() {
    let place = Place::new();
    let (code, completion) = (place.tokenizer.encode("x = 1\n"), place.tokenizer.encode("print(x)"));
    for mode in [ChatMode::ChatRetype, ChatMode::ChatPrefill] {
        let protocol = place.protocol(mode);
        for completion in [&completion[..], &[]] {
            let example = protocol.example(&code, completion).expect("put").expect("it can be said");
            // A model that says after this prompt, and nowhere else, what the example teaches.
            let bos = place.tokenizer.bos();
            let document = [&example.prompt[..], &example.answer].concat();
            let model = ScriptedModel::new(Script {
                bos,
                stop: protocol.turn_end().expect("a token"),
                context: 4096,
                order: 64,
                documents: vec![document],
                ..Script::blank(place.tokenizer.vocab_size())
            });
            let suggestion = place.suggest(Assistant::tuned("t", None, &model), mode, "x = 1\n");
            assert_eq!(
                (suggestion.answer, place.tokenizer.decode(&suggestion.tokens)),
                (Some(AnswerOutcome::Exact), place.tokenizer.decode(completion)),
                "{mode:?}"
            );
        }
    }
    // A token that is no whole character cannot be asked about.
    let half = place.tokenizer.encode("é")[..1].to_vec();
    assert_eq!(place.protocol(ChatMode::ChatRetype).example(&half, &completion).expect("put"), None);
    // A completion that would close the fence that a begun answer has opened cannot be said.
    let fenced = place.tokenizer.encode("y\n```\nz");
    assert_eq!(place.protocol(ChatMode::ChatPrefill).example(&code, &fenced).expect("put"), None);
    assert!(place.protocol(ChatMode::ChatRetype).example(&code, &fenced).expect("put").is_some());
}

#[test]
fn the_turn_ends_with_what_the_template_puts_behind_an_answer() {
    let place = Place::new();
    // This template puts nothing there.
    assert_eq!(place.protocol(ChatMode::ChatRetype).turn_end(), place.tokenizer.eos());
    let closing = TEMPLATE
        .replace("{{ m.content }}", "\n{{ m.content }}<|user|>\n")
        .replace("<|assistant|>{% e", "<|assistant|>\n{% e");
    std::fs::write(place.folder.path().join("chat_template.jinja"), closing).expect("written");
    assert_eq!(place.protocol(ChatMode::ChatRetype).turn_end(), place.tokenizer.token_id("<|user|>"));
}

#[test]
fn methods_end_suggestions_as_in_the_raw_protocol() {
    let place = Place::new();
    let model = place.model("", &["```python\nx = 1\nprint(x)\n```"], 4096);
    let text = |assistant| place.tokenizer.decode(&place.suggest(assistant, ChatMode::ChatRetype, "x =").tokens);
    assert_eq!(text(Assistant::base(&model)), " 1\nprint(x)");
    let cut = place.suggest(Assistant::base_cut(&model, 2), ChatMode::ChatRetype, "x =");
    assert_eq!(cut.tokens.len(), 2);
    // The model finds its own answer nearly certain, so that a threshold of nothing stops it and a bit does not.
    assert_eq!(text(Assistant::stopped(&model, StopRule::Nll { eta: Bits(0.0) })), "");
    assert!(text(Assistant::stopped(&model, StopRule::Nll { eta: Bits(1.0) })).starts_with(" 1"));
}

#[test]
fn a_question_that_has_no_room_is_not_asked() {
    let place = Place::new();
    let model = place.model("", &["x"], 300);
    let assistant = Assistant::tuned("t", None, &model).with_max_suggestion_tokens(20);
    let suggestion = place.suggest(assistant, ChatMode::ChatRetype, "x =");
    assert_eq!((suggestion.answer, suggestion.tokens.len()), (Some(AnswerOutcome::NoRoom), 0));
}

#[test]
fn episodes_are_played_in_chat_and_resumed_with_the_same_words_only() {
    let place = Place::new();
    // It retypes the first state rightly, and every other one wrongly.
    let model = place.model("", &["```python\n\n```", "```python\nx = 1\nprint(x)\n\n```"], 4096);
    let tasks = [Task::new("p", 0, "", PLAN).expect("a good task")];
    let protocol = place.protocol(ChatMode::ChatRetype);
    let assistant = Assistant::base(&model).with_protocol(Protocol::Chat(&protocol));
    let (settings, codec) = (Settings::default(), TokenizerCodec(&place.tokenizer));
    let path = place.folder.path().join("episodes.jsonl");
    let play = |assistant: &Assistant<'_>| {
        let mut log = EpisodeLog::open(&path)?;
        simulate_into(&mut log, &tasks, assistant, &settings, &codec, &ExactJudge::new(&tasks), &mut |_| ())
    };
    play(&assistant).expect("played");
    let rows: Vec<EpisodeRow> = empower_artifact::read_jsonl(&path).expect("written");
    assert_eq!(rows[0].program, PLAN);
    let mut counts: BTreeMap<AnswerOutcome, usize> = BTreeMap::new();
    for round in &rows[0].rounds {
        *counts.entry(round.answer.expect("every answer has an outcome")).or_default() += 1;
    }
    assert_eq!(counts.values().sum::<usize>(), rows[0].rounds.len());
    assert!(counts.contains_key(&AnswerOutcome::Exact), "{counts:?}");

    assert_eq!(play(&assistant).expect("nothing left").resumed, 1);
    let other = place.protocol(ChatMode::ChatPrefill);
    let error = play(&assistant.clone().with_protocol(Protocol::Chat(&other))).expect_err("other words");
    assert!(matches!(&error, SimError::OtherSettings { field: "the protocol", .. }), "{error}");
    let error = play(&assistant.with_protocol(Protocol::Raw)).expect_err("no words");
    assert!(matches!(&error, SimError::OtherSettings { field: "the protocol", .. }), "{error}");
}

#[test]
fn words_that_part_the_code_from_its_completion_are_refused() {
    let place = Place::new();
    let folder = place.folder.path().join("prompts");
    std::fs::create_dir(&folder).expect("made");
    for name in ["system.jinja", "user.jinja", "answer.jinja", "examples.jsonl"] {
        std::fs::copy(prompts().join(name), folder.join(name)).expect("copied");
    }
    std::fs::write(folder.join("answer.jinja"), "{{ fence }}\n{{ code }}\n{{ completion }}\n{{ fence }}")
        .expect("written");
    let template = ChatTemplate::open(place.folder.path()).expect("written above");
    let words = Prompts::open(&folder).expect("well formed");
    let error =
        ChatProtocol::new(template, words, place.tokenizer.clone(), ChatMode::ChatPrefill).expect_err("refused");
    assert!(matches!(&error, PromptError::Answer { path } if *path == folder.join("answer.jinja")), "{error}");
}
