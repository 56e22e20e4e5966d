//! An advice: what it rests on, step by step.

use super::super::grid::{Page, Tone};
use super::{ExplainError, NotInReport, steps, usd_text};
use crate::model::quantity::decimal;
use crate::model::report::{AdviceLine, Report};

pub(super) fn explain(page: &mut Page<'_>, report: &Report, id: &str) -> Result<(), ExplainError> {
    let (number, line) = find(report, id)?;
    page.line(&format!("{number}. {}", line.summary), Tone::Strong)?;
    page.line("", Tone::Plain)?;
    let mut facts = vec![
        ("Id".to_owned(), Tone::Plain, line.id.clone()),
        ("Now".to_owned(), Tone::Plain, format!("{} a month", usd_text(line.cost_now_usd))),
        ("After".to_owned(), Tone::Plain, format!("{} a month", usd_text(line.cost_after_usd))),
        ("Saves".to_owned(), Tone::Good, format!("{} a month", usd_text(line.saving_month_usd))),
    ];
    let mut fact = |name: &str, text: String| {
        if !text.is_empty() {
            facts.push((name.to_owned(), Tone::Plain, text));
        }
    };
    let evidence = &line.evidence;
    let reasons = match evidence.confidence_reasons.as_slice() {
        [] => String::new(),
        reasons => format!(": {}", reasons.join("; ")),
    };
    fact("Confidence", format!("{}{reasons}", line.confidence));
    if let Some(gb) = evidence.break_even_gb_month_per_zone {
        fact("Break-even", format!("{} GB a month and zone", decimal(gb, 2)));
    }
    if let Some(gb) = evidence.break_even_gb_month {
        let text = if gb.is_zero() {
            "from the first byte".to_owned()
        } else {
            format!("{} GB a month in all", decimal(gb, 2))
        };
        fact("Pays", text);
    }
    if let Some(gb) = evidence.traffic_gb_month {
        fact("Traffic", format!("{} GB a month", decimal(gb, 2)));
    }
    fact("Together with", line.companions.join(", "));
    fact("After advice", line.depends_on.join(", "));
    page.facts(&facts)?;
    steps(page, "Arithmetic", &evidence.arithmetic)?;
    steps(page, "Prices", &evidence.rates)?;
    steps(page, "Clients", &clients(line))?;
    steps(page, "Through", &evidence.via)?;
    steps(page, "Route tables", &evidence.route_table_ids)?;
    steps(page, "Notes", &evidence.remarks)?;
    let back = [&evidence.way_back].into_iter().filter(|text| !text.is_empty()).cloned();
    steps(page, "The way back", &back.collect::<Vec<_>>())?;
    let plan = &report.plan;
    steps(
        page,
        "In the plan",
        &[
            format!(
                "everything now, public addresses of NAT gateways included: {} a month",
                usd_text(plan.now.total_usd)
            ),
            format!("with all {} changes: {} a month", plan.changes.len(), usd_text(plan.after.total_usd)),
            format!(
                "saving of the plan: {}, the difference of both and not a sum of savings",
                usd_text(plan.saving_month_usd)
            ),
        ],
    )?;
    Ok(())
}

fn clients(line: &AdviceLine) -> Vec<String> {
    let mut clients = line.evidence.clients.clone();
    let more = line.evidence.client_count.saturating_sub(clients.len() as u64);
    if more > 0 {
        clients.push(format!("and {more} more"));
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
