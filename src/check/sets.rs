//! Endpoints that work as a set, and what else their clients need.

use std::collections::BTreeSet;

use super::{Case, Checker, Found, Severity, say, some, word};
use crate::inventory::VpcEndpointType;
use crate::model::quantity::grouped;
use crate::model::wording::Wording;

/// Endpoints that work as a set.
struct Set {
    rule: &'static str,
    /// What fails without all of them.
    purpose: &'static str,
    /// Short names of interface endpoints.
    interfaces: &'static [&'static str],
    /// Whether the S3 gateway endpoint belongs to it.
    s3: bool,
    severity: Severity,
}

/// Sources, to be read again before a set is changed: ECR User Guide, "Amazon ECR interface VPC endpoints" (layers come from
/// S3); Systems Manager User Guide, "Improve the security of EC2 instances by using VPC endpoints"; ECS Developer Guide, "Amazon ECS interface VPC endpoints";
/// CodeArtifact User Guide, "Create VPC endpoints".
const SETS: [Set; 4] = [
    Set {
        rule: "ecr-incomplete",
        purpose: "An image pull from ECR",
        interfaces: &["ecr.api", "ecr.dkr"],
        s3: true,
        severity: Severity::High,
    },
    Set {
        rule: "session-manager-incomplete",
        purpose: "Session Manager",
        interfaces: &SYSTEMS_MANAGER,
        s3: false,
        severity: Severity::Medium,
    },
    Set {
        rule: "companions-incomplete",
        purpose: "ECS on EC2 instances",
        interfaces: &["ecs", "ecs-agent", "ecs-telemetry"],
        s3: false,
        severity: Severity::Medium,
    },
    Set {
        rule: "companions-incomplete",
        purpose: "CodeArtifact",
        interfaces: &["codeartifact.api", "codeartifact.repositories"],
        s3: false,
        severity: Severity::Medium,
    },
];

/// Endpoints that Systems Manager speaks through.
const SYSTEMS_MANAGER: [&str; 3] = ["ssm", "ssmmessages", "ec2messages"];

/// Whether a service is of use only with others.
pub(super) fn is_of_a_set(service: &str) -> bool {
    SETS.iter().any(|set| set.interfaces.contains(&service))
}

pub(super) fn check(checker: &mut Checker<'_>) {
    for set in &SETS {
        if !checker.lacks(set.rule, &["describe-vpc-endpoints"]) {
            complete(checker, set);
        }
    }
    if !checker.lacks("instance-without-profile", &["describe-vpc-endpoints", "describe-instances"]) {
        profiles(checker);
    }
}

impl Case<'_> {
    /// The interface endpoints of a list that a VPC has.
    fn present(&self, vpc: &str, wanted: &'static [&'static str]) -> BTreeSet<&'static str> {
        let here = self.endpoints_of(VpcEndpointType::Interface).filter(|endpoint| endpoint.vpc_id == vpc);
        let services: BTreeSet<&str> = here.map(|endpoint| endpoint.service.as_str()).collect();
        // A FIPS endpoint serves the same clients.
        let is_here = |service: &&str| {
            services.contains(service) || services.contains(format!("{service}-fips").as_str())
        };
        wanted.iter().copied().filter(is_here).collect()
    }
}

fn complete(checker: &mut Checker<'_>, set: &Set) {
    let case = checker.case;
    for vpc in case.vpcs() {
        let present = case.present(vpc, set.interfaces);
        if present.is_empty() {
            continue;
        }
        let has_s3 = !set.s3 || case.topology.gateway_endpoints(vpc, "s3").next().is_some();
        let mut missing: Vec<String> = set
            .interfaces
            .iter()
            .filter(|service| !present.contains(*service))
            .map(|name| (*name).to_owned())
            .collect();
        let names_missing = !missing.is_empty();
        if !has_s3 {
            missing.push("s3 (gateway)".to_owned());
        }
        if missing.is_empty() {
            continue;
        }
        let layers = if has_s3 { 0 } else { case.toll(case.gateway_flows(vpc, "s3")).bytes };
        // What goes to addresses of many services may be meant for those that are missing.
        let shared = if names_missing { case.shared_bytes(vpc) } else { 0 };
        let (tolls, bytes) = (layers + shared, layers.max(shared));
        checker.add(Found {
            rule: set.rule,
            resource: vpc.to_owned(),
            severity: if layers > 0 { set.severity } else { Severity::Medium.min(set.severity) },
            seen: bytes > 0,
            title: format!("{} needs {} too", set.purpose, some(missing.iter().map(String::as_str)).en()),
            evidence: say::set_lacks(
                some(present.iter().copied()),
                if tolls > 0 { say::set_toll(grouped(tolls)) } else { say::set_fails() },
            ),
            fix: Wording::same(
                missing.iter().map(|service| create(case, vpc, service)).collect::<Vec<_>>().join(" && "),
            ),
            loss: None,
        });
    }
}

