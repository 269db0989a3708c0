//! From an experiment to its stages: the matrix is expanded, and each stage gets a key.
//!
//! A key is the hash of a stage's kind, its settings and the keys of its inputs; where a stage reads a file or a model,
//! what that holds is among its settings ([`Roots`]). Two places of the matrix that come to the same key are one stage.
//! Stages stand in an order in which every input comes before what needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use empower_artifact::{ContentHash, Seed};
use empower_data::States;
use empower_lm::Bits;
use empower_select::{Estimator, Method, SelectError, StopRule, Utility};
use empower_sim::SuggestionSampling;
use serde_json::{Value, json};

use crate::contestant::label;
use crate::file::{Assistants, Experiment, HumanSpec};
use crate::values::MethodName;
use crate::{Contestant, ExperimentError, Recipe};

/// Raised when a stage of the same settings would do something else; it is part of every key.
const SCHEMA: u32 = 1;

/// What the files and models that an experiment names hold, entry by entry, as the caller identifies them: hashes, and
/// settings resolved on this machine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Roots {
    /// One for each of [`Experiment::models`].
    pub models: Vec<Value>,
    /// One for each of [`Experiment::documents`].
    pub documents: Vec<Value>,
    /// One for each of [`Experiment::training`].
    pub training: Vec<Value>,
    /// One for each of [`Experiment::humans`]; null for those that read nothing.
    pub humans: Vec<Value>,
    /// One for each of [`Experiment::problems`], the number of problems taken included.
    pub problems: Vec<Value>,
    /// What gives verdicts.
    pub judge: Value,
}

/// What a stage does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Gathers or makes documents.
    Documents,
    /// Says what every token of every document costs.
    Score,
    /// Chooses examples: arithmetic.
    Select,
    /// Fine-tunes.
    Train,
    /// Plays episodes and judges them.
    Play,
    /// Writes the pages of a condition.
    Site,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Documents => "documents",
            Self::Score => "score",
            Self::Select => "select",
            Self::Train => "train",
            Self::Play => "play",
            Self::Site => "report",
        })
    }
}

/// What a stage works on. Numbers are positions in the experiment's lists.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// See [`Kind::Documents`].
    Documents {
        /// Which.
        documents: usize,
    },
    /// See [`Kind::Score`].
    Score {
        /// Under which model.
        model: usize,
        /// What a token's cost is estimated from.
        estimator: Estimator,
    },
    /// See [`Kind::Select`].
    Select {
        /// How.
        recipe: Recipe,
        /// The experiment's seed.
        seed: u64,
    },
    /// See [`Kind::Train`].
    Train {
        /// What is trained.
        model: usize,
        /// How.
        training: usize,
        /// The experiment's seed.
        seed: u64,
    },
    /// See [`Kind::Play`].
    Play {
        /// The base model.
        model: usize,
        /// The human.
        human: usize,
        /// The problem set.
        problems: usize,
        /// The experiment's seed.
        seed: u64,
        /// Who suggests.
        contestant: Contestant,
        /// The method's name in the rows.
        method: String,
        /// How its tokens are chosen.
        sampling: SuggestionSampling,
        /// Tokens of a suggestion, at most.
        max_suggestion_tokens: usize,
    },
    /// See [`Kind::Site`].
    Site {
        /// Position in [`Graph::conditions`].
        condition: usize,
    },
}

/// A stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// What it does.
    pub kind: Kind,
    /// For people: what tells it from others of its kind.
    pub label: String,
    /// What it is.
    pub key: ContentHash,
    /// Positions in [`Graph::stages`], all before its own.
    pub inputs: Vec<usize>,
    /// What it works on.
    pub work: Work,
    /// What its key was made from, for the manifest.
    pub settings: Value,
}

impl Stage {
    /// The name of its folder: kind, label and the beginning of its key.
    pub fn folder(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        // chosen: a label is for people, and some systems allow 255 bytes.
        let label: String = self.label.chars().map(plain).take(100).collect();
        format!("{}-{label}-{}", self.kind, self.key.short())
    }
}

/// A model, a human and a problem set: what a table is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The names of what varies over the experiment, or `results`: also its folder's name.
    pub name: String,
    /// Position in the experiment's list.
    pub model: usize,
    /// Position in the experiment's list.
    pub human: usize,
    /// Position in the experiment's list.
    pub problems: usize,
    /// Stages that play, with the name that its tables give the method: it says what varies beside method and threshold.
    pub plays: Vec<(usize, String)>,
}

