//! A text as Algorithm 1 walks through it: from a state, the completion within eta; then the branch point, which is the
//! human's; then on from behind it. (In the experiments the human writes several tokens a round; here it writes the one
//! that decides, so that every branch point shows.)

use anyhow::Result;
use empower_engine::Alternatives;
use empower_lm::{Bits, ModelId, Nats, TokenId, Tokenizer};
use empower_select::{TokenCosts, horizons, logprobs_to_bits};
use serde::Serialize;
use serde_json::{Value, json};

/// What a token is on the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The first token of a model without a beginning-of-sequence token: nothing predicts it.
    Given,
    /// Within eta of the state that the walk was at.
    Predictable,
    /// The token that would have gone past eta.
    Branch,
}

/// A token of the text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Token {
    /// Its id.
    pub token_id: TokenId,
    /// Its characters. Where a character is made of several tokens, the last of them has it and the others are empty.
    pub text: String,
    /// Its information; `None` where nothing predicts it.
    pub bits: Option<f64>,
    /// What it is on the walk.
    pub kind: Kind,
}

/// A branch point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    /// The token.
    pub token_idx: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Entropy of the next token there, where alternatives were asked for.
    pub entropy_bits: Option<f64>,
    /// The likeliest other tokens, likeliest first.
    pub alternatives: Vec<Alternative>,
}

/// Another token at a branch point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alternative {
    /// Its id.
    pub token_id: TokenId,
    /// Its characters.
    pub text: String,
    /// Its information.
    pub bits: f64,
}

/// What a token contributes to a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece<'a> {
    /// The token.
    pub token_idx: usize,
    /// Its characters on this line.
    pub text: &'a str,
    /// Whether to mark it as a branch point.
    pub is_marked: bool,
}

/// A text, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The document's name.
    pub id: String,
    /// The threshold.
    pub eta: Bits,
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// Its branch points in order.
    pub branches: Vec<Branch>,
}

impl Explained {
    /// Walks through a text. `logprobs` are natural, one a token.
    pub fn new(
        id: &str,
        tokens: &[TokenId],
        logprobs: &[Option<f32>],
        tokenizer: &Tokenizer,
        eta: Bits,
    ) -> Result<Self> {
        let costs = TokenCosts::from_logprobs(logprobs)?;
        let bits = logprobs_to_bits(logprobs)?;
        let kinds = kinds(&horizons(&costs, eta)?, costs.first_is_known());
        let texts = texts(tokens, tokenizer);
        let mut line = 1;
        let mut branches = Vec::new();
        for (token_idx, (kind, text)) in kinds.iter().zip(&texts).enumerate() {
            if *kind == Kind::Branch {
                branches.push(Branch { token_idx, line, entropy_bits: None, alternatives: Vec::new() });
            }
            line += text.matches('\n').count();
        }
        let tokens = tokens.iter().zip(texts).zip(bits.iter().zip(kinds)).map(|((token_id, text), (bits, kind))| {
            Token { token_id: *token_id, text, bits: bits.map(|bits| bits.0), kind }
        });
        Ok(Self { id: id.to_owned(), eta, tokens: tokens.collect(), branches })
    }

    /// Token positions of the branch points.
    pub fn branch_positions(&self) -> Vec<usize> {
        self.branches.iter().map(|branch| branch.token_idx).collect()
    }

    /// Takes over what the model says of each branch point; the token that stands there is left out.
    pub fn set_alternatives(&mut self, found: Vec<Option<Alternatives>>, n: usize, tokenizer: &Tokenizer) {
        for (branch, found) in self.branches.iter_mut().zip(found) {
            let Some(found) = found else { continue };
            let written = self.tokens[branch.token_idx].token_id;
            branch.entropy_bits = Some(Nats(f64::from(found.entropy_nats)).to_bits().0);
            let others = found.likeliest.into_iter().filter(|(token, _)| *token != written).take(n);
            let alternative = |(token_id, logprob)| Alternative {
                token_id,
                text: tokenizer.token_text(token_id).unwrap_or_else(|| format!("#{token_id}")),
                // Adding zero turns the zero that negation makes into a plain one.
                bits: Bits::from_logprob(f64::from(logprob)).0 + 0.0,
            };
            branch.alternatives = others.map(alternative).collect();
        }
    }

