//! Commands over served models, run for real against servers on loopback: the figures are the model's own, answers that
//! are remembered need no server, and what served models need is asked for by name.

#[path = "../../empower-remote/tests/support/mod.rs"]
mod served;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::Ordering;

use empower_artifact::rows::EpisodeRow;
use empower_artifact::{Manifest, read_jsonl};
use empower_lm::Scorer;
use serde_json::{Value, json};
use served::{Manner, Served, TEXTS, model, serve, tokenizer};
use tempfile::TempDir;

fn empower(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_empower"));
    command.env_remove("EMPOWER_ASSETS").env_remove("EMPOWER_LOG").env("NO_SUCH_KEY_HERE", "k").stdin(Stdio::null());
    command.args(arguments).output().expect("the program starts")
}

#[track_caller]
fn ok(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

/// A folder with the served model's tokenizer, some documents and a problem.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(TempDir::new().expect("a temporary folder"));
        fs::create_dir(place.path("tokenizer")).expect("made");
        tokenizer().save_folder(place.path("tokenizer").as_path(), 1024).expect("saved");
        let documents: Vec<Value> =
            TEXTS.iter().enumerate().map(|(i, text)| json!({ "id": format!("d{i}"), "text": text })).collect();
        place.write("documents.jsonl", &documents);
        let problem = json!({
            "question_id": "add", "question_title": "Add", "question_content": "Write add and subtract.",
            "starter_code": "def add(a, b):\n", "difficulty": "easy", "platform": "own", "contest_id": "c",
            "contest_date": "2026-01-01T00:00:00",
            "public_test_cases": json!([{ "input": "1\n2", "output": "3", "testtype": "functional" }]).to_string(),
            "private_test_cases": "[]", "metadata": json!({ "func_name": "add" }).to_string(),
            "reference_programs": [TEXTS[0]],
        });
        place.write("problems.jsonl", &[problem]);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().expect("UTF-8").to_owned()
    }

    fn write(&self, name: &str, rows: &[Value]) {
        let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
        fs::write(self.path(name), text).expect("written");
    }

    /// Runs a command with the model behind `url`, the rest of the arguments separated by spaces.
    fn with_model(&self, url: &str, command: &str, rest: &str, more: &[&str]) -> Output {
        let tokenizer = self.text("tokenizer");
        let mut arguments = vec![command, "--model", url, "--served-model", "scripted", "--tokenizer", &tokenizer];
        arguments.extend(["--context", "1024"]);
        arguments.extend(rest.split_whitespace());
        arguments.extend(more);
        empower(&arguments)
    }
}

fn asked(server: &Served) -> usize {
    server.requests.load(Ordering::SeqCst)
}

#[test]
fn scores_are_the_models_own_and_remembered() {
    let place = Place::new();
    let (documents, cache) = (place.text("documents.jsonl"), place.text("answers.db"));
    let more = ["--cache", cache.as_str(), documents.as_str()];
    let server = serve(Manner::Vllm);
    let first = place.with_model(&server.url, "score", "--json --prices 1,2", &more);
    let found = rows(&ok(&first));
    assert_eq!(found.len(), TEXTS.len());
    for (row, text) in found.iter().zip(TEXTS) {
        let tokens = tokenizer().encode(text);
        let direct = model(&tokenizer()).score(&[&tokens]).expect("scored").remove(0).logprobs;
        let scored: Vec<Option<f32>> = serde_json::from_value(row["token_logprobs"].clone()).expect("numbers");
        assert_eq!(scored.len(), direct.len());
        for (scored, direct) in scored.iter().zip(&direct) {
            // Numbers go through decimal text once.
            assert!((scored.expect("a score") - direct.expect("a score")).abs() < 1e-5);
        }
        assert_eq!(row["scored_by"], "echo");
    }
    assert!(said(&first).contains("requests (0 tried again)") && said(&first).contains("cost "), "{}", said(&first));
    // The whole again, from a server that is gone: nothing is asked, not even what it can do.
    let (url, n) = (server.url.clone(), asked(&server));
    drop(server);
    assert!(n > TEXTS.len());
    let again = place.with_model(&url, "score", "--json", &more);
    assert_eq!(rows(&ok(&again)), found);
    assert!(said(&again).contains(": 0 requests"), "{}", said(&again));
}

