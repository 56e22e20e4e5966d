//! Segments become totals again, against the partition of the report.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use arrow_array::{Array, Int64Array, RecordBatch, StringArray};
use rayon::prelude::*;

use super::columns::{Broken, Reading, column, hours, id_of_text, missing, numbers, read_words};
use super::counts;
use super::directory::{Directory, Open};
use super::write::{
    FACTS, direction_word, hours_fields, observers_fields, opener_word, presence_fields, rejects_fields,
    totals_fields,
};
use super::{Partitioned, RollupError};
use crate::aggregate::{
    End, EndKind, FastMap, FlowLogSource, Key, Opener, Partial, Presence, RowCounts, Store, Sum, learn,
};
use crate::classify::atlas::{Atlas, Mapping, Place};
use crate::model::addr::Addr;
use crate::model::flow::FlowDirection;
use crate::model::time::Bucket;
use crate::source::vault::Stored;

/// How the classes of a fine partition are read.
#[derive(Debug)]
pub struct Mapped {
    /// The number of each class, by its words.
    names: HashMap<String, u32>,
    /// For each class the class of the report's partition.
    mapping: Mapping,
    /// Where kept addresses lie now.
    wanted: Atlas,
    /// For each class of `wanted`, the class of the report.
    adopted: Vec<u32>,
}

impl Mapped {
    /// From a fine partition to `wanted`, whose classes are those of `report`, or are added to them.
    pub fn new(fine: &Partitioned, wanted: Atlas, report: &mut Atlas) -> Self {
        let names = fine.atlas.class_names().into_iter().zip(0..).collect();
        let adopted = wanted.classes.iter().map(|class| report.adopt(class)).collect();
        Self { names, mapping: fine.atlas.mapping(&wanted), wanted, adopted }
    }

    /// The end that a text stands for.
    fn end(&self, text: &str, partial: &mut Partial, path: &dyn Fn() -> String) -> Result<End, Broken> {
        if let Ok(ip) = text.parse::<IpAddr>() {
            let addr = Addr::from(ip);
            return Ok(match self.wanted.place(addr) {
                Place::Kept => End::address(partial.address(addr)),
                Place::Class(class) => End::class(self.adopted[class as usize]),
            });
        }
        let fine = self.names.get(text).ok_or_else(|| {
            Broken::Damaged(format!(
                "its partition has no class `{text}`; another version of flowtoll wrote it"
            ))
        })?;
        match self.mapping.class(*fine) {
            Ok(class) => Ok(End::class(self.adopted[class as usize])),
            Err(cut) => Err(Broken::Refused(Box::new(RollupError::cut(path(), cut)))),
        }
    }
}

/// The hours of a report: from the first on, and before the last.
type Asked = (Option<Bucket>, Option<Bucket>);

/// What one file gives.
struct Task<'t> {
    open: &'t Open,
    mapped: &'t Mapped,
    flow_logs: HashMap<String, FlowLogSource>,
    asked: Asked,
    store: &'t Arc<Store>,
}

/// Reads segments, each with how its classes are read, in parallel on the current pool.
///
/// # Errors
/// When a file is not what was written, or a class is not within one of the report's.
pub fn load(segments: &[(&Open, &Mapped)], asked: Asked, store: &Arc<Store>) -> Result<Partial, RollupError> {
    let tasks: Vec<Task<'_>> = segments
        .iter()
        .map(|(open, mapped)| {
            let flow_logs = open.segment.flow_logs().map(|(name, log)| (name.to_owned(), log)).collect();
            Task { open, mapped, flow_logs, asked, store }
        })
        .collect();
    let parts: Vec<Vec<Partial>> = tasks.par_iter().map(Task::read).collect::<Result<_, _>>()?;
    let mut partial = Partial::in_store(store);
    for part in parts.into_iter().flatten() {
        partial.merge(part);
    }
    Ok(partial)
}

