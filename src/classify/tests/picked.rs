//! Places of addresses picked by hand from the table.

use super::addr;
use super::atlas::Plain;
use super::class_at;
use crate::model::addr::Addr;

#[test]
fn addresses_picked_from_the_table() {
    let atlas = &Plain::bare().atlas;
    for (text, service, region) in [
        ("52.216.0.1", "s3", Some("us-east-1")),
        ("54.231.0.1", "s3", Some("us-east-1")),
        // S3 and EC2 on one block.
        ("3.5.0.1", "s3", Some("us-east-1")),
        ("52.219.0.1", "s3", Some("ap-northeast-1")),
        ("2600:1ffa:8000::1", "s3", Some("us-east-1")),
        // Multi-Region access points.
        ("13.248.224.1", "s3", Some("GLOBAL")),
        ("2600:9000:a104::1", "s3", Some("GLOBAL")),
        ("52.94.2.10", "dynamodb", Some("us-east-1")),
        // DynamoDB and EC2 on one block.
        ("35.71.97.1", "dynamodb", Some("ap-southeast-2")),
        ("54.222.57.1", "dynamodb", Some("cn-north-1")),
        ("3.80.0.1", "aws-ec2", Some("us-east-1")),
        ("2600:1f18::1", "aws-ec2", Some("us-east-1")),
        ("54.239.28.85", "aws-unknown", Some("us-east-1")),
        ("1.178.72.1", "aws-unknown", Some("GLOBAL")),
        ("13.32.0.1", "cloudfront", Some("GLOBAL")),
        // CloudFront inside a larger block of EC2.
        ("3.231.2.1", "cloudfront", Some("us-east-1")),
        // CloudFront and its origin-facing servers on one block: the first by name.
        ("3.172.0.1", "cloudfront", Some("GLOBAL")),
        ("205.251.192.1", "route53", Some("GLOBAL")),
        ("15.177.0.1", "route53_healthchecks", Some("GLOBAL")),
        ("203.0.113.5", "internet", None),
        ("8.8.8.8", "internet", None),
        ("2001:db8::1", "internet", None),
        ("::1", "internet", None),
        ("0.0.0.0", "internet", None),
        ("255.255.255.255", "internet", None),
    ] {
        let class = class_at(atlas, addr(text)).expect(text);
        assert_eq!((class.service.as_str(), class.region.as_deref()), (service, region), "{text}");
        assert_eq!((class.in_prefix_list, class.nat64, class.destinations.len()), (None, false, 0), "{text}");
        if let Some(v4) = addr(text).as_v4() {
            // The same address mapped, and through NAT64.
            let mapped = addr(&format!("::ffff:{text}"));
            assert_eq!(atlas.place(mapped), atlas.place(Addr::v4(v4)));
            let through = class_at(atlas, addr(&format!("64:ff9b::{text}"))).expect(text);
            assert_eq!(
                (through.service.as_str(), through.region.as_deref(), through.nat64),
                (service, region, true)
            );
        }
    }
}

#[test]
fn private_space_is_kept() {
    for atlas in [&Plain::bare().atlas, &Plain::full().atlas] {
        for text in [
            "10.0.0.0",
            "10.255.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.168.3.4",
            "100.64.0.1",
            "100.127.255.255",
            "169.254.169.254",
            "fc00::",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "::ffff:10.1.2.3",
            "64:ff9b::10.1.2.3",
        ] {
            assert_eq!(class_at(atlas, addr(text)), None, "{text}");
        }
        for text in [
            "9.255.255.255",
            "11.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "fec0::1",
        ] {
            assert!(class_at(atlas, addr(text)).is_some(), "{text}");
        }
    }
}
