//! What real logs do to a parser: one test per trap, through the command line.
