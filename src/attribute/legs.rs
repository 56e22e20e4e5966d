//! Which of the six rows of a translated conversation a record is.
//!
//! | leg | at | source | destination | packet source | packet destination |
//! |---|---|---|---|---|---|
//! | S1 | client | client | host | client | host |
//! | S2 | client | host | client | host | client |
//! | N1 | NAT | client | NAT | client | host |
//! | N2 | NAT | NAT | host | NAT | host |
//! | N3 | NAT | host | NAT | host | NAT |
//! | N4 | NAT | NAT | client | host | client |
//!
//! Source: "Traffic through a NAT gateway", flow log record examples, VPC User Guide (AWS). A billed byte appears up to
//! three times: S1, N1, N2 of a request, S2, N3, N4 of a response. N1 + N4 are what the gateway bills.

use crate::aggregate::EndKind;
use crate::model::addr::Addr;
use crate::model::flow::FlowDirection;

use super::eni::{NatKind, NatUnit};
use super::topology::Topology;

/// From client to peer, or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Client to peer.
    Out,
    /// Peer to client.
    In,
}

impl Way {
    /// The same bytes seen from the other end.
    pub const fn back(self) -> Self {
        match self {
            Self::Out => Self::In,
            Self::In => Self::Out,
        }
    }
}

/// One end of a leg, resolved to an address or a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Not in the record.
    Unknown,
    /// A kept address.
    Address(Addr),
    /// A peer class of the atlas.
    Class(u32),
}

impl Party {
    /// Resolves an end.
    pub fn of(kind: EndKind, addresses: &[Addr]) -> Self {
        match kind {
            EndKind::Missing => Self::Unknown,
            EndKind::Class(class) => Self::Class(class),
            EndKind::Address(index) => Self::Address(addresses[index as usize]),
        }
    }

    /// The address, where one is kept.
    pub const fn address(self) -> Option<Addr> {
        match self {
            Self::Address(addr) => Some(addr),
            _ => None,
        }
    }

    /// `self`, or `other` where `self` is not known.
    pub const fn or(self, other: Self) -> Self {
        match self {
            Self::Unknown => other,
            known => known,
        }
    }
}

/// The four ends of a record.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// Source as logged.
    pub src: Party,
    /// Destination as logged.
    pub dst: Party,
    /// Source in the packet.
    pub pkt_src: Party,
    /// Destination in the packet.
    pub pkt_dst: Party,
}

/// A row at a NAT unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NatLeg {
    /// N1 (out) or N4 (in). `peer` is unknown without packet addresses.
    Inside {
        /// Direction.
        way: Way,
        /// Who it is for.
        client: Party,
        /// The far end.
        peer: Party,
    },
    /// N2 (out) or N3 (in).
    Outside {
        /// Direction.
        way: Way,
        /// The far end.
        peer: Party,
    },
}

/// Reads a row at a NAT unit. Works without a direction field; uses one where addresses leave a doubt.
pub fn nat_leg(
    ends: Ends,
    direction: FlowDirection,
    nat: &NatUnit,
    topology: &Topology<'_>,
    is_nat64: impl Fn(u32) -> bool,
) -> NatLeg {
    let own = |party: Party| party.address().is_some_and(|addr| nat.own.contains(&addr));
    let inside = |party: Party| party.address().is_some_and(|addr| is_client(addr, nat, topology));
    let Ends { src, dst, pkt_src, pkt_dst } = ends;
    let n1 = NatLeg::Inside { way: Way::Out, client: client_of(pkt_src, src), peer: pkt_dst };
    let n4 = NatLeg::Inside { way: Way::In, client: client_of(pkt_dst, dst), peer: pkt_src };
    let n2 = NatLeg::Outside { way: Way::Out, peer: pkt_dst.or(dst) };
    let n3 = NatLeg::Outside { way: Way::In, peer: pkt_src.or(src) };
    let has_pkt = pkt_src != Party::Unknown && pkt_dst != Party::Unknown;
    if own(dst) {
        // An address of the NAT that nobody told us of (a secondary one added since) is still not a client's peer:
        // what comes from a public source was never sent by a client.
        // (Sent on to a public address it was, though: by a client whose VPC uses public blocks that nobody told us of.)
        let from_outside = matches!(src, Party::Class(_)) && !matches!(pkt_dst, Party::Class(_));
        let translated = if has_pkt { !own(pkt_dst) } else { inside(src) };
        return if translated && !from_outside { n1 } else { n3 };
    }
    if own(src) {
        let to_outside = matches!(dst, Party::Class(_)) && !matches!(pkt_src, Party::Class(_));
        let translated = if has_pkt { !own(pkt_src) } else { inside(dst) };
        return if translated && !to_outside { n4 } else { n2 };
    }
    // A regional NAT gateway shows the final destination instead of an address of its own, and so may NAT64.
    let (n1, n4) = (
        NatLeg::Inside { way: Way::Out, client: client_of(pkt_src, src), peer: pkt_dst.or(dst) },
        NatLeg::Inside { way: Way::In, client: client_of(pkt_dst, dst), peer: pkt_src.or(src) },
    );
    match (src, dst, direction) {
        // The inner side of NAT64 is told by its prefix, even where the client's IPv6 address is nobody's we know.
        (_, Party::Class(class), _) if is_nat64(class) => n1,
        (Party::Class(class), ..) if is_nat64(class) => n4,
        (Party::Address(_), Party::Class(_), FlowDirection::Egress)
            if !inside_client_known(src, topology, nat) =>
        {
            n2
        }
        (Party::Class(_), Party::Address(_), FlowDirection::Ingress)
            if !inside_client_known(dst, topology, nat) =>
        {
            n3
        }
        (Party::Address(_), Party::Class(_), _) => n1,
        (Party::Address(_), Party::Address(_), _) if inside(src) => n1,
        (Party::Class(_) | Party::Address(_), Party::Address(_), _) => n4,
        (_, _, FlowDirection::Ingress) => n3,
        _ => n2,
    }
}

/// The client of an inside leg: the packet's address, where it is one of a network that is kept apart.
fn client_of(packet: Party, logged: Party) -> Party {
    if packet.address().is_some() { packet } else { logged }
}

/// Whether a private address is on the client side of the NAT. A public NAT gateway has only clients on private
/// addresses; a private one also has private peers, so only addresses of its VPC count.
fn is_client(addr: Addr, nat: &NatUnit, topology: &Topology<'_>) -> bool {
    if nat.own.contains(&addr) {
        return false;
    }
    match &nat.vpc {
        Some(vpc) if nat.private => topology.vpc_holds(vpc, addr),
        _ => true,
    }
}

/// Whether an address is a known interface: then it is a client even where the direction says the row leaves the
/// gateway towards the outside.
fn inside_client_known(party: Party, topology: &Topology<'_>, nat: &NatUnit) -> bool {
    nat.kind == NatKind::Regional
        && party
            .address()
            .zip(nat.vpc.as_deref())
            .is_some_and(|(addr, vpc)| topology.interface_at(vpc, addr).is_some())
}
