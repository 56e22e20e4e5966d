//! All totals hour by hour, in an order that depends on what they say: every later choice among equals follows this order,
//! so reports are the same for any number of threads, and wherever the totals lay.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::{Arc, mpsc};

use rayon::prelude::*;

use super::coding::damaged;
use super::hourly::{Run, Translation, known};
use super::packed::Packed;
use super::store::{Chunk, Cursor, Store, Writer, Written};
use super::{End, EndKind, Key, Partial, Presence, Sum};
use crate::model::time::Bucket;

/// One hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hour {
    /// Which.
    pub bucket: Bucket,
    /// Rows of any kind, by observer.
    pub presence: Vec<(u32, Presence)>,
    /// Accepted traffic, ordered by observer, source, destination, packet source, packet destination, next hop, direction,
    /// traffic path and opener, each by what it stands for.
    pub rows: Vec<(Key, Sum)>,
}

/// All hours with rows of any kind; may be read as often as one likes.
#[derive(Debug)]
pub struct Hours {
    store: Arc<Store>,
    chunks: Vec<Chunk>,
}

impl Hours {
    /// The hours, first to last.
    ///
    /// # Errors
    /// When the temporary file cannot be read; so do the hours themselves.
    pub fn read(&self) -> io::Result<HoursIter<'_>> {
        Ok(HoursIter { cursor: Cursor::new(&self.chunks)?, written: Written::default() })
    }

    /// Shows each hour, first to last, with what `prepare` makes of it. On a pool of several workers hours are taken from the
    /// store and prepared on a thread of their own, one ahead of the one that is shown.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn each<T: Send>(
        &self,
        mut prepare: impl FnMut(&Hour) -> T + Send,
        mut see: impl FnMut(&Hour, T),
    ) -> io::Result<()> {
        let mut hours = self.read()?;
        if rayon::current_num_threads() == 1 {
            let mut hour = Hour::default();
            while hours.next_into(&mut hour)? {
                let prepared = prepare(&hour);
                see(&hour, prepared);
            }
            return Ok(());
        }
        std::thread::scope(|scope| {
            // Each hour waits to be taken: only this one and the next are in memory.
            let (ready, taken) = mpsc::sync_channel(0);
            let (empty, used) = mpsc::channel::<Hour>();
            scope.spawn(move || {
                loop {
                    let mut hour = used.try_recv().unwrap_or_default();
                    let next =
                        hours.next_into(&mut hour).map(|is_hour| is_hour.then(|| (prepare(&hour), hour)));
                    let Some(next) = next.transpose() else { return };
                    let is_error = next.is_err();
                    if ready.send(next).is_err() || is_error {
                        return;
                    }
                }
            });
            for next in taken {
                let (prepared, hour) = next?;
                see(&hour, prepared);
                // Only where that thread has ended already is there nobody to take it.
                let _is_taken = empty.send(hour).is_ok();
            }
            Ok(())
        })
    }

    /// The same hours with `change` made to each.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn map(&self, mut change: impl FnMut(&mut Hour)) -> io::Result<Self> {
        let mut writer = Writer::new(&self.store);
        for hour in self.read()? {
            let mut hour = hour?;
            change(&mut hour);
            writer.hour(hour.bucket, hour.presence, hour.rows);
        }
        Ok(Self { store: Arc::clone(&self.store), chunks: writer.finish() })
    }
}

/// Hours, read one after another.
#[derive(Debug)]
pub struct HoursIter<'h> {
    cursor: Cursor<'h>,
    written: Written,
}

impl Iterator for HoursIter<'_> {
    type Item = io::Result<Hour>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut hour = Hour::default();
        self.next_into(&mut hour).map(|is_hour| is_hour.then_some(hour)).transpose()
    }
}

impl HoursIter<'_> {
    /// Reads the next hour in place of another one; `false` where there is none.
    fn next_into(&mut self, hour: &mut Hour) -> io::Result<bool> {
        let Some(bucket) = self.cursor.peek() else { return Ok(false) };
        self.cursor.take(&mut self.written)?;
        hour.bucket = bucket;
        hour.presence.clear();
        hour.rows.clear();
        let mut presence = self.written.presence();
        while !presence.is_empty() {
            hour.presence.push(presence.presence()?);
        }
        let mut rows = self.written.rows();
        while !rows.is_empty() {
            hour.rows.push(rows.row()?);
        }
        Ok(true)
    }
}

