//! A decoder at work: [`Scorer`] and [`Generator`] over one model, many requests at a time.
//!
//! Key-value caches outlive a request where it names a session: the next request of the session computes only what its
//! prefix adds to what is held. This changes the speed and nothing else: rows do not depend on how they were grouped,
//! so a cached, batched answer equals the answer of a lone request bit for bit.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use empower_lm::{
    FinishReason, GeneratedToken, Generation, GenerationRequest, Generator, ModelError, ModelId, NextStep, Sampling,
    Scorer, SessionId, TokenEntropies, TokenId, TokenLogprobs, Tokenizer, Windowing, windows,
};

use crate::batch::{Batch, Cache};
use crate::decoder::Decoder;
use crate::device::Device;
use crate::error::EngineError;
use crate::sampling::Sampler;
use crate::workspace::Workspace;

/// Rows that one forward pass computes at most. Chosen: activations of 4,096 rows of the embedded model are 30 MB.
const ROWS: usize = 4096;

/// Sessions whose caches are kept. Chosen: more than a simulation keeps open at a time; at 500 tokens of the embedded
/// model each holds 1.5 MB.
const SESSIONS: usize = 512;

/// A decoder with its tokenizer's special tokens and its caches.
#[derive(Debug)]
pub struct Engine {
    decoder: Decoder,
    id: ModelId,
    bos: Option<TokenId>,
    stop_tokens: Vec<TokenId>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    space: Workspace,
    caches: HashMap<SessionId, (u64, Cache)>,
    clock: u64,
}

impl Engine {
    /// Opens a model folder with its tokenizer, and refuses two that do not fit each other.
    pub fn open(folder: &Path) -> Result<(Self, Tokenizer), EngineError> {
        Self::open_with(folder, None, Device::Cpu)
    }

    /// The same with the adapter of a folder in PEFT's format beside the weights, computing on `device`.
    pub fn open_with(folder: &Path, adapter: Option<&Path>, device: Device) -> Result<(Self, Tokenizer), EngineError> {
        // Before gigabytes are read for nothing.
        device.check()?;
        let mut decoder = Decoder::open_frozen(folder)?;
        if let Some(adapter) = adapter {
            decoder.open_adapter(adapter)?;
        }
        decoder.set_device(device)?;
        let tokenizer = Tokenizer::open(folder)?;
        tokenizer.check_fits(decoder.config().vocab_size)?;
        Ok((Self::new(decoder, &tokenizer), tokenizer))
    }

    /// An engine over a decoder that is in memory already.
    pub fn new(decoder: Decoder, tokenizer: &Tokenizer) -> Self {
        Self::with_special_tokens(decoder, tokenizer.bos(), tokenizer.stop_tokens().to_vec())
    }

    /// An engine that knows no text: for benchmarks and tests.
    pub fn with_special_tokens(decoder: Decoder, bos: Option<TokenId>, stop_tokens: Vec<TokenId>) -> Self {
        let mut hash = blake3::Hasher::new();
        hash.update(serde_json::to_string(decoder.config()).expect("a configuration is plain data").as_bytes());
        for parameter in decoder.parameters() {
            hash.update(parameter.name.as_bytes());
            parameter.each_block(|values| {
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                hash.update(&bytes);
            });
        }
        if let Some(adapter) = decoder.adapter_settings() {
            hash.update(&adapter.scale().to_le_bytes());
        }
        // Elsewhere its numbers differ in their last bits, and answers are remembered by this name.
        let place = match decoder.device() {
            Device::Cpu => String::new(),
            device => format!("-{device}"),
        };
        let id = ModelId(format!("{}-{}{place}", decoder.config().model_type, &hash.finalize().to_hex()[..16]));
        Self { decoder, id, bos, stop_tokens, state: Mutex::default() }
    }

    /// The model.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The model, taken out.
    pub fn into_decoder(self) -> Decoder {
        self.decoder
    }

