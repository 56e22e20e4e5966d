//! The nouns of a generated world: networks, the interfaces in them, and the traffic they will carry.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::address::Block;
use super::options::WorldOptions;
use super::workload::Workload;

/// One invented AWS estate with its traffic: everything the writers need, and nothing random left but what
/// the seed decides.
#[derive(Debug)]
pub struct World {
    pub(crate) seed: u64,
    pub(crate) options: WorldOptions,
    pub(crate) accounts: Vec<String>,
    pub(crate) vpcs: Vec<Vpc>,
    pub(crate) subnets: Vec<Subnet>,
    pub(crate) route_tables: Vec<RouteTable>,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) nats: Vec<Nat>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) prefix_lists: Vec<PrefixList>,
    pub(crate) workloads: Vec<Workload>,
}

/// A place in [`World::vpcs`].
pub(crate) type VpcIndex = usize;
/// A place in [`World::subnets`].
pub(crate) type SubnetIndex = usize;
/// A place in [`World::interfaces`].
pub(crate) type InterfaceIndex = usize;
/// A place in [`World::nats`].
pub(crate) type NatIndex = usize;
/// A place in [`World::endpoints`].
pub(crate) type EndpointIndex = usize;

#[derive(Debug)]
pub(crate) struct Vpc {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) account: usize,
    pub(crate) cidr: &'static str,
    pub(crate) v6_cidr: Option<&'static str>,
    pub(crate) internet_gateway: String,
    pub(crate) egress_only_gateway: String,
    pub(crate) security_group: String,
}

/// An availability zone: the letter is an account's own, the id is the same for everyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone {
    pub(crate) name: String,
    pub(crate) id: String,
}

#[derive(Debug)]
pub(crate) struct Subnet {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) vpc: VpcIndex,
    pub(crate) zone: Zone,
    pub(crate) cidr: &'static str,
    pub(crate) block: Block,
    pub(crate) v6_cidr: Option<&'static str>,
    pub(crate) v6_block: Option<Block>,
    pub(crate) is_public: bool,
    pub(crate) has_dns64: bool,
    pub(crate) next_host: u32,
}

#[derive(Debug)]
pub(crate) struct RouteTable {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) vpc: VpcIndex,
    pub(crate) is_main: bool,
    pub(crate) associations: Vec<(String, SubnetIndex)>,
    pub(crate) main_association: String,
    pub(crate) routes: Vec<RouteEntry>,
}

#[derive(Debug, Clone)]
pub(crate) struct RouteEntry {
    pub(crate) destination: Destination,
    pub(crate) target: RouteTarget,
}

#[derive(Debug, Clone)]
pub(crate) enum Destination {
    V4(&'static str),
    V6(&'static str),
    PrefixList(String),
}

/// The id of what the route points at, in the key `describe-route-tables` gives it.
#[derive(Debug, Clone)]
pub(crate) enum RouteTarget {
    /// Internet gateways, gateway endpoints and `local` share a key.
    Gateway(String),
    NatGateway(String),
    TransitGateway(String),
    Peering(String),
    EgressOnly(String),
    Interface(InterfaceIndex),
}

/// What an interface is, as far as records and describe calls tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InterfaceKind {
    Instance,
    NatGateway,
    /// No ENI at all: a stand-in for the rows with interface id `-`, one per zone.
    RegionalNat,
    Endpoint,
    Lambda,
    Fargate,
    LoadBalancer,
    TransitGateway,
}

#[derive(Debug)]
pub(crate) struct Interface {
    /// `eni-…`, or `-` for a regional NAT gateway.
    pub(crate) id: String,
    pub(crate) kind: InterfaceKind,
    pub(crate) name: String,
    pub(crate) vpc: VpcIndex,
    /// `None` only for a regional NAT gateway.
    pub(crate) subnet: Option<SubnetIndex>,
    pub(crate) zone: Zone,
    /// `None` only for a regional NAT gateway.
    pub(crate) primary: Option<Ipv4Addr>,
    pub(crate) secondaries: Vec<Ipv4Addr>,
    pub(crate) v6: Option<Ipv6Addr>,
    pub(crate) public: Option<Ipv4Addr>,
    pub(crate) instance_id: Option<String>,
    pub(crate) attachment_id: String,
    pub(crate) description: String,
    /// False where the interface was gone by the time the describe calls were made.
    pub(crate) in_inventory: bool,
    /// `nat-…` on regional NAT rows.
    pub(crate) resource_id: Option<String>,
    pub(crate) is_nat_instance: bool,
    /// Never any traffic: NODATA rows only.
    pub(crate) is_idle: bool,
    pub(crate) task: Option<Task>,
}

/// An ECS task's names, for the v7 fields.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) cluster_arn: String,
    pub(crate) cluster_name: String,
    pub(crate) service_name: String,
    pub(crate) definition_arn: String,
    pub(crate) arn: String,
    pub(crate) id: String,
    pub(crate) container_id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NatKind {
    Public,
    Private,
    Regional,
}

#[derive(Debug)]
pub(crate) struct Nat {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) kind: NatKind,
    pub(crate) vpc: VpcIndex,
    /// One ENI for a zonal gateway; one stand-in per zone for a regional one.
    pub(crate) interfaces: Vec<InterfaceIndex>,
    /// Address and allocation id: per private address when zonal, per zone when regional.
    pub(crate) elastic: Vec<(Ipv4Addr, String)>,
}