    /// The counts of this text.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { branches: self.branches.len(), ..Counts::default() };
        for token in &self.tokens {
            let characters = token.text.chars().count();
            counts.tokens += 1;
            counts.characters += characters;
            if let Some(bits) = token.bits {
                counts.scored += 1;
                counts.bits += bits;
            }
            if token.kind == Kind::Predictable {
                counts.predictable_tokens += 1;
                counts.predictable_characters += characters;
            }
        }
        counts
    }

    /// The text line by line. A line break is part of the line that it ends.
    pub fn lines(&self) -> Vec<Vec<Piece<'_>>> {
        let mut lines: Vec<Vec<Piece<'_>>> = vec![Vec::new()];
        for (token_idx, token) in self.tokens.iter().enumerate() {
            for (part, text) in token.text.split_inclusive('\n').enumerate() {
                // White space that a line break brought along to the next line is not marked a second time.
                let is_marked = token.kind == Kind::Branch && (part == 0 || !text.trim().is_empty());
                if let Some(line) = lines.last_mut() {
                    line.push(Piece { token_idx, text, is_marked });
                }
                if text.ends_with('\n') {
                    lines.push(Vec::new());
                }
            }
        }
        if lines.last().is_some_and(Vec::is_empty) && lines.len() > 1 {
            lines.pop();
        }
        lines
    }

    /// Bits of every line, a token's counted on the line it begins on; with the line's text.
    pub fn line_bits(&self) -> Vec<(f64, String)> {
        let mut lines = vec![(0.0, String::new())];
        for token in &self.tokens {
            // `lines` is never empty.
            let last = lines.len() - 1;
            lines[last].0 += token.bits.unwrap_or_default();
            for part in token.text.split_inclusive('\n') {
                let last = lines.len() - 1;
                lines[last].1.push_str(part.trim_end_matches('\n'));
                if part.ends_with('\n') {
                    lines.push((0.0, String::new()));
                }
            }
        }
        lines
    }

    /// Everything, for scripts.
    pub fn to_json(&self, model: &ModelId) -> Value {
        json!({
            "id": self.id,
            "model": model,
            "eta_bits": self.eta.0,
            "counts": self.counts().to_json(),
            "tokens": self.tokens,
            "branch_points": self.branches,
        })
    }
}

/// The walk: `lengths[n]` is how far the completion from state `n` reaches; one entry more than there are tokens.
fn kinds(lengths: &[usize], first_is_known: bool) -> Vec<Kind> {
    let n_tokens = lengths.len() - 1;
    let mut kinds = Vec::with_capacity(n_tokens);
    if !first_is_known && n_tokens > 0 {
        kinds.push(Kind::Given);
    }
    while kinds.len() < n_tokens {
        let length = lengths[kinds.len()];
        kinds.extend(std::iter::repeat_n(Kind::Predictable, length));
        if kinds.len() < n_tokens {
            kinds.push(Kind::Branch);
        }
    }
    kinds
}

/// The characters of each token; together they are the text.
fn texts(tokens: &[TokenId], tokenizer: &Tokenizer) -> Vec<String> {
    let mut stream = tokenizer.stream();
    let mut texts: Vec<String> = tokens.iter().map(|token| stream.push(*token)).collect();
    let rest = stream.finish();
    if let Some(last) = texts.last_mut() {
        last.push_str(&rest);
    }
    texts
}

/// What the walk through some texts came to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    /// Tokens.
    pub tokens: usize,
    /// Tokens with a cost.
    pub scored: usize,
    /// Characters.
    pub characters: usize,
    /// Information in all.
    pub bits: f64,
    /// Tokens within eta.
    pub predictable_tokens: usize,
    /// Characters within eta.
    pub predictable_characters: usize,
    /// Branch points.
    pub branches: usize,
}

