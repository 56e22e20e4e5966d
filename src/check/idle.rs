//! Endpoints that cost more than they are worth.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::reach::may_be_client;
use super::sets::is_of_a_set;
use super::{Case, Checker, Found, Severity, say, some, word};
use crate::advise::catalog::is_public;
use crate::advise::{GATEWAY_SERVICES, clients_reach_nat};
use crate::inventory::{InterfaceKind, RouteTarget, VpcEndpoint, VpcEndpointType};
use crate::model::money::money_text;
use crate::model::quantity::grouped;
use crate::model::report::FindingLine;
use crate::model::wording::Wording;
use crate::price::toll::NatRates;

pub(super) fn check(checker: &mut Checker<'_>) {
    let rules = [
        "endpoint-idle",
        "endpoint-forgotten",
        "endpoint-under-used",
        "s3-interface-endpoint",
        "endpoint-duplicate",
    ];
    if checker.all_lack(&rules, &["describe-vpc-endpoints"]) {
        return;
    }
    let case = checker.case;
    if !case.has_logs() {
        checker.skip("endpoint-idle", say::no_logs());
        checker.skip("endpoint-under-used", say::no_logs());
    }
    for endpoint in case.endpoints_of(VpcEndpointType::Interface) {
        let idle = case.line(endpoint).is_some_and(|line| line.idle == Some(true));
        if idle {
            add_idle(checker, endpoint);
        } else {
            forgotten(checker, endpoint);
            under_used(checker, endpoint);
        }
        if GATEWAY_SERVICES.contains(&endpoint.service.as_str()) {
            paid_gateway_service(checker, endpoint);
        }
    }
    duplicates(checker);
}

fn delete(endpoint: &VpcEndpoint) -> String {
    format!("aws ec2 delete-vpc-endpoints --vpc-endpoint-ids {}", word(&endpoint.vpc_endpoint_id))
}

impl Case<'_> {
    /// What an endpoint costs a month.
    fn cost_of(&self, endpoint: &VpcEndpoint) -> Option<Decimal> {
        self.line(endpoint)?.cost_month_usd
    }
}

fn add_idle(checker: &mut Checker<'_>, endpoint: &VpcEndpoint) {
    let hours = checker.case.scale.observed_hours;
    checker.add(Found {
        rule: "endpoint-idle",
        resource: endpoint.vpc_endpoint_id.clone(),
        severity: Severity::Medium,
        seen: true,
        title: format!("Nothing uses the {} endpoint", endpoint.service),
        evidence: say::idle(hours, endpoint.subnet_ids.len()),
        fix: if endpoint.managed {
            say::made_by_a_service()
        } else if is_of_a_set(&endpoint.service) {
            say::unless_needed(delete(endpoint))
        } else {
            Wording::same(delete(endpoint))
        },
        loss: checker.case.cost_of(endpoint),
    });
}

/// Findings that may be why nobody uses an endpoint.
const REASONS: [&str; 3] = ["endpoint-bypassed", "endpoint-private-dns-off", "vpc-dns-off"];

/// An endpoint that clients do not find is idle, too: what keeps them from it is to be looked at before it is deleted.
pub(super) fn doubt(case: &Case<'_>, findings: &mut [FindingLine]) {
    let known: Vec<(String, String)> = findings
        .iter()
        .filter(|line| REASONS.contains(&line.id.as_str()))
        .map(|line| (line.id.clone(), line.resource_id.clone()))
        .collect();
    for idle in findings.iter_mut().filter(|line| line.id == "endpoint-idle") {
        let vpc = case.topology.endpoint(&idle.resource_id).map(|endpoint| endpoint.vpc_id.as_str());
        let reason = known
            .iter()
            .find(|(_, resource)| *resource == idle.resource_id || Some(resource.as_str()) == vpc);
        if let Some((id, resource)) = reason {
            idle.fix = say::first_the_reason(id, resource, &idle.fix);
        }
    }
}

/// An endpoint that nothing could use: nobody in its VPC, and no way into it from elsewhere.
fn forgotten(checker: &mut Checker<'_>, endpoint: &VpcEndpoint) {
    const RULE: &str = "endpoint-forgotten";
    if checker.lacks(RULE, &["describe-network-interfaces", "describe-route-tables"]) {
        return;
    }
    let case = checker.case;
    let vpc = endpoint.vpc_id.as_str();
    let mut here =
        case.inventory().network_interfaces.iter().filter(|found| found.vpc_id.as_deref() == Some(vpc));
    let in_use = here.any(|found| {
        may_be_client(found)
            || matches!(found.kind, InterfaceKind::TransitGateway | InterfaceKind::LoadBalancer)
    });
    let joined = case.tables(vpc).flat_map(|table| &table.routes).any(|route| {
        matches!(
            route.target,
            RouteTarget::TransitGateway(_)
                | RouteTarget::VpcPeering(_)
                | RouteTarget::VirtualPrivateGateway(_)
                | RouteTarget::Other(_)
        )
    });
    if in_use || joined || case.bytes_through(endpoint) > 0 {
        return;
    }
    checker.add(Found {
        rule: RULE,
        resource: endpoint.vpc_endpoint_id.clone(),
        severity: Severity::Info,
        seen: false,
        title: format!("Nothing is there that could use the {} endpoint", endpoint.service),
        evidence: say::nobody(vpc),
        fix: Wording::same(delete(endpoint)),
        loss: case.cost_of(endpoint),
    });
}

