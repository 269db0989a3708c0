//! The register blocks and the packing with AVX-512, in single precision and with pairs of bfloat16.
#![cfg(target_arch = "x86_64")]

use std::arch::x86_64::*;

use super::View;

/// # Safety
/// As [`super::block::block`], with `R` rows of `C`, and the processor has AVX-512F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn f32_block<const R: usize, const HALF: bool>(
    words: usize,
    a: &[u32],
    b: &[u32],
    c: *mut f32,
    stride: usize,
    cols: usize,
    add: bool,
) {
    // SAFETY: the caller's promise.
    unsafe { f32_block_rows::<R, HALF>(words, a, b, c, stride, R, cols, add) }
}

/// Computes `R` rows and stores `rows <= R` of them.
///
/// # Safety
/// As [`super::block::block`], and the processor has AVX-512F.
#[allow(clippy::too_many_arguments)]
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) unsafe fn f32_block_rows<const R: usize, const HALF: bool>(
    words: usize,
    a: &[u32],
    b: &[u32],
    c: *mut f32,
    stride: usize,
    rows: usize,
    cols: usize,
    add: bool,
) {
    debug_assert!(a.len() >= 12 * words && b.len() >= if HALF { 16 } else { 32 } * words);
    prefetch(c, stride, rows);
    let mut sums = [[_mm512_setzero_ps(); 2]; R];
    let (mut a, mut b) = (a.as_ptr().cast::<f32>(), b.as_ptr().cast::<f32>());
    let upper = _mm512_set1_epi32(0xffff_0000_u32 as i32);
    for _ in 0..words {
        // SAFETY: `words` steps of 12 floats and 32 floats (or 16 words of two halves) lie inside the panels.
        unsafe {
            let (b0, b1) = if HALF {
                let word = _mm512_loadu_si512(b.cast());
                let low = _mm512_castsi512_ps(_mm512_slli_epi32::<16>(word));
                b = b.add(16);
                (low, _mm512_castsi512_ps(_mm512_and_si512(word, upper)))
            } else {
                let loaded = (_mm512_loadu_ps(b), _mm512_loadu_ps(b.add(16)));
                b = b.add(32);
                loaded
            };
            for (r, sum) in sums.iter_mut().enumerate() {
                let a = _mm512_set1_ps(*a.add(r));
                sum[0] = _mm512_fmadd_ps(a, b0, sum[0]);
                sum[1] = _mm512_fmadd_ps(a, b1, sum[1]);
            }
            a = a.add(12);
        }
    }
    // SAFETY: the caller's promise.
    unsafe { store(&sums, c, stride, rows, cols, add) }
}

/// Computes `R` rows from pairs of bfloat16 and stores `rows <= R` of them.
///
/// # Safety
/// As [`super::block::block`], and the processor has AVX512-BF16.
#[allow(clippy::too_many_arguments)]
#[target_feature(enable = "avx512f,avx512bf16")]
pub(super) unsafe fn bf16_block_rows<const R: usize>(
    words: usize,
    a: &[u32],
    b: &[u32],
    c: *mut f32,
    stride: usize,
    rows: usize,
    cols: usize,
    add: bool,
) {
    debug_assert!(a.len() >= 12 * words && b.len() >= 32 * words);
    prefetch(c, stride, rows);
    let mut sums = [[_mm512_setzero_ps(); 2]; R];
    let (mut a, mut b) = (a.as_ptr().cast::<i32>(), b.as_ptr().cast::<i32>());
    for _ in 0..words {
        // SAFETY: `words` steps of 12 and 32 words lie inside the panels; the transmutes only rename vectors of
        // 512 bits.
        unsafe {
            let b0: __m512bh = std::mem::transmute(_mm512_loadu_si512(b.cast()));
            let b1: __m512bh = std::mem::transmute(_mm512_loadu_si512(b.add(16).cast()));
            for (r, sum) in sums.iter_mut().enumerate() {
                let a: __m512bh = std::mem::transmute(_mm512_set1_epi32(*a.add(r)));
                sum[0] = _mm512_dpbf16_ps(sum[0], a, b0);
                sum[1] = _mm512_dpbf16_ps(sum[1], a, b1);
            }
            a = a.add(12);
            b = b.add(32);
        }
    }
    // SAFETY: the caller's promise.
    unsafe { store(&sums, c, stride, rows, cols, add) }
}

/// Asks for the part of `C` that a register block will be added to, two lines a row, so that it has come when the sums
/// are there.
#[target_feature(enable = "avx512f")]
#[inline]
fn prefetch(c: *const f32, stride: usize, rows: usize) {
    for row in 0..rows {
        let line = c.wrapping_add(row * stride);
        _mm_prefetch::<_MM_HINT_T0>(line.cast());
        _mm_prefetch::<_MM_HINT_T0>(line.wrapping_add(WIDE).cast());
    }
}

/// Elements of a vector.
const WIDE: usize = 16;

