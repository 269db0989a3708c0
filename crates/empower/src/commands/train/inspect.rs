//! What the trainer will see, for people: each sequence with its masked part greyed. It reads the very sequences that
//! training takes, so that a fault of masking shows here before it costs a run.

use std::fmt::Write;

use empower_engine::Target;
use empower_lm::{TokenId, Tokenizer};
use empower_train::Sequences;
use empower_train::sft::Examples;

/// A stretch of a sequence whose tokens are trained on alike.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// Tokens with the weight of their loss; 0 for what is only read.
    Text(Vec<TokenId>, f32),
    /// The stop token as a target at this place, with its weight.
    Stop(f32),
}

/// The first `n` sequences as text.
pub fn show(examples: &Examples, tokenizer: &Tokenizer, n: usize, colour: bool) -> String {
    let total = examples.n_sequences();
    let mut text = String::from(
        "[[trained on]], the rest is read only; <stop> is the stop token as a target; xN counts a target N times\n",
    );
    for index in 0..n.min(total) {
        let (inputs, targets) = examples.sequence(index);
        let trained = targets.iter().filter(|target| target.weight() > 0.0).count();
        let weight: f32 = targets.iter().map(Target::weight).sum();
        let head = format!(
            "--- sequence {} of {total}, document {}: {} tokens, {trained} of them with a target ({:.1}%), weight {weight}",
            index + 1,
            examples.document(index),
            inputs.len(),
            100.0 * trained as f64 / inputs.len() as f64,
        );
        let _ = writeln!(text, "{}", painted(&head, "1", colour));
        for piece in pieces(&inputs, &targets, tokenizer.eos()) {
            text.push_str(&rendered(&piece, tokenizer, colour));
        }
        text.push('\n');
    }
    text
}

/// Puts positions and targets together. The target of position j is the token at j + 1:
///
///     inputs    bos  d1   d2   d3
///     targets   d1   d2   d3   stop
///     shown     bos [d1] [d2] [d3] <stop>
fn pieces(inputs: &[TokenId], targets: &[Target], stop: Option<TokenId>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let token = |token: TokenId, weight: f32, pieces: &mut Vec<Piece>| match pieces.last_mut() {
        Some(Piece::Text(tokens, known)) if *known == weight => tokens.push(token),
        _ => pieces.push(Piece::Text(vec![token], weight)),
    };
    for (j, (input, target)) in inputs.iter().zip(targets).enumerate() {
        let weight = if j == 0 { 0.0 } else { targets[j - 1].next_weight };
        token(*input, weight, &mut pieces);
        if target.stop_weight > 0.0 {
            pieces.push(Piece::Stop(target.stop_weight));
        }
        // The last target is no input any more.
        if j + 1 == inputs.len() && target.next_weight > 0.0 {
            if Some(target.next) == stop {
                pieces.push(Piece::Stop(target.next_weight));
            } else {
                token(target.next, target.next_weight, &mut pieces);
            }
        }
    }
    pieces
}

fn rendered(piece: &Piece, tokenizer: &Tokenizer, colour: bool) -> String {
    let times = |weight: f32| if weight == 1.0 { String::new() } else { format!("x{weight}") };
    match piece {
        Piece::Text(tokens, 0.0) => painted(&tokenizer.decode(tokens), "2", colour),
        Piece::Text(tokens, weight) => {
            painted(&format!("[[{}]]{}", tokenizer.decode(tokens), times(*weight)), "32", colour)
        }
        Piece::Stop(weight) => painted(&format!("<stop>{}", times(*weight)), "35", colour),
    }
}

/// Text in a colour, line by line, so that a pager that starts anew with each line shows it right.
fn painted(text: &str, code: &str, colour: bool) -> String {
    if !colour {
        return text.to_owned();
    }
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| if line.is_empty() { String::new() } else { format!("\x1b[{code}m{line}\x1b[0m") })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use empower_data::{DocumentExamplesRow, ExampleRow};
    use empower_lm::{BOS, EOS, train_byte_level_bpe};
    use empower_train::sft::Frame;

    use super::*;

    fn tokenizer() -> Tokenizer {
        let folder = tempfile::tempdir().unwrap();
        let tokenizer = train_byte_level_bpe(["ab"].into_iter(), 258, &[BOS, EOS]).unwrap();
        tokenizer.save_folder(folder.path(), 64).unwrap();
        Tokenizer::open(folder.path()).unwrap()
    }

    #[test]
    fn both_forms_show_what_is_trained_on() {
        let tokenizer = tokenizer();
        let frame = Frame::new(&tokenizer, 64).unwrap();
        let tokens = tokenizer.encode("x = 1\n");
        assert_eq!(tokens.len(), 6);
        let row = DocumentExamplesRow {
            document_id: "d".to_owned(),
            token_ids: tokens.clone(),
            bits: None,
            states: vec![1, 2],
            lengths: vec![2, 2],
            method: "sft-2".to_owned(),
            eta_bits: None,
            estimator: Default::default(),
            seed: 0,
            overlap: None,
            scored_by: None,
        };
        let dense = Examples::dense(std::slice::from_ref(&row), frame).unwrap();
        let shown = show(&dense, &tokenizer, 5, false);
        // State 1 takes the second and third character, state 2 the third and fourth.
        assert!(shown.ends_with(")\u{2c} weight 6\n<|bos|>x[[ ]][[=]]x2<stop>[[ ]]<stop>\n"), "{shown}");
        let rows: Vec<ExampleRow> = row
            .rows(|tokens| Ok::<_, std::convert::Infallible>(tokenizer.decode(tokens)))
            .map(|row| row.unwrap())
            .collect();
        let shown = show(&Examples::row_by_row(&rows, frame), &tokenizer, 1, false);
        assert!(shown.contains("sequence 1 of 2, document d: 4 tokens, 3 of them with a target (75.0%)"), "{shown}");
        assert!(shown.ends_with("<|bos|>x[[ =]]<stop>\n"), "{shown}");
        let coloured = show(&Examples::row_by_row(&rows, frame), &tokenizer, 1, true);
        assert!(coloured.contains("\x1b[2m<|bos|>x\x1b[0m\x1b[32m[[ =]]\x1b[0m\x1b[35m<stop>\x1b[0m"), "{coloured}");
    }
}
