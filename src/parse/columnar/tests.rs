//! Batches of any values in any types are read as the plain way reads them.

use std::io::Write as _;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

use arrow_array::types::{Int32Type, UInt8Type};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, DictionaryArray, Float64Array, Int32Array, Int64Array, NullArray,
    RecordBatch, StringArray, StringViewArray, TimestampMillisecondArray, UInt64Array,
};
use bytes::Bytes;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::Length;
use proptest::prelude::*;

use super::super::fields::FIELDS;
use super::super::tests::Recorder;
use super::super::{Malformed, Numbering};
use super::batch::{Batches, read_plainly};
use super::pages::Unpacker;
use super::values::{as_text, is_text};
use super::*;
use crate::model::addr::Addr;
use crate::model::flow::{NumberedRecord, ObserverTexts};

const TEXTS: [&str; 26] = [
    "-",
    "",
    " ",
    "None",
    "x",
    "OK",
    "NODATA",
    "SKIPDATA",
    "ACCEPT",
    "REJECT",
    " REJECT ",
    "ingress",
    "egress",
    "10.0.0.1",
    " 10.0.0.2",
    "010.0.0.1",
    "2600:1f18::1",
    "::ffff:10.0.0.1",
    "eni-1",
    "eni-2",
    "vpc-1",
    "5",
    "7.0",
    "70000",
    "-1",
    "1773100800000",
];
const USUAL_TEXTS: [&str; 6] = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "-", "10.0.0.4", "2600:1f18::1"];
const NUMBERS: [i64; 12] = [0, 1, 6, 8, 9, 255, 256, 65_535, 65_536, -1, 1_773_100_800, 1_773_100_800_000];

fn words(column: Column) -> &'static [&'static str] {
    match column {
        Column::LogStatus => &["OK", "NODATA", "SKIPDATA", "-"],
        Column::Action => &["ACCEPT", "REJECT", "-"],
        Column::FlowDirection => &["ingress", "egress", "-"],
        _ => &USUAL_TEXTS,
    }
}

/// A column of a batch: its type, whether its values are as usual, and a seed for each row's.
fn array(column: Column, form: u8, is_usual: bool, seeds: &[u16]) -> ArrayRef {
    let pool = if is_usual { words(column) } else { &TEXTS };
    let texts = || seeds.iter().map(|seed| (seed % 7 != 0).then(|| pool[usize::from(seed / 7) % pool.len()]));
    let numbers = || {
        let most = if is_usual { 4 } else { NUMBERS.len() };
        seeds.iter().map(move |seed| (seed % 7 != 0).then(|| NUMBERS[usize::from(seed / 7) % most]))
    };
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let floats =
        numbers().map(|number| number.map(|number| number as f64 / if is_usual { 1.0 } else { 2.0 }));
    let form = if is_usual && is_text(column) { form % 5 } else { form % 11 };
    match form {
        0 => Arc::new(texts().collect::<DictionaryArray<Int32Type>>()),
        1 => Arc::new(texts().collect::<DictionaryArray<UInt8Type>>()),
        2 => Arc::new(texts().collect::<StringArray>()),
        3 => Arc::new(texts().collect::<StringViewArray>()),
        4 => Arc::new(texts().map(|text| text.map(str::as_bytes)).collect::<BinaryArray>()),
        5 => Arc::new(numbers().collect::<Int64Array>()),
        6 => Arc::new(
            numbers()
                .map(|number| number.and_then(|number| i32::try_from(number).ok()))
                .collect::<Int32Array>(),
        ),
        7 => Arc::new(numbers().map(|number| number.map(i64::cast_unsigned)).collect::<UInt64Array>()),
        8 => Arc::new(floats.collect::<Float64Array>()),
        9 if seeds.len().is_multiple_of(2) => Arc::new(numbers().collect::<TimestampMillisecondArray>()),
        9 => Arc::new(BooleanArray::from(vec![true; seeds.len()])),
        _ => Arc::new(NullArray::new(seeds.len())),
    }
}

fn columns() -> Vec<Column> {
    FIELDS.iter().filter_map(|field| field.column).collect()
}

