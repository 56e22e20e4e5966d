//! Central endpoints as lines: one endpoint that several VPCs use, in place of one in each.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::model::plan::{Action, Change};
use crate::model::report::{AdviceLine, Evidence};
use crate::model::wording::Wording;
use crate::price::Meter;

use super::Advice;
use super::catalog::set_of;
use super::central::{Best, Family, Hub, Pick};
use super::cost::approach;
use super::demand::{Carrier, Demand, Joint};
use super::evidence::{Moved, amount, gb_text};
use super::planned::Planned;
use super::say;
use super::slots::{Slot, hours};

/// A line for every family that has a centre in the plan.
pub(super) fn lines(planned: &Planned<'_, '_>) -> Vec<Advice> {
    let families = planned.found.families.iter().zip(&planned.found.picks).enumerate();
    families
        .filter_map(|(number, (family, best))| {
            let hub = family.hubs[best.hub].as_ref()?;
            let is_used = best.picks.contains(&Pick::Central);
            is_used.then(|| Centre::new(planned, (number, family, best), hub).advice())
        })
        .collect()
}

/// A centre, and what it takes over.
struct Centre<'l, 'p, 'c> {
    planned: &'l Planned<'p, 'c>,
    demand: &'l Demand,
    family: &'l Family,
    hub: &'l Hub,
    vpc: &'l str,
    region: Option<&'l str>,
    /// VPCs that it serves, its own included.
    clients: BTreeSet<String>,
    cells: Vec<usize>,
    moved: Moved,
    /// Endpoints that go.
    replaced: Vec<usize>,
    saving: Option<Decimal>,
    now: Option<Decimal>,
}

