//! Parquet flow logs: only the needed columns are decoded, and each value is read by what it means, not by its
//! physical type. AWS writes INT32/INT64 with NULL and strings with `-`; rewrites hold strings for numbers, floats
//! for integers with gaps, integers for account ids.
//!
//! Texts are decoded as dictionaries, so that each is looked at once per dictionary (`entries`, `tuples`); a batch is
//! turned into the types of a record column after column (`batch`). A row with a strange value is left to the plain way
//! (`values`), which also decides what is malformed; tests compare the two.

mod batch;
mod ends;
mod entries;
mod group;
mod numbers;
mod pages;
#[cfg(test)]
mod tests;
mod tuples;
mod values;
mod words;

use std::fmt::Display;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, Fields};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels};
use parquet::basic::ConvertedType;
use parquet::file::metadata::{PageIndexPolicy, ParquetStatisticsPolicy};
use parquet::file::reader::ChunkReader;

use super::fields::Column;
use super::format::LineFormat;
use super::messages::Messages;
use super::{FormatHints, ObjectError, RecordSink, foreign};
use batch::Batches;
use group::Group;
use pages::Unpacker;
use values::{Cell, Data};

/// Rows decoded at a time.
pub const BATCH_ROWS: usize = 8_192;

/// Bytes of an object that is read as a whole; of a larger one only the pages that are needed.
pub const MAX_WHOLE_BYTES: u64 = 16 << 20;

/// Where an object's bytes come from.
pub trait ChunkSource: ChunkReader {
    /// Told of the ranges that are read next, so that they can be asked for together; others may be read as well.
    ///
    /// # Errors
    /// When they cannot be had.
    fn will_read(&self, _: Vec<Range<u64>>) -> io::Result<()> {
        Ok(())
    }
}

impl ChunkSource for Bytes {}

#[expect(clippy::disallowed_types, reason = "`source` opened it")]
impl ChunkSource for std::fs::File {}

/// Parses one Parquet object.
///
/// # Errors
/// As [`ColumnarParser::parse`].
pub fn parse<R: ChunkSource + 'static>(
    reader: R,
    hints: FormatHints,
    sink: &mut impl RecordSink,
) -> Result<(), ObjectError> {
    ColumnarParser::default().parse(reader, hints, sink)
}

/// Parses Parquet objects into one sink, one after the other, and keeps what it learns of the texts.
#[derive(Debug, Default)]
pub struct ColumnarParser {
    batches: Batches,
    unpacker: Unpacker,
}

impl ColumnarParser {
    /// Parses one object.
    ///
    /// # Errors
    /// [`ObjectError::Foreign`] when its columns are another log's, [`ObjectError::MissingField`] when a needed column is
    /// absent, [`ObjectError::Damaged`] when it cannot be decoded; rows before the damage are kept.
    pub fn parse<R: ChunkSource + 'static>(
        &mut self,
        reader: R,
        hints: FormatHints,
        sink: &mut impl RecordSink,
    ) -> Result<(), ObjectError> {
        let size = reader.len();
        let whole = usize::try_from(size).ok().filter(|_| size <= MAX_WHOLE_BYTES);
        match whole.map(|size| reader.get_bytes(0, size)) {
            Some(Ok(content)) => self.parse_at_hand(content, hints, sink),
            // Where not even a read helps, the pages tell what is wrong.
            Some(Err(_)) | None => self.parse_at_hand(reader, hints, sink),
        }
    }

    fn parse_at_hand<R: ChunkSource + 'static>(
        &mut self,
        reader: R,
        hints: FormatHints,
        sink: &mut impl RecordSink,
    ) -> Result<(), ObjectError> {
        let options = ArrowReaderOptions::new()
            .with_page_index_policy(PageIndexPolicy::Skip)
            .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
            .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
        let metadata = ArrowReaderMetadata::load(&reader, options).map_err(|error| damaged(&error))?;
        let names: Vec<&str> = metadata.schema().fields().iter().map(|field| field.name().as_str()).collect();
        let format = LineFormat::of_columns(names.iter().copied());
        let place = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        // What Logs Insights calls so is always the record. Another one is, where the columns beside it are none.
        let messages = place("@message").or_else(|| place("message").filter(|_| format.check().is_err()));
        if let Some(column) = messages {
            return parse_messages(reader, metadata, column, hints, sink);
        }
        if format.columns_present() == 0 {
            return Err(ObjectError::Unrecognised { what: "Parquet without a flow log column" });
        }
        let header = names.join(" ");
        if let Some(kind) = foreign::of_line(header.as_bytes()) {
            return Err(ObjectError::Foreign { kind });
        }
        format.check()?;
        sink.format(&format);
        self.parse_groups(&Arc::new(reader), &metadata, &format, sink).map_err(|error| damaged(&error))
    }

    fn parse_groups<R: ChunkSource + 'static>(
        &mut self,
        reader: &Arc<R>,
        metadata: &ArrowReaderMetadata,
        format: &LineFormat,
        sink: &mut impl RecordSink,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let mut rows_before = 0;
        let mut known: Option<Projection> = None;
        for number in 0..metadata.metadata().num_row_groups() {
            let unpacker = self.unpacker.clone();
            let group = Group { reader: Arc::clone(reader), metadata: metadata.metadata(), number, unpacker };
            if is_of_no_interest(format, metadata, &group, sink) {
                sink.passed_over(group.rows() as u64);
                rows_before += group.rows() as u64;
                continue;
            }
            let wanted = wanted(format, metadata, &group);
            let projection = match known.take() {
                Some(projection) if projection.wanted == wanted => projection,
                _ => Projection::new(wanted, metadata)?,
            };
            reader.will_read(group.ranges(projection.wanted.iter().map(|(root, _)| *root)))?;
            let rows = ParquetRecordBatchReader::try_new_with_row_groups(
                &projection.levels,
                &group,
                // Buffers are made for a whole batch.
                BATCH_ROWS.min(group.rows()).max(1),
                None,
            )?;
            for batch in rows {
                let batch = batch?;
                // Projection keeps the order of the file's columns, so the wanted list and the batch run in step.
                let arrays: Vec<(Column, ArrayRef)> = projection
                    .wanted
                    .iter()
                    .zip(batch.columns())
                    .map(|((_, column), array)| (*column, values::as_text(*column, array)))
                    .collect();
                self.batches.read(&arrays, batch.num_rows(), rows_before, format.present, sink);
                rows_before += batch.num_rows() as u64;
            }
            known = Some(projection);
        }
        Ok(())
    }
}

