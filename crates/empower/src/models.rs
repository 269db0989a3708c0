//! Models as a user names them: a folder, a name of the hub, or servers by their addresses; opened as scorer or
//! generator, with their answers remembered where a cache is named, and with what they used at hand when the work is
//! done. This is the one place where commands meet models that may be served; what a request says is `empower-remote`'s.
//!
//! ```text
//! ModelOptions ──open(cache)──▶ Model ──scorer(), generator(), greedy_lengths()──▶ answers
//!                                     └─id(), hash(), record(), scored_by(), usage()──▶ manifests, rows, stderr
//! ```

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use empower_artifact::ContentHash;
use empower_cache::{Cache, CachedGenerator, CachedScorer, Counts, Identity, remembered};
use empower_engine::{Config, Engine};
use empower_lm::{Bits, Generator, ModelId, Scorer, TokenId, Tokenizer, Windowing};
use empower_remote::{
    Capabilities, Endpoint, Limits, RemoteGenerator, RemoteScorer, Server, Usage, backend, greedy_horizons, probe,
    served_id,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::assets::model_or_embedded;
use crate::commands::arguments::LocalOptions;
use crate::hub;
use crate::output::usage_error;

/// Alternatives a token that servers name, at most: vLLM's own limit (MODELS section 4).
const MOST_ALTERNATIVES: usize = 20;

/// How selection is recorded that walks along what a server generates.
const GREEDY_WALK: &str = "greedy_walk";

/// A model as a user names it, on the command line or in a file.
#[derive(Debug, Clone, Default, PartialEq, Args)]
pub struct ModelOptions {
    /// Model: a folder in Hugging Face layout, a name of its hub, `ORG/NAME[@REVISION]`, or a server's address,
    /// `http://HOST:PORT/v1` (several servers of one model with commas between); the embedded model by default.
    #[arg(long, value_name = "MODEL")]
    pub model: Option<PathBuf>,
    /// The model's name at its server. Answers are remembered under it: another model, another name.
    #[arg(long, value_name = "NAME", help_heading = "Served models")]
    pub served_model: Option<String>,
    /// Tokenizer of a served model: a model's folder, or its name on the hub, of which no weights are fetched.
    #[arg(long, value_name = "MODEL", help_heading = "Served models")]
    pub tokenizer: Option<PathBuf>,
    /// Positions of a served model; those of the config.json beside its tokenizer by default.
    #[arg(long, value_name = "N", help_heading = "Served models")]
    pub context: Option<usize>,
    /// Requests in flight at each server, at most; 8 by default.
    #[arg(long, value_name = "N", help_heading = "Served models")]
    pub concurrency: Option<usize>,
    /// The environment variable that holds the server's key.
    #[arg(long, value_name = "VARIABLE", help_heading = "Served models")]
    pub api_key_env: Option<String>,
    /// Seconds that a request may take, its answer included; 600 by default.
    #[arg(long, value_name = "SECONDS", help_heading = "Served models")]
    pub request_timeout: Option<u64>,
    /// Prices of a million tokens read and of a million generated, such as `0.15,0.60`: what was used is then shown in
    /// money too.
    #[arg(long, value_name = "READ,GENERATED", value_parser = prices, help_heading = "Served models")]
    pub prices: Option<Prices>,
    #[command(flatten)]
    /// Beside a local model's weights, and where it computes.
    pub local: LocalOptions,
}

/// Prices of a million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// Of prompts.
    pub read: f64,
    /// Generated.
    pub generated: f64,
}

/// Reads `--prices`.
pub fn prices(text: &str) -> Result<Prices, String> {
    let number = |text: &str| text.trim().parse().ok().filter(|it: &f64| it.is_finite() && *it >= 0.0);
    let pair = text.split_once(',').and_then(|(read, generated)| Some((number(read)?, number(generated)?)));
    let (read, generated) = pair.ok_or("expected two prices of 0 or more, such as 0.15,0.60")?;
    Ok(Prices { read, generated })
}

/// Where answers are remembered.
#[derive(Debug, Clone, Default, Args)]
pub struct CacheOptions {
    /// Remember the models' answers in this file, and take from it what was answered before: the same request is never
    /// made twice, by this run or another.
    #[arg(long, value_name = "FILE", help_heading = "Served models")]
    pub cache: Option<PathBuf>,
}

impl CacheOptions {
    /// The cache, where one is named.
    pub fn open(&self) -> Result<Option<Arc<Cache>>> {
        Ok(self.cache.as_deref().map(Cache::open).transpose()?.map(Arc::new))
    }
}

