//! Totals by hour: where they lie does not show, and what is in memory stays within limits.

use std::io;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Row, assert_same, merged, partial, read, row};
use crate::aggregate::coding::{Decoder, Encoder};
use crate::aggregate::store::FIRST_OPEN_TOTALS;
use crate::aggregate::{
    End, FlowLogSource, Key, Limits, MAX_OPEN_TOTALS, MAX_RESIDENT_BYTES, Opener, Partial, Presence, Store,
    Sum,
};
use crate::model::flow::FlowDirection;
use crate::model::time::Bucket;
use crate::source::scratch::{Scratch, ScratchFile};

/// A table that is full at once, and no memory for what it held.
const TINY: Limits = Limits { open_totals: 2, resident_bytes: 40 };

fn on_disk(limits: Limits) -> Arc<Store> {
    Store::new(limits, Some(Box::new(ScratchFile::default())))
}

/// A disk with room for so many writes.
#[derive(Debug)]
struct SmallDisk {
    writes: std::sync::atomic::AtomicUsize,
    file: ScratchFile,
}

impl Scratch for SmallDisk {
    fn append(&self, bytes: &[u8]) -> io::Result<u64> {
        let left = self.writes.load(std::sync::atomic::Ordering::Relaxed);
        let left = left.checked_sub(1).ok_or_else(|| io::Error::other("no space left"))?;
        self.writes.store(left, std::sync::atomic::Ordering::Relaxed);
        self.file.append(bytes)
    }

    fn read(&self, place: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read(place, buffer)
    }
}

fn small_disk(writes: usize) -> Arc<Store> {
    let disk = SmallDisk { writes: writes.into(), file: ScratchFile::default() };
    Store::new(TINY, Some(Box::new(disk)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn where_totals_lie_does_not_show(rows in prop::collection::vec(row(), 0..60)) {
        let whole = partial(&rows);
        assert_same(&read(&rows, Partial::in_store(&on_disk(TINY))), &whole);
        // Without a temporary file, and with one that is soon full, everything stays in memory.
        assert_same(&read(&rows, Partial::in_store(&Store::new(TINY, None))), &whole);
        for writes in [0, 3] {
            assert_same(&read(&rows, Partial::in_store(&small_disk(writes))), &whole);
        }
    }

    #[test]
    fn partials_on_disk_merge_as_those_in_memory(
        rows in prop::collection::vec(row(), 0..40),
        cuts in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let mut cuts = [cuts.0.index(rows.len() + 1), cuts.1.index(rows.len() + 1)];
        cuts.sort_unstable();
        let whole = partial(&rows);
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            for left_first in [true, false] {
                let [a, b, c] = order.map(|index| of_part(&rows, cuts, index));
                let all = if left_first { merged(merged(a, b), c) } else { merged(a, merged(b, c)) };
                assert_same(&all, &whole);
            }
        }
        let alone = || read(&rows, Partial::in_store(&on_disk(TINY)));
        assert_same(&merged(Partial::new(), alone()), &whole);
        assert_same(&merged(alone(), Partial::new()), &whole);
    }

    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec((key(), sum(), presence()), 0..20)) {
        let bucket = Bucket(492_528);
        let (mut written, mut of_any_kind) = (Vec::new(), Vec::new());
        let (mut encoder, mut other) = (Encoder::new(&mut written), Encoder::new(&mut of_any_kind));
        for (key, sum, presence) in &rows {
            encoder.row(&Key { bucket, ..*key }, sum);
            other.presence(bucket, key.observer, presence);
        }
        let mut decoder = Decoder::new(&written, bucket);
        let mut other = Decoder::new(&of_any_kind, bucket);
        for (key, sum, presence) in &rows {
            prop_assert_eq!(decoder.row().expect("a row"), (Key { bucket, ..*key }, *sum));
            prop_assert_eq!(other.presence().expect("rows"), (key.observer, *presence));
        }
        prop_assert!(decoder.is_empty() && other.is_empty());
        // What is cut off is an error, never another row.
        if let Some(cut) = written.len().checked_sub(1) {
            let mut decoder = Decoder::new(&written[..cut], bucket);
            let read = rows.iter().map_while(|_| decoder.row().ok()).count();
            prop_assert_eq!(read, rows.len() - 1);
        }
    }
}

/// One of three parts of the rows, in a store of its own kind.
fn of_part(rows: &[Row], cuts: [usize; 2], index: usize) -> Partial {
    let part = [&rows[..cuts[0]], &rows[cuts[0]..cuts[1]], &rows[cuts[1]..]][index];
    let store = match index {
        0 => on_disk(TINY),
        1 => small_disk(1),
        _ => on_disk(Limits { open_totals: 3, resident_bytes: 200 }),
    };
    let mut partial = read(part, Partial::in_store(&store));
    if index == 1 {
        partial.close();
    }
    partial
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::MISSING),
        (0_u32..u32::MAX >> 1).prop_map(End::class),
        (0_u32..=u32::MAX >> 1).prop_map(End::address),
        (0_u32..3).prop_map(End::address),
    ]
}

