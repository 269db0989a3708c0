//! LoRA adapters (Hu et al., 2021): made, read and written in PEFT's format, and merged into the weights.
//!
//! The format is the contract with other programs: `adapter_config.json` and `adapter_model.safetensors`. Written are
//! adapters that PEFT, vLLM and llama.cpp's converter all accept: plain LoRA on some of the seven linear maps of a
//! layer, one rank for all, no biases, no module saved whole. Read are plain LoRAs of any rank. What would be computed
//! wrongly is refused by the name of its field.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use safetensors::tensor::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::decoder::Decoder;
use crate::error::EngineError;
use crate::kernels::gemm::{Into, Precision, View, gemm};
use crate::mapped::Mapped;
use crate::parameters::{Linear, Parameter};
use crate::weights::{Storage, replace, to_f32, write_tensors};

/// Configuration of an adapter in its folder.
const CONFIG: &str = "adapter_config.json";

/// Weights of an adapter in its folder.
const WEIGHTS: &str = "adapter_model.safetensors";

/// Ranks that every program accepts; vLLM takes those above 16 with a flag.
const RANKS: [usize; 4] = [8, 16, 32, 64];

/// What an adapter is like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoraSettings {
    /// `R`: 8, 16, 32 or 64.
    pub rank: usize,
    /// The adapter's output is multiplied by `alpha / R`. Above 0.
    pub alpha: f64,
    /// Share of an adapter's inputs that training drops, in `[0, 1)`.
    pub dropout: f64,
    /// The linear maps that get one, in every layer.
    pub targets: Vec<Linear>,
}

impl Default for LoraSettings {
    /// All seven maps, as Dettmers et al. (2023) found to matter more than the rank; rank 16 and twice that for alpha
    /// are chosen: vLLM takes no higher rank by default, and a scale of 2 is usual.
    fn default() -> Self {
        Self { rank: 16, alpha: 32.0, dropout: 0.0, targets: Linear::ALL.to_vec() }
    }
}

impl LoraSettings {
    /// `alpha / R`.
    pub fn scale(&self) -> f32 {
        (self.alpha / self.rank as f64) as f32
    }

    /// Refuses what has no meaning, and what some program would not accept.
    pub fn check(&self) -> Result<(), EngineError> {
        if !RANKS.contains(&self.rank) {
            return refuse("rank", format!("{} is not one of {RANKS:?}, which other programs load", self.rank));
        }
        self.check_meaning()
    }

    fn check_meaning(&self) -> Result<(), EngineError> {
        let n_targets = self.targets.iter().collect::<BTreeSet<_>>().len();
        match () {
            () if self.rank == 0 || self.rank > 4096 => refuse("rank", format!("{} is not 1 to 4096", self.rank)),
            () if !(self.alpha > 0.0 && self.alpha.is_finite()) => {
                refuse("alpha", format!("{} is not above 0", self.alpha))
            }
            () if !(0.0..1.0).contains(&self.dropout) => {
                refuse("dropout", format!("{} is not from 0 to below 1", self.dropout))
            }
            () if self.targets.is_empty() => refuse("targets", "none is given".to_owned()),
            () if n_targets != self.targets.len() => refuse("targets", "one is given twice".to_owned()),
            () => Ok(()),
        }
    }
}

fn refuse<T>(field: &str, reason: String) -> Result<T, EngineError> {
    Err(EngineError::Adapter { field: field.to_owned(), reason })
}

/// The adapters of a decoder, and where their matrices stand among its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Adapters {
    pub(crate) settings: LoraSettings,
    /// `A` and `B` of [`Linear::ALL`], an entry a layer.
    pub(crate) slots: Vec<[Option<(usize, usize)>; 7]>,
}

/// What merging did to the weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MergeReport {
    /// Largest change of a weight by its adapter, in `f32`.
    pub largest_change: f32,
    /// Largest distance of a stored weight from the sum in `f32` that it rounds; 0 where weights are stored in `f32`.
    pub largest_rounding: f32,
}