impl Task<'_> {
    fn read(&self) -> Result<Vec<Partial>, RollupError> {
        let files = &self.open.segment.files;
        let (presence, counts) = rayon::join(
            || self.named(&files.presence, self.presence()),
            || self.named(&files.hours, self.counts()),
        );
        let (mut presence, counts) = (presence?, counts?);
        presence.counts = RowCounts::default();
        for (hour, counts) in &counts.by_hour {
            presence.count(*hour, counts);
        }
        presence.counts.malformed += counts.malformed;
        presence.counts.outside_period += counts.outside_period;
        // All flow logs, also those without a row: a note is about the fields that none has.
        for (_, log) in self.open.segment.flow_logs() {
            presence.flow_log(&log);
        }
        self.named(&files.observers, self.observers(&mut presence))?;
        // They have no hour, so those of a segment that is asked for in part are not known.
        if !counts.is_part {
            self.named(&files.rejects, self.rejects(&mut presence))?;
        }
        let (mut partials, bytes) = self.named(&files.totals, self.totals())?;
        let known: Option<u128> =
            counts.by_hour.iter().map(|(_, counts)| counts::bytes_in_totals(counts)).sum();
        if known != Some(bytes) {
            let words = format!("it has {bytes} bytes, but its segment counted {}", known.unwrap_or(0));
            return self.named(&files.totals, Err(Broken::Damaged(words)));
        }
        partials.push(presence);
        Ok(partials)
    }

    fn named<T>(&self, stored: &Stored, result: Result<T, Broken>) -> Result<T, RollupError> {
        let directory = Directory { vault: self.open.vault.clone() };
        result.map_err(|broken| directory.broken(&self.open.segment, &stored.name, broken))
    }

    fn is_asked(&self, hour: Bucket) -> bool {
        // Rows without a time belong to any period, as they do where logs are read.
        let (from, to) = self.asked;
        hour == Bucket::NONE || from.is_none_or(|from| hour >= from) && to.is_none_or(|to| hour < to)
    }

    fn flow_log(&self, name: &str) -> Result<&FlowLogSource, Broken> {
        self.flow_logs
            .get(name)
            .ok_or_else(|| Broken::Damaged(format!("its segment has no flow log `{name}`")))
    }

    /// The observers of each row of a batch, by index in `partial`.
    fn whose(&self, batch: &RecordBatch, partial: &mut Partial) -> Result<Vec<u32>, Broken> {
        let mut ids: Vec<Vec<u8>> = Vec::new();
        let mut logs: Vec<u32> = Vec::new();
        let observers = read_words(batch, "observer", |text| {
            ids.push(id_of_text(text).into_owned());
            Ok(place(&ids))
        })?;
        let flow_logs = read_words(batch, "flow_log", |text| {
            logs.push(partial.flow_log(self.flow_log(text)?));
            Ok(place(&logs))
        })?;
        let mut known: FastMap<(u32, u32), u32> = FastMap::default();
        let mut last = None;
        let pairs = observers.into_iter().zip(flow_logs);
        let found = pairs.map(|pair| match last {
            Some((known, observer)) if known == pair => observer,
            _ => {
                let (id, log) = pair;
                let observer = *known
                    .entry(pair)
                    .or_insert_with(|| partial.observer(&ids[id as usize], logs[log as usize]));
                last = Some((pair, observer));
                observer
            }
        });
        Ok(found.collect())
    }

    fn presence(&self) -> Result<Partial, Broken> {
        let stored = &self.open.segment.files.presence;
        let mut partial = Partial::in_store(self.store);
        Reading::open(&self.open.vault, stored, presence_fields())?.all(|batch| {
            let hours = hours(batch).ok_or_else(|| missing("hour"))?;
            let column_of = |name: &str| numbers(batch, name).ok_or_else(|| missing(name));
            let (rows, skipdata) = (column_of("rows")?, column_of("skipdata")?);
            let (early, late) = (column_of("early_bytes")?, column_of("late_bytes")?);
            let seconds = |name: &str| column::<Int64Array>(batch, name).ok_or_else(|| missing(name));
            let (first, last) = (seconds("first_second")?, seconds("last_second")?);
            let asked: Vec<bool> = hours.iter().map(|hour| self.is_asked(*hour)).collect();
            let wanted = arrow_rows(batch, &asked)?;
            let observers = self.whose(&wanted, &mut partial)?.into_iter();
            let places = asked.iter().enumerate().filter(|(_, asked)| **asked).map(|(row, _)| row);
            for (row, observer) in places.zip(observers) {
                let has_time = first.is_valid(row) && last.is_valid(row);
                let span = if has_time { (first.value(row), last.value(row)) } else { (0, 0) };
                let presence = Presence {
                    rows: rows[row].unsigned_abs(),
                    skipdata: skipdata[row].unsigned_abs(),
                    span,
                    early_bytes: early[row].unsigned_abs().into(),
                    late_bytes: late[row].unsigned_abs().into(),
                };
                partial.add_presence(observer, hours[row], &presence);
                if span != (0, 0) {
                    partial.widen(span.0, span.1.min(hours[row].end()));
                }
            }
            Ok(())
        })?;
        partial.close();
        Ok(partial)
    }

    fn counts(&self) -> Result<Counts, Broken> {
        let stored = &self.open.segment.files.hours;
        let mut found = Counts::default();
        Reading::open(&self.open.vault, stored, hours_fields())?.all(|batch| {
            let hours = hours(batch).ok_or_else(|| missing("hour"))?;
            let counts = counts::read(batch).ok_or_else(|| missing("ok ... bytes_without_observer"))?;
            for (hour, counts) in hours.into_iter().zip(counts) {
                found.malformed += counts.malformed;
                found.outside_period += counts.outside_period;
                let counts = RowCounts { malformed: 0, outside_period: 0, ..counts };
                if self.is_asked(hour) {
                    found.by_hour.push((hour, counts));
                } else {
                    found.outside_period += counts.records();
                    found.is_part |= counts.records() > 0;
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// What records say about the observers that have rows in the hours asked for.
    fn observers(&self, partial: &mut Partial) -> Result<(), Broken> {
        let stored = &self.open.segment.files.observers;
        Reading::open(&self.open.vault, stored, observers_fields())?.all(|batch| {
            let texts = |name: &str| column::<StringArray>(batch, name).ok_or_else(|| missing(name));
            let (ids, logs) = (texts("observer")?, texts("flow_log")?);
            let facts: Vec<&StringArray> = FACTS.iter().map(|name| texts(name)).collect::<Result<_, _>>()?;
            for row in 0..batch.num_rows() {
                let log = partial.flow_log(self.flow_log(logs.value(row))?);
                let id = id_of_text(ids.value(row));
                // One without rows in the hours asked for is not met.
                let Some(observer) = partial.known_observer(&id, log) else { continue };
                let into = partial.observers[observer as usize].facts.fields_mut();
                for (fact, column) in into.into_iter().zip(&facts) {
                    if column.is_valid(row) {
                        learn(fact, &id_of_text(column.value(row)));
                    }
                }
            }
            Ok(())
        })
    }

    fn rejects(&self, partial: &mut Partial) -> Result<(), Broken> {
        let stored = &self.open.segment.files.rejects;
        if self.open.segment.rejects_left_out {
            partial.leave_out_rejected();
        }
        Reading::open(&self.open.vault, stored, rejects_fields())?.all(|batch| {
            let observers = self.whose(batch, partial)?;
            let vault = &self.open.vault;
            let mut ends = |name: &str| {
                let path = || vault.name();
                read_words(batch, name, |text| Ok(self.mapped.end(text, partial, &path)?.number()))
            };
            let (src, dst) = (ends("src")?, ends("dst")?);
            let records = numbers(batch, "records").ok_or_else(|| missing("records"))?;
            for (row, observer) in observers.into_iter().enumerate() {
                let (src, dst) = (End::of_number(src[row]), End::of_number(dst[row]));
                // IPv6 addresses of EC2 are kept in a rollup; where no VPC of the inventory has them, they are strangers.
                if matches!(src.kind(), EndKind::Address(_)) && dst != End::MISSING {
                    partial.add_rejected(observer, (src, dst), records[row].unsigned_abs());
                }
            }
            Ok(())
        })
    }

    /// The totals, and their bytes. Row groups are read apart.
    fn totals(&self) -> Result<(Vec<Partial>, u128), Broken> {
        let stored = &self.open.segment.files.totals;
        let reading = Reading::open(&self.open.vault, stored, totals_fields())?;
        let parts: Vec<(Partial, u128)> = (0..reading.groups())
            .into_par_iter()
            .map(|group| {
                let mut partial = Partial::in_store(self.store);
                let mut bytes = 0;
                reading.group(group, |batch| {
                    bytes += self.batch(batch, &mut partial)?;
                    Ok(())
                })?;
                Ok((partial, bytes))
            })
            .collect::<Result<_, Broken>>()?;
        let bytes = parts.iter().map(|(_, bytes)| bytes).sum();
        Ok((parts.into_iter().map(|(partial, _)| partial).collect(), bytes))
    }

    fn batch(&self, batch: &RecordBatch, partial: &mut Partial) -> Result<u128, Broken> {
        let all_hours = hours(batch).ok_or_else(|| missing("hour"))?;
        let asked: Vec<bool> = all_hours.iter().map(|hour| self.is_asked(*hour)).collect();
        let batch = &arrow_rows(batch, &asked)?;
        let hours: Vec<Bucket> =
            all_hours.into_iter().zip(asked).filter(|(_, asked)| *asked).map(|(hour, _)| hour).collect();
        let observers = self.whose(batch, partial)?;
        let vault = &self.open.vault;
        let mut ends = |name: &str| {
            let path = || vault.name();
            read_words(batch, name, |text| Ok(self.mapped.end(text, partial, &path)?.number()))
        };
        let (src, dst, pkt_src, pkt_dst) = (ends("src")?, ends("dst")?, ends("pkt_src")?, ends("pkt_dst")?);
        let hops = next_hops(batch, partial)?;
        let directions = shape(batch, "direction", &DIRECTIONS.map(|it| (direction_word(it), it)))?;
        let openers = shape(batch, "opener", &OPENERS.map(|it| (opener_word(it), it)))?;
        let traffic_path: &Int64Array =
            column(batch, "traffic_path").ok_or_else(|| missing("traffic_path"))?;
        let paths = traffic_path.iter().map(|path| u8::try_from(path.unwrap_or(0)).ok());
        let paths = paths.collect::<Option<Vec<u8>>>().ok_or_else(|| missing("traffic_path"))?;
        let records = numbers(batch, "records").ok_or_else(|| missing("records"))?;
        let bytes = numbers(batch, "bytes").ok_or_else(|| missing("bytes"))?;
        let mut writer = partial.hour_writer();
        let mut row = 0;
        let mut last: Option<Bucket> = None;
        while row < hours.len() {
            let bucket = hours[row];
            if last.is_some_and(|last| last >= bucket) {
                return Err(Broken::Damaged("its rows are not in order of hours".to_owned()));
            }
            last = Some(bucket);
            let end = row + hours[row..].iter().take_while(|hour| **hour == bucket).count();
            let rows = (row..end).map(|row| {
                let key = Key {
                    bucket,
                    observer: observers[row],
                    src: End::of_number(src[row]),
                    dst: End::of_number(dst[row]),
                    pkt_src: End::of_number(pkt_src[row]),
                    pkt_dst: End::of_number(pkt_dst[row]),
                    next_hop: hops[row],
                    direction: directions[row],
                    traffic_path: paths[row],
                    opener: openers[row],
                };
                (key, Sum { records: records[row].unsigned_abs(), bytes: bytes[row].unsigned_abs().into() })
            });
            writer.hour(bucket, [], rows);
            row = end;
        }
        partial.add_hours(writer);
        Ok(bytes.iter().map(|bytes| u128::from(bytes.unsigned_abs())).sum())
    }
}

/// Counts of a segment, as far as they are asked for.
#[derive(Default)]
struct Counts {
    by_hour: Vec<(Bucket, RowCounts)>,
    malformed: u64,
    outside_period: u64,
    /// Whether hours with rows are not asked for.
    is_part: bool,
}

const DIRECTIONS: [FlowDirection; 3] =
    [FlowDirection::Unknown, FlowDirection::Ingress, FlowDirection::Egress];
const OPENERS: [Opener; 5] =
    [Opener::Unknown, Opener::Source, Opener::Destination, Opener::SourceSurely, Opener::DestinationSurely];

/// The last place of a list.
fn place<T>(list: &[T]) -> u32 {
    u32::try_from(list.len() - 1).expect("a row group has fewer texts")
}

/// The rows of a batch that are asked for.
fn arrow_rows(batch: &RecordBatch, asked: &[bool]) -> Result<RecordBatch, Broken> {
    let Some(first) = asked.iter().position(|asked| *asked) else { return Ok(batch.slice(0, 0)) };
    let last = asked.iter().rposition(|asked| *asked).unwrap_or(first);
    if asked[first..=last].iter().all(|asked| *asked) {
        return Ok(batch.slice(first, last + 1 - first));
    }
    // Rows without a time come first, then hours that are not asked for.
    let mask = arrow_array::BooleanArray::from(asked.to_vec());
    arrow_select::filter::filter_record_batch(batch, &mask)
        .map_err(|error| Broken::Damaged(error.to_string()))
}

fn next_hops(batch: &RecordBatch, partial: &mut Partial) -> Result<Vec<u32>, Broken> {
    // Place 0 is for rows that have no such text.
    let mut parts: [Vec<Vec<u8>>; 2] = [vec![Vec::new()], vec![Vec::new()]];
    let mut columns: [Vec<u32>; 2] = Default::default();
    let names = ["next_hop_interface_id", "next_hop_interface_type"];
    for ((name, parts), column) in names.into_iter().zip(&mut parts).zip(&mut columns) {
        *column = read_words(batch, name, |text| {
            parts.push(id_of_text(text).into_owned());
            Ok(place(parts))
        })?;
    }
    let mut known: FastMap<(u32, u32), u32> = FastMap::default();
    known.insert((0, 0), 0);
    let [ids, kinds] = columns;
    let hop = |(id, kind): (u32, u32)| {
        *known
            .entry((id, kind))
            .or_insert_with(|| partial.next_hop(&parts[0][id as usize], &parts[1][kind as usize]))
    };
    Ok(ids.into_iter().zip(kinds).map(hop).collect())
}

/// The values that words of a column stand for; the first stands for none.
fn shape<T: Copy>(batch: &RecordBatch, name: &str, words: &[(Option<&str>, T)]) -> Result<Vec<T>, Broken> {
    let places = read_words(batch, name, |text| {
        let place = words.iter().position(|(word, _)| *word == Some(text)).ok_or_else(|| missing(name))?;
        Ok(u32::try_from(place).expect("a handful of words"))
    })?;
    Ok(places.into_iter().map(|place| words[place as usize].1).collect())
}
