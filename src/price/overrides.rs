//! A team's own figures: `--prices FILE`, TOML.
//!
//! ```toml
//! # For every Region, unless its own table says otherwise. Figures are taken exactly as written.
//! [default]
//! nat_gateway_hour = "0.062"
//! discount_percent = "12"            # on every embedded figure
//!
//! [region.ap-northeast-1]
//! interface_endpoint_hour = 0.01
//! interface_endpoint_gb = 0.01       # one rate for every byte, or tiers:
//! # interface_endpoint_gb = [ { to_gb = 1048576, usd_per_gb = "0.01" }, { usd_per_gb = "0.006" } ]
//! ```
//! A Region's own table goes before `[default]`, and both before the embedded book. A discount is taken off embedded
//! figures only: a figure of one's own is the figure that is paid.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;
use thiserror::Error;
use toml::de::{DeTable, DeValue};

use super::book::{Meter, Rate};
use super::tiers::Tier;

/// Why an override file is refused.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{origin}:{line}: {reason}")]
pub struct OverrideError {
    /// File.
    pub origin: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub reason: String,
}

/// The figures of one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Figures {
    rates: BTreeMap<Meter, Decimal>,
    tiers: Option<Vec<Tier>>,
    discount_percent: Option<Decimal>,
}

/// A team's own figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    origin: String,
    default: Figures,
    regions: BTreeMap<String, Figures>,
}