impl Decoder {
    /// Freezes the weights and puts a new adapter beside them: `A` uniform in `±1 / sqrt(in)` as PEFT begins, `B` zero,
    /// so that the model computes what it did. Consumes draws in the order of the parameters.
    pub fn add_adapters(&mut self, settings: LoraSettings, seed: u64) -> Result<(), EngineError> {
        settings.check()?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        self.attach(settings, |name, shape| {
            let (len, bound) = (shape[0] * shape[1], 1.0 / (shape[1] as f32).sqrt());
            Ok(match name.ends_with("lora_A.weight") {
                true => (0..len).map(|_| bound * (2.0 * rng.random::<f32>() - 1.0)).collect(),
                false => vec![0.0; len],
            })
        })
    }

    /// Puts adapters whose matrices `values` gives, by name and shape.
    fn attach(
        &mut self,
        settings: LoraSettings,
        mut values: impl FnMut(&str, &[usize]) -> Result<Vec<f32>, EngineError>,
    ) -> Result<(), EngineError> {
        if self.adapters.is_some() {
            return refuse("adapter", "the model has one already; merge it first".to_owned());
        }
        let mut parameters = Vec::new();
        let mut slots = vec![[None; 7]; self.slots.layers.len()];
        for (i, layer) in self.slots.layers.iter().enumerate() {
            for linear in Linear::ALL.into_iter().filter(|linear| settings.targets.contains(linear)) {
                let weight = &self.parameters[layer.linear(linear)].shape;
                let mut add = |part: &str, shape: [usize; 2]| {
                    let name = format!("base_model.model.model.layers.{i}.{}.lora_{part}.weight", linear.path());
                    let values = values(&name, &shape)?;
                    parameters.push(Parameter::new(name, shape.to_vec(), values));
                    Ok::<_, EngineError>(self.n_base + parameters.len() - 1)
                };
                let a = add("A", [settings.rank, weight[1]])?;
                let b = add("B", [weight[0], settings.rank])?;
                slots[i][linear as usize] = Some((a, b));
            }
        }
        self.parameters.iter_mut().for_each(|parameter| parameter.set_frozen(true));
        self.parameters.extend(parameters);
        self.adapters = Some(Adapters { settings, slots });
        Ok(())
    }

    /// Settings of the adapters, where there are any.
    pub fn adapter_settings(&self) -> Option<&LoraSettings> {
        self.adapters.as_ref().map(|adapters| &adapters.settings)
    }

    /// Sets the share of an adapter's inputs that training drops.
    pub fn set_adapter_dropout(&mut self, dropout: f64) -> Result<(), EngineError> {
        let Some(adapters) = &mut self.adapters else {
            return refuse("adapter", "the model has none".to_owned());
        };
        let settings = LoraSettings { dropout, ..adapters.settings.clone() };
        settings.check_meaning()?;
        adapters.settings = settings;
        Ok(())
    }

    /// Puts the adapter of a folder in PEFT's format beside the weights, which are frozen.
    pub fn open_adapter(&mut self, folder: &Path) -> Result<(), EngineError> {
        let settings = read_config(&folder.join(CONFIG))?;
        let path = folder.join(WEIGHTS);
        let file = Mapped::open(&path)?;
        let damaged = |reason: String| EngineError::Weights { path: path.clone(), reason };
        let tensors = SafeTensors::deserialize(file.bytes()).map_err(|source| damaged(source.to_string()))?;
        let mut rest: BTreeSet<String> = tensors.names().into_iter().map(str::to_owned).collect();
        let wrong = |tensor: &str, expected: String, got: String| EngineError::Tensor {
            path: path.clone(),
            tensor: tensor.to_owned(),
            expected,
            got,
        };
        self.attach(settings, |name, shape| {
            rest.remove(name);
            let view = tensors
                .tensor(name)
                .map_err(|_| wrong(name, format!("a tensor of shape {shape:?}"), "none".to_owned()))?;
            if view.shape() != shape {
                return Err(wrong(name, format!("shape {shape:?}"), format!("shape {:?}", view.shape())));
            }
            let Some(values) = to_f32(&view) else {
                return Err(wrong(name, "type F32, BF16 or F16".to_owned(), format!("{:?}", view.dtype())));
            };
            match values.iter().position(|value| !value.is_finite()) {
                Some(element) => Err(EngineError::NotFinite { path: path.clone(), tensor: name.to_owned(), element }),
                None => Ok(values),
            }
        })?;
        match rest.pop_first() {
            Some(tensor) => Err(wrong(&tensor, "no tensor of this name".to_owned(), "one".to_owned())),
            None => Ok(()),
        }
    }

