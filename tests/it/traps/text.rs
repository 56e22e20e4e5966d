//! Lines and fields of text logs.

use super::{START, Trap, V2, log, record};

#[test]
fn a_dash_is_allowed_in_every_field() {
    let fields: Vec<String> = record(1000).split(' ').map(str::to_owned).collect();
    let rows: Vec<String> = (0..fields.len())
        .map(|missing| {
            let mut fields = fields.clone();
            fields[missing] = "-".to_owned();
            fields.join(" ")
        })
        .collect();
    // 14 rows, one of them without its bytes.
    Trap::with(log(V2, &rows)).report().has(&[
        ("records", 14),
        ("malformed", 0),
        ("ok", 14),
        ("bytes_total", 13_000),
    ]);
}

#[test]
fn fields_come_in_any_order() {
    let row = format!("ACCEPT 700 10.0.2.9 {} eni-0aaaaaaaaaaaaaaa1 OK 10.0.1.5 {START} 2", START + 60);
    Trap::with(log("action bytes dstaddr end interface-id log-status srcaddr start version", &[row]))
        .report()
        .has(&[("records", 1), ("ok", 1), ("bytes_total", 700)]);
}

#[test]
fn version_action_and_status_may_be_missing() {
    let row = format!("eni-0aaaaaaaaaaaaaaa1 10.0.1.5 10.0.2.9 900 {START} {}", START + 60);
    Trap::with(log("interface-id srcaddr dstaddr bytes start end", &[row]))
        .report()
        .has(&[("ok", 1), ("bytes_total", 900)]);
}

#[test]
fn a_log_without_bytes_says_which_field_to_add() {
    let row = format!("eni-0aaaaaaaaaaaaaaa1 10.0.1.5 10.0.2.9 {START} {}", START + 60);
    let seen = Trap::with(log("interface-id srcaddr dstaddr start end", &[row])).run(&[]);
    assert!(matches!(seen.code, Some(1 | 2)), "exit code {:?}", seen.code);
    assert!(seen.words().contains("bytes"), "the field to add is not named: {}", seen.words());
}

#[test]
fn a_log_without_addresses_says_which_fields_to_add() {
    let row = format!("eni-0aaaaaaaaaaaaaaa1 900 {START} {}", START + 60);
    let seen = Trap::with(log("interface-id bytes start end", &[row])).run(&[]);
    assert!(matches!(seen.code, Some(1 | 2)), "exit code {:?}", seen.code);
    assert!(seen.words().contains("srcaddr"), "the field to add is not named: {}", seen.words());
}

#[test]
fn a_header_may_come_again_and_may_change_the_order() {
    let other = format!("700 10.0.2.9 10.0.1.5 eni-0aaaaaaaaaaaaaaa1 {START} {} OK", START + 60);
    let text = format!(
        "{}{}{}",
        log(V2, &[record(1)]),
        log(V2, &[record(20)]),
        log("bytes dstaddr srcaddr interface-id start end log-status", &[other])
    );
    Trap::with(text).report().has(&[("records", 3), ("ok", 3), ("malformed", 0), ("bytes_total", 721)]);
}

#[test]
fn fourteen_fields_without_a_header_are_version_2() {
    Trap::with(format!("{}\n{}\n", record(5), record(6))).report().has(&[("ok", 2), ("bytes_total", 11)]);
}

#[test]
fn other_logs_without_a_header_ask_for_their_format() {
    let seen = Trap::with(format!("{} vpc-0aaaaaaaaaaaaaaa1\n", record(5))).run(&[]);
    assert!(matches!(seen.code, Some(1 | 2)), "exit code {:?}", seen.code);
    assert!(seen.words().contains("--log-format"), "{}", seen.words());
}

