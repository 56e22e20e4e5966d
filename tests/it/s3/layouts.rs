//! Where AWS puts objects: both layouts, several accounts, Regions and flow logs, other things beside them; and what a
//! period leaves out of listings.

use flowtoll::testkit::{Coverage, FieldOrder, Form, Layout, Preset, World, WorldOptions};
use serde_json::Value;

use super::estate::{Estate, Run, world};
use super::proxy::{Act, Kind, Proxy};
use super::server::{Server, server};

/// 2026-03-10T00:00:00Z, when all worlds begin.
const START: i64 = 1_773_100_800;
const HOUR: i64 = 3600;

#[test]
fn every_layout_and_form_is_the_same_report_as_on_disk() {
    let Some(server) = server() else { return };
    let forms = [
        Form::text(FieldOrder::V2),
        Form::text_gz(FieldOrder::V11),
        Form::parquet(FieldOrder::V5),
        Form::text_gz(FieldOrder::Alphabetical),
    ];
    let layouts = [(false, false), (false, true), (true, false), (true, true)];
    for (number, (form, (hive, per_hour))) in (0..).zip(forms.into_iter().zip(layouts)) {
        let prefix = format!("layouts/{number}");
        let layout = Layout { hive, per_hour, object_s: 1800, ..Layout::default() };
        let estate = Estate::of_world(server, &prefix, &world(40 + number), &form, layout);
        let expected = estate.expected(&[]);
        let run = estate.report(&format!("http://{}", server.address), &[]);
        run.assert_clean(&expected);
    }
}

/// Two accounts in Tokyo (one Hive-style, one below an organisation's prefix) and one in Ireland, below one prefix.
fn many_owners(server: &'static Server, prefix: &str) -> Estate {
    let estate = Estate::empty(server, prefix);
    for (seed, region, folder, hive) in [
        (51, "ap-northeast-1", "", false),
        (52, "ap-northeast-1", "hive", true),
        (53, "eu-west-1", "o-abc/x", false),
    ] {
        let options =
            WorldOptions { region, hours: 2, conversations_per_hour: 100.0, ..WorldOptions::default() };
        let world = World::new(seed, options);
        let mut coverage = Coverage::preset(&world, Preset::Overlap, &Form::text_gz(FieldOrder::V5));
        for flow_log in &mut coverage.flow_logs {
            folder.clone_into(&mut flow_log.prefix);
        }
        let layout = Layout { hive, per_hour: true, object_s: 1800, ..Layout::default() };
        estate.add_world(&world, &coverage, layout, &seed.to_string());
    }
    estate
}

#[test]
fn several_accounts_regions_and_flow_logs_below_one_prefix() {
    let Some(server) = server() else { return };
    let estate = many_owners(server, "owners");
    estate.upload();
    let expected = estate.expected(&[]);
    let run = estate.report(&format!("http://{}", server.address), &[]);
    run.assert_clean(&expected);
    let report = run.json();
    let regions: std::collections::BTreeSet<&str> = report["nat_gateways"]
        .as_array()
        .expect("NAT gateways")
        .iter()
        .filter_map(|line| line["zone_id"].as_str()?.split('-').next())
        .collect();
    assert!(regions.contains("apne1") && regions.contains("euw1"), "{regions:?}");
}

