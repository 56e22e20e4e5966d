//! The report: what every renderer is given and what `--format json` promises (`flowtoll/report/v1`).
//!
//! Keys are only ever added within v1. Byte counts are exact integers. Money is a decimal string, or null
//! where the price book has no figure ("unpriced", never 0).

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use super::money::usd_string;
use super::plan::{Plan, RateLine, UnknownTraffic};
use super::wording::Wording;

/// The value of the `schema` key.
pub const REPORT_SCHEMA: &str = "flowtoll/report/v1";

/// One whole report. All lists are sorted, so equal input gives equal bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Always [`REPORT_SCHEMA`].
    pub schema: &'static str,
    /// The time that was observed.
    pub period: Period,
    /// The data the answer rests on.
    pub sources: Sources,
    /// What became of every record and byte.
    pub ledger: Ledger,
    /// Sums of the lines below.
    pub totals: Totals,
    /// One line per NAT gateway, by id.
    pub nat_gateways: Vec<NatGatewayLine>,
    /// One line per VPC endpoint, by id.
    pub endpoints: Vec<EndpointLine>,
    /// One line per interface, path, via and service.
    pub attribution: Vec<AttributionLine>,
    /// One line per UTC day, in order.
    pub days: Vec<DayLine>,
    /// What to change, largest saving first.
    pub advice: Vec<AdviceLine>,
    /// The cheapest plan: what the advice amounts to, with everything needed to carry it out.
    pub plan: Plan,
    /// Bytes to addresses that many services share, bounded.
    pub unknown_services: Vec<UnknownTraffic>,
    /// Prices that were used, with source and date.
    pub rates: Vec<RateLine>,
    /// Set-up problems: by USD lost, then severity, then id.
    pub findings: Vec<FindingLine>,
    /// `Name` tags of the VPCs, subnets and interfaces that the lines of `attribution` name, by id.
    pub names: BTreeMap<String, String>,
    /// Rules that could not look, or not everywhere.
    pub unchecked: Vec<UncheckedLine>,
    /// What could not be known, and what would tell it.
    pub notes: Vec<Note>,
    /// Objects that failed or were skipped, by name.
    pub objects: Vec<ObjectLine>,
    /// The first malformed records, by object and line.
    pub malformed_examples: Vec<MalformedExample>,
    /// Bytes and cost by owner (`--group-by`), dearest first; empty where not asked for.
    pub groups: Vec<GroupLine>,
    /// Other currencies that money is shown in beside USD (`--currency-rate`).
    pub currencies: Vec<Currency>,
}

/// A currency beside USD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Currency {
    /// ISO 4217 code, such as `JPY`.
    pub code: String,
    /// Units for one USD, as given.
    #[serde(with = "rust_decimal::serde::str")]
    pub units_per_usd: Decimal,
    /// Decimals of the currency's minor unit: 0 for JPY, 2 for EUR.
    pub decimals: u32,
}

/// One owner, or what no owner bears. Amounts are whole millionths of a USD, and the columns add up to the totals of the
/// report as they are written: what rounding leaves goes to the largest fractions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupLine {
    /// What was asked for: `tag:NAME`, `subnet`, `vpc`, `account`, `instance` or `asg`.
    pub key: String,
    /// The owner; `(untagged)`, `(unknown)` or `(not allocated)` where `kind` says that there is none.
    pub value: String,
    /// `owner`; `untagged`: the client is known but has no such value; `unknown`: the client is not known;
    /// `not-allocated`: hours of NAT gateways and endpoints that nobody bears.
    pub kind: &'static str,
    /// Client interfaces that are known.
    pub clients: u64,
    /// Bytes from its clients to peers, on all paths.
    pub bytes_out: u128,
    /// Bytes from peers to its clients, on all paths.
    pub bytes_in: u128,
    /// Of these, both directions through NAT gateways.
    pub nat_gateway_bytes: u128,
    /// Of these, both directions through VPC endpoints.
    pub endpoint_bytes: u128,
    /// NAT gateway data processing of a month.
    #[serde(serialize_with = "usd_string")]
    pub nat_data_cost_month_usd: Option<Decimal>,
    /// Cross-AZ transfer to NAT gateways of a month.
    #[serde(serialize_with = "usd_string")]
    pub cross_zone_cost_month_usd: Option<Decimal>,
    /// Interface endpoint data processing of a month.
    #[serde(serialize_with = "usd_string")]
    pub endpoint_data_cost_month_usd: Option<Decimal>,
    /// Its part of the hours of NAT gateways and endpoints; 0 without `--allocate-hours`.
    #[serde(serialize_with = "usd_string")]
    pub hours_cost_month_usd: Option<Decimal>,
    /// The four together.
    #[serde(serialize_with = "usd_string")]
    pub cost_month_usd: Option<Decimal>,
}

