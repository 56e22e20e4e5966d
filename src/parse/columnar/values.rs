//! The values of a batch, each read by what it means, not by its physical type: the plain way, which also judges what is
//! malformed.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, DictionaryArray, Int32Array, LargeBinaryArray,
    LargeStringArray, StringArray, StringViewArray,
};
use arrow_schema::{DataType, TimeUnit};

use super::super::fields::{COLUMN_COUNT, Column};
use super::super::row::{Row, Value};
use super::super::value;
use crate::model::addr::Addr;

/// Whether a column is text by meaning.
pub(super) fn is_text(column: Column) -> bool {
    !matches!(
        column,
        Column::Version
            | Column::SrcPort
            | Column::DstPort
            | Column::Protocol
            | Column::Packets
            | Column::Bytes
            | Column::Start
            | Column::End
            | Column::TrafficPath
    )
}

/// Columns that are text by meaning but numbers in this object become text; an account id gets its leading zeros back.
pub(super) fn as_text(column: Column, array: &ArrayRef) -> ArrayRef {
    if !is_text(column) || !(array.data_type().is_integer() || array.data_type().is_floating()) {
        return Arc::clone(array);
    }
    let data = Data::of(array.as_ref());
    let mut texts: Vec<String> = Vec::new();
    let mut known: HashMap<u64, i32> = HashMap::new();
    let mut keys: Vec<Option<i32>> = Vec::with_capacity(array.len());
    for row in 0..array.len() {
        let key = match data.number(row) {
            // A batch has fewer rows than there are keys.
            Value::Is(number) => i32::try_from(texts.len()).ok().map(|next| {
                *known.entry(number).or_insert_with(|| {
                    texts.push(match column {
                        Column::AccountId => format!("{number:012}"),
                        _ => number.to_string(),
                    });
                    next
                })
            }),
            _ => None,
        };
        keys.push(key);
    }
    let texts = Arc::new(StringArray::from_iter_values(texts));
    Arc::new(DictionaryArray::new(Int32Array::from(keys), texts))
}

/// One value.
pub(super) enum Cell<'a> {
    Missing,
    Text(&'a [u8]),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
}

