//! `empower run` as a program, on a tiny model: the files that come with the project, killing and resuming, shards,
//! changed thresholds, and stages that fail.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use empower_engine::Storage;
use serde_json::Value;

const PROGRAM: &str = "n = int(input())\nfor i in range(n):\n    print(i, n - i)\n";

const EXPERIMENT: &str = r#"
name = "tiny"
repeats = REPEATS
judge = "exact"

[[models]]
name = "tiny"
model = "model"

[[documents]]
name = "code"
paths = "documents"

[[training]]
batch_tokens = 256
learning_rate = 0.01

[[humans]]
attention = [0.5, 1]

[[problems]]
source = "eval"
limit = 12

[[assistants]]
methods = ["empower", "stop-nll"]
eta = [ETA]
max_suggestion_tokens = 6

[[assistants]]
methods = ["base-10", "human-alone"]
max_suggestion_tokens = 6
"#;

/// A folder with a tiny model, documents and an experiment.
struct Place(tempfile::TempDir);

impl Place {
    fn new(repeats: usize) -> Self {
        let place = Self(tempfile::tempdir().expect("a temporary folder"));
        support::tiny_model(&place.path("model"), &[PROGRAM], 280, 256, Storage::F32);
        fs::create_dir(place.path("documents")).expect("made");
        for (i, name) in ["n", "m", "k", "count"].into_iter().enumerate() {
            let text = PROGRAM.replace('n', name).repeat(i + 1);
            fs::write(place.path(&format!("documents/{i}.py")), text).expect("written");
        }
        place.write("0.32, 2", repeats);
        place
    }

    fn write(&self, eta: &str, repeats: usize) {
        let text = EXPERIMENT.replace("REPEATS", &repeats.to_string()).replace("ETA", eta);
        fs::write(self.path("tiny.toml"), text).expect("written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_empower"));
        command.current_dir(self.0.path()).env_remove("EMPOWER_LOG").stdin(Stdio::null());
        command.args(["run", "tiny.toml", "--json"]).args(arguments.split_whitespace());
        command
    }

    fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    #[track_caller]
    fn done(&self, arguments: &str) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

