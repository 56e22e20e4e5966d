//! Compression, copies, damage, marker files, and objects that are no VPC flow logs.

use std::fmt::Write as _;
use std::io::Write as _;

use super::{START, Trap, V2, gzip, log, record, run_in};

/// Name that AWS gives an object.
const AWS_NAME: &str = "AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/09/01/\
    111122223333_vpcflowlogs_us-east-1_fl-0aaaaaaaaaaaaaaa1_20260901T0005Z_0a1b2c3d.log.gz";

#[test]
fn gzip_is_recognised_by_its_bytes_and_not_by_its_name() {
    let text = log(V2, &[record(1), record(20)]);
    let expected = [("objects_read", 1), ("ok", 2), ("bytes_total", 21)];
    Trap::new().file("logs/a.log.gz", gzip(text.as_bytes())).report().has(&expected);
    Trap::new().file("logs/no-suffix", gzip(text.as_bytes())).report().has(&expected);
    Trap::new().file("logs/plain.log.gz", &text).report().has(&expected);
}

#[test]
fn all_members_of_a_gzip_object_are_read() {
    let text = log(V2, &[record(1), record(20), record(300)]);
    let expected = [("records", 3), ("ok", 3), ("malformed", 0), ("bytes_total", 321)];
    // Cut anywhere, also inside a line and inside the header.
    for cut in [10, V2.len() + 1, V2.len() + 30, text.len() - 1] {
        let members = [gzip(&text.as_bytes()[..cut]), gzip(&text.as_bytes()[cut..])].concat();
        Trap::new().file("logs/a.log.gz", members).report().has(&expected);
    }
    // `cat *.gz`: every member begins with its own header.
    let members: Vec<u8> =
        [1, 20, 300].iter().flat_map(|bytes| gzip(log(V2, &[record(*bytes)]).as_bytes())).collect();
    Trap::new().file("logs/a.log.gz", members).report().has(&expected);
}

#[test]
fn zstd_and_snappy_are_recognised() {
    let text = log(V2, &[record(1), record(20)]);
    let zstd = zstd::encode_all(text.as_bytes(), 3).expect("compressing in memory");
    Trap::new().file("logs/a.log.zst", zstd).report().has(&[("ok", 2), ("bytes_total", 21)]);
    let mut snappy = snap::write::FrameEncoder::new(Vec::new());
    snappy.write_all(text.as_bytes()).expect("writing to memory");
    let snappy = snappy.into_inner().expect("writing to memory");
    Trap::new().file("logs/a.log.sz", snappy).report().has(&[("ok", 2), ("bytes_total", 21)]);
}

#[test]
fn empty_objects_and_lone_headers_hold_no_records() {
    Trap::with(log(V2, &[record(7)]))
        .file("logs/empty.log.gz", "")
        .file("logs/header.log.gz", gzip(format!("{V2}\n").as_bytes()))
        .file("logs/header-without-newline.log", V2)
        .file("logs/empty-member.log.gz", gzip(b""))
        .report()
        .has(&[("objects_failed", 0), ("records", 1), ("malformed", 0), ("bytes_total", 7)]);
}

/// `--quiet` takes away all words but those on what makes the exit code 1.
#[test]
fn who_asks_for_quiet_still_hears_why_the_run_is_not_whole() {
    let packed = gzip(log(V2, &[record(7), record(8)]).as_bytes());
    let cut = Trap::with(log(V2, &[record(7)])).file("logs/cut.log.gz", &packed[..packed.len() - 9]).run(&[]);
    assert_eq!(cut.code, Some(1));
    assert!(cut.stderr.contains("failed logs/cut.log.gz: "), "{}", cut.stderr);
    let spoilt = Trap::with(log(V2, &[record(7), "2 no record".to_owned()]));
    assert_eq!(spoilt.report().stderr, "");
    let strict = spoilt.run(&["--max-malformed", "0"]);
    assert_eq!(strict.code, Some(1));
    assert!(strict.stderr.contains("1 of 2 records are malformed"), "{}", strict.stderr);
}

