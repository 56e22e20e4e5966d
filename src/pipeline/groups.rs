//! Bytes and cost by owner.
//!
//! The charges that follow bytes (NAT gateway data processing, transfer between zones, endpoint data processing) belong to
//! the owner of the client. Hours of NAT gateways and endpoints belong to everybody: they stay apart, or are shared by bytes where
//! that is asked for. The amounts of one column are rounded together, so that they add up to the total as it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

use super::lines::Lines;
use crate::advise::crosses_zone;
use crate::aggregate::Partial;
use crate::attribute::{Client, Flow, NatUnit, Path};
use crate::inventory::NetworkInterface;
use crate::model::money::MONEY_SCALE;
use crate::model::report::{EndpointLine, GroupLine, NatGatewayLine, Totals};
use crate::price::toll::NatRates;

/// The tag that Auto Scaling puts on its instances.
/// Source: "Tag Auto Scaling groups and instances", Amazon EC2 Auto Scaling User Guide.
const ASG_TAG: &str = "aws:autoscaling:groupName";

/// Who counts as the owner of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupKey {
    /// The value of this tag at the interface, else at its instance, its subnet, its VPC.
    Tag(String),
    /// Its subnet.
    Subnet,
    /// Its VPC.
    Vpc,
    /// The account that owns the interface, else the VPC.
    Account,
    /// The instance it is attached to.
    Instance,
    /// The Auto Scaling group of its instance.
    Asg,
}

impl FromStr for GroupKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "subnet" => Self::Subnet,
            "vpc" => Self::Vpc,
            "account" => Self::Account,
            "instance" => Self::Instance,
            "asg" => Self::Asg,
            _ => match text.strip_prefix("tag:") {
                Some(name) if !name.is_empty() => Self::Tag(name.to_owned()),
                _ => {
                    return Err(format!(
                        "`{text}` is no owner: write tag:NAME (such as tag:team), subnet, vpc, account, instance or asg"
                    ));
                }
            },
        })
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(name) => write!(formatter, "tag:{name}"),
            Self::Subnet => formatter.write_str("subnet"),
            Self::Vpc => formatter.write_str("vpc"),
            Self::Account => formatter.write_str("account"),
            Self::Instance => formatter.write_str("instance"),
            Self::Asg => formatter.write_str("asg"),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupBy {
    /// Who counts as the owner.
    pub key: GroupKey,
    /// Whether hours are shared by bytes among those who use a NAT gateway or an endpoint.
    pub allocate_hours: bool,
}

/// The owner of a client, or why there is none; in this order where cost and bytes are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Named(String),
    Untagged,
    Unknown,
}

impl Owner {
    fn kind(&self) -> &'static str {
        match self {
            Self::Named(_) => "owner",
            Self::Untagged => "untagged",
            Self::Unknown => "unknown",
        }
    }

    fn value(&self) -> String {
        match self {
            Self::Named(value) => value.clone(),
            Self::Untagged => "(untagged)".to_owned(),
            Self::Unknown => "(unknown)".to_owned(),
        }
    }
}

/// Account and instance of an interface, as its records tell them.
type Told<'f> = (Option<&'f [u8]>, Option<&'f [u8]>);

/// The bytes of one owner.
#[derive(Default)]
struct Volume<'f> {
    clients: BTreeSet<&'f str>,
    bytes_out: u128,
    bytes_in: u128,
    endpoints: u128,
    /// Bytes and cross-zone bytes by NAT gateway.
    by_nat: BTreeMap<&'f str, (u128, u128)>,
    /// Bytes by interface endpoint.
    by_endpoint: BTreeMap<&'f str, u128>,
}

/// Exact amounts of one owner.
struct Amounts {
    nat_data: Option<Decimal>,
    cross_zone: Option<Decimal>,
    endpoint_data: Option<Decimal>,
    hours: Option<Decimal>,
}

/// Makes the groups.
pub(super) struct Grouper<'g> {
    pub(super) lines: &'g Lines<'g>,
    pub(super) partial: &'g Partial,
    pub(super) nat_gateways: &'g [NatGatewayLine],
    pub(super) endpoints: &'g [EndpointLine],
    pub(super) totals: &'g Totals,
}

