//! What totals are kept by.

use crate::model::flow::FlowDirection;
use crate::model::time::Bucket;

/// One end of a flow: missing, a peer class of the atlas, or an address that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct End(u32);

/// What an [`End`] stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndKind {
    /// The log has no such value.
    Missing,
    /// Index of a peer class.
    Class(u32),
    /// Index of a kept address in the same [`super::Partial`].
    Address(u32),
}

const ADDRESS_BIT: u32 = 1 << 31;

impl End {
    /// No value.
    pub const MISSING: Self = Self(0);

    /// A peer class.
    pub const fn class(index: u32) -> Self {
        Self(index + 1)
    }

    /// A kept address.
    pub const fn address(index: u32) -> Self {
        Self(index | ADDRESS_BIT)
    }

    /// What it stands for.
    pub const fn kind(self) -> EndKind {
        match self.0 {
            0 => EndKind::Missing,
            bits if bits & ADDRESS_BIT != 0 => EndKind::Address(bits & !ADDRESS_BIT),
            bits => EndKind::Class(bits - 1),
        }
    }
}

/// Which end opened the conversation, as far as ports tell. Seen the same from both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Opener {
    /// Ports are equal or missing.
    #[default]
    Unknown,
    /// The source has the higher port.
    Source,
    /// The destination has the higher port.
    Destination,
    /// The source has the higher port, and the destination a well-known one (below 1024, TCP).
    SourceSurely,
    /// The destination has the higher port, and the source a well-known one (below 1024, TCP).
    DestinationSurely,
}

/// Ports below this are served, not drawn at random.
const FIRST_FREE_PORT: u16 = 1_024;
/// IANA number of TCP.
const TCP: u8 = 6;

impl Opener {
    /// From the ports of a record.
    pub fn of(src_port: u16, dst_port: u16, protocol: u8) -> Self {
        let sure = protocol == TCP;
        match src_port.cmp(&dst_port) {
            _ if src_port == 0 || dst_port == 0 => Self::Unknown,
            std::cmp::Ordering::Equal => Self::Unknown,
            std::cmp::Ordering::Greater
                if sure && dst_port < FIRST_FREE_PORT && src_port >= FIRST_FREE_PORT =>
            {
                Self::SourceSurely
            }
            std::cmp::Ordering::Greater => Self::Source,
            std::cmp::Ordering::Less if sure && src_port < FIRST_FREE_PORT && dst_port >= FIRST_FREE_PORT => {
                Self::DestinationSurely
            }
            std::cmp::Ordering::Less => Self::Destination,
        }
    }
}

/// The key of one total of accepted traffic. All parts are things a VPC has few of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The hour.
    pub bucket: Bucket,
    /// Index of the observer in the same [`super::Partial`].
    pub observer: u32,
    /// Source as logged.
    pub src: End,
    /// Destination as logged.
    pub dst: End,
    /// Source in the packet header.
    pub pkt_src: End,
    /// Destination in the packet header.
    pub pkt_dst: End,
    /// Index of the next hop in the same [`super::Partial`], 0 for none.
    pub next_hop: u32,
    /// Direction relative to the observer.
    pub direction: FlowDirection,
    /// Egress path code, 0 for none.
    pub traffic_path: u8,
    /// Who opened the conversation.
    pub opener: Opener,
}
