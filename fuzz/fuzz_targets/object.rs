//! No object, however packed or wrapped, panics, hangs or fills memory; read again by the same reader it is the same.

#![no_main]

use flowtoll::parse::FormatHints;
use flowtoll::parse::recorder::Recorder;
use flowtoll::read::{ByteCounter, Reader};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (mut reader, mut sink) = (Reader::new(1), Recorder::default());
    let mut once = || {
        sink.events.clear();
        let outcome = reader.read(bytes, &ByteCounter::default(), &FormatHints::default(), &mut sink);
        (format!("{outcome:?}"), sink.events.clone())
    };
    assert_eq!(once(), once());
});
