//! An advice: what it rests on, step by step.

use super::super::grid::{Page, Tone};
use super::super::text::{Lang, advice as plain, explain as say, grade};
use super::{ExplainError, NotInReport, steps, usd_text};
use crate::model::quantity::decimal;
use crate::model::report::{AdviceLine, Report};
use crate::model::wording::Wording;

pub(super) fn explain(page: &mut Page<'_>, report: &Report, id: &str) -> Result<(), ExplainError> {
    let (number, line) = find(report, id)?;
    let lang = page.lang();
    page.line(&format!("{number}. {}", plain::summary(lang, line)), Tone::Strong)?;
    page.line("", Tone::Plain)?;
    let mut facts = vec![
        (say::id(lang), Tone::Plain, line.id.clone()),
        (say::now(lang), Tone::Plain, say::a_month(lang, usd_text(lang, line.cost_now_usd))),
        (say::after(lang), Tone::Plain, say::a_month(lang, usd_text(lang, line.cost_after_usd))),
        (say::saves(lang), Tone::Good, say::a_month(lang, usd_text(lang, line.saving_month_usd))),
    ];
    let mut fact = |name: String, text: String| {
        if !text.is_empty() {
            facts.push((name, Tone::Plain, text));
        }
    };
    let evidence = &line.evidence;
    let said = |parts: &[Wording]| -> Vec<String> {
        parts.iter().filter(|part| !part.is_empty()).map(|part| part.text(lang).to_owned()).collect()
    };
    // In English the word of the report.
    let confidence = match lang {
        Lang::En => line.confidence.to_owned(),
        Lang::Ja => grade(lang, line.confidence),
    };
    let confidence = match evidence.confidence_reasons.as_slice() {
        [] => confidence,
        reasons => say::because(lang, confidence, said(reasons).join("; ")),
    };
    fact(say::confidence(lang), confidence);
    if let Some(gb) = evidence.break_even_gb_month_per_zone {
        fact(say::break_even(lang), say::gb_and_zone(lang, decimal(gb, 2)));
    }
    if let Some(gb) = evidence.break_even_gb_month {
        let text = if gb.is_zero() { say::first_byte(lang) } else { say::gb_in_all(lang, decimal(gb, 2)) };
        fact(say::pays(lang), text);
    }
    if let Some(gb) = evidence.traffic_gb_month {
        fact(say::traffic(lang), say::gb_a_month(lang, decimal(gb, 2)));
    }
    fact(say::together_with(lang), line.companions.join(", "));
    fact(say::after_advice(lang), line.depends_on.join(", "));
    page.facts(&facts)?;
    steps(page, &say::arithmetic(lang), &said(&evidence.arithmetic))?;
    steps(page, &say::prices(lang), &said(&evidence.rates))?;
    steps(page, &say::clients(lang), &clients(lang, line))?;
    steps(page, &say::through(lang), &evidence.via)?;
    steps(page, &say::route_tables(lang), &evidence.route_table_ids)?;
    steps(page, &say::notes(lang), &said(&evidence.remarks))?;
    steps(page, &say::way_back(lang), &said(std::slice::from_ref(&evidence.way_back)))?;
    let plan = &report.plan;
    steps(
        page,
        &say::in_the_plan(lang),
        &[
            say::plan_now(lang, usd_text(lang, plan.now.total_usd)),
            say::plan_after(lang, plan.changes.len(), usd_text(lang, plan.after.total_usd)),
            say::plan_saving(lang, usd_text(lang, plan.saving_month_usd)),
        ],
    )?;
    Ok(())
}

fn clients(lang: Lang, line: &AdviceLine) -> Vec<String> {
    let mut clients = line.evidence.clients.clone();
    let more = line.evidence.client_count.saturating_sub(clients.len() as u64);
    if more > 0 {
        clients.push(say::more(lang, more));
    }
    clients
}

/// By id, or by the number that the report shows.
fn find<'r>(report: &'r Report, id: &str) -> Result<(usize, &'r AdviceLine), NotInReport> {
    let numbered = || (1..).zip(&report.advice);
    numbered().find(|(number, line)| line.id == id || number.to_string() == id).ok_or_else(|| {
        let known: Vec<String> = numbered().map(|(number, line)| format!("{number} ({})", line.id)).collect();
        NotInReport::new("advice", id, &known)
    })
}
