//! A NAT gateway: from its bytes and hours to its cost, and whose bytes they are.

use std::io;

use rust_decimal::Decimal;

use super::super::grid::{Column, Grid, Page, Tone};
use super::super::number::{count, percent, size, usd};
use super::super::sums::{NAT_PATH, Sum, grouped};
use super::super::text::{Lang, table as text};
use super::{
    ExplainError, NotInReport, as_reported, bytes_text, gb_text, month, rate_text, sources, steps, to_month,
    usd_text,
};
use crate::model::money::cost_of_bytes;
use crate::model::report::{AttributionLine, NatGatewayLine, Report};
use crate::price::toll::CROSS_ZONE_SIDES;

pub(super) fn explain(page: &mut Page<'_>, report: &Report, id: &str) -> Result<(), ExplainError> {
    let is_it = |line: &&NatGatewayLine| line.nat_gateway_id == id || line.name.as_deref() == Some(id);
    let line = report.nat_gateways.iter().find(is_it).ok_or_else(|| {
        let known: Vec<String> = report.nat_gateways.iter().map(|line| line.nat_gateway_id.clone()).collect();
        NotInReport::new("NAT gateway", id, &known)
    })?;
    let name = line.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    page.line(&format!("NAT gateway {}{name}", line.nat_gateway_id), Tone::Strong)?;
    let place = [line.vpc_id.as_deref(), line.region.as_deref(), line.zone_id.as_deref()];
    let place: Vec<&str> = place.into_iter().flatten().chain([line.availability_mode]).collect();
    page.line(&place.join(", "), Tone::Plain)?;
    steps(page, "Bytes", &bytes(line))?;
    steps(page, "Cost of the observed hours", &observed(line))?;
    steps(page, "Cost of a month", &of_month(report, line))?;
    let meters = ["nat_gateway_hour", "nat_gateway_gb", "cross_zone_gb"];
    steps(page, "Prices", &sources(report, line.region.as_deref(), &meters))?;
    whose(page, report, line)?;
    Ok(())
}

fn bytes(line: &NatGatewayLine) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for (vantage, hours) in &line.vantage_hours {
        steps.push(format!("{hours} h {}", text::vantage(Lang::En, Some(vantage))));
    }
    if line.vantage_hours.is_empty() {
        steps.push(text::vantage(Lang::En, None));
    }
    steps.push(format!("from clients to peers: {}", bytes_text(line.bytes_out)));
    steps.push(format!("from peers to clients: {}", bytes_text(line.bytes_in)));
    steps.push(format!("together: {}", bytes_text(total(line))));
    if let Some(coverage) = line.coverage {
        steps.push(format!("where another view exists, it saw {} of them", percent(coverage)));
    }
    steps
}

fn total(line: &NatGatewayLine) -> u128 {
    line.bytes_out.saturating_add(line.bytes_in)
}

fn data(line: &NatGatewayLine) -> Option<Decimal> {
    cost_of_bytes(total(line), line.price_gb_usd?)
}

fn observed(line: &NatGatewayLine) -> Vec<String> {
    let hours = line.price_hour_usd.and_then(|price| price.checked_mul(Decimal::from(line.hours_observed)));
    let sum = hours.zip(data(line)).and_then(|(hours, data)| hours.checked_add(data));
    vec![
        format!(
            "{} h x {}/h = {}",
            count(line.hours_observed.into()),
            rate_text(line.price_hour_usd),
            usd_text(hours)
        ),
        data_step(line),
        format!("together: {}", as_reported(sum, line.cost_observed_usd)),
    ]
}

fn data_step(line: &NatGatewayLine) -> String {
    format!(
        "{} bytes / 2^30 = {} GB x {}/GB = {}",
        count(total(line)),
        gb_text(total(line)),
        rate_text(line.price_gb_usd),
        usd_text(data(line))
    )
}

