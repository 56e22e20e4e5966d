//! What an advice rests on: bytes, clients, rates, arithmetic, and how sure it is.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::attribute::{Flow, NatUnit};
use crate::model::money::money_text;
use crate::model::quantity::{decimal, grouped, size};
use crate::model::report::{EVIDENCE_LIMIT, Evidence};
use crate::model::wording::Wording;
use crate::price::Meter;
use crate::price::toll::CROSS_ZONE_SIDES;

use super::{Case, crosses_zone, say};

/// Hours of observation from which a pattern is taken as known: a day has its night.
const HOURS_FOR_HIGH_CONFIDENCE: u64 = 24;

/// Between these shares of the counted bytes two vantages agree; a loss of records explains no more than that.
const AGREEING: (u128, u128) = (98, 102);

/// Bytes that one change concerns.
#[derive(Debug, Default)]
pub struct Moved {
    /// All of them.
    pub bytes: u128,
    /// Whether the service of some is an estimate.
    pub estimated: bool,
    by_client: BTreeMap<String, u128>,
    unnamed_clients: bool,
    /// Zones of the clients.
    pub zones: BTreeSet<String>,
    /// Subnets of the clients.
    pub subnets: BTreeSet<String>,
    /// VPCs of the clients.
    pub vpcs: BTreeSet<String>,
    /// NAT gateways passed.
    pub via: BTreeSet<String>,
    /// By NAT gateway: bytes, those that cross zones, those that come through a transit gateway.
    pub by_nat: BTreeMap<String, (u128, u128, u128)>,
}

impl Moved {
    /// Clients in these subnets, without any byte.
    pub fn of_subnets(subnets: BTreeSet<String>) -> Self {
        Self { subnets, ..Self::default() }
    }

    /// Adds a flow, wherever it passes.
    pub fn add(&mut self, flow: &Flow) {
        let bytes = flow.volume.0 + flow.volume.1;
        self.bytes += bytes;
        self.estimated |= flow.estimated;
        match &flow.client.interface_id {
            Some(id) => *self.by_client.entry(id.clone()).or_default() += bytes,
            None => self.unnamed_clients = true,
        }
        self.zones.extend(flow.client.zone_id.clone());
        self.subnets.extend(flow.client.subnet_id.clone());
        self.vpcs.extend(flow.client.vpc_id.clone());
    }

    /// Adds a flow that passes a NAT gateway, or would.
    pub fn add_through(&mut self, flow: &Flow, nat: &NatUnit) {
        self.add(flow);
        let bytes = flow.volume.0 + flow.volume.1;
        self.via.insert(nat.id.clone());
        let sums = self.by_nat.entry(nat.id.clone()).or_default();
        sums.0 += bytes;
        if crosses_zone(&flow.client, nat) {
            sums.1 += bytes;
        }
        if flow.client.vpc_id.is_some() && nat.vpc.is_some() && flow.client.vpc_id != nat.vpc {
            sums.2 += bytes;
        }
    }

    /// What these bytes cost in a month through the NAT gateways they pass, transfer between zones and transit gateways
    /// included.
    pub fn nat_cost(&self, case: &Case<'_>) -> Option<Decimal> {
        self.by_nat.iter().try_fold(Decimal::ZERO, |sum, (id, (bytes, cross, transit))| {
            let rates = case.nat_rates(id);
            let mut observed = rates.bytes_cost(*bytes)?.checked_add(rates.cross_zone_cost(*cross)?)?;
            if *transit > 0 {
                let rate = case.rate(case.nat_region(id), Meter::TransitGatewayGb)?;
                observed = observed.checked_add(crate::model::money::cost_of_bytes(*transit, rate)?)?;
            }
            sum.checked_add(case.scale.month(observed)?)
        })
    }

    /// Bytes that cross zones on their way to a NAT gateway.
    pub fn cross_zone_bytes(&self) -> u128 {
        self.by_nat.values().map(|(_, cross, _)| cross).sum()
    }

    /// Bytes that pass a transit gateway on their way to a NAT gateway.
    pub fn transit_bytes(&self) -> u128 {
        self.by_nat.values().map(|(_, _, transit)| transit).sum()
    }

