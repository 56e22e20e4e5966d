//! From ends of a row to clients, peers and paths, with everything the logs and the inventory tell.

use crate::aggregate::{FastMap, Key, NextHop, Opener, Partial};
use crate::classify::atlas::Atlas;
use crate::inventory::{InterfaceKind, NetworkInterface};
use crate::model::addr::Addr;
use crate::model::flow::FlowDirection;

use super::eni::{Census, Eni, Role};
use super::flows::{Client, Peer};
use super::legs::{Ends, Party, Way};
use super::path::{Path, Route, Router, Site};
use super::topology::Topology;

/// Traffic path code of a gateway endpoint (Nitro).
/// Source: `traffic-path`, "Flow log records", VPC User Guide (AWS).
const PATH_GATEWAY_ENDPOINT: u8 = 7;
/// Traffic path code of an internet gateway (Nitro).
const PATH_INTERNET_GATEWAY: u8 = 8;
/// Traffic path code of another resource in the VPC: with a public peer, something that forwards.
const PATH_SAME_VPC: u8 = 1;

/// A client's own row, oriented.
#[derive(Debug, Clone, Copy)]
pub struct ClientRow {
    /// Direction.
    pub way: Way,
    /// The client's address in the packet (a pod's), else as logged.
    pub client: Party,
    /// The far end.
    pub peer: Party,
    /// Whether the client opened the conversation; `None` where ports do not tell.
    pub opened: Option<bool>,
    /// Whether the far end surely opened it (well-known port here, drawn port there).
    pub opened_by_peer_surely: bool,
}

/// What is behind an address.
#[derive(Debug, Clone, Copy)]
pub struct FarEnd<'a> {
    /// The inventory's interface that holds it.
    pub interface: Option<&'a NetworkInterface>,
    /// The observer that it is, or that uses the address by its own records.
    pub observer: Option<usize>,
}

/// Answers questions about ends.
#[derive(Debug)]
pub struct Resolver<'a> {
    /// The totals.
    pub partial: &'a Partial,
    /// The partition.
    pub atlas: &'a Atlas,
    /// The inventory.
    pub topology: &'a Topology<'a>,
    /// The observers.
    pub census: &'a Census,
    /// Routes.
    pub router: Router<'a>,
    routes: FastMap<(usize, Party), Option<Route>>,
    clients: FastMap<(Option<String>, Option<String>, Addr), Client>,
    far_ends: FastMap<(usize, Addr), FarEnd<'a>>,
}

impl<'a> Resolver<'a> {
    /// A resolver.
    pub fn new(
        partial: &'a Partial,
        atlas: &'a Atlas,
        topology: &'a Topology<'a>,
        census: &'a Census,
    ) -> Self {
        Self {
            partial,
            atlas,
            topology,
            census,
            router: Router { topology, atlas },
            routes: FastMap::default(),
            clients: FastMap::default(),
            far_ends: FastMap::default(),
        }
    }

    /// The four ends of a row.
    pub fn ends(&self, key: &Key) -> Ends {
        let party = |end: crate::aggregate::End| Party::of(end.kind(), &self.partial.addresses);
        Ends {
            src: party(key.src),
            dst: party(key.dst),
            pkt_src: party(key.pkt_src),
            pkt_dst: party(key.pkt_dst),
        }
    }

