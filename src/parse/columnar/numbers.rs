//! Columns of numbers, as far as they are usual; the rest is left to the plain way.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};

use super::super::row::Value;
use super::entries::spread;
use super::values::Data;

/// A number as it is kept, and whether it is odd.
type Kept<T> = (T, bool);

/// Reads a column into `out`. `keep` takes any number as unsigned, so that a negative one is very large; it says what is odd.
pub(super) fn read<T: Copy>(
    array: Option<&dyn Array>,
    missing: T,
    keep: impl Fn(u64) -> Kept<T>,
    odd: &mut [bool],
    out: &mut Vec<T>,
) {
    out.clear();
    let Some(array) = array else {
        out.resize(odd.len(), missing);
        return;
    };
    macro_rules! integers {
        ($kind:ty, $number:expr) => {
            primitives(array.as_primitive::<$kind>(), missing, |number| keep($number(number)), odd, out)
        };
    }
    match array.data_type() {
        DataType::Int8 => integers!(Int8Type, |number| i64::from(number).cast_unsigned()),
        DataType::Int16 => integers!(Int16Type, |number| i64::from(number).cast_unsigned()),
        DataType::Int32 => integers!(Int32Type, |number| i64::from(number).cast_unsigned()),
        DataType::Int64 => integers!(Int64Type, i64::cast_unsigned),
        DataType::UInt8 => integers!(UInt8Type, u64::from),
        DataType::UInt16 => integers!(UInt16Type, u64::from),
        DataType::UInt32 => integers!(UInt32Type, u64::from),
        DataType::UInt64 => integers!(UInt64Type, |number| number),
        DataType::Timestamp(TimeUnit::Second, _) => integers!(TimestampSecondType, i64::cast_unsigned),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            integers!(TimestampMillisecondType, |number: i64| number.div_euclid(1_000).cast_unsigned());
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            integers!(TimestampMicrosecondType, |number: i64| number.div_euclid(1_000_000).cast_unsigned());
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            integers!(TimestampNanosecondType, |number: i64| number
                .div_euclid(1_000_000_000)
                .cast_unsigned());
        }
        _ => {
            let data = Data::of(array);
            out.extend(odd.iter_mut().enumerate().map(|(row, odd)| {
                let (number, is_odd) = match data.number(row) {
                    Value::Missing => (missing, false),
                    Value::Is(number) => keep(number),
                    Value::Wrong => (missing, true),
                };
                *odd |= is_odd;
                number
            }));
        }
    }
}

fn primitives<P: ArrowPrimitiveType, T: Copy>(
    array: &PrimitiveArray<P>,
    missing: T,
    keep: impl Fn(P::Native) -> Kept<T>,
    odd: &mut [bool],
    out: &mut Vec<T>,
) {
    let numbers = array.values().iter().zip(odd);
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => out.extend(numbers.map(|(number, odd)| {
            let (number, is_odd) = keep(*number);
            *odd |= is_odd;
            number
        })),
        Some(nulls) => out.extend(numbers.zip(spread(nulls)).map(|((number, odd), has)| {
            let (number, is_odd) = if has { keep(*number) } else { (missing, false) };
            *odd |= is_odd;
            number
        })),
    }
}