#[test]
fn a_truncated_gzip_object_keeps_the_rows_before_the_damage() {
    let mut rows = format!("{V2}\n");
    for row in 0..20_000_u32 {
        // Addresses that vary, so that the damage falls into the middle of many blocks.
        let record = record(1000)
            .replace("10.0.2.9", &format!("10.{}.{}.{}", row % 250, row * 7 % 251, row * 13 % 241));
        writeln!(rows, "{record}").expect("writing to a string");
    }
    let whole = gzip(rows.as_bytes());
    let seen =
        Trap::with(log(V2, &[record(1000)])).file("logs/cut.log.gz", &whole[..whole.len() * 6 / 10]).run(&[]);
    assert_eq!(seen.code, Some(1), "incomplete: {}", seen.stderr);
    seen.has(&[("objects_read", 1), ("objects_failed", 1)]);
    let ok = seen.ledger("ok");
    assert!((1_000..20_000).contains(&ok), "{ok} of 20,001 rows");
    assert_eq!(
        seen.ledger("bytes_total"),
        ok * 1000,
        "the row that was cut must not count with half its digits"
    );
    let reason = seen.object("cut.log.gz", "failed");
    assert!(reason.chars().any(|letter| letter.is_ascii_digit()), "the reason names the offset: {reason}");
}

#[test]
fn an_object_that_is_garbage_fails_alone() {
    let seen = Trap::with(log(V2, &[record(7)]))
        .file("logs/bad.log.gz", b"\x1f\x8b\x08\0not deflate at all, but long enough")
        .run(&[]);
    assert_eq!(seen.code, Some(1), "incomplete: {}", seen.stderr);
    seen.has(&[("objects_read", 1), ("objects_failed", 1), ("ok", 1), ("bytes_total", 7)]);
    seen.object("bad.log.gz", "failed");
}

#[test]
fn a_copied_object_counts_once() {
    let object = gzip(log(V2, &[record(1), record(20)]).as_bytes());
    let seen = Trap::new()
        .file(&format!("logs/{AWS_NAME}"), &object)
        .file(&format!("logs/copy/{AWS_NAME}"), &object)
        .report();
    seen.has(&[("objects_read", 1), ("objects_skipped", 1), ("records", 2), ("bytes_total", 21)]);
    seen.object("0a1b2c3d", "skipped");
}

#[test]
fn a_late_object_is_chosen_by_the_time_of_its_records() {
    let late = AWS_NAME.replace("T0005Z", "T0605Z");
    let object = gzip(log(V2, &[record(1), record(20)]).as_bytes());
    let seen = Trap::new().file(&format!("logs/{late}"), object).run(&[
        "--from",
        "2026-09-01T00:00:00Z",
        "--to",
        "2026-09-01T01:00:00Z",
    ]);
    assert_eq!(seen.code, Some(0), "{}", seen.stderr);
    seen.has(&[("ok", 2), ("outside_period", 0), ("bytes_total", 21)]);
}

#[test]
fn marker_files_are_passed_over() {
    Trap::with(log(V2, &[record(7)]))
        .file("logs/aws-logs-write-test", "Permission Check Successful")
        .file("logs/_SUCCESS", "")
        .file("logs/part-0001.tmp", "half a file")
        .file("logs/manifest.json", "{\"entries\":[{\"url\":\"s3://bucket/key\",\"mandatory\":true}]}")
        .report()
        .has(&[("objects_failed", 0), ("records", 1), ("ok", 1), ("malformed", 0), ("bytes_total", 7)]);
}

#[test]
fn standard_input_is_an_object() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let seen = run_in(folder.path(), &["-"], &gzip(log(V2, &[record(9)]).as_bytes()));
    assert_eq!(seen.code, Some(0), "{}", seen.stderr);
    seen.has(&[("objects_read", 1), ("ok", 1), ("bytes_total", 9)]);
}

/// Runs a good log beside a foreign one; the foreign one is skipped and called by its name.
#[track_caller]
fn skipped(called: &str, foreign: &str) {
    let seen = Trap::with(log(V2, &[record(7)])).file("logs/foreign.log", foreign).report();
    seen.has(&[
        ("objects_skipped", 1),
        ("objects_failed", 0),
        ("records", 1),
        ("malformed", 0),
        ("bytes_total", 7),
    ]);
    let reason = seen.object("foreign.log", "skipped").to_lowercase();
    assert!(reason.contains(called), "`{called}` is not named: {reason}");
}

