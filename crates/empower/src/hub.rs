//! Models by name: `ORG/NAME[@REVISION]` of the Hugging Face hub, fetched once into the cache that its other programs
//! share. This is the only code of the toolkit that uses the network, and only for a model that was named so.
//!
//! Fetched are configuration, tokenizer, chat template and safetensors, by their names: the hub is asked for no list,
//! and a pickle is never asked for. A revision is resolved to its commit first, and every file is taken from that
//! commit. What the environment says is the hub's own convention: `HF_HOME` for the cache, `HF_TOKEN` for models that
//! need one, `HF_ENDPOINT` for another server, `HF_HUB_OFFLINE` to stay off the network.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use hf_hub::api::Progress;
use hf_hub::api::sync::{Api, ApiBuilder, ApiError, ApiRepo, Metadata};
use hf_hub::{Cache, Repo, RepoType};
use indicatif::ProgressBar;

use crate::output::bar;

/// What a model cannot be used without, beside its weights.
const REQUIRED: [&str; 2] = ["config.json", "tokenizer.json"];

/// What a model may have.
const OPTIONAL: [&str; 4] =
    ["tokenizer_config.json", "generation_config.json", "special_tokens_map.json", "chat_template.jinja"];

const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// The folder of the model that an argument names: a folder that is there, or else a model of the hub.
///
/// # Errors
/// A name that the hub does not have or does not give out; a download that breaks off (the next one goes on from there);
/// in offline mode, a model that the cache does not have whole. What is neither a folder nor looks like a name is
/// returned as it is: whoever opens it says what is missing.
pub fn model_folder(argument: &Path) -> Result<PathBuf> {
    match argument.to_str().and_then(Name::parse) {
        Some(name) if !argument.exists() => Hub::of_environment()?.folder(&name, Extent::Whole),
        _ => Ok(argument.to_path_buf()),
    }
}

/// As [`model_folder`], but of a model of the hub only configuration and tokenizer are fetched.
///
/// # Errors
/// As there.
pub fn tokenizer_folder(argument: &Path) -> Result<PathBuf> {
    match argument.to_str().and_then(Name::parse) {
        Some(name) if !argument.exists() => Hub::of_environment()?.folder(&name, Extent::Tokenizer),
        _ => Ok(argument.to_path_buf()),
    }
}

/// How much of a model is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    /// Everything but the weights.
    Tokenizer,
}

/// A model's name on the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    /// `ORG/NAME`
    model: String,
    /// A branch, a tag or a commit.
    revision: String,
}

