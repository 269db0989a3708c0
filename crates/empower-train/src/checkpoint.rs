//! A checkpoint: weights, moments and position, in one safetensors file that is renamed into place when whole. A run
//! that goes on from it computes what it would have computed without the break, bit for bit.
//!
//! Beside it stand the weights with the lowest held-out loss, named after their step. A checkpoint says which step that
//! was, and older files go only after it is written: whatever moment a run is killed at, its best is still there.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use empower_artifact::ArtifactError;
use empower_engine::Parameter;
use safetensors::tensor::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::error::TrainError;
use crate::optimiser::Optimiser;
use crate::trainer::{BestModel, EarlyStopping};

/// The lowest held-out loss of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// The step after which it was measured; the first of equals.
    pub step: u64,
    /// The loss in bits a target.
    pub bits_per_token: f64,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Optimiser steps taken.
    pub step: u64,
    /// Tokens seen, with repetitions.
    pub tokens: u64,
    /// Passes over the data begun before this one.
    pub epoch: u64,
    /// Items of this pass that are behind.
    pub item: usize,
    /// The lowest held-out loss so far, where there was an evaluation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Best>,
    /// The held-out loss that the next improvement is measured against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<f64>,
    /// Evaluations since that one.
    #[serde(default)]
    stale: u64,
    /// Whether the run ended because the held-out loss no longer fell.
    #[serde(default)]
    pub stopped_early: bool,
}

impl Progress {
    /// Takes note of a held-out loss; says whether it is the lowest so far.
    pub(crate) fn note_evaluation(&mut self, bits_per_token: f64, stopping: Option<EarlyStopping>) -> bool {
        let is_best = self.best.is_none_or(|best| bits_per_token < best.bits_per_token);
        if is_best {
            self.best = Some(Best { step: self.step, bits_per_token });
        }
        let min_delta = stopping.map_or(0.0, |stopping| stopping.min_delta);
        if self.reference.is_none_or(|reference| bits_per_token < reference - min_delta) {
            (self.reference, self.stale) = (Some(bits_per_token), 0);
        } else {
            self.stale += 1;
        }
        self.stopped_early = stopping.is_some_and(|stopping| self.stale >= stopping.patience);
        is_best
    }

    /// The step whose weights a run that ended here leaves in its decoder.
    pub fn model_step(&self, best: BestModel) -> u64 {
        match (best, self.best) {
            (BestModel::Final, Some(best)) => best.step,
            _ => self.step,
        }
    }
}

/// File of a run folder that holds the trained weights after `step`, under their own names, where that step's held-out
/// loss was the lowest.
pub fn best_file(step: u64) -> String {
    format!("{BEST}{step}.safetensors")
}

const BEST: &str = "best-";

struct Floats<'a> {
    shape: Box<[usize]>,
    values: &'a [f32],
}

impl safetensors::View for Floats<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }
    fn data_len(&self) -> usize {
        4 * self.values.len()
    }
}

/// Writes a checkpoint of the trained parameters.
pub(crate) fn write(
    path: &Path,
    parameters: &[Parameter],
    optimiser: &Optimiser,
    progress: Progress,
) -> Result<(), TrainError> {
    let mut tensors = Vec::new();
    for (parameter, moments) in parameters.iter().zip(&optimiser.moments) {
        let Some(moments) = moments else { continue };
        let parts = [("weight", parameter.values()), ("first", &moments.first), ("second", &moments.second)];
        for (part, values) in parts {
            tensors.push((format!("{part}:{}", parameter.name), Floats { shape: [values.len()].into(), values }));
        }
    }
    let progress = serde_json::to_string(&progress).expect("plain numbers");
    store(path, tensors, HashMap::from([("progress".to_owned(), progress)]))
}

/// Writes the trained parameters alone.
pub(crate) fn write_best(
    folder: &Path,
    parameters: &[Parameter],
    optimiser: &Optimiser,
    step: u64,
) -> Result<(), TrainError> {
    let trained = parameters.iter().zip(&optimiser.moments).filter(|(_, moments)| moments.is_some());
    let tensors = trained.map(|(parameter, _)| {
        let values = Floats { shape: parameter.shape.clone().into(), values: parameter.values() };
        (parameter.name.clone(), values)
    });
    store(&folder.join(best_file(step)), tensors.collect(), HashMap::from([("format".to_owned(), "pt".to_owned())]))
}

/// Reads the trained parameters of [`write_best`] back.
pub(crate) fn read_best(
    folder: &Path,
    parameters: &mut [Parameter],
    optimiser: &Optimiser,
    step: u64,
) -> Result<(), TrainError> {
    let path = folder.join(best_file(step));
    let bytes = std::fs::read(&path).map_err(|source| ArtifactError::io("read", &path, source))?;
    let damaged = |reason: String| TrainError::Checkpoint { path: path.clone(), reason };
    let file = SafeTensors::deserialize(&bytes).map_err(|source| damaged(source.to_string()))?;
    for (parameter, moments) in parameters.iter_mut().zip(&optimiser.moments) {
        if moments.is_some() {
            let name = parameter.name.clone();
            fill(parameter.values_mut(), &file, &name).map_err(&damaged)?;
        }
    }
    Ok(())
}

