//! From a workload to one conversation, and from a conversation to the rows its packets leave behind.
//!
//! One rule makes every row: at an interface, an egress row shows the interface's own primary address as
//! source and the packet's destination; an ingress row shows the packet's source and the interface's own
//! primary address; `pkt-*` show the packet. The six legs of NAT, the transit gateway rows and the pod
//! addresses of EKS all follow from it.
//!
//! Where AWS documents nothing, this is assumed:
//! - a regional NAT gateway has no address to show, so its rows carry the packet's addresses; it logs both
//!   inside legs (client and host) and both outside legs (its public address of the zone and host);
//! - a NAT ENI has no IPv6 address, so the inside legs of NAT64 carry `64:ff9b::` addresses on both sides and
//!   the outside legs plain IPv4, with equal byte counts;
//! - an egress-only internet gateway shows as traffic path 8, a transit gateway as 1.

use std::net::IpAddr;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::address::nat64;
use super::record::{Action, Direction, Leg, Record, Status};
use super::workload::{Peer, Source, Way};
use super::world::{InterfaceIndex, World};

/// The window a row may span: AWS aggregates at most 60 s on Nitro.
pub(crate) const WINDOW_S: i64 = 60;

/// One conversation in progress.
#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) workload: usize,
    pub(crate) start: i64,
    /// First second after the conversation.
    pub(crate) end: i64,
    pub(crate) request: Volume,
    pub(crate) response: Volume,
    /// One row per observer and direction, without counts.
    pub(crate) rows: Vec<Row>,
    /// The next slice to write.
    pub(crate) next_slice: i64,
}

/// Bytes and packets of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Volume {
    pub(crate) bytes: u64,
    pub(crate) packets: u64,
}

impl Volume {
    fn new(bytes: u64, slices: i64) -> Self {
        let slices = slices.unsigned_abs();
        // No slice may go below one bare packet of 40 bytes.
        let bytes = bytes.max(40 * slices);
        let packets = (bytes / 1420 + 1).max(slices).min(bytes / 40);
        Self { bytes, packets }
    }

    /// The share of slice `number` of `count`; the shares add up to the whole.
    fn slice(self, number: i64, count: i64) -> Self {
        let cut = |total: u64, at: i64| {
            let wide = u128::from(total) * u128::from(at.unsigned_abs()) / u128::from(count.unsigned_abs());
            u64::try_from(wide).unwrap_or(total)
        };
        let share = |total: u64| cut(total, number + 1) - cut(total, number);
        Self { bytes: share(self.bytes), packets: share(self.packets) }
    }
}

/// A record to be, and whether it counts the request's bytes or the response's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) record: Record,
    pub(crate) is_request: bool,
}

impl Conversation {
    /// Draws a conversation of the workload that starts at `start` and ends before `limit`.
    pub(crate) fn draw(world: &World, number: usize, start: i64, limit: i64, rng: &mut ChaCha8Rng) -> Self {
        let workload = &world.workloads[number];
        let seconds = rng.random_range(workload.seconds.0..=workload.seconds.1);
        let end = (start + seconds.max(1)).min(limit);
        let slices = slice_count(start, end);
        let is_silent = workload.truth.is_none();
        let request = Volume::new(log_uniform(workload.bytes_out, rng), slices);
        let response =
            if is_silent { request } else { Volume::new(log_uniform(workload.bytes_in, rng), slices) };
        let rows = Shape::new(world, number, rng).build();
        Self { workload: number, start, end, request, response, rows, next_slice: 0 }
    }

    pub(crate) fn slices(&self) -> i64 {
        slice_count(self.start, self.end)
    }

    /// First and last second of slice `number`.
    pub(crate) fn span(&self, number: i64) -> (i64, i64) {
        let window = self.start.div_euclid(WINDOW_S) + number;
        (self.start.max(window * WINDOW_S), self.end.min((window + 1) * WINDOW_S) - 1)
    }

    /// Request and response counts of slice `number`.
    pub(crate) fn volumes(&self, number: i64) -> (Volume, Volume) {
        let count = self.slices();
        (self.request.slice(number, count), self.response.slice(number, count))
    }

