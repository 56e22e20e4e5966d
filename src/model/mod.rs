//! Nouns shared by the stages; arithmetic only.

pub mod money;
pub mod report;
