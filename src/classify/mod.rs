//! Stage 4: records become classified flows. The decision of *who the peer is* happens here; *which path* it took is
//! decided in [`crate::attribute`], when all totals are known.

pub mod address_map;
pub mod atlas;
pub mod ip_ranges;
pub mod sink;
#[cfg(test)]
mod tests;