impl Grouper<'_> {
    /// All groups, dearest first; the hours that nobody bears at the end.
    pub(super) fn groups(&self, by: &GroupBy) -> Vec<GroupLine> {
        let facts = self.facts();
        let mut sums: BTreeMap<Owner, Volume<'_>> = BTreeMap::new();
        let mut owners: BTreeMap<&Client, Owner> = BTreeMap::new();
        for flow in &self.lines.attribution.flows {
            let owner =
                owners.entry(&flow.client).or_insert_with(|| self.owner(&by.key, &flow.client, &facts));
            if !sums.contains_key(owner) {
                sums.insert(owner.clone(), Volume::default());
            }
            if let Some(sum) = sums.get_mut(owner) {
                self.add(sum, flow);
            }
        }
        let amounts: Vec<Amounts> = sums.values().map(|sum| self.amounts(sum, by.allocate_hours)).collect();
        let mut lines: Vec<GroupLine> = sums
            .iter()
            .map(|(owner, sum)| GroupLine {
                key: by.key.to_string(),
                value: owner.value(),
                kind: owner.kind(),
                clients: sum.clients.len() as u64,
                bytes_out: sum.bytes_out,
                bytes_in: sum.bytes_in,
                nat_gateway_bytes: sum.by_nat.values().map(|(bytes, _)| bytes).sum(),
                endpoint_bytes: sum.endpoints,
                nat_data_cost_month_usd: None,
                cross_zone_cost_month_usd: None,
                endpoint_data_cost_month_usd: None,
                hours_cost_month_usd: None,
                cost_month_usd: None,
            })
            .collect();
        let rest = self.round_together(&mut lines, &amounts);
        for line in &mut lines {
            line.cost_month_usd = [
                line.nat_data_cost_month_usd,
                line.cross_zone_cost_month_usd,
                line.endpoint_data_cost_month_usd,
                line.hours_cost_month_usd,
            ]
            .into_iter()
            .try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount?));
        }
        // Stable, and the map was in order of the owners.
        lines.sort_by(|a, b| {
            let bytes = |line: &GroupLine| line.bytes_out + line.bytes_in;
            b.cost_month_usd.cmp(&a.cost_month_usd).then_with(|| bytes(b).cmp(&bytes(a)))
        });
        lines.push(not_allocated(&by.key, rest));
        lines
    }

    /// What the records themselves say of an interface: account and instance.
    fn facts(&self) -> BTreeMap<&[u8], Told<'_>> {
        let mut facts: BTreeMap<&[u8], Told<'_>> = BTreeMap::new();
        for observer in &self.partial.observers {
            let known = facts.entry(&observer.id).or_default();
            // The smallest, should two flow logs differ: the same in any order.
            known.0 = least(known.0, observer.facts.account_id.as_deref());
            known.1 = least(known.1, observer.facts.instance_id.as_deref());
        }
        facts
    }

    fn owner(&self, key: &GroupKey, client: &Client, facts: &BTreeMap<&[u8], Told<'_>>) -> Owner {
        let topology = self.lines.topology;
        let interface: Option<&NetworkInterface> =
            client.interface_id.as_deref().and_then(|id| topology.interface(id));
        let told = client.interface_id.as_deref().and_then(|id| facts.get(id.as_bytes()));
        let text = |told: Option<&[u8]>| told.map(|told| String::from_utf8_lossy(told).into_owned());
        let instance = || {
            interface
                .and_then(|interface| interface.instance_id.clone())
                .or_else(|| text(told.and_then(|(_, instance)| *instance)))
        };
        let tag =
            |resource: Option<&str>, name: &str| topology.inventory.tags.get(resource?)?.get(name).cloned();
        let known = interface.is_some() || told.is_some();
        let (found, known) = match key {
            GroupKey::Subnet => (client.subnet_id.clone(), false),
            GroupKey::Vpc => (client.vpc_id.clone(), false),
            GroupKey::Account => {
                let own = interface.and_then(|interface| interface.account_id.clone());
                let of_vpc = || client.vpc_id.as_deref().and_then(|vpc| topology.account_of_vpc(vpc));
                let found = own
                    .or_else(|| text(told.and_then(|(account, _)| *account)))
                    .or_else(|| of_vpc().map(str::to_owned));
                (found, false)
            }
            GroupKey::Instance => (instance(), known),
            GroupKey::Asg => {
                let found = tag(client.interface_id.as_deref(), ASG_TAG)
                    .or_else(|| tag(instance().as_deref(), ASG_TAG));
                (found, known)
            }
            GroupKey::Tag(name) => {
                let found = tag(client.interface_id.as_deref(), name)
                    .or_else(|| tag(instance().as_deref(), name))
                    .or_else(|| tag(client.subnet_id.as_deref(), name))
                    .or_else(|| tag(client.vpc_id.as_deref(), name));
                (found, known || client.subnet_id.is_some() || client.vpc_id.is_some())
            }
        };
        match (found, known) {
            (Some(value), _) => Owner::Named(value),
            (None, true) => Owner::Untagged,
            (None, false) => Owner::Unknown,
        }
    }

    fn add<'f>(&self, sum: &mut Volume<'f>, flow: &'f Flow) {
        let bytes = flow.volume.0 + flow.volume.1;
        sum.clients.extend(flow.client.interface_id.as_deref());
        sum.bytes_out += flow.volume.0;
        sum.bytes_in += flow.volume.1;
        let via = flow.route.via.as_deref();
        match flow.route.path {
            Path::NatGateway => {
                let Some(id) = via else { return };
                let own = sum.by_nat.entry(id).or_default();
                own.0 += bytes;
                if self.nat(id).is_some_and(|nat| crosses_zone(&flow.client, nat)) {
                    own.1 += bytes;
                }
            }
            Path::GatewayEndpoint => sum.endpoints += bytes,
            Path::InterfaceEndpoint => {
                sum.endpoints += bytes;
                *sum.by_endpoint.entry(via.unwrap_or_default()).or_default() += bytes;
            }
            _ => {}
        }
    }

    fn nat(&self, id: &str) -> Option<&NatUnit> {
        self.lines.attribution.nats.iter().map(|(unit, _)| unit).find(|unit| unit.id == id)
    }

    fn amounts(&self, sum: &Volume<'_>, allocate_hours: bool) -> Amounts {
        let lines = self.lines;
        let rates = |id: &str| NatRates::of(lines.book, self.nat(id).and_then(|unit| unit.region.as_deref()));
        let over_nats = |cost: &dyn Fn(&str, u128, u128) -> Option<Decimal>| {
            sum.by_nat.iter().try_fold(Decimal::ZERO, |total, (id, (bytes, cross))| {
                total.checked_add(cost(id, *bytes, *cross)?)
            })
        };
        let nat_data = over_nats(&|id, bytes, _| lines.month(rates(id).bytes_cost(bytes)?, bytes));
        let cross_zone = over_nats(&|id, _, cross| lines.month(rates(id).cross_zone_cost(cross)?, cross));
        let endpoint_data = sum
            .by_endpoint
            .iter()
            .try_fold(Decimal::ZERO, |total, (id, bytes)| total.checked_add(self.endpoint_data(id, *bytes)?));
        let hours = if allocate_hours { self.hours_of(sum) } else { Some(Decimal::ZERO) };
        Amounts { nat_data, cross_zone, endpoint_data, hours }
    }

    /// Data processing of `bytes` at one endpoint.
    fn endpoint_data(&self, id: &str, bytes: u128) -> Option<Decimal> {
        let line = self.endpoints.iter().find(|line| line.vpc_endpoint_id == id)?;
        let regional = self.lines.region_rates(self.endpoints);
        regional.get(&line.region)?.month_bytes_cost(bytes, self.lines.scale)
    }

    /// The part of the hours of its NAT gateways and endpoints that falls to these bytes.
    fn hours_of(&self, sum: &Volume<'_>) -> Option<Decimal> {
        let mut hours = Decimal::ZERO;
        for (id, (bytes, _)) in &sum.by_nat {
            let line = self.nat_gateways.iter().find(|line| line.nat_gateway_id == *id)?;
            let all = line.bytes_out + line.bytes_in;
            let rates = NatRates::of(self.lines.book, line.region.as_deref());
            let data = self.lines.month(rates.bytes_cost(all)?, all)?;
            hours = hours.checked_add(part(line.cost_month_usd?.checked_sub(data)?, *bytes, all)?)?;
        }
        for (id, bytes) in &sum.by_endpoint {
            let line = self.endpoints.iter().find(|line| line.vpc_endpoint_id == *id)?;
            let all = line.bytes_out + line.bytes_in;
            let own = line.cost_month_usd?.checked_sub(self.endpoint_data(id, all)?)?;
            hours = hours.checked_add(part(own, *bytes, all)?)?;
        }
        Some(hours)
    }

    /// Rounds each column so that it adds up, and gives what no owner bears: the total as it is written without all columns.
    fn round_together(&self, lines: &mut [GroupLine], amounts: &[Amounts]) -> Option<Decimal> {
        let mut rest = self.totals.cost_month_usd.map(rounded);
        let mut column = |exact: &dyn Fn(&Amounts) -> Option<Decimal>,
                          set: &dyn Fn(&mut GroupLine, Option<Decimal>)| {
            let known: Option<Vec<Decimal>> = amounts.iter().map(exact).collect();
            let written: Vec<Option<Decimal>> = if let Some(parts) = &known {
                let parts = apportion(parts);
                let sum = parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(*part));
                rest = rest.zip(sum).and_then(|(rest, sum)| rest.checked_sub(sum));
                parts.into_iter().map(Some).collect()
            } else {
                // What is unpriced leaves the others as they are, and the rest open.
                rest = None;
                amounts.iter().map(|amounts| exact(amounts).map(rounded)).collect()
            };
            for (line, amount) in lines.iter_mut().zip(written) {
                set(line, amount);
            }
        };
        column(&|of| of.nat_data, &|line, amount| line.nat_data_cost_month_usd = amount);
        column(&|of| of.cross_zone, &|line, amount| line.cross_zone_cost_month_usd = amount);
        column(&|of| of.endpoint_data, &|line, amount| line.endpoint_data_cost_month_usd = amount);
        column(&|of| of.hours, &|line, amount| line.hours_cost_month_usd = amount);
        rest
    }
}

