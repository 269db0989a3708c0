//! Matrix products: `C = A B` or `C += A B`, single precision, with either `f32` or `bf16` operands.
//!
//! The layout is the usual one of packed panels: `B` is copied into panels of `NR` columns, `A` into panels of `MR`
//! rows, and a register block of `MR x NR` sums over `K`. Two things are ours. The sum over `K` runs in the same order
//! for every `M` and every number of threads (blocks of 512 terms, in order, inside a block one term after the other),
//! so that a row's result never depends on its neighbours. And `Precision::Bf16` rounds both operands to bfloat16
//! while packing and multiplies pairs with `vdpbf16ps`, which doubles the rate on processors that have it; sums stay
//! in `f32`.

use std::cell::RefCell;

use rayon::prelude::*;

/// Terms of the sum over `K` that are added up in registers before they join `C`. Chosen: a panel of `A` (12 x 512
/// floats, 24 KiB) stays in the first-level cache and one of `B` (64 KiB) in the second.
const K_BLOCK: usize = 512;

/// Rows of `C` that one thread takes at a time. Chosen: a multiple of every `MR`, and 96 x 512 floats of packed `A`
/// (192 KiB) leave room for a panel of `B` in the second-level cache.
const M_BLOCK: usize = 96;

/// Products below this many multiplications are not worth waking a second thread for. Chosen: about 20 microseconds.
const PARALLEL_FROM: usize = 1 << 20;

/// What the operands are rounded to before they are multiplied. Sums are always `f32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Not rounded.
    F32,
    /// Rounded to bfloat16, 8 bits of mantissa.
    Bf16,
}

impl Precision {
    /// The fastest precision for training on this processor: bf16 where an instruction exists for it.
    pub fn fastest() -> Self {
        match Isa::detect() {
            Isa::Avx512Bf16 => Self::Bf16,
            _ => Self::F32,
        }
    }

    /// What this processor really computes with when asked for `self`: bf16 products exist only with AVX512-BF16.
    pub fn supported(self) -> bool {
        self == Self::F32 || Isa::detect() == Isa::Avx512Bf16
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Isa {
    Portable,
    Avx2,
    Avx512,
    Avx512Bf16,
}

impl Isa {
    fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                // Every processor with AVX512-BF16 has the byte-and-word instructions too.
                let bf16 = is_x86_feature_detected!("avx512bf16") && is_x86_feature_detected!("avx512bw");
                return if bf16 { Self::Avx512Bf16 } else { Self::Avx512 };
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self::Avx2;
            }
        }
        Self::Portable
    }

    /// Rows and columns of the register block.
    fn block(self) -> (usize, usize) {
        match self {
            Self::Avx512 | Self::Avx512Bf16 => (12, 32),
            Self::Avx2 => (4, 16),
            Self::Portable => (4, 8),
        }
    }
}

/// A matrix seen through strides: element `(r, c)` is `data[r * row_stride + c * col_stride]`.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> View<'a> {
    /// `rows x cols`, rows one after the other.
    pub fn new(data: &'a [f32], rows: usize, cols: usize) -> Self {
        Self::strided(data, rows, cols, cols)
    }

    /// `rows x cols`, with `row_stride >= cols` elements from one row to the next.
    pub fn strided(data: &'a [f32], rows: usize, cols: usize, row_stride: usize) -> Self {
        assert!(rows == 0 || data.len() >= (rows - 1) * row_stride + cols, "the view lies inside its data");
        Self { data, rows, cols, row_stride, col_stride: 1 }
    }

    /// The transpose, without moving anything.
    pub fn t(self) -> Self {
        Self { rows: self.cols, cols: self.rows, row_stride: self.col_stride, col_stride: self.row_stride, ..self }
    }
}

