//! One run of one program in a process of its own: prepares the scratch folder, starts a confined interpreter, cold or
//! warm, watches clock, output and disk, collects what is left, and says how it ended. Comparing with expected output
//! is not its business: nothing in this file ever holds one.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::fs::{self, File, Permissions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, PipeReader, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use empower_artifact::rows::Verdict;

use crate::interpreter::Interpreter;
use crate::kernel::{self, Confinement, Ending};
use crate::sandbox::disk::overfull;
use crate::sandbox::{MAX_SCRATCH_BYTES, MAX_SCRATCH_FILES, Sandbox, cpu_seconds};
use crate::scratch::{ScratchRoot, run_name};
use crate::warm::{Job, Keeper, Warm};
use crate::{JudgeError, JudgeSettings, Mode, Start, TestKind, TestMeasure};

/// What a program meets first; see the files.
pub(crate) const DRIVER: &str = include_str!("driver.py");
pub(crate) const LCB: &str = include_str!("lcb.py");
const COLD: &str = include_str!("cold.py");

/// How often the scratch folder is measured. Between two looks a program can write what the disk takes in that time.
const DISK_CHECK: Duration = Duration::from_millis(100);

/// What is kept of standard error: enough for a traceback's end.
const STDERR_KEPT: usize = 16 << 10;

/// What a test came to, before its answer is compared with the expected one.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The program ended well; its standard output, or the value it returned as the driver wrote it.
    Answer(String),
    /// The program failed by itself.
    Failed(Verdict, String),
    /// The machine failed, not the program.
    Infrastructure(String),
}

/// What to run.
pub(crate) struct Request<'a> {
    pub(crate) mode: Mode,
    pub(crate) program: &'a str,
    pub(crate) kind: &'a TestKind,
    /// Standard input of the process; what it means is the driver's business.
    pub(crate) input: &'a [u8],
    /// Wall time of the process.
    pub(crate) wall: Duration,
    /// Wall time of one test, where the driver keeps it.
    pub(crate) test_time: Duration,
    /// Whether a test of the program cannot be read, which the driver turns into the error that it is.
    pub(crate) malformed: bool,
}

/// Runs programs in one sandbox.
pub(crate) struct Runner {
    pub(crate) interpreter: Interpreter,
    pub(crate) sandbox: Sandbox,
    pub(crate) settings: JudgeSettings,
    /// Warm interpreters by slot, where they are used: idle ones only. Dropped before what they depend on.
    idle: Mutex<BTreeMap<usize, Option<Warm>>>,
    /// Starts them; `None` where every run has a fresh interpreter.
    keeper: Option<Keeper>,
    /// Parent of all scratch folders; removed with the judge.
    root: ScratchRoot,
    slots: AtomicU64,
    counter: AtomicU64,
    keys: RandomState,
}

/// What was seen of a run.
pub(crate) struct Observation {
    pub(crate) ending: Ending,
    /// Why the runner ended the program, if it did.
    pub(crate) stopped: Option<Stop>,
    pub(crate) wall: Duration,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// What is left of the report after the caller took its part.
    pub(crate) report: Vec<u8>,
}

