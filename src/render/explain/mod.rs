//! `flowtoll explain`: why an advice, a client or a NAT gateway got its number, line by line. Every step starts from what the
//! report has, and ends at a figure of the report.

mod advice;
mod client;
mod nat;

use std::io;

use rust_decimal::Decimal;

use super::TableStyle;
use super::grid::{Page, Tone};
use super::number::{count, size};
use super::text::{Lang, explain as say};
use crate::model::money::{BYTES_PER_GB, decimal_of_bytes, money_text};
use crate::model::quantity::{decimal, group};
use crate::model::report::{Period, Report};
use crate::price::Meter;

/// What is to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An advice, by its id or its number in the report.
    Advice(String),
    /// A client interface, by its id.
    Client(String),
    /// A NAT gateway, by its id or name.
    Nat(String),
}

/// What was asked for is not in the report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the report has no {kind} `{id}`; {known}")]
pub struct NotInReport {
    kind: &'static str,
    id: String,
    /// What it has, in words.
    known: String,
}

/// How many ids a message names.
const NAMED_CHOICES: usize = 10;

impl NotInReport {
    fn new(kind: &'static str, id: &str, known: &[String]) -> Self {
        let mut named = known.iter().take(NAMED_CHOICES).cloned().collect::<Vec<_>>().join(", ");
        if known.len() > NAMED_CHOICES {
            named = format!("{named}, and {} more", known.len() - NAMED_CHOICES);
        }
        let known = if known.is_empty() { "it has none".to_owned() } else { format!("it has {named}") };
        Self { kind, id: id.to_owned(), known }
    }
}

/// Why there is no explanation.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// It cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is nothing to explain.
    #[error(transparent)]
    NotInReport(#[from] NotInReport),
}

/// Writes why the report says what it says about `subject`.
///
/// # Errors
/// [`NotInReport`] names what there is instead; those of `out`.
pub fn explain(
    report: &Report,
    subject: &Subject,
    style: TableStyle,
    out: &mut dyn io::Write,
) -> Result<(), ExplainError> {
    let page = &mut Page::new(out, style);
    match subject {
        Subject::Advice(id) => advice::explain(page, report, id),
        Subject::Client(id) => client::explain(page, report, id),
        Subject::Nat(id) => nat::explain(page, report, id),
    }
}

/// Steps below a heading.
fn steps(page: &mut Page<'_>, title: &str, steps: &[String]) -> io::Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    page.section(title)?;
    steps.iter().try_for_each(|step| page.item(" ", Tone::Plain, std::slice::from_ref(step)))
}

/// `1,234 bytes (1.21 KiB)`.
fn bytes_text(lang: Lang, bytes: u128) -> String {
    say::bytes_text(lang, count(bytes), size(bytes))
}

/// Exact GB (2^30 bytes).
fn gb(bytes: u128) -> Option<Decimal> {
    decimal_of_bytes(bytes)?.checked_div(Decimal::from(BYTES_PER_GB))
}

fn gb_text(bytes: u128) -> String {
    gb(bytes).map_or_else(|| format!("{} / 2^30", count(bytes)), |gb| decimal(gb, 6))
}

fn usd_text(lang: Lang, amount: Option<Decimal>) -> String {
    amount.map_or_else(|| say::unpriced(lang), |amount| format!("{} USD", group(&money_text(amount))))
}

fn rate_text(lang: Lang, rate: Option<Decimal>) -> String {
    rate.map_or_else(|| say::no_price(lang), |rate| format!("{} USD", rate.normalize()))
}

/// From the window to a month, in words.
fn to_month(lang: Lang, period: &Period) -> String {
    say::to_month(lang, period.month_hours, count(period.observed_hours.into()))
}

/// An observed amount in a month: as the report scales it.
fn month(observed: Decimal, period: &Period) -> Option<Decimal> {
    observed.checked_mul(Decimal::from(period.month_hours))?.checked_div(Decimal::from(period.observed_hours))
}

/// The end of a calculation: the figure, and whether the report has the same.
fn as_reported(lang: Lang, own: Option<Decimal>, reported: Option<Decimal>) -> String {
    match (own, reported) {
        (Some(own), Some(reported)) if money_text(own) != money_text(reported) => {
            say::though(lang, usd_text(lang, Some(own)), usd_text(lang, Some(reported)))
        }
        _ => usd_text(lang, reported),
    }
}

/// The price in use, with where it comes from.
fn sources(lang: Lang, report: &Report, region: Option<&str>, meters: &[&str]) -> Vec<String> {
    let of_region = report.rates.iter().filter(|line| Some(line.region.as_str()) == region);
    of_region
        .filter(|line| meters.contains(&line.meter))
        .map(|line| {
            let date = line.date.as_ref().map(|date| format!(", {date}")).unwrap_or_default();
            let meter = Meter::from_key(line.meter);
            let title =
                meter.map_or_else(|| line.title.to_owned(), |it| it.title_wording().text(lang).to_owned());
            let unit =
                meter.map_or_else(|| line.unit.to_owned(), |it| it.unit_wording().text(lang).to_owned());
            let tiers = if line.tiers.len() > 1 {
                let tier = |tier: &crate::model::plan::TierLine| match tier.to_gb {
                    Some(to) => say::tier_to(lang, &tier.usd, group(&to.to_string())),
                    None => say::tier_beyond(lang, &tier.usd),
                };
                say::tiers(lang, line.tiers.iter().map(tier).collect::<Vec<_>>().join(", "))
            } else {
                say::flat(lang, &line.usd, unit)
            };
            say::source(lang, title, tiers, &line.region, &line.source, date)
        })
        .collect()
}
