//! Jinja templates as the Hugging Face libraries run them, by MiniJinja.
//!
//! The environment is theirs: blocks trimmed on both sides, Python's methods on strings and dictionaries, `break` and
//! `continue`, `raise_exception`, `tojson` without HTML escapes, and `{% generation %}`, which marks what a model says
//! and prints nothing of its own. `strftime_now` gives a fixed day: a prompt that changes at midnight would make two
//! experiments of one. A template can read nothing but what it is given.

use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, Error, ErrorKind};
use serde::Serialize;
use serde_json::ser::Formatter;

/// Why a template cannot be had or used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It is not a template, or cannot be rendered with what it is given; the source says in which line.
    #[error("{}: the template fails", path.display())]
    Fails {
        /// Where the template came from.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<Error>,
    },
}

/// The day of `strftime_now`: chosen, that which Llama 3's own template falls back to.
const DAY: (i32, u32, u32) = (2024, 7, 26);

/// A template, parsed.
#[derive(Debug, Clone)]
pub struct Template {
    environment: Environment<'static>,
    source: String,
    path: PathBuf,
}

impl Template {
    /// Reads a template file.
    pub fn read(path: &Path) -> Result<Self, TemplateError> {
        let source =
            std::fs::read_to_string(path).map_err(|source| TemplateError::Read { path: path.to_owned(), source })?;
        Self::new(source, path)
    }

    /// Parses a template; `path` says in messages where it came from.
    pub fn new(source: impl Into<String>, path: impl Into<PathBuf>) -> Result<Self, TemplateError> {
        let (source, path) = (source.into(), path.into());
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.expect("the delimiters are the usual ones"));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", raise_exception);
        environment.add_function("strftime_now", |format: String| strftime(&format));
        environment.add_filter("tojson", tojson);
        environment
            .add_template_owned(TEMPLATE, without_generation(&source))
            .map_err(|source| TemplateError::Fails { path: path.clone(), source: source.into() })?;
        Ok(Self { environment, source, path })
    }

    /// The text as it was read.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Where it came from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fills the template in. A line break at the file's very end is the file's, not the text's.
    pub fn render(&self, variables: impl Serialize) -> Result<String, TemplateError> {
        let failed = |source: Error| TemplateError::Fails { path: self.path.clone(), source: source.into() };
        let variables = Value::from(Serde(variables));
        self.environment.get_template(TEMPLATE).and_then(|template| template.render(variables)).map_err(failed)
    }
}

const TEMPLATE: &str = "template";

fn raise_exception(message: String) -> Result<String, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, message))
}

/// `{% generation %}` and its end as an `if` that is always taken: what whitespace a tag takes with it stays as it is.
fn without_generation(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find("{%") {
        let Some(length) = rest[start..].find("%}") else { break };
        let tag = &rest[start..start + length + 2];
        let name = tag[2..tag.len() - 2].trim_matches(['-', '+']).trim();
        out.push_str(&rest[..start]);
        match name {
            "generation" => out.push_str(&tag.replacen("generation", "if true", 1)),
            "endgeneration" => out.push_str(&tag.replacen("endgeneration", "endif", 1)),
            _ => out.push_str(tag),
        }
        rest = &rest[start + length + 2..];
    }
    out + rest
}

/// Python's `strftime` for [`DAY`] at midnight, as far as templates use it.
fn strftime(format: &str) -> Result<String, Error> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let (year, month, day) = DAY;
    // 26 July 2024 was a Friday.
    let (month_name, weekday) = (MONTHS[month as usize - 1], WEEKDAYS[4]);
    let mut out = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('Y') => out.push_str(&year.to_string()),
            Some('y') => out.push_str(&format!("{:02}", year % 100)),
            Some('m') => out.push_str(&format!("{month:02}")),
            Some('d') => out.push_str(&format!("{day:02}")),
            Some('B') => out.push_str(month_name),
            Some('b') => out.push_str(&month_name[..3]),
            Some('A') => out.push_str(weekday),
            Some('a') => out.push_str(&weekday[..3]),
            Some('H' | 'M' | 'S') => out.push_str("00"),
            Some('%') => out.push('%'),
            other => {
                let name = other.map_or_else(String::new, |other| other.to_string());
                let message = format!("strftime_now: %{name} is not supported");
                return Err(Error::new(ErrorKind::InvalidOperation, message));
            }
        }
    }
    Ok(out)
}

/// Python's `json.dumps(value, ensure_ascii=False)`, with its spaces, and `indent` where given.
fn tojson(value: Value, options: Kwargs) -> Result<Value, Error> {
    let indent: Option<usize> = options.get("indent")?;
    let _: Option<bool> = options.get("ensure_ascii")?;
    options.assert_all_used()?;
    let mut bytes = Vec::new();
    let written = match indent {
        Some(indent) => {
            let spaces = " ".repeat(indent);
            let formatter = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))
        }
        None => value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Spaced)),
    };
    written.map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    let text = String::from_utf8(bytes).expect("JSON is UTF-8");
    Ok(Value::from_safe_string(text))
}

/// `{"a": 1, "b": [2, 3]}`
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(&mut self, out: &mut W, first: bool) -> std::io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(&mut self, out: &mut W, first: bool) -> std::io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, out: &mut W) -> std::io::Result<()> {
        out.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use serde_json::json;

    use super::*;

    fn render(source: &str) -> Result<String, TemplateError> {
        let variables = json!({ "code": "a <b> & 'c'\n", "list": [1, 2, 3], "map": { "a": 1 } });
        Template::new(source, "test.jinja")?.render(variables)
    }

    fn check(source: &str, expected: &str) {
        assert_eq!(render(source).unwrap(), expected, "{source}");
    }

    #[test]
    fn the_dialect_is_that_of_chat_templates() {
        check("{{ code }}", "a <b> & 'c'\n");
        check("{{ code.strip().split('<')[0].rstrip() }}", "a");
        check(
            "{% for x in list %}\n  {% if x == 2 %}\n{% continue %}\n  {% endif %}\n{{ x }}\n{% endfor %}\n",
            "1\n3\n",
        );
        check("{{ list[::-1] | join(',') }}", "3,2,1");
        check("{{ {'z': map.a, 'a': [2, '<é>']} | tojson }}", r#"{"z": 1, "a": [2, "<é>"]}"#);
        check("{{ {'z': 1, 'a': [2]} | tojson(indent=2) }}", "{\n  \"z\": 1,\n  \"a\": [\n    2\n  ]\n}");
        check("a {%- generation %} b {% endgeneration %}\nc", "a b c");
        check("{{ strftime_now('%d %b %Y, %A %H:%M') }}", "26 Jul 2024, Friday 00:00");
        check("x\n", "x");
        check("{% set n = namespace(x=1) %}{% for y in list %}{% set n.x = n.x + y %}{% endfor %}{{ n.x }}", "7");
    }

    #[test]
    fn what_fails_says_where() {
        let error = render("a\n{{ raise_exception('no system turn') }}").unwrap_err();
        assert_eq!(error.to_string(), "test.jinja: the template fails");
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains("no system turn") && cause.contains(":2"), "{cause}");
        assert!(render("{% for %}").is_err() && render("{{ strftime_now('%Q') }}").is_err());
    }
}
