//! One service in all VPCs that can reach each other, and endpoints that serve several of them.
//!
//! A *family* has the slots of one service (or set). At most one VPC of a family is its centre: its endpoints, new or
//! there already, take over the bytes of the VPCs that choose so. Which VPC, in which zones, or none, is one decision; given
//! that, each slot decides alone.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::cost::approach_by;
use super::demand::{Demand, Joint};
use super::policy::Availability;
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
    /// What each slot would pay at each kind of centre.
    offers: Vec<Offer>,
    /// How the slots reach each VPC that could be a centre.
    reaches: BTreeMap<usize, Reach>,
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
    /// The choice of its own slot whose endpoints serve the others; none if its endpoints are to be created.
    pub serves: Option<usize>,
    /// Services, one endpoint each.
    pub services: Vec<String>,
    /// Index into [`Family::offers`].
    offer: usize,
}

/// What slots pay at a centre in some zones of a VPC of some kind, beyond its hours. Many VPCs are of one kind.
#[derive(Debug, Clone)]
struct Offer {
    /// Zones of the centre.
    zones: Vec<String>,
    /// Zones that its VPC has.
    possible: BTreeSet<String>,
    /// Zones that its VPC uses, up to two: more does not change a rule.
    used: usize,
    /// The rule of its VPC.
    availability: Availability,
    /// For each way there, for each slot.
    prices: [Vec<Option<Fare>>; WAYS.len()],
}

/// What a slot pays on its way to a centre, and its GB a month there.
#[derive(Debug, Clone, Copy)]
struct Fare {
    way: Decimal,
    gb: Decimal,
}

/// Ways to a centre: its own VPC has the last one.
const WAYS: [Option<Joint>; 3] = [Some(Joint::Transit), Some(Joint::Peering), None];

/// How slots reach a VPC: most of them in one way (index into [`WAYS`]), and these in other ways, or in none.
#[derive(Debug, Clone)]
struct Reach {
    most: usize,
    others: Vec<(usize, Option<usize>)>,
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

/// Slots of one family: of the same services, on VPCs that reach each other; a spare endpoint is by itself.
type Kin<'s> = (&'s [String], usize, Option<usize>);

/// The families, in order of their first slots.
pub fn families(demand: &Demand, slots: &[Slot]) -> Vec<Family> {
    let islands = islands(demand);
    let mut members: BTreeMap<Kin<'_>, Vec<usize>> = BTreeMap::new();
    for (index, slot) in slots.iter().enumerate() {
        let key = (slot.services.as_slice(), islands[slot.vpc], slot.is_spare.then_some(index));
        members.entry(key).or_default().push(index);
    }
    let mut members: Vec<Vec<usize>> = members.into_values().collect();
    members.sort();
    members.into_iter().map(|members| Family::new(demand, slots, members)).collect()
}

/// For each VPC the first of those that links join it to, directly or by way of others: two VPCs without a link can share a centre in
/// a third one.
fn islands(demand: &Demand) -> Vec<usize> {
    fn root(islands: &mut [usize], mut vpc: usize) -> usize {
        while islands[vpc] != vpc {
            islands[vpc] = islands[islands[vpc]];
            vpc = islands[vpc];
        }
        vpc
    }
    let mut islands: Vec<usize> = (0..demand.vpcs.len()).collect();
    for link in &demand.links {
        let (from, to) = (root(&mut islands, link.from), root(&mut islands, link.to));
        islands[from.max(to)] = from.min(to);
    }
    (0..islands.len()).map(|vpc| root(&mut islands, vpc)).collect()
}

impl Family {
    fn new(demand: &Demand, slots: &[Slot], members: Vec<usize>) -> Self {
        let choices = members.iter().map(|slot| slots[*slot].choices(demand)).collect();
        let mut family =
            Self { slots: members, hubs: vec![None], choices, offers: Vec::new(), reaches: BTreeMap::new() };
        family.add_hubs(demand, slots);
        family
    }

