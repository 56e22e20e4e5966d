//! Stage 6: totals become attributed bytes.
//!
//! All totals are known here, so every decision can use all of them: which flow log counts, who the observers are,
//! which leg a row is, which path it took, which vantage rules a NAT gateway's hour. Every byte leaves this stage in
//! exactly one class.

mod assemble;
mod cover;
mod eni;
mod finish;
mod flows;
mod hour;
mod kinds;
mod legs;
mod overlap;
mod path;
mod reading;
mod resolve;
mod seam;
mod shape;
mod sums;
mod topology;
mod vantage;

#[cfg(test)]
mod tests;

pub use eni::{NatKind, NatUnit};
pub use flows::{Client, DayVolume, Flow, Peer, Volume};
pub use kinds::MAX_KINDS;
pub use path::Path;
pub use topology::Topology;
pub use vantage::Vantage;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::aggregate::Partial;
use crate::classify::atlas::Atlas;
use crate::model::time::Bucket;

use kinds::Kinds;

/// Totals of one NAT unit over the whole period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NatTotals {
    /// Bytes by the vantage they were counted from, with the number of hours.
    pub by_vantage: BTreeMap<Vantage, (u64, Volume)>,
    /// Bytes counted in the hours in which another vantage saw them too, and what that one saw.
    pub compared: Option<(u128, u128)>,
}

impl NatTotals {
    /// Bytes of all vantages.
    pub fn volume(&self) -> Volume {
        let mut sum = Volume::default();
        for (_, volume) in self.by_vantage.values() {
            sum.merge(*volume);
        }
        sum
    }

    /// The vantage that most bytes were counted from; the better one where they are even.
    pub fn main_vantage(&self) -> Option<Vantage> {
        let mut best: Option<(Vantage, u128)> = None;
        for (vantage, (_, volume)) in &self.by_vantage {
            if best.is_none_or(|(_, bytes)| volume.total() > bytes) {
                best = Some((*vantage, volume.total()));
            }
        }
        best.map(|(vantage, _)| vantage)
    }
}

/// The outcome.
#[derive(Debug, Default)]
pub struct Attribution {
    /// Attributed bytes, sorted.
    pub flows: Vec<Flow>,
    /// The same bytes by day, path and place, sorted.
    pub days: Vec<DayVolume>,
    /// NAT units with their totals, in order of id; those without a record have empty totals.
    pub nats: Vec<(NatUnit, NatTotals)>,
    /// Bytes of other views: other legs, other flow logs, the far end of private traffic.
    pub duplicate_bytes: u128,
    /// Flow logs set aside for others, with their bytes.
    pub set_aside: BTreeMap<String, u128>,
    /// Interface ids of VPC endpoints and NAT gateways that have records of any kind, with the hours.
    pub covered: BTreeMap<String, BTreeSet<Bucket>>,
    /// Flow logs that were read, by identity, with the hours in which they have rows of any kind.
    pub flow_logs: BTreeMap<String, BTreeSet<Bucket>>,
    /// Interfaces with SKIPDATA rows.
    pub skipped_interfaces: BTreeSet<String>,
    /// Interfaces with an hour of SKIPDATA rows and no other.
    pub lost_interfaces: BTreeSet<String>,
    /// Interface endpoints at which clients were turned away at port 443: what these would send is not known.
    pub refused: BTreeSet<String>,
    /// Hours with records of any kind.
    pub hours: BTreeSet<Bucket>,
}

/// Attributes everything in `partial`. Hours are taken one after another, in order, so their number does not matter.
///
/// # Errors
/// When the temporary file that holds totals cannot be read.
pub fn attribute(partial: &Partial, atlas: &Atlas, topology: &Topology<'_>) -> io::Result<Attribution> {
    attribute_with(partial, atlas, topology, MAX_KINDS)
}

/// [`attribute`] that remembers so many kinds of rows: how many makes no difference but in time and memory.
fn attribute_with(
    partial: &Partial,
    atlas: &Atlas,
    topology: &Topology<'_>,
    max_kinds: usize,
) -> io::Result<Attribution> {
    let chosen = overlap::choose(partial, partial.hours()?)?;
    let mut kinds = Kinds::new(max_kinds);
    let census = eni::Census::take(partial, &chosen.hours, topology, &mut kinds)?;
    let mut resolver = resolve::Resolver::new(partial, atlas, topology, &census);
    let mut outcome = assemble::assemble(&chosen.hours, &mut kinds, &mut resolver)?;
    outcome.duplicate_bytes += chosen.duplicate_bytes;
    outcome.set_aside = chosen.set_aside;
    outcome.note_refusals(&partial.rejected().0, topology);
    Ok(outcome)
}
