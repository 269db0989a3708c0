//! One request to one server: the key, the time-outs, retries with jitter and `Retry-After`, and answers of bounded
//! length. What the JSON means is not its business.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};
use ureq::Body;
use ureq::http::Response;

use crate::error::{Fault, RemoteError};

/// A server of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Where its API begins, without a slash at the end: `http://127.0.0.1:8000/v1`.
    pub url: String,
    /// Requests in flight at most; at least 1.
    #[serde(default = "default_concurrency")]
    pub concurrency: usize,
    /// The environment variable that holds its key, where it wants one. The key itself is written nowhere.
    #[serde(default)]
    pub key_variable: Option<String>,
}

fn default_concurrency() -> usize {
    8
}

impl Endpoint {
    /// A server without a key, with eight requests in flight.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into().trim_end_matches('/').to_owned(),
            concurrency: default_concurrency(),
            key_variable: None,
        }
    }
}

/// How patient to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// For the connection.
    pub connect: Duration,
    /// For a whole request, the answer's last byte included. Long generations on a busy server need minutes.
    pub request: Duration,
    /// Tries of a request, the first included; at least 1.
    pub tries: u32,
    /// Longest wait between two tries, whatever the server asks for.
    pub longest_wait: Duration,
    /// Longest answer in bytes.
    pub answer_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            request: Duration::from_secs(600),
            // chosen: with waits of 0.5, 1, 2, 4 seconds a server that restarts has some ten seconds to come back.
            tries: 5,
            longest_wait: Duration::from_secs(60),
            // chosen: log-probabilities of a 128k-token prompt are some ten megabytes.
            answer_bytes: 64 << 20,
        }
    }
}

/// A key that prints as nothing.
#[derive(Clone)]
struct Key(String);

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("…")
    }
}

/// A connection to one server. Shared between threads; keeps connections open between requests.
#[derive(Debug)]
pub struct Client {
    url: String,
    agent: ureq::Agent,
    key: Option<Key>,
    limits: Limits,
    retries: AtomicU64,
}

