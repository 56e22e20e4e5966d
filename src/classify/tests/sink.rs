//! What becomes of records, counted by hand.

use super::super::atlas::{Atlas, Place};
use super::super::ip_ranges::IpRanges;
use super::super::sink::{Classifier, EXAMPLES_PER_OBJECT, Window};
use super::addr;
use crate::aggregate::tests::{all_presence, all_rows};
use crate::aggregate::{End, EndKind, Key, Opener, Partial, Sum};
use crate::discover::layout;
use crate::inventory::Inventory;
use crate::model::flow::FlowDirection;
use crate::model::time::Bucket;
use crate::parse::FormatHints;
use crate::parse::text::TextParser;

/// 2026-03-10T00:00:00Z, the start of an hour.
const T: i64 = 1_773_100_800;

fn atlas() -> Atlas {
    Atlas::new(&IpRanges::embedded(), &Inventory::default())
}

/// The totals of a log in text.
fn totals(log: &str, window: Window, name: Option<&str>) -> Partial {
    let atlas = atlas();
    let name = name.map(|name| layout::parse(name).expect("a name that AWS gives"));
    let mut sink = Classifier::new(&atlas, window, Partial::new());
    sink.begin("object", name);
    TextParser::new(FormatHints::default()).feed(log.as_bytes(), &mut sink).expect("a log");
    sink.into_partial()
}

fn of(log: &str) -> Partial {
    totals(log, Window::default(), None)
}

const HEADER: &str =
    "interface-id srcaddr dstaddr srcport dstport protocol bytes start end action log-status";

