//! Every row goes to exactly one class: attributed, or another view of attributed bytes.
//!
//! 1. Rows at NAT units are read as legs; they also prove which client used which unit.
//! 2. Clients' own rows get their path: what the row states, then what NAT rows prove, then the route table.
//! 3. NAT units decide their hours by vantage; endpoints by whether their own interface was logged; private traffic
//!    seen at both ends counts at the end that opened the conversation.
//!
//! What a row says by itself is found once for each kind of row ([`super::reading`]). Hours are read two times, so that none has
//! to be kept: first for what the third step must know of the whole period, then to be decided.

use std::collections::BTreeSet;
use std::io;

use crate::aggregate::{FastMap, Hour, Hours, Key, Sum};
use crate::model::addr::Addr;
use crate::model::time::Bucket;

use super::Attribution;
use super::eni::{Eni, NatKind, NatUnit, Role};
use super::flows::{Client, FlowId, Flows, Interner};
use super::hour::{ByHour, HourEvidence, HourWork};
use super::kinds::{Kind, Kinds};
use super::legs::{Party, Way};
use super::path::{Path, Route, Site};
use super::reading::{Choice, PrivateRow, Reading, Undecided};
use super::resolve::{Resolver, client_of_eni, site};
use super::seam::Borders;

/// Runs the three steps. `kinds` are those of the hours' rows.
///
/// # Errors
/// When the temporary file cannot be read.
pub fn assemble(hours: &Hours, kinds: &mut Kinds, resolver: &mut Resolver<'_>) -> io::Result<Attribution> {
    let mut work = Assembly::new(resolver);
    work.number(hours, kinds)?;
    let facts = work.learn(hours, kinds)?;
    work.finish(hours, kinds, facts)
}

/// Where a row on its way to a NAT unit was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// At the client itself.
    AtClient,
    /// At a transit gateway attachment, with the client's address in the packet.
    InTransit,
    /// At a transit gateway attachment, without it.
    InTransitBlind,
}

/// Where a route leads.
#[derive(Debug, Clone, Copy)]
enum Taken {
    /// No row took it yet.
    NotYet,
    /// Past all NAT units.
    Past,
    /// Through one.
    Through(usize),
}

/// The path that a row states of its conversation.
#[derive(Debug, Clone, Copy)]
struct Stated {
    conversation: u32,
    route: u32,
}

/// The work in progress.
pub(super) struct Assembly<'r, 'a> {
    pub(super) resolver: &'r mut Resolver<'a>,
    /// The census's units, and those that only next-hop fields name, as they come.
    pub(super) nats: Vec<NatUnit>,
    pub(super) borders: Borders,
    /// The hour that is read.
    work: HourWork,
    evidence: HourEvidence,
    /// What the rows of a kind say, once one was read.
    pub(super) readings: Vec<Option<Reading>>,
    /// What the rows of a kind state.
    statements: Vec<Option<Stated>>,
    /// Interface, client and peer of rows some of which state a path, numbered.
    pub(super) conversations: FastMap<(usize, Party, Party), u32>,
    /// The routes that are stated of each in any hour.
    stated_ever: ByHour<u32>,
    /// Client and peer of rows at NAT units, numbered.
    pub(super) proofs: FastMap<(Addr, Party), u32>,
    /// Interfaces of endpoints, numbered.
    pub(super) endpoint_ids: Interner<String>,
    pub(super) flows: Flows,
    peer_numbers: FastMap<Party, u32>,
    eni_numbers: FastMap<usize, u32>,
    nat_clients: FastMap<(usize, Party), u32>,
    /// For each route whether it leads through a NAT unit, and which.
    units_of_routes: Vec<Taken>,
    nat_routes: Vec<Option<u32>>,
    pub(super) outcome: Attribution,
}

