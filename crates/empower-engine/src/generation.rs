//! How a model's makers want it sampled: the settings of `generation_config.json`. Its stop tokens are read with the
//! tokenizer.

use std::path::Path;

use empower_lm::Sampling;
use serde::Deserialize;

use crate::error::EngineError;

/// Sampling settings of a model folder.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct GenerationDefaults {
    /// Whether tokens are drawn; the likeliest is taken otherwise.
    #[serde(default)]
    pub do_sample: bool,
    /// Above 0.
    #[serde(default = "one")]
    pub temperature: f32,
    /// Tokens that are drawn from; 0 for all.
    #[serde(default = "fifty")]
    pub top_k: usize,
    /// Share of the probability that is drawn from, in `(0, 1]`.
    #[serde(default = "one")]
    pub top_p: f32,
}

fn one() -> f32 {
    1.0
}

/// What `transformers` assumes where the file does not say.
fn fifty() -> usize {
    50
}

impl GenerationDefaults {
    /// Those of a folder; `None` where it has no `generation_config.json`.
    pub fn read(folder: &Path) -> Result<Option<Self>, EngineError> {
        let path = folder.join("generation_config.json");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(EngineError::Io { action: "read", path, source }),
        };
        let refuse = |field: &str, reason: String| {
            Err(EngineError::Config { path: path.clone(), field: field.to_owned(), reason })
        };
        // Fields may be null where they say nothing.
        let file: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(&text);
        let said = match file {
            Ok(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            Err(source) => return refuse("(whole file)", source.to_string()),
        };
        let defaults: Self = match serde_json::from_value(serde_json::Value::Object(said)) {
            Ok(defaults) => defaults,
            Err(source) => return refuse("(whole file)", source.to_string()),
        };
        match () {
            () if !(defaults.temperature > 0.0 && defaults.temperature.is_finite()) && defaults.do_sample => {
                refuse("temperature", format!("{} is not above 0", defaults.temperature))
            }
            () if !(defaults.top_p > 0.0 && defaults.top_p <= 1.0) => {
                refuse("top_p", format!("{} is not above 0 and at most 1", defaults.top_p))
            }
            () => Ok(Some(defaults)),
        }
    }

    /// As a request has them.
    pub fn sampling(&self, seed: u64) -> Sampling {
        match self.do_sample {
            false => Sampling::Greedy,
            true => Sampling::Random { temperature: self.temperature, top_k: self.top_k, top_p: self.top_p, seed },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_the_file_says() {
        let folder = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            std::fs::write(folder.path().join("generation_config.json"), text).unwrap();
            GenerationDefaults::read(folder.path())
        };
        assert_eq!(GenerationDefaults::read(folder.path()).unwrap(), None);
        let qwen = r#"{"do_sample": true, "temperature": 0.7, "top_p": 0.8, "top_k": 20, "eos_token_id": [1, 2]}"#;
        let sampling = read(qwen).unwrap().unwrap().sampling(3);
        assert_eq!(sampling, Sampling::Random { temperature: 0.7, top_k: 20, top_p: 0.8, seed: 3 });
        assert_eq!(read(r#"{"temperature": null}"#).unwrap().unwrap().sampling(3), Sampling::Greedy);
        for (text, field) in [
            (r#"{"do_sample": true, "temperature": 0}"#, "temperature"),
            (r#"{"top_p": 1.5}"#, "top_p"),
            (r#"{"top_k": -1}"#, "whole file"),
            ("[]", "whole file"),
        ] {
            assert!(read(text).unwrap_err().to_string().contains(field), "{text}");
        }
    }
}
