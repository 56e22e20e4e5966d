//! From a report's plan to what is to be made, changed and removed.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::environment_tag;
use crate::inventory::{Inventory, RouteDestination, RouteTarget};
use crate::model::plan::{Action, Change};
use crate::model::report::Report;

use super::ids::{is_account, is_id, is_region, is_service};
use super::policy::policy;
use super::{
    Association, Design, Destination, Endpoint, Gone, Group, Labels, Lack, LeftOut, Need, Place, Removal,
    Way, Wishes,
};

/// What stands for an account that is not known, in names of folders.
const NO_ACCOUNT: &str = "account";
/// Longest name of a security group (API reference, `CreateSecurityGroup`).
const MAX_GROUP_NAME: usize = 255;
/// Longest value of a tag, in characters ("Tag restrictions", Amazon EC2 User Guide).
const MAX_TAG_VALUE: usize = 256;

/// Brings a plan into order: by account and Region, and each change after those that it depends on.
pub(super) fn design(report: &Report, inventory: &Inventory, wishes: &Wishes) -> Design {
    let changes = in_order(&report.plan.changes);
    let mut left_out: BTreeMap<&str, Lack> = BTreeMap::new();
    let mut usable = Vec::new();
    for change in changes {
        let other = change.depends_on.iter().find(|id| left_out.contains_key(id.as_str()));
        let central = usable.iter().find(|other: &&&Change| {
            other.action == Action::AddCentralEndpoint && change.depends_on.contains(&other.advice_id)
        });
        let other = other.or_else(|| central.map(|other| &other.advice_id));
        let lack = other.map_or_else(|| lack(change, inventory).err(), |id| Some(Lack::Other(id.clone())));
        match lack {
            Some(lack) => drop(left_out.insert(&change.advice_id, lack)),
            None => usable.push(change),
        }
    }
    let mut drafts: BTreeMap<(Option<&str>, &str), Draft<'_>> = BTreeMap::new();
    for change in &usable {
        let Some(region) = change.region.as_deref() else { continue };
        let key = (change.account_id.as_deref(), region);
        let draft = drafts.entry(key).or_insert_with(|| Draft::new(inventory, wishes, key));
        draft.take(change, &usable);
    }
    for change in usable.iter().filter(|change| change.action == Action::AddCentralEndpoint) {
        left_out.insert(&change.advice_id, Lack::HostedZones(change.replaced_endpoint_ids.clone()));
    }
    // Regions of one account stand side by side, under names that sort.
    Design {
        places: drafts.into_values().map(|draft| draft.place).filter(Place::has_anything).collect(),
        left_out: left_out.into_iter().map(|(id, why)| LeftOut { advice_id: id.to_owned(), why }).collect(),
    }
}

