//! The schema is what `--format json` promises: reports fit it, broken ones do not, and no key is without a word.

use serde_json::{Value, json};

use super::super::REPORT_SCHEMA_JSON;
use super::sample;
use crate::model::report::Report;

fn schema() -> Value {
    serde_json::from_str(REPORT_SCHEMA_JSON).expect("the schema is JSON")
}

fn written(report: &Report) -> Value {
    let mut out = Vec::new();
    super::super::json(report, &mut out).expect("a Vec takes all");
    serde_json::from_slice(&out).expect("the report is JSON")
}

fn faults(report: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&schema()).expect("a valid schema");
    validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_schema_is_one_and_reports_fit_it() {
    assert!(jsonschema::draft202012::meta::is_valid(&schema()));
    for report in [sample::full(), sample::empty(), sample::unpriced()] {
        assert_eq!(faults(&written(&report)), Vec::<String>::new());
    }
}

#[test]
fn broken_reports_do_not_fit() {
    let broken = |pointer: &str, value: Value| {
        let mut report = written(&sample::full());
        *report.pointer_mut(pointer).expect(pointer) = value;
        faults(&report).len()
    };
    for (pointer, value) in [
        ("/totals/cost_month_usd", json!(305.63)),
        ("/totals/cost_month_usd", json!("305.10")),
        ("/totals/cost_month_usd", json!("1e3")),
        ("/totals/cost_month_usd", json!("unpriced")),
        ("/ledger/bytes_total", json!(-1)),
        ("/ledger/bytes_total", json!(1.5)),
        ("/ledger/bytes_total", json!("12")),
        ("/attribution/0/path", json!("wormhole")),
        ("/nat_gateways/0/vantage", json!("above")),
        ("/nat_gateways/0/vantage_hours", json!({ "above": 1 })),
        ("/endpoints/0/type", json!("interface")),
        ("/advice/0/confidence", json!("certain")),
        ("/schema", json!("flowtoll/report/v2")),
        ("/sources/price_book_date", json!("yesterday")),
        ("/advice", json!(null)),
    ] {
        assert_eq!(broken(pointer, value.clone()), 1, "{pointer} {value}");
    }
}

/// Calls `visit` for every object of `value` with the schema that describes it.
fn walk<'v>(
    root: &'v Value,
    schema: &'v Value,
    value: &'v Value,
    visit: &mut dyn FnMut(&'v Value, &'v Value),
) {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(&reference[1..]).expect(reference),
        None => schema,
    };
    match value {
        Value::Object(object) => {
            visit(schema, value);
            for (key, value) in object {
                if let Some(property) = schema["properties"].get(key) {
                    walk(root, property, value, visit);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(root, &schema["items"], item, visit)),
        _ => {}
    }
}

#[test]
fn every_key_that_is_written_is_described_and_promised() {
    let root = schema();
    let report = written(&sample::full());
    let mut keys = 0;
    walk(&root, &root, &report, &mut |schema, object| {
        // A map of counts has its keys listed instead.
        if schema.get("propertyNames").is_some() {
            return;
        }
        let required: Vec<_> = schema["required"].as_array().expect("required").iter().collect();
        let written = object.as_object().expect("an object");
        for (key, _) in written {
            keys += 1;
            let description = schema["properties"][key]["description"].as_str().unwrap_or_default();
            assert!(description.len() > 5 && description.ends_with('.'), "{key}: {description:?}");
            assert!(required.contains(&&json!(key)), "{key} is not promised");
        }
        assert_eq!(required.len(), written.len(), "a promised key is not written");
        assert_eq!(schema["properties"].as_object().expect("properties").len(), written.len());
        assert_eq!(schema["additionalProperties"], json!(true));
    });
    // Lower bound: one object of each kind was looked at.
    assert!(keys > 130, "{keys}");
}

#[test]
fn without_a_promised_key_a_report_does_not_fit() {
    let root = schema();
    let report = written(&sample::full());
    let mut objects = 0;
    walk(&root, &root, &report, &mut |schema, object| {
        let Some(required) = schema.get("required") else { return };
        objects += 1;
        let mut schema = schema.clone();
        schema["$defs"] = root["$defs"].clone();
        let validator = jsonschema::draft202012::new(&schema).expect("a part of the schema");
        assert!(validator.is_valid(object));
        for key in required.as_array().expect("required").iter().filter_map(Value::as_str) {
            let mut broken = object.clone();
            broken.as_object_mut().expect("an object").remove(key);
            assert!(!validator.is_valid(&broken), "{key}");
        }
    });
    assert!(objects >= 14, "{objects}");
}

#[test]
fn byte_counts_above_64_bits_are_written_exactly() {
    let mut report = sample::empty();
    report.ledger.bytes_total = u128::from(u64::MAX) + 2;
    report.notes = vec![crate::model::report::Note {
        id: "large".to_owned(),
        text: "large".to_owned(),
        bytes: Some(u128::MAX),
        code: "large".to_owned(),
        parameters: std::collections::BTreeMap::new(),
    }];
    let mut out = Vec::new();
    super::super::json(&report, &mut out).expect("a Vec takes all");
    let text = String::from_utf8(out).expect("UTF-8");
    assert!(text.contains("\"bytes_total\": 18446744073709551617,"));
    assert!(text.contains("\"bytes\": 340282366920938463463374607431768211455,\n"));
    assert!(text.ends_with("}\n") && !text.ends_with("\n\n"));
}
