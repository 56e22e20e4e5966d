//! Stage 9: what is wrong with the set-up, with evidence from the inventory and from traffic.
//!
//! One rule looks for one thing, has an id that never changes (see [`RULES`]) and says what to do. A finding that no record
//! supports is a note (`info`), whatever it might cost: the inventory shows what could happen, records show what does. A rule
//! that lacks an answer to look at says so instead of staying silent.

mod dns;
mod environment;
mod flow_logs;
mod gateway;
mod idle;
mod naming;
mod policies;
mod policy;
mod reach;
mod region;
mod rules;
pub(crate) mod say;
mod sets;
mod traffic;
mod zones;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::advise;
use crate::advise::policy::Policy;
use crate::aggregate::{Partial, Rejected};
use crate::attribute::{Attribution, Topology};
use crate::classify::atlas::Atlas;
use crate::inventory::{Inventory, VpcEndpoint, VpcEndpointType, is_gone};
use crate::model::report::{EndpointLine, FindingLine, UncheckedLine};
use crate::model::wording::Wording;
use crate::price::PriceBook;
use crate::price::toll::Scale;

pub use environment::environment_tag;
pub use naming::{DEFAULT_NAME_PATTERN, NamePattern, NamePatternError};
pub use rules::{RULES, Rule, Severity};
pub(crate) use say::many_rejected;
use say::some;

/// What a check looks at.
pub struct Case<'c> {
    /// Totals of the records; empty without logs.
    pub partial: &'c Partial,
    /// Clients turned away at port 443, from the totals.
    pub rejected: &'c [Rejected],
    /// Attributed bytes; empty without logs.
    pub attribution: &'c Attribution,
    /// The inventory's indexes.
    pub topology: &'c Topology<'c>,
    /// The partition that peer classes come from.
    pub atlas: &'c Atlas,
    /// Prices.
    pub book: &'c PriceBook,
    /// From the observed window to a month.
    pub scale: Scale,
    /// Endpoints as reported.
    pub endpoints: &'c [EndpointLine],
    /// How available endpoints must be.
    pub policy: &'c Policy,
    /// Services that the user's own map names.
    pub mapped: &'c BTreeSet<String>,
    /// How endpoints are to be named; `None` for no rule.
    pub names: Option<&'c NamePattern>,
}

/// What a check comes to.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Checked {
    /// Set-up problems: by USD lost, then severity, then id.
    pub findings: Vec<FindingLine>,
    /// Rules that could not look, or not everywhere, and why.
    pub unchecked: Vec<UncheckedLine>,
}

/// Applies every rule.
pub fn check(case: &Case<'_>) -> Checked {
    if case.inventory().files_read == 0 {
        return Checked::default();
    }
    let mut checker = Checker { case, findings: Vec::new(), unchecked: BTreeSet::new() };
    for problem in &case.inventory().problems {
        checker.skip(INVENTORY, Wording::same(format!("{}: {}", problem.object, problem.reason)));
    }
    gateway::check(&mut checker);
    region::check(&mut checker);
    policies::check(&mut checker);
    reach::check(&mut checker);
    dns::check(&mut checker);
    sets::check(&mut checker);
    idle::check(&mut checker);
    zones::check(&mut checker);
    flow_logs::check(&mut checker);
    naming::check(&mut checker);
    checker.finish()
}

/// One problem, as a rule finds it.
struct Found {
    rule: &'static str,
    resource: String,
    /// How bad it is where records show it.
    severity: Severity,
    /// Whether records show it.
    seen: bool,
    title: String,
    evidence: Wording,
    fix: Wording,
    /// USD a month.
    loss: Option<Decimal>,
}

/// Collects what rules find.
struct Checker<'c> {
    case: &'c Case<'c>,
    findings: Vec<FindingLine>,
    unchecked: BTreeSet<(&'static str, Wording)>,
}