/// The right operand of a product, packed once and used many times: a layer's weight while it does not change.
#[derive(Debug, Clone)]
pub struct PackedB {
    /// K blocks outermost, then panels of `NR` columns, then `K`, then the columns of a panel.
    words: Vec<u32>,
    k: usize,
    n: usize,
    nr: usize,
    precision: Precision,
}

impl PackedB {
    /// Packs `b` (`K x N`). Cost `K N`.
    pub fn new(b: View<'_>, precision: Precision) -> Self {
        assert!(precision.supported(), "the caller asks `Precision::supported` first");
        let mut packed = Self { words: Vec::new(), k: b.rows, n: b.cols, nr: Isa::detect().block().1, precision };
        packed.fill(b);
        packed
    }

    fn fill(&mut self, b: View<'_>) {
        let panels = self.n.div_ceil(self.nr);
        let nr = self.nr;
        let precision = self.precision;
        let total: usize = k_blocks(self.k).map(|(_, len)| panels * nr * words_per_lane(len, precision)).sum();
        self.words.clear();
        self.words.resize(total, 0);
        let mut rest = self.words.as_mut_slice();
        for (k0, len) in k_blocks(self.k) {
            let panel_len = nr * words_per_lane(len, precision);
            let (block, tail) = rest.split_at_mut(panels * panel_len);
            let pack = |(p, panel): (usize, &mut [u32])| {
                pack_panel(panel, b.t(), p * nr, nr, k0, len, precision);
            };
            if self.k * self.n >= PARALLEL_FROM / 4 && rayon::current_num_threads() > 1 {
                block.par_chunks_mut(panel_len).enumerate().for_each(pack);
            } else {
                block.chunks_mut(panel_len).enumerate().for_each(pack);
            }
            rest = tail;
        }
    }

    /// Columns of the packed matrix.
    pub fn cols(&self) -> usize {
        self.n
    }
}

fn k_blocks(k: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..k).step_by(K_BLOCK).map(move |k0| (k0, K_BLOCK.min(k - k0)))
}

/// 32-bit words that one row or column of a panel takes for `len` terms: bf16 keeps two terms in a word.
fn words_per_lane(len: usize, precision: Precision) -> usize {
    match precision {
        Precision::F32 => len,
        Precision::Bf16 => len.div_ceil(2),
    }
}

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

/// Copies rows `r0 .. r0 + lanes` and columns `k0 .. k0 + len` of `a` into `panel[k][lane]`; absent rows become zero.
fn pack_panel(panel: &mut [u32], a: View<'_>, r0: usize, lanes: usize, k0: usize, len: usize, precision: Precision) {
    #[cfg(target_arch = "x86_64")]
    match (Isa::detect(), precision) {
        (Isa::Avx512Bf16, Precision::Bf16) => {
            // SAFETY: the processor has AVX512-BF16.
            return unsafe { avx512::pack_bf16(panel, a, r0, lanes, k0, len) };
        }
        (Isa::Avx512 | Isa::Avx512Bf16, Precision::F32) => {
            // SAFETY: the processor has AVX-512F.
            return unsafe { avx512::pack_f32(panel, a, r0, lanes, k0, len) };
        }
        _ => {}
    }
    pack_panel_body(panel, a, r0, lanes, k0, len, precision);
}

/// The packing in plain loops: what processors without AVX-512 run, and what the vector code is tested against.
fn pack_panel_body(
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

/// Where a product goes: `rows x cols` inside a row-major buffer whose rows are `stride` apart.
#[derive(Clone, Copy)]
struct Target {
    data: *mut f32,
    stride: usize,
}

// SAFETY: threads write disjoint row ranges or disjoint panels of columns, see `multiply`.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

/// Whether a product replaces what its target held or is added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Into {
    /// `C = A B`.
    Replace,
    /// `C += A B`.
    Add,
}

thread_local! {
    static PACKED_A: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    static PACKED_B: RefCell<Vec<PackedB>> = const { RefCell::new(Vec::new()) };
}

