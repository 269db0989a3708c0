//! A linear map of a layer with the adapter that may sit beside it, forward and backward.
//!
//! ```text
//! y = W x + s B A dropout(x)      W (out, in), A (R, in), B (out, R), s = alpha / R
//! ```
//!
//! A frozen `W` gets no gradient; what the backward needs of the adapter's middle (`A dropout(x)`, `n x R`) is computed
//! again rather than kept. What dropout keeps follows from the row's seed, the place of the map and the column, so that
//! it depends neither on the batch nor on the order of computation.

use std::borrow::Cow;

use super::{Decoder, Pass, Products};
use crate::batch::mixed;
use crate::kernels::elementwise::by_rows;
use crate::kernels::gemm::{Into, View, gemm, gemm_packed};
use crate::parameters::{Gradients, Linear};
use crate::workspace::Workspace;

/// Rows `stride` apart, of which a map reads or writes the first columns.
pub(super) struct Rows<D> {
    pub(super) data: D,
    pub(super) stride: usize,
}

impl<'a> Rows<&'a mut [f32]> {
    /// Rows one after the other.
    pub(super) fn whole(data: &'a mut [f32], stride: usize) -> Self {
        Self { data, stride }
    }
}

impl Decoder {
    /// `y = map(x)` or `y += map(x)` for `n` rows of `x` (`n x in`).
    #[allow(clippy::too_many_arguments)]
    pub(super) fn linear(
        &self,
        index: usize,
        linear: Linear,
        x: &[f32],
        y: Rows<&mut [f32]>,
        into: Into,
        pass: Pass<'_>,
        space: &mut Workspace,
    ) {
        let weight = &self.parameters[self.slots.layers[index].linear(linear)];
        let (n, inputs) = (pass.batch.len(), weight.shape[1]);
        let rows = View::new(x, n, inputs);
        match pass.products {
            Products::Kept => gemm_packed(y.data, y.stride, rows, weight.packed(), into),
            Products::Fresh(precision) => gemm(y.data, y.stride, rows, weight.matrix().t(), precision, into),
        }
        let Some((a, b)) = self.adapter(index, linear) else { return };
        let precision = pass.products.precision();
        let dropped = self.dropped(index, linear, x, inputs, pass, space);
        let middle = self.adapter_middle(a, &dropped, inputs, pass, space);
        let rank = self.parameters[a].shape[0];
        let b = self.parameters[b].matrix().t();
        gemm(y.data, y.stride, View::new(&middle, n, rank), b, precision, Into::Add);
        space.give([middle]);
        give_owned(dropped, space);
    }