    /// Everything that could be the centre of some slots.
    fn add_hubs(&mut self, demand: &Demand, slots: &[Slot]) {
        let members: Vec<&Slot> = self.slots.iter().map(|slot| &slots[*slot]).collect();
        let from: BTreeSet<usize> =
            members.iter().filter(|slot| slot.can_be_central(demand)).map(|slot| slot.vpc).collect();
        let targets: BTreeSet<usize> =
            demand.links.iter().filter(|link| from.contains(&link.from)).map(|link| link.to).collect();
        for vpc in targets {
            let own = members.iter().position(|slot| slot.vpc == vpc && !slot.is_spare);
            let mut found: Vec<(Vec<String>, Option<usize>)> = Vec::new();
            match own.filter(|own| !members[*own].endpoints.is_empty()) {
                None => {
                    if own.is_some_and(|own| !members[own].can_be_central(demand)) {
                        continue;
                    }
                    let zones: Vec<String> = demand.vpcs[vpc].subnet_zones.iter().cloned().collect();
                    let bytes_in = |zone: &str| members.iter().map(|slot| slot.bytes_in(demand, zone)).sum();
                    let sets = zone_sets(&zones, &BTreeSet::new(), 1, &bytes_in).into_iter();
                    found.extend(sets.filter(|set| !set.is_empty()).map(|set| (set, None)));
                }
                Some(own) => {
                    let more = members[own].shrunk_alike(demand);
                    self.choices[own].extend(more);
                    for (number, choice) in self.choices[own].iter().enumerate() {
                        found.extend(serving_zones(members[own], choice).map(|zones| (zones, Some(number))));
                    }
                }
            }
            if !found.is_empty() {
                self.reaches.insert(vpc, Reach::new(demand, &members, vpc));
            }
            for (zones, serves) in found {
                let offer = self.offer(demand, &members, vpc, &zones);
                let services = members[0].services.clone();
                self.hubs.push(Some(Hub { own, vpc, zones, serves, services, offer }));
            }
        }
    }

    /// The offer of a centre, made where there is none like it.
    fn offer(&mut self, demand: &Demand, members: &[&Slot], vpc: usize, zones: &[String]) -> usize {
        let target = &demand.vpcs[vpc];
        let used = target.zones.len().min(2);
        let is_it = |offer: &Offer| {
            offer.zones == zones
                && offer.used == used
                && offer.availability == target.availability
                && offer.possible == target.subnet_zones
        };
        if let Some(known) = self.offers.iter().position(is_it) {
            return known;
        }
        let mut offer = Offer {
            zones: zones.to_vec(),
            possible: target.subnet_zones.clone(),
            used,
            availability: target.availability,
            prices: Default::default(),
        };
        offer.prices = WAYS.map(|by| members.iter().map(|slot| offer.fare(demand, slot, by)).collect());
        self.offers.push(offer);
        self.offers.len() - 1
    }

    /// The cheapest under prices per GB of interface endpoints by scope, without NAT gateways that are `gone`; `None` if there is
    /// no way without them. Adds to `steps` what it took.
    pub fn best(
        &self,
        demand: &Demand,
        gb: &[Decimal],
        gone: &BTreeSet<usize>,
        steps: &mut usize,
    ) -> Option<Best> {
        let own: Vec<Option<(Decimal, usize)>> = self
            .choices
            .iter()
            .map(|choices| {
                *steps += choices.len();
                let mut least: Option<(Decimal, usize)> = None;
                for (number, choice) in choices.iter().enumerate() {
                    if choice.price.nats.is_disjoint(gone) {
                        let cost = choice.price.total(gb)?;
                        if least.is_none_or(|(known, _)| cost < known) {
                            least = Some((cost, number));
                        }
                    }
                }
                least
            })
            .collect();
        let mut sums: BTreeMap<(usize, usize, Decimal), Sum> = BTreeMap::new();
        let mut best: Option<(Decimal, usize)> = None;
        for (index, hub) in self.hubs.iter().enumerate() {
            let sum = match hub {
                None => own.iter().map(|own| own.map(|(cost, _)| cost)).collect(),
                Some(hub) => self.with_hub(demand, hub, (&own, gb, gone), (&mut sums, steps)),
            };
            let cost = sum.total().and_then(|cost| {
                cost.checked_add(hub.as_ref().map_or(Some(Decimal::ZERO), |hub| hub.hours(demand))?)
            });
            if let Some(cost) = cost
                && best.is_none_or(|(known, _)| cost < known)
            {
                best = Some((cost, index));
            }
        }
        let (cost, index) = best?;
        let pick = |place: usize| match self.hubs[index].as_ref() {
            Some(hub) => self.in_hub(demand, hub, place, (&own, gb, gone)).map(|(_, pick)| pick),
            None => own[place].map(|(_, number)| Pick::Own(number)),
        };
        let picks: Option<Vec<Pick>> = (0..self.slots.len()).map(pick).collect();
        Some(Best { cost, hub: index, picks: picks? })
    }

