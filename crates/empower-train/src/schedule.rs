//! The learning rate over a run.

use serde::{Deserialize, Serialize};

/// How the learning rate goes from its warm-up to the end, as a factor on its peak.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Linear from 0 over the first `warmup` share of the run, then half a cosine down to `floor`.
    Cosine {
        /// Share of the run, in `[0, 1)`.
        warmup: f64,
        /// The last factor, in `[0, 1]`.
        floor: f64,
    },
    /// Linear from 0 over the first `warmup` share, constant, then linear to 0 over the last `decay` share. Up to the
    /// decay the run does not depend on its length, so that a longer one can go on from it.
    Trapezoid {
        /// Share of the run, in `[0, 1)`.
        warmup: f64,
        /// Share of the run, in `(0, 1 - warmup]`.
        decay: f64,
    },
}

impl Schedule {
    /// The factor at `done`, the share of the run that is behind, in `[0, 1]`.
    pub fn factor(&self, done: f64) -> f64 {
        match *self {
            Self::Cosine { warmup, .. } | Self::Trapezoid { warmup, .. } if done < warmup => done / warmup,
            Self::Cosine { warmup, floor } => {
                let done = ((done - warmup) / (1.0 - warmup)).min(1.0);
                floor + (1.0 - floor) * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
            }
            Self::Trapezoid { decay, .. } => ((1.0 - done) / decay).clamp(0.0, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    fn check(schedule: Schedule, points: &[(f64, f64)]) {
        for (done, expected) in points {
            // Exact but for the rounding of a cosine and a division.
            assert!((schedule.factor(*done) - expected).abs() < 1e-12, "{schedule:?} at {done}");
        }
    }

    #[test]
    fn goes_through_its_corners() {
        check(
            Schedule::Cosine { warmup: 0.1, floor: 0.2 },
            &[(0.0, 0.0), (0.05, 0.5), (0.1, 1.0), (0.55, 0.6), (1.0, 0.2)],
        );
        check(
            Schedule::Trapezoid { warmup: 0.1, decay: 0.4 },
            &[(0.0, 0.0), (0.05, 0.5), (0.1, 1.0), (0.6, 1.0), (0.8, 0.5), (1.0, 0.0)],
        );
        check(Schedule::Cosine { warmup: 0.0, floor: 0.0 }, &[(0.0, 1.0), (1.0, 0.0)]);
    }
}
