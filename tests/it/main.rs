//! The integration tests, one binary.

#![expect(clippy::disallowed_methods, reason = "tests read and write folders of their own")]

/// The hand-derived corpus of `tests/cases`.
mod cases;
/// What real logs do to a parser, one test per trap.
mod traps;
/// Worlds of the testkit against their own truth.
mod worlds;
