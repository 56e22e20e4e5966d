//! How sure an advice is depends on the answers that the inventory has.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// The confidence of each action in a case and why, with its inventory less one answer.
fn confidence(case: &str, answer: &str) -> Vec<(String, String)> {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case);
    let folder = tempfile::tempdir().expect("a folder");
    for file in std::fs::read_dir(case.join("inventory")).expect("the case") {
        let file = file.expect("the case");
        if file.file_name().to_str() != Some(answer) {
            std::fs::copy(file.path(), folder.path().join(file.file_name())).expect("a copy");
        }
    }
    let output = Command::cargo_bin("flowtoll")
        .expect("the program")
        .args(["report", "--format", "json", "--quiet", "--inventory"])
        .args([folder.path(), &case.join("logs")])
        .output()
        .expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let text = |advice: &Value, key: &str| advice[key].as_str().unwrap_or_default().to_owned();
    let advice = report["advice"].as_array().expect("advice").iter();
    let mut found: Vec<(String, String)> = advice
        .map(|advice| {
            let reasons = advice["evidence"]["confidence_reasons"].to_string();
            (text(advice, "action"), format!("{} {reasons}", text(advice, "confidence")))
        })
        .collect();
    found.sort();
    found
}

fn of(found: &[(String, String)], action: &str) -> String {
    let known = found.iter().find(|(known, _)| known == action);
    known.map(|(_, confidence)| confidence.clone()).unwrap_or_default()
}

#[test]
fn nothing_is_surer_than_what_it_rests_on() {
    let case = "advice-nat-gateway-goes";
    let whole = confidence(case, "nothing");
    assert!(of(&whole, "remove-nat-gateway").starts_with("medium"), "{whole:?}");
    // An endpoint may be there already, and then nothing is known of what a new one would take off the NAT gateway.
    let found = confidence(case, "describe-vpc-endpoints.json");
    assert!(of(&found, "add-interface-endpoint").starts_with("low"), "{found:?}");
    assert!(of(&found, "remove-nat-gateway").starts_with("low"), "{found:?}");
    // Whether other tables lead to the NAT gateway, only the route tables tell.
    let found = confidence(case, "describe-route-tables.json");
    assert!(of(&found, "remove-nat-gateway").starts_with("low"), "{found:?}");
}

#[test]
fn a_gateway_endpoint_is_less_sure_without_the_tables_it_is_for() {
    let case = "s3-through-nat";
    let says =
        |found: &[(String, String)]| of(found, "add-gateway-endpoint").contains("describe-route-tables");
    let (whole, found) = (confidence(case, "nothing"), confidence(case, "describe-route-tables.json"));
    assert!(of(&whole, "add-gateway-endpoint").starts_with("medium") && !says(&whole), "{whole:?}");
    assert!(of(&found, "add-gateway-endpoint").starts_with("medium") && says(&found), "{found:?}");
}