/// The observed window and how it is scaled to a month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Period {
    /// Start of the first observed hour, RFC 3339, UTC; null when no record has a time.
    pub start: Option<String>,
    /// End of the last observed hour, RFC 3339, UTC.
    pub end: Option<String>,
    /// Hours observed: those with records, and quiet ones (runs of at most a day without any record) between them.
    pub observed_hours: u64,
    /// Of these, the ones without any record.
    pub hours_without_records: u64,
    /// Hours of the month that costs are scaled to: 730, or those of the calendar month that the period is.
    pub month_hours: u64,
    /// `month_hours / observed_hours`, the factor on bytes, up to 6 decimals; null without observed hours.
    #[serde(serialize_with = "usd_string")]
    pub month_factor: Option<Decimal>,
}

/// The data the answer rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sources {
    /// Date of the ip-ranges table, `YYYY-MM-DD`.
    pub ip_ranges_date: String,
    /// Date of the price book, `YYYY-MM-DD`.
    pub price_book_date: String,
    /// Override file for prices, where one was given.
    pub price_override: Option<String>,
    /// Inventory directory, where one was used.
    pub inventory: Option<String>,
}

/// What became of every record and byte.
///
/// `records = ok + rejected + nodata + skipdata + malformed` and
/// `bytes_total = bytes_attributed + bytes_duplicate_view + bytes_rejected + bytes_unattributed`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Objects read to the end.
    pub objects_read: u64,
    /// Objects that could not be read, or not to the end.
    pub objects_failed: u64,
    /// Objects recognised as something else than VPC flow logs, or as a copy, and passed over.
    pub objects_skipped: u64,
    /// Flow log rows seen.
    pub records: u64,
    /// Rows with status OK and action ACCEPT: the ones that can be billed.
    pub ok: u64,
    /// Rows that say no traffic passed.
    pub nodata: u64,
    /// Rows that say records were lost.
    pub skipdata: u64,
    /// Rows with action REJECT.
    pub rejected: u64,
    /// Rows that could not be read.
    pub malformed: u64,
    /// Rows outside `--from`/`--to`; not part of `records`.
    pub outside_period: u64,
    /// Rows whose start time is missing or impossible; their bytes count.
    pub time_anomalies: u64,
    /// Bytes of all rows in `records`.
    pub bytes_total: u128,
    /// Bytes in `attribution`.
    pub bytes_attributed: u128,
    /// Bytes seen again from another interface, leg or flow log.
    pub bytes_duplicate_view: u128,
    /// Bytes of REJECT rows.
    pub bytes_rejected: u128,
    /// Bytes that belong to no interface or direction that could be established.
    pub bytes_unattributed: u128,
    /// Of `bytes_attributed`, those whose path is `unknown`.
    pub bytes_path_unknown: u128,
}