#[test]
fn transit_gateway_logs_are_skipped() {
    let header = "version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start end log-status type packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region flow-direction pkt-src-aws-service pkt-dst-aws-service";
    let row = format!(
        "6 TransitGateway 111122223333 tgw-0aaaaaaaaaaaaaaa1 tgw-attach-0aaaaaaaaaaaaaaa1 111122223333 111122223333 vpc-0aaaaaaaaaaaaaaa1 vpc-0bbbbbbbbbbbbbbb1 subnet-0aaaaaaaaaaaaaaa1 subnet-0bbbbbbbbbbbbbbb1 eni-0aaaaaaaaaaaaaaa1 eni-0bbbbbbbbbbbbbbb1 use1-az1 use1-az1 tgw-attach-0bbbbbbbbbbbbbbb1 10.0.1.5 10.1.1.5 40000 443 6 10 5000 {START} {} OK IPv4 0 0 0 0 0 us-east-1 egress - -",
        START + 60
    );
    skipped("transit gateway", &log(header, &[row]));
}

#[test]
fn global_accelerator_logs_are_skipped() {
    let header = "version aws_account_id accelerator_id client_ip client_port gip gip_port endpoint_ip endpoint_port protocol ip_address_type num_packets num_bytes start_time end_time action log_status agasourceip agasourceport endpoint_region globalaccelerator_region direction vpc_id";
    let row = "2.0 111122223333 11111111-2222-3333-4444-555555555555 203.0.113.5 40000 75.2.1.1 443 10.0.1.5 443 TCP IPV4 10 5000 1788220800 1788220810 ACCEPT OK 99.82.1.1 40001 us-east-1 us-east-1 INGRESS vpc-0aaaaaaaaaaaaaaa1";
    skipped("global accelerator", &log(header, &[row.to_owned()]));
}

#[test]
fn cloud_wan_logs_are_skipped() {
    let header = "version resource-type account-id core-network-arn core-network-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start end log-status";
    let row = format!(
        "6 CoreNetwork 111122223333 arn:aws:networkmanager::111122223333:core-network/core-network-0aaaaaaaaaaaaaaa1 attachment-0aaaaaaaaaaaaaaa1 10.0.1.5 10.1.1.5 40000 443 6 10 5000 {START} {} OK",
        START + 60
    );
    skipped("cloud wan", &log(header, &[row]));
}

#[test]
fn network_firewall_logs_are_skipped() {
    skipped(
        "network firewall",
        r#"{"firewall_name":"egress","availability_zone":"us-east-1a","event_timestamp":"1788220800","event":{"timestamp":"2026-09-01T00:00:00.000000+0000","flow_id":1,"event_type":"netflow","src_ip":"10.0.1.5","src_port":40000,"dest_ip":"203.0.113.5","dest_port":443,"proto":"TCP","netflow":{"pkts":10,"bytes":5000,"start":"2026-09-01T00:00:00.000000+0000","end":"2026-09-01T00:00:10.000000+0000","age":10,"min_ttl":64,"max_ttl":64}}}"#,
    );
}

#[test]
fn lattice_logs_are_skipped() {
    skipped(
        "lattice",
        r#"{"serviceNetworkArn":"arn:aws:vpc-lattice:us-east-1:111122223333:servicenetwork/sn-0aaaaaaaaaaaaaaa1","resolvedUser":"Unknown","listenerType":"HTTP","startTime":"2026-09-01T00:00:00Z","requestMethod":"GET","bytesReceived":100,"bytesSent":5000,"sourceVpcArn":"arn:aws:ec2:us-east-1:111122223333:vpc/vpc-0aaaaaaaaaaaaaaa1","sourceIpPort":"10.0.1.5:40000","serviceArn":"arn:aws:vpc-lattice:us-east-1:111122223333:service/svc-0aaaaaaaaaaaaaaa1"}"#,
    );
}

#[test]
fn resolver_query_logs_are_skipped() {
    skipped(
        "resolver",
        r#"{"version":"1.100000","account_id":"111122223333","region":"us-east-1","vpc_id":"vpc-0aaaaaaaaaaaaaaa1","query_timestamp":"2026-09-01T00:00:00Z","query_name":"sqs.us-east-1.amazonaws.com.","query_type":"A","query_class":"IN","rcode":"NOERROR","answers":[{"Rdata":"54.239.28.85","Type":"A","Class":"IN"}],"srcaddr":"10.0.1.5","srcport":"41231","transport":"UDP","srcids":{"instance":"i-0aaaaaaaaaaaaaaa1"}}"#,
    );
}
