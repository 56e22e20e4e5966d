//! Parts add up to the change, whatever the reports say.

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::{compare, saved::Saved};
use super::{GIB, adds_up, changes, diff, endpoint, flow, nat, report, usd};
use crate::model::money::money_text;

/// What a month of a small VPC is made of.
#[derive(Debug, Clone)]
struct Month {
    hours: u64,
    observed: u64,
    /// Thousandths of a USD per hour and GB of NAT gateways, and of endpoints.
    rates: [u32; 4],
    /// Of each of three NAT gateways: whether it is there, and MiB of two clients.
    gateways: Vec<(bool, [u64; 2])>,
    /// Of each of two endpoints: whether it is there, its zones, and MiB of a client.
    endpoints: Vec<(bool, usize, u64)>,
}

fn month() -> impl Strategy<Value = Month> {
    let mib = || prop_oneof![Just(0_u64), 1_u64..100, 1_u64..50_000_000];
    let gateways = prop::collection::vec((any::<bool>(), [mib(), mib()]), 3);
    let endpoints = prop::collection::vec((any::<bool>(), 1_usize..4, mib()), 2);
    let hours = prop_oneof![Just(672_u64), Just(720), Just(730), Just(744)];
    (hours, 1_u64..800, prop::array::uniform4(1_u32..100), gateways, endpoints).prop_map(
        |(hours, observed, rates, gateways, endpoints)| Month { hours, observed, rates, gateways, endpoints },
    )
}

/// The report of a month, its amounts from rates and quantities, and rounded one by one as a report's are.
fn told(month: &Month) -> Value {
    let rate = |index: usize| Decimal::new(month.rates[index].into(), 3);
    let gb = |bytes: u64| {
        Decimal::from(bytes) * Decimal::from(month.hours)
            / Decimal::from(month.observed)
            / Decimal::from(1_u64 << 30)
    };
    let hours = |zones: usize| Decimal::from(zones as u64) * Decimal::from(month.hours);
    let mut told = report(month.hours);
    told["period"]["observed_hours"] = json!(month.observed);
    let (mut nats, mut endpoints, mut flows) = (Vec::new(), Vec::new(), Vec::new());
    let mut sums = [Decimal::ZERO; 2];
    for (index, (exists, mib)) in month.gateways.iter().enumerate().filter(|(_, (exists, _))| *exists) {
        assert!(exists);
        let id = format!("nat-{index}");
        let bytes = mib.map(|mib| mib << 20);
        let cost = rate(0) * hours(1) + rate(1) * gb(bytes.iter().sum());
        sums[0] += cost;
        let mut line = nat(&id, ["0", "0"], 0, &money_text(cost));
        line["price_hour_usd"] = json!(rate(0).to_string());
        line["price_gb_usd"] = json!(rate(1).to_string());
        line["bytes_out"] = json!(bytes.iter().sum::<u64>());
        nats.push(line);
        for (client, bytes) in bytes.into_iter().enumerate().filter(|(_, bytes)| *bytes > 0) {
            let cost = money_text(rate(1) * gb(bytes));
            flows.push(flow(&format!("eni-{client}"), "nat-gateway", &id, "s3", bytes.into(), &cost));
        }
    }
    for (index, (_, zones, mib)) in month.endpoints.iter().enumerate().filter(|(_, (exists, ..))| *exists) {
        let id = format!("vpce-{index}");
        let bytes = mib << 20;
        let cost = rate(2) * hours(*zones) + rate(3) * gb(bytes);
        sums[1] += cost;
        let mut line = endpoint(&id, *zones, 0, &money_text(cost));
        line["bytes_out"] = json!(bytes);
        endpoints.push(line);
        if bytes > 0 {
            let cost = money_text(rate(3) * gb(bytes));
            flows.push(flow("eni-9", "interface-endpoint", &id, "ssm", bytes.into(), &cost));
        }
    }
    told["nat_gateways"] = json!(nats);
    told["endpoints"] = json!(endpoints);
    told["attribution"] = json!(flows);
    told["totals"]["nat_gateway_cost_month_usd"] = json!(money_text(sums[0]));
    told["totals"]["endpoint_cost_month_usd"] = json!(money_text(sums[1]));
    told["totals"]["cost_month_usd"] = json!(money_text(sums[0] + sums[1]));
    told
}

/// Any amount in place of some of a report's.
fn disturb(report: &mut Value, amounts: &[i64]) {
    let lists = ["nat_gateways", "endpoints", "attribution"];
    let mut places = Vec::new();
    for list in lists {
        let lines = report[list].as_array().map_or(0, Vec::len);
        places.extend((0..lines).map(|index| format!("/{list}/{index}/cost_month_usd")));
    }
    places.push("/totals/cost_month_usd".to_owned());
    for (place, amount) in places.iter().zip(amounts) {
        let text = money_text(Decimal::new(*amount, 6));
        *report.pointer_mut(place).expect("a place of the report") =
            if amount % 7 == 0 { Value::Null } else { json!(text) };
    }
}