/// Sums over the lines of the report; a sum over a line without a price is null.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// Bytes through all NAT gateways, both directions.
    pub nat_gateway_bytes: u128,
    /// NAT gateways, hours and bytes.
    #[serde(serialize_with = "usd_string")]
    pub nat_gateway_cost_month_usd: Option<Decimal>,
    /// Cross-AZ transfer between clients and NAT gateways.
    #[serde(serialize_with = "usd_string")]
    pub cross_zone_cost_month_usd: Option<Decimal>,
    /// VPC endpoints, hours and bytes.
    #[serde(serialize_with = "usd_string")]
    pub endpoint_cost_month_usd: Option<Decimal>,
    /// The three together.
    #[serde(serialize_with = "usd_string")]
    pub cost_month_usd: Option<Decimal>,
    /// What the plan saves: cost now less cost of the plan, both computed as a whole.
    #[serde(serialize_with = "usd_string")]
    pub saving_month_usd: Option<Decimal>,
}

/// One NAT gateway.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NatGatewayLine {
    /// `nat-...`; its interface id where no inventory names the gateway.
    pub nat_gateway_id: String,
    /// Value of the `Name` tag.
    pub name: Option<String>,
    /// The VPC it is in.
    pub vpc_id: Option<String>,
    /// Region code.
    pub region: Option<String>,
    /// Zone id (zone name where the id is not known); null for a regional NAT gateway.
    pub zone_id: Option<String>,
    /// `public`, `private`, or null where not known.
    pub connectivity: Option<&'static str>,
    /// `zonal` or `regional`.
    pub availability_mode: &'static str,
    /// The vantage that most of its bytes were counted from: `nat-inside`, `clients`, `nat-split`,
    /// `nat-outside`; null when no record shows it.
    pub vantage: Option<&'static str>,
    /// Buckets counted from each vantage.
    pub vantage_hours: BTreeMap<&'static str, u64>,
    /// Bytes from clients to peers.
    pub bytes_out: u128,
    /// Bytes from peers to clients.
    pub bytes_in: u128,
    /// What the other vantage saw of these bytes, as a fraction (4 decimals), in the buckets where both exist.
    pub coverage: Option<f64>,
    /// Bytes that crossed from a client in another zone.
    pub bytes_cross_zone: u128,
    /// Hours charged in the observed window (times zones for a regional NAT gateway).
    pub hours_observed: u64,
    /// Price per hour.
    #[serde(serialize_with = "usd_string")]
    pub price_hour_usd: Option<Decimal>,
    /// Price per GB (2^30 bytes).
    #[serde(serialize_with = "usd_string")]
    pub price_gb_usd: Option<Decimal>,
    /// Hours and bytes of the observed window.
    #[serde(serialize_with = "usd_string")]
    pub cost_observed_usd: Option<Decimal>,
    /// Hours and bytes of a month.
    #[serde(serialize_with = "usd_string")]
    pub cost_month_usd: Option<Decimal>,
    /// Cross-AZ transfer of a month, beside `cost_month_usd`.
    #[serde(serialize_with = "usd_string")]
    pub cross_zone_cost_month_usd: Option<Decimal>,
}

/// One VPC endpoint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EndpointLine {
    /// `vpce-...`.
    pub vpc_endpoint_id: String,
    /// Value of the `Name` tag.
    pub name: Option<String>,
    /// `Gateway`, `Interface`, `GatewayLoadBalancer`, `Resource`, `ServiceNetwork`.
    #[serde(rename = "type")]
    pub endpoint_type: &'static str,
    /// Short service name.
    pub service: String,
    /// The VPC it is in.
    pub vpc_id: Option<String>,
    /// Region code.
    pub region: Option<String>,
    /// Zone ids (names where ids are not known) it has an interface in; empty for a gateway endpoint.
    pub zones: Vec<String>,
    /// Bytes from clients to the service.
    pub bytes_out: u128,
    /// Bytes from the service to clients.
    pub bytes_in: u128,
    /// `true`: no byte in a window that is proven to be covered; null: no byte seen, but the cover is not proven.
    pub idle: Option<bool>,
    /// Hours and bytes of the observed window.
    #[serde(serialize_with = "usd_string")]
    pub cost_observed_usd: Option<Decimal>,
    /// Hours and bytes of a month.
    #[serde(serialize_with = "usd_string")]
    pub cost_month_usd: Option<Decimal>,
}

