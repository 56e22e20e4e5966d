//! The rates that two reports rest on.
//!
//! A report prints the rates of NAT gateways. Those of interface endpoints and of transfer between zones follow from amounts and
//! bytes, up to the rounding of the amounts: a cent over a few bytes says little about a rate. So a rate is a range, and two
//! reports whose ranges meet are taken to have one rate.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::saved::{MAX_AMOUNT_USD, SavedPeriod};
use super::side::Side;
use crate::model::money::{BYTES_PER_GB, decimal_of_bytes};

/// The largest error of an amount that is rounded to 6 decimals.
pub(super) const HALF_MICRO: Decimal = Decimal::from_parts(5, 0, 0, false, 7);

/// Times by which the gap between two ranges exceeds them before both count as exact.
const CLEAR: Decimal = Decimal::ONE_HUNDRED;

/// GB of a month, from bytes of the observed window.
pub(super) fn gb_month(bytes: u128, period: &SavedPeriod) -> Option<Decimal> {
    if bytes == 0 {
        return Some(Decimal::ZERO);
    }
    decimal_of_bytes(bytes)?
        .checked_div(Decimal::from(BYTES_PER_GB))?
        .checked_mul(Decimal::from(period.month_hours))?
        .checked_div(Decimal::from(period.observed_hours))
}

/// What is bought at one rate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meter {
    /// Data processing of a NAT gateway, by id.
    NatGb(String),
    /// Hours of a NAT gateway, by id.
    NatHour(String),
    /// Transfer between zones, both sides together, by Region.
    CrossZoneGb(Option<String>),
    /// Data processing of interface endpoints, all tiers together, by Region.
    EndpointGb(Option<String>),
    /// Hours of an endpoint in one zone, by type and Region.
    EndpointHour(String, Option<String>),
}

/// An amount, its quantity, and how many roundings are in it.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    amount: Decimal,
    quantity: Decimal,
    roundings: u32,
}

impl Sum {
    fn add(&mut self, amount: Decimal, quantity: Decimal, roundings: u32) {
        let fits = |quantity: &Decimal| *quantity < Decimal::from(MAX_AMOUNT_USD);
        // A quantity that is no quantity tells no rate.
        if let Some(sum) = self.quantity.checked_add(quantity).filter(fits) {
            self.quantity = sum;
            self.amount += amount;
            self.roundings += roundings;
        }
    }

    /// The rates that fit; none without a quantity.
    fn range(&self) -> Option<Range> {
        let error = HALF_MICRO * Decimal::from(self.roundings);
        let rate = |amount: Decimal| amount.checked_div(self.quantity);
        let (middle, low, high) =
            (rate(self.amount)?, rate(self.amount - error)?, rate(self.amount + error)?);
        Some(Range { middle, low: low.max(Decimal::ZERO).min(middle), high })
    }
}

/// The rates that a report allows for.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Range {
    middle: Decimal,
    low: Decimal,
    high: Decimal,
}

impl Range {
    fn exact(rate: Decimal) -> Self {
        Self { middle: rate, low: rate, high: rate }
    }

    fn width(&self) -> Decimal {
        self.high - self.low
    }
}

/// The rates of two reports that differ least from each other.
fn settle(before: Range, after: Range) -> (Decimal, Decimal) {
    let (low, high) = (before.low.max(after.low), before.high.min(after.high));
    if low <= high {
        let known = if before.width() <= after.width() { before } else { after };
        let rate = known.middle.clamp(low, high);
        return (rate, rate);
    }
    let gap = (after.middle - before.middle).abs();
    let clear = before.width().max(after.width()).checked_mul(CLEAR).is_some_and(|width| width <= gap);
    if clear {
        (before.middle, after.middle)
    } else if before.high < after.low {
        (before.high, after.low)
    } else {
        (before.low, after.high)
    }
}

/// The rates of both reports.
#[derive(Debug, Default)]
pub(super) struct Rates {
    both: BTreeMap<Meter, (Decimal, Decimal)>,
}

impl Rates {
    /// Of two reports.
    pub(super) fn of(before: &Side<'_>, after: &Side<'_>) -> Self {
        let (before, after) = (ranges(before), ranges(after));
        let meters = before.keys().chain(after.keys());
        let both = meters.filter_map(|meter| {
            let rates = match (before.get(meter), after.get(meter)) {
                (Some(before), Some(after)) => settle(*before, *after),
                // What was not bought in one of the months had the rate of the other, as far as anybody knows.
                (Some(only), None) | (None, Some(only)) => (only.middle, only.middle),
                (None, None) => return None,
            };
            Some((meter.clone(), rates))
        });
        Self { both: both.collect() }
    }

    /// The rates before and after; zero for what no report has a price of.
    pub(super) fn get(&self, meter: &Meter) -> (Decimal, Decimal) {
        self.both.get(meter).copied().unwrap_or_default()
    }
}

fn ranges(side: &Side<'_>) -> BTreeMap<Meter, Range> {
    let report = side.report;
    let mut exact = BTreeMap::new();
    let mut sums: BTreeMap<Meter, Sum> = BTreeMap::new();
    for line in &report.nat_gateways {
        let id = || line.nat_gateway_id.clone();
        if let Some(rate) = line.price_gb_usd {
            exact.insert(Meter::NatGb(id()), Range::exact(rate));
        }
        if let Some(rate) = line.price_hour_usd {
            exact.insert(Meter::NatHour(id()), Range::exact(rate));
        }
        let quantity = gb_month(line.bytes_cross_zone, &report.period);
        if let Some((amount, quantity)) = line.cross_zone_cost_month_usd.zip(quantity) {
            sums.entry(Meter::CrossZoneGb(line.region.clone())).or_default().add(amount, quantity, 1);
        }
    }
    for line in &report.attribution {
        let Some(meter @ Meter::EndpointGb(_)) = side.meter(line) else { continue };
        let quantity = gb_month(line.bytes_out.saturating_add(line.bytes_in), &report.period);
        if let Some((amount, quantity)) = line.cost_month_usd.zip(quantity) {
            sums.entry(meter).or_default().add(amount, quantity, 1);
        }
    }
    for line in &report.endpoints {
        // Where an endpoint is gone its hours of a month cost nothing; that is no rate.
        let hours = side.endpoint_hours(line);
        if let Some((amount, roundings)) = side.hours_amount(line).filter(|_| !hours.is_zero()) {
            let meter = Meter::EndpointHour(line.endpoint_type.clone(), line.region.clone());
            sums.entry(meter).or_default().add(amount, hours, roundings);
        }
    }
    let derived = sums.into_iter().filter_map(|(meter, sum)| Some((meter, sum.range()?)));
    exact.into_iter().chain(derived).collect()
}
