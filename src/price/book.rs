//! The price book: one rate per region and meter.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::embedded;
use super::error::PriceError;
use super::meter::Meter;
use super::overrides;
use super::say;
use super::tiers::Tier;
use crate::model::wording::Wording;

/// A price with its birth certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// USD per unit of the meter ([`Meter::unit`]), exact as written, at least 0.
    pub usd: Decimal,
    /// Where it is from: a source of the embedded book, or the override file.
    pub source: Arc<str>,
    /// When the source was published or read; `None` for a figure of an override file.
    pub date: Option<NaiveDate>,
    /// How many further sources agree with the embedded figure.
    pub confirmations: usize,
    /// Whether an override file changed it, by a figure or by a discount.
    pub overridden: bool,
}

impl Rate {
    /// The rate as evidence, such as `NAT gateway 0.062 USD/GB (ap-northeast-1, 2025-10-28)`; an overridden
    /// rate names its file in place of the date.
    pub fn describe(&self, region: &str, meter: Meter) -> Wording {
        let origin = match self.date {
            Some(date) if !self.overridden => date.to_string(),
            _ => self.source.to_string(),
        };
        say::rate(meter.title_wording(), self.usd.normalize(), meter.unit_wording(), region, origin)
    }
}

/// What is known of one region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RegionPrices {
    /// Name in AWS's words, such as `Asia Pacific (Tokyo)`.
    pub name: String,
    /// Currency AWS sells it in; empty where not known.
    pub currency: String,
    /// Rates by meter; [`Meter::InterfaceEndpointGb`] holds the first tier's.
    pub rates: BTreeMap<Meter, Rate>,
    /// Data tiers of interface endpoints; present exactly when the meter has a rate.
    pub tiers: Option<Vec<Tier>>,
}

/// Prices of all known regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceBook {
    /// By region code.
    pub(super) regions: BTreeMap<String, RegionPrices>,
    /// For regions that no table names: empty, until an override file has a `[default]`.
    pub(super) fallback: RegionPrices,
    /// Regions that only an override file names.
    pub(super) added: Vec<String>,
}

impl PriceBook {
    /// AWS's list prices as collected on [`BOOK_DATE`](super::BOOK_DATE); parsed whole at the first call (0.6 ms
    /// measured in a release build).
    pub fn embedded() -> &'static Self {
        static BOOK: LazyLock<PriceBook> = LazyLock::new(|| {
            embedded::parse(embedded::PRICES_TOML)
                .expect("the file is part of the program and a test parses it")
        });
        &BOOK
    }

    /// This book with the figures and discounts of an override file over it; see [`overrides`] for the format.
    /// `origin` is the file's name in messages and as the source of its figures. Files can be stacked: a later
    /// one rules.
    ///
    /// # Errors
    /// [`PriceError`] names line, column and key of the first thing that is wrong; nothing is applied then.
    pub fn with_overrides(&self, toml_text: &str, origin: &str) -> Result<Self, PriceError> {
        overrides::apply(self, toml_text, origin)
    }

    /// The rate of a meter in a region code such as `ap-northeast-1`; `None` is unpriced.
    pub fn rate(&self, region: &str, meter: Meter) -> Option<Rate> {
        self.region(region).rates.get(&meter).cloned()
    }

    /// The data tiers of interface endpoints in a region, contiguous from 0 and without an end; `None` is unpriced.
    pub fn interface_endpoint_tiers(&self, region: &str) -> Option<&[Tier]> {
        self.region(region).tiers.as_deref()
    }

    /// Codes of all regions the book names, priced or not, sorted.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.regions.keys().map(String::as_str)
    }

    /// Whether the book names this region, priced or not.
    pub fn knows(&self, region: &str) -> bool {
        self.regions.contains_key(region)
    }

    /// AWS's name of a region; `None` where the book has none.
    pub fn region_name(&self, region: &str) -> Option<&str> {
        self.regions.get(region).map(|prices| prices.name.as_str()).filter(|name| !name.is_empty())
    }

    /// The currency AWS sells a region in, such as `CNY` where USD figures cannot exist; `None` where not known.
    pub fn currency(&self, region: &str) -> Option<&str> {
        self.regions.get(region).map(|prices| prices.currency.as_str()).filter(|code| !code.is_empty())
    }

    /// Regions that only an override file names: new ones, or a slip of the pen worth a warning.
    pub fn added_regions(&self) -> &[String] {
        &self.added
    }

    fn region(&self, region: &str) -> &RegionPrices {
        self.regions.get(region).unwrap_or(&self.fallback)
    }
}
