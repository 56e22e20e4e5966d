//! Changes worked out by hand.

use rust_decimal::Decimal;
use serde_json::json;

use super::super::effects::Effects;
use super::super::saved::Saved;
use super::super::{Status, compare};
use super::{GIB, adds_up, diff, effects, endpoint, flow, nat, report, saved, usd};

/// Before: 730 h x 0.062 + 100 GB x 0.062 = 45.26 + 6.20 = 51.46. After: 730 h x 0.050 + 150 GB x 0.060 = 36.50 + 9.00 = 45.50.
/// Rates: 730 x (0.050 - 0.062) + 150 x (0.060 - 0.062) = -8.76 - 0.30 = -9.06. Bytes: 0.062 x 50 = 3.10. Together -5.96.
#[test]
fn rates_and_bytes_of_a_gateway() {
    let (mut before, mut after) = (report(730), report(730));
    before["nat_gateways"] = json!([nat("nat-1", ["0.062", "0.062"], 100, "51.46")]);
    after["nat_gateways"] = json!([nat("nat-1", ["0.05", "0.06"], 150, "45.5")]);
    before["totals"]["cost_month_usd"] = json!("51.46");
    after["totals"]["cost_month_usd"] = json!("45.5");
    let diff = diff(&before, &after);
    let expected = Effects { price: usd("-9.06"), bytes: usd("3.1"), ..Effects::default() };
    assert_eq!(effects(&diff.nat_gateways[0].change), expected);
    assert_eq!(effects(&diff.totals.cost), expected);
    assert_eq!(diff.totals.cost.change_month_usd, Some(usd("-5.96")));
}

/// Client 1: 100 GB x 0.062 = 6.20 before, 120 GB x 0.060 = 7.20 after: rates 120 x -0.002 = -0.24, bytes 0.062 x 20 = 1.24.
/// Client 2 is new with 30 GB x 0.060 = 1.80; client 3 is gone with 10 GB x 0.062 = 0.62. Together 2.18.
#[test]
fn new_and_gone_clients_of_a_service() {
    let (mut before, mut after) = (report(730), report(730));
    before["nat_gateways"] = json!([nat("nat-1", ["0.062", "0.062"], 110, "52.08")]);
    after["nat_gateways"] = json!([nat("nat-1", ["0.062", "0.06"], 150, "54.26")]);
    before["attribution"] = json!([
        flow("eni-1", "nat-gateway", "nat-1", "s3", 100 * GIB, "6.2"),
        flow("eni-3", "nat-gateway", "nat-1", "s3", 10 * GIB, "0.62"),
    ]);
    after["attribution"] = json!([
        flow("eni-1", "nat-gateway", "nat-1", "s3", 120 * GIB, "7.2"),
        flow("eni-2", "nat-gateway", "nat-1", "s3", 30 * GIB, "1.8"),
    ]);
    let diff = diff(&before, &after);
    assert_eq!(
        effects(&diff.services[0].change),
        Effects {
            price: usd("-0.24"),
            bytes: usd("1.24"),
            new: usd("1.8"),
            gone: usd("-0.62"),
            ..Effects::default()
        }
    );
    let clients: Vec<_> = diff
        .clients
        .iter()
        .map(|line| (line.key.interface_id.as_deref().expect("named"), line.change.status))
        .collect();
    assert_eq!(clients, [("eni-2", Status::New), ("eni-1", Status::Changed), ("eni-3", Status::Gone)]);
    assert_eq!(effects(&diff.clients[2].change), Effects { gone: usd("-0.62"), ..Effects::default() });
}

/// One GB an hour: 672 h x 0.045 x 2 = 60.48 in February, 744 h x 0.045 x 2 = 66.96 in March. Nothing but the month has grown.
/// With 800 GB in March instead of 744: 56 x 0.045 = 2.52 more, which is growth.
#[test]
fn a_longer_month_is_no_growth() {
    let (mut before, mut after) = (report(672), report(744));
    before["nat_gateways"] = json!([nat("nat-1", ["0.045", "0.045"], 672, "60.48")]);
    after["nat_gateways"] = json!([nat("nat-1", ["0.045", "0.045"], 744, "66.96")]);
    let same_pace = diff(&before, &after);
    let length = Effects { month_length: usd("6.48"), ..Effects::default() };
    assert_eq!(effects(&same_pace.nat_gateways[0].change), length);
    assert!(same_pace.notes.iter().any(|note| note.id == "month-length"));

    after["nat_gateways"] = json!([nat("nat-1", ["0.045", "0.045"], 800, "69.48")]);
    let faster = diff(&before, &after);
    assert_eq!(effects(&faster.nat_gateways[0].change), Effects { bytes: usd("2.52"), ..length });
}

