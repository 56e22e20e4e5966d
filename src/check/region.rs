//! Services of another Region.

use std::collections::BTreeMap;

use super::{Checker, Found, Severity, say, some};
use crate::advise::GATEWAY_SERVICES;
use crate::attribute::Flow;
use crate::model::quantity::grouped;

/// Source: "Gateway endpoints", AWS PrivateLink guide: an endpoint serves its own Region only.
pub(super) fn check(checker: &mut Checker<'_>) {
    const RULE: &str = "bucket-in-another-region";
    let case = checker.case;
    if !case.has_logs() {
        return checker.skip(RULE, say::no_logs());
    }
    for vpc in case.vpcs() {
        let Some(home) = case.topology.region_of_vpc(vpc) else {
            checker.skip(RULE, say::no_region(vpc));
            continue;
        };
        let mut elsewhere: BTreeMap<(&str, &str), Vec<&Flow>> = BTreeMap::new();
        for flow in case.nat_flows(vpc) {
            let Some(region) = flow.peer.service_region.as_deref() else { continue };
            let service = flow.peer.service.as_str();
            if GATEWAY_SERVICES.contains(&service) && region != home && region != "GLOBAL" {
                elsewhere.entry((service, region)).or_default().push(flow);
            }
        }
        for ((service, region), flows) in elsewhere {
            let toll = case.toll(flows.iter().copied());
            let mut clients: Vec<&str> =
                flows.iter().filter_map(|flow| flow.client.interface_id.as_deref()).collect();
            clients.dedup();
            checker.add(Found {
                rule: RULE,
                resource: vpc.to_owned(),
                severity: Severity::Medium,
                seen: true,
                title: format!("{service} of {region} is used through a NAT gateway from {home}"),
                evidence: say::other_region(
                    grouped(toll.bytes),
                    some(toll.via.iter().map(String::as_str)),
                    some(clients),
                    home,
                ),
                fix: say::move_data(home, region),
                loss: toll.month,
            });
        }
    }
}
