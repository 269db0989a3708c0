//! The private tests of a LiveCodeBench row, which upstream ships as base64( zlib( pickle( JSON text ) ) ).
//!
//! A pickle is a program for its reader, so this is no pickle reader: it accepts the one sequence of opcodes that
//! pushes a single string and stops (JUDGE section 1), and refuses everything else unread. The inflated size is capped.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;

/// Why private tests could not be decoded.
#[derive(Debug, thiserror::Error)]
pub enum PrivateTestsError {
    /// Neither JSON nor base64.
    #[error("neither JSON text nor base64")]
    Base64(#[source] base64::DecodeError),
    /// No zlib stream, or a damaged one.
    #[error("the zlib stream is damaged")]
    Zlib(#[source] std::io::Error),
    /// More than the cap.
    #[error("inflates to more than the bound of {limit} bytes")]
    TooLarge {
        /// The bound.
        limit: usize,
    },
    /// A pickle that does anything but hold one string.
    #[error("the pickle holds opcode 0x{opcode:02x} at byte {offset}, which is not allowed: only one string is read")]
    Opcode {
        /// The opcode.
        opcode: u8,
        /// Its position in the pickle, from 0.
        offset: usize,
    },
    /// A pickle that ends too early, or goes on after its end.
    #[error("the pickle's length is wrong: {problem}")]
    Length {
        /// What exactly.
        problem: &'static str,
    },
    /// A string that is no UTF-8, surrogates aside.
    #[error("the pickled string is not UTF-8 from byte {offset} on")]
    NotUtf8 {
        /// First bad byte of the string, from 0.
        offset: usize,
    },
}

/// The JSON text in a `private_test_cases` field: the field itself where it is JSON, else what is packed in it.
///
/// Surrogates in the pickled string (Python strings may hold them) become JSON escapes; whether those make sense is for
/// the JSON reader to say. `max_inflated_bytes` bounds the memory used, whatever the field claims.
///
/// # Errors
/// Anything but these two forms.
pub fn decode_private_tests(field: &str, max_inflated_bytes: usize) -> Result<String, PrivateTestsError> {
    let trimmed = field.trim();
    if trimmed.starts_with('[') {
        return Ok(trimmed.to_owned());
    }
    text_with_surrogates_escaped(pickled_string(&inflate(trimmed, max_inflated_bytes)?)?)
}

/// The text in a packed object that holds it as its one value, under `input_output`: SandboxFusion's form of the same
/// tests.
///
/// # Errors
/// Anything but this form.
pub(crate) fn decode_packed_input_output(field: &str, max_inflated_bytes: usize) -> Result<String, PrivateTestsError> {
    text_with_surrogates_escaped(pickled_input_output(&inflate(field.trim(), max_inflated_bytes)?)?)
}

fn inflate(packed: &str, max_inflated_bytes: usize) -> Result<Vec<u8>, PrivateTestsError> {
    let packed = STANDARD.decode(packed).map_err(PrivateTestsError::Base64)?;
    let mut pickle = Vec::new();
    let most = max_inflated_bytes as u64 + 1;
    ZlibDecoder::new(packed.as_slice()).take(most).read_to_end(&mut pickle).map_err(PrivateTestsError::Zlib)?;
    if pickle.len() > max_inflated_bytes {
        return Err(PrivateTestsError::TooLarge { limit: max_inflated_bytes });
    }
    Ok(pickle)
}

/// The one string of a protocol-4 pickle: `80 04 [95 u64] (8c u8 | 58 u32 | 8d u64) bytes [94] 2e`.
fn pickled_string(pickle: &[u8]) -> Result<&[u8], PrivateTestsError> {
    let (mut reader, opcode) = PickleReader::open(pickle)?;
    let string = reader.string(opcode)?;
    let last = reader.byte_after_memo()?;
    reader.end(last, string)
}

/// The value in `80 04 [95 u64] 7d [94] "input_output" [94] string [94] 73 2e`.
fn pickled_input_output(pickle: &[u8]) -> Result<&[u8], PrivateTestsError> {
    let (mut reader, opcode) = PickleReader::open(pickle)?;
    if opcode != 0x7d {
        return Err(reader.refused(opcode));
    }
    let opcode = reader.byte_after_memo()?;
    if reader.string(opcode)? != b"input_output" {
        return Err(PrivateTestsError::Length { problem: "its key is not `input_output`" });
    }
    let opcode = reader.byte_after_memo()?;
    let string = reader.string(opcode)?;
    match reader.byte_after_memo()? {
        0x73 => {}
        opcode => return Err(reader.refused(opcode)),
    }
    let last = reader.byte()?;
    reader.end(last, string)
}

struct PickleReader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> PickleReader<'a> {
    /// Reads the head of a pickle and its first opcode that does something.
    fn open(pickle: &'a [u8]) -> Result<(Self, u8), PrivateTestsError> {
        let mut reader = Self { bytes: pickle, offset: 0 };
        reader.expect(0x80)?;
        reader.expect(0x04)?;
        let mut opcode = reader.byte()?;
        if opcode == 0x95 {
            let frame = reader.length(8)?;
            if frame > reader.left() {
                return Err(PrivateTestsError::Length { problem: "its frame is longer than the pickle" });
            }
            opcode = reader.byte()?;
        }
        Ok((reader, opcode))
    }

    /// The string that an opcode pushes.
    fn string(&mut self, opcode: u8) -> Result<&'a [u8], PrivateTestsError> {
        let length = match opcode {
            0x8c => self.length(1)?,
            0x58 => self.length(4)?,
            0x8d => self.length(8)?,
            _ => return Err(self.refused(opcode)),
        };
        self.take(length)
    }

