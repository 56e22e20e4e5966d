//! Expected values are worked out by hand, or by a second parser that is too simple to be wrong.

#[cfg(feature = "parquet")]
mod columnar;
mod csv;
mod foreign;
mod formats;
mod json;
mod naive;
mod registry;
mod text;
mod twins;
mod values;

pub(crate) use super::recorder::{Event, Recorder, parse_text};

/// The version 2 header.
pub(crate) const V2: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

/// A version 2 record of so many bytes.
pub(crate) fn v2_record(bytes: u64) -> String {
    format!(
        "2 123456789012 eni-0a1 10.0.1.5 203.0.113.5 49152 443 6 4 {bytes} 1773100800 1773100860 ACCEPT OK"
    )
}
