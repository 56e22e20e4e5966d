//! The whole way of the data, from objects on disk to the report, over a world whose truth is known. The answer is checked
//! before anything is timed.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flowtoll::pipeline::{Observer, Settings, analyze};
use flowtoll::testkit::{Coverage, FieldOrder, Form, Plan, Preset, World, WorldOptions, write_world};

struct Silent;

impl Observer for Silent {
    fn listed(&self, _: usize, _: u64) {}
    fn advanced(&self, _: u64) {}
    fn remark(&self, _: &str) {}
}

fn end_to_end(criterion: &mut Criterion) {
    let options = WorldOptions { hours: 2, conversations_per_hour: 300.0, ..WorldOptions::default() };
    let world = World::new(7, options);
    let forms = [
        ("text-v2", Form::text(FieldOrder::V2)),
        ("text-v5", Form::text(FieldOrder::V5)),
        ("gzip-v5", Form::text_gz(FieldOrder::V5)),
        ("parquet-v5", Form::parquet(FieldOrder::V5)),
    ];
    let mut group = criterion.benchmark_group("end_to_end");
    group.sample_size(10);
    for (name, form) in forms {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let plan = Plan::new(Coverage::preset(&world, Preset::Vpc, &form));
        let truth = write_world(&world, folder.path(), &plan).expect("the world is written").truth;
        let settings = Settings {
            inputs: vec![folder.path().display().to_string()],
            threads: Some(1),
            ..Settings::default()
        };
        let run = || analyze(&settings, &Silent).expect("a world gives a report");

        let report = run();
        assert_eq!(u128::from(truth.ledger.bytes_total), report.ledger.bytes_total, "{name}");
        let billed: u128 =
            truth.nat_gateways.iter().map(|nat| u128::from(nat.bytes_out + nat.bytes_in)).sum();
        assert_eq!(billed, report.totals.nat_gateway_bytes, "{name}");

        group.throughput(Throughput::Elements(report.ledger.records));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| bencher.iter(run));
    }
    group.finish();
}

criterion_group!(benches, end_to_end);
criterion_main!(benches);
