//! Programs on their way to the judge: read once from their file, kept in a temporary one, fetched one at a time. So
//! the memory that ten thousand programs take is that of their places in the file.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use empower_data::ProgramsRow;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};

/// Where a program is.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Of [`Spool::questions`].
    question_idx: u32,
    /// Position among the problem's programs.
    index: u32,
    offset: u64,
    bytes: u32,
}

/// Programs in a temporary file, in the order of the file that they came from.
pub struct Spool {
    file: File,
    questions: Vec<String>,
    entries: Vec<Entry>,
}

impl Spool {
    /// Reads a JSON list of `{question_id, code_list}`, a row at a time.
    ///
    /// # Errors
    /// A file that cannot be read or is not of that form; a problem that occurs twice; no room for the temporary file.
    pub fn read(path: &Path) -> Result<Self> {
        let hint = "hint: programs are a JSON list of {\"question_id\", \"code_list\": […]}";
        let file = File::open(path).with_context(|| format!("cannot read {}\n{hint}", path.display()))?;
        let mut rows =
            Rows::new().context("cannot make a temporary file for programs\nhint: TMPDIR names where it goes")?;
        let mut reader = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, file));
        let read = RowsSeed(&mut rows).deserialize(&mut reader).and_then(|()| reader.end());
        if let Some(failure) = rows.failure.take() {
            return Err(failure.context(format!("{}: programs cannot be kept\n{hint}", path.display())));
        }
        read.with_context(|| format!("{}: not a list of programs\n{hint}", path.display()))?;
        rows.into_spool()
    }

    /// Keeps programs that were read in another form.
    ///
    /// # Errors
    /// A problem that occurs twice; no room for the temporary file.
    pub fn of(programs: impl IntoIterator<Item = ProgramsRow>) -> Result<Self> {
        let mut rows =
            Rows::new().context("cannot make a temporary file for programs\nhint: TMPDIR names where it goes")?;
        programs.into_iter().try_for_each(|row| rows.add(row))?;
        rows.into_spool()
    }

    /// Whether there is no program.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Programs.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Problem and index of each program, in order.
    pub fn entries(&self) -> impl Iterator<Item = (&str, usize)> {
        self.entries.iter().map(|entry| (self.questions[entry.question_idx as usize].as_str(), entry.index as usize))
    }

    /// The problems, in order; those without programs too.
    pub fn question_ids(&self) -> impl Iterator<Item = &str> {
        self.questions.iter().map(String::as_str)
    }

    /// Forgets the programs of these problems.
    pub fn leave_out(&mut self, excluded: &HashSet<String>) {
        let Self { questions, entries, .. } = self;
        entries.retain(|entry| !excluded.contains(&questions[entry.question_idx as usize]));
    }

    /// Index and text of the program at `position`.
    pub fn program(&self, position: usize) -> Result<(usize, String)> {
        let Some(entry) = self.entries.get(position) else { bail!("there is no program {position}") };
        let mut bytes = vec![0; entry.bytes as usize];
        self.file.read_exact_at(&mut bytes, entry.offset).context("reading the temporary file of programs")?;
        Ok((entry.index as usize, String::from_utf8(bytes).context("the temporary file of programs was changed")?))
    }
}

/// A spool being filled.
struct Rows {
    file: BufWriter<File>,
    offset: u64,
    questions: Vec<String>,
    seen: HashMap<String, ()>,
    entries: Vec<Entry>,
    /// What went wrong other than the form of the file.
    failure: Option<anyhow::Error>,
}

impl Rows {
    fn new() -> std::io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 16, tempfile::tempfile()?);
        let (questions, seen, entries) = Default::default();
        Ok(Self { file, offset: 0, questions, seen, entries, failure: None })
    }

    fn add(&mut self, row: ProgramsRow) -> Result<()> {
        if self.seen.insert(row.question_id.clone(), ()).is_some() {
            bail!("problem {} occurs twice", row.question_id);
        }
        let question_idx = u32::try_from(self.questions.len()).context("too many problems")?;
        self.questions.push(row.question_id);
        for (index, program) in row.code_list.into_iter().enumerate() {
            let bytes = u32::try_from(program.len()).context("a program of more than 4 GiB")?;
            let index = u32::try_from(index).context("too many programs")?;
            self.file.write_all(program.as_bytes()).context("writing the temporary file of programs")?;
            self.entries.push(Entry { question_idx, index, offset: self.offset, bytes });
            self.offset += u64::from(bytes);
        }
        Ok(())
    }

    fn into_spool(self) -> Result<Spool> {
        let mut file = self.file.into_inner().context("writing the temporary file of programs")?;
        file.rewind().context("reading the temporary file of programs")?;
        Ok(Spool { file, questions: self.questions, entries: self.entries })
    }
}

struct RowsSeed<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for RowsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowsSeed<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of programs")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element::<ProgramsRow>()? {
            if let Err(failure) = self.0.add(row) {
                self.0.failure = Some(failure);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Spool> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("own file");
        Spool::read(file.path())
    }

    #[test]
    fn programs_come_back_as_they_were_and_in_order() {
        let mut spool =
            read(r#"[{"question_id": "b", "code_list": ["x\n", "", "é"]}, {"question_id": "a", "code_list": ["y"]}]"#)
                .expect("well formed");
        assert_eq!(spool.entries().collect::<Vec<_>>(), [("b", 0), ("b", 1), ("b", 2), ("a", 0)]);
        let texts: Vec<String> = (0..4).map(|i| spool.program(i).expect("there").1).collect();
        assert_eq!(texts, ["x\n", "", "é", "y"]);
        spool.leave_out(&HashSet::from(["b".to_owned()]));
        assert_eq!((spool.len(), spool.program(0).expect("there")), (1, (0, "y".to_owned())));
        assert!(spool.program(1).is_err());
    }

    #[test]
    fn bad_lists_are_refused_by_name() {
        for (text, named) in [
            ("[{", "not a list of programs"),
            ("{}", "not a list of programs"),
            ("[] x", "not a list of programs"),
            (r#"[{"question_id": "a", "code_list": []}, {"question_id": "a", "code_list": []}]"#, "occurs twice"),
            (r#"[{"question_id": "a"}]"#, "code_list"),
        ] {
            let error = read(text).err().expect("refused");
            assert!(format!("{error:#}").contains(named), "{text}: {error:#}");
        }
        assert!(read("[]").expect("well formed").is_empty());
    }
}
