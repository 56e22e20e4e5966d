//! The integration tests, one binary.

#![expect(clippy::disallowed_methods, reason = "tests read and write folders of their own")]

/// The hand-derived corpus of `tests/cases`.
mod cases;
/// `flowtoll check`: its rules and the forms of its output.
mod check;
/// What would be read, without reading it.
mod dry_run;
/// Owners, pseudonyms, languages, currencies.
mod look;
/// The README's commands, formats and price files.
mod parts;
mod readme;
/// The recipes for scheduled use.
#[cfg(unix)]
mod recipes;
/// Rollups against the logs that they are made of.
mod rollup;
/// Logs in a bucket.
#[cfg(unix)]
mod s3;
/// Totals on disk against totals in memory.
mod spill;
/// The shape of the repository.
mod tidy;
/// What real logs do to a parser, one test per trap.
mod traps;
/// Worlds of the testkit against their own truth.
mod worlds;
