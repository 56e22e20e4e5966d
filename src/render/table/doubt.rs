//! What could not be known or read, and the proof that nothing was lost.

use std::io;

use super::super::grid::{Column, Grid, Page, Tone};
use super::super::number::{count, size};
use crate::model::report::{Ledger, Report};

/// How many objects and malformed records are named before the rest is one line.
const EXAMPLE_ROWS: usize = 10;

pub(super) fn notes(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.notes.is_empty() {
        return Ok(());
    }
    page.section("What could not be known")?;
    for note in &report.notes {
        let text = match note.bytes {
            Some(bytes) => format!("{} ({} concerned) [{}]", note.text, size(bytes), note.id),
            None => format!("{} [{}]", note.text, note.id),
        };
        page.item("-", Tone::Plain, &[text])?;
    }
    Ok(())
}

pub(super) fn objects(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let failed = report.objects.iter().filter(|line| line.outcome == "failed").count();
    let skipped = report.objects.len() - failed;
    if report.objects.is_empty() {
        return Ok(());
    }
    page.section(&format!("Objects that did not count: {failed} failed, {skipped} skipped"))?;
    // The failed ones matter more; both keep their order.
    let (first, then): (Vec<_>, Vec<_>) = report.objects.iter().partition(|line| line.outcome == "failed");
    let lines = first.into_iter().chain(then).take(EXAMPLE_ROWS);
    for line in lines {
        let tone = if line.outcome == "failed" { Tone::Warn } else { Tone::Plain };
        page.item("-", tone, &[line.object.clone(), format!("{}: {}", line.outcome, line.reason)])?;
    }
    more(page, report.objects.len())
}

pub(super) fn malformed(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.malformed_examples.is_empty() {
        return Ok(());
    }
    let known = report.malformed_examples.len();
    page.section(&format!("Malformed records: {}", count(report.ledger.malformed.into())))?;
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
        rest => {
            page.line(&format!("... and {} more (all in --format json)", count(rest as u128)), Tone::Plain)
        }
    }
}

pub(super) fn ledger(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let ledger = &report.ledger;
    page.section("Ledger")?;
    bytes(page, ledger)?;
    page.line("", Tone::Plain)?;
    records(page, ledger)?;
    page.line("", Tone::Plain)?;
    let mut objects = format!(
        "Objects: {} read, {} failed, {} skipped.",
        count(ledger.objects_read.into()),
        count(ledger.objects_failed.into()),
        count(ledger.objects_skipped.into())
    );
    if ledger.outside_period > 0 {
        objects = format!("{objects} Records outside the period: {}.", count(ledger.outside_period.into()));
    }
    if ledger.time_anomalies > 0 {
        objects =
            format!("{objects} Records without a possible time: {}.", count(ledger.time_anomalies.into()));
    }
    page.line(&objects, Tone::Plain)
}

/// The classes a byte can be in.
pub(in crate::render) fn byte_parts(ledger: &Ledger) -> [(&'static str, u128); 4] {
    [
        ("attributed", ledger.bytes_attributed),
        ("+ seen again from another side", ledger.bytes_duplicate_view),
        ("+ rejected by a security group or ACL", ledger.bytes_rejected),
        ("+ of no interface or direction that is known", ledger.bytes_unattributed),
    ]
}

/// The classes a record can be in.
pub(in crate::render) fn record_parts(ledger: &Ledger) -> [(&'static str, u128); 5] {
    [
        ("accepted", ledger.ok.into()),
        ("+ rejected", ledger.rejected.into()),
        ("+ no data", ledger.nodata.into()),
        ("+ skipped by AWS (SKIPDATA)", ledger.skipdata.into()),
        ("+ malformed", ledger.malformed.into()),
    ]
}

fn bytes(page: &mut Page<'_>, ledger: &Ledger) -> io::Result<()> {
    equation(page, "Bytes", &byte_parts(ledger), "= all bytes", ledger.bytes_total)?;
    if ledger.bytes_path_unknown > 0 {
        let text =
            format!("Of the attributed, on a path that is not known: {}", count(ledger.bytes_path_unknown));
        page.line(&text, Tone::Plain)?;
    }
    Ok(())
}

fn records(page: &mut Page<'_>, ledger: &Ledger) -> io::Result<()> {
    equation(page, "Records", &record_parts(ledger), "= all records", ledger.records.into())
}

/// Parts and their sum; a sum that is not theirs is said, not hidden.
fn equation(
    page: &mut Page<'_>,
    title: &'static str,
    parts: &[(&str, u128)],
    total_label: &str,
    total: u128,
) -> io::Result<()> {
    let mut grid = Grid::new([Column::text(title), Column::figure("Count")]);
    for (label, number) in parts {
        grid.row(Tone::Plain, [(*label).to_owned(), count(*number)]);
    }
    grid.row(Tone::Strong, [total_label.to_owned(), count(total)]);
    page.grid(&grid)?;
    let sum = parts.iter().fold(0_u128, |sum, (_, number)| sum.saturating_add(*number));
    if sum != total {
        let text = format!(
            "This does not add up: the parts are {}, off by {}.",
            count(sum),
            count(sum.abs_diff(total))
        );
        page.line(&text, Tone::Warn)?;
    }
    Ok(())
}
