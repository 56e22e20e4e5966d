//! The least a sink can do.

use std::hint::black_box;

use flowtoll::model::addr::Addr;
use flowtoll::model::flow::{NumberedRecord, ObserverTexts};
use flowtoll::parse::format::LineFormat;
use flowtoll::parse::{Malformed, Numbering, RecordSink};

/// Counts records and their bytes; gives all that is numbered the same number.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Records.
    pub records: u64,
    /// Bytes of the records.
    pub bytes: u128,
    /// Lines that are no record.
    pub malformed: u64,
}

impl RecordSink for Count {
    fn format(&mut self, _: &LineFormat) {}

    fn numbering(&self) -> Numbering {
        Numbering::default()
    }

    fn observer(&mut self, texts: &ObserverTexts<'_>) -> u32 {
        black_box(texts);
        0
    }

    fn next_hop(&mut self, interface_id: &[u8], interface_type: &[u8]) -> u32 {
        u32::from(!(interface_id.is_empty() && interface_type.is_empty()))
    }

    fn address(&mut self, addr: Addr) -> u32 {
        black_box(addr);
        1
    }

    #[inline]
    fn record(&mut self, record: &NumberedRecord) {
        // Whole, so that no field goes unread.
        let record = black_box(record);
        self.records += 1;
        self.bytes += u128::from(record.traffic.bytes.unwrap_or(0));
    }

    fn malformed(&mut self, _: u64, _: Malformed) {
        self.malformed += 1;
    }
}
