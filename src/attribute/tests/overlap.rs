//! Which of several flow logs of one interface is counted, by hand.

use crate::aggregate::{End, FlowLogSource, Key, Opener, Partial, Presence, Sum};
use crate::attribute::overlap::{self, Chosen};
use crate::model::flow::FlowDirection;
use crate::model::time::Bucket;

/// 2026-03-10T00:00:00Z.
const T: i64 = 1_773_100_800;

/// A flow log with packet addresses and 16 columns, and a plainer one of 10.
const RICH: &str = "fl-rich";
const PLAIN: &str = "fl-plain";

fn source(identity: &str) -> FlowLogSource {
    match identity {
        RICH => FlowLogSource { identity: identity.to_owned(), has_pkt: true, columns: (1 << 16) - 1 },
        _ => FlowLogSource { identity: identity.to_owned(), has_pkt: false, columns: (1 << 10) - 1 },
    }
}

/// Rows of one interface in one flow log and hour, over `span` seconds from the hour's start; accepted ones, if any.
fn add(partial: &mut Partial, log: &str, eni: &str, hour: i64, span: (i64, i64), bytes: Option<u64>) {
    let flow_log = partial.flow_log(&source(log));
    let observer = partial.observer(eni.as_bytes(), flow_log);
    let start = T + hour * 3_600;
    let bucket = Bucket::of(start).expect("a time of this century");
    let span = (start + span.0, start + span.1);
    partial.add_presence(observer, bucket, &Presence { rows: 1, span, ..Presence::default() });
    if let Some(bytes) = bytes {
        let key = Key {
            bucket,
            observer,
            src: End::class(0),
            dst: End::class(1),
            pkt_src: End::MISSING,
            pkt_dst: End::MISSING,
            next_hop: 0,
            direction: FlowDirection::Unknown,
            traffic_path: 0,
            opener: Opener::Unknown,
        };
        partial.add(key, bytes);
    }
}

fn choose(partial: &Partial) -> Chosen {
    overlap::choose(partial, partial.hours().expect("in memory")).expect("in memory")
}

fn rows(chosen: &Chosen) -> Vec<(Key, Sum)> {
    let hours = chosen.hours.read().expect("in memory");
    hours.flat_map(|hour| hour.expect("in memory").rows).collect()
}

const WHOLE: (i64, i64) = (0, 3_600);

/// For each counted row its flow log, hour and bytes.
fn counted<'p>(partial: &'p Partial, chosen: &Chosen) -> Vec<(&'p str, i64, u128)> {
    let mut rows: Vec<(&str, i64, u128)> = rows(chosen)
        .iter()
        .map(|(key, sum)| {
            let log = partial.observers[key.observer as usize].flow_log;
            let hour = (key.bucket.start() - T) / 3_600;
            (partial.flow_logs[log as usize].identity.as_str(), hour, sum.bytes)
        })
        .collect();
    rows.sort_unstable();
    rows
}

#[test]
fn one_flow_log_is_counted_as_it_is() {
    let mut partial = Partial::new();
    add(&mut partial, PLAIN, "eni-1", 0, WHOLE, Some(7));
    add(&mut partial, RICH, "eni-2", 0, WHOLE, Some(8));
    let chosen = choose(&partial);
    assert_eq!(counted(&partial, &chosen), [(PLAIN, 0, 7), (RICH, 0, 8)], "two interfaces do not compete");
    assert_eq!((chosen.duplicate_bytes, chosen.set_aside.len()), (0, 0));
}

#[test]
fn the_richer_flow_log_wins_in_every_hour() {
    let mut partial = Partial::new();
    for hour in 0..4 {
        add(&mut partial, PLAIN, "eni-1", hour, WHOLE, Some(100));
        add(&mut partial, RICH, "eni-1", hour, WHOLE, Some(99));
    }
    let chosen = choose(&partial);
    assert_eq!(counted(&partial, &chosen), [(RICH, 0, 99), (RICH, 1, 99), (RICH, 2, 99), (RICH, 3, 99)]);
    assert_eq!(chosen.duplicate_bytes, 400);
    assert_eq!(chosen.set_aside, [(PLAIN.to_owned(), 400)].into());
}

