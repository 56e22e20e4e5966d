//! Gzip objects that are at hand as a whole: member after member is inflated at once and parsed.

use std::io::Read;

use super::magic::{Magic, tell};
use super::stream::{self, Lines};
use super::{ByteCounter, Content, Reader, damaged, members};
use crate::parse::{FormatHints, MAX_LINE_BYTES, ObjectError, RecordSink};

/// Stored bytes from which on a thread of its own for unpacking pays.
const RUNS_AHEAD_FROM_BYTES: usize = 1 << 20;

impl Reader {
    /// Reads the first `length` bytes of `self.stored`. What is not lines of text, and all that is damaged or too large, is left to a decoder that streams:
    /// it gives the rows before the damage and says where that is.
    pub(super) fn read_members(
        &mut self,
        length: usize,
        counter: &ByteCounter,
        hints: &FormatHints,
        sink: &mut impl RecordSink,
    ) -> Result<Content, ObjectError> {
        if self.inflated.is_empty() {
            // Untouched pages of it cost nothing.
            self.inflated = vec![0; MAX_LINE_BYTES + self.inflated_bytes];
        }
        let stored = &self.stored[..length];
        let (mut at, mut carried) = (0, 0);
        while at < stored.len() {
            let room = &mut self.inflated[carried..];
            let Some(member) =
                self.inflater.as_mut().and_then(|inflater| inflater.member(&stored[at..], room))
            else {
                break;
            };
            let filled = carried + member.inflated;
            let behind = &stored[at + member.stored..];
            let used = member.stored + members::line_ends(behind);
            let is_last = at + used == stored.len();
            if at == 0 && tell(&self.inflated[..filled], is_last) != Some(Magic::Other) {
                break;
            }
            at += used;
            counter.add(used as u64);
            let text = &self.inflated[..filled];
            let whole = if is_last { filled } else { memchr::memrchr(b'\n', text).map_or(0, |end| end + 1) };
            self.parser.feed(&text[..whole], sink)?;
            self.inflated.copy_within(whole..filled, 0);
            carried = filled - whole;
            if carried > MAX_LINE_BYTES {
                break;
            }
        }
        let rest = &stored[at..];
        if rest.is_empty() && carried == 0 {
            return self.parser.finish(sink).map(|()| Content::Lines);
        }
        if at == 0 {
            let lines = Lines {
                parser: &mut self.parser,
                block: &mut self.block,
                runs_ahead: self.may_run_ahead && rest.len() > RUNS_AHEAD_FROM_BYTES,
            };
            return stream::read(rest, counter, hints, lines, sink);
        }
        let begun = &self.inflated[..carried];
        let unpacked = begun.chain(stream::members(rest, counter));
        let lines = Lines { parser: &mut self.parser, block: &mut self.block, runs_ahead: false };
        lines.parse(unpacked, sink, |error| damaged(counter, error)).map(|()| Content::Lines)
    }
}