/// The stages of an experiment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// In an order in which inputs come first.
    pub stages: Vec<Stage>,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

/// A play of the matrix, with the axes beside method and threshold that its name may have to say.
struct Placed {
    play: usize,
    condition: usize,
    method: String,
    eta: Option<Bits>,
    seed: u64,
    axes: Vec<(&'static str, String)>,
}

impl Graph {
    /// Expands the matrix. `file` is for messages.
    ///
    /// # Errors
    /// Nothing to play, and two plays that a table could not tell apart.
    pub fn of(experiment: &Experiment, roots: &Roots, file: &str) -> Result<Self, ExperimentError> {
        let whole = |problem: String, hint: &str| ExperimentError::Whole {
            file: file.to_owned(),
            problem,
            hint: hint.to_owned(),
        };
        let mut builder =
            Builder { experiment, roots, graph: Self::default(), by_key: BTreeMap::new(), placed: Vec::new() };
        for row in &experiment.assistants {
            for &model in &row.models {
                builder.row(row, model).map_err(|error| whole(error.to_string(), "correct the method's name"))?;
            }
        }
        let Builder { graph, placed, .. } = builder;
        let graph = graph.named(placed, experiment).map_err(|(name, condition)| {
            whole(
                format!("`{name}` stands twice in the condition {condition}, with other settings"),
                "give one of the two rows other methods",
            )
        })?;
        if graph.conditions.is_empty() {
            return Err(whole("nothing is compared".to_owned(), "add a row of assistants"));
        }
        Ok(graph.with_sites(experiment, roots).in_order())
    }

    /// Names each play by what varies, and puts it into its condition.
    fn named(mut self, placed: Vec<Placed>, experiment: &Experiment) -> Result<Self, (String, String)> {
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (axis, value) in placed.iter().flat_map(|it| &it.axes) {
            values.entry(axis).or_default().insert(value);
        }
        let varies = |axis: &str| values.get(axis).is_some_and(|values| values.len() > 1);
        let mut seen: BTreeMap<(usize, String, u64), usize> = BTreeMap::new();
        for it in &placed {
            let mut name = it.method.clone();
            for (axis, value) in it.axes.iter().filter(|(axis, _)| varies(axis)) {
                name.push('-');
                if *axis == "states" || *axis == "max" {
                    name.push_str(&format!("{axis}-"));
                }
                name.push_str(value);
            }
            let condition = &mut self.conditions[it.condition];
            match seen.insert((it.condition, label(&name, it.eta), it.seed), it.play) {
                Some(play) if play != it.play => return Err((label(&name, it.eta), condition.name.clone())),
                Some(_) => {}
                None => condition.plays.push((it.play, name)),
            }
        }
        self.conditions.retain(|condition| !condition.plays.is_empty());
        debug_assert!(self.conditions.iter().all(|it| it.model < experiment.models.len()));
        Ok(self)
    }

    fn with_sites(mut self, experiment: &Experiment, roots: &Roots) -> Self {
        for i in 0..self.conditions.len() {
            let condition = &self.conditions[i];
            let inputs: Vec<usize> = condition.plays.iter().map(|(play, _)| *play).collect();
            let names: Vec<&String> = condition.plays.iter().map(|(_, name)| name).collect();
            let settings = json!({
                "title": experiment.title, "condition": condition.name, "methods": names, "dpr": experiment.dpr,
                "judge": roots.judge,
            });
            let (label, work) = (condition.name.clone(), Work::Site { condition: i });
            let stage = stage(Kind::Site, label, settings, inputs, work, &self.stages);
            self.stages.push(stage);
        }
        self
    }

    /// Sorts stages by kind, which puts inputs first, and renumbers.
    fn in_order(self) -> Self {
        let mut order: Vec<usize> = (0..self.stages.len()).collect();
        order.sort_by_key(|&i| self.stages[i].kind);
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| place[old] = new);
        let mut stages: Vec<Option<Stage>> = self.stages.into_iter().map(Some).collect();
        let moved = order.iter().filter_map(|&old| stages[old].take());
        let stages = moved
            .map(|stage| Stage { inputs: stage.inputs.iter().map(|&input| place[input]).collect(), ..stage })
            .collect();
        let mut conditions = self.conditions;
        for condition in &mut conditions {
            condition.plays.iter_mut().for_each(|(play, _)| *play = place[*play]);
        }
        Self { stages, conditions }
    }