/// A regional gateway that grows from 2 to 3 zones: 730 h x 0.045 = 32.85 more.
#[test]
fn a_zone_more_is_hours() {
    let (mut before, mut after) = (report(730), report(730));
    before["nat_gateways"] = json!([nat("nat-1", ["0.045", "0.045"], 0, "65.7")]);
    after["nat_gateways"] = json!([nat("nat-1", ["0.045", "0.045"], 0, "98.55")]);
    let diff = diff(&before, &after);
    assert_eq!(effects(&diff.nat_gateways[0].change), Effects { hours: usd("32.85"), ..Effects::default() });
}

/// 10 GB from another zone at 0.02 for both sides = 0.20; 25 GB = 0.50: 15 x 0.02 = 0.30 of bytes.
#[test]
fn transfer_between_zones_belongs_to_its_gateway() {
    let (mut before, mut after) = (report(730), report(730));
    let crossing = |gib: u128, cost: &str| {
        let mut line = nat("nat-1", ["0.045", "0.045"], 0, "32.85");
        line["bytes_cross_zone"] = json!(u64::try_from(gib * GIB).expect("64 bits"));
        line["cross_zone_cost_month_usd"] = json!(cost);
        json!([line])
    };
    before["nat_gateways"] = crossing(10, "0.2");
    after["nat_gateways"] = crossing(25, "0.5");
    for (report, cost) in [(&mut before, "0.2"), (&mut after, "0.5")] {
        report["totals"]["cross_zone_cost_month_usd"] = json!(cost);
    }
    let diff = diff(&before, &after);
    let expected = Effects { bytes: usd("0.3"), ..Effects::default() };
    assert_eq!(effects(&diff.nat_gateways[0].change), expected);
    assert_eq!(effects(&diff.totals.cross_zone), expected);
    assert_eq!(diff.totals.nat_gateways.status, Status::Same);
}

/// 2 zones: 1460 h x 0.014 + 100 GB x 0.010 = 20.44 + 1.00. 3 zones: 2190 h x 0.014 + 200 GB x 0.010 = 30.66 + 2.00.
#[test]
fn zones_and_bytes_of_an_endpoint() {
    let (mut before, mut after) = (report(730), report(730));
    before["endpoints"] = json!([endpoint("vpce-1", 2, 100, "21.44")]);
    after["endpoints"] = json!([endpoint("vpce-1", 3, 200, "32.66")]);
    before["attribution"] = json!([flow("eni-1", "interface-endpoint", "vpce-1", "ssm", 100 * GIB, "1")]);
    after["attribution"] = json!([flow("eni-1", "interface-endpoint", "vpce-1", "ssm", 200 * GIB, "2")]);
    let diff = diff(&before, &after);
    let expected = Effects { bytes: usd("1"), hours: usd("10.22"), ..Effects::default() };
    assert_eq!(effects(&diff.endpoints[0].change), expected);
}

/// The rates of endpoints are in no report and follow from its amounts: 1460 h x (0.013 - 0.014) = -1.46, and 100 GB x (0.008 -
/// 0.010) = -0.20. Before 20.44 + 1.00, after 18.98 + 0.80.
#[test]
fn rates_of_endpoints_follow_from_their_amounts() {
    let (mut before, mut after) = (report(730), report(730));
    before["endpoints"] = json!([endpoint("vpce-1", 2, 100, "21.44")]);
    after["endpoints"] = json!([endpoint("vpce-1", 2, 100, "19.78")]);
    before["attribution"] = json!([flow("eni-1", "interface-endpoint", "vpce-1", "ssm", 100 * GIB, "1")]);
    after["attribution"] = json!([flow("eni-1", "interface-endpoint", "vpce-1", "ssm", 100 * GIB, "0.8")]);
    let diff = diff(&before, &after);
    assert_eq!(effects(&diff.endpoints[0].change), Effects { price: usd("-1.66"), ..Effects::default() });
}

