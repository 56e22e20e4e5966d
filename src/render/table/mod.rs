//! The report for people: money first, then where the bytes go, what to change, and what could not be known.

pub(super) mod advice;
pub(super) mod doubt;
mod traffic;

use std::io;

use super::TableStyle;
use super::grid::{Column, Grid, Page, Tone};
use super::number::{size, usd};
use super::words;
use crate::model::report::Report;

pub(super) use advice::finding;

/// Writes the report as text. A section without content is left out or says so in one line.
///
/// # Errors
/// Those of `out`.
pub fn table(report: &Report, style: TableStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let page = &mut Page::new(out, style);
    title(page, report)?;
    summary(page, report)?;
    traffic::nat_gateways(page, report)?;
    traffic::endpoints(page, report)?;
    traffic::attribution(page, report)?;
    traffic::clients(page, report)?;
    advice::advice(page, report)?;
    advice::findings(page, report)?;
    doubt::notes(page, report)?;
    doubt::objects(page, report)?;
    doubt::malformed(page, report)?;
    doubt::ledger(page, report)
}

fn title(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let range = words::time_range(report);
    page.line(&format!("NAT gateway and VPC endpoint cost, {range}"), Tone::Strong)?;
    page.line(&words::scale(&report.period), Tone::Plain)?;
    page.line(&words::sources(&report.sources), Tone::Plain)
}

fn summary(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let totals = &report.totals;
    let mut grid = Grid::new([Column::text("Summary"), Column::figure("USD/month")]);
    let mut add = |tone, label: String, amount| grid.row(tone, [label, usd(amount)]);
    let seen = size(totals.nat_gateway_bytes);
    add(
        Tone::Plain,
        format!("NAT gateways: hours and data ({seen} observed)"),
        totals.nat_gateway_cost_month_usd,
    );
    add(Tone::Plain, "Cross-AZ transfer to NAT gateways".to_owned(), totals.cross_zone_cost_month_usd);
    add(Tone::Plain, "VPC endpoints: hours and data".to_owned(), totals.endpoint_cost_month_usd);
    add(Tone::Strong, "Total".to_owned(), totals.cost_month_usd);
    let changes = match report.advice.len() {
        0 => "Possible saving (no change found)".to_owned(),
        1 => "Possible saving (1 change)".to_owned(),
        more => format!("Possible saving ({more} changes)"),
    };
    add(Tone::Good, changes, totals.saving_month_usd);
    page.line("", Tone::Plain)?;
    page.grid(&grid)
}

/// Both directions, one below the other, or that there is nothing.
fn both_ways(bytes_out: u128, bytes_in: u128) -> String {
    match (bytes_out, bytes_in) {
        (0, 0) => "none".to_owned(),
        _ => format!("{} out\n{} in", size(bytes_out), size(bytes_in)),
    }
}
