//! The steps of an experiment between reading files and writing rows, as `empower demo` and `empower run` share them:
//! gathering documents, scoring them, choosing examples, fine-tuning, and the assistant that results. Folders, keys and
//! progress belong to the callers.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use empower_artifact::{Seed, write_atomic};
use empower_data::{
    Document, DocumentExamplesRow, ExampleOptions, ExampleRow, FunctionOptions, ReadOptions, ScoredDocument,
    document_examples, python_library_functions, read_documents,
};
use empower_engine::{Decoder, Engine, Storage};
use empower_experiment::{Contestant, Recipe};
use empower_lm::{ChatError, ChatTemplate, Generator, Scorer, TokenId, Tokenizer, Windowing};
use empower_select::Estimator;
use empower_sim::{Assistant, ChatExample, ChatProtocol};
use empower_train::sft::{Examples, Frame};
use empower_train::{LoraSettings, MetricsRow, ModelHeader, TrainingSettings, train};
use serde::{Deserialize, Serialize};

/// Functions of the standard library of an interpreter, drawn by the seed.
pub fn library_functions(python: &Path, n_functions: usize, seed: Seed) -> Result<Vec<Document>> {
    let output = std::process::Command::new(python)
        .args(["-I", "-c", "import sysconfig; print(sysconfig.get_paths()['stdlib'])"])
        .output()
        .with_context(|| format!("cannot start {}", python.display()))?;
    let library = String::from_utf8(output.stdout).context("the interpreter's library path is not UTF-8")?;
    let options = FunctionOptions {
        sample: Some(n_functions),
        seed: seed.value(),
        skip_unreadable: true,
        ..FunctionOptions::default()
    };
    Ok(python_library_functions(Path::new(library.trim()), &options)?.documents)
}

/// The documents of files and folders; of folders, the files with these extensions.
pub fn read_corpus(paths: &[PathBuf], extensions: &[String]) -> Result<Vec<Document>> {
    let options = ReadOptions { extensions: extensions.to_vec(), ..ReadOptions::default() };
    Ok(read_documents(paths, &options)?.documents)
}

/// A document's tokens and what a model says of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// The document.
    pub id: String,
    /// Its tokens.
    pub token_ids: Vec<TokenId>,
    /// As the estimator has it, in nats: log-probabilities, or entropies.
    pub nats: Vec<Option<f32>>,
    /// Tokens that each window but the first repeats, where the document is longer than the context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<usize>,
}

/// Documents scored at once. Chosen: functions of some hundred tokens, so a second or two of the embedded model.
pub const SCORED_AT_ONCE: usize = 64;

/// Scores some documents. `windowing` says how one of so many tokens is scored where it does not fit the context.
pub fn score(
    model: &dyn Scorer,
    windowing: &dyn Fn(usize) -> Option<Windowing>,
    tokenizer: &Tokenizer,
    documents: &[Document],
    estimator: Estimator,
) -> Result<Vec<ScoreRow>> {
    let tokens: Vec<Vec<TokenId>> = documents.iter().map(|document| tokenizer.encode(&document.text)).collect();
    let slices: Vec<&[TokenId]> = tokens.iter().map(Vec::as_slice).collect();
    let values: Vec<Vec<Option<f32>>> = match estimator {
        Estimator::Nll => model.score(&slices)?.into_iter().map(|answer| answer.logprobs).collect(),
        Estimator::Entropy => model.entropies(&slices)?.into_iter().map(|answer| answer.nats).collect(),
    };
    let row = |((document, token_ids), nats): ((&Document, Vec<TokenId>), Vec<Option<f32>>)| ScoreRow {
        id: document.id.clone(),
        overlap: windowing(token_ids.len()).map(|windowing| windowing.overlap),
        token_ids,
        nats,
    };
    Ok(documents.iter().zip(tokens).zip(values).map(row).collect())
}

/// The examples of scored documents. `seed` is the experiment's.
pub fn select(scored: &[ScoreRow], recipe: Recipe, seed: Seed) -> Result<Vec<DocumentExamplesRow>> {
    let options = ExampleOptions {
        method: recipe.method,
        estimator: recipe.estimator,
        states: recipe.states,
        seed: seed.named("select").value(),
        drop_silent: false,
    };
    let rows = scored.iter().map(|row| {
        let document = ScoredDocument { document_id: &row.id, token_ids: &row.token_ids, logprobs: Some(&row.nats) };
        Ok(DocumentExamplesRow { overlap: row.overlap, ..document_examples(document, &options)? })
    });
    rows.collect()
}

/// Examples as the model is trained on them, with those left out because their conversation does not fit the context or
/// cannot say them.
pub struct Framed {
    /// Ready to be trained on.
    pub examples: Examples,
    /// Left out.
    pub left_out: usize,
}

/// Examples put into conversations, each a sequence of its own: the code so far stands in the prompt, so that no two
/// states of a document share one. The loss is on the answer and the token that ends the turn.
pub fn in_conversation(
    rows: impl Iterator<Item = Result<ExampleRow>>,
    chat: &ChatProtocol,
    frame: Frame,
) -> Result<Framed> {
    let frame = Frame { stop: chat.turn_end().unwrap_or(frame.stop), ..frame };
    let (mut put, mut left_out) = (Vec::new(), 0);
    for row in rows {
        let row = row?;
        let example = chat.example(&row.prefix_token_ids, &row.token_ids)?;
        // One position for a beginning-of-sequence token.
        match example.filter(|it| it.prompt.len() + it.answer.len() < frame.context) {
            Some(ChatExample { prompt, answer }) => {
                put.push(ExampleRow { prefix_token_ids: prompt, token_ids: answer, ..row });
            }
            None => left_out += 1,
        }
    }
    Ok(Framed { examples: Examples::row_by_row(&put, frame), left_out })
}

