//! What is made once (`start`), what addresses are (`place`), and numbered records becoming totals (`record`). Every answer is
//! compared with what the generator knows.

mod inputs {
    pub mod log;
    pub mod mode;
    pub mod totals;
}

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flowtoll::classify::atlas::{Atlas, Place};
use flowtoll::classify::ip_ranges::IpRanges;
use flowtoll::classify::sink::Classifier;
use flowtoll::model::addr::Addr;
use flowtoll::model::flow::{NumberedRecord, ObserverTexts};
use flowtoll::parse::format::LineFormat;
use flowtoll::parse::text::TextParser;
use flowtoll::parse::{FormatHints, Malformed, Numbering, RecordSink};
use flowtoll::testkit::{Coverage, FieldOrder, Form, Preset, Status, World};
use flowtoll::{inventory, source};

use inputs::log::{Log, world};
use inputs::totals::{atlas, check, classifier};

fn start(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    Log::write(&world(), folder.path(), &Form::text(FieldOrder::V2));
    let files = source::read_inventory(&folder.path().join("inventory")).expect("the inventory was written");
    let inventory = inventory::load(files);
    let ranges = IpRanges::embedded();
    let elements = ranges.ranges.len() as u64;

    // A renewed table has more of them.
    assert!(elements > 5_000, "{elements} ranges");
    let made = Atlas::new(&ranges, &inventory);
    for service in ["s3", "dynamodb", "aws-ec2", "cloudfront", "internet"] {
        assert!(made.classes.iter().any(|class| class.service == service), "{service}");
    }
    assert!(!made.destinations.is_empty(), "the inventory has routes");

    let mut group = criterion.benchmark_group("start");
    group.sample_size(20);
    group.throughput(Throughput::Elements(elements));
    group.bench_function("ranges", |bencher| bencher.iter(IpRanges::embedded));
    group.bench_function("atlas", |bencher| bencher.iter(|| Atlas::new(&ranges, &inventory)));
    group.finish();
}

/// The addresses of packets, in the order of the log, and what the log itself says each is: the key of an AWS service, or `-`.
fn addresses(world: &World) -> Vec<(Addr, &'static str)> {
    let coverage = Coverage::preset(world, Preset::Vpc, &Form::text(FieldOrder::V5));
    let records = world.records(&coverage);
    let with_traffic = records.iter().map(|(_, record)| record).filter(|record| record.status == Status::Ok);
    with_traffic
        .flat_map(|record| {
            [
                (Addr::from(record.packet_source), record.source_service),
                (Addr::from(record.packet_destination), record.destination_service),
            ]
        })
        .collect()
}

/// How many of the addresses are kept, of a service, and of the internet.
fn places<'a>(atlas: &Atlas, addresses: impl IntoIterator<Item = &'a Addr>, internet: &[bool]) -> [u64; 3] {
    let mut counts = [0; 3];
    for addr in addresses {
        let kind = match atlas.place(*addr) {
            Place::Kept => 0,
            Place::Class(class) => 1 + usize::from(internet[class as usize]),
        };
        counts[kind] += 1;
    }
    counts
}

fn place(criterion: &mut Criterion) {
    let world = world();
    let folder = tempfile::tempdir().expect("a temporary folder");
    Log::write(&world, folder.path(), &Form::text(FieldOrder::V2));
    let atlas = atlas(folder.path());
    let internet: Vec<bool> = atlas.classes.iter().map(|class| class.service == "internet").collect();

    let mut lists: [Vec<Addr>; 3] = Default::default();
    let mut mixed = Vec::new();
    for (addr, service) in addresses(&world) {
        let kind = match atlas.place(addr) {
            Place::Kept => 0,
            Place::Class(class) => {
                let expected = match service {
                    "-" => "internet".to_owned(),
                    "AMAZON" => "aws-unknown".to_owned(),
                    "EC2" => "aws-ec2".to_owned(),
                    _ => service.to_lowercase(),
                };
                // A log does not say what is behind a NAT64 address.
                assert!(
                    atlas.class(class).service == expected || addr.nat64().is_some(),
                    "{addr}: {expected}"
                );
                1 + usize::from(internet[class as usize])
            }
        };
        lists[kind].push(addr);
        mixed.push(addr);
    }
    let [vpc, service, public] = lists.each_ref().map(|list| list.len() as u64);
    assert!(vpc > 0 && service > 0 && public > 0, "{vpc}, {service} and {public} addresses");
    assert_eq!(places(&atlas, &mixed, &internet), [vpc, service, public]);

    let mut group = criterion.benchmark_group("place");
    group.sample_size(20);
    let [vpc, service, public] = &lists;
    for (name, list) in [("vpc", vpc), ("service", service), ("internet", public), ("mixed", &mixed)] {
        group.throughput(Throughput::Elements(list.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| places(&atlas, list, &internet)));
    }
    group.finish();
}

/// Gives everything to a classifier but the records, which it keeps.
struct Numbered<'c, 'a> {
    classifier: &'c mut Classifier<'a>,
    records: Vec<NumberedRecord>,
}

impl RecordSink for Numbered<'_, '_> {
    fn format(&mut self, format: &LineFormat) {
        self.classifier.format(format);
    }

    fn numbering(&self) -> Numbering {
        self.classifier.numbering()
    }

    fn observer(&mut self, texts: &ObserverTexts<'_>) -> u32 {
        self.classifier.observer(texts)
    }

    fn next_hop(&mut self, interface_id: &[u8], interface_type: &[u8]) -> u32 {
        self.classifier.next_hop(interface_id, interface_type)
    }

    fn address(&mut self, addr: Addr) -> u32 {
        self.classifier.address(addr)
    }

    fn record(&mut self, record: &NumberedRecord) {
        self.records.push(*record);
    }

    fn malformed(&mut self, line: u64, fault: Malformed) {
        self.classifier.malformed(line, fault);
    }
}

/// A classifier that knows all numbers of the objects and has not seen a record of them; and the records.
fn numbered<'a>(atlas: &'a Atlas, objects: &[Vec<u8>]) -> (Classifier<'a>, Vec<NumberedRecord>) {
    let mut classifier = classifier(atlas);
    let mut sink = Numbered { classifier: &mut classifier, records: Vec::new() };
    let mut parser = TextParser::new(FormatHints::default());
    for object in objects {
        parser.begin(FormatHints::default());
        parser.feed(object, &mut sink).expect("every object is a flow log");
    }
    let records = sink.records;
    (classifier, records)
}

fn record(criterion: &mut Criterion) {
    let world = world();
    let mut group = criterion.benchmark_group("record");
    group.sample_size(20);
    for (name, order) in [("v2", FieldOrder::V2), ("v5", FieldOrder::V5), ("v11", FieldOrder::V11)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let Log { objects, truth } = Log::write(&world, folder.path(), &Form::text(order));
        let atlas = atlas(folder.path());
        let all = |(mut classifier, records): (Classifier<'_>, Vec<NumberedRecord>)| {
            for record in &records {
                classifier.record(record);
            }
            classifier.into_partial()
        };

        check(&all(numbered(&atlas, &objects)), &truth);

        group.throughput(Throughput::Elements(truth.records));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter_batched(|| numbered(&atlas, &objects), all, BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, start, place, record);
criterion_main!(benches);
