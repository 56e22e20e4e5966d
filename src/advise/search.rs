//! The cheapest plan, exactly.
//!
//! The cost of a plan is a sum over slots, but for three things that slots share. Each is made separable without leaving
//! out a plan:
//!
//! - *Central endpoints*: the slots of one service form a family, which tries every centre (`central`).
//! - *Tiers*: a price that only falls with the volume is the least of straight lines, one for each tier:
//!   `cost(x) = min over tiers of (a + r x)`. So the least over plans is the least over tiers of a problem with one price
//!   per GB; only tiers that the bytes can reach are tried. Of scopes that are still open the bound takes the lowest `r` and no
//!   `a`, which no tier can undercut.
//! - *NAT gateways that could go*: a tree over gateways, each there or gone. Its bound lets undecided ones stand for
//!   nothing and be used by all, which no plan can undercut; branches that cannot be better than the best known are cut off.
//!   What no pick of the bound uses goes at once, as that costs the bound nothing.
//!
//! Families that share neither gateways nor undecided tiers are searched apart from each other.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::central::{Best, Family, Pick, families};
use super::cost::{Layout, Placed, Way, at};
use super::demand::{Carrier, Demand, NatDemand};
use super::slots::{Choice, Slot, slots};
use crate::price::tiers::{Tier, tiered_cost};

/// Choices that are priced while trees over NAT gateways and tiers are searched; beyond, the best plan so far is taken, and the
/// report says so.
pub const MAX_PLAN_STEPS: usize = 1 << 21;

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
    /// Choices that were priced on the way.
    pub steps: usize,
}

/// Families that must be decided together.
#[derive(Debug, Default)]
struct Component {
    families: Vec<usize>,
    nats: Vec<usize>,
    scopes: Vec<usize>,
}

/// Finds the cheapest plan.
pub fn search(demand: &Demand) -> Found {
    search_within(demand, MAX_PLAN_STEPS)
}

/// The same within a number of steps.
pub fn search_within(demand: &Demand, limit: usize) -> Found {
    let slots = slots(demand);
    let families = families(demand, &slots);
    let lines: Vec<Vec<Line>> = (0..demand.scopes.len()).map(|scope| lines(demand, scope)).collect();
    let search = Search { demand, families: &families, lines: &lines, limit };
    let mut effort = Effort::default();
    let mut picks: Vec<Option<Best>> = vec![None; families.len()];
    let mut removed = BTreeSet::new();
    for component in search.components() {
        if let Some(leaf) = search.solve(&component, &mut effort) {
            for (family, best) in component.families.iter().zip(leaf.picks) {
                picks[*family] = Some(best);
            }
            removed.extend(leaf.removed);
        }
    }
    let picks = picks.into_iter().zip(&families).map(|(best, family)| best.unwrap_or_else(|| family.kept()));
    let picks = picks.collect();
    Found { picks, removed, is_cheapest: !effort.is_cut, steps: effort.steps, slots, families }
}

/// What a search took.
#[derive(Debug, Default)]
struct Effort {
    steps: usize,
    /// Whether something was left out for the limit.
    is_cut: bool,
}

/// A straight line through a tier.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// Price per GB.
    gb: Decimal,
    /// What it has at 0 GB.
    added: Decimal,
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
    families: &'s [Family],
    /// For each scope.
    lines: &'s [Vec<Line>],
    limit: usize,
}