    /// Orients a row at an interface that sends and receives for itself.
    pub fn client_row(&self, key: &Key, eni: &Eni) -> ClientRow {
        let ends = self.ends(key);
        let own = |party: Party| party.address().is_some_and(|addr| eni.own.contains(&addr));
        let way = match (key.direction, own(ends.src), own(ends.dst)) {
            (FlowDirection::Egress, ..) | (_, true, false) => Way::Out,
            (FlowDirection::Ingress, ..) | (_, false, true) => Way::In,
            // Neither end is known to be the interface's: the kept one is.
            _ => match (ends.src, ends.dst, key.opener) {
                (Party::Address(_), Party::Class(_), _) => Way::Out,
                (Party::Class(_), Party::Address(_), _)
                | (_, _, Opener::Destination | Opener::DestinationSurely) => Way::In,
                _ => Way::Out,
            },
        };
        let (client, peer) = match way {
            Way::Out => (keep(ends.pkt_src, ends.src), ends.pkt_dst.or(ends.dst)),
            Way::In => (keep(ends.pkt_dst, ends.dst), ends.pkt_src.or(ends.src)),
        };
        let opened = match (key.opener, way) {
            (Opener::Unknown, _) => None,
            (Opener::Source | Opener::SourceSurely, Way::Out)
            | (Opener::Destination | Opener::DestinationSurely, Way::In) => Some(true),
            _ => Some(false),
        };
        let opened_by_peer_surely = matches!(
            (key.opener, way),
            (Opener::DestinationSurely, Way::Out) | (Opener::SourceSurely, Way::In)
        );
        ClientRow { way, client, peer, opened, opened_by_peer_surely }
    }

