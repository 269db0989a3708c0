//! What of the sandbox works on this machine, found by trying: for each layer a small Python program of our own runs
//! under that layer alone and attempts what the layer must refuse. For `empower doctor`, and for nobody's verdicts.
//!
//! A layer counts as present when every attempt was refused, whatever a version number says. Nothing untrusted runs
//! here, and nothing is changed but files in a temporary folder.

use std::fs;
use std::io::{self, Read};
use std::net::TcpListener;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use seccompiler::BpfProgram;
use serde::Serialize;

use super::{Sandbox, UNPRIVILEGED, identities, layer, namespace_sets};
use crate::interpreter::Interpreter;
use crate::kernel::{self, Confinement, Limit};
use crate::{Judge, JudgeError, JudgeSettings, SandboxPolicy};

const PROGRAM: &str = include_str!("probe.py");

/// One thing that was tried under one layer alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// What was tried.
    pub what: String,
    /// Whether the layer did what it is for.
    pub held: bool,
    /// What the kernel answered, by the error's name, or what was found.
    pub answer: String,
}

/// One layer, tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerFinding {
    /// The layer, in words that stay the same from release to release.
    pub name: &'static str,
    /// Whether a strict sandbox refuses to run without it.
    pub required: bool,
    /// Whether it could be applied and held in every attempt.
    pub present: bool,
    /// What it is for.
    pub purpose: &'static str,
    /// Where it is not present: why. Else empty.
    pub reason: String,
    /// Where it is not present: what to do about it. Else empty.
    pub remedy: &'static str,
    /// What was tried under it.
    pub attempts: Vec<Attempt>,
}

/// One version of Landlock's interface, and what it adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LandlockLevel {
    /// The version.
    pub abi: i32,
    /// The release of Linux that brought it.
    pub linux: &'static str,
    /// What a program can be kept from with it.
    pub gives: &'static str,
    /// Whether this kernel has it.
    pub present: bool,
}

/// The interpreter as it was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InterpreterFinding {
    /// What the name on the search path leads to first.
    pub named: PathBuf,
    /// The executable that programs run in.
    pub path: PathBuf,
    /// Implementation and version.
    pub version: String,
    /// Whether the name leads to a version manager's shim, which the judge goes past.
    pub shim: bool,
    /// Milliseconds of an empty start by the name, the least of three.
    pub named_start_ms: f64,
    /// Milliseconds of an empty start of the executable, the least of three.
    pub start_ms: f64,
}

/// Where programs get their folders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScratchFinding {
    /// The folder for temporary files.
    pub path: PathBuf,
    /// The file system's type, where the kernel's table of mounts tells it.
    pub file_system: Option<String>,
    /// Bytes that are free to this user.
    pub free_bytes: Option<u64>,
    /// Bytes that the programs of one judge may take: workers times the most of one program.
    pub needed_bytes: u64,
    /// Why no folder can be made there; `None` where one can.
    pub fault: Option<String>,
}

/// What a strict judge says to this machine, and how fast it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrictFinding {
    /// Why it refuses to judge; `None` where it does not.
    pub refusal: Option<String>,
    /// Milliseconds that the smallest test takes in the whole sandbox, the median of five.
    pub test_ms: Option<f64>,
    /// Nanoseconds that one turn of a Python loop takes in it, from the least of three runs of a million.
    pub loop_ns: Option<f64>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SandboxFindings {
    /// Whether programs can be judged with [`SandboxPolicy::Strict`], and how fast.
    pub strict: StrictFinding,
    /// Every layer, in the order in which a child applies them. Empty without an interpreter to try them with.
    pub layers: Vec<LayerFinding>,
    /// Landlock's version on this kernel; 0 or less where there is none.
    pub landlock_abi: i32,
    /// Landlock's versions known to this crate.
    pub landlock_levels: Vec<LandlockLevel>,
    /// The interpreter; `None` where there is none that can be used, which [`StrictFinding::refusal`] explains.
    pub interpreter: Option<InterpreterFinding>,
    /// Where programs get their folders.
    pub scratch: ScratchFinding,
}

