//! Where the embedded model and the problem suite lie. Nothing is unpacked: they are plain files in one folder, that of
//! the source tree for a build run from there, or `share/empower` beside an installed program.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::hub;

/// Names the folder and goes before every other place.
const VARIABLE: &str = "EMPOWER_ASSETS";

/// Half of the problem suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// What may be trained on.
    Train,
    /// What is only evaluated on.
    Eval,
}

/// The embedded model's folder.
///
/// # Errors
/// No assets, or assets without a whole model.
pub fn model_dir() -> Result<PathBuf> {
    let dir = root()?.join("model");
    for name in ["config.json", "model.safetensors", "tokenizer.json"] {
        if !dir.join(name).is_file() {
            bail!(
                "the embedded model is not there: {} has no {name}\n\
                 hint: name a model folder with --model, or the folder of assets with {VARIABLE}",
                dir.display()
            );
        }
    }
    Ok(dir)
}

/// The folder of the model asked for, which may be a name of the hub, or else the embedded model's.
pub fn model_or_embedded(model: Option<&Path>) -> Result<PathBuf> {
    model.map_or_else(model_dir, hub::model_folder)
}

/// The words of the assistant's chat protocol.
///
/// # Errors
/// No assets, or assets without prompts.
pub fn assistant_prompts() -> Result<PathBuf> {
    prompts("assistant", "--prompts")
}

/// The words of the language-model human.
///
/// # Errors
/// No assets, or assets without prompts.
pub fn human_prompts() -> Result<PathBuf> {
    prompts("human", "--human-prompts")
}

fn prompts(name: &str, option: &str) -> Result<PathBuf> {
    let dir = root()?.join("prompts").join(name);
    if !dir.is_dir() {
        bail!(
            "the prompts are not there: no {}\nhint: name a folder of prompts with {option}, or the folder of assets with \
             {VARIABLE}",
            dir.display()
        );
    }
    Ok(dir)
}

/// The problems of one half of the suite.
///
/// # Errors
/// No assets, or assets without these problems.
pub fn problems(half: Half) -> Result<PathBuf> {
    let name = match half {
        Half::Train => "train.jsonl",
        Half::Eval => "eval.jsonl",
    };
    let path = root()?.join("problems").join(name);
    if !path.is_file() {
        bail!(
            "the embedded problems are not there: no {}\n\
             hint: name a file with --problems, or the folder of assets with {VARIABLE}",
            path.display()
        );
    }
    Ok(path)
}

/// The file that `--problems` names: `train` and `eval` are the halves of the embedded suite, all else is a path.
pub fn problems_named(name: &Path) -> Result<PathBuf> {
    match name.to_str() {
        Some("train") => problems(Half::Train),
        Some("eval") => problems(Half::Eval),
        _ => Ok(name.to_path_buf()),
    }
}

fn root() -> Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        let named = PathBuf::from(named);
        if !named.is_dir() {
            bail!("{VARIABLE} names {}, which is no folder\nhint: correct it, or unset it", named.display());
        }
        return Ok(named);
    }
    let installed = env::current_exe().ok().and_then(|path| Some(path.parent()?.parent()?.join("share/empower")));
    let source_tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets");
    let places = installed.into_iter().chain([source_tree]);
    for place in places {
        // Resolved, so that messages and manifests name a path that a person would write.
        if let Ok(place) = place.canonicalize() {
            return Ok(place);
        }
    }
    bail!("the assets folder (embedded model and problems) was not found\nhint: name it with {VARIABLE}")
}
