//! Columns of addresses: each entry of a dictionary is parsed once, and only if a row has it.

use std::hash::Hash;

use hashbrown::HashMap;

use super::super::{RecordSink, value};
use super::entries::{Dictionary, Entries, text_of};
use crate::model::addr::Addr;

/// Addresses whose numbers are kept from dictionary to dictionary; past it all are forgotten, so that a log in which every
/// address is new cannot fill memory.
const MAX_KEPT_ADDRESSES: usize = 1 << 17;

/// Numbers of the addresses seen lately. Those of IPv4 apart, because a smaller table stays in nearer caches.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    v4: HashMap<u32, u32>,
    v6: HashMap<Addr, u32>,
}

impl Addresses {
    fn number(&mut self, addr: Addr, sink: &mut impl RecordSink) -> u32 {
        match addr.as_v4() {
            Some(bits) => number_of(bits, &mut self.v4, || sink.address(addr)),
            None => number_of(addr, &mut self.v6, || sink.address(addr)),
        }
    }
}

fn number_of<A: Eq + Hash>(addr: A, known: &mut HashMap<A, u32>, number: impl FnOnce() -> u32) -> u32 {
    if let Some(number) = known.get(&addr) {
        return *number;
    }
    if known.len() >= MAX_KEPT_ADDRESSES {
        known.clear();
    }
    let number = number();
    known.insert(addr, number);
    number
}

/// What is known of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Unread,
    /// The number of its address, 0 for none.
    Is(u32),
    /// It is no address.
    Wrong,
}

/// The addresses of a column.
#[derive(Debug, Default)]
pub(super) struct Ends {
    dictionary: Dictionary,
    entries: Vec<Entry>,
}

impl Ends {
    /// The number of each row's address; a row is odd where there is something else.
    pub fn read<S: RecordSink>(
        &mut self,
        column: Option<&Entries<'_>>,
        known: &mut Addresses,
        sink: &mut S,
        odd: &mut [bool],
        out: &mut Vec<u32>,
    ) {
        out.clear();
        let Some(column) = column.filter(|column| !column.values.is_empty()) else {
            out.resize(odd.len(), 0);
            return;
        };
        if self.dictionary.turn_to(Some(column.values)) {
            self.entries.clear();
            self.entries.resize(column.values.len(), Entry::Unread);
        }
        for (row, (key, odd)) in column.keys.iter().zip(odd).enumerate() {
            let number = if column.has(row) { self.number(*key, column, known, sink) } else { Some(0) };
            *odd |= number.is_none();
            out.push(number.unwrap_or(0));
        }
    }

    #[inline]
    fn number<S: RecordSink>(
        &mut self,
        key: i32,
        column: &Entries<'_>,
        known: &mut Addresses,
        sink: &mut S,
    ) -> Option<u32> {
        let entry = self.entries.get_mut(usize::try_from(key).ok()?)?;
        if *entry == Entry::Unread {
            *entry = read(text_of(column.values, usize::try_from(key).ok()?), known, sink);
        }
        match *entry {
            Entry::Is(number) => Some(number),
            Entry::Unread | Entry::Wrong => None,
        }
    }
}

fn read(text: &[u8], known: &mut Addresses, sink: &mut impl RecordSink) -> Entry {
    if text.is_empty() {
        return Entry::Is(0);
    }
    value::address(text).map_or(Entry::Wrong, |addr| Entry::Is(known.number(addr, sink)))
}
