//! The atlas: one partition of the whole address space, built before the first record.
//!
//! Every address lies in one leaf. A leaf either keeps the address (private space and the VPCs' own blocks: as many
//! as the VPC has) or stands for a *peer class*: service, service Region, how a gateway endpoint would see it, and which
//! route destinations contain it. All addresses of a class take the same path from any subnet, so nothing after this
//! needs the address. The internet is one class.
//!
//! Ranks: a managed prefix list of a gateway service; then, among all ip-ranges blocks that contain the address, the
//! longest one of a specific service; then EC2; then AMAZON. The Region is that of the longest block of any service.
//! (Ranges tie and overlap, so the longest prefix alone is wrong.)

use std::cmp::Reverse;
use std::collections::HashMap;

use super::ip_ranges::IpRanges;
use crate::inventory::{Inventory, RouteDestination};
use crate::model::addr::{Addr, Block};

/// Space that is private by registration, kept by address: RFC 1918, RFC 6598, link-local, unique local.
const PRIVATE: [&str; 7] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
];

/// Services reached through gateway endpoints, by the last part of their prefix list's name, most specific first.
const GATEWAY_SERVICES: [&str; 3] = ["s3", "dynamodb", "s3express"];

/// Who a peer is, as far as its address tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PeerClass {
    /// Report name of the service: `s3`, `dynamodb`, `aws-ec2`, `aws-unknown`, `internet`, or a lower-case ip-ranges key.
    pub service: String,
    /// Region of the service; `None` for the internet.
    pub region: Option<String>,
    /// Whether the Region's managed prefix list holds the address that the client sends to: `None` where no list tells.
    pub in_prefix_list: Option<bool>,
    /// Route destinations that contain it, most specific first; indexes into [`Atlas::destinations`].
    pub destinations: Vec<u32>,
    /// Reached through NAT64.
    pub nat64: bool,
}

/// What the atlas says of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Private or of a known VPC: the address itself counts.
    Kept,
    /// A peer class; index into [`Atlas::classes`].
    Class(u32),
}

/// The partition.
#[derive(Debug)]
pub struct Atlas {
    /// Peer classes.
    pub classes: Vec<PeerClass>,
    /// Distinct route destinations of the inventory.
    pub destinations: Vec<RouteDestination>,
    v4: Partition<u32>,
    v6: Partition<u128>,
    /// For each class, the class of the same service reached through NAT64.
    nat64: Vec<u32>,
}

/// Sorted starts of leaves with the place of each.
#[derive(Debug)]
struct Partition<T> {
    starts: Vec<T>,
    places: Vec<Place>,
}

impl<T: Ord + Copy> Partition<T> {
    fn at(&self, key: T) -> Place {
        let next = self.starts.partition_point(|start| *start <= key);
        self.places[next - 1]
    }
}

/// What a block contributes to the leaves below it.
#[derive(Debug, Clone, Copy)]
enum Layer {
    Service { service: u16, region: u16 },
    PrefixList { service: usize, region: u16 },
    Destination { index: u32, prefix_list: bool },
    Kept,
}

impl Layer {
    /// Order among the layers of one block, innermost last: a static route beats a prefix list's, and of several lists
    /// the first that a route names is taken.
    ///
    /// Source: "Route priority and prefix lists", VPC User Guide (AWS); among several lists AWS leaves it open.
    fn depth(self) -> (bool, bool, Reverse<u32>) {
        match self {
            Self::Destination { index, prefix_list } => (true, !prefix_list, Reverse(index)),
            _ => (false, false, Reverse(0)),
        }
    }
}

impl Atlas {
    /// Builds the partition from the ranges and what the inventory knows.
    pub fn new(ranges: &IpRanges, inventory: &Inventory) -> Self {
        Builder::new(ranges).build(inventory)
    }