/// The same comparison as the advice to remove it, endpoint by endpoint.
fn under_used(checker: &mut Checker<'_>, endpoint: &VpcEndpoint) {
    let case = checker.case;
    let bytes = case.bytes_through(endpoint);
    if bytes == 0 || !case.attribution.watched(endpoint, case.inventory()) {
        return;
    }
    let reach_nat = clients_reach_nat(&case.advice(), &endpoint.vpc_endpoint_id, &endpoint.vpc_id);
    let region = case.line(endpoint).and_then(|line| line.region.as_deref());
    let by_nat = NatRates::of(case.book, region).bytes_cost(bytes).and_then(|cost| case.scale.month(cost));
    let (Some(now), Some(by_nat)) = (case.cost_of(endpoint), by_nat) else { return };
    if !reach_nat || by_nat >= now || !is_public(&endpoint.service_name, &endpoint.service) {
        return;
    }
    checker.add(Found {
        rule: "endpoint-under-used",
        resource: endpoint.vpc_endpoint_id.clone(),
        severity: Severity::Medium,
        seen: true,
        title: format!(
            "The {} endpoint costs more than a NAT gateway would take for its bytes",
            endpoint.service
        ),
        evidence: say::under_used(grouped(bytes), money_text(now), money_text(by_nat)),
        fix: say::unless_needed(delete(endpoint)),
        loss: now.checked_sub(by_nat),
    });
}

/// Source: "Types of VPC endpoints for Amazon S3", S3 User Guide: both work from inside the VPC, and the gateway endpoint is free.
fn paid_gateway_service(checker: &mut Checker<'_>, endpoint: &VpcEndpoint) {
    let case = checker.case;
    let is_own = |vpc: Option<&str>| vpc == Some(endpoint.vpc_id.as_str());
    let (mut own, mut others, mut clients) = (0, 0, BTreeSet::new());
    for flow in case.flows_through(endpoint) {
        let bytes = flow.volume.0 + flow.volume.1;
        if is_own(flow.client.vpc_id.as_deref()) {
            own += bytes;
            clients.extend(flow.client.interface_id.as_deref());
        } else {
            others += bytes;
        }
    }
    if own == 0 && others > 0 {
        return;
    }
    // With clients elsewhere the endpoint stays, and only the bytes of its own VPC are saved.
    let loss = if others == 0 {
        case.cost_of(endpoint)
    } else {
        let region = case.line(endpoint).and_then(|line| line.region.as_deref());
        let all: u128 = case
            .endpoints
            .iter()
            .filter(|line| line.endpoint_type == "Interface" && line.region.as_deref() == region)
            .map(|line| line.bytes_out + line.bytes_in)
            .sum();
        crate::price::toll::EndpointRates::of(case.book, region, all, case.scale)
            .month_bytes_cost(own, case.scale)
    };
    checker.add(Found {
        rule: "s3-interface-endpoint",
        resource: endpoint.vpc_endpoint_id.clone(),
        severity: Severity::Medium,
        seen: own > 0,
        title: format!("{} is reached through a paid interface endpoint; a gateway endpoint is free", endpoint.service),
        evidence: say::own_and_others(
            grouped(own),
            if clients.is_empty() { say::nobody_at_all() } else { some(clients) },
            grouped(others),
        ),
        fix: match case.topology.gateway_endpoints(&endpoint.vpc_id, &endpoint.service).next() {
            Some(gateway) => say::let_names_lead(&gateway.vpc_endpoint_id, word(&endpoint.vpc_endpoint_id)),
            None => say::keep_for_others(format!(
                "aws ec2 create-vpc-endpoint --vpc-id {} --vpc-endpoint-type Gateway --service-name {} --route-table-ids ROUTE_TABLE_ID",
                word(&endpoint.vpc_id),
                word(&case.service_name(&endpoint.vpc_id, &endpoint.service))
            )),
        },
        loss: loss.filter(|_| own > 0),
    });
}

fn duplicates(checker: &mut Checker<'_>) {
    let case = checker.case;
    let all: Vec<&VpcEndpoint> = case.endpoints_of(VpcEndpointType::Interface).collect();
    for (place, endpoint) in all.iter().enumerate() {
        let same = |other: &&&VpcEndpoint| {
            other.vpc_id == endpoint.vpc_id && other.service_name == endpoint.service_name
        };
        // The one that carries most stays; of equals the one that clients find by the service's usual name, then the one in
        // more zones, then the first.
        let weight =
            |other: &VpcEndpoint| (case.bytes_through(other), other.private_dns, other.subnet_ids.len());
        let better = all.iter().enumerate().filter(|(_, other)| same(other)).find(|(at, other)| {
            *at != place
                && (weight(other) > weight(endpoint) || weight(other) == weight(endpoint) && *at < place)
        });
        let Some((_, better)) = better else { continue };
        let hours = case.line(endpoint).and_then(|line| {
            let rate =
                case.book.rate(line.region.as_deref()?, crate::price::Meter::InterfaceEndpointHour)?.usd;
            rate.checked_mul(Decimal::from(case.scale.month_hours * endpoint.subnet_ids.len() as u64))
        });
        checker.add(Found {
            rule: "endpoint-duplicate",
            resource: endpoint.vpc_endpoint_id.clone(),
            severity: Severity::Medium,
            seen: case.has_logs() && case.bytes_through(better) > 0,
            title: format!("The VPC has another {} endpoint: {}", endpoint.service, better.vpc_endpoint_id),
            evidence: say::duplicate(
                grouped(case.bytes_through(endpoint)),
                grouped(case.bytes_through(better)),
            ),
            fix: say::merge(&better.vpc_endpoint_id, delete(endpoint)),
            loss: hours,
        });
    }
}
