//! Routes of one drawn-up network, followed by hand.
//!
//! vpc-1 (10.0.0.0/16, us-east-1) has NAT gateways, gateway endpoints and inspection; vpc-2 (10.2.0.0/16) reaches the
//! internet through a transit gateway and vpc-1.

use super::addr;
use crate::attribute::path::{Path, Route, Router, Site};
use crate::attribute::topology::Topology;
use crate::classify::atlas::{Atlas, Place};
use crate::classify::ip_ranges::IpRanges;
use crate::inventory::{
    InterfaceKind, Inventory, NetworkInterface, PrefixList, Route as TableRoute, RouteDestination,
    RouteTable, RouteTarget, Subnet, Vpc, VpcEndpoint, VpcEndpointType,
};

fn vpc(id: &str, cidrs: &[&str]) -> Vpc {
    Vpc {
        vpc_id: id.to_owned(),
        account_id: None,
        region: Some("us-east-1".to_owned()),
        cidrs: cidrs.iter().map(|block| block.parse().expect(block)).collect(),
        name: None,
    }
}

fn subnet(id: &str, vpc: &str, zone: &str) -> Subnet {
    Subnet {
        subnet_id: id.to_owned(),
        vpc_id: vpc.to_owned(),
        region: None,
        cidrs: Vec::new(),
        zone_name: None,
        zone_id: Some(zone.to_owned()),
        name: None,
    }
}

/// A table with routes written as `destination target`, a third word for a blackhole.
fn table(id: &str, vpc: &str, subnets: &[&str], routes: &[&str]) -> RouteTable {
    let route = |text: &&str| {
        let words: Vec<&str> = text.split(' ').collect();
        let name = words[1].to_owned();
        TableRoute {
            destination: match words[0].parse() {
                Ok(net) => RouteDestination::Cidr(net),
                Err(_) => RouteDestination::PrefixList(words[0].to_owned()),
            },
            target: match words[1].split('-').next().unwrap_or_default() {
                "local" => RouteTarget::Local,
                "nat" => RouteTarget::NatGateway(name),
                "igw" => RouteTarget::InternetGateway(name),
                "eigw" => RouteTarget::EgressOnlyInternetGateway(name),
                "vpce" => RouteTarget::VpcEndpoint(name),
                "tgw" => RouteTarget::TransitGateway(name),
                "pcx" => RouteTarget::VpcPeering(name),
                "vgw" => RouteTarget::VirtualPrivateGateway(name),
                "eni" => RouteTarget::NetworkInterface(name),
                _ => RouteTarget::Other(name),
            },
            active: words.len() == 2,
        }
    };
    RouteTable {
        route_table_id: id.to_owned(),
        vpc_id: vpc.to_owned(),
        main: subnets.is_empty(),
        subnet_ids: subnets.iter().map(|id| (*id).to_owned()).collect(),
        routes: routes.iter().map(route).collect(),
        name: None,
    }
}

fn endpoint(
    id: &str,
    endpoint_type: VpcEndpointType,
    service: &str,
    subnets: &[&str],
    tables: &[&str],
) -> VpcEndpoint {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    VpcEndpoint {
        vpc_endpoint_id: id.to_owned(),
        endpoint_type,
        service_name: String::new(),
        service: service.to_owned(),
        service_region: None,
        vpc_id: "vpc-1".to_owned(),
        region: Some("us-east-1".to_owned()),
        state: "available".to_owned(),
        subnet_ids: texts(subnets),
        interface_ids: Vec::new(),
        route_table_ids: texts(tables),
        private_dns: false,
        managed: false,
        created: None,
        name: None,
    }
}

pub(super) fn attachment(id: &str, subnet: &str) -> NetworkInterface {
    NetworkInterface {
        interface_id: id.to_owned(),
        kind: InterfaceKind::TransitGateway,
        description: String::new(),
        vpc_id: Some("vpc-1".to_owned()),
        subnet_id: Some(subnet.to_owned()),
        zone_name: None,
        account_id: None,
        status: String::new(),
        addresses: Vec::new(),
        prefixes: Vec::new(),
        public_ips: Vec::new(),
        instance_id: None,
        nat_gateway_id: None,
        vpc_endpoint_id: None,
        source_dest_check: None,
        name: None,
    }
}

