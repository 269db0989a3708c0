//! The paper's metrics (PAPER section 7) from judged episodes, by method and threshold.
//!
//! One partition feeds everything: episodes are grouped by method and threshold, then by problem. An episode whose
//! verdict is `infrastructure` has no outcome; it is left out of every metric and counted. Repeats of a problem are
//! averaged within the problem first (pass@1, DPR) or pooled within it (shares of suggestions, tokens), and every
//! uncertainty is over problems.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use empower_artifact::Seed;
use empower_artifact::rows::{Decision, Ending, EpisodeRow, HumanFault, RoundRow, Verdict};
use serde::{Deserialize, Serialize};

use crate::ReportError;
use crate::statistics::{Estimate, Share, estimate};

/// The constants of the discounted pass rate: `1[correct] * gamma ^ (alpha * read + beta * written)` (PAPER equation 4).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DprWeights {
    /// Discount a unit of effort, in (0, 1].
    pub gamma: f64,
    /// Effort of reading a token; at least 0.
    pub alpha: f64,
    /// Effort of writing a token; at least 0.
    pub beta: f64,
}

impl Default for DprWeights {
    /// The paper's values.
    fn default() -> Self {
        Self { gamma: 0.999, alpha: 0.1, beta: 0.5 }
    }
}

impl DprWeights {
    /// Checks the domains.
    pub fn validate(&self) -> Result<(), ReportError> {
        if !(self.gamma > 0.0 && self.gamma <= 1.0) {
            return Err(ReportError::BadOption {
                name: "gamma",
                value: self.gamma,
                expected: "a number above 0, at most 1",
            });
        }
        for (name, value) in [("alpha", self.alpha), ("beta", self.beta)] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(ReportError::BadOption { name, value, expected: "a finite number, at least 0" });
            }
        }
        Ok(())
    }

    /// What a correct program is worth after so much reading and writing; in [0, 1].
    pub fn discount(&self, tokens_read: usize, tokens_written: usize) -> f64 {
        self.gamma.powf(self.alpha * tokens_read as f64 + self.beta * tokens_written as f64)
    }
}

/// A method at a threshold: what a row of the table is about.
///
/// Ordered as tables show them: Empower, other methods of training, the stop rules, the tuned and the untuned
/// baselines, any other by name, the human alone; thresholds ascend within.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MethodKey {
    /// The method's name in the rows: `empower`, `sft-10`, …
    pub method: String,
    /// The threshold in bits, where it has a meaning.
    pub eta_bits: Option<f64>,
}

/// The method without an assistant, the yardstick of every other.
pub const HUMAN_ALONE: &str = "human-alone";

/// The paper's method.
pub const EMPOWER: &str = "empower";

/// The order of tables: a name, or a beginning of names that ends in a dash.
const ORDER: [&str; 14] = [
    EMPOWER,
    "empower-",
    "utility-",
    "stop-nll",
    "stop-utility-",
    "stop-",
    "sft-10",
    "sft-20",
    "sft-rand-1-30",
    "sft-",
    "base",
    "base-10",
    "base-20",
    "base-",
];

impl MethodKey {
    /// A key; a negative zero becomes zero.
    pub fn new(method: impl Into<String>, eta_bits: Option<f64>) -> Self {
        Self { method: method.into(), eta_bits: eta_bits.map(|eta| eta + 0.0) }
    }

    /// The name for people: `Empower at 0.32 bits`, `SFT-10`, `the human alone`.
    pub fn spoken(&self) -> String {
        let name = match self.method.as_str() {
            EMPOWER => "Empower".to_owned(),
            HUMAN_ALONE => "the human alone".to_owned(),
            "stop-nll" => "the stop rule".to_owned(),
            "base" => "Base".to_owned(),
            method => {
                let rest = method.strip_prefix("sft-").map(|rest| format!("SFT-{}", rest.replace("rand", "RAND")));
                rest.or_else(|| method.strip_prefix("base-").map(|rest| format!("Base-{rest}")))
                    .or_else(|| method.strip_prefix("stop-").map(|rest| format!("the rule stop-{rest}")))
                    .unwrap_or_else(|| method.to_owned())
            }
        };
        match self.eta_bits {
            Some(eta) => format!("{name} at {eta} bits"),
            None => name,
        }
    }