/// From a partial's indexes to places in an order of what they stand for, and back.
struct Ranks {
    to_rank: Translation,
    to_index: Translation,
}

impl Ranks {
    fn of(partial: &Partial) -> Self {
        let observer = |index: usize| {
            let observer = &partial.observers[index];
            (&observer.id, &partial.flow_logs[observer.flow_log as usize])
        };
        let observers = ranked(partial.observers.len(), |a, b| observer(a).cmp(&observer(b)));
        let addresses = &partial.addresses;
        let addresses = ranked(addresses.len(), |a, b| addresses[a].cmp(&addresses[b]));
        let hops = &partial.next_hops;
        let next_hops = ranked(hops.len(), |a, b| hops[a].cmp(&hops[b]));
        Self {
            to_rank: Translation { observers: observers.0, addresses: addresses.0, next_hops: next_hops.0 },
            to_index: Translation { observers: observers.1, addresses: addresses.1, next_hops: next_hops.1 },
        }
    }
}

/// For each index its place in the order, and for each place its index.
fn ranked(count: usize, mut order: impl FnMut(usize, usize) -> std::cmp::Ordering) -> (Vec<u32>, Vec<u32>) {
    let mut indexes: Vec<usize> = (0..count).collect();
    indexes.sort_unstable_by(|a, b| order(*a, *b));
    let number = |index: usize| u32::try_from(index).expect("indexes of a partial are below 2^31");
    let mut ranks = vec![0; count];
    for (rank, index) in indexes.iter().enumerate() {
        ranks[*index] = number(rank);
    }
    (ranks, indexes.into_iter().map(number).collect())
}

/// What a rank of an address counts from: addresses stand before classes, as [`End`] has them the other way round.
fn swapped(end: End) -> End {
    match end.kind() {
        EndKind::Missing => end,
        EndKind::Class(index) => End::address(index),
        EndKind::Address(index) => End::class(index),
    }
}

fn with_swapped_ends(key: Key) -> Key {
    Key {
        src: swapped(key.src),
        dst: swapped(key.dst),
        pkt_src: swapped(key.pkt_src),
        pkt_dst: swapped(key.pkt_dst),
        ..key
    }
}

/// Rows of one hour from several runs, added up before they take much more room than they need.
#[derive(Default)]
struct Gathered {
    rows: Vec<(Packed, Sum)>,
    /// Start of the key and place of each row, which are quicker to sort than rows.
    order: Vec<u128>,
    sorted: Vec<(Packed, Sum)>,
    /// How many rows there are when they are added up the next time.
    enough: usize,
}

impl Gathered {
    /// Fewer rows are not worth it.
    const FEW: usize = 1 << 14;

    fn push(&mut self, key: Packed, sum: Sum) {
        if self.rows.len() >= self.enough.max(Self::FEW) {
            self.add_up();
            self.enough = self.rows.len() * 2;
        }
        self.rows.push((key, sum));
    }

    fn add_up(&mut self) {
        self.sort();
        self.rows.dedup_by(|(key, sum), (known, total)| {
            let same = key == known;
            if same {
                total.bytes += sum.bytes;
                total.records += sum.records;
            }
            same
        });
    }

    /// Sorts rows of one hour by key.
    fn sort(&mut self) {
        let Self { rows, order, sorted, .. } = self;
        if rows.is_sorted_by_key(|(key, _)| *key) {
            return;
        }
        if u32::try_from(rows.len()).is_err() {
            rows.sort_unstable_by_key(|(key, _)| *key);
            return;
        }
        order.clear();
        order.extend((0_u128..).zip(&*rows).map(|(place, (key, _))| key.start_in_hour() << 32 | place));
        order.sort_unstable();
        sorted.clear();
        let place = |coded: u128| usize::try_from(coded & u128::from(u32::MAX)).unwrap_or(usize::MAX);
        sorted.extend(order.iter().map(|coded| rows[place(*coded)]));
        for same in sorted.chunk_by_mut(|(a, _), (b, _)| a.start_in_hour() == b.start_in_hour()) {
            same.sort_unstable_by_key(|(key, _)| *key);
        }
        std::mem::swap(rows, sorted);
    }
}

/// A run from its start, and how its numbers become places in the order.
type Source<'s> = (Cursor<'s>, &'s Translation);

/// Parts that the hours are shared out in, for each worker: hours differ in size.
const PARTS_OF_A_WORKER: usize = 4;

