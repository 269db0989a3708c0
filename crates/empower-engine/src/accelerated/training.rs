//! Loss and gradients on tensors, a piece of the model at a time: the output layer by blocks of rows, then layer after
//! layer from the last to the first, then the embedding. Each piece has a tape of its own that ends at its input, so that
//! gradients of no more than a piece are on the device at a time, and a layer can be computed again rather than kept.

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};

use super::operations::{log_sum_exp, product};
use super::{Accelerator, Pass};
use crate::batch::Batch;
use crate::decoder::Decoder;
use crate::kernels::gemm::Precision;
use crate::kernels::loss::Target;
use crate::parameters::{Gradients, Linear};

/// See [`Decoder::loss_and_gradients`].
pub(super) fn loss_and_gradients(
    accelerator: &Accelerator,
    decoder: &Decoder,
    batch: &Batch,
    targets: &[Target],
    scale: f32,
    precision: Precision,
    gradients: &mut Gradients,
) -> Result<f64> {
    let wanted = (0..decoder.parameters.len()).map(|slot| gradients.get(slot).is_some()).collect();
    let pass = Pass::new(accelerator, decoder, batch, precision, Some(wanted))?;
    let embedded = pass.embed()?; // (n, D)
    let mut inputs = vec![Var::from_tensor(&embedded.detach())?];
    let mut outputs = Vec::new();
    for index in 0..decoder.slots.layers.len() {
        let output = pass.layer(index, &inputs[index], None)?;
        inputs.push(Var::from_tensor(&output.detach())?);
        outputs.push((!decoder.recompute).then_some(output));
    }

    let last = inputs.pop().expect("an input of the first layer at least");
    let normed = pass.norm(&last, decoder.slots.norm)?;
    let (nats, d_normed) = pass.output_layer(&normed.detach(), targets, scale, gradients)?;
    let mut found = backward(&normed, &d_normed)?;
    pass.add(&[decoder.slots.norm], &found, gradients)?;
    let mut dx = gradient_of(&mut found, &last);
    for (index, output) in outputs.into_iter().enumerate().rev() {
        let input = inputs.pop().expect("an input a layer");
        let output = match output {
            Some(output) => output,
            None => pass.layer(index, &input, None)?,
        };
        let mut found = backward(&output, &dx)?;
        pass.add(&layer_parameters(decoder, index), &found, gradients)?;
        dx = gradient_of(&mut found, &input);
    }
    if pass.is_wanted(decoder.slots.embed) {
        pass.add(&[decoder.slots.embed], &backward(&embedded, &dx)?, gradients)?;
    }
    Ok(nats)
}

/// Where a layer's parameters stand, those of its adapters included.
fn layer_parameters(decoder: &Decoder, index: usize) -> Vec<usize> {
    let layer = &decoder.slots.layers[index];
    let norms = [Some(layer.attention_norm), layer.attention_out_norm, Some(layer.mlp_norm), layer.mlp_out_norm];
    let biases = layer.biases.into_iter().flatten();
    let adapters = Linear::ALL.into_iter().filter_map(|linear| decoder.adapter(index, linear));
    let rest = layer.head_norms.into_iter().flatten().chain(biases).chain(adapters.flat_map(|(a, b)| [a, b]));
    norms.into_iter().flatten().chain(layer.linears).chain(rest).collect()
}

/// Gradients of what `output` was computed from, given its own.
fn backward(output: &Tensor, d_output: &Tensor) -> Result<GradStore> {
    (output * d_output.detach())?.sum_all()?.backward()
}

fn gradient_of(found: &mut GradStore, input: &Tensor) -> Tensor {
    found.remove(input).expect("the tape of a piece reaches its input")
}

impl Pass<'_> {
    /// Loss of all targets in nats, and its gradient times `scale` with respect to `normed` `(n, D)`; adds that of the
    /// output layer.
    fn output_layer(
        &self,
        normed: &Tensor,
        targets: &[Target],
        scale: f32,
        gradients: &mut Gradients,
    ) -> Result<(f64, Tensor)> {
        let slot = self.decoder.slots.output;
        let weight = self.parameter(slot)?;
        let block = self.logit_rows();
        let (mut nats, mut d_weight, mut d_normed) = (0.0, None::<Tensor>, Vec::new());
        for (at, targets) in targets.chunks(block).enumerate() {
            let rows = Var::from_tensor(&normed.narrow(0, at * block, targets.len())?)?;
            let logits = product(&rows, &weight, self.products)?; // (rows, V)
            let normaliser = log_sum_exp(&logits)?;
            let cost = |token: fn(&Target) -> u32, weight: fn(&Target) -> f32| {
                let column = |values: Vec<f32>| Tensor::from_vec(values, (targets.len(), 1), self.on);
                let tokens: Vec<u32> = targets.iter().map(token).collect();
                let chosen = logits.gather(&Tensor::from_vec(tokens, (targets.len(), 1), self.on)?, 1)?;
                (&normaliser - chosen)? * column(targets.iter().map(weight).collect())?
            };
            let next = cost(|target| target.next, |target| target.next_weight)?;
            let stop = cost(|target| target.stop, |target| target.stop_weight)?;
            let costs = (next + stop)?; // (rows, 1)
            nats += costs.flatten_all()?.to_vec1::<f32>()?.into_iter().map(f64::from).sum::<f64>();
            let mut found = (costs.sum_all()? * f64::from(scale))?.backward()?;
            d_normed.push(gradient_of(&mut found, &rows));
            if self.is_wanted(slot) {
                let part = gradient_of(&mut found, &weight);
                d_weight = Some(match d_weight {
                    None => part,
                    Some(sum) => (sum + part)?,
                });
            }
        }
        if let Some(d_weight) = d_weight {
            add(&d_weight, slot, gradients)?;
        }
        Ok((nats, Tensor::cat(&d_normed, 0)?))
    }

    /// Adds what was found for those of `slots` whose gradients are wanted.
    fn add(&self, slots: &[usize], found: &GradStore, gradients: &mut Gradients) -> Result<()> {
        for slot in slots.iter().copied().filter(|slot| self.is_wanted(*slot)) {
            let parameter = self.parameter(slot)?;
            add(found.get(&parameter).expect("the tape reaches every parameter that is trained"), slot, gradients)?;
        }
        Ok(())
    }
}

fn add(gradient: &Tensor, slot: usize, gradients: &mut Gradients) -> Result<()> {
    let values = gradient.to_dtype(candle_core::DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
    let to = gradients.get_mut(slot).expect("only what is wanted is asked for");
    to.iter_mut().zip(values).for_each(|(to, value)| *to += value);
    Ok(())
}
