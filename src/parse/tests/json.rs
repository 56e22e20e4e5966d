//! Records in JSON wrappings.

use std::io::{self, Read};

use proptest::prelude::*;

use super::super::json::MAX_JSON_DEPTH;
use super::super::{FormatHints, ObjectError, json};
use super::{Event, Recorder, V2, v2_record};

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

#[test]
fn arrays_are_judged_as_json_judges_them() {
    let (one, two) = (message(1), message(2));
    let depth = |depth: usize| format!("{}{one}{}", "[".repeat(depth), "]".repeat(depth));
    for text in
        ["[]", "[[],[]]", &format!("[ {one} , {two} ]"), &format!("[]{one}[[{two}]]"), &depth(MAX_JSON_DEPTH)]
    {
        assert_eq!(parse(text).1, Ok(()), "{text}");
    }
    for text in [
        "[",
        "]",
        ",",
        "[,]",
        "[[]",
        "[]]",
        &format!("[{one},]"),
        &format!("[,{one}]"),
        &format!("[{one}{two}]"),
        &format!("[{one},,{two}]"),
        &format!("{one},{two}"),
        &format!("[{one}"),
        "5",
        "null",
        "[true]",
        &depth(MAX_JSON_DEPTH + 1),
    ] {
        assert!(matches!(parse(text).1, Err(ObjectError::Damaged(_))), "{text}");
    }
}

#[test]
fn damage_names_its_value() {
    let (_, outcome) = parse(&format!("{}{}{{\"message\":5}}", message(1), message(2)));
    let Err(ObjectError::Damaged(reason)) = outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("value 3") && reason.contains("integer `5`"), "{reason}");
}

/// Gives so many bytes at a time, and an error in the end.
struct Breaks<'t> {
    text: &'t [u8],
    size: usize,
}

impl Read for Breaks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.text.is_empty() {
            return Err(io::Error::other("the line is dead"));
        }
        let size = self.size.min(buffer.len());
        (&mut self.text).take(size as u64).read(buffer)
    }
}

#[test]
fn a_stream_that_breaks_keeps_what_came_before() {
    let whole = [message(1), message(2), message(3)].concat();
    for (end, size) in (0..=whole.len()).flat_map(|end| [(end, 1), (end, 1_000)]) {
        let mut recorder = Recorder::default();
        let input = Breaks { text: &whole.as_bytes()[..end], size };
        let outcome = json::parse(input, FormatHints::default(), &mut recorder);
        assert_eq!(recorder.records().len(), whole[..end].matches('}').count(), "{end}");
        let Err(ObjectError::Damaged(reason)) = outcome else { panic!("{outcome:?}") };
        assert!(reason.contains("the line is dead"), "{reason}");
    }
}

/// A message: a record, or whatever.
fn any_message() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0_u64..9).prop_map(v2_record),
        1 => (0_u64..9).prop_map(|bytes| format!("{}\n", v2_record(bytes))),
        1 => (0_u64..9).prop_map(|bytes| format!("{}\n{}", v2_record(bytes), v2_record(bytes))),
        1 => any::<String>(),
        1 => prop::sample::select(vec!["", "\n", "\\", "\"", "}", "\u{7f}", "\u{1}", "\u{e9}", V2]).prop_map(str::to_owned),
    ]
}

proptest! {
    /// What is taken as it lies is what serde_json reads, and both are lines of text.
    #[test]
    fn plain_messages_are_read_as_any_other(messages in prop::collection::vec(any_message(), 0..12)) {
        let first = v2_record(7);
        let all = || std::iter::once(&first).chain(&messages);
        let value = |message: &String| serde_json::Value::from(message.as_str()).to_string();
        let wrapped = |start: &str| {
            all().map(|message| [start, &value(message), "}"].concat()).collect::<Vec<_>>().concat()
        };
        let (short, long) = (wrapped("{\"message\":"), wrapped("{\"message\": "));
        let payload = all().map(|message| format!("{{\"id\":\"1\",\"message\":{}}}", value(message)));
        let payload = format!("{{\"logEvents\":[{}]}}", payload.collect::<Vec<_>>().join(","));
        let lines: Vec<&str> =
            all().map(|message| message.trim_end_matches('\n')).filter(|message| !message.is_empty()).collect();
        let (text, outcome) = super::parse_text(format!("{}\n", lines.join("\n")).as_bytes());
        for json in [short, long, payload] {
            let (recorder, same) = parse(&json);
            prop_assert_eq!((&recorder.events, &same), (&text.events, &outcome), "{}", json);
        }
    }

    #[test]
    fn no_bytes_upset_the_reader_of_json(
        bytes in prop::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:\\ \nmessage".to_vec())],
            0..300,
        ),
        behind in any::<bool>(),
    ) {
        let start = if behind { message(1) } else { String::new() };
        let mut recorder = Recorder::default();
        let _ = json::parse([start.as_bytes(), &bytes].concat().as_slice(), FormatHints::default(), &mut recorder);
        let records = recorder.events.iter().filter(|event| matches!(event, Event::Record(_))).count();
        prop_assert!(records >= usize::from(behind));
    }
}