impl Search<'_> {
    /// NAT gateways that go if no choice uses them.
    fn may_go(&self) -> BTreeSet<usize> {
        let is_one = |nat: &NatDemand| {
            nat.removable
                && nat.other.bytes == 0
                && hours_cost(self.demand, nat).is_some_and(|hours| hours > Decimal::ZERO)
        };
        (0..self.demand.nats.len()).filter(|nat| is_one(&self.demand.nats[*nat])).collect()
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
        let is_open = |scope: &usize| self.lines[*scope].len() > 1;
        let touches: Vec<(BTreeSet<usize>, BTreeSet<usize>)> = self
            .families
            .iter()
            .map(|family| self.touches(family))
            .map(|(nats, scopes)| {
                (nats.intersection(&may_go).copied().collect(), scopes.into_iter().filter(is_open).collect())
            })
            .collect();
        // Which component holds each gateway and scope; the smaller of two that meet is told to be in the larger one.
        let mut components: Vec<Component> = Vec::new();
        let mut of_nat: BTreeMap<usize, usize> = BTreeMap::new();
        let mut of_scope: BTreeMap<usize, usize> = BTreeMap::new();
        for (family, (nats, scopes)) in touches.into_iter().enumerate() {
            let known: BTreeSet<usize> = nats
                .iter()
                .filter_map(|nat| of_nat.get(nat))
                .chain(scopes.iter().filter_map(|scope| of_scope.get(scope)))
                .copied()
                .collect();
            let mut merged = Component {
                families: vec![family],
                nats: nats.into_iter().collect(),
                scopes: scopes.into_iter().collect(),
            };
            for other in known {
                let other = std::mem::take(&mut components[other]);
                merged.families.extend(other.families);
                merged.nats.extend(other.nats);
                merged.scopes.extend(other.scopes);
            }
            for list in [&mut merged.families, &mut merged.nats, &mut merged.scopes] {
                list.sort_unstable();
                list.dedup();
            }
            of_nat.extend(merged.nats.iter().map(|nat| (*nat, components.len())));
            of_scope.extend(merged.scopes.iter().map(|scope| (*scope, components.len())));
            components.push(merged);
        }
        // Those that nothing uses at all.
        let unused = may_go.into_iter().filter(|nat| !of_nat.contains_key(nat)).collect();
        components.push(Component { nats: unused, ..Component::default() });
        components
    }

    /// The cheapest of a component: over all tiers that its scopes can reach.
    fn solve(&self, component: &Component, effort: &mut Effort) -> Option<Leaf> {
        // Scopes that are still open stand at their lowest price.
        let lowest = |lines: &Vec<Line>| lines.last().map_or(Decimal::ZERO, |line| line.gb);
        let gb: Vec<Decimal> = self.lines.iter().map(lowest).collect();
        let mut tree = Tree { search: self, component, best: None, has_dived: false, effort };
        // Nothing changed: whatever is left out, the plan is never dearer.
        let stays = BTreeSet::new();
        tree.offer(component.families.iter().map(|family| self.families[*family].kept()).collect(), &stays);
        tree.over_tiers(&component.scopes, &gb, Decimal::ZERO);
        tree.best
    }

    /// What data of interface endpoints costs in a scope.
    fn data_cost(&self, scope: usize, gb: Decimal) -> Option<Decimal> {
        let on = |line: &Line| line.gb.checked_mul(gb)?.checked_add(line.added);
        self.lines[scope].iter().filter_map(on).min()
    }
}

/// The straight lines that the data of a scope can lie on.
fn lines(demand: &Demand, scope: usize) -> Vec<Line> {
    let Some(tiers) = &demand.scopes[scope].tiers else {
        return vec![Line { gb: Decimal::ZERO, added: Decimal::ZERO }];
    };
    // More than all bytes that have a way there cannot come together.
    let is_there = |vpc: usize| demand.vpcs[vpc].scope == scope;
    let reaching: BTreeSet<usize> =
        demand.links.iter().filter(|link| is_there(link.to)).map(|link| link.from).collect();
    let cells = demand.cells.iter().filter(|cell| {
        let passes = match cell.now {
            Carrier::Endpoint(endpoint) => is_there(demand.endpoints[endpoint].vpc),
            Carrier::Nat => false,
        };
        is_there(cell.vpc) || reaching.contains(&cell.vpc) || passes
    });
    let most = demand.scale.month_bytes(cells.map(|cell| cell.bytes).sum());
    let gb = u128::from(crate::model::money::BYTES_PER_GB);
    let reached = tiers.iter().filter(|tier| u128::from(tier.from_gb) * gb <= most);
    reached.filter_map(|tier| Some(Line { gb: tier.usd_per_gb, added: intercept(tier, tiers)? })).collect()
}

/// What a straight line through a tier has at 0 GB.
fn intercept(tier: &Tier, tiers: &[Tier]) -> Option<Decimal> {
    let gb = u128::from(tier.from_gb);
    let below = tiered_cost(gb * u128::from(crate::model::money::BYTES_PER_GB), tiers)?;
    below.checked_sub(Decimal::from(tier.from_gb).checked_mul(tier.usd_per_gb)?)
}

/// Hours and public addresses of a NAT gateway for a month.
pub fn hours_cost(demand: &Demand, nat: &NatDemand) -> Option<Decimal> {
    let addresses = Decimal::from(nat.public_ips * demand.scale.month_hours);
    at(Decimal::from(nat.month_hours), nat.hour)?.checked_add(at(addresses, nat.public_ipv4_hour)?)
}

/// The trees of a component: over the tiers of its scopes, and under each over its NAT gateways.
struct Tree<'t, 's> {
    search: &'t Search<'s>,
    component: &'t Component,
    best: Option<Leaf>,
    /// Whether a first branch was followed to its end: till then nothing is cut short.
    has_dived: bool,
    effort: &'t mut Effort,
}

