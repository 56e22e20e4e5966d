//! A report that can be shown to strangers: account ids, addresses, resource ids, names, tag values and paths are
//! replaced, each everywhere by the same pseudonym. Figures, times, Regions, zone ids and service names stay.
//!
//! A pseudonym is a keyed hash (BLAKE3), so that nobody without the key can find an account by trying all of them. The kind of
//! an id stays (`eni-...`), and so does what kind of address an address is. Every field of the report is named here: a new
//! one does not compile until somebody has decided about it.

mod plan;
mod pseudonym;
mod scan;

use crate::model::report::{
    AttributionLine, EndpointLine, FindingLine, GroupLine, MalformedExample, NatGatewayLine, Note,
    ObjectLine, Report, Sources, UncheckedLine,
};
use crate::model::wording::Wording;
use pseudonym::Pseudonyms;
use scan::Scanner;

/// Replaces what tells whose report this is. Equal keys give equal pseudonyms.
pub fn redact(report: &mut Report, key: &[u8]) {
    let pseudonyms = Pseudonyms::new(key);
    let mut scanner = Scanner::new(&pseudonyms);
    learn(report, &mut scanner);
    apply(report, &pseudonyms, &scanner);
    // The lists are in order of their ids, which are others now; the old order would tell something of the old ones.
    report.nat_gateways.sort_by(|a, b| a.nat_gateway_id.cmp(&b.nat_gateway_id));
    report.endpoints.sort_by(|a, b| a.vpc_endpoint_id.cmp(&b.vpc_endpoint_id));
    report.attribution.sort_by(|a, b| {
        let order = |line: &AttributionLine| {
            (
                line.interface_id.clone(),
                line.vpc_id.clone(),
                line.path,
                line.via.clone(),
                line.service.clone(),
            )
        };
        order(a).cmp(&order(b))
    });
    report.objects.sort();
    report.malformed_examples.sort_by(|a, b| (&a.object, a.line).cmp(&(&b.object, b.line)));
    report.notes.sort();
}

/// Tells the scanner what sentences may repeat.
fn learn(report: &Report, scanner: &mut Scanner<'_>) {
    let sources = &report.sources;
    for path in sources.price_override.iter().chain(&sources.inventory) {
        scanner.know_path(path);
    }
    for line in &report.nat_gateways {
        scanner.know_id(&line.nat_gateway_id);
        line.name.iter().for_each(|name| scanner.know_name(name));
    }
    for line in &report.endpoints {
        scanner.know_id(&line.vpc_endpoint_id);
        line.name.iter().for_each(|name| scanner.know_name(name));
    }
    for line in &report.attribution {
        for id in [&line.interface_id, &line.vpc_id, &line.subnet_id, &line.via].into_iter().flatten() {
            scanner.know_id(id);
        }
    }
    for line in report.groups.iter().filter(|line| line.kind == "owner") {
        if is_name(&line.key) { scanner.know_name(&line.value) } else { scanner.know_id(&line.value) }
    }
    plan::learn(&report.plan, scanner);
    for (id, name) in &report.names {
        scanner.know_id(id);
        scanner.know_name(name);
    }
    for object in report.objects.iter().map(|line| &line.object) {
        scanner.know_path(object);
    }
    for object in report.malformed_examples.iter().map(|line| &line.object) {
        scanner.know_path(object);
    }
    for line in &report.endpoints {
        scanner.keep(&line.service);
    }
    for line in &report.attribution {
        scanner.keep(&line.service);
    }
}

/// Whether owners of this kind are names and not ids.
fn is_name(key: &str) -> bool {
    key.starts_with("tag:") || key == "asg"
}

