//! Packing, damage and limits. Whatever happens to an object, its records are a beginning of the right ones.

mod large;

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{ByteCounter, Content, Reader};
use crate::parse::json::MAX_JSON_VALUE_BYTES;
use crate::parse::tests::{Recorder, V2, v2_record};
use crate::parse::{FormatHints, MAX_LINE_BYTES, ObjectError};

fn read_all(input: impl Read + Send) -> (Recorder, Result<Content, ObjectError>, u64) {
    let mut recorder = Recorder::default();
    let counter = ByteCounter::default();
    let outcome = Reader::new(1).read(input, &counter, &FormatHints::default(), &mut recorder);
    (recorder, outcome, counter.bytes())
}

/// The bytes of each record, in order.
fn sizes(recorder: &Recorder) -> Vec<u64> {
    let size = |record: &&str| {
        let (_, rest) = record.split_once("bytes: Some(").expect("every record here has bytes");
        rest.split(')').next().and_then(|number| number.parse().ok()).expect("a number")
    };
    recorder.records().iter().map(size).collect()
}

/// A log of records of 1, 2, ... `count` bytes.
fn log(count: u64) -> String {
    let records: Vec<String> = (1..=count).map(v2_record).collect();
    format!("{V2}\n{}\n", records.join("\n"))
}

fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_ref()).and_then(|()| encoder.finish()).expect("memory takes it")
}

fn zstd(content: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::encode_all(content.as_ref(), 3).expect("memory takes it")
}

fn snappy(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = snap::write::FrameEncoder::new(Vec::new());
    encoder.write_all(content.as_ref()).expect("memory takes it");
    encoder.into_inner().expect("memory takes it")
}

fn damaged_at(outcome: Result<Content, ObjectError>) -> u64 {
    let Err(ObjectError::Damaged(reason)) = outcome else { panic!("{outcome:?} is no damage") };
    let (_, rest) = reason.split_once("byte offset ").unwrap_or_else(|| panic!("no offset in: {reason}"));
    rest.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{reason}"))
}

/// Gives one byte at a time, as a slow pipe may.
struct Trickle<R>(R);

impl<R: Read> Read for Trickle<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}

fn json(count: u64) -> Vec<u8> {
    let messages: Vec<String> =
        (1..=count).map(|n| format!("{{\"message\":\"{}\"}}", v2_record(n))).collect();
    messages.concat().into_bytes()
}

#[test]
fn every_packing_gives_the_same_records() {
    let plain = log(30).into_bytes();
    let half = plain.iter().position(|byte| *byte == b'\n').expect("lines") + 40;
    let (first, second) = plain.split_at(half);
    let empty: &[u8] = b"";
    let mark = b"\xef\xbb\xbf".as_slice();
    for (name, content) in [
        ("plain", plain.clone()),
        ("no last newline", plain[..plain.len() - 1].to_vec()),
        ("carriage returns", log(30).replace('\n', "\r\n").into_bytes()),
        ("byte order mark", [mark, &plain].concat()),
        ("gzip", gzip(&plain)),
        ("gzip with a byte order mark", gzip([mark, &plain].concat())),
        ("two members", [gzip(first), gzip(second)].concat()),
        ("empty members", [gzip(empty), gzip(first), gzip(empty), gzip(second), gzip(empty)].concat()),
        ("gzip in gzip", gzip(gzip(&plain))),
        ("gzip in gzip in members", gzip([gzip(first), gzip(second)].concat())),
        ("three layers", gzip(zstd(snappy(&plain)))),
        ("zstd", zstd(&plain)),
        ("zstd frames", [zstd(first), zstd(empty), zstd(second)].concat()),
        ("snappy", snappy(&plain)),
        ("snappy streams", [snappy(first), snappy(second)].concat()),
        ("JSON", json(30)),
        ("JSON with a byte order mark", [mark, &json(30)].concat()),
        ("JSON behind white space", [b"\n \t\r\n".as_slice(), &json(30)].concat()),
        ("JSON in gzip members", [gzip(json(30))].concat()),
    ] {
        let (recorder, outcome, used) = read_all(content.as_slice());
        assert_eq!(outcome, Ok(Content::Lines), "{name}");
        assert_eq!(sizes(&recorder), (1..=30).collect::<Vec<_>>(), "{name}");
        assert_eq!(recorder.malformed(), [], "{name}");
        assert_eq!(used, content.len() as u64, "{name}");

        let (trickled, outcome, _) = read_all(Trickle(content.as_slice()));
        assert_eq!(outcome, Ok(Content::Lines), "{name}, byte by byte");
        assert!(trickled.events == recorder.events, "{name}, byte by byte");
    }
}

