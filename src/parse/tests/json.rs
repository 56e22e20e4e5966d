//! Records in JSON wrappings.

use super::super::{FormatHints, ObjectError, json};
use super::{Recorder, V2, v2_record};

fn parse(text: &str) -> (Recorder, Result<(), ObjectError>) {
    let mut recorder = Recorder::default();
    let outcome = json::parse(text.as_bytes(), FormatHints::default(), &mut recorder);
    (recorder, outcome)
}

fn message(bytes: u64) -> String {
    format!(r#"{{"message":"{}"}}"#, v2_record(bytes))
}

fn payload(kind: &str, events: &[u64]) -> String {
    let events: Vec<String> = events
        .iter()
        .map(|bytes| {
            format!(
                r#"{{"id":"3","timestamp":1773100800000,"message":"{}","extractedFields":{{"a":null}}}}"#,
                v2_record(*bytes)
            )
        })
        .collect();
    format!(
        r#"{{"owner":"123456789012","logEvents":[{}],"messageType":"{kind}","logGroup":"g","subscriptionFilters":["f"]}}"#,
        events.join(",")
    )
}

#[test]
fn every_wrapping_gives_the_same_records() {
    let (bare, _) = super::parse_text(format!("{}\n{}\n", v2_record(1), v2_record(2)).as_bytes());
    let (one, two) = (message(1), message(2));
    for text in [
        format!("{one}{two}"),
        format!("{one}\n{two}\n"),
        format!("{one}\r\n\r\n  {two}"),
        format!("[{one},{two}]"),
        format!("[[{one}],{two}]"),
        format!("{one}[{two}]"),
        format!("[{one}][{two}]"),
        format!("\"{}\" \"{}\"", v2_record(1), v2_record(2)),
        payload("DATA_MESSAGE", &[1, 2]),
        format!("{}{}", payload("DATA_MESSAGE", &[1]), payload("DATA_MESSAGE", &[2])),
        format!("{}{}", payload("CONTROL_MESSAGE", &[9]), payload("DATA_MESSAGE", &[1, 2])),
        format!(r#"{{"n":[1,{{"message":"no"}}],{}"#, &format!("{one}{two}")[1..]),
        format!(r#"{{"message":"{}\n"}}{two}"#, v2_record(1)),
        format!(r#"{{"message":"{}\n{}"}}"#, v2_record(1), v2_record(2)),
        format!(r#"{{"message":"{}"}}{two}"#, v2_record(1).replace(' ', "\\u0020")),
    ] {
        let (recorder, outcome) = parse(&text);
        assert_eq!(outcome, Ok(()), "{text}");
        assert_eq!(recorder.events, bare.events, "{text}");
    }
}

#[test]
fn a_header_in_a_message_rules() {
    let (recorder, outcome) = parse(r#"{"message":"srcaddr bytes"}{"message":"10.0.0.1 5"}"#);
    assert_eq!((outcome, recorder.records().len()), (Ok(()), 1));
}

#[test]
fn json_that_breaks_off_keeps_what_came_before() {
    let text = format!("{}{}{}", message(1), message(2), message(3));
    for end in 0..text.len() {
        let (recorder, outcome) = parse(&text[..end]);
        // A value ends with its brace.
        let whole = text[..end].matches('}').count();
        assert_eq!(recorder.records().len(), whole, "{end}");
        let complete = end == 0 || text[..end].ends_with('}');
        match outcome {
            Ok(()) => assert!(complete, "{end}"),
            Err(ObjectError::Damaged(reason)) => {
                assert!(!complete, "{end}");
                assert!(reason.contains("line 1 column"), "{reason}");
            }
            other => panic!("{other:?} at {end}"),
        }
    }
}

#[test]
fn other_json_is_recognised() {
    let query = r#"{"version":"1.100000","account_id":"111122223333","region":"eu-west-1","vpc_id":"vpc-0a1","query_timestamp":"2026-03-04T05:06:07Z","query_name":"logs.eu-west-1.amazonaws.com.","query_type":"A","answers":[{"Rdata":"52.94.222.10","Type":"A","Class":"IN"}],"srcaddr":"10.7.1.23"}"#;
    let firewall = r#"{"firewall_name":"fw","availability_zone":"us-east-1a","event_timestamp":"1773100800","event":{"src_ip":"10.0.0.1"}}"#;
    let lattice = r#"{"startTime":"2026-03-10T00:00:00Z","serviceNetworkArn":"arn:aws:vpc-lattice:us-east-1:1:servicenetwork/sn-0a1","bytesSent":5}"#;
    let trail = r#"{"Records":[{"eventVersion":"1.08","eventName":"GetObject"}]}"#;
    let waf = r#"{"timestamp":1,"webaclId":"arn","action":"ALLOW","httpRequest":{"clientIp":"192.0.2.9"}}"#;
    let describe = r#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-0a1"}]}"#;
    for (text, kind) in [
        (query, "Route 53 Resolver query log"),
        (firewall, "Network Firewall log"),
        (lattice, "VPC Lattice access log"),
        (trail, "CloudTrail log"),
        (waf, "WAF log"),
        (describe, "describe answer (inventory)"),
    ] {
        assert_eq!(parse(text).1, Err(ObjectError::Foreign { kind }), "{text}");
        assert_eq!(parse(&format!("[{text}]")).1, Err(ObjectError::Foreign { kind }), "{text}");
    }
    assert!(matches!(parse(r#"{"hello":"world"}"#).1, Err(ObjectError::Unrecognised { .. })));
}

#[test]
fn the_inner_log_is_judged_as_any_other() {
    let unknown = r#"{"message":"ACCEPT 10.0.0.1 192.0.2.1 5 6"}"#;
    let text = "ACCEPT 10.0.0.1 192.0.2.1 5 6".to_owned();
    assert_eq!(parse(unknown).1, Err(ObjectError::UnknownFormat { line: 1, text, described: 0 }));
    let lacking = r#"{"message":"srcaddr dstaddr packets"}"#;
    assert_eq!(parse(lacking).1, Err(ObjectError::MissingField { field: "bytes" }));
    let accelerator = r#"{"message":"2.0 123456789012 a1b2c3"}"#;
    assert_eq!(parse(accelerator).1, Err(ObjectError::Foreign { kind: "Global Accelerator flow log" }));
    let mixed = format!("{{\"message\":\"{V2}\"}}{}{}", message(1), r#"{"message":"too few"}"#);
    let (recorder, outcome) = parse(&mixed);
    assert_eq!(outcome, Ok(()));
    assert_eq!(recorder.malformed(), [(3, "line: 2 values where the header has 14 fields".to_owned())]);
}

#[test]
fn deep_nesting_is_an_error_not_an_overflow() {
    let (_, outcome) = parse(&"[".repeat(100_000));
    assert!(matches!(outcome, Err(ObjectError::Damaged(_))));
    let (_, outcome) = parse(&format!(r#"{{"a":{}"#, "[".repeat(100_000)));
    assert!(matches!(outcome, Err(ObjectError::Damaged(_))));
}
