//! What the rows of one hour add up to, before the hour is decided. Only an hour and its neighbours are held at a time.

use std::collections::{BTreeMap, BTreeSet};

use crate::aggregate::{FastMap, Hour};
use crate::model::time::Bucket;

use super::flows::FlowId;
use super::legs::{Party, Way};
use super::path::Route;
use super::resolve::NatEvidence;
use super::seam::{ByClient, Edges};
use super::vantage::HourView;

/// Paths that clients' egress rows state, by interface, client and peer.
pub(super) type StatedRoutes = FastMap<(usize, Party, Party), BTreeSet<Route>>;

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
    /// Rows at endpoints' interfaces, by interface, and of their clients.
    pub(super) endpoints: BTreeMap<String, EndpointHour>,
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
    /// Who used which NAT unit.
    pub(super) used: NatEvidence,
    /// Paths that rows state.
    pub(super) stated: StatedRoutes,
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
