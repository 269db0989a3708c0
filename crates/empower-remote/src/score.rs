//! Log-probabilities of given text from a server, by the best way that it offers; and exact selection from a server that
//! only shows what it generates.

use std::sync::atomic::AtomicBool;

use empower_lm::{Bits, ModelError, ModelId, Scorer, TokenId, TokenLogprobs, WindowRange, windows};
use empower_select::{SelectError, TokenCosts, algorithm_1};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::{Fault, RemoteError};
use crate::http::Client;
use crate::pool::Pool;
use crate::probe::{Server, complete, generated_tokens, logprob};
use crate::wire::{CompletionRequest, LlamaCppToken, Prompt, llama_cpp_request, read_llama_cpp, read_sglang, token_id};

/// A way to have given text scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoringWay {
    /// `/completions` with `echo` and nothing to generate (vLLM): one request a document.
    Echo,
    /// As `Echo`, with one token generated and dropped, for servers that refuse to generate none.
    EchoAndOne,
    /// SGLang's `/generate` with `return_logprob`: one request a document.
    Sglang,
    /// llama.cpp's `/completion`, each token forced in turn: one short request a token, the prompt being cached.
    ForcedTokens,
}

impl ScoringWay {
    /// All, the cheapest first.
    pub const ALL: [Self; 4] = [Self::Echo, Self::EchoAndOne, Self::Sglang, Self::ForcedTokens];

    /// The name for people.
    pub fn spoken(self) -> &'static str {
        match self {
            Self::Echo => "echoed prompt",
            Self::EchoAndOne => "echoed prompt and one token",
            Self::Sglang => "SGLang's input log-probabilities",
            Self::ForcedTokens => "llama.cpp's forced tokens",
        }
    }
}

/// Natural log-probabilities of `tokens` (a beginning-of-sequence token included, if any), the first always `None`.
pub(crate) fn score_document(
    client: &Client,
    model: &str,
    way: ScoringWay,
    tokens: &[TokenId],
    cancel: &AtomicBool,
    pool: &Pool,
) -> Result<Vec<Option<f32>>, RemoteError> {
    let refused = |fault| RemoteError::refused(client.url(), fault);
    if tokens.len() < 2 {
        return Ok(vec![None; tokens.len()]);
    }
    let scored = match way {
        ScoringWay::Echo | ScoringWay::EchoAndOne => {
            let n_more = usize::from(way == ScoringWay::EchoAndOne);
            let request = CompletionRequest {
                logprobs: Some(0),
                echo: true,
                return_tokens_as_token_ids: true,
                ..CompletionRequest::greedy(model, Prompt::Ids(tokens.to_vec()), n_more)
            };
            let answer = complete(client, &request, cancel, pool)?;
            let got = answer.logprobs.map_or((Vec::new(), Vec::new()), |it| (it.tokens, it.token_logprobs));
            // The one more may be the stop token, which has no place in the answer.
            if !(tokens.len()..=tokens.len() + n_more).contains(&got.1.len()) {
                return Err(refused(Fault::NotThePrompt { asked: tokens.len(), got: got.1.len() }));
            }
            // Where the answer names ids, they must be the ones sent.
            let other = got.0.iter().zip(tokens).any(|(got, sent)| token_id(got).is_some_and(|got| got != *sent));
            if other {
                return Err(refused(Fault::NotThePrompt { asked: tokens.len(), got: got.1.len() }));
            }
            got.1
        }
        ScoringWay::Sglang => {
            let body = json!({
                "input_ids": tokens, "return_logprob": true, "logprob_start_len": 0,
                "sampling_params": { "max_new_tokens": 0, "temperature": 0.0 },
            });
            let text = client.post_own("/generate", &body.to_string(), cancel)?;
            let got = read_sglang(&text).map_err(refused)?;
            pool.count(tokens.len() as u64, 0);
            if got.len() != tokens.len() || got.iter().zip(tokens).any(|((_, got), sent)| got != sent) {
                return Err(refused(Fault::NotThePrompt { asked: tokens.len(), got: got.len() }));
            }
            got.into_iter().map(|(logprob, _)| logprob).collect()
        }
        ScoringWay::ForcedTokens => {
            let mut scored = vec![None];
            for n in 1..tokens.len() {
                let body = llama_cpp_request(&tokens[..n], 1, Some(tokens[n]), 0);
                let text = client.post_own("/completion", &body.to_string(), cancel)?;
                let answer = read_llama_cpp(&text).map_err(refused)?;
                pool.count(answer.tokens_evaluated, answer.tokens_predicted);
                match answer.completion_probabilities.as_slice() {
                    [LlamaCppToken { id, logprob }] if *id == tokens[n] => scored.push(Some(*logprob)),
                    other => return Err(refused(Fault::NotThePrompt { asked: 1, got: other.len() })),
                }
            }
            scored
        }
    };
    let rest = scored[1..tokens.len()].iter().enumerate().map(|(i, value)| logprob(i + 1, *value).map(Some));
    let rest: Vec<Option<f32>> = rest.collect::<Result<_, Fault>>().map_err(refused)?;
    Ok(std::iter::once(None).chain(rest).collect())
}

