//! Findings for code scanning: SARIF 2.1.0.
//!
//! Source: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", OASIS, and its JSON schema. A resource in the cloud is a
//! logical location; GitHub also asks for a file, which is the inventory.

use std::io;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::grid::clean;
use crate::check::{RULES, Rule, Severity};
use crate::model::money::money_text;
use crate::model::report::{FindingLine, Report};

/// The official schema.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The page that describes the rules; a test holds it to the registry.
const PAGE: &str = include_str!("../../../docs/findings.md");

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Outcome<'r>>,
    invocations: [Invocation; 1],
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'r> {
    rule_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: Map<String, Value>,
    properties: Map<String, Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    logical_locations: [LogicalLocation; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

/// Writes the findings as one SARIF log and a line end.
pub(super) fn sarif(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let uri = uri(report.sources.inventory.as_deref().unwrap_or("inventory"));
    let notification = |text: String| Notification { level: "note", message: Message { text: clean(&text) } };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "flowtoll",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: RULES.iter().map(descriptor).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: report.findings.iter().map(|line| outcome(line, &uri)).collect(),
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: report
                    .unchecked
                    .iter()
                    .map(|line| notification(format!("{} was not checked: {}", line.id, line.reason.en())))
                    .collect(),
            }],
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// SARIF's word for a severity.
fn level(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Critical | Severity::High) => "error",
        Some(Severity::Medium | Severity::Low) => "warning",
        Some(Severity::Info) | None => "note",
    }
}

fn descriptor(rule: &Rule) -> Descriptor {
    Descriptor {
        id: rule.id,
        short_description: Message { text: rule.about.to_owned() },
        full_description: Message { text: rule.about.to_owned() },
        help: Message { text: help(rule) },
        default_configuration: Configuration { level: level(Some(rule.severity)) },
    }
}

/// What to do about it, which GitHub asks for and shows beside a result: an example and the fix, from the page that describes the
/// rules.
fn help(rule: &Rule) -> String {
    let start = format!("| `{}` |", rule.id);
    let row = PAGE.lines().find(|line| line.starts_with(&start)).unwrap_or_default();
    match row.trim_matches('|').split(" | ").collect::<Vec<_>>().as_slice() {
        [.., example, fix] => format!("{} For example: {}.", fix.trim(), example.trim()).replace('`', ""),
        _ => rule.about.to_owned(),
    }
}

fn outcome<'r>(line: &'r FindingLine, uri: &str) -> Outcome<'r> {
    let text = format!(
        "{} ({}). Because: {}. Fix: {}",
        line.title,
        line.resource_id,
        line.evidence.en(),
        line.fix.en()
    );
    let properties = json!({
        "severity": line.severity,
        "lossMonthUsd": line.loss_month_usd.map(money_text),
        "fromTraffic": line.from_traffic,
    });
    // One resource may have a rule's finding for each service; counts in a title change from run to run.
    let is_count = |word: &&str| word.chars().all(|c| c.is_ascii_digit());
    let subject: Vec<&str> = line.title.split(' ').filter(|word| !is_count(word)).collect();
    let fingerprint = format!("{}:{}:{}", line.id, line.resource_id, subject.join(" "));
    let fingerprints = json!({ "flowtoll/v2": clean(&fingerprint) });
    let map = |value: Value| if let Value::Object(map) = value { map } else { Map::new() };
    Outcome {
        rule_id: &line.id,
        rule_index: RULES.iter().position(|rule| rule.id == line.id),
        level: level(Severity::of_name(line.severity)),
        message: Message { text: clean(&text) },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri.to_owned() },
            },
            logical_locations: [LogicalLocation {
                fully_qualified_name: clean(&line.resource_id),
                kind: "resource",
            }],
        }],
        partial_fingerprints: map(fingerprints),
        properties: map(properties),
    }
}

/// A path as a URI: one from the root of a file system with its scheme, as a reference that begins with a slash may not stand in a log;
/// any other as a relative reference.
fn uri(path: &str) -> String {
    const KEPT: percent_encoding::AsciiSet =
        percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let path = path.replace('\\', "/");
    let encoded = percent_encoding::utf8_percent_encode(&path, &KEPT).to_string();
    match path.as_bytes() {
        [b'/', ..] => format!("file://{encoded}"),
        // Of Windows, `C:/logs`.
        [letter, b':', b'/', ..] if letter.is_ascii_alphabetic() => {
            format!("file:///{}", encoded.replacen("%3A", ":", 1))
        }
        _ => encoded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, wanted) in [
            ("sample-logs/inventory", "sample-logs/inventory"),
            ("../my logs/\u{e9}", "../my%20logs/%C3%A9"),
            ("/var/logs/a b", "file:///var/logs/a%20b"),
            ("C:\\logs\\inventory", "file:///C:/logs/inventory"),
            ("a:b/c", "a%3Ab/c"),
        ] {
            assert_eq!(uri(path), wanted);
        }
    }

    #[test]
    fn every_rule_has_help_of_its_own() {
        let helps: std::collections::BTreeSet<String> = RULES.iter().map(help).collect();
        assert!(RULES.iter().all(|rule| help(rule).contains(" For example: ")));
        assert!(helps.len() > RULES.len() / 2);
        let first = "Create the endpoint with the route tables of the private subnets. For example: 1 TiB a month from S3 of the own \
                     Region passes a NAT gateway: 46.08 USD in us-east-1.";
        assert_eq!(help(&RULES[0]), first);
    }
}
