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

/// A generator whose answers are remembered, as far as callers let it speak.
///
/// A caller that stops early cuts the model off, and what was said until then is remembered. Another caller with the same
/// request is served from it; where it wants to hear more than was said, the model goes on from there.
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

/// What a model has said, as JSON; `finish` is [`FinishReason::Caller`] where it was cut off.
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
        let model = self.model_id();
        let failed = |error| backend(model, error);
        let mut callers: Vec<Caller> = requests.iter().map(|_| Caller::default()).collect();
        let mut answers: Vec<Answer> = Vec::new();
        let mut known: HashMap<ContentHash, usize> = HashMap::new();
        for (i, it) in requests.iter().enumerate() {
            let request = Asked { prefix: it.prefix, max_tokens: it.max_tokens, sampling: it.sampling };
            let key =
                Identity { model, kind: "generate", request: &request, repeat: 0, turn: 0 }.key().map_err(failed)?;
            let at = *known.entry(key.hash()).or_insert(answers.len());
            if at == answers.len() {
                let said = self.cache.get(&key).map_err(failed)?;
                answers.push(Answer { key, callers: Vec::new(), said });
            }
            answers[at].callers.push(i);
        }
        for answer in &answers {
            for &(token, logprob, entropy_nats) in answer.said.iter().flat_map(|said| &said.tokens) {
                answer.show(GeneratedToken { token, logprob, entropy_nats }, &mut callers, watch);
            }
        }
        let asked: Vec<usize> = (0..answers.len()).filter(|&at| answers[at].goes_on(&callers)).collect();
        if !asked.is_empty() {
            let fresh = self.go_on(requests, &asked, &answers, &mut callers, watch)?;
            let keys = asked.iter().map(|&at| &answers[at].key);
            self.cache.replace(keys.zip(&fresh)).map_err(failed)?;
            asked.into_iter().zip(fresh).for_each(|(at, said)| answers[at].said = Some(said));
        }
        let mut generations: Vec<Option<Generation>> = requests.iter().map(|_| None).collect();
        for answer in &answers {
            let said = answer.said.as_ref().expect("found or asked for");
            for &i in &answer.callers {
                let Caller { kept, has_stopped } = std::mem::take(&mut callers[i]);
                let (finish, stop_logprob) =
                    if has_stopped { (FinishReason::Caller, None) } else { (said.finish, said.stop_logprob) };
                generations[i] = Some(Generation { tokens: kept, finish, stop_logprob });
            }
        }
        Ok(generations.into_iter().map(|it| it.expect("every request has an answer")).collect())
    }
}

impl<M: Generator> CachedGenerator<'_, M> {
    /// Lets the model speak where `asked` answers are not known as far as their callers listen; the whole of what it has
    /// said then.
    fn go_on(
        &self,
        requests: &[GenerationRequest<'_>],
        asked: &[usize],
        answers: &[Answer],
        callers: &mut [Caller],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Remembered>, ModelError> {
        let first = |at: usize| &requests[answers[at].callers[0]];
        let said = |at: usize| answers[at].said.as_ref().map_or(&[][..], |said| &said.tokens);
        // A greedy answer goes on from its last word. A drawn one is drawn again from its seed, and must be the same.
        let prefixes: Vec<Vec<TokenId>> = asked
            .iter()
            .map(|&at| {
                let again = if first(at).sampling == Sampling::Greedy { said(at) } else { &[] };
                first(at).prefix.iter().copied().chain(again.iter().map(|it| it.0)).collect()
            })
            .collect();
        let continued = asked.iter().zip(&prefixes).map(|(&at, prefix)| {
            let request = first(at);
            let max_tokens = request.max_tokens - (prefix.len() - request.prefix.len());
            GenerationRequest { prefix, max_tokens, ..request.clone() }
        });
        let continued: Vec<GenerationRequest<'_>> = continued.collect();
        // Tokens still to come that are known already.
        let mut again: Vec<usize> =
            asked.iter().map(|&at| if first(at).sampling == Sampling::Greedy { 0 } else { said(at).len() }).collect();
        let mut all: Vec<Remembered> = asked
            .iter()
            .map(|&at| Remembered { tokens: said(at).to_vec(), finish: FinishReason::Caller, stop_logprob: None })
            .collect();
        let mut differs = false;
        let generations = self.inner.generate(&continued, &mut |n, token| {
            let said = &mut all[n].tokens;
            if again[n] > 0 {
                differs |= said[said.len() - again[n]].0 != token.token;
                again[n] -= 1;
                return if differs { NextStep::DropAndStop } else { NextStep::Continue };
            }
            said.push((token.token, token.logprob, token.entropy_nats));
            answers[asked[n]].show(token, callers, watch)
        })?;
        if differs || again.iter().any(|left| *left > 0) {
            return Err(backend(self.model_id(), CacheError::OtherAnswer));
        }
        for (all, generation) in all.iter_mut().zip(generations) {
            (all.finish, all.stop_logprob) = (generation.finish, generation.stop_logprob);
        }
        Ok(all)
    }
}

/// What one caller has heard and kept.
#[derive(Default)]
struct Caller {
    kept: Vec<GeneratedToken>,
    has_stopped: bool,
}

/// An answer and those who asked for it.
struct Answer {
    key: Key,
    callers: Vec<usize>,
    said: Option<Remembered>,
}

impl Answer {
    /// Shows the next token to all callers who still listen; whether one of them goes on listening.
    fn show(
        &self,
        token: GeneratedToken,
        callers: &mut [Caller],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> NextStep {
        let mut next = NextStep::DropAndStop;
        for &i in &self.callers {
            let caller = &mut callers[i];
            if caller.has_stopped {
                continue;
            }
            match watch(i, token) {
                NextStep::DropAndStop => caller.has_stopped = true,
                NextStep::Continue => {
                    caller.kept.push(token);
                    next = NextStep::Continue;
                }
            }
        }
        next
    }

    /// Whether a caller wants to hear more than is known.
    fn goes_on(&self, callers: &[Caller]) -> bool {
        match &self.said {
            None => true,
            Some(said) => said.finish == FinishReason::Caller && self.callers.iter().any(|&i| !callers[i].has_stopped),
        }
    }
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
