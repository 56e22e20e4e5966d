//! The ways of the traffic against the route tables of the inventory, by a longest match of this test's own.

use std::net::IpAddr;

use super::super::workload::Via;
use super::super::world::{Destination, RouteEntry, RouteTarget};
use super::super::*;
use super::{everything, small};

/// Prefix length when the block holds the address.
fn matched(cidr: &str, address: IpAddr) -> Option<u32> {
    let (base, length) = cidr.split_once('/').unwrap();
    let length: u32 = length.parse().unwrap();
    let (base, address, width) = match (base.parse().unwrap(), address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => (u32::from(base).into(), u32::from(address).into(), 32),
        (IpAddr::V6(base), IpAddr::V6(address)) => (u128::from(base), u128::from(address), 128),
        _ => return None,
    };
    let drop = width - length;
    (drop == 128 || base >> drop == address >> drop).then_some(length)
}

fn score(world: &World, entry: &RouteEntry, address: IpAddr) -> Option<u32> {
    match &entry.destination {
        Destination::V4(cidr) | Destination::V6(cidr) => matched(cidr, address),
        Destination::PrefixList(id) => {
            let list = world.prefix_lists.iter().find(|list| list.id == id).unwrap();
            list.entries.iter().filter_map(|cidr| matched(cidr, address)).max()
        }
    }
}

fn target(world: &World, client: usize, address: IpAddr) -> &RouteTarget {
    let subnet = world.interfaces[client].subnet.unwrap();
    let vpc = world.interfaces[client].vpc;
    let explicit =
        world.route_tables.iter().find(|table| table.associations.iter().any(|(_, place)| *place == subnet));
    let main = || world.route_tables.iter().find(|table| table.vpc == vpc && table.is_main);
    let table = explicit.or_else(main).unwrap();
    let routes = table.routes.iter().filter_map(|entry| Some((score(world, entry, address)?, entry)));
    &routes.max_by_key(|(length, _)| *length).expect("some route leads there").1.target
}

#[test]
fn requests_leave_as_the_routes_say() {
    for world in [small(31), World::new(32, WorldOptions::sample())] {
        let mut seen = 0;
        for conversation in world.conversations() {
            let workload = &world.workloads[conversation.workload];
            let Some(truth) = &workload.truth else { continue };
            let first = conversation.rows[0].record;
            assert_eq!(first.leg, Leg::S1);
            let target = target(&world, workload.client, first.packet_destination);
            let is_right = match (target, truth.path) {
                (RouteTarget::TransitGateway(id), _) => truth.through.as_ref() == Some(id),
                (RouteTarget::NatGateway(id), "nat-gateway") => {
                    matches!(truth.via, Via::Nat(nat) if world.nats[nat].id == *id)
                }
                (RouteTarget::Gateway(id), "gateway-endpoint") => {
                    matches!(truth.via, Via::Endpoint(endpoint) if world.endpoints[endpoint].id == *id)
                }
                (RouteTarget::Gateway(id), "local" | "interface-endpoint") => id == "local",
                (RouteTarget::Gateway(id), "internet-gateway") => id.starts_with("igw-"),
                (RouteTarget::Interface(eni), "nat-instance") => truth.via == Via::Interface(*eni),
                (RouteTarget::Peering(_), "peering")
                | (RouteTarget::EgressOnly(_), "egress-only-internet-gateway") => true,
                _ => false,
            };
            assert!(is_right, "{target:?} is not {truth:?} for {}", first.packet_destination);
            seen += 1;
        }
        assert!(seen > 300, "{seen} conversations looked at");
    }
}

#[test]
fn every_conversation_is_told_once() {
    let world = small(33);
    let mut sums = (0, 0);
    for conversation in world.conversations() {
        if world.workloads[conversation.workload].truth.is_some() {
            sums.0 += conversation.request.bytes;
            sums.1 += conversation.response.bytes;
        }
    }
    let told = world.truth(&everything(&world)).attribution;
    let told = told.iter().fold((0, 0), |sum, row| (sum.0 + row.bytes_out, sum.1 + row.bytes_in));
    assert_eq!(sums, told);
}
