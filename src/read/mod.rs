//! Stage 2: objects become blocks of lines. The codec is chosen by magic bytes; a name is never trusted.

mod blocks;
mod counting;
mod magic;
#[cfg(test)]
mod tests;

pub use counting::ByteCounter;

use std::io::{BufRead, BufReader, Read};

use crate::parse::{FormatHints, ObjectError, RecordSink, json};
use counting::{CountingReader, LimitedReader};
use magic::{Magic, peek};

/// Bytes an object may inflate to; past it the object fails with what was read before. A delivered object is at most
/// 75 MB packed, so this leaves a ratio of 900.
pub const MAX_INFLATED_BYTES: u64 = 64 << 30;

/// How many layers of packing are undone: a subscription payload may be packed once by the sender and once by the
/// delivery stream.
pub const MAX_PACKING_DEPTH: usize = 3;

/// Bytes buffered in front of a decoder.
const READ_BUFFER_BYTES: usize = 1 << 17;

/// What an object turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Text or JSON: read to the end.
    Lines,
    /// Parquet, which must be read at any place; nothing was consumed that counts.
    Parquet,
}

/// A boxed stream under a decoder.
type Stream<'r> = Box<dyn BufRead + 'r>;

/// Reads one object's records into `sink`.
///
/// # Errors
/// When the object is damaged, of another kind, or has an unknown format; the sink keeps what came before.
pub fn read<'r>(
    input: impl Read + 'r,
    counter: &'r ByteCounter,
    hints: &FormatHints,
    sink: &mut impl RecordSink,
) -> Result<Content, ObjectError> {
    let raw = CountingReader::new(BufReader::with_capacity(READ_BUFFER_BYTES, input), counter);
    let mut stream: Stream<'r> = Box::new(raw);
    let mut depth = 0;
    loop {
        let (magic, content) = peek(stream).map_err(|error| damaged(counter, &error))?;
        let unpacked: Box<dyn Read + 'r> = match magic {
            Magic::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(content)),
            Magic::Zstd => match zstd::Decoder::with_buffer(content) {
                Ok(decoder) => Box::new(decoder),
                Err(error) => return Err(damaged(counter, &error)),
            },
            Magic::Snappy => Box::new(snap::read::FrameDecoder::new(content)),
            Magic::Parquet if depth == 0 => return Ok(Content::Parquet),
            Magic::Parquet => {
                return Err(ObjectError::Unrecognised { what: "a packed Parquet file: unpack it" });
            }
            Magic::Json => {
                return json::parse(content, hints.clone(), sink)
                    .map_err(|error| with_offset(error, counter))
                    .map(|()| Content::Lines);
            }
            Magic::Other => {
                return blocks::parse_lines(content, hints.clone(), sink, |error| damaged(counter, error))
                    .map(|()| Content::Lines);
            }
        };
        depth += 1;
        if depth > MAX_PACKING_DEPTH {
            return Err(ObjectError::Damaged(format!(
                "packed more than {MAX_PACKING_DEPTH} times (limit MAX_PACKING_DEPTH)"
            )));
        }
        let limited = LimitedReader::new(unpacked, MAX_INFLATED_BYTES);
        stream = Box::new(BufReader::with_capacity(READ_BUFFER_BYTES, limited));
    }
}

/// A damage with its place: the offset in the stored object up to which bytes were used.
fn damaged(counter: &ByteCounter, error: &dyn std::fmt::Display) -> ObjectError {
    ObjectError::Damaged(format!(
        "damaged or cut short at byte offset {} of the stored object ({error}); the records before that are counted",
        counter.bytes()
    ))
}

fn with_offset(error: ObjectError, counter: &ByteCounter) -> ObjectError {
    match error {
        ObjectError::Damaged(reason) => damaged(counter, &reason),
        other => other,
    }
}