impl<'r, 'a> Assembly<'r, 'a> {
    fn new(resolver: &'r mut Resolver<'a>) -> Self {
        let nats = resolver.census.nats.clone();
        Self {
            resolver,
            nats,
            borders: Borders::default(),
            work: HourWork::new(Bucket::NONE),
            evidence: HourEvidence::default(),
            readings: Vec::new(),
            statements: Vec::new(),
            conversations: FastMap::default(),
            stated_ever: ByHour::default(),
            proofs: FastMap::default(),
            endpoint_ids: Interner::default(),
            flows: Flows::default(),
            peer_numbers: FastMap::default(),
            eni_numbers: FastMap::default(),
            nat_clients: FastMap::default(),
            units_of_routes: Vec::new(),
            nat_routes: Vec::new(),
            outcome: Attribution::default(),
        }
    }

    /// Before hours are read: where bytes cannot be split evenly, clients and peers come in the order of their numbers, and those
    /// of NAT units' rows before all others; and a row may state the path of rows in earlier hours.
    fn number(&mut self, hours: &Hours, kinds: &mut Kinds) -> io::Result<()> {
        if kinds.is_whole() {
            for (kind, key) in (0..).zip(kinds.keys()) {
                self.number_row(Some(kind), key);
            }
            return Ok(());
        }
        hours.each(
            |hour| kinds.of(hour),
            |hour, kinds| {
                for ((key, _), kind) in hour.rows.iter().zip(kinds) {
                    self.number_row(kind, key);
                }
            },
        )
    }

    fn number_row(&mut self, kind: Option<Kind>, key: &Key) {
        if let Role::Nat(_) = self.resolver.census.enis[self.eni(key)].role {
            self.reading(kind, key);
            return;
        }
        let stated = self.stated_by(key);
        if let Some(stated) = stated {
            self.stated_ever.insert(stated.conversation, stated.route);
        }
        if let Some(place) = kind.map(|kind| kind as usize) {
            if self.statements.len() <= place {
                self.statements.resize(place + 1, None);
            }
            self.statements[place] = stated;
        }
    }

    /// Reads an hour, whose rows are of these kinds.
    pub(super) fn read(&mut self, hour: &Hour, kinds: &[Option<Kind>]) -> HourWork {
        self.work = HourWork::new(hour.bucket);
        self.evidence.begin(self.resolver.census.enis.len());
        let states_paths = !self.conversations.is_empty();
        for ((key, sum), kind) in hour.rows.iter().zip(kinds) {
            let index = self.eni(key);
            self.evidence.active[index] = true;
            if let Role::Nat(_) = self.resolver.census.enis[index].role {
                let reading = self.reading(*kind, key);
                self.nat_row(reading, *sum);
            } else if states_paths {
                let stated = match kind {
                    Some(kind) => self.statements.get(*kind as usize).copied().flatten(),
                    None => self.stated_by(key),
                };
                if let Some(stated) = stated {
                    self.evidence.stated.insert(stated.conversation, stated.route);
                }
            }
        }
        for ((key, sum), kind) in hour.rows.iter().zip(kinds) {
            if let Role::Nat(_) = self.resolver.census.enis[self.eni(key)].role {
                continue;
            }
            match self.reading(*kind, key) {
                Reading::Inside { .. } | Reading::Outside { .. } => {}
                Reading::AtEndpoint { endpoint, flow, way } => {
                    self.work.endpoints.entry(endpoint).or_default().own.push((flow, way, sum.bytes));
                }
                Reading::ToEndpoint { endpoint, flow, way } => {
                    self.work.endpoints.entry(endpoint).or_default().clients.push((flow, way, sum.bytes));
                }
                Reading::Public(row) => {
                    let route = match row.choice {
                        Choice::Made(route) => route,
                        Choice::Open(open) => self.decided(&open),
                    };
                    self.place(key, *sum, (row.client, row.peer, row.way), route, Seen::AtClient);
                }
                Reading::Private(row) => self.private_row(key, *sum, &row),
                Reading::Forwarded => self.transit_row(key, *sum),
            }
        }
        let mut work = std::mem::replace(&mut self.work, HourWork::new(Bucket::NONE));
        for view in work.units.values_mut() {
            view.close();
        }
        work
    }