#[test]
fn a_server_that_changed_is_not_taken_for_what_it_was() {
    let place = Place::new();
    let (documents, cache) = (place.text("documents.jsonl"), place.text("answers.db"));
    let server = serve(Manner::Vllm);
    ok(&place.with_model(&server.url, "score", "--json", &["--cache", &cache, &documents]));
    let one = place.text("one.jsonl");
    place.write("one.jsonl", &[json!({ "id": "new", "text": "def other(a):\n    return a\n" })]);
    // Under the same address now another kind of server.
    let port: u16 = server.url.rsplit(':').next().and_then(|it| it.split('/').next()?.parse().ok()).expect("a port");
    drop(server);
    let changed = served::serve_at(Manner::Sglang, port);
    let run = place.with_model(&changed.url, "score", "--json", &["--cache", &cache, &one]);
    assert!(!run.status.success() && said(&run).contains("can no longer do what it could"), "{}", said(&run));
    // What is remembered is still there.
    ok(&place.with_model(&changed.url, "score", "--json", &["--cache", &cache, &documents]));
}

#[test]
fn selection_is_the_same_whether_text_is_scored_or_walked() {
    let place = Place::new();
    let documents = place.text("documents.jsonl");
    let selected = |manner, more: &[&str]| {
        let server = serve(manner);
        let more: Vec<&str> = more.iter().copied().chain([documents.as_str()]).collect();
        let run = place.with_model(&server.url, "select", "--states all --compact --eta 0.9", &more);
        let found = rows(&ok(&run));
        (found, asked(&server))
    };
    let (scored, _) = selected(Manner::Vllm, &[]);
    let (walked, n_walked) = selected(Manner::OnlyGenerates, &["--cache", &place.text("answers.db")]);
    assert_eq!(scored.len(), TEXTS.len());
    for (scored, walked) in scored.iter().zip(&walked) {
        for field in ["document_id", "token_ids", "states", "lengths", "method", "eta_bits", "seed"] {
            assert_eq!(scored[field], walked[field], "{field}");
        }
        assert!(scored["lengths"].as_array().is_some_and(|all| all.iter().any(|it| it.as_u64() > Some(2))));
        assert_eq!((&scored["scored_by"], &walked["scored_by"]), (&json!("echo"), &json!("greedy_walk")));
        assert!(scored["bits"].is_array() && walked["bits"].is_null());
    }
    assert!(n_walked > 100, "one walk a state: {n_walked}");
    // Other ways of choosing need costs that this server does not show.
    let server = serve(Manner::OnlyGenerates);
    let run = place.with_model(&server.url, "select", "--method utility-100", &[&documents]);
    assert!(!run.status.success() && said(&run).contains("scores no given text"), "{}", said(&run));
}

/// Simulates with the assistant behind `url`.
fn simulate(place: &Place, url: &str, out: &str, more: &[&str]) -> Output {
    let (problems, out, cache) = (place.text("problems.jsonl"), place.text(out), place.text("answers.db"));
    let rest = "--assistant base --max-suggestion-tokens 12 --repeats 4 --no-judge";
    let paths = ["--problems", &problems, "--out", &out, "--cache", &cache];
    place.with_model(url, "simulate", rest, &[&paths, more].concat())
}

fn bytes(path: &Path) -> String {
    fs::read_to_string(path).expect("episodes")
}

