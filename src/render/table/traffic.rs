//! Gateways, endpoints, and whose bytes pass them.

use std::io;

use super::super::grid::{Column, Grid, Page, Tone};
use super::super::money::Money;
use super::super::number::{count, percent, price, share, size};
use super::super::sums::{NAT_PATH, Sum, grouped};
use super::super::text::{Lang, table as text};
use super::both_ways;
use crate::model::report::{EndpointLine, NatGatewayLine, Report};

/// How many services and clients are shown before the rest is one line.
const SERVICE_ROWS: usize = 20;
const CLIENT_ROWS: usize = 10;

pub(super) fn nat_gateways(page: &mut Page<'_>, report: &Report, money: Money<'_>) -> io::Result<()> {
    let lang = page.lang();
    page.section(&text::nat_gateways(lang))?;
    if report.nat_gateways.is_empty() {
        return page.line(&text::none_seen(lang), Tone::Plain);
    }
    let mut grid = Grid::new([
        Column::text(text::nat_gateway(lang)),
        Column::text(text::zone(lang)).folds(),
        Column::figure(text::traffic(lang)),
        Column::figure(text::usd_observed(lang)).folds(),
        Column::figure(text::usd_month(lang)),
    ]);
    for line in &report.nat_gateways {
        let zone = line.zone_id.clone().unwrap_or_else(|| match line.availability_mode {
            "regional" => text::regional(lang),
            _ => text::not_known(lang),
        });
        grid.row(
            Tone::Plain,
            [
                nat_gateway(lang, line, money),
                zone,
                both_ways(lang, line.bytes_out, line.bytes_in),
                money.usd(line.cost_observed_usd),
                money.cell(line.cost_month_usd),
            ],
        );
    }
    page.grid(&grid)
}

/// The id and what is to be said of it, line by line.
fn nat_gateway(lang: Lang, line: &NatGatewayLine, money: Money<'_>) -> String {
    let mut told = vec![line.nat_gateway_id.clone()];
    told.extend(line.name.clone());
    told.extend(about_nat_gateway(lang, line, money));
    told.join("\n")
}

/// What is to be said of a NAT gateway below its name.
pub(in crate::render) fn about_nat_gateway(
    lang: Lang,
    line: &NatGatewayLine,
    money: Money<'_>,
) -> Vec<String> {
    let mut told = Vec::new();
    if line.connectivity == Some("private") {
        told.push(text::private(lang));
    }
    told.push(text::vantage(lang, line.vantage));
    if line.vantage_hours.len() > 1 {
        let hours = line.vantage_hours.iter().map(|(name, hours)| text::hours_from(lang, name, *hours));
        told.push(format!("({})", hours.collect::<Vec<_>>().join(", ")));
    }
    if let Some(coverage) = line.coverage {
        told.push(text::other_view(lang, percent(coverage)));
    }
    if line.bytes_cross_zone > 0 {
        let cost = money.usd(line.cross_zone_cost_month_usd);
        told.push(text::cross_zone(lang, size(line.bytes_cross_zone), cost));
    }
    if line.price_hour_usd.is_some() || line.price_gb_usd.is_some() {
        told.push(text::unit_prices(lang, price(line.price_hour_usd), price(line.price_gb_usd)));
    }
    told
}

pub(super) fn endpoints(page: &mut Page<'_>, report: &Report, money: Money<'_>) -> io::Result<()> {
    let lang = page.lang();
    page.section(&text::endpoints(lang))?;
    if report.endpoints.is_empty() {
        return page.line(&text::none_known(lang), Tone::Plain);
    }
    let mut grid = Grid::new([
        Column::text(text::endpoint(lang)),
        Column::text(text::service(lang)).folds(),
        Column::text(text::endpoint_type(lang)).folds(),
        Column::figure(text::traffic(lang)),
        Column::figure(text::usd_month(lang)),
    ]);
    for line in &report.endpoints {
        let tone = if line.idle == Some(true) { Tone::Warn } else { Tone::Plain };
        grid.row(
            tone,
            [
                endpoint(lang, line),
                text::service_name(lang, &line.service),
                text::type_name(lang, line.endpoint_type),
                both_ways(lang, line.bytes_out, line.bytes_in),
                money.cell(line.cost_month_usd),
            ],
        );
    }
    page.grid(&grid)
}

