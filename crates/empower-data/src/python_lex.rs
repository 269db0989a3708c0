//! Just enough of Python's lexical rules to know where statements begin: strings (of every prefix, triple-quoted,
//! formatted with nested expressions), brackets, comments and continued lines. It judges no grammar.

/// One physical line, and how it stands in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PythonLine<'a> {
    /// The line without its line break.
    pub text: &'a str,
    /// Width of the leading white space; a tab goes to the next multiple of 8, as in CPython.
    pub indent: usize,
    /// Whether it is a part of the statement on the line before: inside a string or brackets, or after a backslash.
    pub continues: bool,
    /// Whether there is anything but white space and a comment.
    pub has_code: bool,
    /// Where the comment begins, in bytes.
    pub comment_at: Option<usize>,
}

/// The lines of a program, and the line (from 1) on which a string or bracket opens that is never closed.
pub(crate) fn scan(source: &str) -> (Vec<PythonLine<'_>>, Option<usize>) {
    let mut scanner = Scanner { open: Vec::new(), backslash: false };
    let lines: Vec<_> = source.lines().enumerate().map(|(i, text)| scanner.line(text, i + 1)).collect();
    (lines, scanner.open.first().map(|open| open.line))
}

struct Scanner {
    /// What is open, outermost first.
    open: Vec<Open>,
    /// Whether the last line ended in a backslash.
    backslash: bool,
}

#[derive(Clone, Copy)]
struct Open {
    line: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Bracket,
    Text {
        quote: u8,
        triple: bool,
        formatted: bool,
    },
    /// `{…}` in a formatted string: an expression, then after a colon the format specification.
    Replacement {
        in_specification: bool,
    },
}

impl Scanner {
    fn line<'a>(&mut self, text: &'a str, number: usize) -> PythonLine<'a> {
        let bytes = text.as_bytes();
        let continues = self.backslash || !self.open.is_empty();
        self.backslash = false;
        let starts_in_text = matches!(self.open.last(), Some(Open { kind: Kind::Text { .. }, .. }));
        let mut has_code = starts_in_text && !text.is_empty();
        let mut comment_at = None;
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            at += match self.open.last().map(|open| open.kind) {
                Some(Kind::Text { quote, triple, formatted }) => {
                    self.in_text(bytes, at, number, (quote, triple, formatted))
                }
                Some(Kind::Replacement { in_specification: true }) => self.in_specification(byte, number),
                _ if byte == b'#' && !self.in_replacement() => {
                    comment_at = Some(at);
                    break;
                }
                _ => {
                    has_code |= !byte.is_ascii_whitespace();
                    self.in_code(bytes, at, number)
                }
            };
        }
        self.end_line();
        PythonLine { text, indent: indent(text), continues, has_code, comment_at }
    }

    fn in_replacement(&self) -> bool {
        self.open.iter().any(|open| matches!(open.kind, Kind::Replacement { .. }))
    }

    fn push(&mut self, line: usize, kind: Kind) {
        self.open.push(Open { line, kind });
    }

    /// Steps over what stands at `at` inside a string literal; returns its length.
    fn in_text(&mut self, bytes: &[u8], at: usize, line: usize, (quote, triple, formatted): (u8, bool, bool)) -> usize {
        match bytes[at] {
            b'\\' => {
                // In a raw string too, a backslash keeps a quote from closing it.
                self.backslash |= at + 1 == bytes.len();
                2
            }
            b'{' if formatted && bytes.get(at + 1) == Some(&b'{') => 2,
            b'{' if formatted => {
                self.push(line, Kind::Replacement { in_specification: false });
                1
            }
            byte if byte == quote && !triple => {
                self.open.pop();
                1
            }
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => {
                self.open.pop();
                3
            }
            _ => 1,
        }
    }

    fn in_specification(&mut self, byte: u8, line: usize) -> usize {
        match byte {
            b'{' => self.push(line, Kind::Replacement { in_specification: false }),
            b'}' => {
                self.open.pop();
            }
            _ => {}
        }
        1
    }

    fn in_code(&mut self, bytes: &[u8], at: usize, line: usize) -> usize {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let triple = bytes[at..].starts_with(&[quote; 3]);
                self.push(line, Kind::Text { quote, triple, formatted: is_formatted(&bytes[..at]) });
                return if triple { 3 } else { 1 };
            }
            b'(' | b'[' | b'{' => self.push(line, Kind::Bracket),
            // A closing bracket without an opening one is left to the compiler.
            b')' | b']' if self.top_is(Kind::Bracket) => {
                self.open.pop();
            }
            b'}' if !self.open.is_empty() => {
                self.open.pop();
            }
            b':' if self.top_is(Kind::Replacement { in_specification: false }) => {
                self.open.pop();
                self.push(line, Kind::Replacement { in_specification: true });
            }
            b'\\' if at + 1 == bytes.len() => self.backslash = true,
            _ => {}
        }
        1
    }

    fn top_is(&self, kind: Kind) -> bool {
        self.open.last().is_some_and(|open| open.kind == kind)
    }

    /// A single-quoted string ends with its line unless a backslash continues it; what is open inside goes with it.
    fn end_line(&mut self) {
        if self.backslash {
            return;
        }
        let single = self.open.iter().position(|open| matches!(open.kind, Kind::Text { triple: false, .. }));
        if let Some(position) = single {
            self.open.truncate(position);
        }
    }
}

