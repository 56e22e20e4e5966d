//! Query results as CSV.

use std::io::{self, Read};

use proptest::prelude::*;

use super::super::text::TextParser;
use super::super::{FormatHints, MAX_LINE_BYTES, ObjectError};
use super::{Event, Recorder, parse_text, v2_record};
use crate::read;

fn parse(text: &str) -> (Recorder, Result<(), ObjectError>) {
    let mut recorder = Recorder::default();
    let mut parser = TextParser::new(FormatHints::default());
    let outcome = parser.feed(text.as_bytes(), &mut recorder).and_then(|()| parser.finish(&mut recorder));
    (recorder, outcome)
}

/// The header that a table or query language makes of the version 2 fields, in their order.
const INSIGHTS: &str = "version,accountId,interfaceId,srcAddr,dstAddr,srcPort,dstPort,protocol,packets,bytes,startTime,endTime,action,logStatus";
const FIRST_TABLE: &str = "version,account,interfaceid,sourceaddress,destinationaddress,sourceport,destinationport,protocol,numpackets,numbytes,starttime,endtime,action,logstatus";
const TABLE: &str = "version,account_id,interface_id,srcaddr,dstaddr,srcport,dstport,protocol,packets,bytes,start,end,action,log_status";

fn quoted(row: &str) -> String {
    format!("\"{}\"", row.replace(',', "\",\""))
}

fn row(bytes: u64) -> String {
    v2_record(bytes).replace(' ', ",")
}

#[test]
fn every_dress_gives_the_same_records() {
    let (text, _) = parse_text(format!("{}\n{}\n", v2_record(1), v2_record(2)).as_bytes());
    let expected = text.records();
    assert_eq!(expected.len(), 2);
    let (one, two) = (row(1), row(2));
    let messages = |header: &str, quote: &str| {
        format!("{header}\n{quote}{}{quote}\n{quote}{}{quote}\n", v2_record(1), v2_record(2))
    };
    for text in [
        format!("{INSIGHTS}\n{one}\n{two}\n"),
        format!("\u{feff}{INSIGHTS}\r\n{one}\r\n{two}"),
        format!("{FIRST_TABLE}\n{one}\n{two}\n"),
        format!("{TABLE}\n\n{one}\n \n{two}\n\n"),
        format!("{}\n{}\n{}\n", quoted(TABLE), quoted(&one), quoted(&two)),
        format!("{}\n{}\n{}", quoted(&TABLE.replace('_', "-")), quoted(&one), quoted(&two)),
        format!("{}\n{one}\n{two}\n", TABLE.to_uppercase()),
        // The same header again, as `cat` leaves it, and another one.
        format!("{TABLE}\n{one}\n{TABLE}\n{two}\n"),
        format!("{TABLE}\n{one}\n{FIRST_TABLE}\n{two}\n"),
        // A column that is none of a flow log, with commas, quotes and line ends in its values.
        format!("note,{TABLE}\n\"a, \"\"b\"\"\nc\",{one}\n,{two}\n"),
        messages("@message", ""),
        messages("@message", "\""),
        messages("\"message\"", "\""),
        format!(
            "@timestamp,@message,srcAddr\n2026-03-10 00:00:00.000,{},x\n,\"{}\n\",\n",
            v2_record(1),
            v2_record(2)
        ),
        format!("id,message\n1,{}\n2,{}", v2_record(1), v2_record(2)),
    ] {
        let (recorder, outcome) = parse(&text);
        assert_eq!((outcome, recorder.malformed()), (Ok(()), vec![]), "{text}");
        assert_eq!(recorder.records(), expected, "{text}");
    }
}

#[test]
fn a_missing_value_is_empty_or_a_dash() {
    let (text, _) = parse_text(b"interface-id srcaddr dstaddr bytes start end traffic-path\neni-1 10.0.0.1 10.0.0.2 5 1773100800 - -\n");
    for missing in ["", "-", "\"\"", "\"-\"", " "] {
        let (recorder, _) = parse(&format!(
            "interface_id,srcaddr,dstaddr,bytes,start,end,traffic_path\neni-1,10.0.0.1,10.0.0.2,5,1773100800,{missing},{missing}\n"
        ));
        assert_eq!(recorder.records(), text.records(), "{missing:?}");
    }
}

#[test]
fn a_time_is_seconds_or_a_date() {
    let (text, _) =
        parse_text(b"interface-id srcaddr dstaddr bytes start\neni-1 10.0.0.1 10.0.0.2 5 1773100800\n");
    for (column, time) in [
        ("@timestamp", "2026-03-10 00:00:00.000"),
        ("@timestamp", "1773100800000"),
        ("startTime", "1773100800"),
        ("start", "2026-03-10 00:00:00"),
        ("start", "2026-03-10 00:00:00.000 UTC"),
        ("start", "2026-03-10T09:00:00.000+09:00"),
    ] {
        let csv = format!("interfaceId,srcAddr,dstAddr,bytes,{column}\neni-1,10.0.0.1,10.0.0.2,5,{time}\n");
        let (recorder, outcome) = parse(&csv);
        assert_eq!((outcome, recorder.records()), (Ok(()), text.records()), "{csv}");
    }
    // The time of the event only stands in where there is no start.
    let csv = "@timestamp,interfaceId,srcAddr,dstAddr,bytes,start\n2001-01-01 00:00:00.000,eni-1,10.0.0.1,10.0.0.2,5,1773100800\n";
    assert_eq!(parse(csv).0.records(), text.records());
}

