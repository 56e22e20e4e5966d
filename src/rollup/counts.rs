//! Counts of rows and bytes as columns.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Decimal128Array, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field};

use crate::aggregate::RowCounts;

/// Columns of rows, then of bytes.
const ROWS: [&str; 7] =
    ["ok", "nodata", "skipdata", "rejected", "malformed", "outside_period", "time_anomalies"];
const BYTES: [&str; 5] =
    ["bytes_total", "bytes_rejected", "bytes_skipdata", "bytes_without_address", "bytes_without_observer"];
/// Digits of a sum of bytes.
const DIGITS: u8 = 38;

fn rows(counts: &RowCounts) -> [u64; 7] {
    [
        counts.ok,
        counts.nodata,
        counts.skipdata,
        counts.rejected,
        counts.malformed,
        counts.outside_period,
        counts.time_anomalies,
    ]
}

fn bytes(counts: &RowCounts) -> [u128; 5] {
    [
        counts.bytes_total,
        counts.bytes_rejected,
        counts.bytes_skipdata,
        counts.bytes_without_address,
        counts.bytes_without_observer,
    ]
}

/// Bytes of accepted traffic that are in totals.
pub(super) fn bytes_in_totals(counts: &RowCounts) -> Option<u128> {
    let [total, others @ ..] = bytes(counts);
    others.into_iter().try_fold(total, u128::checked_sub)
}

/// The fields of the columns.
pub(super) fn fields() -> Vec<Field> {
    let rows = ROWS.map(|name| Field::new(name, DataType::Int64, false));
    rows.into_iter().chain(BYTES.map(|name| Field::new(name, decimal(), false))).collect()
}

fn decimal() -> DataType {
    DataType::Decimal128(DIGITS, 0)
}

/// The columns. `None` where a number is beyond what they hold: no log has so many rows or bytes.
pub(super) fn arrays<'c>(counts: &(impl Iterator<Item = &'c RowCounts> + Clone)) -> Option<Vec<ArrayRef>> {
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(ROWS.len() + BYTES.len());
    for column in 0..ROWS.len() {
        let values = counts.clone().map(|counts| i64::try_from(rows(counts)[column]).ok());
        arrays.push(Arc::new(Int64Array::from(values.collect::<Option<Vec<i64>>>()?)));
    }
    for column in 0..BYTES.len() {
        let values = counts.clone().map(|counts| i128::try_from(bytes(counts)[column]).ok());
        let array = Decimal128Array::from(values.collect::<Option<Vec<i128>>>()?);
        arrays.push(Arc::new(array.with_precision_and_scale(DIGITS, 0).ok()?));
    }
    Some(arrays)
}

/// The counts of each row of a batch; `None` where a column is missing or of another type.
pub(super) fn read(batch: &RecordBatch) -> Option<Vec<RowCounts>> {
    fn column<'b, T: 'static>(batch: &'b RecordBatch, name: &str) -> Option<&'b T> {
        batch.column_by_name(name)?.as_any().downcast_ref()
    }
    let mut found = vec![([0_u64; 7], [0_u128; 5]); batch.num_rows()];
    for (place, name) in ROWS.iter().enumerate() {
        let column: &Int64Array = column(batch, name)?;
        for (row, found) in found.iter_mut().enumerate() {
            found.0[place] = u64::try_from(column.value(row)).ok().filter(|_| column.is_valid(row))?;
        }
    }
    for (place, name) in BYTES.iter().enumerate() {
        let column: &Decimal128Array = column(batch, name)?;
        for (row, found) in found.iter_mut().enumerate() {
            found.1[place] = u128::try_from(column.value(row)).ok().filter(|_| column.is_valid(row))?;
        }
    }
    let of = |(rows, bytes): ([u64; 7], [u128; 5])| {
        let [ok, nodata, skipdata, rejected, malformed, outside_period, time_anomalies] = rows;
        let [bytes_total, bytes_rejected, bytes_skipdata, bytes_without_address, bytes_without_observer] =
            bytes;
        RowCounts {
            ok,
            nodata,
            skipdata,
            rejected,
            malformed,
            outside_period,
            time_anomalies,
            bytes_total,
            bytes_rejected,
            bytes_skipdata,
            bytes_without_address,
            bytes_without_observer,
        }
    };
    Some(found.into_iter().map(of).collect())
}
