//! Groups of tokens that were seen before, with the number that the sink gave them.
//!
//! The texts that say whose log a record is in are half of a line, and the same for all records of an interface. They are
//! compared as raw bytes with those of the last such record, by words; only texts that are new are looked at.

use hashbrown::HashTable;

use super::token::Token;

/// Groups that are kept; past it all are forgotten, so that a log in which the texts of every record are new cannot fill
/// memory.
pub(super) const MAX_SEEN_GROUPS: usize = 1 << 16;

/// A run of neighbouring columns, by their places in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Place of the first column.
    pub first: usize,
    /// Place of the last column.
    pub last: usize,
}

/// The groups seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    table: HashTable<Group>,
    /// The bytes of all groups: their runs one after the other, each with the delimiter behind it.
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    hash: u64,
    offset: usize,
    number: u32,
}

impl Seen {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.table.clear();
        self.bytes.clear();
    }

    /// Whether there are so many groups that they should be forgotten.
    pub fn is_full(&self) -> bool {
        self.table.len() >= MAX_SEEN_GROUPS
    }

    /// The number of the group that these runs of a block are, if it was seen.
    #[inline(always)]
    pub fn find(&self, hash: u64, block: &[u8], runs: impl Iterator<Item = Token> + Clone) -> Option<u32> {
        let found = self.table.find(hash, |group| {
            let mut offset = group.offset;
            group.hash == hash
                && runs.clone().all(|run| {
                    // With the delimiter, so that the borders of runs are compared too.
                    let seen = block.get(run.start..=run.end).unwrap_or_default();
                    let end = offset.wrapping_add(seen.len());
                    let known = self.bytes.get(offset..end).unwrap_or_default();
                    offset = end;
                    is_same(known, seen)
                })
        });
        found.map(|group| group.number)
    }

    /// Remembers a group.
    pub fn insert(&mut self, hash: u64, block: &[u8], runs: impl Iterator<Item = Token>, number: u32) {
        let group = Group { hash, offset: self.bytes.len(), number };
        for run in runs {
            self.bytes.extend_from_slice(&block[run.start..=run.end]);
        }
        self.table.insert_unique(hash, group, |group| group.hash);
    }
}

/// Whether two texts are equal, by words: most are too short for a call to pay.
#[inline(always)]
fn is_same(left: &[u8], right: &[u8]) -> bool {
    const WIDE: usize = 16;
    if left.len() != right.len() {
        return false;
    }
    let (Some(left_last), Some(right_last)) = (left.last_chunk::<WIDE>(), right.last_chunk::<WIDE>()) else {
        return left == right;
    };
    let differ =
        |left: &[u8; WIDE], right: &[u8; WIDE]| u128::from_le_bytes(*left) ^ u128::from_le_bytes(*right);
    // The last word may overlap the one in front of it.
    let mut different = differ(left_last, right_last);
    let (left, _) = left.as_chunks::<WIDE>();
    let (right, _) = right.as_chunks::<WIDE>();
    for (left, right) in left.iter().zip(right) {
        different |= differ(left, right);
    }
    different == 0
}
