//! What can be done about one service (or set of services) in one VPC.
//!
//! A *slot* is a VPC with a service or a set, its bytes and its endpoints. A *choice* says what becomes of the endpoints and
//! how the bytes travel then. Choices of different slots meet only in NAT gateways that could go, in the tiers of an
//! account and Region, and in central endpoints; [`super::search`] looks after these.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::catalog::{has_interface_endpoint, is_public, set_of};
use super::cost::{Placed, Way, approach, at, plus};
use super::demand::{Carrier, Demand, Freedom, NatWay};

/// Zones that are told apart when zones for an endpoint are chosen: more than any Region has.
pub const MAX_ZONES: usize = 8;

/// A service, or a set of services, in a VPC.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Index of the VPC.
    pub vpc: usize,
    /// Short names, the one that stands for the set first.
    pub services: Vec<String>,
    /// Its bytes: indexes into [`Demand::cells`].
    pub cells: Vec<usize>,
    /// Its endpoints: indexes into [`Demand::endpoints`].
    pub endpoints: Vec<usize>,
    /// An endpoint that is one too many, see [`super::demand::EndpointDemand::is_spare`].
    pub is_spare: bool,
}

/// What a choice does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// Endpoints go.
    pub removes: bool,
    /// Endpoints leave zones.
    pub shrinks: bool,
    /// Endpoints come.
    pub adds: bool,
}

/// Nothing changes.
pub const KEEP: Kind = Kind { removes: false, shrinks: false, adds: false };

/// One choice for a slot.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What it does.
    pub kind: Kind,
    /// Endpoints of the slot after it.
    pub placed: Vec<Placed>,
    /// How each of the slot's cells travels; an endpoint is an index into `placed`. Empty for a central endpoint.
    pub ways: Vec<Way>,
    /// What it costs.
    pub price: Price,
}

/// What a choice costs, apart from what it shares with others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Price {
    /// Hours of endpoints, data of NAT gateways, ways to either.
    pub own: Decimal,
    /// GB a month through interface endpoints, by scope.
    pub data: Vec<(usize, Decimal)>,
    /// NAT gateways that must be there for it.
    pub nats: BTreeSet<usize>,
}

/// The services that are taken or left together with one.
fn group(service: &str) -> Vec<String> {
    set_of(service).map_or_else(
        || vec![service.to_owned()],
        |set| set.services.iter().map(|service| (*service).to_owned()).collect(),
    )
}

/// All slots, by service and VPC. Bytes that a gateway endpoint carries in any plan are in none.
pub fn slots(demand: &Demand) -> Vec<Slot> {
    let mut found: BTreeMap<(Vec<String>, usize, Option<usize>), Slot> = BTreeMap::new();
    let mut slot_of = |vpc: usize, service: &str, spare: Option<usize>, add: &dyn Fn(&mut Slot)| {
        let services = group(service);
        let slot = found.entry((services.clone(), vpc, spare)).or_insert_with(|| Slot {
            vpc,
            services,
            cells: Vec::new(),
            endpoints: Vec::new(),
            is_spare: spare.is_some(),
        });
        add(slot);
    };
    for (index, endpoint) in demand.endpoints.iter().enumerate() {
        let spare = endpoint.is_spare.then_some(index);
        slot_of(endpoint.vpc, &endpoint.service, spare, &|slot| slot.endpoints.push(index));
    }
    for (index, cell) in demand.cells.iter().enumerate() {
        let (vpc, service) = match cell.now {
            // What passes an endpoint belongs to it, wherever its clients are.
            Carrier::Endpoint(endpoint) => {
                (demand.endpoints[endpoint].vpc, demand.endpoints[endpoint].service.as_str())
            }
            Carrier::Nat if cell.to_gateway || cell.nat.is_none() => continue,
            Carrier::Nat => (cell.vpc, cell.service.as_str()),
        };
        slot_of(vpc, service, None, &|slot| slot.cells.push(index));
    }
    found.into_values().collect()
}