impl<'l, 'p, 'c> Centre<'l, 'p, 'c> {
    fn new(
        planned: &'l Planned<'p, 'c>,
        (number, family, best): (usize, &'l Family, &Best),
        hub: &'l Hub,
    ) -> Self {
        let demand = &planned.gathered.demand;
        let places = (0..best.picks.len()).filter(|place| best.picks[*place] == Pick::Central);
        let served: Vec<&Slot> = places.map(|place| &planned.found.slots[family.slots[place]]).collect();
        let cells: Vec<usize> = served.iter().flat_map(|slot| slot.cells.iter().copied()).collect();
        let region = planned.region(hub.vpc);
        let is_central = |place: usize| best.picks[place] == Pick::Central;
        let mut centre = Self {
            planned,
            demand,
            family,
            hub,
            vpc: &demand.vpcs[hub.vpc].id,
            region,
            clients: served.iter().map(|slot| demand.vpcs[slot.vpc].id.clone()).collect(),
            moved: planned.moved(&cells),
            cells,
            replaced: served.iter().flat_map(|slot| slot.endpoints.iter().copied()).collect(),
            saving: planned.worth(region, number, &is_central),
            now: None,
        };
        centre.now = centre.now();
        centre
    }

    fn cells_at(&self, test: impl Fn(Carrier) -> bool) -> Vec<usize> {
        self.cells.iter().copied().filter(|cell| test(self.demand.cells[*cell].now)).collect()
    }

    /// Bytes that come from other VPCs.
    fn bytes_beyond(&self) -> u128 {
        let cells = self.cells.iter().map(|cell| &self.demand.cells[*cell]);
        cells.filter(|cell| cell.vpc != self.hub.vpc).map(|cell| cell.bytes).sum()
    }

    fn new_units(&self) -> u64 {
        if self.hub.is_new() { self.hub.zones.len() as u64 * self.hub.services.len() as u64 } else { 0 }
    }

    fn old_units(&self) -> u64 {
        self.replaced.iter().map(|index| self.demand.endpoints[*index].charged).sum()
    }

    fn replaced_ids(&self) -> Vec<String> {
        self.replaced.iter().map(|index| self.demand.endpoints[*index].id.clone()).collect()
    }

    fn others(&self) -> Vec<&str> {
        self.clients.iter().map(String::as_str).filter(|client| *client != self.vpc).collect()
    }

    fn is_by_peering(&self) -> bool {
        self.others().iter().any(|other| {
            let from = self.demand.vpcs.iter().position(|known| known.id == *other);
            from.and_then(|from| self.demand.joint(from, self.hub.vpc)) == Some(Joint::Peering)
        })
    }

    /// What the bytes and the endpoints that go cost now.
    fn now(&self) -> Option<Decimal> {
        let case = self.planned.case;
        let nat = self.planned.moved(&self.cells_at(|now| now == Carrier::Nat)).nat_cost(case)?;
        let mut sum = nat;
        for (vpc, endpoints) in self.replaced_by_vpc() {
            let units = endpoints.iter().map(|index| self.demand.endpoints[*index].charged).sum();
            sum = sum.checked_add(hours(self.demand, vpc, units)?)?;
        }
        for (vpc, load) in self.replaced_data() {
            sum = sum.checked_add(self.planned.data_cost(vpc, load)?)?;
        }
        let at_endpoints = self.cells_at(|now| now != Carrier::Nat).into_iter();
        at_endpoints.map(|cell| &self.demand.cells[cell]).try_fold(sum, |sum, cell| {
            let Carrier::Endpoint(index) = cell.now else { return Some(sum) };
            let endpoint = &self.demand.endpoints[index];
            let zones = (cell.zone.as_deref(), endpoint.zones.as_slice());
            let (cross, transit) = approach(self.demand, cell.vpc, endpoint.vpc, zones, cell.bytes);
            sum.checked_add(cross?)?.checked_add(transit?)
        })
    }

    /// Endpoints that go, by VPC.
    fn replaced_by_vpc(&self) -> BTreeMap<usize, Vec<usize>> {
        let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in &self.replaced {
            found.entry(self.demand.endpoints[*index].vpc).or_default().push(*index);
        }
        found
    }

    /// Bytes of what passes this centre in the plan, and of what passes others of its account and Region below them.
    fn load(&self) -> (u128, u128) {
        (self.planned.linked(self.hub.vpc).saturating_sub(self.moved.bytes), self.moved.bytes)
    }

    /// The same of the endpoints that go, by account and Region (one VPC for each): without the centre their bytes would pass them.
    fn replaced_data(&self) -> BTreeMap<usize, (u128, u128)> {
        let scope = |vpc: usize| self.demand.vpcs[vpc].scope;
        let mut bytes: BTreeMap<usize, u128> = BTreeMap::new();
        for cell in self.cells_at(|now| now != Carrier::Nat) {
            *bytes.entry(self.demand.cells[cell].vpc).or_default() += self.demand.cells[cell].bytes;
        }
        let mut found: BTreeMap<usize, (usize, u128)> = BTreeMap::new();
        for (vpc, bytes) in bytes {
            found.entry(scope(vpc)).or_insert((vpc, 0)).1 += bytes;
        }
        let below = |vpc: usize| {
            if scope(vpc) == scope(self.hub.vpc) { self.load().0 } else { self.planned.linked(vpc) }
        };
        found.into_values().map(|(vpc, bytes)| (vpc, (below(vpc), bytes))).collect()
    }

    fn after(&self) -> Option<Decimal> {
        self.now.zip(self.saving).and_then(|(now, saving)| now.checked_sub(saving))
    }

    fn summary(&self) -> String {
        let service = &self.hub.services[0];
        let title = match set_of(service) {
            Some(set) => format!("{} ({})", set.title, set.services.join(", ")),
            None => service.clone(),
        };
        let (others, zones) = (self.others().join(", "), self.hub.zones.join(", "));
        let what = if self.hub.is_new() {
            format!("Put the {title} endpoint for {others} into {}, in {zones}", self.vpc)
        } else {
            format!("Let {others} use the {title} endpoint of {}", self.vpc)
        };
        let instead = if self.replaced.is_empty() {
            String::new()
        } else {
            format!(", and remove {}", self.replaced_ids().join(", "))
        };
        format!("{what}{instead}: one endpoint for all is cheaper than the ways they take now.")
    }

    fn steps(&self) -> Vec<Wording> {
        let case = self.planned.case;
        let mut steps = case.bytes_steps(self.moved.bytes);
        let from_nat = self.cells_at(|now| now == Carrier::Nat);
        if !from_nat.is_empty() {
            steps.extend(self.planned.moved(&from_nat).steps(case).into_iter().skip(2));
        }
        let hours =
            |what: Wording, units| case.hours_step(&what, units, self.region, Meter::InterfaceEndpointHour);
        if !self.replaced.is_empty() {
            steps.push(hours(say::leaving_zones(), self.old_units()));
        }
        for (vpc, load) in self.replaced_data() {
            steps.extend(case.tier_steps(&say::their_data(), self.planned.region(vpc), load));
        }
        for index in &self.replaced {
            let endpoint = &self.demand.endpoints[*index];
            let own = self.cells_at(|now| now == Carrier::Endpoint(*index));
            steps.extend(self.planned.approach_steps(&own, endpoint.vpc, &endpoint.zones));
        }
        steps.push(say::now(amount(self.now)));
        steps.push(hours(say::central_units(), self.new_units()));
        steps.extend(case.tier_steps(&say::its_data(), self.region, self.load()));
        steps.extend(self.planned.approach_steps(&self.cells, self.hub.vpc, &self.hub.zones));
        if self.is_by_peering() {
            steps.push(say::peering_is_free());
        }
        steps.push(say::after(amount(self.after())));
        steps.push(say::saving(amount(self.saving)));
        steps
    }

    fn evidence(&self) -> Evidence {
        let case = self.planned.case;
        let mut evidence = self.moved.evidence(case);
        evidence.via.extend(self.replaced_ids());
        let on_the_way = if self.is_by_peering() { Meter::CrossZoneGb } else { Meter::TransitGatewayGb };
        for meter in [Meter::InterfaceEndpointHour, Meter::InterfaceEndpointGb, on_the_way] {
            let text = case.rate_text(self.region, meter).filter(|text| !evidence.rates.contains(text));
            evidence.rates.extend(text);
        }
        let hours = case.scale.month_hours;
        evidence.formula = say::now_and_after(
            say::central_now(self.old_units(), hours, amount(self.now)),
            say::central_after(
                self.new_units(),
                hours,
                gb_text(case.month_gb(self.moved.bytes)),
                gb_text(case.month_gb(self.bytes_beyond())),
                if self.is_by_peering() { say::zone_transfer() } else { say::transit_rate() },
                amount(self.after()),
            ),
        );
        evidence.arithmetic = self.steps();
        evidence.remarks.extend([say::hosted_zone(), say::both_ways()]);
        let replaced = self.replaced_ids();
        evidence.way_back = if replaced.is_empty() {
            say::delete_new_endpoint()
        } else {
            say::create_replaced_again(replaced.join(", "), replaced.join(" "))
        };
        evidence
    }

    fn change(&self, id: &str) -> Change {
        let service = &self.hub.services[0];
        let mut change = self.planned.change(Action::AddCentralEndpoint, Some(self.vpc), service, id);
        change.endpoint_type = Some("Interface");
        if self.hub.is_new() {
            change.service_names = Planned::names(&self.hub.services, self.region);
            change.zones = self.planned.subnets(self.vpc, &self.hub.zones, &self.moved.subnets);
        } else if let Some(own) = self.hub.own {
            let own = &self.planned.found.slots[self.family.slots[own]].endpoints;
            change.vpc_endpoint_ids =
                own.iter().map(|index| self.demand.endpoints[*index].id.clone()).collect();
        }
        change.companions = self.hub.services[1..].to_vec();
        change.needs_gateway = set_of(service).is_some_and(|set| set.needs_s3);
        change.replaced_endpoint_ids = self.replaced_ids();
        change.client_cidrs = self.planned.cidrs(&self.moved);
        change.client_vpc_ids = self.clients.iter().cloned().collect();
        change
    }

    fn advice(&self) -> Advice {
        let case = self.planned.case;
        let mut evidence = self.evidence();
        let mut doubts = self.moved.doubts(case);
        doubts.needs(case, "describe-vpc-endpoints");
        doubts.lower(say::yours_to_say());
        let (confidence, reasons) = doubts.settle();
        evidence.confidence_reasons = reasons;
        let service = self.hub.services[0].clone();
        let id = format!("{}/{}/{service}", Action::AddCentralEndpoint.name(), self.vpc);
        let change = self.change(&id);
        let line = AdviceLine {
            id,
            action: Action::AddCentralEndpoint.name(),
            vpc_id: Some(self.vpc.to_owned()),
            service,
            zones: self.hub.zones.clone(),
            bytes_month: case.scale.month_bytes(self.moved.bytes),
            cost_now_usd: self.now,
            cost_after_usd: self.after(),
            saving_month_usd: self.saving,
            companions: change.companions.clone(),
            depends_on: Vec::new(),
            confidence,
            summary: self.summary(),
            evidence,
        };
        Advice { line, change }
    }
}
