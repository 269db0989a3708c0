//! The decoder on tensors of candle, for GPUs: what `decoder.rs` computes, in operations that candle can differentiate.
//!
//! candle's fused norms, rotations and softmax have no backward and let go of the gradient without a word; none is used
//! here, and a trained parameter that the tape does not reach ends the program. Products with frozen weights are an
//! operation of our own (`accelerated/operations.rs`), since candle's would compute and store gradients of both sides.
//!
//! A parameter is copied to the device at its first use, in the type that it is held in, and again when its values have
//! changed; the rest of the workspace, the optimiser included, sees the values in main memory and nothing of this.
//! What is not promised here: bits. A product's order of summation is the device's, so that results agree with those of
//! the processor to rounding, and a batch with its members likewise.
//!
//! Legend as in `decoder.rs`; `T` and `S` are the queries and keys of one sequence.

use candle_core::{D, DType, Result, Tensor, Var};

use crate::batch::{Batch, Cache};
use crate::decoder::Decoder;
use crate::device::Device;
use crate::error::EngineError;
use crate::kernels::gemm::Precision;
use crate::kernels::loss::Target;
use crate::parameters::{Gradients, Parameter};

mod key_values;
mod layer;
mod operations;
mod training;

pub(crate) use key_values::KeyValues;

use operations::{log_sum_exp, product, rms_norm};

/// The copy of a parameter on a device, a variable; made at its first use.
pub(crate) type OnDevice = std::sync::OnceLock<Tensor>;

/// Numbers of scores or logits that exist at a time, about. Chosen: 256 MB in single precision.
const BLOCK: usize = 1 << 26;

/// A device with a decoder's parameters on it.
#[derive(Debug, Clone)]
pub(crate) struct Accelerator {
    device: Device,
    on: candle_core::Device,
    /// Rows are taken in blocks of so many scores or logits.
    block: usize,
}

/// What is the same for all layers of a pass.
struct Pass<'a> {
    decoder: &'a Decoder,
    on: &'a candle_core::Device,
    block: usize,
    batch: &'a Batch,
    /// What operands of matrix products are rounded to.
    products: DType,
    /// In training, of each parameter whether its gradient is wanted: those are variables of the tape.
    wanted: Option<Vec<bool>>,
    /// Cosines and sines of every row, `(n, 1, K/2)`; an entry a kind of layer.
    rotary: Vec<[Tensor; 2]>,
}

impl Accelerator {
    /// The device that was named; none for the processor.
    pub(crate) fn open(device: Device) -> std::result::Result<Option<Self>, EngineError> {
        device.check()?;
        let on = match device {
            Device::Cpu => return Ok(None),
            Device::Candle => Ok(candle_core::Device::Cpu),
            Device::Cuda(number) => candle_core::Device::new_cuda(number),
            Device::Metal => candle_core::Device::new_metal(0),
        };
        match on {
            Ok(on) => Ok(Some(Self { device, on, block: BLOCK })),
            Err(source) => Err(EngineError::Device { device, source: source.into() }),
        }
    }

    pub(crate) fn device(&self) -> Device {
        self.device
    }

    fn failed(&self) -> impl Fn(candle_core::Error) -> EngineError {
        let device = self.device;
        move |source| EngineError::Device { device, source: source.into() }
    }

