//! Services and clients: lines of the attribution taken together.
//!
//! A group is compared member by member: a service by its clients, a client by its services. So bytes of a client that is new are
//! told from more bytes of one that was there.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;

use super::compare::{Pair, status};
use super::effects::{Effects, Unit};
use super::rates::gb_month;
use super::saved::SavedAttribution;
use super::side::{INTERFACE_PATH, NAT_PATH, Side};
use super::{ClientKey, Line, ServiceKey, Status};

/// Services by path and Region; their members are clients.
pub(super) fn services(pair: &Pair<'_>) -> Vec<Line<ServiceKey>> {
    lines(pair, |_| true, service, client)
}

/// Clients of what is charged by the GB; their members are services.
pub(super) fn clients(pair: &Pair<'_>) -> Vec<Line<ClientKey>> {
    lines(pair, |line| [NAT_PATH, INTERFACE_PATH].contains(&line.path.as_str()), client, service)
}

fn service(line: &SavedAttribution) -> ServiceKey {
    ServiceKey {
        service: line.service.clone(),
        service_region: line.service_region.clone(),
        path: line.path.clone(),
    }
}

fn client(line: &SavedAttribution) -> ClientKey {
    ClientKey {
        interface_id: line.interface_id.clone(),
        vpc_id: line.vpc_id.clone(),
        subnet_id: line.subnet_id.clone(),
        zone_id: line.zone_id.clone(),
    }
}

/// One member of a group in one of the reports.
#[derive(Debug, Clone, Copy)]
struct Member {
    bytes: u128,
    gb: Option<Decimal>,
    /// What the GB cost at the rates of each report.
    at_rates: (Option<Decimal>, Option<Decimal>),
    cost: Option<Decimal>,
}

impl Member {
    const NOTHING: Self = Self {
        bytes: 0,
        gb: Some(Decimal::ZERO),
        at_rates: (Some(Decimal::ZERO), Some(Decimal::ZERO)),
        cost: Some(Decimal::ZERO),
    };

    fn add(&mut self, line: &SavedAttribution, gb: Option<Decimal>, rates: (Decimal, Decimal)) {
        let plus = |sum: Option<Decimal>, own: Option<Decimal>| sum?.checked_add(own?);
        let times = |rate: Decimal| gb.and_then(|gb| gb.checked_mul(rate));
        self.bytes = self.bytes.saturating_add(line.bytes_out).saturating_add(line.bytes_in);
        self.gb = plus(self.gb, gb);
        self.at_rates = (plus(self.at_rates.0, times(rates.0)), plus(self.at_rates.1, times(rates.1)));
        self.cost = plus(self.cost, line.cost_month_usd);
    }

    /// The mean rate of its bytes, where there are any.
    fn rate(&self, amount: Option<Decimal>) -> Option<Decimal> {
        amount?.checked_div(self.gb?)
    }
}

type Groups<G, M> = BTreeMap<G, BTreeMap<M, Member>>;

fn grouped<G: Ord, M: Ord>(
    pair: &Pair<'_>,
    side: &Side<'_>,
    wanted: impl Fn(&SavedAttribution) -> bool,
    group: impl Fn(&SavedAttribution) -> G,
    member: impl Fn(&SavedAttribution) -> M,
) -> Groups<G, M> {
    let mut groups: Groups<G, M> = BTreeMap::new();
    for line in side.report.attribution.iter().filter(|line| wanted(line)) {
        let rates = side.meter(line).map(|meter| pair.rates.get(&meter)).unwrap_or_default();
        let gb = gb_month(line.bytes_out.saturating_add(line.bytes_in), &side.report.period);
        let members = groups.entry(group(line)).or_default();
        members.entry(member(line)).or_insert(Member::NOTHING).add(line, gb, rates);
    }
    groups
}

fn lines<G: Ord + Clone + Serialize, M: Ord + Clone>(
    pair: &Pair<'_>,
    wanted: impl Fn(&SavedAttribution) -> bool + Copy,
    group: impl Fn(&SavedAttribution) -> G + Copy,
    member: impl Fn(&SavedAttribution) -> M + Copy,
) -> Vec<Line<G>> {
    let before = grouped(pair, &pair.before, wanted, group, member);
    let after = grouped(pair, &pair.after, wanted, group, member);
    let keys: BTreeSet<&G> = before.keys().chain(after.keys()).collect();
    let nobody = BTreeMap::new();
    let line = |key: &G| {
        let members = (before.get(key), after.get(key));
        let (was, is) = (members.0.unwrap_or(&nobody), members.1.unwrap_or(&nobody));
        let (costs, bytes) = ((cost(was), cost(is)), (bytes(was), bytes(is)));
        let explained = explain(pair, was, is);
        let settled = status(members.0.is_some(), members.1.is_some(), (costs, bytes, costs, bytes));
        let settled = match settled {
            Status::Same if explained != Effects::default() => Status::Changed,
            other => other,
        };
        let change = pair.change(costs, bytes, settled, || explained);
        Line { key: key.clone(), change, remarks: Vec::new() }
    };
    keys.into_iter().map(line).collect()
}

fn cost<M>(members: &BTreeMap<M, Member>) -> Option<Decimal> {
    members.values().try_fold(Decimal::ZERO, |sum, member| sum.checked_add(member.cost?))
}

fn bytes<M>(members: &BTreeMap<M, Member>) -> u128 {
    members.values().fold(0, |sum, member| sum.saturating_add(member.bytes))
}

/// The parts of all members; nothing where one has no price.
fn explain<M: Ord>(pair: &Pair<'_>, was: &BTreeMap<M, Member>, is: &BTreeMap<M, Member>) -> Effects {
    let names: BTreeSet<&M> = was.keys().chain(is.keys()).collect();
    let part = |name: &M| match (was.get(name), is.get(name)) {
        (None, Some(member)) => Effects { new: member.cost.unwrap_or_default(), ..Effects::default() },
        (Some(member), None) => Effects { gone: -member.cost.unwrap_or_default(), ..Effects::default() },
        (Some(was), Some(is)) => {
            // Each side's own mean rate; where it has no bytes, that of the other's bytes.
            let before = was.rate(was.at_rates.0).or_else(|| is.rate(is.at_rates.0));
            let after = is.rate(is.at_rates.1).or_else(|| was.rate(was.at_rates.1));
            let rates = (before.unwrap_or_default(), after.unwrap_or_default());
            pair.charge(Unit::Gb, rates, (was.gb, is.gb))
        }
        (None, None) => Effects::default(),
    };
    names.into_iter().map(part).sum()
}
