//! Step 3 of [`super::assemble`]: hours decide which of their rows count.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::aggregate::Hours;
use crate::model::time::Bucket;

use super::assemble::Assembly;
use super::eni::Role;
use super::flows::{Client, FlowId, Peer, Volume};
use super::hour::{EndpointHour, HourWork, by_client, edges};
use super::kinds::Kinds;
use super::legs::{Party, Way};
use super::path::{Path, Route};
use super::resolve::client_of_eni;
use super::seam::{ByClient, Neighbour, Neighbours, WholeClients, counted_next_door};
use super::vantage::HourView;
use super::{Attribution, NatTotals};

/// What deciding any hour of a NAT unit needs to know of all of them.
#[derive(Debug, Default)]
struct UnitFacts {
    /// Its interfaces.
    interfaces: Vec<usize>,
    whole: WholeClients,
    /// Whether N1 and N4 rows tell peers, hour by hour.
    tells: BTreeSet<bool>,
    /// Whether there are such rows in any hour.
    inside_ever: bool,
}

/// [`UnitFacts`] of all units, by number.
#[derive(Debug, Default)]
pub(super) struct Facts(BTreeMap<usize, UnitFacts>);

/// What the hours that are decided know of their neighbours.
#[derive(Debug, Default)]
struct NextDoor {
    units: BTreeMap<usize, Neighbours>,
    endpoints: BTreeMap<u32, Neighbours>,
}

impl NextDoor {
    fn see(&mut self, work: &HourWork) {
        for (unit, hour) in work.units.iter().filter(|(_, hour)| hour.has_inside()) {
            let (own, clients) = hour.by_client();
            let neighbour = Neighbour::new(&own, &clients);
            self.units.entry(*unit).or_default().insert(work.bucket, neighbour);
        }
        for (id, hour) in work.endpoints.iter().filter(|(_, hour)| !hour.own.is_empty()) {
            let neighbour = Neighbour::new(&by_client(&hour.own), &by_client(&hour.clients));
            self.endpoints.entry(*id).or_default().insert(work.bucket, neighbour);
        }
    }

    fn forget_before(&mut self, first: Bucket) {
        for neighbours in self.units.values_mut().chain(self.endpoints.values_mut()) {
            neighbours.retain(|hour, _| *hour >= first);
        }
    }
}

/// Both sides' views of the units of one hour.
type Views = (Bucket, Vec<(usize, (ByClient, ByClient))>);

