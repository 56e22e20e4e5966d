//! What a row says at any hour: all of it that no other row of the hour has a say in. It depends on the row's kind only, so it
//! is found once for each.

use crate::aggregate::Key;
use crate::inventory::InterfaceKind;
use crate::model::addr::Addr;

use super::assemble::Assembly;
use super::eni::{Census, Role};
use super::flows::{FlowId, Peer};
use super::kinds::Kind;
use super::legs::{NatLeg, Party, Way, nat_leg};
use super::path::{Path, Route};
use super::resolve::{ClientRow, FarEnd};

/// What a row says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading {
    /// N1 or N4 at a NAT unit. `proof` is that this client used it.
    Inside { unit: usize, way: Way, client: u32, peer: Option<u32>, proof: Option<u32> },
    /// N2 or N3 at a NAT unit.
    Outside { unit: usize, way: Way, peer: u32 },
    /// At an interface endpoint.
    AtEndpoint { endpoint: u32, flow: FlowId, way: Way },
    /// At a client, to or from an interface endpoint.
    ToEndpoint { endpoint: u32, flow: FlowId, way: Way },
    /// At a client, with a public peer.
    Public(PublicRow),
    /// At a client, with a private peer.
    Private(PrivateRow),
    /// At something that forwards for others.
    Forwarded,
}

/// A row at a client whose peer is public.
#[derive(Debug, Clone, Copy)]
pub(super) struct PublicRow {
    pub(super) client: u32,
    pub(super) peer: u32,
    pub(super) way: Way,
    pub(super) choice: Choice,
}

/// A row at a client whose peer has a private address.
#[derive(Debug, Clone, Copy)]
pub(super) struct PrivateRow {
    pub(super) client: u32,
    pub(super) peer: u32,
    pub(super) way: Way,
    pub(super) choice: Undecided,
    /// Whether the client opened the conversation.
    pub(super) opened_here: bool,
    /// The other end, where it is another observer that sends and receives for itself.
    pub(super) far_client: Option<usize>,
    /// The other end as a client, where its interface is known and it is another one than this.
    pub(super) opener: Option<u32>,
}

/// Which path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice {
    /// Always this route.
    Made(u32),
    /// It depends on the other rows of the hour.
    Open(Undecided),
}

/// What rows of the hour may say about a path, and what it is where they do not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Undecided {
    /// The observer.
    pub(super) eni: usize,
    /// The conversation, where rows of any hour state its path.
    pub(super) conversation: Option<u32>,
    /// The proof that this client used a NAT unit for this peer, where there is one in any hour.
    pub(super) with_peer: Option<u32>,
    /// The same for a peer that is not told, where no route table names a path.
    pub(super) blind: Option<u32>,
    /// The unit that the route table names.
    pub(super) routed_unit: Option<usize>,
    /// Whether units of other VPCs may have carried it: the route leads out of the client's own VPC, or is not known.
    pub(super) leaves: bool,
    /// The route where nothing else is known.
    pub(super) otherwise: u32,
}

impl Assembly<'_, '_> {
    /// What a row says, remembered by its kind.
    pub(super) fn reading(&mut self, kind: Option<Kind>, key: &Key) -> Reading {
        let place = kind.map(|kind| kind as usize);
        if let Some(Some(reading)) = place.and_then(|place| self.readings.get(place)) {
            return *reading;
        }
        let index = self.eni(key);
        let census = self.resolver.census;
        let reading = match census.enis[index].role {
            Role::Nat(unit) => self.nat_reading(key, unit),
            Role::Endpoint { .. } => self.endpoint_reading(key, index),
            Role::Transit => Reading::Forwarded,
            Role::Client => self.client_reading(key, index),
        };
        if let Some(place) = place {
            if self.readings.len() <= place {
                self.readings.resize(place + 1, None);
            }
            self.readings[place] = Some(reading);
        }
        reading
    }

    fn nat_reading(&mut self, key: &Key, unit: usize) -> Reading {
        let ends = self.resolver.ends(key);
        let leg = nat_leg(ends, key.direction, &self.nats[unit], self.resolver.topology, |class| {
            self.resolver.atlas.class(class).nat64
        });
        match leg {
            NatLeg::Outside { way, peer } => Reading::Outside { unit, way, peer: self.peer_number(peer) },
            NatLeg::Inside { way, client, peer } => {
                let proof = client.address().map(|addr| self.proof_of(addr, peer));
                let client = self.nat_client(unit, client);
                let peer = (peer != Party::Unknown).then(|| self.peer_number(peer));
                Reading::Inside { unit, way, client, peer, proof }
            }
        }
    }

    /// The number of the proof that a client used a NAT unit for a peer; blind where the peer is not known.
    fn proof_of(&mut self, client: Addr, peer: Party) -> u32 {
        let next = u32::try_from(self.proofs.len()).expect("as many as clients and classes, below 2^32");
        *self.proofs.entry((client, peer)).or_insert(next)
    }

    fn endpoint_reading(&mut self, key: &Key, index: usize) -> Reading {
        let census = self.resolver.census;
        let eni = &census.enis[index];
        let Role::Endpoint { vpc_endpoint_id } = &eni.role else { return Reading::Forwarded };
        // The endpoint is the peer of its clients: what goes out of it comes in for them.
        let row = self.resolver.client_row(key, eni);
        let client = self.client_number(eni.vpc.as_deref(), eni.subnet.as_deref(), row.peer);
        let flow = self.endpoint_flow(client, &eni.id, vpc_endpoint_id.as_deref());
        Reading::AtEndpoint { endpoint: self.endpoint_ids.intern(eni.id.clone()), flow, way: row.way.back() }
    }

