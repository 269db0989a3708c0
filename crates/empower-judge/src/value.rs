//! Values that a function returned, and Python's `==` between them and an expected JSON value.
//!
//! A functional test expects one JSON value. Python reads it with `json.loads` (whole numbers of any size, `NaN`, lone
//! surrogates, the last of duplicate keys) and compares with `==`: `True == 1`, `3.0 == 3`, no tolerance, and a tuple
//! or a set inside the result is unequal to any list. The comparison is made here, in the judging process, so that
//! the expected value never comes near the program. The driver writes the result in the same grammar, with `?"type"`
//! for a value that equals no JSON value. This module runs nothing.

use std::collections::BTreeMap;
use std::fmt;

/// Nesting beyond this is refused: far more than a test uses, far less than the stack holds.
const MAX_DEPTH: usize = 512;

/// A value as Python's `json.loads` makes it, or a value that no JSON text can equal.
#[derive(Debug, Clone)]
pub enum PyValue {
    /// `None`.
    None,
    /// `True` and `False`; equal to 1 and 0.
    Bool(bool),
    /// A whole number: decimal digits without leading zeros, `-` before a negative one, never `-0`.
    Int(String),
    /// A floating-point number.
    Float(f64),
    /// A string in UTF-8, widened to allow lone surrogates.
    Str(Vec<u8>),
    /// A list.
    List(Vec<PyValue>),
    /// A dictionary whose keys are strings.
    Dict(BTreeMap<Vec<u8>, PyValue>),
    /// A value of another type, by the type's name; equal to nothing.
    Opaque(String),
}

/// Why a text is not a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// Byte offset of the fault.
    pub offset: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl fmt::Display for ValueError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "at byte {}: expected {}", self.offset, self.expected)
    }
}

impl PyValue {
    /// Reads one JSON value as `json.loads` does, with white space around it.
    pub fn from_json(text: &str) -> Result<Self, ValueError> {
        Self::parse(text, false)
    }

    /// Reads what the driver wrote: JSON, or `?"type"` wherever a value may stand.
    pub fn from_driver(text: &str) -> Result<Self, ValueError> {
        Self::parse(text, true)
    }

    fn parse(text: &str, opaque: bool) -> Result<Self, ValueError> {
        let mut parser = Parser { bytes: text.as_bytes(), at: 0, opaque };
        let value = parser.value(0)?;
        parser.spaces();
        if parser.at == parser.bytes.len() { Ok(value) } else { Err(parser.error("the end of the value")) }
    }

    /// Python's `==`. Not an equivalence: `NaN` and opaque values differ from themselves.
    pub fn python_eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Str(left), Self::Str(right)) => left == right,
            (Self::List(left), Self::List(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.python_eq(right))
            }
            (Self::Dict(left), Self::Dict(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .zip(right)
                        .all(|((left_key, left), (right_key, right))| left_key == right_key && left.python_eq(right))
            }
            (Self::Float(left), Self::Float(right)) => left == right,
            _ => match (self.whole(), other.whole()) {
                (Some(left), Some(right)) => left == right,
                _ => false,
            },
        }
    }

    /// The value as a whole number, where it is one: how a boolean, an integer and a float meet.
    fn whole(&self) -> Option<String> {
        match self {
            Self::Bool(value) => Some(String::from(if *value { "1" } else { "0" })),
            Self::Int(digits) => Some(digits.clone()),
            // Rust prints a float's exact value, so 1e300 comes out with all its 301 digits. Negative zero is zero.
            Self::Float(value) if value.is_finite() && value.fract() == 0.0 => Some(format!("{:.0}", value + 0.0)),
            _ => None,
        }
    }
}

impl fmt::Display for PyValue {
    /// Close to Python's `repr`, for the reader of a verdict.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => out.write_str("None"),
            Self::Bool(value) => out.write_str(if *value { "True" } else { "False" }),
            Self::Int(digits) => out.write_str(digits),
            Self::Float(value) => write!(out, "{value:?}"),
            Self::Str(bytes) => write!(out, "{:?}", String::from_utf8_lossy(bytes)),
            Self::List(items) => {
                out.write_str("[")?;
                for (item_idx, item) in items.iter().enumerate() {
                    if item_idx > 0 {
                        out.write_str(", ")?;
                    }
                    item.fmt(out)?;
                }
                out.write_str("]")
            }
            Self::Dict(entries) => {
                out.write_str("{")?;
                for (entry_idx, (key, value)) in entries.iter().enumerate() {
                    if entry_idx > 0 {
                        out.write_str(", ")?;
                    }
                    write!(out, "{:?}: {value}", String::from_utf8_lossy(key))?;
                }
                out.write_str("}")
            }
            Self::Opaque(name) => write!(out, "a value of type {name}"),
        }
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    opaque: bool,
}