impl Assembly<'_, '_> {
    /// The first reading: what the second needs to know of the whole period.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub(super) fn learn(&mut self, hours: &Hours, kinds: &mut Kinds) -> io::Result<Facts> {
        let mut facts = Facts::default();
        let mut waiting: Option<Views> = None;
        hours.each(
            |hour| kinds.of(hour),
            |hour, kinds| {
                let work = self.read(hour, &kinds);
                let mut views = Vec::with_capacity(work.units.len());
                for (unit, view) in &work.units {
                    let known = facts.0.entry(*unit).or_insert_with(|| self.unknown(*unit));
                    known.tells.extend(view.tells_peers());
                    known.inside_ever |= view.has_inside();
                    views.push((*unit, view.by_client()));
                }
                // Whether a flow crosses an hour's end is known when the next hour is.
                self.borders.see(hour.bucket, edges(hour, &self.resolver.census.eni_of_observer));
                if let Some(views) = waiting.replace((hour.bucket, views)) {
                    self.compare(views, &mut facts);
                }
                self.borders.forget_before(hour.bucket);
            },
        )?;
        if let Some(views) = waiting {
            self.compare(views, &mut facts);
        }
        Ok(facts)
    }

    fn unknown(&self, unit: usize) -> UnitFacts {
        let enis = self.resolver.census.enis.iter().enumerate();
        let interfaces = enis.filter(|(_, eni)| eni.role == Role::Nat(unit)).map(|(index, _)| index);
        UnitFacts { interfaces: interfaces.collect(), ..UnitFacts::default() }
    }

    fn compare(&self, (hour, views): Views, facts: &mut Facts) {
        let next = Bucket(hour.0.saturating_add(1));
        for (unit, views) in views {
            let Some(UnitFacts { whole, interfaces, .. }) = facts.0.get_mut(&unit) else { continue };
            whole.see(&views, |client, unit_first, bytes| {
                // `at_border` looks from the client's side.
                let (at_client, at_unit) = if unit_first { (next, hour) } else { (hour, next) };
                self.at_border(client, at_client, bytes, interfaces, at_unit)
            });
        }
    }

    /// The second reading, and the outcome.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub(super) fn finish(
        mut self,
        hours: &Hours,
        kinds: &mut Kinds,
        facts: Facts,
    ) -> io::Result<Attribution> {
        let mut units: BTreeMap<usize, Unit> =
            facts.0.into_iter().map(|(number, facts)| (number, Unit::new(facts))).collect();
        let mut next_door = NextDoor::default();
        let mut waiting: Option<HourWork> = None;
        hours.each(
            |hour| kinds.of(hour),
            |hour, kinds| {
                self.outcome.note_presence(hour, self.resolver.partial, self.resolver.topology);
                let work = self.read(hour, &kinds);
                self.borders.see(hour.bucket, edges(hour, &self.resolver.census.eni_of_observer));
                next_door.see(&work);
                if let Some(work) = waiting.replace(work) {
                    self.decide(work, &mut units, &mut next_door);
                }
                // The waiting hour needs the one before it.
                let first = Bucket(hour.bucket.0.saturating_sub(1));
                self.borders.forget_before(first);
                next_door.forget_before(first);
            },
        )?;
        if let Some(work) = waiting {
            self.decide(work, &mut units, &mut next_door);
        }
        let totals = |number: usize| units.remove(&number).map(|unit| unit.totals).unwrap_or_default();
        let nats = std::mem::take(&mut self.nats).into_iter();
        let nats = nats.zip((0..).map(totals)).filter(|(unit, _)| !unit.id.is_empty());
        self.outcome.nats = nats.collect();
        self.outcome.nats.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        self.outcome.days = self.flows.days();
        self.outcome.flows = self.flows.into_sorted();
        Ok(self.outcome)
    }

    /// Decides an hour.
    fn decide(&mut self, work: HourWork, units: &mut BTreeMap<usize, Unit>, next_door: &mut NextDoor) {
        self.flows.turn_to(work.bucket);
        self.outcome.duplicate_bytes += work.duplicate_bytes;
        for (flow, way, bytes) in work.settled {
            self.flows.add(flow, way, bytes);
        }
        for (number, hour) in work.units {
            if let Some(unit) = units.get_mut(&number) {
                let neighbours = next_door.units.entry(number).or_default();
                self.decide_unit(number, unit, work.bucket, hour, neighbours);
            }
        }
        for (id, hour) in work.endpoints {
            let neighbours = next_door.endpoints.entry(id).or_default();
            self.decide_endpoint(id, work.bucket, hour, neighbours);
        }
        self.decide_private_transit(work.private_transit);
    }

    fn decide_unit(
        &mut self,
        number: usize,
        unit: &mut Unit,
        bucket: Bucket,
        mut hour: HourView,
        neighbours: &mut Neighbours,
    ) {
        let route = self.nat_route(number);
        if !hour.has_inside() {
            let mut clients = hour.by_client().1;
            clients.retain(|client, _| !unit.client_rows_rule.contains(client));
            let counted = counted_next_door(bucket, &clients, neighbours, |client, next| {
                let bytes = clients.get(client).map_or(0, Volume::total);
                self.at_border(client, bucket, bytes, &unit.interfaces, next)
            });
            self.outcome.duplicate_bytes += hour.take_out(&unit.own_rows_rule) + hour.take_out(&counted);
        }
        let Some(decision) = hour.decide(unit.inside_ever, &unit.client_rows_rule) else {
            self.outcome.duplicate_bytes += hour.seen_bytes();
            return;
        };
        self.outcome.duplicate_bytes += decision.duplicate_bytes;
        let entry = unit.totals.by_vantage.entry(decision.vantage).or_default();
        entry.0 += 1;
        for part in &decision.counted {
            entry.1.merge(part.volume);
            let client = part.client.unwrap_or_else(|| {
                let nat = &self.nats[number];
                self.flows.clients.intern(Client {
                    vpc_id: nat.vpc.clone(),
                    region: nat.region.clone(),
                    ..Client::default()
                })
            });
            let peer = part.peer.unwrap_or_else(|| self.flows.peers.intern(Peer::unknown()));
            let id = FlowId { client, route, peer, estimated: part.estimated };
            self.flows.merge(id, part.volume);
        }
        if let Some((counted, other)) = decision.compared {
            let sum = unit.totals.compared.get_or_insert((0, 0));
            *sum = (sum.0 + counted, sum.1 + other);
        }
    }

    /// Private traffic between ends that are not logged counts at one attachment: the one that shows most, the first of equals.
    fn decide_private_transit(&mut self, views: BTreeMap<(Party, Party), BTreeMap<usize, u128>>) {
        let route = self.flows.routes.intern(Route::plain(Path::TransitGateway));
        let peer = self.flows.peers.intern(Peer::internal());
        for views in views.into_values() {
            let all: u128 = views.values().sum();
            let Some((eni, bytes)) = views.into_iter().min_by_key(|(eni, bytes)| (Reverse(*bytes), *eni))
            else {
                continue;
            };
            let client = self.flows.clients.intern(client_of_eni(&self.resolver.census.enis[eni]));
            self.flows.add(FlowId { client, route, peer, estimated: false }, Way::Out, bytes);
            self.outcome.duplicate_bytes += all - bytes;
        }
    }

    fn decide_endpoint(&mut self, id: u32, bucket: Bucket, hour: EndpointHour, neighbours: &mut Neighbours) {
        let interface: Vec<usize> =
            self.resolver.census.by_id(self.endpoint_ids.get(id)).into_iter().collect();
        let is_logged = !hour.own.is_empty();
        let (rows, mut duplicates) =
            if is_logged { (hour.own, hour.clients) } else { (hour.clients, hour.own) };
        let next_door = if is_logged {
            BTreeSet::new()
        } else {
            let clients = by_client(&rows);
            counted_next_door(bucket, &clients, neighbours, |client, next| {
                let bytes = clients.get(client).map_or(0, Volume::total);
                self.at_border(client, bucket, bytes, &interface, next)
            })
        };
        for (flow, way, bytes) in rows {
            if next_door.contains(&flow.client) {
                duplicates.push((flow, way, bytes));
            } else {
                self.flows.add(flow, way, bytes);
            }
        }
        self.outcome.duplicate_bytes += duplicates.iter().map(|(_, _, bytes)| bytes).sum::<u128>();
    }
}

/// A NAT unit while its hours are decided.
struct Unit {
    interfaces: Vec<usize>,
    inside_ever: bool,
    /// Clients whose bytes count by the unit's rows in every hour, and by the clients' own.
    own_rows_rule: BTreeSet<u32>,
    client_rows_rule: BTreeSet<u32>,
    totals: NatTotals,
}

impl Unit {
    fn new(facts: UnitFacts) -> Self {
        let whole = facts.whole.clients();
        // The same side in every hour: the unit's where its rows tell the peers, the client's where they never do.
        let (own_rows_rule, client_rows_rule) =
            match (facts.tells.contains(&true), facts.tells.contains(&false)) {
                (true, false) => (whole, BTreeSet::new()),
                (false, true) => (BTreeSet::new(), whole),
                _ => (BTreeSet::new(), BTreeSet::new()),
            };
        Self {
            interfaces: facts.interfaces,
            inside_ever: facts.inside_ever,
            own_rows_rule,
            client_rows_rule,
            totals: NatTotals::default(),
        }
    }
}