impl Counts {
    /// Share of the characters that the walk finds predictable.
    pub fn predictable_share(&self) -> Option<f64> {
        (self.characters > 0).then(|| self.predictable_characters as f64 / self.characters as f64)
    }

    /// Share of the tokens.
    pub fn predictable_token_share(&self) -> Option<f64> {
        (self.tokens > 0).then(|| self.predictable_tokens as f64 / self.tokens as f64)
    }

    /// Mean information of a token.
    pub fn bits_a_token(&self) -> Option<f64> {
        (self.scored > 0).then(|| self.bits / self.scored as f64)
    }

    fn to_json(self) -> Value {
        json!({
            "tokens": self.tokens,
            "characters": self.characters,
            "bits": self.bits,
            "bits_a_token": self.bits_a_token(),
            "branch_points": self.branches,
            "predictable_tokens": self.predictable_tokens,
            "predictable_characters": self.predictable_characters,
            "predictable_share_of_tokens": self.predictable_token_share(),
            "predictable_share_of_characters": self.predictable_share(),
        })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens + other.tokens,
            scored: self.scored + other.scored,
            characters: self.characters + other.characters,
            bits: self.bits + other.bits,
            predictable_tokens: self.predictable_tokens + other.predictable_tokens,
            predictable_characters: self.predictable_characters + other.predictable_characters,
            branches: self.branches + other.branches,
        }
    }
}

/// Several texts.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The threshold.
    pub eta: Bits,
    /// Each text's counts, by name.
    pub texts: Vec<(String, Counts)>,
    /// The lines with the most bits: bits, text's name, line from 1, the line. Most first.
    pub surprising: Vec<(f64, String, usize, String)>,
}

/// Lines kept as the most surprising.
const SURPRISING: usize = 8;

impl Summary {
    /// Nothing yet.
    pub fn new(eta: Bits) -> Self {
        Self { eta, texts: Vec::new(), surprising: Vec::new() }
    }

    /// Takes a text in.
    pub fn add(&mut self, explained: &Explained) {
        self.texts.push((explained.id.clone(), explained.counts()));
        let lines = explained.line_bits().into_iter().enumerate().filter(|(_, (bits, _))| *bits > 0.0);
        self.surprising.extend(lines.map(|(at, (bits, line))| (bits, explained.id.clone(), at + 1, line)));
        // Among equals the earlier one stays: the sort is stable.
        self.surprising.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.surprising.truncate(SURPRISING);
    }

    /// All texts together.
    pub fn total(&self) -> Counts {
        self.texts.iter().fold(Counts::default(), |sum, (_, counts)| sum.plus(*counts))
    }

    /// For scripts.
    pub fn to_json(&self) -> Value {
        let surprising = self
            .surprising
            .iter()
            .map(|(bits, id, line, text)| json!({ "bits": bits, "id": id, "line": line, "text": text }));
        json!({
            "eta_bits": self.eta.0,
            "texts": self.texts.len(),
            "counts": self.total().to_json(),
            "most_surprising_lines": surprising.collect::<Vec<_>>(),
        })
    }
}

