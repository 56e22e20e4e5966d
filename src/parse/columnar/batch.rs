//! A batch becomes records: column after column into the types of a record, then row after row to the sink.

use arrow_array::{Array, ArrayRef};

use super::super::fields::{COLUMN_COUNT, Column, NEXT_HOP_COLUMNS, OBSERVER_COLUMNS};
use super::super::row::read_row;
use super::super::text::fault;
use super::super::{Numbering, RecordSink};
use super::ends::{Addresses, Ends};
use super::entries::{Entries, as_entries};
use super::numbers;
use super::tuples::Tuples;
use super::values::{BatchRow, Data, is_text};
use super::words::Words;
use crate::model::flow::{Action, FlowDirection, LogStatus, NumberedRecord, ObserverTexts, Traffic};
use crate::model::time::seconds_of;

const END_COLUMNS: [Column; 4] = [Column::SrcAddr, Column::DstAddr, Column::PktSrcAddr, Column::PktDstAddr];

/// Stands for missing bytes. A number so large is odd.
const NO_BYTES: u64 = u64::MAX;
/// Stands for a missing time. A negative number is odd.
const NO_TIME: i64 = i64::MIN;
/// A word that the plain way must judge.
const ODD_WORD: u8 = u8::MAX;
/// A missing status; what it means depends on other values.
const NO_STATUS: u8 = 3;

/// Reads batches, with buffers and what is known of the texts.
#[derive(Debug, Default)]
pub(super) struct Batches {
    columns: Columns,
    observers: Tuples<9>,
    next_hops: Tuples<2>,
    numbering: Numbering,
}

/// The columns of a batch.
#[derive(Debug, Default)]
struct Columns {
    /// Rows that the plain way must read.
    odd: Vec<bool>,
    bytes: Vec<u64>,
    start: Vec<i64>,
    end: Vec<i64>,
    src_port: Vec<u16>,
    dst_port: Vec<u16>,
    protocol: Vec<u8>,
    traffic_path: Vec<u8>,
    packets: Vec<()>,
    status: Vec<u8>,
    action: Vec<u8>,
    direction: Vec<u8>,
    end_numbers: [Vec<u32>; 4],
    statuses: Words,
    actions: Words,
    directions: Words,
    addresses: Addresses,
    ends: [Ends; 4],
}