    /// From `dy` (`n x out`) to the gradient of the input, which replaces `dx` (`n x in`) or is added to it; adds the
    /// gradients of what is trained.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn linear_backward(
        &self,
        index: usize,
        linear: Linear,
        dy: Rows<&[f32]>,
        x: &[f32],
        dx: &mut [f32],
        into: Into,
        pass: Pass<'_>,
        gradients: &mut Gradients,
        space: &mut Workspace,
    ) {
        let slot = self.slots.layers[index].linear(linear);
        let weight = &self.parameters[slot];
        let (n, outputs, inputs) = (pass.batch.len(), weight.shape[0], weight.shape[1]);
        let precision = pass.products.precision();
        let dy = View::strided(dy.data, n, outputs, dy.stride);
        if let Some(gradient) = gradients.get_mut(slot) {
            gemm(gradient, inputs, dy.t(), View::new(x, n, inputs), precision, Into::Add);
        }
        gemm(dx, inputs, dy, weight.matrix(), precision, into);
        let Some((a, b)) = self.adapter(index, linear) else { return };
        let rank = self.parameters[a].shape[0];
        let dropped = self.dropped(index, linear, x, inputs, pass, space);
        if let Some(d_b) = gradients.get_mut(b) {
            let middle = self.adapter_middle(a, &dropped, inputs, pass, space);
            gemm(d_b, rank, dy.t(), View::new(&middle, n, rank), precision, Into::Add);
            space.give([middle]);
        }
        let mut d_middle = space.take(n * rank);
        gemm(&mut d_middle, rank, dy, self.parameters[b].matrix(), precision, Into::Replace);
        self.scale_by_adapter(&mut d_middle);
        let d_middle_rows = View::new(&d_middle, n, rank);
        if let Some(d_a) = gradients.get_mut(a) {
            gemm(d_a, inputs, d_middle_rows.t(), View::new(&dropped, n, inputs), precision, Into::Add);
        }
        if matches!(dropped, Cow::Borrowed(_)) {
            gemm(dx, inputs, d_middle_rows, self.parameters[a].matrix(), precision, Into::Add);
        } else {
            let mut d_dropped = space.take(n * inputs);
            gemm(&mut d_dropped, inputs, d_middle_rows, self.parameters[a].matrix(), precision, Into::Replace);
            let gradient = self.dropped(index, linear, &d_dropped, inputs, pass, space);
            dx.iter_mut().zip(gradient.iter()).for_each(|(to, from)| *to += from);
            give_owned(gradient, space);
            space.give([d_dropped]);
        }
        space.give([d_middle]);
        give_owned(dropped, space);
    }

    /// Where the two matrices of an adapter stand.
    pub(crate) fn adapter(&self, index: usize, linear: Linear) -> Option<(usize, usize)> {
        self.adapters.as_ref().and_then(|adapters| adapters.slots[index][linear as usize])
    }

    /// `s A x` (`n x R`) of rows that were dropped from.
    fn adapter_middle(
        &self,
        a: usize,
        dropped: &[f32],
        inputs: usize,
        pass: Pass<'_>,
        space: &mut Workspace,
    ) -> Vec<f32> {
        let (n, rank) = (pass.batch.len(), self.parameters[a].shape[0]);
        let mut middle = space.take(n * rank);
        let a = self.parameters[a].matrix().t();
        gemm(&mut middle, rank, View::new(dropped, n, inputs), a, pass.products.precision(), Into::Replace);
        self.scale_by_adapter(&mut middle);
        middle
    }

    /// `s`; 1 without adapters.
    pub(crate) fn adapter_scale(&self) -> f64 {
        self.adapters.as_ref().map_or(1.0, |adapters| adapters.settings.scale().into())
    }

    fn scale_by_adapter(&self, middle: &mut [f32]) {
        let scale = self.adapter_scale() as f32;
        middle.iter_mut().for_each(|value| *value *= scale);
    }

    /// What training multiplies an adapter's inputs (`n x in`) by: 0 where they are dropped. `None` where nothing is.
    #[cfg(feature = "candle")]
    pub(crate) fn dropout_factors(
        &self,
        index: usize,
        linear: Linear,
        batch: &crate::batch::Batch,
    ) -> Option<Vec<f32>> {
        let inputs = self.parameters[self.slots.layers[index].linear(linear)].shape[1];
        let pass = Pass { batch, products: Products::Kept, dropout: true };
        let ones = vec![1.0; batch.len() * inputs];
        match self.dropped(index, linear, &ones, inputs, pass, &mut Workspace::default()) {
            Cow::Borrowed(_) => None,
            Cow::Owned(factors) => Some(factors),
        }
    }

    /// Rows (`n x in`) with some elements zero and the others larger by as much as is lost on average; as they are where
    /// nothing is dropped. Forward for inputs, and backward for their gradients.
    fn dropped<'x>(
        &self,
        index: usize,
        linear: Linear,
        x: &'x [f32],
        inputs: usize,
        pass: Pass<'_>,
        space: &mut Workspace,
    ) -> Cow<'x, [f32]> {
        let dropout = self.adapters.as_ref().map_or(0.0, |adapters| adapters.settings.dropout);
        if dropout == 0.0 || !pass.dropout {
            return Cow::Borrowed(x);
        }
        // Sixteen random bits an element: shares are multiples of 2^-16.
        let threshold = (dropout * 65536.0).round();
        let (threshold, kept) = (threshold as u64, (65536.0 / (65536.0 - threshold)) as f32);
        let site = mixed((index * Linear::ALL.len() + linear as usize) as u64);
        let mut out = space.take(x.len());
        by_rows(&mut out, inputs, |first, part| {
            for (row, to) in part.chunks_exact_mut(inputs).enumerate() {
                let seed = mixed(pass.batch.row_seeds[first + row] ^ site);
                let from = &x[(first + row) * inputs..][..inputs];
                for (group, (to, from)) in to.chunks_mut(4).zip(from.chunks(4)).enumerate() {
                    let mut bits = mixed(seed.wrapping_add(group as u64));
                    for (to, from) in to.iter_mut().zip(from) {
                        *to = if bits & 0xffff < threshold { 0.0 } else { kept * from };
                        bits >>= 16;
                    }
                }
            }
        });
        Cow::Owned(out)
    }
}

fn give_owned(buffer: Cow<'_, [f32]>, space: &mut Workspace) {
    if let Cow::Owned(buffer) = buffer {
        space.give([buffer]);
    }
}
