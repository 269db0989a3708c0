//! Models by name, fetched by the built program from a server of a few lines that imitates the hub's two endpoints:
//! metadata (`Range: bytes=0-0` answered with entity tag, commit and size, for large files by way of a redirect) and
//! the file itself, from any byte on. It listens on the loopback only.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use empower_engine::Storage;

const PROGRAM: &str = "n = int(input())\nfor i in range(n):\n    print(i, n - i)\n";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What the server does, and what it was asked.
#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    /// A token that requests must carry.
    token: Option<String>,
    /// How many bytes of the weights to send before hanging up; once.
    hang_up_after: Option<usize>,
    /// Announce so many bytes more than there are.
    exaggerate: usize,
    /// Request lines, with the range asked for.
    log: Vec<String>,
}

struct Hub {
    address: String,
    state: Arc<Mutex<State>>,
    home: tempfile::TempDir,
}

impl Hub {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let state = Arc::new(Mutex::new(State { files: model(), ..State::default() }));
        let (shared, own) = (Arc::clone(&state), address.clone());
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, own) = (Arc::clone(&shared), own.clone());
                std::thread::spawn(move || while answer(&stream, &shared, &own) {});
            }
        });
        Self { address, state, home: tempfile::tempdir().expect("a temporary folder") }
    }

    fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().expect("no thread of the server panics"));
    }

    /// Request lines since the last call.
    fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().expect("no thread of the server panics").log)
    }

    /// Scores a document with a model; exit code, standard output, standard error.
    fn score(&self, model: &str, environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
        let documents = self.home.path().join("documents.jsonl");
        fs::write(&documents, format!("{}\n", serde_json::json!({ "id": "d", "text": PROGRAM }))).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_empower"));
        command.args(["score", "--json", "--model", model]).arg(documents).stdin(Stdio::null());
        for name in [
            "HF_TOKEN",
            "HF_HUB_OFFLINE",
            "HF_HUB_CACHE",
            "http_proxy",
            "HTTP_PROXY",
            "https_proxy",
            "HTTPS_PROXY",
            "all_proxy",
            "ALL_PROXY",
        ] {
            command.env_remove(name);
        }
        command.env("HF_HOME", self.home.path()).env("HF_ENDPOINT", &self.address).envs(environment.iter().copied());
        let output = command.output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    #[track_caller]
    fn scored(&self, model: &str, environment: &[(&str, &str)]) -> String {
        let (code, stdout, stderr) = self.score(model, environment);
        assert_eq!(code, Some(0), "{stderr}");
        stdout
    }

    #[track_caller]
    fn refused(&self, model: &str, environment: &[(&str, &str)], names: &[&str]) {
        let (code, stdout, stderr) = self.score(model, environment);
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
        assert!(stderr.contains("\nhint: "), "{stderr}");
        names.iter().for_each(|name| assert!(stderr.contains(name), "`{name}` is not in:\n{stderr}"));
    }

    fn repository(&self) -> PathBuf {
        self.home.path().join("hub/models--org--tiny")
    }
}

/// The files of a model, and a pickle that nobody should ask for.
fn model() -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    support::tiny_model(folder.path(), &[PROGRAM], 280, 128, Storage::F32);
    let mut files: BTreeMap<String, Vec<u8>> = fs::read_dir(folder.path())
        .expect("listed")
        .map(|entry| entry.expect("read"))
        .map(|entry| (entry.file_name().into_string().expect("UTF-8"), fs::read(entry.path()).expect("read")))
        .collect();
    files.insert("pytorch_model.bin".to_owned(), b"a pickle".to_vec());
    files
}

/// Answers one request; whether the connection goes on.
fn answer(stream: &TcpStream, state: &Mutex<State>, own: &str) -> bool {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return false;
    }
    let (mut range, mut authorization) = (None, None);
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap_or(0) == 0 || header.trim().is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').expect("a header");
        match name.to_lowercase().as_str() {
            "range" => range = Some(value.trim().to_owned()),
            "authorization" => authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut state = state.lock().expect("no thread of the server panics");
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    state.log.push(format!("{path} {}", range.clone().unwrap_or_default()));
    let mut out = stream;
    let mut status = |code: &str, headers: &str| {
        let _ = write!(out, "HTTP/1.1 {code}\r\ncontent-length: 0\r\n{headers}\r\n");
        true
    };
    let resolved = ["main", "v1", COMMIT]
        .iter()
        .find_map(|revision| path.strip_prefix(&format!("/org/tiny/resolve/{revision}/")))
        .map(str::to_owned);
    if state.token.as_ref().is_some_and(|token| authorization != Some(format!("Bearer {token}"))) {
        return status("401 Unauthorized", "x-error-code: GatedRepo\r\n");
    }
    let (file, from_store) = match (resolved, path.strip_prefix("/store/")) {
        (Some(file), _) => (file, false),
        (None, Some(file)) => (file.to_owned(), true),
        _ => return status("404 Not Found", "x-error-code: RepoNotFound\r\n"),
    };
    let Some(content) = state.files.get(&file).cloned() else {
        return status("404 Not Found", "x-error-code: EntryNotFound\r\n");
    };
    let tag = format!("{:016x}", content.iter().fold(7_u64, |tag, byte| tag.wrapping_mul(31) + u64::from(*byte)));
    let is_large = file.ends_with(".safetensors");
    if is_large && !from_store {
        let headers = format!(
            "location: {own}/store/{file}\r\nx-repo-commit: {COMMIT}\r\nx-linked-etag: \"{tag}\"\r\nx-linked-size: {}\r\n",
            content.len()
        );
        return status("302 Found", &headers);
    }
    let asked = range.as_deref().and_then(|range| range.strip_prefix("bytes=")).and_then(|range| range.split_once('-'));
    let (first, last) = match asked {
        Some((first, last)) => (first.parse().unwrap_or(0), last.parse().unwrap_or(content.len() - 1)),
        None => (0, content.len() - 1),
    };
    let body = &content[first.min(content.len())..content.len().min(last + 1)];
    let announced = content.len() + if is_large { state.exaggerate } else { 0 };
    let _ = write!(
        out,
        "HTTP/1.1 206 Partial Content\r\ncontent-length: {}\r\ncontent-range: bytes {first}-{last}/{announced}\r\n\
         etag: \"{tag}\"\r\nx-repo-commit: {COMMIT}\r\n\r\n",
        body.len(),
    );
    if is_large
        && last > 0
        && let Some(n) = state.hang_up_after.take()
    {
        let _ = out.write_all(&body[..n]);
        let _ = out.flush();
        let _ = stream.shutdown(std::net::Shutdown::Both);
        return false;
    }
    out.write_all(body).is_ok()
}

