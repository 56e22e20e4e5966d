//! Places of addresses: picked by hand, and against a scan of all blocks, one after the other.

use std::sync::OnceLock;

use ipnet::IpNet;
use proptest::prelude::*;

use super::super::atlas::{Atlas, PeerClass};
use super::super::ip_ranges::{IpRanges, Range};
use super::{addr, class_at};
use crate::inventory::{
    InterfaceKind, Inventory, NetworkInterface, PrefixList, Route, RouteDestination, RouteTable, RouteTarget,
    Subnet, Vpc,
};
use crate::model::addr::{Addr, Block};

fn nets(blocks: &[&str]) -> Vec<IpNet> {
    blocks.iter().map(|block| block.parse().expect(block)).collect()
}

fn list(id: &str, name: &str, entries: Option<&[&str]>) -> PrefixList {
    PrefixList { prefix_list_id: id.to_owned(), name: Some(name.to_owned()), entries: entries.map(nets) }
}

/// Two VPCs (one with blocks from public space), routes that nest, gateway and own prefix lists.
fn inventory() -> Inventory {
    let vpc = |id: &str, cidrs: &[&str]| Vpc {
        vpc_id: id.to_owned(),
        account_id: None,
        region: Some("us-east-1".to_owned()),
        cidrs: nets(cidrs),
        name: None,
    };
    let cidr = |block: &str| RouteDestination::Cidr(block.parse().expect(block));
    let prefix_list = |id: &str| RouteDestination::PrefixList(id.to_owned());
    let table = |id: &str, destinations: Vec<RouteDestination>| RouteTable {
        route_table_id: id.to_owned(),
        vpc_id: "vpc-a".to_owned(),
        main: false,
        subnet_ids: Vec::new(),
        routes: destinations
            .into_iter()
            .map(|destination| Route { destination, target: RouteTarget::Local, active: true })
            .collect(),
        name: None,
    };
    Inventory {
        vpcs: vec![
            vpc("vpc-a", &["10.0.0.0/16", "2600:1f18:1000::/56"]),
            vpc("vpc-b", &["52.95.0.0/20", "52.94.3.0/24"]),
        ],
        subnets: vec![Subnet {
            subnet_id: "subnet-a".to_owned(),
            vpc_id: "vpc-a".to_owned(),
            region: None,
            cidrs: nets(&["198.18.0.0/24"]),
            zone_name: None,
            zone_id: None,
            name: None,
        }],
        network_interfaces: vec![NetworkInterface {
            interface_id: "eni-a".to_owned(),
            kind: InterfaceKind::Ordinary,
            description: String::new(),
            vpc_id: Some("vpc-a".to_owned()),
            subnet_id: None,
            zone_name: None,
            account_id: None,
            status: String::new(),
            addresses: vec![
                "54.240.0.9".parse().expect("an address"),
                "2600:1f18::9".parse().expect("an address"),
            ],
            prefixes: nets(&["52.94.0.16/28"]),
            public_ips: vec!["52.216.9.9".parse().expect("an address")],
            instance_id: None,
            nat_gateway_id: None,
            vpc_endpoint_id: None,
            source_dest_check: None,
            name: None,
        }],
        prefix_lists: vec![
            list("pl-s3", "com.amazonaws.us-east-1.s3", Some(&["52.216.0.0/15", "3.5.0.0/20", "3.5.0.0/24"])),
            list("pl-ddb", "com.amazonaws.us-east-1.dynamodb", None),
            list("pl-cn", "cn.com.amazonaws.cn-north-1.dynamodb", Some(&["54.222.57.0/25"])),
            list("pl-odd", "com.amazonaws.mars-1.s3", Some(&["192.0.2.0/25"])),
            list("pl-s3-6", "com.amazonaws.us-east-1.ipv6.s3", Some(&["2600:1ffa:8000::/41"])),
            list("pl-own", "corp", Some(&["198.51.100.0/24", "52.216.128.0/17", "64:ff9b::/64"])),
        ],
        route_tables: vec![
            table(
                "rtb-1",
                vec![
                    cidr("0.0.0.0/0"),
                    prefix_list("pl-s3"),
                    cidr("52.0.0.0/8"),
                    cidr("52.216.4.0/22"),
                    cidr("198.51.100.0/24"),
                ],
            ),
            table(
                "rtb-2",
                vec![
                    cidr("52.216.0.0/15"),
                    cidr("0.0.0.0/0"),
                    prefix_list("pl-own"),
                    prefix_list("pl-ddb"),
                    cidr("52.216.4.0/24"),
                    cidr("::/0"),
                    cidr("64:ff9b::/96"),
                    cidr("2600::/12"),
                    cidr("0.0.0.0/1"),
                    cidr("128.0.0.0/1"),
                    cidr("255.255.255.255/32"),
                    cidr("10.0.0.0/8"),
                ],
            ),
        ],
        ..Inventory::default()
    }
}