    /// The records of slice `number`.
    pub(crate) fn records(&self, number: i64) -> impl Iterator<Item = Record> + '_ {
        let (start, end) = self.span(number);
        let (request, response) = self.volumes(number);
        let (is_first, is_last) = (number == 0, number + 1 == self.slices());
        self.rows.iter().map(move |row| {
            let volume = if row.is_request { request } else { response };
            let mut record = row.record;
            record.start = start;
            record.end = end;
            record.bytes = volume.bytes;
            record.packets = volume.packets;
            record.tcp_flags = tcp_flags(&record, row.is_request, is_first, is_last);
            record
        })
    }
}

/// FIN 1, SYN 2, SYN-ACK 18, OR-ed over the window.
fn tcp_flags(record: &Record, is_request: bool, is_first: bool, is_last: bool) -> u8 {
    if record.protocol != 6 {
        return 0;
    }
    let opening = match (is_first, is_request) {
        (true, true) => 2,
        (true, false) => 18,
        (false, _) => 0,
    };
    let is_answered = record.action == Action::Accept && record.leg != Leg::Scan;
    opening | u8::from(is_last && is_answered)
}

fn slice_count(start: i64, end: i64) -> i64 {
    (end - 1).div_euclid(WINDOW_S) - start.div_euclid(WINDOW_S) + 1
}

/// Steps of the draw: sizes come in 2^16 grades between the bounds.
const GRADES_BITS: u32 = 16;

/// A byte count whose logarithm is evenly spread between the bounds.
///
/// Only square roots and products are used, which every platform rounds alike; `exp` and `ln` would let the
/// same seed differ between C libraries.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "drawing a plausible size; the drawn integer is the truth"
)]
fn log_uniform(bounds: (u64, u64), rng: &mut ChaCha8Rng) -> u64 {
    let drawn: u32 = rng.random();
    let mut ratio = bounds.1 as f64 / bounds.0 as f64;
    let mut size = bounds.0 as f64;
    for bit in 0..GRADES_BITS {
        ratio = ratio.sqrt();
        if drawn >> bit & 1 == 1 {
            size *= ratio;
        }
    }
    (size as u64).clamp(bounds.0, bounds.1)
}

/// Builds the rows of one conversation.
struct Shape<'a> {
    world: &'a World,
    number: usize,
    client_address: IpAddr,
    peer_address: IpAddr,
    client_port: u16,
    nat_port: u16,
    spare: u32,
    service: &'static str,
    rows: Vec<Row>,
}

impl<'a> Shape<'a> {
    fn new(world: &'a World, number: usize, rng: &mut ChaCha8Rng) -> Self {
        let workload = &world.workloads[number];
        let client = &world.interfaces[workload.client];
        let spare: u32 = rng.random();
        let pick =
            |pool: &super::peers::Pool| pool.blocks[spare as usize % pool.blocks.len()].host(spare >> 8);
        let primary = client.primary.map(IpAddr::V4);
        let client_address = match workload.source {
            Source::Pod(pod) => client.secondaries.get(pod).copied().map(IpAddr::V4).or(primary),
            Source::V6 => client.v6.map(IpAddr::V6),
            Source::Primary => primary.or(client.public.map(IpAddr::V4)),
        };
        let (peer_address, service) = match &workload.peer {
            Peer::Public(pool) => (pick(pool), pool.aws_service),
            Peer::Nat64(pool) => (nat64(pick(pool)), "-"),
            Peer::Interface(peer) => {
                let peer = &world.interfaces[*peer];
                (IpAddr::V4(peer.primary.expect("a peer interface has an address")), "-")
            }
            Peer::OnPremises(host) => (*host, "-"),
        };
        Self {
            world,
            number,
            client_address: client_address.expect("the blueprint gives the client that address"),
            peer_address,
            client_port: rng.random_range(32768..61000),
            nat_port: rng.random_range(1024..65535),
            spare,
            service,
            rows: Vec::with_capacity(10),
        }
    }

