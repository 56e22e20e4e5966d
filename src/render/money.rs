//! Money for people: in USD, and beside it in the currencies that were asked for.

use rust_decimal::Decimal;

use super::number::amount_text;
use super::text::{Lang, table as text};
use crate::model::report::{Currency, Report};

/// How the money of one report is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Money<'r> {
    lang: Lang,
    currencies: &'r [Currency],
}

impl<'r> Money<'r> {
    /// As `report` asks for.
    pub(super) fn of(report: &'r Report, lang: Lang) -> Self {
        Self { lang, currencies: &report.currencies }
    }

    /// USD with two decimals, without the unit.
    pub(super) fn usd(self, amount: Option<Decimal>) -> String {
        amount.map_or_else(|| text::unpriced(self.lang), |amount| amount_text(amount, 2))
    }

    /// A table's cell: USD without the unit, every other currency on a line of its own with its code.
    pub(super) fn cell(self, amount: Option<Decimal>) -> String {
        self.others(amount).fold(self.usd(amount), |cell, other| format!("{cell}\n{other}"))
    }

    /// In a sentence, with units: `1,083.52 USD (162,528 JPY)`.
    pub(super) fn sentence(self, amount: Option<Decimal>) -> String {
        if amount.is_none() {
            return self.usd(amount);
        }
        let others: Vec<String> = self.others(amount).collect();
        match others.as_slice() {
            [] => format!("{} USD", self.usd(amount)),
            others => format!("{} USD ({})", self.usd(amount), others.join(", ")),
        }
    }

    fn others(self, amount: Option<Decimal>) -> impl Iterator<Item = String> {
        self.currencies.iter().filter_map(move |currency| converted(amount?, currency))
    }
}

/// An amount in another currency, with its code: rounded once, half away from zero, from the exact USD to the currency's
/// minor unit. `None` where it does not fit (7.9e28).
pub fn converted(usd: Decimal, currency: &Currency) -> Option<String> {
    let amount = usd.checked_mul(currency.units_per_usd)?;
    Some(format!("{} {}", amount_text(amount, currency.decimals), currency.code))
}
