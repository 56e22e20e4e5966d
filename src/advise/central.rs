//! One service in all VPCs that can reach each other, and endpoints that serve several of them.
//!
//! A *family* has the slots of one service (or set). At most one VPC of a family is its centre: its endpoints, new or
//! there already, take over the bytes of the VPCs that choose so. Which VPC, in which zones, or none, is one decision; given
//! that, each slot decides alone.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::cost::approach;
use super::demand::Demand;
use super::slots::{Choice, Price, Slot, hours, zone_sets};

/// The slots of one service in VPCs that reach each other.
#[derive(Debug, Clone)]
pub struct Family {
    /// Indexes into the list of slots.
    pub slots: Vec<usize>,
    /// Where a centre can be; always with none first.
    pub hubs: Vec<Option<Hub>>,
    /// What each slot can do by itself.
    pub choices: Vec<Vec<Choice>>,
}

/// A centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// Place among the family's slots of the VPC's own slot, where it has one.
    pub own: Option<usize>,
    /// Index of the VPC.
    pub vpc: usize,
    /// Zones of its endpoints.
    pub zones: Vec<String>,
    /// Whether its endpoints are to be created.
    pub is_new: bool,
    /// Services, one endpoint each.
    pub services: Vec<String>,
}

/// What a slot does in a family: one of its choices, or the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// Index into [`Family::choices`] of the slot.
    Own(usize),
    /// The bytes go to the centre, and the slot's own endpoints go.
    Central,
}

/// The cheapest of a family under given prices.
#[derive(Debug, Clone)]
pub struct Best {
    /// What it costs.
    pub cost: Decimal,
    /// Index into [`Family::hubs`].
    pub hub: usize,
    /// What each slot does.
    pub picks: Vec<Pick>,
}

/// The families, in order of their first slots.
pub fn families(demand: &Demand, slots: &[Slot]) -> Vec<Family> {
    let mut left: Vec<usize> = (0..slots.len()).collect();
    let mut families = Vec::new();
    while !left.is_empty() {
        let mut members = vec![left.remove(0)];
        let mut next = 0;
        while next < members.len() {
            let known = &slots[members[next]];
            next += 1;
            let joins = |slot: &&usize| {
                let slot = &slots[**slot];
                let joined = |from, to| demand.joint(from, to).is_some();
                slot.services == known.services
                    && !slot.is_spare
                    && !known.is_spare
                    && (joined(slot.vpc, known.vpc) || joined(known.vpc, slot.vpc))
            };
            let found: Vec<usize> = left.iter().filter(joins).copied().collect();
            left.retain(|slot| !found.contains(slot));
            members.extend(found);
        }
        members.sort_unstable();
        let choices = members.iter().map(|slot| slots[*slot].choices(demand)).collect();
        let hubs = hubs(demand, slots, &members);
        families.push(Family { slots: members, hubs, choices });
    }
    families
}

/// Everything that could be the centre of some slots.
fn hubs(demand: &Demand, slots: &[Slot], members: &[usize]) -> Vec<Option<Hub>> {
    let mut hubs = vec![None];
    let candidates: Vec<usize> =
        members.iter().copied().filter(|slot| slots[*slot].can_be_central(demand)).collect();
    let Some(services) = members.first().map(|slot| slots[*slot].services.clone()) else { return hubs };
    let targets = candidates.iter().flat_map(|slot| {
        let from = slots[*slot].vpc;
        demand.links.iter().filter(move |link| link.from == from).map(|link| link.to)
    });
    for vpc in targets.collect::<BTreeSet<usize>>() {
        let own = members.iter().position(|slot| slots[*slot].vpc == vpc && !slots[*slot].is_spare);
        let own_slot = own.map(|place| &slots[members[place]]);
        let existing = own_slot.map_or(0, |slot| slot.endpoints.len());
        let place = |zones, is_new| Hub { own, vpc, zones, is_new, services: services.clone() };
        if existing == 0 {
            if own_slot.is_some_and(|slot| !slot.can_be_central(demand)) {
                continue;
            }
            let zones: Vec<String> = demand.vpcs[vpc].subnet_zones.iter().cloned().collect();
            let bytes_in = |zone: &str| {
                let cells =
                    members.iter().flat_map(|slot| &slots[*slot].cells).map(|cell| &demand.cells[*cell]);
                cells.filter(|cell| cell.zone.as_deref() == Some(zone)).map(|cell| cell.bytes).sum()
            };
            let sets = zone_sets(&zones, &BTreeSet::new(), 1, &bytes_in).into_iter();
            hubs.extend(sets.filter(|set| !set.is_empty()).map(|set| Some(place(set, true))));
        } else if let Some(slot) = own_slot.filter(|slot| slot.missing(demand).is_empty()) {
            let zones = |index: &usize| {
                let endpoint = &demand.endpoints[*index];
                (endpoint.charged > 0).then(|| endpoint.zones.iter().cloned().collect::<BTreeSet<String>>())
            };
            let zones: Vec<Option<BTreeSet<String>>> = slot.endpoints.iter().map(zones).collect();
            // One for each service, all in the same zones: what else there may be serves its own VPC.
            if let [Some(first), rest @ ..] = zones.as_slice()
                && slot.endpoints.len() == services.len()
                && rest.iter().all(|other| other.as_ref() == Some(first))
            {
                hubs.push(Some(place(first.iter().cloned().collect(), false)));
            }
        }
    }
    hubs
}

