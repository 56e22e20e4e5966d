//! Messages that hold records, gathered to blocks of lines for the text parser, which is fast with blocks only.

use super::text::TextParser;
use super::{FormatHints, ObjectError, RecordSink};

/// Bytes of messages that are parsed at a time.
const BLOCK_BYTES: usize = 1 << 18;

/// Records that come one by one.
#[derive(Debug)]
pub(super) struct Messages {
    parser: TextParser,
    /// Whole lines.
    block: Vec<u8>,
}

impl Messages {
    pub fn new(hints: FormatHints) -> Self {
        Self { parser: TextParser::for_messages(hints), block: Vec::new() }
    }

    /// Adds a message: a record as a rule, or several lines. One line of it is one line of the log.
    ///
    /// # Errors
    /// As [`TextParser::feed`], perhaps for a message before this one.
    pub fn add(&mut self, message: &[u8], sink: &mut impl RecordSink) -> Result<(), ObjectError> {
        let end = message.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
        if end == 0 {
            return Ok(());
        }
        self.block.extend_from_slice(&message[..end]);
        self.block.push(b'\n');
        if self.block.len() < BLOCK_BYTES { Ok(()) } else { self.flush(sink) }
    }

    /// Parses what was added.
    ///
    /// # Errors
    /// As [`TextParser::feed`].
    pub fn flush(&mut self, sink: &mut impl RecordSink) -> Result<(), ObjectError> {
        let outcome = self.parser.feed(&self.block, sink);
        self.block.clear();
        outcome
    }
}
