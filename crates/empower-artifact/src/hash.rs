//! Content hashes: what a file, a list of files or some bytes hold, as 256 bits of BLAKE3. They name inputs in
//! manifests and keys in caches; they say nothing about file names outside a listed folder, times or permissions.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ArtifactError;

/// A BLAKE3 hash; shown and stored as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of `bytes`.
    pub fn of_bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self(*blake3::hash(bytes.as_ref()).as_bytes())
    }

    /// The hash of a file's content, read in pieces: memory does not grow with the file.
    pub fn of_file(path: &Path) -> Result<Self, ArtifactError> {
        let mut file = File::open(path).map_err(|source| ArtifactError::io("open", path, source))?;
        let mut hasher = blake3::Hasher::new();
        let mut piece = vec![0; 1 << 17];
        loop {
            let n_read = match file.read(&mut piece) {
                Ok(0) => return Ok(Self(*hasher.finalize().as_bytes())),
                Ok(n_read) => n_read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(ArtifactError::io("read", path, source)),
            };
            hasher.update(&piece[..n_read]);
        }
    }

    /// The hash of the listed files of a folder: of their names, lengths and contents, in the given order.
    ///
    /// `names` are relative to `folder` and spelled with `/`. The same files listed in another order hash differently,
    /// so callers sort what a directory listing gave them.
    pub fn of_files<S: AsRef<str>>(folder: &Path, names: &[S]) -> Result<Self, ArtifactError> {
        let mut hasher = blake3::Hasher::new();
        for name in names {
            let name = name.as_ref();
            // Lengths before variable parts, so that no two lists give the same bytes.
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
            hasher.update(&Self::of_file(&folder.join(name))?.0);
        }
        Ok(Self(*hasher.finalize().as_bytes()))
    }

    /// The raw 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 12 hexadecimal digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(out, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ContentHash({self})")
    }
}

impl FromStr for ContentHash {
    type Err = ArtifactError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || ArtifactError::BadHash { text: text.chars().take(80).collect() };
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(bad());
        }
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Ok(digit - b'0'),
            b'a'..=b'f' => Ok(digit - b'a' + 10),
            _ => Err(bad()),
        };
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = value(pair[0])? << 4 | value(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_hash_is_the_published_one() {
        // First test vector of the BLAKE3 repository (test_vectors.json, input_len 0).
        let published = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(ContentHash::of_bytes([]).to_string(), published);
        assert_eq!(published.parse::<ContentHash>().ok(), Some(ContentHash::of_bytes([])));
    }

    #[test]
    fn a_file_hashes_as_its_bytes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("f");
        // Longer than one piece, and not a multiple of it.
        let bytes: Vec<u8> = (0..300_001_u32).map(|i| (i * 7 % 251) as u8).collect();
        std::fs::write(&path, &bytes).expect("written");
        assert_eq!(ContentHash::of_file(&path).expect("hashed"), ContentHash::of_bytes(&bytes));
        let missing = ContentHash::of_file(&folder.path().join("none")).expect_err("missing");
        assert!(missing.to_string().contains("none"), "{missing}");
    }

    #[test]
    fn a_folder_hash_sees_names_order_and_borders() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [("a", "xy"), ("b", "z"), ("ab", ""), ("c", "x"), ("d", "yz")] {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let hash = |names: &[&str]| ContentHash::of_files(folder.path(), names).expect("hashed");
        let hashes = [hash(&["a", "b"]), hash(&["b", "a"]), hash(&["ab"]), hash(&["c", "d"]), hash(&["a"]), hash(&[])];
        for (i, one) in hashes.iter().enumerate() {
            for other in &hashes[i + 1..] {
                assert_ne!(one, other);
            }
        }
        assert_eq!(hash(&["a", "b"]), hash(&["a", "b"]));
    }

    #[test]
    fn malformed_text_is_refused() {
        for text in ["", "af13", &"g".repeat(64), &"A".repeat(64), &"é".repeat(32)] {
            assert!(text.parse::<ContentHash>().is_err(), "{text}");
        }
        let json = serde_json::to_string(&ContentHash::of_bytes("x")).expect("JSON");
        assert_eq!(serde_json::from_str::<ContentHash>(&json).expect("back"), ContentHash::of_bytes("x"));
        assert!(serde_json::from_str::<ContentHash>("\"12\"").is_err());
    }
}
