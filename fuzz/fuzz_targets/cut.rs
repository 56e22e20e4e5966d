//! Where an object is cut into reads changes nothing.

#![no_main]

use std::io::{self, Read};

use flowtoll::parse::FormatHints;
use flowtoll::parse::recorder::Recorder;
use flowtoll::read::{ByteCounter, Reader};

/// Gives a few bytes at a time: as many as the next of `counts` says, again and again.
struct Dribble<'b> {
    bytes: &'b [u8],
    counts: &'b [u8],
    turn: usize,
}

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = usize::from(self.counts[self.turn % self.counts.len()]) + 1;
        self.turn += 1;
        let count = count.min(buffer.len());
        self.bytes.read(&mut buffer[..count])
    }
}

libfuzzer_sys::fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    let (mut counts, bytes) = input;
    counts.push(255);
    let mut whole = Recorder::default();
    let of_whole = Reader::new(1).read(&*bytes, &ByteCounter::default(), &FormatHints::default(), &mut whole);
    let mut pieces = Recorder::default();
    let dribble = Dribble { bytes: &bytes, counts: &counts, turn: 0 };
    let of_pieces =
        Reader::new(1).read(dribble, &ByteCounter::default(), &FormatHints::default(), &mut pieces);
    assert_eq!(of_whole.is_ok(), of_pieces.is_ok());
    assert_eq!(whole.events, pieces.events);
});
