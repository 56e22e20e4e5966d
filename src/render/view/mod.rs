//! The report as tables of text, for forms that lay it out themselves (HTML, Markdown). Figures are written by the same
//! code as in the table for terminals.

mod doubt;
mod traffic;

pub(super) use doubt::{byte_ledger, days, malformed, objects, record_ledger};
pub(super) use traffic::{FlowGroup, clients, endpoints, flows, nat_gateways, services};

use rust_decimal::Decimal;

use super::number::{count, size, usd};
use super::table::advice::evidence_lines;
use super::words::{clean, scale, sources, time_range};
use crate::model::money::money_text;
use crate::model::report::{AdviceLine, Report};

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) is_figure: bool,
}

impl Column {
    const fn text(title: &'static str) -> Self {
        Self { title, is_figure: false }
    }

    const fn figure(title: &'static str) -> Self {
        Self { title, is_figure: true }
    }
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// What is read first.
    pub(super) text: String,
    /// What is to be said of it, line by line.
    pub(super) below: Vec<String>,
    /// The exact figure, for sorting; `None` for text and for what is not known.
    pub(super) figure: Option<String>,
    /// Whether the reader should not overlook it.
    pub(super) warns: bool,
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self { text: clean(text), ..Self::default() }
    }

    fn below(mut self, line: &str) -> Self {
        self.below.push(clean(line));
        self
    }

    fn warning(mut self) -> Self {
        self.warns = true;
        self
    }

    pub(super) fn count(number: u128) -> Self {
        Self { text: count(number), figure: Some(number.to_string()), ..Self::default() }
    }

    pub(super) fn size(bytes: u128) -> Self {
        Self { text: size(bytes), figure: Some(bytes.to_string()), ..Self::default() }
    }

    pub(super) fn usd(amount: Option<Decimal>) -> Self {
        Self { text: usd(amount), figure: amount.map(money_text), ..Self::default() }
    }
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    /// Names it in a page; letters and `-` only.
    pub(super) id: &'static str,
    /// What it shows, in a few words.
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// What to know when reading it.
    pub(super) remark: Option<String>,
}

impl View {
    fn new(id: &'static str, caption: &str, columns: impl Into<Vec<Column>>) -> Self {
        Self { id, caption: caption.to_owned(), columns: columns.into(), rows: Vec::new(), remark: None }
    }

    fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// Keeps the first `most` rows and says how many there are beyond.
    pub(super) fn cut_to(mut self, most: usize) -> Self {
        let beyond = self.rows.len().saturating_sub(most);
        if beyond > 0 {
            self.rows.truncate(most);
            let more = format!("{} more rows are in --format json and csv.", count(beyond as u128));
            self.remark = Some(self.remark.map_or(more.clone(), |remark| format!("{remark} {more}")));
        }
        self
    }
}

/// A label and what it says.
pub(super) type Told = (&'static str, String);

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) summary: String,
    pub(super) saving: String,
    pub(super) now: String,
    pub(super) after: String,
    pub(super) moves: Option<String>,
    pub(super) confidence: &'static str,
    pub(super) evidence: Vec<Told>,
}

impl Change {
    fn of(line: &AdviceLine) -> Self {
        let mut evidence: Vec<Told> =
            evidence_lines(line).into_iter().map(|(label, told)| (label, clean(&told))).collect();
        evidence.push(("Id", clean(&line.id)));
        Self {
            summary: clean(&line.summary),
            saving: usd(line.saving_month_usd),
            now: usd(line.cost_now_usd),
            after: usd(line.cost_after_usd),
            moves: (line.bytes_month > 0).then(|| size(line.bytes_month)),
            confidence: line.confidence,
            evidence,
        }
    }
}

/// One set-up problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) severity: &'static str,
    pub(super) title: String,
    pub(super) resource: String,
    /// USD a month that it loses, where that is known and not nothing.
    pub(super) loss: Option<String>,
    /// Whether records show it; what only the inventory shows is a note.
    pub(super) from_traffic: bool,
    pub(super) facts: Vec<Told>,
}

/// Something that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) bytes: Option<String>,
}

/// What stands at the top of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) range: String,
    pub(super) scale: String,
    pub(super) sources: String,
    /// USD a month now, with the saving, and what remains.
    pub(super) now: String,
    pub(super) saving: String,
    pub(super) after: String,
    /// Whether there is a saving above nothing.
    pub(super) saves: bool,
    /// The parts of the cost now.
    pub(super) parts: Vec<Told>,
    pub(super) nat_bytes: String,
}

/// The head of a report. What remains after the advice is cost less saving; both are the report's own totals.
pub(super) fn head(report: &Report) -> Head {
    let totals = &report.totals;
    let after = totals.cost_month_usd.zip(totals.saving_month_usd);
    let after = after.and_then(|(cost, saving)| cost.checked_sub(saving));
    Head {
        range: time_range(report),
        scale: scale(&report.period),
        sources: clean(&sources(&report.sources)),
        now: usd(totals.cost_month_usd),
        saving: usd(totals.saving_month_usd),
        after: usd(after),
        saves: totals.saving_month_usd.is_some_and(|saving| saving > Decimal::ZERO),
        parts: vec![
            ("NAT gateways: hours and data", usd(totals.nat_gateway_cost_month_usd)),
            ("Cross-AZ transfer to NAT gateways", usd(totals.cross_zone_cost_month_usd)),
            ("VPC endpoints: hours and data", usd(totals.endpoint_cost_month_usd)),
        ],
        nat_bytes: size(totals.nat_gateway_bytes),
    }
}

/// The advice, in its order.
pub(super) fn changes(report: &Report) -> Vec<Change> {
    report.advice.iter().map(Change::of).collect()
}

/// The findings, in their order.
pub(super) fn findings(report: &Report) -> Vec<Finding> {
    let told = |line: &crate::model::report::FindingLine| Finding {
        severity: line.severity,
        title: clean(&line.title),
        resource: clean(&line.resource_id),
        loss: line.loss_month_usd.filter(|loss| !loss.is_zero()).map(|loss| usd(Some(loss))),
        from_traffic: line.from_traffic,
        facts: vec![("Because", clean(&line.evidence)), ("Fix", clean(&line.fix)), ("Rule", clean(&line.id))],
    };
    report.findings.iter().map(told).collect()
}

/// What could not be known.
pub(super) fn doubts(report: &Report) -> Vec<Doubt> {
    let told = |note: &crate::model::report::Note| Doubt {
        id: clean(&note.id),
        text: clean(&note.text),
        bytes: note.bytes.map(size),
    };
    report.notes.iter().map(told).collect()
}
