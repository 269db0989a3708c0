//! A server on loopback that serves a scripted model in the manner of several real ones, honestly or with one fault.
//! Tests of commands use it too. It speaks as much HTTP/1.1 as the client needs: one request after another on a connection, bodies with a length.

#![allow(dead_code, reason = "each test uses its own part of it")]

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use empower_lm::scripted::{Script, ScriptedModel};
use empower_lm::{
    BOS, EOS, Generation, GenerationRequest, Generator, NextStep, Sampling, Scorer, TokenId, Tokenizer,
    train_byte_level_bpe,
};
use serde_json::{Value, json};

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Manner {
    /// As vLLM: echoes prompts, takes ids, names ids.
    Vllm,
    /// As vLLM, but refuses to generate nothing.
    VllmAtLeastOne,
    /// As llama.cpp's server: ignores `echo`, has its own `/completion`.
    LlamaCpp,
    /// As SGLang: scores at `/generate` alone.
    Sglang,
    /// As vLLM, but ignores `echo`: shows nothing but what it generates.
    OnlyGenerates,
    /// As a hosted server: text in, token texts out, nothing scored.
    Hosted,
    /// As vLLM, but scores another text than the one sent: its tokens in reverse.
    ScoresAnother,
    /// As vLLM, but draws anew whatever the seed.
    IgnoresSeed,
    /// As vLLM, but speaks with another tokenizer's tokens.
    OtherTokenizer,
    /// As vLLM, but says twice that it is busy before each answer.
    Busy,
    /// As vLLM, but knows nothing of streams.
    NoStream,
    /// As vLLM, but each stream but the very first breaks off in its middle when it is asked for for the first time.
    StreamBreaks,
    /// As vLLM, but streams leave a token out, as llama.cpp's server does where a character takes several.
    LeavesOut,
    /// As vLLM, but takes its time for every piece of a stream.
    Slow,
    /// Breaks off in the middle of every answer.
    BreaksOff,
    /// Answers with more than anybody wants.
    Endless,
    /// Wants a key.
    WantsKey(&'static str),
}

/// A running server; stops when dropped.
pub struct Served {
    pub url: String,
    pub requests: Arc<AtomicUsize>,
    pub most_at_once: Arc<AtomicUsize>,
    /// Pieces of streams sent.
    pub pieces: Arc<AtomicUsize>,
    /// Prompts of completions, as text.
    pub prompts: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    port: u16,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener up.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Documents that the scripted model knows.
pub const TEXTS: [&str; 4] = [
    "def add(a, b):\n    return a + b\n\n\ndef subtract(a, b):\n    return a - b\n",
    "def multiply(a, b):\n    return a * b\n\n\ndef add(a, b):\n    return a + b\n",
    "for i in range(10):\n    print(i)\n",
    "for i in range(20):\n    print(i, i * i)\n",
];

pub fn tokenizer() -> Tokenizer {
    train_byte_level_bpe(TEXTS.iter().copied(), 320, &[BOS, EOS]).expect("a small vocabulary")
}

pub fn model(tokenizer: &Tokenizer) -> ScriptedModel {
    ScriptedModel::new(Script {
        bos: tokenizer.bos(),
        stop: tokenizer.eos().expect("a stop token"),
        order: 6,
        leak: 0.05,
        documents: TEXTS.iter().map(|text| tokenizer.encode(text)).collect(),
        ..Script::blank(tokenizer.vocab_size())
    })
}

struct State {
    manner: Manner,
    tokenizer: Tokenizer,
    model: ScriptedModel,
    draws: AtomicUsize,
    refusals: AtomicUsize,
    now: AtomicUsize,
    most: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
    pieces: Arc<AtomicUsize>,
    streamed: Mutex<HashSet<String>>,
    prompts: Arc<Mutex<Vec<String>>>,
}

pub fn serve(manner: Manner) -> Served {
    serve_at(manner, 0)
}

/// At a port that was free a moment ago; 0 takes any.
pub fn serve_at(manner: Manner, port: u16) -> Served {
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("loopback");
    let port = listener.local_addr().expect("bound").port();
    let tokenizer = tokenizer();
    let (requests, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let pieces = Arc::new(AtomicUsize::new(0));
    let prompts = Arc::new(Mutex::new(Vec::new()));
    let state = Arc::new(State {
        manner,
        model: model(&tokenizer),
        tokenizer,
        draws: AtomicUsize::new(0),
        refusals: AtomicUsize::new(0),
        now: AtomicUsize::new(0),
        most: Arc::clone(&most),
        requests: Arc::clone(&requests),
        pieces: Arc::clone(&pieces),
        streamed: Mutex::new(HashSet::new()),
        prompts: Arc::clone(&prompts),
    });
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let thread = std::thread::spawn(move || {
        for stream in listener.incoming() {
            if stopped.load(Ordering::SeqCst) {
                return;
            }
            let (Ok(stream), state) = (stream, Arc::clone(&state)) else { continue };
            std::thread::spawn(move || converse(stream, &state));
        }
    });
    Served {
        url: format!("http://127.0.0.1:{port}/v1"),
        requests,
        most_at_once: most,
        pieces,
        prompts,
        stop,
        thread: Some(thread),
        port,
    }
}

fn converse(stream: TcpStream, state: &State) {
    let Ok(mut out) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut key) = (0, String::new());
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) == 0 {
                return;
            }
            let Some((name, value)) = header.trim().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().expect("a length"),
                "authorization" => key = value.trim().to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        state.requests.fetch_add(1, Ordering::SeqCst);
        let now = state.now.fetch_add(1, Ordering::SeqCst) + 1;
        state.most.fetch_max(now, Ordering::SeqCst);
        let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let (status, headers, text) = answer(&path, &key, &body, state);
        let streams = body["stream"] == json!(true) && state.manner != Manner::NoStream && status == 200;
        if streams {
            let ended = send_pieces(&mut out, &body, &text, state);
            state.now.fetch_sub(1, Ordering::SeqCst);
            if ended.is_none() {
                return;
            }
            continue;
        }
        state.now.fetch_sub(1, Ordering::SeqCst);
        let declared = if state.manner == Manner::BreaksOff { text.len() + 100 } else { text.len() };
        let head = format!("HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {declared}\r\n");
        if out.write_all(format!("{head}{headers}\r\n{text}").as_bytes()).is_err() {
            return;
        }
        if state.manner == Manner::BreaksOff {
            return;
        }
    }
}

