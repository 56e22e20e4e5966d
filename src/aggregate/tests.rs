//! The laws of merging, and what keys say.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    End, EndKind, FlowLogSource, Hour, Key, NextHop, ObserverFacts, Opener, Partial, Presence, Rejected,
    RejectedPeer, RowCounts, Sum, learn,
};
use crate::classify::atlas::Atlas;
use crate::classify::ip_ranges::IpRanges;
use crate::classify::sink::{Classifier, Window};
use crate::inventory::Inventory;
use crate::model::addr::Addr;
use crate::model::flow::{Action, FlowDirection, FlowRecord, LogStatus, ObserverTexts, Traffic};
use crate::model::time::Bucket;
use crate::parse::format::LineFormat;
use crate::parse::{Malformed, MalformedReason, RecordSink};

mod rejects;
mod spill;

/// All totals, hour by hour.
pub(crate) fn all_rows(partial: &Partial) -> Vec<(Key, Sum)> {
    let hours = partial.hours().expect("in memory");
    hours.read().expect("in memory").flat_map(|hour| hour.expect("in memory").rows).collect()
}

/// All rows of any kind, hour by hour; no observer is there twice in an hour.
pub(crate) fn all_presence(partial: &Partial) -> Vec<((u32, Bucket), Presence)> {
    let hours = partial.hours().expect("in memory");
    let of_hour = |hour: Hour| {
        hour.presence.into_iter().map(move |(observer, presence)| ((observer, hour.bucket), presence))
    };
    hours.read().expect("in memory").flat_map(|hour| of_hour(hour.expect("in memory"))).collect()
}

/// An end without private indexes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SeenEnd {
    Missing,
    Class(u32),
    Address(Addr),
}

/// A key without private indexes.
type SeenKey<'p> =
    (Bucket, (&'p [u8], &'p FlowLogSource), [SeenEnd; 4], &'p NextHop, FlowDirection, u8, Opener);

/// All that a partial says, whatever order it learned it in.
#[derive(Debug, PartialEq)]
struct View<'p> {
    flow_logs: BTreeSet<&'p FlowLogSource>,
    observers: BTreeMap<(&'p [u8], &'p FlowLogSource), &'p ObserverFacts>,
    addresses: BTreeSet<Addr>,
    next_hops: BTreeSet<&'p NextHop>,
    table: BTreeMap<SeenKey<'p>, (u128, u64)>,
    presence: BTreeMap<(&'p [u8], &'p FlowLogSource, Bucket), Presence>,
    rejected: Vec<(String, Addr, RejectedPeer, &'p FlowLogSource, u64)>,
    counts: RowCounts,
    span: Option<(i64, i64)>,
}

/// Rejected pairs without private indexes.
fn seen_rejects(partial: &Partial) -> Vec<(String, Addr, RejectedPeer, &FlowLogSource, u64)> {
    let seen = |pair: Rejected| {
        let flow_log = &partial.flow_logs[pair.flow_log as usize];
        (pair.observer, pair.client, pair.peer, flow_log, pair.records)
    };
    partial.rejected().0.into_iter().map(seen).collect()
}

fn view(partial: &Partial) -> View<'_> {
    let observer = |index: u32| {
        let observer = &partial.observers[index as usize];
        (&*observer.id, &partial.flow_logs[observer.flow_log as usize])
    };
    let end = |end: End| match end.kind() {
        EndKind::Missing => SeenEnd::Missing,
        EndKind::Class(class) => SeenEnd::Class(class),
        EndKind::Address(index) => SeenEnd::Address(partial.addresses[index as usize]),
    };
    let key = |key: &Key| {
        (
            key.bucket,
            observer(key.observer),
            [end(key.src), end(key.dst), end(key.pkt_src), end(key.pkt_dst)],
            &partial.next_hops[key.next_hop as usize],
            key.direction,
            key.traffic_path,
            key.opener,
        )
    };
    let (rows, presence) = (all_rows(partial), all_presence(partial));
    let view = View {
        flow_logs: partial.flow_logs.iter().collect(),
        observers: (0_u32..).zip(&partial.observers).map(|(i, known)| (observer(i), &known.facts)).collect(),
        addresses: partial.addresses.iter().copied().collect(),
        next_hops: partial.next_hops.iter().collect(),
        table: rows.iter().map(|(k, sum)| (key(k), (sum.bytes, sum.records))).collect(),
        presence: presence
            .iter()
            .map(|((index, bucket), presence)| ((observer(*index).0, observer(*index).1, *bucket), *presence))
            .collect(),
        rejected: seen_rejects(partial),
        counts: partial.counts,
        span: partial.span,
    };
    // Nothing is there twice under two indexes.
    assert_eq!(view.flow_logs.len(), partial.flow_logs.len());
    assert_eq!(view.observers.len(), partial.observers.len());
    assert_eq!(view.addresses.len(), partial.addresses.len());
    assert_eq!(view.next_hops.len(), partial.next_hops.len());
    assert_eq!(view.table.len(), rows.len());
    assert_eq!(view.presence.len(), presence.len());
    view
}

