//! One program, one test, one process: prepares the scratch folder, starts the interpreter confined, watches clock,
//! output and disk, collects what is left, and says how it ended. Comparing with the expected output is `judge`'s
//! business: nothing in this file ever holds one.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, Permissions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, PipeReader, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use empower_artifact::rows::Verdict;
use tempfile::TempDir;

use crate::interpreter::Interpreter;
use crate::kernel::{self, Confinement, Ending};
use crate::sandbox::{MAX_SCRATCH_BYTES, MAX_SCRATCH_FILES, Sandbox};
use crate::{JudgeError, JudgeSettings, TestKind};

const DRIVER: &str = include_str!("driver.py");

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

/// Runs programs in one sandbox.
pub(crate) struct Runner {
    pub(crate) interpreter: Interpreter,
    pub(crate) sandbox: Sandbox,
    settings: JudgeSettings,
    /// Parent of all scratch folders; removed with the judge.
    root: TempDir,
    counter: AtomicU64,
    keys: RandomState,
}

/// What was seen of a run.
struct Observation {
    ending: Ending,
    /// Why the runner ended the program, if it did.
    stopped: Option<Stop>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    report: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Time,
    Output(&'static str),
    Disk,
}

impl Runner {
    pub(crate) fn new(interpreter: Interpreter, sandbox: Sandbox, settings: JudgeSettings) -> Result<Self, JudgeError> {
        let scratch = |path: PathBuf| move |source| JudgeError::Scratch { path, source };
        let parent = std::env::temp_dir();
        let root = tempfile::Builder::new().prefix("empower-judge-").tempdir().map_err(scratch(parent))?;
        // A user that owns nothing here must still pass through to its own folder.
        let mode = if sandbox.identity.is_some() { 0o711 } else { 0o700 };
        fs::set_permissions(root.path(), Permissions::from_mode(mode)).map_err(scratch(root.path().to_owned()))?;
        Ok(Self { interpreter, sandbox, settings, root, counter: AtomicU64::new(0), keys: RandomState::new() })
    }

    /// Parent of all scratch folders.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Runs `program` once on `input`. Blocks for at most the time limit and the moment it takes to kill a process.
    pub(crate) fn run(&self, program: &str, kind: &TestKind, input: &str) -> Outcome {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        let scratch = self.root.path().join(format!("run-{number}"));
        let outcome = match self.run_in(&scratch, number, program, kind, input) {
            Ok(outcome) => outcome,
            Err((doing, error)) => Outcome::Infrastructure(format!("{doing}: {error}")),
        };
        // What cannot be removed now goes with the root; it holds up nothing.
        let _ = fs::remove_dir_all(&scratch);
        outcome
    }

