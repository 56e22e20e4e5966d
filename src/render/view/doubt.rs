//! Days, and the proof that nothing was lost.

use super::super::money::Money;
use super::super::number::count;
use super::super::table::{byte_parts, record_parts};
use super::super::text::{Lang, page as words, table as text};
use super::{Cell, Column, View};
use crate::model::report::Report;

pub(in super::super) fn days(lang: Lang, report: &Report, money: Money<'_>) -> View {
    let mut view = View::new(
        "day-table",
        words::days_caption(lang),
        [
            Column::text(words::day(lang)),
            Column::figure(words::hours(lang)),
            Column::figure(text::nat_gateways(lang)),
            Column::figure(words::endpoints(lang)),
            Column::figure(words::other_paths(lang)),
            Column::figure(words::usd_nat(lang)),
            Column::figure(words::usd_cross(lang)),
            Column::figure(words::usd_endpoints(lang)),
            Column::figure("USD".to_owned()),
        ],
    );
    for day in &report.days {
        view.row([
            Cell::text(&day.date.clone().unwrap_or_else(|| words::no_possible_time(lang))),
            Cell::count(day.observed_hours.into()),
            Cell::size(day.nat_gateway_bytes),
            Cell::size(day.endpoint_bytes),
            Cell::size(day.other_bytes),
            Cell::money(money, day.nat_gateway_cost_usd),
            Cell::money(money, day.cross_zone_cost_usd),
            Cell::money(money, day.endpoint_cost_usd),
            Cell::money(money, day.cost_usd),
        ]);
    }
    view
}

pub(in super::super) fn byte_ledger(lang: Lang, report: &Report) -> View {
    let parts = byte_parts(lang, &report.ledger);
    let total = (text::all_bytes(lang), report.ledger.bytes_total);
    let mut view = equation(lang, "ledger-bytes", text::bytes(lang), &parts, total);
    let unknown = report.ledger.bytes_path_unknown;
    if unknown > 0 && view.remark.is_none() {
        view.remark = Some(text::unknown_path_bytes(lang, count(unknown)));
    }
    view
}

pub(in super::super) fn record_ledger(lang: Lang, report: &Report) -> View {
    let parts = record_parts(lang, &report.ledger);
    let total = (text::all_records(lang), report.ledger.records.into());
    equation(lang, "ledger-records", text::records(lang), &parts, total)
}

/// Parts and their sum; a sum that is not theirs is said.
fn equation(
    lang: Lang,
    id: &'static str,
    caption: String,
    parts: &[(String, u128)],
    (total_label, total): (String, u128),
) -> View {
    let columns = [Column::text(caption.clone()), Column::figure(text::count(lang))];
    let mut view = View::new(id, caption, columns);
    for (label, number) in parts {
        view.row([Cell::text(label), Cell::count(*number)]);
    }
    view.row([Cell::text(&total_label), Cell::count(total)]);
    let sum = parts.iter().fold(0_u128, |sum, (_, number)| sum.saturating_add(*number));
    if sum != total {
        view.remark = Some(text::off_by(lang, count(sum), count(sum.abs_diff(total))));
    }
    view
}

pub(in super::super) fn unchecked(lang: Lang, report: &Report) -> View {
    let columns = [Column::text(words::rule(lang)), Column::text(words::reason(lang))];
    let mut view = View::new("unchecked", words::unchecked(lang), columns);
    for line in &report.unchecked {
        view.row([Cell::text(&line.id), Cell::text(line.reason.text(lang))]);
    }
    view
}

pub(in super::super) fn objects(lang: Lang, report: &Report) -> View {
    let columns = [words::object(lang), words::outcome(lang), words::reason(lang)].map(Column::text);
    let mut view = View::new("objects", words::objects_not_counted(lang), columns);
    let (failed, then): (Vec<_>, Vec<_>) = report.objects.iter().partition(|line| line.outcome == "failed");
    for line in failed.into_iter().chain(then) {
        let outcome = Cell::text(&text::outcome(lang, line.outcome));
        let outcome = if line.outcome == "failed" { outcome.warning() } else { outcome };
        view.row([Cell::text(&line.object), outcome, Cell::text(&line.reason)]);
    }
    view
}

pub(in super::super) fn malformed(lang: Lang, report: &Report) -> View {
    let columns = [
        Column::text(words::object(lang)),
        Column::figure(words::line(lang)),
        Column::text(words::field(lang)),
        Column::text(words::reason(lang)),
    ];
    let mut view = View::new("malformed", words::first_malformed(lang), columns);
    for line in &report.malformed_examples {
        view.row([
            Cell::text(&line.object),
            Cell::count(line.line.into()),
            Cell::text(line.field.as_deref().unwrap_or_default()),
            Cell::text(&line.reason),
        ]);
    }
    view
}