    /// Looks an address up.
    #[inline]
    pub fn place(&self, addr: Addr) -> Place {
        if let Some(bits) = addr.as_v4() {
            return self.v4.at(bits);
        }
        match addr.nat64() {
            None => self.v6.at(addr.bits()),
            Some(bits) => match self.v4.at(bits) {
                Place::Kept => Place::Kept,
                Place::Class(class) => Place::Class(self.nat64[class as usize]),
            },
        }
    }

    /// The class of an index.
    pub fn class(&self, class: u32) -> &PeerClass {
        &self.classes[class as usize]
    }
}

struct Builder<'r> {
    ranges: &'r IpRanges,
    regions: Vec<String>,
    layers: Vec<(Block, Layer)>,
    destinations: Vec<RouteDestination>,
    /// (gateway service, region) pairs whose prefix list has entries.
    listed: Vec<(usize, u16)>,
    classes: Vec<PeerClass>,
    class_index: HashMap<PeerClass, u32>,
}

impl<'r> Builder<'r> {
    fn new(ranges: &'r IpRanges) -> Self {
        let layers = ranges
            .ranges
            .iter()
            .map(|range| (range.block, Layer::Service { service: range.service, region: range.region }))
            .collect();
        Self {
            ranges,
            regions: ranges.regions.clone(),
            layers,
            destinations: Vec::new(),
            listed: Vec::new(),
            classes: Vec::new(),
            class_index: HashMap::new(),
        }
    }

    fn build(mut self, inventory: &Inventory) -> Atlas {
        self.add_kept(inventory);
        self.add_prefix_lists(inventory);
        self.add_destinations(inventory);
        // Blocks nest or are apart, never cross, so in this order a stack of open blocks is the chain of containers.
        self.layers.sort_by_key(|(block, layer)| (block.first, block.length, layer.depth()));
        let layers = std::mem::take(&mut self.layers);
        let split = layers.partition_point(|(block, _)| block.first < Addr::v4(0).bits());
        let after = layers.partition_point(|(block, _)| block.first <= Addr::v4(u32::MAX).bits());
        let v4_first = Addr::v4(0).bits();
        let v4 = self.partition(&layers[split..after], v4_first, Addr::v4(u32::MAX).bits());
        let others: Vec<(Block, Layer)> = layers[..split].iter().chain(&layers[after..]).copied().collect();
        let v6 = self.partition(&others, 0, u128::MAX);
        let nat64 = self.nat64_twins(&others);
        Atlas {
            classes: self.classes,
            destinations: self.destinations,
            v4: Partition {
                starts: v4.iter().map(|(start, _)| Addr::v6(*start).as_v4().unwrap_or(0)).collect(),
                places: v4.iter().map(|(_, place)| *place).collect(),
            },
            v6: Partition {
                starts: v6.iter().map(|(start, _)| *start).collect(),
                places: v6.iter().map(|(_, place)| *place).collect(),
            },
            nat64,
        }
    }

    fn add_kept(&mut self, inventory: &Inventory) {
        for block in PRIVATE {
            let net: ipnet::IpNet = block.parse().expect("a constant block");
            self.layers.push((net.into(), Layer::Kept));
        }
        let vpc_blocks = inventory.vpcs.iter().flat_map(|vpc| &vpc.cidrs);
        let subnet_blocks = inventory.subnets.iter().flat_map(|subnet| &subnet.cidrs);
        let pods = inventory.network_interfaces.iter().flat_map(|interface| &interface.prefixes);
        for net in vpc_blocks.chain(subnet_blocks).chain(pods) {
            self.layers.push(((*net).into(), Layer::Kept));
        }
        for interface in &inventory.network_interfaces {
            for address in &interface.addresses {
                let net = ipnet::IpNet::from(*address);
                self.layers.push((net.into(), Layer::Kept));
            }
        }
    }

