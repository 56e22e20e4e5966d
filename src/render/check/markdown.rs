//! Findings for pull requests.

use std::fmt::Write as _;
use std::io;

use super::super::grid::clean;
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

/// A text in which nothing is markup: what Markdown or HTML would read is written so that it is shown, on one line.
pub(crate) fn text(raw: &str) -> String {
    let mut shown = String::new();
    for c in clean(raw).chars() {
        match c {
            '\n' => shown.push(' '),
            // A mention would call people.
            '&' | '<' | '>' | '@' => write!(shown, "&#{};", u32::from(c)).expect("a String takes all"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                shown.push('\\');
                shown.push(c);
            }
            _ => shown.push(c),
        }
    }
    // An address of the web would become a link.
    shown.replace("://", ":&#47;/").replace("www.", "www&#46;")
}
