//! The lines of a JSON Lines file, one at a time, with their numbers and a bound on their length. Unlike a reader of
//! whole rows, it goes on after a bad line, so that the caller may report that line and skip it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::error::{DataError, Place};

/// Lines that are not blank.
pub(crate) struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    line: usize,
    /// Where the next line begins, in bytes from the start of the file.
    offset: u64,
    limit: usize,
    failed: bool,
}

/// A line's place and, where it is within bounds, its bytes without the line break.
pub(crate) struct Line {
    pub place: Place,
    /// Where it begins, in bytes from the start of the file.
    pub offset: u64,
    pub bytes: Result<Vec<u8>, DataError>,
}

impl Line {
    /// Parses the line as one JSON value.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T, DataError> {
        let bytes = self.bytes?;
        if let Err(error) = std::str::from_utf8(&bytes) {
            return Err(DataError::NotUtf8 { place: self.place, offset: error.valid_up_to() });
        }
        serde_json::from_slice(&bytes).map_err(|source| DataError::BadJson { place: self.place, source })
    }
}

impl Lines {
    pub fn open(path: &Path, limit: usize) -> Result<Self, DataError> {
        let file = File::open(path).map_err(|source| DataError::read(path, source))?;
        let reader = BufReader::with_capacity(1 << 16, file);
        Ok(Self { path: path.to_path_buf(), reader, line: 0, offset: 0, limit, failed: false })
    }

    /// Goes on at a line whose number, from 1, and first byte were seen before.
    pub fn open_at(path: &Path, limit: usize, line: usize, offset: u64) -> Result<Self, DataError> {
        let mut lines = Self::open(path, limit)?;
        lines.reader.seek(SeekFrom::Start(offset)).map_err(|source| DataError::read(path, source))?;
        (lines.line, lines.offset) = (line - 1, offset);
        Ok(lines)
    }

    /// Where the next line begins, in bytes from the start of the file.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    fn read(&mut self) -> std::io::Result<Option<Line>> {
        loop {
            let mut bytes = Vec::new();
            // Two more than the bound: the line break, and the byte that shows that the bound is passed.
            let most = self.limit as u64 + 2;
            let length = (&mut self.reader).take(most).read_until(b'\n', &mut bytes)?;
            if length == 0 {
                return Ok(None);
            }
            let offset = self.offset;
            self.offset += length as u64;
            self.line += 1;
            let place = Place::line(&self.path, self.line);
            let ended = bytes.last() == Some(&b'\n');
            if ended {
                bytes.pop();
            }
            if bytes.len() > self.limit {
                if !ended {
                    self.skip_to_line_break()?;
                }
                let limit = self.limit;
                return Ok(Some(Line {
                    bytes: Err(DataError::TooLong { place: place.clone(), limit }),
                    place,
                    offset,
                }));
            }
            // Some editors start a file with a byte-order mark.
            if self.line == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            if !bytes.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(Line { place, offset, bytes: Ok(bytes) }));
            }
        }
    }

    fn skip_to_line_break(&mut self) -> std::io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            match buffer.iter().position(|&byte| byte == b'\n') {
                Some(position) => {
                    self.reader.consume(position + 1);
                    self.offset += position as u64 + 1;
                    return Ok(());
                }
                None => {
                    let length = buffer.len();
                    self.reader.consume(length);
                    self.offset += length as u64;
                }
            }
        }
    }
}

impl Iterator for Lines {
    /// An outer error is the file's and ends the iteration; a line's own fault is inside [`Line`].
    type Item = Result<Line, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let line = self.read().map_err(|source| DataError::read(&self.path, source));
        self.failed = line.is_err();
        line.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_reported_and_passed_over() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rows.jsonl");
        let long = "x".repeat(200_000);
        std::fs::write(&path, format!("\u{feff}1\n\n{long}\n12345\n123456\n7")).expect("written");
        let lines: Vec<_> = Lines::open(&path, 5).expect("opened").map(|line| line.expect("read")).collect();
        let seen: Vec<_> = lines
            .into_iter()
            .map(|line| (line.place.line.expect("numbered"), line.bytes.ok().map(|bytes| bytes.len())))
            .collect();
        assert_eq!(seen, [(1, Some(1)), (3, None), (4, Some(5)), (5, None), (6, Some(1))]);
        // A line is found again by its offset, past lines that were too long.
        for line in Lines::open(&path, 5).expect("opened").map(|line| line.expect("read")) {
            let number = line.place.line.expect("numbered");
            let mut again = Lines::open_at(&path, 5, number, line.offset).expect("opened");
            let again = again.next().expect("there").expect("read");
            assert_eq!((again.place, again.bytes.ok()), (line.place, line.bytes.ok()));
        }
    }
}
