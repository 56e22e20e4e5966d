//! Totals become the files of a segment.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray, TimestampMillisecondArray};
use arrow_schema::{DataType, Field};

use super::columns::{GROUP_ROWS, Table, Words, hour, hour_value, number, text, text_of_id, words};
use super::objects::{self, ObjectEntry};
use super::segment::{Files, Kind, Segment, SegmentSettings, commit_name, flow_log_names, id_of};
use super::{Partitioned, RollupError, counts};
use crate::aggregate::{End, EndKind, Key, Opener, Partial, Presence, Sum};
use crate::model::flow::FlowDirection;
use crate::model::time::Bucket;
use crate::source::vault::{Stored, Vault};

/// What a segment is made of.
#[derive(Debug)]
pub struct Content<'c> {
    /// Totals, against the fine partition.
    pub partial: &'c Partial,
    /// The partition.
    pub partitioned: &'c Partitioned,
    /// The objects, sorted by key.
    pub entries: &'c [ObjectEntry],
    /// The kind.
    pub kind: Kind,
    /// The id, where it is not made from the objects: that of a manifest.
    pub id: Option<String>,
    /// What totals depend on.
    pub settings: SegmentSettings,
    /// Segments that no longer count.
    pub replaces: Vec<String>,
}

/// Writes a segment; it counts when this returns.
///
/// # Errors
/// As the operating system says; then the directory is as it was, but for files without a meaning.
///
/// # Panics
/// Never: texts and numbers become JSON.
pub fn write(vault: &Vault, content: &Content<'_>) -> Result<Segment, RollupError> {
    let failed = |reason| RollupError::Io { path: vault.name(), reason };
    let id = content.id.clone().unwrap_or_else(|| id_of_objects(content));
    let writer = Writer { vault, id: &id, content, flow_logs: flow_log_names(&content.partial.flow_logs) };
    let (files, rows) = writer.files().map_err(failed)?;
    let segment = Segment::new(
        id,
        content.kind,
        content.partitioned.digest.clone(),
        content.settings.clone(),
        (content.entries.len() as u64, rows, content.partial.left_out_rejected()),
        content.replaces.clone(),
        &content.partial.flow_logs,
        files,
    );
    let mut text = serde_json::to_string_pretty(&segment).expect("texts and numbers");
    text.push('\n');
    vault.store(text.as_bytes(), |_| commit_name(&segment.id)).map_err(failed)?;
    Ok(segment)
}

/// An id that no other segment has: of the objects, and of what it replaces.
fn id_of_objects(content: &Content<'_>) -> String {
    let mut text = format!("{:?}\n{:?}\n", content.kind, content.replaces);
    for entry in content.entries {
        let _ = writeln!(text, "{:?} {:?} {:?}", entry.key, entry.identity, entry.reason);
    }
    id_of(&text)
}

/// The fields of the totals.
pub(super) fn totals_fields() -> Vec<Field> {
    vec![
        hour(),
        words("observer", false),
        words("flow_log", false),
        words("src", true),
        words("dst", true),
        words("pkt_src", true),
        words("pkt_dst", true),
        words("next_hop_interface_id", true),
        words("next_hop_interface_type", true),
        words("direction", true),
        Field::new("traffic_path", DataType::Int64, true),
        words("opener", true),
        number("records", false),
        number("bytes", false),
    ]
}

/// The fields of rows of any kind.
pub(super) fn presence_fields() -> Vec<Field> {
    vec![
        hour(),
        words("observer", false),
        words("flow_log", false),
        number("rows", false),
        number("skipdata", false),
        number("first_second", true),
        number("last_second", true),
        number("early_bytes", false),
        number("late_bytes", false),
    ]
}

/// The columns of what records say about an observer, in the order of [`crate::aggregate::ObserverFacts::fields_mut`].
pub(super) const FACTS: [&str; 7] =
    ["account_id", "vpc_id", "subnet_id", "instance_id", "region", "az_id", "interface_type"];

/// The fields of observers.
pub(super) fn observers_fields() -> Vec<Field> {
    let mut fields = vec![text("observer", false), text("flow_log", false)];
    fields.extend(FACTS.map(|name| text(name, true)));
    fields
}

