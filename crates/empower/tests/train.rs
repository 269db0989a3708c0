//! `empower train` run for real on a tiny model: options from a file, what it says before it starts, the same bytes for
//! the same seed, and which weights become the model.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use empower_engine::Storage;
use serde_json::{Value, json};

const PROGRAM: &str = "n = int(input())\nfor i in range(n):\n    print(i, n - i)\n";

/// A folder with a model of random weights and rows to train it on.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a temporary folder"));
        let tokenizer = support::tiny_model(&place.path("model"), &[PROGRAM], 280, 128, Storage::F32);
        let rows: String = (0..12)
            .map(|d| {
                let tokens = tokenizer.encode(&PROGRAM.replace('n', ["n", "m", "k"][d % 3]).repeat(1 + d % 2));
                let states: Vec<usize> = (1..=tokens.len()).collect();
                let lengths: Vec<usize> = states.iter().map(|state| (tokens.len() - state).min(3)).collect();
                let row = json!({
                    "document_id": format!("document {d}"), "token_ids": tokens, "bits": null, "states": states,
                    "lengths": lengths, "method": "sft-3", "eta_bits": null, "seed": 0,
                });
                format!("{row}\n")
            })
            .collect();
        fs::write(place.path("rows.jsonl"), rows).expect("written");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `empower train` inside the folder; pieces of the command are parted by spaces.
    fn train(&self, arguments: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_empower"));
        command.current_dir(self.0.path()).env_remove("EMPOWER_LOG").env_remove("NO_COLOR").stdin(Stdio::null());
        command.arg("train").args(arguments.split_whitespace()).output().expect("the program starts")
    }

    #[track_caller]
    fn trained(&self, arguments: &str) -> String {
        let output = self.train(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    #[track_caller]
    fn refused(&self, arguments: &str, code: i32, names: &[&str]) {
        let output = self.train(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "{stderr}");
        names.iter().for_each(|name| assert!(stderr.contains(name), "`{name}` is not in:\n{stderr}"));
    }
}

/// The outputs of a run that are the same for the same seed.
fn bytes(folder: &Path) -> Vec<Vec<u8>> {
    ["model/model.safetensors", "metrics.jsonl", "checkpoint.safetensors", "summary.json"]
        .iter()
        .map(|name| fs::read(folder.join(name)).expect("written"))
        .collect()
}

const SETTINGS: &str = "rows.jsonl --model model --epochs 2 --batch-tokens 128 --evaluate-every 2 --learning-rate 0.01";

#[test]
fn a_printed_configuration_makes_the_same_run() {
    let place = Place::new();
    place.trained(&format!("{SETTINGS} --out a --seed 5"));
    let printed = place.trained(&format!("{SETTINGS} --seed 5 --print-config"));
    fs::write(place.path("train.toml"), &printed).expect("written");
    place.trained("--config train.toml --out b");
    assert_eq!(bytes(&place.path("a")), bytes(&place.path("b")));
    // A flag goes before the file, and changes the run.
    place.trained("--config train.toml --out c --seed 6");
    assert_ne!(bytes(&place.path("a"))[0], bytes(&place.path("c"))[0]);
    // Printing what was printed changes nothing.
    assert_eq!(place.trained("--config train.toml --print-config"), printed);
}

#[test]
fn a_file_that_says_something_else_is_refused_by_name() {
    let place = Place::new();
    fs::write(place.path("train.toml"), "epochs = 2\nlearning_rat = 0.1\n").expect("written");
    let hint = "hint: did you mean `learning_rate`?";
    place.refused(
        &format!("{SETTINGS} --out a --config train.toml"),
        1,
        &["train.toml, line 2", "`learning_rat`", hint],
    );
    place.refused(&format!("{SETTINGS} --out a --config other.toml"), 1, &["other.toml"]);
    place.refused(
        &format!("{SETTINGS} --out a --patience 2 --test-split 0"),
        1,
        &["--patience", "--test-split", "hint: "],
    );
    let seldom = SETTINGS.replace("--evaluate-every 2", "--evaluate-every 0");
    place.refused(&format!("{seldom} --out a --patience 2"), 1, &["--patience: needs evaluations", "--evaluate-every"]);
    place.refused("--model model --out a", 2, &["which examples?"]);
    place.refused(SETTINGS, 2, &["--out"]);
    assert!(!place.path("a").exists());
}

#[test]
fn a_dry_run_reads_headers_and_no_weights() {
    let place = Place::new();
    let path = place.path("model/model.safetensors");
    let mut weights = fs::read(&path).expect("saved");
    // Every weight is not a number; the header is whole.
    let header = 8 + u64::from_le_bytes(weights[..8].try_into().expect("eight bytes")) as usize;
    weights[header..].fill(0xff);
    fs::write(&path, &weights).expect("written");
    place.refused(&format!("{SETTINGS} --out a"), 1, &["not finite"]);
    fs::remove_dir_all(place.path("a")).expect("removed");

    let said = place.trained(&format!("{SETTINGS} --dry-run"));
    ["weights", "activations", "peak", "a step", "held out"]
        .iter()
        .for_each(|what| assert!(said.contains(what), "{said}"));
    let said: Value = serde_json::from_str(&place.trained(&format!("{SETTINGS} --dry-run --json"))).expect("JSON");
    let n_weights = (weights.len() - header) as u64 / 4;
    assert_eq!(said["model"]["weights"], n_weights);
    assert_eq!(said["memory_bytes"]["moments"], 8 * n_weights);
    assert!(said["memory_bytes"]["peak"].as_u64() > said["memory_bytes"]["weights"].as_u64());
    assert!(!place.path("a").exists());
}

#[test]
fn the_inspector_shows_the_mask_with_and_without_colours() {
    let place = Place::new();
    let plain = place.trained(&format!("{SETTINGS} --inspect 1"));
    assert!(plain.contains("sequence 1 of") && plain.contains("[[") && plain.contains("<stop>"), "{plain}");
    assert!(!plain.contains('\x1b'));
    let coloured = place.trained(&format!("{SETTINGS} --inspect 1 --color always"));
    assert!(coloured.contains("\x1b[2m<|bos|>"), "{coloured}");
}

#[test]
fn the_summary_says_which_weights_the_model_has() {
    let place = Place::new();
    let read = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(place.path(name)).expect("written")).expect("JSON")
    };
    // Steps so large that the held-out loss goes up.
    let wild = format!("{SETTINGS} --epochs 8 --floor 1 --store f32 --precision f32");
    let wild = wild.replace("--learning-rate 0.01", "--learning-rate 0.5").replace("--epochs 2 ", "");
    place.trained(&format!("{wild} --out a --final-model best"));
    let summary = read("a/summary.json");
    let (best, model) = (&summary["best"], &summary["held_out"]["bits_per_token"]);
    assert_eq!((&summary["model_step"], model), (&best["step"], &best["bits_per_token"]), "{summary}");
    assert_ne!(summary["model_step"], summary["steps"]);
    assert!(place.path("a").join(best["weights"].as_str().expect("a name")).is_file());
    assert!(place.path("a/tensorboard/events.out.tfevents.0.empower").is_file());

    place.trained(&format!("{wild} --out b --patience 1 --tensorboard=false"));
    let stopped = read("b/summary.json");
    assert_eq!((&stopped["stopped_early"], &stopped["model_step"]), (&json!(true), &stopped["steps"]));
    assert!(stopped["steps"].as_u64() < summary["steps"].as_u64());
    assert!(!place.path("b/tensorboard").exists());
}

