//! The invariants of ARCHITECTURE.md, checked against the manifests, the lock file and the sources.
//!
//! Most of them are absences: what a crate does not use, reach, contain or do. The table of crates in ARCHITECTURE.md
//! is itself the rule for who may use whom, so that the page cannot say anything else than what is checked. What a
//! registry crate depends on is read from `Cargo.lock`, which lists every platform and needs no download.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

type Names = BTreeSet<String>;

/// Crates that may be named in one manifest or a few: what each stands behind is a wall.
const OWNED: [(&str, &[&str]); 21] = [
    // The kernel's means to confine a child.
    ("landlock", &["empower-judge"]),
    ("seccompiler", &["empower-judge"]),
    ("libc", &["empower-judge"]),
    // Weights and how they are stored.
    ("half", &["empower-engine"]),
    ("safetensors", &["empower-engine", "empower-train"]),
    // Text to tokens, and messages to text.
    ("tokenizers", &["empower-lm"]),
    ("minijinja", &["empower-lm"]),
    ("minijinja-contrib", &["empower-lm"]),
    // Models by name: the only client of a network.
    ("hf-hub", &["empower"]),
    // Packed private tests.
    ("flate2", &["empower-data"]),
    ("base64", &["empower-data"]),
    // Problems and documents in columns.
    ("parquet", &["empower-data"]),
    // What a person types and sees; errors without a type.
    ("clap", &["empower"]),
    ("indicatif", &["empower"]),
    ("anyhow", &["empower"]),
    ("tracing-subscriber", &["empower"]),
    ("mimalloc", &["empower"]),
    // Content hashes have one owner, and the engine names models by what they hold.
    ("blake3", &["empower-artifact", "empower-engine"]),
    ("rand_chacha", &["empower-artifact", "empower-engine"]),
    ("rusqlite", &["empower-cache"]),
    ("ureq", &["empower-remote"]),
];

/// Asynchronous runtimes and clients or servers of HTTP.
const NETWORK: [&str; 10] = ["async-std", "axum", "curl", "hyper", "isahc", "mio", "reqwest", "smol", "tokio", "ureq"];

/// Tensor libraries and the engine, which stands in for one.
const TENSORS: [&str; 6] = ["burn", "candle-core", "empower-engine", "ndarray", "ort", "tch"];

/// The only code that may be unsafe: vector arithmetic, files as memory, and the stretch between `fork` and `exec`.
const MAY_BE_UNSAFE: [&str; 3] =
    ["crates/empower-engine/src/kernels/", "crates/empower-engine/src/mapped.rs", "crates/empower-judge/src/kernel.rs"];

/// Where processes are started: by the judge; by `empower bench`, for its twin in Python; by `empower demo` and
/// `empower run`, to ask the interpreter where its library lies. The last two run nothing that a model wrote.
const MAY_START_PROCESSES: [&str; 3] =
    ["crates/empower-judge/src/", "crates/empower/src/commands/bench", "crates/empower/src/commands/steps.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is two folders up")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

// ---- manifests and the lock file ----

/// What a manifest of the workspace names.
struct Manifest {
    /// Under `[dependencies]` and `[build-dependencies]`, for any target.
    uses: Names,
    /// Under `[dev-dependencies]`.
    tests_use: Names,
}

fn manifests() -> BTreeMap<String, Manifest> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let mut manifest = Manifest { uses: Names::new(), tests_use: Names::new() };
            for dependency in list(&package["dependencies"]) {
                let for_tests = dependency["kind"] == "dev";
                let names = if for_tests { &mut manifest.tests_use } else { &mut manifest.uses };
                names.insert(text(&dependency["name"]));
            }
            (text(&package["name"]), manifest)
        })
        .collect()
}

/// Package name to names of its dependencies, from `Cargo.lock`; versions of one name are taken together.
///
/// The file is written by cargo alone, one field or list entry a line.
fn lock_graph(lock: &str) -> BTreeMap<String, Names> {
    let mut graph: BTreeMap<String, Names> = BTreeMap::new();
    let mut package = String::new();
    for line in lock.lines() {
        if let Some(name) = line.strip_prefix("name = \"") {
            package = name.trim_end_matches('"').to_owned();
            graph.entry(package.clone()).or_default();
        } else if let Some(entry) = line.strip_prefix(" \"") {
            let name = entry.split(['"', ' ']).next().unwrap_or_default().to_owned();
            graph.get_mut(&package).expect("lists follow a name").insert(name);
        }
    }
    graph
}

