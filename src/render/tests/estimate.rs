//! An estimate as people and programs see it.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::{ESTIMATE_SCHEMA_JSON, Format, TableStyle, estimate};
use crate::model::estimate::{BucketEstimate, ESTIMATE_SCHEMA, Estimate, Unlisted};

fn sample() -> Estimate {
    Estimate {
        schema: ESTIMATE_SCHEMA,
        objects: 9_000,
        bytes: 3 << 30,
        objects_of_unknown_size: 1,
        copies: 12,
        unlisted: vec![Unlisted { name: "s3://b/x/".to_owned(), reason: "denied".to_owned() }],
        buckets: vec![
            BucketEstimate {
                bucket: "logs".to_owned(),
                region: Some("us-east-1".to_owned()),
                objects: 8_928,
                bytes: 2 << 30,
                list_requests: 9,
                get_requests: 8_928,
                cost_usd: Decimal::from_str_exact("0.0036162").ok(),
                rates: vec!["S3 LIST requests 0.005 USD/1,000 (us-east-1, 2024-09-25)".to_owned()],
            },
            BucketEstimate {
                bucket: "elsewhere".to_owned(),
                region: None,
                objects: 71,
                bytes: 1 << 30,
                list_requests: 1,
                get_requests: 71,
                cost_usd: None,
                rates: vec![],
            },
        ],
        requests_cost_usd: None,
        notes: vec!["data transfer is not in it".to_owned()],
    }
}

fn written(format: Format, of: &Estimate) -> String {
    let mut out = Vec::new();
    estimate(of, format, TableStyle::default(), &mut out).expect("a Vec takes all");
    String::from_utf8(out).expect("text")
}

#[test]
fn look_of_an_estimate() {
    insta::assert_snapshot!(written(Format::Table, &sample()));
}

#[test]
fn every_key_is_described_and_promised() {
    let schema: Value = serde_json::from_str(ESTIMATE_SCHEMA_JSON).expect("the schema is JSON");
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).expect("a valid schema");
    let written: Value = serde_json::from_str(&written(Format::Json, &sample())).expect("JSON");
    assert!(validator.is_valid(&written), "{written}");
    for (value, described) in [
        (&written, &schema),
        (&written["buckets"][0], &schema["$defs"]["bucket"]),
        (&written["unlisted"][0], &schema["$defs"]["unlisted"]),
    ] {
        let mut keys: Vec<&String> = value.as_object().expect("an object").keys().collect();
        let mut known: Vec<&String> =
            described["properties"].as_object().expect("properties").keys().collect();
        let mut required: Vec<&str> =
            described["required"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        keys.sort();
        known.sort();
        required.sort_unstable();
        assert_eq!(keys, known);
        assert_eq!(keys, required);
    }
    for (pointer, value) in [
        ("/requests_cost_usd", json!(0.5)),
        ("/buckets/0/cost_usd", json!("free")),
        ("/buckets/0/list_requests", json!(-1)),
        ("/schema", json!("flowtoll/report/v1")),
    ] {
        let mut broken = written.clone();
        *broken.pointer_mut(pointer).expect(pointer) = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}
