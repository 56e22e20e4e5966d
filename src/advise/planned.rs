//! A plan that was found, and what each of its changes is worth.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::attribute::Flow;
use crate::model::plan::{Action, Change, ZoneSubnet};
use crate::model::wording::Wording;
use crate::price::Meter;
use crate::price::tiers::tiered_cost;
use crate::price::toll::CROSS_ZONE_SIDES;

use super::Case;
use super::catalog::service_name;
use super::cost::{Layout, Way, cost_beside, endpoint_bytes};
use super::demand::{Cell, Joint};
use super::evidence::Moved;
use super::gather::Gathered;
use super::say;
use super::search::Found;

/// Everything that lines are made from.
pub struct Planned<'p, 'c> {
    /// The case.
    pub case: &'p Case<'c>,
    /// What was searched over.
    pub gathered: &'p Gathered,
    /// What was found.
    pub found: &'p Found,
    /// The set-up as planned.
    pub layout: Layout,
    /// Bytes through interface endpoints by scope.
    endpoint_bytes: Vec<u128>,
}

impl<'p, 'c> Planned<'p, 'c> {
    /// The plan of a search.
    pub fn new(case: &'p Case<'c>, gathered: &'p Gathered, found: &'p Found) -> Self {
        let layout = found.layout(&gathered.demand);
        let endpoint_bytes = endpoint_bytes(&gathered.demand, &layout);
        Self { case, gathered, found, layout, endpoint_bytes }
    }