/// Everything that a run computed, by its path below the folder: all but the times, and what a kill left
/// of a file that was being written aside.
fn computed(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, root: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("listed") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() {
                walk(&path, root, found);
            } else if !["manifest.json", "done.json", "lock"].contains(&name.as_str()) && !name.ends_with(".aside") {
                let below = path.strip_prefix(root).expect("below the root").display().to_string();
                found.insert(below, fs::read(&path).expect("read"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

/// The stages' results without the pages, which show when things were made.
fn stages(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    computed(&folder.join("stages"))
}

fn episodes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    stages(folder).into_iter().filter(|(name, _)| name.contains("episodes.")).collect()
}

#[track_caller]
fn same(found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    let names = |map: &BTreeMap<String, Vec<u8>>| map.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected));
    for (name, bytes) in expected {
        assert!(found[name] == *bytes, "{name} has other bytes");
    }
}

fn count(result: &Value, kind: &str, status: &str) -> usize {
    let stages = result["stages"].as_array().expect("stages");
    stages.iter().filter(|it| it["kind"] == kind && it["status"] == status).count()
}

#[test]
fn the_files_of_the_project_parse_and_say_what_they_would_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace");
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut seen = 0;
    for entry in fs::read_dir(root.join("experiments")).expect("listed") {
        let file = entry.expect("an entry").path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_empower"));
        command.current_dir(&root).stdin(Stdio::null()).arg("run").arg(&file).args([
            "--dry-run",
            "--json",
            "--limit",
            "3",
        ]);
        let output = command.arg("--out").arg(out.path().join("none")).output().expect("the program starts");
        assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
        let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let stages = plan["stages"].as_array().expect("stages");
        assert!(stages.iter().all(|it| it["status"] == "to do") && stages.len() > 9, "{}", file.display());
        let is_papers = file.ends_with("paper-table-2.toml");
        // What runs here is counted whole; of the paper's experiment neither models nor problems are here.
        let is_counted = |it: &Value| it["calls"].is_u64() && it["seconds"].is_number();
        assert_eq!(stages.iter().all(is_counted), !is_papers, "{}", file.display());
        assert_eq!(plan["calls"].as_u64() > Some(0), !is_papers, "{}", file.display());
        seen += 1;
    }
    assert!(seen >= 7, "{seen} files");
    assert!(!out.path().join("none").exists(), "a dry run writes nothing");
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_with_the_same_bytes() {
    let place = Place::new(10);
    place.done("--out whole");
    let expected = stages(&place.path("whole"));

    // Each time a bit further: into the training, into the first episodes, into later ones.
    let mut in_a_log = 0;
    for kill in 0..8 {
        let mut child = place
            .command("--out killed")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let before: usize = bytes_of_logs(&place.path("killed"));
        let start = Instant::now();
        // The first ones by time, wherever that is; the later ones as soon as a log has grown.
        let limit = Duration::from_millis(if kill < 3 { 30 * (kill + 1) } else { 20_000 });
        while start.elapsed() < limit && child.try_wait().expect("asked").is_none() {
            if kill >= 3 && bytes_of_logs(&place.path("killed")) > before {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        if child.try_wait().expect("asked").is_some() {
            break;
        }
        child.kill().expect("killed");
        child.wait().expect("reaped");
        in_a_log += usize::from(half_played(&place.path("killed")));
    }
    assert!(in_a_log >= 1, "no kill hit a run in the middle of its episodes");
    let result = place.done("--out killed");
    same(&stages(&place.path("killed")), &expected);
    // And once more: nothing is left to do.
    let again = place.done("--out killed");
    assert_eq!(result["conditions"], again["conditions"]);
    assert!(again["stages"].as_array().expect("stages").iter().all(|it| it["status"] == "reused"));
}

/// Bytes in all logs of episodes.
fn bytes_of_logs(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder.join("stages")) else { return 0 };
    let length = |path: PathBuf| fs::metadata(path.join("episodes.jsonl")).map_or(0, |it| it.len() as usize);
    entries.filter_map(|entry| Some(length(entry.ok()?.path()))).sum()
}

/// Whether some log has episodes, and its stage is not done.
fn half_played(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder.join("stages")) else { return false };
    let is_half = |path: PathBuf| {
        !path.join("done.json").exists() && fs::metadata(path.join("episodes.jsonl")).is_ok_and(|it| it.len() > 0)
    };
    entries.filter_map(Result::ok).any(|entry| is_half(entry.path()))
}

#[test]
fn shards_put_together_are_the_run() {
    let place = Place::new(2);
    let whole = place.done("--out whole");
    let early = place.run("--out parts --merge");
    assert_eq!(early.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&early.stderr).contains("no shard has finished"));
    // Two shards share a folder, the third has one of its own.
    place.done("--out parts --shard 0/3");
    place.done("--out parts --shard 2/3");
    let missing = place.run("--out parts --merge");
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no finished shard 1/3"));
    place.done("--out elsewhere --shard 1/3 --batch 5");
    let merged = place.done("--out parts --merge --from elsewhere");
    same(&episodes(&place.path("parts")), &episodes(&place.path("whole")));
    assert_eq!(merged["conditions"], whole["conditions"]);
    let tables = |out: &str| fs::read(place.path(out).join("report/results.csv")).expect("written");
    assert_eq!(tables("parts"), tables("whole"));
}