    fn run_in(
        &self,
        scratch: &Path,
        number: u64,
        program: &str,
        kind: &TestKind,
        input: &str,
    ) -> Result<Outcome, (String, io::Error)> {
        let doing = |what: &str| {
            let what = what.to_owned();
            move |error| (what, error)
        };
        let stdin = self.fill(scratch, program, input).map_err(doing("filling the scratch folder"))?;
        let (stdout, stdout_end) = io::pipe().map_err(doing("making a pipe"))?;
        let (stderr, stderr_end) = io::pipe().map_err(doing("making a pipe"))?;
        let (report, report_end) = io::pipe().map_err(doing("making a pipe"))?;
        let nonce = self.nonce(number);
        let landlock = self.sandbox.ruleset(scratch).map_err(doing("building the Landlock rules"))?;
        let (kind_name, func_name) = match kind {
            TestKind::Stdin => ("stdin", ""),
            TestKind::Functional { func_name } => ("functional", func_name.as_str()),
            TestKind::Assertions => unreachable!("assertions run as a call"),
        };

        let mut command = Command::new(&self.interpreter.path);
        // `-s` and `-S`: without the `site` module, whose work takes longer than the rest of the start; the driver
        // adds what programs see of it. Not `-I`: it would ignore the hash seed, and the environment is ours anyway.
        command.args(["-s", "-S", "-B", "-X", "utf8", "-c", DRIVER]);
        command.arg(report_end.as_raw_fd().to_string()).args([nonce.as_str(), kind_name, func_name]);
        command.args(&self.interpreter.packages);
        command.env_clear();
        command.envs([
            ("LANG", "C.UTF-8"),
            ("PYTHONHASHSEED", "0"),
            ("OMP_NUM_THREADS", "1"),
            ("OPENBLAS_NUM_THREADS", "1"),
            ("MKL_NUM_THREADS", "1"),
        ]);
        command.env("HOME", scratch).env("TMPDIR", scratch);
        command.current_dir(scratch).stdin(stdin).stdout(stdout_end).stderr(stderr_end);
        let limits = self.sandbox.limits(&self.settings).map_err(doing("reading resource limits"))?;
        let strict = self.sandbox.filters.is_some();
        kernel::confine(
            &mut command,
            Confinement {
                report: report_end.as_raw_fd(),
                parent: std::process::id(),
                identity: self.sandbox.identity,
                namespaces: self.sandbox.namespaces,
                drop_capabilities: strict,
                limits,
                landlock,
                filters: self.sandbox.filters.clone(),
            },
        );

        let started = Instant::now();
        let spawned = command.spawn();
        // The child's ends of the pipes live in the command; without it, a closed pipe is seen as closed.
        drop(command);
        drop(report_end);
        let pid = match spawned {
            Ok(child) => child.id(),
            Err(error) => return Err((spawn_failure(report), error)),
        };
        let deadline = started + self.settings.time_limit;
        let watched = self.watch(pid, scratch, deadline, stdout, stderr, report);
        // Also on an error above: no child is left behind.
        kernel::kill_group(pid);
        let ending = kernel::reap(pid).map_err(doing("collecting the program"))?;
        let (stopped, [stdout, stderr, report]) = watched.map_err(doing("watching the program"))?;
        let seen = Observation { ending, stopped, stdout, stderr, report };
        Ok(self.interpret(seen, kind, &nonce))
    }

    /// Makes the scratch folder with the program in it; returns its standard input.
    fn fill(&self, scratch: &Path, program: &str, input: &str) -> io::Result<File> {
        fs::create_dir(scratch)?;
        fs::set_permissions(scratch, Permissions::from_mode(0o700))?;
        for (name, text) in [("program.py", program), ("input.txt", input)] {
            let path = scratch.join(name);
            fs::write(&path, text)?;
            // Readable by the program's user whatever the judge's umask.
            fs::set_permissions(&path, Permissions::from_mode(0o444))?;
        }
        if let Some((user, group)) = self.sandbox.identity {
            chown(scratch, Some(user), Some(group))?;
        }
        // A file, as with a shell's `<`: it has a size and can be read anew, which programs rely on.
        File::open(scratch.join("input.txt"))
    }

    /// Tells the driver's frames from bytes that a program wrote by accident. It need not be secret: a program that
    /// forges a frame gives an answer, and knows no better one than by computing it.
    fn nonce(&self, number: u64) -> String {
        let mut hasher = self.keys.build_hasher();
        hasher.write_u64(number);
        format!("{:016x}", hasher.finish())
    }