/// What is said of examples left out.
pub fn left_out_warning(left_out: usize) -> String {
    format!("{left_out} examples are left out: their conversation does not fit the context or cannot say them")
}

/// The examples of documents one by one.
pub fn one_by_one<'r>(
    rows: &'r [DocumentExamplesRow],
    tokenizer: &'r Tokenizer,
) -> impl Iterator<Item = Result<ExampleRow>> + 'r {
    rows.iter().flat_map(|row| row.rows(|tokens| Ok(tokenizer.decode(tokens))))
}

/// What is fine-tuned, and how.
pub struct FineTuning<'a> {
    /// The base model's folder.
    pub model: &'a Path,
    /// Its tokenizer.
    pub tokenizer: &'a Tokenizer,
    /// How.
    pub settings: &'a TrainingSettings,
    /// An adapter beside frozen weights, in place of training all of them.
    pub lora: Option<&'a LoraSettings>,
    /// The conversation in which the model is shown the code; as tokens to continue without one.
    pub chat: Option<&'a ChatProtocol>,
}

/// Puts what a model's folder holds beside weights, configuration and tokenizer into the folder of what was fine-tuned
/// from it: its chat template, and its defaults for generating.
pub fn keep_companions(base: &Path, target: &Path) -> Result<()> {
    match ChatTemplate::open(base) {
        Ok(template) => write_atomic(&target.join("chat_template.jinja"), template.source().as_bytes())?,
        Err(ChatError::NoTemplate { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let name = "generation_config.json";
    match std::fs::read(base.join(name)) {
        Ok(bytes) => write_atomic(&target.join(name), &bytes)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", base.join(name).display())),
    }
    Ok(())
}

/// What marks an adapter's folder.
const ADAPTER: &str = "adapter_config.json";

impl FineTuning<'_> {
    /// Fine-tunes into the folder `target`, or goes on from its checkpoint; a finished model is left as it is.
    /// `progress` is told the share that is behind and the bits a target. Returns how many examples were left out.
    pub fn run(
        &self,
        rows: &[DocumentExamplesRow],
        target: &Path,
        progress: &mut dyn FnMut(f64, f64),
    ) -> Result<usize> {
        let positions = ModelHeader::read(self.model)?.config.max_position_embeddings;
        let frame = Frame::new(self.tokenizer, positions)?;
        let is_finished = target.join("config.json").is_file() || target.join(ADAPTER).is_file();
        let Framed { examples, left_out } = match self.chat {
            Some(chat) => in_conversation(one_by_one(rows, self.tokenizer), chat, frame)?,
            None if is_finished => return Ok(0),
            None => Framed { examples: Examples::dense(rows, frame)?, left_out: 0 },
        };
        if is_finished {
            return Ok(left_out);
        }
        // Opened anew: an engine's own copy is frozen, and shares the file.
        let mut decoder = match self.lora {
            Some(lora) => {
                let mut decoder = Decoder::open_frozen(self.model)?;
                decoder.add_adapters(lora.clone(), self.settings.seed.named("adapters").value())?;
                decoder
            }
            None => Decoder::open(self.model)?,
        };
        train(&mut decoder, &examples, None, self.settings, target, &mut |row| {
            if let MetricsRow::Step { done, bits_per_token, .. } = row {
                progress(*done, *bits_per_token);
            }
        })?;
        match self.lora {
            Some(_) => decoder.save_adapter(target, &self.model.display().to_string())?,
            None => {
                self.tokenizer.save_folder(target, positions)?;
                keep_companions(self.model, target)?;
                // config.json is written last: where it is, the model is whole.
                decoder.save(target, Storage::Bf16)?;
            }
        }
        std::fs::remove_file(target.join(empower_train::CHECKPOINT)).context("removing the finished checkpoint")?;
        Ok(left_out)
    }

    /// What [`run`](Self::run) stored, and nothing that it still had in memory: so a resumed run is the same run.
    pub fn open(&self, target: &Path) -> Result<Engine> {
        let decoder = if target.join(ADAPTER).is_file() {
            let mut decoder = Decoder::open_frozen(self.model)?;
            decoder.open_adapter(target)?;
            decoder
        } else {
            Decoder::open(target)?
        };
        Ok(Engine::new(decoder, self.tokenizer))
    }
}

/// The assistant of a contestant over its model: the fine-tuned one for those that are, the base model for the others.
pub fn assistant<'m>(contestant: Contestant, model: &'m dyn Generator) -> Assistant<'m> {
    match contestant {
        Contestant::Tuned(recipe) => Assistant::tuned(&recipe.name(), recipe.method.eta(), model),
        Contestant::Base => Assistant::base(model),
        Contestant::BaseCut(n) => Assistant::base_cut(model, n),
        Contestant::Stopped(rule) => Assistant::stopped(model, rule),
        Contestant::HumanAlone => Assistant::human_alone(),
    }
}
