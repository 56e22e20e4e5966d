//! What totals are kept by.

use std::cmp::Ordering;

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

    /// All of it in 32 bits; equal for equal ends only.
    pub(super) const fn bits(self) -> u32 {
        self.0
    }

    /// What [`End::bits`] were.
    pub(super) const fn from_bits(bits: u32) -> Self {
        Self(bits)
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
    /// TCP from a drawn port of the source to a served port of the destination, see [`Opener::of`].
    SourceSurely,
    /// TCP from a drawn port of the destination to a served port of the source.
    DestinationSurely,
}

/// Ports below this are served, not drawn at random (IANA system ports).
const FIRST_USER_PORT: u16 = 1_024;
/// From here systems draw ports for conversations they open (Linux 32768, Windows and IANA 49152).
const FIRST_DRAWN_PORT: u16 = 32_768;
/// IANA number of TCP.
const TCP: u8 = 6;

impl Opener {
    /// From the ports of a record. It is taken as sure for TCP where one end has a system port and the other has not, or
    /// one end a port from the range that systems draw from and the other has not.
    pub fn of(src_port: u16, dst_port: u16, protocol: u8) -> Self {
        let surely = |opener: u16, server: u16| {
            protocol == TCP
                && (server < FIRST_USER_PORT && opener >= FIRST_USER_PORT
                    || server < FIRST_DRAWN_PORT && opener >= FIRST_DRAWN_PORT)
        };
        match src_port.cmp(&dst_port) {
            _ if src_port == 0 || dst_port == 0 => Self::Unknown,
            Ordering::Equal => Self::Unknown,
            Ordering::Greater if surely(src_port, dst_port) => Self::SourceSurely,
            Ordering::Greater => Self::Source,
            Ordering::Less if surely(dst_port, src_port) => Self::DestinationSurely,
            Ordering::Less => Self::Destination,
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
