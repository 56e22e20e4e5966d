//! Objects that are read in parts, or unpacked ahead of being parsed: the same events as in one go.

use std::io::{Cursor, Read, Seek, SeekFrom};

use proptest::prelude::*;

use super::{gzip, log, sizes, zstd};
use crate::parse::tests::{Event, Recorder, V2, parse_text, v2_record};
use crate::parse::{FormatHints, ObjectError};
use crate::read::{ByteCounter, Content, FIRST_BYTES, Part, Reader, split};

/// Reads all parts, each by a reader of its own; the events without those of formats, malformed lines counted from the start.
fn in_parts(log: &[u8], part_bytes: u64) -> Option<(Vec<Event>, bool)> {
    let size = log.len() as u64;
    let split = split(Cursor::new(log), size, part_bytes).expect("memory can be read")?;
    let ends: Vec<u64> = split.parts.iter().map(|part| part.end).collect();
    let starts: Vec<u64> = split.parts.iter().map(|part| part.start).collect();
    assert_eq!((starts[0], ends[ends.len() - 1]), (0, size));
    assert_eq!(starts[1..], ends[..ends.len() - 1], "one behind the other");
    let (mut events, mut lines, mut plain) = (Vec::new(), 0, true);
    for (number, part) in split.parts.iter().enumerate() {
        let mut recorder = Recorder::default();
        let mut input = Cursor::new(log);
        input.seek(SeekFrom::Start(part.start)).expect("memory can be sought");
        let input = input.take(part.end - part.start);
        let mut reader = Reader::new(2);
        let Part { lines: read, is_plain } =
            reader.read_part(&split, number, input, &FormatHints::default(), &mut recorder).ok()?;
        plain &= is_plain;
        let before = lines - u64::from(number > 0);
        lines += read;
        events.extend(recorder.events.into_iter().filter_map(|event| match event {
            Event::Format(_) => None,
            Event::Malformed(line, fault) => Some(Event::Malformed(line + before, fault)),
            record @ Event::Record(_) => Some(record),
        }));
    }
    Some((events, plain))
}

fn without_formats(recorder: &Recorder) -> Vec<Event> {
    recorder.events.iter().filter(|event| !matches!(event, Event::Format(_))).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn parts_are_the_whole(
        rows in 2_u64..200,
        every in 2_u64..50,
        odd in prop::sample::select(vec!["not a record", "", "# remark", V2, "2 3", "\u{feff}"]),
        part_bytes in 50_u64..5_000,
        ended in any::<bool>(),
    ) {
        let mut lines: Vec<String> = log(rows).lines().map(str::to_owned).collect();
        for place in (1..lines.len()).filter(|place| (*place as u64).is_multiple_of(every)) {
            lines[place] = odd.to_owned();
        }
        let log = lines.join("\n") + if ended { "\n" } else { "" };
        let (whole, _) = parse_text(log.as_bytes());
        if let Some((events, plain)) = in_parts(log.as_bytes(), part_bytes) {
            prop_assert!(plain);
            prop_assert_eq!(events, without_formats(&whole));
        }
    }
}

#[test]
fn a_large_log_is_split() {
    let log = log(1_000);
    let (events, plain) = in_parts(log.as_bytes(), 10_000).expect("it is split");
    assert!(plain);
    assert_eq!(events.len(), 1_000);
}

#[test]
fn another_header_inside_shows() {
    let log = format!("{}srcaddr bytes dstaddr\n10.0.0.1 5 10.0.0.2\n{}", log(300), log(300));
    let (_, plain) = in_parts(log.as_bytes(), 10_000).expect("it is split");
    assert!(!plain);
}

#[test]
fn what_has_no_header_or_no_line_ends_is_read_in_one_go() {
    let headless = log(500).replacen(V2, "", 1).trim_start().to_owned();
    let endless = format!("{V2}\n{}", "x".repeat(300_000));
    for text in [headless.as_bytes(), endless.as_bytes(), &gzip(log(5_000)), b"{\"message\": \"x\"}\n"] {
        let split = split(Cursor::new(text), text.len() as u64, 10_000).expect("memory can be read");
        assert_eq!(split, None);
    }
}

/// Sizes that no packer makes small.
fn scattered(count: u64) -> Vec<u64> {
    (1..=count).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31) | 1).collect()
}

/// A log that stays larger than what is read before anything is decided, and so is unpacked as it is read.
fn large_log(records: &[u64]) -> String {
    let rows: Vec<String> = records.iter().map(|bytes| v2_record(*bytes)).collect();
    format!("{V2}\n{}\n", rows.join("\n"))
}

fn read_with(workers: usize, stored: &[u8]) -> (Recorder, Result<Content, ObjectError>) {
    let (mut recorder, counter) = (Recorder::default(), ByteCounter::default());
    let outcome = Reader::new(workers).read(stored, &counter, &FormatHints::default(), &mut recorder);
    (recorder, outcome)
}

#[test]
fn unpacking_ahead_changes_nothing() {
    let expected = scattered(30_000);
    let packed = zstd(large_log(&expected));
    assert!(packed.len() > FIRST_BYTES);
    for workers in [1, 2] {
        let (recorder, outcome) = read_with(workers, &packed);
        assert_eq!(outcome, Ok(Content::Lines));
        assert_eq!(sizes(&recorder), expected);
    }
}

#[test]
fn damage_ahead_keeps_the_rows_before_it() {
    let packed = zstd(large_log(&scattered(30_000)));
    let cut = &packed[..packed.len() - 20_000];
    let (in_one_go, outcome) = read_with(1, cut);
    assert!(matches!(outcome, Err(ObjectError::Damaged(_))));
    let (ahead, same) = read_with(2, cut);
    assert_eq!(same, outcome);
    assert_eq!(ahead.events, in_one_go.events);
    assert!(ahead.records().len() > 5_000);
}