    fn endpoint_flow(&mut self, client: u32, interface: &str, named: Option<&str>) -> FlowId {
        let endpoint = self.resolver.topology.endpoint_of_interface(interface);
        let via = endpoint.map(|endpoint| endpoint.vpc_endpoint_id.as_str()).or(named).unwrap_or(interface);
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
            route: self.flows.routes.intern(Route::through(Path::InterfaceEndpoint, via)),
            peer: self.flows.peers.intern(peer),
            estimated: false,
        }
    }

    fn client_reading(&mut self, key: &Key, index: usize) -> Reading {
        let census = self.resolver.census;
        let eni = &census.enis[index];
        let row = self.resolver.client_row(key, eni);
        let client = self.eni_number(index);
        if let Some(addr) = row.peer.address() {
            return self.private_reading(key, index, row, client, addr);
        }
        let choice = self.public_choice(key, index, row);
        Reading::Public(PublicRow { client, peer: self.peer_number(row.peer), way: row.way, choice })
    }

    /// The path to a public peer.
    fn public_choice(&mut self, key: &Key, index: usize, row: ClientRow) -> Choice {
        let census = self.resolver.census;
        let eni = &census.enis[index];
        if let Some(route) = self.resolver.stated_route(key, eni, row.peer) {
            return Choice::Made(self.flows.routes.intern(route));
        }
        let routed = self.resolver.routed(index, row.peer);
        let otherwise = || self.resolver.guessed(key, eni, row.peer);
        let otherwise = routed.clone().unwrap_or_else(otherwise);
        if row.opened_by_peer_surely {
            // Nothing can open a conversation through a NAT: without a way in of its own, it came by a load balancer that
            // keeps the sender's address, and the bytes stay inside.
            let toll = matches!(otherwise.path, Path::NatGateway | Path::NatInstance);
            let route = if toll { Route::plain(Path::Local) } else { otherwise };
            return Choice::Made(self.flows.routes.intern(route));
        }
        Choice::Open(self.undecided(index, row, routed.as_ref(), otherwise))
    }

    fn undecided(
        &mut self,
        index: usize,
        row: ClientRow,
        routed: Option<&Route>,
        otherwise: Route,
    ) -> Undecided {
        let vpc = &self.resolver.census.enis[index].vpc;
        let routed_unit = routed.and_then(|route| self.unit_of(route));
        let leaves = routed.is_none_or(|route| matches!(route.path, Path::TransitGateway | Path::Unknown))
            || routed_unit.is_some_and(|unit| self.nats[unit].vpc != *vpc);
        let is_routed = routed.is_some_and(|route| route.path != Path::Unknown);
        let proof = |peer: Party| self.proofs.get(&(row.client.address()?, peer)).copied();
        Undecided {
            eni: index,
            conversation: self.conversations.get(&(index, row.client, row.peer)).copied(),
            with_peer: if row.peer == Party::Unknown { None } else { proof(row.peer) },
            blind: if is_routed { None } else { proof(Party::Unknown) },
            routed_unit,
            leaves,
            otherwise: self.flows.routes.intern(otherwise),
        }
    }

    fn private_reading(
        &mut self,
        key: &Key,
        index: usize,
        row: ClientRow,
        client: u32,
        addr: Addr,
    ) -> Reading {
        let census = self.resolver.census;
        let eni = &census.enis[index];
        let far_end = self.resolver.far_end(index, addr);
        if let Some((id, named)) = endpoint_behind(far_end, census) {
            let flow = self.endpoint_flow(client, id, named);
            let endpoint = self.endpoint_ids.intern(id.to_owned());
            return Reading::ToEndpoint { endpoint, flow, way: row.way };
        }
        let far = far_end.observer;
        let routed = self.resolver.routed(index, row.peer);
        let otherwise = match &routed {
            Some(route) if route.path != Path::NatInstance => route.clone(),
            _ => self.resolver.guessed(key, eni, row.peer),
        };
        let choice = self.undecided(index, row, routed.as_ref(), otherwise);
        let peer = self.peer_number(row.peer);
        // The end that opened the conversation is its client, whichever end is logged. Where ports do not tell, both ends must
        // come to the same answer: by interface, since either may know the other by a secondary address.
        let other = far.map(|far| census.enis[far].id.as_str());
        let other = other.or(far_end.interface.map(|interface| interface.interface_id.as_str()));
        let opened_here = row.opened.unwrap_or_else(|| other.is_none_or(|other| eni.id.as_str() < other));
        let is_elsewhere = !opened_here && far != Some(index);
        let far_client = far.filter(|far| is_elsewhere && census.enis[*far].role == Role::Client);
        let opener = is_elsewhere
            .then(|| self.resolver.client_at(eni.vpc.as_deref(), eni.subnet.as_deref(), addr))
            .filter(|opener| opener.interface_id.is_some())
            .map(|opener| self.flows.clients.intern(opener));
        Reading::Private(PrivateRow { client, peer, way: row.way, choice, opened_here, far_client, opener })
    }
}

/// The interface endpoint behind an address: its interface, and its own id where one is named.
fn endpoint_behind<'a>(far_end: FarEnd<'a>, census: &'a Census) -> Option<(&'a str, Option<&'a str>)> {
    let interface = far_end.interface.filter(|interface| interface.kind == InterfaceKind::VpcEndpoint);
    if let Some(interface) = interface {
        return Some((&interface.interface_id, interface.vpc_endpoint_id.as_deref()));
    }
    let eni = &census.enis[far_end.observer?];
    match &eni.role {
        Role::Endpoint { vpc_endpoint_id } => Some((&eni.id, vpc_endpoint_id.as_deref())),
        _ => None,
    }
}