fn least<'f>(known: Option<&'f [u8]>, told: Option<&'f [u8]>) -> Option<&'f [u8]> {
    match (known, told) {
        (Some(known), Some(told)) => Some(known.min(told)),
        (known, told) => known.or(told),
    }
}

fn not_allocated(key: &GroupKey, hours: Option<Decimal>) -> GroupLine {
    let nothing = Some(Decimal::ZERO);
    GroupLine {
        key: key.to_string(),
        value: "(not allocated)".to_owned(),
        kind: "not-allocated",
        clients: 0,
        bytes_out: 0,
        bytes_in: 0,
        nat_gateway_bytes: 0,
        endpoint_bytes: 0,
        nat_data_cost_month_usd: nothing,
        cross_zone_cost_month_usd: nothing,
        endpoint_data_cost_month_usd: nothing,
        hours_cost_month_usd: hours,
        cost_month_usd: hours,
    }
}

/// The part of an amount that falls to `bytes` of `all`.
fn part(amount: Decimal, bytes: u128, all: u128) -> Option<Decimal> {
    let decimal = crate::model::money::decimal_of_bytes;
    if all == 0 {
        Some(Decimal::ZERO)
    } else {
        amount.checked_mul(decimal(bytes)?.checked_div(decimal(all)?)?)
    }
}

/// As amounts are written.
fn rounded(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(MONEY_SCALE, RoundingStrategy::MidpointAwayFromZero)
}

/// Amounts at or above nothing, rounded so that they add up to their rounded sum: each is rounded down, and the millionths
/// that are left go to the largest fractions, the first among equals.
pub(super) fn apportion(exact: &[Decimal]) -> Vec<Decimal> {
    let unit = Decimal::new(1, MONEY_SCALE);
    let mut parts: Vec<Decimal> = exact
        .iter()
        .map(|amount| amount.round_dp_with_strategy(MONEY_SCALE, RoundingStrategy::ToNegativeInfinity))
        .collect();
    let sum =
        |amounts: &[Decimal]| amounts.iter().try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(*amount));
    let (Some(whole), Some(down)) = (sum(exact), sum(&parts)) else { return parts };
    let mut left = rounded(whole) - down;
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|a, b| (exact[*b] - parts[*b]).cmp(&(exact[*a] - parts[*a])));
    for index in order {
        if left < unit {
            break;
        }
        parts[index] += unit;
        left -= unit;
    }
    parts
}
