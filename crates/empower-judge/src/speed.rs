//! How fast this machine runs Python, as one number: the processor time that a fixed small program took when the
//! reference was measured, against what it takes here. A verdict "too slow" means little without it.
//!
//! It is a rough guide, good to some tenths: machines differ in more than one number. Nothing is scaled by it unless
//! somebody asks.

use std::time::Duration;

use crate::Judge;

/// What the program took on the reference machine: the least of twenty runs on an otherwise idle core of a server with
/// AVX-512 (x86-64, 2.1 GHz class, 2023), under CPython 3.11.7 from the warm interpreter.
pub const REFERENCE_CPU: Duration = Duration::from_micros(110_000);

/// What judged programs do: loops, calls, dictionaries, sorting, strings, whole numbers.
const WORKLOAD: &str = r#"
def work(rounds):
    total, counts = 0, {}
    for i in range(rounds):
        key = (i * 7919) % 1009
        counts[key] = counts.get(key, 0) + i
        total = (total * 31 + key) % 1000000007
    items = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    text = " ".join(str(value) for _, value in items * 20)
    return total + sum(int(word) % 97 for word in text.split())
def paths(n):
    return n if n < 2 else paths(n - 1) + paths(n - 2)
print(work(250000) + paths(19))
"#;

/// chosen: the least of a few runs is what the machine can do; a fifth changes little.
const RUNS: usize = 5;

/// chosen: a machine that takes longer judges nothing in time.
const PATIENCE: Duration = Duration::from_secs(60);

/// How fast a machine is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// The least processor time of a few runs.
    pub cpu: Duration,
    /// [`Self::cpu`] over [`REFERENCE_CPU`]: 2 is half as fast.
    pub slowness: f64,
}

impl Speed {
    /// Measures it by running a fixed program a few times, alone, in the judge's sandbox. Costs about a second.
    ///
    /// # Errors
    /// What kept the program from running, as text: a fault of the machine.
    pub fn measure(judge: &Judge) -> Result<Self, String> {
        let mut least = Duration::MAX;
        for _ in 0..RUNS {
            least = least.min(judge.run_alone(WORKLOAD, PATIENCE)?.cpu);
        }
        Ok(Self::of(least))
    }

    fn of(cpu: Duration) -> Self {
        Self { cpu, slowness: cpu.as_secs_f64() / REFERENCE_CPU.as_secs_f64() }
    }

    /// The limit that gives a program here what `limit` gives it on the reference machine: never less than `limit`, so
    /// that a fast machine does not make verdicts harder.
    pub fn scaled(&self, limit: Duration) -> Duration {
        limit.mul_f64(self.slowness.clamp(1.0, 100.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_only_ever_raised() {
        let limit = Duration::from_secs(6);
        assert_eq!(Speed::of(REFERENCE_CPU * 2).scaled(limit), limit * 2);
        assert_eq!(Speed::of(REFERENCE_CPU / 2).scaled(limit), limit);
        assert_eq!(Speed::of(REFERENCE_CPU * 1000).scaled(limit), limit * 100);
    }
}
