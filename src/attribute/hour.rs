//! What the rows of one hour add up to, before the hour is decided. Only an hour and its neighbours are held at a time.

use std::collections::BTreeMap;

use crate::aggregate::{FastMap, Hour};
use crate::model::time::Bucket;

use super::flows::FlowId;
use super::legs::{Party, Way};
use super::seam::{ByClient, Edges};
use super::vantage::HourView;

/// Short lists of numbered things, each sorted and without repetition, which are all empty again when an hour begins.
#[derive(Debug)]
pub(super) struct ByHour<T> {
    /// The hour that a list was made in, and the list: what is of another hour is as good as gone.
    lists: Vec<(u32, Vec<T>)>,
    hour: u32,
}

impl<T> Default for ByHour<T> {
    fn default() -> Self {
        Self { lists: Vec::new(), hour: 0 }
    }
}

impl<T: Ord + Copy> ByHour<T> {
    /// Begins the next hour.
    fn begin(&mut self) {
        self.hour += 1;
    }

    /// Adds to the list of a number.
    pub(super) fn insert(&mut self, number: u32, value: T) {
        let place = number as usize;
        if self.lists.len() <= place {
            self.lists.resize_with(place + 1, Default::default);
        }
        let (hour, list) = &mut self.lists[place];
        if *hour != self.hour {
            *hour = self.hour;
            list.clear();
        }
        if let Err(place) = list.binary_search(&value) {
            list.insert(place, value);
        }
    }

    /// The list of a number.
    pub(super) fn get(&self, number: u32) -> &[T] {
        match self.lists.get(number as usize) {
            Some((hour, list)) if *hour == self.hour => list,
            _ => &[],
        }
    }
}

/// Rows of one interface endpoint's interface: its own, and its clients'.
#[derive(Debug, Default)]
pub(super) struct EndpointHour {
    pub(super) own: Vec<(FlowId, Way, u128)>,
    pub(super) clients: Vec<(FlowId, Way, u128)>,
}

/// One hour, sorted by what decides it.
#[derive(Debug)]
pub(super) struct HourWork {
    pub(super) bucket: Bucket,
    /// Rows at NAT units and of their clients.
    pub(super) units: BTreeMap<usize, HourView>,
    /// Rows at endpoints' interfaces, by the interface's number, and of their clients.
    pub(super) endpoints: BTreeMap<u32, EndpointHour>,
    /// Private traffic of ends that are not logged: bytes by attachment that shows them.
    pub(super) private_transit: BTreeMap<(Party, Party), BTreeMap<usize, u128>>,
    /// Rows that nothing else has a say in.
    pub(super) settled: Vec<(FlowId, Way, u128)>,
    /// Bytes of rows that are surely counted elsewhere.
    pub(super) duplicate_bytes: u128,
}

impl HourWork {
    pub(super) fn new(bucket: Bucket) -> Self {
        Self {
            bucket,
            units: BTreeMap::new(),
            endpoints: BTreeMap::new(),
            private_transit: BTreeMap::new(),
            settled: Vec::new(),
            duplicate_bytes: 0,
        }
    }
}

/// What the rows of an hour tell about each other.
#[derive(Debug, Default)]
pub(super) struct HourEvidence {
    /// For each interface whether it has accepted traffic.
    pub(super) active: Vec<bool>,
    /// NAT units by the number of the proof that a client used them.
    pub(super) used: ByHour<usize>,
    /// Routes that rows state, by the number of the conversation.
    pub(super) stated: ByHour<u32>,
}

impl HourEvidence {
    /// Begins an hour; there are so many interfaces.
    pub(super) fn begin(&mut self, interfaces: usize) {
        self.active.clear();
        self.active.resize(interfaces, false);
        self.used.begin();
        self.stated.begin();
    }
}

/// Bytes near the borders of an hour, for each interface that has some.
pub(super) fn edges(hour: &Hour, eni_of_observer: &[usize]) -> FastMap<usize, Edges> {
    let mut edges: FastMap<usize, Edges> = FastMap::default();
    for (observer, presence) in &hour.presence {
        if presence.early_bytes + presence.late_bytes > 0 {
            // Overlapping flow logs show the same bytes each.
            let known = edges.entry(eni_of_observer[*observer as usize]).or_default();
            known.early = known.early.max(presence.early_bytes);
            known.late = known.late.max(presence.late_bytes);
        }
    }
    edges
}

/// Bytes by client.
pub(super) fn by_client(rows: &[(FlowId, Way, u128)]) -> ByClient {
    let mut sums = ByClient::default();
    for (flow, way, bytes) in rows {
        sums.add(flow.client, *way, *bytes);
    }
    sums.close();
    sums
}