/// A place in the tree over NAT gateways.
#[derive(Debug, Clone)]
struct Node {
    /// What is certain: tiers, and hours of gateways that stay.
    paid: Decimal,
    gone: BTreeSet<usize>,
    stays: BTreeSet<usize>,
    picks: Vec<Best>,
}

impl Node {
    /// What no plan below it can undercut.
    fn bound(&self) -> Option<Decimal> {
        self.picks.iter().try_fold(self.paid, |sum, best| sum.checked_add(best.cost))
    }
}

impl Tree<'_, '_> {
    /// Whether to go on; notes what is left out.
    fn goes_on(&mut self, bound: Decimal) -> bool {
        if self.best.as_ref().is_some_and(|best| bound >= best.cost) {
            self.has_dived = true;
            return false;
        }
        let is_over = self.has_dived && self.effort.steps >= self.search.limit;
        self.effort.is_cut |= is_over;
        !is_over
    }

    /// A whole plan; gateways that neither stay nor are used go. Its cost is its own, not that of the tiers it was found under.
    fn offer(&mut self, picks: Vec<Best>, stays: &BTreeSet<usize>) {
        let families = self.component.families.iter().zip(&picks);
        let mut there: BTreeSet<usize> =
            families.flat_map(|(family, best)| self.uses(*family, best)).collect();
        there.extend(stays);
        let (there, removed): (BTreeSet<usize>, BTreeSet<usize>) =
            self.component.nats.iter().partition(|nat| there.contains(nat));
        if let Some(cost) = self.cost(&picks, &there)
            && self.best.as_ref().is_none_or(|best| cost < best.cost)
        {
            self.best = Some(Leaf { cost, picks, removed });
        }
    }

    fn cost(&self, picks: &[Best], there: &BTreeSet<usize>) -> Option<Decimal> {
        let Search { demand, families, .. } = self.search;
        let mut cost = Decimal::ZERO;
        for nat in there {
            cost = cost.checked_add(hours_cost(demand, &demand.nats[*nat])?)?;
        }
        let mut data: BTreeMap<usize, Decimal> = BTreeMap::new();
        for (family, best) in self.component.families.iter().zip(picks) {
            let price = families[*family].price(demand, best)?;
            cost = cost.checked_add(price.own)?;
            for (scope, gb) in price.data {
                let sum = data.entry(scope).or_default();
                *sum = sum.checked_add(gb)?;
            }
        }
        data.into_iter().try_fold(cost, |sum, (scope, gb)| sum.checked_add(self.search.data_cost(scope, gb)?))
    }

    /// Decides the tiers of `scopes`. `gb` has a price for each scope, `added` what the tiers decided so far have at 0 GB.
    fn over_tiers(&mut self, scopes: &[usize], gb: &[Decimal], added: Decimal) {
        let Some((scope, rest)) = scopes.split_first() else {
            match self.root(gb, added) {
                Some(root) => self.over_gateways(gb, root),
                // Too much for a decimal.
                None => self.has_dived = true,
            }
            return;
        };
        // The first branch is followed to its end whatever its bound: there is nothing yet to hold it against.
        if self.has_dived {
            let is_over = self.effort.steps >= self.search.limit;
            self.effort.is_cut |= is_over;
            let bound = if is_over { None } else { self.root(gb, added).and_then(|root| root.bound()) };
            if !bound.is_some_and(|bound| self.goes_on(bound)) {
                return;
            }
        }
        for line in &self.search.lines[*scope] {
            let mut gb = gb.to_vec();
            gb[*scope] = line.gb;
            if let Some(added) = added.checked_add(line.added) {
                self.over_tiers(rest, &gb, added);
            }
        }
    }

    /// Nothing decided about gateways.
    fn root(&mut self, gb: &[Decimal], paid: Decimal) -> Option<Node> {
        let gone = BTreeSet::new();
        let families = self.component.families.clone();
        let picks = families.iter().map(|family| self.family(*family, gb, &gone)).collect::<Option<_>>()?;
        Some(Node { paid, gone, stays: BTreeSet::new(), picks })
    }

    fn family(&mut self, family: usize, gb: &[Decimal], gone: &BTreeSet<usize>) -> Option<Best> {
        let Search { demand, families, .. } = self.search;
        families[family].best(demand, gb, gone, &mut self.effort.steps)
    }

    /// NAT gateways that a family's part of a plan uses.
    fn uses(&self, family: usize, best: &Best) -> impl Iterator<Item = usize> {
        let choices = &self.search.families[family].choices;
        let picks = best.picks.iter().enumerate();
        picks
            .filter_map(|(place, pick)| match pick {
                Pick::Own(choice) => Some(&choices[place][*choice].price.nats),
                Pick::Central => None,
            })
            .flatten()
            .copied()
    }

