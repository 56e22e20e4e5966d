//! An IP address of either family as one number.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// An IPv4 or IPv6 address. IPv4 is held in its IPv4-mapped form (`::ffff:a.b.c.d`), so that the two spellings
/// of one address are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Addr(u128);

/// The upper 96 bits of an IPv4-mapped address.
const MAPPED: u128 = 0xffff;
/// The upper 96 bits of the well-known NAT64 prefix `64:ff9b::/96` (RFC 6052).
const NAT64: u128 = 0x0064_ff9b_0000_0000_0000_0000;

impl Addr {
    /// From the 32 bits of an IPv4 address.
    pub const fn v4(bits: u32) -> Self {
        Self((MAPPED << 32) | bits as u128)
    }

    /// From the 128 bits of an IPv6 address; an IPv4-mapped one becomes that IPv4 address.
    pub const fn v6(bits: u128) -> Self {
        Self(bits)
    }

    /// The 32 bits of an IPv4 address, `None` for IPv6.
    pub const fn as_v4(self) -> Option<u32> {
        if self.0 >> 32 == MAPPED { Some(low_32(self.0)) } else { None }
    }

    /// All 128 bits (IPv4 in mapped form).
    pub const fn bits(self) -> u128 {
        self.0
    }

    /// The IPv4 address inside a NAT64 address (`64:ff9b::/96`), `None` for any other.
    pub const fn nat64(self) -> Option<u32> {
        if self.0 >> 32 == NAT64 { Some(low_32(self.0)) } else { None }
    }

    /// Whether it is an IPv6 address.
    pub const fn is_v6(self) -> bool {
        self.0 >> 32 != MAPPED
    }

    /// The address as the standard library's type.
    pub fn ip(self) -> IpAddr {
        match self.as_v4() {
            Some(bits) => IpAddr::V4(Ipv4Addr::from_bits(bits)),
            None => IpAddr::V6(Ipv6Addr::from_bits(self.0)),
        }
    }
}

/// The low 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "the truncation is the point")]
const fn low_32(bits: u128) -> u32 {
    bits as u32
}

impl From<IpAddr> for Addr {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => Self::v4(ip.to_bits()),
            IpAddr::V6(ip) => Self::v6(ip.to_bits()),
        }
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ip().fmt(f)
    }
}

/// An address block as an inclusive range of [`Addr`] bits and its prefix length in the 128-bit space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    /// First address.
    pub first: u128,
    /// Last address.
    pub last: u128,
    /// Prefix length; an IPv4 length is counted from the mapped prefix (so `/24` is 120).
    pub length: u8,
}

impl Block {
    /// Whether the block holds `addr`.
    pub const fn contains(&self, addr: Addr) -> bool {
        self.first <= addr.0 && addr.0 <= self.last
    }
}

impl From<IpNet> for Block {
    fn from(net: IpNet) -> Self {
        let offset = if matches!(net, IpNet::V4(_)) { 96 } else { 0 };
        Self {
            first: Addr::from(net.network()).0,
            last: match net {
                IpNet::V4(net) => Addr::from(IpAddr::V4(net.broadcast())).0,
                IpNet::V6(net) => Addr::from(IpAddr::V6(net.broadcast())).0,
            },
            length: net.prefix_len() + offset,
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = Addr(self.first);
        let length = if first.is_v6() { self.length } else { self.length - 96 };
        write!(f, "{first}/{length}")
    }
}
