//! The warm interpreter: one confined Python that has loaded the prelude's modules and forks a fresh child for each
//! run. This file starts it, asks it for children and collects how they ended; what happens inside is `warm.py`.
//!
//! Trust: the interpreter itself runs no program and reads none, and what it is told (a folder's name, limits, five
//! descriptors) holds no test. A child closes the control socket and enters its own Landlock domain, filters and
//! limits before it opens the program's file; it can neither signal nor trace its parent, nor outlive it. Nothing that
//! a program does changes the interpreter's memory, so the next child starts from what the first one did.

use std::io::{self, PipeReader, Read};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use seccompiler::BpfProgram;
use serde::Serialize;

use crate::interpreter::Interpreter;
use crate::kernel::{self, Confinement, Ending};
use crate::runner::{DRIVER, LCB, environment, spawn_failure, tail};
use crate::sandbox::Sandbox;
use crate::{Mode, TestKind};

const WARM: &str = include_str!("warm.py");

/// The bytes of a job; `warm.py` knows the number too.
const JOB_BYTES: usize = 1024;

/// The longest name of a function for which a job has room; beyond it a test is refused.
pub(crate) const MAX_FUNC_NAME: usize = 500;

/// chosen: a cold disk may take seconds to bring up the first interpreter.
const START: Duration = Duration::from_secs(60);

/// chosen: a fork takes milliseconds, on a machine that swaps perhaps seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// What programs often import beyond the prelude, and what the driver itself needs.
const PRELOAD: [&str; 28] = [
    "string",
    "re",
    "datetime",
    "collections",
    "heapq",
    "bisect",
    "copy",
    "math",
    "random",
    "statistics",
    "itertools",
    "functools",
    "operator",
    "io",
    "sys",
    "json",
    "typing",
    "threading",
    "queue",
    "array",
    "dataclasses",
    "decimal",
    "fractions",
    "os",
    "_symtable",
    "_sitebuiltins",
    "atexit",
    "collections.abc",
];

/// What grading as LiveCodeBench does needs besides.
const PRELOAD_LCB: [&str; 5] = ["ast", "faulthandler", "shutil", "signal", "subprocess"];

/// Starts processes from one thread that lives as long as the judge: a child's life is tied to the thread that made
/// it, and workers come and go.
pub(crate) struct Keeper {
    requests: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

type Request = (Command, mpsc::Sender<io::Result<Child>>);

impl Keeper {
    pub(crate) fn new() -> io::Result<Self> {
        let (requests, received) = mpsc::channel::<Request>();
        let thread = std::thread::Builder::new().name(String::from("judge-keeper")).spawn(move || {
            for (mut command, reply) in received {
                // Who asked may have given up; then the child dies with its control socket.
                let _ = reply.send(command.spawn());
            }
        })?;
        Ok(Self { requests: Some(requests), thread: Some(thread) })
    }

    fn spawn(&self, command: Command) -> io::Result<Child> {
        let gone = || io::Error::other("the thread that starts interpreters is gone");
        let (reply, answer) = mpsc::channel();
        self.requests.as_ref().ok_or_else(gone)?.send((command, reply)).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Told to the interpreter once.
#[derive(Serialize)]
struct Settings {
    mode: Mode,
    preload: Vec<&'static str>,
    /// The filters' instructions, eight bytes each, as hexadecimal digits.
    filters: Vec<String>,
    /// Resource, soft and hard limit; -1 is none.
    limits: Vec<(u32, i64, i64)>,
    landlock_restrict_self: i64,
    seccomp: i64,
}

/// Told to the interpreter for each run; a name and its place in the driver agree.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Job<'a> {
    pub(crate) run: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) mode: Mode,
    pub(crate) kind: &'static str,
    pub(crate) func: &'a str,
    /// Seconds of one test, for the driver that keeps them itself.
    pub(crate) timeout: f64,
    /// Address space in bytes.
    #[serde(rename = "as")]
    pub(crate) address_space: u64,
    /// Processor time in seconds.
    pub(crate) cpu: u64,
}

impl<'a> Job<'a> {
    pub(crate) fn new(run: &'a str, nonce: &'a str, mode: Mode, kind: &'a TestKind) -> Self {
        let (kind, func) = match kind {
            TestKind::Stdin => ("stdin", ""),
            TestKind::Functional { func_name } => ("functional", func_name.as_str()),
            TestKind::Assertions => unreachable!("assertions run as a call"),
        };
        Self { run, nonce, mode, kind, func, timeout: 0.0, address_space: 0, cpu: 0 }
    }

