//! Run folders: a folder that starts with `manifest.json` and belongs to one experiment.
//!
//! The manifest says what makes the run what it is (command, resolved settings, hashes of inputs, seeds) and where it
//! was made (versions, machine, time). The first part must be equal for a run to be resumed; the second may differ.
//! Nothing is written into a folder that belongs to another experiment or to something that is no run at all.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::files::{ASIDE_SUFFIX, read_json, write_json_atomic};
use crate::{ArtifactError, ContentHash, Seed};

/// The manifest's schema version, raised when a field changes its meaning.
pub const MANIFEST_SCHEMA: u32 = 1;

/// The manifest's file name inside a run folder.
pub const MANIFEST_FILE: &str = "manifest.json";

/// What a run is and where it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub schema: u32,
    /// The command: `demo`, `train`, …
    pub command: String,
    /// Every setting as resolved from flags, environment, files and defaults.
    pub settings: Value,
    /// Hashes of what the run reads: model, adapter, data.
    pub inputs: BTreeMap<String, ContentHash>,
    /// The root seeds by name.
    pub seeds: BTreeMap<String, Seed>,
    /// What program wrote it.
    pub versions: Versions,
    /// On what machine.
    pub machine: Machine,
    /// The sandbox's layers that were in force, where programs were run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<Vec<String>>,
    /// When the run began: RFC 3339, UTC, whole seconds.
    pub started_at: String,
}

/// What program wrote a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// The toolkit's version.
    pub empower: String,
    /// The commit it was built from, where the build was told (`EMPOWER_GIT_COMMIT`).
    pub git_commit: Option<String>,
}

impl Versions {
    /// Those of this build.
    pub fn of_this_build() -> Self {
        Self {
            empower: env!("CARGO_PKG_VERSION").to_owned(),
            git_commit: option_env!("EMPOWER_GIT_COMMIT").filter(|commit| !commit.is_empty()).map(str::to_owned),
        }
    }
}

/// The machine of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Operating system: `linux`, `macos`, …
    pub os: String,
    /// Processor architecture: `x86_64`, `aarch64`, …
    pub arch: String,
    /// The processor's name, where the system tells.
    pub cpu_model: Option<String>,
    /// Cores this process may use.
    pub cores: Option<usize>,
    /// Main memory in bytes, where the system tells.
    pub memory_bytes: Option<u64>,
}

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let cpu_model = field_of(&read("/proc/cpuinfo"), "model name").map(str::to_owned);
        let memory_bytes = field_of(&read("/proc/meminfo"), "MemTotal")
            .and_then(|text| text.strip_suffix("kB"))
            .and_then(|kilobytes| kilobytes.trim().parse::<u64>().ok())
            .map(|kilobytes| kilobytes * 1024);
        Self {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            cpu_model,
            cores: std::thread::available_parallelism().ok().map(usize::from),
            memory_bytes,
        }
    }
}

/// The first `name : value` line's value.
fn field_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let value = text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then_some(value.trim())
    })?;
    (!value.is_empty()).then_some(value)
}

impl Manifest {
    /// A manifest of `command` with its resolved settings, this build, this machine and this moment; inputs and seeds
    /// are added with [`input`](Self::input) and [`seed`](Self::seed).
    pub fn new(command: &str, settings: Value) -> Self {
        Self {
            schema: MANIFEST_SCHEMA,
            command: command.to_owned(),
            settings,
            inputs: BTreeMap::new(),
            seeds: BTreeMap::new(),
            versions: Versions::of_this_build(),
            machine: Machine::this(),
            sandbox: None,
            started_at: rfc3339(SystemTime::now()),
        }
    }

    /// Adds an input's hash.
    pub fn input(mut self, name: impl Into<String>, hash: ContentHash) -> Self {
        self.inputs.insert(name.into(), hash);
        self
    }

    /// Adds a root seed.
    pub fn seed(mut self, name: impl Into<String>, seed: Seed) -> Self {
        self.seeds.insert(name.into(), seed);
        self
    }

    /// Sets the sandbox's layers.
    pub fn sandbox(mut self, layers: Vec<String>) -> Self {
        self.sandbox = Some(layers);
        self
    }