#[test]
fn episodes_over_http_are_remembered() {
    let place = Place::new();
    let server = serve(Manner::Vllm);
    ok(&simulate(&place, &server.url, "one", &["--batch", "3"]));
    let episodes: Vec<EpisodeRow> = read_jsonl(&place.path("one/episodes.jsonl")).expect("rows");
    assert_eq!(episodes.len(), 4);
    assert!(episodes.iter().flat_map(|episode| &episode.rounds).any(|round| round.suggestion_tokens > 3));
    let manifest = Manifest::read(&place.path("one")).expect("a manifest");
    let can = &manifest.settings["assistant"]["served"]["can"];
    assert_eq!(can["scoring"], "echo", "{can}");
    let usage: Vec<Value> = read_jsonl(&place.path("one/usage.jsonl")).expect("rows");
    // One that the server would not understand as an answer (a way of scoring that it does not know) is not counted.
    let counted = usage[0]["served"]["requests"].as_u64().expect("a count") as usize;
    assert!(counted > 5 && counted <= asked(&server), "{usage:?}");
    let url = server.url.clone();
    drop(server);
    ok(&simulate(&place, &url, "two", &["--batch", "1"]));
    assert_eq!(bytes(&place.path("one/episodes.jsonl")), bytes(&place.path("two/episodes.jsonl")));
    let usage: Vec<Value> = read_jsonl(&place.path("two/usage.jsonl")).expect("rows");
    assert_eq!(usage[0]["served"]["requests"], 0);
}

#[test]
fn a_served_human_thinks_decides_and_is_remembered() {
    let place = Place::new();
    let server = serve(Manner::Vllm);
    let human = |url: &str, out: &str, more: &[&str]| {
        let all = ["--human-model", url, "--human-served-model", "person", "--human-prices", "1,1"];
        simulate(&place, url, out, &[&all, more].concat())
    };
    let first = human(&server.url, "one", &["--human", "lm", "--batch", "4", "--human-temperature", "0.7"]);
    ok(&first);
    let episodes: Vec<EpisodeRow> = read_jsonl(&place.path("one/episodes.jsonl")).expect("rows");
    assert_eq!(episodes.len(), 4);
    for episode in &episodes {
        let shown = episode.rounds.iter().find(|round| round.suggestion_tokens > 0).expect("a suggestion");
        let human = shown.human.as_ref().expect("its side");
        assert!(human.thoughts.starts_with("Is it right?") && human.faults.is_empty(), "{human:?}");
        assert!(episode.rounds.iter().all(|round| round.typed_tokens <= 10));
        assert!(episode.program.starts_with("def add(a, b):\n"));
    }
    let manifest = Manifest::read(&place.path("one")).expect("a manifest");
    let recorded = &manifest.settings["human"];
    assert_eq!(
        (&recorded["model"], &recorded["settings"]["deciding"]),
        (&json!("remote-chat:person"), &json!("decide"))
    );
    assert!(recorded["prompts"]["think"].as_str().is_some_and(|text| text.contains("Think aloud")));
    let usage: Vec<Value> = read_jsonl(&place.path("one/usage.jsonl")).expect("rows");
    assert!(usage[1]["served"]["requests"].as_u64() > Some(8) && usage[1]["cost"].as_f64() > Some(0.0), "{usage:?}");
    let by_agreement = human(&server.url, "agree", &["--human", "lm-agree"]);
    ok(&by_agreement);
    let agreeing: Vec<EpisodeRow> = read_jsonl(&place.path("agree/episodes.jsonl")).expect("rows");
    let agreed =
        |round: &empower_artifact::rows::RoundRow| round.human.as_ref().is_some_and(|it| it.agreement.is_some());
    assert!(agreeing.iter().all(|episode| episode.rounds.iter().any(agreed)));
    // Another run of the same needs no server.
    let url = server.url.clone();
    drop(server);
    ok(&human(&url, "two", &["--human", "lm", "--batch", "1", "--human-temperature", "0.7"]));
    assert_eq!(bytes(&place.path("one/episodes.jsonl")), bytes(&place.path("two/episodes.jsonl")));
    // Another template is another request, and there is nobody to ask.
    let prompts = place.path("prompts");
    fs::create_dir(&prompts).expect("made");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/prompts/human");
    for file in fs::read_dir(ours).expect("our prompts").map(|it| it.expect("a file")) {
        fs::copy(file.path(), prompts.join(file.file_name())).expect("copied");
    }
    fs::write(prompts.join("think.jinja"), "Think aloud again. with the proposal\n\n```python\nx\n```")
        .expect("written");
    let prompts = prompts.to_str().expect("UTF-8");
    let run = human(&url, "three", &["--human", "lm", "--human-prompts", prompts, "--human-temperature", "0.7"]);
    assert!(!run.status.success() && said(&run).contains("cannot be reached"), "{}", said(&run));
}

