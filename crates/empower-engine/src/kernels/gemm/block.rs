//! The register block: `MR x NR` sums over one block of `K`, with the widest vectors that the processor has.

use super::Format;
#[cfg(target_arch = "x86_64")]
use super::avx512;

/// Instruction sets that there is a register block for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Isa {
    Portable,
    Avx2,
    Avx512,
    Avx512Bf16,
}

impl Isa {
    pub(super) fn detect() -> Self {
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
    pub(super) fn block(self) -> (usize, usize) {
        match self {
            Self::Avx512 | Self::Avx512Bf16 => (12, 32),
            Self::Avx2 => (4, 16),
            Self::Portable => (4, 8),
        }
    }
}

/// One register block: `rows x cols` of `C` from a panel of `A` and one of `B`.
///
/// # Safety
/// `c` points at `rows x cols` floats in rows `stride` apart that nobody else uses now; the panels hold `words` steps
/// of their `MR` and `NR` lanes, that of `B` in `format`.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub(super) unsafe fn block(
    isa: Isa,
    format: Format,
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
        match (isa, format) {
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512 | Isa::Avx512Bf16, Format::F32) => {
                avx512_rows::<false>(words, a, b, c, stride, rows, cols, add);
            }
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512 | Isa::Avx512Bf16, Format::Half) => {
                avx512_rows::<true>(words, a, b, c, stride, rows, cols, add);
            }
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512Bf16, Format::Pairs) => match rows {
                1 => avx512::bf16_block_rows::<1>(words, a, b, c, stride, rows, cols, add),
                2..=4 => avx512::bf16_block_rows::<4>(words, a, b, c, stride, rows, cols, add),
                5..=11 => avx512::bf16_block_rows::<12>(words, a, b, c, stride, rows, cols, add),
                _ => avx512::bf16_block_rows::<12>(words, a, b, c, stride, 12, cols, add),
            },
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx2, Format::F32) => avx2_block::<16>(words, a, b, c, stride, rows, cols, add),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx2, Format::Half) => avx2_block::<8>(words, a, b, c, stride, rows, cols, add),
            (Isa::Portable, Format::F32) => lanes_block::<4, 8, 8, false>(words, a, b, c, stride, rows, cols, add),
            (Isa::Portable, Format::Half) => lanes_block::<4, 8, 4, false>(words, a, b, c, stride, rows, cols, add),
            #[allow(unreachable_patterns)]
            _ => unreachable!("bf16 is refused where the processor lacks it, see `Precision::supported`"),
        }
    }
}

/// Single precision with as many rows in registers as are there.
///
/// # Safety
/// As [`block`], `B` being in halves where `HALF`; the processor has AVX-512F.
#[cfg(target_arch = "x86_64")]
#[allow(clippy::too_many_arguments)]
#[inline(always)]
unsafe fn avx512_rows<const HALF: bool>(
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
    unsafe {
        match rows {
            1 => avx512::f32_block::<1, HALF>(words, a, b, c, stride, cols, add),
            2 => avx512::f32_block::<2, HALF>(words, a, b, c, stride, cols, add),
            3 | 4 => avx512::f32_block_rows::<4, HALF>(words, a, b, c, stride, rows, cols, add),
            5..=8 => avx512::f32_block_rows::<8, HALF>(words, a, b, c, stride, rows, cols, add),
            9..=11 => avx512::f32_block_rows::<12, HALF>(words, a, b, c, stride, rows, cols, add),
            _ => avx512::f32_block::<12, HALF>(words, a, b, c, stride, cols, add),
        }
    }
}

/// The register block as plain loops over arrays, for the compiler to vectorise. A step of `B` takes `WORDS` words:
/// `NR`, or half as many where a word holds two numbers.
///
/// # Safety
/// As [`block`].
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub(super) unsafe fn lanes_block<const MR: usize, const NR: usize, const WORDS: usize, const FUSED: bool>(
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
    for (a, b) in a.as_chunks::<MR>().0.iter().zip(b.as_chunks::<WORDS>().0).take(words) {
        let mut wide = [0f32; NR];
        for (i, word) in b.iter().enumerate() {
            if WORDS == NR {
                wide[i] = f32::from_bits(*word);
            } else {
                (wide[i], wide[i + WORDS]) = (f32::from_bits(word << 16), f32::from_bits(word & 0xffff_0000));
            }
        }
        for (sum, a) in sums.iter_mut().zip(a) {
            let a = f32::from_bits(*a);
            for (sum, b) in sum.iter_mut().zip(wide) {
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
unsafe fn avx2_block<const WORDS: usize>(
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
    unsafe { lanes_block::<4, 16, WORDS, true>(words, a, b, c, stride, rows, cols, add) }
}
