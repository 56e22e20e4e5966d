//! Findings for pull requests.

use std::io;

use super::super::markup::text;
use super::super::number::usd;
use super::super::text::{Lang, findings as words, page, table};
use super::{counts_text, looked_at, lost};
use crate::model::report::Report;

/// Writes the findings as Markdown: a table, then evidence and fix of each.
pub(super) fn markdown(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let head = words::head(lang, counts_text(lang, report));
    writeln!(out, "## {head}\n\n{}", text(&looked_at(lang, report)))?;
    if !report.findings.is_empty() {
        let columns = [
            words::severity(lang),
            page::usd_slash_month(lang),
            words::finding(lang),
            words::resource(lang),
            words::rule(lang),
        ];
        writeln!(out, "\n| # | {} |\n|--:|---|--:|---|---|---|", columns.join(" | "))?;
    }
    for (number, line) in (1..).zip(&report.findings) {
        let loss = lost(line.loss_month_usd).map_or_else(String::new, |loss| usd(Some(loss)));
        let (title, resource, id) =
            (text(&words::title(lang, line)), text(&line.resource_id), text(&line.id));
        let severity = table::grade(lang, line.severity);
        writeln!(out, "| {number} | {severity} | {loss} | {title} | {resource} | {id} |")?;
    }
    if !report.findings.is_empty() {
        writeln!(out, "\n### {}\n", words::evidence_and_fix(lang))?;
    }
    for (number, line) in (1..).zip(&report.findings) {
        let (evidence, fix) = (text(line.evidence.text(lang)), text(&words::fix(lang, line)));
        writeln!(out, "{number}. {evidence}{}{}: {fix}", page::stop(lang), table::fix(lang))?;
    }
    if !report.unchecked.is_empty() {
        writeln!(out, "\n### {}\n", words::not_checked(lang))?;
    }
    for line in &report.unchecked {
        writeln!(out, "- {}: {}", text(&line.id), text(line.reason.text(lang)))?;
    }
    Ok(())
}