    /// The stages that need `stage`, directly or not.
    pub fn dependents(&self, stage: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for (i, it) in self.stages.iter().enumerate() {
            if it.inputs.iter().any(|input| *input == stage || found.contains(input)) {
                found.insert(i);
            }
        }
        found
    }
}

fn stage(kind: Kind, label: String, settings: Value, inputs: Vec<usize>, work: Work, stages: &[Stage]) -> Stage {
    let keys: Vec<String> = inputs.iter().map(|&input| stages[input].key.to_string()).collect();
    let settings = match settings {
        Value::Object(mut fields) => {
            fields.insert("inputs".to_owned(), json!(keys));
            Value::Object(fields)
        }
        other => other,
    };
    let identity = json!({ "schema": SCHEMA, "kind": kind.to_string(), "settings": settings });
    Stage { kind, label, key: ContentHash::of_bytes(identity.to_string()), inputs, work, settings }
}

struct Builder<'a> {
    experiment: &'a Experiment,
    roots: &'a Roots,
    graph: Graph,
    by_key: BTreeMap<ContentHash, usize>,
    placed: Vec<Placed>,
}

impl Builder<'_> {
    fn add(&mut self, kind: Kind, label: String, settings: Value, inputs: Vec<usize>, work: Work) -> usize {
        let stage = stage(kind, label, settings, inputs, work, &self.graph.stages);
        let next = self.graph.stages.len();
        let index = *self.by_key.entry(stage.key).or_insert(next);
        if index == next {
            self.graph.stages.push(stage);
        }
        index
    }

    fn row(&mut self, row: &Assistants, model: usize) -> Result<(), SelectError> {
        let experiment = self.experiment;
        // The trained in all ways, the others once.
        let one = [0];
        for method in &row.methods {
            let etas: Vec<Option<Bits>> =
                if method.takes_eta() { row.eta.iter().copied().map(Some).collect() } else { vec![None] };
            let nll = [Estimator::Nll];
            let estimators: &[Estimator] = if method.needs_costs() { &row.estimators } else { &nll };
            let all = [States::All];
            let states: &[States] = if method.is_tuned() { &row.states } else { &all };
            let documents: &[usize] = if method.is_tuned() { &row.documents } else { &one };
            let trainings: &[usize] = if method.is_tuned() { &row.training } else { &one };
            for &eta in &etas {
                for &estimator in estimators {
                    for &states in states {
                        for &documents in documents {
                            for &training in trainings {
                                for &seed in &experiment.seeds {
                                    let place = Place { model, documents, training, seed, estimator, states };
                                    self.plays(row, method, eta, place)?;
                                }
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// One assistant with every human and problem set.
    fn plays(
        &mut self,
        row: &Assistants,
        method: &MethodName,
        eta: Option<Bits>,
        place: Place,
    ) -> Result<(), SelectError> {
        let experiment = self.experiment;
        for (human_idx, human) in experiment.humans.iter().enumerate() {
            let gamma = experiment.dpr[0];
            let (contestant, name) = resolve(method, eta, &human.spec, gamma, place.estimator, place.states)?;
            let (input, mut axes) = match contestant {
                Contestant::Tuned(recipe) => (Some(self.trained(recipe, place)), self.axes_of_training(recipe, place)),
                _ => (None, Vec::new()),
            };
            if contestant != Contestant::HumanAlone {
                axes.push(("sampling", spoken_sampling(row.sampling)));
                axes.push(("max", row.max_suggestion_tokens.to_string()));
            }
            for problems in 0..experiment.problems.len() {
                let condition = self.condition(place.model, human_idx, problems);
                let model = &experiment.models[place.model];
                let (human_record, limits) = match &human.spec {
                    HumanSpec::Replay(replay) => (json!(replay), json!(human.limits)),
                    HumanSpec::Lm(lm) => {
                        (json!({ "lm": lm, "root": self.roots.humans[human_idx] }), json!(human.limits))
                    }
                };
                let settings = json!({
                    "assistant": {
                        "method": name, "eta_bits": contestant.eta().map(|eta| eta.0), "end": contestant.record(),
                        "sampling": row.sampling, "max_suggestion_tokens": row.max_suggestion_tokens,
                        "protocol": model.protocol,
                    },
                    "model": self.roots.models[place.model],
                    "human": human_record, "limits": limits,
                    "problems": self.roots.problems[problems],
                    "repeats": experiment.repeats, "seed": place.seed, "judge": self.roots.judge,
                });
                let mut said = label(&name, contestant.eta());
                axes.iter()
                    .take(axes.len().saturating_sub(2))
                    .for_each(|(_, value)| said.push_str(&format!("-{value}")));
                let conditions = &self.graph.conditions[condition].name;
                let text = format!("{conditions}-{said}-s{}", place.seed);
                let work = Work::Play {
                    model: place.model,
                    human: human_idx,
                    problems,
                    seed: place.seed,
                    contestant,
                    method: name.clone(),
                    sampling: row.sampling,
                    max_suggestion_tokens: row.max_suggestion_tokens,
                };
                let play = self.add(Kind::Play, text, settings, input.into_iter().collect(), work);
                self.placed.push(Placed {
                    play,
                    condition,
                    method: name.clone(),
                    eta: contestant.eta(),
                    seed: place.seed,
                    axes: axes.clone(),
                });
            }
        }
        Ok(())
    }

    fn axes_of_training(&self, recipe: Recipe, place: Place) -> Vec<(&'static str, String)> {
        vec![
            ("states", recipe.states.to_string()),
            ("documents", self.experiment.documents[place.documents].name.clone()),
            ("training", self.experiment.training[place.training].name.clone()),
        ]
    }

    /// The stages that end in a fine-tuned model.
    fn trained(&mut self, recipe: Recipe, place: Place) -> usize {
        let experiment = self.experiment;
        let (model, corpus) = (&experiment.models[place.model].name, &experiment.documents[place.documents].name);
        let documents = self.add(
            Kind::Documents,
            corpus.clone(),
            json!({ "documents": self.roots.documents[place.documents] }),
            vec![],
            Work::Documents { documents: place.documents },
        );
        let estimator = recipe.estimator;
        let score = self.add(
            Kind::Score,
            format!("{model}-{corpus}-{estimator}"),
            json!({ "model": self.roots.models[place.model], "estimator": estimator.to_string() }),
            vec![documents],
            Work::Score { model: place.model, estimator },
        );
        let said = format!("{}-{}-s{}", label(&recipe.name(), recipe.method.eta()), recipe.states, place.seed);
        let seed = Seed::new(place.seed);
        let select = self.add(
            Kind::Select,
            format!("{model}-{corpus}-{said}"),
            json!({ "recipe": recipe.record(), "seed": seed.value() }),
            vec![score],
            Work::Select { recipe, seed: place.seed },
        );
        let training = &experiment.training[place.training].name;
        self.add(
            Kind::Train,
            format!("{model}-{corpus}-{said}-{training}"),
            json!({
                "model": self.roots.models[place.model], "training": self.roots.training[place.training],
                "protocol": experiment.models[place.model].protocol, "seed": seed.value(),
            }),
            vec![select],
            Work::Train { model: place.model, training: place.training, seed: place.seed },
        )
    }

    fn condition(&mut self, model: usize, human: usize, problems: usize) -> usize {
        let known = |it: &Condition| (it.model, it.human, it.problems) == (model, human, problems);
        if let Some(found) = self.graph.conditions.iter().position(known) {
            return found;
        }
        let experiment = self.experiment;
        let parts = [
            (experiment.models.len(), &experiment.models[model].name),
            (experiment.humans.len(), &experiment.humans[human].name),
            (experiment.problems.len(), &experiment.problems[problems].name),
        ];
        let varying: Vec<&str> = parts.iter().filter(|(n, _)| *n > 1).map(|(_, name)| name.as_str()).collect();
        let name = if varying.is_empty() { "results".to_owned() } else { varying.join("-") };
        self.graph.conditions.push(Condition { name, model, human, problems, plays: Vec::new() });
        self.graph.conditions.len() - 1
    }
}

/// A place of the matrix.
#[derive(Clone, Copy)]
struct Place {
    model: usize,
    documents: usize,
    training: usize,
    seed: u64,
    estimator: Estimator,
    states: States,
}

/// A method with its threshold and, where it goes by that, the human's attention: the contestant, and its name in rows.
fn resolve(
    method: &MethodName,
    eta: Option<Bits>,
    human: &HumanSpec,
    gamma: f64,
    estimator: Estimator,
    states: States,
) -> Result<(Contestant, String), SelectError> {
    // The file was refused where the attention is not known.
    let utility = || {
        let attention = human.attention().unwrap_or(1.0);
        Utility::with_harm(Utility::harm_of_inattention(attention, gamma).round())
    };
    let recipe = |method| Contestant::Tuned(Recipe { method, estimator, states });
    let contestant = match method {
        MethodName::Tuned(name) => recipe(Method::parse(name, eta)?),
        MethodName::TunedByAttention => recipe(Method::Utility(utility())),
        MethodName::Base => Contestant::Base,
        MethodName::BaseCut(n) => Contestant::BaseCut(*n),
        MethodName::Rule(name) => Contestant::Stopped(StopRule::parse(name, eta)?),
        MethodName::RuleByAttention => Contestant::Stopped(StopRule::Utility(utility())),
        MethodName::HumanAlone => Contestant::HumanAlone,
    };
    // The harm differs from human to human; the method is one.
    let name = match method {
        MethodName::TunedByAttention if estimator == Estimator::Nll => "utility-attention".to_owned(),
        MethodName::TunedByAttention => format!("utility-attention-{estimator}"),
        MethodName::RuleByAttention => "stop-utility-attention".to_owned(),
        _ => contestant.method(),
    };
    Ok((contestant, name))
}

fn spoken_sampling(sampling: SuggestionSampling) -> String {
    match sampling {
        SuggestionSampling::Greedy => "greedy".to_owned(),
        SuggestionSampling::Random { temperature, top_k, top_p } => format!("t{temperature}-k{top_k}-p{top_p}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "x.toml";

    fn roots(experiment: &Experiment) -> Roots {
        let numbered = |n: usize, what: &str| (0..n).map(|i| json!(format!("{what}{i}"))).collect::<Vec<_>>();
        Roots {
            models: numbered(experiment.models.len(), "model"),
            documents: numbered(experiment.documents.len(), "documents"),
            training: experiment.training.iter().map(|it| json!(it)).collect(),
            humans: vec![Value::Null; experiment.humans.len()],
            problems: numbered(experiment.problems.len(), "problems"),
            judge: json!("judge"),
        }
    }

    fn graph(text: &str) -> Graph {
        let experiment = Experiment::parse(text, FILE).expect("a valid file");
        Graph::of(&experiment, &roots(&experiment), FILE).expect("a graph")
    }

    fn keys(graph: &Graph, kind: Kind) -> BTreeSet<ContentHash> {
        graph.stages.iter().filter(|it| it.kind == kind).map(|it| it.key).collect()
    }

    const TUNED: &str = "seeds = [0, 1]\n[[documents]]\nproblems = \"train\"\n[[humans]]\nattention = [0.5, 1]\n\
                         [[assistants]]\nmethods = [\"empower\", \"sft-10\", \"base\", \"human-alone\"]\n";

    #[test]
    fn stages_are_shared_where_they_are_the_same() {
        let graph = graph(&format!("{TUNED}eta = [0.1, 0.32, 1]\n"));
        let n = |kind| keys(&graph, kind).len();
        // One pass scores for every threshold; four recipes by two seeds; twelve plays a human.
        let numbers = [Kind::Documents, Kind::Score, Kind::Select, Kind::Train, Kind::Play, Kind::Site].map(n);
        assert_eq!(numbers, [1, 1, 8, 8, 24, 2]);
        for (i, stage) in graph.stages.iter().enumerate() {
            assert!(stage.inputs.iter().all(|input| *input < i), "{}", stage.label);
        }
        let names: BTreeSet<String> = graph.stages.iter().map(Stage::folder).collect();
        assert_eq!(names.len(), graph.stages.len());
        let conditions: Vec<&str> = graph.conditions.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(conditions, ["replay-attention-0.5", "replay-attention-1"]);
    }

    #[test]
    fn a_changed_threshold_changes_what_depends_on_it_alone() {
        let (before, after) = (graph(&format!("{TUNED}eta = [0.1, 1]\n")), graph(&format!("{TUNED}eta = [0.1, 2]\n")));
        for kind in [Kind::Documents, Kind::Score] {
            assert_eq!(keys(&before, kind), keys(&after, kind));
        }
        // Of three recipes by two seeds (and by two humans), one recipe is another.
        for (kind, n_kept) in [(Kind::Select, 4), (Kind::Train, 4), (Kind::Play, 16), (Kind::Site, 0)] {
            assert_eq!(keys(&before, kind).intersection(&keys(&after, kind)).count(), n_kept, "{kind}");
        }
    }

    #[test]
    fn every_input_and_setting_changes_the_key_of_what_reads_it() {
        let experiment = Experiment::parse(TUNED, FILE).expect("valid");
        let base = Graph::of(&experiment, &roots(&experiment), FILE).expect("a graph");
        type Change = fn(&mut Roots);
        let changes: [(Change, &[Kind]); 5] = [
            (|it| it.models[0] = json!("x"), &[Kind::Score, Kind::Select, Kind::Train, Kind::Play, Kind::Site]),
            (|it| it.documents[0] = json!("x"), &[Kind::Documents, Kind::Score, Kind::Select, Kind::Train]),
            (|it| it.training[0] = json!("x"), &[Kind::Train]),
            (|it| it.problems[0] = json!("x"), &[Kind::Play, Kind::Site]),
            (|it| it.judge = json!("x"), &[Kind::Play, Kind::Site]),
        ];
        for (i, (change, kinds)) in changes.into_iter().enumerate() {
            let mut roots = roots(&experiment);
            change(&mut roots);
            let other = Graph::of(&experiment, &roots, FILE).expect("a graph");
            for kind in [Kind::Documents, Kind::Score, Kind::Select, Kind::Train] {
                let is_other = keys(&base, kind).is_disjoint(&keys(&other, kind));
                assert_eq!(is_other, kinds.contains(&kind), "change {i}, {kind}");
                assert!(is_other || keys(&base, kind) == keys(&other, kind), "change {i}, {kind}");
            }
            // Of the plays, those that the change touches.
            let same = keys(&base, Kind::Play).intersection(&keys(&other, Kind::Play)).count();
            assert_eq!(same, if kinds.contains(&Kind::Play) { 0 } else { 8 }, "change {i}");
        }
    }

    #[test]
    fn names_say_what_varies_and_nothing_else() {
        let text = "[[documents]]\nproblems = \"train\"\n[[assistants]]\nmethods = [\"empower\", \"base\"]\n\
                    states = [1, \"all\"]\nestimators = [\"nll\", \"entropy\"]\n";
        let graph = graph(text);
        let names: Vec<&str> = graph.conditions[0].plays.iter().map(|(_, name)| name.as_str()).collect();
        let expected = [
            "empower-states-1",
            "empower-states-all",
            "empower-entropy-states-1",
            "empower-entropy-states-all",
            "base",
        ];
        assert_eq!(names, expected);
        assert_eq!(graph.conditions[0].name, "results");
    }

    #[test]
    fn the_harm_follows_each_humans_attention_under_one_name() {
        let text = "[[humans]]\nattention = [0.5, 1]\n[[assistants]]\nmethods = \"stop-utility-attention\"\n";
        let graph = graph(text);
        let harms: Vec<f64> = graph
            .stages
            .iter()
            .filter_map(|it| match &it.work {
                Work::Play { contestant: Contestant::Stopped(StopRule::Utility(utility)), method, .. } => {
                    assert_eq!(method, "stop-utility-attention");
                    Some(utility.harm)
                }
                _ => None,
            })
            .collect();
        // 0.5 / -ln 0.999 is 499.7.
        assert_eq!(harms, [500.0, 0.0]);
    }

    #[test]
    fn one_name_for_two_things_is_refused() {
        let text = "[[assistants]]\nmethods = \"base\"\n[[assistants]]\nmethods = \"base\"\n";
        assert_eq!(graph(text).conditions[0].plays.len(), 1, "the same twice is one");
        let text = "[[documents]]\nproblems = \"train\"\n[[assistants]]\nmethods = \"utility-attention\"\n\
                    [[assistants]]\nmethods = \"base\"\n[[assistants]]\nmethods = \"base\"\nmax_suggestion_tokens = 3\n";
        let names: Vec<String> = graph(text).conditions[0].plays.iter().map(|it| it.1.clone()).collect();
        assert_eq!(names, ["utility-attention-max-64", "base-max-64", "base-max-3"]);
    }

    #[test]
    fn dependents_are_everything_downstream() {
        let graph = graph(TUNED);
        let score = graph.stages.iter().position(|it| it.kind == Kind::Score).expect("there");
        let found = graph.dependents(score);
        let n_tuned = graph.stages.iter().filter(|it| matches!(it.kind, Kind::Select | Kind::Train)).count();
        // Two recipes by two seeds by two humans, and both sites.
        assert_eq!(found.len(), n_tuned + 8 + 2);
    }
}
