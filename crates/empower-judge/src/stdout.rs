//! LiveCodeBench's comparison of standard output, as a pure function of two texts.
//!
//! The rule: strip both texts, split on `\n` only, strip every line; the number of lines must agree; a pair of lines
//! agrees when the texts are the same, or when both split on white space into numbers that are equal as exact
//! decimals. "White space" and "decimal" are Python's (`str.strip`, `decimal.Decimal`), because the verdicts of
//! published results were made with those; Rust's notions differ in a few code points. There is no tolerance: a
//! rounding difference is a difference. This module runs nothing and knows nothing of processes.

use std::fmt;

/// Where two outputs part, for the reader of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StdoutMismatch {
    /// The stripped texts have different numbers of lines.
    LineCount {
        /// Lines of the expected output.
        expected: usize,
        /// Lines the program printed.
        got: usize,
    },
    /// A line differs, as text and as decimals.
    Line {
        /// Number of the line in the stripped output, from 1.
        line: usize,
        /// The expected line, stripped.
        expected: String,
        /// The printed line, stripped.
        got: String,
    },
}

impl fmt::Display for StdoutMismatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineCount { expected, got } => write!(out, "expected {expected} lines of output, got {got}"),
            Self::Line { line, expected, got } => {
                write!(out, "line {line}: expected {:?}, got {:?}", shorten(expected), shorten(got))
            }
        }
    }
}

/// Compares what a program printed with what it should have printed. Cost: linear in both texts.
pub fn compare_stdout(got: &str, expected: &str) -> Result<(), StdoutMismatch> {
    let got_lines: Vec<&str> = strip(got).split('\n').map(strip).collect();
    let expected_lines: Vec<&str> = strip(expected).split('\n').map(strip).collect();
    if got_lines.len() != expected_lines.len() {
        return Err(StdoutMismatch::LineCount { expected: expected_lines.len(), got: got_lines.len() });
    }
    for (line_idx, (got, expected)) in got_lines.iter().zip(&expected_lines).enumerate() {
        if got != expected && !same_decimals(got, expected) {
            return Err(StdoutMismatch::Line {
                line: line_idx + 1,
                expected: (*expected).to_owned(),
                got: (*got).to_owned(),
            });
        }
    }
    Ok(())
}

