//! Policies of endpoints and buckets that turn clients away.
//!
//! Judged for requests that clients of a service usually make, on any bucket or table, by any principal of the VPC's account.

use std::collections::BTreeSet;

use super::gateway::told;
use super::policy::{Fit, Known, Policy, Request, Verdict};
use super::{Case, Checker, Found, Severity, say, some, word};
use crate::advise::catalog::partition;
use crate::inventory::{VpcEndpoint, VpcEndpointType, is_gone};
use crate::model::quantity::grouped;
use crate::model::wording::Wording;

/// What clients of a service usually do: service, actions, and a resource in which `REGION` and `PARTITION` are filled in.
/// Source: "Actions, resources, and condition keys for AWS services", Service Authorization Reference.
const USUAL: [(&str, &[&str], &str); 8] = [
    ("s3", &["s3:GetObject", "s3:PutObject"], "arn:PARTITION:s3:::any-bucket/any-key"),
    (
        "dynamodb",
        &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
        "arn:PARTITION:dynamodb:REGION:ACCOUNT:table/any-table",
    ),
    ("ecr.api", &["ecr:GetAuthorizationToken"], "*"),
    (
        "ecr.dkr",
        &["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "arn:PARTITION:ecr:REGION:ACCOUNT:repository/any-repository",
    ),
    ("ssm", &["ssm:UpdateInstanceInformation"], "*"),
    ("ssmmessages", &["ssmmessages:CreateControlChannel", "ssmmessages:OpenDataChannel"], "*"),
    ("ec2messages", &["ec2messages:GetMessages"], "*"),
    (
        "logs",
        &["logs:PutLogEvents"],
        "arn:PARTITION:logs:REGION:ACCOUNT:log-group:any-group:log-stream:any-stream",
    ),
];

/// Account of requests where the VPC's is not known.
const ANY_ACCOUNT: &str = "000000000000";

pub(super) fn check(checker: &mut Checker<'_>) {
    endpoint_policies(checker);
    image_layers(checker);
    bucket_policies(checker);
}

impl Case<'_> {
    fn partition(&self, vpc: &str) -> &'static str {
        self.topology.region_of_vpc(vpc).map_or("aws", partition)
    }

    /// A request of a client in an endpoint's VPC.
    fn request_through<'r>(&'r self, endpoint: &VpcEndpoint, action: &'r str, resource: &str) -> Request<'r> {
        let vpc = endpoint.vpc_id.as_str();
        let account = self.topology.account_of_vpc(vpc);
        let resource = resource
            .replace("PARTITION", self.partition(vpc))
            .replace("REGION", self.topology.region_of_vpc(vpc).unwrap_or("any-region"))
            .replace("ACCOUNT", account.unwrap_or(ANY_ACCOUNT));
        Request { action, resource, account, context: through_endpoint(endpoint, account) }
    }
}

/// What a request through an endpoint carries.
fn through_endpoint(endpoint: &VpcEndpoint, account: Option<&str>) -> Vec<(&'static str, Known)> {
    let one = |value: &str| Known::Values(vec![value.to_owned()]);
    let mut context = vec![
        ("aws:sourcevpce", one(&endpoint.vpc_endpoint_id)),
        ("aws:sourcevpc", one(&endpoint.vpc_id)),
        // Through an endpoint there is no public address (it is in aws:VpcSourceIp).
        ("aws:sourceip", Known::Absent),
        ("aws:securetransport", one("true")),
    ];
    if let Some(account) = account {
        context.push(("aws:principalaccount", one(account)));
    }
    context
}

fn endpoint_policies(checker: &mut Checker<'_>) {
    const RULE: &str = "endpoint-policy-too-tight";
    if checker.lacks(RULE, &["describe-vpc-endpoints"]) {
        return;
    }
    let case = checker.case;
    for endpoint in case.inventory().vpc_endpoints.iter().filter(|endpoint| !is_gone(&endpoint.state)) {
        let Some((_, actions, resource)) = USUAL.iter().find(|(service, ..)| *service == endpoint.service)
        else {
            continue;
        };
        let Some(document) = case.inventory().setup.endpoint_policies.get(&endpoint.vpc_endpoint_id) else {
            continue;
        };
        let policy = match Policy::parse(document) {
            Ok(policy) => policy,
            Err(reason) => {
                checker.skip(RULE, say::unreadable_policy(&endpoint.vpc_endpoint_id, reason));
                continue;
            }
        };
        let (mut refused, mut unsure) = (Vec::new(), Vec::new());
        for action in *actions {
            let request = case.request_through(endpoint, action, resource);
            match policy.judge(&request) {
                Verdict::Allowed => {}
                Verdict::Denied(by) => {
                    refused.push(say::refused(action, &request.resource, say::denied_by(by)));
                }
                Verdict::NotAllowed => {
                    refused.push(say::refused(action, &request.resource, say::not_allowed()));
                }
                Verdict::Undecided(why) => unsure.push(say::unsure(action, why)),
            }
        }
        if refused.is_empty() && unsure.is_empty() {
            continue;
        }
        let (bytes, decided) = (case.bytes_through(endpoint), !refused.is_empty());
        let all = refused.len() == actions.len();
        let calls = Wording::join(refused.iter().chain(&unsure), "; ");
        checker.add(Found {
            rule: RULE,
            resource: endpoint.vpc_endpoint_id.clone(),
            severity: Severity::Medium,
            seen: decided && bytes > 0,
            title: if decided {
                format!(
                    "The policy of the {} endpoint refuses {} that clients usually make",
                    endpoint.service,
                    if all { "the calls" } else { "some of the calls" }
                )
            } else {
                format!(
                    "Whether the policy of the {} endpoint lets clients through cannot be decided",
                    endpoint.service
                )
            },
            evidence: if decided {
                say::policy_refuses(calls, grouped(bytes))
            } else {
                say::policy_unsure(calls, grouped(bytes))
            },
            fix: say::loosen_policy(word(&endpoint.vpc_endpoint_id)),
            loss: None,
        });
    }
}

