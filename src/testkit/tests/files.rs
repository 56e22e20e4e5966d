//! Files, read back without flowtoll.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array as _, RecordBatch};
use flate2::read::{GzDecoder, MultiGzDecoder};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::super::*;
use super::{small, tree};

fn one_form(world: &World, form: &Form) -> Coverage {
    Coverage { flow_logs: vec![FlowLog::new(world, Scope::Vpc(0), form.clone())] }
}

fn written(world: &World, coverage: Coverage, layout: Layout) -> (tempfile::TempDir, Truth) {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { coverage, layout, logs_only: true };
    let truth = write_world(world, folder.path(), &plan).unwrap().truth;
    (folder, truth)
}

/// Sum of `bytes`, rows, NODATA rows and broken lines of a text object.
fn read_text(text: &str, sums: &mut HashMap<&'static str, u64>) {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(' ').collect();
    let column = |name: &str| header.iter().position(|field| *field == name).unwrap();
    let (bytes, status) = (column("bytes"), column("log-status"));
    for line in lines {
        let cells: Vec<&str> = line.split(' ').collect();
        if cells.len() != header.len() {
            *sums.entry("malformed").or_default() += 1;
            continue;
        }
        *sums.entry("rows").or_default() += 1;
        *sums.entry("nodata").or_default() += u64::from(cells[status] == "NODATA");
        *sums.entry("bytes").or_default() += cells[bytes].parse::<u64>().unwrap_or(0);
    }
}

#[test]
fn text_orders_agree_with_the_ledger() {
    let world = small(21);
    for order in [FieldOrder::V2, FieldOrder::V5, FieldOrder::V11, FieldOrder::Alphabetical] {
        let mut coverage = one_form(&world, &Form::text(order));
        coverage.flow_logs[0].malformed_every = Some(97);
        let (folder, truth) = written(&world, coverage, Layout::default());
        let mut sums = HashMap::new();
        for (path, content) in tree(folder.path()) {
            let name = path.to_str().unwrap();
            assert!(name.starts_with("AWSLogs/111122223333/vpcflowlogs/ap-northeast-1/2026/03/10/"));
            let text = String::from_utf8(content).unwrap();
            assert_eq!(text.lines().next().unwrap().split(' ').count(), order.fields().len());
            read_text(&text, &mut sums);
        }
        let ledger = &truth.ledger;
        assert!(ledger.malformed > 3 && ledger.nodata > 3 && ledger.skipdata > 0 && ledger.rejected > 0);
        assert_eq!(sums["malformed"], ledger.malformed);
        assert_eq!(sums["rows"], ledger.records - ledger.malformed);
        assert_eq!(sums["nodata"], ledger.nodata);
        assert_eq!(sums["bytes"], ledger.bytes_total);
    }
}

#[test]
fn gzip_members_hold_the_same_lines() {
    let world = small(22);
    let layout = Layout::with_objects(2, 1);
    let plain = written(&world, one_form(&world, &Form::text(FieldOrder::V5)), layout).0;
    let fields = FieldOrder::V5.fields();
    let form = Form::Text { fields, gzip: true, member_rows: Some(100) };
    let zipped = written(&world, one_form(&world, &form), layout).0;
    let (plain, zipped) = (tree(plain.path()), tree(zipped.path()));
    assert_eq!((plain.len(), zipped.len()), (1, 1));
    let (path, content) = zipped.first_key_value().unwrap();
    assert!(path.to_str().unwrap().ends_with(".log.gz"));
    let (mut all, mut first) = (Vec::new(), Vec::new());
    MultiGzDecoder::new(&content[..]).read_to_end(&mut all).unwrap();
    GzDecoder::new(&content[..]).read_to_end(&mut first).unwrap();
    assert_eq!(first.split(|byte| *byte == b'\n').count(), 102);
    assert!(&all == plain.first_key_value().unwrap().1);
}

#[test]
fn layouts_spell_keys() {
    let world = small(23);
    let layout = Layout { hive: true, per_hour: true, ..Layout::with_objects(2, 48) };
    assert_eq!((layout.object_s, layout.parts), (300, 2));
    let folder = written(&world, one_form(&world, &Form::text_gz(FieldOrder::V2)), layout).0;
    let files = tree(folder.path());
    assert!(files.len() > 40);
    let stem = "AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=ap-northeast-1/\
                year=2026/month=03/day=10/hour=0";
    assert!(files.keys().all(|path| path.to_str().unwrap().starts_with(stem)));
}

fn batches(folder: &Path) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    for content in tree(folder).into_values() {
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(content)).unwrap();
        batches.extend(reader.build().unwrap().map(Result::unwrap));
    }
    batches
}

#[test]
fn parquet_has_documented_types_and_values() {
    let world = small(24);
    let (folder, truth) =
        written(&world, one_form(&world, &Form::parquet(FieldOrder::V11)), Layout::with_objects(2, 4));
    let (mut rows, mut total, mut blank) = (0, 0, 0);
    for batch in batches(folder.path()) {
        assert_eq!(batch.num_columns(), 54);
        let bytes = batch.column_by_name("bytes").unwrap().as_primitive::<Int64Type>();
        let path = batch.column_by_name("traffic_path").unwrap().as_primitive::<Int32Type>();
        let source = batch.column_by_name("srcaddr").unwrap().as_string::<i32>();
        let instance = batch.column_by_name("instance_id").unwrap().as_string::<i32>();
        let direction = batch.column_by_name("flow_direction").unwrap().as_string::<i32>();
        assert_eq!((source.null_count(), instance.null_count()), (0, 0));
        rows += batch.num_rows() as u64;
        for row in 0..batch.num_rows() {
            assert_eq!(bytes.is_null(row), source.value(row) == "-");
            assert_eq!(path.is_valid(row), direction.value(row) == "egress");
            blank += u64::from(bytes.is_null(row));
            total += if bytes.is_null(row) { 0 } else { bytes.value(row).unsigned_abs() };
        }
    }
    let ledger = truth.ledger;
    assert_eq!((rows, total), (ledger.records, ledger.bytes_total));
    assert_eq!(blank, ledger.nodata + ledger.skipdata);
}

