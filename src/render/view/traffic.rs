//! Gateways, endpoints, services, clients, and the bytes between them.

use std::collections::BTreeMap;

use super::super::grid::clean;
use super::super::money::Money;
use super::super::number::share;
use super::super::sums::{NAT_PATH, Sum, grouped};
use super::super::table::{NOT_ALLOCATED, about_endpoint, about_nat_gateway, owner};
use super::super::text::{Lang, page as words, table as text};
use super::{Cell, Column, View};
use crate::model::report::{AttributionLine, Report};

/// An id with its `Name` tag, where there is one: the name is what people know.
fn named(id: &str, name: Option<&str>) -> Cell {
    match name.filter(|name| !name.trim().is_empty()) {
        Some(name) => Cell::text(name).below(id),
        None => Cell::text(id),
    }
}

pub(in super::super) fn nat_gateways(lang: Lang, report: &Report, money: Money<'_>) -> View {
    let mut view = View::new(
        "nat-gateways",
        text::nat_gateways(lang),
        [
            Column::text(text::nat_gateway(lang)),
            Column::text(text::zone(lang)),
            Column::figure(words::direction_out(lang)),
            Column::figure(words::direction_in(lang)),
            Column::figure(words::usd_observed(lang)),
            Column::figure(words::usd_slash_month(lang)),
        ],
    );
    for line in &report.nat_gateways {
        let zone = line.zone_id.clone().unwrap_or_else(|| match line.availability_mode {
            "regional" => text::regional(lang),
            _ => text::not_known(lang),
        });
        view.row([
            told(named(&line.nat_gateway_id, line.name.as_deref()), &about_nat_gateway(lang, line, money)),
            Cell::text(&zone),
            Cell::size(line.bytes_out),
            Cell::size(line.bytes_in),
            Cell::money(money, line.cost_observed_usd),
            Cell::money(money, line.cost_month_usd),
        ]);
    }
    view
}

/// A cell with further lines below it.
fn told(cell: Cell, lines: &[String]) -> Cell {
    lines.iter().fold(cell, |cell, line| cell.below(line))
}

pub(in super::super) fn endpoints(lang: Lang, report: &Report, money: Money<'_>) -> View {
    let mut view = View::new(
        "endpoints",
        text::endpoints(lang),
        [
            Column::text(text::endpoint(lang)),
            Column::text(text::service(lang)),
            Column::text(text::endpoint_type(lang)),
            Column::figure(words::direction_out(lang)),
            Column::figure(words::direction_in(lang)),
            Column::figure(words::usd_slash_month(lang)),
        ],
    );
    for line in &report.endpoints {
        let cell = named(&line.vpc_endpoint_id, line.name.as_deref());
        let cell = if line.idle == Some(true) { cell.warning() } else { cell };
        let cell = told(cell, &about_endpoint(lang, line));
        view.row([
            cell,
            Cell::text(&text::service_name(lang, &line.service)),
            Cell::text(&text::type_name(lang, line.endpoint_type)),
            Cell::size(line.bytes_out),
            Cell::size(line.bytes_in),
            Cell::money(money, line.cost_month_usd),
        ]);
    }
    view
}

pub(in super::super) fn services(lang: Lang, report: &Report, money: Money<'_>) -> View {
    let mut view = View::new(
        "services",
        words::services_caption(lang),
        [
            Column::text(text::service(lang)),
            Column::text(text::path(lang)),
            Column::figure(words::direction_out(lang)),
            Column::figure(words::direction_in(lang)),
            Column::figure(text::share(lang)),
            Column::figure(words::usd_slash_month(lang)),
        ],
    );
    let all = Sum::of(report.attribution.iter()).bytes();
    for ((service, region, path), _, sum) in
        grouped(report.attribution.iter(), |line| (&line.service, &line.service_region, line.path))
    {
        let mut cell = Cell::text(&text::service_name(lang, service));
        if let Some(region) = region {
            cell = cell.below(region);
        }
        if sum.estimated {
            cell = cell.below(&words::estimated(lang));
            view.remark = Some(words::about(lang));
        }
        view.row([
            cell,
            Cell::text(&text::path_name(lang, path)),
            Cell::size(sum.bytes_out),
            Cell::size(sum.bytes_in),
            share_cell(&sum, all),
            Cell::money(money, sum.cost),
        ]);
    }
    view
}

/// Bytes and cost by owner; `None` where no key was asked for.
pub(in super::super) fn owners(lang: Lang, report: &Report, money: Money<'_>) -> Option<View> {
    let key = &report.groups.first()?.key;
    let mut view = View::new(
        "owners",
        text::groups(lang, clean(key)),
        [
            Column::text(clean(key)),
            Column::figure(text::traffic(lang)),
            Column::figure(text::group_nat_data(lang)),
            Column::figure(text::group_cross_zone(lang)),
            Column::figure(text::group_endpoint_data(lang).replace('\n', " ")),
            Column::figure(text::group_hours(lang)),
            Column::figure(words::usd_slash_month(lang)),
        ],
    );
    for line in &report.groups {
        let bytes = match line.kind {
            NOT_ALLOCATED => Cell::default(),
            _ => Cell::size(line.nat_gateway_bytes),
        };
        view.row([
            Cell::text(&owner(lang, line)),
            bytes,
            Cell::money(money, line.nat_data_cost_month_usd),
            Cell::money(money, line.cross_zone_cost_month_usd),
            Cell::money(money, line.endpoint_data_cost_month_usd),
            Cell::money(money, line.hours_cost_month_usd),
            Cell::money(money, line.cost_month_usd),
        ]);
    }
    Some(view)
}

