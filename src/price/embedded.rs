//! The figures that are part of the program.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::book::{PriceBook, Rate, RegionPrices};
use super::meter::Meter;
use super::tiers::{self, Tier};

/// The embedded book; `data/SOURCE.md` says where it is from.
pub(super) const PRICES_TOML: &str = include_str!("data/prices.toml");

/// The file as written.
#[derive(Deserialize)]
struct BookFile {
    source: HashMap<String, SourceFile>,
    tiers: HashMap<String, Vec<TierFile>>,
    region: BTreeMap<String, RegionFile>,
}

#[derive(Deserialize)]
struct SourceFile {
    text: String,
    date: Option<toml::value::Datetime>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the keys of the file")]
struct TierFile {
    from_gb: u64,
    to_gb: Option<u64>,
    usd_per_gb: String,
}

#[derive(Deserialize)]
struct RegionFile {
    name: String,
    currency: String,
    #[serde(flatten)]
    figures: BTreeMap<Meter, Vec<String>>,
}

/// Reads the embedded file.
///
/// # Errors
/// A sentence; it can only happen while the file is being edited, and a test shows it.
pub(super) fn parse(text: &str) -> Result<PriceBook, String> {
    let file: BookFile = toml::from_str(text).map_err(|error| error.to_string())?;
    let tier_lists = file
        .tiers
        .into_iter()
        .map(|(name, rows)| Ok((name, tier_list(rows)?)))
        .collect::<Result<HashMap<_, _>, String>>()?;
    let mut sources: HashMap<String, (Arc<str>, Option<NaiveDate>)> = HashMap::new();
    for (name, source) in file.source {
        sources.insert(name, (Arc::from(source.text), source.date.map(date).transpose()?));
    }
    let mut regions = BTreeMap::new();
    for (code, region) in file.region {
        let mut prices =
            RegionPrices { name: region.name, currency: region.currency, ..RegionPrices::default() };
        for (meter, figure) in region.figures {
            let place = || format!("{code}.{}", meter.key());
            let [first, from, agreeing @ ..] = figure.as_slice() else {
                return Err(format!("{}: needs a figure and a source", place()));
            };
            let (source, date) = sources.get(from).ok_or_else(|| format!("{}: no source {from}", place()))?;
            if let Some(unknown) = agreeing.iter().find(|name| !sources.contains_key(*name)) {
                return Err(format!("{}: no source {unknown}", place()));
            }
            let usd = if meter == Meter::InterfaceEndpointGb {
                let list = tier_lists.get(first).ok_or_else(|| format!("{}: no tiers {first}", place()))?;
                prices.tiers = Some(list.clone());
                list[0].usd_per_gb
            } else {
                decimal(first)?
            };
            let rate = Rate {
                usd,
                source: Arc::clone(source),
                date: *date,
                confirmations: agreeing.len(),
                overridden: false,
            };
            prices.rates.insert(meter, rate);
        }
        regions.insert(code, prices);
    }
    Ok(PriceBook { regions, fallback: RegionPrices::default(), added: Vec::new() })
}

/// A checked, so never empty, list.
fn tier_list(rows: Vec<TierFile>) -> Result<Vec<Tier>, String> {
    let list = rows
        .into_iter()
        .map(|row| Ok(Tier { from_gb: row.from_gb, to_gb: row.to_gb, usd_per_gb: decimal(&row.usd_per_gb)? }))
        .collect::<Result<Vec<_>, String>>()?;
    tiers::check(&list)?;
    Ok(list)
}

fn decimal(text: &str) -> Result<Decimal, String> {
    Decimal::from_str_exact(text).map_err(|error| format!("{text}: {error}"))
}

fn date(value: toml::value::Datetime) -> Result<NaiveDate, String> {
    value
        .date
        .and_then(|date| NaiveDate::from_ymd_opt(i32::from(date.year), date.month.into(), date.day.into()))
        .ok_or_else(|| format!("{value} is not a date"))
}