#[test]
fn parquet_variants_are_readable() {
    let world = small(25);
    let default = ParquetStyle::default();
    let styles = [
        ParquetStyle { numbers: Numbers::Int64, codec: Codec::Snappy, ..default },
        ParquetStyle { numbers: Numbers::Text, codec: Codec::Zstd, dictionary: false, ..default },
        ParquetStyle { null_text: true, codec: Codec::Uncompressed, ..default },
        ParquetStyle { account_as_number: true, upper_case: true, ..default },
    ];
    for style in styles {
        let form = Form::Parquet { fields: FieldOrder::V5.fields(), style };
        let (folder, truth) = written(&world, one_form(&world, &form), Layout::with_objects(2, 1));
        let mut rows = 0;
        for batch in batches(folder.path()) {
            rows += batch.num_rows() as u64;
            let schema = batch.schema();
            let kind = |name: &str| schema.field_with_name(name).unwrap().data_type().to_string();
            if style.upper_case {
                assert_eq!(kind("ACCOUNT_ID"), "Int64");
            } else {
                let kinds = (kind("srcport"), kind("bytes"));
                let wanted = match style.numbers {
                    Numbers::Documented => ("Int32", "Int64"),
                    Numbers::Int64 => ("Int64", "Int64"),
                    Numbers::Text => ("Utf8", "Utf8"),
                };
                assert_eq!((kinds.0.as_str(), kinds.1.as_str()), wanted);
            }
            if style.null_text {
                assert!(batch.column_by_name("srcaddr").unwrap().null_count() > 0);
            }
        }
        assert_eq!(rows, truth.ledger.records, "{style:?}");
    }
}

#[test]
fn inventory_names_what_the_truth_names() {
    let world = small(26);
    let folder = tempfile::tempdir().unwrap();
    let coverage = Coverage::preset(&world, Preset::Vpc, &Form::text(FieldOrder::V5));
    let truth = world.truth(&coverage);
    world.write_inventory(folder.path(), &coverage).unwrap();
    let files = tree(folder.path());
    let all: String = files
        .iter()
        .filter(|(path, _)| !path.ends_with("describe-network-interfaces.json"))
        .map(|(_, content)| String::from_utf8(content.clone()).unwrap())
        .collect();
    assert!(files.len() >= 22, "two accounts with eleven or more answers each");
    assert!(truth.nat_gateways.iter().all(|nat| all.contains(&nat.nat_gateway_id)));
    assert!(truth.endpoints.iter().all(|endpoint| all.contains(&endpoint.vpc_endpoint_id)));
    let enis = &files[Path::new("111122223333/ap-northeast-1/describe-network-interfaces.json")];
    let enis: serde_json::Value = serde_json::from_slice(enis).unwrap();
    let enis = enis["NetworkInterfaces"].as_array().unwrap();
    let is_listed = |id: &str| enis.iter().any(|eni| eni["NetworkInterfaceId"] == id);
    assert!(enis.len() > 20);
    for place in &world.interfaces {
        let is_here = world.account_of(place.vpc) == "111122223333" && place.in_inventory;
        assert_eq!(is_listed(&place.id), is_here, "{}", place.name);
    }
}

/// Content that does not depend on the compressor: gzip inflated, Parquet left out.
fn plain_tree(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let plain = |(path, content): (std::path::PathBuf, Vec<u8>)| {
        let content = match path.extension().and_then(|end| end.to_str()) {
            Some("gz") => {
                let mut lines = Vec::new();
                MultiGzDecoder::new(&content[..]).read_to_end(&mut lines).unwrap();
                lines
            }
            Some("parquet") => Vec::new(),
            _ => content,
        };
        (path, content)
    };
    tree(folder).into_iter().map(plain).collect()
}

#[test]
fn sample_logs_are_what_the_generator_writes() {
    let fresh = tempfile::tempdir().unwrap();
    let truth = write_sample(fresh.path()).unwrap();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs");
    let (fresh, committed_files) = (plain_tree(fresh.path()), plain_tree(&committed));
    assert!(committed_files.len() > 40);
    for (new, old) in fresh.iter().zip(&committed_files) {
        assert_eq!(new.0, old.0);
        assert!(new.1 == old.1, "{} is not what the generator writes now", new.0.display());
    }
    assert_eq!(fresh.len(), committed_files.len());
    let rows: usize =
        batches(&committed.join("parquet")).iter().map(arrow_array::RecordBatch::num_rows).sum();
    let told: u64 = truth.flow_logs[4..].iter().map(|flow_log| flow_log.ledger.records).sum();
    assert_eq!(rows as u64, told);
    assert_eq!(truth.flow_logs[0].ledger.bytes_total, truth.flow_logs[4].ledger.bytes_total);
}
