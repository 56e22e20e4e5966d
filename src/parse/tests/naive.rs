//! A parser that is short and slow and obviously right, and the text parser beside it.
//!
//! It knows lines and words as the standard library splits them, and values as the standard library reads them. It
//! reads logs whose first line is a header of VPC Flow Logs.

use std::io::{self, Read};
use std::net::IpAddr;

use proptest::prelude::*;

use super::super::fields::FIELDS;
use super::super::format::LineFormat;
use super::super::text::TextParser;
use super::super::{FormatHints, MAX_LINE_BYTES, Malformed, MalformedReason};
use super::{Event, Recorder};
use crate::model::addr::Addr;
use crate::model::flow::{Action, FlowDirection, FlowRecord, LogStatus, ObserverTexts, Traffic};
use crate::read;

/// Everything in a log that starts with a header.
fn naive(log: &str) -> Vec<Event> {
    let mut events = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (index, line) in log.trim_start_matches('\u{feff}').split('\n').enumerate() {
        let number = index as u64 + 1;
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        if words.is_empty() || words[0].starts_with('#') || words == ["..."] {
            continue;
        }
        if is_header(&words) {
            names = words.iter().map(|word| word.to_lowercase().replace('_', "-")).collect();
            events.push(Event::Format(names.join(" ")));
            continue;
        }
        let words = values(&words, names.len());
        if words.as_ref().is_ok_and(Vec::is_empty) {
            continue;
        }
        match words.and_then(|words| record(&names, &words)) {
            Ok(record) => events.push(Event::Record(record)),
            Err(fault) => events.push(Event::Malformed(number, fault)),
        }
    }
    events
}

fn is_header(words: &[&str]) -> bool {
    let known = |word: &&&str| FIELDS.iter().any(|field| field.name == word.to_lowercase().replace('_', "-"));
    let count = words.iter().filter(known).count();
    let name_like = |word: &&str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    words.iter().all(name_like) && count >= 2 && count * 2 > words.len()
}

/// The words of a record: without an export's timestamp in front and a remark behind, if there are too many; none if
/// all of it is a remark.
fn values<'w>(words: &[&'w str], expected: usize) -> Result<Vec<&'w str>, Malformed> {
    let mut words = words.to_vec();
    let surplus = words.get(expected).is_some_and(|word| !word.starts_with('#'));
    if surplus && words[0].len() >= 19 && words[0].chars().nth(10) == Some('T') {
        words.remove(0);
        if words[0].starts_with('#') {
            return Ok(Vec::new());
        }
    }
    if let Some(remark) = words.iter().skip(expected).position(|word| word.starts_with('#')) {
        words.truncate(expected + remark);
    }
    if words.len() == expected {
        return Ok(words);
    }
    Err(Malformed { field: None, reason: MalformedReason::ValueCount { found: words.len(), expected } })
}

