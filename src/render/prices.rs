//! The price book for people.

use std::io;

use super::TableStyle;
use super::grid::{Column, Grid, Page, Tone};
use super::number::{UNPRICED, count, price};
use crate::price::{BOOK_DATE, Meter, PriceBook};

/// Writes the book as text: the four meters of NAT gateways and interface endpoints for every region, or with
/// `region` every meter of one with source and date.
///
/// # Errors
/// Those of `out`. A region the book does not know is said in the text; ask [`PriceBook::knows`] for an exit code.
pub fn prices(
    book: &PriceBook,
    region: Option<&str>,
    style: TableStyle,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let page = &mut Page::new(out, style);
    match region {
        Some(region) => one_region(page, book, region)?,
        None => all_regions(page, book)?,
    }
    page.line(
        &format!("List prices collected {BOOK_DATE}, in USD. GB are 2^30 bytes. A meter without a figure is {UNPRICED}."),
        Tone::Plain,
    )
}

fn all_regions(page: &mut Page<'_>, book: &PriceBook) -> io::Result<()> {
    let mut grid = Grid::new([
        Column::text("Region"),
        Column::figure("NAT\nhour"),
        Column::figure("NAT\nGB"),
        Column::figure("Endpoint\nAZ-hour"),
        Column::figure("Endpoint\nGB"),
    ]);
    for region in book.regions() {
        let figure = |meter| price(book.rate(region, meter).map(|rate| rate.usd));
        grid.row(
            Tone::Plain,
            [
                region.to_owned(),
                figure(Meter::NatGatewayHour),
                figure(Meter::NatGatewayGb),
                figure(Meter::InterfaceEndpointHour),
                figure(Meter::InterfaceEndpointGb),
            ],
        );
    }
    page.grid(&grid)
}

fn one_region(page: &mut Page<'_>, book: &PriceBook, region: &str) -> io::Result<()> {
    match book.region_name(region) {
        Some(name) => page.line(&format!("{region}, {name}"), Tone::Strong)?,
        None => page.line(region, Tone::Strong)?,
    }
    if !book.knows(region) {
        page.line("The price book does not know this region.", Tone::Warn)?;
    }
    if let Some(currency) = book.currency(region).filter(|currency| *currency != "USD") {
        page.line(&format!("AWS sells this region in {currency}; the book holds USD only."), Tone::Warn)?;
    }
    let mut grid = Grid::new([
        Column::text("Meter"),
        Column::figure("USD"),
        Column::text("Per"),
        Column::text("Date"),
        Column::text("Source").folds(),
    ]);
    for meter in Meter::ALL {
        let Some(rate) = book.rate(region, meter) else {
            let row = [meter.key(), UNPRICED, meter.unit(), "", ""];
            grid.row(Tone::Warn, row.map(str::to_owned));
            continue;
        };
        let date = rate.date.map(|date| date.to_string()).unwrap_or_default();
        let source = match rate.confirmations {
            0 => rate.source.to_string(),
            more => format!("{} (and {more} more that agree)", rate.source),
        };
        let usd = price(Some(rate.usd));
        grid.row(Tone::Plain, [meter.key().to_owned(), usd, meter.unit().to_owned(), date, source]);
        if meter == Meter::InterfaceEndpointGb {
            for tier in book.interface_endpoint_tiers(region).unwrap_or_default().iter().skip(1) {
                let label = format!("above {} GB a month", count(tier.from_gb.into()));
                let cells = [label, price(Some(tier.usd_per_gb)), meter.unit().to_owned()];
                grid.row(
                    Tone::Plain,
                    cells.into_iter().chain([String::new(), String::new()]).collect::<Vec<_>>(),
                );
            }
        }
    }
    page.grid(&grid)
}