    /// Reads the manifest of a run folder.
    pub fn read(dir: &Path) -> Result<Self, ArtifactError> {
        let path = dir.join(MANIFEST_FILE);
        // The version first: a newer format may not parse as this one.
        let value: Value = read_json(&path)?;
        let found = value.get("schema").and_then(Value::as_u64).unwrap_or(0);
        if found > u64::from(MANIFEST_SCHEMA) {
            let found = u32::try_from(found).unwrap_or(u32::MAX);
            return Err(ArtifactError::NewerManifest { path, found, supported: MANIFEST_SCHEMA });
        }
        serde_json::from_value(value).map_err(|source| ArtifactError::BadJson { path, expected: "Manifest", source })
    }

    /// The first key in which two manifests are different experiments: command, settings, inputs, seeds, in this order
    /// and alphabetically within. Versions, machine, sandbox and time do not count.
    pub fn difference(&self, new: &Manifest) -> Option<Difference> {
        let command = |manifest: &Self| Value::String(manifest.command.clone());
        let inputs = |manifest: &Self| {
            Value::Object(manifest.inputs.iter().map(|(k, v)| (k.clone(), v.to_string().into())).collect())
        };
        let seeds = |manifest: &Self| {
            Value::Object(manifest.seeds.iter().map(|(k, v)| (k.clone(), v.value().into())).collect())
        };
        first_difference("command", Some(&command(self)), Some(&command(new)))
            .or_else(|| first_difference("settings", Some(&self.settings), Some(&new.settings)))
            .or_else(|| first_difference("inputs", Some(&inputs(self)), Some(&inputs(new))))
            .or_else(|| first_difference("seeds", Some(&seeds(self)), Some(&seeds(new))))
    }
}

/// A key that two manifests give different values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Dotted path: `settings.train.learning_rate`, `settings.methods[2]`.
    pub key: String,
    /// The earlier value as JSON, or `absent`.
    pub old: String,
    /// The later value as JSON, or `absent`.
    pub new: String,
}

fn first_difference(key: &str, old: Option<&Value>, new: Option<&Value>) -> Option<Difference> {
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort();
            names.dedup();
            names.into_iter().find_map(|name| first_difference(&format!("{key}.{name}"), old.get(name), new.get(name)))
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            (0..old.len().max(new.len())).find_map(|i| first_difference(&format!("{key}[{i}]"), old.get(i), new.get(i)))
        }
        (old, new) if same_scalar(old, new) => None,
        (old, new) => Some(Difference { key: key.to_owned(), old: shown(old), new: shown(new) }),
    }
}

/// Equality after a trip through a file: a 32-bit float that was widened reads back as the same 64-bit one, and what
/// JSON cannot tell apart (a float without a fraction, an integer) is the same.
fn same_scalar(old: Option<&Value>, new: Option<&Value>) -> bool {
    match (old, new) {
        (Some(Value::Number(old)), Some(Value::Number(new))) => {
            old == new || (old.is_f64() || new.is_f64()) && old.as_f64() == new.as_f64()
        }
        _ => old == new,
    }
}

fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else { return "absent".to_owned() };
    let text = value.to_string();
    // Chosen: enough to recognise a value by, short enough for one line of a terminal.
    match text.char_indices().nth(120) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

/// A folder that holds one run.
#[derive(Debug, Clone)]
pub struct RunFolder {
    dir: PathBuf,
    manifest: Manifest,
    resumed: bool,
}

impl RunFolder {
    /// Makes a run folder, with its parents, and writes the manifest before anything else. The folder must be new or
    /// empty.
    pub fn create(dir: &Path, manifest: Manifest) -> Result<Self, ArtifactError> {
        let path = || dir.to_path_buf();
        match state_of(dir)? {
            FolderState::Vacant => {}
            FolderState::Run => {
                let old = Manifest::read(dir)?;
                let difference =
                    old.difference(&manifest).map(|it| format!("{}: {} there, {} here", it.key, it.old, it.new));
                return Err(ArtifactError::FolderHoldsRun { path: path(), difference });
            }
            FolderState::Foreign => return Err(ArtifactError::NotARunFolder { path: path() }),
        }
        std::fs::create_dir_all(dir).map_err(|source| ArtifactError::io("create the folder", dir, source))?;
        write_json_atomic(&dir.join(MANIFEST_FILE), &manifest)?;
        Ok(Self { dir: path(), manifest, resumed: false })
    }

