//! Where does the conclusion flip? The discounted pass rate is computed anew from the rows under other weights.
//!
//! DPR is `1[passed] · gamma^(alpha · read + beta · written)`, so it depends on two numbers alone: what reading a token
//! costs, `−ln gamma · alpha`, and what writing one costs, `−ln gamma · beta`. A map over alpha and beta at one gamma is
//! therefore the whole truth: another gamma is the same map at weights multiplied by `ln gamma' / ln gamma`.
//!
//! A map has many cells, so a difference there is judged by its linearised standard error (1.96 of them), not by a
//! bootstrap; it is a map, not a test.

use std::collections::BTreeMap;

use empower_artifact::rows::{EpisodeRow, Verdict};
use serde::Serialize;

use crate::metrics::{DprWeights, HUMAN_ALONE, MethodKey};
use crate::statistics::{Share, difference_se, ratio};

/// How a difference reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Above, by at least 1.96 standard errors.
    Ahead,
    /// Below, by as much.
    Behind,
    /// Neither.
    Open,
}

/// A difference under some weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gap {
    /// Difference in DPR on the problems in common.
    pub difference: f64,
    /// Its linearised standard error over problems; `None` with fewer than two.
    pub se: Option<f64>,
}

impl Gap {
    /// By 1.96 standard errors.
    pub fn side(&self) -> Side {
        match self.se {
            // Rounding of a mean over problems is below 1e-12.
            Some(se) if self.difference > 1.96 * se + 1e-12 => Side::Ahead,
            Some(se) if self.difference < -1.96 * se - 1e-12 => Side::Behind,
            _ => Side::Open,
        }
    }
}

/// One pair of weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MapCell {
    /// Effort of reading a token.
    pub alpha: f64,
    /// Effort of writing a token.
    pub beta: f64,
    /// The method with the highest DPR; the earlier in table order among equals.
    pub best: MethodKey,
    /// Its DPR.
    pub best_dpr: f64,
    /// Whether it is ahead of every other method by 1.96 standard errors.
    pub is_clear: bool,
    /// The headline's method minus the human alone, where both are there.
    pub lead_minus_human: Option<Gap>,
}

/// Which weight is moved while the two others stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Reading.
    Alpha,
    /// Writing.
    Beta,
    /// Discount.
    Gamma,
}

/// Where the order of two methods changes as one weight moves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    /// The headline's method.
    pub lead: MethodKey,
    /// The other.
    pub other: MethodKey,
    /// The weight that moves.
    pub weight: Weight,
    /// Its lowest value looked at.
    pub from: f64,
    /// Its highest.
    pub to: f64,
    /// Sign of lead minus other at `from`: −1, 0 or 1.
    pub sign_at_from: i8,
    /// Values at which the sign changes, ascending, to three digits.
    pub at: Vec<f64>,
}

/// What other weights would say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitivity {
    /// The weights of the report.
    pub weights: DprWeights,
    /// Alphas of the map, ascending.
    pub alphas: Vec<f64>,
    /// Betas of the map, ascending.
    pub betas: Vec<f64>,
    /// Row by row: every beta for the first alpha, and so on. Gamma is that of the report.
    pub cells: Vec<MapCell>,
    /// Changes of order of the headline's method against the human alone and against the best baseline.
    pub flips: Vec<Flip>,
}

/// The map's weights: 0, and about three a decade around the paper's.
const ALPHAS: [f64; 11] = [0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
const BETAS: [f64; 11] = [0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];

/// An episode that counts: whether it passed, tokens read, tokens written.
type Outcome = (bool, usize, usize);

/// The judged episodes by method and problem.
struct Outcomes<'a>(BTreeMap<MethodKey, BTreeMap<&'a str, Vec<Outcome>>>);

impl<'a> Outcomes<'a> {
    fn of(episodes: &'a [EpisodeRow]) -> Self {
        let mut methods: BTreeMap<MethodKey, BTreeMap<&str, Vec<Outcome>>> = BTreeMap::new();
        for row in episodes.iter().filter(|row| row.verdict != Verdict::Infrastructure) {
            let problems = methods.entry(MethodKey::new(row.method.as_str(), row.eta_bits)).or_default();
            let outcome = (row.verdict == Verdict::Pass, row.tokens_read, row.tokens_written);
            problems.entry(&row.question_id).or_default().push(outcome);
        }
        Self(methods)
    }

