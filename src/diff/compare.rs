//! The comparison: lines of gateways and endpoints, totals, advice.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;

use super::effects::{Charge, Effects, Unit, split};
use super::rates::{HALF_MICRO, Meter, Rates, gb_month};
use super::saved::{Saved, SavedEndpoint, SavedNatGateway};
use super::side::Side;
use super::{
    AdviceChange, Change, Compared, DIFF_SCHEMA, Diff, EndpointKey, Line, NatGatewayKey, Status,
    TotalChanges, groups, notes,
};
use crate::price::toll::Scale;

/// Compares two reports; the names say where each was read from.
pub fn compare(before: (&str, &Saved), after: (&str, &Saved)) -> Diff {
    let pair = Pair::new(before.1, after.1);
    let gateways = pair.nat_gateways();
    let endpoints = pair.endpoints();
    let totals = pair.totals(&gateways, &endpoints);
    Diff {
        schema: DIFF_SCHEMA,
        before: compared(before.0, before.1),
        after: compared(after.0, after.1),
        notes: notes::notes(before.1, after.1),
        totals,
        nat_gateways: sorted(gateways.into_iter().map(|(line, _)| line)),
        endpoints: sorted(endpoints.into_iter()),
        services: sorted(groups::services(&pair).into_iter()),
        clients: sorted(groups::clients(&pair).into_iter()),
        advice_new: advice(after.1, before.1),
        advice_gone: advice(before.1, after.1),
    }
}

/// Both reports and the rates they rest on.
pub(super) struct Pair<'r> {
    pub(super) before: Side<'r>,
    pub(super) after: Side<'r>,
    pub(super) rates: Rates,
    /// Hours of the month of each.
    pub(super) months: (u64, u64),
    /// What the rounded figures of the reports can leave over.
    tolerance: Decimal,
}

impl<'r> Pair<'r> {
    fn new(before: &'r Saved, after: &'r Saved) -> Self {
        let (before, after) = (Side::new(before), Side::new(after));
        let rates = Rates::of(&before, &after);
        let figures = |report: &Saved| {
            report.attribution.len() + 2 * report.nat_gateways.len() + report.endpoints.len()
        };
        // Half a millionth for each figure of a report, and as much for each part and total of this comparison.
        let figures = 2 * (figures(before.report) + figures(after.report)) + 40;
        Self {
            months: (before.report.period.month_hours, after.report.period.month_hours),
            tolerance: HALF_MICRO * Decimal::from(figures as u64),
            before,
            after,
            rates,
        }
    }

    /// The effect of one charge; quantities of `None` explain nothing.
    pub(super) fn charge(
        &self,
        unit: Unit,
        rates: (Decimal, Decimal),
        quantities: (Option<Decimal>, Option<Decimal>),
    ) -> Effects {
        let charge = |rate, quantity: Option<Decimal>| Some(Charge { rate, quantity: quantity? });
        charge(rates.0, quantities.0)
            .zip(charge(rates.1, quantities.1))
            .and_then(|(before, after)| split(unit, before, after, self.months))
            .unwrap_or_default()
    }

    /// A change with its parts; `explained` are those parts that are known of a thing in both reports.
    pub(super) fn change(
        &self,
        costs: (Option<Decimal>, Option<Decimal>),
        bytes: (u128, u128),
        status: Status,
        explained: impl FnOnce() -> Effects,
    ) -> Change {
        let change = costs.0.zip(costs.1).map(|(before, after)| after - before);
        let effects = change.map(|change| match status {
            Status::Same => Effects::default(),
            Status::New => Effects { new: change, ..Effects::default() },
            Status::Gone => Effects { gone: change, ..Effects::default() },
            Status::Changed => explained().settled(change, self.tolerance),
        });
        let months = self.months_of(bytes);
        Change {
            status,
            cost_month_before_usd: costs.0,
            cost_month_after_usd: costs.1,
            change_month_usd: change,
            bytes_month_before: months.0,
            bytes_month_after: months.1,
            effects,
        }
    }