#[test]
fn of_equals_the_smaller_identity_wins() {
    let mut partial = Partial::new();
    add(&mut partial, "fl-b", "eni-1", 0, WHOLE, Some(100));
    add(&mut partial, "fl-a", "eni-1", 0, WHOLE, Some(100));
    assert_eq!(counted(&partial, &choose(&partial)), [("fl-a", 0, 100)]);
}

#[test]
fn a_richer_flow_log_of_rejected_traffic_never_wins() {
    let mut partial = Partial::new();
    for hour in 0..3 {
        add(&mut partial, PLAIN, "eni-1", hour, WHOLE, Some(100));
        // Rows, but none of accepted traffic.
        add(&mut partial, RICH, "eni-1", hour, WHOLE, None);
    }
    let chosen = choose(&partial);
    assert_eq!(counted(&partial, &chosen), [(PLAIN, 0, 100), (PLAIN, 1, 100), (PLAIN, 2, 100)]);
    assert_eq!(chosen.duplicate_bytes, 0);

    // Nor one whose accepted rows are empty.
    let mut partial = Partial::new();
    add(&mut partial, PLAIN, "eni-1", 0, WHOLE, Some(100));
    add(&mut partial, RICH, "eni-1", 0, WHOLE, Some(0));
    assert_eq!(choose(&partial).duplicate_bytes, 0);
}

#[test]
fn an_hour_that_the_richer_one_lacks_is_the_others() {
    let mut partial = Partial::new();
    for hour in 0..4 {
        add(&mut partial, PLAIN, "eni-1", hour, WHOLE, Some(100));
    }
    for hour in 2..4 {
        add(&mut partial, RICH, "eni-1", hour, WHOLE, Some(100));
    }
    let chosen = choose(&partial);
    assert_eq!(
        counted(&partial, &chosen),
        [(PLAIN, 0, 100), (PLAIN, 1, 100), (RICH, 2, 100), (RICH, 3, 100)]
    );
    assert_eq!(chosen.duplicate_bytes, 200);
}

#[test]
fn a_log_switched_on_within_the_hour_leaves_the_hour_to_the_fuller_one() {
    // The richer log starts at half past one; until then only the plain one saw anything.
    let mut partial = Partial::new();
    add(&mut partial, PLAIN, "eni-1", 1, WHOLE, Some(100));
    add(&mut partial, RICH, "eni-1", 1, (1_800, 3_600), Some(55));
    add(&mut partial, PLAIN, "eni-1", 2, WHOLE, Some(100));
    add(&mut partial, RICH, "eni-1", 2, WHOLE, Some(99));
    let chosen = choose(&partial);
    assert_eq!(counted(&partial, &chosen), [(PLAIN, 1, 100), (RICH, 2, 99)]);
    assert_eq!(chosen.duplicate_bytes, 155);
}

#[test]
fn a_log_that_replaced_another_within_the_hour_counts_beside_it() {
    let mut partial = Partial::new();
    add(&mut partial, PLAIN, "eni-1", 0, WHOLE, Some(100));
    add(&mut partial, PLAIN, "eni-1", 1, (0, 1_800), Some(40));
    add(&mut partial, RICH, "eni-1", 1, (1_800, 3_600), Some(60));
    add(&mut partial, RICH, "eni-1", 2, WHOLE, Some(100));
    let chosen = choose(&partial);
    assert_eq!(counted(&partial, &chosen), [(PLAIN, 0, 100), (PLAIN, 1, 40), (RICH, 1, 60), (RICH, 2, 100)]);
    assert_eq!(chosen.duplicate_bytes, 0);
}

#[test]
fn rows_come_in_an_order_of_what_they_say() {
    let partial = |reverse: bool| {
        let mut partial = Partial::new();
        let mut rows: Vec<(&str, i64)> = vec![("eni-1", 0), ("eni-1", 1), ("eni-2", 0), ("eni-3", 1)];
        if reverse {
            rows.reverse();
        }
        for (eni, hour) in rows {
            add(&mut partial, PLAIN, eni, hour, WHOLE, Some(1));
        }
        partial
    };
    let order = |partial: &Partial| -> Vec<(Vec<u8>, Bucket)> {
        let id = |observer: u32| partial.observers[observer as usize].id.to_vec();
        rows(&choose(partial)).iter().map(|(key, _)| (id(key.observer), key.bucket)).collect()
    };
    assert_eq!(order(&partial(false)), order(&partial(true)));
}