/// The first `n` elements of a vector, at most all.
fn first(n: usize) -> __mmask16 {
    ((1u32 << n.min(WIDE)) - 1) as __mmask16
}

/// [`super::pack::pack_across`] without rounding.
#[target_feature(enable = "avx512f")]
pub(super) fn pack_across_f32(panels: &mut [u32], a: View<'_>, r0: usize, lanes: usize, k0: usize, len: usize) {
    let here = (panels.len() / len).min(a.rows.saturating_sub(r0));
    for k in 0..len {
        let row = &a.data[(k0 + k) * a.col_stride + r0..][..here];
        for (p, panel) in panels.chunks_exact_mut(lanes * len).enumerate() {
            let step = &mut panel[k * lanes..][..lanes];
            for lane in (0..lanes).step_by(WIDE) {
                let value = load(row, p * lanes + lane);
                // SAFETY: the mask keeps the store inside this step of the panel.
                unsafe { _mm512_mask_storeu_ps(step.as_mut_ptr().add(lane).cast(), first(lanes - lane), value) };
            }
        }
    }
}

/// `WIDE` elements of `row` from `at` on, zero where it has no more.
#[target_feature(enable = "avx512f")]
#[inline]
fn load(row: &[f32], at: usize) -> __m512 {
    // SAFETY: the mask keeps the load inside `row`.
    unsafe { _mm512_maskz_loadu_ps(first(row.len().saturating_sub(at)), row.as_ptr().wrapping_add(at)) }
}

/// [`super::pack::pack_panel`] of rows that lie one after the other in memory, without rounding.
#[target_feature(enable = "avx512f")]
pub(super) fn pack_f32(panel: &mut [u32], a: View<'_>, r0: usize, lanes: usize, k0: usize, len: usize) {
    let here = lanes.min(a.rows.saturating_sub(r0));
    assert!(panel.len() >= lanes * len, "the panel holds `len` terms a lane");
    assert!(a.col_stride == 1 && (here == 0 || a.data.len() >= (r0 + here - 1) * a.row_stride + k0 + len));
    for k in (0..len).step_by(WIDE) {
        let steps = WIDE.min(len - k);
        for lane in (0..lanes).step_by(WIDE) {
            let mut block = [_mm512_setzero_si512(); WIDE];
            for (r, row) in block.iter_mut().enumerate().take(here.saturating_sub(lane)) {
                let start = (r0 + lane + r) * a.row_stride + k0 + k;
                // SAFETY: the mask keeps the load inside the row, which was checked to lie inside the data.
                *row = unsafe { _mm512_castps_si512(_mm512_maskz_loadu_ps(first(steps), a.data.as_ptr().add(start))) };
            }
            // SAFETY: `steps` steps of the panel hold `lanes` words each.
            unsafe { store_transposed(block, panel.as_mut_ptr().add(k * lanes + lane), lanes, steps, lanes - lane) };
        }
    }
}

/// Two vectors of terms, rounded to nearest even, `low` in the lower half.
#[target_feature(enable = "avx512f,avx512bf16")]
#[inline]
fn pair(low: __m512, high: __m512) -> __m512i {
    // SAFETY: only renames 512 bits.
    unsafe { std::mem::transmute(_mm512_cvtne2ps_pbh(high, low)) }
}

/// [`super::pack::pack_across`] with rounding to bfloat16, two terms a word.
#[target_feature(enable = "avx512f,avx512bf16,avx512bw")]
pub(super) fn pack_across_bf16(panels: &mut [u32], a: View<'_>, r0: usize, lanes: usize, k0: usize, len: usize) {
    let words = len.div_ceil(2);
    let here = (panels.len() / words).min(a.rows.saturating_sub(r0));
    // The conversion puts lanes side by side; this order puts the two terms of a lane side by side.
    let order = _mm512_set_epi16(
        31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
        16, 0,
    );
    for word in 0..words {
        let start = (k0 + 2 * word) * a.col_stride + r0;
        let low = &a.data[start..][..here];
        let high = if 2 * word + 1 < len { &a.data[start + a.col_stride..][..here] } else { &[] };
        for (p, panel) in panels.chunks_exact_mut(lanes * words).enumerate() {
            let step = &mut panel[word * lanes..][..lanes];
            for lane in (0..lanes).step_by(WIDE) {
                let at = p * lanes + lane;
                let value = _mm512_permutexvar_epi16(order, pair(load(low, at), load(high, at)));
                // SAFETY: the mask keeps the store inside this step of the panel.
                unsafe { _mm512_mask_storeu_epi32(step.as_mut_ptr().add(lane).cast(), first(lanes - lane), value) };
            }
        }
    }
}

