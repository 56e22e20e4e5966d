//! Stage 2: objects become blocks of lines. The codec is chosen by magic bytes; a name is never trusted.

mod counting;
mod inflate;
mod magic;
mod stream;
#[cfg(test)]
mod tests;
mod whole;

pub use counting::ByteCounter;

use std::io::{self, Read};

use crate::parse::text::TextParser;
use crate::parse::{FormatHints, ObjectError, RecordSink};
use inflate::Inflater;
use magic::{Magic, tell};

/// Bytes an object may inflate to; past it the object fails with what was read before. A delivered object is at most
/// 75 MB packed, so this leaves a ratio of 900.
pub const MAX_INFLATED_BYTES: u64 = 64 << 30;

/// How many layers of packing are undone: a subscription payload may be packed once by the sender and once by the
/// delivery stream.
pub const MAX_PACKING_DEPTH: usize = 3;

/// Bytes of a stored gzip object that is kept whole; a larger one is inflated as it is read.
pub const MAX_WHOLE_STORED_BYTES: u64 = 16 << 20;

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
    /// The beginning of the stored object, or all of it.
    stored: Vec<u8>,
    /// Bytes for blocks of lines.
    block: Vec<u8>,
    /// Bytes for whole members: a line's beginning, then what a member inflates to.
    inflated: Vec<u8>,
    inflated_bytes: usize,
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
            inflater: Inflater::new(),
        }
    }

    /// Reads one object's records into `sink`.
    ///
    /// # Errors
    /// When the object is damaged, of another kind, or has an unknown format; the sink keeps what came before.
    pub fn read(
        &mut self,
        mut input: impl Read,
        counter: &ByteCounter,
        hints: &FormatHints,
        sink: &mut impl RecordSink,
    ) -> Result<Content, ObjectError> {
        self.stored.clear();
        let unreadable = |error: io::Error| damaged(counter, &error);
        let mut ended = self.take(&mut input, FIRST_BYTES as u64).map_err(unreadable)?;
        let magic = tell(&self.stored, ended);
        self.parser.begin(hints.clone());
        if magic == Some(Magic::Gzip) && !ended {
            ended = self.take(&mut input, MAX_WHOLE_STORED_BYTES).map_err(unreadable)?;
        }
        match magic {
            Some(Magic::Parquet) => Ok(Content::Parquet),
            Some(Magic::Other) if ended => {
                counter.add(self.stored.len() as u64);
                self.parser.feed(&self.stored, sink).map(|()| Content::Lines)
            }
            Some(Magic::Gzip) if ended => self.read_members(counter, hints, sink),
            _ => {
                let input = self.stored.as_slice().chain(input);
                stream::read(input, counter, hints, &mut self.parser, &mut self.block, sink)
            }
        }
    }

    /// Takes more of an object, up to so many bytes in all; whether it ended. An error after some bytes comes again when the
    /// rest is read.
    fn take(&mut self, input: &mut impl Read, most: u64) -> io::Result<bool> {
        let wanted = most - self.stored.len() as u64;
        match input.take(wanted).read_to_end(&mut self.stored) {
            Ok(count) => Ok((count as u64) < wanted),
            Err(error) if self.stored.is_empty() => Err(error),
            Err(_) => Ok(false),
        }
    }
}

/// A damage with its place: the offset in the stored object up to which bytes were used.
fn damaged(counter: &ByteCounter, error: &dyn std::fmt::Display) -> ObjectError {
    ObjectError::Damaged(format!(
        "damaged or cut short at byte offset {} of the stored object ({error}); the records before that are counted",
        counter.bytes()
    ))
}
