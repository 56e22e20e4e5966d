//! `flowtoll report` as CSV and Parquet: every cell is that of the JSON. How the sample looks is in `sample_report`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Decimal128Type, UInt64Type};
use arrow_array::{Array as _, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rust_decimal::Decimal;
use serde_json::Value as Json;

/// Runs `flowtoll report sample-logs` at the root of the repository.
fn run(args: &[&str]) -> (Option<i32>, Vec<u8>, String) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["report", "sample-logs", "--quiet"])
        .args(args)
        .env_remove("COLUMNS")
        .output()
        .expect("flowtoll starts");
    let errors = String::from_utf8(output.stderr).expect("errors are UTF-8");
    (output.status.code(), output.stdout, errors)
}

fn json() -> Json {
    let (code, out, err) = run(&["--format", "json"]);
    assert_eq!(code, Some(0), "{err}");
    serde_json::from_slice(&out).expect("a report")
}

/// The files of `--format csv` by name.
pub(super) fn csv(folder: &Path) -> BTreeMap<String, String> {
    let (code, out, err) = run(&["--format", "csv", "--output", folder.to_str().expect("a plain path")]);
    assert_eq!((code, out.is_empty()), (Some(0), true), "{err}");
    let entries = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    entries
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a text"))
        })
        .collect()
}

/// A file of CSV as maps from column to cell.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut rows: Vec<BTreeMap<String, String>> =
        reader.deserialize().map(|row| row.expect("a row as wide as the header")).collect();
    for cell in rows.iter_mut().flat_map(BTreeMap::values_mut).filter(|cell| cell.starts_with(['[', '{'])) {
        // JSON in a cell is compared as JSON: the order of its keys does not matter.
        *cell = serde_json::from_str::<Json>(cell).expect("JSON").to_string();
    }
    rows
}

/// What a value of the JSON is in a cell.
fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        // Lines within a line stay JSON.
        Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            value.to_string()
        }
        Json::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join("; "),
        Json::Object(map) => {
            map.iter().map(|(key, value)| format!("{key}={}", cell(value))).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// Keys that hold a map instead of an object: one cell.
const MAPS: [&str; 2] = ["parameters", "vantage_hours"];

/// The columns of an object: nested ones are joined to their key.
fn flat(object: &Json) -> BTreeMap<String, String> {
    let mut columns = BTreeMap::new();
    for (key, value) in object.as_object().expect("an object") {
        match value {
            Json::Object(inner) if !MAPS.contains(&key.as_str()) => {
                columns.extend(inner.iter().map(|(name, value)| (format!("{key}_{name}"), cell(value))));
            }
            value => {
                columns.insert(key.clone(), cell(value));
            }
        }
    }
    columns
}

#[test]
fn every_cell_of_csv_is_that_of_the_json() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let (files, report) = (csv(folder.path()), json());
    let mut cells = 0;
    for (key, value) in report.as_object().expect("an object") {
        let expected: Vec<_> = match value {
            Json::Array(lines) => lines.iter().map(flat).collect(),
            // A map by id, of which each entry is a row.
            Json::Object(names) if key == "names" => {
                let row = |(id, name): (&String, &Json)| {
                    BTreeMap::from([("key".to_owned(), id.clone()), ("value".to_owned(), cell(name))])
                };
                names.iter().map(row).collect()
            }
            Json::Object(_) => vec![flat(value)],
            _ => {
                assert_eq!(key, "schema");
                continue;
            }
        };
        let file = files.get(&format!("{key}.csv")).unwrap_or_else(|| panic!("no {key}.csv"));
        let found = rows(file);
        assert_eq!(found, expected, "{key}");
        cells += found.iter().map(BTreeMap::len).sum::<usize>();
    }
    assert!(cells > 700, "{cells}");
    let options = report["plan"]["options"].as_array().expect("a list");
    assert_eq!(rows(&files["options.csv"]), options.iter().map(flat).collect::<Vec<_>>());
    assert!(options.len() > 2);
    // The two further ones are sums of the attribution.
    assert_eq!(files.len(), report.as_object().expect("an object").len() - 1 + 3, "{:?}", files.keys());
}

/// Services and clients are sums of the attribution: over all rows they are its bytes and its cost.
#[test]
fn sums_in_csv_are_those_of_the_attribution() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let files = csv(folder.path());
    let attribution = rows(&files["attribution.csv"]);
    let decimal = |row: &BTreeMap<String, String>, key: &str| row[key].parse::<Decimal>().expect("a figure");
    for (file, key) in [
        ("services.csv", &["service", "service_region", "path"][..]),
        ("clients.csv", &["interface_id", "vpc_id", "subnet_id", "zone_id", "path"][..]),
    ] {
        let mut expected: BTreeMap<Vec<String>, [Decimal; 3]> = BTreeMap::new();
        let of =
            |row: &BTreeMap<String, String>| key.iter().map(|part| row[*part].clone()).collect::<Vec<_>>();
        let figures = ["bytes_out", "bytes_in", "cost_month_usd"];
        for row in &attribution {
            let sums = expected.entry(of(row)).or_default();
            for (sum, figure) in sums.iter_mut().zip(figures) {
                *sum += decimal(row, figure);
            }
        }
        let sums = rows(&files[file]);
        assert_eq!(sums.len(), expected.len(), "{file}");
        for row in &sums {
            let [bytes_out, bytes_in, cost] = expected[&of(row)];
            assert_eq!(decimal(row, "bytes_out"), bytes_out);
            assert_eq!(decimal(row, "bytes_in"), bytes_in);
            // Lines are rounded one by one, 28 of them at most.
            assert!((decimal(row, "cost_month_usd") - cost).abs() <= Decimal::new(14, 6), "{row:?}");
        }
    }
}

