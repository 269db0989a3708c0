//! Programs to judge, in the forms in which others hand them over, and verdicts in the forms that others expect.
//!
//! Read: LiveCodeBench's file for custom output, one JSON list of `{question_id, code_list}` or of lists of programs in
//! the order of the problems' ids; the same rows one a line, or one program a line as `{question_id, code}`; HumanEval's
//! samples, `{task_id, completion}` a line. Written: the rows of LiveCodeBench's `eval_all` files and HumanEval's
//! results.
//!
//! Verdicts say more than these forms can. Where the machine failed rather than the program, nothing is known, so
//! `graded_list` and `passed` hold null there, which upstream never writes.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::str::FromStr;

use empower_artifact::rows::{Verdict, VerdictRow};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{DataError, Place};
use crate::lines::Lines;
use crate::problem::Problem;

/// The longest line taken. Chosen: beyond any program, and any list of samples of one.
const MAX_LINE_BYTES: usize = 64 << 20;

/// Programs for one problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramsRow {
    /// The problem.
    pub question_id: String,
    /// The programs.
    pub code_list: Vec<String>,
}

/// A form in which programs are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgramsFormat {
    /// Programs by problem: a JSON list, or rows a line.
    Lists,
    /// A JSON list of lists, in the order of the problems' ids.
    Positional,
    /// HumanEval's samples.
    Samples,
}

impl ProgramsFormat {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Lists, Self::Positional, Self::Samples];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lists => "lists",
            Self::Positional => "positional",
            Self::Samples => "samples",
        }
    }
}

impl FromStr for ProgramsFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| format!("expected one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// A line of a samples file, and which program of its problem it became.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Its fields as they were read.
    pub fields: Map<String, Value>,
    /// Its problem.
    pub question_id: String,
    /// Position among the programs of that problem, from 0.
    pub index: usize,
    /// Whether the text goes after the problem's prompt, rather than being a whole program.
    is_completion: bool,
}

/// Programs to judge.
#[derive(Debug, Clone, PartialEq)]
pub struct Programs {
    /// The form they came in.
    pub format: ProgramsFormat,
    /// Programs by problem, in the order in which problems first occur. Positional programs have empty ids until
    /// [`Programs::assign`].
    pub rows: Vec<ProgramsRow>,
    /// The lines of a samples file in its order; empty for other forms.
    pub samples: Vec<Sample>,
}

impl Programs {
    /// Reads a file of programs; `format` says which form it is, where that is not to be found out.
    ///
    /// # Errors
    /// A file that cannot be read or is not of the form; in lists, a problem that occurs twice.
    pub fn read(path: &Path, format: Option<ProgramsFormat>) -> Result<Self, DataError> {
        let begins_list = || {
            let line = Lines::open(path, MAX_LINE_BYTES)?.next().transpose()?;
            let first = line.and_then(|line| line.bytes.ok()?.into_iter().find(|byte| !byte.is_ascii_whitespace()));
            // A line past the bound is a JSON list on one line.
            Ok(first.is_none_or(|first| first == b'['))
        };
        if format == Some(ProgramsFormat::Positional) || begins_list()? {
            return Self::read_list(path, format);
        }
        Self::read_lines(path, format)
    }

    fn read_list(path: &Path, format: Option<ProgramsFormat>) -> Result<Self, DataError> {
        let place = Place::file(path);
        let bytes = std::fs::read(path).map_err(|source| DataError::read(path, source))?;
        let broken = |source| DataError::BadJson { place: place.clone(), source };
        let positional = || serde_json::from_slice::<Vec<Vec<String>>>(&bytes);
        let codes = match format {
            Some(ProgramsFormat::Samples) => {
                return Err(DataError::bad_field(&place, "task_id", "must be in JSON Lines, one sample a line"));
            }
            Some(ProgramsFormat::Positional) => positional().map_err(broken)?,
            Some(ProgramsFormat::Lists) => Vec::new(),
            None => positional().unwrap_or_default(),
        };
        if codes.is_empty() && format != Some(ProgramsFormat::Positional) {
            let rows: Vec<ProgramsRow> = serde_json::from_slice(&bytes).map_err(broken)?;
            return Self::of_lists(&place, rows);
        }
        let rows = codes.into_iter().map(|code_list| ProgramsRow { question_id: String::new(), code_list }).collect();
        Ok(Self { format: ProgramsFormat::Positional, rows, samples: Vec::new() })
    }

