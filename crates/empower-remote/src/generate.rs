//! A served model that continues text token by token.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use empower_lm::{
    FinishReason, GeneratedToken, Generation, GenerationRequest, Generator, ModelError, ModelId, NextStep, Sampling,
    TokenId,
};

use crate::error::{Fault, RemoteError};
use crate::http::Client;
use crate::probe::{Server, Streamed, complete, generated_tokens, stream};
use crate::score::backend;
use crate::wire::{CompletionRequest, Prompt};

/// Continues prefixes through `/completions`, with the log-probability of every token.
#[derive(Debug, Clone)]
pub struct RemoteGenerator {
    server: Server,
}

impl RemoteGenerator {
    /// # Errors
    /// A server that does not take token ids or does not show what its tokens are.
    pub fn new(server: Server) -> Result<Self, RemoteError> {
        let can = &server.capabilities;
        if can.continues_tokens() {
            return Ok(Self { server });
        }
        Err(RemoteError::Cannot {
            url: server.url(),
            what: "continue tokens",
            reason: if can.takes_ids { can.passed_over.join("; ") } else { "it takes no token ids".to_owned() },
        })
    }

    fn request(&self, request: &GenerationRequest<'_>) -> Result<CompletionRequest<'_>, ModelError> {
        let Server { model, tokenizer, id, context, capabilities, .. } = &self.server;
        let prompt: Vec<TokenId> = tokenizer.bos().into_iter().chain(request.prefix.iter().copied()).collect();
        if prompt.is_empty() {
            return Err(ModelError::EmptyPrefix);
        }
        let needed = prompt.len() + request.max_tokens;
        if needed > *context {
            return Err(ModelError::ContextExceeded { needed, context: *context });
        }
        let greedy = CompletionRequest {
            logprobs: Some(1),
            return_tokens_as_token_ids: true,
            ..CompletionRequest::greedy(model, Prompt::Ids(prompt), request.max_tokens)
        };
        match request.sampling {
            Sampling::Greedy => Ok(greedy),
            Sampling::Random { .. } if !capabilities.seeds => Err(ModelError::Unsupported {
                model: id.clone(),
                parameter: "seed",
                reason: "the server does not repeat its answer for the same seed, or ignores top_k".to_owned(),
            }),
            Sampling::Random { temperature, top_k, top_p, seed } => Ok(CompletionRequest {
                temperature,
                top_k: (top_k > 0).then_some(top_k),
                top_p: (top_p < 1.0).then_some(top_p),
                // Some servers keep seeds in 32 bits and refuse others.
                seed: Some(seed & 0x7fff_ffff),
                ..greedy
            }),
        }
    }
}

impl Generator for RemoteGenerator {
    fn model_id(&self) -> &ModelId {
        &self.server.id
    }

    fn context(&self) -> usize {
        self.server.context
    }

