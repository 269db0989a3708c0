//! One row of a problem file, whatever the file: its fields as JSON values, and readers of fields that name the place
//! when a field is not what it should be.

use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{DataError, Place};

/// The fields of a row, and where it stands.
pub(crate) struct Row<'a> {
    pub place: &'a Place,
    pub fields: &'a Map<String, Value>,
}

impl Row<'_> {
    pub fn bad(&self, field: impl Into<String>, problem: impl Into<String>) -> DataError {
        DataError::bad_field(self.place, field, problem)
    }

    fn missing(&self, field: &str) -> DataError {
        DataError::MissingField { place: self.place.clone(), field: field.to_owned() }
    }

    /// Text that must be there.
    pub fn string(&self, field: &str) -> Result<String, DataError> {
        match self.fields.get(field) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(self.bad(field, "must be a string")),
            None => Err(self.missing(field)),
        }
    }

    /// Text that may be absent or null; empty then.
    pub fn text(&self, field: &str) -> Result<String, DataError> {
        match self.fields.get(field) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Null) | None => Ok(String::new()),
            Some(_) => Err(self.bad(field, "must be a string")),
        }
    }

    /// A name that is text or a number; empty where it is absent or null.
    pub fn name(&self, field: &str) -> Result<String, DataError> {
        match self.fields.get(field) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(Value::Null) | None => Ok(String::new()),
            Some(_) => Err(self.bad(field, "must be a string or a number")),
        }
    }

    /// A name that must be there and not be empty.
    pub fn needed_name(&self, field: &str) -> Result<String, DataError> {
        if !self.fields.contains_key(field) {
            return Err(self.missing(field));
        }
        match self.name(field)? {
            name if name.is_empty() => Err(self.bad(field, "must not be empty")),
            name => Ok(name),
        }
    }

    /// A whole number; `None` where it is absent or null. Parquet files written by way of data frames hold whole
    /// numbers as floating-point ones where a column has gaps.
    pub fn integer(&self, field: &str) -> Result<Option<i64>, DataError> {
        match self.fields.get(field) {
            Some(Value::Null) | None => Ok(None),
            Some(value) => {
                let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
                let number = value.as_i64().or_else(|| value.as_f64().and_then(whole));
                number.map(Some).ok_or_else(|| self.bad(field, "must be a whole number"))
            }
        }
    }

    /// A list of texts; empty where it is absent or null.
    pub fn texts(&self, field: &str) -> Result<Vec<String>, DataError> {
        match self.fields.get(field) {
            Some(Value::Null) | None => Ok(Vec::new()),
            Some(value) => self.texts_of(field, value),
        }
    }

    /// A list of texts that stands at `field`.
    pub fn texts_of(&self, field: &str, value: &Value) -> Result<Vec<String>, DataError> {
        let Value::Array(items) = value else { return Err(self.bad(field, "must be a list of strings")) };
        let text = |(i, item): (usize, &Value)| match item {
            Value::String(text) => Ok(text.clone()),
            _ => Err(self.bad(format!("{field}[{i}]"), "must be a string")),
        };
        items.iter().enumerate().map(text).collect()
    }

    /// An object that is written as JSON text in a field that must be there.
    pub fn json_object(&self, field: &str) -> Result<Map<String, Value>, DataError> {
        serde_json::from_str(&self.string(field)?)
            .map_err(|source| self.bad(field, format!("is not the JSON text of an object: {source}")))
    }
}

/// Fields whose values are not kept.
#[derive(Clone, Copy)]
pub(crate) enum Heavy<'a> {
    All,
    These(&'a [&'a str]),
}

/// Reads an object but for the values of heavy fields, which are checked as JSON and become null: rows of megabytes are
/// gone through for a few names in them.
pub(crate) struct LightFields<'a> {
    pub heavy: Heavy<'a>,
}

impl<'de> DeserializeSeed<'de> for LightFields<'_> {
    type Value = Map<String, Value>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for LightFields<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let is_heavy = match self.heavy {
                Heavy::All => true,
                Heavy::These(names) => names.contains(&key.as_str()),
            };
            let value = if is_heavy {
                access.next_value::<IgnoredAny>()?;
                Value::Null
            } else {
                access.next_value()?
            };
            fields.insert(key, value);
        }
        Ok(fields)
    }
}
