//! Text flow logs: blocks of whole lines become records.
//!
//! A block is read in two passes: `scan` finds where tokens and lines end, with SIMD, and `fast` reads the lines that look
//! as AWS writes them. Everything unusual (headers, comments, wrong counts, strange values) goes line by line to `line`.

mod fast;
mod line;
mod numbers;
mod scan;
mod seen;
mod simd;
mod token;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::csv::CsvLog;
use super::fields::{Column, FIELDS};
use super::format::{LineFormat, is_names};
use super::row::RowError;
use super::{
    FormatHints, MAX_LINE_BYTES, Malformed, MalformedReason, ObjectError, RecordSink, foreign, value,
};
use fast::{FastRows, Line};
use line::{Parsed, parse_record};
use scan::{Marks, SCAN_BYTES};
use simd::{Isa, Kernel, Work, prefetch};

/// What the lines are taken for.
#[derive(Debug)]
enum State {
    /// Nothing seen yet that tells.
    Undecided,
    /// Records of this format.
    Records(Arc<LineFormat>),
    /// Rows of a query result.
    Table(Box<CsvLog>),
    /// Another kind of log, after its header inside a concatenated object.
    Foreign,
}

/// A parser of objects' lines. What it knows of a format is kept from object to object; what the lines are taken for is not:
/// the header of each object rules.
#[derive(Debug)]
pub struct TextParser {
    hints: FormatHints,
    state: State,
    line: u64,
    saw_records: bool,
    /// Whether the lines may be a query result, not only messages out of one.
    may_be_table: bool,
    /// How often the lines were taken for something else than before.
    turns: u64,
    means: Means,
    /// Lent out while a block is read.
    marks: Option<Box<Marks>>,
    /// The last header and its format: objects of one flow log begin with the same line.
    last_header: Option<(Vec<u8>, Arc<LineFormat>)>,
    /// The format that was prepared last.
    fast: Option<FastRows>,
    /// Whether that is the one of the state.
    is_prepared: bool,
}

/// Blocks shorter than this are read line by line: preparing does not pay.
const MIN_SCANNED_BYTES: usize = 512;

/// How blocks are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Means {
    /// The instruction set.
    isa: Isa,
    /// Shortest block that is read in two passes.
    scan_from: usize,
}

impl Means {
    /// The best of this machine.
    fn best() -> Self {
        Self { isa: Isa::best(), scan_from: MIN_SCANNED_BYTES }
    }

    /// All there are, the plain parser alone first.
    #[cfg(any(test, fuzzing))]
    pub fn all() -> Vec<Self> {
        let plain = Self { scan_from: usize::MAX, ..Self::best() };
        std::iter::once(plain).chain(Isa::available().map(|isa| Self { isa, scan_from: 0 })).collect()
    }
}

impl TextParser {
    /// A parser for one object.
    pub fn new(hints: FormatHints) -> Self {
        Self::with(hints, Means::best())
    }

    /// A parser for messages that are records.
    pub(super) fn for_messages(hints: FormatHints) -> Self {
        Self { may_be_table: false, ..Self::new(hints) }
    }

    /// A parser by given means.
    pub(super) fn with(hints: FormatHints, means: Means) -> Self {
        Self {
            hints,
            state: State::Undecided,
            line: 0,
            saw_records: false,
            may_be_table: true,
            turns: 0,
            means,
            marks: None,
            last_header: None,
            fast: None,
            is_prepared: false,
        }
    }

    /// Begins another object.
    pub fn begin(&mut self, hints: FormatHints) {
        self.hints = hints;
        self.take_for(State::Undecided);
        self.turns = 0;
        self.line = 0;
        self.saw_records = false;
    }

    /// Lines read of the object.
    pub fn lines(&self) -> u64 {
        self.line
    }

    /// How often lines of the object were taken for something else than those before them: once for a log with a header, or
    /// with the same header several times.
    pub fn turns(&self) -> u64 {
        self.turns
    }