/// The fields of rejected records.
pub(super) fn rejects_fields() -> Vec<Field> {
    let words = ["observer", "flow_log", "src", "dst"].map(|name| words(name, false));
    words.into_iter().chain([number("records", false)]).collect()
}

/// The fields of counts by hour. Rows without an hour are in the row without one.
pub(super) fn hours_fields() -> Vec<Field> {
    let mut fields = vec![hour()];
    fields.extend(counts::fields());
    fields
}

/// The word of a direction.
pub(super) fn direction_word(direction: FlowDirection) -> Option<&'static str> {
    match direction {
        FlowDirection::Unknown => None,
        FlowDirection::Ingress => Some("ingress"),
        FlowDirection::Egress => Some("egress"),
    }
}

/// The word of who opened a conversation.
pub(super) fn opener_word(opener: Opener) -> Option<&'static str> {
    match opener {
        Opener::Unknown => None,
        Opener::Source => Some("source"),
        Opener::Destination => Some("destination"),
        Opener::SourceSurely => Some("source-surely"),
        Opener::DestinationSurely => Some("destination-surely"),
    }
}

/// A sum as numbers that a column holds: the last row has the rest.
fn in_parts(mut value: u128) -> impl Iterator<Item = i64> {
    let mut is_first = true;
    std::iter::from_fn(move || {
        if value == 0 && !std::mem::take(&mut is_first) {
            return None;
        }
        is_first = false;
        let part = i64::try_from(value).unwrap_or(i64::MAX);
        value -= u128::from(part.unsigned_abs());
        Some(part)
    })
}

/// The totals that are gathered for a row group.
#[derive(Default)]
struct Totals {
    hours: Vec<Option<i64>>,
    observer: Words,
    flow_log: Words,
    ends: [Words; 4],
    hops: [Words; 2],
    direction: Words,
    traffic_path: Vec<Option<i64>>,
    opener: Words,
    records: Vec<i64>,
    bytes: Vec<i64>,
}

impl Totals {
    fn take(&mut self) -> Vec<ArrayRef> {
        let mut all = std::mem::take(self);
        let [src, dst, pkt_src, pkt_dst] = all.ends.each_mut().map(Words::take);
        let [hop, hop_type] = all.hops.each_mut().map(Words::take);
        vec![
            Arc::new(TimestampMillisecondArray::from(all.hours).with_timezone("UTC")),
            all.observer.take(),
            all.flow_log.take(),
            src,
            dst,
            pkt_src,
            pkt_dst,
            hop,
            hop_type,
            all.direction.take(),
            Arc::new(Int64Array::from(all.traffic_path)),
            all.opener.take(),
            Arc::new(Int64Array::from(all.records)),
            Arc::new(Int64Array::from(all.bytes)),
        ]
    }
}

/// Rows of any kind that are gathered for a row group.
#[derive(Default)]
struct Present {
    hours: Vec<Option<i64>>,
    observer: Words,
    flow_log: Words,
    rows: Vec<i64>,
    skipdata: Vec<i64>,
    span: [Vec<Option<i64>>; 2],
    early: Vec<i64>,
    late: Vec<i64>,
}

impl Present {
    fn take(&mut self) -> Vec<ArrayRef> {
        let mut all = std::mem::take(self);
        let [first, last] = all.span;
        vec![
            Arc::new(TimestampMillisecondArray::from(all.hours).with_timezone("UTC")),
            all.observer.take(),
            all.flow_log.take(),
            Arc::new(Int64Array::from(all.rows)),
            Arc::new(Int64Array::from(all.skipdata)),
            Arc::new(Int64Array::from(first)),
            Arc::new(Int64Array::from(last)),
            Arc::new(Int64Array::from(all.early)),
            Arc::new(Int64Array::from(all.late)),
        ]
    }
}

struct Writer<'w> {
    vault: &'w Vault,
    id: &'w str,
    content: &'w Content<'w>,
    flow_logs: Vec<String>,
}

