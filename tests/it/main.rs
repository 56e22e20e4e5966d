//! The integration tests, one binary.

/// The hand-derived corpus of `tests/cases`.
mod cases;
/// What real logs do to a parser, one test per trap.
mod traps;
