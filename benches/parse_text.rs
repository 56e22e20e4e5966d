//! Text lines become records (`records`), and totals too (`totals`), in memory and on one thread. Both answers are checked
//! before anything is timed.

mod inputs {
    pub mod count;
    pub mod log;
    pub mod mode;
    pub mod totals;
}

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flowtoll::aggregate::Partial;
use flowtoll::classify::atlas::Atlas;
use flowtoll::parse::text::TextParser;
use flowtoll::parse::{FormatHints, RecordSink};
use flowtoll::testkit::{Field, FieldOrder, Form};

use inputs::count::Count;
use inputs::log::{Log, world};
use inputs::totals::{atlas, check, classifier};

/// The fields of version 5 in an order that nobody would choose: every seventh, around and around.
fn shuffled() -> Vec<Field> {
    let fields = FieldOrder::V5.fields();
    (0..fields.len()).map(|place| fields[place * 7 % fields.len()]).collect()
}

fn feed(objects: &[Vec<u8>], sink: &mut impl RecordSink) {
    let mut parser = TextParser::new(FormatHints::default());
    for object in objects {
        parser.begin(FormatHints::default());
        parser.feed(object, sink).expect("every object is a flow log");
    }
}

fn records(objects: &[Vec<u8>]) -> Count {
    let mut count = Count::default();
    feed(objects, &mut count);
    count
}

fn totals(objects: &[Vec<u8>], atlas: &Atlas) -> Partial {
    let mut classifier = classifier(atlas);
    feed(objects, &mut classifier);
    classifier.into_partial()
}

fn parse_text(criterion: &mut Criterion) {
    let shuffled = Form::Text { fields: shuffled(), gzip: false, member_rows: None };
    let forms = [
        ("v2", Form::text(FieldOrder::V2)),
        ("v5", Form::text(FieldOrder::V5)),
        ("v5-shuffled", shuffled),
        ("v11", Form::text(FieldOrder::V11)),
    ];
    let world = world();
    let mut group = criterion.benchmark_group("parse_text");
    group.sample_size(20);
    for (name, form) in forms {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let Log { objects, truth } = Log::write(&world, folder.path(), &form);
        let atlas = atlas(folder.path());

        let expected =
            Count { records: truth.records, bytes: truth.bytes_total.into(), malformed: truth.malformed };
        assert_eq!(records(&objects), expected, "{name}");
        check(&totals(&objects, &atlas), &truth);

        let bytes = objects.iter().map(|object| object.len() as u64).sum();
        group.throughput(Throughput::ElementsAndBytes { elements: truth.records, bytes });
        group.bench_function(BenchmarkId::new("records", name), |bencher| bencher.iter(|| records(&objects)));
        group.bench_function(BenchmarkId::new("totals", name), |bencher| {
            bencher.iter(|| totals(&objects, &atlas));
        });
    }
    group.finish();
}

criterion_group!(benches, parse_text);
criterion_main!(benches);
