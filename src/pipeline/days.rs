//! The lines of the report that tell one day from another.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::compose::sum;
use super::lines::{Lines, nat_gateway_hours};
use crate::advise::crosses_zone;
use crate::attribute::{DayVolume, Path};
use crate::model::report::{DayLine, EndpointLine, NatGatewayLine};
use crate::model::time::{Bucket, date_of_day};
use crate::price::toll::NatRates;

/// What is known of one day.
#[derive(Default)]
struct Day<'d> {
    hours: BTreeSet<Bucket>,
    volumes: Vec<&'d DayVolume>,
}

impl Day<'_> {
    /// Bytes over the paths that `is` says.
    fn bytes(&self, is: impl Fn(Path) -> bool) -> u128 {
        self.volumes.iter().filter(|volume| is(volume.route.path)).map(|volume| volume.bytes).sum()
    }

    /// Bytes through a NAT gateway or endpoint, from places that `at` says.
    fn bytes_via(&self, is: impl Fn(Path) -> bool, via: &str, at: impl Fn(&DayVolume) -> bool) -> u128 {
        let through = |volume: &DayVolume| is(volume.route.path) && volume.route.via.as_deref() == Some(via);
        self.volumes.iter().filter(|volume| through(volume) && at(volume)).map(|volume| volume.bytes).sum()
    }
}

fn is_nat(path: Path) -> bool {
    path == Path::NatGateway
}

fn is_endpoint(path: Path) -> bool {
    matches!(path, Path::GatewayEndpoint | Path::InterfaceEndpoint)
}

impl Lines<'_> {
    /// One line for each day with an observed hour or a byte. Bytes of a row count on the day its hour is decided, which is
    /// the day it starts on but for conversations across midnight that both sides log.
    pub(super) fn days(&self, nats: &[NatGatewayLine], endpoints: &[EndpointLine]) -> Vec<DayLine> {
        let mut days: BTreeMap<Option<u32>, Day<'_>> = BTreeMap::new();
        for hour in self.hours {
            days.entry(hour.day()).or_default().hours.insert(*hour);
        }
        for volume in &self.attribution.days {
            days.entry(volume.day).or_default().volumes.push(volume);
        }
        days.iter().map(|(day, known)| self.day(*day, known, nats, endpoints)).collect()
    }

    fn day(
        &self,
        day: Option<u32>,
        known: &Day<'_>,
        nats: &[NatGatewayLine],
        endpoints: &[EndpointLine],
    ) -> DayLine {
        let is_other = |path| !is_nat(path) && !is_endpoint(path);
        let (nat, cross_zone) = self.nat_costs(known, nats);
        let regional = self.region_rates(endpoints);
        let endpoint = sum(endpoints.iter().map(|line| {
            let bytes = known.bytes_via(is_endpoint, &line.vpc_endpoint_id, |_| true);
            self.endpoint_cost(line, bytes, &known.hours, &regional)
        }));
        DayLine {
            date: day.map(date_of_day),
            observed_hours: known.hours.len() as u64,
            nat_gateway_bytes: known.bytes(is_nat),
            endpoint_bytes: known.bytes(is_endpoint),
            other_bytes: known.bytes(is_other),
            nat_gateway_cost_usd: nat,
            cross_zone_cost_usd: cross_zone,
            endpoint_cost_usd: endpoint,
            cost_usd: sum([nat, cross_zone, endpoint].into_iter()),
        }
    }

    /// NAT gateways' own cost of a day, and that of transfer between zones.
    fn nat_costs(&self, known: &Day<'_>, nats: &[NatGatewayLine]) -> (Option<Decimal>, Option<Decimal>) {
        let lines: BTreeSet<&str> = nats.iter().map(|line| line.nat_gateway_id.as_str()).collect();
        let units = self.attribution.nats.iter().map(|(unit, _)| unit);
        let (own, cross_zone): (Vec<_>, Vec<_>) = units
            .filter(|unit| lines.contains(unit.id.as_str()))
            .map(|unit| {
                let rates = NatRates::of(self.book, unit.region.as_deref());
                let gateway = unit.inventory.map(|index| &self.topology.inventory.nat_gateways[index]);
                let hours = nat_gateway_hours(gateway, &known.hours);
                let bytes = known.bytes_via(is_nat, &unit.id, |_| true);
                let crossing = known.bytes_via(is_nat, &unit.id, |volume| crosses_zone(&volume.place, unit));
                (rates.cost(hours, bytes), rates.cross_zone_cost(crossing))
            })
            .unzip();
        (sum(own.into_iter()), sum(cross_zone.into_iter()))
    }
}
