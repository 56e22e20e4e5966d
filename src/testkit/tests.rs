//! The generator against itself: what it wrote is read back by short, plain code of these tests' own.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::*;

mod files;

/// A small standard world.
pub(super) fn small(seed: u64) -> World {
    World::new(seed, WorldOptions { hours: 2, conversations_per_hour: 400.0, ..WorldOptions::default() })
}

fn everything(world: &World) -> Coverage {
    Coverage::preset(world, Preset::Vpc, &Form::text(FieldOrder::V11))
}

/// Every file below a folder with its content.
pub(super) fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(place) = folders.pop() {
        for entry in std::fs::read_dir(place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let mut content = Vec::new();
                std::fs::File::open(&path).unwrap().read_to_end(&mut content).unwrap();
                files.insert(path.strip_prefix(folder).unwrap().to_path_buf(), content);
            }
        }
    }
    files
}

#[test]
fn fields_are_those_of_the_documentation() {
    let counts = [(2, 14), (3, 21), (4, 25), (5, 29), (7, 39), (8, 40), (9, 41), (10, 42), (11, 54)];
    for (version, count) in counts {
        let found = ALL_FIELDS.iter().filter(|field| field.version() <= version).count();
        assert_eq!(found, count, "fields up to version {version}");
    }
    assert_eq!(FieldOrder::V11.fields().len(), 54);
    assert_eq!(FieldOrder::Alphabetical.fields()[0].name(), "account-id");
    assert_eq!(format_version(&FieldOrder::V5.fields()), 5);
}

#[test]
fn same_seed_same_bytes() {
    let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    for (folder, seed) in folders.iter().zip([3, 3, 4]) {
        let world = small(seed);
        let mut coverage = Coverage::preset(&world, Preset::Overlap, &Form::parquet(FieldOrder::V5));
        coverage.flow_logs[0].form = Form::text_gz(FieldOrder::V11);
        write_world(&world, folder.path(), &Plan::new(coverage)).unwrap();
    }
    let trees: Vec<_> = folders.iter().map(|folder| tree(folder.path())).collect();
    assert!(trees[0].len() > 20);
    assert!(trees[0] == trees[1], "the same seed gives the same files");
    assert!(trees[0] != trees[2], "another seed gives others");
}

/// Sums of a leg's bytes at each observer.
fn leg_sums(world: &World, legs: &[Leg]) -> HashMap<usize, u64> {
    let mut sums = HashMap::new();
    for (_, record) in world.records(&everything(world)) {
        if legs.contains(&record.leg) {
            *sums.entry(record.observer).or_default() += record.bytes;
        }
    }
    sums
}

#[test]
fn inside_and_outside_legs_carry_the_truth() {
    let world = small(11);
    let truth = world.truth(&everything(&world));
    let legs = [[Leg::N1], [Leg::N2], [Leg::N3], [Leg::N4]].map(|leg| leg_sums(&world, &leg));
    let scans = leg_sums(&world, &[Leg::Scan]);
    assert_eq!(truth.nat_gateways.len(), world.nats.len());
    for (nat, told) in world.nats.iter().zip(&truth.nat_gateways) {
        let sum = |sums: &HashMap<usize, u64>| -> u64 {
            nat.interfaces.iter().filter_map(|interface| sums.get(interface)).sum()
        };
        assert!(told.bytes_out > 0 && told.bytes_in > 0, "{} has traffic", told.name);
        assert_eq!(legs.each_ref().map(sum), [told.bytes_out, told.bytes_out, told.bytes_in, told.bytes_in]);
        assert_eq!(sum(&scans), told.bytes_scanned);
        assert_eq!(told.hours.iter().map(|hour| hour.bytes_out).sum::<u64>(), told.bytes_out);
        assert_eq!(told.hours.iter().map(|hour| hour.bytes_in).sum::<u64>(), told.bytes_in);
    }
}

#[test]
fn client_rows_carry_the_attribution() {
    let world = small(12);
    let truth = world.truth(&everything(&world));
    let (out, inward) = (leg_sums(&world, &[Leg::S1]), leg_sums(&world, &[Leg::S2]));
    let mut told: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for row in &truth.attribution {
        let sums = told.entry(&row.interface_id).or_default();
        sums.0 += row.bytes_out;
        sums.1 += row.bytes_in;
    }
    assert!(told.len() > 10);
    for (number, interface) in world.interfaces.iter().enumerate() {
        let sums = told.get(interface.id.as_str()).copied().unwrap_or_default();
        let seen = (out.get(&number).copied().unwrap_or(0), inward.get(&number).copied().unwrap_or(0));
        assert_eq!(seen, sums, "{}", interface.name);
    }
    let paths: std::collections::BTreeSet<_> = truth.attribution.iter().map(|row| row.path).collect();
    assert_eq!(paths.len(), 9, "every path but vpn and unknown: {paths:?}");
}

