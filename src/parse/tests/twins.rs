//! Logs as AWS writes them, and what bit rot makes of them: the plain parser and the fast one on every instruction set must
//! say the same of all of it ([`super::parse_text`] compares them).

use std::fmt::Write as _;

use proptest::prelude::*;

use super::super::fields::FIELDS;
use super::{Event, V2, parse_text, v2_record};

/// A value as AWS writes it.
fn value(name: &str, seed: u64) -> String {
    let pick =
        |values: &[&str]| values[usize::try_from(seed % values.len() as u64).expect("few values")].to_owned();
    match name {
        "srcaddr" | "dstaddr" | "pkt-srcaddr" | "pkt-dstaddr" => match seed % 8 {
            0 => format!("2600:1f18:{:x}::{:x}", seed >> 3 & 0xffff, seed >> 20 & 0xffff),
            1 => format!("2600:1f18:6e3a:b400:9d21:{:x}:{:x}:77aa", seed >> 3 & 0xffff, seed >> 20 & 0xffff),
            2..5 => format!("10.0.{}.{}", seed >> 3 & 3, seed >> 5 & 7),
            _ => std::net::Ipv4Addr::from_bits(u32::try_from(seed >> 8 & 0xffff_ffff).expect("32 bits"))
                .to_string(),
        },
        "srcport" | "dstport" => (seed & 0xffff).to_string(),
        "protocol" => pick(&["6", "17", "1", "58", "255"]),
        "packets" => (seed & 0x3ff).to_string(),
        "bytes" => (seed >> (seed % 64)).to_string(),
        "start" | "end" => (1_773_100_800 + seed % 600).to_string(),
        "action" => pick(&["ACCEPT", "ACCEPT", "REJECT"]),
        "log-status" => pick(&["OK", "OK", "OK", "OK", "OK", "NODATA", "SKIPDATA"]),
        "flow-direction" => pick(&["ingress", "egress"]),
        "traffic-path" => pick(&["-", "1", "7", "8"]),
        "version" => "5".to_owned(),
        "account-id" => pick(&["123456789012", "210987654321"]),
        "interface-id" => format!("eni-0a1b2c3d4e5f6{:04x}", seed % 5),
        "next-hop-interface-id" | "resource-id" => {
            pick(&["-", "eni-0a1b2c3d4e5f60001", "nat-0a1b2c3d4e5f60002"])
        }
        "region" => "us-east-1".to_owned(),
        _ => pick(&["-", "vpc-0123456789abcdef0", "subnet-0123456789abcdef1", "i-0123456789abcdef2"]),
    }
}

/// A log of so many rows in a format of AWS, all values as AWS writes them.
fn log(names: &[&str], seeds: &[u64]) -> String {
    let mut log = names.join(" ");
    for seed in seeds {
        let values: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(place, name)| value(name, seed.rotate_left(u32::try_from(7 * place % 64).expect("small"))))
            .collect();
        log.push('\n');
        log.push_str(&values.join(" "));
    }
    log.push('\n');
    log
}

fn formats() -> impl Strategy<Value = Vec<&'static str>> {
    let names: Vec<&'static str> = FIELDS.iter().map(|field| field.name).collect();
    let upto = |count: usize| Just(names[..count].to_vec());
    let needed = ["bytes", "srcaddr", "dstaddr"];
    let any = prop::sample::subsequence(names.clone(), 3..=54).prop_shuffle().prop_map(move |mut names| {
        names.retain(|name| !needed.contains(name));
        [names, needed.to_vec()].concat()
    });
    prop_oneof![upto(14), upto(29), upto(54), any]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn usual_rows_are_all_records(names in formats(), seeds in prop::collection::vec(any::<u64>(), 0..40)) {
        let (recorder, outcome) = parse_text(log(&names, &seeds).as_bytes());
        prop_assert_eq!(outcome, Ok(()));
        prop_assert_eq!(recorder.records().len(), seeds.len());
    }

    #[test]
    fn rot_is_judged_alike(
        names in formats(),
        seeds in prop::collection::vec(any::<u64>(), 1..30),
        rot in prop::collection::vec((any::<prop::sample::Index>(), rotten_byte()), 1..20),
    ) {
        let mut log = log(&names, &seeds).into_bytes();
        for (place, byte) in rot {
            let place = place.index(log.len());
            log[place] = byte;
        }
        let _ = parse_text(&log);
    }

    #[test]
    fn any_bytes_are_judged_alike(bytes in prop::collection::vec(rotten_byte(), 0..700)) {
        let _ = parse_text(&[format!("{V2}\n{}\n", v2_record(1)).as_bytes(), &bytes].concat());
    }
}

/// Any byte, those that matter more often.
fn rotten_byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        2 => any::<u8>(),
        6 => prop::sample::select(b" \n\t\r-#.:0129aO\x00/".to_vec()),
    ]
}

#[test]
fn a_log_larger_than_a_scan_keeps_its_lines_and_their_numbers() {
    let rows = 3_000;
    let mut log = format!("{V2}\n");
    for row in 1..=rows {
        let record = v2_record(row);
        log.push_str(if row % 1_000 == 0 { "not a record" } else { &record });
        log.push('\n');
    }
    let (recorder, outcome) = parse_text(log.as_bytes());
    assert_eq!(outcome, Ok(()));
    assert_eq!(recorder.records().len(), 2_997);
    let lines: Vec<u64> = recorder.malformed().iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1_001, 2_001, 3_001]);
}

#[test]
fn a_format_may_change_inside_a_block() {
    let mut log = String::new();
    for section in 0..4 {
        let names = if section % 2 == 0 { V2 } else { "srcaddr bytes dstaddr" };
        log.push_str(names);
        log.push('\n');
        for row in 1..=50 {
            let short = format!("10.0.0.1 {row} 10.0.0.2");
            log.push_str(&if section % 2 == 0 { v2_record(row) } else { short });
            log.push('\n');
        }
    }
    let (recorder, outcome) = parse_text(log.as_bytes());
    assert_eq!(outcome, Ok(()));
    assert_eq!(recorder.records().len(), 200);
    let formats = recorder.events.iter().filter(|event| matches!(event, Event::Format(_))).count();
    assert_eq!(formats, 4);
}

#[test]
fn texts_that_never_repeat_do_not_pile_up() {
    let mut log = String::from("interface-id bytes srcaddr dstaddr\n");
    for row in 0..2_000 {
        writeln!(log, "eni-{row:017x} {row} 10.0.0.1 2600:1f18:6e3a:b400:9d21:1:2:{row:x}")
            .expect("a string takes it");
    }
    let (recorder, _) = parse_text(log.as_bytes());
    assert_eq!(recorder.records().len(), 2_000);
    assert!(recorder.records()[1_999].contains("bytes: Some(1999)"));
}