/// [`super::pack::pack_panel`] of rows that lie one after the other in memory, with rounding to bfloat16, two terms a
/// word.
#[target_feature(enable = "avx512f,avx512bf16,avx512bw")]
pub(super) fn pack_bf16(panel: &mut [u32], a: View<'_>, r0: usize, lanes: usize, k0: usize, len: usize) {
    let here = lanes.min(a.rows.saturating_sub(r0));
    let words = len.div_ceil(2);
    assert!(panel.len() >= lanes * words, "the panel holds `len` terms a lane");
    assert!(a.col_stride == 1 && (here == 0 || a.data.len() >= (r0 + here - 1) * a.row_stride + k0 + len));
    for word in (0..words).step_by(WIDE) {
        let (steps, terms) = (WIDE.min(words - word), (2 * WIDE).min(len - 2 * word));
        for lane in (0..lanes).step_by(WIDE) {
            let mut block = [_mm512_setzero_si512(); WIDE];
            for (r, row) in block.iter_mut().enumerate().take(here.saturating_sub(lane)) {
                let start = (r0 + lane + r) * a.row_stride + k0 + 2 * word;
                // SAFETY: the masks keep the loads inside the row, which was checked to lie inside the data.
                unsafe {
                    let from = a.data.as_ptr().add(start);
                    let low = _mm512_maskz_loadu_ps(first(terms), from);
                    let high = _mm512_maskz_loadu_ps(first(terms.saturating_sub(WIDE)), from.wrapping_add(WIDE));
                    *row = pair(low, high);
                }
            }
            // SAFETY: `steps` steps of the panel hold `lanes` words each.
            unsafe {
                let to = panel.as_mut_ptr().add(word * lanes + lane);
                store_transposed(block, to, lanes, steps, lanes - lane);
            }
        }
    }
}

/// Stores the transpose of a 16 x 16 block of words: step `k` gets element `k` of every row, `lanes` of them.
///
/// # Safety
/// `to` points at `steps` rows of at least `lanes.min(16)` words, `stride` apart; the processor has AVX-512F.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn store_transposed(block: [__m512i; WIDE], to: *mut u32, stride: usize, steps: usize, lanes: usize) {
    let r = block;
    // Pairs of rows, pairs of pairs, then quarters: three rounds of shuffles.
    let mut t = [_mm512_setzero_si512(); WIDE];
    for i in 0..8 {
        t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    let mut u = [_mm512_setzero_si512(); WIDE];
    for i in 0..4 {
        for j in 0..2 {
            u[4 * i + 2 * j] = _mm512_unpacklo_epi64(t[4 * i + j], t[4 * i + 2 + j]);
            u[4 * i + 2 * j + 1] = _mm512_unpackhi_epi64(t[4 * i + j], t[4 * i + 2 + j]);
        }
    }
    // u[4 i + c] holds columns c, 4 + c, 8 + c, 12 + c of rows 4 i .. 4 i + 4, a quarter each.
    let mut columns = [_mm512_setzero_si512(); WIDE];
    for c in 0..4 {
        let (a, b, d, e) = (u[c], u[4 + c], u[8 + c], u[12 + c]);
        let (ab02, ab13) = (_mm512_shuffle_i32x4::<0b10_00_10_00>(a, b), _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b));
        let (de02, de13) = (_mm512_shuffle_i32x4::<0b10_00_10_00>(d, e), _mm512_shuffle_i32x4::<0b11_01_11_01>(d, e));
        columns[c] = _mm512_shuffle_i32x4::<0b10_00_10_00>(ab02, de02);
        columns[8 + c] = _mm512_shuffle_i32x4::<0b11_01_11_01>(ab02, de02);
        columns[4 + c] = _mm512_shuffle_i32x4::<0b10_00_10_00>(ab13, de13);
        columns[12 + c] = _mm512_shuffle_i32x4::<0b11_01_11_01>(ab13, de13);
    }
    for (k, column) in columns.iter().enumerate().take(steps) {
        // SAFETY: the caller's promise.
        unsafe { _mm512_mask_storeu_epi32(to.add(k * stride).cast(), first(lanes), *column) };
    }
}

/// # Safety
/// `c` points at `rows x cols` floats in rows `stride` apart; the processor has AVX-512F.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn store<const R: usize>(
    sums: &[[__m512; 2]; R],
    c: *mut f32,
    stride: usize,
    rows: usize,
    cols: usize,
    add: bool,
) {
    let mask = |from: usize| -> __mmask16 { ((1u32 << cols.saturating_sub(from).min(16)) - 1) as __mmask16 };
    let masks = [mask(0), mask(16)];
    for (r, sum) in sums.iter().enumerate().take(rows) {
        for (half, (sum, mask)) in sum.iter().zip(masks).enumerate() {
            // SAFETY: the mask keeps the access inside `cols`.
            unsafe {
                let to = c.add(r * stride + 16 * half);
                let value = if add { _mm512_add_ps(_mm512_maskz_loadu_ps(mask, to), *sum) } else { *sum };
                _mm512_mask_storeu_ps(to, mask, value);
            }
        }
    }
}