    fn rank(&self) -> usize {
        if self.method == HUMAN_ALONE {
            return ORDER.len() + 1;
        }
        let exact = ORDER.iter().position(|name| *name == self.method);
        let begins = || ORDER.iter().position(|name| name.ends_with('-') && self.method.starts_with(name));
        exact.or_else(begins).unwrap_or(ORDER.len())
    }
}

impl fmt::Display for MethodKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.method)?;
        match self.eta_bits {
            Some(eta) => write!(out, " {eta}"),
            None => Ok(()),
        }
    }
}

impl Ord for MethodKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let eta = |key: &Self| key.eta_bits.unwrap_or(f64::NEG_INFINITY);
        self.rank()
            .cmp(&other.rank())
            .then_with(|| self.method.cmp(&other.method))
            .then_with(|| eta(self).total_cmp(&eta(other)))
    }
}

impl PartialOrd for MethodKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for MethodKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for MethodKey {}

/// The judged episodes of one method on one problem, summed up.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemCluster {
    /// The problem.
    pub question_id: String,
    /// Judged episodes: repeats.
    pub episodes: usize,
    /// Episodes whose program passed.
    pub passed: usize,
    /// Sum over episodes of the discounted pass.
    pub discounted: f64,
    /// Suggestions shown: not empty.
    pub shown: usize,
    /// Suggestions accepted.
    pub accepted: usize,
    /// Rounds.
    pub rounds: usize,
    /// Tokens read.
    pub tokens_read: usize,
    /// Tokens written.
    pub tokens_written: usize,
}

/// The episodes of one method at one threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct MethodGroup {
    /// Which.
    pub key: MethodKey,
    /// Problems with at least one judged episode, by id.
    pub problems: Vec<ProblemCluster>,
    /// Judged episodes.
    pub episodes: usize,
    /// Episodes left out because the judge, not the program, failed.
    pub infrastructure: usize,
    /// Judged episodes that ended at the round limit.
    pub round_limit: usize,
    /// What a language-model human failed at in them, in rounds.
    pub human_faults: BTreeMap<HumanFault, usize>,
}

/// A fault of the human for people, as something that is counted.
pub fn fault_name(fault: HumanFault) -> &'static str {
    match fault {
        HumanFault::UnreadDecision => "decisions asked for twice",
        HumanFault::NoDecision => "rounds without a decision",
        HumanFault::NothingWritten => "rounds in which it wrote nothing",
        HumanFault::NotContinued => "answers that began another program",
        HumanFault::NoRoom => "questions too long for its context",
    }
}

/// A rate that the report knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of problems whose program passes: mean over problems of the mean over repeats.
    #[serde(rename = "pass_at_1")]
    PassAt1,
    /// Accepted suggestions over suggestions shown, pooled.
    AcceptRatio,
    /// Mean over problems of each problem's own accept ratio; problems where nothing was shown do not count.
    AcceptRatioProblemMean,
    /// Rounds without a suggestion over rounds, pooled.
    SilentShare,
    /// Discounted pass rate.
    Dpr,
    /// Tokens read an episode.
    TokensRead,
    /// Tokens written an episode.
    TokensWritten,
}

impl Metric {
    /// All, in the order of [`MethodMetrics`].
    pub const ALL: [Metric; 7] = [
        Self::PassAt1,
        Self::AcceptRatio,
        Self::AcceptRatioProblemMean,
        Self::SilentShare,
        Self::Dpr,
        Self::TokensRead,
        Self::TokensWritten,
    ];

