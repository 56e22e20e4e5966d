//! The totals that have an hour. A VPC has few of them in one hour, but an input may have any number of hours: a bounded table
//! takes the records, and what it held is written down as a run when it is full.

use std::io;
use std::sync::Arc;

use super::hot::Hot;
use super::packed::{Packed, Presented};
use super::store::{Chunk, FIRST_OPEN_TOTALS, Limits, Store, Writer};
use super::{End, EndKind, Key, Presence, Sum};
use crate::model::time::Bucket;

/// For each index of one partial, the index in another.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Translation {
    pub(super) observers: Vec<u32>,
    pub(super) addresses: Vec<u32>,
    pub(super) next_hops: Vec<u32>,
}

impl Translation {
    /// Whether nothing changes.
    fn is_identity(&self) -> bool {
        [&self.observers, &self.addresses, &self.next_hops]
            .into_iter()
            .all(|list| (0..).zip(list).all(|(index, known)| index == *known))
    }

    /// First `self`, then `after`.
    pub(super) fn then(&self, after: &Self) -> Self {
        let compose =
            |first: &[u32], second: &[u32]| first.iter().map(|index| second[*index as usize]).collect();
        Self {
            observers: compose(&self.observers, &after.observers),
            addresses: compose(&self.addresses, &after.addresses),
            next_hops: compose(&self.next_hops, &after.next_hops),
        }
    }

    /// The key in the other's numbers; `None` where it has a number that was never given.
    #[inline]
    pub(super) fn key(&self, key: Key) -> Option<Key> {
        Some(Key {
            observer: *self.observers.get(key.observer as usize)?,
            src: self.end(key.src)?,
            dst: self.end(key.dst)?,
            pkt_src: self.end(key.pkt_src)?,
            pkt_dst: self.end(key.pkt_dst)?,
            next_hop: *self.next_hops.get(key.next_hop as usize)?,
            ..key
        })
    }

    #[inline]
    fn end(&self, end: End) -> Option<End> {
        match end.kind() {
            EndKind::Address(index) => Some(End::address(*self.addresses.get(index as usize)?)),
            _ => Some(end),
        }
    }
}

/// A run, and how its indexes are to be read.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) chunks: Vec<Chunk>,
    /// From the indexes as written to the partial's; `None` where they are the same.
    pub(super) translation: Option<Arc<Translation>>,
}

/// The totals by hour of one partial.
#[derive(Debug)]
pub(super) struct Hourly {
    pub(super) store: Arc<Store>,
    /// Totals that the open tables may hold: room for about two hours.
    limit: usize,
    rows: Hot<Packed, Sum>,
    presence: Hot<Presented, Presence>,
    pub(super) runs: Vec<Run>,
}

impl Hourly {
    pub(super) fn new(store: &Arc<Store>) -> Self {
        Self {
            store: Arc::clone(store),
            limit: store.limits.open_totals.min(FIRST_OPEN_TOTALS),
            rows: Hot::default(),
            presence: Hot::default(),
            runs: Vec::new(),
        }
    }

    /// Adds one record.
    #[inline]
    pub(super) fn add(&mut self, key: &Key, bytes: u64) {
        let packed = Packed::new(key);
        let Some(sum) = self.rows.get(packed) else { return self.add_new(packed, bytes) };
        sum.bytes += u128::from(bytes);
        sum.records += 1;
    }

    #[cold]
    fn add_new(&mut self, packed: Packed, bytes: u64) {
        if self.rows.len() >= self.limit {
            self.write_down();
        }
        *self.rows.insert(packed) = Sum { bytes: u128::from(bytes), records: 1 };
    }

    /// Adds to what is known of an observer's hour.
    pub(super) fn add_presence(&mut self, bucket: Bucket, observer: u32, presence: &Presence) {
        let key = Presented::new(bucket, observer);
        if let Some(known) = self.presence.get(key) {
            known.merge(presence);
            return;
        }
        if self.presence.len() >= self.limit {
            self.write_down();
        }
        *self.presence.insert(key) = *presence;
    }

