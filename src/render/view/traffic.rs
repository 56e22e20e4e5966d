//! Gateways, endpoints, services, clients, and the bytes between them.

use std::collections::BTreeMap;

use super::super::number::{percent, price, share, size, usd};
use super::super::sums::{NAT_PATH, Sum, grouped};
use super::super::words::{clean, vantage};
use super::{Cell, Column, View};
use crate::model::report::{AttributionLine, NatGatewayLine, Report};

/// An id with its `Name` tag, where there is one: the name is what people know.
fn named(id: &str, name: Option<&str>) -> Cell {
    match name.filter(|name| !name.trim().is_empty()) {
        Some(name) => Cell::text(name).below(id),
        None => Cell::text(id),
    }
}

pub(in super::super) fn nat_gateways(report: &Report) -> View {
    let mut view = View::new(
        "nat-gateways",
        "NAT gateways",
        [
            Column::text("NAT gateway"),
            Column::text("Zone"),
            Column::figure("Out"),
            Column::figure("In"),
            Column::figure("USD observed"),
            Column::figure("USD / month"),
        ],
    );
    for line in &report.nat_gateways {
        let zone = line.zone_id.as_deref().unwrap_or(match line.availability_mode {
            "regional" => "regional",
            _ => "not known",
        });
        view.row([
            nat_gateway(line),
            Cell::text(zone),
            Cell::size(line.bytes_out),
            Cell::size(line.bytes_in),
            Cell::usd(line.cost_observed_usd),
            Cell::usd(line.cost_month_usd),
        ]);
    }
    view
}

fn nat_gateway(line: &NatGatewayLine) -> Cell {
    let mut cell = named(&line.nat_gateway_id, line.name.as_deref());
    if line.connectivity == Some("private") {
        cell = cell.below("private");
    }
    cell = cell.below(vantage(line.vantage));
    if let Some(coverage) = line.coverage {
        cell = cell.below(&format!("other view saw {}", percent(coverage)));
    }
    if line.bytes_cross_zone > 0 {
        let cost = usd(line.cross_zone_cost_month_usd);
        cell = cell.below(&format!("cross-AZ {}: {cost} USD/month", size(line.bytes_cross_zone)));
    }
    if line.price_hour_usd.is_some() || line.price_gb_usd.is_some() {
        let (hour, gb) = (price(line.price_hour_usd), price(line.price_gb_usd));
        cell = cell.below(&format!("{hour}/h, {gb}/GB"));
    }
    cell
}

pub(in super::super) fn endpoints(report: &Report) -> View {
    let mut view = View::new(
        "endpoints",
        "VPC endpoints",
        [
            Column::text("VPC endpoint"),
            Column::text("Service"),
            Column::text("Type"),
            Column::figure("Out"),
            Column::figure("In"),
            Column::figure("USD / month"),
        ],
    );
    for line in &report.endpoints {
        let mut cell = named(&line.vpc_endpoint_id, line.name.as_deref());
        if !line.zones.is_empty() {
            cell = cell.below(&line.zones.join(", "));
        }
        match (line.idle, line.bytes_out == 0 && line.bytes_in == 0) {
            (Some(true), _) => cell = cell.below("idle: no byte passed it").warning(),
            (None, true) => cell = cell.below("no byte seen, but not all hours are"),
            _ => {}
        }
        view.row([
            cell,
            Cell::text(&line.service),
            Cell::text(line.endpoint_type),
            Cell::size(line.bytes_out),
            Cell::size(line.bytes_in),
            Cell::usd(line.cost_month_usd),
        ]);
    }
    view
}

/// Marks figures whose split is an estimate.
const ABOUT: &str = "The total is counted; its split over services is an estimate where marked.";

