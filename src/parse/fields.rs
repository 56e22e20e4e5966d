//! The field registry: one row per VPC Flow Logs field of versions 2 to 11.
//!
//! Source: "Flow log records", VPC User Guide (AWS), read 2026-11; version 6 is transit gateway only and has a
//! registry of its own in [`super::foreign`]. A new field or version is one row here.

/// Type of a field in Parquet objects that AWS writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// INT32.
    Int32,
    /// INT64.
    Int64,
    /// UTF-8 text.
    Text,
}

/// The columns that attribution reads. All other fields are skipped unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is named after its field; the registry below documents it")]
pub enum Column {
    Version,
    AccountId,
    InterfaceId,
    SrcAddr,
    DstAddr,
    SrcPort,
    DstPort,
    Protocol,
    Packets,
    Bytes,
    Start,
    End,
    Action,
    LogStatus,
    VpcId,
    SubnetId,
    InstanceId,
    PktSrcAddr,
    PktDstAddr,
    Region,
    AzId,
    FlowDirection,
    TrafficPath,
    ResourceId,
    InterfaceType,
    NextHopInterfaceId,
    NextHopInterfaceType,
}

/// Number of [`Column`]s.
pub const COLUMN_COUNT: usize = Column::NextHopInterfaceType as usize + 1;

/// The columns of [`ObserverTexts`](crate::model::flow::ObserverTexts), in its order.
pub const OBSERVER_COLUMNS: [Column; 9] = [
    Column::AccountId,
    Column::InterfaceId,
    Column::ResourceId,
    Column::VpcId,
    Column::SubnetId,
    Column::InstanceId,
    Column::Region,
    Column::AzId,
    Column::InterfaceType,
];

/// The columns of a next hop.
pub const NEXT_HOP_COLUMNS: [Column; 2] = [Column::NextHopInterfaceId, Column::NextHopInterfaceType];

/// One field.
#[derive(Debug)]
pub struct Field {
    /// Name in text headers and log formats.
    pub name: &'static str,
    /// First version that has it.
    pub since: u8,
    /// Type in Parquet.
    pub field_type: FieldType,
    /// The column it feeds; `None` for a field that is known and not needed.
    pub column: Option<Column>,
    /// Meaning, unit and values.
    pub meaning: &'static str,
}

macro_rules! fields {
    ($($name:literal $since:literal $ty:ident $column:tt $meaning:literal;)*) => {
        &[$(Field {
            name: $name,
            since: $since,
            field_type: FieldType::$ty,
            column: fields!(@column $column),
            meaning: $meaning,
        }),*]
    };
    (@column -) => { None };
    (@column $column:ident) => { Some(Column::$column) };
}