impl Family {
    /// The cheapest under prices per GB of interface endpoints by scope, without NAT gateways that are `gone`; `None` if there is
    /// no way without them.
    pub fn best(
        &self,
        demand: &Demand,
        slots: &[Slot],
        gb: &[Decimal],
        gone: &BTreeSet<usize>,
    ) -> Option<Best> {
        let mut best: Option<Best> = None;
        for (index, hub) in self.hubs.iter().enumerate() {
            let Some(found) = self.with_hub(demand, slots, (index, hub.as_ref()), gb, gone) else { continue };
            if best.as_ref().is_none_or(|best| found.cost < best.cost) {
                best = Some(found);
            }
        }
        best
    }

    fn with_hub(
        &self,
        demand: &Demand,
        slots: &[Slot],
        (index, hub): (usize, Option<&Hub>),
        gb: &[Decimal],
        gone: &BTreeSet<usize>,
    ) -> Option<Best> {
        let mut cost = hub.map_or(Some(Decimal::ZERO), |hub| hub.hours(demand))?;
        let mut picks = Vec::with_capacity(self.slots.len());
        for (place, slot) in self.slots.iter().enumerate() {
            let is_hub = hub.is_some_and(|hub| hub.own == Some(place));
            // The centre's own endpoints stay as they are, if they are to serve others.
            let fixed = hub.is_some_and(|hub| is_hub && !hub.is_new);
            let own = self.choices[place].iter().enumerate().take(if fixed { 1 } else { usize::MAX });
            let mut least: Option<(Decimal, Pick)> = None;
            let mut offer = |cost: Decimal, pick| {
                if least.as_ref().is_none_or(|(known, _)| cost < *known) {
                    least = Some((cost, pick));
                }
            };
            for (number, choice) in own {
                if choice.price.nats.is_disjoint(gone) {
                    offer(choice.price.total(gb)?, Pick::Own(number));
                }
            }
            if let Some(hub) = hub.filter(|hub| !is_hub || hub.is_new)
                && let Some(price) = hub.price(demand, &slots[*slot])
            {
                offer(price.total(gb)?, Pick::Central);
            }
            let (least, pick) = least?;
            cost = cost.checked_add(least)?;
            picks.push(pick);
        }
        Some(Best { cost, hub: index, picks })
    }
}

impl Price {
    /// With the data of interface endpoints at these prices.
    pub fn total(&self, gb: &[Decimal]) -> Option<Decimal> {
        self.data
            .iter()
            .try_fold(self.own, |sum, (scope, data)| sum.checked_add(data.checked_mul(gb[*scope])?))
    }
}

impl Hub {
    /// Hours of its endpoints, if they are new.
    fn hours(&self, demand: &Demand) -> Option<Decimal> {
        let zones = if self.is_new { self.zones.len() as u64 * self.services.len() as u64 } else { 0 };
        hours(demand, self.vpc, zones)
    }

    /// What a slot pays if this serves it; `None` where it cannot, or must not for its policy.
    pub fn price(&self, demand: &Demand, slot: &Slot) -> Option<Price> {
        let (from, to) = (&demand.vpcs[slot.vpc], &demand.vpcs[self.vpc]);
        let joined = slot.vpc == self.vpc || demand.joint(slot.vpc, self.vpc).is_some();
        if !joined || !slot.can_be_central(demand) {
            return None;
        }
        // Zones that the centre does not have cannot be asked of it.
        let possible = to.subnet_zones.len().max(1);
        let (required, _) = demand.zones_needed(slot.vpc, &slot.cells);
        let clients = required.iter().filter(|zone| to.subnet_zones.contains(*zone));
        let clients: Vec<&String> = clients.collect();
        let used = from.zones.len().max(to.zones.len());
        let count = from.availability.zones_needed(clients.len(), used);
        let count = count.max(to.availability.zones_needed(0, to.zones.len())).min(possible);
        if self.zones.len() < count || !clients.iter().all(|zone| self.zones.contains(zone)) {
            return None;
        }
        let mut price = Price::default();
        let mut bytes = 0;
        for cell in slot.cells.iter().map(|cell| &demand.cells[*cell]) {
            let zones = (cell.zone.as_deref(), self.zones.as_slice());
            let (cross, transit) = approach(demand, slot.vpc, self.vpc, zones, cell.bytes);
            price.own = price.own.checked_add(cross?)?.checked_add(transit?)?;
            bytes += cell.bytes;
        }
        if bytes > 0 {
            demand.scopes[to.scope].tiers.as_ref()?;
            price.data.push((to.scope, demand.month_gb(bytes)?));
        }
        Some(price)
    }
}
