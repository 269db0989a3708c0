//! Commands over what llama.cpp's server answered: exchanges with the embedded model, recorded from the real server by
//! `reference/record_exchanges.py` and played back on loopback, against the local engine. A question that was not recorded
//! is a failure: whoever changes requests or the embedded model records again.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use empower_artifact::read_jsonl;
use empower_artifact::rows::EpisodeRow;
use serde_json::Value;

/// Natural logarithms of one token differ by no more: a thousandth of a bit.
const TOLERANCE: f64 = 1e-3 * std::f64::consts::LN_2;

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/llama_cpp").join(name)
}

/// A server that knows the recorded answers and no others.
struct Recorded {
    address: String,
    unknown: Arc<Mutex<Vec<String>>>,
}

/// By path and request: the status, the kind of content, and the answer.
type Answers = HashMap<(String, String), (u64, &'static str, String)>;

impl Recorded {
    fn open(name: &str) -> Self {
        let rows: Vec<Value> = read_jsonl(&here(name)).expect("a recording");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let answers: Answers = rows
            .iter()
            .map(|row| {
                let key = (text(&row["path"]), row["request"].to_string());
                let (kind, answer) = match &row["answer"] {
                    Value::String(stream) => ("text/event-stream", stream.clone()),
                    whole => ("application/json", whole.to_string()),
                };
                (key, (row["status"].as_u64().expect("a number"), kind, answer))
            })
            .collect();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}/v1", listener.local_addr().expect("bound"));
        let unknown = Arc::new(Mutex::new(Vec::new()));
        let (answers, noted) = (Arc::new(answers), Arc::clone(&unknown));
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, noted) = (Arc::clone(&answers), Arc::clone(&noted));
                std::thread::spawn(move || while answer(&stream, &answers, &noted).is_some() {});
            }
        });
        Self { address, unknown }
    }

    /// Runs the program on the embedded model behind this server; its standard output.
    fn ask(&self, arguments: &[&str]) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/model");
        let mut command = Command::new(env!("CARGO_BIN_EXE_empower"));
        command.args(arguments).args(["--model", &self.address, "--served-model", "empower", "--concurrency", "1"]);
        let output = command.arg("--tokenizer").arg(folder).stdin(Stdio::null()).output().expect("the program starts");
        let unknown = self.unknown.lock().expect("no thread of the server panics").clone();
        assert!(unknown.is_empty(), "not recorded: {unknown:#?}");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

/// Answers one request; `None` where the connection is at its end.
fn answer(stream: &TcpStream, answers: &Answers, unknown: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    // Through the same type as the recording, so that fields are in the same order.
    let request = serde_json::from_slice::<Value>(&body).unwrap_or_default().to_string();
    let missing = (400, "application/json", "{}".to_owned());
    let (status, kind, text) = answers.get(&(path.clone(), request.clone())).unwrap_or_else(|| {
        unknown.lock().expect("no thread panics").push(format!("{path} {request}"));
        &missing
    });
    let mut out = stream;
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", text.len());
    out.write_all(format!("{head}{text}").as_bytes()).ok()
}

/// Runs the program on the embedded model itself.
fn local(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_empower")).args(arguments).stdin(Stdio::null()).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn logprobs(output: &str) -> Vec<f64> {
    let row: Value = serde_json::from_str(output).expect("one row");
    row["token_logprobs"].as_array().expect("a list").iter().map(|it| it.as_f64().expect("a number")).collect()
}

#[test]
fn scores_are_the_engines() {
    let document = here("document.jsonl");
    let arguments = ["score", "--json", document.to_str().expect("a path in UTF-8")];
    let served = Recorded::open("score.jsonl").ask(&arguments);
    let row: Value = serde_json::from_str(&served).expect("one row");
    // `echo` answers 500 there, and is passed over.
    assert_eq!(row["scored_by"], "forced_tokens");
    let (served, expected) = (logprobs(&served), logprobs(&local(&arguments)));
    assert_eq!(served.len(), expected.len());
    for (index, (served, expected)) in served.iter().zip(&expected).enumerate() {
        assert!((served - expected).abs() < TOLERANCE, "token {index}: {served} against {expected}");
    }
}

#[test]
fn an_episode_is_the_engines() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let play = |name: &str, run: &dyn Fn(&[&str]) -> String| {
        let out = folder.path().join(name);
        let settings = "simulate --assistant stop-nll --eta 1 --limit 1 --max-rounds 4 --no-judge --out";
        let mut arguments: Vec<&str> = settings.split(' ').collect();
        arguments.push(out.to_str().expect("a path in UTF-8"));
        run(&arguments);
        read_jsonl::<EpisodeRow>(&out.join("episodes.jsonl")).expect("episodes").remove(0)
    };
    let recorded = Recorded::open("simulate.jsonl");
    let (served, expected) = (play("served", &|it| recorded.ask(it)), play("local", &local));
    assert_eq!(served.program, expected.program);
    assert_eq!(served.rounds.len(), 4);
    assert!(served.rounds.iter().any(|round| round.suggestion_tokens > 0), "something was suggested");
    for (served, expected) in served.rounds.iter().zip(&expected.rounds) {
        assert_eq!((&served.suggestion, served.decision), (&expected.suggestion, expected.decision));
        for (served, expected) in served.suggestion_bits.iter().zip(&expected.suggestion_bits) {
            assert!((served - expected).abs() < 1e-3, "{served} against {expected} bits");
        }
    }
}