/// Sends a whole answer piece by piece, in chunks; `None` where the connection ends.
fn send_pieces(out: &mut TcpStream, body: &Value, text: &str, state: &State) -> Option<()> {
    let whole: Value = serde_json::from_str(text).expect("our own");
    let choice = &whole["choices"][0];
    let ids: Vec<TokenId> = match choice["logprobs"]["content"].as_array() {
        Some(entries) => entries.iter().map(|entry| entry["id"].as_u64().expect("an id") as TokenId).collect(),
        None => {
            let names = choice["logprobs"]["tokens"].as_array().into_iter().flatten();
            let id = |name: &Value| name.as_str()?.strip_prefix("token_id:")?.parse().ok();
            names.map(|name| id(name).unwrap_or(0)).collect()
        }
    };
    let breaks = {
        let mut streamed = state.streamed.lock().expect("no thread panics");
        streamed.insert(body.to_string()) && streamed.len() > 1 && state.manner == Manner::StreamBreaks
    };
    let mut events: Vec<String> = Vec::new();
    for (i, id) in ids.iter().enumerate() {
        let one = |field: &str| json!([choice["logprobs"][field][i]]);
        let logprobs = match choice["logprobs"]["content"].get(i) {
            Some(entry) => json!({ "content": [entry] }),
            None => json!({ "tokens": one("tokens"), "token_logprobs": one("token_logprobs"),
                            "top_logprobs": one("top_logprobs") }),
        };
        let piece = state.tokenizer.decode(&[*id]);
        if state.manner == Manner::LeavesOut && i == 3 {
            events.push(json!({ "choices": [{ "text": piece, "logprobs": null }] }).to_string());
            continue;
        }
        events.push(json!({ "choices": [{ "text": piece, "finish_reason": null, "logprobs": logprobs }] }).to_string());
    }
    let end = json!({ "text": "", "finish_reason": choice["finish_reason"], "logprobs": null });
    events.push(json!({ "choices": [end] }).to_string());
    if body["stream_options"]["include_usage"] == json!(true) {
        events.push(json!({ "choices": [], "usage": whole["usage"] }).to_string());
    }
    events.push("[DONE]".to_owned());
    out.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n").ok()?;
    for (i, event) in events.iter().enumerate() {
        if breaks && i == events.len() / 2 {
            return None;
        }
        if state.manner == Manner::Slow {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let event = format!(": a comment\ndata: {event}\r\n\n");
        out.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).ok()?;
        state.pieces.fetch_add(1, Ordering::SeqCst);
    }
    out.write_all(b"0\r\n\r\n").ok()
}