/// Image layers come from a bucket of AWS's own.
/// Source: "Amazon ECR interface VPC endpoints", ECR User Guide: `arn:aws:s3:::prod-region-starport-layer-bucket/*`.
fn image_layers(checker: &mut Checker<'_>) {
    const RULE: &str = "ecr-layers-denied";
    if checker.lacks(RULE, &["describe-vpc-endpoints"]) {
        return;
    }
    let case = checker.case;
    for endpoint in case.endpoints_of(VpcEndpointType::Gateway).filter(|endpoint| endpoint.service == "s3") {
        let mut registries = case
            .endpoints_of(VpcEndpointType::Interface)
            .filter(|other| other.vpc_id == endpoint.vpc_id && other.service.starts_with("ecr."))
            .peekable();
        let policy = case.inventory().setup.endpoint_policies.get(&endpoint.vpc_endpoint_id);
        let Some(policy) = policy.and_then(|document| Policy::parse(document).ok()) else { continue };
        if registries.peek().is_none() {
            continue;
        }
        let used: u128 = registries.map(|registry| case.bytes_through(registry)).sum();
        let bucket = "arn:PARTITION:s3:::prod-REGION-starport-layer-bucket/layer";
        let mut request = case.request_through(endpoint, "s3:GetObject", bucket);
        // ECR hands out links that are signed by a principal of its own.
        request.account = None;
        request.context.retain(|(key, _)| *key != "aws:principalaccount");
        let layers = request.resource.replace("/layer", "/*");
        let (why, fix) = match policy.judge(&request) {
            Verdict::Allowed => continue,
            Verdict::Undecided(why) => {
                checker.skip(RULE, say::undecided_layers(&endpoint.vpc_endpoint_id, why));
                continue;
            }
            // What is denied is denied, whatever else is allowed.
            Verdict::Denied(by) => {
                (say::denied_by(by.clone()), say::except_layers(&endpoint.vpc_endpoint_id, layers, by))
            }
            Verdict::NotAllowed => (say::not_allowed(), say::allow_layers(&endpoint.vpc_endpoint_id, layers)),
        };
        checker.add(Found {
            rule: RULE,
            resource: endpoint.vpc_endpoint_id.clone(),
            severity: Severity::High,
            seen: used > 0,
            title: "Image pulls fail: the S3 endpoint's policy refuses the bucket of ECR's layers".to_owned(),
            evidence: say::layers_refused(
                say::refused("s3:GetObject", &request.resource, why),
                grouped(used),
                &endpoint.vpc_id,
            ),
            fix,
            loss: None,
        });
    }
}

/// What bucket policies say of ways that the inventory knows. Only a Deny counts: what is allowed is also told by policies of
/// the principals.
fn bucket_policies(checker: &mut Checker<'_>) {
    let case = checker.case;
    let policies = &case.inventory().setup.bucket_policies;
    if policies.is_empty() {
        checker.skip("bucket-policy-denies-endpoint", say::no_bucket_policies());
        return checker.skip("bucket-policy-denies-nat", say::no_bucket_policies());
    }
    for (bucket, document) in policies {
        match Policy::parse(document) {
            Ok(policy) => {
                through_endpoints(checker, bucket, &policy);
                through_nat(checker, bucket, &policy);
            }
            Err(reason) => {
                let reason = say::unreadable_bucket_policy(bucket, reason);
                checker.skip("bucket-policy-denies-endpoint", reason.clone());
                checker.skip("bucket-policy-denies-nat", reason);
            }
        }
    }
}

/// What clients do with a bucket's objects; a policy may deny the one and not the other.
const OBJECT_ACTIONS: [&str; 2] = ["s3:GetObject", "s3:PutObject"];

