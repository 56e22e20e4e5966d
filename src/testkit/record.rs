//! One flow log row before it has a form.

use std::net::IpAddr;

/// Which row of a conversation a record is; the six of a NATed one have AWS's documented shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Leg {
    /// The request leaves the client's ENI.
    S1,
    /// The response reaches the client's ENI.
    S2,
    /// The request enters the NAT from the client.
    N1,
    /// The request leaves the NAT for the host.
    N2,
    /// The response enters the NAT from the host.
    N3,
    /// The response leaves the NAT for the client.
    N4,
    /// The request reaches the far end's own ENI.
    PeerIn,
    /// The response leaves the far end's own ENI.
    PeerOut,
    /// The request passes a transit gateway ENI.
    TransitRequest,
    /// The response passes a transit gateway ENI.
    TransitResponse,
    /// A stranger's packet at a NAT ENI: the shape of N3, and dropped.
    Scan,
    /// Refused at the client's ENI.
    Refused,
    /// No packet: a NODATA or SKIPDATA row.
    Blank,
}

/// `flow-direction`, relative to the observing ENI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Into the ENI.
    Ingress,
    /// Out of the ENI.
    Egress,
}

/// `action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Let through.
    Accept,
    /// Refused.
    Reject,
}

/// `log-status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// A row with traffic.
    Ok,
    /// Nothing happened in the window.
    NoData,
    /// Records were lost in the window. In these worlds none of a conversation's rows is: the truth counts
    /// all of them.
    SkipData,
}

/// One row, in the terms of the world it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Number of the observing interface in the world.
    pub observer: usize,
    /// Which row of its conversation it is.
    pub leg: Leg,
    /// Relative to the observer.
    pub direction: Direction,
    /// `srcaddr` as the observer shows it.
    pub source: IpAddr,
    /// `dstaddr` as the observer shows it.
    pub destination: IpAddr,
    /// `pkt-srcaddr`.
    pub packet_source: IpAddr,
    /// `pkt-dstaddr`.
    pub packet_destination: IpAddr,
    /// `srcport`.
    pub source_port: u16,
    /// `dstport`.
    pub destination_port: u16,
    /// IANA number.
    pub protocol: u8,
    /// Packets in this window.
    pub packets: u64,
    /// Bytes in this window.
    pub bytes: u64,
    /// Unix seconds of the first packet in the window.
    pub start: i64,
    /// Unix seconds of the last packet in the window.
    pub end: i64,
    /// `action`.
    pub action: Action,
    /// `log-status`.
    pub status: Status,
    /// `tcp-flags`.
    pub tcp_flags: u8,
    /// `traffic-path`, on egress rows.
    pub traffic_path: Option<u8>,
    /// `pkt-src-aws-service`, `-` outside AWS.
    pub source_service: &'static str,
    /// `pkt-dst-aws-service`, `-` outside AWS.
    pub destination_service: &'static str,
    /// The other interface of the hop (receiver of egress rows, sender of ingress rows), by number.
    pub next_hop: Option<usize>,
}
