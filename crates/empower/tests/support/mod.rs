//! What tests of the built program share: a tiny model with random weights.

use std::fs;
use std::path::Path;

use empower_engine::{Config, Decoder, LlamaShape, Storage};
use empower_lm::{BOS, EOS, Tokenizer, train_byte_level_bpe};

/// Writes a model folder: a tokenizer of at most `vocabulary` tokens trained on `texts`, and one layer of random weights.
///
/// Weights as they are drawn make every token about as likely as any other. The first table is embedding and output in
/// one: thirty times larger, it gives tokens probabilities that differ.
pub fn tiny_model(folder: &Path, texts: &[&str], vocabulary: usize, positions: usize, storage: Storage) -> Tokenizer {
    fs::create_dir_all(folder).expect("made");
    let tokenizer = train_byte_level_bpe(texts.iter().copied(), vocabulary, &[BOS, EOS]).expect("trained");
    let shape = LlamaShape {
        vocabulary: tokenizer.vocab_size(),
        width: 16,
        layers: 1,
        heads: 2,
        key_value_heads: 1,
        feed_forward: 32,
        positions,
    };
    let mut decoder = Decoder::random(Config::llama(shape), 3).expect("a valid shape");
    decoder.parameters_mut()[0].values_mut().iter_mut().for_each(|value| *value *= 30.0);
    decoder.save(folder, storage).expect("saved");
    tokenizer.save_folder(folder, positions).expect("saved");
    tokenizer
}