fn record(names: &[String], words: &[&str]) -> Result<String, Malformed> {
    let word = |name: &str| {
        let place = names.iter().position(|known| known == name);
        place.map_or("", |place| words[place])
    };
    let text = |name: &str| {
        if ["-", "None", "null", "NULL", "nan", "NaN"].contains(&word(name)) { "" } else { word(name) }
    };
    let wrong = |name: &'static str, expected| Malformed {
        field: Some(name),
        reason: MalformedReason::Value { value: word(name).chars().take(40).collect(), expected },
    };
    let number = |name: &'static str, most: u64, expected| match text(name) {
        "" => Ok(None),
        text => match text.strip_suffix(".0").unwrap_or(text).parse::<u64>() {
            Ok(number) if number <= most && !text.starts_with('+') => Ok(Some(number)),
            _ => Err(wrong(name, expected)),
        },
    };
    let seconds = |name: &'static str| {
        let value = number(name, i64::MAX as u64, "Unix seconds")?.map(u64::cast_signed);
        Ok(value.map(|value| if value >= 100_000_000_000 { value / 1_000 } else { value }))
    };
    let address = |name: &'static str| match text(name) {
        "" => Ok(None),
        text => match text.parse::<IpAddr>() {
            Ok(ip) => Ok(Some(Addr::from(ip))),
            Err(_) => Err(wrong(name, "an IPv4 or IPv6 address")),
        },
    };

    let bytes = number("bytes", u64::MAX, "a whole number of bytes")?;
    let status = match text("log-status") {
        "NODATA" => LogStatus::NoData,
        "SKIPDATA" => LogStatus::SkipData,
        "" if bytes.is_none() && text("srcaddr").is_empty() => LogStatus::NoData,
        "OK" | "" => LogStatus::Ok,
        _ => return Err(wrong("log-status", "OK, NODATA or SKIPDATA")),
    };
    let action = match text("action") {
        "ACCEPT" | "" => Action::Accept,
        "REJECT" => Action::Reject,
        _ => return Err(wrong("action", "ACCEPT or REJECT")),
    };
    number("packets", u64::MAX, "a whole number of packets")?;
    let mut record = FlowRecord {
        observer: ObserverTexts {
            account_id: text("account-id").as_bytes(),
            interface_id: text("interface-id").as_bytes(),
            resource_id: text("resource-id").as_bytes(),
            vpc_id: text("vpc-id").as_bytes(),
            subnet_id: text("subnet-id").as_bytes(),
            instance_id: text("instance-id").as_bytes(),
            region: text("region").as_bytes(),
            az_id: text("az-id").as_bytes(),
            interface_type: text("interface-type").as_bytes(),
        },
        traffic: Traffic {
            bytes,
            start: seconds("start")?,
            end: seconds("end")?,
            action,
            status,
            ..Traffic::default()
        },
        ..FlowRecord::default()
    };
    if status != LogStatus::NoData {
        record.src = address("srcaddr")?;
        record.dst = address("dstaddr")?;
        record.pkt_src = address("pkt-srcaddr")?;
        record.pkt_dst = address("pkt-dstaddr")?;
        let port = |name| number(name, 65_535, "a port, 0 to 65535").map(|port| port.unwrap_or(0));
        record.traffic.src_port = u16::try_from(port("srcport")?).expect("checked");
        record.traffic.dst_port = u16::try_from(port("dstport")?).expect("checked");
        let protocol = number("protocol", 255, "an IANA protocol number, 0 to 255")?;
        record.traffic.protocol = u8::try_from(protocol.unwrap_or(0)).expect("checked");
        record.next_hop_interface_id = text("next-hop-interface-id").as_bytes();
        record.next_hop_interface_type = text("next-hop-interface-type").as_bytes();
        record.traffic.direction = match text("flow-direction") {
            "ingress" => FlowDirection::Ingress,
            "egress" => FlowDirection::Egress,
            _ => FlowDirection::Unknown,
        };
        let path = number("traffic-path", 8, "").ok().flatten().unwrap_or(0);
        record.traffic.traffic_path = u8::try_from(path).expect("checked");
    }
    Ok(format!("{record:?}"))
}

