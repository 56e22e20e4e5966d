//! The plan: every change that the advice makes, as data that other programs and commands can carry out.
//!
//! A plan is the cheapest set-up under the stated availability, found over all changes together. What it costs is computed
//! from scratch, as what is there now is; its saving is the difference of the two, not a sum of savings.

use rust_decimal::Decimal;
use serde::Serialize;

use super::money::usd_string;
use super::wording::Wording;

/// The cheapest plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Plan {
    /// What NAT gateways, their data, endpoints and the ways to them cost a month now.
    pub now: CostParts,
    /// The same with the plan carried out.
    pub after: CostParts,
    /// The difference; 0 for a plan without changes, null where something concerned has no price.
    #[serde(serialize_with = "usd_string")]
    pub saving_month_usd: Option<Decimal>,
    /// Whether the search went through to the end: then no other plan under the same policy is cheaper.
    pub is_cheapest: bool,
    /// Availability asked for where no rule of a policy file says otherwise: `multi-az` or `single-az`.
    pub availability: &'static str,
    /// The changes, in the order of the advice.
    pub changes: Vec<Change>,
    /// Where each service stands that an interface endpoint carries or could carry, changed or not, by VPC and service.
    pub options: Vec<ServiceOption>,
}

impl Plan {
    /// What the plan saves of charges that the report's totals leave out: public IPv4 addresses of NAT gateways, and data through
    /// transit gateways. 0 where it adds to them, or where they have no price.
    pub fn saving_outside_totals(&self) -> Decimal {
        let of = |parts: &CostParts| parts.public_ipv4_usd?.checked_add(parts.transit_gateway_usd?);
        let saving = of(&self.now).zip(of(&self.after)).and_then(|(now, after)| now.checked_sub(after));
        saving.unwrap_or_default().max(Decimal::ZERO)
    }
}

/// A service (or set of services) in a VPC: its traffic against the break-even of its endpoint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceOption {
    /// The VPC.
    pub vpc_id: String,
    /// Its Region.
    pub region: Option<String>,
    /// Short name of the service, or of the one that stands for a set.
    pub service: String,
    /// Further services of the set.
    pub companions: Vec<String>,
    /// Whether it has an interface endpoint now.
    pub has_endpoint: bool,
    /// Whether the plan changes anything about it.
    pub is_changed: bool,
    /// Zones that an endpoint needs under the availability policy.
    pub zones_needed: u64,
    /// Bytes of a month.
    pub bytes_month: u128,
    /// The same in GB (2^30 bytes).
    #[serde(serialize_with = "usd_string")]
    pub traffic_gb_month: Option<Decimal>,
    /// GB a month and zone from which one endpoint is cheaper than these bytes' way through NAT gateways; null where it never is.
    #[serde(serialize_with = "usd_string")]
    pub break_even_gb_month_per_zone: Option<Decimal>,
    /// The same for all services of the set in all zones needed. Hours of NAT gateways that could go are not in it.
    #[serde(serialize_with = "usd_string")]
    pub break_even_gb_month: Option<Decimal>,
    /// The advice that changes it; empty where nothing changes.
    pub advice_ids: Vec<String>,
    /// Client interfaces, at most [`EVIDENCE_LIMIT`](super::report::EVIDENCE_LIMIT), by bytes.
    pub clients: Vec<String>,
    /// How many client interfaces there are.
    pub client_count: u64,
    /// `high`, `medium` or `low`: how well its traffic is known; that of its advice where there is one.
    pub confidence: &'static str,
    /// What lowers it.
    pub confidence_reasons: Vec<Wording>,
    /// How to undo its advice; where nothing changes, how to undo the step that could be taken: a new endpoint, or the end of one.
    pub way_back: Wording,
}

/// A month of everything that a plan can change, by kind of charge.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CostParts {
    /// Hours of NAT gateways.
    #[serde(serialize_with = "usd_string")]
    pub nat_gateway_hours_usd: Option<Decimal>,
    /// Data through NAT gateways.
    #[serde(serialize_with = "usd_string")]
    pub nat_gateway_data_usd: Option<Decimal>,
    /// Public IPv4 addresses of NAT gateways.
    #[serde(serialize_with = "usd_string")]
    pub public_ipv4_usd: Option<Decimal>,
    /// Transfer between zones, to NAT gateways and endpoints.
    #[serde(serialize_with = "usd_string")]
    pub cross_zone_usd: Option<Decimal>,
    /// Data through transit gateways on its way to a NAT gateway or an endpoint of another VPC.
    #[serde(serialize_with = "usd_string")]
    pub transit_gateway_usd: Option<Decimal>,
    /// Hours of interface endpoints.
    #[serde(serialize_with = "usd_string")]
    pub endpoint_hours_usd: Option<Decimal>,
    /// Data through interface endpoints, in the tiers of each account and Region.
    #[serde(serialize_with = "usd_string")]
    pub endpoint_data_usd: Option<Decimal>,
    /// All of it.
    #[serde(serialize_with = "usd_string")]
    pub total_usd: Option<Decimal>,
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A new gateway endpoint.
    AddGatewayEndpoint,
    /// More route tables for a gateway endpoint.
    AssociateRouteTable,
    /// New interface endpoints: one for the service and one for each companion.
    AddInterfaceEndpoint,
    /// Fewer zones for an interface endpoint.
    ShrinkInterfaceEndpoint,
    /// Interface endpoints go.
    RemoveInterfaceEndpoint,
    /// One endpoint in a VPC that others reach through a transit gateway or peering, instead of one in each.
    AddCentralEndpoint,
    /// A NAT gateway goes, because nothing passes it any more.
    RemoveNatGateway,
}