/// The first 200 characters: enough to see the difference, little enough for a log.
fn shorten(text: &str) -> String {
    const KEPT: usize = 200;
    match text.char_indices().nth(KEPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The code points for which Python's `str.isspace` holds. Rust's `char::is_whitespace` lacks the four information
/// separators U+001C to U+001F.
fn is_python_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

fn strip(text: &str) -> &str {
    text.trim_matches(is_python_space)
}

fn same_decimals(got: &str, expected: &str) -> bool {
    let mut got = got.split(is_python_space).filter(|token| !token.is_empty());
    let mut expected = expected.split(is_python_space).filter(|token| !token.is_empty());
    loop {
        match (got.next(), expected.next()) {
            (None, None) => return true,
            (Some(got), Some(expected)) => match (Decimal::parse(got), Decimal::parse(expected)) {
                (Some(got), Some(expected)) if got.equals(&expected) => {}
                _ => return false,
            },
            _ => return false,
        }
    }
}

/// A decimal as Python's `Decimal(text)` reads it, in lowest form.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Decimal {
    /// `(-1)^negative · digits · 10^exponent`; `digits` has no zero at either end; zero is `""` with exponent 0.
    Finite {
        negative: bool,
        digits: Vec<u8>,
        exponent: i128,
    },
    Infinite {
        negative: bool,
    },
    /// Equal to nothing, itself included.
    NotANumber,
}

impl Decimal {
    /// `None` where Python raises `InvalidOperation`.
    fn parse(token: &str) -> Option<Self> {
        // Python drops every underscore before it reads the number, wherever it stands.
        let mut ascii = Vec::with_capacity(token.len());
        for character in token.chars().filter(|&character| character != '_') {
            match character {
                character if character.is_ascii() => ascii.push(character as u8),
                character => ascii.push(b'0' + decimal_digit_value(character)?),
            }
        }
        let (negative, body) = match ascii.split_first()? {
            (b'-', rest) => (true, rest),
            (b'+', rest) => (false, rest),
            _ => (false, ascii.as_slice()),
        };
        if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
            return Some(Self::Infinite { negative });
        }
        let lower = body.to_ascii_lowercase();
        // A NaN may carry a diagnostic number. Comparing a signalling one raises, which fails the line just as well.
        if let Some(payload) = lower.strip_prefix(b"snan").or_else(|| lower.strip_prefix(b"nan")) {
            return payload.iter().all(u8::is_ascii_digit).then_some(Self::NotANumber);
        }
        let (mantissa, exponent) = match lower.iter().position(|&byte| byte == b'e') {
            Some(at) => (&lower[..at], parse_exponent(&lower[at + 1..])?),
            None => (lower.as_slice(), 0),
        };
        let (whole, fraction) = match mantissa.iter().position(|&byte| byte == b'.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, &[][..]),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        if !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
            return None;
        }
        let all: Vec<u8> = whole.iter().chain(fraction).copied().collect();
        let exponent = exponent - fraction.len() as i128;
        let first = all.iter().position(|&digit| digit != b'0');
        // libmpdec's bounds on 64-bit machines: the exponent of the leading digit from above, that of the last digit
        // as written from below. Beyond them Python refuses the conversion, for zero too.
        const MAX_LEADING: i128 = 999_999_999_999_999_999;
        const MIN_LAST: i128 = -1_999_999_999_999_999_997;
        let leading = exponent + first.map_or(0, |first| (all.len() - 1 - first) as i128);
        if leading > MAX_LEADING || exponent < MIN_LAST {
            return None;
        }
        let Some(first) = first else {
            return Some(Self::Finite { negative: false, digits: Vec::new(), exponent: 0 });
        };
        let last = all.iter().rposition(|&digit| digit != b'0').unwrap_or(first);
        Some(Self::Finite {
            negative,
            digits: all[first..=last].to_vec(),
            exponent: exponent + (all.len() - 1 - last) as i128,
        })
    }

    /// Python's `==` on decimals: as `PartialEq`, but for NaN.
    fn equals(&self, other: &Self) -> bool {
        !matches!(self, Self::NotANumber) && self == other
    }
}

