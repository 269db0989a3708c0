//! The random choices of an episode, each addressed by what it is: the episode's seed, the choice, the round. None
//! depends on how many choices were made before it, on other episodes, or on threads.

use empower_artifact::Seed;

/// A uniform number in [0, 1) for the choice called `purpose` of a round.
pub(crate) fn uniform(episode_seed: u64, purpose: &str, round_idx: usize) -> f64 {
    // The upper 53 bits fill a double's mantissa exactly.
    (number(episode_seed, purpose, round_idx) >> 11) as f64 * (-53_f64).exp2()
}

/// A 64-bit number for the choice called `purpose` of a round.
pub(crate) fn number(episode_seed: u64, purpose: &str, round_idx: usize) -> u64 {
    Seed::new(episode_seed).named(purpose).index(round_idx as u64).value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_uniform_and_addressed() {
        let draws: Vec<f64> = (0..4000).map(|round| uniform(7, "x", round)).collect();
        assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
        // Tolerance: five standard errors of a mean of 4,000 uniform draws (0.2887 / sqrt(4000) = 0.0046).
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        assert!((mean - 0.5).abs() < 0.023, "{mean}");
        assert_eq!(uniform(7, "x", 3), draws[3]);
        assert_ne!(uniform(7, "y", 3), draws[3]);
        assert_ne!(uniform(8, "x", 3), draws[3]);
    }
}
