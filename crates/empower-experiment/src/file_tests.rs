//! What the file may say, and what is said of a file that says something else.

use super::*;

fn refused(text: &str) -> ExperimentError {
    Experiment::parse(text, "x.toml").expect_err(text)
}

#[track_caller]
fn check(text: &str, message: &str, hint: Option<&str>) {
    let error = refused(text);
    assert!(error.to_string().contains(message), "{error}");
    match hint {
        Some(wanted) => assert!(error.hint().is_some_and(|hint| hint.contains(wanted)), "{:?}", error.hint()),
        None => assert_eq!(error.hint(), None),
    }
}

#[test]
fn the_least_file_has_every_default() {
    let experiment = Experiment::parse("[[assistants]]\nmethods = \"base\"\n", "some/sweep.toml").expect("valid");
    assert_eq!((experiment.name.as_str(), experiment.title.as_str()), ("sweep", "Empower: sweep"));
    assert_eq!((experiment.seeds.as_slice(), experiment.repeats), ([0].as_slice(), 1));
    assert_eq!(experiment.models[0].model, "embedded");
    assert_eq!(experiment.humans[0].spec, HumanSpec::Replay(ReplayHuman::default()));
    assert_eq!(experiment.problems[0].source, "eval");
    assert_eq!(experiment.dpr, [0.999, 0.1, 0.5]);
}

#[test]
fn what_is_wrong_has_its_line_and_field() {
    check("name = \n", "x.toml, line 1: this is not TOML", None);
    check("seed = 1\n[[assistants]]\nmethods = \"base\"\n", "line 1: `seed`: unknown field", Some("`seeds`"));
    check("[[assistants]]\nmethods = [\"base\"]\netta = 1\n", "line 3: `assistants.etta`", Some("`eta`"));
    check(
        "[[assistants]]\nmethods = [\n  \"base\",\n  \"bass\",\n]\n",
        "line 4: `assistants.methods`: `bass` is no",
        None,
    );
    check("[[assistants]]\nmethods = \"empower\"\neta = -1\n", "line 3: `assistants.eta`: eta must be", None);
    check(
        "[[assistants]]\nmethods = \"base\"\n\n[[humans]]\nattention = [0.5, 1.5]\n",
        "line 5: `humans.attention`: 1.5",
        None,
    );
    check("repeats = 0\n[[assistants]]\nmethods = \"base\"\n", "line 1: `repeats`", None);
    check("judge = \"exacct\"\n[[assistants]]\nmethods = \"base\"\n", "line 1: `judge`", Some("`exact`"));
    check("name = \"x\"\n", "missing field `assistants`", None);
    check("[[assistants]]\nmethods = []\n", "the list is empty", None);
    check("name = \"a/b\"\n[[assistants]]\nmethods = \"base\"\n", "line 1: `name`: `a/b` is no name", None);
}

#[test]
fn what_means_nothing_together_is_refused() {
    check("[[assistants]]\nmethods = \"base\"\neta = 1\n", "line 3: `assistants.eta`: none of", Some("leave it out"));
    check("[[assistants]]\nmethods = \"sft-10\"\n", "there are no documents", Some("[[documents]]"));
    check("[[assistants]]\nmethods = \"base\"\nmodels = \"y\"\n", "none of the name `y`", Some("embedded"));
    let twins =
        "[[assistants]]\nmethods = \"base\"\n[[models]]\nmodel = \"a\"\n[[models]]\nname = \"a\"\nmodel = \"b\"\n";
    check(twins, "line 6: `models.name`: there are two", None);
    check("[[documents]]\nname = \"d\"\n[[assistants]]\nmethods = \"base\"\n", "`documents`: say where", None);
    let lm = "[[assistants]]\nmethods = \"stop-utility-attention\"\n[[humans]]\nmodel = \"m\"\n";
    check(lm, "line 2: `assistants.methods`: goes by the human's attention", Some("a harm"));
    check("[[assistants]]\nmethods = \"base\"\n[[humans]]\nmodel = \"m\"\nattention = 1\n", "line 5", Some("leave"));
    check(
        "[[assistants]]\nmethods = \"base\"\n[[models]]\nmodel = \"http://h/v1\"\n",
        "needs a `tokenizer`",
        Some("hub"),
    );
    check("[[assistants]]\nmethods = \"base\"\n[[training]]\nlora_alpha = 2\n", "line 4: `training.lora_alpha`", None);
}

#[test]
fn lists_multiply_out_and_name_what_varies() {
    let text = "[[assistants]]\nmethods = \"base\"\n[[humans]]\nname = \"h\"\nattention = [0, 0.5]\ntokens_per_round = [1, 10]\n";
    let experiment = Experiment::parse(text, "x.toml").expect("valid");
    let names: Vec<&str> = experiment.humans.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["h-attention-0-k-1", "h-attention-0-k-10", "h-attention-0.5-k-1", "h-attention-0.5-k-10"]);
    assert_eq!(experiment.humans[3].spec.attention(), Some(0.5));
}

#[test]
fn models_and_problems_are_named_after_what_they_are() {
    let text = "[[assistants]]\nmethods = \"base\"\n[[models]]\nmodel = \"Qwen/Qwen3-8B@main\"\n[[problems]]\nsource = \"a/lcb.v6.jsonl\"\n";
    let experiment = Experiment::parse(text, "x.toml").expect("valid");
    assert_eq!((experiment.models[0].name.as_str(), experiment.problems[0].name.as_str()), ("Qwen3-8B", "lcb"));
}
