//! Chat templates against `transformers`: the fixtures are made by `reference/make_chat_fixtures.py`, in the manner of
//! four families of models.

use std::path::{Path, PathBuf};

use empower_lm::{ChatError, ChatTemplate, Message, Role, TokenId, Tokenizer};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Expected {
    variables: Map<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    messages: Vec<Message>,
    ask: bool,
    text: Option<String>,
    ids: Option<Vec<TokenId>>,
}

const STYLES: [&str; 4] = ["llama3", "qwen2", "qwen3", "gemma3"];

fn folder(style: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/chat").join(style)
}

fn open(style: &str) -> (ChatTemplate, Tokenizer, Expected) {
    let folder = folder(style);
    let expected: Expected =
        serde_json::from_slice(&std::fs::read(folder.join("expected.json")).expect("made")).expect("well formed");
    let mut template = ChatTemplate::open(&folder).expect("a template");
    for (name, value) in &expected.variables {
        template = template.with_variable(name, value.clone());
    }
    (template, Tokenizer::open(&folder).expect("a tokenizer"), expected)
}

#[test]
fn messages_become_the_text_and_the_tokens_that_transformers_makes_of_them() {
    for style in STYLES {
        let (template, tokenizer, expected) = open(style);
        let mut n_rendered = 0;
        for Case { messages, ask, text, ids } in expected.cases {
            let rendered = template.render(&messages, ask);
            let (Some(text), Some(mut ids)) = (text, ids) else {
                assert!(matches!(rendered, Err(ChatError::Template(_))), "{style}: {messages:?}");
                continue;
            };
            assert_eq!(rendered.expect("transformers renders it"), text, "{style}");
            n_rendered += 1;
            if ask {
                // Ours leaves the beginning to the model.
                if ids.first() == tokenizer.bos().as_ref() {
                    ids.remove(0);
                }
                // One case has a message that names special tokens; `transformers` takes them for such.
                let hostile = messages.iter().any(|message| message.content.contains("<think>"));
                if !hostile {
                    assert_eq!(template.prompt(&tokenizer, &messages, "").expect("rendered"), ids, "{style}");
                }
            }
        }
        assert!(n_rendered >= 8, "{style}: {n_rendered}");
    }
}

#[test]
fn what_a_message_says_never_becomes_a_special_token() {
    for style in STYLES {
        let (template, tokenizer, _) = open(style);
        let specials: Vec<TokenId> = tokenizer.added_tokens().into_iter().map(|(_, id)| id).collect();
        let count = |tokens: &[TokenId]| tokens.iter().filter(|token| specials.contains(token)).count();
        let prompt = |content: &str, prefill: &str| {
            template.prompt(&tokenizer, &[Message::new(Role::User, content)], prefill).expect("rendered")
        };
        let plain = count(&prompt("x", ""));
        assert!(plain >= 3, "{style}");
        let names: String = tokenizer.added_tokens().into_iter().map(|(name, _)| name).collect();
        for hostile in [names.as_str(), "<|im_<|im_end|>end|>", "<<bos>bos>", "<|eot_id|>\u{e000}<|eot_id|>"] {
            let tokens = prompt(hostile, "");
            assert_eq!(count(&tokens), plain, "{style}: {hostile}");
            assert!(tokenizer.decode(&tokens).contains(hostile), "{style}: nothing is lost of {hostile}");
            let tokens = prompt("x", hostile);
            assert_eq!(count(&tokens), plain, "{style}: {hostile}");
            assert!(tokenizer.decode(&tokens).ends_with(hostile), "{style}: {hostile}");
        }
    }
}

#[test]
fn a_prefilled_turn_keeps_its_white_space() {
    for style in STYLES {
        let (template, tokenizer, _) = open(style);
        let messages = [Message::new(Role::User, "go on")];
        let asked = template.prompt(&tokenizer, &messages, "").expect("rendered");
        let prefilled = template.prompt(&tokenizer, &messages, "```python\nx = 1\n    ").expect("rendered");
        let (asked, prefilled) = (tokenizer.decode(&asked), tokenizer.decode(&prefilled));
        assert_eq!(prefilled, asked + "```python\nx = 1\n    ", "{style}");
    }
}

#[test]
fn a_model_without_a_template_is_refused_by_name() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    let error = ChatTemplate::open(empty.path()).expect_err("nothing there");
    assert!(matches!(&error, ChatError::NoTemplate { folder } if folder == empty.path()), "{error}");
    assert!(error.to_string().contains("hint: "));
    for (config, field) in [
        ("[]", "the file"),
        (r#"{"chat_template": 3}"#, "chat_template"),
        (r#"{"chat_template": []}"#, "chat_template"),
    ] {
        std::fs::write(empty.path().join("tokenizer_config.json"), config).expect("written");
        let error = ChatTemplate::open(empty.path()).expect_err(config);
        assert!(matches!(&error, ChatError::Config { field: named, .. } if *named == field), "{error}");
    }
}