    /// Log-probabilities of each list of targets, one a position, with logits divided by `temperature`.
    pub(crate) fn token_logprobs(
        &self,
        decoder: &Decoder,
        batch: &Batch,
        targets: &[&[u32]],
        temperature: f32,
    ) -> std::result::Result<Vec<Vec<f32>>, EngineError> {
        let mut found: Vec<Vec<f32>> = targets.iter().map(|_| Vec::with_capacity(batch.len())).collect();
        self.each_block(decoder, batch, None, None, &mut |first, logits| {
            let logits = (logits / f64::from(temperature))?;
            let normaliser = log_sum_exp(&logits)?; // (rows, 1)
            for (found, targets) in found.iter_mut().zip(targets) {
                let targets = &targets[first..first + logits.dim(0)?];
                let targets = Tensor::from_slice(targets, (targets.len(), 1), &self.on)?;
                let chosen = (logits.gather(&targets, 1)? - &normaliser)?;
                found.extend(chosen.flatten_all()?.to_vec1::<f32>()?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Entropies of the distribution after each position, in nats.
    pub(crate) fn token_entropies(
        &self,
        decoder: &Decoder,
        batch: &Batch,
    ) -> std::result::Result<Vec<f32>, EngineError> {
        let mut found = Vec::with_capacity(batch.len());
        self.each_block(decoder, batch, None, None, &mut |_, logits| {
            let logprobs = logits.broadcast_sub(&log_sum_exp(logits)?)?;
            let entropies = (logprobs.exp()? * &logprobs)?.sum(D::Minus1)?.neg()?;
            found.extend(entropies.to_vec1::<f32>()?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Hands the logits of each of `rows` to `act`, with its place in that list.
    pub(crate) fn each_logits(
        &self,
        decoder: &Decoder,
        batch: &Batch,
        caches: Option<&mut [Cache]>,
        rows: &[usize],
        act: &mut dyn FnMut(usize, &[f32]),
    ) -> std::result::Result<(), EngineError> {
        self.each_block(decoder, batch, caches, Some(rows), &mut |first, logits| {
            let vocabulary = logits.dim(1)?;
            let logits = logits.flatten_all()?.to_vec1::<f32>()?;
            logits.chunks_exact(vocabulary).enumerate().for_each(|(at, logits)| act(first + at, logits));
            Ok(())
        })
    }

    pub(crate) fn loss_and_gradients(
        &self,
        decoder: &Decoder,
        batch: &Batch,
        targets: &[Target],
        scale: f32,
        precision: Precision,
        gradients: &mut Gradients,
    ) -> std::result::Result<f64, EngineError> {
        training::loss_and_gradients(self, decoder, batch, targets, scale, precision, gradients).map_err(self.failed())
    }

    /// Logits of `rows` (all, where none are named) without a tape, a block at a time: `act` takes the place of the
    /// block's first row, and the block, `(rows, V)`.
    fn each_block(
        &self,
        decoder: &Decoder,
        batch: &Batch,
        caches: Option<&mut [Cache]>,
        rows: Option<&[usize]>,
        act: &mut dyn FnMut(usize, &Tensor) -> Result<()>,
    ) -> std::result::Result<(), EngineError> {
        let run = || {
            let pass = Pass::new(self, decoder, batch, Precision::F32, None)?;
            let mut hidden = pass.hidden(caches)?; // (n, D)
            if let Some(rows) = rows {
                if rows.is_empty() {
                    return Ok(());
                }
                let rows: Vec<u32> = rows.iter().map(|row| *row as u32).collect();
                hidden = hidden.index_select(&Tensor::from_slice(&rows, rows.len(), &self.on)?, 0)?;
            }
            let (output, n_rows) = (pass.parameter(decoder.slots.output)?, hidden.dim(0)?);
            let block = pass.logit_rows();
            for first in (0..n_rows).step_by(block) {
                let rows = hidden.narrow(0, first, block.min(n_rows - first))?;
                act(first, &product(&rows, &output, DType::F32)?)?;
            }
            Ok(())
        };
        if batch.is_empty() { Ok(()) } else { run().map_err(self.failed()) }
    }
}

impl<'a> Pass<'a> {
    fn new(
        accelerator: &'a Accelerator,
        decoder: &'a Decoder,
        batch: &'a Batch,
        precision: Precision,
        wanted: Option<Vec<bool>>,
    ) -> Result<Self> {
        let products = match precision {
            Precision::F32 => DType::F32,
            Precision::Bf16 => DType::BF16,
        };
        let on = &accelerator.on;
        let half = decoder.config.heads().width / 2;
        let column = |values: Vec<f32>| Tensor::from_vec(values, (batch.len(), 1, half), on);
        let rotary = decoder
            .rotary
            .iter()
            .map(|table| {
                let rows = || batch.positions.iter().map(|position| table.at(*position as usize));
                let cos = rows().flat_map(|(cos, _)| cos).copied().collect();
                let sin = rows().flat_map(|(_, sin)| sin).copied().collect();
                Ok([column(cos)?, column(sin)?])
            })
            .collect::<Result<_>>()?;
        Ok(Self { decoder, on, block: accelerator.block, batch, products, wanted, rotary })
    }

    /// Rows whose logits exist at a time.
    fn logit_rows(&self) -> usize {
        (self.block / self.decoder.config.vocab_size).max(1)
    }

    /// A parameter; on the tape where its gradient is wanted.
    fn parameter(&self, slot: usize) -> Result<Tensor> {
        let held = self.decoder.parameters[slot].on_device(self.on)?;
        Ok(if self.is_wanted(slot) { held } else { held.detach() })
    }

    fn is_wanted(&self, slot: usize) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| wanted[slot])
    }

    /// `x` normed by its root mean square over the last dimension.
    fn norm(&self, x: &Tensor, slot: usize) -> Result<Tensor> {
        let stored = self.parameter(slot)?;
        let weight = if self.decoder.arithmetic.norms_less_one { (stored + 1.0)? } else { stored };
        rms_norm(x, &weight, self.decoder.config.rms_norm_eps)
    }

    /// Embeddings, `(n, D)`.
    fn embed(&self) -> Result<Tensor> {
        let tokens = Tensor::from_slice(&self.batch.tokens, self.batch.len(), self.on)?;
        let rows = self.parameter(self.decoder.slots.embed)?.index_select(&tokens, 0)?.to_dtype(DType::F32)?;
        rows * f64::from(self.decoder.arithmetic.embedding_scale)
    }

    /// Final hidden states, normed, `(n, D)`; the caches take up the batch's tokens.
    fn hidden(&self, mut caches: Option<&mut [Cache]>) -> Result<Tensor> {
        let mut x = self.embed()?;
        for index in 0..self.decoder.slots.layers.len() {
            x = self.layer(index, &x, caches.as_deref_mut())?;
        }
        if let Some(caches) = caches {
            self.batch.remember(caches);
        }
        self.norm(&x, self.decoder.slots.norm)
    }
}

impl Parameter {
    /// The values on a device, in the type that they are held in.
    fn on_device(&self, on: &candle_core::Device) -> Result<Tensor> {
        if let Some(held) = self.on_device.get() {
            return Ok(held.clone());
        }
        let variable = match self.as_halves() {
            None => Var::from_slice(self.values(), self.shape.as_slice(), on)?,
            Some(halves) => {
                let stored = Tensor::from_raw_buffer(halves.as_flattened(), DType::BF16, &self.shape, on)?;
                Var::from_tensor(&stored)?
            }
        };
        self.release();
        Ok(self.on_device.get_or_init(|| variable.into_inner()).clone())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn blocks_change_nothing_but_rounding() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        for name in ["gemma3-tiny", "llama3-tiny"] {
            let decoder = Decoder::open(&fixtures.join(name)).unwrap();
            let rows: Vec<Vec<u32>> = (1..4).map(|r| (0..19 * r).map(|i| (i * i * 7 + r) % 97).collect()).collect();
            let batch = Batch::of(rows.iter().map(Vec::as_slice));
            let targets: Vec<u32> = (0..batch.len() as u32).map(|i| i * 5 % 97).collect();
            let whole = Accelerator::open(Device::Candle).unwrap().unwrap();
            // Blocks of one row, and of several with a rest; scores of 4 heads and 19 to 57 keys.
            for block in [1, 700, 1500] {
                let blocks = Accelerator { block, ..whole.clone() };
                let logprobs = |on: &Accelerator| on.token_logprobs(&decoder, &batch, &[&targets], 1.0).unwrap();
                close(&logprobs(&blocks)[0], &logprobs(&whole)[0]);
                let entropies = |on: &Accelerator| on.token_entropies(&decoder, &batch).unwrap();
                close(&entropies(&blocks), &entropies(&whole));
                let gradients = |on: &Accelerator| {
                    let targets: Vec<Target> = targets.iter().map(|token| Target::next(*token)).collect();
                    let mut gradients = Gradients::of_trained(decoder.parameters());
                    on.loss_and_gradients(&decoder, &batch, &targets, 0.01, Precision::F32, &mut gradients).unwrap();
                    gradients.iter().flat_map(|(_, gradient)| gradient.to_vec()).collect::<Vec<_>>()
                };
                close(&gradients(&blocks), &gradients(&whole));
            }
        }
    }

    fn close(a: &[f32], b: &[f32]) {
        assert_eq!(a.len(), b.len());
        // Numbers of order 1: single precision, sums in another order.
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 2e-5));
    }
}
