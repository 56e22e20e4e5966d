//! The partition of addresses that totals are made against, kept so that it can be built again.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::RollupError;
use super::segment::NAME_DIGITS;
use crate::classify::atlas::{Atlas, is_private};
use crate::classify::ip_ranges::IpRanges;
use crate::inventory::{Inventory, PrefixList, Route, RouteDestination, RouteTable, RouteTarget, Vpc};
use crate::source::vault::{Vault, digest_of_bytes};

/// What a partition says of itself. It changes when one description makes other classes.
pub const PARTITION_SCHEMA: &str = "flowtoll/partition/v1";

/// What a partition is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    schema: String,
    /// Digest of the list of ranges, in the file `ranges-<digest>.txt`.
    pub ranges: String,
    /// Date of the list.
    pub ranges_date: String,
    /// Blocks whose addresses are kept because a VPC of the inventory has them.
    kept: Vec<String>,
    /// Prefix lists of the inventory, with their entries.
    prefix_lists: Vec<Listed>,
    /// Destinations of routes, in their order: a block, or the id of a prefix list.
    destinations: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Listed {
    id: String,
    name: Option<String>,
    entries: Vec<String>,
}

/// A partition with what it was made from.
#[derive(Debug)]
pub struct Partitioned {
    /// Its digest.
    pub digest: String,
    /// The description.
    pub partition: Partition,
    /// The ranges.
    pub ranges: IpRanges,
    /// The partition itself.
    pub atlas: Atlas,
}

fn sorted(nets: impl Iterator<Item = IpNet>) -> Vec<String> {
    let mut nets: Vec<IpNet> = nets.filter(|net| !is_private(net)).collect();
    nets.sort();
    nets.dedup();
    nets.iter().map(IpNet::to_string).collect()
}

impl Partition {
    /// The finest partition that ranges and an inventory make, and its description.
    pub fn of(ranges: &IpRanges, inventory: &Inventory) -> (Self, String) {
        let compact = ranges.to_compact();
        let interfaces = &inventory.network_interfaces;
        let kept = inventory.vpcs.iter().flat_map(|vpc| &vpc.cidrs);
        let kept = kept.chain(inventory.subnets.iter().flat_map(|subnet| &subnet.cidrs));
        let kept = kept.chain(interfaces.iter().flat_map(|interface| &interface.prefixes)).copied();
        let addresses = interfaces.iter().flat_map(|interface| &interface.addresses);
        let kept = kept.chain(addresses.map(|address| IpNet::from(*address)));
        let mut destinations: Vec<String> = Vec::new();
        for route in inventory.route_tables.iter().flat_map(|table| &table.routes) {
            let text = match &route.destination {
                RouteDestination::Cidr(net) if is_private(net) => continue,
                RouteDestination::Cidr(net) => net.to_string(),
                RouteDestination::PrefixList(id) => id.clone(),
            };
            if !destinations.contains(&text) {
                destinations.push(text);
            }
        }
        let listed = |list: &PrefixList| {
            let entries = sorted(list.entries.as_ref()?.iter().copied());
            let id = list.prefix_list_id.clone();
            (!entries.is_empty()).then_some(Listed { id, name: list.name.clone(), entries })
        };
        let mut prefix_lists: Vec<Listed> = inventory.prefix_lists.iter().filter_map(listed).collect();
        prefix_lists.sort();
        let partition = Self {
            schema: PARTITION_SCHEMA.to_owned(),
            ranges: digest_of_bytes(compact.as_bytes()),
            ranges_date: ranges.date.clone(),
            kept: sorted(kept),
            prefix_lists,
            destinations,
        };
        (partition, compact)
    }

    fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("texts and lists of texts");
        text.push('\n');
        text
    }

    /// An inventory with nothing but what the partition is made of.
    fn inventory(&self) -> Option<Inventory> {
        let nets =
            |texts: &[String]| texts.iter().map(|text| text.parse().ok()).collect::<Option<Vec<IpNet>>>();
        let vpc = Vpc {
            vpc_id: String::new(),
            account_id: None,
            region: None,
            cidrs: nets(&self.kept)?,
            name: None,
        };
        let route = |destination: &String| Route {
            destination: match destination.parse() {
                Ok(net) => RouteDestination::Cidr(net),
                Err(_) => RouteDestination::PrefixList(destination.clone()),
            },
            target: RouteTarget::Local,
            active: true,
        };
        let table = RouteTable {
            route_table_id: String::new(),
            vpc_id: String::new(),
            main: true,
            subnet_ids: Vec::new(),
            routes: self.destinations.iter().map(route).collect(),
            name: None,
        };
        let lists = self.prefix_lists.iter().map(|list| {
            let (prefix_list_id, name) = (list.id.clone(), list.name.clone());
            Some(PrefixList { prefix_list_id, name, entries: Some(nets(&list.entries)?) })
        });
        Some(Inventory {
            vpcs: vec![vpc],
            route_tables: vec![table],
            prefix_lists: lists.collect::<Option<_>>()?,
            ..Inventory::default()
        })
    }

    fn build(self, digest: String, ranges: IpRanges) -> Option<Partitioned> {
        let atlas = Atlas::fine(&ranges, &self.inventory()?);
        Some(Partitioned { digest, partition: self, ranges, atlas })
    }

    /// Builds the partition and keeps its description in the directory, once.
    ///
    /// # Errors
    /// As the operating system says.
    ///
    /// # Panics
    /// Never: blocks are written as they are read.
    pub fn keep(
        vault: &Vault,
        names: &[String],
        ranges: &IpRanges,
        inventory: &Inventory,
    ) -> Result<Partitioned, RollupError> {
        let failed = |reason| RollupError::Io { path: vault.name(), reason };
        let (partition, compact) = Self::of(ranges, inventory);
        let ranges_name = ranges_name(&partition.ranges);
        if !names.contains(&ranges_name) {
            vault.store(compact.as_bytes(), |_| ranges_name).map_err(failed)?;
        }
        let text = partition.to_json();
        let digest = digest_of_bytes(text.as_bytes());
        let name = partition_name(&digest);
        if !names.contains(&name) {
            vault.store(text.as_bytes(), |_| name).map_err(failed)?;
        }
        // From what was written, as any later reader does it.
        let ranges = IpRanges::from_compact(&compact)
            .map_err(|reason| RollupError::IpRanges { path: vault.name(), reason })?;
        Ok(partition.build(digest, ranges).expect("blocks were written as they are read"))
    }

    /// Builds a partition from its description.
    ///
    /// # Errors
    /// [`RollupError::Damaged`] when a file is missing or not what was written.
    pub fn load(vault: &Vault, digest: &str, commit: &str) -> Result<Partitioned, RollupError> {
        let read = |name: String, digest: &str| {
            let path = format!("{}/{name}", vault.name());
            let damaged = |reason: String| RollupError::Damaged { path, reason, commit: commit.to_owned() };
            match vault.read(&name) {
                Ok(bytes) if digest_of_bytes(&bytes) == digest => {
                    String::from_utf8(bytes).map_err(|_| damaged("it is no text".to_owned()))
                }
                Ok(_) => Err(damaged("its content has changed (SHA-256)".to_owned())),
                Err(error) => Err(damaged(error.to_string())),
            }
        };
        let name = partition_name(digest);
        let path = format!("{}/{name}", vault.name());
        let text = read(name, digest)?;
        let damaged =
            |reason: String| RollupError::Damaged { path: path.clone(), reason, commit: commit.to_owned() };
        let partition: Self = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if partition.schema != PARTITION_SCHEMA {
            return Err(RollupError::Schema { path, found: partition.schema });
        }
        let compact = read(ranges_name(&partition.ranges), &partition.ranges)?;
        let ranges = IpRanges::from_compact(&compact)
            .map_err(|reason| RollupError::IpRanges { path: path.clone(), reason })?;
        let built = partition.build(digest.to_owned(), ranges);
        built.ok_or_else(|| damaged("an address block cannot be read".to_owned()))
    }
}

fn ranges_name(digest: &str) -> String {
    format!("ranges-{}.txt", digest.get(..NAME_DIGITS).unwrap_or(digest))
}

fn partition_name(digest: &str) -> String {
    format!("partition-{}.json", digest.get(..NAME_DIGITS).unwrap_or(digest))
}
