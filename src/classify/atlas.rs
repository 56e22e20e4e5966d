//! The atlas: one partition of the whole address space, built before the first record.
//!
//! Every address lies in one leaf. A leaf either keeps the address (private space and the VPCs' own blocks: as many
//! as the VPC has) or stands for a *peer class*: service, service Region, how a gateway endpoint would see it, and which
//! route destinations contain it. All addresses of a class take the same path from any subnet, so nothing after this
//! needs the address. The internet is one class.
//!
//! Ranks: the user's address map; a managed prefix list of a gateway service; then, among all ip-ranges blocks that contain the address, the
//! longest one of a specific service; then EC2; then AMAZON. The Region is that of the longest block of any service.
//! (Ranges tie and overlap, so the longest prefix alone is wrong.)

mod build;
mod compare;

pub use build::is_private;
pub use compare::{Cut, Mapping};

use super::address_map::AddressMap;
use super::ip_ranges::IpRanges;
use crate::inventory::{Inventory, RouteDestination};
use crate::model::addr::{Addr, Block};

/// Who a peer is, as far as its address tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PeerClass {
    /// Report name of the service: `s3`, `dynamodb`, `aws-ec2`, `aws-unknown`, `internet`, or a lower-case ip-ranges key.
    pub service: String,
    /// Region of the service; `None` for the internet.
    pub region: Option<String>,
    /// Whether the Region's managed prefix list holds the address that the client sends to: `None` where no list tells.
    pub in_prefix_list: Option<bool>,
    /// In a fine partition the block of a service that has gateway endpoints: a later prefix list may hold it or not.
    pub block: Option<Block>,
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
    v4: Blocks,
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

/// The leaves of IPv4, found by the upper half of an address: nearly every /16 lies in one leaf, or in few.
#[derive(Debug)]
struct Blocks {
    leaves: Partition<u32>,
    /// For each /16 the number of the leaf that holds its first address, and that of the last leaf at the end.
    first: Vec<u32>,
}

impl Blocks {
    fn new(leaves: Partition<u32>) -> Self {
        let last = u32::try_from(leaves.starts.len() - 1).expect("fewer leaves than addresses");
        let mut leaf = 0;
        let mut first = Vec::with_capacity((1 << 16) + 1);
        for block in 0..1_u32 << 16 {
            while leaf < last && leaves.starts[leaf as usize + 1] <= block << 16 {
                leaf += 1;
            }
            first.push(leaf);
        }
        first.push(last);
        Self { leaves, first }
    }

    #[inline]
    fn at(&self, key: u32) -> Place {
        let block = (key >> 16) as usize;
        let (from, to) = (self.first[block] as usize, self.first[block + 1] as usize);
        let after = self.leaves.starts[from + 1..=to].partition_point(|start| *start <= key);
        self.leaves.places[from + after]
    }
}

impl Atlas {
    /// Builds the partition from the ranges and what the inventory knows.
    pub fn new(ranges: &IpRanges, inventory: &Inventory) -> Self {
        Self::with_map(ranges, inventory, &AddressMap::default())
    }

    /// The same with the user's own knowledge of services, which rules over all lists.
    pub fn with_map(ranges: &IpRanges, inventory: &Inventory, map: &AddressMap) -> Self {
        build::Builder::new(ranges, false).build(inventory, map)
    }

    /// Builds a partition that can be turned into that of another inventory later, see [`Atlas::mapping`]: each block of a
    /// service that has gateway endpoints is a class of its own, and IPv6 addresses of EC2 are kept, because a VPC may have
    /// them.
    pub fn fine(ranges: &IpRanges, inventory: &Inventory) -> Self {
        build::Builder::new(ranges, true).build(inventory, &AddressMap::default())
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

    /// The index of a class of a partition of the same inventory by other ranges, added where this one has none like it.
    ///
    /// # Panics
    /// Never: there are a few thousand classes.
    pub fn adopt(&mut self, class: &PeerClass) -> u32 {
        let known = self.classes.iter().position(|known| known == class);
        let place = known.unwrap_or_else(|| {
            self.classes.push(class.clone());
            self.classes.len() - 1
        });
        u32::try_from(place).expect("a few thousand classes")
    }

    /// The class of an index.
    pub fn class(&self, class: u32) -> &PeerClass {
        &self.classes[class as usize]
    }
}
