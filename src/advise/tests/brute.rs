//! The cheapest plan by brute force: every plan that the rules admit is built and priced. Nothing of the search is used: not its
//! slots, not its choices, not its bounds. Of plans of one service that use the same gateways and put the same bytes through
//! interface endpoints only the cheapest is kept, as nothing else can tell them apart.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rust_decimal::prelude::ToPrimitive;

use super::dearly::{CENTS, bill, data, endpoint_there, nat_there, now, through_nat, to_endpoint};
use super::worlds::demand;
use crate::advise::cost::{Layout, cost};
use crate::advise::demand::{Carrier, Demand, Freedom};
use crate::advise::policy::Availability;
use crate::advise::search::search;

/// What plans have in common with others: bytes through interface endpoints by scope, and NAT gateways.
type Shared = (Vec<u128>, BTreeSet<usize>);

/// For each, the cheapest plan, and what it does.
type Plans = BTreeMap<Shared, (f64, String)>;

/// Services that come and go together, and their VPC.
struct Unit {
    vpc: usize,
    services: Vec<&'static str>,
    cells: Vec<usize>,
    endpoints: Vec<usize>,
}

/// A centre that others can use.
#[derive(Clone)]
struct Centre {
    vpc: usize,
    zones: Vec<String>,
}

/// What one unit does: its endpoints and zones, and what of its bytes goes where.
struct Own {
    shared: Shared,
    cost: f64,
    says: String,
    /// Zones of its endpoints, if they could serve others, too.
    zones: Option<Vec<String>>,
}

const SETS: [&[&str]; 5] =
    [&["kms"], &["sqs"], &["ecr.api", "ecr.dkr"], &["ssm", "ssmmessages", "ec2messages"], &["s3"]];