    /// The next hop of a row, where the log has it.
    pub fn next_hop(&self, key: &Key) -> Option<&'a NextHop> {
        (key.next_hop != 0).then(|| &self.partial.next_hops[key.next_hop as usize])
    }

    /// What the row itself says about the path to a public peer: its traffic path or its next hop.
    pub fn stated_route(&self, key: &Key, eni: &Eni, peer: Party) -> Option<Route> {
        let Party::Class(class) = peer else { return None };
        match key.traffic_path {
            PATH_GATEWAY_ENDPOINT => return Some(self.gateway_endpoint_route(eni, class)),
            PATH_INTERNET_GATEWAY => return Some(self.internet_route(eni, peer)),
            _ => {}
        }
        let hop = self.next_hop(key)?;
        let id = String::from_utf8_lossy(&hop.interface_id).into_owned();
        if matches!(
            &*hop.interface_type,
            b"network_load_balancer" | b"load_balancer" | b"gateway_load_balancer"
        ) {
            return Some(Route::plain(Path::Local));
        }
        let named = |path: Path, name: &str| Route { path, via: (!name.is_empty()).then(|| name.to_owned()) };
        match &*hop.interface_type {
            b"nat_gateway" | b"natGateway" | b"regional_nat_gateway" => {
                let name = self.nat_behind(&id);
                match name {
                    Some(name) => Some(named(Path::NatGateway, name)),
                    // The gateway has no interface of its own: the route table names it.
                    None if id.is_empty() => None,
                    None => Some(named(Path::NatGateway, &id)),
                }
            }
            _ => None,
        }
    }

    /// The NAT unit that a next hop's interface id (or a gateway's own id) stands for: the observer it is, the inventory's
    /// gateway with that interface, or the gateway that the interface's description names.
    fn nat_behind(&self, id: &str) -> Option<&'a str> {
        let census = self.census;
        if let Some(Role::Nat(unit)) = census.by_id(id).map(|eni| &census.enis[eni].role) {
            return Some(&census.nats[*unit].id);
        }
        let inventory = self.topology.inventory;
        let unit = census.nats.iter().find(|nat| {
            let addresses = nat.inventory.map(|index| &inventory.nat_gateways[index].addresses);
            let mut interfaces =
                addresses.into_iter().flatten().map(|address| address.interface_id.as_deref());
            nat.id == id || interfaces.any(|interface| interface == Some(id))
        });
        let described =
            || self.topology.interface(id).and_then(|interface| interface.nat_gateway_id.as_deref());
        unit.map(|nat| nat.id.as_str()).or_else(described)
    }

    /// The gateway endpoint that serves a class from an interface; its id where the inventory tells.
    fn gateway_endpoint_route(&self, eni: &Eni, class: u32) -> Route {
        let class = self.atlas.class(class);
        let site = site(eni);
        let routed = site.and_then(|site| self.router.class_route(site, class));
        if let Some(route) = routed.filter(|route| route.path == Path::GatewayEndpoint) {
            return route;
        }
        let endpoint = eni
            .vpc
            .as_deref()
            .and_then(|vpc| self.topology.gateway_endpoints(vpc, &class.service).next())
            .map(|endpoint| endpoint.vpc_endpoint_id.clone());
        Route { path: Path::GatewayEndpoint, via: endpoint }
    }

    /// An internet gateway, or for IPv6 what the route table says.
    fn internet_route(&self, eni: &Eni, peer: Party) -> Route {
        let routed = site(eni).and_then(|site| self.route_of(site, peer));
        routed
            .filter(|route| matches!(route.path, Path::InternetGateway | Path::EgressOnlyInternetGateway))
            .unwrap_or(Route::plain(Path::InternetGateway))
    }

    fn route_of(&self, site: Site<'_>, peer: Party) -> Option<Route> {
        match peer {
            Party::Class(class) => self.router.class_route(site, self.atlas.class(class)),
            Party::Address(addr) => self.router.address_route(site, addr),
            Party::Unknown => None,
        }
    }

    /// The path by route tables from an interface, remembered.
    pub fn routed(&mut self, eni_index: usize, peer: Party) -> Option<Route> {
        if let Some(route) = self.routes.get(&(eni_index, peer)) {
            return route.clone();
        }
        let eni = &self.census.enis[eni_index];
        let route = site(eni).and_then(|site| self.route_of(site, peer));
        self.routes.insert((eni_index, peer), route.clone());
        route
    }

    /// The path where neither the row, nor NAT rows, nor a route table tells.
    pub fn guessed(&self, key: &Key, eni: &Eni, peer: Party) -> Route {
        if let Party::Class(_) = peer {
            if key.traffic_path == PATH_SAME_VPC {
                let mut here = self.census.nats.iter().filter(|nat| nat.vpc == eni.vpc && nat.vpc.is_some());
                if let (Some(nat), None) = (here.next(), here.next()) {
                    return Route::through(Path::NatGateway, &nat.id);
                }
            }
            if eni.has_public_address {
                return Route::plain(Path::InternetGateway);
            }
            return Route::plain(Path::Unknown);
        }
        let far = peer.address().and_then(|addr| self.census.observer_at(eni.vpc.as_deref(), addr));
        match (key.traffic_path, far) {
            (3, _) => Route::plain(Path::Vpn),
            (4 | 5, _) => Route::plain(Path::Peering),
            (PATH_SAME_VPC, _) => Route::plain(Path::Local),
            (_, Some(far)) if eni.vpc.is_some() && self.census.enis[far].vpc == eni.vpc => {
                Route::plain(Path::Local)
            }
            _ => Route::plain(Path::Unknown),
        }
    }

    /// The client behind an address as seen from a place: the interface that holds it in the VPC where it is, else that
    /// VPC's subnet, else an observer that uses the address.
    pub fn client_at(&mut self, vpc: Option<&str>, subnet: Option<&str>, addr: Addr) -> Client {
        let key = (vpc.map(str::to_owned), subnet.map(str::to_owned), addr);
        if let Some(client) = self.clients.get(&key) {
            return client.clone();
        }
        let client = self.find_client(vpc, subnet, addr);
        self.clients.insert(key, client.clone());
        client
    }

    fn find_client(&self, vpc: Option<&str>, subnet: Option<&str>, addr: Addr) -> Client {
        let home = self.topology.home_of(vpc, subnet, addr);
        if let Some(interface) = home.and_then(|home| self.topology.interface_at(home, addr)) {
            return self.client_of_interface(interface);
        }
        if let Some(observer) = self.observer_using(home, vpc, addr) {
            return client_of_eni(&self.census.enis[observer]);
        }
        if let Some(home) = home {
            return self.client_in_vpc(home, addr);
        }
        // An address without a home: of the VPC that saw it only if that VPC's blocks are not known at all.
        let known =
            vpc.is_some_and(|vpc| self.topology.inventory.vpcs.iter().any(|known| known.vpc_id == vpc));
        Client { vpc_id: vpc.filter(|_| !known).map(str::to_owned), ..Client::default() }
    }

    /// The observer that uses an address by its own records: in the VPC where the address is, or, where no VPC is known to
    /// have it, in the VPC that saw it, else the only one anywhere.
    fn observer_using(&self, home: Option<&str>, vpc: Option<&str>, addr: Addr) -> Option<usize> {
        if home.is_some() {
            return self.census.observer_at(home, addr);
        }
        if !self.topology.other_vpcs_holding(None, addr).is_empty() {
            return None;
        }
        self.census.observer_at(vpc, addr).or_else(|| self.census.observer_at(None, addr))
    }

    fn client_in_vpc(&self, vpc: &str, addr: Addr) -> Client {
        let subnet = self.topology.subnet_at(vpc, addr);
        Client {
            interface_id: None,
            vpc_id: Some(vpc.to_owned()),
            subnet_id: subnet.map(|subnet| subnet.subnet_id.clone()),
            zone_id: subnet
                .and_then(|subnet| self.topology.zone_of_subnet(&subnet.subnet_id))
                .map(str::to_owned),
            region: self.topology.region_of_vpc(vpc).map(str::to_owned),
        }
    }

    fn client_of_interface(&self, interface: &'a NetworkInterface) -> Client {
        // What is behind a transit gateway attachment's address is not that attachment.
        if interface.kind == InterfaceKind::TransitGateway {
            return Client { vpc_id: interface.vpc_id.clone(), ..Client::default() };
        }
        if let Some(eni) = self.census.by_id(&interface.interface_id) {
            return client_of_eni(&self.census.enis[eni]);
        }
        Client {
            interface_id: Some(interface.interface_id.clone()),
            vpc_id: interface.vpc_id.clone(),
            subnet_id: interface.subnet_id.clone(),
            zone_id: self.topology.zone_of_interface(interface).map(str::to_owned),
            region: interface
                .vpc_id
                .as_deref()
                .and_then(|vpc| self.topology.region_of_vpc(vpc))
                .map(str::to_owned),
        }
    }

    /// What is behind an address as seen from an observer, remembered.
    pub fn far_end(&mut self, from: usize, addr: Addr) -> FarEnd<'a> {
        if let Some(found) = self.far_ends.get(&(from, addr)) {
            return *found;
        }
        let eni = &self.census.enis[from];
        let home = self.topology.home_of(eni.vpc.as_deref(), eni.subnet.as_deref(), addr);
        let interface = home.and_then(|home| self.topology.interface_at(home, addr));
        let observer = interface
            .and_then(|interface| self.census.by_id(&interface.interface_id))
            .or_else(|| self.observer_using(home, eni.vpc.as_deref(), addr));
        let found = FarEnd { interface, observer };
        self.far_ends.insert((from, addr), found);
        found
    }

    /// The peer of a party.
    pub fn peer(&self, party: Party) -> Peer {
        match party {
            Party::Unknown => Peer::unknown(),
            Party::Address(_) => Peer::internal(),
            Party::Class(class) => {
                let class = self.atlas.class(class);
                Peer {
                    service: class.service.clone(),
                    service_region: class.region.clone(),
                    in_prefix_list: class.in_prefix_list,
                }
            }
        }
    }
}

/// The client that an observer is.
pub fn client_of_eni(eni: &Eni) -> Client {
    Client {
        interface_id: Some(eni.id.clone()),
        vpc_id: eni.vpc.clone(),
        subnet_id: eni.subnet.clone(),
        zone_id: eni.zone.clone(),
        region: eni.region.clone(),
    }
}

/// Where an observer is, if its VPC is known.
pub fn site(eni: &Eni) -> Option<Site<'_>> {
    eni.vpc.as_deref().map(|vpc| Site { vpc, subnet: eni.subnet.as_deref(), zone: eni.zone.as_deref() })
}

/// The packet's own-side address where it is a kept one (a pod's), else the logged one.
fn keep(packet: Party, logged: Party) -> Party {
    if packet.address().is_some() { packet } else { logged }
}
