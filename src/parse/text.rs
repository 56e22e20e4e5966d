//! Text flow logs: blocks of whole lines become records.
//!
//! The cheap path is a line that is a record: tokens are found in one pass and only wanted columns are kept. Everything
//! unusual (headers, comments, wrong counts) is decided off that path.

use super::fields::{COLUMN_COUNT, Column, FIELDS};
use super::format::{LineFormat, is_names};
use super::row::{RowError, TokenRow, read_row};
use super::{
    FormatHints, MAX_LINE_BYTES, Malformed, MalformedReason, ObjectError, RecordSink, foreign, value,
};

/// What the lines are taken for.
#[derive(Debug)]
enum State {
    /// Nothing seen yet that tells.
    Undecided,
    /// Records of this format.
    Records(LineFormat),
    /// Another kind of log, after its header inside a concatenated object.
    Foreign,
}

/// A parser of one object's lines. State is per object: the header of each object rules.
#[derive(Debug)]
pub struct TextParser {
    hints: FormatHints,
    state: State,
    line: u64,
    saw_records: bool,
}

impl TextParser {
    /// A parser for one object.
    pub fn new(hints: FormatHints) -> Self {
        Self { hints, state: State::Undecided, line: 0, saw_records: false }
    }

    /// Parses a block of lines. Every line but the last of the object must be ended by `\n`. A line longer than
    /// [`MAX_LINE_BYTES`] is one malformed line.
    ///
    /// # Errors
    /// When the object turns out not to be a readable flow log; the sink keeps what came before.
    pub fn feed(&mut self, block: &[u8], sink: &mut impl RecordSink) -> Result<(), ObjectError> {
        let mut rest = block;
        if self.line == 0 {
            rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
        }
        while !rest.is_empty() {
            let (line, after) = match memchr::memchr(b'\n', rest) {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None => (rest, &rest[rest.len()..]),
            };
            rest = after;
            if line.len() > MAX_LINE_BYTES {
                self.overlong_line(sink);
                continue;
            }
            self.line += 1;
            self.line(line, sink)?;
        }
        Ok(())
    }

    /// Notes a line longer than [`MAX_LINE_BYTES`].
    pub fn overlong_line(&mut self, sink: &mut impl RecordSink) {
        self.line += 1;
        if matches!(self.state, State::Foreign) {
            return;
        }
        sink.malformed(
            self.line,
            Malformed { field: None, reason: MalformedReason::TooLong { limit: MAX_LINE_BYTES } },
        );
    }

    fn line(&mut self, line: &[u8], sink: &mut impl RecordSink) -> Result<(), ObjectError> {
        if let State::Records(format) = &self.state {
            match parse_record(line, format, sink) {
                Parsed::Record => {
                    self.saw_records = true;
                    return Ok(());
                }
                Parsed::Empty => return Ok(()),
                Parsed::Fault(fault) => return self.unusual(line, fault, sink),
            }
        }
        let Some(first) = line.iter().find(|byte| !byte.is_ascii_whitespace()) else {
            return Ok(());
        };
        if let Some(format) = LineFormat::of_header(line) {
            return self.header(line, format, sink);
        }
        if matches!(self.state, State::Foreign) {
            return Ok(());
        }
        if let Some(kind) = foreign::of_line(line) {
            return Err(ObjectError::Foreign { kind });
        }
        if *first == b'#' || line.trim_ascii() == b"..." {
            return Ok(());
        }
        let Some(format) = self.hints.fitting(line).cloned().or_else(|| LineFormat::guess_v2(line)) else {
            return Err(if looks_like_flow_record(line) {
                ObjectError::UnknownFormat { line: self.line }
            } else {
                ObjectError::Unrecognised {
                    what: "not a flow log: its first line is neither a header nor a record",
                }
            });
        };
        format.check()?;
        sink.format(&format);
        self.state = State::Records(format);
        self.line(line, sink)
    }

    fn header(
        &mut self,
        line: &[u8],
        format: LineFormat,
        sink: &mut impl RecordSink,
    ) -> Result<(), ObjectError> {
        if let Some(kind) = foreign::of_line(line) {
            return self.foreign(kind);
        }
        format.check()?;
        sink.format(&format);
        self.state = State::Records(format);
        Ok(())
    }

    /// The header of another kind of log: the end of the object, or of what counts until the next header.
    fn foreign(&mut self, kind: &'static str) -> Result<(), ObjectError> {
        if self.saw_records {
            self.state = State::Foreign;
            return Ok(());
        }
        Err(ObjectError::Foreign { kind })
    }

    /// A line that is not a record of the current format: perhaps a header, a comment, or a fault.
    fn unusual(
        &mut self,
        line: &[u8],
        fault: Malformed,
        sink: &mut impl RecordSink,
    ) -> Result<(), ObjectError> {
        let trimmed = line.trim_ascii();
        if trimmed.starts_with(b"#") || trimmed == b"..." {
            return Ok(());
        }
        if let Some(format) = LineFormat::of_header(line) {
            return self.header(line, format, sink);
        }
        if is_names(line)
            && let Some(kind) = foreign::of_line(line)
        {
            return self.foreign(kind);
        }
        sink.malformed(self.line, fault);
        Ok(())
    }
}

enum Parsed {
    Record,
    Empty,
    Fault(Malformed),
}

/// Splits one line by its format and hands the record on.
fn parse_record(line: &[u8], format: &LineFormat, sink: &mut impl RecordSink) -> Parsed {
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

/// How much of a wrong value is shown.
const SHOWN_VALUE_CHARS: usize = 40;

/// The fault of a wrong value.
pub(super) fn fault(error: RowError, value: &[u8]) -> Malformed {
    Malformed {
        field: Some(column_name(error.column)),
        reason: MalformedReason::Value {
            value: String::from_utf8_lossy(value).chars().take(SHOWN_VALUE_CHARS).collect(),
            expected: error.expected,
        },
    }
}

/// The field name of a column.
pub fn column_name(column: Column) -> &'static str {
    FIELDS.iter().find(|field| field.column == Some(column)).map_or("", |field| field.name)
}

fn first_token(line: &[u8]) -> &[u8] {
    super::format::tokens(line).next().unwrap_or_default()
}

fn after_first_token(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    &line[first_token(line).len()..]
}

/// Whether a line that nothing explains still smells of a flow log, so that its format is asked for.
fn looks_like_flow_record(line: &[u8]) -> bool {
    let tokens = || super::format::tokens(line);
    tokens().count() >= 5
        && (tokens().any(|t| matches!(t, b"ACCEPT" | b"REJECT" | b"NODATA" | b"SKIPDATA"))
            || tokens().any(|t| t.starts_with(b"eni-"))
            || tokens().filter(|t| value::address(t).is_some()).count() >= 2)
}
