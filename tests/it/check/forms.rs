//! The forms of the output (how the sample looks is in `sample_report`): the schemas, exit codes, and names that would like to be markup.

use serde_json::{Value as Json, json};

use super::world::World;

/// Runs `flowtoll check` at the root of the repository, or in a folder.
pub(super) fn run(folder: &std::path::Path, args: &[&str]) -> (Option<i32>, String, String) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
        .current_dir(folder)
        .arg("check")
        .args(args)
        .env_remove("COLUMNS")
        .output()
        .expect("flowtoll starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

pub(super) fn sample(format: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let (code, out, err) = run(root, &["sample-logs", "--format", format]);
    assert_eq!(code, Some(0), "{err}");
    out
}

/// The figures are those of `sample-logs/README.md`, by hand, with transfer between zones where clients are in another zone:
/// ci-c sends and receives 6,628,626,125 + 43,756,358,453 bytes of S3 and 1,509,022,281 + 1,721,998,416 of DynamoDB across zones, at
/// 0.02 USD per GB and 730 / 24: 28.55 and 1.83 USD.
#[test]
fn the_sample_loses_what_its_truth_says() {
    let check: Json = serde_json::from_str(&sample("json")).expect("JSON");
    let loss = |id: &str, resource: &str, word: &str| {
        let lines = check["findings"].as_array().expect("a list").iter();
        let mut found = lines.filter(|line| {
            line["id"] == id
                && line["resource_id"] == resource
                && line["title"].as_str().is_some_and(|t| t.contains(word))
        });
        let line = found.next().unwrap_or_else(|| panic!("no {id} at {resource}"));
        assert!(found.next().is_none(), "{id} at {resource} twice");
        let loss: rust_decimal::Decimal =
            line["loss_month_usd"].as_str().expect("a loss").parse().expect("a decimal");
        loss.round_dp(2).to_string()
    };
    assert_eq!(loss("gateway-endpoint-not-routed", "rtb-08dfa16bc3320608f", "s3"), "328.89");
    assert_eq!(loss("gateway-endpoint-absent", "vpc-0e8f2c76a10ff7178", "dynamodb"), "21.64");
    // 191.60 + 28.55, and 11.04 + 1.83.
    assert_eq!(loss("gateway-endpoint-absent", "vpc-0b453accbb086699d", "s3"), "220.14");
    assert_eq!(loss("gateway-endpoint-absent", "vpc-0b453accbb086699d", "dynamodb"), "12.87");
    assert_eq!(loss("endpoint-idle", "vpce-0801d057f403a4853", "kinesis"), "20.44");
}

/// The schema of the JSON form, and that nothing is written without a word in it.
#[test]
fn json_fits_its_schema() {
    let schema: Json = serde_json::from_str(flowtoll::render::CHECK_SCHEMA_JSON).expect("the schema is JSON");
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).expect("a valid schema");
    let check: Json = serde_json::from_str(&sample("json")).expect("JSON");
    let faults: Vec<String> = validator.iter_errors(&check).map(|error| error.to_string()).collect();
    assert_eq!(faults, Vec::<String>::new());
    let keys = |value: &Json| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    for key in keys(&check) {
        assert!(schema["required"].as_array().expect("a list").contains(&json!(key)), "{key}");
    }
    for (key, definition) in [("findings", "finding_line"), ("unchecked", "unchecked_line")] {
        let described = &schema["$defs"][definition];
        assert_eq!(described["required"].as_array().expect("a list").len(), keys(&check[key][0]).len());
        for key in keys(&check[key][0]) {
            assert!(described["required"].as_array().expect("a list").contains(&json!(key)), "{key}");
        }
    }
    // The parts that both schemas describe are the same.
    let report: Json = serde_json::from_str(flowtoll::render::REPORT_SCHEMA_JSON).expect("JSON");
    for (name, definition) in schema["$defs"].as_object().expect("definitions") {
        assert_eq!(definition, &report["$defs"][name], "{name}");
    }
    for broken in [json!({}), json!({"schema": "flowtoll/check/v2"})] {
        assert!(!validator.is_valid(&broken));
    }
}

