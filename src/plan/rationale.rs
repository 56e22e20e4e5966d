//! `RATIONALE.md`: the design in sentences, for a review.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rust_decimal::Decimal;

use crate::model::plan::{Action, Change};
use crate::model::quantity::decimal;
use crate::model::report::{AdviceLine, Report};
use crate::model::wording::Wording;
use crate::render::markup::text as plain;
use crate::render::number::{size, usd};
use crate::render::text::{Lang, advice, grade, plan as say};

use super::{Design, Endpoint, Lack, Place, Way, Wishes};

/// The page.
pub(super) fn rationale(
    report: &Report,
    design: &Design,
    wishes: &Wishes,
    dns_off: &BTreeSet<String>,
) -> String {
    let page = Page { report, design, wishes, dns_off, lang: wishes.lang };
    let mut out = String::new();
    page.summary(&mut out);
    if !design.places.is_empty() {
        page.steps(&mut out);
    }
    page.changes(&mut out);
    page.left_out(&mut out);
    page.unknown(&mut out);
    page.prices(&mut out);
    out
}

struct Page<'p> {
    report: &'p Report,
    design: &'p Design,
    wishes: &'p Wishes,
    /// VPCs in which Private DNS cannot work yet.
    dns_off: &'p BTreeSet<String>,
    lang: Lang,
}

/// Something as code on one line, whatever is in it.
fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if longest > 0 { format!("{fence} {text} {fence}") } else { format!("`{text}`") }
}

fn codes<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    texts.into_iter().map(|text| code(text.as_ref())).collect::<Vec<_>>().join(", ")
}

fn gb(amount: Option<Decimal>) -> String {
    amount.map_or_else(|| "?".to_owned(), |amount| decimal(amount, 2))
}

fn heading(out: &mut String, text: &str) {
    let _ = write!(out, "\n## {text}\n\n");
}

fn item(out: &mut String, text: &str) {
    let _ = writeln!(out, "- {text}");
}