pub(in super::super) fn services(report: &Report) -> View {
    let mut view = View::new(
        "services",
        "Services by bytes",
        [
            Column::text("Service"),
            Column::text("Path"),
            Column::figure("Out"),
            Column::figure("In"),
            Column::figure("Share"),
            Column::figure("USD / month"),
        ],
    );
    let all = Sum::of(report.attribution.iter()).bytes();
    for ((service, region, path), _, sum) in
        grouped(report.attribution.iter(), |line| (&line.service, &line.service_region, line.path))
    {
        let mut cell = Cell::text(service);
        if let Some(region) = region {
            cell = cell.below(region);
        }
        if sum.estimated {
            cell = cell.below("estimated");
            view.remark = Some(ABOUT.to_owned());
        }
        view.row([
            cell,
            Cell::text(path),
            Cell::size(sum.bytes_out),
            Cell::size(sum.bytes_in),
            share_cell(&sum, all),
            Cell::usd(sum.cost),
        ]);
    }
    view
}

fn share_cell(sum: &Sum, all: u128) -> Cell {
    Cell { text: share(sum.bytes(), all), figure: Some(sum.bytes().to_string()), ..Cell::default() }
}

pub(in super::super) fn clients(report: &Report) -> View {
    let mut view = View::new(
        "clients",
        "Client interfaces through NAT gateways",
        [
            Column::text("Interface"),
            Column::text("Subnet"),
            Column::text("Zone"),
            Column::figure("Out"),
            Column::figure("In"),
            Column::figure("Share"),
            Column::figure("USD / month"),
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
                let subnet = subnet.map_or_else(|| Cell::text("not known"), |id| named(id, name(id)));
                (named(id, name(id)), subnet, first.zone_id.as_deref().unwrap_or("not known"))
            }
            None => (Cell::text("not named by any record"), Cell::text(""), ""),
        };
        view.row([
            client,
            subnet,
            Cell::text(zone),
            Cell::size(sum.bytes_out),
            Cell::size(sum.bytes_in),
            share_cell(&sum, all),
            Cell::usd(sum.cost),
        ]);
    }
    view
}

/// Bytes of one group of clients over one path to one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct FlowGroup {
    pub(in super::super) group: String,
    pub(in super::super) path: &'static str,
    pub(in super::super) service: String,
    pub(in super::super) bytes: u128,
}

/// How many groups of clients, and how many services, a picture shows by name; the others are taken together.
const NAMED_ENDS: usize = 8;

/// The bytes from subnets over paths to services, most first, and the same as a table. The smaller ends are taken together,
/// so that the picture stays one.
pub(in super::super) fn flows(report: &Report) -> (Vec<FlowGroup>, View) {
    let group = |line: &AttributionLine| {
        let id = line.subnet_id.as_ref().or(line.vpc_id.as_ref());
        id.map_or_else(|| "not known".to_owned(), |id| clean(report.names.get(id).unwrap_or(id)))
    };
    let service = |line: &AttributionLine| match &line.service_region {
        Some(region) => clean(&format!("{} {region}", line.service)),
        None => clean(&line.service),
    };
    let groups = largest(report, group, "other subnets");
    let services = largest(report, service, "other services");
    let mut sums: BTreeMap<(String, &'static str, String), u128> = BTreeMap::new();
    for line in &report.attribution {
        let key = (groups[&group(line)].clone(), line.path, services[&service(line)].clone());
        *sums.entry(key).or_default() += line.bytes_out + line.bytes_in;
    }
    let mut flows: Vec<FlowGroup> = sums
        .into_iter()
        .filter(|(_, bytes)| *bytes > 0)
        .map(|((group, path, service), bytes)| FlowGroup { group, path, service, bytes })
        .collect();
    flows.sort_by_key(|flow| std::cmp::Reverse(flow.bytes));
    let mut view = View::new(
        "flow-table",
        "Bytes from subnets over paths to services",
        [
            Column::text("Subnet"),
            Column::text("Path"),
            Column::text("Service"),
            Column::figure("Bytes"),
            Column::figure("Share"),
        ],
    );
    let all = flows.iter().map(|flow| flow.bytes).sum();
    for flow in &flows {
        let ends = [&flow.group, flow.path, &flow.service].map(Cell::text);
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
