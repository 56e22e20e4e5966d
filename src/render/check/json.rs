//! Findings for programs.

use std::io;

use serde::Serialize;

use super::counts;
use crate::model::report::{FindingLine, Period, Report, Sources, UncheckedLine};

/// The value of the `schema` key.
pub const CHECK_SCHEMA: &str = "flowtoll/check/v1";

/// The schema of the JSON form (draft 2020-12). Keys are only ever added within v1.
pub const CHECK_SCHEMA_JSON: &str = include_str!("../schema/check.v1.json");

#[derive(Serialize)]
struct Check<'r> {
    schema: &'static str,
    period: &'r Period,
    sources: &'r Sources,
    counts: serde_json::Map<String, serde_json::Value>,
    findings: &'r [FindingLine],
    unchecked: &'r [UncheckedLine],
}

/// Writes the findings as one object and a line end.
pub(super) fn json(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let counts = counts(report).map(|(severity, count)| (severity.name().to_owned(), count.into()));
    let check = Check {
        schema: CHECK_SCHEMA,
        period: &report.period,
        sources: &report.sources,
        counts: counts.collect(),
        findings: &report.findings,
        unchecked: &report.unchecked,
    };
    serde_json::to_writer_pretty(&mut *out, &check)?;
    writeln!(out)
}
