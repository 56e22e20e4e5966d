//! Demands far above what is found in the field: the search ends, and says when it did not get through.

use std::collections::BTreeSet;

use crate::advise::cost::{Layout, cost};
use crate::advise::demand::{Carrier, Cell, Demand, Joint, Link, Load, NatDemand, NatWay, Scope, VpcDemand};
use crate::advise::policy::Availability;
use crate::advise::search::{MAX_PLAN_STEPS, search};
use crate::price::tiers::Tier;
use crate::price::toll::Scale;

use super::worlds::mill;

const GB: u128 = 1 << 30;

const SERVICES: [&str; 20] = [
    "kms",
    "sqs",
    "sns",
    "logs",
    "monitoring",
    "events",
    "xray",
    "sts",
    "secretsmanager",
    "lambda",
    "states",
    "glue",
    "athena",
    "ec2",
    "autoscaling",
    "eks",
    "rds",
    "ecr.api",
    "ssm",
    "ecs",
];

/// VPCs in three zones with all services each, all joined by a transit gateway, one gateway for some of them each.
fn mesh(
    vpcs: usize,
    nats: usize,
    zones: usize,
    accounts: usize,
    gb: impl Fn(usize, usize) -> u128,
) -> Demand {
    let zone = |zone: usize| format!("use1-az{zone}");
    let all: BTreeSet<String> = (0..zones).map(zone).collect();
    let tiers = vec![
        Tier { from_gb: 0, to_gb: Some(1_048_576), usd_per_gb: mill(10) },
        Tier { from_gb: 1_048_576, to_gb: Some(5_242_880), usd_per_gb: mill(6) },
        Tier { from_gb: 5_242_880, to_gb: None, usd_per_gb: mill(4) },
    ];
    let scope = |account: usize| Scope {
        account: Some(format!("{account:012}")),
        region: Some("us-east-1".to_owned()),
        endpoint_hour: Some(mill(10)),
        tiers: Some(tiers.clone()),
        endpoint_cross_zone: Some(mill(0)),
        cross_zone: Some(mill(10)),
        transit: Some(mill(20)),
    };
    let vpc = |number: usize| VpcDemand {
        id: format!("vpc-{number}"),
        scope: number % accounts,
        availability: Availability::MultiAz,
        zones: all.clone(),
        subnet_zones: all.clone(),
    };
    let nat = |number: usize| NatDemand {
        id: format!("nat-{number}"),
        region: Some("us-east-1".to_owned()),
        hour: Some(mill(45)),
        gb: Some(mill(45)),
        cross_zone: Some(mill(10)),
        transit: Some(mill(20)),
        public_ipv4_hour: Some(mill(5)),
        public_ips: 1,
        month_hours: 730,
        other: Load::default(),
        removable: true,
    };
    let mut cells = Vec::new();
    for vpc in 0..vpcs {
        for (number, service) in SERVICES.iter().enumerate() {
            for at in 0..zones {
                cells.push(Cell {
                    vpc,
                    zone: Some(zone(at)),
                    service: (*service).to_owned(),
                    bytes: gb(vpc, number) * GB,
                    now: Carrier::Nat,
                    nat: Some(NatWay { nat: vpc % nats, cross_zone: at > 0, transit: vpc >= nats }),
                    to_gateway: false,
                });
            }
        }
    }
    let pairs = (0..vpcs).flat_map(|from| (0..vpcs).map(move |to| (from, to)));
    let links = pairs.filter(|(from, to)| from != to).map(|(from, to)| Link { from, to, by: Joint::Transit });
    Demand {
        scale: Scale { observed_hours: 730, month_hours: 730 },
        scopes: (0..accounts).map(scope).collect(),
        vpcs: (0..vpcs).map(vpc).collect(),
        nats: (0..nats).map(nat).collect(),
        endpoints: Vec::new(),
        cells,
        links: links.collect(),
    }
}

/// Searches, and holds the search to its limit: after it only branches that were begun are ended.
fn steps(demand: &Demand) -> (usize, bool) {
    let found = search(demand);
    let total = |layout: &Layout| cost(demand, layout).total_usd.expect("prices");
    let after = total(&found.layout(demand));
    assert!(after <= total(&Layout::now(demand)));
    (found.steps, found.is_cheapest)
}

/// Steps of one look at everything: with what is begun when the limit is reached.
const SLACK: usize = 1 << 18;

#[test]
fn two_hundred_linked_vpcs_with_forty_gateways_end() {
    // Little and much, so that neither all nor no gateways can go.
    let demand = mesh(200, 40, 3, 1, |vpc, service| ((vpc * 7 + service * 13) % 40) as u128);
    let (steps, is_cheapest) = steps(&demand);
    assert!(steps < MAX_PLAN_STEPS + SLACK, "{steps} steps");
    assert!(is_cheapest || steps >= MAX_PLAN_STEPS);
}

#[test]
fn gateways_that_just_pay_end() {
    // Whether a gateway goes hangs on all services together.
    let demand = mesh(40, 40, 3, 1, |vpc, service| (20 + (vpc * 31 + service * 17) % 160) as u128);
    let (steps, is_cheapest) = steps(&demand);
    assert!(steps < MAX_PLAN_STEPS + SLACK, "{steps} steps");
    assert!(is_cheapest || steps >= MAX_PLAN_STEPS);
}

#[test]
fn tiers_of_many_accounts_end() {
    // Petabytes, so that each of 30 accounts can reach each of its tiers.
    let demand = mesh(30, 3, 3, 30, |vpc, service| 4_000 + (vpc * service) as u128 * 500);
    let (steps, is_cheapest) = steps(&demand);
    assert!(steps < MAX_PLAN_STEPS + SLACK, "{steps} steps");
    assert!(is_cheapest || steps >= MAX_PLAN_STEPS);
}

#[test]
fn more_zones_than_any_region_has_end() {
    let demand = mesh(12, 2, 12, 1, |vpc, service| ((vpc + service) % 30) as u128);
    let (steps, _) = steps(&demand);
    assert!(steps < MAX_PLAN_STEPS + SLACK, "{steps} steps");
}
