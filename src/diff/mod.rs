//! Two reports compared: what grew, and why, in parts that add up to the change.
//!
//! ```text
//! change = rates + bytes + hours + new + gone + month length + rounding + not explained
//! ```
//!
//! This holds for every line and for the totals, to the last decimal that reports carry; see [`effects`] for each part.

mod compare;
pub mod effects;
mod groups;
mod notes;
mod rates;
pub mod saved;
pub(crate) mod say;
mod side;
#[cfg(test)]
mod tests;

use rust_decimal::Decimal;
use serde::Serialize;

use crate::model::money::usd_string;
use crate::model::wording::Wording;
pub use compare::compare;
use effects::Effects;
pub use saved::AdviceSubject;

/// The value of the `schema` key.
pub const DIFF_SCHEMA: &str = "flowtoll/diff/v1";

/// Two reports compared. All lists are sorted, so equal input gives equal bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diff {
    /// Always [`DIFF_SCHEMA`].
    pub schema: &'static str,
    /// The earlier report.
    pub before: Compared,
    /// The later report.
    pub after: Compared,
    /// Why the two may not be comparable.
    pub notes: Vec<Doubt>,
    /// Sums, with their changes.
    pub totals: TotalChanges,
    /// NAT gateways that changed, with transfer between zones.
    pub nat_gateways: Vec<Line<NatGatewayKey>>,
    /// VPC endpoints that changed.
    pub endpoints: Vec<Line<EndpointKey>>,
    /// Services that changed, by path: data processing.
    pub services: Vec<Line<ServiceKey>>,
    /// Clients of NAT gateways and interface endpoints that changed: data processing.
    pub clients: Vec<Line<ClientKey>>,
    /// Advice that only the later report gives.
    pub advice_new: Vec<AdviceChange>,
    /// Advice that only the earlier report gives.
    pub advice_gone: Vec<AdviceChange>,
}

impl Diff {
    /// Whether the two reports say the same about traffic, money and advice.
    pub fn is_empty(&self) -> bool {
        self.totals.all().iter().all(|(_, change)| change.status == Status::Same)
            && self.nat_gateways.is_empty()
            && self.endpoints.is_empty()
            && self.services.is_empty()
            && self.clients.is_empty()
            && self.advice_new.is_empty()
            && self.advice_gone.is_empty()
    }
}

/// Which report, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Where it was read from.
    pub file: String,
    /// Start of the first observed hour.
    pub start: Option<String>,
    /// End of the last observed hour.
    pub end: Option<String>,
    /// Hours observed.
    pub observed_hours: u64,
    /// Hours of the month that costs are scaled to.
    pub month_hours: u64,
    /// Date of the price book.
    pub price_book_date: String,
    /// Override file for prices.
    pub price_override: Option<String>,
    /// Date of the ip-ranges table.
    pub ip_ranges_date: String,
    /// Inventory directory.
    pub inventory: Option<String>,
}

/// Something that differs between the reports and is no change of traffic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Doubt {
    /// Stable id.
    pub id: &'static str,
    /// One or two sentences.
    pub text: Wording,
}

/// How a thing stands in the two reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// In both, with the same figures.
    Same,
    /// In both.
    Changed,
    /// In the later report only.
    New,
    /// In the earlier report only.
    Gone,
}

/// An amount before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// In which of the reports it is.
    pub status: Status,
    /// USD a month in the earlier report; 0 where it is new, null where unpriced.
    #[serde(serialize_with = "usd_string")]
    pub cost_month_before_usd: Option<Decimal>,
    /// USD a month in the later report; 0 where it is gone, null where unpriced.
    #[serde(serialize_with = "usd_string")]
    pub cost_month_after_usd: Option<Decimal>,
    /// The second less the first.
    #[serde(serialize_with = "usd_string")]
    pub change_month_usd: Option<Decimal>,
    /// Bytes of a month, both directions, in the earlier report.
    pub bytes_month_before: u128,
    /// Bytes of a month, both directions, in the later report.
    pub bytes_month_after: u128,
    /// Why; the parts add up to `change_month_usd`. Null where that is null, and for savings.
    pub effects: Option<Effects>,
}

/// A thing and its change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line<K: Serialize> {
    /// What changed.
    #[serde(flatten)]
    pub key: K,
    /// By how much, and why.
    #[serde(flatten)]
    pub change: Change,
    /// What makes the comparison of this line doubtful.
    pub remarks: Vec<Wording>,
}

/// The sums of the reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TotalChanges {
    /// All of it.
    pub cost: Change,
    /// NAT gateways, hours and bytes.
    pub nat_gateways: Change,
    /// Cross-AZ transfer between clients and NAT gateways.
    pub cross_zone: Change,
    /// VPC endpoints, hours and bytes.
    pub endpoints: Change,
    /// All advice together.
    pub saving: Change,
}

impl TotalChanges {
    /// Each sum with its name, the whole last but for the saving.
    pub fn all(&self) -> [(&'static str, &Change); 5] {
        [
            ("NAT gateways: hours and data", &self.nat_gateways),
            ("Cross-AZ transfer to NAT gateways", &self.cross_zone),
            ("VPC endpoints: hours and data", &self.endpoints),
            ("Total", &self.cost),
            ("Possible saving", &self.saving),
        ]
    }
}

/// A NAT gateway.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NatGatewayKey {
    /// `nat-...`.
    pub nat_gateway_id: String,
    /// Value of the `Name` tag, of the later report where it has one.
    pub name: Option<String>,
    /// The VPC it is in.
    pub vpc_id: Option<String>,
}

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EndpointKey {
    /// `vpce-...`.
    pub vpc_endpoint_id: String,
    /// Value of the `Name` tag, of the later report where it has one.
    pub name: Option<String>,
    /// As in the report.
    #[serde(rename = "type")]
    pub endpoint_type: String,
    /// Short service name.
    pub service: String,
    /// The VPC it is in.
    pub vpc_id: Option<String>,
}

/// A service, as reached over one path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ServiceKey {
    /// Who the peer is.
    pub service: String,
    /// Region of the service; null for `internet` and `internal`.
    pub service_region: Option<String>,
    /// How the bytes travel.
    pub path: String,
}

/// A client interface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ClientKey {
    /// Client interface; null where no record or inventory names it.
    pub interface_id: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// Its subnet.
    pub subnet_id: Option<String>,
    /// Its zone.
    pub zone_id: Option<String>,
}

/// An advice that one of the reports gives.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdviceChange {
    /// Stable id.
    pub id: String,
    /// One sentence.
    pub summary: String,
    /// What is needed to say it in another language; not part of the JSON.
    #[serde(skip)]
    pub subject: AdviceSubject,
    /// USD a month it saves, or would have saved.
    #[serde(serialize_with = "usd_string")]
    pub saving_month_usd: Option<Decimal>,
}