/// Changes in their order, but each behind what it depends on. Of a ring, which the search never makes, the first goes first.
fn in_order(changes: &[Change]) -> Vec<&Change> {
    let mut waiting: Vec<&Change> = changes.iter().collect();
    let mut ordered: Vec<&Change> = Vec::new();
    while !waiting.is_empty() {
        let is_free = |change: &&Change| {
            change
                .depends_on
                .iter()
                .all(|id| !waiting.iter().any(|other| other.advice_id == *id && other != change))
        };
        let next = waiting.iter().position(is_free).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

fn id(prefix: &str, text: &str) -> Result<(), Lack> {
    if is_id(prefix, text) { Ok(()) } else { Err(Lack::NotAnId(text.to_owned())) }
}

fn service(text: &str) -> Result<(), Lack> {
    if is_service(text) { Ok(()) } else { Err(Lack::NotAnId(text.to_owned())) }
}

fn some<T>(items: &[T], lack: Lack) -> Result<(), Lack> {
    if items.is_empty() { Err(lack) } else { Ok(()) }
}

/// What a change lacks to be written down.
fn lack(change: &Change, inventory: &Inventory) -> Result<(), Lack> {
    id("vpc", change.vpc_id.as_deref().ok_or(Lack::Vpc)?)?;
    let region = change.region.as_deref().ok_or(Lack::Region)?;
    if !is_region(region) {
        return Err(Lack::NotAnId(region.to_owned()));
    }
    if let Some(account) = change.account_id.as_deref().filter(|account| !is_account(account)) {
        return Err(Lack::NotAnId(account.to_owned()));
    }
    let named = [&change.service].into_iter().chain(&change.companions).chain(&change.service_names);
    named.map(String::as_str).try_for_each(service)?;
    change.route_table_ids.iter().try_for_each(|table| id("rtb", table))?;
    change
        .vpc_endpoint_ids
        .iter()
        .chain(&change.replaced_endpoint_ids)
        .try_for_each(|text| id("vpce", text))?;
    match change.action {
        Action::AddGatewayEndpoint => {
            some(&change.service_names, Lack::Region)?;
            some(&change.route_table_ids, Lack::RouteTables)
        }
        Action::AssociateRouteTable => {
            some(&change.vpc_endpoint_ids, Lack::Resource(change.service.clone()))?;
            some(&change.route_table_ids, Lack::RouteTables)
        }
        Action::AddInterfaceEndpoint => new_interfaces(change),
        Action::AddCentralEndpoint if change.vpc_endpoint_ids.is_empty() => new_interfaces(change),
        Action::AddCentralEndpoint => Ok(()),
        Action::ShrinkInterfaceEndpoint => {
            some(&change.vpc_endpoint_ids, Lack::Resource(change.service.clone()))?;
            some(&change.zones_removed, Lack::Subnets)?;
            subnets(&change.zones_removed).map(drop)
        }
        Action::RemoveInterfaceEndpoint => {
            some(&change.vpc_endpoint_ids, Lack::Resource(change.service.clone()))
        }
        Action::RemoveNatGateway => nat_gateway(change, inventory),
    }
}

fn new_interfaces(change: &Change) -> Result<(), Lack> {
    some(&change.service_names, Lack::Region)?;
    some(&change.zones, Lack::Subnets)?;
    subnets(&change.zones)?;
    some(&blocks(change)?, Lack::Clients)
}

fn subnets(zones: &[crate::model::plan::ZoneSubnet]) -> Result<Vec<String>, Lack> {
    let mut ids = Vec::new();
    for zone in zones {
        let subnet = zone.subnet_id.as_deref().ok_or(Lack::Subnets)?;
        id("subnet", subnet)?;
        ids.push(subnet.to_owned());
    }
    Ok(ids)
}

fn blocks(change: &Change) -> Result<Vec<ipnet::IpNet>, Lack> {
    let block = |text: &String| text.parse::<ipnet::IpNet>().map_err(|_| Lack::NotAnId(text.clone()));
    let all: BTreeSet<ipnet::IpNet> = change.client_cidrs.iter().map(block).collect::<Result<_, _>>()?;
    Ok(all.into_iter().collect())
}

fn nat_gateway(change: &Change, inventory: &Inventory) -> Result<(), Lack> {
    let nat = change.nat_gateway_id.as_deref().ok_or(Lack::Vpc)?;
    id("nat", nat)?;
    let known = inventory.nat_gateways.iter().find(|known| known.nat_gateway_id == nat);
    let known = known.ok_or_else(|| Lack::Resource(nat.to_owned()))?;
    if known.regional || known.addresses.len() > 1 {
        return Err(Lack::NatGateway(nat.to_owned()));
    }
    for (table, destination) in routes(nat, inventory) {
        id("rtb", &table)?;
        if let Destination::PrefixList(list) = &destination {
            id("pl", list)?;
        }
    }
    Ok(())
}

fn routes(nat: &str, inventory: &Inventory) -> Vec<(String, Destination)> {
    let of_table = |table: &crate::inventory::RouteTable| {
        let to_nat = table
            .routes
            .iter()
            .filter(|route| matches!(&route.target, RouteTarget::NatGateway(id) if id == nat));
        let destination = |destination: &RouteDestination| match destination {
            RouteDestination::Cidr(block) => Destination::Block(*block),
            RouteDestination::PrefixList(list) => Destination::PrefixList(list.clone()),
        };
        let id = table.route_table_id.clone();
        to_nat.map(|route| (id.clone(), destination(&route.destination))).collect::<Vec<_>>()
    };
    inventory.route_tables.iter().flat_map(of_table).collect()
}

/// A place in the making.
struct Draft<'d> {
    inventory: &'d Inventory,
    wishes: &'d Wishes,
    place: Place,
    labels: Labels,
}

impl<'d> Draft<'d> {
    fn new(inventory: &'d Inventory, wishes: &'d Wishes, (account, region): (Option<&str>, &str)) -> Self {
        let place = Place {
            account: account.map(str::to_owned),
            region: region.to_owned(),
            folder: format!("{}-{region}", account.unwrap_or(NO_ACCOUNT)),
            ..Place::default()
        };
        Self { inventory, wishes, place, labels: Labels::default() }
    }

    /// Takes a change that lacks nothing.
    fn take(&mut self, change: &Change, all: &[&Change]) {
        let vpc = change.vpc_id.clone().unwrap_or_default();
        match change.action {
            Action::AddGatewayEndpoint => {
                let way = Way::Gateway { route_tables: change.route_table_ids.clone() };
                self.add(change, &vpc, &change.service, &change.service_names[0], way);
            }
            Action::AssociateRouteTable => {
                let label = self.labels.of(&[&change.service, "gateway", &vpc]);
                self.place.associations.push(Association {
                    advice_id: change.advice_id.clone(),
                    label,
                    endpoint: change.vpc_endpoint_ids[0].clone(),
                    service: change.service.clone(),
                    route_tables: change.route_table_ids.clone(),
                });
            }
            Action::AddInterfaceEndpoint => self.add_interfaces(change, &vpc),
            Action::AddCentralEndpoint => {
                // Hosted zones of the other VPCs are not written down, so what they use now cannot go yet.
                if change.vpc_endpoint_ids.is_empty() {
                    self.add_interfaces(change, &vpc);
                }
            }
            Action::ShrinkInterfaceEndpoint => {
                let subnets = subnets(&change.zones_removed).unwrap_or_default();
                let endpoint = change.vpc_endpoint_ids[0].clone();
                self.remove(
                    change,
                    all,
                    Gone::Subnets { endpoint, service: change.service.clone(), subnets },
                );
            }
            Action::RemoveInterfaceEndpoint => {
                let named = [&change.service].into_iter().chain(&change.companions);
                let endpoints = change.vpc_endpoint_ids.iter().cloned().zip(named.cloned()).collect();
                self.remove(change, all, Gone::Endpoints(endpoints));
            }
            Action::RemoveNatGateway => {
                let nat = change.nat_gateway_id.clone().unwrap_or_default();
                let routes = routes(&nat, self.inventory);
                self.remove(change, all, Gone::NatGateway { nat, routes });
            }
        }
    }

    fn remove(&mut self, change: &Change, all: &[&Change], what: Gone) {
        let needs = self.needs(change, all);
        self.place.removals.push(Removal { advice_id: change.advice_id.clone(), what, needs });
    }

    /// Endpoints that a change depends on.
    fn needs(&self, change: &Change, all: &[&Change]) -> Vec<Need> {
        let needed = all.iter().filter(|other| change.depends_on.contains(&other.advice_id));
        let mut needs: Vec<Need> = needed.flat_map(|other| self.need(other)).collect();
        needs.sort();
        needs.dedup();
        needs
    }

    fn need(&self, change: &Change) -> Vec<Need> {
        let Some(vpc) = change.vpc_id.clone() else { return Vec::new() };
        match change.action {
            Action::AddGatewayEndpoint | Action::AssociateRouteTable => {
                let endpoint = |id: &String| {
                    let known =
                        self.inventory.vpc_endpoints.iter().find(|known| known.vpc_endpoint_id == *id);
                    known.map(|known| known.service_name.clone()).filter(|text| is_service(text))
                };
                let name = change.service_names.first().cloned();
                let name = name.or_else(|| change.vpc_endpoint_ids.first().and_then(endpoint));
                let need =
                    |service_name| Need { vpc, service_name, route_tables: change.route_table_ids.clone() };
                name.map(need).into_iter().collect()
            }
            Action::AddInterfaceEndpoint | Action::AddCentralEndpoint => interface_needs(change, &vpc),
            _ => Vec::new(),
        }
    }

    fn environment(&self, vpc: &str) -> Option<&str> {
        environment_tag(self.inventory, vpc).or(self.wishes.environment.as_deref())
    }

    fn name(&self, vpc: &str, service: &str, kind: &str) -> String {
        let name = self.wishes.names.name(service, kind, self.environment(vpc));
        name.chars().filter(|c| !c.is_control()).take(MAX_TAG_VALUE).collect()
    }

    fn add_interfaces(&mut self, change: &Change, vpc: &str) {
        let services: Vec<String> =
            [&change.service].into_iter().chain(&change.companions).cloned().collect();
        let label = self.labels.of(&[&services[0], "clients", vpc]);
        let name = format!("{}-clients", self.name(vpc, &services[0], "interface"));
        let group = self.place.groups.len();
        self.place.groups.push(Group {
            advice_id: change.advice_id.clone(),
            label,
            vpc: vpc.to_owned(),
            name: group_name(&name),
            blocks: blocks(change).unwrap_or_default(),
        });
        let subnets = subnets(&change.zones).unwrap_or_default();
        for (service, full) in services.iter().zip(&change.service_names) {
            let way = Way::Interface { subnets: subnets.clone(), group };
            self.add(change, vpc, service, full, way);
        }
    }

    fn add(&mut self, change: &Change, vpc: &str, service: &str, service_name: &str, way: Way) {
        let kind = if matches!(way, Way::Gateway { .. }) { "gateway" } else { "interface" };
        let after = self.place.endpoints.iter().filter(|made| change.depends_on.contains(&made.advice_id));
        let after = after.map(|made| made.label.clone()).collect();
        let endpoint = Endpoint {
            advice_id: change.advice_id.clone(),
            action: change.action,
            label: self.labels.of(&[service, kind, vpc]),
            vpc: vpc.to_owned(),
            service: service.to_owned(),
            service_name: service_name.to_owned(),
            name: self.name(vpc, service, kind),
            has_environment: self.environment(vpc).is_some() || !self.wishes.names.has_environment(),
            way,
            policy: policy(service, &self.place.region, self.place.account.as_deref(), self.wishes),
            after,
        };
        self.place.endpoints.push(endpoint);
    }
}

fn interface_needs(change: &Change, vpc: &str) -> Vec<Need> {
    let need =
        |name: &String| Need { vpc: vpc.to_owned(), service_name: name.clone(), route_tables: Vec::new() };
    change.service_names.iter().map(need).collect()
}

/// A text as the name of a security group: its letters are few, and `sg-` is for ids (API reference, `CreateSecurityGroup`).
fn group_name(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    let name: String = text.chars().map(|c| if allowed(c) { c } else { '-' }).take(MAX_GROUP_NAME).collect();
    if name.starts_with("sg-") { format!("x{}", &name[..name.len().min(MAX_GROUP_NAME - 1)]) } else { name }
}