#[test]
fn what_lies_beside_flow_logs_is_passed_over() {
    let Some(server) = server() else { return };
    let estate = many_owners(server, "beside");
    let transit = "version resource-type account-id tgw-id tgw-attachment-id srcaddr dstaddr bytes start end log-status\n\
                   6 TransitGateway 111122223333 tgw-0aaaaaaaaaaaaaaa1 tgw-attach-0aaaaaaaaaaaaaaa1 10.0.0.1 10.1.0.1 \
                   77 1773100800 1773100860 OK\n";
    let trail = r#"{"Records":[{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","bytes":77}]}"#;
    for (name, content) in [
        ("aws-logs-write-test", "Permission Check Successful"),
        ("AWSLogs/_SUCCESS", ""),
        ("AWSLogs/111122223333/vpcflowlogs/ap-northeast-1/2026/03/10/part-0.tmp", "half"),
        (
            "AWSLogs/111122223333/vpcflowlogs/ap-northeast-1/2026/03/10/111122223333_vpcflowlogs_ap-northeast-1_\
             fl-0123456789abcdef0_20260310T0000Z_01234567.log",
            transit,
        ),
        (
            "AWSLogs/111122223333/CloudTrail/ap-northeast-1/2026/03/10/\
             111122223333_CloudTrail_ap-northeast-1_20260310T0000Z_abc.json",
            trail,
        ),
        ("AWSLogs/111122223333/vpcflowlogs/manifest.json", r#"{"files":["a","b"]}"#),
    ] {
        estate.write(name, content.as_bytes());
    }
    estate.upload();
    let run = estate.report(&format!("http://{}", server.address), &[]);
    let of_files = estate.report_of_files(&[]);
    assert_eq!((run.code, of_files.code), (0, 0), "{}", run.stderr);
    assert_eq!(run.totals(), of_files.totals());
    // The same are named as passed over, but for those of other services, which are not even listed.
    let skipped = |run: &Run| -> Vec<String> {
        let report = run.json();
        let lines = report["objects"].as_array().expect("objects[]").iter();
        let names = lines.map(|line| line["object"].as_str().expect("a name").to_owned());
        names.filter_map(|name| Some(name.rsplit_once('/')?.1.to_owned())).collect()
    };
    let mut expected = skipped(&of_files);
    assert_eq!(expected.len(), 3, "{expected:?}");
    expected.retain(|name| !name.contains("CloudTrail"));
    assert_eq!(skipped(&run), expected);
}

/// All that is about bytes; what lay outside the period is not there to be counted when it was not read.
fn totals(run: &Run) -> Value {
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut totals = run.totals();
    totals["ledger"].as_object_mut().expect("a ledger").remove("outside_period");
    totals
}

/// Fifty hours from 2026-03-10 on, in objects of five minutes.
fn two_days(server: &'static Server, prefix: &str, hive: bool, per_hour: bool) -> Estate {
    let options = WorldOptions { hours: 50, conversations_per_hour: 20.0, ..WorldOptions::default() };
    let layout = Layout { hive, per_hour, object_s: 1800, ..Layout::default() };
    Estate::of_world(server, prefix, &World::new(60, options), &Form::text_gz(FieldOrder::V5), layout)
}

#[test]
fn a_period_lists_and_reads_only_what_it_needs() {
    let Some(server) = server() else { return };
    for (number, (hive, per_hour)) in
        [(false, false), (false, true), (true, false), (true, true)].into_iter().enumerate()
    {
        let estate = two_days(server, &format!("period/{number}"), hive, per_hour);
        let all = estate.names().len();
        let (from, to) = (START + 10 * HOUR + 1200, START + 11 * HOUR + 600);
        for (from, to) in [
            (Some(from), Some(to)),
            // The seam of two days, a whole day, an open end, an open start.
            (Some(START + 23 * HOUR + 1800), Some(START + 24 * HOUR + 1800)),
            (Some(START + 24 * HOUR), Some(START + 48 * HOUR)),
            (Some(START + 47 * HOUR), None),
            (None, Some(START + 2 * HOUR)),
        ] {
            let mut more = Vec::new();
            let texts = [from, to].map(|time| time.map(|time: i64| time.to_string()));
            for (flag, text) in ["--from", "--to"].into_iter().zip(&texts) {
                more.extend(text.iter().flat_map(|text| [flag, text.as_str()]));
            }
            let proxy = Proxy::new(server.address, |_| Act::Pass);
            let run = estate.report(&proxy.url(), &more);
            let expected = estate.report_of_files(&more);
            assert_eq!(totals(&run), totals(&expected), "hive {hive}, per hour {per_hour}, {more:?}");
            assert!(run.json()["ledger"]["bytes_total"].as_u64() > Some(0));
            let read = proxy.count(Kind::Get);
            let hours = to.unwrap_or(START + 50 * HOUR) - from.unwrap_or(START);
            // Never all, unless the period is nearly all; days are the least that a layout without hours can tell apart
            // by prefix, but the name of an object tells its window.
            if hours <= 24 * HOUR {
                assert!(read < all * 3 / 4, "{read} of {all} objects for {more:?}, per hour {per_hour}");
            }
            let lists = proxy.count(Kind::List);
            assert!(lists < 200, "{lists} pages listed for {more:?}");
        }
    }
}

#[test]
fn a_late_object_of_a_period_is_found() {
    let Some(server) = server() else { return };
    let estate = two_days(server, "late", false, true);
    // A record of 10:05 that was delivered with the window of 12:00.
    let late = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
                log-status\n2 111122223333 eni-0aaaaaaaaaaaaaaa1 10.0.1.5 198.51.100.7 40000 443 6 10 123456789 \
                1773137100 1773137160 ACCEPT OK\n";
    estate.write(
        "AWSLogs/111122223333/vpcflowlogs/ap-northeast-1/2026/03/10/12/111122223333_vpcflowlogs_ap-northeast-1_\
         fl-0123456789abcdef0_20260310T1200Z_01234567.log",
        late.as_bytes(),
    );
    estate.upload();
    let (from, to) = ((START + 10 * HOUR).to_string(), (START + 11 * HOUR).to_string());
    let more = ["--from", from.as_str(), "--to", to.as_str()];
    let run = estate.report(&format!("http://{}", server.address), &more);
    assert_eq!(totals(&run), totals(&estate.report_of_files(&more)));
    let lines = run.json()["attribution"].to_string() + &run.json()["ledger"].to_string();
    assert!(lines.contains("123456789") || run.json()["ledger"]["bytes_total"].as_u64() > Some(123_456_789));
}