    /// The next opcode, past one that only remembers the last value.
    fn byte_after_memo(&mut self) -> Result<u8, PrivateTestsError> {
        match self.byte()? {
            0x94 => self.byte(),
            opcode => Ok(opcode),
        }
    }

    /// `found`, where the pickle ends here and `last` says so.
    fn end(&self, last: u8, found: &'a [u8]) -> Result<&'a [u8], PrivateTestsError> {
        match (last, self.left()) {
            (0x2e, 0) => Ok(found),
            (0x2e, _) => Err(PrivateTestsError::Length { problem: "bytes follow its end" }),
            (opcode, _) => Err(self.refused(opcode)),
        }
    }

    /// The opcode that was just read.
    fn refused(&self, opcode: u8) -> PrivateTestsError {
        PrivateTestsError::Opcode { opcode, offset: self.offset - 1 }
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.offset
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], PrivateTestsError> {
        if length > self.left() {
            return Err(PrivateTestsError::Length { problem: "it ends too early" });
        }
        let taken = &self.bytes[self.offset..self.offset + length];
        self.offset += length;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, PrivateTestsError> {
        self.take(1).map(|taken| taken[0])
    }

    fn expect(&mut self, expected: u8) -> Result<(), PrivateTestsError> {
        match self.byte()? {
            byte if byte == expected => Ok(()),
            opcode => Err(PrivateTestsError::Opcode { opcode, offset: self.offset - 1 }),
        }
    }

    /// A little-endian length of `width` bytes. One past what memory can address is past the end in any case.
    fn length(&mut self, width: usize) -> Result<usize, PrivateTestsError> {
        let mut number = [0; 8];
        number[..width].copy_from_slice(self.take(width)?);
        Ok(usize::try_from(u64::from_le_bytes(number)).unwrap_or(usize::MAX))
    }
}

fn text_with_surrogates_escaped(bytes: &[u8]) -> Result<String, PrivateTestsError> {
    let mut text = String::with_capacity(bytes.len());
    let mut start = 0;
    loop {
        match std::str::from_utf8(&bytes[start..]) {
            Ok(rest) => {
                text.push_str(rest);
                return Ok(text);
            }
            Err(error) => {
                let end = start + error.valid_up_to();
                text.push_str(std::str::from_utf8(&bytes[start..end]).expect("valid up to here, as was just found"));
                // Three bytes of the form UTF-8 would give U+D800 to U+DFFF.
                match bytes[end..] {
                    [0xed, high @ 0xa0..=0xbf, low @ 0x80..=0xbf, ..] => {
                        let unit = 0xd000 | (u32::from(high & 0x3f) << 6) | u32::from(low & 0x3f);
                        text.push_str(&format!("\\u{unit:04x}"));
                        start = end + 3;
                    }
                    _ => return Err(PrivateTestsError::NotUtf8 { offset: end }),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use proptest::prelude::*;
    use std::io::Write;

    fn pack(pickle: &[u8]) -> String {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(pickle).expect("written to memory");
        STANDARD.encode(encoder.finish().expect("written to memory"))
    }

    fn pickle(string: &[u8], opcode: u8, framed: bool, memoized: bool) -> Vec<u8> {
        let mut body = vec![opcode];
        let length = (string.len() as u64).to_le_bytes();
        let width = match opcode {
            0x8c => 1,
            0x58 => 4,
            _ => 8,
        };
        body.extend_from_slice(&length[..width]);
        body.extend_from_slice(string);
        if memoized {
            body.push(0x94);
        }
        body.push(0x2e);
        let mut pickle = vec![0x80, 0x04];
        if framed {
            pickle.push(0x95);
            pickle.extend_from_slice(&(body.len() as u64).to_le_bytes());
        }
        pickle.extend(body);
        pickle
    }

    proptest! {
        #[test]
        fn every_allowed_form_decodes(text in "\\PC{0,60}", framed: bool, memoized: bool, which in 0_usize..3) {
            prop_assume!(text.len() < 256);
            let packed = pack(&pickle(text.as_bytes(), [0x8c, 0x58, 0x8d][which], framed, memoized));
            prop_assert_eq!(decode_private_tests(&packed, 10_000).unwrap(), text);
        }

        #[test]
        fn a_changed_byte_never_panics(position in 0_usize..40, value: u8) {
            let mut bytes = pickle(b"[{\"input\": \"1\"}]", 0x58, true, true);
            let position = position % bytes.len();
            bytes[position] = value;
            // Whatever comes out, it comes from the string's own bytes.
            if let Ok(text) = decode_private_tests(&pack(&bytes), 10_000) {
                prop_assert!(text.len() <= 40);
            }
        }
    }

    #[test]
    fn other_opcodes_are_refused() {
        // `os.system` by GLOBAL, by STACK_GLOBAL, a protocol-2 pickle, a list, and two strings.
        let cases: [(&[u8], u8); 5] = [
            (b"\x80\x04cos\nsystem\n.", b'c'),
            (b"\x80\x04\x8c\x02os\x8c\x06system\x93.", 0x8c),
            (b"\x80\x02X\x02\x00\x00\x00[]q\x00.", 0x02),
            (b"\x80\x04]\x94.", b']'),
            (b"\x80\x04\x8c\x02[]\x94R.", b'R'),
        ];
        for (pickle, expected) in cases {
            match decode_private_tests(&pack(pickle), 1_000) {
                Err(PrivateTestsError::Opcode { opcode, .. }) => assert_eq!(opcode, expected, "{pickle:?}"),
                other => panic!("{pickle:?} gave {other:?}"),
            }
        }
    }

    #[test]
    fn wrong_lengths_are_refused() {
        let good = pickle(b"[]", 0x58, true, true);
        for end in 2..good.len() {
            assert!(
                matches!(decode_private_tests(&pack(&good[..end]), 1_000), Err(PrivateTestsError::Length { .. })),
                "cut at {end}"
            );
        }
        let longer = [good.as_slice(), b"."].concat();
        assert!(matches!(decode_private_tests(&pack(&longer), 1_000), Err(PrivateTestsError::Length { .. })));
        let huge = b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff[].";
        assert!(matches!(decode_private_tests(&pack(huge), 1_000), Err(PrivateTestsError::Length { .. })));
    }

    #[test]
    fn a_bomb_stops_at_the_cap() {
        let bomb = pack(&vec![b' '; 50_000_000]);
        assert!(matches!(decode_private_tests(&bomb, 1_000), Err(PrivateTestsError::TooLarge { limit: 1_000 })));
        let exact = pickle(b"[]", 0x58, true, true);
        assert!(decode_private_tests(&pack(&exact), exact.len()).is_ok());
        assert!(decode_private_tests(&pack(&exact), exact.len() - 1).is_err());
    }

    #[test]
    fn other_damage_is_told_apart() {
        assert!(matches!(decode_private_tests("not base64!", 10), Err(PrivateTestsError::Base64(_))));
        assert!(matches!(decode_private_tests("AAAA", 10), Err(PrivateTestsError::Zlib(_))));
        assert!(matches!(
            decode_private_tests("", 10),
            Err(PrivateTestsError::Zlib(_) | PrivateTestsError::Length { .. })
        ));
        assert_eq!(decode_private_tests(" [{}]\n", 1).expect("JSON is not inflated"), "[{}]");
        let latin = pickle(b"[\"\xe9\"]", 0x58, true, true);
        assert!(matches!(decode_private_tests(&pack(&latin), 100), Err(PrivateTestsError::NotUtf8 { offset: 2 })));
    }

    #[test]
    fn surrogates_become_escapes() {
        let pair = pickle(b"[\"a\xed\xa0\xbd\xed\xb8\x80z\"]", 0x58, true, true);
        let text = decode_private_tests(&pack(&pair), 100).expect("decoded");
        assert_eq!(text, "[\"a\\ud83d\\ude00z\"]");
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).expect("JSON"), ["a\u{1f600}z"]);
    }
}