    /// Bytes of both windows, scaled to the month of each.
    fn months_of(&self, bytes: (u128, u128)) -> (u128, u128) {
        let month = |report: &Saved, bytes| {
            let (observed_hours, month_hours) = (report.period.observed_hours, report.period.month_hours);
            if observed_hours == 0 { bytes } else { Scale { observed_hours, month_hours }.month_bytes(bytes) }
        };
        (month(self.before.report, bytes.0), month(self.after.report, bytes.1))
    }

    /// Gateways with the change of their own charge and that of transfer between zones.
    fn nat_gateways(&self) -> Vec<(Line<NatGatewayKey>, [Change; 2])> {
        let id = |line: &'r SavedNatGateway| line.nat_gateway_id.as_str();
        paired(&self.before.report.nat_gateways, &self.after.report.nat_gateways, id)
            .map(|(before, after)| self.nat_gateway(before, after))
            .collect()
    }

    fn nat_gateway(
        &self,
        before: Option<&SavedNatGateway>,
        after: Option<&SavedNatGateway>,
    ) -> (Line<NatGatewayKey>, [Change; 2]) {
        let bytes = both(before, after, |line| line.bytes_out.saturating_add(line.bytes_in));
        let crossed = both(before, after, |line| line.bytes_cross_zone);
        let own = amounts(before, after, |line| line.cost_month_usd);
        let crossing = amounts(before, after, |line| line.cross_zone_cost_month_usd);
        let together = amounts(before, after, |line| {
            line.cost_month_usd.zip(line.cross_zone_cost_month_usd).map(|(own, crossing)| own + crossing)
        });
        let data = || {
            let (Some(before), Some(after)) = (before, after) else { return Effects::default() };
            let gb = (
                gb_month(bytes.0.unwrap_or_default(), &self.before.report.period),
                gb_month(bytes.1.unwrap_or_default(), &self.after.report.period),
            );
            let hours = (self.before.nat_hours(before), self.after.nat_hours(after));
            let meter = |meter: fn(String) -> Meter| self.rates.get(&meter(after.nat_gateway_id.clone()));
            [
                self.charge(Unit::Gb, meter(Meter::NatGb), gb),
                self.charge(Unit::Hour, meter(Meter::NatHour), hours),
            ]
            .into_iter()
            .sum()
        };
        let transfer = || {
            let Some(region) = after.map(|line| line.region.clone()) else { return Effects::default() };
            let gb = (
                gb_month(crossed.0.unwrap_or_default(), &self.before.report.period),
                gb_month(crossed.1.unwrap_or_default(), &self.after.report.period),
            );
            self.charge(Unit::Gb, self.rates.get(&Meter::CrossZoneGb(region)), gb)
        };
        let bytes = (bytes.0.unwrap_or_default(), bytes.1.unwrap_or_default());
        let crossed = (crossed.0.unwrap_or_default(), crossed.1.unwrap_or_default());
        let status = status(before.is_some(), after.is_some(), (own, bytes, crossing, crossed));
        let parts = [self.change(own, bytes, status, data), self.change(crossing, crossed, status, transfer)];
        let change = self.change(together, bytes, status, || [data(), transfer()].into_iter().sum());
        let shown = after.or(before);
        let key = NatGatewayKey {
            nat_gateway_id: shown.map(|line| line.nat_gateway_id.clone()).unwrap_or_default(),
            name: shown.and_then(|line| line.name.clone()),
            vpc_id: shown.and_then(|line| line.vpc_id.clone()),
        };
        let remarks =
            before.zip(after).map_or_else(Vec::new, |(before, after)| notes::remarks(before, after));
        (Line { key, change, remarks }, parts)
    }

