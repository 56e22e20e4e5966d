//! Texts that were seen before, with the number that the sink gave them.
//!
//! Addresses of a VPC are in every record, and many peers in many: an address is found by its text, unread. The texts that say whose log a record is in are half of a line, and the same for all records of an interface. They are
//! compared as raw bytes with those of the last such record, by words; only texts that are new are looked at.

#![expect(clippy::inline_always, reason = "compiled into each instruction set's loop, and measured")]

use hashbrown::HashTable;

use super::simd::{Kernel, Plain};
use super::token::Token;

/// Groups that are kept; past it all are forgotten, so that a log in which the texts of every record are new cannot fill
/// memory.
pub(super) const MAX_SEEN_GROUPS: usize = 1 << 16;

/// Addresses that are remembered, as a power of two: 64 KiB stay in the nearer caches.
const ADDRESS_BITS: u32 = 11;

/// Short addresses seen lately, each in the one place where it may be.
#[derive(Debug)]
pub(super) struct Addresses(Box<[Address; 1 << ADDRESS_BITS]>);

#[derive(Debug, Clone, Copy, Default)]
struct Address {
    /// Up to 16 bytes of text, zeros behind them; 0 in an empty place.
    text: u128,
    number: u32,
}

impl Default for Addresses {
    fn default() -> Self {
        let empty = vec![Address::default(); 1 << ADDRESS_BITS].into_boxed_slice();
        Self(empty.try_into().expect("it has this length"))
    }
}

impl Addresses {
    #[inline(always)]
    fn place(text: u128) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
        let (low, high) = (text as u64, (text >> 64) as u64);
        (mix(low, high) >> (u64::BITS - ADDRESS_BITS)) as usize
    }

    /// The number of an address. `text` is not 0.
    #[inline(always)]
    pub fn find(&self, text: u128) -> Option<u32> {
        let known = &self.0[Self::place(text)];
        (known.text == text).then_some(known.number)
    }

    /// Remembers an address, in place of another.
    pub fn insert(&mut self, text: u128, number: u32) {
        self.0[Self::place(text)] = Address { text, number };
    }
}

/// Two words into one that depends on all their bits.
#[inline(always)]
pub(super) fn mix(first: u64, second: u64) -> u64 {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15;
    let mixed = u128::from(first.rotate_left(29) ^ second).wrapping_mul(ODD);
    #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
    let folded = mixed as u64 ^ (mixed >> 64) as u64;
    folded
}

/// A run of neighbouring columns, by their places in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Place of the first column.
    pub first: u8,
    /// Place of the last column.
    pub last: u8,
}

/// Groups that are found at once, as a power of two.
const NEAR_BITS: u32 = 10;

/// The groups seen.
#[derive(Debug)]
pub(super) struct Seen {
    /// For the last bits of a hash, the group that had them last.
    near: Box<[Group; 1 << NEAR_BITS]>,
    table: HashTable<Group>,
    /// The bytes of all groups: their runs one after the other, each with the delimiter behind it.
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    hash: u64,
    /// Place of its bytes; the first byte of all belongs to none.
    offset: usize,
    number: u32,
}

impl Default for Seen {
    fn default() -> Self {
        let near = vec![Group::default(); 1 << NEAR_BITS].into_boxed_slice();
        let near = near.try_into().expect("it has this length");
        Self { near, table: HashTable::new(), bytes: vec![0] }
    }
}

impl Seen {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.near.fill(Group::default());
        self.table.clear();
        self.bytes.truncate(1);
    }

    /// Whether there are so many groups that they should be forgotten.
    pub fn is_full(&self) -> bool {
        self.table.len() >= MAX_SEEN_GROUPS
    }

    #[inline(always)]
    fn near_place(hash: u64) -> usize {
        (hash % (1 << NEAR_BITS)) as usize
    }

    /// The number of the group that these runs of a block are, if it was seen.
    #[inline(always)]
    pub fn find<K: Kernel>(
        &mut self,
        hash: u64,
        block: &[u8],
        runs: impl Fn(usize) -> Option<Token>,
    ) -> Option<u32> {
        let near = self.near[Self::near_place(hash)];
        if near.hash == hash && near.offset != 0 && is_group::<K>(&self.bytes, near, block, &runs) {
            return Some(near.number);
        }
        self.find_far(hash, block, runs)
    }

    #[inline(never)]
    fn find_far(&mut self, hash: u64, block: &[u8], runs: impl Fn(usize) -> Option<Token>) -> Option<u32> {
        let same = |group: &Group| group.hash == hash && is_group::<Plain>(&self.bytes, *group, block, &runs);
        let group = *self.table.find(hash, same)?;
        self.near[Self::near_place(hash)] = group;
        Some(group.number)
    }

    /// Remembers a group.
    pub fn insert(&mut self, hash: u64, block: &[u8], runs: impl Fn(usize) -> Option<Token>, number: u32) {
        let group = Group { hash, offset: self.bytes.len(), number };
        for run in (0..).map_while(runs) {
            self.bytes.extend_from_slice(&block[run.start as usize..=run.end as usize]);
        }
        self.table.insert_unique(hash, group, |group| group.hash);
    }
}

/// Whether the runs are those of a group.
#[inline(always)]
fn is_group<K: Kernel>(
    bytes: &[u8],
    group: Group,
    block: &[u8],
    runs: &impl Fn(usize) -> Option<Token>,
) -> bool {
    let mut offset = group.offset;
    let mut number = 0;
    while let Some(run) = runs(number) {
        // With the delimiter, so that the borders of runs are compared too.
        let seen = block.get(run.start as usize..=run.end as usize).unwrap_or_default();
        let end = offset.wrapping_add(seen.len());
        if !bytes.get(offset..end).is_some_and(|known| K::is_same(known, seen)) {
            return false;
        }
        offset = end;
        number = number.wrapping_add(1);
    }
    true
}