fn of_month(report: &Report, line: &NatGatewayLine) -> Vec<String> {
    let period = &report.period;
    let scaled = |observed: Decimal, bytes: u128| {
        if bytes == 0 { Some(Decimal::ZERO) } else { month(observed, period) }
    };
    let data_month = data(line).and_then(|data| scaled(data, total(line)));
    // What is left of the month's cost are its hours: none for a gateway that is gone, those of each zone for a regional one.
    let hours_cost = line.cost_month_usd.zip(data_month).and_then(|(all, data)| all.checked_sub(data));
    let hours = hours_cost.zip(line.price_hour_usd).and_then(|(cost, price)| cost.checked_div(price));
    let hours = hours.map(|hours| hours.round().normalize());
    let again = hours.zip(line.price_hour_usd).and_then(|(hours, price)| hours.checked_mul(price));
    let sum = again.zip(data_month).and_then(|(hours, data)| hours.checked_add(data));
    let mut steps = vec![
        format!(
            "{} h x {}/h = {}",
            hours.map_or_else(|| period.month_hours.to_string(), |hours| hours.to_string()),
            rate_text(line.price_hour_usd),
            usd_text(again)
        ),
        format!("data {} {} = {}", usd_text(data(line)), to_month(period), usd_text(data_month)),
        format!("together: {}", as_reported(sum, line.cost_month_usd)),
    ];
    if line.bytes_cross_zone > 0 {
        let rates = || report.rates.iter().filter(|rate| Some(&rate.region) == line.region.as_ref());
        let rate = rates().find(|rate| rate.meter == "cross_zone_gb").and_then(|rate| rate.usd.parse().ok());
        let observed = rate
            .and_then(|rate| cost_of_bytes(line.bytes_cross_zone, rate))
            .and_then(|cost| cost.checked_mul(Decimal::from(CROSS_ZONE_SIDES)));
        steps.push(format!(
            "beside it, from clients in other zones: {} GB x {CROSS_ZONE_SIDES} sides x {}/GB {} = {}",
            gb_text(line.bytes_cross_zone),
            rate_text(rate),
            to_month(period),
            as_reported(
                observed.and_then(|cost| scaled(cost, line.bytes_cross_zone)),
                line.cross_zone_cost_month_usd
            )
        ));
    }
    steps
}

/// Clients and services, and that they are all of it.
fn whose(page: &mut Page<'_>, report: &Report, line: &NatGatewayLine) -> io::Result<()> {
    let through = || {
        report
            .attribution
            .iter()
            .filter(|flow| flow.path == NAT_PATH && flow.via.as_ref() == Some(&line.nat_gateway_id))
    };
    let all = Sum::of(through());
    table(page, "Clients", "Interface", &grouped(through(), |flow| &flow.interface_id), |id| {
        (*id).clone().unwrap_or_else(|| text::unnamed(Lang::En))
    })?;
    table(
        page,
        "Services",
        "Service",
        &grouped(through(), |flow| (&flow.service, &flow.service_region)),
        |(service, region)| {
            region.as_ref().map_or_else(|| (*service).clone(), |region| format!("{service} {region}"))
        },
    )?;
    page.line("", Tone::Plain)?;
    let is_all = all.bytes() == total(line);
    let told = format!(
        "The lines of attribution are {}, {} of the gateway.",
        bytes_text(all.bytes()),
        if is_all { "all" } else { "not all" }
    );
    page.line(&told, if is_all { Tone::Plain } else { Tone::Warn })
}

/// A group of lines as a row each.
fn table<K>(
    page: &mut Page<'_>,
    title: &str,
    column: &str,
    groups: &[(K, Vec<&AttributionLine>, Sum)],
    name: impl Fn(&K) -> String,
) -> io::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    page.section(title)?;
    let mut grid = Grid::new([
        Column::text(column),
        Column::figure("Bytes"),
        Column::figure("Size"),
        Column::figure("USD\n/month"),
    ]);
    for (key, _, sum) in groups {
        grid.row(Tone::Plain, [name(key), count(sum.bytes()), size(sum.bytes()), usd(sum.cost)]);
    }
    page.grid(&grid)
}