/// For each column its form, whether it is there, and whether its values are as usual; then the rows' seeds.
type Plan = (Vec<(u8, bool, bool)>, Vec<Vec<u16>>);

fn batches() -> impl Strategy<Value = Vec<Plan>> {
    let count = columns().len();
    let batch = (0_usize..30).prop_flat_map(move |rows| {
        (
            prop::collection::vec((any::<u8>(), prop::bool::weighted(0.8), prop::bool::weighted(0.9)), count),
            prop::collection::vec(prop::collection::vec(any::<u16>(), rows), count),
        )
    });
    prop::collection::vec(batch, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_batch_is_read_as_the_plain_way_reads_it(plans in batches()) {
        let (mut fast, mut plain) = (Recorder::default(), Recorder::default());
        let mut batches = Batches::default();
        let mut rows_before = 0;
        for (forms, seeds) in plans {
            let rows = seeds[0].len();
            let arrays: Vec<(Column, ArrayRef)> = columns()
                .into_iter()
                .zip(forms.iter().zip(&seeds))
                .filter(|(_, ((_, is_there, _), _))| *is_there)
                .map(|(column, ((form, _, is_usual), seeds))| {
                    (column, as_text(column, &array(column, *form, *is_usual, seeds)))
                })
                .collect();
            // Twice, so that the second time all dictionaries are known.
            for _ in 0..2 {
                batches.read(&arrays, rows, rows_before, u32::MAX, &mut fast);
                read_plainly(&arrays, rows, rows_before, u32::MAX, &mut plain);
                rows_before += rows as u64;
            }
        }
        prop_assert_eq!(fast.events, plain.events);
    }

    #[test]
    fn a_page_is_unpacked_however_it_is_packed(
        head in prop::collection::vec(any::<u8>(), 0..20),
        members in prop::collection::vec(prop::collection::vec(0_u8..4, 0..2_000), 1..4),
    ) {
        let mut stored = head.clone();
        for member in &members {
            let mut encoder = GzEncoder::new(&mut stored, flate2::Compression::default());
            encoder.write_all(member).expect("memory takes it");
            encoder.finish().expect("memory takes it");
        }
        let unpacked = Unpacker::default().unpack(&Bytes::from(stored), head.len()).expect("it is whole");
        prop_assert_eq!(unpacked.to_vec(), [head, members.concat()].concat());
    }
}

#[test]
fn a_damaged_page_is_an_error() {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"levels and values").expect("memory takes it");
    let stored = encoder.finish().expect("memory takes it");
    for end in 1..stored.len() {
        assert!(
            Unpacker::default().unpack(&Bytes::copy_from_slice(&stored[..end]), 0).is_err(),
            "cut at {end}"
        );
    }
    assert!(Unpacker::default().unpack(&Bytes::from(stored), 1_000).is_err());
}

/// An object with statistics whose packets are these.
fn with_packets(packets: ArrayRef) -> Recorder {
    let rows = packets.len();
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("srcaddr", Arc::new(StringArray::from(vec!["10.0.0.1"; rows])) as ArrayRef, true),
        ("bytes", Arc::new(Int64Array::from(vec![5; rows])) as ArrayRef, true),
        ("packets", packets, true),
    ])
    .expect("columns of one length");
    let mut content = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut content, batch.schema(), None).expect("a schema");
    writer.write(&batch).expect("a batch of that schema");
    writer.close().expect("memory does not fill up");
    let mut recorder = Recorder::default();
    assert_eq!(parse(Bytes::from(content), FormatHints::default(), &mut recorder), Ok(()));
    recorder
}

#[test]
fn strange_packets_are_found_whatever_statistics_say() {
    let cases: [(ArrayRef, usize); 5] = [
        (Arc::new(Int64Array::from(vec![Some(5), None])), 0),
        (Arc::new(Int64Array::from(vec![Some(5), Some(-1)])), 1),
        (Arc::new(Int32Array::from(vec![-7, -1])), 2),
        (Arc::new(Float64Array::from(vec![1.0, 1.5])), 1),
        (Arc::new(StringArray::from(vec!["4", "x"])), 1),
    ];
    for (packets, malformed) in cases {
        let recorder = with_packets(packets);
        assert_eq!(recorder.malformed().len(), malformed);
        assert_eq!(recorder.records().len(), 2 - malformed);
    }
}

