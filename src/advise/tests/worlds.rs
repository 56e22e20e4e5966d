//! Small random demands: every kind of VPC, gateway, endpoint, cell and link, in combinations that records would allow.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::advise::demand::{
    Carrier, Cell, Demand, EndpointDemand, Freedom, Joint, Link, Load, NatDemand, NatWay, Scope, VpcDemand,
};
use crate::advise::policy::Availability;
use crate::price::tiers::Tier;
use crate::price::toll::Scale;

/// Zones that demands are made of.
pub const ZONES: [&str; 3] = ["use1-az1", "use1-az2", "use1-az3"];

/// Services that demands are made of: single ones, two sets, one with a gateway endpoint, and one with no way but its endpoint.
const SERVICES: [&str; 8] = ["kms", "sqs", "ecr.api", "ecr.dkr", "ssm", "ec2messages", "s3", "execute-api"];

const GB: u128 = 1 << 30;

/// Thousandths of a dollar.
pub fn mill(mills: i64) -> Decimal {
    Decimal::new(mills, 3)
}

fn zones(bits: u8) -> Vec<String> {
    let chosen = ZONES.iter().enumerate().filter(|(index, _)| bits & (1 << index) != 0);
    chosen.map(|(_, zone)| (*zone).to_owned()).collect()
}

prop_compose! {
    fn scope(account: usize)(
        hour in prop::sample::select(vec![1_i64, 5, 10, 20]),
        tiers in prop::collection::vec((1_u64..400, 0_i64..12), 0..3),
        first in 0_i64..20,
        endpoint_cross_zone in prop::sample::select(vec![0_i64, 0, 0, 10]),
        transit in prop::sample::select(vec![0_i64, 5, 20]),
    ) -> Scope {
        // Edges and prices of the first tiers: low enough that small demands cross them.
        let mut made = vec![Tier { from_gb: 0, to_gb: None, usd_per_gb: mill(first) }];
        for (width, fall) in tiers {
            let last = made.last_mut().expect("a tier");
            let from_gb = last.from_gb + width;
            let usd_per_gb = (last.usd_per_gb - mill(fall)).max(Decimal::ZERO);
            last.to_gb = Some(from_gb);
            made.push(Tier { from_gb, to_gb: None, usd_per_gb });
        }
        Scope {
            account: Some(format!("{account:012}")),
            region: Some("us-east-1".to_owned()),
            endpoint_hour: Some(mill(hour)),
            tiers: Some(made),
            endpoint_cross_zone: Some(mill(endpoint_cross_zone)),
            cross_zone: Some(mill(10)),
            transit: Some(mill(transit)),
        }
    }
}

prop_compose! {
    fn nat(number: usize)(
        hour in prop::sample::select(vec![5_i64, 45, 45]),
        gb in prop::sample::select(vec![10_i64, 45, 45, 62]),
        public_ips in 0_u64..3,
        zones in 1_u64..3,
        other in prop::option::weighted(0.3, (1..900_u128, any::<bool>(), any::<bool>())),
        removable in prop::bool::weighted(0.7),
    ) -> (NatDemand, u64) {
        let mut load = Load::default();
        if let Some((gb, cross_zone, transit)) = other {
            load.add(gb * GB / 30, NatWay { nat: number, cross_zone, transit });
        }
        let nat = NatDemand {
            id: format!("nat-{number}"),
            region: Some("us-east-1".to_owned()),
            hour: Some(mill(hour)),
            gb: Some(mill(gb)),
            cross_zone: Some(mill(10)),
            transit: Some(mill(20)),
            public_ipv4_hour: Some(mill(5)),
            public_ips,
            month_hours: 0,
            other: load,
            removable,
        };
        (nat, zones)
    }
}

/// Numbers that a cell is made of.
type Draw = (usize, u8, usize, u128, bool, (usize, bool, bool, bool));

fn draw() -> impl Strategy<Value = Draw> {
    (
        0_usize..3,
        0_u8..4,
        0_usize..SERVICES.len(),
        prop_oneof![1 => Just(0_u128), 4 => 1..60_u128, 6 => 60..1500_u128],
        prop::bool::weighted(0.35),
        (0_usize..6, any::<bool>(), any::<bool>(), prop::bool::weighted(0.8)),
    )
}

