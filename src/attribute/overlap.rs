//! Overlapping flow logs: each is a full copy of an interface's traffic, so exactly one is counted per interface and
//! hour. Rows are never compared with each other: in the default format two equal rows can be genuine.

use std::collections::{BTreeMap, HashMap};
use std::io;

use crate::aggregate::{FlowLogSource, Hour, Hours, Partial};
use crate::model::time::Bucket;

/// The rows that count, and what the others hold.
#[derive(Debug)]
pub struct Chosen {
    /// Rows of the chosen flow logs.
    pub hours: Hours,
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

/// One flow log of an interface that has several.
#[derive(Debug, Clone, Copy)]
struct Log {
    /// The observer that stands for the interface in this flow log.
    observer: u32,
    /// First and last hour of its presence.
    hours: (Bucket, Bucket),
}

/// What the flow logs of interfaces with several have in one hour, by observer.
type Copies = HashMap<u32, Copy>;

/// How much later one flow log's rows may start (or end earlier) than another's before it counts as switched on (or off) in
/// between: the longest aggregation window.
const LONGEST_WINDOW_SECONDS: i64 = 600;

/// Chooses per interface and hour.
///
/// The best flow log has packet addresses, then more of the needed columns, then the smaller identity. It rules in every hour
/// in which it has accepted traffic. In the first or last hour of its presence it may have been switched on or off in
/// between: then another log that reaches further counts beside it, if the two do not overlap, and instead of it, if that
/// one has more bytes.
///
/// # Errors
/// When the temporary file cannot be read.
pub fn choose(partial: &Partial, hours: Hours) -> io::Result<Chosen> {
    let interfaces = with_several_logs(partial, &hours)?;
    let mut chosen = Chosen { hours, duplicate_bytes: 0, set_aside: BTreeMap::new() };
    if interfaces.is_empty() {
        return Ok(chosen);
    }
    let competing: HashMap<u32, usize> = interfaces
        .iter()
        .enumerate()
        .flat_map(|(index, logs)| logs.iter().map(move |log| (log.observer, index)))
        .collect();
    let mut before: (Bucket, Copies) = (Bucket::NONE, Copies::new());
    let (duplicate_bytes, set_aside) = (&mut chosen.duplicate_bytes, &mut chosen.set_aside);
    let hours = chosen.hours.map(|hour| {
        let here = copies(hour, &competing);
        let nothing = Copies::new();
        let last = match hour.bucket.0.saturating_sub(1) {
            same if same == hour.bucket.0 => &here,
            last if last == before.0.0 => &before.1,
            _ => &nothing,
        };
        let counted: Vec<Vec<u32>> =
            interfaces.iter().map(|logs| choose_hour(logs, hour.bucket, &here, last)).collect();
        hour.rows.retain(|(key, sum)| {
            let counts =
                competing.get(&key.observer).is_none_or(|index| counted[*index].contains(&key.observer));
            if !counts {
                *duplicate_bytes += sum.bytes;
                let log = partial.observers[key.observer as usize].flow_log;
                let identity = &partial.flow_logs[log as usize].identity;
                *set_aside.entry(identity.clone()).or_default() += sum.bytes;
            }
            counts
        });
        before = (hour.bucket, here);
    })?;
    chosen.hours = hours;
    Ok(chosen)
}

/// The interfaces with accepted traffic in more than one flow log: for each the flow logs, best first.
fn with_several_logs(partial: &Partial, hours: &Hours) -> io::Result<Vec<Vec<Log>>> {
    let mut observers: BTreeMap<&[u8], Vec<u32>> = BTreeMap::new();
    for (index, observer) in (0..).zip(&partial.observers) {
        observers.entry(&observer.id).or_default().push(index);
    }
    observers.retain(|_, observers| observers.len() > 1);
    if observers.is_empty() {
        return Ok(Vec::new());
    }
    // For each observer whether it has accepted traffic, and its first and last hour.
    let mut presence: HashMap<u32, (bool, Bucket, Bucket)> = HashMap::new();
    for hour in hours.read()? {
        let hour = hour?;
        let of_any_kind = hour.presence.iter().map(|(observer, _)| (*observer, false));
        for (observer, accepted) in of_any_kind.chain(hour.rows.iter().map(|(key, _)| (key.observer, true))) {
            let known = presence.entry(observer).or_insert((false, hour.bucket, hour.bucket));
            known.0 |= accepted;
            known.2 = hour.bucket;
        }
    }
    let source = |log: &Log| {
        let observer = &partial.observers[log.observer as usize];
        &partial.flow_logs[observer.flow_log as usize]
    };
    let logs = observers.into_values().map(|observers| {
        let accepted = observers.into_iter().filter_map(|observer| match presence.get(&observer) {
            Some((true, first, last)) => Some(Log { observer, hours: (*first, *last) }),
            _ => None,
        });
        let mut logs: Vec<Log> = accepted.collect();
        logs.sort_by(|a, b| rank(source(a)).cmp(&rank(source(b))).then_with(|| source(a).cmp(source(b))));
        logs
    });
    Ok(logs.filter(|logs| logs.len() > 1).collect())
}

fn copies(hour: &Hour, competing: &HashMap<u32, usize>) -> Copies {
    let mut copies = Copies::new();
    for (key, sum) in hour.rows.iter().filter(|(key, _)| competing.contains_key(&key.observer)) {
        copies.entry(key.observer).or_default().bytes += sum.bytes;
    }
    for (observer, presence) in hour.presence.iter().filter(|(observer, _)| competing.contains_key(observer))
    {
        copies.entry(*observer).or_default().span = presence.span;
    }
    copies
}

/// The observers whose flow logs count in one hour. `ranked`: the flow logs, best first; `here` and `last`: what they have in
/// this hour and in the one before.
fn choose_hour(ranked: &[Log], hour: Bucket, here: &Copies, last: &Copies) -> Vec<u32> {
    let with_traffic = |log: &Log| here.get(&log.observer).filter(|copy| copy.bytes > 0).copied();
    let mut candidates = ranked.iter().filter_map(|log| Some((log, with_traffic(log)?)));
    let Some((best, copy)) = candidates.next() else { return Vec::new() };
    // A longer window of a better log may have begun in the hour before and hold all of this.
    let holds = |log: &&Log| last.get(&log.observer).is_some_and(|held| held.span.1 >= copy.span.1);
    if let Some(log) = ranked.iter().take_while(|log| log.observer != best.observer).find(holds) {
        return vec![log.observer];
    }
    let (is_first_hour, is_last_hour) = (best.hours.0 == hour, best.hours.1 == hour);
    let mut chosen = vec![best.observer];
    let mut most = copy.bytes;
    for (log, other) in candidates {
        let starts_late = is_first_hour && other.span.0 + LONGEST_WINDOW_SECONDS < copy.span.0;
        let ends_early = is_last_hour && other.span.1 > copy.span.1 + LONGEST_WINDOW_SECONDS;
        if !starts_late && !ends_early {
            continue;
        }
        if other.span.1 <= copy.span.0 || copy.span.1 <= other.span.0 {
            // One log ends where the other begins: it was replaced.
            chosen.push(log.observer);
            break;
        }
        if other.bytes > most {
            chosen = vec![log.observer];
            most = other.bytes;
        }
    }
    chosen
}

/// Sort key, best first.
fn rank(log: &FlowLogSource) -> (bool, std::cmp::Reverse<u32>, &str) {
    (!log.has_pkt, std::cmp::Reverse(log.columns.count_ones()), &log.identity)
}