    /// Mean DPR of each problem.
    fn values(&self, key: &MethodKey, weights: &DprWeights) -> BTreeMap<&'a str, f64> {
        let value = |outcomes: &Vec<Outcome>| {
            let of = |it: &Outcome| if it.0 { weights.discount(it.1, it.2) } else { 0.0 };
            outcomes.iter().map(of).sum::<f64>() / outcomes.len() as f64
        };
        self.0.get(key).into_iter().flatten().map(|(problem, outcomes)| (*problem, value(outcomes))).collect()
    }
}

/// On the problems in common; `None` without any.
fn gap(ours: &BTreeMap<&str, f64>, theirs: &BTreeMap<&str, f64>) -> Option<Gap> {
    let both = ours.iter().filter_map(|(problem, our)| Some((*our, *theirs.get(problem)?)));
    let (a, b): (Vec<Share>, Vec<Share>) = both.map(|(a, b)| (Share::of_mean(a), Share::of_mean(b))).unzip();
    Some(Gap { difference: ratio(&a)? - ratio(&b)?, se: difference_se(&a, &b) })
}

/// Maps and flips. `lead` is the headline's method, `best_baseline` the baseline it names. `None` without episodes.
/// Cost: 121 cells times methods times episodes.
pub fn sensitivity(
    episodes: &[EpisodeRow],
    weights: DprWeights,
    lead: Option<&MethodKey>,
    best_baseline: Option<&MethodKey>,
) -> Option<Sensitivity> {
    let outcomes = Outcomes::of(episodes);
    let human = MethodKey::new(HUMAN_ALONE, None);
    let mut cells = Vec::with_capacity(ALPHAS.len() * BETAS.len());
    for alpha in ALPHAS {
        for beta in BETAS {
            cells.push(cell(&outcomes, DprWeights { alpha, beta, ..weights }, lead, &human)?);
        }
    }
    let others = [Some(&human), best_baseline].into_iter().flatten();
    let pairs: Vec<(&MethodKey, &MethodKey)> =
        lead.into_iter().flat_map(|lead| others.clone().map(move |other| (lead, other))).collect();
    let each = |(lead, other): &(&MethodKey, &MethodKey)| {
        [Weight::Alpha, Weight::Beta, Weight::Gamma].map(|weight| flip(&outcomes, weights, weight, lead, other))
    };
    let flips = pairs.iter().flat_map(each).flatten().collect();
    Some(Sensitivity { weights, alphas: ALPHAS.to_vec(), betas: BETAS.to_vec(), cells, flips })
}

fn cell(outcomes: &Outcomes<'_>, weights: DprWeights, lead: Option<&MethodKey>, human: &MethodKey) -> Option<MapCell> {
    let values: Vec<(&MethodKey, BTreeMap<&str, f64>)> =
        outcomes.0.keys().map(|key| (key, outcomes.values(key, &weights))).collect();
    let mean = |values: &BTreeMap<&str, f64>| values.values().sum::<f64>() / values.len() as f64;
    let (best, best_values) = values.iter().reduce(|best, it| if mean(&it.1) > mean(&best.1) { it } else { best })?;
    let others = values.iter().filter(|(key, _)| key != best);
    let is_clear = others.clone().next().is_some()
        && others.clone().all(|(_, theirs)| gap(best_values, theirs).is_some_and(|gap| gap.side() == Side::Ahead));
    let of = |key: &MethodKey| values.iter().find(|(other, _)| *other == key).map(|(_, values)| values);
    let lead_minus_human = lead.and_then(of).zip(of(human)).and_then(|(ours, theirs)| gap(ours, theirs));
    Some(MapCell {
        alpha: weights.alpha,
        beta: weights.beta,
        best: (*best).clone(),
        best_dpr: mean(best_values),
        is_clear,
        lead_minus_human,
    })
}

impl Weight {
    /// The range that is looked at. Gamma is walked by its distance from 1.
    const fn range(self) -> (f64, f64) {
        match self {
            Self::Alpha => (0.001, 10.0),
            Self::Beta => (0.001, 20.0),
            Self::Gamma => (0.9, 0.999_99),
        }
    }

    /// `place` in [0, 1] to a value in the range, even steps on a logarithmic scale.
    fn value(self, place: f64) -> f64 {
        let (low, high) = self.range();
        let between = |low: f64, high: f64, place: f64| (low.ln() + place * (high.ln() - low.ln())).exp();
        match self {
            Self::Gamma => 1.0 - between(1.0 - low, 1.0 - high, place),
            _ => between(low, high, place),
        }
    }