/// A chat template with the special tokens that the tiny model has.
const TEMPLATE: &str = "{% for m in messages %}{{ m.role }}: {{ m.content }}<|eos|>{% endfor %}\\
                        {% if add_generation_prompt %}assistant: {% endif %}";

#[test]
fn a_model_learns_to_answer_in_the_conversation_it_is_asked_in() {
    let place = Place::new();
    // Short words, so that a model of 128 positions can be asked.
    fs::create_dir(place.path("words")).expect("made");
    let write = |name: &str, text: &str| fs::write(place.path("words").join(name), text).expect("written");
    write("system.jinja", "");
    write("user.jinja", "{{ code }}");
    write("answer.jinja", "{{ fence }}\n{{ code }}{{ completion }}\n{{ fence }}");
    write("examples.jsonl", "");
    fs::write(place.path("model/chat_template.jinja"), TEMPLATE).expect("written");
    let chat = "rows.jsonl --model model --protocol chat-prefill --prompts words --test-split 0";
    let shown = place.trained(&format!("{chat} --inspect 1"));
    assert!(shown.contains("user: ") && shown.contains("assistant: "), "{shown}");
    place.trained(&format!("{chat} --epochs 30 --learning-rate 0.01 --batch-tokens 512 --out run"));
    let manifest: Value =
        serde_json::from_slice(&fs::read(place.path("run/manifest.json")).expect("written")).expect("JSON");
    assert_eq!(manifest["settings"]["protocol"]["mode"], "chat-prefill");
    let metrics = fs::read_to_string(place.path("run/metrics.jsonl")).expect("written");
    let losses: Vec<f64> = metrics
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .filter(|row| row["kind"] == "step")
        .map(|row| row["bits_per_token"].as_f64().expect("a number"))
        .collect();
    assert!(losses.last() < Some(&(losses[0] / 2.0)), "{losses:?}");
    // The model can be asked as it was trained: its folder has the template.
    assert_eq!(fs::read_to_string(place.path("run/model/chat_template.jinja")).expect("kept"), TEMPLATE);
    place.refused("rows.jsonl --model model --prompts words --dry-run", 2, &["--protocol chat-retype"]);
    fs::remove_file(place.path("model/chat_template.jinja")).expect("removed");
    place.refused(&format!("{chat} --dry-run"), 1, &["chat template"]);
}
