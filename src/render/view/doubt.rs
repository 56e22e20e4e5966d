//! Days, and the proof that nothing was lost.

use super::super::number::size;
use super::super::table::doubt::{byte_parts, record_parts};
use super::{Cell, Column, View};
use crate::model::report::Report;

pub(in super::super) fn days(report: &Report) -> View {
    let mut view = View::new(
        "day-table",
        "Observed bytes and cost by day, UTC",
        [
            Column::text("Day"),
            Column::figure("Hours"),
            Column::figure("NAT gateways"),
            Column::figure("Endpoints"),
            Column::figure("Other paths"),
            Column::figure("USD NAT"),
            Column::figure("USD cross-AZ"),
            Column::figure("USD endpoints"),
            Column::figure("USD"),
        ],
    );
    for day in &report.days {
        view.row([
            Cell::text(day.date.as_deref().unwrap_or("no possible time")),
            Cell::count(day.observed_hours.into()),
            Cell::size(day.nat_gateway_bytes),
            Cell::size(day.endpoint_bytes),
            Cell::size(day.other_bytes),
            Cell::usd(day.nat_gateway_cost_usd),
            Cell::usd(day.cross_zone_cost_usd),
            Cell::usd(day.endpoint_cost_usd),
            Cell::usd(day.cost_usd),
        ]);
    }
    view
}

pub(in super::super) fn byte_ledger(report: &Report) -> View {
    equation("ledger-bytes", "Bytes", &byte_parts(&report.ledger), "= all bytes", report.ledger.bytes_total)
}

pub(in super::super) fn record_ledger(report: &Report) -> View {
    let total = report.ledger.records.into();
    equation("ledger-records", "Records", &record_parts(&report.ledger), "= all records", total)
}

/// Parts and their sum; a sum that is not theirs is said.
fn equation(
    id: &'static str,
    caption: &'static str,
    parts: &[(&str, u128)],
    total_label: &str,
    total: u128,
) -> View {
    let mut view = View::new(id, caption, [Column::text(caption), Column::figure("Count")]);
    for (label, number) in parts {
        view.row([Cell::text(label), Cell::count(*number)]);
    }
    view.row([Cell::text(total_label), Cell::count(total)]);
    let sum = parts.iter().fold(0_u128, |sum, (_, number)| sum.saturating_add(*number));
    if sum != total {
        view.remark = Some(format!("This does not add up: the parts are {}.", size(sum)));
    }
    view
}

pub(in super::super) fn objects(report: &Report) -> View {
    let mut view = View::new(
        "objects",
        "Objects that did not count",
        [Column::text("Object"), Column::text("Outcome"), Column::text("Reason")],
    );
    let (failed, then): (Vec<_>, Vec<_>) = report.objects.iter().partition(|line| line.outcome == "failed");
    for line in failed.into_iter().chain(then) {
        let outcome = Cell::text(line.outcome);
        let outcome = if line.outcome == "failed" { outcome.warning() } else { outcome };
        view.row([Cell::text(&line.object), outcome, Cell::text(&line.reason)]);
    }
    view
}

pub(in super::super) fn malformed(report: &Report) -> View {
    let mut view = View::new(
        "malformed",
        "The first malformed records",
        [Column::text("Object"), Column::figure("Line"), Column::text("Field"), Column::text("Reason")],
    );
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
