//! One row of values becomes one [`FlowRecord`]; shared by text, JSON-wrapped text and Parquet, so that the same
//! records give the same report in every form.

use super::fields::{Column, OBSERVER_COLUMNS};
use super::value;
use crate::model::addr::Addr;
use crate::model::flow::{Action, FlowDirection, FlowRecord, LogStatus, ObserverTexts};
use crate::model::time::seconds_of;

/// A value as a form of input holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<T> {
    /// No such column, `-`, NULL or empty.
    Missing,
    /// A readable value.
    Is(T),
    /// Something else.
    Wrong,
}

/// The columns of one row.
pub trait Row<'a> {
    /// Text, empty where missing.
    fn text(&self, column: Column) -> &'a [u8];
    /// A whole number.
    fn number(&self, column: Column) -> Value<u64>;
    /// An address.
    fn address(&self, column: Column) -> Value<Addr>;
    /// Whether the log has the column at all.
    fn has(&self, column: Column) -> bool;
}

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowError {
    /// The field.
    pub column: Column,
    /// What was expected there.
    pub expected: &'static str,
}

/// Reads a row.
///
/// # Errors
/// The first field whose value is neither missing nor of its kind. Metadata fields (direction, path, types) are best
/// effort by AWS's own word: a strange value there counts as missing.
pub fn read_row<'a, R: Row<'a>>(row: &R) -> Result<FlowRecord<'a>, RowError> {
    let bytes = optional(row.number(Column::Bytes), Column::Bytes, "a whole number of bytes")?;
    let status = status(row, bytes)?;
    let action = action(row)?;
    optional(row.number(Column::Packets), Column::Packets, "a whole number of packets")?;
    let mut record = FlowRecord {
        observer: ObserverTexts::of_list(OBSERVER_COLUMNS.map(|column| row.text(column))),
        ..FlowRecord::default()
    };
    let traffic = &mut record.traffic;
    traffic.bytes = bytes;
    traffic.start = moment(row, Column::Start)?;
    traffic.end = moment(row, Column::End)?;
    traffic.action = action;
    traffic.status = status;
    if status == LogStatus::NoData {
        return Ok(record);
    }
    record.src = address(row, Column::SrcAddr)?;
    record.dst = address(row, Column::DstAddr)?;
    record.pkt_src = address(row, Column::PktSrcAddr)?;
    record.pkt_dst = address(row, Column::PktDstAddr)?;
    traffic.src_port = port(row, Column::SrcPort)?;
    traffic.dst_port = port(row, Column::DstPort)?;
    traffic.protocol = match optional(row.number(Column::Protocol), Column::Protocol, PROTOCOL)? {
        None => 0,
        Some(number) => u8::try_from(number).map_err(|_| wrong(Column::Protocol, PROTOCOL))?,
    };
    record.next_hop_interface_id = row.text(Column::NextHopInterfaceId);
    record.next_hop_interface_type = row.text(Column::NextHopInterfaceType);
    traffic.direction = match row.text(Column::FlowDirection) {
        b"ingress" => FlowDirection::Ingress,
        b"egress" => FlowDirection::Egress,
        _ => FlowDirection::Unknown,
    };
    traffic.traffic_path = match row.number(Column::TrafficPath) {
        Value::Is(path @ 1..=8) => u8::try_from(path).unwrap_or(0),
        _ => 0,
    };
    Ok(record)
}

const PROTOCOL: &str = "an IANA protocol number, 0 to 255";

fn wrong(column: Column, expected: &'static str) -> RowError {
    RowError { column, expected }
}

fn optional<T>(value: Value<T>, column: Column, expected: &'static str) -> Result<Option<T>, RowError> {
    match value {
        Value::Missing => Ok(None),
        Value::Is(value) => Ok(Some(value)),
        Value::Wrong => Err(wrong(column, expected)),
    }
}

fn status<'a, R: Row<'a>>(row: &R, bytes: Option<u64>) -> Result<LogStatus, RowError> {
    match row.text(Column::LogStatus) {
        b"NODATA" => Ok(LogStatus::NoData),
        b"SKIPDATA" => Ok(LogStatus::SkipData),
        // A log without the column still has rows that stand for an empty window: all traffic fields are missing.
        b"" if bytes.is_none() && row.text(Column::SrcAddr).is_empty() => Ok(LogStatus::NoData),
        b"OK" | b"" => Ok(LogStatus::Ok),
        _ => Err(wrong(Column::LogStatus, "OK, NODATA or SKIPDATA")),
    }
}

fn action<'a, R: Row<'a>>(row: &R) -> Result<Action, RowError> {
    match row.text(Column::Action) {
        b"ACCEPT" | b"" => Ok(Action::Accept),
        b"REJECT" => Ok(Action::Reject),
        _ => Err(wrong(Column::Action, "ACCEPT or REJECT")),
    }
}

fn address<'a, R: Row<'a>>(row: &R, column: Column) -> Result<Option<Addr>, RowError> {
    optional(row.address(column), column, "an IPv4 or IPv6 address")
}

fn port<'a, R: Row<'a>>(row: &R, column: Column) -> Result<u16, RowError> {
    const PORT: &str = "a port, 0 to 65535";
    match optional(row.number(column), column, PORT)? {
        None => Ok(0),
        Some(number) => u16::try_from(number).map_err(|_| wrong(column, PORT)),
    }
}

fn moment<'a, R: Row<'a>>(row: &R, column: Column) -> Result<Option<i64>, RowError> {
    const SECONDS: &str = "Unix seconds";
    match optional(row.number(column), column, SECONDS)? {
        None => Ok(None),
        Some(number) => {
            i64::try_from(number).map(|seconds| Some(seconds_of(seconds))).map_err(|_| wrong(column, SECONDS))
        }
    }
}

/// A row of text tokens, one slot per column; empty where the column is absent.
pub struct TokenRow<'a, 'f> {
    /// The tokens by [`Column`].
    pub slots: &'f [&'a [u8]],
    /// The columns of the format.
    pub present: u32,
}

impl<'a> TokenRow<'a, '_> {
    fn token(&self, column: Column) -> &'a [u8] {
        self.slots[column as usize]
    }
}

impl<'a> Row<'a> for TokenRow<'a, '_> {
    fn text(&self, column: Column) -> &'a [u8] {
        let token = self.token(column);
        if value::is_missing(token) { b"" } else { token }
    }

    fn number(&self, column: Column) -> Value<u64> {
        let token = self.token(column);
        match value::unsigned(token) {
            Some(number) => Value::Is(number),
            None if value::is_missing(token) => Value::Missing,
            None => Value::Wrong,
        }
    }

    fn address(&self, column: Column) -> Value<Addr> {
        let token = self.token(column);
        match value::address(token) {
            Some(addr) => Value::Is(addr),
            None if value::is_missing(token) => Value::Missing,
            None => Value::Wrong,
        }
    }

    fn has(&self, column: Column) -> bool {
        self.present & (1 << column as u32) != 0
    }
}
