//! Names that lead past an endpoint: Private DNS off, a VPC's DNS attributes off, clients at public addresses.
//!
//! Source: "Access an AWS service using an interface VPC endpoint", AWS PrivateLink guide: Private DNS needs enableDnsSupport and
//! enableDnsHostnames of the VPC.

use rust_decimal::Decimal;

use super::{Case, Checker, Found, Severity, say, some, word};
use crate::advise::GATEWAY_SERVICES;
use crate::attribute::{Flow, Path};
use crate::inventory::{VpcEndpoint, VpcEndpointType};
use crate::model::quantity::grouped;
use crate::model::wording::Wording;

/// Services of endpoints that addresses tell, with their names in reports.
/// Source: keys of ip-ranges against PrivateLink's service names (2026-11). S3 and DynamoDB have rules of their own.
const BY_ADDRESS: [(&str, &str); 2] = [("execute-api", "api_gateway"), ("ebs", "ebs")];

/// Names of report lines for addresses that many services share.
const SHARED: [&str; 2] = ["aws-unknown", "aws-ec2"];

pub(super) fn check(checker: &mut Checker<'_>) {
    if !checker.lacks("endpoint-private-dns-off", &["describe-vpc-endpoints"]) {
        private_dns(checker);
    }
    if !checker.lacks("vpc-dns-off", &["describe-vpc-endpoints", "describe-vpc-attribute"]) {
        attributes(checker);
    }
    if !checker.lacks("endpoint-bypassed", &["describe-vpc-endpoints"]) {
        bypassed(checker);
    }
}

/// Whether clients look for an endpoint's service by a public name that Private DNS can take over.
fn has_public_name(endpoint: &VpcEndpoint) -> bool {
    !endpoint.service.starts_with("vpce-svc-") && endpoint.service_name.contains("amazonaws")
}

impl Case<'_> {
    /// Bytes of a VPC to addresses of its own Region that many services share, through NAT gateways.
    pub(super) fn shared_bytes(&self, vpc: &str) -> u128 {
        let region = self.topology.region_of_vpc(vpc);
        let flows = self.nat_flows(vpc).filter(|flow| SHARED.contains(&flow.peer.service.as_str()));
        flows
            .filter(|flow| region.is_none() || flow.peer.service_region.as_deref() == region)
            .map(|flow| flow.volume.0 + flow.volume.1)
            .sum()
    }
}

fn private_dns(checker: &mut Checker<'_>) {
    let case = checker.case;
    for endpoint in case.endpoints_of(VpcEndpointType::Interface) {
        let twin = case.endpoints_of(VpcEndpointType::Interface).any(|other| {
            other.private_dns && other.vpc_id == endpoint.vpc_id && other.service == endpoint.service
        });
        // For S3 and DynamoDB the gateway endpoint is the way from inside the VPC.
        let by_gateway = GATEWAY_SERVICES.contains(&endpoint.service.as_str());
        if endpoint.private_dns || twin || by_gateway || !has_public_name(endpoint) {
            continue;
        }
        let shared = case.shared_bytes(&endpoint.vpc_id);
        let passed = case.bytes_through(endpoint);
        checker.add(Found {
            rule: "endpoint-private-dns-off",
            resource: endpoint.vpc_endpoint_id.clone(),
            severity: Severity::Medium,
            seen: shared > 0,
            title: format!("Private DNS of the {} endpoint is off", endpoint.service),
            evidence: say::dns_off(grouped(passed), grouped(shared)),
            fix: Wording::same(format!(
                "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --private-dns-enabled",
                word(&endpoint.vpc_endpoint_id)
            )),
            loss: None,
        });
    }
}

