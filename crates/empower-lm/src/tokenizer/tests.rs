//! Unit tests of the tokenizer.

use std::error::Error;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{BOS, EOS, train_byte_level_bpe};

const PROGRAM: &str = "def main():\n    total_count = 0\n    for item in range(10):\n        if item % 2 == 0:\n            \
                       total_count += item * 25\n\n    print(total_count, \"ok\")\n\n\nif __name__ == \"__main__\":\n    main()\n";

fn texts() -> Vec<String> {
    (0..40).map(|round| PROGRAM.replace("item", ["item", "value", "n_left", "x"][round % 4])).collect()
}

static TRAINED: LazyLock<Tokenizer> = LazyLock::new(|| {
    train_byte_level_bpe(texts().iter().map(String::as_str), 400, &[BOS, EOS]).expect("the texts train a tokenizer")
});

/// The trained tokenizer's file with a change made to it.
fn changed(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut json = serde_json::from_slice(TRAINED.as_bytes()).unwrap();
    change(&mut json);
    json.to_string().into_bytes()
}

fn pieces(text: &str) -> Vec<String> {
    TRAINED.encode(text).into_iter().map(|token| TRAINED.token_text(token).unwrap()).collect()
}

/// A message with its causes, as the command line prints it.
fn message(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

#[test]
fn trained_layout() {
    assert_eq!((TRAINED.bos(), TRAINED.eos(), TRAINED.stop_tokens()), (Some(0), Some(1), &[1][..]));
    assert_eq!(TRAINED.token_text(0).unwrap(), BOS);
    assert_eq!(TRAINED.token_id(EOS), Some(1));
    assert!(TRAINED.vocab_size() <= 400 && TRAINED.vocab_size() > 300, "{}", TRAINED.vocab_size());
    let mut bytes: Vec<&[u8]> = (2..258).map(|token| TRAINED.token_bytes(token).unwrap()).collect();
    bytes.sort_unstable();
    assert_eq!(bytes, (0..=255u8).map(|byte| vec![byte]).collect::<Vec<_>>(), "every byte once, after the special");
    assert_eq!(TRAINED.token_bytes(4000), None);
}

#[test]
fn pieces_are_made_for_code() {
    assert_eq!(
        pieces("def main():\n    total_count = 0\n    for item in range(10):\n        if item"),
        [
            "def",
            " main",
            "():",
            "\n    ",
            "total_count",
            " =",
            " 0",
            "\n    ",
            "for",
            " item",
            " in",
            " range",
            "(",
            "1",
            "0",
            "):",
            "\n        ",
            "if",
            " item"
        ]
    );
    // A line break never joins what stands before it, digits never join one another.
    for token in 2..TRAINED.vocab_size() as TokenId {
        let text = TRAINED.token_text(token).unwrap();
        assert!(!text.trim_start_matches([' ', '\t', '\r', '\n']).contains('\n'), "{text:?}");
        assert!(text.chars().filter(char::is_ascii_digit).count() <= 1, "{text:?}");
    }
}

#[test]
fn training_is_deterministic() {
    let texts = texts();
    let again = train_byte_level_bpe(texts.iter().map(String::as_str), 400, &[BOS, EOS]).unwrap();
    assert_eq!(again.as_bytes(), TRAINED.as_bytes());
    let backwards = train_byte_level_bpe(texts.iter().rev().map(String::as_str), 400, &[BOS, EOS]).unwrap();
    assert_eq!(backwards.as_bytes(), TRAINED.as_bytes(), "the order of the texts does not matter");
}

#[test]
fn training_refuses() {
    let train = |size, special: &[&str]| train_byte_level_bpe(["some text"].into_iter(), size, special).unwrap_err();
    let error = train(257, &[BOS, EOS]);
    assert!(matches!(error, TokenizerError::VocabularyTooSmall { asked: 257, needed: 258 }), "{error}");
    for word in ["stop", "##", "\n", ""] {
        let error = train(300, &[word]);
        assert!(matches!(&error, TokenizerError::SpecialTokenIsText { token } if token == word), "{error}");
    }
    let nothing = train_byte_level_bpe(std::iter::empty(), 300, &[BOS, EOS]).unwrap();
    assert_eq!(nothing.vocab_size(), 258, "without texts there are bytes and special tokens");
}

#[test]
fn special_tokens_in_a_document_are_text() {
    let hostile = "print('<|eos|>')<|bos|>\n<|eos|><|eos|>  <|eos|>";
    let tokens = TRAINED.encode(hostile);
    assert!(tokens.iter().all(|&token| token > 1), "{tokens:?}");
    assert_eq!(TRAINED.decode(&tokens), hostile);

    // Also where the file does not call the token special, and where its text was trained on.
    let next = TRAINED.vocab_size() as TokenId;
    let sneaky = Tokenizer::from_bytes(changed(|json| {
        let added = json["added_tokens"].as_array_mut().unwrap();
        for token in added.iter_mut() {
            token["special"] = false.into();
        }
        let mut more = added[0].clone();
        more["id"] = next.into();
        more["content"] = "<|fim_prefix|>".into();
        added.push(more);
    }))
    .unwrap();
    assert_eq!(sneaky.vocab_size(), next as usize + 1);
    assert!(sneaky.encode("<|fim_prefix|>x<|eos|>").iter().all(|&token| token > 1 && token < next));
    assert_eq!(sneaky.decode(&[next, 1]), "<|fim_prefix|><|eos|>", "but they decode to their names");
    let trained = train_byte_level_bpe(std::iter::repeat_n("<|eos|>", 500), 400, &[BOS, EOS]).unwrap();
    assert!(trained.encode("<|eos|> <|eos|>").iter().all(|&token| token > 1));
}

#[test]
fn other_added_tokens_are_still_found() {
    let with_id = |id: TokenId| {
        let file = changed(|json| {
            let added = json["added_tokens"].as_array_mut().unwrap();
            let mut more = added[0].clone();
            more["id"] = id.into();
            more["content"] = "====".into();
            more["special"] = false.into();
            added.push(more);
        });
        Tokenizer::from_bytes(file)
    };
    let next = TRAINED.vocab_size() as TokenId;
    let tokenizer = with_id(next).unwrap();
    assert_eq!(tokenizer.encode("a====b")[1], next);
    assert_eq!(tokenizer.decode(&tokenizer.encode("a====b")), "a====b");
    let error = with_id(next + 7).unwrap_err(); // the library would renumber it
    assert!(matches!(error, TokenizerError::Unsupported { part: "added token", .. }), "{error}");
}

#[test]
fn decoding_shows_what_it_cannot_spell() {
    let accent = TRAINED.encode("é");
    assert_eq!(accent.len(), 2);
    assert_eq!(TRAINED.decode_bytes(&accent[..1]), [0xC3]);
    assert_eq!(TRAINED.decode(&accent[..1]), "\u{fffd}");
    assert_eq!(TRAINED.decode(&[TRAINED.vocab_size() as TokenId]), "\u{fffd}");
    assert_eq!(TRAINED.decode(&[0, 1]), "<|bos|><|eos|>", "nothing is dropped in silence");
}

#[test]
fn streams_hold_back_half_characters() {
    let text = "a = 'é 漢 🦀'";
    let mut stream = TRAINED.stream();
    let shown: Vec<String> = TRAINED.encode(text).into_iter().map(|token| stream.push(token)).collect();
    assert_eq!(shown.concat(), text);
    assert!(shown.iter().all(|part| !part.contains('\u{fffd}')) && shown.iter().any(String::is_empty));
    assert_eq!(stream.finish(), "");

    let mut broken = TRAINED.stream();
    let crab = TRAINED.encode("🦀");
    assert_eq!(broken.push(crab[0]), "");
    assert_eq!(broken.push(TRAINED.encode("a")[0]), "\u{fffd}a", "a byte that begins nothing shows at once");
    assert_eq!(broken.push(crab[0]), "");
    assert_eq!(broken.finish(), "\u{fffd}");
}

proptest! {
    #[test]
    fn decode_is_the_inverse_of_encode(text in "(\\PC|[ \t\r\n]|def|<\\|eos\\|>|total_count| {2,9}|\\x00|\\x0b){0,40}") {
        let tokens = TRAINED.encode(&text);
        prop_assert_eq!(TRAINED.decode(&tokens), text.clone());
        let tiles = TRAINED.encode_with_offsets(&text);
        prop_assert_eq!(tiles.iter().map(|(token, _)| *token).collect::<Vec<_>>(), tokens);
        let mut end = 0;
        for (token, range) in tiles {
            prop_assert_eq!(range.start, end);
            prop_assert_eq!(&text.as_bytes()[range.clone()], TRAINED.token_bytes(token).unwrap());
            end = range.end;
        }
        prop_assert_eq!(end, text.len());
    }

    #[test]
    fn streams_equal_decoding(tokens in prop::collection::vec(0u32..420, 0..60)) {
        let mut stream = TRAINED.stream();
        let mut shown: String = tokens.iter().map(|&token| stream.push(token)).collect();
        shown.push_str(&stream.finish());
        prop_assert_eq!(shown, TRAINED.decode(&tokens));
    }
}

#[test]
fn normalised_text_keeps_its_offsets() {
    let tokenizer = Tokenizer::from_bytes(changed(|json| json["normalizer"] = json!({"type": "NFC"}))).unwrap();
    let decomposed = "e\u{301}x";
    assert_eq!(tokenizer.decode(&tokenizer.encode(decomposed)), "éx", "the normaliser's doing, as documented");
    let tiles = tokenizer.encode_with_offsets(decomposed);
    assert_eq!(tiles.last().unwrap().1, 3..4);
    assert_eq!(tokenizer.decode(&tokenizer.encode("é x")), "é x");
}

#[test]
fn sentencepiece_spelling() {
    let mut vocabulary = serde_json::Map::new();
    let names = ["<bos>", "<eos>"].map(str::to_owned).into_iter().chain((0..256).map(|byte| format!("<0x{byte:02X}>")));
    for name in names.chain(["\u{2581}", "a", "b", "\u{2581}a", "ab"].map(str::to_owned)) {
        vocabulary.insert(name, vocabulary.len().into());
    }
    let special = |id: u32, content: &str| {
        json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true})
    };
    let file = json!({
        "version": "1.0", "truncation": null, "padding": null, "pre_tokenizer": null, "post_processor": null,
        "added_tokens": [special(0, "<bos>"), special(1, "<eos>")],
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "\u{2581}"},
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "\u{2581}"}, "content": " "},
            {"type": "ByteFallback"}, {"type": "Fuse"}]},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": true, "ignore_merges": false,
            "vocab": vocabulary, "merges": [["\u{2581}", "a"], ["a", "b"]]}
    });
    let tokenizer = Tokenizer::from_bytes(file.to_string()).unwrap();
    let text = "ab a  é<eos>\n";
    let tokens = tokenizer.encode(text);
    assert_eq!(tokenizer.decode(&tokens), text);
    assert_eq!(&tokens[..3], [262, 261, 258], "ab, space a, space");
    assert!(tokens.iter().all(|&token| token > 1));
    assert_eq!(tokenizer.encode_with_offsets(text).last().unwrap().1, text.len() - 1..text.len());

    let without = |part: &str, value: Value| {
        let mut file = file.clone();
        file.pointer_mut(part).map(|place| *place = value).unwrap();
        Tokenizer::from_bytes(file.to_string()).unwrap_err()
    };
    assert!(matches!(without("/model/byte_fallback", false.into()), TokenizerError::Unsupported { .. }));
    let prepend = without("/normalizer", json!({"type": "Prepend", "prepend": "\u{2581}"}));
    assert!(matches!(prepend, TokenizerError::Unsupported { part: "normalizer", .. }), "{prepend}");
}

