//! Packing: rows or columns of a matrix side by side, in the order in which a register block reads them.

use std::cell::RefCell;

#[cfg(target_arch = "x86_64")]
use super::avx512;
#[cfg(target_arch = "x86_64")]
use super::block::Isa;
use super::{Format, Half, Precision, View, widen, words_per_lane};
use crate::kernels::simd::multiversion;

/// Bits of `x` rounded to bfloat16, ties to even, in the upper half of the word.
#[inline(always)]
fn bf16_bits(x: f32) -> u32 {
    let bits = x.to_bits();
    bits.wrapping_add(0x7fff + ((bits >> 16) & 1)) & 0xffff_0000
}

#[inline(always)]
fn bf16_pair(low: f32, high: f32) -> u32 {
    (bf16_bits(low) >> 16) | bf16_bits(high)
}

/// Copies rows of `a` from `r0` on and its columns `k0 .. k0 + len` into the panels that lie one after the other in
/// `panels`, `lanes` rows each: `panel[k][lane]`. Absent rows become zero.
pub(super) fn pack_panels(
    panels: &mut [u32],
    a: View<'_>,
    r0: usize,
    lanes: usize,
    k0: usize,
    len: usize,
    precision: Precision,
) {
    #[cfg(target_arch = "x86_64")]
    if a.row_stride == 1 && pack_across(panels, a, r0, lanes, k0, len, precision) {
        return;
    }
    let panel_len = lanes * words_per_lane(len, precision);
    for (p, panel) in panels.chunks_exact_mut(panel_len).enumerate() {
        pack_panel(panel, a, r0 + p * lanes, lanes, k0, len, precision);
    }
}

/// [`pack_panels`] where a step of all panels is one stretch of memory: step by step, every panel at each, so that memory
/// is read in its order and once. Panel by panel would read lines whose distance is a row of the source; where that is
/// a power of two they push one another out of the cache. Whether this processor has the instructions for it.
#[cfg(target_arch = "x86_64")]
fn pack_across(
    panels: &mut [u32],
    a: View<'_>,
    r0: usize,
    lanes: usize,
    k0: usize,
    len: usize,
    precision: Precision,
) -> bool {
    match (Isa::detect(), precision) {
        // SAFETY: the processor has AVX512-BF16.
        (Isa::Avx512Bf16, Precision::Bf16) => unsafe { avx512::pack_across_bf16(panels, a, r0, lanes, k0, len) },
        // SAFETY: the processor has AVX-512F.
        (Isa::Avx512 | Isa::Avx512Bf16, Precision::F32) => unsafe {
            avx512::pack_across_f32(panels, a, r0, lanes, k0, len)
        },
        _ => return false,
    }
    true
}

/// [`pack_panels`] of one panel.
fn pack_panel(panel: &mut [u32], a: View<'_>, r0: usize, lanes: usize, k0: usize, len: usize, precision: Precision) {
    #[cfg(target_arch = "x86_64")]
    match (Isa::detect(), precision, a.row_stride == 1) {
        (Isa::Avx512Bf16, Precision::Bf16, false) => {
            // SAFETY: the processor has AVX512-BF16.
            return unsafe { avx512::pack_bf16(panel, a, r0, lanes, k0, len) };
        }
        (Isa::Avx512 | Isa::Avx512Bf16, Precision::F32, false) => {
            // SAFETY: the processor has AVX-512F.
            return unsafe { avx512::pack_f32(panel, a, r0, lanes, k0, len) };
        }
        _ => {}
    }
    pack_panel_body(panel, a, r0, lanes, k0, len, precision);
}