#[test]
fn a_local_model_without_a_template_is_shown_a_transcript() {
    let place = Place::new();
    let server = serve(Manner::Vllm);
    let folder = place.path("human");
    support::tiny_model(&folder, &TEXTS, 320, 1024, empower_engine::Storage::F32);
    let folder = folder.to_str().expect("UTF-8");
    let more = ["--human", "lm", "--human-model", folder, "--thought-tokens", "8", "--max-rounds", "3", "--json"];
    let run = simulate(&place, &server.url, "one", &more);
    let report: Value = serde_json::from_str(&ok(&run)).expect("a report");
    assert!(said(&run).contains("it is shown a transcript"), "{}", said(&run));
    let episodes: Vec<EpisodeRow> = read_jsonl(&place.path("one/episodes.jsonl")).expect("rows");
    let faults = episodes.iter().flat_map(|it| &it.rounds).flat_map(|it| &it.human.as_ref().expect("its side").faults);
    let faults = faults.count() as u64;
    // A model with random weights says none of the three words.
    let counted = report["rows"][0]["human_faults"].as_object().expect("faults in the table");
    assert!(faults > 4 && counted.values().map(|n| n.as_u64().expect("a count")).sum::<u64>() == faults, "{counted:?}");
    assert!(said(&run).contains("the human: ") && report["notes"].to_string().contains("failed at"), "{}", said(&run));
}

#[test]
fn a_human_behind_completions_is_shown_our_template() {
    let place = Place::new();
    let server = serve(Manner::Vllm);
    let template = place.text("words.jinja");
    fs::write(&template, "TOLD {{ messages[-1].content }} AND SAYS ").expect("written");
    let tokenizer = place.text("tokenizer");
    let human = |out: &str, more: &[&str]| {
        let named = ["--human-model", &server.url, "--human-served-model", "person", "--human-api", "completions"];
        let its = ["--human-tokenizer", &tokenizer, "--human-context", "4096", "--human", "lm"];
        simulate(
            &place,
            &server.url,
            out,
            &[&named[..], &its, &["--max-rounds", "3", "--thought-tokens", "6"], more].concat(),
        )
    };
    ok(&human("one", &["--human-chat-template", &template]));
    let manifest = Manifest::read(&place.path("one")).expect("a manifest");
    let model = manifest.settings["human"]["model"].as_str().expect("an id");
    assert!(model.contains("remote:person:") && !model.contains("remote-chat"), "{model}");
    let prompts = server.prompts.lock().expect("no thread panics").clone();
    let is_ours = |prompt: &&String| prompt.contains("TOLD ") && prompt.contains("Write add and subtract.");
    let ours: Vec<&String> = prompts.iter().filter(is_ours).collect();
    // Its answer is begun for it behind the template.
    assert!(ours.iter().any(|prompt| prompt.ends_with("AND SAYS ```python\ndef add(a, b):\n")), "{ours:?}");
    // Without a template in the tokenizer's folder it is shown a transcript, which is said.
    assert!(said(&human("two", &[])).contains("it is shown a transcript"));
}

