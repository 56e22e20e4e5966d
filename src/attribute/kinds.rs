//! Rows are alike hour after hour: all of a row but its hour, bytes and records is its kind, and what a kind of row says has to
//! be found out once.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::aggregate::{Hour, Key};
use crate::model::time::Bucket;

/// Kinds of rows that are remembered, about 150 bytes each; rows of further kinds are looked at anew in each hour.
pub const MAX_KINDS: usize = 1 << 18;

/// The number of a kind, by its place in the list.
pub type Kind = u32;

/// The kinds of rows so far, in the order they came.
#[derive(Debug)]
pub struct Kinds {
    limit: usize,
    /// Without their hours.
    keys: Vec<Key>,
    index: HashTable<Kind>,
    hasher: RandomState,
    /// For each kind the one that came after it the last time: hours have their rows in the same order, so that most are found
    /// without a search.
    after: Vec<Kind>,
    last: usize,
    /// Whether rows had to be left without a number.
    is_full: bool,
}

impl Kinds {
    /// None yet, and room for so many.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            keys: Vec::new(),
            index: HashTable::new(),
            hasher: RandomState::default(),
            after: Vec::new(),
            last: 0,
            is_full: false,
        }
    }

    /// The kind of a row; `None` where there is no room for it.
    pub fn number(&mut self, key: &Key) -> Option<Kind> {
        let key = Key { bucket: Bucket::NONE, ..*key };
        let expected = self.after.get(self.last).copied();
        let found = match expected.filter(|kind| self.keys[*kind as usize] == key) {
            Some(kind) => kind,
            None => self.search(key)?,
        };
        self.last = found as usize;
        Some(found)
    }

    fn search(&mut self, key: Key) -> Option<Kind> {
        let (keys, hasher) = (&self.keys, &self.hasher);
        let hash = hasher.hash_one(key);
        let known = self.index.find(hash, |kind| keys[*kind as usize] == key).copied();
        let kind = match known {
            Some(kind) => kind,
            None if self.keys.len() >= self.limit => {
                self.is_full = true;
                return None;
            }
            None => {
                let kind = u32::try_from(self.keys.len()).expect("the limit is below 2^32");
                self.index.insert_unique(hash, kind, |kind| hasher.hash_one(keys[*kind as usize]));
                self.keys.push(key);
                // Nothing came after it so far; it itself is never right, and needs no case of its own.
                self.after.push(kind);
                kind
            }
        };
        if let Some(after) = self.after.get_mut(self.last) {
            *after = kind;
        }
        Some(kind)
    }

    /// The kinds of an hour's rows.
    pub fn of(&mut self, hour: &Hour) -> Vec<Option<Kind>> {
        hour.rows.iter().map(|(key, _)| self.number(key)).collect()
    }

    /// The kinds in the order they came, without their hours.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Whether all rows so far have a kind.
    pub fn is_whole(&self) -> bool {
        !self.is_full
    }
}