/// `C = A B` or `C += A B`, `A` being `M x K` and `B` `K x N`, into the first `N` columns of rows of `c` that are
/// `c_stride` apart. Uses the threads of the current rayon pool.
pub fn gemm(c: &mut [f32], c_stride: usize, a: View<'_>, b: View<'_>, precision: Precision, into: Into) {
    with_packed(b, precision, |packed| multiply(c, c_stride, a, packed, into, true));
}

/// The same on the calling thread alone: for callers that already share their work among threads.
pub fn gemm_here(c: &mut [f32], c_stride: usize, a: View<'_>, b: View<'_>, precision: Precision, into: Into) {
    with_packed(b, precision, |packed| multiply(c, c_stride, a, packed, into, false));
}

/// The same with `B` packed before.
pub fn gemm_packed(c: &mut [f32], c_stride: usize, a: View<'_>, b: &PackedB, into: Into) {
    multiply(c, c_stride, a, b, into, true);
}

/// Packs `b` into a buffer of this thread's own, taken out while in use so that nested calls do not meet.
fn with_packed(b: View<'_>, precision: Precision, act: impl FnOnce(&PackedB)) {
    assert!(precision.supported(), "the caller asks `Precision::supported` first");
    let spare = PACKED_B.with_borrow_mut(Vec::pop);
    let words = spare.map(|packed| packed.words).unwrap_or_default();
    let mut packed = PackedB { words, k: b.rows, n: b.cols, nr: Isa::detect().block().1, precision };
    packed.fill(b);
    act(&packed);
    PACKED_B.with_borrow_mut(|spares| spares.push(packed));
}

fn multiply(c: &mut [f32], c_stride: usize, a: View<'_>, b: &PackedB, into: Into, parallel: bool) {
    let (m, n, k) = (a.rows, b.n, b.k);
    assert_eq!(a.cols, k, "the operands share K");
    if m == 0 || n == 0 {
        return;
    }
    assert!(c.len() >= (m - 1) * c_stride + n && c_stride >= n, "C holds M x N");
    if k == 0 {
        if into == Into::Replace {
            c.chunks_mut(c_stride).take(m).for_each(|row| row[..n].fill(0.0));
        }
        return;
    }
    let target = Target { data: c.as_mut_ptr(), stride: c_stride };
    let threads = if parallel && m * n * k >= PARALLEL_FROM { rayon::current_num_threads() } else { 1 };
    let panels = n.div_ceil(b.nr);
    if threads == 1 {
        for m0 in (0..m).step_by(M_BLOCK) {
            row_block(target, a, b, m0, M_BLOCK.min(m - m0), 0..panels, into);
        }
    } else if m >= M_BLOCK * threads {
        // A block of rows each; every thread reads all of packed B.
        (0..m.div_ceil(M_BLOCK)).into_par_iter().for_each(|block| {
            let m0 = block * M_BLOCK;
            row_block(target, a, b, m0, M_BLOCK.min(m - m0), 0..panels, into);
        });
    } else {
        // Few rows: a range of columns each.
        let share = panels.div_ceil(threads * 2).max(1);
        (0..panels.div_ceil(share)).into_par_iter().for_each(|part| {
            let range = part * share..((part + 1) * share).min(panels);
            for m0 in (0..m).step_by(M_BLOCK) {
                row_block(target, a, b, m0, M_BLOCK.min(m - m0), range.clone(), into);
            }
        });
    }
}

