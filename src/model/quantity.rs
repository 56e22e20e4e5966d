//! Sizes and counts in sentences: where text for people is made before a report is rendered.

use rust_decimal::{Decimal, RoundingStrategy};

use super::money::BYTES_PER_GB;

/// A count with a comma before every third digit, exact.
pub fn grouped(number: u128) -> String {
    group(&number.to_string())
}

/// A size with two decimals: GiB (2^30 bytes, the GB that AWS bills), below one GiB in MiB, KiB or exact bytes.
/// Half a hundredth is rounded up, and what would read `1,024.00` of a unit is `1.00` of the next.
pub fn size(bytes: u128) -> String {
    if bytes < 1 << 10 {
        return format!("{bytes} B");
    }
    let gib = u128::from(BYTES_PER_GB);
    for (unit, name) in [(1 << 10, "KiB"), (1 << 20, "MiB")] {
        let rounded = hundredths(bytes, unit);
        if rounded < 1024 * 100 {
            return format!("{} {name}", with_hundredths(rounded));
        }
    }
    format!("{} GiB", with_hundredths(hundredths(bytes, gib)))
}

/// A decimal with a comma before every third digit of the whole part, and at most so many decimals.
pub fn decimal(number: Decimal, decimals: u32) -> String {
    let rounded = number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    group(&rounded.normalize().to_string())
}

fn hundredths(bytes: u128, unit: u128) -> u128 {
    bytes / unit * 100 + (bytes % unit * 100 + unit / 2) / unit
}

fn with_hundredths(number: u128) -> String {
    format!("{}.{:02}", grouped(number / 100), number % 100)
}

/// Puts a comma before every third digit of the whole part of a number.
pub fn group(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let whole_length = rest.find('.').unwrap_or(rest.len());
    let mut grouped = sign.to_owned();
    for (index, digit) in rest.chars().enumerate() {
        if index > 0 && index < whole_length && (whole_length - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