    /// Writes the adapter into an existing folder in PEFT's format, for a base model of the given name or path, reads it
    /// back and compares every bit.
    pub fn save_adapter(&self, folder: &Path, base_model: &str) -> Result<(), EngineError> {
        let Some(Adapters { settings, .. }) = &self.adapters else {
            return refuse("adapter", "the model has none".to_owned());
        };
        settings.check()?;
        let tensors = self.parameters[self.n_base..].iter();
        write_tensors(&folder.join(WEIGHTS), tensors.map(|matrix| (matrix.name.as_str(), Whole(matrix))))?;
        let text = serde_json::to_string_pretty(&config_json(settings, base_model)).expect("plain data") + "\n";
        replace(&folder.join(CONFIG), |path| std::fs::write(path, &text))?;

        let path = folder.join(WEIGHTS);
        let differs = |what: &str| {
            let reason = format!("{what} reads back otherwise than it was written");
            EngineError::Weights { path: path.clone(), reason }
        };
        let again = read_config(&folder.join(CONFIG))?;
        if (again.rank, again.scale(), again.dropout) != (settings.rank, settings.scale(), settings.dropout) {
            return Err(differs("the configuration"));
        }
        let file = Mapped::open(&path)?;
        let tensors = SafeTensors::deserialize(file.bytes()).map_err(|source| differs(&source.to_string()))?;
        if tensors.len() != self.parameters.len() - self.n_base {
            return Err(differs("the list of tensors"));
        }
        for matrix in &self.parameters[self.n_base..] {
            let view = tensors.tensor(&matrix.name).map_err(|_| differs(&matrix.name))?;
            if view.shape() != matrix.shape || *view.data() != *safetensors::View::data(&Whole(matrix)) {
                return Err(differs(&matrix.name));
            }
        }
        Ok(())
    }

    /// Adds each adapter's product to its weight, in `f32`, keeps the sum in `storage`, and takes the adapters away.
    pub fn merge_adapters(&mut self, storage: Storage) -> Result<MergeReport, EngineError> {
        let Some(Adapters { settings, slots }) = self.adapters.take() else {
            return refuse("adapter", "the model has none".to_owned());
        };
        let mut report = MergeReport { largest_change: 0.0, largest_rounding: 0.0 };
        let adapters = self.parameters.split_off(self.n_base);
        let largest = |values: &[f32]| values.par_iter().map(|x| x.abs()).reduce(|| 0.0, f32::max);
        for (layer, slots) in self.slots.layers.iter().zip(&slots) {
            for (linear, slot) in Linear::ALL.into_iter().zip(slots) {
                let Some((a, b)) = *slot else { continue };
                let (a, b) = (&adapters[a - self.n_base], &adapters[b - self.n_base]);
                let weight = &mut self.parameters[layer.linear(linear)];
                let (rows, cols) = (weight.shape[0], weight.shape[1]);
                let mut change = vec![0.0; rows * cols];
                let left = View::new(b.values(), rows, settings.rank);
                gemm(&mut change, cols, left, a.matrix(), Precision::F32, Into::Replace);
                change.par_iter_mut().for_each(|x| *x *= settings.scale());
                report.largest_change = report.largest_change.max(largest(&change));
                let mut sum = weight.to_f32().into_owned();
                sum.par_iter_mut().zip(&change).for_each(|(sum, change)| *sum += change);
                let (name, shape) = (weight.name.clone(), weight.shape.clone());
                *weight = match storage {
                    Storage::F32 => Parameter::new(name, shape, sum),
                    Storage::Bf16 => {
                        let halves = sum.par_iter().map(|x| half::bf16::from_f32(*x).to_le_bytes()).collect();
                        let stored = Parameter::halves(name, shape, halves);
                        let pairs = sum.par_iter().zip(stored.to_f32().into_owned());
                        let rounding = pairs.map(|(sum, stored)| (sum - stored).abs()).reduce(|| 0.0, f32::max);
                        report.largest_rounding = report.largest_rounding.max(rounding);
                        stored
                    }
                };
            }
        }
        Ok(report)
    }
}

