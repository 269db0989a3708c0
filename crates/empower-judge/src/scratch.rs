//! Where programs run: a folder for each judge, a folder in it for each run, both gone afterwards.
//!
//! A judge that is killed cannot clean up. So each holds a lock on its folder for as long as it lives, and each new
//! judge removes the folders of its own user that nobody locks any more. A folder that is not ours, not a folder, or
//! younger than the moment between making and locking is left alone.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::JudgeError;
use crate::kernel;

const PREFIX: &str = "empower-judge-";

/// chosen: a thousand times what lies between making a folder and locking it.
const YOUNG: Duration = Duration::from_secs(60);

/// The folder of one judge, locked while it lives, removed when it is dropped.
pub(crate) struct ScratchRoot {
    folder: TempDir,
    /// Held for its lock alone.
    _lock: File,
}

impl ScratchRoot {
    /// Makes the folder, passable to other users where programs run as one, after removing what dead judges left.
    pub(crate) fn make(passable: bool) -> Result<Self, JudgeError> {
        let parent = std::env::temp_dir();
        sweep(&parent, YOUNG);
        let scratch = |path: PathBuf| move |source| JudgeError::Scratch { path, source };
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir().map_err(scratch(parent))?;
        let path = || folder.path().to_owned();
        // A user that owns nothing here must still pass through to its own folder.
        let mode = if passable { 0o711 } else { 0o700 };
        fs::set_permissions(folder.path(), Permissions::from_mode(mode)).map_err(scratch(path()))?;
        let lock = File::open(folder.path()).map_err(scratch(path()))?;
        lock.try_lock().map_err(|error| JudgeError::Scratch { path: path(), source: io::Error::other(error) })?;
        Ok(Self { folder, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders below `parent` that dead judges of this user left, unless younger than `young`. What cannot be
/// looked at or removed is left: this is a courtesy, and never a reason not to judge.
fn sweep(parent: &Path, young: Duration) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let path = entry.path();
        // Not following links: a link by this name may lead anywhere.
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let old = metadata.modified().ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age >= young);
        if !metadata.is_dir() || metadata.uid() != kernel::effective_user() || !old {
            continue;
        }
        // The lock is held while removing, so that two judges do not remove the same folder.
        if let Ok(folder) = File::open(&path)
            && folder.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// The name of a run's folder: of the same length for any number of workers up to 36, because a path's length moves
/// everything in the interpreter's memory, and with it the order of some sets.
pub(crate) fn run_name(slot: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut name = String::new();
    let mut left = slot;
    loop {
        name.insert(0, char::from(DIGITS[left % 36]));
        left /= 36;
        if left == 0 {
            return format!("run-{name}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_dead_judges_left_is_removed() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let make = |name: &str| {
            let path = parent.path().join(name);
            fs::create_dir(&path).expect("own folder");
            fs::write(path.join("file"), "text").expect("own folder");
            path
        };
        let (dead, alive, foreign) = (make("empower-judge-dead"), make("empower-judge-alive"), make("other"));
        let link = parent.path().join("empower-judge-link");
        std::os::unix::fs::symlink(&foreign, &link).expect("own folder");
        let lock = File::open(&alive).expect("own folder");
        lock.try_lock().expect("nobody else holds it");
        sweep(parent.path(), YOUNG);
        assert!(dead.exists(), "young folders stay");
        sweep(parent.path(), Duration::ZERO);
        assert!(!dead.exists());
        assert!(alive.exists() && foreign.join("file").exists() && link.exists());
        drop(lock);
        sweep(parent.path(), Duration::ZERO);
        assert!(!alive.exists());
    }

    #[test]
    fn run_names_differ_and_keep_their_length() {
        let names: std::collections::BTreeSet<String> = (0..1024).map(run_name).collect();
        assert_eq!(names.len(), 1024);
        assert_eq!((run_name(0), run_name(35), run_name(36)), ("run-0".into(), "run-z".into(), "run-10".into()));
    }
}