/// 50 bytes at 0.01 USD/GB are 0.0000000005 USD and read 0: that is no rate of 0. A thousand GB later are 10 USD of bytes.
#[test]
fn a_few_bytes_tell_no_rate() {
    let (mut before, mut after) = (report(730), report(730));
    before["endpoints"] = json!([endpoint("vpce-1", 1, 0, "10.22")]);
    before["endpoints"][0]["bytes_out"] = json!(50);
    after["endpoints"] = json!([endpoint("vpce-1", 1, 1000, "20.22")]);
    before["attribution"] = json!([flow("eni-1", "interface-endpoint", "vpce-1", "ssm", 50, "0")]);
    after["attribution"] = json!([flow("eni-1", "interface-endpoint", "vpce-1", "ssm", 1000 * GIB, "10")]);
    let diff = diff(&before, &after);
    assert_eq!(effects(&diff.services[0].change), Effects { bytes: usd("10"), ..Effects::default() });
    assert_eq!(effects(&diff.endpoints[0].change), Effects { bytes: usd("10"), ..Effects::default() });
}

#[test]
fn new_and_gone_gateways_are_no_growth_of_bytes() {
    let (mut before, mut after) = (report(730), report(730));
    before["nat_gateways"] = json!([nat("nat-1", ["0.045", "0.045"], 100, "37.35")]);
    after["nat_gateways"] = json!([nat("nat-2", ["0.045", "0.045"], 300, "46.35")]);
    before["totals"]["cost_month_usd"] = json!("37.35");
    after["totals"]["cost_month_usd"] = json!("46.35");
    let diff = diff(&before, &after);
    let expected = Effects { new: usd("46.35"), gone: usd("-37.35"), ..Effects::default() };
    assert_eq!(effects(&diff.totals.cost), expected);
    assert_eq!(
        diff.nat_gateways.iter().map(|line| line.change.status).collect::<Vec<_>>(),
        [Status::New, Status::Gone]
    );
}

/// 45.00 of 100 GB at 0.045 and no hours, where a report says 99: what is left is no rounding.
#[test]
fn what_is_not_explained_is_said() {
    let (mut before, mut after) = (report(730), report(730));
    before["nat_gateways"] = json!([nat("nat-1", ["0.045", "0.045"], 100, "37.35")]);
    after["nat_gateways"] = json!([nat("nat-1", ["0.045", "0.045"], 100, "38.35")]);
    let one = diff(&before, &after);
    assert_eq!(effects(&one.nat_gateways[0].change), Effects { other: usd("1"), ..Effects::default() });
    after["nat_gateways"][0]["cost_month_usd"] = json!("37.350001");
    let least = diff(&before, &after);
    assert_eq!(
        effects(&least.nat_gateways[0].change),
        Effects { rounding: usd("0.000001"), ..Effects::default() }
    );
}

#[test]
fn without_a_price_there_is_no_change() {
    let (before, mut after) = (report(730), report(730));
    after["nat_gateways"] = json!([nat("nat-1", ["0.045", "0.045"], 100, "37.35")]);
    for key in ["price_hour_usd", "price_gb_usd", "cost_month_usd"] {
        after["nat_gateways"][0][key] = json!(null);
    }
    after["totals"]["cost_month_usd"] = json!(null);
    let diff = diff(&before, &after);
    for change in [&diff.totals.cost, &diff.nat_gateways[0].change] {
        assert_eq!((change.change_month_usd, change.effects), (None, None));
        adds_up(change);
    }
    assert_eq!(diff.totals.cost.cost_month_before_usd, Some(Decimal::ZERO));
}

#[test]
fn equal_reports_have_no_change() {
    let mut one = report(730);
    one["nat_gateways"] = json!([nat("nat-1", ["0.045", "0.045"], 100, "37.35")]);
    one["attribution"] = json!([flow("eni-1", "nat-gateway", "nat-1", "s3", 100 * GIB, "4.5")]);
    let same = diff(&one, &one);
    assert!(same.is_empty(), "{same:?}");
    assert_eq!(same.notes, []);
    let mut other = one.clone();
    other["attribution"][0]["bytes_in"] = json!(1);
    assert!(!diff(&one, &other).is_empty());
}

#[test]
fn advice_comes_and_goes() {
    let (mut before, mut after) = (report(730), report(730));
    let advice =
        |id: &str| json!({ "id": id, "summary": "Add.", "saving_month_usd": "1.5", "action": "add" });
    before["advice"] = json!([advice("stays"), advice("goes")]);
    after["advice"] = json!([advice("comes"), advice("stays")]);
    let diff = diff(&before, &after);
    let ids =
        |list: &[super::super::AdviceChange]| list.iter().map(|line| line.id.clone()).collect::<Vec<_>>();
    assert_eq!(
        (ids(&diff.advice_new), ids(&diff.advice_gone)),
        (vec!["comes".to_owned()], vec!["goes".to_owned()])
    );
    assert!(!diff.is_empty());
}