/// A matrix as it is written, in `f32`.
struct Whole<'a>(&'a Parameter);

impl safetensors::View for Whole<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }
    fn shape(&self) -> &[usize] {
        &self.0.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.0.values().iter().flat_map(|value| value.to_le_bytes()).collect())
    }
    fn data_len(&self) -> usize {
        4 * self.0.n_values()
    }
}

/// The configuration as PEFT writes it, with the fields that its readers look at.
fn config_json(settings: &LoraSettings, base_model: &str) -> Value {
    // A whole number where it is one: some readers want no fraction.
    let alpha = match settings.alpha.fract() == 0.0 {
        true => json!(settings.alpha as u64),
        false => json!(settings.alpha),
    };
    let targets: Vec<&str> = settings.targets.iter().map(|target| target.name()).collect();
    json!({
        "alpha_pattern": {},
        "base_model_name_or_path": base_model,
        "bias": "none",
        "fan_in_fan_out": false,
        "inference_mode": true,
        "init_lora_weights": true,
        "layers_pattern": null,
        "layers_to_transform": null,
        "lora_alpha": alpha,
        "lora_dropout": settings.dropout,
        "modules_to_save": null,
        "peft_type": "LORA",
        "r": settings.rank,
        "rank_pattern": {},
        "target_modules": targets,
        "task_type": "CAUSAL_LM",
        "use_dora": false,
        "use_rslora": false,
    })
}

/// Reads the settings of an adapter, and refuses what it does not compute by the name of the field.
fn read_config(path: &Path) -> Result<LoraSettings, EngineError> {
    let text = std::fs::read_to_string(path).map_err(|source| EngineError::Io {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    let wrong = |field: &str, reason: &str| EngineError::Config {
        path: path.to_owned(),
        field: field.to_owned(),
        reason: reason.to_owned(),
    };
    let config: Value = serde_json::from_str(&text).map_err(|source| wrong("(whole file)", &source.to_string()))?;
    let says_no = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    if config["peft_type"] != "LORA" {
        return Err(wrong("peft_type", "only `LORA` is supported"));
    }
    if !config["bias"].is_null() && config["bias"] != "none" {
        return Err(wrong("bias", "adapters with biases are not supported"));
    }
    for field in [
        "alpha_pattern",
        "arrow_config",
        "corda_config",
        "eva_config",
        "kasa_config",
        "lora_ga_config",
        "monteclora_config",
        "velora_config",
        "exclude_modules",
        "fan_in_fan_out",
        "layer_replication",
        "layers_to_transform",
        "lora_bias",
        "megatron_config",
        "modules_to_save",
        "rank_pattern",
        "target_parameters",
        "trainable_token_indices",
        "use_bdlora",
        "use_dora",
        "use_qalora",
        "alora_invocation_tokens",
    ] {
        if !says_no(&config[field]) {
            return Err(wrong(field, "only plain LoRA of one rank is supported"));
        }
    }
    let number = |field: &str| config[field].as_f64().ok_or_else(|| wrong(field, "expected a number"));
    let rank = config["r"].as_u64().ok_or_else(|| wrong("r", "expected a whole number"))? as usize;
    // Scaled by `alpha / sqrt(R)` rather than `alpha / R`: the same with another alpha.
    let stretched = if says_no(&config["use_rslora"]) { 1.0 } else { (rank as f64).sqrt() };
    let names =
        config["target_modules"].as_array().ok_or_else(|| wrong("target_modules", "expected a list of names"))?;
    let mut targets = Vec::new();
    for name in names {
        let target = Linear::ALL.into_iter().find(|linear| name.as_str() == Some(linear.name()));
        targets.push(
            target.ok_or_else(|| wrong("target_modules", &format!("{name} is not one of the seven linear maps")))?,
        );
    }
    targets.sort_unstable();
    let dropout = if config["lora_dropout"].is_null() { 0.0 } else { number("lora_dropout")? };
    let settings = LoraSettings { rank, alpha: number("lora_alpha")? * stretched, dropout, targets };
    settings.check_meaning().map_err(|error| match error {
        EngineError::Adapter { field, reason } => wrong(&field, &reason),
        other => other,
    })?;
    Ok(settings)
}