/// The digits after `e`, clamped far outside Python's bounds so that no length overflows.
fn parse_exponent(text: &[u8]) -> Option<i128> {
    const CLAMP: i128 = 1 << 100;
    let (sign, digits) = match text.split_first()? {
        (b'-', rest) => (-1, rest),
        (b'+', rest) => (1, rest),
        _ => (1, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = digits.iter().fold(0i128, |value, digit| (value * 10 + i128::from(digit - b'0')).min(CLAMP));
    Some(sign * magnitude)
}

/// The value of a decimal digit outside ASCII (category Nd), for the scripts that occur in practice: full-width,
/// Arabic-Indic, extended Arabic-Indic, Devanagari, Bengali and Thai. Another script's digits fail the token, which is
/// the one known difference from Python.
fn decimal_digit_value(character: char) -> Option<u8> {
    const ZEROS: [u32; 6] = [0xff10, 0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50];
    let code = u32::from(character);
    ZEROS.iter().find(|&&zero| (zero..zero + 10).contains(&code)).map(|zero| (code - zero) as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(got: &str, expected: &str, equal: bool) {
        assert_eq!(compare_stdout(got, expected).is_ok(), equal, "{got:?} against {expected:?}");
        assert_eq!(compare_stdout(expected, got).is_ok(), equal, "the comparison is symmetric: {got:?}, {expected:?}");
    }

    #[test]
    fn the_equalities_of_the_specification() {
        check("1.0", "1", true);
        check("1e0", "1.00", true);
        check("+5", "5", true);
        check("05", "5", true);
        check("-0", "0", true);
        check("1_0", "10", true);
        check("1 \t 2\u{a0}3", "1 2 3", true);
        check("  1  2 ", "1 2", true);
    }

    #[test]
    fn the_inequalities_of_the_specification() {
        check("Yes", "YES", false);
        check("a  b", "a b", false);
        check("nan", "NaN", false);
        check("nan 1", "nan 1.0", false);
        check("0.333333", "0.333334", false);
        check("0.1", "0.10000000000000001", false);
        check("1 2", "1 2 3", false);
        check("1\n2", "1 2", false);
        check("x 1.0", "x 1", false);
        check("", "0", false);
    }

    #[test]
    fn lines_are_split_at_newlines_only_and_stripped() {
        check("a\r\nb\r\n", "a\nb", true);
        check("\n\n a \n\n", "a", true);
        check("a\n\nb", "a\nb", false);
        check("a\rb", "a\nb", false);
        check("a\u{2028}b", "a\nb", false);
        check("a\u{1c}", "a", true);
        check("", "\n \n", true);
    }

    // Each value seen with: python3 -c 'from decimal import Decimal; print(Decimal(X) == Decimal(Y))'
    #[test]
    fn decimals_read_as_python_reads_them() {
        check("inf", "Infinity", true);
        check("-inf", "inf", false);
        check(".5", "0.5", true);
        check("5.", "5", true);
        check(".", "0", false);
        check("1e", "1", false);
        check("1e+2", "100", true);
        check("1E-2", "0.01", true);
        check("__1__2__", "12", true);
        check("_", "0", false);
        check("0e999999999999999999", "0", true);
        check("0e1000000000000000000", "0", false);
        check("0e-1999999999999999997", "0", true);
        check("0.0e-1999999999999999997", "0", false);
        check("1e-1999999999999999997", "0.1e-1999999999999999996", true);
        check("1e-1999999999999999998", "10e-1999999999999999999", false);
        check("1e999999999999999999", "10e999999999999999998", true);
        check("1e1000000000000000000", "10e999999999999999999", false);
        check("１２", "12", true);
        check("0x10", "16", false);
        check("100000000000000000000000000000000000000001.0", "100000000000000000000000000000000000000001", true);
        check("--1", "1", false);
        check("1,000", "1000", false);
    }

    #[test]
    fn the_first_difference_is_named() {
        let found = compare_stdout("1\n2\n4", "1\n2\n3");
        assert_eq!(found, Err(StdoutMismatch::Line { line: 3, expected: "3".into(), got: "4".into() }));
        assert_eq!(compare_stdout("1", "1\n2"), Err(StdoutMismatch::LineCount { expected: 2, got: 1 }));
    }

    proptest! {
        /// The slow twin scales both numbers to integers and compares those.
        #[test]
        fn decimals_agree_with_integer_arithmetic(
            a in -9_999i64..10_000, a_scale in -4i32..5, b in -9_999i64..10_000, b_scale in -4i32..5,
        ) {
            let twin = i128::from(a) * 10i128.pow((a_scale + 4) as u32) == i128::from(b) * 10i128.pow((b_scale + 4) as u32);
            let (left, right) = (format!("{a}e{a_scale}"), format!("{b}e{b_scale}"));
            prop_assert_eq!(same_decimals(&left, &right), twin);
            // The same number with trailing zeros and an exponent that takes them back.
            let padded = format!("{a}000e{}", a_scale - 3);
            prop_assert!(same_decimals(&left, &padded));
        }

        #[test]
        fn any_text_equals_itself_and_nothing_panics(text in "\\PC*", other in "[-+_.eEnNaAiIfF0-9 \n]*") {
            prop_assert!(compare_stdout(&text, &text).is_ok());
            let _ = compare_stdout(&text, &other);
            let _ = compare_stdout(&other, &other.replace(' ', "  "));
        }
    }
}
