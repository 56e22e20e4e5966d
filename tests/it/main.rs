//! The integration tests, one binary.

#![expect(clippy::disallowed_methods, reason = "tests read and write folders of their own")]

/// The hand-derived corpus of `tests/cases`.
mod cases;
/// `flowtoll check`: its rules and the forms of its output.
mod check;
/// How sure an advice is.
mod confidence;
/// `flowtoll diff`: two reports, and why they differ.
mod diff;
/// What would be read, without reading it.
mod dry_run;
/// Why figures are what they are.
mod explain;
/// The report as CSV and Parquet.
mod formats;
/// `--lang ja`.
mod japanese;
/// Owners, pseudonyms, languages, currencies.
mod look;
/// Large files, read in parts by several workers.
mod parts;
/// `flowtoll plan`: its files, what is not overwritten, and its scripts against an EC2 stand-in.
mod plan;
/// Policy files and address maps.
mod policy;
/// The README's commands, formats and price files.
mod readme;
/// The recipes for scheduled use.
#[cfg(unix)]
mod recipes;
/// Rollups against the logs that they are made of.
mod rollup;
/// Logs in a bucket.
#[cfg(unix)]
mod s3;
/// The report of the sample in every form, as it is committed.
mod sample_report;
/// Totals on disk against totals in memory.
mod spill;
/// The shape of the repository.
mod tidy;
/// What real logs do to a parser, one test per trap.
mod traps;
/// Worlds of the testkit against their own truth.
mod worlds;