fn share_cell(sum: &Sum, all: u128) -> Cell {
    Cell { text: share(sum.bytes(), all), figure: Some(sum.bytes().to_string()), ..Cell::default() }
}

pub(in super::super) fn clients(lang: Lang, report: &Report, money: Money<'_>) -> View {
    let mut view = View::new(
        "clients",
        text::clients(lang),
        [
            Column::text(text::interface(lang)),
            Column::text(words::subnet(lang)),
            Column::text(text::zone(lang)),
            Column::figure(words::direction_out(lang)),
            Column::figure(words::direction_in(lang)),
            Column::figure(text::share(lang)),
            Column::figure(words::usd_slash_month(lang)),
        ],
    );
    let through_nat = || report.attribution.iter().filter(|line| line.path == NAT_PATH);
    let all = Sum::of(through_nat()).bytes();
    let name = |id: &str| report.names.get(id).map(String::as_str);
    for (interface, lines, sum) in grouped(through_nat(), |line| &line.interface_id) {
        let first = lines[0];
        let (client, subnet, zone) = match interface {
            Some(id) => {
                let subnet = first.subnet_id.as_deref();
                let subnet =
                    subnet.map_or_else(|| Cell::text(&text::not_known(lang)), |id| named(id, name(id)));
                (named(id, name(id)), subnet, first.zone_id.clone().unwrap_or_else(|| text::not_known(lang)))
            }
            None => (Cell::text(&text::unnamed(lang)), Cell::default(), String::new()),
        };
        view.row([
            client,
            subnet,
            Cell::text(&zone),
            Cell::size(sum.bytes_out),
            Cell::size(sum.bytes_in),
            share_cell(&sum, all),
            Cell::money(money, sum.cost),
        ]);
    }
    view
}

/// Bytes of one group of clients over one path to one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct FlowGroup {
    pub(in super::super) group: String,
    pub(in super::super) path: &'static str,
    pub(in super::super) path_name: String,
    pub(in super::super) service: String,
    pub(in super::super) bytes: u128,
}

/// How many groups of clients, and how many services, a picture shows by name; the others are taken together.
const NAMED_ENDS: usize = 8;

/// The bytes from subnets over paths to services, most first, and the same as a table. The smaller ends are taken together,
/// so that the picture stays one.
pub(in super::super) fn flows(lang: Lang, report: &Report) -> (Vec<FlowGroup>, View) {
    let group = |line: &AttributionLine| {
        let id = line.subnet_id.as_ref().or(line.vpc_id.as_ref());
        id.map_or_else(|| text::not_known(lang), |id| clean(report.names.get(id).unwrap_or(id)))
    };
    let service = |line: &AttributionLine| match &line.service_region {
        Some(region) => clean(&format!("{} {region}", text::service_name(lang, &line.service))),
        None => clean(&text::service_name(lang, &line.service)),
    };
    let groups = largest(report, group, &words::other_subnets(lang));
    let services = largest(report, service, &words::other_services(lang));
    let mut sums: BTreeMap<(String, &'static str, String), u128> = BTreeMap::new();
    for line in &report.attribution {
        let key = (groups[&group(line)].clone(), line.path, services[&service(line)].clone());
        *sums.entry(key).or_default() += line.bytes_out + line.bytes_in;
    }
    let mut flows: Vec<FlowGroup> = sums
        .into_iter()
        .filter(|(_, bytes)| *bytes > 0)
        .map(|((group, path, service), bytes)| FlowGroup {
            group,
            path,
            path_name: text::path_name(lang, path),
            service,
            bytes,
        })
        .collect();
    flows.sort_by_key(|flow| std::cmp::Reverse(flow.bytes));
    let mut view = View::new(
        "flow-table",
        words::flow_caption(lang),
        [
            Column::text(words::subnet(lang)),
            Column::text(text::path(lang)),
            Column::text(text::service(lang)),
            Column::figure(text::bytes(lang)),
            Column::figure(text::share(lang)),
        ],
    );
    let all = flows.iter().map(|flow| flow.bytes).sum();
    for flow in &flows {
        let ends = [&flow.group, &flow.path_name, &flow.service].map(|text| Cell::text(text));
        let figure = Cell { text: share(flow.bytes, all), ..Cell::size(flow.bytes) };
        view.row(ends.into_iter().chain([Cell::size(flow.bytes), figure]).collect::<Vec<_>>());
    }
    (flows, view)
}

/// For every name what it is shown as: itself for the largest, `rest` for the others.
fn largest(
    report: &Report,
    name: impl Fn(&AttributionLine) -> String,
    rest: &str,
) -> BTreeMap<String, String> {
    let mut sums: BTreeMap<String, u128> = BTreeMap::new();
    for line in &report.attribution {
        *sums.entry(name(line)).or_default() += line.bytes_out + line.bytes_in;
    }
    let mut names: Vec<(String, u128)> = sums.into_iter().collect();
    // Stable, so equal sums stay in the order of their names.
    names.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    // One name beyond is as well shown as itself.
    let shown = if names.len() == NAMED_ENDS + 1 { NAMED_ENDS + 1 } else { NAMED_ENDS };
    let shown_as = |(index, (name, _)): (usize, (String, u128))| {
        let label = if index < shown { name.clone() } else { rest.to_owned() };
        (name, label)
    };
    names.into_iter().enumerate().map(shown_as).collect()
}
