//! `flowtoll explain`: every figure of a report can be followed, and ends where the report ends.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn flowtoll(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::cargo_bin("flowtoll")
        .expect("the program")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn explained(what: &str, id: &str, input: &str) -> String {
    let (code, told, said) = flowtoll(&["explain", what, id, input, "--quiet"]);
    assert_eq!(code, Some(0), "{what} {id}: {said}");
    // On one line, whatever the width.
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn report(input: &str) -> Value {
    let (_, told, said) = flowtoll(&["report", input, "--quiet", "--format", "json"]);
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// An amount as sentences have it.
fn usd(amount: &Value) -> String {
    let text = amount.as_str().expect("an amount");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}{rest} USD")
}

#[test]
fn every_number_can_be_followed_to_its_end() {
    let report = report("sample-logs");
    let lines = |name: &str| report[name].as_array().expect("lines").clone();
    let mut count = 0;
    for line in lines("nat_gateways") {
        let told = explained("nat", line["nat_gateway_id"].as_str().expect("an id"), "sample-logs");
        for key in ["cost_observed_usd", "cost_month_usd"] {
            assert!(told.contains(&format!("together: {}", usd(&line[key]))), "{key}: {told}");
        }
        assert!(told.contains("all of the gateway.") && !told.contains("not all of"), "{told}");
        assert!(!told.contains("though the report says"), "{told}");
        count += 1;
    }
    let mut clients: Vec<String> = lines("attribution")
        .iter()
        .filter_map(|line| line["interface_id"].as_str().map(str::to_owned))
        .collect();
    clients.dedup();
    for id in clients {
        let told = explained("client", &id, "sample-logs");
        assert!(!told.contains("though the report says"), "{told}");
        for line in lines("attribution").iter().filter(|line| line["interface_id"] == id.as_str()) {
            assert!(told.contains(line["service"].as_str().expect("a service")), "{told}");
        }
        count += 1;
    }
    for (number, line) in (1..).zip(lines("advice")) {
        let by_id = explained("advice", line["id"].as_str().expect("an id"), "sample-logs");
        assert_eq!(by_id, explained("advice", &number.to_string(), "sample-logs"));
        assert!(by_id.contains(&format!("Saves {} a month", usd(&line["saving_month_usd"]))), "{by_id}");
        assert!(by_id.contains("Arithmetic") && by_id.contains("The way back"), "{by_id}");
        count += 1;
    }
    assert!(count > 15, "{count}");
}

#[test]
fn the_arithmetic_is_what_a_hand_computes() {
    // dev-nat of the sample, Tokyo, 24 h: 24 x 0.062 = 1.488; 15,780,542,415 + 93,766,328,957 = 109,546,871,372 bytes;
    // / 1,073,741,824 = 102.023474 GB; x 0.062 = 6.325455; x 730 / 24 = 192.399... ; 730 x 0.062 = 45.26.
    let told = explained("nat", "dev-nat", "sample-logs");
    for step in [
        "24 h x 0.062 USD/h = 1.488 USD",
        "together: 109,546,871,372 bytes (102.02 GiB)",
        "109,546,871,372 bytes / 2^30 = 102.023474 GB x 0.062 USD/GB = 6.325455 USD",
        "730 h x 0.062 USD/h = 45.26 USD",
        "together: 7.813455 USD",
    ] {
        assert!(told.contains(step), "{step}: {told}");
    }
}

#[test]
fn cases_by_hand_are_explained_as_they_are_reported() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut count = 0;
    for entry in std::fs::read_dir(cases).expect("the cases") {
        let logs = entry.expect("an entry").path();
        let logs = logs.display().to_string();
        for line in report(&logs)["nat_gateways"].as_array().expect("lines") {
            let told = explained("nat", line["nat_gateway_id"].as_str().expect("an id"), &logs);
            assert!(
                !told.contains("though the report says") && !told.contains("not all of"),
                "{logs}: {told}"
            );
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn what_is_not_there_is_answered_with_what_is() {
    for (what, id, says) in [
        ("advice", "99", "it has 1 (associate-route-table/"),
        ("client", "eni-1", "it has eni-005b3f6651d090f2f"),
        ("nat", "nat-1", "it has nat-0237a25a6216959d8"),
    ] {
        let (code, told, said) = flowtoll(&["explain", what, id, "sample-logs"]);
        assert_eq!((code, told.as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(&format!("`{id}`")) && said.contains(says), "{said}");
    }
}