impl Observation {
    pub(crate) fn measure(&self) -> TestMeasure {
        TestMeasure { wall: self.wall, cpu: self.ending.cpu, peak_memory: Some(self.ending.peak_memory) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The wall time is over.
    Time,
    /// Too much was written here.
    Output(&'static str),
    /// Too much was written to the scratch folder.
    Disk,
    /// The caller knows enough.
    Enough,
}

/// What was done when the machine failed, and how it failed.
type Fault = (String, io::Error);

fn doing(what: &str) -> impl FnOnce(io::Error) -> Fault {
    let what = what.to_owned();
    move |error| (what, error)
}

impl Runner {
    /// `start` is the caller's choice, found by trial.
    pub(crate) fn new(
        interpreter: Interpreter,
        sandbox: Sandbox,
        settings: JudgeSettings,
        start: Start,
    ) -> Result<Self, JudgeError> {
        let root = ScratchRoot::make(sandbox.identity.is_some())?;
        let keeper = match start {
            Start::Cold => None,
            Start::Warm => {
                Some(Keeper::new().map_err(|source| JudgeError::Scratch { path: root.path().to_owned(), source })?)
            }
        };
        Ok(Self {
            interpreter,
            sandbox,
            settings,
            idle: Mutex::default(),
            keeper,
            root,
            slots: AtomicU64::new(0),
            counter: AtomicU64::new(0),
            keys: RandomState::new(),
        })
    }

    /// Parent of all scratch folders.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// How interpreters are started.
    pub(crate) fn start(&self) -> Start {
        if self.keeper.is_some() { Start::Warm } else { Start::Cold }
    }

    /// Runs a program once on one test's input, as a person would. Blocks for at most `wall` and the moment it takes
    /// to kill a process.
    pub(crate) fn run(&self, program: &str, kind: &TestKind, input: &str, wall: Duration) -> (Outcome, TestMeasure) {
        let request = Request {
            mode: Mode::Native,
            program,
            kind,
            input: input.as_bytes(),
            wall,
            test_time: wall,
            malformed: false,
        };
        let nonce = self.nonce();
        match self.execute(&request, &nonce, &mut |_| false) {
            Ok(seen) => {
                let measure = seen.measure();
                (self.interpret(seen, &request, &nonce), measure)
            }
            Err(detail) => (Outcome::Infrastructure(detail), TestMeasure::default()),
        }
    }

    /// Tells the driver's frames from bytes that a program wrote by accident. It need not be secret: a program that
    /// forges a frame gives an answer, and knows no better one than by computing it.
    pub(crate) fn nonce(&self) -> String {
        let mut hasher = self.keys.build_hasher();
        hasher.write_u64(self.counter.fetch_add(1, Ordering::Relaxed));
        format!("{:016x}", hasher.finish())
    }

    /// Runs a process to its end. `on_report` sees all of the report that it has not taken out yet each time something
    /// comes, and ends the process by saying true. An error is a fault of the machine.
    pub(crate) fn execute(
        &self,
        request: &Request<'_>,
        nonce: &str,
        on_report: &mut dyn FnMut(&mut Vec<u8>) -> bool,
    ) -> Result<Observation, String> {
        // The lowest slot first: one worker always has the same.
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop_first();
        let (slot, mut warm) = idle.unwrap_or_else(|| (self.slots.fetch_add(1, Ordering::Relaxed) as usize, None));
        let run = run_name(slot);
        let scratch = self.root.path().join(&run);
        let result = self.execute_in(&scratch, &run, &mut warm, request, nonce, on_report);
        if result.is_err() {
            // Whatever state it is in: the next run gets another one.
            warm = None;
        }
        // What cannot be removed now goes with the root; until then the slot is not used again.
        if fs::remove_dir_all(&scratch).is_ok() || !scratch.exists() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).insert(slot, warm);
        }
        result.map_err(|(doing, error)| format!("{doing}: {error}"))
    }

    fn execute_in(
        &self,
        scratch: &Path,
        run: &str,
        warm: &mut Option<Warm>,
        request: &Request<'_>,
        nonce: &str,
        on_report: &mut dyn FnMut(&mut Vec<u8>) -> bool,
    ) -> Result<Observation, Fault> {
        if let (Some(keeper), None) = (&self.keeper, &warm) {
            let started =
                Warm::start(keeper, &self.interpreter, &self.sandbox, self.settings.mode, self.root.path(), scratch);
            *warm = Some(started.map_err(doing("starting a warm interpreter in the scratch folder"))?);
        }
        let stdin = self.fill(scratch, request).map_err(doing("filling the scratch folder"))?;
        let (stdout, stdout_end) = io::pipe().map_err(doing("making a pipe"))?;
        let (stderr, stderr_end) = io::pipe().map_err(doing("making a pipe"))?;
        let (report, report_end) = io::pipe().map_err(doing("making a pipe"))?;
        let landlock = self.sandbox.ruleset(scratch).map_err(doing("building the Landlock rules"))?;
        let mut job = Job::new(run, nonce, request.mode, request.kind);
        job.timeout = request.test_time.as_secs_f64();
        if request.malformed {
            job.kind = "malformed";
        }
        let started = Instant::now();
        let pid = match (&warm, landlock) {
            (Some(warm), Some(landlock)) => {
                job.address_space = self.settings.memory_limit;
                job.cpu = cpu_seconds(request.wall);
                let ends = [&stdin as &dyn AsRawFd, &stdout_end, &stderr_end, &report_end, &landlock];
                warm.child(&job, ends.map(AsRawFd::as_raw_fd)).map_err(doing("forking the warm interpreter"))?
            }
            (_, landlock) => {
                let mut command = Command::new(&self.interpreter.path);
                // `-s` and `-S`: without the `site` module, whose work takes longer than the rest of the start; the
                // driver adds what programs see of it. Not `-I`: it would ignore the hash seed, and the environment
                // is ours anyway.
                command.args(["-s", "-S", "-B", "-X", "utf8", "-c"]).arg([DRIVER, LCB, COLD].join("\n"));
                command.arg(report_end.as_raw_fd().to_string()).arg(job.to_lines()).args(&self.interpreter.packages);
                environment(&mut command, scratch);
                let [stdout_end, stderr_end] = [&stdout_end, &stderr_end].map(|end| end.try_clone());
                command.current_dir(scratch).stdin(stdin.try_clone().map_err(doing("copying a descriptor"))?);
                command.stdout(stdout_end.map_err(doing("copying a descriptor"))?);
                command.stderr(stderr_end.map_err(doing("copying a descriptor"))?);
                let limits = self.sandbox.limits(&self.settings, request.wall);
                kernel::confine(
                    &mut command,
                    Confinement {
                        report: report_end.as_raw_fd(),
                        parent: std::process::id(),
                        identity: self.sandbox.identity,
                        namespaces: self.sandbox.namespaces,
                        drop_capabilities: self.sandbox.filters.is_some(),
                        limits: limits.map_err(doing("reading resource limits"))?,
                        landlock,
                        filters: self.sandbox.filters.clone(),
                    },
                );
                let spawned = command.spawn();
                drop(command);
                match spawned {
                    Ok(child) => child.id(),
                    Err(error) => {
                        drop(report_end);
                        let mut frame = Vec::new();
                        // The child is gone and the write end closed, so this ends at once.
                        let _ = { report }.read_to_end(&mut frame);
                        return Err((spawn_failure(&frame), error));
                    }
                }
            }
        };
        // Only the child's ends are left, so that a closed pipe is seen as closed.
        drop((stdin, stdout_end, stderr_end, report_end));
        let watched = self.watch(pid, scratch, started + request.wall, [stdout, stderr, report], on_report);
        let wall = started.elapsed();
        // Also on an error above: no child is left behind.
        kernel::kill_group(pid);
        let ending = match &warm {
            Some(warm) => warm.reap(),
            None => kernel::reap(pid),
        };
        let ending = ending.map_err(doing("collecting the program"))?;
        let (stopped, [stdout, stderr, report]) = watched.map_err(doing("watching the program"))?;
        Ok(Observation { ending, stopped, wall, stdout, stderr, report })
    }

    /// Makes the scratch folder with the program in it; returns its standard input.
    fn fill(&self, scratch: &Path, request: &Request<'_>) -> io::Result<File> {
        fs::create_dir(scratch)?;
        fs::set_permissions(scratch, Permissions::from_mode(0o700))?;
        for (name, bytes) in [("program.py", request.program.as_bytes()), ("input.txt", request.input)] {
            let path = scratch.join(name);
            fs::write(&path, bytes)?;
            // Readable by the program's user whatever the judge's umask.
            fs::set_permissions(&path, Permissions::from_mode(0o444))?;
        }
        if let Some((user, group)) = self.sandbox.identity {
            chown(scratch, Some(user), Some(group))?;
        }
        // A file, as with a shell's `<`: it has a size and can be read anew, which programs rely on.
        File::open(scratch.join("input.txt"))
    }

    /// Reads all pipes until the program has ended or must be stopped, and what is left in them after.
    fn watch(
        &self,
        pid: u32,
        scratch: &Path,
        deadline: Instant,
        [stdout, stderr, report]: [PipeReader; 3],
        on_report: &mut dyn FnMut(&mut Vec<u8>) -> bool,
    ) -> io::Result<(Option<Stop>, [Vec<u8>; 3])> {
        let limit = usize::try_from(self.settings.output_limit).unwrap_or(usize::MAX);
        let process = kernel::process_descriptor(pid)?;
        let mut drains = [
            Drain::new(stdout, "standard output", limit, None),
            Drain::new(stderr, "standard error", limit, Some(STDERR_KEPT)),
            Drain::new(report, "the returned value", limit, None),
        ];
        let mut next_disk_check = Instant::now() + DISK_CHECK;
        let mut ended = false;
        let mut stopped = None;
        while stopped.is_none() {
            let now = Instant::now();
            if !ended && now >= deadline {
                stopped = Some(Stop::Time);
                break;
            }
            if !ended && now >= next_disk_check {
                if overfull(pid, scratch) {
                    stopped = Some(Stop::Disk);
                    break;
                }
                next_disk_check = now + DISK_CHECK;
            }
            // After the end, only what is already in the pipes.
            let timeout =
                if ended { Duration::ZERO } else { deadline.min(next_disk_check).saturating_duration_since(now) };
            let [out, err, rep, gone] = kernel::readable(
                [drains[0].fd(), drains[1].fd(), drains[2].fd(), (!ended).then(|| process.as_raw_fd())],
                timeout,
            )?;
            for (drain, ready) in drains.iter_mut().zip([out, err, rep]) {
                if ready && drain.read()? {
                    stopped = Some(Stop::Output(drain.name));
                }
            }
            if rep && stopped.is_none() {
                let report = &mut drains[2];
                if on_report(&mut report.bytes) {
                    stopped = Some(Stop::Enough);
                }
                // What was taken out no longer counts.
                report.total = report.bytes.len();
            }
            if ended && !(out || err || rep) {
                break;
            }
            if gone {
                ended = true;
                // Whoever the program left behind must not write on.
                kernel::kill_group(pid);
            }
        }
        Ok((stopped, drains.map(|drain| drain.bytes)))
    }

    /// The outcomes that do not depend on what was answered: a limit explains the ending that it caused. `None` where
    /// the process ended by itself.
    pub(crate) fn outcome_of_ending(&self, seen: &Observation, ready: bool, wall: Duration) -> Option<Outcome> {
        let failed = |verdict, detail: String| Some(Outcome::Failed(verdict, detail));
        let stderr = String::from_utf8_lossy(&seen.stderr);
        if !ready {
            let ending = describe(&seen.ending);
            let said = tail(&format!("{} {stderr}", String::from_utf8_lossy(&seen.report)));
            return Some(Outcome::Infrastructure(format!("the interpreter did not come up ({ending}): {said}")));
        }
        match seen.stopped {
            Some(Stop::Time) => return failed(Verdict::TimeLimit, format!("still running after {wall:?}")),
            Some(Stop::Output(name)) => {
                let bytes = self.settings.output_limit;
                return failed(Verdict::OutputLimit, format!("more than {bytes} bytes of {name}"));
            }
            Some(Stop::Disk) => {
                let detail = format!("more than {MAX_SCRATCH_BYTES} bytes or {MAX_SCRATCH_FILES} files written");
                return failed(Verdict::OutputLimit, detail);
            }
            Some(Stop::Enough) => return None,
            None => {}
        }
        match seen.ending.signal {
            Some(libc::SIGXCPU) => failed(Verdict::TimeLimit, String::from("out of processor time")),
            Some(libc::SIGKILL) if seen.ending.cpu >= wall => {
                failed(Verdict::TimeLimit, String::from("out of processor time"))
            }
            Some(libc::SIGKILL) => Some(Outcome::Infrastructure(String::from(
                "killed from outside, perhaps because the machine ran out of memory",
            ))),
            _ => None,
        }
    }

    /// From what was seen to an outcome.
    fn interpret(&self, seen: Observation, request: &Request<'_>, nonce: &str) -> Outcome {
        let failed = |verdict, detail: String| Outcome::Failed(verdict, detail);
        let report = String::from_utf8_lossy(&seen.report);
        let ready = report.starts_with(&format!("R {nonce}\n"));
        if let Some(outcome) = self.outcome_of_ending(&seen, ready, request.wall) {
            return outcome;
        }
        let stderr = String::from_utf8_lossy(&seen.stderr);
        if seen.ending.signal.is_some() || seen.ending.code != Some(0) {
            return match died(&seen) {
                (true, detail) => failed(Verdict::MemoryLimit, detail),
                (false, detail) => failed(Verdict::RuntimeError, detail),
            };
        }
        match request.kind {
            TestKind::Stdin => Outcome::Answer(String::from_utf8_lossy(&seen.stdout).into_owned()),
            TestKind::Functional { .. } => {
                let prefix = format!("V {nonce} ");
                match report.lines().find_map(|line| line.strip_prefix(&prefix)) {
                    // A line that was cut off has no end, and is no value.
                    Some(value) if report.ends_with('\n') => Outcome::Answer(value.to_owned()),
                    _ => {
                        let said = tail(&stderr);
                        let reason = "the program ended before the function returned";
                        let detail = if said.is_empty() { reason.to_owned() } else { format!("{reason}; {said}") };
                        failed(Verdict::RuntimeError, detail)
                    }
                }
            }
            TestKind::Assertions => unreachable!("assertions run as a call"),
        }
    }
}

/// Whether a process that failed ran out of memory, and what it said of its end.
pub(crate) fn died(seen: &Observation) -> (bool, String) {
    let stderr = String::from_utf8_lossy(&seen.stderr);
    if out_of_memory(&stderr) {
        return (true, tail(&stderr));
    }
    let said = tail(&stderr);
    let detail = match (seen.ending.signal, said.is_empty()) {
        (Some(_), false) => format!("{}; {said}", describe(&seen.ending)),
        (_, true) => describe(&seen.ending),
        (None, false) => said,
    };
    (false, detail)
}

/// What programs see of the environment.
pub(crate) fn environment(command: &mut Command, home: &Path) {
    command.env_clear();
    command.envs([
        ("LANG", "C.UTF-8"),
        ("PYTHONHASHSEED", "0"),
        ("OMP_NUM_THREADS", "1"),
        ("OPENBLAS_NUM_THREADS", "1"),
        ("MKL_NUM_THREADS", "1"),
    ]);
    command.env("HOME", home).env("TMPDIR", home);
}

/// One pipe being read.
struct Drain {
    pipe: Option<PipeReader>,
    name: &'static str,
    /// The most that may come, in bytes.
    limit: usize,
    /// Keep only about this many bytes from the end.
    kept: Option<usize>,
    total: usize,
    bytes: Vec<u8>,
}

impl Drain {
    fn new(pipe: PipeReader, name: &'static str, limit: usize, kept: Option<usize>) -> Self {
        Self { pipe: Some(pipe), name, limit, kept, total: 0, bytes: Vec::new() }
    }