/// The command that creates a missing endpoint.
fn create(case: &Case<'_>, vpc: &str, service: &str) -> String {
    let (vpc_word, name) =
        (word(vpc), word(&case.service_name(vpc, service.split(' ').next().unwrap_or(service))));
    if service.ends_with("(gateway)") {
        return format!(
            "aws ec2 create-vpc-endpoint --vpc-id {vpc_word} --vpc-endpoint-type Gateway --service-name {name} --route-table-ids \
             ROUTE_TABLE_ID"
        );
    }
    format!(
        "aws ec2 create-vpc-endpoint --vpc-id {vpc_word} --vpc-endpoint-type Interface --service-name {name} --subnet-ids SUBNET_ID \
         --security-group-ids GROUP_ID --private-dns-enabled"
    )
}

/// Source: Systems Manager User Guide, "Configure instance permissions": an instance profile, or the default host management
/// configuration of the account.
fn profiles(checker: &mut Checker<'_>) {
    let case = checker.case;
    let setup = &case.inventory().setup;
    for vpc in case.vpcs() {
        if case.present(vpc, &SYSTEMS_MANAGER).is_empty() {
            continue;
        }
        let without: Vec<&str> = setup
            .instances
            .iter()
            .filter(|(id, instance)| {
                instance.running
                    && instance.vpc_id.as_deref() == Some(vpc)
                    && !instance.has_profile
                    && !setup.instances_with_profile.contains(*id)
            })
            .map(|(id, _)| id.as_str())
            .collect();
        if without.is_empty() {
            continue;
        }
        // An instance that speaks with Systems Manager has its permissions from elsewhere.
        let systems_manager: BTreeSet<&str> = case
            .endpoints_of(VpcEndpointType::Interface)
            .filter(|endpoint| endpoint.vpc_id == vpc && SYSTEMS_MANAGER.contains(&endpoint.service.as_str()))
            .map(|endpoint| endpoint.vpc_endpoint_id.as_str())
            .collect();
        let flows_of = |instance: &str| {
            let interfaces: BTreeSet<&str> = case
                .clients_in(vpc)
                .filter(|interface| interface.instance_id.as_deref() == Some(instance))
                .map(|interface| interface.interface_id.as_str())
                .collect();
            let flows = case.attribution.flows.iter();
            flows.filter(move |flow| {
                flow.client.interface_id.as_deref().is_some_and(|id| interfaces.contains(id))
            })
        };
        let speaks = |instance: &&str| {
            flows_of(instance)
                .any(|flow| flow.route.via.as_deref().is_some_and(|via| systems_manager.contains(via)))
        };
        let silent: Vec<&str> = without.into_iter().filter(|instance| !speaks(instance)).collect();
        let active: Vec<&str> =
            silent.iter().copied().filter(|instance| flows_of(instance).next().is_some()).collect();
        if silent.is_empty() {
            continue;
        }
        checker.add(Found {
            rule: "instance-without-profile",
            resource: vpc.to_owned(),
            severity: Severity::Medium,
            seen: !active.is_empty(),
            title: format!(
                "Session Manager has no permissions on {} instance(s): they have no instance profile",
                silent.len()
            ),
            evidence: say::without_profile(some(silent.iter().copied()), active.len()),
            fix: say::give_profile(format!(
                "aws ec2 associate-iam-instance-profile --instance-id {} --iam-instance-profile Name=PROFILE",
                word(silent[0])
            )),
            loss: None,
        });
    }
}
