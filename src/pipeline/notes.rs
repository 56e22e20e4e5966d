//! What could not be known, with its size, and what would tell it.

use std::collections::BTreeSet;

use crate::aggregate::{FlowLogSource, Partial};
use crate::attribute::{Attribution, Topology, Vantage};
use crate::inventory::is_gone;
use crate::model::report::{EndpointLine, Note, Report};
use crate::model::time::BUCKET_SECONDS;
use crate::parse::fields::Column;
use crate::parse::format::Origin;

/// What a missing describe answer costs.
const CALLS: [(&str, &str); 9] = [
    ("describe-vpcs", "VPC blocks are taken from subnets, and Regions from zones"),
    (
        "describe-subnets",
        "subnets and zones of clients, and traffic between zones, are known from record fields only",
    ),
    (
        "describe-route-tables",
        "paths are known only where records state them or NAT gateways' own logs show them",
    ),
    (
        "describe-nat-gateways",
        "NAT gateways are known by interface or by their rows, without hours of creation or names",
    ),
    ("describe-vpc-endpoints", "endpoints, their services and their cost are not known"),
    (
        "describe-network-interfaces",
        "addresses belong to interfaces only where the interfaces' own records show it",
    ),
    (
        "describe-managed-prefix-lists",
        "S3 and DynamoDB addresses are told by ip-ranges, which need not agree with the routes",
    ),
    (
        "get-managed-prefix-list-entries",
        "S3 and DynamoDB addresses are told by ip-ranges, which need not agree with the routes",
    ),
    (
        "describe-flow-logs",
        "headerless objects need --log-format, and idle endpoints are proven by their own rows only",
    ),
];

/// What a field that no log has would add.
const FIELDS: [(&str, &[Column], &str); 5] = [
    (
        "pkt-srcaddr and pkt-dstaddr",
        &[Column::PktSrcAddr, Column::PktDstAddr],
        "exact peers per client at the NAT gateway, and pod addresses",
    ),
    ("flow-direction", &[Column::FlowDirection], "the direction of rows between unknown addresses"),
    (
        "traffic-path",
        &[Column::TrafficPath],
        "proof of a gateway endpoint or internet gateway without route tables",
    ),
    ("resource-id", &[Column::ResourceId], "regional NAT gateways' own rows"),
    (
        "next-hop-interface-id and next-hop-interface-type",
        &[Column::NextHopInterfaceId, Column::NextHopInterfaceType],
        "the NAT gateway of each client row without route tables",
    ),
];

/// Below this share of the counted bytes the other vantage is worth a word.
const FULL_COVERAGE: f64 = 0.98;
/// Above this share too.
const OVER_COVERAGE: f64 = 1.02;

/// Rows at which Logs Insights stops, if the query does not say fewer.
const INSIGHTS_LIMIT_ROWS: u64 = 10_000;

/// All notes, by id.
pub(super) fn notes(
    report: &Report,
    partial: &Partial,
    attribution: &Attribution,
    topology: &Topology<'_>,
) -> Vec<Note> {
    let mut notes = Notes(Vec::new());
    inventory_notes(&mut notes, topology);
    log_notes(&mut notes, partial, attribution);
    byte_notes(&mut notes, report, partial, attribution);
    coverage_notes(&mut notes, report, attribution);
    money_notes(&mut notes, report, partial, attribution, topology);
    notes.0.sort();
    notes.0
}

struct Notes(Vec<Note>);

impl Notes {
    fn add(&mut self, id: &str, bytes: Option<u128>, text: String) {
        self.0.push(Note { id: id.to_owned(), text, bytes });
    }

    /// Only if there are such bytes.
    fn bytes(&mut self, id: &str, bytes: u128, text: &str) {
        if bytes > 0 {
            self.add(id, Some(bytes), text.to_owned());
        }
    }
}

fn inventory_notes(notes: &mut Notes, topology: &Topology<'_>) {
    let inventory = topology.inventory;
    if inventory.files_read == 0 {
        notes.add(
            "no-inventory",
            None,
            "No inventory: NAT gateways are recognised by their rows, endpoints and routes are not known. `flowtoll \
             inventory script` prints a read-only script that fills a directory for --inventory."
                .to_owned(),
        );
    }
    for call in &inventory.missing_calls {
        let cost = CALLS.iter().find(|(known, _)| known == call).map_or("detail is lost", |(_, cost)| cost);
        notes.add(
            &format!("missing:{call}"),
            None,
            format!("The inventory has no answer of {call}: {cost}."),
        );
    }
    for problem in &inventory.problems {
        notes.add("inventory-problem", None, format!("{}: {}", problem.object, problem.reason));
    }
}

