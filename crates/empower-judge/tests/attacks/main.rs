//! Programs that attack, run for real: each beside innocent programs, as the user at hand and as an ordinary one.
//!
//! An attack gets no pass and no excuse (an ending that looks like the machine's failure), leaves its neighbours'
//! verdicts, the judging process and the machine as they were, and leaves neither a process nor a file. What ran and
//! how it ended is printed as a table (`cargo test --release -p empower-judge --test attacks -- --nocapture`).
//!
//! The judging process is itself attacked, so it is one of its own: the test starts itself, in the part of a host, and
//! looks at how the host ended.

mod arena;
#[path = "../support/mod.rs"]
mod support;
mod table;

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arena::{Arena, Host, Neighbours, attack_tests, processes};
use empower_judge::{Judge, JudgeSettings, Verdict, VerdictRow};
use support::{judge_one, open, settings, stdin_tests};
use table::{ATTACKS, Attack, Form};

const COMMON: &str = include_str!("common.py");

/// Tells a process that it is the host, and which interpreter its judge uses.
const HOST: &str = "EMPOWER_JUDGE_TEST_HOST";
/// Names the attacks to run, by a part of their names; all by default.
const ONLY: &str = "EMPOWER_JUDGE_TEST_ATTACKS";

/// An ordinary user: no name, no files, no group of others.
const ORDINARY: u32 = 54_321;

fn host_settings() -> JudgeSettings {
    let python = std::env::var_os(HOST).filter(|path| !path.is_empty()).map(PathBuf::from);
    // Two workers for the neighbours; the attack comes from another thread.
    // chosen: more than any attack that ends by itself takes on a busy machine.
    JudgeSettings { python, time_limit: Duration::from_secs(30), ..settings() }
}

/// The attack in one form as a whole program.
fn whole_program(attack: &Attack, form: Form) -> String {
    let end = match form {
        Form::Script => "_write(1, (\"%s\\n\" % outcome(attack(_loads(input())))).encode())",
        Form::Function => "def attacked(arena):\n    return outcome(attack(arena))",
    };
    format!("{COMMON}\n\n{}\n\n{end}\n", attack.program)
}

/// Runs one attack in one form; says how it ended, or what it did that it must not.
fn run(judge: &Judge, neighbours: &Neighbours, attack: &Attack, form: Form) -> Result<VerdictRow, String> {
    // Twenty-eight digits: text and number at once, so that comparisons of both kinds are reached.
    let keys = RandomState::new();
    let digits = |salt: u32, modulus: u64| keys.hash_one(salt) % modulus;
    let (first, last) = (100_000 + digits(0, 900_000), 100_000 + digits(2, 900_000));
    let expected = format!("{first}{:016}{last}", digits(1, 10_000_000_000_000_000));
    let arena = Arena::new();
    let mut told = arena.describe(judge);
    told.insert(String::from("form"), if form == Form::Script { "script" } else { "function" }.into());
    told.insert(String::from("ends"), serde_json::json!([first.to_string(), last.to_string()]));
    // Of the same form, and without the answer in it: some attacks search for that.
    told.insert(String::from("wrong"), format!("{last}{:016}{first}", digits(3, 10_000_000_000_000_000)).into());
    if attack.program.contains("arena[\"answer\"]") {
        told.insert(String::from("answer"), expected.clone().into());
    }
    let tests = attack_tests(&serde_json::Value::Object(told), form == Form::Function, &expected);
    let program = whole_program(attack, form);
    let before = Host::look(judge);
    let attacked = AtomicBool::new(false);
    let (row, beside) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| {
            // At least once beside the attack, and once after it.
            let mut turn = 0;
            loop {
                let over = attacked.load(Ordering::Acquire) && turn > 0;
                neighbours.visit(judge, turn)?;
                if over {
                    return Ok::<_, String>(());
                }
                turn += 1;
            }
        });
        let row = judge_one(judge, &program, &tests);
        attacked.store(true, Ordering::Release);
        (row, beside.join().expect("neighbours are judged"))
    });
    let fault = |what: String| Err(format!("{what}; {row:?}"));
    if matches!(row.verdict, Verdict::Pass | Verdict::Infrastructure) || row.detail.contains("got \"worked: ") {
        return fault(String::from("the attack worked"));
    }
    if !attack.ends.iter().any(|(verdict, detail)| *verdict == row.verdict && row.detail.contains(detail)) {
        return fault(String::from("an ending that the table does not have"));
    }
    // Controls of terminals and of the direction of writing.
    let is_command = |character: char| {
        (character.is_control() && !matches!(character, '\n' | '\t'))
            || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if row.detail.contains(is_command) {
        return fault(String::from("the detail commands a terminal"));
    }
    if let Err(harm) = beside {
        return fault(harm);
    }
    let harm = arena.harm();
    if !harm.is_empty() {
        return fault(format!("harm: {harm:?}"));
    }
    let after = Host::look(judge);
    if after != before {
        return fault(format!("the judge was {before:?}, is {after:?}, with {:?}", processes(judge.scratch())));
    }
    Ok(row)
}