/// A row of some object: which flow log it is in, and its values, drawn from few so that rows meet.
#[derive(Debug, Clone)]
struct Row {
    format: usize,
    malformed: bool,
    record: FlowRecord<'static>,
}

const FORMATS: [&str; 3] =
    ["srcaddr dstaddr bytes", "srcaddr dstaddr pkt-srcaddr pkt-dstaddr bytes", "bytes srcaddr"];

fn row() -> impl Strategy<Value = Row> {
    fn one_of<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> prop::sample::Select<T> {
        prop::sample::select(values.to_vec())
    }
    let addresses =
        ["10.0.0.1", "10.0.0.2", "10.1.0.1", "203.0.113.5", "52.216.0.1", "fd00::1", "64:ff9b::52.216.0.1"];
    let addresses: Vec<Option<Addr>> = addresses
        .iter()
        .map(|text| Some(Addr::from(text.parse::<std::net::IpAddr>().expect("an address"))))
        .chain([None])
        .collect();
    let ids: [&'static [u8]; 4] = [b"eni-1", b"eni-2", b"nat-1", b""];
    let facts: [&'static [u8]; 3] = [b"a", b"b", b""];
    let times = [None, Some(1_773_100_800), Some(1_773_104_399), Some(1_773_104_400), Some(-5), Some(0)];
    let who = (one_of(&ids), one_of(&facts), one_of(&facts), one_of(&ids), one_of(&facts));
    let ends = (one_of(&addresses), one_of(&addresses), one_of(&addresses), one_of(&addresses));
    let what = (
        one_of(&[None, Some(0), Some(1), Some(1_500), Some(u64::MAX)]),
        one_of(&times),
        one_of(&times),
        one_of(&[Action::Accept, Action::Accept, Action::Accept, Action::Reject]),
        one_of(&[LogStatus::Ok, LogStatus::Ok, LogStatus::Ok, LogStatus::NoData, LogStatus::SkipData]),
        one_of(&[FlowDirection::Unknown, FlowDirection::Ingress, FlowDirection::Egress]),
        0_u8..3,
        one_of(&[0_u16, 443, 50_000]),
    );
    (0..FORMATS.len(), prop::bool::weighted(0.05), who, ends, what).prop_map(
        |(format, malformed, who, ends, what)| {
            let record = FlowRecord {
                observer: ObserverTexts {
                    interface_id: who.0,
                    account_id: who.1,
                    vpc_id: who.2,
                    ..ObserverTexts::default()
                },
                next_hop_interface_id: who.3,
                next_hop_interface_type: who.4,
                src: ends.0,
                dst: ends.1,
                pkt_src: ends.2,
                pkt_dst: ends.3,
                traffic: Traffic {
                    bytes: what.0,
                    start: what.1,
                    end: what.2,
                    action: what.3,
                    status: what.4,
                    direction: what.5,
                    traffic_path: what.6,
                    src_port: what.7,
                    dst_port: if what.6 == 0 { 443 } else { 1_024 },
                    protocol: 6,
                },
            };
            Row { format, malformed, record }
        },
    )
}

fn atlas() -> &'static Atlas {
    static ATLAS: std::sync::OnceLock<Atlas> = std::sync::OnceLock::new();
    ATLAS.get_or_init(|| Atlas::new(&IpRanges::embedded(), &Inventory::default()))
}

fn partial(rows: &[Row]) -> Partial {
    read(rows, Partial::new())
}

/// Reads rows into a partial.
fn read(rows: &[Row], partial: Partial) -> Partial {
    let mut sink = Classifier::new(atlas(), Window::default(), partial);
    for row in rows {
        sink.begin("object", None);
        sink.format(&LineFormat::of_log_format(FORMATS[row.format]).expect("a format"));
        if row.malformed {
            sink.malformed(1, Malformed { field: None, reason: MalformedReason::TooLong { limit: 1 } });
        } else {
            sink.spelled_record(&row.record);
        }
    }
    sink.into_partial()
}

fn merged(mut left: Partial, right: Partial) -> Partial {
    left.merge(right);
    left
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn merging_in_any_order_is_reading_in_one_go(
        rows in prop::collection::vec(row(), 0..40),
        cuts in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let mut cuts = [cuts.0.index(rows.len() + 1), cuts.1.index(rows.len() + 1)];
        cuts.sort_unstable();
        let whole = partial(&rows);
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut parts = partials(&rows, cuts).map(Some);
            let [a, b, c] = order.map(|index| parts[index].take().expect("each is taken once"));
            assert_same(&merged(merged(a, b), c), &whole);
            let mut parts = partials(&rows, cuts).map(Some);
            let [a, b, c] = order.map(|index| parts[index].take().expect("each is taken once"));
            assert_same(&merged(a, merged(b, c)), &whole);
        }
    }

    #[test]
    fn an_empty_partial_changes_nothing(rows in prop::collection::vec(row(), 0..20)) {
        let whole = partial(&rows);
        assert_same(&merged(Partial::new(), partial(&rows)), &whole);
        assert_same(&merged(partial(&rows), Partial::new()), &whole);
    }

    #[test]
    fn no_byte_and_no_row_is_lost(rows in prop::collection::vec(row(), 0..40)) {
        let whole = partial(&rows);
        let counts = whole.counts;
        prop_assert_eq!(counts.records(), rows.len() as u64);
        let bytes = |row: &&Row| u128::from(row.record.traffic.bytes.unwrap_or(0));
        let all: u128 = rows.iter().filter(|row| !row.malformed).map(|row| bytes(&row)).sum();
        prop_assert_eq!(counts.bytes_total, all);
        let accepted: u128 = all_rows(&whole).iter().map(|(_, sum)| sum.bytes).sum();
        let others = counts.bytes_rejected
            + counts.bytes_skipdata
            + counts.bytes_without_address
            + counts.bytes_without_observer;
        prop_assert_eq!(accepted + others, counts.bytes_total);
    }

    #[test]
    fn both_ends_see_the_same_opener(src in any::<u16>(), dst in any::<u16>(), protocol in any::<u8>()) {
        let back = match Opener::of(dst, src, protocol) {
            Opener::Unknown => Opener::Unknown,
            Opener::Source => Opener::Destination,
            Opener::Destination => Opener::Source,
            Opener::SourceSurely => Opener::DestinationSurely,
            Opener::DestinationSurely => Opener::SourceSurely,
        };
        prop_assert_eq!(Opener::of(src, dst, protocol), back);
    }

    #[test]
    fn an_end_says_what_it_was_made_of(index in 0_u32..1 << 31) {
        prop_assert_eq!(End::address(index).kind(), EndKind::Address(index));
        if index < (1 << 31) - 1 {
            prop_assert_eq!(End::class(index).kind(), EndKind::Class(index));
            prop_assert_ne!(End::class(index), End::address(index));
        }
    }
}

