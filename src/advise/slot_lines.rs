//! Interface endpoints to add, to shrink and to remove, as lines.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::model::plan::{Action, Change};
use crate::model::report::{AdviceLine, Evidence};
use crate::model::wording::Wording;
use crate::price::Meter;

use super::Advice;
use super::catalog::{TOLD_BY_ADDRESS, set_of};
use super::central::Pick;
use super::cost::Placed;
use super::demand::Carrier;
use super::evidence::{Doubts, Moved, amount, gb_text};
use super::planned::Planned;
use super::say;
use super::slots::{Choice, Slot, hours};

/// A slot with what the plan does about it.
struct Chosen<'l, 'p, 'c> {
    planned: &'l Planned<'p, 'c>,
    /// Family, and place in it.
    at: (usize, usize),
    slot: &'l Slot,
    choice: &'l Choice,
    vpc: &'l str,
    region: Option<&'l str>,
}

/// Lines for every slot that the plan changes, central endpoints apart.
pub(super) fn lines(planned: &Planned<'_, '_>) -> Vec<Advice> {
    let mut lines = Vec::new();
    for (number, (family, best)) in planned.found.families.iter().zip(&planned.found.picks).enumerate() {
        for (place, slot) in family.slots.iter().enumerate() {
            let Pick::Own(choice) = best.picks[place] else { continue };
            let slot = &planned.found.slots[*slot];
            let chosen = Chosen {
                planned,
                at: (number, place),
                slot,
                choice: &family.choices[place][choice],
                vpc: &planned.gathered.demand.vpcs[slot.vpc].id,
                region: planned.region(slot.vpc),
            };
            lines.extend(chosen.lines());
        }
    }
    lines
}

