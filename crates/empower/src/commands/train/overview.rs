//! What a run will do and need, said before anything large is loaded: the model by its headers, the data by its
//! sequences, the steps by walking over them, the memory by adding it up.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::Result;
use empower_artifact::Machine;
use empower_train::sft::Examples;
use empower_train::{
    LoraSettings, MemoryEstimate, ModelHeader, Plan, RunSize, Sequences, TrainingSettings, adapter_weights,
    estimate_memory, plan,
};
use serde::Serialize;

/// What is trained of the model, and how.
#[derive(Debug, Clone, Copy)]
pub struct How<'a> {
    /// An adapter rather than the weights.
    pub lora: Option<&'a LoraSettings>,
    /// Whether layers are computed again in the backward.
    pub recompute: bool,
}

/// Everything that `--dry-run` says.
#[derive(Debug, Serialize)]
pub struct Overview {
    model: Model,
    data: Data,
    plan: Plan,
    memory_bytes: MemoryEstimate,
    machine_memory_bytes: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Model {
    folder: String,
    family: String,
    weights: u64,
    trained_weights: u64,
    stored_bytes: u64,
    types: BTreeMap<String, u64>,
    files: usize,
    context: usize,
}

#[derive(Debug, Serialize)]
struct Data {
    examples: usize,
    held_out_examples: usize,
    sequences: usize,
    tokens_an_epoch: usize,
    longest_sequence: usize,
}

impl Overview {
    /// Puts it together.
    ///
    /// # Errors
    /// Nothing to train on.
    pub fn new(
        folder: &Path,
        header: &ModelHeader,
        training: &Examples,
        testing: &Examples,
        settings: &TrainingSettings,
        how: How<'_>,
    ) -> Result<Self> {
        let trained_weights = how.lora.map_or(header.n_weights, |lora| adapter_weights(&header.config, lora));
        let plan = plan(training, settings)?;
        let size = RunSize {
            trained_weights,
            frozen: how.lora.is_some(),
            recompute: how.recompute,
            pass_tokens: plan.most_pass_tokens,
            evaluated_tokens: testing.longest(),
            example_tokens: training.n_tokens() + testing.n_tokens(),
            precision: settings.precision,
        };
        Ok(Self {
            model: Model {
                folder: folder.display().to_string(),
                family: header.config.model_type.clone(),
                weights: header.n_weights,
                trained_weights,
                stored_bytes: header.stored_bytes,
                types: header.types.clone(),
                files: header.files.len(),
                context: header.config.max_position_embeddings,
            },
            data: Data {
                examples: training.n_examples(),
                held_out_examples: testing.n_examples(),
                sequences: training.n_sequences(),
                tokens_an_epoch: training.n_tokens(),
                longest_sequence: training.longest(),
            },
            plan,
            memory_bytes: estimate_memory(header, size),
            machine_memory_bytes: Machine::this().memory_bytes,
        })
    }

    /// A line or two for the start of a run.
    pub fn brief(&self) -> String {
        format!(
            "{} examples ({} held out), {} tokens an epoch; {} steps of {:.0} tokens and {:.0} targets on average\n\
             about {} of memory",
            self.data.examples,
            self.data.held_out_examples,
            self.data.tokens_an_epoch,
            self.plan.steps,
            self.plan.mean_step_tokens,
            self.plan.mean_step_targets,
            size(self.memory_bytes.peak),
        )
    }

    /// What to do where the machine has less memory than the run needs; `None` where it has enough or does not tell.
    pub fn warning(&self) -> Option<String> {
        let has = self.machine_memory_bytes.filter(|has| *has < self.memory_bytes.peak)?;
        Some(format!(
            "warning: the run needs about {}, this machine has {}\n\
             hint: smaller --batch-tokens (with --accumulate for the same step), or a smaller model",
            size(self.memory_bytes.peak),
            size(has),
        ))
    }

    /// All of it, for people.
    pub fn text(&self) -> String {
        let (model, data, plan, memory) = (&self.model, &self.data, &self.plan, &self.memory_bytes);
        let types: Vec<String> = model.types.iter().map(|(name, n)| format!("{name} {n}")).collect();
        let mut text = format!(
            "model     {}: {}, {} weights ({}), {} of them trained; {} in {} file(s), context {}\n\
             data      {} examples in {} sequences, {} held out; {} tokens an epoch, the longest sequence {}\n\
             steps     {}, {} tokens and {} targets in all\n\
             a step    {:.0} tokens, {:.0} targets on average ({:.0} to {:.0}); the longest pass {} tokens\n\
             memory\n",
            model.folder,
            model.family,
            model.weights,
            types.join(", "),
            if model.trained_weights == model.weights {
                "all".to_owned()
            } else {
                format!("none, {} beside them", model.trained_weights)
            },
            size(model.stored_bytes),
            model.files,
            model.context,
            data.examples,
            data.sequences,
            data.held_out_examples,
            data.tokens_an_epoch,
            data.longest_sequence,
            plan.steps,
            plan.tokens,
            plan.targets,
            plan.mean_step_tokens,
            plan.mean_step_targets,
            plan.least_step_targets,
            plan.most_step_targets,
            plan.most_pass_tokens,
        );
        for (what, bytes) in [
            ("weights", memory.weights),
            ("gradients", memory.gradients),
            ("moments", memory.moments),
            ("activations", memory.activations),
            ("output layer", memory.output_layer),
            ("evaluation", memory.evaluation),
            ("examples", memory.examples),
            ("(loading)", memory.loading),
            ("peak", memory.peak),
        ] {
            let _ = writeln!(text, "  {what:<14}{:>10}", size(bytes));
        }
        if let Some(has) = self.machine_memory_bytes {
            let _ = writeln!(text, "  {:<14}{:>10}", "this machine", size(has));
        }
        text
    }
}

/// Bytes for people.
pub fn size(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes >= 1024.0 * 1024.0 * 1024.0 => format!("{:.2} GiB", bytes / (1024.0 * 1024.0 * 1024.0)),
        bytes => format!("{:.1} MiB", bytes / (1024.0 * 1024.0)),
    }
}
