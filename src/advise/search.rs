//! The cheapest plan, exactly.
//!
//! The cost of a plan is a sum over slots, but for three things that slots share. Each is made separable without leaving
//! out a plan:
//!
//! - *Central endpoints*: the slots of one service form a family, which tries every centre ([`super::central`]).
//! - *Tiers*: a price that only falls with the volume is the least of straight lines, one for each tier:
//!   `cost(x) = min over tiers of (a + r x)`. So the least over plans is the least over tiers of a problem with one price
//!   per GB; only tiers that the bytes can reach are tried.
//! - *NAT gateways that could go*: a tree over gateways, each there or gone. Its bound lets undecided ones stand for
//!   nothing and be used by all, which no plan can undercut; branches that cannot be better than the best known are cut off.
//!
//! Families that share neither gateways nor undecided tiers are searched apart from each other.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::central::{Best, Family, Pick, families};
use super::cost::{Layout, Placed, Way, at};
use super::demand::Demand;
use super::slots::{Slot, slots};
use crate::price::tiers::{Tier, tiered_cost};

/// Nodes of all trees over NAT gateways; beyond, the best plan so far is taken, and the report says so.
pub const MAX_PLAN_NODES: usize = 1 << 18;

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// All slots.
    pub slots: Vec<Slot>,
    /// Families over them.
    pub families: Vec<Family>,
    /// What each family does.
    pub picks: Vec<Best>,
    /// NAT gateways that go.
    pub removed: BTreeSet<usize>,
    /// Whether the search went through to the end.
    pub is_cheapest: bool,
}

/// Families that must be decided together.
#[derive(Debug, Default)]
struct Component {
    families: Vec<usize>,
    nats: BTreeSet<usize>,
    scopes: BTreeSet<usize>,
}

/// Finds the cheapest plan.
pub fn search(demand: &Demand) -> Found {
    let slots = slots(demand);
    let families = families(demand, &slots);
    let search = Search { demand, slots: &slots, families: &families };
    let mut picks: Vec<Option<Best>> = vec![None; families.len()];
    let mut removed = BTreeSet::new();
    let mut nodes = 0;
    for component in search.components() {
        if let Some(leaf) = search.solve(&component, &mut nodes) {
            for (family, best) in component.families.iter().zip(leaf.picks) {
                picks[*family] = Some(best);
            }
            removed.extend(leaf.removed);
        }
    }
    let keep =
        |family: &Family| Best { cost: Decimal::ZERO, hub: 0, picks: vec![Pick::Own(0); family.slots.len()] };
    let picks = picks.into_iter().zip(&families).map(|(best, family)| best.unwrap_or_else(|| keep(family)));
    let picks = picks.collect();
    Found { picks, removed, is_cheapest: nodes < MAX_PLAN_NODES, slots, families }
}

/// A plan of a component.
#[derive(Debug, Clone)]
struct Leaf {
    cost: Decimal,
    picks: Vec<Best>,
    removed: BTreeSet<usize>,
}

struct Search<'s> {
    demand: &'s Demand,
    slots: &'s [Slot],
    families: &'s [Family],
}