impl ModelOptions {
    /// The servers of these addresses.
    pub fn endpoints(&self, urls: &[String]) -> Vec<Endpoint> {
        let endpoint = |url: &String| {
            let plain = Endpoint::new(url);
            let concurrency = self.concurrency.unwrap_or(plain.concurrency);
            Endpoint { concurrency, key_variable: self.api_key_env.clone(), ..plain }
        };
        urls.iter().map(endpoint).collect()
    }

    /// How patient to be.
    pub fn limits(&self) -> Limits {
        let plain = Limits::default();
        Limits { request: self.request_timeout.map_or(plain.request, Duration::from_secs), ..plain }
    }

    /// What of it makes an answer what it is, and is said although no server is named.
    fn first_given(&self) -> Option<&'static str> {
        [
            (self.served_model.is_some(), "--served-model"),
            (self.tokenizer.is_some(), "--tokenizer"),
            (self.context.is_some(), "--context"),
            (self.concurrency.is_some(), "--concurrency"),
            (self.api_key_env.is_some(), "--api-key-env"),
            (self.request_timeout.is_some(), "--request-timeout"),
            (self.prices.is_some(), "--prices"),
        ]
        .into_iter()
        .find_map(|(given, name)| given.then_some(name))
    }

    /// The addresses of servers, where that is what is named.
    ///
    /// # Errors
    /// Options of served models beside a model that is none.
    pub fn urls(&self) -> Result<Option<Vec<String>>> {
        let text = self.model.as_deref().and_then(Path::to_str).unwrap_or_default();
        if text.starts_with("http://") || text.starts_with("https://") {
            if self.local != LocalOptions::default() {
                return Err(usage_error("--adapter and --device go with a local model: a server has its own"));
            }
            return Ok(Some(text.split(',').map(|url| url.trim().trim_end_matches('/').to_owned()).collect()));
        }
        match self.first_given() {
            Some(option) => Err(usage_error(format!(
                "{option} goes with a served model: name its server as the model, such as http://127.0.0.1:8000/v1"
            ))),
            None => Ok(None),
        }
    }

    /// The folder of the tokenizer; of a model that is not served, its whole folder. Of a served model no weights are
    /// fetched.
    pub fn tokenizer_folder(&self) -> Result<PathBuf> {
        if self.urls()?.is_none() {
            return model_or_embedded(self.model.as_deref());
        }
        let named = self.tokenizer.as_deref().ok_or_else(|| {
            usage_error(
                "a served model needs --tokenizer: the folder of its tokenizer, or the model's name on the hub; it must be \
                 the served model's own",
            )
        })?;
        hub::tokenizer_folder(named)
    }

    /// The tokenizer alone, held against the configuration beside it where there is one.
    pub fn open_tokenizer(&self) -> Result<Tokenizer> {
        let folder = self.tokenizer_folder()?;
        let tokenizer = Tokenizer::open(&folder)?;
        let config = folder.join("config.json");
        if self.urls()?.is_none() && config.exists() {
            tokenizer.check_fits(Config::read(&config)?.vocab_size)?;
        }
        Ok(tokenizer)
    }

    /// Opens the model. A served one is probed for what it can do, unless the cache remembers: then only before the first
    /// request that the cache cannot answer.
    ///
    /// # Errors
    /// A folder without a whole model, a hub that does not give it, a server that cannot be reached or answers wrongly,
    /// options that are missing or go with another kind of model.
    pub fn open(&self, cache: Option<&Arc<Cache>>) -> Result<Model> {
        let cache = cache.cloned();
        let Some(urls) = self.urls()? else {
            let folder = model_or_embedded(self.model.as_deref())?;
            let (engine, tokenizer) = self.local.open(&folder)?;
            let (tokenizer, kind) = (Arc::new(tokenizer), Kind::Local(Box::new(engine)));
            return Ok(Model { tokenizer, folder, kind, cache, prices: None });
        };
        let served = self.served_model.as_deref().ok_or_else(|| {
            usage_error("a served model needs --served-model: its name at the server, as GET /v1/models lists it")
        })?;
        let folder = self.tokenizer_folder()?;
        let tokenizer = Arc::new(Tokenizer::open(&folder)?);
        let context = match self.context {
            Some(context) => context,
            None => positions_of(&folder)?,
        };
        let (endpoints, limits) = (self.endpoints(&urls), self.limits());
        let shared = Arc::clone(&tokenizer);
        let found = || probe(&endpoints, limits, served, Arc::clone(&shared), context);
        let server = match &cache {
            None => found()?,
            Some(cache) => {
                let id = served_id(served, &tokenizer, context);
                let key = Identity { model: &id, kind: "probe", request: &urls, repeat: 0, turn: 0 }.key()?;
                match cache.get::<Capabilities>(&key)? {
                    Some(known) => {
                        Server::remembered(&endpoints, limits, served, Arc::clone(&tokenizer), context, known)?
                    }
                    None => {
                        let server = found()?;
                        cache.put([(&key, &server.capabilities)])?;
                        server
                    }
                }
            }
        };
        Ok(Model { tokenizer, folder, kind: Kind::Served(Box::new(server)), cache, prices: self.prices })
    }
}

