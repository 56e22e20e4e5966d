//! Stage 5: mergeable totals.
//!
//! A [`Partial`] is what one worker keeps. [`Partial::merge`] is associative and commutative, with an empty partial as
//! identity: indexes are private to a partial and are translated, sums are integers, and every choice among equals is
//! the smallest.
//!
//! Tables of indexes grow with the VPC and are held as they are. Totals have an hour, and inputs may have any number of
//! hours: they are held within limits (`hourly`), and given hour by hour by [`Partial::hours`].

mod coding;
mod hot;
mod hourly;
mod hours;
mod key;
mod packed;
mod rejects;
mod store;
#[cfg(test)]
pub(crate) mod tests;

pub use hours::{Hour, Hours, HoursIter};
pub use key::{End, EndKind, Key, Opener};
pub use rejects::{MAX_REJECTED_PAIRS, Rejected, RejectedPeer};
pub use store::{Limits, MAX_OPEN_TOTALS, MAX_RESIDENT_BYTES, Store};

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::{Equivalent, HashMap};

use crate::model::addr::Addr;
use crate::model::time::Bucket;
use hourly::{Hourly, Translation};
use rejects::Rejects;
use store::Writer;

/// A flow log, as far as objects tell: AWS's id, or the field names where the object's name has none (one flow log
/// has one format, so two formats are two flow logs).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowLogSource {
    /// `fl-...`, or `format:` and the field names.
    pub identity: String,
    /// Whether its records carry packet addresses.
    pub has_pkt: bool,
    /// The needed columns it has, one bit per [`crate::parse::fields::Column`].
    pub columns: u32,
}

/// Whose log a record is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observer {
    /// Interface id, or resource id where there is no interface (`nat-...`), or empty where neither is logged.
    pub id: Box<[u8]>,
    /// Index of the flow log.
    pub flow_log: u32,
    /// What the records say about the interface.
    pub facts: ObserverFacts,
}

/// What records say about an interface; the smallest text where they disagree.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the field of its name")]
pub struct ObserverFacts {
    pub account_id: Option<Box<[u8]>>,
    pub vpc_id: Option<Box<[u8]>>,
    pub subnet_id: Option<Box<[u8]>>,
    pub instance_id: Option<Box<[u8]>>,
    pub region: Option<Box<[u8]>>,
    pub az_id: Option<Box<[u8]>>,
    pub interface_type: Option<Box<[u8]>>,
}

impl ObserverFacts {
    /// The fields, for reading and merging alike.
    pub fn fields_mut(&mut self) -> [&mut Option<Box<[u8]>>; 7] {
        [
            &mut self.account_id,
            &mut self.vpc_id,
            &mut self.subnet_id,
            &mut self.instance_id,
            &mut self.region,
            &mut self.az_id,
            &mut self.interface_type,
        ]
    }
}

/// Takes `value` into `fact` if it says something smaller.
#[inline]
pub fn learn(fact: &mut Option<Box<[u8]>>, value: &[u8]) {
    if !value.is_empty() && fact.as_deref().is_none_or(|known| value < known) {
        *fact = Some(value.into());
    }
}

/// The other interface of a hop (v11).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NextHop {
    /// `eni-...`.
    pub interface_id: Box<[u8]>,
    /// Such as `nat_gateway`.
    pub interface_type: Box<[u8]>,
}

#[derive(Hash)]
struct NextHopRef<'a> {
    interface_id: &'a [u8],
    interface_type: &'a [u8],
}

impl Equivalent<NextHop> for NextHopRef<'_> {
    fn equivalent(&self, key: &NextHop) -> bool {
        *self.interface_id == *key.interface_id && *self.interface_type == *key.interface_type
    }
}

/// One total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Bytes.
    pub bytes: u128,
    /// Records.
    pub records: u64,
}

/// What kinds of rows an observer has in an hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Presence {
    /// Rows of any kind.
    pub rows: u64,
    /// Rows that say records were lost.
    pub skipdata: u64,
    /// First and last second of the rows; equal zeros where none has a time.
    pub span: (i64, i64),
    /// Accepted bytes of rows that start within [`crate::model::time::SEAM_SECONDS`] of the hour's start.
    pub early_bytes: u128,
    /// Accepted bytes of rows that start within as much of the hour's end.
    pub late_bytes: u128,
}

impl Presence {
    /// Widens the span by another one.
    #[inline]
    pub fn widen(&mut self, span: (i64, i64)) {
        self.span = match self.span {
            (0, 0) => span,
            known if span == (0, 0) => known,
            (first, last) => (first.min(span.0), last.max(span.1)),
        };
    }

    /// Adds another part of the same hour.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.skipdata += other.skipdata;
        self.widen(other.span);
        self.early_bytes += other.early_bytes;
        self.late_bytes += other.late_bytes;
    }
}

