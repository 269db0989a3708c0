//! What a request costs on this side: many conversations at once with a server on loopback that answers at once. The
//! server is another process, so that the figures are the client's own.
//!
//! ```text
//! cargo run --release -p empower-remote --example overhead serve      # prints its address, and goes on
//! cargo run --release -p empower-remote --example overhead http://127.0.0.1:PORT/v1 [IN-FLIGHT [REQUESTS]]
//! ```
//!
//! Whole episodes against the same server, 256 at a time; `{"requests": …}` of its last line over the time that it took:
//!
//! ```text
//! empower simulate --assistant base-10 --model http://127.0.0.1:PORT/v1 --served-model stub --tokenizer assets/model \\
//!     --batch 256 --concurrency 256 --repeats 8 --no-judge --out runs/overhead
//! ```

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use empower_lm::{ChatModel, ChatRequest, Message, Role};
use empower_remote::{Endpoint, Limits, RemoteChat};
use serde_json::{Value, json};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => serve(),
        Some(url) => {
            let number = |i: usize, usual| arguments.get(i).and_then(|it| it.parse().ok()).unwrap_or(usual);
            measure(url, number(1, 256), number(2, 20_000));
        }
        None => println!("usage: overhead serve | overhead URL [IN-FLIGHT [REQUESTS]]"),
    }
}

fn measure(url: &str, in_flight: usize, n_requests: usize) {
    let endpoint = Endpoint { concurrency: in_flight, ..Endpoint::new(url) };
    let chat = RemoteChat::open(&[endpoint], Limits::default(), "stub").expect("an address");
    // As long as a conversation of the simulated human.
    let program = "def solve(values):\n    total = 0\n    for value in values:\n        total += value\n".repeat(20);
    let request = |i| ChatRequest::greedy(vec![Message::new(Role::User, format!("{program}# {i}\n"))], 40);
    // A round of all episodes at a time, as the simulation asks.
    let rounds = n_requests.div_ceil(in_flight);
    let (start, busy) = (Instant::now(), cpu_seconds());
    for round in 0..rounds {
        let requests: Vec<ChatRequest> = (0..in_flight).map(|i| request(round * in_flight + i)).collect();
        assert_eq!(chat.answer(&requests).expect("answers").len(), in_flight);
    }
    let n = (rounds * in_flight) as f64;
    let (wall, busy) = (start.elapsed().as_secs_f64(), cpu_seconds() - busy);
    println!(
        "{n} requests, {in_flight} in flight: {:.3} ms of wall clock and {:.3} ms of processor a request, {:.0} requests/s, \
         {} tried again",
        1e3 * wall / n,
        1e3 * busy / n,
        n / wall,
        chat.usage().retries
    );
}

/// Processor time of this process so far, in seconds; Linux counts it in hundredths.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    // The name of the process may hold spaces; the fields after it do not.
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    let ticks: f64 = fields[11..13].iter().map(|field| field.parse::<f64>().expect("a number")).sum();
    ticks / 100.0
}

fn serve() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback");
    println!("http://{}/v1", listener.local_addr().expect("bound"));
    for stream in listener.incoming().flatten() {
        std::thread::spawn(move || converse(stream));
    }
}

/// Reads requests and answers each at once, until the client goes.
fn converse(stream: TcpStream) -> Option<()> {
    const CHAT: &str = r#"{"choices":[{"message":{"role":"assistant","content":"accept"},"finish_reason":"stop"}]}"#;
    let mut out = stream.try_clone().ok()?;
    out.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut length, mut path) = (0, String::new());
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim().is_empty() {
                break;
            }
            if let Some(("content-length", value)) = line.to_ascii_lowercase().split_once(':') {
                length = value.trim().parse().ok()?;
            } else if path.is_empty() {
                path = line.split(' ').nth(1)?.to_owned();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (kind, text) = match path.as_str() {
            "/v1/completions" => completion(&serde_json::from_slice(&body).ok()?),
            _ => ("application/json", CHAT.to_owned()),
        };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", text.len());
        out.write_all(format!("{head}{text}").as_bytes()).ok()?;
    }
}

/// As many tokens as are asked for, always the same, whole or piece by piece.
fn completion(request: &Value) -> (&'static str, String) {
    let n_tokens = request["max_tokens"].as_u64().unwrap_or(0) as usize;
    let choice = |n: usize, finish: Option<&str>| {
        json!({ "choices": [{ "text": "!".repeat(n), "finish_reason": finish, "logprobs": {
            "tokens": vec!["token_id:2"; n], "token_logprobs": vec![-0.05; n], "top_logprobs": null,
        } }] })
    };
    if request["stream"] != json!(true) {
        return ("application/json", choice(n_tokens, Some("length")).to_string());
    }
    let pieces = (0..n_tokens).map(|_| choice(1, None)).chain([choice(0, Some("length"))]);
    let events = pieces.map(|piece| format!("data: {piece}\n\n")).collect::<String>();
    ("text/event-stream", events + "data: [DONE]\n\n")
}