impl Search<'_> {
    /// NAT gateways that go if no choice uses them.
    fn may_go(&self) -> BTreeSet<usize> {
        let nats = self.demand.nats.iter().enumerate();
        nats.filter(|(_, nat)| {
            nat.removable && nat.other.bytes == 0 && hours_cost(self.demand, nat).is_some()
        })
        .map(|(index, _)| index)
        .collect()
    }

    /// NAT gateways and scopes that a family touches.
    fn touches(&self, family: &Family) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let prices = || family.choices.iter().flatten().map(|choice| &choice.price);
        let nats = prices().flat_map(|price| price.nats.iter().copied()).collect();
        let own = prices().flat_map(|price| price.data.iter().map(|(scope, _)| *scope));
        let hubs = family.hubs.iter().flatten().map(|hub| self.demand.vpcs[hub.vpc].scope);
        (nats, own.chain(hubs).collect())
    }

    fn components(&self) -> Vec<Component> {
        let may_go = self.may_go();
        let open: BTreeSet<usize> =
            (0..self.demand.scopes.len()).filter(|scope| self.lines(*scope).len() > 1).collect();
        let mut components: Vec<Component> = Vec::new();
        let mut join = |mut new: Component| {
            let (linked, apart): (Vec<_>, Vec<_>) =
                std::mem::take(&mut components).into_iter().partition(|known| {
                    !known.nats.is_disjoint(&new.nats) || !known.scopes.is_disjoint(&new.scopes)
                });
            for other in linked {
                new.families.extend(other.families);
                new.nats.extend(other.nats);
                new.scopes.extend(other.scopes);
            }
            new.families.sort_unstable();
            components = apart;
            components.push(new);
        };
        for (index, family) in self.families.iter().enumerate() {
            let (nats, scopes) = self.touches(family);
            let nats = nats.intersection(&may_go).copied().collect();
            let scopes = scopes.intersection(&open).copied().collect();
            join(Component { families: vec![index], nats, scopes });
        }
        // Those that nothing uses at all.
        for nat in may_go {
            join(Component { nats: BTreeSet::from([nat]), ..Component::default() });
        }
        components
    }

    /// The straight lines (GB price, and what to add) that the data of a scope can lie on.
    fn lines(&self, scope: usize) -> Vec<(Decimal, Decimal)> {
        let Some(tiers) = &self.demand.scopes[scope].tiers else {
            return vec![(Decimal::ZERO, Decimal::ZERO)];
        };
        // More than all bytes of the Region cannot come together.
        let region = &self.demand.scopes[scope].region;
        let scope_of = |vpc: usize| &self.demand.scopes[self.demand.vpcs[vpc].scope];
        let cells = self.demand.cells.iter().filter(|cell| scope_of(cell.vpc).region == *region);
        let most = self.demand.scale.month_bytes(cells.map(|cell| cell.bytes).sum());
        let gb = u128::from(crate::model::money::BYTES_PER_GB);
        let reached = tiers.iter().filter(|tier| u128::from(tier.from_gb) * gb <= most);
        reached.filter_map(|tier| Some((tier.usd_per_gb, intercept(tier, tiers)?))).collect()
    }

    /// The cheapest of a component: over all tiers that its scopes can reach.
    fn solve(&self, component: &Component, nodes: &mut usize) -> Option<Leaf> {
        let first = |scope| self.lines(scope).first().map_or(Decimal::ZERO, |(gb, _)| *gb);
        let gb: Vec<Decimal> = (0..self.demand.scopes.len()).map(first).collect();
        let scopes: Vec<usize> = component.scopes.iter().copied().collect();
        let mut best = None;
        self.over_tiers(component, &scopes, (gb, Decimal::ZERO), &mut best, nodes);
        best
    }

    fn over_tiers(
        &self,
        component: &Component,
        scopes: &[usize],
        (gb, added): (Vec<Decimal>, Decimal),
        best: &mut Option<Leaf>,
        nodes: &mut usize,
    ) {
        let Some((scope, rest)) = scopes.split_first() else {
            let nats: Vec<usize> = component.nats.iter().copied().collect();
            let mut tree = Tree { search: self, component, gb: &gb, nats: &nats, best, nodes };
            tree.descend(0, added, &mut BTreeSet::new());
            return;
        };
        for (price, intercept) in self.lines(*scope) {
            let mut gb = gb.clone();
            gb[*scope] = price;
            if let Some(added) = added.checked_add(intercept) {
                self.over_tiers(component, rest, (gb, added), best, nodes);
            }
        }
    }
}

/// What a straight line through a tier has at 0 GB.
fn intercept(tier: &Tier, tiers: &[Tier]) -> Option<Decimal> {
    let gb = u128::from(tier.from_gb);
    let below = tiered_cost(gb * u128::from(crate::model::money::BYTES_PER_GB), tiers)?;
    below.checked_sub(Decimal::from(tier.from_gb).checked_mul(tier.usd_per_gb)?)
}

/// Hours and public addresses of a NAT gateway for a month.
pub fn hours_cost(demand: &Demand, nat: &super::demand::NatDemand) -> Option<Decimal> {
    let addresses = Decimal::from(nat.public_ips * demand.scale.month_hours);
    at(Decimal::from(nat.month_hours), nat.hour)?.checked_add(at(addresses, nat.public_ipv4_hour)?)
}

/// A tree over the NAT gateways of a component, under one price per GB for each scope.
struct Tree<'t, 's> {
    search: &'t Search<'s>,
    component: &'t Component,
    gb: &'t [Decimal],
    nats: &'t [usize],
    best: &'t mut Option<Leaf>,
    nodes: &'t mut usize,
}