fn endpoint(lang: Lang, line: &EndpointLine) -> String {
    let mut told = vec![line.vpc_endpoint_id.clone()];
    told.extend(line.name.clone());
    told.extend(about_endpoint(lang, line));
    told.join("\n")
}

/// What is to be said of an endpoint below its name.
pub(in crate::render) fn about_endpoint(lang: Lang, line: &EndpointLine) -> Vec<String> {
    let mut told = Vec::new();
    if !line.zones.is_empty() {
        told.push(line.zones.join(", "));
    }
    match (line.idle, line.bytes_out == 0 && line.bytes_in == 0) {
        (Some(true), _) => told.push(text::idle(lang)),
        (None, true) => told.push(text::perhaps_idle(lang)),
        _ => {}
    }
    told
}

pub(super) fn attribution(page: &mut Page<'_>, report: &Report, money: Money<'_>) -> io::Result<()> {
    let lang = page.lang();
    page.section(&text::where_bytes_go(lang))?;
    if report.attribution.is_empty() {
        return page.line(&text::nothing_attributed(lang), Tone::Plain);
    }
    let all = Sum::of(report.attribution.iter()).bytes();
    let groups = grouped(report.attribution.iter(), |line| (&line.service, &line.service_region, line.path));
    let mut grid = Grid::new([
        Column::text(text::service(lang)),
        Column::text(text::path(lang)).folds(),
        Column::figure(text::traffic(lang)),
        Column::figure(text::share(lang)),
        Column::figure(text::usd_month(lang)),
    ]);
    let mut add = |name: String, path: String, sum: &Sum| {
        let about = if sum.estimated { "~ " } else { "" };
        let traffic = format!("{about}{}", both_ways(lang, sum.bytes_out, sum.bytes_in));
        grid.row(Tone::Plain, [name, path, traffic, share(sum.bytes(), all), money.cell(sum.cost)]);
    };
    for ((service, region, path), _, sum) in groups.iter().take(SERVICE_ROWS) {
        let mut name = text::service_name(lang, service);
        if let Some(region) = region {
            name = format!("{name}\n{region}");
        }
        add(name, text::path_name(lang, path), sum);
    }
    if let Some(rest) = groups.get(SERVICE_ROWS..).filter(|rest| !rest.is_empty()) {
        let sum = Sum::of(rest.iter().flat_map(|(_, lines, _)| lines.iter().copied()));
        add(text::more(lang, count(rest.len() as u128)), String::new(), &sum);
    }
    page.grid(&grid)?;
    if report.attribution.iter().any(|line| line.estimated) {
        page.line(&text::estimate_mark(lang), Tone::Plain)?;
    }
    Ok(())
}

pub(super) fn clients(page: &mut Page<'_>, report: &Report, money: Money<'_>) -> io::Result<()> {
    let lang = page.lang();
    let through_nat = || report.attribution.iter().filter(|line| line.path == NAT_PATH);
    let groups = grouped(through_nat(), |line| &line.interface_id);
    if groups.is_empty() {
        return Ok(());
    }
    let all = Sum::of(through_nat()).bytes();
    page.section(&match groups.len() {
        few if few <= CLIENT_ROWS => text::clients(lang),
        many => text::top_clients(lang, CLIENT_ROWS, count(many as u128)),
    })?;
    let mut grid = Grid::new([
        Column::text(text::interface(lang)),
        Column::text(text::zone(lang)).folds(),
        Column::figure(text::traffic(lang)),
        Column::figure(text::share(lang)),
        Column::figure(text::usd_month(lang)),
    ]);
    for (interface, lines, sum) in groups.iter().take(CLIENT_ROWS) {
        let line = lines[0];
        let mut name = vec![(*interface).clone().unwrap_or_else(|| text::unnamed(lang))];
        if interface.is_some() {
            name.extend(line.subnet_id.clone());
        }
        let zone = line.zone_id.clone().filter(|_| interface.is_some()).unwrap_or_default();
        grid.row(
            Tone::Plain,
            [
                name.join("\n"),
                zone,
                both_ways(lang, sum.bytes_out, sum.bytes_in),
                share(sum.bytes(), all),
                money.cell(sum.cost),
            ],
        );
    }
    page.grid(&grid)
}
