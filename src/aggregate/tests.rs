//! The laws of merging.
