//! Several run folders as one body of data: which episodes were played under the same conditions and may be pooled,
//! which are further draws of the same thing under another seed, and which belong to another condition (another
//! attention, other rounds) and are only compared with the first.
//!
//! Conditions are read from the manifest's settings, under whatever names they have there; nothing is guessed from the
//! numbers.

use std::collections::{BTreeMap, BTreeSet};

use empower_artifact::Manifest;
use empower_artifact::rows::EpisodeRow;
use serde::Serialize;
use serde_json::Value;

use crate::ReportError;
use crate::metrics::{HUMAN_ALONE, MethodKey};

/// The episodes of one run folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What to call it: usually the folder's name.
    pub name: String,
    /// What the folder says of itself.
    pub manifest: Option<Manifest>,
    /// Its rows.
    pub episodes: Vec<EpisodeRow>,
}

/// What the human was like and what limits held: every setting of `human` and `limits` in a manifest, by name.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct Condition(pub BTreeMap<String, Value>);

/// The setting that does not touch the human alone: there is no suggestion to miss.
pub(crate) const ATTENTION: &str = "attention";

impl Condition {
    /// The condition of a run; without settings that are known, an empty one.
    pub fn of(manifest: Option<&Manifest>) -> Self {
        let settings = manifest.map(|manifest| &manifest.settings);
        // `simulate` has them at the top, `demo` under `simulation`.
        let places = settings.into_iter().flat_map(|settings| [Some(settings), settings.get("simulation")]).flatten();
        let mut found = BTreeMap::new();
        for place in places {
            for part in ["human", "limits"] {
                let fields = place.get(part).and_then(Value::as_object).into_iter().flatten();
                found.extend(fields.map(|(name, value)| (name.clone(), value.clone())));
            }
        }
        Self(found)
    }

    /// The one setting in which two conditions differ; `None` where they are alike or differ in several.
    pub fn only_difference(&self, other: &Self) -> Option<&str> {
        let names: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let mut differing = names.into_iter().filter(|name| self.0.get(*name) != other.0.get(*name));
        match (differing.next(), differing.next()) {
            (Some(name), None) => self.0.get_key_value(name).map(|(name, _)| name.as_str()),
            _ => None,
        }
    }

    /// For people: `attention 0.9, max rounds 50`.
    pub fn spoken(&self) -> String {
        let part = |(name, value): (&String, &Value)| format!("{} {}", spoken_setting(name), spoken_value(value));
        self.0.iter().map(part).collect::<Vec<_>>().join(", ")
    }
}

/// A setting's name for people.
pub(crate) fn spoken_setting(name: &str) -> String {
    name.replace('_', " ")
}

/// A setting's value for people.
pub(crate) fn spoken_value(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.replace('_', " "))
}

/// Settings and inputs in which two manifests of one command differ, as dotted paths; seeds, the assistant (which each
/// row names) and what [`Condition`] covers are left out. Empty for manifests of different commands.
pub(crate) fn other_differences(a: &Manifest, b: &Manifest) -> Vec<String> {
    let mut found = Vec::new();
    if a.command == b.command {
        differing("", &a.settings, &b.settings, &mut found);
        let names: BTreeSet<&String> = a.inputs.keys().chain(b.inputs.keys()).collect();
        // A model belongs to its assistant.
        let names = names.into_iter().filter(|name| *name != "model" && a.inputs.get(*name) != b.inputs.get(*name));
        found.extend(names.map(|name| format!("the input {name}")));
    }
    found
}

fn differing(path: &str, a: &Value, b: &Value, found: &mut Vec<String>) {
    if let (Value::Object(a), Value::Object(b)) = (a, b) {
        let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for name in names {
            if ["seed", "assistant", "human", "limits", "contestants", "batch"].contains(&name.as_str()) {
                continue;
            }
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let of = |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or(Value::Null);
            differing(&path, &of(a), &of(b), found);
        }
    } else if a != b {
        found.push(path.to_owned());
    }
}

/// Episodes of one condition, pooled over runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// The condition.
    pub condition: Condition,
    /// The runs, in the order they were named.
    pub runs: Vec<String>,
    /// The rows. Where runs played the same thing under other seeds, the later runs' repeats are numbered on, so that
    /// they count as further repeats.
    pub episodes: Vec<EpisodeRow>,
}

