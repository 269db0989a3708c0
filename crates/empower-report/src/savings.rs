//! What an assistant saves its human against writing alone: tokens and keystrokes, as a share of what writing alone
//! takes, on the problems that both have.
//!
//! A keystroke is **assumed** to be a character typed, a character deleted, or an acceptance (one key); declining a
//! suggestion is assumed to cost none, since typing on declines it. Reading costs no keystroke; it is counted in the
//! discounted pass rate. Text that ends in a wrong program saves nothing that anyone wants, so each saving is given
//! twice: over all problems, and over those that both solved.

use std::collections::BTreeMap;

use empower_artifact::Seed;
use empower_artifact::rows::{Decision, EpisodeRow, Verdict};
use serde::Serialize;

use crate::metrics::{HUMAN_ALONE, MethodKey, is_shown};
use crate::statistics::{Estimate, Share, estimate};

/// What a method saves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Savings {
    /// The method.
    pub key: MethodKey,
    /// Share of the tokens that writing alone takes; negative where the method costs more.
    pub tokens: Estimate,
    /// Share of the keystrokes.
    pub keystrokes: Estimate,
    /// Problems compared.
    pub problems: usize,
    /// Share of the tokens, where both solved the problem.
    pub tokens_where_solved: Estimate,
    /// Share of the keystrokes, where both solved the problem.
    pub keystrokes_where_solved: Estimate,
    /// Problems that both solved.
    pub problems_where_solved: usize,
    /// Tokens read for each token saved, over all problems; `None` where none is saved.
    pub read_a_token_saved: Option<f64>,
}

/// Keystrokes of an episode, by the assumption above.
pub fn keystrokes(row: &EpisodeRow) -> usize {
    let of_round = |round: &empower_artifact::rows::RoundRow| {
        let accepts = usize::from(is_shown(round) && round.decision == Decision::Accept);
        round.typed.chars().count() + round.deleted_chars + accepts
    };
    row.rounds.iter().map(of_round).sum()
}

/// Sums over the episodes of one method on one problem.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    episodes: usize,
    tokens: usize,
    keystrokes: usize,
    read: usize,
}

impl Sums {
    fn add(&mut self, row: &EpisodeRow) {
        self.episodes += 1;
        self.tokens += row.tokens_written;
        self.keystrokes += keystrokes(row);
        self.read += row.tokens_read;
    }

    fn mean(&self, sum: usize) -> f64 {
        sum as f64 / self.episodes as f64
    }
}

/// All judged episodes, and those that passed.
type ByProblem<'a> = BTreeMap<&'a str, (Sums, Sums)>;