/// The packing in plain loops: what processors without AVX-512 run, and what the vector code is tested against.
pub(super) fn pack_panel_body(
    panel: &mut [u32],
    a: View<'_>,
    r0: usize,
    lanes: usize,
    k0: usize,
    len: usize,
    precision: Precision,
) {
    let here = lanes.min(a.rows.saturating_sub(r0));
    if here < lanes {
        panel.fill(0);
    }
    match (precision, a.row_stride == 1) {
        (Precision::F32, true) => {
            for (k, out) in panel.chunks_exact_mut(lanes).enumerate().take(len) {
                let start = (k0 + k) * a.col_stride + r0;
                for (to, from) in out.iter_mut().zip(&a.data[start..start + here]) {
                    *to = from.to_bits();
                }
            }
        }
        (Precision::F32, false) => {
            for lane in 0..here {
                let start = (r0 + lane) * a.row_stride + k0 * a.col_stride;
                let row = &a.data[start..start + (len - 1) * a.col_stride + 1];
                for (k, from) in row.iter().step_by(a.col_stride).enumerate() {
                    panel[k * lanes + lane] = from.to_bits();
                }
            }
        }
        (Precision::Bf16, true) => {
            for (k, out) in panel.chunks_exact_mut(lanes).enumerate() {
                let start = (k0 + 2 * k) * a.col_stride + r0;
                let low = &a.data[start..start + here];
                if 2 * k + 1 < len {
                    let high = &a.data[start + a.col_stride..start + a.col_stride + here];
                    for ((to, low), high) in out.iter_mut().zip(low).zip(high) {
                        *to = bf16_pair(*low, *high);
                    }
                } else {
                    for (to, low) in out.iter_mut().zip(low) {
                        *to = bf16_pair(*low, 0.0);
                    }
                }
            }
        }
        (Precision::Bf16, false) => {
            assert_eq!(a.col_stride, 1, "one of the two strides is one");
            for lane in 0..here {
                let start = (r0 + lane) * a.row_stride + k0;
                let row = &a.data[start..start + len];
                let (pairs, rest) = row.as_chunks::<2>();
                for (k, [low, high]) in pairs.iter().enumerate() {
                    panel[k * lanes + lane] = bf16_pair(*low, *high);
                }
                if let [last] = rest {
                    panel[pairs.len() * lanes + lane] = bf16_pair(*last, 0.0);
                }
            }
        }
    }
}

multiversion! {
    fn widen_row(to: &mut [f32], from: &[Half]) {
        for (to, from) in to.iter_mut().zip(from) {
            *to = widen(*from);
        }
    }
}

multiversion! {
    /// Halves of numbers that were bfloat16: of each step of `2 half` words, word `j` of the result has number `j` below
    /// and number `j + half` above.
    fn narrow(to: &mut [u32], from: &[u32], half: usize) {
        for (to, from) in to.chunks_exact_mut(half).zip(from.chunks_exact(2 * half)) {
            let (low, high) = from.split_at(half);
            for i in 0..half {
                to[i] = (low[i] >> 16) | (high[i] & 0xffff_0000);
            }
        }
    }
}

thread_local! {
    static WIDE: RefCell<(Vec<f32>, Vec<u32>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// [`pack_panel`] of a matrix that is stored in bfloat16: the part that goes into the panel is widened aside, packed, and
/// narrowed again where the panel keeps halves.
pub(super) fn pack_half_source(
    panel: &mut [u32],
    a: View<'_, Half>,
    r0: usize,
    lanes: usize,
    k0: usize,
    len: usize,
    format: Format,
) {
    let here = lanes.min(a.rows.saturating_sub(r0));
    let (mut wide, mut words) = WIDE.take();
    wide.resize(here * len, 0.0);
    let view = if a.col_stride == 1 {
        for (lane, to) in wide.chunks_exact_mut(len).enumerate() {
            widen_row(to, &a.data[(r0 + lane) * a.row_stride + k0..][..len]);
        }
        View::new(&wide, here, len)
    } else {
        for (k, to) in wide.chunks_exact_mut(here).enumerate() {
            widen_row(to, &a.data[(k0 + k) * a.col_stride + r0..][..here]);
        }
        View::new(&wide, len, here).t()
    };
    if format == Format::Half {
        words.resize(lanes * len, 0);
        pack_panels(&mut words, view, 0, lanes, 0, len, Precision::F32);
        narrow(panel, &words, lanes / 2);
    } else {
        pack_panels(panel, view, 0, lanes, 0, len, format.precision());
    }
    WIDE.set((wide, words));
}
