/// Writes each run of equal characters as its length and the character: `aaab` becomes `3a1b`.
pub fn encode(text: &str) -> String {
    let mut result = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut count = 1;
        while chars.next_if_eq(&c).is_some() {
            count += 1;
        }
        result.push_str(&count.to_string());
        result.push(c);
    }
    result
}

/// Turns what `encode` wrote into the text again. `None` if a count is missing.
pub fn decode(code: &str) -> Option<String> {
    let mut result = String::new();
    let mut count = String::new();
    for c in code.chars() {
        if c.is_ascii_digit() {
            count.push(c);
        } else {
            let times: usize = count.parse().ok()?;
            result.extend(std::iter::repeat_n(c, times));
            count.clear();
        }
    }
    count.is_empty().then_some(result)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn decoding_undoes_encoding() {
        for text in ["", "a", "aaab", "abba", "zzzzzzzzzzzz"] {
            assert_eq!(decode(&encode(text)).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_missing_count_is_refused() {
        assert_eq!(decode("3ab"), None);
        assert_eq!(decode("12"), None);
    }
}