    /// With `resume`, opens the folder's run where it is the same experiment and keeps its manifest; a folder without a
    /// run is created. Without, the same as [`create`](Self::create).
    ///
    /// # Errors
    /// [`ArtifactError::ManifestDiffers`] with the first differing key where the folder's run has another command,
    /// settings, inputs or seeds.
    pub fn open_or_resume(dir: &Path, manifest: Manifest, resume: bool) -> Result<Self, ArtifactError> {
        if !resume || state_of(dir)? != FolderState::Run {
            return Self::create(dir, manifest);
        }
        let old = Manifest::read(dir)?;
        if let Some(Difference { key, old, new }) = old.difference(&manifest) {
            return Err(ArtifactError::ManifestDiffers { path: dir.to_path_buf(), key, old, new });
        }
        Ok(Self { dir: dir.to_path_buf(), manifest: old, resumed: true })
    }

    /// Opens a run to read from it.
    pub fn open(dir: &Path) -> Result<Self, ArtifactError> {
        Ok(Self { dir: dir.to_path_buf(), manifest: Manifest::read(dir)?, resumed: true })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A path inside the folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.join(name)
    }

    /// A folder inside the folder, made where it is absent.
    pub fn subfolder(&self, name: impl AsRef<Path>) -> Result<PathBuf, ArtifactError> {
        let path = self.dir.join(name);
        std::fs::create_dir_all(&path).map_err(|source| ArtifactError::io("create the folder", &path, source))?;
        Ok(path)
    }

    /// The manifest as it stands in the folder.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether the run was there before.
    pub fn resumed(&self) -> bool {
        self.resumed
    }
}

#[derive(Debug, PartialEq, Eq)]
enum FolderState {
    /// Absent, empty, or holding only what an interrupted atomic write left.
    Vacant,
    /// It has a manifest.
    Run,
    /// It has other files.
    Foreign,
}

fn state_of(dir: &Path) -> Result<FolderState, ArtifactError> {
    let io = |source| ArtifactError::io("list the folder", dir, source);
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(FolderState::Vacant),
        Err(source) => return Err(io(source)),
    };
    let mut state = FolderState::Vacant;
    for entry in entries {
        let name = entry.map_err(io)?.file_name();
        if name == MANIFEST_FILE {
            return Ok(FolderState::Run);
        }
        if !name.to_string_lossy().ends_with(ASIDE_SUFFIX) {
            state = FolderState::Foreign;
        }
    }
    Ok(state)
}

