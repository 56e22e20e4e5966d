//! That rows are remembered by their kind, and hours decoded ahead, makes no difference.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;

use super::addr;
use super::path::{attachment, network};
use crate::aggregate::{End, FlowLogSource, Key, Opener, Partial, Presence};
use crate::attribute::kinds::Kinds;
use crate::attribute::{MAX_KINDS, Topology, attribute_with};
use crate::classify::atlas::{Atlas, Place};
use crate::classify::ip_ranges::IpRanges;
use crate::inventory::{InterfaceKind, Inventory, NetworkInterface};
use crate::model::flow::FlowDirection;
use crate::model::time::Bucket;

/// Interfaces of the network with what they are, their subnets and addresses; the last is not in the inventory.
const INTERFACES: [(&str, InterfaceKind, &str, &str, &str); 7] = [
    ("eni-nat1", InterfaceKind::NatGateway, "vpc-1", "main", "10.0.0.5"),
    ("eni-nat2", InterfaceKind::NatGateway, "vpc-1", "main", "10.0.0.6"),
    ("eni-client", InterfaceKind::Ordinary, "vpc-1", "private", "10.0.1.10"),
    ("eni-spoke", InterfaceKind::Ordinary, "vpc-2", "spoke", "10.2.0.10"),
    ("eni-endpoint", InterfaceKind::VpcEndpoint, "vpc-1", "private", "10.0.1.50"),
    ("eni-a1", InterfaceKind::TransitGateway, "vpc-1", "attachment-1", "10.0.2.1"),
    ("eni-stranger", InterfaceKind::Ordinary, "", "", "10.0.1.99"),
];

/// Far ends: of S3, DynamoDB, EC2, the internet, another network, nobody.
const PEERS: [&str; 6] = ["52.216.8.19", "52.94.0.60", "44.192.140.11", "8.8.8.8", "192.168.7.7", "10.9.9.9"];

/// The network, and the partition for it, which takes longer than all else here.
static WORLD: LazyLock<(Inventory, Atlas)> = LazyLock::new(|| {
    let inventory = inventory();
    let atlas = Atlas::new(&IpRanges::embedded(), &inventory);
    (inventory, atlas)
});

fn inventory() -> Inventory {
    let mut inventory = network();
    inventory.network_interfaces = INTERFACES[..6]
        .iter()
        .map(|(id, kind, vpc, subnet, address)| NetworkInterface {
            kind: *kind,
            vpc_id: Some((*vpc).to_owned()),
            addresses: vec![address.parse().expect("an address")],
            nat_gateway_id: id.strip_prefix("eni-nat").map(|number| format!("nat-{number}")),
            vpc_endpoint_id: (*id == "eni-endpoint").then(|| "vpce-of-a-service".to_owned()),
            ..attachment(id, subnet)
        })
        .collect();
    inventory
}

/// A row: hour, observer, ends (of [`INTERFACES`] and [`PEERS`], one more for none), hop, direction, traffic path, opener, bytes.
type Row = (i64, usize, [usize; 4], usize, FlowDirection, u8, Opener, u64);

fn row() -> impl Strategy<Value = Row> {
    let end = || 0..=INTERFACES.len() + PEERS.len();
    // Packet addresses are often as logged, or missing.
    let ends = (end(), end(), end(), end(), 0..4_u8).prop_map(|(src, dst, pkt_src, pkt_dst, dress)| {
        let none = INTERFACES.len() + PEERS.len();
        match dress {
            0 => [src, dst, none, none],
            1 => [src, dst, src, dst],
            _ => [src, dst, pkt_src, pkt_dst],
        }
    });
    let direction = select(vec![FlowDirection::Unknown, FlowDirection::Ingress, FlowDirection::Egress]);
    let opener = select(vec![
        Opener::Unknown,
        Opener::Source,
        Opener::Destination,
        Opener::SourceSurely,
        Opener::DestinationSurely,
    ]);
    let path = select(vec![0_u8, 0, 1, 3, 4, 7, 8]);
    let bytes = prop_oneof![1..1_000_u64, any::<u32>().prop_map(u64::from)];
    (0..4_i64, 0..INTERFACES.len(), ends, 0..6_usize, direction, path, opener, bytes)
}