/// A value as AWS writes it, mostly.
fn value(name: &'static str) -> BoxedStrategy<String> {
    let good = match name {
        "srcaddr" | "dstaddr" | "pkt-srcaddr" | "pkt-dstaddr" => prop_oneof![
            any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from_bits(bits).to_string()),
            any::<u128>().prop_map(|bits| std::net::Ipv6Addr::from_bits(bits).to_string()),
        ]
        .boxed(),
        "srcport" | "dstport" => any::<u16>().prop_map(|port| port.to_string()).boxed(),
        "protocol" => any::<u8>().prop_map(|number| number.to_string()).boxed(),
        "packets" | "bytes" => any::<u64>().prop_map(|number| number.to_string()).boxed(),
        "start" | "end" => (1_700_000_000_u64..1_800_000_000).prop_map(|time| time.to_string()).boxed(),
        "action" => prop::sample::select(vec!["ACCEPT", "REJECT"]).prop_map(str::to_owned).boxed(),
        "log-status" => {
            prop::sample::select(vec!["OK", "OK", "NODATA", "SKIPDATA"]).prop_map(str::to_owned).boxed()
        }
        "flow-direction" => prop::sample::select(vec!["ingress", "egress"]).prop_map(str::to_owned).boxed(),
        "traffic-path" => (1_u8..=8).prop_map(|path| path.to_string()).boxed(),
        _ => "[a-z]{1,4}-[0-9a-f]{1,17}".boxed(),
    };
    let odd = prop::sample::select(vec![
        "None",
        "18446744073709551616",
        "1.0",
        "1.5",
        "+5",
        "-1",
        "65536",
        "256",
        "ok",
        "Egress",
        "9",
        "1773100800123",
        "10.0.0.256",
        "010.0.0.1",
        "::ffff:10.0.0.1",
        "é",
        "%2D",
        "#x",
        "NODATA",
        "2026-03-10T00:00:00.000Z",
        "NaN",
    ]);
    prop_oneof![40 => good, 3 => Just("-".to_owned()), 1 => odd.prop_map(str::to_owned)].boxed()
}

fn separator() -> impl Strategy<Value = &'static str> {
    prop_oneof![20 => Just(" "), 1 => Just("  "), 1 => Just("\t"), 1 => Just(" \t ")]
}

/// One line of a log with these fields, without its end.
fn line(names: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let values: Vec<_> = names.iter().map(|name| value(name)).collect();
    let record = (values, separator()).prop_map(|(values, separator)| values.join(separator)).boxed();
    let header = Just(names.join(" "));
    prop_oneof![
        60 => record.clone(),
        3 => record.clone().prop_map(|record| format!("2026-03-10T00:00:00.000Z {record}")),
        2 => record.clone().prop_map(|record| format!("{record} # as in the documentation")),
        2 => record.clone().prop_map(|record| format!("#{record}")),
        2 => record.clone().prop_map(|record| format!("# {record}")),
        2 => record.clone().prop_map(|record| format!("{record} 1")),
        2 => record.clone().prop_map(|record| record.rsplit_once(' ').map_or(String::new(), |(most, _)| most.to_owned())),
        2 => record.prop_map(|record| format!("  {record}\r")),
        2 => header,
        1 => prop::sample::select(vec!["", " ", "\r", "...", " ... ", "# nothing", "bytes", "\u{0}", "a # b"]).prop_map(str::to_owned),
        1 => "\\PC{0,80}",
    ]
}

/// A log: a header, then lines of it, then perhaps another header and its lines.
fn log() -> impl Strategy<Value = String> {
    let names: Vec<&'static str> = FIELDS.iter().map(|field| field.name).collect();
    let section = prop::sample::subsequence(names, 2..30).prop_shuffle().prop_flat_map(|mut names| {
        for needed in ["bytes", "srcaddr"] {
            if !names.contains(&needed) {
                names.push(needed);
            }
        }
        let lines = prop::collection::vec(line(&names), 0..30);
        (Just(names.join(" ")), lines).prop_map(|(header, lines)| [vec![header], lines].concat().join("\n"))
    });
    (prop::bool::weighted(0.1), prop::collection::vec(section, 1..3), prop::bool::ANY).prop_map(
        |(mark, sections, ended)| {
            let mark = if mark { "\u{feff}" } else { "" };
            format!("{mark}{}{}", sections.join("\n"), if ended { "\n" } else { "" })
        },
    )
}

/// Hands out a text in pieces of given sizes, again and again.
struct Pieces<'t> {
    rest: &'t [u8],
    sizes: std::iter::Cycle<std::vec::IntoIter<usize>>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.next().unwrap_or(1).min(buffer.len()).min(self.rest.len());
        buffer[..size].copy_from_slice(&self.rest[..size]);
        self.rest = &self.rest[size..];
        Ok(size)
    }
}

