//! The integration tests, one binary.

#![expect(clippy::disallowed_methods, reason = "tests read and write folders of their own")]

/// The hand-derived corpus of `tests/cases`.
mod cases;
/// Owners, pseudonyms, languages, currencies.
mod look;
/// The README's commands, formats and price files.
mod readme;
/// Totals on disk against totals in memory.
mod spill;
/// The shape of the repository.
mod tidy;
/// What real logs do to a parser, one test per trap.
mod traps;
/// Worlds of the testkit against their own truth.
mod worlds;