    /// As the fields of a fresh interpreter's argument, a line each.
    pub(crate) fn to_lines(&self) -> String {
        let mode = match self.mode {
            Mode::Native => "native",
            Mode::Lcb => "lcb",
        };
        let Self { nonce, kind, func, timeout, .. } = self;
        format!("nonce={nonce}\nmode={mode}\nkind={kind}\nfunc={func}\ntimeout={timeout}")
    }
}

/// One warm interpreter. Dropping it ends it.
pub(crate) struct Warm {
    pid: u32,
    control: OwnedFd,
    /// Address space that the loaded modules take: what a child may use beyond a fresh interpreter's limit.
    loaded: u64,
    /// Held open, so that writing to them is no error; nothing is expected.
    _outputs: (PipeReader, PipeReader),
}

impl Warm {
    /// Starts an interpreter whose children's home is `home`, which need not exist yet, below `root`.
    pub(crate) fn start(
        keeper: &Keeper,
        interpreter: &Interpreter,
        sandbox: &Sandbox,
        mode: Mode,
        root: &Path,
        home: &Path,
    ) -> io::Result<Self> {
        let missing = |what: &str| io::Error::other(format!("the warm interpreter needs {what}"));
        let filters = sandbox.warm_child_filters.as_ref().ok_or_else(|| missing("the system-call filter"))?;
        let ruleset = sandbox.ruleset(root)?.ok_or_else(|| missing("Landlock"))?;
        let (control, control_end) = kernel::message_sockets()?;
        let (stdout, stdout_end) = io::pipe()?;
        let (mut stderr, stderr_end) = io::pipe()?;
        let mut command = Command::new(&interpreter.path);
        command.args(["-s", "-S", "-B", "-X", "utf8", "-c"]).arg([DRIVER, LCB, WARM].join("\n"));
        // Of fixed width, as all that shifts the interpreter's memory.
        command.arg(format!("{:06}", control_end.as_raw_fd())).arg(root).args(&interpreter.packages);
        environment(&mut command, home);
        // As in a run: a file and two pipes, because the interpreter looks at what they are when it starts.
        let empty = root.join("empty");
        std::fs::write(&empty, "")?;
        let stdin = std::fs::File::open(&empty)?;
        std::fs::remove_file(&empty)?;
        let spare = stdin.try_clone()?;
        command.current_dir(root).stdin(stdin).stdout(stdout_end).stderr(stderr_end);
        kernel::confine(
            &mut command,
            Confinement {
                report: control_end.as_raw_fd(),
                parent: std::process::id(),
                identity: sandbox.identity,
                namespaces: sandbox.namespaces,
                drop_capabilities: true,
                limits: Sandbox::warm_limits()?,
                landlock: Some(ruleset),
                filters: sandbox.warm_filters.clone(),
            },
        );
        let spawned = keeper.spawn(command);
        drop(control_end);
        let pid = match spawned {
            Ok(child) => child.id(),
            Err(error) => {
                let frame = kernel::receive_message(control.as_raw_fd(), Duration::ZERO).unwrap_or_default();
                return Err(io::Error::new(error.kind(), format!("{}: {error}", spawn_failure(&frame))));
            }
        };
        // From here on, dropping it ends the process.
        let mut warm = Self { pid, control, loaded: 0, _outputs: (stdout, stderr.try_clone()?) };
        let failed = |error: io::Error, stderr: &mut PipeReader| {
            kernel::kill_group(pid);
            let mut text = Vec::new();
            // The process is dead or dying, and the last writer: this ends.
            let _ = stderr.take(1 << 16).read_to_end(&mut text);
            let text = tail(&String::from_utf8_lossy(&text));
            io::Error::other(format!("the warm interpreter did not come up ({error}): {text}"))
        };
        let settings = Settings {
            mode,
            preload: match mode {
                Mode::Native => PRELOAD.to_vec(),
                Mode::Lcb => PRELOAD.into_iter().chain(PRELOAD_LCB).collect(),
            },
            filters: filters.iter().map(hexadecimal).collect(),
            limits: sandbox
                .fixed_limits()?
                .iter()
                .map(|limit| (limit.resource, limit.soft as i64, limit.hard as i64))
                .collect(),
            landlock_restrict_self: libc::SYS_landlock_restrict_self,
            seccomp: libc::SYS_seccomp,
        };
        let ready = warm.shake_hands(&settings).and_then(|()| warm.rehearse(spare.as_raw_fd()));
        ready.map_err(|error| failed(error, &mut stderr))?;
        Ok(warm)
    }

