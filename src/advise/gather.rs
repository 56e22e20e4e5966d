//! From attributed bytes and the inventory to what the search needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::{Flow, NatKind, NatUnit, Path};
use crate::inventory::{
    InterfaceKind, NatGateway, RouteTable, RouteTarget, VpcEndpoint, VpcEndpointType, is_gone,
};
use crate::price::Meter;

use super::catalog::{TOLD_BY_ADDRESS, has_gateway_endpoint, has_interface_endpoint, is_public};
use super::demand::{
    Carrier, Cell, Demand, EndpointDemand, Freedom, Joint, Link, Load, NatDemand, NatWay, Scope, VpcDemand,
};
use super::{Case, crosses_zone, gateway};

/// Hours of observation without a byte after which a NAT gateway can be called unused: a day has its night.
const NAT_REMOVAL_HOURS: u64 = 24;

/// A demand, and the flows behind it.
pub struct Gathered {
    /// What the search needs.
    pub demand: Demand,
    /// For each cell the indexes of its flows.
    pub flows: Vec<Vec<usize>>,
    /// For each NAT gateway of the demand its place in the attribution.
    pub nats: Vec<usize>,
}

/// What tells cells apart.
type CellKey = (usize, Option<String>, String, Carrier, Option<NatWay>, bool);

struct Gatherer<'g, 'c> {
    case: &'g Case<'c>,
    demand: Demand,
    vpcs: BTreeMap<String, usize>,
    nats: BTreeMap<String, usize>,
    endpoints: BTreeMap<String, usize>,
    cells: BTreeMap<CellKey, (u128, Vec<usize>)>,
    /// Endpoints with clients in no known VPC, perhaps beyond a VPN: they have no other way that is known.
    reached_from_afar: BTreeSet<usize>,
    nat_units: Vec<usize>,
}

/// Gathers everything.
pub fn gather(case: &Case<'_>) -> Gathered {
    let demand = Demand {
        scale: case.scale,
        scopes: Vec::new(),
        vpcs: Vec::new(),
        nats: Vec::new(),
        endpoints: Vec::new(),
        cells: Vec::new(),
        links: BTreeSet::new(),
    };
    let mut gatherer = Gatherer {
        case,
        demand,
        vpcs: BTreeMap::new(),
        nats: BTreeMap::new(),
        endpoints: BTreeMap::new(),
        cells: BTreeMap::new(),
        reached_from_afar: BTreeSet::new(),
        nat_units: Vec::new(),
    };
    gatherer.add_vpcs();
    gatherer.add_nats();
    gatherer.add_endpoints();
    for (index, flow) in case.attribution.flows.iter().enumerate() {
        gatherer.add_flow(index, flow);
    }
    gatherer.free_endpoints();
    gatherer.add_links();
    gatherer.finish()
}

impl Gatherer<'_, '_> {
    fn vpc(&mut self, id: &str, region: Option<&str>) -> usize {
        if let Some(index) = self.vpcs.get(id) {
            return *index;
        }
        let case = self.case;
        let account = case.topology.account_of_vpc(id).map(str::to_owned);
        let region = case.topology.region_of_vpc(id).or(region).map(str::to_owned);
        let scope = self.scope(account, region);
        let inventory = case.topology.inventory;
        let subnet_zones = inventory
            .subnets
            .iter()
            .filter(|subnet| subnet.vpc_id == id)
            .filter_map(|subnet| case.topology.zone_of_subnet(&subnet.subnet_id));
        let hosts = inventory.network_interfaces.iter().filter(|found| {
            found.vpc_id.as_deref() == Some(id)
                && matches!(found.kind, InterfaceKind::Ordinary | InterfaceKind::Lambda)
        });
        let zones = hosts.filter_map(|found| case.topology.zone_of_interface(found));
        self.demand.vpcs.push(VpcDemand {
            id: id.to_owned(),
            scope,
            availability: case.policy.of_vpc(id, inventory.setup.tags.get(id)),
            zones: zones.map(str::to_owned).collect(),
            subnet_zones: subnet_zones.map(str::to_owned).collect(),
        });
        self.vpcs.insert(id.to_owned(), self.demand.vpcs.len() - 1);
        self.demand.vpcs.len() - 1
    }