fn key() -> impl Strategy<Value = Key> {
    let directions = vec![FlowDirection::Unknown, FlowDirection::Ingress, FlowDirection::Egress];
    let openers = vec![
        Opener::Unknown,
        Opener::Source,
        Opener::Destination,
        Opener::SourceSurely,
        Opener::DestinationSurely,
    ];
    let shape = (prop::sample::select(directions), any::<u8>(), prop::sample::select(openers));
    let hop = prop_oneof![Just(0), any::<u32>()];
    ((any::<u32>(), hop), (end(), end(), end(), end()), shape).prop_map(|((observer, hop), ends, shape)| {
        Key {
            bucket: Bucket::NONE,
            observer,
            src: ends.0,
            dst: ends.1,
            pkt_src: ends.2,
            pkt_dst: ends.3,
            next_hop: hop,
            direction: shape.0,
            traffic_path: shape.1,
            opener: shape.2,
        }
    })
}

fn bytes() -> impl Strategy<Value = u128> {
    prop_oneof![0_u128..300, any::<u64>().prop_map(u128::from), any::<u128>()]
}

fn sum() -> impl Strategy<Value = Sum> {
    (bytes(), any::<u64>()).prop_map(|(bytes, records)| Sum { bytes, records })
}

fn presence() -> impl Strategy<Value = Presence> {
    (any::<u64>(), any::<u64>(), any::<(i64, i64)>(), bytes(), bytes()).prop_map(
        |(rows, skipdata, span, early_bytes, late_bytes)| Presence {
            rows,
            skipdata,
            span,
            early_bytes,
            late_bytes,
        },
    )
}

/// Adds so many hours of 50 interfaces with 20 peers each, and gives the most bytes that were held.
fn most_bytes(store: &Arc<Store>, hours: u32) -> usize {
    let mut partial = Partial::in_store(store);
    let flow_log = partial.flow_log(&FlowLogSource { identity: "fl".to_owned(), has_pkt: false, columns: 1 });
    let mut most = 0;
    for hour in 0..hours {
        for eni in 0..50_u32 {
            let observer = partial.observer(&eni.to_le_bytes(), flow_log);
            let bucket = Bucket(492_528 + hour);
            partial.add_presence(observer, bucket, &Presence { rows: 20, ..Presence::default() });
            for peer in 0..20 {
                let key = Key {
                    bucket,
                    observer,
                    src: End::address(eni),
                    dst: End::class(peer),
                    pkt_src: End::MISSING,
                    pkt_dst: End::MISSING,
                    next_hop: 0,
                    direction: FlowDirection::Egress,
                    traffic_path: 0,
                    opener: Opener::Source,
                };
                partial.add(key, u64::from(hour * 1_000 + peer));
            }
        }
        most = most.max(partial.hourly_bytes());
    }
    for addr in 0..50 {
        partial.address(crate::model::addr::Addr::v4(addr));
    }
    // Nor is it more once everything is in order.
    let ordered = partial.hours().expect("a temporary file");
    assert_eq!(ordered.read().expect("a temporary file").count(), hours as usize);
    most.max(partial.hourly_bytes())
}

#[test]
fn memory_does_not_grow_with_hours() {
    let limits = Limits { open_totals: 1 << 12, resident_bytes: 1 << 16 };
    // A row is 64 bytes, its slots twice 8; a list that grows may have twice the room it needs.
    let bound = (1 << 12) * (64 + 2 * 2 * 8 + 80) * 2 + (1 << 16);
    let (short, long) = (most_bytes(&on_disk(limits), 72), most_bytes(&on_disk(limits), 720));
    assert!(short <= bound && long <= bound, "{short} and {long} of {bound}");
    assert!(long * 10 <= short * 11, "ten times the hours take {long} bytes instead of {short}");
    // Without a disk nothing is lost, and a row takes about ten bytes.
    let in_memory = most_bytes(&Store::new(limits, None), 720);
    assert!((720 * 1_000 * 6..720 * 1_000 * 24).contains(&in_memory), "{in_memory}");
}

#[test]
fn workers_share_the_room() {
    for workers in 0..100 {
        let limits = Limits::for_workers(workers);
        assert!(limits.open_totals * workers <= MAX_OPEN_TOTALS || limits.open_totals == FIRST_OPEN_TOTALS);
        assert_eq!(limits.resident_bytes, MAX_RESIDENT_BYTES);
    }
}

/// A disk that takes everything and gives nothing back.
#[derive(Debug)]
struct BrokenDisk;

impl Scratch for BrokenDisk {
    fn append(&self, _: &[u8]) -> io::Result<u64> {
        Ok(0)
    }

    fn read(&self, _: u64, buffer: &mut [u8]) -> io::Result<()> {
        buffer.fill(0xff);
        Ok(())
    }
}

#[test]
fn a_broken_disk_is_an_error() {
    let store = Store::new(TINY, Some(Box::new(BrokenDisk)));
    let mut partial = Partial::in_store(&store);
    for hour in 1..100 {
        partial.add_presence(0, Bucket(hour), &Presence::default());
    }
    assert!(partial.hours().is_err());
}