    pub(super) fn eni(&self, key: &Key) -> usize {
        self.resolver.census.eni_of_observer[key.observer as usize]
    }

    pub(super) fn client_number(&mut self, vpc: Option<&str>, subnet: Option<&str>, party: Party) -> u32 {
        let client = match party.address() {
            Some(addr) => self.resolver.client_at(vpc, subnet, addr),
            None => Client { vpc_id: vpc.map(str::to_owned), ..Client::default() },
        };
        self.flows.clients.intern(client)
    }

    /// The client that a NAT unit's row shows, remembered: most rows of a gateway are of the same clients, hour after hour.
    pub(super) fn nat_client(&mut self, unit: usize, party: Party) -> u32 {
        if let Some(number) = self.nat_clients.get(&(unit, party)) {
            return *number;
        }
        let (vpc, subnet) = (self.nats[unit].vpc.clone(), self.nats[unit].subnet.clone());
        let number = self.client_number(vpc.as_deref(), subnet.as_deref(), party);
        *self.nat_clients.entry((unit, party)).or_insert(number)
    }

    pub(super) fn peer_number(&mut self, party: Party) -> u32 {
        // All private addresses are one peer.
        let party = party.address().map_or(party, |_| Party::Address(Addr::v4(0)));
        let (resolver, peers) = (&*self.resolver, &mut self.flows.peers);
        *self.peer_numbers.entry(party).or_insert_with(|| peers.intern(resolver.peer(party)))
    }

    pub(super) fn eni_number(&mut self, index: usize) -> u32 {
        let (census, clients) = (self.resolver.census, &mut self.flows.clients);
        let client = || client_of_eni(&census.enis[index]);
        *self.eni_numbers.entry(index).or_insert_with(|| clients.intern(client()))
    }

    /// Step 1.
    fn nat_row(&mut self, reading: Reading, sum: Sum) {
        match reading {
            Reading::Outside { unit, way, peer } => {
                self.work.units.entry(unit).or_default().outside.add(peer, way, sum.bytes);
            }
            Reading::Inside { unit, way, client, peer, proof } => {
                if let Some(proof) = proof {
                    self.evidence.used.insert(proof, unit);
                }
                let hour = self.work.units.entry(unit).or_default();
                match peer {
                    Some(peer) => hour.inside.add((client, peer), way, sum.bytes),
                    None => hour.inside_blind.add(client, way, sum.bytes),
                }
            }
            _ => {}
        }
    }

    /// Egress rows tell the path, ingress rows of the same conversations often do not.
    fn stated_by(&mut self, key: &Key) -> Option<Stated> {
        let index = self.eni(key);
        let eni = &self.resolver.census.enis[index];
        if eni.role != Role::Client {
            return None;
        }
        let row = self.resolver.client_row(key, eni);
        let route = self.resolver.stated_route(key, eni, row.peer)?;
        let next =
            u32::try_from(self.conversations.len()).expect("as many as clients and classes, below 2^32");
        let conversation = *self.conversations.entry((index, row.client, row.peer)).or_insert(next);
        Some(Stated { conversation, route: self.flows.routes.intern(route) })
    }

    /// Step 2: the route of a client's row that does not state it.
    fn decided(&mut self, open: &Undecided) -> u32 {
        if let Some(conversation) = open.conversation {
            for stated in [&self.evidence.stated, &self.stated_ever] {
                if let [route] = stated.get(conversation) {
                    return *route;
                }
            }
        }
        match self.proven_unit(open) {
            Some(unit) => self.nat_route(unit),
            None => open.otherwise,
        }
    }

