//! A model folder in Hugging Face layout, in and out: `config.json`, and the weights in one safetensors file or in
//! several with an index.
//!
//! Whatever a file claims is checked before it is believed: names, shapes, types, finite values. Writing goes to a file
//! aside that is renamed when it is whole.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use half::{bf16, f16};
use rayon::prelude::*;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::Deserialize;

use crate::config::Config;
use crate::decoder::Decoder;
use crate::error::EngineError;
use crate::mapped::Mapped;
use crate::parameters::{Parameter, layout};

/// File of the weights in a model folder.
const WEIGHTS: &str = "model.safetensors";

/// File that says which of several files a tensor is in.
const INDEX: &str = "model.safetensors.index.json";

/// How weights are stored. They are always computed with in `f32`, unless a [`crate::Precision`] says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// Four bytes a weight, exact.
    F32,
    /// Two bytes a weight, rounded to nearest.
    Bf16,
}

/// Tensors of one or several files.
struct Tensors<'a>(BTreeMap<String, (usize, TensorView<'a>)>);

impl Decoder {
    /// Opens a model folder with all weights in single precision, ready to be trained.
    pub fn open(folder: &Path) -> Result<Self, EngineError> {
        Self::open_as(folder, false)
    }

    /// Opens a model folder with matrices left as they are stored where that is bfloat16: they stay in their file, are
    /// read from there when they are needed, and are frozen. Other types are widened.
    pub fn open_frozen(folder: &Path) -> Result<Self, EngineError> {
        Self::open_as(folder, true)
    }

    fn open_as(folder: &Path, as_stored: bool) -> Result<Self, EngineError> {
        let config = Config::read(&folder.join("config.json"))?;
        let paths = weight_files(folder)?;
        let open = |path: &PathBuf| Mapped::open(path).map(Arc::new);
        let files = paths.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let mut tensors = Tensors::of(&paths, &files)?;
        check_index(folder, &paths, &tensors)?;
        let arithmetic = config.arithmetic().expect("a configuration that was read is checked");
        let (list, _) = layout(&config, &arithmetic);
        let mut parameters = Vec::with_capacity(list.len());
        for (name, shape) in list {
            let Some((file, view)) = tensors.0.remove(&name) else {
                return Err(EngineError::Tensor {
                    path: if paths.len() == 1 { paths[0].clone() } else { folder.join(INDEX) },
                    tensor: name,
                    expected: format!("a tensor of shape {shape:?}"),
                    got: "none".to_owned(),
                });
            };
            parameters.push(parameter(name, shape, &paths[file], &files[file], &view, as_stored)?);
        }
        // Old exports keep constants that are computed here; a tied output layer may be stored twice.
        tensors.0.retain(|name, _| {
            let spare = name.ends_with("rotary_emb.inv_freq") || config.is_tied() && name == "lm_head.weight";
            !spare
        });
        if let Some((tensor, (file, _))) = tensors.0.pop_first() {
            let (expected, path) = ("no tensor of this name".to_owned(), paths[file].clone());
            return Err(EngineError::Tensor { path, tensor, expected, got: "one".to_owned() });
        }
        let mut decoder = Self::assemble(config, parameters);
        if as_stored {
            decoder.parameters.iter_mut().for_each(|parameter| parameter.set_frozen(true));
        }
        Ok(decoder)
    }

    /// Writes `config.json` and `model.safetensors` into an existing folder, each renamed into place when whole.
    /// Adapters are not written; [`Decoder::merge_adapters`] works them into the weights.
    pub fn save(&self, folder: &Path, storage: Storage) -> Result<(), EngineError> {
        let (dtype, name) = match storage {
            Storage::F32 => (Dtype::F32, "float32"),
            Storage::Bf16 => (Dtype::BF16, "bfloat16"),
        };
        let mut config = Config { torch_dtype: Some(name.to_owned()), ..self.config.clone() };
        // The newer spelling of the same.
        config.other.remove("dtype");
        let mut text = serde_json::to_string_pretty(&config).expect("a configuration is plain data");
        text.push('\n');
        let base = self.parameters[..self.n_base].iter();
        let tensors = base.map(|parameter| (parameter.name.as_str(), Tensor { dtype, parameter }));
        write_tensors(&folder.join(WEIGHTS), tensors)?;
        replace(&folder.join("config.json"), |path| std::fs::write(path, text.as_bytes()))
    }
}