#[expect(clippy::too_many_lines, reason = "one line for each field is what keeps it complete")]
fn apply(report: &mut Report, pseudonyms: &Pseudonyms, scanner: &Scanner<'_>) {
    let Report {
        schema: _,
        period: _,
        sources,
        ledger: _,
        totals: _,
        nat_gateways,
        endpoints,
        attribution,
        advice,
        plan: planned,
        unknown_services,
        rates,
        findings,
        unchecked,
        notes,
        objects,
        malformed_examples,
        groups,
        currencies: _,
        days: _,
        names,
    } = report;
    let Sources { ip_ranges_date: _, price_book_date: _, price_override, inventory } = sources;
    each(price_override.iter_mut().chain(inventory), |path| pseudonyms.path(path));
    *names = names.iter().map(|(id, name)| (pseudonyms.id(id), pseudonyms.name(name))).collect();
    for line in nat_gateways {
        let NatGatewayLine {
            nat_gateway_id,
            name,
            vpc_id,
            region: _,
            zone_id: _,
            connectivity: _,
            availability_mode: _,
            vantage: _,
            vantage_hours: _,
            bytes_out: _,
            bytes_in: _,
            coverage: _,
            bytes_cross_zone: _,
            hours_observed: _,
            price_hour_usd: _,
            price_gb_usd: _,
            cost_observed_usd: _,
            cost_month_usd: _,
            cross_zone_cost_month_usd: _,
        } = line;
        each(name.iter_mut(), |name| pseudonyms.name(name));
        each(vpc_id.iter_mut().chain([nat_gateway_id]), |id| pseudonyms.id(id));
    }
    for line in endpoints {
        let EndpointLine {
            vpc_endpoint_id,
            name,
            endpoint_type: _,
            service,
            vpc_id,
            region: _,
            zones,
            bytes_out: _,
            bytes_in: _,
            idle: _,
            cost_observed_usd: _,
            cost_month_usd: _,
        } = line;
        each(name.iter_mut(), |name| pseudonyms.name(name));
        each(vpc_id.iter_mut().chain([vpc_endpoint_id]), |id| pseudonyms.id(id));
        // A zone that is not known is told by its subnet.
        each(zones.iter_mut().chain([service]), |text| scanner.text(text));
    }
    for line in attribution {
        let AttributionLine {
            interface_id,
            vpc_id,
            subnet_id,
            zone_id: _,
            path: _,
            via,
            service,
            service_region: _,
            bytes_out: _,
            bytes_in: _,
            estimated: _,
            cost_month_usd: _,
        } = line;
        each([interface_id, vpc_id, subnet_id, via].into_iter().flatten(), |id| pseudonyms.id(id));
        each([service], |text| scanner.text(text));
    }
    for line in advice {
        plan::apply_to_advice(line, scanner);
    }
    plan::apply(planned, pseudonyms, scanner);
    for line in unknown_services {
        plan::apply_to_unknown(line, pseudonyms, scanner);
    }
    for line in rates {
        plan::apply_to_rate(line, scanner);
    }
    for line in findings {
        let FindingLine {
            id,
            severity: _,
            resource_id,
            title,
            evidence,
            fix,
            loss_month_usd: _,
            from_traffic: _,
        } = line;
        each([id, resource_id, title], |text| scanner.text(text));
        each([evidence, fix].into_iter().flat_map(Wording::texts_mut), |text| scanner.text(text));
    }
    for UncheckedLine { id: _, reason } in unchecked {
        each(reason.texts_mut(), |text| scanner.text(text));
    }
    for Note { id: _, text, bytes: _, code, parameters } in notes {
        // Problems of the inventory quote files; all others are flowtoll's own words around ids.
        let quotes = code == "inventory-problem";
        each(parameters.values_mut().chain([text]), |text| {
            if quotes { scanner.foreign(text) } else { scanner.text(text) }
        });
    }
    for ObjectLine { object, outcome: _, reason } in objects {
        each([object], |path| pseudonyms.path(path));
        each([reason], |text| scanner.foreign(text));
    }
    for MalformedExample { object, line: _, field: _, reason } in malformed_examples {
        each([object], |path| pseudonyms.path(path));
        each([reason], |text| scanner.foreign(text));
    }
    for line in groups.iter_mut().filter(|line| line.kind == "owner") {
        let GroupLine { key, value, .. } = line;
        *value = if is_name(key) { pseudonyms.name(value) } else { pseudonyms.id(value) };
    }
}

fn each<'t>(texts: impl IntoIterator<Item = &'t mut String>, replace: impl Fn(&str) -> String) {
    for text in texts {
        *text = replace(text);
    }
}