    fn of_lists(place: &Place, rows: Vec<ProgramsRow>) -> Result<Self, DataError> {
        let mut seen = std::collections::HashSet::new();
        if let Some(twice) = rows.iter().find(|row| !seen.insert(row.question_id.as_str())) {
            let (id, first) = (twice.question_id.clone(), place.clone());
            return Err(DataError::DuplicateId { place: place.clone(), id, first });
        }
        Ok(Self { format: ProgramsFormat::Lists, rows, samples: Vec::new() })
    }

    fn read_lines(path: &Path, format: Option<ProgramsFormat>) -> Result<Self, DataError> {
        let mut programs = Self { format: ProgramsFormat::Lists, rows: Vec::new(), samples: Vec::new() };
        let mut rows: HashMap<String, usize> = HashMap::new();
        let mut lists: HashMap<String, Place> = HashMap::new();
        for line in Lines::open(path, MAX_LINE_BYTES)? {
            let line = line?;
            let place = line.place.clone();
            let fields: Map<String, Value> = line.parse()?;
            let text = |field: &str| match fields.get(field) {
                Some(Value::String(text)) => Ok(Some(text.clone())),
                Some(Value::Number(number)) if field.ends_with("_id") => Ok(Some(number.to_string())),
                Some(_) => Err(DataError::bad_field(&place, field, "must be a string")),
                None => Ok(None),
            };
            let missing = |field: &str| DataError::MissingField { place: place.clone(), field: field.to_owned() };
            let is_sample = match format {
                Some(format) => format == ProgramsFormat::Samples,
                None => fields.contains_key("task_id"),
            };
            let id_field = if is_sample { "task_id" } else { "question_id" };
            let question_id = text(id_field)?.ok_or_else(|| missing(id_field))?;
            let row_idx = *rows.entry(question_id.clone()).or_insert_with(|| {
                programs.rows.push(ProgramsRow { question_id: question_id.clone(), code_list: Vec::new() });
                programs.rows.len() - 1
            });
            let code_list = &mut programs.rows[row_idx].code_list;
            if is_sample {
                let (completion, solution) = (text("completion")?, text("solution")?);
                let is_completion = completion.is_some();
                let index = code_list.len();
                code_list.push(completion.or(solution).ok_or_else(|| missing("completion` or `solution"))?);
                programs.format = ProgramsFormat::Samples;
                programs.samples.push(Sample { fields, question_id, index, is_completion });
            } else if let Some(list) = fields.get("code_list") {
                if let Some(first) = lists.insert(question_id.clone(), place.clone()) {
                    return Err(DataError::DuplicateId { place, id: question_id, first });
                }
                let list = Vec::<String>::deserialize(list).map_err(|source| {
                    DataError::bad_field(&place, "code_list", format!("must be a list of strings: {source}"))
                })?;
                code_list.extend(list);
            } else {
                code_list.push(text("code")?.ok_or_else(|| missing("code_list` or `code"))?);
            }
        }
        Ok(programs)
    }

    /// Gives positional programs their problems: `ids` are those of all problems, in any order.
    ///
    /// # Errors
    /// Other numbers of lists and problems.
    pub fn assign(&mut self, path: &Path, mut ids: Vec<String>) -> Result<(), DataError> {
        if ids.len() != self.rows.len() {
            let problem = format!("holds {} lists of programs, but there are {} problems", self.rows.len(), ids.len());
            return Err(DataError::bad_field(&Place::file(path), "(the list)", problem));
        }
        ids.sort_unstable();
        for (row, id) in self.rows.iter_mut().zip(ids) {
            row.question_id = id;
        }
        Ok(())
    }

    /// Puts the problems' prompts before what only completes them. Problems without a prompt have none to put there.
    pub fn complete<'p>(&mut self, prompt: impl Fn(&str) -> Option<&'p str>) {
        let rows: HashMap<String, usize> =
            self.rows.iter().enumerate().map(|(i, row)| (row.question_id.clone(), i)).collect();
        for sample in &mut self.samples {
            // Once is enough.
            if std::mem::take(&mut sample.is_completion)
                && let Some(prompt) = prompt(&sample.question_id)
            {
                self.rows[rows[&sample.question_id]].code_list[sample.index].insert_str(0, prompt);
            }
        }
    }
}