fn partial(rows: &[Row], atlas: &Atlas) -> Partial {
    let mut partial = Partial::new();
    let source = FlowLogSource { identity: "fl-1".to_owned(), has_pkt: true, columns: 1 };
    let log = partial.flow_log(&source);
    for (hour, observer, ends, hop, direction, traffic_path, opener, bytes) in rows {
        let bucket = Bucket::of(1_773_100_800 + hour * 3_600).expect("a time of this century");
        let observer = partial.observer(INTERFACES[*observer].0.as_bytes(), log);
        let [src, dst, pkt_src, pkt_dst] = ends.map(|end| {
            let text = INTERFACES.iter().map(|interface| interface.4).chain(PEERS).nth(end);
            match text.map(|text| (addr(text), atlas.place(addr(text)))) {
                None => End::MISSING,
                Some((_, Place::Class(class))) => End::class(class),
                Some((addr, Place::Kept)) => End::address(partial.address(addr)),
            }
        });
        let next_hop = match hop {
            0 => partial.next_hop(b"eni-nat1", b"nat_gateway"),
            1 => partial.next_hop(b"eni-of-a-gateway-nobody-knows", b"nat_gateway"),
            2 => partial.next_hop(b"eni-balancer", b"network_load_balancer"),
            _ => 0,
        };
        let presence = Presence {
            rows: 1,
            span: (bucket.start(), bucket.start() + 60),
            late_bytes: u128::from(*bytes),
            early_bytes: u128::from(*bytes),
            ..Presence::default()
        };
        partial.add_presence(observer, bucket, &presence);
        let (direction, traffic_path, opener) = (*direction, *traffic_path, *opener);
        let key =
            Key { bucket, observer, src, dst, pkt_src, pkt_dst, next_hop, direction, traffic_path, opener };
        partial.add(key, *bytes);
    }
    partial
}

proptest! {
    #[test]
    fn remembering_makes_no_difference(rows in prop::collection::vec(row(), 1..60), few in 0..20_usize) {
        let (inventory, atlas) = &*WORLD;
        let topology = Topology::new(inventory);
        let partial = partial(&rows, atlas);
        let with = |workers: usize, max_kinds: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).build().expect("threads");
            let outcome = pool.install(|| attribute_with(&partial, atlas, &topology, max_kinds));
            outcome.expect("in memory")
        };
        let plain = with(1, 0);
        let counted: u128 = plain.flows.iter().map(|flow| flow.volume.0 + flow.volume.1).sum();
        let bytes: u128 = rows.iter().map(|row| u128::from(row.7)).sum();
        prop_assert_eq!(counted + plain.duplicate_bytes, bytes);
        let plain = format!("{plain:?}");
        for (workers, max_kinds) in [(1, MAX_KINDS), (2, MAX_KINDS), (1, few), (2, few)] {
            prop_assert_eq!(&plain, &format!("{:?}", with(workers, max_kinds)), "{} workers, {} kinds", workers, max_kinds);
        }
    }

    /// A kind has one number, whatever came between.
    #[test]
    fn kinds_have_one_number(rows in prop::collection::vec(row(), 1..80), limit in 0..30_usize) {
        let partial = partial(&rows, &WORLD.1);
        let mut kinds = Kinds::new(limit);
        for _ in 0..2 {
            for hour in partial.hours().expect("in memory").read().expect("in memory") {
                let hour = hour.expect("in memory");
                for ((key, _), kind) in hour.rows.iter().zip(kinds.of(&hour)) {
                    let bare = Key { bucket: Bucket::NONE, ..*key };
                    let place = kinds.keys().iter().position(|known| *known == bare);
                    prop_assert_eq!(kind.map(|kind| kind as usize), place);
                    prop_assert!(place.is_some() || !kinds.is_whole());
                }
            }
        }
        prop_assert!(kinds.keys().len() <= limit);
    }
}
