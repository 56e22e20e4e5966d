//! Parquet objects to numbered records, beside what cannot be avoided: decoding the same columns with the parquet crate. The
//! counts are checked before anything is timed.

use std::collections::HashMap;
use std::path::Path;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flowtoll::model::addr::Addr;
use flowtoll::model::flow::{NumberedRecord, ObserverTexts};
use flowtoll::parse::columnar::{BATCH_ROWS, ColumnarParser};
use flowtoll::parse::fields::{Column, field};
use flowtoll::parse::format::LineFormat;
use flowtoll::parse::{FormatHints, Malformed, Numbering, RecordSink};
use flowtoll::testkit::{
    Codec, Coverage, FieldOrder, Form, ParquetStyle, Plan, Preset, World, WorldOptions, write_world,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Numbers what it is given, and adds up.
#[derive(Default)]
struct Sums {
    observers: HashMap<Vec<u8>, u32>,
    next_hops: HashMap<Vec<u8>, u32>,
    addresses: HashMap<Addr, u32>,
    records: u64,
    bytes: u64,
    malformed: u64,
}

fn next<T>(map: &HashMap<T, u32>) -> u32 {
    u32::try_from(map.len() + 1).expect("a bench is small")
}

impl RecordSink for Sums {
    fn format(&mut self, _: &LineFormat) {}

    fn numbering(&self) -> Numbering {
        Numbering::default()
    }

    fn observer(&mut self, texts: &ObserverTexts<'_>) -> u32 {
        let number = next(&self.observers);
        let text = [texts.account_id, texts.interface_id, texts.resource_id].join(&b' ');
        *self.observers.entry(text).or_insert(number)
    }

    fn next_hop(&mut self, interface_id: &[u8], interface_type: &[u8]) -> u32 {
        if interface_id.is_empty() && interface_type.is_empty() {
            return 0;
        }
        let number = next(&self.next_hops);
        *self.next_hops.entry([interface_id, interface_type].join(&b' ')).or_insert(number)
    }

    fn address(&mut self, addr: Addr) -> u32 {
        let number = next(&self.addresses);
        *self.addresses.entry(addr).or_insert(number)
    }

    fn record(&mut self, record: &NumberedRecord) {
        self.records += 1;
        self.bytes += record.traffic.bytes.unwrap_or(0);
    }

    fn malformed(&mut self, _: u64, _: Malformed) {
        self.malformed += 1;
    }
}

/// All Parquet objects below a folder.
#[expect(clippy::disallowed_methods, reason = "only parsing is timed: the objects are in memory")]
fn objects(folder: &Path) -> Vec<Bytes> {
    let mut paths: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("a readable folder").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
        .collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a readable file").into()).collect()
}

fn parsed(objects: &[Bytes]) -> Sums {
    let mut sums = Sums::default();
    let mut parser = ColumnarParser::default();
    for object in objects {
        parser.parse(object.clone(), FormatHints::default(), &mut sums).expect("a log");
    }
    sums
}

/// Decodes the columns that parsing needs, as the crate does it unasked. Returns the rows.
fn decoded(objects: &[Bytes]) -> u64 {
    let mut rows = 0;
    for object in objects {
        let builder = ParquetRecordBatchReaderBuilder::try_new(object.clone()).expect("Parquet");
        let needed = |name: &str| {
            field(name.as_bytes())
                .and_then(|field| field.column)
                .is_some_and(|column| column != Column::Version && column != Column::Packets)
        };
        let places = builder.schema().fields().iter().enumerate();
        let places: Vec<usize> =
            places.filter(|(_, field)| needed(field.name())).map(|(place, _)| place).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), places);
        let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().expect("columns");
        for batch in reader {
            rows += std::hint::black_box(batch.expect("whole pages")).num_rows() as u64;
        }
    }
    rows
}

fn parse_parquet(criterion: &mut Criterion) {
    let world = |rate: f64| {
        World::new(7, WorldOptions { hours: 2, conversations_per_hour: rate, ..WorldOptions::default() })
    };
    let snappy = ParquetStyle { codec: Codec::Snappy, ..ParquetStyle::default() };
    let inputs = [
        ("v5-gzip", 3_000.0, Form::parquet(FieldOrder::V5)),
        ("v5-snappy", 3_000.0, Form::Parquet { fields: FieldOrder::V5.fields(), style: snappy }),
        ("v5-gzip-small", 100.0, Form::parquet(FieldOrder::V5)),
    ];
    let mut group = criterion.benchmark_group("parse_parquet");
    group.sample_size(10);
    for (name, rate, form) in inputs {
        let world = world(rate);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let plan = Plan::new(Coverage::preset(&world, Preset::Vpc, &form));
        let truth = write_world(&world, folder.path(), &plan).expect("the world is written").truth;
        let objects = objects(folder.path());

        let sums = parsed(&objects);
        assert_eq!((sums.records, sums.malformed), (truth.ledger.records, 0), "{name}");
        assert_eq!(u128::from(sums.bytes), u128::from(truth.ledger.bytes_total), "{name}");
        assert_eq!(decoded(&objects), truth.ledger.records, "{name}");

        group.throughput(Throughput::Elements(sums.records));
        group.bench_function(BenchmarkId::new("parse", name), |bencher| bencher.iter(|| parsed(&objects)));
        group.bench_function(BenchmarkId::new("decode only", name), |bencher| {
            bencher.iter(|| decoded(&objects));
        });
    }
    group.finish();
}

criterion_group!(benches, parse_parquet);
criterion_main!(benches);
