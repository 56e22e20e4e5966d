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
    /// What it saw of each client beyond the client's own rows; only of clients with such rows, for only they are known to
    /// be logged in that hour.
    excess: ByClient,
}

impl Neighbour {
    /// From both sides' views of one hour.
    pub fn new(own: &ByClient, clients: &ByClient) -> Self {
        let excess = clients
            .iter()
            .filter(|(_, seen)| seen.total() > 0)
            .filter_map(|(client, seen)| own.get(client).map(|own| (*client, beyond(*own, *seen))))
            .collect();
        Self { excess }
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
pub fn counted_next_door(
    hour: Bucket,
    clients: &ByClient,
    neighbours: &mut BTreeMap<Bucket, Neighbour>,
) -> BTreeSet<u32> {
    let mut counted = BTreeSet::new();
    for next in [hour.0.saturating_sub(1), hour.0.saturating_add(1)].map(Bucket) {
        let Some(neighbour) = neighbours.get_mut(&next) else { continue };
        for (client, volume) in clients {
            let Some(excess) = neighbour.excess.get_mut(client) else { continue };
            let explained = volume.bytes_out <= excess.bytes_out && volume.bytes_in <= excess.bytes_in;
            if explained && counted.insert(*client) {
                *excess = beyond(*excess, *volume);
            }
        }
    }
    counted
}
