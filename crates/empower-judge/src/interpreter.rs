//! Finding the Python that runs the programs: the real executable behind any version manager's shim, what it is, and
//! the folders that it must be able to read. Nothing untrusted is started here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::JudgeError;

/// The interpreter that runs the programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// The executable itself, shims resolved.
    pub path: PathBuf,
    /// Implementation and version, for example `CPython 3.11.7`.
    pub version: String,
    /// Folders of installed packages, which programs may import from.
    pub(crate) packages: Vec<PathBuf>,
    /// Folders and files that the interpreter reads to work, packages included.
    pub(crate) readable: Vec<PathBuf>,
    /// Files that must be executable: the interpreter behind all links, and its loader.
    pub(crate) executable: Vec<PathBuf>,
}

/// Prints what [`Answer`] holds. Runs with the `site` module, since that knows where packages are.
const QUESTION: &str = r#"
import json, platform, sys, sysconfig
try:
    import site
    packages = site.getsitepackages()
except (ImportError, AttributeError):
    packages = []
paths = sysconfig.get_paths()
print(json.dumps({
    "executable": sys.executable,
    "version": platform.python_implementation() + " " + platform.python_version(),
    "recent": sys.version_info >= (3, 8),
    "packages": packages,
    "library": [paths["stdlib"], paths["platstdlib"]],
    "prefixes": [sys.prefix, sys.base_prefix, sys.base_exec_prefix],
}))
"#;

#[derive(Deserialize)]
struct Answer {
    executable: PathBuf,
    version: String,
    recent: bool,
    packages: Vec<PathBuf>,
    library: Vec<PathBuf>,
    prefixes: Vec<PathBuf>,
}

/// Where shared libraries and what they read live on the systems known to us; what is absent is skipped. Files of
/// `/etc` are named one by one.
const SYSTEM_READABLE: [&str; 11] = [
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/ssl/openssl.cnf",
];

impl Interpreter {
    /// Asks `python`, or else the first `python3` or `python` on the search path, what it is. Starts it once, outside
    /// the sandbox; costs one start of the shim, if there is one.
    pub(crate) fn find(python: Option<&Path>) -> Result<Self, JudgeError> {
        let candidates = match python {
            Some(path) => vec![path.to_owned()],
            None => vec![PathBuf::from("python3"), PathBuf::from("python")],
        };
        for candidate in &candidates {
            // `-s`: without packages of one user, which programs do not see either. The environment stays, because
            // shims need it.
            let answer = Command::new(candidate).args(["-s", "-B", "-c", QUESTION]).stdin(Stdio::null()).output();
            let output = match answer {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(source) => {
                    let detail = source.to_string();
                    return Err(JudgeError::InterpreterUnusable { path: candidate.clone(), detail });
                }
                Ok(output) => output,
            };
            return Self::from_answer(candidate, &output);
        }
        Err(JudgeError::InterpreterNotFound { tried: candidates })
    }

    fn from_answer(candidate: &Path, output: &std::process::Output) -> Result<Self, JudgeError> {
        let unusable = |detail: String| JudgeError::InterpreterUnusable { path: candidate.to_owned(), detail };
        let stderr = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(unusable(format!("{}: {}", output.status, stderr.trim())));
        }
        let answer: Answer = serde_json::from_slice(&output.stdout)
            .map_err(|error| unusable(format!("it does not answer as Python does ({error})")))?;
        if !answer.recent {
            return Err(unusable(format!("{} is too old: 3.8 or newer is needed", answer.version)));
        }
        let real = answer
            .executable
            .canonicalize()
            .map_err(|error| unusable(format!("its executable {}: {error}", answer.executable.display())))?;
        let mut executable = vec![real.clone()];
        executable.extend(elf_loader(&real));

        let mut readable: Vec<PathBuf> = SYSTEM_READABLE.iter().map(PathBuf::from).collect();
        readable.extend(answer.library.iter().cloned());
        readable.extend(answer.packages.iter().cloned());
        for prefix in &answer.prefixes {
            // The shared library of Python and what it was linked with; a prefix itself may be a whole home.
            readable.extend([prefix.join("lib"), prefix.join("lib64"), prefix.join("pyvenv.cfg")]);
        }
        // A path like `/` would open everything; none is that short unless something is odd, and then it is left out.
        readable.retain(|path| path.components().count() > 1 && path.exists());
        readable.sort();
        readable.dedup();
        let packages = answer.packages.into_iter().filter(|path| path.is_dir()).collect();
        Ok(Self { path: answer.executable, version: answer.version, packages, readable, executable })
    }
}

/// The loader that an ELF executable names (its `PT_INTERP` segment); `None` for a static or a foreign one.
fn elf_loader(executable: &Path) -> Option<PathBuf> {
    use std::io::Read;
    // The segment lies within the first page of every executable seen; 64 KiB leaves room.
    let mut head = Vec::new();
    std::fs::File::open(executable).ok()?.take(1 << 16).read_to_end(&mut head).ok()?;
    loader_in(&head)
}

fn loader_in(head: &[u8]) -> Option<PathBuf> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let u16_at = |at: usize| Some(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?) as usize);
    let u64_at =
        |at: usize| usize::try_from(u64::from_le_bytes(head.get(at..at.checked_add(8)?)?.try_into().ok()?)).ok();
    // Magic, 64 bits, little-endian.
    if !head.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let (table, entry_size, entries) = (u64_at(0x20)?, u16_at(0x36)?, u16_at(0x38)?);
    for entry_idx in 0..entries {
        let at = table.checked_add(entry_idx * entry_size)?;
        const PT_INTERP: [u8; 4] = 3u32.to_le_bytes();
        if head.get(at..at.checked_add(4)?)? == PT_INTERP {
            let (offset, size) = (u64_at(at.checked_add(8)?)?, u64_at(at.checked_add(0x20)?)?);
            let name = head.get(offset..offset.checked_add(size)?)?;
            let name = name.split(|&byte| byte == 0).next()?;
            return Some(PathBuf::from(OsStr::from_bytes(name)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_interpreter_is_named() {
        let path = PathBuf::from("no-such-python-anywhere");
        match Interpreter::find(Some(&path)) {
            Err(JudgeError::InterpreterNotFound { tried }) => assert_eq!(tried, [path]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_program_that_is_not_python_is_refused() {
        let found = Interpreter::find(Some(Path::new("echo")));
        assert!(matches!(found, Err(JudgeError::InterpreterUnusable { .. })), "{found:?}");
    }

    #[test]
    fn the_interpreter_at_hand_is_resolved_to_a_binary() {
        let found = Interpreter::find(None).expect("the tests need python3");
        assert!(found.path.is_absolute());
        let head = std::fs::read(&found.executable[0]).expect("just resolved");
        assert!(head.starts_with(b"\x7fELF"), "{:?} is no shim script", found.executable[0]);
        assert!(found.readable.iter().all(|path| path != Path::new("/")));
    }

    #[test]
    fn a_hostile_elf_header_gives_no_loader() {
        let mut head = b"\x7fELF\x02\x01".to_vec();
        head.resize(64, 0xff);
        assert_eq!(loader_in(&head), None);
        for length in 0..64 {
            assert_eq!(loader_in(&head[..length]), None);
        }
    }
}
