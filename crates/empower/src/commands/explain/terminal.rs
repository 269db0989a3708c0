//! An explained text in the terminal. Colour only repeats what the text says: branch points stand in ⟦ ⟧ either way, and
//! every cost is written out.

use std::fmt::Write;
use std::ops::RangeInclusive;

use super::walk::{Branch, Counts, Explained, Summary, visible};
use crate::commands::score::aligned;

/// How to print.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// With escape sequences for colour.
    pub is_coloured: bool,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.is_coloured && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A branch point, louder the more it costs.
    fn branch(self, bits: f64, text: &str) -> String {
        let code = if bits <= 2.0 {
            "1;36"
        } else if bits <= 6.0 {
            "1;33"
        } else {
            "1;31"
        };
        self.paint(code, &format!("⟦{text}⟧"))
    }

    fn soft(self, text: &str) -> String {
        self.paint("2", text)
    }
}

/// The text with its branch points, and below each line what they cost and what the model would rather have written.
pub fn document(it: &Explained, lines: RangeInclusive<usize>, style: Style) -> String {
    let mut out = String::new();
    let counts = it.counts();
    let _ = writeln!(out, "{}: {}", style.paint("1", &visible_path(&it.id)), headline(&counts, it.eta.0));
    let _ = writeln!(
        out,
        "{}\n",
        style.soft("⟦ ⟧ branch points: the human's; all else is within eta of where the walk stood")
    );
    let mut branches = it.branches.iter().peekable();
    for (at, line) in it.lines().into_iter().enumerate() {
        let number = at + 1;
        let mut here: Vec<&Branch> = Vec::new();
        while let Some(branch) = branches.next_if(|branch| branch.line <= number) {
            here.push(branch);
        }
        if !lines.contains(&number) {
            continue;
        }
        let mut text = String::new();
        for piece in line {
            if piece.is_marked {
                // A line break that is a decision is shown as one; white space alone is, too.
                let is_blank = piece.text.trim().is_empty();
                let shown = if is_blank { visible(piece.text) } else { clean(piece.text.trim_end_matches('\n')) };
                text.push_str(&style.branch(it.tokens[piece.token_idx].bits.unwrap_or_default(), &shown));
            } else {
                text.push_str(&clean(piece.text.trim_end_matches('\n')));
            }
        }
        let _ = writeln!(out, "{} {text}", style.soft(&format!("{number:>5} ")));
        for branch in here {
            out.push_str(&branch_line(it, branch, style));
        }
    }
    out.push('\n');
    out
}

fn branch_line(it: &Explained, branch: &Branch, style: Style) -> String {
    let token = &it.tokens[branch.token_idx];
    let bits = token.bits.unwrap_or_default();
    let mut out = format!("       {} {bits:6.2} bits  {}", style.soft("│"), style.branch(bits, &visible(&token.text)));
    if !branch.alternatives.is_empty() {
        let named = branch.alternatives.iter().map(|other| format!("{} {:.2}", visible(&other.text), other.bits));
        let _ =
            write!(out, "  {} {}", style.soft("other:"), named.collect::<Vec<_>>().join(style.soft(" · ").as_str()));
    }
    out.push('\n');
    out
}

/// Controls of a terminal must not come from the text.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { c } else { sign_of(c) }).collect()
}

fn sign_of(c: char) -> char {
    match c {
        '\n' => '⏎',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    }
}

fn visible_path(id: &str) -> String {
    id.chars().map(sign_of).collect()
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "n/a".to_owned(), |share| format!("{:.1}%", 100.0 * share))
}

fn headline(counts: &Counts, eta: f64) -> String {
    let bits = counts.bits_a_token().map_or_else(|| "n/a".to_owned(), |bits| format!("{bits:.2}"));
    format!(
        "{} of its characters ({} of its tokens) are predictable at eta {eta} bits; {} branch points in {} tokens, {bits} \
         bits a token",
        percent(counts.predictable_share()),
        percent(counts.predictable_token_share()),
        counts.branches,
        counts.tokens
    )
}