    /// Reads all pipes until the program has ended or must be stopped, and what is left in them after.
    fn watch(
        &self,
        pid: u32,
        scratch: &Path,
        deadline: Instant,
        stdout: PipeReader,
        stderr: PipeReader,
        report: PipeReader,
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
                if overfull(scratch) {
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

    /// From what was seen to an outcome. The order matters: a limit explains the ending that it caused.
    fn interpret(&self, seen: Observation, kind: &TestKind, nonce: &str) -> Outcome {
        let failed = |verdict, detail: String| Outcome::Failed(verdict, detail);
        let report = String::from_utf8_lossy(&seen.report);
        let ready = report.starts_with(&format!("R {nonce}\n"));
        let stderr = String::from_utf8_lossy(&seen.stderr);
        let limit = self.settings.time_limit;
        if !ready {
            let ending = describe(&seen.ending);
            return Outcome::Infrastructure(format!("the interpreter did not come up ({ending}): {}", tail(&stderr)));
        }
        match seen.stopped {
            Some(Stop::Time) => return failed(Verdict::TimeLimit, format!("still running after {limit:?}")),
            Some(Stop::Output(name)) => {
                let bytes = self.settings.output_limit;
                return failed(Verdict::OutputLimit, format!("more than {bytes} bytes of {name}"));
            }
            Some(Stop::Disk) => {
                let detail = format!("more than {MAX_SCRATCH_BYTES} bytes or {MAX_SCRATCH_FILES} files written");
                return failed(Verdict::OutputLimit, detail);
            }
            None => {}
        }
        match seen.ending.signal {
            None => {}
            Some(libc::SIGXCPU) => {
                return failed(Verdict::TimeLimit, String::from("out of processor time"));
            }
            Some(libc::SIGKILL) if seen.ending.cpu >= limit => {
                return failed(Verdict::TimeLimit, String::from("out of processor time"));
            }
            Some(libc::SIGKILL) => {
                return Outcome::Infrastructure(String::from(
                    "killed from outside, perhaps because the machine ran out of memory",
                ));
            }
            Some(_) if out_of_memory(&stderr) => return failed(Verdict::MemoryLimit, tail(&stderr)),
            Some(_) => {
                let detail = format!("{}; {}", describe(&seen.ending), tail(&stderr));
                return failed(Verdict::RuntimeError, detail);
            }
        }
        if seen.ending.code != Some(0) {
            if out_of_memory(&stderr) {
                return failed(Verdict::MemoryLimit, tail(&stderr));
            }
            let detail = match tail(&stderr) {
                empty if empty.is_empty() => describe(&seen.ending),
                trace => trace,
            };
            return failed(Verdict::RuntimeError, detail);
        }
        match kind {
            TestKind::Stdin => Outcome::Answer(String::from_utf8_lossy(&seen.stdout).into_owned()),
            TestKind::Functional { .. } => {
                let prefix = format!("V {nonce} ");
                match report.lines().find_map(|line| line.strip_prefix(&prefix)) {
                    // A line that was cut off has no end, and is no value.
                    Some(value) if report.ends_with('\n') => Outcome::Answer(value.to_owned()),
                    _ => failed(Verdict::RuntimeError, String::from("the program ended before the function returned")),
                }
            }
            TestKind::Assertions => unreachable!("assertions run as a call"),
        }
    }
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

/// Whether a program has put too much into its scratch folder, which is flat (see `Sandbox::ruleset`).
fn overfull(scratch: &Path) -> bool {
    let Ok(entries) = fs::read_dir(scratch) else { return false };
    let mut bytes = 0u64;
    for (entry_idx, entry) in entries.flatten().enumerate() {
        use std::os::unix::fs::MetadataExt;
        // Blocks, not length: a file full of holes takes no room. A block is 512 bytes by definition. The judge's
        // own two files do not count.
        if !matches!(entry.file_name().to_str(), Some("program.py" | "input.txt")) {
            bytes += entry.metadata().map_or(0, |metadata| metadata.blocks() * 512);
        }
        if bytes > MAX_SCRATCH_BYTES || entry_idx > MAX_SCRATCH_FILES {
            return true;
        }
    }
    false
}

/// What went wrong before `exec`, from the frame that the child left.
fn spawn_failure(mut report: PipeReader) -> String {
    // The child is gone and the parent's write end closed, so this ends at once.
    let mut frame = Vec::new();
    match report.read_to_end(&mut frame) {
        Ok(_) if frame.len() == 2 && frame[0] == b'!' => kernel::step_name(frame[1]).to_owned(),
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
fn tail(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.trim_end().lines().collect();
    let text = lines[lines.len().saturating_sub(8)..].join("\n");
    let count = text.chars().count();
    if count > 1000 { text.chars().skip(count - 1000).collect() } else { text }
}

/// Whether the last line of standard error says that memory ran out: Python's exception, NumPy's, or C++'s.
fn out_of_memory(stderr: &str) -> bool {
    let last = stderr.trim_end().lines().last().unwrap_or("");
    let exception = last.split(':').next().unwrap_or("");
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