/// The bytes of one client over one path to one service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttributionLine {
    /// Client interface; null where no record or inventory names it.
    pub interface_id: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// Its subnet.
    pub subnet_id: Option<String>,
    /// Its zone.
    pub zone_id: Option<String>,
    /// A path value of the design, such as `nat-gateway`.
    pub path: &'static str,
    /// NAT gateway or endpoint passed.
    pub via: Option<String>,
    /// Who the peer is.
    pub service: String,
    /// Region of the service; null for `internet` and `internal`.
    pub service_region: Option<String>,
    /// Bytes from client to peer.
    pub bytes_out: u128,
    /// Bytes from peer to client.
    pub bytes_in: u128,
    /// Whether the split over services is an estimate (vantage `nat-split` or `nat-outside`).
    pub estimated: bool,
    /// NAT gateway or interface endpoint data processing of a month; `0` where the path has no such charge.
    #[serde(serialize_with = "usd_string")]
    pub cost_month_usd: Option<Decimal>,
}

/// The observed bytes and cost of one UTC day. All days together are the attributed bytes and the observed cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayLine {
    /// `YYYY-MM-DD`; null for rows whose time is missing or impossible.
    pub date: Option<String>,
    /// Observed hours of the day.
    pub observed_hours: u64,
    /// Bytes through NAT gateways, both directions.
    pub nat_gateway_bytes: u128,
    /// Bytes through gateway and interface endpoints, both directions.
    pub endpoint_bytes: u128,
    /// Bytes on all other paths, both directions.
    pub other_bytes: u128,
    /// NAT gateways: hours and bytes of the day.
    #[serde(serialize_with = "usd_string")]
    pub nat_gateway_cost_usd: Option<Decimal>,
    /// Cross-AZ transfer between clients and NAT gateways.
    #[serde(serialize_with = "usd_string")]
    pub cross_zone_cost_usd: Option<Decimal>,
    /// VPC endpoints: hours of the day, and the day's share of the data charges.
    #[serde(serialize_with = "usd_string")]
    pub endpoint_cost_usd: Option<Decimal>,
    /// The three together.
    #[serde(serialize_with = "usd_string")]
    pub cost_usd: Option<Decimal>,
}

/// One change worth money.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdviceLine {
    /// Stable id: action, VPC and service or endpoint.
    pub id: String,
    /// `add-gateway-endpoint`, `associate-route-table`, `add-interface-endpoint`, `shrink-interface-endpoint`,
    /// `remove-interface-endpoint`, `add-central-endpoint`, `remove-nat-gateway`.
    pub action: &'static str,
    /// The VPC to change.
    pub vpc_id: Option<String>,
    /// Short service name.
    pub service: String,
    /// Zones concerned.
    pub zones: Vec<String>,
    /// Bytes of a month that move.
    pub bytes_month: u128,
    /// What these bytes (or this endpoint) cost a month now.
    #[serde(serialize_with = "usd_string")]
    pub cost_now_usd: Option<Decimal>,
    /// What they would cost a month after the change.
    #[serde(serialize_with = "usd_string")]
    pub cost_after_usd: Option<Decimal>,
    /// Its share of the plan's saving: what the plan would cost more if this alone were left out, all else as planned. Hours of a
    /// NAT gateway that the plan removes are the share of its own line. A negative share is of use to another line only.
    #[serde(serialize_with = "usd_string")]
    pub saving_month_usd: Option<Decimal>,
    /// Further services that are taken or left with this one: the figures are those of all.
    pub companions: Vec<String>,
    /// Advice that must be carried out before this one.
    pub depends_on: Vec<String>,
    /// `high`, `medium` or `low`.
    pub confidence: &'static str,
    /// One sentence a person can act on.
    pub summary: String,
    /// What the advice rests on.
    pub evidence: Evidence,
}