fn units(demand: &Demand, services: &[&'static str]) -> Vec<Unit> {
    let in_set = |service: &String| services.contains(&service.as_str());
    (0..demand.vpcs.len())
        .map(|vpc| {
            let endpoints = (0..demand.endpoints.len()).filter(|index| {
                let endpoint = &demand.endpoints[*index];
                endpoint.vpc == vpc && in_set(&endpoint.service) && !endpoint.is_spare
            });
            let cells = (0..demand.cells.len()).filter(|index| {
                let cell = &demand.cells[*index];
                let home = match cell.now {
                    Carrier::Endpoint(endpoint) => demand.endpoints[endpoint].vpc,
                    Carrier::Nat => cell.vpc,
                };
                let free_anyhow = cell.now == Carrier::Nat && cell.to_gateway;
                home == vpc && in_set(&cell.service) && !free_anyhow
            });
            Unit { vpc, services: services.to_vec(), cells: cells.collect(), endpoints: endpoints.collect() }
        })
        .collect()
}

/// All subsets, the empty one too.
fn subsets(zones: &BTreeSet<String>) -> Vec<Vec<String>> {
    let zones: Vec<&String> = zones.iter().collect();
    (0..1_u32 << zones.len())
        .map(|bits| {
            let chosen = zones.iter().enumerate().filter(|(index, _)| bits & (1 << index) != 0);
            chosen.map(|(_, zone)| (*zone).clone()).collect()
        })
        .collect()
}

impl Unit {
    fn clients(&self, demand: &Demand) -> BTreeSet<String> {
        self.cells.iter().filter_map(|cell| demand.cells[*cell].zone.clone()).collect()
    }

    /// "In each zone that has clients of the service, and in two at least where the VPC uses two or more", or in one.
    fn admits(&self, demand: &Demand, zones: &[String]) -> bool {
        let vpc = &demand.vpcs[self.vpc];
        match vpc.availability {
            Availability::SingleAz => !zones.is_empty(),
            Availability::MultiAz => {
                let two = if vpc.zones.len() >= 2 { 2 } else { 1 };
                self.clients(demand).iter().all(|zone| zones.contains(zone)) && zones.len() >= two
            }
        }
    }

    /// The same of a centre, as far as the centre's VPC has the zones; what is in a VPC keeps that VPC's own rule as well.
    fn admits_centre(&self, demand: &Demand, centre: &Centre) -> bool {
        let (own, there) = (&demand.vpcs[self.vpc], &demand.vpcs[centre.vpc]);
        let possible = there.subnet_zones.len().max(1);
        let two = |used: usize| if used >= 2 { 2.min(possible) } else { 1 };
        let has = |zone: &String| centre.zones.contains(zone) || !there.subnet_zones.contains(zone);
        let for_own = own.availability == Availability::SingleAz
            || self.clients(demand).iter().all(has)
                && centre.zones.len() >= two(own.zones.len().max(there.zones.len()));
        let for_there =
            there.availability == Availability::SingleAz || centre.zones.len() >= two(there.zones.len());
        for_own && for_there && !centre.zones.is_empty()
    }

    fn may_go(&self, demand: &Demand) -> bool {
        self.endpoints.iter().all(|endpoint| demand.endpoints[*endpoint].freedom == Freedom::Free)
            && self.cells.iter().all(|cell| demand.cells[*cell].vpc == self.vpc)
    }

    /// Zones that each endpoint can be in: now, and any smaller set that the rule admits, where all clients have zones.
    fn zones_of(&self, demand: &Demand, endpoint: usize) -> Vec<Vec<String>> {
        let known = &demand.endpoints[endpoint];
        let mut sets = vec![known.zones.clone()];
        let clear = self.cells.iter().all(|cell| demand.cells[*cell].zone.is_some());
        if known.freedom == Freedom::Free && clear && known.charged == known.zones.len() as u64 {
            let all: BTreeSet<String> = known.zones.iter().cloned().collect();
            let smaller = subsets(&all).into_iter().filter(|set| set.len() < all.len());
            sets.extend(smaller.filter(|set| self.admits(demand, set)));
        }
        sets
    }

    /// Everything that it can do without others.
    fn alone(&self, demand: &Demand) -> Vec<Own> {
        let mut found = Vec::new();
        let mut shapes: Vec<Vec<Vec<String>>> = vec![Vec::new()];
        for endpoint in &self.endpoints {
            let sets = self.zones_of(demand, *endpoint);
            shapes = shapes
                .iter()
                .flat_map(|shape| {
                    sets.iter().map(|set| [shape.as_slice(), std::slice::from_ref(set)].concat())
                })
                .collect();
        }
        let there = |service: &str| {
            self.endpoints.iter().any(|endpoint| demand.endpoints[*endpoint].service == service)
        };
        let missing: Vec<&str> = self.services.iter().copied().filter(|service| !there(service)).collect();
        let moves = |cell: &usize| {
            let cell = &demand.cells[*cell];
            cell.now == Carrier::Nat && missing.contains(&cell.service.as_str())
        };
        let mut added: Vec<Option<Vec<String>>> = vec![None];
        if self.cells.iter().any(|cell| moves(cell) && demand.cells[*cell].bytes > 0) {
            let candidates: BTreeSet<String> =
                demand.vpcs[self.vpc].zones.union(&self.clients(demand)).cloned().collect();
            if candidates.is_empty() {
                added.push(Some(Vec::new()));
            }
            added.extend(subsets(&candidates).into_iter().filter(|set| self.admits(demand, set)).map(Some));
        }
        for shape in &shapes {
            for added in &added {
                found.push(self.with(demand, shape, added.as_ref().map(|zones| (&missing, zones))));
            }
        }
        found.extend(self.gone(demand));
        found
    }

    fn with(&self, demand: &Demand, shape: &[Vec<String>], added: Option<(&Vec<&str>, &Vec<String>)>) -> Own {
        let mut own = Own::new(demand, format!("{} {:?} {shape:?} +{added:?}", self.vpc, self.services));
        for (endpoint, zones) in self.endpoints.iter().zip(shape) {
            let known = &demand.endpoints[*endpoint];
            let charged = if *zones == known.zones { known.charged } else { zones.len() as u64 };
            own.cost += endpoint_there(demand, self.vpc, charged);
        }
        if let Some((missing, zones)) = added {
            own.cost += f64::from(u32::try_from(missing.len()).expect("a few"))
                * endpoint_there(demand, self.vpc, zones.len().max(1) as u64);
        }
        for number in &self.cells {
            let cell = &demand.cells[*number];
            match (cell.now, added) {
                (Carrier::Endpoint(endpoint), _) => {
                    let place = self.endpoints.iter().position(|known| *known == endpoint).expect("own");
                    own.take(demand, *number, self.vpc, &shape[place]);
                }
                (Carrier::Nat, Some((missing, zones))) if missing.contains(&cell.service.as_str()) => {
                    own.take(demand, *number, self.vpc, zones);
                }
                (Carrier::Nat, _) => own.pass_nat(demand, *number),
            }
        }
        // One endpoint for each service, all in the same zones and none on its way out.
        let sets: BTreeSet<BTreeSet<&String>> = shape.iter().map(|zones| zones.iter().collect()).collect();
        let services: BTreeSet<&str> =
            self.endpoints.iter().map(|endpoint| demand.endpoints[*endpoint].service.as_str()).collect();
        let is_alive = self.endpoints.iter().all(|endpoint| demand.endpoints[*endpoint].charged > 0);
        let is_whole = services.len() == self.services.len() && self.endpoints.len() == self.services.len();
        own.zones = (sets.len() == 1 && is_whole && is_alive).then(|| shape[0].clone());
        own
    }

    /// All endpoints gone: bytes have to find a gateway, of whichever kind.
    fn gone(&self, demand: &Demand) -> Option<Own> {
        let mut own = Own::new(demand, format!("{} {:?} gone", self.vpc, self.services));
        if self.endpoints.is_empty() || !self.may_go(demand) {
            return None;
        }
        for cell in &self.cells {
            if !demand.cells[*cell].to_gateway {
                demand.cells[*cell].nat?;
                own.pass_nat(demand, *cell);
            }
        }
        Some(own)
    }

    /// All bytes to a centre, own endpoints gone.
    fn by_centre(&self, demand: &Demand, centre: &Centre) -> Option<Own> {
        let linked = demand.links.iter().any(|link| (link.from, link.to) == (self.vpc, centre.vpc));
        let is_public = !self.services.contains(&"execute-api");
        let to_gateway = self.cells.iter().any(|cell| demand.cells[*cell].to_gateway);
        if !(linked || self.vpc == centre.vpc) || !is_public || to_gateway || !self.may_go(demand) {
            return None;
        }
        let mut own = Own::new(demand, format!("{} {:?} by {}", self.vpc, self.services, centre.vpc));
        for cell in &self.cells {
            own.take(demand, *cell, centre.vpc, &centre.zones);
        }
        self.admits_centre(demand, centre).then_some(own)
    }
}

impl Own {
    fn new(demand: &Demand, says: String) -> Self {
        let shared = (vec![0; demand.scopes.len()], BTreeSet::new());
        Self { shared, cost: 0.0, says, zones: None }
    }

    fn take(&mut self, demand: &Demand, cell: usize, vpc: usize, zones: &[String]) {
        self.shared.0[demand.vpcs[vpc].scope] += demand.cells[cell].bytes;
        self.cost += to_endpoint(demand, cell, vpc, zones);
    }

    fn pass_nat(&mut self, demand: &Demand, cell: usize) {
        let way = demand.cells[cell].nat.expect("a way through a NAT gateway");
        self.shared.1.insert(way.nat);
        self.cost += through_nat(demand, way, demand.cells[cell].bytes);
    }
}

fn keep_cheapest(plans: &mut Plans, shared: Shared, cost: f64, says: impl FnOnce() -> String) {
    let known = plans.get(&shared).map(|(known, _)| *known);
    if known.is_none_or(|known| cost < known) {
        plans.insert(shared, (cost, says()));
    }
}

/// Each of these plans with each of the others.
fn product<'o>(
    plans: &Plans,
    others: &(impl Iterator<Item = (&'o Shared, f64, &'o String)> + Clone),
) -> Plans {
    let mut all = Plans::new();
    for (shared, (cost, says)) in plans {
        for (other, more, adds) in others.clone() {
            let bytes = shared.0.iter().zip(&other.0).map(|(a, b)| a + b).collect();
            let both = (bytes, shared.1.union(&other.1).copied().collect());
            keep_cheapest(&mut all, both, cost + more, || format!("{says}\n{adds}"));
        }
    }
    all
}

