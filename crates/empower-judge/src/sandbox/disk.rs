//! How much room a program takes on disk: what lies in its scratch folder, and what it holds there without a name.
//!
//! A file that is removed while it is open, or mapped, keeps its room and is in no folder; a program that makes and
//! removes files would else have as much of the disk as there is. Nothing here changes anything.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{MAX_FILE_BYTES, MAX_SCRATCH_BYTES, MAX_SCRATCH_FILES};

/// Whether the process `pid` has put too much into its scratch folder, which is flat (see `Sandbox::ruleset`). Costs a
/// look at the folder, at the process's descriptors and at its mappings.
pub(crate) fn overfull(pid: u32, scratch: &Path) -> bool {
    let mut bytes = 0u64;
    let Ok(entries) = fs::read_dir(scratch) else { return false };
    for (entry_idx, entry) in entries.flatten().enumerate() {
        // Blocks, not length: a file full of holes takes no room. A block is 512 bytes by definition. The judge's
        // own two files do not count.
        if !matches!(entry.file_name().to_str(), Some("program.py" | "input.txt")) {
            bytes += entry.metadata().map_or(0, |metadata| metadata.blocks() * 512);
        }
        if bytes > MAX_SCRATCH_BYTES || entry_idx > MAX_SCRATCH_FILES {
            return true;
        }
    }
    let process = Path::new("/proc").join(pid.to_string());
    bytes += nameless(&process, scratch).values().sum::<u64>();
    bytes > MAX_SCRATCH_BYTES
}

/// Files of `scratch` without a name that a process holds, by inode, with the bytes that each takes. What cannot be
/// looked at (the process may just have ended) is nothing.
fn nameless(process: &Path, scratch: &Path) -> HashMap<u64, u64> {
    let mut found = HashMap::new();
    // Paths in tables of the kernel have no links in them.
    let scratch = scratch.canonicalize().unwrap_or_else(|_| scratch.to_owned());
    let maps = fs::read(process.join("maps")).unwrap_or_default();
    for inode in maps.split(|&byte| byte == b'\n').filter_map(|line| nameless_mapping(line, &scratch)) {
        // Its size cannot be seen without privileges, so it counts as a full one.
        found.insert(inode, MAX_FILE_BYTES);
    }
    for descriptor in fs::read_dir(process.join("fd")).into_iter().flatten().flatten() {
        // Follows the link to the file itself, name or not.
        let Ok(metadata) = fs::metadata(descriptor.path()) else { continue };
        if metadata.is_file() && metadata.nlink() == 0 {
            found.insert(metadata.ino(), metadata.blocks() * 512);
        }
    }
    found
}

/// The inode of a line of a process's `maps`, where that is of a removed file of `scratch`:
/// `address permissions offset device inode path (deleted)`.
fn nameless_mapping(line: &[u8], scratch: &Path) -> Option<u64> {
    let line = str::from_utf8(line.strip_suffix(b" (deleted)")?).ok()?;
    let path = &line[line.find('/')?..];
    if !Path::new(path).starts_with(scratch) {
        return None;
    }
    line.split_ascii_whitespace().nth(4)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn lines_of_maps_are_told_apart() {
        let scratch = Path::new("/scratch/run-1");
        let inode = |line: &str| nameless_mapping(line.as_bytes(), scratch);
        let removed = "7ffff7fb9000-7ffff7fba000 r--p 00000000 fe:00 12345 /scratch/run-1/f";
        assert_eq!(inode(&format!("{removed} (deleted)")), Some(12345));
        assert_eq!(inode(removed), None);
        assert_eq!(inode("7ffff7fb9000-7ffff7fba000 rw-s 00000000 00:01 1024 /dev/zero (deleted)"), None);
        assert_eq!(inode("7ffff7fb9000-7ffff7fba000 rw-p 00000000 00:00 0 [heap]"), None);
        assert_eq!(inode(" (deleted)"), None);
        assert_eq!(nameless_mapping(b"\xff\xfe (deleted)", scratch), None);
    }

    #[test]
    fn a_removed_file_that_is_open_counts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("f");
        let mut file = fs::File::create(&path).expect("own folder");
        file.write_all(&[1; 1 << 16]).expect("room for 64 KiB");
        let held = || {
            // Other tests of this process may hold removed files as well; the inode is this one's.
            let inode = file.metadata().expect("open").ino();
            nameless(Path::new("/proc/self"), folder.path()).get(&inode).copied()
        };
        assert_eq!(held(), None);
        fs::remove_file(&path).expect("own file");
        assert_eq!(held(), Some(1 << 16));
    }
}
