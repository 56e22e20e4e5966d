//! How the partition is built: blocks nest or are apart, never cross, so one walk over their borders decides each once.

mod layers;

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Atlas, Blocks, Partition, PeerClass, Place};
use crate::classify::address_map::AddressMap;
use crate::classify::ip_ranges::IpRanges;
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

/// Whether a block lies in space that is kept whatever an inventory says.
///
/// # Panics
/// Never: the blocks of that space are constants.
pub fn is_private(net: &ipnet::IpNet) -> bool {
    let net = Block::from(*net);
    PRIVATE.iter().any(|block| {
        let block: ipnet::IpNet = block.parse().expect("a constant block");
        let block = Block::from(block);
        block.first <= net.first && net.last <= block.last
    })
}

/// Services reached through gateway endpoints, by the last part of their prefix list's name, most specific first.
const GATEWAY_SERVICES: [&str; 3] = ["s3", "dynamodb", "s3express"];

/// What a block contributes to the leaves below it.
#[derive(Debug, Clone, Copy)]
enum Layer {
    Service {
        service: u16,
        region: u16,
    },
    PrefixList {
        service: usize,
        region: u16,
    },
    Destination {
        index: u32,
        prefix_list: bool,
    },
    /// Index into the entries of the user's map.
    Mapped(u32),
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

/// How a service of the ranges is ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    Amazon,
    Ec2,
    /// A specific one, with its place among those that share one block.
    Specific(u16),
}

/// A class by numbers, as it is decided thousands of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ClassKey {
    service: Service,
    region: Option<u16>,
    in_prefix_list: Option<bool>,
    block: Option<Block>,
    /// Index into the lists of destinations.
    destinations: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Service {
    Internet,
    AnyAws,
    Ec2,
    /// Index into the services of the ranges.
    Specific(u16),
    /// Index into [`GATEWAY_SERVICES`].
    Gateway(usize),
    /// Index into the services of the user's map.
    Mapped(usize),
}

/// What holds for the addresses inside some blocks.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    kept: bool,
    in_ec2: bool,
    in_amazon: bool,
    /// The best specific service: length of its block, place among those on one block, index.
    specific: Option<(u8, u16, u16)>,
    region: Option<u16>,
    /// Gateway service and Region of the prefix list.
    listed: Option<(usize, u16)>,
    /// The innermost entry of the user's map.
    mapped: Option<u32>,
    /// The innermost block of a gateway service, in a fine partition.
    block: Option<Block>,
    /// All of IPv6, in the IPv6 half of a fine partition.
    family: Option<Block>,
    /// Index into the lists of destinations.
    destinations: u32,
}

/// A block that is not over yet.
struct Open {
    last: u128,
    held: Held,
    place: Place,
}

/// Gathers layers, then walks over their borders.
pub(super) struct Builder<'r> {
    ranges: &'r IpRanges,
    /// Whether classes are as fine as any later inventory may need them, see [`Atlas::fine`].
    is_fine: bool,
    /// For each service of the ranges.
    ranks: Vec<Rank>,
    /// For each service of the ranges, its place among the gateway services.
    gateways: Vec<Option<usize>>,
    regions: Vec<String>,
    layers: Vec<(Block, Layer)>,
    destinations: Vec<RouteDestination>,
    /// (gateway service, region) pairs whose prefix list has entries.
    listed: Vec<(usize, u16)>,
    classes: Vec<PeerClass>,
    class_index: FastMap<ClassKey, u32>,
    /// Entries of the user's map: service, and Region where it says one.
    mapped: Vec<(Service, Option<u16>)>,
    mapped_services: Vec<String>,
    /// Distinct lists of route destinations.
    destination_lists: Vec<Vec<u32>>,
    destination_list_index: FastMap<Vec<u32>, u32>,
}

/// A hash map with the fast hasher.
type FastMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

