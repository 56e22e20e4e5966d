//! Columns of texts that repeat: written and read as dictionaries, so that each text is looked at once for many rows.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};

use super::RollupError;
use super::segment::data_name;
use crate::aggregate::FastMap;
use crate::model::time::Bucket;
use crate::source::vault::{NewFile, Stored, Vault};

/// Rows of a row group: what is written, and read, at a time.
pub(super) const GROUP_ROWS: usize = 1 << 18;
/// Bytes that the texts of one column of a row group may take before they are written out row by row (64 MiB).
const MAX_DICTIONARY_BYTES: usize = 64 << 20;

/// What ids must not hold as they are.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

/// An id of a log as text: what is not plain ASCII is written `%41`.
pub(super) fn text_of_id(id: &[u8]) -> Cow<'_, str> {
    percent_encode(id, ESCAPED).into()
}

/// The id that [`text_of_id`] wrote.
pub(super) fn id_of_text(text: &str) -> Cow<'_, [u8]> {
    percent_decode_str(text).into()
}

/// A column of texts that repeat.
pub(super) fn words(name: &str, nullable: bool) -> Field {
    let of = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    Field::new(name, of, nullable)
}

/// A column of texts.
pub(super) fn text(name: &str, nullable: bool) -> Field {
    Field::new(name, DataType::Utf8, nullable)
}

/// A column of numbers.
pub(super) fn number(name: &str, nullable: bool) -> Field {
    Field::new(name, DataType::Int64, nullable)
}

/// The column of the hour; null for rows without a plausible time.
pub(super) fn hour() -> Field {
    Field::new("hour", DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), true)
}

/// Milliseconds of the start of an hour.
pub(super) fn hour_value(bucket: Bucket) -> Option<i64> {
    (bucket != Bucket::NONE).then(|| bucket.start() * 1_000)
}

/// The hours of a batch; `None` where one is none.
pub(super) fn hours(batch: &RecordBatch) -> Option<Vec<Bucket>> {
    let column: &arrow_array::TimestampMillisecondArray = column(batch, "hour")?;
    let hour = |milliseconds: i64| {
        Bucket::of(milliseconds / 1_000).filter(|hour| hour.start() * 1_000 == milliseconds)
    };
    // Rows come by the hour.
    let mut last: Option<(i64, Bucket)> = None;
    column
        .iter()
        .map(|value| match (value, last) {
            (None, _) => Some(Bucket::NONE),
            (Some(value), Some((known, hour))) if known == value => Some(hour),
            (Some(value), _) => {
                last = Some((value, hour(value)?));
                last.map(|(_, hour)| hour)
            }
        })
        .collect()
}

/// A column of a batch by name and type.
pub(super) fn column<'b, T: 'static>(batch: &'b RecordBatch, name: &str) -> Option<&'b T> {
    batch.column_by_name(name)?.as_any().downcast_ref()
}

/// The numbers of a column, none of them below zero or missing.
pub(super) fn numbers<'b>(batch: &'b RecordBatch, name: &str) -> Option<&'b [i64]> {
    let column: &Int64Array = column(batch, name)?;
    (column.null_count() == 0 && column.values().iter().all(|value| *value >= 0)).then(|| &**column.values())
}

/// A column of texts that is being filled.
#[derive(Debug, Default)]
pub(super) struct Words {
    places: FastMap<u32, i32>,
    values: Vec<String>,
    keys: Vec<Option<i32>>,
}

impl Words {
    /// Adds a row: the text of a number, which is asked for once.
    pub(super) fn push<'t>(&mut self, number: u32, text: impl FnOnce() -> Cow<'t, str>) {
        let values = &mut self.values;
        let place = *self.places.entry(number).or_insert_with(|| {
            values.push(text().into_owned());
            i32::try_from(values.len() - 1).expect("a row group has fewer rows")
        });
        self.keys.push(Some(place));
    }

    /// Adds a row without a text.
    pub(super) fn push_none(&mut self) {
        self.keys.push(None);
    }

    /// The column, to be filled anew.
    pub(super) fn take(&mut self) -> ArrayRef {
        let Self { places: _, values, keys } = std::mem::take(self);
        let values = Arc::new(StringArray::from(values));
        Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::from(keys), values))
    }
}

/// What each row of a column of texts stands for, 0 where it has none. `read` sees each text once.
pub(super) fn read_words(
    batch: &RecordBatch,
    name: &str,
    mut read: impl FnMut(&str) -> Result<u32, Broken>,
) -> Result<Vec<u32>, Broken> {
    // Left out where no row has a text, see [`Reading::group`]; a file without the column is not opened at all.
    if batch.column_by_name(name).is_none() {
        return Ok(vec![0; batch.num_rows()]);
    }
    let column: &DictionaryArray<Int32Type> = column(batch, name).ok_or_else(|| missing(name))?;
    let texts = column.values().as_any().downcast_ref::<StringArray>().ok_or_else(|| missing(name))?;
    let mut known: Vec<Option<u32>> = vec![None; texts.len()];
    let mut numbers = Vec::with_capacity(column.len());
    for (row, key) in column.keys().values().iter().enumerate() {
        if column.keys().is_null(row) {
            numbers.push(0);
            continue;
        }
        let place =
            usize::try_from(*key).ok().filter(|place| *place < known.len()).ok_or_else(|| missing(name))?;
        let number = match known[place] {
            Some(number) => number,
            None => *known[place].insert(read(texts.value(place))?),
        };
        numbers.push(number);
    }
    Ok(numbers)
}

