//! The lines of the report that carry money.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::advise::crosses_zone;
use crate::attribute::{Attribution, Flow, NatKind, NatTotals, NatUnit, Path, Topology, Vantage};
use crate::inventory::{NatGateway, VpcEndpoint, VpcEndpointType, is_gone};
use crate::model::report::{AttributionLine, EndpointLine, NatGatewayLine};
use crate::model::time::Bucket;
use crate::price::toll::{EndpointRates, NatRates, Scale, hours_alive};
use crate::price::{Meter, PriceBook};

/// Builds the lines.
pub(super) struct Lines<'l> {
    pub(super) attribution: &'l Attribution,
    pub(super) topology: &'l Topology<'l>,
    pub(super) book: &'l PriceBook,
    pub(super) scale: Scale,
    /// Hours observed, quiet ones included.
    pub(super) hours: &'l BTreeSet<Bucket>,
}

impl Lines<'_> {
    fn flows_via<'f>(&'f self, path: Path, via: &'f str) -> impl Iterator<Item = &'f Flow> {
        self.attribution
            .flows
            .iter()
            .filter(move |flow| flow.route.path == path && flow.route.via.as_deref() == Some(via))
    }

    /// NAT gateways, those without traffic included; NAT instances have no NAT charge and no line.
    pub(super) fn nat_gateways(&self) -> Vec<NatGatewayLine> {
        self.attribution
            .nats
            .iter()
            .filter(|(unit, _)| unit.kind != NatKind::Instance)
            .filter_map(|(unit, totals)| self.nat_gateway(unit, totals))
            .collect()
    }

    fn nat_gateway(&self, unit: &NatUnit, totals: &NatTotals) -> Option<NatGatewayLine> {
        let known: Option<&NatGateway> =
            unit.inventory.map(|index| &self.topology.inventory.nat_gateways[index]);
        let volume = totals.volume();
        let gone = known.is_some_and(|nat| is_gone(&nat.state));
        let zones = nat_gateway_zones(known);
        let hours_observed = nat_gateway_hours(known, self.hours);
        if gone && hours_observed == 0 && volume.total() == 0 {
            return None;
        }
        let hours_month = if gone { 0 } else { self.scale.month_hours * zones };
        let rates = NatRates::of(self.book, unit.region.as_deref());
        let bytes_cross_zone = self
            .flows_via(Path::NatGateway, &unit.id)
            .filter(|flow| crosses_zone(&flow.client, unit))
            .map(|flow| flow.volume.0 + flow.volume.1)
            .sum();
        Some(NatGatewayLine {
            nat_gateway_id: unit.id.clone(),
            name: known.and_then(|nat| nat.name.clone()),
            vpc_id: unit.vpc.clone(),
            region: unit.region.clone(),
            zone_id: unit.zone.clone(),
            connectivity: known.map(|nat| if nat.private { "private" } else { "public" }),
            availability_mode: if unit.kind == NatKind::Regional { "regional" } else { "zonal" },
            vantage: totals.main_vantage().map(Vantage::name),
            vantage_hours: totals
                .by_vantage
                .iter()
                .map(|(vantage, (hours, _))| (vantage.name(), *hours))
                .collect(),
            bytes_out: volume.bytes_out,
            bytes_in: volume.bytes_in,
            coverage: totals.compared.and_then(|(counted, other)| fraction(other, counted)),
            bytes_cross_zone,
            hours_observed,
            price_hour_usd: rates.hour.as_ref().map(|rate| rate.usd),
            price_gb_usd: rates.gb.as_ref().map(|rate| rate.usd),
            cost_observed_usd: rates.cost(hours_observed, volume.total()),
            cost_month_usd: rates.bytes_cost(volume.total()).and_then(|bytes| {
                self.month(bytes, volume.total())?.checked_add(rates.cost(hours_month, 0)?)
            }),
            cross_zone_cost_month_usd: rates
                .cross_zone_cost(bytes_cross_zone)
                .and_then(|cost| self.month(cost, bytes_cross_zone)),
        })
    }

    /// An observed amount for `bytes`, scaled to a month; nothing stays nothing even where no hour was observed.
    pub(super) fn month(&self, observed: Decimal, bytes: u128) -> Option<Decimal> {
        if bytes == 0 { Some(Decimal::ZERO) } else { self.scale.month(observed) }
    }

    /// Endpoints of the inventory, and those only the logs show.
    pub(super) fn endpoints(&self) -> Vec<EndpointLine> {
        let mut lines: Vec<EndpointLine> = self
            .topology
            .inventory
            .vpc_endpoints
            .iter()
            .filter_map(|endpoint| self.endpoint_volume(endpoint))
            .collect();
        let mut unlisted: BTreeMap<&str, EndpointLine> = BTreeMap::new();
        for flow in &self.attribution.flows {
            let endpoint_type = match flow.route.path {
                Path::InterfaceEndpoint => "Interface",
                Path::GatewayEndpoint => "Gateway",
                _ => continue,
            };
            let Some(id) = flow.route.via.as_deref() else { continue };
            if self.topology.endpoint(id).is_some() {
                continue;
            }
            let line = unlisted.entry(id).or_insert_with(|| EndpointLine {
                vpc_endpoint_id: id.to_owned(),
                name: None,
                endpoint_type,
                service: flow.peer.service.clone(),
                vpc_id: flow.client.vpc_id.clone(),
                region: flow.client.region.clone(),
                zones: Vec::new(),
                bytes_out: 0,
                bytes_in: 0,
                idle: Some(false),
                cost_observed_usd: None,
                cost_month_usd: None,
            });
            line.bytes_out += flow.volume.0;
            line.bytes_in += flow.volume.1;
        }
        lines.extend(unlisted.into_values());
        lines.sort_by(|a, b| a.vpc_endpoint_id.cmp(&b.vpc_endpoint_id));
        self.price_endpoints(&mut lines);
        lines
    }

    /// An endpoint with its bytes, not priced yet: tiers need the sum over the Region.
    fn endpoint_volume(&self, endpoint: &VpcEndpoint) -> Option<EndpointLine> {
        let (path, endpoint_type) = match endpoint.endpoint_type {
            VpcEndpointType::Gateway => (Path::GatewayEndpoint, "Gateway"),
            VpcEndpointType::Interface => (Path::InterfaceEndpoint, "Interface"),
            VpcEndpointType::GatewayLoadBalancer => (Path::InterfaceEndpoint, "GatewayLoadBalancer"),
            VpcEndpointType::Resource => (Path::InterfaceEndpoint, "Resource"),
            VpcEndpointType::ServiceNetwork => (Path::InterfaceEndpoint, "ServiceNetwork"),
        };
        let (mut bytes_out, mut bytes_in) = (0, 0);
        for flow in self.flows_via(path, &endpoint.vpc_endpoint_id) {
            bytes_out += flow.volume.0;
            bytes_in += flow.volume.1;
        }
        if is_gone(&endpoint.state) && bytes_out + bytes_in == 0 {
            return None;
        }
        let zones: BTreeSet<&str> = endpoint
            .subnet_ids
            .iter()
            .map(|subnet| self.topology.zone_of_subnet(subnet).unwrap_or(subnet))
            .collect();
        let idle = if bytes_out + bytes_in > 0 {
            Some(false)
        } else {
            self.attribution.watched(endpoint, self.topology.inventory).then_some(true)
        };
        Some(EndpointLine {
            vpc_endpoint_id: endpoint.vpc_endpoint_id.clone(),
            name: endpoint.name.clone(),
            endpoint_type,
            service: endpoint.service.clone(),
            vpc_id: Some(endpoint.vpc_id.clone()),
            region: endpoint
                .region
                .clone()
                .or_else(|| self.topology.region_of_vpc(&endpoint.vpc_id).map(str::to_owned)),
            zones: zones.into_iter().map(str::to_owned).collect(),
            bytes_out,
            bytes_in,
            idle,
            cost_observed_usd: None,
            cost_month_usd: None,
        })
    }

    fn price_endpoints(&self, lines: &mut [EndpointLine]) {
        let regional = self.region_rates(lines);
        for line in lines {
            let bytes = line.bytes_out + line.bytes_in;
            let known = self.topology.endpoint(&line.vpc_endpoint_id);
            let subnets = known.map_or(0, |endpoint| endpoint.subnet_ids.len() as u64);
            let gone = known.is_some_and(|endpoint| is_gone(&endpoint.state));
            let hours_month = if gone { 0 } else { self.scale.month_hours * subnets };
            match line.endpoint_type {
                "Gateway" => line.cost_month_usd = Some(Decimal::ZERO),
                "Interface" if known.is_some() => {
                    let Some(rates) = regional.get(&line.region) else { continue };
                    let data = rates.month_bytes_cost(bytes, self.scale);
                    line.cost_month_usd = data
                        .zip(rates.hours_cost(hours_month))
                        .and_then(|(data, hours)| data.checked_add(hours));
                }
                "GatewayLoadBalancer" => {
                    line.cost_month_usd = self.load_balancer_endpoint_cost(line, hours_month);
                }
                _ => {}
            }
            line.cost_observed_usd = self.endpoint_cost(line, bytes, self.hours, &regional);
        }
    }

    /// What an endpoint cost in some of the observed hours, with its bytes of these hours.
    pub(super) fn endpoint_cost(
        &self,
        line: &EndpointLine,
        bytes: u128,
        hours: &BTreeSet<Bucket>,
        regional: &BTreeMap<Option<String>, EndpointRates>,
    ) -> Option<Decimal> {
        let known = self.topology.endpoint(&line.vpc_endpoint_id);
        let subnets = known.map_or(0, |endpoint| endpoint.subnet_ids.len() as u64);
        let hours = hours_alive(hours.iter(), known.and_then(|endpoint| endpoint.created), None) * subnets;
        match line.endpoint_type {
            "Gateway" => Some(Decimal::ZERO),
            "Interface" if known.is_some() => {
                let rates = regional.get(&line.region)?;
                let data = self.observed(rates.month_bytes_cost(bytes, self.scale)?, bytes)?;
                data.checked_add(rates.hours_cost(hours)?)
            }
            "GatewayLoadBalancer" => self.load_balancer_endpoint_cost(line, hours),
            _ => None,
        }
    }

    fn load_balancer_endpoint_cost(&self, line: &EndpointLine, hours: u64) -> Option<Decimal> {
        let region = line.region.as_deref()?;
        self.book.rate(region, Meter::GatewayLoadBalancerEndpointHour)?.usd.checked_mul(Decimal::from(hours))
    }

    /// The other way of [`Lines::month`].
    fn observed(&self, month: Decimal, bytes: u128) -> Option<Decimal> {
        if bytes == 0 {
            return Some(Decimal::ZERO);
        }
        month
            .checked_mul(Decimal::from(self.scale.observed_hours))?
            .checked_div(Decimal::from(self.scale.month_hours))
    }

    pub(super) fn region_rates(&self, lines: &[EndpointLine]) -> BTreeMap<Option<String>, EndpointRates> {
        let mut bytes: BTreeMap<Option<String>, u128> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.endpoint_type == "Interface") {
            *bytes.entry(line.region.clone()).or_default() += line.bytes_out + line.bytes_in;
        }
        bytes
            .into_iter()
            .map(|(region, bytes)| {
                let rates = EndpointRates::of(self.book, region.as_deref(), bytes, self.scale);
                (region, rates)
            })
            .collect()
    }

    /// Who sent how much to whom, over what, for how much.
    pub(super) fn attribution(&self, endpoints: &[EndpointLine]) -> Vec<AttributionLine> {
        // Flows also tell apart what a line does not show, such as the prefix list.
        let mut sums: BTreeMap<_, (u128, u128)> = BTreeMap::new();
        for flow in &self.attribution.flows {
            let shown =
                (&flow.client, &flow.route, &flow.peer.service, &flow.peer.service_region, flow.estimated);
            let sum = sums.entry(shown).or_default();
            *sum = (sum.0 + flow.volume.0, sum.1 + flow.volume.1);
        }
        let mut lines: Vec<AttributionLine> = sums
            .into_iter()
            .map(|((client, route, service, service_region, estimated), (bytes_out, bytes_in))| {
                AttributionLine {
                    interface_id: client.interface_id.clone(),
                    vpc_id: client.vpc_id.clone(),
                    subnet_id: client.subnet_id.clone(),
                    zone_id: client.zone_id.clone(),
                    path: route.path.name(),
                    via: route.via.clone(),
                    service: service.clone(),
                    service_region: service_region.clone(),
                    bytes_out,
                    bytes_in,
                    estimated,
                    cost_month_usd: None,
                }
            })
            .collect();
        self.price_attribution(&mut lines, endpoints);
        lines
    }

    fn price_attribution(&self, lines: &mut [AttributionLine], endpoints: &[EndpointLine]) {
        let regional = self.region_rates(endpoints);
        let nat_rates: BTreeMap<&str, NatRates> = self
            .attribution
            .nats
            .iter()
            .map(|(unit, _)| (unit.id.as_str(), NatRates::of(self.book, unit.region.as_deref())))
            .collect();
        for line in lines {
            let bytes = line.bytes_out + line.bytes_in;
            let via = line.via.as_deref().unwrap_or_default();
            line.cost_month_usd = if line.path == Path::NatGateway.name() {
                let observed = nat_rates.get(via).and_then(|rates| rates.bytes_cost(bytes));
                observed.and_then(|observed| self.month(observed, bytes))
            } else if line.path == Path::InterfaceEndpoint.name() {
                let endpoint = endpoints.iter().find(|endpoint| endpoint.vpc_endpoint_id == via);
                endpoint
                    .and_then(|endpoint| regional.get(&endpoint.region))
                    .and_then(|rates| rates.month_bytes_cost(bytes, self.scale))
            } else {
                Some(Decimal::ZERO)
            };
        }
    }
}

/// Zones a NAT gateway pays hours in.
fn nat_gateway_zones(known: Option<&NatGateway>) -> u64 {
    known.filter(|nat| nat.regional).map_or(1, |nat| {
        let zones: BTreeSet<&str> =
            nat.addresses.iter().filter_map(|address| address.zone_id.as_deref()).collect();
        zones.len().max(1) as u64
    })
}

/// Hours a NAT gateway pays of `hours`, in all its zones.
pub(super) fn nat_gateway_hours(known: Option<&NatGateway>, hours: &BTreeSet<Bucket>) -> u64 {
    let (created, deleted) = known.map_or((None, None), |nat| (nat.created, nat.deleted));
    hours_alive(hours.iter(), created, deleted) * nat_gateway_zones(known)
}

/// `part / whole` to four decimals; `None` for no whole.
fn fraction(part: u128, whole: u128) -> Option<f64> {
    const STEPS: u128 = 10_000;
    if whole == 0 {
        return None;
    }
    let steps = part.checked_mul(STEPS)?.checked_add(whole / 2)? / whole;
    Some(f64::from(u32::try_from(steps).unwrap_or(u32::MAX)) / 10_000.0)
}