prop_compose! {
    /// A demand of at most three VPCs, three zones, four services, two NAT gateways, three endpoints and seven cells.
    pub fn demand()(
        scale in prop::sample::select(vec![(720_u64, 720_u64), (24, 720), (730, 730), (100, 730)]),
        scopes in (scope(1), scope(2)),
        nats in (nat(0), nat(1)),
        nat_count in 0_usize..3,
        vpcs in prop::collection::vec((0_usize..4, prop::bool::weighted(0.3), 0_u8..8, 0_u8..8), 1..4),
        endpoints in prop::collection::vec((0_usize..3, 0_usize..SERVICES.len(), 1_u8..8, 0_u8..8), 0..4),
        cells in prop::collection::vec(draw(), 0..8),
        links in prop::collection::vec(0_u8..5, 6),
    ) -> Demand {
        let scale = Scale { observed_hours: scale.0, month_hours: scale.1 };
        let mut demand = Demand {
            scale,
            scopes: vec![scopes.0, scopes.1],
            vpcs: Vec::new(),
            nats: Vec::new(),
            endpoints: Vec::new(),
            cells: Vec::new(),
            links: BTreeSet::new(),
        };
        for (nat, zones) in [nats.0, nats.1].into_iter().take(nat_count) {
            demand.nats.push(NatDemand { month_hours: zones * scale.month_hours, ..nat });
        }
        for (number, (account, single, used, more)) in vpcs.into_iter().enumerate() {
            demand.vpcs.push(VpcDemand {
                id: format!("vpc-{number}"),
                scope: usize::from(account == 0),
                availability: if single { Availability::SingleAz } else { Availability::MultiAz },
                zones: zones(used).into_iter().collect(),
                subnet_zones: zones(used | more).into_iter().collect(),
            });
        }
        let count = demand.vpcs.len();
        for (number, (vpc, service, bits, traits)) in endpoints.into_iter().enumerate() {
            let zones = zones(bits);
            let gone = traits == 0;
            demand.endpoints.push(EndpointDemand {
                id: format!("vpce-{number}"),
                vpc: vpc % count,
                service: SERVICES[service].to_owned(),
                charged: if gone { 0 } else { zones.len() as u64 },
                zones,
                freedom: if gone || traits == 1 { Freedom::Fixed } else { Freedom::Free },
                is_spare: false,
            });
        }
        for draw in cells {
            add_cell(&mut demand, draw);
        }
        for (pair, by) in links.into_iter().enumerate() {
            let (from, to) = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)][pair];
            let by = match by {
                0 => Joint::Peering,
                1 | 2 => Joint::Transit,
                _ => continue,
            };
            if from < count && to < count {
                demand.links.insert(Link { from, to, by });
            }
        }
        settle(&mut demand);
        demand
    }
}

fn add_cell(demand: &mut Demand, (vpc, zone, service, gb, by_endpoint, (pick, cross, far, nat)): Draw) {
    let count = demand.vpcs.len();
    let (mut vpc, mut service) = (vpc % count, SERVICES[service]);
    let way = (!demand.nats.is_empty()).then(|| NatWay {
        nat: pick % demand.nats.len(),
        cross_zone: cross && !far,
        transit: far,
    });
    let now = if by_endpoint && !demand.endpoints.is_empty() {
        let number = pick % demand.endpoints.len();
        let endpoint = &demand.endpoints[number];
        service = SERVICES[SERVICES.iter().position(|known| *known == endpoint.service).expect("known")];
        // Few clients of other VPCs: their endpoint has to stay.
        vpc = if pick == 5 { vpc } else { endpoint.vpc };
        Carrier::Endpoint(number)
    } else {
        Carrier::Nat
    };
    let way = match now {
        Carrier::Nat if way.is_none() || gb == 0 => return,
        Carrier::Nat => way,
        Carrier::Endpoint(_) if service == "execute-api" => None,
        Carrier::Endpoint(_) => way.filter(|_| nat),
    };
    let home = |number: usize| demand.endpoints[number].vpc == vpc;
    let to_gateway = service == "s3"
        && match now {
            Carrier::Nat => true,
            Carrier::Endpoint(number) => nat && home(number),
        };
    let zone = ZONES.get(usize::from(zone)).map(|zone| (*zone).to_owned());
    let bytes = gb * GB * u128::from(demand.scale.observed_hours) / u128::from(demand.scale.month_hours);
    // A client's zone is one that its VPC uses and has.
    if let Some(zone) = &zone {
        demand.vpcs[vpc].zones.insert(zone.clone());
        demand.vpcs[vpc].subnet_zones.insert(zone.clone());
    }
    demand.cells.push(Cell { vpc, zone, service: service.to_owned(), bytes, now, nat: way, to_gateway });
}

/// What follows from the rest: endpoints that others depend on stay, and idle twins are spare.
fn settle(demand: &mut Demand) {
    let carries =
        |demand: &Demand, index| demand.cells.iter().any(|cell| cell.now == Carrier::Endpoint(index));
    for index in 0..demand.endpoints.len() {
        let vpc = demand.endpoints[index].vpc;
        let mut cells = demand.cells.iter().filter(|cell| cell.now == Carrier::Endpoint(index));
        if cells.any(|cell| cell.vpc != vpc) {
            demand.endpoints[index].freedom = Freedom::Fixed;
        }
    }
    let twins: BTreeSet<usize> = (0..demand.endpoints.len())
        .filter(|index| {
            let own = &demand.endpoints[*index];
            own.freedom == Freedom::Free
                && !carries(demand, *index)
                && demand.endpoints.iter().enumerate().any(|(other, endpoint)| {
                    other != *index
                        && endpoint.charged > 0
                        && (endpoint.vpc, &endpoint.service) == (own.vpc, &own.service)
                        && (carries(demand, other) || other < *index)
                })
        })
        .collect();
    for index in twins {
        demand.endpoints[index].is_spare = true;
    }
}