fn log_notes(notes: &mut Notes, partial: &Partial, attribution: &Attribution) {
    for (identity, bytes) in &attribution.set_aside {
        notes.add(
            "flow-log-set-aside",
            Some(*bytes),
            format!(
                "Flow log {} overlaps another one that tells more; its copy of these bytes is not counted.",
                short_identity(identity)
            ),
        );
    }
    if partial.flow_logs.is_empty() {
        return;
    }
    let is_query_result = |log: &FlowLogSource| log.identity.starts_with(Origin::Insights.word());
    if partial.flow_logs.iter().any(is_query_result) {
        notes.add(
            "insights-export",
            None,
            format!(
                "Records come from results of Logs Insights queries, which stop at the query's limit ({INSIGHTS_LIMIT_ROWS} rows \
                 as a rule): such a result is nearly always cut off, and all totals are a lower bound. An export task to S3 \
                 (create-export-task) has all records."
            ),
        );
    }
    let without_interface =
        partial.flow_logs.iter().filter(|log| log.columns & (1 << Column::InterfaceId as u32) == 0).count();
    if without_interface > 0 {
        notes.add(
            "missing-field",
            None,
            format!(
                "{without_interface} flow log(s) have no interface-id: add ${{interface-id}} to their format; without it no \
                 byte can be attributed."
            ),
        );
    }
    for (names, columns, adds) in FIELDS {
        let lacking: BTreeSet<&str> = partial
            .flow_logs
            .iter()
            .filter(|log| columns.iter().any(|column| log.columns & (1 << *column as u32) == 0))
            .map(|log| log.identity.as_str())
            .collect();
        if lacking.len() == partial.flow_logs.len() {
            notes.add("missing-field", None, format!("No flow log has {names}; it would add {adds}."));
        }
    }
    if !attribution.skipped_interfaces.is_empty() {
        let named: Vec<&str> = attribution.skipped_interfaces.iter().take(5).map(String::as_str).collect();
        notes.add(
            "skipdata",
            None,
            format!(
                "{} interface(s) have SKIPDATA rows ({}{}): AWS lost records there, so their totals are a lower bound.",
                attribution.skipped_interfaces.len(),
                named.join(", "),
                if attribution.skipped_interfaces.len() > named.len() { ", ..." } else { "" },
            ),
        );
    }
    if partial.counts.time_anomalies > 0 {
        notes.add(
            "time-anomalies",
            None,
            format!(
                "{} record(s) have an impossible or reversed time; their bytes are counted.",
                partial.counts.time_anomalies
            ),
        );
    }
}

/// An identity that is a list of fields is shown by its length.
fn short_identity(identity: &str) -> String {
    match identity.split_once(':') {
        None => identity.to_owned(),
        Some((_, names)) => {
            format!("with {} fields (its objects' names carry no flow log id)", names.split(' ').count())
        }
    }
}

fn byte_notes(notes: &mut Notes, report: &Report, partial: &Partial, attribution: &Attribution) {
    let counts = &partial.counts;
    notes.bytes(
        "path-unknown",
        report.ledger.bytes_path_unknown,
        "These bytes are attributed to interfaces, but nothing tells their path: no route table in the inventory, no \
         traffic-path or next-hop field, no NAT gateway's own rows.",
    );
    notes.bytes(
        "no-interface",
        counts.bytes_without_observer,
        "Rows without an interface id and without a resource id (a regional NAT gateway's, as a rule): add ${resource-id} \
         to the flow log's format.",
    );
    notes.bytes("no-address", counts.bytes_without_address, "Rows with bytes but without both addresses.");
    notes.bytes(
        "skipdata-bytes",
        counts.bytes_skipdata,
        "Bytes on SKIPDATA rows, which stand for lost records.",
    );
    let outside: u128 = attribution
        .nats
        .iter()
        .filter_map(|(_, totals)| totals.by_vantage.get(&Vantage::NatOutside))
        .map(|(_, volume)| volume.total())
        .sum();
    let estimated: u128 = report
        .attribution
        .iter()
        .filter(|line| line.estimated)
        .map(|line| line.bytes_out + line.bytes_in)
        .sum();
    notes.bytes(
        "estimated-peers",
        estimated.saturating_sub(outside),
        "The split of these bytes over services is an estimate: the NAT gateway's rows lack pkt-srcaddr and pkt-dstaddr. \
         Totals and clients are exact.",
    );
    let unnamed: u128 = attribution
        .flows
        .iter()
        .filter(|flow| flow.client.interface_id.is_none())
        .map(|flow| flow.volume.0 + flow.volume.1)
        .sum();
    notes.bytes(
        "unnamed-clients",
        unnamed,
        "The clients of these bytes are known by address only: their interfaces are neither logged nor in the inventory \
         (deleted since, or in another account).",
    );
    notes.bytes(
        "upper-bound",
        outside,
        "Counted from the outside legs of a NAT gateway: an upper bound, because unsolicited traffic from the internet is \
         in it.",
    );
}

