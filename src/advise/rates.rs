//! Prices that a report used, with their birth certificates.

use std::collections::BTreeSet;

use crate::model::plan::{RateLine, TierLine};
use crate::price::Meter;

use super::Case;
use super::demand::Demand;

/// What a plan and the lines of a report can rest on.
const METERS: [Meter; 8] = [
    Meter::NatGatewayHour,
    Meter::NatGatewayGb,
    Meter::InterfaceEndpointHour,
    Meter::InterfaceEndpointGb,
    Meter::InterfaceEndpointCrossZoneGb,
    Meter::CrossZoneGb,
    Meter::TransitGatewayGb,
    Meter::PublicIpv4Hour,
];

/// The rates of all Regions with a NAT gateway or an interface endpoint.
pub(super) fn used(case: &Case<'_>, demand: &Demand) -> Vec<RateLine> {
    let of_endpoints = case.endpoints.iter().filter(|line| line.endpoint_type == "Interface");
    let regions: BTreeSet<&str> = demand
        .nats
        .iter()
        .filter_map(|nat| nat.region.as_deref())
        .chain(of_endpoints.filter_map(|line| line.region.as_deref()))
        .collect();
    let mut lines = Vec::new();
    for region in regions {
        for meter in METERS {
            let Some(rate) = case.book.rate(region, meter) else { continue };
            let tiers = match meter {
                Meter::InterfaceEndpointGb => case.book.interface_endpoint_tiers(region).unwrap_or_default(),
                _ => &[],
            };
            let tier = |tier: &crate::price::tiers::Tier| TierLine {
                from_gb: tier.from_gb,
                to_gb: tier.to_gb,
                usd: tier.usd_per_gb.normalize().to_string(),
            };
            lines.push(RateLine {
                region: region.to_owned(),
                meter: meter.key(),
                title: meter.title(),
                unit: meter.unit(),
                usd: rate.usd.normalize().to_string(),
                tiers: tiers.iter().map(tier).collect(),
                source: rate.source.to_string(),
                date: rate.date.map(|date| date.to_string()),
            });
        }
    }
    lines
}
