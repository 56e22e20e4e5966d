//! Records as other services export them: without a header, in wrappings, or as the result of a query.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use serde_json::json;

use super::fields::{Field, FieldType, format_version};
use super::record::Record;
use super::text::write_row;
use super::world::World;

/// Who exports, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// CloudWatch Logs `create-export-task`: gzip, a time before each record, in no order.
    CloudWatch,
    /// Data Firehose straight from flow logs: `{"message":"..."}` after `{"message":"..."}`.
    Firehose,
    /// A CloudWatch Logs subscription through Data Firehose: `DATA_MESSAGE` after `DATA_MESSAGE`, each a gzip member, and now
    /// and then a control message.
    Subscription,
    /// Logs Insights, `fields @timestamp, @message`.
    InsightsMessages,
    /// Logs Insights, one column for each field.
    InsightsColumns,
    /// Athena, with the column names of today's documentation.
    Athena,
    /// Athena, with the column names of the first table in the documentation; the default fields only.
    FirstAthena,
    /// Data Firehose converted to Parquet: one column of messages.
    MessageParquet,
}

/// All of them.
pub const EXPORTS: [Export; 8] = [
    Export::CloudWatch,
    Export::Firehose,
    Export::Subscription,
    Export::InsightsMessages,
    Export::InsightsColumns,
    Export::Athena,
    Export::FirstAthena,
    Export::MessageParquet,
];

/// Events of one subscription payload.
const PAYLOAD_EVENTS: usize = 50;

/// One object being written: its records stay in memory until it is finished.
pub(crate) struct ExportObject {
    file: File,
    export: Export,
    version: u8,
    /// The columns' names, where there are any.
    header: String,
    /// Record by record: the start, and the record as one line or as a row of cells.
    rows: Vec<(i64, String)>,
}

impl ExportObject {
    /// Creates the file.
    pub(crate) fn create(path: &Path, fields: &[Field], export: Export) -> io::Result<Self> {
        let names = |name: &dyn Fn(&Field) -> String| fields.iter().map(name).collect::<Vec<_>>();
        let header = match export {
            Export::InsightsMessages => "@timestamp,@message".to_owned(),
            Export::InsightsColumns => names(&|field| insights_name(field.name())).join(","),
            Export::Athena => quoted_row(names(&|field| field.name().replace('-', "_"))),
            Export::FirstAthena => quoted_row(names(&|field| first_table_name(*field).to_owned())),
            _ => String::new(),
        };
        let version = format_version(fields);
        Ok(Self { file: File::create(path)?, export, version, header, rows: Vec::new() })
    }

    /// Appends a row.
    pub(crate) fn record(&mut self, world: &World, fields: &[Field], record: &Record) {
        let written = |fields: &[Field]| {
            let mut line = Vec::new();
            write_row(&mut line, world, fields, record, self.version);
            String::from_utf8_lossy(&line).into_owned()
        };
        let cells = || fields.iter().map(|field| written(std::slice::from_ref(field)));
        let row = match self.export {
            Export::InsightsColumns => cells().collect::<Vec<_>>().join(","),
            // NULL, which a table has for a missing number, is an empty cell.
            Export::Athena | Export::FirstAthena => {
                quoted_row(fields.iter().zip(cells()).map(|(field, cell)| {
                    if cell == "-" && field.field_type() != FieldType::Text { String::new() } else { cell }
                }))
            }
            _ => written(fields),
        };
        self.rows.push((record.start, row));
    }

