//! Matrix products: `C = A B` or `C += A B`, single precision, with either `f32` or `bf16` operands.
//!
//! The layout is the usual one of packed panels: `B` is copied into panels of `NR` columns, `A` into panels of `MR`
//! rows, and a register block of `MR x NR` sums over `K`. Three things are ours. The sum over `K` runs in the same order
//! for every `M` and every number of threads (blocks of 512 terms, in order, inside a block one term after the other),
//! so that a row's result never depends on its neighbours. `Precision::Bf16` rounds both operands to bfloat16
//! while packing and multiplies pairs with `vdpbf16ps`, which doubles the rate on processors that have it; sums stay
//! in `f32`. And a `B` that is stored in bfloat16 is never expanded: its panels keep two bytes a number, and a number is
//! widened in a register, so that an `f32` product with it has the bits of the product with its `f32` copy.

use std::cell::RefCell;

use rayon::prelude::*;

mod avx512;
mod block;
mod pack;
#[cfg(test)]
mod tests;

use block::{Isa, block};
use pack::{pack_half_source, pack_panels};

/// Terms of the sum over `K` that are added up in registers before they join `C`. Chosen: a panel of `A` (12 x 512
/// floats, 24 KiB) stays in the first-level cache and one of `B` (64 KiB) in the second.
pub(crate) const K_BLOCK: usize = 512;

/// Rows of `C` that one thread takes at a time, about. Chosen: 96 x 512 floats of packed `A` (192 KiB) leave room for a
/// panel of `B` in the second-level cache.
const M_BLOCK: usize = 96;

/// Products below this many multiplications are not worth waking a second thread for. Chosen: about 20 microseconds.
const PARALLEL_FROM: usize = 1 << 20;

/// Panels of `B` that one thread packs together. Chosen: 4 x 32 columns are 512 bytes of a row, enough for memory to be
/// read ahead, and a matrix of 256 columns still feeds two threads.
const PACK_TOGETHER: usize = 4;

/// Elements of `B` that are packed at a time where it is not kept packed. Chosen: 16 MiB in `f32`, so that the largest
/// matrix of a large model is not copied whole.
pub(crate) const PACK_AT_ONCE: usize = 1 << 22;

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

/// A bfloat16 number as files hold it: two bytes, the lower first.
pub type Half = [u8; 2];

/// The number that a bfloat16 stands for; exact.
#[inline(always)]
pub fn widen(half: Half) -> f32 {
    f32::from_bits(u32::from(u16::from_le_bytes(half)) << 16)
}

/// A matrix seen through strides: element `(r, c)` is `data[r * row_stride + c * col_stride]`.
#[derive(Debug, Clone, Copy)]
pub struct View<'a, T = f32> {
    data: &'a [T],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a, T> View<'a, T> {
    /// `rows x cols`, rows one after the other.
    pub fn new(data: &'a [T], rows: usize, cols: usize) -> Self {
        Self::strided(data, rows, cols, cols)
    }

    /// `rows x cols`, with `row_stride >= cols` elements from one row to the next.
    pub fn strided(data: &'a [T], rows: usize, cols: usize, row_stride: usize) -> Self {
        assert!(rows == 0 || data.len() >= (rows - 1) * row_stride + cols, "the view lies inside its data");
        Self { data, rows, cols, row_stride, col_stride: 1 }
    }

    /// The transpose, without moving anything.
    pub fn t(self) -> Self {
        Self { rows: self.cols, cols: self.rows, row_stride: self.col_stride, col_stride: self.row_stride, ..self }
    }

    /// Row `r` of a matrix whose rows are not transposed.
    pub fn row(self, r: usize) -> &'a [T] {
        assert!(self.col_stride == 1 && r < self.rows, "a row of the matrix");
        &self.data[r * self.row_stride..][..self.cols]
    }

    /// Rows `r0 .. r0 + rows` and columns `c0 .. c0 + cols`.
    fn part(self, (r0, rows): (usize, usize), (c0, cols): (usize, usize)) -> Self {
        debug_assert!(r0 + rows <= self.rows && c0 + cols <= self.cols);
        Self { data: &self.data[r0 * self.row_stride + c0 * self.col_stride..], rows, cols, ..self }
    }
}

/// The right operand of a product: activations in `f32`, or weights as they are stored.
#[derive(Debug, Clone, Copy)]
pub enum Matrix<'a> {
    /// Four bytes a number.
    F32(View<'a>),
    /// Two bytes a number.
    Bf16(View<'a, Half>),
}

impl<'a> From<View<'a>> for Matrix<'a> {
    fn from(view: View<'a>) -> Self {
        Self::F32(view)
    }
}