/// Everything that the program made from `package` may contain: its dependencies, theirs, and so on. What only the
/// tests of a workspace crate use is not part of it.
fn reach(package: &str, manifests: &BTreeMap<String, Manifest>, lock: &BTreeMap<String, Names>) -> Names {
    let mut reached = Names::new();
    let mut open = vec![package.to_owned()];
    while let Some(name) = open.pop() {
        let next = match manifests.get(&name) {
            Some(manifest) => &manifest.uses,
            None => lock.get(&name).unwrap_or_else(|| panic!("{name} is not in Cargo.lock")),
        };
        open.extend(next.iter().filter(|name| reached.insert((*name).clone())).cloned());
    }
    reached
}

/// Rows of the table in ARCHITECTURE.md: a crate, and the crates of the workspace that it may use.
fn table(page: &str) -> Vec<(String, Names)> {
    let header = "| crate | owns | may use |";
    let rows = page.split_once(header).unwrap_or_else(|| panic!("ARCHITECTURE.md has no `{header}`")).1;
    let mut table: Vec<(String, Names)> = Vec::new();
    for line in rows.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, _, may_use] = cells[..] else { panic!("a row has three cells: {line}") };
        let full = |short: &str| format!("empower-{}", short.trim().trim_matches('`'));
        let may_use = match may_use {
            "nothing" => Names::new(),
            "all" => table.iter().map(|(name, _)| name.clone()).collect(),
            list => list.split(',').map(full).collect(),
        };
        table.push((name.trim_matches('`').to_owned(), may_use));
    }
    table
}

#[test]
fn crates_use_each_other_in_one_direction() {
    let (manifests, table) = (manifests(), table(&read(&root().join("ARCHITECTURE.md"))));
    let listed: Names = table.iter().map(|(name, _)| name.clone()).collect();
    let present: Names = manifests.keys().cloned().collect();
    assert_eq!(listed, present, "the table of ARCHITECTURE.md lists every crate of the workspace, and no other");
    for (i, (name, may_use)) in table.iter().enumerate() {
        let above: Names = table[..i].iter().map(|(name, _)| name.clone()).collect();
        assert!(may_use.is_subset(&above), "{name} may use {may_use:?}, but only {above:?} stand above it");
        let manifest = &manifests[name];
        for used in manifest.uses.union(&manifest.tests_use).filter(|used| present.contains(*used)) {
            assert!(may_use.contains(used), "{name} uses {used}; ARCHITECTURE.md allows {may_use:?}");
        }
    }
}

#[test]
fn heavy_and_dangerous_crates_have_owners() {
    let manifests = manifests();
    for (dependency, owners) in OWNED {
        for (name, manifest) in &manifests {
            let allowed = owners.contains(&name.as_str());
            assert!(allowed || !manifest.uses.contains(dependency), "{name} names {dependency}, which {owners:?} own");
        }
    }
}

#[test]
fn pure_crates_reach_no_network_and_no_tensors() {
    let (manifests, lock) = (manifests(), lock_graph(&read(&root().join("Cargo.lock"))));
    let reaches = |name: &str, forbidden: &[&str]| -> Vec<String> {
        let reached = reach(name, &manifests, &lock);
        reached.into_iter().filter(|name| forbidden.contains(&name.as_str())).collect()
    };
    // That the search goes through the workspace and through the lock file: nobody but the judge names `landlock`, and
    // nobody at all names what `landlock` itself uses.
    assert_eq!(reaches("empower", &["landlock", "enumflags2"]), ["enumflags2", "landlock"]);

    let none: [String; 0] = [];
    for name in ["empower-artifact", "empower-select", "empower-judge", "empower-report", "empower-study"] {
        // A crate is made when its code arrives.
        if manifests.contains_key(name) {
            assert_eq!(reaches(name, &NETWORK), none, "{name} reaches the network");
        }
    }
    for name in manifests.keys() {
        let allowed: &[&str] = match name.as_str() {
            // Behind features that are off: see `no_build_has_tensors_unasked`.
            "empower-engine" => &["candle-core"],
            "empower" | "empower-train" => &["candle-core", "empower-engine"],
            _ => &[],
        };
        assert_eq!(reaches(name, &TENSORS), allowed, "{name} reaches the engine or a tensor library");
    }
    for name in ["empower-artifact", "empower-judge", "empower-report"] {
        assert_eq!(reaches(name, &["empower-lm", "tokenizers"]), none, "{name} knows language models");
    }
}

#[test]
fn no_build_has_tensors_unasked() {
    for (name, manifest) in manifests() {
        let text = read(&root().join("crates").join(&name).join("Cargo.toml"));
        assert!(!text.contains("\ndefault = ["), "{name} has features that are on by default");
        let names_it = manifest.uses.contains("candle-core");
        assert_eq!(names_it, name == "empower-engine", "{name}: only the engine may name candle-core");
        assert!(!names_it || text.contains("candle-core = { workspace = true, optional = true }"), "it is optional");
    }
    let (path, word) = ("crates/empower-engine/src/accelerated", "candle_core");
    for (file, text) in sources() {
        assert!(file.starts_with(path) || !has_word(&code(&text), word), "{file} uses tensors; only {path} may");
    }
}

