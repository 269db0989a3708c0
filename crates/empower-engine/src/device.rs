//! Where a decoder computes, by the names that a command line has for it.
//!
//! `cpu` is this crate's own arithmetic, always there. The others run the same decoder on tensors of candle
//! (`accelerated.rs`) and are there where the build has their feature; a build without it says so, and how to get it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::EngineError;

/// A place to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Device {
    /// The processor, by this crate's own arithmetic.
    #[default]
    Cpu,
    /// An NVIDIA GPU, by its number: `cuda` is the first, `cuda:1` the second.
    Cuda(usize),
    /// Apple's GPU.
    Metal,
    /// The processor, by candle: what runs on a GPU, where there is none. Slower than [`Self::Cpu`]; for checks.
    Candle,
}

impl Device {
    /// Fails where this build cannot compute there.
    pub fn check(self) -> Result<(), EngineError> {
        let (is_built, feature) = match self {
            Self::Cpu => return Ok(()),
            Self::Cuda(_) => (cfg!(feature = "cuda"), "cuda"),
            Self::Metal => (cfg!(feature = "metal"), "metal"),
            Self::Candle => (cfg!(feature = "candle"), "candle"),
        };
        if is_built { Ok(()) } else { Err(EngineError::DeviceNotBuilt { device: self, feature }) }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => out.write_str("cpu"),
            Self::Cuda(number) => write!(out, "cuda:{number}"),
            Self::Metal => out.write_str("metal"),
            Self::Candle => out.write_str("candle"),
        }
    }
}

impl FromStr for Device {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().map(Self::Cuda).ok();
        match text {
            "cpu" => Some(Self::Cpu),
            "cuda" => Some(Self::Cuda(0)),
            "metal" => Some(Self::Metal),
            "candle" => Some(Self::Candle),
            _ => text.strip_prefix("cuda:").and_then(number),
        }
        .ok_or_else(|| format!("`{text}` is no device: `cpu`, `cuda`, `cuda:N`, `metal` and `candle` are"))
    }
}

impl TryFrom<String> for Device {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Device> for String {
    fn from(device: Device) -> Self {
        device.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read_as_they_are_written() {
        for device in [Device::Cpu, Device::Cuda(0), Device::Cuda(3), Device::Metal, Device::Candle] {
            assert_eq!(device.to_string().parse(), Ok(device));
        }
        assert_eq!("cuda".parse(), Ok(Device::Cuda(0)));
        for text in ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "CPU"] {
            assert!(text.parse::<Device>().unwrap_err().contains("`cuda:N`"), "{text}");
        }
    }

    #[test]
    fn a_device_that_was_not_built_is_named_with_what_builds_it() {
        let built = [cfg!(feature = "cuda"), cfg!(feature = "metal"), cfg!(feature = "candle")];
        for (device, is_built) in [Device::Cuda(1), Device::Metal, Device::Candle].into_iter().zip(built) {
            let found = device.check().map_err(|error| error.to_string());
            let feature = device.to_string().replace(":1", "");
            assert_eq!(found.is_ok(), is_built, "{device}");
            if let Err(error) = found {
                assert!(error.contains(&format!("`{device}`")), "{error}");
                assert!(error.contains(&format!("hint: cargo build --release --features {feature}")), "{error}");
            }
        }
        assert!(Device::Cpu.check().is_ok());
    }
}
