//! Stage 8: what to change, each with bytes, rates, formula, saving and the way back.
//!
//! In the order of the design: gateway endpoints first, because they are free; then interface endpoints by break-even;
//! then what exists and does not pay. Savings of different lines concern different bytes or different endpoints, so they
//! add up; only where several new interface endpoints together pass a price tier of the Region do they save a little more than
//! their sum.

mod gateway_endpoint;
mod interface_endpoint;
mod spare_endpoint;

pub(crate) use gateway_endpoint::{SERVICES as GATEWAY_SERVICES, unfit};
pub(crate) use spare_endpoint::clients_reach_nat;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::attribute::{Attribution, Client, Flow, NatUnit, Path, Topology};
use crate::model::money::money_text;
use crate::model::report::{AdviceLine, EVIDENCE_LIMIT, EndpointLine, Evidence};
use crate::price::toll::{NatRates, Scale};
use crate::price::{Meter, PriceBook};

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
}

/// Hours of observation from which a pattern is taken as known: a day has its night.
const HOURS_FOR_HIGH_CONFIDENCE: u64 = 24;

/// The way back from a new endpoint.
const DELETE_NEW_ENDPOINT: &str = "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids <the new endpoint>";

/// All advice, largest saving first.
pub fn advise(case: &Case<'_>) -> Vec<AdviceLine> {
    let mut advice = gateway_endpoint::advise(case);
    advice.extend(interface_endpoint::advise(case));
    advice.extend(spare_endpoint::advise(case));
    // Unpriced advice stands last, and equal savings stand by id: the order never depends on chance.
    advice.sort_by(|a, b| b.saving_month_usd.cmp(&a.saving_month_usd).then_with(|| a.id.cmp(&b.id)));
    advice
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

    fn confidence(&self, estimated: bool, inventory_missing: bool) -> &'static str {
        if inventory_missing || self.scale.observed_hours == 0 {
            "low"
        } else if estimated || self.scale.observed_hours < HOURS_FOR_HIGH_CONFIDENCE {
            "medium"
        } else {
            "high"
        }
    }

    /// Prices of a NAT gateway.
    fn nat_rates(&self, nat: &str) -> NatRates {
        NatRates::of(self.book, self.nat(nat).and_then(|unit| unit.region.as_deref()))
    }

    /// A rate as evidence.
    fn rate_text(&self, region: Option<&str>, meter: Meter) -> Option<String> {
        let region = region?;
        self.book.rate(region, meter).map(|rate| rate.describe(region, meter))
    }

    /// Whether an answer of a describe call is missing, or there is no inventory.
    fn lacks(&self, call: &str) -> bool {
        let inventory = self.topology.inventory;
        inventory.files_read == 0 || inventory.missing_calls.iter().any(|missing| missing == call)
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

/// Toll bytes that one change would move.
#[derive(Debug, Default)]
struct Moved {
    bytes: u128,
    estimated: bool,
    by_client: BTreeMap<String, u128>,
    unnamed_clients: bool,
    zones: BTreeSet<String>,
    via: BTreeSet<String>,
    /// Bytes and cross-zone bytes by NAT gateway.
    by_nat: BTreeMap<String, (u128, u128)>,
}

impl Moved {
    fn add(&mut self, flow: &Flow, nat: &NatUnit) {
        let bytes = flow.volume.0 + flow.volume.1;
        self.bytes += bytes;
        self.estimated |= flow.estimated;
        match &flow.client.interface_id {
            Some(id) => *self.by_client.entry(id.clone()).or_default() += bytes,
            None => self.unnamed_clients = true,
        }
        self.zones.extend(flow.client.zone_id.clone());
        self.via.insert(nat.id.clone());
        let sums = self.by_nat.entry(nat.id.clone()).or_default();
        sums.0 += bytes;
        if crosses_zone(&flow.client, nat) {
            sums.1 += bytes;
        }
    }

    /// What these bytes cost in a month through the NAT gateways they pass now, transfer between zones included.
    fn cost_now(&self, case: &Case<'_>) -> Option<Decimal> {
        self.by_nat.iter().try_fold(Decimal::ZERO, |sum, (id, (bytes, cross))| {
            let rates = case.nat_rates(id);
            let observed = rates.bytes_cost(*bytes)?.checked_add(rates.cross_zone_cost(*cross)?)?;
            sum.checked_add(case.scale.month(observed)?)
        })
    }

    fn cross_zone_bytes(&self) -> u128 {
        self.by_nat.values().map(|(_, cross)| cross).sum()
    }

    /// Evidence that every change of toll bytes shares.
    fn evidence(&self, case: &Case<'_>) -> Evidence {
        let mut clients: Vec<(&String, &u128)> = self.by_client.iter().collect();
        clients.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let mut rates = BTreeSet::new();
        for id in self.by_nat.keys() {
            let region = case.nat(id).and_then(|unit| unit.region.as_deref());
            rates.extend(case.rate_text(region, Meter::NatGatewayGb));
            if self.cross_zone_bytes() > 0 {
                rates.extend(case.rate_text(region, Meter::CrossZoneGb));
            }
        }
        let mut remarks = Vec::new();
        if self.unnamed_clients {
            remarks.push(
                "some clients are known by address only: no record or inventory names their interface"
                    .to_owned(),
            );
        }
        if self.cross_zone_bytes() > 0 {
            remarks.push(format!(
                "{} of the observed bytes also cross zones on their way to the NAT gateway",
                self.cross_zone_bytes()
            ));
        }
        Evidence {
            bytes_observed: self.bytes,
            client_count: clients.len() as u64,
            clients: clients.into_iter().take(EVIDENCE_LIMIT).map(|(id, _)| id.clone()).collect(),
            via: self.via.iter().cloned().collect(),
            rates: rates.into_iter().collect(),
            remarks,
            ..Evidence::default()
        }
    }
}

/// An amount in a formula.
fn amount(cost: Option<Decimal>) -> String {
    cost.map_or_else(|| "unpriced".to_owned(), money_text)
}
