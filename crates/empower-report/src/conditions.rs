//! The same methods under other conditions: another attention of the human, other tokens a round. Each setting in which
//! runs differ from the first, alone, is an axis; along it stand the numbers of every method and the differences of the
//! headline's method to the human alone and to the best baseline.

use empower_artifact::Seed;
use empower_artifact::rows::EpisodeRow;
use serde::Serialize;
use serde_json::Value;

use crate::ReportError;
use crate::headline::headline_key;
use crate::metrics::{DprWeights, HUMAN_ALONE, MethodGroup, MethodKey, MethodMetrics, Metric, partition, summarise};
use crate::paired::{Comparison, Effort, compare_two};
use crate::runs::{ATTENTION, Pool, spoken_setting, spoken_value};
use crate::table::TableRow;

/// The numbers at one value of a setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConditionPoint {
    /// The setting's value.
    pub value: Value,
    /// Runs that these numbers come from.
    pub runs: Vec<String>,
    /// The table under this condition.
    pub rows: Vec<TableRow>,
    /// The headline's method against the human alone in DPR.
    pub to_human: Option<Comparison>,
    /// The headline's method against the baseline that is best in the first condition.
    pub to_baseline: Option<Comparison>,
    /// Whether the human alone was taken over from the first condition: without suggestions there is nothing to miss.
    pub human_taken_over: bool,
}

impl ConditionPoint {
    /// A method's DPR here.
    pub fn dpr(&self, key: &MethodKey) -> Option<f64> {
        self.rows.iter().find(|row| row.key() == *key).and_then(|row| row.dpr)
    }

    /// The value as a number, where it is one.
    pub fn number(&self) -> Option<f64> {
        self.value.as_f64()
    }
}

/// A setting with the values that were played, ascending.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConditionSeries {
    /// The setting's name in the manifest.
    pub setting: String,
    /// At least two points.
    pub points: Vec<ConditionPoint>,
}

/// One series for each setting that varies alone. `pools[0]` is the first condition; `baseline` the baseline to hold
/// the headline's method against.
///
/// # Errors
/// Episodes that cannot be partitioned.
pub fn series(
    pools: &[Pool],
    weights: &DprWeights,
    eta_bits: f64,
    baseline: Option<&MethodKey>,
    effort: Effort,
    seed: Seed,
) -> Result<Vec<ConditionSeries>, ReportError> {
    let Some((first, others)) = pools.split_first() else { return Ok(Vec::new()) };
    let mut found: Vec<ConditionSeries> = Vec::new();
    for pool in others {
        let Some(setting) = first.condition.only_difference(&pool.condition) else { continue };
        let point = |pool: &Pool| point(pool, first, setting, weights, eta_bits, baseline, effort, seed);
        match found.iter_mut().find(|it| it.setting == setting) {
            Some(series) => series.points.push(point(pool)?),
            None => {
                let points = vec![point(first)?, point(pool)?];
                found.push(ConditionSeries { setting: setting.to_owned(), points });
            }
        }
    }
    for series in &mut found {
        let order = |it: &ConditionPoint| it.number().unwrap_or(f64::INFINITY);
        series
            .points
            .sort_by(|a, b| order(a).total_cmp(&order(b)).then_with(|| a.value.to_string().cmp(&b.value.to_string())));
    }
    Ok(found)
}

#[expect(clippy::too_many_arguments, reason = "one call site, and a struct would only name them again")]
fn point(
    pool: &Pool,
    first: &Pool,
    setting: &str,
    weights: &DprWeights,
    eta_bits: f64,
    baseline: Option<&MethodKey>,
    effort: Effort,
    seed: Seed,
) -> Result<ConditionPoint, ReportError> {
    let is_human = |row: &&EpisodeRow| row.method == HUMAN_ALONE;
    let human_taken_over = setting == ATTENTION && !pool.episodes.iter().any(|row| row.method == HUMAN_ALONE);
    let mut episodes = pool.episodes.clone();
    if human_taken_over {
        episodes.extend(first.episodes.iter().filter(is_human).cloned());
    }
    let groups = partition(&episodes, weights)?;
    let value = pool.condition.0.get(setting).cloned().unwrap_or(Value::Null);
    let seed = seed.named("condition").named(setting).named(&value.to_string());
    let metrics: Vec<MethodMetrics> = groups.iter().map(|group| summarise(group, effort.resamples, seed)).collect();
    let judged = |key: &MethodKey| groups.iter().find(|group| group.key == *key && group.episodes > 0);
    let lead = headline_key(&groups, eta_bits).and_then(judged);
    let against = |theirs: Option<&MethodGroup>| {
        lead.zip(theirs).map(|(ours, theirs)| compare_two(Metric::Dpr, ours, theirs, effort, seed))
    };
    Ok(ConditionPoint {
        value,
        runs: pool.runs.clone(),
        to_human: against(judged(&MethodKey::new(HUMAN_ALONE, None))),
        to_baseline: against(baseline.and_then(judged)),
        human_taken_over: human_taken_over && first.episodes.iter().any(|row| row.method == HUMAN_ALONE),
        rows: metrics.iter().map(TableRow::from).collect(),
    })
}

impl ConditionSeries {
    /// The setting's name for people.
    pub fn spoken(&self) -> String {
        spoken_setting(&self.setting)
    }

