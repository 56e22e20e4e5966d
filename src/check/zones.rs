//! Zones: NAT gateways elsewhere, endpoints in too few or too many.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::environment::Environment;
use super::{Case, Checker, Found, Severity, say, some, word};
use crate::advise::zones_differ;
use crate::attribute::{Flow, Path};
use crate::inventory::{RouteTarget, VpcEndpoint, VpcEndpointType, is_gone};
use crate::model::quantity::grouped;
use crate::model::wording::Wording;
use crate::price::Meter;
use crate::price::toll::NatRates;

pub(super) fn check(checker: &mut Checker<'_>) {
    if !checker
        .lacks("nat-in-another-zone", &["describe-subnets", "describe-route-tables", "describe-nat-gateways"])
    {
        nat_elsewhere(checker);
    }
    let rules = ["endpoint-single-zone", "endpoint-multi-zone", "endpoint-zone-without-clients"];
    if checker.all_lack(&rules, &["describe-vpc-endpoints", "describe-subnets"]) {
        return;
    }
    let case = checker.case;
    for endpoint in case.endpoints_of(VpcEndpointType::Interface) {
        match case.environment(endpoint) {
            Some(Environment::Production) => single_zone(checker, endpoint),
            Some(Environment::Development) => multi_zone(checker, endpoint),
            None => {
                checker.skip("endpoint-single-zone", say::no_environment(&endpoint.vpc_id));
                checker.skip("endpoint-multi-zone", say::no_environment(&endpoint.vpc_id));
            }
        }
        without_clients(checker, endpoint);
    }
}

impl<'c> Case<'c> {
    /// Zones of an endpoint with its subnets there.
    fn zones_of(&self, endpoint: &'c VpcEndpoint) -> BTreeMap<&'c str, &'c str> {
        let subnets = endpoint.subnet_ids.iter();
        subnets.filter_map(|subnet| Some((self.topology.zone_of_subnet(subnet)?, subnet.as_str()))).collect()
    }

    /// Zones in which a VPC has interfaces that may be clients.
    fn client_zones(&self, vpc: &str) -> BTreeSet<&'c str> {
        self.clients_in(vpc).filter_map(|client| self.topology.zone_of_interface(client)).collect()
    }

    /// Whether a NAT gateway is deleted, or on its way there.
    fn is_gone_nat(&self, id: &str) -> bool {
        let mut gateways = self.inventory().nat_gateways.iter();
        gateways.any(|nat| nat.nat_gateway_id == id && is_gone(&nat.state))
    }

    /// A month of one zone of an endpoint.
    fn zone_month(&self, endpoint: &VpcEndpoint) -> Option<Decimal> {
        let region = self.line(endpoint)?.region.as_deref()?;
        let rate = self.book.rate(region, Meter::InterfaceEndpointHour)?.usd;
        rate.checked_mul(Decimal::from(self.scale.month_hours))
    }
}

fn nat_elsewhere(checker: &mut Checker<'_>) {
    let case = checker.case;
    for subnet in &case.inventory().subnets {
        let Some(table) = case.topology.route_table(&subnet.vpc_id, Some(&subnet.subnet_id)) else {
            continue;
        };
        let Some(RouteTarget::NatGateway(nat_id)) = case.topology.way_out(table) else { continue };
        let units = case.attribution.nats.iter().map(|(unit, _)| unit);
        let Some(unit) = units.clone().find(|unit| unit.id == *nat_id) else { continue };
        let zone = case.topology.zone_of_subnet(&subnet.subnet_id);
        let (Some(here), Some(there)) = (zone, unit.zone.as_deref()) else { continue };
        if !zones_differ(here, there)
            || unit.vpc.as_deref() != Some(&subnet.vpc_id)
            || case.is_gone_nat(nat_id)
        {
            continue;
        }
        let is_ours = |flow: &&Flow| {
            flow.route.path == Path::NatGateway
                && flow.route.via.as_ref() == Some(nat_id)
                && flow.client.subnet_id.as_deref() == Some(&subnet.subnet_id)
        };
        let flows = case.attribution.flows.iter().filter(is_ours);
        let bytes: u128 = flows.map(|flow| flow.volume.0 + flow.volume.1).sum();
        let rates = NatRates::of(case.book, unit.region.as_deref());
        let loss = rates.cross_zone_cost(bytes).and_then(|cost| case.scale.month(cost));
        let own = units.clone().find(|other| {
            other.zone.as_deref() == Some(here)
                && (&other.vpc, other.private) == (&unit.vpc, unit.private)
                && !case.is_gone_nat(&other.id)
        });
        checker.add(Found {
            rule: "nat-in-another-zone",
            resource: subnet.subnet_id.clone(),
            severity: Severity::Medium,
            seen: bytes > 0,
            title: format!("A subnet in {here} uses a NAT gateway in {there}"),
            evidence: say::sent_elsewhere(&table.route_table_id, nat_id, grouped(bytes)),
            fix: match own {
                Some(own) => say::own_table(format!(
                    "aws ec2 create-route --route-table-id ROUTE_TABLE_ID \
                     --destination-cidr-block 0.0.0.0/0 --nat-gateway-id {}",
                    word(&own.id)
                )),
                None => say::nat_here(here),
            },
            loss: loss.filter(|_| bytes > 0),
        });
    }
}