fn damaged(error: &dyn Display) -> ObjectError {
    ObjectError::Damaged(format!("not readable as Parquet: {error}"))
}

/// Whether the statistics of a row group prove that each of its records starts where the sink wants none. What is wrong with
/// such a record, if anything, is not found out: it is passed over unread.
fn is_of_no_interest<R: ChunkReader>(
    format: &LineFormat,
    metadata: &ArrowReaderMetadata,
    group: &Group<'_, R>,
    sink: &impl RecordSink,
) -> bool {
    let place = format.columns.iter().position(|column| *column == Some(Column::Start));
    let seconds = place.and_then(|place| group.seconds(place, metadata.schema().field(place).data_type()));
    seconds.is_some_and(|seconds| sink.may_pass_over(seconds))
}

/// The columns to decode of a row group, with their places: those that are read at all, less those whose statistics prove
/// that there is nothing to say.
fn wanted<R: ChunkReader>(
    format: &LineFormat,
    metadata: &ArrowReaderMetadata,
    group: &Group<'_, R>,
) -> Vec<(usize, Column)> {
    let needed = |place: usize, column: Column| match column {
        Column::Version => false,
        // Only read so that a strange value is reported.
        Column::Packets => !group.is_counts(place, metadata.schema().field(place).data_type()),
        _ => true,
    };
    format
        .columns
        .iter()
        .enumerate()
        .filter_map(|(place, column)| column.map(|column| (place, column)))
        .filter(|(place, column)| needed(*place, *column))
        .collect()
}

/// Which columns are decoded, and as what.
struct Projection {
    wanted: Vec<(usize, Column)>,
    levels: FieldLevels,
}

impl Projection {
    fn new(wanted: Vec<(usize, Column)>, metadata: &ArrowReaderMetadata) -> parquet::errors::Result<Self> {
        let schema = metadata.parquet_schema();
        let mask = ProjectionMask::roots(schema, wanted.iter().map(|(place, _)| *place));
        let mut fields: Vec<Arc<Field>> = metadata.schema().fields().iter().cloned().collect();
        for (place, column) in &wanted {
            let field = &fields[*place];
            if values::is_text(*column) && is_bytes(field.data_type()) {
                // The decoder makes the dictionary's values from what the column says it holds, whatever is asked.
                let root = &schema.root_schema().get_fields()[*place];
                let is_utf8 = root.get_basic_info().converted_type() == ConvertedType::UTF8;
                let text = if is_utf8 { DataType::Utf8 } else { DataType::Binary };
                let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(text));
                fields[*place] = Arc::new(field.as_ref().clone().with_data_type(dictionary));
            }
        }
        let fields = Fields::from(fields);
        let levels = parquet_to_arrow_field_levels(schema, mask, Some(&fields))?;
        Ok(Self { wanted, levels })
    }
}

/// Whether a type is of texts or bytes.
fn is_bytes(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView => true,
        DataType::Dictionary(_, values) => is_bytes(values),
        _ => false,
    }
}

/// A Firehose conversion to Parquet leaves one `message` column with the whole record.
fn parse_messages<R: ChunkSource + 'static>(
    reader: R,
    metadata: ArrowReaderMetadata,
    column: usize,
    hints: FormatHints,
    sink: &mut impl RecordSink,
) -> Result<(), ObjectError> {
    let mask = ProjectionMask::roots(metadata.parquet_schema(), [column]);
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(reader, metadata)
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(|error| damaged(&error))?;
    let mut messages = Messages::new(hints);
    for batch in reader {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => {
                messages.flush(sink)?;
                return Err(damaged(&error));
            }
        };
        let data = Data::of(batch.column(0).as_ref());
        for row in 0..batch.num_rows() {
            if let Cell::Text(message) = data.cell(row) {
                messages.add(message, sink)?;
            }
        }
    }
    messages.flush(sink)
}