fn attributes(checker: &mut Checker<'_>) {
    const RULE: &str = "vpc-dns-off";
    let case = checker.case;
    for vpc in case.vpcs() {
        let here = case.endpoints_of(VpcEndpointType::Interface).filter(|endpoint| endpoint.vpc_id == vpc);
        let private: Vec<&VpcEndpoint> = here.filter(|endpoint| endpoint.private_dns).collect();
        if private.is_empty() {
            continue;
        }
        let dns = case.inventory().setup.dns.get(vpc).copied().unwrap_or_default();
        for (attribute, option, value) in [
            ("enableDnsSupport", "enable-dns-support", dns.support),
            ("enableDnsHostnames", "enable-dns-hostnames", dns.hostnames),
        ] {
            match value {
                Some(true) => continue,
                None => {
                    checker.skip(RULE, say::no_attribute(attribute, vpc));
                    continue;
                }
                Some(false) => {}
            }
            let shared = case.shared_bytes(vpc);
            checker.add(Found {
                rule: RULE,
                resource: vpc.to_owned(),
                severity: Severity::High,
                seen: shared > 0,
                title: format!(
                    "{attribute} is off, so Private DNS of {} endpoint(s) does nothing",
                    private.len()
                ),
                evidence: say::rely_on_dns(
                    some(private.iter().map(|endpoint| endpoint.vpc_endpoint_id.as_str())),
                    grouped(shared),
                ),
                fix: Wording::same(format!(
                    "aws ec2 modify-vpc-attribute --vpc-id {} --{option} '{{\"Value\":true}}'",
                    word(vpc)
                )),
                loss: None,
            });
        }
    }
}

fn bypassed(checker: &mut Checker<'_>) {
    const RULE: &str = "endpoint-bypassed";
    let case = checker.case;
    if !case.has_logs() {
        return checker.skip(RULE, say::no_logs());
    }
    for endpoint in case.endpoints_of(VpcEndpointType::Interface) {
        let Some((_, service)) = BY_ADDRESS.iter().find(|(known, _)| *known == endpoint.service) else {
            continue;
        };
        let vpc = endpoint.vpc_id.as_str();
        let region = case.topology.region_of_vpc(vpc);
        let flows: Vec<&Flow> = case
            .attribution
            .flows
            .iter()
            .filter(|flow| matches!(flow.route.path, Path::NatGateway | Path::InternetGateway))
            .filter(|flow| case.advice().vpc_of(flow) == Some(vpc) && flow.peer.service == *service)
            .filter(|flow| !case.advice().is_from_unknown_vpc(flow))
            .filter(|flow| region.is_some() && flow.peer.service_region.as_deref() == region)
            .collect();
        let bytes: u128 = flows.iter().map(|flow| flow.volume.0 + flow.volume.1).sum();
        if bytes == 0 {
            continue;
        }
        let clients: std::collections::BTreeSet<&str> =
            flows.iter().filter_map(|flow| flow.client.interface_id.as_deref()).collect();
        let toll = case.toll(flows.iter().copied());
        let reason = if endpoint.private_dns { say::other_resolver() } else { say::private_dns_off() };
        let reason = if endpoint.service == "execute-api" { say::public_apis(&reason) } else { reason };
        checker.add(Found {
            rule: RULE,
            resource: endpoint.vpc_endpoint_id.clone(),
            severity: Severity::High,
            seen: true,
            title: format!(
                "Clients reach {} at public addresses although the endpoint exists",
                endpoint.service
            ),
            evidence: say::bypasses(grouped(bytes), some(clients), reason),
            fix: if endpoint.private_dns {
                say::use_resolver()
            } else {
                Wording::same(format!(
                    "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --private-dns-enabled",
                    word(&endpoint.vpc_endpoint_id)
                ))
            },
            loss: saved(case, endpoint, toll.month, toll.bytes),
        });
    }
}

/// What NAT gateways take beyond what the endpoint would.
fn saved(case: &Case<'_>, endpoint: &VpcEndpoint, toll: Option<Decimal>, bytes: u128) -> Option<Decimal> {
    let region = case.line(endpoint)?.region.as_deref();
    let rates = crate::price::toll::EndpointRates::of(case.book, region, bytes, case.scale);
    toll?.checked_sub(rates.month_bytes_cost(bytes, case.scale)?).filter(|saved| *saved > Decimal::ZERO)
}