    /// Evidence that every change of bytes shares.
    pub fn evidence(&self, case: &Case<'_>) -> Evidence {
        let mut clients: Vec<(&String, &u128)> = self.by_client.iter().collect();
        clients.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let mut rates = BTreeSet::new();
        for id in self.by_nat.keys() {
            let region = case.nat_region(id);
            rates.extend(case.rate_text(region, Meter::NatGatewayGb));
            if self.cross_zone_bytes() > 0 {
                rates.extend(case.rate_text(region, Meter::CrossZoneGb));
            }
            if self.transit_bytes() > 0 {
                rates.extend(case.rate_text(region, Meter::TransitGatewayGb));
            }
        }
        let mut remarks = Vec::new();
        if self.unnamed_clients {
            remarks.push(say::unnamed_clients());
        }
        if self.cross_zone_bytes() > 0 {
            remarks.push(say::crossing(size(self.cross_zone_bytes())));
        }
        Evidence {
            bytes_observed: self.bytes,
            client_count: clients.len() as u64,
            clients: clients.into_iter().take(EVIDENCE_LIMIT).map(|(id, _)| id.clone()).collect(),
            via: self.via.iter().cloned().collect(),
            rates: rates.into_iter().collect(),
            traffic_gb_month: case.month_gb(self.bytes),
            remarks,
            ..Evidence::default()
        }
    }

    /// What lowers confidence in these bytes.
    pub fn doubts(&self, case: &Case<'_>) -> Doubts {
        let mut doubts = Doubts::of_window(case);
        if self.estimated {
            doubts.lower(say::split_is_estimate());
        }
        let lost = &case.attribution.skipped_interfaces;
        let clients = self.by_client.keys().filter(|id| lost.contains(*id)).count();
        if clients > 0 {
            doubts.lower(say::clients_lost(clients));
        }
        for (unit, totals) in case.attribution.nats.iter().filter(|(unit, _)| self.via.contains(&unit.id)) {
            let known = unit.inventory.map(|index| &case.topology.inventory.nat_gateways[index]);
            let interfaces = known.into_iter().flat_map(|nat| &nat.addresses);
            if interfaces.filter_map(|address| address.interface_id.as_ref()).any(|id| lost.contains(id)) {
                doubts.lower(say::nat_lost(&unit.id));
            }
            if let Some((counted, other)) = totals.compared
                && !(counted * AGREEING.0..=counted * AGREEING.1).contains(&(other * 100))
            {
                doubts.lower(say::vantages_differ(&unit.id));
            }
        }
        doubts
    }

    /// The steps from observed bytes to what they cost at NAT gateways.
    pub fn steps(&self, case: &Case<'_>) -> Vec<Wording> {
        let mut steps = case.bytes_steps(self.bytes);
        for (id, (bytes, cross, transit)) in &self.by_nat {
            let region = case.nat_region(id);
            steps.push(case.data_step(&say::through(id), *bytes, region, Meter::NatGatewayGb, 1));
            if *cross > 0 {
                steps.push(case.data_step(
                    &say::between_zones(),
                    *cross,
                    region,
                    Meter::CrossZoneGb,
                    CROSS_ZONE_SIDES,
                ));
            }
            if *transit > 0 {
                steps.push(case.data_step(&say::transit(), *transit, region, Meter::TransitGatewayGb, 1));
            }
        }
        if self.by_nat.len() > 1 || self.cross_zone_bytes() + self.transit_bytes() > 0 {
            steps.push(say::together(amount(self.nat_cost(case))));
        }
        steps
    }
}

/// How sure an advice is, and why not more.
#[derive(Debug, Clone)]
pub struct Doubts {
    level: u8,
    reasons: Vec<Wording>,
}

impl Doubts {
    /// What the observed window alone says.
    pub fn of_window(case: &Case<'_>) -> Self {
        let mut doubts = Self { level: 2, reasons: Vec::new() };
        match case.scale.observed_hours {
            0 => doubts.sink(say::no_hour()),
            hours if hours < HOURS_FOR_HIGH_CONFIDENCE => {
                doubts.lower(say::short_window(hours));
            }
            _ => {}
        }
        doubts
    }

    /// Not more than medium.
    pub fn lower(&mut self, reason: Wording) {
        self.level = self.level.min(1);
        self.reasons.push(reason);
    }

    /// Low.
    pub fn sink(&mut self, reason: Wording) {
        self.level = 0;
        self.reasons.push(reason);
    }

    /// Low without an answer of a describe call.
    pub fn needs(&mut self, case: &Case<'_>, call: &str) {
        if case.lacks(call) {
            self.sink(say::no_answer(call));
        }
    }

    /// Not more than medium without an answer of a describe call.
    pub fn wants(&mut self, case: &Case<'_>, call: &str) {
        if case.lacks(call) {
            self.lower(say::no_answer(call));
        }
    }

    /// The word, and the reasons.
    pub fn settle(self) -> (&'static str, Vec<Wording>) {
        (["low", "medium", "high"][usize::from(self.level)], self.reasons)
    }
}

