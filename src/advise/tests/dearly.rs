//! What a set-up costs a month, a second time: in plain floating point, item by item as bills have it, without [`cost`].
//!
//! [`cost`]: crate::advise::cost

#![expect(
    clippy::cast_precision_loss,
    reason = "a second calculation in plain floating point; the last digits do not matter"
)]

use crate::advise::cost::{Layout, Way};
use crate::advise::demand::{Carrier, Demand, Joint, NatWay};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Differences below this are of rounding.
pub const CENTS: f64 = 1e-5;

fn float(rate: Option<Decimal>) -> f64 {
    rate.and_then(|rate| rate.to_f64()).expect("a rate in a test")
}

/// GB of a month.
pub fn gb(demand: &Demand, bytes: u128) -> f64 {
    bytes as f64 / (1_u64 << 30) as f64 * demand.scale.month_hours as f64 / demand.scale.observed_hours as f64
}

/// GB through a NAT gateway: its price for both directions, 0.01 on each side between zones, and the transit gateway before it.
pub fn through_nat(demand: &Demand, way: NatWay, bytes: u128) -> f64 {
    let nat = &demand.nats[way.nat];
    let mut rate = float(nat.gb);
    rate += if way.cross_zone { 2.0 * float(nat.cross_zone) } else { 0.0 };
    rate += if way.transit { float(nat.transit) } else { 0.0 };
    rate * gb(demand, bytes)
}

/// Hours of a NAT gateway that is there, and of its public addresses.
pub fn nat_there(demand: &Demand, nat: usize) -> f64 {
    let nat = &demand.nats[nat];
    nat.month_hours as f64 * float(nat.hour)
        + (nat.public_ips * demand.scale.month_hours) as f64 * float(nat.public_ipv4_hour)
}

/// The way of a cell to an endpoint, the endpoint's own price per GB apart. PrivateLink between zones has its own price (none
/// since April 2022), a transit gateway charges each GB to its sender and none between zones, peering charges between zones only.
pub fn to_endpoint(demand: &Demand, cell: usize, vpc: usize, zones: &[String]) -> f64 {
    let cell = &demand.cells[cell];
    let scope = &demand.scopes[demand.vpcs[cell.vpc].scope];
    let inside = cell.zone.as_ref().is_some_and(|zone| zones.contains(zone));
    let rate = if cell.vpc == vpc {
        let outside = cell.zone.is_some() && !zones.is_empty() && !inside;
        if outside { 2.0 * float(scope.endpoint_cross_zone) } else { 0.0 }
    } else {
        let by =
            |joint| demand.links.iter().any(|link| (link.from, link.to, link.by) == (cell.vpc, vpc, joint));
        if by(Joint::Transit) {
            float(scope.transit)
        } else if by(Joint::Peering) && !inside {
            2.0 * float(scope.cross_zone)
        } else {
            0.0
        }
    };
    rate * gb(demand, cell.bytes)
}

/// Hours of an endpoint.
pub fn endpoint_there(demand: &Demand, vpc: usize, zones: u64) -> f64 {
    let scope = &demand.scopes[demand.vpcs[vpc].scope];
    (zones * demand.scale.month_hours) as f64 * float(scope.endpoint_hour)
}

/// Data of all interface endpoints of a scope, GB by GB through its tiers.
pub fn data(demand: &Demand, scope: usize, bytes: u128) -> f64 {
    let mut left = gb(demand, bytes);
    let mut cost = 0.0;
    for tier in demand.scopes[scope].tiers.as_ref().expect("tiers in a test") {
        let width = tier.to_gb.map_or(f64::INFINITY, |to| (to - tier.from_gb) as f64);
        let here = left.min(width);
        cost += here * float(Some(tier.usd_per_gb));
        left -= here;
    }
    cost
}

/// The whole bill of a set-up.
pub fn bill(demand: &Demand, layout: &Layout) -> f64 {
    let mut sum = 0.0;
    for (number, is_there) in layout.nats.iter().enumerate() {
        let nat = &demand.nats[number];
        sum += if *is_there { nat_there(demand, number) } else { 0.0 };
        sum += gb(demand, nat.other.bytes) * float(nat.gb);
        sum += gb(demand, nat.other.cross_zone) * 2.0 * float(nat.cross_zone);
        sum += gb(demand, nat.other.transit) * float(nat.transit);
    }
    for endpoint in &layout.endpoints {
        sum += endpoint_there(demand, endpoint.vpc, endpoint.charged);
    }
    let mut by_scope = vec![0_u128; demand.scopes.len()];
    for (number, way) in layout.ways.iter().enumerate() {
        let cell = &demand.cells[number];
        match way {
            Way::Nat(way) => sum += through_nat(demand, *way, cell.bytes),
            Way::Endpoint(endpoint) => {
                let endpoint = &layout.endpoints[*endpoint];
                by_scope[demand.vpcs[endpoint.vpc].scope] += cell.bytes;
                sum += to_endpoint(demand, number, endpoint.vpc, &endpoint.zones);
            }
            Way::Gateway | Way::Untold => {}
        }
    }
    let scopes = by_scope.into_iter().enumerate();
    sum + scopes.map(|(scope, bytes)| data(demand, scope, bytes)).sum::<f64>()
}

/// What a demand costs as it is.
pub fn now(demand: &Demand) -> f64 {
    let layout = Layout::now(demand);
    for (cell, way) in demand.cells.iter().zip(&layout.ways) {
        match cell.now {
            Carrier::Nat => assert_eq!(cell.nat.map(Way::Nat), Some(*way)),
            Carrier::Endpoint(endpoint) => assert_eq!(*way, Way::Endpoint(endpoint)),
        }
    }
    bill(demand, &layout)
}