/// A moment as RFC 3339 in UTC with whole seconds; before 1970 it is 1970.
fn rfc3339(moment: SystemTime) -> String {
    let seconds = moment.duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs());
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Years are counted from March, so that the leap day is a year's last; 719,468 days lie between 0000-03-01 and
    // 1970-01-01, and the calendar repeats every 400 years = 146,097 days.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::Duration;

    fn manifest() -> Manifest {
        let settings = json!({"train": {"lr": 0.1_f32, "steps": 100}, "methods": ["base", "empower"], "eta": 4.0});
        Manifest::new("demo", settings).input("model", ContentHash::of_bytes("m")).seed("run", Seed::new(u64::MAX))
    }

    #[test]
    fn a_manifest_is_written_first_and_reads_back() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let dir = parent.path().join("runs").join("one");
        let folder = RunFolder::create(&dir, manifest().sandbox(vec!["landlock".into()])).expect("created");
        assert!(!folder.resumed());
        let names: Vec<_> = std::fs::read_dir(&dir).expect("listed").map(|e| e.expect("entry").file_name()).collect();
        assert_eq!(names, [MANIFEST_FILE]);
        assert_eq!(&Manifest::read(&dir).expect("read"), folder.manifest());
        assert!(folder.subfolder("models").expect("made").is_dir());
    }

    #[test]
    fn the_same_experiment_resumes_whatever_the_machine_and_time() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        // What an interrupted manifest write leaves does not count.
        std::fs::write(dir.path().join(".manifest.json.1-0.aside"), "{").expect("written");
        let first = RunFolder::open_or_resume(dir.path(), manifest(), true).expect("created");
        assert!(!first.resumed());
        let mut later = manifest();
        later.machine.os = "other".into();
        later.started_at = "2099-01-01T00:00:00Z".into();
        later.versions.git_commit = Some("abc".into());
        later.settings["eta"] = json!(4);
        let second = RunFolder::open_or_resume(dir.path(), later.clone(), true).expect("resumed");
        assert!(second.resumed());
        assert_eq!(second.manifest().started_at, first.manifest().started_at);

        let error = RunFolder::open_or_resume(dir.path(), later, false).expect_err("not asked to resume");
        assert!(matches!(&error, ArtifactError::FolderHoldsRun { difference: None, .. }), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("--resume")));
    }

    #[test]
    fn another_experiment_is_refused_by_its_first_differing_key() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        RunFolder::create(dir.path(), manifest()).expect("created");
        let check = |change: &dyn Fn(&mut Manifest), key: &str, old: &str, new: &str| {
            let mut other = manifest();
            change(&mut other);
            match RunFolder::open_or_resume(dir.path(), other.clone(), true).expect_err("differs") {
                ArtifactError::ManifestDiffers { key: k, old: o, new: n, .. } => {
                    assert_eq!((k.as_str(), o.as_str(), n.as_str()), (key, old, new));
                }
                error => panic!("{error}"),
            }
            let error = RunFolder::create(dir.path(), other).expect_err("holds a run");
            assert!(error.to_string().contains(key), "{error}");
        };
        check(&|m| m.settings["train"]["steps"] = json!(200), "settings.train.steps", "100", "200");
        check(&|m| m.settings["train"]["zeta"] = json!(null), "settings.train.zeta", "absent", "null");
        check(&|m| m.settings["methods"][1] = json!("sft-10"), "settings.methods[1]", "\"empower\"", "\"sft-10\"");
        check(&|m| m.settings["methods"] = json!(["base"]), "settings.methods[1]", "\"empower\"", "absent");
        check(&|m| m.command = "train".into(), "command", "\"demo\"", "\"train\"");
        check(&|m| m.seeds = [("run".to_owned(), Seed::new(1))].into(), "seeds.run", "18446744073709551615", "1");
        let (old, new) = (ContentHash::of_bytes("m"), ContentHash::of_bytes("n"));
        check(
            &|m| m.inputs = [("model".to_owned(), new)].into(),
            "inputs.model",
            &format!("\"{old}\""),
            &format!("\"{new}\""),
        );
    }

    #[test]
    fn foreign_folders_and_damaged_manifests_are_refused() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(dir.path().join("thesis.tex"), "x").expect("written");
        for resume in [false, true] {
            let error = RunFolder::open_or_resume(dir.path(), manifest(), resume).expect_err("foreign");
            assert!(matches!(error, ArtifactError::NotARunFolder { .. }), "{error}");
        }
        let path = dir.path().join(MANIFEST_FILE);
        for (text, wanted) in
            [("{\"schema\": 1", "BadJson"), ("{\"schema\": 1}", "BadJson"), ("{\"schema\": 9}", "Newer")]
        {
            std::fs::write(&path, text).expect("written");
            let error = RunFolder::open_or_resume(dir.path(), manifest(), true).expect_err("damaged");
            assert!(format!("{error:?}").starts_with(wanted), "{error:?}");
            assert!(error.hint().is_some());
        }
        let file = dir.path().join("thesis.tex");
        assert!(matches!(RunFolder::create(&file, manifest()), Err(ArtifactError::Io { .. })));
    }

    #[test]
    fn dates_are_right() {
        // From `date -u -d @N +%FT%TZ`.
        let check = |seconds, text: &str| assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_399, "2000-02-28T23:59:59Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(1_709_251_199, "2024-02-29T23:59:59Z");
        check(1_798_761_600, "2027-01-01T00:00:00Z");
        check(4_107_542_400, "2100-03-01T00:00:00Z");
    }

    #[test]
    fn fields_of_system_files_are_found() {
        assert_eq!(field_of("a: 1\nmodel name\t: X @ 2\nmodel name: Y", "model name"), Some("X @ 2"));
        assert_eq!(field_of("model name:\n", "model name"), None);
        assert_eq!(field_of("MemTotal:  16 kB", "MemTotal"), Some("16 kB"));
    }
}