    fn endpoints(&self) -> Vec<Line<EndpointKey>> {
        let id = |line: &'r SavedEndpoint| line.vpc_endpoint_id.as_str();
        paired(&self.before.report.endpoints, &self.after.report.endpoints, id)
            .filter_map(|(before, after)| self.endpoint(before, after))
            .collect()
    }

    fn endpoint(
        &self,
        before: Option<&SavedEndpoint>,
        after: Option<&SavedEndpoint>,
    ) -> Option<Line<EndpointKey>> {
        let shown = after.or(before)?;
        let bytes = both(before, after, |line| line.bytes_out.saturating_add(line.bytes_in));
        let bytes = (bytes.0.unwrap_or_default(), bytes.1.unwrap_or_default());
        let costs = amounts(before, after, |line| line.cost_month_usd);
        let explained = || {
            let (Some(before), Some(after)) = (before, after) else { return Effects::default() };
            let data = self.rates.get(&Meter::EndpointGb(after.region.clone()));
            let hour = Meter::EndpointHour(after.endpoint_type.clone(), after.region.clone());
            let hours = (Some(self.before.endpoint_hours(before)), Some(self.after.endpoint_hours(after)));
            let gb = (self.before.endpoint_gb(before), self.after.endpoint_gb(after));
            [self.charge(Unit::Gb, data, gb), self.charge(Unit::Hour, self.rates.get(&hour), hours)]
                .into_iter()
                .sum()
        };
        let status = status(before.is_some(), after.is_some(), (costs, bytes, costs, bytes));
        Some(Line {
            key: EndpointKey {
                vpc_endpoint_id: shown.vpc_endpoint_id.clone(),
                name: shown.name.clone(),
                endpoint_type: shown.endpoint_type.clone(),
                service: shown.service.clone(),
                vpc_id: shown.vpc_id.clone(),
            },
            change: self.change(costs, bytes, status, explained),
            remarks: Vec::new(),
        })
    }

    fn totals(
        &self,
        gateways: &[(Line<NatGatewayKey>, [Change; 2])],
        endpoints: &[Line<EndpointKey>],
    ) -> TotalChanges {
        let (before, after) = (&self.before.report.totals, &self.after.report.totals);
        let total = |costs: (Option<Decimal>, Option<Decimal>), bytes: (u128, u128), parts: Effects| {
            let status = status(true, true, (costs, bytes, costs, bytes));
            let status = if parts == Effects::default() { status } else { Status::Changed };
            self.change(costs, bytes, status, || parts)
        };
        let sum = |changes: &mut dyn Iterator<Item = &Change>| -> Effects {
            changes.filter_map(|change| change.effects).sum()
        };
        let nat = sum(&mut gateways.iter().map(|(_, parts)| &parts[0]));
        let crossing = sum(&mut gateways.iter().map(|(_, parts)| &parts[1]));
        let endpoint = sum(&mut endpoints.iter().map(|line| &line.change));
        let bytes = |report: &Saved| {
            report
                .endpoints
                .iter()
                .fold(0_u128, |sum, line| sum.saturating_add(line.bytes_out).saturating_add(line.bytes_in))
        };
        let crossed = |report: &Saved| {
            report.nat_gateways.iter().fold(0_u128, |sum, line| sum.saturating_add(line.bytes_cross_zone))
        };
        let nat_bytes = (before.nat_gateway_bytes, after.nat_gateway_bytes);
        let endpoint_bytes = (bytes(self.before.report), bytes(self.after.report));
        let all_bytes =
            (nat_bytes.0.saturating_add(endpoint_bytes.0), nat_bytes.1.saturating_add(endpoint_bytes.1));
        let mut saving = total((before.saving_month_usd, after.saving_month_usd), (0, 0), Effects::default());
        saving.effects = None;
        TotalChanges {
            cost: total(
                (before.cost_month_usd, after.cost_month_usd),
                all_bytes,
                [nat, crossing, endpoint].into_iter().sum(),
            ),
            nat_gateways: total(
                (before.nat_gateway_cost_month_usd, after.nat_gateway_cost_month_usd),
                nat_bytes,
                nat,
            ),
            cross_zone: total(
                (before.cross_zone_cost_month_usd, after.cross_zone_cost_month_usd),
                (crossed(self.before.report), crossed(self.after.report)),
                crossing,
            ),
            endpoints: total(
                (before.endpoint_cost_month_usd, after.endpoint_cost_month_usd),
                endpoint_bytes,
                endpoint,
            ),
            saving,
        }
    }
}