/// Pools runs by condition; the first pool is that of the first run with an assistant.
///
/// Runs of one condition that hold the same method, problem and repeat under different seeds are further repeats. The
/// human alone does not depend on the rest of a run: where two different runs hold the very same episodes of it, they
/// count once.
///
/// # Errors
/// No runs, and the same episode twice.
pub fn pool(runs: Vec<Run>) -> Result<Vec<Pool>, ReportError> {
    if runs.is_empty() {
        return Err(ReportError::NoEpisodes);
    }
    let mut pools: Vec<(Pool, Vec<Option<Manifest>>)> = Vec::new();
    for run in runs {
        let condition = Condition::of(run.manifest.as_ref());
        match pools.iter_mut().find(|(pool, _)| pool.condition == condition) {
            Some((pool, manifests)) => {
                let is_named_twice = run.manifest.is_some() && manifests.contains(&run.manifest);
                merge(&mut pool.episodes, run.episodes, is_named_twice)?;
                pool.runs.push(run.name);
                manifests.push(run.manifest);
            }
            None => {
                let pool = Pool { condition, runs: vec![run.name], episodes: run.episodes };
                pools.push((pool, vec![run.manifest]));
            }
        }
    }
    Ok(absorb_humans(pools.into_iter().map(|(pool, _)| pool).collect()))
}

/// Pools of the human alone that differ from the first other pool in attention alone become part of it, where it has no
/// human alone of its own: there was no suggestion to miss.
fn absorb_humans(mut pools: Vec<Pool>) -> Vec<Pool> {
    let is_human = |row: &EpisodeRow| row.method == HUMAN_ALONE;
    let is_lone = |pool: &Pool| pool.episodes.iter().all(is_human);
    let Some(main) = pools.iter().position(|pool| !is_lone(pool)) else { return pools };
    let mut main = pools.remove(main);
    let fits = |pool: &Pool| is_lone(pool) && pool.condition.only_difference(&main.condition) == Some(ATTENTION);
    if !main.episodes.iter().any(is_human)
        && let Some(lone) = pools.iter().position(fits)
    {
        let lone = pools.remove(lone);
        main.runs.extend(lone.runs);
        main.episodes.extend(lone.episodes);
    }
    pools.insert(0, main);
    pools
}