    fn set(self, weights: DprWeights, value: f64) -> DprWeights {
        match self {
            Self::Alpha => DprWeights { alpha: value, ..weights },
            Self::Beta => DprWeights { beta: value, ..weights },
            Self::Gamma => DprWeights { gamma: value, ..weights },
        }
    }
}

/// `None` where the two have no problem in common.
fn flip(
    outcomes: &Outcomes<'_>,
    weights: DprWeights,
    weight: Weight,
    lead: &MethodKey,
    other: &MethodKey,
) -> Option<Flip> {
    let sign = |place: f64| {
        let weights = weight.set(weights, weight.value(place));
        let gap = gap(&outcomes.values(lead, &weights), &outcomes.values(other, &weights))?;
        // What rounds to nothing is no order.
        Some(if gap.difference.abs() < 1e-12 { 0 } else { gap.difference.signum() as i8 })
    };
    // chosen: 120 steps over four decades; two changes within a thirtieth of a decade would be missed together.
    const STEPS: usize = 120;
    let sign_at_from = sign(0.0)?;
    let (mut at, mut before) = (Vec::new(), (0.0, sign_at_from));
    for step in 1..=STEPS {
        let place = step as f64 / STEPS as f64;
        let here = sign(place)?;
        if here != 0 && before.1 != 0 && here != before.1 {
            at.push(rounded(weight, bisect(before.0, place, |place| sign(place).unwrap_or(here) == before.1)));
        }
        if here != 0 {
            before = (place, here);
        }
    }
    let (from, to) = weight.range();
    Some(Flip { lead: lead.clone(), other: other.clone(), weight, from, to, sign_at_from, at })
}

/// The place between `low`, where `holds` is true, and `high`, where it is not, at which that changes.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..30 {
        let middle = (low + high) / 2.0;
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Three digits of the value, or of a gamma's distance from 1.
fn rounded(weight: Weight, place: f64) -> f64 {
    let three = |value: f64| format!("{value:.2e}").parse().unwrap_or(value);
    match weight {
        Weight::Gamma => 1.0 - three(1.0 - weight.value(place)),
        _ => three(weight.value(place)),
    }
}

impl Sensitivity {
    /// Plain sentences: for each pair, what moves the order and what does not.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        let mut pairs: Vec<(&MethodKey, &MethodKey)> = Vec::new();
        for flip in &self.flips {
            if !pairs.contains(&(&flip.lead, &flip.other)) {
                pairs.push((&flip.lead, &flip.other));
            }
        }
        for (lead, other) in pairs {
            let flips: Vec<&Flip> = self.flips.iter().filter(|it| it.lead == *lead && it.other == *other).collect();
            let moves: Vec<String> = flips.iter().filter(|it| !it.at.is_empty()).map(|it| it.clause()).collect();
            let stays: Vec<String> = flips.iter().filter(|it| it.at.is_empty()).map(|it| it.no_change()).collect();
            let mut text = format!("{} against {}, each weight moved alone: ", lead.spoken(), other.spoken());
            if moves.is_empty() {
                let way = flips.first().map_or("level", |it| it.side_at_from());
                text.push_str(&format!("{way} for {}.", stays.join(", for ")));
            } else {
                text.push_str(&moves.join("; "));
                if !stays.is_empty() {
                    text.push_str(&format!("; the order does not change for {}", stays.join(", nor for ")));
                }
                text.push('.');
            }
            sentences.push(text);
        }
        sentences
    }
}

impl Flip {
    fn name(&self) -> &'static str {
        match self.weight {
            Weight::Alpha => "alpha",
            Weight::Beta => "beta",
            Weight::Gamma => "gamma",
        }
    }

    fn side_at_from(&self) -> &'static str {
        match self.sign_at_from {
            1 => "ahead",
            -1 => "behind",
            _ => "level",
        }
    }

    /// `behind below beta 0.167, ahead above`; at each further place the order turns again.
    fn clause(&self) -> String {
        let (before, after) = if self.sign_at_from < 0 { ("behind", "ahead") } else { ("ahead", "behind") };
        let places: Vec<String> = self.at.iter().map(|value| plain(*value)).collect();
        match places.as_slice() {
            [only] => format!("{before} below {} {only}, {after} above", self.name()),
            [first, rest @ ..] => {
                format!(
                    "{before} below {} {first}, {after} above, and turning again at {}",
                    self.name(),
                    rest.join(" and ")
                )
            }
            [] => String::new(),
        }
    }

    fn no_change(&self) -> String {
        format!("{} from {} to {}", self.name(), plain(self.from), plain(self.to))
    }
}