/// A sink that wants the records of a period only, and counts those that it did not read.
struct Picky {
    recorder: Recorder,
    from: i64,
    to: i64,
    passed_over: u64,
}

impl RecordSink for Picky {
    fn format(&mut self, format: &LineFormat) {
        self.recorder.format(format);
    }

    fn numbering(&self) -> Numbering {
        self.recorder.numbering()
    }

    fn observer(&mut self, texts: &ObserverTexts<'_>) -> u32 {
        self.recorder.observer(texts)
    }

    fn next_hop(&mut self, interface_id: &[u8], interface_type: &[u8]) -> u32 {
        self.recorder.next_hop(interface_id, interface_type)
    }

    fn address(&mut self, addr: Addr) -> u32 {
        self.recorder.address(addr)
    }

    fn record(&mut self, record: &NumberedRecord) {
        self.recorder.record(record);
    }

    fn malformed(&mut self, line: u64, fault: Malformed) {
        RecordSink::malformed(&mut self.recorder, line, fault);
    }

    fn may_pass_over(&self, seconds: RangeInclusive<i64>) -> bool {
        *seconds.end() < self.from || *seconds.start() >= self.to
    }

    fn passed_over(&mut self, records: u64) {
        self.passed_over += records;
    }
}

/// An object that tells which of its bytes were read.
struct Watched {
    content: Bytes,
    read: Arc<Mutex<Vec<std::ops::Range<u64>>>>,
}

impl Length for Watched {
    fn len(&self) -> u64 {
        self.content.len() as u64
    }
}

/// What is read of it from a place on.
struct WatchedRead {
    rest: Bytes,
    place: u64,
    read: Arc<Mutex<Vec<std::ops::Range<u64>>>>,
}

impl std::io::Read for WatchedRead {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(self.rest.len());
        buffer[..count].copy_from_slice(&self.rest.split_to(count));
        let from = self.place;
        self.place += count as u64;
        self.read.lock().expect("one thread").push(from..self.place);
        Ok(count)
    }
}

impl super::ChunkSource for Watched {}

impl ChunkReader for Watched {
    type T = WatchedRead;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        let rest = self.content.slice(usize::try_from(start).expect("a test is small")..);
        Ok(WatchedRead { rest, place: start, read: Arc::clone(&self.read) })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        self.read.lock().expect("one thread").push(start..start + length as u64);
        self.content.get_bytes(start, length)
    }
}

/// First second of the wanted hour.
const FROM: i64 = 1_773_104_400;

/// Three row groups of four rows: an hour before [`FROM`], from it on, an hour later.
fn three_hours(start: ArrayRef) -> Bytes {
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("srcaddr", Arc::new(StringArray::from(vec!["10.0.0.1"; 12])) as ArrayRef, true),
        ("bytes", Arc::new(Int64Array::from((1..=12).collect::<Vec<_>>())) as ArrayRef, true),
        ("start", start, true),
    ])
    .expect("columns of one length");
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(4)).build();
    let mut content = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut content, batch.schema(), Some(properties)).expect("a schema");
    writer.write(&batch).expect("a batch of that schema");
    writer.close().expect("memory does not fill up");
    content.into()
}

/// The start of each row, hour by hour.
fn starts(row: i64) -> i64 {
    FROM + (row / 4 - 1) * 3_600 + row
}

