//! The releases of LiveCodeBench (JUDGE section 1): which of its files `release_v3` or `v3` means, and the order of files
//! by the numbers in their names.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::DataError;

/// The files that were published: test.jsonl, test2.jsonl … test6.jsonl.
const LAST_SHARD: u32 = 6;

/// A part of LiveCodeBench by its published name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Release {
    /// `release_vN`: all shards up to the N-th.
    UpTo(u32),
    /// `vN`: the N-th shard alone.
    Only(u32),
}

impl Release {
    /// The shards it is made of, from 1.
    fn shards(self) -> std::ops::RangeInclusive<u32> {
        match self {
            Self::UpTo(last) => 1..=last,
            Self::Only(shard) => shard..=shard,
        }
    }

    /// Its files among those found, in order.
    ///
    /// # Errors
    /// A shard that is not there.
    pub(crate) fn pick(self, found: Vec<PathBuf>, named: &Path) -> Result<Vec<PathBuf>, DataError> {
        let shard_file = |shard: u32| {
            let stem = if shard == 1 { "test".to_owned() } else { format!("test{shard}") };
            let of_shard = |path: &&PathBuf| path.file_stem().is_some_and(|it| it == stem.as_str());
            found.iter().find(of_shard).cloned().ok_or_else(|| DataError::MissingShard {
                path: named.to_path_buf(),
                release: self.to_string(),
                missing: format!("{stem}.jsonl"),
            })
        };
        self.shards().map(shard_file).collect()
    }
}

impl fmt::Display for Release {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UpTo(last) => write!(out, "release_v{last}"),
            Self::Only(shard) => write!(out, "v{shard}"),
        }
    }
}

impl FromStr for Release {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().ok().filter(|number| (1..=LAST_SHARD).contains(number));
        let release = match name.strip_prefix("release_v") {
            Some(rest) => number(rest).map(Self::UpTo),
            None => name.strip_prefix('v').and_then(number).map(Self::Only),
        };
        release
            .ok_or_else(|| format!("expected release_v1 to release_v{LAST_SHARD}, or v1 to v{LAST_SHARD} for a shard"))
    }
}

/// A key that puts `test.jsonl`, `test2.jsonl` and `test10.jsonl` in this order: digits compare as numbers.
pub(crate) fn by_numbers(path: &Path) -> Vec<(String, u64)> {
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut key = Vec::new();
    let mut rest = name.as_str();
    while !rest.is_empty() {
        let text_end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (text, after) = rest.split_at(text_end);
        let digits_end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (digits, after) = after.split_at(digits_end);
        key.push((text.to_owned(), digits.parse().unwrap_or(0)));
        rest = after;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for (name, release) in
            [("release_v1", Release::UpTo(1)), ("release_v6", Release::UpTo(6)), ("v3", Release::Only(3))]
        {
            assert_eq!(name.parse(), Ok(release));
            assert_eq!(release.to_string(), name);
        }
        for name in ["", "v", "v0", "v7", "release_v7", "release_v", "latest", "v-1", "release_latest"] {
            assert!(name.parse::<Release>().is_err(), "{name}");
        }
    }

    #[test]
    fn shards_are_picked_in_order() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let found = paths(&["d/other.jsonl", "d/test.jsonl", "d/test2.jsonl", "d/test3.jsonl"]);
        let picked = Release::UpTo(2).pick(found.clone(), Path::new("d")).expect("there");
        assert_eq!(picked, paths(&["d/test.jsonl", "d/test2.jsonl"]));
        assert_eq!(Release::Only(3).pick(found.clone(), Path::new("d")).expect("there"), paths(&["d/test3.jsonl"]));
        let error = Release::UpTo(4).pick(found, Path::new("d")).expect_err("not whole");
        assert_eq!(error.to_string(), "release release_v4 needs test4.jsonl, which is not among the files of d");
    }

    #[test]
    fn numbers_in_names_are_numbers() {
        let mut names: Vec<PathBuf> =
            ["test10.jsonl", "test2.jsonl", "test.jsonl", "a-00002-of-00010.parquet", "a-00001-of-00010.parquet"]
                .map(PathBuf::from)
                .into();
        names.sort_by_cached_key(|path| by_numbers(path));
        let names: Vec<_> = names.iter().map(|path| path.to_str().expect("ASCII")).collect();
        assert_eq!(
            names,
            ["a-00001-of-00010.parquet", "a-00002-of-00010.parquet", "test.jsonl", "test2.jsonl", "test10.jsonl"]
        );
    }
}
