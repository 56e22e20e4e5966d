//! Large text objects in parts, so that several workers can read one.
//!
//! Only a log that is not packed and begins with a header is split. Whoever reads a part takes all of it for records of that
//! header; if a part turns out to hold another header, or anything that ends the reading, the object must be read again in
//! one go.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::magic::{Magic, tell};
use super::stream::Lines;
use super::{ByteCounter, FIRST_BYTES, Reader, damaged};
use crate::parse::format::LineFormat;
use crate::parse::{FormatHints, MAX_LINE_BYTES, ObjectError, RecordSink, foreign};

/// How an object is split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The header line, with its end.
    pub header: Vec<u8>,
    /// The parts: whole lines, one behind the other.
    pub parts: Vec<Range<u64>>,
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Lines in it.
    pub lines: u64,
    /// Whether all of it was taken for records of the header.
    pub is_plain: bool,
}

/// Splits an object of `size` bytes into parts of about `part_bytes`; `None` if it must be read in one go.
///
/// # Errors
/// When it cannot be read.
pub fn split(mut object: impl Read + Seek, size: u64, part_bytes: u64) -> io::Result<Option<Split>> {
    let mut start = Vec::new();
    object.by_ref().take(FIRST_BYTES as u64).read_to_end(&mut start)?;
    if tell(&start, false) != Some(Magic::Other) {
        return Ok(None);
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let Some(end) = memchr::memchr(b'\n', text) else { return Ok(None) };
    let header = &text[..=end];
    let line = &text[..end];
    let is_log = LineFormat::of_header(line).is_some_and(|format| format.check().is_ok());
    if !is_log || foreign::of_line(line).is_some() {
        return Ok(None);
    }
    let mut split = Split { header: header.to_vec(), parts: Vec::new() };
    let mut from = 0;
    while from < size {
        let mut to = size;
        if size - from > part_bytes + part_bytes / 2 {
            match line_end(&mut object, from + part_bytes)? {
                Some(end) => to = end,
                None => return Ok(None),
            }
        }
        split.parts.push(from..to);
        from = to;
    }
    Ok((split.parts.len() > 1).then_some(split))
}

/// The offset behind the first line end at or after `offset`; `None` if it is further away than any record is long.
fn line_end(object: &mut (impl Read + Seek), offset: u64) -> io::Result<Option<u64>> {
    object.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    object.by_ref().take(MAX_LINE_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(memchr::memchr(b'\n', &bytes).map(|end| offset + end as u64 + 1))
}

impl Reader {
    /// Reads part `number` of a split object into a sink of its own; `input` gives just that part.
    ///
    /// # Errors
    /// When it cannot be read, or ends the reading of the object.
    pub fn read_part(
        &mut self,
        split: &Split,
        number: usize,
        input: impl Read,
        hints: &FormatHints,
        sink: &mut impl RecordSink,
    ) -> Result<Part, ObjectError> {
        self.parser.begin(hints.clone());
        if number > 0 {
            self.parser.feed(&split.header, sink)?;
        }
        let before = self.parser.lines();
        let counter = ByteCounter::default();
        let lines = Lines { parser: &mut self.parser, block: &mut self.block, runs_ahead: false };
        lines.parse(input, sink, |error| damaged(&counter, error))?;
        Ok(Part { lines: self.parser.lines() - before, is_plain: self.parser.turns() == 1 })
    }
}
