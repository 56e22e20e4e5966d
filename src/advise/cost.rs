//! What a whole set-up costs a month, from scratch: nothing here knows which changes led to it.
//!
//! ```text
//! NAT gateways   hours x rate, GB x rate, public addresses x hours x rate
//! between zones  GB of clients in another zone x rate x 2 sides
//! transit        GB that pass a transit gateway on the way x rate, whichever direction: each is charged to its sender
//! endpoints      month hours x zones x rate; GB in tiers over all interface endpoints of the account in the Region
//! ```

use rust_decimal::Decimal;

use crate::model::plan::CostParts;
use crate::price::tiers::tiered_cost;
use crate::price::toll::CROSS_ZONE_SIDES;

use super::demand::{Carrier, Demand, Joint, NatWay, Scope};

/// An interface endpoint of a set-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Index of its VPC.
    pub vpc: usize,
    /// Short service name.
    pub service: String,
    /// Its zones, as far as they are known.
    pub zones: Vec<String>,
    /// How many zones (subnets) are charged.
    pub charged: u64,
    /// The endpoint that it is now, if it is there: index into [`Demand::endpoints`].
    pub existing: Option<usize>,
}

/// How the bytes of a cell travel in a set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Through a NAT gateway.
    Nat(NatWay),
    /// Through an interface endpoint: index into [`Layout::endpoints`].
    Endpoint(usize),
    /// Through a gateway endpoint: free.
    Gateway,
    /// Through an endpoint that no describe answer tells: not part of any cost.
    Untold,
}

/// A whole set-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// All interface endpoints.
    pub endpoints: Vec<Placed>,
    /// How each cell travels.
    pub ways: Vec<Way>,
    /// Whether each NAT gateway is there.
    pub nats: Vec<bool>,
}

impl Layout {
    /// What is there now.
    pub fn now(demand: &Demand) -> Self {
        let endpoints = demand.endpoints.iter().enumerate().map(|(index, endpoint)| Placed {
            vpc: endpoint.vpc,
            service: endpoint.service.clone(),
            zones: endpoint.zones.clone(),
            charged: endpoint.charged,
            existing: Some(index),
        });
        let ways = demand.cells.iter().map(|cell| match cell.now {
            Carrier::Endpoint(endpoint) => Way::Endpoint(endpoint),
            Carrier::Nat => cell.nat.map_or(Way::Untold, Way::Nat),
        });
        Self { endpoints: endpoints.collect(), ways: ways.collect(), nats: vec![true; demand.nats.len()] }
    }
}

/// Bytes through the interface endpoints of each scope.
pub fn endpoint_bytes(demand: &Demand, layout: &Layout) -> Vec<u128> {
    let mut bytes = vec![0; demand.scopes.len()];
    for (cell, way) in demand.cells.iter().zip(&layout.ways) {
        if let Way::Endpoint(index) = way {
            bytes[demand.vpcs[layout.endpoints[*index].vpc].scope] += cell.bytes;
        }
    }
    bytes
}

/// Amounts by kind; each unpriced as soon as something in it is.
struct Sums {
    nat_hours: Option<Decimal>,
    nat_data: Option<Decimal>,
    public_ipv4: Option<Decimal>,
    cross_zone: Option<Decimal>,
    transit: Option<Decimal>,
    endpoint_hours: Option<Decimal>,
    endpoint_data: Option<Decimal>,
}

/// A quantity at a rate; nothing costs nothing even where it has no price.
pub fn at(quantity: Decimal, rate: Option<Decimal>) -> Option<Decimal> {
    if quantity.is_zero() { Some(Decimal::ZERO) } else { quantity.checked_mul(rate?) }
}

/// The sum, unpriced as soon as one of them is.
pub fn plus(a: Option<Decimal>, b: Option<Decimal>) -> Option<Decimal> {
    a?.checked_add(b?)
}

/// What a set-up costs a month.
pub fn cost(demand: &Demand, layout: &Layout) -> CostParts {
    cost_in(demand, layout, &|_| true)
}

/// What a set-up costs a month in some Regions.
pub fn cost_in(demand: &Demand, layout: &Layout, is_in: &dyn Fn(Option<&str>) -> bool) -> CostParts {
    cost_beside(demand, layout, is_in, &vec![0; demand.scopes.len()])
}