#[test]
fn a_changed_threshold_repeats_only_what_depends_on_it() {
    let place = Place::new(1);
    let first = place.done("--out run");
    let n = |kind| (count(&first, kind, "done"), count(&first, kind, "reused"));
    assert_eq!(["documents", "score", "select", "train"].map(n), [(1, 0), (1, 0), (2, 0), (2, 0)]);
    // Six assistants by two humans.
    assert_eq!(n("play"), (12, 0));
    place.write("0.32, 3", 1);
    let second = place.done("--out run");
    let n = |kind| (count(&second, kind, "done"), count(&second, kind, "reused"));
    assert_eq!(["documents", "score", "select", "train"].map(n), [(0, 1), (0, 1), (1, 1), (1, 1)]);
    // One of two thresholds, of the trained and of the rule, by two humans.
    assert_eq!(n("play"), (4, 8));
    // And the earlier version is still there.
    place.write("0.32, 2", 1);
    let third = place.done("--out run");
    assert!(third["stages"].as_array().expect("stages").iter().all(|it| it["status"] == "reused"));
    assert_eq!(third["conditions"], first["conditions"]);
}

#[test]
fn a_stage_that_fails_stops_only_what_needs_it() {
    let place = Place::new(1);
    let plan = place.done("--out run --dry-run");
    let train = plan["stages"].as_array().expect("stages").iter().find(|it| it["kind"] == "train").expect("there");
    let folder = place.path("run/stages").join(train["folder"].as_str().expect("a name"));
    place.done("--out run --limit 1");
    // Somebody's own folder where the stage's was.
    fs::remove_dir_all(&folder).expect("removed");
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("notes.txt"), "mine").expect("written");
    let output = place.run("--out run");
    let result: Value = serde_json::from_slice(&output.stdout).expect("JSON beside the failure");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!((count(&result, "train", "failed"), count(&result, "train", "reused")), (1, 1));
    // One trained assistant with two humans waits for it; the ten others were played.
    assert_eq!((count(&result, "play", "blocked"), count(&result, "play", "done")), (2, 10));
    assert!(stderr.contains("1 of 18 stages failed, 2 more needed them"), "{stderr}");
    assert!(result["conditions"].as_array().is_some_and(|all| all.len() == 2));

    fs::remove_dir_all(&folder).expect("removed");
    let mended = place.done("--out run");
    assert_eq!((count(&mended, "train", "done"), count(&mended, "play", "done")), (1, 2));
    assert_eq!(count(&mended, "play", "reused"), 10);
}

#[test]
fn faults_of_the_file_are_named() {
    let place = Place::new(1);
    for (old, new, expected) in [
        ("attention = [0.5, 1]", "attention = 2", "line 19: `humans.attention`"),
        ("paths = \"documents\"", "path = \"documents\"", "did you mean `paths`?"),
        ("model = \"model\"", "model = \"nowhere\"", "nowhere"),
        ("source = \"eval\"", "source = \"none.jsonl\"", "none.jsonl"),
        ("attention = [0.5, 1]", "model = \"model\"\nprompts = \"nowhere\"", "the human `lm`"),
    ] {
        place.write("1", 1);
        let text = fs::read_to_string(place.path("tiny.toml")).expect("read");
        assert!(text.contains(old), "{old}");
        fs::write(place.path("tiny.toml"), text.replace(old, new)).expect("written");
        let output = place.run("--out run");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(expected), "`{expected}` is not in:\n{stderr}");
        assert!(!place.path("run").exists(), "nothing is written before everything was looked up");
    }
}

#[test]
fn documents_that_a_model_writes_are_documents() {
    let place = Place::new(1);
    let text = fs::read_to_string(place.path("tiny.toml")).expect("read");
    let regenerate = "regenerate = { problems = \"train\", model = \"model\", max_tokens = 40, temperature = 1 }";
    fs::write(place.path("tiny.toml"), text.replace("paths = \"documents\"", regenerate)).expect("written");
    place.done("--out run --limit 2");
    let attempts: Vec<_> =
        computed(&place.path("run/stages")).into_iter().filter(|it| it.0.ends_with("attempts.jsonl")).collect();
    let [(_, bytes)] = attempts.as_slice() else { panic!("one log of attempts") };
    let train = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/problems/train.jsonl"));
    assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), train.expect("read").lines().count());
}