#[test]
fn several_servers_share_the_work() {
    let place = Place::new();
    let servers = [serve(Manner::Vllm), serve(Manner::Vllm)];
    let documents: Vec<Value> =
        (0..12).map(|i| json!({ "id": format!("d{i}"), "text": format!("{}# {i}\n", TEXTS[i % 4]) })).collect();
    place.write("many.jsonl", &documents);
    let many = place.text("many.jsonl");
    let alone = place.with_model(&servers[0].url, "score", "--json", &[&many]);
    let probed = asked(&servers[0]) - documents.len();
    let both = format!("{},{}", servers[0].url, servers[1].url);
    let before = asked(&servers[0]);
    let shared = place.with_model(&both, "score", "--json --concurrency 2", &[&many]);
    assert_eq!(ok(&shared), ok(&alone));
    let scored = [asked(&servers[0]) - before - probed, asked(&servers[1]) - probed];
    assert_eq!(scored.iter().sum::<usize>(), documents.len());
    assert!(scored.iter().all(|n| *n > 0), "{scored:?}");
}

#[test]
fn a_killed_simulation_with_a_human_goes_on_where_it_was() {
    let place = Place::new();
    let server = serve(Manner::Slow);
    let arguments = |out: &str, cache: &str| -> Vec<String> {
        let (problems, tokenizer) = (place.text("problems.jsonl"), place.text("tokenizer"));
        let line = format!(
            "simulate --model {url} --served-model scripted --tokenizer {tokenizer} --context 1024 --assistant base \
             --max-suggestion-tokens 12 --repeats 24 --no-judge --batch 4 --problems {problems} --out {out} --cache {cache} \
             --human lm --human-model {url} --human-served-model person",
            url = server.url,
        );
        line.split_whitespace().map(str::to_owned).collect()
    };
    let run = |arguments: &[String]| empower(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    ok(&run(&arguments(&place.text("whole"), &place.text("whole.db"))));
    let whole = asked(&server);
    let broken = arguments(&place.text("broken"), &place.text("broken.db"));
    // Killed after a sixth and after a third of the requests, wherever that is in a round.
    let mut broken = broken;
    for share in [6, 3] {
        let from = asked(&server);
        let mut child = Command::new(env!("CARGO_BIN_EXE_empower"))
            .args(&broken)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        while asked(&server) < from + whole / share {
            assert!(child.try_wait().expect("a child").is_none(), "it is killed before its end");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        child.kill().expect("killed");
        child.wait().expect("a child");
        broken.extend((broken.last().expect("arguments") != "--resume").then(|| "--resume".to_owned()));
    }
    let before = asked(&server);
    ok(&run(&broken));
    assert_eq!(bytes(&place.path("broken/episodes.jsonl")), bytes(&place.path("whole/episodes.jsonl")));
    let left = asked(&server) - before;
    assert!(left < whole * 3 / 4, "{left} of {whole} requests: what was answered is asked again");
}

#[test]
fn what_served_models_need_is_named() {
    let place = Place::new();
    let documents = place.text("documents.jsonl");
    let refused = |arguments: &[&str], expected: &str| {
        let run = empower(arguments);
        assert_eq!(run.status.code(), Some(2), "{}", said(&run));
        assert!(said(&run).contains(expected), "{}", said(&run));
    };
    let server = serve(Manner::Vllm);
    refused(&["score", "--model", &server.url, &documents], "--served-model");
    refused(&["score", "--model", &server.url, "--served-model", "m", &documents], "--tokenizer");
    refused(&["score", "--served-model", "m", &documents], "goes with a served model");
    assert_eq!(asked(&server), 0);
    // A key is taken from the environment alone.
    let locked = serve(Manner::WantsKey("k"));
    let run = place.with_model(&locked.url, "score", "--json", &[&documents]);
    assert!(said(&run).contains("answered 401") && said(&run).contains("hint: name the environment"), "{}", said(&run));
    ok(&place.with_model(&locked.url, "score", "--json --api-key-env NO_SUCH_KEY_HERE", &[&documents]));
    let run = place.with_model(&locked.url, "score", "--json --api-key-env NOT_SET_ANYWHERE", &[&documents]);
    assert!(said(&run).contains("NOT_SET_ANYWHERE"), "{}", said(&run));
}