impl Batches {
    /// Reads a batch of so many rows. `rows_before` of the object were read before it.
    pub fn read<S: RecordSink>(
        &mut self,
        arrays: &[(Column, ArrayRef)],
        rows: usize,
        rows_before: u64,
        present: u32,
        sink: &mut S,
    ) {
        let mut is_odd = false;
        let mut texts: [Option<ArrayRef>; COLUMN_COUNT] = [const { None }; COLUMN_COUNT];
        let mut numbers: [Option<&dyn Array>; COLUMN_COUNT] = [None; COLUMN_COUNT];
        for (column, array) in arrays {
            if is_text(*column) {
                let entries = as_entries(array);
                is_odd |= entries.is_none();
                texts[*column as usize] = entries;
            } else {
                numbers[*column as usize] = Some(array.as_ref());
            }
        }
        let entries = texts.each_ref().map(|array| array.as_ref().and_then(Entries::of));
        let observer_columns = OBSERVER_COLUMNS.map(|column| entries[column as usize]);
        let next_hop_columns = NEXT_HOP_COLUMNS.map(|column| entries[column as usize]);
        is_odd |= !self.observers.read(&observer_columns, rows);
        is_odd |= !self.next_hops.read(&next_hop_columns, rows);
        self.columns.read(&entries, &numbers, rows, is_odd, sink);

        let mut plain: Option<Box<[Data<'_>; COLUMN_COUNT]>> = None;
        for row in 0..rows {
            let Some(traffic) = self.columns.traffic(row) else {
                let columns = plain.get_or_insert_with(|| plain_columns(arrays));
                plain_row(columns, row, rows_before, present, sink);
                continue;
            };
            let mut record = NumberedRecord { traffic, ..NumberedRecord::default() };
            if traffic.status != LogStatus::NoData {
                [record.src, record.dst, record.pkt_src, record.pkt_dst] =
                    self.columns.end_numbers.each_ref().map(|numbers| numbers[row]);
                record.next_hop = match self.next_hops.find(row) {
                    Some(number) => number,
                    None => self.new_next_hop(&next_hop_columns, row, sink),
                };
            }
            self.keep_up(sink.numbering());
            record.observer = match self.observers.find(row) {
                Some(number) => number,
                None => self.new_observer(&observer_columns, row, sink),
            };
            sink.record(&record);
        }
    }

    /// Forgets the numbers of an earlier numbering.
    #[inline]
    fn keep_up(&mut self, numbering: Numbering) {
        if self.numbering != numbering {
            self.observers.clear();
            self.numbering = numbering;
        }
    }

    #[cold]
    fn new_observer<S: RecordSink>(
        &mut self,
        columns: &[Option<Entries<'_>>; 9],
        row: usize,
        sink: &mut S,
    ) -> u32 {
        let texts = columns.each_ref().map(|column| text(column.as_ref(), row));
        let number = sink.observer(&ObserverTexts::of_list(texts));
        self.keep_up(sink.numbering());
        self.observers.insert(row, number);
        number
    }

    #[cold]
    fn new_next_hop<S: RecordSink>(
        &mut self,
        columns: &[Option<Entries<'_>>; 2],
        row: usize,
        sink: &mut S,
    ) -> u32 {
        let [interface_id, interface_type] = columns.each_ref().map(|column| text(column.as_ref(), row));
        let number = sink.next_hop(interface_id, interface_type);
        self.next_hops.insert(row, number);
        number
    }
}

fn text<'a>(column: Option<&Entries<'a>>, row: usize) -> &'a [u8] {
    column.map_or(b"", |column| column.text(row))
}

fn plain_columns(arrays: &[(Column, ArrayRef)]) -> Box<[Data<'_>; COLUMN_COUNT]> {
    let mut columns = Box::new([const { Data::Absent }; COLUMN_COUNT]);
    for (column, array) in arrays {
        columns[*column as usize] = Data::of(array.as_ref());
    }
    columns
}

/// Reads a batch the plain way alone.
#[cfg(test)]
pub(super) fn read_plainly(
    arrays: &[(Column, ArrayRef)],
    rows: usize,
    rows_before: u64,
    present: u32,
    sink: &mut impl RecordSink,
) {
    let columns = plain_columns(arrays);
    for row in 0..rows {
        plain_row(&columns, row, rows_before, present, sink);
    }
}

fn plain_row(
    columns: &[Data<'_>; COLUMN_COUNT],
    row: usize,
    rows_before: u64,
    present: u32,
    sink: &mut impl RecordSink,
) {
    match read_row(&BatchRow { columns, row, present }) {
        Ok(record) => sink.spelled_record(&record),
        Err(error) => {
            let shown = columns[error.column as usize].shown(row);
            sink.malformed(rows_before + row as u64 + 1, fault(error, shown.as_bytes()));
        }
    }
}

impl Columns {
    #[expect(clippy::cast_possible_truncation, reason = "where it truncates, the row is odd")]
    fn read<S: RecordSink>(
        &mut self,
        texts: &[Option<Entries<'_>>; COLUMN_COUNT],
        columns: &[Option<&dyn Array>; COLUMN_COUNT],
        rows: usize,
        is_odd: bool,
        sink: &mut S,
    ) {
        let number = |column: Column| columns[column as usize];
        let text = |column: Column| texts[column as usize].as_ref();
        self.odd.clear();
        self.odd.resize(rows, is_odd);
        let odd = self.odd.as_mut_slice();
        let is_negative = |number: u64| number > i64::MAX.cast_unsigned();
        let port = |number: u64| (number as u16, number > u64::from(u16::MAX));
        let time = |number: u64| (seconds_of(number.cast_signed()), is_negative(number));
        numbers::read(
            number(Column::Bytes),
            NO_BYTES,
            |bytes| (bytes, is_negative(bytes)),
            odd,
            &mut self.bytes,
        );
        numbers::read(number(Column::Start), NO_TIME, time, odd, &mut self.start);
        numbers::read(number(Column::End), NO_TIME, time, odd, &mut self.end);
        numbers::read(number(Column::SrcPort), 0, port, odd, &mut self.src_port);
        numbers::read(number(Column::DstPort), 0, port, odd, &mut self.dst_port);
        let protocol = |number: u64| (number as u8, number > u64::from(u8::MAX));
        numbers::read(number(Column::Protocol), 0, protocol, odd, &mut self.protocol);
        let path = |number: u64| (if number <= 8 { number as u8 } else { 0 }, false);
        numbers::read(number(Column::TrafficPath), 0, path, odd, &mut self.traffic_path);
        let packets = |number: u64| ((), is_negative(number));
        numbers::read(number(Column::Packets), (), packets, odd, &mut self.packets);

        self.statuses.read(text(Column::LogStatus), rows, status, &mut self.status);
        self.actions.read(text(Column::Action), rows, action, &mut self.action);
        self.directions.read(text(Column::FlowDirection), rows, direction, &mut self.direction);
        for (row, odd) in odd.iter_mut().enumerate() {
            let status = self.status[row];
            *odd |= status == ODD_WORD
                || self.action[row] == ODD_WORD
                || (status == NO_STATUS && self.bytes[row] == NO_BYTES);
        }
        for ((column, ends), out) in END_COLUMNS.into_iter().zip(&mut self.ends).zip(&mut self.end_numbers) {
            ends.read(text(column), &mut self.addresses, sink, odd, out);
        }
    }

    /// The traffic of a row; `None` if the plain way must read it.
    #[inline]
    fn traffic(&self, row: usize) -> Option<Traffic> {
        if self.odd[row] {
            return None;
        }
        let time = |time: i64| (time != NO_TIME).then_some(time);
        let bytes = self.bytes[row];
        let mut traffic = Traffic {
            bytes: (bytes != NO_BYTES).then_some(bytes),
            start: time(self.start[row]),
            end: time(self.end[row]),
            action: if self.action[row] == 0 { Action::Accept } else { Action::Reject },
            status: match self.status[row] {
                1 => LogStatus::NoData,
                2 => LogStatus::SkipData,
                _ => LogStatus::Ok,
            },
            ..Traffic::default()
        };
        if traffic.status != LogStatus::NoData {
            traffic.src_port = self.src_port[row];
            traffic.dst_port = self.dst_port[row];
            traffic.protocol = self.protocol[row];
            traffic.direction = match self.direction[row] {
                1 => FlowDirection::Ingress,
                2 => FlowDirection::Egress,
                _ => FlowDirection::Unknown,
            };
            traffic.traffic_path = self.traffic_path[row];
        }
        Some(traffic)
    }
}

fn status(word: &[u8]) -> u8 {
    match word {
        b"OK" => 0,
        b"NODATA" => 1,
        b"SKIPDATA" => 2,
        b"" => NO_STATUS,
        _ => ODD_WORD,
    }
}

fn action(word: &[u8]) -> u8 {
    match word {
        b"ACCEPT" | b"" => 0,
        b"REJECT" => 1,
        _ => ODD_WORD,
    }
}

fn direction(word: &[u8]) -> u8 {
    match word {
        b"ingress" => 1,
        b"egress" => 2,
        _ => 0,
    }
}