    /// The name for people.
    pub fn spoken(self) -> &'static str {
        match self {
            Self::PassAt1 => "pass@1",
            Self::AcceptRatio => "accept ratio",
            Self::AcceptRatioProblemMean => "accept ratio, mean over problems",
            Self::SilentShare => "silent share",
            Self::Dpr => "DPR",
            Self::TokensRead => "tokens read",
            Self::TokensWritten => "tokens written",
        }
    }

    /// What one problem contributes.
    pub fn share(self, cluster: &ProblemCluster) -> Share {
        let of = |num: usize, den: usize| Share { num: num as f64, den: den as f64 };
        // A cluster has at least one episode.
        let n = cluster.episodes as f64;
        match self {
            Self::PassAt1 => Share::of_mean(cluster.passed as f64 / n),
            Self::AcceptRatio => of(cluster.accepted, cluster.shown),
            Self::AcceptRatioProblemMean if cluster.shown == 0 => Share::default(),
            Self::AcceptRatioProblemMean => Share::of_mean(cluster.accepted as f64 / cluster.shown as f64),
            Self::SilentShare => of(cluster.rounds - cluster.shown, cluster.rounds),
            Self::Dpr => Share::of_mean(cluster.discounted / n),
            Self::TokensRead => of(cluster.tokens_read, cluster.episodes),
            Self::TokensWritten => of(cluster.tokens_written, cluster.episodes),
        }
    }
}

/// The metrics of one method at one threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MethodMetrics {
    /// Which.
    pub key: MethodKey,
    /// [`Metric::PassAt1`].
    pub pass_at_1: Estimate,
    /// [`Metric::AcceptRatio`]; its standard error is the linearised one of a ratio, clustered by problem.
    pub accept_ratio: Estimate,
    /// [`Metric::AcceptRatioProblemMean`].
    pub accept_ratio_problem_mean: Estimate,
    /// [`Metric::SilentShare`].
    pub silent_share: Estimate,
    /// [`Metric::Dpr`].
    pub dpr: Estimate,
    /// [`Metric::TokensRead`].
    pub tokens_read: Estimate,
    /// [`Metric::TokensWritten`].
    pub tokens_written: Estimate,
    /// Judged episodes.
    pub episodes: usize,
    /// Problems with a judged episode.
    pub problems: usize,
    /// Episodes left out because the judge, not the program, failed.
    pub infrastructure: usize,
    /// Judged episodes that ended at the round limit.
    pub round_limit: usize,
    /// What a language-model human failed at in them, in rounds.
    pub human_faults: BTreeMap<HumanFault, usize>,
}

/// Whether a round's suggestion was shown to the human: an empty one is not (PAPER section 7, **choice**).
pub fn is_shown(round: &RoundRow) -> bool {
    round.decision != Decision::Silent && !round.suggestion.is_empty()
}

