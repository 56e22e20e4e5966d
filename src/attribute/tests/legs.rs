//! The six rows of AWS's example, as each kind of gateway and each set of fields shows them.

use std::collections::BTreeSet;

use super::addr;
use crate::attribute::eni::{NatKind, NatUnit};
use crate::attribute::legs::{Ends, NatLeg, Party, Way, nat_leg};
use crate::attribute::topology::Topology;
use crate::inventory::{InterfaceKind, Inventory, NetworkInterface, Vpc};
use crate::model::flow::FlowDirection;

use FlowDirection::{Egress, Ingress, Unknown};

/// The peer class of 203.0.113.5, and of the same host through NAT64.
const HOST: Party = Party::Class(7);
const HOST_THROUGH_NAT64: Party = Party::Class(8);

fn at(text: &str) -> Party {
    Party::Address(addr(text))
}

fn nat(kind: NatKind, private: bool, own: &[&str]) -> NatUnit {
    NatUnit {
        id: "nat-1".to_owned(),
        kind,
        private,
        own: own.iter().map(|text| addr(text)).collect::<BTreeSet<_>>(),
        vpc: Some("vpc-1".to_owned()),
        subnet: None,
        zone: None,
        region: None,
        inventory: None,
    }
}

/// A VPC of 10.0.0.0/16 and 2600:1f18:1000::/56 with one known interface, 10.0.1.5.
fn inventory() -> Inventory {
    Inventory {
        vpcs: vec![Vpc {
            vpc_id: "vpc-1".to_owned(),
            account_id: None,
            region: None,
            cidrs: ["10.0.0.0/16", "2600:1f18:1000::/56"].map(|block| block.parse().expect(block)).to_vec(),
            name: None,
        }],
        network_interfaces: vec![NetworkInterface {
            interface_id: "eni-client".to_owned(),
            kind: InterfaceKind::Ordinary,
            description: String::new(),
            vpc_id: Some("vpc-1".to_owned()),
            subnet_id: None,
            zone_name: None,
            account_id: None,
            status: String::new(),
            addresses: vec!["10.0.1.5".parse().expect("an address")],
            prefixes: Vec::new(),
            public_ips: Vec::new(),
            instance_id: None,
            nat_gateway_id: None,
            vpc_endpoint_id: None,
            source_dest_check: None,
            name: None,
        }],
        ..Inventory::default()
    }
}

/// Source, destination, packet source, packet destination.
fn leg(nat: &NatUnit, ends: [Party; 4], direction: FlowDirection) -> NatLeg {
    let [src, dst, pkt_src, pkt_dst] = ends;
    let inventory = inventory();
    let topology = Topology::new(&inventory);
    let is_nat64 = |class| Party::Class(class) == HOST_THROUGH_NAT64;
    nat_leg(Ends { src, dst, pkt_src, pkt_dst }, direction, nat, &topology, is_nat64)
}

fn without_packets([src, dst, ..]: [Party; 4]) -> [Party; 4] {
    [src, dst, Party::Unknown, Party::Unknown]
}

fn inside(way: Way, client: &str, peer: Party) -> NatLeg {
    NatLeg::Inside { way, client: at(client), peer }
}

fn outside(way: Way, peer: Party) -> NatLeg {
    NatLeg::Outside { way, peer }
}

/// N1 to N4 of a gateway that logs `own` as its address and translates to `used`, for a client and a far end.
fn rows(own: &str, used: &str, client: &str, far: Party) -> [([Party; 4], FlowDirection); 4] {
    [
        ([at(client), at(own), at(client), far], Ingress),
        ([at(own), far, at(used), far], Egress),
        ([far, at(own), far, at(used)], Ingress),
        ([at(own), at(client), far, at(client)], Egress),
    ]
}

#[test]
fn the_example_of_the_documentation() {
    let nat = nat(NatKind::Zonal, false, &["10.0.0.220"]);
    let legs = [
        inside(Way::Out, "10.0.1.5", HOST),
        outside(Way::Out, HOST),
        outside(Way::In, HOST),
        inside(Way::In, "10.0.1.5", HOST),
    ];
    for ((ends, direction), expected) in
        rows("10.0.0.220", "10.0.0.220", "10.0.1.5", HOST).into_iter().zip(legs)
    {
        for direction in [direction, Unknown] {
            assert_eq!(leg(&nat, ends, direction), expected, "{ends:?} {direction:?}");
            let blind = match expected {
                NatLeg::Inside { way, client, .. } => NatLeg::Inside { way, client, peer: Party::Unknown },
                outside @ NatLeg::Outside { .. } => outside,
            };
            assert_eq!(leg(&nat, without_packets(ends), direction), blind, "{ends:?} {direction:?}");
        }
    }
}

#[test]
fn a_secondary_address_known_or_not() {
    let legs = [
        inside(Way::Out, "10.0.1.5", HOST),
        outside(Way::Out, HOST),
        outside(Way::In, HOST),
        inside(Way::In, "10.0.1.5", HOST),
    ];
    for own in [&["10.0.0.220", "10.0.0.221"][..], &["10.0.0.220"]] {
        let nat = nat(NatKind::Zonal, false, own);
        for ((ends, direction), expected) in
            rows("10.0.0.220", "10.0.0.221", "10.0.1.5", HOST).into_iter().zip(legs)
        {
            for direction in [direction, Unknown] {
                assert_eq!(leg(&nat, ends, direction), expected, "{own:?} {ends:?} {direction:?}");
            }
        }
    }
}

