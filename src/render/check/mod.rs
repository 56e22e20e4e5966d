//! The findings of a report by themselves: for people, for programs, for pull requests, for code scanning.

mod json;
pub(crate) mod markdown;
mod sarif;
mod table;

use std::io;

use rust_decimal::Decimal;

use super::TableStyle;
use super::text::{Lang, findings as words, table as text};
use crate::check::Severity;
use crate::model::report::Report;

pub use json::{CHECK_SCHEMA, CHECK_SCHEMA_JSON};

/// A form that findings can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckFormat {
    /// Text for people.
    Table,
    /// One object for programs, described by [`CHECK_SCHEMA_JSON`].
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Markdown, for pull requests.
    Markdown,
}

impl CheckFormat {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Table, Self::Json, Self::Sarif, Self::Markdown];

    /// Writes the findings of `report` to `out`. `style` matters to tables only.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn render(self, report: &Report, style: TableStyle, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Table => table::table(report, style, out),
            Self::Json => json::json(report, out),
            Self::Sarif => sarif::sarif(report, out),
            Self::Markdown => markdown::markdown(report, style.lang, out),
        }
    }
}

/// How many findings there are of each severity, the worst first.
fn counts(report: &Report) -> impl Iterator<Item = (Severity, usize)> {
    Severity::ALL.into_iter().rev().map(|severity| {
        (severity, report.findings.iter().filter(|line| line.severity == severity.name()).count())
    })
}

/// The counts in a sentence, without those of nothing.
fn counts_text(lang: Lang, report: &Report) -> String {
    let counts = counts(report).filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(severity, count)| words::several(lang, count, text::grade(lang, severity.name())))
        .collect();
    if counts.is_empty() { words::none(lang) } else { counts.join(", ") }
}

/// What was looked at, in a sentence.
fn looked_at(lang: Lang, report: &Report) -> String {
    let inventory = report.sources.inventory.clone().unwrap_or_else(|| words::no_inventory(lang));
    match (&report.period.start, &report.period.end) {
        (Some(start), Some(end)) => words::looked_at_records(lang, inventory, start, end),
        _ => words::looked_at_inventory(lang, inventory),
    }
}

/// An amount that is lost; nothing lost is nothing to tell.
fn lost(amount: Option<Decimal>) -> Option<Decimal> {
    amount.filter(|amount| !amount.is_zero())
}
