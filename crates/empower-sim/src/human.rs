//! The replay human: it has a program in mind, types it token by token, and takes what continues it (DESIGN section 6).
//!
//! This file owns its settings and how it reads a suggestion, as functions of text; the rounds are in
//! [`crate::episode`]. It is a yardstick whose faults are known: it never changes its mind, never learns from a
//! suggestion, and knows at once whether one continues its program when it looks; what it may fail to do is look.

use serde::{Deserialize, Serialize};

use crate::error::SimError;

/// What the human may do to text that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Editing {
    /// Nothing, as in PAPER section 2: a wrong suggestion once accepted stays.
    AppendOnly,
    /// In every round after the one that let a wrong suggestion in, before typing, the human notices it with
    /// probability `attention` and deletes everything from the first wrong character on.
    Deleting,
}

/// A human who has a reference program in mind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReplayHuman {
    /// At most this many tokens typed a round (PAPER section 2: `K_H = 10`); at least 1.
    pub tokens_per_round: usize,
    /// Probability, in [0, 1], of noticing that a suggestion is not what the human has in mind.
    ///
    /// Default 0.9, chosen: a careful reader who still misses one fault in ten. At 1 a wrong suggestion costs only its
    /// reading and every episode ends with the program in mind; at 0 everything is taken. In between the harm of
    /// suggestions that run past a decision adds up over rounds, which is what the experiment is to show. Sweep it.
    pub attention: f64,
    /// What the human may do to text that stands.
    pub editing: Editing,
}

impl Default for ReplayHuman {
    fn default() -> Self {
        Self { tokens_per_round: 10, attention: 0.9, editing: Editing::AppendOnly }
    }
}

impl ReplayHuman {
    /// Checks the ranges that the fields' docs state.
    pub fn validate(&self) -> Result<(), SimError> {
        if self.tokens_per_round == 0 {
            return Err(SimError::Setting { setting: "tokens_per_round", given: "0".into(), expected: "at least 1" });
        }
        if !(0.0..=1.0).contains(&self.attention) {
            let given = self.attention.to_string();
            return Err(SimError::Setting { setting: "attention", given, expected: "a probability, from 0 to 1" });
        }
        Ok(())
    }
}

/// A suggestion held against what is left of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Whether the human would have written the same.
    pub correct: bool,
    /// Bytes of the remaining plan that the suggestion covers; on a wrong suggestion, its longest correct leading part
    /// in whole characters. This is what the human believes it has if it takes the suggestion.
    pub covered: usize,
}

/// Reads a suggestion that is not empty.
///
/// Correct: the remaining plan begins with it, byte for byte; or it is all of the remaining plan and then only white
/// space. A suggestion that goes on past the end of the plan with anything else is wrong: the human has nothing like it
/// in mind. Costs the length of the suggestion.
pub fn read(remaining: &str, suggestion: &str) -> Reading {
    if remaining.starts_with(suggestion) {
        return Reading { correct: true, covered: suggestion.len() };
    }
    if suggestion.strip_prefix(remaining.trim_end()).is_some_and(|rest| rest.trim().is_empty()) {
        return Reading { correct: true, covered: remaining.len() };
    }
    let same = remaining.chars().zip(suggestion.chars()).take_while(|(plan, shown)| plan == shown);
    Reading { correct: false, covered: same.map(|(plan, _)| plan.len_utf8()).sum() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_outside_their_range_are_refused() {
        let human = ReplayHuman::default();
        assert!(human.validate().is_ok());
        for attention in [-0.1, 1.1, f64::NAN] {
            assert!(ReplayHuman { attention, ..human }.validate().is_err());
        }
        assert!(ReplayHuman { tokens_per_round: 0, ..human }.validate().is_err());
    }

    #[test]
    fn what_continues_the_plan_is_correct() {
        let check = |remaining: &str, suggestion: &str, correct, covered| {
            assert_eq!(read(remaining, suggestion), Reading { correct, covered }, "{remaining:?} / {suggestion:?}");
        };
        check("a = 1\nb = 2\n", "a = ", true, 4);
        check("a = 1\nb = 2\n", "a = 1\nb = 2\n", true, 12);
        check("a = 1\nb = 2\n", "a = 2", false, 4);
        check("a = 1\n", "b", false, 0);
        // Past the end: only white space is what the human has in mind.
        check("a = 1\n", "a = 1", true, 5);
        check("a = 1\n", "a = 1\n\n    ", true, 6);
        check("a = 1\n", "a = 1  ", true, 6);
        check("a = 1\n", "a = 1\nb", false, 6);
        check("a = 1\n", "a = 10", false, 5);
        // White space is text: leaving out or adding an indent is another program.
        check("    x\n", "  x", false, 2);
        check("é = 1\n", "è = 1\n", false, 0);
        check("# é\n", "# è\n", false, 2);
    }
}
