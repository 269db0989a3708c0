//! Keys and values of one sequence on a device: room for the whole sequence from the start, written in place.

use candle_core::{Result, Tensor};

/// Of every layer, what came before.
#[derive(Debug, Default)]
pub(crate) struct KeyValues {
    /// Positions that room is made for at first.
    positions: usize,
    /// Keys and values, each `(room, G, K)`.
    layers: Vec<[Option<Tensor>; 2]>,
}

impl KeyValues {
    /// Nothing yet; room is taken at the first use.
    pub(crate) fn new(n_layers: usize, positions: usize) -> Self {
        Self { positions, layers: vec![[None, None]; n_layers] }
    }

    /// Puts the keys and values `(T, G, K)` of a layer after the first `past`, and returns all of them, `(S, G, K)`.
    pub(super) fn extend(&mut self, layer: usize, past: usize, new: [&Tensor; 2]) -> Result<[Tensor; 2]> {
        let room = self.positions;
        let [keys, values] = &mut self.layers[layer];
        Ok([extend(keys, past, new[0], room)?, extend(values, past, new[1], room)?])
    }
}

fn extend(held: &mut Option<Tensor>, past: usize, new: &Tensor, room: usize) -> Result<Tensor> {
    let (n_new, heads, width) = new.dims3()?;
    let end = past + n_new;
    let had = held.as_ref().map_or(Ok(0), |held| held.dim(0))?;
    if had < end {
        let grown = Tensor::zeros((end.max(room).max(2 * had), heads, width), new.dtype(), new.device())?;
        if let Some(held) = held.as_ref().filter(|_| past > 0) {
            grown.slice_set(&held.narrow(0, 0, past)?, 0, 0)?;
        }
        *held = Some(grown);
    }
    let held = held.as_ref().expect("room was made");
    held.slice_set(&new.contiguous()?, 0, past)?;
    held.narrow(0, 0, end)
}