    fn scope(&mut self, account: Option<String>, region: Option<String>) -> usize {
        let is_it = |scope: &Scope| scope.account == account && scope.region == region;
        if let Some(known) = self.demand.scopes.iter().position(is_it) {
            return known;
        }
        let rate = |meter| self.case.rate(region.as_deref(), meter);
        let tiers = region.as_deref().and_then(|region| self.case.book.interface_endpoint_tiers(region));
        self.demand.scopes.push(Scope {
            endpoint_hour: rate(Meter::InterfaceEndpointHour),
            tiers: tiers.map(<[_]>::to_vec),
            endpoint_cross_zone: rate(Meter::InterfaceEndpointCrossZoneGb),
            cross_zone: rate(Meter::CrossZoneGb),
            transit: rate(Meter::TransitGatewayGb),
            account,
            region,
        });
        self.demand.scopes.len() - 1
    }

    fn add_vpcs(&mut self) {
        for vpc in &self.case.topology.inventory.vpcs {
            self.vpc(&vpc.vpc_id, vpc.region.as_deref());
        }
    }

    fn add_nats(&mut self) {
        for (index, (unit, _)) in self.case.attribution.nats.iter().enumerate() {
            if unit.kind == NatKind::Instance {
                continue;
            }
            let known = unit.inventory.map(|index| &self.case.topology.inventory.nat_gateways[index]);
            let nat = self.nat(unit, known);
            self.nats.insert(unit.id.clone(), self.demand.nats.len());
            self.demand.nats.push(nat);
            self.nat_units.push(index);
        }
    }

    fn nat(&self, unit: &NatUnit, known: Option<&NatGateway>) -> NatDemand {
        let case = self.case;
        let rate = |meter| case.rate(unit.region.as_deref(), meter);
        let gone = known.is_some_and(|nat| is_gone(&nat.state));
        let addresses = known.map_or(&[][..], |nat| nat.addresses.as_slice());
        let zones: BTreeSet<&str> = match known {
            Some(nat) if nat.regional => {
                addresses.iter().filter_map(|address| address.zone_id.as_deref()).collect()
            }
            _ => BTreeSet::new(),
        };
        let public_ipv4_hour = rate(Meter::PublicIpv4Hour);
        let public_ips = addresses.iter().filter(|address| address.public_ip.is_some()).count() as u64;
        let is_logged_whole = known.is_some_and(|nat| {
            let ids = addresses.iter().filter_map(|address| address.interface_id.as_ref());
            let lost = ids.into_iter().any(|id| case.attribution.skipped_interfaces.contains(id));
            nat.state == "available" && !lost && case.attribution.watched_nat(nat, case.topology.inventory)
        });
        NatDemand {
            id: unit.id.clone(),
            region: unit.region.clone(),
            hour: rate(Meter::NatGatewayHour),
            gb: rate(Meter::NatGatewayGb),
            cross_zone: rate(Meter::CrossZoneGb),
            transit: rate(Meter::TransitGatewayGb),
            public_ipv4_hour,
            // Without a price they are left out of the figures, as all of them were before there was one.
            public_ips: if public_ipv4_hour.is_some() && !gone { public_ips } else { 0 },
            month_hours: if gone { 0 } else { case.scale.month_hours * (zones.len().max(1) as u64) },
            other: Load::default(),
            removable: is_logged_whole && case.scale.observed_hours >= NAT_REMOVAL_HOURS,
        }
    }

    fn add_endpoints(&mut self) {
        let case = self.case;
        for endpoint in &case.topology.inventory.vpc_endpoints {
            // A line of the report: whether it is charged, and whether anything passed it.
            let line = case.endpoints.iter().find(|line| line.vpc_endpoint_id == endpoint.vpc_endpoint_id);
            if endpoint.endpoint_type != VpcEndpointType::Interface || line.is_none() {
                continue;
            }
            let vpc = self.vpc(&endpoint.vpc_id, endpoint.region.as_deref());
            let zone = |subnet: &String| case.topology.zone_of_subnet(subnet).unwrap_or(subnet).to_owned();
            self.endpoints.insert(endpoint.vpc_endpoint_id.clone(), self.demand.endpoints.len());
            self.demand.endpoints.push(EndpointDemand {
                id: endpoint.vpc_endpoint_id.clone(),
                vpc,
                service: endpoint.service.clone(),
                zones: endpoint.subnet_ids.iter().map(zone).collect(),
                charged: if is_gone(&endpoint.state) { 0 } else { endpoint.subnet_ids.len() as u64 },
                freedom: Freedom::Fixed,
                is_spare: false,
            });
        }
    }

    fn add_flow(&mut self, index: usize, flow: &Flow) {
        if let (Some(vpc), Some(zone)) = (&flow.client.vpc_id, &flow.client.zone_id) {
            let vpc = self.vpc(vpc, flow.client.region.as_deref());
            self.demand.vpcs[vpc].zones.insert(zone.clone());
        }
        let bytes = flow.volume.0 + flow.volume.1;
        match flow.route.path {
            Path::NatGateway => self.add_nat_flow(index, flow, bytes),
            Path::InterfaceEndpoint => self.add_endpoint_flow(index, flow, bytes),
            _ => {}
        }
    }

