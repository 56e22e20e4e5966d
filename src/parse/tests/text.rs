//! Lines that are not what one hopes for.

use proptest::prelude::*;

use super::super::format::LineFormat;
use std::sync::Arc;

use super::super::text::TextParser;
use super::super::{FormatHints, MAX_LINE_BYTES, ObjectError};
use super::{Event, Recorder, V2, parse_text, v2_record};
use crate::read;

fn hints(given: Option<&str>, described: Option<&str>) -> FormatHints {
    let format = |text: Option<&str>| text.map(|text| LineFormat::of_log_format(text).expect(text));
    FormatHints { given: format(given).map(Arc::new), described: format(described).into_iter().collect() }
}

fn parse_with(hints: FormatHints, text: &str) -> (Recorder, Result<(), ObjectError>) {
    let mut recorder = Recorder::default();
    let outcome = TextParser::new(hints).feed(text.as_bytes(), &mut recorder);
    (recorder, outcome)
}

#[test]
fn a_commented_record_is_not_counted() {
    let log = format!("{V2}\n#{r}\n# {r}\n{r}\n", r = v2_record(10));
    let (recorder, outcome) = parse_text(log.as_bytes());
    assert_eq!(outcome, Ok(()));
    assert_eq!(recorder.records().len(), 1);
    assert_eq!(recorder.malformed(), []);
}

#[test]
fn a_line_of_timestamps_is_one_malformed_line() {
    let stamp = "2026-03-10T00:00:00.000Z ";
    for count in [5, 1_000, MAX_LINE_BYTES / stamp.len()] {
        let log = format!("srcaddr bytes\n{}\n10.0.0.1 7\n", stamp.repeat(count));
        let (recorder, outcome) = parse_text(log.as_bytes());
        assert_eq!(outcome, Ok(()));
        assert_eq!(
            recorder.malformed(),
            [(2, format!("line: {} values where the header has 2 fields", count - 1))],
            "one timestamp is an export's, the others are values"
        );
        assert_eq!(recorder.records().len(), 1);
    }
}

#[test]
fn a_log_without_a_header_is_version_2_or_asked_for() {
    let (recorder, outcome) = parse_text(v2_record(10).as_bytes());
    assert_eq!((outcome, recorder.records().len()), (Ok(()), 1));

    let exported = format!("2026-03-10T00:00:00.000Z {}\n", v2_record(10)).repeat(2);
    let (recorder, outcome) = parse_text(exported.as_bytes());
    assert_eq!((outcome, recorder.records().len()), (Ok(()), 2));

    let nodata = "2 123456789012 eni-0a1 - - - - - - - 1773100800 1773100860 - NODATA";
    let (recorder, outcome) = parse_text(nodata.as_bytes());
    assert_eq!((outcome, recorder.records().len()), (Ok(()), 1));

    // The same values in another order, one value more, one fewer, another version.
    let other_order =
        "eni-0a1 2 123456789012 10.0.1.5 203.0.113.5 49152 443 6 4 10 1773100800 1773100860 ACCEPT OK";
    let one_more = format!("{} vpc-1", v2_record(10));
    let one_fewer =
        "123456789012 eni-0a1 10.0.1.5 203.0.113.5 49152 443 6 4 10 1773100800 1773100860 ACCEPT OK";
    let version_9 = v2_record(10).replacen('2', "9", 1);
    for line in [other_order, &one_more, one_fewer, &version_9] {
        let (recorder, outcome) = parse_text(format!("# a remark\n\n{line}").as_bytes());
        let text = line.chars().take(100).collect();
        assert_eq!(outcome, Err(ObjectError::UnknownFormat { line: 3, text, described: 0 }), "{line}");
        assert_eq!(recorder.events, []);
    }
}

#[test]
fn what_is_no_log_is_said_to_be_none() {
    for text in ["hello", "a,b,c\n1,2,3\n", "<html><body>", "\u{0}\u{1}\u{2}", "one two three four five six"]
    {
        let (recorder, outcome) = parse_text(text.as_bytes());
        assert!(matches!(outcome, Err(ObjectError::Unrecognised { .. })), "{text}: {outcome:?}");
        assert_eq!(recorder.events, []);
    }
}

#[test]
fn nothing_is_no_record_and_no_error() {
    for text in ["", "\n", " \r\n\t\n", "\u{feff}", "# only a remark\n"] {
        let (recorder, outcome) = parse_text(text.as_bytes());
        assert_eq!((outcome, recorder.events), (Ok(()), vec![]), "{text:?}");
    }
    let (recorder, outcome) = parse_text(V2.as_bytes());
    assert_eq!((outcome, recorder.events), (Ok(()), vec![Event::Format(V2.to_owned())]));
}

#[test]
fn the_header_rules_over_hints() {
    let log = format!("{V2}\n{}", v2_record(10));
    let (recorder, outcome) = parse_with(hints(Some("bytes srcaddr"), Some("srcaddr bytes")), &log);
    assert_eq!(outcome, Ok(()));
    assert_eq!(recorder.events[0], Event::Format(V2.to_owned()));
}

