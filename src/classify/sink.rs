//! From a record to the key of a total: the hot end of the way of the data.

use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};

use super::atlas::{Atlas, Place};
use crate::aggregate::{End, FlowLogSource, Key, Opener, Partial, Presence, RowCounts, index_of_next, learn};
use crate::discover::layout::AwsName;
use crate::model::addr::Addr;
use crate::model::flow::{Action, LogStatus, NumberedRecord, ObserverTexts, Traffic};
use crate::model::report::MalformedExample;
use crate::model::time::{Bucket, SEAM_SECONDS};
use crate::parse::fields::Column;
use crate::parse::format::LineFormat;
use crate::parse::{Malformed, Numbering, RecordSink};

/// The period asked for, in Unix seconds: `from` inclusive, `to` exclusive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// First second.
    pub from: Option<i64>,
    /// First second no longer in it.
    pub to: Option<i64>,
}

impl Window {
    /// Whether a record that starts then belongs to the period; one without a time does.
    fn holds(&self, start: Option<i64>) -> bool {
        start.is_none_or(|start| {
            self.from.is_none_or(|from| start >= from) && self.to.is_none_or(|to| start < to)
        })
    }

    /// Whether none of these seconds belongs to the period.
    fn holds_none(&self, seconds: &RangeInclusive<i64>) -> bool {
        self.from.is_some_and(|from| *seconds.end() < from)
            || self.to.is_some_and(|to| *seconds.start() >= to)
    }
}

/// How many malformed rows of one object are kept as examples.
pub const EXAMPLES_PER_OBJECT: usize = 5;

/// Observers that are numbered at a time; past it a new numbering begins, so that a log in which the texts of every record are
/// new cannot fill memory.
pub const MAX_NUMBERED_OBSERVERS: usize = 1 << 16;

/// The port that endpoints listen on.
const HTTPS_PORT: u16 = 443;
/// IANA number of TCP.
const TCP: u8 = 6;

/// Someone whose rows are being read, with the rows of the hour at hand.
struct Watched {
    /// Its texts, until its first row inside the period.
    texts: Option<Box<KeptTexts>>,
    /// Index of the observer in the partial, once it has a row inside the period.
    observer: u32,
    /// Whether it has an id.
    named: bool,
    bucket: Bucket,
    /// The seconds of that hour; none where it is not known.
    hour: Range<i64>,
    presence: Presence,
}

/// Rows of one hour, not yet in the totals.
struct Counted {
    hour: Bucket,
    counts: RowCounts,
}

impl Counted {
    #[cold]
    fn turn_to(&mut self, partial: &mut Partial, hour: Bucket) {
        let counts = std::mem::take(&mut self.counts);
        if counts != RowCounts::default() {
            partial.count(self.hour, &counts);
        }
        self.hour = hour;
    }
}

/// The list of [`ObserverTexts`], owned.
type KeptTexts = [Box<[u8]>; 9];

/// Classifies the records of one object after the other and adds them to a partial.
pub struct Classifier<'a> {
    atlas: &'a Atlas,
    window: Window,
    partial: Partial,
    object: String,
    aws_name: Option<AwsName>,
    flow_log: Option<u32>,
    /// The flow log and Region whose observers are numbered.
    numbered: Option<(u32, String)>,
    numbering: Numbering,
    numbers: HashMap<Vec<u8>, u32>,
    /// All texts of an observer, one after the other.
    joint: Vec<u8>,
    watched: Vec<Watched>,
    /// Rows of the hour at hand, of all observers.
    counted: Counted,
    /// The first malformed rows of the object at hand.
    pub examples: Vec<MalformedExample>,
}

impl<'a> Classifier<'a> {
    /// A classifier that adds to `partial`.
    pub fn new(atlas: &'a Atlas, window: Window, partial: Partial) -> Self {
        Self {
            atlas,
            window,
            partial,
            object: String::new(),
            aws_name: None,
            flow_log: None,
            numbered: None,
            numbering: Numbering::default(),
            numbers: HashMap::new(),
            joint: Vec::new(),
            watched: Vec::new(),
            counted: Counted { hour: Bucket::NONE, counts: RowCounts::default() },
            examples: Vec::new(),
        }
    }

    /// Begins an object. What its name tells is used for its records.
    pub fn begin(&mut self, object: &str, aws_name: Option<AwsName>) {
        self.object.clear();
        self.object.push_str(object);
        self.aws_name = aws_name;
        self.flow_log = None;
    }

