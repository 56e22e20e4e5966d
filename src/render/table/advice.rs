//! What to change.

use std::io;

use super::super::grid::{Page, Tone};
use super::super::number::{count, factor, size, usd};
use crate::model::report::{AdviceLine, FindingLine, Report};

pub(super) fn advice(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    page.section("Advice")?;
    if report.advice.is_empty() {
        return page.line("No change was found that saves money.", Tone::Plain);
    }
    for (number, line) in (1..).zip(&report.advice) {
        page.item(&format!("{number}."), Tone::Strong, &lines(line))?;
    }
    Ok(())
}

fn lines(line: &AdviceLine) -> Vec<String> {
    let mut text = vec![line.summary.clone()];
    let moves = match line.bytes_month {
        0 => String::new(),
        bytes => format!("{} a month. ", size(bytes)),
    };
    let (now, after, saving) = (usd(line.cost_now_usd), usd(line.cost_after_usd), usd(line.saving_month_usd));
    text.push(format!(
        "{moves}USD/month: {now} now -> {after} after, saves {saving}. Confidence: {}.",
        line.confidence
    ));
    text.extend(evidence_lines(line).into_iter().map(|(label, told)| format!("{label}: {told}")));
    text
}

/// What an advice rests on, line by line with a label; nothing empty.
pub(in crate::render) fn evidence_lines(line: &AdviceLine) -> Vec<(&'static str, String)> {
    let evidence = &line.evidence;
    let mut lines = Vec::new();
    let mut add = |label: &'static str, items: &[String]| {
        if !items.is_empty() {
            lines.push((label, items.join("; ")));
        }
    };
    if !evidence.formula.is_empty() {
        add("Because", std::slice::from_ref(&evidence.formula));
    }
    add("Rates", &evidence.rates);
    if let Some(gb) = evidence.break_even_gb_month_per_zone {
        add("Break-even", &[format!("{} GB a month and AZ", factor(gb))]);
    }
    let mut clients = evidence.clients.clone();
    let unnamed = evidence.client_count.saturating_sub(clients.len() as u64);
    if unnamed > 0 && !clients.is_empty() {
        clients.push(format!("and {} more", count(unnamed.into())));
    }
    add("Clients", &clients);
    add("Through", &evidence.via);
    add("Route tables", &evidence.route_table_ids);
    if evidence.bytes_excluded > 0 {
        add("Not carried", &[format!("{} observed to the same service", size(evidence.bytes_excluded))]);
    }
    for remark in &evidence.remarks {
        add("Note", std::slice::from_ref(remark));
    }
    if !evidence.way_back.is_empty() {
        add("Undo", std::slice::from_ref(&evidence.way_back));
    }
    lines
}

/// How many findings a report shows; `flowtoll check` shows all.
const SHOWN_FINDINGS: usize = 5;

pub(super) fn findings(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    page.section("Findings")?;
    // Notes that no record supports are for `flowtoll check` alone.
    let seen = report.findings.iter().filter(|line| line.from_traffic);
    let mut shown = 0;
    for line in seen.take(SHOWN_FINDINGS) {
        shown += 1;
        finding(page, line)?;
    }
    match report.findings.len() - shown {
        0 => Ok(()),
        more => page.line(&format!("{} more: flowtoll check shows them.", count(more as u128)), Tone::Plain),
    }
}

/// One finding.
pub(in crate::render) fn finding(page: &mut Page<'_>, line: &FindingLine) -> io::Result<()> {
    let tone = if matches!(line.severity, "critical" | "high") { Tone::Warn } else { Tone::Strong };
    let loss = match line.loss_month_usd {
        Some(loss) if !loss.is_zero() => format!(", {} USD/month", usd(Some(loss))),
        _ => String::new(),
    };
    let text = [
        format!("{}{loss}: {} ({}, {})", line.severity, line.title, line.resource_id, line.id),
        format!("Because: {}", line.evidence),
        format!("Fix: {}", line.fix),
    ];
    page.item("-", tone, &text)
}