proptest! {
    #[test]
    fn parts_add_up_and_explain_all(before in month(), after in month()) {
        let diff = diff(&told(&before), &told(&after));
        let mut looked_at = 0;
        for change in changes(&diff) {
            adds_up(change);
            let effects = change.effects.expect("everything has a price");
            prop_assert_eq!(effects.other, Decimal::ZERO);
            // Fewer than 40 figures, each half a millionth off.
            prop_assert!(effects.rounding.abs() <= usd("0.00004"), "{:?}", effects);
            looked_at += 1;
        }
        prop_assert!(looked_at >= 4);
        // Rates that are equal are no reason, and neither is a month of the same length.
        if before.rates == after.rates {
            prop_assert!(changes(&diff).iter().all(|change| change.effects.is_some_and(|parts| parts.price.is_zero())));
        }
        if before.hours == after.hours {
            prop_assert!(changes(&diff).iter().all(|change| change.effects.is_some_and(|parts| parts.month_length.is_zero())));
        }
    }

    #[test]
    fn equal_rates_are_never_a_reason(before in month(), mut after in month()) {
        after.rates = before.rates;
        let diff = diff(&told(&before), &told(&after));
        for change in changes(&diff) {
            let effects = change.effects.expect("everything has a price");
            // Rates of endpoints follow from rounded amounts.
            prop_assert!(effects.price.abs() <= usd("0.00004"), "{:?}", change);
        }
    }

    #[test]
    fn parts_add_up_of_any_amounts(
        before in month(),
        after in month(),
        amounts in prop::collection::vec(-900_000_000_000_000_000_000_i128..900_000_000_000_000_000_000, 2..30),
    ) {
        let amounts: Vec<i64> = amounts.iter().map(|amount| (amount % 900_000_000_000_000_000) as i64).collect();
        let (mut one, mut other) = (told(&before), told(&after));
        disturb(&mut one, &amounts);
        disturb(&mut other, &amounts[1..]);
        for change in changes(&diff(&one, &other)) {
            adds_up(change);
        }
    }
}

#[test]
fn a_report_against_itself_has_no_parts() {
    let month = Month {
        hours: 730,
        observed: 24,
        rates: [62, 62, 14, 10],
        gateways: vec![(true, [5, 70_000]), (false, [0, 0]), (true, [0, 9])],
        endpoints: vec![(true, 2, 17), (true, 1, 0)],
    };
    let told = told(&month);
    assert!(diff(&told, &told).is_empty());
    assert_eq!(told["nat_gateways"].as_array().map(Vec::len), Some(2));
    assert_eq!(told["attribution"].as_array().map(Vec::len), Some(4));
    assert!(u64::try_from(GIB).is_ok());
}

/// Figures that no bill has, but a file may: they are compared without a panic, and parts still add up.
#[test]
fn figures_of_any_size_add_up() {
    let month = Month {
        hours: 730,
        observed: 730,
        rates: [62, 62, 14, 10],
        gateways: vec![(true, [5, 70_000]), (true, [1, 0]), (true, [0, 9])],
        endpoints: vec![(true, 2, 17), (true, 1, 0)],
    };
    let plain = told(&month);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut report = plain.clone();
        change(&mut report);
        report
    };
    let lines = |report: &mut Value, key: &str, value: &Value| {
        for list in ["nat_gateways", "endpoints", "attribution"] {
            for line in report[list].as_array_mut().expect("a list") {
                line[key] = value.clone();
            }
        }
    };
    let reports = [
        plain.clone(),
        with(&|report| report["period"]["observed_hours"] = json!(0)),
        with(&|report| report["period"]["month_hours"] = json!(0)),
        with(&|report| report["period"]["month_hours"] = json!(u64::MAX)),
        with(&|report| lines(report, "bytes_out", &json!(u64::MAX))),
        with(&|report| lines(report, "cost_month_usd", &json!("999999999999999.999999"))),
        with(&|report| lines(report, "cost_month_usd", &json!("-999999999999999.999999"))),
        with(&|report| {
            lines(report, "bytes_out", &json!(u64::MAX));
            lines(report, "price_gb_usd", &json!("999999999999999.999999"));
            lines(report, "price_hour_usd", &json!("0.000001"));
        }),
    ];
    // Beyond 64 bits numbers are written by hand.
    let texts: Vec<String> = reports
        .iter()
        .flat_map(|report| {
            let text = report.to_string();
            [text.replace(&u64::MAX.to_string(), &u128::MAX.to_string()), text]
        })
        .filter_map(|text| Saved::of_json(&text).is_ok().then_some(text))
        .collect();
    assert!(texts.len() > reports.len(), "{}", texts.len());
    for before in &texts {
        for after in &texts {
            let read = |text: &str| Saved::of_json(text).expect("read before");
            let (before, after) = (read(before), read(after));
            changes(&compare(("a", &before), ("b", &after))).into_iter().for_each(adds_up);
        }
    }
}