impl Action {
    /// The word in reports, which begins the id of an advice.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AddGatewayEndpoint => "add-gateway-endpoint",
            Self::AssociateRouteTable => "associate-route-table",
            Self::AddInterfaceEndpoint => "add-interface-endpoint",
            Self::ShrinkInterfaceEndpoint => "shrink-interface-endpoint",
            Self::RemoveInterfaceEndpoint => "remove-interface-endpoint",
            Self::AddCentralEndpoint => "add-central-endpoint",
            Self::RemoveNatGateway => "remove-nat-gateway",
        }
    }
}

/// One change of the plan. Lists that do not apply are empty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The advice that this change is.
    pub advice_id: String,
    /// What it does.
    pub action: Action,
    /// The VPC that is changed.
    pub vpc_id: Option<String>,
    /// Its owner.
    pub account_id: Option<String>,
    /// Its Region.
    pub region: Option<String>,
    /// Short name of the service.
    pub service: String,
    /// `Gateway` or `Interface`; null for a NAT gateway.
    pub endpoint_type: Option<&'static str>,
    /// Full names of the services to create endpoints for, companions included: one endpoint each.
    pub service_names: Vec<String>,
    /// Further services of the set, by short name: taken or left with this one.
    pub companions: Vec<String>,
    /// Whether it is of no use without a gateway endpoint in the clients' VPCs: S3's for a set of new endpoints, the same
    /// service's where an interface endpoint goes. That is a change of its own, or there already.
    pub needs_gateway: bool,
    /// Existing endpoints that are changed, or removed.
    pub vpc_endpoint_ids: Vec<String>,
    /// Of a central endpoint: endpoints of other VPCs that it takes the place of, to be removed.
    pub replaced_endpoint_ids: Vec<String>,
    /// Zones after the change, each with a subnet where one is known.
    pub zones: Vec<ZoneSubnet>,
    /// Zones that an endpoint leaves, each with its subnet.
    pub zones_removed: Vec<ZoneSubnet>,
    /// Route tables to associate.
    pub route_table_ids: Vec<String>,
    /// Address blocks of the clients: port 443 must be open for them.
    pub client_cidrs: Vec<String>,
    /// VPCs of the clients.
    pub client_vpc_ids: Vec<String>,
    /// The NAT gateway that goes.
    pub nat_gateway_id: Option<String>,
    /// Its public addresses: others may have them in allow-lists.
    pub public_ips: Vec<String>,
    /// Advice that must be carried out before this one.
    pub depends_on: Vec<String>,
}

/// A zone and a subnet in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ZoneSubnet {
    /// Zone id, or name; null where it is not known.
    pub zone_id: Option<String>,
    /// A subnet: of the clients where they have one there.
    pub subnet_id: Option<String>,
}

/// Bytes to AWS addresses that many services share: bounded, not guessed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnknownTraffic {
    /// VPC of the clients.
    pub vpc_id: String,
    /// Region of VPC and addresses.
    pub region: String,
    /// `aws-unknown` or `aws-ec2`, or `unknown` where the gateway's rows do not tell the far end.
    pub service: String,
    /// Bytes of a month through NAT gateways.
    pub bytes_month: u128,
    /// What they cost there.
    #[serde(serialize_with = "usd_string")]
    pub cost_now_usd: Option<Decimal>,
    /// Zones of their clients.
    pub zones: Vec<String>,
    /// Zones that an endpoint needs at least under the availability policy: its clients may be in one zone only.
    pub zones_needed: u64,
    /// GB of one service, a month and all zones together, from which its endpoint pays.
    #[serde(serialize_with = "usd_string")]
    pub break_even_gb_month: Option<Decimal>,
    /// How many endpoints could pay at most, however these bytes are divided.
    pub endpoints_at_most: Option<u64>,
    /// The least that can be saved: nothing, where no single service is known.
    #[serde(serialize_with = "usd_string")]
    pub saving_at_least_usd: Option<Decimal>,
    /// The most that can be saved, hours of NAT gateways apart: if all bytes were of one service that has an endpoint.
    #[serde(serialize_with = "usd_string")]
    pub saving_at_most_usd: Option<Decimal>,
    /// Clients with most of these bytes.
    pub clients: Vec<String>,
    /// What is certain, what is possible, and how to find out.
    pub text: Wording,
}

/// A price that the report used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RateLine {
    /// Region code.
    pub region: String,
    /// Key of the meter, as in price files.
    pub meter: &'static str,
    /// Its name.
    pub title: &'static str,
    /// What one unit is.
    pub unit: &'static str,
    /// USD for one unit; for data of interface endpoints, of the first tier.
    pub usd: String,
    /// Steps of a price that falls with the volume; empty for one price.
    pub tiers: Vec<TierLine>,
    /// Where the figure is from.
    pub source: String,
    /// Its date; null for a figure of an override file.
    pub date: Option<String>,
}

/// One step of a price.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct TierLine {
    /// First GB (2^30 bytes) of the month.
    pub from_gb: u64,
    /// Where the next one begins; null for the last.
    pub to_gb: Option<u64>,
    /// USD for one GB.
    pub usd: String,
}