impl Name {
    /// Two parts of letters, digits, `-`, `_` and `.`, beginning with a letter or a digit; `main` where no revision is
    /// named. `None` for anything else, such as paths with more parts.
    fn parse(text: &str) -> Option<Self> {
        let (model, revision) = text.split_once('@').unwrap_or((text, "main"));
        let (organisation, name) = model.split_once('/')?;
        let is_part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
                && !part.contains("..")
        };
        let is_revision = revision.split('/').all(is_part);
        (is_part(organisation) && is_part(name) && is_revision)
            .then(|| Self { model: model.to_owned(), revision: revision.to_owned() })
    }

    fn repo(&self, revision: &str) -> Repo {
        Repo::with_revision(self.model.clone(), RepoType::Model, revision.to_owned())
    }

    /// Whether the revision is a commit, which never changes.
    fn is_commit(&self) -> bool {
        self.revision.len() == 40 && self.revision.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

struct Hub {
    cache: Cache,
    endpoint: String,
    token: Option<String>,
    offline: bool,
}

impl Hub {
    fn of_environment() -> Result<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        // As the hub's own library reads it.
        let offline = variable("HF_HUB_OFFLINE")
            .is_some_and(|value| ["1", "true", "yes", "on"].contains(&value.to_lowercase().as_str()));
        let cache = match (variable("HF_HUB_CACHE"), variable("HF_HOME"), variable("HOME")) {
            (Some(cache), _, _) => Cache::new(cache.into()),
            (None, Some(home), _) => Cache::new(Path::new(&home).join("hub")),
            (None, None, Some(home)) => Cache::new(Path::new(&home).join(".cache/huggingface/hub")),
            (None, None, None) => bail!("where is the cache of models?\nhint: name a folder with HF_HOME"),
        };
        // Links inside the cache are made between absolute paths.
        let root = std::path::absolute(cache.path()).context("the cache of models")?;
        let cache = Cache::new(root);
        let endpoint = variable("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".to_owned());
        let token = variable("HF_TOKEN").map(|token| token.trim().to_owned()).or_else(|| cache.token());
        Ok(Self { cache, endpoint: endpoint.trim_end_matches('/').to_owned(), token, offline })
    }

    /// The folder of a model in the cache, fetched where it is not there whole.
    fn folder(&self, name: &Name, extent: Extent) -> Result<PathBuf> {
        let cached = self.cached(name, extent);
        if self.offline {
            return cached.with_context(|| {
                format!(
                    "{} at {} is not in the cache {}, and HF_HUB_OFFLINE is set\nhint: run once without HF_HUB_OFFLINE, or \
                     name a folder",
                    name.model,
                    name.revision,
                    self.cache.path().display()
                )
            });
        }
        if let Some(folder) = cached.filter(|_| name.is_commit()) {
            return Ok(folder);
        }
        let api = ApiBuilder::from_cache(self.cache.clone())
            .with_endpoint(self.endpoint.clone())
            .with_token(self.token.clone())
            .with_progress(false)
            .build()
            .context("the client of the hub cannot be made")?;
        let asked = api.repo(name.repo(&name.revision));
        let config = match api.metadata(&asked.url("config.json")) {
            Ok(metadata) => metadata,
            Err(error) => match (status(&error), self.cached(name, extent)) {
                // No answer at all, and the model is here: that it may be older is worth a word, not a failure.
                (None, Some(folder)) => {
                    eprintln!(
                        "warning: {} does not answer ({error}); using {} from the cache",
                        self.endpoint, name.model
                    );
                    return Ok(folder);
                }
                _ => return Err(self.explained(error, name, "config.json")),
            },
        };
        let commit = config.commit_hash().to_owned();
        if commit.is_empty() || !commit.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            bail!("{} answers with a commit of {commit:?} for {}", self.endpoint, name.model);
        }
        let fetch = Fetch { hub: self, api: &api, name, repo: api.repo(name.repo(&commit)), commit: &commit };
        let folder = fetch.all(extent)?;
        // Last: a revision that is written down stands for files that are whole.
        self.cache.repo(name.repo(&name.revision)).create_ref(&commit).context("the cache cannot be written")?;
        Ok(folder)
    }

    /// The model's folder in the cache, where that has all that is wanted.
    fn cached(&self, name: &Name, extent: Extent) -> Option<PathBuf> {
        let commit = if name.is_commit() {
            name.revision.clone()
        } else {
            let root = self.cache.path().join(name.repo("main").folder_name());
            fs::read_to_string(root.join("refs").join(&name.revision)).ok()?.trim().to_owned()
        };
        let folder = self.cache.repo(name.repo("main")).pointer_path(&commit);
        let has = |file: &str| folder.join(file).exists();
        let has_weights = extent == Extent::Tokenizer
            || has(WEIGHTS)
            || has(INDEX) && shards(&folder.join(INDEX)).is_ok_and(|files| files.iter().all(|file| has(file)));
        (REQUIRED.iter().all(|file| has(file)) && has_weights).then_some(folder)
    }

    fn explained(&self, error: ApiError, name: &Name, file: &str) -> anyhow::Error {
        let Name { model, revision } = name;
        let what = match status(&error) {
            Some(401 | 403) if self.token.is_none() => format!(
                "{model} is not given out without a token, or is not there\nhint: set HF_TOKEN to a token of an account that \
                 may read it; check the name"
            ),
            Some(401 | 403) => format!(
                "{model} is not given out with this token\nhint: ask for access on the model's page, or use another HF_TOKEN"
            ),
            Some(404) => format!(
                "there is no {file} of {model} at {revision} on {}, and no folder of that name\nhint: check the name, the \
                 revision, and that the model is stored as safetensors with a tokenizer.json",
                self.endpoint
            ),
            Some(code) => format!("{} answers {code} for {file} of {model}\nhint: try again later", self.endpoint),
            None => format!(
                "{file} of {model} could not be fetched from {}\nhint: run the command again; what has arrived is kept",
                self.endpoint
            ),
        };
        anyhow::Error::new(error).context(what)
    }
}

