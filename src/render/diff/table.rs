//! A comparison for people.

use std::io;

use super::super::TableStyle;
use super::super::grid::{Column, Grid, Page, Tone};
use super::super::number::usd;
use super::super::text::{Lang, advice as plain, diff as say};
use super::{Members, Row, Section, bytes, parts, percent, sections, signed, told, why};
use crate::diff::{AdviceChange, Diff, Status};

/// Writes the comparison as text.
pub(super) fn table(diff: &Diff, style: TableStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let page = &mut Page::new(out, style);
    let lang = style.lang;
    page.line(&say::title(lang), Tone::Strong)?;
    page.item(&say::before(lang), Tone::Plain, &[told(lang, &diff.before)])?;
    page.item(&say::after_padded(lang), Tone::Plain, &[told(lang, &diff.after)])?;
    if !diff.notes.is_empty() {
        page.section(&say::how_far(lang))?;
    }
    for note in &diff.notes {
        page.item("-", Tone::Warn, &[note.text.text(lang).to_owned()])?;
    }
    if diff.is_empty() {
        page.line("", Tone::Plain)?;
        return page.line(&say::nothing(lang), Tone::Strong);
    }
    totals(page, diff)?;
    for section in sections(lang, diff) {
        list(page, &section)?;
    }
    advice(page, &say::new_advice(lang), &diff.advice_new)?;
    advice(page, &say::gone_advice(lang), &diff.advice_gone)
}

fn totals(page: &mut Page<'_>, diff: &Diff) -> io::Result<()> {
    let lang = page.lang();
    let mut grid = Grid::new([
        Column::text(say::usd_month(lang)),
        Column::figure(say::head_before(lang)),
        Column::figure(say::head_after(lang)),
        Column::figure(say::head_change(lang)),
        Column::figure(say::head_percent(lang)).folds(),
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
                say::total(lang, name),
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
    let mut grid = Grid::new([Column::text(say::head_why_total(lang)), Column::figure(say::usd_month(lang))]);
    for (name, part) in reasons {
        grid.row(Tone::Plain, [say::explained(lang, name), signed(Some(part))]);
    }
    grid.row(Tone::Strong, [say::head_change(lang), signed(diff.totals.cost.change_month_usd)]);
    page.line("", Tone::Plain)?;
    page.grid(&grid)
}

fn list(page: &mut Page<'_>, section: &Section<'_>) -> io::Result<()> {
    if section.rows.is_empty() && section.rest.is_none() {
        return Ok(());
    }
    let lang = page.lang();
    page.section(&section.title)?;
    if let Some(counts) = &section.counts {
        page.line(counts, Tone::Plain)?;
    }
    let mut grid = Grid::new([
        Column::text(section.column.clone()),
        Column::text(say::head_why(lang)).folds(),
        Column::figure(say::head_before(lang)),
        Column::figure(say::head_after(lang)),
        Column::figure(say::change_usd(lang)),
    ]);
    for row in &section.rows {
        let tone = match row.change.status {
            Status::New => Tone::Warn,
            _ => Tone::Plain,
        };
        grid.row(tone, cells(lang, row, section.members));
    }
    page.grid(&grid)?;
    section.rest.as_ref().map_or(Ok(()), |rest| page.line(rest, Tone::Plain))
}

fn cells(lang: Lang, row: &Row<'_>, members: Members) -> [String; 5] {
    let mut name = row.name.clone();
    name.extend(Some(bytes(lang, row.change)).filter(|text| !text.is_empty()));
    name.extend_from_slice(&row.remarks);
    [
        name.join("\n"),
        why(lang, row.change, members).join("\n"),
        usd(row.change.cost_month_before_usd),
        usd(row.change.cost_month_after_usd),
        signed(row.change.change_month_usd),
    ]
}

fn advice(page: &mut Page<'_>, title: &str, lines: &[AdviceChange]) -> io::Result<()> {
    let lang = page.lang();
    if !lines.is_empty() {
        page.section(title)?;
    }
    for line in lines {
        let saving = say::saving(lang, usd(line.saving_month_usd), &line.id);
        page.item("-", Tone::Plain, &[plain::compared(lang, line), saving])?;
    }
    Ok(())
}