    fn shake_hands(&mut self, settings: &Settings) -> io::Result<()> {
        self.expect(b"bare", START)?;
        let bare = address_space(self.pid)?;
        kernel::send_message(self.control.as_raw_fd(), b"load", &[])?;
        kernel::send_message(self.control.as_raw_fd(), &serde_json::to_vec(settings)?, &[])?;
        self.expect(b"ready", START)?;
        // In whole steps, so that it is the same for every interpreter: a program can see its limit.
        const STEP: u64 = 1 << 20;
        self.loaded = address_space(self.pid)?.saturating_sub(bare).div_ceil(STEP) * STEP;
        Ok(())
    }

    /// Goes through what each turn does, so that the first run's child finds what the later ones will: the child of a
    /// job without a folder ends before it could run anything. `spare` is a file that cannot be written to.
    fn rehearse(&self, spare: RawFd) -> io::Result<()> {
        for _ in 0..2 {
            self.child(&Job::new("none", "", Mode::Native, &TestKind::Stdin), [spare; 5])?;
            let ending = self.reap()?;
            if ending.code == Some(0) {
                return Err(io::Error::other("a child without a folder came to a good end"));
            }
        }
        Ok(())
    }

    fn receive(&self, timeout: Duration) -> io::Result<Vec<u8>> {
        let message = kernel::receive_message(self.control.as_raw_fd(), timeout)?;
        if message.is_empty() { Err(io::Error::other("it has ended")) } else { Ok(message) }
    }

    fn expect(&self, expected: &[u8], timeout: Duration) -> io::Result<()> {
        let message = self.receive(timeout)?;
        let shown = String::from_utf8_lossy(&message);
        if message == expected { Ok(()) } else { Err(io::Error::other(format!("it said {shown:?}"))) }
    }

    /// Makes a child that runs `job` on these descriptors: standard input, output and error, the report pipe, the
    /// Landlock ruleset. Returns its process number, which stays its own until [`reap`](Self::reap).
    pub(crate) fn child(&self, job: &Job<'_>, descriptors: [RawFd; 5]) -> io::Result<u32> {
        let job = Job { address_space: job.address_space.saturating_add(self.loaded), ..job.clone() };
        let mut message = serde_json::to_vec(&job)?;
        if message.len() > JOB_BYTES {
            return Err(io::Error::other("the job does not fit its message"));
        }
        message.resize(JOB_BYTES, b' ');
        kernel::send_message(self.control.as_raw_fd(), &message, &descriptors)?;
        match self.numbers::<1>()? {
            [pid] if pid > 0 => Ok(pid as u32),
            [errno] => Err(io::Error::from_raw_os_error(errno.unsigned_abs() as i32)),
        }
    }

    /// Collects the child, which has ended or been killed.
    pub(crate) fn reap(&self) -> io::Result<Ending> {
        kernel::send_message(self.control.as_raw_fd(), b"reap", &[])?;
        let [status, user, system, peak] = self.numbers::<4>()?;
        let cpu = Duration::from_micros(user.max(0) as u64 + system.max(0) as u64);
        Ok(Ending::from_status(status as i32, cpu, peak.max(0) as u64 * 1024))
    }

    fn numbers<const N: usize>(&self) -> io::Result<[i64; N]> {
        let message = self.receive(PATIENCE)?;
        let text = String::from_utf8_lossy(&message);
        let numbers: Option<Vec<i64>> = text.split(' ').map(|word| word.parse().ok()).collect();
        numbers
            .and_then(|numbers| numbers.try_into().ok())
            .ok_or_else(|| io::Error::other(format!("the warm interpreter said {text:?}")))
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        // Its children die with it.
        kernel::kill_group(self.pid);
        let _ = kernel::reap(self.pid);
    }
}

fn hexadecimal(filter: &BpfProgram) -> String {
    let mut text = String::with_capacity(filter.len() * 16);
    for instruction in filter {
        let mut bytes = Vec::with_capacity(8);
        bytes.extend(instruction.code.to_ne_bytes());
        bytes.extend([instruction.jt, instruction.jf]);
        bytes.extend(instruction.k.to_ne_bytes());
        for byte in bytes {
            text.push_str(&format!("{byte:02x}"));
        }
    }
    text
}

/// The address space of process `pid`, a child of this one, in bytes.
fn address_space(pid: u32) -> io::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm"))?;
    let pages: Option<u64> = text.split(' ').next().and_then(|pages| pages.parse().ok());
    let pages = pages.ok_or_else(|| io::Error::other(format!("/proc/{pid}/statm holds {text:?}")))?;
    Ok(pages * kernel::page_size())
}
