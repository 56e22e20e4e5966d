//! Nouns shared by the stages; arithmetic only.

pub mod addr;
pub mod estimate;
pub mod fingerprint;
pub mod flow;
pub mod money;
pub mod plan;
pub mod quantity;
pub mod report;
pub mod time;
pub mod wording;

#[cfg(test)]
mod tests;