#[test]
fn endpoint_rows_carry_the_endpoints() {
    let world = small(13);
    let truth = world.truth(&everything(&world));
    let sums = leg_sums(&world, &[Leg::PeerIn, Leg::PeerOut]);
    let mut seen_idle = 0;
    for (endpoint, told) in world.endpoints.iter().zip(&truth.endpoints) {
        if endpoint.is_gateway() {
            assert!(told.bytes_out > 0);
            continue;
        }
        let seen: u64 = endpoint.interfaces.iter().filter_map(|eni| sums.get(eni)).sum();
        assert_eq!(seen, told.bytes_out + told.bytes_in, "{}", told.service);
        seen_idle += usize::from(seen == 0);
    }
    assert_eq!(seen_idle, 1, "one endpoint is forgotten");
}

#[test]
fn rows_have_the_documented_shapes() {
    let world = small(14);
    let mut seen = HashMap::new();
    for (_, record) in world.records(&everything(&world)) {
        *seen.entry(record.leg).or_insert(0) += 1;
        assert!(record.start <= record.end && record.end / 60 == record.start / 60);
        if record.status != Status::Ok {
            continue;
        }
        assert!(record.packets > 0 && record.bytes >= 40 * record.packets, "{record:?}");
        assert_eq!(record.traffic_path.is_some(), record.direction == Direction::Egress, "{record:?}");
        let observer = &world.interfaces[record.observer];
        let Some(own) = observer.primary.map(IpAddr::V4) else {
            assert_eq!(
                (record.source, record.destination),
                (record.packet_source, record.packet_destination)
            );
            continue;
        };
        let is_v4 = record.packet_source.is_ipv4();
        let is_pod = |address: IpAddr| observer.secondaries.iter().any(|pod| IpAddr::V4(*pod) == address);
        match record.leg {
            Leg::N1 if is_v4 => assert!(record.destination == own && record.packet_destination != own),
            Leg::N4 if is_v4 => assert!(record.source == own && record.packet_source != own),
            Leg::N2 => {
                assert!(
                    record.source == own && (record.packet_source == own || is_pod(record.packet_source))
                );
            }
            Leg::N3 | Leg::Scan => assert!(
                record.destination == own
                    && (record.packet_destination == own || is_pod(record.packet_destination))
            ),
            Leg::S1 if is_v4 => assert_eq!(record.source, own),
            Leg::S2 if is_v4 => assert_eq!(record.destination, own),
            _ => {}
        }
    }
    assert_eq!(seen.len(), 13, "every leg occurs: {seen:?}");
}

#[test]
fn coverage_selects_rows_and_hours() {
    let world = small(15);
    let all = world.records(&everything(&world)).len();
    for preset in [Preset::Nat, Preset::Clients, Preset::Subnet, Preset::Mixed] {
        let coverage = Coverage::preset(&world, preset, &Form::text(FieldOrder::V5));
        let records = world.records(&coverage);
        assert!(!records.is_empty() && records.len() < all, "{preset:?}");
        let is_nat = |record: &Record| matches!(record.leg, Leg::N1 | Leg::N2 | Leg::N3 | Leg::N4);
        match preset {
            Preset::Nat => assert!(!records.iter().any(|(_, record)| record.leg == Leg::S1)),
            Preset::Clients => assert!(!records.iter().any(|(_, record)| is_nat(record))),
            _ => {}
        }
        let truth = world.truth(&coverage);
        assert_eq!(truth.ledger.records, records.len() as u64);
        assert_eq!(truth.ledger.bytes_total, records.iter().map(|(_, record)| record.bytes).sum::<u64>());
        assert_eq!(truth.nat_gateways, world.truth(&everything(&world)).nat_gateways);
    }
    let mut dark = everything(&world);
    for flow_log in &mut dark.flow_logs {
        flow_log.hours_off.push(1..2);
    }
    assert!(world.records(&dark).iter().all(|(_, record)| record.start < DEFAULT_START + 3600));
}

#[test]
fn scaling_comes_close() {
    let options = WorldOptions::default();
    let world = scale_to(7, &options, 50_000, everything);
    let rows = world.truth(&everything(&world)).ledger.records;
    assert!((47_000..53_000).contains(&rows), "{rows}");
}

mod routes;
