//! What a program left to be read by people, made harmless: an error message is written by whoever wrote the program.

/// `text` with every character that commands a terminal, or changes the direction of writing, spelt out. Line ends and
/// tabs stay.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if commands(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

fn commands(character: char) -> bool {
    // The marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm.
    let direction =
        matches!(character, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    direction || (character.is_control() && !matches!(character, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_spelt_out_and_text_stays() {
        assert_eq!(printable("a\tb\nc é € 漢"), "a\tb\nc é € 漢");
        assert_eq!(printable("\u{1b}[2J\r\u{9b}x\u{202e}"), "\\u{1b}[2J\\u{d}\\u{9b}x\\u{202e}");
    }
}