impl Slot {
    /// What can be done within the VPC, that nothing is done first. Only what has a price is there, and nothing but the first
    /// where what is there now has none.
    pub fn choices(&self, demand: &Demand) -> Vec<Choice> {
        let mut choices = vec![self.keep(demand)];
        let Some(price) = price(demand, self, &choices[0].placed, &choices[0].ways) else {
            choices[0].price.nats = nats_of(&choices[0].ways);
            // Without prices this is still certain: what carries nothing costs nothing when it is gone.
            if self.can_be_removed(demand) && self.cells.is_empty() {
                choices = vec![Choice {
                    kind: Kind { removes: true, ..KEEP },
                    placed: Vec::new(),
                    ..self.keep(demand)
                }];
            }
            return choices;
        };
        choices[0].price = price;
        let shrunk = self.shrunk(demand);
        let mut found: Vec<(Kind, Vec<Placed>, Vec<Way>)> = Vec::new();
        for (kind, placed) in [(KEEP, self.existing(demand))].into_iter().chain(shrunk) {
            if kind.shrinks {
                found.push((kind, placed.clone(), self.ways_now(demand)));
            }
            for added in self.added(demand) {
                let (placed, ways) = self.with_added(demand, placed.clone(), &added);
                found.push((Kind { adds: true, ..kind }, placed, ways));
            }
        }
        if !self.endpoints.is_empty() && self.can_be_removed(demand) {
            found.extend(self.removed(demand));
        }
        for (kind, placed, ways) in found {
            if let Some(price) = self::price(demand, self, &placed, &ways) {
                choices.push(Choice { kind, placed, ways, price });
            }
        }
        choices
    }

    /// What is there now.
    pub fn keep(&self, demand: &Demand) -> Choice {
        Choice {
            kind: KEEP,
            placed: self.existing(demand),
            ways: self.ways_now(demand),
            price: Price::default(),
        }
    }

    fn existing(&self, demand: &Demand) -> Vec<Placed> {
        let placed = |index: &usize| {
            let endpoint = &demand.endpoints[*index];
            Placed {
                vpc: endpoint.vpc,
                service: endpoint.service.clone(),
                zones: endpoint.zones.clone(),
                charged: endpoint.charged,
                existing: Some(*index),
            }
        };
        self.endpoints.iter().map(placed).collect()
    }

    fn ways_now(&self, demand: &Demand) -> Vec<Way> {
        let way = |cell: &usize| {
            let cell = &demand.cells[*cell];
            match cell.now {
                Carrier::Nat => cell.nat.map_or(Way::Untold, Way::Nat),
                Carrier::Endpoint(endpoint) => {
                    let place = self.endpoints.iter().position(|known| *known == endpoint);
                    place.map_or(Way::Untold, Way::Endpoint)
                }
            }
        };
        self.cells.iter().map(way).collect()
    }

    /// Services of the slot that have no endpoint here.
    pub fn missing(&self, demand: &Demand) -> Vec<String> {
        let is_there = |service: &String| {
            self.endpoints.iter().any(|index| demand.endpoints[*index].service == *service)
        };
        self.services.iter().filter(|service| !is_there(service)).cloned().collect()
    }

    /// Whether nothing speaks against all of its endpoints being gone: what passes them is known.
    pub fn can_be_removed(&self, demand: &Demand) -> bool {
        let own = |cell: &usize| demand.cells[*cell].vpc == self.vpc;
        self.endpoints.iter().all(|index| demand.endpoints[*index].freedom == Freedom::Free)
            && self.cells.iter().all(own)
    }

    /// All endpoints gone, where their bytes have another way.
    fn removed(&self, demand: &Demand) -> Option<(Kind, Vec<Placed>, Vec<Way>)> {
        let way = |cell: &usize| {
            let cell = &demand.cells[*cell];
            if cell.to_gateway { Some(Way::Gateway) } else { cell.nat.map(Way::Nat) }
        };
        let ways: Option<Vec<Way>> = self.cells.iter().map(way).collect();
        Some((Kind { removes: true, ..KEEP }, Vec::new(), ways?))
    }

    /// Its endpoints in as few zones as the policy allows, where that is fewer.
    fn shrunk(&self, demand: &Demand) -> Option<(Kind, Vec<Placed>)> {
        let (required, count) = demand.zones_needed(self.vpc, &self.cells);
        let mut is_smaller = false;
        let mut placed = self.existing(demand);
        for endpoint in &mut placed {
            if !self.can_shrink(demand, endpoint) {
                continue;
            }
            let index = endpoint.existing;
            let sets = zone_sets(&endpoint.zones, &required, count, &|zone| self.bytes_in(demand, zone));
            let cost = |zones: &[String]| self.cost_of_zones(demand, index, zones);
            let least = sets.into_iter().filter_map(|zones| cost(&zones).map(|cost| (cost, zones)));
            if let (Some((cost, zones)), Some(now)) =
                (least.min_by_key(|(cost, _)| *cost), cost(&endpoint.zones))
                && cost < now
                && zones.len() < endpoint.zones.len()
            {
                is_smaller = true;
                endpoint.charged = zones.len() as u64;
                endpoint.zones = zones;
            }
        }
        is_smaller.then_some((Kind { shrinks: true, ..KEEP }, placed))
    }