/// Tries every layer of the sandbox that `settings` ask for, each alone, and then a strict judge as a whole. Starts
/// some fifteen small processes; takes a second or two.
pub fn probe(settings: &JudgeSettings) -> SandboxFindings {
    let strict = JudgeSettings { sandbox: SandboxPolicy::Strict, ..settings.clone() };
    let landlock_abi = kernel::landlock_abi();
    let interpreter = Interpreter::find(settings.python.as_deref());
    let layers = match &interpreter {
        Ok(interpreter) => layers(interpreter, landlock_abi),
        Err(_) => Vec::new(),
    };
    SandboxFindings {
        strict: judged(strict),
        layers,
        landlock_abi,
        landlock_levels: landlock_levels(landlock_abi),
        interpreter: interpreter.ok().map(|interpreter| look_at(settings.python.as_deref(), &interpreter)),
        scratch: scratch(settings.workers),
    }
}

fn landlock_levels(abi: i32) -> Vec<LandlockLevel> {
    [
        (1, "5.13", "reading, writing, making and executing files outside the folders that are named"),
        (2, "5.19", "moving and linking files from one folder to another"),
        (3, "6.2", "cutting files off (needed: without it every file that is open to all could be emptied)"),
        (4, "6.7", "TCP: connecting and listening"),
        (5, "6.10", "commands to devices (ioctl)"),
        (6, "6.12", "signals to processes outside, and abstract local sockets"),
        (7, "6.15", "a record of what was refused, in the audit log"),
    ]
    .map(|(version, linux, gives)| LandlockLevel { abi: version, linux, gives, present: abi >= version })
    .into()
}

/// What to apply for one layer's probe.
#[derive(Default)]
struct Alone {
    identity: Option<(u32, u32)>,
    namespaces: libc::c_int,
    drop_capabilities: bool,
    limits: Vec<Limit>,
    landlock: bool,
    filters: Option<Arc<Vec<BpfProgram>>>,
}

