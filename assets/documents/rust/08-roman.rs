const NUMERALS: [(u32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

/// A number from 1 to 3999 in Roman numerals; `None` for any other.
pub fn to_roman(mut number: u32) -> Option<String> {
    if !(1..=3999).contains(&number) {
        return None;
    }
    let mut text = String::new();
    for (value, numeral) in NUMERALS {
        while number >= value {
            text.push_str(numeral);
            number -= value;
        }
    }
    Some(text)
}

/// The number that a Roman numeral stands for, if it is written in the usual way.
pub fn from_roman(text: &str) -> Option<u32> {
    let mut rest = text;
    let mut number = 0;
    for (value, numeral) in NUMERALS {
        while let Some(behind) = rest.strip_prefix(numeral) {
            number += value;
            rest = behind;
        }
    }
    (rest.is_empty() && to_roman(number).as_deref() == Some(text)).then_some(number)
}

#[test]
fn there_and_back() {
    for number in 1..4000 {
        let text = to_roman(number).unwrap();
        assert_eq!(from_roman(&text), Some(number));
    }
    assert_eq!(from_roman("IIII"), None);
}