/// The host's part: does nothing unless another test started this one.
#[test]
fn host() {
    if std::env::var_os(HOST).is_none() {
        return;
    }
    let only = std::env::var(ONLY).unwrap_or_default();
    let slow = open(host_settings());
    // chosen: room for the neighbours on a busy machine; every attack on the clock pays it twice.
    let hasty = open(JudgeSettings { time_limit: Duration::from_millis(1500), ..host_settings() });
    let [at_ease, in_haste] = [&slow, &hasty].map(|judge| (judge, Neighbours::meet(judge)));
    let (mut n_runs, mut failures) = (0, Vec::new());
    for attack in ATTACKS.iter().filter(|attack| attack.name.contains(&only)) {
        for &form in attack.forms {
            let (judge, neighbours) = if attack.hasty { &in_haste } else { &at_ease };
            let started = Instant::now();
            let ended = run(judge, neighbours, attack, form);
            let millis = started.elapsed().as_millis();
            n_runs += 1;
            match ended {
                Ok(row) => {
                    let detail: String = row.detail.lines().last().unwrap_or("").chars().take(100).collect();
                    let verdict = format!("{:?}", row.verdict);
                    println!("{:24} {form:?}\t{verdict:13} {millis:5} ms  {detail}", attack.name);
                }
                Err(fault) => {
                    println!("{:24} {form:?}\tFAILED {fault}", attack.name);
                    failures.push(format!("{} as {form:?} ({}): {fault}", attack.name, attack.tries()));
                }
            }
        }
    }
    for (judge, neighbours) in [&at_ease, &in_haste] {
        neighbours.visit_all(judge).expect("after all attacks");
    }
    let scratch = [&slow, &hasty].map(|judge| judge.scratch().to_owned());
    drop((slow, hasty));
    for folder in scratch {
        assert!(!folder.exists(), "the judge's folder goes with it");
        assert_eq!(processes(&folder), Vec::<String>::new(), "no process outlives its judge");
    }
    println!("{n_runs} attacks run, {} failed", failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A copy of this test that every user may execute, since the original may lie in a private folder.
fn copy_for_everyone() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("own folder");
    let copy = folder.path().join("host");
    fs::copy(std::env::current_exe().expect("a running test"), &copy).expect("room for a copy");
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).expect("own file");
    (folder, copy)
}

/// Makes `command` run as the ordinary user.
fn as_ordinary_user(command: &mut Command) -> &mut Command {
    command.uid(ORDINARY).gid(ORDINARY).current_dir("/").env_remove("HOME")
}

fn is_root() -> bool {
    fs::metadata("/proc/self").expect("Linux").uid() == 0
}

/// An interpreter that the ordinary user can start, if there is one: the usual one may lie in a private home.
fn python_for_everyone() -> Option<&'static str> {
    let starts = |python: &&str| {
        let mut command = Command::new(python);
        let status = as_ordinary_user(&mut command).args(["-c", "import ctypes"]).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    ["python3", "/usr/bin/python3", "/usr/local/bin/python3"].into_iter().find(starts)
}

