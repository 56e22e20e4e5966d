//! Query results as CSV: what CloudWatch Logs Insights and Athena export. The first line names the columns; a table or query
//! calls them as it likes ([`super::aliases`]). A result that has whole records in a column of messages is read from those.
//!
//! A row may go over several lines, where a value in quotes has line ends in it.

mod cells;
mod table;

use super::text::{TextParser, fault};
use super::{
    FormatHints, MAX_LINE_BYTES, Malformed, MalformedReason, Numbering, ObjectError, RecordSink,
    fields::COLUMN_COUNT,
    fields::Column,
    format::{LineFormat, Origin},
    row::{TokenRow, read_row},
};
use crate::model::addr::Addr;
use crate::model::flow::{NumberedRecord, ObserverTexts};
use cells::Cells;
use table::{Table, Values};

/// A query result that is being read.
#[derive(Debug)]
pub(super) struct CsvLog {
    cells: Cells,
    table: Table,
    hints: FormatHints,
    /// Reads the messages of a table of such.
    messages: Box<TextParser>,
    /// The line where the row at hand begins.
    row_line: u64,
}

impl CsvLog {
    /// A query result, if `line` is the header of one.
    ///
    /// # Errors
    /// When columns are missing without which nothing can be attributed, or when it is another kind of log.
    pub fn of_header(line: &[u8], hints: &FormatHints) -> Option<Result<Self, ObjectError>> {
        let may_be_one =
            memchr::memchr2(b',', b'"', line).is_some() || table::is_message_column(line.trim_ascii());
        if !may_be_one {
            return None;
        }
        let mut cells = Cells::default();
        if !cells.read_line(line) {
            return None;
        }
        let table = match Table::of(&cells)? {
            Ok(table) => table,
            Err(error) => return Some(Err(error)),
        };
        cells.clear();
        let messages = Box::new(TextParser::for_messages(hints.clone()));
        Some(Ok(Self { cells, table, hints: hints.clone(), messages, row_line: 1 }))
    }

    /// Tells the sink of the columns, where they are those of the records.
    pub fn announce(&self, sink: &mut impl RecordSink) {
        if let Values::Fields(format) = &self.table.values {
            sink.format(format);
        }
    }

    /// Reads line `number`, without its end; only the last one of an object may have none.
    ///
    /// # Errors
    /// When the messages turn out not to be readable, or another header follows that is not.
    pub fn line<S: RecordSink>(
        &mut self,
        line: &[u8],
        has_end: bool,
        number: u64,
        sink: &mut S,
    ) -> Result<(), ObjectError> {
        if !self.cells.is_open {
            self.row_line = number;
        }
        let mut rest = line;
        while !rest.is_empty() {
            let (is_row, used) = self.cells.read(rest);
            rest = &rest[used..];
            if is_row {
                self.row(sink)?;
            }
        }
        let end: &[u8] = if has_end { b"\n" } else { b"" };
        if self.cells.read(end).0 {
            self.row(sink)?;
        }
        Ok(())
    }

    /// Ends the object: a row whose quotes were never closed ends here.
    ///
    /// # Errors
    /// As [`CsvLog::line`].
    pub fn finish<S: RecordSink>(&mut self, sink: &mut S) -> Result<(), ObjectError> {
        if self.cells.is_open && self.cells.read(b"").0 { self.row(sink) } else { Ok(()) }
    }

    /// Gives up the row at hand; the next line begins another one.
    pub fn give_up_row(&mut self) {
        self.cells.begin_anew();
    }

    fn row<S: RecordSink>(&mut self, sink: &mut S) -> Result<(), ObjectError> {
        let outcome = self.judged_row(sink);
        self.cells.clear();
        outcome
    }

    fn judged_row<S: RecordSink>(&mut self, sink: &mut S) -> Result<(), ObjectError> {
        let Some(fault) = self.parsed_row(sink)? else { return Ok(()) };
        // A fault may be the header of another result behind this one, or of the same again.
        match Table::of(&self.cells) {
            Some(table) => {
                let table = table?;
                if table != self.table {
                    self.table = table;
                    *self.messages = TextParser::for_messages(self.hints.clone());
                    self.announce(sink);
                }
            }
            None => sink.malformed(self.row_line, fault),
        }
        Ok(())
    }

    /// Reads the row at hand. Returns what is wrong with it.
    fn parsed_row<S: RecordSink>(&mut self, sink: &mut S) -> Result<Option<Malformed>, ObjectError> {
        let Self { cells, table, messages, row_line, .. } = self;
        if cells.is_too_long {
            let reason = MalformedReason::TooLong { limit: MAX_LINE_BYTES };
            return Ok(Some(Malformed { field: None, reason }));
        }
        if cells.count() != table.width {
            if cells.is_blank() {
                return Ok(None);
            }
            let reason = MalformedReason::ValueCount { found: cells.count(), expected: table.width };
            return Ok(Some(Malformed { field: None, reason }));
        }
        match &table.values {
            Values::Fields(format) => Ok(read_fields(cells, format, sink)),
            Values::Messages { place, origin } => {
                let message = cells.get(*place);
                if table::is_message_column(message) {
                    return Ok(None);
                }
                messages.feed(message, &mut Placed { sink, line: *row_line, origin: *origin })?;
                Ok(None)
            }
        }
    }
}

/// Reads a row that has a column for each field.
fn read_fields(cells: &Cells, format: &LineFormat, sink: &mut impl RecordSink) -> Option<Malformed> {
    let mut slots = [&b""[..]; COLUMN_COUNT];
    for (place, column) in format.columns.iter().enumerate() {
        if let Some(column) = column {
            slots[*column as usize] = cells.get(place).trim_ascii();
        }
    }
    let times = [Column::Start, Column::End];
    let seconds = times.map(|column| table::seconds_of_date(slots[column as usize]));
    for (column, seconds) in times.iter().zip(&seconds) {
        if let Some(seconds) = seconds {
            slots[*column as usize] = seconds.as_bytes();
        }
    }
    match read_row(&TokenRow { slots: &slots, present: format.present }) {
        Ok(record) => {
            sink.spelled_record(&record);
            None
        }
        Err(error) => Some(fault(error, slots[error.column as usize])),
    }
}

/// A sink for the records of messages: it knows in which line of the result a message is, and what the result is.
struct Placed<'s> {
    /// Not generic, because a parser of messages is in a parser with a sink of its own.
    sink: &'s mut dyn RecordSink,
    line: u64,
    origin: Origin,
}

impl RecordSink for Placed<'_> {
    fn format(&mut self, format: &LineFormat) {
        self.sink.format(&format.clone().with_origin(self.origin));
    }

    fn numbering(&self) -> Numbering {
        self.sink.numbering()
    }

    fn observer(&mut self, texts: &ObserverTexts<'_>) -> u32 {
        self.sink.observer(texts)
    }

    fn next_hop(&mut self, interface_id: &[u8], interface_type: &[u8]) -> u32 {
        self.sink.next_hop(interface_id, interface_type)
    }

    fn address(&mut self, addr: Addr) -> u32 {
        self.sink.address(addr)
    }

    fn record(&mut self, record: &NumberedRecord) {
        self.sink.record(record);
    }

    fn malformed(&mut self, _: u64, fault: Malformed) {
        self.sink.malformed(self.line, fault);
    }
}