#[test]
fn fourteen_fields_in_another_order_are_not_guessed() {
    // Alphabetical, as the console's "select all" writes them.
    let row = format!(
        "111122223333 ACCEPT 500 10.0.2.9 443 {} eni-0aaaaaaaaaaaaaaa1 OK 10 6 10.0.1.5 40000 {START} 2",
        START + 60
    );
    let trap = Trap::with(format!("{row}\n"));
    let seen = trap.run(&[]);
    assert!(matches!(seen.code, Some(1 | 2)), "exit code {:?}", seen.code);
    assert!(seen.words().contains("--log-format"), "{}", seen.words());
    let format = "${account-id} ${action} ${bytes} ${dstaddr} ${dstport} ${end} ${interface-id} ${log-status} \
                  ${packets} ${protocol} ${srcaddr} ${srcport} ${start} ${version}";
    let told = trap.run(&["--log-format", format]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    told.has(&[("ok", 1), ("bytes_total", 500)]);
}

#[test]
fn fields_of_a_future_version_are_passed_over() {
    let header = V2.replace("dstaddr", "dstaddr quantum-path");
    let row = record(800).replace("10.0.2.9", "10.0.2.9 entangled");
    Trap::with(log(&header, &[row])).report().has(&[("ok", 1), ("malformed", 0), ("bytes_total", 800)]);
}

#[test]
fn too_few_and_too_many_fields_are_malformed_with_their_line() {
    let short = record(1).rsplit_once(' ').expect("a record has fields").0.to_owned();
    let rows = [record(100), short, format!("{} extra", record(1)), record(200)];
    let seen = Trap::with(log(V2, &rows)).report();
    seen.has(&[("records", 4), ("ok", 2), ("malformed", 2), ("bytes_total", 300)]);
    let lines: Vec<u64> = seen.report["malformed_examples"]
        .as_array()
        .expect("examples")
        .iter()
        .filter_map(|example| example["line"].as_u64())
        .collect();
    assert_eq!(lines, [3, 4], "line 1 is the header");
}

#[test]
fn a_value_that_is_no_number_is_malformed_and_names_its_field() {
    let seen = Trap::with(log(V2, &[record(7), record(1).replace(" 1 ", " 1x ")])).report();
    seen.has(&[("ok", 1), ("malformed", 1), ("bytes_total", 7)]);
    assert_eq!(seen.report["malformed_examples"][0]["field"], "bytes");
    assert_eq!(seen.report["malformed_examples"][0]["line"], 3);
}

#[test]
fn each_object_has_a_format_of_its_own() {
    let no_status = format!("eni-0aaaaaaaaaaaaaaa1 10.0.1.5 10.0.2.9 900 {START} {}", START + 60);
    let reversed = format!("{} {START} 80 10.0.2.9 10.0.1.5 eni-0aaaaaaaaaaaaaaa1", START + 60);
    Trap::with(log(V2, &[record(7)]))
        .file("logs/a.log", log("interface-id srcaddr dstaddr bytes start end", &[no_status]))
        .file("logs/b.log", log("end start bytes dstaddr srcaddr interface-id", &[reversed]))
        .report()
        .has(&[("objects_read", 3), ("ok", 3), ("bytes_total", 987)]);
}

#[test]
fn line_ends_tabs_spaces_and_a_byte_order_mark_do_not_matter() {
    let text = format!(
        "\u{feff}{V2}\r\n{}\r\n{}\n{}   \n   {}\n{}",
        record(1),
        record(20).replace(' ', "\t"),
        record(300).replace(' ', "  "),
        record(4000),
        record(50000), // no newline at the end
    );
    Trap::with(text).report().has(&[("records", 5), ("ok", 5), ("malformed", 0), ("bytes_total", 54_321)]);
}

#[test]
fn comment_lines_blank_lines_and_dots_are_no_records() {
    let text = format!("# pasted from a page\n{V2}\n\n{}\n...\n   \n# end\n{}\n", record(1), record(20));
    Trap::with(text).report().has(&[("records", 2), ("ok", 2), ("malformed", 0), ("bytes_total", 21)]);
}

#[test]
fn a_trailing_comment_never_loses_its_row_silently() {
    let seen = Trap::with(log(V2, &[record(1), format!("{} # the big one", record(20))])).report();
    assert_eq!(seen.ledger("ok") + seen.ledger("malformed"), 2);
    assert_eq!(seen.ledger("bytes_total"), if seen.ledger("ok") == 2 { 21 } else { 1 });
}

#[test]
fn a_time_before_the_record_is_stripped() {
    let text = format!("2026-09-01T00:00:00.000Z {}\n2026-09-01T00:01:00.000Z {}\n", record(1), record(20));
    Trap::with(text).report().has(&[("records", 2), ("ok", 2), ("malformed", 0), ("bytes_total", 21)]);
}

#[test]
fn times_in_milliseconds_are_seconds() {
    let row = record(9)
        .replace(&START.to_string(), &format!("{START}000"))
        .replace(&(START + 60).to_string(), &format!("{}000", START + 60));
    let seen = Trap::with(log(V2, &[row, record(1)])).report();
    seen.has(&[("ok", 2), ("bytes_total", 10), ("time_anomalies", 0)]);
    assert_eq!(seen.report["period"]["observed_hours"], 1);
    assert_eq!(seen.report["period"]["start"], "2026-09-01T00:00:00Z");
}

#[test]
fn impossible_times_are_counted_and_their_bytes_too() {
    let start = START.to_string();
    let rows = [
        record(1),
        record(20).replace(&(START + 60).to_string(), &(START - 60).to_string()), // ends before it starts
        record(300).replace(&start, "0"),                                         // 1970
        record(4000).replace(&start, "32503680000"),                              // the year 3000
    ];
    let seen = Trap::with(log(V2, &rows)).report();
    seen.has(&[("ok", 4), ("malformed", 0), ("bytes_total", 4321)]);
    assert!(seen.ledger("time_anomalies") >= 2);
    assert_eq!(
        seen.report["period"]["start"], "2026-09-01T00:00:00Z",
        "1970 is no part of the observed time"
    );
    assert_eq!(seen.report["period"]["end"], "2026-09-01T01:00:00Z", "nor is the year 3000");
}

#[test]
fn bytes_beyond_32_bits_and_sums_beyond_64_are_exact() {
    let seen =
        Trap::with(log(V2, &[record(i64::MAX as u64), record(i64::MAX as u64), record(i64::MAX as u64)]))
            .report();
    // 3 x 9223372036854775807; more than a JSON number of this test's reader can hold, so as text.
    assert!(seen.stdout.contains("27670116110564327421"), "{}", seen.stdout);
    Trap::with(log(V2, &[record(5_000_000_000)])).report().has(&[("bytes_total", 5_000_000_000)]);
}

#[test]
fn no_packets_with_bytes_and_no_bytes_at_all_are_records() {
    let rows = [record(77).replace(" 10 77 ", " 0 77 "), record(0)];
    Trap::with(log(V2, &rows)).report().has(&[("ok", 2), ("malformed", 0), ("bytes_total", 77)]);
}

#[test]
fn ports_may_be_zero_or_missing() {
    let rows = [
        record(84).replace("40000 443 6", "0 0 1"),
        record(64).replace("40000 443 6", "0 0 58"),
        record(50).replace("40000 443 6", "- - 50"),
    ];
    Trap::with(log(V2, &rows)).report().has(&[("ok", 3), ("malformed", 0), ("bytes_total", 198)]);
}

#[test]
fn ipv6_is_read_in_every_spelling() {
    let rows = [
        record(1).replace("10.0.1.5 10.0.2.9", "2001:db8::5 2001:db8:ffff::9"),
        record(20).replace("10.0.1.5 10.0.2.9", "2001:0DB8:0000:0000:0000:0000:0000:0005 2001:DB8:FFFF::9"),
        record(300).replace("10.0.1.5 10.0.2.9", "2001:db8:ffff:0:0:0:0:9 2001:db8:0::5"),
    ];
    Trap::with(log(V2, &rows)).report().has(&[("ok", 3), ("malformed", 0), ("bytes_total", 321)]);
}

#[test]
fn ipv4_inside_ipv6_is_looked_up_as_ipv4() {
    // 52.216.10.20 is S3 in us-east-1; 34d8:0a14 is its hexadecimal form.
    let rows = [
        record(1).replace("10.0.2.9", "::ffff:52.216.10.20"),
        record(20).replace("10.0.1.5 10.0.2.9", "fd00::5 64:ff9b::34d8:0a14"),
        record(300).replace("10.0.1.5 10.0.2.9", "fd00::5 64:ff9b::52.216.10.20"),
    ];
    let seen = Trap::with(log(V2, &rows)).report();
    seen.has(&[("ok", 3), ("malformed", 0), ("bytes_attributed", 321)]);
    assert_eq!(seen.attribution("service"), ["s3"]);
    assert_eq!(seen.attribution("service_region"), ["us-east-1"]);
}

#[test]
fn an_unknown_or_short_account_is_text() {
    let rows =
        [record(1).replace("111122223333", "unknown"), record(20).replace("111122223333", "11112222333")];
    Trap::with(log(V2, &rows)).report().has(&[("ok", 2), ("malformed", 0), ("bytes_total", 21)]);
}

#[test]
fn percent_encoded_tags_are_one_field() {
    let header = format!("{V2} instance-tag interface-tag-2 interface-type");
    let rows = [
        format!("{} my%20team%2Fa %2D -", record(1)),
        format!("{} - %E3%83%8D%E3%83%83%E3%83%88 -", record(20)),
    ];
    Trap::with(log(&header, &rows)).report().has(&[("ok", 2), ("malformed", 0), ("bytes_total", 21)]);
}

#[test]
fn the_version_number_decides_nothing() {
    // Version 2 in the row, fields of versions 3 to 9 in the header.
    let header = format!("{V2} vpc-id pkt-srcaddr pkt-dstaddr flow-direction reject-reason resource-id");
    let row = format!("{} vpc-0aaaaaaaaaaaaaaa1 10.0.1.5 10.0.2.9 egress - -", record(600));
    Trap::with(log(&header, &[row])).report().has(&[("ok", 1), ("malformed", 0), ("bytes_total", 600)]);
}
