use std::collections::HashMap;

#[derive(Debug, PartialEq)]
pub struct ParseError {
    pub line: usize,
    pub message: String,
}

/// Reads lines of the form `name = value`. Empty lines and lines that begin with `#` are skipped.
pub fn parse_config(text: &str) -> Result<HashMap<String, String>, ParseError> {
    let mut settings = HashMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let fault = |message: &str| ParseError { line: index + 1, message: message.to_string() };
        let (name, value) = line.split_once('=').ok_or_else(|| fault("there is no equals sign"))?;
        let name = name.trim();
        if name.is_empty() {
            return Err(fault("the name is missing"));
        }
        if settings.insert(name.to_string(), value.trim().to_string()).is_some() {
            return Err(fault("this name was set before"));
        }
    }
    Ok(settings)
}

#[test]
fn faults_name_their_line() {
    let settings = parse_config("# colours\nink = blue\n\npaper = white").unwrap();
    assert_eq!(settings["ink"], "blue");
    assert_eq!(parse_config("ink = blue\nink = red").unwrap_err().line, 2);
    assert_eq!(parse_config("ink").unwrap_err().line, 1);
}