/// What an advice rests on.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// Bytes observed, before scaling to a month.
    pub bytes_observed: u128,
    /// Client interfaces, at most [`EVIDENCE_LIMIT`], by bytes.
    pub clients: Vec<String>,
    /// Number of client interfaces in all.
    pub client_count: u64,
    /// Route tables to change.
    pub route_table_ids: Vec<String>,
    /// NAT gateways or endpoints concerned.
    pub via: Vec<String>,
    /// Rates used, such as `NAT gateway 0.062 USD/GB (ap-northeast-1, 2025-10-28)`.
    pub rates: Vec<Wording>,
    /// The arithmetic, in one line.
    pub formula: Wording,
    /// The arithmetic step by step, as `flowtoll explain advice` prints it.
    pub arithmetic: Vec<Wording>,
    /// Break-even in GB a month and AZ, where there is one.
    #[serde(serialize_with = "usd_string")]
    pub break_even_gb_month_per_zone: Option<Decimal>,
    /// Break-even in GB a month over all zones and companions; 0 for what is free, null where there is none.
    #[serde(serialize_with = "usd_string")]
    pub break_even_gb_month: Option<Decimal>,
    /// Where the traffic stands against it, in GB a month; null where no traffic is concerned.
    #[serde(serialize_with = "usd_string")]
    pub traffic_gb_month: Option<Decimal>,
    /// Why the confidence is what it is; empty where nothing lowers it.
    pub confidence_reasons: Vec<Wording>,
    /// Bytes to the same service that the change would not carry (another Region, GLOBAL, outside the prefix list).
    pub bytes_excluded: u128,
    /// Why they are excluded, by service Region, and other remarks.
    pub remarks: Vec<Wording>,
    /// How to undo the change.
    pub way_back: Wording,
}

/// How many clients an [`Evidence`] names.
pub const EVIDENCE_LIMIT: usize = 10;

/// One set-up problem.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FindingLine {
    /// Stable id.
    pub id: String,
    /// `critical`, `high`, `medium`, `low`, `info`.
    pub severity: &'static str,
    /// Resource concerned.
    pub resource_id: String,
    /// What is wrong.
    pub title: String,
    /// What shows it.
    pub evidence: Wording,
    /// What to do.
    pub fix: Wording,
    /// USD lost a month; null where no money is involved or there is no price.
    #[serde(serialize_with = "usd_string")]
    pub loss_month_usd: Option<Decimal>,
    /// Whether records show it. Without that a finding is a note (`info`).
    pub from_traffic: bool,
}

/// A rule that could not look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UncheckedLine {
    /// Id of the rule.
    pub id: String,
    /// What it lacks.
    pub reason: Wording,
}

/// Something that could not be known, and what would tell it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// Stable id, such as `no-inventory`.
    pub id: String,
    /// One or two sentences.
    pub text: String,
    /// Bytes concerned, where that can be counted.
    pub bytes: Option<u128>,
    /// Which text this is, such as `coverage`: with `parameters`, what is needed to say it in another language.
    pub code: String,
    /// What stands in the text, by name.
    pub parameters: BTreeMap<String, String>,
}

/// An object that did not count, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ObjectLine {
    /// Its name.
    pub object: String,
    /// `failed` or `skipped`.
    pub outcome: &'static str,
    /// Why, with offset or line where known.
    pub reason: String,
}

/// One malformed record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MalformedExample {
    /// Object it is in.
    pub object: String,
    /// Line (text) or row (Parquet), from 1.
    pub line: u64,
    /// Field concerned, where one is.
    pub field: Option<String>,
    /// What is wrong.
    pub reason: String,
}