impl Chosen<'_, '_, '_> {
    fn lines(&self) -> Vec<Advice> {
        let mut lines = Vec::new();
        let kind = self.choice.kind;
        let all = self.worth();
        let mut shrunk = Some(Decimal::ZERO);
        if kind.shrinks {
            for placed in &self.choice.placed {
                let Some(advice) = self.shrink(placed) else { continue };
                shrunk = shrunk.zip(advice.line.saving_month_usd).map(|(sum, saving)| sum + saving);
                lines.push(advice);
            }
        }
        if kind.adds {
            // What is left when the zones are counted that go besides.
            let saving = all.zip(shrunk).and_then(|(all, shrunk)| all.checked_sub(shrunk));
            lines.push(self.add(saving));
        }
        if kind.removes {
            lines.push(self.remove(all));
        }
        lines
    }

    fn worth(&self) -> Option<Decimal> {
        self.planned.worth(self.region, self.at.0, &|place| place == self.at.1)
    }

    /// Names for sentences: of the set, or of the service.
    fn title(&self) -> String {
        match set_of(&self.slot.services[0]) {
            Some(set) => format!("{} ({})", set.title, set.services.join(", ")),
            None => self.slot.services[0].clone(),
        }
    }

    fn line(&self, action: Action, id: String, service: &str, summary: String) -> (AdviceLine, Change) {
        let change = self.planned.change(action, Some(self.vpc), service, &id);
        let line = AdviceLine {
            id,
            action: action.name(),
            vpc_id: Some(self.vpc.to_owned()),
            service: service.to_owned(),
            zones: Vec::new(),
            bytes_month: 0,
            cost_now_usd: None,
            cost_after_usd: None,
            saving_month_usd: None,
            companions: Vec::new(),
            depends_on: Vec::new(),
            confidence: "low",
            summary,
            evidence: Evidence::default(),
        };
        (line, change)
    }

    fn rates(&self, evidence: &mut Evidence, meters: &[Meter]) {
        for meter in meters {
            let text = self.planned.case.rate_text(self.region, *meter);
            evidence.rates.extend(text.filter(|text| !evidence.rates.contains(text)));
        }
    }

    /// New endpoints.
    fn add(&self, saving: Option<Decimal>) -> Advice {
        let (planned, case, demand) = (self.planned, self.planned.case, &self.planned.gathered.demand);
        let placed: Vec<&Placed> =
            self.choice.placed.iter().filter(|placed| placed.existing.is_none()).collect();
        let services: Vec<String> = placed.iter().map(|placed| placed.service.clone()).collect();
        let zones = &placed[0].zones;
        let units: u64 = placed.iter().map(|placed| placed.charged).sum();
        let own = |cell: &&usize| {
            let cell = &demand.cells[**cell];
            cell.now == Carrier::Nat && services.contains(&cell.service)
        };
        let cells: Vec<usize> = self.slot.cells.iter().filter(own).copied().collect();
        let moved = planned.moved(&cells);
        let now = moved.nat_cost(case);
        let after = now.zip(saving).and_then(|(now, saving)| now.checked_sub(saving));
        let service = services[0].clone();
        let title =
            if services.len() == self.slot.services.len() { self.title() } else { services.join(", ") };
        let id = format!("{}/{}/{service}", Action::AddInterfaceEndpoint.name(), self.vpc);
        let summary = format!(
            "Add {} for {title} to {} in {} zone(s): the bytes are above the break-even.",
            if services.len() > 1 {
                format!("{} interface endpoints", services.len())
            } else {
                "an interface endpoint".to_owned()
            },
            self.vpc,
            placed[0].charged,
        );
        let (mut line, mut change) = self.line(Action::AddInterfaceEndpoint, id, &service, summary);
        let mut evidence = moved.evidence(case);
        self.rates(&mut evidence, &[Meter::InterfaceEndpointHour, Meter::InterfaceEndpointGb]);
        let per_zone = case.break_even(self.region, &moved);
        evidence.break_even_gb_month_per_zone = per_zone;
        evidence.break_even_gb_month = per_zone.and_then(|gb| gb.checked_mul(Decimal::from(units)));
        let gb = gb_text(case.month_gb(moved.bytes));
        evidence.formula = say::add_formula(gb, amount(now), units, case.scale.month_hours, amount(after));
        let mut steps = moved.steps(case);
        steps.push(say::now(amount(now)));
        steps.push(case.hours_step(&say::endpoint_units(), units, self.region, Meter::InterfaceEndpointHour));
        let below = planned.linked(self.slot.vpc).saturating_sub(moved.bytes);
        steps.extend(case.tier_steps(&say::endpoint_data(), self.region, (below, moved.bytes)));
        steps.extend(planned.approach_steps(&cells, self.slot.vpc, zones));
        steps.push(say::after(amount(after)));
        steps.push(say::saving(amount(saving)));
        evidence.arithmetic = steps;
        let told = TOLD_BY_ADDRESS.iter().find(|told| services.iter().any(|service| told.service == service));
        evidence.remarks.extend(told.map(|told| (told.remark)()));
        if set_of(&service).is_some() {
            evidence.remarks.push(say::only_together());
        }
        evidence.remarks.push(say::check_zones(Planned::names(&services, self.region).join(" ")));
        evidence.way_back = say::delete_new_endpoint();
        let mut doubts = moved.doubts(case);
        doubts.needs(case, "describe-vpc-endpoints");
        doubts.lower(if told.is_some() { say::told_by_address() } else { say::told_by_map() });
        (line.confidence, evidence.confidence_reasons) = doubts.settle();
        line.zones.clone_from(zones);
        line.bytes_month = case.scale.month_bytes(moved.bytes);
        (line.cost_now_usd, line.cost_after_usd, line.saving_month_usd) = (now, after, saving);
        line.companions = services[1..].to_vec();
        change.endpoint_type = Some("Interface");
        change.service_names = Planned::names(&services, self.region);
        change.companions.clone_from(&line.companions);
        change.needs_gateway = set_of(&service).is_some_and(|set| set.needs_s3);
        change.zones = planned.subnets(self.vpc, zones, &moved.subnets);
        change.client_cidrs = planned.cidrs(&moved);
        change.client_vpc_ids = vec![self.vpc.to_owned()];
        line.evidence = evidence;
        Advice { line, change }
    }

    /// Fewer zones for one endpoint; `None` for one that stays.
    fn shrink(&self, placed: &Placed) -> Option<Advice> {
        let (planned, case, demand) = (self.planned, self.planned.case, &self.planned.gathered.demand);
        let index = placed.existing?;
        let endpoint = &demand.endpoints[index];
        if endpoint.charged == placed.charged {
            return None;
        }
        let cells: Vec<usize> = self
            .slot
            .cells
            .iter()
            .filter(|cell| demand.cells[**cell].now == Carrier::Endpoint(index))
            .copied()
            .collect();
        let moved = planned.moved(&cells);
        let now = hours(demand, self.slot.vpc, endpoint.charged);
        let approach = |zones: &[String]| {
            cells.iter().try_fold(Decimal::ZERO, |sum, cell| {
                let cell = &demand.cells[*cell];
                let zones = (cell.zone.as_deref(), zones);
                sum.checked_add(super::cost::approach(demand, cell.vpc, self.slot.vpc, zones, cell.bytes).0?)
            })
        };
        let now = now.zip(approach(&endpoint.zones)).and_then(|(hours, cross)| hours.checked_add(cross));
        let after = hours(demand, self.slot.vpc, placed.charged).zip(approach(&placed.zones));
        let after = after.and_then(|(hours, cross)| hours.checked_add(cross));
        let saving = now.zip(after).and_then(|(now, after)| now.checked_sub(after));
        let removed: Vec<String> =
            endpoint.zones.iter().filter(|zone| !placed.zones.contains(zone)).cloned().collect();
        let id = format!("{}/{}", Action::ShrinkInterfaceEndpoint.name(), endpoint.id);
        let summary = format!(
            "Take the interface endpoint {} ({}) out of {}: {} is enough under the policy {}.",
            endpoint.id,
            endpoint.service,
            removed.join(", "),
            placed.zones.join(", "),
            demand.vpcs[self.slot.vpc].availability.name(),
        );
        let (mut line, mut change) =
            self.line(Action::ShrinkInterfaceEndpoint, id, &endpoint.service, summary);
        let mut evidence = moved.evidence(case);
        evidence.via = vec![endpoint.id.clone()];
        self.rates(&mut evidence, &[Meter::InterfaceEndpointHour]);
        evidence.formula = say::shrink_formula(
            endpoint.charged,
            placed.charged,
            case.scale.month_hours,
            amount(now),
            amount(after),
        );
        let step =
            |what: Wording, zones| case.hours_step(&what, zones, self.region, Meter::InterfaceEndpointHour);
        evidence.arithmetic = vec![step(say::zones_now(), endpoint.charged)];
        evidence.arithmetic.extend(planned.approach_steps(&cells, self.slot.vpc, &endpoint.zones));
        evidence.arithmetic.push(say::now(amount(now)));
        evidence.arithmetic.push(step(say::zones_after(), placed.charged));
        evidence.arithmetic.extend(planned.approach_steps(&cells, self.slot.vpc, &placed.zones));
        evidence.arithmetic.push(say::after(amount(after)));
        evidence.arithmetic.push(say::saving(amount(saving)));
        evidence.remarks.push(say::other_zone());
        let subnets = planned.subnets(self.vpc, &removed, &BTreeSet::new());
        let known = case.topology.endpoint(&endpoint.id);
        change.zones_removed = subnets
            .into_iter()
            .map(|mut zone| {
                // The subnet that the endpoint has there.
                let own = known.into_iter().flat_map(|known| &known.subnet_ids);
                zone.subnet_id = own
                    .into_iter()
                    .find(|subnet| {
                        case.topology.zone_of_subnet(subnet).unwrap_or(subnet)
                            == zone.zone_id.as_deref().unwrap_or_default()
                    })
                    .cloned();
                zone
            })
            .collect();
        let leaving: Vec<&str> =
            change.zones_removed.iter().filter_map(|zone| zone.subnet_id.as_deref()).collect();
        evidence.way_back = Wording::same(format!(
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --add-subnet-ids {}",
            endpoint.id,
            leaving.join(" ")
        ));
        (line.confidence, evidence.confidence_reasons) = moved.doubts(case).settle();
        line.zones = removed;
        line.bytes_month = 0;
        (line.cost_now_usd, line.cost_after_usd, line.saving_month_usd) = (now, after, saving);
        change.endpoint_type = Some("Interface");
        change.vpc_endpoint_ids = vec![endpoint.id.clone()];
        change.zones = planned.subnets(self.vpc, &placed.zones, &moved.subnets);
        change.client_vpc_ids = vec![self.vpc.to_owned()];
        line.evidence = evidence;
        Some(Advice { line, change })
    }

    /// Endpoints that go.
    fn remove(&self, saving: Option<Decimal>) -> Advice {
        let (planned, case, demand) = (self.planned, self.planned.case, &self.planned.gathered.demand);
        let mut endpoints: Vec<_> =
            self.slot.endpoints.iter().map(|index| &demand.endpoints[*index]).collect();
        // In the order of the set, so that its first service stands for it.
        endpoints.sort_by_key(|endpoint| {
            self.slot.services.iter().position(|service| *service == endpoint.service)
        });
        let ids: Vec<String> = endpoints.iter().map(|endpoint| endpoint.id.clone()).collect();
        let units: u64 = endpoints.iter().map(|endpoint| endpoint.charged).sum();
        let at_endpoint = |cell: &&usize| matches!(demand.cells[**cell].now, Carrier::Endpoint(_));
        let cells: Vec<usize> = self.slot.cells.iter().filter(at_endpoint).copied().collect();
        let is_free = !cells.is_empty() && cells.iter().all(|cell| demand.cells[*cell].to_gateway);
        let moved = if is_free { planned.moved(&cells) } else { planned.moved_to_nat(&cells) };
        let after = if is_free { Some(Decimal::ZERO) } else { moved.nat_cost(case) };
        let after = after.filter(|_| saving.is_some() || cells.is_empty());
        let now = after.zip(saving).and_then(|(after, saving)| after.checked_add(saving));
        let after = if now.is_none() { None } else { after };
        let service = endpoints[0].service.clone();
        let id = format!("{}/{}", Action::RemoveInterfaceEndpoint.name(), ids[0]);
        let (named, those) = (ids.join(", "), if ids.len() > 1 { "endpoints" } else { "endpoint" });
        let services: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.service.as_str()).collect();
        let services = services.join(", ");
        let summary = if cells.is_empty() {
            format!(
                "Remove the idle interface {those} {named} ({services}): nothing used {} in {} observed hours.",
                if ids.len() > 1 { "them" } else { "it" },
                case.scale.observed_hours
            )
        } else if is_free {
            format!(
                "Remove the interface {those} {named} ({services}): a gateway endpoint carries the same bytes free of charge."
            )
        } else {
            format!(
                "The interface {those} {named} ({services}) carry so little that the NAT gateway would be cheaper: remove {} \
                 unless there for security.",
                if ids.len() > 1 { "them as a set" } else { "it" },
            )
        };
        let (mut line, mut change) = self.line(Action::RemoveInterfaceEndpoint, id, &service, summary);
        let mut evidence = moved.evidence(case);
        let nats: Vec<String> = if is_free { Vec::new() } else { moved.via.iter().cloned().collect() };
        evidence.via.clone_from(&ids);
        let mut rates = Evidence::default();
        self.rates(&mut rates, &[Meter::InterfaceEndpointHour]);
        rates.rates.extend(std::mem::take(&mut evidence.rates));
        evidence.rates = rates.rates;
        let per_zone = case.break_even(self.region, &moved);
        evidence.break_even_gb_month_per_zone = per_zone;
        evidence.break_even_gb_month = per_zone.and_then(|gb| gb.checked_mul(Decimal::from(units)));
        let outcome = Outcome { is_idle: cells.is_empty(), is_free, now, after, saving };
        self.remove_arithmetic(&mut evidence, (&moved, &cells), units, outcome);
        let mut doubts = if cells.is_empty() { Doubts::of_window(case) } else { moved.doubts(case) };
        self.remove_remarks(&mut evidence, &mut doubts, &cells, is_free, &nats);
        evidence.way_back = if ids.len() > 1 {
            say::create_all_again(ids.join(" "))
        } else {
            say::create_again(ids.join(" "))
        };
        (line.confidence, evidence.confidence_reasons) = doubts.settle();
        line.zones = zones_of(endpoints.iter().map(|endpoint| endpoint.zones.as_slice()));
        line.bytes_month = case.scale.month_bytes(moved.bytes);
        (line.cost_now_usd, line.cost_after_usd, line.saving_month_usd) = (now, after, saving);
        line.companions = endpoints[1..].iter().map(|endpoint| endpoint.service.clone()).collect();
        change.endpoint_type = Some("Interface");
        change.companions.clone_from(&line.companions);
        change.vpc_endpoint_ids = ids;
        change.zones_removed = planned.subnets(self.vpc, &line.zones, &BTreeSet::new());
        change.client_vpc_ids = moved.vpcs.iter().cloned().collect();
        change.needs_gateway = is_free;
        line.evidence = evidence;
        Advice { line, change }
    }

    fn remove_arithmetic(
        &self,
        evidence: &mut Evidence,
        (moved, cells): (&Moved, &[usize]),
        units: u64,
        outcome: Outcome,
    ) {
        let (planned, case) = (self.planned, self.planned.case);
        let Outcome { is_idle, is_free, now, after, saving } = outcome;
        let gb = gb_text(case.month_gb(moved.bytes));
        let hours = case.scale.month_hours;
        evidence.formula = if is_idle {
            say::idle_formula(units, hours, amount(now))
        } else {
            let instead = if is_free { Wording::same("0") } else { say::nat_rate() };
            say::remove_formula(units, hours, gb, amount(now), instead, amount(after))
        };
        let mut steps =
            vec![case.hours_step(&say::endpoint_zones(), units, self.region, Meter::InterfaceEndpointHour)];
        if !is_idle {
            steps.extend(case.bytes_steps(moved.bytes));
            let below = planned.linked(self.slot.vpc);
            steps.extend(case.tier_steps(&say::endpoint_data(), self.region, (below, moved.bytes)));
            for index in &self.slot.endpoints {
                let at_it =
                    |cell: &usize| planned.gathered.demand.cells[*cell].now == Carrier::Endpoint(*index);
                let own: Vec<usize> = cells.iter().copied().filter(at_it).collect();
                let zones = &planned.gathered.demand.endpoints[*index].zones;
                steps.extend(planned.approach_steps(&own, self.slot.vpc, zones));
            }
        }
        steps.push(say::now(amount(now)));
        if is_free {
            steps.push(say::after_free());
        } else {
            steps.extend(moved.steps(case).into_iter().skip(2));
            steps.push(say::after(amount(after)));
        }
        steps.push(say::saving(amount(saving)));
        evidence.arithmetic = steps;
    }

    fn remove_remarks(
        &self,
        evidence: &mut Evidence,
        doubts: &mut Doubts,
        cells: &[usize],
        is_free: bool,
        nats: &[String],
    ) {
        let hours = self.planned.case.scale.observed_hours;
        if cells.is_empty() {
            evidence.remarks.push(say::proven_idle(hours));
            return;
        }
        doubts.lower(say::for_security());
        if is_free {
            doubts.lower(say::own_host_names());
            return;
        }
        evidence.remarks.push(say::nat_would_carry(nats.join(", ")));
    }
}

/// What removing endpoints comes to.
#[derive(Clone, Copy)]
struct Outcome {
    is_idle: bool,
    is_free: bool,
    now: Option<Decimal>,
    after: Option<Decimal>,
    saving: Option<Decimal>,
}

fn zones_of<'z>(zones: impl Iterator<Item = &'z [String]>) -> Vec<String> {
    let all: BTreeSet<&String> = zones.flatten().collect();
    all.into_iter().cloned().collect()
}