/// Whether the letters right before a quote make the string a formatted (or template) one.
fn is_formatted(before: &[u8]) -> bool {
    let prefix_length = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let prefix = &before[before.len() - prefix_length..];
    prefix.len() <= 2
        && prefix.iter().any(|letter| b"fFtT".contains(letter))
        && prefix.iter().all(|letter| b"fFtTrR".contains(letter))
}

fn indent(text: &str) -> usize {
    let mut width = 0;
    for byte in text.bytes() {
        match byte {
            b' ' => width += 1,
            b'\t' => width = (width / 8 + 1) * 8,
            b'\x0c' => width = 0,
            _ => break,
        }
    }
    width
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks each line: `S` starts a statement, `c` continues one, `.` has no code; with `#` where there is a comment.
    fn marks(source: &str) -> String {
        let (lines, unclosed) = scan(source);
        assert_eq!(unclosed, None, "{source}");
        let mark = |line: &PythonLine<'_>| {
            let kind = if line.continues {
                "c"
            } else if line.has_code {
                "S"
            } else {
                "."
            };
            format!("{kind}{}", if line.comment_at.is_some() { "#" } else { "" })
        };
        lines.iter().map(mark).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn statements_comments_and_continuations() {
        assert_eq!(marks("a = 1\n\n  # note\nb = 2  # two\n"), "S . .# S#");
        assert_eq!(marks("f(1,\n  # inside\n\n  2)\nx\n"), "S c# c c S");
        assert_eq!(marks("a = 1 + \\\n  2\nb\n"), "S c S");
        assert_eq!(marks("x = {'a': [1,\n (2)]}\ny\n"), "S c S");
    }

    #[test]
    fn strings_hide_what_is_in_them() {
        assert_eq!(marks("s = '# no ( comment'\nt\n"), "S S");
        assert_eq!(marks("s = 'it\\'s # ('\nt\n"), "S S");
        assert_eq!(marks("s = r'\\'  # raw: the quote is escaped'\nt\n"), "S S");
        assert_eq!(marks("s = \"\"\"a\n# b \" ''' (\n\"\"\"  # c\nt\n"), "S c c# S");
        assert_eq!(marks("s = '''\\'''(' '''\nt\n"), "S S");
        assert_eq!(marks("s = 'a \\\n b ('\nt\n"), "S c S");
        assert_eq!(marks("s = 'left open (\nt\n"), "S S");
    }

    #[test]
    fn formatted_strings_nest() {
        assert_eq!(marks("s = f'{x!r:#>{w}} # {{ ('\nt\n"), "S S");
        assert_eq!(marks("s = f\"{d[\"k\"]} # {f'{y}'}\"\nt\n"), "S S");
        assert_eq!(marks("s = f'''{\nx\n} (\n'''\nt\n"), "S c c c S");
        assert_eq!(marks("s = rf'\\d{{{n}}}'\nt\n"), "S S");
        // Not formatted: the brace is text.
        assert_eq!(marks("s = rb'{'\nt\n"), "S S");
        assert_eq!(marks("s = half'{'\nt\n"), "S S");
    }

    #[test]
    fn what_is_never_closed_is_named() {
        assert_eq!(scan("a\nb = (1,\n2\n").1, Some(2));
        assert_eq!(scan("a\n\ns = '''x\n").1, Some(3));
        assert_eq!(scan("a)\n").1, None);
    }

    #[test]
    fn tabs_go_to_multiples_of_eight() {
        let indents: Vec<_> = scan("a\n  b\n\tc\n   \td\n\t e").0.iter().map(|line| line.indent).collect();
        assert_eq!(indents, [0, 2, 8, 8, 9]);
    }
}
