//! Blocks cut at line ends: the tail of one is carried into the next.

use std::io::{self, BufRead};

use crate::parse::text::TextParser;
use crate::parse::{FormatHints, MAX_LINE_BYTES, ObjectError, RecordSink};

/// Bytes parsed at a time.
const BLOCK_BYTES: usize = 1 << 18;

/// Feeds all lines of `stream` to a text parser. A line that the stream breaks off in is dropped, unless the stream
/// simply ends there.
pub(super) fn parse_lines(
    mut stream: impl BufRead,
    hints: FormatHints,
    sink: &mut impl RecordSink,
    damaged: impl Fn(&dyn std::fmt::Display) -> ObjectError,
) -> Result<(), ObjectError> {
    let mut parser = TextParser::new(hints);
    let mut block = vec![0; BLOCK_BYTES];
    let mut filled = 0;
    let mut skipping_overlong_line = false;
    loop {
        let outcome = fill(&mut stream, &mut block, &mut filled);
        if skipping_overlong_line {
            let Some(end) = memchr::memchr(b'\n', &block[..filled]) else {
                filled = 0;
                match outcome {
                    Ok(true) => continue,
                    Ok(false) => return Ok(()),
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
            Ok(false) => return parser.feed(&block[..filled], sink),
            Err(error) => return Err(damaged(&error)),
        }
        if filled > MAX_LINE_BYTES {
            parser.overlong_line(sink);
            filled = 0;
            skipping_overlong_line = true;
        }
    }
}

/// Fills the rest of the block; `false` at the end of the stream. On an error the bytes before it are in the block.
fn fill(stream: &mut impl BufRead, block: &mut [u8], filled: &mut usize) -> io::Result<bool> {
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
