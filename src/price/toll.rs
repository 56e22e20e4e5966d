//! What NAT gateways and VPC endpoints cost in the observed window and in a month.
//!
//! Rules (AWS VPC and PrivateLink pricing pages and price list, 2025-10 to 2026-09):
//! - NAT gateway: every started hour, and every GB processed in either direction, whatever its source or destination.
//!   A regional NAT gateway pays its hours once per zone it is expanded to.
//! - Interface endpoint: every started hour per zone (subnet), and every GB in either direction; the GB price falls in
//!   tiers over all interface endpoints of the account in the Region and month.
//! - Gateway endpoint: nothing.
//! - Transfer between zones: 0.01 USD/GB on each of the two sides, in most Regions.

use rust_decimal::Decimal;

use super::tiers::tiered_cost;
use super::{Meter, PriceBook, Rate};
use crate::model::money::{cost_of_bytes, decimal_of_bytes};
use crate::model::time::{BUCKET_SECONDS, Bucket, MONTH_HOURS, calendar_month_hours};

/// Transfer between zones is charged to both sides: what leaves one zone and what enters the other.
/// Source: "Data Transfer within the same AWS Region", EC2 on-demand pricing (AWS): "in each direction".
pub const CROSS_ZONE_SIDES: u32 = 2;

/// From the observed window to a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Hours observed, see [`crate::model::time::observed_hours`].
    pub observed_hours: u64,
    /// Hours of the month.
    pub month_hours: u64,
}

impl Scale {
    /// From the first and last observed hour and their number: a window that is exactly a calendar month is that month,
    /// any other is scaled to [`MONTH_HOURS`].
    pub fn new(first: Option<Bucket>, last: Option<Bucket>, observed_hours: u64) -> Self {
        let month = first.zip(last).and_then(|(first, last)| calendar_month_hours(first.start(), last.end()));
        Self { observed_hours, month_hours: month.unwrap_or(MONTH_HOURS) }
    }

    /// Month over observed; `None` without observed hours.
    pub fn factor(&self) -> Option<Decimal> {
        Decimal::from(self.month_hours).checked_div(Decimal::from(self.observed_hours))
    }

    /// An amount of the observed window, scaled to a month.
    pub fn month(&self, observed: Decimal) -> Option<Decimal> {
        observed.checked_mul(Decimal::from(self.month_hours))?.checked_div(Decimal::from(self.observed_hours))
    }

    /// Bytes of a month, rounded down to whole bytes.
    pub fn month_bytes(&self, bytes: u128) -> u128 {
        if self.observed_hours == 0 {
            return 0;
        }
        let (hours, observed) = (u128::from(self.month_hours), u128::from(self.observed_hours));
        bytes
            .checked_mul(hours)
            .map_or((bytes / observed).saturating_mul(hours), |product| product / observed)
    }
}

/// Hours of `hours` in which something existed that was created and perhaps deleted at these Unix seconds.
pub fn hours_alive<'h>(
    hours: impl Iterator<Item = &'h Bucket>,
    created: Option<i64>,
    deleted: Option<i64>,
) -> u64 {
    let alive = |hour: &&Bucket| {
        created.is_none_or(|created| created < hour.start() + BUCKET_SECONDS)
            && deleted.is_none_or(|deleted| deleted > hour.start())
    };
    hours.filter(alive).count() as u64
}

/// Prices of a NAT gateway's Region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NatRates {
    /// Per hour.
    pub hour: Option<Rate>,
    /// Per GB.
    pub gb: Option<Rate>,
    /// Between zones, per GB and side.
    pub cross_zone: Option<Rate>,
}

impl NatRates {
    /// From the book; all unpriced where the Region is not known.
    pub fn of(book: &PriceBook, region: Option<&str>) -> Self {
        let Some(region) = region else { return Self::default() };
        Self {
            hour: book.rate(region, Meter::NatGatewayHour),
            gb: book.rate(region, Meter::NatGatewayGb),
            cross_zone: book.rate(region, Meter::CrossZoneGb),
        }
    }

    /// Hours and bytes together.
    pub fn cost(&self, hours: u64, bytes: u128) -> Option<Decimal> {
        let hours = self.hour.as_ref()?.usd.checked_mul(Decimal::from(hours))?;
        hours.checked_add(self.bytes_cost(bytes)?)
    }

    /// Data processing alone.
    pub fn bytes_cost(&self, bytes: u128) -> Option<Decimal> {
        cost_of_bytes(bytes, self.gb.as_ref()?.usd)
    }

    /// Transfer between a client's zone and the gateway's; nothing costs nothing even where it has no price.
    pub fn cross_zone_cost(&self, bytes: u128) -> Option<Decimal> {
        if bytes == 0 {
            return Some(Decimal::ZERO);
        }
        cost_of_bytes(bytes, self.cross_zone.as_ref()?.usd)?.checked_mul(Decimal::from(CROSS_ZONE_SIDES))
    }
}

/// Interface endpoint charges of one Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointRates {
    /// Per zone and hour.
    pub hour: Option<Rate>,
    /// Data processing of all endpoints of the Region in the observed window scaled to a month, tiers applied.
    month_data_cost: Option<Decimal>,
    month_bytes: u128,
}

impl EndpointRates {
    /// `region_bytes`: bytes of all interface endpoints of the Region in the observed window.
    pub fn of(book: &PriceBook, region: Option<&str>, region_bytes: u128, scale: Scale) -> Self {
        let month_bytes = scale.month_bytes(region_bytes);
        let tiers = region.and_then(|region| book.interface_endpoint_tiers(region));
        Self {
            hour: region.and_then(|region| book.rate(region, Meter::InterfaceEndpointHour)),
            month_data_cost: tiers.and_then(|tiers| tiered_cost(month_bytes, tiers)),
            month_bytes,
        }
    }

    /// Data processing of a month for bytes of the observed window: their share of the Region's tiered total.
    pub fn month_bytes_cost(&self, bytes: u128, scale: Scale) -> Option<Decimal> {
        share(self.month_data_cost?, scale.month_bytes(bytes), self.month_bytes)
    }

    /// Hours of all zones.
    pub fn hours_cost(&self, zone_hours: u64) -> Option<Decimal> {
        self.hour.as_ref()?.usd.checked_mul(Decimal::from(zone_hours))
    }
}

/// The part of `total` that falls to `part` bytes of `whole`: each byte carries the same price, wherever in the month it
/// came. Nothing falls to nothing.
fn share(total: Decimal, part: u128, whole: u128) -> Option<Decimal> {
    if part == 0 {
        return Some(Decimal::ZERO);
    }
    if part == whole {
        return Some(total);
    }
    total.checked_mul(decimal_of_bytes(part)?.checked_div(decimal_of_bytes(whole)?)?)
}
