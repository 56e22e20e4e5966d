//! The report for programs.

use std::io;

use crate::model::report::Report;

/// JSON Schema (draft 2020-12) of what [`json`] writes. Keys are only ever added within v1.
pub const REPORT_SCHEMA_JSON: &str = include_str!("schema/report.v1.json");

/// Writes the report as one indented JSON object and a newline. Byte counts are exact integers of any size: a
/// reader that keeps numbers as 64-bit floats loses digits above 2^53.
///
/// # Errors
/// Those of `out`.
pub fn json(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}
