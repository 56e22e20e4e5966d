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

/// What one flow log has of one interface in one hour.
#[derive(Debug, Clone, Copy, Default)]
struct Copy {
    bytes: u128,
    /// First and last second of rows of any kind.
    span: (i64, i64),
}

/// The flow logs of one interface: each with its hours.
type Copies = HashMap<u32, BTreeMap<Bucket, Copy>>;

/// How much later one flow log's rows may start (or end earlier) than another's before it counts as switched on (or off) in
/// between: the longest aggregation window.
const LONGEST_WINDOW_SECONDS: i64 = 600;

/// Chooses per interface and hour.
///
/// The best flow log has packet addresses, then more of the needed columns, then the smaller identity. It rules in every hour
/// in which it has accepted traffic. In the first or last hour of its presence it may have been switched on or off in
/// between: then another log that reaches further counts beside it, if the two do not overlap, and instead of it, if that
/// one has more bytes.
pub fn choose(partial: &Partial) -> Chosen {
    let mut copies: HashMap<&[u8], Copies> = HashMap::new();
    for (key, sum) in &partial.table {
        let observer = &partial.observers[key.observer as usize];
        let hours = copies.entry(&observer.id).or_default().entry(observer.flow_log).or_default();
        hours.entry(key.bucket).or_default().bytes += sum.bytes;
    }
    for ((observer, bucket), presence) in &partial.presence {
        let observer = &partial.observers[*observer as usize];
        if let Some(hours) = copies.get_mut(&*observer.id).and_then(|logs| logs.get_mut(&observer.flow_log)) {
            hours.entry(*bucket).or_default().span = presence.span;
        }
    }
    let mut choice: HashMap<(&[u8], Bucket), Vec<u32>> = HashMap::new();
    for (id, logs) in copies.iter().filter(|(_, logs)| logs.len() > 1) {
        let mut ranked: Vec<(u32, &BTreeMap<Bucket, Copy>)> =
            logs.iter().map(|(log, hours)| (*log, hours)).collect();
        ranked.sort_by_key(|(log, _)| rank(&partial.flow_logs[*log as usize]));
        let hours: BTreeSet<Bucket> = ranked.iter().flat_map(|(_, hours)| hours.keys().copied()).collect();
        for hour in hours {
            choice.insert((*id, hour), choose_hour(&ranked, hour));
        }
    }
    let mut result = Chosen::default();
    for (key, sum) in &partial.table {
        let observer = &partial.observers[key.observer as usize];
        match choice.get(&(&*observer.id, key.bucket)) {
            Some(logs) if !logs.contains(&observer.flow_log) => {
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

/// The flow logs that count in one hour, best first in `ranked`.
fn choose_hour(ranked: &[(u32, &BTreeMap<Bucket, Copy>)], hour: Bucket) -> Vec<u32> {
    let with_traffic =
        |hours: &BTreeMap<Bucket, Copy>| hours.get(&hour).filter(|copy| copy.bytes > 0).copied();
    let mut candidates = ranked.iter().filter_map(|(log, hours)| Some((*log, *hours, with_traffic(hours)?)));
    let Some((best, presence, copy)) = candidates.next() else { return Vec::new() };
    // A longer window of a better log may have begun in the hour before and hold all of this.
    let before = Bucket(hour.0.saturating_sub(1));
    let holds =
        |hours: &BTreeMap<Bucket, Copy>| hours.get(&before).is_some_and(|held| held.span.1 >= copy.span.1);
    if let Some((log, _)) = ranked.iter().take_while(|(log, _)| *log != best).find(|(_, hours)| holds(hours))
    {
        return vec![*log];
    }
    let first_hour = presence.keys().next() == Some(&hour);
    let last_hour = presence.keys().next_back() == Some(&hour);
    let mut chosen = vec![best];
    let mut most = copy.bytes;
    for (log, _, other) in candidates {
        let starts_late = first_hour && other.span.0 + LONGEST_WINDOW_SECONDS < copy.span.0;
        let ends_early = last_hour && other.span.1 > copy.span.1 + LONGEST_WINDOW_SECONDS;
        if !starts_late && !ends_early {
            continue;
        }
        if other.span.1 <= copy.span.0 || copy.span.1 <= other.span.0 {
            // One log ends where the other begins: it was replaced.
            chosen.push(log);
            break;
        }
        if other.bytes > most {
            chosen = vec![log];
            most = other.bytes;
        }
    }
    chosen
}

/// Sort key, best first.
fn rank(log: &FlowLogSource) -> (bool, std::cmp::Reverse<u32>, &str) {
    (!log.has_pkt, std::cmp::Reverse(log.columns.count_ones()), &log.identity)
}
