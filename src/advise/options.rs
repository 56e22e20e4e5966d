//! Where each service stands: its traffic against the break-even of its endpoint, whether the plan changes it or not.

use rust_decimal::Decimal;

use crate::model::plan::ServiceOption;
use crate::model::wording::Wording;

use super::Advice;
use super::catalog::TOLD_BY_ADDRESS;
use super::central::Pick;
use super::demand::{Carrier, Freedom};
use super::evidence::{Doubts, Moved};
use super::planned::Planned;
use super::say;
use super::slots::{KEEP, Slot};

/// Every service (or set) in a VPC that an interface endpoint carries or could carry, by VPC and service.
pub(super) fn options(planned: &Planned<'_, '_>, advice: &[Advice]) -> Vec<ServiceOption> {
    let mut options = Vec::new();
    for (family, best) in planned.found.families.iter().zip(&planned.found.picks) {
        for (place, slot) in family.slots.iter().enumerate() {
            let is_changed = match best.picks[place] {
                Pick::Own(choice) => family.choices[place][choice].kind != KEEP,
                Pick::Central => true,
            };
            let slot = &planned.found.slots[*slot];
            let own: Vec<&Advice> = if is_changed {
                advice.iter().filter(|advice| is_about(planned, advice, slot)).collect()
            } else {
                Vec::new()
            };
            options.push(option(planned, slot, is_changed, &own));
        }
    }
    options.sort_by(|a, b| (&a.vpc_id, &a.service).cmp(&(&b.vpc_id, &b.service)));
    options
}

/// Ids of a slot's endpoints.
fn endpoints<'p>(planned: &'p Planned<'_, '_>, slot: &Slot) -> Vec<&'p str> {
    slot.endpoints.iter().map(|index| planned.gathered.demand.endpoints[*index].id.as_str()).collect()
}

/// Whether an advice changes what a slot has, or gives it an endpoint.
fn is_about(planned: &Planned<'_, '_>, advice: &Advice, slot: &Slot) -> bool {
    let change = &advice.change;
    let ids = endpoints(planned, slot);
    let known = change.vpc_endpoint_ids.iter().chain(&change.replaced_endpoint_ids);
    if known.clone().any(|id| ids.contains(&id.as_str())) {
        return true;
    }
    let vpc = &planned.gathered.demand.vpcs[slot.vpc].id;
    let is_new = change.endpoint_type == Some("Interface") && change.vpc_endpoint_ids.is_empty();
    let mut services = std::iter::once(&change.service).chain(&change.companions);
    is_new
        && !slot.is_spare
        && (change.vpc_id.as_ref() == Some(vpc) || change.client_vpc_ids.contains(vpc))
        && services.any(|service| slot.services.contains(service))
}

fn option(planned: &Planned<'_, '_>, slot: &Slot, is_changed: bool, own: &[&Advice]) -> ServiceOption {
    let (case, demand) = (planned.case, &planned.gathered.demand);
    let cells = slot.cells.iter().copied();
    let bytes = cells.clone().map(|cell| demand.cells[cell].bytes).sum();
    // Only what has a way through a NAT gateway can be compared with one.
    let at_nat: Vec<usize> = cells.filter(|cell| demand.cells[*cell].nat.is_some()).collect();
    let (_, zones_needed) = demand.zones_needed(slot.vpc, &slot.cells);
    let region = planned.region(slot.vpc);
    let per_zone = case.break_even(region, &planned.moved_to_nat(&at_nat));
    let units = Decimal::from((zones_needed * slot.services.len()) as u64);
    let moved = planned.moved(&slot.cells);
    let evidence = moved.evidence(case);
    let (confidence, confidence_reasons) = match own.first() {
        Some(advice) => (advice.line.confidence, advice.line.evidence.confidence_reasons.clone()),
        None => doubts(planned, slot, &moved).settle(),
    };
    ServiceOption {
        vpc_id: demand.vpcs[slot.vpc].id.clone(),
        region: region.map(str::to_owned),
        service: slot.services[0].clone(),
        companions: slot.services[1..].to_vec(),
        has_endpoint: !slot.endpoints.is_empty(),
        is_changed,
        zones_needed: zones_needed as u64,
        bytes_month: case.scale.month_bytes(bytes),
        traffic_gb_month: case.month_gb(bytes),
        break_even_gb_month_per_zone: per_zone,
        break_even_gb_month: per_zone.and_then(|gb| gb.checked_mul(units)),
        advice_ids: own.iter().map(|advice| advice.line.id.clone()).collect(),
        clients: evidence.clients,
        client_count: evidence.client_count,
        confidence,
        confidence_reasons,
        way_back: way_back(planned, slot, own),
    }
}

/// What lowers confidence in the traffic of a slot that stays as it is.
fn doubts(planned: &Planned<'_, '_>, slot: &Slot, moved: &Moved) -> Doubts {
    let demand = &planned.gathered.demand;
    let mut doubts = moved.doubts(planned.case);
    let is_fixed = |index: &usize| demand.endpoints[*index].freedom == Freedom::Fixed;
    if slot.endpoints.iter().any(is_fixed) {
        doubts.sink(say::endpoint_is_fixed());
    }
    if slot.cells.iter().any(|cell| demand.cells[*cell].now == Carrier::Nat) {
        let by_address =
            TOLD_BY_ADDRESS.iter().any(|told| slot.services.iter().any(|name| name == told.service));
        doubts.lower(if by_address { say::told_by_address() } else { say::told_by_map() });
    }
    doubts
}

/// How to undo the advice, or what could be done instead of nothing.
fn way_back(planned: &Planned<'_, '_>, slot: &Slot, own: &[&Advice]) -> Wording {
    let ids = endpoints(planned, slot);
    if !own.is_empty() {
        let ways = own.iter().map(|advice| &advice.line.evidence.way_back);
        return Wording::join(ways.filter(|way| !way.is_empty()), "; ");
    }
    if ids.is_empty() {
        return say::delete_new_endpoint();
    }
    say::create_as_it_was(ids.join(" "))
}
