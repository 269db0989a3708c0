//! Operations that candle lacks or has without a backward, made of those that it can differentiate.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CudaStorage, CustomOp1, D, DType, Layout, MetalStorage, Result, Shape, Storage, Tensor};

/// `x W^T` in single precision, for `x` `(n, in)` and `W` `(out, in)`; operands are rounded to `products` first. Where
/// `W` is no variable, nothing is computed for its gradient.
pub(super) fn product(x: &Tensor, weight: &Tensor, products: DType) -> Result<Tensor> {
    let x = x.contiguous()?.to_dtype(products)?;
    let y = match weight.is_variable() {
        true => x.matmul(&weight.to_dtype(products)?.t()?)?,
        false => x.apply_op1(FrozenProduct { weight: weight.clone() })?,
    };
    y.to_dtype(DType::F32)
}

/// A product with a frozen weight `(out, in)`, which is widened for as long as the product takes.
struct FrozenProduct {
    weight: Tensor,
}

impl FrozenProduct {
    fn on<S: BackendStorage>(&self, x: &S, layout: &Layout, of: fn(&Storage) -> Option<&S>) -> Result<(S, Shape)> {
        let weight = self.weight.to_dtype(x.dtype())?;
        let (storage, weight_layout) = weight.storage_and_layout();
        let Some(storage) = of(&storage) else { candle_core::bail!("the input and the weight are on two devices") };
        let ((n, inputs), outputs) = (layout.shape().dims2()?, weight.dim(0)?);
        let y = x.matmul(storage, (1, n, outputs, inputs), layout, &weight_layout.transpose(0, 1)?)?;
        Ok((y, Shape::from((n, outputs))))
    }
}

impl CustomOp1 for FrozenProduct {
    fn name(&self) -> &'static str {
        "frozen-product"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        self.on(x, layout, |storage| if let Storage::Cpu(storage) = storage { Some(storage) } else { None })
    }

    fn cuda_fwd(&self, x: &CudaStorage, layout: &Layout) -> Result<(CudaStorage, Shape)> {
        self.on(x, layout, |storage| if let Storage::Cuda(storage) = storage { Some(storage) } else { None })
    }

    fn metal_fwd(&self, x: &MetalStorage, layout: &Layout) -> Result<(MetalStorage, Shape)> {
        self.on(x, layout, |storage| if let Storage::Metal(storage) = storage { Some(storage) } else { None })
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, d_y: &Tensor) -> Result<Option<Tensor>> {
        d_y.matmul(&self.weight.to_dtype(d_y.dtype())?).map(Some)
    }
}

/// `x / sqrt(mean(x^2) + eps) * weight` over the last dimension.
pub(super) fn rms_norm(x: &Tensor, weight: &Tensor, eps: f64) -> Result<Tensor> {
    let mean = x.sqr()?.mean_keepdim(D::Minus1)?;
    x.broadcast_div(&(mean + eps)?.sqrt()?)?.broadcast_mul(weight)
}

/// Every head of `x` `(n, heads, K)` rotated: element `i` with element `i + K/2`.
pub(super) fn rotate(x: &Tensor, [cos, sin]: &[Tensor; 2]) -> Result<Tensor> {
    let half = x.dim(2)? / 2;
    let (low, high) = (x.narrow(2, 0, half)?.contiguous()?, x.narrow(2, half, half)?.contiguous()?);
    let turned_low = (low.broadcast_mul(cos)? - high.broadcast_mul(sin)?)?;
    let turned_high = (high.broadcast_mul(cos)? + low.broadcast_mul(sin)?)?;
    Tensor::cat(&[turned_low, turned_high], 2)
}

/// The highest number of each row, `(.., 1)`, and the exponentials of the row less it. The highest is a constant: it
/// cancels out of whatever is computed with both, and so does its gradient.
fn exponentials(x: &Tensor) -> Result<(Tensor, Tensor)> {
    let highest = x.max_keepdim(D::Minus1)?.detach();
    let exponentials = x.broadcast_sub(&highest)?.exp()?;
    Ok((highest, exponentials))
}

/// Softmax over the last dimension.
pub(super) fn softmax(x: &Tensor) -> Result<Tensor> {
    let (_, exponentials) = exponentials(x)?;
    exponentials.broadcast_div(&exponentials.sum_keepdim(D::Minus1)?)
}

/// Log of the sum of exponentials over the last dimension, `(.., 1)`.
pub(super) fn log_sum_exp(x: &Tensor) -> Result<Tensor> {
    let (highest, exponentials) = exponentials(x)?;
    exponentials.sum_keepdim(D::Minus1)?.log()? + highest
}