    /// Writes the open tables down and begins them anew.
    pub(super) fn write_down(&mut self) {
        let (chunks, most_in_an_hour) = self.open_run();
        self.limit = (most_in_an_hour * 2).min(self.store.limits.open_totals).max(self.limit);
        if !chunks.is_empty() {
            self.runs.push(Run { chunks, translation: None });
        }
        self.rows.clear();
        self.presence.clear();
    }

    /// Adds a run with this partial's own indexes.
    pub(super) fn add_run(&mut self, chunks: Vec<Chunk>) {
        if !chunks.is_empty() {
            self.runs.push(Run { chunks, translation: None });
        }
    }

    /// Writes the open tables down and gives their room back.
    pub(super) fn close(&mut self) {
        self.write_down();
        (self.rows, self.presence) = (Hot::default(), Hot::default());
    }

    /// What the open tables hold, as a run, and the most totals that an hour has in them.
    pub(super) fn open_run(&self) -> (Vec<Chunk>, usize) {
        let (rows, presence) = (self.rows.sorted(), self.presence.sorted());
        let (mut rows, mut presence) = (rows.as_slice(), presence.as_slice());
        let mut writer = Writer::new(&self.store);
        let mut most_in_an_hour = 0;
        loop {
            let first_row = rows.first().map(|(key, _)| key.bucket());
            let first_presence = presence.first().map(|(key, _)| key.bucket());
            let Some(bucket) = first_row.into_iter().chain(first_presence).min() else { break };
            let end_of_rows = rows.partition_point(|(key, _)| key.bucket() <= bucket);
            let end_of_presence = presence.partition_point(|(key, _)| key.bucket() <= bucket);
            let (rows_here, rows_later) = rows.split_at(end_of_rows);
            let (presence_here, presence_later) = presence.split_at(end_of_presence);
            writer.hour(
                bucket,
                presence_here.iter().map(|(key, presence)| (key.observer(), *presence)),
                rows_here.iter().map(|(key, sum)| (key.key(), *sum)),
            );
            most_in_an_hour = most_in_an_hour.max(rows_here.len()).max(presence_here.len());
            (rows, presence) = (rows_later, presence_later);
        }
        (writer.finish(), most_in_an_hour)
    }

    /// Takes over what `other` has, whose indexes `translation` turns into this one's.
    pub(super) fn take_over(&mut self, mut other: Self, translation: Translation) {
        other.close();
        if self.runs.is_empty() && self.rows.len() + self.presence.len() == 0 {
            self.store = Arc::clone(&other.store);
        }
        if translation.is_identity() {
            self.runs.append(&mut other.runs);
            return;
        }
        let translation = Arc::new(translation);
        // Runs that were taken over together share their translation; they go on to do so.
        let mut composed: Vec<(Arc<Translation>, Arc<Translation>)> = Vec::new();
        for run in other.runs {
            let translation = match run.translation {
                None => Arc::clone(&translation),
                Some(first) => {
                    let known = composed.iter().find(|(known, _)| Arc::ptr_eq(known, &first));
                    if let Some((_, both)) = known {
                        Arc::clone(both)
                    } else {
                        let both = Arc::new(first.then(&translation));
                        composed.push((first, Arc::clone(&both)));
                        both
                    }
                }
            };
            self.runs.push(Run { chunks: run.chunks, translation: Some(translation) });
        }
    }

    /// Bytes of the open tables.
    pub(super) fn open_bytes(&self) -> usize {
        self.rows.resident_bytes() + self.presence.resident_bytes()
    }
}

impl Default for Hourly {
    fn default() -> Self {
        Self::new(&Store::new(Limits::for_workers(1), None))
    }
}

/// Reads an error out of a translation that has no such number.
pub(super) fn known<T>(translated: Option<T>) -> io::Result<T> {
    translated.ok_or_else(super::coding::damaged)
}
