//! The record fields in the order of AWS's documentation, and what each says of a record.

use std::net::IpAddr;

use super::record::{Action, Direction, Record, Status};
use super::world::{Interface, InterfaceKind, World};

/// The physical type AWS documents for a field in Parquet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// 32-bit integer.
    Int32,
    /// 64-bit integer.
    Int64,
    /// UTF-8.
    Text,
}

macro_rules! fields {
    ($($variant:ident $name:literal $version:literal $kind:ident,)*) => {
        /// A record field.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        /// All fields, in the order of the documentation.
        pub const ALL_FIELDS: &[Field] = &[$(Field::$variant,)*];

        impl Field {
            /// The name in text headers and flow log formats, with dashes.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The flow log version that brought the field.
            #[must_use]
            pub fn version(self) -> u8 {
                match self { $(Self::$variant => $version,)* }
            }

            /// The documented physical type in Parquet.
            #[must_use]
            pub fn field_type(self) -> FieldType {
                match self { $(Self::$variant => FieldType::$kind,)* }
            }
        }
    };
}

fields! {
    Version "version" 2 Int32,
    AccountId "account-id" 2 Text,
    InterfaceId "interface-id" 2 Text,
    Srcaddr "srcaddr" 2 Text,
    Dstaddr "dstaddr" 2 Text,
    Srcport "srcport" 2 Int32,
    Dstport "dstport" 2 Int32,
    Protocol "protocol" 2 Int32,
    Packets "packets" 2 Int64,
    Bytes "bytes" 2 Int64,
    Start "start" 2 Int64,
    End "end" 2 Int64,
    Action "action" 2 Text,
    LogStatus "log-status" 2 Text,
    VpcId "vpc-id" 3 Text,
    SubnetId "subnet-id" 3 Text,
    InstanceId "instance-id" 3 Text,
    TcpFlags "tcp-flags" 3 Int32,
    Type "type" 3 Text,
    PktSrcaddr "pkt-srcaddr" 3 Text,
    PktDstaddr "pkt-dstaddr" 3 Text,
    Region "region" 4 Text,
    AzId "az-id" 4 Text,
    SublocationType "sublocation-type" 4 Text,
    SublocationId "sublocation-id" 4 Text,
    PktSrcAwsService "pkt-src-aws-service" 5 Text,
    PktDstAwsService "pkt-dst-aws-service" 5 Text,
    FlowDirection "flow-direction" 5 Text,
    TrafficPath "traffic-path" 5 Int32,
    EcsClusterArn "ecs-cluster-arn" 7 Text,
    EcsClusterName "ecs-cluster-name" 7 Text,
    EcsContainerInstanceArn "ecs-container-instance-arn" 7 Text,
    EcsContainerInstanceId "ecs-container-instance-id" 7 Text,
    EcsContainerId "ecs-container-id" 7 Text,
    EcsSecondContainerId "ecs-second-container-id" 7 Text,
    EcsServiceName "ecs-service-name" 7 Text,
    EcsTaskDefinitionArn "ecs-task-definition-arn" 7 Text,
    EcsTaskArn "ecs-task-arn" 7 Text,
    EcsTaskId "ecs-task-id" 7 Text,
    RejectReason "reject-reason" 8 Text,
    ResourceId "resource-id" 9 Text,
    EncryptionStatus "encryption-status" 10 Text,
    InstanceTag "instance-tag" 11 Text,
    InstanceTag2 "instance-tag-2" 11 Text,
    InterfaceTag "interface-tag" 11 Text,
    InterfaceTag2 "interface-tag-2" 11 Text,
    AsgTag "asg-tag" 11 Text,
    AsgTag2 "asg-tag-2" 11 Text,
    InterfaceType "interface-type" 11 Text,
    NextHopInterfaceId "next-hop-interface-id" 11 Text,
    NextHopSubnetId "next-hop-subnet-id" 11 Text,
    NextHopAzId "next-hop-az-id" 11 Text,
    NextHopVpcId "next-hop-vpc-id" 11 Text,
    NextHopInterfaceType "next-hop-interface-type" 11 Text,
}

/// Known selections and orders of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldOrder {
    /// The default 14 fields.
    V2,
    /// The 29 fields up to version 5, in the order of the documentation.
    V5,
    /// All 54 fields, in the order of the documentation.
    V11,
    /// The 29 fields up to version 5, in the order the console's "select all" gives.
    Alphabetical,
}

impl FieldOrder {
    /// The fields, in order.
    #[must_use]
    pub fn fields(self) -> Vec<Field> {
        let last = match self {
            Self::V2 => 2,
            Self::V5 | Self::Alphabetical => 5,
            Self::V11 => 11,
        };
        let mut fields: Vec<Field> =
            ALL_FIELDS.iter().copied().filter(|field| field.version() <= last).collect();
        if self == Self::Alphabetical {
            fields.sort_by_key(|field| field.name());
        }
        fields
    }
}

/// The `version` a flow log with these fields writes: the highest among them.
#[must_use]
pub fn format_version(fields: &[Field]) -> u8 {
    fields.iter().map(|field| field.version()).max().unwrap_or(2)
}