fn assert_same(left: &Partial, right: &Partial) {
    assert_eq!(view(left), view(right));
}

/// Three partials of the three parts of the rows.
fn partials(rows: &[Row], cuts: [usize; 2]) -> [Partial; 3] {
    [&rows[..cuts[0]], &rows[cuts[0]..cuts[1]], &rows[cuts[1]..]].map(partial)
}

#[test]
fn a_missing_end_is_neither_class_nor_address() {
    assert_eq!(End::MISSING.kind(), EndKind::Missing);
    assert_ne!(End::MISSING, End::class(0));
    assert_ne!(End::MISSING, End::address(0));
}

#[test]
fn openers() {
    for (src, dst, protocol, opener) in [
        // TCP from a drawn port to a system port, and back.
        (49_152, 443, 6, Opener::SourceSurely),
        (443, 49_152, 6, Opener::DestinationSurely),
        (1_024, 1_023, 6, Opener::SourceSurely),
        (32_768, 8_080, 6, Opener::SourceSurely),
        (8_080, 32_768, 6, Opener::DestinationSurely),
        // Both system ports, both served, both drawn: the higher is the likelier opener.
        (1_023, 443, 6, Opener::Source),
        (8_080, 5_432, 6, Opener::Source),
        (50_000, 40_000, 6, Opener::Source),
        (5_432, 8_080, 6, Opener::Destination),
        // Not TCP: never sure.
        (49_152, 53, 17, Opener::Source),
        (53, 49_152, 17, Opener::Destination),
        (443, 443, 6, Opener::Unknown),
        (0, 443, 6, Opener::Unknown),
        (49_152, 0, 6, Opener::Unknown),
        (0, 0, 1, Opener::Unknown),
    ] {
        assert_eq!(Opener::of(src, dst, protocol), opener, "{src} {dst} {protocol}");
    }
}

