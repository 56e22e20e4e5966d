//! Why an amount changed, in parts that add up to the change.
//!
//! A charge is a rate times a quantity. From `p0 x q0` to `p1 x q1`:
//!
//! ```text
//! rates        = (p1 - p0) x q1
//! month length = p0 x q0 x (m1 - m0) / m0     m: hours of the month that each report scales to
//! quantity     = p0 x (q1 - q0 x m1 / m0)     bytes, or hours
//! ```
//!
//! With months of the same length this is `(p1 - p0) x q1` and `p0 x (q1 - q0)`.

use std::iter::Sum;
use std::ops::AddAssign;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer};

use super::saved::MAX_AMOUNT_USD;
use crate::model::money::{MONEY_SCALE, money_text};

/// The parts of one change, USD a month. Each is rounded to 6 decimals, as the amounts are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Effects {
    /// Rates per GB or hour changed.
    #[serde(rename = "price_usd", serialize_with = "money")]
    pub price: Decimal,
    /// More or fewer bytes, at the earlier rates.
    #[serde(rename = "bytes_usd", serialize_with = "money")]
    pub bytes: Decimal,
    /// More or fewer hours (zones), at the earlier rates.
    #[serde(rename = "hours_usd", serialize_with = "money")]
    pub hours: Decimal,
    /// What is only in the later report.
    #[serde(rename = "new_usd", serialize_with = "money")]
    pub new: Decimal,
    /// What is only in the earlier report.
    #[serde(rename = "gone_usd", serialize_with = "money")]
    pub gone: Decimal,
    /// The same traffic and hours in a longer or shorter month.
    #[serde(rename = "month_length_usd", serialize_with = "money")]
    pub month_length: Decimal,
    /// Amounts in reports are rounded to 6 decimals each: what is left over by that.
    #[serde(rename = "rounding_usd", serialize_with = "money")]
    pub rounding: Decimal,
    /// What the reports do not explain: more than rounding can be.
    #[serde(rename = "other_usd", serialize_with = "money")]
    pub other: Decimal,
}

fn money<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&money_text(*amount))
}

impl AddAssign for Effects {
    fn add_assign(&mut self, other: Self) {
        self.price += other.price;
        self.bytes += other.bytes;
        self.hours += other.hours;
        self.new += other.new;
        self.gone += other.gone;
        self.month_length += other.month_length;
        self.rounding += other.rounding;
        self.other += other.other;
    }
}

impl Sum for Effects {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), |mut sum, effects| {
            sum += effects;
            sum
        })
    }
}

impl Effects {
    /// The parts with their names, in the order they are shown.
    pub fn parts(&self) -> [(&'static str, Decimal); 8] {
        [
            ("rates", self.price),
            ("bytes", self.bytes),
            ("hours", self.hours),
            ("new", self.new),
            ("gone", self.gone),
            ("month length", self.month_length),
            ("rounding", self.rounding),
            ("not explained", self.other),
        ]
    }

    /// All parts together: exactly the change they are of.
    pub fn sum(&self) -> Decimal {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }

    /// Rounds each part, and adds what is then missing to `change`: as rounding up to `tolerance`, otherwise as not explained.
    pub(super) fn settled(self, change: Decimal, tolerance: Decimal) -> Self {
        let round = |part: Decimal| {
            part.round_dp_with_strategy(MONEY_SCALE, RoundingStrategy::MidpointAwayFromZero).normalize()
        };
        let mut settled = Self {
            price: round(self.price),
            bytes: round(self.bytes),
            hours: round(self.hours),
            new: round(self.new),
            gone: round(self.gone),
            month_length: round(self.month_length),
            rounding: Decimal::ZERO,
            other: round(self.other),
        };
        let left = change - settled.sum();
        if left.abs() <= tolerance {
            settled.rounding = left;
        } else {
            settled.other += left;
        }
        settled
    }
}

/// What a charge is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// GB of a month.
    Gb,
    /// Hours of a month.
    Hour,
}

/// A rate times a quantity of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Charge {
    pub(super) rate: Decimal,
    pub(super) quantity: Decimal,
}

/// The parts of the change from one charge to another, not rounded; `months` are the hours of each side's month. `None` where a
/// part is larger than any amount can be.
pub(super) fn split(unit: Unit, before: Charge, after: Charge, months: (u64, u64)) -> Option<Effects> {
    let (m0, m1) = (Decimal::from(months.0), Decimal::from(months.1));
    let in_month = if months.0 == months.1 || months.0 == 0 {
        before.quantity
    } else {
        before.quantity.checked_mul(m1)?.checked_div(m0)?
    };
    let part = |rate: Decimal, from: Decimal, to: Decimal| rate.checked_mul(to.checked_sub(from)?);
    let fits = |amount: &Decimal| amount.abs() < Decimal::from(MAX_AMOUNT_USD);
    let quantity = part(before.rate, in_month, after.quantity).filter(fits)?;
    let (bytes, hours) = match unit {
        Unit::Gb => (quantity, Decimal::ZERO),
        Unit::Hour => (Decimal::ZERO, quantity),
    };
    Some(Effects {
        price: part(after.quantity, before.rate, after.rate).filter(fits)?,
        bytes,
        hours,
        month_length: part(before.rate, before.quantity, in_month).filter(fits)?,
        ..Effects::default()
    })
}
