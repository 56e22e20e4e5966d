//! Stage 8: what to change, each with bytes, rates, formula, saving and the way back.
//!
//! One plan is drawn up for everything: gateway endpoints first, because they are free; then interface endpoints on what
//! is left, in which zones, as sets where services work as sets; endpoints that exist and do not pay; central endpoints; NAT
//! gateways that nothing would pass any more. It is the cheapest one under the availability policy, found exactly
//! ([`search`]); its saving is what everything costs now less what everything would cost then, both from scratch ([`cost`]).
//!
//! The way of the data: `gather` -> [`demand`] -> [`slots`], `central` -> [`search`] -> `planned` -> lines.

pub mod catalog;
mod central;
mod central_lines;
pub mod cost;
pub mod demand;
mod evidence;
mod gateway;
mod gather;
mod nat_lines;
mod options;
mod planned;
pub mod policy;
mod rates;
pub(crate) mod say;
pub mod search;
mod slot_lines;
pub mod slots;
#[cfg(test)]
mod tests;
mod unknown;

pub(crate) use gateway::{SERVICES as GATEWAY_SERVICES, unfit};

use crate::model::wording::Wording;
use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::attribute::{Attribution, Client, Flow, NatUnit, Path, Topology};
use crate::inventory::RouteTarget;
use crate::model::plan::{Change, Plan, RateLine, UnknownTraffic};
use crate::model::report::{AdviceLine, EndpointLine};
use crate::price::toll::{NatRates, Scale};
use crate::price::{Meter, PriceBook};

use cost::{Layout, Way, cost_in};
use evidence::Moved;
use planned::Planned;
use policy::Policy;

/// What advice is drawn from.
#[derive(Clone, Copy)]
pub struct Case<'c> {
    /// Attributed bytes.
    pub attribution: &'c Attribution,
    /// The inventory's indexes.
    pub topology: &'c Topology<'c>,
    /// Prices.
    pub book: &'c PriceBook,
    /// From the observed window to a month.
    pub scale: Scale,
    /// Endpoints as reported.
    pub endpoints: &'c [EndpointLine],
    /// How available endpoints must be.
    pub policy: &'c Policy,
    /// Services that the user's own map names.
    pub mapped: &'c BTreeSet<String>,
}

/// All that is advised.
#[derive(Debug)]
pub struct Advised {
    /// The cheapest plan.
    pub plan: Plan,
    /// Its changes as lines, largest saving first.
    pub advice: Vec<AdviceLine>,
    /// Bytes to addresses that many services share.
    pub unknown_services: Vec<UnknownTraffic>,
    /// Prices that were used.
    pub rates: Vec<RateLine>,
}

/// A line of advice with the change that it is.
pub struct Advice {
    /// The line.
    pub line: AdviceLine,
    /// The change.
    pub change: Change,
}

/// Draws up the plan.
pub fn advise(case: &Case<'_>) -> Advised {
    let gathered = gather::gather(case);
    let found = search::search(&gathered.demand);
    let planned = Planned::new(case, &gathered, &found);
    let mut advice = gateway::lines(&planned);
    advice.extend(slot_lines::lines(&planned));
    advice.extend(central_lines::lines(&planned));
    gateway::companions(&planned, &mut advice);
    advice.extend(nat_lines::lines(&planned, &advice));
    // Unpriced advice stands last, and equal savings stand by id: the order never depends on chance.
    advice.sort_by(|a, b| {
        b.line.saving_month_usd.cmp(&a.line.saving_month_usd).then_with(|| a.line.id.cmp(&b.line.id))
    });
    let plan = plan(&planned, &advice);
    let unknown_services = unknown::bounds(&planned);
    let rates = rates::used(case, &gathered.demand);
    Advised { plan, advice: advice.into_iter().map(|advice| advice.line).collect(), unknown_services, rates }
}

fn plan(planned: &Planned<'_, '_>, advice: &[Advice]) -> Plan {
    let demand = &planned.gathered.demand;
    let now = Layout::now(demand);
    let changes: Vec<Change> = advice.iter().map(|advice| advice.change.clone()).collect();
    // What has no price in a Region without a change does not touch the saving.
    let mut regions: BTreeSet<Option<&str>> = changes.iter().map(|change| change.region.as_deref()).collect();
    for (now, after) in now.ways.iter().zip(&planned.layout.ways).filter(|(now, after)| now != after) {
        for way in [now, after] {
            if let Way::Nat(way) = way {
                regions.insert(demand.nats[way.nat].region.as_deref());
            }
        }
    }
    let is_changed = |region: Option<&str>| regions.contains(&region);
    let cost_there = |layout| cost_in(demand, layout, &is_changed).total_usd;
    let saving =
        cost_there(&now).zip(cost_there(&planned.layout)).and_then(|(now, after)| now.checked_sub(after));
    Plan {
        now: cost::cost(demand, &now),
        after: cost::cost(demand, &planned.layout),
        saving_month_usd: saving,
        is_cheapest: planned.found.is_cheapest,
        availability: planned.case.policy.default.name(),
        changes,
        options: options::options(planned, advice),
    }
}

