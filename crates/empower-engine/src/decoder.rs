//! The decoder, on one scroll: what happens once a pass is here, what happens once a layer in `decoder/layer.rs`, and
//! what a linear map does in `decoder/linear.rs`; backward beside forward.
//!
//! Tokens of all sequences of a batch lie row after row ([`Batch`]); nothing is padded. Legend: `n` tokens of the batch,
//! `D` model width, `H` query heads, `G` key-value heads, `K` head width, `F` feed-forward width, `V` vocabulary, `R`
//! rank of adapters.
//!
//! The backward is written by hand rather than recorded: every gradient is added in place where it belongs, frozen
//! parameters compute none, and no operation can silently lose its gradient.

use std::borrow::Cow;
use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::accelerated::Accelerator;
use crate::batch::{Batch, Cache, mixed};
use crate::config::{Arithmetic, Config};
use crate::device::Device;
use crate::error::EngineError;
use crate::kernels::elementwise::{RotaryTable, embed, embed_backward};
use crate::kernels::gemm::{Into, PackedB, Precision, View, gemm_packed};
use crate::kernels::loss::{Target, linear_cross_entropy, nll_at_temperatures, token_entropies, token_logprobs};
use crate::kernels::norm::{rms_norm, rms_norm_backward};
use crate::lora::Adapters;
use crate::parameters::{Gradients, Parameter, Slots, layout};
use crate::workspace::{Workspace, filled};

mod layer;
mod linear;

/// A decoder-only transformer.
#[derive(Debug, Clone)]
pub struct Decoder {
    pub(crate) config: Config,
    pub(crate) arithmetic: Arithmetic,
    /// Those of the checkpoint, then those of the adapters.
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) n_base: usize,
    pub(crate) slots: Slots,
    pub(crate) adapters: Option<Adapters>,
    pub(crate) rotary: Vec<RotaryTable>,
    pub(crate) recompute: bool,
    accelerator: Option<Accelerator>,
}

/// Rows whose logits exist at a time where a caller takes them. Chosen: 64 rows of a vocabulary of 150,000 are 38 MB.
const LOGIT_ROWS: usize = 64;

/// Where the panels of a weight come from.
#[derive(Debug, Clone, Copy)]
enum Products {
    /// Packed once, in single precision: for weights that stay, used again and again.
    Kept,
    /// Packed for this product: for weights that change, or whose packed copy would take too much memory.
    Fresh(Precision),
}

impl Products {
    fn precision(self) -> Precision {
        match self {
            Self::Kept => Precision::F32,
            Self::Fresh(precision) => precision,
        }
    }
}

/// What is the same for all layers of a pass.
#[derive(Debug, Clone, Copy)]
struct Pass<'a> {
    batch: &'a Batch,
    products: Products,
    /// Whether adapters drop inputs.
    dropout: bool,
}

impl Decoder {
    /// Puts parameters together, in the order of [`layout`].
    pub(crate) fn assemble(config: Config, parameters: Vec<Parameter>) -> Self {
        let arithmetic = config.arithmetic().expect("whoever assembles a decoder has checked its configuration");
        let (_, slots) = layout(&config, &arithmetic);
        let positions = config.max_position_embeddings;
        let rotary = arithmetic.frequencies.iter().map(|each| RotaryTable::new(each, positions)).collect();
        let n_base = parameters.len();
        let (adapters, recompute, accelerator) = (None, false, None);
        Self { config, arithmetic, parameters, n_base, slots, adapters, rotary, recompute, accelerator }
    }