fn merge(into: &mut Vec<EpisodeRow>, more: Vec<EpisodeRow>, is_named_twice: bool) -> Result<(), ReportError> {
    type Place = (MethodKey, String);
    // What is there: by method and problem, the repeats with their seeds; and the next free repeat of each method.
    let mut there: BTreeMap<Place, Vec<(usize, u64)>> = BTreeMap::new();
    let mut free: BTreeMap<MethodKey, usize> = BTreeMap::new();
    for row in into.iter() {
        let key = MethodKey::new(row.method.as_str(), row.eta_bits);
        there.entry((key.clone(), row.question_id.clone())).or_default().push((row.repeat, row.seed));
        let next = free.entry(key).or_default();
        *next = (*next).max(row.repeat + 1);
    }
    let mut kept = Vec::new();
    let mut collides = BTreeSet::new();
    for row in more {
        let key = MethodKey::new(row.method.as_str(), row.eta_bits);
        let known = there.get(&(key.clone(), row.question_id.clone()));
        if let Some(known) = known {
            if known.iter().any(|(_, seed)| *seed == row.seed) {
                if row.method == HUMAN_ALONE && !is_named_twice {
                    continue;
                }
                return Err(ReportError::DuplicateEpisode {
                    method: key.to_string(),
                    question_id: row.question_id,
                    repeat: row.repeat,
                });
            }
            if known.iter().any(|(repeat, _)| *repeat == row.repeat) {
                collides.insert(key.clone());
            }
        }
        kept.push((key, row));
    }
    into.extend(kept.into_iter().map(|(key, mut row)| {
        if collides.contains(&key) {
            row.repeat += free.get(&key).copied().unwrap_or_default();
        }
        row
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use empower_artifact::Seed;
    use empower_artifact::rows::Verdict::Pass;
    use serde_json::json;

    fn run(name: &str, settings: Value, methods: &[&str], seed: u64) -> Run {
        let rows = methods.iter().flat_map(|method| {
            ["p1", "p2"].map(|problem| EpisodeRow { seed, ..episode((method, None), problem, 0, "a", Pass) })
        });
        let manifest = Manifest::new("simulate", settings).seed("run", Seed::new(seed));
        Run { name: name.into(), manifest: Some(manifest), episodes: rows.collect() }
    }

    fn human(attention: f64) -> Value {
        json!({"human": {"attention": attention, "editing": "append_only"}, "limits": {"max_rounds": 50}})
    }

    #[test]
    fn another_seed_is_a_further_repeat() {
        let runs = vec![run("a", human(0.9), &["base"], 1), run("b", human(0.9), &["base", "mine"], 2)];
        let pools = pool(runs).expect("pooled");
        let [only] = pools.as_slice() else { panic!("one condition") };
        let repeats: Vec<(&str, usize)> = only.episodes.iter().map(|it| (it.method.as_str(), it.repeat)).collect();
        assert_eq!(repeats, [("base", 0), ("base", 0), ("base", 1), ("base", 1), ("mine", 0), ("mine", 0)]);
        assert_eq!(only.runs, ["a", "b"]);
    }

    #[test]
    fn runs_that_differ_otherwise_are_named() {
        let manifest = |rate: f64, seed: u64, data: &str| {
            let settings =
                json!({"training": {"rate": rate, "seed": seed}, "human": {"attention": rate}, "problems": 4});
            let hash = empower_artifact::ContentHash::of_bytes(data.as_bytes());
            Manifest::new("demo", settings).input("problems", hash).input("model", hash)
        };
        let first = manifest(0.1, 1, "x");
        assert!(other_differences(&first, &manifest(0.1, 2, "x")).is_empty());
        assert_eq!(other_differences(&first, &manifest(0.2, 2, "y")), ["training.rate", "the input problems"]);
        let other = Manifest { command: "simulate".into(), ..manifest(0.2, 1, "y") };
        assert!(other_differences(&first, &other).is_empty());
    }

    #[test]
    fn another_condition_stands_apart() {
        let demo = json!({"simulation": {"human": {"attention": 0.5, "editing": "append_only"}, "limits": {"max_rounds": 50}}});
        let runs = vec![run("a", human(0.9), &["base"], 1), run("b", demo, &["base"], 1)];
        let pools = pool(runs).expect("pooled");
        assert_eq!(pools.len(), 2);
        assert_eq!(pools[0].condition.only_difference(&pools[1].condition), Some("attention"));
        assert_eq!(pools[1].condition.spoken(), "attention 0.5, editing append only, max rounds 50");
        let far = Condition(BTreeMap::from([("attention".into(), json!(1)), ("editing".into(), json!("x"))]));
        assert_eq!(pools[0].condition.only_difference(&far), None);
    }

    #[test]
    fn the_human_alone_goes_with_every_attention() {
        let runs = vec![run("h", human(0.9), &[HUMAN_ALONE], 1), run("a", human(0.5), &["base"], 1)];
        let pools = pool(runs).expect("pooled");
        assert_eq!((pools.len(), pools[0].episodes.len()), (1, 4));
        assert_eq!(pools[0].condition.0["attention"], 0.5);
        // Other rounds are another human.
        let other = json!({"human": {"attention": 0.5, "editing": "append_only"}, "limits": {"max_rounds": 9}});
        let runs = vec![run("h", human(0.9), &[HUMAN_ALONE], 1), run("a", other, &["base"], 1)];
        assert_eq!(pool(runs).expect("pooled").len(), 2);
    }

    #[test]
    fn the_same_twice_is_refused_but_for_a_shared_human() {
        let same = || run("a", human(0.9), &["base"], 1);
        assert!(matches!(pool(vec![same(), same()]), Err(ReportError::DuplicateEpisode { .. })));
        let first = run("a", human(0.9), &["base", HUMAN_ALONE], 1);
        let mut second = run("b", human(0.9), &["mine", HUMAN_ALONE], 1);
        // Two different folders, though of one second: one was made by another command.
        if let Some(manifest) = &mut second.manifest {
            manifest.command = "demo".into();
        }
        let apart = pool(vec![first.clone(), second]).expect("pooled");
        assert_eq!(apart[0].episodes.iter().filter(|it| it.method == HUMAN_ALONE).count(), 2);
        assert_eq!(apart[0].episodes.len(), 6);
        assert!(matches!(pool(vec![first.clone(), first]), Err(ReportError::DuplicateEpisode { .. })));
        assert!(matches!(pool(vec![]), Err(ReportError::NoEpisodes)));
    }

    #[test]
    fn shards_of_one_run_keep_their_repeats() {
        let mut runs = vec![run("a", human(0.9), &["base"], 1), run("b", human(0.9), &["base"], 1)];
        runs[1].episodes.iter_mut().for_each(|row| row.question_id.push('x'));
        let pools = pool(runs).expect("pooled");
        assert!(pools[0].episodes.iter().all(|it| it.repeat == 0) && pools[0].episodes.len() == 4);
    }
}
