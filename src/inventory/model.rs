//! What the describe calls tell about a VPC, in flowtoll's own shape.
//!
//! Every identifier is AWS's own text. The lists of an [`Inventory`] are sorted by id; a resource that appears
//! twice (pages overlap, the same call recorded on two days) is kept once, the later path winning.
//!
//! Regions are codes such as `us-east-1`. Few answers state theirs; it is read, best first, from an ARN, a zone
//! name, a folder named after a region, the services of endpoints and the names of prefix lists in the same VPC.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::setup::Setup;

/// All that was read from an inventory directory.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// VPCs (`describe-vpcs`).
    pub vpcs: Vec<Vpc>,
    /// Subnets (`describe-subnets`).
    pub subnets: Vec<Subnet>,
    /// Route tables (`describe-route-tables`).
    pub route_tables: Vec<RouteTable>,
    /// NAT gateways (`describe-nat-gateways`).
    pub nat_gateways: Vec<NatGateway>,
    /// VPC endpoints of every type (`describe-vpc-endpoints`).
    pub vpc_endpoints: Vec<VpcEndpoint>,
    /// Network interfaces (`describe-network-interfaces`).
    pub network_interfaces: Vec<NetworkInterface>,
    /// Managed prefix lists with their entries (`describe-managed-prefix-lists`, `get-managed-prefix-list-entries`).
    pub prefix_lists: Vec<PrefixList>,
    /// Flow logs (`describe-flow-logs`).
    pub flow_logs: Vec<FlowLog>,
    /// Security groups (`describe-security-groups`), ids only in this version.
    pub security_groups: Vec<SecurityGroup>,
    /// Tags by resource id, of interfaces, subnets and VPCs and whatever `describe-tags` tells (instances).
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
    /// The describe calls whose answer is nowhere in the directory, by file stem (`describe-nat-gateways`).
    /// Empty when there is no inventory at all.
    pub missing_calls: Vec<String>,
    /// The same of all calls that a check of the set-up asks for, wanted by a report or not.
    pub unanswered_calls: Vec<String>,
    /// Calls whose answer ends before its list does (a `NextToken` is left), by file stem: what is not listed may be there.
    pub truncated_calls: Vec<String>,
    /// VPCs whose endpoints nobody listed, though those of other accounts or Regions are.
    pub vpcs_without_endpoint_list: BTreeSet<String>,
    /// What only a check of the set-up asks for: policies, rules, tags, attributes.
    pub setup: Setup,
    /// Files, or values in them, that could not be used, and why; in the order of the paths.
    pub problems: Vec<InventoryProblem>,
    /// Number of files looked into: those named `*.json` or after a call.
    pub files_read: usize,
}

/// A file, or a part of one, that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryProblem {
    /// Path below the inventory directory.
    pub object: String,
    /// What is wrong and what to do, one sentence, with line and column where known.
    pub reason: String,
}

/// One VPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vpc {
    /// `vpc-...`.
    pub vpc_id: String,
    /// Owner account, 12 digits.
    pub account_id: Option<String>,
    /// Region code, see the module.
    pub region: Option<String>,
    /// All associated IPv4 and IPv6 blocks, `associated` state only.
    pub cidrs: Vec<IpNet>,
    /// Value of the `Name` tag.
    pub name: Option<String>,
}

/// One subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// `subnet-...`.
    pub subnet_id: String,
    /// The VPC it is in.
    pub vpc_id: String,
    /// Region code.
    pub region: Option<String>,
    /// IPv4 and IPv6 blocks.
    pub cidrs: Vec<IpNet>,
    /// Zone name as this account sees it, such as `us-east-1a`.
    pub zone_name: Option<String>,
    /// Zone id, the same place in every account, such as `use1-az1`.
    pub zone_id: Option<String>,
    /// Value of the `Name` tag.
    pub name: Option<String>,
}