#[test]
fn refuses_tokenizers_that_lose_text() {
    let refusal = |change: fn(&mut Value)| Tokenizer::from_bytes(changed(change)).unwrap_err();
    let part = |error: TokenizerError| match error {
        TokenizerError::Unsupported { part, .. } => part,
        other => panic!("{other}"),
    };
    assert_eq!(part(refusal(|json| json["model"]["type"] = "WordPiece".into())), "model type");
    assert_eq!(part(refusal(|json| json["model"]["dropout"] = 0.1.into())), "model");
    assert_eq!(part(refusal(|json| json["decoder"] = Value::Null)), "decoder");
    assert_eq!(part(refusal(|json| json["normalizer"] = json!({"type": "Lowercase"}))), "normalizer");
    let prefix = |json: &mut Value| json["pre_tokenizer"]["pretokenizers"][1]["add_prefix_space"] = true.into();
    assert_eq!(part(refusal(prefix)), "pre-tokenizer");
    let error = refusal(|json| {
        let vocabulary = json["model"]["vocab"].as_object_mut().unwrap();
        vocabulary.remove("\u{10a}").unwrap(); // the byte 0x0A
        json["model"]["merges"] = json!([]);
    });
    assert!(matches!(error, TokenizerError::MissingBytes { missing: 1, first: 0x0A, .. }), "{error}");
}

