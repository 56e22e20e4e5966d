//! A comparison for people.

use std::io;

use super::super::TableStyle;
use super::super::grid::{Column, Grid, Page, Tone};
use super::super::number::usd;
use super::{NOTHING, Row, Section, bytes, parts, percent, sections, signed, told, why};
use crate::diff::{AdviceChange, Diff, Status};

/// Writes the comparison as text.
pub(super) fn table(diff: &Diff, style: TableStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let page = &mut Page::new(out, style);
    page.line("NAT gateway and VPC endpoint cost, compared", Tone::Strong)?;
    page.item("before", Tone::Plain, &[told(&diff.before)])?;
    page.item("after ", Tone::Plain, &[told(&diff.after)])?;
    if !diff.notes.is_empty() {
        page.section("How far they compare")?;
    }
    for note in &diff.notes {
        page.item("-", Tone::Warn, std::slice::from_ref(&note.text))?;
    }
    if diff.is_empty() {
        page.line("", Tone::Plain)?;
        return page.line(NOTHING, Tone::Strong);
    }
    totals(page, diff)?;
    for section in sections(diff) {
        list(page, &section)?;
    }
    advice(page, "New advice", &diff.advice_new)?;
    advice(page, "No longer advised", &diff.advice_gone)
}

fn totals(page: &mut Page<'_>, diff: &Diff) -> io::Result<()> {
    let mut grid = Grid::new([
        Column::text("USD/month"),
        Column::figure("Before"),
        Column::figure("After"),
        Column::figure("Change"),
        Column::figure("Change %").folds(),
    ]);
    for (name, change) in diff.totals.all() {
        let tone = match name {
            "Total" => Tone::Strong,
            "Possible saving" => Tone::Good,
            _ => Tone::Plain,
        };
        grid.row(
            tone,
            [
                name.to_owned(),
                usd(change.cost_month_before_usd),
                usd(change.cost_month_after_usd),
                signed(change.change_month_usd),
                percent(change).unwrap_or_default(),
            ],
        );
    }
    page.line("", Tone::Plain)?;
    page.grid(&grid)?;
    let reasons = diff.totals.cost.effects.map(|effects| parts(&effects)).unwrap_or_default();
    if reasons.is_empty() {
        return Ok(());
    }
    let mut grid = Grid::new([Column::text("Why the total changed"), Column::figure("USD/month")]);
    for (name, part) in reasons {
        grid.row(Tone::Plain, [explained(name).to_owned(), signed(Some(part))]);
    }
    grid.row(Tone::Strong, ["Change".to_owned(), signed(diff.totals.cost.change_month_usd)]);
    page.line("", Tone::Plain)?;
    page.grid(&grid)
}

/// A part in words.
pub(super) fn explained(part: &str) -> &str {
    match part {
        "rates" => "rates per GB and hour",
        "bytes" => "bytes, at the rates before",
        "hours" => "hours and zones, at the rates before",
        "new" => "new NAT gateways and endpoints",
        "gone" => "NAT gateways and endpoints that are gone",
        "month length" => "length of the month",
        other => other,
    }
}

fn list(page: &mut Page<'_>, section: &Section<'_>) -> io::Result<()> {
    if section.rows.is_empty() && section.rest.is_none() {
        return Ok(());
    }
    page.section(section.title)?;
    if let Some(counts) = &section.counts {
        page.line(counts, Tone::Plain)?;
    }
    let mut grid = Grid::new([
        Column::text(section.column),
        Column::text("Why").folds(),
        Column::figure("Before"),
        Column::figure("After"),
        Column::figure("Change\nUSD/month"),
    ]);
    for row in &section.rows {
        let tone = match row.change.status {
            Status::New => Tone::Warn,
            _ => Tone::Plain,
        };
        grid.row(tone, cells(row, section.member));
    }
    page.grid(&grid)?;
    section.rest.as_ref().map_or(Ok(()), |rest| page.line(rest, Tone::Plain))
}

fn cells(row: &Row<'_>, member: &str) -> [String; 5] {
    let mut name = row.name.clone();
    name.extend(Some(bytes(row.change)).filter(|text| !text.is_empty()));
    name.extend_from_slice(row.remarks);
    [
        name.join("\n"),
        why(row.change, member).join("\n"),
        usd(row.change.cost_month_before_usd),
        usd(row.change.cost_month_after_usd),
        signed(row.change.change_month_usd),
    ]
}

fn advice(page: &mut Page<'_>, title: &str, lines: &[AdviceChange]) -> io::Result<()> {
    if !lines.is_empty() {
        page.section(title)?;
    }
    for line in lines {
        let saving = format!("{} USD/month ({})", usd(line.saving_month_usd), line.id);
        page.item("-", Tone::Plain, &[line.summary.clone(), saving])?;
    }
    Ok(())
}