/// A served model that scores given text.
#[derive(Debug, Clone)]
pub struct RemoteScorer {
    server: Server,
    way: ScoringWay,
}

impl RemoteScorer {
    /// # Errors
    /// A server that cannot score given text; it may still select (see [`greedy_horizons`]).
    pub fn new(server: Server) -> Result<Self, RemoteError> {
        match server.capabilities.scoring {
            Some(way) => Ok(Self { server, way }),
            None => Err(RemoteError::Cannot {
                url: server.url(),
                what: "score given text",
                reason: server.capabilities.passed_over.join("; "),
            }),
        }
    }

    /// The way used, for manifests.
    pub fn way(&self) -> ScoringWay {
        self.way
    }
}

/// The error of a served model as the traits have it.
pub fn backend(model: &ModelId, source: RemoteError) -> ModelError {
    ModelError::Backend { model: model.clone(), source: Box::new(source) }
}

impl Scorer for RemoteScorer {
    fn model_id(&self) -> &ModelId {
        &self.server.id
    }

    /// Documents longer than the context are scored in windows that overlap by half of it.
    fn score(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenLogprobs>, ModelError> {
        let Server { pool, model, tokenizer, id, .. } = &self.server;
        let bos = tokenizer.bos();
        let streams: Vec<Vec<TokenId>> =
            documents.iter().map(|tokens| bos.into_iter().chain(tokens.iter().copied()).collect()).collect();
        // Row j of a stream predicts its token j + 1.
        let cut = |(i, stream): (usize, &Vec<TokenId>)| {
            windows(stream.len().saturating_sub(1), self.server.rows()).into_iter().map(move |window| (i, window))
        };
        let pieces: Vec<(usize, WindowRange)> = streams.iter().enumerate().flat_map(cut).collect();
        self.server.confirm().map_err(|error| backend(id, error))?;
        let scored = pool.run(pieces.len(), |client, piece, cancel| {
            let (i, window) = &pieces[piece];
            let tokens = &streams[*i][window.inputs.start..=window.inputs.end];
            score_document(client, model, self.way, tokens, cancel, pool)
        });
        let mut answers: Vec<Vec<Option<f32>>> = streams.iter().map(|stream| vec![None; stream.len()]).collect();
        for ((i, window), logprobs) in pieces.iter().zip(scored.map_err(|error| backend(id, error))?) {
            let first = window.scored.start - window.inputs.start + 1;
            answers[*i][window.scored.start + 1..=window.scored.end].copy_from_slice(&logprobs[first..]);
        }
        let without_bos =
            |mut logprobs: Vec<Option<f32>>| TokenLogprobs { logprobs: logprobs.split_off(usize::from(bos.is_some())) };
        Ok(answers.into_iter().map(without_bos).collect())
    }
}

/// Algorithm 1's length `i*(n)` for each of `states`, pairs of a document and its state `n`, from a server that shows
/// log-probabilities only of what it generates. Exact, up to the server's own rounding.
///
/// At most `2^eta` tokens can be likely enough to stay within `eta`, so a token outside the likeliest `floor(2^eta)` ends
/// the walk. From a state, the server generates greedily; as long as it says what the document says, the walk goes on;
/// where it does not, the document's token may still be among the named alternatives, and the walk goes on behind it with
/// another request.
///
/// # Errors
/// A server without log-probabilities of generated tokens, and a threshold above what `most_alternatives` can name.
pub fn greedy_horizons(
    server: &Server,
    states: &[(&[TokenId], usize)],
    eta: Bits,
    most_alternatives: usize,
) -> Result<Vec<usize>, RemoteError> {
    let cannot = |reason| RemoteError::Cannot { url: server.url(), what: "select by what it generates", reason };
    if !server.capabilities.continues_tokens() {
        return Err(cannot(server.capabilities.passed_over.join("; ")));
    }
    let n_alternatives = eta.0.exp2().floor();
    if !(n_alternatives >= 1.0 && n_alternatives <= most_alternatives as f64) {
        let reason =
            format!("eta of {eta} needs {n_alternatives} alternatives a token, {most_alternatives} are allowed");
        return Err(cannot(reason));
    }
    server.confirm()?;
    server.pool.run(states.len(), |client, i, cancel| {
        let (document, state) = states[i];
        walk(server, client, document, state, eta, n_alternatives as usize, cancel)
    })
}

/// Tokens asked for at once: most walks are shorter.
const STRIDE: usize = 16;

fn walk(
    server: &Server,
    client: &Client,
    document: &[TokenId],
    state: usize,
    eta: Bits,
    n_alternatives: usize,
    cancel: &AtomicBool,
) -> Result<usize, RemoteError> {
    let refused = |fault| RemoteError::refused(client.url(), fault);
    let out_of_range = |error: SelectError| RemoteError::Setting {
        setting: "eta",
        given: eta.to_string(),
        expected: match error {
            SelectError::BadLogprob { .. } => "used with finite log-probabilities",
            _ => "a number of bits, 0 or more",
        },
    };
    let stream: Vec<TokenId> = server.tokenizer.bos().into_iter().chain(document.iter().copied()).collect();
    let cut = windows(stream.len().saturating_sub(1), server.rows());
    let mut seen: Vec<Option<f32>> = Vec::new();
    loop {
        // What is known so far, walked by the same exact arithmetic as everywhere else.
        let costs = TokenCosts::from_logprobs(&seen).map_err(out_of_range)?;
        let within = algorithm_1(&costs, 0, eta).map_err(out_of_range)?;
        let at = state + seen.len();
        if within < seen.len() || at >= document.len() {
            return Ok(within);
        }
        // A token is looked at behind what the window that scores it has before it.
        let row = at + stream.len() - document.len();
        let window = row.checked_sub(1).and_then(|row| cut.iter().find(|window| window.scored.contains(&row)));
        let Some(window) = window else {
            // A first token without one to begin from: no model tells what it costs.
            return algorithm_1(&costs, 0, eta).map_err(out_of_range);
        };
        let prompt = Prompt::Ids(stream[window.inputs.start..row].to_vec());
        let n_tokens = STRIDE.min(window.scored.end + 1 - row);
        let request = CompletionRequest {
            logprobs: Some(n_alternatives),
            return_tokens_as_token_ids: true,
            ..CompletionRequest::greedy(&server.model, prompt, n_tokens)
        };
        let answer = complete(client, &request, cancel, &server.pool)?;
        let Some(logprobs) = answer.logprobs else {
            return Err(refused(Fault::Form { what: "no log-probabilities".to_owned() }));
        };
        let generated = generated_tokens(&logprobs, &server.tokenizer).map_err(refused)?;
        let same =
            generated.iter().zip(&document[at..]).take_while(|((token, _), expected)| token == *expected).count();
        seen.extend(generated[..same].iter().map(|(_, logprob)| Some(*logprob)));
        if same == generated.len() && same > 0 {
            continue;
        }
        // The server would say something else, or stop: the document's token is an alternative or too unlikely.
        let expected = document[at + same];
        let found = logprobs.alternatives.get(same).into_iter().flatten().find(|(name, _)| {
            token_id(name)
                .map_or_else(|| server.tokenizer.decode_bytes(&[expected]) == name.as_bytes(), |id| id == expected)
        });
        match found {
            Some((_, value)) => seen.push(Some(logprob(same, Some(*value)).map_err(refused)?)),
            None => {
                let costs = TokenCosts::from_logprobs(&seen).map_err(out_of_range)?;
                return algorithm_1(&costs, 0, eta).map_err(out_of_range);
            }
        }
    }
}