/// Why a file is not read on.
#[derive(Debug)]
pub(super) enum Broken {
    /// It is not what was written.
    Damaged(String),
    /// Something else is in the way.
    Refused(Box<RollupError>),
}

impl From<ParquetError> for Broken {
    fn from(error: ParquetError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// A column is not there, or of another type, or holds what it cannot.
pub(super) fn missing(name: &str) -> Broken {
    Broken::Damaged(format!("its column `{name}` is missing or not of this schema"))
}

/// A file that is being written.
pub(super) struct Table {
    what: &'static str,
    writer: ArrowWriter<NewFile>,
    schema: SchemaRef,
    rows: u64,
}

/// Turns an error of the Parquet library into that of the system, where there is one below it.
fn io_error(error: ParquetError) -> std::io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => *error,
            Err(error) => std::io::Error::other(error),
        },
        error => std::io::Error::other(error),
    }
}

impl Table {
    /// Begins a file.
    pub(super) fn begin(vault: &Vault, what: &'static str, fields: Vec<Field>) -> std::io::Result<Self> {
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_dictionary_page_size_limit(MAX_DICTIONARY_BYTES)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .set_created_by(concat!("flowtoll ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = ArrowWriter::try_new(vault.create()?, Arc::clone(&schema), Some(properties));
        Ok(Self { what, writer: writer.map_err(io_error)?, schema, rows: 0 })
    }

    /// Writes rows.
    pub(super) fn write(&mut self, columns: Vec<ArrayRef>) -> std::io::Result<()> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(std::io::Error::other)?;
        self.rows += batch.num_rows() as u64;
        self.writer.write(&batch).map_err(io_error)
    }

    /// Rows written.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Ends the file; it has its name from here on.
    pub(super) fn finish(self, vault: &Vault, id: &str) -> std::io::Result<Stored> {
        let file = self.writer.into_inner().map_err(io_error)?;
        vault.finish(file, |sha256| data_name(self.what, id, sha256))
    }
}

/// A file that is read.
pub(super) struct Reading<'v> {
    vault: &'v Vault,
    name: &'v str,
    metadata: ArrowReaderMetadata,
}

impl<'v> Reading<'v> {
    /// Opens a file of these columns, after looking at every byte of it.
    pub(super) fn open(vault: &'v Vault, stored: &'v Stored, fields: Vec<Field>) -> Result<Self, Broken> {
        let file = vault.open_checked(stored).map_err(|error| Broken::Damaged(error.to_string()))?;
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
        let metadata = ArrowReaderMetadata::load(&file, options)?;
        Ok(Self { vault, name: &stored.name, metadata })
    }

    /// Number of row groups.
    pub(super) fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The rows of a row group.
    pub(super) fn group(
        &self,
        group: usize,
        mut see: impl FnMut(&RecordBatch) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        // Each reading has a file of its own: the place in an open file is shared by all who have it.
        let file = self.vault.open(self.name).map_err(|error| Broken::Damaged(error.to_string()))?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let builder = builder.with_projection(self.with_texts(group));
        for batch in builder.with_row_groups(vec![group]).with_batch_size(GROUP_ROWS).build()? {
            see(&batch.map_err(|error| Broken::Damaged(error.to_string()))?)?;
        }
        Ok(())
    }

    /// All columns but those of texts in which a row group has none: the library would look at each row to find that out.
    fn with_texts(&self, group: usize) -> ProjectionMask {
        let metadata = self.metadata.metadata();
        let group = metadata.row_group(group);
        let is_word = |field: &Field| matches!(field.data_type(), DataType::Dictionary(..));
        let rows = u64::try_from(group.num_rows()).unwrap_or(0);
        let wanted = self.metadata.schema().fields().iter().enumerate().filter(|(place, field)| {
            let nulls = group.column(*place).statistics().and_then(Statistics::null_count_opt);
            !is_word(field) || nulls != Some(rows)
        });
        let wanted: Vec<usize> = wanted.map(|(place, _)| place).collect();
        ProjectionMask::roots(metadata.file_metadata().schema_descr(), wanted)
    }

    /// All rows.
    pub(super) fn all(&self, mut see: impl FnMut(&RecordBatch) -> Result<(), Broken>) -> Result<(), Broken> {
        (0..self.groups()).try_for_each(|group| self.group(group, &mut see))
    }
}