    /// Everything as it is.
    pub fn kept(&self) -> Best {
        Best { cost: Decimal::ZERO, hub: 0, picks: vec![Pick::Own(0); self.slots.len()] }
    }

    /// What picks cost, data of interface endpoints apart.
    pub fn price(&self, demand: &Demand, best: &Best) -> Option<Price> {
        let hub = self.hubs[best.hub].as_ref();
        let mut price =
            Price { own: hub.map_or(Some(Decimal::ZERO), |hub| hub.hours(demand))?, ..Price::default() };
        for (place, pick) in best.picks.iter().enumerate() {
            let (own, data) = match pick {
                Pick::Own(choice) => {
                    let choice = &self.choices[place][*choice].price;
                    (choice.own, choice.data.clone())
                }
                Pick::Central => {
                    let hub = hub?;
                    let fare = self.offers[hub.offer].prices[self.way(hub, place)?][place]?;
                    (fare.way, vec![(demand.vpcs[hub.vpc].scope, fare.gb)])
                }
            };
            price.own = price.own.checked_add(own)?;
            price.data.extend(data);
        }
        Some(price)
    }

    /// How a slot reaches a centre: index into [`WAYS`].
    fn way(&self, hub: &Hub, place: usize) -> Option<usize> {
        let reach = &self.reaches[&hub.vpc];
        let other = reach.others.iter().find(|(other, _)| *other == place);
        other.map_or(Some(reach.most), |(_, way)| *way)
    }

    /// What all slots cost with a centre: a sum that centres of one kind share, and what is different here.
    fn with_hub(
        &self,
        demand: &Demand,
        hub: &Hub,
        (own, gb, gone): Given<'_>,
        (sums, steps): (&mut BTreeMap<(usize, usize, Decimal), Sum>, &mut usize),
    ) -> Sum {
        let reach = &self.reaches[&hub.vpc];
        let rate = gb[demand.vpcs[hub.vpc].scope];
        let usual = |place: usize| self.cheaper(hub.offer, Some(reach.most), place, (own[place], rate));
        let mut sum = *sums.entry((hub.offer, reach.most, rate)).or_insert_with(|| {
            *steps += own.len();
            (0..own.len()).map(|place| usual(place).map(|(cost, _)| cost)).collect()
        });
        *steps += 1 + reach.others.len();
        for (place, _) in &reach.others {
            sum.replace(
                usual(*place).map(|(cost, _)| cost),
                self.in_hub(demand, hub, *place, (own, gb, gone)).map(|(cost, _)| cost),
            );
        }
        sum
    }

    /// What a slot does with a centre.
    fn in_hub(
        &self,
        demand: &Demand,
        hub: &Hub,
        place: usize,
        (own, gb, gone): Given<'_>,
    ) -> Option<(Decimal, Pick)> {
        // What serves others is as it has to be for them.
        if let Some(choice) = hub.serves.filter(|_| hub.own == Some(place)) {
            let price = &self.choices[place][choice].price;
            return Some((price.total(gb)?, Pick::Own(choice))).filter(|_| price.nats.is_disjoint(gone));
        }
        self.cheaper(hub.offer, self.way(hub, place), place, (own[place], gb[demand.vpcs[hub.vpc].scope]))
    }

    /// The cheaper one of what a slot does alone and of a centre on some way.
    fn cheaper(
        &self,
        offer: usize,
        way: Option<usize>,
        place: usize,
        (own, rate): (Option<(Decimal, usize)>, Decimal),
    ) -> Option<(Decimal, Pick)> {
        let own = own.map(|(cost, number)| (cost, Pick::Own(number)));
        let fare = way.and_then(|way| self.offers[offer].prices[way][place]);
        let central = fare.and_then(|fare| fare.way.checked_add(fare.gb.checked_mul(rate)?));
        match (own, central) {
            (Some((own, _)), Some(central)) if central < own => Some((central, Pick::Central)),
            (None, Some(central)) => Some((central, Pick::Central)),
            (own, _) => own,
        }
    }
}

/// What slots cost by themselves, prices per GB by scope, NAT gateways that are gone.
type Given<'g> = (&'g [Option<(Decimal, usize)>], &'g [Decimal], &'g BTreeSet<usize>);

/// A sum of amounts of which some may be missing: then there is no way.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    cost: Decimal,
    missing: usize,
}

