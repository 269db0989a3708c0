//! A checkpoint: weights, moments and position, in one safetensors file that is renamed into place when whole. A run
//! that goes on from it computes what it would have computed without the break, bit for bit.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use empower_artifact::{ArtifactError, write_atomic};
use empower_engine::Parameter;
use safetensors::tensor::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::error::TrainError;
use crate::optimiser::Optimiser;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Optimiser steps taken.
    pub step: u64,
    /// Tokens seen, with repetitions.
    pub tokens: u64,
    /// Passes over the data begun before this one.
    pub epoch: u64,
    /// Items of this pass that are behind.
    pub item: usize,
}

struct Floats<'a> {
    shape: [usize; 1],
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
            tensors.push((format!("{part}:{}", parameter.name), Floats { shape: [values.len()], values }));
        }
    }
    let progress = serde_json::to_string(&progress).expect("four numbers");
    let metadata = HashMap::from([("progress".to_owned(), progress)]);
    let bytes = safetensors::serialize(tensors, Some(metadata))
        .map_err(|source| TrainError::Checkpoint { path: path.to_owned(), reason: source.to_string() })?;
    Ok(write_atomic(path, &bytes)?)
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
        fill(&file, &format!("weight:{name}"), parameter.values_mut()).map_err(damaged)?;
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

fn fill(file: &SafeTensors<'_>, name: &str, values: &mut [f32]) -> Result<(), String> {
    let view = file.tensor(name).map_err(|source| format!("{name}: {source}"))?;
    if view.dtype() != Dtype::F32 || view.data().len() != 4 * values.len() {
        return Err(format!("{name}: not {} floats", values.len()));
    }
    for (value, bytes) in values.iter_mut().zip(view.data().as_chunks::<4>().0) {
        *value = f32::from_le_bytes(*bytes);
    }
    Ok(())
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
            fill(&file, &format!("{part}:{name}"), values).map_err(damaged)?;
        }
    }
    optimiser.step = progress.step;
    Ok(Some(progress))
}
