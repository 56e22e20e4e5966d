//! Laws that the cheapest plan keeps, whatever the demand.

use proptest::prelude::*;
use proptest::sample::Index;

use super::dearly::{CENTS, bill, now};
use super::worlds::demand;
use crate::advise::cost::{Layout, cost};
use crate::advise::demand::{Carrier, Cell, Demand, EndpointDemand, Link, NatDemand, NatWay, VpcDemand};
use crate::advise::policy::Availability;
use crate::advise::search::{search, search_within};

const GB: u128 = 1 << 30;

/// What the plan costs.
fn planned(demand: &Demand) -> f64 {
    let found = search(demand);
    assert!(found.is_cheapest, "a small demand is searched to its end");
    bill(demand, &found.layout(demand))
}

fn with_availability(demand: &Demand, availability: Availability) -> Demand {
    let mut demand = demand.clone();
    for vpc in &mut demand.vpcs {
        vpc.availability = availability;
    }
    demand
}

/// Places of things in another order, that some numbers decide.
fn order(count: usize, keys: &[u64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by_key(|place| (keys.get(*place).copied().unwrap_or_default(), *place));
    let mut new = vec![0; count];
    for (to, from) in places.into_iter().enumerate() {
        new[from] = to;
    }
    new
}

/// Things at new places.
fn moved<T: Clone>(things: &[T], places: &[usize]) -> Vec<T> {
    let mut sorted: Vec<(usize, T)> = places.iter().copied().zip(things.iter().cloned()).collect();
    sorted.sort_by_key(|(place, _)| *place);
    sorted.into_iter().map(|(_, thing)| thing).collect()
}

/// The same demand with VPCs, gateways, endpoints, scopes and cells in another order.
fn permuted(demand: &Demand, keys: &[u64]) -> Demand {
    let vpcs = order(demand.vpcs.len(), keys);
    let nats = order(demand.nats.len(), &keys[1..]);
    let endpoints = order(demand.endpoints.len(), &keys[2..]);
    let scopes = order(demand.scopes.len(), &keys[3..]);
    let cells = order(demand.cells.len(), &keys[4..]);
    let way = |way: NatWay| NatWay { nat: nats[way.nat], ..way };
    let cell = |cell: &Cell| Cell {
        vpc: vpcs[cell.vpc],
        now: match cell.now {
            Carrier::Nat => Carrier::Nat,
            Carrier::Endpoint(endpoint) => Carrier::Endpoint(endpoints[endpoint]),
        },
        nat: cell.nat.map(way),
        ..cell.clone()
    };
    let endpoint = |endpoint: &EndpointDemand| EndpointDemand { vpc: vpcs[endpoint.vpc], ..endpoint.clone() };
    let vpc = |vpc: &VpcDemand| VpcDemand { scope: scopes[vpc.scope], ..vpc.clone() };
    Demand {
        scale: demand.scale,
        scopes: moved(&demand.scopes, &scopes),
        vpcs: moved(&demand.vpcs.iter().map(vpc).collect::<Vec<_>>(), &vpcs),
        nats: moved(&demand.nats, &nats),
        endpoints: moved(&demand.endpoints.iter().map(endpoint).collect::<Vec<_>>(), &endpoints),
        cells: moved(&demand.cells.iter().map(cell).collect::<Vec<_>>(), &cells),
        links: demand
            .links
            .iter()
            .map(|link| Link { from: vpcs[link.from], to: vpcs[link.to], by: link.by })
            .collect(),
    }
}

/// The demand without some of its prices.
fn without_prices(demand: &Demand, missing: &[bool]) -> Demand {
    let mut demand = demand.clone();
    let mut missing = missing.iter().copied().cycle();
    let mut is_missing = || missing.next().unwrap_or_default();
    for nat in &mut demand.nats {
        for rate in
            [&mut nat.hour, &mut nat.gb, &mut nat.cross_zone, &mut nat.transit, &mut nat.public_ipv4_hour]
        {
            *rate = rate.filter(|_| !is_missing());
        }
    }
    for scope in &mut demand.scopes {
        for rate in [
            &mut scope.endpoint_hour,
            &mut scope.endpoint_cross_zone,
            &mut scope.cross_zone,
            &mut scope.transit,
        ] {
            *rate = rate.filter(|_| !is_missing());
        }
        scope.tiers = scope.tiers.take().filter(|_| !is_missing());
    }
    demand
}

proptest! {
    /// Multi-AZ admits nothing that single-AZ does not.
    #[test]
    fn one_zone_never_saves_less(demand in demand()) {
        let single = planned(&with_availability(&demand, Availability::SingleAz));
        let multi = planned(&with_availability(&demand, Availability::MultiAz));
        prop_assert!(single <= multi + CENTS, "single-az {single}, multi-az {multi}");
        prop_assert!(multi <= now(&demand) + CENTS);
    }

    /// Bytes only cost.
    #[test]
    fn more_bytes_are_never_cheaper(demand in demand(), which in any::<Index>(), gb in 1..3000_u128) {
        let before = planned(&demand);
        let mut more = demand.clone();
        let count = demand.cells.len() + demand.nats.len();
        prop_assume!(count > 0);
        let which = which.index(count);
        if let Some(cell) = more.cells.get_mut(which) {
            cell.bytes += gb * GB / 30;
        } else {
                let nat = which - demand.cells.len();
                more.nats[nat].other.add(gb * GB / 30, NatWay { nat, cross_zone: false, transit: false });
        }
        let after = planned(&more);
        prop_assert!(before <= after + CENTS, "{before} before, {after} with more bytes");
    }

    /// A price that rises makes no plan cheaper.
    #[test]
    fn dearer_gateways_are_never_cheaper(demand in demand(), mills in 1_i64..50) {
        let mut dearer = demand.clone();
        for nat in &mut dearer.nats {
            *nat = NatDemand {
                hour: nat.hour.map(|hour| hour + super::worlds::mill(mills)),
                gb: nat.gb.map(|gb| gb + super::worlds::mill(mills)),
                ..nat.clone()
            };
        }
        prop_assert!(planned(&demand) <= planned(&dearer) + CENTS);
    }

    /// The order of things is of no account.
    #[test]
    fn order_does_not_matter(demand in demand(), keys in prop::collection::vec(any::<u64>(), 12)) {
        let (one, other) = (planned(&demand), planned(&permuted(&demand, &keys)));
        prop_assert!((one - other).abs() < CENTS, "{one} and {other}");
    }

    /// What is cut short is never worse than what is there, never better than the cheapest, and says so where it is dearer.
    #[test]
    fn a_short_search_is_honest(demand in demand(), limit in 0_usize..60) {
        let found = search_within(&demand, limit);
        let cut = bill(&demand, &found.layout(&demand));
        let least = planned(&demand);
        prop_assert!(least <= cut + CENTS && cut <= now(&demand) + CENTS, "{least}, {cut}, {}", now(&demand));
        prop_assert!(!found.is_cheapest || (cut - least).abs() < CENTS, "{cut} is called the cheapest, {least} is");
        prop_assert!(found.is_cheapest || found.steps >= limit, "given up early");
    }

    /// Where a price is missing nothing is claimed: what is dearer in any kind of charge that has a price is no saving.
    #[test]
    fn missing_prices_are_survived(demand in demand(), missing in prop::collection::vec(any::<bool>(), 18)) {
        let unpriced = without_prices(&demand, &missing);
        let found = search(&unpriced);
        let total = |layout: &Layout| cost(&unpriced, layout).total_usd;
        let (before, after) = (total(&Layout::now(&unpriced)), total(&found.layout(&unpriced)));
        if let Some(before) = before {
            prop_assert!(after.is_some_and(|after| after <= before), "{before} now, {after:?} after");
        }
        // With the prices it is a plan as well, if not the cheapest.
        prop_assert!(planned(&demand) <= bill(&demand, &found.layout(&unpriced)) + CENTS);
    }
}