/// Groups episodes by method and threshold and sums them up by problem, in table order.
///
/// # Errors
/// An episode that is there twice, a threshold that is not finite, weights outside their domain, no episodes at all.
pub fn partition(episodes: &[EpisodeRow], weights: &DprWeights) -> Result<Vec<MethodGroup>, ReportError> {
    weights.validate()?;
    if episodes.is_empty() {
        return Err(ReportError::NoEpisodes);
    }
    let mut seen = BTreeSet::new();
    let mut groups: BTreeMap<MethodKey, (MethodGroup, BTreeMap<&str, ProblemCluster>)> = BTreeMap::new();
    for episode in episodes {
        if let Some(eta_bits) = episode.eta_bits.filter(|eta| !eta.is_finite()) {
            return Err(ReportError::BadEta {
                method: episode.method.clone(),
                question_id: episode.question_id.clone(),
                eta_bits,
            });
        }
        let key = MethodKey::new(episode.method.as_str(), episode.eta_bits);
        if !seen.insert((key.clone(), episode.question_id.as_str(), episode.repeat)) {
            return Err(ReportError::DuplicateEpisode {
                method: key.to_string(),
                question_id: episode.question_id.clone(),
                repeat: episode.repeat,
            });
        }
        let (group, clusters) = groups.entry(key.clone()).or_insert_with(|| {
            let (problems, human_faults) = (Vec::new(), BTreeMap::new());
            let group = MethodGroup { key, problems, episodes: 0, infrastructure: 0, round_limit: 0, human_faults };
            (group, BTreeMap::new())
        });
        if episode.verdict == Verdict::Infrastructure {
            group.infrastructure += 1;
            continue;
        }
        group.episodes += 1;
        group.round_limit += usize::from(episode.ending == Ending::RoundLimit);
        for fault in episode.rounds.iter().filter_map(|round| round.human.as_ref()).flat_map(|human| &human.faults) {
            *group.human_faults.entry(*fault).or_default() += 1;
        }
        let cluster = clusters.entry(&episode.question_id).or_insert_with(|| ProblemCluster {
            question_id: episode.question_id.clone(),
            episodes: 0,
            passed: 0,
            discounted: 0.0,
            shown: 0,
            accepted: 0,
            rounds: 0,
            tokens_read: 0,
            tokens_written: 0,
        });
        add_episode(cluster, episode, weights);
    }
    let finish = |(mut group, clusters): (MethodGroup, BTreeMap<&str, ProblemCluster>)| {
        group.problems = clusters.into_values().collect();
        group
    };
    Ok(groups.into_values().map(finish).collect())
}

fn add_episode(cluster: &mut ProblemCluster, episode: &EpisodeRow, weights: &DprWeights) {
    cluster.episodes += 1;
    if episode.verdict == Verdict::Pass {
        cluster.passed += 1;
        cluster.discounted += weights.discount(episode.tokens_read, episode.tokens_written);
    }
    cluster.rounds += episode.rounds.len();
    for round in episode.rounds.iter().filter(|round| is_shown(round)) {
        cluster.shown += 1;
        cluster.accepted += usize::from(round.decision == Decision::Accept);
    }
    cluster.tokens_read += episode.tokens_read;
    cluster.tokens_written += episode.tokens_written;
}

