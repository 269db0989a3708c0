//! Where an attack happens and what must be unchanged after it: a folder open to everyone, sockets that listen, the
//! judge's process itself; and the neighbours, innocent programs that run at the same time and after.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use empower_judge::{Judge, TestCase, TestKind, Tests, Verdict};

use crate::support::{functional_tests, judge_one, stdin_tests};

/// A number that no line of the kernel's tables of System V objects holds by accident.
const IPC_KEY: &str = "28013";

/// Things within an attacker's reach but for the sandbox, and how they were.
pub struct Arena {
    folder: tempfile::TempDir,
    listener: TcpListener,
    datagrams: UnixDatagram,
    marker: String,
    before: BTreeMap<String, String>,
}

impl Arena {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let open_to_all = |path: &Path, mode| {
            fs::set_permissions(path, Permissions::from_mode(mode)).expect("own file");
        };
        open_to_all(folder.path(), 0o777);
        for name in ["secret", "victim"] {
            let path = folder.path().join(name);
            fs::write(&path, format!("the {name}")).expect("own folder");
            open_to_all(&path, 0o666);
        }
        let datagrams = UnixDatagram::bind(folder.path().join("socket")).expect("own folder");
        open_to_all(&folder.path().join("socket"), 0o777);
        datagrams.set_nonblocking(true).expect("a socket");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let marker = format!("empower-attack-{}", std::process::id());
        let mut arena = Self { folder, listener, datagrams, marker, before: BTreeMap::new() };
        arena.before = arena.look();
        arena
    }

    /// What an attacker is told, as JSON without the closing brace.
    pub fn describe(&self, judge: &Judge) -> serde_json::Map<String, serde_json::Value> {
        let path = |name: &str| self.folder.path().join(name).display().to_string().into();
        let entries = [
            ("folder", self.folder.path().display().to_string().into()),
            ("secret", path("secret")),
            ("victim", path("victim")),
            ("socket", path("socket")),
            ("port", self.listener.local_addr().expect("bound").port().into()),
            ("judge", std::process::id().into()),
            ("scratch", judge.scratch().display().to_string().into()),
            ("marker", self.marker.clone().into()),
        ];
        entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// What is no longer as it was.
    pub fn harm(&self) -> Vec<String> {
        let after = self.look();
        let mut harm = Vec::new();
        for name in self.before.keys().chain(after.keys()) {
            let (before, after) = (self.before.get(name), after.get(name));
            if before != after {
                harm.push(format!("{name} was {before:?}, is {after:?}"));
            }
        }
        if !self.listener.accept().is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
            harm.push(String::from("somebody connected"));
        }
        if !self.datagrams.recv(&mut [0; 8]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
            harm.push(String::from("somebody sent a datagram"));
        }
        harm
    }

    /// Everything that an attack could have changed, by name.
    fn look(&self) -> BTreeMap<String, String> {
        let mut seen = BTreeMap::new();
        let mut describe = |path: &Path| {
            let Ok(metadata) = fs::symlink_metadata(path) else { return };
            let text = fs::read_to_string(path).unwrap_or_default();
            let facts =
                (metadata.mode(), metadata.uid(), metadata.gid(), metadata.mtime(), metadata.mtime_nsec(), text);
            seen.insert(path.display().to_string(), format!("{facts:?}"));
        };
        describe(self.folder.path());
        for entry in fs::read_dir(self.folder.path()).expect("own folder").flatten() {
            describe(&entry.path());
        }
        // Files that any attack leaves anywhere carry this name.
        for place in ["/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/root", "/home", "/"] {
            describe(&Path::new(place).join(&self.marker));
            describe(&Path::new(place).join(format!("sem.{}", self.marker)));
        }
        for table in ["shm", "sem", "msg"] {
            let text = fs::read_to_string(format!("/proc/sysvipc/{table}")).unwrap_or_default();
            let ours: Vec<_> = text.lines().filter(|line| line.contains(IPC_KEY)).collect();
            seen.insert(format!("sysvipc {table}"), format!("{ours:?}"));
        }
        seen.insert(String::from("host name"), fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default());
        seen
    }
}

/// The judging process as the kernel sees it, as far as an attack could change it.
#[derive(Debug, PartialEq, Eq)]
pub struct Host {
    limits: String,
    status: Vec<String>,
    nice: String,
    descriptors: usize,
    scratch: Vec<PathBuf>,
    processes: usize,
}

