//! Where public peers live: a few blocks per service and Region, read by hand from AWS's ip-ranges file of
//! 2026-08-22.
//!
//! Every block was checked against that file with the rule "the longest prefix that names a service other
//! than AMAZON and EC2; else EC2; else AMAZON; the Region of the most specific prefix", and holds no
//! narrower prefix, so each of its addresses has one answer.

use super::address::Block;

/// A kind of public peer: what the report calls it and the addresses it may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pool {
    /// The report's word: `s3`, `dynamodb`, `aws-ec2`, `aws-unknown`, `internet`, or a lower-case key.
    pub(crate) service: &'static str,
    /// The value of `pkt-*-aws-service`, `-` outside AWS.
    pub(crate) aws_service: &'static str,
    /// `None` for the internet.
    pub(crate) region: Option<&'static str>,
    pub(crate) blocks: Vec<Block>,
}

struct Row(&'static str, &'static str, Option<&'static str>, &'static [&'static str]);

const APNE1: Option<&str> = Some("ap-northeast-1");
const USE1: Option<&str> = Some("us-east-1");
const USW2: Option<&str> = Some("us-west-2");
const EUW1: Option<&str> = Some("eu-west-1");
const GLOBAL: Option<&str> = Some("GLOBAL");

/// Service word, ip-ranges key, Region, blocks.
const ROWS: &[Row] = &[
    Row("s3", "S3", APNE1, &["52.219.0.0/20", "3.5.152.0/21", "52.219.136.0/22", "52.219.196.0/22"]),
    Row("s3", "S3", USE1, &["52.216.0.0/15", "54.231.0.0/16", "3.5.0.0/19", "16.182.0.0/16"]),
    Row("s3", "S3", USW2, &["52.92.128.0/17", "52.218.128.0/17", "3.5.80.0/21"]),
    Row("s3", "S3", EUW1, &["52.92.0.0/17", "52.218.0.0/17", "3.5.64.0/21"]),
    Row("s3", "S3", GLOBAL, &["13.248.224.0/24", "76.223.95.0/24"]),
    Row("dynamodb", "DYNAMODB", APNE1, &["52.94.8.0/24", "35.71.114.0/24", "13.248.70.0/24"]),
    Row("dynamodb", "DYNAMODB", USE1, &["52.119.224.0/21", "3.218.180.0/22", "52.94.0.0/22"]),
    Row("dynamodb", "DYNAMODB", USW2, &["52.119.252.0/22", "35.71.64.0/22"]),
    Row("dynamodb", "DYNAMODB", EUW1, &["52.119.240.0/21", "52.94.24.0/23"]),
    Row("aws-ec2", "EC2", APNE1, &["54.168.0.0/16", "52.68.0.0/15"]),
    Row("aws-ec2", "EC2", USE1, &["54.88.0.0/14", "23.20.0.0/14"]),
    Row("aws-ec2", "EC2", USW2, &["52.24.0.0/14", "54.68.0.0/14"]),
    Row("aws-ec2", "EC2", EUW1, &["54.72.0.0/15", "52.48.0.0/14"]),
    Row("aws-unknown", "AMAZON", APNE1, &["52.119.216.0/21", "99.77.56.0/21", "52.95.56.0/22"]),
    Row("aws-unknown", "AMAZON", USE1, &["52.46.128.0/19", "52.94.224.0/20", "54.239.16.0/20"]),
    Row("aws-unknown", "AMAZON", USW2, &["52.94.176.0/20", "52.119.160.0/20"]),
    Row("aws-unknown", "AMAZON", EUW1, &["52.95.112.0/20", "52.94.216.0/21"]),
    Row("api_gateway", "API_GATEWAY", APNE1, &["35.77.112.0/22", "3.112.162.0/23"]),
    Row("api_gateway", "API_GATEWAY", USE1, &["3.216.136.0/21", "3.235.32.0/21"]),
    Row("api_gateway", "API_GATEWAY", USW2, &["34.223.68.0/22", "35.93.124.0/22"]),
    Row("api_gateway", "API_GATEWAY", EUW1, &["3.253.148.0/22", "3.253.184.0/22"]),
    Row("cloudfront", "CLOUDFRONT", GLOBAL, &["13.224.0.0/14", "18.64.0.0/14", "3.160.0.0/14"]),
    Row("globalaccelerator", "GLOBALACCELERATOR", GLOBAL, &["75.2.0.0/17", "99.83.128.0/17"]),
    Row("internet", "-", None, &["151.101.0.0/16", "140.82.112.0/20", "185.199.108.0/22"]),
    Row("s3", "S3", APNE1, &["2406:da60:4000::/40", "2406:daa0:4000::/40"]),
    Row("s3", "S3", USE1, &["2600:1fa0:8000::/39", "2600:1f60:8000::/39"]),
    Row("s3", "S3", USW2, &["2600:1fa0:4000::/39", "2600:1f60:4000::/39"]),
    Row("s3", "S3", EUW1, &["2a05:d030:8000::/40", "2a05:d050:8000::/40"]),
    Row("cloudfront", "CLOUDFRONT", GLOBAL, &["2600:9000:2000::/36"]),
    Row("internet", "-", None, &["2a04:4e42::/32", "2606:50c0:8000::/36"]),
];

/// Addresses of port scanners: outside every AWS range, and never the peer of a conversation.
pub(crate) const SCANNERS: &str = "198.51.100.0/24";

/// The pool of a service in a Region (`None`: the internet) and family.
///
/// # Panics
/// When this module has no such pool: a blueprint names only what is here.
pub(crate) fn pool(service: &str, region: Option<&str>, v6: bool) -> Pool {
    ROWS.iter()
        .find(|Row(name, _, place, blocks)| {
            *name == service && *place == region && blocks[0].contains(':') == v6
        })
        .map(|Row(service, aws_service, region, blocks)| Pool {
            service,
            aws_service,
            region: *region,
            blocks: blocks.iter().map(|block| Block::parse(block)).collect(),
        })
        .expect("the blueprint names a pool of this module")
}

/// The blocks of a gateway service in a Region: what its managed prefix list holds in this world.
pub(crate) fn prefix_list_entries(service: &str, region: &str) -> Vec<&'static str> {
    ROWS.iter()
        .filter(|Row(name, _, place, blocks)| {
            *name == service && *place == Some(region) && !blocks[0].contains(':')
        })
        .flat_map(|Row(_, _, _, blocks)| blocks.iter().copied())
        .collect()
}

/// An EC2 block of the Region, for Elastic IP addresses.
pub(crate) fn elastic_block(region: &str) -> Block {
    Block::parse(match region {
        "us-east-1" => "54.208.0.0/15",
        "us-west-2" => "54.148.0.0/15",
        "eu-west-1" => "54.170.0.0/15",
        _ => "54.150.0.0/16",
    })
}