#[test]
fn hints_serve_logs_without_a_header() {
    let (recorder, outcome) = parse_with(hints(Some("bytes srcaddr"), None), "7 10.0.0.1\n8 10.0.0.1 9\n");
    assert_eq!(outcome, Ok(()));
    assert_eq!((recorder.records().len(), recorder.malformed().len()), (1, 1));

    // The user's word holds even where no line fits it; a described format only where the line has as many values.
    let (recorder, outcome) = parse_with(hints(Some("bytes srcaddr"), None), &v2_record(10));
    assert_eq!((outcome, recorder.malformed().len()), (Ok(()), 1));
    let (recorder, outcome) = parse_with(hints(None, Some("bytes srcaddr")), &v2_record(10));
    assert_eq!((outcome, recorder.records().len()), (Ok(()), 1));
    let (recorder, outcome) =
        parse_with(hints(None, Some("bytes srcaddr")), "2026-03-10T00:00:00.000Z 7 10.0.0.1\n");
    assert_eq!((outcome, recorder.records().len()), (Ok(()), 1));
}

#[test]
fn a_log_that_lacks_a_field_is_an_error_before_its_first_record() {
    let (recorder, outcome) = parse_text(b"srcaddr dstaddr packets\n10.0.0.1 192.0.2.1 4\n");
    assert_eq!(outcome, Err(ObjectError::MissingField { field: "bytes" }));
    assert_eq!(recorder.events, []);
}

#[test]
fn faults_name_field_value_and_line() {
    let bad = |from: &str, to: &str| v2_record(10).replacen(from, to, 1);
    let log = [
        V2.to_owned(),
        bad(" 10 ", " ten "),
        bad("10.0.1.5", "10.0.1.256"),
        bad("49152", "65536"),
        bad(" 6 ", " 256 "),
        bad("ACCEPT", "MAYBE"),
        bad("OK", "FINE"),
        bad("1773100800", "yesterday"),
        bad(" 4 ", " x "),
        bad(" OK", ""),
        bad("203.0.113.5", &"x".repeat(60)),
        v2_record(10),
    ]
    .join("\n");
    let (recorder, outcome) = parse_text(log.as_bytes());
    assert_eq!(outcome, Ok(()));
    let told = |line: u64, fault: &str| (line, fault.to_owned());
    assert_eq!(
        recorder.malformed(),
        [
            told(2, "bytes: `ten` is not a whole number of bytes"),
            told(3, "srcaddr: `10.0.1.256` is not an IPv4 or IPv6 address"),
            told(4, "srcport: `65536` is not a port, 0 to 65535"),
            told(5, "protocol: `256` is not an IANA protocol number, 0 to 255"),
            told(6, "action: `MAYBE` is not ACCEPT or REJECT"),
            told(7, "log-status: `FINE` is not OK, NODATA or SKIPDATA"),
            told(8, "start: `yesterday` is not Unix seconds"),
            told(9, "packets: `x` is not a whole number of packets"),
            told(10, "line: 13 values where the header has 14 fields"),
            told(11, &format!("dstaddr: `{}` is not an IPv4 or IPv6 address", "x".repeat(40))),
        ]
    );
    assert_eq!(recorder.records().len(), 1);
}

#[test]
fn odd_metadata_never_costs_a_record() {
    let log = "srcaddr dstaddr bytes flow-direction traffic-path interface-type\n\
               10.0.0.1 192.0.2.1 5 sideways 99 spaceship\n\
               10.0.0.1 192.0.2.1 5 - - -\n\
               10.0.0.1 192.0.2.1 5 egress x -\n";
    let (recorder, outcome) = parse_text(log.as_bytes());
    assert_eq!((outcome, recorder.records().len()), (Ok(()), 3));
    assert!(recorder.records().iter().all(|record| record.contains("traffic_path: 0")));
    assert!(recorder.records()[2].contains("direction: Egress"));
}

#[test]
fn times_in_milliseconds_are_seconds() {
    let log = "srcaddr bytes start end\n10.0.0.1 5 1773100800123 1773100860999\n";
    let (recorder, _) = parse_text(log.as_bytes());
    assert!(recorder.records()[0].contains("start: Some(1773100800), end: Some(1773100860)"));
}

/// Bytes that start like something known.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let starts: Vec<&'static [u8]> = vec![
        b"",
        b"\xef\xbb\xbf",
        b"srcaddr dstaddr bytes\n",
        b"{\"message\":\"",
        b"[{\"message\":\"srcaddr bytes\"},",
        b"{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
        b"\x28\xb5\x2f\xfd",
        b"\xff\x06\x00\x00sNaPpY",
        b"PAR1",
    ];
    let rest = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..400),
        "[0-9a-z {}\\[\\]\",:.\n#-]{0,400}".prop_map(String::into_bytes),
    ];
    (prop::sample::select(starts), rest).prop_map(|(start, rest)| [start, &rest].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_upset_the_reader(bytes in bytes()) {
        let mut recorder = Recorder::default();
        let counter = read::ByteCounter::default();
        let _ = read::Reader::new(1).read(bytes.as_slice(), &counter, &FormatHints::default(), &mut recorder);
        let _ = parse_text(&bytes);
        #[cfg(feature = "parquet")]
        {
            let framed = [b"PAR1", bytes.as_slice(), &40_u32.to_le_bytes(), b"PAR1"].concat();
            for content in [bytes, framed] {
                let content = bytes::Bytes::from(content);
                let _ = super::super::columnar::parse(content, FormatHints::default(), &mut recorder);
            }
        }
    }
}
