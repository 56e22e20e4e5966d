//! Standing habits of traffic: who talks to whom, how much, and by which way.

use std::net::IpAddr;

use super::peers::Pool;
use super::world::{EndpointIndex, InterfaceIndex, NatIndex};

/// Conversations of one kind. All of them share client, way and service, so the truth is a sum per workload.
#[derive(Debug)]
pub(crate) struct Workload {
    pub(crate) client: InterfaceIndex,
    pub(crate) source: Source,
    pub(crate) peer: Peer,
    pub(crate) way: Way,
    /// Share of all conversations, relative to the other workloads.
    pub(crate) weight: f64,
    /// Least and most bytes from client to peer; drawn evenly over the logarithm.
    pub(crate) bytes_out: (u64, u64),
    /// Least and most bytes from peer to client.
    pub(crate) bytes_in: (u64, u64),
    /// Least and most seconds.
    pub(crate) seconds: (i64, i64),
    pub(crate) protocol: u8,
    pub(crate) port: u16,
    /// `None` where nothing was exchanged: scans and rejected attempts.
    pub(crate) truth: Option<Attribution>,
}

/// Which of its addresses the client uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Primary,
    /// A pod behind the interface: one of its secondary addresses.
    Pod(usize),
    V6,
}

/// The far end.
#[derive(Debug)]
pub(crate) enum Peer {
    /// A public address of the pool.
    Public(Pool),
    /// The same, reached by an IPv6 client through `64:ff9b::/96`.
    Nat64(Pool),
    /// Another interface of this world.
    Interface(InterfaceIndex),
    /// One fixed address outside the world, on premises.
    OnPremises(IpAddr),
}

/// How the packets travel, which decides who logs them.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    /// Through a zonal NAT gateway (public or private) or a NAT instance, whose ENI is named; perhaps by
    /// way of a transit gateway on the inside or on the outside.
    Nat { eni: InterfaceIndex, inside: Option<Transit>, outside: Option<InterfaceIndex> },
    /// Through a regional NAT gateway: the stand-in of the client's zone.
    RegionalNat { stand_in: InterfaceIndex },
    /// Gateway endpoint: the client's rows only, traffic path 7.
    GatewayEndpoint,
    /// Internet gateway or egress-only internet gateway: the client's rows only, traffic path 8.
    Internet,
    /// Straight to another interface of the VPC (an endpoint's too): both ends log it.
    Local,
    /// To an interface in a peered VPC: both ends log it.
    Peering,
    /// On premises through the transit gateway ENI of the client's VPC.
    TransitGateway { eni: InterfaceIndex },
    /// A scanner's packet at a NAT ENI: logged there as accepted, answered by nobody.
    Scan,
    /// A packet the client's security group or ACL refused.
    Rejected { is_ingress: bool },
}

/// The transit gateway ENIs between a spoke's client and the egress VPC. Request and answer may enter the
/// hub by different ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transit {
    pub(crate) spoke: InterfaceIndex,
    pub(crate) hub_request: InterfaceIndex,
    pub(crate) hub_response: InterfaceIndex,
}

/// What the report should say of a workload's bytes.
#[derive(Debug, Clone)]
pub(crate) struct Attribution {
    pub(crate) path: &'static str,
    pub(crate) via: Via,
    /// The transit gateway passed before `via`.
    pub(crate) through: Option<String>,
    pub(crate) service: String,
    pub(crate) service_region: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    Nothing,
    Nat(NatIndex),
    Endpoint(EndpointIndex),
    /// A NAT instance is named by its ENI.
    Interface(InterfaceIndex),
}
