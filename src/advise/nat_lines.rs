//! NAT gateways that nothing would pass any more.

use rust_decimal::Decimal;

use crate::inventory::{NatGateway, RouteTarget};
use crate::model::plan::Action;
use crate::model::report::{AdviceLine, Evidence};
use crate::model::wording::Wording;
use crate::price::Meter;

use super::Advice;
use super::demand::Carrier;
use super::evidence::{Doubts, amount};
use super::planned::Planned;
use super::say;
use super::search::hours_cost;

/// What stands for a service in these lines.
const SERVICE: &str = "nat-gateway";

/// A line for every NAT gateway that the plan removes.
pub(super) fn lines(planned: &Planned<'_, '_>, advice: &[Advice]) -> Vec<Advice> {
    planned.found.removed.iter().map(|nat| line(planned, *nat, advice)).collect()
}

fn line(planned: &Planned<'_, '_>, nat: usize, advice: &[Advice]) -> Advice {
    let (case, demand) = (planned.case, &planned.gathered.demand);
    let gateway = &demand.nats[nat];
    let (unit, totals) = &case.attribution.nats[planned.gathered.nats[nat]];
    let known: Option<&NatGateway> = unit.inventory.map(|index| &case.topology.inventory.nat_gateways[index]);
    let bytes = totals.volume().total();
    let saving = hours_cost(demand, gateway);
    let id = format!("{}/{}", Action::RemoveNatGateway.name(), gateway.id);
    let addresses = known.map_or(&[][..], |nat| nat.addresses.as_slice());
    let public_ips: Vec<String> =
        addresses.iter().filter_map(|address| address.public_ip).map(|address| address.to_string()).collect();
    // Whatever takes bytes off it must be done before.
    let mut depends_on: Vec<String> = advice
        .iter()
        .filter(|advice| advice.line.evidence.via.contains(&gateway.id))
        .map(|advice| advice.line.id.clone())
        .collect();
    depends_on.sort();
    depends_on.dedup();
    let mut evidence = evidence(planned, nat, &public_ips);
    evidence.bytes_observed = bytes;

    let moved: Vec<usize> = (0..demand.cells.len())
        .filter(|cell| {
            let cell = &demand.cells[*cell];
            cell.now == Carrier::Nat && cell.nat.is_some_and(|way| way.nat == nat)
        })
        .collect();
    let mut doubts: Doubts = planned.moved(&moved).doubts(case);
    doubts.lower(say::rare_traffic());
    // Another table may lead to it.
    doubts.needs(case, "describe-route-tables");
    for other in advice.iter().filter(|other| depends_on.contains(&other.line.id)) {
        if other.line.confidence == "low" {
            doubts.sink(say::rests_on(&other.line.id));
        }
    }
    let (confidence, reasons) = doubts.settle();
    evidence.confidence_reasons = reasons;

    let mut change = planned.change(Action::RemoveNatGateway, unit.vpc.as_deref(), SERVICE, &id);
    change.region.clone_from(&gateway.region);
    change.nat_gateway_id = Some(gateway.id.clone());
    change.public_ips = public_ips;
    change.depends_on.clone_from(&depends_on);
    change.route_table_ids.clone_from(&evidence.route_table_ids);
    let line = AdviceLine {
        id,
        action: Action::RemoveNatGateway.name(),
        vpc_id: unit.vpc.clone(),
        service: SERVICE.to_owned(),
        zones: unit.zone.iter().cloned().collect(),
        bytes_month: 0,
        cost_now_usd: saving,
        cost_after_usd: saving.map(|_| Decimal::ZERO),
        saving_month_usd: saving,
        companions: Vec::new(),
        depends_on,
        confidence,
        summary: summary(&gateway.id, bytes, case.scale.observed_hours),
        evidence,
    };
    Advice { line, change }
}

fn summary(nat: &str, bytes: u128, hours: u64) -> String {
    if bytes == 0 {
        return format!("Remove the NAT gateway {nat}: nothing passed it in {hours} observed hours.");
    }
    format!(
        "Remove the NAT gateway {nat}: with the other changes nothing would pass it any more, and nothing else did in {hours} \
         observed hours."
    )
}

fn evidence(planned: &Planned<'_, '_>, nat: usize, public_ips: &[String]) -> Evidence {
    let (case, demand) = (planned.case, &planned.gathered.demand);
    let gateway = &demand.nats[nat];
    let region = gateway.region.as_deref();
    let saving = hours_cost(demand, gateway);
    let is_it = |target: &RouteTarget| matches!(target, RouteTarget::NatGateway(id) if *id == gateway.id);
    let tables = case.topology.inventory.route_tables.iter();
    let tables = tables.filter(|table| table.routes.iter().any(|route| is_it(&route.target)));
    let mut evidence = Evidence {
        via: vec![gateway.id.clone()],
        route_table_ids: tables.map(|table| table.route_table_id.clone()).collect(),
        ..Evidence::default()
    };
    let units = gateway.month_hours / case.scale.month_hours.max(1);
    evidence.rates.extend(case.rate_text(region, Meter::NatGatewayHour));
    evidence.arithmetic.push(case.hours_step(&say::nat_hours(), units, region, Meter::NatGatewayHour));
    let mut addresses = Wording::default();
    if gateway.public_ips > 0 {
        evidence.rates.extend(case.rate_text(region, Meter::PublicIpv4Hour));
        let step =
            case.hours_step(&say::public_addresses(), gateway.public_ips, region, Meter::PublicIpv4Hour);
        evidence.arithmetic.push(step);
        let (count, hours) = (gateway.public_ips, case.scale.month_hours);
        addresses = say::plus_addresses(count, hours);
    }
    evidence.arithmetic.extend([
        say::now(amount(saving)),
        say::after(amount(saving.map(|_| Decimal::ZERO))),
        say::saving(amount(saving)),
    ]);
    evidence.formula = say::nat_formula(gateway.month_hours, addresses, amount(saving));
    if !public_ips.is_empty() {
        evidence.remarks.push(say::allow_listed(public_ips.join(", ")));
    }
    evidence.remarks.push(say::routes_go_too());
    evidence.way_back =
        if public_ips.is_empty() { say::create_nat_again() } else { say::create_nat_again_with_address() };
    evidence
}
