//! The attribution as Parquet, for query engines: columns are the keys of the JSON, amounts are exact decimals.
//!
//! The file's metadata say which report the rows are of (`flowtoll.*`), and each column's, in the Arrow schema, its unit.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Decimal128Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::model::money::MONEY_SCALE;
use crate::model::report::{AttributionLine, Report};

/// Digits of an amount: all that 128 bits hold.
const AMOUNT_DIGITS: u8 = 38;
/// Rows of a row group: what is held in memory at a time.
const GROUP_ROWS: usize = 1 << 17;

/// Writes the attribution of a report.
///
/// # Errors
/// Those of `out`, and a byte count of 2^64 or more, which no column holds.
pub fn parquet(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let schema = Arc::new(schema());
    let level = ZstdLevel::try_new(3).map_err(io::Error::other)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_key_value_metadata(Some(metadata(report)))
        .build();
    let mut writer =
        ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties)).map_err(io::Error::other)?;
    for lines in report.attribution.chunks(GROUP_ROWS) {
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays(lines)?).map_err(io::Error::other)?;
        writer.write(&batch).map_err(io::Error::other)?;
        writer.flush().map_err(io::Error::other)?;
    }
    out.write_all(&writer.into_inner().map_err(io::Error::other)?)
}

fn schema() -> Schema {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    let with_unit =
        |field: Field, unit: &str| field.with_metadata(HashMap::from([("unit".to_owned(), unit.to_owned())]));
    let scale = i8::try_from(MONEY_SCALE).expect("six decimals");
    Schema::new(vec![
        text("interface_id", true),
        text("vpc_id", true),
        text("subnet_id", true),
        text("zone_id", true),
        text("path", false),
        text("via", true),
        text("service", false),
        text("service_region", true),
        with_unit(Field::new("bytes_out", DataType::UInt64, false), "bytes in the observed window"),
        with_unit(Field::new("bytes_in", DataType::UInt64, false), "bytes in the observed window"),
        Field::new("estimated", DataType::Boolean, false),
        with_unit(
            Field::new("cost_month_usd", DataType::Decimal128(AMOUNT_DIGITS, scale), true),
            "USD a month",
        ),
    ])
}

fn metadata(report: &Report) -> Vec<KeyValue> {
    let (period, sources) = (&report.period, &report.sources);
    let told = [
        ("schema", Some(report.schema.to_owned())),
        ("period_start", period.start.clone()),
        ("period_end", period.end.clone()),
        ("observed_hours", Some(period.observed_hours.to_string())),
        ("month_hours", Some(period.month_hours.to_string())),
        ("price_book_date", Some(sources.price_book_date.clone())),
        ("ip_ranges_date", Some(sources.ip_ranges_date.clone())),
    ];
    let known = told.into_iter().filter_map(|(key, value)| Some((key, value?)));
    known.map(|(key, value)| KeyValue::new(format!("flowtoll.{key}"), value)).collect()
}

fn arrays(lines: &[AttributionLine]) -> io::Result<Vec<ArrayRef>> {
    let texts = |of: fn(&AttributionLine) -> Option<&str>| -> ArrayRef {
        Arc::new(lines.iter().map(of).collect::<StringArray>())
    };
    let bytes = |name: &str, of: fn(&AttributionLine) -> u128| -> io::Result<ArrayRef> {
        let counts = lines.iter().map(|line| u64::try_from(of(line)));
        let counts: Result<Vec<u64>, _> = counts.collect();
        let counts = counts.map_err(|_| {
            let words = "a count of 2^64 or more fits no column of Parquet: use --format json";
            io::Error::new(io::ErrorKind::InvalidData, format!("{name}: {words}"))
        })?;
        Ok(Arc::new(UInt64Array::from(counts)))
    };
    let amounts: Decimal128Array = lines.iter().map(|line| line.cost_month_usd.map(millionths)).collect();
    let scale = i8::try_from(MONEY_SCALE).expect("six decimals");
    let amounts = amounts.with_precision_and_scale(AMOUNT_DIGITS, scale).map_err(io::Error::other)?;
    Ok(vec![
        texts(|line| line.interface_id.as_deref()),
        texts(|line| line.vpc_id.as_deref()),
        texts(|line| line.subnet_id.as_deref()),
        texts(|line| line.zone_id.as_deref()),
        texts(|line| Some(line.path)),
        texts(|line| line.via.as_deref()),
        texts(|line| Some(&line.service)),
        texts(|line| line.service_region.as_deref()),
        bytes("bytes_out", |line| line.bytes_out)?,
        bytes("bytes_in", |line| line.bytes_in)?,
        Arc::new(lines.iter().map(|line| Some(line.estimated)).collect::<BooleanArray>()),
        Arc::new(amounts),
    ])
}

/// An amount in millionths, rounded as [`crate::model::money::money_text`] rounds. A decimal has 96 bits, and a million times as
/// much fits 128.
fn millionths(amount: Decimal) -> i128 {
    let rounded = amount.round_dp_with_strategy(MONEY_SCALE, RoundingStrategy::MidpointAwayFromZero);
    rounded.mantissa() * 10_i128.pow(MONEY_SCALE.saturating_sub(rounded.scale()))
}