/// The savings of every method but the human alone, in table order; empty without the human alone.
pub fn savings(episodes: &[EpisodeRow], resamples: usize, seed: Seed) -> Vec<Savings> {
    let mut methods: BTreeMap<MethodKey, ByProblem<'_>> = BTreeMap::new();
    for row in episodes.iter().filter(|row| row.verdict != Verdict::Infrastructure) {
        let problems = methods.entry(MethodKey::new(row.method.as_str(), row.eta_bits)).or_default();
        let (all, solved) = problems.entry(&row.question_id).or_default();
        all.add(row);
        if row.verdict == Verdict::Pass {
            solved.add(row);
        }
    }
    let Some(alone) = methods.remove(&MethodKey::new(HUMAN_ALONE, None)) else { return Vec::new() };
    let one = |(key, ours): (MethodKey, ByProblem<'_>)| {
        let pairs = |which: fn(&(Sums, Sums)) -> Sums| -> Vec<(Sums, Sums)> {
            let both = ours.iter().filter_map(|(problem, it)| Some((which(it), which(alone.get(problem)?))));
            both.filter(|(ours, theirs)| ours.episodes > 0 && theirs.episodes > 0).collect()
        };
        let (all, solved) = (pairs(|it| it.0), pairs(|it| it.1));
        let columns = |pairs: &[(Sums, Sums)]| -> Vec<Vec<Share>> {
            let column = |of: fn(&Sums) -> usize| {
                let share = |(ours, theirs): &(Sums, Sums)| {
                    let whole = theirs.mean(of(theirs));
                    Share { num: whole - ours.mean(of(ours)), den: whole }
                };
                pairs.iter().map(share).collect()
            };
            vec![column(|it| it.tokens), column(|it| it.keystrokes)]
        };
        let seed = seed.named("savings").named(&key.to_string());
        let over = |pairs: &[(Sums, Sums)], name: &str| {
            let found = estimate(&columns(pairs), resamples, seed.named(name));
            (found.first().copied().unwrap_or_default(), found.get(1).copied().unwrap_or_default())
        };
        let (tokens, in_keys) = over(&all, "all");
        let (tokens_where_solved, keystrokes_where_solved) = over(&solved, "solved");
        let saved: f64 = all.iter().map(|(ours, theirs)| theirs.mean(theirs.tokens) - ours.mean(ours.tokens)).sum();
        let read: f64 = all.iter().map(|(ours, _)| ours.mean(ours.read)).sum();
        Savings {
            key,
            tokens,
            keystrokes: in_keys,
            problems: all.len(),
            tokens_where_solved,
            keystrokes_where_solved,
            problems_where_solved: solved.len(),
            read_a_token_saved: (saved > 0.0).then(|| read / saved),
        }
    };
    methods.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use empower_artifact::rows::Verdict::{Pass, WrongAnswer};

    #[test]
    fn savings_by_hand() {
        let ours = ("empower", Some(0.32));
        let rows = [
            // Alone: 6 and 12 tokens, each of three letters, so as many keystrokes.
            episode((HUMAN_ALONE, None), "p1", 0, "ss", Pass),
            episode((HUMAN_ALONE, None), "p2", 0, "ssss", Pass),
            // With help: 3 tokens and 3 + 1 keystrokes; 9 tokens and 9 + 2 keystrokes, but the program is wrong.
            episode(ours, "p1", 0, "a", Pass),
            episode(ours, "p2", 0, "aar", WrongAnswer),
            // A problem that the human alone does not have does not count.
            episode(ours, "p3", 0, "aaa", Pass),
        ];
        let found = savings(&rows, 50, Seed::new(1));
        let [it] = found.as_slice() else { panic!("one method") };
        let close = |found: Estimate, expected: f64| {
            assert!((found.value.expect("defined") - expected).abs() < 1e-12, "{found:?} {expected}");
        };
        close(it.tokens, 6.0 / 18.0);
        close(it.keystrokes, 3.0 / 18.0);
        close(it.tokens_where_solved, 0.5);
        close(it.keystrokes_where_solved, 2.0 / 6.0);
        assert_eq!((it.problems, it.problems_where_solved), (2, 1));
        // One problem gives no interval; 2 + 6 tokens read for 6 saved.
        assert_eq!(it.tokens_where_solved.interval, None);
        assert_eq!(it.read_a_token_saved, Some(8.0 / 6.0));
    }

    #[test]
    fn deleting_costs_keystrokes() {
        let mut row = episode(("x", None), "p", 0, "ar", Pass);
        assert_eq!(keystrokes(&row), 7);
        row.rounds[1].deleted_chars = 5;
        assert_eq!(keystrokes(&row), 12);
        row.rounds[0].typed = "é→".into();
        assert_eq!(keystrokes(&row), 11);
    }

    #[test]
    fn without_the_human_alone_nothing_is_said() {
        assert!(savings(&[episode(("x", None), "p", 0, "a", Pass)], 10, Seed::new(1)).is_empty());
    }

    #[test]
    fn what_costs_more_saves_less_than_nothing() {
        let rows =
            [episode((HUMAN_ALONE, None), "p", 0, "s", Pass), episode(("base", None), "p", 0, "rr", WrongAnswer)];
        let found = savings(&rows, 10, Seed::new(1));
        assert_eq!(found[0].tokens.value, Some(-1.0));
        assert_eq!((found[0].read_a_token_saved, found[0].problems_where_solved), (None, 0));
        assert_eq!(found[0].tokens_where_solved, Estimate::default());
    }
}