impl Parser<'_> {
    fn error(&self, expected: &'static str) -> ValueError {
        ValueError { offset: self.at, expected }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, text: &[u8]) -> bool {
        let found = self.bytes[self.at..].starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<PyValue, ValueError> {
        if depth > MAX_DEPTH {
            return Err(self.error("at most 512 levels of nesting"));
        }
        self.spaces();
        match self.peek() {
            Some(b'"') => Ok(PyValue::Str(self.string()?)),
            Some(b'[') => self.list(depth),
            Some(b'{') => self.dict(depth),
            Some(b'?') if self.opaque => {
                self.at += 1;
                Ok(PyValue::Opaque(String::from_utf8_lossy(&self.string()?).into_owned()))
            }
            _ if self.take(b"null") => Ok(PyValue::None),
            _ if self.take(b"true") => Ok(PyValue::Bool(true)),
            _ if self.take(b"false") => Ok(PyValue::Bool(false)),
            _ if self.take(b"NaN") => Ok(PyValue::Float(f64::NAN)),
            _ if self.take(b"Infinity") => Ok(PyValue::Float(f64::INFINITY)),
            _ if self.take(b"-Infinity") => Ok(PyValue::Float(f64::NEG_INFINITY)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.error("a JSON value")),
        }
    }

    fn list(&mut self, depth: usize) -> Result<PyValue, ValueError> {
        self.at += 1;
        let mut items = Vec::new();
        self.spaces();
        if self.take(b"]") {
            return Ok(PyValue::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.spaces();
            if self.take(b"]") {
                return Ok(PyValue::List(items));
            }
            if !self.take(b",") {
                return Err(self.error("',' or ']'"));
            }
        }
    }

    fn dict(&mut self, depth: usize) -> Result<PyValue, ValueError> {
        self.at += 1;
        let mut entries = BTreeMap::new();
        self.spaces();
        if self.take(b"}") {
            return Ok(PyValue::Dict(entries));
        }
        loop {
            self.spaces();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key in double quotes"));
            }
            let key = self.string()?;
            self.spaces();
            if !self.take(b":") {
                return Err(self.error("':'"));
            }
            let value = self.value(depth + 1)?;
            entries.insert(key, value);
            self.spaces();
            if self.take(b"}") {
                return Ok(PyValue::Dict(entries));
            }
            if !self.take(b",") {
                return Err(self.error("',' or '}'"));
            }
        }
    }

    fn digits(&mut self) -> Result<(), ValueError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.error("a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<PyValue, ValueError> {
        let start = self.at;
        self.take(b"-");
        // A leading zero ends the whole part, as in json.loads: `01` is refused by what follows.
        if !self.take(b"0") {
            self.digits()?;
        }
        let mut whole = true;
        if self.peek() == Some(b'.') && matches!(self.bytes.get(self.at + 1), Some(b'0'..=b'9')) {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = str::from_utf8(&self.bytes[start..self.at]).map_err(|_| self.error("a number"))?;
        if whole {
            return Ok(PyValue::Int(String::from(if text == "-0" { "0" } else { text })));
        }
        text.parse().map(PyValue::Float).map_err(|_| self.error("a number"))
    }

    fn string(&mut self) -> Result<Vec<u8>, ValueError> {
        if !self.take(b"\"") {
            return Err(self.error("'\"'"));
        }
        let mut out = Vec::new();
        loop {
            let Some(byte) = self.peek() else { return Err(self.error("'\"'")) };
            self.at += 1;
            match byte {
                b'"' => return Ok(out),
                0..0x20 => return Err(self.error("an escaped control character")),
                b'\\' => self.escape(&mut out)?,
                byte => out.push(byte),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), ValueError> {
        let Some(byte) = self.peek() else { return Err(self.error("an escape")) };
        self.at += 1;
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let high = self.hex4()?;
                let mut code = high;
                // A high and a low surrogate make one character; a lone one stays what it is.
                if (0xd800..0xdc00).contains(&high) && self.bytes[self.at..].starts_with(b"\\u") {
                    let before = self.at;
                    self.at += 2;
                    let low = self.hex4()?;
                    if (0xdc00..0xe000).contains(&low) {
                        code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    } else {
                        self.at = before;
                    }
                }
                push_code_point(code, out);
                return Ok(());
            }
            _ => return Err(self.error("one of the escapes of JSON")),
        };
        out.push(plain);
        Ok(())
    }

    fn hex4(&mut self) -> Result<u32, ValueError> {
        let hex = self.bytes.get(self.at..self.at + 4).ok_or_else(|| self.error("four hexadecimal digits"))?;
        let mut code = 0;
        for &byte in hex {
            let digit = char::from(byte).to_digit(16).ok_or_else(|| self.error("four hexadecimal digits"))?;
            code = code * 16 + digit;
        }
        self.at += 4;
        Ok(code)
    }
}

/// UTF-8 widened to surrogates: what `str.encode("utf-8", "surrogatepass")` gives.
fn push_code_point(code: u32, out: &mut Vec<u8>) {
    match char::from_u32(code) {
        Some(character) => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend([0xe0 | (code >> 12) as u8, 0x80 | (code >> 6 & 0x3f) as u8, 0x80 | (code & 0x3f) as u8]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(got: &str, expected: &str, equal: bool) {
        let got = PyValue::from_driver(got).expect("the test's own text");
        let expected = PyValue::from_json(expected).expect("the test's own text");
        assert_eq!(got.python_eq(&expected), equal, "{got} against {expected}");
        assert_eq!(expected.python_eq(&got), equal, "the comparison is symmetric: {got}, {expected}");
    }

    #[test]
    fn numbers_compare_as_in_python() {
        check("true", "1", true);
        check("false", "0", true);
        check("true", "1.0", true);
        check("true", "2", false);
        check("3.0", "3", true);
        check("3", "3.0", true);
        check("0.30000000000000004", "0.3", false);
        check("1e300", "1e300", true);
        check("-0.0", "0", true);
        check("-0", "0", true);
        check("NaN", "NaN", false);
        check("Infinity", "1e999", true);
        check("Infinity", "1", false);
        // 2^53 + 1 is no float: the comparison is exact, not by conversion.
        check("9007199254740993", "9007199254740992.0", false);
        check("9007199254740992", "9007199254740992.0", true);
        check("100000000000000000000000000000000000001", "100000000000000000000000000000000000001", true);
        check("1e22", "10000000000000000000000", true);
        check("1e23", "100000000000000000000000", false);
        check("null", "0", false);
        check("\"1\"", "1", false);
    }

    #[test]
    fn containers_and_strings_compare_as_in_python() {
        check("[1, 2.0, true]", "[1, 2, 1]", true);
        check("[1, 2]", "[1, 2, 3]", false);
        check("[]", "{}", false);
        check(r#"{"a": 1, "b": [2]}"#, r#"{"b": [2.0], "a": 1}"#, true);
        check(r#"{"a": 1, "a": 2}"#, r#"{"a": 2}"#, true);
        check(r#""\ud83d\ude00""#, "\"😀\"", true);
        check(r#""\ud83d""#, r#""\ud83d""#, true);
        check(r#""\ud83dx""#, r#""\ud83d""#, false);
        check(r#""A\n\/""#, r#""A\u000a/""#, true);
    }

    #[test]
    fn tuples_and_sets_inside_equal_nothing() {
        check(r#"[?"tuple"]"#, "[[1]]", false);
        check(r#"?"set""#, "[1]", false);
        let opaque = PyValue::Opaque("set".into());
        assert!(!opaque.python_eq(&opaque));
    }

    #[test]
    fn what_json_loads_refuses_is_refused() {
        for text in
            ["", " ", "01", "1.", ".5", "+1", "[1,]", "{1: 2}", "'a'", "\"a", "\"\t\"", "tru", "1 2", "?\"set\""]
        {
            assert!(PyValue::from_json(text).is_err(), "{text:?}");
        }
        assert!(PyValue::from_json(&"[".repeat(100_000)).is_err());
        assert!(PyValue::from_json("  [ 1 , 2 ]\n").is_ok());
    }

    proptest! {
        #[test]
        fn whole_numbers_agree_with_machine_integers(left in any::<i64>(), right in any::<i64>(), small in -3i64..3) {
            for (left, right) in [(left, right), (left, left), (left, left.wrapping_add(small))] {
                let (a, b) = (PyValue::Int(left.to_string()), PyValue::Int(right.to_string()));
                prop_assert_eq!(a.python_eq(&b), left == right);
            }
        }

        #[test]
        fn floats_agree_with_exact_integers(value in -(1i64 << 60)..(1i64 << 60)) {
            let float = value as f64;
            let equal = PyValue::Float(float).python_eq(&PyValue::Int(value.to_string()));
            prop_assert_eq!(equal, float as i128 == i128::from(value));
        }

        #[test]
        fn no_text_panics(text in "[\\[\\]{}\",:0-9.eE+\\-\\\\u a-f?NI]*") {
            let _ = PyValue::from_driver(&text);
        }
    }
}