fn layers(interpreter: &Interpreter, abi: i32) -> Vec<LayerFinding> {
    let root = kernel::effective_user() == 0;
    // What does not depend on the choice of user; missing where a required layer is.
    let prepared = Sandbox::prepare(SandboxPolicy::Strict, interpreter, None, 0);
    let filters = prepared.as_ref().ok().and_then(|sandbox| sandbox.filters.clone());
    let sandbox = prepared.as_ref().ok();
    let ask = |what: &str, alone: Alone| attempts(interpreter, sandbox, what, alone);
    let landlock = |what: &str| match prepared.as_ref() {
        Ok(_) => ask(what, Alone { landlock: true, ..Alone::default() }),
        Err(error) => Err(error.to_string()),
    };
    let from_version = |version: i32, what: &str| {
        if abi >= version {
            landlock(what)
        } else {
            Err(format!("this kernel's Landlock is version {}, not {version}", abi.max(0)))
        }
    };
    let mut found = vec![
        finding(
            layer::UNPRIVILEGED_USER,
            false,
            "programs run as a user who owns nothing, without any capability",
            "install an interpreter outside private folders (the package python3 of your distribution), or name one with --python",
            ask("user", Alone { identity: root.then_some(UNPRIVILEGED), drop_capabilities: true, ..Alone::default() })
                .map_err(|reason| match root {
                    true => format!("programs run as user 0 without capabilities instead: {reason}"),
                    false => reason,
                }),
        ),
        finding(
            "no-new-privileges",
            true,
            "no program that is executed gains rights, setuid or not",
            "this belongs to every kernel since 3.5; a container's profile may be in the way",
            landlock("privileges"),
        ),
        finding(
            layer::LIMITS,
            true,
            "memory, processor time, file size and open files have bounds",
            "this belongs to every kernel; a container's profile may be in the way",
            ask(
                "limits",
                Alone {
                    limits: [
                        (libc::RLIMIT_AS, 256 << 20),
                        (libc::RLIMIT_FSIZE, 1 << 20),
                        (libc::RLIMIT_NOFILE, 64),
                        (libc::RLIMIT_CORE, 0),
                    ]
                    .map(|(resource, bytes)| Limit { resource, soft: bytes, hard: bytes })
                    .into(),
                    ..Alone::default()
                },
            ),
        ),
        finding(
            layer::LANDLOCK_FILES,
            true,
            "files outside the scratch folder can be neither read nor changed",
            "use Linux 6.2 or newer built with CONFIG_SECURITY_LANDLOCK=y, and add `landlock` to the kernel's `lsm=` list",
            from_version(3, "files"),
        ),
        finding(
            layer::LANDLOCK_NETWORK,
            false,
            "no TCP, besides what the filter refuses",
            "use Linux 6.7 or newer; the filter refuses sockets meanwhile",
            from_version(4, "tcp"),
        ),
        finding(
            "landlock-devices",
            false,
            "no commands to devices",
            "use Linux 6.10 or newer; no device but null, zero and random can be opened meanwhile",
            from_version(5, "devices"),
        ),
        finding(
            layer::LANDLOCK_SCOPE,
            false,
            "no signals and abstract sockets out, besides what the filter refuses",
            "use Linux 6.12 or newer; the filter refuses both meanwhile",
            from_version(6, "scope"),
        ),
        finding(
            layer::SECCOMP,
            true,
            "no processes, sockets, signals, changes of mode or owner, and no interfaces that no program needs",
            "use a kernel built with CONFIG_SECCOMP_FILTER=y, on x86-64 or aarch64; a container's profile may be in the way",
            match filters {
                Some(filters) => ask("calls", Alone { filters: Some(filters), ..Alone::default() }),
                None => Err(prepared.as_ref().err().map_or_else(String::new, JudgeError::to_string)),
            },
        ),
    ];
    const USERNS: &str = "allow user namespaces: sysctl user.max_user_namespaces above 0, on Debian \
        kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0; in a container, \
        a seccomp profile that allows unshare";
    for (name, kind, flag, purpose) in [
        (
            "namespace-user",
            "user",
            0,
            "capabilities in the others mean nothing outside; threads are counted by program",
        ),
        ("namespace-net", "net", libc::CLONE_NEWNET, "not even a network to be refused"),
        ("namespace-ipc", "ipc", libc::CLONE_NEWIPC, "queues and memory of System V end with the program"),
        ("namespace-mount", "mnt", libc::CLONE_NEWNS, "mounts of the program's own would stay its own"),
        (
            "namespace-pid",
            "pid_for_children",
            libc::CLONE_NEWPID,
            "process numbers of its own; the sandbox does not use it",
        ),
    ] {
        let alone = Alone { namespaces: libc::CLONE_NEWUSER | flag, ..Alone::default() };
        found.push(finding(name, false, purpose, USERNS, ask(&format!("namespace {kind}"), alone)));
    }
    // As the sandbox wants them: all at once, and after the change of user that works here.
    let all = namespace_sets(SandboxPolicy::Strict).into_iter().next().unwrap_or(0);
    let together = identities(SandboxPolicy::Strict)
        .into_iter()
        .map(|identity| {
            ask("namespace net", Alone { identity, namespaces: all, drop_capabilities: true, ..Alone::default() })
        })
        .reduce(|better, next| better.or(next))
        .unwrap_or_else(|| Err(String::from("there is no user to try them as")));
    found.push(finding(
        layer::NAMESPACES,
        false,
        "the namespaces of users, networks, queues and mounts together, as the user that programs get",
        USERNS,
        together,
    ));
    found
}

