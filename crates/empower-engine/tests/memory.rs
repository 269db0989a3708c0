//! What frozen weights cost: measured by an allocator that remembers its peak.

use std::path::Path;

use empower_engine::{
    Batch, Config, Decoder, Gradients, LlamaShape, LoraSettings, Precision, Storage, Target, Workspace,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// One step on sixteen tokens: the most memory in use during it, and bytes of the gradients.
fn step(decoder: &mut Decoder) -> (usize, usize) {
    let tokens: Vec<u32> = (0..16).collect();
    let batch = Batch::of([tokens.as_slice()]);
    let targets: Vec<Target> = tokens.iter().map(|token| Target::next(*token)).collect();
    decoder.set_recompute(true);
    let mut gradients = Gradients::of_trained(decoder.parameters());
    let mut space = Workspace::default();
    decoder.loss_and_gradients(&batch, &targets, 1.0, Precision::F32, &mut gradients, &mut space).unwrap();
    assert!(gradients.iter().all(|(_, gradient)| gradient.iter().any(|g| *g != 0.0)));
    (MEMORY.peak_usage(), gradients.n_bytes())
}

fn most(folder: &Path, open: fn(&Path) -> Decoder) -> (usize, usize, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let mut decoder = open(folder);
    // A new adapter's `A` gets no gradient while `B` is zero.
    for parameter in decoder.parameters_mut().iter_mut().filter(|parameter| parameter.name.contains("lora_B")) {
        parameter.values_mut().fill(0.01);
    }
    let (peak, gradients) = step(&mut decoder);
    (peak - before, gradients, decoder.n_trained())
}

#[test]
fn frozen_weights_take_neither_gradients_nor_single_precision() {
    let shape = LlamaShape {
        vocabulary: 2048,
        width: 256,
        layers: 8,
        heads: 4,
        key_value_heads: 4,
        feed_forward: 1024,
        positions: 64,
    };
    let folder = tempfile::tempdir().unwrap();
    let decoder = Decoder::random(Config::llama(shape), 1).unwrap();
    decoder.save(folder.path(), Storage::Bf16).unwrap();
    let n_weights = decoder.n_weights();
    drop(decoder);

    let (whole, gradients, trained) = most(folder.path(), |folder| Decoder::open(folder).unwrap());
    assert_eq!((gradients, trained), (4 * n_weights, n_weights));
    assert!(whole > 8 * n_weights, "weights and gradients in single precision: {whole} for {n_weights} weights");

    let (adapter, gradients, trained) = most(folder.path(), |folder| {
        let mut decoder = Decoder::open_frozen(folder).unwrap();
        decoder.add_adapters(LoraSettings { rank: 8, alpha: 16.0, ..LoraSettings::default() }, 1).unwrap();
        decoder
    });
    assert_eq!(gradients, 4 * trained);
    assert!(trained < n_weights / 15, "{trained} of {n_weights}");
    println!("{n_weights} weights: {whole} bytes to train all of them, {adapter} to train an adapter of {trained}");
    // Not even half of one byte a frozen weight beyond the adapter, its gradient, and what sixteen tokens need (panels
    // of one matrix, 1 MiB, buffers of one layer): the weights stay in their file.
    assert!(adapter < n_weights / 2 + 8 * trained + (4 << 20), "{adapter} bytes for {n_weights} weights");
}
