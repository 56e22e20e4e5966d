//! Bytes and cost by owner.

use std::io;

use rust_decimal::Decimal;

use super::super::grid::{Column, Grid, Page, Tone};
use super::super::money::Money;
use super::super::number::{count, size};
use super::super::text::{Lang, table as text};
use crate::model::report::{GroupLine, Report};

/// How many owners are shown before the rest is one line.
const GROUP_ROWS: usize = 30;

/// The kind of the line that has the hours nobody bears.
pub(in crate::render) const NOT_ALLOCATED: &str = "not-allocated";

pub(super) fn groups(page: &mut Page<'_>, report: &Report, money: Money<'_>) -> io::Result<()> {
    let Some(first) = report.groups.first() else { return Ok(()) };
    let lang = page.lang();
    page.section(&text::groups(lang, &first.key))?;
    // A column of nothing but zeros says nothing: hours are there only if they are shared.
    let hours = report.groups.iter().any(|line| line.kind != NOT_ALLOCATED && bears_hours(line));
    let mut columns = vec![
        Column::text(&first.key),
        Column::figure(text::traffic(lang)),
        Column::figure(text::group_nat_data(lang)).folds(),
        Column::figure(text::group_cross_zone(lang)).folds(),
        Column::figure(text::group_endpoint_data(lang)).folds(),
    ];
    if hours {
        columns.push(Column::figure(text::group_hours(lang)).folds());
    }
    columns.push(Column::figure(text::usd_month(lang)));
    let blanks = columns.len() - 2;
    let mut grid = Grid::new(columns);
    let (last, owners): (Vec<_>, Vec<_>) = report.groups.iter().partition(|line| line.kind == NOT_ALLOCATED);
    for line in owners.iter().take(GROUP_ROWS) {
        let mut row = vec![
            name(lang, line),
            size(line.bytes_out.saturating_add(line.bytes_in)),
            money.usd(line.nat_data_cost_month_usd),
            money.usd(line.cross_zone_cost_month_usd),
            money.usd(line.endpoint_data_cost_month_usd),
        ];
        if hours {
            row.push(money.usd(line.hours_cost_month_usd));
        }
        row.push(money.cell(line.cost_month_usd));
        grid.row(Tone::Plain, row);
    }
    let mut short = |tone, name: String, amount| {
        let mut row = vec![name];
        row.extend(vec![String::new(); blanks]);
        row.push(money.cell(amount));
        grid.row(tone, row);
    };
    if let Some(rest) = owners.get(GROUP_ROWS..).filter(|rest| !rest.is_empty()) {
        let cost = rest.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.cost_month_usd?));
        short(Tone::Plain, text::more(lang, count(rest.len() as u128)), cost);
    }
    for line in last {
        short(Tone::Plain, name(lang, line), line.cost_month_usd);
    }
    short(Tone::Strong, text::total(lang), report.totals.cost_month_usd);
    page.grid(&grid)
}

fn bears_hours(line: &GroupLine) -> bool {
    line.hours_cost_month_usd.is_none_or(|hours| !hours.is_zero())
}

/// Whom a line is about.
pub(in crate::render) fn name(lang: Lang, line: &GroupLine) -> String {
    match line.kind {
        "untagged" => text::group_untagged(lang),
        "unknown" => text::group_unknown(lang),
        NOT_ALLOCATED => text::not_allocated(lang),
        _ => line.value.clone(),
    }
}