/// How a thing stands: `figures` are pairs that are all equal where nothing changed.
pub(super) fn status(before: bool, after: bool, figures: Figures) -> Status {
    let (costs, bytes, more_costs, more_bytes) = figures;
    match (before, after) {
        (false, _) => Status::New,
        (_, false) => Status::Gone,
        _ if costs.0 == costs.1
            && bytes.0 == bytes.1
            && more_costs.0 == more_costs.1
            && more_bytes.0 == more_bytes.1 =>
        {
            Status::Same
        }
        _ => Status::Changed,
    }
}

type Costs = (Option<Decimal>, Option<Decimal>);
type Figures = (Costs, (u128, u128), Costs, (u128, u128));

/// Lines of both lists by key.
fn paired<'l, L, K: Ord>(
    before: &'l [L],
    after: &'l [L],
    key: impl Fn(&'l L) -> K,
) -> impl Iterator<Item = (Option<&'l L>, Option<&'l L>)> {
    let mut pairs: BTreeMap<K, (Option<&'l L>, Option<&'l L>)> = BTreeMap::new();
    for line in before {
        pairs.entry(key(line)).or_default().0 = Some(line);
    }
    for line in after {
        pairs.entry(key(line)).or_default().1 = Some(line);
    }
    pairs.into_values()
}

fn both<L, T>(before: Option<&L>, after: Option<&L>, figure: impl Fn(&L) -> T) -> (Option<T>, Option<T>) {
    (before.map(&figure), after.map(&figure))
}

/// An amount of both lines: nothing where there is no line, `None` where there is no price.
fn amounts<L>(before: Option<&L>, after: Option<&L>, amount: impl Fn(&L) -> Option<Decimal>) -> Costs {
    let of = |line: Option<&L>| line.map_or(Some(Decimal::ZERO), &amount);
    (of(before), of(after))
}

/// What changed, the largest change first; what cannot be known stands before all.
fn sorted<K: Serialize + Ord>(lines: impl Iterator<Item = Line<K>>) -> Vec<Line<K>> {
    let mut lines: Vec<Line<K>> = lines.filter(|line| line.change.status != Status::Same).collect();
    let size = |line: &Line<K>| line.change.change_month_usd.map(|change| std::cmp::Reverse(change.abs()));
    lines.sort_by(|one, other| size(one).cmp(&size(other)).then_with(|| one.key.cmp(&other.key)));
    lines
}

/// Advice of `here` that `there` does not give.
fn advice(here: &Saved, there: &Saved) -> Vec<AdviceChange> {
    let known: BTreeSet<&str> = there.advice.iter().map(|line| line.id.as_str()).collect();
    here.advice
        .iter()
        .filter(|line| !known.contains(line.id.as_str()))
        .map(|line| AdviceChange {
            id: line.id.clone(),
            summary: line.summary.clone(),
            subject: line.subject.clone(),
            saving_month_usd: line.saving_month_usd,
        })
        .collect()
}

fn compared(file: &str, report: &Saved) -> Compared {
    let (period, sources) = (&report.period, &report.sources);
    Compared {
        file: file.to_owned(),
        start: period.start.clone(),
        end: period.end.clone(),
        observed_hours: period.observed_hours,
        month_hours: period.month_hours,
        price_book_date: sources.price_book_date.clone(),
        price_override: sources.price_override.clone(),
        ip_ranges_date: sources.ip_ranges_date.clone(),
        inventory: sources.inventory.clone(),
    }
}