/// What a part of a set-up costs a month in some Regions, beside bytes of other parts that are in the tiers of each scope as well;
/// these are in the sum.
pub fn cost_beside(
    demand: &Demand,
    layout: &Layout,
    is_in: &dyn Fn(Option<&str>) -> bool,
    beside: &[u128],
) -> CostParts {
    let region_of = |vpc: usize| demand.scopes[demand.vpcs[vpc].scope].region.as_deref();
    let zero = Some(Decimal::ZERO);
    let mut sums = Sums {
        nat_hours: zero,
        nat_data: zero,
        public_ipv4: zero,
        cross_zone: zero,
        transit: zero,
        endpoint_hours: zero,
        endpoint_data: zero,
    };
    let mut loads: Vec<_> = demand.nats.iter().map(|nat| nat.other).collect();
    let mut link_bytes = beside.to_vec();
    for (cell, way) in demand.cells.iter().zip(&layout.ways) {
        match way {
            Way::Nat(way) => loads[way.nat].add(cell.bytes, *way),
            Way::Endpoint(index) => {
                let endpoint = &layout.endpoints[*index];
                if !is_in(region_of(endpoint.vpc)) {
                    continue;
                }
                link_bytes[demand.vpcs[endpoint.vpc].scope] += cell.bytes;
                let zones = (cell.zone.as_deref(), endpoint.zones.as_slice());
                let (cross, transit) = approach(demand, cell.vpc, endpoint.vpc, zones, cell.bytes);
                sums.cross_zone = plus(sums.cross_zone, cross);
                sums.transit = plus(sums.transit, transit);
            }
            Way::Gateway | Way::Untold => {}
        }
    }
    for ((nat, load), is_there) in demand.nats.iter().zip(loads).zip(&layout.nats) {
        if !is_in(nat.region.as_deref()) {
            continue;
        }
        if *is_there {
            let hours = Decimal::from(nat.month_hours);
            sums.nat_hours = plus(sums.nat_hours, at(hours, nat.hour));
            let addresses = Decimal::from(nat.public_ips * demand.scale.month_hours);
            sums.public_ipv4 = plus(sums.public_ipv4, at(addresses, nat.public_ipv4_hour));
        }
        let gb = |bytes| demand.month_gb(bytes);
        sums.nat_data = plus(sums.nat_data, gb(load.bytes).and_then(|gb| at(gb, nat.gb)));
        sums.cross_zone =
            plus(sums.cross_zone, gb(load.cross_zone).and_then(|gb| both_sides(gb, nat.cross_zone)));
        sums.transit = plus(sums.transit, gb(load.transit).and_then(|gb| at(gb, nat.transit)));
    }
    for endpoint in layout.endpoints.iter().filter(|endpoint| is_in(region_of(endpoint.vpc))) {
        let scope = &demand.scopes[demand.vpcs[endpoint.vpc].scope];
        let hours = Decimal::from(demand.scale.month_hours * endpoint.charged);
        sums.endpoint_hours = plus(sums.endpoint_hours, at(hours, scope.endpoint_hour));
    }
    for (scope, bytes) in demand.scopes.iter().zip(link_bytes) {
        sums.endpoint_data = plus(sums.endpoint_data, data_cost(demand, scope, bytes));
    }
    sums.parts()
}

/// Data of all interface endpoints of a scope.
fn data_cost(demand: &Demand, scope: &Scope, bytes: u128) -> Option<Decimal> {
    if bytes == 0 {
        return Some(Decimal::ZERO);
    }
    tiered_cost(demand.scale.month_bytes(bytes), scope.tiers.as_deref()?)
}

fn both_sides(gb: Decimal, rate: Option<Decimal>) -> Option<Decimal> {
    at(gb, rate)?.checked_mul(Decimal::from(CROSS_ZONE_SIDES))
}

/// What bytes cost on their way from clients to an endpoint: between zones, and through a transit gateway.
pub fn approach(
    demand: &Demand,
    from: usize,
    to: usize,
    zones: (Option<&str>, &[String]),
    bytes: u128,
) -> (Option<Decimal>, Option<Decimal>) {
    let zero = (Some(Decimal::ZERO), Some(Decimal::ZERO));
    if from == to {
        return approach_by(demand, from, None, zones, bytes);
    }
    demand.joint(from, to).map_or(zero, |by| approach_by(demand, from, Some(by), zones, bytes))
}

/// The same by what joins the VPCs, nothing within one. A transit gateway is not charged between zones (AWS What's New, April
/// 2022).
pub fn approach_by(
    demand: &Demand,
    from: usize,
    by: Option<Joint>,
    (client, zones): (Option<&str>, &[String]),
    bytes: u128,
) -> (Option<Decimal>, Option<Decimal>) {
    let zero = Some(Decimal::ZERO);
    let scope = &demand.scopes[demand.vpcs[from].scope];
    let gb = || demand.month_gb(bytes);
    let is_same_zone = client.is_some_and(|client| zones.iter().any(|zone| zone == client));
    // Where a zone is not known, nothing says that it is another one.
    let is_known = client.is_some() && !zones.is_empty();
    match by {
        None if is_known && !is_same_zone => {
            (gb().and_then(|gb| both_sides(gb, scope.endpoint_cross_zone)), zero)
        }
        Some(Joint::Transit) => (zero, gb().and_then(|gb| at(gb, scope.transit))),
        Some(Joint::Peering) if !is_same_zone => (gb().and_then(|gb| both_sides(gb, scope.cross_zone)), zero),
        Some(Joint::Peering) | None => (zero, zero),
    }
}

impl Sums {
    fn parts(self) -> CostParts {
        let all = [
            self.nat_hours,
            self.nat_data,
            self.public_ipv4,
            self.cross_zone,
            self.transit,
            self.endpoint_hours,
            self.endpoint_data,
        ];
        CostParts {
            nat_gateway_hours_usd: self.nat_hours,
            nat_gateway_data_usd: self.nat_data,
            public_ipv4_usd: self.public_ipv4,
            cross_zone_usd: self.cross_zone,
            transit_gateway_usd: self.transit,
            endpoint_hours_usd: self.endpoint_hours,
            endpoint_data_usd: self.endpoint_data,
            total_usd: all.into_iter().fold(Some(Decimal::ZERO), plus),
        }
    }
}
