//! Rotary settings: the base of the frequencies and the ways of stretching them to longer contexts that are known here.
//!
//! Kinds whose frequencies depend on the length of the text (`dynamic`, `longrope`) or that scale attention as well
//! (`yarn`) are refused by name, and so is every field that is not known.

use serde_json::Value;

use super::{Refused, refuse};

/// Rotary settings of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rope {
    theta: f64,
    scaling: Scaling,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Scaling {
    None,
    /// Every frequency is divided by it.
    Linear(f64),
    /// Long waves are divided by `factor`, short ones are not, those between in part.
    Llama3 {
        factor: f64,
        /// Waves longer than `positions / low` are long.
        low: f64,
        /// Waves shorter than `positions / high` are short.
        high: f64,
        /// Positions of the model before its context was extended.
        positions: f64,
    },
}

impl Rope {
    /// Frequencies of base `theta`, not scaled.
    pub(super) fn plain(theta: f64) -> Self {
        Self { theta, scaling: Scaling::None }
    }

    /// The settings that `value` holds; `theta` where it names no base. `field` is where it stands in the file.
    pub(super) fn read(field: &str, value: &Value, theta: f64) -> Result<Self, Refused> {
        let Some(fields) = value.as_object() else {
            return refuse(field, "expected an object");
        };
        let kind = match fields.get("rope_type").or(fields.get("type")) {
            None => "default",
            Some(kind) => kind.as_str().unwrap_or("(not a name)"),
        };
        let known: &[&str] = match kind {
            "default" => &[],
            "linear" => &["factor"],
            "llama3" => &["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"],
            other => {
                let reason = format!("`{other}` is not supported; `default`, `linear` and `llama3` are");
                return refuse(&format!("{field}.rope_type"), reason);
            }
        };
        let says_nothing = |name: &str, value: &Value| {
            value.is_null() || name == "partial_rotary_factor" && value.as_f64() == Some(1.0)
        };
        let settings = fields.iter().filter(|(name, value)| !says_nothing(name, value));
        for (name, _) in settings {
            if !["rope_type", "type", "rope_theta"].contains(&name.as_str()) && !known.contains(&name.as_str()) {
                return refuse(&format!("{field}.{name}"), format!("not supported with rope_type `{kind}`"));
            }
        }
        let number = |name: &str| match fields.get(name).and_then(Value::as_f64) {
            Some(number) if number > 0.0 => Ok(number),
            _ => refuse(&format!("{field}.{name}"), "expected a number above 0"),
        };
        let theta = if fields.contains_key("rope_theta") { number("rope_theta")? } else { theta };
        let scaling = match kind {
            "linear" => Scaling::Linear(number("factor")?),
            "llama3" => {
                let (low, high) = (number("low_freq_factor")?, number("high_freq_factor")?);
                if high <= low {
                    return refuse(&format!("{field}.high_freq_factor"), "it must be above low_freq_factor");
                }
                let positions = number("original_max_position_embeddings")?;
                Scaling::Llama3 { factor: number("factor")?, low, high, positions }
            }
            _ => Scaling::None,
        };
        Ok(Self { theta, scaling })
    }

    /// `theta^(-2i / K)` for `i` in `0 .. K/2`, scaled.
    pub(super) fn inverse_frequencies(&self, width: usize) -> Vec<f64> {
        let plain = (0..width / 2).map(|i| self.theta.powf(-2.0 * i as f64 / width as f64));
        plain
            .map(|frequency| match self.scaling {
                Scaling::None => frequency,
                Scaling::Linear(factor) => frequency / factor,
                Scaling::Llama3 { factor, low, high, positions } => {
                    let waves = positions * frequency / std::f64::consts::TAU;
                    // 0 where a wave is long, 1 where it is short.
                    let kept = ((waves - low) / (high - low)).clamp(0.0, 1.0);
                    (1.0 - kept) * frequency / factor + kept * frequency
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn llama3_leaves_short_waves_and_stretches_long_ones() {
        let value = json!({
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192, "rope_theta": 500000.0
        });
        let scaled = Rope::read("rope_parameters", &value, 1.0).unwrap().inverse_frequencies(64);
        let plain = Rope::plain(500_000.0).inverse_frequencies(64);
        for (scaled, plain) in scaled.iter().zip(&plain) {
            let wave = std::f64::consts::TAU / plain;
            let expected = match wave {
                wave if wave < 2048.0 => *plain,
                wave if wave > 8192.0 => plain / 8.0,
                wave => {
                    let smooth = (8192.0 / wave - 1.0) / 3.0;
                    (1.0 - smooth) * plain / 8.0 + smooth * plain
                }
            };
            // A few roundings of 1e-16.
            assert!((scaled - expected).abs() < 1e-15 * plain.abs());
        }
        // Both kinds and the ramp between them occur.
        assert!(scaled[0] == plain[0] && (scaled[31] - plain[31] / 8.0).abs() < 1e-20);
        assert!((0..32).any(|i| scaled[i] < 0.99 * plain[i] && scaled[i] > 1.01 * plain[i] / 8.0));
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        for (value, named) in [
            (json!({"rope_type": "yarn", "factor": 4.0}), "rope.rope_type"),
            (json!({"type": "dynamic", "factor": 4.0}), "rope.rope_type"),
            (json!({"rope_type": 3}), "rope.rope_type"),
            (json!({"rope_type": "linear"}), "rope.factor"),
            (json!({"rope_type": "linear", "factor": -1}), "rope.factor"),
            (json!({"rope_type": "default", "mrope_section": [1]}), "rope.mrope_section"),
            (json!({"rope_type": "default", "partial_rotary_factor": 0.5}), "rope.partial_rotary_factor"),
            (json!({"rope_theta": 0}), "rope.rope_theta"),
            (json!([1]), "rope"),
        ] {
            assert_eq!(Rope::read("rope", &value, 1e4).unwrap_err().0, named, "{value}");
        }
        let harmless = json!({"rope_theta": 1e4, "factor": null, "partial_rotary_factor": 1.0});
        assert_eq!(Rope::read("rope", &harmless, 1.0), Ok(Rope::plain(1e4)));
    }
}