/// `max_position_embeddings` of a folder's config.json, which may be of a family that the engine does not know.
fn positions_of(folder: &Path) -> Result<usize> {
    let path = folder.join("config.json");
    let hint = "hint: say with --context how many tokens the served model takes";
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read\n{hint}", path.display()))?;
    let value: Value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
    let field = "max_position_embeddings";
    let positions = value[field].as_u64().or_else(|| value["text_config"][field].as_u64());
    let positions = positions.with_context(|| format!("{} has no {field}\n{hint}", path.display()))?;
    Ok(usize::try_from(positions)?)
}

enum Kind {
    Local(Box<Engine>),
    Served(Box<Server>),
}

/// A model that can be asked.
pub struct Model {
    tokenizer: Arc<Tokenizer>,
    folder: PathBuf,
    kind: Kind,
    cache: Option<Arc<Cache>>,
    prices: Option<Prices>,
}

/// What a model used, for people and for records.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelUsage {
    /// The model.
    pub model: ModelId,
    /// As the servers count it; absent for a local model.
    pub served: Option<Usage>,
    /// In the prices' currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Answers found in the cache and not found, over all models that share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<Counts>,
}

impl ModelUsage {
    /// Usage of a served model.
    pub fn new(model: &ModelId, served: Option<Usage>, prices: Option<Prices>, cache: Option<&Cache>) -> Self {
        let cost = served.zip(prices).map(|(used, prices)| used.cost(prices.read, prices.generated));
        Self { model: model.clone(), served, cost, cache: cache.map(Cache::counts) }
    }

    /// Says it on standard error, where there is something to say.
    pub fn print(&self) {
        let mut parts = Vec::new();
        if let Some(used) = self.served {
            parts.push(format!(
                "{} requests ({} tried again), {} tokens read and {} generated",
                used.requests, used.retries, used.prompt_tokens, used.completion_tokens
            ));
        }
        parts.extend(self.cost.map(|cost| format!("cost {cost:.4}")));
        parts.extend(self.cache.map(|cache| format!("{} answers from the cache, {} new", cache.hits, cache.misses)));
        if !parts.is_empty() {
            eprintln!("{}: {}", self.model, parts.join("; "));
        }
    }
}

impl Model {
    /// Its tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The folder that the tokenizer and a chat template come from.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Tokens of its vocabulary, as far as ids may be checked here.
    pub fn vocabulary(&self) -> usize {
        match &self.kind {
            Kind::Local(engine) => engine.decoder().config().vocab_size,
            Kind::Served(_) => self.tokenizer.vocab_size(),
        }
    }

