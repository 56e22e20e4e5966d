//! Where services stand against the break-even of their interface endpoints, whether the plan changes anything or not.

use std::cmp::Reverse;
use std::io;

use rust_decimal::Decimal;

use super::super::grid::{Column, Grid, Page, Tone};
use super::super::number::{count, factor, reached};
use super::super::text::{Lang, table as text};
use crate::model::plan::ServiceOption;
use crate::model::report::Report;

/// How many services are shown before the rest is one line.
const OPTION_ROWS: usize = 12;

pub(super) fn options(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.plan.options.is_empty() {
        return Ok(());
    }
    let lang = page.lang();
    page.section(&text::options(lang))?;
    let mut grid = Grid::new([
        Column::text(text::service(lang)),
        Column::figure(text::option_traffic(lang)),
        Column::figure(text::option_break_even(lang)),
        Column::figure(text::option_standing(lang)),
        Column::text(text::option_plan(lang)).folds(),
    ]);
    let lines = by_standing(report);
    for line in lines.iter().take(OPTION_ROWS) {
        let mut name = vec![services(lang, line)];
        name.extend(about_option(lang, report, line));
        grid.row(
            Tone::Plain,
            [
                name.join("\n"),
                gb(line.traffic_gb_month),
                break_even(lang, line),
                standing(line),
                planned(lang, report, line),
            ],
        );
    }
    page.grid(&grid)?;
    match lines.len().saturating_sub(OPTION_ROWS) {
        0 => {}
        rest => page.line(&text::more_in_json(lang, count(rest as u128)), Tone::Plain)?,
    }
    page.line(&text::options_remark(lang), Tone::Plain)
}

/// The break-even, and what of it falls on one endpoint in one zone.
fn break_even(lang: Lang, line: &ServiceOption) -> String {
    let whole = gb(line.break_even_gb_month);
    match line.break_even_gb_month_per_zone {
        Some(part) => {
            let units = line.zones_needed.saturating_mul(1 + line.companions.len() as u64);
            format!("{whole}\n{}", text::option_per_zone(lang, count(units.into()), factor(part)))
        }
        None => whole,
    }
}

/// Changed ones first, in the order of the advice; then those that are nearest to or furthest beyond their break-even.
pub(in crate::render) fn by_standing(report: &Report) -> Vec<&ServiceOption> {
    let mut lines: Vec<&ServiceOption> = report.plan.options.iter().collect();
    lines.sort_by_key(|line| {
        (numbers(report, line).first().copied().unwrap_or(usize::MAX), Reverse(ratio(line)))
    });
    lines
}

/// The numbers of the advice that changes it.
fn numbers(report: &Report, line: &ServiceOption) -> Vec<usize> {
    let is_own = |id: &String| line.advice_ids.contains(id);
    (1..).zip(&report.advice).filter(|(_, advice)| is_own(&advice.id)).map(|(number, _)| number).collect()
}

/// Traffic as a part of the break-even; nothing where there is none.
pub(in crate::render) fn ratio(line: &ServiceOption) -> Option<Decimal> {
    line.traffic_gb_month?.checked_div(line.break_even_gb_month?)
}

/// The same as a percentage.
pub(in crate::render) fn standing(line: &ServiceOption) -> String {
    ratio(line).map_or_else(|| "-".to_owned(), reached)
}

/// GB, or that there is no such volume.
pub(in crate::render) fn gb(amount: Option<Decimal>) -> String {
    amount.map_or_else(|| "-".to_owned(), factor)
}

/// The service, or those of the set.
pub(in crate::render) fn services(lang: Lang, line: &ServiceOption) -> String {
    let names = std::iter::once(&line.service).chain(&line.companions);
    names.map(|name| text::service_name(lang, name)).collect::<Vec<_>>().join(", ")
}

/// What the plan does about it.
pub(in crate::render) fn planned(lang: Lang, report: &Report, line: &ServiceOption) -> String {
    match (numbers(report, line).as_slice(), line.is_changed, line.has_endpoint) {
        ([], true, _) => text::option_changed(lang),
        ([], false, true) => text::option_kept(lang),
        ([], false, false) => text::option_left(lang),
        (numbers, ..) => {
            let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
            text::option_change(lang, numbers.join(", "))
        }
    }
}

/// The place, what an endpoint needs there and how well the traffic is known; then whose it is.
pub(in crate::render) fn about_option(lang: Lang, report: &Report, line: &ServiceOption) -> Vec<String> {
    let name = report.names.get(&line.vpc_id).filter(|name| !name.trim().is_empty());
    let place = name.unwrap_or(&line.vpc_id).clone();
    let mut told =
        vec![place, text::option_needs(lang, line.zones_needed, text::grade(lang, line.confidence))];
    if let Some(first) = line.clients.first() {
        told.push(match line.client_count.saturating_sub(1) {
            0 => first.clone(),
            rest => format!("{first}{}{}", text::and_also(lang), text::and_more(lang, count(rest.into()))),
        });
    }
    told
}