/// A field's value in one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// `-` in text.
    Missing,
    Number(u64),
    Text(&'a str),
    /// Text that may hold bytes a log percent-encodes.
    Tag(&'a str),
    Address(IpAddr),
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(text: &'a Option<String>) -> Self {
        text.as_deref().map_or(Self::Missing, Self::text)
    }
}

impl<'a> Value<'a> {
    fn text(text: &'a str) -> Self {
        if text == "-" { Self::Missing } else { Self::Text(text) }
    }

    fn time(seconds: i64) -> Self {
        Self::Number(seconds.unsigned_abs())
    }
}

/// What `field` says of `record` in a flow log whose fields are of at most `version`.
pub(crate) fn value<'a>(world: &'a World, record: &'a Record, field: Field, version: u8) -> Value<'a> {
    let observer = &world.interfaces[record.observer];
    match field {
        Field::Version => return Value::Number(u64::from(version)),
        Field::AccountId => return Value::Text(world.account_of(observer.vpc)),
        Field::InterfaceId => return Value::text(&observer.id),
        Field::Start => return Value::time(record.start),
        Field::End => return Value::time(record.end),
        Field::LogStatus => {
            return Value::Text(match record.status {
                Status::Ok => "OK",
                Status::NoData => "NODATA",
                Status::SkipData => "SKIPDATA",
            });
        }
        // A NODATA or SKIPDATA row says nothing else.
        _ if record.status != Status::Ok => return Value::Missing,
        _ => {}
    }
    if field.version() >= 7 {
        extended(world, record, observer, field)
    } else {
        packet(world, record, observer, field)
    }
}

/// Fields up to version 5.
fn packet<'a>(world: &'a World, record: &'a Record, observer: &'a Interface, field: Field) -> Value<'a> {
    match field {
        Field::Srcaddr => Value::Address(record.source),
        Field::Dstaddr => Value::Address(record.destination),
        Field::Srcport => Value::Number(u64::from(record.source_port)),
        Field::Dstport => Value::Number(u64::from(record.destination_port)),
        Field::Protocol => Value::Number(u64::from(record.protocol)),
        Field::Packets => Value::Number(record.packets),
        Field::Bytes => Value::Number(record.bytes),
        Field::Action => Value::Text(match record.action {
            Action::Accept => "ACCEPT",
            Action::Reject => "REJECT",
        }),
        Field::VpcId => Value::Text(&world.vpcs[observer.vpc].id),
        Field::SubnetId => subnet(world, observer),
        Field::InstanceId => Value::from(&observer.instance_id),
        Field::TcpFlags => Value::Number(u64::from(record.tcp_flags)),
        Field::Type => Value::Text(if record.packet_source.is_ipv4() { "IPv4" } else { "IPv6" }),
        Field::PktSrcaddr => Value::Address(record.packet_source),
        Field::PktDstaddr => Value::Address(record.packet_destination),
        Field::Region => Value::Text(world.region()),
        Field::AzId => Value::Text(&observer.zone.id),
        Field::PktSrcAwsService => Value::text(record.source_service),
        Field::PktDstAwsService => Value::text(record.destination_service),
        Field::FlowDirection => Value::Text(match record.direction {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        }),
        Field::TrafficPath => {
            record.traffic_path.map_or(Value::Missing, |path| Value::Number(u64::from(path)))
        }
        _ => Value::Missing,
    }
}

/// Fields from version 7 on.
fn extended<'a>(world: &'a World, record: &Record, observer: &'a Interface, field: Field) -> Value<'a> {
    let task = observer.task.as_ref();
    let of_task = |name: fn(&super::world::Task) -> &String| {
        task.map_or(Value::Missing, |task| Value::Text(name(task)))
    };
    let hop = record.next_hop.map(|number| &world.interfaces[number]);
    match field {
        Field::EcsClusterArn => of_task(|task| &task.cluster_arn),
        Field::EcsClusterName => of_task(|task| &task.cluster_name),
        Field::EcsContainerId => of_task(|task| &task.container_id),
        Field::EcsServiceName => of_task(|task| &task.service_name),
        Field::EcsTaskDefinitionArn => of_task(|task| &task.definition_arn),
        Field::EcsTaskArn => of_task(|task| &task.arn),
        Field::EcsTaskId => of_task(|task| &task.id),
        Field::ResourceId => Value::from(&observer.resource_id),
        Field::EncryptionStatus => Value::Text(encryption(record)),
        Field::InstanceTag if observer.kind == InterfaceKind::Instance => Value::Tag(&observer.name),
        Field::InstanceTag2 if observer.kind == InterfaceKind::Instance => {
            Value::Tag(world.vpcs[observer.vpc].name)
        }
        Field::InterfaceTag if observer.kind != InterfaceKind::RegionalNat => Value::Tag(&observer.name),
        Field::InterfaceType => Value::text(observer.type_name()),
        Field::NextHopInterfaceId => hop.map_or(Value::Missing, |hop| Value::text(&hop.id)),
        Field::NextHopSubnetId => hop.map_or(Value::Missing, |hop| subnet(world, hop)),
        Field::NextHopAzId => hop.map_or(Value::Missing, |hop| Value::Text(&hop.zone.id)),
        Field::NextHopVpcId => hop.map_or(Value::Missing, |hop| Value::Text(&world.vpcs[hop.vpc].id)),
        Field::NextHopInterfaceType => hop.map_or(Value::Missing, |hop| Value::text(hop.type_name())),
        _ => Value::Missing,
    }
}

fn subnet<'a>(world: &'a World, place: &Interface) -> Value<'a> {
    place.subnet.map_or(Value::Missing, |subnet| Value::Text(&world.subnets[subnet].id))
}

/// 2 is AWS's guess for port 443, 0 clear.
fn encryption(record: &Record) -> &'static str {
    if record.source_port == 443 || record.destination_port == 443 { "2" } else { "0" }
}
