//! Services that have VPC endpoints, and sets that are of use only together. `data/SOURCE.md` says where this is from.

use crate::model::wording::Wording;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The embedded list.
const SERVICES: &str = include_str!("data/endpoint-services.txt");

/// What is known of a service.
#[derive(Debug, Clone, Copy)]
struct Known {
    gateway: bool,
    interface: bool,
    pattern: Option<&'static str>,
    china: Option<&'static str>,
    europe: Option<&'static str>,
}

static KNOWN: LazyLock<BTreeMap<&'static str, Known>> = LazyLock::new(|| {
    let lines = SERVICES.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut words = line.split(' ');
            let (name, kinds) = (words.next()?, words.next()?);
            let mut known = Known {
                gateway: kinds.contains('g'),
                interface: kinds.contains('i'),
                pattern: None,
                china: None,
                europe: None,
            };
            for word in words {
                if let Some(name) = word.strip_prefix("cn=") {
                    known.china = Some(name);
                } else if let Some(name) = word.strip_prefix("eu=") {
                    known.europe = Some(name);
                } else {
                    known.pattern = Some(word);
                }
            }
            Some((name, known))
        })
        .collect()
});

/// Services that are of use only together: taken or left as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceSet {
    /// What the set is called in sentences.
    pub title: &'static str,
    /// Short names, the one that stands for the set first.
    pub services: &'static [&'static str],
    /// Whether it also needs S3, through a gateway endpoint.
    pub needs_s3: bool,
}

/// The sets, see `data/SOURCE.md`.
pub const SETS: [ServiceSet; 5] = [
    ServiceSet { title: "Amazon ECR", services: &["ecr.api", "ecr.dkr"], needs_s3: true },
    ServiceSet {
        title: "Systems Manager",
        services: &["ssm", "ssmmessages", "ec2messages"],
        needs_s3: false,
    },
    ServiceSet { title: "Amazon ECS", services: &["ecs", "ecs-agent", "ecs-telemetry"], needs_s3: false },
    ServiceSet {
        title: "CodeArtifact",
        services: &["codeartifact.api", "codeartifact.repositories"],
        needs_s3: false,
    },
    ServiceSet {
        title: "CodeDeploy",
        services: &["codedeploy", "codedeploy-commands-secure"],
        needs_s3: false,
    },
];

/// The set a service belongs to.
pub fn set_of(service: &str) -> Option<&'static ServiceSet> {
    SETS.iter().find(|set| set.services.contains(&service))
}

/// Whether a service has interface endpoints.
pub fn has_interface_endpoint(service: &str) -> bool {
    KNOWN.get(service).is_some_and(|known| known.interface)
}

/// Whether a service has gateway endpoints.
pub fn has_gateway_endpoint(service: &str) -> bool {
    KNOWN.get(service).is_some_and(|known| known.gateway)
}

/// Whether the list has a service at all.
pub fn is_known(service: &str) -> bool {
    KNOWN.contains_key(service)
}

/// The full name of a service's gateway endpoint in a Region: one form in all partitions.
pub fn gateway_service_name(service: &str, region: &str) -> String {
    format!("com.amazonaws.{region}.{service}")
}

/// The full name of a service's interface endpoint in a Region.
pub fn service_name(service: &str, region: &str) -> String {
    let known = KNOWN.get(service);
    let special = known.and_then(|known| {
        if region.starts_with("cn-") {
            known.china
        } else if region.starts_with("eusc-") {
            known.europe
        } else {
            None
        }
    });
    let pattern = special.or(known.and_then(|known| known.pattern));
    pattern.map_or_else(
        || format!("com.amazonaws.{region}.{service}"),
        |pattern| pattern.replace("REGION", region),
    )
}

/// The partition of a Region, as ARNs begin with it.
pub fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        region if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}

