//! The seam between hours. A window's rows start a little earlier at one interface than at another, so a flow that crosses
//! the hour can have client rows in one hour and the gateway's (or endpoint's) rows in the next. Where that next hour shows
//! as many bytes of the client too much as this hour has, the bytes were counted there.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::time::Bucket;

use super::flows::Volume;

/// Bytes by client number, as one side saw them in an hour.
pub type ByClient = BTreeMap<u32, Volume>;

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
        for (client, volume) in own {
            match clients.get(client).filter(|seen| seen.total() > 0) {
                Some(seen) => neighbour.excess.insert(*client, beyond(*volume, *seen)),
                None => neighbour.unmatched.insert(*client, *volume),
            };
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
    neighbours: &mut BTreeMap<Bucket, Neighbour>,
    at_border: impl Fn(u32, Bucket) -> bool,
) -> BTreeSet<u32> {
    let mut counted = BTreeSet::new();
    for next in [hour.0.saturating_sub(1), hour.0.saturating_add(1)].map(Bucket) {
        let Some(neighbour) = neighbours.get_mut(&next) else { continue };
        for (client, volume) in clients.iter().filter(|(_, volume)| volume.total() > 0) {
            if counted.contains(client) || !at_border(*client, next) {
                continue;
            }
            if let Some(excess) = neighbour.excess.get_mut(client)
                && volume.bytes_out <= excess.bytes_out
                && volume.bytes_in <= excess.bytes_in
            {
                *excess = beyond(*excess, *volume);
                counted.insert(*client);
            } else if neighbour.unmatched.get(client) == Some(volume) {
                neighbour.unmatched.remove(client);
                counted.insert(*client);
            }
        }
    }
    counted
}

/// The clients that a NAT unit and their own rows show with exactly the same bytes over the whole period, with no difference in
/// any hour but what a flow on the hour's border explains. For them both logs are complete, so either side may be counted,
/// but the same one in every hour. (Equal sums alone prove nothing: two logs that take turns can be equal by chance.)
///
/// `hours`: both sides' views by hour. `crosses(client, hour, unit_first, bytes)`: whether so many bytes can lie on the border
/// after `hour`, on the unit's side before it (`unit_first`) and on the client's after it, or the other way round.
pub fn whole_clients(
    hours: &BTreeMap<Bucket, (ByClient, ByClient)>,
    crosses: impl Fn(u32, Bucket, bool, u128) -> bool,
) -> BTreeSet<u32> {
    let clients: BTreeSet<u32> = hours.values().flat_map(|(own, _)| own.keys().copied()).collect();
    let is_whole = |client: &u32| {
        let (mut unit, mut own) = (Volume::default(), Volume::default());
        for (hour, (at_unit, at_client)) in hours {
            unit.merge(at_unit.get(client).copied().unwrap_or_default());
            own.merge(at_client.get(client).copied().unwrap_or_default());
            for (unit, own) in [(unit.bytes_out, own.bytes_out), (unit.bytes_in, own.bytes_in)] {
                if unit != own && !crosses(*client, *hour, unit > own, unit.abs_diff(own)) {
                    return false;
                }
            }
        }
        unit == own && unit.total() > 0
    };
    clients.into_iter().filter(is_whole).collect()
}

/// Accepted bytes of one interface's rows that start near an hour's first and last second.
#[derive(Debug, Clone, Copy, Default)]
pub struct Edges {
    /// Near the first.
    pub early: u128,
    /// Near the last.
    pub late: u128,
}

/// Whether all of `bytes` can lie at the border between `hour` (one side's rows) and `next` (the other side's).
pub fn meets(hour: Bucket, here: Edges, next: Bucket, there: Edges, bytes: u128) -> bool {
    let (here, there) = if next > hour { (here.late, there.early) } else { (here.early, there.late) };
    here >= bytes && there >= bytes
}