fn list(id: &str, service: &str, entries: Option<&[&str]>) -> PrefixList {
    PrefixList {
        prefix_list_id: id.to_owned(),
        name: Some(format!("com.amazonaws.us-east-1.{service}")),
        entries: entries.map(|entries| entries.iter().map(|block| block.parse().expect(block)).collect()),
    }
}

pub(super) fn network() -> Inventory {
    use VpcEndpointType::{Gateway, GatewayLoadBalancer};

    let local = "10.0.0.0/16 local";
    Inventory {
        vpcs: vec![vpc("vpc-1", &["10.0.0.0/16", "2600:1f18:1000::/56"]), vpc("vpc-2", &["10.2.0.0/16"])],
        subnets: vec![
            subnet("private", "vpc-1", "az1"),
            subnet("main", "vpc-1", "az1"),
            subnet("inspected", "vpc-1", "az2"),
            subnet("firewall-1", "vpc-1", "az1"),
            subnet("firewall-2", "vpc-1", "az2"),
            subnet("attachment-1", "vpc-1", "az1"),
            subnet("attachment-2", "vpc-1", "az2"),
            subnet("loop", "vpc-1", "az1"),
            subnet("spoke", "vpc-2", "az2"),
            subnet("other", "vpc-2", "az3"),
        ],
        prefix_lists: vec![
            list("pl-s3", "s3", Some(&["52.216.0.0/15", "3.5.0.0/20"])),
            list("pl-dynamodb", "dynamodb", None),
        ],
        vpc_endpoints: vec![
            endpoint("vpce-s3", Gateway, "s3", &[], &["rtb-private"]),
            endpoint("vpce-dynamodb", Gateway, "dynamodb", &[], &["rtb-private"]),
            endpoint("vpce-inspection", GatewayLoadBalancer, "", &["firewall-1", "firewall-2"], &[]),
            endpoint("vpce-loop", GatewayLoadBalancer, "", &["loop"], &[]),
        ],
        network_interfaces: vec![attachment("eni-a1", "attachment-1"), attachment("eni-a2", "attachment-2")],
        route_tables: vec![
            table(
                "rtb-private",
                "vpc-1",
                &["private"],
                &[
                    local,
                    "0.0.0.0/0 nat-1",
                    "pl-s3 vpce-s3",
                    "pl-dynamodb vpce-dynamodb",
                    "198.51.100.0/24 nat-gone blackhole",
                    "203.0.113.0/24 igw-1",
                    "203.0.113.128/25 vgw-1",
                    "192.168.0.0/16 pcx-1",
                    "172.16.0.0/12 eni-appliance",
                    "192.0.2.0/24 lgw-1",
                    "::/0 eigw-1",
                    "64:ff9b::/96 nat-1",
                ],
            ),
            table("rtb-main", "vpc-1", &[], &[local, "0.0.0.0/0 igw-1"]),
            table("rtb-inspected", "vpc-1", &["inspected"], &[local, "0.0.0.0/0 vpce-inspection"]),
            table("rtb-firewall-1", "vpc-1", &["firewall-1"], &[local, "0.0.0.0/0 nat-1"]),
            table("rtb-firewall-2", "vpc-1", &["firewall-2"], &[local, "0.0.0.0/0 nat-2"]),
            table(
                "rtb-attachment-1",
                "vpc-1",
                &["attachment-1"],
                &[local, "10.2.0.0/16 tgw-1", "0.0.0.0/0 nat-1"],
            ),
            table(
                "rtb-attachment-2",
                "vpc-1",
                &["attachment-2"],
                &[local, "10.2.0.0/16 tgw-1", "0.0.0.0/0 nat-2"],
            ),
            table("rtb-loop", "vpc-1", &["loop"], &[local, "0.0.0.0/0 vpce-loop"]),
            table("rtb-spoke", "vpc-2", &["spoke", "other"], &["10.2.0.0/16 local", "0.0.0.0/0 tgw-1"]),
        ],
        ..Inventory::default()
    }
}

