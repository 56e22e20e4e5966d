//! From a record to the key of a total: the hot end of the way of the data.

use super::atlas::{Atlas, Place};
use crate::aggregate::{End, FlowLogSource, Key, Opener, Partial, Presence, learn};
use crate::discover::layout::AwsName;
use crate::model::addr::Addr;
use crate::model::flow::{Action, FlowRecord, LogStatus};
use crate::model::report::MalformedExample;
use crate::model::time::{Bucket, SEAM_SECONDS};
use crate::parse::fields::Column;
use crate::parse::format::LineFormat;
use crate::parse::{Malformed, RecordSink};

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
}

/// How many malformed rows of one object are kept as examples.
pub const EXAMPLES_PER_OBJECT: usize = 5;

/// Classifies the records of one object and adds them to a partial.
pub struct Classifier<'a> {
    atlas: &'a Atlas,
    window: Window,
    partial: &'a mut Partial,
    object: &'a str,
    aws_name: Option<&'a AwsName>,
    flow_log: Option<u32>,
    /// The first malformed rows.
    pub examples: Vec<MalformedExample>,
}

impl<'a> Classifier<'a> {
    /// A classifier for one object.
    pub fn new(
        atlas: &'a Atlas,
        window: Window,
        partial: &'a mut Partial,
        object: &'a str,
        aws_name: Option<&'a AwsName>,
    ) -> Self {
        Self { atlas, window, partial, object, aws_name, flow_log: None, examples: Vec::new() }
    }

    #[inline]
    fn end(&mut self, addr: Option<Addr>) -> End {
        let Some(addr) = addr else { return End::MISSING };
        match self.atlas.place(addr) {
            Place::Class(class) => End::class(class),
            Place::Kept => {
                // A NAT64 address of a private host is that host.
                let addr = addr.nat64().map_or(addr, Addr::v4);
                End::address(self.partial.address(addr))
            }
        }
    }

    fn learn_facts(&mut self, observer: u32, record: &FlowRecord<'_>) {
        let facts = &mut self.partial.observers[observer as usize].facts;
        learn(&mut facts.account_id, record.account_id);
        learn(&mut facts.vpc_id, record.vpc_id);
        learn(&mut facts.subnet_id, record.subnet_id);
        learn(&mut facts.instance_id, record.instance_id);
        learn(&mut facts.region, record.region);
        learn(&mut facts.az_id, record.az_id);
        learn(&mut facts.interface_type, record.interface_type);
        if record.region.is_empty()
            && let Some(name) = self.aws_name
        {
            learn(&mut facts.region, name.region.as_bytes());
        }
    }

    /// When a record counts: its start, or its end where the start is missing or impossible. And whether its times are
    /// odd (impossible, or the end before the start).
    fn moment(record: &FlowRecord<'_>) -> (Option<i64>, bool) {
        let plausible = |time: Option<i64>| time.filter(|seconds| Bucket::of(*seconds).is_some());
        let (start, end) = (plausible(record.start), plausible(record.end));
        let odd = start != record.start
            || end != record.end
            || record.start.zip(record.end).is_some_and(|(start, end)| end < start);
        (start.or(end), odd)
    }
}

impl RecordSink for Classifier<'_> {
    fn format(&mut self, format: &LineFormat) {
        let identity = match self.aws_name {
            Some(name) => name.flow_log_id.clone(),
            None => format!("format:{}", format.names()),
        };
        let source = FlowLogSource {
            identity,
            has_pkt: format.has(Column::PktSrcAddr) && format.has(Column::PktDstAddr),
            columns: format.columns_present(),
        };
        self.flow_log = Some(self.partial.flow_log(&source));
    }

    fn record(&mut self, record: &FlowRecord<'_>) {
        let (moment, odd) = Self::moment(record);
        let bucket = moment.and_then(Bucket::of).unwrap_or(Bucket::NONE);
        if !self.window.holds(moment) {
            self.partial.counts.outside_period += 1;
            return;
        }
        self.partial.counts.time_anomalies += u64::from(odd);
        let bytes = record.bytes.unwrap_or(0);
        self.partial.counts.bytes_total += u128::from(bytes);

        let id = if record.interface_id.is_empty() { record.resource_id } else { record.interface_id };
        let flow_log = self.flow_log.expect("parsers announce the format before the first record");
        let observer = self.partial.observer(id, flow_log);
        self.learn_facts(observer, record);
        let mut presence = Presence { rows: 1, ..Presence::default() };
        if let Some(first) = moment {
            // A window may reach into the next hour, but not further than the longest one.
            let last = record.end.unwrap_or(first).min(bucket.end() + SEAM_SECONDS).max(first);
            presence.widen((first, last));
            self.partial.widen(first, last.min(bucket.end()));
        }
        let counts = &mut self.partial.counts;
        match (record.status, record.action) {
            (LogStatus::NoData, _) => {
                counts.nodata += 1;
                // Such a row has no bytes; one that claims some must not lose them.
                counts.bytes_without_address += u128::from(bytes);
            }
            (LogStatus::SkipData, _) => {
                counts.skipdata += 1;
                counts.bytes_skipdata += u128::from(bytes);
                presence.skipdata = 1;
            }
            (LogStatus::Ok, Action::Reject) => {
                counts.rejected += 1;
                counts.bytes_rejected += u128::from(bytes);
            }
            (LogStatus::Ok, Action::Accept) => {
                counts.ok += 1;
                if record.src.is_none() || record.dst.is_none() {
                    counts.bytes_without_address += u128::from(bytes);
                } else if id.is_empty() {
                    counts.bytes_without_observer += u128::from(bytes);
                } else {
                    if let Some(start) = moment {
                        if start < bucket.start() + SEAM_SECONDS {
                            presence.early_bytes = u128::from(bytes);
                        } else if start >= bucket.end() - SEAM_SECONDS {
                            presence.late_bytes = u128::from(bytes);
                        }
                    }
                    let key = self.key(record, bucket, observer);
                    self.partial.add(key, bytes);
                }
            }
        }
        self.partial.add_presence(observer, bucket, &presence);
    }

    fn malformed(&mut self, line: u64, fault: Malformed) {
        self.partial.counts.malformed += 1;
        if self.examples.len() < EXAMPLES_PER_OBJECT {
            self.examples.push(MalformedExample {
                object: self.object.to_owned(),
                line,
                field: fault.field.map(str::to_owned),
                reason: fault.reason.to_string(),
            });
        }
    }
}

impl Classifier<'_> {
    #[inline]
    fn key(&mut self, record: &FlowRecord<'_>, bucket: Bucket, observer: u32) -> Key {
        let src = self.end(record.src);
        let dst = self.end(record.dst);
        let pkt_src = if record.pkt_src == record.src { src } else { self.end(record.pkt_src) };
        let pkt_dst = if record.pkt_dst == record.dst { dst } else { self.end(record.pkt_dst) };
        Key {
            bucket,
            observer,
            src,
            dst,
            pkt_src,
            pkt_dst,
            next_hop: self.partial.next_hop(record.next_hop_interface_id, record.next_hop_interface_type),
            direction: record.direction,
            traffic_path: record.traffic_path,
            opener: Opener::of(record.src_port, record.dst_port, record.protocol),
        }
    }
}
