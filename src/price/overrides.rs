//! Override files: figures and discounts laid over a price book.
//!
//! ```toml
//! # every region, unless a region table says otherwise
//! [default]
//! nat_gateway_hour = "0.062"       # USD; a string or a number, taken digit by digit as written
//! discount_percent = "12"          # off every meter, figures of this file included
//!
//! [region.ap-northeast-1]
//! interface_endpoint_hour = 0.01
//! interface_endpoint_gb = 0.01     # one flat price, or tiers without a gap, the last one without an end:
//! # interface_endpoint_gb = [
//! #   { from_gb = 0, to_gb = 1048576, usd_per_gb = "0.01" },
//! #   { from_gb = 1048576, usd_per_gb = "0.006" },
//! # ]
//! discount_percent = 0             # in place of the default's
//! ```
//!
//! The keys are those of [`Meter::key`] and `discount_percent`. A region table rules over `[default]`, which rules
//! over the book below. The discount of a file is taken off last, once, from every meter of the region. A region
//! the book does not know is new: it has the figures of `[default]` and of its own table.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use super::book::{PriceBook, Rate, RegionPrices};
use super::error::{PriceError, PriceErrorKind as Kind};
use super::meter::Meter;
use super::tiers::{self, Tier};

/// The highest price a file may state, in USD: far above any real one, and low enough for exact sums.
pub const MAX_PRICE_USD: u32 = 1_000_000;

/// The key of the discount beside the meters.
const DISCOUNT_KEY: &str = "discount_percent";

/// How many letters a key may be off to be suggested.
const SUGGESTION_DISTANCE: usize = 4;

/// One table of an override file.
#[derive(Default)]
struct Layer {
    rates: BTreeMap<Meter, Decimal>,
    tiers: Option<Vec<Tier>>,
    discount_percent: Option<Decimal>,
}

impl Layer {
    fn lay_over(&self, prices: &mut RegionPrices, origin: &Arc<str>) {
        for (meter, usd) in &self.rates {
            let rate = Rate {
                usd: *usd,
                source: Arc::clone(origin),
                date: None,
                confirmations: 0,
                overridden: true,
            };
            prices.rates.insert(*meter, rate);
        }
        if let Some(tiers) = &self.tiers {
            prices.tiers = Some(tiers.clone());
        }
    }
}

/// Lays the file over `book`; see [`PriceBook::with_overrides`].
pub(super) fn apply(book: &PriceBook, text: &str, origin: &str) -> Result<PriceBook, PriceError> {
    let (default, regions) = Reader { text, origin }.document()?;
    let source: Arc<str> = origin.into();
    let mut book = book.clone();
    default.lay_over(&mut book.fallback, &source);
    for prices in book.regions.values_mut() {
        default.lay_over(prices, &source);
    }
    for (code, layer) in &regions {
        if !book.regions.contains_key(code) {
            book.regions.insert(code.clone(), book.fallback.clone());
            book.added.push(code.clone());
        }
        if let Some(prices) = book.regions.get_mut(code) {
            layer.lay_over(prices, &source);
        }
    }
    for (code, prices) in &mut book.regions {
        let own = regions.get(code).and_then(|layer| layer.discount_percent);
        discount(prices, own.or(default.discount_percent), origin);
    }
    discount(&mut book.fallback, default.discount_percent, origin);
    Ok(book)
}

/// Takes `percent` off every meter. Exact: a price of at most 28 digits less a discount keeps its digits unless
/// both are absurdly long.
fn discount(prices: &mut RegionPrices, percent: Option<Decimal>, origin: &str) {
    let Some(percent) = percent.filter(|percent| !percent.is_zero()) else { return };
    let factor = (Decimal::ONE_HUNDRED - percent) / Decimal::ONE_HUNDRED;
    for rate in prices.rates.values_mut() {
        rate.usd *= factor;
        let percent = percent.normalize();
        rate.source = if rate.overridden && &*rate.source == origin {
            format!("{origin}, less {percent} %")
        } else {
            format!("{}, less {percent} % ({origin})", rate.source)
        }
        .into();
        rate.overridden = true;
    }
    for tier in prices.tiers.iter_mut().flatten() {
        tier.usd_per_gb *= factor;
    }
}

type Key<'t> = Spanned<DeString<'t>>;
type Value<'t> = Spanned<DeValue<'t>>;

/// The file being read, for positions in messages.
struct Reader<'t> {
    text: &'t str,
    origin: &'t str,
}

impl<'t> Reader<'t> {
    fn document(&self) -> Result<(Layer, BTreeMap<String, Layer>), PriceError> {
        let document = DeTable::parse(self.text).map_err(|error| {
            self.error(&error.span().unwrap_or_default(), "", Kind::Syntax(error.message().to_owned()))
        })?;
        let mut default = Layer::default();
        let mut regions = BTreeMap::new();
        for (key, value) in document.get_ref() {
            match key.get_ref().as_ref() {
                "default" => default = self.layer("default", self.table("default", value)?)?,
                "region" => {
                    for (code, value) in self.table("region", value)? {
                        let place = format!("region.{}", code.get_ref());
                        let layer = self.layer(&place, self.table(&place, value)?)?;
                        regions.insert(code.get_ref().to_string(), layer);
                    }
                }
                unknown => return Err(self.error(&key.span(), unknown, Kind::UnknownTable)),
            }
        }
        Ok((default, regions))
    }

