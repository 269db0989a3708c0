use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Temperature {
    Celsius(f64),
    Fahrenheit(f64),
}

impl Temperature {
    pub fn celsius(self) -> f64 {
        match self {
            Temperature::Celsius(degrees) => degrees,
            Temperature::Fahrenheit(degrees) => (degrees - 32.0) / 1.8,
        }
    }
}

impl fmt::Display for Temperature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Temperature::Celsius(degrees) => write!(f, "{degrees:.1} C"),
            Temperature::Fahrenheit(degrees) => write!(f, "{degrees:.1} F"),
        }
    }
}

impl FromStr for Temperature {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, unit) = text.trim().split_at(text.trim().len().saturating_sub(1));
        let degrees: f64 = number.trim().parse().map_err(|_| format!("bad number in {text:?}"))?;
        match unit {
            "C" => Ok(Temperature::Celsius(degrees)),
            "F" => Ok(Temperature::Fahrenheit(degrees)),
            _ => Err(format!("{text:?} must end in C or F")),
        }
    }
}

#[test]
fn boiling_water() {
    let water: Temperature = "212 F".parse().unwrap();
    assert_eq!(water.celsius(), 100.0);
    assert_eq!(water.to_string(), "212.0 F");
}