/// One column of a batch, its type resolved once.
pub(super) enum Data<'a> {
    Absent,
    Utf8(&'a StringArray),
    LargeUtf8(&'a LargeStringArray),
    Utf8View(&'a StringViewArray),
    Binary(&'a BinaryArray),
    LargeBinary(&'a LargeBinaryArray),
    BinaryView(&'a BinaryViewArray),
    /// The array, the place of each row's value, and the values; the width of keys is the writer's choice.
    Dictionary(&'a dyn Array, Vec<usize>, Box<Data<'a>>),
    Integer(&'a dyn Array, fn(&dyn Array, usize) -> i64),
    Unsigned(&'a dyn Array, fn(&dyn Array, usize) -> u64),
    Float(&'a dyn Array, fn(&dyn Array, usize) -> f64),
    Unreadable(&'a dyn Array),
}

impl<'a> Data<'a> {
    pub fn of(array: &'a dyn Array) -> Self {
        match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string()),
            DataType::LargeUtf8 => Self::LargeUtf8(array.as_string()),
            DataType::Utf8View => Self::Utf8View(array.as_string_view()),
            DataType::Binary => Self::Binary(array.as_binary()),
            DataType::LargeBinary => Self::LargeBinary(array.as_binary()),
            DataType::BinaryView => Self::BinaryView(array.as_binary_view()),
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                if dictionary.values().is_empty() {
                    return Self::Absent;
                }
                let values = Box::new(Self::of(dictionary.values().as_ref()));
                Self::Dictionary(array, dictionary.normalized_keys(), values)
            }
            DataType::Int8 => {
                Self::Integer(array, |a, row| i64::from(a.as_primitive::<Int8Type>().value(row)))
            }
            DataType::Int16 => {
                Self::Integer(array, |a, row| i64::from(a.as_primitive::<Int16Type>().value(row)))
            }
            DataType::Int32 => {
                Self::Integer(array, |a, row| i64::from(a.as_primitive::<Int32Type>().value(row)))
            }
            DataType::Int64 => Self::Integer(array, |a, row| a.as_primitive::<Int64Type>().value(row)),
            DataType::UInt8 => {
                Self::Unsigned(array, |a, row| u64::from(a.as_primitive::<UInt8Type>().value(row)))
            }
            DataType::UInt16 => {
                Self::Unsigned(array, |a, row| u64::from(a.as_primitive::<UInt16Type>().value(row)))
            }
            DataType::UInt32 => {
                Self::Unsigned(array, |a, row| u64::from(a.as_primitive::<UInt32Type>().value(row)))
            }
            DataType::UInt64 => Self::Unsigned(array, |a, row| a.as_primitive::<UInt64Type>().value(row)),
            DataType::Float32 => {
                Self::Float(array, |a, row| f64::from(a.as_primitive::<Float32Type>().value(row)))
            }
            DataType::Float64 => Self::Float(array, |a, row| a.as_primitive::<Float64Type>().value(row)),
            DataType::Timestamp(TimeUnit::Second, _) => {
                Self::Integer(array, |a, row| a.as_primitive::<TimestampSecondType>().value(row))
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => Self::Integer(array, |a, row| {
                a.as_primitive::<TimestampMillisecondType>().value(row).div_euclid(1_000)
            }),
            DataType::Timestamp(TimeUnit::Microsecond, _) => Self::Integer(array, |a, row| {
                a.as_primitive::<TimestampMicrosecondType>().value(row).div_euclid(1_000_000)
            }),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => Self::Integer(array, |a, row| {
                a.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1_000_000_000)
            }),
            DataType::Null => Self::Absent,
            _ => Self::Unreadable(array),
        }
    }

    pub fn cell(&self, row: usize) -> Cell<'_> {
        fn text<'t>(array: &dyn Array, row: usize, value: impl FnOnce() -> &'t [u8]) -> Cell<'t> {
            if array.is_null(row) { Cell::Missing } else { Cell::Text(value()) }
        }
        match self {
            Self::Utf8(array) => text(*array, row, || array.value(row).as_bytes()),
            Self::LargeUtf8(array) => text(*array, row, || array.value(row).as_bytes()),
            Self::Utf8View(array) => text(*array, row, || array.value(row).as_bytes()),
            Self::Binary(array) => text(*array, row, || array.value(row)),
            Self::LargeBinary(array) => text(*array, row, || array.value(row)),
            Self::BinaryView(array) => text(*array, row, || array.value(row)),
            Self::Dictionary(array, keys, values) if array.is_valid(row) => values.cell(keys[row]),
            Self::Integer(array, value) if array.is_valid(row) => Cell::Integer(value(*array, row)),
            Self::Unsigned(array, value) if array.is_valid(row) => Cell::Unsigned(value(*array, row)),
            Self::Float(array, value) if array.is_valid(row) => Cell::Float(value(*array, row)),
            Self::Unreadable(array) if array.is_valid(row) => Cell::Text(b"(unreadable column type)"),
            Self::Absent
            | Self::Dictionary(..)
            | Self::Integer(..)
            | Self::Unsigned(..)
            | Self::Float(..)
            | Self::Unreadable(_) => Cell::Missing,
        }
    }

    pub fn number(&self, row: usize) -> Value<u64> {
        match self.cell(row) {
            Cell::Missing => Value::Missing,
            Cell::Text(token) => {
                let token = token.trim_ascii();
                match value::unsigned(token) {
                    Some(number) => Value::Is(number),
                    None if value::is_missing(token) => Value::Missing,
                    None => Value::Wrong,
                }
            }
            Cell::Integer(number) => u64::try_from(number).map_or(Value::Wrong, Value::Is),
            Cell::Unsigned(number) => Value::Is(number),
            Cell::Float(number) => whole(number),
        }
    }

    /// The value for an error message.
    pub fn shown(&self, row: usize) -> String {
        match self.cell(row) {
            Cell::Missing => String::new(),
            Cell::Text(token) => String::from_utf8_lossy(token).into_owned(),
            Cell::Integer(number) => number.to_string(),
            Cell::Unsigned(number) => number.to_string(),
            Cell::Float(number) => number.to_string(),
        }
    }
}

/// Largest whole number that a 64-bit float holds exactly.
const MAX_EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// A float that stands for a whole number, as a rewrite of an integer column with NULLs leaves it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked: whole, not negative, below 2^53"
)]
fn whole(number: f64) -> Value<u64> {
    if number.is_nan() {
        Value::Missing
    } else if number.fract() == 0.0 && (0.0..=MAX_EXACT_FLOAT).contains(&number) {
        Value::Is(number as u64)
    } else {
        Value::Wrong
    }
}

/// One row of a batch.
pub(super) struct BatchRow<'a> {
    /// By [`Column`].
    pub columns: &'a [Data<'a>; COLUMN_COUNT],
    /// From 0.
    pub row: usize,
    /// Bit set of the columns present.
    pub present: u32,
}

impl<'a> Row<'a> for BatchRow<'a> {
    fn text(&self, column: Column) -> &'a [u8] {
        let data = &self.columns[column as usize];
        // What decides whether and whose bytes count is wrong in a strange type; a mere name is missing.
        let decides = matches!(
            column,
            Column::Action
                | Column::LogStatus
                | Column::SrcAddr
                | Column::DstAddr
                | Column::PktSrcAddr
                | Column::PktDstAddr
        );
        match data.cell(self.row) {
            _ if !decides && matches!(data, Data::Unreadable(_)) => b"",
            Cell::Text(token) => {
                let token = token.trim_ascii();
                if value::is_missing(token) { b"" } else { token }
            }
            _ => b"",
        }
    }

    fn number(&self, column: Column) -> Value<u64> {
        self.columns[column as usize].number(self.row)
    }

    fn address(&self, column: Column) -> Value<Addr> {
        let token = self.text(column);
        if token.is_empty() {
            return Value::Missing;
        }
        value::address(token).map_or(Value::Wrong, Value::Is)
    }

    fn has(&self, column: Column) -> bool {
        self.present & (1 << column as u32) != 0
    }
}