fn none(demand: &Demand) -> Plans {
    Plans::from([((vec![0; demand.scopes.len()], BTreeSet::new()), (0.0, String::new()))])
}

/// All plans for a set of services: no centre or one, and each unit with what is there. Two centres for one service are no plan: one
/// of the two VPCs would send its own bytes away and take in those of others, for nothing but another account's tier.
fn family(demand: &Demand, services: &[&'static str]) -> Plans {
    let units = units(demand, services);
    let alone: Vec<Vec<Own>> = units.iter().map(|unit| unit.alone(demand)).collect();
    // For each VPC: no centre, a new one, or one of its own plans as the centre.
    let options: Vec<Vec<(Option<usize>, Option<Centre>)>> = units
        .iter()
        .zip(&alone)
        .map(|(unit, alone)| {
            let mut options = vec![(None, None)];
            let vpc = unit.vpc;
            if !demand.links.iter().any(|link| link.to == vpc) {
                return options;
            }
            if unit.endpoints.is_empty() {
                let sets = subsets(&demand.vpcs[vpc].subnet_zones).into_iter().filter(|set| !set.is_empty());
                options.extend(sets.map(|zones| (None, Some(Centre { vpc, zones }))));
            }
            for (number, own) in alone.iter().enumerate() {
                let centre = own.zones.clone().map(|zones| Centre { vpc, zones });
                options.extend(centre.map(|centre| (Some(number), Some(centre))));
            }
            options
        })
        .collect();
    let mut places = vec![0; units.len()];
    let mut best = Plans::new();
    loop {
        let chosen: Vec<_> = places.iter().zip(&options).map(|(place, options)| &options[*place]).collect();
        let is_plan = places.iter().filter(|place| **place > 0).count() <= 1;
        let mut plans = if is_plan { none(demand) } else { Plans::new() };
        for (number, unit) in units.iter().enumerate().filter(|_| is_plan) {
            let by_centres: Vec<Own> = chosen
                .iter()
                .filter(|(own, centre)| {
                    !(own.is_some() && centre.as_ref().is_some_and(|at| at.vpc == unit.vpc))
                })
                .filter_map(|(_, centre)| unit.by_centre(demand, centre.as_ref()?))
                .collect();
            let mut least = Plans::new();
            if let (Some(own), _) = chosen[number] {
                let own = &alone[number][*own];
                keep_cheapest(&mut least, own.shared.clone(), own.cost, || own.says.clone());
            } else {
                for own in alone[number].iter().chain(&by_centres) {
                    keep_cheapest(&mut least, own.shared.clone(), own.cost, || own.says.clone());
                }
            }
            if let (None, Some(centre)) = chosen[number] {
                let hours = endpoint_there(demand, centre.vpc, (centre.zones.len() * services.len()) as u64);
                for (cost, says) in least.values_mut() {
                    *cost += hours;
                    *says = format!("{says}, new centre in {:?}", centre.zones);
                }
            }
            plans = product(&plans, &least.iter().map(|(shared, (cost, says))| (shared, *cost, says)));
        }
        for (shared, (cost, says)) in plans {
            keep_cheapest(&mut best, shared, cost, || says);
        }
        let Some(next) = (0..places.len()).find(|place| places[*place] + 1 < options[*place].len()) else {
            return best;
        };
        places[..next].fill(0);
        places[next] += 1;
    }
}

/// The least that any plan costs, and that plan.
pub fn cheapest(demand: &Demand) -> (f64, String) {
    let mut plans = none(demand);
    for services in SETS.into_iter().chain([&["execute-api"][..]]) {
        let family = family(demand, services);
        plans = product(&plans, &family.iter().map(|(shared, (cost, says))| (shared, *cost, says)));
    }
    // Spare endpoints: nothing passes them.
    let stay: f64 = 0.0;
    let fixed = Layout { endpoints: Vec::new(), ways: Vec::new(), nats: vec![false; demand.nats.len()] };
    let others = bill(demand, &fixed);
    plans
        .into_iter()
        .flat_map(|((bytes, used), (cost, says))| {
            let scopes = bytes.into_iter().enumerate();
            let through: f64 = scopes.map(|(scope, bytes)| data(demand, scope, bytes)).sum();
            // Every subset of the gateways that nothing uses.
            (0..1_u32 << demand.nats.len()).filter_map(move |gone| {
                let goes = |nat: usize| gone & (1 << nat) != 0;
                let may_go = |nat: usize| {
                    let known = &demand.nats[nat];
                    known.removable && known.other.bytes == 0 && !used.contains(&nat)
                };
                let nats = 0..demand.nats.len();
                nats.clone().all(|nat| !goes(nat) || may_go(nat)).then(|| {
                    let hours: f64 = nats.filter(|nat| !goes(*nat)).map(|nat| nat_there(demand, nat)).sum();
                    (cost + through + hours + others + stay, format!("{says}\ngateways gone: {gone:b}"))
                })
            })
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .expect("at least the plan that changes nothing")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(1024)))]


    #[test]
    fn the_plan_is_the_cheapest_of_all(demand in demand()) {
        let found = search(&demand);
        prop_assert!(found.is_cheapest);
        let layout = found.layout(&demand);
        let priced = bill(&demand, &layout);
        let (least, plan) = cheapest(&demand);
        prop_assert!(
            (priced - least).abs() < CENTS,
            "found {priced}, but the cheapest of all is {least}:\n{plan}\nfound: {layout:#?}"
        );
        prop_assert!(priced <= now(&demand) + CENTS, "a plan that costs more than what is there");
    }

    #[test]
    fn costs_agree(demand in demand()) {
        let found = search(&demand);
        for layout in [Layout::now(&demand), found.layout(&demand)] {
            let total = cost(&demand, &layout).total_usd.and_then(|total| total.to_f64()).expect("prices");
            let again = bill(&demand, &layout);
            prop_assert!((total - again).abs() < CENTS, "{total} and {again} of {layout:#?}");
        }
    }
}