    /// Random weights: normal with deviation 0.02, the two matrices of a layer that write into the residual stream
    /// divided by `sqrt(2 layers)` as in GPT-2, norms 1, biases 0. Consumes draws in the order of the parameters.
    pub fn random(config: Config, seed: u64) -> Result<Self, EngineError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self::made_of(config, |name, shape, deviation| {
            let draws = (0..shape.iter().product()).map(|_| deviation * normal(&mut rng));
            Parameter::new(name, shape, draws.collect())
        })
    }

    /// Random weights for measurements: matrices in bfloat16, frozen, uniform with the deviations of [`Self::random`]; a
    /// number depends on the seed and its place alone.
    pub fn random_bf16(config: Config, seed: u64) -> Result<Self, EngineError> {
        let mut at = mixed(seed);
        Self::made_of(config, |name, shape, deviation| {
            at = mixed(at);
            // Of 16 bits each, from -1 to 1; the root of three makes the deviation one.
            let unit = |bits: u64| (bits & 0xffff) as f32 / 32768.0 - 1.0;
            let value = |i: usize| 3f32.sqrt() * deviation * unit(mixed(at.wrapping_add(i as u64)));
            let len: usize = shape.iter().product();
            let halves = (0..len).into_par_iter().map(|i| half::bf16::from_f32(value(i)).to_le_bytes());
            Parameter::halves(name, shape, halves.collect())
        })
    }

    /// Norms 1, biases 0, and matrices by name, shape and deviation.
    fn made_of(
        config: Config,
        mut matrix: impl FnMut(String, Vec<usize>, f32) -> Parameter,
    ) -> Result<Self, EngineError> {
        config.check(Path::new("config.json"))?;
        let arithmetic = config.arithmetic().expect("it was checked");
        let (list, _) = layout(&config, &arithmetic);
        let residual = 0.02 / (2.0 * config.num_hidden_layers as f32).sqrt();
        let parameters = list
            .into_iter()
            .map(|(name, shape)| {
                let deviation = if name.contains("o_proj") || name.contains("down_proj") { residual } else { 0.02 };
                if shape.len() == 1 {
                    let zero = name.ends_with(".bias") || arithmetic.norms_less_one;
                    let values = vec![if zero { 0.0 } else { 1.0 }; shape[0]];
                    return Parameter::new(name, shape, values);
                }
                matrix(name, shape, deviation)
            })
            .collect();
        Ok(Self::assemble(config, parameters))
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The parameters, in checkpoint order; those of adapters after all others.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameters, to be trained.
    pub fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }

    /// Weights in all, tied ones counted once.
    pub fn n_weights(&self) -> usize {
        self.parameters.iter().map(Parameter::n_values).sum()
    }

    /// Weights that are trained.
    pub fn n_trained(&self) -> usize {
        self.parameters.iter().filter(|parameter| !parameter.is_frozen()).map(Parameter::n_values).sum()
    }

    /// Computes every pass on `device` from now on. The parameters stay in main memory as well, where they are trained;
    /// caches made before are of no use after.
    ///
    /// # Errors
    /// A device that this build has no code for, or that is not there.
    pub fn set_device(&mut self, device: Device) -> Result<(), EngineError> {
        self.accelerator = Accelerator::open(device)?;
        self.parameters.iter_mut().for_each(Parameter::forget_copies);
        Ok(())
    }

    /// Where passes are computed.
    pub fn device(&self) -> Device {
        self.accelerator.as_ref().map_or(Device::Cpu, Accelerator::device)
    }

    /// Whether the backward computes each layer's forward again rather than keeping it: about a third more time, for
    /// memory of one layer and the inputs of the others. Changes no bit of the result.
    pub fn set_recompute(&mut self, recompute: bool) {
        self.recompute = recompute;
    }

    /// The weight of a norm, as it multiplies.
    fn norm_weight(&self, slot: usize) -> Cow<'_, [f32]> {
        let stored = self.parameters[slot].values();
        match self.arithmetic.norms_less_one {
            false => Cow::Borrowed(stored),
            true => Cow::Owned(stored.iter().map(|weight| 1.0 + weight).collect()),
        }
    }

    fn eps(&self) -> f32 {
        self.config.rms_norm_eps as f32
    }

    /// The output layer, `V x D`.
    pub(crate) fn output(&self) -> &Parameter {
        &self.parameters[self.slots.output]
    }

    fn embed(&self, batch: &Batch, space: &mut Workspace) -> Vec<f32> {
        let mut x = space.take(batch.len() * self.config.hidden_size); // (n, D)
        let table = self.parameters[self.slots.embed].matrix();
        embed(&mut x, table, &batch.tokens, self.arithmetic.embedding_scale);
        x
    }

    /// Final hidden states (`n x D`, normed) of a batch, in `f32`, by weights that are packed once.
    fn hidden(&self, batch: &Batch, caches: Option<&mut [Cache]>, space: &mut Workspace) -> Vec<f32> {
        self.forward(batch, caches, Products::Kept, space)
    }

    /// Logits after each of `rows`: `act` takes a row's place in that list, and its `V` logits. Cost: `V x D` a row, and
    /// memory for 64 rows of logits.
    ///
    /// `caches`, one a sequence, hold what came before; the new keys and values are added to them, and `batch` must
    /// have been built with each sequence's first position equal to its cache's length. On the processor rows do not
    /// depend on each other: any grouping into batches gives the same bits. (On other devices, the same but for rounding.)
    ///
    /// # Errors
    /// A device that fails; the processor never does. So for every pass.
    pub fn each_logits(
        &self,
        batch: &Batch,
        caches: Option<&mut [Cache]>,
        rows: &[usize],
        space: &mut Workspace,
        act: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), EngineError> {
        if let Some(accelerator) = &self.accelerator {
            return accelerator.each_logits(self, batch, caches, rows, act);
        }
        let (width, vocabulary) = (self.config.hidden_size, self.config.vocab_size);
        let hidden = self.hidden(batch, caches, space); // (n, D)
        let (mut chosen, mut logits) = (Vec::new(), Vec::new());
        for (block, rows) in rows.chunks(LOGIT_ROWS).enumerate() {
            chosen.clear();
            rows.iter().for_each(|row| chosen.extend_from_slice(&hidden[row * width..(row + 1) * width]));
            logits.resize(rows.len() * vocabulary, 0.0);
            let view = View::new(&chosen, rows.len(), width);
            gemm_packed(&mut logits, vocabulary, view, self.output().packed(), Into::Replace);
            logits.chunks_exact(vocabulary).enumerate().for_each(|(at, logits)| act(block * LOGIT_ROWS + at, logits));
        }
        space.give([hidden]);
        Ok(())
    }

    fn forward(
        &self,
        batch: &Batch,
        mut caches: Option<&mut [Cache]>,
        products: Products,
        space: &mut Workspace,
    ) -> Vec<f32> {
        let (n, width) = (batch.len(), self.config.hidden_size);
        if n == 0 {
            return Vec::new();
        }
        let pass = Pass { batch, products, dropout: false };
        let mut x = self.embed(batch, space);
        for index in 0..self.slots.layers.len() {
            let (next, trace) = self.layer_forward(index, x, pass, caches.as_deref_mut(), space);
            trace.give(space);
            x = next;
        }
        if let Some(caches) = caches {
            batch.remember(caches);
        }
        let (mut normed, mut scale) = (space.take(n * width), space.take(n));
        rms_norm(&mut normed, &mut scale, &x, &self.norm_weight(self.slots.norm), self.eps());
        space.give([x, scale]);
        normed
    }

    /// Natural log-probability of one target token a position, without a cache; row-invariant like
    /// [`Self::each_logits`].
    pub fn token_logprobs(
        &self,
        batch: &Batch,
        targets: &[u32],
        space: &mut Workspace,
    ) -> Result<Vec<f32>, EngineError> {
        assert_eq!(targets.len(), batch.len(), "a target a token");
        if let Some(accelerator) = &self.accelerator {
            return Ok(accelerator.token_logprobs(self, batch, &[targets], 1.0)?.remove(0));
        }
        let hidden = self.hidden(batch, None, space);
        let logprobs = token_logprobs(&hidden, self.output().packed(), targets);
        space.give([hidden]);
        Ok(logprobs)
    }

    /// Negative log-likelihood in nats of one target token a position, summed, at each of `temperatures` (above 0).
    pub fn nll_at_temperatures(
        &self,
        batch: &Batch,
        targets: &[u32],
        temperatures: &[f32],
        space: &mut Workspace,
    ) -> Result<Vec<f64>, EngineError> {
        assert_eq!(targets.len(), batch.len(), "a target a token");
        if let Some(accelerator) = &self.accelerator {
            let nll = |temperature: &f32| {
                let found = accelerator.token_logprobs(self, batch, &[targets], *temperature)?;
                Ok(-found[0].iter().map(|logprob| f64::from(*logprob)).sum::<f64>())
            };
            return temperatures.iter().map(nll).collect();
        }
        let hidden = self.hidden(batch, None, space);
        let nlls = nll_at_temperatures(&hidden, self.output().packed(), targets, temperatures);
        space.give([hidden]);
        Ok(nlls)
    }

    /// Divides all logits by `temperature` (above 0) for good, by way of the last norm's weight: the model stays one that
    /// any loader reads.
    pub fn set_temperature(&mut self, temperature: f32) {
        let less_one = f32::from(u8::from(self.arithmetic.norms_less_one));
        for weight in self.parameters[self.slots.norm].values_mut() {
            *weight = (*weight + less_one) / temperature - less_one;
        }
    }

    /// Entropy in nats of the distribution that follows each position, without a cache; row-invariant likewise.
    pub fn token_entropies(&self, batch: &Batch, space: &mut Workspace) -> Result<Vec<f32>, EngineError> {
        if let Some(accelerator) = &self.accelerator {
            return accelerator.token_entropies(self, batch);
        }
        let hidden = self.hidden(batch, None, space);
        let entropies = token_entropies(&hidden, self.output().packed(), batch.len());
        space.give([hidden]);
        Ok(entropies)
    }

    /// Weighted cross-entropy of a batch in nats, as [`Self::loss_and_gradients`] returns it, in `f32` and without
    /// gradients.
    pub fn loss(&self, batch: &Batch, targets: &[Target], space: &mut Workspace) -> Result<f64, EngineError> {
        assert_eq!(targets.len(), batch.len(), "a target a token");
        let next = targets.iter().map(|target| (target.next, target.next_weight));
        let stop = targets.iter().map(|target| (target.stop, target.stop_weight));
        let lists: Vec<(Vec<u32>, Vec<f32>)> = [next.unzip(), stop.unzip()].into();
        let lists: Vec<_> = lists.iter().filter(|(_, weights)| weights.iter().any(|weight| *weight != 0.0)).collect();
        let logprobs = match &self.accelerator {
            Some(accelerator) => {
                let tokens: Vec<&[u32]> = lists.iter().map(|(tokens, _)| tokens.as_slice()).collect();
                accelerator.token_logprobs(self, batch, &tokens, 1.0)?
            }
            None => {
                let hidden = self.forward(batch, None, Products::Fresh(Precision::F32), space);
                let output = PackedB::new(self.output().matrix().t(), Precision::F32);
                let found = lists.iter().map(|(tokens, _)| token_logprobs(&hidden, &output, tokens)).collect();
                space.give([hidden]);
                found
            }
        };
        let cost = |(weights, logprobs): (&[f32], Vec<f32>)| -> f64 {
            weights.iter().zip(logprobs).map(|(weight, logprob)| f64::from(*weight) * f64::from(logprob)).sum()
        };
        Ok(-lists.iter().map(|(_, weights)| weights.as_slice()).zip(logprobs).map(cost).sum::<f64>())
    }

    /// Logits (`n x V`) of every position, without a cache. For tests and small inputs: long ones want
    /// [`crate::Engine`].
    pub fn logits(&self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        let rows: Vec<usize> = (0..batch.len()).collect();
        let mut logits = Vec::with_capacity(batch.len() * self.config.vocab_size);
        let mut add = |_: usize, row: &[f32]| logits.extend_from_slice(row);
        self.each_logits(batch, None, &rows, &mut Workspace::default(), &mut add)?;
        Ok(logits)
    }

    /// Loss of a batch in nats, summed over all targets with their weights, and its gradient times `scale`, **added**
    /// to `gradients`. `targets` has one entry a token of the batch. Adapters drop inputs as they are set to.
    ///
    /// Products are computed in `precision`; everything else, the gradients included, is `f32`.
    pub fn loss_and_gradients(
        &self,
        batch: &Batch,
        targets: &[Target],
        scale: f32,
        precision: Precision,
        gradients: &mut Gradients,
        space: &mut Workspace,
    ) -> Result<f64, EngineError> {
        assert_eq!(targets.len(), batch.len(), "a target a token");
        let (n, width) = (batch.len(), self.config.hidden_size);
        if n == 0 {
            return Ok(0.0);
        }
        if let Some(accelerator) = &self.accelerator {
            return accelerator.loss_and_gradients(self, batch, targets, scale, precision, gradients);
        }
        let pass = Pass { batch, products: Products::Fresh(precision), dropout: true };
        let n_layers = self.slots.layers.len();
        let mut x = self.embed(batch, space);
        let (mut traces, mut inputs) = (Vec::new(), Vec::new());
        for index in 0..n_layers {
            let (next, trace) = self.layer_forward(index, x, pass, None, space);
            match self.recompute {
                false => traces.push(trace),
                true => inputs.push(trace.give_all_but_input(space)),
            }
            x = next;
        }
        let (mut normed, mut norm_scale) = (space.take(n * width), space.take(n));
        let (output, norm) = (self.slots.output, self.slots.norm);
        let weight = self.norm_weight(norm);
        rms_norm(&mut normed, &mut norm_scale, &x, &weight, self.eps());

        let mut d_normed = space.take(n * width);
        let table = self.parameters[output].matrix();
        let d_output = gradients.get_mut(output);
        let loss = linear_cross_entropy(&normed, table, targets, scale, precision, &mut d_normed, d_output);
        let mut dx = filled(space.take(n * width), 0.0); // (n, D)
        rms_norm_backward(&mut dx, gradients.get_mut(norm), &d_normed, &x, &norm_scale, &weight);
        space.give([x, normed, norm_scale, d_normed]);
        for index in (0..n_layers).rev() {
            let trace = match inputs.pop() {
                None => traces.pop().expect("a trace a layer"),
                Some(input) => {
                    let (next, trace) = self.layer_forward(index, input, pass, None, space);
                    space.give([next]);
                    trace
                }
            };
            self.layer_backward(index, trace, &mut dx, pass, gradients, space);
        }
        if let Some(d_embed) = gradients.get_mut(self.slots.embed) {
            embed_backward(d_embed, &dx, &batch.tokens, width, self.arithmetic.embedding_scale);
        }
        space.give([dx]);
        Ok(loss)
    }
}

/// A standard normal draw by Box and Muller's transform; consumes two uniform draws.
pub(crate) fn normal(rng: &mut ChaCha8Rng) -> f32 {
    // In (0, 1], so that its logarithm is finite.
    let radius = 1.0 - rng.random::<f64>();
    let angle = rng.random::<f64>() * std::f64::consts::TAU;
    ((-2.0 * radius.ln()).sqrt() * angle.cos()) as f32
}