/// Rows `m0 .. m0 + rows` of the product, in the columns of `panels`.
fn row_block(c: Target, a: View<'_>, b: &PackedB, m0: usize, rows: usize, panels: std::ops::Range<usize>, into: Into) {
    let isa = Isa::detect();
    let (mr, nr) = isa.block();
    let all_panels = b.n.div_ceil(nr);
    let mut buffer = PACKED_A.take();
    let mut b_block = 0;
    for (k0, len) in k_blocks(b.k) {
        let words = words_per_lane(len, b.precision);
        let a_panel_len = mr * words;
        buffer.resize(rows.div_ceil(mr) * a_panel_len, 0);
        for (p, panel) in buffer.chunks_mut(a_panel_len).enumerate() {
            pack_panel(panel, a, m0 + p * mr, mr, k0, len, b.precision);
        }
        let add = into == Into::Add || k0 > 0;
        for p in panels.clone() {
            let b_panel = &b.words[b_block + p * nr * words..][..nr * words];
            let cols = nr.min(b.n - p * nr);
            for (q, a_panel) in buffer.chunks(a_panel_len).enumerate() {
                let rows_here = mr.min(rows - q * mr);
                // SAFETY: rows m0 + q mr .. and columns p nr .. lie inside C (checked by `multiply`), and no other
                // thread writes them; the panels hold `words` words a lane.
                unsafe {
                    let to = c.data.add((m0 + q * mr) * c.stride + p * nr);
                    block(isa, b.precision, words, a_panel, b_panel, to, c.stride, rows_here, cols, add);
                }
            }
        }
        b_block += all_panels * nr * words;
    }
    PACKED_A.set(buffer);
}

/// One register block: `rows x cols` of `C` from a panel of `A` and one of `B`.
///
/// # Safety
/// `c` points at `rows x cols` floats in rows `stride` apart that nobody else uses now; the panels hold `words` words
/// for each of their `MR` and `NR` lanes.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
unsafe fn block(
    isa: Isa,
    precision: Precision,
    words: usize,
    a: &[u32],
    b: &[u32],
    c: *mut f32,
    stride: usize,
    rows: usize,
    cols: usize,
    add: bool,
) {
    // SAFETY: the instruction set was detected; the rest is the caller's promise.
    unsafe {
        match (isa, precision) {
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512 | Isa::Avx512Bf16, Precision::F32) => match rows {
                1 => avx512::f32_block::<1>(words, a, b, c, stride, cols, add),
                2 => avx512::f32_block::<2>(words, a, b, c, stride, cols, add),
                3 | 4 => avx512::f32_block_rows::<4>(words, a, b, c, stride, rows, cols, add),
                5..=8 => avx512::f32_block_rows::<8>(words, a, b, c, stride, rows, cols, add),
                9..=11 => avx512::f32_block_rows::<12>(words, a, b, c, stride, rows, cols, add),
                _ => avx512::f32_block::<12>(words, a, b, c, stride, cols, add),
            },
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512Bf16, Precision::Bf16) => match rows {
                1 => avx512::bf16_block_rows::<1>(words, a, b, c, stride, rows, cols, add),
                2..=4 => avx512::bf16_block_rows::<4>(words, a, b, c, stride, rows, cols, add),
                5..=11 => avx512::bf16_block_rows::<12>(words, a, b, c, stride, rows, cols, add),
                _ => avx512::bf16_block_rows::<12>(words, a, b, c, stride, 12, cols, add),
            },
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx2, Precision::F32) => avx2_block(words, a, b, c, stride, rows, cols, add),
            (Isa::Portable, Precision::F32) => lanes_block::<4, 8, false>(words, a, b, c, stride, rows, cols, add),
            #[allow(unreachable_patterns)]
            _ => unreachable!("bf16 is refused where the processor lacks it, see `Precision::supported`"),
        }
    }
}