    pub(crate) fn bos(&self) -> Option<TokenId> {
        self.bos
    }

    /// How a document of `n_tokens` is scored; `None` where it fits the context.
    pub fn windowing(&self, n_tokens: usize) -> Option<Windowing> {
        let rows = (n_tokens + usize::from(self.bos.is_some())).saturating_sub(1);
        Windowing::of(rows, self.decoder.config().max_position_embeddings)
    }

    pub(crate) fn check(&self, tokens: &[TokenId]) -> Result<(), ModelError> {
        let vocabulary = self.decoder.config().vocab_size;
        match tokens.iter().find(|token| **token as usize >= vocabulary) {
            Some(token) => Err(ModelError::TokenOutOfRange { token: *token, vocabulary }),
            None => Ok(()),
        }
    }

    pub(crate) fn not_finite(&self, place: String) -> ModelError {
        ModelError::NotFinite { model: self.id.clone(), place }
    }

    pub(crate) fn failed(&self, error: EngineError) -> ModelError {
        ModelError::Backend { model: self.id.clone(), source: error.into() }
    }

    /// A number of every token of every document given those before it; `numbers` answers for a batch and the token that
    /// follows each of its positions. Documents longer than the context are cut into windows.
    fn each_token(
        &self,
        documents: &[&[TokenId]],
        numbers: impl Fn(&Batch, &[TokenId], &mut Workspace) -> Result<Vec<f32>, EngineError>,
    ) -> Result<Vec<Vec<Option<f32>>>, ModelError> {
        documents.iter().try_for_each(|tokens| self.check(tokens))?;
        let context = self.decoder.config().max_position_embeddings;
        let mut answers: Vec<Vec<Option<f32>>> = documents.iter().map(|tokens| vec![None; tokens.len()]).collect();
        let pieces: Vec<Piece> = documents
            .iter()
            .enumerate()
            .flat_map(|(document, tokens)| pieces(document, tokens, self.bos, context))
            .collect();
        let mut space = Workspace::default();
        let mut rest = pieces.as_slice();
        while !rest.is_empty() {
            let mut rows = 0;
            let fitting = rest.iter().take_while(|piece| {
                rows += piece.inputs.len();
                rows <= ROWS
            });
            let (group, later) = rest.split_at(fitting.count().max(1));
            rest = later;
            let batch = Batch::of(group.iter().map(|piece| piece.inputs.as_slice()));
            // Positions that only give context predict a token too; it is not kept.
            let targets: Vec<TokenId> = group
                .iter()
                .flat_map(|piece| {
                    let context = piece.inputs.len() - piece.targets.len();
                    std::iter::repeat_n(0, context).chain(piece.targets.iter().copied())
                })
                .collect();
            let found = numbers(&batch, &targets, &mut space).map_err(|error| self.failed(error))?;
            for (piece, segment) in group.iter().zip(batch.segments()) {
                let scored = &found[segment.start + segment.len - piece.targets.len()..][..piece.targets.len()];
                for (offset, number) in scored.iter().enumerate() {
                    if !number.is_finite() {
                        return Err(self.not_finite(format!("token {} of document {}", offset, piece.document)));
                    }
                    answers[piece.document][piece.first + offset] = Some(*number);
                }
            }
        }
        Ok(answers)
    }
}

/// A window of one of the documents of a request.
pub(crate) struct Piece {
    pub(crate) document: usize,
    /// First token of the document that is scored.
    pub(crate) first: usize,
    pub(crate) inputs: Vec<TokenId>,
    pub(crate) targets: Vec<TokenId>,
}

