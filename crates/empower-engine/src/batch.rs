//! What goes into a decoder: tokens of several sequences row after row, and the keys and values of what came before.

use crate::accelerated::KeyValues;
use crate::decoder::Decoder;
use crate::device::Device;
use crate::kernels::attention::Segment;

/// Several sequences, row after row; nothing is padded.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub(crate) tokens: Vec<u32>,
    pub(crate) positions: Vec<u32>,
    pub(crate) segments: Vec<Segment>,
    /// Of every row, what its dropout is drawn from.
    pub(crate) row_seeds: Vec<u64>,
}

impl Batch {
    /// Adds a sequence whose first token stands at position `first`.
    pub fn push(&mut self, tokens: impl IntoIterator<Item = u32>, first: usize) {
        self.push_seeded(tokens, first, 0);
    }

    /// The same for training with dropout: what is dropped of a row follows from `seed` and the row's position, not from
    /// where it stands in the batch. Different seeds for different sequences and epochs are the caller's to give.
    pub fn push_seeded(&mut self, tokens: impl IntoIterator<Item = u32>, first: usize, seed: u64) {
        let start = self.tokens.len();
        self.tokens.extend(tokens);
        let len = self.tokens.len() - start;
        self.positions.extend((first..first + len).map(|position| position as u32));
        self.row_seeds.extend((first..first + len).map(|position| mixed(seed ^ mixed(position as u64))));
        self.segments.push(Segment { start, len });
    }

    /// Sequences that begin at position 0.
    pub fn of<'a>(sequences: impl IntoIterator<Item = &'a [u32]>) -> Self {
        let mut batch = Self::default();
        sequences.into_iter().for_each(|tokens| batch.push(tokens.iter().copied(), 0));
        batch
    }

    /// `n`, tokens of all sequences.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The tokens.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Notes in the caches, one a sequence, that this batch's keys and values are held now.
    pub(crate) fn remember(&self, caches: &mut [Cache]) {
        for (segment, cache) in self.segments.iter().zip(caches) {
            cache.tokens.extend_from_slice(&self.tokens[segment.start..segment.start + segment.len]);
        }
    }

    /// Which rows belong together.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }
}

/// A counter turned into 64 bits that look random: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
#[inline(always)]
pub(crate) fn mixed(counter: u64) -> u64 {
    let mut z = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Keys and values of one sequence, one buffer a layer, grown in place up to the context; on the device where the
/// decoder computes on one.
#[derive(Debug, Default)]
pub struct Cache {
    /// The tokens whose keys and values are held.
    pub tokens: Vec<u32>,
    pub(crate) layers: Vec<(Vec<f32>, Vec<f32>)>,
    #[cfg_attr(not(feature = "candle"), allow(dead_code))]
    pub(crate) on_device: KeyValues,
}

impl Cache {
    /// An empty cache with room for `positions` tokens of `decoder`.
    pub fn new(decoder: &Decoder, positions: usize) -> Self {
        let n_layers = decoder.config().num_hidden_layers;
        let room = match decoder.device() {
            Device::Cpu => positions * decoder.config().heads().key_value_width(),
            _ => 0,
        };
        let layer = |_| (Vec::with_capacity(room), Vec::with_capacity(room));
        let layers = (0..n_layers).map(layer).collect();
        Self { tokens: Vec::new(), layers, on_device: KeyValues::new(n_layers, positions) }
    }

    /// Forgets everything after the first `len` tokens. What a device holds of them is written over when others come.
    pub fn truncate(&mut self, len: usize) {
        let Some(width) = self.layers.first().map(|(keys, _)| keys.len() / self.tokens.len().max(1)) else { return };
        self.tokens.truncate(len);
        for (keys, values) in &mut self.layers {
            keys.truncate(len * width);
            values.truncate(len * width);
        }
    }
}