fn finding(
    name: &'static str,
    required: bool,
    purpose: &'static str,
    remedy: &'static str,
    tried: Result<Vec<Attempt>, String>,
) -> LayerFinding {
    let (attempts, reason) = match tried {
        Ok(attempts) => {
            let failed: Vec<_> = attempts.iter().filter(|attempt| !attempt.held).collect();
            let list = failed.iter().map(|attempt| format!("{} ({})", attempt.what, attempt.answer));
            let list = list.collect::<Vec<_>>().join(", ");
            let reason = if list.is_empty() { list } else { format!("it does not hold: {list}") };
            (attempts, reason)
        }
        Err(reason) => (Vec::new(), reason),
    };
    let present = reason.is_empty();
    LayerFinding { name, required, present, purpose, reason, remedy: if present { "" } else { remedy }, attempts }
}

/// Runs the probing program's part `what` under one layer. The error says why the layer could not be applied.
fn attempts(
    interpreter: &Interpreter,
    sandbox: Option<&Sandbox>,
    what: &str,
    alone: Alone,
) -> Result<Vec<Attempt>, String> {
    run(interpreter, sandbox, what, alone).unwrap_or_else(|error| Err(error.to_string()))
}

fn run(
    interpreter: &Interpreter,
    sandbox: Option<&Sandbox>,
    what: &str,
    alone: Alone,
) -> io::Result<Result<Vec<Attempt>, String>> {
    let outside = tempfile::Builder::new().prefix("empower-doctor-").tempdir()?;
    let scratch = outside.path().join("scratch");
    fs::create_dir(&scratch)?;
    let canary = outside.path().join("canary");
    fs::write(&canary, "outside")?;
    // Open to everyone: only the layer stands in between.
    for (path, mode) in [(outside.path(), 0o777), (scratch.as_path(), 0o777), (canary.as_path(), 0o666)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let abstract_name = format!("empower-doctor-{}-{}", std::process::id(), listener.local_addr()?.port());
    let _abstract_socket = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&abstract_name)?)?;
    let landlock: Option<OwnedFd> = match (alone.landlock, sandbox) {
        (true, Some(sandbox)) => sandbox.ruleset(&scratch)?,
        _ => None,
    };
    let (mut report, report_end) = io::pipe()?;
    let mut command = Command::new(&interpreter.path);
    command.args(["-s", "-S", "-B", "-X", "utf8", "-c", PROGRAM, what]).arg(outside.path());
    command.arg(listener.local_addr()?.port().to_string()).arg(&abstract_name);
    command.env_clear().env("LANG", "C.UTF-8").current_dir(&scratch);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let own_namespace = |kind: &str| fs::read_link(format!("/proc/self/ns/{kind}")).unwrap_or_default();
    if let Some(kind) = what.strip_prefix("namespace ") {
        command.arg(own_namespace(kind));
    }
    kernel::confine(
        &mut command,
        Confinement {
            report: report_end.as_raw_fd(),
            parent: std::process::id(),
            identity: alone.identity,
            namespaces: alone.namespaces,
            drop_capabilities: alone.drop_capabilities,
            limits: alone.limits,
            landlock,
            filters: alone.filters,
        },
    );
    let spawned = command.spawn();
    drop(command);
    drop(report_end);
    let child = match spawned {
        Ok(child) => child,
        Err(error) => {
            let mut frame = Vec::new();
            report.read_to_end(&mut frame)?;
            let step = match frame.as_slice() {
                [b'!', letter] => kernel::step_name(*letter),
                _ => "starting the interpreter",
            };
            return Ok(Err(format!("{step}: {error}")));
        }
    };
    let output = child.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rows: Vec<(String, bool, String)> = match serde_json::from_str(&text) {
        Ok(rows) if output.status.success() => rows,
        _ => {
            let errors = String::from_utf8_lossy(&output.stderr);
            let last = errors.trim_end().lines().last().unwrap_or("").to_owned();
            return Ok(Err(format!("the interpreter does not run under it: {}: {last}", output.status)));
        }
    };
    Ok(Ok(rows.into_iter().map(|(what, held, answer)| Attempt { what, held, answer }).collect()))
}