/// The path from a subnet to an address, as `path` or `path via`.
fn route(inventory: &Inventory, vpc: &str, subnet: Option<&str>, to: &str) -> String {
    let topology = Topology::new(inventory);
    let atlas = Atlas::new(&IpRanges::embedded(), inventory);
    let router = Router { topology: &topology, atlas: &atlas };
    let site = Site { vpc, subnet, zone: subnet.and_then(|subnet| topology.zone_of_subnet(subnet)) };
    let found = match atlas.place(addr(to)) {
        Place::Kept => router.address_route(site, addr(to)),
        Place::Class(class) => router.class_route(site, atlas.class(class)),
    };
    match found {
        None => "no answer".to_owned(),
        Some(Route { path, via: None }) => path.name().to_owned(),
        Some(Route { path, via: Some(via) }) => format!("{} {via}", path.name()),
    }
}

#[test]
fn the_longest_match_takes_it() {
    let network = network();
    for (to, path) in [
        ("8.8.8.8", "nat-gateway nat-1"),
        ("203.0.113.5", "internet-gateway"),
        ("203.0.113.200", "vpn"),
        ("192.168.3.4", "peering"),
        ("172.16.0.9", "nat-instance eni-appliance"),
        ("192.0.2.7", "unknown"),
        ("10.0.200.1", "local"),
        ("2001:db8::1", "egress-only-internet-gateway"),
        ("64:ff9b::8.8.8.8", "nat-gateway nat-1"),
        ("64:ff9b::52.216.0.1", "nat-gateway nat-1"),
    ] {
        assert_eq!(route(&network, "vpc-1", Some("private"), to), path, "{to}");
    }
}

#[test]
fn a_blackhole_takes_nothing() {
    // The gateway of the longer route is gone: what passes goes by the next one.
    assert_eq!(route(&network(), "vpc-1", Some("private"), "198.51.100.9"), "nat-gateway nat-1");
}

/// The endpoint is gone and its route is not: the service's packets are dropped, and do not turn to the NAT gateway.
#[test]
fn a_blackhole_of_a_service_drops_what_its_list_holds() {
    let mut network = network();
    let tables = &mut network.route_tables;
    let table = tables.iter_mut().find(|table| table.route_table_id == "rtb-private").expect("a table");
    for route in &mut table.routes {
        if let RouteTarget::VpcEndpoint(id) = &mut route.target {
            *id = "vpce-gone".to_owned();
            route.active = false;
        }
    }
    network.vpc_endpoints.clear();
    assert_eq!(route(&network, "vpc-1", Some("private"), "52.216.0.1"), "gateway-endpoint vpce-gone");
    assert_eq!(route(&network, "vpc-1", Some("private"), "8.8.8.8"), "nat-gateway nat-1");
}

#[test]
fn gateway_endpoints_take_what_their_lists_hold() {
    let network = network();
    for (to, path) in [
        ("52.216.0.1", "gateway-endpoint vpce-s3"),
        ("3.5.0.1", "gateway-endpoint vpce-s3"),
        // S3, but not in the list; S3 of another Region; of several.
        ("3.5.16.1", "nat-gateway nat-1"),
        ("52.219.0.1", "nat-gateway nat-1"),
        ("13.248.224.1", "nat-gateway nat-1"),
        // A list whose entries are not in the inventory: by service and Region.
        ("52.94.0.1", "gateway-endpoint vpce-dynamodb"),
        ("35.71.97.1", "nat-gateway nat-1"),
    ] {
        assert_eq!(route(&network, "vpc-1", Some("private"), to), path, "{to}");
    }
    // From a subnet whose table has no such route.
    assert_eq!(route(&network, "vpc-1", Some("main"), "52.216.0.1"), "internet-gateway");
}

#[test]
fn a_subnet_without_a_table_uses_the_main_one() {
    let network = network();
    assert_eq!(route(&network, "vpc-1", Some("main"), "8.8.8.8"), "internet-gateway");
    // Where the subnet is not known, nothing tells which table it has.
    assert_eq!(route(&network, "vpc-1", None, "8.8.8.8"), "no answer");
    assert_eq!(route(&network, "vpc-1", None, "10.0.0.9"), "local");
    assert_eq!(route(&network, "vpc-9", Some("elsewhere"), "8.8.8.8"), "no answer");
}