    /// Begins a new numbering.
    fn renumber(&mut self) {
        for watched in &mut self.watched {
            Self::turn_to(watched, &mut self.partial, Bucket::NONE);
        }
        self.watched.clear();
        self.numbers.clear();
        self.numbering.0 += 1;
    }

    /// Rows and bytes of all objects so far.
    pub fn counts(&mut self) -> RowCounts {
        self.counted.turn_to(&mut self.partial, Bucket::NONE);
        self.partial.counts
    }

    /// The totals of all objects.
    pub fn into_partial(mut self) -> Partial {
        self.counted.turn_to(&mut self.partial, Bucket::NONE);
        self.renumber();
        self.partial
    }

    /// An observer's first row inside the period: from here on it is part of the totals. A row outside says nothing.
    #[cold]
    fn meet(&mut self, number: u32) {
        let watched = &mut self.watched[number as usize];
        let Some(texts) = watched.texts.take() else { return };
        let [account_id, interface_id, resource_id, vpc_id, subnet_id, instance_id, region, az_id, kind] =
            texts.each_ref().map(|text| &**text);
        let id = if interface_id.is_empty() { resource_id } else { interface_id };
        let flow_log = self.flow_log.expect("parsers announce the format before the first record");
        watched.observer = self.partial.observer(id, flow_log);
        watched.named = !id.is_empty();
        let facts = &mut self.partial.observers[watched.observer as usize].facts;
        learn(&mut facts.account_id, account_id);
        learn(&mut facts.vpc_id, vpc_id);
        learn(&mut facts.subnet_id, subnet_id);
        learn(&mut facts.instance_id, instance_id);
        learn(&mut facts.region, region);
        learn(&mut facts.az_id, az_id);
        learn(&mut facts.interface_type, kind);
        if region.is_empty()
            && let Some(name) = &self.aws_name
        {
            learn(&mut facts.region, name.region.as_bytes());
        }
    }

    /// Puts the rows of an observer's hour into the totals, and turns to another hour.
    #[cold]
    fn turn_to(watched: &mut Watched, partial: &mut Partial, bucket: Bucket) {
        let presence = std::mem::take(&mut watched.presence);
        if presence.rows > 0 {
            partial.add_presence(watched.observer, watched.bucket, &presence);
            if presence.span != (0, 0) {
                partial.widen(presence.span.0, presence.span.1.min(watched.bucket.end()));
            }
        }
        watched.bucket = bucket;
        watched.hour = if bucket == Bucket::NONE { 0..0 } else { bucket.start()..bucket.end() };
    }
}

/// When a record counts: its start, or its end where the start is missing or impossible. And whether its times are odd
/// (impossible, or the end before the start).
#[inline]
fn moment(traffic: &Traffic) -> (Option<i64>, bool) {
    let plausible = |time: Option<i64>| time.filter(|seconds| Bucket::has(*seconds));
    let (start, end) = (plausible(traffic.start), plausible(traffic.end));
    let odd = start != traffic.start
        || end != traffic.end
        || traffic.start.zip(traffic.end).is_some_and(|(start, end)| end < start);
    (start.or(end), odd)
}

