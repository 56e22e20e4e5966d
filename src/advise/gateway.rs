//! S3 and DynamoDB bytes that pay a NAT gateway although a gateway endpoint would carry them free of charge.
//!
//! Source: "Gateway endpoints", AWS PrivateLink guide: no hourly and no data charge; only the Region of the VPC, only
//! clients inside the VPC, only by routes of the tables it is associated with.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::attribute::{Flow, Path};
use crate::inventory::RouteTarget;
use crate::model::plan::Action;
use crate::model::quantity::{grouped, size};
use crate::model::report::{AdviceLine, Evidence};
use crate::model::wording::Wording;

use super::catalog::{gateway_service_name, set_of};
use super::demand::Carrier;
use super::evidence::{Moved, amount, gb_text};
use super::planned::Planned;
use super::say;
use super::{Advice, Case};

/// The services that flowtoll tells by address and that have gateway endpoints.
pub(crate) const SERVICES: [&str; 2] = ["s3", "dynamodb"];

/// Advice for every VPC and service whose bytes pay a NAT gateway.
pub(super) fn lines(planned: &Planned<'_, '_>) -> Vec<Advice> {
    let demand = &planned.gathered.demand;
    let mut cells: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, cell) in demand.cells.iter().enumerate() {
        if cell.to_gateway && cell.now == Carrier::Nat {
            let key = (demand.vpcs[cell.vpc].id.as_str(), cell.service.as_str());
            cells.entry(key).or_default().push(index);
        }
    }
    let excluded = excluded(planned.case);
    cells
        .into_iter()
        .map(|((vpc, service), cells)| {
            let moved = planned.moved(&cells);
            let excluded = excluded.get(&(vpc, service)).cloned().unwrap_or_default();
            line(planned, vpc, service, &moved, &excluded)
        })
        .collect()
}

/// Gateway endpoints that other changes need, where they are neither there nor advised already: S3 for a set of new interface
/// endpoints, and what carries the bytes of an interface endpoint that goes. Ties them together, too.
pub(super) fn companions(planned: &Planned<'_, '_>, advice: &mut Vec<Advice>) {
    let needs = |advice: &Advice| {
        let change = &advice.change;
        let own = (change.action == Action::RemoveInterfaceEndpoint && change.needs_gateway)
            .then(|| change.service.clone());
        let service = own.or_else(|| change.needs_gateway.then(|| "s3".to_owned()));
        let vpcs = change.client_vpc_ids.clone();
        vpcs.into_iter().filter_map(move |vpc| Some((vpc, service.clone()?))).collect::<Vec<_>>()
    };
    let needed: BTreeSet<(String, String)> = advice.iter().flat_map(needs).collect();
    for (vpc, service) in &needed {
        let is_one = |advice: &Advice| {
            advice.change.endpoint_type == Some("Gateway")
                && (advice.line.vpc_id.as_ref(), &advice.line.service) == (Some(vpc), service)
        };
        if !advice.iter().any(is_one) {
            let moved = Moved::of_subnets(unrouted(planned, vpc, service));
            if !moved.subnets.is_empty() {
                advice.push(line(planned, vpc, service, &moved, &BTreeMap::new()));
            }
        }
        let id = advice.iter().find(|advice| is_one(advice)).map(|advice| advice.line.id.clone());
        for advice in advice.iter_mut() {
            if needs(advice).iter().any(|need| (&need.0, &need.1) == (vpc, service)) {
                advice.line.depends_on.extend(id.clone());
                advice.change.depends_on.extend(id.clone());
            }
        }
    }
}

/// Subnets of clients that need a gateway endpoint and have no route to one.
fn unrouted(planned: &Planned<'_, '_>, vpc: &str, service: &str) -> BTreeSet<String> {
    let demand = &planned.gathered.demand;
    let needs = |cell: &usize| {
        let cell = &demand.cells[*cell];
        let by_set = service == "s3" && set_of(&cell.service).is_some_and(|set| set.needs_s3);
        demand.vpcs[cell.vpc].id == vpc && (by_set || cell.service == service && cell.to_gateway)
    };
    let cells: Vec<usize> = (0..demand.cells.len()).filter(needs).collect();
    let topology = planned.case.topology;
    let is_routed = |subnet: &String| {
        topology.route_table(vpc, Some(subnet)).is_some_and(|table| {
            topology
                .gateway_endpoints(vpc, service)
                .any(|endpoint| endpoint.route_table_ids.contains(&table.route_table_id))
        })
    };
    planned.moved(&cells).subnets.into_iter().filter(|subnet| !is_routed(subnet)).collect()
}

/// Bytes that an endpoint would not carry, by VPC and service, and reason.
fn excluded<'c>(case: &'c Case<'_>) -> BTreeMap<(&'c str, &'c str), BTreeMap<Wording, u128>> {
    let mut excluded: BTreeMap<(&str, &str), BTreeMap<Wording, u128>> = BTreeMap::new();
    for flow in &case.attribution.flows {
        let is_one = flow.route.path == Path::NatGateway && SERVICES.contains(&flow.peer.service.as_str());
        let Some(vpc) = case.vpc_of(flow).filter(|_| is_one) else { continue };
        if let Some(reason) = exclusion(case, vpc, flow) {
            let reasons = excluded.entry((vpc, &flow.peer.service)).or_default();
            *reasons.entry(reason).or_default() += flow.volume.0 + flow.volume.1;
        }
    }
    excluded
}