/// The status that a server answered with, where it answered.
fn status(error: &ApiError) -> Option<u16> {
    match error {
        ApiError::RequestError(error) => {
            // The client's own words; its type is not ours to name.
            let text = error.to_string();
            text.strip_prefix("http status: ")?.trim().parse().ok()
        }
        ApiError::TooManyRetries(error) => status(error),
        _ => None,
    }
}

/// The files that an index of weights names.
fn shards(index: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(index).with_context(|| format!("cannot read {}", index.display()))?;
    let value: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", index.display()))?;
    let map = value["weight_map"].as_object().with_context(|| format!("{} has no weight_map", index.display()))?;
    let mut files = Vec::new();
    for file in map.values() {
        let file = file.as_str().unwrap_or_default();
        // An index may be anyone's: it names safetensors beside it, and nothing else.
        if !file.ends_with(".safetensors") || file.contains(['/', '\\']) || file.starts_with('.') {
            bail!("{}: weight_map names {file:?}, which is no safetensors file beside it", index.display());
        }
        files.push(file.to_owned());
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// One model being fetched.
struct Fetch<'a> {
    hub: &'a Hub,
    api: &'a Api,
    name: &'a Name,
    /// The model at its commit.
    repo: ApiRepo,
    commit: &'a str,
}

impl Fetch<'_> {
    fn all(&self, extent: Extent) -> Result<PathBuf> {
        for file in REQUIRED {
            self.file(file)?;
        }
        for file in OPTIONAL {
            self.file_if_there(file)?;
        }
        if extent == Extent::Whole && !self.file_if_there(WEIGHTS)? {
            let index = self.file(INDEX)?;
            for file in shards(&index)? {
                self.file(&file)?;
            }
        }
        Ok(self.snapshot())
    }

    fn snapshot(&self) -> PathBuf {
        self.hub.cache.repo(self.name.repo("main")).pointer_path(self.commit)
    }

    /// A file that must be there.
    fn file(&self, file: &str) -> Result<PathBuf> {
        let path = self.snapshot().join(file);
        if path.exists() {
            return Ok(path);
        }
        let failed = |error| self.hub.explained(error, self.name, file);
        let metadata = self.api.metadata(&self.repo.url(file)).map_err(failed)?;
        self.download(file, &metadata)
    }

    /// A file that may be there; whether it is. That it is not is written down beside the snapshot, where the hub's own
    /// library keeps it, so that it is asked for once.
    fn file_if_there(&self, file: &str) -> Result<bool> {
        let absent =
            self.snapshot().parent().and_then(Path::parent).map(|root| root.join(".no_exist").join(self.commit));
        let absent = absent.context("a snapshot lies in a repository's folder")?.join(file);
        if self.snapshot().join(file).exists() {
            return Ok(true);
        }
        if absent.exists() {
            return Ok(false);
        }
        match self.api.metadata(&self.repo.url(file)) {
            Ok(metadata) => self.download(file, &metadata).map(|_| true),
            Err(error) if status(&error) == Some(404) => {
                if let Some(folder) = absent.parent() {
                    fs::create_dir_all(folder)
                        .and_then(|()| fs::write(&absent, ""))
                        .context("the cache cannot be written")?;
                }
                Ok(false)
            }
            Err(error) => Err(self.hub.explained(error, self.name, file)),
        }
    }

    fn download(&self, file: &str, metadata: &Metadata) -> Result<PathBuf> {
        let blob = self.hub.cache.repo(self.name.repo("main")).blob_path(metadata.etag());
        let etag_is_name = !metadata.etag().is_empty()
            && metadata.etag().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !etag_is_name {
            bail!("{} answers with an entity tag of {:?} for {file}", self.hub.endpoint, metadata.etag());
        }
        let part = blob.with_extension("part");
        // Another writer's remains, or those of a file that has changed: nothing to go on from.
        if fs::metadata(&part).is_ok_and(|part| part.len() > metadata.size() as u64) {
            fs::remove_file(&part).context("the cache cannot be written")?;
        }
        let progress = Arriving { bar: bar(metadata.size() as u64, &short(file)) };
        let path = self
            .repo
            .download_with_progress(file, progress)
            .map_err(|error| self.hub.explained(error, self.name, file))?;
        let arrived = fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?.len();
        if arrived != metadata.size() as u64 {
            // Whole, but not what was announced: neither to be used nor to go on from.
            let _ = fs::remove_file(&path);
            let _ = fs::remove_file(&blob);
            bail!(
                "{file} of {} has {arrived} bytes where {} announced {}; it was discarded\nhint: run the command again",
                self.name.model,
                self.hub.endpoint,
                metadata.size()
            );
        }
        Ok(path)
    }
}

