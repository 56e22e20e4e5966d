//! Every row goes to exactly one class: attributed, or another view of attributed bytes.
//!
//! 1. Rows at NAT units are read as legs; they also prove which client used which unit.
//! 2. Clients' own rows get their path: what the row states, then what NAT rows prove, then the route table.
//! 3. NAT units decide their hours by vantage; endpoints by whether their own interface was logged; private traffic
//!    seen at both ends counts at the end that opened the conversation.
//!
//! Hours are read three times, so that none has to be kept: first for what their rows state and to number clients and peers,
//! then for what the third step must know of the whole period, then to be decided.

use std::collections::BTreeSet;
use std::io;

use crate::aggregate::{FastMap, Hour, Hours, Key, Sum};
use crate::inventory::InterfaceKind;
use crate::model::addr::Addr;
use crate::model::time::Bucket;

use super::Attribution;
use super::eni::{Census, Eni, NatKind, NatUnit, Role};
use super::flows::{Client, FlowId, Flows, Peer};
use super::hour::{HourEvidence, HourWork, StatedRoutes};
use super::legs::{NatLeg, Party, Way, nat_leg};
use super::path::{Path, Route, Site};
use super::resolve::{ClientRow, FarEnd, Resolver, client_of_eni, site};
use super::seam::Borders;

