//! What could not be known, with its size, and what would tell it.

use std::collections::BTreeSet;

use crate::advise::search::MAX_PLAN_STEPS;
use crate::aggregate::{FlowLogSource, Partial};
use crate::attribute::{Attribution, Topology, Vantage};
use crate::inventory::is_gone;
use crate::model::report::{EndpointLine, Note, Report};
use crate::model::time::BUCKET_SECONDS;
use crate::parse::fields::Column;
use crate::parse::format::Origin;
use crate::render::text::notes::{self as text, Said};

/// What a missing answer costs.
fn missing(call: &str) -> Said {
    match call {
        "describe-vpcs" => text::missing_vpcs(call),
        "describe-subnets" => text::missing_subnets(call),
        "describe-route-tables" => text::missing_route_tables(call),
        "describe-nat-gateways" => text::missing_nat_gateways(call),
        "describe-vpc-endpoints" => text::missing_vpc_endpoints(call),
        "describe-network-interfaces" => text::missing_network_interfaces(call),
        "describe-managed-prefix-lists" | "get-managed-prefix-list-entries" => {
            text::missing_prefix_lists(call)
        }
        "describe-flow-logs" => text::missing_flow_logs(call),
        _ => text::missing_call(call),
    }
}

/// Says a text without parameters.
type Say = fn() -> Said;

/// What a field that no log has would add.
const FIELDS: [(&[Column], Say); 5] = [
    (&[Column::PktSrcAddr, Column::PktDstAddr], text::without_packet_addresses),
    (&[Column::FlowDirection], text::without_direction),
    (&[Column::TrafficPath], text::without_traffic_path),
    (&[Column::ResourceId], text::without_resource_id),
    (&[Column::NextHopInterfaceId, Column::NextHopInterfaceType], text::without_next_hop),
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
    let of_tags = report.groups.first().is_some_and(|line| line.key.starts_with("tag:") || line.key == "asg");
    if of_tags && !report.groups.iter().any(|line| line.kind == "owner") {
        notes.add("no-such-tag", None, text::no_such_tag(&report.groups[0].key));
    }
    if !report.plan.is_cheapest {
        notes.add("plan-cut-short", None, text::plan_cut_short(MAX_PLAN_STEPS));
    }
    notes.0.sort();
    notes.0
}

/// That rollups of a report were made with ip-ranges of several dates.
#[cfg(feature = "parquet")]
pub(super) fn several_ranges(dates: String) -> Note {
    let mut notes = Notes(Vec::new());
    notes.add("several-ip-ranges", None, text::several_ranges(dates));
    notes.0.remove(0)
}

struct Notes(Vec<Note>);

impl Notes {
    fn add(&mut self, id: &str, bytes: Option<u128>, said: Said) {
        let Said { code, text, parameters } = said;
        self.0.push(Note { id: id.to_owned(), text, bytes, code, parameters });
    }

    /// Only if there are such bytes.
    fn bytes(&mut self, id: &str, bytes: u128, said: Said) {
        if bytes > 0 {
            self.add(id, Some(bytes), said);
        }
    }
}

fn inventory_notes(notes: &mut Notes, topology: &Topology<'_>) {
    let inventory = topology.inventory;
    if inventory.files_read == 0 {
        notes.add("no-inventory", None, text::no_inventory());
    }
    for call in &inventory.missing_calls {
        notes.add(&format!("missing:{call}"), None, missing(call));
    }
    for problem in &inventory.problems {
        notes.add("inventory-problem", None, text::inventory_problem(&problem.object, &problem.reason));
    }
}

