//! Which region and account a resource is in.

use std::collections::BTreeMap;

use super::collect::{Collection, Located};
use super::draft::Place;
use super::model::{RouteDestination, VpcEndpointType};
use super::service_name::region_of;

/// Where a region was read from, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Evidence {
    Arn,
    Zone,
    Folder,
    /// The service of a gateway endpoint, always in its own region.
    GatewayService,
    /// The service of another endpoint, which may be in a region elsewhere.
    Service,
    /// The name of a prefix list that a route uses.
    PrefixList,
}

/// How often each region is told, by how good the evidence is.
type Votes = BTreeMap<Evidence, BTreeMap<String, usize>>;

/// What all answers together tell about the regions of VPCs and folders.
#[derive(Debug, Default)]
pub(super) struct Places {
    votes: BTreeMap<String, Votes>,
    /// Accounts read from the ARNs of a VPC's resources.
    accounts: BTreeMap<String, String>,
    /// Regions of folders that do not name one, by the prefix lists recorded there; `None` when they disagree.
    folders: BTreeMap<String, Option<String>>,
}

impl Places {
    /// Gathers the evidence in every answer.
    pub(super) fn of(collection: &Collection) -> Places {
        let mut places = Places::default();
        for (vpc_id, located) in &collection.vpcs {
            places.weigh(Some(vpc_id), located);
        }
        for located in collection.subnets.values() {
            places.weigh(Some(&located.draft.item.vpc_id), located);
        }
        for located in collection.nat_gateways.values() {
            places.weigh(located.draft.item.vpc_id.as_deref(), located);
        }
        for located in collection.interfaces.values() {
            places.weigh(located.draft.item.interface.vpc_id.as_deref(), located);
        }
        for located in collection.security_groups.values() {
            places.weigh(located.draft.item.vpc_id.as_deref(), located);
        }
        for located in collection.vpc_endpoints.values() {
            let endpoint = &located.draft.item;
            places.weigh(Some(&endpoint.vpc_id), located);
            let evidence = match endpoint.endpoint_type {
                VpcEndpointType::Gateway => Evidence::GatewayService,
                _ => Evidence::Service,
            };
            places.vote(&endpoint.vpc_id, evidence, region_of(&endpoint.service_name));
        }
        places.weigh_prefix_lists(collection);
        places
    }

    fn weigh_prefix_lists(&mut self, collection: &Collection) {
        for located in collection.route_tables.values() {
            let table = &located.draft.item;
            self.weigh(Some(&table.vpc_id), located);
            for route in &table.routes {
                let RouteDestination::PrefixList(id) = &route.destination else { continue };
                let name = collection.prefix_lists.get(id).and_then(|list| list.name.as_deref());
                self.vote(&table.vpc_id, Evidence::PrefixList, name.and_then(region_of));
            }
        }
        for list in collection.prefix_lists.values() {
            let Some(region) = list.name.as_deref().and_then(region_of) else { continue };
            for folder in &list.folders {
                let known = self.folders.entry(folder.clone()).or_insert_with(|| Some(region.to_owned()));
                if known.as_deref() != Some(region) {
                    *known = None;
                }
            }
        }
    }

    fn weigh<T>(&mut self, vpc_id: Option<&str>, located: &Located<T>) {
        let Some(vpc_id) = vpc_id else { return };
        let place = &located.draft.place;
        self.vote(vpc_id, Evidence::Arn, place.arn_region.as_deref());
        self.vote(vpc_id, Evidence::Zone, place.zone_region.as_deref());
        self.vote(vpc_id, Evidence::Folder, located.folder_region.as_deref());
        if let Some(account) = &place.arn_account {
            // ARNs of a shared VPC's subnets name its owner, as all of them do.
            self.accounts.entry(vpc_id.to_owned()).or_insert_with(|| account.clone());
        }
    }

    fn vote(&mut self, vpc_id: &str, evidence: Evidence, region: Option<&str>) {
        if let Some(region) = region {
            let regions = self.votes.entry(vpc_id.to_owned()).or_default().entry(evidence).or_default();
            *regions.entry(region.to_owned()).or_default() += 1;
        }
    }

    /// The region of a VPC: the one told most often by the best evidence there is.
    fn of_vpc(&self, vpc_id: &str) -> Option<&str> {
        let best = self.votes.get(vpc_id)?.values().next()?;
        // Of equals the first in the alphabet, so that the answer does not depend on anything else.
        best.iter().rev().max_by_key(|(_, votes)| **votes).map(|(region, _)| region.as_str())
    }

    /// The region of a resource: what it says itself, then its VPC's, then its folder's.
    fn region<T>(&self, vpc_id: Option<&str>, located: &Located<T>) -> Option<String> {
        let Place { arn_region, zone_region, .. } = &located.draft.place;
        let own = arn_region.as_ref().or(zone_region.as_ref()).cloned();
        let vpc = || vpc_id.and_then(|id| self.of_vpc(id)).map(str::to_owned);
        let folder = || self.folders.get(&located.folder).cloned().flatten();
        own.or_else(vpc).or_else(|| located.folder_region.clone()).or_else(folder)
    }

    /// Writes regions and accounts into the resources that have them.
    pub(super) fn settle(&self, collection: &mut Collection) {
        for (vpc_id, located) in &mut collection.vpcs {
            located.draft.item.region = self.region(Some(vpc_id), located);
            let told = || self.accounts.get(vpc_id).cloned();
            let vpc = &mut located.draft.item;
            vpc.account_id = vpc.account_id.take().or_else(told).or_else(|| located.folder_account.clone());
        }
        for located in collection.subnets.values_mut() {
            located.draft.item.region = self.region(Some(&located.draft.item.vpc_id), located);
        }
        for located in collection.nat_gateways.values_mut() {
            located.draft.item.region = self.region(located.draft.item.vpc_id.as_deref(), located);
        }
        for located in collection.vpc_endpoints.values_mut() {
            located.draft.item.region = self.region(Some(&located.draft.item.vpc_id), located);
            let endpoint = &mut located.draft.item;
            let named =
                region_of(&endpoint.service_name).filter(|named| endpoint.region.as_deref() != Some(named));
            endpoint.service_region = endpoint.service_region.take().or_else(|| named.map(str::to_owned));
        }
        for located in collection.interfaces.values_mut() {
            let interface = &mut located.draft.item.interface;
            interface.account_id = interface.account_id.take().or_else(|| located.folder_account.clone());
        }
    }
}
