//! What a person sees: errors with their causes and hints, progress bars on standard error.

use indicatif::{ProgressBar, ProgressStyle};

/// Prints an error as `error:`, `caused by:` and `hint:` lines on standard error.
pub fn print_error(error: &anyhow::Error) {
    // Library errors carry hints as lines of their own; they are put last, once each.
    let mut hints: Vec<String> = Vec::new();
    let mut said = String::new();
    for (depth, cause) in error.chain().enumerate() {
        let text = cause.to_string();
        let mut lines = Vec::new();
        for line in text.lines() {
            match line.trim_start().strip_prefix("hint: ") {
                Some(hint) if !hints.iter().any(|known| known == hint) => hints.push(hint.to_owned()),
                Some(_) => {}
                None => lines.push(line),
            }
        }
        let text = lines.join("\n  ");
        // A transparent wrapper says the same as what it wraps.
        if text.is_empty() || said.contains(&text) {
            continue;
        }
        eprintln!("{} {text}", if depth == 0 { "error:" } else { "caused by:" });
        said.push_str(&text);
    }
    for hint in hints {
        eprintln!("hint: {hint}");
    }
}

/// A bar over `len` units with time left, on standard error; hidden where that is no terminal.
pub fn bar(len: u64, what: &str) -> ProgressBar {
    let style = "{prefix:>14} {wide_bar} {human_pos}/{human_len} {msg} {eta} left";
    let style = ProgressStyle::with_template(style).expect("the template is well formed");
    ProgressBar::new(len).with_style(style).with_prefix(what.to_owned())
}
