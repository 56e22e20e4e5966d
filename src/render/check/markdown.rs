//! Findings for pull requests.

use std::io;

use super::super::markup::text;
use super::super::number::usd;
use super::{counts_text, looked_at, lost};
use crate::model::report::Report;

/// Writes the findings as Markdown: a table, then evidence and fix of each.
pub(super) fn markdown(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "## Set-up findings: {}\n\n{}", counts_text(report), text(&looked_at(report)))?;
    if !report.findings.is_empty() {
        writeln!(
            out,
            "\n| # | severity | USD/month | finding | resource | rule |\n|--:|---|--:|---|---|---|"
        )?;
    }
    for (number, line) in (1..).zip(&report.findings) {
        let loss = lost(line.loss_month_usd).map_or_else(String::new, |loss| usd(Some(loss)));
        let (title, resource, id) = (text(&line.title), text(&line.resource_id), text(&line.id));
        writeln!(out, "| {number} | {} | {loss} | {title} | {resource} | {id} |", line.severity)?;
    }
    if !report.findings.is_empty() {
        writeln!(out, "\n### Evidence and fix\n")?;
    }
    for (number, line) in (1..).zip(&report.findings) {
        writeln!(out, "{number}. {}. Fix: {}", text(&line.evidence), text(&line.fix))?;
    }
    if !report.unchecked.is_empty() {
        writeln!(out, "\n### Not checked\n")?;
    }
    for line in &report.unchecked {
        writeln!(out, "- {}: {}", text(&line.id), text(&line.reason))?;
    }
    Ok(())
}
