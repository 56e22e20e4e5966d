//! `segment-<id>.json`: what makes a segment count.

use serde::{Deserialize, Serialize};

use crate::aggregate::FlowLogSource;
use crate::parse::fields::FIELDS;
use crate::source::vault::{Stored, digest_of_bytes};

/// What a segment says of itself; another shape of the files has another name.
pub const ROLLUP_SCHEMA: &str = "flowtoll/rollup/v1";
/// Digits of a digest that names carry.
pub(super) const NAME_DIGITS: usize = 16;

/// Why a segment is one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Objects that were read; may be merged with others.
    Totals,
    /// One object that failed, with its rows before the damage; replaced when the object is read in whole.
    Failed,
    /// Objects that failed without a row; replaced by each run.
    FailedWithoutRows,
    /// The objects of one manifest.
    Manifest,
}

/// What totals depend on beside the objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentSettings {
    /// First second of the period that was asked for.
    pub from: Option<i64>,
    /// First second no longer in it.
    pub to: Option<i64>,
    /// Field names of the format given for objects without a header.
    pub log_format: Option<String>,
}

/// A flow log, see [`FlowLogSource`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FlowLog {
    /// What the column `flow_log` of the files holds.
    name: String,
    identity: String,
    has_packet_addresses: bool,
    fields: Vec<String>,
}

/// The files of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// Totals of accepted traffic.
    pub totals: Stored,
    /// Rows of any kind, by observer and hour.
    pub presence: Stored,
    /// What records say about observers.
    pub observers: Stored,
    /// Counts of rows and bytes by hour.
    pub hours: Stored,
    /// Rejected records towards port 443, by client and peer.
    pub rejects: Stored,
    /// The objects.
    pub objects: Stored,
}

impl Files {
    /// All of them.
    pub fn all(&self) -> [&Stored; 6] {
        [&self.totals, &self.presence, &self.observers, &self.hours, &self.rejects, &self.objects]
    }
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// [`ROLLUP_SCHEMA`].
    pub schema: String,
    /// Version of the program that wrote it.
    pub flowtoll: String,
    /// What stands in the names of its files.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Digest of its partition of addresses, see [`super::Partition`].
    pub partition: String,
    /// What its totals depend on.
    pub settings: SegmentSettings,
    /// Number of objects.
    pub objects: u64,
    /// Number of rows of the totals.
    pub rows: u64,
    /// Whether there were more rejected pairs than are kept.
    pub rejects_left_out: bool,
    /// Segments that it stands for: they no longer count.
    pub replaces: Vec<String>,
    flow_logs: Vec<FlowLog>,
    /// Its files.
    pub files: Files,
}

impl Segment {
    #[expect(clippy::too_many_arguments, reason = "one for each thing that a segment says")]
    pub(super) fn new(
        id: String,
        kind: Kind,
        partition: String,
        settings: SegmentSettings,
        (objects, rows, rejects_left_out): (u64, u64, bool),
        replaces: Vec<String>,
        flow_logs: &[FlowLogSource],
        files: Files,
    ) -> Self {
        let names = flow_log_names(flow_logs);
        let of = |(source, name): (&FlowLogSource, String)| {
            let fields = FIELDS.iter().filter(|field| {
                field.column.is_some_and(|column| source.columns & (1 << column as u32) != 0)
            });
            FlowLog {
                name,
                identity: source.identity.clone(),
                has_packet_addresses: source.has_pkt,
                fields: fields.map(|field| field.name.to_owned()).collect(),
            }
        };
        let mut flow_logs: Vec<FlowLog> = flow_logs.iter().zip(names).map(of).collect();
        flow_logs.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            schema: ROLLUP_SCHEMA.to_owned(),
            flowtoll: env!("CARGO_PKG_VERSION").to_owned(),
            id,
            kind,
            partition,
            settings,
            objects,
            rows,
            rejects_left_out,
            replaces,
            flow_logs,
            files,
        }
    }

    /// The flow logs, by what the files call them.
    pub(super) fn flow_logs(&self) -> impl Iterator<Item = (&str, FlowLogSource)> {
        self.flow_logs.iter().map(|log| {
            let columns = FIELDS.iter().filter(|field| log.fields.iter().any(|name| name == field.name));
            let columns = columns.filter_map(|field| field.column);
            let source = FlowLogSource {
                identity: log.identity.clone(),
                has_pkt: log.has_packet_addresses,
                columns: columns.fold(0, |bits, column| bits | 1 << column as u32),
            };
            (log.name.as_str(), source)
        })
    }

    /// The name of the file that makes it count.
    pub fn commit_name(&self) -> String {
        commit_name(&self.id)
    }
}

/// What the files call flow logs: their identity, with a number where one identity has several formats.
pub(super) fn flow_log_names(flow_logs: &[FlowLogSource]) -> Vec<String> {
    let mut known = std::collections::HashMap::<&str, u32>::new();
    // In an order of what they are, not of when they were met: the same objects give the same names.
    let mut order: Vec<usize> = (0..flow_logs.len()).collect();
    order.sort_by_key(|place| &flow_logs[*place]);
    let mut names = vec![String::new(); flow_logs.len()];
    for place in order {
        let identity = flow_logs[place].identity.as_str();
        let count = known.entry(identity).or_default();
        *count += 1;
        names[place] = if *count > 1 { format!("{identity} #{count}") } else { identity.to_owned() };
    }
    names
}

/// The name of the file that makes a segment count.
pub(super) fn commit_name(id: &str) -> String {
    format!("segment-{id}.json")
}

/// The id in the name of a file that makes a segment count.
pub(super) fn id_of_commit(name: &str) -> Option<&str> {
    name.strip_prefix("segment-")?.strip_suffix(".json").filter(|id| is_id(id))
}

fn is_id(text: &str) -> bool {
    text.len() == NAME_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// An id from what makes a segment different from others.
pub(super) fn id_of(text: &str) -> String {
    digest_of_bytes(text.as_bytes())[..NAME_DIGITS].to_owned()
}

/// The name of a data file.
pub(super) fn data_name(what: &str, id: &str, sha256: &str) -> String {
    format!("{what}-{id}-{}.parquet", &sha256[..NAME_DIGITS])
}

/// Whether a name is one that [`data_name`] gives.
pub(super) fn is_data_name(name: &str) -> bool {
    let parts: Vec<&str> = name.trim_end_matches(".parquet").split('-').collect();
    let [what, id, digest] = parts[..] else { return false };
    name.ends_with(".parquet")
        && ["totals", "presence", "observers", "hours", "rejects", "objects"].contains(&what)
        && is_id(id)
        && is_id(digest)
}
