//! How much memory a run will need, from `config.json` and the headers of the weight files alone: nothing that is
//! large is read.
//!
//! The figures follow what the trainer holds: weights, gradients and moments in `f32`, the activations that the backward
//! needs, the output layer packed. They are added up as they stand at the same time, and `tests/estimate.rs` holds the sum
//! against what runs were seen to hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use empower_artifact::ArtifactError;
use empower_engine::{Config, Linear, LoraSettings, Precision};
use safetensors::tensor::Metadata;
use serde::Serialize;
use serde_json::Value;

use crate::error::TrainError;
use crate::trainer::EVALUATED_TOKENS;

/// The largest header taken from a file of weights, as the format's own library has it.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// Positions whose logits the engine holds at a time.
const LOGIT_ROWS: u64 = 256;

/// Numbers of a matrix that the engine packs at a time for a product.
const PACKED_AT_ONCE: u64 = 1 << 22;

/// What a model folder says of itself, its weights unread.
#[derive(Debug, Clone)]
pub struct ModelHeader {
    /// The configuration.
    pub config: Config,
    /// Weights, those of a tied output layer counted once.
    pub n_weights: u64,
    /// Bytes of all tensors as they are stored.
    pub stored_bytes: u64,
    /// Weights by storage type, in the words of the file (`BF16`, `F32`).
    pub types: BTreeMap<String, u64>,
    /// The files that hold them.
    pub files: Vec<PathBuf>,
}

impl ModelHeader {
    /// Reads `config.json` and the headers of `model.safetensors`, or of the files that its index names.
    ///
    /// # Errors
    /// A file that is missing, damaged or shorter than its header says; a configuration that the engine refuses.
    pub fn read(folder: &Path) -> Result<Self, TrainError> {
        let config = Config::read(&folder.join("config.json"))?;
        let files = weight_files(folder)?;
        let mut header = Self { config, n_weights: 0, stored_bytes: 0, types: BTreeMap::new(), files };
        for path in header.files.clone() {
            header.add(&path)?;
        }
        Ok(header)
    }

    fn add(&mut self, path: &Path) -> Result<(), TrainError> {
        let damaged = |reason: String| TrainError::WeightsHeader { path: path.to_owned(), reason };
        let read = |source| ArtifactError::io("read", path, source);
        let mut file = File::open(path).map_err(read)?;
        let on_disk = file.metadata().map_err(read)?.len();
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(|_| damaged("it is shorter than the length of its header".to_owned()))?;
        let n_bytes = u64::from_le_bytes(length);
        if n_bytes > MAX_HEADER_BYTES || n_bytes + 8 > on_disk {
            return Err(damaged(format!("its header would have {n_bytes} bytes")));
        }
        let mut bytes = Vec::new();
        file.take(n_bytes).read_to_end(&mut bytes).map_err(read)?;
        let metadata: Metadata = serde_json::from_slice(&bytes).map_err(|source| damaged(source.to_string()))?;
        let end = metadata.data_len() as u64;
        for (name, tensor) in metadata.tensors() {
            let (first, last) = tensor.data_offsets;
            // The loader leaves these out, too.
            let is_spare = name.ends_with("rotary_emb.inv_freq") || self.config.is_tied() && name == "lm_head.weight";
            if is_spare {
                continue;
            }
            let n_weights = tensor.shape.iter().map(|side| *side as u64).product::<u64>();
            self.n_weights += n_weights;
            self.stored_bytes += (last - first) as u64;
            *self.types.entry(format!("{:?}", tensor.dtype)).or_default() += n_weights;
        }
        if 8 + n_bytes + end != on_disk {
            return Err(damaged(format!("it has {on_disk} bytes, its header says {}", 8 + n_bytes + end)));
        }
        Ok(())
    }
}

/// `model.safetensors`, or the files of `model.safetensors.index.json`.
fn weight_files(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    let index = folder.join("model.safetensors.index.json");
    let single = folder.join("model.safetensors");
    if single.exists() || !index.exists() {
        return Ok(vec![single]);
    }
    let value: Value = empower_artifact::read_json(&index)?;
    let damaged = |reason: &str| TrainError::WeightsHeader { path: index.clone(), reason: reason.to_owned() };
    let map = value["weight_map"].as_object().ok_or_else(|| damaged("it has no `weight_map`"))?;
    let mut names = BTreeSet::new();
    for name in map.values() {
        let name = name.as_str().ok_or_else(|| damaged("a value of `weight_map` is no file name"))?;
        // An index names its neighbours, never files elsewhere.
        if name.contains(['/', '\\']) || name.is_empty() || name == ".." {
            return Err(damaged(&format!("`weight_map` names {name:?}, which is not a file beside it")));
        }
        names.insert(name);
    }
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

/// Bytes of main memory by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MemoryEstimate {
    /// Weights in `f32`.
    pub weights: u64,
    /// Gradients of what is trained.
    pub gradients: u64,
    /// Moments of what is trained.
    pub moments: u64,
    /// What the backward of the longest pass needs, and its temporaries.
    pub activations: u64,
    /// Logits of a block of positions, the output layer packed, and what else is packed at a time.
    pub output_layer: u64,
    /// The same of an evaluation, which is in `f32`, and its activations.
    pub evaluation: u64,
    /// Examples: tokens and their targets.
    pub examples: u64,
    /// While the weights are read: their files beside the weights made of them.
    pub loading: u64,
    /// The most at any time.
    pub peak: u64,
}

