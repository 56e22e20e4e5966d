//! Names as AWS gives them, and names that only look like it.

use super::layout::parse;
use super::plan;
use crate::source::{Location, LogObject};

const FILE: &str = "123456789012_vpcflowlogs_us-east-1_fl-0a1b2c3d_20260310T0005Z_a1b2c3d4.log";

fn object(name: &str, size_bytes: u64, explicit: bool) -> LogObject {
    LogObject {
        location: Location::File(std::path::Path::new(name).into()),
        size_bytes,
        etag: None,
        explicit,
    }
}

/// What is read, and what is passed over with its reason, of objects found below a directory.
fn planned(found: &[(&str, u64)]) -> (Vec<String>, Vec<String>) {
    let work = plan(found.iter().map(|(name, size)| object(name, *size, false)).collect());
    let items = work.items.into_iter().map(|item| item.object.name().into_owned()).collect();
    (items, work.skipped.into_iter().map(|(name, reason)| format!("{name}: {reason}")).collect())
}

#[test]
fn every_layout_ends_in_the_same_name() {
    for key in [
        format!("AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/03/10/{FILE}.gz"),
        format!("prefix/AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/03/10/00/{FILE}.gz"),
        format!("AWSLogs/o-a1b2c3/123456789012/vpcflowlogs/us-east-1/2026/03/10/{FILE}.gz"),
        format!(
            "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2026/month=03/day=10/\
             hour=00/{FILE}.gz"
        ),
        format!("{FILE}.gz"),
        FILE.to_owned(),
        format!("logs\\2026\\{FILE}.gz"),
    ] {
        let name = parse(&key).unwrap_or_else(|| panic!("a delivered object: {key}"));
        assert_eq!(
            (name.account_id.as_str(), name.region.as_str(), name.flow_log_id.as_str(), name.stem.as_str()),
            ("123456789012", "us-east-1", "fl-0a1b2c3d", FILE)
        );
    }
    let columnar = parse(&format!("a/{FILE}.parquet")).expect("a delivered object");
    assert_eq!(columnar.stem, format!("{FILE}.parquet"));
    let china = parse(&FILE.replace("us-east-1", "cn-northwest-1")).expect("a delivered object");
    assert_eq!(china.region, "cn-northwest-1");
}

#[test]
fn names_that_only_look_like_it() {
    for name in [
        "",
        "/",
        "flow.log.gz",
        "eni-0a1-all/000000.gz",
        &FILE.replace("vpcflowlogs", "vpcdnsquerylogs"),
        &FILE.replace("fl-0a1b2c3d", "0a1b2c3d"),
        &FILE.replace("us-east-1", "global"),
        &FILE.replace("20260310T0005Z", "today"),
        &FILE.replace("_a1b2c3d4", ""),
        &FILE.replacen("123456789012", "", 1),
        &format!("{FILE}.gz/part-0"),
    ] {
        assert_eq!(parse(name), None, "{name}");
    }
}

#[test]
fn a_copy_is_read_once_and_named() {
    let (first, second) = (format!("a/{FILE}.gz"), format!("b/{FILE}.gz"));
    let unpacked = format!("c/{FILE}");
    let (read, skipped) = planned(&[(&first, 500), (&second, 500), (&unpacked, 4_000)]);
    assert_eq!(read, std::slice::from_ref(&first));
    assert_eq!(
        skipped,
        [
            format!("{second}: copy of {first}: counted once"),
            format!("{unpacked}: copy of {first}: counted once")
        ]
    );
    // The unpacked one first.
    let (read, skipped) = planned(&[(&unpacked, 4_000), (&first, 500), (&second, 500)]);
    assert_eq!((read, skipped.len()), (vec![unpacked], 2));
}

#[test]
fn what_is_no_copy_is_read() {
    let (first, second) = (format!("a/{FILE}.gz"), format!("b/{FILE}.gz"));
    // Another size: one of the two was not delivered like this, and nobody knows which.
    assert_eq!(planned(&[(&first, 500), (&second, 501)]).0.len(), 2);
    // The same records in both formats are two flow logs; each delivered name is its own.
    assert_eq!(planned(&[(&first, 500), (&format!("a/{FILE}.parquet"), 500)]).0.len(), 2);
    let other_hash = first.replace("a1b2c3d4", "a1b2c3d5");
    assert_eq!(planned(&[(&first, 500), (&other_hash, 500)]).0.len(), 2);
    // Names that are not AWS's say nothing about their content.
    assert_eq!(planned(&[("a/flow.log", 500), ("b/flow.log", 500), ("b/flow.log.gz", 90)]).0.len(), 3);
}

#[test]
fn markers_are_left_out_unless_the_user_names_them() {
    let markers = [
        "logs/_SUCCESS",
        "logs/.DS_Store",
        "logs/aws-logs-write-test",
        "logs/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab.csv.metadata",
        "logs/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab.txt",
        "logs/part-0.TMP",
        "logs/.part-0.crc",
        "logs/README.md",
        "logs/expected.toml",
        "logs/notes.yml",
    ];
    let found: Vec<(&str, u64)> = markers.iter().map(|name| (*name, 9)).collect();
    assert_eq!(planned(&found), (vec![], vec![]));
    for name in markers {
        assert_eq!(plan(vec![object(name, 9, true)]).items.len(), 1, "{name}");
    }
    let logs =
        ["logs/000000.gz", "logs/a_b", "logs/flow.log", "logs/stream-2026-03-10-00", "logs/flow.log.parquet"];
    let found: Vec<(&str, u64)> = logs.iter().map(|name| (*name, 9)).collect();
    assert_eq!(planned(&found).0, logs);
}
