//! The embedded table and AWS's own form of it.

use super::super::ip_ranges::{IpRanges, IpRangesError};
use crate::model::addr::Block;

#[test]
fn the_embedded_table_is_whole() {
    let table = IpRanges::embedded();
    assert_eq!(table.date, "2026-08-22");
    let v4 = table.ranges.iter().filter(|range| range.block.first >> 32 == 0xffff).count();
    assert_eq!((v4, table.ranges.len() - v4, table.ranges.len()), (10_666, 6_160, 16_826));
    let known = |key: &str| table.services.iter().any(|service| service == key);
    assert!(["AMAZON", "EC2", "S3", "DYNAMODB", "CLOUDFRONT"].iter().all(|key| known(key)));
    assert!(table.regions.iter().any(|region| region == "GLOBAL"));
}

#[test]
fn its_blocks_nest_and_never_cross() {
    // Binary prefixes cannot cross; a damaged block could.
    let table = IpRanges::embedded();
    for range in &table.ranges {
        let Block { first, last, length } = range.block;
        assert!(length <= 128, "{}", range.block);
        assert_eq!(last - first, u128::MAX.checked_shr(u32::from(length)).unwrap_or(0), "{}", range.block);
    }
}

#[test]
fn no_block_has_two_regions() {
    // The Region is that of the longest block of any service: two on one block would be a choice by order.
    let table = IpRanges::embedded();
    let mut places: Vec<(Block, &str)> =
        table.ranges.iter().map(|range| (range.block, table.region(range))).collect();
    places.sort_unstable();
    places.dedup();
    assert!(places.windows(2).all(|pair| pair[0].0 != pair[1].0));
}

#[test]
fn the_compact_form_survives_reading_and_writing() {
    let table = IpRanges::embedded();
    let text = table.to_compact();
    let again = IpRanges::from_compact(&text).expect("what was just written");
    assert_eq!(again.to_compact(), text);
    let sorted = |table: &IpRanges| {
        let mut ranges: Vec<(String, String, Block)> = table
            .ranges
            .iter()
            .map(|range| (table.service(range).to_owned(), table.region(range).to_owned(), range.block))
            .collect();
        ranges.sort();
        ranges
    };
    assert!(sorted(&again) == sorted(&table));
}

const JSON: &str = r#"{
  "syncToken": "1787433425", "createDate": "2026-08-22-21-17-05",
  "prefixes": [
    {"ip_prefix": "52.216.0.0/15", "region": "us-east-1", "service": "S3", "network_border_group": "us-east-1"},
    {"ip_prefix": "52.216.0.0/15", "region": "us-east-1", "service": "AMAZON", "network_border_group": "us-east-1"},
    {"ip_prefix": "3.5.0.0/19", "region": "us-east-1", "service": "S3", "network_border_group": "us-east-1"}
  ],
  "ipv6_prefixes": [
    {"ipv6_prefix": "2600:1ffa:8000::/40", "region": "us-east-1", "service": "S3", "network_border_group": "us-east-1"}
  ]
}"#;

#[test]
fn the_json_of_aws_becomes_the_compact_form() {
    let table = IpRanges::from_json(JSON).expect("AWS's shape");
    assert_eq!(
        table.to_compact(),
        "# createDate 2026-08-22\n\
         AMAZON us-east-1 52.216.0.0/15\n\
         S3 us-east-1 3.5.0.0/19 52.216.0.0/15 2600:1ffa:8000::/40\n"
    );
    let without_v6 = JSON.split(",\n  \"ipv6_prefixes\"").next().expect("the first part").to_owned() + "}";
    assert_eq!(IpRanges::from_json(&without_v6).expect("IPv4 alone").ranges.len(), 3);
}

#[test]
fn what_is_no_table_is_an_error() {
    let fault = |text: &str| IpRanges::from_json(text).expect_err(text);
    assert!(matches!(fault(""), IpRangesError::Json(_)));
    assert!(matches!(fault("[]"), IpRangesError::Json(_)));
    assert!(matches!(fault("{}"), IpRangesError::Json(_)));
    assert!(matches!(fault(&JSON[..JSON.len() - 2]), IpRangesError::Json(_)));
    assert!(matches!(fault(&JSON.replace("\"service\": \"S3\", ", "")), IpRangesError::Json(_)));
    assert!(matches!(fault(r#"{"createDate":"2026-08-22","prefixes":[]}"#), IpRangesError::Empty));
    let message = fault(&JSON.replace("3.5.0.0/19", "3.5.0.0/33")).to_string();
    assert_eq!(message, "`3.5.0.0/33` (service S3, region us-east-1) is not an address block");
    assert!(fault("{}").to_string().contains("expected an object with `createDate`"));

    assert!(matches!(IpRanges::from_compact(""), Err(IpRangesError::Empty)));
    assert!(matches!(
        IpRanges::from_compact("# createDate 2026-08-22\nS3 us-east-1 x"),
        Err(IpRangesError::Block { .. })
    ));
}
