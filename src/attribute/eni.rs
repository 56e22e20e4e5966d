//! Who the observers are: one entry per interface (or regional NAT gateway), with its role and own addresses.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use crate::aggregate::{FastMap, Hours, ObserverFacts, Partial, learn};
use crate::inventory::{InterfaceKind, NatGateway, RouteTarget};
use crate::model::addr::Addr;

use super::kinds::Kinds;
use super::shape::{Shape, Shapes};
use super::topology::Topology;

/// What an observer's rows are read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// A NAT gateway's (or NAT instance's) rows; index into the list of NAT units.
    Nat(usize),
    /// An interface endpoint's.
    Endpoint {
        /// `vpce-...` where known.
        vpc_endpoint_id: Option<String>,
    },
    /// Something that forwards for others: transit gateway attachment, inspection endpoint, load balancer that
    /// keeps client addresses.
    Transit,
    /// Anything that sends and receives for itself.
    Client,
}

/// What a NAT unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NatKind {
    /// A NAT gateway in one zone.
    Zonal,
    /// A NAT gateway of the Region, without an interface.
    Regional,
    /// An instance: no NAT charge.
    Instance,
}

/// Something that translates addresses.
#[derive(Debug, Clone)]
pub struct NatUnit {
    /// `nat-...`; the interface id where nothing names the gateway.
    pub id: String,
    /// What it is.
    pub kind: NatKind,
    /// Private NAT gateway.
    pub private: bool,
    /// Private addresses known to be its own.
    pub own: BTreeSet<Addr>,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Its subnet.
    pub subnet: Option<String>,
    /// Zone id or name.
    pub zone: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Index in the inventory's list.
    pub inventory: Option<usize>,
}

/// One observer.
#[derive(Debug, Clone)]
pub struct Eni {
    /// `eni-...`, or `nat-...` for a regional NAT gateway.
    pub id: String,
    /// Role.
    pub role: Role,
    /// Own addresses: from the inventory, else learned from its rows.
    pub own: BTreeSet<Addr>,
    /// VPC.
    pub vpc: Option<String>,
    /// Subnet.
    pub subnet: Option<String>,
    /// Zone id or name.
    pub zone: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Whether it has a public address of its own.
    pub has_public_address: bool,
}

/// All observers and NAT units.
#[derive(Debug)]
pub struct Census {
    /// Observers, in order of id.
    pub enis: Vec<Eni>,
    /// For each observer of the partial, the index into `enis`.
    pub eni_of_observer: Vec<usize>,
    /// NAT gateways of the inventory first, then those only the logs show.
    pub nats: Vec<NatUnit>,
    by_address: FastMap<Addr, Vec<usize>>,
}