impl Case<'_> {
    /// GB of a month.
    pub(super) fn month_gb(&self, bytes: u128) -> Option<Decimal> {
        if bytes == 0 {
            return Some(Decimal::ZERO);
        }
        self.scale.month(crate::model::money::cost_of_bytes(bytes, Decimal::ONE)?)
    }

    /// From observed bytes to a month.
    pub(super) fn bytes_steps(&self, bytes: u128) -> Vec<Wording> {
        if bytes == 0 {
            return Vec::new();
        }
        let month = self.scale.month_bytes(bytes);
        let (hours, observed) = (self.scale.month_hours, self.scale.observed_hours);
        vec![
            say::observed(grouped(bytes), size(bytes), observed),
            say::a_month(
                grouped(bytes),
                hours,
                observed,
                grouped(month),
                size(month),
                gb_text(self.month_gb(bytes)),
            ),
        ]
    }

    /// GB at a rate.
    pub(super) fn data_step(
        &self,
        what: &Wording,
        bytes: u128,
        region: Option<&str>,
        meter: Meter,
        sides: u32,
    ) -> Wording {
        let gb = self.month_gb(bytes);
        let rate = self.rate(region, meter);
        let cost =
            gb.zip(rate).and_then(|(gb, rate)| gb.checked_mul(rate)?.checked_mul(Decimal::from(sides)));
        let (gb, rate, cost) = (gb_text(gb), self.rate_words(region, meter), amount(cost));
        if sides > 1 {
            say::sides_step(what, gb, rate, sides, cost)
        } else {
            say::data_step(what, gb, rate, cost)
        }
    }

    /// Data of interface endpoints on top of what passes others of the account and Region: a step for each tier they are in.
    pub(super) fn tier_steps(
        &self,
        what: &Wording,
        region: Option<&str>,
        (below, bytes): (u128, u128),
    ) -> Vec<Wording> {
        let meter = Meter::InterfaceEndpointGb;
        let tiers = region.and_then(|region| self.book.interface_endpoint_tiers(region)).unwrap_or_default();
        let ends = self.month_gb(below).zip(self.month_gb(below + bytes));
        let Some((from, to)) = ends.filter(|(from, to)| !tiers.is_empty() && from < to) else {
            return vec![self.data_step(what, bytes, region, meter, 1)];
        };
        let mut steps = Vec::new();
        for (number, tier) in tiers.iter().enumerate() {
            let end = tier.to_gb.map_or(to, |end| to.min(Decimal::from(end)));
            let gb = end - from.max(Decimal::from(tier.from_gb));
            if gb <= Decimal::ZERO {
                continue;
            }
            let (rate, what) = if number == 0 {
                (self.rate_words(region, meter), what.clone())
            } else {
                let first = Decimal::from(tier.from_gb);
                let rate = say::tier_rate(tier.usd_per_gb.normalize(), meter.unit_wording());
                (rate, say::from_tier(what, gb_text(Some(first))))
            };
            let cost = amount(gb.checked_mul(tier.usd_per_gb));
            steps.push(say::data_step(what, gb_text(Some(gb)), rate, cost));
        }
        steps
    }

    /// Hours at a rate.
    pub(super) fn hours_step(
        &self,
        what: &Wording,
        units: u64,
        region: Option<&str>,
        meter: Meter,
    ) -> Wording {
        let hours = self.scale.month_hours;
        let rate = self.rate(region, meter);
        let cost = rate.and_then(|rate| rate.checked_mul(Decimal::from(hours * units)));
        say::hours_step(what, units, hours, self.rate_words(region, meter), amount(cost))
    }

    /// A rate with source and date.
    fn rate_words(&self, region: Option<&str>, meter: Meter) -> Wording {
        let found = region.and_then(|region| Some((region, self.book.rate(region, meter)?)));
        found.map_or_else(
            || say::no_rate(meter.title_wording()),
            |(region, rate)| {
                let date = rate.date.map_or_else(Wording::default, say::of_date);
                say::rate(rate.usd.normalize(), meter.unit_wording(), region, &rate.source, date)
            },
        )
    }
}

/// An amount in a formula: to the cent, small ones to the millionth.
pub fn amount(cost: Option<Decimal>) -> Wording {
    cost.map_or_else(say::unpriced, |cost| {
        let fine = cost.abs() < Decimal::ONE && !cost.is_zero();
        let text = if fine { money_text(cost) } else { decimal(cost, 6) };
        Wording::same(format!("{} USD", with_cents(&text)))
    })
}

/// At least two decimals.
fn with_cents(text: &str) -> String {
    match text.split_once('.') {
        None => format!("{text}.00"),
        Some((_, cents)) if cents.len() < 2 => format!("{text}0"),
        Some(_) => text.to_owned(),
    }
}

/// GB in a formula.
pub fn gb_text(gb: Option<Decimal>) -> String {
    gb.map_or_else(|| "?".to_owned(), |gb| decimal(gb, 6))
}
