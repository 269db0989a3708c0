//! Remembered answers equal fresh ones, cost no second call, and survive whatever ends the process.

use std::io::BufRead;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use empower_cache::{Cache, CacheError, CachedGenerator, CachedScorer, Counts, Identity};
use empower_lm::scripted::{Script, ScriptedModel};
use empower_lm::{
    GeneratedToken, Generation, GenerationRequest, Generator, ModelError, ModelId, NextStep, Sampling, Scorer, TokenId,
    TokenLogprobs, contract,
};

fn model() -> ScriptedModel {
    let documents = vec![vec![5, 6, 7, 8, 9, 5, 6, 9], vec![5, 6, 7, 7, 7, 8]];
    ScriptedModel::new(Script { documents, order: 3, ..Script::blank(20) })
}

/// Counts what it is asked.
struct Counted<'m> {
    model: &'m ScriptedModel,
    asked: Mutex<Vec<usize>>,
}

impl Scorer for &Counted<'_> {
    fn model_id(&self) -> &ModelId {
        Scorer::model_id(self.model)
    }
    fn score(&self, documents: &[&[TokenId]]) -> Result<Vec<TokenLogprobs>, ModelError> {
        self.asked.lock().unwrap().push(documents.len());
        self.model.score(documents)
    }
}

impl Generator for &Counted<'_> {
    fn model_id(&self) -> &ModelId {
        Generator::model_id(self.model)
    }
    fn context(&self) -> usize {
        self.model.context()
    }
    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        self.asked.lock().unwrap().push(requests.len());
        self.model.generate(requests, watch)
    }
}

#[test]
fn a_second_run_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.sqlite");
    let model = model();
    let counted = Counted { model: &model, asked: Mutex::new(Vec::new()) };
    let documents: [&[TokenId]; 4] = [&[5, 6, 7], &[7, 7], &[5, 6, 7], &[]];
    let expected = model.score(&documents).unwrap();
    for run in 0..2 {
        let cache = Cache::open(&path).unwrap();
        let scorer = CachedScorer::new(&counted, &cache);
        assert_eq!(scorer.score(&documents).unwrap(), expected, "run {run}");
    }
    // Two of the four are equal and asked for once; the second run asks for none.
    assert_eq!(*counted.asked.lock().unwrap(), [3]);
    let cache = Cache::open(&path).unwrap();
    assert_eq!(cache.len().unwrap(), 3);
    let scorer = CachedScorer::new(&counted, &cache);
    scorer.score(&[&[5, 6, 7], &[9]]).unwrap();
    assert_eq!(*counted.asked.lock().unwrap(), [3, 1], "only what is new");
    assert_eq!(cache.counts(), Counts { hits: 1, misses: 1 });
}

#[test]
fn remembered_models_keep_their_promises() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("answers.sqlite")).unwrap();
    let model = model();
    let counted = Counted { model: &model, asked: Mutex::new(Vec::new()) };
    let generator = CachedGenerator::new(&counted, &cache);
    let prefixes: [&[TokenId]; 3] = [&[5], &[5, 6, 7], &[9, 5]];
    for _ in 0..2 {
        contract::check_generator(&generator, &prefixes);
        contract::check_scorer(&CachedScorer::new(&counted, &cache), &prefixes);
    }
    contract::check_scorer_agrees(&CachedScorer::new(&counted, &cache), &generator, &prefixes);
}

#[test]
fn a_model_speaks_as_far_as_its_callers_listen() {
    let folder = tempfile::tempdir().unwrap();
    let model = model();
    let drawn = Sampling::Random { temperature: 1.0, top_k: 0, top_p: 1.0, seed: 3 };
    for (name, sampling) in [("greedy", Sampling::Greedy), ("drawn", drawn)] {
        let cache = Cache::open(&folder.path().join(name)).unwrap();
        let counted = Counted { model: &model, asked: Mutex::new(Vec::new()) };
        let generator = CachedGenerator::new(&counted, &cache);
        let request = || GenerationRequest { prefix: &[5, 6], max_tokens: 6, sampling, session: None };
        // Both callers of one request are served by one answer, each as far as it listens.
        let listen = |model: &dyn Generator, keeps: [usize; 2]| {
            let mut seen = [0; 2];
            let generations = model.generate(&[request(), request()], &mut |i, _| {
                seen[i] += 1;
                if seen[i] > keeps[i] { NextStep::DropAndStop } else { NextStep::Continue }
            });
            generations.unwrap()
        };
        let mut calls = Vec::new();
        // Later callers stop sooner, at the same place, further on, not at all; then sooner again.
        for keeps in [[2, 1], [0, 2], [1, 3], [6, 0], [4, 6]] {
            assert_eq!(listen(&generator, keeps), listen(&model, keeps), "{name} {keeps:?}");
            calls.push(counted.asked.lock().unwrap().len());
        }
        assert_eq!(calls, [1, 1, 2, 3, 3], "{name}");
        assert!(counted.asked.lock().unwrap().iter().all(|n| *n == 1), "equal requests are asked once");
    }
}

/// A server whose model was exchanged: the same name, other probabilities.
struct Renamed(ScriptedModel, ModelId);

