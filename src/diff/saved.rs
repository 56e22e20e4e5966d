//! A report read back from the JSON that `flowtoll report --format json` wrote.
//!
//! Only what a comparison needs is read; keys that are not known are passed over, because v1 may gain some.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use crate::model::money::MONEY_SCALE;
use crate::model::report::REPORT_SCHEMA;

/// USD of one figure, either sign; no bill is as large, and sums of such figures stay exact.
pub const MAX_AMOUNT_USD: i64 = 1_000_000_000_000_000;

/// Why a text is no report that can be compared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SavedError {
    /// It is not JSON, or a promised key is missing or of another kind.
    #[error("{0}; `flowtoll report --format json` writes what diff reads")]
    Json(serde_json::Error),
    /// It is some other JSON.
    #[error(
        "no flowtoll report: it has no key `schema`; `flowtoll report --format json` writes what diff reads"
    )]
    NoSchema,
    /// It is another document of flowtoll, or a report of another version.
    #[error("its schema is {0:?}, and this version of flowtoll compares {REPORT_SCHEMA} only")]
    OtherSchema(String),
    /// Two lines for one thing.
    #[error("{0:?} has two lines; a report of flowtoll has one for each NAT gateway and endpoint")]
    Twice(String),
}

/// The keys of [`crate::model::report::Report`] that are compared.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct Saved {
    pub period: SavedPeriod,
    pub sources: SavedSources,
    pub ledger: SavedLedger,
    pub totals: SavedTotals,
    pub nat_gateways: Vec<SavedNatGateway>,
    pub endpoints: Vec<SavedEndpoint>,
    pub attribution: Vec<SavedAttribution>,
    pub advice: Vec<SavedAdvice>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct SavedPeriod {
    pub start: Option<String>,
    pub end: Option<String>,
    pub observed_hours: u64,
    #[serde(default)]
    pub hours_without_records: u64,
    pub month_hours: u64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct SavedSources {
    pub ip_ranges_date: String,
    pub price_book_date: String,
    #[serde(default)]
    pub price_override: Option<String>,
    #[serde(default)]
    pub inventory: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct SavedLedger {
    pub objects_failed: u64,
    pub records: u64,
    pub skipdata: u64,
    pub malformed: u64,
    pub bytes_total: u128,
    pub bytes_unattributed: u128,
    #[serde(default)]
    pub bytes_path_unknown: u128,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct SavedTotals {
    pub nat_gateway_bytes: u128,
    #[serde(deserialize_with = "amount")]
    pub nat_gateway_cost_month_usd: Option<Decimal>,
    #[serde(deserialize_with = "amount")]
    pub cross_zone_cost_month_usd: Option<Decimal>,
    #[serde(deserialize_with = "amount")]
    pub endpoint_cost_month_usd: Option<Decimal>,
    #[serde(deserialize_with = "amount")]
    pub cost_month_usd: Option<Decimal>,
    #[serde(deserialize_with = "amount")]
    pub saving_month_usd: Option<Decimal>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct SavedNatGateway {
    pub nat_gateway_id: String,
    pub name: Option<String>,
    pub vpc_id: Option<String>,
    pub region: Option<String>,
    pub vantage: Option<String>,
    pub bytes_out: u128,
    pub bytes_in: u128,
    pub coverage: Option<f64>,
    #[serde(default)]
    pub bytes_cross_zone: u128,
    #[serde(deserialize_with = "amount")]
    pub price_hour_usd: Option<Decimal>,
    #[serde(deserialize_with = "amount")]
    pub price_gb_usd: Option<Decimal>,
    #[serde(deserialize_with = "amount")]
    pub cost_month_usd: Option<Decimal>,
    #[serde(deserialize_with = "amount")]
    pub cross_zone_cost_month_usd: Option<Decimal>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct SavedEndpoint {
    pub vpc_endpoint_id: String,
    pub name: Option<String>,
    #[serde(rename = "type")]
    pub endpoint_type: String,
    pub service: String,
    pub vpc_id: Option<String>,
    pub region: Option<String>,
    pub zones: Vec<String>,
    pub bytes_out: u128,
    pub bytes_in: u128,
    #[serde(deserialize_with = "amount")]
    pub cost_month_usd: Option<Decimal>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct SavedAttribution {
    pub interface_id: Option<String>,
    pub vpc_id: Option<String>,
    pub subnet_id: Option<String>,
    pub zone_id: Option<String>,
    pub path: String,
    pub via: Option<String>,
    pub service: String,
    pub service_region: Option<String>,
    pub bytes_out: u128,
    pub bytes_in: u128,
    #[serde(deserialize_with = "amount")]
    pub cost_month_usd: Option<Decimal>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct SavedAdvice {
    pub id: String,
    pub summary: String,
    #[serde(deserialize_with = "amount")]
    pub saving_month_usd: Option<Decimal>,
    #[serde(flatten)]
    pub subject: AdviceSubject,
}

/// What an advice is about: enough to say it in a few words. Older reports may lack some of it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct AdviceSubject {
    pub action: String,
    pub vpc_id: Option<String>,
    pub service: String,
    pub zones: Vec<String>,
    pub companions: Vec<String>,
    pub evidence: SubjectEvidence,
}

/// The part of the evidence that words are made of.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the keys of the report, described there")]
pub struct SubjectEvidence {
    pub via: Vec<String>,
    pub route_table_ids: Vec<String>,
}

impl Saved {
    /// Reads a report.
    ///
    /// # Errors
    /// When it is no JSON, no report, or one of another version.
    pub fn of_json(text: &str) -> Result<Self, SavedError> {
        /// What says which document it is.
        #[derive(Deserialize)]
        struct Head {
            schema: Option<String>,
        }
        // A byte order mark is what some shells put before what they redirect.
        let text = text.trim_start_matches('\u{feff}');
        let head: Head = serde_json::from_str(text).map_err(SavedError::Json)?;
        match head.schema {
            None => Err(SavedError::NoSchema),
            Some(schema) if schema != REPORT_SCHEMA => Err(SavedError::OtherSchema(schema)),
            Some(_) => {
                let saved: Self = serde_json::from_str(text).map_err(SavedError::Json)?;
                saved.without_doubles()
            }
        }
    }

    /// A line of a report is the only one of its gateway or endpoint: otherwise sums would not be those of the lines.
    fn without_doubles(self) -> Result<Self, SavedError> {
        let nat_gateways = self.nat_gateways.iter().map(|line| line.nat_gateway_id.as_str());
        let endpoints = self.endpoints.iter().map(|line| line.vpc_endpoint_id.as_str());
        let mut seen = BTreeSet::new();
        match nat_gateways.chain(endpoints).find(|id| !seen.insert(*id)) {
            Some(id) => Err(SavedError::Twice(id.to_owned())),
            None => Ok(self),
        }
    }
}

/// An amount as the report writes it: a string with at most 6 decimals, or null.
fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let wrong = || {
        de::Error::custom(format!(
            "{text:?} is no amount: a decimal of up to {MONEY_SCALE} decimals below {MAX_AMOUNT_USD} is expected"
        ))
    };
    let amount = Decimal::from_str_exact(&text).map_err(|_| wrong())?.normalize();
    let fits = amount.scale() <= MONEY_SCALE && amount.abs() < Decimal::from(MAX_AMOUNT_USD);
    if fits { Ok(Some(amount)) } else { Err(wrong()) }
}
