//! Address blocks to draw peers and hosts from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The well-known NAT64 prefix `64:ff9b::/96` with its last 32 bits zero.
const NAT64_PREFIX: u128 = 0x0064_ff9b << 96;

/// One CIDR block, of either family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    base: u128,
    host_bits: u32,
    is_v6: bool,
}

impl Block {
    /// Reads `a.b.c.d/len` or `x::/len`.
    ///
    /// # Panics
    /// On text that is no CIDR block: only the tables of this module's authors come here.
    pub(crate) fn parse(text: &str) -> Self {
        let (address, length) = text.split_once('/').expect("a block has a slash");
        let address: IpAddr = address.parse().expect("a block starts with an address");
        let length: u32 = length.parse().expect("a block ends with a length");
        match address {
            IpAddr::V4(v4) => Self { base: u128::from(u32::from(v4)), host_bits: 32 - length, is_v6: false },
            IpAddr::V6(v6) => Self { base: u128::from(v6), host_bits: 128 - length, is_v6: true },
        }
    }

    /// The address `offset` hosts into the block; offsets wrap at 2^16 hosts or the block's size, and the
    /// first and last address of a block wider than two are never given.
    pub(crate) fn host(&self, offset: u32) -> IpAddr {
        let bits = self.host_bits.min(16);
        let size = 1u128 << bits;
        let inside = if size > 2 { 1 + u128::from(offset) % (size - 2) } else { u128::from(offset) % size };
        self.at(inside)
    }

    /// The IPv4 address `offset` hosts into the block, without wrapping.
    ///
    /// # Panics
    /// On an IPv6 block.
    pub(crate) fn host_v4(&self, offset: u32) -> Ipv4Addr {
        assert!(!self.is_v6, "an IPv4 host comes from an IPv4 block");
        Ipv4Addr::from(u32::try_from(self.base).expect("an IPv4 base fits") + offset)
    }

    /// The IPv6 address `offset` hosts into the block.
    ///
    /// # Panics
    /// On an IPv4 block.
    pub(crate) fn host_v6(&self, offset: u32) -> Ipv6Addr {
        assert!(self.is_v6, "an IPv6 host comes from an IPv6 block");
        Ipv6Addr::from(self.base + u128::from(offset))
    }

    fn at(self, inside: u128) -> IpAddr {
        let value = self.base + inside;
        if self.is_v6 {
            IpAddr::V6(Ipv6Addr::from(value))
        } else {
            IpAddr::V4(Ipv4Addr::from(u32::try_from(value).expect("an IPv4 block ends below 2^32")))
        }
    }
}

/// The address an IPv6 client of NAT64 sends to for an IPv4 host.
pub(crate) fn nat64(host: IpAddr) -> IpAddr {
    match host {
        IpAddr::V4(v4) => IpAddr::V6(Ipv6Addr::from(NAT64_PREFIX | u128::from(u32::from(v4)))),
        v6 @ IpAddr::V6(_) => v6,
    }
}
