//! Records as Parquet.

use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field as ArrowField, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::fields::{Field, FieldType, Value, format_version, value};
use super::record::Record;
use super::text::percent_encoded;
use super::world::World;

/// Rows gathered before they go to the writer.
const BATCH_ROWS: usize = 16 * 1024;
/// Rows of one row group at most.
const ROW_GROUP_ROWS: usize = 128 * 1024;

/// Physical types of the number columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// As AWS documents: INT32 and INT64.
    Documented,
    /// INT64 everywhere, as after a rewrite.
    Int64,
    /// Strings.
    Text,
}

/// A page codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// As AWS writes.
    Gzip,
    /// Snappy.
    Snappy,
    /// Zstandard.
    Zstd,
    /// None.
    Uncompressed,
}

/// Types, codec and spelling of a Parquet object; the default is AWS's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four habits of writers, each with or without the others")]
pub struct ParquetStyle {
    /// Physical types of the number columns.
    pub numbers: Numbers,
    /// The page codec.
    pub codec: Codec,
    /// Dictionary encoding.
    pub dictionary: bool,
    /// NULL instead of the literal `-` in string columns.
    pub null_text: bool,
    /// `account_id` as INT64, which loses leading zeros.
    pub account_as_number: bool,
    /// `SRCADDR` instead of `srcaddr`.
    pub upper_case: bool,
}

impl Default for ParquetStyle {
    fn default() -> Self {
        Self {
            numbers: Numbers::Documented,
            codec: Codec::Gzip,
            dictionary: true,
            null_text: false,
            account_as_number: false,
            upper_case: false,
        }
    }
}

enum Column {
    Int32(Int32Builder),
    Int64(Int64Builder),
    Text(StringBuilder),
}

/// One Parquet object being written.
pub(crate) struct ParquetObject {
    writer: ArrowWriter<File>,
    schema: SchemaRef,
    columns: Vec<Column>,
    version: u8,
    null_text: bool,
    rows: usize,
}

impl ParquetObject {
    /// Creates the file.
    pub(crate) fn create(path: &Path, fields: &[Field], style: ParquetStyle) -> io::Result<Self> {
        let kinds: Vec<FieldType> = fields.iter().map(|field| physical(*field, style)).collect();
        let schema_fields: Vec<ArrowField> = fields
            .iter()
            .zip(&kinds)
            .map(|(field, kind)| {
                let name = field.name().replace('-', "_");
                let name = if style.upper_case { name.to_uppercase() } else { name };
                let data_type = match kind {
                    FieldType::Int32 => DataType::Int32,
                    FieldType::Int64 => DataType::Int64,
                    FieldType::Text => DataType::Utf8,
                };
                ArrowField::new(name, data_type, true)
            })
            .collect();
        let schema = Arc::new(Schema::new(schema_fields));
        let properties = WriterProperties::builder()
            .set_compression(match style.codec {
                Codec::Gzip => Compression::GZIP(GzipLevel::default()),
                Codec::Snappy => Compression::SNAPPY,
                Codec::Zstd => Compression::ZSTD(ZstdLevel::default()),
                Codec::Uncompressed => Compression::UNCOMPRESSED,
            })
            .set_dictionary_enabled(style.dictionary)
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .build();
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(File::create(path)?, schema.clone(), options)
            .map_err(io::Error::other)?;
        let columns = kinds
            .iter()
            .map(|kind| match kind {
                FieldType::Int32 => Column::Int32(Int32Builder::new()),
                FieldType::Int64 => Column::Int64(Int64Builder::new()),
                FieldType::Text => Column::Text(StringBuilder::new()),
            })
            .collect();
        let version = format_version(fields);
        Ok(Self { writer, schema, columns, version, null_text: style.null_text, rows: 0 })
    }

    /// Appends a row.
    pub(crate) fn record(&mut self, world: &World, fields: &[Field], record: &Record) -> io::Result<()> {
        for (field, column) in fields.iter().zip(&mut self.columns) {
            append(column, value(world, record, *field, self.version), self.null_text);
        }
        self.rows += 1;
        if self.rows == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        let arrays = self.columns.iter_mut().map(finished).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays).map_err(io::Error::other)?;
        self.rows = 0;
        self.writer.write(&batch).map_err(io::Error::other)
    }

    /// Writes what is left, the footer too, and closes the file.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.writer.close().map(|_| ()).map_err(io::Error::other)
    }
}

fn physical(field: Field, style: ParquetStyle) -> FieldType {
    match (field.field_type(), style.numbers) {
        (FieldType::Text, _) if field == Field::AccountId && style.account_as_number => FieldType::Int64,
        (FieldType::Text, _) | (_, Numbers::Text) => FieldType::Text,
        (_, Numbers::Int64) => FieldType::Int64,
        (kind, Numbers::Documented) => kind,
    }
}

fn finished(column: &mut Column) -> ArrayRef {
    match column {
        Column::Int32(builder) => Arc::new(builder.finish()),
        Column::Int64(builder) => Arc::new(builder.finish()),
        Column::Text(builder) => Arc::new(builder.finish()),
    }
}

fn append(column: &mut Column, value: Value<'_>, null_text: bool) {
    let number = match value {
        Value::Number(number) => i64::try_from(number).ok(),
        Value::Text(text) => text.parse().ok(),
        Value::Missing | Value::Tag(_) | Value::Address(_) => None,
    };
    match column {
        Column::Int32(builder) => builder.append_option(number.and_then(|number| i32::try_from(number).ok())),
        Column::Int64(builder) => builder.append_option(number),
        Column::Text(builder) => match value {
            Value::Missing if null_text => builder.append_null(),
            Value::Missing => builder.append_value("-"),
            Value::Text(text) => builder.append_value(text),
            Value::Tag(text) => builder.append_value(percent_encoded(text)),
            Value::Number(number) => {
                write!(builder, "{number}").expect("writing to a builder cannot fail");
                builder.append_value("");
            }
            Value::Address(address) => {
                write!(builder, "{address}").expect("writing to a builder cannot fail");
                builder.append_value("");
            }
        },
    }
}
