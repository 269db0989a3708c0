//! A served model that continues text token by token.

use empower_lm::{
    FinishReason, GeneratedToken, Generation, GenerationRequest, Generator, ModelError, ModelId, NextStep, Sampling,
    TokenId,
};

use crate::error::{Fault, RemoteError};
use crate::probe::{Server, complete, generated_tokens};
use crate::score::backend;
use crate::wire::{Completion, CompletionRequest, Prompt};

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

    /// As the trait says. `watch` sees the tokens of a request after all of them have arrived, request by request.
    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        let Server { pool, tokenizer, id, .. } = &self.server;
        let bodies: Vec<CompletionRequest<'_>> =
            requests.iter().map(|request| self.request(request)).collect::<Result<_, _>>()?;
        self.server.confirm().map_err(|error| backend(id, error))?;
        let answers = pool
            .run(bodies.len(), |client, i, cancel| {
                if bodies[i].max_tokens == 0 {
                    return Ok((Vec::new(), FinishReason::Length));
                }
                let answer = complete(client, &bodies[i], cancel, pool)?;
                let read = || {
                    let logprobs = answer
                        .logprobs
                        .as_ref()
                        .ok_or_else(|| Fault::Form { what: "no log-probabilities".to_owned() })?;
                    let mut tokens = generated_tokens(logprobs, tokenizer)?;
                    let finish = finish_reason(&answer)?;
                    // The stop token is no part of the text; some servers list it all the same.
                    if finish == FinishReason::StopToken
                        && tokens.last().is_some_and(|(token, _)| tokenizer.stop_tokens().contains(token))
                    {
                        tokens.pop();
                    }
                    Ok((tokens, finish))
                };
                read().map_err(|fault| RemoteError::refused(client.url(), fault))
            })
            .map_err(|error| backend(id, error))?;
        let mut generations = Vec::with_capacity(answers.len());
        for (request_idx, (tokens, mut finish)) in answers.into_iter().enumerate() {
            let mut kept = Vec::with_capacity(tokens.len());
            for (token, logprob) in tokens {
                let token = GeneratedToken { token, logprob, entropy_nats: None };
                if watch(request_idx, token) == NextStep::DropAndStop {
                    finish = FinishReason::Caller;
                    break;
                }
                kept.push(token);
            }
            generations.push(Generation { tokens: kept, finish, stop_logprob: None });
        }
        Ok(generations)
    }
}

/// Why the server stopped. No reason is a stream that broke off.
fn finish_reason(answer: &Completion) -> Result<FinishReason, Fault> {
    match answer.finish_reason.as_deref() {
        Some("stop" | "eos") => Ok(FinishReason::StopToken),
        Some("length" | "limit") => Ok(FinishReason::Length),
        Some(other) => Err(Fault::Form { what: format!("finish_reason {other:?} is not known") }),
        None => Err(Fault::BrokenStream { bytes: answer.text.len() }),
    }
}