impl Census {
    /// Takes stock. `hours` hold the rows that count (one flow log per interface and hour), whose kinds are put into `kinds`.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn take(
        partial: &Partial,
        hours: &Hours,
        topology: &Topology<'_>,
        kinds: &mut Kinds,
    ) -> io::Result<Self> {
        let mut facts: BTreeMap<String, ObserverFacts> = BTreeMap::new();
        for observer in &partial.observers {
            let known = facts.entry(text(&observer.id)).or_default();
            let mut other = observer.facts.clone();
            for (fact, value) in known.fields_mut().into_iter().zip(other.fields_mut()) {
                learn(fact, value.as_deref().unwrap_or_default());
            }
        }
        let index: HashMap<&str, usize> = facts.keys().enumerate().map(|(i, id)| (id.as_str(), i)).collect();
        let eni_of_observer: Vec<usize> =
            partial.observers.iter().map(|observer| index[text(&observer.id).as_str()]).collect();
        let logged = logged_places(partial, &eni_of_observer, facts.len(), topology);
        let shapes = Shapes::collect(partial, hours, &eni_of_observer, facts.len(), kinds)?;
        let mut census = Self {
            enis: Vec::with_capacity(facts.len()),
            eni_of_observer,
            nats: known_nats(topology),
            by_address: FastMap::default(),
        };
        for (place, (id, facts)) in facts.iter().enumerate() {
            let mut eni = describe(id, facts, &logged[place], topology);
            // A regional NAT gateway's rows show others' addresses only.
            if eni.own.is_empty() && !is_nat_gateway_id(id) {
                eni.own.extend(shapes.by_eni[place].own_address());
                settle(&mut eni, facts, topology);
            }
            eni.role = census.role(&eni, facts, &shapes.by_eni[place], topology);
            census.enis.push(eni);
        }
        census.name_by_route();
        for (index, eni) in census.enis.iter().enumerate() {
            for addr in &eni.own {
                census.by_address.entry(*addr).or_default().push(index);
            }
        }
        Ok(census)
    }

    /// The observer of an id.
    pub fn by_id(&self, id: &str) -> Option<usize> {
        self.enis.binary_search_by(|eni| eni.id.as_str().cmp(id)).ok()
    }

    /// The observer that holds `addr` in `vpc` by its own records; where the VPC is not known, the only one that does.
    pub fn observer_at(&self, vpc: Option<&str>, addr: Addr) -> Option<usize> {
        let found = self.by_address.get(&addr)?;
        let here = |index: &&usize| match (vpc, self.enis[**index].vpc.as_deref()) {
            (Some(vpc), Some(own)) => vpc == own,
            _ => true,
        };
        let mut matching = found.iter().filter(here);
        match (matching.next(), matching.next()) {
            (Some(index), None) => Some(*index),
            _ => None,
        }
    }

    fn role(&mut self, eni: &Eni, facts: &ObserverFacts, shape: &Shape, topology: &Topology<'_>) -> Role {
        let logged_type = facts.interface_type.as_deref().map(text).unwrap_or_default();
        let inventory = topology.interface(&eni.id);
        if let Some(index) = self.nat_of_interface(&eni.id, topology) {
            return Role::Nat(index);
        }
        if is_nat_gateway_id(&eni.id) || matches!(logged_type.as_str(), "regional_nat_gateway") {
            return Role::Nat(self.add_nat(eni, NatKind::Regional, shape));
        }
        if matches!(logged_type.as_str(), "nat_gateway" | "natGateway") {
            return Role::Nat(self.add_nat(eni, NatKind::Zonal, shape));
        }
        if let Some(endpoint) = topology.endpoint_of_interface(&eni.id) {
            use crate::inventory::VpcEndpointType::{Gateway, GatewayLoadBalancer};
            return match endpoint.endpoint_type {
                Gateway | GatewayLoadBalancer => Role::Transit,
                _ => Role::Endpoint { vpc_endpoint_id: Some(endpoint.vpc_endpoint_id.clone()) },
            };
        }
        match inventory.map(|interface| interface.kind) {
            Some(InterfaceKind::VpcEndpoint) => {
                let id = inventory.and_then(|interface| interface.vpc_endpoint_id.clone());
                return Role::Endpoint { vpc_endpoint_id: id };
            }
            Some(InterfaceKind::TransitGateway | InterfaceKind::GatewayLoadBalancerEndpoint) => {
                return Role::Transit;
            }
            Some(InterfaceKind::NatGateway) => return Role::Nat(self.add_nat(eni, NatKind::Zonal, shape)),
            _ => {}
        }
        match logged_type.as_str() {
            "vpc_endpoint" | "vpcEndpoint" => return Role::Endpoint { vpc_endpoint_id: None },
            "transit_gateway" | "transitGateway" | "gateway_load_balancer_endpoint" => return Role::Transit,
            _ => {}
        }
        let forwards = inventory.is_some_and(|interface| interface.source_dest_check == Some(false));
        if forwards && (topology.is_route_target(&eni.id) || shape.translates()) {
            return Role::Nat(self.add_nat(eni, NatKind::Instance, shape));
        }
        if topology.is_route_target(&eni.id) && shape.translates() {
            return Role::Nat(self.add_nat(eni, NatKind::Instance, shape));
        }
        if inventory.is_none() && shape.translates() {
            let kind = if facts.instance_id.is_some() { NatKind::Instance } else { NatKind::Zonal };
            return Role::Nat(self.add_nat(eni, kind, shape));
        }
        Role::Client
    }

    /// A NAT gateway that a route names and the inventory lacks, and an interface that its rows show to be a NAT's: where a
    /// VPC has exactly one of each, they are the same gateway.
    fn name_by_route(&mut self) {
        let only = |found: Vec<usize>| if let [one] = found[..] { Some(one) } else { None };
        let vpcs: BTreeSet<String> = self.nats.iter().filter_map(|nat| nat.vpc.clone()).collect();
        for vpc in vpcs {
            let of = |named: bool| {
                let fits = |nat: &NatUnit| {
                    nat.kind == NatKind::Zonal
                        && nat.inventory.is_none()
                        && nat.vpc.as_ref() == Some(&vpc)
                        && is_nat_gateway_id(&nat.id) == named
                };
                only((0..self.nats.len()).filter(|index| fits(&self.nats[*index])).collect())
            };
            if let (Some(named), Some(seen)) = (of(true), of(false)) {
                // The unnamed unit takes the name; units are referred to by number, so the named one's place is left empty.
                let name = std::mem::take(&mut self.nats[named].id);
                self.nats[seen].id = name;
                self.nats[named].vpc = None;
            }
        }
    }

    fn nat_of_interface(&self, id: &str, topology: &Topology<'_>) -> Option<usize> {
        let by_id = |nat: &str| self.nats.iter().position(|unit| unit.id == nat);
        if let Some(index) = by_id(id) {
            return Some(index);
        }
        let listed = topology
            .inventory
            .nat_gateways
            .iter()
            .find(|nat| nat.addresses.iter().any(|address| address.interface_id.as_deref() == Some(id)));
        let named = topology.interface(id).and_then(|interface| interface.nat_gateway_id.as_deref());
        listed.map(|nat| nat.nat_gateway_id.as_str()).or(named).and_then(by_id)
    }

    fn add_nat(&mut self, eni: &Eni, kind: NatKind, shape: &Shape) -> usize {
        let mut own = eni.own.clone();
        if kind != NatKind::Regional {
            own.extend(shape.translated.keys());
            own.extend(shape.stand_ins.difference(&shape.clients));
        }
        self.nats.push(NatUnit {
            id: eni.id.clone(),
            kind,
            private: false,
            own,
            vpc: eni.vpc.clone(),
            subnet: eni.subnet.clone(),
            zone: eni.zone.clone(),
            region: eni.region.clone(),
            inventory: None,
        });
        self.nats.len() - 1
    }
}