/// Brings everything that runs hold into one run, in order. Workers of the current pool take some hours each.
pub(super) fn in_order(partial: &Partial) -> io::Result<Hours> {
    let store = &partial.hourly.store;
    let open = Run { chunks: partial.hourly.open_run().0, translation: None };
    let ranks = Ranks::of(partial);
    let mut translations: HashMap<*const Translation, Translation> = HashMap::new();
    for translation in partial.hourly.runs.iter().filter_map(|run| run.translation.as_ref()) {
        translations.entry(Arc::as_ptr(translation)).or_insert_with(|| translation.then(&ranks.to_rank));
    }
    let mut sources: Vec<Source<'_>> = Vec::new();
    for run in partial.hourly.runs.iter().chain([&open]) {
        let to_rank = match &run.translation {
            Some(translation) => translations.get(&Arc::as_ptr(translation)),
            None => None,
        };
        sources.push((Cursor::new(&run.chunks)?, to_rank.unwrap_or(&ranks.to_rank)));
    }
    let chunks: Vec<Vec<Chunk>> = parts(&sources)?
        .into_par_iter()
        .map(|(from, to)| part_in_order(store, &ranks, &sources, (from, to)))
        .collect::<io::Result<_>>()?;
    Ok(Hours { store: Arc::clone(store), chunks: chunks.into_iter().flatten().collect() })
}

/// First and last hour of each part.
fn parts(sources: &[Source<'_>]) -> io::Result<Vec<(Bucket, Bucket)>> {
    let mut hours: BTreeSet<Bucket> = BTreeSet::new();
    for (cursor, _) in sources {
        let mut cursor = cursor.clone();
        while let Some(bucket) = cursor.peek() {
            hours.insert(bucket);
            cursor.skip_before(Bucket(bucket.0.saturating_add(1)))?;
            // The last hour there can be is not before any other.
            if cursor.peek() == Some(bucket) {
                break;
            }
        }
    }
    let hours: Vec<Bucket> = hours.into_iter().collect();
    let count = rayon::current_num_threads() * PARTS_OF_A_WORKER;
    let parts = hours.chunks(hours.len().div_ceil(count).max(1));
    Ok(parts.filter_map(|part| Some((*part.first()?, *part.last()?))).collect())
}

/// The hours from one to another, both with it.
fn part_in_order(
    store: &Arc<Store>,
    ranks: &Ranks,
    sources: &[Source<'_>],
    (from, to): (Bucket, Bucket),
) -> io::Result<Vec<Chunk>> {
    let mut sources = sources.to_vec();
    for (cursor, _) in &mut sources {
        cursor.skip_before(from)?;
    }
    let (mut writer, mut written, mut gathered) =
        (Writer::new(store), Written::default(), Gathered::default());
    let next = |sources: &[Source<'_>]| {
        sources.iter().filter_map(|(cursor, _)| cursor.peek()).filter(|bucket| *bucket <= to).min()
    };
    while let Some(bucket) = next(&sources) {
        let mut presence: Vec<(u32, Presence)> = Vec::new();
        for (cursor, to_rank) in sources.iter_mut().filter(|(cursor, _)| cursor.peek() == Some(bucket)) {
            cursor.take(&mut written)?;
            let mut decoder = written.presence();
            while !decoder.is_empty() {
                let (observer, part) = decoder.presence()?;
                presence.push((known(to_rank.observers.get(observer as usize).copied())?, part));
            }
            let mut decoder = written.rows();
            while !decoder.is_empty() {
                let (key, sum) = decoder.row()?;
                let key = with_swapped_ends(to_rank.key(key).ok_or_else(damaged)?);
                gathered.push(Packed::new(&key), sum);
            }
        }
        presence.sort_unstable_by_key(|(observer, _)| *observer);
        presence.dedup_by(|(observer, part), (known, total)| {
            let same = observer == known;
            if same {
                total.merge(part);
            }
            same
        });
        gathered.add_up();
        let index = |rank: u32| ranks.to_index.observers[rank as usize];
        writer.hour(
            bucket,
            presence.into_iter().map(|(observer, presence)| (index(observer), presence)),
            gathered.rows.drain(..).map(|(packed, sum)| {
                let key = ranks.to_index.key(with_swapped_ends(packed.key()));
                (key.expect("each place in the order has an index"), sum)
            }),
        );
        gathered.enough = 0;
    }
    Ok(writer.finish())
}