fn answer(path: &str, key: &str, body: &Value, state: &State) -> (u16, &'static str, String) {
    let plain = |value: Value| (200, "", value.to_string());
    let refuse = |status, why: &str| (status, "", json!({ "error": { "message": why } }).to_string());
    match state.manner {
        Manner::WantsKey(expected) if key != format!("Bearer {expected}") => return refuse(401, "no such key"),
        Manner::Busy if state.refusals.fetch_add(1, Ordering::SeqCst) % 3 < 2 => {
            return (503, "retry-after: 0.01\r\n", "busy".to_owned());
        }
        Manner::Endless => return (200, "", "x".repeat(100_000)),
        _ => {}
    }
    match (path, state.manner) {
        ("/v1/completions", _) => completions(body, state),
        ("/completion", Manner::LlamaCpp) => plain(forced(body, state)),
        ("/generate", Manner::Sglang) => plain(sglang(body, state)),
        ("/v1/chat/completions", _) => {
            let last = body["messages"].as_array().expect("messages").last().expect("one").clone();
            let text = person(last["content"].as_str().expect("text"), last["role"] == "assistant");
            plain(
                json!({ "choices": [{ "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
                          "usage": { "prompt_tokens": 3, "completion_tokens": 4 } }),
            )
        }
        _ => refuse(404, "no such path"),
    }
}

/// Someone who has the first of the texts in mind, and is talked to in the words of our prompts for the human.
fn person(said: &str, is_begun: bool) -> String {
    let code = said.split_once("python\n").map_or("", |(_, code)| code);
    if is_begun {
        let rest = TEXTS[0].strip_prefix(code).unwrap_or_default().trim_end_matches('\n');
        return format!("{rest}\n```");
    }
    if said.contains("Think aloud") {
        let (_, shown) = said.split_once("with the proposal\n\n```python\n").expect("the program with the proposal");
        let (shown, _) = shown.split_once("\n```").expect("a block");
        let is_right = TEXTS[0].starts_with(shown.trim_end_matches('\n'));
        return format!("Is it right? {}", if is_right { "It is." } else { "It is not." });
    }
    if said.contains("Now decide") {
        return "accept".to_owned();
    }
    format!("You said: {said}")
}

fn ids(value: &Value) -> Option<Vec<TokenId>> {
    value.as_array()?.iter().map(|id| TokenId::try_from(id.as_u64()?).ok()).collect()
}

/// Without the beginning token, which the scripted model adds itself. A window from the middle of a text has none.
fn rest<'a>(tokens: &'a [TokenId], state: &State) -> &'a [TokenId] {
    let bos = state.tokenizer.bos().expect("it has one");
    tokens.strip_prefix(&[bos]).unwrap_or(tokens)
}