/// The files that hold the weights: one, or those that the index names.
fn weight_files(folder: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let single = folder.join(WEIGHTS);
    if single.exists() {
        return Ok(vec![single]);
    }
    match read_index(folder)? {
        Some(index) => {
            let files: BTreeSet<&String> = index.weight_map.values().collect();
            Ok(files.into_iter().map(|file| folder.join(file)).collect())
        }
        // Neither is there: the error names the file that one would look for first.
        None => Ok(vec![single]),
    }
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

fn read_index(folder: &Path) -> Result<Option<Index>, EngineError> {
    let path = folder.join(INDEX);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(EngineError::Io { action: "read", path, source }),
    };
    let refuse =
        |field: &str, reason: String| EngineError::Config { path: path.clone(), field: field.to_owned(), reason };
    let index: Index = serde_json::from_str(&text).map_err(|source| refuse("(whole file)", source.to_string()))?;
    if index.weight_map.is_empty() {
        return Err(refuse("weight_map", "it names no file".to_owned()));
    }
    for (tensor, file) in &index.weight_map {
        // A file of this folder and no other place.
        if Path::new(file).file_name() != Some(file.as_ref()) || !file.ends_with(".safetensors") {
            return Err(refuse(&format!("weight_map.{tensor}"), format!("`{file}` is no safetensors file's name")));
        }
    }
    Ok(Some(index))
}

/// Holds what the index says against what the files have.
fn check_index(folder: &Path, paths: &[PathBuf], tensors: &Tensors<'_>) -> Result<(), EngineError> {
    if paths[0] == folder.join(WEIGHTS) {
        return Ok(());
    }
    let Some(index) = read_index(folder)? else { return Ok(()) };
    for (tensor, file) in index.weight_map {
        let found = tensors.0.get(&tensor).map(|(at, _)| &paths[*at]);
        if found != Some(&folder.join(&file)) {
            let got = found.map_or("none".to_owned(), |path| format!("one in {}", path.display()));
            let (path, expected) = (folder.join(INDEX), format!("the tensor in {file}, where the index has it"));
            return Err(EngineError::Tensor { path, tensor, expected, got });
        }
    }
    Ok(())
}

impl<'a> Tensors<'a> {
    fn of(paths: &[PathBuf], files: &'a [Arc<Mapped>]) -> Result<Self, EngineError> {
        let mut all = BTreeMap::new();
        for (at, (path, file)) in paths.iter().zip(files).enumerate() {
            let damaged = |reason: String| EngineError::Weights { path: path.clone(), reason };
            let tensors = SafeTensors::deserialize(file.bytes()).map_err(|source| damaged(source.to_string()))?;
            for (name, view) in tensors.tensors() {
                if let Some((other, _)) = all.insert(name.clone(), (at, view)) {
                    let other: &PathBuf = &paths[other];
                    return Err(damaged(format!("tensor `{name}` is in {} as well", other.display())));
                }
            }
        }
        Ok(Self(all))
    }
}

