//! Whether traffic is recorded at all, and well enough.

use std::collections::BTreeSet;

use super::{Case, Checker, Found, Severity, say, some, word};
use crate::inventory::{FlowLog, is_gone};
use crate::model::quantity::grouped;
use crate::model::wording::Wording;

/// A field, and what it tells.
type Telling = (&'static str, fn() -> Wording);

/// Fields that tell more, and what.
const FIELDS: [Telling; 5] = [
    ("pkt-srcaddr", say::adds_source),
    ("pkt-dstaddr", say::adds_peer),
    ("traffic-path", say::adds_path),
    ("flow-direction", say::adds_direction),
    (REGIONAL_FIELD, say::adds_regional),
];

/// The field that names a regional NAT gateway.
const REGIONAL_FIELD: &str = "resource-id";

/// From one lost record window in a hundred on, totals are no longer good to a percent.
const MUCH_SKIPDATA_PERCENT: u64 = 1;

pub(super) fn check(checker: &mut Checker<'_>) {
    if !checker.lacks("subnet-not-logged", &["describe-flow-logs", "describe-subnets"]) {
        coverage(checker);
    }
    if !checker
        .all_lack(&["flow-log-filter", "flow-log-fields", "flow-log-delivery"], &["describe-flow-logs"])
    {
        for log in &checker.case.inventory().flow_logs {
            filter(checker, log);
            fields(checker, log);
            delivery(checker, log);
        }
    }
    skipped(checker);
}

impl Case<'_> {
    /// Whether records of a flow log were read.
    fn was_read(&self, log: &FlowLog) -> bool {
        self.attribution.flow_logs.contains_key(&log.flow_log_id)
    }
}

fn coverage(checker: &mut Checker<'_>) {
    let case = checker.case;
    let inventory = case.inventory();
    let logged: BTreeSet<&str> = inventory
        .flow_logs
        .iter()
        .filter(|log| log.active)
        .map(|log| log.resource_id.as_str())
        // Whoever has records is logged, whatever the inventory says.
        .chain(case.partial.observers.iter().filter_map(|observer| std::str::from_utf8(&observer.id).ok()))
        .collect();
    for vpc in case.vpcs().into_iter().filter(|vpc| !logged.contains(vpc)) {
        if case.is_shared_with_us(vpc) {
            checker.skip("subnet-not-logged", say::logs_of_the_owner(vpc));
            continue;
        }
        let subnets = inventory.subnets.iter().filter(|subnet| subnet.vpc_id == vpc);
        let without = |subnet: &&str| {
            if logged.contains(subnet) {
                return false;
            }
            let mut enis = inventory
                .network_interfaces
                .iter()
                .filter(|eni| eni.subnet_id.as_deref() == Some(*subnet))
                .peekable();
            enis.peek().is_none() || enis.any(|eni| !logged.contains(eni.interface_id.as_str()))
        };
        let open: Vec<&str> =
            subnets.clone().map(|subnet| subnet.subnet_id.as_str()).filter(without).collect();
        if open.is_empty() {
            continue;
        }
        let is_open = |eni: &&str| {
            let found = case.topology.interface(eni).and_then(|found| found.subnet_id.as_deref());
            found.is_some_and(|subnet| open.contains(&subnet)) && !logged.contains(*eni)
        };
        let interfaces =
            inventory.network_interfaces.iter().map(|eni| eni.interface_id.as_str()).filter(is_open).count();
        let seen: u128 = case
            .attribution
            .flows
            .iter()
            .filter(|flow| flow.client.subnet_id.as_deref().is_some_and(|subnet| open.contains(&subnet)))
            .filter(|flow| flow.client.interface_id.as_deref().is_none_or(|eni| !logged.contains(eni)))
            .map(|flow| flow.volume.0 + flow.volume.1)
            .sum();
        let whole = open.len() == subnets.count();
        let targets = if whole { vec![vpc] } else { open.clone() };
        checker.add(Found {
            rule: "subnet-not-logged",
            resource: vpc.to_owned(),
            severity: Severity::Medium,
            seen: seen > 0,
            title: if whole {
                "The VPC has no flow log".to_owned()
            } else {
                format!("{} subnet(s) of the VPC have no flow log", open.len())
            },
            evidence: say::not_logged(some(targets.iter().copied()), interfaces, grouped(seen)),
            fix: say::with_readme_format(format!(
                "aws ec2 create-flow-logs --resource-type {} --resource-ids {} --traffic-type ALL --log-destination-type s3 \
                 --log-destination BUCKET_ARN --log-format FORMAT",
                if whole { "VPC" } else { "Subnet" },
                super::words(targets.iter().copied())
            )),
            loss: None,
        });
    }
}

