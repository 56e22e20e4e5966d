//! What could not be known or read, and the proof that nothing was lost.

use std::io;

use super::super::grid::{Column, Grid, Page, Tone};
use super::super::number::{count, price, size};
use super::super::text::{Lang, notes as said, table as text};
use crate::model::report::{Ledger, Report};

/// How many objects and malformed records are named before the rest is one line.
const EXAMPLE_ROWS: usize = 10;

pub(super) fn notes(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.notes.is_empty() {
        return Ok(());
    }
    let lang = page.lang();
    page.section(&text::notes(lang))?;
    for note in &report.notes {
        let told = said::note(lang, note);
        let told = match note.bytes {
            Some(bytes) => text::concerned(lang, told, size(bytes), &note.id),
            None => format!("{told} [{}]", note.id),
        };
        page.item("-", Tone::Plain, &[told])?;
    }
    Ok(())
}

pub(super) fn objects(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let failed = report.objects.iter().filter(|line| line.outcome == "failed").count();
    let skipped = report.objects.len() - failed;
    if report.objects.is_empty() {
        return Ok(());
    }
    let lang = page.lang();
    page.section(&text::objects_that_failed(lang, failed, skipped))?;
    // The failed ones matter more; both keep their order.
    let (first, then): (Vec<_>, Vec<_>) = report.objects.iter().partition(|line| line.outcome == "failed");
    let lines = first.into_iter().chain(then).take(EXAMPLE_ROWS);
    for line in lines {
        let tone = if line.outcome == "failed" { Tone::Warn } else { Tone::Plain };
        let why = format!("{}: {}", text::outcome(lang, line.outcome), line.reason);
        page.item("-", tone, &[line.object.clone(), why])?;
    }
    more(page, report.objects.len())
}

pub(super) fn malformed(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.malformed_examples.is_empty() {
        return Ok(());
    }
    let known = report.malformed_examples.len();
    page.section(&text::malformed_records(page.lang(), count(report.ledger.malformed.into())))?;
    for line in report.malformed_examples.iter().take(EXAMPLE_ROWS) {
        let reason = match &line.field {
            Some(field) => format!("{field}: {}", line.reason),
            None => line.reason.clone(),
        };
        page.item("-", Tone::Plain, &[format!("{}:{}", line.object, line.line), reason])?;
    }
    more(page, known)
}

/// Says how many examples were not shown.
fn more(page: &mut Page<'_>, known: usize) -> io::Result<()> {
    match known.saturating_sub(EXAMPLE_ROWS) {
        0 => Ok(()),
        rest => page.line(&text::more_in_json(page.lang(), count(rest as u128)), Tone::Plain),
    }
}

pub(super) fn ledger(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let ledger = &report.ledger;
    let lang = page.lang();
    page.section(&text::ledger(lang))?;
    bytes(page, ledger)?;
    page.line("", Tone::Plain)?;
    records(page, ledger)?;
    page.line("", Tone::Plain)?;
    let mut objects = text::objects_read(
        lang,
        count(ledger.objects_read.into()),
        count(ledger.objects_failed.into()),
        count(ledger.objects_skipped.into()),
    );
    if ledger.outside_period > 0 {
        objects = text::outside_period(lang, objects, count(ledger.outside_period.into()));
    }
    if ledger.time_anomalies > 0 {
        objects = text::time_anomalies(lang, objects, count(ledger.time_anomalies.into()));
    }
    page.line(&objects, Tone::Plain)
}

/// What the figures rest on.
pub(in crate::render) fn sources(lang: Lang, report: &Report) -> String {
    let sources = &report.sources;
    let mut told = text::sources_prices(lang, &sources.price_book_date);
    if let Some(file) = &sources.price_override {
        told = text::sources_override(lang, told, file);
    }
    told = text::sources_ip_ranges(lang, told, &sources.ip_ranges_date);
    told = match &sources.inventory {
        Some(directory) => text::sources_inventory(lang, told, directory),
        None => text::sources_no_inventory(lang, told),
    };
    for currency in &report.currencies {
        let rate = format!("1 USD = {} {}", price(Some(currency.units_per_usd)), currency.code);
        told = text::sources_rate(lang, told, rate);
    }
    told
}

/// The classes a byte can be in.
pub(in crate::render) fn byte_parts(lang: Lang, ledger: &Ledger) -> [(String, u128); 4] {
    [
        (text::attributed(lang), ledger.bytes_attributed),
        (text::duplicate_view(lang), ledger.bytes_duplicate_view),
        (text::rejected_bytes(lang), ledger.bytes_rejected),
        (text::unattributed(lang), ledger.bytes_unattributed),
    ]
}

/// The classes a record can be in.
pub(in crate::render) fn record_parts(lang: Lang, ledger: &Ledger) -> [(String, u128); 5] {
    [
        (text::accepted(lang), ledger.ok.into()),
        (text::rejected(lang), ledger.rejected.into()),
        (text::no_data(lang), ledger.nodata.into()),
        (text::skipdata(lang), ledger.skipdata.into()),
        (text::malformed(lang), ledger.malformed.into()),
    ]
}

fn bytes(page: &mut Page<'_>, ledger: &Ledger) -> io::Result<()> {
    let lang = page.lang();
    let parts = byte_parts(lang, ledger);
    equation(page, text::bytes(lang), &parts, text::all_bytes(lang), ledger.bytes_total)?;
    if ledger.bytes_path_unknown > 0 {
        page.line(&text::unknown_path_bytes(lang, count(ledger.bytes_path_unknown)), Tone::Plain)?;
    }
    Ok(())
}

fn records(page: &mut Page<'_>, ledger: &Ledger) -> io::Result<()> {
    let lang = page.lang();
    let parts = record_parts(lang, ledger);
    equation(page, text::records(lang), &parts, text::all_records(lang), ledger.records.into())
}

/// Parts and their sum; a sum that is not theirs is said, not hidden.
fn equation(
    page: &mut Page<'_>,
    title: String,
    parts: &[(String, u128)],
    total_label: String,
    total: u128,
) -> io::Result<()> {
    let lang = page.lang();
    let mut grid = Grid::new([Column::text(title), Column::figure(text::count(lang))]);
    for (label, number) in parts {
        grid.row(Tone::Plain, [label.clone(), count(*number)]);
    }
    grid.row(Tone::Strong, [total_label, count(total)]);
    page.grid(&grid)?;
    let sum = parts.iter().fold(0_u128, |sum, (_, number)| sum.saturating_add(*number));
    if sum != total {
        page.line(&text::off_by(lang, count(sum), count(sum.abs_diff(total))), Tone::Warn)?;
    }
    Ok(())
}