    fn add_nat_flow(&mut self, index: usize, flow: &Flow, bytes: u128) {
        let case = self.case;
        let Some(unit) = case.nat_of(flow) else { return };
        let Some(nat) = self.nats.get(&unit.id).copied() else { return };
        let transit = flow.client.vpc_id.is_some() && unit.vpc.is_some() && flow.client.vpc_id != unit.vpc;
        let way = NatWay { nat, cross_zone: crosses_zone(&flow.client, unit), transit };
        let movable = case.vpc_of(flow).and_then(|vpc| {
            let region = case.region_of(vpc, flow);
            if gateway::SERVICES.contains(&flow.peer.service.as_str()) {
                let free = gateway::exclusion(case, vpc, flow).is_none();
                return free.then(|| (vpc.to_owned(), region, flow.peer.service.clone(), true));
            }
            let service = endpoint_service(case, &flow.peer.service)?;
            let own_region = region.is_some() && flow.peer.service_region.as_deref() == region;
            (own_region && !case.is_from_unknown_vpc(flow))
                .then(|| (vpc.to_owned(), region, service.to_owned(), false))
        });
        let Some((vpc, region, service, to_gateway)) = movable.filter(|_| bytes > 0) else {
            self.demand.nats[nat].other.add(bytes, way);
            return;
        };
        let vpc = self.vpc(&vpc, region);
        let key = (vpc, flow.client.zone_id.clone(), service, Carrier::Nat, Some(way), to_gateway);
        self.add_cell(key, bytes, index);
    }

    fn add_endpoint_flow(&mut self, index: usize, flow: &Flow, bytes: u128) {
        let case = self.case;
        let Some(endpoint) = flow.route.via.as_deref().and_then(|id| self.endpoints.get(id)).copied() else {
            return;
        };
        if bytes == 0 {
            return;
        }
        if flow.client.vpc_id.is_none() {
            self.reached_from_afar.insert(endpoint);
        }
        let home = self.demand.endpoints[endpoint].vpc;
        let home_id = self.demand.vpcs[home].id.clone();
        let vpc = flow.client.vpc_id.clone().unwrap_or_else(|| home_id.clone());
        let known = case.topology.endpoint(&self.demand.endpoints[endpoint].id);
        let public = known.is_some_and(|known| is_public(&known.service_name, &known.service));
        let table = case.topology.route_table(&vpc, flow.client.subnet_id.as_deref());
        let nat = table.filter(|_| public).and_then(|table| self.default_nat(table)).map(|nat| {
            let unit = &case.attribution.nats[self.nat_units[nat]].0;
            NatWay { nat, cross_zone: crosses_zone(&flow.client, unit), transit: false }
        });
        let service = self.demand.endpoints[endpoint].service.clone();
        let to_gateway = has_gateway_endpoint(&service)
            && flow.client.vpc_id.as_ref() == Some(&home_id)
            && table.is_some();
        let vpc = self.vpc(&vpc, flow.client.region.as_deref());
        let key = (vpc, flow.client.zone_id.clone(), service, Carrier::Endpoint(endpoint), nat, to_gateway);
        self.add_cell(key, bytes, index);
    }

    /// The NAT gateway that a table sends public addresses to.
    fn default_nat(&self, table: &RouteTable) -> Option<usize> {
        match self.case.topology.way_out(table) {
            Some(RouteTarget::NatGateway(id)) => {
                self.nats.get(id).copied().filter(|nat| self.demand.nats[*nat].month_hours > 0)
            }
            _ => None,
        }
    }

    fn add_cell(&mut self, key: CellKey, bytes: u128, flow: usize) {
        let cell = self.cells.entry(key).or_default();
        cell.0 += bytes;
        cell.1.push(flow);
    }

