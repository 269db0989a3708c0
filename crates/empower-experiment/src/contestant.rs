//! Who is compared: an assistant by what it is made of, under the name that tables give it.

use empower_data::States;
use empower_lm::Bits;
use empower_select::{Estimator, Method, StopRule};
use serde::Serialize;
use serde_json::{Value, json};

/// What an assistant is trained on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Where completions end.
    pub method: Method,
    /// What costs are estimated from.
    pub estimator: Estimator,
    /// Which states of a document become examples.
    pub states: States,
}

impl Recipe {
    /// Every state of every document, by the paper's estimate.
    pub fn of(method: Method) -> Self {
        Self { method, estimator: Estimator::Nll, states: States::All }
    }

    /// As tables name it: `empower`, `empower-entropy`, `sft-10`, …
    pub fn name(&self) -> String {
        match self.estimator {
            Estimator::Nll => self.method.to_string(),
            estimator => format!("{}-{estimator}", self.method),
        }
    }

    /// What examples depend on, for keys and manifests.
    pub fn record(&self) -> Value {
        json!({
            "method": self.method.to_string(), "eta_bits": self.method.eta().map(|eta| eta.0),
            "estimator": self.estimator.to_string(), "states": self.states.to_string(),
        })
    }
}

/// An assistant, or nobody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Contestant {
    /// A fine-tuned model.
    Tuned(Recipe),
    /// The untrained model.
    Base,
    /// The untrained model, cut to so many tokens.
    BaseCut(usize),
    /// The untrained model under a rule that needs no training.
    Stopped(StopRule),
    /// Nobody.
    HumanAlone,
}

impl Contestant {
    /// The method's name in rows and tables.
    pub fn method(&self) -> String {
        match self {
            Self::Tuned(recipe) => recipe.name(),
            Self::Base => "base".to_owned(),
            Self::BaseCut(n) => format!("base-{n}"),
            Self::Stopped(rule) => rule.to_string(),
            Self::HumanAlone => "human-alone".to_owned(),
        }
    }

    /// The threshold, where there is one.
    pub fn eta(&self) -> Option<Bits> {
        match self {
            Self::Tuned(recipe) => recipe.method.eta(),
            Self::Stopped(rule) => rule.eta(),
            _ => None,
        }
    }

    /// Method and threshold: `empower 0.32`.
    pub fn label(&self) -> String {
        label(&self.method(), self.eta())
    }

    /// What ends its suggestions, for keys.
    pub(crate) fn record(&self) -> Value {
        #[derive(Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            Tuned,
            Base,
            BaseCut(usize),
            Stopped(StopRule),
            HumanAlone,
        }
        let kind = match *self {
            Self::Tuned(_) => Kind::Tuned,
            Self::Base => Kind::Base,
            Self::BaseCut(n) => Kind::BaseCut(n),
            Self::Stopped(rule) => Kind::Stopped(rule),
            Self::HumanAlone => Kind::HumanAlone,
        };
        serde_json::to_value(kind).unwrap_or(Value::Null)
    }
}

/// A method with its threshold, for people.
pub fn label(method: &str, eta: Option<Bits>) -> String {
    eta.map_or(method.to_owned(), |eta| format!("{method} {}", eta.0))
}