    /// The route through a NAT unit.
    pub(super) fn nat_route(&mut self, unit: usize) -> u32 {
        if self.nat_routes.len() <= unit {
            self.nat_routes.resize(unit + 1, None);
        }
        let (nat, routes) = (&self.nats[unit], &mut self.flows.routes);
        *self.nat_routes[unit].get_or_insert_with(|| {
            let path = if nat.kind == NatKind::Instance { Path::NatInstance } else { Path::NatGateway };
            routes.intern(Route::through(path, &nat.id))
        })
    }

    /// The NAT unit that NAT rows of the hour show this client on, for this peer. Units of another VPC count only where
    /// the route leads out of the client's own VPC or is not known.
    fn proven_unit(&self, open: &Undecided) -> Option<usize> {
        let here = |unit: &&usize| match (&self.nats[**unit].vpc, &self.resolver.census.enis[open.eni].vpc) {
            (Some(nat_vpc), Some(vpc)) => open.leaves || nat_vpc == vpc,
            _ => true,
        };
        let pick = |units: &[usize]| {
            let mut fitting = units.iter().filter(here);
            let first = fitting.next().copied();
            if fitting.next().is_some() {
                // Several units carried it in this hour: the one the route names, if it is among them.
                return open.routed_unit.filter(|unit| units.contains(unit)).or(first);
            }
            first
        };
        let proven = |proof: Option<u32>| pick(self.evidence.used.get(proof?));
        proven(open.with_peer).or_else(|| proven(open.blind))
    }

    pub(super) fn unit_of(&self, route: &Route) -> Option<usize> {
        let id = route.via.as_deref()?;
        self.nats.iter().position(|nat| nat.id == id)
    }

    /// A row at a client whose peer has a private address.
    fn private_row(&mut self, key: &Key, sum: Sum, row: &PrivateRow) {
        let proven = self.proven_unit(&row.choice);
        let route = proven.map_or(row.choice.otherwise, |unit| self.nat_route(unit));
        if !row.opened_here && self.flows.routes.get(route).path != Path::NatGateway {
            if row.far_client.is_some_and(|far| self.evidence.active[far]) {
                self.work.duplicate_bytes += sum.bytes;
                return;
            }
            if let Some(opener) = row.opener {
                self.place(key, sum, (opener, row.peer, row.way.back()), route, Seen::AtClient);
                return;
            }
        }
        self.place(key, sum, (row.client, row.peer, row.way), route, Seen::AtClient);
    }

    /// A row at something that forwards for others: its bytes are somebody else's.
    fn transit_row(&mut self, key: &Key, sum: Sum) {
        let index = self.eni(key);
        let census = self.resolver.census;
        let eni = &census.enis[index];
        let ends = self.resolver.ends(key);
        let (src, dst) = (ends.pkt_src.or(ends.src), ends.pkt_dst.or(ends.dst));
        let vpc = eni.vpc.as_deref();
        let mut is_logged = false;
        for addr in [src, dst].into_iter().filter_map(Party::address) {
            let far = self.resolver.far_end(index, addr).observer;
            is_logged |= far.is_some_and(|far| far != index && self.evidence.active[far]);
        }
        let (client, peer, way) = match (src, dst) {
            (Party::Class(_), Party::Address(_)) => (dst, src, Way::In),
            _ => (src, dst, Way::Out),
        };
        if let (Party::Address(_), Party::Class(class)) = (client, peer) {
            let blind = client.address().is_some_and(|addr| eni.own.contains(&addr));
            let number = self.client_number(vpc, eni.subnet.as_deref(), client);
            let route = self.transit_route(eni, number, class);
            let peer = self.peer_number(peer);
            let is_toll = self.unit_of(&route).is_some();
            let route = self.flows.routes.intern(route);
            if is_toll {
                let seen = if blind { Seen::InTransitBlind } else { Seen::InTransit };
                self.place(key, sum, (number, peer, way), route, seen);
                return;
            }
            if !is_logged {
                self.place(key, sum, (number, peer, way), route, Seen::AtClient);
                return;
            }
        } else if !is_logged {
            // The attachments of both VPCs show the same bytes.
            let views = self.work.private_transit.entry((src, dst)).or_default();
            *views.entry(index).or_default() += sum.bytes;
            return;
        }
        self.work.duplicate_bytes += sum.bytes;
    }

