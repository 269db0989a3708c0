#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Number(f64),
    Name(String),
    Symbol(char),
}

/// Splits an expression such as `2 * (x + 1.5)` into tokens.
pub fn tokenize(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
        } else if c.is_ascii_digit() {
            let mut number = String::new();
            while let Some(d) = chars.next_if(|d| d.is_ascii_digit() || *d == '.') {
                number.push(d);
            }
            let value = number.parse().map_err(|_| format!("not a number: {number}"))?;
            tokens.push(Token::Number(value));
        } else if c.is_alphabetic() {
            let mut name = String::new();
            while let Some(d) = chars.next_if(|d| d.is_alphanumeric()) {
                name.push(d);
            }
            tokens.push(Token::Name(name));
        } else if "+-*/()".contains(c) {
            chars.next();
            tokens.push(Token::Symbol(c));
        } else {
            return Err(format!("unexpected character: {c}"));
        }
    }
    Ok(tokens)
}

#[test]
fn splits_names_numbers_and_symbols() {
    let tokens = tokenize("x1*(2.5)").unwrap();
    assert_eq!(tokens.len(), 5);
    assert_eq!(tokens[3], Token::Number(2.5));
    assert!(tokenize("2 & 3").is_err());
}
