//! S3 and DynamoDB bytes that pay a NAT gateway although a gateway endpoint would carry them free of charge.
//!
//! Source: "Gateway endpoints", AWS PrivateLink guide: no hourly and no data charge; only the Region of the VPC, only
//! clients inside the VPC, only by routes of the tables it is associated with.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::{Flow, Path};
use crate::inventory::RouteTarget;
use crate::model::report::AdviceLine;

use super::{Case, DELETE_NEW_ENDPOINT, Moved, amount};

/// The services that flowtoll tells by address and that have gateway endpoints.
pub(crate) const SERVICES: [&str; 2] = ["s3", "dynamodb"];

/// What is found for one VPC and service.
#[derive(Debug, Default)]
struct Found {
    moved: Moved,
    route_tables: BTreeSet<String>,
    /// Bytes an endpoint would not carry, by reason.
    excluded: BTreeMap<String, u128>,
}

/// Advice for every VPC and service.
pub fn advise(case: &Case<'_>) -> Vec<AdviceLine> {
    let mut found: BTreeMap<(&str, &str), Found> = BTreeMap::new();
    for flow in &case.attribution.flows {
        let Some(service) = SERVICES.iter().find(|service| **service == flow.peer.service) else { continue };
        if flow.route.path != Path::NatGateway {
            continue;
        }
        let Some(vpc) = case.vpc_of(flow) else { continue };
        let entry = found.entry((vpc, service)).or_default();
        let bytes = flow.volume.0 + flow.volume.1;
        match exclusion(case, vpc, flow) {
            Some(reason) => *entry.excluded.entry(reason).or_default() += bytes,
            None => {
                if let Some(nat) = case.nat_of(flow) {
                    entry.moved.add(flow, nat);
                    let table = case.topology.route_table(vpc, flow.client.subnet_id.as_deref());
                    entry.route_tables.extend(table.map(|table| table.route_table_id.clone()));
                }
            }
        }
    }
    found
        .iter()
        .filter(|(_, found)| found.moved.bytes > 0)
        .map(|((vpc, service), f)| line(case, vpc, service, f))
        .collect()
}

/// Why no gateway endpoint of `vpc` would carry a flow, whatever the route tables; `None` if one would.
pub(crate) fn unfit(case: &Case<'_>, vpc: &str, flow: &Flow) -> Option<String> {
    if case.is_from_unknown_vpc(flow) {
        return Some("their clients are in a VPC that the inventory does not have".to_owned());
    }
    let service_region = flow.peer.service_region.as_deref();
    let region = case.region_of(vpc, flow);
    if service_region == Some("GLOBAL") {
        return Some("GLOBAL addresses (multi-Region access points)".to_owned());
    }
    if region.is_none() {
        return Some("Region of the VPC not known".to_owned());
    }
    if service_region != region {
        return Some(format!("Region {}", service_region.unwrap_or("unknown")));
    }
    if flow.peer.in_prefix_list == Some(false) {
        return Some("not in the Region's prefix list (or reached through NAT64)".to_owned());
    }
    None
}

/// Why a new gateway endpoint or association would not change a flow's way, `None` if it would.
fn exclusion(case: &Case<'_>, vpc: &str, flow: &Flow) -> Option<String> {
    let reason = unfit(case, vpc, flow);
    if reason.is_some() {
        return reason;
    }
    let table = case.topology.route_table(vpc, flow.client.subnet_id.as_deref());
    if let Some(table) = table {
        let routed = case.topology.gateway_endpoints(vpc, &flow.peer.service).any(|endpoint| {
            endpoint.route_table_ids.contains(&table.route_table_id)
                || table.routes.iter().any(|route| {
                    route.active && matches!(&route.target, RouteTarget::VpcEndpoint(id) if *id == endpoint.vpc_endpoint_id)
                })
        });
        if routed {
            return Some("their route table already leads to the gateway endpoint, perhaps since the logs were written".to_owned());
        }
    }
    None
}

fn line(case: &Case<'_>, vpc: &str, service: &str, found: &Found) -> AdviceLine {
    let existing: Vec<&str> = case
        .topology
        .gateway_endpoints(vpc, service)
        .map(|endpoint| endpoint.vpc_endpoint_id.as_str())
        .collect();
    let bytes_month = case.scale.month_bytes(found.moved.bytes);
    let now = found.moved.cost_now(case);
    let after = now.map(|_| rust_decimal::Decimal::ZERO);
    let mut evidence = found.moved.evidence(case);
    evidence.route_table_ids = found.route_tables.iter().cloned().collect();
    evidence.bytes_excluded = found.excluded.values().sum();
    for (reason, bytes) in &found.excluded {
        evidence
            .remarks
            .push(format!("{bytes} observed bytes of {service} stay on the NAT gateway: {reason}"));
    }
    evidence.formula = format!(
        "{bytes_month} bytes a month / 2^30 x NAT gateway rate{} = {} USD now; gateway endpoint 0 USD",
        if found.moved.cross_zone_bytes() > 0 { " + bytes between zones x 2 x cross-zone rate" } else { "" },
        amount(now),
    );
    let lacks = case.lacks("describe-vpc-endpoints");
    let (action, summary) = if let Some(endpoint) = existing.first() {
        evidence.via.extend(existing.iter().map(|id| (*id).to_owned()));
        evidence.way_back = format!(
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --remove-route-table-ids {}",
            placeholder(&evidence.route_table_ids)
        );
        (
            "associate-route-table",
            format!(
                "Associate {} with the {service} gateway endpoint {endpoint} of {vpc}: its subnets' {service} bytes pay the \
                 NAT gateway.",
                tables(&evidence.route_table_ids)
            ),
        )
    } else {
        if lacks {
            evidence
                .remarks
                .push("no describe-vpc-endpoints answer: the endpoint may exist already".to_owned());
        }
        evidence.way_back = DELETE_NEW_ENDPOINT.into();
        (
            "add-gateway-endpoint",
            format!(
                "Add {} {service} gateway endpoint to {vpc}, associated with {}: it costs nothing and takes these bytes off \
                 the NAT gateway.",
                if service.starts_with('s') { "an" } else { "a" },
                tables(&evidence.route_table_ids)
            ),
        )
    };
    evidence
        .remarks
        .push("adding a gateway endpoint can cut open connections to the service for a moment".to_owned());
    AdviceLine {
        id: format!("{action}/{vpc}/{service}"),
        action,
        vpc_id: Some(vpc.to_owned()),
        service: service.to_owned(),
        zones: found.moved.zones.iter().cloned().collect(),
        bytes_month,
        cost_now_usd: now,
        cost_after_usd: after,
        saving_month_usd: now,
        confidence: case.confidence(found.moved.estimated, lacks),
        summary,
        evidence,
    }
}

fn tables(ids: &[String]) -> String {
    match ids {
        [] => "the route tables of its private subnets".to_owned(),
        [one] => format!("route table {one}"),
        many => format!("route tables {}", many.join(", ")),
    }
}

fn placeholder(ids: &[String]) -> String {
    if ids.is_empty() { "<route tables>".to_owned() } else { ids.join(" ") }
}