    /// It as a scorer of given text.
    ///
    /// # Errors
    /// A server that cannot score given text.
    pub fn scorer(&self) -> Result<Box<dyn Scorer + '_>> {
        Ok(match (&self.kind, &self.cache) {
            (Kind::Local(engine), None) => Box::new(engine.as_ref()),
            (Kind::Local(engine), Some(cache)) => Box::new(CachedScorer::new(engine.as_ref(), cache)),
            (Kind::Served(server), None) => Box::new(RemoteScorer::new(Server::clone(server))?),
            (Kind::Served(server), Some(cache)) => {
                Box::new(CachedScorer::new(RemoteScorer::new(Server::clone(server))?, cache))
            }
        })
    }

    /// It as a generator whose answers are not remembered: for callers who remember more than one generation.
    ///
    /// # Errors
    /// As [`generator`](Self::generator).
    pub fn forgetful_generator(&self) -> Result<Box<dyn Generator + '_>> {
        Ok(match &self.kind {
            Kind::Local(engine) => Box::new(engine.as_ref()),
            Kind::Served(server) => Box::new(RemoteGenerator::new(Server::clone(server))?),
        })
    }

    /// It as a generator.
    ///
    /// # Errors
    /// A server that takes no token ids, or does not show what its tokens are.
    pub fn generator(&self) -> Result<Box<dyn Generator + '_>> {
        let generator = self.forgetful_generator()?;
        Ok(match &self.cache {
            None => generator,
            Some(cache) => Box::new(CachedGenerator::new(generator, cache)),
        })
    }

    /// Whether given text cannot be scored but Algorithm 1 can be walked along what is generated
    /// ([`greedy_lengths`](Self::greedy_lengths)).
    pub fn only_walks(&self) -> bool {
        match &self.kind {
            Kind::Local(_) => false,
            Kind::Served(server) => server.capabilities.scoring.is_none() && server.capabilities.continues_tokens(),
        }
    }

    /// Algorithm 1's length for each of these documents' states, exactly, from log-probabilities of generated tokens alone
    /// (MODELS section 4). For models that [`only_walks`](Self::only_walks) is true of.
    ///
    /// # Errors
    /// A model that is not served, a threshold that needs more alternatives than servers name.
    pub fn greedy_lengths(&self, states: &[(&[TokenId], usize)], eta: Bits) -> Result<Vec<usize>> {
        let Kind::Served(server) = &self.kind else {
            anyhow::bail!("only served models are walked along");
        };
        let ask = |states: &[(&[TokenId], usize)]| {
            let lengths = greedy_horizons(server, states, eta, MOST_ALTERNATIVES);
            lengths.map_err(|error| backend(server.model_id(), error))
        };
        let Some(cache) = &self.cache else { return Ok(ask(states)?) };
        let requests: Vec<(&[TokenId], usize, f64)> = states.iter().map(|it| (it.0, it.1, eta.0)).collect();
        Ok(remembered(cache, server.model_id(), GREEDY_WALK, &requests, |missing| {
            ask(&missing.iter().map(|&i| states[i]).collect::<Vec<_>>())
        })?)
    }

    /// How given text is scored, for rows and manifests; `None` for a local model.
    pub fn scored_by(&self) -> Option<String> {
        let Kind::Served(server) = &self.kind else { return None };
        let way = server.capabilities.scoring.and_then(|way| serde_json::to_value(way).ok());
        let way = way.as_ref().and_then(Value::as_str).map(Cow::from);
        way.or_else(|| server.capabilities.continues_tokens().then_some(GREEDY_WALK.into())).map(Cow::into_owned)
    }

    /// How a document of `n_tokens` is scored in windows; `None` where it fits the context.
    pub fn windowing(&self, n_tokens: usize) -> Option<Windowing> {
        match &self.kind {
            Kind::Local(engine) => engine.windowing(n_tokens),
            Kind::Served(server) => server.windowing(n_tokens),
        }
    }

    /// What answers depend on and the input's hash does not tell; `None` for a local model.
    pub fn record(&self) -> Option<Value> {
        let Kind::Served(server) = &self.kind else { return None };
        Some(json!({ "id": server.model_id(), "can": server.capabilities }))
    }

    /// A hash of what the model is made of, as far as it is here: of a served model its name and tokenizer.
    pub fn hash(&self) -> Result<ContentHash> {
        match &self.kind {
            // The engine's id stands for every weight, an adapter's too.
            Kind::Local(engine) => {
                let tokenizer = tokenizer_hash(&self.folder)?;
                Ok(ContentHash::of_bytes(format!("{} {tokenizer}", Scorer::model_id(engine.as_ref()))))
            }
            Kind::Served(server) => Ok(ContentHash::of_bytes(&server.model_id().0)),
        }
    }

    /// What was used so far.
    pub fn usage(&self) -> ModelUsage {
        let (id, served) = match &self.kind {
            Kind::Local(engine) => (Scorer::model_id(engine.as_ref()).clone(), None),
            Kind::Served(server) => (server.model_id().clone(), Some(server.usage())),
        };
        ModelUsage::new(&id, served, self.prices, self.cache.as_deref())
    }
}

/// A hash of the tokenizer of a folder.
pub fn tokenizer_hash(dir: &Path) -> Result<ContentHash> {
    let names = ["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"];
    Ok(ContentHash::of_files(dir, &names.into_iter().filter(|name| dir.join(name).is_file()).collect::<Vec<_>>())?)
}