    /// The path to a public peer as seen from a transit gateway attachment: by its own subnet where that leads to a NAT
    /// gateway (the egress VPC), else by the client's.
    fn transit_route(&self, eni: &Eni, client: u32, class: u32) -> Route {
        let (router, class) = (self.resolver.router, self.resolver.atlas.class(class));
        let own = site(eni);
        let client = self.flows.clients.get(client);
        let home = client.vpc_id.as_deref().filter(|_| client.subnet_id.is_some()).map(|vpc| Site {
            vpc,
            subnet: client.subnet_id.as_deref(),
            zone: client.zone_id.as_deref(),
        });
        own.and_then(|site| router.class_route(site, class))
            .filter(|route| route.path == Path::NatGateway)
            .or_else(|| home.or(own).and_then(|site| router.class_route(site, class)))
            .unwrap_or(Route::plain(Path::TransitGateway))
    }

    /// The NAT unit of a route, remembered.
    fn unit_of_route(&mut self, route: u32, eni: usize) -> Option<usize> {
        let place = route as usize;
        match self.units_of_routes.get(place) {
            Some(Taken::Through(unit)) => return Some(*unit),
            Some(Taken::Past) => return None,
            Some(Taken::NotYet) | None => {}
        }
        let taken = self.flows.routes.get(route);
        let mut unit = None;
        if matches!(taken.path, Path::NatGateway | Path::NatInstance) {
            unit = self.unit_of(taken);
            if unit.is_none() && taken.path == Path::NatGateway && taken.via.is_some() {
                // A gateway that only next-hop fields name.
                unit = Some(self.nats.len());
                let eni = &self.resolver.census.enis[eni];
                self.nats.push(NatUnit {
                    id: taken.via.clone().unwrap_or_default(),
                    kind: NatKind::Zonal,
                    private: false,
                    own: BTreeSet::new(),
                    vpc: eni.vpc.clone(),
                    subnet: None,
                    zone: None,
                    region: eni.region.clone(),
                    inventory: None,
                });
            }
        }
        if self.units_of_routes.len() <= place {
            self.units_of_routes.resize(place + 1, Taken::NotYet);
        }
        self.units_of_routes[place] = unit.map_or(Taken::Past, Taken::Through);
        unit
    }

    /// Puts a row on its path: into a NAT unit's hour, or straight into the flows.
    fn place(&mut self, key: &Key, sum: Sum, (client, peer, way): (u32, u32, Way), route: u32, seen: Seen) {
        let index = self.eni(key);
        let Some(unit) = self.unit_of_route(route, index) else {
            self.work.settled.push((FlowId { client, route, peer, estimated: false }, way, sum.bytes));
            return;
        };
        let hour = self.work.units.entry(unit).or_default();
        let rows = match seen {
            Seen::AtClient => {
                let vpc = &self.resolver.census.enis[index].vpc;
                hour.has_remote_clients |= vpc.is_some() && *vpc != self.nats[unit].vpc;
                &mut hour.clients
            }
            Seen::InTransit => &mut hour.transit,
            Seen::InTransitBlind => &mut hour.transit_blind,
        };
        rows.add((client, peer), way, sum.bytes);
    }

    /// Whether `bytes` of a client in `hour` can be the ones that `others` (interfaces of the gateway or endpoint) show in
    /// `next`, by when their rows start.
    pub(super) fn at_border(
        &self,
        client: u32,
        hour: Bucket,
        bytes: u128,
        others: &[usize],
        next: Bucket,
    ) -> bool {
        let client = self.flows.clients.get(client).interface_id.as_deref();
        client.and_then(|id| self.resolver.census.by_id(id)).is_some_and(|eni| {
            others.iter().any(|other| self.borders.meet((eni, hour), (*other, next), bytes))
        })
    }
}