/// The end of a long file name.
fn short(file: &str) -> String {
    let n = file.chars().count();
    if n <= 24 { file.to_owned() } else { format!("…{}", file.chars().skip(n - 23).collect::<String>()) }
}

/// A bar over the bytes of a file.
struct Arriving {
    bar: ProgressBar,
}

impl Progress for Arriving {
    fn init(&mut self, size: usize, _: &str) {
        self.bar.set_length(size as u64);
        self.bar.set_position(0);
        self.bar.set_message("bytes");
    }

    fn update(&mut self, size: usize) {
        self.bar.inc(size as u64);
    }

    fn finish(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_are_told_apart() {
        let name = |model: &str, revision: &str| Some(Name { model: model.to_owned(), revision: revision.to_owned() });
        assert_eq!(Name::parse("Qwen/Qwen2.5-0.5B"), name("Qwen/Qwen2.5-0.5B", "main"));
        assert_eq!(Name::parse("org/name@v1.0"), name("org/name", "v1.0"));
        assert_eq!(Name::parse("org/name@refs/pr/3"), name("org/name", "refs/pr/3"));
        for path in
            ["model", "./a/b", "/a/b", "a/b/c", "../a", "a/../b", "a//b", "a/b@", "a/b@../c", "a/b c", "~/x", "a/.b"]
        {
            assert_eq!(Name::parse(path), None, "{path}");
        }
        // What is there is what is meant.
        let here = tempfile::tempdir().unwrap();
        assert_eq!(model_folder(here.path()).unwrap(), here.path());
        assert_eq!(model_folder(Path::new("a/b/c")).unwrap(), Path::new("a/b/c"));
    }

    #[test]
    fn an_index_names_safetensors_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join(INDEX);
        let check = |map: &str| {
            fs::write(&index, format!(r#"{{"weight_map": {map}}}"#)).unwrap();
            shards(&index)
        };
        assert_eq!(
            check(r#"{"a": "m-2.safetensors", "b": "m-1.safetensors", "c": "m-2.safetensors"}"#).unwrap(),
            ["m-1.safetensors", "m-2.safetensors"]
        );
        for hostile in ["pytorch_model.bin", "../x.safetensors", "/x.safetensors", "..\\\\x.safetensors"] {
            assert!(check(&format!(r#"{{"a": "{hostile}"}}"#)).is_err(), "{hostile}");
        }
    }
}