/// Counts of rows and bytes by what became of them while reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the report's ledger")]
pub struct RowCounts {
    pub ok: u64,
    pub nodata: u64,
    pub skipdata: u64,
    pub rejected: u64,
    pub malformed: u64,
    pub outside_period: u64,
    pub time_anomalies: u64,
    pub bytes_total: u128,
    pub bytes_rejected: u128,
    /// Bytes on SKIPDATA rows.
    pub bytes_skipdata: u128,
    /// Bytes on rows that lack an address: OK rows, and NODATA rows that claim bytes.
    pub bytes_without_address: u128,
    /// Bytes on OK rows that name neither an interface nor a resource.
    pub bytes_without_observer: u128,
}

impl RowCounts {
    /// What was counted since `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            ok: self.ok - before.ok,
            nodata: self.nodata - before.nodata,
            skipdata: self.skipdata - before.skipdata,
            rejected: self.rejected - before.rejected,
            malformed: self.malformed - before.malformed,
            outside_period: self.outside_period - before.outside_period,
            time_anomalies: self.time_anomalies - before.time_anomalies,
            bytes_total: self.bytes_total - before.bytes_total,
            bytes_rejected: self.bytes_rejected - before.bytes_rejected,
            bytes_skipdata: self.bytes_skipdata - before.bytes_skipdata,
            bytes_without_address: self.bytes_without_address - before.bytes_without_address,
            bytes_without_observer: self.bytes_without_observer - before.bytes_without_observer,
        }
    }

    /// Rows of all kinds inside the period.
    pub fn records(&self) -> u64 {
        self.ok + self.nodata + self.skipdata + self.rejected + self.malformed
    }

    /// Adds other counts.
    pub fn add(&mut self, other: &Self) {
        self.ok += other.ok;
        self.nodata += other.nodata;
        self.skipdata += other.skipdata;
        self.rejected += other.rejected;
        self.malformed += other.malformed;
        self.outside_period += other.outside_period;
        self.time_anomalies += other.time_anomalies;
        self.bytes_total += other.bytes_total;
        self.bytes_rejected += other.bytes_rejected;
        self.bytes_skipdata += other.bytes_skipdata;
        self.bytes_without_address += other.bytes_without_address;
        self.bytes_without_observer += other.bytes_without_observer;
    }
}

/// A hash map with the fast hasher; keys are not chosen by an adversary who could see timings.
pub type FastMap<K, V> = HashMap<K, V, RandomState>;

/// The totals of a part of the input.
#[derive(Debug, Default)]
pub struct Partial {
    /// Flow logs seen.
    pub flow_logs: Vec<FlowLogSource>,
    /// Observers seen.
    pub observers: Vec<Observer>,
    /// Kept addresses.
    pub addresses: Vec<Addr>,
    /// Next hops; index 0 stands for none.
    pub next_hops: Vec<NextHop>,
    /// Rows and bytes by what became of them.
    pub counts: RowCounts,
    /// The same for each hour of the period, without rows that have none: malformed ones.
    pub counts_by_hour: BTreeMap<Bucket, RowCounts>,
    /// First and last plausible second of the records, inclusive start and exclusive end.
    pub span: Option<(i64, i64)>,
    /// Accepted traffic, and rows of any kind.
    hourly: Hourly,
    /// Rejected rows towards port 443.
    rejects: Rejects,
    flow_log_index: FastMap<FlowLogSource, u32>,
    observer_index: FastMap<Box<[u8]>, Vec<(u32, u32)>>,
    address_index: FastMap<Addr, u32>,
    next_hop_index: FastMap<NextHop, u32>,
}

impl Partial {
    /// The identity of [`Partial::merge`], with all totals in memory.
    pub fn new() -> Self {
        Self::of_hourly(Hourly::default())
    }

    /// An empty partial that shares the limits of `store` with others.
    pub fn in_store(store: &Arc<Store>) -> Self {
        Self::of_hourly(Hourly::new(store))
    }

    fn of_hourly(hourly: Hourly) -> Self {
        let mut partial = Self { hourly, ..Self::default() };
        partial.next_hops.push(NextHop::default());
        partial.next_hop_index.insert(NextHop::default(), 0);
        partial
    }

    /// Index of a flow log.
    pub fn flow_log(&mut self, source: &FlowLogSource) -> u32 {
        if let Some(index) = self.flow_log_index.get(source) {
            return *index;
        }
        let index = index_of_next(self.flow_logs.len());
        self.flow_logs.push(source.clone());
        self.flow_log_index.insert(source.clone(), index);
        index
    }

    /// Index of an observer.
    #[inline]
    pub fn observer(&mut self, id: &[u8], flow_log: u32) -> u32 {
        if let Some(known) = self.observer_index.get(id)
            && let Some((_, index)) = known.iter().find(|(log, _)| *log == flow_log)
        {
            return *index;
        }
        self.new_observer(id, flow_log)
    }

    /// Index of an observer that has one.
    pub fn known_observer(&self, id: &[u8], flow_log: u32) -> Option<u32> {
        let known = self.observer_index.get(id)?;
        known.iter().find(|(log, _)| *log == flow_log).map(|(_, index)| *index)
    }