impl Sum {
    fn total(self) -> Option<Decimal> {
        (self.missing == 0).then_some(self.cost)
    }

    /// One amount in place of another. What does not fit into a decimal counts as missing.
    fn replace(&mut self, old: Option<Decimal>, new: Option<Decimal>) {
        match old {
            Some(old) => self.cost -= old,
            None => self.missing -= 1,
        }
        self.add(new);
    }

    fn add(&mut self, new: Option<Decimal>) {
        match new.and_then(|new| self.cost.checked_add(new)) {
            Some(cost) => self.cost = cost,
            None => self.missing += 1,
        }
    }
}

impl FromIterator<Option<Decimal>> for Sum {
    fn from_iter<I: IntoIterator<Item = Option<Decimal>>>(amounts: I) -> Self {
        let mut sum = Self::default();
        amounts.into_iter().for_each(|amount| sum.add(amount));
        sum
    }
}

/// Zones in which a choice has one endpoint for each service of its slot, all in the same ones; none if it has not, or if it
/// creates some of them: what comes for one VPC only is the choice of that VPC.
fn serving_zones(slot: &Slot, choice: &Choice) -> Option<Vec<String>> {
    let sets: BTreeSet<BTreeSet<&String>> =
        choice.placed.iter().map(|placed| placed.zones.iter().collect()).collect();
    let services: BTreeSet<&String> = choice.placed.iter().map(|placed| &placed.service).collect();
    let is_there = choice.placed.iter().all(|placed| placed.charged > 0 && placed.existing.is_some());
    let is_whole = choice.placed.len() == slot.services.len() && services.len() == slot.services.len();
    let first = sets.first()?;
    (is_there && is_whole && sets.len() == 1).then(|| first.iter().map(|zone| (*zone).clone()).collect())
}

impl Reach {
    fn new(demand: &Demand, members: &[&Slot], vpc: usize) -> Self {
        let way = |slot: &&Slot| {
            let by = if slot.vpc == vpc { None } else { Some(demand.joint(slot.vpc, vpc)?) };
            WAYS.iter().position(|way| *way == by)
        };
        let ways: Vec<Option<usize>> = members.iter().map(way).collect();
        let count = |way: usize| ways.iter().filter(|other| **other == Some(way)).count();
        let most = usize::from(count(1) > count(0));
        let others = ways.into_iter().enumerate().filter(|(_, way)| *way != Some(most)).collect();
        Self { most, others }
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
    /// Whether its endpoints are to be created.
    pub fn is_new(&self) -> bool {
        self.serves.is_none()
    }

    /// Hours of its endpoints, if they are new.
    fn hours(&self, demand: &Demand) -> Option<Decimal> {
        let zones = if self.is_new() { self.zones.len() as u64 * self.services.len() as u64 } else { 0 };
        let scope = &demand.scopes[demand.vpcs[self.vpc].scope];
        scope.tiers.as_ref()?;
        hours(demand, self.vpc, zones)
    }
}

impl Offer {
    /// What a slot pays if this serves it; `None` where it cannot, or must not for its policy.
    fn fare(&self, demand: &Demand, slot: &Slot, by: Option<Joint>) -> Option<Fare> {
        if !slot.can_be_central(demand) || !slot.is_priced(demand) {
            return None;
        }
        let from = &demand.vpcs[slot.vpc];
        // Zones that the centre does not have cannot be asked of it.
        let possible = self.possible.len().max(1);
        let (required, _) = demand.zones_needed(slot.vpc, &slot.cells);
        let clients: Vec<&String> = required.iter().filter(|zone| self.possible.contains(*zone)).collect();
        let used = from.zones.len().max(self.used);
        let count = from.availability.zones_needed(clients.len(), used);
        let count = count.max(self.availability.zones_needed(0, self.used)).min(possible);
        if self.zones.len() < count || !clients.iter().all(|zone| self.zones.contains(zone)) {
            return None;
        }
        let mut fare = Fare { way: Decimal::ZERO, gb: Decimal::ZERO };
        for cell in slot.cells.iter().map(|cell| &demand.cells[*cell]) {
            let zones = (cell.zone.as_deref(), self.zones.as_slice());
            let (cross, transit) = approach_by(demand, slot.vpc, by, zones, cell.bytes);
            fare.way = fare.way.checked_add(cross?)?.checked_add(transit?)?;
            fare.gb = fare.gb.checked_add(demand.month_gb(cell.bytes)?)?;
        }
        Some(fare)
    }
}
