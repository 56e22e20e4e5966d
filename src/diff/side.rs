//! One of the two reports, with what is looked up in it again and again.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::rates::{HALF_MICRO, Meter, gb_month};
use super::saved::{Saved, SavedAttribution, SavedEndpoint, SavedNatGateway};

/// The path whose bytes pay a NAT gateway.
pub(super) const NAT_PATH: &str = "nat-gateway";
/// The path whose bytes pay an interface endpoint.
pub(super) const INTERFACE_PATH: &str = "interface-endpoint";

/// The endpoint type whose bytes are charged.
const INTERFACE_TYPE: &str = "Interface";

/// A report with its indexes.
pub(super) struct Side<'r> {
    pub(super) report: &'r Saved,
    endpoints: BTreeMap<&'r str, &'r SavedEndpoint>,
    /// Data processing of each endpoint, with the number of roundings in it; `None` where one line has no price.
    data: BTreeMap<&'r str, (Option<Decimal>, u32)>,
}

impl<'r> Side<'r> {
    pub(super) fn new(report: &'r Saved) -> Self {
        let mut data: BTreeMap<&str, (Option<Decimal>, u32)> = BTreeMap::new();
        for line in report.attribution.iter().filter(|line| line.path == INTERFACE_PATH) {
            let Some(via) = line.via.as_deref() else { continue };
            let sum = data.entry(via).or_insert((Some(Decimal::ZERO), 0));
            sum.0 = sum.0.zip(line.cost_month_usd).map(|(sum, own)| sum + own);
            sum.1 += 1;
        }
        let endpoints = report.endpoints.iter().map(|line| (line.vpc_endpoint_id.as_str(), line)).collect();
        Self { report, endpoints, data }
    }

    /// What the bytes of a line are charged by.
    pub(super) fn meter(&self, line: &SavedAttribution) -> Option<Meter> {
        let via = line.via.as_deref()?;
        match line.path.as_str() {
            NAT_PATH => Some(Meter::NatGb(via.to_owned())),
            INTERFACE_PATH => {
                let endpoint = self.endpoints.get(via)?;
                Some(Meter::EndpointGb(endpoint.region.clone()))
            }
            _ => None,
        }
    }

    /// What the hours of an endpoint cost in a month, with the number of roundings in it: all but its data processing, which the
    /// attribution has.
    pub(super) fn hours_amount(&self, line: &SavedEndpoint) -> Option<(Decimal, u32)> {
        let cost = line.cost_month_usd?;
        let paid = self.data.get(line.vpc_endpoint_id.as_str()).filter(|_| has_charged_bytes(line));
        let (data, roundings) = paid.copied().unwrap_or((Some(Decimal::ZERO), 0));
        Some((cost - data?, roundings + 1))
    }

    /// Hours of a month that an endpoint pays for: those of all zones, or none when it is gone.
    pub(super) fn endpoint_hours(&self, line: &SavedEndpoint) -> Decimal {
        let paid = self
            .hours_amount(line)
            .is_some_and(|(amount, roundings)| amount > HALF_MICRO * Decimal::from(roundings));
        if paid {
            Decimal::from(line.zones.len() as u64) * Decimal::from(self.report.period.month_hours)
        } else {
            Decimal::ZERO
        }
    }

    /// Hours of a month that a NAT gateway pays for: its cost without data processing, over the rate; whole months of each zone.
    pub(super) fn nat_hours(&self, line: &SavedNatGateway) -> Option<Decimal> {
        let month = Decimal::from(self.report.period.month_hours);
        let rate = line.price_hour_usd?;
        if rate.is_zero() || month.is_zero() {
            return Some(Decimal::ZERO);
        }
        let gb = gb_month(line.bytes_out.saturating_add(line.bytes_in), &self.report.period)?;
        let hours = line.cost_month_usd?.checked_sub(gb.checked_mul(line.price_gb_usd?)?)?;
        let zones = hours.checked_div(rate.checked_mul(month)?)?.round();
        month.checked_mul(zones.max(Decimal::ZERO))
    }

    /// GB of a month that an endpoint is charged for.
    pub(super) fn endpoint_gb(&self, line: &SavedEndpoint) -> Option<Decimal> {
        let bytes = if has_charged_bytes(line) { line.bytes_out.saturating_add(line.bytes_in) } else { 0 };
        gb_month(bytes, &self.report.period)
    }
}

fn has_charged_bytes(line: &SavedEndpoint) -> bool {
    line.endpoint_type == INTERFACE_TYPE
}
