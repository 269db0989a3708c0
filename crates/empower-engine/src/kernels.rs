//! Arithmetic on slices of `f32`: matrix products and the fused operations of a decoder, each with its backward.
//!
//! These functions know shapes and nothing else: no parameter names, no configuration, no tape. Every forward is
//! *row-invariant*: what it computes for one token does not depend on how many other tokens are in the batch, so a
//! batch answers exactly as its members would alone, whatever the number of threads. The slow and obvious twin of each
//! is in `reference`, and the tests hold the two together.

pub mod attention;
pub mod elementwise;
pub mod gemm;
pub mod loss;
pub mod norm;
#[cfg(test)]
pub(crate) mod reference;
pub mod simd;