    /// Endpoints whose bytes are all known may change; of several for one service the idle ones are spare.
    fn free_endpoints(&mut self) {
        let case = self.case;
        let mut carried: BTreeMap<usize, bool> = BTreeMap::new();
        for (vpc, _, _, carrier, _, _) in self.cells.keys() {
            if let Carrier::Endpoint(endpoint) = carrier {
                // Whoever comes from another VPC depends on it.
                *carried.entry(*endpoint).or_insert(true) &= *vpc == self.demand.endpoints[*endpoint].vpc;
            }
        }
        let is_free = |index: usize, endpoint: &EndpointDemand| {
            let known: Option<&VpcEndpoint> = case.topology.endpoint(&endpoint.id);
            known.is_some_and(|known| {
                // Into another Region there are charges that are not known here.
                let into_another = known.service_region.is_some() && known.service_region != known.region;
                endpoint.charged > 0
                    && !into_another
                    && !known.managed
                    && carried.get(&index).copied().unwrap_or(true)
                    && !self.reached_from_afar.contains(&index)
                    && case.attribution.watched(known, case.topology.inventory)
            })
        };
        let free: Vec<bool> = self
            .demand
            .endpoints
            .iter()
            .enumerate()
            .map(|(index, endpoint)| is_free(index, endpoint))
            .collect();
        for (index, free) in free.iter().enumerate() {
            let idle = !carried.contains_key(&index);
            let own = &self.demand.endpoints[index];
            let twin = self.demand.endpoints.iter().enumerate().any(|(other, endpoint)| {
                other != index
                    && endpoint.charged > 0
                    && (endpoint.vpc, &endpoint.service) == (own.vpc, &own.service)
                    && (carried.contains_key(&other) || other < index)
            });
            let endpoint = &mut self.demand.endpoints[index];
            endpoint.freedom = if *free { Freedom::Free } else { Freedom::Fixed };
            endpoint.is_spare = *free && idle && twin;
        }
    }

    /// VPCs whose clients' route tables lead to another VPC, which has a way back.
    fn add_links(&mut self) {
        let inventory = self.case.topology.inventory;
        let clients: BTreeSet<(&str, &str)> = self
            .case
            .attribution
            .flows
            .iter()
            .filter_map(|flow| Some((flow.client.vpc_id.as_deref()?, flow.client.subnet_id.as_deref()?)))
            .collect();
        let mut tables: BTreeMap<&str, Vec<&RouteTable>> = BTreeMap::new();
        for (vpc, subnet) in clients {
            if let Some(table) = self.case.topology.route_table(vpc, Some(subnet)) {
                tables.entry(vpc).or_default().push(table);
            }
        }
        for (from, tables) in &tables {
            for to in inventory.vpcs.iter().filter(|vpc| vpc.vpc_id != *from) {
                let leads = |table: &&RouteTable| self.joint_of(table, &to.vpc_id);
                let mut joints = tables.iter().map(leads);
                let first = joints.next().flatten();
                let Some(first) = first.filter(|first| joints.all(|other| other.as_ref() == Some(first)))
                else {
                    continue;
                };
                let back = inventory.route_tables.iter().filter(|table| table.vpc_id == to.vpc_id);
                if !back.into_iter().any(|table| self.joint_of(table, from).as_ref() == Some(&first)) {
                    continue;
                }
                let (Some(from), Some(to)) = (self.vpcs.get(*from), self.vpcs.get(&to.vpc_id)) else {
                    continue;
                };
                let region = |vpc: usize| &self.demand.scopes[self.demand.vpcs[vpc].scope].region;
                if region(*from) == region(*to) && region(*from).is_some() {
                    self.demand.links.insert(Link { from: *from, to: *to, by: first.0 });
                }
            }
        }
    }

    /// What a table sends the addresses of another VPC to.
    fn joint_of(&self, table: &RouteTable, vpc: &str) -> Option<(Joint, String)> {
        let inventory = self.case.topology.inventory;
        let vpc = inventory.vpcs.iter().find(|known| known.vpc_id == vpc)?;
        let block = vpc.cidrs.iter().find(|block| block.addr().is_ipv4())?;
        let tables =
            inventory.route_tables.iter().find(|known| known.route_table_id == table.route_table_id)?;
        match self.case.topology.route_to_address(tables, block.network().into())? {
            RouteTarget::TransitGateway(id) => Some((Joint::Transit, id.clone())),
            RouteTarget::VpcPeering(id) => Some((Joint::Peering, id.clone())),
            _ => None,
        }
    }

    fn finish(mut self) -> Gathered {
        let mut flows = Vec::with_capacity(self.cells.len());
        for ((vpc, zone, service, now, nat, to_gateway), (bytes, from)) in self.cells {
            self.demand.cells.push(Cell { vpc, zone, service, bytes, now, nat, to_gateway });
            flows.push(from);
        }
        Gathered { demand: self.demand, flows, nats: self.nat_units }
    }
}

/// The endpoint that serves what a report calls so: told by address, or by the user's own map.
pub fn endpoint_service<'s>(case: &Case<'_>, service: &'s str) -> Option<&'s str> {
    if let Some(told) = TOLD_BY_ADDRESS.iter().find(|told| told.key == service) {
        return Some(told.service);
    }
    (case.mapped.contains(service) && has_interface_endpoint(service)).then_some(service)
}
