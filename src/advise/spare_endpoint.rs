//! Interface endpoints that cost more than they save: idle ones, and those whose bytes a NAT gateway that is there
//! anyway would carry for less.

use rust_decimal::Decimal;

use crate::attribute::Path;
use crate::inventory::RouteTarget;
use crate::model::report::{AdviceLine, EndpointLine, Evidence};
use crate::price::Meter;
use crate::price::toll::NatRates;

use super::interface_endpoint::break_even;
use super::{Case, amount};

/// Advice for every interface endpoint.
pub fn advise(case: &Case<'_>) -> Vec<AdviceLine> {
    case.endpoints
        .iter()
        .filter(|endpoint| endpoint.endpoint_type == "Interface")
        .filter_map(|endpoint| {
            if endpoint.idle == Some(true) { Some(idle(case, endpoint)) } else { little_used(case, endpoint) }
        })
        .collect()
}

fn idle(case: &Case<'_>, endpoint: &EndpointLine) -> AdviceLine {
    let cost = endpoint.cost_month_usd;
    let mut evidence = evidence(case, endpoint);
    evidence.formula = format!(
        "{} zone(s) x {} h x hourly rate = {} USD",
        endpoint.zones.len(),
        case.scale.month_hours,
        amount(cost)
    );
    evidence.remarks.push(format!(
        "no byte in {} observed hours, and its interfaces' own records or a flow log that covers them prove it",
        case.scale.observed_hours
    ));
    let confidence = case.confidence(false, false);
    let summary = format!(
        "Remove the idle interface endpoint {} ({}): nothing used it in {} observed hours.",
        endpoint.vpc_endpoint_id, endpoint.service, case.scale.observed_hours
    );
    line(endpoint, 0, cost, cost.map(|_| Decimal::ZERO), confidence, summary, evidence)
}

/// An endpoint that is used so little that its hours cost more than the NAT gateway would for the same bytes.
fn little_used(case: &Case<'_>, endpoint: &EndpointLine) -> Option<AdviceLine> {
    let bytes = endpoint.bytes_out + endpoint.bytes_in;
    let (vpc, region) = (endpoint.vpc_id.as_deref()?, endpoint.region.as_deref()?);
    let known = case.topology.endpoint(&endpoint.vpc_endpoint_id)?;
    // What unlogged clients send through it would be unseen.
    let watched = case.attribution.watched(known, case.topology.inventory);
    if bytes == 0 || !watched || !clients_reach_nat(case, &endpoint.vpc_endpoint_id, vpc) {
        return None;
    }
    let now = endpoint.cost_month_usd?;
    let after = case.scale.month(NatRates::of(case.book, Some(region)).bytes_cost(bytes)?)?;
    if after >= now {
        return None;
    }
    let bytes_month = case.scale.month_bytes(bytes);
    let mut evidence = evidence(case, endpoint);
    evidence.bytes_observed = bytes;
    evidence.rates.extend(case.rate_text(Some(region), Meter::NatGatewayGb));
    evidence.formula = format!(
        "now {} zone(s) x {} h x hourly rate + bytes x endpoint rate = {} USD; after {bytes_month} bytes a month / 2^30 x NAT \
         gateway rate = {} USD",
        endpoint.zones.len(),
        case.scale.month_hours,
        amount(Some(now)),
        amount(Some(after)),
    );
    evidence.remarks.push(
        "its clients' subnets route to a NAT gateway, which would carry the bytes; keep the endpoint where the traffic must \
         not leave the VPC, or where services work as a set (ssm, ssmmessages, ec2messages; ecr.api, ecr.dkr)"
            .to_owned(),
    );
    let confidence = if case.confidence(false, false) == "high" { "medium" } else { "low" };
    let summary = format!(
        "The interface endpoint {} ({}) carries so little that the NAT gateway would be cheaper: remove it unless it is \
         there for security.",
        endpoint.vpc_endpoint_id, endpoint.service
    );
    Some(line(endpoint, bytes_month, Some(now), Some(after), confidence, summary, evidence))
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

fn evidence(case: &Case<'_>, endpoint: &EndpointLine) -> Evidence {
    let region = endpoint.region.as_deref();
    Evidence {
        via: vec![endpoint.vpc_endpoint_id.clone()],
        rates: case.rate_text(region, Meter::InterfaceEndpointHour).into_iter().collect(),
        break_even_gb_month_per_zone: region.and_then(|region| break_even(case, region)),
        way_back: format!(
            "create it again with the same subnets, security groups, policy and Private DNS setting (keep the answer of aws \
             ec2 describe-vpc-endpoints --vpc-endpoint-ids {})",
            endpoint.vpc_endpoint_id
        ),
        ..Evidence::default()
    }
}

fn line(
    endpoint: &EndpointLine,
    bytes_month: u128,
    now: Option<Decimal>,
    after: Option<Decimal>,
    confidence: &'static str,
    summary: String,
    evidence: Evidence,
) -> AdviceLine {
    AdviceLine {
        id: format!("remove-interface-endpoint/{}", endpoint.vpc_endpoint_id),
        action: "remove-interface-endpoint",
        vpc_id: endpoint.vpc_id.clone(),
        service: endpoint.service.clone(),
        zones: endpoint.zones.clone(),
        bytes_month,
        cost_now_usd: now,
        cost_after_usd: after,
        saving_month_usd: now.zip(after).and_then(|(now, after)| now.checked_sub(after)),
        confidence,
        summary,
        evidence,
    }
}