    fn table<'v>(&self, place: &str, value: &'v Value<'t>) -> Result<&'v DeTable<'t>, PriceError> {
        let found = value.get_ref().type_str();
        value.get_ref().as_table().ok_or_else(|| self.error(&value.span(), place, Kind::NotATable { found }))
    }

    fn layer(&self, place: &str, table: &DeTable<'t>) -> Result<Layer, PriceError> {
        let mut layer = Layer::default();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let place = format!("{place}.{name}");
            if name == DISCOUNT_KEY {
                let percent = self.number(&place, value)?;
                if percent.is_sign_negative() || percent > Decimal::ONE_HUNDRED {
                    let text = self.literal(value);
                    return Err(self.error(&value.span(), &place, Kind::DiscountOutOfRange { text }));
                }
                layer.discount_percent = Some(percent);
                continue;
            }
            let meter = Meter::from_key(name).ok_or_else(|| self.unknown_meter(&place, key))?;
            let usd = if meter == Meter::InterfaceEndpointGb {
                let list = match value.get_ref() {
                    DeValue::Array(rows) => self.tier_list(&place, value, rows)?,
                    _ => vec![Tier { from_gb: 0, to_gb: None, usd_per_gb: self.price(&place, value)? }],
                };
                let first = list[0].usd_per_gb;
                layer.tiers = Some(list);
                first
            } else {
                self.price(&place, value)?
            };
            layer.rates.insert(meter, usd);
        }
        Ok(layer)
    }

    /// A checked, so never empty, list.
    fn tier_list(&self, place: &str, list: &Value<'t>, rows: &DeArray<'t>) -> Result<Vec<Tier>, PriceError> {
        let mut tiers = Vec::new();
        for row in rows {
            let shape = |problem: String| self.error(&row.span(), place, Kind::TierShape { problem });
            let (mut from_gb, mut to_gb, mut usd_per_gb) = (None, None, None);
            let table = row.get_ref().as_table().ok_or_else(|| shape("this is no table".to_owned()))?;
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "from_gb" => from_gb = Some(self.whole_gb(place, value)?),
                    "to_gb" => to_gb = Some(self.whole_gb(place, value)?),
                    "usd_per_gb" => usd_per_gb = Some(self.price(place, value)?),
                    unknown => return Err(shape(format!("it has no `{unknown}`"))),
                }
            }
            let from_gb = from_gb.ok_or_else(|| shape("`from_gb` is missing".to_owned()))?;
            let usd_per_gb = usd_per_gb.ok_or_else(|| shape("`usd_per_gb` is missing".to_owned()))?;
            tiers.push(Tier { from_gb, to_gb, usd_per_gb });
        }
        tiers::check(&tiers).map_err(|problem| self.error(&list.span(), place, Kind::Tiers(problem)))?;
        Ok(tiers)
    }

    fn price(&self, place: &str, value: &Value<'t>) -> Result<Decimal, PriceError> {
        let price = self.number(place, value)?;
        if price.is_sign_negative() || price > Decimal::from(MAX_PRICE_USD) {
            let text = self.literal(value);
            return Err(self.error(&value.span(), place, Kind::PriceOutOfRange { text }));
        }
        Ok(price)
    }

    fn number(&self, place: &str, value: &Value<'t>) -> Result<Decimal, PriceError> {
        let parsed = match value.get_ref() {
            DeValue::String(text) => exact_decimal(text.trim()),
            DeValue::Integer(integer) if integer.radix() == 10 => exact_decimal(integer.as_str()),
            DeValue::Float(float) => exact_decimal(float.as_str()),
            _ => None,
        };
        let fault = || Kind::NotANumber { text: self.literal(value) };
        parsed.ok_or_else(|| self.error(&value.span(), place, fault()))
    }

    fn whole_gb(&self, place: &str, value: &Value<'t>) -> Result<u64, PriceError> {
        let parsed = match value.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
            _ => None,
        };
        let fault = || Kind::NotWholeGb { text: self.literal(value) };
        parsed.ok_or_else(|| self.error(&value.span(), place, fault()))
    }

    fn unknown_meter(&self, place: &str, key: &Key<'t>) -> PriceError {
        let keys = || Meter::ALL.map(Meter::key).into_iter().chain([DISCOUNT_KEY]);
        let suggestion = keys()
            .map(|known| (edit_distance(known, key.get_ref()), known))
            .min()
            .filter(|(distance, _)| *distance <= SUGGESTION_DISTANCE)
            .map(|(_, known)| known);
        let valid = keys().collect::<Vec<_>>().join(", ");
        self.error(&key.span(), place, Kind::UnknownMeter { suggestion, valid })
    }

    /// The value as it stands in the file.
    fn literal(&self, value: &Value<'t>) -> String {
        self.text.get(value.span()).unwrap_or_default().to_owned()
    }

    fn error(&self, span: &Range<usize>, key: &str, kind: Kind) -> PriceError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        PriceError {
            origin: self.origin.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            key: key.to_owned(),
            kind,
        }
    }
}

/// The number as written, digit by digit, with or without an exponent; `None` when it is none, is not finite, or
/// needs more than 28 digits.
fn exact_decimal(text: &str) -> Option<Decimal> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    if exponent.unsigned_abs() > Decimal::MAX_SCALE {
        return None;
    }
    let mut number = Decimal::from_str_exact(digits).ok()?;
    if exponent < 0 {
        number.set_scale(number.scale() + exponent.unsigned_abs()).ok()?;
    }
    for _ in 0..exponent {
        number = number.checked_mul(Decimal::TEN)?;
    }
    Some(number)
}

/// Letters to change, add or drop to get from one key to the other (Levenshtein).
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.chars().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
