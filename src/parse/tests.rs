//! Expected values are worked out by hand, or by a second parser that is too simple to be wrong.

#[cfg(feature = "parquet")]
mod columnar;
mod foreign;
mod formats;
mod json;
mod naive;
mod registry;
mod text;
mod values;

use super::format::LineFormat;
use super::text::TextParser;
use super::{FormatHints, Malformed, ObjectError, RecordSink};
use crate::model::flow::FlowRecord;

/// What a parser said, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// The columns changed to these names.
    Format(String),
    /// A record, every field of it.
    Record(String),
    /// A row that could not be read.
    Malformed(u64, Malformed),
}

/// A sink that writes everything down.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// What came, in order.
    pub events: Vec<Event>,
}

impl Recorder {
    /// The records alone.
    pub fn records(&self) -> Vec<&str> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Record(record) => Some(record.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Number and fault of the malformed rows.
    pub fn malformed(&self) -> Vec<(u64, String)> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Malformed(line, fault) => {
                    Some((*line, format!("{}: {}", fault.field.unwrap_or("line"), fault.reason)))
                }
                _ => None,
            })
            .collect()
    }
}

impl RecordSink for Recorder {
    fn format(&mut self, format: &LineFormat) {
        self.events.push(Event::Format(format.names().to_owned()));
    }

    fn record(&mut self, record: &FlowRecord<'_>) {
        self.events.push(Event::Record(format!("{record:?}")));
    }

    fn malformed(&mut self, line: u64, fault: Malformed) {
        self.events.push(Event::Malformed(line, fault));
    }
}

/// The whole text in one block.
pub(crate) fn parse_text(text: &[u8]) -> (Recorder, Result<(), ObjectError>) {
    let mut recorder = Recorder::default();
    let outcome = TextParser::new(FormatHints::default()).feed(text, &mut recorder);
    (recorder, outcome)
}

/// The version 2 header.
pub(crate) const V2: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

/// A version 2 record of so many bytes.
pub(crate) fn v2_record(bytes: u64) -> String {
    format!(
        "2 123456789012 eni-0a1 10.0.1.5 203.0.113.5 49152 443 6 4 {bytes} 1773100800 1773100860 ACCEPT OK"
    )
}
