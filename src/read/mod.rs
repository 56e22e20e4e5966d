//! Stage 2: objects become blocks of lines. The codec is chosen by magic bytes; a name is never trusted.

mod ahead;
mod counting;
pub(crate) mod inflate;
mod magic;
mod members;
mod split;
mod stream;
#[cfg(test)]
mod tests;
mod whole;

pub use counting::ByteCounter;
pub use split::{Part, Split, split};

use std::io::{self, Read};

use crate::parse::text::TextParser;
use crate::parse::{FormatHints, ObjectError, RecordSink};
use inflate::Inflater;
use magic::{Magic, tell};
use stream::Lines;

/// Bytes an object may inflate to; past it the object fails with what was read before. A delivered object is at most
/// 75 MB packed, so this leaves a ratio of 900.
pub const MAX_INFLATED_BYTES: u64 = 64 << 30;

/// How many layers of packing are undone: a subscription payload may be packed once by the sender and once by the
/// delivery stream.
pub const MAX_PACKING_DEPTH: usize = 3;

/// Bytes of a stored gzip object that is kept whole; a larger one is inflated as it is read.
pub const MAX_WHOLE_STORED_BYTES: usize = 16 << 20;

/// Bytes that all workers together may inflate a member at once to; a larger member is inflated in steps.
pub const WHOLE_INFLATED_BYTES: usize = 128 << 20;

/// Bytes of an object that are read before anything is decided.
const FIRST_BYTES: usize = 1 << 18;

/// What an object turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Text or JSON: read to the end.
    Lines,
    /// Parquet, which must be read at any place; nothing was consumed that counts.
    Parquet,
}

/// Reads objects, one after the other, with buffers that are kept.
#[derive(Debug)]
pub struct Reader {
    parser: TextParser,
    /// The beginning of the stored object, or all of it, and what earlier ones left.
    stored: Vec<u8>,
    /// Bytes for blocks of lines.
    block: Vec<u8>,
    /// Bytes for whole members: a line's beginning, then what a member inflates to.
    inflated: Vec<u8>,
    inflated_bytes: usize,
    /// Whether a large object may be unpacked by a thread of its own.
    may_run_ahead: bool,
    inflater: Option<Inflater>,
}

impl Reader {
    /// A reader for one of `workers` workers.
    pub fn new(workers: usize) -> Self {
        Self {
            parser: TextParser::new(FormatHints::default()),
            stored: Vec::new(),
            block: Vec::new(),
            inflated: Vec::new(),
            inflated_bytes: WHOLE_INFLATED_BYTES / workers.max(1),
            may_run_ahead: workers > 1,
            inflater: Inflater::new(),
        }
    }

    /// Reads one object's records into `sink`.
    ///
    /// # Errors
    /// When the object is damaged, of another kind, or has an unknown format; the sink keeps what came before.
    pub fn read(
        &mut self,
        mut input: impl Read + Send,
        counter: &ByteCounter,
        hints: &FormatHints,
        sink: &mut impl RecordSink,
    ) -> Result<Content, ObjectError> {
        let unreadable = |error: io::Error| damaged(counter, &error);
        let (mut filled, mut ended) = self.take(&mut input, 0, FIRST_BYTES).map_err(unreadable)?;
        let magic = tell(&self.stored[..filled], ended);
        self.parser.begin(hints.clone());
        if magic == Some(Magic::Gzip) && !ended {
            (filled, ended) = self.take(&mut input, filled, MAX_WHOLE_STORED_BYTES).map_err(unreadable)?;
        }
        match magic {
            Some(Magic::Parquet) => Ok(Content::Parquet),
            Some(Magic::Other) if ended => {
                counter.add(filled as u64);
                self.parser.feed(&self.stored[..filled], sink)?;
                self.parser.finish(sink).map(|()| Content::Lines)
            }
            Some(Magic::Gzip) if ended => self.read_members(filled, counter, hints, sink),
            _ => {
                let input = self.stored[..filled].chain(input);
                let lines = Lines {
                    parser: &mut self.parser,
                    block: &mut self.block,
                    runs_ahead: self.may_run_ahead && !ended,
                };
                stream::read(input, counter, hints, lines, sink)
            }
        }
    }

    /// Takes more of an object behind the `filled` bytes that are there, up to `most` bytes in all. Returns how many there are
    /// then, and whether the object ended. An error after some bytes comes again when the rest is read.
    fn take(&mut self, input: &mut impl Read, filled: usize, most: usize) -> io::Result<(usize, bool)> {
        let mut filled = filled;
        while filled < most {
            if filled == self.stored.len() {
                self.stored.resize((2 * filled).clamp(FIRST_BYTES, MAX_WHOLE_STORED_BYTES), 0);
            }
            let room = self.stored.len().min(most);
            match input.read(&mut self.stored[filled..room]) {
                Ok(0) => return Ok((filled, true)),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if filled == 0 => return Err(error),
                Err(_) => return Ok((filled, false)),
            }
        }
        Ok((filled, false))
    }
}

/// A damage with its place: the offset in the stored object up to which bytes were used.
fn damaged(counter: &ByteCounter, error: &dyn std::fmt::Display) -> ObjectError {
    ObjectError::Damaged(format!(
        "damaged or cut short at byte offset {} of the stored object ({error}); the records before that are counted",
        counter.bytes()
    ))
}