impl<'r> Builder<'r> {
    pub(super) fn new(ranges: &'r IpRanges, is_fine: bool) -> Self {
        let mut specific: Vec<&String> = ranges.services.iter().collect();
        specific.sort_by_key(|key| tie_rank(key));
        let rank = |key: &String| match key.as_str() {
            "EC2" => Rank::Ec2,
            "AMAZON" => Rank::Amazon,
            _ => {
                let place = specific.iter().position(|known| *known == key).unwrap_or(specific.len());
                Rank::Specific(u16::try_from(place).unwrap_or(u16::MAX))
            }
        };
        let gateway =
            |key: &String| GATEWAY_SERVICES.iter().position(|service| key.eq_ignore_ascii_case(service));
        let layers = ranges
            .ranges
            .iter()
            .map(|range| (range.block, Layer::Service { service: range.service, region: range.region }))
            .collect();
        Self {
            ranges,
            is_fine,
            ranks: ranges.services.iter().map(rank).collect(),
            gateways: ranges.services.iter().map(gateway).collect(),
            regions: ranges.regions.clone(),
            layers,
            destinations: Vec::new(),
            listed: Vec::new(),
            classes: Vec::new(),
            class_index: FastMap::default(),
            mapped: Vec::new(),
            mapped_services: Vec::new(),
            destination_lists: Vec::new(),
            destination_list_index: FastMap::default(),
        }
    }