fn log_notes(notes: &mut Notes, partial: &Partial, attribution: &Attribution) {
    for (identity, bytes) in &attribution.set_aside {
        // An identity that is a list of fields is shown by its length.
        let said = match identity.split_once(':') {
            Some((_, names)) => text::unnamed_flow_log_set_aside(names.split(' ').count()),
            None => text::flow_log_set_aside(identity),
        };
        notes.add("flow-log-set-aside", Some(*bytes), said);
    }
    if partial.flow_logs.is_empty() {
        return;
    }
    let is_query_result = |log: &FlowLogSource| log.identity.starts_with(Origin::Insights.word());
    if partial.flow_logs.iter().any(is_query_result) {
        notes.add("insights-export", None, text::insights_export(INSIGHTS_LIMIT_ROWS));
    }
    let without_interface =
        partial.flow_logs.iter().filter(|log| log.columns & (1 << Column::InterfaceId as u32) == 0).count();
    if without_interface > 0 {
        notes.add("missing-field", None, text::without_interface_id(without_interface));
    }
    for (columns, say) in FIELDS {
        let lacking: BTreeSet<&str> = partial
            .flow_logs
            .iter()
            .filter(|log| columns.iter().any(|column| log.columns & (1 << *column as u32) == 0))
            .map(|log| log.identity.as_str())
            .collect();
        if lacking.len() == partial.flow_logs.len() {
            notes.add("missing-field", None, say());
        }
    }
    if !attribution.skipped_interfaces.is_empty() {
        let mut named: Vec<&str> =
            attribution.skipped_interfaces.iter().take(5).map(String::as_str).collect();
        if attribution.skipped_interfaces.len() > named.len() {
            named.push("...");
        }
        let count = attribution.skipped_interfaces.len();
        notes.add("skipdata", None, text::skipdata(count, named.join(", ")));
    }
    if partial.counts.time_anomalies > 0 {
        notes.add("time-anomalies", None, text::time_anomalies(partial.counts.time_anomalies));
    }
}

fn byte_notes(notes: &mut Notes, report: &Report, partial: &Partial, attribution: &Attribution) {
    let counts = &partial.counts;
    notes.bytes("path-unknown", report.ledger.bytes_path_unknown, text::path_unknown());
    notes.bytes("no-interface", counts.bytes_without_observer, text::no_interface());
    notes.bytes("no-address", counts.bytes_without_address, text::no_address());
    notes.bytes("skipdata-bytes", counts.bytes_skipdata, text::skipdata_bytes());
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
    notes.bytes("estimated-peers", estimated.saturating_sub(outside), text::estimated_peers());
    let unnamed: u128 = attribution
        .flows
        .iter()
        .filter(|flow| flow.client.interface_id.is_none())
        .map(|flow| flow.volume.0 + flow.volume.1)
        .sum();
    notes.bytes("unnamed-clients", unnamed, text::unnamed_clients());
    notes.bytes("upper-bound", outside, text::upper_bound());
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
        notes.add("coverage", gap, text::coverage(&line.nat_gateway_id, format!("{:.1}", coverage * 100.0)));
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
        notes.add("unlisted-endpoints", None, text::unlisted_endpoints(unlisted));
    }
    for (unit, _) in &attribution.nats {
        let known = unit.inventory.map(|index| &topology.inventory.nat_gateways[index]);
        if let Some(nat) = known.filter(|nat| is_gone(&nat.state))
            && report.nat_gateways.iter().any(|line| line.nat_gateway_id == nat.nat_gateway_id)
        {
            notes.add(
                "deleted-nat-gateway",
                None,
                text::deleted_nat_gateway(&nat.nat_gateway_id, &nat.state),
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
        notes.add("unpriced", None, text::unpriced(region));
    }
    if report.endpoints.iter().any(|line| line.endpoint_type == "GatewayLoadBalancer") {
        notes.add("gateway-load-balancer-endpoints", None, text::gateway_load_balancer_endpoints());
    }
    if report.period.hours_without_records > 0 {
        notes.add(
            "quiet-hours",
            None,
            text::quiet_hours(report.period.hours_without_records, report.period.observed_hours),
        );
    }
    let observed =
        i64::try_from(report.period.observed_hours).unwrap_or(i64::MAX).saturating_mul(BUCKET_SECONDS);
    if let Some((start, end)) = partial.span
        && report.period.hours_without_records == 0
        && (end - start) * 10 < observed * 9
    {
        let minutes = (end - start) / 60;
        notes.add("partial-hours", None, text::partial_hours(minutes, report.period.observed_hours));
    }
}