impl<'c> Case<'c> {
    fn inventory(&self) -> &'c Inventory {
        self.topology.inventory
    }

    /// The same for advice: findings and advice go by one rule.
    fn advice(&self) -> advise::Case<'c> {
        advise::Case {
            attribution: self.attribution,
            topology: self.topology,
            book: self.book,
            scale: self.scale,
            endpoints: self.endpoints,
            policy: self.policy,
            mapped: self.mapped,
        }
    }

    /// Whether there are records at all.
    fn has_logs(&self) -> bool {
        self.partial.counts.records() > 0
    }

    /// Endpoints of a type that are there.
    fn endpoints_of(&self, endpoint_type: VpcEndpointType) -> impl Iterator<Item = &'c VpcEndpoint> {
        let all = self.inventory().vpc_endpoints.iter();
        all.filter(move |endpoint| endpoint.endpoint_type == endpoint_type && !is_gone(&endpoint.state))
    }

    /// The VPCs that any answer names, with their Region.
    fn vpcs(&self) -> BTreeSet<&'c str> {
        let inventory = self.inventory();
        let vpcs = inventory.vpcs.iter().map(|vpc| vpc.vpc_id.as_str());
        vpcs.chain(inventory.subnets.iter().map(|subnet| subnet.vpc_id.as_str())).collect()
    }

    /// The line of an endpoint in the report.
    fn line(&self, endpoint: &VpcEndpoint) -> Option<&'c EndpointLine> {
        self.endpoints.iter().find(|line| line.vpc_endpoint_id == endpoint.vpc_endpoint_id)
    }

    /// Bytes that passed an endpoint.
    fn bytes_through(&self, endpoint: &VpcEndpoint) -> u128 {
        self.line(endpoint).map_or(0, |line| line.bytes_out + line.bytes_in)
    }

    /// `name` with a Region that is known.
    fn service_name(&self, vpc: &str, service: &str) -> String {
        let region = self.topology.region_of_vpc(vpc).unwrap_or("REGION");
        format!("com.amazonaws.{region}.{service}")
    }
}

impl Checker<'_> {
    fn add(&mut self, found: Found) {
        let severity = if found.seen { found.severity } else { Severity::Info };
        debug_assert!(
            RULES.iter().any(|rule| rule.id == found.rule && severity <= rule.severity),
            "{}",
            found.rule
        );
        self.findings.push(FindingLine {
            id: found.rule.to_owned(),
            severity: severity.name(),
            resource_id: found.resource,
            title: found.title,
            evidence: found.evidence,
            fix: found.fix,
            loss_month_usd: found.loss,
            from_traffic: found.seen,
        });
    }

    /// Notes that a rule could not look, and why.
    fn skip(&mut self, rule: &'static str, reason: Wording) {
        self.unchecked.insert((rule, reason));
    }

    /// Whether an answer that a rule needs is missing, which is noted.
    fn lacks(&mut self, rule: &'static str, calls: &[&str]) -> bool {
        let inventory = self.case.inventory();
        let among = |list: &[String]| -> Vec<&str> {
            calls.iter().filter(|call| list.iter().any(|known| known == *call)).copied().collect()
        };
        let (missing, truncated) = (among(&inventory.unanswered_calls), among(&inventory.truncated_calls));
        if !missing.is_empty() {
            self.skip(rule, say::no_answer(missing.join(", ")));
        }
        if !truncated.is_empty() {
            self.skip(rule, say::truncated(truncated.join(", ")));
        }
        !missing.is_empty() || !truncated.is_empty()
    }

    /// The same of several rules that need the same answers.
    fn all_lack(&mut self, rules: &[&'static str], calls: &[&str]) -> bool {
        // Every rule is asked, so that each is named.
        let lacking = rules.iter().filter(|rule| self.lacks(rule, calls)).count();
        lacking > 0
    }

    fn finish(self) -> Checked {
        let mut findings = self.findings;
        idle::doubt(self.case, &mut findings);
        // What is not priced stands with what costs nothing: a rank by money needs money.
        let rank =
            |line: &FindingLine| (line.loss_month_usd.unwrap_or_default(), Severity::of_name(line.severity));
        findings.sort_by(|a, b| {
            let by_id = || (&a.id, &a.resource_id, &a.title).cmp(&(&b.id, &b.resource_id, &b.title));
            rank(b).cmp(&rank(a)).then_with(by_id)
        });
        let line = |(rule, reason): (&str, Wording)| UncheckedLine { id: rule.to_owned(), reason };
        Checked { findings, unchecked: self.unchecked.into_iter().map(line).collect() }
    }
}

/// A value as a word of a shell: ids are as they are, anything else is quoted.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Values as words of a shell.
fn words<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().map(word).collect::<Vec<_>>().join(" ")
}

/// What stands in the place of a rule where a file of the inventory, or a value in it, could not be used.
const INVENTORY: &str = "inventory";

/// How many ids a sentence names.
const NAMED_IDS: usize = 5;