impl Tree<'_, '_> {
    /// Decides gateway number `next`. `paid` has what is certain: tiers, and hours of gateways that stay.
    fn descend(&mut self, next: usize, paid: Decimal, gone: &mut BTreeSet<usize>) {
        let is_first = self.best.is_none();
        if *self.nodes >= MAX_PLAN_NODES && !is_first {
            return;
        }
        *self.nodes += 1;
        let Some((cost, picks)) = self.families(paid, gone) else { return };
        if self.best.as_ref().is_some_and(|best| cost >= best.cost) {
            return;
        }
        let Some(nat) = self.nats.get(next) else {
            *self.best = Some(Leaf { cost, picks, removed: gone.clone() });
            return;
        };
        let demand = self.search.demand;
        if let Some(paid) = hours_cost(demand, &demand.nats[*nat]).and_then(|hours| paid.checked_add(hours)) {
            self.descend(next + 1, paid, gone);
        }
        gone.insert(*nat);
        self.descend(next + 1, paid, gone);
        gone.remove(nat);
    }

    /// The least that the families cost without the gateways that are gone.
    fn families(&self, paid: Decimal, gone: &BTreeSet<usize>) -> Option<(Decimal, Vec<Best>)> {
        let Search { demand, slots, families } = self.search;
        let mut cost = paid;
        let mut picks = Vec::with_capacity(self.component.families.len());
        for family in &self.component.families {
            let best = families[*family].best(demand, slots, self.gb, gone)?;
            cost = cost.checked_add(best.cost)?;
            picks.push(best);
        }
        Some((cost, picks))
    }
}

impl Found {
    /// The whole set-up. `reverted` families and slots (by place in the family) stay as they are now; their NAT gateways are
    /// there then.
    pub fn layout(&self, demand: &Demand, reverted: &dyn Fn(usize, usize) -> bool) -> Layout {
        let mut layout = Layout::now(demand);
        layout.endpoints.clear();
        for (cell, way) in demand.cells.iter().zip(&mut layout.ways) {
            if cell.to_gateway {
                *way = Way::Gateway;
            }
        }
        for (number, (family, best)) in self.families.iter().zip(&self.picks).enumerate() {
            let hub = family.hubs[best.hub].as_ref();
            let is_used = |place: usize| best.picks[place] == Pick::Central && !reverted(number, place);
            let hub_base = layout.endpoints.len();
            if let Some(hub) = hub.filter(|hub| hub.is_new && (0..best.picks.len()).any(is_used)) {
                layout.endpoints.extend(hub.placed());
            }
            // Endpoints that are there already have their places before others point to them.
            let mut bases = Vec::new();
            for (place, slot) in family.slots.iter().enumerate() {
                bases.push(layout.endpoints.len());
                let slot = &self.slots[*slot];
                match best.picks[place] {
                    Pick::Central if !reverted(number, place) => {}
                    Pick::Own(choice) if !reverted(number, place) => {
                        layout.endpoints.extend(family.choices[place][choice].placed.iter().cloned());
                    }
                    _ => layout.endpoints.extend(slot.keep(demand).placed),
                }
            }
            for (place, slot) in family.slots.iter().enumerate() {
                let slot = &self.slots[*slot];
                let kept;
                let ways: &[Way] = match best.picks[place] {
                    Pick::Own(choice) if !reverted(number, place) => &family.choices[place][choice].ways,
                    Pick::Central if !reverted(number, place) => &[],
                    _ => {
                        kept = slot.keep(demand).ways;
                        &kept
                    }
                };
                for (index, cell) in slot.cells.iter().enumerate() {
                    layout.ways[*cell] = match ways.get(index) {
                        Some(Way::Endpoint(own)) => Way::Endpoint(bases[place] + own),
                        Some(way) => *way,
                        None => {
                            let service = &demand.cells[*cell].service;
                            let base = hub.map_or(hub_base, |hub| match hub.own {
                                Some(own) if !hub.is_new => bases[own],
                                _ => hub_base,
                            });
                            let known =
                                layout.endpoints[base..].iter().position(|placed| placed.service == *service);
                            Way::Endpoint(base + known.unwrap_or(0))
                        }
                    };
                }
            }
        }
        for nat in &self.removed {
            let used = layout.ways.iter().any(|way| matches!(way, Way::Nat(way) if way.nat == *nat));
            layout.nats[*nat] = used;
        }
        layout
    }
}

impl super::central::Hub {
    fn placed(&self) -> impl Iterator<Item = Placed> + '_ {
        self.services.iter().map(|service| Placed {
            vpc: self.vpc,
            service: service.clone(),
            zones: self.zones.clone(),
            charged: self.zones.len() as u64,
            existing: None,
        })
    }
}
