//! Where each service stands: its traffic against the break-even of its endpoint, whether the plan changes it or not.

use rust_decimal::Decimal;

use crate::model::plan::ServiceOption;

use super::central::Pick;
use super::planned::Planned;
use super::slots::{KEEP, Slot};

/// Every service (or set) in a VPC that an interface endpoint carries or could carry, by VPC and service.
pub(super) fn options(planned: &Planned<'_, '_>) -> Vec<ServiceOption> {
    let mut options = Vec::new();
    for (family, best) in planned.found.families.iter().zip(&planned.found.picks) {
        for (place, slot) in family.slots.iter().enumerate() {
            let is_changed = match best.picks[place] {
                Pick::Own(choice) => family.choices[place][choice].kind != KEEP,
                Pick::Central => true,
            };
            options.push(option(planned, &planned.found.slots[*slot], is_changed));
        }
    }
    options.sort_by(|a, b| (&a.vpc_id, &a.service).cmp(&(&b.vpc_id, &b.service)));
    options
}

fn option(planned: &Planned<'_, '_>, slot: &Slot, is_changed: bool) -> ServiceOption {
    let (case, demand) = (planned.case, &planned.gathered.demand);
    let cells = slot.cells.iter().copied();
    let bytes = cells.clone().map(|cell| demand.cells[cell].bytes).sum();
    // Only what has a way through a NAT gateway can be compared with one.
    let at_nat: Vec<usize> = cells.filter(|cell| demand.cells[*cell].nat.is_some()).collect();
    let (_, zones_needed) = demand.zones_needed(slot.vpc, &slot.cells);
    let region = planned.region(slot.vpc);
    let per_zone = case.break_even(region, &planned.moved_to_nat(&at_nat));
    let units = Decimal::from((zones_needed * slot.services.len()) as u64);
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
    }
}
