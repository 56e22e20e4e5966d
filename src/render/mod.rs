//! Stage 9: the report becomes bytes.

use std::io::{self, Write};

use crate::model::report::Report;

/// JSON, as promised.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}
