//! Who was turned away at port 443: the evidence that an endpoint is closed to its clients.
//!
//! Only TCP to port 443 from a kept (private) address is counted, so strangers who scan public addresses add nothing. The
//! table is bounded: of more than [`MAX_REJECTED_PAIRS`] pairs the first in the order of what they say are kept. A pair is
//! left out of a part only where so many pairs before it are in that part, and then they are in the whole too: so what is kept
//! has its whole count, in whatever order parts are merged.

use super::key::{End, EndKind};
use super::{FastMap, FlowLogSource, Partial};
use crate::model::addr::Addr;

/// Pairs of observer, client and peer that are kept.
pub const MAX_REJECTED_PAIRS: usize = 1 << 14;

/// Observer, source and destination, by the numbers of one partial.
type Pair = (u32, End, End);

/// Rejected records by pair.
#[derive(Debug, Default)]
pub struct Rejects {
    pairs: FastMap<Pair, u64>,
    /// Whether pairs were left out.
    overflowed: bool,
}

/// The far end of a rejected record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RejectedPeer {
    /// A kept address.
    Address(Addr),
    /// A peer class of the atlas.
    Class(u32),
}

/// Rejected records of one client towards one peer, in one flow log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rejected {
    /// Id of the observer.
    pub observer: String,
    /// Who tried.
    pub client: Addr,
    /// Whom it tried to reach.
    pub peer: RejectedPeer,
    /// Index of the flow log.
    pub flow_log: u32,
    /// Records.
    pub records: u64,
}

impl Partial {
    /// Counts a rejected record towards port 443. Rows without both addresses, and those of public sources, tell nothing here.
    #[cold]
    pub fn reject(&mut self, observer: u32, src: End, dst: End) {
        if matches!(src.kind(), EndKind::Address(_)) && dst.kind() != EndKind::Missing {
            *self.rejects.pairs.entry((observer, src, dst)).or_default() += 1;
            self.bound_rejects(2 * MAX_REJECTED_PAIRS);
        }
    }

    /// Counts rejected records that were counted before.
    pub fn add_rejected(&mut self, observer: u32, (src, dst): (End, End), records: u64) {
        *self.rejects.pairs.entry((observer, src, dst)).or_default() += records;
        self.bound_rejects(2 * MAX_REJECTED_PAIRS);
    }

    /// Remembers that pairs were left out.
    pub fn leave_out_rejected(&mut self) {
        self.rejects.overflowed = true;
    }

    /// The pairs that are kept, by this partial's numbers, with their records; in no order.
    pub fn rejected_pairs(&self) -> impl Iterator<Item = (u32, (End, End), u64)> {
        self.rejects.pairs.iter().map(|((observer, src, dst), records)| (*observer, (*src, *dst), *records))
    }

    /// Whether pairs were left out.
    pub fn left_out_rejected(&self) -> bool {
        self.rejects.overflowed
    }

    /// Takes over the pairs of another partial; `translate` knows its observers and addresses.
    pub(super) fn merge_rejects(&mut self, other: Rejects, observers: &[u32], addresses: &[u32]) {
        let end = |end: End| match end.kind() {
            EndKind::Address(index) => End::address(addresses[index as usize]),
            _ => end,
        };
        for ((observer, src, dst), records) in other.pairs {
            let pair = (observers[observer as usize], end(src), end(dst));
            *self.rejects.pairs.entry(pair).or_default() += records;
        }
        self.rejects.overflowed |= other.overflowed;
        self.bound_rejects(2 * MAX_REJECTED_PAIRS);
    }

    /// The pairs that are kept, in order; and whether there were more.
    pub fn rejected(&self) -> (Vec<Rejected>, bool) {
        let mut all: Vec<Rejected> =
            self.rejects.pairs.iter().map(|(pair, records)| self.rejected_pair(pair, *records)).collect();
        all.sort_by(|a, b| self.order(a).cmp(&self.order(b)));
        let more = self.rejects.overflowed || all.len() > MAX_REJECTED_PAIRS;
        all.truncate(MAX_REJECTED_PAIRS);
        (all, more)
    }

    /// What pairs are ordered by. Flow logs have numbers that differ from partial to partial, so they are taken themselves.
    fn order<'r>(&'r self, rejected: &'r Rejected) -> (&'r str, Addr, RejectedPeer, &'r FlowLogSource) {
        let flow_log = &self.flow_logs[rejected.flow_log as usize];
        (&rejected.observer, rejected.client, rejected.peer, flow_log)
    }

    fn rejected_pair(&self, &(observer, src, dst): &Pair, records: u64) -> Rejected {
        let address = |end: End| match end.kind() {
            EndKind::Address(index) => RejectedPeer::Address(self.addresses[index as usize]),
            EndKind::Class(class) => RejectedPeer::Class(class),
            EndKind::Missing => unreachable!("`reject` takes no pair without both ends"),
        };
        let RejectedPeer::Address(client) = address(src) else {
            unreachable!("`reject` takes kept sources only")
        };
        let watched = &self.observers[observer as usize];
        Rejected {
            observer: String::from_utf8_lossy(&watched.id).into_owned(),
            client,
            peer: address(dst),
            flow_log: watched.flow_log,
            records,
        }
    }

    /// Lets the last pairs go where there are more than `room`. Called with twice the limit, so that it is rare.
    fn bound_rejects(&mut self, room: usize) {
        if self.rejects.pairs.len() <= room {
            return;
        }
        let mut pairs: Vec<(Pair, Rejected)> = self
            .rejects
            .pairs
            .iter()
            .map(|(pair, records)| (*pair, self.rejected_pair(pair, *records)))
            .collect();
        pairs.sort_by(|(_, a), (_, b)| self.order(a).cmp(&self.order(b)));
        self.rejects.pairs = pairs
            .into_iter()
            .take(MAX_REJECTED_PAIRS)
            .map(|(pair, rejected)| (pair, rejected.records))
            .collect();
        self.rejects.overflowed = true;
    }
}