impl Page<'_> {
    fn summary(&self, out: &mut String) {
        let (lang, report) = (self.lang, self.report);
        let _ =
            write!(out, "# {}\n\n{}\n", say::title(lang), say::written_by(lang, env!("CARGO_PKG_VERSION")));
        let period = &report.period;
        let observed = match (&period.start, &period.end, period.month_factor) {
            (Some(start), Some(end), Some(factor)) => {
                say::observed(lang, start, end, period.observed_hours, decimal(factor, 2), period.month_hours)
            }
            _ => say::not_observed(lang),
        };
        let _ = writeln!(out, "{observed}");
        let plan = &report.plan;
        if plan.changes.is_empty() {
            let _ = write!(out, "\n{}\n", say::no_changes(lang));
            return;
        }
        let (now, after) = (usd(plan.now.total_usd), usd(plan.after.total_usd));
        let _ = write!(out, "\n{}\n", say::cost(lang, now, after, usd(plan.saving_month_usd)));
        let found = if plan.is_cheapest { say::cheapest } else { say::not_cheapest };
        let _ = writeln!(out, "{}", found(lang, plan.availability));
        if self.design.places.is_empty() {
            let _ = write!(out, "\n{}\n", say::nothing_written(lang));
        }
        let _ = write!(
            out,
            "\n| {} | {} | {} |\n|---|--:|--:|\n",
            say::charge(lang),
            say::now(lang),
            say::after(lang)
        );
        let (n, a) = (&plan.now, &plan.after);
        for (name, now, after) in [
            (say::nat_hours(lang), n.nat_gateway_hours_usd, a.nat_gateway_hours_usd),
            (say::nat_data(lang), n.nat_gateway_data_usd, a.nat_gateway_data_usd),
            (say::public_ipv4(lang), n.public_ipv4_usd, a.public_ipv4_usd),
            (say::cross_zone(lang), n.cross_zone_usd, a.cross_zone_usd),
            (say::transit(lang), n.transit_gateway_usd, a.transit_gateway_usd),
            (say::endpoint_hours(lang), n.endpoint_hours_usd, a.endpoint_hours_usd),
            (say::endpoint_data(lang), n.endpoint_data_usd, a.endpoint_data_usd),
            (say::total(lang), n.total_usd, a.total_usd),
        ] {
            let _ = writeln!(out, "| {name} | {} | {} |", usd(now), usd(after));
        }
    }

    fn steps(&self, out: &mut String) {
        let (lang, places) = (self.lang, &self.design.places);
        heading(out, &say::steps_title(lang));
        let adds: Vec<&Place> = places.iter().filter(|place| place.makes_anything()).collect();
        let mut steps = vec![say::step_review(lang)];
        if !adds.is_empty() {
            let gateways = adds.iter().flat_map(|place| {
                let new = place.endpoints.iter().filter(|made| matches!(made.way, Way::Gateway { .. }));
                new.map(|made| &made.service).chain(place.associations.iter().map(|old| &old.service))
            });
            let gateways: BTreeSet<&String> = gateways.collect();
            if !gateways.is_empty() {
                steps.push(say::step_moment(lang, codes(gateways)));
            }
            steps.push(say::step_source_ip(lang));
            steps.push(say::step_add(lang, codes(adds.iter().map(|place| &place.folder))));
            let tables = adds.iter().flat_map(|place| &place.associations).flat_map(|old| &old.route_tables);
            let tables: BTreeSet<&String> = tables.collect();
            if !tables.is_empty() {
                steps.push(say::step_template(lang, codes(tables)));
            }
            steps.push(say::step_watch(lang));
        }
        let removes = places.iter().any(|place| !place.removals.is_empty());
        if removes {
            steps.push(say::step_remove(lang));
        }
        steps.push(if adds.is_empty() { say::step_back_again(lang) } else { say::step_back(lang) });
        for (number, step) in (1..).zip(steps) {
            let _ = writeln!(out, "{number}. {step}");
        }
    }

    fn changes(&self, out: &mut String) {
        if self.report.plan.changes.is_empty() {
            return;
        }
        heading(out, &say::changes_title(self.lang));
        for (number, change) in (1..).zip(&self.report.plan.changes) {
            let Some(line) = self.report.advice.iter().find(|line| line.id == change.advice_id) else {
                continue;
            };
            self.change(out, number, change, line);
        }
    }

    /// Endpoints that are made for a change.
    fn made(&self, change: &Change) -> (Option<&Place>, Vec<&Endpoint>) {
        let is_there = |place: &&Place| {
            let ids = place.endpoints.iter().map(|made| &made.advice_id);
            let ids = ids.chain(place.associations.iter().map(|old| &old.advice_id));
            ids.chain(place.removals.iter().map(|gone| &gone.advice_id)).any(|id| *id == change.advice_id)
        };
        let place = self.design.places.iter().find(is_there);
        let made = place.into_iter().flat_map(|place| &place.endpoints);
        (place, made.filter(|made| made.advice_id == change.advice_id).collect())
    }

    fn change(&self, out: &mut String, number: usize, change: &Change, line: &AdviceLine) {
        let lang = self.lang;
        let _ = write!(out, "### {number}. {}\n\n", plain(&advice::short(lang, line)));
        let _ = writeln!(out, "{}\n", code(&line.id));
        item(
            out,
            &say::worth(lang, usd(line.saving_month_usd), usd(line.cost_now_usd), usd(line.cost_after_usd)),
        );
        let (place, made) = self.made(change);
        self.why(out, change, line);
        self.how(out, change, &made);
        if !made.is_empty() {
            item(out, &say::named(lang, codes(made.iter().map(|made| &made.name))));
            if made.iter().any(|made| !made.has_environment) {
                item(out, &say::no_environment(lang));
            }
        }
        if !change.depends_on.is_empty() {
            item(out, &say::depends(lang, codes(&change.depends_on)));
        }
        item(out, &say::confidence(lang, grade(lang, line.confidence)));
        item(out, &self.reverse(change));
        if let Some(place) = place {
            item(out, &say::files_of(lang, &place.folder));
        }
        let evidence = &line.evidence;
        let remarks: Vec<&Wording> = evidence.confidence_reasons.iter().chain(&evidence.remarks).collect();
        if !remarks.is_empty() {
            let _ = write!(out, "\n{}\n\n", say::remarks(lang));
            for remark in remarks {
                item(out, &plain(remark.text(lang)));
            }
        }
        if !evidence.arithmetic.is_empty() {
            let _ = write!(out, "\n{}\n\n", say::arithmetic(lang));
            for step in &evidence.arithmetic {
                item(out, &plain(step.text(lang)));
            }
        }
        out.push('\n');
    }

    fn why(&self, out: &mut String, change: &Change, line: &AdviceLine) {
        let (lang, evidence) = (self.lang, &line.evidence);
        let traffic = gb(evidence.traffic_gb_month);
        let break_even = gb(evidence.break_even_gb_month);
        let set: Vec<&String> = [&change.service].into_iter().chain(&change.companions).collect();
        match change.action {
            Action::AddGatewayEndpoint | Action::AssociateRouteTable => {
                if line.bytes_month > 0 {
                    item(out, &say::why_gateway(lang, traffic, code(&change.service)));
                } else {
                    let others = self.report.plan.changes.iter();
                    let others = others.filter(|other| other.depends_on.contains(&change.advice_id));
                    item(out, &say::why_gateway_needed(lang, codes(others.map(|other| &other.advice_id))));
                }
                if !change.route_table_ids.is_empty() {
                    item(out, &say::why_tables(lang, codes(&change.route_table_ids)));
                }
            }
            Action::AddInterfaceEndpoint => {
                item(out, &say::why_interface(lang, traffic, break_even));
                let companions =
                    if set.len() > 1 { say::why_companions(lang, codes(set)) } else { say::why_alone(lang) };
                item(out, &companions);
            }
            Action::AddCentralEndpoint => {
                if set.len() > 1 {
                    item(out, &say::why_companions(lang, codes(set)));
                }
                let clients = codes(&change.client_vpc_ids);
                let text = if change.vpc_endpoint_ids.is_empty() {
                    say::central(lang, clients)
                } else {
                    let (there, blocks) = (codes(&change.vpc_endpoint_ids), codes(&change.client_cidrs));
                    say::central_there(lang, clients, there, blocks)
                };
                item(out, &text);
            }
            Action::ShrinkInterfaceEndpoint => {
                let zones = change.zones_removed.iter().filter_map(|zone| zone.zone_id.as_ref());
                item(out, &say::why_shrink(lang, codes(zones)));
            }
            Action::RemoveInterfaceEndpoint if evidence.bytes_observed == 0 => {
                item(out, &say::why_idle(lang));
            }
            Action::RemoveInterfaceEndpoint if change.needs_gateway => item(out, &say::why_remove_free(lang)),
            Action::RemoveInterfaceEndpoint => {
                item(out, &say::why_remove(lang, traffic, break_even));
                if set.len() > 1 {
                    item(out, &say::why_companions(lang, codes(set)));
                }
            }
            Action::RemoveNatGateway => item(out, &say::why_nat(lang, codes(&change.public_ips))),
        }
    }

    /// Zones, security group, DNS and policy of new endpoints.
    fn how(&self, out: &mut String, change: &Change, made: &[&Endpoint]) {
        let lang = self.lang;
        let Some(first) = made.first() else { return };
        if let Way::Interface { .. } = first.way {
            let zones = codes(change.zones.iter().filter_map(|zone| zone.zone_id.as_ref()));
            let text = if change.zones.len() == 1 && self.report.plan.availability == "single-az" {
                say::why_one_zone(lang, zones)
            } else {
                say::why_zones(lang, zones, self.report.plan.availability)
            };
            item(out, &text);
            item(out, &say::why_group(lang, codes(&change.client_cidrs)));
            item(out, &say::why_dns(lang));
            if self.dns_off.contains(&first.vpc) {
                item(out, &say::dns_off(lang, code(&first.vpc)));
            }
        }
        let text = match (&first.policy, first.service.as_str()) {
            (Some(_), "s3") => say::policy_buckets(lang, codes(&self.wishes.buckets)),
            (Some(_), _) => say::policy_tables(lang, codes(&self.wishes.tables)),
            (None, "s3" | "dynamodb") => say::policy_open(lang),
            (None, _) => say::policy_open_other(lang),
        };
        item(out, &text);
    }

    fn reverse(&self, change: &Change) -> String {
        let lang = self.lang;
        match change.action {
            Action::AddGatewayEndpoint | Action::AddInterfaceEndpoint | Action::AddCentralEndpoint => {
                say::reverse_add(lang)
            }
            Action::AssociateRouteTable => say::reverse_associate(lang, codes(&change.vpc_endpoint_ids)),
            Action::ShrinkInterfaceEndpoint => say::reverse_shrink(lang),
            Action::RemoveInterfaceEndpoint => say::reverse_remove(lang),
            Action::RemoveNatGateway => say::reverse_nat(lang),
        }
    }

    fn left_out(&self, out: &mut String) {
        if self.design.left_out.is_empty() {
            return;
        }
        heading(out, &say::left_out_title(self.lang));
        let _ = write!(out, "{}\n\n", say::left_out_intro(self.lang));
        for left in &self.design.left_out {
            item(out, &format!("{}: {}", code(&left.advice_id), lack(self.lang, &left.why, code)));
        }
    }

    fn unknown(&self, out: &mut String) {
        if self.report.unknown_services.is_empty() {
            return;
        }
        heading(out, &say::unknown_title(self.lang));
        for line in &self.report.unknown_services {
            let mut text = say::unknown(
                self.lang,
                size(line.bytes_month),
                code(&line.vpc_id),
                plain(&line.service),
                usd(line.cost_now_usd),
                usd(line.saving_at_most_usd),
            );
            if line.break_even_gb_month.is_some() {
                let _ = write!(
                    text,
                    " {}",
                    say::unknown_flip(self.lang, gb(line.break_even_gb_month), line.zones_needed)
                );
            }
            item(out, &text);
        }
    }

    fn prices(&self, out: &mut String) {
        if self.report.rates.is_empty() {
            return;
        }
        let lang = self.lang;
        heading(out, &say::prices_title(lang));
        let (region, charge, unit) =
            (say::price_region(lang), say::price_charge(lang), say::price_unit(lang));
        let (source, date) = (say::price_source(lang), say::price_date(lang));
        let _ = write!(
            out,
            "| {region} | {charge} | USD | {unit} | {source} | {date} |\n|---|---|--:|---|---|---|\n"
        );
        for rate in &self.report.rates {
            let mut price = rate.usd.clone();
            for tier in rate.tiers.iter().skip(1) {
                let _ = write!(
                    price,
                    "; {} {}",
                    tier.usd,
                    say::from_gb(lang, decimal(Decimal::from(tier.from_gb), 0))
                );
            }
            let date = rate.date.as_deref().unwrap_or("-");
            let _ = writeln!(
                out,
                "| {} | {} | {price} | {} | {} | {} |",
                plain(&rate.region),
                plain(rate.title),
                plain(rate.unit),
                plain(&rate.source),
                plain(date)
            );
        }
    }
}

/// What a change lacks, in words; `quote` marks ids.
pub(super) fn lack(lang: Lang, lack: &Lack, quote: impl Fn(&str) -> String) -> String {
    match lack {
        Lack::Vpc => say::lack_vpc(lang),
        Lack::Region => say::lack_region(lang),
        Lack::RouteTables => say::lack_route_tables(lang),
        Lack::Subnets => say::lack_subnets(lang),
        Lack::Clients => say::lack_clients(lang),
        Lack::Resource(id) => say::lack_resource(lang, quote(id)),
        Lack::NotAnId(id) => say::lack_id(lang, quote(id)),
        Lack::Other(id) => say::lack_other(lang, quote(id)),
        Lack::HostedZones(ids) if ids.is_empty() => say::lack_zones(lang),
        Lack::HostedZones(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| quote(id)).collect();
            say::lack_zones_and(lang, ids.join(", "))
        }
        Lack::NatGateway(id) => say::lack_nat(lang, quote(id)),
    }
}