/// The NAT gateways of the inventory, and the interfaces of routes that name one the inventory lacks.
fn known_nats(topology: &Topology<'_>) -> Vec<NatUnit> {
    let inventory = topology.inventory;
    let mut nats: Vec<NatUnit> = inventory
        .nat_gateways
        .iter()
        .enumerate()
        .map(|(index, nat)| nat_unit(index, nat, topology))
        .collect();
    let routes = inventory.route_tables.iter().flat_map(|table| table.routes.iter().map(move |r| (table, r)));
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    for (table, route) in routes {
        if let RouteTarget::NatGateway(id) = &route.target
            && route.active
            && !nats.iter().any(|nat| nat.id == *id)
        {
            named.insert(id, &table.vpc_id);
        }
    }
    nats.extend(named.into_iter().map(|(id, vpc)| NatUnit {
        id: id.to_owned(),
        kind: NatKind::Zonal,
        private: false,
        own: BTreeSet::new(),
        vpc: Some(vpc.to_owned()),
        subnet: None,
        zone: None,
        region: topology.region_of_vpc(vpc).map(str::to_owned),
        inventory: None,
    }));
    nats
}

fn nat_unit(index: usize, nat: &NatGateway, topology: &Topology<'_>) -> NatUnit {
    let interfaces = nat.addresses.iter().filter_map(|address| address.interface_id.as_deref());
    let of_interfaces = interfaces
        .filter_map(|id| topology.interface(id))
        .flat_map(|interface| interface.addresses.iter().map(|address| Addr::from(*address)));
    let own = nat.addresses.iter().filter_map(|address| address.private_ip.map(Addr::from));
    NatUnit {
        id: nat.nat_gateway_id.clone(),
        kind: if nat.regional { NatKind::Regional } else { NatKind::Zonal },
        private: nat.private,
        own: own.chain(of_interfaces).collect(),
        vpc: nat.vpc_id.clone(),
        subnet: nat.subnet_id.clone(),
        zone: nat.subnet_id.as_deref().and_then(|subnet| topology.zone_of_subnet(subnet)).map(str::to_owned),
        region: nat
            .region
            .clone()
            .or_else(|| nat.vpc_id.as_deref().and_then(|vpc| topology.region_of_vpc(vpc)).map(str::to_owned)),
        inventory: Some(index),
    }
}