/// Runs the three steps.
///
/// # Errors
/// When the temporary file cannot be read.
pub fn assemble(hours: &Hours, resolver: &mut Resolver<'_>) -> io::Result<Attribution> {
    let mut work = Assembly::new(resolver);
    for hour in hours.read()? {
        work.number(&hour?);
    }
    let facts = work.learn(hours)?;
    work.finish(hours, facts)
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

/// The work in progress.
pub(super) struct Assembly<'r, 'a> {
    pub(super) resolver: &'r mut Resolver<'a>,
    /// The census's units, and those that only next-hop fields name, as they come.
    pub(super) nats: Vec<NatUnit>,
    pub(super) borders: Borders,
    /// The hour that is read.
    work: HourWork,
    evidence: HourEvidence,
    /// Over the whole period.
    stated: StatedRoutes,
    pub(super) flows: Flows,
    peer_numbers: FastMap<Party, u32>,
    eni_numbers: FastMap<usize, u32>,
    nat_clients: FastMap<(usize, Party), u32>,
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
            stated: FastMap::default(),
            flows: Flows::default(),
            peer_numbers: FastMap::default(),
            eni_numbers: FastMap::default(),
            nat_clients: FastMap::default(),
            outcome: Attribution::default(),
        }
    }

    /// The first reading. Where bytes cannot be split evenly, clients and peers come in the order of their numbers, and those
    /// of NAT units' rows before all others.
    fn number(&mut self, hour: &Hour) {
        self.read_nat_rows(hour);
        for (key, _) in &hour.rows {
            if let Some((of, route)) = self.stated_by(key) {
                self.stated.entry(of).or_default().insert(route);
            }
        }
    }

    fn read_nat_rows(&mut self, hour: &Hour) {
        self.work = HourWork::new(hour.bucket);
        self.evidence = HourEvidence::default();
        for (key, sum) in &hour.rows {
            if let Role::Nat(unit) = self.resolver.census.enis[self.eni(key)].role {
                self.nat_row(key, *sum, unit);
            }
        }
    }

    /// Reads an hour.
    pub(super) fn read(&mut self, hour: &Hour) -> HourWork {
        self.read_nat_rows(hour);
        self.evidence.active.resize(self.resolver.census.enis.len(), false);
        for (key, _) in &hour.rows {
            let index = self.eni(key);
            self.evidence.active[index] = true;
            if !self.stated.is_empty()
                && let Some((of, route)) = self.stated_by(key)
            {
                self.evidence.stated.entry(of).or_default().insert(route);
            }
        }
        let census = self.resolver.census;
        for (key, sum) in &hour.rows {
            match &census.enis[self.eni(key)].role {
                Role::Nat(_) => {}
                Role::Endpoint { vpc_endpoint_id } => self.endpoint_row(key, *sum, vpc_endpoint_id.clone()),
                Role::Transit => self.transit_row(key, *sum),
                Role::Client => self.client_row(key, *sum),
            }
        }
        let mut work = std::mem::replace(&mut self.work, HourWork::new(Bucket::NONE));
        for view in work.units.values_mut() {
            view.close();
        }
        work
    }

    fn eni(&self, key: &Key) -> usize {
        self.resolver.census.eni_of_observer[key.observer as usize]
    }

    fn client_number(&mut self, vpc: Option<&str>, subnet: Option<&str>, party: Party) -> u32 {
        let client = match party.address() {
            Some(addr) => self.resolver.client_at(vpc, subnet, addr),
            None => Client { vpc_id: vpc.map(str::to_owned), ..Client::default() },
        };
        self.flows.clients.intern(client)
    }

    /// The client that a NAT unit's row shows, remembered: most rows of a gateway are of the same clients, hour after hour.
    fn nat_client(&mut self, unit: usize, party: Party) -> u32 {
        if let Some(number) = self.nat_clients.get(&(unit, party)) {
            return *number;
        }
        let (vpc, subnet) = (self.nats[unit].vpc.clone(), self.nats[unit].subnet.clone());
        let number = self.client_number(vpc.as_deref(), subnet.as_deref(), party);
        *self.nat_clients.entry((unit, party)).or_insert(number)
    }

    fn peer_number(&mut self, party: Party) -> u32 {
        // All private addresses are one peer.
        let party = party.address().map_or(party, |_| Party::Address(Addr::v4(0)));
        let (resolver, peers) = (&*self.resolver, &mut self.flows.peers);
        *self.peer_numbers.entry(party).or_insert_with(|| peers.intern(resolver.peer(party)))
    }

    fn eni_number(&mut self, index: usize) -> u32 {
        let (census, clients) = (self.resolver.census, &mut self.flows.clients);
        let client = || client_of_eni(&census.enis[index]);
        *self.eni_numbers.entry(index).or_insert_with(|| clients.intern(client()))
    }

    /// Step 1.
    fn nat_row(&mut self, key: &Key, sum: Sum, unit: usize) {
        let ends = self.resolver.ends(key);
        let leg = nat_leg(ends, key.direction, &self.nats[unit], self.resolver.topology, |class| {
            self.resolver.atlas.class(class).nat64
        });
        match leg {
            NatLeg::Outside { way, peer } => {
                let peer = self.peer_number(peer);
                let hour = self.work.units.entry(unit).or_default();
                hour.outside.add(peer, way, sum.bytes);
            }
            NatLeg::Inside { way, client, peer } => {
                if let Some(addr) = client.address() {
                    let proof = match peer {
                        Party::Unknown => self.evidence.used.blind.entry(addr).or_default(),
                        peer => self.evidence.used.with_peer.entry((addr, peer)).or_default(),
                    };
                    proof.insert(unit);
                }
                let client = self.nat_client(unit, client);
                let known_peer = (peer != Party::Unknown).then(|| self.peer_number(peer));
                let hour = self.work.units.entry(unit).or_default();
                match known_peer {
                    Some(peer) => hour.inside.add((client, peer), way, sum.bytes),
                    None => hour.inside_blind.add(client, way, sum.bytes),
                }
            }
        }
    }

    /// Egress rows tell the path, ingress rows of the same conversations often do not.
    fn stated_by(&self, key: &Key) -> Option<((usize, Party, Party), Route)> {
        let index = self.eni(key);
        let eni = &self.resolver.census.enis[index];
        if eni.role != Role::Client {
            return None;
        }
        let row = self.resolver.client_row(key, eni);
        let route = self.resolver.stated_route(key, eni, row.peer)?;
        Some(((index, row.client, row.peer), route))
    }

    /// Step 2 for a row at a client.
    fn client_row(&mut self, key: &Key, sum: Sum) {
        let index = self.eni(key);
        let census = self.resolver.census;
        let eni = &census.enis[index];
        let row = self.resolver.client_row(key, eni);
        let client = self.eni_number(index);
        if let Some(addr) = row.peer.address() {
            self.private_row(key, sum, index, row, client, addr);
            return;
        }
        let route = self.public_route(key, index, row);
        let peer = self.peer_number(row.peer);
        self.place(key, sum, client, peer, row.way, route, Seen::AtClient);
    }

    /// The path to a public peer.
    fn public_route(&mut self, key: &Key, index: usize, row: ClientRow) -> Route {
        let census = self.resolver.census;
        let eni = &census.enis[index];
        if let Some(route) = self.resolver.stated_route(key, eni, row.peer) {
            return route;
        }
        let routed = self.resolver.routed(index, row.peer);
        if row.opened_by_peer_surely {
            // Nothing can open a conversation through a NAT: without a way in of its own, it came by a load balancer that
            // keeps the sender's address, and the bytes stay inside.
            let route = routed.unwrap_or_else(|| self.resolver.guessed(key, eni, row.peer));
            let toll = matches!(route.path, Path::NatGateway | Path::NatInstance);
            return if toll { Route::plain(Path::Local) } else { route };
        }
        for stated in [&self.evidence.stated, &self.stated] {
            if let Some(routes) = stated.get(&(index, row.client, row.peer))
                && routes.len() == 1
                && let Some(route) = routes.first()
            {
                return route.clone();
            }
        }
        if let Some(unit) = self.proven_unit(row, index, routed.as_ref()) {
            return self.nat_route(unit);
        }
        routed.unwrap_or_else(|| self.resolver.guessed(key, eni, row.peer))
    }

    pub(super) fn nat_route(&self, unit: usize) -> Route {
        let nat = &self.nats[unit];
        let path = if nat.kind == NatKind::Instance { Path::NatInstance } else { Path::NatGateway };
        Route::through(path, &nat.id)
    }

    /// The NAT unit that NAT rows of the hour show this client on, for this peer. Units of another VPC count only where
    /// the route leads out of the client's own VPC or is not known.
    fn proven_unit(&self, row: ClientRow, index: usize, routed: Option<&Route>) -> Option<usize> {
        let eni = &self.resolver.census.enis[index];
        let addr = row.client.address()?;
        let routed_unit = routed.and_then(|route| self.unit_of(route));
        let leaves = routed.is_none_or(|route| matches!(route.path, Path::TransitGateway | Path::Unknown))
            || routed_unit.is_some_and(|unit| self.nats[unit].vpc != eni.vpc);
        let here = |unit: &&usize| {
            let nat = &self.nats[**unit];
            match (&nat.vpc, &eni.vpc) {
                (Some(nat_vpc), Some(vpc)) => nat_vpc == vpc || leaves,
                _ => true,
            }
        };
        let pick = |units: &BTreeSet<usize>| {
            let mut fitting = units.iter().filter(here);
            let first = fitting.next().copied();
            if fitting.next().is_some() {
                // Several units carried it in this hour: the one the route names, if it is among them.
                return routed_unit.filter(|unit| units.contains(unit)).or(first);
            }
            first
        };
        if let Some(unit) = self.evidence.used.with_peer.get(&(addr, row.peer)).and_then(pick) {
            return Some(unit);
        }
        if routed.is_some_and(|route| route.path != Path::Unknown) {
            return None;
        }
        self.evidence.used.blind.get(&addr).and_then(pick)
    }

    fn unit_of(&self, route: &Route) -> Option<usize> {
        let id = route.via.as_deref()?;
        self.nats.iter().position(|nat| nat.id == id)
    }

    /// A row at a client whose peer has a private address.
    fn private_row(&mut self, key: &Key, sum: Sum, index: usize, row: ClientRow, client: u32, addr: Addr) {
        let census = self.resolver.census;
        let eni = &census.enis[index];
        let far_end = self.resolver.far_end(index, addr);
        if let Some((id, named)) = endpoint_behind(far_end, census) {
            let flow = self.endpoint_flow(client, &id, named);
            let hour = self.work.endpoints.entry(id).or_default();
            hour.clients.push((flow, row.way, sum.bytes));
            return;
        }
        let far = far_end.observer;
        let routed = self.resolver.routed(index, row.peer);
        let proven = self.proven_unit(row, index, routed.as_ref());
        let route = match (proven, routed) {
            (Some(unit), _) => self.nat_route(unit),
            (None, Some(route)) if route.path != Path::NatInstance => route,
            _ => self.resolver.guessed(key, eni, row.peer),
        };
        let peer = self.peer_number(row.peer);
        // The end that opened the conversation is its client, whichever end is logged. Where ports do not tell, both ends must
        // come to the same answer: by interface, since either may know the other by a secondary address.
        let other = far.map(|far| census.enis[far].id.as_str());
        let other = other.or(far_end.interface.map(|interface| interface.interface_id.as_str()));
        let opened_here = row.opened.unwrap_or_else(|| other.is_none_or(|other| eni.id.as_str() < other));
        if route.path != Path::NatGateway && !opened_here && far != Some(index) {
            if far.is_some_and(|far| census.enis[far].role == Role::Client && self.evidence.active[far]) {
                self.work.duplicate_bytes += sum.bytes;
                return;
            }
            let opener = self.resolver.client_at(eni.vpc.as_deref(), eni.subnet.as_deref(), addr);
            if opener.interface_id.is_some() {
                let opener = self.flows.clients.intern(opener);
                self.place(key, sum, opener, peer, row.way.back(), route, Seen::AtClient);
                return;
            }
        }
        self.place(key, sum, client, peer, row.way, route, Seen::AtClient);
    }

    fn endpoint_flow(&mut self, client: u32, interface: &str, named: Option<String>) -> FlowId {
        let endpoint = self.resolver.topology.endpoint_of_interface(interface);
        let via = endpoint.map(|endpoint| endpoint.vpc_endpoint_id.clone()).or(named);
        let route =
            Route { path: Path::InterfaceEndpoint, via: Some(via.unwrap_or_else(|| interface.to_owned())) };
        let peer = match endpoint {
            Some(endpoint) => Peer {
                service: endpoint.service.clone(),
                service_region: endpoint.service_region.clone().or_else(|| endpoint.region.clone()),
                in_prefix_list: None,
            },
            None => Peer { service: "aws-unknown".to_owned(), service_region: None, in_prefix_list: None },
        };
        FlowId {
            client,
            route: self.flows.routes.intern(route),
            peer: self.flows.peers.intern(peer),
            estimated: false,
        }
    }

    /// A row at an interface endpoint's own interface.
    fn endpoint_row(&mut self, key: &Key, sum: Sum, named: Option<String>) {
        let index = self.eni(key);
        let eni = &self.resolver.census.enis[index];
        // The endpoint is the peer of its clients: what goes out of it comes in for them.
        let row = self.resolver.client_row(key, eni);
        let way = row.way.back();
        let id = eni.id.clone();
        let client = self.client_number(eni.vpc.as_deref(), eni.subnet.as_deref(), row.peer);
        let flow = self.endpoint_flow(client, &id, named);
        self.work.endpoints.entry(id).or_default().own.push((flow, way, sum.bytes));
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
            if self.unit_of(&route).is_some() {
                let seen = if blind { Seen::InTransitBlind } else { Seen::InTransit };
                self.place(key, sum, number, peer, way, route, seen);
                return;
            }
            if !is_logged {
                self.place(key, sum, number, peer, way, route, Seen::AtClient);
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

    /// Puts a row on its path: into a NAT unit's hour, or straight into the flows.
    #[expect(clippy::too_many_arguments, reason = "one row, spelled out")]
    fn place(&mut self, key: &Key, sum: Sum, client: u32, peer: u32, way: Way, route: Route, seen: Seen) {
        if route.path == Path::NatGateway
            && self.unit_of(&route).is_none()
            && let Some(id) = &route.via
        {
            // A gateway that only next-hop fields name.
            let eni = &self.resolver.census.enis[self.eni(key)];
            self.nats.push(NatUnit {
                id: id.clone(),
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
        if matches!(route.path, Path::NatGateway | Path::NatInstance)
            && let Some(unit) = self.unit_of(&route)
        {
            let eni = &self.resolver.census.enis[self.eni(key)];
            let remote = eni.vpc.is_some() && eni.vpc != self.nats[unit].vpc;
            let hour = self.work.units.entry(unit).or_default();
            hour.has_remote_clients |= remote && seen == Seen::AtClient;
            let rows = match seen {
                Seen::AtClient => &mut hour.clients,
                Seen::InTransit => &mut hour.transit,
                Seen::InTransitBlind => &mut hour.transit_blind,
            };
            rows.add((client, peer), way, sum.bytes);
            return;
        }
        let route = self.flows.routes.intern(route);
        self.work.settled.push((FlowId { client, route, peer, estimated: false }, way, sum.bytes));
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

/// The interface endpoint behind an address: its interface, and its own id where one is named.
fn endpoint_behind(far_end: FarEnd<'_>, census: &Census) -> Option<(String, Option<String>)> {
    let interface = far_end.interface.filter(|interface| interface.kind == InterfaceKind::VpcEndpoint);
    if let Some(interface) = interface {
        return Some((interface.interface_id.clone(), interface.vpc_endpoint_id.clone()));
    }
    let eni = &census.enis[far_end.observer?];
    match &eni.role {
        Role::Endpoint { vpc_endpoint_id } => Some((eni.id.clone(), vpc_endpoint_id.clone())),
        _ => None,
    }
}
