//! Where rows go: AWS's keys, one object per flow log, window and part.

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::columnar::ParquetObject;
use super::coverage::{Coverage, FlowLog, Form};
use super::exports::{Export, ExportObject};
use super::record::Record;
use super::stream::{ROUND_S, Visitor};
use super::text::TextObject;
use super::world::World;

/// How keys are spelt and how rows are spread over objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// `aws-account-id=…/aws-service=vpcflowlogs/…` instead of plain folders.
    pub hive: bool,
    /// A folder per hour below the day.
    pub per_hour: bool,
    /// Seconds of traffic in one object; a multiple of 300, which is what AWS does.
    pub object_s: i64,
    /// Objects a window's rows are dealt to in turn.
    pub parts: u64,
}

impl Default for Layout {
    fn default() -> Self {
        Self { hive: false, per_hour: false, object_s: ROUND_S, parts: 1 }
    }
}

impl Layout {
    /// About `objects` objects per flow log over `hours`.
    #[must_use]
    pub fn with_objects(hours: u32, objects: u64) -> Self {
        let rounds = u64::from(hours) * 3600 / ROUND_S.unsigned_abs();
        let objects = objects.max(1);
        let rounds_each = rounds.div_ceil(objects).max(1);
        let window_s = i64::try_from(rounds_each).unwrap_or(1) * ROUND_S;
        Self { object_s: window_s, parts: objects.div_ceil(rounds).max(1), ..Self::default() }
    }

    /// The key of an object below the bucket.
    pub(crate) fn key(&self, world: &World, flow_log: &FlowLog, start: i64, part: u64) -> String {
        let (account, region, id) = (flow_log.account(world), world.region(), &flow_log.id);
        let time = chrono::DateTime::from_timestamp(start, 0).unwrap_or_default();
        let day = match (self.hive, self.per_hour) {
            (false, false) => time.format("%Y/%m/%d"),
            (false, true) => time.format("%Y/%m/%d/%H"),
            (true, false) => time.format("year=%Y/month=%m/day=%d"),
            (true, true) => time.format("year=%Y/month=%m/day=%d/hour=%H"),
        };
        let folder = if self.hive {
            format!("AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/{day}")
        } else {
            format!("AWSLogs/{account}/vpcflowlogs/{region}/{day}")
        };
        let mut tag = vec![6, start.unsigned_abs(), part];
        tag.extend(id.bytes().map(u64::from));
        let hash = world.hash(&tag) >> 32;
        if let Form::Export { export, .. } = &flow_log.form {
            return export_key(*export, id, time, hash);
        }
        let end = match &flow_log.form {
            Form::Text { gzip: false, .. } => "log",
            Form::Text { gzip: true, .. } => "log.gz",
            Form::Parquet { .. } => "log.parquet",
            Form::Export { .. } => "",
        };
        let stamp = time.format("%Y%m%dT%H%MZ");
        format!("{folder}/{account}_vpcflowlogs_{region}_{id}_{stamp}_{hash:08x}.{end}")
    }
}

/// The key of what another service exports. None of them tells a format, nor does Data Firehose's tell a codec.
fn export_key(export: Export, id: &str, time: DateTime<Utc>, hash: u64) -> String {
    let task = format!("{hash:08x}-0000-4000-8000-{:012x}", time.timestamp());
    match export {
        Export::CloudWatch => format!("exportedlogs/{task}/{id}-all/000000.gz"),
        Export::Firehose | Export::Subscription | Export::MessageParquet => {
            format!("firehose/{}/flow-logs-1-{id}-{task}", time.format("%Y/%m/%d/%H"))
        }
        Export::InsightsMessages | Export::InsightsColumns => {
            format!("logs-insights-results-{id}-{task}.csv")
        }
        Export::Athena | Export::FirstAthena => format!("athena/{id}/{task}.csv"),
    }
}

enum Object {
    Text(Box<TextObject>),
    Parquet(Box<ParquetObject>),
    Export(ExportObject),
}

impl Object {
    fn finish(self) -> io::Result<()> {
        match self {
            Self::Text(object) => object.finish(),
            Self::Parquet(object) => object.finish(),
            Self::Export(object) => object.finish(),
        }
    }
}

/// Writes each row to the object it belongs to; objects exist from their first row on.
pub(crate) struct ObjectWriter<'a> {
    root: &'a Path,
    coverage: &'a Coverage,
    layout: Layout,
    window: i64,
    open: Vec<Vec<Option<Object>>>,
    rows: Vec<u64>,
    /// Malformed lines so far, per flow log.
    pub(crate) malformed: Vec<u64>,
    /// Objects begun so far.
    pub(crate) objects: u64,
}

impl<'a> ObjectWriter<'a> {
    pub(crate) fn new(root: &'a Path, coverage: &'a Coverage, layout: Layout) -> Self {
        let count = coverage.flow_logs.len();
        let parts = usize::try_from(layout.parts).unwrap_or(1);
        let empty = || (0..parts).map(|_| None).collect();
        Self {
            root,
            coverage,
            layout,
            window: i64::MIN,
            open: (0..count).map(|_| empty()).collect(),
            rows: vec![0; count],
            malformed: vec![0; count],
            objects: 0,
        }
    }

    /// Closes all objects.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        for object in self.open.iter_mut().flatten().filter_map(Option::take) {
            object.finish()?;
        }
        Ok(())
    }

    fn create(&self, world: &World, flow_log: &FlowLog, part: u64) -> io::Result<Object> {
        let key = self.layout.key(world, flow_log, self.window, part);
        let path: PathBuf = self.root.join(&flow_log.prefix).join(key);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(match &flow_log.form {
            Form::Text { fields, gzip, member_rows } => {
                Object::Text(Box::new(TextObject::create(&path, fields, *gzip, *member_rows)?))
            }
            Form::Parquet { fields, style } => {
                Object::Parquet(Box::new(ParquetObject::create(&path, fields, *style)?))
            }
            Form::Export { fields, export } => Object::Export(ExportObject::create(&path, fields, *export)?),
        })
    }
}

impl Visitor for ObjectWriter<'_> {
    fn round(&mut self, world: &World, start: i64) -> io::Result<()> {
        let since = start - world.options.start;
        let window = start - since % self.layout.object_s;
        if window != self.window {
            self.close()?;
            self.window = window;
        }
        Ok(())
    }

    fn record(&mut self, world: &World, number: usize, record: &Record) -> io::Result<()> {
        let flow_log = &self.coverage.flow_logs[number];
        let part = self.rows[number] % self.layout.parts;
        let slot = usize::try_from(part).unwrap_or(0);
        if self.open[number][slot].is_none() {
            self.open[number][slot] = Some(self.create(world, flow_log, part)?);
            self.objects += 1;
        }
        self.rows[number] += 1;
        let fields = flow_log.form.fields();
        match &mut self.open[number][slot] {
            Some(Object::Text(object)) => {
                let is_due =
                    flow_log.malformed_every.is_some_and(|every| self.rows[number].is_multiple_of(every));
                if is_due && self.malformed[number] < flow_log.malformed_limit {
                    object.malformed(world, fields, record, self.malformed[number])?;
                    self.malformed[number] += 1;
                }
                object.record(world, fields, record)
            }
            Some(Object::Parquet(object)) => object.record(world, fields, record),
            Some(Object::Export(object)) => {
                object.record(world, fields, record);
                Ok(())
            }
            None => Ok(()),
        }
    }
}