    pub(super) fn build(mut self, inventory: &Inventory, map: &AddressMap) -> Atlas {
        self.add_map(map);
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
            v4: Blocks::new(Partition {
                starts: v4.iter().map(|(start, _)| Addr::v6(*start).as_v4().unwrap_or(0)).collect(),
                places: v4.iter().map(|(_, place)| *place).collect(),
            }),
            v6: Partition {
                starts: v6.iter().map(|(start, _)| *start).collect(),
                places: v6.iter().map(|(_, place)| *place).collect(),
            },
            nat64,
        }
    }

    /// Cuts `first..=last` at every block border. Each block is decided once, from what holds for the block around it.
    fn partition(&mut self, layers: &[(Block, Layer)], first: u128, last: u128) -> Vec<(u128, Place)> {
        let mut pieces: Vec<(u128, Place)> = Vec::new();
        let mut push = |start: u128, place: Place| match pieces.last_mut() {
            Some((at, known)) if *at == start => *known = place,
            Some((_, known)) if *known == place => {}
            _ => pieces.push((start, place)),
        };
        let is_v6 = last == u128::MAX;
        // No class of a fine partition has addresses of both families: they have routes of their own.
        let family = (self.is_fine && is_v6).then_some(Block { first, last, length: 0 });
        let destinations = self.destination_list(Vec::new());
        let held = Held { family, destinations, ..Held::default() };
        let whole = Open { last, held, place: self.decide(held) };
        push(first, whole.place);
        let mut open = vec![whole];
        for layers in layers.chunk_by(|(block, _), (next, _)| block == next) {
            let (block, _) = layers[0];
            close(&mut open, block.first, &mut push);
            let around = open.last().map_or(held, |around| around.held);
            let held = layers.iter().fold(around, |held, (_, layer)| self.inside(held, block, *layer));
            let place = self.decide(Held { kept: held.kept || is_v6 && self.may_be_a_vpc(held), ..held });
            push(block.first, place);
            open.push(Open { last: block.last, held, place });
        }
        close(&mut open, last, &mut push);
        pieces
    }

    /// Whether IPv6 addresses for which this holds may be those of a VPC that an inventory names later: AWS assigns them from
    /// the ranges of EC2.
    fn may_be_a_vpc(&self, held: Held) -> bool {
        self.is_fine && held.in_ec2 && held.specific.is_none() && held.listed.is_none()
    }

    /// What holds inside a block on which `layer` lies, from what holds around it.
    fn inside(&mut self, around: Held, on: Block, layer: Layer) -> Held {
        let length = on.length;
        match layer {
            Layer::Kept => Held { kept: true, ..around },
            Layer::Mapped(index) => Held { mapped: Some(index), ..around },
            Layer::PrefixList { service, region } => {
                let block = if self.is_fine { Some(on) } else { None };
                Held { listed: Some((service, region)), block, ..around }
            }
            Layer::Destination { index, .. } => {
                let known = &self.destination_lists[around.destinations as usize];
                let outer = known.iter().copied().filter(|known| *known != index);
                let list = std::iter::once(index).chain(outer).collect();
                Held { destinations: self.destination_list(list), ..around }
            }
            Layer::Service { service, region } => {
                let is_gateway = self.is_fine && self.gateways[usize::from(service)].is_some();
                let block = if is_gateway { Some(on) } else { around.block };
                let held = Held { region: Some(region), block, ..around };
                match self.ranks[usize::from(service)] {
                    Rank::Ec2 => Held { in_ec2: true, ..held },
                    Rank::Amazon => Held { in_amazon: true, ..held },
                    Rank::Specific(place) => {
                        let known = held.specific.filter(|(on, known, _)| *on == length && *known < place);
                        Held { specific: known.or(Some((length, place, service))), ..held }
                    }
                }
            }
        }
    }

    /// The place of addresses for which this holds.
    fn decide(&mut self, held: Held) -> Place {
        if held.kept {
            return Place::Kept;
        }
        let key = self.class_of(held);
        if let Some(index) = self.class_index.get(&key) {
            return Place::Class(*index);
        }
        let index = index_of_next(self.classes.len());
        self.classes.push(self.spelled_out(key));
        self.class_index.insert(key, index);
        Place::Class(index)
    }

    fn class_of(&self, held: Held) -> ClassKey {
        let Held { destinations, region, .. } = held;
        if let Some(index) = held.mapped {
            let (service, own_region) = self.mapped[index as usize];
            let region = own_region.or(region);
            // Whether a gateway endpoint carries it is the list's to say, not the user's.
            let in_prefix_list = match service {
                Service::Gateway(gateway) => region.and_then(|region| {
                    let held = held.listed == Some((gateway, region));
                    self.listed.contains(&(gateway, region)).then_some(held)
                }),
                _ => None,
            };
            return ClassKey { service, region, in_prefix_list, block: held.family, destinations };
        }
        if let Some((service, region)) = held.listed {
            return ClassKey {
                service: Service::Gateway(service),
                region: Some(region),
                in_prefix_list: Some(true),
                block: held.block,
                destinations,
            };
        }
        let (service, gateway) = match held.specific {
            Some((_, _, service)) => (Service::Specific(service), self.gateways[usize::from(service)]),
            None if held.in_ec2 => (Service::Ec2, None),
            None if held.in_amazon => (Service::AnyAws, None),
            None => (Service::Internet, None),
        };
        // Within one gateway service and Region, a known list that does not hold the address says "not served".
        let in_prefix_list =
            gateway.zip(region).and_then(|pair| self.listed.contains(&pair).then_some(false));
        let block = held.block.filter(|_| gateway.is_some()).or(held.family);
        ClassKey { service, region, in_prefix_list, block, destinations }
    }

    fn destination_list(&mut self, list: Vec<u32>) -> u32 {
        if let Some(index) = self.destination_list_index.get(&list) {
            return *index;
        }
        let index = index_of_next(self.destination_lists.len());
        self.destination_lists.push(list.clone());
        self.destination_list_index.insert(list, index);
        index
    }

    fn spelled_out(&self, key: ClassKey) -> PeerClass {
        PeerClass {
            service: match key.service {
                Service::Internet => "internet".to_owned(),
                Service::AnyAws => "aws-unknown".to_owned(),
                Service::Ec2 => "aws-ec2".to_owned(),
                Service::Specific(service) => self.ranges.services[usize::from(service)].to_ascii_lowercase(),
                Service::Gateway(service) => GATEWAY_SERVICES[service].to_owned(),
                Service::Mapped(service) => self.mapped_services[service].clone(),
            },
            region: key.region.map(|region| self.regions[usize::from(region)].clone()),
            in_prefix_list: key.in_prefix_list,
            block: key.block,
            destinations: self.destination_lists[key.destinations as usize].clone(),
            nat64: false,
        }
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
        let mut twins: HashMap<PeerClass, u32> = HashMap::new();
        let known: Vec<PeerClass> = self.classes.clone();
        known
            .iter()
            .map(|class| {
                let gateway = GATEWAY_SERVICES.contains(&class.service.as_str());
                let twin = PeerClass {
                    in_prefix_list: if gateway { Some(false) } else { class.in_prefix_list },
                    destinations: destinations.clone(),
                    nat64: true,
                    ..class.clone()
                };
                *twins.entry(twin).or_insert_with_key(|twin| {
                    self.classes.push(twin.clone());
                    index_of_next(self.classes.len() - 1)
                })
            })
            .collect()
    }
}

/// Closes every open block that ends before `next`, innermost first: behind it the block around it goes on.
fn close(open: &mut Vec<Open>, next: u128, push: &mut impl FnMut(u128, Place)) {
    while let [.., around, block] = open.as_slice()
        && block.last < next
    {
        if around.last != block.last {
            push(block.last + 1, around.place);
        }
        open.pop();
    }
}

fn index_of_next(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Order among specific services that share one block: the two that decide money first, then by name.
fn tie_rank(key: &str) -> (u8, &str) {
    match key {
        "S3" => (0, key),
        "DYNAMODB" => (1, key),
        _ => (2, key),
    }
}
