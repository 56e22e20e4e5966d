//! Service names, regions and zones.

use super::super::region::{is_region, region_in_path, region_of_zone};
use super::super::{region_of, short_name};

#[test]
fn service_names_have_a_region_and_a_short_name() {
    for (name, region, short) in [
        ("com.amazonaws.us-east-1.ecr.api", Some("us-east-1"), "ecr.api"),
        ("com.amazonaws.us-gov-west-1.s3", Some("us-gov-west-1"), "s3"),
        ("com.amazonaws.eusc-de-east-1.kms", Some("eusc-de-east-1"), "kms"),
        ("eu.amazonaws.eusc-de-east-1.ecr.api", Some("eusc-de-east-1"), "ecr.api"),
        ("aws.sagemaker.us-east-1.notebook", Some("us-east-1"), "notebook"),
        ("com.amazonaws.us-east-1.sagemaker.api", Some("us-east-1"), "sagemaker.api"),
        ("cn.com.amazonaws.cn-north-1.sts", Some("cn-north-1"), "sts"),
        ("aws.api.us-east-1.qbusiness", Some("us-east-1"), "qbusiness"),
        ("aws.api.global.codecatalyst", None, "codecatalyst"),
        ("api.aws.eu-west-1.cassandra-streams", Some("eu-west-1"), "cassandra-streams"),
        ("com.amazonaws.vpce.us-east-1.vpce-svc-0abc", Some("us-east-1"), "vpce-svc-0abc"),
        ("com.amazonaws.iam", None, "iam"),
        ("com.amazonaws.s3-global.accesspoint", None, "s3-global.accesspoint"),
        ("com.amazonaws.", None, "com.amazonaws."),
        ("com.amazonaws.us-east-1.", None, "com.amazonaws.us-east-1."),
        ("com.example.us-east-1.thing", None, "com.example.us-east-1.thing"),
        ("", None, ""),
    ] {
        assert_eq!(short_name(name), short, "{name}");
        assert_eq!(region_of(name), region, "{name}");
    }
}

#[test]
fn regions_are_known_by_their_form() {
    for region in
        ["us-east-1", "ap-northeast-1", "us-gov-west-1", "mx-central-1", "eusc-de-east-1", "us-isob-east-1"]
    {
        assert!(is_region(region), "{region}");
    }
    for other in [
        "us-east",
        "us-east-1a",
        "prod-us-east-1",
        "prod-east-1",
        "team-vpc-1",
        "US-EAST-1",
        "us--east-1",
        "",
        "-",
    ] {
        assert!(!is_region(other), "{other}");
    }
}

#[test]
fn zones_are_in_regions() {
    for (zone, region) in [
        ("us-east-1a", Some("us-east-1")),
        ("us-gov-west-1b", Some("us-gov-west-1")),
        ("us-west-2-lax-1a", Some("us-west-2")),
        ("us-east-1-wl1-bos-wlz-1", Some("us-east-1")),
        ("use1-az1", None),
        ("us-east-1", None),
        ("é-1a", None),
        ("", None),
    ] {
        assert_eq!(region_of_zone(zone), region, "{zone}");
    }
}

#[test]
fn only_whole_folders_name_a_region() {
    assert_eq!(region_in_path("111122223333/us-east-1/describe-vpcs.json"), Some("us-east-1"));
    assert_eq!(region_in_path("eu-west-1/old/us-east-1/a/describe-vpcs.json"), Some("us-east-1"));
    assert_eq!(region_in_path("prod-us-east-1/describe-vpcs.json"), None);
    assert_eq!(region_in_path("us-east-1"), None);
}