fn batches(bytes: Vec<u8>) -> (ParquetRecordBatchReaderBuilder<bytes::Bytes>, Vec<RecordBatch>) {
    let bytes = bytes::Bytes::from(bytes);
    let open = || ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).expect("Parquet");
    let batches = open().build().expect("a reader").map(|batch| batch.expect("rows")).collect();
    (open(), batches)
}

#[test]
fn every_value_of_parquet_is_that_of_the_json() {
    let (code, out, err) = run(&["--format", "parquet"]);
    assert_eq!(code, Some(0), "{err}");
    let (_, batches) = batches(out);
    let report = json();
    let lines = report["attribution"].as_array().expect("lines");
    let keys: Vec<&String> = lines[0].as_object().expect("an object").keys().collect();
    let mut index = 0;
    for batch in &batches {
        let mut names: Vec<String> =
            batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        names.sort();
        assert_eq!(names.iter().collect::<Vec<_>>(), keys);
        for row in 0..batch.num_rows() {
            for key in &keys {
                let column = batch.column_by_name(key).expect("a column");
                let found = if column.is_null(row) {
                    Json::Null
                } else if let Some(texts) = column.as_string_opt::<i32>() {
                    texts.value(row).into()
                } else if let Some(counts) = column.as_primitive_opt::<UInt64Type>() {
                    counts.value(row).into()
                } else if let Some(amounts) = column.as_primitive_opt::<Decimal128Type>() {
                    let amount = Decimal::from_i128_with_scale(amounts.value(row), 6);
                    amount.normalize().to_string().into()
                } else {
                    column.as_boolean().value(row).into()
                };
                assert_eq!(found, lines[index][key.as_str()], "{key} of line {index}");
            }
            index += 1;
        }
    }
    assert_eq!(index, lines.len());
    assert!(index > 20);
}

/// A file of Parquet for people: what it says of itself, its columns, and its rows.
pub(super) fn parquet_as_text(bytes: Vec<u8>) -> String {
    let (builder, batches) = batches(bytes);
    let mut told = vec!["# What the file says of itself".to_owned()];
    let metadata = builder.metadata().file_metadata();
    for pair in metadata.key_value_metadata().expect("metadata") {
        if pair.key.starts_with("flowtoll.") {
            told.push(format!("{}: {}", pair.key, pair.value.as_deref().unwrap_or_default()));
        }
    }
    told.push("\n# Columns: name, type, unit".to_owned());
    for field in builder.schema().fields() {
        let unit = field.metadata().get("unit").map_or_else(String::new, |unit| format!(", {unit}"));
        let null = if field.is_nullable() { ", nullable" } else { "" };
        told.push(format!("{}: {}{null}{unit}", field.name(), field.data_type()));
    }
    told.push("\n# Rows".to_owned());
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| shown(column.as_ref(), row));
            told.push(cells.collect::<Vec<_>>().join(" | "));
        }
    }
    told.push(String::new());
    told.join("\n")
}

/// A value as text.
fn shown(column: &dyn arrow_array::Array, row: usize) -> String {
    if column.is_null(row) {
        return "-".to_owned();
    }
    if let Some(texts) = column.as_string_opt::<i32>() {
        return texts.value(row).to_owned();
    }
    if let Some(counts) = column.as_primitive_opt::<UInt64Type>() {
        return counts.value(row).to_string();
    }
    match column.as_primitive_opt::<Decimal128Type>() {
        Some(amounts) => amounts.value_as_string(row),
        None => column.as_boolean().value(row).to_string(),
    }
}

#[test]
fn forms_and_places_that_do_not_go_together_are_refused_before_reading() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let file = folder.path().join("a.txt");
    fs::write(&file, "mine").expect("a file");
    let refused = |args: &[&str], words: &str| {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
            .current_dir(folder.path())
            .args(["report", "nowhere"])
            .args(args)
            .output()
            .expect("flowtoll starts");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(2), true));
        assert!(errors.contains(words), "{args:?}: {errors}");
    };
    refused(&["--format", "csv"], "--output DIR");
    refused(&["--format", "csv", "--output", "a.txt"], "`a.txt` is no directory");
    for format in ["csv", "markdown", "parquet"] {
        refused(&["--dry-run", "--format", format], "--format table or --format json");
    }
    refused(&["--output", "no/such/report.json"], "there is no directory `no/such`");
    refused(&["--output", "."], "`.`: it is a directory");
    refused(&["--dry-run", "--output", "no/such/report.json"], "there is no directory `no/such`");
    refused(&["--format", "yaml"], "possible values");
    assert_eq!(fs::read_to_string(&file).expect("the file"), "mine");
}

/// What else lies in the directory stays, files of an earlier run are replaced, and nothing is left over.
#[test]
fn csv_goes_into_a_directory_that_may_be_there() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let target = folder.path().join("deep/er");
    let first = csv(&target);
    fs::write(target.join("notes.txt"), "mine").expect("a file");
    fs::write(target.join("ledger.csv"), "old").expect("a file");
    let mut second = csv(&target);
    assert_eq!(second.remove("notes.txt").as_deref(), Some("mine"));
    assert_eq!(first, second);
    // A directory in the place of a file: nothing is replaced, and nothing is left over.
    fs::remove_file(target.join("totals.csv")).expect("a file");
    fs::create_dir(target.join("totals.csv")).expect("a folder");
    let (code, _, err) = run(&["--format", "csv", "--output", target.to_str().expect("a plain path")]);
    assert_eq!(code, Some(2));
    assert!(err.contains("totals.csv"), "{err}");
    let left = fs::read_dir(&target).expect("the folder").filter(|entry| {
        entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().ends_with(".tmp"))
    });
    assert_eq!(left.count(), 0);
}