/// Everything the scan needs.
pub(super) struct Plain {
    ranges: IpRanges,
    inventory: Inventory,
    pub(super) atlas: Atlas,
}

impl Plain {
    fn with(inventory: Inventory) -> Self {
        let ranges = IpRanges::embedded();
        let atlas = Atlas::new(&ranges, &inventory);
        Self { ranges, inventory, atlas }
    }

    /// Without an inventory.
    pub(super) fn bare() -> &'static Self {
        static BARE: OnceLock<Plain> = OnceLock::new();
        BARE.get_or_init(|| Self::with(Inventory::default()))
    }

    /// With one.
    pub(super) fn full() -> &'static Self {
        static FULL: OnceLock<Plain> = OnceLock::new();
        FULL.get_or_init(|| Self::with(inventory()))
    }

    fn check(&self, at: Addr) {
        assert_eq!(class_at(&self.atlas, at).cloned(), self.scan(at), "{at}");
    }

    /// `None` where the address is kept.
    fn scan(&self, at: Addr) -> Option<PeerClass> {
        if let Some(v4) = at.nat64() {
            let nat64_gateway = |service: &str| ["s3", "dynamodb", "s3express"].contains(&service);
            return self.scan(Addr::v4(v4)).map(|class| PeerClass {
                in_prefix_list: if nat64_gateway(&class.service) {
                    Some(false)
                } else {
                    class.in_prefix_list
                },
                destinations: self.destinations(|net| net.contains(&nets(&["64:ff9b::/96"])[0])),
                nat64: true,
                ..class
            });
        }
        let holds = |net: &IpNet| Block::from(*net).contains(at);
        let private = nets(&[
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10",
        ]);
        let inventory = &self.inventory;
        if private.iter().any(holds)
            || inventory.vpcs.iter().flat_map(|vpc| &vpc.cidrs).any(holds)
            || inventory.subnets.iter().flat_map(|subnet| &subnet.cidrs).any(holds)
            || inventory.network_interfaces.iter().flat_map(|eni| &eni.prefixes).any(holds)
            || inventory
                .network_interfaces
                .iter()
                .flat_map(|eni| &eni.addresses)
                .any(|own| Addr::from(*own) == at)
        {
            return None;
        }
        let destinations = self.destinations(|net| net.contains(&at.ip()));
        if let Some((service, region)) = self.listed(at) {
            return Some(PeerClass {
                service,
                region: Some(region),
                in_prefix_list: Some(true),
                block: None,
                destinations,
                nat64: false,
            });
        }
        let holding: Vec<&Range> =
            self.ranges.ranges.iter().filter(|range| range.block.contains(at)).collect();
        let key = |range: &&&Range| self.ranges.service(range).to_owned();
        let specific = holding
            .iter()
            .filter(|range| !["EC2", "AMAZON"].contains(&self.ranges.service(range)))
            .max_by(|a, b| {
                // The longest; of several on one block S3, then DynamoDB, then the first by name.
                let rank = |range: &Range| {
                    ["DYNAMODB", "S3"].iter().position(|first| *first == self.ranges.service(range))
                };
                (a.block.length, rank(a)).cmp(&(b.block.length, rank(b))).then(key(b).cmp(&key(a)))
            });
        let service = match specific {
            Some(range) => key(&range).to_lowercase(),
            None if holding.iter().any(|range| self.ranges.service(range) == "EC2") => "aws-ec2".to_owned(),
            None if !holding.is_empty() => "aws-unknown".to_owned(),
            None => "internet".to_owned(),
        };
        let region = holding
            .iter()
            .max_by_key(|range| range.block.length)
            .map(|range| self.ranges.region(range).to_owned());
        let told =
            self.gateway_lists().any(|(known, at, _)| known == service && Some(&at) == region.as_ref());
        Some(PeerClass {
            service,
            region,
            in_prefix_list: told.then_some(false),
            destinations,
            block: None,
            nat64: false,
        })
    }

    /// Service, Region and entries of the gateway services' lists.
    fn gateway_lists(&self) -> impl Iterator<Item = (String, String, &Vec<IpNet>)> {
        self.inventory.prefix_lists.iter().filter_map(|list| {
            let name = list.name.as_deref()?;
            let parts: Vec<&str> = name.strip_prefix("cn.").unwrap_or(name).split('.').collect();
            let service = *parts.last()?;
            let region = *parts.get(2)?;
            let known = ["s3", "dynamodb", "s3express"].contains(&service);
            known.then_some((service.to_owned(), region.to_owned(), list.entries.as_ref()?))
        })
    }

    fn listed(&self, at: Addr) -> Option<(String, String)> {
        let entries = self.gateway_lists().flat_map(|(service, region, entries)| {
            entries.iter().map(move |net| (Block::from(*net), service.clone(), region.clone()))
        });
        entries
            .filter(|(block, ..)| block.contains(at))
            .max_by_key(|(block, ..)| block.length)
            .map(|(_, service, region)| (service, region))
    }

    /// The destinations with a block that `matches`, longest block first; of two with one block the CIDR, which beats
    /// a prefix list.
    fn destinations(&self, matches: impl Fn(&IpNet) -> bool) -> Vec<u32> {
        let longest = |destination: &RouteDestination| match destination {
            RouteDestination::Cidr(net) => matches(net).then_some((net.prefix_len(), true)),
            RouteDestination::PrefixList(id) => {
                let lists = self.inventory.prefix_lists.iter().filter(|list| list.prefix_list_id == *id);
                let entries = lists.filter_map(|list| list.entries.as_ref()).flatten();
                entries.filter(|net| matches(net)).map(|net| (net.prefix_len(), false)).max()
            }
        };
        let mut found: Vec<((u8, bool), u32)> = (0_u32..)
            .zip(&self.atlas.destinations)
            .filter_map(|(index, destination)| longest(destination).map(|rank| (rank, index)))
            .collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        found.into_iter().map(|(_, index)| index).collect()
    }
}