impl Client {
    /// Checks the address and takes the key from the environment. Connects to nothing yet.
    ///
    /// # Errors
    /// An address or a limit that makes no sense, and a key's variable that is not set.
    pub fn open(endpoint: &Endpoint, limits: Limits) -> Result<Self, RemoteError> {
        let url = endpoint.url.trim_end_matches('/').to_owned();
        let address = |reason| Err(RemoteError::Address { url: url.clone(), reason });
        let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme)) else {
            return address("it does not begin with http:// or https://");
        };
        if rest.is_empty() || rest.starts_with('/') || rest.contains(char::is_whitespace) {
            return address("it names no host");
        }
        if rest.split('/').next().is_some_and(|host| host.contains('@')) {
            return address("keys belong into an environment variable, not into the address");
        }
        for (setting, given) in [("concurrency", endpoint.concurrency), ("tries", limits.tries as usize)] {
            if given == 0 {
                return Err(RemoteError::Setting { setting, given: "0".to_owned(), expected: "at least 1" });
            }
        }
        let key = match &endpoint.key_variable {
            None => None,
            Some(variable) => match std::env::var(variable) {
                Ok(key) if !key.trim().is_empty() => Some(Key(key.trim().to_owned())),
                _ => return Err(RemoteError::NoKey { variable: variable.clone(), url }),
            },
        };
        let agent = ureq::Agent::config_builder()
            .timeout_connect(Some(limits.connect))
            .timeout_global(Some(limits.request))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(endpoint.concurrency)
            .max_idle_connections_per_host(endpoint.concurrency)
            .user_agent(concat!("empower/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Ok(Self { url, agent, key, limits, retries: AtomicU64::new(0) })
    }

    /// The server's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Retries made so far, over all requests.
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Posts a JSON body to `path` below the server's address and returns the JSON answer as text.
    ///
    /// Failures that may pass (no connection, time-outs, 408, 425, 429, 5xx) are tried again, after the time that the
    /// server asks for or after 0.5, 1, 2, … seconds, shortened at random by up to half so that many clients do not
    /// come back at once; after 500 once only. `cancel` is looked at between tries.
    ///
    /// # Errors
    /// Those of [`RemoteError`] that concern one server.
    pub fn post(&self, path: &str, body: &str, cancel: &AtomicBool) -> Result<String, RemoteError> {
        self.request(format!("{}{path}", self.url), Some(body), cancel)
    }

    /// As [`post`](Self::post), below the server itself rather than its `/v1`: where servers keep what is theirs alone.
    ///
    /// # Errors
    /// As there.
    pub fn post_own(&self, path: &str, body: &str, cancel: &AtomicBool) -> Result<String, RemoteError> {
        let root = self.url.strip_suffix("/v1").unwrap_or(&self.url);
        self.request(format!("{root}{path}"), Some(body), cancel)
    }

    /// As [`post`](Self::post), without a body, by GET.
    ///
    /// # Errors
    /// As there.
    pub fn get(&self, path: &str, cancel: &AtomicBool) -> Result<String, RemoteError> {
        self.request(format!("{}{path}", self.url), None, cancel)
    }

    /// As [`post`](Self::post), for an answer that comes piece by piece, as server-sent events: `event` sees the data of
    /// each as it arrives, the end mark not. Where it breaks, or `cancel` is set, the connection is closed, which tells
    /// the server to stop.
    ///
    /// Tries are repeated until an answer begins; one that breaks off after that is a fault, for the caller to repeat who
    /// knows what it has done with its beginning.
    ///
    /// # Errors
    /// As there; [`Fault::BrokenStream`] for a stream without its end mark, and [`Fault::Form`] for an answer that is no
    /// stream.
    pub fn post_events(
        &self,
        path: &str,
        body: &str,
        cancel: &AtomicBool,
        mut event: impl FnMut(&str) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), RemoteError> {
        let url = format!("{}{path}", self.url);
        let mut response = self.answered(&url, Some(body), cancel, Ok)?;
        let refused = |fault| Err(RemoteError::refused(&self.url, fault));
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("text/event-stream") {
            let what = format!("asked for a stream of events, it answered with {kind:?}");
            return refused(Fault::Form { what });
        }
        let limit = self.limits.answer_bytes;
        let mut reader = BufReader::new(response.body_mut().as_reader().take(limit + 1));
        let (mut data, mut line, mut n_bytes) = (String::new(), Vec::new(), 0);
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(RemoteError::Cancelled);
            }
            line.clear();
            match reader.read_until(b'\n', &mut line) {
                // A connection that is reset and one that just ends are the same to us.
                Ok(0) | Err(_) => return refused(Fault::BrokenStream { bytes: n_bytes }),
                Ok(read) => n_bytes += read,
            }
            if n_bytes as u64 > limit {
                return Err(RemoteError::TooLong { url, limit });
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end_matches(['\r', '\n']);
            if let Some(part) = text.strip_prefix("data:") {
                data.push_str(if data.is_empty() { "" } else { "\n" });
                data.push_str(part.strip_prefix(' ').unwrap_or(part));
            } else if text.is_empty() && !data.is_empty() {
                if data == END_OF_STREAM {
                    return Ok(());
                }
                match event(&data) {
                    Ok(ControlFlow::Continue(())) => data.clear(),
                    Ok(ControlFlow::Break(())) => return Ok(()),
                    Err(fault) => return refused(fault),
                }
            }
        }
    }

    fn request(&self, url: String, body: Option<&str>, cancel: &AtomicBool) -> Result<String, RemoteError> {
        let limit = self.limits.answer_bytes;
        let text = self.answered(&url, body, cancel, |mut response| read_bounded(&mut response, limit))?;
        text.ok_or(RemoteError::TooLong { url, limit })
    }

    /// A successful response, as `read` reads it; tried again where it may help, a failure to read it included.
    fn answered<T>(
        &self,
        url: &str,
        body: Option<&str>,
        cancel: &AtomicBool,
        read: impl Fn(Response<Body>) -> Result<T, ureq::Error>,
    ) -> Result<T, RemoteError> {
        let start = Instant::now();
        let mut tried = 0;
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(RemoteError::Cancelled);
            }
            tried += 1;
            let mut tries = self.limits.tries;
            let (failure, asked_wait) = match self.send(url, body, &read) {
                Ok(Answer::Success(answer)) => return Ok(answer),
                Ok(Answer::Failure { status, body, wait }) => {
                    let failure = RemoteError::Status { url: url.to_owned(), status, body, hint: hint(status) };
                    if !may_pass(status) {
                        return Err(failure);
                    }
                    if status == INTERNAL_ERROR {
                        tries = tries.min(INTERNAL_ERROR_TRIES);
                    }
                    (failure, wait)
                }
                Err(source) => {
                    let source = Box::new(source);
                    let failure =
                        RemoteError::Unreachable { url: url.to_owned(), tries: tried, waited: start.elapsed(), source };
                    (failure, None)
                }
            };
            if tried >= tries {
                return Err(failure);
            }
            self.retries.fetch_add(1, Ordering::Relaxed);
            let wait = asked_wait.unwrap_or_else(|| jittered(backoff(tried), url)).min(self.limits.longest_wait);
            sleep(wait, cancel);
        }
    }

    fn send<T>(
        &self,
        url: &str,
        body: Option<&str>,
        read: impl Fn(Response<Body>) -> Result<T, ureq::Error>,
    ) -> Result<Answer<T>, ureq::Error> {
        let key = self.key.as_ref().map(|key| format!("Bearer {}", key.0));
        let mut response = match body {
            Some(body) => {
                let mut request = self.agent.post(url).header("content-type", "application/json");
                if let Some(key) = &key {
                    request = request.header("authorization", key);
                }
                request.send(body)?
            }
            None => {
                let mut request = self.agent.get(url);
                if let Some(key) = &key {
                    request = request.header("authorization", key);
                }
                request.call()?
            }
        };
        let status = response.status().as_u16();
        if (200..300).contains(&status) {
            return Ok(Answer::Success(read(response)?));
        }
        let wait = response.headers().get("retry-after").and_then(|value| retry_after(value.to_str().ok()?));
        let text = read_bounded(&mut response, self.limits.answer_bytes)?;
        Ok(Answer::Failure { status, body: text.map_or("(too long)".to_owned(), |text| beginning(&text)), wait })
    }
}

