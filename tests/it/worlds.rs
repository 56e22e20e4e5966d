//! Worlds whose traffic was invented before their records: the report must find the truth, to the byte, whatever the
//! form, the coverage and the number of threads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use flowtoll::model::report::Report;
use flowtoll::pipeline::{Observer, Settings, analyze};
use flowtoll::testkit::{
    Codec, Coverage, EXPORTS, Export, FieldOrder, FlowLog, Form, Layout, Numbers, ParquetStyle, Plan, Preset,
    Scope, Truth, World, WorldOptions, write_world,
};

struct Silent;

impl Observer for Silent {
    fn listed(&self, _: usize, _: u64) {}
    fn advanced(&self, _: u64) {}
    fn remark(&self, _: &str) {}
}

fn report(folder: &Path, threads: usize) -> Report {
    let settings = Settings {
        inputs: vec![folder.display().to_string()],
        threads: Some(threads),
        ..Settings::default()
    };
    analyze(&settings, &Silent).expect("a world gives a report")
}

fn world(seed: u64) -> World {
    World::new(seed, WorldOptions { hours: 3, conversations_per_hour: 300.0, ..WorldOptions::default() })
}

/// Writes a world and reads it back: the truth, and the report of one thread (equal to that of three).
fn run(world: &World, coverage: Coverage, layout: Layout) -> (Truth, Report) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let written = write_world(world, folder.path(), &Plan { layout, ..Plan::new(coverage) })
        .expect("the world is written");
    let one = report(folder.path(), 1);
    let three = report(folder.path(), 3);
    let text = |report: &Report| serde_json::to_string(report).expect("a report is JSON");
    assert_eq!(text(&one), text(&three), "the number of threads shows");
    (written.truth, one)
}

/// Bytes out and in, by what an attribution line is about.
type Lines = BTreeMap<(Option<String>, String, Option<String>, String, Option<String>), (u128, u128)>;

fn true_lines(truth: &Truth) -> Lines {
    let key = |line: &flowtoll::testkit::AttributionTruth| {
        (
            Some(line.interface_id.clone()),
            line.path.to_owned(),
            line.via.clone(),
            line.service.clone(),
            line.service_region.clone(),
        )
    };
    truth.attribution.iter().map(|l| (key(l), (u128::from(l.bytes_out), u128::from(l.bytes_in)))).collect()
}

fn found_lines(report: &Report) -> Lines {
    let mut lines = Lines::new();
    for line in &report.attribution {
        let key = (
            line.interface_id.clone(),
            line.path.to_owned(),
            line.via.clone(),
            line.service.clone(),
            line.service_region.clone(),
        );
        let sum = lines.entry(key).or_default();
        *sum = (sum.0 + line.bytes_out, sum.1 + line.bytes_in);
    }
    lines
}

fn differences(truth: &Lines, found: &Lines) -> Vec<String> {
    let keys: BTreeSet<_> = truth.keys().chain(found.keys()).collect();
    keys.into_iter()
        .filter(|key| truth.get(key) != found.get(key))
        .map(|key| format!("{key:?}: truth {:?}, found {:?}", truth.get(key), found.get(key)))
        .collect()
}

/// The ledger against the rows that were written.
fn check_ledger(truth: &Truth, report: &Report, malformed_lines: bool) {
    let (want, got) = (&truth.ledger, &report.ledger);
    assert_eq!(
        (want.ok, want.rejected, want.nodata, want.skipdata),
        (got.ok, got.rejected, got.nodata, got.skipdata)
    );
    assert_eq!(u128::from(want.bytes_total), got.bytes_total);
    assert_eq!(u128::from(want.bytes_rejected), got.bytes_rejected);
    if malformed_lines {
        assert_eq!((want.malformed, want.records), (got.malformed, got.records));
    }
    let classes =
        got.bytes_attributed + got.bytes_duplicate_view + got.bytes_rejected + got.bytes_unattributed;
    assert_eq!(classes, got.bytes_total);
    let lines: u128 = report.attribution.iter().map(|line| line.bytes_out + line.bytes_in).sum();
    assert_eq!(lines, got.bytes_attributed);
}