impl RecordSink for Classifier<'_> {
    fn format(&mut self, format: &LineFormat) {
        let identity = match &self.aws_name {
            Some(name) => name.flow_log_id.clone(),
            None => format.identity(),
        };
        let source = FlowLogSource {
            identity,
            has_pkt: format.has(Column::PktSrcAddr) && format.has(Column::PktDstAddr),
            columns: format.columns_present(),
        };
        let flow_log = self.partial.flow_log(&source);
        self.flow_log = Some(flow_log);
        let region = self.aws_name.as_ref().map_or("", |name| &name.region);
        if !self.numbered.as_ref().is_some_and(|(log, known)| *log == flow_log && known == region) {
            self.numbered = Some((flow_log, region.to_owned()));
            self.renumber();
        }
    }

    fn numbering(&self) -> Numbering {
        self.numbering
    }

    fn observer(&mut self, texts: &ObserverTexts<'_>) -> u32 {
        let texts = texts.list();
        self.joint.clear();
        for text in texts {
            // With its length in front: a value of a Parquet column may hold anything.
            self.joint.extend(text.len().to_le_bytes());
            self.joint.extend(text);
        }
        if let Some(number) = self.numbers.get(&self.joint) {
            return *number;
        }
        if self.watched.len() >= MAX_NUMBERED_OBSERVERS {
            self.renumber();
        }
        let number = index_of_next(self.watched.len());
        self.numbers.insert(self.joint.clone(), number);
        self.watched.push(Watched {
            texts: Some(Box::new(texts.map(Box::from))),
            observer: 0,
            named: false,
            bucket: Bucket::NONE,
            hour: 0..0,
            presence: Presence::default(),
        });
        number
    }

    fn next_hop(&mut self, interface_id: &[u8], interface_type: &[u8]) -> u32 {
        self.partial.next_hop(interface_id, interface_type)
    }

    fn address(&mut self, addr: Addr) -> u32 {
        let end = match self.atlas.place(addr) {
            Place::Class(class) => End::class(class),
            Place::Kept => {
                // A NAT64 address of a private host is that host.
                let addr = addr.nat64().map_or(addr, Addr::v4);
                End::address(self.partial.address(addr))
            }
        };
        end.number()
    }

    #[inline]
    fn record(&mut self, record: &NumberedRecord) {
        let traffic = &record.traffic;
        let (moment, odd) = moment(traffic);
        if !self.window.holds(moment) {
            self.partial.counts.outside_period += 1;
            return;
        }
        let bytes = u128::from(traffic.bytes.unwrap_or(0));
        if self.watched[record.observer as usize].texts.is_some() {
            self.meet(record.observer);
        }
        let watched = &mut self.watched[record.observer as usize];
        // Most records are of the hour of the one before.
        if !moment.is_some_and(|start| watched.hour.contains(&start)) {
            let bucket = moment.and_then(Bucket::of).unwrap_or(Bucket::NONE);
            if watched.bucket != bucket {
                Self::turn_to(watched, &mut self.partial, bucket);
            }
        }
        let (bucket, hour) = (watched.bucket, &watched.hour);
        watched.presence.rows += 1;
        if let Some(first) = moment {
            // A window may reach into the next hour, but not further than the longest one.
            let last = traffic.end.unwrap_or(first).min(hour.end + SEAM_SECONDS).max(first);
            watched.presence.widen((first, last));
        }
        if bucket != self.counted.hour {
            self.counted.turn_to(&mut self.partial, bucket);
        }
        let counts = &mut self.counted.counts;
        counts.time_anomalies += u64::from(odd);
        counts.bytes_total += bytes;
        match (traffic.status, traffic.action) {
            (LogStatus::NoData, _) => {
                counts.nodata += 1;
                // Such a row has no bytes; one that claims some must not lose them.
                counts.bytes_without_address += bytes;
            }
            (LogStatus::SkipData, _) => {
                counts.skipdata += 1;
                counts.bytes_skipdata += bytes;
                watched.presence.skipdata += 1;
            }
            (LogStatus::Ok, Action::Reject) => {
                counts.rejected += 1;
                counts.bytes_rejected += bytes;
                if traffic.dst_port == HTTPS_PORT && traffic.protocol == TCP && watched.named {
                    let (src, dst) = (End::of_number(record.src), End::of_number(record.dst));
                    self.partial.reject(watched.observer, src, dst);
                }
            }
            (LogStatus::Ok, Action::Accept) => {
                counts.ok += 1;
                if record.src == 0 || record.dst == 0 {
                    counts.bytes_without_address += bytes;
                } else if !watched.named {
                    counts.bytes_without_observer += bytes;
                } else {
                    if let Some(start) = moment {
                        if start < hour.start + SEAM_SECONDS {
                            watched.presence.early_bytes += bytes;
                        } else if start >= hour.end - SEAM_SECONDS {
                            watched.presence.late_bytes += bytes;
                        }
                    }
                    let key = Key {
                        bucket,
                        observer: watched.observer,
                        src: End::of_number(record.src),
                        dst: End::of_number(record.dst),
                        pkt_src: End::of_number(record.pkt_src),
                        pkt_dst: End::of_number(record.pkt_dst),
                        next_hop: record.next_hop,
                        direction: traffic.direction,
                        traffic_path: traffic.traffic_path,
                        opener: Opener::of(traffic.src_port, traffic.dst_port, traffic.protocol),
                    };
                    self.partial.add(key, traffic.bytes.unwrap_or(0));
                }
            }
        }
    }

    fn may_pass_over(&self, seconds: RangeInclusive<i64>) -> bool {
        self.window.holds_none(&seconds)
    }

    fn passed_over(&mut self, records: u64) {
        self.partial.counts.outside_period += records;
    }

    fn malformed(&mut self, line: u64, fault: Malformed) {
        self.partial.counts.malformed += 1;
        if self.examples.len() < EXAMPLES_PER_OBJECT {
            self.examples.push(MalformedExample {
                object: self.object.clone(),
                line,
                field: fault.field.map(str::to_owned),
                reason: fault.reason.to_string(),
            });
        }
    }
}