/// Reads programs by problem.
///
/// # Errors
/// As [`Programs::read`].
pub fn read_programs(path: &Path) -> Result<Vec<ProgramsRow>, DataError> {
    Programs::read(path, Some(ProgramsFormat::Lists)).map(|programs| programs.rows)
}

/// One problem in LiveCodeBench's `eval_all` form.
///
/// What a language model wrote around a program is not known here, so `output_list` is the programs again, as upstream
/// has it for custom output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvalAllRow {
    question_title: String,
    question_content: String,
    platform: String,
    question_id: String,
    contest_id: String,
    contest_date: String,
    starter_code: String,
    difficulty: String,
    output_list: Vec<String>,
    code_list: Vec<String>,
    /// Whether each program passed; null where the machine failed.
    graded_list: Vec<Option<bool>>,
    /// The share of judged programs that passed; null where none was judged.
    #[serde(rename = "pass@1")]
    pass_at_1: Option<f64>,
    /// JSON text for each program.
    metadata: Vec<String>,
}

impl EvalAllRow {
    /// The row of a problem's programs in order, and their verdicts in any order, each with the code that upstream's
    /// grader gave where it is known.
    ///
    /// # Errors
    /// Programs without a verdict: the first one's position.
    pub fn of(problem: &Problem, programs: &[String], verdicts: &[(&VerdictRow, Option<i8>)]) -> Result<Self, usize> {
        let by_index: BTreeMap<usize, _> = verdicts.iter().map(|verdict| (verdict.0.index, *verdict)).collect();
        let row = |index| by_index.get(&index).copied().ok_or(index);
        let rows = (0..programs.len()).map(row).collect::<Result<Vec<_>, _>>()?;
        let graded_list: Vec<Option<bool>> = rows.iter().map(|(row, _)| graded(row)).collect();
        let n_judged = graded_list.iter().flatten().count();
        let n_passed = graded_list.iter().filter(|graded| **graded == Some(true)).count();
        Ok(Self {
            question_title: problem.title.clone(),
            question_content: problem.content.clone(),
            platform: problem.platform.clone(),
            question_id: problem.question_id.clone(),
            contest_id: problem.contest_id.clone(),
            contest_date: problem.contest_date.clone(),
            starter_code: problem.starter_code.clone(),
            difficulty: problem.difficulty.to_string(),
            output_list: programs.to_vec(),
            code_list: programs.to_vec(),
            pass_at_1: (n_judged > 0).then(|| n_passed as f64 / n_judged as f64),
            graded_list,
            metadata: rows.iter().map(|(row, code)| metadata(row, *code)).collect(),
        })
    }
}

fn graded(row: &VerdictRow) -> Option<bool> {
    (row.verdict != Verdict::Infrastructure).then_some(row.passed)
}

/// Upstream's error codes and messages (JUDGE section 2); what it does not tell apart has the code of the class that it
/// falls into there.
fn metadata(row: &VerdictRow, known: Option<i8>) -> String {
    let (code, message) = match row.verdict {
        Verdict::Pass => return "{}".to_owned(),
        Verdict::WrongAnswer => (-2, "Wrong Answer"),
        Verdict::TimeLimit => (-3, "Time Limit Exceeded"),
        Verdict::RuntimeError => (-4, "Runtime Error"),
        Verdict::MemoryLimit => (-4, "Memory Limit Exceeded"),
        Verdict::OutputLimit => (-4, "Output Limit Exceeded"),
        Verdict::Infrastructure => (-5, "TestRunnerError"),
    };
    let code = known.unwrap_or(code);
    serde_json::json!({ "error_code": code, "error_message": message, "error": row.detail }).to_string()
}

/// A line of HumanEval's results: the sample's own fields, then `result` (`passed`, `timed out` or `failed: …`) and
/// `passed`.
pub fn sample_result(sample: &Sample, verdict: &VerdictRow) -> Map<String, Value> {
    let result = match verdict.verdict {
        Verdict::Pass => "passed".to_owned(),
        Verdict::TimeLimit => "timed out".to_owned(),
        Verdict::Infrastructure => format!("not judged: {}", verdict.detail),
        _ => format!("failed: {}", verdict.detail),
    };
    let mut fields = sample.fields.clone();
    fields.insert("result".to_owned(), result.into());
    fields.insert("passed".to_owned(), graded(verdict).into());
    fields
}

#[cfg(test)]
#[path = "programs_tests.rs"]
mod tests;
