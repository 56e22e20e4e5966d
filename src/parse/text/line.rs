//! The plain parser of one line: the rule for every spelling, usual or not, and the twin that the fast one is compared with.

use super::super::fields::COLUMN_COUNT;
use super::super::format::LineFormat;
use super::super::row::{TokenRow, read_row};
use super::super::{Malformed, MalformedReason, RecordSink, value};
use super::{after_first_token, fault, first_token};

/// What a line is.
pub(super) enum Parsed {
    /// A record; the sink has it.
    Record,
    /// Nothing that counts.
    Empty,
    /// No record of the format.
    Fault(Malformed),
}

/// Splits one line by its format and hands the record on.
pub(super) fn parse_record(line: &[u8], format: &LineFormat, sink: &mut impl RecordSink) -> Parsed {
    parse_values(line, format, true, sink)
}

/// As [`parse_record`]; with `may_be_stamped`, one timestamp in front of too many values is passed over.
fn parse_values(
    line: &[u8],
    format: &LineFormat,
    may_be_stamped: bool,
    sink: &mut impl RecordSink,
) -> Parsed {
    let mut slots = [&b""[..]; COLUMN_COUNT];
    let columns = &format.columns;
    let mut count = 0;
    let mut at = 0;
    loop {
        while at < line.len() && line[at].is_ascii_whitespace() {
            at += 1;
        }
        if at == line.len() {
            break;
        }
        let start = at;
        while at < line.len() && !line[at].is_ascii_whitespace() {
            at += 1;
        }
        let token = &line[start..at];
        if count == 0 && token[0] == b'#' {
            // A record that somebody put out of action.
            return Parsed::Empty;
        }
        if count < columns.len() {
            if let Some(column) = columns[count] {
                slots[column as usize] = token;
            }
        } else if token[0] == b'#' {
            // A remark behind a record, as documentation pastes have.
            break;
        } else if may_be_stamped && count == columns.len() && value::is_timestamp(first_token(line)) {
            return parse_values(after_first_token(line), format, false, sink);
        }
        count += 1;
    }
    if count == 0 {
        return Parsed::Empty;
    }
    if count != columns.len() {
        return Parsed::Fault(Malformed {
            field: None,
            reason: MalformedReason::ValueCount { found: count, expected: columns.len() },
        });
    }
    match read_row(&TokenRow { slots: &slots, present: format.present }) {
        Ok(record) => {
            sink.spelled_record(&record);
            Parsed::Record
        }
        Err(error) => Parsed::Fault(fault(error, slots[error.column as usize])),
    }
}