    /// Writes all and closes the file.
    pub(crate) fn finish(self) -> io::Result<()> {
        let Self { file, export, header, rows, .. } = self;
        let mut output = BufWriter::new(file);
        match export {
            Export::CloudWatch => {
                let mut packed = GzEncoder::new(&mut output, Compression::fast());
                for (start, row) in rows.iter().rev() {
                    writeln!(packed, "{} {row}", stamp(*start, "%Y-%m-%dT%H:%M:%S%.3fZ"))?;
                }
                packed.finish()?;
            }
            Export::Firehose => {
                for (_, row) in &rows {
                    write!(output, "{}", json!({ "message": row }))?;
                }
            }
            Export::Subscription => {
                for events in rows.chunks(PAYLOAD_EVENTS) {
                    for payload in [control_message(), data_message(events)] {
                        let mut packed = GzEncoder::new(&mut output, Compression::fast());
                        packed.write_all(payload.to_string().as_bytes())?;
                        packed.finish()?;
                    }
                }
            }
            Export::InsightsMessages => {
                writeln!(output, "{header}")?;
                for (start, row) in &rows {
                    writeln!(output, "{},{row}", stamp(*start, "%Y-%m-%d %H:%M:%S%.3f"))?;
                }
            }
            Export::InsightsColumns | Export::Athena | Export::FirstAthena => {
                writeln!(output, "{header}")?;
                for (_, row) in &rows {
                    writeln!(output, "{row}")?;
                }
            }
            Export::MessageParquet => {
                let mut column = StringBuilder::new();
                for (_, row) in &rows {
                    column.append_value(row);
                }
                let messages: ArrayRef = Arc::new(column.finish());
                let batch = RecordBatch::try_from_iter([("message", messages)]).map_err(io::Error::other)?;
                let mut writer =
                    ArrowWriter::try_new(&mut output, batch.schema(), None).map_err(io::Error::other)?;
                writer.write(&batch).map_err(io::Error::other)?;
                writer.close().map_err(io::Error::other)?;
            }
        }
        output.flush()
    }
}

fn stamp(seconds: i64, format: &str) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default().format(format).to_string()
}

fn data_message(events: &[(i64, String)]) -> serde_json::Value {
    let events = events.iter().enumerate().map(|(number, (start, row))| {
        json!({ "id": format!("{number:056}"), "timestamp": start * 1000, "message": row })
    });
    json!({
        "messageType": "DATA_MESSAGE",
        "owner": "111122223333",
        "logGroup": "vpc-flow-logs",
        "logStream": "eni-0aaaaaaaaaaaaaaa1-all",
        "subscriptionFilters": ["to-firehose"],
        "logEvents": events.collect::<Vec<_>>(),
    })
}

fn control_message() -> serde_json::Value {
    let message = "CWL CONTROL MESSAGE: Checking health of destination Firehose.";
    json!({
        "messageType": "CONTROL_MESSAGE",
        "owner": "CloudwatchLogs",
        "logGroup": "",
        "logStream": "",
        "subscriptionFilters": [],
        "logEvents": [{ "id": "", "timestamp": 1_773_100_800_000_i64, "message": message }],
    })
}

/// Every cell in quotes.
fn quoted_row(cells: impl IntoIterator<Item = String>) -> String {
    let cells = cells.into_iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
    cells.collect::<Vec<_>>().join(",")
}

/// The name that Logs Insights finds a field under.
fn insights_name(name: &str) -> String {
    match name {
        "start" => return "startTime".to_owned(),
        "end" => return "endTime".to_owned(),
        _ => {}
    }
    let name = name.replace("srcaddr", "src-addr").replace("dstaddr", "dst-addr");
    let name = name.replace("srcport", "src-port").replace("dstport", "dst-port");
    let words = name.split('-').enumerate().map(|(number, word)| match word.split_at_checked(1) {
        Some((first, rest)) if number > 0 => format!("{}{rest}", first.to_uppercase()),
        _ => word.to_owned(),
    });
    words.collect()
}

/// The name in the first table that Athena's documentation had.
fn first_table_name(field: Field) -> &'static str {
    match field {
        Field::AccountId => "account",
        Field::InterfaceId => "interfaceid",
        Field::Srcaddr => "sourceaddress",
        Field::Dstaddr => "destinationaddress",
        Field::Srcport => "sourceport",
        Field::Dstport => "destinationport",
        Field::Packets => "numpackets",
        Field::Bytes => "numbytes",
        Field::Start => "starttime",
        Field::End => "endtime",
        Field::LogStatus => "logstatus",
        other => other.name(),
    }
}