fn log(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn one_record_becomes_one_key() {
    let log = "interface-id vpc-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol bytes start end \
               flow-direction traffic-path next-hop-interface-id next-hop-interface-type\n\
               eni-1 vpc-1 10.0.0.5 10.0.0.9 10.0.0.5 52.216.0.1 49152 443 6 1500 1773100800 1773100860 ingress - eni-9 -\n";
    let partial = of(log);
    let place = |text: &str| match atlas().place(addr(text)) {
        Place::Class(class) => End::class(class),
        Place::Kept => panic!("{text} is public"),
    };
    let expected = Key {
        bucket: Bucket::of(T).expect("a time of this century"),
        observer: 0,
        src: End::address(0),
        dst: End::address(1),
        pkt_src: End::address(0),
        pkt_dst: place("52.216.0.1"),
        next_hop: 1,
        direction: FlowDirection::Ingress,
        traffic_path: 0,
        opener: Opener::SourceSurely,
    };
    assert_eq!(all_rows(&partial), [(expected, Sum { bytes: 1_500, records: 1 })]);
    assert_eq!(partial.addresses, [addr("10.0.0.5"), addr("10.0.0.9")]);
    assert_eq!(&*partial.observers[0].id, b"eni-1");
    assert_eq!(partial.observers[0].facts.vpc_id.as_deref(), Some(b"vpc-1".as_slice()));
    assert!(partial.flow_logs[0].has_pkt);
}

#[test]
fn peers_of_one_class_are_one_total_and_hosts_are_not() {
    let rows = [
        "eni-1 10.0.0.5 203.0.113.5 49152 443 6 1 1773100800 1773100860 ACCEPT OK",
        "eni-1 10.0.0.5 198.51.100.7 49153 443 6 20 1773100801 1773100860 ACCEPT OK",
        "eni-1 10.0.0.5 10.9.0.1 49153 443 6 300 1773100801 1773100860 ACCEPT OK",
        "eni-1 10.0.0.5 10.9.0.2 49153 443 6 4000 1773100801 1773100860 ACCEPT OK",
        "eni-1 10.0.0.5 203.0.113.5 49152 443 6 50000 1773104400 1773104460 ACCEPT OK",
    ];
    let partial = of(&log(&rows));
    let mut sums: Vec<(u128, u64)> =
        all_rows(&partial).iter().map(|(_, sum)| (sum.bytes, sum.records)).collect();
    sums.sort_unstable();
    assert_eq!(
        sums,
        [(21, 2), (300, 1), (4_000, 1), (50_000, 1)],
        "the internet is one class, an hour is a bucket"
    );
}

#[test]
fn a_private_host_behind_nat64_is_that_host() {
    let partial = of(&log(&[
        "eni-1 fd00::5 64:ff9b::10.0.0.7 49152 443 6 1 1773100800 1773100860 ACCEPT OK",
        "eni-1 fd00::5 ::ffff:10.0.0.7 49152 443 6 1 1773100800 1773100860 ACCEPT OK",
        "eni-1 fd00::5 10.0.0.7 49152 443 6 1 1773100800 1773100860 ACCEPT OK",
    ]));
    assert_eq!(partial.addresses, [addr("fd00::5"), addr("10.0.0.7")]);
    assert_eq!(all_rows(&partial).len(), 1);
}

#[test]
fn every_row_is_in_one_class_of_the_ledger() {
    let partial = of(&log(&[
        "eni-1 10.0.0.5 203.0.113.5 49152 443 6 1 1773100800 1773100860 ACCEPT OK",
        "eni-1 10.0.0.5 203.0.113.5 49152 443 6 20 1773100800 1773100860 REJECT OK",
        "eni-1 10.0.0.5 203.0.113.5 49152 443 6 300 1773100800 1773100860 ACCEPT SKIPDATA",
        "eni-1 - - - - - - 1773100800 1773100860 - SKIPDATA",
        "eni-1 - - - - - - 1773100800 1773100860 - NODATA",
        "eni-1 10.0.0.5 - 49152 443 6 4000 1773100800 1773100860 ACCEPT OK",
        "- 10.0.0.5 203.0.113.5 49152 443 6 50000 1773100800 1773100860 ACCEPT OK",
        "eni-1 10.0.0.5 203.0.113.5 49152 443 6 many 1773100800 1773100860 ACCEPT OK",
    ]));
    let counts = partial.counts;
    assert_eq!(
        (counts.ok, counts.rejected, counts.skipdata, counts.nodata, counts.malformed, counts.records()),
        (3, 1, 2, 1, 1, 8)
    );
    assert_eq!(counts.bytes_total, 54_321);
    assert_eq!(
        (
            counts.bytes_rejected,
            counts.bytes_skipdata,
            counts.bytes_without_address,
            counts.bytes_without_observer
        ),
        (20, 300, 4_000, 50_000)
    );
    assert_eq!(all_rows(&partial).iter().map(|(_, sum)| sum.bytes).sum::<u128>(), 1);
    let hour = Bucket::of(T).expect("a time of this century");
    let of_eni_1 = all_presence(&partial).into_iter().find(|(of, _)| *of == (0, hour));
    assert_eq!(of_eni_1.map(|(_, presence)| (presence.rows, presence.skipdata)), Some((6, 2)));
}

#[test]
fn the_window_takes_its_first_second_and_not_its_last() {
    let row = |start: i64| format!("eni-1 10.0.0.5 203.0.113.5 49152 443 6 1 {start} {start} ACCEPT OK");
    let rows = [row(T - 1), row(T), row(T + 59), row(T + 60)];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let window = Window { from: Some(T), to: Some(T + 60) };
    let counts = totals(&log(&rows), window, None).counts;
    assert_eq!((counts.ok, counts.outside_period, counts.bytes_total), (2, 2, 2));
    // A row without a time could be of any: it counts.
    let timeless = "eni-1 10.0.0.5 203.0.113.5 49152 443 6 1 - - ACCEPT OK";
    let counts = totals(&log(&[timeless]), window, None).counts;
    assert_eq!((counts.ok, counts.outside_period), (1, 0));
}

#[test]
fn odd_times_are_counted_and_cost_no_byte() {
    let row = |start: &str, end: &str| {
        let partial =
            of(&log(&[&format!("eni-1 10.0.0.5 203.0.113.5 49152 443 6 1 {start} {end} ACCEPT OK")]));
        let bucket = all_rows(&partial).first().expect("the row counts").0.bucket;
        (partial.counts.time_anomalies, bucket, partial.span)
    };
    let hour = Bucket::of(T).expect("a time of this century");
    assert_eq!(row("1773100800", "1773100860"), (0, hour, Some((T, T + 60))));
    // The end before the start; milliseconds are no oddity.
    assert_eq!(row("1773100860", "1773100800"), (1, hour, Some((T + 60, T + 60))));
    assert_eq!(row("1773100800000", "1773100860000"), (0, hour, Some((T, T + 60))));
    // 1970, and the year 2255: the end tells the hour.
    assert_eq!(row("0", "1773100860"), (1, hour, Some((T + 60, T + 60))));
    assert_eq!(row("9000000000", "1773100860").1, hour);
    assert_eq!(row("1773100800", "9000000000"), (1, hour, Some((T, hour.end()))));
    assert_eq!(row("0", "0"), (1, Bucket::NONE, None));
    assert_eq!(row("-", "-").1, Bucket::NONE);
    // A long window counts in the hour of its start.
    assert_eq!(row("1773104390", "1773104990"), (0, hour, Some((T + 3_590, T + 3_600))));
}

#[test]
fn a_flow_log_is_known_by_its_name_or_its_fields() {
    let text = log(&["eni-1 10.0.0.5 203.0.113.5 49152 443 6 1 1773100800 1773100860 ACCEPT OK"]);
    let name = "123456789012_vpcflowlogs_us-east-1_fl-0a1b2c3d_20260310T0005Z_a1b2c3d4.log.gz";
    let named = totals(&text, Window::default(), Some(name));
    assert_eq!(named.flow_logs[0].identity, "fl-0a1b2c3d");
    assert_eq!(named.observers[0].facts.region.as_deref(), Some(b"us-east-1".as_slice()), "from the name");
    let unnamed = of(&text);
    assert_eq!(unnamed.flow_logs[0].identity, format!("format:{HEADER}"));
    assert_eq!(unnamed.observers[0].facts.region, None);
    // What the record says goes before the name.
    let stated = "interface-id region srcaddr dstaddr bytes\neni-1 eu-west-1 10.0.0.5 203.0.113.5 1\n";
    let stated = totals(stated, Window::default(), Some(name));
    assert_eq!(stated.observers[0].facts.region.as_deref(), Some(b"eu-west-1".as_slice()));
    // Two headers in one object are two flow logs.
    assert_eq!(
        of(&format!("{text}srcaddr dstaddr bytes interface-id\n10.0.0.5 10.0.0.6 1 eni-1\n")).flow_logs.len(),
        2
    );
}

#[test]
fn a_regional_gateway_is_known_by_its_resource() {
    let partial = of("interface-id resource-id srcaddr dstaddr bytes\n\
                      - nat-1 10.0.0.5 203.0.113.5 7\n\
                      eni-1 nat-1 10.0.0.5 203.0.113.5 8\n");
    let ids: Vec<&[u8]> = partial.observers.iter().map(|observer| &*observer.id).collect();
    assert_eq!(ids, [b"nat-1".as_slice(), b"eni-1"]);
}

#[test]
fn the_first_malformed_rows_are_kept_as_examples() {
    let atlas = atlas();
    let mut sink = Classifier::new(&atlas, Window::default(), Partial::new());
    sink.begin("logs/a.log", None);
    let log = format!("srcaddr bytes\n{}", "10.0.0.5 x\n".repeat(20));
    TextParser::new(FormatHints::default()).feed(log.as_bytes(), &mut sink).expect("a log");
    let lines: Vec<u64> = sink.examples.iter().map(|example| example.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6]);
    assert_eq!(lines.len(), EXAMPLES_PER_OBJECT);
    let first = &sink.examples[0];
    assert_eq!((first.object.as_str(), first.field.as_deref()), ("logs/a.log", Some("bytes")));
    assert_eq!(first.reason, "`x` is not a whole number of bytes");
    assert_eq!(sink.into_partial().counts.malformed, 20);
}

#[test]
fn a_missing_address_is_a_missing_end() {
    let log = "interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr bytes\neni-1 10.0.0.5 10.0.0.9 - - 7\n";
    let partial = of(log);
    let (key, _) = all_rows(&partial)[0];
    assert_eq!((key.pkt_src.kind(), key.pkt_dst.kind()), (EndKind::Missing, EndKind::Missing));
}