impl<'c> Case<'c> {
    /// A NAT unit by its id.
    fn nat(&self, id: &str) -> Option<&'c NatUnit> {
        self.attribution.nats.iter().map(|(unit, _)| unit).find(|unit| unit.id == id)
    }

    /// The NAT unit of a flow that passes a NAT gateway.
    pub(crate) fn nat_of(&self, flow: &Flow) -> Option<&'c NatUnit> {
        self.nat(flow.route.via.as_deref().filter(|_| flow.route.path == Path::NatGateway)?)
    }

    /// Region of a NAT gateway.
    fn nat_region(&self, id: &str) -> Option<&'c str> {
        self.nat(id)?.region.as_deref()
    }

    /// The VPC whose endpoint would carry a flow: the client's, else the gateway's.
    pub(crate) fn vpc_of<'f>(&self, flow: &'f Flow) -> Option<&'f str>
    where
        'c: 'f,
    {
        flow.client.vpc_id.as_deref().or_else(|| self.nat_of(flow)?.vpc.as_deref())
    }

    /// Whether a flow's client is known to be in no known VPC: the gateway's VPC is known, and does not hold it. Then nothing in
    /// the gateway's VPC can be changed for it.
    pub(crate) fn is_from_unknown_vpc(&self, flow: &Flow) -> bool {
        let blocks_known = |vpc: &str| self.topology.inventory.vpcs.iter().any(|known| known.vpc_id == vpc);
        let home = self.nat_of(flow).and_then(|nat| nat.vpc.as_deref());
        flow.client.vpc_id.is_none() && home.is_some_and(blocks_known)
    }

    /// Region of a VPC: the inventory's word, else what the records of its clients say.
    fn region_of<'f>(&self, vpc: &str, flow: &'f Flow) -> Option<&'f str>
    where
        'c: 'f,
    {
        self.topology
            .region_of_vpc(vpc)
            .or(flow.client.region.as_deref())
            .or_else(|| self.nat_of(flow)?.region.as_deref())
    }

    /// Prices of a NAT gateway.
    fn nat_rates(&self, nat: &str) -> NatRates {
        NatRates::of(self.book, self.nat_region(nat))
    }

    /// A rate of a Region.
    fn rate(&self, region: Option<&str>, meter: Meter) -> Option<Decimal> {
        self.book.rate(region?, meter).map(|rate| rate.usd)
    }

    /// A rate as evidence.
    fn rate_text(&self, region: Option<&str>, meter: Meter) -> Option<Wording> {
        let region = region?;
        self.book.rate(region, meter).map(|rate| rate.describe(region, meter))
    }

    /// Whether an answer of a describe call is missing or cut off, or there is no inventory.
    fn lacks(&self, call: &str) -> bool {
        let inventory = self.topology.inventory;
        let mut wanting = inventory.missing_calls.iter().chain(&inventory.truncated_calls);
        inventory.files_read == 0 || wanting.any(|wanting| wanting == call)
    }

    /// GB a month and zone from which an interface endpoint is cheaper for such bytes: at what a GB of them costs on its way through
    /// NAT gateways, transfer between zones and transit gateways included. `None` where an endpoint's GB is no cheaper.
    fn break_even(&self, region: Option<&str>, moved: &Moved) -> Option<Decimal> {
        let gb = self.month_gb(moved.bytes)?;
        let nat = if gb.is_zero() {
            self.rate(region, Meter::NatGatewayGb)?
        } else {
            moved.nat_cost(self)?.checked_div(gb)?
        };
        let endpoint = self.rate(region, Meter::InterfaceEndpointGb)?;
        let hour = self.rate(region, Meter::InterfaceEndpointHour)?;
        let difference = nat.checked_sub(endpoint).filter(|difference| *difference > Decimal::ZERO)?;
        hour.checked_mul(Decimal::from(self.scale.month_hours))?.checked_div(difference)
    }
}

/// Whether bytes pay transfer between zones on their way to a NAT gateway: client and gateway are in one VPC, and both zones are
/// known and differ. A client of another VPC comes through a transit gateway, which is not charged between zones since April 2022
/// (AWS What's New), and enters in a zone that no record tells.
pub fn crosses_zone(client: &Client, nat: &NatUnit) -> bool {
    match (&client.zone_id, &nat.zone) {
        (Some(from), Some(to)) => {
            client.vpc_id.is_some() && client.vpc_id == nat.vpc && zones_differ(from, to)
        }
        _ => false,
    }
}

/// Whether two zones can be compared, and differ. Zone ids (`use1-az1`) and zone names (`us-east-1a`) cannot be compared.
pub(crate) fn zones_differ(left: &str, right: &str) -> bool {
    let is_id = |zone: &str| zone.contains("-az");
    is_id(left) == is_id(right) && left != right
}

/// Whether every client of an endpoint of `vpc` has a NAT gateway as its way out.
pub(crate) fn clients_reach_nat(case: &Case<'_>, endpoint: &str, vpc: &str) -> bool {
    let mut flows = case
        .attribution
        .flows
        .iter()
        .filter(|flow| {
            flow.route.path == Path::InterfaceEndpoint && flow.route.via.as_deref() == Some(endpoint)
        })
        .peekable();
    flows.peek().is_some()
        && flows.all(|flow| {
            let home = flow.client.vpc_id.as_deref().unwrap_or(vpc);
            case.topology
                .route_table(home, flow.client.subnet_id.as_deref())
                .is_some_and(|table| matches!(case.topology.way_out(table), Some(RouteTarget::NatGateway(_))))
        })
}
