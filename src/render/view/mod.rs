//! The report as tables of text, for forms that lay it out themselves. Figures and words are those of the table for
//! terminals.

mod doubt;
mod options;
mod traffic;

pub(super) use doubt::{byte_ledger, days, malformed, objects, record_ledger, unchecked};
pub(super) use options::options;
pub(super) use traffic::{FlowGroup, clients, endpoints, flows, nat_gateways, owners, services};

use rust_decimal::Decimal;

use super::grid::clean;
use super::money::Money;
use super::number::{count, size};
use super::table::{evidence_lines, parts_of, range, scale, sources, unknown_share};
use super::text::{Lang, advice, findings as told, notes, page as words, table as text};
use crate::model::money::money_text;
use crate::model::report::{AdviceLine, FindingLine, Note, Report};

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) title: String,
    pub(super) is_figure: bool,
}

impl Column {
    fn text(title: String) -> Self {
        Self { title, is_figure: false }
    }

    fn figure(title: String) -> Self {
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

    /// USD, and other currencies below it.
    pub(super) fn money(money: Money<'_>, amount: Option<Decimal>) -> Self {
        let told = money.cell(amount);
        let mut lines = told.lines().map(str::to_owned);
        let text = lines.next().unwrap_or_default();
        Self { text, below: lines.collect(), figure: amount.map(money_text), warns: false }
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
    fn new(id: &'static str, caption: String, columns: impl Into<Vec<Column>>) -> Self {
        Self { id, caption, columns: columns.into(), rows: Vec::new(), remark: None }
    }

    fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// Keeps the first `most` rows and says how many there are beyond.
    pub(super) fn cut_to(mut self, most: usize, lang: Lang) -> Self {
        let beyond = self.rows.len().saturating_sub(most);
        if beyond > 0 {
            self.rows.truncate(most);
            let more = words::more_rows(lang, count(beyond as u128));
            self.remark = Some(self.remark.map_or(more.clone(), |remark| format!("{remark} {more}")));
        }
        self
    }
}

/// A label and what it says.
pub(super) type Told = (String, String);

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) summary: String,
    pub(super) saving: Cell,
    /// Money, bytes and confidence, in one line each.
    pub(super) basis: Vec<String>,
    pub(super) evidence: Vec<Told>,
}

impl Change {
    fn of(lang: Lang, line: &AdviceLine, money: Money<'_>) -> Self {
        let mut basis =
            vec![words::change_money(lang, money.usd(line.cost_now_usd), money.usd(line.cost_after_usd))];
        if line.bytes_month > 0 {
            basis.push(words::a_month(lang, size(line.bytes_month)));
        }
        basis.push(words::confidence(lang, text::grade(lang, line.confidence)));
        let evidence = evidence_lines(lang, line).into_iter().map(|(label, told)| (label, clean(&told)));
        Self {
            summary: clean(&advice::summary(lang, line)),
            saving: Cell::money(money, line.saving_month_usd),
            basis,
            evidence: evidence.chain([(words::id(lang), clean(&line.id))]).collect(),
        }
    }
}

/// One set-up problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) severity: String,
    pub(super) title: String,
    pub(super) resource: String,
    /// USD a month that it loses, where that is known and not nothing.
    pub(super) loss: Option<String>,
    /// Whether records show it; what only the inventory shows is a note.
    pub(super) from_traffic: bool,
    pub(super) facts: Vec<Told>,
}

impl Finding {
    fn of(lang: Lang, line: &FindingLine, money: Money<'_>) -> Self {
        let loss = line.loss_month_usd.filter(|loss| !loss.is_zero());
        Self {
            severity: text::grade(lang, line.severity),
            title: clean(&told::title(lang, line)),
            resource: clean(&line.resource_id),
            loss: loss.map(|loss| words::usd_amount_month(lang, money.usd(Some(loss)))),
            from_traffic: line.from_traffic,
            facts: vec![
                (text::because(lang), clean(line.evidence.text(lang))),
                (text::fix(lang), clean(&told::fix(lang, line))),
                (words::rule(lang), clean(&line.id)),
            ],
        }
    }
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
    /// How the figures come about.
    pub(super) basis: String,
    /// Money of a month now, what can be saved, and what remains.
    pub(super) now: Cell,
    pub(super) saving: Cell,
    pub(super) after: Cell,
    /// Whether there is a saving above nothing.
    pub(super) saves: bool,
    /// What is saved of charges that the cost leaves out, if anything.
    pub(super) outside: Option<Cell>,
    /// The parts of the cost now.
    pub(super) parts: Vec<(String, Cell)>,
}

/// What remains of the cost after the advice: cost less saving, as far as what is saved is a part of the cost.
pub(super) fn after(report: &Report) -> Option<Decimal> {
    let totals = &report.totals;
    let saving = totals.saving_month_usd?.checked_sub(report.plan.saving_outside_totals())?;
    totals.cost_month_usd?.checked_sub(saving)
}

/// The head of a report.
pub(super) fn head(lang: Lang, report: &Report, money: Money<'_>) -> Head {
    let totals = &report.totals;
    let outside = Some(report.plan.saving_outside_totals()).filter(|amount| !amount.is_zero());
    let basis = words::basis(
        lang,
        scale(lang, &report.period),
        size(totals.nat_gateway_bytes),
        clean(&sources(lang, report)),
    );
    let labels = [words::part_nat(lang), words::part_cross(lang), words::part_endpoints(lang)];
    let parts =
        labels.into_iter().zip(parts_of(totals)).map(|(label, amount)| (label, Cell::money(money, amount)));
    let of_cost = |amount: Option<Decimal>| match unknown_share(report) {
        Some(share) => Cell::text(&text::cost_not_known(lang, share)),
        None => Cell::money(money, amount),
    };
    Head {
        range: range(lang, report),
        basis,
        now: of_cost(totals.cost_month_usd),
        saving: Cell::money(money, totals.saving_month_usd),
        after: of_cost(after(report)),
        saves: totals.saving_month_usd.is_some_and(|saving| saving > Decimal::ZERO),
        outside: outside.map(|amount| Cell::money(money, Some(amount))),
        parts: parts.collect(),
    }
}

/// The advice, in its order.
pub(super) fn changes(lang: Lang, report: &Report, money: Money<'_>) -> Vec<Change> {
    report.advice.iter().map(|line| Change::of(lang, line, money)).collect()
}

/// The findings, in their order.
pub(super) fn findings(lang: Lang, report: &Report, money: Money<'_>) -> Vec<Finding> {
    report.findings.iter().map(|line| Finding::of(lang, line, money)).collect()
}

/// What could not be known.
pub(super) fn doubts(lang: Lang, report: &Report) -> Vec<Doubt> {
    let told = |note: &Note| Doubt {
        id: clean(&note.id),
        text: clean(&notes::note(lang, note)),
        bytes: note.bytes.map(|bytes| words::size_concerned(lang, size(bytes))),
    };
    report.notes.iter().map(told).collect()
}