impl<'a> From<View<'a, Half>> for Matrix<'a> {
    fn from(view: View<'a, Half>) -> Self {
        Self::Bf16(view)
    }
}

impl Matrix<'_> {
    /// The transpose, without moving anything.
    pub fn t(self) -> Self {
        match self {
            Self::F32(view) => Self::F32(view.t()),
            Self::Bf16(view) => Self::Bf16(view.t()),
        }
    }

    /// Number of rows.
    pub fn rows(self) -> usize {
        match self {
            Self::F32(view) => view.rows,
            Self::Bf16(view) => view.rows,
        }
    }

    /// Number of columns.
    pub fn cols(self) -> usize {
        match self {
            Self::F32(view) => view.cols,
            Self::Bf16(view) => view.cols,
        }
    }

    fn part(self, rows: (usize, usize), cols: (usize, usize)) -> Self {
        match self {
            Self::F32(view) => Self::F32(view.part(rows, cols)),
            Self::Bf16(view) => Self::Bf16(view.part(rows, cols)),
        }
    }

    /// How panels of it are kept for products in `precision`.
    fn format(self, precision: Precision) -> Format {
        match (self, precision) {
            (_, Precision::Bf16) => Format::Pairs,
            (Self::F32(_), Precision::F32) => Format::F32,
            (Self::Bf16(_), Precision::F32) => Format::Half,
        }
    }
}

/// How the panels of `B` are kept, and what the product then does with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// A number a word; `f32` products.
    F32,
    /// Numbers that were bfloat16: column `j` of a panel in the lower half of a word and column `j + NR / 2` in the
    /// upper one; `f32` products.
    Half,
    /// Two terms of the sum of one column in a word; bfloat16 products.
    Pairs,
}

impl Format {
    /// What the left operand is rounded to.
    fn precision(self) -> Precision {
        match self {
            Self::F32 | Self::Half => Precision::F32,
            Self::Pairs => Precision::Bf16,
        }
    }

    /// 32-bit words of a panel of `nr` columns for `len` terms.
    fn panel_words(self, nr: usize, len: usize) -> usize {
        match self {
            Self::F32 => nr * len,
            Self::Half => nr / 2 * len,
            Self::Pairs => nr * len.div_ceil(2),
        }
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
    format: Format,
}

impl PackedB {
    /// Packs `b` (`K x N`). Cost `K N`.
    pub fn new<'a>(b: impl core::convert::Into<Matrix<'a>>, precision: Precision) -> Self {
        let b = b.into();
        assert!(precision.supported(), "the caller asks `Precision::supported` first");
        Self::filled(Vec::new(), b, precision)
    }

    /// The same into a buffer that may be used again.
    fn filled(words: Vec<u32>, b: Matrix<'_>, precision: Precision) -> Self {
        let nr = Isa::detect().block().1;
        let mut packed = Self { words, k: b.rows(), n: b.cols(), nr, format: b.format(precision) };
        packed.fill(b);
        packed
    }

    fn fill(&mut self, b: Matrix<'_>) {
        let panels = self.n.div_ceil(self.nr);
        let (nr, format) = (self.nr, self.format);
        let total: usize = k_blocks(self.k).map(|(_, len)| panels * format.panel_words(nr, len)).sum();
        // What a spare buffer holds from before is overwritten whole.
        self.words.resize(total, 0);
        let mut rest = self.words.as_mut_slice();
        for (k0, len) in k_blocks(self.k) {
            let panel_len = format.panel_words(nr, len);
            let (block, tail) = rest.split_at_mut(panels * panel_len);
            let pack = |(g, group): (usize, &mut [u32])| match b {
                Matrix::F32(b) => pack_panels(group, b.t(), g * PACK_TOGETHER * nr, nr, k0, len, format.precision()),
                Matrix::Bf16(b) => {
                    for (p, panel) in group.chunks_exact_mut(panel_len).enumerate() {
                        pack_half_source(panel, b.t(), (g * PACK_TOGETHER + p) * nr, nr, k0, len, format);
                    }
                }
            };
            if self.k * self.n >= PARALLEL_FROM / 4 && rayon::current_num_threads() > 1 {
                block.par_chunks_mut(PACK_TOGETHER * panel_len).enumerate().for_each(pack);
            } else {
                block.chunks_mut(PACK_TOGETHER * panel_len).enumerate().for_each(pack);
            }
            rest = tail;
        }
    }

    /// Columns of the packed matrix.
    pub fn cols(&self) -> usize {
        self.n
    }

