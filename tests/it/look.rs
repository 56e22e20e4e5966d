//! What people ask of a report beside its figures: owners, pseudonyms, another language, another currency.

use std::collections::BTreeSet;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn flowtoll(arguments: &[&str]) -> String {
    let output = Command::cargo_bin("flowtoll")
        .expect("the program")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn report(arguments: &[&str]) -> Value {
    let all = [&["report", "sample-logs", "--quiet", "--format", "json"], arguments].concat();
    serde_json::from_str(&flowtoll(&all)).expect("JSON")
}

/// Millionths of an amount.
fn micros(amount: &Value) -> i128 {
    let text = amount.as_str().expect("an amount");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<6}").parse().expect("a decimal with six decimals")
}

#[test]
fn owners_add_up_to_the_totals() {
    for key in ["tag:Name", "tag:no-such-tag", "subnet", "vpc", "account", "instance", "asg"] {
        for allocate in [false, true] {
            let mut arguments = vec!["--group-by", key];
            arguments.extend(allocate.then_some("--allocate-hours"));
            let report = report(&arguments);
            let groups = report["groups"].as_array().expect("groups");
            let sum = |name: &str| groups.iter().map(|group| micros(&group[name])).sum::<i128>();
            assert_eq!(sum("cost_month_usd"), micros(&report["totals"]["cost_month_usd"]), "{key}");
            assert_eq!(
                sum("cross_zone_cost_month_usd"),
                micros(&report["totals"]["cross_zone_cost_month_usd"]),
                "{key}"
            );
            for group in groups {
                let parts = ["nat_data", "cross_zone", "endpoint_data", "hours"];
                let parts = parts.map(|part| micros(&group[format!("{part}_cost_month_usd")]));
                assert_eq!(parts.iter().sum::<i128>(), micros(&group["cost_month_usd"]), "{key}");
            }
            let bytes = |name: &str| groups.iter().filter_map(|group| group[name].as_u64()).sum::<u64>();
            assert_eq!(
                Some(bytes("bytes_out") + bytes("bytes_in")),
                report["ledger"]["bytes_attributed"].as_u64()
            );
            assert_eq!(Some(bytes("nat_gateway_bytes")), report["totals"]["nat_gateway_bytes"].as_u64());
            // Hours are nobody's unless they are shared; then the idle endpoints' still are nobody's.
            let last = groups.last().expect("the line of hours");
            assert_eq!(last["kind"], "not-allocated");
            let own = groups.len() - 1;
            let shared = groups[..own].iter().any(|group| micros(&group["hours_cost_month_usd"]) > 0);
            assert_eq!(shared, allocate, "{key}");
            assert_eq!(
                groups[..own].iter().all(|group| group["kind"] == "untagged"),
                key == "tag:no-such-tag" || key == "asg"
            );
        }
    }
}

/// Every id, account, address and `Name` of the inventory.
fn secrets() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs/inventory")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(
                std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()),
            );
        } else if path.extension().is_some_and(|end| end == "json") {
            let text = std::fs::read_to_string(&path).expect("a file");
            collect(&serde_json::from_str(&text).expect("JSON"), "", &mut found);
        }
    }
    found
}

fn collect(value: &Value, key: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, key, found)),
        Value::Object(object) => {
            if object.get("Key").is_some_and(|key| key == "Name") {
                found.extend(object["Value"].as_str().map(str::to_owned));
            }
            object.iter().for_each(|(key, value)| collect(value, key, found));
        }
        Value::String(text) => {
            let is_id = ["Id", "Ids", "Ip", "IpAddress"].iter().any(|end| key.ends_with(end));
            let elsewhere = ["AvailabilityZoneId", "PrefixListId", "RequesterId"].contains(&key);
            if is_id && !elsewhere && text.len() > 6 && text != "default" {
                found.insert(text.clone());
            }
        }
        _ => {}
    }
}

/// Whether a text has another one that is not the middle of a longer word: `prod`, but not in `production`.
fn has_word(text: &str, word: &str) -> bool {
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| {
        !is_letter(text[..at].chars().next_back()) && !is_letter(text[at + word.len()..].chars().next())
    })
}

