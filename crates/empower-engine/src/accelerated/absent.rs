//! What stands in for `accelerated.rs` in a build without tensors: an accelerator that nobody can have.

use crate::batch::{Batch, Cache};
use crate::decoder::Decoder;
use crate::device::Device;
use crate::error::EngineError;
use crate::kernels::gemm::Precision;
use crate::kernels::loss::Target;
use crate::parameters::Gradients;

/// No copy of a parameter.
pub(crate) type OnDevice = ();

/// No keys and values.
#[derive(Debug, Default)]
pub(crate) struct KeyValues;

impl KeyValues {
    pub(crate) fn new(_n_layers: usize, _positions: usize) -> Self {
        Self
    }
}

/// There is none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Accelerator {}

impl Accelerator {
    pub(crate) fn open(device: Device) -> Result<Option<Self>, EngineError> {
        device.check().map(|()| None)
    }

    pub(crate) fn device(&self) -> Device {
        match *self {}
    }

    pub(crate) fn token_logprobs(
        &self,
        _: &Decoder,
        _: &Batch,
        _: &[&[u32]],
        _: f32,
    ) -> Result<Vec<Vec<f32>>, EngineError> {
        match *self {}
    }

    pub(crate) fn token_entropies(&self, _: &Decoder, _: &Batch) -> Result<Vec<f32>, EngineError> {
        match *self {}
    }

    pub(crate) fn each_logits(
        &self,
        _: &Decoder,
        _: &Batch,
        _: Option<&mut [Cache]>,
        _: &[usize],
        _: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), EngineError> {
        match *self {}
    }

    pub(crate) fn loss_and_gradients(
        &self,
        _: &Decoder,
        _: &Batch,
        _: &[Target],
        _: f32,
        _: Precision,
        _: &mut Gradients,
    ) -> Result<f64, EngineError> {
        match *self {}
    }
}
