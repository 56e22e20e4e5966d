//! Bytes to AWS addresses that many services share: bounded, not guessed.
//!
//! Nothing says which service they are of. What can be said: that they pay so much now; how much of one service would pay for its
//! endpoint; and that whatever they are of, no more than so much can be saved.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::attribute::Path;
use crate::model::plan::UnknownTraffic;
use crate::model::quantity::{decimal, size};
use crate::model::report::EVIDENCE_LIMIT;
use crate::model::wording::Wording;

use super::evidence::{Moved, amount};
use super::planned::Planned;
use super::policy::Availability;
use super::say;
use super::slots::hours;

/// Report names of addresses that many services share.
const SHARED: [&str; 2] = ["aws-unknown", "aws-ec2"];

/// Bytes of a VPC, and the same by the zone of their clients.
type Shared<'f> = (Moved, BTreeMap<Option<&'f str>, Moved>);

/// Bounds for every VPC, most expensive first.
pub(super) fn bounds(planned: &Planned<'_, '_>) -> Vec<UnknownTraffic> {
    let case = planned.case;
    let mut found: BTreeMap<(&str, &str, &str), Shared<'_>> = BTreeMap::new();
    for flow in &case.attribution.flows {
        let Some(service) = SHARED.iter().find(|service| **service == flow.peer.service) else { continue };
        if flow.route.path != Path::NatGateway || case.is_from_unknown_vpc(flow) {
            continue;
        }
        let (Some(vpc), Some(nat)) = (case.vpc_of(flow), case.nat_of(flow)) else { continue };
        // An endpoint serves its own Region.
        let region = case.region_of(vpc, flow);
        if let Some(region) = region.filter(|region| flow.peer.service_region.as_deref() == Some(region)) {
            let (all, by_zone) = found.entry((vpc, region, service)).or_default();
            all.add_through(flow, nat);
            by_zone.entry(flow.client.zone_id.as_deref()).or_default().add_through(flow, nat);
        }
    }
    let mut bounds: Vec<UnknownTraffic> = found
        .iter()
        .map(|((vpc, region, service), (all, by_zone))| bound(planned, (vpc, region, service), all, by_zone))
        .collect();
    bounds.sort_by(|a, b| {
        b.cost_now_usd
            .cmp(&a.cost_now_usd)
            .then_with(|| (&a.vpc_id, &a.service).cmp(&(&b.vpc_id, &b.service)))
    });
    bounds
}

/// What an endpoint in the VPC itself could save at most, and how many of them could pay.
struct Most {
    saving: Decimal,
    /// `None` where their hours cost nothing.
    endpoints: Option<u64>,
}

/// Bytes that an endpoint takes save their way to the NAT gateway less the endpoint's price per GB, at the lowest tier that they can
/// reach; the hours of its zones go off. Of all services that these bytes could be of, the dearest guess has all bytes of the zones that
/// are worth their hours. Which they are does not matter, so this holds for any.
fn most(
    planned: &Planned<'_, '_>,
    vpc: usize,
    availability: Availability,
    by_zone: &BTreeMap<Option<&str>, Moved>,
) -> Option<Most> {
    let (case, demand) = (planned.case, &planned.gathered.demand);
    let bytes: u128 = by_zone.values().map(|moved| moved.bytes).sum();
    let month = case.month_gb(bytes)?;
    let data = planned.data_cost(vpc, (planned.linked(vpc), bytes))?;
    let rate = if month.is_zero() { Decimal::ZERO } else { data.checked_div(month)? };
    let hour = hours(demand, vpc, 1)?;
    let used = demand.vpcs[vpc].zones.len().max(by_zone.keys().flatten().count());
    let mut worths = Vec::new();
    let mut all = Decimal::ZERO;
    for (zone, moved) in by_zone {
        let data = case.month_gb(moved.bytes)?.checked_mul(rate)?;
        let worth = moved.nat_cost(case)?.checked_sub(data)?.max(Decimal::ZERO);
        all = all.checked_add(worth)?;
        if zone.is_some() {
            worths.push(worth);
        }
    }
    worths.sort_unstable_by(|a, b| b.cmp(a));
    let nowhere = all.checked_sub(worths.iter().sum())?;
    // The zones with most to save, as many as pay.
    let mut saving = Decimal::ZERO;
    let mut taken = nowhere;
    for zones in 0..=worths.len() {
        if let Some(worth) = zones.checked_sub(1).map(|last| worths[last]) {
            taken = taken.checked_add(worth)?;
        }
        let count = match availability {
            Availability::MultiAz => availability.zones_needed(zones, used),
            // Clients of all zones can use one.
            Availability::SingleAz => 1,
        };
        let taken = if availability == Availability::SingleAz { all } else { taken };
        saving = saving.max(taken.checked_sub(hour.checked_mul(Decimal::from(count as u64))?)?);
    }
    let least = hour.checked_mul(Decimal::from(availability.zones_needed(0, used) as u64))?;
    let endpoints = if saving.is_zero() {
        Some(0)
    } else {
        all.checked_div(least).and_then(|count| u64::try_from(count.trunc()).ok())
    };
    Some(Most { saving, endpoints })
}

fn bound(
    planned: &Planned<'_, '_>,
    (vpc, region, service): (&str, &str, &str),
    moved: &Moved,
    by_zone: &BTreeMap<Option<&str>, Moved>,
) -> UnknownTraffic {
    let case = planned.case;
    let known = planned.gathered.demand.vpcs.iter().position(|known| known.id == vpc);
    let demand = known.map(|vpc| &planned.gathered.demand.vpcs[vpc]);
    let used: BTreeSet<&String> =
        demand.into_iter().flat_map(|known| &known.zones).chain(&moved.zones).collect();
    let availability = demand.map_or(case.policy.default, |known| known.availability);
    let zones_needed = availability.zones_needed(moved.zones.len(), used.len()) as u64;
    let bytes_month = case.scale.month_bytes(moved.bytes);
    let now = moved.nat_cost(case);
    let break_even =
        case.break_even(Some(region), moved).and_then(|gb| gb.checked_mul(Decimal::from(zones_needed)));
    let most = known.and_then(|vpc| most(planned, vpc, availability, by_zone));
    let endpoints_at_most = most.as_ref().and_then(|most| most.endpoints);
    let saving_at_most_usd = most.map(|most| most.saving);
    let evidence = moved.evidence(case);
    let clients: Vec<String> = evidence.clients.into_iter().take(EVIDENCE_LIMIT).collect();
    let amounts = |cost: Option<Decimal>| amount(cost.map(|cost| cost.round_dp(2)));
    let least = break_even.map_or_else(say::unknown_number, |gb| Wording::same(decimal(gb, 0)));
    let verdict = match endpoints_at_most {
        Some(0) => say::none_can_pay(),
        Some(count) => say::some_can_pay(count, amounts(saving_at_most_usd)),
        None if saving_at_most_usd.is_some() => say::any_can_pay(amounts(saving_at_most_usd)),
        None => say::cannot_say(),
    };
    let text = say::bounded(
        say::bounded_now(size(bytes_month), vpc, service, region, amounts(now)),
        verdict,
        say::needed(least, zones_needed),
    );
    UnknownTraffic {
        vpc_id: vpc.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        bytes_month,
        cost_now_usd: now,
        zones: moved.zones.iter().cloned().collect(),
        zones_needed,
        break_even_gb_month: break_even,
        endpoints_at_most,
        saving_at_least_usd: now.map(|_| Decimal::ZERO),
        saving_at_most_usd,
        clients,
        text,
    }
}
