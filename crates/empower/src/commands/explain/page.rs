//! An explained text as a page of its own: no script, nothing loaded, every foreign character escaped. A token's cost
//! shows as shade and, for pointers, in words; branch points are framed, and listed beside their line.

use std::fmt::Write;

use empower_artifact::ContentHash;
use empower_report::escape_html;

use super::walk::{Branch, Counts, Explained, Kind, Piece, Summary, visible};

const CSS: &str = include_str!("page.css");

/// Shades by cost: the first whose bound is not below it.
const SHADES: [f64; 6] = [0.1, 0.5, 1.0, 2.0, 4.0, 8.0];

/// 0 for the cheapest tokens to 6.
pub fn shade(bits: f64) -> usize {
    SHADES.iter().position(|bound| bits <= *bound).unwrap_or(SHADES.len())
}

/// The page; `texts` are shown whole, `summary` is of all.
pub fn page(texts: &[Explained], summary: &Summary, model: &str) -> String {
    let mut body = String::new();
    let total = summary.total();
    let title = match summary.texts.as_slice() {
        [(id, _)] => format!("Explained: {id}"),
        texts => format!("Explained: {} texts", texts.len()),
    };
    let _ = writeln!(
        body,
        "<main>\n<h1>{}</h1>\n<p class=\"answer\">At eta {} bits, {} of the characters are predictable: the assistant may \
         write them. {} branch points are the human's.</p>\n<p class=\"soft\">{} tokens, {} bits a token under {}. The walk \
         is Algorithm 1's: from where it stands, all that is within eta; then one branch point; then on from behind it.</p>",
        escape_html(&title),
        summary.eta.0,
        percent(total.predictable_share()),
        total.branches,
        total.tokens,
        number(total.bits_a_token()),
        escape_html(model)
    );
    let legend: Vec<String> = (0..=SHADES.len())
        .map(|shade| {
            let words = match shade {
                0 => format!("≤ {}", SHADES[0]),
                6 => format!("> {}", SHADES[5]),
                shade => format!("≤ {}", SHADES[shade]),
            };
            format!("<span class=\"h{shade}\">{words}</span>")
        })
        .collect();
    let _ = writeln!(
        body,
        "<p class=\"legend\">bits of a token: {} · <b class=\"h0\">framed</b> branch point</p>",
        legend.join(" ")
    );
    if summary.texts.len() > 1 {
        table(&mut body, summary);
    }
    surprising(&mut body, summary);
    for text in texts {
        let _ = writeln!(body, "<section>\n<h2>{}</h2>", escape_html(&text.id));
        document(&mut body, text);
        body.push_str("</section>\n");
    }
    if texts.len() < summary.texts.len() {
        let _ = writeln!(
            body,
            "<p class=\"soft\">{} further texts are only in the table.</p>",
            summary.texts.len() - texts.len()
        );
    }
    body.push_str("</main>");
    let nonce: String = ContentHash::of_bytes(body.as_bytes()).to_string().chars().take(32).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'\">\n\
         <title>{}</title>\n<style nonce=\"{nonce}\">\n{CSS}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n",
        escape_html(&title)
    )
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "n/a".to_owned(), |share| format!("{:.1}%", 100.0 * share))
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.2}"))
}

fn table(out: &mut String, summary: &Summary) {
    out.push_str(
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">text</th><th scope=\"col\">tokens</th><th \
         scope=\"col\">predictable</th><th scope=\"col\">branch points</th><th scope=\"col\">bits a \
         token</th></tr></thead>\n<tbody>\n",
    );
    let mut line = |name: &str, counts: &Counts| {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape_html(name),
            counts.tokens,
            percent(counts.predictable_share()),
            counts.branches,
            number(counts.bits_a_token())
        );
    };
    summary.texts.iter().for_each(|(name, counts)| line(name, counts));
    line("all", &summary.total());
    out.push_str("</tbody></table></div>\n");
}

fn surprising(out: &mut String, summary: &Summary) {
    if summary.surprising.is_empty() {
        return;
    }
    out.push_str("<h2>Most surprising lines</h2>\n<ol class=\"surprising\">\n");
    for (bits, id, line, text) in &summary.surprising {
        let _ = writeln!(
            out,
            "<li><b>{bits:.1} bits</b> <code>{}</code> <span class=\"soft\">{}:{line}</span></li>",
            escape_html(text.trim()),
            escape_html(id)
        );
    }
    out.push_str("</ol>\n");
}