/// One route table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteTable {
    /// `rtb-...`.
    pub route_table_id: String,
    /// The VPC it is in.
    pub vpc_id: String,
    /// Whether it serves the subnets that have no table of their own.
    pub main: bool,
    /// Subnets with an explicit association.
    pub subnet_ids: Vec<String>,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Value of the `Name` tag.
    pub name: Option<String>,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where to.
    pub destination: RouteDestination,
    /// Through what.
    pub target: RouteTarget,
    /// `false` for a blackhole (the target is gone) and for a filtered route.
    pub active: bool,
}

/// What a route matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteDestination {
    /// An address block.
    Cidr(IpNet),
    /// A managed prefix list, `pl-...`.
    PrefixList(String),
}

/// What a route leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteTarget {
    /// The VPC itself (`GatewayId: local`).
    Local,
    /// `nat-...`.
    NatGateway(String),
    /// `igw-...`.
    InternetGateway(String),
    /// `eigw-...`.
    EgressOnlyInternetGateway(String),
    /// `vpce-...`, in `GatewayId` (gateway endpoint) or `VpcEndpointId` (gateway load balancer endpoint).
    VpcEndpoint(String),
    /// `tgw-...`.
    TransitGateway(String),
    /// `pcx-...`.
    VpcPeering(String),
    /// `vgw-...`.
    VirtualPrivateGateway(String),
    /// `eni-...`: an appliance or NAT instance; also for routes that name only the instance.
    NetworkInterface(String),
    /// Anything else (local gateway, carrier gateway, core network, an instance whose interface is not known),
    /// as written; empty where the answer names no target.
    Other(String),
}

/// One NAT gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatGateway {
    /// `nat-...`.
    pub nat_gateway_id: String,
    /// The VPC it is in.
    pub vpc_id: Option<String>,
    /// Its subnet; none for a regional NAT gateway.
    pub subnet_id: Option<String>,
    /// Region code.
    pub region: Option<String>,
    /// `pending`, `failed`, `available`, `deleting`, `deleted`; lower case.
    pub state: String,
    /// `true` for `ConnectivityType: private`.
    pub private: bool,
    /// `true` for `AvailabilityMode: regional`.
    pub regional: bool,
    /// Its addresses, primary first, completed from its interfaces.
    pub addresses: Vec<NatGatewayAddress>,
    /// Creation, Unix seconds.
    pub created: Option<i64>,
    /// Deletion, Unix seconds.
    pub deleted: Option<i64>,
    /// Value of the `Name` tag.
    pub name: Option<String>,
}

/// One address of a NAT gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatGatewayAddress {
    /// `eni-...`; none for a regional NAT gateway.
    pub interface_id: Option<String>,
    /// Private address.
    pub private_ip: Option<IpAddr>,
    /// Elastic address; none for a private NAT gateway.
    pub public_ip: Option<IpAddr>,
    /// Zone id, given for regional NAT gateways.
    pub zone_id: Option<String>,
}

/// The type of a VPC endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VpcEndpointType {
    /// Free, by route table and prefix list: S3, DynamoDB, S3 Express.
    Gateway,
    /// AWS PrivateLink: an interface per subnet.
    Interface,
    /// Traffic inspection.
    GatewayLoadBalancer,
    /// VPC Lattice resource endpoint.
    Resource,
    /// VPC Lattice service-network endpoint.
    ServiceNetwork,
}

/// Whether a state (of a NAT gateway or VPC endpoint) is one in which the resource carries nothing and costs nothing more.
pub fn is_gone(state: &str) -> bool {
    matches!(state, "deleted" | "deleting" | "failed" | "rejected" | "expired")
}