    fn build(mut self) -> Vec<Row> {
        let world = self.world;
        let workload = &world.workloads[self.number];
        let client = workload.client;
        match &workload.way {
            Way::Nat { eni, inside, outside } => {
                let first_hop = inside.map_or(*eni, |transit| transit.spoke);
                self.client_rows(client, 1, Some(first_hop));
                if let Some(transit) = inside {
                    self.transit_rows(transit.spoke, transit.spoke, Some(client), true);
                    self.transit_rows(transit.hub_request, transit.hub_response, Some(*eni), false);
                }
                self.nat_rows(*eni, inside.map_or(client, |transit| transit.hub_request), *outside);
            }
            Way::RegionalNat { stand_in } => {
                self.client_rows(client, 1, Some(*stand_in));
                self.regional_rows(*stand_in, client);
            }
            Way::GatewayEndpoint => self.client_rows(client, 7, None),
            Way::Internet => self.client_rows(client, 8, None),
            Way::Local | Way::Peering => {
                let path = if matches!(workload.way, Way::Local) { 1 } else { 4 };
                if let Peer::Interface(peer) = workload.peer {
                    self.client_rows(client, path, Some(peer));
                    self.packet(peer, Leg::PeerIn, None, Some(client));
                    self.packet(peer, Leg::PeerOut, Some(path), Some(client));
                }
            }
            Way::TransitGateway { eni } => {
                self.client_rows(client, 1, Some(*eni));
                self.transit_rows(*eni, *eni, Some(client), true);
            }
            Way::Scan => {
                let observer = &world.interfaces[client];
                let own = observer.primary.or(observer.public).map_or(self.client_address, IpAddr::V4);
                let (scanner, ports) = (self.peer_address, (self.nat_port, workload.port));
                self.row(client, Leg::Scan, (scanner, own), ports, None, None);
            }
            Way::Rejected { is_ingress: true } => {
                let (scanner, own) = (self.peer_address, self.client_address);
                self.row(client, Leg::Refused, (scanner, own), (self.client_port, workload.port), None, None);
                self.refuse(Direction::Ingress);
            }
            Way::Rejected { is_ingress: false } => {
                let (host, own) = (self.peer_address, self.client_address);
                self.row(client, Leg::Refused, (own, host), (self.client_port, workload.port), Some(1), None);
                self.refuse(Direction::Egress);
            }
        }
        self.rows
    }

    fn client_rows(&mut self, client: InterfaceIndex, path: u8, next_hop: Option<InterfaceIndex>) {
        self.packet(client, Leg::S1, Some(path), next_hop);
        self.packet(client, Leg::S2, None, next_hop);
    }

    /// The request at one transit gateway ENI and the response at another. On the near side the request
    /// comes in from the client; on the far side it goes out to the next thing.
    fn transit_rows(
        &mut self,
        request: InterfaceIndex,
        response: InterfaceIndex,
        neighbour: Option<InterfaceIndex>,
        is_near: bool,
    ) {
        let path = |egress: bool| egress.then_some(1);
        self.directed(request, Leg::TransitRequest, !is_near, path(!is_near), neighbour);
        self.directed(response, Leg::TransitResponse, is_near, path(is_near), neighbour);
    }

    /// N1 to N4. `near` is the neighbour on the client's side, `outside` a transit gateway ENI on the other.
    fn nat_rows(&mut self, eni: InterfaceIndex, near: InterfaceIndex, outside: Option<InterfaceIndex>) {
        let nat = &self.world.interfaces[eni];
        let own: Vec<_> = nat.primary.into_iter().chain(nat.secondaries.iter().copied()).collect();
        let used = IpAddr::V4(own[(self.spare >> 4) as usize % own.len()]);
        self.packet(eni, Leg::N1, None, Some(near));
        let host = self.outside_host();
        self.outside(eni, used, host, outside);
        self.packet(eni, Leg::N4, Some(1), Some(near));
        if let Some(transit) = outside {
            let ports = (self.nat_port, self.world.workloads[self.number].port);
            self.row(transit, Leg::TransitRequest, (used, host), ports, None, Some(eni));
            self.set_last(Direction::Ingress, true);
            self.row(transit, Leg::TransitResponse, (host, used), (ports.1, ports.0), Some(1), Some(eni));
            self.set_last(Direction::Egress, false);
        }
    }

    fn regional_rows(&mut self, stand_in: InterfaceIndex, client: InterfaceIndex) {
        let public = self.world.interfaces[stand_in].public.map_or(self.client_address, IpAddr::V4);
        self.packet(stand_in, Leg::N1, None, Some(client));
        let host = self.outside_host();
        self.outside(stand_in, public, host, None);
        self.packet(stand_in, Leg::N4, Some(1), Some(client));
    }

    fn outside(&mut self, eni: InterfaceIndex, own: IpAddr, host: IpAddr, hop: Option<InterfaceIndex>) {
        let ports = (self.nat_port, self.world.workloads[self.number].port);
        let path = if hop.is_some() { 1 } else { 8 };
        self.row(eni, Leg::N2, (own, host), ports, Some(path), hop);
        self.row(eni, Leg::N3, (host, own), (ports.1, ports.0), None, hop);
    }