fn single_zone(checker: &mut Checker<'_>, endpoint: &VpcEndpoint) {
    let case = checker.case;
    let zones = case.zones_of(endpoint);
    let clients = case.client_zones(&endpoint.vpc_id);
    let uncovered: Vec<&str> = clients.iter().copied().filter(|zone| !zones.contains_key(zone)).collect();
    if zones.len() != 1 || uncovered.is_empty() {
        return;
    }
    let crossing: u128 = case
        .flows_through(endpoint)
        .filter(|flow| flow.client.zone_id.as_deref().is_some_and(|zone| uncovered.contains(&zone)))
        .map(|flow| flow.volume.0 + flow.volume.1)
        .sum();
    checker.add(Found {
        rule: "endpoint-single-zone",
        resource: endpoint.vpc_endpoint_id.clone(),
        severity: Severity::Medium,
        seen: crossing > 0,
        title: format!("The {} endpoint of a production VPC is in one zone only", endpoint.service),
        evidence: say::one_zone(
            some(zones.keys().copied()),
            some(uncovered.iter().copied()),
            grouped(crossing),
        ),
        fix: say::add_zones(
            format!(
                "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --add-subnet-ids SUBNET_ID",
                word(&endpoint.vpc_endpoint_id)
            ),
            some(uncovered),
        ),
        loss: None,
    });
}

fn multi_zone(checker: &mut Checker<'_>, endpoint: &VpcEndpoint) {
    let case = checker.case;
    let zones = case.zones_of(endpoint);
    if endpoint.subnet_ids.len() < 2 {
        return;
    }
    // The zone with most traffic stays.
    let bytes_of = |zone: &str| -> u128 {
        let flows = case.flows_through(endpoint).filter(|flow| flow.client.zone_id.as_deref() == Some(zone));
        flows.map(|flow| flow.volume.0 + flow.volume.1).sum()
    };
    let keep = zones
        .iter()
        .max_by_key(|(zone, _)| (bytes_of(zone), std::cmp::Reverse(**zone)))
        .map(|(_, subnet)| *subnet);
    let removed: Vec<&str> =
        endpoint.subnet_ids.iter().map(String::as_str).filter(|subnet| Some(*subnet) != keep).collect();
    let spare = endpoint.subnet_ids.len() as u64 - 1;
    checker.add(Found {
        rule: "endpoint-multi-zone",
        resource: endpoint.vpc_endpoint_id.clone(),
        severity: Severity::Low,
        seen: case.bytes_through(endpoint) > 0,
        title: format!(
            "The {} endpoint of a development VPC pays for {} zones",
            endpoint.service,
            endpoint.subnet_ids.len()
        ),
        evidence: say::many_zones(grouped(case.bytes_through(endpoint))),
        fix: Wording::same(format!(
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --remove-subnet-ids {}",
            word(&endpoint.vpc_endpoint_id),
            super::words(removed)
        )),
        loss: case.zone_month(endpoint).and_then(|month| month.checked_mul(Decimal::from(spare))),
    });
}

fn without_clients(checker: &mut Checker<'_>, endpoint: &VpcEndpoint) {
    const RULE: &str = "endpoint-zone-without-clients";
    if checker.lacks(RULE, &["describe-network-interfaces"]) {
        return;
    }
    let case = checker.case;
    let clients = case.client_zones(&endpoint.vpc_id);
    let zones = case.zones_of(endpoint);
    // Without any client in the VPC they are elsewhere, and their zones tell nothing.
    if clients.is_empty() || zones.len() < 2 {
        return;
    }
    let used: BTreeSet<&str> =
        case.flows_through(endpoint).filter_map(|flow| flow.client.zone_id.as_deref()).collect();
    let spare: Vec<(&str, &str)> = zones
        .iter()
        .map(|(zone, subnet)| (*zone, *subnet))
        .filter(|(zone, _)| !clients.contains(zone) && !used.contains(zone))
        .collect();
    if spare.is_empty() || spare.len() == zones.len() {
        return;
    }
    checker.add(Found {
        rule: RULE,
        resource: endpoint.vpc_endpoint_id.clone(),
        severity: Severity::Low,
        seen: case.bytes_through(endpoint) > 0,
        title: format!(
            "The {} endpoint pays for {}, where no client is",
            endpoint.service,
            some(spare.iter().map(|(zone, _)| *zone)).en()
        ),
        evidence: say::no_client_there(some(clients), grouped(case.bytes_through(endpoint))),
        fix: Wording::same(format!(
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --remove-subnet-ids {}",
            word(&endpoint.vpc_endpoint_id),
            super::words(spare.iter().map(|(_, subnet)| *subnet))
        )),
        loss: case.zone_month(endpoint).and_then(|month| month.checked_mul(Decimal::from(spare.len()))),
    });
}