// ---- sources ----

/// All Rust files under `crates`, as paths from the root with forward slashes, and their text.
fn sources() -> BTreeMap<String, String> {
    fn walk(folder: &Path, root: &Path, found: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the workspace can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, root, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
                found.insert(name, read(&path));
            }
        }
    }
    let (root, mut found) = (root(), BTreeMap::new());
    walk(&root.join("crates"), &root, &mut found);
    found
}

/// Whether a file holds tests only, by where it lies and what it is called.
fn is_test(path: &str) -> bool {
    !path.contains("/src/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

/// The text without comments, and with every string and character literal empty.
fn code(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(first) = rest.chars().next() {
        let after_word = out.chars().next_back().is_some_and(|last| last.is_alphanumeric() || last == '_');
        let skipped = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => quoted(rest),
            '\'' => character(rest),
            'r' | 'b' | 'c' if !after_word => raw_string(rest),
            _ => 0,
        };
        if skipped > 0 {
            out.push(' ');
            rest = &rest[skipped..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        match rest {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Length of the literal that begins with a quote, up to the next one that no backslash precedes.
fn quoted(text: &str) -> usize {
    let (quote, mut escaped) = (text.as_bytes()[0], false);
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a character literal; 0 for a lifetime, which is a quote not closed after one character.
fn character(text: &str) -> usize {
    let mut characters = text.chars().skip(1);
    match (characters.next(), characters.next()) {
        (Some('\\'), _) => quoted(text),
        (Some(inner), Some('\'')) => 2 + inner.len_utf8(),
        _ => 0,
    }
}

/// Length of a raw string with its prefix; 0 where there is none.
fn raw_string(text: &str) -> usize {
    let Some(rest) = ["r", "br", "cr"].iter().find_map(|prefix| text.strip_prefix(prefix)) else { return 0 };
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    if !rest[hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = text.len() - rest.len() + hashes + 1;
    text[body..].find(&end).map_or(text.len(), |at| body + at + end.len())
}

/// Whether `word` stands in `code` as a word of its own.
fn has_word(code: &str, word: &str) -> bool {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|part| part == word)
}

/// Code with its white space taken out, so that paths can be searched for however they are laid out.
fn packed(code: &str) -> String {
    code.split_whitespace().collect()
}

/// Items that a file takes from `std::<module>`, whether by path or in a group: `Command` of `std::process`.
fn names_std(packed: &str, module: &str) -> bool {
    if packed.contains(&format!("std::{module}")) {
        return true;
    }
    packed.split("usestd::{").skip(1).any(|rest| {
        let group = rest.split(';').next().unwrap_or_default();
        group.split([',', '{', '}']).any(|item| item == module || item.starts_with(&format!("{module}::")))
    })
}

/// Packed code up to the file's own module of tests, which stands last.
fn without_tests(packed: &str) -> &str {
    let tests = ["#[cfg(test)]modtests{", "#[cfg(test)]pub(crate)modtests{"];
    let end = tests.iter().filter_map(|start| packed.find(start)).min();
    &packed[..end.unwrap_or(packed.len())]
}

#[test]
fn the_reader_of_sources_sees_code_only() {
    let check = |text: &str, expected: &str| assert_eq!(packed(&code(text)), expected, "{text}");
    check("a // unsafe\nb", "ab");
    check("a /* unsafe /* unsafe */ unsafe */ b", "ab");
    check(r#"f("unsafe \" unsafe") + 1"#, "f()+1");
    check(r##"f(r#"unsafe " unsafe"#, br"\", b"unsafe")"##, "f(,,b)");
    check("['\"', '\\'', 'x'] for<'a> &'a str", "[,,]for<'a>&'astr");
    check("for_r(\"unsafe\")", "for_r()");
    assert!(has_word("x = unsafe { 1 }", "unsafe") && !has_word("unsafe_code", "unsafe"));
    assert!(names_std("usestd::{fs,io::Write};", "io") && names_std("std::fs::read", "fs"));
    assert!(!names_std("usestd::{fmt,path::Path};usecrate::fs;", "fs"));
    assert_eq!(without_tests("fnf(){}#[cfg(test)]modtests{fng(){}}"), "fnf(){}");
    assert_eq!(without_tests("fnf(){}#[cfg(test)]fng(){}"), "fnf(){}#[cfg(test)]fng(){}");
}

#[test]
fn unsafe_code_stays_behind_two_doors() {
    let sources = sources();
    let mut doors_used = [false; MAY_BE_UNSAFE.len()];
    for (path, text) in &sources {
        let code = code(text);
        if !has_word(&code, "unsafe") && !has_word(&code, "unsafe_code") {
            continue;
        }
        match MAY_BE_UNSAFE.iter().position(|door| path.starts_with(door)) {
            Some(door) => doors_used[door] = true,
            None => panic!("{path} has unsafe code or allows it; only {MAY_BE_UNSAFE:?} may"),
        }
    }
    assert_eq!(doors_used, [true; MAY_BE_UNSAFE.len()], "a door that nobody uses is to be closed");
    // The engine denies the rest of the workspace's lints by itself; every other crate inherits `unsafe_code = "deny"`.
    for name in manifests().keys().filter(|name| *name != "empower-engine") {
        let manifest = read(&root().join("crates").join(name).join("Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name} does not take the workspace's lints");
    }
}

#[test]
fn few_files_start_processes() {
    for (path, text) in sources() {
        if is_test(&path) || MAY_START_PROCESSES.iter().any(|start| path.starts_with(start)) {
            continue;
        }
        let code = packed(&code(&text));
        let starts = without_tests(&code).split("process::").skip(1).any(|rest| {
            let group = rest.strip_prefix('{').and_then(|rest| rest.split('}').next()).unwrap_or_default();
            rest.starts_with("Command") || group.split(',').any(|item| item == "Command")
        });
        assert!(!starts, "{path} starts a process; only {MAY_START_PROCESSES:?} may");
    }
}

#[test]
fn pure_crates_touch_nothing() {
    for (path, text) in sources() {
        let modules: &[&str] = match path.split('/').nth(1) {
            _ if is_test(&path) => continue,
            Some("empower-select") => &["env", "fs", "io", "net", "process", "thread", "time"],
            // It writes its four files through `empower-artifact`.
            Some("empower-report") => &["env", "fs", "net", "process", "thread", "time"],
            _ => continue,
        };
        let code = packed(&code(&text));
        let code = without_tests(&code);
        for module in modules {
            assert!(!names_std(code, module), "{path} uses std::{module}, but its crate is pure");
        }
        let writes = code.contains("write_atomic") || code.contains("write_json_atomic");
        assert!(!writes || path == "crates/empower-report/src/report.rs", "{path} writes files");
    }
}

#[test]
fn libraries_print_nothing() {
    for (path, text) in sources() {
        if is_test(&path) || path.starts_with("crates/empower/") {
            continue;
        }
        let code = packed(&code(&text));
        let code = without_tests(&code);
        for name in ["print!(", "println!(", "eprint!(", "eprintln!(", "dbg!("] {
            // `eprint!(` ends in `print!(`, which is as well.
            assert!(!code.contains(name), "{path} prints; what a person sees is the binary's business");
        }
    }
}

#[test]
fn every_source_file_says_what_it_is() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{path} does not open with `//!` prose: what it owns, what it refuses");
    }
}

// ---- pages ----

/// The pages that describe the workspace.
fn pages() -> Vec<PathBuf> {
    let root = root();
    let mut pages: Vec<PathBuf> = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]
        .iter()
        .chain(&["assets/problems/README.md", "assets/documents/README.md", "assets/model/README.md"])
        .map(|name| root.join(name))
        .collect();
    let how_to = std::fs::read_dir(root.join("docs/how-to")).expect("docs/how-to is there");
    pages.extend(how_to.map(|entry| entry.expect("an entry").path()));
    pages
}

#[test]
fn pages_name_files_that_are_there() {
    let (root, folders) = (root(), ["crates/", "assets/", "reference/", "docs/", ".ci/"]);
    for page in pages() {
        let text = read(&page);
        let folder = page.parent().expect("a page lies in a folder");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let outside = link.is_empty() || link.contains("://");
            assert!(outside || folder.join(link).exists(), "{}: the link to {link} leads nowhere", page.display());
        }
        // Paths in backquotes, from the root; what has a placeholder or a pattern in it is not one.
        for path in text.split('`') {
            let pattern = path.contains(|c: char| c.is_whitespace() || "*<>…{".contains(c));
            let ours = folders.iter().any(|folder| path.starts_with(folder));
            assert!(pattern || !ours || root.join(path).exists(), "{}: there is no {path}", page.display());
        }
    }
}

#[test]
fn the_architecture_page_stays_short() {
    let lines = read(&root().join("ARCHITECTURE.md")).lines().count();
    assert!(lines <= 300, "ARCHITECTURE.md has {lines} lines, at most 300");
}