/// A service whose address tells it, with what to check before.
#[derive(Debug, Clone, Copy)]
pub struct ToldByAddress {
    /// As in reports: the lower-case ip-ranges key.
    pub key: &'static str,
    /// Short name of the endpoint.
    pub service: &'static str,
    /// What to check before.
    pub remark: fn() -> Wording,
}

/// Source: AWS services that integrate with PrivateLink, against the keys of ip-ranges (2026-11). Both are likely, not
/// certain: hence the remarks, and never "high" confidence. EFS, Aurora DSQL and IoT are left out: what crosses a NAT
/// there is not what their endpoints carry.
pub const TOLD_BY_ADDRESS: [ToldByAddress; 2] = [
    ToldByAddress { key: "ebs", service: "ebs", remark: super::say::ebs_direct },
    ToldByAddress { key: "api_gateway", service: "execute-api", remark: super::say::private_api },
];

/// Whether a service behind an interface endpoint can be reached without it, through a NAT gateway: not the services of others
/// (`vpce-svc-...`), and not API Gateway, whose private APIs have no other way.
pub fn is_public(service_name: &str, service: &str) -> bool {
    !service_name.contains(".vpce.") && service != "execute-api"
}

#[cfg(test)]
mod tests {
    use super::{
        KNOWN, SETS, TOLD_BY_ADDRESS, gateway_service_name, has_gateway_endpoint, has_interface_endpoint,
        is_public, service_name, set_of,
    };

    #[test]
    fn the_list_is_read_to_its_end() {
        // 392 services less 61 FIPS twins, as SOURCE.md says.
        assert_eq!(KNOWN.len(), 331);
        assert!(KNOWN.values().all(|known| known.gateway || known.interface));
        let gateways: Vec<&str> =
            KNOWN.iter().filter(|(_, known)| known.gateway).map(|(name, _)| *name).collect();
        assert_eq!(gateways, ["dynamodb", "s3", "s3express"]);
        assert!(has_gateway_endpoint("s3") && has_interface_endpoint("s3"));
        assert!(!has_interface_endpoint("s3express") && !has_interface_endpoint("internet"));
    }

    #[test]
    fn every_service_of_a_set_has_an_endpoint_and_is_in_one_set() {
        let mut seen = std::collections::BTreeSet::new();
        for set in SETS {
            assert!(set.services.len() > 1);
            for service in set.services {
                assert!(has_interface_endpoint(service), "{service}");
                assert!(seen.insert(*service), "{service} is in two sets");
            }
        }
        assert_eq!(set_of("ec2messages").map(|set| set.services[0]), Some("ssm"));
        assert!(set_of("logs").is_none() && set_of("monitoring").is_none());
        assert!(TOLD_BY_ADDRESS.iter().all(|told| has_interface_endpoint(told.service)));
    }

    #[test]
    fn full_names_follow_region_and_partition() {
        for (service, region, name) in [
            ("ecr.api", "us-east-1", "com.amazonaws.us-east-1.ecr.api"),
            ("ecr.api", "cn-north-1", "cn.com.amazonaws.cn-north-1.ecr.api"),
            ("ecr.api", "eusc-de-east-1", "eu.amazonaws.eusc-de-east-1.ecr.api"),
            ("s3", "cn-north-1", "cn.com.amazonaws.cn-north-1.s3"),
            ("notebook", "eu-west-1", "aws.sagemaker.eu-west-1.notebook"),
            ("iam", "us-east-1", "com.amazonaws.iam"),
        ] {
            assert_eq!(service_name(service, region), name);
        }
        assert_eq!(gateway_service_name("s3", "cn-north-1"), "com.amazonaws.cn-north-1.s3");
    }

    #[test]
    fn services_of_others_have_no_other_way() {
        assert!(is_public("com.amazonaws.us-east-1.kms", "kms"));
        assert!(!is_public("com.amazonaws.vpce.us-east-1.vpce-svc-0abc", "vpce-svc-0abc"));
        assert!(!is_public("com.amazonaws.us-east-1.execute-api", "execute-api"));
    }
}