/// Without the noise of binary fractions.
fn plain(value: f64) -> String {
    let text = format!("{value:.7}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use crate::metrics::{partition, summarise};
    use empower_artifact::Seed;
    use empower_artifact::rows::Verdict::{Pass, WrongAnswer};

    const LEAD: (&str, Option<f64>) = ("empower", Some(0.32));

    /// Help reads 10 and writes 15 tokens on each of four problems, the human alone writes 21; all pass.
    fn rows() -> Vec<EpisodeRow> {
        let mut rows = Vec::new();
        for problem in ["p1", "p2", "p3", "p4"] {
            rows.push(episode(LEAD, problem, 0, "aaaaa", Pass));
            rows.push(episode((HUMAN_ALONE, None), problem, 0, "sssssss", Pass));
        }
        rows
    }

    fn found(rows: &[EpisodeRow]) -> Sensitivity {
        let lead = MethodKey::new(LEAD.0, LEAD.1);
        sensitivity(rows, DprWeights::default(), Some(&lead), None).expect("episodes")
    }

    #[test]
    fn the_order_flips_where_the_efforts_are_equal() {
        // 10 alpha = 6 beta: at alpha 0.1 it flips at beta 1/6; at beta 0.5 at alpha 0.3; gamma moves both alike.
        let found = found(&rows());
        let flip = |weight| found.flips.iter().find(|it| it.weight == weight).expect("there").clone();
        assert_eq!((flip(Weight::Beta).sign_at_from, flip(Weight::Beta).at), (-1, vec![0.167]));
        assert_eq!((flip(Weight::Alpha).sign_at_from, flip(Weight::Alpha).at), (1, vec![0.3]));
        assert_eq!((flip(Weight::Gamma).sign_at_from, flip(Weight::Gamma).at), (1, vec![]));
        let text = found.sentences().join("\n");
        assert!(text.contains("behind below beta 0.167, ahead above"), "{text}");
        assert!(text.contains("the order does not change for gamma from 0.9 to 0.99999"), "{text}");
    }

    #[test]
    fn a_map_equals_the_table_under_its_weights() {
        let mut rows = rows();
        rows.push(episode(("base", None), "p1", 0, "rr", WrongAnswer));
        rows.push(episode(("base", None), "p2", 0, "rr", Pass));
        let found = found(&rows);
        assert_eq!(found.cells.len(), found.alphas.len() * found.betas.len());
        for (i, cell) in found.cells.iter().enumerate() {
            assert_eq!((cell.alpha, cell.beta), (ALPHAS[i / BETAS.len()], BETAS[i % BETAS.len()]));
            let weights = DprWeights { alpha: cell.alpha, beta: cell.beta, ..DprWeights::default() };
            let groups = partition(&rows, &weights).expect("valid");
            let dprs = groups
                .iter()
                .map(|group| (group.key.clone(), summarise(group, 10, Seed::new(1)).dpr.value.expect("judged")));
            let best = dprs.clone().reduce(|best, it| if it.1 > best.1 + 1e-12 { it } else { best }).expect("some");
            assert_eq!(cell.best, best.0, "{} {}", cell.alpha, cell.beta);
            assert!((cell.best_dpr - best.1).abs() < 1e-12);
            let of = |name: &str| dprs.clone().find(|it| it.0.method == name).expect("there").1;
            let gap = cell.lead_minus_human.expect("both");
            assert!((gap.difference - (of("empower") - of(HUMAN_ALONE))).abs() < 1e-12);
            // All problems alike: every difference that is one is clear.
            let effort = 6.0 * cell.beta - 10.0 * cell.alpha;
            let expected = if effort.abs() < 1e-9 {
                Side::Open
            } else if effort > 0.0 {
                Side::Ahead
            } else {
                Side::Behind
            };
            assert_eq!(gap.side(), expected, "{} {}", cell.alpha, cell.beta);
        }
    }

    #[test]
    fn what_is_missing_is_not_made_up() {
        assert_eq!(sensitivity(&[], DprWeights::default(), None, None), None);
        let rows = [episode(("base", None), "p", 0, "a", Pass)];
        let lead = MethodKey::new(LEAD.0, LEAD.1);
        let found = sensitivity(&rows, DprWeights::default(), Some(&lead), None).expect("episodes");
        assert!(found.flips.is_empty() && found.sentences().is_empty());
        assert!(found.cells.iter().all(|cell| cell.lead_minus_human.is_none() && !cell.is_clear));
        let gap = Gap { difference: 0.5, se: None };
        assert_eq!(gap.side(), Side::Open);
    }
}
