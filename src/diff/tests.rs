//! Changes worked out by hand, and the law that parts add up, on reports of any kind.

mod cases;
mod laws;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::effects::Effects;
use super::saved::Saved;
use super::{Change, Diff, compare};

const GIB: u128 = 1 << 30;

fn usd(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("a decimal in a test")
}

/// A report of a whole month of so many hours; lists are empty and sums are nothing until a test fills them.
fn report(month_hours: u64) -> Value {
    json!({
        "schema": "flowtoll/report/v1",
        "period": { "start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z",
            "observed_hours": month_hours, "hours_without_records": 0, "month_hours": month_hours, "month_factor": "1" },
        "sources": { "ip_ranges_date": "2026-08-22", "price_book_date": "2026-11-22", "price_override": null,
            "inventory": "inventory" },
        "ledger": { "objects_failed": 0, "records": 0, "skipdata": 0, "malformed": 0, "bytes_total": 0,
            "bytes_unattributed": 0, "bytes_path_unknown": 0 },
        "totals": { "nat_gateway_bytes": 0, "nat_gateway_cost_month_usd": "0", "cross_zone_cost_month_usd": "0",
            "endpoint_cost_month_usd": "0", "cost_month_usd": "0", "saving_month_usd": "0" },
        "nat_gateways": [], "endpoints": [], "attribution": [], "advice": []
    })
}

/// A NAT gateway with its rates per hour and GB, its GiB and its cost.
fn nat(id: &str, rates: [&str; 2], gib: u128, cost: &str) -> Value {
    json!({
        "nat_gateway_id": id, "name": null, "vpc_id": "vpc-1", "region": "eu-west-1", "vantage": "nat-inside",
        "bytes_out": count(gib * GIB), "bytes_in": 0, "coverage": null, "bytes_cross_zone": 0,
        "price_hour_usd": rates[0], "price_gb_usd": rates[1], "cost_month_usd": cost, "cross_zone_cost_month_usd": "0"
    })
}

/// An interface endpoint in so many zones.
fn endpoint(id: &str, zones: usize, gib: u128, cost: &str) -> Value {
    json!({
        "vpc_endpoint_id": id, "name": null, "type": "Interface", "service": "ssm", "vpc_id": "vpc-1",
        "region": "eu-west-1", "zones": (0..zones).map(|zone| format!("euw1-az{zone}")).collect::<Vec<_>>(),
        "bytes_out": count(gib * GIB), "bytes_in": 0, "cost_month_usd": cost
    })
}

/// Bytes of one client.
fn flow(client: &str, path: &str, via: &str, service: &str, bytes: u128, cost: &str) -> Value {
    json!({
        "interface_id": client, "vpc_id": "vpc-1", "subnet_id": null, "zone_id": null, "path": path, "via": via,
        "service": service, "service_region": "eu-west-1", "bytes_out": 0, "bytes_in": count(bytes), "cost_month_usd": cost
    })
}

/// A byte count as a number of JSON; those of tests fit 64 bits, the larger ones are written by hand.
fn count(bytes: u128) -> Value {
    json!(u64::try_from(bytes).expect("bytes of a test fit 64 bits"))
}

fn saved(report: &Value) -> Saved {
    Saved::of_json(&report.to_string()).expect("a report")
}

fn diff(before: &Value, after: &Value) -> Diff {
    compare(("a.json", &saved(before)), ("b.json", &saved(after)))
}

/// Fails unless the parts of a change are its own, to the last decimal.
fn adds_up(change: &Change) {
    let difference =
        change.cost_month_before_usd.zip(change.cost_month_after_usd).map(|(before, after)| after - before);
    assert_eq!(change.change_month_usd, difference);
    assert_eq!(change.effects.map(|effects| effects.sum()), difference);
}

/// All lines and sums of a comparison, sums first; savings have no parts.
fn changes(diff: &Diff) -> Vec<&Change> {
    let totals = &diff.totals;
    let mut all = vec![&totals.cost, &totals.nat_gateways, &totals.cross_zone, &totals.endpoints];
    all.extend(diff.nat_gateways.iter().map(|line| &line.change));
    all.extend(diff.endpoints.iter().map(|line| &line.change));
    all.extend(diff.services.iter().map(|line| &line.change));
    all.extend(diff.clients.iter().map(|line| &line.change));
    all
}

fn effects(change: &Change) -> Effects {
    adds_up(change);
    change.effects.expect("a change with parts")
}