fn in_pieces(log: &[u8], sizes: Vec<usize>) -> Recorder {
    let mut recorder = Recorder::default();
    let pieces = Pieces { rest: log, sizes: sizes.into_iter().cycle() };
    let counter = read::ByteCounter::default();
    let outcome = read::Reader::new(1).read(pieces, &counter, &FormatHints::default(), &mut recorder);
    assert_eq!(outcome, Ok(read::Content::Lines));
    assert_eq!(counter.bytes(), log.len() as u64);
    recorder
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_text_parser_equals_the_naive_one(log in log()) {
        let (recorder, outcome) = super::parse_text(log.as_bytes());
        prop_assert_eq!(outcome, Ok(()));
        prop_assert_eq!(recorder.events, naive(&log));
    }

    #[test]
    fn where_a_log_is_cut_changes_nothing(
        log in log(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        sizes in prop::collection::vec(1_usize..300, 1..6),
    ) {
        let (whole, _) = super::parse_text(log.as_bytes());

        // In blocks of whole lines.
        let mut ends: Vec<usize> = memchr::memchr_iter(b'\n', log.as_bytes()).map(|at| at + 1).collect();
        ends.push(log.len());
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| *cut.get(&ends)).collect();
        cuts.extend([0, log.len()]);
        cuts.sort_unstable();
        let mut blocks = Recorder::default();
        let mut parser = TextParser::new(FormatHints::default());
        for cut in cuts.windows(2) {
            prop_assert_eq!(parser.feed(&log.as_bytes()[cut[0]..cut[1]], &mut blocks), Ok(()));
        }
        prop_assert_eq!(&blocks.events, &whole.events);

        // In pieces of any size, as a pipe hands them out.
        prop_assert_eq!(&in_pieces(log.as_bytes(), sizes).events, &whole.events);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn long_lines_are_cut_off_wherever_they_lie(
        lengths in prop::collection::vec(
            prop_oneof![10_usize..200, MAX_LINE_BYTES - 3..MAX_LINE_BYTES + 3, MAX_LINE_BYTES..5 * MAX_LINE_BYTES],
            1..8,
        ),
        size in 1_000_usize..1 << 17,
    ) {
        let mut log = String::from("srcaddr dstaddr bytes\n");
        let mut expected = vec![Event::Format("srcaddr dstaddr bytes".to_owned())];
        for (index, length) in lengths.iter().enumerate() {
            let words = format!("10.0.0.1 192.0.2.1 {index}");
            let line = format!("{words}{}", " ".repeat(length.saturating_sub(words.len())));
            expected.push(if line.len() > MAX_LINE_BYTES {
                let reason = MalformedReason::TooLong { limit: MAX_LINE_BYTES };
                Event::Malformed(index as u64 + 2, Malformed { field: None, reason })
            } else {
                let names = ["srcaddr", "dstaddr", "bytes"].map(str::to_owned);
                let words: Vec<&str> = line.split_whitespace().collect();
                Event::Record(record(&names, &words).expect("three good values"))
            });
            log.push_str(&line);
            log.push('\n');
        }
        prop_assert_eq!(&in_pieces(log.as_bytes(), vec![size]).events, &expected);
        prop_assert_eq!(&super::parse_text(log.as_bytes()).0.events, &expected);
    }
}

#[test]
fn the_naive_parser_reads_a_default_record() {
    let log = format!("{}\n{}\n", super::V2, super::v2_record(1_500));
    let expected = FlowRecord {
        observer: ObserverTexts {
            account_id: b"123456789012",
            interface_id: b"eni-0a1",
            ..ObserverTexts::default()
        },
        src: Some(Addr::v4(0x0a00_0105)),
        dst: Some(Addr::v4(0xcb00_7105)),
        traffic: Traffic {
            src_port: 49_152,
            dst_port: 443,
            protocol: 6,
            bytes: Some(1_500),
            start: Some(1_773_100_800),
            end: Some(1_773_100_860),
            ..Traffic::default()
        },
        ..FlowRecord::default()
    };
    assert_eq!(naive(&log), [Event::Format(super::V2.to_owned()), Event::Record(format!("{expected:?}"))]);
    assert_eq!(LineFormat::default_v2().names(), super::V2);
}