    /// The peer as plain IPv4 where the client wrote a NAT64 address; its service is known there.
    fn outside_host(&mut self) -> IpAddr {
        if let (Peer::Nat64(pool), IpAddr::V6(v6)) =
            (&self.world.workloads[self.number].peer, self.peer_address)
        {
            let [.., a, b, c, d] = v6.octets();
            self.service = pool.aws_service;
            return IpAddr::from([a, b, c, d]);
        }
        self.peer_address
    }

    /// A row of the packet between client and peer as they see each other, in the leg's own direction.
    fn packet(&mut self, observer: InterfaceIndex, leg: Leg, path: Option<u8>, hop: Option<InterfaceIndex>) {
        self.directed(observer, leg, matches!(leg, Leg::S1 | Leg::PeerOut | Leg::N4), path, hop);
    }

    fn directed(
        &mut self,
        observer: InterfaceIndex,
        leg: Leg,
        is_egress: bool,
        path: Option<u8>,
        hop: Option<InterfaceIndex>,
    ) {
        let port = self.world.workloads[self.number].port;
        let is_request = matches!(leg, Leg::S1 | Leg::N1 | Leg::PeerIn | Leg::TransitRequest);
        let (packet, ports) = if is_request {
            ((self.client_address, self.peer_address), (self.client_port, port))
        } else {
            ((self.peer_address, self.client_address), (port, self.client_port))
        };
        self.row(observer, leg, packet, ports, path, hop);
        self.set_last(if is_egress { Direction::Egress } else { Direction::Ingress }, is_request);
    }

    /// Adds a row; direction and request follow from the leg and may be corrected by [`Self::set_last`].
    fn row(
        &mut self,
        observer: InterfaceIndex,
        leg: Leg,
        packet: (IpAddr, IpAddr),
        ports: (u16, u16),
        traffic_path: Option<u8>,
        next_hop: Option<InterfaceIndex>,
    ) {
        // A `64:ff9b::` address is in no AWS range; the IPv4 address inside it may be.
        let known = self.decoded().unwrap_or(self.peer_address);
        let service = |address: IpAddr| if address == known { self.service } else { "-" };
        let is_client_public =
            |address: IpAddr| self.world.interfaces[observer].public.map(IpAddr::V4) == Some(address);
        let name = |address| if is_client_public(address) { "EC2" } else { service(address) };
        let record = Record {
            observer,
            leg,
            direction: Direction::Ingress,
            source: packet.0,
            destination: packet.1,
            packet_source: packet.0,
            packet_destination: packet.1,
            source_port: ports.0,
            destination_port: ports.1,
            protocol: self.world.workloads[self.number].protocol,
            packets: 0,
            bytes: 0,
            start: 0,
            end: 0,
            action: Action::Accept,
            status: Status::Ok,
            tcp_flags: 0,
            traffic_path,
            source_service: name(packet.0),
            destination_service: name(packet.1),
            next_hop,
        };
        self.rows.push(Row { record, is_request: true });
        let is_egress = leg == Leg::N2;
        self.set_last(
            if is_egress { Direction::Egress } else { Direction::Ingress },
            matches!(leg, Leg::N2 | Leg::Scan | Leg::Refused),
        );
    }

    fn decoded(&self) -> Option<IpAddr> {
        match (&self.world.workloads[self.number].peer, self.peer_address) {
            (Peer::Nat64(_), IpAddr::V6(v6)) => {
                let [.., a, b, c, d] = v6.octets();
                Some(IpAddr::from([a, b, c, d]))
            }
            _ => None,
        }
    }

    /// Fixes the last row's direction, and with it which of its addresses is the observer's own.
    fn set_last(&mut self, direction: Direction, is_request: bool) {
        if let Some(row) = self.rows.last_mut() {
            let record = &mut row.record;
            let observer = &self.world.interfaces[record.observer];
            record.direction = direction;
            record.source = record.packet_source;
            record.destination = record.packet_destination;
            match direction {
                Direction::Egress => record.source = observer.shown(record.packet_source),
                Direction::Ingress => record.destination = observer.shown(record.packet_destination),
            }
            row.is_request = is_request;
        }
    }

    fn refuse(&mut self, direction: Direction) {
        self.set_last(direction, true);
        if let Some(row) = self.rows.last_mut() {
            row.record.action = Action::Reject;
        }
    }
}
