//! What a request costs on this side: many conversations at once with a server on loopback that answers at once. The
//! server is another process, so that the figures are the client's own.
//!
//! ```text
//! cargo run --release -p empower-remote --example overhead serve      # prints its address, and goes on
//! cargo run --release -p empower-remote --example overhead http://127.0.0.1:PORT/v1 [IN-FLIGHT [REQUESTS]]
//! ```

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use empower_lm::{ChatModel, ChatRequest, Message, Role};
use empower_remote::{Endpoint, Limits, RemoteChat};

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

/// Reads requests and gives each the same answer, until the client goes.
fn converse(stream: TcpStream) -> Option<()> {
    const BODY: &str = r#"{"choices":[{"message":{"role":"assistant","content":"accept"},"finish_reason":"stop"}]}"#;
    let mut out = stream.try_clone().ok()?;
    out.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", BODY.len());
    loop {
        let mut length = 0;
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
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        out.write_all(format!("{head}{BODY}").as_bytes()).ok()?;
    }
}