/// Another active flow log of the same resource that does better.
fn better<'c>(case: &Case<'c>, log: &FlowLog, is_better: impl Fn(&FlowLog) -> bool) -> Option<&'c FlowLog> {
    case.inventory().flow_logs.iter().find(|other| {
        other.flow_log_id != log.flow_log_id
            && other.resource_id == log.resource_id
            && other.active
            && is_better(other)
    })
}

fn filter(checker: &mut Checker<'_>, log: &FlowLog) {
    let case = checker.case;
    // One for each kind is as good as one for all.
    if better(case, log, |other| other.traffic_type != log.traffic_type).is_some() {
        return;
    }
    let (title, effect, severity) = match log.traffic_type.as_str() {
        "ACCEPT" => ("The flow log records accepted traffic only", say::accept_only(), Severity::Low),
        "REJECT" => ("The flow log records rejected traffic only", say::reject_only(), Severity::High),
        _ => return,
    };
    checker.add(Found {
        rule: "flow-log-filter",
        resource: log.flow_log_id.clone(),
        severity,
        seen: case.was_read(log),
        title: title.to_owned(),
        evidence: say::log_filter(&log.traffic_type, &log.resource_id, effect),
        fix: say::make_all(word(&log.resource_id)),
        loss: None,
    });
}

/// The fields of a format, `${name}` each.
fn field_names(format: &str) -> impl Iterator<Item = &str> {
    format.split_whitespace().map(|field| field.trim_start_matches("${").trim_end_matches('}'))
}

fn fields(checker: &mut Checker<'_>, log: &FlowLog) {
    let case = checker.case;
    let Some(format) = &log.log_format else {
        return checker.skip("flow-log-fields", say::no_format(&log.flow_log_id));
    };
    // Only regional NAT gateways have rows without an interface.
    let has_regional = case.inventory().nat_gateways.iter().any(|nat| nat.regional && !is_gone(&nat.state));
    let lacks = |format: &str, name: &str| !field_names(format).any(|known| known == name);
    let lacking: Vec<&Telling> = FIELDS
        .iter()
        .filter(|(name, _)| lacks(format, name) && (has_regional || *name != REGIONAL_FIELD))
        .collect();
    if lacking.is_empty() {
        return;
    }
    let tells_all = |other: &FlowLog| {
        let format = other.log_format.as_deref();
        format.is_some_and(|format| lacking.iter().all(|(name, _)| !lacks(format, name)))
    };
    let better = better(case, log, |other| other.traffic_type != "REJECT" && tells_all(other));
    let adds: Vec<Wording> = lacking.iter().map(|(name, adds)| say::field_adds(name, adds())).collect();
    checker.add(Found {
        rule: "flow-log-fields",
        resource: log.flow_log_id.clone(),
        severity: Severity::Low,
        // What the other one has is not missing.
        seen: better.is_none() && case.was_read(log),
        title: format!(
            "The flow log of {} lacks {}",
            log.resource_id,
            some(lacking.iter().map(|(name, _)| *name)).en()
        ),
        evidence: Wording::join(&adds, "; "),
        fix: better.map_or_else(say::make_with_format, |other| say::use_the_other(&other.flow_log_id)),
        loss: None,
    });
}

fn delivery(checker: &mut Checker<'_>, log: &FlowLog) {
    let case = checker.case;
    let delivery = case.inventory().setup.deliveries.get(&log.flow_log_id).cloned().unwrap_or_default();
    if log.active && !delivery.failed && delivery.error.is_none() {
        return;
    }
    let reason = delivery.error.as_deref().map_or_else(say::no_reason, Wording::same);
    checker.add(Found {
        rule: "flow-log-delivery",
        resource: log.flow_log_id.clone(),
        severity: Severity::High,
        // Records of others were read, and none of this one.
        seen: case.has_logs() && !case.was_read(log),
        title: format!(
            "The flow log of {} {}",
            log.resource_id,
            if log.active { "cannot be delivered" } else { "is not active" }
        ),
        evidence: if case.was_read(log) { say::delivery_read(reason) } else { say::delivery_unread(reason) },
        fix: say::look_at_delivery(),
        loss: None,
    });
}

fn skipped(checker: &mut Checker<'_>) {
    const RULE: &str = "flow-log-skipdata";
    let case = checker.case;
    if !case.has_logs() {
        return checker.skip(RULE, say::no_logs());
    }
    let counts = &case.partial.counts;
    if counts.skipdata == 0 {
        return;
    }
    let records = counts.records();
    let much = counts.skipdata * 100 >= records * MUCH_SKIPDATA_PERCENT;
    let interfaces = &case.attribution.skipped_interfaces;
    checker.add(Found {
        rule: RULE,
        resource: some(interfaces.iter().map(String::as_str)).en().to_owned(),
        severity: if much { Severity::Medium } else { Severity::Low },
        seen: true,
        title: format!("AWS lost records of {} interface(s)", interfaces.len()),
        evidence: say::skipdata(counts.skipdata, records),
        fix: say::shorter_interval(),
        loss: None,
    });
}