#[test]
fn the_smallest_text_is_learned() {
    let mut fact = None;
    for value in [b"".as_slice(), b"vpc-2", b"vpc-1", b"", b"vpc-3"] {
        learn(&mut fact, value);
    }
    assert_eq!(fact.as_deref(), Some(b"vpc-1".as_slice()));
}

#[test]
fn indexes_are_given_once() {
    let mut partial = Partial::new();
    let source = |identity: &str| FlowLogSource { identity: identity.to_owned(), has_pkt: false, columns: 1 };
    let (a, b) = (partial.flow_log(&source("fl-a")), partial.flow_log(&source("fl-b")));
    assert_eq!((partial.flow_log(&source("fl-a")), partial.flow_logs.len()), (a, 2));
    let observer = partial.observer(b"eni-1", a);
    assert_ne!(
        partial.observer(b"eni-1", b),
        observer,
        "the same interface in two flow logs is two observers"
    );
    assert_eq!(partial.observer(b"eni-1", a), observer);
    assert_eq!(partial.next_hop(b"", b""), 0);
    let hop = partial.next_hop(b"eni-9", b"nat_gateway");
    assert_ne!(partial.next_hop(b"eni-9", b""), hop);
    assert_eq!((partial.next_hop(b"eni-9", b"nat_gateway"), partial.next_hops.len()), (hop, 3));
    let kept = partial.address(Addr::v4(1));
    assert_ne!(partial.address(Addr::v4(2)), kept);
    assert_eq!((partial.address(Addr::v4(1)), partial.addresses.len()), (kept, 2));
}

#[test]
fn sums_do_not_end_at_64_bits() {
    let row = Row {
        format: 0,
        malformed: false,
        record: FlowRecord {
            observer: ObserverTexts { interface_id: b"eni-1", ..ObserverTexts::default() },
            src: Some(Addr::v4(0x0a00_0001)),
            dst: Some(Addr::v4(0xcb00_7105)),
            traffic: Traffic { bytes: Some(u64::MAX), start: Some(1_773_100_800), ..Traffic::default() },
            ..FlowRecord::default()
        },
    };
    let whole = partial(&[row.clone(), row.clone(), row]);
    let sums: Vec<Sum> = all_rows(&whole).into_iter().map(|(_, sum)| sum).collect();
    assert_eq!(sums, [Sum { bytes: 3 * u128::from(u64::MAX), records: 3 }]);
    assert_eq!(whole.span, Some((1_773_100_800, 1_773_100_800)));
}