#[test]
fn inspection_hands_on_to_its_own_subnets_routes() {
    let network = network();
    // The endpoint of the client's own zone, az2.
    assert_eq!(route(&network, "vpc-1", Some("inspected"), "8.8.8.8"), "nat-gateway nat-2");
    // A route that leads back to itself ends somewhere.
    assert_eq!(route(&network, "vpc-1", Some("loop"), "8.8.8.8"), "unknown");
}

#[test]
fn a_transit_gateway_leads_to_the_gateway_behind_it() {
    let mut network = network();
    // The attachment of the client's own zone, az2.
    assert_eq!(route(&network, "vpc-2", Some("spoke"), "8.8.8.8"), "nat-gateway nat-2");
    // No attachment in az3, and the two disagree.
    assert_eq!(route(&network, "vpc-2", Some("other"), "8.8.8.8"), "transit-gateway");
    // Private addresses: the other VPC's, and one that no VPC has.
    assert_eq!(route(&network, "vpc-2", Some("spoke"), "10.0.1.5"), "transit-gateway");
    assert_eq!(route(&network, "vpc-2", Some("spoke"), "192.168.9.9"), "transit-gateway");
    assert_eq!(route(&network, "vpc-2", Some("spoke"), "10.2.9.9"), "local");

    let both = network.route_tables.iter_mut().find(|table| table.route_table_id == "rtb-attachment-2");
    both.expect("it is there").routes[2].target = RouteTarget::NatGateway("nat-1".to_owned());
    assert_eq!(
        route(&network, "vpc-2", Some("other"), "8.8.8.8"),
        "nat-gateway nat-1",
        "all attachments agree"
    );
}

#[test]
fn a_gateway_endpoint_is_seen_by_its_association_alone() {
    // Describe answers may lack the prefix lists, and route tables the route to one.
    let mut network = network();
    network.prefix_lists.clear();
    assert_eq!(route(&network, "vpc-1", Some("private"), "52.216.0.1"), "gateway-endpoint vpce-s3");
    for table in &mut network.route_tables {
        table.routes.retain(|route| matches!(route.destination, RouteDestination::Cidr(_)));
    }
    assert_eq!(route(&network, "vpc-1", Some("private"), "52.216.0.1"), "gateway-endpoint vpce-s3");
    network.vpc_endpoints[0].state = "deleted".to_owned();
    assert_eq!(route(&network, "vpc-1", Some("private"), "52.216.0.1"), "nat-gateway nat-1");
}

#[test]
fn a_route_longer_than_the_lists_entry_takes_it() {
    let mut network = network();
    let longer = table("", "vpc-1", &["x"], &["52.216.4.0/22 nat-2"]).routes;
    network.route_tables[0].routes.extend(longer);
    assert_eq!(route(&network, "vpc-1", Some("private"), "52.216.8.1"), "gateway-endpoint vpce-s3");
    assert_eq!(route(&network, "vpc-1", Some("private"), "52.216.4.1"), "nat-gateway nat-2");
}

#[test]
fn of_a_block_and_a_list_of_that_block_the_block_takes_it() {
    let mut network = network();
    network.prefix_lists.push(PrefixList {
        prefix_list_id: "pl-corp".to_owned(),
        name: Some("corp".to_owned()),
        entries: Some(vec!["10.77.0.0/16".parse().expect("a block")]),
    });
    for routes in [["10.77.0.0/16 pcx-1", "pl-corp tgw-1"], ["pl-corp tgw-1", "10.77.0.0/16 pcx-1"]] {
        let mut network = network.clone();
        network.route_tables[0].routes.extend(table("", "vpc-1", &["x"], &routes).routes);
        assert_eq!(route(&network, "vpc-1", Some("private"), "10.77.1.1"), "peering", "{routes:?}");
    }
}

#[test]
fn path_names_are_the_reports_words() {
    assert_eq!(Path::EgressOnlyInternetGateway.name(), "egress-only-internet-gateway");
    assert_eq!(Path::NatInstance.name(), "nat-instance");
}