    /// Plain sentences: where the order of the headline's method and each comparison changes, and which method has the
    /// highest DPR at each value.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        for pick in [|it: &ConditionPoint| it.to_human.clone(), |it: &ConditionPoint| it.to_baseline.clone()] {
            let found: Vec<(String, Comparison)> =
                self.points.iter().filter_map(|it| Some((spoken_value(&it.value), pick(it)?))).collect();
            sentences.extend(self.order_sentence(&found));
        }
        let best = self.points.iter().filter_map(|it| {
            let judged = it.rows.iter().filter(|row| row.dpr.is_some());
            let best = judged.reduce(|best, row| if row.dpr > best.dpr { row } else { best })?;
            Some(format!("{} at {}", best.key().spoken(), spoken_value(&it.value)))
        });
        let best: Vec<String> = best.collect();
        sentences.push(format!("Highest DPR by {}: {}.", self.spoken(), best.join("; ")));
        sentences.extend(self.threshold_sentences());
        sentences
    }

    /// For each method with several thresholds, the one with the highest DPR at each value.
    fn threshold_sentences(&self) -> Vec<String> {
        let mut methods: Vec<&str> = Vec::new();
        for row in self.points.iter().flat_map(|it| &it.rows).filter(|row| row.eta_bits.is_some()) {
            if !methods.contains(&row.method.as_str()) {
                methods.push(&row.method);
            }
        }
        let sentence = |method: &str| {
            let best = self.points.iter().filter_map(|it| {
                let mine = it.rows.iter().filter(|row| row.method == method && row.dpr.is_some());
                let n_etas = mine.clone().count();
                let best = mine.reduce(|best, row| if row.dpr > best.dpr { row } else { best })?;
                (n_etas > 1).then(|| format!("{} at {}", best.eta_bits.unwrap_or_default(), spoken_value(&it.value)))
            });
            let best: Vec<String> = best.collect();
            let name = MethodKey::new(method, None).spoken();
            (best.len() > 1).then(|| format!("Best eta of {name}, in bits, by {}: {}.", self.spoken(), best.join("; ")))
        };
        methods.into_iter().filter_map(sentence).collect()
    }

    fn order_sentence(&self, found: &[(String, Comparison)]) -> Option<String> {
        let sign = |it: &Comparison| it.difference.value.map(|value| value > 0.0);
        let (first, last) = (found.first()?, found.last()?);
        if found.len() < 2 {
            return None;
        }
        let theirs = MethodKey::new(first.1.baseline.as_str(), first.1.baseline_eta_bits).spoken();
        let names = format!("{} against {theirs}", first.1.key().spoken());
        let changes: Vec<String> = found
            .windows(2)
            .filter(|pair| sign(&pair[0].1) != sign(&pair[1].1))
            .map(|pair| format!("between {} and {}", pair[0].0, pair[1].0))
            .collect();
        let clear = found.iter().filter(|(_, it)| {
            it.p.is_some_and(|p| p < 0.05) && it.difference.interval.is_some_and(|it| it[0] > 0.0 || it[1] < 0.0)
        });
        let clear: Vec<&str> = clear.map(|(value, _)| value.as_str()).collect();
        let setting = self.spoken();
        let order = if changes.is_empty() {
            let way = if sign(&first.1) == Some(true) { "ahead" } else { "not ahead" };
            format!("{way} at every {setting} played ({} to {})", first.0, last.0)
        } else {
            format!("the order changes with {setting} {}", changes.join(" and "))
        };
        let told = match clear.as_slice() {
            [] => "no single difference is clear of chance".to_owned(),
            values => format!("clear of chance at {}", values.join(", ")),
        };
        Some(format!("{names}: {order}; {told}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use crate::runs::Condition;
    use empower_artifact::rows::Verdict::{self, Pass, WrongAnswer};
    use serde_json::json;
    use std::collections::BTreeMap;

    fn pool(attention: f64, ours: Verdict, with_human: bool) -> Pool {
        let mut episodes = Vec::new();
        for i in 0..12 {
            episodes.push(episode(("empower", Some(0.32)), &format!("p{i}"), 0, "aa", ours));
            if with_human {
                episodes.push(episode((HUMAN_ALONE, None), &format!("p{i}"), 0, "sssss", Pass));
            }
        }
        let condition =
            BTreeMap::from([("attention".to_owned(), json!(attention)), ("editing".to_owned(), json!("x"))]);
        Pool { condition: Condition(condition), runs: vec![format!("at-{attention}")], episodes }
    }

    fn found(pools: &[Pool]) -> Vec<ConditionSeries> {
        let effort = Effort { resamples: 100, permutations: 100 };
        series(pools, &DprWeights::default(), 0.32, None, effort, Seed::new(1)).expect("valid")
    }

    #[test]
    fn the_flip_is_found_and_said() {
        let pools = [pool(0.9, Pass, true), pool(0.1, WrongAnswer, false), pool(0.5, WrongAnswer, false)];
        let found = found(&pools);
        let [attention] = found.as_slice() else { panic!("one axis") };
        let values: Vec<Option<f64>> = attention.points.iter().map(ConditionPoint::number).collect();
        assert_eq!(values, [Some(0.1), Some(0.5), Some(0.9)]);
        assert_eq!(attention.points.iter().map(|it| it.human_taken_over).collect::<Vec<_>>(), [true, true, false]);
        let text = attention.sentences().join("\n");
        assert!(
            text.contains("the order changes with attention between 0.5 and 0.9; clear of chance at 0.1, 0.5, 0.9")
        );
        assert!(text.contains("the human alone at 0.1; the human alone at 0.5; Empower at 0.32 bits at 0.9"), "{text}");
    }

    #[test]
    fn one_condition_is_no_axis_and_two_changes_are_none_either() {
        assert!(found(&[pool(0.9, Pass, true)]).is_empty());
        let mut far = pool(0.5, Pass, true);
        far.condition.0.insert("editing".into(), json!("y"));
        assert!(found(&[pool(0.9, Pass, true), far]).is_empty());
    }
}