    /// Bytes that it takes.
    pub fn n_bytes(&self) -> usize {
        4 * self.words.len()
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
    static PACKED_B: RefCell<Vec<Vec<u32>>> = const { RefCell::new(Vec::new()) };
}

/// `C = A B` or `C += A B`, `A` being `M x K` and `B` `K x N`, into the first `N` columns of rows of `c` that are
/// `c_stride` apart. Uses the threads of the current rayon pool.
pub fn gemm<'b>(
    c: &mut [f32],
    c_stride: usize,
    a: View<'_>,
    b: impl core::convert::Into<Matrix<'b>>,
    precision: Precision,
    into: Into,
) {
    in_parts(c, c_stride, a, b.into(), precision, into, true);
}

/// The same on the calling thread alone: for callers that already share their work among threads.
pub fn gemm_here<'b>(
    c: &mut [f32],
    c_stride: usize,
    a: View<'_>,
    b: impl core::convert::Into<Matrix<'b>>,
    precision: Precision,
    into: Into,
) {
    in_parts(c, c_stride, a, b.into(), precision, into, false);
}

/// The same with `B` packed before.
pub fn gemm_packed(c: &mut [f32], c_stride: usize, a: View<'_>, b: &PackedB, into: Into) {
    multiply(c, c_stride, a, b, into, true);
}

/// Packs and multiplies a part of `B` after the other. Parts begin at whole blocks of the sum, which are added in order:
/// the bits are those of one part.
fn in_parts(
    c: &mut [f32],
    c_stride: usize,
    a: View<'_>,
    b: Matrix<'_>,
    precision: Precision,
    into: Into,
    parallel: bool,
) {
    let (k, n) = (b.rows(), b.cols());
    if k * n <= PACK_AT_ONCE {
        return with_packed(b, precision, |packed| multiply(c, c_stride, a, packed, into, parallel));
    }
    let wide = (PACK_AT_ONCE / K_BLOCK).min(n.next_multiple_of(64));
    let deep = (PACK_AT_ONCE / wide / K_BLOCK).max(1) * K_BLOCK;
    for n0 in (0..n).step_by(wide) {
        let cols = (n0, wide.min(n - n0));
        for k0 in (0..k).step_by(deep) {
            let terms = (k0, deep.min(k - k0));
            let into = if k0 == 0 { into } else { Into::Add };
            with_packed(b.part(terms, cols), precision, |packed| {
                multiply(&mut c[n0..], c_stride, a.part((0, a.rows), terms), packed, into, parallel);
            });
        }
    }
}

/// Packs `b` into a buffer of this thread's own, taken out while in use so that nested calls do not meet.
fn with_packed(b: Matrix<'_>, precision: Precision, act: impl FnOnce(&PackedB)) {
    assert!(precision.supported(), "the caller asks `Precision::supported` first");
    let spare = PACKED_B.with_borrow_mut(Vec::pop).unwrap_or_default();
    let packed = PackedB::filled(spare, b, precision);
    act(&packed);
    PACKED_B.with_borrow_mut(|spares| spares.push(packed.words));
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
        // A block of rows each, as many blocks for one thread as for the next; every thread reads all of packed B.
        let mr = Isa::detect().block().0;
        let blocks = (m / M_BLOCK).next_multiple_of(threads);
        let rows = m.div_ceil(blocks).next_multiple_of(mr);
        (0..m.div_ceil(rows)).into_par_iter().for_each(|block| {
            let m0 = block * rows;
            row_block(target, a, b, m0, rows.min(m - m0), 0..panels, into);
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
    let precision = b.format.precision();
    let mut buffer = PACKED_A.take();
    let mut b_block = 0;
    for (k0, len) in k_blocks(b.k) {
        let words = words_per_lane(len, precision);
        let (a_panel_len, b_panel_len) = (mr * words, b.format.panel_words(nr, len));
        buffer.resize(rows.div_ceil(mr) * a_panel_len, 0);
        pack_panels(&mut buffer, a, m0, mr, k0, len, precision);
        let add = into == Into::Add || k0 > 0;
        for p in panels.clone() {
            let b_panel = &b.words[b_block + p * b_panel_len..][..b_panel_len];
            let cols = nr.min(b.n - p * nr);
            for (q, a_panel) in buffer.chunks(a_panel_len).enumerate() {
                let rows_here = mr.min(rows - q * mr);
                // SAFETY: rows m0 + q mr .. and columns p nr .. lie inside C (checked by `multiply`), and no other
                // thread writes them; the panels hold `words` steps, B's in its format.
                unsafe {
                    let to = c.data.add((m0 + q * mr) * c.stride + p * nr);
                    block(isa, b.format, words, a_panel, b_panel, to, c.stride, rows_here, cols, add);
                }
            }
        }
        b_block += all_panels * b_panel_len;
    }
    PACKED_A.set(buffer);
}