#[test]
fn a_model_is_fetched_once_and_then_used_without_a_network() {
    let hub = Hub::new();
    let scores = hub.scored("org/tiny", &[]);
    let log = hub.log();
    assert!(log.iter().all(|line| !line.contains(".bin")), "no pickle is asked for: {log:?}");
    let whole = log.iter().filter(|line| line.contains("/store/model.safetensors") && line.ends_with("bytes=0-"));
    assert_eq!(whole.count(), 1, "{log:?}");
    // The hub's own layout.
    let snapshot = hub.repository().join("snapshots").join(COMMIT);
    assert_eq!(fs::read_to_string(hub.repository().join("refs/main")).expect("written"), COMMIT);
    assert!(snapshot.join("model.safetensors").is_symlink() && snapshot.join("config.json").exists());
    assert!(hub.repository().join(".no_exist").join(COMMIT).join("chat_template.jinja").exists());

    // A second run asks whether the branch has moved, and for nothing else.
    assert_eq!(hub.scored("org/tiny", &[]), scores);
    let log = hub.log();
    assert!(log.len() == 1 && log[0].contains("/resolve/main/config.json"), "{log:?}");
    // Offline it asks for nothing; with a server that is gone it warns.
    assert_eq!(hub.scored("org/tiny", &[("HF_HUB_OFFLINE", "1")]), scores);
    assert_eq!(hub.scored(&format!("org/tiny@{COMMIT}"), &[]), scores);
    assert_eq!(hub.log(), [""; 0]);
    let (code, stdout, stderr) = hub.score("org/tiny", &[("HF_ENDPOINT", "http://127.0.0.1:9")]);
    assert_eq!((code, stdout), (Some(0), scores));
    assert!(stderr.contains("warning: ") && stderr.contains("from the cache"), "{stderr}");
    hub.refused("org/other", &[("HF_HUB_OFFLINE", "1")], &["org/other", "HF_HUB_OFFLINE is set"]);
}

#[test]
fn a_revision_is_asked_for_by_name() {
    let hub = Hub::new();
    hub.scored("org/tiny@v1", &[]);
    assert!(hub.log()[0].contains("/resolve/v1/config.json"));
    hub.refused("org/tiny@v2", &[], &["org/tiny at v2", "and no folder of that name"]);
}

#[test]
fn what_the_hub_does_not_have_or_give_is_said() {
    let hub = Hub::new();
    hub.refused("org/none", &[], &["there is no config.json of org/none"]);
    hub.set(|state| state.token = Some("secret".to_owned()));
    hub.refused("org/tiny", &[], &["without a token", "HF_TOKEN"]);
    hub.refused("org/tiny", &[("HF_TOKEN", "wrong")], &["not given out with this token"]);
    hub.scored("org/tiny", &[("HF_TOKEN", "secret")]);
}

#[test]
fn a_download_that_broke_off_goes_on_where_it_stopped() {
    let hub = Hub::new();
    hub.set(|state| state.hang_up_after = Some(1000));
    hub.refused("org/tiny", &[], &["model.safetensors of org/tiny could not be fetched", "what has arrived is kept"]);
    assert!(!hub.repository().join("refs/main").exists(), "what is not whole has no name");
    hub.log();
    hub.scored("org/tiny", &[]);
    let log = hub.log();
    assert!(log.iter().any(|line| line.contains("/store/model.safetensors bytes=1000-")), "{log:?}");
    let arrived = fs::read(hub.repository().join("snapshots").join(COMMIT).join("model.safetensors")).expect("fetched");
    hub.set(|state| assert_eq!(arrived, state.files["model.safetensors"]));
}

#[test]
fn a_file_of_another_size_than_announced_is_discarded() {
    let hub = Hub::new();
    hub.set(|state| state.exaggerate = 5);
    hub.refused("org/tiny", &[], &["model.safetensors", "announced", "it was discarded"]);
    hub.set(|state| state.exaggerate = 0);
    hub.scored("org/tiny", &[]);
}

#[test]
fn weights_in_several_files_are_fetched_by_their_index() {
    let hub = Hub::new();
    hub.set(|state| {
        state.files.remove("model.safetensors");
        let hostile = br#"{"weight_map": {"a": "pytorch_model.bin"}}"#.to_vec();
        state.files.insert("model.safetensors.index.json".to_owned(), hostile);
    });
    let (code, _, stderr) = hub.score("org/tiny", &[]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("no safetensors file beside it"), "{stderr}");
    assert!(hub.log().iter().all(|line| !line.contains(".bin")));
}