#[test]
fn an_object_may_be_empty() {
    let empty: &[u8] = b"";
    for content in [
        Vec::new(),
        gzip(empty),
        [gzip(empty), gzip(empty)].concat(),
        zstd(empty),
        gzip(gzip(empty)),
        b"\n".to_vec(),
    ] {
        let (recorder, outcome, _) = read_all(content.as_slice());
        assert_eq!((outcome, recorder.events), (Ok(Content::Lines), vec![]));
    }
    let (recorder, outcome, _) = read_all(gzip(V2).as_slice());
    assert_eq!((outcome, recorder.events.len()), (Ok(Content::Lines), 1), "a header alone is no fault");
}

#[test]
fn parquet_is_left_to_who_can_seek() {
    assert_eq!(read_all(b"PAR1....".as_slice()).1, Ok(Content::Parquet));
    assert_eq!(read_all(Trickle(b"PAR1....".as_slice())).1, Ok(Content::Parquet));
    assert!(matches!(read_all(gzip(b"PAR1....").as_slice()).1, Err(ObjectError::Unrecognised { .. })));
}

#[test]
fn wherever_an_object_is_cut_the_records_before_are_kept() {
    let plain = log(60);
    for (name, content, magic) in [
        ("gzip", gzip(&plain), 2),
        ("gzip members", [gzip(&plain), gzip(log(10))].concat(), 2),
        ("stored gzip", stored(&plain), 2),
        ("gzip in gzip", gzip(stored(&plain)), 2),
        ("zstd", zstd(&plain), 4),
        ("snappy", snappy(&plain), 10),
    ] {
        let (whole, outcome, _) = read_all(content.as_slice());
        assert_eq!(outcome, Ok(Content::Lines));
        let whole = sizes(&whole);
        let mut most = 0;
        for end in magic..content.len() {
            let (recorder, outcome, used) = read_all(&content[..end]);
            let records = sizes(&recorder);
            assert_eq!(records, whole[..records.len()], "{name} cut at {end}");
            assert_eq!(recorder.malformed(), [], "{name} cut at {end}");
            assert!(records.len() >= most, "{name}: a longer beginning holds no fewer records");
            most = records.len();
            if outcome.is_err() {
                assert_eq!((damaged_at(outcome), used), (end as u64, end as u64), "{name} cut at {end}");
            } else {
                assert!(
                    name.contains("members") && records.len() == 60 || name == "snappy",
                    "{name} cut at {end}"
                );
            }
        }
        // A block of zstd or snappy, 64 KiB or more, is there or not.
        assert!(most > 0 || ["zstd", "snappy"].contains(&name), "{name}");
    }
}

/// Not compressed, so that it is plain which bytes of a beginning are whole lines.
fn stored(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(content.as_ref()).and_then(|()| encoder.finish()).expect("memory takes it")
}

#[test]
fn a_cut_costs_only_the_lines_that_are_not_whole() {
    let plain = log(20);
    let content = stored(&plain);
    // 10 bytes of gzip header, 5 of the stored block's; 8 of trailer.
    assert_eq!(content.len(), plain.len() + 15 + 8);
    for end in 15..content.len() {
        let (recorder, outcome, _) = read_all(&content[..end]);
        let there = &plain[..(end - 15).min(plain.len())];
        let lines = there.matches('\n').count();
        assert_eq!(recorder.records().len(), lines.saturating_sub(1), "cut at {end}");
        assert_eq!(damaged_at(outcome), end as u64);
    }
}