/// Which of [`OBJECT_ACTIONS`] a policy denies; where it denies none, whether that is sure.
fn denied<'r>(policy: &Policy, request: impl Fn(&'static str) -> Request<'r>) -> (Vec<&'static str>, Fit) {
    let (mut actions, mut sum) = (Vec::new(), Fit::No);
    for action in OBJECT_ACTIONS {
        let fit = policy.denies(&request(action));
        if fit == Fit::Yes {
            actions.push(action);
        }
        sum = sum.or(fit);
    }
    (actions, sum)
}

fn object_of(bucket: &str, partition: &str) -> String {
    format!("arn:{partition}:s3:::{bucket}/any-key")
}

fn through_endpoints(checker: &mut Checker<'_>, bucket: &str, policy: &Policy) {
    const RULE: &str = "bucket-policy-denies-endpoint";
    let case = checker.case;
    let (mut shut_out, mut let_in, mut bytes, mut actions) = (Vec::new(), 0, 0, BTreeSet::new());
    let endpoints: Vec<&VpcEndpoint> = case
        .inventory()
        .vpc_endpoints
        .iter()
        .filter(|endpoint| endpoint.service == "s3" && !is_gone(&endpoint.state))
        .collect();
    for endpoint in &endpoints {
        let object = object_of(bucket, case.partition(&endpoint.vpc_id));
        let (refused, fit) = denied(policy, |action| case.request_through(endpoint, action, &object));
        match fit {
            Fit::Yes => {
                actions.extend(refused);
                shut_out.push(endpoint.vpc_endpoint_id.as_str());
                bytes += case.bytes_through(endpoint);
            }
            Fit::No => let_in += 1,
            Fit::Maybe(why) => {
                let id = &endpoint.vpc_endpoint_id;
                checker.skip(RULE, say::undecided_bucket(bucket, id, why));
            }
        }
    }
    let mut named = policy.values_of("aws:SourceVpce");
    named.retain(|id| id.starts_with("vpce-") && case.topology.endpoint(id).is_none());
    if shut_out.is_empty() {
        return;
    }
    let stale = match named.as_slice() {
        [] => Wording::default(),
        ids => say::stale(some(ids.iter().map(String::as_str))),
    };
    checker.add(Found {
        rule: RULE,
        resource: bucket.to_owned(),
        severity: Severity::Medium,
        // Where another endpoint of the inventory is let in, the others are shut out on purpose, as a rule.
        seen: let_in == 0 && bytes > 0,
        title: format!(
            "The bucket's policy denies what comes through {}",
            some(shut_out.iter().copied()).en()
        ),
        evidence: say::bucket_denies(some(actions), shut_out.len(), endpoints.len(), stale, grouped(bytes)),
        fix: say::add_to_bucket(bucket),
        loss: None,
    });
}

fn through_nat(checker: &mut Checker<'_>, bucket: &str, policy: &Policy) {
    const RULE: &str = "bucket-policy-denies-nat";
    let case = checker.case;
    for vpc in case.vpcs() {
        let gateways = case.inventory().nat_gateways.iter();
        let here = gateways.filter(|nat| nat.vpc_id.as_deref() == Some(vpc) && !is_gone(&nat.state));
        let public: Vec<String> = here
            .flat_map(|nat| &nat.addresses)
            .filter_map(|address| Some(address.public_ip?.to_string()))
            .collect();
        if public.is_empty() {
            continue;
        }
        let account = case.topology.account_of_vpc(vpc);
        let mut context = vec![
            ("aws:sourcevpce", Known::Absent),
            ("aws:sourcevpc", Known::Absent),
            ("aws:sourceip", Known::Values(public)),
            ("aws:securetransport", Known::Values(vec!["true".to_owned()])),
        ];
        context
            .extend(account.map(|account| ("aws:principalaccount", Known::Values(vec![account.to_owned()]))));
        let resource = object_of(bucket, case.partition(vpc));
        let (actions, fit) = denied(policy, |action| Request {
            action,
            resource: resource.clone(),
            account,
            context: context.clone(),
        });
        match fit {
            Fit::No => continue,
            Fit::Maybe(why) => {
                checker.skip(RULE, say::undecided_bucket(bucket, vpc, why));
                continue;
            }
            Fit::Yes => {}
        }
        let toll = case.toll(case.nat_flows(vpc).filter(|flow| flow.peer.service == "s3"));
        // A bucket that only endpoints may reach is as it should be where all of the VPC has one.
        if toll.bytes == 0 && !case.leads_to_nat(vpc, "s3") {
            continue;
        }
        checker.add(Found {
            rule: RULE,
            resource: bucket.to_owned(),
            severity: Severity::Medium,
            seen: toll.bytes > 0,
            title: format!("The bucket's policy denies what comes through the NAT gateways of {vpc}"),
            evidence: say::nat_denied(some(actions), told(&toll, &say::traffic("s3"))),
            fix: say::use_gateway_endpoint(bucket),
            loss: None,
        });
    }
}