#[test]
fn a_fields_own_name_goes_before_one_that_is_called_like_it() {
    let (text, _) =
        parse_text(b"interface-id srcaddr dstaddr bytes start\neni-1 10.0.0.1 10.0.0.2 5 1773100800\n");
    let csv = "starttime,interfaceId,interface_id,srcaddr,dstaddr,numbytes,bytes,start\n7,x,eni-1,10.0.0.1,10.0.0.2,8,5,1773100800\n";
    assert_eq!(parse(csv).0.records(), text.records());
}

#[test]
fn columns_that_are_missing_are_named_as_the_query_calls_them() {
    let told = |header: &str| match parse(&format!("{header}\n1,2\n")).1 {
        Err(error @ ObjectError::MissingColumns { .. }) => error.to_string(),
        other => panic!("{header}: {other:?}"),
    };
    assert_eq!(
        told("srcAddr,sum(bytes)"),
        "the query result has no column of `interface-id, dstaddr, bytes, start`: add interfaceId, dstAddr, bytes, \
         @timestamp, or @message, which is the whole record, to the query"
    );
    assert_eq!(
        told("interface_id,sourceaddress,destinationaddress,numpackets,starttime"),
        "the query result has no column of `bytes`: add bytes as the table calls it to the query"
    );
}

#[test]
fn other_tables_are_no_logs() {
    for text in [
        "region,account\nus-east-1,1\n",
        "name,version,start,end\na,1,2,3\n",
        "a,b,c\n1,2,3\n",
        "\"",
        "\"a\n",
    ] {
        assert!(matches!(parse(text).1, Err(ObjectError::Unrecognised { .. })), "{text}");
    }
    let gateway = "version,resourceType,tgwId,tgwAttachmentId,srcAddr,dstAddr,bytes,start\n";
    assert_eq!(parse(gateway).1, Err(ObjectError::Foreign { kind: "transit gateway flow log" }));
}

#[test]
fn rows_that_are_none_are_counted_with_their_line() {
    let long = "x".repeat(MAX_LINE_BYTES);
    let text = format!(
        "{TABLE}\n{}\n1,2,3\n{}\n\"a\nb\",2\n{long},\n{}\n{}\n\"open\n",
        row(1),
        row(1).replace(",1,1773", ",x,1773"),
        row(2),
        ",".repeat(300),
    );
    let (recorder, outcome) = parse(&text);
    assert_eq!((outcome, recorder.records().len()), (Ok(()), 2));
    let told = |line: u64, fault: &str| (line, fault.to_owned());
    assert_eq!(
        recorder.malformed(),
        [
            told(3, "line: 3 values where the header has 14 fields"),
            told(4, "bytes: `x` is not a whole number of bytes"),
            told(5, "line: 2 values where the header has 14 fields"),
            told(7, "line: longer than 65536 bytes (limit MAX_LINE_BYTES)"),
            told(9, "line: 301 values where the header has 14 fields"),
            told(10, "line: 1 values where the header has 14 fields"),
        ]
    );
}

/// Gives a few bytes at a time.
struct Pieces<'t> {
    text: &'t [u8],
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.turn % self.sizes.len()].min(buffer.len());
        self.turn += 1;
        (&mut self.text).take(size as u64).read(buffer)
    }
}

fn rotten_csv() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => (1_u64..9).prop_map(|bytes| format!("{}\n", row(bytes))),
        2 => (1_u64..9).prop_map(|bytes| format!("{}\r\n", quoted(&row(bytes)))),
        1 => Just(format!("{TABLE}\n")),
        1 => Just(format!("{FIRST_TABLE}\n")),
        1 => prop::sample::select(vec!["\"", "\"\"", ",", "\n", "\r", "\r\n", "eni-1", "10.0.0.1", "\u{e9}", "#"])
            .prop_map(str::to_owned),
        1 => Just(format!("\"{}\n", "y".repeat(40_000))),
        1 => Just("z".repeat(MAX_LINE_BYTES + 7)),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("{TABLE}\n{}", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// In one block, or read in pieces of any size and cut into blocks at line ends.
    #[test]
    fn where_a_result_is_cut_changes_nothing(
        text in rotten_csv(),
        sizes in prop::collection::vec(1_usize..70_000, 1..4),
    ) {
        let (whole, outcome) = parse(&text);
        // Larger than what is taken at once, so that it is read as a stream.
        let padded = format!("{text}\n{}", format!("{}\n", row(3)).repeat(4_000));
        let (all, _) = parse(&padded);
        let mut recorder = Recorder::default();
        let pieces = Pieces { text: padded.as_bytes(), sizes, turn: 0 };
        let read = read::Reader::new(1).read(
            pieces,
            &read::ByteCounter::default(),
            &FormatHints::default(),
            &mut recorder,
        );
        prop_assert!(read.is_ok());
        prop_assert_eq!(&recorder.events, &all.events);
        prop_assert_eq!(outcome, Ok(()));
        // Every line that is cut off is a row less, or a row that is none.
        prop_assert!(whole.events.len() <= all.events.len());
    }

    #[test]
    fn no_bytes_upset_a_table(
        header in prop::sample::select(vec![TABLE, FIRST_TABLE, INSIGHTS, "@message,x", "\"message\""]),
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\",\n\r 1-.".to_vec())], 0..400),
    ) {
        let text = [header.as_bytes(), b"\n", &bytes].concat();
        let mut recorder = Recorder::default();
        let mut parser = TextParser::new(FormatHints::default());
        let outcome = parser.feed(&text, &mut recorder).and_then(|()| parser.finish(&mut recorder));
        let rows = recorder.events.iter().filter(|event| !matches!(event, Event::Format(_))).count();
        prop_assert!(outcome.is_err() || rows <= bytes.len() + 1);
    }
}