/// The register block as plain loops over arrays, for the compiler to vectorise.
///
/// # Safety
/// As [`block`].
#[allow(clippy::too_many_arguments)]
#[inline(always)]
unsafe fn lanes_block<const MR: usize, const NR: usize, const FUSED: bool>(
    words: usize,
    a: &[u32],
    b: &[u32],
    c: *mut f32,
    stride: usize,
    rows: usize,
    cols: usize,
    add: bool,
) {
    let mut sums = [[0f32; NR]; MR];
    for (a, b) in a.as_chunks::<MR>().0.iter().zip(b.as_chunks::<NR>().0).take(words) {
        for (sum, a) in sums.iter_mut().zip(a) {
            let a = f32::from_bits(*a);
            for (sum, b) in sum.iter_mut().zip(b) {
                let b = f32::from_bits(*b);
                *sum = if FUSED { a.mul_add(b, *sum) } else { *sum + a * b };
            }
        }
    }
    for (r, sum) in sums.iter().enumerate().take(rows) {
        for (j, sum) in sum.iter().enumerate().take(cols) {
            // SAFETY: r < rows and j < cols.
            unsafe {
                let to = c.add(r * stride + j);
                *to = if add { *to + sum } else { *sum };
            }
        }
    }
}

/// # Safety
/// As [`block`], and the processor has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[allow(clippy::too_many_arguments)]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2_block(
    words: usize,
    a: &[u32],
    b: &[u32],
    c: *mut f32,
    stride: usize,
    rows: usize,
    cols: usize,
    add: bool,
) {
    // SAFETY: the caller's promise.
    unsafe { lanes_block::<4, 16, true>(words, a, b, c, stride, rows, cols, add) }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::*;

    use super::View;

    /// # Safety
    /// As [`super::block`], with `R` rows of `C`, and the processor has AVX-512F.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn f32_block<const R: usize>(
        words: usize,
        a: &[u32],
        b: &[u32],
        c: *mut f32,
        stride: usize,
        cols: usize,
        add: bool,
    ) {
        // SAFETY: the caller's promise.
        unsafe { f32_block_rows::<R>(words, a, b, c, stride, R, cols, add) }
    }

    /// Computes `R` rows and stores `rows <= R` of them.
    ///
    /// # Safety
    /// As [`super::block`], and the processor has AVX-512F.
    #[allow(clippy::too_many_arguments)]
    #[target_feature(enable = "avx512f")]
    #[inline]
    pub(super) unsafe fn f32_block_rows<const R: usize>(
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
        let mut sums = [[_mm512_setzero_ps(); 2]; R];
        let (mut a, mut b) = (a.as_ptr().cast::<f32>(), b.as_ptr().cast::<f32>());
        for _ in 0..words {
            // SAFETY: `words` steps of 12 and 32 floats lie inside the panels.
            unsafe {
                let (b0, b1) = (_mm512_loadu_ps(b), _mm512_loadu_ps(b.add(16)));
                for (r, sum) in sums.iter_mut().enumerate() {
                    let a = _mm512_set1_ps(*a.add(r));
                    sum[0] = _mm512_fmadd_ps(a, b0, sum[0]);
                    sum[1] = _mm512_fmadd_ps(a, b1, sum[1]);
                }
                a = a.add(12);
                b = b.add(32);
            }
        }
        // SAFETY: the caller's promise.
        unsafe { store(&sums, c, stride, rows, cols, add) }
    }

    /// Computes `R` rows from pairs of bfloat16 and stores `rows <= R` of them.
    ///
    /// # Safety
    /// As [`super::block`], and the processor has AVX512-BF16.
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

    /// Elements of a vector.
    const WIDE: usize = 16;

    /// The first `n` elements of a vector, at most all.
    fn first(n: usize) -> __mmask16 {
        ((1u32 << n.min(WIDE)) - 1) as __mmask16
    }

    /// [`super::pack_panel`] without rounding.
    #[target_feature(enable = "avx512f")]
    pub(super) fn pack_f32(panel: &mut [u32], a: View<'_>, r0: usize, lanes: usize, k0: usize, len: usize) {
        let here = lanes.min(a.rows.saturating_sub(r0));
        assert!(panel.len() >= lanes * len, "the panel holds `len` terms a lane");
        if a.row_stride == 1 {
            for k in 0..len {
                let row = &a.data[(k0 + k) * a.col_stride + r0..][..here];
                for lane in (0..lanes).step_by(WIDE) {
                    // SAFETY: masks keep the load inside `row` and the store inside this step of the panel.
                    unsafe {
                        let from = row.as_ptr().wrapping_add(lane);
                        let value = _mm512_maskz_loadu_ps(first(here.saturating_sub(lane)), from);
                        let to = panel.as_mut_ptr().add(k * lanes + lane);
                        _mm512_mask_storeu_ps(to.cast(), first(lanes - lane), value);
                    }
                }
            }
            return;
        }
        assert!(a.col_stride == 1 && (here == 0 || a.data.len() >= (r0 + here - 1) * a.row_stride + k0 + len));
        for k in (0..len).step_by(WIDE) {
            let steps = WIDE.min(len - k);
            for lane in (0..lanes).step_by(WIDE) {
                let mut block = [_mm512_setzero_si512(); WIDE];
                for (r, row) in block.iter_mut().enumerate().take(here.saturating_sub(lane)) {
                    let start = (r0 + lane + r) * a.row_stride + k0 + k;
                    // SAFETY: the mask keeps the load inside the row, which was checked to lie inside the data.
                    *row =
                        unsafe { _mm512_castps_si512(_mm512_maskz_loadu_ps(first(steps), a.data.as_ptr().add(start))) };
                }
                // SAFETY: `steps` steps of the panel hold `lanes` words each.
                unsafe {
                    store_transposed(block, panel.as_mut_ptr().add(k * lanes + lane), lanes, steps, lanes - lane)
                };
            }
        }
    }

    /// [`super::pack_panel`] with rounding to bfloat16, two terms a word.
    #[target_feature(enable = "avx512f,avx512bf16,avx512bw")]
    pub(super) fn pack_bf16(panel: &mut [u32], a: View<'_>, r0: usize, lanes: usize, k0: usize, len: usize) {
        let here = lanes.min(a.rows.saturating_sub(r0));
        let words = len.div_ceil(2);
        assert!(panel.len() >= lanes * words, "the panel holds `len` terms a lane");
        // Two vectors of terms, rounded to nearest even, low terms in the low half.
        let pair = |low, high| -> __m512i {
            // SAFETY: only renames 512 bits.
            unsafe { std::mem::transmute(_mm512_cvtne2ps_pbh(high, low)) }
        };
        if a.row_stride == 1 {
            // The conversion puts lanes side by side; this order puts the two terms of a lane side by side.
            let order = _mm512_set_epi16(
                31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2,
                17, 1, 16, 0,
            );
            for word in 0..words {
                let start = (k0 + 2 * word) * a.col_stride + r0;
                let low = &a.data[start..][..here];
                let high = if 2 * word + 1 < len { &a.data[start + a.col_stride..][..here] } else { &[] };
                for lane in (0..lanes).step_by(WIDE) {
                    // SAFETY: masks keep the loads inside `low` and `high` and the store inside this step of the panel.
                    unsafe {
                        let at = |row: &[f32]| {
                            let mask = first(row.len().saturating_sub(lane));
                            _mm512_maskz_loadu_ps(mask, row.as_ptr().wrapping_add(lane))
                        };
                        let value = interleave(order, pair(at(low), at(high)));
                        let to = panel.as_mut_ptr().add(word * lanes + lane);
                        _mm512_mask_storeu_epi32(to.cast(), first(lanes - lane), value);
                    }
                }
            }
            return;
        }
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

    /// `value` with its 16-bit elements in another order.
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn interleave(order: __m512i, value: __m512i) -> __m512i {
        _mm512_permutexvar_epi16(order, value)
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
            let (ab02, ab13) =
                (_mm512_shuffle_i32x4::<0b10_00_10_00>(a, b), _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b));
            let (de02, de13) =
                (_mm512_shuffle_i32x4::<0b10_00_10_00>(d, e), _mm512_shuffle_i32x4::<0b11_01_11_01>(d, e));
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::reference::{self, random};

    /// Sums of `k` products of numbers below 1: rounding grows like `k` times half a unit in the last place.
    fn tolerance(k: usize, precision: Precision) -> f32 {
        match precision {
            Precision::F32 => 2e-7 * (k as f32 + 8.0),
            // Two roundings of 2^-9 a product, averaging out like sqrt(k); a factor of 6 for the tail.
            Precision::Bf16 => 6.0 * 2f32.powi(-8) * (k as f32).sqrt() + 1e-6,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn equals_the_triple_loop(
            m in 1usize..210, n in 1usize..100, k in 1usize..1100, seed in 0u32..1000,
            ta: bool, tb: bool, add: bool, bf16: bool,
        ) {
            let precision = if bf16 { Precision::Bf16 } else { Precision::F32 };
            prop_assume!(precision.supported());
            let (a, b) = (random(m * k, seed), random(k * n, seed + 1));
            let a = if ta { View::new(&a, k, m).t() } else { View::new(&a, m, k) };
            let b = if tb { View::new(&b, n, k).t() } else { View::new(&b, k, n) };
            let start = random(m * (n + 3), seed + 2);
            let into = if add { Into::Add } else { Into::Replace };
            let mut c = start.clone();
            gemm(&mut c, n + 3, a, b, precision, into);
            let at = |v: View<'_>, r: usize, c: usize| v.data[r * v.row_stride + c * v.col_stride];
            for i in 0..m {
                for j in 0..n {
                    let product = reference::dot((0..k).map(|t| (at(a, i, t), at(b, t, j))));
                    let expected = product + if add { start[i * (n + 3) + j] as f64 } else { 0.0 };
                    let got = c[i * (n + 3) + j];
                    prop_assert!((got as f64 - expected).abs() <= tolerance(k, precision) as f64, "{got} {expected}");
                }
                // The padding between rows is nobody's business.
                prop_assert_eq!(&c[i * (n + 3) + n..(i + 1) * (n + 3)], &start[i * (n + 3) + n..(i + 1) * (n + 3)]);
            }
        }

        #[test]
        fn vectors_pack_as_plain_loops_do(
            rows in 1usize..40, k0 in 0usize..20, len in 1usize..80, r0 in 0usize..40, t: bool, bf16: bool, wide: bool,
        ) {
            let precision = if bf16 { Precision::Bf16 } else { Precision::F32 };
            prop_assume!(precision.supported());
            let (data, r0) = (random(rows * (k0 + len), 7), r0 % rows);
            let a = match t {
                true => View::new(&data, k0 + len, rows).t(),
                false => View::new(&data, rows, k0 + len),
            };
            let lanes = if wide { 32 } else { 12 };
            let mut panels = [(); 2].map(|()| vec![u32::MAX; lanes * words_per_lane(len, precision)]);
            let [vector, plain] = &mut panels;
            pack_panel(vector, a, r0, lanes, k0, len, precision);
            pack_panel_body(plain, a, r0, lanes, k0, len, precision);
            prop_assert_eq!(vector, plain);
        }

        #[test]
        fn a_row_does_not_know_its_neighbours(m in 2usize..200, n in 1usize..80, k in 1usize..700, seed in 0u32..99) {
            let (a, b) = (random(m * k, seed), random(k * n, seed + 1));
            let mut together = vec![0.0; m * n];
            gemm(&mut together, n, View::new(&a, m, k), View::new(&b, k, n), Precision::F32, Into::Replace);
            let packed = PackedB::new(View::new(&b, k, n), Precision::F32);
            for i in [0, m / 2, m - 1] {
                let mut alone = vec![0.0; n];
                gemm_packed(&mut alone, n, View::new(&a[i * k..(i + 1) * k], 1, k), &packed, Into::Replace);
                prop_assert_eq!(&alone[..], &together[i * n..(i + 1) * n]);
            }
        }
    }
}