    /// Hours of an endpoint in these zones, and transfer between zones of what passes it.
    fn cost_of_zones(&self, demand: &Demand, endpoint: Option<usize>, zones: &[String]) -> Option<Decimal> {
        let mut sum = hours(demand, self.vpc, zones.len() as u64);
        for cell in self.cells.iter().map(|cell| &demand.cells[*cell]) {
            if endpoint.is_some_and(|endpoint| cell.now == Carrier::Endpoint(endpoint)) {
                let (cross, _) =
                    approach(demand, cell.vpc, self.vpc, (cell.zone.as_deref(), zones), cell.bytes);
                sum = plus(sum, cross);
            }
        }
        sum
    }

    /// Zones for new endpoints of the services that have none, as sets; none where no byte would use them.
    fn added(&self, demand: &Demand) -> Vec<Vec<String>> {
        let missing = self.missing(demand);
        let is_wanted = |cell: &usize| {
            let cell = &demand.cells[*cell];
            cell.now == Carrier::Nat && cell.bytes > 0 && missing.contains(&cell.service)
        };
        let is_offered = missing.iter().all(|service| has_interface_endpoint(service));
        if self.is_spare || !is_offered || !self.cells.iter().any(is_wanted) {
            return Vec::new();
        }
        let (required, count) = demand.zones_needed(self.vpc, &self.cells);
        let clients = self.cells.iter().filter_map(|cell| demand.cells[*cell].zone.clone());
        let candidates: BTreeSet<String> =
            demand.vpcs[self.vpc].zones.iter().cloned().chain(clients).collect();
        if candidates.is_empty() {
            // One zone, whichever it is.
            return vec![Vec::new()];
        }
        let candidates: Vec<String> = candidates.into_iter().collect();
        zone_sets(&candidates, &required, count, &|zone| self.bytes_in(demand, zone))
    }

    /// Its endpoints in fewer zones, all of them in the same ones, in every way that the policy allows: others may use them there.
    pub fn shrunk_alike(&self, demand: &Demand) -> Vec<Choice> {
        let (required, count) = demand.zones_needed(self.vpc, &self.cells);
        let Some(first) = self.endpoints.first().map(|index| &demand.endpoints[*index].zones) else {
            return Vec::new();
        };
        let all: BTreeSet<&String> = first.iter().collect();
        let is_like_it = |placed: &Placed| placed.zones.iter().collect::<BTreeSet<_>>() == all;
        let now = self.existing(demand);
        if !self.is_priced(demand)
            || !now.iter().all(|placed| self.can_shrink(demand, placed) && is_like_it(placed))
        {
            return Vec::new();
        }
        let sets = zone_sets(first, &required, count, &|zone| self.bytes_in(demand, zone)).into_iter();
        let choice = |zones: Vec<String>| {
            let mut placed = now.clone();
            for placed in &mut placed {
                placed.charged = zones.len() as u64;
                placed.zones.clone_from(&zones);
            }
            let ways = self.ways_now(demand);
            let price = price(demand, self, &placed, &ways)?;
            Some(Choice { kind: Kind { shrinks: true, ..KEEP }, placed, ways, price })
        };
        sets.filter(|zones| zones.len() < first.len()).filter_map(choice).collect()
    }

    /// Whether an endpoint can leave zones: what passes it is known, and from which zones.
    fn can_shrink(&self, demand: &Demand, placed: &Placed) -> bool {
        let zones: BTreeSet<&String> = placed.zones.iter().collect();
        placed.existing.is_some_and(|index| {
            let known = &demand.endpoints[index];
            known.freedom == Freedom::Free && known.charged == known.zones.len() as u64
        }) && zones.len() == placed.zones.len()
            && self.cells.iter().all(|cell| demand.cells[*cell].zone.is_some())
    }

    /// Whether all that it costs now has prices.
    pub fn is_priced(&self, demand: &Demand) -> bool {
        let now = self.keep(demand);
        price(demand, self, &now.placed, &now.ways).is_some()
    }

    /// Bytes of the clients in a zone.
    pub fn bytes_in(&self, demand: &Demand, zone: &str) -> u128 {
        let cells = self.cells.iter().map(|cell| &demand.cells[*cell]);
        cells.filter(|cell| cell.zone.as_deref() == Some(zone)).map(|cell| cell.bytes).sum()
    }

    fn with_added(
        &self,
        demand: &Demand,
        mut placed: Vec<Placed>,
        zones: &[String],
    ) -> (Vec<Placed>, Vec<Way>) {
        let mut ways = self.ways_now(demand);
        for service in self.missing(demand) {
            let index = placed.len();
            for (cell, way) in self.cells.iter().zip(&mut ways) {
                let cell = &demand.cells[*cell];
                if cell.now == Carrier::Nat && cell.service == service {
                    *way = Way::Endpoint(index);
                }
            }
            let charged = zones.len().max(1) as u64;
            placed.push(Placed { vpc: self.vpc, service, zones: zones.to_vec(), charged, existing: None });
        }
        (placed, ways)
    }

