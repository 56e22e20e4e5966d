//! The cells of one row, unquoted by the csv crate's core.

use csv_core::{ReadRecordResult, Reader};

use super::super::MAX_LINE_BYTES;
use super::super::format::MAX_COLUMNS;

/// The row at hand.
pub(super) struct Cells {
    reader: Reader,
    /// Cells one behind the other, then room.
    text: Vec<u8>,
    text_length: usize,
    /// Where each cell ends.
    ends: Vec<usize>,
    known_ends: usize,
    /// Cells that had no place among the ends.
    surplus: usize,
    /// Whether a row has begun that its line did not end.
    pub is_open: bool,
    /// Whether the row is longer than a line may be.
    pub is_too_long: bool,
}

impl std::fmt::Debug for Cells {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Cells").field("count", &self.count()).finish_non_exhaustive()
    }
}

impl Default for Cells {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            text: vec![0; MAX_LINE_BYTES + 1],
            text_length: 0,
            ends: vec![0; MAX_COLUMNS],
            known_ends: 0,
            surplus: 0,
            is_open: false,
            is_too_long: false,
        }
    }
}

impl Cells {
    /// Reads a piece of a row, up to its end or that of the piece; an empty piece is the end of all. Returns whether the row
    /// is whole, and the bytes used.
    pub fn read(&mut self, piece: &[u8]) -> (bool, usize) {
        let mut used = 0;
        loop {
            let (result, read, written, ends) = self.reader.read_record(
                &piece[used..],
                &mut self.text[self.text_length..],
                &mut self.ends[self.known_ends..],
            );
            used += read;
            self.text_length += written;
            self.known_ends += ends;
            match result {
                ReadRecordResult::Record => {
                    self.is_open = false;
                    return (true, used);
                }
                ReadRecordResult::OutputFull => {
                    self.is_too_long = true;
                    self.text_length = 0;
                }
                ReadRecordResult::OutputEndsFull => {
                    self.surplus += self.known_ends;
                    self.known_ends = 0;
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
            // To the reader, nothing more to read is the end of all.
            if used == piece.len() && result != ReadRecordResult::OutputEndsFull
                || result == ReadRecordResult::End
            {
                self.is_open |= piece.iter().any(|byte| !matches!(byte, b'\n' | b'\r'));
                return (false, used);
            }
        }
    }

    /// Reads a line that is a row of its own; `false` if it is not, or has more columns than are read.
    pub fn read_line(&mut self, line: &[u8]) -> bool {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_row = !line.is_empty() && self.read(line) == (false, line.len()) && self.read(b"\n").0;
        is_row && !self.is_too_long && self.surplus == 0
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.surplus + self.known_ends
    }

    /// Whether there is one only, of white space.
    pub fn is_blank(&self) -> bool {
        self.count() == 1 && self.get(0).trim_ascii().is_empty()
    }

    /// One of them.
    pub fn get(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..self.ends[place]).unwrap_or_default()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.known_ends).map(|place| self.get(place))
    }

    /// Makes room for another row.
    pub fn clear(&mut self) {
        self.text_length = 0;
        self.known_ends = 0;
        self.surplus = 0;
        self.is_too_long = false;
    }

    /// Forgets a row in the middle of it.
    pub fn begin_anew(&mut self) {
        self.clear();
        self.is_open = false;
        self.reader.reset();
    }
}