/// Why no gateway endpoint of `vpc` would carry a flow, whatever the route tables; `None` if one would.
pub(crate) fn unfit(case: &Case<'_>, vpc: &str, flow: &Flow) -> Option<Wording> {
    if case.is_from_unknown_vpc(flow) {
        return Some(say::unknown_vpc());
    }
    let service_region = flow.peer.service_region.as_deref();
    let region = case.region_of(vpc, flow);
    if service_region == Some("GLOBAL") {
        return Some(say::global_addresses());
    }
    if region.is_none() {
        return Some(say::region_not_known());
    }
    if service_region != region {
        return Some(service_region.map_or_else(say::in_unknown_region, say::in_region));
    }
    if flow.peer.in_prefix_list == Some(false) {
        return Some(say::not_in_list());
    }
    None
}

/// Why a new gateway endpoint or association would not change a flow's way, `None` if it would.
pub(super) fn exclusion(case: &Case<'_>, vpc: &str, flow: &Flow) -> Option<Wording> {
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
            return Some(say::routed_already());
        }
    }
    None
}

fn line(
    planned: &Planned<'_, '_>,
    vpc: &str,
    service: &str,
    moved: &Moved,
    excluded: &BTreeMap<Wording, u128>,
) -> Advice {
    let case = planned.case;
    let existing =
        case.topology.gateway_endpoints(vpc, service).map(|endpoint| endpoint.vpc_endpoint_id.clone());
    let existing: Vec<String> = existing.collect();
    let now = moved.nat_cost(case);
    let mut evidence = evidence(case, service, moved, excluded);
    evidence.route_table_ids = planned.route_tables(moved, vpc);
    evidence.via.extend(existing.iter().cloned());
    let tables = tables(&evidence.route_table_ids);
    let (action, summary) = if let Some(endpoint) = existing.first() {
        evidence.way_back = say::disassociate(endpoint, placeholder(&evidence.route_table_ids));
        let reason = if moved.bytes > 0 {
            format!("its subnets' {service} bytes pay the NAT gateway")
        } else {
            "other changes are of no use without it".to_owned()
        };
        let summary =
            format!("Associate {tables} with the {service} gateway endpoint {endpoint} of {vpc}: {reason}.");
        (Action::AssociateRouteTable, summary)
    } else {
        if case.lacks("describe-vpc-endpoints")
            || case.topology.inventory.vpcs_without_endpoint_list.contains(vpc)
        {
            evidence.remarks.push(say::perhaps_there());
        }
        evidence.way_back = say::delete_new_endpoint();
        let article = if service.starts_with('s') { "an" } else { "a" };
        let reason = if moved.bytes > 0 {
            "takes these bytes off the NAT gateway"
        } else {
            "other changes are of no use without it"
        };
        let summary = format!(
            "Add {article} {service} gateway endpoint to {vpc}, associated with {tables}: it costs nothing and {reason}."
        );
        (Action::AddGatewayEndpoint, summary)
    };
    evidence.remarks.push(say::cuts_connections());
    let mut doubts = moved.doubts(case);
    doubts.needs(case, "describe-vpc-endpoints");
    doubts.wants(case, "describe-route-tables");
    let (confidence, reasons) = doubts.settle();
    evidence.confidence_reasons = reasons;
    let id = format!("{}/{vpc}/{service}", action.name());
    let mut change = planned.change(action, Some(vpc), service, &id);
    change.endpoint_type = Some("Gateway");
    if action == Action::AddGatewayEndpoint {
        let name = change.region.as_deref().map(|region| gateway_service_name(service, region));
        change.service_names = name.into_iter().collect();
    }
    change.vpc_endpoint_ids = existing.into_iter().take(1).collect();
    change.route_table_ids.clone_from(&evidence.route_table_ids);
    change.client_cidrs = planned.cidrs(moved);
    change.client_vpc_ids = vec![vpc.to_owned()];
    let line = AdviceLine {
        id,
        action: action.name(),
        vpc_id: Some(vpc.to_owned()),
        service: service.to_owned(),
        zones: moved.zones.iter().cloned().collect(),
        bytes_month: case.scale.month_bytes(moved.bytes),
        cost_now_usd: now,
        cost_after_usd: now.map(|_| Decimal::ZERO),
        saving_month_usd: now,
        companions: Vec::new(),
        depends_on: Vec::new(),
        confidence,
        summary,
        evidence,
    };
    Advice { line, change }
}

fn evidence(case: &Case<'_>, service: &str, moved: &Moved, excluded: &BTreeMap<Wording, u128>) -> Evidence {
    let now = moved.nat_cost(case);
    let mut evidence = moved.evidence(case);
    evidence.bytes_excluded = excluded.values().sum();
    for (reason, bytes) in excluded {
        evidence.remarks.push(say::stays(grouped(*bytes), size(*bytes), service, reason));
    }
    evidence.break_even_gb_month = Some(Decimal::ZERO);
    let crossing = (moved.cross_zone_bytes() > 0).then(say::plus_between_zones);
    let transit = (moved.transit_bytes() > 0).then(say::plus_transit);
    let ways = Wording::join(crossing.iter().chain(&transit), "");
    evidence.formula = say::gateway_formula(gb_text(case.month_gb(moved.bytes)), ways, amount(now));
    evidence.arithmetic = moved.steps(case);
    evidence.arithmetic.extend([say::now(amount(now)), say::after_free(), say::saving(amount(now))]);
    evidence
}

fn tables(ids: &[String]) -> String {
    match ids {
        [] => "the route tables of its private subnets".to_owned(),
        [one] => format!("route table {one}"),
        many => format!("route tables {}", many.join(", ")),
    }
}

fn placeholder(ids: &[String]) -> Wording {
    if ids.is_empty() { say::route_tables() } else { Wording::same(ids.join(" ")) }
}