fn check_nats(truth: &Truth, report: &Report, leave_out: &[&str]) {
    assert!(truth.nat_gateways.len() > 3);
    for nat in truth.nat_gateways.iter().filter(|nat| !leave_out.contains(&nat.name)) {
        let line = report.nat_gateways.iter().find(|line| line.nat_gateway_id == nat.nat_gateway_id);
        let line = line.unwrap_or_else(|| panic!("{} has no line", nat.name));
        let (want, got) = ((nat.bytes_out, nat.bytes_in), (line.bytes_out, line.bytes_in));
        assert_eq!((u128::from(want.0), u128::from(want.1)), got, "{}", nat.name);
    }
}

fn check_all(truth: &Truth, report: &Report) {
    check_ledger(truth, report, true);
    check_nats(truth, report, &[]);
    let differences = differences(&true_lines(truth), &found_lines(report));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(truth.endpoints.len() > 3);
    for endpoint in &truth.endpoints {
        let line = report.endpoints.iter().find(|line| line.vpc_endpoint_id == endpoint.vpc_endpoint_id);
        let line = line.unwrap_or_else(|| panic!("{} has no line", endpoint.vpc_endpoint_id));
        assert_eq!(
            (u128::from(endpoint.bytes_out), u128::from(endpoint.bytes_in), endpoint.service),
            (line.bytes_out, line.bytes_in, line.service.as_str()),
            "{}",
            endpoint.vpc_endpoint_id
        );
    }
}

#[test]
fn logs_of_whole_vpcs_tell_everything_in_every_text_form() {
    for (seed, order) in [(1, FieldOrder::V2), (2, FieldOrder::V5), (3, FieldOrder::V11), (4, FieldOrder::V5)]
    {
        let world = world(seed);
        let form = if seed % 2 == 0 { Form::text_gz(order) } else { Form::text(order) };
        let (truth, report) = run(&world, Coverage::preset(&world, Preset::Vpc, &form), Layout::default());
        check_all(&truth, &report);
    }
}

#[test]
fn alphabetical_columns_are_the_same_logs() {
    let world = world(5);
    let alphabetical = Form::text(FieldOrder::Alphabetical);
    let (truth, report) =
        run(&world, Coverage::preset(&world, Preset::Vpc, &alphabetical), Layout::default());
    check_all(&truth, &report);
}

#[test]
fn parquet_in_every_dress_tells_the_same() {
    let styles = [
        ParquetStyle::default(),
        ParquetStyle {
            numbers: Numbers::Int64,
            codec: Codec::Snappy,
            dictionary: false,
            ..ParquetStyle::default()
        },
        ParquetStyle {
            numbers: Numbers::Text,
            codec: Codec::Zstd,
            null_text: true,
            account_as_number: true,
            upper_case: true,
            ..ParquetStyle::default()
        },
    ];
    for (seed, style) in (6..).zip(styles) {
        let world = world(seed);
        let form = Form::Parquet { fields: FieldOrder::V5.fields(), style };
        let (truth, report) = run(&world, Coverage::preset(&world, Preset::Vpc, &form), Layout::default());
        check_all(&truth, &report);
    }
}

#[test]
fn exports_of_whole_vpcs_tell_everything_too() {
    for (seed, export) in (20..).zip(EXPORTS) {
        let world = world(seed);
        // The first table knows the default fields only.
        let orders: &[FieldOrder] = match export {
            Export::FirstAthena => &[FieldOrder::V2],
            _ => &[FieldOrder::V2, FieldOrder::V11],
        };
        for order in orders {
            let form = Form::Export { fields: order.fields(), export };
            let (truth, report) =
                run(&world, Coverage::preset(&world, Preset::Vpc, &form), Layout::default());
            check_all(&truth, &report);
        }
    }
}