/// What the official schema of SARIF 2.1.0 requires, and what code scanning of GitHub does.
#[test]
fn sarif_has_all_that_is_required() {
    let log: Json = serde_json::from_str(&sample("sarif")).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().is_some_and(|schema| schema.contains("sarif-schema-2.1.0")));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(run["tool"]["driver"]["name"], "flowtoll");
    assert_eq!(rules.len(), flowtoll::check::RULES.len());
    for rule in rules {
        assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string(), "{rule}");
    }
    let results = run["results"].as_array().expect("results");
    assert!(results.len() > 10);
    let mut fingerprints = std::collections::BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small number");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
        assert!(!result["message"]["text"].as_str().expect("a text").is_empty());
        let location = &result["locations"][0];
        assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "sample-logs/inventory");
        assert!(location["logicalLocations"][0]["fullyQualifiedName"].is_string());
        let fingerprint = result["partialFingerprints"]["flowtoll/v2"].as_str().expect("a fingerprint");
        assert!(fingerprints.insert(fingerprint), "two results are {fingerprint}");
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn names_are_no_markup_and_steer_nothing() {
    let evil = "x|y\n# <img src=x onerror=alert(1)> `$(reboot)` [a](http://evil.example) @everyone \u{1b}[31mred\u{202e}";
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut world = World::sound();
    world.endpoint("vpce-ssm")["Tags"] = json!([{"Key": "Name", "Value": evil}]);
    world.endpoint("vpce-ssmmessages")["Tags"] = json!([]);
    world.endpoint("vpce-ssmmessages")["VpcEndpointId"] = json!(format!("vpce-'; {evil}"));
    world.write(folder.path());
    for format in ["table", "json", "sarif", "markdown"] {
        let (code, out, err) = run(folder.path(), &["logs", "--inventory", "inventory", "--format", format]);
        assert_eq!(code, Some(0), "{err}");
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        if format == "json" {
            // Exact, because programs read it; escaped by JSON itself.
            assert!(!out.contains('\u{1b}'));
            let check: Json = serde_json::from_str(&out).expect("JSON");
            assert!(check["findings"].to_string().contains("onerror"));
            // A command keeps the hostile id in one word.
            let fixes =
                check["findings"].as_array().expect("a list").iter().filter_map(|line| line["fix"].as_str());
            let hostile: Vec<&str> = fixes.filter(|fix| fix.contains("reboot")).collect();
            assert!(
                !hostile.is_empty() && hostile.iter().all(|fix| fix.contains(r"'vpce-'\''; x|y")),
                "{hostile:?}"
            );
            continue;
        }
        assert!(!out.contains(steers), "{format}: {out}");
        assert!(out.contains("onerror"), "{format}");
        if format == "sarif" {
            serde_json::from_str::<Json>(&out).expect("JSON");
        }
        if format == "markdown" {
            for raw in ["<img", "[a](", "http://", "@everyone", "\n# ", " `$(", "x|y"] {
                assert!(!out.contains(raw), "{raw} in {out}");
            }
            let rows = out.lines().filter(|line| line.starts_with("| "));
            for row in rows {
                let bars = row.replace("\\|", "").matches('|').count();
                assert_eq!(bars, 7, "{row}");
            }
        }
        // A command keeps the hostile id in one word.
        let (_, json, _) = run(folder.path(), &["logs", "--inventory", "inventory", "--format", "json"]);
        let check: Json = serde_json::from_str(&json).expect("JSON");
        let fixes =
            check["findings"].as_array().expect("a list").iter().filter_map(|line| line["fix"].as_str());
        let hostile: Vec<&str> = fixes.filter(|fix| fix.contains("reboot")).collect();
        assert!(
            !hostile.is_empty() && hostile.iter().all(|fix| fix.contains(r"'vpce-'\''; x|y")),
            "{hostile:?}"
        );
    }
}

#[test]
fn the_exit_code_says_how_bad_it_is() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut world = World::sound();
    world.reject("a", "10.0.1.22");
    world.write(folder.path());
    let code = |args: &[&str]| run(folder.path(), &[&["--inventory", "inventory"], args].concat()).0;
    assert_eq!(code(&["logs"]), Some(0));
    assert_eq!(code(&["logs", "--fail-on", "critical"]), Some(0));
    assert_eq!(code(&["logs", "--fail-on", "high"]), Some(1));
    assert_eq!(code(&["logs", "--fail-on", "info"]), Some(1));
    // The inventory alone: whatever is there is a note, and here is nothing.
    assert_eq!(code(&["--fail-on", "info"]), Some(0));
    assert_eq!(code(&["--fail-on", "info", "--name-pattern", "{service}"]), Some(1));
    assert_eq!(code(&["--name-pattern", "{team}"]), Some(2));
    assert_eq!(code(&["nowhere"]), Some(2));
    let (code, _, err) = run(folder.path(), &["logs"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("--inventory"), "{err}");
    // A report shows findings and does not fail for them.
    let report = assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
        .current_dir(folder.path())
        .args(["report", "logs", "--inventory", "inventory"])
        .output()
        .expect("flowtoll starts");
    assert_eq!(report.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&report.stdout).contains("endpoint-rejects-clients"));
}

#[test]
fn output_goes_to_a_file() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    World::sound().write(folder.path());
    let (code, out, _) = run(
        folder.path(),
        &["logs", "--inventory", "inventory", "--format", "sarif", "--output", "found.sarif"],
    );
    assert_eq!((code, out.as_str()), (Some(0), ""));
    let text = std::fs::read_to_string(folder.path().join("found.sarif")).expect("the file");
    assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON")["runs"][0]["results"], json!([]));
}

#[test]
fn the_number_of_threads_does_not_show() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let with = |threads: &str| run(root, &["sample-logs", "--format", "json", "--threads", threads]).1;
    assert_eq!(with("1"), with("3"));
}
