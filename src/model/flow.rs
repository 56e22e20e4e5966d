//! One flow log record, as every parser hands it on.

use super::addr::Addr;

/// What the security group and network ACL did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Action {
    /// The traffic passed. Also where the log has no `action` column.
    #[default]
    Accept,
    /// The traffic was turned away.
    Reject,
}

/// Whether the row is traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogStatus {
    /// Logged as usual.
    #[default]
    Ok,
    /// No traffic in the window.
    NoData,
    /// Records of the window were lost.
    SkipData,
}

/// The direction relative to the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum FlowDirection {
    /// Not in the log.
    #[default]
    Unknown,
    /// Into the interface.
    Ingress,
    /// Out of the interface.
    Egress,
}

/// The texts of a record that say whose log it is in; empty where the log has no such column or the value is missing
/// (`-`, NULL, empty). Few: an interface's records repeat them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ObserverTexts<'a> {
    /// Owner account of the interface.
    pub account_id: &'a [u8],
    /// `eni-...`.
    pub interface_id: &'a [u8],
    /// `nat-...` for a regional NAT gateway, which has no interface.
    pub resource_id: &'a [u8],
    /// VPC of the interface.
    pub vpc_id: &'a [u8],
    /// Subnet of the interface.
    pub subnet_id: &'a [u8],
    /// Instance of the interface.
    pub instance_id: &'a [u8],
    /// Region of the interface.
    pub region: &'a [u8],
    /// Zone id of the interface.
    pub az_id: &'a [u8],
    /// Type of the interface (v11).
    pub interface_type: &'a [u8],
}

impl<'a> ObserverTexts<'a> {
    /// From the texts in the order of the fields here.
    #[inline]
    pub fn of_list(list: [&'a [u8]; 9]) -> Self {
        let [
            account_id,
            interface_id,
            resource_id,
            vpc_id,
            subnet_id,
            instance_id,
            region,
            az_id,
            interface_type,
        ] = list;
        Self {
            account_id,
            interface_id,
            resource_id,
            vpc_id,
            subnet_id,
            instance_id,
            region,
            az_id,
            interface_type,
        }
    }

    /// The texts in the order of the fields here.
    #[inline]
    pub fn list(&self) -> [&'a [u8]; 9] {
        [
            self.account_id,
            self.interface_id,
            self.resource_id,
            self.vpc_id,
            self.subnet_id,
            self.instance_id,
            self.region,
            self.az_id,
            self.interface_type,
        ]
    }
}

/// What a record says of the traffic itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Source port; 0 where there is none.
    pub src_port: u16,
    /// Destination port; 0 where there is none.
    pub dst_port: u16,
    /// IANA protocol number; 0 where missing.
    pub protocol: u8,
    /// Bytes of the flow in this window, IP headers included. `None` where the value is missing.
    pub bytes: Option<u64>,
    /// First packet, Unix seconds.
    pub start: Option<i64>,
    /// Last packet, Unix seconds.
    pub end: Option<i64>,
    /// Accepted or rejected.
    pub action: Action,
    /// Traffic, none, or lost.
    pub status: LogStatus,
    /// Ingress or egress, where logged.
    pub direction: FlowDirection,
    /// Egress path code 1..=8; 0 where missing.
    pub traffic_path: u8,
}

/// One record with the fields that attribution needs, spelled out: what the plain parsers make.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FlowRecord<'a> {
    /// Whose log it is in.
    pub observer: ObserverTexts<'a>,
    /// The other interface of the hop (v11).
    pub next_hop_interface_id: &'a [u8],
    /// Its type (v11).
    pub next_hop_interface_type: &'a [u8],
    /// Source as logged.
    pub src: Option<Addr>,
    /// Destination as logged.
    pub dst: Option<Addr>,
    /// Source in the packet header.
    pub pkt_src: Option<Addr>,
    /// Destination in the packet header.
    pub pkt_dst: Option<Addr>,
    /// The traffic.
    pub traffic: Traffic,
}

/// A record whose texts and addresses are numbered by the sink it goes to, so that what repeats is looked at once.
/// Number 0 stands for a missing address or next hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NumberedRecord {
    /// Whose log it is in.
    pub observer: u32,
    /// The other interface of the hop.
    pub next_hop: u32,
    /// Source as logged.
    pub src: u32,
    /// Destination as logged.
    pub dst: u32,
    /// Source in the packet header.
    pub pkt_src: u32,
    /// Destination in the packet header.
    pub pkt_dst: u32,
    /// The traffic.
    pub traffic: Traffic,
}
