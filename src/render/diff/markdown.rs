//! A comparison for pull requests.

use std::io;

use super::super::markup::text;
use super::super::number::usd;
use super::table::explained;
use super::{NOTHING, Section, bytes, parts, percent, sections, signed, told, why};
use crate::diff::{AdviceChange, Diff};

/// Writes the comparison as Markdown: sums, then a table for each list.
pub(super) fn markdown(diff: &Diff, out: &mut dyn io::Write) -> io::Result<()> {
    let cost = &diff.totals.cost;
    let relative = percent(cost).map_or_else(String::new, |percent| format!(" ({percent} %)"));
    writeln!(
        out,
        "## NAT gateway and VPC endpoint cost: {} USD/month{relative}\n",
        signed(cost.change_month_usd)
    )?;
    writeln!(out, "- before: {}\n- after: {}", text(&told(&diff.before)), text(&told(&diff.after)))?;
    for note in &diff.notes {
        writeln!(out, "- **note:** {}", text(&note.text))?;
    }
    if diff.is_empty() {
        return writeln!(out, "\n{NOTHING}");
    }
    writeln!(out, "\n| USD/month | before | after | change | change % |\n|---|--:|--:|--:|--:|")?;
    for (name, change) in diff.totals.all() {
        writeln!(
            out,
            "| {name} | {} | {} | {} | {} |",
            usd(change.cost_month_before_usd),
            usd(change.cost_month_after_usd),
            signed(change.change_month_usd),
            percent(change).unwrap_or_default()
        )?;
    }
    let reasons = cost.effects.map(|effects| parts(&effects)).unwrap_or_default();
    if !reasons.is_empty() {
        writeln!(out, "\n| why the total changed | USD/month |\n|---|--:|")?;
        for (name, part) in reasons {
            writeln!(out, "| {} | {} |", explained(name), signed(Some(part)))?;
        }
        writeln!(out, "| **change** | **{}** |", signed(cost.change_month_usd))?;
    }
    for section in sections(diff) {
        list(out, &section)?;
    }
    advice(out, "New advice", &diff.advice_new)?;
    advice(out, "No longer advised", &diff.advice_gone)
}

fn list(out: &mut dyn io::Write, section: &Section<'_>) -> io::Result<()> {
    if section.rows.is_empty() && section.rest.is_none() {
        return Ok(());
    }
    writeln!(out, "\n### {}\n", section.title)?;
    if let Some(counts) = &section.counts {
        writeln!(out, "{counts}\n")?;
    }
    if !section.rows.is_empty() {
        writeln!(
            out,
            "| {} | bytes a month | before | after | change | why |\n|---|---|--:|--:|--:|---|",
            section.column
        )?;
    }
    for row in &section.rows {
        let name: Vec<String> = row.name.iter().map(|part| text(part)).collect();
        let mut reasons = why(row.change, section.member);
        reasons.extend_from_slice(row.remarks);
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            name.join(", "),
            bytes(row.change),
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

fn advice(out: &mut dyn io::Write, title: &str, lines: &[AdviceChange]) -> io::Result<()> {
    if !lines.is_empty() {
        writeln!(out, "\n### {title}\n")?;
    }
    for line in lines {
        writeln!(
            out,
            "- {} USD/month: {} ({})",
            usd(line.saving_month_usd),
            text(&line.summary),
            text(&line.id)
        )?;
    }
    Ok(())
}
