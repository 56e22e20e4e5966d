//! Gateways, endpoints, and whose bytes pass them.

use std::io;

use super::super::grid::{Column, Grid, Page, Tone};
use super::super::number::{count, percent, price, share, size, usd};
use super::super::sums::{NAT_PATH, Sum, grouped};
use super::both_ways;
use crate::model::report::{EndpointLine, NatGatewayLine, Report};

/// How many services and clients are shown before the rest is one line.
const SERVICE_ROWS: usize = 20;
const CLIENT_ROWS: usize = 10;

pub(super) fn nat_gateways(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    page.section("NAT gateways")?;
    if report.nat_gateways.is_empty() {
        return page.line("None was seen.", Tone::Plain);
    }
    let mut grid = Grid::new([
        Column::text("NAT gateway"),
        Column::text("Zone").folds(),
        Column::figure("Traffic"),
        Column::figure("USD\nobserved").folds(),
        Column::figure("USD\n/month"),
    ]);
    for line in &report.nat_gateways {
        let zone = line.zone_id.clone().unwrap_or_else(|| match line.availability_mode {
            "regional" => "regional".to_owned(),
            _ => "not known".to_owned(),
        });
        grid.row(
            Tone::Plain,
            [
                nat_gateway(line),
                zone,
                both_ways(line.bytes_out, line.bytes_in),
                usd(line.cost_observed_usd),
                usd(line.cost_month_usd),
            ],
        );
    }
    page.grid(&grid)
}

/// The id and what is to be said of it, line by line.
fn nat_gateway(line: &NatGatewayLine) -> String {
    let mut text = vec![line.nat_gateway_id.clone()];
    text.extend(line.name.clone());
    if line.connectivity == Some("private") {
        text.push("private".to_owned());
    }
    text.push(vantage(line.vantage).to_owned());
    if line.vantage_hours.len() > 1 {
        let hours = line.vantage_hours.iter().map(|(name, hours)| format!("{name} {hours} h"));
        text.push(format!("({})", hours.collect::<Vec<_>>().join(", ")));
    }
    if let Some(coverage) = line.coverage {
        text.push(format!("other view saw {}", percent(coverage)));
    }
    if line.bytes_cross_zone > 0 {
        text.push(format!(
            "cross-AZ {}: {} USD/month",
            size(line.bytes_cross_zone),
            usd(line.cross_zone_cost_month_usd)
        ));
    }
    if line.price_hour_usd.is_some() || line.price_gb_usd.is_some() {
        text.push(format!("{}/h, {}/GB", price(line.price_hour_usd), price(line.price_gb_usd)));
    }
    text.join("\n")
}

/// A vantage in plain words.
fn vantage(value: Option<&str>) -> &str {
    match value {
        Some("nat-inside") => "counted inside the gateway",
        Some("clients") => "counted at its clients",
        Some("nat-split") => "counted at the gateway, services estimated",
        Some("nat-outside") => "counted outside the gateway: an upper bound",
        Some(other) => other,
        None => "no record shows it",
    }
}

pub(super) fn endpoints(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    page.section("VPC endpoints")?;
    if report.endpoints.is_empty() {
        return page.line("None is known.", Tone::Plain);
    }
    let mut grid = Grid::new([
        Column::text("VPC endpoint"),
        Column::text("Service").folds(),
        Column::text("Type").folds(),
        Column::figure("Traffic"),
        Column::figure("USD\n/month"),
    ]);
    for line in &report.endpoints {
        let tone = if line.idle == Some(true) { Tone::Warn } else { Tone::Plain };
        grid.row(
            tone,
            [
                endpoint(line),
                line.service.clone(),
                line.endpoint_type.to_owned(),
                both_ways(line.bytes_out, line.bytes_in),
                usd(line.cost_month_usd),
            ],
        );
    }
    page.grid(&grid)
}

fn endpoint(line: &EndpointLine) -> String {
    let mut text = vec![line.vpc_endpoint_id.clone()];
    text.extend(line.name.clone());
    if !line.zones.is_empty() {
        text.push(line.zones.join(", "));
    }
    match (line.idle, line.bytes_out == 0 && line.bytes_in == 0) {
        (Some(true), _) => text.push("idle: no byte passed it".to_owned()),
        (None, true) => text.push("no byte seen, but not all hours are".to_owned()),
        _ => {}
    }
    text.join("\n")
}

pub(super) fn attribution(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    page.section("Where the bytes go")?;
    if report.attribution.is_empty() {
        return page.line("No byte could be attributed.", Tone::Plain);
    }
    let all = Sum::of(report.attribution.iter()).bytes();
    let groups = grouped(report.attribution.iter(), |line| (&line.service, &line.service_region, line.path));
    let mut grid = Grid::new([
        Column::text("Service"),
        Column::text("Path").folds(),
        Column::figure("Traffic"),
        Column::figure("Share"),
        Column::figure("USD\n/month"),
    ]);
    let mut add = |name: String, path: &str, sum: &Sum| {
        let about = if sum.estimated { "~ " } else { "" };
        let traffic = format!("{about}{}", both_ways(sum.bytes_out, sum.bytes_in));
        grid.row(Tone::Plain, [name, path.to_owned(), traffic, share(sum.bytes(), all), usd(sum.cost)]);
    };
    for ((service, region, path), _, sum) in groups.iter().take(SERVICE_ROWS) {
        let name =
            region.as_ref().map_or_else(|| (*service).clone(), |region| format!("{service}\n{region}"));
        add(name, path, sum);
    }
    if let Some(rest) = groups.get(SERVICE_ROWS..).filter(|rest| !rest.is_empty()) {
        let sum = Sum::of(rest.iter().flat_map(|(_, lines, _)| lines.iter().copied()));
        add(format!("{} more", count(rest.len() as u128)), "", &sum);
    }
    page.grid(&grid)?;
    if report.attribution.iter().any(|line| line.estimated) {
        page.line("~ The total is counted; its split over services is an estimate.", Tone::Plain)?;
    }
    Ok(())
}

pub(super) fn clients(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let through_nat = || report.attribution.iter().filter(|line| line.path == NAT_PATH);
    let groups = grouped(through_nat(), |line| &line.interface_id);
    if groups.is_empty() {
        return Ok(());
    }
    let all = Sum::of(through_nat()).bytes();
    page.section(&match groups.len() {
        few if few <= CLIENT_ROWS => "Client interfaces through NAT gateways".to_owned(),
        many => {
            format!("Top {CLIENT_ROWS} of {} client interfaces through NAT gateways", count(many as u128))
        }
    })?;
    let mut grid = Grid::new([
        Column::text("Interface"),
        Column::text("Zone").folds(),
        Column::figure("Traffic"),
        Column::figure("Share"),
        Column::figure("USD\n/month"),
    ]);
    for (interface, lines, sum) in groups.iter().take(CLIENT_ROWS) {
        let line = lines[0];
        let mut name = vec![interface.as_deref().unwrap_or("(not named by any record)")];
        if interface.is_some() {
            name.extend(line.subnet_id.as_deref());
        }
        let zone = line.zone_id.clone().filter(|_| interface.is_some()).unwrap_or_default();
        grid.row(
            Tone::Plain,
            [
                name.join("\n"),
                zone,
                both_ways(sum.bytes_out, sum.bytes_in),
                share(sum.bytes(), all),
                usd(sum.cost),
            ],
        );
    }
    page.grid(&grid)
}
