//! Models whose answers are remembered. Only what is not in the cache is asked for, in one batch.

use std::collections::{HashMap, HashSet};

use empower_artifact::ContentHash;
use empower_lm::{
    ChatAnswer, ChatModel, ChatRequest, FinishReason, GeneratedToken, Generation, GenerationRequest, Generator,
    ModelError, ModelId, NextStep, Sampling, Scorer, TokenEntropies, TokenId, TokenLogprobs,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::store::{Cache, CacheError, Identity, Key};

fn backend(model: &ModelId, source: CacheError) -> ModelError {
    ModelError::Backend { model: model.clone(), source: Box::new(source) }
}

/// Answers to `requests` in their order: from the cache, the rest from `ask`, which gets the positions of those missing
/// and whose answers are kept before they are returned. Equal requests of one call are asked for once.
///
/// # Errors
/// A cache that fails, as the model's fault; whatever `ask` says.
pub fn remembered<R: Serialize, A: Serialize + DeserializeOwned + Clone>(
    cache: &Cache,
    model: &ModelId,
    kind: &str,
    requests: &[R],
    ask: impl FnOnce(&[usize]) -> Result<Vec<A>, ModelError>,
) -> Result<Vec<A>, ModelError> {
    let identities = requests.iter().map(|request| Identity { model, kind, request, repeat: 0, turn: 0 });
    through(cache, model, identities, ask)
}

fn through<'r, R: Serialize + 'r, A: Serialize + DeserializeOwned + Clone>(
    cache: &Cache,
    model: &ModelId,
    identities: impl Iterator<Item = Identity<'r, R>>,
    ask: impl FnOnce(&[usize]) -> Result<Vec<A>, ModelError>,
) -> Result<Vec<A>, ModelError> {
    let failed = |error| backend(model, error);
    let keys: Vec<Key> = identities.map(|identity| identity.key().map_err(failed)).collect::<Result<_, _>>()?;
    let mut answers: HashMap<ContentHash, A> = HashMap::new();
    let (mut looked_up, mut missing) = (HashSet::new(), Vec::new());
    for (i, key) in keys.iter().enumerate().filter(|(_, key)| looked_up.insert(key.hash())).collect::<Vec<_>>() {
        match cache.get(key).map_err(failed)? {
            Some(answer) => drop(answers.insert(key.hash(), answer)),
            None => missing.push(i),
        }
    }
    if !missing.is_empty() {
        let fresh = ask(&missing)?;
        cache.put(missing.iter().map(|&i| &keys[i]).zip(&fresh)).map_err(failed)?;
        answers.extend(missing.iter().map(|&i| keys[i].hash()).zip(fresh));
    }
    Ok(keys.iter().map(|key| answers[&key.hash()].clone()).collect())
}

/// A scorer whose answers are remembered.
#[derive(Debug)]
pub struct CachedScorer<'c, M> {
    inner: M,
    cache: &'c Cache,
}

impl<'c, M: Scorer> CachedScorer<'c, M> {
    /// Remembers what `inner` answers in `cache`.
    pub fn new(inner: M, cache: &'c Cache) -> Self {
        Self { inner, cache }
    }
}

impl<M: Scorer> Scorer for CachedScorer<'_, M> {
    fn model_id(&self) -> &ModelId {
        self.inner.model_id()
    }

    fn score(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenLogprobs>, ModelError> {
        remembered(self.cache, self.model_id(), "score", documents, |missing| {
            self.inner.score(&missing.iter().map(|&i| documents[i]).collect::<Vec<_>>())
        })
    }

    fn entropies(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenEntropies>, ModelError> {
        remembered(self.cache, self.model_id(), "entropies", documents, |missing| {
            self.inner.entropies(&missing.iter().map(|&i| documents[i]).collect::<Vec<_>>())
        })
    }
}

/// A generator whose answers are remembered.
///
/// What is remembered is the answer to the whole request. A caller that stops early is served from it, so that a rule
/// that stops elsewhere costs no new call; a model that is asked for the first time is therefore always let finish.
#[derive(Debug)]
pub struct CachedGenerator<'c, M> {
    inner: M,
    cache: &'c Cache,
}

impl<'c, M: Generator> CachedGenerator<'c, M> {
    /// Remembers what `inner` answers in `cache`.
    pub fn new(inner: M, cache: &'c Cache) -> Self {
        Self { inner, cache }
    }
}

/// A request without its session, on which no answer depends.
#[derive(Serialize)]
struct Asked<'a> {
    prefix: &'a [TokenId],
    max_tokens: usize,
    sampling: Sampling,
}

/// A generation as JSON.
#[derive(Clone, Serialize, Deserialize)]
struct Remembered {
    tokens: Vec<(TokenId, f32, Option<f32>)>,
    finish: FinishReason,
    stop_logprob: Option<f32>,
}

impl<M: Generator> Generator for CachedGenerator<'_, M> {
    fn model_id(&self) -> &ModelId {
        self.inner.model_id()
    }

    fn context(&self) -> usize {
        self.inner.context()
    }

    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        let asked: Vec<Asked<'_>> = requests
            .iter()
            .map(|it| Asked { prefix: it.prefix, max_tokens: it.max_tokens, sampling: it.sampling })
            .collect();
        let answers = remembered(self.cache, self.model_id(), "generate", &asked, |missing| {
            let requests: Vec<_> = missing.iter().map(|&i| requests[i].clone()).collect();
            let generations = self.inner.generate(&requests, &mut |_, _| NextStep::Continue)?;
            Ok(generations.iter().map(remember).collect())
        })?;
        Ok(answers.into_iter().enumerate().map(|(i, it)| replay(it, |token| watch(i, token))).collect())
    }
}

fn remember(generation: &Generation) -> Remembered {
    Remembered {
        tokens: generation.tokens.iter().map(|it| (it.token, it.logprob, it.entropy_nats)).collect(),
        finish: generation.finish,
        stop_logprob: generation.stop_logprob,
    }
}

/// What the model would have answered to a caller who watches.
fn replay(remembered: Remembered, mut watch: impl FnMut(GeneratedToken) -> NextStep) -> Generation {
    let mut tokens = Vec::with_capacity(remembered.tokens.len());
    for (token, logprob, entropy_nats) in remembered.tokens {
        let token = GeneratedToken { token, logprob, entropy_nats };
        if watch(token) == NextStep::DropAndStop {
            return Generation { tokens, finish: FinishReason::Caller, stop_logprob: None };
        }
        tokens.push(token);
    }
    Generation { tokens, finish: remembered.finish, stop_logprob: remembered.stop_logprob }
}

/// A model that is talked to, whose answers are remembered, each at its repeat and turn.
#[derive(Debug)]
pub struct CachedChat<'c, M> {
    inner: M,
    cache: &'c Cache,
}

impl<'c, M: ChatModel> CachedChat<'c, M> {
    /// Remembers what `inner` answers in `cache`.
    pub fn new(inner: M, cache: &'c Cache) -> Self {
        Self { inner, cache }
    }
}

impl<M: ChatModel> ChatModel for CachedChat<'_, M> {
    fn model_id(&self) -> &ModelId {
        self.inner.model_id()
    }

    fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, ModelError> {
        let model = self.model_id();
        let identities = requests.iter().map(|request| {
            let ChatRequest { repeat, turn, .. } = *request;
            Identity { model, kind: "chat", request, repeat, turn }
        });
        through(self.cache, model, identities, |missing| {
            self.inner.answer(&missing.iter().map(|&i| requests[i].clone()).collect::<Vec<_>>())
        })
    }
}
