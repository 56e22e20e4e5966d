//! Records wrapped in JSON: CloudWatch subscriptions, Firehose, exports.

use serde_json::json;

use super::{Trap, V2, gzip, record};

/// `{"message": record}` for each record.
fn messages(bytes: &[u64]) -> Vec<String> {
    bytes.iter().map(|bytes| json!({ "message": record(*bytes) }).to_string()).collect()
}

/// What a CloudWatch Logs subscription delivers.
fn subscription(message_type: &str, messages: &[String]) -> String {
    let events: Vec<_> = messages
        .iter()
        .enumerate()
        .map(|(id, message)| json!({ "id": id.to_string(), "timestamp": 1_788_220_800_000_u64, "message": message }))
        .collect();
    json!({
        "messageType": message_type,
        "owner": "111122223333",
        "logGroup": "vpc-flow-logs",
        "logStream": "eni-0aaaaaaaaaaaaaaa1-all",
        "subscriptionFilters": ["to-firehose"],
        "logEvents": events,
    })
    .to_string()
}

#[test]
fn objects_without_a_newline_between_them() {
    Trap::with(messages(&[1, 20, 300]).concat()).report().has(&[
        ("ok", 3),
        ("malformed", 0),
        ("bytes_total", 321),
    ]);
}

#[test]
fn one_object_on_each_line() {
    Trap::with(messages(&[1, 20, 300]).join("\n")).report().has(&[
        ("ok", 3),
        ("malformed", 0),
        ("bytes_total", 321),
    ]);
}

#[test]
fn an_array_of_messages() {
    let text = format!("[{}]", messages(&[1, 20, 300]).join(",\n "));
    Trap::with(text).report().has(&[("ok", 3), ("malformed", 0), ("bytes_total", 321)]);
}

#[test]
fn escapes_inside_a_message_are_decoded() {
    // The separator as an escape, a newline at the end, further keys with escaped quotes.
    let text = format!(
        "{{\"note\":\"a \\\"quoted\\\" {{word\",\"message\":\"{}\\n\"}}",
        record(40).replace(' ', "\\u0020")
    );
    Trap::with(text).report().has(&[("ok", 1), ("malformed", 0), ("bytes_total", 40)]);
}

#[test]
fn messages_in_another_format_are_read_with_the_format_told() {
    let message = "10.0.1.5 10.0.2.9 900 1788220800 1788220860 eni-0aaaaaaaaaaaaaaa1";
    let trap = Trap::with(json!({ "message": message }).to_string());
    let asked = trap.run(&[]);
    assert!(asked.words().contains("--log-format"), "{}", asked.words());
    let told = trap.run(&["--log-format", "${srcaddr} ${dstaddr} ${bytes} ${start} ${end} ${interface-id}"]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    told.has(&[("ok", 1), ("bytes_total", 900)]);
}

#[test]
fn a_subscription_carries_records_and_control_messages_none() {
    let text = [
        subscription(
            "CONTROL_MESSAGE",
            &["CWL CONTROL MESSAGE: Checking health of destination Firehose.".to_owned()],
        ),
        subscription("DATA_MESSAGE", &[record(1), record(20)]),
        subscription("DATA_MESSAGE", &[record(300)]),
    ]
    .concat();
    let expected = [("records", 3), ("ok", 3), ("malformed", 0), ("bytes_total", 321)];
    Trap::with(&text).report().has(&expected);
    // Firehose stores each delivery as a gzip member of its own, and may compress the object once more.
    let members = [
        gzip(subscription("DATA_MESSAGE", &[record(1), record(20)]).as_bytes()),
        gzip(subscription("DATA_MESSAGE", &[record(300)]).as_bytes()),
    ]
    .concat();
    Trap::new().file("logs/stream-1", &members).report().has(&expected);
    Trap::new().file("logs/stream-1.gz", gzip(&members)).report().has(&expected);
}

#[test]
fn a_header_in_the_first_message_is_a_header() {
    let text = [json!({ "message": V2 }).to_string(), messages(&[70]).concat()].concat();
    Trap::with(text).report().has(&[("records", 1), ("ok", 1), ("malformed", 0), ("bytes_total", 70)]);
}

#[test]
fn json_that_breaks_off_keeps_what_came_before() {
    let whole = messages(&[1, 20]).concat();
    let broken = &messages(&[300]).concat()[..40];
    let seen = Trap::with(format!("{whole}{broken}")).run(&[]);
    assert!(matches!(seen.code, Some(0 | 1)), "exit code {:?}: {}", seen.code, seen.stderr);
    seen.has(&[("ok", 2), ("bytes_total", 21)]);
    assert!(seen.ledger("malformed") == 1 || seen.ledger("objects_failed") == 1, "the broken rest is named");
}