/// The least time of three starts that do nothing.
fn least_start(path: &Path) -> f64 {
    let start = || {
        let started = Instant::now();
        let status =
            Command::new(path).args(["-s", "-S", "-c", ""]).stdin(Stdio::null()).stderr(Stdio::null()).status();
        if status.is_ok_and(|status| status.success()) { started.elapsed().as_secs_f64() * 1e3 } else { f64::INFINITY }
    };
    (0..3).map(|_| start()).fold(f64::INFINITY, f64::min)
}

fn look_at(python: Option<&Path>, interpreter: &Interpreter) -> InterpreterFinding {
    let on_search_path = |name: &Path| {
        if name.components().count() > 1 {
            return Some(name.to_owned());
        }
        let folders = std::env::var_os("PATH")?;
        std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
    };
    let names = python.map_or_else(|| vec![Path::new("python3"), Path::new("python")], |python| vec![python]);
    let named = names.into_iter().find_map(on_search_path).unwrap_or_else(|| interpreter.path.clone());
    // A shim is a script, or a small program; either way another file than what runs in the end. Links are none.
    let shim = named.canonicalize().ok() != interpreter.path.canonicalize().ok();
    InterpreterFinding {
        named_start_ms: least_start(&named),
        start_ms: least_start(&interpreter.path),
        named,
        path: interpreter.path.clone(),
        version: interpreter.version.clone(),
        shim,
    }
}

fn scratch(workers: usize) -> ScratchFinding {
    let path = std::env::temp_dir();
    let real = path.canonicalize().unwrap_or_else(|_| path.clone());
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let made = tempfile::Builder::new().prefix("empower-doctor-").tempdir_in(&path);
    ScratchFinding {
        file_system: file_system_of(&real, &mounts),
        free_bytes: kernel::free_bytes(&real).ok(),
        needed_bytes: super::MAX_SCRATCH_BYTES.saturating_mul(workers as u64),
        fault: made.err().map(|error| error.to_string()),
        path,
    }
}

/// The type of the file system that holds `path`, from the text of `mountinfo`: of the mounts above it the deepest, and
/// of those the last. A line: `id parent device root place options … - type source options`.
fn file_system_of(path: &Path, mounts: &str) -> Option<String> {
    let mut best: Option<(usize, String)> = None;
    for line in mounts.lines() {
        let Some((before, after)) = line.split_once(" - ") else { continue };
        let (Some(place), Some(kind)) = (before.split(' ').nth(4), after.split(' ').next()) else { continue };
        // The kernel writes space, tab, line end and backslash in octal.
        let place = place.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
        let depth = Path::new(&place).components().count();
        if path.starts_with(&place) && best.as_ref().is_none_or(|(deepest, _)| depth >= *deepest) {
            best = Some((depth, kind.to_owned()));
        }
    }
    best.map(|(_, kind)| kind)
}

