//! What can go wrong between here and a server, by what a user would do about it.

use std::time::Duration;

/// What a server did wrong while answering 200.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The body is not the JSON that the protocol asks for.
    #[error("the answer is not of the expected form: {what}")]
    Form {
        /// What is missing or of another type.
        what: String,
    },
    /// The prompt's log-probabilities were asked for, and something else came back.
    #[error(
        "asked for the log-probabilities of {asked} given tokens, it answered with {got}: it ignores `echo` and scores what \
         it generates"
    )]
    NotThePrompt {
        /// Tokens sent.
        asked: usize,
        /// Log-probabilities received.
        got: usize,
    },
    /// Log-probabilities of one text differ between two ways of asking.
    #[error(
        "token {index} of a probe has log-probability {generated:.4} when generated and {scored:.4} when given: it scores \
         another text than the one sent, or caches prompts without their log-probabilities"
    )]
    Disagrees {
        /// Position in the probe.
        index: usize,
        /// As generated, in nats.
        generated: f32,
        /// As scored, in nats.
        scored: f32,
    },
    /// A log-probability that is none.
    #[error("log-probability {value} of token {index} is not a finite number of at most 0")]
    NoLogprob {
        /// Position.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A token whose id cannot be told.
    #[error("generated text {text:?} does not split into tokens of this tokenizer; is it the served model's own?")]
    OtherTokenizer {
        /// The text.
        text: String,
    },
    /// The same request with the same seed gave another answer.
    #[error("the same request with the same seed gave two answers")]
    IgnoresSeed,
    /// A stop string did not stop it.
    #[error("it went on past the stop string {stop:?}")]
    IgnoresStop {
        /// The stop string.
        stop: String,
    },
    /// An answer that does not say why it ends.
    #[error("the answer ends after {n_tokens} tokens without a finish_reason")]
    NoEnd {
        /// Tokens received.
        n_tokens: usize,
    },
    /// The stream ended before its end mark.
    #[error("the stream broke off after {bytes} bytes, before its end mark")]
    BrokenStream {
        /// Bytes received.
        bytes: usize,
    },
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// An address that is none.
    #[error("{url:?} is not the address of a server: {reason}; hint: write it like http://127.0.0.1:8000/v1")]
    Address {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The variable that is to hold the key is not there.
    #[error("the environment variable {variable} that is to hold the key of {url} is not set or not text")]
    NoKey {
        /// The variable.
        variable: String,
        /// The server.
        url: String,
    },
    /// A setting out of range.
    #[error("{setting} is {given}; it must be {expected}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// As given.
        given: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// No connection, or one that broke, after all tries.
    #[error("{url} cannot be reached ({tries} tries over {waited:.1?})")]
    Unreachable {
        /// The server.
        url: String,
        /// Tries made.
        tries: u32,
        /// Time over all tries.
        waited: Duration,
        /// The last failure.
        #[source]
        source: Box<ureq::Error>,
    },
    /// An answer that is no success, and that no retry will mend or has mended.
    #[error("{url} answered {status}: {body}{hint}")]
    Status {
        /// The server.
        url: String,
        /// HTTP status.
        status: u16,
        /// The beginning of the body.
        body: String,
        /// What may help; empty, or begins with a semicolon.
        hint: &'static str,
    },
    /// An answer longer than the limit.
    #[error("{url} answered with more than {limit} bytes")]
    TooLong {
        /// The server.
        url: String,
        /// The limit.
        limit: u64,
    },
    /// A success with the wrong content.
    #[error("{url} is refused")]
    Refused {
        /// The server.
        url: String,
        /// What it did.
        #[source]
        fault: Fault,
    },
    /// Something that this server cannot do.
    #[error("{url} cannot {what}: {reason}")]
    Cannot {
        /// The server.
        url: String,
        /// What was asked of it.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// A server that is not what it was when its answers were kept.
    #[error(
        "{url} can no longer do what it could: {found}, and once {remembered}; hint: use another cache file, or serve the \
         model as before"
    )]
    Changed {
        /// The server.
        url: String,
        /// What it could do.
        remembered: String,
        /// What it can do.
        found: String,
    },
    /// The caller gave up.
    #[error("cancelled")]
    Cancelled,
}

impl RemoteError {
    pub(crate) fn refused(url: &str, fault: Fault) -> Self {
        Self::Refused { url: url.to_owned(), fault }
    }
}
