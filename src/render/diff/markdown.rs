//! A comparison for pull requests.

use std::io;

use super::super::markup::text;
use super::super::number::usd;
use super::super::text::{Lang, advice as plain, diff as say};
use super::{Section, bytes, parts, percent, sections, signed, told, why};
use crate::diff::{AdviceChange, Diff};

/// Writes the comparison as Markdown: sums, then a table for each list.
pub(super) fn markdown(diff: &Diff, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let cost = &diff.totals.cost;
    let relative = percent(cost).map_or_else(String::new, |percent| format!(" ({percent} %)"));
    writeln!(out, "## {}\n", say::headline(lang, signed(cost.change_month_usd), relative))?;
    writeln!(out, "- {}: {}", say::before(lang), text(&told(lang, &diff.before)))?;
    writeln!(out, "- {}: {}", say::after(lang), text(&told(lang, &diff.after)))?;
    for note in &diff.notes {
        writeln!(out, "- **{}:** {}", say::note(lang), text(note.text.text(lang)))?;
    }
    if diff.is_empty() {
        return writeln!(out, "\n{}", say::nothing(lang));
    }
    let heads =
        [say::usd_month(lang), say::before(lang), say::after(lang), say::change(lang), say::percent(lang)];
    writeln!(out, "\n| {} |\n|---|--:|--:|--:|--:|", heads.join(" | "))?;
    for (name, change) in diff.totals.all() {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            say::total(lang, name),
            usd(change.cost_month_before_usd),
            usd(change.cost_month_after_usd),
            signed(change.change_month_usd),
            percent(change).unwrap_or_default()
        )?;
    }
    let reasons = cost.effects.map(|effects| parts(&effects)).unwrap_or_default();
    if !reasons.is_empty() {
        writeln!(out, "\n| {} | {} |\n|---|--:|", say::why_total(lang), say::usd_month(lang))?;
        for (name, part) in reasons {
            writeln!(out, "| {} | {} |", say::explained(lang, name), signed(Some(part)))?;
        }
        writeln!(out, "| **{}** | **{}** |", say::change(lang), signed(cost.change_month_usd))?;
    }
    for section in sections(lang, diff) {
        list(out, lang, &section)?;
    }
    advice(out, lang, &say::new_advice(lang), &diff.advice_new)?;
    advice(out, lang, &say::gone_advice(lang), &diff.advice_gone)
}

fn list(out: &mut dyn io::Write, lang: Lang, section: &Section<'_>) -> io::Result<()> {
    if section.rows.is_empty() && section.rest.is_none() {
        return Ok(());
    }
    writeln!(out, "\n### {}\n", section.title)?;
    if let Some(counts) = &section.counts {
        writeln!(out, "{counts}\n")?;
    }
    if !section.rows.is_empty() {
        let heads = [
            section.column.clone(),
            say::bytes_a_month(lang),
            say::before(lang),
            say::after(lang),
            say::change(lang),
            say::why(lang),
        ];
        writeln!(out, "| {} |\n|---|---|--:|--:|--:|---|", heads.join(" | "))?;
    }
    for row in &section.rows {
        let name: Vec<String> = row.name.iter().map(|part| text(part)).collect();
        let mut reasons = why(lang, row.change, section.members);
        reasons.extend_from_slice(&row.remarks);
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            name.join(", "),
            bytes(lang, row.change),
            usd(row.change.cost_month_before_usd),
            usd(row.change.cost_month_after_usd),
            signed(row.change.change_month_usd),
            text(&reasons.join("; "))
        )?;
    }
    match &section.rest {
        Some(rest) => writeln!(out, "\n{rest}"),
        None => Ok(()),
    }
}

fn advice(out: &mut dyn io::Write, lang: Lang, title: &str, lines: &[AdviceChange]) -> io::Result<()> {
    if !lines.is_empty() {
        writeln!(out, "\n### {title}\n")?;
    }
    for line in lines {
        let summary = text(&plain::compared(lang, line));
        writeln!(out, "- {}", say::advice(lang, usd(line.saving_month_usd), summary, text(&line.id)))?;
    }
    Ok(())
}
