//! The built program, run for real: the contracts that scripts rely on, and what bad input comes to. The model is a
//! tiny one with random weights that each test makes for itself; the problems are a few of the embedded suite.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use empower_artifact::rows::{EpisodeRow, Verdict};
use empower_artifact::{Manifest, read_jsonl};
use empower_data::{ExampleRow, read_document_examples};
use empower_engine::{Engine, Storage};
use empower_lm::{BOS, Bits, EOS, Scorer, train_byte_level_bpe};
use empower_select::{TokenCosts, algorithm_1};
use serde_json::{Value, json};
use tempfile::TempDir;

const PROGRAM: &str = "n = int(input())\nfor i in range(n):\n    print(i, n - i)\n";
const OTHER: &str = "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n";

/// What a run of the program came to.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_empower"));
    command.env_remove("EMPOWER_ASSETS").env_remove("EMPOWER_LOG").stdin(Stdio::null());
    command
}

fn run_command(command: &mut Command) -> Run {
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs the program with arguments given as one string a piece, or as paths.
fn empower<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Run {
    run_command(program().args(arguments))
}

macro_rules! empower {
    ($($argument:expr),* $(,)?) => {
        empower(&[$(AsRef::<std::ffi::OsStr>::as_ref(&$argument)),*])
    };
}

impl Run {
    fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// Checks a fault of data: exit code 1, nothing on standard output, and on standard error what is named, and a hint.
    #[track_caller]
    fn fails_naming(self, names: &[&str]) {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert_eq!(self.stdout, "", "nothing half-written: {self:?}");
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        assert!(self.stderr.contains("\nhint: "), "{}", self.stderr);
        for name in names {
            assert!(self.stderr.contains(name), "`{name}` is not named in:\n{}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }

    #[track_caller]
    fn assert_usage_fault(self, names: &[&str]) {
        assert_eq!((self.code, self.stdout.as_str()), (Some(2), ""), "{self:?}");
        names.iter().for_each(|name| assert!(self.stderr.contains(name), "{name}: {}", self.stderr));
    }

    fn rows(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
    }
}

/// A folder for one test.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the place")).expect("made");
        fs::write(&path, content).expect("written");
        path
    }

    /// A model folder with random weights.
    fn model(&self) -> PathBuf {
        let dir = self.path("model");
        support::tiny_model(&dir, &[PROGRAM, OTHER, PROGRAM], 320, 256, Storage::F32);
        dir
    }

    /// What lies in the folder.
    fn names(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.0.path()).expect("listed");
        entries.map(|entry| entry.expect("read").file_name().into_string().expect("UTF-8")).collect()
    }
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/problems/eval.jsonl")
}

/// Some problems of the suite as rows: `n` on standard input and `n` functional ones.
fn problems(n: usize) -> Vec<Value> {
    let text = fs::read_to_string(suite()).expect("the suite");
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect();
    let of_kind = |functional: bool| {
        let kind = move |row: &&Value| row["starter_code"].as_str().expect("text").is_empty() != functional;
        rows.iter().filter(kind).take(n).cloned().collect::<Vec<_>>()
    };
    [of_kind(false), of_kind(true)].concat()
}

fn keys(row: &Value) -> Vec<&str> {
    row.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn every_command_shows_an_example_and_refuses_what_it_does_not_know() {
    for command in ["score", "explain", "select", "judge", "simulate", "report", "pretrain", "export", "doctor"] {
        let help = empower!(command, "--help").ok();
        assert!(help.stdout.contains("Example: empower "), "{command}: {}", help.stdout);
        empower!(command, "--no-such-flag").assert_usage_fault(&["--no-such-flag"]);
    }
}

#[test]
fn doctor_tries_this_machine_and_says_where_it_falls_short() {
    let found: Value = serde_json::from_str(&empower!("doctor", "--json").ok().stdout).expect("one JSON object");
    assert_eq!(found["sandbox"]["strict"]["refusal"], Value::Null, "{found}");
    let layers = found["sandbox"]["layers"].as_array().expect("layers");
    let seccomp = layers.iter().find(|layer| layer["name"] == "seccomp").expect("a layer");
    assert!(seccomp["present"] == true && seccomp["attempts"].as_array().is_some_and(|tried| tried.len() > 5));
    assert!(found["model"]["fault"].is_null() && found["model"]["parameters"].as_u64() > Some(0), "{found}");
    assert!(found["problems"]["eval"]["problems"].as_u64() > Some(0), "{found}");
    assert!(found["machine"]["cores"].as_u64() > Some(0) && !found["engine"]["products"].is_null());

    let text = empower!("doctor").ok().stdout;
    for expected in ["strict judging", "landlock-files", "present", "interpreter", "scratch", "model"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }

    // Nothing can be judged without an interpreter: the report is printed all the same, and the exit code tells.
    let run = empower!("doctor", "--json", "--python", "no-such-python");
    assert_eq!(run.code, Some(1), "{run:?}");
    let found: Value = serde_json::from_str(&run.stdout).expect("one JSON object");
    assert!(found["sandbox"]["strict"]["refusal"].as_str().is_some_and(|reason| reason.contains("no-such-python")));
    assert!(run.stderr.contains("strict judging") && run.stderr.contains("hint:"), "{run:?}");

    // Missing assets are reported; judging does not need them.
    let empty = TempDir::new().expect("a temporary folder");
    let run = run_command(program().env("EMPOWER_ASSETS", empty.path()).args(["doctor", "--json"])).ok();
    let found: Value = serde_json::from_str(&run.stdout).expect("one JSON object");
    assert!(found["model"]["fault"].as_str().is_some_and(|fault| fault.contains("EMPOWER_ASSETS")), "{found}");
}

#[test]
fn explain_says_what_score_says() {
    let place = Place::new();
    let model = place.model();
    let file = place.file("program.py", PROGRAM);
    let rows = place.file("rows.jsonl", lines(&[json!({"id": "a", "text": PROGRAM})]));
    let scored = empower!("score", "--model", model, rows, "--json").ok().rows();
    let explained = empower!("explain", "--model", model, "--eta", "4", file, "--json").ok().rows();
    let [row] = explained.as_slice() else { panic!("one text") };
    assert_eq!(keys(row), ["branch_points", "counts", "eta_bits", "id", "model", "tokens"]);
    let tokens = row["tokens"].as_array().expect("tokens");
    let ids: Vec<&Value> = tokens.iter().map(|token| &token["token_id"]).collect();
    assert_eq!(ids, scored[0]["token_ids"].as_array().expect("ids").iter().collect::<Vec<_>>());
    let text: String = tokens.iter().map(|token| token["text"].as_str().expect("text")).collect();
    assert_eq!(text, PROGRAM);
    for (token, logprob) in tokens.iter().zip(scored[0]["token_logprobs"].as_array().expect("logprobs")) {
        let bits = token["bits"].as_f64().expect("a cost") + logprob.as_f64().expect("a score") / 2.0_f64.ln();
        // The scores are printed as the shortest decimals that are the same in single precision.
        assert!(bits.abs() < 1e-5, "{token}");
    }
    let logprobs: Vec<Option<f32>> = serde_json::from_value(scored[0]["token_logprobs"].clone()).expect("logprobs");
    let costs = TokenCosts::from_logprobs(&logprobs).expect("costs");
    let mut state = 0;
    for branch in row["branch_points"].as_array().expect("branch points") {
        state += algorithm_1(&costs, state, Bits(4.0)).expect("a state");
        assert_eq!(branch["token_idx"], state);
        let written = &tokens[state]["token_id"];
        let others = branch["alternatives"].as_array().expect("alternatives");
        assert!(others.len() == 3 && others.iter().all(|other| other["token_id"] != *written), "{branch}");
        assert!(others.is_sorted_by_key(|other| other["bits"].as_f64()), "{branch}");
        state += 1;
    }

    let plain = empower!("explain", "--model", model, "--eta", "4", file).ok().stdout;
    assert!(plain.contains("predictable at eta 4 bits") && plain.contains("Most surprising lines"), "{plain}");
    assert!(!plain.contains('\u{1b}'), "no colour where the output is no terminal");
    let coloured = run_command(program().args(["explain", "--color", "always", "--model"]).arg(&model).arg(&file)).ok();
    assert!(coloured.stdout.contains("\u{1b}["));
    let folder = file.parent().expect("a folder");
    place.file("more.py", OTHER);
    let (page, picture) = (place.path("x.html"), place.path("x.svg"));
    let both = empower!("explain", "--model", model, folder, "--html", page).ok();
    assert!(both.stdout.contains("2 texts"), "{both:?}");
    let html = fs::read_to_string(page).expect("written");
    assert!(html.contains("program.py") && html.contains("more.py") && !html.contains("NaN"));
    empower!("explain", "--model", model, file, "--svg", picture, "--lines", "1-2").ok();
    assert!(fs::read_to_string(&picture).expect("written").starts_with("<svg "));
    empower!("explain", "--model", model, folder, "--svg", picture).fails_naming(&["--svg", "2"]);
    empower!("explain", "--model", model, place.path("absent.py")).fails_naming(&["absent.py"]);
    empower!("explain", "--model", model, file, "--json", "--html", "x").assert_usage_fault(&["--json"]);
    empower!("explain", "--model", model, file, "--lines", "3-1").assert_usage_fault(&["counted from 1"]);
}

#[test]
fn score_prints_what_the_engine_says() {
    let place = Place::new();
    let model = place.model();
    let file = place.file(
        "rows.jsonl",
        lines(&[
            json!({"id": "a", "text": PROGRAM}),
            json!({"id": 7, "token_ids": [5, 6, 7], "other": true}),
            json!({"id": "one", "text": "x"}),
            // Longer than the model's context.
            json!({"id": "long", "text": PROGRAM.repeat(30)}),
        ]),
    );
    let rows = empower!("score", "--model", model, file, "--json").ok().rows();
    let (engine, tokenizer) = Engine::open(&model).expect("the model");
    let expected = [
        (json!("a"), tokenizer.encode(PROGRAM)),
        (json!(7), vec![5, 6, 7]),
        (json!("one"), tokenizer.encode("x")),
        (json!("long"), tokenizer.encode(&PROGRAM.repeat(30))),
    ];
    assert_eq!(rows.len(), expected.len());
    for (row, (id, tokens)) in rows.iter().zip(&expected) {
        // A document that is longer than the context says how it was cut.
        let windows: &[&str] = if *id == "long" { &["windows"] } else { &[] };
        assert_eq!(keys(row), [&["id", "token_ids", "token_logprobs"], windows].concat());
        assert_eq!((&row["id"], &row["token_ids"]), (id, &json!(tokens)));
        let alone = engine.score(&[tokens]).expect("scored").remove(0).logprobs;
        let printed: Vec<Option<f32>> = serde_json::from_value(row["token_logprobs"].clone()).expect("numbers");
        assert_eq!(printed, alone, "a batch equals the single case");
        assert!(printed.iter().all(|logprob| logprob.is_some_and(|logprob| logprob <= 0.0)));
    }

    // Without a beginning-of-sequence token nothing comes before the first token.
    let path = model.join("tokenizer_config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path).expect("read")).expect("JSON");
    config["bos_token"] = Value::Null;
    fs::write(&path, config.to_string()).expect("written");
    let rows = empower!("score", "--model", model, file, "--json").ok().rows();
    for row in &rows {
        let logprobs = row["token_logprobs"].as_array().expect("a list");
        assert!(logprobs[0].is_null() && logprobs[1..].iter().all(Value::is_number), "{row}");
    }
}

#[test]
fn score_shows_a_table() {
    let place = Place::new();
    let model = place.model();
    let file =
        place.file("rows.jsonl", lines(&[json!({"id": "a", "text": PROGRAM}), json!({"id": "b", "text": OTHER})]));
    let json = empower!("score", "--model", model, file, "--json").ok().rows();
    let bits: Vec<f64> = json
        .iter()
        .map(|row| {
            let logprobs = row["token_logprobs"].as_array().expect("a list").iter();
            logprobs.map(|logprob| -logprob.as_f64().expect("a number") / std::f64::consts::LN_2).sum()
        })
        .collect();
    let tokens = json.iter().map(|row| row["token_ids"].as_array().expect("a list").len());
    let tokens: Vec<usize> = tokens.collect();
    let line = |id: &str, bits: f64, tokens: usize, bytes: usize| {
        format!("{id:<11}  {tokens:>6}  {:>12.4}  {:>11.4}", bits / tokens as f64, bits / bytes as f64)
    };
    let expected = [
        "id           tokens  bits a token  bits a byte".to_owned(),
        line("a", bits[0], tokens[0], PROGRAM.len()),
        line("b", bits[1], tokens[1], OTHER.len()),
        line("2 documents", bits[0] + bits[1], tokens[0] + tokens[1], PROGRAM.len() + OTHER.len()),
    ];
    let table = empower!("score", "--model", model, file).ok();
    assert_eq!(table.stdout.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn score_refuses_bad_rows_before_printing_anything() {
    let place = Place::new();
    let model = place.model();
    let good = json!({"id": "good", "text": PROGRAM}).to_string();
    let cases: [(&str, &[&str]); 7] = [
        (r#"{"id": "a", "text": "x""#, &["rows.jsonl", "line 2"]),
        ("no json", &["rows.jsonl", "line 2"]),
        (r#"{"id": "a"}"#, &["rows.jsonl", "line 2", "neither `text` nor `token_ids`"]),
        (r#"{"id": "a", "text": ""}"#, &["rows.jsonl", "line 2", "document a", "empty"]),
        (r#"{"id": "a", "text": "x\u0000y"}"#, &["rows.jsonl", "line 2", "document a", "binary"]),
        (r#"{"id": "a", "token_ids": [3, 99999]}"#, &["document a", "token_ids[1]", "99999"]),
        (r#"{"id": "a", "token_ids": []}"#, &["rows.jsonl", "line 2", "empty"]),
    ];
    for (row, names) in cases {
        let file = place.file("rows.jsonl", format!("{good}\n{row}\n{good}\n"));
        empower!("score", "--model", model, file, "--json").fails_naming(names);
    }
    let file = place.file("rows.jsonl", "\n");
    empower!("score", "--model", model, file).fails_naming(&["rows.jsonl", "no rows"]);
    empower!("score", "--model", model, place.path("absent.jsonl")).fails_naming(&["absent.jsonl"]);
}

#[test]
fn damaged_models_are_refused_by_name() {
    let place = Place::new();
    let documents = place.file("rows.jsonl", lines(&[json!({"id": "a", "text": PROGRAM})]));
    let check = |model: &Path, names: &[&str]| {
        empower!("score", "--model", model, documents, "--json").fails_naming(names);
        let out = place.path("examples.jsonl");
        empower!("select", "--model", model, documents, "--out", out).fails_naming(names);
        let run = place.path("run");
        empower!("simulate", "--model", model, "--assistant", "base", "--limit", "1", "--no-judge", "--out", run)
            .fails_naming(names);
        assert_eq!(place.names(), ["model", "rows.jsonl"].map(str::to_owned).into(), "nothing half-written");
    };
    let model = place.model();
    let weights = fs::read(model.join("model.safetensors")).expect("read");
    let config = fs::read_to_string(model.join("config.json")).expect("read");
    let restore = || {
        place.file("model/model.safetensors", &weights);
        place.file("model/config.json", &config);
    };

    check(&place.path("absent"), &["absent"]);
    fs::remove_file(model.join("model.safetensors")).expect("removed");
    check(&model, &["model.safetensors"]);
    for damaged in [&weights[..weights.len() / 2], &weights[..5], b"no tensors at all", b""] {
        place.file("model/model.safetensors", damaged);
        check(&model, &["model.safetensors"]);
    }
    let mut not_a_number = weights.clone();
    let last = not_a_number.len() - 4;
    not_a_number[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    place.file("model/model.safetensors", &not_a_number);
    check(&model, &["model.safetensors", "tensor `", "not finite"]);
    restore();
    place.file("model/config.json", config.replace("\"llama\"", "\"gpt2\""));
    check(&model, &["config.json", "model_type", "gpt2"]);
    place.file("model/config.json", "{");
    check(&model, &["config.json"]);
    restore();
    // A tokenizer with more tokens than the model has rows.
    let larger = train_byte_level_bpe(
        [PROGRAM.repeat(2), include_str!("cli.rs").to_owned()].iter().map(String::as_str),
        900,
        &[BOS, EOS],
    );
    larger.expect("trained").save_folder(&model, 256).expect("saved");
    check(&model, &["tokenizer does not fit the model", "tokenizer.json"]);
    place.file("model/tokenizer.json", "{}");
    check(&model, &["tokenizer.json"]);
}

#[test]
fn missing_assets_are_named() {
    let place = Place::new();
    let file = place.file("rows.jsonl", lines(&[json!({"id": "a", "text": PROGRAM})]));
    let with_assets = |assets: &Path, arguments: &[&str]| {
        run_command(program().env("EMPOWER_ASSETS", assets).args(arguments).arg(&file))
    };
    let empty = place.path("assets");
    with_assets(&empty, &["score"]).fails_naming(&["EMPOWER_ASSETS", "assets"]);
    fs::create_dir(&empty).expect("made");
    with_assets(&empty, &["score"]).fails_naming(&["embedded model", "config.json", "--model"]);
    with_assets(&empty, &["judge", "--programs"]).fails_naming(&["embedded problems"]);
    let programs = place.file("programs.json", "[]");
    let run = run_command(program().env("EMPOWER_ASSETS", &empty).arg("judge").arg("--programs").arg(programs));
    run.fails_naming(&["embedded problems", "eval.jsonl", "--problems"]);
    // And where they are, nothing needs to be said.
    let model = place.model();
    fs::rename(model, empty.join("model")).expect("moved");
    assert_eq!(with_assets(&empty, &["score", "--json"]).ok().rows().len(), 1);
}

#[test]
fn select_follows_algorithm_1_on_the_scores() {
    let place = Place::new();
    let model = place.model();
    let rows =
        [json!({"id": "a", "text": PROGRAM}), json!({"id": "b", "text": OTHER}), json!({"id": "c", "text": PROGRAM})];
    let file = place.file("rows.jsonl", lines(&rows));
    let select = |more: &[&str]| {
        run_command(
            program()
                .args(["select", "--method", "empower", "--eta", "30", "--states", "all", "--model"])
                .arg(&model)
                .arg(&file)
                .args(more),
        )
    };
    let run = select(&[]).ok();
    assert!(run.stderr.contains("2 documents of"), "{}", run.stderr);
    assert!(run.stderr.contains("1 duplicates dropped"), "{}", run.stderr);
    let rows = run.rows();
    let contract = BTreeSet::from([
        "document_id",
        "state",
        "prefix_token_ids",
        "token_ids",
        "text",
        "bits",
        "stop_reason",
        "method",
        "eta_bits",
    ]);
    assert!(rows.iter().all(|row| keys(row).into_iter().collect::<BTreeSet<_>>() == contract), "{}", rows[0]);
    let examples: Vec<ExampleRow> = rows.into_iter().map(|row| serde_json::from_value(row).expect("a row")).collect();

    let (engine, tokenizer) = Engine::open(&model).expect("the model");
    let mut given = examples.iter();
    let mut lengths = BTreeSet::new();
    for (id, text) in [("a", PROGRAM), ("b", OTHER)] {
        let tokens = tokenizer.encode(text);
        let logprobs = engine.score(&[&tokens]).expect("scored").remove(0).logprobs;
        let costs = TokenCosts::from_logprobs(&logprobs).expect("valid");
        for state in 1..=tokens.len() {
            let example = given.next().expect("a row a state");
            let length = algorithm_1(&costs, state, Bits(30.0)).expect("valid");
            lengths.insert(length);
            assert_eq!((example.document_id.as_str(), example.state), (id, state));
            assert_eq!(example.prefix_token_ids, tokens[..state]);
            assert_eq!(example.token_ids, tokens[state..state + length]);
            assert_eq!(example.text, tokenizer.decode(&tokens[state..state + length]));
            assert_eq!((example.method.as_str(), example.eta_bits), ("empower", Some(30.0)));
        }
    }
    assert!(given.next().is_none());
    assert!(lengths.len() >= 4, "the threshold tells states apart: {lengths:?}");

    // The compact form holds the same examples, in a file or on standard output.
    let out = place.path("compact.jsonl");
    let quiet = select(&["--compact", "--out", out.to_str().expect("UTF-8")]).ok();
    assert_eq!(quiet.stdout, "");
    assert_eq!(fs::read_to_string(&out).expect("read"), select(&["--compact"]).ok().stdout);
    let compact = read_document_examples(&out).expect("compact rows");
    let unpacked: Vec<ExampleRow> = compact
        .iter()
        .flat_map(|row| row.rows(|tokens| Ok::<_, std::convert::Infallible>(tokenizer.decode(tokens))))
        .map(|row| row.expect("infallible"))
        .collect();
    assert_eq!(unpacked, examples);
    let silent = examples.iter().filter(|example| example.token_ids.is_empty()).count();
    assert_eq!(select(&["--drop-silent"]).ok().rows().len(), examples.len() - silent);
}

#[test]
fn select_baselines_need_a_tokenizer_only() {
    let place = Place::new();
    let model = place.model();
    fs::remove_file(model.join("model.safetensors")).expect("removed");
    place.file("code/a.py", PROGRAM);
    place.file("code/deep/b.py", OTHER);
    place.file("code/notes.md", "not taken");
    let select = |arguments: &[&str]| {
        let mut command = program();
        command.arg("select").arg("--model").arg(&model).arg(place.path("code")).args(arguments);
        run_command(&mut command)
    };
    let rows = select(&["--method", "sft-4", "--states", "all"]).ok().rows();
    let lengths = |rows: &[Value]| -> BTreeSet<usize> {
        rows.iter().map(|row| row["token_ids"].as_array().expect("a list").len()).collect()
    };
    assert_eq!(lengths(&rows), BTreeSet::from([0, 1, 2, 3, 4]));
    assert!(rows.iter().all(|row| row["bits"].is_null() && row["eta_bits"].is_null()));
    let ids: BTreeSet<&str> = rows.iter().map(|row| row["document_id"].as_str().expect("text")).collect();
    assert_eq!(ids, BTreeSet::from(["code/a.py", "code/deep/b.py"]));

    let random = |seed| select(&["--method", "sft-rand-1-30", "--states", "3", "--seed", seed]).ok().stdout;
    assert_eq!(random("1").lines().count(), 6);
    assert_eq!(random("1"), random("1"));
    assert_ne!(random("1"), random("2"));
    // One state a document by default, and every extension that is asked for.
    assert_eq!(select(&["--method", "sft-4"]).ok().rows().len(), 2);
    assert_eq!(select(&["--method", "sft-4", "--extension", "py", "--extension", ".md"]).ok().rows().len(), 3);

    select(&["--method", "sft-0"]).assert_usage_fault(&["sft-0", "sft-N"]);
    select(&["--method", "sft-10", "--eta", "0.32"]).assert_usage_fault(&["sft-10", "has no threshold"]);
    select(&["--eta=-1"]).assert_usage_fault(&["--eta"]);
    select(&["--states", "0"]).assert_usage_fault(&["--states"]);
}

#[test]
fn select_refuses_or_lists_what_it_cannot_read() {
    let place = Place::new();
    let model = place.model();
    let good = place.file("good.py", PROGRAM);
    let good_row = json!({"id": "row", "text": OTHER}).to_string();
    let bad: [(&str, &[u8], &[&str]); 5] = [
        ("empty.py", b" \n\n", &["empty.py", "empty"]),
        ("binary.py", b"x\0y", &["binary.py", "binary"]),
        ("latin.py", b"x = '\xe9'\n", &["latin.py", "UTF-8"]),
        ("broken.jsonl", b"{\"id\": 1, \"text\": \"x", &["broken.jsonl", "line 1"]),
        ("field.jsonl", b"{\"id\": 1, \"body\": \"x\"}\n", &["field.jsonl", "line 1", "text"]),
    ];
    let out = place.path("examples.jsonl");
    for (name, content, names) in bad {
        let path = place.file(name, content);
        empower!("select", "--model", model, good, path, "--out", out).fails_naming(names);
        assert!(!out.exists(), "nothing half-written");
        let run = empower!("select", "--model", model, good, path, "--skip-unreadable").ok();
        assert_eq!(run.rows().len(), 1);
        assert!(run.stderr.contains("skipped: ") && run.stderr.contains(name), "{}", run.stderr);
    }
    let rows = place.file("rows.jsonl", format!("{good_row}\nbroken\n"));
    empower!("select", "--model", model, rows).fails_naming(&["rows.jsonl", "line 2"]);
    empower!("select", "--model", model, place.path("absent")).fails_naming(&["absent"]);
    empower!("select", "--model", model, place.file("x.parquet", "PAR1")).fails_naming(&["x.parquet", "parquet"]);
    empower!("select", "--model", model, good, "--out", place.path("no/folder")).fails_naming(&["no/folder"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let place = Place::new();
    let model = place.model();
    let file = place.file("rows.jsonl", lines(&[json!({"id": "a", "text": PROGRAM.repeat(20)})]));
    let full = || fs::File::options().write(true).open("/dev/full").expect("opened");
    for arguments in [["score", "--json"].as_slice(), &["score"], &["select", "--states", "all"]] {
        let mut command = program();
        command.args(arguments).arg("--model").arg(&model).arg(&file).stdout(full());
        run_command(&mut command).fails_naming(&["standard output", "No space left"]);
    }
    empower!("select", "--model", model, file, "--out", "/dev/full").fails_naming(&["/dev/full", "No space left"]);
    use std::os::unix::fs::FileTypeExt;
    let kind = fs::metadata("/dev/full").expect("still there").file_type();
    assert!(kind.is_char_device(), "a device is written to, not replaced");
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let place = Place::new();
    let model = place.model();
    // Some 400 states with their prefixes: far more than a pipe holds.
    let file = place.file("long.py", PROGRAM.repeat(20));
    let mut child = program()
        .args(["select", "--method", "sft-5", "--states", "all", "--model"])
        .args([&model, &file])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut first).expect("a line");
    let output = child.wait_with_output().expect("ended");
    assert!(first.starts_with('{'), "{first}");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn judge_gives_a_verdict_a_program() {
    let place = Place::new();
    let problems = problems(1);
    let question = |i: usize| problems[i]["question_id"].as_str().expect("text");
    let programs = json!([
        {"question_id": question(1), "code_list": [problems[1]["reference_programs"][0], "def nothing(): pass"]},
        {"question_id": question(0), "code_list": ["print('no')", problems[0]["reference_programs"][1], "1 / 0"]},
    ]);
    let programs = place.file("programs.json", programs.to_string());
    // The default problems are the suite's evaluation half.
    let run = empower!("judge", "--programs", programs, "--json", "--workers", "2").ok();
    let rows = run.rows();
    assert!(rows.iter().all(|row| {
        let order = ["question_id", "index", "verdict", "passed", "tests_run", "detail"];
        keys(row).into_iter().collect::<BTreeSet<_>>() == BTreeSet::from(order)
    }));
    let seen: Vec<Value> =
        rows.iter().map(|row| json!([row["question_id"], row["index"], row["verdict"], row["passed"]])).collect();
    let expected = [
        json!([question(1), 0, "pass", true]),
        json!([question(1), 1, "runtime_error", false]),
        json!([question(0), 0, "wrong_answer", false]),
        json!([question(0), 1, "pass", true]),
        json!([question(0), 2, "runtime_error", false]),
    ];
    assert_eq!(seen, expected);
    assert!(rows[0]["tests_run"].as_u64() >= Some(8) && rows[0]["detail"] == "", "{}", rows[0]);
    assert!(rows[2]["tests_run"] == 1 && rows[2]["detail"] != "", "{}", rows[2]);

    let file = place.file("problems.jsonl", lines(&problems));
    let table = empower!("judge", "--problems", file, "--programs", programs).ok().stdout;
    let counts = "verdict         programs\npass                   2\nwrong_answer           1\ntime_limit             0\n\
                  memory_limit           0\noutput_limit           0\nruntime_error          2\n\
                  infrastructure         0\nall                    5\npass@1 0.4167 over 2 problems (standard error ";
    assert!(table.starts_with(counts), "{table}");
    assert_eq!(table.lines().count(), 11 + 3, "{table}");

    let endless = json!([{"question_id": question(0), "code_list": ["while True: pass"]}]);
    let endless = place.file("endless.json", endless.to_string());
    let rows = empower!("judge", "--problems", file, "--programs", endless, "--json", "--timeout", "0.3").ok().rows();
    assert_eq!(rows[0]["verdict"], "time_limit");
}

#[test]
fn judge_refuses_what_it_cannot_judge() {
    let place = Place::new();
    let problems = problems(1);
    let file = place.file("problems.jsonl", lines(&problems));
    let judge = |programs: &str, more: &[&str]| {
        let programs = place.file("programs.json", programs);
        let mut command = program();
        command.args(["judge", "--json", "--problems"]).arg(&file).arg("--programs").arg(programs).args(more);
        run_command(&mut command)
    };
    judge(r#"[{"question_id": "nowhere", "code_list": ["x"]}]"#, &[]).fails_naming(&["nowhere", "problems.jsonl"]);
    judge("[{", &[]).fails_naming(&["programs.json"]);
    judge("[]", &[]).fails_naming(&["programs.json", "no programs"]);
    let fine = json!([{"question_id": problems[0]["question_id"], "code_list": ["x"]}]).to_string();
    judge(&fine, &["--python", "no-such-python"]).fails_naming(&["no-such-python", "--python"]);
    judge(&fine, &["--timeout", "0"]).assert_usage_fault(&["--timeout"]);
    judge(&fine, &["--memory", "1"]).assert_usage_fault(&["--memory"]);
    place.file("problems.jsonl", "{\"question_id\": \"a\"}\n");
    judge(&fine, &[]).fails_naming(&["problems.jsonl", "line 1"]);
}

/// Arguments of a small simulation without running programs.
fn simulate(place: &Place, out: &Path, more: &[&str]) -> Run {
    let problems = place.path("problems.jsonl");
    let mut command = program();
    command.args(["simulate", "--no-judge", "--max-suggestion-tokens", "6", "--problems"]).arg(problems);
    command.arg("--model").arg(place.path("model")).arg("--out").arg(out).args(more);
    run_command(&mut command)
}

#[test]
fn simulate_plays_judges_and_reports() {
    let place = Place::new();
    place.model();
    let suite = problems(2);
    place.file("problems.jsonl", lines(&suite));
    let out = place.path("alone");
    let run = empower!(
        "simulate",
        "--assistant",
        "human-alone",
        "--problems",
        place.path("problems.jsonl"),
        "--model",
        place.path("model"),
        "--limit",
        "2",
        "--max-rounds",
        "400",
        "--out",
        out,
        "--json",
    )
    .ok();
    let report: Value = serde_json::from_str(&run.stdout).expect("one JSON object");
    let row = &report["rows"][0];
    assert_eq!((&row["method"], &row["eta_bits"], &row["episodes"]), (&json!("human-alone"), &Value::Null, &json!(2)));
    assert_eq!((&row["pass_at_1"], &row["silent_share"]), (&json!(1.0), &json!(1.0)));
    let episodes: Vec<EpisodeRow> = read_jsonl(&out.join("episodes.jsonl")).expect("episodes");
    for (episode, problem) in episodes.iter().zip(&suite) {
        assert_eq!(problem["question_id"], episode.question_id.as_str());
        assert_eq!(problem["reference_programs"][0].as_str().expect("text").trim_end(), episode.program.trim_end());
        assert_eq!((episode.verdict, episode.tokens_read), (Verdict::Pass, 0));
    }
    let manifest = Manifest::read(&out).expect("a manifest");
    assert_eq!((manifest.command.as_str(), &manifest.settings["limit"]), ("simulate", &json!(2)));
    assert!(manifest.sandbox.is_some_and(|layers| !layers.is_empty()), "the layers in force are recorded");

    let table = simulate(&place, &place.path("nll"), &["--assistant", "stop-nll", "--max-rounds", "400"]).ok().stdout;
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(table.lines().nth(2).is_some_and(|line| line.starts_with("stop-nll        0.32")), "{table}");
}

#[test]
fn simulate_writes_documents_of_any_language_again() {
    let place = Place::new();
    let (model, english, run) = (place.model(), place.path("english.jsonl"), place.path("run"));
    let text = "Caf\u{e9}s close at five.\nNobody minds:\tthe evening is long.\n";
    place.file("english.jsonl", lines(&[json!({ "id": "en-1", "text": text })]));
    let human = ["simulate", "--assistant", "human-alone", "--max-rounds", "400", "--documents"];
    let arguments = |out: &Path, more: &[&str]| {
        let mut command = program();
        command.args(human).arg(&english).arg("--model").arg(&model).arg("--out").arg(out).args(more);
        run_command(&mut command)
    };
    let table = arguments(&run, &["--json"]).ok().stdout;
    let report: Value = serde_json::from_str(&table).expect("one JSON object");
    assert_eq!((&report["rows"][0]["pass_at_1"], &report["rows"][0]["episodes"]), (&json!(1.0), &json!(1)));
    let episodes: Vec<EpisodeRow> = read_jsonl(&run.join("episodes.jsonl")).expect("episodes");
    assert_eq!((episodes[0].question_id.as_str(), episodes[0].program.as_str()), ("en-1", text));
    arguments(&place.path("both"), &["--problems", "eval"]).assert_usage_fault(&["--documents", "--problems"]);
}

#[test]
fn simulate_gives_the_same_bytes_whatever_the_batch_and_after_an_interruption() {
    let place = Place::new();
    place.model();
    place.file("problems.jsonl", lines(&problems(2)));
    let drawn =
        ["--assistant", "base-4", "--temperature", "1.5", "--top-k", "40", "--attention", "0.8", "--repeats", "2"];
    let play = |name: &str, more: &[&str]| {
        let out = place.path(name);
        simulate(&place, &out, &[&drawn, more].concat()).ok();
        fs::read_to_string(out.join("episodes.jsonl")).expect("episodes")
    };
    let whole = play("one", &["--batch", "1"]);
    assert_eq!(whole.lines().count(), 8);
    assert_eq!(play("many", &["--batch", "5"]), whole);
    assert_ne!(play("seeded", &["--seed", "1"]), whole);

    // Two whole rows and half of a third are left.
    let log = place.path("many/episodes.jsonl");
    let cut = whole.match_indices('\n').nth(1).expect("two rows").0 + 100;
    fs::write(&log, &whole[..cut]).expect("cut");
    assert_eq!(play("many", &["--batch", "3", "--resume"]), whole);

    let manifest = fs::read(place.path("many/manifest.json")).expect("read");
    let refused = |more: &[&str], names: &[&str]| {
        simulate(&place, &place.path("many"), &[&drawn, more].concat()).fails_naming(names);
        assert_eq!(fs::read_to_string(&log).expect("read"), whole, "untouched");
        assert_eq!(fs::read(place.path("many/manifest.json")).expect("read"), manifest, "untouched");
    };
    refused(&[], &["many", "already holds a run"]);
    refused(&["--seed", "5"], &["many", "another experiment", "seeds.run"]);
    refused(&["--resume", "--tokens-per-round", "3"], &["many", "settings.human.tokens_per_round", "was 10", "now 3"]);
    refused(&["--resume", "--seed", "5"], &["many", "seeds.run"]);
    refused(&["--resume", "--limit", "1"], &["many", "settings.limit"]);
    place.file("problems.jsonl", lines(&problems(1)));
    refused(&["--resume"], &["many", "inputs.problems"]);

    place.file("foreign/notes.txt", "mine");
    for resume in [[].as_slice(), &["--resume"]] {
        let foreign = place.path("foreign");
        simulate(&place, &foreign, &[&drawn, resume].concat()).fails_naming(&["foreign", "not a run folder"]);
        assert_eq!(fs::read_dir(&foreign).expect("listed").count(), 1);
    }
}

#[test]
fn simulate_refuses_before_it_makes_a_folder() {
    let place = Place::new();
    place.model();
    let mut unsolved = problems(1);
    unsolved[1].as_object_mut().expect("an object").remove("reference_programs");
    let id = unsolved[1]["question_id"].as_str().expect("text").to_owned();
    place.file("problems.jsonl", lines(&unsolved));
    let out = place.path("run");
    simulate(&place, &out, &["--assistant", "base"]).fails_naming(&[&id, "reference program"]);
    place.file("problems.jsonl", lines(&problems(1)));
    for (arguments, names) in [
        (["--assistant", "empower"].as_slice(), ["needs --eta"]),
        (&["--assistant", "base", "--eta", "1"], ["no threshold"]),
        (&["--assistant", "base-0"], ["base-N"]),
        (&["--assistant", "base", "--attention", "1.5"], ["probability"]),
        (&["--assistant", "base", "--temperature", "0"], ["above 0"]),
        (&["--assistant", "base", "--top-p", "2"], ["at most 1"]),
    ] {
        simulate(&place, &out, arguments).assert_usage_fault(&names);
    }
    assert!(!out.exists());
}

#[test]
fn report_merges_runs_and_writes_its_files() {
    let place = Place::new();
    place.model();
    place.file("problems.jsonl", lines(&problems(2)));
    let (one, two) = (place.path("one"), place.path("two"));
    simulate(&place, &one, &["--assistant", "human-alone", "--max-rounds", "400"]).ok();
    simulate(&place, &two, &["--assistant", "empower", "--eta", "0.32", "--max-rounds", "400"]).ok();
    let out = place.path("made/report");
    let run = empower!("report", one, two, "--out", out, "--json").ok();
    let report: Value = serde_json::from_str(&run.stdout).expect("one JSON object");
    let names: Vec<Value> =
        report["rows"].as_array().expect("rows").iter().map(|row| json!([row["method"], row["eta_bits"]])).collect();
    assert_eq!(names, [json!(["empower", 0.32]), json!(["human-alone", null])]);
    let files: BTreeSet<_> =
        fs::read_dir(&out).expect("listed").map(|entry| entry.expect("read").file_name()).collect();
    let expected = ["episodes.html", "report", "report.html", "table.csv", "table.json", "table.md"];
    assert_eq!(files, expected.map(Into::into).into());
    let written: Value = serde_json::from_slice(&fs::read(out.join("table.json")).expect("read")).expect("JSON");
    assert_eq!(written, report);

    // Without a discount the rate is that of passing; the paper's constants discount it.
    let dpr = |more: &[&str]| -> f64 {
        let run = run_command(program().arg("report").arg(&one).args(more).arg("--json")).ok();
        let report: Value = serde_json::from_str(&run.stdout).expect("one JSON object");
        report["rows"][0]["dpr"].as_f64().expect("a number")
    };
    assert_eq!(dpr(&["--gamma", "1"]), 1.0);
    assert!(dpr(&[]) < 1.0 && dpr(&["--beta", "0"]) == 1.0);
    assert!(one.join("report.html").exists(), "by default into the first run folder");
    let table = empower!("report", one, two, "--out", out).ok().stdout;
    assert!(table.starts_with("method       eta (bits)"), "{table}");

    empower!("report", one, one, "--out", out).fails_naming(&["human-alone", "twice"]);
    empower!("report", one, "--gamma", "2").fails_naming(&["gamma is 2"]);
    empower!("report", place.path("model")).fails_naming(&["model", "no run folder"]);
    empower!("report", place.path("absent")).fails_naming(&["absent"]);
    let blocked = place.file("file", "");
    empower!("report", one, "--out", blocked.join("below")).fails_naming(&["file/below"]);
    let log = one.join("episodes.jsonl");
    let text = fs::read_to_string(&log).expect("read");
    fs::write(&log, format!("{text}{{\"method\": ")).expect("written");
    empower!("report", one).fails_naming(&["episodes.jsonl", "line 5"]);
    fs::remove_file(&log).expect("removed");
    empower!("report", one).fails_naming(&["one", "episodes.jsonl"]);
}
