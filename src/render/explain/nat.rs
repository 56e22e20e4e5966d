//! A NAT gateway: from its bytes and hours to its cost, and whose bytes they are.

use std::io;

use rust_decimal::Decimal;

use super::super::grid::{Column, Grid, Page, Tone};
use super::super::number::{count, percent, size, usd};
use super::super::sums::{NAT_PATH, Sum, grouped};
use super::super::text::{Lang, explain as say, table as text};
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
    let lang = page.lang();
    page.line(&say::nat(lang, &line.nat_gateway_id, name), Tone::Strong)?;
    let mode = match line.availability_mode {
        "zonal" => say::zonal(lang),
        "regional" => say::regional(lang),
        other => other.to_owned(),
    };
    let place = [line.vpc_id.as_deref(), line.region.as_deref(), line.zone_id.as_deref()];
    let place: Vec<&str> = place.into_iter().flatten().chain([mode.as_str()]).collect();
    page.line(&place.join(", "), Tone::Plain)?;
    steps(page, &say::bytes(lang), &bytes(lang, line))?;
    steps(page, &say::observed_cost(lang), &observed(lang, line))?;
    steps(page, &say::month_cost(lang), &of_month(lang, report, line))?;
    let meters = ["nat_gateway_hour", "nat_gateway_gb", "cross_zone_gb"];
    steps(page, &say::prices(lang), &sources(lang, report, line.region.as_deref(), &meters))?;
    whose(page, report, line)?;
    Ok(())
}

fn bytes(lang: Lang, line: &NatGatewayLine) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for (vantage, hours) in &line.vantage_hours {
        steps.push(say::hours_seen(lang, hours, text::vantage(lang, Some(vantage))));
    }
    if line.vantage_hours.is_empty() {
        steps.push(text::vantage(lang, None));
    }
    steps.push(say::to_peers(lang, bytes_text(lang, line.bytes_out)));
    steps.push(say::to_clients(lang, bytes_text(lang, line.bytes_in)));
    steps.push(say::in_all(lang, bytes_text(lang, total(line))));
    if let Some(coverage) = line.coverage {
        steps.push(say::other_view(lang, percent(coverage)));
    }
    steps
}

fn total(line: &NatGatewayLine) -> u128 {
    line.bytes_out.saturating_add(line.bytes_in)
}

fn data(line: &NatGatewayLine) -> Option<Decimal> {
    cost_of_bytes(total(line), line.price_gb_usd?)
}

fn observed(lang: Lang, line: &NatGatewayLine) -> Vec<String> {
    let hours = line.price_hour_usd.and_then(|price| price.checked_mul(Decimal::from(line.hours_observed)));
    let sum = hours.zip(data(line)).and_then(|(hours, data)| hours.checked_add(data));
    vec![
        say::hours_step(
            lang,
            count(line.hours_observed.into()),
            rate_text(lang, line.price_hour_usd),
            usd_text(lang, hours),
        ),
        data_step(lang, line),
        say::in_all(lang, as_reported(lang, sum, line.cost_observed_usd)),
    ]
}

fn data_step(lang: Lang, line: &NatGatewayLine) -> String {
    say::data_step(
        lang,
        count(total(line)),
        gb_text(total(line)),
        rate_text(lang, line.price_gb_usd),
        usd_text(lang, data(line)),
    )
}

fn of_month(lang: Lang, report: &Report, line: &NatGatewayLine) -> Vec<String> {
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
        say::hours_step(
            lang,
            hours.map_or_else(|| period.month_hours.to_string(), |hours| hours.to_string()),
            rate_text(lang, line.price_hour_usd),
            usd_text(lang, again),
        ),
        say::data_month(lang, usd_text(lang, data(line)), to_month(lang, period), usd_text(lang, data_month)),
        say::in_all(lang, as_reported(lang, sum, line.cost_month_usd)),
    ];
    if line.bytes_cross_zone > 0 {
        let rates = || report.rates.iter().filter(|rate| Some(&rate.region) == line.region.as_ref());
        let rate = rates().find(|rate| rate.meter == "cross_zone_gb").and_then(|rate| rate.usd.parse().ok());
        let observed = rate
            .and_then(|rate| cost_of_bytes(line.bytes_cross_zone, rate))
            .and_then(|cost| cost.checked_mul(Decimal::from(CROSS_ZONE_SIDES)));
        steps.push(say::beside(
            lang,
            gb_text(line.bytes_cross_zone),
            CROSS_ZONE_SIDES,
            rate_text(lang, rate),
            to_month(lang, period),
            as_reported(
                lang,
                observed.and_then(|cost| scaled(cost, line.bytes_cross_zone)),
                line.cross_zone_cost_month_usd,
            ),
        ));
    }
    steps
}

/// Clients and services, and that they are all of it.
fn whose(page: &mut Page<'_>, report: &Report, line: &NatGatewayLine) -> io::Result<()> {
    let lang = page.lang();
    let through = || {
        report
            .attribution
            .iter()
            .filter(|flow| flow.path == NAT_PATH && flow.via.as_ref() == Some(&line.nat_gateway_id))
    };
    let all = Sum::of(through());
    table(
        page,
        &say::clients(lang),
        &say::interface(lang),
        &grouped(through(), |flow| &flow.interface_id),
        |id| (*id).clone().unwrap_or_else(|| text::unnamed(lang)),
    )?;
    table(
        page,
        &say::services(lang),
        &say::service(lang),
        &grouped(through(), |flow| (&flow.service, &flow.service_region)),
        |(service, region)| {
            region.as_ref().map_or_else(|| (*service).clone(), |region| format!("{service} {region}"))
        },
    )?;
    page.line("", Tone::Plain)?;
    let is_all = all.bytes() == total(line);
    let bytes = bytes_text(lang, all.bytes());
    let told = if is_all { say::all_lines(lang, bytes) } else { say::not_all_lines(lang, bytes) };
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
    let lang = page.lang();
    page.section(title)?;
    let mut grid = Grid::new([
        Column::text(column),
        Column::figure(say::bytes(lang)),
        Column::figure(say::size(lang)),
        Column::figure(say::usd_month(lang)),
    ]);
    for (key, _, sum) in groups {
        grid.row(Tone::Plain, [name(key), count(sum.bytes()), size(sum.bytes()), usd(sum.cost)]);
    }
    page.grid(&grid)
}