#[test]
fn a_flipped_bit_is_never_a_wrong_record_without_an_error() {
    let plain = log(40);
    let content = gzip(&plain);
    let whole: Vec<u64> = (1..=40).collect();
    for at in 0..content.len() {
        for bit in 0..8 {
            let mut content = content.clone();
            content[at] ^= 1 << bit;
            let (recorder, outcome, _) = read_all(content.as_slice());
            if outcome == Ok(Content::Lines) {
                // Only the header's time and system, and the bits that fill up the last byte before the trailer.
                assert!(at < 10 || at == content.len() - 9, "bit {bit} of byte {at}");
                assert_eq!(sizes(&recorder), whole);
            }
        }
    }
}

#[test]
fn what_follows_a_gzip_member_is_a_member_or_damage() {
    let member = gzip(log(5));
    for garbage in [b"garbage".as_slice(), b"\0\0\0\0", b"\x1f", b"\x1f\x8b", b"\x1f\x8b\x08\x00"] {
        let (recorder, outcome, _) = read_all([&member, garbage].concat().as_slice());
        assert_eq!(sizes(&recorder), [1, 2, 3, 4, 5], "{garbage:?}");
        assert!(damaged_at(outcome) >= member.len() as u64, "{garbage:?}");
    }
}

#[test]
fn packing_ends_somewhere() {
    let content = gzip(gzip(gzip(gzip(log(1)))));
    let Err(ObjectError::Damaged(reason)) = read_all(content.as_slice()).1 else {
        panic!("four layers are too many")
    };
    assert!(reason.contains("MAX_PACKING_DEPTH"), "{reason}");
}

#[test]
fn a_line_past_the_limit_is_one_malformed_line() {
    let long = |bytes: usize| format!("{V2}\n{}\n{}\n{}\n", v2_record(1), "x".repeat(bytes), v2_record(2));
    for bytes in [MAX_LINE_BYTES + 1, 100_000, 300_000, 1_000_000] {
        for content in [long(bytes).into_bytes(), gzip(long(bytes))] {
            let (recorder, outcome, _) = read_all(content.as_slice());
            assert_eq!(outcome, Ok(Content::Lines));
            assert_eq!(sizes(&recorder), [1, 2], "{bytes}");
            assert_eq!(
                recorder.malformed(),
                [(3, "line: longer than 65536 bytes (limit MAX_LINE_BYTES)".to_owned())],
                "{bytes}"
            );
        }
    }
    let (recorder, _, _) = read_all(long(MAX_LINE_BYTES).as_bytes());
    assert_eq!(recorder.malformed(), [(3, "line: 1 values where the header has 14 fields".to_owned())]);

    // At the very end, without a newline.
    let (recorder, outcome, _) = read_all(format!("{V2}\n{}", "x".repeat(300_000)).as_bytes());
    assert_eq!((outcome, recorder.malformed().len()), (Ok(Content::Lines), 1));
}

#[test]
fn a_json_value_past_the_limit_ends_the_object() {
    let start = format!("{{\"message\":\"{}\"}}{{\"message\":\"", v2_record(7));
    let endless = start.as_bytes().chain(io::repeat(b'x').take(2 * MAX_JSON_VALUE_BYTES as u64));
    let (recorder, outcome, used) = read_all(endless);
    assert_eq!(sizes(&recorder), [7]);
    let Err(ObjectError::Damaged(reason)) = outcome else { panic!("an endless value is damage") };
    assert!(reason.contains("MAX_JSON_VALUE_BYTES"), "{reason}");
    assert!(used < MAX_JSON_VALUE_BYTES as u64 + (1 << 20), "{used} bytes were held");
}

#[test]
fn a_read_that_fails_keeps_the_records_before() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let plain = log(3);
    let (recorder, outcome, _) = read_all(plain.as_bytes().chain(Broken));
    assert_eq!(sizes(&recorder), [1, 2, 3]);
    let Err(ObjectError::Damaged(reason)) = outcome else { panic!("the object is not whole") };
    assert!(
        reason.contains("the disk is gone") && reason.contains(&format!("byte offset {}", plain.len())),
        "{reason}"
    );

    // A line that breaks off is dropped: nobody knows how it went on.
    let (recorder, outcome, _) = read_all(plain.as_bytes()[..plain.len() - 1].chain(Broken));
    assert_eq!(sizes(&recorder), [1, 2]);
    assert!(outcome.is_err());
}