/// What a run holds, beside the model.
#[derive(Debug, Clone, Copy)]
pub struct RunSize {
    /// Weights that are trained: all of the model's in full fine-tuning, an adapter's where `frozen`.
    pub trained_weights: u64,
    /// Whether the model's own weights are frozen: then they stay as they are stored, and the trained ones are beside
    /// them.
    pub frozen: bool,
    /// Whether each layer is computed again in the backward rather than kept.
    pub recompute: bool,
    /// Tokens of the longest forward and backward pass.
    pub pass_tokens: usize,
    /// Tokens of the longest sequence that is evaluated; 0 where none is.
    pub evaluated_tokens: usize,
    /// Tokens of all examples.
    pub example_tokens: usize,
    /// Precision of products.
    pub precision: Precision,
}

/// Weights of an adapter: a matrix `(R, in)` and one `(out, R)` for each target of each layer.
pub fn adapter_weights(config: &Config, lora: &LoraSettings) -> u64 {
    let heads = config.heads();
    let (width, feed_forward) = (config.hidden_size, config.intermediate_size);
    let sides = lora.targets.iter().map(|target| match target {
        Linear::Q => width + heads.query_width(),
        Linear::K | Linear::V => width + heads.key_value_width(),
        Linear::O => heads.query_width() + width,
        Linear::Gate | Linear::Up | Linear::Down => width + feed_forward,
    });
    (config.num_hidden_layers * lora.rank * sides.sum::<usize>()) as u64
}

/// How much memory training takes with AdamW.
pub fn estimate_memory(header: &ModelHeader, run: RunSize) -> MemoryEstimate {
    const FLOAT: u64 = 4;
    let config = &header.config;
    let heads = config.heads();
    let (width, feed_forward) = (config.hidden_size as u64, config.intermediate_size as u64);
    let (queries, keys_and_values) = (heads.query_width() as u64, 2 * heads.key_value_width() as u64);
    let rows = queries + keys_and_values;
    let layers = config.num_hidden_layers as u64;
    // Kept of a layer: x, its norm, q k v, attended, x after attention, its norm, gate, up, and a few scalars a head.
    let kept = 4 * width + rows + queries + 2 * feed_forward + heads.query as u64 + 2;
    // Of the layer at hand: dx, d normed, d attended, d qkv, act, d gate, d up. At the top: x, normed and its gradient.
    let temporary = 2 * width + queries + rows + 3 * feed_forward + 3 * width;
    let pass = run.pass_tokens as u64;
    // Computed again, a layer leaves its input behind, and one layer at a time is whole.
    let traces = if run.recompute { layers * width + kept } else { layers * kept };
    let activations = FLOAT * pass * (traces + temporary);

    let vocabulary = config.vocab_size as u64;
    let packed = |floats: u64, precision| floats * if precision == Precision::Bf16 { 2 } else { FLOAT };
    let of_output = |rows: u64, precision| {
        let block = LOGIT_ROWS.min(rows) * (vocabulary + 2 * width);
        let at_once = PACKED_AT_ONCE.min(width * vocabulary.max(feed_forward));
        FLOAT * block + packed(width * vocabulary + at_once, precision)
    };
    let output_layer = of_output(pass, run.precision);

    let evaluated = match run.evaluated_tokens as u64 {
        0 => 0,
        // A group is full at this many tokens, so that its last sequence may reach past them.
        longest => (16 * longest).min(EVALUATED_TOKENS as u64 + longest),
    };
    let evaluation = match evaluated {
        0 => 0,
        // Of one layer at a time: what is kept of it in training, the product of gate and up, and the output.
        n => FLOAT * n * (kept + feed_forward + 2 * width) + of_output(n, Precision::F32),
    };

    let halves = header.types.get("BF16").copied().unwrap_or(0);
    let weights = match run.frozen {
        // Two bytes where they are stored so; the rest in single precision.
        true => 2 * halves + FLOAT * (header.n_weights - halves + run.trained_weights),
        false => FLOAT * header.n_weights,
    };
    let gradients = FLOAT * run.trained_weights;
    let moments = 2 * gradients;
    // A token, and the two targets of its position with their weights.
    let examples = (4 + 16) * run.example_tokens as u64;
    // Frozen weights are used where they lie.
    let loading = weights + examples + if run.frozen { 0 } else { header.stored_bytes };
    // Activations stay allocated while an evaluation runs: the next pass takes the same buffers again.
    let held = weights + gradients + moments + activations + examples;
    let peak = loading.max(held + output_layer.max(evaluation));
    MemoryEstimate { weights, gradients, moments, activations, output_layer, evaluation, examples, loading, peak }
}