/// Opens a strict judge, and measures it.
fn judged(settings: JudgeSettings) -> StrictFinding {
    let judge = match Judge::open(JudgeSettings { time_limit: Duration::from_secs(60), workers: 1, ..settings }) {
        Ok(judge) => judge,
        Err(error) => return StrictFinding { refusal: Some(error.to_string()), test_ms: None, loop_ns: None },
    };
    let time = |program: &str| {
        let case = crate::TestCase { input: String::new(), output: String::from("1") };
        let tests = crate::Tests { kind: crate::TestKind::Stdin, cases: vec![case] };
        let submission = crate::Submission { question_id: "doctor", index: 0, program, tests: &tests };
        let started = Instant::now();
        let rows = judge.judge(&[submission], &|_| {}).ok()?;
        rows.iter().all(|row| row.passed).then(|| started.elapsed().as_secs_f64())
    };
    let mut tests: Vec<f64> = (0..5).filter_map(|_| time("print(1)")).collect();
    tests.sort_by(f64::total_cmp);
    let least = |program: &str| (0..3).filter_map(|_| time(program)).reduce(f64::min);
    let turns = "def work():\n    total = 0\n    for turn in range(N):\n        total += turn & 7\n    return total\nwork()\nprint(1)";
    let (short, long) = (least(&turns.replace('N', "0")), least(&turns.replace('N', "1000000")));
    StrictFinding {
        refusal: tests.is_empty().then(|| String::from("the judge is open, but the smallest program does not pass")),
        test_ms: tests.get(tests.len() / 2).map(|seconds| seconds * 1e3),
        loop_ns: short.zip(long).map(|(short, long)| (long - short).max(0.0) * 1e9 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_mount_tells_the_file_system() {
        let mounts = "22 1 254:0 / / rw shared:1 - ext4 /dev/vda rw\n\
                      30 22 0:26 / /tmp rw - tmpfs tmpfs rw\n\
                      31 22 0:27 / /tmp/a\\040b rw shared:2 master:1 - xfs /dev/vdb rw\n\
                      broken line\n";
        let kind = |path: &str| file_system_of(Path::new(path), mounts);
        assert_eq!(kind("/var/tmp").as_deref(), Some("ext4"));
        assert_eq!(kind("/tmp/x").as_deref(), Some("tmpfs"));
        assert_eq!(kind("/tmpfoo").as_deref(), Some("ext4"));
        assert_eq!(kind("/tmp/a b/c").as_deref(), Some("xfs"));
        assert_eq!(file_system_of(Path::new("/"), ""), None);
    }

    #[test]
    fn versions_of_landlock_add_up() {
        let present = |abi| landlock_levels(abi).iter().filter(|level| level.present).count();
        assert_eq!([-1, 0, 1, 3, 7, 9].map(present), [0, 0, 1, 3, 7, 7]);
    }

    #[test]
    fn an_attempt_that_succeeds_makes_a_layer_absent() {
        let attempt = |held| Attempt { what: String::from("fork"), held, answer: String::from("EPERM") };
        let held = finding("x", true, "", "do this", Ok(vec![attempt(true)]));
        assert!(held.present && held.reason.is_empty() && held.remedy.is_empty());
        let leaks = finding("x", true, "", "do this", Ok(vec![attempt(true), attempt(false)]));
        assert!(!leaks.present && leaks.reason.contains("fork (EPERM)") && leaks.remedy == "do this");
        let absent = finding("x", true, "", "do this", Err(String::from("no")));
        assert!(!absent.present && absent.reason == "no" && absent.attempts.is_empty());
    }

    #[test]
    fn without_a_layer_its_attempts_succeed() {
        // The program must be able to tell: with nothing applied, nothing may be reported as refused by the layer.
        let interpreter = Interpreter::find(None).expect("the tests need python3");
        for what in ["files", "calls", "tcp", "scope", "privileges"] {
            let tried = attempts(&interpreter, None, what, Alone::default()).expect("it runs");
            assert!(tried.iter().any(|attempt| !attempt.held), "{what}: {tried:?}");
        }
    }

    #[test]
    fn this_machine_is_described_as_the_judge_finds_it() {
        let settings = JudgeSettings::default();
        let found = probe(&settings);
        let judge = Judge::open(settings).expect("the tests need a working sandbox");
        assert_eq!(found.strict.refusal, None);
        assert!(found.strict.test_ms.is_some_and(|ms| ms > 0.0));
        for layer in judge.layers().iter().filter(|layer| layer.required) {
            let tried = found.layers.iter().find(|tried| tried.name == layer.name).expect("every layer is tried");
            assert!(tried.present && !tried.attempts.is_empty(), "{tried:?}");
        }
        assert_eq!(found.interpreter.expect("python3").path, judge.interpreter().path);
        let absent =
            probe(&JudgeSettings { python: Some(PathBuf::from("no-such-python")), ..JudgeSettings::default() });
        assert!(absent.layers.is_empty() && absent.interpreter.is_none());
        assert!(absent.strict.refusal.is_some_and(|reason| reason.contains("no-such-python")));
    }
}