/// All fields, in the order of the documentation.
pub const FIELDS: &[Field] = fields! {
    "version" 2 Int32 Version "highest version among the fields chosen; says nothing about order or presence";
    "account-id" 2 Text AccountId "owner of the interface, 12 digits, or `unknown`";
    "interface-id" 2 Text InterfaceId "`eni-...`; `-` on regional NAT gateway rows";
    "srcaddr" 2 Text SrcAddr "ingress: the packet's source; egress: the interface's primary address";
    "dstaddr" 2 Text DstAddr "egress: the packet's destination; ingress: the interface's primary address";
    "srcport" 2 Int32 SrcPort "0 for ICMP";
    "dstport" 2 Int32 DstPort "0 for ICMP";
    "protocol" 2 Int32 Protocol "IANA number";
    "packets" 2 Int64 Packets "packets of the flow in this window";
    "bytes" 2 Int64 Bytes "bytes of the flow in this window, IP headers included";
    "start" 2 Int64 Start "first packet, Unix seconds";
    "end" 2 Int64 End "last packet, Unix seconds";
    "action" 2 Text Action "ACCEPT or REJECT";
    "log-status" 2 Text LogStatus "OK, NODATA or SKIPDATA";
    "vpc-id" 3 Text VpcId "VPC of the interface";
    "subnet-id" 3 Text SubnetId "subnet of the interface";
    "instance-id" 3 Text InstanceId "`-` for interfaces of NAT gateways, endpoints, load balancers";
    "tcp-flags" 3 Int32 - "OR of FIN 1, SYN 2, RST 4, SYN-ACK 18";
    "type" 3 Text - "IPv4, IPv6 or EFA";
    "pkt-srcaddr" 3 Text PktSrcAddr "source in the packet header as seen at this interface";
    "pkt-dstaddr" 3 Text PktDstAddr "destination in the packet header as seen at this interface";
    "region" 4 Text Region "Region of the interface";
    "az-id" 4 Text AzId "zone id such as use1-az2, the same in every account";
    "sublocation-type" 4 Text - "wavelength, outpost or localzone";
    "sublocation-id" 4 Text - "id of the sublocation";
    "pkt-src-aws-service" 5 Text - "ip-ranges key of pkt-srcaddr; one key only where several apply";
    "pkt-dst-aws-service" 5 Text - "ip-ranges key of pkt-dstaddr; one key only where several apply";
    "flow-direction" 5 Text FlowDirection "ingress or egress, relative to the interface";
    "traffic-path" 5 Int32 TrafficPath "egress only, 1 to 8: 1 same VPC, 7 gateway endpoint, 8 internet gateway";
    "ecs-cluster-arn" 7 Text - "task metadata";
    "ecs-cluster-name" 7 Text - "task metadata";
    "ecs-container-instance-arn" 7 Text - "task metadata";
    "ecs-container-instance-id" 7 Text - "task metadata";
    "ecs-container-id" 7 Text - "task metadata";
    "ecs-second-container-id" 7 Text - "task metadata";
    "ecs-service-name" 7 Text - "task metadata";
    "ecs-task-definition-arn" 7 Text - "task metadata";
    "ecs-task-arn" 7 Text - "task metadata";
    "ecs-task-id" 7 Text - "task metadata";
    "reject-reason" 8 Text - "BPA (Block Public Access) or EC (encryption control)";
    "resource-id" 9 Text ResourceId "resource without an interface of its own: `nat-...` of a regional NAT gateway";
    "encryption-status" 10 Int32 - "0 clear, 1 Nitro, 2 application, 3 both";
    "instance-tag" 11 Text - "percent-encoded tag value";
    "instance-tag-2" 11 Text - "percent-encoded tag value";
    "interface-tag" 11 Text - "percent-encoded tag value";
    "interface-tag-2" 11 Text - "percent-encoded tag value";
    "asg-tag" 11 Text - "percent-encoded tag value";
    "asg-tag-2" 11 Text - "percent-encoded tag value";
    "interface-type" 11 Text InterfaceType "nat_gateway, regional_nat_gateway, vpc_endpoint, network_load_balancer, transit_gateway";
    "next-hop-interface-id" 11 Text NextHopInterfaceId "the other interface of the hop: receiver for egress rows, sender for ingress rows";
    "next-hop-subnet-id" 11 Text - "its subnet";
    "next-hop-az-id" 11 Text - "its zone id";
    "next-hop-vpc-id" 11 Text - "its VPC";
    "next-hop-interface-type" 11 Text NextHopInterfaceType "its type, values as interface-type";
};

/// The version 2 fields in their documented order: the default format, and the only one guessed without a header.
pub const DEFAULT_FIELD_COUNT: usize = 14;

const _: () = assert!(FIELDS.len() == 54, "versions 2 to 11 have 54 fields");

/// The field called `name` (or its column spelling: any case, `_` for `-`).
pub fn field(name: &[u8]) -> Option<&'static Field> {
    FIELDS.iter().find(|field| same_name(field.name.as_bytes(), name))
}

/// Whether two names are equal but for case and `_` for `-`.
pub(super) fn same_name(left: &[u8], right: &[u8]) -> bool {
    let fold = |byte: u8| if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    left.len() == right.len() && left.iter().zip(right).all(|(l, r)| fold(*l) == fold(*r))
}
