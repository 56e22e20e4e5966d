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
use crate::price::Meter;

use super::evidence::{Moved, amount};
use super::planned::Planned;

/// Report names of addresses that many services share.
const SHARED: [&str; 2] = ["aws-unknown", "aws-ec2"];

/// Bounds for every VPC, most expensive first.
pub(super) fn bounds(planned: &Planned<'_, '_>) -> Vec<UnknownTraffic> {
    let case = planned.case;
    let mut found: BTreeMap<(&str, &str, &str), Moved> = BTreeMap::new();
    for flow in &case.attribution.flows {
        let Some(service) = SHARED.iter().find(|service| **service == flow.peer.service) else { continue };
        if flow.route.path != Path::NatGateway || case.is_from_unknown_vpc(flow) {
            continue;
        }
        let (Some(vpc), Some(nat)) = (case.vpc_of(flow), case.nat_of(flow)) else { continue };
        // An endpoint serves its own Region.
        let region = case.region_of(vpc, flow);
        if let Some(region) = region.filter(|region| flow.peer.service_region.as_deref() == Some(region)) {
            found.entry((vpc, region, service)).or_default().add_through(flow, nat);
        }
    }
    let mut bounds: Vec<UnknownTraffic> = found
        .iter()
        .map(|((vpc, region, service), moved)| bound(planned, (vpc, region, service), moved))
        .collect();
    bounds.sort_by(|a, b| {
        b.cost_now_usd
            .cmp(&a.cost_now_usd)
            .then_with(|| (&a.vpc_id, &a.service).cmp(&(&b.vpc_id, &b.service)))
    });
    bounds
}

fn bound(
    planned: &Planned<'_, '_>,
    (vpc, region, service): (&str, &str, &str),
    moved: &Moved,
) -> UnknownTraffic {
    let case = planned.case;
    let known = planned.gathered.demand.vpcs.iter().find(|known| known.id == vpc);
    let used: BTreeSet<&String> =
        known.into_iter().flat_map(|known| &known.zones).chain(&moved.zones).collect();
    let availability = known.map_or(case.policy.default, |known| known.availability);
    // Of whatever service: its clients may be in one zone only, so an endpoint may need no more than the policy's least.
    let zones_needed = availability.zones_needed(moved.zones.len().min(1), used.len()) as u64;
    let bytes_month = case.scale.month_bytes(moved.bytes);
    let now = moved.nat_cost(case);
    let break_even = case.break_even(Some(region)).and_then(|gb| gb.checked_mul(Decimal::from(zones_needed)));
    let hours = case
        .rate(Some(region), Meter::InterfaceEndpointHour)
        .and_then(|rate| rate.checked_mul(Decimal::from(case.scale.month_hours * zones_needed)));
    let data = case
        .rate(Some(region), Meter::InterfaceEndpointGb)
        .zip(case.month_gb(moved.bytes))
        .and_then(|(rate, gb)| rate.checked_mul(gb));
    // All ways to the gateway are in `now`, between zones and through a transit gateway, too: an endpoint spares them all.
    let spared = now.zip(data).and_then(|(now, data)| now.checked_sub(data));
    let spared = spared.map(|spared| spared.max(Decimal::ZERO));
    // Each endpoint has its own hours, so no more of them can pay than what is spared buys.
    let endpoints_at_most = spared.zip(hours).and_then(|(spared, hours)| {
        let count = spared.checked_div(hours)?.trunc();
        u64::try_from(count).ok()
    });
    let most = spared.zip(hours).and_then(|(spared, hours)| spared.checked_sub(hours));
    let most = most.map(|most| most.max(Decimal::ZERO));
    let evidence = moved.evidence(case);
    let clients: Vec<String> = evidence.clients.into_iter().take(EVIDENCE_LIMIT).collect();
    let amounts = |cost: Option<Decimal>| {
        cost.map_or_else(|| "unpriced".to_owned(), |cost| amount(Some(cost.round_dp(2))))
    };
    let least = break_even.map_or_else(|| "an unknown number of".to_owned(), |gb| decimal(gb, 0));
    let verdict = match endpoints_at_most {
        Some(0) => "No interface endpoint can pay, whatever they are of: together they save less than the hours of one cost.".to_owned(),
        Some(count) => format!(
            "Possible: up to {count} endpoint(s) could pay, with at most {} saved if all were of one service, hours of NAT gateways \
             apart.",
            amounts(most)
        ),
        None => "Without a price it cannot be said whether an endpoint could pay.".to_owned(),
    };
    let text = format!(
        "{} a month of {vpc} go through NAT gateways to {service} addresses of {region} and cost {}. Certain: nothing can be saved on \
         them as long as no service is known. {verdict} One service needs {least} GB a month in {zones_needed} zone(s) to pay for its \
         endpoint. To find out: Route 53 Resolver query logs tell the names behind addresses; so do CloudTrail (calls without \
         vpcEndpointId) and the clients' own configuration; then give what you know with --address-map FILE.",
        size(bytes_month),
        amounts(now),
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
        saving_at_most_usd: most,
        clients,
        text,
    }
}