/// Removes what [`write_best`] wrote for other steps than `best`'s.
pub(crate) fn remove_best_but(folder: &Path, best: Option<Best>) -> Result<(), TrainError> {
    let kept = best.map(|best| best_file(best.step));
    let listed = |source| ArtifactError::io("list", folder, source);
    for entry in std::fs::read_dir(folder).map_err(listed)? {
        let entry = entry.map_err(listed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let step = name.strip_prefix(BEST).and_then(|rest| rest.strip_suffix(".safetensors"));
        let is_ours = step.is_some_and(|step| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()));
        if is_ours && kept.as_deref() != Some(&*name) {
            std::fs::remove_file(entry.path()).map_err(|source| ArtifactError::io("remove", &entry.path(), source))?;
        }
    }
    Ok(())
}

/// Writes tensors aside, one after another, and renames the file when it is on the disk. Needs memory for the largest
/// tensor only.
fn store(path: &Path, tensors: Vec<(String, Floats<'_>)>, metadata: HashMap<String, String>) -> Result<(), TrainError> {
    let aside = path.with_extension("partial");
    let failed = |source: std::io::Error| ArtifactError::io("write", path, source);
    let written = safetensors::serialize_to_file(tensors, Some(metadata), &aside)
        .map_err(|source| TrainError::Checkpoint { path: path.to_owned(), reason: source.to_string() })
        .and_then(|()| Ok(std::fs::File::open(&aside).and_then(|file| file.sync_all()).map_err(failed)?))
        .and_then(|()| Ok(std::fs::rename(&aside, path).map_err(failed)?));
    if written.is_err() {
        // Nothing half-written stays; that this may fail too changes nothing.
        let _ = std::fs::remove_file(&aside);
    }
    written
}

/// Copies a tensor of floats into `values`, or says what is wrong with it.
fn fill(values: &mut [f32], file: &SafeTensors<'_>, name: &str) -> Result<(), String> {
    let view = file.tensor(name).map_err(|source| format!("{name}: {source}"))?;
    if view.dtype() != Dtype::F32 || view.data().len() != 4 * values.len() {
        return Err(format!("{name}: not {} floats", values.len()));
    }
    for (value, bytes) in values.iter_mut().zip(view.data().as_chunks::<4>().0) {
        *value = f32::from_le_bytes(*bytes);
    }
    Ok(())
}

/// Takes the weights of a run that is under way, and nothing else: another run begins with them. Returns where that run
/// stood.
///
/// # Errors
/// No checkpoint, or one of another shape.
pub fn read_weights(path: &Path, parameters: &mut [Parameter]) -> Result<Progress, TrainError> {
    let damaged = |reason: String| TrainError::Checkpoint { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|source| ArtifactError::io("read", path, source))?;
    let (progress, file) = open(&bytes).map_err(damaged)?;
    for parameter in parameters {
        let name = parameter.name.clone();
        fill(parameter.values_mut(), &file, &format!("weight:{name}")).map_err(damaged)?;
    }
    Ok(progress)
}

fn open(bytes: &[u8]) -> Result<(Progress, SafeTensors<'_>), String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|source| source.to_string())?;
    let progress = header.metadata().as_ref().and_then(|metadata| metadata.get("progress"));
    let progress = progress.ok_or_else(|| "it does not say where the run stood".to_owned())?;
    let progress: Progress = serde_json::from_str(progress).map_err(|source| source.to_string())?;
    Ok((progress, SafeTensors::deserialize(bytes).map_err(|source| source.to_string())?))
}

/// Reads a checkpoint back into parameters and an optimiser of the same shapes; `None` where there is no file.
pub(crate) fn read(
    path: &Path,
    parameters: &mut [Parameter],
    optimiser: &mut Optimiser,
) -> Result<Option<Progress>, TrainError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ArtifactError::io("read", path, source).into()),
    };
    let damaged = |reason: String| TrainError::Checkpoint { path: path.to_owned(), reason };
    let (progress, file) = open(&bytes).map_err(damaged)?;
    for (parameter, moments) in parameters.iter_mut().zip(&mut optimiser.moments) {
        let Some(moments) = moments else { continue };
        let name = parameter.name.clone();
        let parts: [(_, &mut [f32]); 3] =
            [("weight", parameter.values_mut()), ("first", &mut moments.first), ("second", &mut moments.second)];
        for (part, values) in parts {
            fill(values, &file, &format!("{part}:{name}")).map_err(damaged)?;
        }
    }
    optimiser.step = progress.step;
    Ok(Some(progress))
}