#[test]
fn nothing_of_a_world_is_in_its_redacted_report() {
    let secrets = secrets();
    assert!(secrets.len() > 100, "{}", secrets.len());
    let plain = flowtoll(&["report", "sample-logs", "--quiet", "--format", "json", "--group-by", "tag:Name"]);
    let known: Vec<&String> = secrets.iter().filter(|secret| plain.contains(*secret)).collect();
    assert!(known.len() > 40, "the plain report has {} of them only", known.len());
    for format in ["json", "table"] {
        for key in ["tag:Name", "account", "instance"] {
            let arguments =
                ["report", "sample-logs", "--quiet", "--format", format, "--group-by", key, "--redact"];
            let redacted = flowtoll(&arguments);
            let left: Vec<&String> = secrets.iter().filter(|secret| has_word(&redacted, secret)).collect();
            assert!(left.is_empty(), "{format} {key}: {left:?}");
            assert!(!redacted.contains("sample-logs"), "a path is left");
            assert_ne!(redacted, flowtoll(&arguments), "without a key pseudonyms are new in each run");
        }
    }
}

#[test]
fn pseudonyms_are_the_same_under_the_same_key_and_figures_stay() {
    let key = ["--group-by", "subnet", "--redact", "--redact-key", "between us"];
    let (plain, redacted) = (report(&["--group-by", "subnet"]), report(&key));
    assert_eq!(redacted, report(&key));
    for part in ["period", "ledger", "totals"] {
        assert_eq!(plain[part], redacted[part]);
    }
    let lines = |report: &Value, list: &str, key: &str| {
        let list = report[list].as_array().expect("a list").clone();
        let mut found: Vec<String> = list.iter().map(|line| line[key].to_string()).collect();
        found.sort();
        found
    };
    for (list, key) in [
        ("nat_gateways", "bytes_in"),
        ("endpoints", "cost_month_usd"),
        ("attribution", "bytes_out"),
        ("attribution", "service"),
        ("advice", "saving_month_usd"),
        ("groups", "cost_month_usd"),
    ] {
        assert_eq!(lines(&plain, list, key), lines(&redacted, list, key));
        assert!(!lines(&plain, list, key).is_empty());
    }
    // The same subnet is the same in both lists, and its kind stays.
    let clients: BTreeSet<String> = lines(&redacted, "attribution", "subnet_id").into_iter().collect();
    let owners: BTreeSet<String> = lines(&redacted, "groups", "value").into_iter().collect();
    assert!(clients.iter().all(|id| id.starts_with("\"subnet-") && owners.contains(id)), "{clients:?}");
}

#[test]
fn a_report_in_japanese_has_no_english_sentence() {
    let text = flowtoll(&["report", "sample-logs", "--quiet", "--lang", "ja", "--currency-rate", "JPY=150"]);
    assert!(text.contains("月額コスト  1,083.52 USD (162,528 JPY)"));
    let notes =
        text.split("判明しなかったこと").nth(1).expect("notes").split("集計対象外").next().expect("notes");
    let english = notes.lines().filter(|line| line.starts_with("- ") && line.is_ascii()).count();
    assert_eq!(english, 0, "{notes}");
}

#[test]
fn wrong_settings_are_errors_before_any_reading() {
    for arguments in [
        ["--currency-rate", "JPY"],
        ["--currency-rate", "YEN=150"],
        ["--currency-rate", "JPY=0"],
        ["--group-by", "team"],
        ["--group-by", "tag:"],
        ["--redact-key", "without --redact"],
    ] {
        let output = Command::cargo_bin("flowtoll")
            .expect("the program")
            .args(["report", "no-such-input"])
            .args(arguments)
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(arguments[0]) && !said.contains("no-such-input"), "{said}");
    }
}

/// Three zones, of which two stay: what a headline counts are the zones that go.
#[test]
fn an_endpoint_goes_out_of_the_zones_that_are_named() {
    let case = "tests/cases/advice-endpoint-shrink";
    let (logs, inventory) = (format!("{case}/logs"), format!("{case}/inventory"));
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (lang, headline) in [
        ("en", "Take the kms interface endpoint vpce-0bbbbbbbbbbbbbbb1 out of 1 AZ(s)"),
        ("ja", "kms のインターフェイスエンドポイント vpce-0bbbbbbbbbbbbbbb1 を 1 個の AZ から外す"),
    ] {
        let output = folder.path().join(lang);
        let arguments = ["plan", &logs, "--inventory", &inventory, "--quiet", "--lang", lang, "--output"];
        flowtoll(&[&arguments[..], &[output.to_str().expect("UTF-8")]].concat());
        let text = std::fs::read_to_string(output.join("RATIONALE.md")).expect("a rationale");
        assert!(text.contains(headline), "{text}");
    }
}