#[test]
fn broken_files_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = message(&Tokenizer::open(dir.path()).unwrap_err());
    assert!(error.contains("tokenizer.json") && error.contains("hint: a model folder holds"), "{error}");
    for content in ["", "{\"model\": ", "version https://git-lfs.github.com/spec/v1\n", "[1, 2]", "\u{0}\u{1}"] {
        std::fs::write(dir.path().join("tokenizer.json"), content).unwrap();
        let error = message(&Tokenizer::open(dir.path()).unwrap_err());
        assert!(error.contains("tokenizer.json"), "{error}");
    }
    let whole = TRAINED.as_bytes();
    std::fs::write(dir.path().join("tokenizer.json"), &whole[..whole.len() / 2]).unwrap();
    let error = Tokenizer::open(dir.path()).unwrap_err();
    assert!(matches!(error, TokenizerError::Malformed { .. }), "{error}");
}

/// Opens a folder with the trained tokenizer and the given files next to it.
fn open_with(files: &[(&str, Value)]) -> Result<Tokenizer, TokenizerError> {
    let dir = tempfile::tempdir().unwrap();
    TRAINED.save(dir.path().join("tokenizer.json")).unwrap();
    for (name, content) in files {
        std::fs::write(dir.path().join(name), content.to_string()).unwrap();
    }
    Tokenizer::open(dir.path())
}

