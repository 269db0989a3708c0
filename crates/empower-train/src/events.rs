//! TensorBoard's event files: the log of a run as curves that people know how to look at.
//!
//! A file is a row of records (`length: u64, masked CRC of the length, data, masked CRC of the data`, little endian,
//! the CRC-32C of RFC 3720), each an `Event` message in Protocol Buffers. Only the few fields that scalars need are
//! written: `wall_time` = 1, `step` = 2, `file_version` = 3, `summary` = 5 with `value` = 1 of `tag` = 1 and
//! `simple_value` = 2. Nothing here is read back but to continue a file: `metrics.jsonl` is the log of record, and the
//! only file that is the same for the same seed, since events carry the time of day.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use empower_artifact::ArtifactError;

use crate::error::TrainError;
use crate::trainer::MetricsRow;

/// Name of the file in a run folder. TensorBoard takes any file with `tfevents` in its name.
pub const EVENTS: &str = "tensorboard/events.out.tfevents.0.empower";

/// The first event of every file.
const FILE_VERSION: &[u8] = b"brain.Event:2";

/// An event file that is open for further events.
#[derive(Debug)]
pub struct EventFile {
    path: PathBuf,
    file: File,
    /// Where each whole record begins, with its step; what is torn or damaged behind them is gone.
    records: Vec<(u64, i64)>,
    end: u64,
    begun: bool,
}

impl EventFile {
    /// Opens or makes the file, and the folder that it lies in.
    pub fn open(path: &Path) -> Result<Self, TrainError> {
        let failed = |action| move |source| ArtifactError::io(action, path, source);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| ArtifactError::io("create the folder", folder, source))?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed("open"))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed("read"))?;
        let (mut records, mut end) = (Vec::new(), 0);
        while let Some(data) = record(&bytes[end..]) {
            records.push((end as u64, step_of(data)));
            end += FRAME + data.len();
        }
        Ok(Self { path: path.to_owned(), file, records, end: end as u64, begun: false })
    }

    /// Adds the scalars of a row of the log, at `wall_time` seconds since 1970.
    ///
    /// The first row after opening takes back what the file holds of its step and later ones: a run that was cut off
    /// goes through those again.
    pub fn add(&mut self, row: &MetricsRow, wall_time: f64) -> Result<(), TrainError> {
        let step = row.step() as i64;
        if !self.begun {
            // The first record is the file's version, whatever its step.
            if let Some((start, _)) = self.records.iter().skip(1).find(|(_, known)| *known >= step) {
                self.end = *start;
            }
            self.file.set_len(self.end).and_then(|()| self.file.seek(SeekFrom::End(0))).map_err(self.failed())?;
            self.begun = true;
            if self.end == 0 {
                self.write(&event(wall_time, 0, &field(3, FILE_VERSION)))?;
            }
        }
        let values: Vec<u8> = scalars(row).into_iter().flat_map(|(tag, value)| field(1, &scalar(tag, value))).collect();
        self.write(&event(wall_time, step, &field(5, &values)))
    }

    fn write(&mut self, data: &[u8]) -> Result<(), TrainError> {
        let length = (data.len() as u64).to_le_bytes();
        let (head, tail) = (masked(crc32c(&length)).to_le_bytes(), masked(crc32c(data)).to_le_bytes());
        let bytes = [&length[..], &head, data, &tail].concat();
        Ok(self.file.write_all(&bytes).map_err(self.failed())?)
    }

    fn failed(&self) -> impl Fn(std::io::Error) -> ArtifactError {
        let path = self.path.clone();
        move |source| ArtifactError::io("write", &path, source)
    }
}

/// What a row of the log is drawn as.
fn scalars(row: &MetricsRow) -> Vec<(&'static str, f64)> {
    match *row {
        MetricsRow::Step { tokens, bits_per_token, learning_rate, gradient_norm, .. } => vec![
            ("train/bits_per_target", bits_per_token),
            ("train/learning_rate", learning_rate),
            ("train/gradient_norm", gradient_norm),
            ("train/tokens", tokens as f64),
        ],
        MetricsRow::Evaluation { bits_per_token, bits_per_byte, .. } => {
            let a_byte = bits_per_byte.map(|bits| ("held_out/bits_per_byte", bits));
            std::iter::once(("held_out/bits_per_target", bits_per_token)).chain(a_byte).collect()
        }
    }
}

