//! What the columns of a query result are.

use chrono::{DateTime, NaiveDateTime};

use super::super::fields::Column;
use super::super::format::{LineFormat, MAX_COLUMNS, Origin};
use super::super::{ObjectError, foreign};
use super::Cells;

/// The columns of a result.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// How many there are.
    pub width: usize,
    pub values: Values,
}

/// Where the values are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// A column for each field.
    Fields(LineFormat),
    /// A column of whole records.
    Messages { place: usize, origin: Origin },
}

/// The columns without which nothing can be attributed: the field, the columns that will do, and its name in Logs Insights.
const NEEDED: [(&str, &[Column], &str); 5] = [
    ("interface-id", &[Column::InterfaceId, Column::ResourceId], "interfaceId"),
    ("srcaddr", &[Column::SrcAddr], "srcAddr"),
    ("dstaddr", &[Column::DstAddr], "dstAddr"),
    ("bytes", &[Column::Bytes], "bytes"),
    ("start", &[Column::Start], "@timestamp"),
];

/// Columns that few tables have but those of flow logs.
const TELLING: [Column; 5] =
    [Column::InterfaceId, Column::SrcAddr, Column::DstAddr, Column::PktSrcAddr, Column::PktDstAddr];

/// The whole record, in Logs Insights.
const INSIGHTS_MESSAGE: &str = "@message";
/// The time of the record, in Logs Insights: that of its first packet.
const INSIGHTS_TIME: &str = "@timestamp";
/// The whole record, in tables over what Data Firehose delivers.
const MESSAGE: &str = "message";

/// Whether a cell is the name of a column of messages.
pub(super) fn is_message_column(cell: &[u8]) -> bool {
    [MESSAGE, INSIGHTS_MESSAGE].iter().any(|name| cell.eq_ignore_ascii_case(name.as_bytes()))
}

impl Table {
    /// The columns that `header` names, if it is the header of flow logs.
    ///
    /// # Errors
    /// When it is one of another kind of log, or lacks columns.
    pub fn of(header: &Cells) -> Option<Result<Self, ObjectError>> {
        if header.count() > MAX_COLUMNS {
            return None;
        }
        let names: Option<Vec<&str>> =
            header.iter().map(|cell| std::str::from_utf8(cell).ok().map(str::trim)).collect();
        let names = names?;
        let width = names.len();
        let mut format = LineFormat::of_columns(names.iter().copied());
        let known = LineFormat::known_names(&names);
        let place = |name: &str| names.iter().position(|known| known.eq_ignore_ascii_case(name));
        let is_insights = names.iter().any(|name| name.starts_with('@') || is_camel_case(name));
        let origin = if is_insights { Origin::Insights } else { Origin::Athena };
        if let Some(place) = place(INSIGHTS_MESSAGE) {
            return Some(Ok(Self { width, values: Values::Messages { place, origin } }));
        }
        let is_log = format.has(Column::Bytes) && known >= 2 && known * 2 > width
            || TELLING.iter().any(|column| format.has(*column))
            || place(INSIGHTS_TIME).is_some() && known > 0;
        if is_log && let Some(kind) = foreign::of_line(format.names().as_bytes()) {
            return Some(Err(ObjectError::Foreign { kind }));
        }
        if let Some(place) = place(INSIGHTS_TIME) {
            format.read_as(place, Column::Start);
        }
        let missing = missing(&format);
        if is_log && missing.is_empty() {
            return Some(Ok(Self { width, values: Values::Fields(format.with_origin(origin)) }));
        }
        if let Some(place) = place(MESSAGE) {
            return Some(Ok(Self { width, values: Values::Messages { place, origin } }));
        }
        is_log.then(|| Err(missing_columns(&missing, origin)))
    }
}

/// Places in [`NEEDED`] of what a result has no column for.
fn missing(format: &LineFormat) -> Vec<usize> {
    let lacks = |place: &usize| !NEEDED[*place].1.iter().any(|column| format.has(*column));
    (0..NEEDED.len()).filter(lacks).collect()
}

fn missing_columns(missing: &[usize], origin: Origin) -> ObjectError {
    let list = |name: fn(&(&'static str, &[Column], &'static str)) -> &'static str| {
        missing.iter().map(|place| name(&NEEDED[*place])).collect::<Vec<_>>().join(", ")
    };
    let add = match origin {
        Origin::Insights => format!("{}, or @message, which is the whole record,", list(|needed| needed.2)),
        Origin::Athena | Origin::Delivered => format!("{} as the table calls it", list(|needed| needed.0)),
    };
    ObjectError::MissingColumns { missing: list(|needed| needed.0), add }
}

/// Whether a name is written as Logs Insights writes names of several words.
fn is_camel_case(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.contains(|letter: char| letter.is_ascii_uppercase())
}

/// The Unix seconds of a date and time as query results print it (`2026-09-01 00:00:00.000`, perhaps with a zone behind it),
/// UTC where there is no zone. Anything else is left to whoever reads seconds.
pub(super) fn seconds_of_date(cell: &[u8]) -> Option<String> {
    const SHORTEST: usize = "2026-09-01 00:00:00".len();
    if cell.len() < SHORTEST || cell[4] != b'-' || !matches!(cell[10], b' ' | b'T') {
        return None;
    }
    let text = std::str::from_utf8(cell).ok()?;
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp().to_string());
    }
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let time = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(time.and_utc().timestamp().to_string())
}
