//! `flowtoll check`: every rule where it fires and where it must not, and every form of its output.
//!
//! All rule tests start from one sound world, in which every rule looks and none has anything to say. Each test spoils one thing.

/// What cannot be known.
mod doubts;
/// Endpoints: gateways, DNS, money, zones, names.
mod endpoints;
/// The forms of the output, exit codes and hostile names.
mod forms;
/// SARIF under its validator.
#[cfg(unix)]
mod sarif;
/// Policies, security groups, sets, flow logs.
mod set_up;
/// The sound world.
mod world;

use std::collections::BTreeSet;

use flowtoll::check::{RULES, Severity};
use flowtoll::model::report::Report;
use flowtoll::render::{CheckFormat, Lang, TableStyle};
use world::World;

use super::japanese::english_in;

/// One thing that is spoilt.
struct Spoilt {
    /// The rule that must say so.
    rule: &'static str,
    resource: &'static str,
    severity: &'static str,
    /// USD a month, derived beside the case.
    loss: Option<&'static str>,
    spoil: fn(&mut World),
}

/// A sound world with something odd in it that a rule must not mistake.
struct Sound {
    rule: &'static str,
    change: fn(&mut World),
}

#[test]
fn a_sound_world_is_looked_at_by_every_rule_and_has_no_finding() {
    let report = World::sound().check();
    assert_eq!(report.findings, []);
    assert_eq!(report.unchecked, []);
    assert!(report.ledger.records > 10);
}

#[test]
fn each_rule_fires_where_it_should() {
    let mut complaints = Vec::new();
    for (place, case) in endpoints::SPOILT.iter().chain(&set_up::SPOILT).enumerate() {
        let mut world = World::sound();
        (case.spoil)(&mut world);
        let report = world.check();
        let english = english_in(&in_japanese(&report));
        if !english.is_empty() {
            complaints.push(format!("case {place}, {}: in English {english:?}", case.rule));
        }
        let found =
            report.findings.iter().find(|line| line.id == case.rule && line.resource_id == case.resource);
        let loss = found.and_then(|line| line.loss_month_usd).map(|loss| loss.round_dp(2).to_string());
        let wrong = match found {
            None => Some("no such finding".to_owned()),
            Some(line) if line.severity != case.severity => Some(format!("severity {}", line.severity)),
            Some(_) if loss.as_deref() != case.loss => Some(format!("loss {loss:?}")),
            Some(line) if line.title.is_empty() || line.evidence.is_empty() || line.fix.is_empty() => {
                Some("a text is empty".to_owned())
            }
            Some(_) => None,
        };
        if let Some(wrong) = wrong {
            let all: Vec<_> = report.findings.iter().map(|line| format!("{line:?}")).collect();
            complaints.push(format!(
                "case {place}, {} at {}: {wrong}; got {}",
                case.rule,
                case.resource,
                all.join("\n    ")
            ));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// The findings, and what could not be looked at, as Markdown in Japanese.
fn in_japanese(report: &Report) -> String {
    let mut out = Vec::new();
    let style = TableStyle { width: 80, color: false, lang: Lang::Ja };
    CheckFormat::Markdown.render(report, style, &mut out).expect("findings are written");
    String::from_utf8(out).expect("Markdown is UTF-8")
}

#[test]
fn no_rule_fires_where_it_should_not() {
    let mut complaints = Vec::new();
    for (place, case) in endpoints::SOUND.iter().chain(&set_up::SOUND).enumerate() {
        let mut world = World::sound();
        (case.change)(&mut world);
        let report = world.check();
        if let Some(line) = report.findings.iter().find(|line| line.id == case.rule) {
            complaints.push(format!("case {place}: {line:?}"));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_rule_has_a_case_each_way() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len(), "an id is there twice");
    let fires: BTreeSet<&str> =
        endpoints::SPOILT.iter().chain(&set_up::SPOILT).map(|case| case.rule).collect();
    let stays: BTreeSet<&str> = endpoints::SOUND.iter().chain(&set_up::SOUND).map(|case| case.rule).collect();
    assert_eq!(fires, ids);
    assert_eq!(stays, ids);
}

#[test]
fn without_records_every_finding_is_a_note() {
    for case in endpoints::SPOILT.iter().chain(&set_up::SPOILT) {
        let mut world = World::sound();
        (case.spoil)(&mut world);
        world.logs.clear();
        for line in world.check().findings {
            assert_eq!((line.severity, line.from_traffic), ("info", false), "{line:?}");
        }
    }
}

#[test]
fn what_an_inventory_lacks_is_said_and_not_taken_as_sound() {
    for (file, rules) in [
        (
            "describe-vpc-endpoints.json",
            &["gateway-endpoint-absent", "ecr-incomplete", "endpoint-idle", "endpoint-name"][..],
        ),
        ("describe-security-groups.json", &["endpoint-group-closed", "egress-lacks-prefix-list"]),
        ("describe-network-acls.json", &["endpoint-acl-closed"]),
        ("describe-vpc-attribute.json", &["vpc-dns-off"]),
        ("describe-instances.json", &["instance-without-profile"]),
        ("describe-flow-logs.json", &["subnet-not-logged", "flow-log-filter", "flow-log-delivery"]),
        ("describe-route-tables.json", &["gateway-endpoint-not-routed", "nat-in-another-zone"]),
        ("bucket-policies/data.json", &["bucket-policy-denies-nat", "bucket-policy-denies-endpoint"]),
    ] {
        let mut world = World::sound();
        assert!(world.files.remove(file).is_some(), "{file}");
        let report = world.check();
        for rule in rules {
            let stem = file.trim_end_matches(".json").replace("bucket-policies/data", "bucket policies");
            let said =
                report.unchecked.iter().any(|line| line.id == *rule && line.reason.en().contains(&stem));
            assert!(said, "{file}, {rule}: {:?}", report.unchecked);
            assert!(report.findings.iter().all(|line| line.id != *rule), "{file}, {rule}");
        }
    }
}

#[test]
fn findings_are_ranked_by_money_then_severity_then_id() {
    let mut world = World::sound();
    for case in endpoints::SPOILT.iter().filter(|case| {
        ["gateway-endpoint-not-routed", "endpoint-duplicate", "endpoint-private-dns-off", "endpoint-name"]
            .contains(&case.rule)
    }) {
        (case.spoil)(&mut world);
    }
    let report = world.check();
    let rank: Vec<_> = report
        .findings
        .iter()
        .map(|line| (line.loss_month_usd.unwrap_or_default(), Severity::of_name(line.severity)))
        .collect();
    assert!(rank.len() >= 4 && rank.is_sorted_by(|a, b| a >= b), "{rank:?}");
}

/// `docs/findings.md` has a row for each rule, with its severity, and no other.
#[test]
fn the_table_of_the_docs_is_the_registry() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md");
    let text = std::fs::read_to_string(path).expect("docs/findings.md");
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    let written: Vec<(&str, &str)> = rows.iter().map(|row| (row[0], row[1])).collect();
    let known: Vec<(&str, &str)> = RULES.iter().map(|rule| (rule.id, rule.severity.name())).collect();
    assert_eq!(written, known);
    for row in rows {
        assert!(row.len() == 5 && row.iter().all(|cell| !cell.is_empty()), "{row:?}");
    }
}