/// What ends a stream.
const END_OF_STREAM: &str = "[DONE]";

/// The text of a response, `None` where it is longer than `limit` bytes.
fn read_bounded(response: &mut Response<Body>, limit: u64) -> Result<Option<String>, ureq::Error> {
    let mut bytes = Vec::new();
    response.body_mut().as_reader().take(limit + 1).read_to_end(&mut bytes).map_err(ureq::Error::Io)?;
    Ok((bytes.len() as u64 <= limit).then(|| String::from_utf8_lossy(&bytes).into_owned()))
}

enum Answer<T> {
    Success(T),
    Failure { status: u16, body: String, wait: Option<Duration> },
}

/// What llama.cpp's server also answers to a question that it does not support.
pub(crate) const INTERNAL_ERROR: u16 = 500;

/// An internal error may be an accident; one that comes back is an answer.
const INTERNAL_ERROR_TRIES: u32 = 2;

/// Whether the same request may succeed later.
fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

fn hint(status: u16) -> &'static str {
    match status {
        301 | 302 | 307 | 308 => "; hint: name the address that it redirects to",
        401 | 403 => "; hint: name the environment variable that holds its key",
        404 => "; hint: check the address (it usually ends in /v1) and the model's name",
        413 => "; hint: the text is longer than the server takes",
        429 => "; hint: lower the concurrency",
        _ => "",
    }
}

/// As many characters of an error as a person wants to see.
fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut cut: String = line.chars().take(300).collect();
    if cut.len() < line.len() {
        cut.push('…');
    }
    if cut.is_empty() { "(no text)".to_owned() } else { cut }
}

/// Seconds, or a date.
fn retry_after(value: &str) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<f64>() {
        return (seconds >= 0.0 && seconds.is_finite()).then(|| Duration::from_secs_f64(seconds.min(86_400.0)));
    }
    let when = httpdate::parse_http_date(value.trim()).ok()?;
    Some(when.duration_since(SystemTime::now()).unwrap_or_default())
}

/// The wait after try number `tried`, counted from 1.
fn backoff(tried: u32) -> Duration {
    Duration::from_millis(500) * 2_u32.pow(tried.saturating_sub(1).min(16))
}

/// Between half of `wait` and all of it. Decides when something is asked, never what: the clock may seed it.
fn jittered(wait: Duration, url: &str) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let draw = RandomState::new().hash_one(url) >> 11;
    wait.mul_f64(0.5 + 0.5 * draw as f64 / (1_u64 << 53) as f64)
}

/// Sleeps, but wakes up soon after a cancellation.
fn sleep(wait: Duration, cancel: &AtomicBool) {
    let until = Instant::now() + wait;
    while !cancel.load(Ordering::Relaxed) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked() {
        let open = |url: &str| Client::open(&Endpoint { url: url.to_owned(), ..Endpoint::new("") }, Limits::default());
        for url in ["", "localhost:8000", "ftp://a", "http://", "http:///v1", "http://a b", "http://key@host/v1"] {
            assert!(matches!(open(url), Err(RemoteError::Address { .. })), "{url:?}");
        }
        assert_eq!(open("http://127.0.0.1:8000/v1/").expect("an address").url(), "http://127.0.0.1:8000/v1");
        let endpoint = Endpoint { key_variable: Some("EMPOWER_NO_SUCH_KEY".to_owned()), ..Endpoint::new("http://a") };
        assert!(matches!(Client::open(&endpoint, Limits::default()), Err(RemoteError::NoKey { .. })));
        let endpoint = Endpoint { concurrency: 0, ..Endpoint::new("http://a") };
        assert!(matches!(Client::open(&endpoint, Limits::default()), Err(RemoteError::Setting { .. })));
    }

    #[test]
    fn waits_grow_and_differ() {
        assert_eq!(backoff(1), Duration::from_millis(500));
        assert_eq!(backoff(4), Duration::from_secs(4));
        for _ in 0..100 {
            let wait = jittered(Duration::from_secs(2), "u");
            assert!((Duration::from_secs(1)..=Duration::from_secs(2)).contains(&wait), "{wait:?}");
        }
        assert_eq!(retry_after("1.5"), Some(Duration::from_millis(1500)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!((retry_after("soon"), retry_after("-1"), retry_after("nan")), (None, None, None));
    }

    #[test]
    fn keys_are_not_printed() {
        assert_eq!(format!("{:?}", Key("secret".to_owned())), "…");
    }
}
