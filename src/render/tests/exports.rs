//! CSV, Parquet and Markdown of reports that would like to be more than data.

use rust_decimal::Decimal;

use super::super::{Format, TableStyle, csv};
use super::sample;
use crate::model::report::Report;

/// Names as a tag may hold them.
const HOSTILE: [&str; 8] =
    ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", " =1", "＝1", "\u{1b}[31mred\u{202e}"];

fn table(report: &Report, name: &str) -> Vec<Vec<String>> {
    let tables = csv(report).expect("tables");
    let table = tables.iter().find(|table| table.name == name).expect("the table");
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(table.text.as_slice());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[test]
fn texts_in_csv_are_no_formulas() {
    for name in HOSTILE {
        let mut report = sample::full();
        report.nat_gateways[0].name = Some(name.to_owned());
        report.endpoints[0].zones = vec![name.to_owned()];
        report.attribution[0].service = name.to_owned();
        for (table_name, column) in [("nat_gateways", 1), ("endpoints", 6), ("attribution", 6)] {
            let found = &table(&report, table_name)[1][column];
            let first = found.trim_start().chars().next().expect("a text");
            assert!(!"=+-@＝\u{1b}\t".contains(first), "{found:?}");
            assert!(!found.contains(['\u{1b}', '\u{202e}', '\t']), "{found:?}");
        }
    }
    // Amounts below zero are figures, and stay so.
    let mut report = sample::full();
    report.totals.saving_month_usd = Some(Decimal::new(-15, 1));
    assert_eq!(table(&report, "totals")[1][5], "-1.5");
}

#[test]
fn csv_is_quoted_where_it_must_be() {
    let mut report = sample::full();
    report.nat_gateways[0].name = Some("a,\"b\"\nc".to_owned());
    assert_eq!(table(&report, "nat_gateways")[1][1], "a,\"b\"\nc");
    assert_eq!(table(&report, "nat_gateways").len(), 3);
}

#[test]
fn bytes_of_any_size_are_exact_in_csv() {
    let mut report = sample::full();
    report.ledger.bytes_total = u128::MAX;
    report.attribution[0].bytes_in = (1 << 53) + 1;
    assert_eq!(table(&report, "ledger")[1][11], "340282366920938463463374607431768211455");
    assert_eq!(table(&report, "attribution")[1][9], "9007199254740993");
}

/// Tables without rows keep their header; unpriced cells are empty and not 0.
#[test]
fn empty_tables_have_their_columns() {
    let (full, empty) = (csv(&sample::full()).expect("tables"), csv(&sample::empty()).expect("tables"));
    let header = |text: &[u8]| text.split(|byte| *byte == b'\n').next().map(<[u8]>::to_vec);
    assert_eq!(full.len(), empty.len());
    assert!(full.len() > 12);
    for (full, empty) in full.iter().zip(&empty) {
        assert_eq!(full.name, empty.name);
        assert_eq!(header(&full.text), header(&empty.text));
    }
    assert_eq!(table(&sample::unpriced(), "totals")[1][4], "");
}

#[test]
fn names_are_no_markup_in_markdown() {
    let mut report = sample::full();
    let name = "| `x` <img src=x> @team ![a](http://b)\nnext";
    report.nat_gateways[0].name = Some(name.to_owned());
    report.attribution[0].interface_id = Some(name.to_owned());
    report.advice[0].summary = name.to_owned();
    report.findings[0].title = name.to_owned();
    report.notes[0].text = name.to_owned();
    report.sources.inventory = Some(name.to_owned());
    let mut out = Vec::new();
    Format::Markdown.render(&report, TableStyle::default(), &mut out).expect("a Vec takes all");
    let text = String::from_utf8(out).expect("UTF-8");
    assert!(text.matches("img src=x").count() >= 6);
    for wrong in [" `x`", "<img", "@team", "![a]", "http://"] {
        assert!(!text.contains(wrong), "{wrong} in {text}");
    }
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    for pair in text.lines().collect::<Vec<_>>().windows(2) {
        if pair.iter().all(|line| line.starts_with('|')) {
            assert_eq!(cells(pair[0]), cells(pair[1]), "{pair:?}");
        }
    }
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_holds_what_it_can_and_refuses_the_rest() {
    use arrow_array::Array as _;
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::{Decimal128Type, UInt64Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let mut report = sample::full();
    report.attribution[0].bytes_in = u64::MAX.into();
    report.attribution[0].cost_month_usd = Some(Decimal::MAX);
    // Half a millionth is rounded away from zero.
    report.attribution[1].cost_month_usd = Some(Decimal::new(-15, 7));
    report.attribution[2].cost_month_usd = None;
    let mut out = Vec::new();
    super::super::parquet(&report, &mut out).expect("a file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(out)).expect("Parquet");
    let batch = reader.build().expect("a reader").next().expect("a batch").expect("rows");
    assert_eq!(batch.num_rows(), 3);
    assert_eq!(batch["bytes_in"].as_primitive::<UInt64Type>().value(0), u64::MAX);
    let amounts = batch["cost_month_usd"].as_primitive::<Decimal128Type>();
    // 2^96 - 1 USD in millionths.
    assert_eq!(amounts.value(0), ((1 << 96) - 1) * 1_000_000);
    assert_eq!(amounts.value(1), -2);
    assert!(amounts.is_null(2));

    report.attribution[0].bytes_in = u128::from(u64::MAX) + 1;
    let mut out = Vec::new();
    let error = super::super::parquet(&report, &mut out).expect_err("too large");
    assert!(error.to_string().contains("bytes_in"), "{error}");
    assert!(out.is_empty());

    let mut none = Vec::new();
    super::super::parquet(&sample::empty(), &mut none).expect("a file without rows");
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(none)).expect("Parquet");
    assert_eq!(reader.schema().fields().len(), 12);
    assert_eq!(reader.build().expect("a reader").count(), 0);
}