    /// Whether an endpoint in another VPC could take all of it over.
    pub fn can_be_central(&self, demand: &Demand) -> bool {
        let offered = |service: &String| has_interface_endpoint(service) && is_public("", service);
        !self.is_spare
            && self.can_be_removed(demand)
            && self.services.iter().all(offered)
            && self.cells.iter().all(|cell| !demand.cells[*cell].to_gateway)
            && !(self.cells.is_empty() && self.endpoints.is_empty())
    }
}

/// Hours of endpoints in a VPC for a month.
pub fn hours(demand: &Demand, vpc: usize, zones: u64) -> Option<Decimal> {
    let scope = &demand.scopes[demand.vpcs[vpc].scope];
    at(Decimal::from(demand.scale.month_hours * zones), scope.endpoint_hour)
}

/// All sets of at least `count` of these zones that hold the required ones; none where they cannot. Fewer zones first, then those
/// with more bytes. Of very many zones those after the first [`MAX_ZONES`] are taken only where they are required.
pub fn zone_sets(
    zones: &[String],
    required: &BTreeSet<String>,
    count: usize,
    bytes_in: &dyn Fn(&str) -> u128,
) -> Vec<Vec<String>> {
    if !required.iter().all(|zone| zones.contains(zone)) {
        return Vec::new();
    }
    let mut free: Vec<&String> = zones.iter().filter(|zone| !required.contains(*zone)).collect();
    free.sort_by_cached_key(|zone| (std::cmp::Reverse(bytes_in(zone)), (*zone).clone()));
    free.truncate(MAX_ZONES);
    let mut sets: Vec<(usize, std::cmp::Reverse<u128>, Vec<String>)> = (0_u32..1 << free.len())
        .map(|bits| {
            let chosen = free.iter().enumerate().filter(|(index, _)| bits & (1 << index) != 0);
            let mut set: Vec<String> =
                required.iter().chain(chosen.map(|(_, zone)| *zone)).cloned().collect();
            set.sort();
            (set.len(), std::cmp::Reverse(set.iter().map(|zone| bytes_in(zone)).sum()), set)
        })
        .filter(|(length, _, _)| *length >= count.max(1))
        .collect();
    sets.sort();
    sets.into_iter().map(|(_, _, set)| set).collect()
}

fn nats_of(ways: &[Way]) -> BTreeSet<usize> {
    let nat = |way: &Way| if let Way::Nat(way) = way { Some(way.nat) } else { None };
    ways.iter().filter_map(nat).collect()
}

/// What a choice of a slot costs; `None` where a price is missing.
fn price(demand: &Demand, slot: &Slot, placed: &[Placed], ways: &[Way]) -> Option<Price> {
    let mut price = Price { nats: nats_of(ways), ..Price::default() };
    let mut data: BTreeMap<usize, u128> = BTreeMap::new();
    for endpoint in placed {
        price.own = price.own.checked_add(hours(demand, endpoint.vpc, endpoint.charged)?)?;
    }
    for (cell, way) in slot.cells.iter().zip(ways) {
        let cell = &demand.cells[*cell];
        let cost = match way {
            Way::Nat(way) => nat_cost(demand, *way, cell.bytes)?,
            Way::Endpoint(index) => {
                let endpoint = &placed[*index];
                *data.entry(demand.vpcs[endpoint.vpc].scope).or_default() += cell.bytes;
                let zones = (cell.zone.as_deref(), endpoint.zones.as_slice());
                let (cross, transit) = approach(demand, cell.vpc, endpoint.vpc, zones, cell.bytes);
                plus(cross, transit)?
            }
            Way::Gateway | Way::Untold => Decimal::ZERO,
        };
        price.own = price.own.checked_add(cost)?;
    }
    for (scope, bytes) in data {
        if bytes > 0 {
            demand.scopes[scope].tiers.as_ref()?;
            price.data.push((scope, demand.month_gb(bytes)?));
        }
    }
    Some(price)
}

/// What a month of bytes costs on a way through a NAT gateway, its hours apart.
pub fn nat_cost(demand: &Demand, way: NatWay, bytes: u128) -> Option<Decimal> {
    let nat = &demand.nats[way.nat];
    let gb = demand.month_gb(bytes)?;
    let mut cost = at(gb, nat.gb)?;
    if way.cross_zone {
        let sides = Decimal::from(crate::price::toll::CROSS_ZONE_SIDES);
        cost = cost.checked_add(at(gb, nat.cross_zone)?.checked_mul(sides)?)?;
    }
    if way.transit {
        cost = cost.checked_add(at(gb, nat.transit)?)?;
    }
    Some(cost)
}