/// First, last and their neighbours.
fn edges(block: Block) -> [Addr; 4] {
    let v4 = Addr::v6(block.first).as_v4().is_some();
    let (least, most) = if v4 { (Addr::v4(0).bits(), Addr::v4(u32::MAX).bits()) } else { (0, u128::MAX) };
    [
        block.first,
        block.last,
        block.first.saturating_sub(1).max(least),
        block.last.saturating_add(1).min(most),
    ]
    .map(Addr::v6)
}

#[test]
fn every_edge_of_every_range_is_as_the_scan_says() {
    let plain = Plain::bare();
    let mut edges: Vec<Addr> = plain.ranges.ranges.iter().flat_map(|range| edges(range.block)).collect();
    edges.sort_unstable();
    edges.dedup();
    assert!(edges.len() > 20_000);
    // The scan is slow; every edge is looked at, each with one in eight of the inventory's side.
    for (index, at) in edges.iter().enumerate() {
        plain.check(*at);
        if index % 8 == 0 {
            Plain::full().check(*at);
        }
    }
}

#[test]
fn every_edge_of_the_inventory_is_as_the_scan_says() {
    let full = Plain::full();
    let inventory = &full.inventory;
    let lists = inventory.prefix_lists.iter().filter_map(|list| list.entries.as_ref()).flatten();
    let routes = full.atlas.destinations.iter().filter_map(|destination| match destination {
        RouteDestination::Cidr(net) => Some(net),
        RouteDestination::PrefixList(_) => None,
    });
    let vpcs = inventory.vpcs.iter().flat_map(|vpc| &vpc.cidrs);
    let enis = inventory.network_interfaces.iter().flat_map(|eni| &eni.prefixes);
    let mut looked_at = 0;
    for net in lists.chain(routes).chain(vpcs).chain(enis) {
        for at in edges(Block::from(*net)) {
            full.check(at);
            looked_at += 1;
        }
    }
    assert!(looked_at > 100);
    for own in ["54.240.0.8", "54.240.0.9", "54.240.0.10", "2600:1f18::8", "2600:1f18::9", "2600:1f18::a"] {
        full.check(addr(own));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn any_address_is_as_the_scan_says(
        bits in any::<u128>(),
        v4 in any::<u32>(),
        range in any::<prop::sample::Index>(),
    ) {
        let plain = Plain::full();
        let inside = range.get(&plain.ranges.ranges).block;
        let within = inside.first + bits % (inside.last - inside.first + 1);
        for at in [Addr::v6(bits), Addr::v4(v4), Addr::v6(within), Addr::v6(0x0064_ff9b << 96 | u128::from(v4))] {
            Plain::bare().check(at);
            plain.check(at);
        }
    }
}

#[test]
fn blocks_of_the_inventory_are_kept_even_from_public_space() {
    let (bare, full) = (&Plain::bare().atlas, &Plain::full().atlas);
    for text in [
        "52.95.15.255",
        "52.94.3.7",
        "198.18.0.1",
        "54.240.0.9",
        "52.94.0.17",
        "2600:1f18:1000::7",
        "2600:1f18::9",
    ] {
        assert!(class_at(bare, addr(text)).is_some(), "{text}");
        assert_eq!(class_at(full, addr(text)), None, "{text}");
    }
    // A public address that a NAT maps to is a peer like any other.
    assert!(class_at(full, addr("52.216.9.9")).is_some());
}

#[test]
fn prefix_lists_decide_where_they_have_entries() {
    let atlas = &Plain::full().atlas;
    let told = |text: &str| {
        let class = class_at(atlas, addr(text)).expect(text);
        (class.service.as_str(), class.region.as_deref().unwrap_or("-"), class.in_prefix_list)
    };
    assert_eq!(told("52.216.0.1"), ("s3", "us-east-1", Some(true)));
    assert_eq!(told("3.5.0.1"), ("s3", "us-east-1", Some(true)));
    // 3.5.0.0/19 is S3's, but the list has 3.5.0.0/20 only.
    assert_eq!(told("3.5.16.1"), ("s3", "us-east-1", Some(false)));
    assert_eq!(told("54.231.0.1"), ("s3", "us-east-1", Some(false)));
    assert_eq!(told("52.219.0.1"), ("s3", "ap-northeast-1", None));
    assert_eq!(told("13.248.224.1"), ("s3", "GLOBAL", None));
    // Its list has no entries in the inventory.
    assert_eq!(told("52.94.0.1"), ("dynamodb", "us-east-1", None));
    assert_eq!(told("54.222.57.1"), ("dynamodb", "cn-north-1", Some(true)));
    assert_eq!(told("54.222.57.200"), ("dynamodb", "cn-north-1", Some(false)));
    // A list beats the ranges, which know nothing of 192.0.2.0/24 and of that Region.
    assert_eq!(told("192.0.2.1"), ("s3", "mars-1", Some(true)));
    assert_eq!(told("192.0.2.200"), ("internet", "-", None));
    assert_eq!(told("2600:1ffa:8000::1"), ("s3", "us-east-1", Some(true)));
    assert_eq!(told("2600:1ffa:8080::1"), ("s3", "us-east-1", Some(false)));
    // A list of one's own says nothing about a service.
    assert_eq!(told("198.51.100.9"), ("internet", "-", None));
}

#[test]
fn what_comes_through_nat64_is_in_no_prefix_list() {
    // A gateway endpoint's route matches the address that the host sends to, which is 64:ff9b::...
    let atlas = &Plain::full().atlas;
    for (text, service) in
        [("64:ff9b::52.216.0.1", "s3"), ("64:ff9b::54.231.0.1", "s3"), ("64:ff9b::52.94.0.1", "dynamodb")]
    {
        let class = class_at(atlas, addr(text)).expect(text);
        assert_eq!(
            (class.service.as_str(), class.in_prefix_list, class.nat64),
            (service, Some(false), true),
            "{text}"
        );
    }
    let class = class_at(&Plain::bare().atlas, addr("64:ff9b::52.216.0.1")).expect("S3");
    assert_eq!(class.in_prefix_list, Some(false));
    let class = class_at(atlas, addr("64:ff9b::203.0.113.5")).expect("the internet");
    assert_eq!((class.service.as_str(), class.in_prefix_list), ("internet", None));
}

#[test]
fn destinations_are_most_specific_first() {
    let atlas = &Plain::full().atlas;
    let of = |text: &str| -> Vec<String> {
        let class = class_at(atlas, addr(text)).expect(text);
        let name = |index: &u32| match &atlas.destinations[*index as usize] {
            RouteDestination::Cidr(net) => net.to_string(),
            RouteDestination::PrefixList(id) => id.clone(),
        };
        class.destinations.iter().map(name).collect()
    };
    assert_eq!(
        of("52.216.4.1"),
        ["52.216.4.0/24", "52.216.4.0/22", "52.216.0.0/15", "pl-s3", "52.0.0.0/8", "0.0.0.0/1", "0.0.0.0/0"]
    );
    assert_eq!(
        of("52.216.129.1"),
        ["pl-own", "52.216.0.0/15", "pl-s3", "52.0.0.0/8", "0.0.0.0/1", "0.0.0.0/0"]
    );
    assert_eq!(of("3.5.0.1"), ["pl-s3", "0.0.0.0/1", "0.0.0.0/0"], "by the longer of two entries");
    assert_eq!(of("203.0.113.5"), ["128.0.0.0/1", "0.0.0.0/0"]);
    assert_eq!(
        of("198.51.100.9"),
        ["198.51.100.0/24", "pl-own", "128.0.0.0/1", "0.0.0.0/0"],
        "on one block the CIDR"
    );
    assert_eq!(of("255.255.255.255"), ["255.255.255.255/32", "128.0.0.0/1", "0.0.0.0/0"]);
    assert_eq!(of("2001:db8::1"), ["::/0"]);
    assert_eq!(of("2600:1f18::1"), ["2600::/12", "::/0"]);
    // The routes of the prefix, not of the IPv4 address inside.
    assert_eq!(of("64:ff9b::52.216.4.1"), ["64:ff9b::/96", "pl-own", "::/0"]);
    assert_eq!(of("64:ff9b::203.0.113.5"), ["64:ff9b::/96", "pl-own", "::/0"]);
    // The IPv6 default route does not hold IPv4 addresses.
    assert!(!of("::ffff:8.8.8.8").contains(&"::/0".to_owned()));
}
