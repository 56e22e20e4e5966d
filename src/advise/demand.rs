//! What the cheapest plan is searched over: bytes that pay a toll, and what is there to carry them. Pure data, all of it in
//! bytes of the observed window and USD; where it comes from does not matter here.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::price::tiers::Tier;
use crate::price::toll::Scale;

use super::policy::Availability;

/// Everything that a plan can change, and what it would cost.
#[derive(Debug, Clone)]
pub struct Demand {
    /// From the observed window to a month.
    pub scale: Scale,
    /// Accounts and Regions: one bill for the data of interface endpoints each.
    pub scopes: Vec<Scope>,
    /// VPCs.
    pub vpcs: Vec<VpcDemand>,
    /// NAT gateways.
    pub nats: Vec<NatDemand>,
    /// Interface endpoints that are there.
    pub endpoints: Vec<EndpointDemand>,
    /// Bytes.
    pub cells: Vec<Cell>,
    /// From which VPC an endpoint in which other one can be reached.
    pub links: BTreeSet<Link>,
}

/// An account in a Region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Account, where it is known.
    pub account: Option<String>,
    /// Region, where it is known.
    pub region: Option<String>,
    /// Interface endpoint, per zone and hour.
    pub endpoint_hour: Option<Decimal>,
    /// Data of interface endpoints: prices that only fall.
    pub tiers: Option<Vec<Tier>>,
    /// Between zones on the way to an interface endpoint, per GB and side.
    pub endpoint_cross_zone: Option<Decimal>,
    /// Between zones otherwise, per GB and side.
    pub cross_zone: Option<Decimal>,
    /// Through a transit gateway, per GB.
    pub transit: Option<Decimal>,
}

/// One VPC.
#[derive(Debug, Clone)]
pub struct VpcDemand {
    /// `vpc-...`.
    pub id: String,
    /// Index of its scope.
    pub scope: usize,
    /// How available its endpoints must be.
    pub availability: Availability,
    /// Zones that it uses: those of its clients.
    pub zones: BTreeSet<String>,
    /// All zones it has subnets in: where endpoints for others can be.
    pub subnet_zones: BTreeSet<String>,
}

/// One NAT gateway.
#[derive(Debug, Clone)]
pub struct NatDemand {
    /// `nat-...`.
    pub id: String,
    /// Its Region.
    pub region: Option<String>,
    /// Per hour.
    pub hour: Option<Decimal>,
    /// Per GB.
    pub gb: Option<Decimal>,
    /// Between zones, per GB and side.
    pub cross_zone: Option<Decimal>,
    /// Through a transit gateway, per GB.
    pub transit: Option<Decimal>,
    /// Public IPv4 address, per hour.
    pub public_ipv4_hour: Option<Decimal>,
    /// Its public addresses.
    pub public_ips: u64,
    /// Hours of a month, one for each zone of a regional gateway.
    pub month_hours: u64,
    /// Bytes that no plan moves, and those of them that cross zones and that come through a transit gateway.
    pub other: Load,
    /// Whether it may go when nothing passes it: it was watched for long enough.
    pub removable: bool,
}

/// Bytes on the way to a NAT gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// All.
    pub bytes: u128,
    /// From a client in another zone.
    pub cross_zone: u128,
    /// From a client beyond a transit gateway.
    pub transit: u128,
}

impl Load {
    /// Adds bytes that come this way.
    pub fn add(&mut self, bytes: u128, way: NatWay) {
        self.bytes += bytes;
        self.cross_zone += if way.cross_zone { bytes } else { 0 };
        self.transit += if way.transit { bytes } else { 0 };
    }
}

/// One interface endpoint that is there.
#[derive(Debug, Clone)]
pub struct EndpointDemand {
    /// `vpce-...`.
    pub id: String,
    /// Index of its VPC.
    pub vpc: usize,
    /// Short service name.
    pub service: String,
    /// The zone of each of its subnets.
    pub zones: Vec<String>,
    /// Subnets that are charged: none for an endpoint that is gone already.
    pub charged: u64,
    /// What may become of it.
    pub freedom: Freedom,
    /// Whether it is one of several for its service in this VPC, and this one idle: then it goes alone.
    pub is_spare: bool,
}

/// What may become of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freedom {
    /// It stays as it is: what passes it is not known, or others depend on it.
    Fixed,
    /// All that passes it is known.
    Free,
}

/// Bytes of one service from one place, on one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Index of the clients' VPC.
    pub vpc: usize,
    /// Their zone.
    pub zone: Option<String>,
    /// Short name of the service's endpoint.
    pub service: String,
    /// Bytes.
    pub bytes: u128,
    /// What carries them now.
    pub now: Carrier,
    /// The NAT gateway they take, or would take without the endpoint.
    pub nat: Option<NatWay>,
    /// Whether a gateway endpoint carries them in any plan, or would without the interface endpoint.
    pub to_gateway: bool,
}

/// A way through a NAT gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NatWay {
    /// Index of the gateway.
    pub nat: usize,
    /// Whether client and gateway are in different zones.
    pub cross_zone: bool,
    /// Whether a transit gateway is between them.
    pub transit: bool,
}

/// What carries bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carrier {
    /// The NAT gateway of [`Cell::nat`].
    Nat,
    /// An interface endpoint: index into [`Demand::endpoints`].
    Endpoint(usize),
}

/// A way from clients in one VPC to endpoints in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Index of the clients' VPC.
    pub from: usize,
    /// Index of the endpoint's VPC.
    pub to: usize,
    /// By what.
    pub by: Joint,
}

/// What joins two VPCs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Joint {
    /// A transit gateway: its price per GB, and none between zones.
    Transit,
    /// Peering: free, but transfer between zones is charged.
    Peering,
}

impl Demand {
    /// GB (2^30 bytes) of a month.
    pub fn month_gb(&self, bytes: u128) -> Option<Decimal> {
        if bytes == 0 {
            return Some(Decimal::ZERO);
        }
        self.scale.month(crate::model::money::cost_of_bytes(bytes, Decimal::ONE)?)
    }

    /// What joins a VPC to another one; nothing for the VPC itself.
    pub fn joint(&self, from: usize, to: usize) -> Option<Joint> {
        let link = |by| Link { from, to, by };
        self.links.range(link(Joint::Transit)..=link(Joint::Peering)).next().map(|link| link.by)
    }

    /// Zones that must be among those of an endpoint in `vpc`, and how many there must be at least, if it serves these cells of
    /// the VPC itself.
    pub fn zones_needed(&self, vpc: usize, cells: &[usize]) -> (BTreeSet<String>, usize) {
        let vpc = &self.vpcs[vpc];
        let clients: BTreeSet<String> =
            cells.iter().filter_map(|cell| self.cells[*cell].zone.clone()).collect();
        let count = vpc.availability.zones_needed(clients.len(), vpc.zones.len());
        match vpc.availability {
            Availability::MultiAz => (clients, count),
            Availability::SingleAz => (BTreeSet::new(), count),
        }
    }
}