/// One VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpcEndpoint {
    /// `vpce-...`.
    pub vpc_endpoint_id: String,
    /// Its type.
    pub endpoint_type: VpcEndpointType,
    /// Full service name, such as `com.amazonaws.us-east-1.ecr.api`; the ARN it leads to for VPC Lattice endpoints.
    pub service_name: String,
    /// Short name, such as `ecr.api`.
    pub service: String,
    /// Region of the service where it differs from the endpoint's own, or is stated.
    pub service_region: Option<String>,
    /// The VPC it is in.
    pub vpc_id: String,
    /// Region code of the VPC.
    pub region: Option<String>,
    /// Lower-case state, such as `available`.
    pub state: String,
    /// Subnets of an interface endpoint: one hourly charge each.
    pub subnet_ids: Vec<String>,
    /// Its network interfaces.
    pub interface_ids: Vec<String>,
    /// Route tables of a gateway endpoint.
    pub route_table_ids: Vec<String>,
    /// Whether Private DNS is on.
    pub private_dns: bool,
    /// Whether a service manages it (`RequesterManaged`): then its owner cannot change or delete it.
    pub managed: bool,
    /// Creation, Unix seconds.
    pub created: Option<i64>,
    /// Value of the `Name` tag.
    pub name: Option<String>,
}

/// What a network interface belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InterfaceKind {
    /// A NAT gateway's.
    NatGateway,
    /// An interface endpoint's.
    VpcEndpoint,
    /// A gateway load balancer endpoint's.
    GatewayLoadBalancerEndpoint,
    /// A transit gateway attachment's.
    TransitGateway,
    /// A load balancer's (network, application, classic).
    LoadBalancer,
    /// AWS Lambda's shared interface.
    Lambda,
    /// Anything else that sends and receives for itself: instances, tasks, pods, databases.
    Ordinary,
}

/// One network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkInterface {
    /// `eni-...`.
    pub interface_id: String,
    /// What it belongs to.
    pub kind: InterfaceKind,
    /// Description as written.
    pub description: String,
    /// The VPC it is in.
    pub vpc_id: Option<String>,
    /// The subnet it is in.
    pub subnet_id: Option<String>,
    /// Zone name, such as `us-east-1a`.
    pub zone_name: Option<String>,
    /// Owner account.
    pub account_id: Option<String>,
    /// Lower-case status, such as `in-use`.
    pub status: String,
    /// Private IPv4 addresses, primary first, then IPv6.
    pub addresses: Vec<IpAddr>,
    /// Delegated prefixes (pods), IPv4 and IPv6.
    pub prefixes: Vec<IpNet>,
    /// Public IPv4 addresses associated with it.
    pub public_ips: Vec<IpAddr>,
    /// Instance it is attached to.
    pub instance_id: Option<String>,
    /// `nat-...` named in the description, or whose answer names this interface.
    pub nat_gateway_id: Option<String>,
    /// `vpce-...` named in the description, or whose answer names this interface.
    pub vpc_endpoint_id: Option<String>,
    /// Source/destination check; `false` on NAT instances and appliances.
    pub source_dest_check: Option<bool>,
    /// Value of the `Name` tag.
    pub name: Option<String>,
}

/// One managed prefix list with its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixList {
    /// `pl-...`.
    pub prefix_list_id: String,
    /// Such as `com.amazonaws.us-east-1.s3`.
    pub name: Option<String>,
    /// Its entries, sorted; `None` when no entries answer was found for it.
    pub entries: Option<Vec<IpNet>>,
}

/// One flow log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowLog {
    /// `fl-...`.
    pub flow_log_id: String,
    /// VPC, subnet, interface, transit gateway or NAT gateway that is logged.
    pub resource_id: String,
    /// `ALL`, `ACCEPT` or `REJECT`, upper case.
    pub traffic_type: String,
    /// Format as AWS prints it, `${version} ${account-id} ...`.
    pub log_format: Option<String>,
    /// CloudWatch log group, where that is the destination.
    pub log_group_name: Option<String>,
    /// Whether its status is ACTIVE.
    pub active: bool,
    /// Creation, Unix seconds.
    pub created: Option<i64>,
}

/// One security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    /// `sg-...`.
    pub group_id: String,
    /// The VPC it is in.
    pub vpc_id: Option<String>,
}
