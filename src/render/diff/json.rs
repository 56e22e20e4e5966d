//! A comparison for programs.

use std::io;

use crate::diff::Diff;

/// The schema of the JSON form (draft 2020-12). Keys are only ever added within v1.
pub const DIFF_SCHEMA_JSON: &str = include_str!("../schema/diff.v1.json");

/// Writes the comparison as one object and a line end.
pub(super) fn json(diff: &Diff, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, diff)?;
    writeln!(out)
}
