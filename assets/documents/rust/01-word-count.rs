use std::collections::HashMap;

/// Counts how often each word occurs, without regard to case.
pub fn count_words(text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            *counts.entry(word.to_lowercase()).or_insert(0) += 1;
        }
    }
    counts
}

/// The `n` most frequent words; words with the same count are in alphabetical order.
pub fn top_words(text: &str, n: usize) -> Vec<(String, usize)> {
    let mut words: Vec<_> = count_words(text).into_iter().collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    words.truncate(n);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_without_case() {
        let words = top_words("The tea, the pot; THE cup and the tea.", 2);
        assert_eq!(words, vec![("the".to_string(), 4), ("tea".to_string(), 2)]);
    }

    #[test]
    fn an_empty_text_has_no_words() {
        assert!(count_words(" ... ").is_empty());
    }
}