#[test]
fn a_language_model_plays_the_human_and_is_asked_once() {
    let place = Place::new(1);
    // With room for what the human is told, which is almost a token a letter here.
    support::tiny_model(&place.path("model"), &[PROGRAM], 280, 1 << 14, Storage::F32);
    let text = fs::read_to_string(place.path("tiny.toml")).expect("read");
    let human = "model = \"tiny\"\nprotocol = [\"PROTOCOL\"]\nmax_rounds = 3\ntokens_per_round = 4";
    let with = |protocol: &str| {
        let human = human.replace("[\"PROTOCOL\"]", &format!("\"{protocol}\""));
        let methods = "methods = [\"base-10\", \"human-alone\"]";
        let assistants = text.find("[[assistants]]").expect("assistants");
        let text = format!("{}[[assistants]]\n{methods}\nmax_suggestion_tokens = 6\n", &text[..assistants]);
        let documents = text.find("[[documents]]").expect("documents");
        let humans = text.find("[[humans]]").expect("humans");
        let text = format!("{}{}", &text[..documents], &text[humans..]);
        fs::write(place.path("tiny.toml"), text.replace("attention = [0.5, 1]", &human)).expect("written");
    };
    // The model knows nothing of programs or words: its decisions are faults, and they are told, not hidden. Who accepts by
    // agreement decides nothing in words.
    for (protocol, told) in [("paper", "\"faults\":"), ("agreement", "\"agreement\":")] {
        with(protocol);
        let result = place.done(&format!("--out {protocol} --limit 2"));
        assert_eq!(count(&result, "play", "done"), 2, "{result}");
        let logs = episodes(&place.path(protocol));
        let rows: Vec<Value> = logs
            .iter()
            .filter(|(name, _)| name.ends_with(".jsonl"))
            .flat_map(|(_, bytes)| bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()))
            .map(|line| serde_json::from_slice(line).expect("a row"))
            .collect();
        assert_eq!(rows.len(), 4, "two problems under two assistants");
        assert!(rows.iter().any(|row| row.to_string().contains(told)), "{rows:?}");
        // The log is lost and the answers are not: the same episodes without a question, so the same bytes.
        fs::rename(place.path(protocol).join("stages"), place.path("lost")).expect("moved");
        place.done(&format!("--out {protocol} --limit 2"));
        same(&episodes(&place.path(protocol)), &logs);
        fs::remove_dir_all(place.path("lost")).expect("removed");
    }
}

#[test]
fn fine_tuned_models_are_asked_as_they_were_trained() {
    let place = Place::new(1);
    support::tiny_model(&place.path("model"), &[PROGRAM], 280, 1 << 14, Storage::F32);
    let template = "{% for m in messages %}{{ m.role }}: {{ m.content }}<|eos|>{% endfor %}assistant: ";
    fs::write(place.path("model/chat_template.jinja"), template).expect("written");
    let text = fs::read_to_string(place.path("tiny.toml")).expect("read");
    let text = text.replace("model = \"model\"", "model = \"model\"\nprotocol = \"chat-prefill\"");
    let text = text.replace("\"empower\", \"stop-nll\"", "\"empower\"").replacen(
        "max_suggestion_tokens",
        "states = 2\nmax_suggestion_tokens",
        1,
    );
    fs::write(place.path("tiny.toml"), text.replace("0.32, 2", "2").replace("[0.5, 1]", "1")).expect("written");
    place.done("--out run --limit 2");
    let rows: Vec<Value> = episodes(&place.path("run"))
        .values()
        .flat_map(|bytes| bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()))
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let of = |method: &'static str| rows.iter().filter(move |row| row["method"] == method);
    assert_eq!((of("empower").count(), of("base-10").count()), (2, 2), "{rows:?}");
    for row in of("empower").chain(of("base-10")) {
        // What came of each answer is told only where there was a conversation.
        let rounds = row["rounds"].as_array().expect("rounds");
        assert!(rounds.iter().all(|round| round["answer"].is_string()), "{row}");
    }
}