/// The metrics of one group. The intervals are 95% percentile intervals of `resamples` bootstrap resamples of problems.
pub fn summarise(group: &MethodGroup, resamples: usize, seed: Seed) -> MethodMetrics {
    let columns: Vec<Vec<Share>> =
        Metric::ALL.iter().map(|metric| group.problems.iter().map(|problem| metric.share(problem)).collect()).collect();
    let seed = seed.named("bootstrap").named(&group.key.to_string());
    let estimates = estimate(&columns, resamples, seed);
    let of = |metric: Metric| {
        let position = Metric::ALL.iter().position(|other| *other == metric);
        position.and_then(|position| estimates.get(position)).copied().unwrap_or_default()
    };
    MethodMetrics {
        key: group.key.clone(),
        pass_at_1: of(Metric::PassAt1),
        accept_ratio: of(Metric::AcceptRatio),
        accept_ratio_problem_mean: of(Metric::AcceptRatioProblemMean),
        silent_share: of(Metric::SilentShare),
        dpr: of(Metric::Dpr),
        tokens_read: of(Metric::TokensRead),
        tokens_written: of(Metric::TokensWritten),
        episodes: group.episodes,
        problems: group.problems.len(),
        infrastructure: group.infrastructure,
        round_limit: group.round_limit,
        human_faults: group.human_faults.clone(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An episode whose rounds are spelled by letters: `a` accepted, `r` rejected, `s` silent; two tokens suggested and
    /// three typed in each.
    pub(crate) fn episode(
        key: (&str, Option<f64>),
        problem: &str,
        repeat: usize,
        rounds: &str,
        verdict: Verdict,
    ) -> EpisodeRow {
        let round = |letter: char| RoundRow {
            suggestion: if letter == 's' { String::new() } else { "xy".into() },
            suggestion_tokens: if letter == 's' { 0 } else { 2 },
            suggestion_bits: if letter == 's' { vec![] } else { vec![0.1, 0.2] },
            decision: match letter {
                'a' => Decision::Accept,
                'r' => Decision::Reject,
                _ => Decision::Silent,
            },
            correct: None,
            deleted_chars: 0,
            typed: "abc".into(),
            typed_tokens: 3,
            answer: None,
            human: None,
        };
        let rounds: Vec<RoundRow> = rounds.chars().map(round).collect();
        EpisodeRow {
            method: key.0.into(),
            eta_bits: key.1,
            question_id: problem.into(),
            repeat,
            seed: 0,
            ending: Ending::Finished,
            program: String::new(),
            tokens_read: rounds.iter().map(|round| round.suggestion_tokens).sum(),
            tokens_written: rounds.iter().map(|round| round.typed_tokens).sum(),
            rounds,
            verdict,
            verdict_detail: String::new(),
        }
    }

    const KEY: (&str, Option<f64>) = ("empower", Some(0.32));

    fn metrics(episodes: &[EpisodeRow]) -> Vec<MethodMetrics> {
        let groups = partition(episodes, &DprWeights::default()).expect("valid episodes");
        groups.iter().map(|group| summarise(group, 200, Seed::new(1))).collect()
    }

    #[track_caller]
    fn close(found: Option<f64>, expected: f64) {
        // Ten digits: a handful of additions and one root.
        assert!(found.is_some_and(|found| (found - expected).abs() < 1e-10), "{found:?} is not {expected}");
    }

    #[test]
    fn three_problems_by_hand() {
        use Verdict::{Infrastructure, Pass, RuntimeError, WrongAnswer};
        let found = metrics(&[
            // p1: two repeats, one passes. Reads 4, writes 9 and reads 0, writes 3.
            episode(KEY, "p1", 0, "ars", Pass),
            episode(KEY, "p1", 1, "s", WrongAnswer),
            // p2: passes; reads 4, writes 6.
            episode(KEY, "p2", 0, "aa", Pass),
            // p3: fails; reads 2, writes 3. Its other repeat has no outcome and counts nowhere.
            episode(KEY, "p3", 0, "r", RuntimeError),
            episode(KEY, "p3", 1, "aaaa", Infrastructure),
        ]);
        let [m] = found.as_slice() else { panic!("one method") };
        assert_eq!((m.episodes, m.problems, m.infrastructure, m.round_limit), (4, 3, 1, 0));
        // Mean of 1/2, 1, 0; variance 1/4; error sqrt(1/12).
        close(m.pass_at_1.value, 0.5);
        close(m.pass_at_1.se, (1.0_f64 / 12.0).sqrt());
        // 1 of 2, 2 of 2, 0 of 1: pooled 3/5; residuals -1/5, 4/5, -3/5; sqrt(3/2 * 26/25) / 5.
        close(m.accept_ratio.value, 0.6);
        close(m.accept_ratio.se, (1.5_f64 * 26.0 / 25.0).sqrt() / 5.0);
        close(m.accept_ratio_problem_mean.value, 0.5);
        // Two silent rounds (both of p1) of seven.
        close(m.silent_share.value, 2.0 / 7.0);
        // p1: half of gamma^(0.4 + 4.5); p2: gamma^(0.4 + 3).
        let (p1, p2) = (0.5 * 0.999_f64.powf(4.9), 0.999_f64.powf(3.4));
        close(m.dpr.value, (p1 + p2) / 3.0);
        // (4 + 0 + 4 + 2) / 4 and (9 + 3 + 6 + 3) / 4.
        close(m.tokens_read.value, 2.5);
        close(m.tokens_written.value, 5.25);
    }

    #[test]
    fn the_human_alone_has_no_accept_ratio() {
        let found = metrics(&[
            episode((HUMAN_ALONE, None), "p1", 0, "ss", Verdict::Pass),
            episode((HUMAN_ALONE, None), "p2", 0, "s", Verdict::Pass),
        ]);
        assert_eq!(found[0].accept_ratio, Estimate::default());
        assert_eq!(found[0].accept_ratio_problem_mean, Estimate::default());
        close(found[0].silent_share.value, 1.0);
        // gamma^3 and gamma^1.5.
        close(found[0].dpr.value, (0.999_f64.powi(3) + 0.999_f64.powf(1.5)) / 2.0);
    }

    #[test]
    fn a_method_without_any_outcome_has_no_numbers() {
        let found = metrics(&[episode(KEY, "p1", 0, "a", Verdict::Infrastructure)]);
        assert_eq!((found[0].episodes, found[0].infrastructure), (0, 1));
        for estimate in [found[0].pass_at_1, found[0].dpr, found[0].tokens_read, found[0].silent_share] {
            assert_eq!(estimate, Estimate::default());
        }
    }

    #[test]
    fn weights_are_options() {
        let rows = [episode(KEY, "p", 0, "ar", Verdict::Pass)];
        let check = |weights: DprWeights, expected: f64| {
            let groups = partition(&rows, &weights).expect("valid");
            close(summarise(&groups[0], 10, Seed::new(1)).dpr.value, expected);
        };
        check(DprWeights { gamma: 1.0, ..DprWeights::default() }, 1.0);
        check(DprWeights { gamma: 0.5, alpha: 1.0, beta: 0.0 }, 0.0625);
        check(DprWeights { gamma: 0.5, alpha: 0.0, beta: 0.5 }, 0.125);
        for bad in [
            DprWeights { gamma: 0.0, ..DprWeights::default() },
            DprWeights { gamma: 1.1, ..DprWeights::default() },
            DprWeights { gamma: f64::NAN, ..DprWeights::default() },
            DprWeights { alpha: -1.0, ..DprWeights::default() },
            DprWeights { beta: f64::INFINITY, ..DprWeights::default() },
        ] {
            assert!(matches!(partition(&rows, &bad), Err(ReportError::BadOption { .. })), "{bad:?}");
        }
    }

    #[test]
    fn bad_episodes_are_refused() {
        let row = episode(KEY, "p", 0, "a", Verdict::Pass);
        let weights = DprWeights::default();
        assert!(matches!(partition(&[], &weights), Err(ReportError::NoEpisodes)));
        let error = partition(&[row.clone(), row.clone()], &weights).expect_err("twice");
        assert_eq!(error.to_string(), "episode twice: method empower 0.32, problem p, repeat 0");
        let nan = EpisodeRow { eta_bits: Some(f64::NAN), ..row };
        assert!(matches!(partition(&[nan], &weights), Err(ReportError::BadEta { .. })));
    }

    #[test]
    fn methods_come_in_table_order() {
        let names = ["human-alone", "mine", "base-10", "base", "sft-rand-1-30", "sft-10", "stop-nll"];
        let mut keys: Vec<MethodKey> = names.iter().map(|name| MethodKey::new(*name, None)).collect();
        keys.extend([4.0, 0.1, 1.0].map(|eta| MethodKey::new("empower", Some(eta))));
        keys.sort();
        let shown: Vec<String> = keys.iter().map(MethodKey::to_string).collect();
        let expected = [
            "empower 0.1",
            "empower 1",
            "empower 4",
            "stop-nll",
            "sft-10",
            "sft-rand-1-30",
            "base",
            "base-10",
            "mine",
            "human-alone",
        ];
        assert_eq!(shown, expected);
        let names = ["base-7", "stop-line", "sft-5", "utility-12.5", "stop-nll", "stop-utility-100", "stop-first-0.9"];
        let mut keys: Vec<MethodKey> = names.iter().map(|name| MethodKey::new(*name, None)).collect();
        keys.sort();
        let shown: Vec<&str> = keys.iter().map(|key| key.method.as_str()).collect();
        let expected =
            ["utility-12.5", "stop-nll", "stop-utility-100", "stop-first-0.9", "stop-line", "sft-5", "base-7"];
        assert_eq!(shown, expected);
        assert_eq!(MethodKey::new("stop-line", None).spoken(), "the rule stop-line");
        assert_eq!(MethodKey::new("x", Some(-0.0)), MethodKey::new("x", Some(0.0)));
        assert_eq!(MethodKey::new("sft-rand-1-30", None).spoken(), "SFT-RAND-1-30");
        assert_eq!(MethodKey::new("stop-nll", Some(0.32)).spoken(), "the stop rule at 0.32 bits");
    }

    fn any_episodes() -> impl Strategy<Value = Vec<EpisodeRow>> {
        let verdict = prop_oneof![Just(Verdict::Pass), Just(Verdict::WrongAnswer), Just(Verdict::Infrastructure)];
        let one = (0_usize..2, 0_usize..5, 0_usize..3, "[ars]{0,6}", verdict);
        prop::collection::vec(one, 1..30).prop_map(|rows| {
            let mut unique = BTreeMap::new();
            for (method, problem, repeat, rounds, verdict) in rows {
                let key = [("base", None), KEY][method];
                unique
                    .insert((method, problem, repeat), episode(key, &format!("p{problem}"), repeat, &rounds, verdict));
            }
            unique.into_values().collect()
        })
    }

    proptest! {
        /// Every value equals what the definitions of PAPER section 7 give by plain loops over the episodes.
        #[test]
        fn metrics_equal_their_definitions(rows in any_episodes()) {
            for found in metrics(&rows) {
                let mine: Vec<&EpisodeRow> = rows
                    .iter()
                    .filter(|row| row.method == found.key.method && row.verdict != Verdict::Infrastructure)
                    .collect();
                let problems: BTreeSet<&str> = mine.iter().map(|row| row.question_id.as_str()).collect();
                let mean_over_problems = |value: &dyn Fn(&EpisodeRow) -> f64| {
                    let mut total = 0.0;
                    for problem in &problems {
                        let repeats: Vec<f64> =
                            mine.iter().filter(|row| row.question_id == *problem).map(|row| value(row)).collect();
                        total += repeats.iter().sum::<f64>() / repeats.len() as f64;
                    }
                    (!problems.is_empty()).then(|| total / problems.len() as f64)
                };
                let pass = mean_over_problems(&|row| f64::from(u8::from(row.verdict == Verdict::Pass)));
                let dpr = mean_over_problems(&|row| {
                    let effort = 0.1 * row.tokens_read as f64 + 0.5 * row.tokens_written as f64;
                    if row.verdict == Verdict::Pass { (effort * 0.999_f64.ln()).exp() } else { 0.0 }
                });
                let count = |wanted: &[Decision]| {
                    let rounds = mine.iter().flat_map(|row| &row.rounds);
                    rounds.filter(|round| wanted.contains(&round.decision)).count() as f64
                };
                let (accepted, rejected, silent) =
                    (count(&[Decision::Accept]), count(&[Decision::Reject]), count(&[Decision::Silent]));
                let over = |num: f64, den: f64| (den > 0.0).then(|| num / den);
                let read = over(mine.iter().map(|row| row.tokens_read as f64).sum(), mine.len() as f64);
                for (found, expected) in [
                    (found.pass_at_1, pass),
                    (found.dpr, dpr),
                    (found.accept_ratio, over(accepted, accepted + rejected)),
                    (found.silent_share, over(silent, accepted + rejected + silent)),
                    (found.tokens_read, read),
                ] {
                    match (found.value, expected) {
                        (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-10, "{} {}", a, b),
                        (a, b) => prop_assert_eq!(a, b),
                    }
                    let numbers = [found.value, found.se, found.interval.map(|it| it[0]), found.interval.map(|it| it[1])];
                    prop_assert!(numbers.into_iter().flatten().all(f64::is_finite));
                }
            }
        }
    }
}