/// A token's text for people: what has no shape of its own gets a sign.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push('⏎'),
            '\t' => out.push('⇥'),
            ' ' => out.push('␣'),
            '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            '\u{7f}' => out.push('\u{2421}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use empower_lm::{BOS, EOS, train_byte_level_bpe};
    use empower_select::algorithm_1;

    /// Bytes as tokens, nothing merged.
    pub fn tokenizer() -> Tokenizer {
        train_byte_level_bpe(["ab"].into_iter(), 258, &[BOS, EOS]).expect("trained")
    }

    /// A text, a token a byte, with the bits given; bits of exact powers of two.
    pub fn explained(text: &str, bits: &[f64], eta: f64) -> Explained {
        let tokenizer = tokenizer();
        let tokens = tokenizer.encode(text);
        assert_eq!(tokens.len(), bits.len(), "a token a byte");
        let logprobs: Vec<Option<f32>> =
            bits.iter().map(|bits| Some(-(*bits as f32) * std::f32::consts::LN_2)).collect();
        Explained::new("a.py", &tokens, &logprobs, &tokenizer, Bits(eta)).expect("valid")
    }

    #[test]
    fn the_walk_stops_where_algorithm_1_does() {
        let bits = [3.0, 0.1, 0.1, 0.5, 0.05, 0.0, 2.0, 2.0, 0.2];
        for eta in [0.0, 0.15, 0.32, 1.0, 4.0, 100.0] {
            let it = explained("abcdefghi", &bits, eta);
            let logprobs: Vec<Option<f32>> =
                bits.iter().map(|bits| Some(-(*bits as f32) * std::f32::consts::LN_2)).collect();
            let costs = TokenCosts::from_logprobs(&logprobs).expect("costs");
            let mut expected = Vec::new();
            let mut state = 0;
            while state < bits.len() {
                state += algorithm_1(&costs, state, Bits(eta)).expect("a state");
                if state < bits.len() {
                    expected.push(state);
                }
                state += 1;
            }
            assert_eq!(it.branch_positions(), expected, "eta {eta}");
            let counts = it.counts();
            assert_eq!(counts.predictable_tokens + counts.branches, counts.tokens);
        }
        let it = explained("abcdefghi", &bits, 0.32);
        assert_eq!(it.branch_positions(), [0, 3, 6, 7]);
        assert_eq!(it.counts().predictable_share(), Some(5.0 / 9.0));
    }

    #[test]
    fn a_first_token_without_a_cost_is_given() {
        let tokenizer = tokenizer();
        let tokens = tokenizer.encode("ab");
        let it = Explained::new("x", &tokens, &[None, Some(0.0)], &tokenizer, Bits(0.0)).expect("valid");
        assert_eq!(it.tokens.iter().map(|it| it.kind).collect::<Vec<_>>(), [Kind::Given, Kind::Predictable]);
        assert_eq!((it.counts().scored, it.counts().bits_a_token()), (1, Some(0.0)));
        assert_eq!(Counts::default().bits_a_token(), None);
    }

    #[test]
    fn lines_and_characters_come_out_whole() {
        // Two bytes make the é: the second has it.
        let it = explained("aé\n\nb\n", &[1.0, 1.0, 1.0, 1.0, 1.0, 4.0, 1.0], 0.0);
        assert_eq!(it.tokens.iter().map(|it| it.text.as_str()).collect::<String>(), "aé\n\nb\n");
        assert_eq!(it.tokens[1].text, "");
        let lines: Vec<String> = it.lines().iter().map(|line| line.iter().map(|it| it.text).collect()).collect();
        assert_eq!(lines, ["aé\n", "\n", "b\n"]);
        let bits: Vec<f64> = it.line_bits().iter().map(|it| (it.0 * 10.0).round() / 10.0).collect();
        assert_eq!(bits, [4.0, 1.0, 5.0, 0.0]);
        assert_eq!(it.branches.iter().map(|it| it.line).collect::<Vec<_>>(), [1, 1, 1, 1, 2, 3, 3]);
        let mut summary = Summary::new(Bits(0.0));
        summary.add(&it);
        assert_eq!((summary.surprising[0].2, summary.surprising[0].3.as_str()), (3, "b"));
    }

    #[test]
    fn alternatives_leave_out_what_stands_there() {
        let tokenizer = tokenizer();
        let mut it = explained("ab", &[0.0, 3.0], 1.0);
        let (a, b) = (tokenizer.encode("a")[0], tokenizer.encode("b")[0]);
        let found = Alternatives { likeliest: vec![(b, -0.1), (a, -2.0), (a + 1, -3.0)], entropy_nats: 1.0 };
        it.set_alternatives(vec![Some(found)], 1, &tokenizer);
        assert_eq!(it.branches[0].alternatives.len(), 1);
        assert_eq!(it.branches[0].alternatives[0].text, "a");
        assert!((it.branches[0].entropy_bits.expect("known") - std::f64::consts::LOG2_E).abs() < 1e-6);
    }

    #[test]
    fn what_has_no_shape_gets_a_sign() {
        assert_eq!(visible(" a\n\t\u{1b}"), "␣a⏎⇥␛");
    }
}
