//! Untrusted text in a page. Everything that a model, a program or a file wrote goes through here: as HTML text, or
//! inside a script block as data. Characters that are invisible or turn the reading order are made visible.

/// Text safe in HTML element content and in quoted attributes.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            // Control characters have pictures of their own from U+2400 on.
            '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            '\u{7f}' => out.push('\u{2421}'),
            c if is_treacherous(c) => out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Controls, marks of reading direction and zero-width characters: a program that holds them does not read as it runs.
fn is_treacherous(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// JSON safe inside a `<script>` element: without `<`, `>` and `&` nothing can end the element or start a comment.
pub(crate) fn script_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            // These occur in JSON only inside strings, where the escape means the same.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(html("<script>alert('x')</script>"), "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
        assert_eq!(html("a & \"b\"\n\tc\r\0\u{1b}[1m"), "a &amp; &quot;b&quot;\n\tc␍␀␛[1m");
        assert_eq!(html("if a\u{202e}b"), "if a⟨U+202E⟩b");
    }

    proptest! {
        #[test]
        fn nothing_escapes(text in "\\PC*|[<>&\"'/!\\-a-z\u{0}-\u{1f}]*") {
            let safe = html(&text);
            prop_assert!(!safe.contains(['<', '>', '"', '\'', '\r', '\0']));
            let json = serde_json::to_string(&text).expect("a string is JSON");
            let safe = script_json(&json);
            prop_assert!(!safe.contains(['<', '>', '&']));
            prop_assert_eq!(serde_json::from_str::<String>(&safe).expect("still JSON"), text);
        }
    }
}
