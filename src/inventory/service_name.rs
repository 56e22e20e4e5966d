//! Names of VPC endpoint services.

use super::region::is_region;

/// What stands before the region in the service names of every partition, longest first where one begins
/// another.
const PREFIXES: [&str; 8] = [
    "com.amazonaws.vpce.",
    "cn.com.amazonaws.vpce.",
    "com.amazonaws.",
    "cn.com.amazonaws.",
    "eu.amazonaws.",
    "aws.api.",
    "aws.sagemaker.",
    "api.aws.",
];

/// The short name of an endpoint service: the part after the region, such as `ecr.api` for
/// `com.amazonaws.us-east-1.ecr.api`, `notebook` for `aws.sagemaker.us-east-1.notebook`, `iam` for the global
/// `com.amazonaws.iam` and `vpce-svc-0abc` for a service somebody else offers. Anything that is not written
/// like an AWS service name is returned as it is.
pub fn short_name(service_name: &str) -> String {
    split(service_name).map_or(service_name, |(_, name)| name).to_owned()
}

/// The region in the name of an endpoint service; `None` for global services and for names not written by AWS.
///
/// It is the service's region, which is not the endpoint's where an endpoint reaches into another region.
pub fn region_of(service_name: &str) -> Option<&str> {
    split(service_name)?.0
}

/// Region and short name, where `service_name` has a known prefix and something after it.
fn split(service_name: &str) -> Option<(Option<&str>, &str)> {
    let rest = PREFIXES.iter().find_map(|prefix| service_name.strip_prefix(prefix))?;
    let (region, name) = match rest.split_once('.') {
        Some((region, name)) if is_region(region) => (Some(region), name),
        // `aws.api.global.codecatalyst` puts a word where the region would be.
        Some(("global", name)) => (None, name),
        _ => (None, rest),
    };
    (!name.is_empty()).then_some((region, name))
}