impl Generator for Renamed {
    fn model_id(&self) -> &ModelId {
        &self.1
    }
    fn context(&self) -> usize {
        self.0.context()
    }
    fn generate(
        &self,
        requests: &[GenerationRequest<'_>],
        watch: &mut dyn FnMut(usize, GeneratedToken) -> NextStep,
    ) -> Result<Vec<Generation>, ModelError> {
        self.0.generate(requests, watch)
    }
}

#[test]
fn a_model_that_draws_otherwise_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("answers.sqlite")).unwrap();
    let listen = |document: &[TokenId], keep: usize| {
        let model = ScriptedModel::new(Script { documents: vec![document.to_vec()], order: 3, ..Script::blank(20) });
        let sampling = Sampling::Random { temperature: 0.1, top_k: 0, top_p: 1.0, seed: 11 };
        let request = GenerationRequest { prefix: &[5, 6], max_tokens: 6, sampling, session: None };
        let mut seen = 0;
        let renamed = Renamed(model, ModelId("served".to_owned()));
        CachedGenerator::new(renamed, &cache).generate(&[request], &mut |_, _| {
            seen += 1;
            if seen > keep { NextStep::DropAndStop } else { NextStep::Continue }
        })
    };
    listen(&[5, 6, 7, 8, 9, 10, 11, 12], 1).unwrap();
    let Err(ModelError::Backend { source, .. }) = listen(&[5, 6, 13, 14, 15, 16, 17], 5) else {
        panic!("it said something else")
    };
    assert!(source.to_string().contains("answered otherwise"), "{source}");
}

#[test]
fn whatever_changes_the_answer_changes_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("answers.sqlite")).unwrap();
    let (one, other) = (ModelId("one".to_owned()), ModelId("other".to_owned()));
    let request = "prompt".to_owned();
    let identity = Identity { model: &one, kind: "chat", request: &request, repeat: 0, turn: 0 };
    let key = identity.key().unwrap();
    cache.put([(&key, &"answer".to_owned())]).unwrap();
    assert_eq!(cache.get::<String>(&key).unwrap().as_deref(), Some("answer"));
    let changed = "prompt ".to_owned();
    for different in [
        Identity { model: &other, ..identity.clone() },
        Identity { kind: "generate", ..identity.clone() },
        Identity { request: &changed, ..identity.clone() },
        Identity { repeat: 1, ..identity.clone() },
        Identity { turn: 1, ..identity.clone() },
    ] {
        assert_eq!(cache.get::<String>(&different.key().unwrap()).unwrap(), None, "{different:?}");
    }
    // The first answer stays.
    cache.put([(&key, &"second".to_owned())]).unwrap();
    assert_eq!(cache.get::<String>(&key).unwrap().as_deref(), Some("answer"));
    assert!(matches!(cache.get::<u64>(&key), Err(CacheError::Form { .. })));
}

#[test]
fn files_that_are_no_cache_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "a text of more than sixteen bytes, and then some more of it\n".repeat(40)).unwrap();
    let before = std::fs::read(&text).unwrap();
    assert!(matches!(Cache::open(&text), Err(CacheError::Foreign { .. })));
    assert_eq!(std::fs::read(&text).unwrap(), before);
    let error = Cache::open(&folder.path().join("none/answers.sqlite")).unwrap_err();
    assert!(error.to_string().contains("does its folder exist"), "{error}");
    let damaged = folder.path().join("damaged.sqlite");
    drop(Cache::open(&damaged).unwrap());
    std::fs::write(&damaged, b"SQLite format 3\0 and then nothing of the kind").unwrap();
    assert!(Cache::open(&damaged).is_err());
}

#[test]
fn many_threads_share_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.sqlite");
    // Two connections, as of two processes, four threads on each.
    let caches = [Cache::open(&path).unwrap(), Cache::open(&path).unwrap()];
    let model = ModelId("m".to_owned());
    std::thread::scope(|scope| {
        for thread in 0..8_usize {
            let (cache, model) = (&caches[thread % 2], &model);
            scope.spawn(move || {
                for i in 0..50_usize {
                    let key = Identity { model, kind: "chat", request: &i, repeat: 0, turn: 0 }.key().unwrap();
                    cache.put([(&key, &(i * i))]).unwrap();
                    assert_eq!(cache.get::<usize>(&key).unwrap(), Some(i * i));
                }
            });
        }
    });
    assert_eq!(caches[0].len().unwrap(), 50);
}

/// Writes answers for ever, saying each number once it is kept. Run by [`a_killed_process_loses_nothing_that_it_kept`].
#[test]
#[ignore = "a part of another test, which starts it"]
fn write_until_killed() {
    let Ok(path) = std::env::var("EMPOWER_CACHE_TEST") else { return };
    let cache = Cache::open(Path::new(&path)).unwrap();
    let model = ModelId("m".to_owned());
    for i in 0_u64.. {
        let key = Identity { model: &model, kind: "chat", request: &i, repeat: 0, turn: 0 }.key().unwrap();
        cache.put([(&key, &i)]).unwrap();
        println!("kept {i}");
    }
}

#[test]
fn a_killed_process_loses_nothing_that_it_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.sqlite");
    let model = ModelId("m".to_owned());
    for _ in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "write_until_killed", "--nocapture"])
            .env("EMPOWER_CACHE_TEST", &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut last = None;
        for line in std::io::BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            // The harness writes the test's name before its first line.
            if let Some((_, number)) = line.split_once("kept ") {
                last = number.parse::<u64>().ok();
            }
            if last.is_some_and(|last| last >= 100) {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let cache = Cache::open(&path).unwrap();
        for i in 0..=last.expect("it wrote") {
            let identity = Identity { model: &model, kind: "chat", request: &i, repeat: 0, turn: 0 };
            assert_eq!(cache.get::<u64>(&identity.key().unwrap()).unwrap(), Some(i));
        }
    }
}