#[test]
fn an_unsolicited_packet_is_an_outer_row() {
    let nat = nat(NatKind::Zonal, false, &["10.0.0.220"]);
    let scan = [HOST, at("10.0.0.220"), HOST, at("10.0.0.220")];
    assert_eq!(leg(&nat, scan, Ingress), outside(Way::In, HOST));
    assert_eq!(leg(&nat, without_packets(scan), Unknown), outside(Way::In, HOST));
}

#[test]
fn a_client_beyond_a_transit_gateway_is_the_packets() {
    // N1 of a spoke's client: the packet's source, whatever attachment hands it over.
    let nat = nat(NatKind::Zonal, false, &["10.0.0.220"]);
    let request = [at("10.0.3.9"), at("10.0.0.220"), at("10.7.1.5"), HOST];
    assert_eq!(leg(&nat, request, Ingress), inside(Way::Out, "10.7.1.5", HOST));
    let response = [at("10.0.0.220"), at("10.0.3.9"), HOST, at("10.7.1.5")];
    assert_eq!(leg(&nat, response, Egress), inside(Way::In, "10.7.1.5", HOST));
}

#[test]
fn a_private_gateway_has_private_peers() {
    let nat = nat(NatKind::Zonal, true, &["10.0.0.220"]);
    let far = at("192.168.5.5");
    let legs = [
        inside(Way::Out, "10.0.1.5", far),
        outside(Way::Out, far),
        outside(Way::In, far),
        inside(Way::In, "10.0.1.5", far),
    ];
    for ((ends, direction), expected) in
        rows("10.0.0.220", "10.0.0.220", "10.0.1.5", far).into_iter().zip(legs)
    {
        assert_eq!(leg(&nat, ends, direction), expected, "{ends:?}");
        let blind = match expected {
            NatLeg::Inside { way, client, .. } => NatLeg::Inside { way, client, peer: Party::Unknown },
            outside @ NatLeg::Outside { .. } => outside,
        };
        // Only the VPC's blocks tell its clients from its peers.
        assert_eq!(leg(&nat, without_packets(ends), direction), blind, "{ends:?}");
    }
}

#[test]
fn a_regional_gateway_shows_the_far_end_instead_of_itself() {
    let nat = nat(NatKind::Regional, false, &[]);
    let (client, stranger) = (at("10.0.1.5"), at("10.0.0.99"));
    for (src, dst, direction, expected) in [
        (client, HOST, Ingress, inside(Way::Out, "10.0.1.5", HOST)),
        (HOST, client, Egress, inside(Way::In, "10.0.1.5", HOST)),
        // A known interface is a client whatever the direction says; without a direction every host is.
        (client, HOST, Egress, inside(Way::Out, "10.0.1.5", HOST)),
        (HOST, client, Ingress, inside(Way::In, "10.0.1.5", HOST)),
        (stranger, HOST, Unknown, inside(Way::Out, "10.0.0.99", HOST)),
        (HOST, stranger, Unknown, inside(Way::In, "10.0.0.99", HOST)),
        (stranger, HOST, Ingress, inside(Way::Out, "10.0.0.99", HOST)),
        (HOST, stranger, Egress, inside(Way::In, "10.0.0.99", HOST)),
        // Out of the gateway, from an address that is nobody's: its own.
        (stranger, HOST, Egress, outside(Way::Out, HOST)),
        (HOST, stranger, Ingress, outside(Way::In, HOST)),
    ] {
        for ends in [[src, dst, src, dst], [src, dst, Party::Unknown, Party::Unknown]] {
            assert_eq!(leg(&nat, ends, direction), expected, "{ends:?} {direction:?}");
        }
    }
}

#[test]
fn nat64_is_ipv6_inside_and_ipv4_outside() {
    let nat = nat(NatKind::Zonal, false, &["10.0.0.220"]);
    for client in ["2600:1f18:1000::5", "fd00::5"] {
        let client_end = at(client);
        for direction in [Ingress, Egress, Unknown] {
            for packets in [true, false] {
                let ends = |ends: [Party; 4]| if packets { ends } else { without_packets(ends) };
                let request = ends([client_end, HOST_THROUGH_NAT64, client_end, HOST_THROUGH_NAT64]);
                assert_eq!(leg(&nat, request, direction), inside(Way::Out, client, HOST_THROUGH_NAT64));
                let response = ends([HOST_THROUGH_NAT64, client_end, HOST_THROUGH_NAT64, client_end]);
                assert_eq!(leg(&nat, response, direction), inside(Way::In, client, HOST_THROUGH_NAT64));
            }
        }
    }
    let own = at("10.0.0.220");
    assert_eq!(leg(&nat, [own, HOST, own, HOST], Egress), outside(Way::Out, HOST));
    assert_eq!(leg(&nat, [HOST, own, HOST, own], Ingress), outside(Way::In, HOST));
}