/// One tensor, checked.
fn parameter(
    name: String,
    shape: Vec<usize>,
    path: &Path,
    file: &Arc<Mapped>,
    view: &TensorView<'_>,
    as_stored: bool,
) -> Result<Parameter, EngineError> {
    let wrong = |expected: String, got: String| EngineError::Tensor {
        path: path.to_owned(),
        tensor: name.clone(),
        expected,
        got,
    };
    if view.shape() != shape {
        return Err(wrong(format!("shape {shape:?}"), format!("shape {:?}", view.shape())));
    }
    let not_finite = |element: usize| EngineError::NotFinite { path: path.to_owned(), tensor: name.clone(), element };
    // Views borrow from the mapping, so that their place in it is the distance of two addresses.
    let start = view.data().as_ptr() as usize - file.bytes().as_ptr() as usize;
    let range = start..start + view.data().len();
    let parameter = if as_stored && view.dtype() == Dtype::BF16 && shape.len() == 2 {
        let halves = view.data().as_chunks::<2>().0;
        // All ones in the exponent.
        let endless = |half: &[u8; 2]| u16::from_le_bytes(*half) & 0x7f80 == 0x7f80;
        if let Some(element) = halves.par_iter().position_first(endless) {
            return Err(not_finite(element));
        }
        Parameter::in_file(name, shape, file.clone(), range.clone())
    } else {
        let Some(values) = to_f32(view) else {
            return Err(wrong("type F32, BF16 or F16".to_owned(), format!("{:?}", view.dtype())));
        };
        if let Some(element) = values.par_iter().position_first(|value| !value.is_finite()) {
            return Err(not_finite(element));
        }
        Parameter::new(name, shape, values)
    };
    file.release(range);
    Ok(parameter)
}

struct Tensor<'a> {
    dtype: Dtype,
    parameter: &'a Parameter,
}

impl safetensors::View for Tensor<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.parameter.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        let mut bytes = Vec::with_capacity(self.data_len());
        self.parameter.each_block(|values| match self.dtype {
            Dtype::BF16 => bytes.extend(values.iter().flat_map(|value| bf16::from_f32(*value).to_le_bytes())),
            _ => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
        });
        Cow::Owned(bytes)
    }
    fn data_len(&self) -> usize {
        self.parameter.n_values() * if self.dtype == Dtype::BF16 { 2 } else { 4 }
    }
}

/// The values in single precision; `None` for a type that weights do not have.
pub(crate) fn to_f32(view: &TensorView<'_>) -> Option<Vec<f32>> {
    let data = view.data();
    let halves = |convert: fn([u8; 2]) -> f32| data.as_chunks::<2>().0.par_iter().map(|b| convert(*b)).collect();
    match view.dtype() {
        Dtype::F32 => Some(data.as_chunks::<4>().0.par_iter().map(|b| f32::from_le_bytes(*b)).collect()),
        Dtype::BF16 => Some(halves(|b| bf16::from_le_bytes(b).to_f32())),
        Dtype::F16 => Some(halves(|b| f16::from_le_bytes(b).to_f32())),
        _ => None,
    }
}

/// Writes a safetensors file, one tensor in memory at a time, renamed into place when it is whole.
pub(crate) fn write_tensors<'a, V: safetensors::View + 'a>(
    path: &Path,
    tensors: impl Iterator<Item = (&'a str, V)>,
) -> Result<(), EngineError> {
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let tensors: Vec<_> = tensors.collect();
    replace(path, |aside| {
        safetensors::serialize_to_file(tensors, Some(metadata), aside).map_err(|source| match source {
            safetensors::SafeTensorError::IoError(source) => source,
            other => std::io::Error::new(std::io::ErrorKind::InvalidData, other),
        })
    })
}

/// Lets `write` fill a file aside, flushes it to the disk, and renames it into place.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), EngineError> {
    let aside = path.with_extension("partial");
    let whole = || {
        // The library that writes tensors makes files that only their owner may read.
        let usual = File::create(&aside)?.metadata()?.permissions();
        write(&aside)?;
        std::fs::set_permissions(&aside, usual)?;
        File::open(&aside)?.sync_all()?;
        std::fs::rename(&aside, path)
    };
    whole().map_err(|source| {
        // Nothing half-written stays; that this may fail too changes nothing.
        let _ = std::fs::remove_file(&aside);
        EngineError::Io { action: "write", path: path.to_owned(), source }
    })
}
