//! First pass over a block: where its tokens and lines end.
//!
//! A block is looked at in words of 64 bytes. Each becomes three bit masks ([`super::simd`]), and the masks become lists of
//! offsets. The second pass ([`super::fast`]) then goes from line to line and touches only the tokens it needs.

#![expect(
    clippy::inline_always,
    clippy::cast_possible_truncation,
    reason = "compiled into each instruction set's loop, and measured; lengths and places of a block fit 32 bits"
)]

use super::fast::SHOWN_STARTS;
use super::simd::{Isa, Kernel, OFFSETS_SLACK};

/// Bytes looked at together.
pub(super) const WORD_BYTES: usize = 64;

/// Bytes of the largest block that is scanned at once: its offsets stay in the second-level cache until they are used.
pub(super) const SCAN_BYTES: usize = 1 << 16;

/// Places of a list of offsets: one for each byte, the leading 0, and what may be written or shown behind the last.
const MOST_OFFSETS: usize = SCAN_BYTES + 2 + OFFSETS_SLACK;

const _: () = assert!(OFFSETS_SLACK == WORD_BYTES && SHOWN_STARTS <= OFFSETS_SLACK + 1);

/// Where the tokens and lines of a block lie. The lists are boxes of fixed length with a count apart: a vector would be
/// asked for room at every word.
#[derive(Debug)]
pub(super) struct Marks {
    starts: Box<[u32; MOST_OFFSETS]>,
    start_count: usize,
    lines: Box<[u32; MOST_OFFSETS]>,
    line_count: usize,
    unusual: Vec<u32>,
}

impl Default for Marks {
    fn default() -> Self {
        let zeros = || vec![0; MOST_OFFSETS].into_boxed_slice().try_into().expect("it has this length");
        Self { starts: zeros(), start_count: 0, lines: zeros(), line_count: 0, unusual: Vec::new() }
    }
}

impl Marks {
    /// Offset behind delimiter `number`, counted from 1; 0 for 0. Token `i` is `start(i)..start(i + 1) - 1`.
    pub fn start(&self, number: usize) -> usize {
        self.starts[number] as usize
    }

    /// As many offsets as a line may show, from one of them on.
    #[inline(always)]
    pub fn starts_from(&self, number: usize) -> Option<&[u32; SHOWN_STARTS]> {
        self.starts.get(number..number.wrapping_add(SHOWN_STARTS))?.first_chunk()
    }

    /// For each line, the number of delimiters in front of it, and that of all at the end: line `i` has the tokens
    /// `lines[i]..lines[i + 1]`. What follows the last line end is no line.
    pub fn lines(&self) -> &[u32] {
        &self.lines[..self.line_count]
    }

    /// Offsets of the bytes that make their line unusual, in order: white space other than space and line end, control
    /// characters, and delimiters at the start of a line or behind another delimiter.
    pub fn unusual(&self) -> &[u32] {
        &self.unusual
    }

    /// Marks a block of at most [`SCAN_BYTES`].
    pub fn mark(&mut self, block: &[u8], isa: Isa) {
        isa.mark(block, self);
    }

    /// [`Marks::mark`] with the masks of one instruction set; compiled for each.
    #[inline(always)]
    pub(super) fn mark_with<K: Kernel>(&mut self, block: &[u8]) {
        assert!(block.len() <= SCAN_BYTES, "a block is at most SCAN_BYTES long");
        self.starts[0] = 0;
        self.start_count = 1;
        self.lines[0] = 0;
        self.line_count = 1;
        self.unusual.clear();
        // The first byte of a block is the first of a line.
        let mut after_delimiter = 1;
        let mut offset = 0_u32;
        let (words, rest) = block.as_chunks::<WORD_BYTES>();
        for word in words {
            self.word::<K>(word, offset, &mut after_delimiter);
            offset = offset.wrapping_add(WORD_BYTES as u32);
        }
        if !rest.is_empty() {
            let mut word = [b'x'; WORD_BYTES];
            word[..rest.len()].copy_from_slice(rest);
            self.word::<K>(&word, offset, &mut after_delimiter);
        }
    }

    #[inline(always)]
    fn word<K: Kernel>(&mut self, word: &[u8; WORD_BYTES], offset: u32, after_delimiter: &mut u64) {
        let masks = K::masks(word);
        let unusual = masks.controls | (masks.delimiters & (masks.delimiters << 1 | *after_delimiter));
        *after_delimiter = masks.delimiters >> (WORD_BYTES - 1);
        if unusual != 0 {
            self.note_unusual(unusual, offset);
        }
        // Most words have one line end or none: counting them needs no branch that cannot be foretold.
        let mut line_ends = masks.line_ends;
        loop {
            let lowest = line_ends & line_ends.wrapping_neg();
            // This line end and all delimiters in front of it in the word.
            let upto = masks.delimiters & (lowest | lowest.wrapping_sub(1));
            self.lines[self.line_count] =
                (self.start_count as u32).wrapping_sub(1).wrapping_add(upto.count_ones());
            self.line_count = self.line_count.wrapping_add(usize::from(line_ends != 0));
            line_ends &= line_ends.wrapping_sub(1);
            if line_ends == 0 {
                break;
            }
        }
        let room = self.starts[self.start_count..].first_chunk_mut();
        let room =
            room.expect("a block has no more delimiters than bytes, and the list has more room than that");
        self.start_count =
            self.start_count.wrapping_add(K::offsets(masks.delimiters, offset.wrapping_add(1), room));
    }

    #[cold]
    fn note_unusual(&mut self, mut mask: u64, offset: u32) {
        while mask != 0 {
            self.unusual.push(offset + mask.trailing_zeros());
            mask &= mask - 1;
        }
    }
}