#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) vpc: VpcIndex,
    /// The short name, such as `s3` or `ecr.api`.
    pub(crate) service: &'static str,
    /// Empty for a gateway endpoint.
    pub(crate) interfaces: Vec<InterfaceIndex>,
    /// Empty for an interface endpoint.
    pub(crate) route_tables: Vec<usize>,
    pub(crate) dns_suffix: String,
}

impl Endpoint {
    pub(crate) fn is_gateway(&self) -> bool {
        self.interfaces.is_empty()
    }
}

#[derive(Debug)]
pub(crate) struct PrefixList {
    pub(crate) id: &'static str,
    pub(crate) name: String,
    pub(crate) entries: Vec<&'static str>,
}

impl World {
    /// The AWS account that owns a VPC.
    pub(crate) fn account_of(&self, vpc: VpcIndex) -> &str {
        &self.accounts[self.vpcs[vpc].account]
    }

    pub(crate) fn region(&self) -> &'static str {
        self.options.region
    }

    /// Seconds since 1970 where the traffic ends (exclusive).
    pub(crate) fn end(&self) -> i64 {
        self.options.start + i64::from(self.options.hours) * 3600
    }
}

/// Ids behind the numbers that [`super::Record`] and [`super::Scope`] use.
impl World {
    /// `vpc-…`, by number.
    pub fn vpc_ids(&self) -> Vec<&str> {
        self.vpcs.iter().map(|vpc| vpc.id.as_str()).collect()
    }

    /// `subnet-…`, by number.
    pub fn subnet_ids(&self) -> Vec<&str> {
        self.subnets.iter().map(|subnet| subnet.id.as_str()).collect()
    }

    /// `eni-…`, by number; `-` stands for a regional NAT gateway in one zone.
    pub fn interface_ids(&self) -> Vec<&str> {
        self.interfaces.iter().map(|interface| interface.id.as_str()).collect()
    }

    /// `nat-…`, by number.
    pub fn nat_gateway_ids(&self) -> Vec<&str> {
        self.nats.iter().map(|nat| nat.id.as_str()).collect()
    }
}

impl Interface {
    /// The address the log shows for this interface in the family of `packet`, or the packet's own address
    /// where the interface has none of that family.
    pub(crate) fn shown(&self, packet: IpAddr) -> IpAddr {
        match packet {
            IpAddr::V4(_) => self.primary.map_or(packet, IpAddr::V4),
            IpAddr::V6(_) => self.v6.map_or(packet, IpAddr::V6),
        }
    }

    /// The value of `interface-type`.
    pub(crate) fn type_name(&self) -> &'static str {
        match self.kind {
            InterfaceKind::NatGateway => "nat_gateway",
            InterfaceKind::RegionalNat => "regional_nat_gateway",
            InterfaceKind::Endpoint => "vpc_endpoint",
            InterfaceKind::LoadBalancer => "network_load_balancer",
            InterfaceKind::TransitGateway => "transit_gateway",
            InterfaceKind::Instance | InterfaceKind::Lambda | InterfaceKind::Fargate => "-",
        }
    }
}