    fn fd(&self) -> Option<RawFd> {
        self.pipe.as_ref().map(AsRawFd::as_raw_fd)
    }

    /// Reads what is there, once. Returns whether the limit is passed.
    fn read(&mut self) -> io::Result<bool> {
        let Some(pipe) = &mut self.pipe else { return Ok(false) };
        let mut chunk = [0; 64 << 10]; // a pipe's usual capacity
        let length = match pipe.read(&mut chunk) {
            Ok(0) => {
                self.pipe = None;
                return Ok(false);
            }
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(false),
            Err(error) => return Err(error),
        };
        self.total = self.total.saturating_add(length);
        self.bytes.extend_from_slice(&chunk[..length]);
        if let Some(kept) = self.kept
            && self.bytes.len() > 2 * kept
        {
            self.bytes.drain(..self.bytes.len() - kept);
        }
        Ok(self.total > self.limit)
    }
}

/// What went wrong before `exec`, from the frame that the child left.
pub(crate) fn spawn_failure(frame: &[u8]) -> String {
    match frame {
        [b'!', letter] => kernel::step_name(*letter).to_owned(),
        _ => String::from("starting the interpreter"),
    }
}

fn describe(ending: &Ending) -> String {
    match (ending.code, ending.signal) {
        (Some(code), _) => format!("exit status {code}"),
        (_, Some(signal)) => format!("killed by signal {signal}"),
        _ => String::from("ended in an unknown way"),
    }
}

/// The end of a traceback: at most eight lines and a thousand characters.
pub(crate) fn tail(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.trim().lines().collect();
    let text = lines[lines.len().saturating_sub(8)..].join("\n");
    let count = text.chars().count();
    if count > 1000 { text.chars().skip(count - 1000).collect() } else { text }
}

/// Whether the last line of standard error says that memory ran out: Python's exception, NumPy's, or C++'s.
pub(crate) fn out_of_memory(stderr: &str) -> bool {
    let last = stderr.trim_end().lines().last().unwrap_or("");
    let exception = last.split([':', '(']).next().unwrap_or("");
    exception.ends_with("MemoryError") || last.contains("Cannot allocate memory") || last.contains("bad_alloc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_told_from_other_errors() {
        for stderr in [
            "Traceback (most recent call last):\nMemoryError\n",
            "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 8 GiB",
            "OSError: [Errno 12] Cannot allocate memory",
            "MemoryError()",
        ] {
            assert!(out_of_memory(stderr), "{stderr}");
        }
        for stderr in ["", "ValueError: MemoryError", "MemoryError\nduring this, another:\nKeyError: 1"] {
            assert!(!out_of_memory(stderr), "{stderr}");
        }
    }

    #[test]
    fn details_stay_short() {
        let long = (0..1000).map(|number| format!("line {number} {}\n", "é".repeat(300))).collect::<String>();
        let kept = tail(&long);
        assert!(kept.chars().count() == 1000 && kept.ends_with('é'));
        assert_eq!(tail("a\nb\n\n"), "a\nb");
        assert_eq!(tail(""), "");
    }
}
