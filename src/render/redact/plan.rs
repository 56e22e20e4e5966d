//! The plan, its evidence, and what could not be told.

use super::each;
use super::pseudonym::Pseudonyms;
use super::scan::Scanner;
use crate::model::plan::{Change, Plan, RateLine, ServiceOption, UnknownTraffic, ZoneSubnet};
use crate::model::report::{AdviceLine, Evidence};
use crate::model::wording::Wording;

/// Tells the scanner what sentences may repeat.
pub(super) fn learn(plan: &Plan, scanner: &mut Scanner<'_>) {
    for change in &plan.changes {
        let single = [&change.vpc_id, &change.account_id, &change.nat_gateway_id];
        let lists = [
            &change.vpc_endpoint_ids,
            &change.replaced_endpoint_ids,
            &change.route_table_ids,
            &change.client_vpc_ids,
            &change.public_ips,
        ];
        let subnets = change.zones.iter().chain(&change.zones_removed);
        let subnets = subnets.filter_map(|zone| zone.subnet_id.as_ref());
        for id in single.into_iter().flatten().chain(lists.into_iter().flatten()).chain(subnets) {
            scanner.know_id(id);
        }
        scanner.keep(&change.service);
    }
    for option in &plan.options {
        scanner.know_id(&option.vpc_id);
        option.clients.iter().for_each(|id| scanner.know_id(id));
        scanner.keep(&option.service);
        option.companions.iter().for_each(|service| scanner.keep(service));
    }
}

pub(super) fn apply(plan: &mut Plan, pseudonyms: &Pseudonyms, scanner: &Scanner<'_>) {
    let Plan { now: _, after: _, saving_month_usd: _, is_cheapest: _, availability: _, changes, options } =
        plan;
    for change in changes {
        apply_to_change(change, pseudonyms, scanner);
    }
    for option in options {
        let ServiceOption {
            vpc_id,
            region: _,
            service,
            companions,
            has_endpoint: _,
            is_changed: _,
            zones_needed: _,
            bytes_month: _,
            traffic_gb_month: _,
            break_even_gb_month_per_zone: _,
            break_even_gb_month: _,
            advice_ids,
            clients,
            client_count: _,
            confidence: _,
            confidence_reasons,
            way_back,
        } = option;
        *vpc_id = pseudonyms.id(vpc_id);
        each(clients, |id| pseudonyms.id(id));
        let texts = [service].into_iter().chain(companions).chain(advice_ids);
        let said = [way_back].into_iter().chain(confidence_reasons).flat_map(Wording::texts_mut);
        each(texts.chain(said), |text| scanner.text(text));
    }
}

fn apply_to_change(change: &mut Change, pseudonyms: &Pseudonyms, scanner: &Scanner<'_>) {
    let Change {
        advice_id,
        action: _,
        vpc_id,
        account_id,
        region: _,
        service,
        endpoint_type: _,
        service_names,
        companions,
        needs_gateway: _,
        vpc_endpoint_ids,
        replaced_endpoint_ids,
        zones,
        zones_removed,
        route_table_ids,
        client_cidrs,
        client_vpc_ids,
        nat_gateway_id,
        public_ips,
        depends_on,
    } = change;
    each([vpc_id, account_id, nat_gateway_id].into_iter().flatten(), |id| pseudonyms.id(id));
    for list in [vpc_endpoint_ids, replaced_endpoint_ids, route_table_ids, client_vpc_ids, public_ips] {
        each(list, |id| pseudonyms.id(id));
    }
    each([advice_id, service], |text| scanner.text(text));
    for list in [service_names, companions, client_cidrs, depends_on] {
        each(list, |text| scanner.text(text));
    }
    for ZoneSubnet { zone_id, subnet_id } in zones.iter_mut().chain(zones_removed) {
        // A zone that is not known is told by its subnet.
        each(zone_id, |text| scanner.text(text));
        each(subnet_id, |id| pseudonyms.id(id));
    }
}

pub(super) fn apply_to_unknown(line: &mut UnknownTraffic, pseudonyms: &Pseudonyms, scanner: &Scanner<'_>) {
    let UnknownTraffic {
        vpc_id,
        region: _,
        service: _,
        bytes_month: _,
        cost_now_usd: _,
        zones,
        zones_needed: _,
        break_even_gb_month: _,
        endpoints_at_most: _,
        saving_at_least_usd: _,
        saving_at_most_usd: _,
        clients,
        text,
    } = line;
    each([vpc_id].into_iter().chain(clients), |id| pseudonyms.id(id));
    each(zones.iter_mut().chain(text.texts_mut()), |text| scanner.text(text));
}

pub(super) fn apply_to_rate(line: &mut RateLine, scanner: &Scanner<'_>) {
    let RateLine { region: _, meter: _, title: _, unit: _, usd: _, tiers: _, source, date: _ } = line;
    // An override is named by its path.
    each([source], |text| scanner.foreign(text));
}

pub(super) fn apply_to_advice(line: &mut AdviceLine, scanner: &Scanner<'_>) {
    let AdviceLine {
        id,
        action: _,
        vpc_id,
        service,
        zones,
        bytes_month: _,
        cost_now_usd: _,
        cost_after_usd: _,
        saving_month_usd: _,
        companions,
        depends_on,
        confidence: _,
        summary,
        evidence,
    } = line;
    let Evidence {
        bytes_observed: _,
        clients,
        client_count: _,
        route_table_ids,
        via,
        rates,
        formula,
        arithmetic,
        break_even_gb_month_per_zone: _,
        break_even_gb_month: _,
        traffic_gb_month: _,
        confidence_reasons,
        bytes_excluded: _,
        remarks,
        way_back,
    } = evidence;
    each(vpc_id.iter_mut().chain([id, service, summary]), |text| scanner.text(text));
    let said = [rates, arithmetic, confidence_reasons, remarks].into_iter().flatten();
    each(said.chain([formula, way_back]).flat_map(Wording::texts_mut), |text| scanner.text(text));
    for list in [zones, companions, depends_on, clients, route_table_ids, via] {
        each(list, |text| scanner.text(text));
    }
}