    fn add_prefix_lists(&mut self, inventory: &Inventory) {
        for list in &inventory.prefix_lists {
            let (Some(name), Some(entries)) = (&list.name, &list.entries) else { continue };
            let Some((region, service)) = gateway_list(name) else { continue };
            let region = self.region(region);
            self.listed.push((service, region));
            for entry in entries {
                self.layers.push(((*entry).into(), Layer::PrefixList { service, region }));
            }
        }
    }

    fn add_destinations(&mut self, inventory: &Inventory) {
        for route in inventory.route_tables.iter().flat_map(|table| &table.routes) {
            if self.destinations.contains(&route.destination) {
                continue;
            }
            let index = u32::try_from(self.destinations.len()).unwrap_or(u32::MAX);
            self.destinations.push(route.destination.clone());
            match &route.destination {
                RouteDestination::Cidr(net) => {
                    self.layers.push(((*net).into(), Layer::Destination { index, prefix_list: false }));
                }
                RouteDestination::PrefixList(id) => {
                    let lists = inventory.prefix_lists.iter().filter(|list| list.prefix_list_id == *id);
                    for entry in lists.filter_map(|list| list.entries.as_ref()).flatten() {
                        self.layers.push(((*entry).into(), Layer::Destination { index, prefix_list: true }));
                    }
                }
            }
        }
    }

