//! Overlapping flow logs: each is a full copy of an interface's traffic, so exactly one is counted per interface and
//! hour. Rows are never compared with each other: in the default format two equal rows can be genuine.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::aggregate::{End, FlowLogSource, Key, Partial, Sum};
use crate::model::time::Bucket;

use super::legs::Party;

/// The rows that count, and what the others hold.
#[derive(Debug, Default)]
pub struct Chosen {
    /// Rows of the chosen flow logs.
    pub rows: Vec<(Key, Sum)>,
    /// Bytes of the same interfaces and hours in other flow logs.
    pub duplicate_bytes: u128,
    /// Flow logs set aside somewhere, with their bytes.
    pub set_aside: BTreeMap<String, u128>,
}

/// One flow log of one interface: bytes by hour.
type Copies = HashMap<u32, BTreeMap<Bucket, u128>>;

/// Chooses per interface and hour.
///
/// The best flow log has packet addresses, then more of the needed columns, then the smaller identity. It rules in
/// every hour in which it has accepted traffic, except that in the first and last hour of its presence, when it may
/// have been switched on or off in between, a flow log with more bytes rules.
pub fn choose(partial: &Partial) -> Chosen {
    let mut copies: HashMap<&[u8], Copies> = HashMap::new();
    for (key, sum) in &partial.table {
        let observer = &partial.observers[key.observer as usize];
        let hours = copies.entry(&observer.id).or_default().entry(observer.flow_log).or_default();
        *hours.entry(key.bucket).or_default() += sum.bytes;
    }
    let mut choice: HashMap<(&[u8], Bucket), u32> = HashMap::new();
    for (id, logs) in copies.iter().filter(|(_, logs)| logs.len() > 1) {
        let mut ranked: Vec<(&u32, &BTreeMap<Bucket, u128>)> = logs.iter().collect();
        ranked.sort_by_key(|(log, _)| rank(&partial.flow_logs[**log as usize]));
        let hours: BTreeSet<Bucket> = ranked.iter().flat_map(|(_, hours)| hours.keys().copied()).collect();
        for hour in hours {
            let Some((best, presence)) = ranked.iter().find(|(_, hours)| hours.contains_key(&hour)) else {
                continue;
            };
            let at_edge = presence.keys().next() == Some(&hour) || presence.keys().next_back() == Some(&hour);
            let mut chosen = **best;
            if at_edge {
                let mut most = presence[&hour];
                for (log, hours) in &ranked {
                    if let Some(bytes) = hours.get(&hour)
                        && *bytes > most
                    {
                        (chosen, most) = (**log, *bytes);
                    }
                }
            }
            choice.insert((*id, hour), chosen);
        }
    }
    let mut result = Chosen::default();
    for (key, sum) in &partial.table {
        let observer = &partial.observers[key.observer as usize];
        match choice.get(&(&*observer.id, key.bucket)) {
            Some(log) if *log != observer.flow_log => {
                result.duplicate_bytes += sum.bytes;
                let identity = &partial.flow_logs[observer.flow_log as usize].identity;
                *result.set_aside.entry(identity.clone()).or_default() += sum.bytes;
            }
            _ => result.rows.push((*key, *sum)),
        }
    }
    sort_rows(partial, &mut result.rows);
    result
}

/// Puts rows into an order that depends on what they say, not on the numbers that a partial happened to give: every
/// later choice among equals follows this order, so reports are the same for any number of threads.
fn sort_rows(partial: &Partial, rows: &mut [(Key, Sum)]) {
    let end = |end: End| Party::of(end.kind(), &partial.addresses);
    let observer = |key: &Key| {
        let observer = &partial.observers[key.observer as usize];
        (&observer.id, &partial.flow_logs[observer.flow_log as usize])
    };
    let rest =
        |key: &Key| (&partial.next_hops[key.next_hop as usize], key.direction, key.traffic_path, key.opener);
    rows.sort_unstable_by(|(a, _), (b, _)| {
        a.bucket
            .cmp(&b.bucket)
            .then_with(|| observer(a).cmp(&observer(b)))
            .then_with(|| end(a.src).cmp(&end(b.src)))
            .then_with(|| end(a.dst).cmp(&end(b.dst)))
            .then_with(|| end(a.pkt_src).cmp(&end(b.pkt_src)))
            .then_with(|| end(a.pkt_dst).cmp(&end(b.pkt_dst)))
            .then_with(|| rest(a).cmp(&rest(b)))
    });
}

/// Sort key, best first.
fn rank(log: &FlowLogSource) -> (bool, std::cmp::Reverse<u32>, &str) {
    (!log.has_pkt, std::cmp::Reverse(log.columns.count_ones()), &log.identity)
}