impl Writer<'_> {
    /// The files, and the number of rows of the totals.
    fn files(&self) -> io::Result<(Files, u64)> {
        let ((totals, rows), presence) = self.hours()?;
        let files = Files {
            totals,
            presence,
            observers: self.observers()?,
            hours: self.counts()?,
            rejects: self.rejects()?,
            objects: objects::write(self.vault, self.id, self.content.entries)?,
        };
        Ok((files, rows))
    }

    fn hours(&self) -> io::Result<((Stored, u64), Stored)> {
        let class_names = self.content.partitioned.atlas.class_names();
        let mut totals_file = Table::begin(self.vault, "totals", totals_fields())?;
        let mut presence_file = Table::begin(self.vault, "presence", presence_fields())?;
        let (mut totals, mut present) = (Totals::default(), Present::default());
        let hours = self.content.partial.hours()?;
        for hour in hours.read()? {
            let hour = hour?;
            for (observer, presence) in &hour.presence {
                self.present(&mut present, hour.bucket, *observer, presence)?;
                if present.hours.len() >= GROUP_ROWS {
                    presence_file.write(present.take())?;
                }
            }
            for (key, sum) in &hour.rows {
                self.row(&mut totals, key, *sum, &class_names)?;
                if totals.hours.len() >= GROUP_ROWS {
                    totals_file.write(totals.take())?;
                }
            }
        }
        totals_file.write(totals.take())?;
        presence_file.write(present.take())?;
        let rows = totals_file.rows();
        Ok(((totals_file.finish(self.vault, self.id)?, rows), presence_file.finish(self.vault, self.id)?))
    }

    fn row(&self, totals: &mut Totals, key: &Key, sum: Sum, class_names: &[String]) -> io::Result<()> {
        let partial = self.content.partial;
        let mut records = number_of(sum.records)?;
        for bytes in in_parts(sum.bytes) {
            totals.hours.push(hour_value(key.bucket));
            self.whose(&mut totals.observer, &mut totals.flow_log, key.observer);
            for (column, end) in totals.ends.iter_mut().zip([key.src, key.dst, key.pkt_src, key.pkt_dst]) {
                push_end(column, end, partial, class_names);
            }
            let hop = &partial.next_hops[key.next_hop as usize];
            for (column, part) in totals.hops.iter_mut().zip([&hop.interface_id, &hop.interface_type]) {
                if part.is_empty() {
                    column.push_none();
                } else {
                    column.push(key.next_hop, || text_of_id(part));
                }
            }
            push_word(&mut totals.direction, key.direction as u32, direction_word(key.direction));
            totals.traffic_path.push((key.traffic_path != 0).then(|| i64::from(key.traffic_path)));
            push_word(&mut totals.opener, key.opener as u32, opener_word(key.opener));
            totals.records.push(std::mem::take(&mut records));
            totals.bytes.push(bytes);
        }
        Ok(())
    }

    fn whose(&self, observers: &mut Words, flow_logs: &mut Words, observer: u32) {
        let known = &self.content.partial.observers[observer as usize];
        observers.push(observer, || text_of_id(&known.id));
        flow_logs.push(known.flow_log, || Cow::Borrowed(&self.flow_logs[known.flow_log as usize]));
    }

    fn present(
        &self,
        present: &mut Present,
        bucket: Bucket,
        observer: u32,
        presence: &Presence,
    ) -> io::Result<()> {
        let (mut early, mut late) = (in_parts(presence.early_bytes), in_parts(presence.late_bytes));
        let (mut rows, mut skipdata) = (number_of(presence.rows)?, number_of(presence.skipdata)?);
        let span = (presence.span != (0, 0)).then_some(presence.span);
        loop {
            let (early, late) = match (early.next(), late.next()) {
                (None, None) => return Ok(()),
                parts => parts,
            };
            present.hours.push(hour_value(bucket));
            self.whose(&mut present.observer, &mut present.flow_log, observer);
            present.rows.push(std::mem::take(&mut rows));
            present.skipdata.push(std::mem::take(&mut skipdata));
            present.span[0].push(span.map(|(first, _)| first));
            present.span[1].push(span.map(|(_, last)| last));
            present.early.push(early.unwrap_or(0));
            present.late.push(late.unwrap_or(0));
        }
    }

    fn observers(&self) -> io::Result<Stored> {
        let partial = self.content.partial;
        let mut order: Vec<usize> = (0..partial.observers.len()).collect();
        order.sort_by_key(|index| {
            let observer = &partial.observers[*index];
            (&observer.id, &self.flow_logs[observer.flow_log as usize])
        });
        let mut table = Table::begin(self.vault, "observers", observers_fields())?;
        for order in order.chunks(GROUP_ROWS) {
            let mut facts: [Vec<Option<String>>; 7] = Default::default();
            for index in order {
                let mut known = partial.observers[*index].facts.clone();
                for (column, fact) in facts.iter_mut().zip(known.fields_mut()) {
                    column.push(fact.as_deref().map(|fact| text_of_id(fact).into_owned()));
                }
            }
            let ids = order.iter().map(|index| text_of_id(&partial.observers[*index].id));
            let logs = order.iter().map(|index| &self.flow_logs[partial.observers[*index].flow_log as usize]);
            let mut columns: Vec<ArrayRef> = vec![
                Arc::new(StringArray::from_iter_values(ids)),
                Arc::new(StringArray::from_iter_values(logs)),
            ];
            columns.extend(facts.map(|column| Arc::new(StringArray::from(column)) as ArrayRef));
            table.write(columns)?;
        }
        table.finish(self.vault, self.id)
    }

    fn rejects(&self) -> io::Result<Stored> {
        let partial = self.content.partial;
        let class_names = self.content.partitioned.atlas.class_names();
        let name = |end: End| match end.kind() {
            EndKind::Missing => String::new(),
            EndKind::Class(class) => class_names[class as usize].clone(),
            EndKind::Address(index) => partial.addresses[index as usize].to_string(),
        };
        let mut rows: Vec<_> = partial
            .rejected_pairs()
            .map(|(observer, (src, dst), records)| {
                let known = &partial.observers[observer as usize];
                let log = &self.flow_logs[known.flow_log as usize];
                ((&known.id, log, name(src), name(dst)), (observer, src, dst, records))
            })
            .collect();
        rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let (mut observers, mut flow_logs) = (Words::default(), Words::default());
        let (mut srcs, mut dsts, mut counts) = (Words::default(), Words::default(), Vec::new());
        for (_, (observer, src, dst, records)) in rows {
            self.whose(&mut observers, &mut flow_logs, observer);
            push_end(&mut srcs, src, partial, &class_names);
            push_end(&mut dsts, dst, partial, &class_names);
            counts.push(number_of(records)?);
        }
        let mut table = Table::begin(self.vault, "rejects", rejects_fields())?;
        let columns = [&mut observers, &mut flow_logs, &mut srcs, &mut dsts].map(Words::take);
        table.write(columns.into_iter().chain([Arc::new(Int64Array::from(counts)) as ArrayRef]).collect())?;
        table.finish(self.vault, self.id)
    }

    /// Counts by hour; malformed rows and those outside the period have none, and stand with rows without a time.
    fn counts(&self) -> io::Result<Stored> {
        let partial = self.content.partial;
        let mut by_hour = partial.counts_by_hour.clone();
        let without = by_hour.entry(Bucket::NONE).or_default();
        without.malformed = partial.counts.malformed;
        without.outside_period = partial.counts.outside_period;
        let hours: Vec<Option<i64>> = by_hour.keys().map(|bucket| hour_value(*bucket)).collect();
        let mut columns: Vec<ArrayRef> =
            vec![Arc::new(TimestampMillisecondArray::from(hours).with_timezone("UTC"))];
        let counts = counts::arrays(&by_hour.values());
        columns.extend(counts.ok_or_else(too_many)?);
        let mut table = Table::begin(self.vault, "hours", hours_fields())?;
        table.write(columns)?;
        table.finish(self.vault, self.id)
    }
}

fn too_many() -> io::Error {
    io::Error::other("a count is beyond what a rollup holds")
}

fn number_of(count: u64) -> io::Result<i64> {
    i64::try_from(count).map_err(|_| too_many())
}

fn push_word(column: &mut Words, number: u32, word: Option<&'static str>) {
    match word {
        Some(word) => column.push(number, || Cow::Borrowed(word)),
        None => column.push_none(),
    }
}

fn push_end(column: &mut Words, end: End, partial: &Partial, class_names: &[String]) {
    match end.kind() {
        EndKind::Missing => column.push_none(),
        EndKind::Class(class) => {
            column.push(end.number(), || Cow::Borrowed(&class_names[class as usize]));
        }
        EndKind::Address(index) => {
            column.push(end.number(), || Cow::Owned(partial.addresses[index as usize].to_string()));
        }
    }
}