    /// What a part of a set-up costs in a Region beside other bytes, hours and addresses of NAT gateways apart: these are worth a line
    /// of their own.
    fn cost_but_hours(&self, layout: &Layout, region: Option<&str>, beside: &[u128]) -> Option<Decimal> {
        let parts = cost_beside(&self.gathered.demand, layout, &|other| other == region, beside);
        [
            parts.nat_gateway_data_usd,
            parts.cross_zone_usd,
            parts.transit_gateway_usd,
            parts.endpoint_hours_usd,
            parts.endpoint_data_usd,
        ]
        .into_iter()
        .try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part?))
    }

    /// What the plan would cost more if some slots of a family (by place in it) stayed as they are. Nothing else changes then, so
    /// only the family is priced, in the tiers of all.
    pub fn worth(
        &self,
        region: Option<&str>,
        family: usize,
        reverted: &dyn Fn(usize) -> bool,
    ) -> Option<Decimal> {
        let demand = &self.gathered.demand;
        let with = self.found.part(demand, family, &|_| false);
        let without = self.found.part(demand, family, reverted);
        let own = endpoint_bytes(demand, &with);
        let beside: Vec<u128> = self.endpoint_bytes.iter().zip(own).map(|(all, own)| all - own).collect();
        let cost = |layout| self.cost_but_hours(layout, region, &beside);
        cost(&without)?.checked_sub(cost(&with)?)
    }

    /// Bytes through interface endpoints of a VPC's account and Region with the plan carried out.
    pub fn linked(&self, vpc: usize) -> u128 {
        let demand = &self.gathered.demand;
        let scope = |vpc: usize| demand.vpcs[vpc].scope;
        let through = |(cell, way): (&Cell, &Way)| match way {
            Way::Endpoint(index) if scope(self.layout.endpoints[*index].vpc) == scope(vpc) => cell.bytes,
            _ => 0,
        };
        demand.cells.iter().zip(&self.layout.ways).map(through).sum()
    }

    /// What data of interface endpoints of a VPC's account and Region cost on top of other data there.
    pub fn data_cost(&self, vpc: usize, (below, bytes): (u128, u128)) -> Option<Decimal> {
        let demand = &self.gathered.demand;
        let tiers = demand.scopes[demand.vpcs[vpc].scope].tiers.as_deref()?;
        let cost = |bytes| tiered_cost(demand.scale.month_bytes(bytes), tiers);
        cost(below + bytes)?.checked_sub(cost(below)?)
    }

    /// Steps of what cells cost on their way to an endpoint in these zones of a VPC: between zones, and through a transit gateway. None
    /// where that is free.
    pub fn approach_steps(&self, cells: &[usize], vpc: usize, zones: &[String]) -> Vec<Wording> {
        let (case, demand) = (self.case, &self.gathered.demand);
        let mut inside = 0;
        let mut peering = 0;
        let mut transit = 0;
        for cell in cells.iter().map(|cell| &demand.cells[*cell]) {
            let is_same_zone = cell.zone.as_ref().is_some_and(|zone| zones.contains(zone));
            let is_known = cell.zone.is_some() && !zones.is_empty();
            match demand.joint(cell.vpc, vpc) {
                _ if cell.vpc == vpc => inside += if is_same_zone || !is_known { 0 } else { cell.bytes },
                Some(Joint::Transit) => transit += cell.bytes,
                Some(Joint::Peering) if !is_same_zone => peering += cell.bytes,
                Some(Joint::Peering) | None => {}
            }
        }
        let region = self.region(vpc);
        let is_free =
            case.rate(region, Meter::InterfaceEndpointCrossZoneGb).is_some_and(|rate| rate.is_zero());
        let inside = if is_free { 0 } else { inside };
        [
            (say::endpoint_between_zones(), inside, Meter::InterfaceEndpointCrossZoneGb, CROSS_ZONE_SIDES),
            (say::over_peering(), peering, Meter::CrossZoneGb, CROSS_ZONE_SIDES),
            (say::endpoint_transit(), transit, Meter::TransitGatewayGb, 1),
        ]
        .into_iter()
        .filter(|(_, bytes, _, _)| *bytes > 0)
        .map(|(what, bytes, meter, sides)| case.data_step(&what, bytes, region, meter, sides))
        .collect()
    }

    /// Region of a VPC of the demand.
    pub fn region(&self, vpc: usize) -> Option<&'p str> {
        self.gathered.demand.scopes[self.gathered.demand.vpcs[vpc].scope].region.as_deref()
    }

    /// The flows of cells.
    pub fn flows(&self, cells: &[usize]) -> impl Iterator<Item = &'c Flow> {
        let numbers: BTreeSet<usize> =
            cells.iter().flat_map(|cell| &self.gathered.flows[*cell]).copied().collect();
        let flows = &self.case.attribution.flows;
        numbers.into_iter().map(move |number| &flows[number])
    }

    /// What cells that pass NAT gateways move.
    pub fn moved(&self, cells: &[usize]) -> Moved {
        let mut moved = Moved::default();
        for flow in self.flows(cells) {
            match self.case.nat_of(flow) {
                Some(nat) => moved.add_through(flow, nat),
                None => moved.add(flow),
            }
        }
        moved
    }

    /// What cells that pass an endpoint would move to the NAT gateways they can reach.
    pub fn moved_to_nat(&self, cells: &[usize]) -> Moved {
        let demand = &self.gathered.demand;
        let mut moved = Moved::default();
        for cell in cells {
            let way = demand.cells[*cell].nat;
            for flow in self.flows(std::slice::from_ref(cell)) {
                match way {
                    Some(way) => {
                        let (unit, _) = &self.case.attribution.nats[self.gathered.nats[way.nat]];
                        moved.add_through(flow, unit);
                    }
                    None => moved.add(flow),
                }
            }
        }
        moved
    }

    /// A change with what is known of its VPC, and nothing else.
    pub fn change(&self, action: Action, vpc: Option<&str>, service: &str, id: &str) -> Change {
        let topology = self.case.topology;
        let known = vpc.and_then(|vpc| self.gathered.demand.vpcs.iter().position(|known| known.id == vpc));
        let scope = known.map(|vpc| &self.gathered.demand.scopes[self.gathered.demand.vpcs[vpc].scope]);
        Change {
            advice_id: id.to_owned(),
            action,
            vpc_id: vpc.map(str::to_owned),
            account_id: vpc.and_then(|vpc| topology.account_of_vpc(vpc)).map(str::to_owned),
            region: scope.and_then(|scope| scope.region.clone()),
            service: service.to_owned(),
            endpoint_type: None,
            service_names: Vec::new(),
            companions: Vec::new(),
            needs_gateway: false,
            vpc_endpoint_ids: Vec::new(),
            replaced_endpoint_ids: Vec::new(),
            zones: Vec::new(),
            zones_removed: Vec::new(),
            route_table_ids: Vec::new(),
            client_cidrs: Vec::new(),
            client_vpc_ids: Vec::new(),
            nat_gateway_id: None,
            public_ips: Vec::new(),
            depends_on: Vec::new(),
        }
    }

    /// Full names of services in a Region; none where the Region is not known.
    pub fn names(services: &[String], region: Option<&str>) -> Vec<String> {
        let name = |service: &String| region.map(|region| service_name(service, region));
        services.iter().filter_map(name).collect()
    }

    /// A subnet for each zone: one of the clients', else any of the VPC.
    pub fn subnets(&self, vpc: &str, zones: &[String], clients: &BTreeSet<String>) -> Vec<ZoneSubnet> {
        let topology = self.case.topology;
        let of_vpc = || topology.inventory.subnets.iter().filter(|subnet| subnet.vpc_id == vpc);
        let find = |zone: &String| {
            let is_there = |subnet: &str| topology.zone_of_subnet(subnet) == Some(zone);
            let of_clients = clients.iter().find(|subnet| {
                is_there(subnet) && topology.subnet(subnet).is_some_and(|known| known.vpc_id == vpc)
            });
            let any = || of_vpc().map(|subnet| &subnet.subnet_id).find(|subnet| is_there(subnet));
            ZoneSubnet { zone_id: Some(zone.clone()), subnet_id: of_clients.or_else(any).cloned() }
        };
        if zones.is_empty() {
            let first = clients.iter().next().cloned();
            return vec![ZoneSubnet { zone_id: None, subnet_id: first }];
        }
        zones.iter().map(find).collect()
    }

    /// Address blocks of the clients: of their subnets, else of their VPCs.
    pub fn cidrs(&self, moved: &Moved) -> Vec<String> {
        let topology = self.case.topology;
        let known = moved.subnets.iter().filter_map(|subnet| topology.subnet(subnet));
        let mut blocks: BTreeSet<String> =
            known.flat_map(|subnet| subnet.cidrs.iter().map(ToString::to_string)).collect();
        if blocks.is_empty() {
            let vpcs = topology.inventory.vpcs.iter().filter(|vpc| moved.vpcs.contains(&vpc.vpc_id));
            blocks = vpcs.flat_map(|vpc| vpc.cidrs.iter().map(ToString::to_string)).collect();
        }
        blocks.into_iter().collect()
    }

    /// Route tables of the clients' subnets.
    pub fn route_tables(&self, moved: &Moved, vpc: &str) -> Vec<String> {
        let tables =
            moved.subnets.iter().filter_map(|subnet| self.case.topology.route_table(vpc, Some(subnet)));
        let ids: BTreeSet<String> = tables.map(|table| table.route_table_id.clone()).collect();
        ids.into_iter().collect()
    }
}
