//! Adapters through the built program: trained, exported, merged; and long documents scored in windows.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use empower_engine::{Batch, Decoder, Storage};
use serde_json::{Value, json};
use tempfile::TempDir;

const PROGRAMS: [&str; 3] = [
    "n = int(input())\nfor i in range(n):\n    print(i, n - i)\n",
    "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n",
    "xs = list(map(int, input().split()))\nprint(sum(xs), max(xs))\n",
];

fn empower(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_empower"));
    for argument in arguments {
        command.arg(argument);
    }
    command.env_remove("EMPOWER_ASSETS").stdin(Stdio::null()).output().expect("the program starts")
}

fn done(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[track_caller]
fn refused(output: Output, code: i32, named: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(code) && stderr.contains(named), "{stderr}");
}

fn json_of(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("read")).expect("JSON")
}

struct Place {
    folder: TempDir,
    model: PathBuf,
}

impl Place {
    /// A folder with a model in it, its weights in bfloat16.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let model = folder.path().join("model");
        support::tiny_model(&model, &PROGRAMS, 320, 128, Storage::Bf16);
        Self { folder, model }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn an_adapter_is_trained_exported_and_merged() {
    let place = Place::new();
    let code = place.path("code");
    fs::create_dir_all(&code).expect("made");
    for (i, program) in PROGRAMS.iter().enumerate() {
        fs::write(code.join(format!("{i}.py")), program).expect("written");
    }
    let rows = place.path("rows.jsonl");
    done(empower(&[
        &"select",
        &"--model",
        &place.model,
        &"--method",
        &"empower",
        &"--eta",
        &"6",
        &"--states",
        &"all",
        &"--compact",
        &code,
        &"--out",
        &rows,
    ]));
    let run = place.path("run");
    let train = |more: &[&dyn AsRef<std::ffi::OsStr>]| {
        let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![
            &"train",
            &rows,
            &"--model",
            &place.model,
            &"--test-split",
            &"0",
            &"--epochs",
            &"4",
            &"--batch-tokens",
            &"60",
        ];
        arguments.extend(more);
        empower(&arguments)
    };
    refused(train(&[&"--out", &run, &"--lora", &"--lora-rank", &"12"]), 1, "rank");
    refused(train(&[&"--out", &run, &"--lora", &"--lora-targets", &"lm_head"]), 2, "lm_head");
    refused(train(&[&"--out", &run, &"--lora-rank", &"8"]), 2, "--lora");
    let summary = done(train(&[
        &"--out",
        &run,
        &"--lora",
        &"--lora-rank",
        &"8",
        &"--lora-dropout",
        &"0.1",
        &"--lora-targets",
        &"q_proj,down_proj",
        &"--recompute",
        &"--learning-rate",
        &"0.02",
    ]));
    let summary: Value = serde_json::from_str(&summary).expect("JSON");
    // Two maps of one layer: 16 to 16 and 32 to 16.
    assert_eq!(summary["trained_weights"], json!(8 * (16 + 16 + 32 + 16)));
    let adapter = run.join("adapter");

    let (peft, check) = (place.path("peft"), place.path("check.json"));
    done(empower(&[
        &"export",
        &"peft",
        &"--model",
        &place.model,
        &"--adapter",
        &adapter,
        &"--out",
        &peft,
        &"--base-name",
        &"base",
        &"--check",
        &check,
    ]));
    let config = json_of(&peft.join("adapter_config.json"));
    assert_eq!((&config["r"], &config["base_model_name_or_path"]), (&json!(8), &json!("base")));
    assert_eq!(config["target_modules"], json!(["q_proj", "down_proj"]));
    let weights = |folder: &Path| fs::read(folder.join("adapter_model.safetensors")).expect("read");
    assert_eq!(weights(&peft), weights(&adapter));

    // What the exporter says of its logits is what the library computes.
    let check = json_of(&check);
    let tokens: Vec<u32> = serde_json::from_value(check["input_ids"].clone()).expect("tokens");
    let logits: Vec<f32> = serde_json::from_value(check["logits"].clone()).expect("logits");
    let batch = Batch::of([tokens.as_slice()]);
    let mut decoder = Decoder::open_frozen(&place.model).expect("opened");
    let plain = decoder.logits(&batch).expect("computed");
    decoder.open_adapter(&adapter).expect("opened");
    assert!(decoder.logits(&batch).expect("computed") == logits);
    assert!(plain != logits, "training moved the adapter");

    let merged = place.path("merged");
    let merge = |out: &PathBuf, store: &str| {
        let printed = done(empower(&[
            &"export",
            &"merge",
            &"--model",
            &place.model,
            &"--adapter",
            &adapter,
            &"--out",
            out,
            &"--store",
            &store,
            &"--json",
        ]));
        serde_json::from_str::<Value>(&printed).expect("JSON")
    };
    let report = merge(&merged, "f32");
    assert!(report["largest_change"].as_f64() > Some(1e-4) && report["largest_rounding"] == json!(0.0), "{report}");
    // One more rounding of weights below 1, in sums of some tens of terms.
    assert!(report["largest_logit_difference"].as_f64() < Some(1e-4), "{report}");
    let theirs = Decoder::open(&merged).expect("opened").logits(&batch).expect("computed");
    assert!(theirs.iter().zip(&logits).all(|(a, b)| (a - b).abs() < 1e-4));
    let rounded = merge(&place.path("rounded"), "bf16");
    assert!(rounded["largest_rounding"].as_f64() > Some(0.0), "{rounded}");
    // The merged model is a model like any other.
    fs::write(place.path("text.jsonl"), "{\"id\": 1, \"text\": \"n = int(input())\"}\n").expect("written");
    done(empower(&[&"score", &"--model", &merged, &place.path("text.jsonl"), &"--json"]));
    refused(
        empower(&[&"export", &"merge", &"--model", &merged, &"--adapter", &adapter, &"--out", &merged]),
        1,
        "--out",
    );
}

#[test]
fn windows_are_recorded_where_a_document_needs_them() {
    let place = Place::new();
    let (short, long): (Vec<u32>, Vec<u32>) = ((2..100).collect(), (0..400).map(|i| 2 + i % 250).collect());
    let rows = [json!({"id": "short", "token_ids": short}), json!({"id": "long", "token_ids": long})];
    let file = place.path("rows.jsonl");
    fs::write(&file, rows.map(|row| format!("{row}\n")).concat()).expect("written");
    let printed = done(empower(&[&"score", &"--model", &place.model, &file, &"--json"]));
    let scored: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(scored[0].get("windows").is_none());
    // 400 rows behind the first token: 128, then 64 new ones a window.
    assert_eq!(scored[1]["windows"], json!({"context": 128, "overlap": 64, "windows": 6}));

    let text = place.path("code/long.py");
    fs::create_dir_all(place.path("code")).expect("made");
    fs::write(&text, PROGRAMS.concat().repeat(12)).expect("written");
    let printed = done(empower(&[&"select", &"--model", &place.model, &"--eta", &"6", &"--compact", &text]));
    let row: Value = serde_json::from_str(printed.lines().next().expect("a row")).expect("JSON");
    assert_eq!(row["overlap"], json!(64));
}