#[test]
fn beginning_and_end_come_from_the_files_beside() {
    let check = |files: &[(&str, Value)], bos: Option<TokenId>, stop: &[TokenId]| {
        let tokenizer = open_with(files).unwrap();
        assert_eq!((tokenizer.bos(), tokenizer.stop_tokens()), (bos, stop), "{files:?}");
        assert_eq!(tokenizer.eos(), stop.first().copied(), "{files:?}");
    };
    check(&[], None, &[]);
    let names = json!({"bos_token": BOS, "eos_token": {"content": EOS, "lstrip": false}});
    check(&[("tokenizer_config.json", names.clone())], Some(0), &[1]);
    check(&[("special_tokens_map.json", names.clone())], Some(0), &[1]);
    check(&[("config.json", json!({"bos_token_id": 0, "eos_token_id": 1}))], Some(0), &[1]);
    // Chat models stop at several tokens; the generation file goes before the configuration.
    let several = json!({"eos_token_id": [5, 1, 5]});
    check(&[("tokenizer_config.json", names.clone()), ("generation_config.json", several.clone())], Some(0), &[1, 5]);
    check(&[("generation_config.json", several), ("config.json", json!({"eos_token_id": 7}))], None, &[5, 1]);
    // A file that says null, or that nothing is put in front, goes before the configuration's number.
    let number = ("config.json", json!({"bos_token_id": 3, "eos_token_id": null}));
    check(&[("tokenizer_config.json", json!({"bos_token": null})), number.clone()], None, &[]);
    check(&[("tokenizer_config.json", json!({"bos_token": BOS, "add_bos_token": false})), number], None, &[]);
}

#[test]
fn neighbours_of_another_model_are_refused() {
    let refusal = |name, content| open_with(&[(name, content)]).unwrap_err();
    let error = refusal("tokenizer_config.json", json!({"eos_token": "</s>"}));
    assert!(matches!(&error, TokenizerError::UnknownSpecialToken { token, .. } if token == "</s>"), "{error}");
    let error = refusal("config.json", json!({"eos_token_id": 128_001}));
    assert!(matches!(&error, TokenizerError::UnknownSpecialToken { token, .. } if token == "128001"), "{error}");
    for (name, content) in [
        ("config.json", json!({"eos_token_id": "two"})),
        ("generation_config.json", json!({"eos_token_id": [1, -1]})),
        ("tokenizer_config.json", json!({"bos_token": 3})),
        ("tokenizer_config.json", json!([])),
    ] {
        let error = refusal(name, content);
        assert!(matches!(&error, TokenizerError::MalformedField { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn fits_its_model_only() {
    let size = TRAINED.vocab_size();
    for model in [size, size + 200] {
        TRAINED.check_fits(model).unwrap();
    }
    for model in [0, size - 1, size + 257, 151_936] {
        let error = TRAINED.check_fits(model).unwrap_err();
        assert!(error.to_string().starts_with("tokenizer does not fit the model"), "{error}");
    }
}

#[test]
fn saved_folders_open_again() {
    let dir = tempfile::tempdir().unwrap();
    TRAINED.save_folder(dir.path(), 512).unwrap();
    let again = Tokenizer::open(dir.path()).unwrap();
    assert_eq!(again.as_bytes(), TRAINED.as_bytes());
    assert_eq!((again.bos(), again.eos()), (Some(0), Some(1)));
    assert_eq!(again.encode(PROGRAM), TRAINED.encode(PROGRAM));
    let config: Value =
        serde_json::from_slice(&std::fs::read(dir.path().join("tokenizer_config.json")).unwrap()).unwrap();
    assert_eq!(config["tokenizer_class"], "PreTrainedTokenizerFast");
    assert_eq!(config["clean_up_tokenization_spaces"], false);
    assert_eq!((&config["bos_token"], &config["model_max_length"]), (&json!(BOS), &json!(512)));
    let mut files: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"], "nothing left aside");
    let error = TRAINED.save(dir.path().join("missing/tokenizer.json")).unwrap_err();
    assert!(message(&error).contains("missing"), "{error}");
}
