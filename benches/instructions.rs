//! `flowtoll-instructions CASE RECORDS BYTES FILE...`: takes objects through one stretch of the way of the data, once, and stops
//! unless it finds so many records and bytes. `instructions.py` runs it under callgrind.
//!
//! It is built without default features, as only the library is asked here; so it is a program of its own, not a bench.

#![expect(clippy::disallowed_methods, reason = "a program of its own: it owns its arguments")]

mod inputs {
    pub mod count;
}

use flowtoll::aggregate::Partial;
use flowtoll::classify::atlas::Atlas;
use flowtoll::classify::ip_ranges::IpRanges;
use flowtoll::classify::sink::{Classifier, Window};
use flowtoll::inventory;
use flowtoll::parse::text::TextParser;
use flowtoll::parse::{FormatHints, RecordSink};
use flowtoll::read::{ByteCounter, Content, Reader};

use inputs::count::Count;

/// Lines that are in memory become records of `sink`.
fn parse(objects: &[Vec<u8>], sink: &mut impl RecordSink) {
    let mut parser = TextParser::new(FormatHints::default());
    for object in objects {
        parser.begin(FormatHints::default());
        parser.feed(object, sink).expect("every object is a flow log");
    }
}

/// Objects as stored become records of `sink`.
fn read(objects: &[Vec<u8>], sink: &mut impl RecordSink) {
    let mut reader = Reader::new(1);
    for object in objects {
        let counter = ByteCounter::default();
        let content = reader.read(object.as_slice(), &counter, &FormatHints::default(), sink);
        assert_eq!(content, Ok(Content::Lines));
    }
}

fn counted(take: impl FnOnce(&mut Count)) -> (u64, u128) {
    let mut count = Count::default();
    take(&mut count);
    (count.records + count.malformed, count.bytes)
}

/// Without an inventory: what it knows changes the atlas, not the way of a record through it.
fn totalled(take: impl FnOnce(&mut Classifier<'_>)) -> (u64, u128) {
    let atlas = Atlas::new(&IpRanges::embedded(), &inventory::load([]));
    let mut classifier = Classifier::new(&atlas, Window::default(), Partial::new());
    take(&mut classifier);
    let mut partial = classifier.into_partial();
    partial.close();
    (partial.counts.records(), partial.counts.bytes_total)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [case, records, bytes, files @ ..] = arguments.as_slice() else {
        panic!("CASE RECORDS BYTES FILE... are needed")
    };
    let objects: Vec<Vec<u8>> =
        files.iter().map(|file| std::fs::read(file).expect("the object can be read")).collect();
    let found = match case.as_str() {
        "parse" => counted(|sink| parse(&objects, sink)),
        "read" => counted(|sink| read(&objects, sink)),
        "total" => totalled(|sink| parse(&objects, sink)),
        _ => panic!("`{case}` is no case: parse, read or total"),
    };
    assert_eq!(Ok(found.0), records.parse(), "records");
    assert_eq!(Ok(found.1), bytes.parse(), "bytes");
}