/// The counts of every text and of all, and the most surprising lines.
pub fn summary(summary: &Summary, style: Style) -> String {
    let mut out = String::new();
    if summary.texts.len() > 1 {
        let head = ["text", "tokens", "predictable", "branch points", "bits a token"].map(str::to_owned);
        let line = |name: &str, counts: &Counts| {
            let bits = counts.bits_a_token().map_or_else(|| "n/a".to_owned(), |bits| format!("{bits:.2}"));
            [
                visible_path(name),
                counts.tokens.to_string(),
                percent(counts.predictable_share()),
                counts.branches.to_string(),
                bits,
            ]
        };
        let mut lines = vec![head];
        lines.extend(summary.texts.iter().map(|(name, counts)| line(name, counts)));
        lines.push(line(&format!("{} texts", summary.texts.len()), &summary.total()));
        out.push_str(&aligned(&lines));
        let _ = writeln!(out, "predictable: share of the characters within eta {} bits\n", summary.eta.0);
    }
    if !summary.surprising.is_empty() {
        out.push_str(&style.paint("1", "Most surprising lines, in bits:"));
        out.push('\n');
        for (bits, id, line, text) in &summary.surprising {
            let place = format!("{}:{line}", visible_path(id));
            // chosen: a line of a terminal.
            let text: String = text.trim().chars().map(sign_of).take(90).collect();
            let _ = writeln!(out, "{bits:8.1}  {}  {text}", style.soft(&place));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::walk::Alternative;
    use super::super::walk::tests::explained;
    use super::*;

    const PLAIN: Style = Style { is_coloured: false };

    #[test]
    fn a_text_reads_without_colour() {
        let mut it = explained("ab\nc d", &[3.0, 0.1, 4.0, 0.0, 2.5, 0.125], 0.32);
        it.branches[0].alternatives = vec![Alternative { token_id: 1, text: " x".into(), bits: 0.5 }];
        let text = document(&it, 1..=9, PLAIN);
        let expected = "\
a.py: 50.0% of its characters (50.0% of its tokens) are predictable at eta 0.32 bits; 3 branch points in 6 tokens, 1.62 \
bits a token
⟦ ⟧ branch points: the human's; all else is within eta of where the walk stood

    1  ⟦a⟧b⟦⏎⟧
       │   3.00 bits  ⟦a⟧  other: ␣x 0.50
       │   4.00 bits  ⟦⏎⟧
    2  c⟦␣⟧d
       │   2.50 bits  ⟦␣⟧

";
        assert_eq!(text, expected);
        let second = document(&it, 2..=2, PLAIN);
        assert!(!second.contains("other:") && second.contains("    2  c⟦␣⟧d"), "{second}");
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let it = explained("ab\nc d", &[3.0, 0.1, 14.0, 0.0, 1.5, 0.125], 0.32);
        let coloured = document(&it, 1..=9, Style { is_coloured: true });
        let mut stripped = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            stripped.push_str(before);
            rest = after.split_once('m').expect("an escape sequence ends").1;
        }
        stripped.push_str(rest);
        assert_eq!(stripped, document(&it, 1..=9, PLAIN));
        for code in ["1;36", "1;33", "1;31"] {
            assert!(coloured.contains(code), "{code}");
        }
    }

    #[test]
    fn a_text_cannot_speak_to_the_terminal() {
        let it = explained("a\u{1b}[2Jb", &[0.0, 5.0, 0.0, 0.0, 5.0, 0.0], 0.32);
        let mut summed = Summary::new(it.eta);
        summed.add(&it);
        let text = document(&it, 1..=9, PLAIN) + &summary(&summed, PLAIN);
        assert!(!text.contains('\u{1b}') && text.contains("⟦␛⟧"), "{text:?}");
    }

    #[test]
    fn a_summary_adds_up() {
        let it = explained("ab", &[3.0, 0.0], 0.32);
        let mut both = Summary::new(it.eta);
        both.add(&it);
        both.add(&it);
        let text = summary(&both, PLAIN);
        assert!(text.contains("2 texts       4        50.0%              2          1.50"), "{text}");
        assert!(text.contains("     3.0  a.py:1  ab"), "{text}");
    }
}
