//! Numbers for people: with [`quantity`], the only place that rounds.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::model::money::money_text;
use crate::model::quantity::{self, group};

/// What stands where the price book has no figure.
pub(super) const UNPRICED: &str = "unpriced";

/// A count with thousands separators, exact.
pub(crate) fn count(number: u128) -> String {
    quantity::grouped(number)
}

/// A size with two decimals, see [`quantity::size`].
pub(crate) fn size(bytes: u128) -> String {
    quantity::size(bytes)
}

/// USD with two decimals, as [`amount_text`].
pub(crate) fn usd(amount: Option<Decimal>) -> String {
    amount.map_or_else(|| UNPRICED.to_owned(), |amount| amount_text(amount, 2))
}

/// An amount with so many decimals, half away from zero; `<0.01` for what would read 0.00 and is not nothing.
pub(super) fn amount_text(amount: Decimal, decimals: u32) -> String {
    let rounded = amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    let digits = decimals as usize;
    match (rounded.is_zero(), amount.is_zero(), amount.is_sign_negative()) {
        (true, true, _) => format!("{:.digits$}", Decimal::ZERO),
        (true, false, negative) => {
            let least = Decimal::new(1, decimals);
            if negative { format!(">-{least}") } else { format!("<{least}") }
        }
        _ => group(&format!("{rounded:.digits$}")),
    }
}

/// USD of something cheap, to the millionth: thousands of requests cost parts of a cent.
pub(super) fn small_usd(amount: Option<Decimal>) -> String {
    amount.map_or_else(|| UNPRICED.to_owned(), money_text)
}

/// A price per unit, every digit of it.
pub(crate) fn price(amount: Option<Decimal>) -> String {
    amount.map_or_else(|| UNPRICED.to_owned(), |amount| amount.normalize().to_string())
}

/// A factor or threshold with two decimals, half away from zero.
pub(super) fn factor(number: Decimal) -> String {
    group(&format!("{:.2}", number.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)))
}

/// `part` of `whole` as a percentage with one decimal; `<0.1 %` for what would read 0.0 and is not nothing, `-` of
/// nothing.
pub(super) fn share(part: u128, whole: u128) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    // Shifted so that the product below fits; 100 bits of quotient precision stay.
    let shift = (u128::BITS - whole.leading_zeros()).saturating_sub(116);
    let (part, whole) = (part >> shift, (whole >> shift).max(1));
    let permille = (part.min(whole) * 1000 + whole / 2) / whole;
    match permille {
        0 if part > 0 => "<0.1 %".to_owned(),
        _ => format!("{}.{} %", permille / 10, permille % 10),
    }
}

/// How much of something is reached as a percentage with one decimal, which may be beyond 100; `<0.1 %` for what would read 0.0 and is not
/// nothing.
pub(super) fn reached(ratio: Decimal) -> String {
    let percent = ratio.checked_mul(Decimal::ONE_HUNDRED);
    percent.map_or_else(|| "-".to_owned(), |percent| format!("{} %", amount_text(percent, 1)))
}

/// A fraction such as a coverage as a percentage with two decimals.
pub(super) fn percent(fraction: f64) -> String {
    format!("{:.2} %", fraction * 100.0)
}