    fn region(&mut self, region: &str) -> u16 {
        let place = self.regions.iter().position(|known| known == region).unwrap_or_else(|| {
            self.regions.push(region.to_owned());
            self.regions.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// Cuts `first..=last` at every block border and decides each piece by the blocks that are open there.
    fn partition(&mut self, layers: &[(Block, Layer)], first: u128, last: u128) -> Vec<(u128, Place)> {
        let mut pieces: Vec<(u128, Place)> = Vec::new();
        let mut open: Vec<(Block, Layer)> = Vec::new();
        let mut push = |start: u128, place: Place| match pieces.last_mut() {
            Some((at, known)) if *at == start => *known = place,
            Some((_, known)) if *known == place => {}
            _ => pieces.push((start, place)),
        };
        push(first, self.decide(&open));
        for (index, (block, layer)) in layers.iter().enumerate() {
            close(&mut open, Some(block.first), |open, end| {
                if end < last {
                    push(end + 1, self.decide(open));
                }
            });
            open.push((*block, *layer));
            // Several layers on one block are decided once.
            if layers.get(index + 1).is_none_or(|(next, _)| next != block) {
                push(block.first, self.decide(&open));
            }
        }
        close(&mut open, None, |open, end| {
            if end < last {
                push(end + 1, self.decide(open));
            }
        });
        pieces
    }

    /// The place of addresses inside exactly the blocks of `open` (outermost first).
    fn decide(&mut self, open: &[(Block, Layer)]) -> Place {
        if open.iter().any(|(_, layer)| matches!(layer, Layer::Kept)) {
            return Place::Kept;
        }
        let class = self.class_of(open);
        Place::Class(self.intern(class))
    }

    fn class_of(&self, open: &[(Block, Layer)]) -> PeerClass {
        let mut destinations = Vec::new();
        let mut listed: Option<(usize, u16)> = None;
        let mut specific: Option<(u8, u16)> = None;
        let (mut in_ec2, mut in_amazon) = (false, false);
        let mut region: Option<u16> = None;
        for (block, layer) in open.iter().rev() {
            match *layer {
                Layer::Kept => {}
                Layer::Destination { index, .. } => {
                    if !destinations.contains(&index) {
                        destinations.push(index);
                    }
                }
                Layer::PrefixList { service, region } => {
                    listed.get_or_insert((service, region));
                }
                Layer::Service { service, region: at } => {
                    region.get_or_insert(at);
                    match self.ranges.services[usize::from(service)].as_str() {
                        "EC2" => in_ec2 = true,
                        "AMAZON" => in_amazon = true,
                        key => {
                            let better = specific.is_none_or(|(length, known)| {
                                length == block.length
                                    && tie_rank(key) < tie_rank(&self.ranges.services[usize::from(known)])
                            });
                            if better {
                                specific = Some((block.length, service));
                            }
                        }
                    }
                }
            }
        }
        if let Some((service, region)) = listed {
            return PeerClass {
                service: GATEWAY_SERVICES[service].to_owned(),
                region: Some(self.regions[usize::from(region)].clone()),
                in_prefix_list: Some(true),
                destinations,
                nat64: false,
            };
        }
        let service = match specific {
            Some((_, service)) => self.ranges.services[usize::from(service)].to_ascii_lowercase(),
            None if in_ec2 => "aws-ec2".to_owned(),
            None if in_amazon => "aws-unknown".to_owned(),
            None => "internet".to_owned(),
        };
        // Within one gateway service and Region, a known list that does not hold the address says "not served".
        let gateway = GATEWAY_SERVICES.iter().position(|name| *name == service);
        let in_prefix_list =
            gateway.zip(region).and_then(|pair| self.listed.contains(&pair).then_some(false));
        PeerClass {
            service,
            region: region.map(|region| self.regions[usize::from(region)].clone()),
            in_prefix_list,
            destinations,
            nat64: false,
        }
    }

    fn intern(&mut self, class: PeerClass) -> u32 {
        if let Some(index) = self.class_index.get(&class) {
            return *index;
        }
        let index = u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
        self.classes.push(class.clone());
        self.class_index.insert(class, index);
        index
    }

    /// For each class so far, the class that its addresses have when they are reached through `64:ff9b::/96`: the same
    /// service, but the route destinations of the NAT64 prefix. No prefix list holds it, so that no gateway endpoint
    /// carries it.
    fn nat64_twins(&mut self, v6_layers: &[(Block, Layer)]) -> Vec<u32> {
        let prefix: ipnet::IpNet = "64:ff9b::/96".parse().expect("a constant block");
        let prefix = Block::from(prefix);
        // Containers of one block, in their order, are nested: the innermost is the last.
        let mut destinations: Vec<u32> = Vec::new();
        for (block, layer) in v6_layers.iter().rev() {
            if let Layer::Destination { index, .. } = layer
                && block.first <= prefix.first
                && prefix.last <= block.last
                && !destinations.contains(index)
            {
                destinations.push(*index);
            }
        }
        (0..self.classes.len())
            .map(|index| {
                let class = &self.classes[index];
                let gateway = GATEWAY_SERVICES.contains(&class.service.as_str());
                let twin = PeerClass {
                    in_prefix_list: if gateway { Some(false) } else { class.in_prefix_list },
                    destinations: destinations.clone(),
                    nat64: true,
                    ..class.clone()
                };
                self.intern(twin)
            })
            .collect()
    }
}

/// Closes every open block that ends before `next`, innermost first, and reports each end with what stays open.
fn close(
    open: &mut Vec<(Block, Layer)>,
    next: Option<u128>,
    mut closed: impl FnMut(&[(Block, Layer)], u128),
) {
    while let Some((block, _)) = open.last().copied() {
        if next.is_some_and(|next| block.last >= next) {
            break;
        }
        open.pop();
        if open.last().is_none_or(|(below, _)| below.last != block.last) {
            closed(open, block.last);
        }
    }
}

/// Order among specific services that share one block: the two that decide money first, then by name.
fn tie_rank(key: &str) -> (u8, &str) {
    match key {
        "S3" => (0, key),
        "DYNAMODB" => (1, key),
        _ => (2, key),
    }
}

/// Region and gateway service of a managed prefix list's name, such as `com.amazonaws.us-east-1.s3`.
fn gateway_list(name: &str) -> Option<(&str, usize)> {
    let rest = name.strip_prefix("com.amazonaws.").or_else(|| name.strip_prefix("cn.com.amazonaws."))?;
    let (region, service) = rest.split_once('.')?;
    let service = service.strip_prefix("ipv6.").unwrap_or(service);
    GATEWAY_SERVICES.iter().position(|known| *known == service).map(|index| (region, index))
}
