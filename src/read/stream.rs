//! Objects that are unpacked and parsed as they come, in blocks cut at line ends: the tail of one is carried into the next.

use std::io::{self, BufRead, BufReader, Read};

use super::ahead::Ahead;
use super::counting::{CountingReader, LimitedReader};
use super::magic::{Magic, peek};
use super::members::Members;
use super::{ByteCounter, Content, MAX_INFLATED_BYTES, MAX_PACKING_DEPTH, damaged};
use crate::parse::text::TextParser;
use crate::parse::{FormatHints, MAX_LINE_BYTES, ObjectError, RecordSink, json};

/// Bytes parsed at a time.
const BLOCK_BYTES: usize = 1 << 18;
/// Bytes buffered in front of a decoder.
const READ_BUFFER_BYTES: usize = 1 << 17;

/// A boxed stream under a decoder.
type Stream<'r> = Box<dyn BufRead + Send + 'r>;

/// Where lines go.
pub(super) struct Lines<'p> {
    pub parser: &'p mut TextParser,
    /// Room for a block of them.
    pub block: &'p mut Vec<u8>,
    /// Whether unpacking may run ahead of parsing, on a thread of its own.
    pub runs_ahead: bool,
}

/// Reads one object's records into `sink`, unpacking it as it comes.
pub(super) fn read<'r>(
    input: impl Read + Send + 'r,
    counter: &'r ByteCounter,
    hints: &FormatHints,
    lines: Lines<'_>,
    sink: &mut impl RecordSink,
) -> Result<Content, ObjectError> {
    let raw = CountingReader::new(BufReader::with_capacity(READ_BUFFER_BYTES, input), counter);
    let mut stream: Stream<'r> = Box::new(raw);
    let mut depth = 0;
    loop {
        let (magic, content) = peek(stream).map_err(|error| damaged(counter, &error))?;
        let unpacked: Box<dyn Read + Send + 'r> = match magic {
            Magic::Gzip => Box::new(Members::new(content)),
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
                let is_packed = depth > 0;
                let damaged = |error: &dyn std::fmt::Display| damaged(counter, error);
                let outcome = if is_packed && lines.runs_ahead {
                    lines.parse_ahead(content, sink, damaged)
                } else {
                    lines.parse(content, sink, damaged)
                };
                return outcome.map(|()| Content::Lines);
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

/// What the gzip members of `stored` inflate to.
pub(super) fn members<'r>(stored: &'r [u8], counter: &'r ByteCounter) -> impl Read + 'r {
    LimitedReader::new(Members::new(CountingReader::new(stored, counter)), MAX_INFLATED_BYTES)
}

fn with_offset(error: ObjectError, counter: &ByteCounter) -> ObjectError {
    match error {
        ObjectError::Damaged(reason) => damaged(counter, &reason),
        other => other,
    }
}

impl Lines<'_> {
    /// Feeds all lines of `stream` to the parser. A line that the stream breaks off in is dropped, unless the stream simply
    /// ends there.
    pub(super) fn parse(
        self,
        mut stream: impl Read,
        sink: &mut impl RecordSink,
        damaged: impl Fn(&dyn std::fmt::Display) -> ObjectError,
    ) -> Result<(), ObjectError> {
        let Self { parser, block, .. } = self;
        block.resize(BLOCK_BYTES, 0);
        let mut filled = 0;
        let mut skipping_overlong_line = false;
        loop {
            let outcome = fill(&mut stream, block, &mut filled);
            if skipping_overlong_line {
                let Some(end) = memchr::memchr(b'\n', &block[..filled]) else {
                    filled = 0;
                    match outcome {
                        Ok(true) => continue,
                        Ok(false) => return parser.finish(sink),
                        Err(error) => return Err(damaged(&error)),
                    }
                };
                block.copy_within(end + 1..filled, 0);
                filled -= end + 1;
                skipping_overlong_line = false;
            }
            let whole = memchr::memrchr(b'\n', &block[..filled]).map_or(0, |end| end + 1);
            parser.feed(&block[..whole], sink)?;
            block.copy_within(whole..filled, 0);
            filled -= whole;
            match outcome {
                Ok(true) => {}
                Ok(false) => {
                    parser.feed(&block[..filled], sink)?;
                    return parser.finish(sink);
                }
                Err(error) => return Err(damaged(&error)),
            }
            if filled > MAX_LINE_BYTES {
                parser.overlong_line(sink);
                filled = 0;
                skipping_overlong_line = true;
            }
        }
    }

    /// The same, with a thread of its own that reads the stream.
    fn parse_ahead(
        self,
        stream: impl Read + Send,
        sink: &mut impl RecordSink,
        damaged: impl Fn(&dyn std::fmt::Display) -> ObjectError,
    ) -> Result<(), ObjectError> {
        std::thread::scope(|scope| {
            let ahead = Ahead::start(stream, scope);
            self.parse(ahead, sink, damaged)
        })
    }
}

/// Fills the rest of the block; `false` at the end of the stream. On an error the bytes before it are in the block.
fn fill(stream: &mut impl Read, block: &mut [u8], filled: &mut usize) -> io::Result<bool> {
    while *filled < block.len() {
        match stream.read(&mut block[*filled..]) {
            Ok(0) => return Ok(false),
            Ok(count) => *filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