    /// As the trait says. From a server that streams, `watch` sees tokens as they arrive, and a request that it ends is cut
    /// off; otherwise it sees them when all have arrived.
    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        let Server { pool, id, .. } = &self.server;
        let bodies: Vec<CompletionRequest<'_>> =
            requests.iter().map(|request| self.request(request)).collect::<Result<_, _>>()?;
        self.server.confirm().map_err(|error| backend(id, error))?;
        // Requests run on threads of their own, `watch` on this one: tokens come through a channel, and the word to stop
        // goes back through a flag. What arrives after that word is dropped.
        let stopped: Vec<AtomicBool> = requests.iter().map(|_| AtomicBool::new(false)).collect();
        let mut kept: Vec<Vec<GeneratedToken>> = requests.iter().map(|_| Vec::new()).collect();
        let (tokens, arrivals) = mpsc::channel();
        let finishes = std::thread::scope(|scope| {
            let (bodies, stopped) = (&bodies, &stopped);
            let asking = scope.spawn(move || {
                pool.run(bodies.len(), |client, i, cancel| {
                    self.ask(client, &bodies[i], cancel, |token| {
                        // The receiver is there as long as this thread.
                        let _ = tokens.send((i, token));
                        stopped[i].load(Ordering::Relaxed)
                    })
                })
            });
            for (i, token) in arrivals {
                if !stopped[i].load(Ordering::Relaxed) {
                    match watch(i, token) {
                        NextStep::Continue => kept[i].push(token),
                        NextStep::DropAndStop => stopped[i].store(true, Ordering::Relaxed),
                    }
                }
            }
            asking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        let finishes = finishes.map_err(|error| backend(id, error))?;
        let generations = kept.into_iter().zip(finishes).zip(stopped).map(|((tokens, finish), stopped)| Generation {
            tokens,
            finish: if stopped.into_inner() { FinishReason::Caller } else { finish },
            stop_logprob: None,
        });
        Ok(generations.collect())
    }
}

impl RemoteGenerator {
    /// Asks for one continuation and passes its tokens on, without the stop token, until `pass_on` says to stop.
    fn ask(
        &self,
        client: &Client,
        request: &CompletionRequest<'_>,
        cancel: &AtomicBool,
        mut pass_on: impl FnMut(GeneratedToken) -> bool,
    ) -> Result<FinishReason, RemoteError> {
        let Server { pool, tokenizer, capabilities, .. } = &self.server;
        let refused = |fault| RemoteError::refused(client.url(), fault);
        if request.max_tokens == 0 {
            return Ok(FinishReason::Length);
        }
        let mut passed: Vec<TokenId> = Vec::new();
        for repeated in 0..if capabilities.streams { STREAM_TRIES } else { 0 } {
            let request = CompletionRequest { stream: true, ..request.clone() };
            let (mut n_heard, mut differs) = (0, false);
            let streamed = stream(client, &request, tokenizer, cancel, pool, |token, logprob| {
                n_heard += 1;
                if let Some(before) = passed.get(n_heard - 1) {
                    differs |= *before != token;
                    return if differs { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
                }
                if tokenizer.stop_tokens().contains(&token) {
                    return ControlFlow::Continue(());
                }
                passed.push(token);
                let stop = pass_on(GeneratedToken { token, logprob, entropy_nats: None });
                if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            match streamed {
                _ if differs => return Err(refused(Fault::IgnoresSeed)),
                Ok(Streamed::Whole(reason)) => return finish_reason(reason.as_deref(), n_heard).map_err(refused),
                Ok(Streamed::CutOff) => return Ok(FinishReason::Caller),
                Ok(Streamed::TokenLeftOut) => break,
                // The same request again: what was passed on already must come again.
                Err(RemoteError::Refused { fault: Fault::BrokenStream { .. }, .. }) if repeated + 1 < STREAM_TRIES => {
                    pool.count_retry();
                }
                Err(error) => return Err(error),
            }
        }
        let answer = complete(client, request, cancel, pool)?;
        let Some(logprobs) = &answer.logprobs else {
            return Err(refused(Fault::Form { what: "no log-probabilities".to_owned() }));
        };
        let tokens = generated_tokens(logprobs, tokenizer).map_err(refused)?;
        if !tokens.iter().map(|(token, _)| token).take(passed.len()).eq(&passed) {
            return Err(refused(Fault::IgnoresSeed));
        }
        let finish = finish_reason(answer.finish_reason.as_deref(), tokens.len()).map_err(refused)?;
        for &(token, logprob) in &tokens[passed.len()..] {
            // The stop token is no part of the text; some servers list it all the same.
            let ends = tokenizer.stop_tokens().contains(&token);
            if ends || pass_on(GeneratedToken { token, logprob, entropy_nats: None }) {
                break;
            }
        }
        Ok(finish)
    }
}

/// Streams of one request that may break off before the error is the caller's.
const STREAM_TRIES: usize = 3;

/// Why the server stopped. No reason is an answer that broke off, after `n_tokens`.
fn finish_reason(reason: Option<&str>, n_tokens: usize) -> Result<FinishReason, Fault> {
    match reason {
        Some("stop" | "eos") => Ok(FinishReason::StopToken),
        Some("length" | "limit") => Ok(FinishReason::Length),
        Some(other) => Err(Fault::Form { what: format!("finish_reason {other:?} is not known") }),
        None => Err(Fault::NoEnd { n_tokens }),
    }
}