#[test]
fn an_export_has_the_nat_totals_of_the_log() {
    let world = world(30);
    let of = |form: &Form| run(&world, Coverage::preset(&world, Preset::Nat, form), Layout::default()).1;
    let text = of(&Form::text(FieldOrder::V5));
    assert!(text.nat_gateways.len() > 3 && text.totals.nat_gateway_bytes > 0);
    for export in EXPORTS.into_iter().filter(|export| *export != Export::FirstAthena) {
        let report = of(&Form::Export { fields: FieldOrder::V5.fields(), export });
        assert_eq!(report.nat_gateways, text.nat_gateways, "{export:?}");
        assert_eq!(report.totals, text.totals, "{export:?}");
        assert_eq!(report.ledger.bytes_total, text.ledger.bytes_total, "{export:?}");
        assert_eq!(found_lines(&report), found_lines(&text), "{export:?}");
        let is_noted = report.notes.iter().any(|note| note.id == "insights-export");
        let is_insights = matches!(export, Export::InsightsMessages | Export::InsightsColumns);
        assert_eq!(is_noted, is_insights, "{export:?}");
    }
}

#[test]
fn overlapping_flow_logs_count_once() {
    for (seed, order) in [(10, FieldOrder::V2), (11, FieldOrder::V11)] {
        let world = world(seed);
        let coverage = Coverage::preset(&world, Preset::Overlap, &Form::text_gz(order));
        assert!(coverage.flow_logs.len() > 1);
        let (truth, report) =
            run(&world, coverage, Layout { hive: true, per_hour: true, ..Layout::default() });
        check_all(&truth, &report);
    }
}

#[test]
fn logs_of_nat_gateways_alone_give_their_totals_in_every_form() {
    for (seed, order) in [(12, FieldOrder::V2), (13, FieldOrder::V5), (14, FieldOrder::V11)] {
        let world = world(seed);
        let coverage = Coverage::preset(&world, Preset::Nat, &Form::text(order));
        let (truth, report) = run(&world, coverage, Layout::default());
        check_ledger(&truth, &report, true);
        // Before version 9 the rows of a regional NAT gateway name nothing.
        let unnamed: &[&str] = if order == FieldOrder::V11 { &[] } else { &["dev-nat-regional"] };
        check_nats(&truth, &report, unnamed);
    }
}

#[test]
fn logs_of_clients_alone_give_the_same_nat_totals() {
    for (seed, order) in [(15, FieldOrder::V2), (16, FieldOrder::V5), (17, FieldOrder::V11)] {
        let world = world(seed);
        let coverage = Coverage::preset(&world, Preset::Clients, &Form::text_gz(order));
        let (truth, report) = run(&world, coverage, Layout::default());
        check_ledger(&truth, &report, true);
        check_nats(&truth, &report, &[]);
        let of_nats =
            |lines: Lines| -> Lines { lines.into_iter().filter(|(key, _)| key.1 == "nat-gateway").collect() };
        let differences = differences(&of_nats(true_lines(&truth)), &of_nats(found_lines(&report)));
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }
}

#[test]
fn hour_by_hour_another_vantage_gives_the_whole() {
    // The gateways' own log is off in the second hour, the VPC's in the third: together they cover every hour.
    let world = world(18);
    let mut coverage = Coverage::preset(&world, Preset::Vpc, &Form::text(FieldOrder::V5));
    let nats = Coverage::preset(&world, Preset::Nat, &Form::text(FieldOrder::V11));
    for log in &mut coverage.flow_logs {
        log.hours_off.push(2..3);
    }
    coverage.flow_logs.extend(nats.flow_logs.into_iter().map(|mut log: FlowLog| {
        log.hours_off.push(1..2);
        log
    }));
    assert!(coverage.flow_logs.iter().any(|log| matches!(log.scope, Scope::Vpc(_))));
    let (truth, report) = run(&world, coverage, Layout::default());
    check_ledger(&truth, &report, true);
    check_nats(&truth, &report, &["dev-nat-regional"]);
}

#[test]
fn without_an_inventory_nat_gateways_are_found_by_their_rows() {
    let world = world(19);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let coverage = Coverage::preset(&world, Preset::Vpc, &Form::text(FieldOrder::V11));
    let plan = Plan { logs_only: true, ..Plan::new(coverage) };
    let truth = write_world(&world, folder.path(), &plan).expect("the world is written").truth;
    let report = report(folder.path(), 2);
    check_ledger(&truth, &report, true);
    let total: u128 = truth.nat_gateways.iter().map(|nat| u128::from(nat.bytes_out + nat.bytes_in)).sum();
    assert_eq!(report.totals.nat_gateway_bytes, total);
}
