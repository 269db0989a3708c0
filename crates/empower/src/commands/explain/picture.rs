//! An explained text as an SVG for a paper: fixed colours that print in grey, no style sheet, no font but the reader's
//! monospaced one, each token placed by itself so that another font does not shift it.

use std::fmt::Write;
use std::ops::RangeInclusive;

use empower_report::escape_html;

use super::page::shade;
use super::walk::{Explained, Kind, Piece, visible};

/// Width of a character and height of a line at 12 pixels, as monospaced fonts have it.
const CHARACTER: f64 = 7.2;
const LINE: f64 = 21.0;
const LEFT: f64 = 40.0;
const TOP: f64 = 16.0;

/// Light to dark: from white by blue, in steps that grey tells apart, all light enough for black text.
const FILLS: [&str; 7] = ["none", "#eef4fd", "#dbe8fa", "#c3d9f6", "#a8c7f0", "#8bb2e8", "#6c9bdd"];

/// What is drawn of a token on a line.
struct Drawn {
    column: usize,
    columns: usize,
    text: String,
    token_idx: usize,
    is_marked: bool,
}

/// The lines asked for, as far as there are any.
pub fn picture(it: &Explained, lines: RangeInclusive<usize>) -> String {
    let mut drawn: Vec<(usize, Vec<Drawn>)> = Vec::new();
    for (at, line) in it.lines().into_iter().enumerate().filter(|(at, _)| lines.contains(&(at + 1))) {
        let mut column = 0;
        let mut pieces = Vec::new();
        for piece in line {
            let mut text = piece.text.trim_end_matches('\n').replace('\t', "    ");
            if piece.is_marked && piece.text.trim().is_empty() {
                text = visible(piece.text);
            }
            let columns = text.chars().count();
            if columns > 0 {
                let Piece { token_idx, is_marked, .. } = piece;
                pieces.push(Drawn { column, columns, text, token_idx, is_marked });
            }
            column += columns;
        }
        drawn.push((at + 1, pieces));
    }
    let widest = drawn.iter().flat_map(|(_, pieces)| pieces.last()).map(|it| it.column + it.columns).max().unwrap_or(0);
    let width = (LEFT + CHARACTER * widest as f64 + 16.0).max(560.0);
    let bottom = TOP + LINE * drawn.len() as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {:.0}\" width=\"{width:.0}\" role=\"img\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"12\">\n<title>{}, branch points at eta {} \
         bits</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        bottom + 44.0,
        escape_html(&it.id),
        it.eta.0
    );
    for (row, (number, pieces)) in drawn.iter().enumerate() {
        let base = TOP + LINE * row as f64 + 14.0;
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{base:.1}\" text-anchor=\"end\" fill=\"#6b7280\" font-size=\"9\">{number}</text>",
            LEFT - 10.0
        );
        pieces.iter().for_each(|piece| draw(&mut out, it, piece, base));
    }
    legend(&mut out, it, bottom + 22.0);
    out.push_str("</svg>\n");
    out
}

fn draw(out: &mut String, it: &Explained, piece: &Drawn, base: f64) {
    let token = &it.tokens[piece.token_idx];
    let (x, width) = (LEFT + CHARACTER * piece.column as f64, CHARACTER * piece.columns as f64);
    let is_branch = piece.is_marked;
    let bits = token.bits.unwrap_or_default();
    // White space that a line break brought along has had its shade there.
    let is_carried = token.kind == Kind::Branch && !is_branch;
    let fill = if is_carried { FILLS[0] } else { FILLS[shade(bits)] };
    if fill != "none" || is_branch {
        let frame = if is_branch { " stroke=\"#7a2e0e\" stroke-width=\"1\"" } else { "" };
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"15\" fill=\"{fill}\"{frame}><title>{bits:.2} \
             bits</title></rect>",
            base - 11.0
        );
    }
    if is_branch {
        // The cost above the frame, small.
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"5.5\" fill=\"#7a2e0e\">{bits:.1}</text>",
            base - 12.0
        );
    }
    if !piece.text.trim().is_empty() {
        let indent = piece.text.chars().take_while(|c| *c == ' ').count();
        let text = piece.text.trim();
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{base:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#111827\" \
             xml:space=\"preserve\"{}>{}</text>",
            x + CHARACTER * indent as f64,
            CHARACTER * text.chars().count() as f64,
            if is_branch { " font-weight=\"bold\"" } else { "" },
            escape_html(text)
        );
    }
}

fn legend(out: &mut String, it: &Explained, y: f64) {
    let words = ["≤0.1", "≤0.5", "≤1", "≤2", "≤4", "≤8", ">8"];
    let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"{y:.1}\" font-size=\"9\" fill=\"#374151\">bits</text>");
    for (i, (fill, word)) in FILLS.iter().zip(words).enumerate() {
        let x = LEFT + 34.0 + 44.0 * i as f64;
        let fill = if *fill == "none" { "#ffffff" } else { fill };
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"40\" height=\"13\" fill=\"{fill}\" stroke=\"#d1d5db\" \
             stroke-width=\"0.5\"/><text x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" font-size=\"9\" \
             fill=\"#111827\">{}</text>",
            y - 10.0,
            x + 20.0,
            escape_html(word)
        );
    }
    let x = LEFT + 34.0 + 44.0 * 7.0 + 8.0;
    let _ = writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"12\" height=\"13\" fill=\"none\" stroke=\"#7a2e0e\"/><text x=\"{:.1}\" \
         y=\"{y:.1}\" font-size=\"9\" fill=\"#374151\">branch point, eta {}</text>",
        y - 10.0,
        x + 18.0,
        it.eta.0
    );
}

#[cfg(test)]
mod tests {
    use super::super::walk::tests::explained;
    use super::*;

    #[test]
    fn a_picture_places_each_token() {
        let it = explained("ab\n\tc<", &[3.0, 0.1, 0.0, 0.0, 9.0, 0.2], 0.32);
        let svg = picture(&it, 1..=60);
        // The first token begins at the left, framed; `c` stands behind a tab of four columns.
        assert!(
            svg.contains("<rect x=\"40.0\" y=\"19.0\" width=\"7.2\" height=\"15\" fill=\"#a8c7f0\" stroke"),
            "{svg}"
        );
        assert!(svg.contains("<text x=\"68.8\" y=\"51.0\" textLength=\"7.2\""), "{svg}");
        assert!(svg.contains("&lt;</text>") && !svg.contains("NaN"), "{svg}");
        for tag in ["svg", "text", "title"] {
            let opened = svg.matches(&format!("<{tag}>")).count() + svg.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, svg.matches(&format!("</{tag}>")).count(), "<{tag}>");
        }
        let second = picture(&it, 2..=2);
        assert!(second.contains(">2</text>") && !second.contains(">1</text>"), "{second}");
        assert!(picture(&it, 5..=9).ends_with("</svg>\n"), "no line is a picture without lines");
    }
}