/// What a sink that wants one hour gets, and the bytes of each row group's columns that were read.
fn read_one_hour(start: ArrayRef) -> (Picky, Vec<u64>) {
    let content = three_hours(start);
    let metadata = ArrowReaderMetadata::load(&content, ArrowReaderOptions::new()).expect("a footer");
    let read = Arc::new(Mutex::new(Vec::new()));
    let watched = Watched { content, read: Arc::clone(&read) };
    let mut sink = Picky { recorder: Recorder::default(), from: FROM, to: FROM + 3_600, passed_over: 0 };
    let outcome = ColumnarParser::default().parse_at_hand(watched, FormatHints::default(), &mut sink);
    assert_eq!(outcome, Ok(()));
    let read = read.lock().expect("one thread");
    let bytes = |group: &RowGroupMetaData| {
        let chunks = group.columns().iter().map(ColumnChunkMetaData::byte_range);
        let overlap = |(from, size): (u64, u64)| {
            read.iter().map(|r| r.end.min(from + size).saturating_sub(r.start.max(from))).sum::<u64>()
        };
        chunks.map(overlap).sum()
    };
    let of_groups = metadata.metadata().row_groups().iter().map(bytes).collect();
    (sink, of_groups)
}

#[test]
fn row_groups_outside_the_period_are_not_read() {
    for unit in [1, 1_000] {
        let (sink, bytes) =
            read_one_hour(Arc::new(Int64Array::from_iter_values((0..12).map(|row| starts(row) * unit))));
        assert_eq!((sink.recorder.records().len(), sink.passed_over), (4, 8));
        assert!(sink.recorder.records()[0].contains("bytes: Some(5)"), "{:?}", sink.recorder.records());
        assert!(bytes[0] == 0 && bytes[1] > 0 && bytes[2] == 0, "{bytes:?}");
    }
}

#[test]
fn row_groups_are_read_where_statistics_prove_nothing() {
    let cases: [ArrayRef; 5] = [
        // A missing start counts by its end; an impossible one too.
        Arc::new((0..12).map(|row| (row % 4 != 1).then(|| starts(row))).collect::<Int64Array>()),
        Arc::new(Int64Array::from_iter_values((0..12).map(|row| if row % 4 == 1 { 0 } else { starts(row) }))),
        Arc::new(Int64Array::from_iter_values(
            (0..12).map(|row| if row % 4 == 1 { starts(row) * 1_000 } else { starts(row) }),
        )),
        Arc::new(StringArray::from_iter_values((0..12).map(|row| starts(row).to_string()))),
        Arc::new(Int64Array::from_iter_values((0..12).map(|_| FROM + 5))),
    ];
    for start in cases {
        let (sink, bytes) = read_one_hour(start);
        assert_eq!((sink.recorder.records().len(), sink.passed_over), (12, 0));
        assert!(bytes.iter().all(|bytes| *bytes > 0), "{bytes:?}");
    }
}

#[test]
fn rows_behind_a_group_that_was_not_read_keep_their_number() {
    let content = three_hours(Arc::new(Int64Array::from_iter_values((0..12).map(starts))));
    let mut sink = Picky { recorder: Recorder::default(), from: FROM + 3_600, to: i64::MAX, passed_over: 0 };
    assert_eq!(parse(content, FormatHints::default(), &mut sink), Ok(()));
    assert_eq!((sink.recorder.records().len(), sink.passed_over), (4, 8));
    let batch = RecordBatch::try_from_iter_with_nullable([
        (
            "srcaddr",
            Arc::new(StringArray::from(vec!["10.0.0.1", "10.0.0.1", "x", "10.0.0.1"])) as ArrayRef,
            true,
        ),
        ("bytes", Arc::new(Int64Array::from(vec![1, 2, 3, 4])) as ArrayRef, true),
        ("start", Arc::new(Int64Array::from(vec![FROM, FROM, FROM + 3_600, FROM + 3_600])) as ArrayRef, true),
    ])
    .expect("columns of one length");
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    let mut content = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut content, batch.schema(), Some(properties)).expect("a schema");
    writer.write(&batch).expect("a batch of that schema");
    writer.close().expect("memory does not fill up");
    assert_eq!(parse(Bytes::from(content), FormatHints::default(), &mut sink), Ok(()));
    let fault = "srcaddr: `x` is not an IPv4 or IPv6 address";
    assert_eq!(sink.recorder.malformed(), [(3, fault.to_owned())], "the two rows before it were passed over");
}
