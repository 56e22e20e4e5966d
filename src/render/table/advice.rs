//! What to change.

use std::io;

use super::super::grid::{Page, Tone};
use super::super::money::Money;
use super::super::number::{count, factor, size, usd};
use super::super::text::{Lang, advice as plain, findings as words, table as text};
use crate::model::report::{AdviceLine, FindingLine, Report};
use crate::model::wording::Wording;

pub(super) fn advice(page: &mut Page<'_>, report: &Report, money: Money<'_>) -> io::Result<()> {
    let lang = page.lang();
    page.section(&text::advice(lang))?;
    if report.advice.is_empty() {
        return page.line(&text::no_advice(lang), Tone::Plain);
    }
    for (number, line) in (1..).zip(&report.advice) {
        page.item(&format!("{number}."), Tone::Strong, &lines(lang, line, money))?;
    }
    Ok(())
}

fn lines(lang: Lang, line: &AdviceLine, money: Money<'_>) -> Vec<String> {
    let mut told = vec![plain::summary(lang, line)];
    let moves = match line.bytes_month {
        0 => String::new(),
        bytes => text::bytes_month(lang, size(bytes)),
    };
    // The saving also in other currencies; twice more would hide it.
    let saves = money.cell(line.saving_month_usd).replace('\n', " = ");
    told.push(text::advice_money(
        lang,
        moves,
        money.usd(line.cost_now_usd),
        money.usd(line.cost_after_usd),
        saves,
        text::grade(lang, line.confidence),
    ));
    told.extend(evidence_lines(lang, line).into_iter().map(|(label, what)| format!("{label}: {what}")));
    told
}

/// What an advice rests on, line by line with a label; nothing empty.
pub(in crate::render) fn evidence_lines(lang: Lang, line: &AdviceLine) -> Vec<(String, String)> {
    let evidence = &line.evidence;
    let mut told = Vec::new();
    let mut add = |label: String, items: &[String]| {
        if !items.is_empty() {
            told.push((label, items.join("; ")));
        }
    };
    let said = |parts: &[Wording]| -> Vec<String> {
        parts.iter().filter(|part| !part.is_empty()).map(|part| part.text(lang).to_owned()).collect()
    };
    add(text::because(lang), &said(std::slice::from_ref(&evidence.formula)));
    add(text::rates(lang), &said(&evidence.rates));
    if let Some(gb) = evidence.break_even_gb_month_per_zone {
        add(text::break_even(lang), &[text::break_even_gb(lang, factor(gb))]);
    }
    let mut clients = evidence.clients.clone();
    let unnamed = evidence.client_count.saturating_sub(clients.len() as u64);
    if unnamed > 0 && !clients.is_empty() {
        clients.push(text::and_more(lang, count(unnamed.into())));
    }
    add(text::clients_label(lang), &clients);
    add(text::through(lang), &evidence.via);
    add(text::route_tables(lang), &evidence.route_table_ids);
    if evidence.bytes_excluded > 0 {
        add(text::not_carried(lang), &[text::not_carried_size(lang, size(evidence.bytes_excluded))]);
    }
    for remark in said(&evidence.remarks) {
        add(text::note(lang), &[remark]);
    }
    add(text::undo(lang), &said(std::slice::from_ref(&evidence.way_back)));
    told
}

/// How many findings a report shows; `flowtoll check` shows all.
const SHOWN_FINDINGS: usize = 5;

pub(super) fn findings(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    page.section(&text::findings(page.lang()))?;
    // Notes that no record supports are for `flowtoll check` alone.
    let seen = report.findings.iter().filter(|line| line.from_traffic);
    let mut shown = 0;
    for line in seen.take(SHOWN_FINDINGS) {
        shown += 1;
        finding(page, line)?;
    }
    match report.findings.len() - shown {
        0 => Ok(()),
        more => page.line(&text::more_findings(page.lang(), count(more as u128)), Tone::Plain),
    }
}

/// One finding.
pub(in crate::render) fn finding(page: &mut Page<'_>, line: &FindingLine) -> io::Result<()> {
    let tone = if matches!(line.severity, "critical" | "high") { Tone::Warn } else { Tone::Strong };
    let lang = page.lang();
    let loss = match line.loss_month_usd {
        Some(loss) if !loss.is_zero() => text::loses(lang, usd(Some(loss))),
        _ => String::new(),
    };
    let told = [
        format!(
            "{}{loss}: {} ({}, {})",
            text::grade(lang, line.severity),
            words::title(lang, line),
            line.resource_id,
            line.id
        ),
        format!("{}: {}", text::because(lang), line.evidence.text(lang)),
        format!("{}: {}", text::fix(lang), words::fix(lang, line)),
    ];
    page.item("-", tone, &told)
}
