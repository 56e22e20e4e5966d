//! Totals by key: adding records (`add`) and merging what workers have (`merge`), with few and many keys in one hour and in many.
//! The sums that come out are compared with those that went in.

mod inputs {
    pub mod mode;
}

use std::collections::HashMap;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flowtoll::aggregate::{End, FlowLogSource, Key, Opener, Partial};
use flowtoll::model::addr::Addr;
use flowtoll::model::flow::FlowDirection;
use flowtoll::model::time::Bucket;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use inputs::mode::is_timed;

/// An hour of 2026.
const FIRST_HOUR: u32 = 492_527;
/// Interfaces that are logged.
const OBSERVERS: u32 = 200;
/// Peer classes: services by Region, and the internet.
const CLASSES: u32 = 40;

/// What kinds of keys records have.
struct Shape {
    name: &'static str,
    /// Keys of an hour.
    keys: u32,
    hours: u32,
}

const SHAPES: [Shape; 4] = [
    Shape { name: "few-keys/1-hour", keys: 1_000, hours: 1 },
    Shape { name: "few-keys/24-hours", keys: 1_000, hours: 24 },
    Shape { name: "many-keys/1-hour", keys: 100_000, hours: 1 },
    Shape { name: "many-keys/24-hours", keys: 100_000, hours: 24 },
];

/// An interface's traffic with a peer, one way. Half of the peers are addresses of the VPC, half are classes.
fn key(number: u32, hour: u32) -> Key {
    let observer = number / 4 % OBSERVERS;
    let own = End::address(observer);
    let far = number / 4 / OBSERVERS;
    let peer =
        if far.is_multiple_of(2) { End::class(far / 2 % CLASSES) } else { End::address(OBSERVERS + far / 2) };
    let is_out = number.is_multiple_of(2);
    let (src, dst) = if is_out { (own, peer) } else { (peer, own) };
    Key {
        bucket: Bucket(FIRST_HOUR + hour),
        observer,
        src,
        dst,
        pkt_src: src,
        pkt_dst: dst,
        next_hop: 0,
        direction: if is_out { FlowDirection::Egress } else { FlowDirection::Ingress },
        traffic_path: if is_out { 8 } else { 0 },
        opener: if (number / 2).is_multiple_of(2) { Opener::SourceSurely } else { Opener::DestinationSurely },
    }
}

/// Records hour by hour, as logs come; a few keys of an hour have most of its records.
fn records(shape: &Shape, count: u32, seed: u64) -> Vec<(Key, u64)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..count)
        .map(|place| {
            let hour = u32::try_from(u64::from(place) * u64::from(shape.hours) / u64::from(count));
            // The least of three: a key at the front is likelier.
            let number = (0..3).map(|_| rng.random_range(0..shape.keys)).min();
            (key(number.unwrap_or(0), hour.unwrap_or(0)), rng.random_range(40..1_500_000))
        })
        .collect()
}

/// Totals that know all numbers that keys have; `turn` numbers them in another order.
fn empty(shape: &Shape, turn: u32) -> Partial {
    let mut partial = Partial::new();
    let source =
        FlowLogSource { identity: "fl-0aaaaaaaaaaaaaaa1".to_owned(), has_pkt: true, columns: u32::MAX };
    let flow_log = partial.flow_log(&source);
    let addresses = OBSERVERS + shape.keys / 4 / OBSERVERS / 2 + 1;
    for number in 0..OBSERVERS {
        let interface = format!("eni-{:017x}", (number + turn) % OBSERVERS);
        partial.observer(interface.as_bytes(), flow_log);
    }
    for number in 0..addresses {
        partial.address(Addr::v4(0x0a00_0000 + (number + turn) % addresses));
    }
    partial
}

fn add(mut partial: Partial, records: &[(Key, u64)]) -> Partial {
    for (key, bytes) in records {
        partial.add(*key, *bytes);
    }
    partial
}

fn merge((mut partial, other): (Partial, Partial)) -> Partial {
    partial.merge(other);
    partial
}

/// Every sum of the totals, by key.
fn sums(partial: &Partial) -> HashMap<Key, (u128, u64)> {
    let hours = partial.hours().expect("totals are in memory");
    let rows =
        hours.read().expect("totals are in memory").flat_map(|hour| hour.expect("totals are in memory").rows);
    rows.map(|(key, sum)| (key, (sum.bytes, sum.records))).collect()
}

/// The same, added up here.
fn sums_of(records: &[(Key, u64)]) -> HashMap<Key, (u128, u64)> {
    let mut sums: HashMap<Key, (u128, u64)> = HashMap::new();
    for (key, bytes) in records {
        let sum = sums.entry(*key).or_default();
        sum.0 += u128::from(*bytes);
        sum.1 += 1;
    }
    sums
}

/// Bytes and records of all sums.
fn all(sums: &HashMap<Key, (u128, u64)>) -> (u128, u64) {
    sums.values().fold((0, 0), |(bytes, records), sum| (bytes + sum.0, records + sum.1))
}

fn aggregate(criterion: &mut Criterion) {
    let count = if is_timed() { 400_000 } else { 4_000 };
    let mut group = criterion.benchmark_group("aggregate");
    group.sample_size(20);
    for shape in &SHAPES {
        let (first, second) = (records(shape, count, 1), records(shape, count, 2));

        let expected = sums_of(&first);
        assert!(sums(&add(empty(shape, 0), &first)) == expected, "{}: add", shape.name);
        let same = merge((add(empty(shape, 0), &first), add(empty(shape, 0), &second)));
        assert!(sums(&same) == sums_of(&[first.as_slice(), &second].concat()), "{}: merge", shape.name);
        let other = merge((add(empty(shape, 0), &first), add(empty(shape, 1), &second)));
        let (sums_first, sums_second) = (all(&expected), all(&sums_of(&second)));
        assert_eq!(
            all(&sums(&other)),
            (sums_first.0 + sums_second.0, sums_first.1 + sums_second.1),
            "{}: merge of other numbers",
            shape.name
        );

        group.throughput(Throughput::Elements(count.into()));
        group.bench_function(BenchmarkId::new("add", shape.name), |bencher| {
            bencher.iter_batched(|| empty(shape, 0), |partial| add(partial, &first), BatchSize::PerIteration);
        });
        // What is merged is totals, not records; and it is not done before it is in order.
        let totals = (expected.len() + sums_of(&second).len()) as u64;
        group.throughput(Throughput::Elements(totals));
        group.bench_function(BenchmarkId::new("merge", shape.name), |bencher| {
            bencher.iter_batched(
                || (add(empty(shape, 0), &first), add(empty(shape, 1), &second)),
                |both| merge(both).hours().expect("totals are in memory"),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, aggregate);
criterion_main!(benches);