fn document(out: &mut String, it: &Explained) {
    let _ = writeln!(out, "<div class=\"text\" tabindex=\"0\" role=\"group\" aria-label=\"{}\">", escape_html(&it.id));
    let mut branches = it.branches.iter().peekable();
    for (at, line) in it.lines().into_iter().enumerate() {
        let number = at + 1;
        let _ = write!(out, "<div class=\"line\"><span class=\"n\">{number}</span><code>");
        for part in line {
            piece(out, it, part);
        }
        out.push_str("</code>");
        let mut here = Vec::new();
        while let Some(branch) = branches.next_if(|branch| branch.line <= number) {
            here.push(branch_text(it, branch));
        }
        if !here.is_empty() {
            let _ = write!(out, "<ul>{}</ul>", here.concat());
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n");
}

fn piece(out: &mut String, it: &Explained, piece: Piece<'_>) {
    let token = &it.tokens[piece.token_idx];
    let said = token.bits.map_or_else(|| "given".to_owned(), |bits| format!("{bits:.2} bits"));
    let is_carried = token.kind == Kind::Branch && !piece.is_marked;
    let class = token.bits.filter(|_| !is_carried).map_or("h0".to_owned(), |bits| format!("h{}", shade(bits)));
    let shown = piece.text.trim_end_matches('\n');
    if piece.is_marked {
        // White space alone would be an empty frame.
        let shown = if piece.text.trim().is_empty() { visible(piece.text) } else { shown.to_owned() };
        let _ = write!(out, "<b class=\"{class}\" title=\"branch point: {said}\">{}</b>", escape_html(&shown));
    } else if !shown.is_empty() {
        let _ = write!(out, "<span class=\"{class}\" title=\"{said}\">{}</span>", escape_html(shown));
    }
}

fn branch_text(it: &Explained, branch: &Branch) -> String {
    let token = &it.tokens[branch.token_idx];
    let mut text = format!("<li><b>{}</b> {:.2}", escape_html(&visible(&token.text)), token.bits.unwrap_or_default());
    if !branch.alternatives.is_empty() {
        let named = branch
            .alternatives
            .iter()
            .map(|other| format!("<i>{}</i> {:.2}", escape_html(&visible(&other.text)), other.bits));
        let _ = write!(text, " <span class=\"soft\">other:</span> {}", named.collect::<Vec<_>>().join(" · "));
    }
    text.push_str("</li>");
    text
}

#[cfg(test)]
mod tests {
    use super::super::walk::Alternative;
    use super::super::walk::tests::explained;
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let text = "<script>alert(1)</script>\n\"'&";
        let bits: Vec<f64> = (0..text.len()).map(|i| if i % 3 == 0 { 5.0 } else { 0.0 }).collect();
        let mut it = explained(text, &bits, 0.32);
        it.id = "</title><img src=x>".into();
        for branch in &mut it.branches {
            branch.alternatives = vec![Alternative { token_id: 0, text: "<i onclick=x>".into(), bits: 1.0 }];
        }
        let mut summary = Summary::new(it.eta);
        summary.add(&it);
        let page = page(std::slice::from_ref(&it), &summary, "<model>");
        for attack in ["<script", "<img", "<i onclick", "<model", "NaN"] {
            assert!(!page.contains(attack), "{attack}");
        }
        assert!(page.contains("&lt;img src=x&gt;") && page.contains("default-src 'none'"));
        for tag in ["span", "b", "i", "li", "ul", "div", "code", "section", "ol", "p", "h1", "h2"] {
            let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "<{tag}>");
        }
    }

    #[test]
    fn every_token_has_its_bits() {
        let it = explained("ab\nc", &[3.0, 0.1, 0.0, 9.5], 0.32);
        let mut summary = Summary::new(it.eta);
        summary.add(&it);
        let page = page(std::slice::from_ref(&it), &summary, "m");
        assert!(page.contains("<b class=\"h4\" title=\"branch point: 3.00 bits\">a</b>"), "{page}");
        assert!(page.contains("title=\"0.10 bits\">b</span>"), "{page}");
        assert!(page.contains("<b class=\"h6\" title=\"branch point: 9.50 bits\">c</b>"));
        assert!(page.contains("50.0% of the characters are predictable"), "{page}");
    }

    #[test]
    fn shades_have_closed_upper_bounds() {
        assert_eq!([0.0, 0.1, 0.2, 1.0, 8.0, 8.1].map(shade), [0, 0, 1, 2, 5, 6]);
    }
}