fn describe(id: &str, facts: &ObserverFacts, logged: &LoggedPlace, topology: &Topology<'_>) -> Eni {
    let interface = topology.interface(id);
    let fact = |value: &Option<Box<[u8]>>| value.as_deref().map(text);
    let subnet = interface
        .and_then(|interface| interface.subnet_id.clone())
        .or_else(|| fact(&facts.subnet_id))
        .or_else(|| logged.subnet.clone());
    let vpc = interface
        .and_then(|interface| interface.vpc_id.clone())
        .or_else(|| fact(&facts.vpc_id))
        .or_else(|| Some(topology.subnet(subnet.as_deref()?)?.vpc_id.clone()))
        .or_else(|| logged.vpc.clone());
    let zone = subnet
        .as_deref()
        .and_then(|subnet| topology.zone_of_subnet(subnet))
        .or_else(|| interface.and_then(|interface| topology.zone_of_interface(interface)))
        .map(str::to_owned)
        .or_else(|| fact(&facts.az_id));
    let region = vpc
        .as_deref()
        .and_then(|vpc| topology.region_of_vpc(vpc))
        .map(str::to_owned)
        .or_else(|| fact(&facts.region));
    Eni {
        id: id.to_owned(),
        role: Role::Client,
        own: interface
            .map(|interface| interface.addresses.iter().map(|address| Addr::from(*address)).collect())
            .unwrap_or_default(),
        vpc,
        subnet,
        zone,
        region,
        has_public_address: interface.is_some_and(|interface| !interface.public_ips.is_empty()),
    }
}

/// Where a flow log's resource puts its interfaces.
#[derive(Debug, Clone, Default)]
struct LoggedPlace {
    vpc: Option<String>,
    subnet: Option<String>,
}

/// For each interface, what the resources of its flow logs (`describe-flow-logs`) tell: the default format has no VPC.
fn logged_places(
    partial: &Partial,
    eni_of_observer: &[usize],
    count: usize,
    topology: &Topology<'_>,
) -> Vec<LoggedPlace> {
    let mut places = vec![LoggedPlace::default(); count];
    for (observer, eni) in partial.observers.iter().zip(eni_of_observer) {
        let identity = &partial.flow_logs[observer.flow_log as usize].identity;
        let log = topology.inventory.flow_logs.iter().find(|log| log.flow_log_id == *identity);
        let Some(resource) = log.map(|log| log.resource_id.as_str()) else { continue };
        if resource.starts_with("vpc-") {
            places[*eni].vpc = Some(resource.to_owned());
        } else if let Some(subnet) = topology.subnet(resource) {
            places[*eni].subnet = Some(resource.to_owned());
            places[*eni].vpc = Some(subnet.vpc_id.clone());
        }
    }
    places
}

/// Places an interface that neither the inventory nor its records place, by its address: in the only VPC whose block
/// holds it.
fn settle(eni: &mut Eni, facts: &ObserverFacts, topology: &Topology<'_>) {
    let Some(addr) = eni.own.first().copied() else { return };
    if eni.vpc.is_none() {
        let account = facts.account_id.as_deref().map(text);
        let homes = topology.other_vpcs_holding(None, addr);
        let mut homes = homes.iter().filter(|home| match (&account, topology.account_of_vpc(home)) {
            (Some(account), Some(owner)) => account == owner,
            _ => true,
        });
        if let (Some(home), None) = (homes.next(), homes.next()) {
            eni.vpc = Some((*home).to_owned());
            eni.region = topology.region_of_vpc(home).map(str::to_owned).or_else(|| eni.region.take());
        }
    }
    if let (None, Some(vpc)) = (&eni.subnet, &eni.vpc)
        && let Some(subnet) = topology.subnet_at(vpc, addr)
    {
        eni.subnet = Some(subnet.subnet_id.clone());
        eni.zone = topology.zone_of_subnet(&subnet.subnet_id).map(str::to_owned).or_else(|| eni.zone.take());
    }
}

/// Whether an observer is a regional NAT gateway itself: its rows carry no interface id.
fn is_nat_gateway_id(id: &str) -> bool {
    id.starts_with("nat-")
}

/// Text of an identifier; bytes that are no UTF-8 are replaced.
fn text(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(bytes.as_ref()).into_owned()
}