impl Host {
    pub fn look(judge: &Judge) -> Self {
        let read = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).expect("Linux");
        let kept = ["Uid:", "Gid:", "CapEff:", "Seccomp:", "NoNewPrivs:", "SigBlk:", "SigIgn:", "Cpus_allowed:"];
        let status = read("status");
        let status = status.lines().filter(|line| kept.iter().any(|name| line.starts_with(name))).map(str::to_owned);
        let stat = read("stat");
        let after_name = stat.rsplit(')').next().unwrap_or("");
        // proc(5): nice is field 19; the third is the first after the name.
        let nice = after_name.split_whitespace().nth(16).unwrap_or("").to_owned();
        let mut scratch: Vec<_> =
            fs::read_dir(judge.scratch()).expect("the judge lives").flatten().map(|entry| entry.path()).collect();
        scratch.sort();
        Self {
            limits: read("limits"),
            status: status.collect(),
            nice,
            descriptors: fs::read_dir("/proc/self/fd").expect("Linux").count(),
            scratch,
            processes: processes(judge.scratch()).len(),
        }
    }
}

/// Processes that are children of this one, or that work in `scratch`, call it their home or hold a file in it;
/// zombies included.
pub fn processes(scratch: &Path) -> Vec<String> {
    let own = std::process::id().to_string();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("Linux").flatten() {
        let path = entry.path();
        if path.ends_with(&own) {
            continue;
        }
        let Ok(stat) = fs::read_to_string(path.join("stat")) else { continue };
        let after_name = stat.rsplit(')').next().unwrap_or("");
        let is_child = after_name.split_whitespace().nth(1) == Some(own.as_str());
        let link_leads_here = |link: &Path| fs::read_link(link).is_ok_and(|target| target.starts_with(scratch));
        let environment = fs::read(path.join("environ")).unwrap_or_default();
        let home = format!("HOME={}", scratch.display());
        let lives_here = link_leads_here(&path.join("cwd"))
            || environment.split(|&byte| byte == 0).any(|line| line.starts_with(home.as_bytes()))
            || fs::read_dir(path.join("fd")).is_ok_and(|fds| fds.flatten().any(|fd| link_leads_here(&fd.path())));
        if is_child || lives_here {
            found.push(stat);
        }
    }
    found
}

/// The innocent programs, with the digests that they printed when nobody attacked.
pub struct Neighbours {
    programs: [(String, Tests); 2],
}

const NEIGHBOUR: &str = include_str!("neighbour.py");

impl Neighbours {
    /// Runs each once to learn what it answers undisturbed, and once more to see that this repeats.
    pub fn meet(judge: &Judge) -> Self {
        let script = format!("{NEIGHBOUR}\nprint(digest(input()))\n");
        let function = format!("{NEIGHBOUR}\ndef f(x):\n    return digest(x)\n");
        let learn = |program: &str, tests: &Tests| {
            let row = judge_one(judge, program, tests);
            assert_eq!(row.verdict, Verdict::WrongAnswer, "{row:?}");
            let is_hex = |part: &&str| part.len() == 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
            row.detail.split('"').rfind(is_hex).unwrap_or_else(|| panic!("a digest: {row:?}")).to_owned()
        };
        let printed = learn(&script, &stdin_tests(&[("7\n", "another")]));
        let returned = learn(&function, &functional_tests("f", &[("7", "\"another\"")]));
        let neighbours = Self {
            programs: [
                (script, stdin_tests(&[("7\n", &printed)])),
                (function, functional_tests("f", &[("7", &format!("\"{returned}\""))])),
            ],
        };
        neighbours.visit_all(judge).unwrap_or_else(|harm| panic!("undisturbed: {harm}"));
        // Two at a time, as later beside an attack: the judge keeps the interpreters that this takes.
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| judge_one(judge, "import time\ntime.sleep(1)", &stdin_tests(&[("", "")])));
            }
        });
        neighbours
    }

    /// Judges one of them, the script and the function by turns. An error tells what became of it.
    pub fn visit(&self, judge: &Judge, turn: usize) -> Result<(), String> {
        let (program, tests) = &self.programs[turn % self.programs.len()];
        let row = judge_one(judge, program, tests);
        if row.verdict == Verdict::Pass { Ok(()) } else { Err(format!("a neighbour was disturbed: {row:?}")) }
    }

    /// Judges them all.
    pub fn visit_all(&self, judge: &Judge) -> Result<(), String> {
        (0..self.programs.len()).try_for_each(|turn| self.visit(judge, turn))
    }
}

/// The test that an attack faces: its arena as input, and an output that it cannot know unless it is told.
pub fn attack_tests(arena: &serde_json::Value, function: bool, expected: &str) -> Tests {
    let case = TestCase { input: arena.to_string(), output: expected.to_owned() };
    let kind = if function { TestKind::Functional { func_name: String::from("attacked") } } else { TestKind::Stdin };
    Tests { kind, cases: vec![case] }
}