/// 2^53 + 1 is the first integer that a 64-bit float cannot hold, and 2^64 + 1 fits no 64 bits.
#[test]
fn bytes_are_exact_at_any_size() {
    let text = |bytes: &str| {
        let mut one = report(730);
        one["attribution"] = json!([flow("eni-1", "local", "", "internal", 0, "0")]);
        one.to_string().replace("\"bytes_in\":0", &format!("\"bytes_in\":{bytes}"))
    };
    let read = |bytes: &str| Saved::of_json(&text(bytes)).expect("a report");
    let (before, after) = (read("9007199254740993"), read("18446744073709551617"));
    let diff = compare(("a", &before), ("b", &after));
    let line = &diff.services[0].change;
    assert_eq!(
        (line.bytes_month_before, line.bytes_month_after),
        (9_007_199_254_740_993, 18_446_744_073_709_551_617)
    );
    let written = serde_json::to_string(&diff).expect("JSON");
    assert!(written.contains("\"bytes_month_after\":18446744073709551617"), "{written}");
    let largest = read(&u128::MAX.to_string());
    adds_up(&compare(("a", &before), ("b", &largest)).services[0].change);
    assert!(Saved::of_json(&text("1.5")).is_err());
    assert!(Saved::of_json(&text("-1")).is_err());
}

#[test]
fn only_reports_of_this_version_are_read() {
    let reason = |text: &str| Saved::of_json(text).expect_err("no report").to_string();
    assert!(reason("").contains("EOF"));
    assert!(reason("[]").contains("flowtoll report --format json"));
    assert!(reason("{}").contains("no key `schema`"));
    let mut other = report(730);
    other["schema"] = json!("flowtoll/report/v2");
    assert!(reason(&other.to_string()).contains("\"flowtoll/report/v2\""));
    let mut short = report(730);
    short.as_object_mut().expect("an object").remove("totals");
    assert!(reason(&short.to_string()).contains("missing field `totals`"));
    let mut twice = report(730);
    twice["nat_gateways"] = json!([nat("nat-1", ["0", "0"], 0, "0"), nat("nat-1", ["0", "0"], 0, "0")]);
    assert!(reason(&twice.to_string()).contains("nat-1"));
    for wrong in
        [json!("1e3"), json!("NaN"), json!(1.5), json!("0.0000001"), json!("1000000000000000"), json!("")]
    {
        let mut report = report(730);
        report["totals"]["cost_month_usd"] = wrong.clone();
        assert!(Saved::of_json(&report.to_string()).is_err(), "{wrong}");
    }
    let mut more = report(730);
    more["groups"] = json!([{ "any": 1 }]);
    more["period"]["days"] = json!([]);
    assert_eq!(saved(&more), saved(&report(730)));
    assert!(Saved::of_json(&format!("\u{feff}{more}")).is_ok());
}

#[test]
fn what_hinders_a_comparison_is_said() {
    let before = report(730);
    let mut after = report(730);
    let ids = |after: &serde_json::Value| -> Vec<&str> {
        diff(&before, after).notes.iter().map(|note| note.id).collect()
    };
    after["period"]["observed_hours"] = json!(12);
    after["period"]["hours_without_records"] = json!(3);
    assert_eq!(ids(&after), ["window-length", "window-short", "quiet-hours"]);
    after["sources"] =
        json!({ "ip_ranges_date": "2026-09-01", "price_book_date": "2026-12-01", "inventory": null });
    // 4 of 4,001 records are fewer than one in a thousand, 4 of 4,000 are not.
    after["ledger"]["skipdata"] = json!(4);
    after["ledger"]["records"] = json!(4_001);
    assert!(!ids(&after).contains(&"incomplete"));
    after["ledger"]["records"] = json!(4_000);
    after["ledger"]["bytes_total"] = json!(10_000);
    after["ledger"]["bytes_unattributed"] = json!(200);
    assert_eq!(ids(&after)[3..], ["inventory", "prices", "ip-ranges", "incomplete", "coverage"]);
    let mut moved = report(730);
    moved["period"]["start"] = json!("2025-12-15T00:00:00Z");
    moved["period"]["end"] = json!("2026-01-15T00:00:00Z");
    assert_eq!(ids(&moved), ["windows-overlap", "windows-swapped"]);
}