pub(crate) fn pieces(document: usize, tokens: &[TokenId], bos: Option<TokenId>, context: usize) -> Vec<Piece> {
    // stream[j] predicts stream[j + 1]:  bos d1 d2 .. or, without bos, d1 d2 ..
    let stream: Vec<TokenId> = bos.into_iter().chain(tokens.iter().copied()).collect();
    let shift = stream.len() - tokens.len();
    windows(stream.len().saturating_sub(1), context)
        .into_iter()
        .map(|window| Piece {
            document,
            first: window.scored.start + 1 - shift,
            targets: stream[window.scored.start + 1..=window.scored.end.min(stream.len() - 1)].to_vec(),
            inputs: stream[window.inputs].to_vec(),
        })
        .collect()
}

impl Scorer for Engine {
    fn model_id(&self) -> &ModelId {
        &self.id
    }

    /// Documents longer than the context are scored in windows that overlap by half of it.
    fn score(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenLogprobs>, ModelError> {
        let scored =
            self.each_token(documents, |batch, targets, space| self.decoder.token_logprobs(batch, targets, space))?;
        // Rounding may leave a certain token a hair above zero.
        let at_most_zero =
            |logprobs: Vec<Option<f32>>| logprobs.into_iter().map(|it| it.map(|it| it.min(0.0))).collect();
        Ok(scored.into_iter().map(|logprobs| TokenLogprobs { logprobs: at_most_zero(logprobs) }).collect())
    }

    /// As [`score`](Scorer::score), in the same windows.
    fn entropies(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenEntropies>, ModelError> {
        let found = self.each_token(documents, |batch, _, space| self.decoder.token_entropies(batch, space))?;
        Ok(found.into_iter().map(|nats| TokenEntropies { nats }).collect())
    }
}

/// A request on its way.
struct Active {
    request: usize,
    sampler: Sampler,
    max_tokens: usize,
    session: Option<SessionId>,
    /// What must still be computed: the rest of the prefix, then the token chosen last.
    pending: Vec<TokenId>,
    tokens: Vec<GeneratedToken>,
}

impl Generator for Engine {
    fn model_id(&self) -> &ModelId {
        &self.id
    }

    fn context(&self) -> usize {
        self.decoder.config().max_position_embeddings - usize::from(self.bos.is_some())
    }

    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        let context = self.decoder.config().max_position_embeddings;
        for request in requests {
            self.check(request.prefix)?;
            self.check_sampling(request.sampling)?;
            let needed = request.prefix.len() + usize::from(self.bos.is_some());
            match needed {
                0 => return Err(ModelError::EmptyPrefix),
                needed if needed > context => return Err(ModelError::ContextExceeded { needed, context }),
                _ => {}
            }
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { space, caches: kept, clock } = &mut *state;

        let mut answers: Vec<Option<Generation>> = requests.iter().map(|_| None).collect();
        let (mut active, mut caches) = (Vec::new(), Vec::new());
        for (index, request) in requests.iter().enumerate() {
            let stream: Vec<TokenId> = self.bos.into_iter().chain(request.prefix.iter().copied()).collect();
            // Two requests of one session in a batch: the second finds no cache, and is merely slower.
            let mut cache = request
                .session
                .and_then(|session| kept.remove(&session))
                .map(|(_, cache)| cache)
                .unwrap_or_else(|| Cache::new(&self.decoder, stream.len() + request.max_tokens));
            let common = cache.tokens.iter().zip(&stream).take_while(|(held, wanted)| held == wanted).count();
            // The last token is always computed: its logits are needed.
            cache.truncate(common.min(stream.len() - 1));
            let pending = stream[cache.tokens.len()..].to_vec();
            active.push(Active {
                request: index,
                sampler: Sampler::new(request.sampling),
                max_tokens: request.max_tokens,
                session: request.session,
                pending,
                tokens: Vec::new(),
            });
            caches.push(cache);
        }
        active.iter().filter(|a| a.max_tokens == 0).for_each(|a| {
            answers[a.request] =
                Some(Generation { tokens: Vec::new(), finish: FinishReason::Length, stop_logprob: None });
        });

        let mut retire = |active: &mut Vec<Active>, caches: &mut Vec<Cache>, at: usize| {
            let (done, cache) = (active.swap_remove(at), caches.swap_remove(at));
            if let Some(session) = done.session {
                *clock += 1;
                kept.insert(session, (*clock, cache));
                if kept.len() > SESSIONS
                    && let Some(oldest) = kept.iter().min_by_key(|(_, (used, _))| *used).map(|(session, _)| *session)
                {
                    kept.remove(&oldest);
                }
            }
            done.tokens
        };
        for at in (0..active.len()).rev() {
            if active[at].max_tokens == 0 {
                retire(&mut active, &mut caches, at);
            }
        }
        while !active.is_empty() {
            let logits = self.forward(&mut active, &mut caches, space)?;
            let vocabulary = self.decoder.config().vocab_size;
            // Backwards, so that retiring one leaves those not yet seen in their places; `swap_remove` moves one that
            // was seen.
            for at in (0..active.len()).rev() {
                let logits = &logits[at * vocabulary..(at + 1) * vocabulary];
                let (request, n_tokens) = (active[at].request, active[at].tokens.len());
                if !logits.iter().all(|logit| logit.is_finite()) {
                    return Err(self.not_finite(format!("token {n_tokens} of request {request}")));
                }
                let token = active[at].sampler.choose(logits);
                let finish = if self.stop_tokens.contains(&token.token) {
                    Some((FinishReason::StopToken, Some(token.logprob)))
                } else if watch(request, token) == NextStep::DropAndStop {
                    Some((FinishReason::Caller, None))
                } else {
                    active[at].tokens.push(token);
                    active[at].pending = vec![token.token];
                    if active[at].tokens.len() == active[at].max_tokens {
                        Some((FinishReason::Length, None))
                    } else if caches[at].tokens.len() == context {
                        Some((FinishReason::Context, None))
                    } else {
                        None
                    }
                };
                if let Some((finish, stop_logprob)) = finish {
                    let tokens = retire(&mut active, &mut caches, at);
                    answers[request] = Some(Generation { tokens, finish, stop_logprob });
                }
            }
        }
        Ok(answers.into_iter().map(|answer| answer.expect("every request ends")).collect())
    }
}

impl Engine {
    fn check_sampling(&self, sampling: Sampling) -> Result<(), ModelError> {
        let refuse = |parameter, reason: &str| {
            Err(ModelError::Unsupported { model: self.id.clone(), parameter, reason: reason.to_owned() })
        };
        match sampling {
            Sampling::Random { temperature, .. } if !(temperature > 0.0 && temperature.is_finite()) => {
                refuse("temperature", "it must be above 0; greedy choice is its own setting")
            }
            Sampling::Random { top_p, .. } if !(top_p > 0.0 && top_p <= 1.0) => {
                refuse("top_p", "it must be above 0 and at most 1")
            }
            _ => Ok(()),
        }
    }

    /// Feeds every pending token and returns the logits after the last of each, in the order of `active`.
    fn forward(
        &self,
        active: &mut [Active],
        caches: &mut [Cache],
        space: &mut Workspace,
    ) -> Result<Vec<f32>, ModelError> {
        let mut logits = Vec::with_capacity(active.len() * self.decoder.config().vocab_size);
        let mut start = 0;
        while start < active.len() {
            let mut batch = Batch::default();
            let mut end = start;
            while end < active.len() && (end == start || batch.len() + active[end].pending.len() <= ROWS) {
                batch.push(active[end].pending.iter().copied(), caches[end].tokens.len());
                end += 1;
            }
            let last: Vec<usize> = batch.segments().iter().map(|segment| segment.start + segment.len - 1).collect();
            let mut add = |_: usize, row: &[f32]| logits.extend_from_slice(row);
            self.decoder
                .each_logits(&batch, Some(&mut caches[start..end]), &last, space, &mut add)
                .map_err(|error| self.failed(error))?;
            start = end;
        }
        Ok(logits)
    }
}