    fn take_for(&mut self, state: State) {
        let is_same = match (&self.state, &state) {
            (State::Records(known), State::Records(format)) => known == format,
            _ => false,
        };
        self.turns += u64::from(!is_same);
        self.state = state;
        self.is_prepared = false;
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
            if rest.len() >= self.means.scan_from && matches!(self.state, State::Records(_)) {
                let read = self.scanned_lines(rest, sink)?;
                rest = &rest[read..];
                if read > 0 {
                    continue;
                }
            }
            let end = memchr::memchr(b'\n', rest);
            let line = &rest[..end.unwrap_or(rest.len())];
            rest = end.map_or(&[], |end| &rest[end + 1..]);
            if line.len() > MAX_LINE_BYTES {
                self.overlong_line(sink);
                continue;
            }
            self.line += 1;
            match &mut self.state {
                State::Table(table) => table.line(line, end.is_some(), self.line, sink)?,
                _ => self.line(line, sink)?,
            }
        }
        Ok(())
    }

    /// Ends the object: what was begun and is not ended counts as it is.
    ///
    /// # Errors
    /// As [`TextParser::feed`].
    pub fn finish(&mut self, sink: &mut impl RecordSink) -> Result<(), ObjectError> {
        match &mut self.state {
            State::Table(table) => table.finish(sink),
            State::Undecided | State::Records(_) | State::Foreign => Ok(()),
        }
    }

    /// Reads the whole lines among the first bytes of a block by two passes, up to a line that changes what the lines are
    /// taken for. Returns the bytes read; 0 if no line ends there.
    fn scanned_lines(&mut self, block: &[u8], sink: &mut impl RecordSink) -> Result<usize, ObjectError> {
        let Some(mut fast) = self.prepared(sink) else { return Ok(0) };
        let mut marks = self.marks.take().unwrap_or_default();
        marks.mark(&block[..block.len().min(SCAN_BYTES)], self.means.isa);
        let isa = self.means.isa;
        let outcome = isa.run(MarkedLines { parser: self, block, marks: &marks, fast: &mut fast, sink });
        self.marks = Some(marks);
        self.fast = Some(fast);
        outcome
    }

    fn prepared(&mut self, sink: &impl RecordSink) -> Option<FastRows> {
        let State::Records(format) = &self.state else { return None };
        let mut fast = match self.fast.take() {
            Some(fast) if self.is_prepared || fast.fits(format) => fast,
            _ => FastRows::new(format, sink.numbering())?,
        };
        fast.keep_up(sink.numbering());
        self.is_prepared = true;
        Some(fast)
    }

    /// Notes a line longer than [`MAX_LINE_BYTES`].
    pub fn overlong_line(&mut self, sink: &mut impl RecordSink) {
        self.line += 1;
        match &mut self.state {
            State::Foreign => return,
            State::Table(table) => table.give_up_row(),
            State::Undecided | State::Records(_) => {}
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
        if let Some((header, format)) = &self.last_header
            && header == line
        {
            sink.format(format);
            self.take_for(State::Records(Arc::clone(format)));
            return Ok(());
        }
        if let Some(format) = LineFormat::of_header(line) {
            return self.header(line, format, sink);
        }
        if matches!(self.state, State::Foreign) {
            return Ok(());
        }
        if self.may_be_table
            && matches!(self.state, State::Undecided)
            && let Some(table) = CsvLog::of_header(line, &self.hints)
        {
            let table = table?;
            table.announce(sink);
            self.take_for(State::Table(Box::new(table)));
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
                ObjectError::UnknownFormat {
                    line: self.line,
                    text: shortened(line.trim_ascii(), SHOWN_LINE_CHARS),
                    described: self.hints.described.len(),
                }
            } else {
                ObjectError::Unrecognised {
                    what: "not a flow log: its first line is neither a header nor a record",
                }
            });
        };
        format.check()?;
        sink.format(&format);
        self.take_for(State::Records(Arc::new(format)));
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
        let format = Arc::new(format);
        self.last_header = Some((line.to_vec(), Arc::clone(&format)));
        self.take_for(State::Records(format));
        Ok(())
    }

    /// The header of another kind of log: the end of the object, or of what counts until the next header.
    fn foreign(&mut self, kind: &'static str) -> Result<(), ObjectError> {
        if self.saw_records {
            self.take_for(State::Foreign);
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

/// The second pass over a block.
struct MarkedLines<'w, S> {
    parser: &'w mut TextParser,
    block: &'w [u8],
    marks: &'w Marks,
    fast: &'w mut FastRows,
    sink: &'w mut S,
}

impl<S: RecordSink> Work for MarkedLines<'_, S> {
    type Outcome = Result<usize, ObjectError>;

    #[expect(clippy::inline_always, reason = "so that it is compiled for each instruction set")]
    #[inline(always)]
    fn run<K: Kernel>(self) -> Self::Outcome {
        let Self { parser, block, marks, fast, sink } = self;
        let mut unusual = marks.unusual().iter().map(|offset| *offset as usize).peekable();
        let mut next_unusual = unusual.next().unwrap_or(usize::MAX);
        let mut read = 0;
        for tokens in marks.lines().windows(2) {
            let (first, behind) = (tokens[0] as usize, tokens[1] as usize);
            let start = read;
            read = marks.start(behind);
            parser.line += 1;
            // What is scanned next comes into the cache while these lines are worked on.
            prefetch(block.get(start + SCAN_BYTES..read + SCAN_BYTES).unwrap_or_default());
            if next_unusual >= read
                && let Some(starts) = marks.starts_from(first)
                && let Some(lead) = fast.lead(Line { block, starts }, behind.wrapping_sub(first))
                && let Some(starts) = marks.starts_from(first.wrapping_add(lead))
                && fast.row::<K, S>(Line { block, starts }, sink).is_some()
            {
                parser.saw_records = true;
                continue;
            }
            while next_unusual < read {
                next_unusual = unusual.next().unwrap_or(usize::MAX);
            }
            parser.line(&block[start..read - 1], sink)?;
            if !parser.is_prepared {
                break;
            }
            fast.keep_up(sink.numbering());
        }
        Ok(read)
    }
}

/// How much of a wrong value is shown.
const SHOWN_VALUE_CHARS: usize = 40;

/// How much of a line is shown.
const SHOWN_LINE_CHARS: usize = 100;

/// The beginning of a text, fit to be shown.
fn shortened(text: &[u8], most: usize) -> String {
    String::from_utf8_lossy(text).chars().take(most).collect()
}

/// The fault of a wrong value.
pub(super) fn fault(error: RowError, value: &[u8]) -> Malformed {
    Malformed {
        field: Some(column_name(error.column)),
        reason: MalformedReason::Value {
            value: shortened(value, SHOWN_VALUE_CHARS),
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