fn coverage_notes(notes: &mut Notes, report: &Report, attribution: &Attribution) {
    for line in &report.nat_gateways {
        let Some(coverage) = line.coverage else { continue };
        if (FULL_COVERAGE..=OVER_COVERAGE).contains(&coverage) {
            continue;
        }
        let compared = attribution.nats.iter().find(|(unit, _)| unit.id == line.nat_gateway_id);
        let gap =
            compared.and_then(|(_, totals)| totals.compared).map(|(counted, other)| counted.abs_diff(other));
        notes.add(
            "coverage",
            gap,
            format!(
                "{}: the other vantage saw {:.1} % of the counted bytes. A subnet without flow logs, a client beyond a \
                 transit gateway, or lost records would explain a difference.",
                line.nat_gateway_id,
                coverage * 100.0
            ),
        );
    }
}

fn money_notes(
    notes: &mut Notes,
    report: &Report,
    partial: &Partial,
    attribution: &Attribution,
    topology: &Topology<'_>,
) {
    let is_listed = |line: &&EndpointLine| topology.endpoint(&line.vpc_endpoint_id).is_some();
    let unlisted = report.endpoints.iter().filter(|line| !is_listed(line)).count();
    if unlisted > 0 {
        notes.add(
            "unlisted-endpoints",
            None,
            format!(
                "{unlisted} VPC endpoint(s) are known by their interfaces or traffic only: without the answer of \
                 describe-vpc-endpoints their service, zones and cost are not known, nor is the total."
            ),
        );
    }
    for (unit, _) in &attribution.nats {
        let known = unit.inventory.map(|index| &topology.inventory.nat_gateways[index]);
        if let Some(nat) = known.filter(|nat| is_gone(&nat.state))
            && report.nat_gateways.iter().any(|line| line.nat_gateway_id == nat.nat_gateway_id)
        {
            notes.add(
                "deleted-nat-gateway",
                None,
                format!(
                    "{} is {}: the month has none of its hours, and its bytes as if another gateway took them over.",
                    nat.nat_gateway_id, nat.state
                ),
            );
        }
    }
    let nats =
        report.nat_gateways.iter().filter(|line| line.cost_month_usd.is_none()).map(|line| &line.region);
    let endpoints = report.endpoints.iter().filter(is_listed).filter(|line| line.cost_month_usd.is_none());
    let unpriced: BTreeSet<String> = nats
        .chain(endpoints.map(|line| &line.region))
        .map(|region| region.clone().unwrap_or_else(|| "an unknown Region".to_owned()))
        .collect();
    for region in unpriced {
        notes.add(
            "unpriced",
            None,
            format!(
                "Something in {region} has no price (no figure in the price book, or an endpoint type without one): give \
                 figures with --prices."
            ),
        );
    }
    if report.endpoints.iter().any(|line| line.endpoint_type == "GatewayLoadBalancer") {
        notes.add(
            "gateway-load-balancer-endpoints",
            None,
            "Gateway load balancer endpoints are priced by their hours; their data processing is not in the figures."
                .to_owned(),
        );
    }
    if report.period.hours_without_records > 0 {
        notes.add(
            "quiet-hours",
            None,
            format!(
                "{} of {} observed hours have no record at all; they are taken as quiet. Where logs are missing instead, \
                 monthly bytes are a lower bound.",
                report.period.hours_without_records, report.period.observed_hours
            ),
        );
    }
    let observed =
        i64::try_from(report.period.observed_hours).unwrap_or(i64::MAX).saturating_mul(BUCKET_SECONDS);
    if let Some((start, end)) = partial.span
        && report.period.hours_without_records == 0
        && (end - start) * 10 < observed * 9
    {
        notes.add(
            "partial-hours",
            None,
            format!(
                "The records cover {} minutes of {} observed hour(s); a month is scaled from whole hours, so monthly bytes \
                 are a lower bound.",
                (end - start) / 60,
                report.period.observed_hours
            ),
        );
    }
}