fn completions(body: &Value, state: &State) -> (u16, &'static str, String) {
    let refuse = |why: &str| (400, "", json!({ "error": { "message": why } }).to_string());
    let hosted = state.manner == Manner::Hosted;
    let prompt = match ids(&body["prompt"]) {
        Some(_) if hosted => return refuse("prompt must be text"),
        Some(ids) => ids,
        None => {
            let text = body["prompt"].as_str().expect("a prompt");
            state.tokenizer.bos().into_iter().chain(state.tokenizer.encode(text)).collect()
        }
    };
    state.prompts.lock().expect("no thread panics").push(state.tokenizer.decode(&prompt));
    let echo = body["echo"].as_bool().unwrap_or(false);
    let knows_echo =
        !matches!(state.manner, Manner::LlamaCpp | Manner::Sglang | Manner::OnlyGenerates | Manner::Hosted);
    let mut max_tokens = body["max_tokens"].as_u64().expect("max_tokens") as usize;
    if max_tokens == 0 {
        match state.manner {
            Manner::VllmAtLeastOne => return refuse("max_tokens must be at least 1"),
            // The trap: a generated token where the prompt's were asked for.
            Manner::LlamaCpp => max_tokens = 1,
            _ => {}
        }
    }
    let generation = generate(body, rest(&prompt, state), max_tokens, state);
    let name = |token: TokenId| {
        if state.manner == Manner::OtherTokenizer {
            return "é".to_owned();
        }
        if body["return_tokens_as_token_ids"] == json!(true) && !hosted && state.manner != Manner::LlamaCpp {
            return format!("token_id:{token}");
        }
        state.tokenizer.decode(&[token])
    };
    let mut text: String = generation.tokens.iter().map(|token| state.tokenizer.decode(&[token.token])).collect();
    let mut finish = match generation.finish {
        empower_lm::FinishReason::StopToken => "stop",
        _ => "length",
    };
    for stop in body["stop"].as_array().into_iter().flatten() {
        if let Some(at) = text.find(stop.as_str().expect("text")) {
            text.truncate(at);
            finish = "stop";
        }
    }
    let n_top = body["logprobs"].as_u64().unwrap_or(0) as usize;
    let mut names: Vec<String> = generation.tokens.iter().map(|token| name(token.token)).collect();
    let mut values: Vec<Value> = generation.tokens.iter().map(|token| json!(token.logprob)).collect();
    let mut top: Vec<Value> = Vec::new();
    let mut history = prompt.clone();
    for token in &generation.tokens {
        let mut ranked: Vec<(usize, f64)> = state.model.distribution(&history).into_iter().enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let named = ranked.iter().take(n_top).map(|(id, p)| (name(*id as TokenId), json!(p.ln())));
        top.push(Value::Object(named.collect()));
        history.push(token.token);
    }
    if echo && knows_echo {
        let mut scored = prompt.clone();
        if state.manner == Manner::ScoresAnother {
            scored[1..].reverse();
        }
        let scored = state.model.score(&[&scored[1..]]).expect("known tokens").remove(0).logprobs;
        let scored = std::iter::once(Value::Null).chain(scored.into_iter().map(|value| json!(value)));
        values = scored.chain(values).collect();
        names = prompt.iter().map(|token| name(*token)).chain(names).collect();
        top = vec![Value::Null; prompt.len()].into_iter().chain(top).collect();
    }
    let logprobs = if body["logprobs"].is_null() {
        Value::Null
    } else if state.manner == Manner::LlamaCpp {
        let entry = |i: usize| {
            let token = &generation.tokens[i];
            let text = state.tokenizer.decode(&[token.token]);
            json!({ "id": token.token, "token": text, "logprob": token.logprob, "top_logprobs": [] })
        };
        json!({ "content": (0..generation.tokens.len()).map(entry).collect::<Vec<_>>() })
    } else {
        json!({ "tokens": names, "token_logprobs": values, "top_logprobs": top, "text_offset": [] })
    };
    let value = json!({
        "choices": [{ "text": text, "finish_reason": finish, "logprobs": logprobs }],
        "usage": { "prompt_tokens": prompt.len(), "completion_tokens": generation.tokens.len() },
    });
    (200, "", value.to_string())
}

fn generate(body: &Value, prefix: &[TokenId], max_tokens: usize, state: &State) -> Generation {
    let temperature = body["temperature"].as_f64().unwrap_or(1.0) as f32;
    let mut seed = body["seed"].as_u64().unwrap_or(0);
    if state.manner == Manner::IgnoresSeed {
        seed = 1000 + state.draws.fetch_add(1, Ordering::SeqCst) as u64;
    }
    let sampling = if temperature == 0.0 {
        Sampling::Greedy
    } else {
        Sampling::Random {
            temperature,
            top_k: body["top_k"].as_u64().unwrap_or(0) as usize,
            top_p: body["top_p"].as_f64().unwrap_or(1.0) as f32,
            seed,
        }
    };
    let request = GenerationRequest { prefix, max_tokens, sampling, session: None };
    state.model.generate(&[request], &mut |_, _| NextStep::Continue).expect("a valid request").remove(0)
}

fn forced(body: &Value, state: &State) -> Value {
    let prompt = ids(&body["prompt"]).expect("ids");
    let distribution = state.model.distribution(&prompt);
    let greedy = (0..distribution.len()).max_by(|&a, &b| distribution[a].total_cmp(&distribution[b])).expect("tokens");
    let token = body["logit_bias"][0][0].as_u64().map_or(greedy, |token| token as usize);
    json!({
        "content": state.tokenizer.decode(&[token as TokenId]),
        "completion_probabilities": [{ "id": token, "logprob": distribution[token].ln(), "top_logprobs": [] }],
        "stop_type": "limit", "tokens_evaluated": prompt.len(), "tokens_predicted": 1,
    })
}

fn sglang(body: &Value, state: &State) -> Value {
    let ids = ids(&body["input_ids"]).expect("ids");
    let scored = state.model.score(&[rest(&ids, state)]).expect("known tokens").remove(0).logprobs;
    let values = std::iter::once(Value::Null).chain(scored.into_iter().map(|value| json!(value)));
    let tokens: Vec<Value> = values.zip(&ids).map(|(value, id)| json!([value, id, null])).collect();
    json!({ "text": "", "meta_info": { "input_token_logprobs": tokens } })
}