    #[cold]
    fn new_observer(&mut self, id: &[u8], flow_log: u32) -> u32 {
        let index = index_of_next(self.observers.len());
        self.observers.push(Observer { id: id.into(), flow_log, facts: ObserverFacts::default() });
        self.observer_index.entry(id.into()).or_default().push((flow_log, index));
        index
    }

    /// Index of a kept address.
    #[inline]
    pub fn address(&mut self, addr: Addr) -> u32 {
        if let Some(index) = self.address_index.get(&addr) {
            return *index;
        }
        let index = index_of_next(self.addresses.len());
        self.addresses.push(addr);
        self.address_index.insert(addr, index);
        index
    }

    /// Index of a next hop, 0 where both parts are missing.
    #[inline]
    pub fn next_hop(&mut self, interface_id: &[u8], interface_type: &[u8]) -> u32 {
        if interface_id.is_empty() && interface_type.is_empty() {
            return 0;
        }
        if let Some(index) = self.next_hop_index.get(&NextHopRef { interface_id, interface_type }) {
            return *index;
        }
        let hop = NextHop { interface_id: interface_id.into(), interface_type: interface_type.into() };
        let index = index_of_next(self.next_hops.len());
        self.next_hops.push(hop.clone());
        self.next_hop_index.insert(hop, index);
        index
    }

    /// Adds a record of accepted traffic.
    #[inline]
    pub fn add(&mut self, key: Key, bytes: u64) {
        self.hourly.add(&key, bytes);
    }

    /// Adds rows of any kind of an observer in an hour.
    pub fn add_presence(&mut self, observer: u32, bucket: Bucket, presence: &Presence) {
        self.hourly.add_presence(bucket, observer, presence);
    }

    /// Counts rows of an hour inside the period.
    pub fn count(&mut self, bucket: Bucket, counts: &RowCounts) {
        self.counts.add(counts);
        self.counts_by_hour.entry(bucket).or_default().add(counts);
    }

    /// Begins a list of whole hours that are added as they are, with this partial's indexes.
    pub fn hour_writer(&self) -> HourWriter {
        HourWriter(Writer::new(&self.hourly.store))
    }

    /// Adds the hours that were written.
    pub fn add_hours(&mut self, hours: HourWriter) {
        self.hourly.add_run(hours.0.finish());
    }

    /// To be called when no more records come for now: what waits to be merged takes little room.
    pub fn close(&mut self) {
        self.hourly.close();
    }

    /// Everything by hour.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn hours(&self) -> io::Result<Hours> {
        hours::in_order(self)
    }

    /// Bytes held of what has an hour: open tables, and what is written down and in memory in the whole store.
    pub fn hourly_bytes(&self) -> usize {
        self.hourly.open_bytes() + self.hourly.store.resident_bytes()
    }

    /// Widens the span of time that was seen.
    #[inline]
    pub fn widen(&mut self, start: i64, end: i64) {
        self.span = Some(match self.span {
            None => (start, end),
            Some((first, last)) => (first.min(start), last.max(end)),
        });
    }

    /// Adds everything of `other`.
    pub fn merge(&mut self, other: Self) {
        let flow_logs: Vec<u32> = other.flow_logs.iter().map(|source| self.flow_log(source)).collect();
        let addresses: Vec<u32> = other.addresses.iter().map(|addr| self.address(*addr)).collect();
        let next_hops: Vec<u32> =
            other.next_hops.iter().map(|hop| self.next_hop(&hop.interface_id, &hop.interface_type)).collect();
        let mut observers = Vec::with_capacity(other.observers.len());
        for mut observer in other.observers {
            let index = self.observer(&observer.id, flow_logs[observer.flow_log as usize]);
            let known = self.observers[index as usize].facts.fields_mut();
            for (fact, value) in known.into_iter().zip(observer.facts.fields_mut()) {
                learn(fact, value.as_deref().unwrap_or_default());
            }
            observers.push(index);
        }
        self.merge_rejects(other.rejects, &observers, &addresses);
        self.hourly.take_over(other.hourly, Translation { observers, addresses, next_hops });
        self.counts.add(&other.counts);
        for (bucket, counts) in &other.counts_by_hour {
            self.counts_by_hour.entry(*bucket).or_default().add(counts);
        }
        if let Some((start, end)) = other.span {
            self.widen(start, end);
        }
    }
}

/// Writes whole hours, see [`Partial::hour_writer`].
#[derive(Debug)]
pub struct HourWriter(Writer);

impl HourWriter {
    /// Writes an hour; each comes once, in order.
    pub fn hour(
        &mut self,
        bucket: Bucket,
        presence: impl IntoIterator<Item = (u32, Presence)>,
        rows: impl IntoIterator<Item = (Key, Sum)>,
    ) {
        self.0.hour(bucket, presence, rows);
    }
}

/// The index a list's next element gets.
pub(crate) fn index_of_next(length: usize) -> u32 {
    u32::try_from(length).ok().filter(|index| *index < 1 << 31).expect(
        "fewer than 2^31 distinct interfaces, addresses or hops: a VPC has at most a few hundred thousand",
    )
}
