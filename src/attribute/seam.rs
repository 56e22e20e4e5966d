//! The seam between hours. A window's rows start a little earlier at one interface than at another, so a flow that crosses
//! the hour can have client rows in one hour and the gateway's (or endpoint's) rows in the next. Where that next hour shows
//! as many bytes of the client too much as this hour has, the bytes were counted there.

use std::collections::{BTreeMap, BTreeSet};

use crate::aggregate::FastMap;
use crate::model::time::Bucket;

use super::flows::Volume;
use super::sums::Sums;

/// Bytes by client number, as one side saw them in an hour.
pub type ByClient = Sums<u32>;

/// The neighbours of the hour that is decided, and that hour itself where it has rows of the gateway or endpoint.
pub type Neighbours = BTreeMap<Bucket, Neighbour>;

/// An hour in which the gateway or endpoint has rows of its own.
#[derive(Debug, Default)]
pub struct Neighbour {
    /// What it saw of each client beyond the client's own rows, for clients with such rows: they are known to be logged.
    excess: ByClient,
    /// What it saw of clients without rows of their own in this hour.
    unmatched: ByClient,
}

impl Neighbour {
    /// From both sides' views of one hour.
    pub fn new(own: &ByClient, clients: &ByClient) -> Self {
        let mut neighbour = Self::default();
        for (client, volume) in own.rows() {
            match clients.get(client).filter(|seen| seen.total() > 0) {
                Some(seen) => neighbour.excess.merge(*client, beyond(*volume, seen)),
                None => neighbour.unmatched.merge(*client, *volume),
            }
        }
        neighbour
    }
}

fn beyond(own: Volume, seen: Volume) -> Volume {
    Volume {
        bytes_out: own.bytes_out.saturating_sub(seen.bytes_out),
        bytes_in: own.bytes_in.saturating_sub(seen.bytes_in),
    }
}

/// The clients of an hour without rows of the gateway or endpoint whose bytes a neighbouring hour has counted already. What
/// explains one hour is used up for the next.
///
/// `at_border(client, next)` must say that both sides' rows can lie at the very border of the two hours: bytes too many next
/// door can also be a client log that was switched off. A client without rows of its own next door may just not be logged
/// there; then the bytes must be equal too.
pub fn counted_next_door(
    hour: Bucket,
    clients: &ByClient,
    neighbours: &mut Neighbours,
    at_border: impl Fn(u32, Bucket) -> bool,
) -> BTreeSet<u32> {
    let mut counted = BTreeSet::new();
    for next in [hour.0.saturating_sub(1), hour.0.saturating_add(1)].map(Bucket) {
        let Some(neighbour) = neighbours.get_mut(&next) else { continue };
        for (client, volume) in clients.rows().iter().filter(|(_, volume)| volume.total() > 0) {
            if counted.contains(client) || !at_border(*client, next) {
                continue;
            }
            if let Some(excess) = neighbour.excess.get_mut(client)
                && volume.bytes_out <= excess.bytes_out
                && volume.bytes_in <= excess.bytes_in
            {
                *excess = beyond(*excess, *volume);
                counted.insert(*client);
            } else if neighbour.unmatched.get(client) == Some(*volume) {
                neighbour.unmatched.retain(|known, _| known != client);
                counted.insert(*client);
            }
        }
    }
    counted
}

/// The clients that a NAT unit and their own rows show with exactly the same bytes over the whole period, with no difference in
/// any hour but what a flow on the hour's border explains. For them both logs are complete, so either side may be counted,
/// but the same one in every hour. (Equal sums alone prove nothing: two logs that take turns can be equal by chance.)
#[derive(Debug, Default)]
pub struct WholeClients {
    /// Bytes so far at the unit and at the client.
    sums: BTreeMap<u32, (Volume, Volume)>,
    /// Clients with a difference that nothing explains.
    broken: BTreeSet<u32>,
}

impl WholeClients {
    /// Takes in both sides' views of an hour; hours come in order.
    ///
    /// `crosses(client, unit_first, bytes)`: whether so many bytes can lie on the border after this hour, on the unit's side
    /// before it (`unit_first`) and on the client's after it, or the other way round.
    pub fn see(
        &mut self,
        (at_unit, at_client): &(ByClient, ByClient),
        crosses: impl Fn(u32, bool, u128) -> bool,
    ) {
        for (client, volume) in at_unit.rows().iter().filter(|(client, _)| !self.broken.contains(client)) {
            self.sums.entry(*client).or_default().0.merge(*volume);
        }
        for (client, volume) in at_client.rows().iter().filter(|(client, _)| !self.broken.contains(client)) {
            self.sums.entry(*client).or_default().1.merge(*volume);
        }
        let broken = &mut self.broken;
        self.sums.retain(|client, (unit, own)| {
            let ways = [(unit.bytes_out, own.bytes_out), (unit.bytes_in, own.bytes_in)];
            let explained = ways
                .iter()
                .all(|(unit, own)| unit == own || crosses(*client, unit > own, unit.abs_diff(*own)));
            if !explained {
                broken.insert(*client);
            }
            explained
        });
    }

    /// The clients, once all hours were seen.
    pub fn clients(&self) -> BTreeSet<u32> {
        let is_whole = |(unit, own): &(Volume, Volume)| unit == own && unit.total() > 0;
        self.sums.iter().filter(|(_, sums)| is_whole(sums)).map(|(client, _)| *client).collect()
    }
}

/// Accepted bytes of one interface's rows that start near an hour's first and last second.
#[derive(Debug, Clone, Copy, Default)]
pub struct Edges {
    /// Near the first.
    pub early: u128,
    /// Near the last.
    pub late: u128,
}

/// The edges of interfaces, by number, in the hour that is looked at and the hours next to it.
#[derive(Debug, Default)]
pub struct Borders(BTreeMap<Bucket, FastMap<usize, Edges>>);

impl Borders {
    /// Takes in an hour.
    pub fn see(&mut self, hour: Bucket, edges: FastMap<usize, Edges>) {
        self.0.insert(hour, edges);
    }

    /// Forgets the hours before `first`.
    pub fn forget_before(&mut self, first: Bucket) {
        self.0.retain(|hour, _| *hour >= first);
    }

    fn edges(&self, eni: usize, hour: Bucket) -> Edges {
        self.0.get(&hour).and_then(|edges| edges.get(&eni)).copied().unwrap_or_default()
    }

    /// Whether all of `bytes` can lie at the border between `hour` (rows of `eni`) and `next` (rows of `other`).
    pub fn meet(&self, (eni, hour): (usize, Bucket), (other, next): (usize, Bucket), bytes: u128) -> bool {
        let (here, there) = (self.edges(eni, hour), self.edges(other, next));
        let (here, there) = if next > hour { (here.late, there.early) } else { (here.early, there.late) };
        here >= bytes && there >= bytes
    }
}
