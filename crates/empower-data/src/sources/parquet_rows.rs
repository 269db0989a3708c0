//! Rows of a Parquet file as JSON values, one at a time, so that one reader of fields serves both kinds of file.
//!
//! Columns that are not wanted are not read. Nested columns become objects and lists. The library's readers of records
//! are used without arrow: problems are few and their values long, so that batches of columns would gain nothing.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::{ReaderIter, TreeBuilder};
use parquet::record::{Field, Row};
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type};
use serde_json::{Map, Number, Value};

use crate::error::{DataError, Place};

/// Values of a column that are decoded ahead. Chosen: tests of a megabyte occur, and a column's values are held together.
const VALUES_AHEAD: usize = 64;

/// The rows of a file, from its first or from a later one on.
pub(crate) struct ParquetRows {
    path: PathBuf,
    file: SerializedFileReader<File>,
    schema: SchemaDescPtr,
    next_group: usize,
    rows: Option<ReaderIter>,
    /// Rows given so far.
    row: usize,
    failed: bool,
}

impl ParquetRows {
    /// Opens a file, leaving out the columns named in `unwanted`.
    ///
    /// # Errors
    /// A file that cannot be opened or is no Parquet.
    pub fn open(path: &Path, unwanted: &[&str]) -> Result<Self, DataError> {
        let file = File::open(path).map_err(|source| DataError::read(path, source))?;
        let whole = |source| DataError::Parquet { place: Place::file(path), source };
        let file = SerializedFileReader::new(file).map_err(whole)?;
        let root = file.metadata().file_metadata().schema();
        let wanted = root.get_fields().iter().filter(|field| !unwanted.contains(&field.name())).cloned().collect();
        let projected = Type::group_type_builder(root.name()).with_fields(wanted).build().map_err(whole)?;
        let schema = Arc::new(SchemaDescriptor::new(Arc::new(projected)));
        Ok(Self { path: path.to_path_buf(), file, schema, next_group: 0, rows: None, row: 0, failed: false })
    }

    /// Names of the columns.
    pub fn columns(&self) -> Vec<String> {
        self.schema.root_schema().get_fields().iter().map(|field| field.name().to_owned()).collect()
    }

    /// The share of the rows that were given.
    pub fn share_read(&self) -> f64 {
        self.row as f64 / self.file.metadata().file_metadata().num_rows().max(1) as f64
    }

    /// Goes on at row `row`, from 1. Row groups before it are not read; rows of its group are.
    pub fn skip_to(&mut self, row: usize) -> Result<(), DataError> {
        while let Some(group) = self.file.metadata().row_groups().get(self.next_group) {
            let n_rows = usize::try_from(group.num_rows()).unwrap_or(0);
            if self.row + n_rows >= row {
                break;
            }
            self.row += n_rows;
            self.next_group += 1;
        }
        while self.row + 1 < row {
            match self.next() {
                Some(row) => row.map(drop)?,
                None => break,
            }
        }
        Ok(())
    }

    fn read(&mut self) -> Result<Option<Row>, ParquetError> {
        loop {
            if let Some(row) = self.rows.as_mut().and_then(Iterator::next) {
                return row.map(Some);
            }
            if self.next_group == self.file.num_row_groups() {
                return Ok(None);
            }
            let group = self.file.get_row_group(self.next_group)?;
            let builder = TreeBuilder::new().with_batch_size(VALUES_AHEAD);
            self.rows = Some(builder.as_iter(self.schema.clone(), &*group)?);
            self.next_group += 1;
        }
    }
}

impl Iterator for ParquetRows {
    /// An error ends the iteration: the rows after it cannot be found.
    type Item = Result<(Place, Map<String, Value>), DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let place = Place::line(&self.path, self.row + 1);
        match self.read().transpose()? {
            Ok(row) => {
                self.row += 1;
                Some(Ok((place, object(row))))
            }
            Err(source) => {
                self.failed = true;
                Some(Err(DataError::Parquet { place, source }))
            }
        }
    }
}

fn object(row: Row) -> Map<String, Value> {
    row.into_columns().into_iter().map(|(name, field)| (name, value(field))).collect()
}

/// A value of Parquet as JSON. Dates and times are numbers in their own units; nothing here reads them.
fn value(field: Field) -> Value {
    let float = |number: f64| Number::from_f64(number).map_or(Value::Null, Value::Number);
    match field {
        Field::Null => Value::Null,
        Field::Bool(it) => it.into(),
        Field::Byte(it) => it.into(),
        Field::Short(it) => it.into(),
        Field::Int(it) | Field::Date(it) | Field::TimeMillis(it) => it.into(),
        Field::Long(it) | Field::TimeMicros(it) | Field::TimestampMillis(it) | Field::TimestampMicros(it) => it.into(),
        Field::UByte(it) => it.into(),
        Field::UShort(it) => it.into(),
        Field::UInt(it) => it.into(),
        Field::ULong(it) => it.into(),
        Field::Float16(it) => float(it.to_f64()),
        Field::Float(it) => float(it.into()),
        Field::Double(it) => float(it),
        Field::Str(text) => Value::String(text),
        // Some writers leave out that a column is text.
        Field::Bytes(bytes) => {
            std::str::from_utf8(bytes.data()).map_or(Value::Null, |text| Value::String(text.to_owned()))
        }
        Field::Group(row) => Value::Object(object(row)),
        Field::ListInternal(list) => Value::Array(list.elements().iter().cloned().map(value).collect()),
        // Neither occurs in any source that is read here.
        Field::Decimal(_) | Field::MapInternal(_) => Value::Null,
    }
}