#[cfg(test)]
mod tests {
    use empower_engine::{Decoder, LlamaShape, Storage};

    use super::*;

    fn shape(layers: usize) -> LlamaShape {
        LlamaShape { vocabulary: 300, width: 32, layers, heads: 4, key_value_heads: 2, feed_forward: 48, positions: 64 }
    }

    fn saved(storage: Storage) -> (tempfile::TempDir, Decoder) {
        let folder = tempfile::tempdir().unwrap();
        let decoder = Decoder::random(Config::llama(shape(3)), 1).unwrap();
        decoder.save(folder.path(), storage).unwrap();
        (folder, decoder)
    }

    #[test]
    fn headers_say_what_the_weights_are() {
        let (folder, decoder) = saved(Storage::Bf16);
        let header = ModelHeader::read(folder.path()).unwrap();
        assert_eq!(header.n_weights, decoder.n_weights() as u64);
        assert_eq!(header.stored_bytes, 2 * header.n_weights);
        assert_eq!(header.types, BTreeMap::from([("BF16".to_owned(), header.n_weights)]));
    }

    #[test]
    fn files_of_an_index_count_together_and_may_not_lie_elsewhere() {
        let (folder, decoder) = saved(Storage::F32);
        let index = folder.path().join("model.safetensors.index.json");
        std::fs::rename(folder.path().join("model.safetensors"), folder.path().join("a.safetensors")).unwrap();
        std::fs::write(&index, r#"{"weight_map": {"x": "a.safetensors", "y": "a.safetensors"}}"#).unwrap();
        assert_eq!(ModelHeader::read(folder.path()).unwrap().n_weights, decoder.n_weights() as u64);
        std::fs::write(&index, r#"{"weight_map": {"x": "../a.safetensors"}}"#).unwrap();
        let error = ModelHeader::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("not a file beside it"), "{error}");
    }

    #[test]
    fn a_file_that_is_cut_short_is_named() {
        let (folder, _) = saved(Storage::F32);
        let path = folder.path().join("model.safetensors");
        let bytes = std::fs::read(&path).unwrap();
        for length in [4, 100, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let error = ModelHeader::read(folder.path()).unwrap_err();
            assert!(matches!(&error, TrainError::WeightsHeader { path: named, .. } if *named == path), "{error}");
        }
    }

    #[test]
    fn an_adapter_has_the_weights_that_are_counted() {
        let (_, mut decoder) = saved(Storage::F32);
        for targets in [Linear::ALL.to_vec(), vec![Linear::K, Linear::Down]] {
            let lora = LoraSettings { rank: 8, targets, ..LoraSettings::default() };
            decoder.add_adapters(lora.clone(), 1).unwrap();
            assert_eq!(adapter_weights(decoder.config(), &lora), decoder.n_trained() as u64);
            (_, decoder) = saved(Storage::F32);
        }
    }

    #[test]
    fn the_estimate_counts_what_a_run_holds() {
        let (folder, _) = saved(Storage::Bf16);
        let header = ModelHeader::read(folder.path()).unwrap();
        let run = RunSize {
            trained_weights: header.n_weights,
            frozen: false,
            recompute: false,
            pass_tokens: 100,
            evaluated_tokens: 0,
            example_tokens: 1000,
            precision: Precision::F32,
        };
        let whole = estimate_memory(&header, run);
        assert_eq!(whole.weights + whole.gradients + whole.moments, 16 * header.n_weights);
        assert_eq!(whole.evaluation, 0);
        // A frozen model of halves stays so, and needs no gradients and moments but for what is beside it.
        let few = estimate_memory(&header, RunSize { trained_weights: 10, frozen: true, ..run });
        assert_eq!((few.weights, few.gradients + few.moments), (2 * header.n_weights + 40, 120));
        assert!(estimate_memory(&header, RunSize { recompute: true, ..run }).activations < whole.activations);
        // Twice the tokens are twice the activations.
        let long = estimate_memory(&header, RunSize { pass_tokens: 200, ..run });
        assert_eq!(long.activations, 2 * whole.activations);
    }
}