impl Overrides {
    /// Reads an override file; `origin` is its name in messages.
    ///
    /// # Errors
    /// With file and line: a syntax error, an unknown key (the known ones are listed), a figure that is negative or no
    /// number, tiers that leave a gap or overlap.
    pub fn parse(text: &str, origin: &str) -> Result<Self, OverrideError> {
        let reader = Reader { text, origin };
        let table = DeTable::parse(text).map_err(|error| {
            reader.error(error.span().map_or(0, |span| span.start), error.message().to_owned())
        })?;
        let mut overrides = Self { origin: origin.to_owned(), ..Self::default() };
        for (key, value) in table.get_ref() {
            let at = key.span().start;
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("default", DeValue::Table(figures)) => overrides.default = reader.figures(figures)?,
                ("region", DeValue::Table(regions)) => {
                    for (region, value) in regions {
                        let DeValue::Table(figures) = value.get_ref() else {
                            return Err(reader.error(region.span().start, "a Region is a table".to_owned()));
                        };
                        overrides.regions.insert(region.get_ref().to_string(), reader.figures(figures)?);
                    }
                }
                (other, _) => {
                    return Err(reader.error(
                        at,
                        format!("`{other}` is not known here: write [default] or [region.<region code>]"),
                    ));
                }
            }
        }
        Ok(overrides)
    }

    fn tables(&self, region: &str) -> impl Iterator<Item = &Figures> {
        self.regions.get(region).into_iter().chain(std::iter::once(&self.default))
    }

    /// A figure of one's own.
    pub fn rate(&self, region: &str, meter: Meter) -> Option<Rate> {
        self.tables(region).find_map(|figures| figures.rates.get(&meter)).map(|usd| Rate {
            usd: *usd,
            source: self.origin.clone(),
            date: String::new(),
            overridden: true,
        })
    }

    /// Tiers of one's own, unless a nearer table gives a flat figure.
    pub fn tiers(&self, region: &str) -> Option<&[Tier]> {
        self.tables(region)
            .find(|figures| {
                figures.tiers.is_some() || figures.rates.contains_key(&Meter::InterfaceEndpointGb)
            })
            .and_then(|figures| figures.tiers.as_deref())
    }

    /// An embedded figure less the discount.
    pub fn discounted(&self, region: &str, rate: &Rate) -> Rate {
        let Some(percent) = self.tables(region).find_map(|figures| figures.discount_percent) else {
            return rate.clone();
        };
        let factor = (Decimal::ONE_HUNDRED - percent) / Decimal::ONE_HUNDRED;
        Rate {
            usd: rate.usd * factor,
            source: format!("{} less {percent} % ({})", rate.source, self.origin),
            date: rate.date.clone(),
            overridden: true,
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    origin: &'t str,
}

/// The key of a discount.
const DISCOUNT: &str = "discount_percent";

impl Reader<'_> {
    fn error(&self, at: usize, reason: String) -> OverrideError {
        let line = self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        OverrideError { origin: self.origin.to_owned(), line, reason }
    }

    fn figures(&self, table: &DeTable<'_>) -> Result<Figures, OverrideError> {
        let mut figures = Figures::default();
        for (key, value) in table {
            let at = key.span().start;
            let name = key.get_ref().as_ref();
            if name == DISCOUNT {
                let percent = self.number(name, at, value.get_ref())?;
                if percent > Decimal::ONE_HUNDRED {
                    return Err(
                        self.error(at, format!("`{DISCOUNT}` is {percent}; it lies between 0 and 100"))
                    );
                }
                figures.discount_percent = Some(percent);
                continue;
            }
            let Some(meter) = Meter::ALL.iter().copied().find(|meter| meter.key() == name) else {
                let known: Vec<&str> = Meter::ALL.iter().map(|meter| meter.key()).collect();
                return Err(self.error(
                    at,
                    format!("`{name}` is no meter; the meters are {}, and {DISCOUNT}", known.join(", ")),
                ));
            };
            match (meter, value.get_ref()) {
                (Meter::InterfaceEndpointGb, DeValue::Array(tiers)) => {
                    figures.tiers = Some(self.tiers(at, tiers.iter().map(toml::Spanned::get_ref))?);
                }
                (_, value) => {
                    figures.rates.insert(meter, self.number(name, at, value)?);
                }
            }
        }
        Ok(figures)
    }

    /// A figure exactly as written, whether in quotes or not.
    fn number(&self, key: &str, at: usize, value: &DeValue<'_>) -> Result<Decimal, OverrideError> {
        let text = match value {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            _ => return Err(self.error(at, format!("`{key}` must be a number such as 0.062"))),
        };
        let plain = text.replace('_', "");
        let parsed = Decimal::from_str(plain.trim()).or_else(|_| Decimal::from_scientific(plain.trim()));
        match parsed {
            Ok(number) if number.is_sign_negative() && !number.is_zero() => {
                Err(self.error(at, format!("`{key}` is {text}; a price is not negative")))
            }
            Ok(number) => Ok(number),
            Err(_) => {
                Err(self.error(at, format!("`{key}` is `{text}`, which is not a number such as 0.062")))
            }
        }
    }

    fn tiers<'v>(
        &self,
        at: usize,
        rows: impl Iterator<Item = &'v DeValue<'v>>,
    ) -> Result<Vec<Tier>, OverrideError> {
        let mut tiers: Vec<Tier> = Vec::new();
        let whole = |key: &str, number: Decimal| {
            u64::try_from(number).ok().filter(|whole| Decimal::from(*whole) == number).ok_or_else(|| {
                self.error(at, format!("`{key}` of a tier is {number}; it is a whole number of GB"))
            })
        };
        for row in rows {
            let DeValue::Table(row) = row else {
                return Err(
                    self.error(at, "a tier is { from_gb = .., to_gb = .., usd_per_gb = .. }".to_owned())
                );
            };
            let next = tiers.last().map_or(Some(0), |tier| tier.to_gb);
            let Some(next) = next else {
                return Err(
                    self.error(at, "a tier follows one without `to_gb`, which is the last".to_owned())
                );
            };
            let mut tier = Tier { from_gb: next, to_gb: None, usd_per_gb: Decimal::ZERO };
            let mut priced = false;
            for (key, value) in row {
                let name = key.get_ref().as_ref();
                let number = self.number(name, key.span().start, value.get_ref())?;
                match name {
                    "from_gb" => tier.from_gb = whole(name, number)?,
                    "to_gb" => tier.to_gb = Some(whole(name, number)?),
                    "usd_per_gb" => {
                        tier.usd_per_gb = number;
                        priced = true;
                    }
                    other => {
                        let reason = format!("`{other}` is not known in a tier: from_gb, to_gb, usd_per_gb");
                        return Err(self.error(key.span().start, reason));
                    }
                }
            }
            if !priced {
                return Err(self.error(at, "a tier lacks `usd_per_gb`".to_owned()));
            }
            if tier.from_gb != next || tier.to_gb.is_some_and(|to| to <= tier.from_gb) {
                return Err(self.error(
                    at,
                    format!(
                        "the tier from {} GB leaves a gap or overlaps: it must start at {next} GB",
                        tier.from_gb
                    ),
                ));
            }
            tiers.push(tier);
        }
        match tiers.last() {
            Some(Tier { to_gb: None, .. }) => Ok(tiers),
            _ => {
                Err(self.error(at, "the last tier has no `to_gb`, so that every byte has a price".to_owned()))
            }
        }
    }
}
