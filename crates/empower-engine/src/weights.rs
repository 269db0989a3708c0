//! A model folder in Hugging Face layout, in and out: `config.json`, `model.safetensors`, and the tokenizer's files.
//!
//! Whatever a file claims is checked before it is believed: names, shapes, types, finite values. Writing goes to a file
//! aside that is renamed when it is whole.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use half::{bf16, f16};
use rayon::prelude::*;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::config::Config;
use crate::decoder::Decoder;
use crate::error::EngineError;
use crate::parameters::{Parameter, layout};

/// File of the weights in a model folder.
const WEIGHTS: &str = "model.safetensors";

/// How weights are stored. They are always computed with in `f32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// Four bytes a weight, exact.
    F32,
    /// Two bytes a weight, rounded to nearest.
    Bf16,
}

impl Decoder {
    /// Opens a model folder.
    pub fn open(folder: &Path) -> Result<Self, EngineError> {
        let config = Config::read(&folder.join("config.json"))?;
        let path = folder.join(WEIGHTS);
        let bytes =
            std::fs::read(&path).map_err(|source| EngineError::Io { action: "read", path: path.clone(), source })?;
        let damaged = |reason: String| EngineError::Weights { path: path.clone(), reason };
        let file = SafeTensors::deserialize(&bytes).map_err(|source| damaged(source.to_string()))?;
        let mut tensors: HashMap<String, TensorView<'_>> = file.tensors().into_iter().collect();
        let (list, _) = layout(&config);
        let mut parameters = Vec::with_capacity(list.len());
        for (name, shape) in list {
            let wrong = |expected: String, got: String| EngineError::Tensor {
                path: path.clone(),
                tensor: name.clone(),
                expected,
                got,
            };
            let Some(view) = tensors.remove(&name) else {
                return Err(wrong(format!("a tensor of shape {shape:?}"), "none".to_owned()));
            };
            if view.shape() != shape {
                return Err(wrong(format!("shape {shape:?}"), format!("shape {:?}", view.shape())));
            }
            let Some(values) = to_f32(&view) else {
                return Err(wrong("type F32, BF16 or F16".to_owned(), format!("{:?}", view.dtype())));
            };
            if let Some(element) = values.iter().position(|value| !value.is_finite()) {
                return Err(EngineError::NotFinite { path: path.clone(), tensor: name, element });
            }
            parameters.push(Parameter::new(name, shape, values));
        }
        // Old exports keep constants that are computed here; a tied output layer may be stored twice.
        tensors.retain(|name, _| {
            let spare = name.ends_with("rotary_emb.inv_freq") || config.tie_word_embeddings && name == "lm_head.weight";
            !spare
        });
        if let Some(tensor) = tensors.into_keys().min() {
            let expected = "no tensor of this name".to_owned();
            return Err(EngineError::Tensor { path, tensor, expected, got: "one".to_owned() });
        }
        Ok(Self::assemble(config, parameters))
    }

    /// Writes `config.json` and `model.safetensors` into an existing folder, each renamed into place when whole.
    pub fn save(&self, folder: &Path, storage: Storage) -> Result<(), EngineError> {
        let (dtype, name) = match storage {
            Storage::F32 => (Dtype::F32, "float32"),
            Storage::Bf16 => (Dtype::BF16, "bfloat16"),
        };
        let config = Config { torch_dtype: Some(name.to_owned()), ..self.config.clone() };
        let mut text = serde_json::to_string_pretty(&config).expect("a configuration is plain data");
        text.push('\n');
        let tensors = self.parameters.iter().map(|parameter| {
            let tensor = Tensor { dtype, shape: &parameter.shape, values: parameter.values() };
            (parameter.name.as_str(), tensor)
        });
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        let bytes = safetensors::serialize(tensors, Some(metadata))
            .map_err(|source| EngineError::Weights { path: folder.join(WEIGHTS), reason: source.to_string() })?;
        replace(&folder.join(WEIGHTS), &bytes)?;
        replace(&folder.join("config.json"), text.as_bytes())
    }
}

struct Tensor<'a> {
    dtype: Dtype,
    shape: &'a [usize],
    values: &'a [f32],
}

impl safetensors::View for Tensor<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned(match self.dtype {
            Dtype::BF16 => self.values.iter().flat_map(|value| bf16::from_f32(*value).to_le_bytes()).collect(),
            _ => self.values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        })
    }
    fn data_len(&self) -> usize {
        self.values.len() * if self.dtype == Dtype::BF16 { 2 } else { 4 }
    }
}

fn to_f32(view: &TensorView<'_>) -> Option<Vec<f32>> {
    let data = view.data();
    let halves = |convert: fn([u8; 2]) -> f32| data.as_chunks::<2>().0.par_iter().map(|b| convert(*b)).collect();
    match view.dtype() {
        Dtype::F32 => Some(data.as_chunks::<4>().0.par_iter().map(|b| f32::from_le_bytes(*b)).collect()),
        Dtype::BF16 => Some(halves(|b| bf16::from_le_bytes(b).to_f32())),
        Dtype::F16 => Some(halves(|b| f16::from_le_bytes(b).to_f32())),
        _ => None,
    }
}

/// Writes a file aside, flushes it to the disk, and renames it into place.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let aside = path.with_extension("partial");
    let failed = |source| EngineError::Io { action: "write", path: path.to_owned(), source };
    let write = || {
        let mut file = std::fs::File::create(&aside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&aside, path)
    };
    write().map_err(|source| {
        // Nothing half-written stays; that this may fail too changes nothing.
        let _ = std::fs::remove_file(&aside);
        failed(source)
    })
}
