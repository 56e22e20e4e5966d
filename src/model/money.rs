//! Money and the one definition of a GB.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serializer;

/// Bytes in one billed GB: 2^30.
///
/// Source: usage amounts of AWS's own bills are whole bytes only at 2^30 (FOCUS sample data, 79 of 79 GB rows;
/// at 10^9 only 4 of 79 are), and the PrivateLink tier edges are written 1,048,576 and 5,242,880 GB.
pub const BYTES_PER_GB: u64 = 1 << 30;

/// Decimals money keeps in machine-readable output.
pub const MONEY_SCALE: u32 = 6;

/// A byte count as a decimal; `None` at 2^96 (7.9e28) and above, where `Decimal::from` would panic.
pub fn decimal_of_bytes(bytes: u128) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(i128::try_from(bytes).ok()?, 0).ok()
}

/// `bytes` at `usd_per_gb`, exact to 28 digits; `None` when the product does not fit (more than 7.9e28).
pub fn cost_of_bytes(bytes: u128, usd_per_gb: Decimal) -> Option<Decimal> {
    decimal_of_bytes(bytes)?.checked_mul(usd_per_gb)?.checked_div(Decimal::from(BYTES_PER_GB))
}

/// Rounds half away from zero to [`MONEY_SCALE`] decimals and drops trailing zeros: the text of an amount in JSON and CSV.
pub fn money_text(amount: Decimal) -> String {
    let text = amount.round_dp_with_strategy(MONEY_SCALE, RoundingStrategy::MidpointAwayFromZero).normalize();
    // `-0` is what a rounded tiny negative prints as.
    if text.is_zero() { "0".to_owned() } else { text.to_string() }
}

/// Serialises an amount as [`money_text`], an unpriced one as null.
#[expect(clippy::ref_option, reason = "the signature serde asks for")]
pub(crate) fn usd_string<S: Serializer>(amount: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    match amount {
        Some(amount) => serializer.serialize_str(&money_text(*amount)),
        None => serializer.serialize_none(),
    }
}
