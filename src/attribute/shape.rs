//! What rows look like before anybody has said whose they are: enough to know a NAT by its rows.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::aggregate::{EndKind, Hours, Key, Opener, Partial};
use crate::model::addr::Addr;

use super::kinds::Kinds;

/// What the rows of one interface look like.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// Records in which an address is source or destination as logged.
    seen: BTreeMap<Addr, u64>,
    /// Own addresses of rows shaped like N1 or N4.
    pub(super) translated: BTreeMap<Addr, u64>,
    /// Whether no other interface has traffic in the logs.
    is_alone: bool,
    /// Clients of N1-shaped rows.
    pub(super) clients: BTreeSet<Addr>,
    /// Private packet addresses, other than the logged own one, of rows to and from the outside: a NAT's secondary
    /// addresses, or the clients of something that forwards without translating.
    pub(super) stand_ins: BTreeSet<Addr>,
    /// Rows to and from the outside.
    outside: u64,
    /// N1/N4-shaped rows whose outer end opened the conversation: a load balancer that keeps client addresses.
    opened_outside: u64,
}

impl Shape {
    /// A NAT: N1 or N4 rows, opened from inside, and rows to the outside that never carry a client's address. (A transit
    /// gateway attachment has no rows to the outside on the clients' side, and the clients' own addresses on the other.) Where
    /// the logs hold nothing but this interface, somebody has picked it, and its inside rows are enough.
    pub(super) fn translates(&self) -> bool {
        let translated: u64 = self.translated.values().sum();
        translated > 0
            && (self.outside > 0 || self.is_alone)
            && self.stand_ins.is_disjoint(&self.clients)
            && self.opened_outside * 2 < translated
    }

    /// The address in the most rows; every row of an interface shows its own.
    pub(super) fn own_address(&self) -> Option<Addr> {
        let most = self.seen.values().max()?;
        let mut best = self.seen.iter().filter(|(_, count)| *count == most).map(|(addr, _)| *addr);
        match (best.next(), best.next()) {
            (Some(addr), None) => Some(addr),
            _ => None,
        }
    }

    fn add(&mut self, partial: &Partial, key: &Key, records: u64) {
        let addr = |index: u32| partial.addresses[index as usize];
        for end in [key.src, key.dst] {
            if let EndKind::Address(index) = end.kind() {
                *self.seen.entry(addr(index)).or_default() += records;
            }
        }
        match (key.src.kind(), key.dst.kind(), key.pkt_src.kind(), key.pkt_dst.kind()) {
            // N1: a private source, sent on to a public address.
            (EndKind::Address(_), EndKind::Address(own), EndKind::Address(client), EndKind::Class(_)) => {
                *self.translated.entry(addr(own)).or_default() += records;
                self.clients.insert(addr(client));
                let outside = matches!(key.opener, Opener::Destination | Opener::DestinationSurely);
                self.opened_outside += if outside { records } else { 0 };
            }
            // N4: from a public address, to a private one.
            (EndKind::Address(own), EndKind::Address(_), EndKind::Class(_), EndKind::Address(client)) => {
                *self.translated.entry(addr(own)).or_default() += records;
                self.clients.insert(addr(client));
                let outside = matches!(key.opener, Opener::Source | Opener::SourceSurely);
                self.opened_outside += if outside { records } else { 0 };
            }
            // To or from the outside.
            (EndKind::Address(own), EndKind::Class(_), EndKind::Address(other), _)
            | (EndKind::Class(_), EndKind::Address(own), _, EndKind::Address(other)) => {
                self.outside += records;
                if own != other {
                    self.stand_ins.insert(addr(other));
                }
            }
            _ => {}
        }
    }
}

/// The shapes of all interfaces.
pub(super) struct Shapes {
    /// One per interface, in order of id.
    pub(super) by_eni: Vec<Shape>,
}

impl Shapes {
    /// Collects the shapes of all interfaces, and the kinds of their rows.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub(super) fn collect(
        partial: &Partial,
        hours: &Hours,
        eni_of_observer: &[usize],
        count: usize,
        kinds: &mut Kinds,
    ) -> io::Result<Self> {
        let mut by_eni: Vec<Shape> = std::iter::repeat_with(Shape::default).take(count).collect();
        let mut add = |key: &Key, records: u64| {
            by_eni[eni_of_observer[key.observer as usize]].add(partial, key, records);
        };
        let mut records: Vec<u64> = Vec::new();
        hours.each(
            |_| (),
            |hour, ()| {
                for (key, sum) in &hour.rows {
                    let Some(kind) = kinds.number(key) else {
                        add(key, sum.records);
                        continue;
                    };
                    if records.len() <= kind as usize {
                        records.resize(kind as usize + 1, 0);
                    }
                    records[kind as usize] += sum.records;
                }
            },
        )?;
        for (key, records) in kinds.keys().iter().zip(records) {
            add(key, records);
        }
        let with_traffic = by_eni.iter().filter(|shape| !shape.seen.is_empty()).count();
        for shape in &mut by_eni {
            shape.is_alone = with_traffic == 1;
        }
        Ok(Self { by_eni })
    }
}
