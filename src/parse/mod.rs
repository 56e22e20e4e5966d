//! Stage 3: bytes become records. Pure: no storage, no clock.

mod aliases;
#[cfg(feature = "parquet")]
pub mod columnar;
mod csv;
pub mod fields;
pub mod foreign;
pub mod format;
pub mod json;
mod messages;
#[cfg(any(test, fuzzing))]
pub mod recorder;
pub mod row;
pub mod text;
pub mod value;

#[cfg(test)]
pub(crate) mod tests;

use std::ops::RangeInclusive;
use std::sync::Arc;

use thiserror::Error;

use crate::model::addr::Addr;
use crate::model::flow::{FlowRecord, NumberedRecord, ObserverTexts};
use format::LineFormat;

/// Says which numbers of observers are valid: those given under the numbering in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbering(pub u64);

/// Receives what a parser finds.
///
/// The sink numbers what repeats. A parser may keep the numbers: those of observers while the [`Numbering`] lasts, which may
/// end when an observer is numbered; the others as long as the sink. Number 0 stands for a missing address or next hop and
/// is given for nothing else.
pub trait RecordSink {
    /// The columns of the records that follow; called again whenever they change. The numbering goes on, or a new one begins.
    fn format(&mut self, format: &LineFormat);
    /// The numbering in force.
    fn numbering(&self) -> Numbering;
    /// The number of whoever these texts speak of.
    fn observer(&mut self, texts: &ObserverTexts<'_>) -> u32;
    /// The number of a next hop; 0 where both texts are empty.
    fn next_hop(&mut self, interface_id: &[u8], interface_type: &[u8]) -> u32;
    /// The number of an address.
    fn address(&mut self, addr: Addr) -> u32;
    /// One record.
    fn record(&mut self, record: &NumberedRecord);
    /// One row that could not be read. `line` counts from 1 (rows, for Parquet).
    fn malformed(&mut self, line: u64, fault: Malformed);

    /// Whether no record that counts at one of these seconds is of interest, so that it need not be read but only counted, by
    /// [`RecordSink::passed_over`].
    fn may_pass_over(&self, _seconds: RangeInclusive<i64>) -> bool {
        false
    }

    /// So many records of no interest.
    fn passed_over(&mut self, _records: u64) {}

    /// One record that is spelled out.
    fn spelled_record(&mut self, record: &FlowRecord<'_>) {
        let mut number = |addr: Option<Addr>| addr.map_or(0, |addr| self.address(addr));
        let (src, dst) = (number(record.src), number(record.dst));
        let (pkt_src, pkt_dst) = (number(record.pkt_src), number(record.pkt_dst));
        let numbered = NumberedRecord {
            observer: self.observer(&record.observer),
            next_hop: self.next_hop(record.next_hop_interface_id, record.next_hop_interface_type),
            src,
            dst,
            pkt_src,
            pkt_dst,
            traffic: record.traffic,
        };
        self.record(&numbered);
    }
}

/// Why a row could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The field concerned.
    pub field: Option<&'static str>,
    /// What is wrong.
    pub reason: MalformedReason,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MalformedReason {
    /// The number of values is not the number of fields.
    #[error("{found} values where the header has {expected} fields")]
    ValueCount {
        /// Values in the row.
        found: usize,
        /// Fields in the header or format.
        expected: usize,
    },
    /// A value is not of its kind.
    #[error("`{value}` is not {expected}")]
    Value {
        /// The value, shortened.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
    /// The line is longer than any record.
    #[error("longer than {limit} bytes (limit MAX_LINE_BYTES)")]
    TooLong {
        /// The limit.
        limit: usize,
    },
}

/// Why an object gives no records, or no more of them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// It is a log of another kind, or no log: skipped, not failed.
    #[error("{kind}, not a VPC flow log")]
    Foreign {
        /// What it is.
        kind: &'static str,
    },
    /// It is nothing that is known.
    #[error("{what}")]
    Unrecognised {
        /// What was found instead, as a noun phrase.
        what: &'static str,
    },
    /// Nothing says what its columns are.
    #[error(
        "no header line, and line {line} is not a version 2 record: `{text}`; {}", ways_to_know(*.described)
    )]
    UnknownFormat {
        /// The line that was tried.
        line: u64,
        /// Its beginning.
        text: String,
        /// Formats that describe-flow-logs.json names, none of which alone has as many fields.
        described: usize,
    },
    /// The log lacks a field without which nothing can be attributed.
    #[error("the log has no `{field}`: add ${{{field}}} to the flow log's format")]
    MissingField {
        /// Field to add.
        field: &'static str,
    },
    /// The log has no address of either end.
    #[error(
        "the log has neither `srcaddr` nor `dstaddr`: add ${{srcaddr}} and ${{dstaddr}} to the flow log's format"
    )]
    MissingAddresses,
    /// The result of a query lacks columns without which nothing can be attributed.
    #[error("the query result has no column of `{missing}`: add {add} to the query")]
    MissingColumns {
        /// The fields, by their names in flow logs.
        missing: String,
        /// What to add, as the query language calls it.
        add: String,
    },
    /// The object is damaged.
    #[error("{0}")]
    Damaged(String),
}

/// What tells the format of an object without a header.
fn ways_to_know(described: usize) -> String {
    const GIVEN: &str = "pass --log-format '${version} ${account-id} ...'";
    match described {
        0 => format!("{GIVEN} or put describe-flow-logs.json into the inventory"),
        _ => format!(
            "{GIVEN}: of the {described} format(s) in describe-flow-logs.json, none or more than one has as many fields"
        ),
    }
}

/// How the columns of an object without a header may be known; shared by many objects.
#[derive(Debug, Clone, Default)]
pub struct FormatHints {
    /// `--log-format`.
    pub given: Option<Arc<LineFormat>>,
    /// Formats in `describe-flow-logs.json`: that of the flow log in the object's name, else all there are.
    pub described: Arc<[LineFormat]>,
}

impl FormatHints {
    /// The format to use for an object whose first line is `line`: the user's word always; a described one only if the line
    /// has as many values, and no other described one has.
    fn fitting(&self, line: &[u8]) -> Option<&LineFormat> {
        let values = format::tokens(line).filter(|token| !value::is_timestamp(token)).count();
        let mut fitting = self.described.iter().filter(|format| format.columns.len() == values);
        let described = match (fitting.next(), fitting.next()) {
            (Some(format), None) => Some(format),
            _ => None,
        };
        self.given.as_deref().or(described)
    }
}

/// Longest text line that is read; a record of all 54 fields with long tags stays below 4 KiB.
pub const MAX_LINE_BYTES: usize = 1 << 16;
