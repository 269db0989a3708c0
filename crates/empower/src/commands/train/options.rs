//! The options of `empower train`, each from the command line, else from a TOML file, else its default; resolved once,
//! and written out again as a file that makes the same run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use empower_artifact::Seed;
use empower_engine::{Device, Linear, Precision};
use empower_experiment::ProtocolName;
use empower_sim::ChatProtocol;
use empower_train::{AdamWSettings, BestModel, Budget, EarlyStopping, LoraSettings, Schedule, TrainingSettings};
use serde::{Deserialize, Serialize};

use super::super::arguments::{ProductPrecision, StoredAs, chat_protocol, protocol_parser};
use crate::output::usage_error;

/// Lists the fields of [`Options`] once: for the names that a file may have, and for one set of options over another.
macro_rules! options {
    ($($(#[$attribute:meta])* $field:ident: $type:ty,)*) => {
        /// What may stand in a file as well as on the command line; what is absent is not said.
        #[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
        pub struct Options {
            $($(#[$attribute])* pub $field: Option<$type>,)*
        }

        impl Options {
            /// The names of a file's keys: those of the flags, with `_` for `-`.
            const KEYS: &[&str] = &[$(stringify!($field)),*];

            /// These options, and where they say nothing, those of `below`.
            fn over(self, below: Self) -> Self {
                Self { $($field: self.$field.or(below.$field),)* }
            }
        }
    };
}

options! {
    /// Rows of `empower select`, in either form.
    examples: PathBuf,
    /// Model to begin with: a folder, or a name of the Hugging Face hub, `ORG/NAME[@REVISION]`. The embedded model by
    /// default.
    #[arg(long, value_name = "MODEL")]
    model: PathBuf,
    /// Run folder: checkpoint, log, curves, and the finished model in its `model` folder.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How the model is shown the program: as tokens to continue (`raw`), where all states of a document are trained in
    /// one pass; or in the conversation of `simulate --protocol`, `chat-retype` (the paper's) or `chat-prefill`, where
    /// each state is a sequence of its own [default: raw]
    #[arg(long, value_parser = protocol_parser())]
    protocol: ProtocolName,
    /// Folder of the conversation's words [default: assets/prompts/assistant]
    #[arg(long, value_name = "DIR")]
    prompts: PathBuf,
    /// A chat template in place of the model's own
    #[arg(long, value_name = "FILE.jinja")]
    chat_template: PathBuf,
    /// Passes over the examples [default: 1, the paper's]
    #[arg(long, value_name = "N")]
    epochs: u64,
    /// Tokens of a forward and backward pass; whole sequences are packed up to it and never see each other
    /// [default: 2048]
    #[arg(long, value_name = "N")]
    batch_tokens: usize,
    /// Passes that are added up to one step [default: 1]
    #[arg(long, value_name = "N")]
    accumulate: usize,
    /// Peak learning rate [default: 0.001]
    #[arg(long, value_name = "RATE")]
    learning_rate: f64,
    /// Share of the run over which the learning rate rises; it then falls along a cosine [default: 0.1]
    #[arg(long, value_name = "SHARE")]
    warmup: f64,
    /// The share of the peak at which the cosine ends [default: 0.1]
    #[arg(long, value_name = "SHARE")]
    floor: f64,
    /// AdamW's weight decay [default: 0]
    #[arg(long, value_name = "DECAY")]
    weight_decay: f64,
    /// Largest norm of all gradients together [default: 1]
    #[arg(long, value_name = "NORM")]
    clip: f64,
    /// Share of the documents that is only evaluated on [default: 0.2, the paper's]
    #[arg(long, value_name = "SHARE")]
    test_split: f64,
    /// Precision of products [default: auto, which is bf16 where the processor has it]
    #[arg(long, value_enum)]
    precision: ProductPrecision,
    /// Type that the finished weights are stored in [default: bf16]
    #[arg(long, value_enum)]
    store: StoredAs,
    /// Steps between evaluations; 0 for one at the end [default: 50]
    #[arg(long, value_name = "STEPS")]
    evaluate_every: u64,
    /// Steps between checkpoints; 0 for one at the end [default: 50]
    #[arg(long, value_name = "STEPS")]
    checkpoint_every: u64,
    /// End the run after so many evaluations without an improvement [default: never]
    #[arg(long, value_name = "N")]
    patience: u64,
    /// Bits a target by which the held-out loss must fall to be an improvement [default: 0]
    #[arg(long, value_name = "BITS")]
    min_delta: f64,
    /// Which weights become the finished model. Those with the lowest held-out loss are kept beside the checkpoint
    /// either way [default: last, the paper's]
    #[arg(long, value_enum)]
    final_model: FinalModel,
    /// Train a LoRA adapter beside the frozen weights, which stay as they are stored, rather than the weights
    /// [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    lora: bool,
    /// Rank of the adapter: 8, 16, 32 or 64 [default: 16]
    #[arg(long, value_name = "R")]
    lora_rank: usize,
    /// What the adapter adds is multiplied by this over the rank [default: 32]
    #[arg(long, value_name = "ALPHA")]
    lora_alpha: f64,
    /// Share of the adapter's inputs that training drops [default: 0]
    #[arg(long, value_name = "SHARE")]
    lora_dropout: f64,
    /// Linear maps that get an adapter, with commas between: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj,
    /// down_proj [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = target)]
    lora_targets: Vec<Linear>,
    /// Compute each layer again in the backward rather than keep it: less memory, about a third more time
    /// [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    recompute: bool,
    /// Where passes are computed: `cpu`, `cuda` (`cuda:1` for the second GPU) or `metal`, where the build has the feature
    /// of that name; the optimiser stays on the processor, and --dry-run speaks of main memory [default: cpu]
    #[arg(long, value_name = "DEVICE")]
    device: Device,
    /// Whether to write curves for TensorBoard [default: true]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    tensorboard: bool,
    /// Seed of the split, of the order of documents and of adapters [default: 0]
    #[arg(long)]
    seed: u64,
}

fn target(name: &str) -> Result<Linear, String> {
    Linear::ALL.into_iter().find(|linear| linear.name() == name).ok_or_else(|| {
        let names: Vec<_> = Linear::ALL.iter().map(|linear| linear.name()).collect();
        format!("`{name}` is none of {}", names.join(", "))
    })
}

/// `--final-model`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FinalModel {
    /// Those of the last step.
    Last,
    /// Those with the lowest held-out loss.
    Best,
}

impl Options {
    /// These options over those of a file, over the defaults: nothing is absent afterwards but paths, the patience of a
    /// run without early stopping, and the adapter's settings where there is none.
    pub fn resolve(self, file: Option<&Path>) -> Result<Self> {
        let file = file.map(read).transpose()?.unwrap_or_default();
        let mut options = self.over(file);
        if options.lora == Some(true) {
            options = options.over(Self::lora_defaults());
        } else if options.has_lora_settings() {
            return Err(usage_error(
                "--lora-rank, --lora-alpha, --lora-dropout and --lora-targets go with --lora; hint: add --lora",
            ));
        }
        options = options.over(Self::defaults());
        let share = options.test_split.unwrap_or_default();
        if !(0.0..1.0).contains(&share) {
            bail!("--test-split {share}: expected a share from 0 to below 1");
        }
        if options.patience.is_some() && share == 0.0 {
            bail!(
                "--patience needs documents that are held out, and --test-split is 0\nhint: leave one of the two out"
            );
        }
        // A file that is written from here says what was computed with, not what another machine would make of `auto`.
        options.precision = Some(match options.precision.unwrap_or(ProductPrecision::Auto).resolve()? {
            Precision::Bf16 => ProductPrecision::Bf16,
            _ => ProductPrecision::F32,
        });
        Ok(options)
    }

    /// The conversation in which the model is shown the code, unless it is shown tokens to continue.
    pub fn chat(&self, model: &Path) -> Result<Option<ChatProtocol>> {
        let (prompts, template) = (self.prompts.as_deref(), self.chat_template.as_deref());
        chat_protocol(self.protocol.unwrap_or_default(), model, prompts, template)
    }

    fn defaults() -> Self {
        let settings = TrainingSettings::fine_tuning(Seed::new(0));
        let Schedule::Cosine { warmup, floor } = settings.schedule else {
            unreachable!("fine-tuning follows a cosine")
        };
        Self {
            examples: None,
            model: None,
            out: None,
            protocol: Some(ProtocolName::Raw),
            prompts: None,
            chat_template: None,
            epochs: Some(1),
            batch_tokens: Some(settings.batch_tokens),
            accumulate: Some(settings.accumulate),
            learning_rate: Some(settings.learning_rate),
            warmup: Some(warmup),
            floor: Some(floor),
            weight_decay: Some(settings.adamw.weight_decay),
            clip: Some(settings.clip),
            test_split: Some(0.2),
            precision: Some(ProductPrecision::Auto),
            store: Some(StoredAs::Bf16),
            evaluate_every: Some(50),
            checkpoint_every: Some(settings.checkpoint_every),
            patience: None,
            min_delta: Some(0.0),
            final_model: Some(FinalModel::Last),
            lora: Some(false),
            lora_rank: None,
            lora_alpha: None,
            lora_dropout: None,
            lora_targets: None,
            recompute: Some(false),
            device: Some(Device::Cpu),
            tensorboard: Some(true),
            seed: Some(0),
        }
    }

    /// What an adapter is like where nothing is said about it.
    fn lora_defaults() -> Self {
        let LoraSettings { rank, alpha, dropout, targets } = LoraSettings::default();
        Self {
            lora_rank: Some(rank),
            lora_alpha: Some(alpha),
            lora_dropout: Some(dropout),
            lora_targets: Some(targets),
            ..Self::default()
        }
    }

    fn has_lora_settings(&self) -> bool {
        self.lora_rank.is_some()
            || self.lora_alpha.is_some()
            || self.lora_dropout.is_some()
            || self.lora_targets.is_some()
    }

    /// The adapter to be trained, checked; `None` where all weights are.
    pub fn lora_settings(&self) -> Result<Option<LoraSettings>> {
        let (Some(true), Some(rank), Some(alpha), Some(dropout), Some(targets)) =
            (self.lora, self.lora_rank, self.lora_alpha, self.lora_dropout, self.lora_targets.clone())
        else {
            return Ok(None);
        };
        let settings = LoraSettings { rank, alpha, dropout, targets };
        settings.check()?;
        Ok(Some(settings))
    }

    /// The seed of everything.
    pub fn run_seed(&self) -> Seed {
        Seed::new(self.seed.unwrap_or_default())
    }

    /// The trainer's settings; of options that were resolved.
    pub fn settings(&self) -> Result<TrainingSettings> {
        const RESOLVED: &str = "options were resolved, so that each has a value";
        let fine_tuning = TrainingSettings::fine_tuning(self.run_seed().named("order"));
        let settings = TrainingSettings {
            budget: Budget::Epochs(self.epochs.expect(RESOLVED)),
            batch_tokens: self.batch_tokens.expect(RESOLVED),
            accumulate: self.accumulate.expect(RESOLVED),
            learning_rate: self.learning_rate.expect(RESOLVED),
            schedule: Schedule::Cosine { warmup: self.warmup.expect(RESOLVED), floor: self.floor.expect(RESOLVED) },
            adamw: AdamWSettings { weight_decay: self.weight_decay.expect(RESOLVED), ..fine_tuning.adamw },
            clip: self.clip.expect(RESOLVED),
            precision: self.precision.expect(RESOLVED).resolve()?,
            evaluate_every: self.evaluate_every.expect(RESOLVED),
            checkpoint_every: self.checkpoint_every.expect(RESOLVED),
            early_stopping: self
                .patience
                .map(|patience| EarlyStopping { patience, min_delta: self.min_delta.expect(RESOLVED) }),
            best: match self.final_model.expect(RESOLVED) {
                FinalModel::Last => BestModel::Kept,
                FinalModel::Best => BestModel::Final,
            },
            ..fine_tuning
        };
        settings.check()?;
        Ok(settings)
    }

    /// A file from which `--config` makes the same run.
    pub fn to_toml(&self) -> Result<String> {
        let text = toml::to_string(self).context("an option cannot be written as TOML")?;
        Ok(format!("# Every option of this `empower train`. Paths are relative to where the command runs.\n{text}"))
    }
}

/// Reads a file of options.
///
/// # Errors
/// What is not TOML; a key that is no option, with the nearest that is; a value of the wrong type.
fn read(path: &Path) -> Result<Options> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text, path)
}

fn parse(text: &str, path: &Path) -> Result<Options> {
    let name = path.display();
    let table: toml::Table = toml::from_str(text).with_context(|| format!("{name} is not TOML"))?;
    if let Some(key) = table.keys().find(|key| !Options::KEYS.contains(&key.as_str())) {
        let line = 1 + text
            .lines()
            .position(|line| line.trim_start().trim_start_matches(['"', '[']).starts_with(key.as_str()))
            .unwrap_or_default();
        bail!("{name}, line {line}: `{key}` is not an option of `empower train`\nhint: {}", nearest(key));
    }
    toml::from_str(text).with_context(|| format!("{name}: a value has the wrong type"))
}

/// What may have been meant by a key that is none.
fn nearest(key: &str) -> String {
    let wanted = key.to_lowercase().replace('-', "_");
    let near = |known: &&&str| strsim::jaro_winkler(known, &wanted);
    match Options::KEYS.iter().max_by(|a, b| near(a).total_cmp(&near(b))) {
        // Chosen: at 0.75 `lr_rate` still finds `learning_rate`, and `foo` nothing.
        Some(known) if near(&known) > 0.75 => format!("did you mean `{known}`?"),
        _ => format!("the options are {}", Options::KEYS.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let error = parse(text, Path::new("train.toml")).expect_err(text);
        let said: Vec<String> = error.chain().map(ToString::to_string).collect();
        assert!(said.join("\n").contains(expected), "{said:?}");
    }

    #[test]
    fn what_is_wrong_in_a_file_is_named() {
        check("epochs = 1\nbatch_token = 5\n", "train.toml, line 2: `batch_token` is not an option");
        check("batch-tokens = 5\n", "hint: did you mean `batch_tokens`?");
        check("learningrate = 0.1\n", "did you mean `learning_rate`?");
        check("[optimizer]\nx = 1\n", "`optimizer` is not an option");
        check("zzz = 1\n", "the options are examples, model, out");
        check("epochs = \"two\"\n", "invalid type: string \"two\", expected u64");
        check("precision = \"f64\"\n", "unknown variant `f64`");
        check("epochs = \n", "is not TOML");
    }

    #[test]
    fn flags_go_before_the_file_and_the_file_before_defaults() {
        let file = parse("epochs = 3\nseed = 7\nmodel = \"m\"\n", Path::new("train.toml")).unwrap();
        let flags = Options { epochs: Some(2), ..Options::default() };
        let options = flags.over(file).over(Options::defaults());
        assert_eq!((options.epochs, options.seed, options.clip), (Some(2), Some(7), Some(1.0)));
        assert_eq!(options.model, Some(PathBuf::from("m")));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let flags = Options {
            examples: Some(PathBuf::from("a b.jsonl")),
            learning_rate: Some(1.0 / 3.0),
            patience: Some(4),
            lora: Some(true),
            lora_targets: Some(vec![Linear::Q, Linear::Down]),
            ..Options::default()
        };
        let options = flags.resolve(None).unwrap();
        let text = options.to_toml().unwrap();
        assert_eq!(parse(&text, Path::new("again.toml")).unwrap(), options, "{text}");
        // A key for every option, so that none can be forgotten in either.
        let path = || Some(PathBuf::from("p"));
        let with_paths = Options { model: path(), out: path(), prompts: path(), chat_template: path(), ..options };
        let table: toml::Table = toml::from_str(&with_paths.to_toml().unwrap()).unwrap();
        assert_eq!(table.len(), Options::KEYS.len());
    }
}
