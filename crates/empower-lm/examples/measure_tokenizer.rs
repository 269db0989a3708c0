//! Trains a tokenizer on JSON Lines with a text field and prints its density.
//!
//!     cargo run --release -p empower-lm --example measure_tokenizer -- FILE.jsonl FIELD VOCABULARY [OUT_DIR]

use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, field, vocabulary, rest @ ..] = &arguments[..] else {
        return Err("expected FILE.jsonl FIELD VOCABULARY [OUT_DIR]".into());
    };
    let mut texts = Vec::new();
    for (line_idx, line) in std::fs::read_to_string(file)?.lines().enumerate() {
        let row: serde_json::Value = serde_json::from_str(line)?;
        let text = row[field].as_str().ok_or_else(|| format!("{file}:{}: no text in {field:?}", line_idx + 1))?;
        texts.push(text.to_owned());
    }
    let started = Instant::now();
    let special = [empower_lm::BOS, empower_lm::EOS];
    let tokenizer = empower_lm::train_byte_level_bpe(texts.iter().map(String::as_str), vocabulary.parse()?, &special)?;
    let trained = started.elapsed();

    let started = Instant::now();
    let tokens: usize = texts.iter().map(|text| tokenizer.encode(text).len()).sum();
    let encoded = started.elapsed();
    let (characters, bytes) =
        texts.iter().fold((0, 0), |(chars, bytes), text| (chars + text.chars().count(), bytes + text.len()));
    println!(
        "{} tokens in the vocabulary; {tokens} tokens for {characters} characters, {bytes} bytes: {:.3} characters a \
         token; trained in {trained:.2?}, encoded in {encoded:.2?}",
        tokenizer.vocab_size(),
        characters as f64 / tokens as f64,
    );
    if let [dir, ..] = rest {
        std::fs::create_dir_all(dir)?;
        tokenizer.save_folder(dir, 1024)?;
    }
    Ok(())
}
