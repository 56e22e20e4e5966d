//! Services told by their addresses that have an interface endpoint: worth it above the break-even.
//!
//! Saving = (NAT rate - endpoint rate) x GB - hours x zones x hourly rate (AWS VPC and PrivateLink pricing). Most
//! services cannot be told by address: their bytes are `aws-unknown` or `aws-ec2`, and nothing is guessed from them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::attribute::Path;
use crate::inventory::{VpcEndpointType, is_gone};
use crate::model::report::{AdviceLine, EndpointLine};
use crate::price::Meter;
use crate::price::toll::EndpointRates;

use super::{Case, DELETE_NEW_ENDPOINT, Moved, amount};

/// A service that its address tells.
struct KnownService {
    /// As in reports: the lower-case ip-ranges key.
    service: &'static str,
    /// Short name of the endpoint.
    endpoint: &'static str,
    /// What to check before.
    remark: &'static str,
}

/// Source: AWS services that integrate with PrivateLink, against the keys of ip-ranges (2026-11). Both are likely, not
/// certain: hence the remarks, and never "high" confidence. EFS, Aurora DSQL and IoT are left out: what crosses a NAT
/// there is not what their endpoints carry.
const KNOWN_SERVICES: [KnownService; 2] = [
    KnownService {
        service: "ebs",
        endpoint: "ebs",
        remark: "the addresses are those of the EBS direct APIs (snapshots read and written block by block)",
    },
    KnownService {
        service: "api_gateway",
        endpoint: "execute-api",
        remark: "an execute-api endpoint with Private DNS takes over every API Gateway host name of the Region in this VPC, \
                 and it reaches private APIs only: check that no public API of others is called",
    },
];

/// Advice for every VPC and known service.
pub fn advise(case: &Case<'_>) -> Vec<AdviceLine> {
    let mut found: BTreeMap<(&str, usize), (Moved, Option<&str>)> = BTreeMap::new();
    for flow in &case.attribution.flows {
        let Some(known) = KNOWN_SERVICES.iter().position(|known| known.service == flow.peer.service) else {
            continue;
        };
        let (Some(vpc), Some(nat)) = (case.vpc_of(flow), case.nat_of(flow)) else { continue };
        let region = case.region_of(vpc, flow);
        if flow.route.path != Path::NatGateway
            || case.is_from_unknown_vpc(flow)
            || region.is_none()
            || flow.peer.service_region.as_deref() != region
        {
            continue;
        }
        let entry = found.entry((vpc, known)).or_insert_with(|| (Moved::default(), region));
        entry.0.add(flow, nat);
    }
    found
        .into_iter()
        .filter_map(|((vpc, known), (moved, region))| {
            line(case, vpc, &KNOWN_SERVICES[known], &moved, region?)
        })
        .collect()
}

/// Bytes of all interface endpoints of a Region.
pub(super) fn region_endpoint_bytes(endpoints: &[EndpointLine], region: Option<&str>) -> u128 {
    endpoints
        .iter()
        .filter(|endpoint| endpoint.endpoint_type == "Interface" && endpoint.region.as_deref() == region)
        .map(|endpoint| endpoint.bytes_out + endpoint.bytes_in)
        .sum()
}

fn line(case: &Case<'_>, vpc: &str, known: &KnownService, moved: &Moved, region: &str) -> Option<AdviceLine> {
    let exists = case.topology.inventory.vpc_endpoints.iter().any(|endpoint| {
        endpoint.endpoint_type == VpcEndpointType::Interface
            && endpoint.vpc_id == vpc
            && endpoint.service == known.endpoint
            && !is_gone(&endpoint.state)
    });
    if exists {
        return None;
    }
    let zones = (moved.zones.len().max(1)) as u64;
    let other_bytes = region_endpoint_bytes(case.endpoints, Some(region));
    let rates = EndpointRates::of(case.book, Some(region), other_bytes + moved.bytes, case.scale);
    let now = moved.cost_now(case);
    let hours = rates.hours_cost(case.scale.month_hours * zones);
    let data = rates.month_bytes_cost(moved.bytes, case.scale);
    let after = hours.zip(data).and_then(|(hours, data)| hours.checked_add(data));
    let saving = now.zip(after).and_then(|(now, after)| now.checked_sub(after));
    if saving.is_some_and(|saving| saving <= Decimal::ZERO) {
        return None;
    }
    let bytes_month = case.scale.month_bytes(moved.bytes);
    let mut evidence = moved.evidence(case);
    evidence.rates.extend(case.rate_text(Some(region), Meter::InterfaceEndpointHour));
    evidence.rates.extend(case.rate_text(Some(region), Meter::InterfaceEndpointGb));
    evidence.break_even_gb_month_per_zone = break_even(case, region);
    evidence.formula = format!(
        "now {bytes_month} bytes a month / 2^30 x NAT gateway rate = {} USD; after {zones} zone(s) x {} h x hourly rate + \
         bytes x endpoint rate = {} USD",
        amount(now),
        case.scale.month_hours,
        amount(after),
    );
    evidence.remarks.push(known.remark.to_owned());
    evidence.way_back = DELETE_NEW_ENDPOINT.into();
    Some(AdviceLine {
        id: format!("add-interface-endpoint/{vpc}/{}", known.endpoint),
        action: "add-interface-endpoint",
        vpc_id: Some(vpc.to_owned()),
        service: known.endpoint.to_owned(),
        zones: moved.zones.iter().cloned().collect(),
        bytes_month,
        cost_now_usd: now,
        cost_after_usd: after,
        saving_month_usd: saving,
        confidence: match case.confidence(moved.estimated, case.lacks("describe-vpc-endpoints")) {
            "high" => "medium",
            other => other,
        },
        summary: format!(
            "Add an interface endpoint for {} to {vpc} in {zones} zone(s): its bytes are above the break-even.",
            known.endpoint
        ),
        evidence,
    })
}

/// GB a month and zone from which an interface endpoint is cheaper than the NAT gateway's GB price.
pub(super) fn break_even(case: &Case<'_>, region: &str) -> Option<Decimal> {
    let nat = case.book.rate(region, Meter::NatGatewayGb)?.usd;
    let endpoint = case.book.rate(region, Meter::InterfaceEndpointGb)?.usd;
    let hour = case.book.rate(region, Meter::InterfaceEndpointHour)?.usd;
    let difference = nat.checked_sub(endpoint).filter(|difference| *difference > Decimal::ZERO)?;
    hour.checked_mul(Decimal::from(case.scale.month_hours))?.checked_div(difference)
}