/// Starts this test as a host and waits; prints what it printed.
fn run_host(mut command: Command, python: &str) {
    let output = command
        .args(["host", "--exact", "--nocapture"])
        .env(HOST, python)
        .stdin(Stdio::null())
        .output()
        .expect("the test starts itself");
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{text}\n{errors}", output.status);
    assert!(text.contains("attacks run, 0 failed"), "the host came to its end: {text}");
}

#[test]
fn attacks_as_this_user() {
    run_host(Command::new(std::env::current_exe().expect("a running test")), "");
}

#[test]
fn attacks_as_an_ordinary_user() {
    if !is_root() {
        println!("skipped: this user is an ordinary one already");
        return;
    }
    let Some(python) = python_for_everyone() else {
        println!("skipped: no interpreter that an ordinary user can start");
        return;
    };
    let (_folder, copy) = copy_for_everyone();
    let mut command = Command::new(copy);
    as_ordinary_user(&mut command);
    run_host(command, python);
}

#[test]
fn every_program_is_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/programs");
    let mut there: Vec<String> = fs::read_dir(folder)
        .expect("the source tree")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".py").map(str::to_owned))
        .collect();
    let mut named: Vec<&str> = ATTACKS.iter().map(|attack| attack.name).collect();
    there.sort();
    named.sort();
    assert_eq!(there, named);
    assert!(ATTACKS.iter().all(|attack| !attack.tries().is_empty() && attack.program.contains("def attack(arena):")));
}

/// The host's part in the next test: judges a program that would sleep for ten minutes, with its death signal cut off
/// if that were possible.
#[test]
fn sleeping_host() {
    if std::env::var_os(HOST).is_none() {
        return;
    }
    let judge = open(JudgeSettings { time_limit: Duration::from_secs(600), ..host_settings() });
    println!("scratch={}", judge.scratch().display());
    let program = "import ctypes, os, signal, time\n\
                   libc = ctypes.CDLL(None)\n\
                   libc.prctl(1, 0, 0, 0, 0)\n\
                   libc.daemon(1, 1)\n\
                   for number in range(1, 65):\n\
                   \x20   try: signal.signal(number, signal.SIG_IGN)\n\
                   \x20   except (OSError, ValueError): pass\n\
                   open('asleep', 'w').close()\n\
                   time.sleep(600)";
    judge_one(&judge, program, &stdin_tests(&[("", "")]));
}

fn outliving(mut command: Command, python: &str) {
    let mut host = command
        .args(["sleeping_host", "--exact", "--nocapture"])
        .env(HOST, python)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the test starts itself");
    let lines = BufReader::new(host.stdout.take().expect("piped")).lines();
    let scratch = lines
        .map_while(Result::ok)
        .find_map(|line| line.split_once("scratch=").map(|(_, path)| path.to_owned()))
        .expect("the host names its scratch folder");
    let scratch = Path::new(&scratch);
    let patience = Instant::now() + Duration::from_secs(120);
    let within = |done: &dyn Fn() -> bool| {
        while !done() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(20));
        }
        done()
    };
    let asleep = || {
        fs::read_dir(scratch)
            .is_ok_and(|mut runs| runs.any(|run| run.is_ok_and(|run| run.path().join("asleep").exists())))
    };
    assert!(within(&asleep), "the program has come up and tried to stay");
    let lives = || {
        fs::read_dir("/proc")
            .expect("Linux")
            .flatten()
            .any(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(scratch)))
    };
    assert!(lives(), "the program is seen while it runs");
    host.kill().expect("own child");
    host.wait().expect("own child");
    assert!(within(&|| !lives()), "the program ends with its judge");
    fs::remove_dir_all(scratch).expect("the host had no chance to");
}

#[test]
fn outliving_a_killed_judge() {
    outliving(Command::new(std::env::current_exe().expect("a running test")), "");
    if let (true, Some(python)) = (is_root(), python_for_everyone()) {
        let (_folder, copy) = copy_for_everyone();
        let mut command = Command::new(copy);
        as_ordinary_user(&mut command);
        outliving(command, python);
    }
}