fn event(wall_time: f64, step: i64, what: &[u8]) -> Vec<u8> {
    // Field 1, eight bytes; field 2, a number.
    [&[0x09][..], &wall_time.to_le_bytes(), &[0x10], &varint(step as u64), what].concat()
}

fn scalar(tag: &str, value: f64) -> Vec<u8> {
    // Field 2, four bytes.
    [&field(1, tag.as_bytes())[..], &[0x15], &(value as f32).to_le_bytes()].concat()
}

/// A field whose content has a length: text or a message.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2][..], &varint(content.len() as u64), content].concat()
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// Bytes of a record beside its data.
const FRAME: usize = 16;

/// The data of the whole, undamaged record that `bytes` begins with.
fn record(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (head, rest) = rest.split_first_chunk::<4>()?;
    let n_bytes = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (data, rest) = rest.split_at_checked(n_bytes)?;
    let (tail, _) = rest.split_first_chunk::<4>()?;
    let holds = |crc: &[u8; 4], of: &[u8]| u32::from_le_bytes(*crc) == masked(crc32c(of));
    (holds(head, length) && holds(tail, data)).then_some(data)
}

/// The step of an event that [`event`] wrote: behind nine bytes of time and the field's own byte. 0 for anything else.
fn step_of(data: &[u8]) -> i64 {
    let Some([0x10, number @ ..]) = data.get(9..) else { return 0 };
    let mut step = 0_u64;
    for (i, byte) in number.iter().take(10).enumerate() {
        step |= u64::from(byte & 0x7f).checked_shl(7 * i as u32).unwrap_or(0);
        if byte & 0x80 == 0 {
            return step as i64;
        }
    }
    0
}

/// TensorFlow's mask: a CRC that is stored beside data that may itself hold CRCs is turned and moved.
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli): the reflected polynomial 0x82F63B78, byte by byte.
fn crc32c(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let (mut crc, mut bit) = (i as u32, 0);
            while bit < 8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
                bit += 1;
            }
            table[i] = crc;
            i += 1;
        }
        table
    };
    !bytes.iter().fold(u32::MAX, |crc, byte| crc >> 8 ^ TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(step: u64) -> MetricsRow {
        MetricsRow::Evaluation { step, tokens: 10 * step, bits_per_token: 0.5 * step as f64, bits_per_byte: None }
    }

    #[test]
    fn checksums_are_those_of_rfc_3720() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        // Section B.4 of the RFC.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        let ascending: Vec<u8> = (0..32).collect();
        assert_eq!(crc32c(&ascending), 0x46dd_794e);
        assert_eq!(masked(0), 0xa282_ead8);
    }

    #[test]
    fn a_record_is_what_the_format_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(EVENTS);
        EventFile::open(&path).unwrap().add(&row(300), 1.5).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let version = record(&bytes).unwrap();
        assert_eq!(version, [&[0x09][..], &1.5_f64.to_le_bytes(), &[0x10, 0, 0x1a, 13], FILE_VERSION].concat());
        let event = record(&bytes[FRAME + version.len()..]).unwrap();
        let tag = b"held_out/bits_per_target";
        let value = [&[0x0a, 24][..], tag, &[0x15], &150.0_f32.to_le_bytes()].concat();
        let summary = [&[0x0a, value.len() as u8][..], &value].concat();
        // 300 = 0b10_0101100.
        let head = [&[0x09][..], &1.5_f64.to_le_bytes(), &[0x10, 0xac, 0x02, 0x2a, summary.len() as u8]].concat();
        assert_eq!(event, [head, summary].concat());
        assert_eq!(step_of(event), 300);
    }

    #[test]
    fn a_file_that_goes_on_holds_every_step_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(EVENTS);
        let mut file = EventFile::open(&path).unwrap();
        (1..=6).for_each(|step| file.add(&row(step), 0.0).unwrap());
        let whole = std::fs::read(&path).unwrap();
        // Cut inside the last record, then gone through again from step 4.
        std::fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let mut file = EventFile::open(&path).unwrap();
        (4..=6).for_each(|step| file.add(&row(step), 0.0).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), whole);
        // A flipped bit ends what can be trusted.
        let mut broken = whole.clone();
        broken[whole.len() / 2] ^= 1;
        std::fs::write(&path, &broken).unwrap();
        let file = EventFile::open(&path).unwrap();
        assert!(file.records.len() < 7 && file.end <= whole.len() as u64 / 2);
    }
}