    fn over_gateways(&mut self, gb: &[Decimal], mut node: Node) {
        let demand = self.search.demand;
        loop {
            let Some(bound) = node.bound().filter(|bound| self.goes_on(*bound)) else { return };
            let families = self.component.families.iter().zip(&node.picks);
            let used: BTreeSet<usize> =
                families.flat_map(|(family, best)| self.uses(*family, best)).collect();
            let is_open = |nat: &&usize| !node.gone.contains(nat) && !node.stays.contains(nat);
            let Some(nat) =
                self.component.nats.iter().find(|nat| is_open(nat) && used.contains(nat)).copied()
            else {
                self.has_dived = true;
                self.offer(node.picks, &node.stays);
                return;
            };
            let mut there = node.clone();
            there.stays.insert(nat);
            if let Some(paid) =
                hours_cost(demand, &demand.nats[nat]).and_then(|hours| node.paid.checked_add(hours))
            {
                there.paid = paid;
                self.over_gateways(gb, there);
            }
            if !self.goes_on(bound) {
                return;
            }
            node.gone.insert(nat);
            // What did not use it stays the cheapest without it.
            for (place, family) in self.component.families.iter().enumerate() {
                if self.uses(*family, &node.picks[place]).any(|used| used == nat) {
                    match self.family(*family, gb, &node.gone) {
                        Some(best) => node.picks[place] = best,
                        None => return,
                    }
                }
            }
        }
    }
}

impl Found {
    /// The whole set-up.
    pub fn layout(&self, demand: &Demand) -> Layout {
        let mut layout = Layout::now(demand);
        layout.endpoints.clear();
        for (cell, way) in demand.cells.iter().zip(&mut layout.ways) {
            if cell.to_gateway {
                *way = Way::Gateway;
            }
        }
        for number in 0..self.families.len() {
            self.lay_out(demand, number, &|_| false, &mut layout);
        }
        for nat in &self.removed {
            layout.nats[*nat] = false;
        }
        layout
    }

    /// The endpoints of one family, and the ways of its bytes; all others free. `reverted` slots (by place in the family) stay as they
    /// are now. All NAT gateways are there.
    pub fn part(&self, demand: &Demand, family: usize, reverted: &dyn Fn(usize) -> bool) -> Layout {
        let mut layout = Layout {
            endpoints: Vec::new(),
            ways: vec![Way::Gateway; demand.cells.len()],
            nats: vec![true; demand.nats.len()],
        };
        self.lay_out(demand, family, reverted, &mut layout);
        layout
    }

    fn lay_out(&self, demand: &Demand, number: usize, reverted: &dyn Fn(usize) -> bool, layout: &mut Layout) {
        let (family, best) = (&self.families[number], &self.picks[number]);
        let hub = family.hubs[best.hub].as_ref();
        let is_central = |place: usize| best.picks[place] == Pick::Central && !reverted(place);
        let hub_base = layout.endpoints.len();
        if let Some(hub) = hub.filter(|hub| hub.is_new() && (0..best.picks.len()).any(is_central)) {
            layout.endpoints.extend(hub.placed());
        }
        let choices: Vec<Option<Choice>> = (0..best.picks.len())
            .map(|place| match best.picks[place] {
                _ if reverted(place) => Some(self.slots[family.slots[place]].keep(demand)),
                Pick::Own(choice) => Some(family.choices[place][choice].clone()),
                Pick::Central => None,
            })
            .collect();
        // Endpoints that are there already have their places before others point to them.
        let mut bases = Vec::with_capacity(choices.len());
        for choice in &choices {
            bases.push(layout.endpoints.len());
            layout.endpoints.extend(choice.iter().flat_map(|choice| choice.placed.iter().cloned()));
        }
        let centre = hub.map_or(hub_base, |hub| match hub.own {
            Some(own) if !hub.is_new() => bases[own],
            _ => hub_base,
        });
        for (place, slot) in family.slots.iter().enumerate() {
            for (index, cell) in self.slots[*slot].cells.iter().enumerate() {
                layout.ways[*cell] = if let Some(choice) = &choices[place] {
                    match choice.ways[index] {
                        Way::Endpoint(own) => Way::Endpoint(bases[place] + own),
                        way => way,
                    }
                } else {
                    let service = &demand.cells[*cell].service;
                    let known =
                        layout.endpoints[centre..].iter().position(|placed| placed.service == *service);
                    Way::Endpoint(centre + known.unwrap_or(0))
                };
            }
        }
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
